"""The usual chains as a student would build them from SymPy's objects, evaluate=False where SymPy would go ahead."""

import ast

import sympy as sp

from autograder.symbolic.notation import read_lines
from tests.symbolic.chains import USUAL

_FUNCTIONS = {"exp": sp.exp, "log": sp.log, "tanh": sp.tanh}


def build(text: str) -> sp.Basic:
    """Return the object that ``text`` writes, nothing evaluated."""
    return _read(ast.parse(text, mode="eval").body)


def _read(node: ast.expr) -> sp.Basic:
    match node:
        case ast.Constant(value=value):
            return sp.Integer(value)
        case ast.Name(id=name):
            return sp.Symbol(name, integer=name in "LNMijknmt")
        case ast.UnaryOp(operand=operand):
            return sp.Mul(-1, _read(operand), evaluate=False)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return sp.Add(_read(left), _read(right), evaluate=False)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return sp.Add(_read(left), sp.Mul(-1, _read(right), evaluate=False), evaluate=False)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return sp.Mul(_read(left), _read(right), evaluate=False)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return sp.Mul(_read(left), sp.Pow(_read(right), -1, evaluate=False), evaluate=False)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return sp.Pow(_read(left), _read(right), evaluate=False)
        case ast.Subscript(value=ast.Name(id=name), slice=indices):
            return sp.IndexedBase(name)[tuple(map(_read, getattr(indices, "elts", [indices])))]
        case ast.Call(func=ast.Name(id="Derivative"), args=[body, variable]):
            return sp.Derivative(_read(body), _read(variable))
        case ast.Call(func=ast.Name(id="Sum"), args=[body, *limits]):
            return sp.Sum(_read(body), *(tuple(map(_read, limit.elts)) for limit in limits))
        case ast.Call(func=ast.Name(id="kron"), args=[left, right]):
            return sp.KroneckerDelta(_read(left), _read(right))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _FUNCTIONS.get(name, sp.Function(name))(_read(argument), evaluate=False)
    raise AssertionError(ast.dump(node))


def steps(part: str) -> list[tuple[sp.Basic, str]]:
    """Return the usual chain of ``part`` as pairs of an object and the rules that its line names."""
    lines = read_lines(USUAL[part])
    return [(build(line.text), ", ".join(rule.value for rule in line.reason.rules)) for line in lines]
