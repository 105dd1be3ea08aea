"""Small pieces of HTML that several parts of the page share: escaping, names of places, marks, signs, tools, spans."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from corpus.records import titled
from qa.page_text import Words
from qa.turns import Json

MARK = re.compile(r"\[(\d{1,3})\]")
REMOVED = re.compile(r"〔([^〔〕]*?)，已从答案中删去〕")
"""How a running answer tells that a sentence was taken out."""
Mark = tuple[int, int, str]
"""(start, end, its tag with attributes): (3, 9, 'mark class="yj-cited"')."""

_PATHS = {
    "verified": '<path d="M3.5 8.5l3 3 6-7"/>',
    "weak": '<path d="M3 6.2c2-1.8 3.6-1.6 5 0s3 1.8 5 0M3 10.6c2-1.8 3.6-1.6 5 0s3 1.8 5 0"/>',
    "none": '<circle cx="8" cy="8" r="5.5"/><path d="M4.2 11.8l7.6-7.6"/>',
    "pencil": '<path d="M3 13l.6-2.6 7-7 2 2-7 7zM9.4 4.6l2 2"/>',
    "copy": '<rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.5"/><path d="M3 10.5V4a1 1 0 011-1h6.5"/>',
    "again": '<path d="M12.6 6.2A5 5 0 108 13a5 5 0 004.6-3M12.8 2.8v3.6H9.2"/>',
    "up": '<path d="M2.8 7.2h2.4V13H2.8z"/>'
    '<path d="M5.2 7.4L8 2.8c1 0 1.6.8 1.4 1.8L9 6.6h3.4c.8 0 1.3.7 1.1 1.5l-1 3.8c-.2.7-.8 1.1-1.4 1.1H5.2z"/>',
    "down": '<path d="M2.8 8.8h2.4V3H2.8z"/>'
    '<path d="M5.2 8.6L8 13.2c1 0 1.6-.8 1.4-1.8L9 9.4h3.4c.8 0 1.3-.7 1.1-1.5l-1-3.8C12.3 3.4 11.7 3 11.1 3H5.2z"/>',
    "stop": '<rect x="4" y="4" width="8" height="8" rx="1.5"/>',
    "warn": '<path d="M8 3l5.5 10h-11zM8 7v2.8M8 11.6v.2"/>',
    "cut": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "send": '<path d="M8 13V3.4M3.8 7.4L8 3.2l4.2 4.2"/>',
    "filter": '<path d="M2.5 4h11M4.5 8h7M6.5 12h3"/>',
    "history": '<path d="M3 8a5 5 0 105-5 5.4 5.4 0 00-4 1.8M3.6 2.6v2.6h2.6M8 5.2V8l2 1.4"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "share": '<circle cx="4.2" cy="8" r="1.7"/><circle cx="11.8" cy="4" r="1.7"/><circle cx="11.8" cy="12" r="1.7"/>'
    '<path d="M5.8 7.2l4.4-2.4M5.8 8.8l4.4 2.4"/>',
    "export": '<path d="M8 2.8v7M5 7l3 3 3-3M3 12.8h10"/>',
    "close": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "dark": '<path d="M12.8 9.6A5.2 5.2 0 016.4 3.2 5.2 5.2 0 1012.8 9.6z"/>',
    "previous": '<path d="M4 10l4-4 4 4"/>',
    "next": '<path d="M4 6l4 4 4-4"/>',
    "trash": '<path d="M3 4.5h10M6.5 4V2.8h3V4M4.5 4.5l.5 8.7h6l.5-8.7M6.8 7v4M9.2 7v4"/>',
}


def esc(text: object) -> str:
    """Any words as text of HTML or of a quoted attribute."""
    return html.escape(str(text), quote=True)


def icon(name: str) -> str:
    return f'<svg class="yj-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{_PATHS[name]}</svg>'


def title_of(document: Json) -> str:
    """《title》, inner title marks made single as in print."""
    return titled(str(document["title"]))


def place(part: Json) -> str:
    """《title》（number）address of a citation, a piece of evidence or a clause."""
    number = f"（{part['number']}）" if part.get("number") else ""
    return f"{title_of(part)}{number}{part['address']}"


def mark(ref: str, number: int, where: str, words: Words) -> str:
    """The button behind a sentence; `ref` is what the reader's address takes: marker, or marker.sentence."""
    label = words("mark", marker=number, place=where)
    return (
        f'<button type="button" class="yj-mark" data-act="open" data-mark="{esc(ref)}" data-marker="{number}" '
        f'aria-label="{esc(label)}" title="{esc(where)}">{number}</button>'
    )


def tool(act: str, picture: str, label: str, text: str = "", turn: str = "", pressed: bool | None = None) -> str:
    """A button of a toolbar; with a text beside its picture, or with a label only."""
    state = "" if pressed is None else f' aria-pressed="{"true" if pressed else "false"}"'
    of = f' data-of="{esc(turn)}"' if turn else ""
    shown = f"<span>{esc(text)}</span>" if text else ""
    return (
        f'<button type="button" class="yj-tool" data-act="{act}"{of}{state} aria-label="{esc(label)}" title="{esc(label)}">'
        f"{icon(picture)}{shown}</button>"
    )


def button(act: str, picture: str, text: str, more: str = "") -> str:
    """A button with its picture and text; `more`: further attributes."""
    return (
        f'<button type="button" class="yj-tool" data-act="{act}" title="{esc(text)}" {more}>{icon(picture)}'
        f"<span>{esc(text)}</span></button>"
    )


def cross(act: str, words: Words, word: str = "close") -> str:
    return f'<button type="button" class="yj-tool" data-act="{act}" aria-label="{esc(words(word))}">{icon("close")}</button>'


def marked(text: str, start: int, end: int, marks: Iterable[Mark]) -> str:
    """text[start:end] escaped, with a tag around each span; spans may nest or cross, what is shown stays the text.

    A span that crosses another's end is closed and opened again, so the tags always nest.
    """
    spans = sorted(
        ((max(s, start), min(e, end), a) for s, e, a in marks if s < end and e > start and s < e),
        key=lambda m: (m[0], -m[1]),
    )
    edges = sorted({start, end, *(m[0] for m in spans), *(m[1] for m in spans)})
    out: list[str] = []
    open_spans: list[Mark] = []
    for at, until in zip(edges, [*edges[1:], end], strict=True):
        wanted = [m for m in spans if m[0] <= at < m[1]]
        same = _shared(open_spans, wanted)
        out += [f"</{m[2].split()[0]}>" for m in reversed(open_spans[same:])]
        out += [f"<{m[2]}>" for m in wanted[same:]]
        open_spans = wanted
        out.append(html.escape(text[at:until], quote=False))
    return "".join(out)


def _shared(left: Sequence[Mark], right: Sequence[Mark]) -> int:
    """How many marks both lists begin with."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
