"""Build an index: corpus folder → vectors, BM25, clauses, and a manifest that is written last.

A build goes into a new folder; the file `current` is switched to it in one step, so a reader sees the old
index or the new one, never half of one. Whatever fails, what stood before is untouched.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from corpus import catalog, records
from corpus.clauses import clauses
from corpus.records import Clause, CorpusError, Document
from index import files
from index.cache import VectorCache
from index.errors import BuildError, reason
from index.lexical import Lexical
from index.lists import group_passage, groups
from index.models import Encoder
from index.passages import SKIPPED, passage, sentence_passages, shortest_split
from index.settings import IndexSettings
from index.vectors import VectorIndex


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did."""

    folder: Path
    documents: int
    clauses: int
    sentences: int
    embedded: int
    """Passages that were not in the cache."""
    seconds: float


def build(settings: IndexSettings, encoder: Encoder, progress: bool = True) -> Built:
    """Build the index of a corpus folder and switch to it.

    Raises:
        BuildError: another build is running, or the disk refuses.
        CorpusError: a document cannot be used; the message names it.
        KeyboardInterrupt: passed on; vectors computed so far are kept.
    """
    began = time.monotonic()
    try:
        settings.index.mkdir(parents=True, exist_ok=True)
        with FileLock(settings.index / ".lock", timeout=0):
            return _build(settings, encoder, progress, began)
    except Timeout:
        raise BuildError(f"另一个程序正在建立这个索引（{settings.index}）。请等它结束后再试。") from None
    except OSError as error:
        raise BuildError(
            f"写入 {error.filename or settings.index} 失败：{reason(error)}。原有的索引没有改动；腾出空间或换一个 YOUJU_HOME 后，"
            "再运行 python -m index build，会从断点继续。"
        ) from error


def _build(settings: IndexSettings, encoder: Encoder, progress: bool, began: float) -> Built:
    corpus_hash = files.corpus_hash(settings.corpus)
    documents = catalog.load(settings.corpus)
    found = [c for d in documents for c in clauses(d)]
    records.by_id(found)
    return write(settings, encoder, documents, found, corpus_hash, progress, began)


def write(
    settings: IndexSettings,
    encoder: Encoder,
    documents: Sequence[Document],
    found: Sequence[Clause],
    digest: str,
    progress: bool = True,
    began: float | None = None,
) -> Built:
    """Index clauses that were read already, and switch to the new build.

    Args:
        digest: what stands for the corpus in the manifest.

    Raises:
        CorpusError: no clause can answer a question.
    """
    began = time.monotonic() if began is None else began
    searched = [n for n, c in enumerate(found) if c.kind not in SKIPPED]
    if not searched:
        raise CorpusError(f"{settings.corpus} 中没有可以回答问题的条款（只有标题）。请检查文件内容。")
    settings.index.mkdir(parents=True, exist_ok=True)
    cache = VectorCache(settings.home / "cache" / "vectors", encoder)
    shortest = shortest_split(len(searched))
    split = [(n, span, text) for n in searched for span, text in sentence_passages(found[n], shortest)]
    texts = [passage(found[n]) for n in searched]
    lists = [group_passage(g, found) for g in groups(found)]
    vectors, embedded = cache.embed([*texts, *(t for _, _, t in split), *lists], progress)
    parts = np.split(vectors, [len(texts), len(texts) + len(split)])
    folder = settings.index / f"build-{time.time_ns():x}"
    try:
        folder.mkdir()
        files.write_documents(folder, documents)
        files.write_clauses(folder, found)
        np.save(folder / "searched.npy", np.array(searched, np.int64))
        np.save(folder / "sentences.npy", np.array([(n, s, e) for n, (s, e), _ in split], np.int64).reshape(-1, 3))
        for name, part in zip(("clauses", "sentence-vectors", "list-vectors"), parts, strict=True):
            VectorIndex.build(part).save(folder / f"{name}.npy")
        Lexical.build(texts).save(folder / "bm25")
        files.write_manifest(folder, encoder.fingerprint, digest, _counts(documents, found, split))
        files.switch(settings.index, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    cache.tidy()
    for old in settings.index.glob("build-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return Built(folder, len(documents), len(found), len(split), embedded, time.monotonic() - began)


def _counts(documents: Sequence[Document], found: Sequence[Clause], split: Sequence[object]) -> dict[str, int]:
    return {"documents": len(documents), "clauses": len(found), "sentences": len(split)}
