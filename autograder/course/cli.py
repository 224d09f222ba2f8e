"""The command ``autograder``: what an instructor does with a sheet, in the order of doing it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.course.completion import SHELLS, PrintCompletion
from autograder.course.steps import STEPS, common
from autograder.messages import _


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status: 0 all right, 1 something failed, 130 stopped by Ctrl-C."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from autograder.course.failures import explained

        if (told := explained(error)) is None:
            raise
        return common.fail(told)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description=_("What is done with an exercise sheet, step by step, on top of nbgrader."),
        epilog=_(
            "Each step says with --dry-run what it would do, and with --help what it can do. "
            "All of nbgrader's own commands work in the same folder: nbgrader --help"
        ),
    )
    parser.add_argument(
        "--course", type=Path, metavar=_("FOLDER"), help=_("the course's folder (default: the one you are in)")
    )
    parser.add_argument(
        "--print-completion", action=PrintCompletion, choices=SHELLS, help=_("print what completes commands in a shell")
    )
    steps = parser.add_subparsers(title=_("steps"), required=True, metavar=_("STEP"))
    for step in STEPS:
        step.add(steps)
    return parser


if __name__ == "__main__":
    sys.exit(main())
