"""Fit the refusal curve: `python -m eval refusal` reads questions that the corpus answers and ones that it does not.

The curve is a logistic regression on the measures of `qa.refusal`; its numbers are copied into that
file by hand, so that a run of this command never changes the product unseen. With a folder the curve is drawn in its report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.cases import load
from eval.run import origin
from index.search import Index
from qa.refusal import THRESHOLD, answerable, measures

CASES = tuple(Path(__file__).parent / "cases" / f"{name}.jsonl" for name in ("refusal", "dev"))
FILE = "refusal.json"
_RIDGE = 0.01
_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted curve (bias and slopes), and how well the one in use does."""

    curve: tuple[float, ...]
    wrongly_refused: float
    """Share of answerable questions that the curve in use refuses."""
    rightly_refused: float
    """Share of unanswerable ones."""
    mistakes: tuple[tuple[str, float], ...]
    scores: tuple[tuple[float, bool], ...] = ()
    """(how answerable the curve in use finds a question, whether the corpus answers it), of every question."""

    def curve_points(self) -> list[dict[str, float]]:
        """For thresholds from 0 to 1: the share of unanswerable and of answerable questions below each."""
        good, bad = ([s for s, answered in self.scores if answered is kind] for kind in (True, False))
        return [
            {
                "threshold": n / 100,
                "refused": sum(s < n / 100 for s in bad) / max(len(bad), 1),
                "wrongly refused": sum(s < n / 100 for s in good) / max(len(good), 1),
            }
            for n in range(101)
        ]


def fit(index: Index, cases: Sequence[Path] = CASES) -> Fit:
    """Fit on the Chinese questions of case files (of one turn); judge the curve in use on all of them."""
    questions, answered, rows, scores = [], [], [], []
    for case in (c for path in cases for c in load(path) if len(c.turns) == 1):
        question = case.turns[0]
        hits = index.search(question, 20)
        questions.append(question)
        answered.append(case.type != "none")
        rows.append(measures(question, hits, index.lexical.weight))
        scores.append(answerable(question, hits, index.lexical.weight))
    chinese = [bool(re.search(r"[\u4e00-\u9fff]", q)) for q in questions]
    curve = logistic(
        [r for r, c in zip(rows, chinese, strict=True) if c], [a for a, c in zip(answered, chinese, strict=True) if c]
    )
    refused = [s < THRESHOLD for s in scores]
    wrong = [(q, s) for q, s, a, r in zip(questions, scores, answered, refused, strict=True) if a == r]
    good = [r for r, a in zip(refused, answered, strict=True) if a]
    bad = [r for r, a in zip(refused, answered, strict=True) if not a]
    return Fit(curve, float(np.mean(good)), float(np.mean(bad)), tuple(wrong), tuple(zip(scores, answered, strict=True)))


def told(found: Fit) -> dict[str, Any]:
    """What the report draws."""
    return {
        "threshold": THRESHOLD,
        "points": found.curve_points(),
        "refused": found.rightly_refused,
        "wrongly refused": found.wrongly_refused,
        "questions": len(found.scores),
        **origin(),
    }


def logistic(rows: Sequence[Sequence[float]], labels: Sequence[bool]) -> tuple[float, ...]:
    """(bias, slope per column) of a ridge logistic regression, by gradient descent on standardised columns."""
    x: NDArray[np.float64] = np.asarray(rows, dtype=np.float64)
    y: NDArray[np.float64] = np.asarray(labels, dtype=np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    z = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    w = np.zeros(z.shape[1])
    for _ in range(_STEPS):
        gradient = z.T @ (1 / (1 + np.exp(-z @ w)) - y) / len(y)
        gradient[1:] += 2 * _RIDGE * w[1:]
        w -= 0.5 * gradient
    slopes = w[1:] / spread
    return (float(w[0] - slopes @ mean), *map(float, slopes))
