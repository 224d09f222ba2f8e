"""The corpus of attacks is what it claims to be."""

from collections import Counter

import pytest

from tests.grading.attacks.attack import Attack, Effect
from tests.grading.attacks.corpus import ATTACKS, KINDS
from tests.grading.attacks.judge import active


def test_there_are_many_attacks_of_every_kind():
    """At least sixty, at least ten of a kind, and every effect is tried."""
    assert len(ATTACKS) >= 60
    assert {kind: len(attacks) for kind, attacks in KINDS.items() if len(attacks) < 10} == {}
    assert {attack.effect for attack in ATTACKS} == set(Effect)


def test_every_attack_has_a_name_of_its_own():
    """Names are those of students; one that begins like another would be taken for it."""
    names = Counter(each.name for attack in ATTACKS for each in attack.hand_ins())
    assert [name for name, count in names.items() if count > 1] == []


def test_four_fifths_of_the_attacks_are_tried_without_protection():
    """An attack that works nowhere is no test."""
    untried = [attack.name for attack in ATTACKS if attack.untried]
    assert len(untried) <= len(ATTACKS) / 5


def test_attack_with_a_strange_name_is_refused():
    """A name becomes a folder and a student."""
    with pytest.raises(ValueError, match="letters"):
        Attack("../x", "x", Effect.POINTS)


@pytest.mark.parametrize(
    "page",
    [
        "<p>PWNED boese.example &lt;script&gt;PWNED&lt;/script&gt;</p>",
        "<a href='https://boese.example'>x</a>",
        "<script>harmless()</script>PWNED",
        "<img alt='onerror=PWNED' src='data:image/png;base64,AA=='>",
    ],
)
def test_harmless_page_is_not_active(page: str):
    """What is only written is not run."""
    assert active(page) == []


@pytest.mark.parametrize(
    "page",
    [
        "<script>PWNED</script>",
        "<p onclick=PWNED>x</p>",
        "<a href=' JavaScript:PWNED'>x</a>",
        "<img src=//boese.example/x>",
        "<style>p { background: url(//boese.example) }</style>",
        "<p style='background: url(//boese.example)'>x</p>",
        "<meta http-equiv=refresh content='0; url=//boese.example'>",
    ],
)
def test_active_page_is_found(page: str):
    """What runs or loads is found."""
    assert len(active(page)) == 1
