"""Nearest vectors by inner product. Only this file imports faiss.

Which FAISS index holds them is a rule on their number, measured by `python -m eval growth`: exact search
while it is fast enough, a graph (HNSW) beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from index.models import Vectors

faiss: Any = _faiss  # its stubs know few of its own classes

Kind = Literal["flat", "hnsw", "ivf"]
FLAT_UP_TO = 100_000
"""Rows up to which every vector is compared: exact, filters cost nothing, and some 15 ms on two cores."""
_LINKS, _EFFORT = 32, 128  # HNSW: links of a node, candidates kept while building and searching
_PROBED = 0.05  # IVF: share of the lists that are searched


def kind_for(rows: int) -> Kind:
    """The index type for a number of vectors."""
    return "flat" if rows <= FLAT_UP_TO else "hnsw"


class VectorIndex:
    """A FAISS index of unit vectors: row i of what was added is id i."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors, kind: Kind | None = None) -> VectorIndex:
        """Index (n, d) unit vectors; the kind is chosen by their number unless it is given."""
        rows, dimensions = int(vectors.shape[0]), int(vectors.shape[1])
        kind = kind or kind_for(rows)
        data = np.ascontiguousarray(vectors)
        if kind == "flat":
            index = faiss.IndexFlatIP(dimensions)
        elif kind == "hnsw":
            index = faiss.IndexHNSWFlat(dimensions, _LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = _EFFORT
            index.hnsw.efSearch = _EFFORT
        else:
            lists = max(1, int(rows**0.5))
            index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dimensions), dimensions, lists, faiss.METRIC_INNER_PRODUCT)
            index.train(data)
            index.nprobe = max(1, int(lists * _PROBED))
            index.set_direct_map_type(faiss.DirectMap.Array)
        index.add(data)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        # Through numpy: faiss's own writer takes no path object and reports a full disk unclearly.
        return cls(faiss.deserialize_index(np.load(path)))

    def save(self, path: Path) -> None:
        np.save(path, faiss.serialize_index(self._index))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def bytes(self) -> int:
        """Size on disk."""
        return int(faiss.serialize_index(self._index).nbytes)

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
        if allowed is not None and not isinstance(self._index, faiss.IndexFlat) and len(allowed) <= FLAT_UP_TO:
            # A graph of which few nodes may be returned loses most of them; comparing those few is exact.
            near = self.rows([int(i) for i in allowed]) @ query[0]
            order = np.argsort(-near, kind="stable")[:k]
            return np.asarray(allowed)[order].astype(np.int64), near[order].astype(np.float32)
        parameters = None if allowed is None else self._parameters(faiss.IDSelectorBatch(allowed), k)
        scores, ids = self._index.search(np.ascontiguousarray(query), k, params=parameters)
        found = ids[0] >= 0  # faiss pads with −1
        return ids[0][found].astype(np.int64), scores[0][found].astype(np.float32)

    def _parameters(self, selector: Any, k: int) -> Any:
        if isinstance(self._index, faiss.IndexHNSW):
            return faiss.SearchParametersHNSW(sel=selector, efSearch=max(_EFFORT, 2 * k))
        if isinstance(self._index, faiss.IndexIVF):
            return faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nprobe)
        return faiss.SearchParameters(sel=selector)
