"""The retrievers: nearest clauses, nearest sentences, BM25. Each gives clause numbers, best first.

A mask says which clauses may be returned; None means all. No retriever returns another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.lexical import Lexical
from index.models import Vectors
from index.vectors import VectorIndex

DEPTH = 100
"""Candidates each retriever gives."""
Mask = NDArray[np.bool_] | None


class Retrievers:
    """Vectors and word statistics of one index; `total` counts all its clauses, searched or not."""

    def __init__(self, folder: Path, total: int) -> None:
        self.searched: NDArray[np.int64] = np.load(folder / "searched.npy")
        self.spans: NDArray[np.int64] = np.load(folder / "sentences.npy")
        """(clause, start, end) of every row of the sentence vectors."""
        self._clauses = VectorIndex.load(folder / "clauses.npy")
        self._sentences = VectorIndex.load(folder / "sentence-vectors.npy")
        self._lists = VectorIndex.load(folder / "list-vectors.npy")
        self.lexical = Lexical.load(folder / "bm25")
        self._row = np.full(total, -1, np.int64)
        self._row[self.searched] = np.arange(len(self.searched))
        self._rows: dict[int, list[int]] = defaultdict(list)
        for row, clause in enumerate(self.spans[:, 0]):
            self._rows[int(clause)].append(row)
        self._single = np.ones(total, np.bool_)  # clauses of one sentence: their own vector is the sentence's
        self._single[self.spans[:, 0]] = False

    def clauses(self, vector: Vectors, mask: Mask) -> list[int]:
        """Nearest clause vectors to a query (1, d)."""
        return [n for n, _ in self._near_clauses(vector, mask, DEPTH)]

    def sentences(self, vector: Vectors, mask: Mask) -> list[int]:
        """Clauses by their nearest sentence."""
        rows = None if mask is None else np.flatnonzero(mask[self.spans[:, 0]])
        ids, scores = self._sentences.search(vector, 3 * DEPTH, rows)
        best = {int(self.spans[i][0]): float(s) for i, s in zip(ids[::-1], scores[::-1], strict=True)}
        alone = self._single if mask is None else self._single & mask
        best |= dict(self._near_clauses(vector, alone, DEPTH))
        return sorted(best, key=lambda n: (-best[n], n))[:DEPTH]

    def words(self, question: str, mask: Mask) -> list[int]:
        """BM25; only clauses that share a word."""
        scores = self.lexical.scores(question)
        if mask is not None:
            scores = np.where(mask[self.searched], scores, 0)
        depth = min(DEPTH, len(scores))
        # Every score equal to the last one kept is looked at, so that ties break by number whatever the machine.
        least = np.partition(scores, len(scores) - depth)[len(scores) - depth]
        rows = np.flatnonzero((scores >= least) & (scores > 0))
        order = rows[np.argsort(-scores[rows], kind="stable")][:DEPTH]
        return [int(self.searched[i]) for i in order]

    def lists(self, vector: Vectors, rows: Sequence[int] | None, count: int) -> list[tuple[int, float]]:
        """(number, likeness) of the nearest lists; `rows` are those that may be returned."""
        ids, scores = self._lists.search(vector, count, None if rows is None else np.array(rows, np.int64))
        return [(int(i), float(s)) for i, s in zip(ids, scores, strict=True)]

    def own_score(self, clause: int, vector: Vectors) -> float:
        """Likeness of a clause's own vector; 0 for a heading, which has none."""
        if self._row[clause] < 0:
            return 0.0
        return float(self._clauses.rows([int(self._row[clause])])[0] @ vector[0])

    def vectors_of(self, clauses: Sequence[int]) -> tuple[Vectors, Vectors, NDArray[np.int64], NDArray[np.int64]]:
        """Of n searched clauses: (n, d) their vectors, (m, d) their sentences', (m,) the row of each sentence's clause,
        ascending, and (n,) their rows in the word statistics."""
        rows = self._row[list(clauses)]
        owned = [(row, sentence) for row, clause in enumerate(clauses) for sentence in self._rows.get(clause, ())]
        owners = np.array([row for row, _ in owned], np.int64)
        own = self._clauses.rows([int(r) for r in rows])
        return own, self._sentences.rows([sentence for _, sentence in owned]), owners, rows

    def sentence_scores(self, clause: int, vector: Vectors) -> list[tuple[int, int, float]]:
        """(start, end, likeness) of a clause's sentences; empty for a clause of one sentence."""
        rows = self._rows.get(clause, [])
        if not rows:
            return []
        scores = self._sentences.rows(rows) @ vector[0]
        return [(int(self.spans[r][1]), int(self.spans[r][2]), float(s)) for r, s in zip(rows, scores, strict=True)]

    def _near_clauses(self, vector: Vectors, mask: Mask, count: int) -> list[tuple[int, float]]:
        rows = None if mask is None else np.flatnonzero(mask[self.searched])
        ids, scores = self._clauses.search(vector, count, rows)
        found = [(int(self.searched[i]), float(s)) for i, s in zip(ids, scores, strict=True)]
        return sorted(found, key=lambda item: (-item[1], item[0]))
