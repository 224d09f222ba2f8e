"""How our pages are made of their templates and style sheets: feedback, import report and class report alike."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from autograder.messages import LANGUAGE, _, number

TEMPLATES = Path(__file__).parent / "templates"  # what all pages share, and those of feedback


def template(name: str, folder: Path = TEMPLATES) -> jinja2.Template:
    """Return a template in ``folder``, which may include what all pages share; what it shows is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, TEMPLATES]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(language=LANGUAGE, _=_, number=number)
    return environment.get_template(name)


def styles(own: Path) -> Markup:
    """Return the style sheet of all pages with a page's ``own`` below it."""
    sheets = (TEMPLATES / "base.css", own)
    return Markup("".join(sheet.read_text(encoding="utf-8") for sheet in sheets))  # noqa: S704 - our own files
