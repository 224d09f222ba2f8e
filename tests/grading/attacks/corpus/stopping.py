# ruff: noqa: E501 - students write long lines
"""Attacks on the machine and on the batch: processes, memory, files, output, time, and what must not die."""

from nbformat import NotebookNode

from tests.grading.attacks.attack import Attack, Effect
from tests.grading.attacks.judge import LARGEST_RESULT, PROOF

MUCH = 3 * LARGEST_RESULT


def _ends(name: str, what: str, code: str) -> Attack:
    """Return an attack whose cell harms the process that it runs in, and so the honest tasks in the notebook."""
    return Attack(name, what, Effect.LOST, top=code)


def _hogs(name: str, what: str, code: str) -> Attack:
    """Return an attack that prints a proof once it has taken more than a hand-in may; it lets go at once."""
    return Attack(name, what, Effect.HOGGED, bottom=f"{code}\nprint('{PROOF[:2]}' + '{PROOF[2:]}')")


def _floods(name: str, what: str, code: str) -> Attack:
    return Attack(name, what, Effect.FLOODED, bottom=code)


def _duplicated_test(notebook: NotebookNode) -> None:
    notebook.cells.append(next(cell for cell in notebook.cells if cell.id == "scale_test").copy() | {"id": "copy"})


# kills nobody but its own family, wherever it runs
FAMILY = """import os, signal
from pathlib import Path

def parent(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
"""

