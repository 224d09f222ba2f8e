"""What a second worker brings on a Dask cluster, and whether a lost one costs anything.

``python -m benchmarks.cluster [--students 24] [--tiny] [--compute 0]``: the workers are processes of Dask's
LocalCluster, one thread each, and talk over TCP. The class is the sample class's honest hand-ins, or the tests' small
course. It is graded by one worker, by two, and by two of which one is killed midway; the marks of all three runs are
compared. On two processors the gradebook's own process takes its share from the second worker; with ``--compute``,
each notebook of the network trains so many seconds more, as much work for the workers and none for the gradebook.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import threading
from pathlib import Path

from distributed import Client, LocalCluster

from benchmarks.classes import TINY, graded, marks, tiny_class, unlike
from benchmarks.grading import write_course
from tests.sample_class.build import ASSIGNMENT

TRAINING = """
import time
end = time.process_time() + {seconds}
while time.process_time() < end:
    np.linalg.norm(np.ones((64, 64)) @ np.ones((64, 64)))
"""


def kill_one(address: str, after: float) -> None:
    """Kill a worker of the cluster, so many seconds from now."""
    with Client(address, set_as_default=False) as client:
        pid = min(client.run(os.getpid).values())
    threading.Timer(after, os.kill, [pid, signal.SIGKILL]).start()


def main() -> None:
    """Print seconds, throughput and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=24)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--compute", type=float, default=0.0, metavar="SECONDS")
    chosen = parser.parse_args()
    assignment = TINY if chosen.tiny else ASSIGNMENT
    found, seconds = [], []
    print(f"{chosen.students} hand-ins, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(f"{'':<32}{'seconds':>9}{'a minute':>10}{'failed':>8}")
    for workers, lost in ((1, False), (2, False), (2, True)):
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch, "course")
            if chosen.tiny:
                tiny_class(root, chosen.students)
            else:
                more = {"2_netzwerk.ipynb": TRAINING.format(seconds=chosen.compute)} if chosen.compute else {}
                write_course(root, chosen.students, "", more)
            with LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, protocol="tcp", dashboard_address=None
            ) as cluster:
                if lost:
                    kill_one(cluster.scheduler_address, seconds[-1] / 2)
                run = graded(root, "--scheduler", cluster.scheduler_address)
            found.append(marks(root, assignment))
            seconds.append(run.seconds)
            failed = sum(line["failed"] for line in run.lines)
            name = f"{workers} worker{'s' * (workers > 1)}{', one killed midway' * lost}"
            print(f"{name:<32}{run.seconds:>9.1f}{60 * chosen.students / run.seconds:>10.1f}{failed:>8}")
    print(f"two workers are {seconds[0] / seconds[1]:.2f} times as fast as one; marks: {len(found[0])}, different with "
          f"two: {len(unlike(found[0], found[1]))}, with one lost: {len(unlike(found[0], found[2]))}")  # fmt: skip


if __name__ == "__main__":
    main()
