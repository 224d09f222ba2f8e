"""Calls between a test and a student's interpreter: as if in one process, and safe where the other side lies."""

import contextlib
import os
import random
import socket
import struct
import threading
import time
from unittest.mock import patch

import numpy as np
import pytest

from autograder.grading import session
from autograder.grading.rpc import Conversation, Failure, RemoteIterator, write_back
from autograder.grading.wire import DeadlineError, Encoded, Wire, WireError, encode


class ToldError(Exception):
    """What a failure over there becomes here."""

    def __init__(self, failure):
        super().__init__(failure.kind, failure.text)
        self.failure = failure


def conversation(channel, events=None):
    return Conversation(
        Wire(channel),
        explain=lambda error: Failure(type(error).__name__, str(error)),
        raised=ToldError,
        heard=(events if events is not None else []).append,
    )


class Interpreter:
    """A real session in a process of its own, without a sandbox."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if not self.pid:
            ours.close()
            try:
                session.main(theirs)
            finally:
                os._exit(1)
        theirs.close()
        self.events = []
        self.main = conversation(ours, self.events)

    def run(self, code, limit=100_000):
        self.events.clear()
        return self.main.call("run", code, limit)

    @property
    def outputs(self):
        return [event["output"] for event in self.events if "output" in event]

    def snapshot(self):
        ours, theirs = socket.socketpair()
        self.main.wire.send_file(theirs.fileno())
        self.main.call("snapshot")
        theirs.close()
        self.remarks = []
        return conversation(ours, self.remarks)

    def names(self, *names):
        return self.snapshot().call("get", list(names))

    def close(self):
        self.main.wire.close()
        os.waitpid(self.pid, 0)


@pytest.fixture(scope="module")
def python():
    found = Interpreter()
    found.main.deadline = time.monotonic() + 120
    yield found
    found.close()


# ------------------------------------------------------------------------------------------------ as at home


def test_a_cell_shows_what_it_shows_at_home(python):
    """Prints, the last value, pictures and tracebacks."""
    assert python.run("print('hallo')\n1 + 1")
    assert [output["output_type"] for output in python.outputs] == ["stream", "execute_result"]
    assert python.run("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert "image/png" in python.outputs[-1]["data"]
    assert not python.run("1/0")
    assert python.outputs[-1]["ename"] == "ZeroDivisionError"
    assert python.run("display('x'); exit()")


def test_a_flood_is_cut_where_it_is_printed(python):
    """What lies beyond the limit does not even travel."""
    assert python.run("for k in range(10_000): print('x' * 100)", 1000)
    assert sum(len(output["text"]) for output in python.outputs) < 1300
    assert {"cut": True} in python.events


def test_a_function_is_called_with_arrays(python):
    """Values, dtypes and shapes come back as they were returned."""
    python.run("def double(x, *, by=2):\n    return [x * by, (x.shape, None)]")
    double = python.names("double")["double"]
    found = double(np.arange(3, dtype=np.float32), by=3)
    assert found[0].dtype == np.float32
    assert found[0].tolist() == [0, 3, 6]
    assert found[1] == ((3,), None)


def test_changes_in_place_come_back(python):
    """Arrays, lists, dictionaries and generators of random numbers, however deep; the objects stay the same ones."""
    python.run(
        "def spoil(a, b, c, rng):\n    a[0] = 9\n    b[1][0][:] = 7\n    b.append(1)\n    c['x'] = a\n    rng.normal()"
    )
    spoil = python.names("spoil")["spoil"]
    a, inner, rng = np.zeros(2), np.zeros(2), np.random.default_rng(1)
    b, c = [0, (inner,)], {}
    spoil(a, b, c, rng)
    assert a.tolist() == [9, 0]
    assert b[-1] == 1
    assert b[1][0].tolist() == [7, 7]
    assert c["x"].tolist() == [9, 0]
    again = np.random.default_rng(1)
    again.normal()
    assert rng.normal() == again.normal()


def test_what_is_not_changed_is_not_written(python):
    """A pure function leaves its inputs alone, nan and all."""
    python.run("def pure(a):\n    return a + 1")
    a = np.array([np.nan, 1.0])
    a.flags.writeable = False
    python.names("pure")["pure"](a)


def test_a_generator_is_asked_one_by_one(python):
    """It may have no end, and it draws random numbers when it is asked."""
    python.run("def draws(rng):\n    while True:\n        yield rng.normal()")
    rng, again = np.random.default_rng(3), np.random.default_rng(3)
    draws = python.names("draws")["draws"](rng)
    assert [next(draws), next(draws)] == [again.normal(), again.normal()]
    assert rng.normal() == again.normal()


def test_items_travel_together_and_each_brings_its_own_changes(python):
    """Twenty items in three messages or so; what making one has changed is seen when that one is."""
    python.run("def draws(X, rng):\n    for k in range(20):\n        X[0] = k\n        yield rng.normal()")
    snapshot = python.snapshot()
    X, rng, again = np.zeros(1), np.random.default_rng(3), np.random.default_rng(3)
    draws = snapshot.call("get", ["draws"])["draws"](X, rng)
    with patch.object(snapshot.wire, "send", wraps=snapshot.wire.send) as sent:
        for k in range(20):
            assert next(draws) == again.normal()
            assert X[0] == k
            assert rng.bit_generator.state == again.bit_generator.state
        with pytest.raises(StopIteration):
            next(draws)
    assert sent.call_count <= 8  # fewer than items, also where the machine is so busy that some set out early


def test_an_exception_comes_behind_the_items_before_it(python):
    """And then there is nothing any more, as in Python."""
    python.run("def some():\n    yield 1\n    yield 2\n    raise ValueError('so nicht')")
    some = python.names("some")["some"]()
    assert [next(some), next(some)] == [1, 2]
    with pytest.raises(ToldError) as told:
        next(some)
    assert told.value.failure.text == "so nicht"
    with pytest.raises(StopIteration):
        next(some)


def test_large_items_travel_one_by_one(python):
    """Nothing piles up that nobody asked for."""
    python.run("made = []\ndef large():\n    while True:\n        made.append(1)\n        yield np.zeros(200_000)")
    python.run("import numpy as np")
    snapshot = python.snapshot()
    names = snapshot.call("get", ["large"])
    items = names["large"]()
    assert [next(items).shape for _ in range(3)] == [(200_000,)] * 3
    assert snapshot.call("get", ["made"])["made"] == [1, 1, 1]


def test_exceptions_tell_where_they_came_from(python):
    """Kind, text, function and line in the student's cell."""
    python.run("def outer():\n    return inner()\n\ndef inner():\n    raise ValueError('so nicht')")
    with pytest.raises(ToldError) as told:
        python.names("outer")["outer"]()
    assert told.value.failure == Failure("ValueError", "so nicht", "inner", 5)


