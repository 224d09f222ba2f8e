"""Wrong functions of the held half, to measure with: nobody may develop against them."""

from tests.quality_sets import WrongFunction

FUNCTIONS = [
    WrongFunction(
        "sigmoid",
        "Überlauf bei stark negativem z",
        """
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))
""",
    ),
    WrongFunction(
        "sigmoid",
        "normiert über alle Einträge wie Softmax",
        """
def sigmoid(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)
""",
    ),
    WrongFunction(
        "sigmoid",
        "gibt eine Liste zurück und kennt nur eindimensionale z",
        """
def sigmoid(z):
    out = []
    for x in np.atleast_1d(z):
        out.append(1 / (1 + np.exp(-np.clip(x, -80, 80))))
    return out
""",
    ),
    WrongFunction(
        "sigmoid",
        "np.where rechnet beide Zweige aus, Überlauf bleibt",
        """
def sigmoid(z):
    z = np.asarray(z)
    # stabile Variante
    return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
""",
    ),
    WrongFunction(
        "sigmoid",
        "Vorzeichen im Exponenten vergessen",
        """
def sigmoid(z):
    with np.errstate(over='ignore'):
        nenner = 1 + np.exp(np.asarray(z))
    return 1 / nenner
""",
    ),
    WrongFunction(
        "sigmoid",
        "schneidet z an Ort und Stelle ab und verändert so die Eingabe",
        """
def sigmoid(z):
    z = np.asarray(z)
    if z.ndim > 0:
        z[z < -80] = -80   # sonst overflow
        z[z > 80] = 80
    return 1 / (1 + np.exp(-z))
""",
    ),
    WrongFunction(
        "sigmoid",
        "tanh-Form ohne z/2",
        """
def sigmoid(z):
    # Zusammenhang mit tanh aus der Vorlesung
    return 0.5 * (1 + np.tanh(z))
""",
    ),
    WrongFunction(
        "sigmoid",
        "auf vier Nachkommastellen gerundet",
        """
def sigmoid(z):
    with np.errstate(over="ignore"):
        s = 1 / (1 + np.exp(-np.asarray(z)))
    return np.round(s, 4)
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Matrixprodukt statt elementweise",
        """
def sigmoid_derivative(z):
    s = np.atleast_2d(sigmoid(z))
    return s @ (1 - s).T
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Pluszeichen im zweiten Faktor",
        """
def sigmoid_derivative(z):
    sig = sigmoid(z)
    abl = sig * (1 + sig)
    return abl
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Sigmoid zweimal angewandt",
        """
def sigmoid_derivative(z):
    a = sigmoid(z)
    return sigmoid(a) * (1 - sigmoid(a))
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Überlauf: e^-z quadriert wird inf/inf",
        """
def sigmoid_derivative(z):
    e = np.exp(-np.asarray(z))
    return e / (1 + e) ** 2
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "Quadrat im Nenner fehlt",
        """
def sigmoid_derivative(z):
    z = np.clip(z, -80, 80)
    return np.exp(-z) / (1 + np.exp(-z))
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "als Jacobi-Matrix (Diagonale) zurückgegeben",
        """
def sigmoid_derivative(z):
    s = np.ravel(sigmoid(z))
    return np.diag(s * (1 - s))
""",
    ),
    WrongFunction(
        "sigmoid_derivative",
        "grober Differenzenquotient",
        """
def sigmoid_derivative(z):
    h = 0.001
    return (sigmoid(z + h) - sigmoid(z)) / h
""",
    ),
    WrongFunction(
        "softmax",
        "Maximum addiert statt abgezogen",
        """
def softmax(z):
    m = np.max(z, axis=1, keepdims=True)
    e = np.exp(z + m)
    return e / np.sum(e, axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "softmax",
        "Sigmoid und dann normiert",
        """
def softmax(z):
    s = sigmoid(z)
    return s / s.sum(axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "softmax",
        "zieht das Maximum in der Eingabe selbst ab",
        """
def softmax(z):
    for i in range(z.shape[0]):
        z[i] -= np.max(z[i])
    return np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "softmax",
        "keepdims fehlt, teilt spaltenweise",
        """
def softmax(z):
    m = np.max(z, axis=1).reshape(-1, 1)
    e = np.exp(z - m)
    s = np.sum(e, axis=1)
    return e / s
""",
    ),
    WrongFunction(
        "softmax",
        "Summe über die falsche Achse",
        """
def softmax(z):
    z = z - np.max(z, axis=1, keepdims=True)
    ez = np.exp(z)
    return ez / np.sum(ez, axis=0)
""",
    ),
    WrongFunction(
        "softmax",
        "Summe in der Schleife nicht zurückgesetzt",
        """
def softmax(z):
    result = np.empty_like(z)
    total = 0
    for b in range(z.shape[0]):
        e = np.exp(z[b] - z[b].max())
        total += e.sum()
        result[b] = e / total
    return result
""",
    ),
    WrongFunction(
        "softmax",
        "normiert z ohne Exponentialfunktion",
        """
def softmax(z):
    z = z - z.min(axis=1, keepdims=True) + 1e-12
    return z / z.sum(axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "softmax",
        "Summe über die ganze Matrix statt je Zeile",
        """
def softmax(z):
    exps = np.exp(z - np.max(z))
    return exps / np.sum(exps)
""",
    ),
    WrongFunction(
        "softmax",
        "Maximum nur im Zähler abgezogen",
        """
def softmax(z):
    m = z.max(axis=1, keepdims=True)
    return np.exp(z - m) / np.exp(z).sum(axis=1, keepdims=True)
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Logarithmus zur Basis 2",
        """
def cross_entropy(y, a):
    return -np.mean(np.sum(y * np.log2(np.maximum(a, 1e-30)), axis=1))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "nan_to_num macht aus unendlichem Verlust 0",
        """
def cross_entropy(y, a):
    with np.errstate(divide="ignore", invalid="ignore"):
        terme = y * np.log(a)
    terme[~np.isfinite(terme)] = 0
    return -terme.sum(axis=1).mean()
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Epsilon zu groß",
        """
def cross_entropy(y, a):
    eps = 1e-3  # damit log nicht explodiert
    B = len(y)
    return -(y * np.log(a + eps)).sum() / B
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Wahrscheinlichkeit der vorhergesagten statt der wahren Klasse",
        """
def cross_entropy(y, a):
    idx = np.argmax(a, axis=1)
    p = a[np.arange(len(a)), idx]
    return -np.mean(np.log(p + 1e-12))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "setzt Nullen in a selbst auf Epsilon",
        """
def cross_entropy(y, a):
    a[a == 0] = 1e-12
    return -np.mean(np.sum(y * np.log(a), axis=1))
""",
    ),
    WrongFunction(
        "cross_entropy",
        "log(0) nicht abgefangen",
        """
def cross_entropy(y_true, y_pred):
    n = y_true.shape[0]
    return -np.sum(y_true * np.log(y_pred)) / n
""",
    ),
    WrongFunction(
        "cross_entropy",
        "return in der Schleife, nur das erste Beispiel zählt",
        """
def cross_entropy(y, a):
    loss = 0
    for i in range(len(y)):
        for j in range(len(y[i])):
            if y[i][j] == 1:
                loss -= np.log(max(a[i][j], 1e-15))
        return loss / (i + 1)
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Vektor statt Mittelwert",
        """
def cross_entropy(y, a):
    return -np.sum(y * np.log(a + 1e-9), axis=1)
""",
    ),
    WrongFunction(
        "cross_entropy",
        "Summe über den Batch statt Mittelwert",
        """
def cross_entropy(y, a):
    loss = -np.sum(y * np.log(a + 1e-10))
    return loss
""",
    ),
    WrongFunction(
        "forward",
        "Softmax kommt nie dran: Vergleich mit H statt H - 1",
        """
def forward(X, parameters):
    H = len(parameters)
    zs = []
    activations = [X]
    for i in range(0, H):
        W, b = parameters[i]
        z = np.matmul(activations[i], W) + b
        zs.append(z)
        if i == H:
            activations.append(softmax(z))
        else:
            activations.append(sigmoid(z))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "keine Aktivierung in der Ausgabeschicht",
        """
def forward(X, parameters):
    zs, activations = [], [X]
    for W, b in parameters[:-1]:
        zs.append(activations[-1] @ W + b)
        activations.append(sigmoid(zs[-1]))
    W, b = parameters[-1]
    zs.append(activations[-1] @ W + b)
    activations.append(zs[-1])
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Bias mit in die Klammer: W + b vor dem Produkt",
        """
def forward(X, parameters):
    activations = [X]
    zs = []
    for i, (W, b) in enumerate(parameters):
        z = np.dot(activations[i], W + b)
        zs.append(z)
        a = softmax(z) if i == len(parameters) - 1 else sigmoid(z)
        activations.append(a)
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "überschreibt zs, gibt nur das letzte z zurück",
        """
def forward(X, parameters):
    activations = [X]
    for i, (W, b) in enumerate(parameters):
        zs = []
        zs.append(activations[-1] @ W + b)
        activations.append(softmax(zs[-1]) if i == len(parameters) - 1 else sigmoid(zs[-1]))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "X auch in zs, ein Eintrag zu viel",
        """
def forward(X, parameters):
    zs, activations = [X], [X]
    for L, (W, b) in enumerate(parameters):
        z = activations[-1] @ W + b
        zs.append(z)
        activations.append(sigmoid(z) if L < len(parameters) - 1 else softmax(z))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "jede Schicht rechnet mit X statt mit der vorigen Aktivierung",
        """
def forward(X, parameters):
    zs = []
    activations = [X]
    for i, (W, b) in enumerate(parameters):
        z = X @ W + b
        zs.append(z)
        if i == len(parameters) - 1:
            activations.append(softmax(z))
        else:
            activations.append(sigmoid(z))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Eingabe vor der ersten Schicht durch Sigmoid geschickt",
        """
def forward(X, parameters):
    zs, activations = [], [sigmoid(X)]
    H = len(parameters)
    for L in range(1, H + 1):
        W, b = parameters[L - 1]
        zs.append(activations[L - 1] @ W + b)
        activations.append(softmax(zs[-1]) if L == H else sigmoid(zs[-1]))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "z statt a weitergereicht, Aktivierung geht nicht in die nächste Schicht",
        """
def forward(X, parameters):
    zs, activations = [], [X]
    x = X
    for i, (W, b) in enumerate(parameters):
        x = x @ W + b
        zs.append(x)
        h = softmax if i == len(parameters) - 1 else sigmoid
        activations.append(h(x))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Softmax schon in der vorletzten Schicht (Zähler um eins daneben)",
        """
def forward(X, parameters):
    H = len(parameters)
    zs, activations = [], [X]
    for L in range(H):
        W, b = parameters[L]
        zs.append(activations[L] @ W + b)
        if L >= H - 2:
            activations.append(softmax(zs[L]))
        else:
            activations.append(sigmoid(zs[L]))
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Sigmoid auch in der Ausgabeschicht",
        """
def forward(X, parameters):
    a = X
    zs = []
    activations = [X]
    for W, b in parameters:
        z = np.dot(a, W) + b
        a = sigmoid(z)
        zs.append(z)
        activations.append(a)
    return zs, activations
""",
    ),
    WrongFunction(
        "forward",
        "Aktivierung statt z in zs gespeichert",
        """
def forward(X, parameters):
    zs, activations = [], [X]
    a = X
    for n, (W, b) in enumerate(parameters, 1):
        z = a @ W + b
        z = sigmoid(z) if n < len(parameters) else softmax(z)
        a = z
        zs.append(z)
        activations.append(a)
    return zs, activations
""",
    ),
    WrongFunction(
        "backward",
        "nur das letzte Beispiel zählt (überschrieben statt aufsummiert)",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    grads = [None] * len(parameters)
    for s in range(B):
        delta = activations[-1][s] - y[s]
        for l in range(len(parameters) - 1, -1, -1):
            grads[l] = (np.outer(activations[l][s], delta) / B, delta / B)
            if l > 0:
                delta = sigmoid_derivative(zs[l - 1][s]) * (parameters[l][0] @ delta)
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "dW transponiert",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = (activations[-1] - y) / B
    gradients = []
    for i in range(len(parameters) - 1, -1, -1):
        gradients.append((delta.T @ activations[i], delta.sum(axis=0)))
        if i > 0:
            delta = sigmoid_derivative(zs[i - 1]) * (delta @ parameters[i][0].T)
    return gradients[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "db mit keepdims hat die Form (1, n)",
        """
def backward(y, zs, activations, parameters):
    n = len(y)
    delta = (activations[-1] - y) / n
    gradients = []
    for l in range(len(parameters) - 1, -1, -1):
        gradients.insert(0, (np.dot(activations[l].T, delta), np.sum(delta, axis=0, keepdims=True)))
        if l > 0:
            delta = np.dot(delta, parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return gradients
""",
    ),
    WrongFunction(
        "backward",
        "in jeder Schicht noch einmal durch B geteilt",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = (activations[-1] - y) / B
    g = []
    for l in range(len(parameters), 0, -1):
        g.append((activations[l - 1].T @ delta, delta.sum(axis=0)))
        if l > 1:
            delta = delta @ parameters[l - 1][0].T * sigmoid_derivative(zs[l - 2]) / B
    return g[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "durch die Zahl der Klassen statt der Beispiele geteilt",
        """
def backward(y, zs, activations, parameters):
    n = y.shape[1]
    delta = activations[-1] - y
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.insert(0, (activations[l].T @ delta / n, delta.sum(axis=0) / n))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "erste Schicht bekommt keinen Gradienten",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    H = len(parameters)
    delta = (activations[H] - y) / B
    grads = []
    for L in range(H, 1, -1):
        grads.insert(0, (activations[L - 1].T @ delta, delta.sum(axis=0)))
        delta = sigmoid_derivative(zs[L - 2]) * (delta @ parameters[L - 1][0].T)
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "sigma' an a statt an z ausgewertet",
        """
def backward(y, zs, activations, parameters):
    n = y.shape[0]
    delta = activations[-1] - y
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        dW = activations[l].T @ delta / n
        db = delta.mean(axis=0)
        grads.append((dW, db))
        if l > 0:
            delta = delta @ parameters[l][0].T * sigmoid_derivative(activations[l])
    grads.reverse()
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "y - a statt a - y",
        """
def backward(y, zs, activations, parameters):
    m = len(y)
    fehler = y - activations[-1]
    gradienten = []
    for i in range(len(parameters) - 1, -1, -1):
        dW = np.dot(activations[i].T, fehler) / m
        db = np.sum(fehler, axis=0) / m
        gradienten.insert(0, (dW, db))
        if i > 0:
            fehler = np.dot(fehler, parameters[i][0].T) * sigmoid_derivative(zs[i - 1])
    return gradienten
""",
    ),
    WrongFunction(
        "backward",
        "fest zwei Schichten",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    W2 = parameters[1][0]
    d2 = (activations[2] - y) / B
    dW2 = activations[1].T @ d2
    d1 = (d2 @ W2.T) * sigmoid_derivative(zs[0])
    dW1 = activations[0].T @ d1
    return [(dW1, d1.sum(axis=0)), (dW2, d2.sum(axis=0))]
""",
    ),
    WrongFunction(
        "backward",
        "Mittelwert über alle Einträge von delta: db ist eine Zahl",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    delta = activations[-1] - y
    grads = []
    for l in range(len(parameters) - 1, -1, -1):
        grads.insert(0, (activations[l].T @ delta / B, np.mean(delta)))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "db über die Neuronen statt über den Batch summiert",
        """
def backward(y, zs, activations, parameters):
    n = len(y)
    delta = activations[-1] - y
    gradients = []
    for l in range(len(parameters) - 1, -1, -1):
        dW = activations[l].T @ delta / n
        db = np.sum(delta, axis=1) / n
        gradients.append((dW, db))
        if l > 0:
            delta = sigmoid_derivative(zs[l - 1]) * (delta @ parameters[l][0].T)
    return gradients[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "nicht durch die Batchgröße geteilt",
        """
def backward(y, zs, activations, parameters):
    grads = []
    delta = activations[-1] - y
    for l in reversed(range(len(parameters))):
        grads.insert(0, (activations[l].T @ delta, delta.sum(axis=0)))
        if l > 0:
            delta = (delta @ parameters[l][0].T) * sigmoid_derivative(zs[l - 1])
    return grads
""",
    ),
    WrongFunction(
        "backward",
        "Ausgabe-Delta zusätzlich mit a(1 - a) multipliziert",
        """
def backward(y, zs, activations, parameters):
    B = len(y)
    a = activations[-1]
    delta = (a - y) * a * (1 - a)
    out = []
    for k in range(len(parameters))[::-1]:
        out.append((activations[k].T @ delta / B, delta.mean(0)))
        if k:
            delta = (delta @ parameters[k][0].T) * sigmoid_derivative(zs[k - 1])
    return out[::-1]
""",
    ),
    WrongFunction(
        "backward",
        "Delta vor dem Zurücktragen über den Batch gemittelt",
        """
def backward(y, zs, activations, parameters):
    H = len(parameters)
    delta = np.mean(activations[H] - y, axis=0, keepdims=True)
    result = []
    for L in range(H, 0, -1):
        a = activations[L - 1].mean(axis=0, keepdims=True)
        result.append((a.T @ delta, delta[0]))
        if L > 1:
            z = zs[L - 2].mean(axis=0, keepdims=True)
            delta = sigmoid_derivative(z) * (delta @ parameters[L - 1][0].T)
    return result[::-1]
""",
    ),
    WrongFunction(
        "update",
        "Gradienten gehen in umgekehrter Reihenfolge ein",
        """
def update(parameters, gradients, learning_rate):
    out = []
    for (W, b), (dW, db) in zip(parameters, reversed(gradients)):
        out.append((W - learning_rate * dW, b - learning_rate * db))
    return out
""",
    ),
    WrongFunction(
        "update",
        "Bias ohne Lernrate",
        """
def update(parameters, gradients, learning_rate):
    return [
        (W - learning_rate * dW, b - db)
        for (W, b), (dW, db) in zip(parameters, gradients)
    ]
""",
    ),
    WrongFunction(
        "update",
        "Bias wird nicht aktualisiert",
        """
def update(parameters, gradients, learning_rate):
    return [(W - learning_rate * dW, b) for (W, b), (dW, _) in zip(parameters, gradients)]
""",
    ),
    WrongFunction(
        "update",
        "nur das Vorzeichen des Gradienten",
        """
def update(parameters, gradients, learning_rate):
    return [
        (W - learning_rate * np.sign(dW), b - learning_rate * np.sign(db))
        for (W, b), (dW, db) in zip(parameters, gradients)
    ]
""",
    ),
    WrongFunction(
        "update",
        "return in der Schleife: nur die erste Schicht",
        """
def update(parameters, gradients, learning_rate):
    neue_parameter = []
    for i in range(len(parameters)):
        W = parameters[i][0] - learning_rate * gradients[i][0]
        b = parameters[i][1] - learning_rate * gradients[i][1]
        neue_parameter.append((W, b))
        return neue_parameter
""",
    ),
    WrongFunction(
        "update",
        "letzte Schicht ausgelassen",
        """
def update(parameters, gradients, learning_rate):
    new = []
    for l in range(len(parameters) - 1):
        W, b = parameters[l]
        dW, db = gradients[l]
        new.append((W - learning_rate * dW, b - learning_rate * db))
    new.append(parameters[-1])
    return new
""",
    ),
    WrongFunction(
        "update",
        "Klammerfehler: (W - eta) * dW",
        """
def update(parameters, gradients, learning_rate):
    new = []
    for p, g in zip(parameters, gradients):
        new.append(((p[0] - learning_rate) * g[0], (p[1] - learning_rate) * g[1]))
    return new
""",
    ),
    WrongFunction(
        "minibatches",
        "Paare (x, y) einzelner Beispiele statt zweier Matrizen",
        """
def minibatches(X, y, batch_size, rng):
    data = list(zip(X, y))
    rng.shuffle(data)
    for i in range(0, len(data), batch_size):
        yield data[i:i + batch_size]
""",
    ),
    WrongFunction(
        "minibatches",
        "zieht mit Zurücklegen",
        """
def minibatches(X, y, batch_size, rng):
    n = len(X)
    for _ in range(int(np.ceil(n / batch_size))):
        idx = rng.choice(n, size=min(batch_size, n))
        yield X[idx], y[idx]
""",
    ),
    WrongFunction(
        "minibatches",
        "mischt X und y an Ort und Stelle",
        """
def minibatches(X, y, batch_size, rng):
    seed = rng.integers(2**31)
    np.random.default_rng(seed).shuffle(X)
    np.random.default_rng(seed).shuffle(y)
    for i in range(0, len(X), batch_size):
        yield X[i:i + batch_size], y[i:i + batch_size]
""",
    ),
    WrongFunction(
        "minibatches",
        "nur X gemischt",
        """
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    X = X[order]
    batches = []
    for i in range(0, len(X), batch_size):
        batches.append((X[i:i+batch_size], y[i:i+batch_size]))
    return batches
""",
    ),
    WrongFunction(
        "minibatches",
        "sortiert die Permutation wieder",
        """
def minibatches(X, y, batch_size, rng):
    indices = sorted(rng.permutation(len(X)))
    for i in range(0, len(indices), batch_size):
        b = indices[i:i + batch_size]
        yield X[b], y[b]
""",
    ),
    WrongFunction(
        "minibatches",
        "ein leerer Batch am Ende",
        """
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    n = len(X) // batch_size + 1
    for i in range(n):
        idx = order[i * batch_size:(i + 1) * batch_size]
        yield X[idx], y[idx]
""",
    ),
    WrongFunction(
        "minibatches",
        "nur die Reihenfolge der Batches gemischt, nicht die Zeilen",
        """
def minibatches(X, y, batch_size, rng):
    starts = np.arange(0, len(X), batch_size)
    rng.shuffle(starts)
    for s in starts:
        yield X[s:s + batch_size], y[s:s + batch_size]
""",
    ),
    WrongFunction(
        "minibatches",
        "überlappende Fenster: Schrittweite 1",
        """
def minibatches(X, y, batch_size, rng):
    idx = rng.permutation(len(X))
    for i in range(max(1, len(X) - batch_size + 1)):
        auswahl = idx[i:i + batch_size]
        yield X[auswahl], y[auswahl]
""",
    ),
    WrongFunction(
        "train",
        "nur ein Schritt je Epoche mit allen Daten",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        zs, activations = forward(X, parameters)
        history.append(cross_entropy(y, activations[-1]))
        gradients = backward(y, zs, activations, parameters)
        parameters = update(parameters, gradients, learning_rate)
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "eigener rng mit festem Seed statt des übergebenen",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    rng = np.random.default_rng(0)
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        ls = []
        for bx, by in minibatches(X, y, batch_size, rng):
            zs, acts = forward(bx, parameters)
            parameters = update(parameters, backward(by, zs, acts, parameters), learning_rate)
            ls.append(cross_entropy(by, acts[-1]))
        history.append(np.mean(ls))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "eigene Batch-Schleife lässt den Rest weg",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    n = len(X)
    for _ in range(epochs):
        idx = rng.permutation(n)
        for i in range(n // batch_size):
            b = idx[i * batch_size:(i + 1) * batch_size]
            zs, a = forward(X[b], parameters)
            parameters = update(parameters, backward(y[b], zs, a, parameters), learning_rate)
        history.append(cross_entropy(y, forward(X, parameters)[1][-1]))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "nur parameters zurückgegeben",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    for _ in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            zs, activations = forward(X_batch, parameters)
            gradients = backward(y_batch, zs, activations, parameters)
            parameters = update(parameters, gradients, learning_rate)
    return parameters
""",
    ),
    WrongFunction(
        "train",
        "Lernrate wird in jeder Epoche kleiner",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for epoch in range(epochs):
        losses = []
        lr = learning_rate / (1 + epoch)
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, activations = forward(Xb, parameters)
            losses.append(cross_entropy(yb, activations[-1]))
            parameters = update(parameters, backward(yb, zs, activations, parameters), lr)
        history.append(np.mean(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "rechnet im Batch mit dem ganzen X und y",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        losses = []
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            zs, activations = forward(X, parameters)
            gradients = backward(y, zs, activations, parameters)
            parameters = update(parameters, gradients, learning_rate)
            losses.append(cross_entropy(y, activations[-1]))
        history.append(np.mean(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "history: Summe statt Mittelwert der Verluste",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    params = init_parameters(layer_sizes, rng)
    history = []
    for e in range(epochs):
        loss = 0
        for xb, yb in minibatches(X, y, batch_size, rng):
            zs, activations = forward(xb, params)
            loss += cross_entropy(yb, activations[-1])
            grads = backward(yb, zs, activations, params)
            params = update(params, grads, learning_rate)
        history.append(loss)
    return params, history
""",
    ),
    WrongFunction(
        "train",
        "Gewichte in jeder Epoche neu initialisiert",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    history = []
    for epoch in range(epochs):
        parameters = init_parameters(layer_sizes, rng)
        losses = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            grads = backward(yb, zs, acts, parameters)
            parameters = update(parameters, grads, learning_rate)
            losses.append(cross_entropy(yb, acts[-1]))
        history.append(sum(losses) / len(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "negative Lernrate: bergauf",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for _ in range(epochs):
        losses = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            losses.append(cross_entropy(yb, acts[-1]))
            grads = backward(yb, zs, acts, parameters)
            parameters = update(parameters, grads, -learning_rate)
        history.append(np.mean(losses))
    return parameters, history
""",
    ),
    WrongFunction(
        "train",
        "Verluste nicht je Epoche zurückgesetzt",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history, losses = [], []
    for _ in range(epochs):
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
        "eine Epoche zu wenig",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    p = init_parameters(layer_sizes, rng)
    history = []
    for e in range(1, epochs):
        ll = []
        for Xb, yb in minibatches(X, y, batch_size, rng):
            z, a = forward(Xb, p)
            p = update(p, backward(yb, z, a, p), learning_rate)
            ll.append(cross_entropy(yb, a[-1]))
        history.append(np.mean(ll))
    return p, history
""",
    ),
    WrongFunction(
        "train",
        "history hat einen Eintrag je Batch",
        """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    parameters = init_parameters(layer_sizes, rng)
    history = []
    for epoch in range(epochs):
        for Xb, yb in minibatches(X, y, batch_size, rng):
            zs, acts = forward(Xb, parameters)
            history.append(cross_entropy(yb, acts[-1]))
            parameters = update(parameters, backward(yb, zs, acts, parameters), learning_rate)
    return parameters, history
""",
    ),
    WrongFunction(
        "predict",
        "nur die erste Zeile",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    return np.argmax(activations[-1][0])
""",
    ),
    WrongFunction(
        "predict",
        "sortiert und nimmt das falsche Ende",
        """
def predict(X, parameters):
    out = forward(X, parameters)[1][-1]
    return np.argsort(out, axis=1)[:, 0]
""",
    ),
    WrongFunction(
        "predict",
        "feste Zahl von Schichten: activations[2]",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    return activations[2].argmax(axis=1)
""",
    ),
    WrongFunction(
        "predict",
        "Wahrscheinlichkeiten statt Klassen",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    return activations[-1]
""",
    ),
    WrongFunction(
        "predict",
        "zählt die Klassen ab 1",
        """
def predict(X, parameters):
    _, activations = forward(X, parameters)
    return np.argmax(activations[-1], axis=1) + 1
""",
    ),
    WrongFunction(
        "predict",
        "gerundete Wahrscheinlichkeiten, Gleichstand",
        """
def predict(X, parameters):
    a = forward(X, parameters)[1][-1]
    return np.argmax(np.round(a), axis=1)
""",
    ),
    WrongFunction(
        "predict",
        "return in der Schleife",
        """
def predict(X, parameters):
    zs, activations = forward(X, parameters)
    labels = []
    for row in activations[-1]:
        labels.append(int(np.argmax(row)))
        return np.array(labels)
""",
    ),
    WrongFunction(
        "predict",
        "Schwelle 0,5: ohne klaren Sieger kommt Klasse 0",
        """
def predict(X, parameters):
    _, activations = forward(X, parameters)
    return np.argmax(activations[-1] > 0.5, axis=1)
""",
    ),
]
