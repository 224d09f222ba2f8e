"""How long the checker takes: a line and a chain of the corpus, its import, and hostile text. ``make benchmark``.

Times are those of the processor, so that other work on the machine changes them little; with one thread and no files
they are what a student waits. The first run of each part is left out (it prepares the task). Per line is the time of a
chain over its lines.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from autograder.symbolic import TASKS, check_derivation
from tests.symbolic.chains import USUAL
from tests.symbolic.hostile import HOSTILE

CORPUS = Path(__file__).parents[1] / "tests" / "symbolic" / "corpus"
IMPORT = "import time; t = time.process_time(); import autograder.symbolic; print(time.process_time() - t)"


def seconds(part: str, text: str) -> tuple[float, int]:
    """Return how long the check of ``text`` takes, and how many lines it has."""
    start = time.process_time()
    verdict = check_derivation(part, text)
    return time.process_time() - start, max(len(verdict.lines), 1)


def row(name: str, values: list[float]) -> str:
    """Return one line of the table: milliseconds at the median, at the 95th percentile and at most."""
    centiles = statistics.quantiles(values, n=20, method="inclusive")
    figures = (statistics.median(values), centiles[-1], max(values))
    return f"{name:<34}" + "".join(f"{1000 * figure:9.1f}" for figure in figures)


def main() -> None:
    """Print the tables."""
    for part in TASKS:
        check_derivation(part, USUAL[part])
    print(f"{'milliseconds':<34}{'median':>9}{'p95':>9}{'most':>9}")
    all_lines: list[float] = []
    all_chains: list[float] = []
    slowest = (0.0, "")
    for path in sorted(CORPUS.glob("*.toml")):
        chains = []
        lines = []
        for chain in tomllib.loads(path.read_text(encoding="utf-8"))["chain"]:
            spent, count = seconds(path.stem[:2], chain["text"])
            chains.append(spent)
            lines.extend([spent / count] * count)
            slowest = max(slowest, (spent, f"{path.stem}: {chain['name']}"))
        print(row(f"{path.stem}, a chain", chains))
        all_chains += chains
        all_lines += lines
    print(row("all, a chain", all_chains))
    print(row("all, a line", all_lines))
    print(f"slowest: {slowest[1]}")
    print()
    for name, text in HOSTILE.items():
        worst = max(seconds(part, text)[0] for part in TASKS)
        print(f"{name:<34}{1000 * worst:9.1f}")
    print()
    runs = [
        float(subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, check=True, text=True).stdout)
        for _ in range(7)
    ]
    print(f"{'import of the checker':<34}{1000 * statistics.median(runs):9.1f}")


if __name__ == "__main__":
    main()
