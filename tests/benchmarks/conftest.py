"""A server in a thread of its own, so that its work is not counted, and a counter of Python calls."""

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

import understudy

PIECES = 500
PACKAGE = str(Path(understudy.__file__).parent)

ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "bench-model",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello there."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 8, "completion_tokens": 3, "total_tokens": 11},
}


def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "bench-model", "choices": choices}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def whole(kind: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)


JSON = whole(b"application/json", json.dumps(ANSWER).encode())
STREAM = whole(
    b"text/event-stream",
    b"".join(chunk({"content": f" word{number % 10}"}) for number in range(PIECES))
    + chunk({}, "stop")
    + b"data: [DONE]\n\n",
)


class Answering(socketserver.StreamRequestHandler):
    """Answers every request on its connection with the same bytes."""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            length = 0
            while line := self.rfile.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            body = self.rfile.read(length)
            self.wfile.write(STREAM if b'"stream":true' in body else JSON)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@pytest.fixture
def base_url() -> Iterator[str]:
    """Where the server is."""
    with Server(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


class Counter:
    """Counts the calls of Python functions in this thread, resumed coroutines and generators included.

    ``own`` are those of this package, ``all`` those of everything.
    """

    def __init__(self) -> None:
        self.own = 0
        self.all = 0
        self._before = None

    def __enter__(self) -> Self:
        self._before = sys.getprofile()
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(self._before)

    def _count(self, frame, event, _argument) -> None:
        if event == "call":
            self.all += 1
            self.own += frame.f_code.co_filename.startswith(PACKAGE)


@pytest.fixture
def count() -> type[Counter]:
    return Counter
