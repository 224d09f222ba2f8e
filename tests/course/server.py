"""A Jupyter server in a course, with nbgrader's extensions."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOKEN = "tiny"


@contextmanager
def serve(course: Path) -> Iterator[str]:
    """Start a Jupyter server in ``course``, on loopback, and return its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "server", "--allow-root", "--no-browser", "--ServerApp.ip=127.0.0.1"]
    options = [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}"]
    log = course / "server.log"
    with log.open("w") as output:
        running = subprocess.Popen([*command, *options], cwd=course, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                get(f"{address}/api/status")
                break
            except (urllib.error.URLError, ConnectionError):
                assert running.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.1)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=20)


def get(address: str, data: bytes | None = None) -> str:
    """Return what the server answers."""
    request = urllib.request.Request(address, data, headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answered:
        return str(answered.read().decode())
