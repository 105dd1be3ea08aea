"""A store on SQLite and one on a real PostgreSQL: what is asked of it holds on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Server

from qa.store import Store, sqlite_url


@pytest.fixture(scope="session")
def kept(postgres: Server) -> str:
    """A database of PostgreSQL whose tables are there; tests empty it, for making one takes a second."""
    url = postgres.create()
    Store(url).close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty store."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "对话 1%.db")
    url: str = request.getfixturevalue("kept")
    server: Server = request.getfixturevalue("postgres")
    tables = "youju_conversations, youju_turns, youju_shares, youju_documents, youju_clients, youju_processes"
    server.run(f"TRUNCATE {tables}", server.database(url))
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store(store_url)
    yield opened
    opened.close()