def test_an_exception_of_ones_own_is_told_by_its_base(python):
    """Its name may say anything."""
    python.run("class Eigener(KeyError): pass\ndef f():\n    raise Eigener('x')")
    with pytest.raises(ToldError) as told:
        python.names("f")["f"]()
    assert told.value.failure.kind == "KeyError"


@pytest.mark.parametrize(
    "way", ["raise SystemExit(0)", "raise KeyboardInterrupt", "raise GeneratorExit", "raise StopIteration"]
)
def test_no_exception_ends_the_conversation(python, way):
    """Neither those that Python treats in its own way."""
    python.run(f"def f():\n    {way}\ndef g():\n    return 1")
    names = python.names("f", "g")
    with pytest.raises(ToldError):
        names["f"]()
    assert names["g"]() == 1


def test_a_correct_function_stands_in(python):
    """The student's code calls it; its own comes back afterwards."""
    python.run("def low(x):\n    return 0\ndef high(x):\n    return low(x) + 1")
    snapshot = python.snapshot()
    high = snapshot.call("get", ["high"])["high"]
    snapshot.call("substitute", {"low": lambda x: 10 * x})
    assert high(np.ones(2)).tolist() == [11, 11]
    snapshot.call("restore")
    assert high(1) == 1


def test_a_stand_in_may_be_a_generator_and_change_its_arguments(python):
    """As minibatches does with rng."""

    def batches(X, rng):
        for k in rng.permutation(len(X)):
            yield X[k]

    python.run("def total(X, rng):\n    return [float(x) for x in batches(X, rng)], rng.normal()")
    snapshot = python.snapshot()
    snapshot.call("substitute", {"batches": batches})
    found, then = snapshot.call("get", ["total"])["total"](np.arange(4.0), np.random.default_rng(5))
    again = np.random.default_rng(5)
    assert found == again.permutation(4).tolist()
    assert then == again.normal()


