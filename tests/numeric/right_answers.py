"""Right but unusual answers, by function: code that replaces the sheet's own."""

RIGHT = {
    "sigmoid": {
        "tanh": """
def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(z)))
""",
        "two branches": """
def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))
""",
        "logaddexp": """
def sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))
""",
        "clipped, by dtype": """
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-np.clip(z, -80, 80)))
def sigmoid_derivative(z):
    return sigmoid(z) * sigmoid(-z)
""",
        "widened to float64, entry by entry": """
import math
def _one(x):
    x = float(x)
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))
def sigmoid(z):
    z = np.asarray(z, dtype=float)
    return np.array([_one(x) for x in z.ravel()]).reshape(z.shape)
""",
        "masks": """
def sigmoid(z):
    z = np.asarray(z)
    out = np.empty(z.shape)
    positive = z >= 0
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out
def sigmoid_derivative(z):
    a = sigmoid(z)
    return a - a**2
""",
        "derivative of its own": """
def sigmoid_derivative(z):
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2
""",
        "derivative by cosh": """
def sigmoid_derivative(z):
    with np.errstate(all="ignore"):
        return 0.25 / np.cosh(np.clip(z, -80, 80) / 2) ** 2
""",
    },
    "softmax": {
        "row by row": """
def softmax(z):
    out = np.empty_like(z)
    for k, row in enumerate(z):
        e = np.exp(row - row.max())
        out[k] = e / e.sum()
    return out
""",
        "transposed": """
def softmax(z):
    e = np.exp(z.T - z.max(axis=1))
    return (e / e.sum(axis=0)).T
""",
        "by logarithms": """
def softmax(z):
    z = z - np.max(z, axis=-1, keepdims=True)
    return np.exp(z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True)))
""",
        "einsum and float64": """
def softmax(z):
    z = np.array(z, dtype=np.float64)
    z -= z.max(1)[:, None]
    e = np.exp(z)
    return np.einsum("bi,b->bi", e, 1 / np.einsum("bi->b", e))
""",
        "tiny epsilon": """
def softmax(z):
    e = np.exp(z - np.amax(z, axis=1, keepdims=True))
    return e / (np.sum(e, axis=1, keepdims=True) + 1e-12)
""",
        "pairwise differences": """
def softmax(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)
""",
    },
    "cross_entropy": {
        "epsilon added": """
def cross_entropy(y, a):
    return -np.sum(y * np.log(a + 1e-8)) / len(y)
""",
        "clipped on both sides": """
def cross_entropy(y, a):
    a = np.clip(a, 1e-12, 1 - 1e-12)
    return -np.mean(np.sum(y * np.log(a), axis=1))
""",
        "indexed by the true class": """
def cross_entropy(y, a):
    return float(np.mean(-np.log(a[np.arange(len(y)), y.argmax(axis=1)] + 1e-15)))
""",
        "boolean mask": """
def cross_entropy(y, a):
    return np.log(1 / np.maximum(a[y == 1], 1e-20)).mean()
""",
        "nan_to_num": """
def cross_entropy(y, a):
    return -np.nan_to_num(y * np.log(a)).sum(axis=1).mean()
""",
        "with log(where=)": """
def cross_entropy(y, a):
    logs = np.log(a, where=a > 0, out=np.full(a.shape, -50.0))
    return -(y * logs).sum() / y.shape[0]
""",
        "loop": """
import math
def cross_entropy(y, a):
    total = 0.0
    for labels, shares in zip(y, a):
        for label, share in zip(labels, shares):
            if label:
                total -= math.log(max(share, 1e-9))
    return total / len(y)
""",
        "zero-dimensional array": """
def cross_entropy(y, a):
    return np.array(-np.einsum("bi,bi->", y, np.log(np.where(a == 0, 1e-10, a))) / len(a))
""",
    },
    "forward": {
        "tuples and named tuples": """
from collections import namedtuple
Pass = namedtuple("Pass", "zs activations")
def forward(X, parameters):
    zs, activations = (), (X.copy(),)
    for W, b in parameters:
        zs += (np.dot(activations[-1], W) + b,)
        activations += (sigmoid(zs[-1]) if len(zs) < len(parameters) else softmax(zs[-1]),)
    return Pass(zs, activations)
""",
        "output layer apart": """
def forward(X, parameters):
    a, zs, activations = X, [], [X]
    for W, b in parameters[:-1]:
        z = a @ W + b
        a = sigmoid(z)
        zs.append(z)
        activations.append(a)
    W, b = parameters[-1]
    zs.append(a @ W + b)
    activations.append(softmax(zs[-1]))
    return zs, activations
""",
        "sample by sample": """
def forward(X, parameters):
    zs = [np.zeros((len(X), len(b))) for _, b in parameters]
    activations = [X] + [np.zeros((len(X), len(b))) for _, b in parameters]
    for s in range(len(X)):
        for k, (W, b) in enumerate(parameters):
            for m in range(len(b)):
                zs[k][s, m] = sum(W[i, m] * activations[k][s, i] for i in range(len(W))) + b[m]
            if k == len(parameters) - 1:
                activations[k + 1][s] = softmax(zs[k][s : s + 1])[0]
            else:
                activations[k + 1][s] = sigmoid(zs[k][s])
    return zs, activations
""",
        "recursive": """
def forward(X, parameters):
    (W, b), rest = parameters[0], parameters[1:]
    z = np.einsum("bi,im->bm", X, W) + b
    if not rest:
        return [z], [X, softmax(z)]
    zs, activations = forward(sigmoid(z), rest)
    return [z, *zs], [X, *activations]
""",
        "bias as a further input": """
def forward(X, parameters):
    zs, activations = [], [np.array(X)]
    for k in range(len(parameters)):
        W, b = parameters[k]
        one = np.ones((len(X), 1))
        zs.append(np.hstack([activations[k], one]) @ np.vstack([W, b]))
        activations.append([sigmoid, softmax][k + 1 == len(parameters)](zs[k]))
    return [zs, activations]
""",
    },
    "backward": {
        "from the front": """
def backward(y, zs, activations, parameters):
    H, B = len(parameters), y.shape[0]
    gradients, delta = [None] * H, [None] * H
    delta[-1] = activations[-1] - y
    for k in reversed(range(H - 1)):
        delta[k] = delta[k + 1] @ parameters[k + 1][0].T * sigmoid_derivative(zs[k])
    for k in range(H):
        gradients[k] = (np.dot(activations[k].T, delta[k]) / B, np.mean(delta[k], axis=0))
    return gradients
""",
        "derivative from the activations, tuple": """
def backward(y, zs, activations, parameters):
    delta, gradients = activations[-1] - y, ()
    for (W, _), a in zip(parameters[::-1], activations[-2::-1]):
        gradients = ((a.T @ delta / len(y), delta.mean(0)),) + gradients
        delta = (delta @ W.T) * a * (1 - a)
    return gradients
""",
        "einsum": """
def backward(y, zs, activations, parameters):
    B, out = len(y), []
    delta = activations[-1] - y
    for L in range(len(parameters) - 1, -1, -1):
        out.insert(0, (np.einsum("bm,bn->mn", activations[L], delta) / B, np.einsum("bn->n", delta) / B))
        if L:
            delta = np.einsum("bm,nm->bn", delta, parameters[L][0]) * sigmoid_derivative(zs[L - 1])
    return out
""",
        "sample by sample": """
def backward(y, zs, activations, parameters):
    H, B = len(parameters), len(y)
    total = [[np.zeros(W.shape), np.zeros(b.shape)] for W, b in parameters]
    for s in range(B):
        delta = activations[H][s] - y[s]
        for k in range(H - 1, -1, -1):
            total[k][0] += np.outer(activations[k][s], delta) / B
            total[k][1] += delta / B
            if k > 0:
                delta = parameters[k][0] @ delta * sigmoid_derivative(zs[k - 1][s])
    return total
""",
        "softmax Jacobian in full": """
def backward(y, zs, activations, parameters):
    a = activations[-1]
    J = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    delta = np.einsum("bi,bij->bj", -y / a, J) / len(y)
    gradients = []
    for k in range(len(parameters))[::-1]:
        gradients = [(activations[k].T @ delta, delta.sum(0))] + gradients
        if k:
            s = sigmoid(zs[k - 1])
            delta = delta @ parameters[k][0].T * (s * (1 - s))
    return gradients
""",
        "recursive, forward again": """
def backward(y, zs, activations, parameters):
    _, a = forward(activations[0], parameters)
    def down(delta, L):
        here = (a[L - 1].T @ delta, delta.sum(axis=0))
        if L == 1:
            return [here]
        return down(delta @ parameters[L - 1][0].T * a[L - 1] * (1 - a[L - 1]), L - 1) + [here]
    return down((a[-1] - y) / len(y), len(parameters))
""",
    },
    "update": {
        "copies changed in place": """
def update(parameters, gradients, learning_rate):
    new = []
    for k in range(len(parameters)):
        W, b = parameters[k][0].copy(), parameters[k][1].copy()
        W -= learning_rate * gradients[k][0]
        b -= learning_rate * gradients[k][1]
        new.append([W, b])
    return new
""",
        "deepcopy and tuples": """
import copy
def update(parameters, gradients, learning_rate):
    fresh = copy.deepcopy(list(parameters))
    return tuple(tuple(p + (-learning_rate) * g for p, g in zip(*pair)) for pair in zip(fresh, gradients))
""",
        "entry by entry": """
def update(parameters, gradients, learning_rate):
    result = []
    for (W, b), (dW, db) in zip(parameters, gradients):
        V, c = np.zeros_like(W), np.zeros_like(b)
        for place in np.ndindex(W.shape):
            V[place] = W[place] - learning_rate * dW[place]
        for m in range(len(b)):
            c[m] = b[m] - learning_rate * db[m]
        result.append((V, c))
    return result
""",
    },
    "minibatches": {
        "list of tuples": """
def minibatches(X, y, batch_size, rng):
    order = np.arange(len(X))
    rng.shuffle(order)
    return [(X[order[k : k + batch_size]], y[order[k : k + batch_size]]) for k in range(0, len(X), batch_size)]
""",
        "near-equal batches": """
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    parts = -(-len(X) // batch_size)
    return zip(np.array_split(X[order], parts), np.array_split(y[order], parts))
""",
        "near-equal batches, rounded down": """
def minibatches(X, y, batch_size, rng):
    for rows in np.array_split(rng.permutation(len(X)), max(len(X) // batch_size, 1)):
        yield [X[rows], y[rows]]
""",
        "a class, named tuples": """
from collections import namedtuple
Batch = namedtuple("Batch", "X y")
class minibatches:
    def __init__(self, X, y, batch_size, rng):
        self.data, self.size = np.hstack([X, y])[rng.random(len(X)).argsort()], batch_size
        self.width, self.at = X.shape[1], 0
    def __iter__(self):
        return self
    def __next__(self):
        if self.at >= len(self.data):
            raise StopIteration
        rows = self.data[self.at : self.at + self.size]
        self.at += self.size
        return Batch(rows[:, : self.width], rows[:, self.width :])
""",
        "drawn from a bag, short batch first drawn sorted": """
def minibatches(X, y, batch_size, rng):
    bag = list(range(len(X)))
    while bag:
        rows = sorted(rng.choice(len(bag), size=min(batch_size, len(bag)), replace=False).tolist())
        chosen = [bag[k] for k in rows]
        bag = [k for k in bag if k not in chosen]
        yield X[chosen], y[chosen]
""",
        "two generators in step": """
def minibatches(X, y, batch_size, rng):
    seed = int(rng.integers(2**31))
    A, b = X.copy(), y.copy()
    np.random.default_rng(seed).shuffle(A)
    np.random.default_rng(seed).shuffle(b)
    for k in range(0, len(A), batch_size):
        yield A[k : k + batch_size], b[k : k + batch_size]
""",
    },
    "train": {
        "loss after the steps, over the whole set": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    network, history = init_parameters(layer_sizes, rng), np.zeros(epochs)
    for epoch in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            network = update(network, backward(y_batch, *forward(X_batch, network), network), learning_rate)
        history[epoch] = cross_entropy(y, forward(X, network)[1][-1])
    return network, history
""",
        "loss before the steps, over the whole set, tuple": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    network, history = init_parameters(layer_sizes, rng), ()
    while len(history) < epochs:
        history += (float(cross_entropy(y, forward(X, network)[1][-1])),)
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            network = update(network, backward(y_batch, *forward(X_batch, network), network), learning_rate)
    return network, history
""",
        "loss after each step, weighted": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    network, history = init_parameters(layer_sizes, rng), []
    for _ in range(epochs):
        total = 0
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            zs, activations = forward(X_batch, network)
            network = update(network, backward(y_batch, zs, activations, network), learning_rate)
            total += len(y_batch) * cross_entropy(y_batch, forward(X_batch, network)[1][-1])
        history += [total / len(X)]
    return [network, history]
""",
        "own small uniform weights, own shuffle, own steps in place": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    network = [
        [rng.uniform(-0.3, 0.3, (m, n)), rng.uniform(-0.1, 0.1, n)] for m, n in zip(layer_sizes[:-1], layer_sizes[1:])
    ]
    history = []
    for _ in range(epochs):
        order, losses = rng.permutation(len(X)), []
        for k in range(0, len(X), batch_size):
            rows = order[k : k + batch_size]
            zs, activations = forward(X[rows], network)
            losses.append(cross_entropy(y[rows], activations[-1]))
            for pair, slopes in zip(network, backward(y[rows], zs, activations, network)):
                for parameter, slope in zip(pair, slopes):
                    parameter -= learning_rate * slope
        history.append(sum(losses) / len(losses))
    return network, history
""",
        "all permutations drawn first, normal weights of size 0.1": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    orders = [rng.permutation(len(X)) for _ in range(epochs)]
    rng = np.random.default_rng(7 + orders[0][0]) if orders else rng
    network = [(0.1 * rng.standard_normal((m, n)), np.zeros(n)) for m, n in zip(layer_sizes, layer_sizes[1:])]
    history = []
    for order in orders:
        losses = []
        for k in range(0, len(X), batch_size):
            rows = order[k : k + batch_size]
            zs, activations = forward(X[rows], network)
            losses.append(cross_entropy(y[rows], activations[-1]))
            network = update(network, backward(y[rows], zs, activations, network), learning_rate)
        history.append(np.mean(losses))
    return network, history
""",
        "generators spawned for each purpose": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    first, second = (np.random.default_rng(seed) for seed in rng.integers(2**60, size=2))
    network, history = init_parameters(layer_sizes, first), []
    for _ in range(epochs):
        losses = []
        for X_batch, y_batch in minibatches(X, y, batch_size, second):
            zs, activations = forward(X_batch, network)
            losses.append(cross_entropy(y_batch, activations[-1]))
            network = update(network, backward(y_batch, zs, activations, network), learning_rate)
        history.append(np.mean(losses))
    return network, history
""",
        "tiny normal weights, all in float32": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    X, y = X.astype(np.float32), y.astype(np.float32)
    network = [
        (rng.normal(0, 0.01, (m, n)).astype(np.float32), np.zeros(n, np.float32))
        for m, n in zip(layer_sizes, layer_sizes[1:])
    ]
    history = []
    for _ in range(epochs):
        losses = []
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            zs, activations = forward(X_batch, network)
            losses.append(cross_entropy(y_batch, activations[-1]))
            network = update(network, backward(y_batch, zs, activations, network), learning_rate)
        history.append(np.mean(losses))
    return network, history
""",
        "large normal weights": """
def train(X, y, layer_sizes, epochs, batch_size, learning_rate, rng):
    network = [(rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in zip(layer_sizes, layer_sizes[1:])]
    history = []
    for _ in range(epochs):
        losses = []
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            zs, activations = forward(X_batch, network)
            losses.append(cross_entropy(y_batch, activations[-1]))
            network = update(network, backward(y_batch, zs, activations, network), learning_rate)
        history.append(np.mean(losses))
    return network, history
""",
    },
    "predict": {
        "largest z": """
def predict(X, parameters):
    return np.argmax(forward(X, parameters)[0][-1], axis=-1)
""",
        "sample by sample, floats": """
def predict(X, parameters):
    out = np.zeros(len(X))
    for k in range(len(X)):
        out[k] = forward(X[k : k + 1], parameters)[1][-1].argmax()
    return out
""",
        "sorted": """
def predict(X, parameters):
    return forward(X, parameters)[1][-1].argsort(axis=1)[:, -1].astype(np.int8)
""",
        "its own forward pass": """
def predict(X, parameters):
    a = X
    for W, b in parameters:
        z = a @ W + b
        a = 1 / (1 + np.exp(-z))
    return z.argmax(axis=1)
""",
    },
}
