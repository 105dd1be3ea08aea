"""Open everything an answer needs, once: the index with its encoder, and the writer, side by side; and the service."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from index.models import encoder
from index.rerank import reranker
from index.search import Index, open_index
from qa.answer import Assistant
from qa.settings import Settings
from qa.writer import Writer, writer

if TYPE_CHECKING:
    from qa.service import Service
    from qa.store import Store

PARTS = ("store", "index", "writer")
"""What a service is opened from."""


def assistant(settings: Settings, opened: Callable[[str], None] = lambda _: None) -> Assistant:
    """An Assistant that has answered one search already, so that the first user does not wait for warm-up.

    Args:
        opened: told "index" and "writer", each when it is open, perhaps from another thread.

    Raises:
        IndexingError: weights or index are missing, damaged or stale; the message names the command.
    """

    def open_writer() -> Writer:
        made = writer(settings)
        opened("writer")
        return made

    with ThreadPoolExecutor(max_workers=1) as pool:
        writing = pool.submit(open_writer)
        found = index(settings)
        opened("index")
        return Assistant(found, writing.result(), settings)


def index(settings: Settings) -> Index:
    """The index alone, for work that needs no generator.

    Raises:
        IndexingError: weights or index are missing, damaged or stale; the message names the command.
    """
    opened = open_index(settings.index, encoder(settings.index), reranker(settings.index))
    opened.search("有哪些扶持政策？", 1)
    return opened


def store(settings: Settings) -> Store:
    """The kept conversations, keys and people: at `store_url`, or in an SQLite file of this index.

    Raises:
        StoreError: it cannot be opened; the message names the reason and the remedy.
    """
    from qa.store import Store, sqlite_url  # noqa: PLC0415 - SQLAlchemy is slow to load

    settings.store_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(settings.store_url or sqlite_url(settings.store_folder / "conversations.sqlite"), settings.keep_days)


def service(settings: Settings, opened: Callable[[str], None] = lambda _: None) -> Service:
    """Everything that serves people: an Assistant, the store unless nothing is to be kept, counters.

    Args:
        opened: told the name of each of PARTS when it is open.

    Raises:
        StoreError, IndexingError: as `store` and `assistant`.
    """
    from qa.match import ready  # noqa: PLC0415
    from qa.meters import Meters  # noqa: PLC0415
    from qa.service import Service  # noqa: PLC0415

    kept = store(settings) if settings.record else None
    opened("store")
    answering = assistant(settings, opened)
    ready(answering.index, settings.index.index)
    return Service(answering, kept, settings, Meters())
