"""The command ``autograder``: what an instructor does with a sheet, in the order of doing it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.course.steps import STEPS
from autograder.messages import _


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0 all right, 1 something failed, 130 stopped by Ctrl-C."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description=_("Releases exercise sheets and grades what is handed in, on top of nbgrader."),
        epilog=_("All of nbgrader's own commands work in the same folder: nbgrader --help"),
    )
    parser.add_argument(
        "--course", type=Path, metavar=_("FOLDER"), help=_("the course's folder (default: the one you are in)")
    )
    steps = parser.add_subparsers(title=_("steps"), required=True, metavar=_("STEP"))
    for step in STEPS:
        step.add(steps)
    return parser


if __name__ == "__main__":
    sys.exit(main())
