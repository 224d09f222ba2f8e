"""Attacks: stopping."""

from tests.grading.attacks.suite import Suite


class TestStopping(Suite):
    """See the module of the same name in the corpus."""

    kinds = ("stopping",)
