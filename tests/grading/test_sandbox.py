"""The sandbox holds: what student code may do works, what it may not fails, and nothing of it is left behind.

Most tests fork a session of one sandbox; a session here runs the text that the test gives it (``student_code.py``).
What a hostile submission tries is in it for real: every test says what the student's process saw, or what the host saw.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.grading import nursery as nursery_module
from autograder.grading import sandbox as sandbox_module
from autograder.grading import seccomp, walls
from autograder.grading.limits import MIB, Limits
from autograder.grading.nursery import Nursery
from autograder.grading.sandbox import Sandbox, SandboxDiedError, Session
from autograder.grading.walls import PACKAGE, SandboxUnavailableError
from tests.grading import student_code

STUDENT_CODE = Path(student_code.__file__)
SMALL = Limits(memory_bytes=256 * MIB, file_bytes=64 * MIB)
PATIENCE = 60.0
REFUSED = r"^(OSError|PermissionError|ConnectionRefusedError|gaierror)$"


class StudentError(Exception):
    """What the student's text raised; its text is the name of the exception."""


class Student:
    """Runs text in a session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        session.channel.settimeout(PATIENCE)

    def start(self, text: str) -> None:
        student_code.send(self.session.channel, textwrap.dedent(text))

    def answer(self) -> Any:
        said = json.loads(student_code.receive(self.session.channel))
        if "error" in said:
            raise StudentError(said["error"])
        return said["result"]

    def run(self, text: str) -> Any:
        """Return what the text leaves in ``result``."""
        self.start(text)
        return self.answer()

    def ends(self, text: str) -> None:
        """Run text that does not come back."""
        self.start(text)
        with pytest.raises((EOFError, ConnectionError)):
            self.answer()


@contextlib.contextmanager
def warmed(**options: Any) -> Iterator[Nursery]:
    """A nursery with this file's program in it."""
    options = {"preload": (), "entry": "student_code:main", "modules": [STUDENT_CODE], **options}
    try:
        nursery = Nursery(**options)
    except SandboxUnavailableError as error:
        if shutil.which("bwrap") is None:
            pytest.skip(str(error))
        raise
    with nursery:
        yield nursery


@contextlib.contextmanager
def opened(files: Path | None = None, limits: Limits = SMALL, **options: Any) -> Iterator[Sandbox]:
    """A sandbox in a nursery of its own."""
    with warmed(**options) as nursery, Sandbox(nursery, files, limits) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("submission")
    (folder / "daten").mkdir()
    (folder / "daten" / "zahlen.txt").write_text("1 2 3")
    (folder / "notebook.ipynb").write_text("{}")
    (folder / "verweis").symlink_to("/etc/shadow")
    return folder


@pytest.fixture(scope="module")
def sandbox(files: Path) -> Iterator[Sandbox]:
    with opened(files, preload=("numpy", "numpy.random")) as it:
        yield it


@pytest.fixture
def student(sandbox: Sandbox) -> Iterator[Student]:
    session = sandbox.fork()
    with session.channel:
        yield Student(session)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true; fail if it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def processes_with(word: str) -> list[int]:
    """This machine's processes that have a word in their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and word.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def first_process(sandbox: Sandbox) -> int:
    """The supervisor's number as this machine counts."""
    said = Path(f"/proc/self/fdinfo/{sandbox._supervisor}").read_text()
    return int(dict(line.split(":") for line in said.splitlines())["Pid"])


@pytest.fixture
def seconds() -> str:
    """How long to sleep: a day and a fraction that names this test's processes."""
    return f"86400.{secrets.randbelow(10**12):012}"


# Processes that try to survive: in a session of their own, orphaned twice, deaf to signals, stopped
SURVIVORS = """
import subprocess, time
commands = [
    "setsid sleep {seconds}",
    "(setsid sleep {seconds} &) &",
    "trap '' TERM HUP INT; sleep {seconds}",
    "sh -c 'kill -STOP $$; sleep {seconds}'",
    "setsid nohup sh -c 'while :; do sleep {seconds}; done' &",
]
for command in commands:
    subprocess.Popen(command, shell=True)
time.sleep(0.3)
"""

# --- sessions -------------------------------------------------------------------------------------------------------


def test_a_session_runs_code_in_a_copy_of_the_submission(student: Student) -> None:
    """Its working folder holds the regular files, in their folders; links are left out."""
    assert student.run("import os; result = sorted(os.listdir('.'))") == ["daten", "notebook.ipynb"]
    assert student.run("result = open('daten/zahlen.txt').read()") == "1 2 3"


def test_a_new_session_knows_nothing_of_the_last_and_ends_it(sandbox: Sandbox, seconds: str) -> None:
    first = Student(sandbox.fork())
    first.run(SURVIVORS.format(seconds=seconds) + "secret = 1")
    assert processes_with(seconds)
    second = Student(sandbox.fork())
    assert processes_with(seconds) == []
    assert not first.session.alive
    assert second.session.alive
    with pytest.raises(StudentError, match="NameError"):
        second.run("secret")


