"""One question → events: the evidence first, then the text as it is written, then the finished Answer.

    for event in assistant.ask("众创空间能减哪些税？"):
        match event: case Evidence(): … case Token(): … case Answer(): …

An Assistant holds the opened index and the writer and no conversation; history comes with each question.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import prompts
from corpus.records import Note
from index.search import Filters, Hit, Index
from index.tokens import simplified
from qa import context, ground, quote, refusal
from qa.records import Answer, Checked, Citation, Piece, QuestionError
from qa.rewrite import reading, standalone
from qa.settings import Settings
from qa.writer import Writer

_MOST_SENTENCES = 5  # a small model that goes on longer only copies
LONGEST = 1000
"""Characters of a question; a policy question has 10 to 200."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sent before the writer starts, a fraction of a second after the question."""

    standalone: str
    hits: tuple[Hit, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text as it is written; `final` replaces nothing, the Answer does."""

    text: str


Event = Evidence | Token | Answer


class Assistant:
    """Answers questions from one opened index with one writer; safe to share between threads."""

    def __init__(self, index: Index, writer: Writer, settings: Settings) -> None:
        self.index, self.writer, self.settings = index, writer, settings

    def ask(self, question: str, earlier: Sequence[str] = (), filters: Filters | None = None) -> Iterator[Event]:
        """Answer one question; closing the iterator stops the writer.

        Args:
            earlier: the whole questions of this conversation so far, oldest first.

        Raises:
            QuestionError: for a question that cannot be asked; says what to write instead.
        """
        began = time.perf_counter()
        question = check(question)
        whole = standalone(question, earlier, [d.region for d in self.index.documents])
        asked = simplified(whole)
        hits = tuple(self.index.search(asked, self.settings.hits, filters, reading(question, whole, earlier)))
        pieces = tuple(context.pieces(asked, hits, self.settings.evidence_tokens, self.writer.count))
        timings = {"retrieve_ms": _since(began)}
        yield Evidence(whole, hits, pieces)
        refused = refusal.decide(asked, hits, pieces, self.index.documents, self.index.lexical.weight)
        if refused:
            timings["total_ms"] = _since(began)
            text = f"{refused.text}{prompts.REFUSAL_ADVICE}"
            yield Answer(question, whole, text, (), (), hits, pieces, refused.reason, timings=timings, model="")
            return
        counted = sum("list" in h.ranks for h in hits)
        grounder = ground.Grounder(pieces, asked, self.index.lexical.weight, counted)
        messages = prompts.load("answer").messages(sentences="四", evidence=pieces, question=asked)
        checked: list[Checked] = []
        for token in self._written(messages, grounder, checked):
            timings.setdefault("first_token_ms", _since(began))
            yield token
        timings["total_ms"] = _since(began)
        yield self._finish(question, whole, checked, hits, pieces, timings)

    def _written(self, messages: list[dict[str, str]], grounder: ground.Grounder, checked: list[Checked]) -> Iterator[Token]:
        """Pass the writer's text on as it comes; behind each whole sentence its marks, or that it has no support."""
        pending, shown = "", 0
        stream = self.writer.stream(messages, self.settings.answer_tokens)
        try:
            for piece in stream:
                pending += piece
                while (end := _sentence_end(pending)) and len(checked) < _MOST_SENTENCES:
                    yield Token(pending[shown:end])
                    yield from self._checked(pending[:end], grounder, checked)
                    pending, shown = pending[end:], 0
                if len(checked) >= _MOST_SENTENCES:
                    return
                if len(pending) > shown:
                    yield Token(pending[shown:])
                    shown = len(pending)
        finally:
            close = getattr(stream, "close", None)
            if close:
                close()
        yield from self._checked(pending, grounder, checked)

    @staticmethod
    def _checked(sentence: str, grounder: ground.Grounder, checked: list[Checked]) -> Iterator[Token]:
        if not re.search(r"\w", sentence):
            return
        result = grounder.check(sentence.strip(), len(checked))
        if any(result.text == other.text for other in checked):  # small models repeat themselves
            return
        checked.append(result)
        yield Token(_marks(result) or f"〔{result.problem}，已从答案中删去〕")

    def _finish(
        self,
        question: str,
        whole: str,
        checked: Sequence[Checked],
        hits: tuple[Hit, ...],
        pieces: tuple[Piece, ...],
        timings: dict[str, float],
    ) -> Answer:
        kept = [c for c in checked if c.verdict != "unsupported"]
        removed = tuple(c for c in checked if c.verdict == "unsupported")
        extractive = not kept
        kept = quote.extract(pieces, hits, whole) if extractive else [*kept, *quote.support(kept, pieces, hits)]
        kept = [_renumbered(c, n) for n, c in enumerate(kept)]
        citations = tuple(citation for c in kept for citation in c.citations)
        notes = tuple(dict.fromkeys(n.text for c in citations for n in _notes(c)))
        text = "".join(f"{c.text}{_marks(c)}" for c in kept)
        return Answer(
            question,
            whole,
            text,
            tuple(kept),
            citations,
            hits,
            pieces,
            None,
            removed,
            extractive,
            notes,
            timings,
            self.writer.name,
        )


def check(question: str) -> str:
    """The question without odd characters and blanks at its ends.

    Raises:
        QuestionError: empty, too long, or without any word.
    """
    text = "".join(c for c in question if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    text = re.sub(r"\s+", " ", text).strip()
    letters = re.findall(r"[^\W_]", text)
    if not letters:
        raise QuestionError("没有看到问题。请用一句话写出想问的事，例如：众创空间能享受哪些税收优惠？")
    if len(text) > LONGEST:
        raise QuestionError(f"问题有 {len(text)} 个字，超过了 {LONGEST} 字。请只写要问的事，材料原文不必贴进来。")
    if len(letters) == 1:
        raise QuestionError(f"只有“{text}”一个字，看不出要问什么。请写成完整的问题，例如：{letters[0]}方面有什么扶持政策？")
    return text


def _sentence_end(text: str) -> int:
    """Where the first whole sentence of a growing text ends; 0 while it may still go on."""
    match = re.search(r"[。！？!?]+[”’）)】]*(?=[^”’）)】。！？!?])|\n+(?=[^\n])", text)
    return match.end() if match else 0


def _marks(checked: Checked) -> str:
    markers = sorted({c.marker for c in checked.citations})
    return "".join(f"[{m}]" for m in markers)


def _renumbered(checked: Checked, number: int) -> Checked:
    def move(citation: Citation) -> Citation:
        return Citation(number, citation.clause, citation.start, citation.end, citation.verdict, citation.marker)

    first = move(checked.citation) if checked.citation else None
    return Checked(checked.text, checked.verdict, first, checked.problem, tuple(move(c) for c in checked.others))


def _notes(citation: Citation) -> list[Note]:
    return [n for n in citation.clause.notes if n.start < citation.end and n.end > citation.start]


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
