"""Who writes: each serving process tells by a row that it lives, so that only the turns of dead ones are given up.

A process of this machine is looked up by its number and start; of another machine one is believed dead when it has told
nothing for a minute. Where that was wrong (a machine that slept), the answer is kept all the same when it is finished.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, update

from qa import logs
from qa.store_base import Base, now
from qa.store_rows import new_id
from qa.store_schema import processes, turns
from qa.turns import StoreError

_BEAT = 10.0
"""Seconds between two signs of life."""
_LEASE = timedelta(seconds=60)
"""After which a process of another machine that gave none is dead."""
_INTERRUPTED = "程序中途停止，这个回答没有写完。请重新提问。"


class Processes(Base):
    """The part of the store that knows which processes answer questions with it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.process: str | None = None
        """What this one is called in the turns that it writes; None before `enlist`."""
        self._ended = threading.Event()
        self._heart: threading.Thread | None = None

    def enlist(self) -> int:
        """Answer questions with this store from now on, until `close`; gives up what dead processes left, tells how much.

        Raises:
            StoreError: the store does not take it.
        """
        if self.process is None:
            self.process = new_id()
            self._beat()
            self._heart = threading.Thread(target=self._live, name="youju-heart", daemon=True)
            self._heart.start()
        return self.interrupted()

    def interrupted(self) -> int:
        """Turns that a dead process left "writing" become "stopped"; how many. Those of living processes go on."""
        with self._read() as connection:
            moment = _clock(connection)
            gone = [row.id for row in connection.execute(select(processes)) if self._dead(row, moment)]
            # One statement: whoever enlists meanwhile has its row before its first turn.
            living = select(processes.c.id).where(processes.c.id.not_in(gone))
            orphan = or_(turns.c.process.is_(None), turns.c.process.not_in(living))
            left = connection.execute(select(turns.c.id).where(turns.c.status == "writing", orphan)).scalars().all()
        marked = 0
        for turn in left:  # each by itself: two processes that do this at once never wait for each other in a circle
            writing = and_(turns.c.id == turn, turns.c.status == "writing")
            with self._write() as connection:
                done = connection.execute(update(turns).where(writing).values(status="stopped", problem=_INTERRUPTED))
                marked += done.rowcount
        if gone:
            with self._write() as connection:
                connection.execute(delete(processes).where(processes.c.id.in_(gone)))
        return marked

    def close(self) -> None:
        self._ended.set()
        if self._heart:
            self._heart.join(1)
        if self.process:
            with contextlib.suppress(StoreError), self._write() as connection:
                connection.execute(delete(processes).where(processes.c.id == self.process))
        super().close()

    def _beat(self) -> None:
        with self._write() as connection:
            seen, own = _clock(connection), processes.c.id == self.process
            if not connection.execute(update(processes).where(own).values(seen=seen)).rowcount:
                row = {"id": self.process, "place": _place(), "task": _task(os.getpid()), "seen": seen}
                connection.execute(insert(processes).values(row))

    def _live(self) -> None:
        while not self._ended.wait(_BEAT):
            try:
                self._beat()
                if cut := self.interrupted():
                    logs.note("interrupted", logging.WARNING, turns=cut)
            except StoreError as error:  # the next beat may be better
                logs.note("heartbeat failed", logging.WARNING, error)

    def _dead(self, row: Row[Any], moment: datetime) -> bool:
        if row.id == self.process:
            return False
        if row.place and row.place == _place():
            return bool(_task(int(row.task.split()[0])) != row.task)
        return bool(moment - row.seen > _LEASE)


def _clock(connection: Connection) -> datetime:
    """The database's own clock, where processes of several machines share it."""
    if connection.dialect.name == "sqlite":
        return now()
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _place() -> str:
    """This run of this machine and its space of process numbers; empty where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _task(number: int) -> str:
    """A process's number and when it started, for numbers are given again; "0" when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return "0"
    return "0" if fields[0] in (b"Z", b"X") else f"{number} {int(fields[19])}"
