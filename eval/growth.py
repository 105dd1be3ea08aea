"""How it grows: `python -m eval growth` indexes ever more rows of a BEIR corpus, searches them and matches askers with them.

Quality of an approximate index is its agreement with exact search on the same vectors (recall@10 against it);
quality against gold rows is `eval run --beir`.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from eval.beir import Beir
from index import build, measures
from index.models import Encoder, Vectors
from index.passages import passage
from index.search import Index
from index.settings import IndexSettings
from index.vectors import Kind, VectorIndex
from qa.match import match, ready
from qa.profile import read

_KINDS: tuple[Kind, ...] = ("flat", "hnsw", "ivf")


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one size. Times in seconds (building) and milliseconds (searching), sizes in MB."""

    clauses: int
    vectors: int
    embedded: int
    """Passages that had to be embedded in this run; the others came from the cache."""
    build_s: float
    disk_mb: float
    memory_mb: float
    """Peak of the process so far, models included."""
    open_s: float
    p50_ms: float
    p95_ms: float
    with_measure: int
    """Clauses that hold a support measure."""
    measures_s: float
    """Reading the measures of all clauses and getting ready to match, once for an index."""
    match_p50_ms: float
    match_max_ms: float


@dataclass(frozen=True, slots=True)
class Kinds:
    """One FAISS index type at one size."""

    vectors: int
    kind: Kind
    build_s: float
    disk_mb: float
    p50_ms: float
    p95_ms: float
    recall: float
    """Share of the exact ten nearest that it returns."""


def sizes(
    data: Beir,
    settings: IndexSettings,
    encoder: Encoder,
    steps: Sequence[int],
    questions: Sequence[str],
    askers: Sequence[str],
) -> Iterator[Row]:
    """Build, open and search an index of the first n rows, for each n, and match each asker's story with it."""
    for count in steps:
        found = data.clauses[:count]
        kept = {c.document.id for c in found}
        here = replace(settings, index=settings.home / "indexes" / f"growth-{count}")
        built = build.write(here, encoder, [d for d in data.documents if d.id in kept], found, f"growth-{count}")
        began = time.perf_counter()
        index = Index(built.folder, encoder)
        opened = time.perf_counter() - began
        times = sorted(_milliseconds(partial(index.search, q, 10)) for q in questions)
        began = time.perf_counter()
        ready(index)
        learned = time.perf_counter() - began
        profiles = [read(say) for say in askers]
        matched = sorted(_milliseconds(partial(match, index, p)) for p in profiles)
        yield Row(
            clauses=len(found),
            vectors=len(found) + built.sentences,
            embedded=built.embedded,
            build_s=round(built.seconds, 1),
            disk_mb=round(sum(p.stat().st_size for p in built.folder.rglob("*") if p.is_file()) / 1e6, 1),
            memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0),
            open_s=round(opened, 2),
            p50_ms=round(statistics.median(times), 1),
            p95_ms=round(times[int(len(times) * 0.95)], 1),
            with_measure=len(measures.of(index)),
            measures_s=round(learned, 1),
            match_p50_ms=round(statistics.median(matched), 1),
            match_max_ms=round(matched[-1], 1),
        )


def kinds(vectors: Vectors, queries: Vectors) -> Iterator[Kinds]:
    """Every index type on the same vectors (n, d) and queries (m, d)."""
    exact: list[set[int]] = []
    for kind in _KINDS:
        began = time.perf_counter()
        index = VectorIndex.build(vectors, kind)
        built = time.perf_counter() - began
        times, found = [], []
        for query in queries:
            began = time.perf_counter()
            ids, _ = index.search(query[None], 10)
            times.append((time.perf_counter() - began) * 1000)
            found.append(set(map(int, ids)))
        exact = exact or found
        times.sort()
        yield Kinds(
            vectors=len(vectors),
            kind=kind,
            build_s=round(built, 2),
            disk_mb=round(index.bytes / 1e6, 1),
            p50_ms=round(statistics.median(times), 2),
            p95_ms=round(times[int(len(times) * 0.95)], 2),
            recall=round(float(np.mean([len(a & b) / max(1, len(a)) for a, b in zip(exact, found, strict=True)])), 4),
        )


def vectors_of(data: Beir, settings: IndexSettings, encoder: Encoder, count: int) -> Vectors:
    """(n, d) clause vectors of the first rows, from the cache that the builds filled."""
    from index.cache import VectorCache  # noqa: PLC0415

    cache = VectorCache(settings.home / "cache" / "vectors", encoder)
    return cache.embed([passage(c) for c in data.clauses[:count]])[0]


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
