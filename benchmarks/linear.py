"""Whether a large class takes time in proportion and memory that stays.

``python -m benchmarks.linear [--students 1000]``: the hand-ins are those of the tests' small course (two notebooks,
each hand-in with cells of its own), so that the run is long in hand-ins and not in training. Printed are seconds per
part of the class, and how much memory the run itself and its largest worker process have by then (resident, MiB).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.classes import AUTOGRADER, ROOT, tiny_class

PARTS = 10


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB, 0 where it is gone."""
    try:
        pages = int(Path("/proc", str(pid), "statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def workers(parent: int) -> list[int]:
    """Return the processes that ``parent`` started, with those that they started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    found = {parent}
    for _depth in range(6):
        found |= {pid for pid, ppid in parents.items() if ppid in found}
    return sorted(found - {parent})


def main() -> None:
    """Print a line for each part of the class, and how the last compares with the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    part = max(chosen.students // PARTS, 1)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "course")
        tiny_class(root, chosen.students)
        command = [*AUTOGRADER, "grade", "--json", "--jobs", str(chosen.jobs)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        print(f"{chosen.students} cheap hand-ins, two notebooks each, {chosen.jobs} jobs")
        print(f"{'hand-ins':>10}{'seconds':>10}{'a hand-in':>11}{'run MiB':>9}{'worker MiB':>12}")
        taken, begun = [], time.perf_counter()
        with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for number, _line in enumerate(running.stdout, start=1):
                if number % part == 0:
                    now = time.perf_counter()
                    taken.append((now - begun) / part)
                    largest = max(map(resident, workers(running.pid)), default=0.0)
                    memory = f"{resident(running.pid):>9.0f}{largest:>12.0f}"
                    print(f"{number:>10}{now - begun:>10.1f}{taken[-1]:>11.2f}{memory}", flush=True)
                    begun = now
        ratio = taken[-1] / taken[min(1, len(taken) - 1)]  # the first part has the workers' start in it
        print(f"exit status {running.returncode}; a hand-in takes at the end {ratio:.2f} of what it took at the start")


if __name__ == "__main__":
    main()
