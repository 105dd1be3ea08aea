"""Reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009): score(d) = Σ weight / (constant + rank)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CONSTANT = 15
"""Smaller than the customary 60: strong vectors deserve that their first ranks weigh more (eval/LOG.md)."""


def fuse(
    rankings: Mapping[str, Sequence[int]], weights: Mapping[str, float], constant: int = CONSTANT
) -> list[tuple[int, float, dict[str, int]]]:
    """Join rankings (ids, best first) into (id, score, rank per retriever), best first; ranks start at 1.

    Equal scores keep the smaller id first, so that the same question gives the same order.
    """
    scores: dict[int, float] = {}
    ranks: dict[int, dict[str, int]] = {}
    for name, ranking in rankings.items():
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + weights[name] / (constant + rank)
            ranks.setdefault(item, {})[name] = rank
    return [(i, scores[i], ranks[i]) for i in sorted(scores, key=lambda i: (-scores[i], i))]