def test_sessions_draw_different_random_numbers(sandbox: Sandbox) -> None:
    """The libraries were seeded once, before the fork."""
    text = "import random, numpy; result = [random.random(), numpy.random.rand()]"
    first, second = (Student(sandbox.fork()).run(text) for _ in range(2))
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_a_session_that_ends_takes_its_processes_along(sandbox: Sandbox, seconds: str) -> None:
    student = Student(sandbox.fork())
    student.run(SURVIVORS.format(seconds=seconds))
    student.ends("import os; os._exit(0)")
    until(lambda: not student.session.alive)
    assert processes_with(seconds) == []


def test_a_session_can_be_interrupted(student: Student) -> None:
    """As Jupyter's stop button does; it goes on afterwards."""
    student.start("while True: pass")
    until(lambda: student.session.usage().cpu_seconds > 0.05)
    student.session.interrupt()
    with pytest.raises(StudentError, match="KeyboardInterrupt"):
        student.answer()
    assert student.run("result = 1") == 1


def test_a_process_of_a_session_can_be_signalled(student: Student, seconds: str) -> None:
    """By its number inside; numbers that are none of its processes are nobody's."""
    pid = student.run(f"import subprocess; p = subprocess.Popen(['sleep', '{seconds}']); result = p.pid")
    until(lambda: processes_with(seconds) != [])
    for other in (0, 1, -1, 4_000_000):
        student.session.signal(other, signal.SIGKILL)
    assert student.run("result = p.poll()") is None
    student.session.signal(pid, signal.SIGTERM)
    assert student.run("result = p.wait()") == -signal.SIGTERM


def test_kill_ends_also_who_tries_to_survive(student: Student, seconds: str) -> None:
    student.run(SURVIVORS.format(seconds=seconds))
    assert len(processes_with(seconds)) > 5
    student.session.kill()
    assert processes_with(seconds) == []
    assert not student.session.alive
    student.session.kill()  # a second time does nothing


def test_close_ends_everything(seconds: str) -> None:
    with opened() as sandbox:
        student = Student(sandbox.fork())
        student.run(SURVIVORS.format(seconds=seconds))
        supervisor = first_process(sandbox)
    assert processes_with(seconds) == []
    assert not Path(f"/proc/{supervisor}").exists()
    assert not student.session.alive
    with pytest.raises(SandboxDiedError, match="closed"):
        student.session.usage()
    sandbox.close()  # a second time does nothing


def test_a_killed_grader_leaves_nothing_behind(seconds: str) -> None:
    """Also where it has no time to close anything."""
    text = f"""
        import sys, time
        from tests.grading import test_sandbox as here
        with here.opened() as sandbox:
            here.Student(sandbox.fork()).run({SURVIVORS.format(seconds=seconds)!r})
            print("ready", flush=True)
            time.sleep(1000)
    """
    grader = subprocess.Popen([sys.executable, "-c", textwrap.dedent(text)], stdout=subprocess.PIPE)
    with grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == b"ready\n"
        assert processes_with(seconds)
        grader.kill()
    until(lambda: processes_with(seconds) == [])