def test_an_exception_of_a_stand_in_reaches_the_student(python):
    """Who may catch it, but learns nothing of its text."""

    def low(_x):
        raise ValueError("secret")

    python.run(
        "def high(x):\n    try:\n        return low(x)\n    except ValueError as error:\n        return str(error)"
    )
    snapshot = python.snapshot()
    snapshot._explain = lambda error: Failure(type(error).__name__)
    snapshot.call("substitute", {"low": low})
    assert snapshot.call("get", ["high"])["high"](1) == ""


def test_a_stand_in_is_gone_when_it_is_taken_back(python):
    """A function that was kept is of no use later."""
    python.run("kept = []\ndef f():\n    kept.append(low)\ndef g():\n    return kept[0](1)")
    snapshot = python.snapshot()
    names = snapshot.call("get", ["f", "g"])
    snapshot.call("substitute", {"low": lambda x: x})
    names["f"]()
    assert names["g"]() == 1
    snapshot.forget()
    with pytest.raises(ToldError):
        names["g"]()


def test_a_snapshot_leaves_the_interpreter_alone(python):
    """What a test does there, later cells do not see."""
    python.run("seen = []\ndef f(x):\n    seen.append(x)\n    print(x)\n    return len(seen)")
    assert python.names("f")["f"](1) == 1
    assert python.names("f")["f"](1) == 1
    python.run("print(seen)")
    assert python.outputs[-1]["text"] == "[]\n"


def test_a_snapshot_prints_only_where_it_may(python):
    """Nowhere, until it is told how much."""
    python.run("def f():\n    print('hallo')")
    snapshot = python.snapshot()
    f = snapshot.call("get", ["f"])["f"]
    f()
    assert python.remarks == []
    snapshot.call("show", 100)
    f()
    assert python.remarks[0]["output"]["text"] == "hallo\n"
    snapshot.call("show", 0)
    f()
    assert len(python.remarks) == 1


def test_warnings_of_numpy_are_told(python):
    """Also where the notebook switched them off."""
    python.run("import numpy as np\nnp.seterr(all='ignore')\ndef f(x):\n    return np.exp(x)")
    snapshot = python.snapshot()
    snapshot.call("allow", 30)
    snapshot.call("get", ["f"])["f"](np.array([1e4]))
    (remark,) = python.remarks
    assert remark["remarks"][0][0] == "RuntimeWarning"


@pytest.mark.parametrize("body", ["pass", "try: low(1)\n        except Exception: pass"])
def test_an_endless_call_is_stopped_and_the_next_one_runs(python, body):
    """By its own CPU time, also in the middle of calls to a stand-in."""
    python.run(f"def endless():\n    while True:\n        {body}\ndef quick():\n    return 1")
    snapshot = python.snapshot()
    names = snapshot.call("get", ["endless", "quick"])
    snapshot.call("substitute", {"low": lambda x: x})
    snapshot.call("allow", 0.3)
    with pytest.raises(ToldError) as told:
        names["endless"]()
    assert told.value.failure.kind == "TooLongError"
    assert names["quick"]() == 1


@pytest.mark.parametrize(
    "value",
    ["[[0] * 1000] * 1000", "__import__('numpy').zeros(2**28)", "(lambda x: x.append(x) or x)([])", "10**100000"],
)
def test_a_value_too_large_is_an_error_of_its_call(python, value):
    """And the conversation goes on."""
    python.run(f"def large():\n    return {value}\ndef small():\n    return 1")
    names = python.names("large", "small")
    with pytest.raises(ToldError):
        names["large"]()
    assert names["small"]() == 1


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        (np.zeros(2), np.ones(2), True),
        (np.zeros(2), np.ones(3), False),
        (np.zeros(2), np.ones(2, dtype=int), False),
        ([1, 2], [3], True),
        ([np.zeros(1)], [np.ones(2)], True),
        ((np.zeros(1), 1), (np.ones(1), 1), True),
        ({"a": 1}, {"b": 2}, True),
        ({1}, {2}, True),
        (1, 2, False),
    ],
)
def test_write_back(old, new, fits):
    """An object takes what fits it, and says whether it did."""
    assert write_back(old, new) is fits
    if fits:
        assert encode(old, lambda _: None).same(encode(new, lambda _: None))


