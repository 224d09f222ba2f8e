"""Workers of a Dask cluster in place of local ones: ``autograder grade --scheduler tcp://...``.

A hand-in is one task: it is sent with all that its notebooks read and what became of them comes back, so that nothing
is shared but the network. What a lost worker had in hand, Dask gives to another one. How the machines trust each other
(TLS) is Dask's own configuration.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from autograder.grading import fingerprint, remote
from autograder.grading.worker import Job, Record, Worker, WorkerError
from autograder.messages import _

if TYPE_CHECKING:
    from distributed import Client, Future

_PATIENCE = 10  # seconds until a scheduler has answered
_LOST = (CancelledError, OSError)  # what Dask raises where the scheduler is gone
_MOST_NAMED = 5  # differences that a message names


class ClusterError(RuntimeError):
    """The cluster cannot be used, or not any more; the message says why and what to do."""


class Cluster:
    """The cluster with the scheduler at ``address``, for a course with the folder ``source``; a context manager.

    Raises :class:`ClusterError`.
    """

    def __init__(self, address: str, source: Path) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ClusterError(_("--scheduler needs Dask: pip install 'autograder[cluster]'")) from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters, ClusterError says
        try:
            self.client: Client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            message = _("No Dask scheduler answers at {address} ({error}).", address=address, error=error)
            raise ClusterError(message) from error
        try:
            self.room = 2 * sum(self.client.nthreads().values())  # one runs while another one travels
            self._compare()
            parcel = remote.Parcel.of(source)
            # as the result of a task: should those who have it be lost, the scheduler can make it again
            self.source = self.client.submit(remote.carry, parcel, key=f"autograder-{parcel.digest}")
        except BaseException:
            self.client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.client.close()

    def worker(self) -> Worker:
        """Return a stand-in for whichever worker is free."""
        return _StandIn(self)

    def _compare(self) -> None:
        """Make sure that all workers are as this machine."""
        if not self.room:
            raise ClusterError(_("The scheduler has no workers: start some with dask worker."))
        here = fingerprint.parts()
        there: dict[str, Any] = self.client.run(fingerprint.parts, on_error="return")
        for address, parts in sorted(there.items()):
            if isinstance(parts, OSError):  # it is gone meanwhile; one that comes later is compared with each job
                continue
            if isinstance(parts, Exception):
                raise ClusterError(
                    _("The worker {address} has no such autograder: {error}", address=address, error=parts)
                )
            if parts != here:
                raise ClusterError(_unlike(address, here, parts))


class _StandIn(Worker):
    """Runs jobs on the cluster, those of one hand-in at a time."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self._cluster = cluster
        self._future: Future | None = None

    def records(self, jobs: Sequence[Job], spent: float, *, alone: bool) -> Iterator[Record | None]:
        """Run the jobs of a hand-in wherever there is room; a record each, None where that failed.

        Raises:
            ClusterError: the cluster is lost, or a worker that is not like this machine has joined it.
            WorkerError: this stand-in was killed.

        """
        return iter(self._all(jobs, remote.Errand.of(jobs, spent, alone=alone)) if jobs else ())

    def _all(self, jobs: Sequence[Job], errand: remote.Errand) -> list[Record | None]:
        from distributed.scheduler import KilledWorker

        if self._ended:
            raise WorkerError(_("The grading process ended."))
        client = self._cluster.client
        try:
            self._future = client.submit(remote.run, self._cluster.source, errand, pure=False)
            answers = self._future.result()
        except remote.OtherVersionError as error:
            raise ClusterError(_("A worker with other versions than here has joined the cluster.")) from error
        except KilledWorker:
            return [None for _job in jobs]
        except _LOST as error:
            if self._ended:
                raise WorkerError(_("The grading process ended.")) from error
            raise ClusterError(_("The connection to the Dask scheduler is lost; the same command goes on.")) from error
        return [None if answer is None else Record.from_plain(answer) for answer in answers]

    def kill(self) -> None:
        """End for good, also while another thread waits for an answer, who hears a WorkerError."""
        self._ended = True
        if (future := self._future) is not None:
            future.cancel()


def _unlike(address: str, here: dict[str, str], there: dict[str, str]) -> str:
    names = sorted(name for name in here | there if here.get(name) != there.get(name))
    said = [
        name if name == "autograder" else f"{name} {there.get(name, '-')} ({here.get(name, '-')})"
        for name in names[:_MOST_NAMED]
    ]
    said += ["…"] * (len(names) > _MOST_NAMED)
    return _(
        "The worker {address} is not like this machine, and points could differ: {names}. Install the same there.",
        address=address,
        names=", ".join(said),
    )
