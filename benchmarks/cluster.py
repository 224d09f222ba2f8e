"""What a second worker brings on a Dask cluster, and whether a lost one costs anything.

``python -m benchmarks.cluster [--students 40] [--tiny] [--compute 0]``: the workers are processes of Dask's
LocalCluster, one thread each, and talk over TCP. The class is the sample class's honest hand-ins, or the tests' small
course. It is graded by one worker, twice by two, once more by one (the machine may be another one meanwhile: sums
count), and by two of which one is killed midway; all marks are compared.

On two processors the gradebook's own process takes its share from the second worker; with ``--compute``, each notebook
of the network trains so many seconds more, as much work for the workers and none for the gradebook. What the machine
itself allows is measured beside it: the same cells in one warm process, and in two at a time that share nothing else.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import dask
from distributed import Client, LocalCluster

from benchmarks.classes import ROOT, TINY, graded, marks, tiny_class, unlike
from benchmarks.grading import write_course
from tests.sample_class.build import ASSIGNMENT

TRAINING = """
import time
end = time.process_time() + {seconds}
while time.process_time() < end:
    np.linalg.norm(np.ones((64, 64)) @ np.ones((64, 64)))
"""

# what the README recommends: Dask does not look a hundred times a second at what its workers do
QUIET = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"}


def kill_one(address: str, after: float) -> None:
    """Kill a worker of the cluster, so many seconds from now."""
    with Client(address, set_as_default=False) as client:
        pid = min(client.run(os.getpid).values())
    threading.Timer(after, os.kill, [pid, signal.SIGKILL]).start()


def sharing_nothing(root: Path, assignment: str) -> float:
    """Return how many times as much two processes do at a time as one, with the cells of a graded class."""

    def seconds(processes: int) -> float:
        command = [sys.executable, "-m", "benchmarks.warm", str(root), assignment]
        own = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        start = time.perf_counter()
        running = [subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL) for _each in range(processes)]
        if any(process.wait() for process in running):
            sys.exit("benchmarks.warm failed")
        return time.perf_counter() - start

    return (seconds(1) + seconds(1)) / seconds(2)


def main() -> None:
    """Print seconds, throughput and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--compute", type=float, default=0.0, metavar="SECONDS")
    chosen = parser.parse_args()
    assignment = TINY if chosen.tiny else ASSIGNMENT
    dask.config.set(QUIET)
    found = []
    seconds = defaultdict[str, float](float)
    print(f"{chosen.students} hand-ins, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print(f"{'':<32}{'seconds':>9}{'a minute':>10}{'failed':>8}")
    for workers, lost in ((1, False), (2, False), (2, False), (1, False), (2, True)):
        name = f"{workers} worker{'s' * (workers > 1)}{', one killed midway' * lost}"
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
                    kill_one(cluster.scheduler_address, seconds["2 workers"] / 4)
                run = graded(root, "--scheduler", cluster.scheduler_address)
            found.append(marks(root, assignment))
            seconds[name] += run.seconds
            failed = sum(line["failed"] for line in run.lines)
            print(f"{name:<32}{run.seconds:>9.1f}{60 * chosen.students / run.seconds:>10.1f}{failed:>8}", flush=True)
            if lost:
                limit = sharing_nothing(root, assignment)
    different = [len(unlike(found[0], others)) for others in found[1:]]
    print(f"two workers are {seconds['1 worker'] / seconds['2 workers']:.2f} times as fast as one; two processes that "
          f"share nothing but the machine: {limit:.2f} times")  # fmt: skip
    print(f"marks: {len(found[0])}, different in the other runs: {', '.join(map(str, different))}")


if __name__ == "__main__":
    main()
