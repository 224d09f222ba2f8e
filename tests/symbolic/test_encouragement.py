"""The one sentence for the whole proof: how far it is, what comes next, and never the step itself."""

import pytest

from autograder.messages import _
from autograder.symbolic import TASKS, check_derivation
from autograder.symbolic.notation import read_lines
from tests.symbolic.chains import USUAL

PARTS = ["1a", "1b", "1c", "1d"]


def lines(part):
    """Return the usual proof line by line, each on one physical line."""
    return [
        f"{'= ' if line.continues else ''}{line.text}  # {', '.join(rule.value for rule in line.reason.rules)}"
        for line in read_lines(USUAL[part])
    ]


def told(part, *written):
    return check_derivation(part, "\n".join(written)).message


@pytest.mark.parametrize("part", PARTS)
def test_empty_cell_begins_with_the_start_and_no_reproach(part):
    """It says what the first line could be."""
    message = told(part)
    assert message.startswith("Noch leer.")
    assert TASKS[part].start in message
    assert not any(word in message for word in ("falsch", "fehlt", "muss"))


@pytest.mark.parametrize("part", PARTS)
def test_start_alone_stands_and_gets_its_first_hint(part):
    """The start is no empty cell any more; the hint is that of the first milestone."""
    assert (
        told(part, lines(part)[0]) == f"Der Anfang steht. Als Nächstes könntest du {_(TASKS[part].milestones[0].hint)}."
    )


@pytest.mark.parametrize("part", PARTS)
def test_sound_lines_say_how_far_they_are_and_what_comes_next(part):
    """The next kind of thing is that of the first milestone that is open; the count is that of the milestones."""
    proof = lines(part)
    for end in range(2, len(proof)):
        verdict = check_derivation(part, "\n".join(proof[:end]))
        if verdict.complete:
            continue
        earned = [milestone.earned for milestone in verdict.milestones]
        coming = TASKS[part].milestones[earned.index(False)]
        assert verdict.message.startswith("So weit richtig")
        assert verdict.message.endswith(f"Als Nächstes könntest du {_(coming.hint)}.")
        assert (f"({sum(earned)} von {len(earned)} Meilensteinen)" in verdict.message) == any(earned)


@pytest.mark.parametrize("part", PARTS)
def test_no_hint_holds_a_line_of_the_proof(part):
    """What comes next is said in words: no formula beyond a name with its indices."""
    for milestone in TASKS[part].milestones:
        assert milestone.hint
        assert not set(_(milestone.hint)) & set("=*/^→")
        assert "kron" not in milestone.hint


@pytest.mark.parametrize("part", PARTS)
def test_wrong_line_leaves_what_stands_above_it_right(part):
    """It says down to where all is right, and which line to look at; of the start alone, that it stands."""
    proof = lines(part)
    for at in range(1, len(proof)):
        body, _mark, reason = proof[at].removeprefix("= ").partition("  # ")
        message = told(part, *proof[:at], f"= 3*({body})  # {reason}")
        above = "Der Anfang steht." if at == 1 else f"Bis Zeile {at} ist alles richtig."
        assert message == f"{above} Sieh dir jetzt Zeile {at + 1} an."


@pytest.mark.parametrize("wrong", ["= 2 z  # Algebra", "= exp(-z)/(1 + exp(-z))**2  # Quotientenregel"])
def test_unreadable_lines_and_jumps_are_pointed_at_alike(wrong):
    """The line itself says what is the matter."""
    assert told("1a", *lines("1a")[:2], wrong) == "Bis Zeile 2 ist alles richtig. Sieh dir jetzt Zeile 3 an."


def test_first_line_that_is_no_start_is_answered_with_the_start():
    """Nothing stands above it."""
    assert told("1a", "z", "= z").startswith("Beginne mit Derivative(sigma(z), z)")
    assert told("1a", "2 z", "= Derivative(1/(1 + exp(-z)), z)") == "Sieh dir jetzt Zeile 1 an."


@pytest.mark.parametrize("part", PARTS)
def test_claim_is_praised(part):
    """A whole proof is praised, also where something is missing for all points."""
    assert told(part, *lines(part)) == "Zeile für Zeile bewiesen. Stark!"
    named_wrongly = [line.replace("# Kettenregel", "# Produktregel") for line in lines(part)]
    verdict = check_derivation(part, "\n".join(named_wrongly))
    assert verdict.complete
    assert verdict.points < verdict.max_points
    assert verdict.message.startswith("Die Behauptung ist erreicht, gut!")


EQUAL = [
    "Fall i == j",
    "Derivative(a[i], z[j])",
    "= (Derivative(exp(z[i]), z[i])*S - exp(z[i])*Derivative(S, z[i]))/S**2  # Quotientenregel",
    "= (exp(z[i])*S - exp(z[i])*exp(z[i]))/S**2  # Kettenregel",
]
UNEQUAL = [
    "Fall i != j",
    "Derivative(a[i], z[j])",
    "= -exp(z[i])*Derivative(S, z[j])/S**2  # Quotientenregel",
    "= -exp(z[i])*exp(z[j])/S**2  # Kettenregel",
]


def test_one_case_is_encouraged_on_its_own_way_first():
    """A case in progress gets the hint of its next step; once it is proved, the other one is asked for."""
    assert told("1b", *EQUAL[:3]).endswith(f"{_(TASKS['1b'].milestones[1].hint)}.")
    assert told("1b", *EQUAL) == "Dieser Fall ist bewiesen. Der andere fehlt noch."
    assert told("1b", *EQUAL, *UNEQUAL[:3]).endswith(f"{_(TASKS['1b'].milestones[2].hint)}.")
    assert told("1b", *EQUAL[:3], *UNEQUAL).endswith(f"{_(TASKS['1b'].milestones[1].hint)}.")
    assert told("1b", *EQUAL, *UNEQUAL) == "Zeile für Zeile bewiesen. Stark!"


def test_milestone_without_a_hint_is_named_by_its_title():
    """An author need not write hints."""
    assert (
        told("tanh", *lines("tanh")[:3])
        == "So weit richtig (1 von 4 Meilensteinen). Nächster Meilenstein: innere Ableitung."
    )
