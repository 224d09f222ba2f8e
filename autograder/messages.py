"""The message catalogue: every sentence that a student reads, by gettext's conventions.

The code holds the English sentence, ``locale/de/LC_MESSAGES/autograder.po`` the German one. German is what
students read unless the environment variable ``AUTOGRADER_LANGUAGE`` names another catalogue; ``en`` needs none.
"""

import gettext
import os
from pathlib import Path

_LOCALE = Path(__file__).parent / "locale"
LANGUAGE = os.environ.get("AUTOGRADER_LANGUAGE", "de")
_CATALOGUE = gettext.translation("autograder", _LOCALE, languages=[LANGUAGE], fallback=True)


def _(message: str, /, **values: object) -> str:
    """Return ``message`` in the students' language, its ``{fields}`` filled with ``values``."""
    translated = _CATALOGUE.gettext(message)
    return translated.format(**values) if values else translated


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message that is translated later
    """Mark ``message`` for the catalogue and return it as it is."""
    return message


def number(value: float, digits: int = 4) -> str:
    """Return ``value`` rounded to ``digits`` significant digits, as the students' language writes numbers."""
    text = f"{value:.{digits}g}"
    if "e" not in text and abs(value) >= 10**digits:
        text = f"{value:.0f}"
    text = text.replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if LANGUAGE == "de" else text
