"""What the sheet's notebooks use: the grade card with its checks, and derivations."""

from autograder.notebook.derivation import Derivation, derivation
from autograder.notebook.grade import (
    Grade,
    expect_equal,
    expect_no_warning,
    expect_result,
    expect_true,
    expect_unchanged,
)
from autograder.numeric.compare import MismatchError

__all__ = [
    "Derivation",
    "Grade",
    "MismatchError",
    "derivation",
    "expect_equal",
    "expect_no_warning",
    "expect_result",
    "expect_true",
    "expect_unchanged",
]
