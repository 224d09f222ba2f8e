"""Dask's LocalCluster for tests: workers over TCP that share no folder with the course."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from autograder.grading.walls import SandboxUnavailableError, require_bubblewrap

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'autograder[cluster]'")


@contextmanager
def local_cluster(
    workers: int = 2, *, security: "distributed.Security | None" = None
) -> Iterator["distributed.LocalCluster"]:
    """Start it, encrypted where ``security`` is given, or skip the test where there is no sandbox."""
    try:
        require_bubblewrap()
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    main = sys.modules["__main__"]
    main.__spec__ = getattr(main, "__spec__", None)  # a worker of pytest-xdist has none, and Python 3.11.2 asks for it
    with distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        protocol="tls" if security else "tcp",
        security=security,
        dashboard_address=":0",
    ) as cluster:
        yield cluster
