"""The clauses' own sentences in an answer: what the writer left out, and all of it when nothing written holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpus.labels import recognise
from corpus.quantities import quantities
from corpus.records import Clause, Span
from corpus.sentences import sentences
from index.question import asks_for_list
from index.search import Hit
from index.tokens import content_words
from qa import agency, quote_span
from qa.agency import responsible, without
from qa.context import ENDS, RANK_PENALTY
from qa.differ import label
from qa.ground import latin_names, named_terms
from qa.records import Checked, Citation, Piece

_SHORTEST = 15
"""Characters; a shorter sentence is a title."""
_LIKE = 0.010
"""Cosine by which a second quoted sentence may be less alike than the first."""
_LIKE_ALONE, _MOST_ALONE = 0.010, 2
"""The same where nothing but quotations answers, and how many stand there."""
_SAID = 0.75
"""Share of a quotation's words that, once in the answer, makes quoting it again idle."""
_SAID_OF_LIST = 0.95
"""The same where a list is asked for: no member may be missing."""
_WHOLE = 300
"""Characters up to which the leading clause's chosen sentences stand where nothing but quotations answers."""
_LONGEST, _LONGER = 220, 90
"""Characters quoted behind an answer, all together; and how many more for every further part of the question."""
_Quote = tuple[Piece, Span, str]
"""A sentence of a clause, and its words as they are shown."""
_SHORT, _FILLED, _LEAST = 160, 2, 8
"""Characters up to which an answer is filled from the clauses that it cites first, how many these are, and the characters
of a sentence that is worth it."""
_LISTED = "条款列出"
_BEHIND = 0.8
"""Share of the first clause's fused score below which a clause that the writer chose instead is a doubtful choice."""
_RIVAL = 0.9
"""Share of the first clause's fused score from which the second is as good as the first (eval/LOG.md)."""


class Shown:
    """How much of a sentence a quotation shows, for one question."""

    def __init__(self, question: str = "", weight: Callable[[str], float] = lambda _: 1.0) -> None:
        self.question, self._weight = question, weight
        self._asked = frozenset(content_words(question))
        self.listing = asks_for_list(question)

    def __call__(self, quote: tuple[Piece, Span]) -> tuple[Piece, Span]:
        """The whole enumeration where a list is asked for; of a long sentence the part that holds what was asked."""
        piece, span = quote
        if self.listing and (whole := quote_span.enumeration(piece.clause, span)) != span:
            return piece, whole
        return piece, quote_span.focus(piece.clause.document.text, span, self._asked, self._weight)


_PLAIN = Shown()


def extract(pieces: Sequence[Piece], hits: Sequence[Hit], shown: Shown = _PLAIN, parts: int = 1) -> list[Checked]:
    """An answer of the clauses' own sentences: of each part of the question the nearest, then others nearly as near.

    Behind them stands who is responsible.
    """
    listed = _members((), pieces, hits, "")
    if listed:
        return listed
    terms = [*named_terms(shown.question), *latin_names(shown.question)]
    found = _nearest(pieces, hits)
    leading = [h.clause.id for h in hits[:parts]]
    first = [next(((p, s) for _, p, s in found if p.clause.id == i), None) for i in leading]
    # Sentences with words that the question quotes come first, whatever their likeness.
    found.sort(key=lambda item: -sum(t in _bare(item[1], item[2]) for t in terms))
    best = found[0][0] if found else 0.0
    near = [(p, s) for score, p, s in found if score >= best - _LIKE_ALONE or any(t in _bare(p, s) for t in terms)]
    chosen: list[_Quote] = []
    room = _LONGEST + _LONGER * (parts - 1)
    for piece, span in dict.fromkeys(map(shown, [*(f for f in first if f), *near])):
        words = _bare(piece, span)
        if chosen and (
            len(words) > room or len(chosen) >= _MOST_ALONE + parts - 1 or told_already(words, "".join(w for *_, w in chosen))
        ):
            continue
        chosen.append((piece, span, words))
        room -= len(words)
    chosen = _whole(chosen, pieces, hits)
    several = parts > 1 and len({p.clause.document.id for p, _, _ in chosen}) > 1
    out = [_quoted(p, s, f"{label(p.clause)}写明：「{words.rstrip('。；')}」。" if several else words) for p, s, words in chosen]
    who = _responsible(out, {p.clause.id: p for p in pieces}, "".join(c.text for c in out))
    return [*who, *out] if agency.asked(shown.question) else [*out, *who]


