"""Every sentence of the package has its German, and the compiled catalogue is the one that was written."""

import ast
import io
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

import autograder

PACKAGE = Path(autograder.__file__).parent
CATALOGUE = PACKAGE / "locale" / "de" / "LC_MESSAGES" / "autograder.po"


@cache
def catalogue() -> Catalog:
    return read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="de")


def calls() -> list[tuple[str, str, frozenset[str] | None]]:
    """Return place, message and, where they are plain to see, the fields given, of each ``_()`` and ``N_()``."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "N_"}):
                continue
            if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                given = [keyword.arg for keyword in node.keywords]
                plain = node.func.id == "_" and None not in given
                place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                found.append((place, node.args[0].value, frozenset(filter(None, given)) if plain else None))
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_message_in_the_code_has_its_german() -> None:
    german = {message.id for message in catalogue() if message.id and message.string}
    missing = {f"{place}: {text!r}" for place, text, _ in calls() if text not in german}
    assert not missing, "no msgstr in autograder.po"


def test_every_message_is_given_the_fields_it_names() -> None:
    wrong = {f"{place}: {text!r}" for place, text, given in calls() if given and fields(text) != given}
    assert not wrong


def test_german_has_the_same_fields_as_english() -> None:
    wrong = {
        message.id
        for message in catalogue()
        if message.id and "{" in message.id and not fields(message.string) <= fields(message.id)
    }
    assert not wrong


def test_no_message_is_there_twice_or_fuzzy() -> None:
    lines = CATALOGUE.read_text(encoding="utf-8").split("\n")
    ids = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
    assert len(ids) == len(set(ids)), sorted({line for line in ids if ids.count(line) > 1})
    assert not [message.id for message in catalogue() if message.id and message.fuzzy]


def test_the_compiled_catalogue_is_up_to_date() -> None:
    compiled = read_mo(io.BytesIO(CATALOGUE.with_suffix(".mo").read_bytes()))
    written = {message.id: message.string for message in catalogue() if message.id and message.string}
    if {message.id: message.string for message in compiled if message.id} != written:
        pytest.fail("autograder.mo is older than autograder.po: make messages")
