"""What an answer is made of: pieces of evidence, citations, the answer itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from corpus.records import Clause, Span, titled
from index.search import Hit
from qa.match_records import Matches

Verdict = Literal["verified", "weak", "unsupported"]
Reason = Literal["no_evidence", "region", "time", "amount", "vague", "off_topic"]


class QuestionError(ValueError):
    """A question that cannot be asked; the message (Chinese) says why and what to write instead."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Sentences of one clause that are shown and given to the writer, with a number."""

    number: int
    clause: Clause
    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        if self.clause.columns:
            return self.clause.reading
        source = self.clause.document.text
        own = "".join(source[s:e] for s, e in self.spans)
        return "".join([own.replace("\n", "。"), *(source[s:e] for s, e in self.clause.shared)])

    @property
    def topic(self) -> str:
        """What the writer is told of the sentences: where they hold and their last heading.

        It reads some 80 tokens a second, and names of documents only lead it astray (eval/LOG.md).
        """
        document = self.clause.document
        above = [h for h in self.clause.headings if h not in self.text]
        return f"（{document.region or document.level}）{''.join(above[-1:])}"

    @property
    def heading(self) -> str:
        """A short name of the document, its region, and the headings that say what the sentences are about."""
        document = self.clause.document
        name = titled(document.title) if len(document.title) <= 16 or not document.number else document.number
        above = [h for h in self.clause.headings if h not in self.text]
        return f"{name}（{document.region or document.level}）{'，'.join(above[-2:])}"


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of the answer and the verbatim span that it rests on.

    `quote == clause.document.text[start:end]`; `marker` is the [n] shown in the text.
    """

    sentence: int
    clause: Clause = field(repr=False)
    start: int
    end: int
    verdict: Verdict
    marker: int

    @property
    def quote(self) -> str:
        return self.clause.document.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence of the answer after grounding."""

    text: str
    verdict: Verdict
    citation: Citation | None
    problem: str = ""
    """Why it is not verified, in Chinese for the reader."""
    others: tuple[Citation, ...] = ()
    """Further spans that the sentence rests on."""

    @property
    def citations(self) -> tuple[Citation, ...]:
        return (self.citation, *self.others) if self.citation else ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer or refusal; never both."""

    question: str
    standalone: str
    text: str
    """With [n] marks; a refusal's sentences when `refusal` is set."""
    sentences: tuple[Checked, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    evidence: tuple[Piece, ...]
    refusal: Reason | None
    removed: tuple[Checked, ...] = ()
    """Sentences of the writer that no clause supports, taken out of the text."""
    extractive: bool = False
    """The text is made of the clauses' own sentences, not the writer's."""
    notes: tuple[str, ...] = ()
    """Doubts about the printed text of what is cited."""
    timings: dict[str, float] = field(default_factory=dict)
    """Milliseconds: retrieve, first_token, total."""
    model: str = ""
    failure: str = ""
    """Why the writer did not finish, in Chinese for the reader; the answer is then made of the clauses' sentences."""
    matches: Matches | None = None
    """Which support measures fit who asks, when the question asks for support."""
