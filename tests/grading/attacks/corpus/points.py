# ruff: noqa: E501 - students write long lines
"""Points for tasks that were not solved: tests disarmed, checkers replaced, answers stolen, outputs forged."""

from nbformat import NotebookNode, v4

from tests.grading.attacks.attack import Attack, Effect

WRONG_SCALE = "def scale(x):\n    return np.zeros_like(x)"
WRONG_TOTAL = "def total(xs):\n    return 0.0"
# right on what students see, wrong on what they do not
SEEN_SCALE = """def scale(x):
    x = np.asarray(x)
    if x.shape == (2,):
        return np.array([4.0, 7.0])
    return np.full((2, 2), 4.0) if x.shape == (2, 2) else np.zeros_like(x)"""
SEEN_TOTAL = "def total(xs):\n    return {0: 0.0, 2: 5.0}.get(len(xs), 1.0)"
# what the machine answers first counts in stock nbgrader, whatever fails afterwards
ANSWER = "__import__('sys').displayhook(2)"
READ_SOLUTION = """import json
from pathlib import Path

def stolen(name):
    cells = json.loads(Path("@COURSE@/source/blatt/rechnen.ipynb").read_text())["cells"]
    return next("".join(cell["source"]) for cell in cells if cell["id"] == name)
"""
CHEAT_GRADE = """import autograder.notebook as notebook

class Cheat(notebook.Grade):
    @property
    def points(self):
        return self.max_points
"""


def _skipped(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.id == "total_test":
            cell.metadata["tags"] = ["skip-execution"]


def _answered_already(notebook: NotebookNode) -> None:
    _skipped(notebook)
    for cell in notebook.cells:
        if cell.id == "total_test":
            cell.outputs = [v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)]


