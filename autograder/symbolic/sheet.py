"""The four derivations of Übungsblatt 3, eq. (4), (5), (9) and (10), as DESIGN of the notation states them."""

from __future__ import annotations

from autograder.messages import N_
from autograder.symbolic.expressions import Expression, Sum, Symbol, walk
from autograder.symbolic.rules import ALWAYS, DIFFERENTIATION, Rule
from autograder.symbolic.tasks import Final, Form, Resolved, Task, contracted, free_of_derivatives

_QUOTIENT = frozenset({"quotient", "product", "power"})


def _inserted(expression: Expression) -> bool:
    """Return whether z^{L+1}_m is written out, its summation index kept apart from n (eq. 1)."""
    return any(
        isinstance(node, Sum)
        and node.upper.name != "M"  # a transposed weight has the sum over layer L+1 in this place
        and any(
            isinstance(inner, Symbol) and inner.name == "w" and any(k.name == node.index for k in inner.indices[1:2])
            for inner in walk(node.body)
        )
        for node in walk(expression)
    )


def _summed_over_targets(expression: Expression) -> bool:
    """Return whether only the sum over the neurons of layer L+1 is left."""
    return free_of_derivatives(expression) and not _inserted(expression)


def _factored(expression: Expression) -> bool:
    """Return whether h' stands outside of every sum (eq. 10)."""
    return _summed_over_targets(expression) and not any(
        getattr(inner, "function", None) == "dh"
        for node in walk(expression)
        if isinstance(node, Sum)
        for inner in walk(node.body)
    )


# ------------------------------------------------------------------------------------------------ what students write
# in place of a definition, or of the derivative of softmax

_NO_SIGMOID = ("1/(1 + exp(z))", "1/(1 - exp(-z))", "1/exp(-z)", "exp(-z)/(1 + exp(-z))", "exp(z)/(1 + exp(-z))")
_NO_SOFTMAX: dict[str, dict[str, tuple[str, ...]]] = {
    "a[i]": {
        "wrong_definition": (
            "exp(z[i])",
            "z[i]/Sum(z[k], (k, 1, N))",
            "Sum(exp(z[k]), (k, 1, N))/exp(z[i])",
            "1/Sum(exp(z[k]), (k, 1, N))",
            "1/(1 + exp(-z[i]))",
            "exp(-z[i])/Sum(exp(-z[k]), (k, 1, N))",
            "exp(z[i])/Sum(z[k], (k, 1, N))",
            "exp(z[i])/exp(Sum(z[k], (k, 1, N)))",
        )
    },
    "Derivative(a[i], z[j])": {
        "sigmoid_for_softmax": ("a[i]*(1 - a[i])", "a[i]*(1 - a[i])*kron(i, j)"),
        "missing_kronecker": ("a[i]*(1 - a[j])",),
        "summand_lost": ("a[i]*kron(i, j)", "-a[i]*a[j]"),
        "sign": ("a[i]*(a[j] - kron(i, j))", "a[i]*(kron(i, j) + a[j])"),
        "factor_lost": ("kron(i, j) - a[j]",),
        "wrong_index": ("a[i]*(kron(i, j) - a[i])",),
        "extra_kronecker": ("a[i]*(1 - a[j])*kron(i, j)",),
    },
}
_NO_LOSS = (
    "Sum((a[i] - y[i])**2, (i, 1, N))/2",
    "Sum((a[i] - y[i])**2, (i, 1, N))",
    "-Sum(a[i]*log(y[i]), (i, 1, N))",
    "-Sum(a[i]*log(a[i]), (i, 1, N))",
    "-Sum(log(a[i]), (i, 1, N))",
    "-Sum(y[i]*a[i], (i, 1, N))",
    "-Sum(y[i]*log(a[i]) + (1 - y[i])*log(1 - a[i]), (i, 1, N))",
    "-Sum(y[i]*log(a[i]), (i, 1, N))/N",
)
_NO_SUM = (
    "Sum(w[L+1,k,m]*z[L,k], (k, 1, N)) + b[L+1,m]",
    "Sum(w[L+1,k,m]*h(a[L,k]), (k, 1, N)) + b[L+1,m]",
    "h(Sum(w[L+1,k,m]*z[L,k], (k, 1, N)) + b[L+1,m])",
    "Sum(w[L+1,k,m], (k, 1, N)) + b[L+1,m]",
    "Sum(h(z[L,k]), (k, 1, N)) + b[L+1,m]",
    "Sum(w[L+1,k,m]*dh(z[L,k]), (k, 1, N)) + b[L+1,m]",
)

# ------------------------------------------------------------------------------------------------ the four tasks

SIGMOID = Task(
    part="1a",
    start="Derivative(sigma(z), z)",
    target="sigma(z)*(1 - sigma(z))",
    quantities=("z",),
    definitions={"sigma(z)": "1/(1 + exp(-z))"},
    misread={"sigma(z)": {"wrong_definition": _NO_SIGMOID}},
    usual=frozenset({Rule.QUOTIENT, Rule.CHAIN, Rule.POWER}),
    milestones=(
        Resolved(
            N_("a rule applied to 1/(1 + exp(-z)), its derivative still to do"),
            _QUOTIENT,
            hint=N_("look for the rule that fits sigma(z) as a fraction"),
        ),
        Resolved(N_("inner derivative"), frozenset({"exp"}), hint=N_("work out the inner derivative")),
        Form(N_("a line without derivatives"), free_of_derivatives, hint=N_("work out the derivatives that are left")),
        Final(
            N_("turned into sigma(z)*(1 - sigma(z))"), free_of_derivatives, hint=N_("find sigma(z) in the result again")
        ),
    ),
    sheet_atoms=("sigma(z)",),
    strict_end=True,
)

