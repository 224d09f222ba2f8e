# ruff: noqa: E501 - students write long lines
"""Pages of feedback that do something in the browser of whoever reads them, a tutor for example."""

from nbformat import NotebookNode, v4

from tests.grading.attacks.attack import Attack, Change, Effect


def _cell(text: str, kind: str = "markdown") -> Change:
    def change(notebook: NotebookNode) -> None:
        make = {"markdown": v4.new_markdown_cell, "raw": v4.new_raw_cell, "code": v4.new_code_cell}[kind]
        notebook.cells.append(make(text, id="active"))

    return change


def _markdown(name: str, what: str, text: str) -> Attack:
    return Attack(name, what, Effect.SCRIPT, change=_cell(text))


def _output(name: str, what: str, code: str) -> Attack:
    return Attack(name, what, Effect.SCRIPT, bottom=f"from IPython.display import *\n{code}")


SCRIPT = "<script>alert('@MARK@')</script>"

ATTACKS = [
    _markdown("script-in-markdown", "A script in a text cell.", f"Hallo {SCRIPT}"),
    _markdown(
        "script-handler", "A handler of an image that cannot be loaded.", "<img src=x onerror=\"alert('@MARK@')\">"
    ),
    _markdown(
        "script-link",
        "A link that is a script.",
        "[Lösung](javascript:alert('@MARK@')) <a href=\"javascript:alert('@MARK@')\">x</a>",
    ),
    _markdown(
        "script-image-elsewhere",
        "An image on somebody else's server tells who reads.",
        "![x](https://boese.example/x.png)",
    ),
    _markdown(
        "script-frame",
        "A frame with a page of its own.",
        "<iframe srcdoc=\"&lt;script&gt;alert('@MARK@')&lt;/script&gt;\"></iframe>",
    ),
    _markdown(
        "script-style", "A style sheet from elsewhere.", "<style>@import url(https://boese.example/x.css);</style>"
    ),
    _output("script-in-output", "A script in HTML that a cell shows.", f'display(HTML("{SCRIPT}"))'),
    _output(
        "script-in-svg",
        "A picture with a handler.",
        "display(HTML(\"<svg onload='alert(1,&quot;@MARK@&quot;)'></svg>\"))",
    ),
    _output(
        "script-output-type",
        "An output of the type application/javascript.",
        "display(Javascript(\"alert('@MARK@')\"))",
    ),
    Attack("script-magic", "The magic %%javascript.", Effect.SCRIPT, bottom="%%javascript\nalert('@MARK@')"),
    _output(
        "script-in-markdown-output",
        "A script in Markdown that a cell shows.",
        f"display(Markdown(\"{SCRIPT} <img src=x onerror=alert('@MARK@')>\"))",
    ),
    _output(
        "script-output-elsewhere",
        "HTML that a cell shows loads from somebody else's server.",
        "display(HTML(\"<link rel=stylesheet href=https://boese.example/x.css><img srcset='https://boese.example/x.png 2x'>\"))",
    ),
]
