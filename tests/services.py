"""Fixtures for tests of the service: a store in a file, and a Service that keeps its turns there or in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import service

from qa import refusal
from qa.service import Service
from qa.store import Store


@pytest.fixture
def answerable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve that decides whether a question can be answered was fitted for another encoder than the tests'."""
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)


@pytest.fixture
def talks(tmp_path: Path) -> Iterator[Store]:
    """An empty store in an SQLite file."""
    made = Store(f"sqlite:///{tmp_path / 'talk.db'}")
    yield made
    made.close()


@pytest.fixture(params=["kept", "in memory"])
def make(request: pytest.FixtureRequest, index: Any, settings: Any) -> Callable[..., Service]:
    """`make(writer, **settings)`: a Service around the sample index."""
    kept = request.getfixturevalue("talks") if request.param == "kept" else None

    def made(writer: Any, **more: Any) -> Service:
        return service(index, settings, writer, kept, **more)

    return made