def test_a_sandbox_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch, seconds: str) -> None:
    """Who waits for it gets an error in time, and all inside is gone."""
    monkeypatch.setattr(sandbox_module, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(sandbox_module, "STOP_SECONDS", 0.5)
    with opened() as sandbox:
        student = Student(sandbox.fork())
        student.run(SURVIVORS.format(seconds=seconds))
        os.kill(first_process(sandbox), signal.SIGSTOP)
        with pytest.raises(SandboxDiedError, match="did not answer"):
            student.session.usage()
        until(lambda: processes_with(seconds) == [])
        assert not student.session.alive
        with pytest.raises(SandboxDiedError):
            sandbox.fork()


# --- what is measured -----------------------------------------------------------------------------------------------


WORK = """
import os, signal, time

def work():
    while time.process_time() < 0.4:
        pass

def child():
    if os.fork() == 0:
        work()
        os._exit(0)
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("work()", id="own"),
        pytest.param("child(); os.wait()", id="a child that is waited for"),
        pytest.param("child()", id="a child that is not"),
        pytest.param("signal.signal(signal.SIGCHLD, signal.SIG_IGN); child()", id="a disowned child"),
        pytest.param("os.fork() or (child(), os._exit(0)); os.wait()", id="an orphan"),
    ],
)
def test_cpu_time_counts_whoever_spends_it(student: Student, text: str) -> None:
    student.run(WORK + text)
    until(lambda: student.session.usage().cpu_seconds > 0.25)
    assert student.session.usage().cpu_seconds < 1.5


def test_cpu_time_begins_with_the_session(sandbox: Sandbox) -> None:
    """The one before does not count, and what a session used is known after its end."""
    first = Student(sandbox.fork())
    first.run(WORK + "work()")
    first.session.kill()
    assert first.session.usage().cpu_seconds > 0.35
    second = Student(sandbox.fork())
    second.run("result = 1")
    assert second.session.usage().cpu_seconds < 0.2


def test_memory_and_files_count_without_the_libraries(student: Student) -> None:
    assert student.session.usage().memory_bytes < 10 * MIB
    student.run("import numpy; x = numpy.ones(2**23)")
    assert 64 * MIB <= student.session.usage().memory_bytes < 80 * MIB
    student.run("open('/tmp/file', 'wb').write(bytes(8 * 2**20))")
    assert 72 * MIB <= student.session.usage().memory_bytes < 90 * MIB
    student.run("import os; os.remove('/tmp/file')")


def test_processes_and_threads_count(student: Student) -> None:
    student.run("import threading, time; [threading.Thread(target=time.sleep, args=(9,)).start() for _ in range(5)]")
    assert student.session.usage().processes == 6


# --- limits ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("while True: os.fork()", id="fork"),
        pytest.param(
            """
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
            """,
            id="fork that goes on",
        ),
        pytest.param("os.system('while :; do sleep 60 & done; sleep 60')", id="shell"),
        pytest.param(
            "import threading as t; t.stack_size(65536); e = t.Event()\nwhile True: t.Thread(target=e.wait).start()",
            id="threads",
        ),
    ],
)
def test_a_fork_bomb_ends_and_the_sandbox_goes_on(sandbox: Sandbox, text: str) -> None:
    student = Student(sandbox.fork())
    student.start("import os\n" + textwrap.dedent(text))
    until(lambda: not student.session.alive)
    assert student.session.usage().over == "processes"
    assert Student(sandbox.fork()).run("result = 1") == 1


def test_the_kernel_stops_a_fork_bomb_before_the_watch_sees_it(sandbox: Sandbox) -> None:
    """So that between two looks no more than a few dozen processes are there."""
    student = Student(sandbox.fork())
    student.start("import os\nwhile True: os.fork()")
    until(lambda: not student.session.alive)
    assert 64 < student.session.usage().processes <= 64 + 17


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = []\nwhile True: x.append(bytearray(2**20))", id="list"),
        pytest.param("import numpy; x = numpy.ones(2**26)", id="numpy"),
        pytest.param("x = 'x' * 2**29", id="text"),
    ],
)
def test_too_much_memory_in_one_process_is_a_memory_error(student: Student, text: str) -> None:
    """The kernel refuses it, so that the session goes on, and 200 of 256 MiB are to be had."""
    with pytest.raises(StudentError, match="MemoryError"):
        student.run(text)
    assert student.run("x = None; x = bytearray(200 * 2**20); result = 1") == 1


def test_too_much_memory_in_many_processes_ends_the_session(sandbox: Sandbox) -> None:
    student = Student(sandbox.fork())
    student.ends("""
        import os, time
        for _ in range(4):
            if os.fork() == 0:
                x = bytearray(os.urandom(2**20) * 90)
                time.sleep(60)
        time.sleep(60)
    """)
    assert student.session.usage().over == "memory"
    assert Student(sandbox.fork()).run("result = 1") == 1


def test_processes_that_share_memory_count_it_once(student: Student) -> None:
    """Thirty-two forks of a session that holds 50 MiB hold no more, also while they end."""
    text = """
        import os, time
        x = bytearray(os.urandom(2**20) * 50)
        children = [pid for pid in (os.fork() for _ in range(5)) if pid]
        if len(children) < 5:
            time.sleep(0.5)
            os._exit(0)
        time.sleep(0.4)
        result = 1
    """
    assert student.run(text) == 1
    assert student.session.usage().over is None


def test_empty_files_count_as_memory() -> None:
    """A folder full of them takes none of its own size, but the kernel's memory."""
    with opened(limits=Limits(memory_bytes=48 * MIB)) as small:
        student = Student(small.fork())
        student.ends("import itertools\nfor i in itertools.count(): open(f'/tmp/{i}', 'w').close()")
        assert student.session.usage().over == "memory"


def test_sockets_count_as_memory(sandbox: Sandbox) -> None:
    """What waits in them is the kernel's memory."""
    student = Student(sandbox.fork())
    student.ends("""
        import os, socket, time
        for _ in range(8):
            if os.fork() == 0:
                pairs = [socket.socketpair() for _ in range(100)]
                time.sleep(60)
        time.sleep(60)
    """)
    assert student.session.usage().over == "memory"


@pytest.mark.parametrize(("folder", "mebibytes"), [("/tmp", 16), ("/dev/shm", 16), (".", 32), ("/student", 32)])
def test_files_fill_their_folder_and_no_more(student: Student, folder: str, mebibytes: int) -> None:
    text = f"""
        import os
        size = 0
        try:
            with open({folder!r} + "/large", "wb", buffering=0) as file:
                while size < 2**30:
                    size += file.write(bytes(2**20))
        except OSError:
            os.remove({folder!r} + "/large")
        result = size // 2**20
    """
    assert mebibytes - 2 <= student.run(text) <= mebibytes


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import os; os.memfd_create('x')", id="memfd"),
        pytest.param("import mmap; mmap.mmap(-1, 4096)", id="shared and anonymous"),
        pytest.param("import mmap; mmap.mmap(open('/dev/zero', 'r+b').fileno(), 4096)", id="/dev/zero"),
        pytest.param("import mmap; mmap.mmap(-1, 2**21, flags=mmap.MAP_PRIVATE | 0x40020)", id="huge pages"),
    ],
)
def test_memory_that_no_limit_sees_cannot_be_had(student: Student, text: str) -> None:
    with pytest.raises(StudentError, match=REFUSED):
        student.run(text)


