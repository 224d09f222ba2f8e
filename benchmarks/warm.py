"""How long the cells of graded hand-ins take in one warm process: ``python -m benchmarks.warm COURSE ASSIGNMENT``.

All cells of all notebooks in ``autograded/``, hidden tests included, run in one IPython shell without sandbox or second
process, whose names are forgotten after each notebook. That is the least that grading can cost. A line of JSON a
hand-in, with its seconds, is printed after one hand-in that only warms it up.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from autograder.grading.solutions import COURSE_VARIABLE


def run(shell: InteractiveShell, folder: Path) -> float:
    """Run the notebooks in ``folder`` and return how many seconds their cells took."""
    taken = 0.0
    for path in sorted(folder.glob("*.ipynb")):
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        start = time.perf_counter()
        with capture_output():
            for cell in cells:
                shell.run_cell(cell)
        taken += time.perf_counter() - start
        shell.reset(new_session=False)
    return taken


def main() -> None:
    """Print how long each hand-in took."""
    root, assignment = Path(sys.argv[1]).resolve(), sys.argv[2]
    os.environ[COURSE_VARIABLE] = str(root)
    os.chdir(root / "source" / assignment)
    shell = InteractiveShell.instance()
    folders = sorted(root.glob(f"autograded/*/{assignment}"))
    run(shell, folders[0])
    for folder in folders:
        print(json.dumps({"student": folder.parent.name, "seconds": run(shell, folder)}), flush=True)


if __name__ == "__main__":
    main()
