"""A second opinion on whether two lines are equal, which shares nothing with the checker but the syntax tree.

Derivatives are carried out by forward differentiation (dual numbers) instead of rules; h is an analytic function and dh
its derivative instead of two unrelated ones; numbers have 40 digits; sizes, seeds and values are others.
"""

import itertools
import random
from dataclasses import dataclass, field, replace

import mpmath

from autograder.symbolic.expressions import (
    Binary,
    Call,
    Derivative,
    IndexValue,
    Kronecker,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
    walk,
)
from autograder.symbolic.setting import family, lower_indices

SIZES = ((5, 3), (3, 5), (6, 4), (2, 3))
CHOICES = 4  # of free indices, in each size
SAME = mpmath.mpf("1e-24")
MP = mpmath.mp.clone()
MP.dps = 40


class UnsupportedError(Exception):
    """The oracle has no opinion, as on a derivative by what is no quantity, or a second one by a defined one."""


class NoValueError(Exception):
    """The line has no value here."""


@dataclass
class Situation:
    """Sizes, free indices and one random number for everything."""

    setting: object
    sizes: dict
    free: dict
    seed: int
    one_hot: bool
    numbers: dict = field(default_factory=dict)

    def number(self, key):
        """Return the value of an atom: 0.35 to 1.65 in size, of either sign."""
        if key not in self.numbers:
            draw = random.Random(f"oracle {self.seed} {key!r}")
            self.numbers[key] = MP.mpf(draw.randrange(350_000_000, 1_650_000_000)) / 10**9 * draw.choice((1, -1))
        return self.numbers[key]


def agree(setting, first, second, *, one_hot=False, case=None, seed=0):
    """Return whether ``second`` equals ``first`` wherever that has a value; None where the oracle has no opinion."""
    compared = 0
    try:
        for situation in _situations(setting, one_hot, case, seed):
            try:
                a = _Evaluation(situation).value(first, {})
            except NoValueError:
                continue
            compared += 1
            try:
                b = _Evaluation(situation).value(second, {})
            except NoValueError:
                return False
            if abs(a - b) > SAME * (1 + max(abs(a), abs(b))):
                return False
    except UnsupportedError:
        return None
    return True if compared else None


def _situations(setting, one_hot, case, seed):
    task = setting.task
    if not task.free:
        for number in range(6):
            yield Situation(setting, {}, {}, 1000 * seed + number, one_hot)
        return
    for number, (n, m) in enumerate(SIZES):
        sizes = {"N": n, "M": m}
        choices = [
            choice
            for choice in itertools.product(*(range(1, sizes[task.indices[name]] + 1) for name in task.free))
            if case is None or (choice[0] == choice[1]) == (case == "==")
        ]
        draw = random.Random(f"{seed} {number}")
        chosen = draw.sample(choices, min(CHOICES, len(choices)))
        if len(task.free) == 2 and case is None:  # both i = j and i != j must be there
            chosen += [c for c in choices if c[0] == c[1]][:1] + [c for c in choices if c[0] != c[1]][:1]
        for k, choice in enumerate(chosen):
            yield Situation(setting, sizes, dict(zip(task.free, choice, strict=True)), 1000 * seed + k, one_hot)