def test_open_files_run_out_and_the_grader_is_not_touched(student: Student) -> None:
    assert student.run("""
        import os
        files = []
        try:
            while True:
                files.append(os.open("/dev/null", os.O_RDONLY))
        except OSError as error:
            result = [error.errno, len(files)]
        for file in files:
            os.close(file)
    """) == [24, 252]
    assert student.run("result = 1") == 1


def test_the_session_has_its_channel_and_no_other_open_file(student: Student) -> None:
    """Standard input, output and errors go nowhere."""
    assert student.run("""
        import os
        result = {n: os.readlink(f"/proc/self/fd/{n}").split(":")[0] for n in os.listdir("/proc/self/fd")[:-1]}
    """) == {"0": "/dev/null", "1": "/dev/null", "2": "/dev/null", "3": "socket"}


# --- what works -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import threading; t = threading.Thread(target=int); t.start(); t.join()", id="threads"),
        pytest.param(
            "import subprocess; subprocess.run(['ls', '/'], check=True, capture_output=True)", id="subprocess"
        ),
        pytest.param(
            "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import numpy, autograder'], check=True)",
            id="python",
        ),
        pytest.param(
            "import multiprocessing as m\nwith m.get_context('fork').Pool(2) as p: p.map(abs, [1])", id="pool"
        ),
        pytest.param(
            "from multiprocessing.shared_memory import SharedMemory as S\ns = S(create=True, size=9); s.unlink()",
            id="shared memory",
        ),
        pytest.param("import multiprocessing as m; m.get_context('fork').Manager().list([1])", id="manager"),
        pytest.param("import asyncio; asyncio.run(asyncio.sleep(0))", id="asyncio"),
        pytest.param("import tempfile; tempfile.TemporaryFile().write(b'x')", id="temporary files"),
        pytest.param("import numpy; numpy.linalg.inv(numpy.eye(200)); numpy.linalg.svd(numpy.eye(50))", id="numpy"),
        pytest.param("import resource; resource.setrlimit(resource.RLIMIT_CPU, (9, 9))", id="limits of its own"),
        pytest.param("import os; os.nice(1); os.sched_setaffinity(0, os.sched_getaffinity(0))", id="priority"),
        pytest.param("import os; os.openpty(); os.path.expanduser('~student')", id="terminal and user"),
        pytest.param(
            """
            import socket
            with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
                server.bind("/tmp/socket")
                server.listen()
                client.connect("/tmp/socket")
            """,
            id="its own sockets",
        ),
        pytest.param(
            """
            import io, logging
            logging.basicConfig(stream=(log := io.StringIO()), level="INFO")
            import matplotlib.pyplot as plt
            plt.plot([1, 2]); plt.title("größer"); plt.savefig("/tmp/picture.png")
            assert "generated new fontManager" not in log.getvalue(), "fonts were searched for"
            """,
            id="matplotlib, with fonts found already",
        ),
    ],
)
def test_what_students_use_works(student: Student, text: str) -> None:
    student.run(textwrap.dedent(text))


# --- what cannot be seen --------------------------------------------------------------------------------------------


CANARY = "canary-" + secrets.token_hex(8)


