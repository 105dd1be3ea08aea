"""BM25 over clauses. Only this file imports bm25s."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.tokens import words


class Lexical:
    """BM25 (Lucene's form, k1 1.5, b 0.75) on Chinese words."""

    def __init__(self, model: bm25s.BM25) -> None:
        self._model = model

    @classmethod
    def build(cls, texts: Sequence[str]) -> Lexical:
        model = bm25s.BM25(method="lucene")
        model.index([words(t) or ["∅"] for t in texts], show_progress=False)
        return cls(model)

    @classmethod
    def load(cls, folder: Path) -> Lexical:
        return cls(bm25s.BM25.load(str(folder), load_corpus=False))

    def save(self, folder: Path) -> None:
        self._model.save(str(folder), show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """(n,) BM25 scores, higher is better; 0 where no word is shared."""
        known = [w for w in words(query) if w in self._model.vocab_dict]
        count = int(self._model.scores["num_docs"])
        if not known:
            return np.zeros(count, dtype=np.float32)
        return np.asarray(self._model.get_scores(known), dtype=np.float32)

    def weight(self, word: str) -> float:
        """How rare a word is in the indexed texts: ln(1 + (n − df + ½) / (df + ½)); n for an unknown word."""
        count = int(self._model.scores["num_docs"])
        at = self._model.vocab_dict.get(word)
        df = 0 if at is None else int(self._model.scores["indptr"][at + 1] - self._model.scores["indptr"][at])
        return float(np.log(1 + (count - df + 0.5) / (df + 0.5)))
