"""Whether one clause tells a list by itself, so that no list of several clauses is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpus.records import Clause
from index.lists import Group, group_passage
from index.tokens import content_words

_MARGIN = 0.05
"""Share of the question's words by which a clause must be ahead of a list (eval/LOG.md)."""


def by_a_clause(
    question: str, group: Group, near: Sequence[int], clauses: Sequence[Clause], weight: Callable[[str], float]
) -> bool:
    """True when one of the nearest clauses holds more of the question's words than the list does: it tells the list itself.

    “哪四个率先” is one sentence of a clause; no list of four parts is meant, however near the headings are.
    """
    asked = set(content_words(question))

    def held(text: str) -> float:
        return sum(map(weight, asked & set(content_words(text))))

    best = max(near, key=lambda n: held(_words_of(clauses[n])), default=None)
    if best is None or _beside(clauses[best], clauses[group.members[0]]):
        return False
    margin = _MARGIN * sum(map(weight, asked))
    return held(_words_of(clauses[best])) >= held(group_passage(group, clauses)) + margin


def _beside(clause: Clause, member: Clause) -> bool:
    """True for the members of the list and the paragraphs that stand beside them, which speak of the whole list."""
    return clause.document.id == member.document.id and clause.address.parent == member.address.parent


def _words_of(clause: Clause) -> str:
    return f"{''.join(clause.headings[-1:])}\n{clause.full}"
