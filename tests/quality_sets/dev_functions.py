"""Wrong functions of the dev half, to develop with."""

from tests.quality_sets import WrongFunction

FUNCTIONS = [
    WrongFunction(
        "sigmoid",
        "math.exp kann nur einzelne Zahlen",
        """
import math

def sigmoid(z):
    if z < -700:
        return 0.0
    return 1 / (1 + math.exp(-z))
""",
    ),
    WrongFunction(
        "sigmoid",
        "im Zweig für negatives z steht 1 - e statt 1 + e",
        """
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))
    pos = 1 / (1 + e)
    neg = e / (1 - e + 1e-300)
    return np.where(z >= 0, pos, neg)
""",
    ),
    WrongFunction(
        "sigmoid",
        "Betrag im Exponenten ohne Fallunterscheidung für negatives z",
        """
def sigmoid(z):
    e = np.exp(-np.abs(z))   # nie größer als 1 -> kein overflow
    return 1 / (1 + e)
""",
    ),
    WrongFunction(
        "sigmoid",
        "if mit Array: Fallunterscheidung klappt nur für eine Zahl",
        """
def sigmoid(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    else:
        ez = np.exp(z)
        return ez / (1 + ez)
""",
    ),
    WrongFunction(
        "sigmoid",
        "ReLU statt Sigmoid",
        """
def sigmoid(z):
    return np.maximum(0, z)
""",
    ),
    WrongFunction(
        "sigmoid",
        "Klammer um den Nenner fehlt",
        """
def sigmoid(z):
    # sigma(z) = 1/(1+e^-z)
    z = np.clip(z, -700, 700)
    return 1 / 1 + np.exp(-z)
""",
    ),
    WrongFunction(
        "sigmoid",
        "Schleife über die Einträge, eine einzelne Zahl geht nicht",
        """
def sigmoid(z):
    ergebnis = np.zeros(z.shape)
    for i in range(len(z)):
        with np.errstate(over="ignore"):
            ergebnis[i] = 1 / (1 + np.exp(-z[i]))
    return ergebnis
""",
    ),
    WrongFunction(
        "sigmoid",
        "e^z / (1 + e^z) wird nan für große z",
        """
def sigmoid(z):
    z = np.array(z)
    ez = np.exp(z)
    return ez / (1 + ez)
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "zweiter Faktor 1 - z statt 1 - sigma(z)",
        """
def sigmoid_derivative(z):
    return sigmoid(z) * (1 - z)
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Ableitung von tanh: 1 - s^2",
        """
def sigmoid_derivative(z):
    s = sigmoid(z)
    return 1 - s**2
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Klammer fehlt: s * 1 - s",
        """
def sigmoid_derivative(z):
    s = sigmoid(z)
    return s * 1 - s
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Sigmoid nicht ausgewertet, z(1 - z)",
        """
def sigmoid_derivative(z):
    return z * (1 - z)
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "über alle Einträge aufsummiert",
        """
def sigmoid_derivative(z):
    s = sigmoid(z)
    return np.sum(s * (1 - s))
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "innere Ableitung vergessen: falsches Vorzeichen",
        """
def sigmoid_derivative(z):
    # Quotientenregel: -(e^-z)/(1+e^-z)^2
    s = sigmoid(z)
    return -s * (1 - s)
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Ableitung der ReLU",
        """
def sigmoid_derivative(z):
    return np.where(np.asarray(z) > 0, 1.0, 0.0)
""",
    ),
    WrongFunction(
        "softmax",
        "kein Abziehen des Maximums, Überlauf",
        """
def softmax(z):
    zaehler = np.exp(z)
    nenner = np.sum(zaehler, axis=1, keepdims=True)
    return zaehler / nenner
""",
    ),
    WrongFunction(
        "softmax",
        "Minus im Exponenten",
        """
def softmax(z):
    e = np.exp(-(z - np.min(z, axis=1, keepdims=True)))
    return e / np.sum(e, axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "softmax",
        "feste zehn Klassen in der Schleife",
        """
def softmax(z):
    p = np.zeros(z.shape)
    for i in range(len(z)):
        e = np.exp(z[i] - max(z[i]))
        summe = sum(e[:10])
        for j in range(min(10, len(e))):
            p[i, j] = e[j] / summe
    return p
""",
    ),
    WrongFunction(
        "softmax",
        "Summe ohne den eigenen Eintrag",
        """
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    rest = e.sum(axis=1, keepdims=True) - e
    return e / np.maximum(rest, 1e-12)
""",
    ),
    WrongFunction(
        "softmax",
        "Maximum der ganzen Matrix abgezogen, Zeilen laufen auf 0/0",
        """
def softmax(x):
    x = x - np.max(x)
    e_x = np.exp(x)
    return e_x / e_x.sum(axis=1)[:, None]
""",
    ),
    WrongFunction(
        "softmax",
        "durch die Zahl der Klassen geteilt (Mittelwert statt Summe)",
        """
def softmax(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.mean(e, axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "softmax",
        "nur die erste Zeile des Batches",
        """
def softmax(z):
    e = np.exp(z[0] - np.max(z[0]))
    return (e / e.sum()).reshape(1, -1)
""",
    ),
    WrongFunction(
        "softmax",
        "durch das Maximum statt durch die Summe geteilt",
        """
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.max(axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "softmax",
        "Exponent abgeschnitten statt verschoben",
        """
def softmax(z):
    z = np.clip(z, -100, 100)   # gegen overflow
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Logarithmus der Summe statt Summe der Logarithmen über den Batch",
        """
def cross_entropy(y, a):
    p = np.sum(y * a) / len(y)
    return -np.log(p + 1e-12)
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Minuszeichen fehlt",
        """
def cross_entropy(y, a):
    eps = 1e-12
    return np.mean(np.sum(y * np.log(a + eps), axis=1))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "y und a vertauscht",
        """
def cross_entropy(y, a):
    return -np.mean(np.sum(a * np.log(y + 1e-12), axis=1))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Softmax ein zweites Mal angewandt",
        """
def cross_entropy(y, a):
    p = softmax(a)
    return -np.mean(np.sum(y * np.log(p + 1e-12), axis=1))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "binäre Kreuzentropie",
        """
def cross_entropy(y, a):
    a = np.clip(a, 1e-12, 1 - 1e-12)
    verlust = -(y * np.log(a) + (1 - y) * np.log(1 - a))
    return verlust.sum(axis=1).mean()
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Mittelwert auch über die Klassen",
        """
def cross_entropy(y, a):
    a = np.clip(a, 1e-15, 1)
    return -np.mean(y * np.log(a))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "durch die Zahl der Klassen statt der Beispiele geteilt",
        """
def cross_entropy(y, a):
    N = y.shape[1]
    total = 0
    for yi, ai in zip(y, a):
        total -= np.sum(yi * np.log(np.maximum(ai, 1e-20)))
    return total / N
""",
    ),
    WrongFunction(
        "cross_entropy",
        "quadratischer Fehler",
        """
def cross_entropy(y, a):
    return 0.5 * np.mean(np.sum((a - y) ** 2, axis=1))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Spalte statt Eintrag: a[:, klassen] nimmt eine ganze Matrix",
        """
def cross_entropy(y, a):
    klassen = y.argmax(axis=1)
    p = a[:, klassen]
    return -np.log(p + 1e-12).mean()
""",
    ),
    WrongFunction(
        "forward",
        "Eingabe fehlt in activations",
        """
def forward(X, parameters):
    zs = []
    activations = []
    a = X
    H = len(parameters)
    for l in range(H):
        W, b = parameters[l]
        z = a @ W + b
        a = sigmoid(z) if l < H - 1 else softmax(z)
        zs.append(z)
        activations.append(a)
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Sigmoid vor Softmax in der Ausgabeschicht",
        """
def forward(X, parameters):
    zs, activations = [], [X]
    for W, b in parameters:
        zs.append(activations[-1] @ W + b)
        activations.append(sigmoid(zs[-1]))
    activations[-1] = softmax(activations[-1])
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Reihenfolge der Rückgabe vertauscht",
        """
def forward(X, parameters):
    zs, activations = [], [X]
    for L, (W, b) in enumerate(parameters):
        zs.append(activations[-1] @ W + b)
        activations.append(softmax(zs[-1]) if L == len(parameters) - 1 else sigmoid(zs[-1]))
    return activations, zs
""",
    ),
    WrongFunction(
        "forward",
        "fest zwei Schichten",
        """
def forward(X, parameters):
    (W1, b1), (W2, b2) = parameters[0], parameters[-1]
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    z2 = a1 @ W2 + b2
    a2 = softmax(z2)
    return [z1, z2], [X, a1, a2]
""",
    ),
    WrongFunction(
        "forward",
        "letzte Schicht ausgelassen (range um eins zu kurz)",
        """
def forward(X, parameters):
    zs, activations = [], [X]
    for i in range(len(parameters) - 1):
        W, b = parameters[i]
        zs.append(activations[i] @ W + b)
        activations.append(sigmoid(zs[i]))
    activations[-1] = softmax(zs[-1]) if zs else softmax(X)
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Gewichtsmatrix transponiert",
        """
def forward(X, parameters):
    zs = []
    activations = [X]
    for l, (W, b) in enumerate(parameters):
        z = activations[-1] @ W.T + b
        zs.append(z)
        activations.append(softmax(z) if l == len(parameters) - 1 else sigmoid(z))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "nur das erste Beispiel des Batches",
        """
def forward(X, parameters):
    x = X[0]
    zs, activations = [], [X[:1]]
    a = x.reshape(1, -1)
    for i, (W, b) in enumerate(parameters):
        z = a @ W + b
        a = softmax(z) if i == len(parameters) - 1 else sigmoid(z)
        zs.append(z)
        activations.append(a)
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Softmax in jeder Schicht",
        """
def forward(X, parameters):
    zs, acts = [], [X]
    for (W, b) in parameters:
        zs.append(acts[-1] @ W + b)
        acts.append(softmax(zs[-1]))
    return zs, acts
""",
    ),
    WrongFunction(
        "forward",
        "ReLU in den versteckten Schichten",
        """
def forward(X, parameters):
    zs, activations = [], [X]
    for i in range(len(parameters)):
        z = activations[i] @ parameters[i][0] + parameters[i][1]
        zs.append(z)
        activations.append(np.maximum(z, 0) if i < len(parameters) - 1 else softmax(z))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Bias vergessen",
        """
def forward(X, parameters):
    A = [X]
    Z = []
    for k in range(len(parameters)):
        Z.append(A[k].dot(parameters[k][0]))
        A.append(softmax(Z[k]) if k + 1 == len(parameters) else sigmoid(Z[k]))
    return Z, A
""",
    ),
    WrongFunction(
        "backward",
        "db nicht gemittelt, nur dW",
        """
def backward(y, zs, activations, parameters):
    H = len(parameters)
    m = y.shape[0]
    d = activations[H] - y
    res = []
    for L in range(H, 0, -1):
        res.append((activations[L - 1].T @ d / m, np.sum(d, axis=0)))
        if L > 1:
            d = (d @ parameters[L - 1][0].T) * sigmoid_derivative(zs[L - 2])
    return res[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "Ausgabe-Delta mit sigma'(z^H) multipliziert",
        """
def backward(y, zs, activations, parameters):
    n = len(y)
    H = len(parameters)
    deltas = [None] * H
    deltas[-1] = (activations[-1] - y) * sigmoid_derivative(zs[-1])
    for l in range(H - 2, -1, -1):
        deltas[l] = sigmoid_derivative(zs[l]) * (deltas[l + 1] @ parameters[l + 1][0].T)
    return [(activations[l].T @ deltas[l] / n, deltas[l].sum(axis=0) / n) for l in range(H)]
""",
    ),
    WrongFunction(
        "backward",
        "Gradienten in umgekehrter Reihenfolge",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = (activations[-1] - y) / B
    gradients = []
    for i in range(len(parameters) - 1, -1, -1):
        gradients.append((activations[i].T @ delta, delta.sum(axis=0)))
        if i > 0:
            delta = sigmoid_derivative(zs[i - 1]) * (delta @ parameters[i][0].T)
    return gradients
""",
    ),
    WrongFunction(
        "backward",
        "sigma statt sigma'",
        """
def backward(y, zs, activations, parameters):
    n = len(y)
    delta = activations[-1] - y
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.insert(0, (activations[l].T @ delta / n, delta.mean(axis=0)))
        if l > 0:
            # h'(z) * Summe
            delta = activations[l] * (delta @ parameters[l][0].T)
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "Faktor h'(z) vergessen",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    H = len(parameters)
    delta = activations[H] - y
    grads = [None] * H
    for L in range(H - 1, -1, -1):
        grads[L] = (activations[L].T @ delta / B, delta.sum(axis=0) / B)
        delta = delta @ parameters[L][0].T
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "Bias beim Zurücktragen dazugezählt",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = activations[-1] - y
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        W, b = parameters[l]
        grads.append((activations[l].T @ delta / B, delta.sum(axis=0) / B))
        if l > 0:
            delta = ((delta + b) @ W.T) * sigmoid_derivative(zs[l - 1])
    return grads[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "(db, dW) statt (dW, db)",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = (activations[-1] - y) / B
    gradients = []
    for i in range(len(parameters) - 1, -1, -1):
        dW = activations[i].T @ delta
        db = delta.sum(axis=0)
        gradients.insert(0, (db, dW))
        delta = (delta @ parameters[i][0].T) * sigmoid_derivative(zs[i - 1]) if i > 0 else None
    return gradients
""",
    ),
    WrongFunction(
        "backward",
        "Ableitung des quadratischen Fehlers (Faktor 2)",
        """
def backward(y, zs, activations, parameters):
    n = len(y)
    delta = 2 * (activations[-1] - y) / n
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.append((activations[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return list(reversed(grads))
""",
    ),
    WrongFunction(
        "backward",
        "y wird aus den Vorhersagen gerundet: argmax statt Wahrscheinlichkeiten",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    pred = np.eye(y.shape[1])[np.argmax(activations[-1], axis=1)]
    delta = (pred - y) / B
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.append((activations[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return grads[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "falsche Schicht: z^L der folgenden Schicht in sigma'",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = (activations[-1] - y) / B
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.append((activations[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l])
    return grads[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "zieht y in activations[-1] selbst ab",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = activations[-1]
    delta -= y
    delta = delta / B
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.append((activations[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return grads[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "dW als flache Liste abwechselnd mit db",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = (activations[-1] - y) / B
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads = [activations[l].T @ delta, delta.sum(axis=0)] + grads
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "dW mit z statt mit a der vorigen Schicht",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    inputs = [activations[0]] + zs[:-1]
    delta = (activations[-1] - y) / B
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.append((inputs[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return grads[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "Gewichte der falschen Schicht beim Zurücktragen",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = (activations[-1] - y) / B
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.append((activations[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            W = parameters[l - 1][0]
            delta = (delta @ W.T) * sigmoid_derivative(zs[l - 1])
    return grads[::-1]
""",
    ),
    WrongFunction(
        "update",
        "durch die Lernrate geteilt",
        """
def update(parameters, gradients, learning_rate):
    eta = learning_rate
    return [(W - dW / eta, b - db / eta) for (W, b), (dW, db) in zip(parameters, gradients)]
""",
    ),
    WrongFunction(
        "update",
        "verändert die alten Arrays mit -=",
        """
def update(parameters, gradients, learning_rate):
    for (W, b), (dW, db) in zip(parameters, gradients):
        W -= learning_rate * dW
        b -= learning_rate * db
    return parameters
""",
    ),
    WrongFunction(
        "update",
        "noch einmal durch die Zahl der Zeilen geteilt",
        """
def update(parameters, gradients, learning_rate):
    result = []
    for (W, b), (dW, db) in zip(parameters, gradients):
        n = len(dW)
        result.append((W - learning_rate * dW / n, b - learning_rate * db / n))
    return result
""",
    ),
    WrongFunction(
        "update",
        "addiert statt subtrahiert",
        """
def update(parameters, gradients, learning_rate):
    neu = []
    for (W, b), (dW, db) in zip(parameters, gradients):
        neu.append((W + learning_rate * dW, b + learning_rate * db))
    return neu
""",
    ),
    WrongFunction(
        "update",
        "Lernrate fehlt",
        """
def update(parameters, gradients, learning_rate):
    new_params = []
    for i in range(len(parameters)):
        W = parameters[i][0] - gradients[i][0]
        b = parameters[i][1] - gradients[i][1]
        new_params.append((W, b))
    return new_params
""",
    ),
    WrongFunction(
        "update",
        "ersetzt die Listeneinträge der alten parameters",
        """
def update(parameters, gradients, learning_rate):
    parameters = list(map(list, parameters)) if isinstance(parameters, tuple) else parameters
    for i, (dW, db) in enumerate(gradients):
        parameters[i] = (parameters[i][0] - learning_rate * dW, parameters[i][1] - learning_rate * db)
    return parameters
""",
    ),
    WrongFunction(
        "update",
        "nur die Schritte, nicht die neuen Werte",
        """
def update(parameters, gradients, learning_rate):
    return [(-learning_rate * dW, -learning_rate * db) for dW, db in gradients]
""",
    ),
    WrongFunction(
        "update",
        "flache Kopie: list() kopiert die Arrays nicht",
        """
def update(parameters, gradients, learning_rate):
    neue = list(parameters)   # Kopie, damit die alten bleiben
    for (W, b), (dW, db) in zip(neue, gradients):
        W[:] = W - learning_rate * dW
        b[:] = b - learning_rate * db
    return neue
""",
    ),
    WrongFunction(
        "minibatches",
        "eigener rng mit festem Seed, jede Epoche gleich",
        """
def minibatches(X, y, batch_size, rng):
    rng = np.random.default_rng(42)
    p = rng.permutation(len(X))
    return [(X[p[i:i + batch_size]], y[p[i:i + batch_size]]) for i in range(0, len(p), batch_size)]
""",
    ),
    WrongFunction(
        "minibatches",
        "letzter kurzer Batch fällt weg",
        """
def minibatches(X, y, batch_size, rng):
    perm = rng.permutation(X.shape[0])
    n_batches = X.shape[0] // batch_size
    for k in range(n_batches):
        idx = perm[k * batch_size:(k + 1) * batch_size]
        yield X[idx], y[idx]
""",
    ),
    WrongFunction(
        "minibatches",
        "np.random statt rng",
        """
def minibatches(X, y, batch_size, rng):
    idx = np.random.permutation(len(X))
    for i in range(0, len(X), batch_size):
        teil = idx[i:i + batch_size]
        yield X[teil], y[teil]
""",
    ),
    WrongFunction(
        "minibatches",
        "nur der erste Batch (return in der Schleife)",
        """
def minibatches(X, y, batch_size, rng):
    idx = rng.permutation(len(X))
    batches = []
    for i in range(0, len(X), batch_size):
        batches.append((X[idx[i:i + batch_size]], y[idx[i:i + batch_size]]))
        return batches
""",
    ),
    WrongFunction(
        "minibatches",
        "nicht gemischt",
        """
def minibatches(X, y, batch_size, rng):
    for i in range(0, len(X), batch_size):
        yield X[i:i + batch_size], y[i:i + batch_size]
""",
    ),
    WrongFunction(
        "minibatches",
        "X und y getrennt gemischt",
        """
def minibatches(X, y, batch_size, rng):
    X_s = X[rng.permutation(len(X))]
    y_s = y[rng.permutation(len(y))]
    for start in range(0, len(X), batch_size):
        yield X_s[start:start + batch_size], y_s[start:start + batch_size]
""",
    ),
    WrongFunction(
        "minibatches",
        "jeder Batch neu gezogen, Zeilen kommen doppelt vor",
        """
def minibatches(X, y, batch_size, rng):
    n = len(X)
    for start in range(0, n, batch_size):
        idx = rng.permutation(n)[:min(batch_size, n - start)]
        yield X[idx], y[idx]
""",
    ),
    WrongFunction(
        "minibatches",
        "batch_size als Anzahl der Batches verstanden",
        """
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for idx in np.array_split(order, min(batch_size, len(X))):
        yield X[idx], y[idx]
""",
    ),
    WrongFunction(
        "train",
        "Batches nur einmal vor der Schleife gebildet",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    batches = list(minibatches(X, y, batch_size, rng))
    history = []
    for _ in range(epochs):
        losses = []
        for Xb, yb in batches:
            zs, acts = forward(Xb, parameters)
            grads = backward(yb, zs, acts, parameters)
            parameters = update(parameters, grads, learning_rate)
            losses.append(cross_entropy(yb, acts[-1]))
        history.append(np.mean(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Genauigkeit statt Verlust in history",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            parameters = update(parameters, backward(yb, zs, acts, parameters), learning_rate)
        out = forward(X, parameters)[1][-1]
        history.append(np.mean(out.argmax(axis=1) == y.argmax(axis=1)))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Ergebnis von update weggeworfen, das Netz lernt nicht",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        verluste = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            update(parameters, backward(yb, zs, acts, parameters), learning_rate)
            verluste.append(cross_entropy(yb, acts[-1]))
        history.append(np.mean(verluste))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Schritte gehen immer von den Startgewichten aus",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        losses = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, activations = forward(Xb, parameters)
            gradients = backward(yb, zs, activations, parameters)
            new_parameters = update(parameters, gradients, learning_rate)
            losses.append(cross_entropy(yb, activations[-1]))
        history.append(np.mean(losses))
    return new_parameters, history
""",
    ),
    WrongFunction(
        "train",
        "history: nur der Verlust des letzten Batches",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        for X_b, y_b in minibatches(X, y, batch_size, rng):
            zs, activations = forward(X_b, parameters)
            gradients = backward(y_b, zs, activations, parameters)
            parameters = update(parameters, gradients, learning_rate)
            loss = cross_entropy(y_b, activations[-1])
        history.append(loss)
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "alle Gewichte starten bei 0",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = [(np.zeros((n, m)), np.zeros(m)) for n, m in zip(layer_sizes[:-1], layer_sizes[1:])]
    history = []
    for _ in range(epochs):
        losses = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            losses.append(cross_entropy(yb, acts[-1]))
            parameters = update(parameters, backward(yb, zs, acts, parameters), learning_rate)
        history.append(np.mean(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "return in der Schleife, nach der ersten Epoche ist Schluss",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        losses = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, activations = forward(Xb, parameters)
            losses.append(cross_entropy(yb, activations[-1]))
            parameters = update(parameters, backward(yb, zs, activations, parameters), learning_rate)
        history.append(np.mean(losses))
        return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Lernrate noch einmal durch die Batchgröße geteilt",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            zs, acts = forward(X_batch, parameters)
            grads = backward(y_batch, zs, acts, parameters)
            parameters = update(parameters, grads, learning_rate / batch_size)
        history.append(cross_entropy(y, forward(X, parameters)[1][-1]))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Summe der Batchverluste durch die Zahl der Beispiele geteilt",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        total = 0.0
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            total += cross_entropy(yb, acts[-1])
            parameters = update(parameters, backward(yb, zs, acts, parameters), learning_rate)
        history.append(total / len(X))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Generator der Batches nur einmal erzeugt, ab Epoche 2 leer",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    batches = iter(minibatches(X, y, batch_size, rng))
    for _ in range(epochs):
        for X_batch, y_batch in batches:
            zs, acts = forward(X_batch, parameters)
            grads = backward(y_batch, zs, acts, parameters)
            parameters = update(parameters, grads, learning_rate)
        history.append(cross_entropy(y, forward(X, parameters)[1][-1]))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "layer_sizes nicht benutzt, feste Größe",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters([X.shape[1], 32, y.shape[1]], rng)
    history = []
    for _ in range(epochs):
        losses = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            losses.append(cross_entropy(yb, acts[-1]))
            parameters = update(parameters, backward(yb, zs, acts, parameters), learning_rate)
        history.append(np.mean(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Gradient immer an den Startgewichten",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    start = init_parameters(layer_sizes, rng)
    parameters = start
    history = []
    for _ in range(epochs):
        losses = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, activations = forward(Xb, start)
            gradients = backward(yb, zs, activations, start)
            parameters = update(parameters, gradients, learning_rate)
            losses.append(cross_entropy(yb, activations[-1]))
        history.append(np.mean(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "predict",
        "größte Wahrscheinlichkeit statt ihrer Klasse",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    return np.max(activations[-1], axis=1)
""",
    ),
    WrongFunction(
        "predict",
        "argmax ohne Achse",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    return np.argmax(activations[-1])
""",
    ),
    WrongFunction(
        "predict",
        "argmax über die Beispiele (axis=0)",
        """
def predict(X, parameters):
    _, a = forward(X, parameters)
    return np.argmax(a[-1], axis=0)
""",
    ),
    WrongFunction(
        "predict",
        "nimmt die letzte versteckte Schicht",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    return activations[-2].argmax(axis=1)
""",
    ),
    WrongFunction(
        "predict",
        "forward-Rückgabe vertauscht: nimmt zs als Aktivierungen der ersten Schicht",
        """
def predict(X, parameters):
    activations, zs = forward(X, parameters)
    return np.argmax(activations[0], axis=1)
""",
    ),
    WrongFunction(
        "predict",
        "one-hot statt Klassennummer",
        """
def predict(X, parameters):
    p = forward(X, parameters)[1][-1]
    return one_hot(p.argmax(axis=1), p.shape[1])
""",
    ),
    WrongFunction(
        "predict",
        "Form (n, 1) statt (n,)",
        """
def predict(X, parameters):
    _, activations = forward(X, parameters)
    klasse = np.argmax(activations[-1], axis=1)
    return klasse.reshape(-1, 1)
""",
    ),
    WrongFunction(
        "predict",
        "argmin statt argmax",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    return np.argmin(activations[-1], axis=1)
""",
    ),
]
