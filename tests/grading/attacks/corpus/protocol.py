# ruff: noqa: E501 - students write long lines
"""Attacks on the conversation between the student's process and the one that tests: forged, torn, endless and huge.

Stock nbgrader has no such conversation: what a function returns is used where it is. So most of these can only be
tried with the protection; they are here because the protection itself must not become the hole.
"""

from tests.grading.attacks.attack import Attack, Effect

NO_WIRE = "stock nbgrader runs tests in the student's own process: nothing travels"
ONE_PROCESS = "in one process this harms nobody but the student's own test, which fails as it should"

WIRE = """import json, os, stat, struct, time

def channels():
    for descriptor in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                yield descriptor
        except OSError:
            pass

def send(data):
    for channel in channels():
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(channel, rest):]
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:
                break

def text_frame(text, body=b""):
    return struct.pack(">IQ", len(text), len(body)) + text + body

def frame(message, *trees):
    return text_frame(json.dumps([message, trees, [[] for _ in trees]]).encode())
"""


def _cell(name: str, what: str, code: str) -> Attack:
    """Return an attack that a cell of the student's starts; the honest work must not suffer."""
    return Attack(name, what, Effect.LOST, top=f"{WIRE}\n{code}", untried=NO_WIRE)


def _test(name: str, what: str, body: str, effect: Effect = Effect.POINTS) -> Attack:
    """Return an attack that ``total`` starts while a test calls it."""
    indented = "\n".join(f"    {line}" for line in body.split("\n"))
    return Attack(name, what, effect, {"total_code": f"{WIRE}\ndef total(xs):\n{indented}"}, untried=NO_WIRE)


def _returns(name: str, what: str, code: str, why: str = ONE_PROCESS) -> Attack:
    """Return an attack by what functions return."""
    return Attack(name, what, Effect.LOST, {"pieces_code": code}, untried=why)


