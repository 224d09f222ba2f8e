"""Where the secrets lie that no student may see, and who else is on the machine."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

MARK = "PWNED"  # in the name or text of everything that an attack leaves anywhere


class Canary(Enum):
    """A secret by the place that holds it; each is a text that occurs nowhere else."""

    SOURCE = "kanarie_loesung_4f1d"  # a name in the solutions, source/
    TEST = "kanarie_test_9b27"  # a name in the hidden tests
    INPUT = "271828.25"  # an input of a hidden test
    GRADEBOOK = "kanarie_notenbuch_c803"
    HAND_IN = "kanarie_abgabe_61ea"  # in everybody else's hand-in
    ENVIRONMENT = "kanarie_umgebung_7d52"  # a variable of the grader's
    HOST = "kanarie_rechner_e94c"  # a file outside of the course
    HOME = "kanarie_heim_20b6"  # a file in the grader's home folder
    SYSTEM = "kanarie_system_a15e"  # /etc/shadow, where the run has one of its own
    SERVER = "kanarie_dienst_b518"  # what a server on a loopback port answers
    PATH_SOCKET = "kanarie_buchse_3ca9"
    ABSTRACT_SOCKET = "kanarie_abstrakt_d07f"


VARIABLE = "GRADER_TOKEN"  # the environment variable that holds Canary.ENVIRONMENT


@dataclass(frozen=True)
class Places:
    """The folders of one run below ``root``, and the addresses of the services that wait for callers."""

    root: Path
    port: int
    package: Path  # where the package that grades lies
    site: Path  # the site-packages that the grader uses

    @property
    def course(self) -> Path:
        """Return the course's folder."""
        return self.root / "course"

    @property
    def home(self) -> Path:
        """Return the grader's home folder."""
        return self.root / "home"

    @property
    def host(self) -> Path:
        """Return a folder of somebody else's on the same machine."""
        return self.root / "host"

    @property
    def socket(self) -> Path:
        """Return the path of a socket on which somebody else listens."""
        return self.host / "s"

    @property
    def abstract(self) -> str:
        """Return the name of an abstract socket on which somebody else listens."""
        return f"autograder-{self.port}"

    def prepare(self) -> None:
        """Make the folders, with the secrets that are plain files."""
        for folder in (self.course, self.host, self.home / ".ssh"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.host / "secret.txt").write_text(Canary.HOST.value, encoding="utf-8")
        (self.host / "old.txt").touch()
        (self.home / ".ssh" / "id_rsa").write_text(Canary.HOME.value, encoding="utf-8")

    def fill(self, text: str, attack: str) -> str:
        """Return ``text`` with every ``@NAME@`` replaced by what it stands for."""
        names = {
            "COURSE": self.course,
            "HOME": self.home,
            "HOST": self.host,
            "SITE": self.site,
            "PACKAGE": self.package,
            "PORT": self.port,
            "SOCKET": self.socket,
            "ABSTRACT": self.abstract,
            "VARIABLE": VARIABLE,
            "MARK": f"{MARK}-{attack}",
            "NAME": attack,
        }
        for name, value in names.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def save(self, path: Path) -> None:
        """Write the places down for another process."""
        values = {"root": str(self.root), "port": self.port, "package": str(self.package), "site": str(self.site)}
        path.write_text(json.dumps(values), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Places:
        """Return what :meth:`save` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(Path(values["root"]), values["port"], Path(values["package"]), Path(values["site"]))


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def disguises(secret: str) -> list[str]:
    """Return ``secret`` as it is, and as it may be smuggled."""
    return [secret, secret.encode().hex()]
