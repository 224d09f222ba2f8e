"""Attacks: points."""

from tests.grading.attacks.suite import Suite


class TestPoints(Suite):
    """See the module of the same name in the corpus."""

    kinds = ("points",)
