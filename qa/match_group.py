"""Which results are the same support at several levels, and the order in which people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.measures import Measures
from index.search import Index
from qa.match_records import Result

_LEVELS = ("国家", "省", "市", "县")
_LOOKED_AT = 60
"""First results that are compared with one another."""
_SAME = 0.5
"""Share of the shorter benefit's three-character pieces that the other one holds too."""
_SHORTEST = 6
"""Pieces; of fewer, likeness says nothing."""
_ALIKE, _AGAIN = 0.85, 4.0
"""Cosine of two clauses from which the second says what the first did, and what that takes off its score at 1."""


def grouped(results: Sequence[Result]) -> tuple[list[Result], dict[int, tuple[Result, ...]]]:
    """The results with group numbers, in the same order; and each group, its parent first.

    A group is of different documents: the same benefit in nearly the same words, or one kind, topic and
    beneficiary in largely the same words.
    """
    first = list(results[:_LOOKED_AT])
    pieces = [_pieces(r) for r in first]
    leader = list(range(len(first)))
    for n in range(len(first)):
        for m in range(n):
            if leader[m] == m and _same(first[n], first[m], pieces[n], pieces[m]):
                leader[n] = m
                break
    numbers = {m: k for k, m in enumerate(dict.fromkeys(m for n, m in enumerate(leader) if m != n), start=1)}
    out = [replace(r, group=numbers.get(leader[n], 0)) for n, r in enumerate(first)]
    members = {k: sorted((r for r in out if r.group == k), key=_seniority) for k in numbers.values()}
    parents = {id(found[0]) for found in members.values()}
    marked = {id(r): replace(r, parent=True) if id(r) in parents else r for r in out}
    groups = {k: tuple(marked[id(r)] for r in found) for k, found in members.items()}
    return [*(marked[id(r)] for r in out), *results[_LOOKED_AT:]], groups


def _same(one: Result, other: Result, mine: frozenset[str], others: frozenset[str]) -> bool:
    if one.clause.document is other.clause.document or min(len(mine), len(others)) < _SHORTEST:
        return False
    share = len(mine & others) / min(len(mine), len(others))
    a, b = one.measure, other.measure
    alike = a.kind == b.kind and bool(set(a.topics) & set(b.topics)) and _who(one) == _who(other)
    return share >= (_SAME * 0.7 if alike else _SAME)


def _who(result: Result) -> frozenset[str]:
    return frozenset(v for leaf in result.measure.conditions.leaves() if leaf.fact == "who" for v in leaf.values)


def _pieces(result: Result) -> frozenset[str]:
    text = re.sub(r"[^\u3400-\u9fff\d%％]", "", result.measure.words(result.measure.benefit))
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))


def _seniority(result: Result) -> tuple[int, int]:
    document = result.clause.document
    return _LEVELS.index(document.level) if document.level in _LEVELS else len(_LEVELS), document.year or 9999


def in_turns(results: Sequence[Result], index: Index, measures: Measures) -> list[Result]:
    """The order of reading: the best first, then each time the one that says most that was not said yet.

    The other members of a group follow after the best ones of all groups.
    """
    first, rest = results[:_LOOKED_AT], results[_LOOKED_AT:]
    alike = measures.alike(index, [r.clause.id for r in first])
    leaders: dict[int, int] = {}
    for n, r in enumerate(first):
        if r.group:
            leaders.setdefault(r.group, n)
    left = [n for n, r in enumerate(first) if leaders.get(r.group, n) == n]
    nearest: Mapping[int, float] = dict.fromkeys(left, 0.0)
    order: list[int] = []
    while left:
        best = max(left, key=lambda n: (first[n].score - _AGAIN * max(0.0, nearest[n] - _ALIKE) / (1 - _ALIKE), -n))
        order.append(best)
        left.remove(best)
        nearest = {n: max(nearest[n], float(alike[n, best])) for n in left}
    followers = [n for n in range(len(first)) if n not in set(order)]
    return [*(first[n] for n in [*order, *followers]), *rest]