def test_no_secret_of_the_grader_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Neither its environment nor files in /tmp, in its home, the course folder or another hand-in."""
    secret = Path("/tmp", CANARY)
    secret.write_text(CANARY)
    request.addfinalizer(secret.unlink)
    monkeypatch.setenv("SECRET", CANARY)
    for name in ("gradebook.db", "source/loesung.ipynb", "submitted/bert/uebungsblatt-03/1a.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(CANARY)
    own = tmp_path / "submitted" / "anna"
    own.mkdir()
    (own / "1a.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    with opened(own) as sandbox:
        student = Student(sandbox.fork())
        assert (
            student.run(f"""
            import glob, os
            paths = [{str(secret)!r}, *glob.glob({str(tmp_path)!r} + "/**/*", recursive=True)]
            result = [path for path in paths if os.path.exists(path)]
            for folder in glob.glob("/proc/[0-9]*"):
                for name in ("environ", "cmdline", "mountinfo"):
                    try:
                        with open(f"{{folder}}/{{name}}") as file:
                            result += [folder] * ({CANARY!r} in file.read())
                    except OSError:
                        pass
            result += [name for name in os.environ if {CANARY!r} in os.environ[name]]
        """)
            == []
        )
        prefixes = {Path(sys.prefix), Path(sys.base_prefix)}
        way_to_python = prefixes.union(*(prefix.parents for prefix in prefixes))
        for folder in map(Path, ("/root", "/home", "/var", "/run", "/sys", Path.home(), PACKAGE.parent)):
            names = student.run(
                f"import os; result = os.listdir({str(folder)!r}) if os.path.isdir({str(folder)!r}) else []"
            )
            assert {folder / name for name in names} <= way_to_python


def test_solutions_and_unseen_digits_are_not_there(student: Student) -> None:
    """In no folder that holds Python files; the parts of the package that students have are."""
    assert student.run("""
        import os
        tops = [f"/{name}" for name in os.listdir("/") if name not in ("proc", "usr", "dev")]
        found = {name for top in tops for _, folders, files in os.walk(top) for name in files}
        result = sorted(found & {"solutions.py", "digits_unseen.npz", "digits.npz", "hidden_tests.py", "supervisor.py"})
    """) == ["digits.npz", "supervisor.py"]
    assert student.run("import autograder.grading; result = dir(autograder.grading)[0]") == "__builtins__"
    for name in ("autograder.grading.solutions", "autograder.course", "autograder.grading.scores"):
        with pytest.raises(StudentError, match="ModuleNotFoundError"):
            student.run(f"import {name}")


def test_a_course_below_pythons_folder_is_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    """In containers the course often lies in /usr/src, for instance."""
    course = Path(sys.prefix) / "share"
    assert any(course.iterdir())
    monkeypatch.chdir(course)
    with opened() as sandbox:
        student = Student(sandbox.fork())
        assert student.run(f"import os; result = os.listdir({str(course)!r})") == []
        with pytest.raises(StudentError, match="OSError"):
            student.run(f"open({str(course / 'x')!r}, 'w')")


def test_a_package_installed_as_a_wheel_is_covered(tmp_path: Path) -> None:
    """It lies among the libraries, solutions and all."""
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (libraries,) = environment.glob("lib/python*/site-packages")
    shutil.copytree(PACKAGE, libraries / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    (libraries / "autograder" / "grading" / "__init__.py").write_text("")  # it imports NumPy, which is not there
    text = f"""
        import json, socket
        from pathlib import Path
        from autograder.grading import sandbox, walls
        assert walls.PACKAGE.is_relative_to({str(environment)!r})
        from autograder.grading.nursery import Nursery
        with (
            Nursery(preload=(), entry="student_code:main", modules=[Path({str(STUDENT_CODE)!r})]) as nursery,
            sandbox.Sandbox(nursery, None) as s,
        ):
            channel = s.fork().channel
            text = b"import os, autograder as a; result = [os.listdir({str(libraries / "autograder")!r}), a.__file__]"
            channel.sendall(len(text).to_bytes(8, "big") + text)
            channel.settimeout(60)
            channel.recv(8)
            print(channel.recv(1000).decode())
    """
    program = environment / "bin" / "python"
    done = subprocess.run(
        [program, "-c", textwrap.dedent(text)], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["result"] == [[], "/grader/autograder/__init__.py"]


def test_the_network_is_out_of_reach(student: Student) -> None:
    """Of this machine's servers, of its sockets without a path, and of any other machine."""
    name = "\0" + CANARY
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as local:
        local.bind(name)
        local.listen()
        port = server.getsockname()[1]
        for text in (
            f"socket.create_connection(('127.0.0.1', {port}), 3)",
            f"socket.socket(socket.AF_UNIX).connect({name!r})",
            "socket.create_connection(('192.0.2.1', 80), 3)",
            "socket.create_connection(('2001:db8::1', 80), 3)",
            "socket.getaddrinfo('example.org', 80)",
            "socket.socket(socket.AF_VSOCK)",
            "socket.socket(socket.AF_PACKET)",
        ):
            with pytest.raises(StudentError, match=REFUSED):
                student.run(f"import socket; {text}")


def test_the_session_sees_no_process_but_its_own(student: Student) -> None:
    assert student.run("import os; result = sorted(int(n) for n in os.listdir('/proc') if n.isdigit())[0]") == 1
    assert student.run("import os; result = len([n for n in os.listdir('/proc') if n.isdigit()])") == 2


# --- what cannot be changed -----------------------------------------------------------------------------------------