ATTACKS = [
    # ------------------------------------------------------------------------------ ends its own process
    _ends("exit", "Ends Python without a word.", "import os\nos._exit(0)"),
    _ends("kill-itself", "Kills its own process.", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    _ends("segmentation-fault", "Reads from address 0.", "import ctypes\nctypes.string_at(0)"),
    _ends(
        "deep-recursion",
        "Recurses until the C stack is used up.",
        "import sys\nsys.setrecursionlimit(10**9)\nclass Deep:\n    __repr__ = lambda self: repr([self])\nrepr(Deep())\n"
        "def deep(x):\n    return sorted([x], key=deep)\ndeep(1)",
    ),
    _ends(
        "stops-itself",
        "Stops its own process, which then neither answers nor ends.",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    ),
    Attack(
        "exit-in-a-test",
        "The function ends Python while a test calls it.",
        Effect.LOST,
        {"shifted_code": "def shifted(x):\n    import os\n    os._exit(0)"},
    ),
    _ends(
        "loop-without-end",
        "A loop that answers no interrupt.",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
    ),
    _ends(
        "loop-that-catches-all",
        "A loop that catches every exception.",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    ),
    _ends(
        "deadlock",
        "All threads wait for each other; the interrupt is ignored.",
        "import signal, threading\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    ),
    _ends(
        "closes-everything",
        "Closes all file descriptors, those of the conversation with the grader among them.",
        "import os\nos.closerange(0, 4096)",
    ),
    # ------------------------------------------------------------------------------ more than its share
    _hogs("memory", "Takes 2.25 GiB of memory.", "taken = np.ones(9 * 2**28, np.uint8)\ndel taken"),
    _hogs(
        "memory-of-children",
        "Takes 2.25 GiB of memory by three processes.",
        """import subprocess, sys
code = "taken = b'x' * (768 * 2**20); print('ok', flush=True); input()"
children = [subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1) for _ in range(3)]
try:
    assert all(child.stdout.readline() for child in children)
finally:
    for child in children:
        child.kill()
        child.wait()""",
    ),
    _hogs(
        "memory-in-files",
        "Takes 320 MiB of memory by files in /dev/shm.",
        """import os
names = []
try:
    for number in range(8):
        names.append(f"/dev/shm/PWNED-{os.getpid()}-{number}")
        with open(names[-1], "wb") as file:
            for _ in range(40):
                file.write(bytes(2**20))
finally:
    for name in names:
        os.unlink(name)""",
    ),
    _hogs(
        "nameless-memory",
        "Takes 320 MiB of memory by memfd_create.",
        """import os
descriptor = os.memfd_create("x")
for _ in range(320):
    assert os.write(descriptor, bytes(2**20))
os.close(descriptor)""",
    ),
    _hogs(
        "disk",
        "Writes a file of 320 MiB beside the notebook.",
        """import os
try:
    with open("much", "wb") as file:
        for _ in range(320):
            file.write(bytes(2**20))
finally:
    os.unlink("much")""",
    ),
    _hogs(
        "processes",
        "Starts 300 processes.",
        """import os, signal, time
children = []
try:
    for _ in range(300):
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        children.append(pid)
finally:
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)""",
    ),
    _hogs(
        "threads",
        "Starts 2000 threads.",
        """import threading
threading.stack_size(2**16)
end = threading.Event()
threads = [threading.Thread(target=end.wait, daemon=True) for _ in range(2000)]
try:
    for thread in threads:
        thread.start()
finally:
    end.set()""",
    ),
    _hogs(
        "descriptors",
        "Opens 900 files.",
        """import os
opened = []
try:
    for _ in range(900):
        opened.append(os.open("/dev/null", os.O_RDONLY))
finally:
    for descriptor in opened:
        os.close(descriptor)""",
    ),
    # ------------------------------------------------------------------------------ floods
    _floods("prints-much", "Prints without measure.", f"for _ in range({MUCH // 10_000}):\n    print('x' * 10_000)"),
    _floods("prints-much-at-once", "Prints a very long line.", f"print('x' * {MUCH})"),
    _floods(
        "prints-errors",
        "Prints without measure to stderr.",
        f"import sys\nfor _ in range({MUCH // 10_000}):\n    print('x' * 10_000, file=sys.stderr)",
    ),
    _floods("shell-prints", "A program prints without measure.", f"!head -c {MUCH} /dev/zero | tr '\\0' x"),
    _floods(
        "shows-much",
        "Shows a very large page.",
        f"from IPython.display import HTML, display\ndisplay(HTML('x' * {MUCH}))",
    ),
    _floods(
        "shows-often",
        "Shows a thousand pictures' worth of outputs.",
        f"from IPython.display import HTML, display\nfor _ in range({MUCH // 10_000}):\n    display(HTML('x' * 10_000))",
    ),
    _floods(
        "huge-repr",
        "The last expression's text is very long.",
        f"class Long:\n    def __repr__(self):\n        return 'x' * {MUCH}\nLong()",
    ),
    _floods("huge-error", "An error's text is very long.", f"raise ValueError('x' * {MUCH})"),
    _floods(
        "nested-display",
        "A value whose display doubles seventeen times.",
        "laughs = ['x' * 30]\nfor _ in range(17):\n    laughs = {'laughs': laughs, 'more': laughs}\n"
        "from IPython.display import JSON, display\ndisplay({'application/json': laughs, 'text/plain': 'x'}, raw=True)",
    ),
    _floods(
        "large-file",
        "Leaves a large file beside the notebook, where results are collected.",
        f"open('much.txt', 'w').write('x' * {MUCH})",
    ),
    # ------------------------------------------------------------------------------ outlives
    Attack(
        "daemon",
        "A process of a session of its own that waits for a long time.",
        Effect.LEFT,
        bottom="""import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "@MARK@"], start_new_session=True,
                 stdin=-3, stdout=-3, stderr=-3)""",
    ),
    Attack(
        "stubborn-daemon",
        "Forked twice, deaf to SIGTERM, SIGHUP and SIGINT, and stopped.",
        Effect.LEFT,
        bottom="""import os, subprocess, sys
code = '''
import os, signal, sys, time
if os.fork():
    os._exit(0)
os.setsid()
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
os.kill(os.getpid(), signal.SIGSTOP)
'''
subprocess.run([sys.executable, "-c", code, "@MARK@"], stdin=-3, stdout=-3, stderr=-3)""",
    ),
    Attack(
        "daemon-of-the-shell",
        "The shell starts a process in the background.",
        Effect.LEFT,
        bottom="get_ipython().system_raw('setsid nohup sh -c \"sleep 600; :\" @MARK@ >/dev/null 2>&1 </dev/null &')",
    ),
    # ------------------------------------------------------------------------------ the batch
    Attack(
        "kills-the-grader",
        "Kills its parent process, and that one's.",
        Effect.STOPPED,
        top=f"""{FAMILY}
pid = os.getppid()
while pid > 1 and b"attacks.watch" not in Path(f"/proc/{{pid}}/cmdline").read_bytes():
    above = parent(pid)
    os.kill(pid, signal.SIGKILL)
    pid = above""",
        alone=True,
    ),
    Attack(
        "kills-all",
        "Kills every process of nbgrader that it can see.",
        Effect.STOPPED,
        top="""import os, signal
from pathlib import Path
for process in Path("/proc").glob("[0-9]*"):
    try:
        if b"nbgrader\\0autograde" in (process / "cmdline").read_bytes() and b"@COURSE@" in os.readlink(process / "cwd").encode():
            os.kill(int(process.name), signal.SIGKILL)
    except OSError:
        pass""",
        alone=True,
    ),
    Attack(
        "stops-the-grader",
        "Stops its parent process, which then waits for ever.",
        Effect.STOPPED,
        top="import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)",
        alone=True,
    ),
    Attack(
        "locks-the-gradebook",
        "A process in the background holds a lock on the gradebook.",
        Effect.STOPPED,
        bottom="""import subprocess, sys, time
code = '''
import sqlite3, time
database = sqlite3.connect("@COURSE@/gradebook.db", isolation_level=None)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
time.sleep(600)
'''
process = subprocess.Popen([sys.executable, "-c", code, "@MARK@"], start_new_session=True, stdin=-3, stdout=-1)
process.stdout.readline()""",
        alone=True,
    ),
    Attack(
        "breaks-the-gradebook",
        "Overwrites the gradebook.",
        Effect.STOPPED,
        bottom='open("@COURSE@/gradebook.db", "r+b").write(b"x" * 4096)',
        alone=True,
    ),
    Attack(
        "duplicated-test",
        "The hand-in holds a test twice.",
        Effect.STOPPED,
        change=_duplicated_test,
        alone=True,
    ),
    Attack(
        "deletes-the-next",
        "Deletes a hand-in that is graded later.",
        Effect.STOPPED,
        bottom='import shutil\nshutil.rmtree("@COURSE@/submitted/z-innocent")',
        alone=True,
    ),
]
