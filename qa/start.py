"""Open everything an answer needs, once: the index with its encoder, and the writer, side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from index.models import encoder
from index.rerank import reranker
from index.search import Index, open_index
from qa.answer import Assistant
from qa.settings import Settings
from qa.writer import writer


def assistant(settings: Settings) -> Assistant:
    """An Assistant that has answered one search already, so that the first user does not wait for warm-up.

    Raises:
        IndexingError: weights or index are missing, damaged or stale; the message names the command.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        writing = pool.submit(writer, settings)
        opened = index(settings)
        return Assistant(opened, writing.result(), settings)


def index(settings: Settings) -> Index:
    """The index alone, for work that needs no generator.

    Raises:
        IndexingError: weights or index are missing, damaged or stale; the message names the command.
    """
    opened = open_index(settings.index, encoder(settings.index), reranker(settings.index))
    opened.search("有哪些扶持政策？", 1)
    return opened