# ------------------------------------------------------------------------------------------------ a side that lies


HEAD = struct.Struct(">IQ")


def frame(message, *values):
    a, b = socket.socketpair()
    Wire(a).send(message, [encode(value, lambda _: None) for value in values])
    a.close()
    content = b.recv(10**6)
    b.close()
    return content


def answer(**changes):
    return {"return": 1, "changed": [], "remarks": []} | changes


LIES = {
    "nothing": b"",
    "half a head": b"\0\0\0",
    "text": b"HTTP/1.1 200 OK\r\n\r\n" * 10,
    "torn": frame(answer(), 1)[:-2],
    "an endless announcement": HEAD.pack(2**32 - 1, 2**63),
    "no JSON": HEAD.pack(5, 0) + b"[1,2,",
    "deep JSON": HEAD.pack(200_000, 0) + b"[" * 200_000,
    "a number": HEAD.pack(1, 0) + b"7",
    "another form": HEAD.pack(2, 0) + b"{}",
    "bytes too many": HEAD.pack(9, 3) + b"[{},[],[]]"[:9] + b"abc",
    "an answer to another call": frame(answer(**{"return": 99}), 1),
    "an answer without a value": frame(answer()),
    "an answer with two values": frame(answer(), 1, 2),
    "a change of what was not given": frame(answer(changed=[5]), 1, [9]),
    "a change at a place below 0": frame(answer(changed=[-1]), 1, [9]),
    "a change at no place": frame(answer(changed=["0"]), 1, [9]),
    "no changes": frame({"return": 1, "remarks": []}, 1),
    "a failure of the wrong form": frame({"raise": 1, "failure": {"kind": 1}, "changed": [], "remarks": []}),
    "an unknown message": frame({"exec": "import os"}),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_is_an_error_of_the_call(lie):
    """Never a hang, a crash, or a value."""
    ours, theirs = socket.socketpair()
    told = conversation(ours)
    told.deadline = time.monotonic() + 20
    theirs.sendall(lie)
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises((WireError, ToldError)):
        told.call("f", [1])
    ours.close()
    theirs.close()


FORGED_ITEMS = {
    "none": [],
    "a number": 7,
    "no count": [answer()],
    "a count below 0": [answer(values=-1)],
    "a true count": [answer(values=True)],
    "a change of what was not given": [answer(values=1, changed=[5])],
    "no value": [answer(values=0)],
    "values that are not there": [answer(values=9), answer(values=9)],
    "neither item nor failure": [{"values": 1}],
}


@pytest.mark.parametrize("items", FORGED_ITEMS.values(), ids=FORGED_ITEMS.keys())
def test_forged_items_are_an_error(items):
    """Where one is asked for, at the latest."""
    ours, theirs = socket.socketpair()
    told = conversation(ours)
    told.deadline = time.monotonic() + 20
    theirs.sendall(frame({"return": 1, "items": items}))
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises((WireError, ToldError)):
        list(RemoteIterator(told, 1, []))
    ours.close()
    theirs.close()


def test_a_forged_answer_is_only_a_value():
    """It is what the function might have returned as well."""
    ours, theirs = socket.socketpair()
    theirs.sendall(frame(answer(), [1, "x"]))
    assert conversation(ours).call("f") == [1, "x"]


def test_a_second_answer_is_none_to_the_next_call():
    """Each answer names its call."""
    ours, theirs = socket.socketpair()
    told = conversation(ours)
    theirs.sendall(frame(answer(), 1) * 2)
    assert told.call("f") == 1
    with pytest.raises(WireError):
        told.call("g")


def test_a_call_of_what_was_never_offered_is_refused():
    """Neither by number nor by name; the answer is an error, and the wait goes on."""
    ours, theirs = socket.socketpair()
    told = conversation(ours)
    told.services["safe"] = lambda: 1
    for target in (1, 0, -1, True, "__import__", "call", None, [1], "eval"):
        theirs.sendall(frame({"call": target, "id": 5, "names": []}))
    theirs.sendall(frame(answer(), "done"))
    told.deadline = time.monotonic() + 20
    assert told.call("f") == "done"
    heard = Wire(theirs)
    heard.receive(time.monotonic() + 20)  # the call itself
    for _ in range(9):
        message, _values = heard.receive(time.monotonic() + 20)
        assert "raise" in message


def talk(channel, seconds, content):
    def send():
        end = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while time.monotonic() < end:
                channel.sendall(content)
                if len(content) < 100:
                    time.sleep(0.01)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(
    "content",
    [frame({"event": {"output": {}}}), b"\0", frame({"call": 1, "id": 1, "names": []})],
    ids=["events", "drops", "calls"],
)
def test_talk_without_end_ends_at_the_deadline(content):
    """However much is said, and however slowly."""
    ours, theirs = socket.socketpair()
    told = conversation(ours)
    told.deadline = time.monotonic() + 0.5
    thread = talk(theirs, 30, content)
    threading.Thread(target=lambda: [None for _ in iter(lambda: theirs.recv(10**6), b"")], daemon=True).start()
    with pytest.raises(WireError):
        told.call("f")
    ours.close()
    thread.join()


def test_silence_ends_at_the_deadline():
    """An answer that never comes."""
    ours, _theirs = socket.socketpair()
    told = conversation(ours)
    told.deadline = time.monotonic() + 0.2
    with pytest.raises(DeadlineError):
        told.call("f")


@pytest.mark.parametrize("seed", range(60))
def test_damaged_conversations_end_in_a_value_or_an_error(seed):
    """Frames of a true conversation, shuffled, repeated, cut and changed."""
    chance = random.Random(seed)
    frames = [
        frame(answer(), np.arange(4.0)),
        frame(answer(changed=[0]), 1, [2]),
        frame({"event": {"remarks": [["RuntimeWarning", "x"]]}}),
        frame({"raise": 1, "failure": vars(Failure("ValueError", "x")), "changed": [], "remarks": []}),
        frame({"call": 1, "id": 3, "names": ["x"]}, {"y": (1, None)}),
    ]
    content = bytearray(b"".join(chance.choices(frames, k=4)))
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(content))
        content[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
    ours, theirs = socket.socketpair()
    told = conversation(ours)
    told.deadline = time.monotonic() + 20
    theirs.sendall(content)
    theirs.shutdown(socket.SHUT_WR)
    with contextlib.suppress(WireError, ToldError):
        told.call("f", [1])
    ours.close()
    theirs.close()


def test_an_opaque_value_can_do_nothing(python):
    """A module or an object comes as the name of its type."""
    python.run("import os\nclass Mine:\n    def __eq__(self, other):\n        return True\nmine = Mine()")
    assert python.names("os", "mine") == {"os": "module", "mine": "Mine"}


def test_encoded_values_are_compared_by_value():
    """1 is not True, and nan is nan."""
    assert not Encoded(1).same(Encoded(True))
    assert Encoded(float("nan")).same(Encoded(float("nan")))


def test_the_answer_to_a_call_that_was_stopped_disturbs_nothing():
    """A student's call may be stopped while a stand-in works for it: between asking and waiting for the answer."""
    ours, theirs = socket.socketpair()
    here, there = conversation(ours), conversation(theirs)
    there.services["answer"] = lambda: 1

    def stopped(*_arguments):
        raise KeyboardInterrupt

    waits, here._answer_to = here._answer_to, stopped
    with pytest.raises(KeyboardInterrupt):
        here.call("answer")
    here._answer_to = waits
    there.serve()
    serving = threading.Thread(target=there.serve)
    serving.start()
    assert here.call("answer") == 1
    serving.join()
    here.wire.close()
    there.wire.close()


def test_an_answer_that_nobody_asked_for_ends_the_conversation():
    ours, theirs = socket.socketpair()
    here, there = conversation(ours), conversation(theirs)
    here.wire.send({"return": 7, "changed": [], "remarks": []}, [Encoded(None)])
    with pytest.raises(WireError, match="asked for"):
        there.serve()
    here.wire.close()
    there.wire.close()
