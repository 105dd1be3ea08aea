"""The tab 读原文: documents, their outlines and whole texts; search, and jumps to an address as people write it."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.records import Clause, Document, Span
from index.search import Filters, Index
from qa import address_names, find_address, page_read_html
from qa.page_html_parts import esc
from qa.page_read_html import Place
from qa.page_tabs import AT_ONCE, LIVE, reached
from qa.page_tabs_text import texts

_HITS = 20
_MARKED = 3
"""Sentences of a hit that are marked, when they are about as near as the best one."""
_NEARLY = 0.05  # cosine
_LONGEST = 300
"""Characters of what is looked for."""
Words = Mapping[str, str]


class Library:
    """The documents of an index, ready to be opened; nothing is read again for each visitor."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.documents = {d.id: d for d in index.documents}
        self._clauses: dict[str, list[Clause]] = defaultdict(list)
        for clause in sorted(index.clauses, key=lambda c: c.start):
            self._clauses[clause.document.id].append(clause)

    def listed(self, filtered: str, chosen: str, words: Words) -> str:
        fitting = [d for d in self.documents.values() if page_read_html.fits(d, filtered)]
        return page_read_html.documents(fitting, chosen, filtered, words)

    def outline(self, document: str, words: Words) -> str:
        return page_read_html.outline(self._clauses.get(document, []), words)

    def text(self, document: str, place: Place, root: str, words: Words) -> str:
        found = self.documents.get(document)
        if found is None:
            note = words["read_unknown" if document else "read_choose"]
            return f'<p class="yt-empty">{esc(note)}</p>'
        return page_read_html.text(found, self._clauses[document], place, root, words)

    def look(self, typed: str, within: Document | None) -> tuple[list[tuple[Clause, Sequence[Span]]], str, Clause | None]:
        """What was typed: clauses found, what to say of them, and the clause to open at once if it is a sure address."""
        typed = typed.strip()[:_LONGEST]
        if not typed:
            return [], "", None
        asked = f"{within.name}{typed}" if within else typed
        meant = find_address.look_up(self.index, asked)
        if within and meant.kind != "one":
            elsewhere = find_address.look_up(self.index, typed)
            meant = elsewhere if elsewhere.kind == "one" else meant
        inside = within
        if meant.kind == "document" and not within:
            inside = meant.clauses[0].document
            if not _rest(inside, typed):
                return [], "", meant.clauses[0]
        if meant.kind == "one":
            return [], "", meant.clauses[0]
        named = [(c, ()) for c in meant.clauses] if meant.kind in ("several", "near") else []
        filters = Filters(documents=(inside.id,)) if inside else None
        hits = self.index.search(typed, _HITS, filters)
        seen = {c.id for c, _ in named}
        searched = [(h.clause, _spans(h.sentences)) for h in hits if h.clause.id not in seen]
        return [*named, *searched], meant.said if named else "", None


def _rest(document: Document, typed: str) -> str:
    """What is looked for in a document that was named; empty when there is only its name."""
    return re.sub(r"\W+", "", address_names.named([document], typed).rest)


def _spans(sentences: Sequence[Any]) -> list[Span]:
    """The sentences of a hit that were looked for, in the order of the text."""
    near = [s for s in sentences[:_MARKED] if s.score >= sentences[0].score - _NEARLY]
    return [(s.start, s.end) for s in near]


def build(gr: Any, service: Any, words: Any) -> None:
    """Put the tab's components into the Blocks that is being built."""
    t = texts(words.lang)
    library = Library(service.assistant.index)
    with gr.Column(elem_id="yt-read", elem_classes=["yt-tab"]):
        with gr.Row(elem_classes=["yt-search"]):
            typed = gr.Textbox(
                label=t["read_box"], placeholder=t["read_example"], max_length=_LONGEST, scale=5, elem_id="yt-look"
            )
            go = gr.Button(t["read_go"], variant="primary", scale=0, min_width=96, elem_id="yt-look-go")
        here = gr.Checkbox(label=t["read_here"], value=False, container=False, elem_id="yt-look-here")
        hits = gr.HTML("", **LIVE, elem_id="yt-found")
        with gr.Row(elem_classes=["yt-reading"]):
            with gr.Column(scale=1, min_width=260, elem_classes=["yt-side"]):
                filtered = gr.Textbox(label=t["read_documents"], placeholder=t["read_filter"], elem_id="yt-filter")
                listed = gr.HTML(library.listed("", "", t), **LIVE, elem_id="yt-documents")
                outline = gr.HTML("", **LIVE, elem_id="yt-outline")
            with gr.Column(scale=3, min_width=320):
                text = gr.HTML(library.text("", Place(), words.root, t), **LIVE, elem_id="yt-text")
        current = gr.State("")

    again = itertools.count()  # the same place twice is news to the browser, which goes there once more

    def opened(document: str, place: Place, filter_words: str) -> list[Any]:
        return [
            library.listed(filter_words, document, t),
            library.outline(document, t),
            f"{library.text(document, place, words.root, t)}<!-- {next(again)} -->",
            document if document in library.documents else "",
        ]

    def click(data: Mapping[str, Any], filter_words: str) -> list[Any]:
        if data.get("do") == "close":
            return [gr.skip()] * 4 + [""]
        place = Place(str(data.get("clause", "")), _span(data))
        return [*opened(str(data.get("document", "")), place, filter_words), gr.skip()]

    def look(wanted: str, only_here: bool, document: str, filter_words: str) -> list[Any]:
        places, said, sure = library.look(wanted, library.documents.get(document) if only_here else None)
        if sure is not None:
            return [*opened(sure.document.id, Place(sure.id), filter_words), ""]
        return [gr.skip()] * 4 + [page_read_html.found(places, said, t) if wanted.strip() else ""]

    def linked(request: Any) -> list[Any]:
        asked = dict(request.query_params)
        if "doc" not in asked:
            return [gr.skip()] * 4
        return opened(asked["doc"], Place(asked.get("clause", "")), "")

    linked.__annotations__ = {"request": gr.Request}  # this is how gradio knows what to pass
    shown = [listed, outline, text, current]
    quick = {"concurrency_limit": AT_ONCE, "api_visibility": "private"}
    gr.on([go.click, typed.submit], look, [typed, here, current, filtered], [*shown, hits], **quick, show_progress_on=hits)
    for source in (listed, hits):
        source.click(reached(gr, click), filtered, [*shown, hits], **quick, show_progress_on=text)
    filtered.input(lambda words_, document: library.listed(words_, document, t), [filtered, current], listed, **quick)
    gr.context.Context.root_block.load(linked, None, shown, **quick)


def _span(data: Mapping[str, Any]) -> Span | None:
    try:
        start, end = int(data["start"]), int(data["end"])
    except (KeyError, ValueError, TypeError):
        return None
    return (start, end) if 0 <= start < end else None
