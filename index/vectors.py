"""Exact inner-product search. Only this file imports faiss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.models import Vectors


class VectorIndex:
    """A flat FAISS index of unit vectors: row i of what was added is id i."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> VectorIndex:
        index = faiss.IndexFlatIP(int(vectors.shape[1]))
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        # Through numpy: faiss's own writer takes no path object and reports a full disk unclearly.
        return cls(faiss.deserialize_index(np.load(path)))

    def save(self, path: Path) -> None:
        np.save(path, faiss.serialize_index(self._index))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def rows(self, ids: Sequence[int]) -> Vectors:
        """(len(ids), d) stored vectors."""
        if not ids:
            return np.empty((0, self._index.d), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.array(ids, np.int64)), dtype=np.float32)

    def search(
        self, query: Vectors, k: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(ids, cosines) of the k nearest rows to one query (1, d), nearest first; fewer when fewer are allowed."""
        k = min(k, len(self) if allowed is None else len(allowed))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        scores, ids = self._index.search(np.ascontiguousarray(query), k, params=parameters)
        found = ids[0] >= 0  # faiss pads with −1
        return ids[0][found].astype(np.int64), scores[0][found].astype(np.float32)
