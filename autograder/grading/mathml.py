r"""Formulas in HTML become MathML: what browsers set without a script and without the network.

``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` and ``\begin{align}…`` in text are formulas, as in Jupyter; in code, and where
``tex2jax_ignore`` is the class, they are not. TeX that cannot be read stays as text.
"""

import html
import re
from typing import Any

import math_core
from bs4 import BeautifulSoup
from bs4.element import NavigableString

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
LONGEST = 20_000


def typeset(fragment: str) -> str:
    """Return the HTML ``fragment`` with its formulas as MathML; everything else means what it did."""
    if not _FORMULA.search(html.unescape(fragment)):
        return fragment
    soup = BeautifulSoup(fragment, "html.parser")
    for text in soup.find_all(string=True):
        if type(text) is NavigableString and not any(map(_is_verbatim, text.parents)):
            made = _FORMULA.sub(_replace, html.escape(str(text), quote=False))
            if made != html.escape(str(text), quote=False):
                text.replace_with(BeautifulSoup(made, "html.parser"))
    return str(soup)


def formula(tex: str, *, display: bool) -> str | None:
    """Return ``tex`` as an HTML element, with its tag beside it; None where it cannot be read."""
    tags = [found["text"] if found["plain"] else f"({found['text']})" for found in _TAG.finditer(tex) if found["text"]]
    bare = _TAG.sub("", tex).strip()
    bare = re.sub(r"\\(begin|end)\{(align|gather|equation|eqnarray|multline)\*?\}", _as_inner, bare)
    if not bare or len(bare) > LONGEST:
        return None
    try:
        made = str(_CONVERTER.convert_with_local_state(bare, displaystyle=display))
    except math_core.LatexError:
        return None
    if not display:
        return made
    tag = f'<span class="tag">{html.escape(", ".join(tags))}</span>' if tags else ""
    return f'<span class="equation"><span class="formula">{made}</span>{tag}</span>'


def _as_inner(found: re.Match[str]) -> str:
    """Name the environment that sets the same within a formula."""
    inner = {"align": "aligned", "eqnarray": "aligned", "gather": "gathered", "multline": "gathered"}
    name = inner.get(found[2])
    return rf"\{found[1]}{{{name}}}" if name else ""


def _replace(found: re.Match[str]) -> str:
    display = found["inline"] is None and found["paren"] is None
    tex = next(filter(None, (found[group] for group in ("block", "bracket", "paren", "env", "inline"))))
    return formula(html.unescape(tex), display=display) or found[0]


def _is_verbatim(element: Any) -> bool:
    return element.name in _VERBATIM or bool(_UNTYPESET & set(element.get("class") or ()))
