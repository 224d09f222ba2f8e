r"""Formulas in HTML become MathML: what browsers set without a script and without the network.

``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` and ``\begin{align}…`` in text are formulas, as in Jupyter; in code, and where
``tex2jax_ignore`` is the class, they are not. TeX that cannot be read stays as text.
"""

import html
import itertools
import re
from html.parser import HTMLParser

import math_core

_CONVERTER = math_core.LatexToMathML(fancy_error=False)
_ENVIRONMENTS = "align|aligned|alignat|equation|gather|gathered|multline|eqnarray|split|cases|array|[pbvBV]?matrix"
_FORMULA = re.compile(
    rf"""(?<!\\)(?:
      \$\$(?P<block>.+?)(?<!\\)\$\$
    | \\\[(?P<bracket>.+?)\\\]
    | \\\((?P<paren>.+?)\\\)
    | (?P<env>\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}.+?\\end\{{(?P=name)\}})
    | \$(?P<inline>(?![\s$])(?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)
    )""",
    re.DOTALL | re.VERBOSE,
)
_TAG = re.compile(r"\\tag(?P<plain>\*?)\{(?P<text>[^{}]*)\}|\\(?:nonumber|notag)\b|\\label\{[^{}]*\}")
_VERBATIM = {"code", "pre", "kbd", "samp", "math", "script", "style", "textarea"}
_UNTYPESET = {"tex2jax_ignore", "mathjax_ignore"}
# math_core recurses without a limit of its own, and what overflows its stack ends Python
LONGEST = 5000
DEEPEST = 100


def typeset(fragment: str) -> str:
    """Return the HTML ``fragment`` with its formulas as MathML; everything else means what it did."""
    if not _FORMULA.search(html.unescape(fragment)):
        return fragment
    reader = _Typesetter()
    reader.feed(fragment)
    reader.close()
    return "".join(reader.made)


class _Typesetter(HTMLParser):
    """Copies HTML tag by tag and sets the formulas in its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.made: list[str] = []
        self._verbatim = ""  # the element that holds no formulas and is open
        self._open = 0  # how many of its name are

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.made.append(self.get_starttag_text() or "")
        classes = set((dict(attrs).get("class") or "").split())
        if not self._verbatim and (tag in _VERBATIM or classes & _UNTYPESET):
            self._verbatim = tag
        self._open += tag == self._verbatim

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.made.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.made.append(f"</{tag}>")
        self._open -= tag == self._verbatim
        if not self._open:
            self._verbatim = ""

    def handle_data(self, data: str) -> None:
        escaped = html.escape(data, quote=False)
        self.made.append(escaped if self._verbatim else _FORMULA.sub(_replace, escaped))


def formula(tex: str, *, display: bool) -> str | None:
    """Return ``tex`` as an HTML element, with its tag beside it; None where it cannot be read."""
    tags = [found["text"] if found["plain"] else f"({found['text']})" for found in _TAG.finditer(tex) if found["text"]]
    bare = _TAG.sub("", tex).strip()
    bare = re.sub(r"\\(begin|end)\{(align|gather|equation|eqnarray|multline)\*?\}", _as_inner, bare)
    if not bare or len(bare) > LONGEST or _depth(bare) > DEEPEST:
        return None
    try:
        made = str(_CONVERTER.convert_with_local_state(bare, displaystyle=display))
    except math_core.LatexError:
        return None
    if not display:
        return made
    tag = f'<span class="tag">{html.escape(", ".join(tags))}</span>' if tags else ""
    return f'<span class="equation"><span class="formula">{made}</span>{tag}</span>'


def _depth(tex: str) -> int:
    """Return how deeply brackets of any kind are nested in ``tex``."""
    steps = (1 if letter in "{([" else -1 if letter in "})]" else 0 for letter in tex)
    return max(itertools.accumulate(steps, lambda depth, step: max(depth + step, 0)), default=0)


def _as_inner(found: re.Match[str]) -> str:
    """Name the environment that sets the same within a formula."""
    inner = {"align": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered"}
    name = inner.get(found[2])
    return rf"\{found[1]}{{{name}}}" if name else ""


def _replace(found: re.Match[str]) -> str:
    display = found["inline"] is None and found["paren"] is None
    tex = next(filter(None, (found[group] for group in ("block", "bracket", "paren", "env", "inline"))))
    return formula(html.unescape(tex), display=display) or found[0]