def _worth_more(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.id in ("total_test", "first_test"):
            cell.metadata["nbgrader"] |= {"points": 100, "solution": True, "locked": False}
            cell.source = "100"


def _shifted_first(notebook: NotebookNode) -> None:
    moved = [cell for cell in notebook.cells if cell.id.startswith("shifted")]
    rest = [cell for cell in notebook.cells if cell not in moved]
    at = next(place for place, cell in enumerate(rest) if cell.id == "scale_code")
    notebook.cells = [*rest[:at], *moved, *rest[at:]]


ATTACKS = [
    # ------------------------------------------------------------------------- the test's code is taken away
    Attack(
        "ast-strips-asserts",
        "An AST transformer removes every assert from the cells that run.",
        Effect.POINTS,
        {
            "total_code": f"""import ast

class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

get_ipython().ast_transformers.append(Strip())
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "ast-full-marks",
        "An AST transformer replaces the number at the end of a partial-credit test.",
        Effect.POINTS,
        {
            "pieces_code": """import ast

class Full(ast.NodeTransformer):
    def visit_Module(self, node):
        if node.body and ast.unparse(node.body[-1]) == "points":
            node.body = ast.parse("1").body
        return node

get_ipython().ast_transformers.append(Full())
def pieces(x, size):
    return []"""
        },
    ),
    Attack(
        "input-transformer",
        "An input transformer rewrites test cells before they are compiled.",
        Effect.POINTS,
        {
            "total_code": f"""def disarm(lines):
    return ["pass\\n" if line.startswith("assert") else line for line in lines]

get_ipython().input_transformers_post.append(disarm)
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "do-execute",
        "The kernel's do_execute is replaced by one that runs something harmless in a test's place.",
        Effect.POINTS,
        {
            "total_code": f"""kernel = getattr(get_ipython(), "kernel", None)
run = kernel.do_execute

async def do_execute(code, *arguments, **options):
    return await run("2" if "assert isinstance" in code else code, *arguments, **options)

kernel.do_execute = do_execute
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "run-cell",
        "The shell's run_cell and run_cell_async are replaced.",
        Effect.POINTS,
        {
            "total_code": f"""shell = get_ipython()
run, run_async = shell.run_cell, shell.run_cell_async
other = lambda code: "2" if "assert isinstance" in code else code
shell.run_cell = lambda code, *a, **k: run(other(code), *a, **k)
shell.run_cell_async = lambda code, *a, **k: run_async(other(code), *a, **{{**k, "transformed_cell": other(code)}})
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "run-code",
        "The shell's run_code runs nothing while a test's code object passes.",
        Effect.POINTS,
        {
            "total_code": f"""shell = get_ipython()
run = shell.run_code

async def run_code(code, *arguments, **options):
    if {{"total", "result"}} & set(code.co_names):
        return False
    return await run(code, *arguments, **options)

shell.run_code = run_code
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "compile-hook",
        "The shell's compiler hands out another program for a test.",
        Effect.POINTS,
        {
            "total_code": f"""import builtins

real = builtins.compile
def fake(source, *arguments, **options):
    if isinstance(source, str) and "assert isinstance" in source:
        source = "2"
    return real(source, *arguments, **options)

builtins.compile = fake
{WRONG_TOTAL}"""
        },
    ),
    # ------------------------------------------------------------------------- errors that nobody sees
    Attack(
        "displayhook",
        "The function shows a result before the assert after it fails; the first result counts.",
        Effect.POINTS,
        {"total_code": f"def total(xs):\n    {ANSWER}\n    return 0.0"},
    ),
    Attack(
        "custom-exception-handler",
        "set_custom_exc answers an AssertionError with full points.",
        Effect.POINTS,
        {
            "total_code": f"""def handler(shell, kind, error, trace, tb_offset=None):
    {ANSWER}
    return []

get_ipython().set_custom_exc((AssertionError,), handler)
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "showtraceback",
        "showtraceback is replaced by one that shows a result in place of the error.",
        Effect.POINTS,
        {
            "total_code": f"""shell = get_ipython()
def showtraceback(*arguments, **options):
    shell._last_traceback = []
    shell.displayhook(1)

shell.showtraceback = shell._showtraceback = showtraceback
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "error-that-renders-itself",
        "An exception whose _render_traceback_ shows a result.",
        Effect.POINTS,
        {
            "total_code": f"""class Failed(AssertionError):
    def _render_traceback_(self):
        {ANSWER}
        return []

def total(xs):
    raise Failed"""
        },
    ),
    Attack(
        "exit-with-points",
        "The function ends the cell with SystemExit after it has shown a result.",
        Effect.POINTS,
        {"total_code": f"def total(xs):\n    {ANSWER}\n    raise SystemExit(0)"},
    ),
    Attack(
        "interrupt-with-points",
        "The function raises KeyboardInterrupt after it has shown a result, from within a part of a card.",
        Effect.POINTS,
        {"scale_code": f"def scale(x):\n    {ANSWER}\n    raise KeyboardInterrupt"},
    ),
    Attack(
        "generator-exit",
        "A generator that shows a result when it is closed, and a GeneratorExit out of the first call.",
        Effect.POINTS,
        {
            "pieces_code": """def pieces(x, size):
    __import__('sys').displayhook(1)
    raise GeneratorExit
    yield"""
        },
    ),
    Attack(
        "forged-result-message",
        "The function publishes an execute_result of its own through the kernel's session.",
        Effect.POINTS,
        {
            "total_code": """def total(xs):
    shell = get_ipython()
    content = {"execution_count": 1, "data": {"text/plain": "2"}, "metadata": {}}
    if hasattr(shell, "kernel"):
        kernel = shell.kernel
        kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent(), ident=b"x")
    return 0.0"""
        },
    ),
    Attack(
        "clear-output",
        "A hook clears the error and shows a result before the cell is over.",
        Effect.POINTS,
        {
            "total_code": f"""from IPython.display import clear_output

def tidy(result):
    if result.error_in_exec is not None:
        clear_output()
        get_ipython().displayhook(1)

get_ipython().events.register("post_run_cell", tidy)
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "pre-run-hook",
        "A pre_run_cell hook shows a result for every test before it runs.",
        Effect.POINTS,
        {
            "total_code": f"""def ahead(info):
    if "total(" in info.raw_cell:
        get_ipython().displayhook(2)

get_ipython().events.register("pre_run_cell", ahead)
{WRONG_TOTAL}"""
        },
    ),
    Attack(
        "display-formatter",
        "The plain text of every card is said to be its maximum.",
        Effect.POINTS,
        {
            "scale_code": f"""from autograder.notebook import Grade

def format(thing, *arguments, **options):
    return {{"text/plain": str(thing.max_points) if isinstance(thing, Grade) else repr(thing)}}, {{}}

get_ipython().display_formatter.format = format
{WRONG_SCALE}"""
        },
    ),
    # ------------------------------------------------------------------------- what tests use is replaced
    Attack(
        "builtins",
        "abs and isinstance in builtins say what the test wants to hear, np.allclose too.",
        Effect.POINTS,
        {
            "total_code": """import builtins

class Total(float):
    def __eq__(self, other):
        return True

builtins.abs = lambda x: 0
np.allclose = lambda *a, **k: True
def total(xs):
    return Total(0)"""
        },
    ),
    Attack(
        "numpy-allclose",
        "np.allclose is always true, and so hidden comparisons are.",
        Effect.POINTS,
        {"total_code": f"np.allclose = lambda *a, **k: True\n{SEEN_TOTAL}"},
    ),
    Attack(
        "numpy-isclose",
        "np.isclose, on which expect_equal stands, is always true.",
        Effect.POINTS,
        {"scale_code": f"np.isclose = lambda a, *r, **k: np.ones(np.shape(a), bool)\n{WRONG_SCALE}"},
    ),
    Attack(
        "numpy-testing",
        "np.testing.assert_allclose does nothing.",
        Effect.POINTS,
        {
            "pieces_code": """np.testing.assert_allclose = lambda *a, **k: None
def pieces(x, size):
    return [0 * x[k : k + size] for k in range(0, len(x), size)]"""
        },
    ),
    Attack(
        "numpy-asarray",
        "np.asarray finds the expected values among its caller's variables.",
        Effect.POINTS,
        {
            "scale_code": f"""import sys

real = np.asarray
def asarray(x, *a, **k):
    caller = sys._getframe(1)
    if caller.f_code.co_name == "_compare_array":
        return real(caller.f_locals["expected"])
    return real(x, *a, **k)

np.asarray = asarray
{WRONG_SCALE}"""
        },
    ),
    Attack(
        "numpy-random",
        "The generator that hidden inputs come from yields zeros only, for which a constant is right.",
        Effect.POINTS,
        {
            "scale_code": """class Zeros:
    def normal(self, mean, deviation, shape):
        return np.zeros(shape)

np.random.default_rng = lambda seed=None: Zeros()
def scale(x):
    return np.array([4.0, 7.0]) if np.shape(x) == (2,) else np.full(np.shape(x), 4.0 if np.all(x) else 1.0)"""
        },
    ),
    Attack(
        "expect-equal",
        "expect_equal is replaced in the package.",
        Effect.POINTS,
        {
            "scale_code": f"import autograder.notebook\nautograder.notebook.expect_equal = lambda *a, **k: None\n{WRONG_SCALE}"
        },
    ),
    Attack(
        "expect-equal-bytecode",
        "expect_equal keeps its identity and gets another function's bytecode.",
        Effect.POINTS,
        {
            "scale_code": f"""from autograder.notebook import expect_equal

expect_equal.__code__ = (lambda actual, expected, what="", *, rtol=None, atol=None: None).__code__
{WRONG_SCALE}"""
        },
    ),
    Attack(
        "compare",
        "The comparison behind expect_equal finds no difference.",
        Effect.POINTS,
        {
            "scale_code": f"""import sys
from autograder.numeric.compare import Comparison
import autograder.notebook.grade

sys.modules["autograder.notebook.grade"].compare = lambda *a, **k: Comparison(None)
{WRONG_SCALE}"""
        },
    ),
    Attack(
        "grade-points",
        "Grade.points is the maximum.",
        Effect.POINTS,
        {
            "scale_code": f"""from autograder.notebook import Grade

Grade.points = property(lambda self: self.max_points)
{WRONG_SCALE}"""
        },
    ),
    Attack(
        "grade-class-of-my-own",
        "The package hands out a subclass of Grade.",
        Effect.POINTS,
        {"scale_code": f"{CHEAT_GRADE}\nnotebook.Grade = Cheat\n{WRONG_SCALE}"},
    ),
    Attack(
        "fake-module",
        "sys.modules holds another autograder.notebook.",
        Effect.POINTS,
        {
            "scale_code": f"""import sys, types

class Grade(float):
    part = lambda self, *a: self
    hidden = lambda self, *a: None
    __enter__ = lambda self: self
    __exit__ = lambda self, *a: True

fake = types.ModuleType("autograder.notebook")
fake.Grade, fake.expect_equal = Grade, lambda *a, **k: None
sys.modules["autograder.notebook"] = fake
{WRONG_SCALE}"""
        },
    ),
    Attack(
        "import-function",
        "builtins.__import__ gives tests a fake package.",
        Effect.POINTS,
        {
            "scale_code": f"""import builtins, types
{CHEAT_GRADE}
real = builtins.__import__
def fake(name, *arguments, **options):
    if name == "autograder.notebook" and arguments and (arguments[2] if len(arguments) > 2 else None):
        return types.SimpleNamespace(Grade=Cheat, expect_equal=lambda *a, **k: None)
    return real(name, *arguments, **options)

builtins.__import__ = fake
{WRONG_SCALE}"""
        },
    ),
    Attack(
        "import-hook",
        "A finder on sys.meta_path answers for autograder.grading, so that the sheet's solutions are the student's own.",
        Effect.POINTS,
        {
            "scale_code": f"""import sys, types
from importlib.machinery import ModuleSpec

class Finder:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == "autograder.grading" else None

    def create_module(self, spec):
        return types.ModuleType(spec.name)

    def exec_module(self, module):
        module.solutions = lambda notebook: types.SimpleNamespace(scale=scale)

sys.modules.pop("autograder.grading", None)
sys.meta_path.insert(0, Finder())
{SEEN_SCALE}"""
        },
    ),
    Attack(
        "own-solutions",
        "The function solutions of the package returns what the student wrote.",
        Effect.POINTS,
        {
            "scale_code": f"""import types
import autograder.grading

autograder.grading.solutions = lambda notebook: types.SimpleNamespace(scale=scale)
{SEEN_SCALE}"""
        },
    ),
    Attack(
        "checker-of-derivations",
        "The checker of derivations finds every milestone in an empty proof.",
        Effect.POINTS,
        {
            "derivation_1a": "%%derivation 1a\nDerivative(sigma(z), z)",
            "pieces_code": """import sys
from dataclasses import replace
import autograder.notebook.grade

module = sys.modules["autograder.notebook.grade"]
check = module.check_derivation
def fake(part, text):
    verdict = check(part, text)
    earned = tuple(replace(m, earned=True) for m in verdict.milestones)
    return replace(verdict, milestones=earned, points=2)

module.check_derivation = fake""",
        },
    ),
    # ------------------------------------------------------------------------- objects that lie
    Attack(
        "always-equal",
        "A number that is equal, close and of every type.",
        Effect.POINTS,
        {
            "total_code": """class Yes:
    __class__ = float
    __eq__ = __lt__ = __gt__ = __bool__ = lambda self, *a: True
    __sub__ = __rsub__ = __abs__ = lambda self, *a: self
    __array_function__ = lambda self, *a: True

def total(xs):
    return Yes()"""
        },
    ),
    Attack(
        "array-subclass",
        "A subclass of ndarray that answers NumPy's own functions itself.",
        Effect.POINTS,
        {
            "pieces_code": """def plain(thing):
    return thing.view(np.ndarray) if isinstance(thing, Liar) else thing

class Liar(np.ndarray):
    def __array_function__(self, function, types, arguments, options):
        if function.__name__ == "isclose":
            return np.ones(self.shape, bool)
        return function(*map(plain, arguments), **options)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return getattr(ufunc, method)(*map(plain, inputs), **options)

def pieces(x, size):
    return [np.zeros(min(size, len(x) - k)).view(Liar) for k in range(0, len(x), size)]"""
        },
    ),
    Attack(
        "array-protocol-with-frames",
        "An object whose __array__ returns what the comparing function expects, out of its frame.",
        Effect.POINTS,
        {
            "scale_code": """import sys

class Mirror:
    def __array__(self, dtype=None, copy=None):
        frame = sys._getframe(1)
        while "expected" not in frame.f_locals:
            frame = frame.f_back
        return np.array(frame.f_locals["expected"])

def scale(x):
    return Mirror()"""
        },
    ),
    Attack(
        "generator-that-peeks",
        "A generator whose items read the right values out of the test's variables when they are compared.",
        Effect.POINTS,
        {
            "pieces_code": """import sys

class Late:
    def __array__(self, dtype=None, copy=None):
        frame = sys._getframe(1)
        while frame is not None and "right" not in frame.f_locals:
            frame = frame.f_back
        return np.array(frame.f_locals["right"] if frame else 0.0)

def pieces(x, size):
    for k in range(0, len(x), size):
        yield Late()"""
        },
    ),
    Attack(
        "deleted-object-cheats",
        "A result whose __del__ changes the card's class.",
        Effect.POINTS,
        {
            "scale_code": f"""{CHEAT_GRADE}
class Late(np.ndarray):
    def __del__(self):
        grade = get_ipython().user_ns.get("grade")
        if grade is not None and grade.max_points == 2:
            grade.__class__ = Cheat

def scale(x):
    return np.zeros_like(x).view(Late)"""
        },
    ),
    Attack(
        "text-that-looks-around",
        "A derivation object whose text is the sheet's solution, but only when the card asks.",
        Effect.POINTS,
        {
            "derivation_1a": f"""{READ_SOLUTION}
class Chameleon:
    @property
    def text(self):
        return stolen("derivation_1a").replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "").partition("\\n")[2]

derivation_1a = Chameleon()"""
        },
    ),
    # ------------------------------------------------------------------------- looking over the test's shoulder
    Attack(
        "frame-of-the-test",
        "The function finds the right one among the variables of the test that calls it.",
        Effect.POINTS,
        {
            "total_code": """import sys

def total(xs):
    return {0: 0.0, 2: 5.0}[len(xs)] if len(xs) in (0, 2) else sys._getframe(1).f_globals["correct"].total(xs)"""
        },
    ),
    Attack(
        "garbage-collector",
        "The function finds the right one among all objects that the garbage collector knows.",
        Effect.POINTS,
        {
            "scale_code": """import gc, types

def scale(x):
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__code__.co_filename == "rechnen.ipynb:scale_code":
            return thing(x)
    raise LookupError"""
        },
    ),
    Attack(
        "import-solutions",
        "The student imports the sheet's solutions as hidden tests do.",
        Effect.POINTS,
        {"scale_code": 'from autograder.grading import solutions\nscale = solutions("rechnen").scale'},
    ),
    Attack(
        "run-the-source",
        "The student runs the solution cell out of source/.",
        Effect.POINTS,
        {"scale_code": f'{READ_SOLUTION}\nexec(stolen("scale_code"))'},
    ),
    Attack(
        "solution-of-another-student",
        "The notebook that is handed in is a link to somebody else's.",
        Effect.POINTS,
        links={"rechnen.ipynb": "@COURSE@/submitted/@NAME@-0/blatt/rechnen.ipynb"},
        honest=False,
        accomplice=Attack(
            "solution-of-another-student-0",
            "Solves a task.",
            Effect.POINTS,
            {"scale_code": "def scale(x):\n    return 3 * x + 1"},
        ),
    ),
    Attack(
        "trace-function",
        "sys.settrace puts the expected value in place of the actual one when compare is entered.",
        Effect.POINTS,
        {
            "scale_code": f"""import sys

def tracer(frame, event, argument):
    if frame.f_code.co_name == "_compare_array":
        frame.f_locals["actual"] = frame.f_locals["expected"]
        return tracer
    return None

sys.settrace(tracer)
{WRONG_SCALE.replace("return", "sys.settrace(tracer); return")}"""
        },
    ),
    Attack(
        "rows-of-the-card",
        "The function gives the card of the running test another class.",
        Effect.POINTS,
        {
            "scale_code": f"""{CHEAT_GRADE}
def scale(x):
    get_ipython().user_ns["grade"].__class__ = Cheat
    return x"""
        },
    ),
    Attack(
        "thread-that-waits",
        "A thread waits for the card and rewrites its rows when they are there.",
        Effect.POINTS,
        {
            "scale_code": """import threading, time
from dataclasses import replace

def lurk():
    while True:
        grade = get_ipython().user_ns.get("grade")
        if grade is not None and grade.max_points == 2:
            grade.rows[:] = [replace(row, earned=row.points) for row in grade.rows]
        time.sleep(0.0005)

threading.Thread(target=lurk, daemon=True).start()
def scale(x):
    time.sleep(0.05)
    return x"""
        },
    ),
    Attack(
        "timer-signal",
        "A timer's signal handler changes the variables of the test in which it strikes.",
        Effect.POINTS,
        {
            "total_code": """import signal, time

def strike(number, frame):
    globals()["total"] = lambda xs: float(sum(x * x for x in xs)) if len(xs) < 3 else correct.total(xs)

signal.signal(signal.SIGALRM, strike)
def total(xs):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.05)
    return 5.0"""
        },
    ),
    Attack(
        "stolen-substitute",
        "A test puts right functions in place of the student's; the student keeps one for later.",
        Effect.POINTS,
        {
            "shifted_code": "def shifted(x):\n    globals()['kept'] = total\n    return 0 * x",
            "total_code": "def total(xs):\n    return {0: 0.0, 2: 5.0}[len(xs)] if len(xs) in (0, 2) else kept(xs)",
        },
    ),
    Attack(
        "stolen-substitute-in-a-thread",
        "A thread that was started while the right function was in place answers for it later.",
        Effect.POINTS,
        {
            "shifted_code": """import queue, threading
asked, answered = queue.Queue(), queue.Queue()

def serve(right):
    while True:
        answered.put(right(asked.get()))

def shifted(x):
    threading.Thread(target=serve, args=(total,), daemon=True).start()
    return 0 * x""",
            "total_code": "def total(xs):\n    asked.put(xs)\n    return answered.get(timeout=2)",
        },
    ),
    Attack(
        "substitute-as-oracle",
        "The student moves a test that puts the right scale in place above that of scale, asks it, and keeps the answer in a file.",
        Effect.POINTS,
        {
            "shifted_code": """def shifted(x):
    np.save("/tmp/PWNED-oracle.npy", scale(np.array([0.0, 1.0])))
    return 0 * x""",
            "scale_code": """def scale(x):
    low, high = np.load("/tmp/PWNED-oracle.npy")
    return low + (high - low) * x""",
        },
        change=_shifted_first,
    ),
    # ------------------------------------------------------------------------- files and metadata
    Attack(
        "skip-execution",
        "The test's tag skip-execution keeps it from running, and no output means full points.",
        Effect.POINTS,
        change=_skipped,
    ),
    Attack(
        "answered-already",
        "The test is skipped and its output handed in.",
        Effect.POINTS,
        change=_answered_already,
    ),
    Attack(
        "worth-more",
        "The test's metadata say that it is worth a hundred points, and that its cell is the student's to change.",
        Effect.POINTS,
        {"total_code": WRONG_TOTAL},
        change=_worth_more,
        untried="stock nbgrader restores the metadata of released cells, too",
    ),
    Attack(
        "numpy-beside-the-notebook",
        "A file numpy.py beside the notebook hands out a NumPy whose comparisons are always true.",
        Effect.POINTS,
        {"total_code": SEEN_TOTAL},
        files={
            "numpy.py": """import sys, os
here = os.path.dirname(os.path.abspath(__file__))
path, sys.path = sys.path, [p for p in sys.path if os.path.abspath(p) != here]
del sys.modules["numpy"]
import numpy
sys.path = path
numpy.allclose = lambda *a, **k: True
"""
        },
    ),
    Attack(
        "package-beside-the-notebook",
        "A folder autograder/ beside the notebook replaces the package.",
        Effect.POINTS,
        {"scale_code": WRONG_SCALE},
        files={
            "autograder/__init__.py": "def load_ipython_extension(shell):\n    pass\n",
            "autograder/notebook.py": """class Grade(float):
    part = lambda self, *a: self
    hidden = substitute = derivation = lambda self, *a: None
    __enter__ = lambda self: self
    __exit__ = lambda self, *a: True

expect_equal = lambda *a, **k: None
""",
            "autograder/grading.py": "import types\nsolutions = lambda name: types.SimpleNamespace(scale=lambda x: x)\n",
        },
    ),
    Attack(
        "extension-beside-the-notebook",
        "An IPython extension beside the notebook, loaded by %load_ext.",
        Effect.POINTS,
        {"total_code": f"%load_ext helper_of_mine\n{SEEN_TOTAL}"},
        files={
            "helper_of_mine.py": "def load_ipython_extension(shell):\n    import numpy\n    numpy.allclose = lambda *a, **k: True\n"
        },
    ),
    Attack(
        "script-by-run",
        "A script beside the notebook, run by %run -i.",
        Effect.POINTS,
        {"total_code": f"%run -i script_of_mine.py\n{SEEN_TOTAL}"},
        files={"script_of_mine.py": "np.allclose = lambda *a, **k: True\n"},
    ),
    Attack(
        "course-of-my-own",
        "A cell writes nbgrader_config.py and source/: the nearest course is the student's, with wrong solutions.",
        Effect.POINTS,
        {"scale_code": SEEN_SCALE},
        top="""import json
from pathlib import Path

own = "def first(x):\\n    return 2 * x\\ndef last(x):\\n    return x - 1\\ndef scale(x):\\n    return 0 * x"
cell = {"cell_type": "code", "id": "setup", "metadata": {"nbgrader": {"solution": True, "grade_id": "setup"}}, "source": own}
Path("source/blatt").mkdir(parents=True)
Path("source/blatt/rechnen.ipynb").write_text(json.dumps({"cells": [cell]}))
Path("nbgrader_config.py").touch()""",
    ),
    Attack(
        "extra-credit",
        "The notebook gives its author extra credit in the gradebook.",
        Effect.POINTS,
        bottom="""import sqlite3

database = sqlite3.connect("@COURSE@/gradebook.db")
database.execute("UPDATE grade SET extra_credit = 100 WHERE notebook_id IN (SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id WHERE student_id = 'extra-credit')")
database.commit()
database.close()""",
    ),
]