def test_writes_stay_inside(sandbox: Sandbox, files: Path) -> None:
    student = Student(sandbox.fork())
    student.run("open('notebook.ipynb', 'w').write('changed'); open('daten/neu', 'w').close()")
    assert (files / "notebook.ipynb").read_text() == "{}"
    assert sorted(path.name for path in (files / "daten").iterdir()) == ["zahlen.txt"]


@pytest.mark.parametrize(
    "folder", ["/", "/usr", "/usr/bin", "/etc", "/dev", "/grader", "/grader/autograder/grading", sys.prefix]
)
def test_the_system_is_read_only(student: Student, folder: str) -> None:
    for text in (f"open({folder!r} + '/new', 'w')", f"os.chmod({folder!r}, 0o777)", f"os.rename({folder!r}, '/tmp/x')"):
        with pytest.raises(StudentError, match=REFUSED):
            student.run(f"import os; {text}")


def test_files_of_the_system_cannot_be_changed(student: Student) -> None:
    for name in ("/etc/passwd", "/grader/autograder/__init__.py", "/grader/autograder/grading/__init__.py"):
        with pytest.raises(StudentError, match=REFUSED):
            student.run(f"open({name!r}, 'a').write('x')")


def test_the_supervisor_cannot_be_touched(student: Student) -> None:
    """Neither by signals nor through /proc nor by setting its limits or priority."""
    student.run("""
        import os, signal
        for number in set(signal.valid_signals()) - {signal.SIGCONT}:
            os.kill(1, number)
    """)
    for text in (
        "resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))",
        "resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))",
        "os.setpriority(os.PRIO_PROCESS, 1, 19)",
        "os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))",
        *(f"open('/proc/1/{name}', 'rb').read(1)" for name in ("mem", "environ", "maps", "auxv", "syscall")),
        "open('/proc/1/oom_score_adj', 'w')",
        "os.listdir('/proc/1/fd')",
        "os.readlink('/proc/1/exe')",
        "os.listdir('/proc/1/root')",
    ):
        with pytest.raises(StudentError, match="PermissionError"):
            student.run(f"import os, resource; {text}")
    assert student.session.usage().over is None
    assert student.session.alive


def test_limits_cannot_be_raised(student: Student) -> None:
    assert student.run("""
        import resource
        result = []
        for name in ("AS", "NPROC", "NOFILE", "FSIZE", "CPU", "CORE"):
            which = getattr(resource, "RLIMIT_" + name)
            limit = resource.getrlimit(which)[1]
            try:
                resource.setrlimit(which, (limit + 1, limit + 1))
            except (ValueError, OSError):
                result.append(name)
    """) == ["AS", "NPROC", "NOFILE", "FSIZE", "CPU", "CORE"]


def test_nobody_inside_has_a_privilege(student: Student) -> None:
    """No capability, no way to gain one, and a user that owns nothing outside."""
    status = student.run("result = open('/proc/self/status').read()")
    lines = dict(line.split(":\t", 1) for line in status.splitlines())
    assert lines["CapPrm"] == lines["CapEff"] == lines["CapAmb"] == "0" * 16
    assert lines["NoNewPrivs"] == "1"
    assert lines["Seccomp"] == "2"
    assert "0" not in lines["Uid"].split() + lines["Gid"].split() + lines["Groups"].split()
    with pytest.raises(StudentError, match=REFUSED):
        student.run("import os; os.setuid(0)")


NAMES = {*nursery_module.ENVIRONMENT, "AUTOGRADER_LANGUAGE", "HOME", "PYTHONPATH", "MPLCONFIGDIR", "PWD"}


def test_the_environment_is_clean(student: Student) -> None:
    """What is not for students is not there, and results do not depend on the machine."""
    names = set(student.run("import os; result = dict(os.environ)"))
    assert names == NAMES


# --- system calls ---------------------------------------------------------------------------------------------------


def verdict(program: bytes, machine: str, call: int, *arguments: int) -> int:
    """What the filter answers: a reading of BPF that knows nothing of how the program was made."""
    token = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "i386": 0x40000003}[machine]
    data = struct.pack("=IIQ6Q", call, token, 0, *arguments, *[0] * (6 - len(arguments)))
    steps = list(struct.iter_unpack("=HBBI", program))
    place, value = 0, 0
    while True:
        code, yes, no, constant = steps[place]
        place += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("=I", data, constant)
            case 0x54:
                value &= constant
            case 0x15:
                place += yes if value == constant else no
            case 0x25:
                place += yes if value > constant else no
            case 0x45:
                place += yes if value & constant else no
            case 0x06:
                return constant
            case _:
                raise AssertionError(code)