_CLASSES = {"i": "N", "j": "N", "n": "N", "t": "N"}
_SOFTMAX = {"a[i]": "exp(z[i])/S", "S": "Sum(exp(z[k]), (k, 1, N))"}

SOFTMAX = Task(
    part="1b",
    start="Derivative(a[i], z[j])",
    target="a[i]*(kron(i, j) - a[j])",
    quantities=("z[i]", "a[i]", "S"),
    indices={"i": "N", "j": "N"},
    free=("i", "j"),
    definitions=_SOFTMAX,
    misread=_NO_SOFTMAX,
    rules=DIFFERENTIATION | ALWAYS | {Rule.KRONECKER},
    usual=frozenset({Rule.QUOTIENT, Rule.CHAIN}),
    milestones=(
        Resolved(
            N_("quotient rule, product rule or logarithm applied"),
            _QUOTIENT,
            hint=N_("look for the rule that fits a[i] as a fraction"),
        ),
        Resolved(
            N_("derivative of exp(z[i])"),
            frozenset({"exp", "identity"}),
            "outside_sums",
            both_cases=True,
            hint=N_("differentiate exp(z[i]); i and j may be equal or not"),
        ),
        Resolved(
            N_("derivative of S"),
            frozenset({"exp", "identity", "constant"}),
            "inside_sums",
            hint=N_("differentiate S and ask which summands depend on z[j]"),
        ),
        Final(
            N_("brought into the final form"), free_of_derivatives, hint=N_("find a[i] and a[j] in the result again")
        ),
    ),
    sheet_atoms=("a[i]", "a[j]", "kron(i, j)"),
)

OUTPUT = Task(
    part="1c",
    start="Derivative(loss, z[n])",
    target="a[n] - y[n]",
    quantities=("z[i]", "a[i]", "y[i]", "S", "loss"),
    indices=_CLASSES,
    free=("n", "t"),
    definitions=_SOFTMAX | {"loss": "-Sum(y[i]*log(a[i]), (i, 1, N))"},
    earlier={"Derivative(a[i], z[j])": "a[i]*(kron(i, j) - a[j])"},
    misread=_NO_SOFTMAX | {"loss": {"wrong_definition": _NO_LOSS}},
    normalised="y",
    true_class="t",
    rules=DIFFERENTIATION | ALWAYS | {Rule.KRONECKER, Rule.ASSUMPTION, Rule.PART_1B},
    usual=frozenset({Rule.CHAIN, Rule.PART_1B}),
    milestones=(
        Resolved(
            N_("derivative moved into the sum"), frozenset({"sum"}), "top", hint=N_("move the derivative into the sum")
        ),
        Resolved(N_("derivative of the logarithm"), frozenset({"log"}), hint=N_("differentiate the logarithm")),
        Form(
            N_("1b inserted and the Kronecker delta contracted"),
            contracted,
            hint=N_("use 1b to work out what is left of the sum"),
        ),
        Final(
            N_("sum of y = 1 named, result with the right sign"),
            free_of_derivatives,
            assumption=True,
            hint=N_("work out the sum of the y and say what you assume"),
        ),
    ),
    sheet_atoms=("a[n]", "y[n]", "kron(n, t)"),
)

RECURSION = Task(
    part="1d",
    start="Derivative(loss, z[L,n])",
    other_starts=("Sum(Derivative(loss, z[L+1,m])*Derivative(z[L+1,m], z[L,n]), (m, 1, M))",),
    target="dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))",
    quantities=(
        "z[L,n]",
        "z[L+1,m]",
        "a[L,n]",
        "a[L+1,m]",
        "w[L+1,n,m]",
        "b[L+1,m]",
        "delta[L,n]",
        "delta[L+1,m]",
        "loss",
    ),
    indices={"n": "N", "m": "M"},
    free=("n",),
    functions={"h": "dh", "dh": None},
    definitions={
        "a[L,n]": "h(z[L,n])",
        "a[L+1,m]": "h(z[L+1,m])",
        "z[L+1,m]": "Sum(w[L+1,k,m]*a[L,k], (k, 1, N)) + b[L+1,m]",
        "delta[L,n]": "Derivative(loss, z[L,n])",
        "delta[L+1,m]": "Derivative(loss, z[L+1,m])",
    },
    depends={"loss": "z[L+1,m]"},
    misread={"z[L+1,m]": {"wrong_definition": _NO_SUM}},
    rules=DIFFERENTIATION | ALWAYS | {Rule.KRONECKER},
    usual=frozenset({Rule.CHAIN}),
    milestones=(
        Resolved(
            N_("chain rule over all neurons of layer L+1, delta[L+1,m] inserted"),
            frozenset({"multivariate"}),
            hint=N_("follow all the ways on which z[L,n] acts on the loss"),
        ),
        Form(
            N_("z[L+1,m] inserted, with a summation index of its own"),
            _inserted,
            hint=N_("insert what z[L+1,m] is, with an index that is not taken"),
        ),
        Resolved(
            N_("derivative moved into the sum, the bias vanishes"),
            frozenset({"sum"}),
            hint=N_("move the derivative inside and ask what depends on z[L,n]"),
        ),
        Resolved(N_("h' by the chain rule"), frozenset({"function"}), hint=N_("differentiate h at its argument")),
        Form(
            N_("the Kronecker delta contracted to w[L+1,n,m]"),
            _summed_over_targets,
            hint=N_("ask which summands are left"),
        ),
        Final(
            N_("h'(z[L,n]) in front of the sum"),
            _factored,
            hint=N_("move in front of the sum what does not depend on m"),
        ),
    ),
    sheet_atoms=(),
)
