"""Two more derivations, not on the sheet: how little a further task needs, and what ``0_einstieg`` practises on."""

from __future__ import annotations

from autograder.messages import N_
from autograder.symbolic.rules import ALWAYS, DIFFERENTIATION, Rule
from autograder.symbolic.tasks import Final, Form, Resolved, Task, free_of_derivatives

TANH = Task(
    part="tanh",
    start="Derivative(tanh(x), x)",
    target="1 - tanh(x)**2",
    quantities=("x",),
    definitions={"tanh(x)": "(exp(x) - exp(-x))/(exp(x) + exp(-x))"},
    usual=frozenset({Rule.QUOTIENT, Rule.CHAIN}),
    milestones=(
        Resolved(N_("quotient or product rule applied"), frozenset({"quotient", "product"})),
        Resolved(N_("inner derivative"), frozenset({"exp"})),
        Form(N_("a line without derivatives"), free_of_derivatives),
        Final(N_("turned into 1 - tanh(x)**2"), free_of_derivatives),
    ),
    sheet_atoms=("tanh(x)",),
    strict_end=True,
)

LINEAR = Task(
    part="linear",
    start="Derivative(loss, w[n,m])",
    target="(a[n] - y[n])*x[m]",
    quantities=("w[n,m]", "x[m]", "b[n]", "a[n]", "y[n]", "loss"),
    indices={"n": "N", "m": "M"},
    free=("n", "m"),
    definitions={
        "a[n]": "Sum(w[n,k]*x[k], (k, 1, M)) + b[n]",
        "loss": "Sum((a[i] - y[i])**2, (i, 1, N))/2",
    },
    rules=DIFFERENTIATION | ALWAYS | {Rule.KRONECKER},
    usual=frozenset({Rule.POWER, Rule.CHAIN}),
    milestones=(
        Resolved(
            N_("derivative moved into the sum"), frozenset({"sum"}), "top", hint=N_("move the derivative into the sum")
        ),
        Resolved(
            N_("power rule, inner derivative still to do"), frozenset({"power"}), hint=N_("differentiate the square")
        ),
        Form(N_("a line without derivatives"), free_of_derivatives, hint=N_("work out the derivatives that are left")),
        Final(N_("brought into the final form"), free_of_derivatives, hint=N_("see what is left of the sum")),
    ),
    sheet_atoms=("a[n]", "y[n]", "x[m]"),
)
