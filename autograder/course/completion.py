"""Completion in the shell: steps, options, sheets, hand-ins and files.

Names of folders go through ``compgen -d`` and ``_files``, which take them as they are; bash would run what stands in
a list of words, and what hand-ins are called is not ours to say.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

SHELLS = ("bash", "zsh")

_SHEETS = {"bash": "_autograder_sheets", "zsh": "_files -W source -/"}
_HAND_INS = {"bash": "_autograder_hand_ins", "zsh": "_files -W submitted -/"}
_ARCHIVES = {"bash": "_autograder_archives", "zsh": "_files -g '*.zip'"}
_LISTINGS = {"bash": "_autograder_listings", "zsh": "_files -g '*.xlsx'"}
_FOLDERS = {"bash": "_shtab_compgen_dirs", "zsh": "_files -/"}
_BY_NAME = {
    "course": _FOLDERS,
    "assignment": _SHEETS,
    "sheet": _SHEETS,
    "student": _HAND_INS,
    "archive": _ARCHIVES,
    "listing": _LISTINGS,
}
_PREAMBLE = {
    "bash": """
_autograder_sheets() { (cd source 2>/dev/null && compgen -d -- "$1"); }
_autograder_hand_ins() { (cd submitted 2>/dev/null && compgen -d -- "$1"); }
_autograder_archives() { compgen -f -X '!*.zip' -- "$1"; compgen -d -- "$1"; }
_autograder_listings() { compgen -f -X '!*.xlsx' -- "$1"; compgen -d -- "$1"; }
"""
}


class PrintCompletion(argparse.Action):
    """Prints the script that completes the command of a parser in a shell, and ends the program."""

    def __call__(self, parser: argparse.ArgumentParser, _namespace: Any, shell: Any, _option: Any = None) -> None:
        """Print the script for ``shell``."""
        sys.stdout.write(script(parser, shell))
        parser.exit()


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script that completes the command of ``parser`` in ``shell``."""
    import shtab

    for action in _actions(parser):
        if action.dest in _BY_NAME:
            action.complete = _BY_NAME[action.dest]  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell=shell, preamble=_PREAMBLE.get(shell, "")))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for step in action.choices.values():
                yield from _actions(step)
