"""Typical mistakes, by function: a piece of the sheet's solution and what stands there instead, or whole code."""

from tests.numeric.sheet import cells

_E = "e = np.exp(z - z.max(axis=1, keepdims=True))"
_OUT = "return e / e.sum(axis=1, keepdims=True)"
_LOSS = "return -np.log(np.maximum(a_true, 1e-30)).mean()"
_STEP = "parameters = update(parameters, gradients, learning_rate)"
_BATCHES = "minibatches(X, y, batch_size, rng)"
_MOMENTUM = (
    "velocity = gradients if velocity is None else "
    "[(0.9 * v + W, 0.9 * c + b) for (v, c), (W, b) in zip(velocity, gradients)]"
)

WRONG = {
    "sigmoid": {
        "overflow": ('np.errstate(over="ignore")', "np.errstate()"),
        "sign of the exponent": ("np.exp(-np.asarray(z))", "np.exp(np.asarray(z))"),
        "tanh": ("1 / (1 + np.exp(-np.asarray(z)))", "np.tanh(z)"),
        "minus in the denominator": ("1 / (1 + np", "1 / (1 - np"),
        "clipped too early": ("-np.asarray(z)", "-np.clip(z, -4, 4)"),
        "clipped for float64 only": (
            'np.errstate(over="ignore")',
            "np.errstate()",
            "np.exp(-np.asarray(z))",
            "np.exp(np.clip(-np.asarray(z), -500, 500))",
        ),
        "e to the plus, both ends nan": ("1 / (1 + np.exp(-np.asarray(z)))", "np.exp(z) / (1 + np.exp(z))"),
        "arrays only": ("np.asarray(z)", "z[:]"),
        "flattened": ("np.exp(-np.asarray(z))", "np.exp(-np.ravel(z))"),
        "two dimensions only": ("np.exp(-np.asarray(z))", "np.exp(-np.atleast_2d(z))"),
        "clips its input": """
def sigmoid(z):
    z = np.asarray(z)
    if z.ndim:
        np.clip(z, -80, 80, out=z)
    return 1 / (1 + np.exp(-np.clip(z, -80, 80)))
""",
        "changes its input": """
def sigmoid(z):
    z = np.asarray(z)
    if z.ndim:
        z *= -1
        return 1 / (1 + np.exp(z))
    return 1 / (1 + np.exp(-z))
""",
        "derivative: s(1 + s)": ("s * (1 - s)", "s * (1 + s)"),
        "derivative: of a in place of z": ("s = sigmoid(z)", "s = z"),
        "derivative: sign": ("s * (1 - s)", "s * (s - 1)"),
        "derivative: the function itself": ("s * (1 - s)", "s"),
        "derivative: square": ("s * (1 - s)", "(1 - s) ** 2"),
        "derivative: difference quotient, coarse": ("s * (1 - s)", "(sigmoid(z + 1e-2) - s) / 1e-2"),
        "derivative: overflow": """
def sigmoid_derivative(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2
""",
        "derivative: matrix product": ("s * (1 - s)", "np.dot(s, 1 - s)"),
        "step": ("1 / (1 + np.exp(-np.asarray(z)))", "(np.asarray(z) > 0) * 1.0"),
        "derivative: arrays only": ("s = sigmoid(z)", "s = sigmoid(z[:])"),
        "derivative: flattened": ("s * (1 - s)", "np.ravel(s * (1 - s))"),
        "derivative: one factor": ("s * (1 - s)", "1 - s"),
        "ReLU": ("1 / (1 + np.exp(-np.asarray(z)))", "np.maximum(z, 0.0)"),
        "the derivative itself": (
            "1 / (1 + np.exp(-np.asarray(z)))",
            "np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2",
        ),
        "exponential function only": ("1 / (1 + np.exp(-np.asarray(z)))", "np.exp(-np.asarray(z))"),
        "denominator only": ("1 / (1 + np.exp(-np.asarray(z)))", "1 + np.exp(-np.asarray(z))"),
        "no exponential function": ("np.exp(-np.asarray(z))", "np.square(z) / (np.asarray(z) + 1e-30)"),
        "softmax": ("1 / (1 + np.exp(-np.asarray(z)))", "np.exp(z - np.max(z)) / np.exp(z - np.max(z)).sum()"),
        "base 2": ("np.exp(", "np.exp2("),
        "2 in the denominator": ("1 / (1 + np", "1 / (2 + np"),
        "size in the exponent": ("np.exp(-np.asarray(z))", "np.exp(-np.abs(z))"),
        "whole numbers": ("1 / (1", "1 // (1"),
        "condition for an array": (
            "with np.errstate",
            "if z < 0:\n        return 1 - sigmoid(-z)\n    with np.errstate",
        ),
        "derivative: twice": ("s = sigmoid(z)", "s = sigmoid(sigmoid(z))"),
        "derivative: sum": ("s * (1 - s)", "s + (1 - s)"),
        "derivative: one factor twice": ("s * (1 - s)", "s * (1 - s) ** 2"),
        "derivative: of tanh": ("s * (1 - s)", "1 - s**2"),
        "derivative: sign in the exponent": ("s * (1 - s)", "np.exp(np.minimum(z, 300)) * s * s"),
        "derivative: positive side only": ("s * (1 - s)", "s * (1 - s) * (np.asarray(z) > 0)"),
        "derivative: 1 - z": ("s * (1 - s)", "s * (1 - np.asarray(z))"),
        "derivative: doubled": ("s * (1 - s)", "2 * s * (1 - s)"),
    },
    "softmax": {
        "wrong axis": ("axis=1", "axis=0"),
        "ten classes": (_OUT, "return (e / e.sum(axis=1, keepdims=True))[:, :10]"),
        "wrong axis in the sum": ("e.sum(axis=1", "e.sum(axis=0"),
        "sum over everything": (_OUT, "return e / e.sum()"),
        "not stable": (_E, "e = np.exp(z)"),
        "largest entry of the whole batch": ("z.max(axis=1, keepdims=True)", "z.max()"),
        "smallest in place of largest": ("z.max(", "z.min("),
        "mean in place of largest": ("z.max(", "z.mean("),
        "scaled by the largest": ("z - z.max", "z / z.max"),
        "keepdims forgotten": ("e.sum(axis=1, keepdims=True)", "e.sum(axis=1)"),
        "clipped": ("z - z.max(axis=1, keepdims=True)", "np.clip(z, -50, 50)"),
        "changes its input": (_E, "z -= z.max(axis=1, keepdims=True); e = np.exp(z)"),
        "sigmoid": (_OUT, "return 1 / (1 + np.exp(-z))"),
        "not normalised": (_OUT, "return e"),
        "power of two": (_E, "e = 2.0 ** (z - z.max(axis=1, keepdims=True))"),
        "logarithm": (_OUT, "return np.log(e / e.sum(axis=1, keepdims=True))"),
        "largest wins all": (_OUT, "return (e == e.max(axis=1, keepdims=True)) * 1.0"),
        "large epsilon": (_OUT, "return e / (e.sum(axis=1, keepdims=True) + 1e-3)"),
        "sign of the exponent": ("np.exp(z - z.max(", "np.exp(-z + z.min("),
        "flattened": (_OUT, "return (e / e.sum(axis=1, keepdims=True)).ravel()"),
        "negative": (_OUT, "return -e / e.sum(axis=1, keepdims=True)"),
        "twice the exponent": (_E, "e = np.exp(2 * (z - z.max(axis=1, keepdims=True)))"),
        "largest entry only": ("np.exp(z - z.max(axis=1, keepdims=True))", "np.exp(0 * z)"),
        "twice": (
            _OUT,
            "a = e / e.sum(axis=1, keepdims=True)\n    return np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)",
        ),
        "no exponential function": (_E, "e = z"),
        "own entry left out": (_OUT, "return e / (e.sum(axis=1, keepdims=True) - e)"),
        "shifted only": (_E, "return z - z.max(axis=1, keepdims=True)"),
        "no exponential function after the shift": (_E, "e = z - z.max(axis=1, keepdims=True)"),
    },
    "cross_entropy": {
        "sum in place of mean": (".mean()", ".sum()"),
        "averaged over entries": (_LOSS, "return -np.mean(y * np.log(np.maximum(a, 1e-30)))"),
        "sign": ("return -np.log", "return np.log"),
        "log of 0": ("np.maximum(a_true, 1e-30)", "a_true"),
        "0 times log 0": (_LOSS, "return -np.sum(y * np.log(a)) / len(y)"),
        "only y = 0 cared for": (_LOSS, "return -np.sum(np.where(y > 0, np.log(a), 0)) / len(y)"),
        "coarse epsilon": ("1e-30)", "1e-30) + 1e-3"),
        "binary cross-entropy": (
            _LOSS,
            "a = np.clip(a, 1e-12, 1 - 1e-12); return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=1).mean()",
        ),
        "squared error": (_LOSS, "return ((y - a) ** 2).sum(axis=1).mean()"),
        "log to base 10": ("np.log(", "np.log10("),
        "log to base 2": ("np.log(", "np.log2("),
        "one per sample": (".mean()", ""),
        "in a list": (_LOSS, "return [-np.log(np.maximum(a_true, 1e-30)).mean()]"),
        "divided by the classes": (".mean()", ".sum() / y.shape[1]"),
        "roles exchanged": (_LOSS, "return -(a * np.log(np.maximum(y, 1e-30))).sum(axis=1).mean()"),
        "the largest share in place of the true one": ("(y * a).sum(axis=1)", "a.max(axis=1)"),
        "always the same": (_LOSS, "return 20.0"),
        "changes its input": ("(y * a).sum(axis=1)", "a.__imul__(y).sum(axis=1)"),
        "writes epsilon into its input": ("    a_true = (y", "    a[a == 0] = 1e-12\n    a_true = (y"),
        "loss cut off": (_LOSS, "return min(3.0, -np.log(np.maximum(a_true, 1e-30)).mean())"),
        "y not used": ("(y * a).sum(axis=1)", "np.maximum(a, 1e-30)"),
        "no logarithm": (_LOSS, "return (1 - a_true).mean()"),
        "logarithm of the mean": (_LOSS, "return -np.log(np.maximum(a_true.mean(), 1e-30))"),
        "matrix product": (_LOSS, "return -np.log(np.maximum(y @ a.T, 1e-30))"),
        "one per class": (_LOSS, "return -(y * np.log(np.maximum(a, 1e-30))).sum(axis=0)"),
        "one per entry": (_LOSS, "return -y * np.log(np.maximum(a, 1e-30))"),
        "y times y": ("(y * a)", "(y * y)"),
        "averaged twice": (".mean()", ".mean() / len(y)"),
        "distance": (_LOSS, "return np.abs(y - a).sum(axis=1).mean()"),
        "logarithm of the zeros": ("(y * a).sum(axis=1)", "y * a"),
        "mean within the row": ("(y * a).sum", "(y * a).mean"),
        "largest loss": (".mean()", ".max()"),
        "all labels for all samples": ("(y * a).sum(axis=1)", "a[:, y.argmax(axis=1)]"),
        "log1p": ("np.log(", "np.log1p("),
        "accuracy": (_LOSS, "return 1 - (y.argmax(axis=1) == a.argmax(axis=1)).mean()"),
        "perplexity": (
            "return -np.log(np.maximum(a_true, 1e-30)).mean()",
            "return np.exp(-np.log(np.maximum(a_true, 1e-30)).mean())",
        ),
        "softmax once more": ("a_true = (y * a)", "a_true = (y * softmax(a))"),
        "sign and sum": (
            "return -np.log(np.maximum(a_true, 1e-30)).mean()",
            "return np.log(np.maximum(a_true, 1e-30)).sum()",
        ),
        "a times a": ("(y * a)", "(a * a)"),
        "minus in the logarithm": ("np.maximum(a_true, 1e-30)", "np.maximum(-a_true, 1e-30)"),
    },
    "forward": {
        "sigmoid at the output": ("softmax if L == H else sigmoid", "sigmoid"),
        "softmax everywhere": ("softmax if L == H else sigmoid", "softmax"),
        "no sigmoid in between": ("else sigmoid", "else np.asarray"),
        "tanh in between": ("else sigmoid", "else np.tanh"),
        "no activation at the output": ("softmax if L == H", "np.asarray if L == H"),
        "bias forgotten": ("@ W + b", "@ W"),
        "bias subtracted": ("@ W + b", "@ W - b"),
        "bias in the first layer only": ("@ W + b", "@ W + b * (L == 1)"),
        "transposed": ("activations[L - 1] @ W + b", "(W.T @ activations[L - 1].T).T * 1.0"),
        "z not kept": ("zs, activations\n", "zs[-1:], activations\n"),
        "input not kept": ("return zs, activations", "return zs, activations[1:]"),
        "exchanged": ("return zs, activations", "return activations, zs"),
        "output only": ("return zs, activations", "return activations[-1]"),
        "always from X": ("activations[L - 1] @ W", "X @ W"),
        "z in place of a": ("activations[L - 1] @ W", "(activations[0] if L == 1 else zs[-1]) @ W"),
        "two layers only": """
def forward(X, parameters):
    (W1, b1), (W2, b2) = parameters
    z1 = X @ W1 + b1
    a1 = sigmoid(z1)
    z2 = a1 @ W2 + b2
    return [z1, z2], [X, a1, softmax(z2)]
""",
        "first and last layer only": """
def forward(X, parameters):
    (W1, b1), (W2, b2) = parameters[0], parameters[-1]
    z1 = X @ W1 + b1
    z2 = sigmoid(z1) @ W2 + b2
    return [z1, z2], [X, sigmoid(z1), softmax(z2)]
""",
        "softmax after the second layer": ("L == H", "L == 2"),
        "bias changed in place": ("zs.append(activations[L - 1] @ W + b)", "b += activations[L - 1] @ W; zs.append(b)"),
        "weights changed in place": (
            "    zs, activations = ",
            "    parameters[0][0].__imul__(0.5)\n    zs, activations = ",
        ),
        "first sample only": ("return zs", "zs = [z[:1] for z in zs]\n    return zs"),
        "batch normalised by accident": ("@ W + b)", "@ W / len(X) + b)"),
        "nothing returned": ("return zs, activations", "return None"),
        "ReLU": ("else sigmoid", "else (lambda z: np.maximum(z, 0))"),
        "output not kept": ("return zs, activations", "return zs, activations[:-1]"),
        "activations in place of zs": ("return zs, activations", "return activations[1:], activations"),
        "pairs": ("return zs, activations", "return list(zip(zs, activations[1:]))"),
        "activations only": ("return zs, activations", "return activations"),
        "last only": ("return zs, activations", "return zs[-1], activations[-1]"),
        "backwards": ("return zs, activations", "return zs[::-1], activations[::-1]"),
        "X in zs": ("return zs, activations", "return [X, *zs], activations"),
        "kept twice": ("return zs, activations", "return zs, [X, *activations]"),
        "bias twice": ("@ W + b", "@ W + 2 * b"),
        "mean of the bias": ("@ W + b", "@ W + b.mean()"),
        "bias multiplied": ("activations[L - 1] @ W + b", "(activations[L - 1] @ W) * b"),
        "1 in place of the bias": ("@ W + b", "@ W + 1"),
        "minus the weights": ("activations[L - 1] @ W + b", "b - activations[L - 1] @ W"),
        "twice the weights": ("activations[L - 1] @ W + b", "2 * (activations[L - 1] @ W) + b"),
        "without activations": ("activations[L - 1] @ W + b", "np.ones_like(activations[L - 1]) @ W + b"),
        "input activated": ("[], [X]", "[], [sigmoid(X)]"),
        "input scaled": ("[], [X]", "[], [X / X.max()]"),
        "transposed if square": ("@ W + b", "@ (W.T if W.shape[0] == W.shape[1] else W) + b"),
        "z with columns": ("return zs, activations", "return [z.T for z in zs], activations"),
        "derivative": ("else sigmoid", "else sigmoid_derivative"),
        "sigmoid before softmax": ("h = softmax if L == H", "h = (lambda z: softmax(sigmoid(z))) if L == H"),
        "activation of the first z": (
            "h(zs[-1])",
            "h(zs[0])",
            "@ W + b)",
            "@ W + b if L == 1 or activations[L - 1].shape[1] == len(W) else zs[0] @ np.ones(W.shape))",
        ),
        "softmax over the batch": ("h = softmax if L == H", "h = (lambda z: softmax(z.T).T) if L == H"),
        "not normalised": ("h = softmax if L == H", "h = np.exp if L == H"),
        "log softmax": ("h = softmax if L == H", "h = (lambda z: np.log(softmax(z))) if L == H"),
        "decided": ("h = softmax if L == H", "h = (lambda z: np.eye(z.shape[1])[z.argmax(axis=1)]) if L == H"),
        "unknown name": ("return zs", "return Zs"),
        "list in place of an array": ("activations[L - 1] @ W", "activations @ W"),
        "noise": ("@ W + b", "@ W + b + 0.1 * activations[L - 1] ** 2 @ W"),
    },
    "backward": {
        "not averaged": (" / len(y)", ""),
        "averaged twice": ("delta.sum(axis=0)", "delta.mean(axis=0)"),
        "averaged over classes": ("/ len(y)", "/ y.shape[1]"),
        "averaged over all entries": ("/ len(y)", "/ y.size"),
        "sign": ("(activations[H] - y)", "(y - activations[H])"),
        "derivative forgotten": ("sigmoid_derivative(zs[L - 2]) * ", ""),
        "derivative of a": ("sigmoid_derivative(zs[L - 2])", "sigmoid_derivative(activations[L - 1])"),
        "derivative at the wrong layer": ("sigmoid_derivative(zs[L - 2])", "sigmoid_derivative(zs[0])"),
        "sigmoid in place of its derivative": ("sigmoid_derivative(zs", "sigmoid(zs"),
        "derivative at the output too": (
            "(activations[H] - y) / len(y)",
            "(activations[H] - y) / len(y) * sigmoid_derivative(zs[-1])",
        ),
        "transpose forgotten": ("delta @ W.T", "delta @ W"),
        "transposed if it fits": ("delta @ W.T", "delta @ (W if W.shape[0] == W.shape[1] else W.T)"),
        "dW transposed": ("activations[L - 1].T @ delta", "delta.T @ activations[L - 1]"),
        "z in place of a": ("activations[L - 1].T @ delta", "(zs[L - 2] if L > 1 else activations[0]).T @ delta"),
        "dW with the wrong a": ("activations[L - 1].T", "activations[0].T"),
        "order of the gradients": ("gradients[::-1]", "gradients"),
        "order within the pairs": (
            "(activations[L - 1].T @ delta, delta.sum(axis=0))",
            "(delta.sum(axis=0), activations[L - 1].T @ delta)",
        ),
        "db as a row": ("delta.sum(axis=0)", "delta.sum(axis=0, keepdims=True)"),
        "db over the wrong axis": ("delta.sum(axis=0)", "delta.sum(axis=1)"),
        "db a number": ("delta.sum(axis=0)", "delta.sum()"),
        "db zero": ("delta.sum(axis=0)", "np.zeros(delta.shape[1])"),
        "db of the first sample": ("delta.sum(axis=0)", "delta[0]"),
        "last layer only": ("range(H, 0, -1)", "range(H, H - 1, -1)"),
        "two layers at most": ("range(H, 0, -1)", "range(H, max(H - 2, 0), -1)"),
        "W of the wrong layer": ("parameters[L - 1][0]", "parameters[-1][0]"),
        "changes its input": (
            "delta = (activations[H] - y) / len(y)",
            "delta = activations[H]; delta -= y; delta = delta / len(y)",
        ),
        "two lists in place of pairs": (
            "return gradients[::-1]",
            "return [g[0] for g in gradients[::-1]], [g[1] for g in gradients[::-1]]",
        ),
        "batch of one size": ("/ len(y)", "/ max(len(y), 2)"),
        "random feedback": ("W.T)", "np.random.default_rng(0).normal(size=W.T.shape))"),
        "gradient of the square": ("(activations[H] - y)", "2 * (activations[H] - y)"),
        "nothing returned": ("return gradients[::-1]", "pass"),
        "y not used": ("(activations[H] - y)", "activations[H]"),
        "derivative by a": ("(activations[H] - y)", "(-y / activations[H])"),
        "flat": ("return gradients[::-1]", "return [array for pair in gradients[::-1] for array in pair]"),
        "label only": ("(activations[H] - y)", "-y"),
        "sum in place of difference": ("(activations[H] - y)", "(activations[H] + y)"),
        "product in place of difference": ("(activations[H] - y)", "(activations[H] * y)"),
        "squared": ("(activations[H] - y)", "(activations[H] - y) ** 2"),
        "decided": ("(activations[H] - y)", "(np.eye(y.shape[1])[activations[H].argmax(axis=1)] - y)"),
        "z in place of the output": ("(activations[H] - y)", "(zs[-1] - y)"),
        "loss in place of its derivative": ("(activations[H] - y)", "(-y * np.log(activations[H]))"),
        "dW with a derivative": ("activations[L - 1].T @ delta", "sigmoid(activations[L - 1]).T @ delta"),
        "derivative: z in place of sigmoid": ("sigmoid_derivative(zs[L - 2])", "zs[L - 2] * (1 - zs[L - 2])"),
        "derivative: a(1 + a)": ("sigmoid_derivative(zs[L - 2])", "activations[L - 1] * (1 + activations[L - 1])"),
        "derivative: twice": ("sigmoid_derivative(zs[L - 2])", "sigmoid_derivative(zs[L - 2]) ** 2"),
        "derivative: of tanh": ("sigmoid_derivative(zs[L - 2])", "(1 - activations[L - 1] ** 2)"),
        "derivative: added": ("zs[L - 2]) * (delta", "zs[L - 2]) + (delta"),
        "weights of another layer": (
            "delta @ W.T",
            "delta @ (parameters[L - 2][0] if parameters[L - 2][0].shape == W.T.shape else W.T)",
        ),
        "weights forgotten": ("delta @ W.T", "delta.sum(axis=1, keepdims=True)"),
        "weights without sign": ("delta @ W.T", "delta @ np.abs(W.T)"),
        "derivative only": (" * (delta @ W.T)", ""),
        "one neuron": ("delta @ W.T", "delta[:, :1] @ W.T[:1]"),
        "bias on the way back": ("delta @ W.T", "(delta + parameters[L - 1][1]) @ W.T"),
        "ten times": ("(activations[H] - y)", "10 * (activations[H] - y)"),
        "root of the batch size": ("/ len(y)", "/ np.sqrt(len(y))"),
        "another a": ("activations[L - 1].T @ delta", "(activations[L - 1] + 0.1 * activations[L - 1] ** 2).T @ delta"),
        "db of the largest": ("delta.sum(axis=0)", "delta.sum(axis=0) ** 3"),
    },
    "update": {
        "ascent": ("W - learning_rate * dW, b - learning_rate * db", "W + learning_rate * dW, b + learning_rate * db"),
        "rate forgotten": ("learning_rate * d", "1.0 * d"),
        "bias forgotten": ("b - learning_rate * db", "b"),
        "weights forgotten": ("W - learning_rate * dW", "W"),
        "in place": """
def update(parameters, gradients, learning_rate):
    for (W, b), (dW, db) in zip(parameters, gradients):
        W -= learning_rate * dW
        b -= learning_rate * db
    return parameters
""",
        "in place, copied too late": """
def update(parameters, gradients, learning_rate):
    new = list(parameters)
    for (W, b), (dW, db) in zip(new, gradients):
        W -= learning_rate * dW
        b -= learning_rate * db
    return new
""",
        "nothing returned": ("return [", "return None and ["),
        "unchanged": ("W - learning_rate * dW, b - learning_rate * db", "W, b"),
        "first layer only": ("zip(parameters, gradients, strict=True)", "list(zip(parameters, gradients))[:1]"),
        "gradients changed": ("dW, b - ", "dW.__imul__(1.5), b - "),
        "divided by the rate": ("W - learning_rate * dW", "W - dW / (learning_rate or 1)"),
        "step only": ("W - learning_rate * dW, b - learning_rate * db", "-learning_rate * dW, -learning_rate * db"),
        "two lists": """
def update(parameters, gradients, learning_rate):
    return (
        [W - learning_rate * dW for (W, _), (dW, _) in zip(parameters, gradients)],
        [b - learning_rate * db for (_, b), (_, db) in zip(parameters, gradients)],
    )
""",
        "multiplied": ("W - learning_rate * dW", "W * (1 - learning_rate * dW)"),
        "order within the pairs": (
            "(W - learning_rate * dW, b - learning_rate * db)",
            "(b - learning_rate * db, W - learning_rate * dW)",
        ),
        "signs exchanged": ("W - learning_rate * dW", "learning_rate * dW - W"),
        "rate added": ("W - learning_rate * dW", "W - (learning_rate + dW)"),
        "rate only": ("W - learning_rate * dW", "W - learning_rate"),
        "rate times all": ("W - learning_rate * dW", "learning_rate * (W - dW)"),
        "decay": ("W - learning_rate * dW", "(1 - learning_rate) * W - learning_rate * dW"),
        "sign of the gradient": ("W - learning_rate * dW", "W - learning_rate * np.sign(dW)"),
        "square of the gradient": ("W - learning_rate * dW", "W - learning_rate * dW ** 2"),
        "divided by the gradient": ("W - learning_rate * dW", "W - learning_rate / dW"),
        "parameters and gradients exchanged": ("zip(parameters, gradients, strict=True)", "zip(gradients, parameters)"),
        "parameters twice": ("W - learning_rate * dW", "W + W - learning_rate * dW"),
        "gradient of another array": (
            "b - learning_rate * db",
            "b - learning_rate * dW[0]",
            "W - learning_rate * dW",
            "W - learning_rate * db",
        ),
        "flat": """
def update(parameters, gradients, learning_rate):
    new = []
    for (W, b), (dW, db) in zip(parameters, gradients):
        new.append(W - learning_rate * dW)
        new.append(b - learning_rate * db)
    return new
""",
        "two steps": ("W - learning_rate * dW", "W - 2 * learning_rate * dW"),
        "b in place of W": ("W - learning_rate * dW", "b - learning_rate * dW"),
        "W in place of the rate": ("W - learning_rate * dW", "W - W * dW"),
    },
    "minibatches": {
        "not shuffled": ("rng.permutation(len(X))", "np.arange(len(X))"),
        "last batch lost": ("range(0, len(X), batch_size)", "range(0, len(X) - len(X) % batch_size, batch_size)"),
        "last row lost": ("range(0, len(X), batch_size)", "range(0, len(X) - 1, batch_size)"),
        "an empty batch": ("range(0, len(X), batch_size)", "range(0, len(X) + 1, batch_size)"),
        "overlapping": ("start + batch_size]", "start + batch_size + 1]"),
        "with replacement": ("rng.permutation(len(X))", "rng.integers(len(X), size=len(X))"),
        "X and y apart": ("y[chosen]", "y[rng.permutation(len(X))[start : start + batch_size]]"),
        "y not shuffled": ("y[chosen]", "y[start : start + batch_size]"),
        "X not shuffled": ("X[chosen]", "X[start : start + batch_size]"),
        "rng ignored": ("rng.permutation", "np.random.permutation"),
        "seeded inside": ("rng.permutation", "np.random.default_rng(0).permutation"),
        "the same order always": ("rng.permutation(len(X))", "np.arange(len(X))[::-1]"),
        "batches shuffled, not rows": """
def minibatches(X, y, batch_size, rng):
    starts = np.arange(0, len(X), batch_size)
    rng.shuffle(starts)
    for start in starts:
        yield X[start : start + batch_size], y[start : start + batch_size]
""",
        "rows shuffled within batches": """
def minibatches(X, y, batch_size, rng):
    for start in range(0, len(X), batch_size):
        rows = start + rng.permutation(min(batch_size, len(X) - start))
        yield X[rows], y[rows]
""",
        "input shuffled in place": """
def minibatches(X, y, batch_size, rng):
    rows = np.hstack([X, y])
    rng.shuffle(rows)
    X[:], y[:] = rows[:, : X.shape[1]], rows[:, X.shape[1] :]
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], y[start : start + batch_size]
""",
        "one batch only": ("yield X[chosen], y[chosen]", "return [(X[chosen], y[chosen])]"),
        "everything at once": ("batch_size):", "len(X)):\n        batch_size = len(X)"),
        "batches of one": ("batch_size):", "1):\n        batch_size = 1"),
        "size and number exchanged": """
def minibatches(X, y, batch_size, rng):
    for rows in np.array_split(rng.permutation(len(X)), batch_size):
        yield X[rows], y[rows]
""",
        "without end": """
def minibatches(X, y, batch_size, rng):
    while True:
        rows = rng.integers(len(X), size=batch_size)
        yield X[rows], y[rows]
""",
        "first half shuffled": (
            "order = rng.permutation(len(X))",
            "order = np.arange(len(X)); rng.shuffle(order[: len(X) // 2])",
        ),
        "all but the last row shuffled": (
            "order = rng.permutation(len(X))",
            "order = np.append(rng.permutation(len(X) - 1), len(X) - 1)",
        ),
        "one of two orders": (
            "rng.permutation(len(X))",
            "np.random.default_rng(int(rng.integers(2))).permutation(len(X))",
        ),
        "X only": ("yield X[chosen], y[chosen]", "yield X[chosen]"),
        "exchanged": ("yield X[chosen], y[chosen]", "yield y[chosen], X[chosen]"),
        "one epoch twice": ("order = rng.permutation(len(X))", "order = np.tile(rng.permutation(len(X)), 2)"),
        "two epochs in one": (
            "    order = rng.permutation(len(X))\n",
            "    X, y = np.tile(X, (2, 1)), np.tile(y, (2, 1))\n    order = rng.permutation(len(X))\n",
        ),
        "every batch drawn anew": """
def minibatches(X, y, batch_size, rng):
    for _ in range(len(X) // batch_size + 1):
        chosen = rng.choice(len(X), batch_size, replace=False)
        yield X[chosen], y[chosen]
""",
        "batches too short": ("start + batch_size]", "start + batch_size - 1]"),
        "all rows in every batch": ("yield X[chosen], y[chosen]", "yield X[order], y[order]"),
        "two lists": """
def minibatches(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    parts = [order[k : k + batch_size] for k in range(0, len(X), batch_size)]
    return [X[part] for part in parts], [y[part] for part in parts]
""",
        "all of it, shuffled": ("yield X[chosen], y[chosen]", "return X[order], y[order]"),
        "one row": ("X[chosen]", "X[start]"),
        "numbers": ("X[chosen]", "chosen"),
        "y twice": ("X[chosen]", "y[chosen]"),
        "X twice": ("y[chosen]", "X[chosen]"),
        "rows halved": ("X[chosen]", "X[chosen] / 2"),
        "y shorter": ("y[chosen]", "y[chosen[1:]]"),
    },
    "train": {
        "history per batch": ("history.append(np.mean(losses))", "history.extend(losses)"),
        "history of last batch": ("np.mean(losses)", "losses[-1]"),
        "history of first batch": ("np.mean(losses)", "losses[0]"),
        "history summed": ("np.mean(losses)", "np.sum(losses)"),
        "history over all epochs": (
            "history.append(np.mean(losses))",
            "history.append(np.mean(losses) + sum(history))",
        ),
        "losses never emptied": ("    history = []", "    history, losses = [], []", "        losses = []\n", ""),
        "history with the start": ("history = []", "history = [2.3]"),
        "history empty": ("history.append(np.mean(losses))", "pass"),
        "history accuracy": (
            "cross_entropy(y_batch, activations[-1])",
            "np.mean(activations[-1].argmax(1) == y_batch.argmax(1))",
        ),
        "one epoch too many": ("range(epochs)", "range(epochs + 1)"),
        "one epoch too few": ("range(epochs)", "range(epochs - 1)"),
        "no step": (_STEP, "pass"),
        "update's result dropped": (_STEP, "update(parameters, gradients, learning_rate)"),
        "ascent": (_STEP, "parameters = update(parameters, gradients, -learning_rate)"),
        "learning rate fixed": (_STEP, "parameters = update(parameters, gradients, 0.1)"),
        "learning rate halved": (_STEP, "parameters = update(parameters, gradients, learning_rate / 2)"),
        "averaged twice": (_STEP, "parameters = update(parameters, gradients, learning_rate / len(X_batch))"),
        "one step an epoch": (
            f"            {_STEP}\n",
            "",
            "        history.append(np.mean(losses))\n",
            f"        {_STEP}\n        history.append(np.mean(losses))\n",
        ),
        "batch size ignored": (_BATCHES, "minibatches(X, y, len(X), rng)"),
        "batch size fixed": (_BATCHES, "minibatches(X, y, 16, rng)"),
        "no batches": (_BATCHES, "[(X, y)]"),
        "first batch only": (_BATCHES, "list(minibatches(X, y, batch_size, rng))[:1]"),
        "last batch left out": (_BATCHES, "list(minibatches(X, y, batch_size, rng))[:-1] or [(X, y)]"),
        "own batches without the rest": (
            _BATCHES,
            "list(minibatches(X, y, batch_size, rng))[:len(X) // batch_size]",
        ),
        "layers fixed": ("init_parameters(layer_sizes, rng)", "init_parameters([64, 32, 10], rng)"),
        "zero weights": (
            "init_parameters(layer_sizes, rng)",
            "[(np.zeros((m, n)), np.zeros(n)) for m, n in zip(layer_sizes, layer_sizes[1:])]",
        ),
        "equal weights": (
            "init_parameters(layer_sizes, rng)",
            "[(np.full((m, n), 0.1), np.zeros(n)) for m, n in zip(layer_sizes, layer_sizes[1:])]",
        ),
        "starts anew each epoch": (
            "        losses = []\n",
            "        losses = []\n        parameters = init_parameters(layer_sizes, rng)\n",
        ),
        "rng ignored for the weights": (
            "init_parameters(layer_sizes, rng)",
            "init_parameters(layer_sizes, np.random.default_rng())",
        ),
        "weights always the same": (
            "init_parameters(layer_sizes, rng)",
            "init_parameters(layer_sizes, np.random.default_rng(0))",
        ),
        "rng ignored for the order": (_BATCHES, "minibatches(X, y, batch_size, np.random.default_rng())"),
        "the same order in every epoch": (
            "    history = []\n",
            "    history = []\n    batches = list(minibatches(X, y, batch_size, rng=rng))\n",
            _BATCHES,
            "batches",
        ),
        "the same order forwards and backwards": (
            "    history = []\n",
            "    history = []\n    order = rng.permutation(len(X))\n",
            "        losses = []\n",
            "        losses, order = [], order[::-1]\n",
            _BATCHES,
            "[(X[order[k : k + batch_size]], y[order[k : k + batch_size]]) for k in range(0, len(X), batch_size)]",
        ),
        "history of lists": ("history.append(np.mean(losses))", "history.append([np.mean(losses)])"),
        "order seeded inside": (_BATCHES, "minibatches(X, y, batch_size, np.random.default_rng(5))"),
        "not shuffled": (
            _BATCHES,
            "[(X[k : k + batch_size], y[k : k + batch_size]) for k in range(0, len(X), batch_size)]",
        ),
        "gradient of another batch": ("gradients = backward(y_batch,", "gradients = backward(y_batch[::-1],"),
        "parameters only": ("return parameters, history", "return parameters"),
        "exchanged": ("return parameters, history", "return history, parameters"),
        "stops after the first epoch": (
            "        history.append(np.mean(losses))\n",
            "        history.append(np.mean(losses))\n        return parameters, history\n",
        ),
        "input changed": ("    history = []\n", "    history = []\n    X -= X.mean()\n"),
        "last layer frozen": (
            _STEP,
            "parameters = update(parameters, gradients, learning_rate)[:-1] + parameters[-1:]",
        ),
        "biases frozen": (
            _STEP,
            "parameters = [(W, b) for (W, _), (_, b) in zip(update(parameters, gradients, learning_rate), parameters)]",
        ),
        "momentum": (
            "    history = []\n",
            "    history = []\n    velocity = None\n",
            _STEP,
            f"{_MOMENTUM}; parameters = update(parameters, velocity, learning_rate)",
        ),
        "weight decay": (
            _STEP,
            "parameters = [(0.99 * W, b) for W, b in update(parameters, gradients, learning_rate)]",
        ),
        "batches used up": (
            "    history = []\n",
            "    history = []\n    batches = minibatches(X, y, batch_size, rng=rng)\n",
            _BATCHES,
            "batches",
        ),
        "history as text": ("np.mean(losses))", "f'{np.mean(losses):.3f}')"),
        "history three times": ("return parameters, history", "return parameters, history * 3"),
        "history of nothing": ("losses.append(cross_entropy(y_batch, activations[-1]))", "pass"),
        "history negative": ("history.append(np.mean(losses))", "history.append(-np.mean(losses))"),
        "history divided by the samples": (
            "history.append(np.mean(losses))",
            "history.append(np.sum(losses) / len(losses) ** 2)",
        ),
        "history doubled": ("history.append(np.mean(losses))", "history.append(2 * np.mean(losses))"),
        "history: median": ("history.append(np.mean(losses))", "history.append(np.median(losses))"),
        "history: squared error": (
            "history.append(np.mean(losses))",
            "history.append(np.mean((y - forward(X, parameters)[1][-1]) ** 2))",
        ),
        "history is no list": ("return parameters, history", "return parameters, rng"),
        "only the last step": (
            _STEP,
            "new = update(parameters, gradients, learning_rate)",
            "return parameters, history",
            "return new, history",
        ),
        "two steps for a batch": (_STEP, _STEP + "\n            " + _STEP),
        "gradients summed": (_STEP, "parameters = update(parameters, gradients, learning_rate * len(X_batch))"),
        "learning rate squared": (_STEP, "parameters = update(parameters, gradients, learning_rate**2)"),
    },
    "predict": {
        "probabilities": (".argmax(axis=1)", ""),
        "one-hot": (".argmax(axis=1)", ".round()"),
        "wrong axis": ("axis=1", "axis=0"),
        "of everything": ("argmax(axis=1)", "argmax()"),
        "smallest": ("argmax", "argmin"),
        "largest share in place of its class": (".argmax(", ".max("),
        "of the hidden layer": ("activations[-1]", "activations[1]"),
        "of the first sample": ("activations[-1].argmax(axis=1)", "activations[-1][0].argmax()"),
        "column": ("argmax(axis=1)", "argmax(axis=1, keepdims=True)"),
        "counted from 1": ("argmax(axis=1)", "argmax(axis=1) + 1"),
        "as text": ("argmax(axis=1)", "argmax(axis=1).astype(str)"),
        "last layer only": ("forward(X, parameters)", "forward(X[:, : len(parameters[-1][0])], parameters[-1:])"),
        "input changed": ("_, activations", "X *= 2; _, activations"),
        "batch of one squeezed": ("activations[-1].argmax(axis=1)", "activations[-1].squeeze().argmax(axis=-1)"),
        "nothing returned": ("return activations", "activations"),
        "yes or no": (".argmax(axis=1)", ".max(axis=1) > 0.5"),
        "of the input": ("activations[-1]", "activations[0]"),
        "negative": ("return activations", "return -activations"),
    },
}


def mistaken(function: str, name: str) -> str:
    """Return the sheet's solution with the mistake made."""
    mistake = WRONG[function][name]
    if isinstance(mistake, str):
        return mistake
    code = cells()[f"{function}_code"] + "\n"
    for old, new in zip(mistake[::2], mistake[1::2], strict=True):
        assert old in code, f"{old!r} is not in the solution any more"
        code = code.replace(old, new)
    return code
