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
from dataclasses import dataclass, replace

import prompts
from corpus.records import Note, Span
from index.search import Filters, Hit, Index
from index.tokens import mainland, simplified
from qa import agency, context, differ, english, expand, ground, quote, refusal, support, unsaid
from qa import asked as asked_for
from qa.match_records import Matches
from qa.records import Answer, Checked, Citation, Piece, QuestionError
from qa.rewrite import Question, read
from qa.settings import Settings
from qa.tongue import Language, in_traditional, language, spoken
from qa.writer import Writer
from qa.writing import WriterError

_MOST_SENTENCES = 5  # a small model that goes on longer only copies
_MOST_PARAGRAPHS = 4
_SAYS = re.compile(
    r"(?:说|讲|写|规定|提出|要求)了?(?:些)?(?:什么|啥|哪些)|(?:什么|哪些)内容|怎么(?:规定|写|说|讲)|(?:主要)?内容(?:是|有)?[？?]?$|原文"
)
_DIFFER = "各文件对这一点的写法不同，上面分别列出，没有合并。"
LONGEST = 1000
"""Characters of a question; a policy question has 10 to 200."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sent before the writer starts, a fraction of a second after the question."""

    standalone: str
    hits: tuple[Hit, ...]
    pieces: tuple[Piece, ...]
    matches: Matches | None = None
    """Measures for who asks, when the question asks for support: they take turns with the hits."""
    nearest: tuple[Hit, ...] = ()
    """The hits without them, from which the answer is made: measures that fit in general lead it astray (eval/LOG.md)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text as it is written; the finished Answer replaces what is shown of it."""

    text: str
    checked: Checked | None = None
    """With the piece that ends a sentence: what became of that sentence."""


Event = Evidence | Token | Answer

_NOTE = re.compile(r"[（(]([^（）()]{4,80})[）)][。；;]?")


