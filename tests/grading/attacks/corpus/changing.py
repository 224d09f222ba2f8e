# ruff: noqa: E501 - students write long lines
"""Changes to what is not the student's: gradebook, other hand-ins, the course, the environment, the machine."""

from typing import Any

from nbformat import NotebookNode, v4

from tests.grading.attacks.attack import Attack, Effect


def _change(name: str, what: str, code: str, trace: str = "") -> Attack:
    return Attack(name, what, Effect.CHANGED, bottom=code, trace=trace)


def _write(name: str, what: str, path: str, trace: str = "") -> Attack:
    """Return an attack that adds a line to a file."""
    code = f"""from pathlib import Path
path = Path("{path}")
path.parent.mkdir(parents=True, exist_ok=True)
path.parent.chmod(0o755)
if path.exists():
    path.chmod(0o644)
with path.open("a") as file:
    file.write("# @MARK@\\n")"""
    return _change(name, what, code, trace)


def _authors_cell(name: str, what: str, cell_id: str, **metadata: Any) -> Attack:
    """Return an attack with a cell that claims to be the author's, who is trusted."""

    def change(notebook: NotebookNode) -> None:
        made = v4.new_code_cell(_TOUCH, id=cell_id)
        claim = {"schema_version": 3, "grade_id": cell_id, "locked": True, "task": False}
        made.metadata["nbgrader"] = {**claim, "grade": False, "solution": False, **metadata}
        made.metadata["autograder"] = {"points": 2.0, "notes": ["@MARK@"]}
        notebook.cells.insert(2, made)

    return Attack(name, what, Effect.LOST, change=change)  # stock nbgrader refuses the whole hand-in


def _changed_cell(name: str, what: str, cell_id: str) -> Attack:
    """Return an attack with the author's cell ``cell_id`` changed."""

    def change(notebook: NotebookNode) -> None:
        made = v4.new_code_cell(_TOUCH, id="mine")
        made.metadata["nbgrader"] = next(cell for cell in notebook.cells if cell.id == cell_id).metadata["nbgrader"]
        notebook.cells = [made if cell.id == cell_id else cell for cell in notebook.cells]

    return Attack(name, what, Effect.CHANGED, change=change, untried="stock nbgrader puts locked cells back, too")


_TOUCH = """from pathlib import Path
Path("@HOST@/@MARK@.txt").write_text("")
def defined(argument=Path("@HOST@/@MARK@.txt").touch()):
    return 100
100"""

_LOADED = (
    "sitecustomize.py",
    "usercustomize.py",
    "conftest.py",
    "ipython_config.py",
    "ipython_kernel_config.py",
    "jupyter_config.py",
    "jupyter_nbconvert_config.py",
    "nbgrader_config.py",
    "pyvenv.cfg",
    ".env",
)

