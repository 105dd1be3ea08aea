"""What happens while a question is answered, kept in order so that every follower gets all of it.

A Log is filled by the thread that answers and read by any number of followers, each at its own pace.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.turns import Json, Turn


@dataclass(frozen=True, slots=True)
class Started:
    turn: Turn


@dataclass(frozen=True, slots=True)
class Waiting:
    place: int
    """In line for the writer; 1 is the next, 0: its turn has come."""


@dataclass(frozen=True, slots=True)
class Found:
    record: Json
    """`wire.evidence_json` with `id`, `conversation` and `documents`; a second one takes the place of the first."""


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    sentence: str = ""
    """With the piece that ends a sentence which holds: the sentence as it was checked, with its marks."""


@dataclass(frozen=True, slots=True)
class Finished:
    turn: Turn
    """Done or stopped; `turn.record` is the answer, or what was found before the stop."""


@dataclass(frozen=True, slots=True)
class Failed:
    problem: Json
    """RFC 9457."""


JobEvent = Started | Waiting | Found | Said | Finished | Failed


class Log:
    """Events of one question, from the first; complete once it holds Finished or Failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: list[JobEvent] = []
        self._followers: set[Follower] = set()
        self._complete = False
        self.left: Callable[[], None] = lambda: None
        """Called when the last follower has left."""

    @property
    def complete(self) -> bool:
        return self._complete

    @property
    def followed(self) -> bool:
        return bool(self._followers)

    def add(self, event: JobEvent) -> None:
        """Append and wake every follower; nothing is added to a complete log."""
        with self._lock:
            if self._complete:
                return
            self._events.append(event)
            self._complete = isinstance(event, Finished | Failed)
            followers = list(self._followers)
        for follower in followers:
            follower.wake()

    def since(self, number: int) -> list[JobEvent]:
        with self._lock:
            return self._events[number:]

    def join(self, follower: Follower) -> None:
        with self._lock:
            self._followers.add(follower)

    def part(self, follower: Follower) -> None:
        with self._lock:
            if follower not in self._followers:
                return
            self._followers.remove(follower)
            last = not self._followers
        if last:
            self.left()


class Follower:
    """One reader of a log that never blocks: `wake` is called, from another thread, when there is more to `take`."""

    def __init__(self, log: Log, wake: Callable[[], object]) -> None:
        self._log, self.wake, self._taken = log, wake, 0
        log.join(self)

    def take(self) -> list[JobEvent]:
        """What has happened since the last call."""
        events = self._log.since(self._taken)
        self._taken += len(events)
        return events

    def close(self) -> None:
        """Stop following; again does nothing."""
        self._log.part(self)


class Events(Iterator[JobEvent | None]):
    """A follower that waits: all events from the first, None after `patience` seconds of silence."""

    def __init__(self, log: Log, patience: float) -> None:
        self._patience, self._more = patience, threading.Event()
        self._pending: deque[JobEvent] = deque()
        self._follower: Follower | None = Follower(log, self._more.set)

    def __next__(self) -> JobEvent | None:
        while self._follower and not self._pending:
            self._more.clear()
            self._pending.extend(self._follower.take())
            if not self._pending and not self._more.wait(self._patience):
                return None
        if not self._pending:
            raise StopIteration
        event = self._pending.popleft()
        if isinstance(event, Finished | Failed):
            self.close()
        return event

    def close(self) -> None:
        """Stop following; the answer is stopped when nobody else follows it."""
        follower, self._follower = self._follower, None
        self._pending.clear()
        if follower:
            follower.close()

    def __del__(self) -> None:
        self.close()