ALLOWED, KILLED, EPERM, ENOSYS, EAFNOSUPPORT = 0x7FFF0000, 0x80000000, 0x50001, 0x50026, 0x50061


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_the_filter_answers_each_call_as_listed(machine: str, column: int) -> None:
    program = seccomp.program(machine)
    refused = {numbers[column] for numbers in seccomp.REFUSED.values()} - {None}
    special = {own[column] for own in seccomp.OWN_PROCESS_ONLY}
    special |= {call[column] for call in (seccomp.CLONE3, seccomp.SOCKET)}
    for call in range(seccomp.NEWEST + 1):
        expected = EPERM if call in refused else ALLOWED
        assert verdict(program, machine, call) == expected or call in special, call
    assert verdict(program, machine, seccomp.NEWEST + 1) == ENOSYS
    assert verdict(program, machine, seccomp.CLONE3[column]) == ENOSYS
    assert verdict(program, machine, 0x40000000) == KILLED  # x32
    assert verdict(program, "i386", 11) == KILLED
    for own, index in seccomp.OWN_PROCESS_ONLY.items():
        assert verdict(program, machine, own[column], *[0] * 6) == ALLOWED
        assert verdict(program, machine, own[column], *[0] * index, 1) == EPERM
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert verdict(program, machine, seccomp.CLONE[column], flag | 17) == EPERM
    assert verdict(program, machine, seccomp.CLONE[column], 0x3D0F00) == ALLOWED  # a thread
    for family in range(50):
        expected = ALLOWED if family == socket.AF_UNIX else EAFNOSUPPORT
        assert verdict(program, machine, seccomp.SOCKET[column], family) == expected
    for flags, expected in ((0x21, EPERM), (0x23, EPERM), (0x22, ALLOWED), (0x1, ALLOWED), (0x40022, EPERM)):
        assert verdict(program, machine, seccomp.MMAP[column], 0, 0, 0, flags) == expected
    assert verdict(program, machine, seccomp.IOCTL[column], 0, 0x5412) == EPERM
    assert verdict(program, machine, seccomp.PERSONALITY[column], 0x40000) == EPERM


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(LookupError, match="riscv64"):
        seccomp.program("riscv64")


@pytest.mark.skipif(os.uname().machine not in seccomp.ARCHITECTURES, reason="no filter for this machine")
def test_the_kernel_refuses_each_listed_call(student: Student) -> None:
    """Tried inside, each with arguments of zero, which most would take for an error of another kind."""
    column = seccomp.ARCHITECTURES[os.uname().machine][0]
    numbers = {name: numbers[column] for name, numbers in seccomp.REFUSED.items() if numbers[column] is not None}
    answers = student.run(f"""
        import ctypes
        system = ctypes.CDLL(None, use_errno=True)
        result = {{}}
        for name, number in {numbers!r}.items():
            said = system.syscall(number, 0, 0, 0, 0, 0, 0)
            result[name] = ctypes.get_errno() if said == -1 else "done"
    """)
    assert answers == dict.fromkeys(numbers, 1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("system.unshare(0x10000000)", id="a user namespace"),
        pytest.param("system.syscall(56, 0x10000011, 0, 0, 0, 0)", id="a clone with one"),
        pytest.param("system.ptrace(0, 0, 0, 0)", id="tracing"),
        pytest.param("system.mount(b'none', b'/tmp', b'tmpfs', 0, 0)", id="a mount"),
        pytest.param("system.personality(0x0040000)", id="no address randomization"),
        pytest.param("system.ioctl(os.openpty()[0], 0x5412, b'x')", id="typing into a terminal"),
    ],
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")
def test_the_kernel_refuses_what_depends_on_arguments(student: Student, text: str) -> None:
    assert student.run(f"""
        import ctypes, os
        system = ctypes.CDLL(None, use_errno=True)
        result = [{text}, ctypes.get_errno()]
    """) == [-1, 1]


# --- where there is no sandbox --------------------------------------------------------------------------------------


def test_without_bubblewrap_the_message_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailableError, match="sudo apt-get install bubblewrap"):
        Nursery()


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces="),
        ("", "", "No permissions.*container"),
    ],
)
def test_where_namespaces_are_forbidden_the_message_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, value: str, expected: str
) -> None:
    refusing = tmp_path / "bwrap"
    refusing.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(walls, "_setting", {setting: value}.get)
    with pytest.raises(SandboxUnavailableError, match=expected):
        Nursery()


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv")
def test_half_a_root_is_told_to_be_an_ordinary_user() -> None:
    """As in many containers: the kernel would not limit the number of its processes."""
    half = ["setpriv", "--inh-caps=-sys_admin", "--bounding-set=-sys_admin"]
    text = "from autograder.grading.nursery import Nursery; Nursery()"
    done = subprocess.run([*half, sys.executable, "-c", text], check=False, capture_output=True, text=True)
    assert "SandboxUnavailableError: This root may not become another user" in done.stderr
    assert "Grade as an ordinary user" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user reads his own files")
