"""The line for the writer: so many write at once, so many wait, and whoever joined first goes first.

ticket = line.ticket()          # BusyError when the line is full
while not ticket.wait(1): …     # joins the line; ticket.place tells how many writings must end first
…                               # write
ticket.leave()
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field

from qa.turns import BusyError

_FIRST_GUESS = 8.0  # seconds of one answer, before one has been measured
_MEMORY = 0.2  # weight of the latest answer in the running mean
_LONGEST_RETRY = 120  # seconds


@dataclass
class _State:
    """What a line and its tickets share; read and changed only by who holds `changed`."""

    slots: int
    changed: threading.Condition = field(default_factory=threading.Condition)
    held: set[Ticket] = field(default_factory=set)
    joined: list[Ticket] = field(default_factory=list)
    """Oldest first; the first `slots` of them write."""
    took: float = _FIRST_GUESS
    """Seconds of one answer, a running mean."""

    def place(self, ticket: Ticket) -> int:
        ahead = self.joined.index(ticket) if ticket in self.joined else len(self.joined)
        return max(0, ahead - self.slots + 1)


class Line:
    """A fair line (first in, first out) before a fixed number of slots; safe to share between threads."""

    def __init__(self, slots: int, waiting: int) -> None:
        self._state, self._most = _State(slots), slots + waiting

    @property
    def length(self) -> int:
        """How many have joined and wait."""
        with self._state.changed:
            return max(0, len(self._state.joined) - self._state.slots)

    @property
    def held(self) -> int:
        """How many tickets are out: of those who search, wait and write."""
        with self._state.changed:
            return len(self._state.held)

    def ticket(self) -> Ticket:
        """The right to wait and write; it is not in line before its first `wait`.

        Raises:
            BusyError: as many tickets are out as can write and wait; `retry` is an estimate.
        """
        state = self._state
        with state.changed:
            if len(state.held) >= self._most:
                retry = min(_LONGEST_RETRY, max(1, math.ceil(state.took)))
                raise BusyError(f"已有 {len(state.held)} 个问题在回答或排队，排满了。请约 {retry} 秒后再问。", retry)
            ticket = Ticket(state)
            state.held.add(ticket)
            return ticket


class Ticket:
    """One place; whoever holds it must call `leave`, however it ends."""

    def __init__(self, state: _State) -> None:
        self._state = state
        self._began: float | None = None  # when its turn came

    @property
    def place(self) -> int:
        """0: its turn has come; else the number in line, 1 for the next. Before joining: the place it would get."""
        with self._state.changed:
            return self._state.place(self)

    def wait(self, seconds: float) -> bool:
        """True when its turn has come; False after `seconds`, when the place has changed, or when it has left."""
        state = self._state
        with state.changed:
            if self not in state.held:
                return False
            if self not in state.joined:
                state.joined.append(self)
            if before := state.place(self):
                state.changed.wait_for(lambda: self not in state.held or state.place(self) != before, seconds)
            if self not in state.held or state.place(self):
                return False
            self._began = self._began or time.monotonic()
            return True

    def leave(self) -> None:
        """Give the slot or the place to the next; again does nothing."""
        with self._state.changed:
            self._leave()

    def give_up(self) -> None:
        """Leave unless its turn has come: who writes leaves when the writer has stopped."""
        with self._state.changed:
            if self._began is None:
                self._leave()

    def _leave(self) -> None:
        state = self._state
        if self not in state.held:
            return
        state.held.remove(self)
        if self in state.joined:
            state.joined.remove(self)
        if self._began is not None:
            state.took += _MEMORY * (time.monotonic() - self._began - state.took)
        state.changed.notify_all()
