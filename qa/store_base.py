"""One database and its transactions; what all parts of the store stand on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, text

from qa.store_open import open_engine, translated
from qa.turns import MissingError


class Base:
    """An open database; every call of a subclass is one transaction, by `_read` or `_write`."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._writer = self._engine.execution_options(writes=True)
        # SQLite has one writer at a time and polls for its turn; within the process a lock is quicker and fairer.
        self._turnstile = threading.Lock() if self._engine.dialect.name == "sqlite" else nullcontext()

    def ping(self) -> None:
        """Raises StoreError when the database cannot be read."""
        with self._read() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(self._engine.url), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with translated(self._engine.url), self._turnstile, self._writer.begin() as connection:
            yield connection


def now() -> datetime:
    return datetime.now(UTC)


def missing() -> MissingError:
    return MissingError("没有找到这段对话或内容：可能已被删除，链接已失效，或不属于您。请从对话列表重新打开。")


def one(connection: Connection, query: Select[*tuple[Any, ...]]) -> Row[*tuple[Any, ...]]:
    row = connection.execute(query).first()
    if row is None:
        raise missing()
    return row
