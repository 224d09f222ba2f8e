"""Attacks: reading and changing."""

from tests.grading.attacks.suite import Suite


class TestReadingAndChanging(Suite):
    """See the module of the same name in the corpus."""

    kinds = (
        "reading",
        "changing",
    )
