"""What Python and NumPy stop with, whatever the function: the mistake that is usually behind it.

The message above shows the exception's own words, shapes and names included; a hint says what to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake
from autograder.numeric.mistakes.shared import SHAPES_CLASH


def _raised(pattern: str, *, anywhere: bool = False) -> Callable[[Case], bool]:
    """Return the test for an exception raised in the student's code, or ``anywhere``."""
    text = re.compile(pattern)
    return lambda case: (anywhere or case.kind == "error") and bool(text.search(case.error))


_ARRAY_OF_NONE = r"unsupported operand|not subscriptable|not iterable|no attribute|no len|not callable|unpack"

PLAIN_ERRORS = (
    KnownMistake("endless", N_("a loop without end"), "", _raised("^TooLongError", anywhere=True)),
    KnownMistake("calls_itself", N_("a function that calls itself"), "", _raised("^RecursionError", anywhere=True)),
    KnownMistake(
        "name_unknown",
        N_("a name that is not known"),
        N_("Is it written as where it got its value? What one function names, another does not know."),
        _raised("^NameError"),
    ),
    KnownMistake(
        "no_value_yet",
        N_("a variable without a value"),
        N_("Its value comes later, or in a branch or loop that did not run."),
        _raised("^UnboundLocalError"),
    ),
    KnownMistake(
        "none_used",
        N_("None is used as if it were a value"),
        N_("A function without return gives None, and so do append, sort and shuffle: they change what is there."),
        _raised(rf"NoneType.*({_ARRAY_OF_NONE})|({_ARRAY_OF_NONE}).*NoneType"),
    ),
    KnownMistake(
        "arguments",
        N_("the arguments of a call"),
        N_("Compare the call with the line that begins with def: which arguments, how many, in which order?"),
        _raised(
            r"required (positional|keyword)|takes .*argument|unexpected keyword|multiple values for argument|"
            r"missing .*required argument",
            anywhere=True,
        ),
    ),
    KnownMistake(
        "not_callable",
        N_("brackets behind what is no function"),
        N_("( ) calls a function, [ ] takes an entry. Or does a variable of yours bear a function's name?"),
        _raised("object is not callable"),
    ),
)
"""Those that can mean one thing only."""

ERRORS = (
    KnownMistake(
        "not_called",
        N_("a function that is not called"),
        N_("What a function gives comes with brackets behind its name: f(z), not f."),
        _raised(r"'(function|method|builtin_function_or_method|ufunc|numpy\.ufunc|type)'"),
    ),
    KnownMistake(
        "array_as_condition",
        N_("one condition for a whole array"),
        N_("Every entry has an answer of its own; np.where chooses entry by entry."),
        _raised("truth value of an array"),
    ),
    KnownMistake(
        "numbers_only",
        N_("a function for single numbers gets an array"),
        N_("math.exp, math.log and float take one number; np.exp and np.log take arrays, entry by entry."),
        _raised(r"converted to Python scalars|must be real number|^OverflowError: math|math domain error"),
    ),
    KnownMistake(
        "list_for_array",
        N_("a list where an array is meant"),
        N_("zs, activations and parameters are lists: take the entry of one layer, and calculate with that."),
        _raised(
            r"(unsupported operand|bad operand|can't multiply|can only concatenate|not supported between).*"
            r"(list|tuple|sequence)|'(list|tuple)' object has no attribute|"
            r"list indices must be integers or slices, not (?!float|numpy\.float)|only integer scalar arrays"
        ),
    ),
    KnownMistake(
        "number_for_list",
        N_("a single number where a list or an array is meant"),
        N_("Look at where the value comes from: is it one entry, a length, or the whole?"),
        _raised(r"'(numpy\.)?(int|float|bool)\w*' object (is not|does not support|has no attribute)|no len\(\)"),
    ),
    KnownMistake(
        "index_type",
        N_("an index that is no integer"),
        N_("/ gives a number with a decimal point, // an integer. What stands in the brackets or in range?"),
        _raised(
            r"indices must be|used as indices must|interpreted as an integer|only integers, slices|integer is required"
        ),
    ),
    KnownMistake(
        "axis",
        N_("an axis that the array does not have"),
        N_("axis=1 needs two axes. Which shape comes in here?"),
        _raised(r"axis -?\d+ is out of bounds"),
    ),
    KnownMistake(
        "index_beyond",
        N_("an index beyond the end"),
        N_("n entries have the numbers 0 to n − 1: mind that activations has one entry more than zs and parameters."),
        _raised(r"^IndexError.*(out of (range|bounds)|too many indices)|^KeyError"),
    ),
    KnownMistake(
        "unpacking",
        N_("more or fewer names than values"),
        N_("How many values come, and in which order? A layer is a pair (W, b), forward gives a pair of lists."),
        _raised("unpack"),
    ),
    KnownMistake(
        "unequal_lengths",
        N_("lists of unequal length go together"),
        N_("How many entries has each of the lists, one for each layer or one more?"),
        _raised(r"zip\(\) argument"),
    ),
    KnownMistake(
        "ragged",
        N_("arrays of unequal shapes in one array"),
        N_("Layers have unequal sizes: keep them in a list, and calculate with the entry of one layer."),
        _raised(r"inhomogeneous|setting an array element|could not broadcast input array|must match exactly"),
    ),
    KnownMistake(
        "reshape",
        N_("another shape than the number of entries allows"),
        N_("How many entries are there, and do they divide evenly? The last batch may be short."),
        _raised("cannot reshape"),
    ),
    KnownMistake(
        "shapes",
        SHAPES_CLASH,
        N_(
            "Write down both shapes. A @ B needs as many columns in A as B has rows; + and * need equal shapes, "
            "or a 1 in place of a number."
        ),
        lambda case: case.shapes_clash,
    ),
    KnownMistake(
        "whole_numbers",
        N_("an array of integers"),
        N_("In an array of integers there is no room for fractions: a new array, or .astype(float)."),
        _raised("Cannot cast ufunc"),
    ),
    KnownMistake(
        "no_numbers",
        N_("a calculation with what are no numbers"),
        N_("Look at what each name stands for in this line: a number, an array, a list, a text, a function?"),
        _raised(
            r"ufunc '\w+' (not supported|did not contain)|unsupported operand|could not convert|not supported between"
        ),
    ),
    KnownMistake("division_by_0", N_("a division by 0"), N_("Which number is 0 here?"), _raised("^ZeroDivisionError")),
    KnownMistake(
        "attribute",
        N_("a name behind the dot that is not there"),
        N_("Is it written right, and does it belong to what stands in front of the dot?"),
        _raised("^AttributeError"),
    ),
)
"""Those that a function's own mistakes may explain better."""