class _Evaluation:
    """Values, and (value, derivative) pairs by one variable."""

    def __init__(self, situation):
        self.at = situation
        self.setting = situation.setting

    def value(self, node, env):
        return self.pair(node, env, None)[0]

    def index(self, index, env):
        if not index.name:
            return index.offset
        for known in (env, self.at.free, self.at.sizes):
            if index.name in known:
                return known[index.name] + index.offset
        raise UnsupportedError

    def pair(self, node, env, by):
        """Return the value of ``node`` and its derivative by ``by``: family, indices, value of a defined quantity."""
        if by is not None and not isinstance(node, Symbol | Number | Kronecker | Derivative) and by[2] is not None:
            value = self.pair(node, env, None)[0]
            if abs(value - by[2]) < SAME:
                return value, MP.mpf(1)
        match node:
            case Number(value):
                return MP.mpf(value.numerator) / value.denominator, MP.mpf(0)
            case IndexValue(index):
                return MP.mpf(self.index(index, env)), MP.mpf(0)
            case Kronecker(left, right):
                return MP.mpf(self.index(left, env) == self.index(right, env)), MP.mpf(0)
            case Symbol():
                return self.symbol(node, env, by)
            case Negative(operand):
                u, du = self.pair(operand, env, by)
                return -u, -du
            case Binary(operator, left, right):
                u, du = self.pair(left, env, by)
                v, dv = self.pair(right, env, by)
                if operator in "+-":
                    sign = 1 if operator == "+" else -1
                    return u + sign * v, du + sign * dv
                if operator == "*":
                    return u * v, du * v + u * dv
                if abs(v) < SAME:
                    raise NoValueError
                return u / v, (du * v - u * dv) / v**2
            case Power(base, exponent):
                return self.power(base, exponent, env, by)
            case Call(function, argument):
                return self.call(function, argument, env, by)
            case Sum(body, index, lower, upper):
                span = range(self.index(lower, env), self.index(upper, env) + 1)
                pairs = [self.pair(body, {**env, index: k}, by) for k in span]
                return MP.fsum(u for u, _ in pairs), MP.fsum(du for _, du in pairs)
            case Derivative(body, variable):
                if by is not None:
                    return self.value(node, env), self.second(node, env, by)
                if not isinstance(variable, Symbol):
                    return self.by_expression(body, variable, env), MP.mpf(0)
                of = family(variable)
                value = self.value(variable, env) if of in self.setting.definitions else None
                return self.pair(body, env, (of, self.indices(variable, env), value))[1], MP.mpf(0)

    def second(self, node, env, by):
        """Return the derivative of a derivative, by a difference quotient of fourth order in forty digits."""
        of, indices, value = by
        if value is not None or of in self.setting.depends or self.setting.depends:
            raise UnsupportedError
        step = MP.mpf("1e-9")
        values = {}
        for k in (-2, -1, 1, 2):
            moved = {**self.at.numbers, (of, indices): self.at.number((of, indices)) + k * step}
            values[k] = _Evaluation(replace(self.at, numbers=moved)).value(node, env)
        return (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)

    def by_expression(self, body, variable, env):
        """Return df/du as f'(z)/u'(z), which holds where u is made of one quantity z alone."""
        symbols = {node for node in walk(variable) if isinstance(node, Symbol)}
        if len(symbols) != 1 or any(isinstance(node, Sum) for node in walk(variable)):
            raise UnsupportedError
        (symbol,) = symbols
        of = family(symbol)
        if of in self.setting.definitions or of in self.setting.depends:
            raise UnsupportedError
        by = of, self.indices(symbol, env), None
        derived = self.pair(variable, env, by)[1]
        if abs(derived) < SAME:
            raise NoValueError
        return self.pair(body, env, by)[1] / derived

    def power(self, base, exponent, env, by):
        u, du = self.pair(base, env, by)
        v, dv = self.pair(exponent, env, by)
        if abs(v) > 300 or (abs(u) < SAME and v < 0) or (u < 0 and v != int(v)) or (dv and u <= 0):
            raise NoValueError
        value = u**v
        derived = (v * u ** (v - 1) * du if du and v else MP.mpf(0)) + (value * MP.log(u) * dv if dv else MP.mpf(0))
        return value, derived

    def call(self, function, argument, env, by):
        definition = self.setting.function_definitions.get(function)
        u, du = self.pair(argument, env, by)
        if definition is not None:
            match function:
                case "sigma":
                    value = 1 / (1 + MP.exp(-u))
                    return value, value * (1 - value) * du
                case "tanh":
                    value = MP.tanh(u)
                    return value, (1 - value**2) * du
            raise UnsupportedError
        match function:
            case "exp":
                if u > 5000:
                    raise NoValueError
                return MP.exp(u), MP.exp(u) * du
            case "log":
                if u <= 0:
                    raise NoValueError
                return MP.log(u), du / u
        a, b, c = (self.at.number(("h", k)) for k in range(3))
        if function == "h":
            return MP.sin(a * u + b) + c * u, (a * MP.cos(a * u + b) + c) * du
        return a * MP.cos(a * u + b) + c, -a * a * MP.sin(a * u + b) * du

    def indices(self, symbol, env):
        found = tuple(self.index(index, env) for index in lower_indices(symbol))
        sizes = [self.at.sizes[size] for size in self.setting.shapes[family(symbol)]]
        if not all(1 <= k <= size for k, size in zip(found, sizes, strict=True)):
            raise NoValueError
        return found

    def symbol(self, symbol, env, by):
        of, indices = family(symbol), self.indices(symbol, env)
        task = self.setting.task
        if by is not None and by[0] == of:
            return self.symbol(symbol, env, None)[0], MP.mpf(indices == by[1])
        if self.at.one_hot and of[0] == task.normalised:
            return MP.mpf(indices == (self.at.free[task.true_class],)), MP.mpf(0)
        if of in self.setting.depends:
            through = family(self.setting.depends[of])
            if by is None:
                return self.at.number((of, indices)), MP.mpf(0)
            if by[0] == through:
                return self.at.number((of, indices)), self.at.number(("slope", by[1]))
            names = [index.name for index in lower_indices(self.setting.depends[of])]
            size = self.at.sizes[self.setting.shapes[through][0]]
            slopes = (
                self.at.number(("slope", (k,))) * self.pair(self.setting.depends[of], {names[0]: k}, by)[1]
                for k in range(1, size + 1)
            )
            return self.at.number((of, indices)), MP.fsum(slopes)
        definition = self.setting.definitions.get(of)
        if definition is not None:
            return self.pair(definition.body, dict(zip(definition.parameters, indices, strict=True)), by)
        return self.at.number((of, indices)), MP.mpf(0)
