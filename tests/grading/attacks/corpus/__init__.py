"""The attacks, by what they are after."""

from tests.grading.attacks.attack import Attack
from tests.grading.attacks.corpus import changing, feedback, points, protocol, reading, stopping

KINDS: dict[str, list[Attack]] = {
    "points": points.ATTACKS,
    "protocol": protocol.ATTACKS,
    "reading": reading.ATTACKS,
    "changing": changing.ATTACKS,
    "stopping": stopping.ATTACKS,
    "feedback": feedback.ATTACKS,
}
ATTACKS = [attack for attacks in KINDS.values() for attack in attacks]
