"""The clauses' own sentences in an answer: what the writer left out, and all of it when nothing written holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.labels import recognise
from corpus.records import Clause, Span
from corpus.sentences import sentences
from index.search import Hit
from index.tokens import content_words
from qa.context import RANK_PENALTY
from qa.ground import named_terms
from qa.records import Checked, Citation, Piece

_SHORTEST = 15
"""Characters; a shorter sentence is a title."""
_LIKE = 0.010
"""Cosine by which a second quoted sentence may be less alike than the first."""
_SAID = 0.75
"""Share of a quotation's words that, once in the answer, makes quoting it again idle."""
_LONGEST = 220
"""Characters quoted behind an answer, all together."""
_AGENCY = re.compile(r"[（(](?P<words>[^（）()]*(?:牵头|负责|配合)[^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)*)[）)]")


def extract(pieces: Sequence[Piece], hits: Sequence[Hit], question: str = "", most: int = 2) -> list[Checked]:
    """An answer of the sentences nearest to the question, verbatim, and of the list that it asks for."""
    listed = _members(pieces, hits, "")
    if listed:
        return listed
    terms = named_terms(question)
    found = _nearest(pieces, hits)
    # Sentences with words that the question quotes come first, whatever their likeness.
    found.sort(key=lambda item: -sum(t in _bare(item[1], item[2]) for t in terms))
    best = found[0][0] if found else 0.0
    chosen = [(p, s) for score, p, s in found[:most] if score >= best - _LIKE or any(t in _bare(p, s) for t in terms)]
    return [_quoted(piece, span, _bare(piece, span)) for piece, span in chosen]


def support(said: Sequence[Checked], pieces: Sequence[Piece], hits: Sequence[Hit]) -> list[Checked]:
    """Sentences to put behind what was written: the rule itself, and who is responsible, if not said yet.

    A small model answers in few words; conditions and key terms must reach the reader all the same.
    """
    text = "".join(c.text for c in said)
    cited = {c.clause.id for s in said for c in s.citations}
    nearest = [item for item in _nearest(pieces, hits) if item[1].clause.id in cited]
    spans = [(c.clause, (c.start, c.end)) for s in said for c in s.citations[:1]]
    by_clause = {p.clause.id: p for p in pieces}
    wanted = [*((by_clause[clause.id], span) for clause, span in spans), *((p, s) for _, p, s in nearest[:1])]
    out: list[Checked] = []
    room = _LONGEST
    for piece, span in dict.fromkeys(wanted):
        words = _bare(piece, span)
        if len(words) < _SHORTEST or len(words) > room or _told(words, text):
            continue
        out.append(_quoted(piece, span, f"{'另' if out else '条款'}写明：「{words.rstrip('。；')}」。"))
        text += words
        room -= len(words)
    return [*out, *_members(pieces, hits, text), *_responsible(said, by_clause, text)]


def _members(pieces: Sequence[Piece], hits: Sequence[Hit], text: str) -> list[Checked]:
    """All members of the list that was asked for, by their titles, when what was written lacks some."""
    listed = {h.clause.id for h in hits if "list" in h.ranks}
    members = [p for p in pieces if p.clause.id in listed]
    titles = [_member_title(p.clause) for p in members]
    if len(members) < 2 or all(t in text for t in titles):
        return []
    citations = [Citation(0, p.clause, *sentences(p.clause)[0], "verified", p.number) for p in members]
    count = f"{len(members)}项" if len(members) == len(listed) else f"{len(listed)}项，其中"
    return [Checked(f"条款列出{count}：{'；'.join(titles)}。", "verified", citations[0], "", tuple(citations[1:]))]


def _member_title(clause: Clause) -> str:
    """The title of an item, or its first sentence, without its label."""
    start, end = sentences(clause)[0]
    text = clause.document.text[start:end]
    label = recognise(text)
    text = (text[label.length :] if label else text).strip().rstrip("。；")
    own = clause.headings[-1] if clause.headings else ""
    return own if own and text.startswith(own) else text


def _responsible(said: Sequence[Checked], by_clause: dict[str, Piece], text: str) -> list[Checked]:
    """Who leads and who helps, as the first cited clause or its shared note says."""
    first = next((c.clause for s in said for c in s.citations), None)
    if first is None:
        return []
    for start, end in ((first.start, first.end), *first.shared):
        found = list(_AGENCY.finditer(first.document.text, start, end))
        if found and not _told(found[-1]["words"], text):
            span = found[-1].span()
            words = re.sub(r"^以上[一二三四五六七八九十两]+项(?:工作)?", "", found[-1]["words"])
            return [_quoted(by_clause[first.id], span, f"{words}。")]
    return []


def _nearest(pieces: Sequence[Piece], hits: Sequence[Hit]) -> list[tuple[float, Piece, Span]]:
    by_clause = {p.clause.id: p for p in pieces}
    found = [
        (match.score - RANK_PENALTY * rank, by_clause[hit.clause.id], (match.start, match.end))
        for rank, hit in enumerate(hits)
        if hit.clause.id in by_clause
        for match in hit.sentences
        if hit.clause.columns or match.end - match.start >= _SHORTEST
    ]
    return sorted(found, key=lambda item: -item[0])


def _bare(piece: Piece, span: Span) -> str:
    """The sentence without the label of its item; a row with its heads."""
    if piece.clause.columns:
        return _row(piece.clause)
    text = piece.clause.document.text[span[0] : span[1]]
    label = recognise(text) if span[0] == piece.clause.start else None
    text = (text[label.length :] if label else text).replace("\n", "").strip()
    text = _AGENCY.sub("", text)
    return text if text.endswith(("。", "！", "？", "；")) else f"{text}。"


def _row(clause: Clause) -> str:
    return clause.reading.split("\n", 1)[0] + "。"


def _quoted(piece: Piece, span: Span, text: str) -> Checked:
    return Checked(text, "verified", Citation(0, piece.clause, span[0], span[1], "verified", piece.number))


def _told(words: str, text: str) -> bool:
    wanted = set(content_words(words))
    return len(wanted & set(content_words(text))) >= _SAID * len(wanted)
