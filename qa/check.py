"""Which sentences of a text does the corpus support? For auditors, and for other people's chatbots.

for claim in check(index, "离岗创业可保留人事关系3年。"): print(claim.checked.verdict, claim.checked.citation)

Every sentence is searched for on its own and tied to the clauses found, by the same rules as our own answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.sentences import sentences
from index.search import Filters, Hit, Index
from index.tokens import simplified
from qa.ground import Grounder, split
from qa.records import Checked, Piece, QuestionError

LONGEST = 5000
"""Characters of a text."""
MOST = 60
"""Sentences of a text."""
_CLAUSES = 8  # that one sentence is compared with


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with its verdict and the clauses nearest to it, best first."""

    checked: Checked
    hits: tuple[Hit, ...]


def check(index: Index, text: str, question: str = "", filters: Filters | None = None) -> Iterator[Claim]:
    """Check every sentence of a text against the corpus.

    Args:
        question: what the text answers, if it answers something; figures that only the question gives count as
            the asker's own.

    Raises:
        QuestionError: for a text without a sentence, or one too long; says what to do.
    """
    if len(text) > LONGEST:
        raise QuestionError(f"要核对的文字有 {len(text)} 个字，超过了 {LONGEST} 字。请分段核对。")
    told = split(text)
    if not told:
        raise QuestionError("没有看到要核对的文字。请给出一句或一段话，例如：离岗创业的科研人员可以保留人事关系3年。")
    if len(told) > MOST:
        raise QuestionError(f"要核对的文字有 {len(told)} 句，超过了 {MOST} 句。请分段核对。")
    return (_claim(index, sentence, number, question, filters) for number, sentence in enumerate(told))


def _claim(index: Index, sentence: str, number: int, question: str, filters: Filters | None) -> Claim:
    asked = simplified(sentence)
    hits = tuple(index.search(asked, _CLAUSES, filters, simplified(question)))
    pieces = [Piece(n, hit.clause, tuple(sentences(hit.clause))) for n, hit in enumerate(hits, start=1)]
    grounder = Grounder(pieces, simplified(question), index.lexical.weight, likeness=index.likeness)
    return Claim(grounder.check(asked, number), hits)
