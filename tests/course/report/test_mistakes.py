"""The mistakes of a class: by name, once a hand-in, with the shortest example; what was never begun is none."""

import tomllib

from autograder.course.report.data import Failure
from autograder.course.report.mistakes import NAMES, common, find, function_mistake
from autograder.messages import _
from autograder.symbolic import check_derivation
from autograder.symbolic.diagnosis import HINTS
from tests.course.report.classes import cells, hand_in, school_class
from tests.course.tiny_course import PROJECT

SIGN = """Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)  # Definition
= -exp(-z)/(1 + exp(-z))**2  # Kettenregel"""
BARE = "Derivative(sigma(z), z)\n= sigma(z)*(1 - sigma(z))  # Kettenregel"


def labelled(*hand_ins):
    made = school_class(*hand_ins)
    return common(find(made), [task.label for task in made.tasks])


def test_every_mistake_of_the_checker_has_a_name():
    """What the diagnosis names, and what any wrong proof of the corpus is told, has a name here."""
    assert set(HINTS) <= set(NAMES)
    for path in sorted((PROJECT / "tests" / "symbolic" / "corpus").glob("*_wrong.toml")):
        part = path.name.partition("_")[0]
        for chain in tomllib.loads(path.read_text(encoding="utf-8"))["chain"]:
            for line in check_derivation(part, chain["text"]).lines:
                assert line.mistake is None or line.mistake in NAMES or line.status == "undecided", line


def test_mistakes_in_proofs_are_named_with_their_step():
    """A wrong sign is called so, and shown with the line above."""
    (mistake,) = labelled(hand_in("anna", cells({"1a": SIGN}), share=0.5))
    assert (mistake.task, mistake.name, mistake.count) == ("1a", _(NAMES["sign"]), 1)
    assert mistake.example.split("\n")[1].startswith("= -exp(-z)/(1 + exp(-z))**2")
    assert mistake.written


def test_mistake_counts_once_a_hand_in():
    """Two who made a mistake are two, however often each made it; the most frequent comes first."""
    twice = SIGN + "\n= -sigma(z)*(1 - sigma(z))  # Algebra\n= sigma(z)*(1 - sigma(z))  # Algebra"
    found = labelled(
        hand_in("anna", cells({"1a": twice}), share=0.5),
        hand_in("bela", cells({"1a": SIGN}), share=0.5),
        hand_in("cleo", cells({"1a": BARE}), share=0.25),
    )
    assert [(each.name, each.count) for each in found] == [(_(NAMES["sign"]), 2), (_(NAMES["jump"]), 1)]


def test_proofs_with_all_points_are_not_looked_through():
    """Whoever has all points of a part made no mistake there."""
    assert labelled(hand_in("anna", cells({"1a": SIGN}), share=1.0)) == []


def test_many_proofs_are_checked_side_by_side():
    """More proofs than one process checks come to the same, each with its own hand-in."""
    texts = [SIGN + f"  # Kettenregel: {'so ' * k}" for k in range(20)]
    found = labelled(*(hand_in(f"s{k}", cells({"1a": text}), share=0.5) for k, text in enumerate(texts)))
    assert [(each.name, each.count) for each in found] == [(_(NAMES["sign"]), 20)]


def test_known_mistake_of_a_function_is_called_by_its_name():
    """The key on a card becomes the name that students read; a key of another version stays legible."""
    card = {"softmax_test": (Failure("softmax: Werte", "so steht es da\nVermutung: …", "softmax.overflow"),)}
    (mistake,) = labelled(hand_in("anna", share=0.5, failures=card))
    assert (mistake.task, mistake.name, mistake.example) == (
        "2.2",
        function_mistake("softmax.overflow"),
        "so steht es da",
    )
    assert function_mistake("softmax.of_long_ago") == "of long ago"


def test_failed_part_without_a_name_stands_for_itself():
    """Where no mistake is known, the part that failed is counted, with what was told."""
    card = {"softmax_test": (Failure("softmax: Werte", "0 statt 0,25"),)}
    (mistake,) = labelled(hand_in("anna", share=0.5, failures=card))
    assert (mistake.name, mistake.example, mistake.written) == ("softmax: Werte", "0 statt 0,25", False)


def test_what_is_not_there_is_no_mistake():
    """A function that was not written, or a proof that was not, has no mistake in it."""
    missing = _("{name} is not there yet: run the cell above, or write it.", name="softmax")
    card = {
        "softmax_test": (Failure("softmax: Werte", missing),),
        "derivation_1a_test": (Failure("1a", _("There is no derivation cell %%derivation yet.")),),
    }
    assert labelled(hand_in("anna", share=0.0, failures=card)) == []
