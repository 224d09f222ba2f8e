"""Attacks: protocol and feedback."""

from tests.grading.attacks.suite import Suite


class TestProtocolAndFeedback(Suite):
    """See the module of the same name in the corpus."""

    kinds = (
        "protocol",
        "feedback",
    )
    stock_feedback = "script-*"