def test_a_package_for_root_only_is_told_how_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a root with a strict umask makes it: in the sandbox he is somebody else."""
    package = tmp_path / "a course" / "autograder"
    package.mkdir(parents=True, mode=0o700)
    monkeypatch.setattr(walls, "PACKAGE", package)
    with pytest.raises(SandboxUnavailableError, match=r"chmod -R go\+rX '.*/a course/autograder'"):
        Nursery()


def test_whether_a_sandbox_works_can_be_asked_before() -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("no bubblewrap")
    walls.require_bubblewrap()


@pytest.mark.parametrize("unsafe", [False, True])
def test_another_system_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch, unsafe: bool) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxUnavailableError, match="needs Linux"):
        Nursery(unsafe=unsafe)


def test_what_cannot_be_imported_is_named() -> None:
    with pytest.raises(SandboxUnavailableError, match="no_such_module"), opened(preload=("no_such_module",)):
        pass


def test_too_many_files_are_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(33 * MIB))
    with pytest.raises(ValueError, match="more than 32 MiB"), opened(tmp_path):
        pass


# --- as an ordinary user --------------------------------------------------------------------------------------------

AS_A_USER = """
from tests.grading.test_sandbox import *

with opened() as sandbox:
    student = Student(sandbox.fork())
    assert student.run("import os; result = os.getuid()") == walls.USER
    test_nobody_inside_has_a_privilege(student)
    test_the_supervisor_cannot_be_touched(student)
    for folder in ("/", "/usr", "/etc", "/dev", "/grader", "/grader/autograder/grading"):
        test_the_system_is_read_only(student, folder)
    test_files_of_the_system_cannot_be_changed(student)
    test_the_network_is_out_of_reach(student)
    test_the_kernel_refuses_each_listed_call(student)
    test_open_files_run_out_and_the_grader_is_not_touched(student)
    test_the_session_has_its_channel_and_no_other_open_file(student)
    test_a_fork_bomb_ends_and_the_sandbox_goes_on(sandbox, "while True: os.fork()")
    test_too_much_memory_in_many_processes_ends_the_session(sandbox)
    test_kill_ends_also_who_tries_to_survive(Student(sandbox.fork()), f"86400.{os.getpid()}1")
test_close_ends_everything(f"86400.{os.getpid()}2")
test_a_killed_grader_leaves_nothing_behind(f"86400.{os.getpid()}3")
print("done")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="all tests of this file ran as an ordinary user")
def test_an_ordinary_user_gets_the_same_walls() -> None:
    """By a user namespace, where root has a user's number of its own per sandbox; with a Python that he can read."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        shutil.copytree(PACKAGE, top / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
        (top / "autograder" / "grading" / "__init__.py").write_text("")  # it imports NumPy, which he may not have
        (top / "tests" / "grading").mkdir(parents=True)
        for path in (Path(__file__), STUDENT_CODE):
            shutil.copy(path, top / "tests" / "grading")
        for path in (top, *top.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        search = os.pathsep.join([folder, str(Path(pytest.__file__).parents[1])])
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": search, "HOME": "/nonexistent"}

        def run(program: str, text: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [program, "-c", text], cwd=folder, env=environment, check=False, capture_output=True, text=True,
                user=12345, group=12345, extra_groups=(),
            )  # fmt: skip

        for program in (sys.executable, "/usr/bin/python3"):
            with contextlib.suppress(OSError):
                if run(program, "import pytest, sys; assert sys.version_info >= (3, 11)").returncode == 0:
                    break
        else:
            pytest.skip("no Python 3.11 that an ordinary user can read")
        done = run(program, AS_A_USER)
    assert done.stderr == ""
    assert done.stdout == "done\n"


# --- without walls --------------------------------------------------------------------------------------------------


def test_without_walls_limits_hold_and_nothing_is_left(files: Path, seconds: str) -> None:
    """``--unsafe-no-sandbox`` runs the same program, in a folder that is removed."""
    with opened(files, unsafe=True) as sandbox:
        student = Student(sandbox.fork())
        folder = Path(student.run("import os; result = os.getcwd()"))
        assert (folder / "daten" / "zahlen.txt").read_text() == "1 2 3"
        assert set(student.run("result = dict(os.environ)")) - {"PWD"} == NAMES - {"PWD"}
        student.run(SURVIVORS.format(seconds=seconds) + WORK + "work()")
        assert student.session.usage().cpu_seconds > 0.35
        student.session.kill()
        assert processes_with(seconds) == []
        test_a_fork_bomb_ends_and_the_sandbox_goes_on(sandbox, "os.system('sleep 60 & ' * 70 + 'sleep 60')")
        test_too_much_memory_in_many_processes_ends_the_session(sandbox)
        Student(sandbox.fork()).run(SURVIVORS.format(seconds=seconds))
    assert processes_with(seconds) == []
    assert not folder.exists()
