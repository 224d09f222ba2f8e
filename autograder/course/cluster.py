"""Workers of a Dask cluster in place of local ones: ``autograder grade --scheduler tcp://...``.

A hand-in is one task: it is sent with all that its notebooks read and what became of them comes back, so that nothing
is shared but the network. What a lost worker had in hand, Dask gives to another one. How the machines trust each other
(TLS) is Dask's own configuration.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
from concurrent.futures import CancelledError
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from autograder.course import remote
from autograder.grading import fingerprint
from autograder.messages import _

if TYPE_CHECKING:
    from distributed import Client, Future

    from autograder.course.errand import Errand, Returned, Sheets

_PATIENCE = 10  # seconds until a scheduler has answered
_LOST = (CancelledError, OSError)  # what Dask raises where the scheduler is gone
_MOST_NAMED = 5  # differences that a message names


class ClusterError(RuntimeError):
    """The cluster cannot be used, or not any more; the message says why and what to do."""


class Cluster:
    """The cluster with the scheduler at ``address``; a context manager.

    Raises :class:`ClusterError`.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ClusterError(_("--scheduler needs Dask: pip install 'autograder[cluster]'")) from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters, ClusterError says
        try:
            asyncio.run(_knock(address))  # a client that cannot connect for some reasons does not end, either
            self.client: Client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            message = _("No Dask scheduler answers at {address} ({error}).", address=address, error=error)
            raise ClusterError(message) from error
        try:
            self.room = 2 * sum(self.client.nthreads().values())  # one runs while another one travels
            self.client.run(remote.begin, on_error="return")  # what fails of it, a task will tell
            self._compare()
            self._sheets: Future | None = None
        except BaseException:
            self.client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.client.close()

    def take(self, sheets: Sheets) -> None:
        """Let all that is graded from now on be of the course with these ``sheets``."""
        # as the result of a task: should those who have it be lost, the scheduler can make it again
        load = remote.Load.of(sheets)
        self._sheets = self.client.submit(remote.carry, load, key=f"autograder-{load.digest}")

    def crew(self, count: int) -> list[Envoy]:
        """Return so many envoys."""
        return [Envoy(self.client, self._sheets) for _each in range(count)]

    def _compare(self) -> None:
        """Make sure that all workers are as this machine."""
        if not self.room:
            raise ClusterError(_("The scheduler has no workers: start some with dask worker."))
        here = remote.parts()
        there: dict[str, Any] = self.client.run(remote.parts, on_error="return")
        for address, parts in sorted(there.items()):
            if isinstance(parts, OSError):  # it is gone meanwhile; one that comes later is compared with each job
                continue
            if isinstance(parts, Exception):
                raise ClusterError(
                    _("The worker {address} has no such autograder: {error}", address=address, error=parts)
                )
            if parts != here:
                raise ClusterError(_unlike(address, here, parts))


class Envoy:
    """Has hand-ins graded on a cluster, one at a time, by whichever worker is free."""

    def __init__(self, client: Client, sheets: Future | None) -> None:
        self._client, self._sheets = client, sheets
        self._future: Future | None = None
        self._ended = False

    def grade(self, errand: Errand) -> Returned | None:
        """Return what became of a hand-in; None where no worker could grade it.

        Raises:
            ClusterError: the cluster is lost, a worker that cannot grade has joined it, or this envoy was killed.

        """
        from distributed.scheduler import KilledWorker

        if self._ended:
            raise ClusterError(_("The grading process ended."))
        sent = pickle.dumps(errand)
        try:
            self._future = self._client.submit(remote.grade, self._sheets, sent, fingerprint.whole(), pure=False)
            answer = self._future.result()
        except remote.OtherVersionError as error:
            raise ClusterError(_("A worker with other versions than here has joined the cluster.")) from error
        except remote.OutpostError as error:
            raise ClusterError(_("A worker cannot grade this course: {error}", error=error)) from error
        except KilledWorker:
            return None
        except _LOST as error:
            raise ClusterError(_("The connection to the Dask scheduler is lost; the same command goes on.")) from error
        returned: Returned | None = None if answer is None else pickle.loads(answer)  # noqa: S301 - as Dask does
        return returned

    def kill(self) -> None:
        """End for good, also while another thread waits for an answer, who hears a ClusterError."""
        self._ended = True
        if (future := self._future) is not None:
            future.cancel()

    def close(self) -> None:
        """Do nothing more: who grades belongs to the cluster."""


async def _knock(address: str) -> None:
    """Connect and go away; raises what Dask does where that is not possible, as configured here."""
    from distributed.comm import connect
    from distributed.security import Security

    comm = await connect(address, timeout=_PATIENCE, **Security().get_connection_args("client"))
    await comm.close()


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