ATTACKS = [
    _authors_cell("locked-cell-of-my-own", "A cell that claims to be locked, so the author's.", "mine"),
    _authors_cell("test-cell-of-my-own", "A cell that claims to be a test.", "my_test", grade=True, points=5),
    _authors_cell(
        "notes-of-my-own",
        "A test that claims to be the grader's own cell of notes.",
        "autograder_notes",
        grade=True,
        points=5,
    ),
    _changed_cell("test-changed", "The text of a test is the student's.", "total_test"),
    _changed_cell("setup-changed", "The text of a locked cell is the student's.", "setup"),
    _change(
        "grades-of-others",
        "Gives somebody else other points.",
        """import sqlite3

database = sqlite3.connect("@COURSE@/gradebook.db")
database.execute("UPDATE grade SET manual_score = 0.5 WHERE auto_score = 1 AND notebook_id IN (SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id WHERE student_id = 'a-victim')")
database.commit()
database.close()""",
        "gradebook.db: a-victim",
    ),
    _write(
        "hand-in-not-yet-graded",
        "Writes beside a hand-in that is graded later.",
        "@COURSE@/submitted/z-innocent/blatt/@MARK@.py",
    ),
    _write(
        "results-of-others", "Writes into somebody else's results.", "@COURSE@/autograded/a-victim/blatt/@MARK@.txt"
    ),
    _write("source-changed", "Writes into the sheet's folder.", "@COURSE@/source/blatt/@MARK@.txt"),
    _write("release-changed", "Writes into what is handed out.", "@COURSE@/assignments/blatt/@MARK@.txt"),
    _write(
        "configuration",
        "Adds a line to the course's configuration.",
        "@COURSE@/nbgrader_config.py",
        "nbgrader_config.py",
    ),
    _write("host-file-changed", "Adds a line to a file of somebody else's.", "@HOST@/secret.txt", "secret.txt"),
    _change(
        "file-deleted",
        "Deletes a file of somebody else's.",
        'from pathlib import Path\nPath("@HOST@/old.txt").unlink()',
        "old.txt",
    ),
    _write("site-packages", "Leaves a .pth file in the environment that grades.", "@SITE@/@MARK@.pth"),
    _change(
        "numpy-package",
        "Leaves a module in NumPy's own folder.",
        """import sysconfig
from pathlib import Path
for name in ("purelib", "platlib"):
    (Path(sysconfig.get_paths()[name]) / "@MARK@.py").write_text("")""",
    ),
    _write(
        "the-package-itself", "Leaves a module in the package that grades.", "@PACKAGE@/autograder/notebook/@MARK@.py"
    ),
    _write(
        "ipython-startup",
        "Leaves a script that every later kernel of the grader runs.",
        "@HOME@/.ipython/profile_default/startup/@MARK@.py",
    ),
    _change(
        "ipython-startup-by-name",
        "The same by way of ~.",
        """from pathlib import Path
folder = Path.home() / ".ipython" / "profile_default" / "startup"
folder.mkdir(parents=True, exist_ok=True)
(folder / "@MARK@.py").write_text("")""",
    ),
    _write("authorized-keys", "Lets itself in by ssh.", "@HOME@/.ssh/authorized_keys", "authorized_keys"),
    _write("tmp", "Leaves a file in /tmp.", "/tmp/@MARK@.txt"),
    _write("var-tmp", "Leaves a file in /var/tmp.", "/var/tmp/@MARK@.txt"),
    _write("crontab", "Leaves a job for the system's clock.", "/var/spool/cron/crontabs/@MARK@"),
    _write("shared-memory", "Leaves a file in /dev/shm.", "/dev/shm/@MARK@.txt"),
    _change(
        "at-exit",
        "Writes when its process ends.",
        """import atexit
from pathlib import Path
atexit.register(lambda: Path("@HOST@/@MARK@.txt").write_text("") )""",
    ),
    _change(
        "pickled-result",
        "Hands over an object that runs code when it is packed, unpacked or looked at.",
        """import os
from pathlib import Path

class Loaded:
    def __reduce__(self):
        return Path.touch, (Path("@HOST@/@MARK@.txt"),)

    def __repr__(self):
        import copy
        copy.copy(self)
        return "x"

Loaded()""",
    ),
    Attack(
        "daemon-that-grades",
        "A process that survives the notebook changes points when everybody thinks that grading is over.",
        Effect.CHANGED,
        bottom="""import subprocess, sys
code = '''
import time
from pathlib import Path
time.sleep(1.5)
Path("@HOST@/@MARK@.txt").write_text("")
'''
process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True, stdin=-3, stdout=-3, stderr=-3)""",
    ),
    Attack(
        "configuration-beside-the-notebook",
        "Files beside the notebook that Python, IPython, Jupyter, pytest or nbgrader might load where they find them.",
        Effect.CHANGED,
        files=dict.fromkeys(_LOADED, _TOUCH) | {"startup.pth": f"import os; exec({_TOUCH!r})\n"},
        untried="stock nbgrader loads none of them either; it changes to the folder while it grades",
    ),
]
