"""One question being answered in a thread of its own: its events, its place in line, its stop."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from qa import logs, wire
from qa.answer import Event, Evidence, Token
from qa.line import Ticket
from qa.records import Answer, QuestionError
from qa.service_events import Events, Failed, Finished, Follower, Found, Log, Said, Started, Waiting
from qa.turns import Json, Status, Turn
from qa.writer import Writer
from qa.writing import Message, WriterError

_GLANCE = 5.0  # seconds between two looks at a line in which nothing moves
STOPPED = "已停止。"
LEFT = "提问的人离开了，已停止。"


class Stopped(Exception):  # noqa: N818 - no error: somebody wanted it
    """Raised in the answering thread where it notices that the job was stopped."""


class Book(Protocol):
    """Where a job writes what it has; none of it raises because of the store."""

    def moved(self) -> None:
        """Somebody's place in line has changed."""
        ...

    def found(self, turn: Turn, event: Evidence) -> Json:
        """The record of the evidence, kept."""
        ...

    def answered(self, turn: Turn, answer: Answer) -> Turn:
        """The finished turn, kept."""
        ...

    def ended(self, turn: Turn, status: Status, record: Json | None, problem: str) -> Turn:
        """A turn that was stopped or failed, kept."""
        ...


class Job:
    """A question from when it was taken until its answer is kept; made by Service.ask."""

    def __init__(self, turn: Turn, ticket: Ticket, book: Book, linger: float) -> None:
        self.turn = turn
        self._ticket, self._book, self._linger = ticket, book, linger
        self._log = Log()
        self._log.left = self._abandoned
        self._claim = threading.Lock()
        self._claimed = False
        self._stop = threading.Event()
        self._timer: threading.Timer | None = None
        self._record: Json | None = None
        self._thread: threading.Thread | None = None
        self.waited = 0.0
        """Seconds in line."""
        self._log.add(Started(turn))

    @property
    def done(self) -> bool:
        """Its last event has happened; the writer may still be on its way out."""
        return self._log.complete

    def events(self, patience: float = 15) -> Events:
        """All events from the first, for a thread that waits; None after `patience` seconds of silence."""
        self._stay()
        return Events(self._log, patience)

    def follow(self, wake: Callable[[], object]) -> Follower:
        """All events from the first, for a loop that does not wait; `wake` is called from the answering thread."""
        self._stay()
        return Follower(self._log, wake)

    def stop(self, reason: str = "") -> None:
        """End the answer: kept as stopped with the evidence so far. The writer ends soon after, also while it reads."""
        self._stop.set()
        self._ticket.give_up()
        if self._take_claim():
            self._finish(self._book.ended(self.turn, "stopped", self._record, reason or STOPPED))

    def start(self, ask: Callable[[Gate], Iterator[Event]], writer: Writer, finished: Callable[[int], None]) -> None:
        """Begin to answer; `finished` is called with the number of pieces written when the thread ends."""
        gate = Gate(writer, self)

        def work() -> None:
            try:
                self._answer(ask(gate))
            finally:
                self._ticket.leave()
                finished(gate.written)

        context = contextvars.copy_context()  # the request's id, for the logs
        self._thread = threading.Thread(target=context.run, args=(work,), name=f"youju-{self.turn.id}", daemon=True)
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended, `seconds` at most."""
        if self._thread:
            self._thread.join(seconds)

    def enter(self) -> None:
        """Wait for the writer, telling the place in line as it changes.

        Raises:
            Stopped: somebody stopped the job meanwhile.
        """
        began, told = time.monotonic(), -1
        while not self.check() and not self._ticket.wait(0 if told < 0 else _GLANCE):
            place = self._ticket.place
            if place not in (told, 0) and not self._stop.is_set():
                self._log.add(Waiting(place))
                self._book.moved()
                told = place
        if told > 0:
            self._log.add(Waiting(0))
            self._book.moved()
        self.waited += time.monotonic() - began

    def check(self) -> bool:
        """Always False.

        Raises:
            Stopped: the job was stopped.
        """
        if self._stop.is_set():
            raise Stopped
        return False

    def _answer(self, events: Iterator[Event]) -> None:
        try:
            for event in events:
                self.check()
                if isinstance(event, Evidence):
                    self._record = self._book.found(self.turn, event)
                    self._log.add(Found(self._record))
                elif isinstance(event, Token):
                    self._log.add(Said(event.text, _sentence(event)))
                elif self._take_claim():
                    self._finish(self._book.answered(self.turn, event))
        except Stopped:
            return
        except (QuestionError, WriterError) as error:
            self._fail("writer", "写答案时出错", str(error))
        except Exception as error:  # a fault of ours: the reader is told that there was one, the log tells which
            logs.note("answer failed", logging.ERROR, error, turn=self.turn.id)
            self._fail("internal", "服务出错", "回答这个问题时服务内部出错，已记入日志。请稍后重试。")
        finally:
            close = getattr(events, "close", None)
            if close:
                close()

    def _fail(self, kind: str, title: str, detail: str) -> None:
        if self._take_claim():
            self.turn = self._book.ended(self.turn, "failed", self._record, detail)
            self._log.add(Failed(wire.problem_json(500, kind, title, detail)))

    def _finish(self, turn: Turn) -> None:
        self.turn = turn
        self._log.add(Finished(turn))

    def _take_claim(self) -> bool:
        """True for the one who may end the job."""
        with self._claim:
            first, self._claimed = not self._claimed, True
            return first

    def _stay(self) -> None:
        timer, self._timer = self._timer, None
        if timer:
            timer.cancel()

    def _abandoned(self) -> None:
        """The last follower has left: stop when it does not come back; in another thread, as this may be an event loop."""
        if not self.done:
            self._timer = threading.Timer(self._linger, self._still_abandoned)
            self._timer.daemon = True
            self._timer.start()

    def _still_abandoned(self) -> None:
        if not self._log.followed:
            self.stop(LEFT)


def _sentence(token: Token) -> str:
    """What the answer will say of the sentence that a token ends; empty when it will not."""
    checked = token.checked
    if checked is None or checked.verdict == "unsupported":
        return ""
    return checked.text + "".join(f"[{marker}]" for marker in sorted({c.marker for c in checked.citations}))


class Gate:
    """A Writer that waits for its turn before it writes for the first time, and stops when its job does."""

    def __init__(self, writer: Writer, job: Job) -> None:
        self.name, self.slots, self._writer, self._job = writer.name, writer.slots, writer, job
        self._entered = False
        self.written = 0
        """Pieces, which are tokens for an engine in the process."""

    def count(self, text: str) -> int:
        return self._writer.count(text)

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        if not self._entered:
            self._job.enter()
            self._entered = True
        self._job.check()
        return self._pieces(self._writer.stream(messages, max_tokens))

    def _pieces(self, stream: Iterator[str]) -> Iterator[str]:
        try:
            for piece in stream:
                self._job.check()
                self.written += bool(piece)
                yield piece
        finally:
            close = getattr(stream, "close", None)
            if close:
                close()
