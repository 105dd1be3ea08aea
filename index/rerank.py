"""The reranker behind one small Protocol: question and passage read together, one score. Slow, so only the first few."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.records import Clause
from index import hub
from index.errors import WeightsError
from index.models import has_bfloat16
from index.passages import context
from index.settings import IndexSettings

OFF = "none"
_LENGTH = 128  # tokens of question and passage together, as in training
_CHARACTERS = 150  # of a clause's own words; about what fits behind the question and the headings


class Reranker(Protocol):
    """Question and passages → scores."""

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """(n,) between 0 and 1; higher answers better."""
        ...


def reranker(settings: IndexSettings) -> Reranker | None:
    """The reranker that the settings name, a local folder or a hub name; None when switched off.

    Raises:
        WeightsError: when it has not been fetched or cannot be loaded.
    """
    name = settings.reranker
    if name == OFF:
        return None
    return CrossEncoderReranker(hub.cached(name) if hub.is_hub_name(name) else Path(name).expanduser())


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder on the CPU."""

    def __init__(self, path: Path) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from sentence_transformers import CrossEncoder  # noqa: PLC0415 - takes seconds to import
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()
        try:
            self._model = CrossEncoder(str(path), device="cpu", max_length=_LENGTH, local_files_only=True)
        except Exception as error:  # the loader raises many unrelated types
            raise WeightsError(
                f"重排模型 {path} 无法载入（{type(error).__name__}：{str(error)[:120]}）。"
                "请检查 YOUJU_RERANKER 指的是 CrossEncoder 文件夹，或设为 none 关闭。"
            ) from error
        self._half = has_bfloat16()

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        import torch  # noqa: PLC0415

        if not passages:
            return np.empty(0, np.float32)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._half):
            found = self._model.predict([(question, p) for p in passages], batch_size=8, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)


def excerpt(clause: Clause, sentences: Sequence[tuple[int, int, float]]) -> str:
    """What the reranker reads of a clause: title, headings, and as many of its nearest sentences as fit, in order.

    Args:
        sentences: (start, end, likeness); empty for a clause of one sentence or a table row.
    """
    if not sentences or len(clause.reading) <= _CHARACTERS:
        return f"{context(clause)}\n{clause.reading[: 2 * _CHARACTERS]}"
    chosen: list[tuple[int, int]] = []
    left = _CHARACTERS
    for start, end, _ in sorted(sentences, key=lambda s: -s[2]):
        if chosen and end - start > left:
            continue
        chosen.append((start, end))
        left -= end - start
    return f"{context(clause)}\n{''.join(clause.document.text[s:e] for s, e in sorted(chosen))}"