ATTACKS = [
    _test(
        "forged-returns",
        "Answers all calls that may ever come, in advance.",
        "for number in range(1, 100):\n"
        '    send(frame({"return": number, "changed": [], "remarks": []}, {5: 5.0}.get(len(xs), 0.0)))\n'
        "return 0.0",
    ),
    _test(
        "forged-card",
        "Sends the picture of a card with full points, marked as the grader's own.",
        'data = {"text/plain": "2", "text/html": "<b>2 von 2 Punkten</b>"}\n'
        'send(frame({"event": {"output": {"output_type": "execute_result", "data": data,\n'
        '    "metadata": {"autograder": True}, "execution_count": 1}}}))\n'
        "return 0.0",
    ),
    _test(
        "forged-changes",
        "Claims that arguments changed which were never sent.",
        'for number in range(1, 100):\n    send(frame({"return": number, "changed": [0, 1, 2, -1], "remarks": []}, 5.0, 0, 0, 0, 0))\nreturn 0.0',
    ),
    _test(
        "forged-calls",
        "Calls whatever the other side may offer.",
        'for target in ["run", "get", "eval", "points", *range(50)]:\n'
        '    send(frame({"call": target, "id": 1, "names": []}, "2"))\n'
        "return 0.0",
    ),
    _test("torn-frame-in-a-test", "Sends half a frame and falls asleep.", 'send(b"\\0\\0\\0")\ntime.sleep(600)'),
    _cell("torn-frame-in-a-cell", "Sends half a frame and ends the cell.", 'send(b"\\0\\0\\0")'),
    _cell("noise", "Sends a megabyte of noise.", "send(os.urandom(2**20))"),
    _cell("huge-length", "Announces a frame of 16 EiB.", 'send(struct.pack(">IQ", 2**32 - 1, 2**64 - 1))'),
    _cell("deep-json", "Sends JSON nested a million times.", 'send(text_frame(b"[" * 10**6 + b"]" * 10**6))'),
    _cell(
        "many-empty-lists",
        "Sends 100 MB of empty lists, which are gigabytes once they are read.",
        'send(text_frame(b"[{}," + b"[" + b",".join([b"[]"] * (33 * 10**6)) + b"],[]]"))',
    ),
    _cell(
        "many-empty-buffers",
        "Announces fifty million buffers without a byte.",
        'send(text_frame(b"[{},[0],[[" + b",".join([b"0"] * (50 * 10**6)) + b"]]]"))',
    ),
    _cell(
        "endless-events",
        "Sends events for ever.",
        'data = frame({"event": {"x": 1}}) * 100\nwhile True:\n    send(data)',
    ),
    _cell(
        "endless-outputs",
        "Sends outputs for ever, past its own limit.",
        'data = frame({"event": {"output": {"output_type": "stream", "name": "stdout", "text": "x" * 10000}}})\n'
        "while True:\n    send(data)",
    ),
    _cell(
        "endless-calls",
        "Calls for ever.",
        'data = frame({"call": 1, "id": 1, "names": []})\nwhile True:\n    send(data)',
    ),
    _cell(
        "descriptor-over-the-wire",
        "Sends open files along, thousands of them.",
        """import socket
for number in channels():
    with socket.socket(fileno=os.dup(number)) as channel:
        for _ in range(100):
            try:
                socket.send_fds(channel, [frame({"event": {"x": 1}})], [0, 1, 2] * 20)
            except OSError:
                break""",
    ),
    _test(
        "slow-drip",
        "Sends its answer byte by byte, one in a second.",
        'for byte in frame({"return": 1, "changed": [], "remarks": []}, 5.0):\n    send(bytes([byte]))\n    time.sleep(1)',
    ),
    _test(
        "forged-array",
        "Returns arrays whose types, shapes and bytes do not fit together.",
        """for dtype, shape in [("<U99999999", [0, 5]), ("|O8", [1]), ("<f8", [-1]), ("<f8", [2**39, 2**39]), ("<U1", [1]), ("|b1", [8])]:
    text = json.dumps([{"return": 1, "changed": [], "remarks": []}, [{"array": dtype, "shape": shape}], [[8]]]).encode()
    send(text_frame(text, b"\\xff" * 8))
return 0.0""",
    ),
    _test(
        "errors-of-all-kinds",
        "Raises one exception after the other that Python or the grader treats in a way of its own.",
        """from autograder.notebook import MismatchError
import builtins
kinds = [kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)]
count = globals().setdefault("count", [0])
count[0] += 1
try:
    error = kinds[count[0] % len(kinds)]("total")
except TypeError:
    error = GeneratorExit()
raise error""",
    ),
    Attack(
        "errors-that-look-like-the-graders",
        "Raises exceptions called as the grader's own.",
        Effect.POINTS,
        {
            name: f"class {kind}(AssertionError):\n    mismatch, what = None, 'x'\n\ndef {function}(*a):\n    raise {kind}('x')"
            for name, kind, function in [
                ("total_code", "MismatchError", "total"),
                ("scale_code", "StudentError", "scale"),
                ("pieces_code", "DeadlineError", "pieces"),
            ]
        },
        untried=ONE_PROCESS,
    ),
    # ------------------------------------------------------------------------------ what functions return
    _returns("endless-generator", "Yields without end.", "def pieces(x, size):\n    while True:\n        yield x"),
    _returns(
        "endless-large-generator",
        "Yields arrays of 100 MB without end.",
        "def pieces(x, size):\n    while True:\n        yield np.zeros(13 * 10**6)",
    ),
    _returns(
        "huge-array",
        "Returns an array of 200 GB.",
        "def pieces(x, size):\n    return np.broadcast_to(0.0, (25 * 10**9,))",
    ),
    _returns(
        "huge-range",
        "Returns a range that is small until somebody makes a list of it.",
        "def pieces(x, size):\n    return range(3 * 10**8)",
        "it fills the student's own process, which stock nbgrader does not limit: see the attack memory",
    ),
    _returns(
        "nested-result",
        "Returns a list nested a hundred thousand times.",
        "def pieces(x, size):\n    nested = []\n    for _ in range(100_000):\n        nested = [nested]\n    return nested",
    ),
    _returns(
        "recursive-result",
        "Returns a list that holds itself.",
        "def pieces(x, size):\n    me = []\n    me.append(me)\n    return me",
    ),
    _returns("wide-result", "Returns a list of ten million items.", "def pieces(x, size):\n    return [1.0] * 10**7"),
    _returns(
        "lying-length",
        "Returns an object whose length is a lie and whose items never end.",
        """class Liar(list):
    def __len__(self):
        return 3
    def __iter__(self):
        while True:
            yield np.zeros(2)
    def __getitem__(self, k):
        return self

def pieces(x, size):
    return Liar()""",
    ),
    _returns(
        "hostile-object",
        "Returns an object every look at which ends the process or never ends.",
        """class Mine:
    def __getattribute__(self, name):
        import os
        os._exit(0)
    __iter__ = __len__ = __array__ = __repr__ = __call__ = lambda self, *a: iter(int, 1)

def pieces(x, size):
    return Mine()""",
    ),
    # ------------------------------------------------------------------------------ right functions, put in place
    Attack(
        "substitute-with-nonsense",
        "Calls the right function that stands in for the student's with all that it may not like.",
        Effect.LOST,
        {
            "shifted_code": """def shifted(x):
    me = []
    me.append(me)
    for thing in (me, range(10**18), range(3 * 10**8), "x" * 10**8, iter(int, 1), shifted, object(), np.zeros(10**7), 10**400):
        try:
            scale(thing)
        except Exception:
            pass
    return 0 * x"""
        },
        untried=ONE_PROCESS,
    ),
    Attack(
        "substitute-without-end",
        "Calls the right function for ever.",
        Effect.LOST,
        {"shifted_code": "def shifted(x):\n    while True:\n        scale(x)"},
        untried=ONE_PROCESS,
    ),
    Attack(
        "calls-each-other-for-ever",
        "Hands a function of its own to the right one, which calls back, which calls back.",
        Effect.LOST,
        {
            "shifted_code": """class Again:
    def __array__(self, *a, **k):
        return np.asarray(scale(Again()))
    def __rmul__(self, other):
        return scale(self)
    __mul__ = __rmul__

def shifted(x):
    return scale(Again())"""
        },
        untried=ONE_PROCESS,
    ),
    # ------------------------------------------------------------------------------ within the sandbox
    Attack(
        "kills-all-it-may",
        "Kills every process that it may, copies of its own interpreter among them.",
        Effect.LOST,
        top="""import os, signal
if not os.path.exists("@COURSE@"):
    os.kill(-1, signal.SIGKILL)""",
        untried="without a sandbox it would end the whole machine, this test included; it looks first",
    ),
    Attack(
        "fills-every-folder",
        "Fills all folders that it may write to and leaves them full.",
        Effect.LOST,
        top="""import os
if not os.path.exists("@COURSE@"):
    for folder in ("/tmp", "/dev/shm", os.getcwd(), os.path.expanduser("~")):
        try:
            with open(os.path.join(folder, "full"), "wb") as file:
                while True:
                    file.write(bytes(2**20))
        except OSError:
            pass""",
        untried="without a sandbox it would fill the machine's disk; it looks first",
    ),
]
