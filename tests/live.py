"""A real server on a free port, in a thread, and a writer that always writes the same: for tests of clients."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn

REPLY = "新建社区养老服务中心按每张床位1万元给予建设补贴。"
"""What the sample policy of the province says; every question about it is answered so."""


class SteadyWriter:
    """Writes the same reply again and again, a few characters at a time; with a gate, only when it is set.

    `stopped` counts the streams that were left before their end.
    """

    name = "scripted"
    slots = 4

    def __init__(self, reply: str = REPLY, piece: int = 3, gate: threading.Event | None = None) -> None:
        self.reply, self.piece, self.gate, self.stopped = reply, piece, gate, 0
        self.waiting = threading.Event()
        """Set once a stream waits at the gate."""

    def stream(self, messages: Sequence[dict[str, str]], max_tokens: int) -> Iterator[str]:
        try:
            for at in range(0, len(self.reply), self.piece):
                yield self.reply[at : at + self.piece]
                while self.gate and not self.gate.wait(0.02):
                    self.waiting.set()
                    yield ""
        except GeneratorExit:
            self.stopped += 1
            raise

    def count(self, text: str) -> int:
        return len(text)


@contextmanager
def serving(app) -> Iterator[str]:
    """The address of a server that runs this app."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"
