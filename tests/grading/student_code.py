"""A stand-in for the student's interpreter: runs Python text that the test sends, answers with what it says.

It is the program inside the sandbox in tests/grading/test_sandbox.py; a message is its length in 8 bytes and its text.
"""

import json
import socket
import traceback


def send(channel: socket.socket, text: str) -> None:
    content = text.encode()
    channel.sendall(len(content).to_bytes(8, "big") + content)


def receive(channel: socket.socket) -> str:
    """Return the next message; raises EOFError where the other end is gone."""
    with channel.makefile("rb", buffering=0) as file:
        length = _exactly(file, 8)
        return _exactly(file, int.from_bytes(length, "big")).decode()


def _exactly(file, count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = file.read(count - len(content))
        if not part:
            raise EOFError("the other end is gone")
        content += part
    return content


def main(channel: socket.socket) -> None:
    """Run what comes; answer with the value of ``result``, or the name of the exception."""
    names: dict[str, object] = {"__name__": "__main__"}
    while True:
        try:
            text = receive(channel)
        except EOFError:
            return
        try:
            exec(text, names)
            answer = {"result": names.pop("result", None)}
        except BaseException as error:
            answer = {"error": type(error).__name__, "text": traceback.format_exc()}
        send(channel, json.dumps(answer))
