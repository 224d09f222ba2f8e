"""Texts that want to hurt the checker: too deep, too long, too large, or code."""

from tests.symbolic.chains import USUAL

_DEEP = "(" * 5000 + "z" + ")" * 5000
_SUM = "Sum(exp(z[k]), (k, 1, N))"
_NESTED = "Sum(" * 40 + "exp(z[k1])" + "".join(f", (k{k}, 1, N))" for k in range(1, 41))
_INSERTED = "Sum(delta[L+1,m]*Sum(w[L+1,k,m]*Derivative(h(z[L,k]), z[L,n]), (k, 1, N)), (m, 1, M))"

HOSTILE = {
    "brackets 5000 deep": f"Derivative(sigma(z), z)\n= {_DEEP}  # Algebra",
    "minus signs 5000 deep": "Derivative(sigma(z), z)\n= " + "-" * 5000 + "z",
    "exp in exp, 50 deep": "Derivative(sigma(z), z)\n= " + "exp(" * 50 + "z" + ")" * 50 + "  # Kettenregel",
    "derivatives 50 deep": "Derivative(a[i], z[j])\n= " + "Derivative(" * 50 + "a[i]" + ", z[j])" * 50,
    "9**9**9": "Derivative(sigma(z), z)\n= 9**9**9  # Algebra",
    "9**9**9**9**9 in an exponent": "Derivative(sigma(z), z)\n= exp(9**9**9**9**9)  # Algebra",
    "a number of 100 000 digits": "Derivative(sigma(z), z)\n= " + "9" * 100_000,
    "a fraction of huge numbers": "Derivative(sigma(z), z)\n= 1e308*1e308/1e-308",
    "sums nested 40 deep": f"Derivative(a[i], z[j])\n= {_NESTED}  # Algebra",
    "sums nested 4 deep, three times": "Derivative(a[i], z[j])\n= "
    + "*".join(["Sum(exp(z[p])*S*S*S*S, (p, 1, N), (q, 1, N), (r, 1, N), (s, 1, N))"] * 3)
    + "  # Algebra",
    "a product of 100 sums": "Derivative(a[i], z[j])\n= Derivative("
    + "*".join(["S"] * 100)
    + ", z[j])  # Produktregel",
    "a power tower of sums": "Derivative(a[i], z[j])\n= " + "**".join([_SUM] * 8) + "  # Algebra",
    "a sum of 300 summands": "Derivative(a[i], z[j])\n= " + "+".join(["a[i]*a[j]"] * 300),
    "bounds of a billion": "Derivative(a[i], z[j])\n= Sum(exp(z[k]), (k, 1, 999999999))",
    "one line of 1 MB": "Derivative(sigma(z), z)\n= " + "z+" * 500_000 + "z",
    "1 MB of lines": "Derivative(sigma(z), z)\n" + "= z  # Kettenregel\n" * 55_000,
    "1 MB of reasons": "Derivative(sigma(z), z)\n= z  # " + "Kettenregl, " * 90_000,
    "1 MB of one reason": "Derivative(sigma(z), z)\n= z  # " + "x" * 1_000_000,
    "1 MB of open brackets": "Derivative(sigma(z), z)\n" + "= (\n" * 250_000,
    "1 MB of cases": "Derivative(a[i], z[j])\n" + "Fall i == j\nFall i != j\n" * 42_000,
    "1 MB of cases with a line each": "Derivative(a[i], z[j])\n"
    + "Fall i == j\n= a[i]\nFall i != j\n= a[j]\n" * 25_000,
    "1 MB of NUL": "Derivative(sigma(z), z)\n= " + "\0" * 1_000_000,
    "1 MB of combining marks": "Derivative(sigma(z), z)\n= z" + "\u0301" * 500_000,
    "1 MB of ligatures": "Derivative(sigma(z), z)\n= " + "\ufdfa" * 333_000,
    "1 MB of spaces": "Derivative(sigma(z), z)\n= z" + " " * 1_000_000 + "+ z",
    "120 wrong lines": "Derivative(loss, z[L,n])\n"
    + "\n".join(f"= {k + 2}*{_INSERTED}  # Kettenregel" for k in range(150)),
    "a proof a hundred times": "\n".join([USUAL["1c"]] * 100),
    "code": "Derivative(sigma(z), z)\n= __import__('os').system('touch /tmp/owned')  # Algebra",
    "attributes": "Derivative(sigma(z), z)\n= z.__class__.__mro__[1].__subclasses__()",
    "a lambda, a walrus, a comprehension": "Derivative(sigma(z), z)\n= (lambda: z)()\n= (y := z)\n= [z for z in z]",
    "an f-string": "Derivative(sigma(z), z)\n= f'{z!r:{z}}'",
}
