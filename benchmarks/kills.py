"""Whether anything is lost when grading is killed: ``python -m benchmarks.kills [TIMES] [SEED]``, 50 times unless told.

Each time other hand-ins are new, so that the kill strikes running notebooks, imports and feedback alike; at the end the
same command runs through, and every mark is compared with what nbgrader's autograde alone comes to without the cache.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.course.test_parallel import gradebook, kill_often
from tests.course.test_run import run
from tests.course.tiny_course import ASSIGNMENT, CORRECT, answer, nbgrader, write_source

HAND_INS = 3  # new ones before each kill


def main() -> None:
    """Print how many marks there are and how many differ; a duplicate ends it."""
    times, seed = map(int, [*sys.argv[1:], *("50", "1")[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "course")
        write_source(root)
        nbgrader(root, "generate_assignment", ASSIGNMENT)
        for kill in range(times):
            for number in range(HAND_INS):
                wrong = {} if number else {"square_code": "def square(x):\n    return 2"}
                own = {"half_code": f"# {kill}, {number}\n{CORRECT['half_code']}"}
                answer(root, f"s{kill:03}_{number}", CORRECT | wrong | own)
            kill_often(root, 1, seed + kill)
        done = run(root)
        marks = gradebook(root)
        parts = len(list((root / ".autograder").rglob(".part-*")))
        nbgrader(root, "autograde", ASSIGNMENT, "--force", "--Execute.use_cache=False")
        alone = gradebook(root)
        unlike = {key for key in marks | alone if marks.get(key) != alone.get(key)}
        print(f"{times} kills, then exit status {done.returncode}: {len(marks)} marks, {len(unlike)} unlike; "
              f"unfinished files left aside: {parts}")  # fmt: skip


if __name__ == "__main__":
    main()