def _whole(chosen: list[_Quote], pieces: Sequence[Piece], hits: Sequence[Hit]) -> list[_Quote]:
    """What was chosen and, as far as there is room, the other sentences of the leading clause, in its order.

    Everyday words are no guide to the one right sentence of a clause, and little else is said.
    """
    leading = next((p for p in pieces if hits and p.clause.id == hits[0].clause.id), None)
    if leading is None or leading.clause.columns:
        return chosen
    likeness = {(m.start, m.end): m.score for m in hits[0].sentences}
    out = list(chosen)
    for span in sorted(leading.spans, key=lambda s: -likeness.get(s, 0.0)):
        words, known = _bare(leading, span), "".join(w for *_, w in out)
        if len(words) >= _SHORTEST and len(known) + len(words) <= _WHOLE and not told_already(words, known):
            out.append((leading, span, words))
    order = {clause: n for n, clause in enumerate(dict.fromkeys(p.clause.id for p, *_ in out))}
    return sorted(out, key=lambda quote: (order[quote[0].clause.id], quote[1]))


def support(
    said: Sequence[Checked],
    pieces: Sequence[Piece],
    hits: Sequence[Hit],
    parts: int = 1,
    beside: Sequence[tuple[Piece, Span]] = (),
    broad: bool = False,
    shown: Shown = _PLAIN,
) -> list[Checked]:
    """Sentences to put behind what was written: the rule itself, and who is responsible, if not said yet.

    A small model answers in few words; conditions and key terms must reach the reader all the same.

    Args:
        parts: how many questions were asked in one; the first hit of each is quoted.
        beside: statements that differ, which are all quoted, each with its document.
        broad: the question asks what there is for somebody, so that more than one clause answers it.
        shown: how much of a sentence is quoted.
    """
    text = "".join(c.text for c in said)
    by_clause = {p.clause.id: p for p in pieces}
    beside = list(map(shown, beside))
    wanted = [*beside, *map(shown, _wanted(said, hits, by_clause, parts, broad))]
    out: list[Checked] = []
    cited = {c.clause.id for s in said for c in s.citations}
    # Each of several things asked is shown where it stands, even when one sentence has told them all from one clause.
    due = {h.clause.id for h in hits[:parts]} - cited if parts > 1 else set()
    room = (quote_span.WHOLE_LIST if shown.listing else _LONGEST) + _LONGER * (max(parts, len(beside)) - 1)
    chosen: list[_Quote] = []
    for piece, span in dict.fromkeys(wanted):
        words = _bare(piece, span)
        known = text + "".join(w for _, _, w in chosen)
        told = piece.clause.id not in due and told_already(words, known, _SAID_OF_LIST if shown.listing else _SAID)
        if (piece, span) not in beside and (len(words) < _SHORTEST or len(words) > room or told):
            continue
        chosen.append((piece, span, words))
        room -= len(words)
    several = len({p.clause.document.id for p, _, _ in chosen}) > 1
    for piece, span, words in chosen:
        who = label(piece.clause) if several else "另" if out else "条款"
        out.append(_quoted(piece, span, f"{who}写明：「{words.rstrip('。；')}」。"))
    text += "".join(c.text for c in out)
    return [*out, *_members(said, pieces, hits, text), *_responsible(said or out, by_clause, text)]


def _wanted(
    said: Sequence[Checked], hits: Sequence[Hit], by_clause: dict[str, Piece], parts: int, broad: bool
) -> list[tuple[Piece, Span]]:
    """What may be quoted, most wanted first: what was cited, the leading clause of each part, a rival of the first."""
    cited = {c.clause.id for s in said for c in s.citations}
    spans = [(by_clause[c.clause.id], (c.start, c.end)) for s in said for c in s.citations[:1]]
    nearest = _nearest(list(by_clause.values()), hits)
    best: dict[str, tuple[Piece, Span]] = {}
    for _, piece, span in nearest:
        best.setdefault(piece.clause.id, (piece, span))
    leading = [h.clause.id for h in hits[:parts]]
    first, *rivals = hits[: parts + 1]
    rival = [
        h.clause.id
        for h in rivals[parts - 1 :]
        if h.score >= _RIVAL * first.score and h.similarity >= first.similarity - _LIKE and "list" not in h.ranks
    ]
    # Where things are set side by side, each side's own sentence must stand, whatever else of its clause was cited.
    sides = [best[i] for i in dict.fromkeys(leading) if i in best] if parts > 1 else []
    # What holds of a clause not far behind is the answer; the leading one would only stand beside it.
    behind = max((h.score for h in hits if h.clause.id in cited), default=0.0) < _BEHIND * first.score
    answered = any(s.verdict == "verified" for s in said) and not behind
    further = [*leading, *rival] if parts > 1 or broad or not answered else []
    own = [best[i] for i in dict.fromkeys(further) if i in best and i not in cited]
    return [*sides, *spans, *own, *(best[i] for i in cited if i in best)]


