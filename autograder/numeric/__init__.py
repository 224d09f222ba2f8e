"""NumPy functions: compare, gradient check, digits. Knows no notebook and no nbgrader."""

from autograder.numeric.digits import (
    CLASSES,
    SIDE,
    DigitsError,
    init_parameters,
    load_digits,
    one_hot,
    read_digits,
    read_idx,
)
from autograder.numeric.gradient import (
    ParameterCheck,
    check_gradients,
    numerical_gradient,
    random_parameters,
    relative_error,
)

__all__ = [
    "CLASSES",
    "SIDE",
    "DigitsError",
    "ParameterCheck",
    "check_gradients",
    "init_parameters",
    "load_digits",
    "numerical_gradient",
    "one_hot",
    "random_parameters",
    "read_digits",
    "read_idx",
    "relative_error",
]