class Assistant:
    """Answers questions from one opened index with one writer; safe to share between threads."""

    def __init__(self, index: Index, writer: Writer, settings: Settings) -> None:
        self.index, self.writer, self.settings = index, writer, settings
        self.regions = [d.region for d in index.documents]

    def ask(self, question: str, earlier: Sequence[str] = (), filters: Filters | None = None) -> Iterator[Event]:
        """Answer one question; closing the iterator stops the writer.

        A question in everyday words gets a second Evidence, found with official words for it, before the text; so does
        a question for support, with the measures for who asks.

        Args:
            earlier: what the user typed in this conversation so far, oldest first.

        Raises:
            QuestionError: for a question that cannot be asked; says what to write instead.
        """
        began = time.perf_counter()
        question = check(question)
        tongue = language(question)
        turn = read([*(clean(t)[:LONGEST] for t in earlier), question], self.regions)
        asked = simplified(turn.whole)
        if tongue == "zh-Hant" and not turn.also and (other := mainland(turn.whole)) != asked:
            turn = replace(turn, also=other)
        found = self._found(turn, asked, filters)
        timings = {"retrieve_ms": _since(began)}
        yield found
        if tongue == "en":
            whole = english.in_chinese(turn.whole, self.writer)
            also = f"{turn.whole} {english.official_words(turn.whole)}".strip()
            turn, asked = Question(question, whole, also), simplified(whole)
            found = self._found(turn, asked, filters)
            timings["translate_ms"] = round(_since(began) - timings["retrieve_ms"], 1)
            yield found
        refused = self._refused(asked, found)
        retry = refused is None or refused.reason == "no_evidence"
        if retry and (again := self._again(turn, asked, filters, found)):
            found = again
            timings["expand_ms"] = round(_since(began) - sum(timings.values()), 1)
            yield found
            refused = self._refused(asked, found)
        if refused:
            yield self._refusal(question, found, refused, timings, began, tongue)
            return
        if fitting := self._fitting(asked, found, filters):
            found = fitting
            yield found
        put = simplified(turn.put) or asked
        yield from self._answered((question, asked, put), found, timings, began, tongue)

    def _found(self, turn: Question, asked: str, filters: Filters | None, words: str = "") -> Evidence:
        also = " ".join(part for part in (turn.also or (asked if words else ""), words) if part)
        hits = tuple(self.index.search(asked, self.settings.hits, filters, also, own=bool(turn.also) and not words))
        return Evidence(turn.whole, hits, self._pieces(asked, hits, self.index.parts(asked)), nearest=hits)

    def _pieces(self, asked: str, hits: Sequence[Hit], parts: int) -> tuple[Piece, ...]:
        return tuple(context.pieces(asked, hits, self.settings.evidence_tokens, self.writer.count, parts))

    def _fitting(self, asked: str, found: Evidence, filters: Filters | None) -> Evidence | None:
        """The evidence of a question for support with the measures for who asks; None where it asks for none."""
        who = support.asker(asked)
        matches = support.matched(self.index, who, filters) if who else None
        if not matches:
            return None
        pieces = self._pieces(asked, found.nearest, self.index.parts(asked) + 1)
        shown = support.joined(self.index, asked, found.nearest, matches, filters)
        left, used = {h.clause.id for h in shown}, {p.clause.id for p in pieces}
        more = [h for h in found.nearest if h.clause.id in used - left]
        return replace(found, hits=(*shown, *more), pieces=pieces, matches=matches)

    def _again(self, turn: Question, asked: str, filters: Filters | None, found: Evidence) -> Evidence | None:
        """Evidence for a question in everyday words, found with official ones; None when it needs none."""
        if not expand.everyday(found.nearest, self.settings.everyday):
            return None
        words = expand.keywords(asked, self.writer)
        return self._found(turn, asked, filters, words) if words else None

    def _refused(self, asked: str, found: Evidence) -> refusal.Refusal | None:
        return refusal.decide(asked, found.nearest, found.pieces, self.index.documents, self.index.lexical.weight)

    def _refusal(
        self,
        question: str,
        found: Evidence,
        refused: refusal.Refusal,
        timings: dict[str, float],
        began: float,
        tongue: Language,
    ) -> Answer:
        timings["total_ms"] = _since(began)
        text = refused.say(tongue == "en")
        text = in_traditional(text) if tongue == "zh-Hant" else text
        return Answer(question, found.standalone, text, (), (), found.hits, found.pieces, refused.reason, timings=timings)

    def _answered(
        self, wordings: tuple[str, str, str], found: Evidence, timings: dict[str, float], began: float, tongue: Language
    ) -> Iterator[Token | Answer]:
        """`wordings`: the question as typed, as understood, and as it is put to the writer."""
        question, asked, put = wordings
        grounder = ground.Grounder(found.pieces, asked, self.index.lexical.weight, self.index.likeness)
        messages = prompts.load("answer").messages(sentences="三", evidence=found.pieces, question=put)
        checked: list[Checked] = []
        failure = ""
        try:
            for token in self._written(messages, grounder, checked):
                timings.setdefault("first_token_ms", _since(began))
                yield token
        except WriterError as error:  # the evidence stands: the clauses' own sentences answer
            failure = str(error)
        if not checked and not failure:
            failure = "生成模型没有写出内容。"
        beside = differ.differing(found.pieces, found.nearest, asked, self.index.lexical.weight)
        kept = self._kept(asked, checked, found, beside)
        weight = self.index.lexical.weight
        if not failure and (refused := refusal.unanswered(asked, kept, found.pieces, weight)):
            yield self._refusal(question, found, refused, timings, began, tongue)
            return
        said = spoken(kept, tongue, self.writer)
        kept = [_renumbered(c, n) for n, c in enumerate(said)]
        timings["total_ms"] = _since(began)
        answer = self._finish(question, kept, checked, found, timings, failure)
        remarks = [*([_DIFFER] if beside else []), *unsaid.remarks(asked, kept)]
        yield replace(answer, notes=(*remarks, *answer.notes))

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
        result = grounder.check(sentence.encode("utf-8", "replace").decode("utf-8").strip(), len(checked))
        if note := _NOTE.fullmatch(result.text):  # a note copied from behind a clause is no sentence
            result = replace(result, text=f"条款注明：{note[1]}。")
        if any(result.text == other.text for other in checked):  # small models repeat themselves
            return
        checked.append(result)
        yield Token(_marks(result) or f"〔{result.problem}，已从答案中删去〕", result)

    def _kept(
        self, asked: str, checked: Sequence[Checked], found: Evidence, beside: Sequence[tuple[Piece, Span]]
    ) -> list[Checked]:
        """What is shown: the sentences that hold, and behind them the clauses' own words."""
        kept = [c for c in checked if c.verdict != "unsupported"]
        kept = support.hedged(kept, found.matches) if found.matches else kept
        parts = _paragraphs(asked, found.nearest) or self.index.parts(asked)
        shown = quote.Shown(asked, self.index.lexical.weight)
        behind = quote.support(kept, found.pieces, found.nearest, parts, beside, bool(support.asker(asked)), shown)
        kept = (
            [*quote.once(kept, behind), *behind] if kept or beside else quote.extract(found.pieces, found.nearest, shown, parts)
        )
        due = asked_for.due(asked)
        if (
            due
            and not any(due.stated(c.text) for c in kept)
            and (stating := quote.stating(due.stated, found.pieces, found.nearest, shown))
        ):
            kept = [stating, *kept]
        brief = due or agency.asked(asked)  # a sum, a day, a name: one sentence is the answer
        rest = None if brief else quote.filled(kept, found.pieces, found.nearest)
        kept = [*kept, *([rest] if rest else [])]
        if not found.matches:
            return kept
        fit = support.told(found.matches, kept), support.further(found.matches, kept, found.pieces)
        return [*kept, *(told for told in fit if told)]

    def _finish(
        self,
        question: str,
        kept: Sequence[Checked],
        checked: Sequence[Checked],
        found: Evidence,
        timings: dict[str, float],
        failure: str,
    ) -> Answer:
        removed = tuple(c for c in checked if c.verdict == "unsupported")
        extractive = len(removed) == len(checked)
        citations = tuple(citation for c in kept for citation in c.citations)
        shown = {p.clause.id for p in found.pieces}
        besides = [Piece(c.marker, c.clause, ((c.start, c.end),)) for c in citations if c.clause.id not in shown]
        notes = [n.text for c in citations for n in _notes(c)]
        return Answer(
            question,
            found.standalone,
            "".join(f"{c.text}{_marks(c)}" for c in kept),
            tuple(kept),
            citations,
            found.hits,
            (*found.pieces, *besides),
            None,
            removed,
            extractive,
            tuple(dict.fromkeys(notes)),
            timings,
            self.writer.name,
            failure,
            found.matches,
        )


def check(question: str) -> str:
    """The question without odd characters and blanks at its ends.

    Raises:
        QuestionError: empty, too long, or without any word.
    """
    text = clean(question)
    letters = re.findall(r"[^\W_]", text)
    if not letters:
        raise QuestionError("没有看到问题。请用一句话写出想问的事，例如：众创空间能享受哪些税收优惠？")
    if len(text) > LONGEST:
        raise QuestionError(f"问题有 {len(text)} 个字，超过了 {LONGEST} 字。请只写要问的事，材料原文不必贴进来。")
    if len(letters) == 1:
        raise QuestionError(f"只有“{text}”一个字，看不出要问什么。请写成完整的问题，例如：{letters[0]}方面有什么扶持政策？")
    return text


def _paragraphs(question: str, hits: Sequence[Hit]) -> int:
    """How many paragraphs a question means that asks what an article says (第十四条说了什么); 0 for any other question."""
    return min(_MOST_PARAGRAPHS, sum("address" in h.ranks for h in hits)) if _SAYS.search(question) else 0


def clean(text: str) -> str:
    """A user's words without control, format and private characters, blanks folded: what is kept of an earlier turn."""
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return re.sub(r"\s+", " ", kept).strip()


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
