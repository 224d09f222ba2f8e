"""What must hold of every attack; the test modules beside this one each take some kinds, and so share the work."""

from collections.abc import Sequence
from typing import ClassVar

from tests.grading.attacks.attack import Attack
from tests.grading.attacks.corpus import KINDS
from tests.grading.attacks.judge import Outcome


class Suite:
    """Tests of the attacks of some ``kinds``."""

    kinds: ClassVar[Sequence[str]] = ()
    stock_feedback: ClassVar[str] = ""  # for whom stock nbgrader writes feedback, too

    @classmethod
    def attacks(cls) -> list[Attack]:
        """Return the attacks that this suite tries."""
        return [attack for kind in cls.kinds for attack in KINDS[kind]]

    def test_achieves_nothing(self, protected: Outcome, attack: Attack) -> None:
        """No points, no secret, nothing changed or left; the honest work in the same hand-in counts."""
        assert protected.graded(attack.name), protected.report.log[-1500:]
        assert protected.of(attack) == []

    def test_batch_goes_through(self, protected: Outcome) -> None:
        """nbgrader ends well, everybody is graded, and nothing happened that no single attack answers for."""
        assert protected.of_all() == []

    def test_works_without_protection(self, unprotected: Outcome, tried: Attack) -> None:
        """Against stock nbgrader the attack has the effect that it is after: so it is worth a test."""
        assert unprotected.successes(tried) != [], unprotected.report.log[-1500:]
