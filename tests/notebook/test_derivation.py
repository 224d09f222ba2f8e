"""What a derivation cell binds and shows."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import sympy
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.notebook import derivation as derivation_of
from autograder.notebook.derivation import Derivation, load_ipython_extension
from autograder.symbolic import TASKS
from tests.symbolic.chains import USUAL

WRONG_SIGN = """Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                # Definition
= Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel"""
JUMP = """Derivative(sigma(z), z)
= sigma(z)*(1 - sigma(z))   # Quotientenregel"""
CASES = """Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
Fall i == j
= (Derivative(exp(z[i]), z[i])*S - exp(z[i])*Derivative(S, z[i]))/S**2   # Quotientenregel
Fall i != j
= -exp(z[i])*Derivative(S, z[j])/S**2   # Quotientenregel"""
HOSTILE = """Derivative(sigma(z), z)
= foo(<script>alert(1)</script>) $x$ \\(y\\)   # Algbra, <img src=x onerror=alert(2)> $z$"""


def shown(part: str, text: str) -> dict[str, str]:
    return Derivation(part, text)._repr_mimebundle_()


class _Text(HTMLParser):
    """Collects what a reader sees, and checks that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.seen = ""
        self.ignored = 0  # open elements in which no formula is typeset
        self.typeset = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ignored += bool(self.ignored or "mathjax_ignore" in (dict(attrs).get("class") or ""))
        self.open.append(tag)
        self.tags.add(tag)
        self.attributes.update(name for name, _value in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.ignored -= bool(self.ignored)

    def handle_data(self, data: str) -> None:
        self.seen += data.replace("\N{NO-BREAK SPACE}", " ") + " "
        if not self.ignored:
            self.typeset += data


def read(html: str) -> _Text:
    reader = _Text()
    reader.feed(html)
    assert not reader.open
    return reader


# ------------------------------------------------------------------------------------------------ the object


def test_derivations_compare_by_part_and_text_also_after_their_check() -> None:
    checked, fresh = Derivation("1a", JUMP), Derivation("1a", JUMP)
    assert checked.verdict is checked.verdict
    assert checked == fresh
    assert checked != Derivation("1b", JUMP)
    assert hash(checked) == hash(fresh)


# ------------------------------------------------------------------------------------------------ the display


@pytest.mark.parametrize("part", USUAL)
def test_a_whole_proof_is_shown_typeset_with_all_its_points(part: str) -> None:
    bundle = shown(part, USUAL[part])
    text = read(bundle["text/html"])
    lines = Derivation(part, USUAL[part]).verdict.lines
    assert text.seen.count(r"$\displaystyle") == len(lines)
    assert text.seen.count(r"$\displaystyle {}=") == len(lines) - 1
    assert "✗" not in text.seen
    assert "○" not in text.seen
    points = f"{TASKS[part].max_points:g} von {TASKS[part].max_points:g} Punkten"
    assert points in text.seen
    assert points in bundle["text/plain"]
    assert "Zeile für Zeile bewiesen. Stark!" in bundle["text/plain"]


def test_a_wrong_line_comes_with_its_counterexample_in_both_forms() -> None:
    bundle = shown("1a", WRONG_SIGN)
    for text in (read(bundle["text/html"]).seen, bundle["text/plain"]):
        assert "✗" in text
        assert "Zeile 3 folgt nicht aus Zeile 2" in text
        assert "Für z = " in text
        assert "Vorzeichen" in text


def test_a_jump_is_marked_otherwise_than_a_mistake() -> None:
    seen = read(shown("1a", JUMP)["text/html"]).seen
    assert "⚠" in seen
    assert "✗" not in seen


def test_a_mark_is_also_said_in_words() -> None:
    html = shown("1a", WRONG_SIGN)["text/html"]
    for word in ("Anfang", "richtig", "falsch", "noch offen"):
        assert f"role='img' aria-label='{word}'" in html


def test_every_case_has_a_heading_of_its_own() -> None:
    bundle = shown("1b", CASES)
    for text in (read(bundle["text/html"]).seen, bundle["text/plain"]):
        assert text.index("Definition") < text.index("Fall i = j") < text.index("Fall i ≠ j")
        assert text.count("Fall i") == 2


def test_a_chain_in_progress_is_told_that_it_is_right_so_far() -> None:
    begun = "\n".join(USUAL["1a"].splitlines()[:3])
    bundle = shown("1a", begun)
    for text in (read(bundle["text/html"]).seen, bundle["text/plain"]):
        assert "So weit richtig" in text
        assert "✓" in text
        assert "○" in text
        assert "0,5 von 2 Punkten" in text


@pytest.mark.parametrize("text", ["", "\n", "## Hier steht deine Herleitung.\n", "raise NotImplementedError()"])
def test_an_empty_cell_is_no_mistake(text: str) -> None:
    bundle = shown("1a", text)
    for form in (read(bundle["text/html"]).seen, bundle["text/plain"]):
        assert "Noch leer" in form
        assert "✗" not in form
        assert "0 von 2" not in form


def test_the_price_of_a_hint_is_told() -> None:
    named_wrongly = USUAL["1a"].replace("# Kettenregel", "# Produktregel")
    verdict = Derivation("1a", named_wrongly).verdict
    assert verdict.points < sum(m.points for m in verdict.milestones if m.earned)
    assert "Abzug 0,5" in read(shown("1a", named_wrongly)["text/html"]).seen


def test_equals_signs_are_aligned_right_of_where_the_start_begins() -> None:
    bundle = shown("1a", USUAL["1a"])
    html = bundle["text/html"]
    start, *others = re.findall(r"<div style='([^']*)'>\$\\displaystyle ({}=)?", html)
    assert start == ("", "")
    assert set(others) == {("padding-left:1.7em", "{}=")}
    first, *rows = bundle["text/plain"].splitlines()[1:6]
    assert {row.index("=") for row in rows} == {first.index("Derivative") + 2}
    assert len({row.index("#") for row in rows}) == 1


SUMMANDS = "Derivative(a[i], z[j])\n= a[i]*a[j]" + " - a[i]*exp(z[i])*exp(z[j])/S" * 8 + "  # Kettenregel"
FRACTION = "Derivative(a[i], z[j])\n= (a[i]*a[j]" + " - a[i]*exp(z[i])*exp(z[j])*kron(i, j)" * 5 + ")/S  # Kettenregel"
UNREADABLE = "Derivative(a[i], z[j])\n= a[i]*a[j]" + " - b[i]*exp(z[i])*exp(z[j])*kron(i, j)" * 5 + "  # Kettenregel"


def test_a_wide_line_breaks_between_summands_and_its_rules_go_below() -> None:
    html = shown("1b", SUMMANDS)["text/html"]
    assert read(html).typeset.count(r"$\displaystyle {}-") == 8
    assert html.index("Kettenregel") > html.rindex("displaystyle {}-")


@pytest.mark.parametrize("text", [SUMMANDS, FRACTION, UNREADABLE])
def test_a_wide_line_scrolls_in_a_box_of_its_own(text: str) -> None:
    wide, narrow = shown("1b", text)["text/html"], shown("1b", USUAL["1b"])["text/html"]
    assert wide.count("overflow-x:auto") - narrow.count("overflow-x:auto") == 1


def test_styles_are_plain_enough_for_the_feedback_page() -> None:
    """Functions such as calc() would be taken out of a style on the way."""
    for part, text in (("1a", USUAL["1a"]), ("1a", HOSTILE), ("1b", SUMMANDS), ("1b", UNREADABLE), ("1b", CASES)):
        styles = re.findall(r"style='([^']*)'", shown(part, text)["text/html"])
        assert not [style for style in styles if re.search(r"(?<!rgba)\(|var|url|!", style)]


@pytest.mark.parametrize("text", [*USUAL.values(), SUMMANDS, FRACTION, UNREADABLE, WRONG_SIGN, JUMP, CASES, HOSTILE])
def test_plain_text_fits_into_a_terminal_and_loses_nothing(text: str) -> None:
    part = next((part for part, usual in USUAL.items() if usual == text), "1a" if "sigma" in text else "1b")
    plain = shown(part, text)["text/plain"]
    assert max(map(len, plain.splitlines())) <= 100
    for line in Derivation(part, text).verdict.lines:
        assert "".join(line.text.split()) in "".join(plain.split())
        assert ", ".join(line.rules) in plain


def test_tables_are_layout_only() -> None:
    html = shown("1a", WRONG_SIGN)["text/html"]
    assert html.count("<table") == html.count("<table role='presentation'") == 2


# ------------------------------------------------------------------------------------------------ harmless


def test_what_a_student_typed_becomes_no_markup_and_no_formula() -> None:
    text = read(shown("1a", HOSTILE)["text/html"])
    assert "<script>alert(1)</script>" in text.seen
    assert not text.tags & {"script", "img", "style", "link"}
    assert not any(name.startswith("on") or name in ("href", "src") for name in text.attributes)
    assert "$x$" in text.seen
    assert "$z$" in text.seen
    formulas = re.findall(r"\$[^$]*\$", text.typeset)
    assert formulas == [r"$\displaystyle \dfrac{\mathrm{d}\sigma(z)}{\mathrm{d}z}$"]


# ------------------------------------------------------------------------------------------------ SymPy's objects


def test_steps_as_objects_make_the_same_derivation_as_the_cell() -> None:
    z, sigma = sympy.Symbol("z"), sympy.Function("sigma")
    e = sympy.exp(-z)
    steps = [sympy.Derivative(sigma(z), z), (sympy.Derivative(1 / (1 + e), z), "Definition"), "= z # Algebra"]
    made = derivation_of(" 1A", steps)
    text = "Derivative(sigma(z), z)\n= Derivative(1/(1 + exp(-z)), z)  # Definition\n= z  # Algebra"
    assert made == Derivation("1a", text)
    assert made._repr_mimebundle_() == shown("1a", text)


@pytest.mark.parametrize("part", ["", "7", None, 1])
def test_objects_for_an_unknown_part_are_answered_with_the_list_of_parts(part: object) -> None:
    with pytest.raises(ValueError, match="1a, 1b, 1c, 1d"):
        derivation_of(part, [])


# ------------------------------------------------------------------------------------------------ the magic


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    load_ipython_extension(shell)
    yield shell
    shell.reset(new_session=False)


def run(shell: InteractiveShell, cell: str) -> tuple[str, str]:
    """Run ``cell`` and return (what it printed or displayed as text, what it displayed as HTML)."""
    with capture_output() as captured:
        result = shell.run_cell(cell)
    assert result.success
    assert captured.stderr == ""
    pages = [output.data.get("text/html", "") for output in captured.outputs]
    plain = [output.data.get("text/plain", "") for output in captured.outputs]
    return captured.stdout + "".join(plain), "".join(pages)


def test_the_cell_binds_its_text_and_shows_its_verdict(shell: InteractiveShell) -> None:
    plain, html = run(shell, f"%%derivation 1a\n### BEGIN SOLUTION\n{USUAL['1a']}\n### END SOLUTION\n")
    derivation = shell.user_ns["derivation_1a"]
    assert isinstance(derivation, Derivation)
    assert USUAL["1a"] in derivation.text
    assert derivation.verdict.complete
    assert "Stark!" in plain
    assert "Stark!" in html


@pytest.mark.parametrize("line", ["%%derivation  1A ", "%%derivation '1a'", "%%derivation 1a # mein Beweis"])
def test_a_part_may_be_written_carelessly(shell: InteractiveShell, line: str) -> None:
    run(shell, f"{line}\n{JUMP}")
    assert shell.user_ns["derivation_1a"].part == "1a"


def test_nothing_in_the_cell_is_evaluated(shell: InteractiveShell) -> None:
    run(shell, "%%derivation 1a\n__import__('builtins').print('evaluated')\n= exec('touched = 1')")
    assert "touched" not in shell.user_ns


@pytest.mark.parametrize("line", ["%%derivation", "%%derivation 7"])
@pytest.mark.parametrize("body", ["", f"\n{JUMP}"])
def test_an_unknown_part_is_answered_with_the_list_of_parts(shell: InteractiveShell, line: str, body: str) -> None:
    plain, html = run(shell, line + body)
    assert "Welche Herleitung ist das?" in plain
    assert "1a, 1b, 1c, 1d" in plain
    assert plain.count("\n") == 1
    assert html == ""
    assert not any(name.startswith("derivation_") for name in shell.user_ns)


@pytest.mark.parametrize("cell", ["%%derivation 1a", "%%derivation 1a\n", "\n%%derivation 1a\n\n\n"])
def test_a_cell_without_a_body_is_still_empty_and_no_error(shell: InteractiveShell, cell: str) -> None:
    plain, _html = run(shell, cell)
    assert "Noch leer" in plain
    assert shell.user_ns["derivation_1a"].verdict.points == 0


def test_loading_the_extension_twice_changes_nothing(shell: InteractiveShell) -> None:
    before = list(shell.input_transformers_cleanup)
    load_ipython_extension(shell)
    assert shell.input_transformers_cleanup == before
