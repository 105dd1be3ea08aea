"""A Service around the sample index, a writer that writes when the test lets it, and a live server for real sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from qa import server
from qa.answer import Assistant
from qa.service import Service
from qa.service_events import Found
from qa.settings import Settings
from qa.store import Store
from qa.turns import Turn

QUESTION = "新建社区养老服务中心每张床位有多少建设补贴？"
REPLY = "每张床位给予1万元建设补贴。"
ABROAD = "深圳养老有补贴吗？"
"""Refused without a writer."""


class HeldWriter:
    """Writes the same reply to everybody, a piece each time `let` is called (or all of it after `let_all`).

    `begun` and `closed` count replies that were begun, and that were given up before their end.
    """

    name = "held"
    slots = 4

    def __init__(self, reply: str = REPLY, piece: int = 3) -> None:
        self.reply, self.piece = reply, piece
        self.begun = self.closed = self.writing = self.most = 0
        self._pieces = threading.Semaphore(0)
        self._all = threading.Event()
        self._changed = threading.Condition()

    def let(self, pieces: int = 1) -> None:
        self._pieces.release(pieces)

    def let_all(self) -> None:
        self._all.set()
        self._pieces.release(1000)

    def until(self, **numbers: int) -> None:
        """Wait until the counters have these values."""
        with self._changed:
            assert self._changed.wait_for(lambda: all(getattr(self, n) == v for n, v in numbers.items()), 20), vars(self)

    def stream(self, messages: Sequence[dict[str, str]], max_tokens: int) -> Iterator[str]:
        self._count(begun=1, writing=1)
        return self._written()

    def count(self, text: str) -> int:
        return len(text)

    def _written(self) -> Iterator[str]:
        try:
            for at in range(0, len(self.reply), self.piece):
                if not self._all.is_set():
                    assert self._pieces.acquire(timeout=60)
                yield self.reply[at : at + self.piece]
        except GeneratorExit:
            self._count(closed=1)
            raise
        finally:
            self._count(writing=-1)

    def _count(self, **more: int) -> None:
        with self._changed:
            for name, value in more.items():
                setattr(self, name, getattr(self, name) + value)
            self.most = max(self.most, self.writing)
            self._changed.notify_all()


def service(index: Any, settings: Any, writer: Any, store: Store | None = None, **more: Any) -> Service:
    own = Settings(index=settings, **{"everyday": 0, "rate": 0} | more)
    return Service(Assistant(index, writer, own), store, own)


def until_found(job: Any) -> dict[str, Any]:
    """The record of the evidence, once it is there; the job goes on unfollowed events are kept."""
    return next(event.record for event in job.events() if isinstance(event, Found))


def finished(job: Any) -> Turn:
    """The turn when its answer is there."""
    *_, last = job.events()
    turn: Turn = last.turn
    return turn


def until(condition: Any, seconds: float = 20) -> None:
    """Wait for what another thread is about to do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


@contextmanager
def live(made: Service) -> Iterator[str]:
    """The service behind a real uvicorn on a port of this machine; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    application = server.application(made, with_page=False)
    running = uvicorn.Server(
        uvicorn.Config(application, host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    until(lambda: running.started)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join(20)
