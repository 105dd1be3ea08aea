"""Cards of evidence: which document and clause, and the words of it that the question found."""

from __future__ import annotations

import re

from index.tokens import content_words
from qa.page_html_parts import Mark, esc, icon, marked, place, title_of
from qa.page_text import Words
from qa.turns import Json

_SHOWN = 130
"""Characters of a clause on its card, from the first matched sentence on."""
_SIDE_BY_SIDE = 3
"""Cards that a wide screen shows whole."""
_LEAD = 10
"""Characters shown in front of it."""


def strip(record: Json, words: Words) -> str:
    """All pieces of evidence, side by side in the order of their markers."""
    pieces = record["evidence"]
    refused = bool(record.get("refusal"))
    cited = {c["marker"] for c in record.get("citations", [])}
    said = words("nearest" if refused else "found", count=len(pieces))
    looked_for = _looked_for(str(record.get("standalone", "")))
    items = "".join(_card(p, p["marker"] in cited, looked_for, words) for p in pieces)
    few = " yj-few" if len(pieces) <= _SIDE_BY_SIDE else ""
    return (
        f'<section class="yj-evidence{few}" aria-label="{esc(said)}"><h3 class="yj-found">{icon("filter")}{esc(said)}'
        f'<span class="yj-hint" aria-hidden="true">{esc(words("cards_more"))}</span></h3>'
        f'<ol class="yj-cards" tabindex="-1">{items}</ol></section>'
    )


def _card(piece: Json, cited: bool, looked_for: re.Pattern[str] | None, words: Words) -> str:
    marker = piece["marker"]
    label = words("open_card", marker=marker, place=place(piece))
    where = [piece.get("level"), piece.get("region") if piece.get("region") != piece.get("level") else ""]
    tags = "".join(f'<span class="yj-tag">{esc(tag)}</span>' for tag in where if tag)
    if cited:
        tags += f'<span class="yj-tag yj-tag-cited">{esc(words("cited"))}</span>'
    number = f'<span class="yj-number">{esc(piece["number"])}</span> ' if piece.get("number") else ""
    return (
        f'<li class="yj-card{" yj-card-cited" if cited else ""}" data-marker="{marker}">'
        f'<p class="yj-card-head"><span class="yj-badge" aria-hidden="true">{marker}</span>'
        f'<button type="button" class="yj-card-open" data-act="open" data-mark="{marker}" data-marker="{marker}" '
        f'aria-label="{esc(label)}">{esc(title_of(piece))}</button></p>'
        f'<p class="yj-card-place">{number}<span class="yj-address">{esc(piece["address"])}</span></p>'
        f'<p class="yj-card-text" lang="zh-CN">{_snippet(piece, looked_for)}</p><p class="yj-card-tags">{tags}</p></li>'
    )


def _snippet(piece: Json, looked_for: re.Pattern[str] | None) -> str:
    """The clause's words from shortly before the first matched sentence on; what was asked for is marked.

    A row of a table is shown as it reads, with the heads of its columns: its cells alone say nothing.
    """
    if piece.get("kind") == "row":
        text, first = str(piece["reading"]), 0
        spans: list[Mark] = []
    else:
        text, base = str(piece["text"]), int(piece["start"])
        inside = [(s - base, e - base) for s, e in piece.get("spans", []) if s >= base and e - base <= len(text)]
        first = min((s for s, _ in inside), default=0)
        spans = [(s, e, 'mark class="yj-match"') for s, e in inside]
    start = 0 if first <= _LEAD else first
    end = min(len(text), start + _SHOWN)
    if looked_for:
        spans += [(m.start(), m.end(), 'mark class="yj-word"') for m in looked_for.finditer(text, start, end)]
    return f"{'…' if start else ''}{marked(text, start, end, spans)}{'…' if end < len(text) else ''}"


def _looked_for(question: str) -> re.Pattern[str] | None:
    """Words of a question of two characters or more, longest first; what stands side by side is marked as one."""
    found = sorted({w for w in content_words(question) if len(w) > 1}, key=lambda w: (-len(w), w))
    return re.compile(f"(?:{'|'.join(map(re.escape, found))})+", re.IGNORECASE) if found else None