def filled(kept: Sequence[Checked], pieces: Sequence[Piece], hits: Sequence[Hit]) -> Checked | None:
    """What the clauses cited first say besides, nearest to the question first, while the answer stays short.

    Conditions and purposes often stand in the sentence beside the one that answers.
    """
    by_clause = {p.clause.id: p for p in pieces}
    by_hit = {h.clause.id: h for h in hits if h.clause.id in by_clause and not h.clause.columns}
    cited = list(dict.fromkeys(c.clause.id for k in kept for c in k.citations))[:_FILLED]
    for clause in (by_clause[i] for i in cited if i in by_hit):
        known, found = "".join(c.text for c in kept), []
        for match in by_hit[clause.clause.id].sentences:
            span = (match.start, match.end)
            words = _bare(clause, span)
            if _LEAST <= len(words) <= _SHORT - len(known) and not told_already(words, known):
                found.append((span, words))
                known += words
        if any(span[0] > clause.clause.start or len(words) >= _SHORTEST for span, words in found):  # not a title alone
            found.sort()
            # Each sentence in its own marks: between two of them others may stand.
            first, *others = (Citation(0, clause.clause, *span, "verified", clause.number) for span, _ in found)
            told = "".join(f"「{words.rstrip('。；')}」" for _, words in found)
            return Checked(f"同条还写明：{told}。", "verified", first, "", tuple(others))
    return None


def stating(stated: Callable[[str], bool], pieces: Sequence[Piece], hits: Sequence[Hit], shown: Shown = _PLAIN) -> Checked | None:
    """The nearest sentence of the leading clause that states what was asked for; None when none of its sentences does."""
    for _, found, near in _nearest(pieces, hits[:1]):
        piece, span = shown((found, near))
        words = _bare(piece, span)
        if stated(words):
            return _quoted(piece, span, f"条款写明：「{words.rstrip('。；')}」。")
    return None


def _members(said: Sequence[Checked], pieces: Sequence[Piece], hits: Sequence[Hit], text: str) -> list[Checked]:
    """All members of the list that was asked for, by their titles, when what was written lacks some."""
    listed = {h.clause.id for h in hits if "list" in h.ranks}
    members = [p for p in pieces if p.clause.id in listed]
    titles = [_member_title(p.clause) for p in members]
    elsewhere = said and not any(c.clause.id in listed for s in said for c in s.citations)
    if len(members) < 2 or elsewhere or all(t in text for t in titles):
        return []
    citations = [Citation(0, p.clause, *sentences(p.clause)[0], "verified", p.number) for p in members]
    # No count is told: a number that no clause states has no evidence, even when it is right.
    part = "" if len(members) == len(listed) else "的有"
    return [Checked(f"{_LISTED}{part}：{'；'.join(titles)}。", "verified", citations[0], "", tuple(citations[1:]))]


def once(said: Sequence[Checked], behind: Sequence[Checked]) -> list[Checked]:
    """What was written, without the sentences that the list behind it tells again."""
    listed = "".join(c.text for c in behind if c.text.startswith(_LISTED))
    return [c for c in said if not (listed and told_already(c.text, listed))]


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
    found = responsible(first) if first else None
    if first is None or found is None or told_already(found[1], text):
        return []
    return [_quoted(by_clause[first.id], found[0], f"{found[1]}。")]


def _nearest(pieces: Sequence[Piece], hits: Sequence[Hit]) -> list[tuple[float, Piece, Span]]:
    by_clause = {p.clause.id: p for p in pieces}
    found = [
        (match.score - RANK_PENALTY * rank, by_clause[hit.clause.id], (match.start, match.end))
        for rank, hit in enumerate(hits)
        if hit.clause.id in by_clause
        for match in hit.sentences
        if hit.clause.columns or hit.clause.kind in ENDS or match.end - match.start >= _SHORTEST
    ]
    return sorted(found, key=lambda item: -item[0])


def _bare(piece: Piece, span: Span) -> str:
    """The sentence without the label of its item; a row with its heads."""
    if piece.clause.columns:
        return _row(piece.clause)
    text = piece.clause.document.text[span[0] : span[1]]
    label = recognise(text) if span[0] == piece.clause.start else None
    text = (text[label.length :] if label else text).replace("\n", "").strip()
    text = without(text).rstrip("，、：,")
    return text if text.endswith(("。", "！", "？", "；")) else f"{text}。"


def _row(clause: Clause) -> str:
    return clause.reading.split("\n", 1)[0] + "。"


def _quoted(piece: Piece, span: Span, text: str) -> Checked:
    return Checked(text, "verified", Citation(0, piece.clause, span[0], span[1], "verified", piece.number))


def told_already(words: str, text: str, share: float = _SAID) -> bool:
    """True when a text holds most of the words, and every figure, of what might be quoted."""
    wanted = set(content_words(words))
    figures = quantities(text)
    same = all(any(q.same_figure(f) for f in figures) for q in quantities(words))
    return same and len(wanted & set(content_words(text))) >= share * len(wanted)
