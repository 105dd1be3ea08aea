"""Training questions with their gold articles, and the hard negatives mined for them.

Questions: LeCoQA's train part (lay legal questions) and `questions.jsonl` beside this file, written by hand
for articles of the same laws. Articles come from the LeCoQA folder, which is not part of the repository.
Nothing here has seen the benchmark's cases: they ask about other documents.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.cases import CaseError

WRITTEN = Path(__file__).parent / "questions.jsonl"
_HELD_OUT = 8  # one question in eight is kept for validation


def held_out(text: str) -> bool:
    """Whether what was written is kept for validation: by the text alone, so that one added later moves no other one."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % _HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the rows of the articles that answer it."""

    text: str
    gold: tuple[int, ...]
    written: bool
    """True for our own, False for LeCoQA's."""

    @property
    def held_out(self) -> bool:
        return held_out(self.text)


@dataclass(frozen=True, slots=True)
class Data:
    """Passages (title and headings in front, as in the index) and questions about them."""

    passages: list[str]
    questions: list[Question]


def load(folder: Path, written: Path = WRITTEN) -> Data:
    """Read the LeCoQA folder and our own questions.

    Raises:
        CaseError: a file is missing, or a question names an article that the corpus does not have.
    """
    rows: dict[str, int] = {}
    passages: list[str] = []
    for row in _lines(folder / "corpus.jsonl"):
        rows[row["_id"]] = len(passages)
        passages.append(f"{row['title']} {row['section'].replace(' > ', ' ')}\n{row['text']}")
    questions = [(q["text"], q["gold_ids"], False) for q in _lines(folder / "queries.train.jsonl")]
    questions += [(q["text"], q["articles"], True) for q in _lines(written)]
    found: list[Question] = []
    for text, articles, own in questions:
        unknown = [a for a in articles if a not in rows]
        if unknown:
            raise CaseError(f"训练问题“{text[:20]}”的条文 {unknown[0]} 不在 {folder / 'corpus.jsonl'} 里。")
        if articles:
            found.append(Question(text, tuple(rows[a] for a in articles), own))
    return Data(passages, found)


def hard_negatives(
    queries: NDArray[np.float32], passages: NDArray[np.float32], data: Data, ranks: tuple[int, int]
) -> list[list[int]]:
    """Rows ranked between the two ranks for each question, its gold articles and their copies left out.

    Args:
        queries: (questions, d) and passages: (articles, d), unit vectors.
    """
    out: list[list[int]] = []
    for question, vector in zip(data.questions, queries, strict=True):
        scores = passages @ vector
        first = np.argpartition(-scores, 2 * ranks[1])[: 2 * ranks[1]]
        order = first[np.argsort(-scores[first])]
        same = {_body(data.passages[g]) for g in question.gold}
        kept = [int(i) for i in order if i not in question.gold and _body(data.passages[int(i)]) not in same]
        out.append(kept[ranks[0] : ranks[1]])
    return out


def recall(scores: NDArray[np.float32], questions: Sequence[Question], k: int) -> float:
    """Share of gold rows among the k best of (questions, passages) scores, averaged over questions."""
    best = np.argpartition(-scores, k, axis=1)[:, :k]
    return float(np.mean([len(set(q.gold) & set(map(int, row))) / len(q.gold) for q, row in zip(questions, best, strict=True)]))


def _body(passage: str) -> str:
    return passage.partition("\n")[2]


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise CaseError(f"读不了训练数据 {path}（{error.strerror}）。请用 --data 指明 LeCoQA 文件夹。") from error
