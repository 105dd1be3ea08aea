"""HTML for the page's script: the reader, a conversation, the list of conversations; and shared conversations as pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from qa import guard, page_html_drawer, page_html_reader, page_html_shell, page_text
from qa.page_html_parts import esc
from qa.page_html_reader import Target
from qa.page_text import Words
from qa.service import Service
from qa.turns import Conversation, Json, MissingError, Turn


def mount(app: FastAPI, service: Service, version: str = "0") -> None:
    """Add /page/… and /s/{token}; before anything is mounted at /."""
    _readers(app, service)
    _conversations(app, service)

    @app.get(page_text.EN.root.rstrip("/"), include_in_schema=False)
    def english(request: Request) -> RedirectResponse:
        """As people type the address, without the slash."""
        return RedirectResponse(request.url.replace(path=f"{request.url.path}/", scheme="", netloc=""), 308)

    @app.get("/s/{token}", include_in_schema=False)
    def shared(token: str, lang: str = "zh") -> HTMLResponse:
        words = page_text.of(lang)
        try:
            conversation = _shared(service, token)
        except MissingError:
            return HTMLResponse(page_html_shell.told(words("shared_title"), words("shared_missing"), words, version), 404)
        return HTMLResponse(page_html_shell.shared(conversation, token, words, version))


def _readers(app: FastAPI, service: Service) -> None:
    @app.get("/page/reader/turn/{turn_id}/{ref}", include_in_schema=False)
    def of_turn(request: Request, turn_id: str, ref: str, share: str = "", lang: str = "zh") -> HTMLResponse:
        """The document behind a mark, from the text that was kept with the answer."""
        words = page_text.of(lang)
        try:
            turn = _turn_of_share(service, share, turn_id) if share else service.turn(turn_id, guard.owner(request))
            record = _record(turn)
            at = page_html_reader.target(record, ref)
            return HTMLResponse(page_html_reader.document(_kept(service, record, at.document), at, words))
        except (MissingError, page_html_reader.UnknownMarkError):
            return _gone(words)

    @app.get("/page/reader/turn/{turn_id}/document/{document_id}", include_in_schema=False)
    def beside_turn(
        request: Request,
        turn_id: str,
        document_id: str,
        clause: str = "",
        start: int = -1,
        end: int = -1,
        quote: str = "",
        share: str = "",
        lang: str = "zh",
    ) -> HTMLResponse:
        """A document that a turn speaks of beside its answer: as kept with the turn, else as it is now, which is told."""
        words = page_text.of(lang)
        try:
            record = _record(_turn_of_share(service, share, turn_id) if share else service.turn(turn_id, guard.owner(request)))
        except MissingError:
            return _gone(words)
        at = Target(document_id, clause, _spans(start, end))
        try:
            return HTMLResponse(page_html_reader.document(_kept(service, record, document_id), at, words))
        except MissingError:
            return _today(service, at, quote, words, words("reader_today"))

    @app.get("/page/reader/document/{document_id}", include_in_schema=False)
    def of_document(
        document_id: str, clause: str = "", start: int = -1, end: int = -1, quote: str = "", kept: str = "", lang: str = "zh"
    ) -> HTMLResponse:
        """A document as it was kept under the digest `kept`; without one, or where none is kept, as it is now."""
        words, at = page_text.of(lang), Target(document_id, clause, _spans(start, end))
        if not kept:
            return _today(service, at, quote, words)
        try:
            return HTMLResponse(page_html_reader.document(service.keeper.document(kept), at, words))
        except MissingError:
            return _today(service, at, quote, words, words("reader_today"))


def _spans(start: int, end: int) -> tuple[tuple[int, int], ...]:
    return ((start, end),) if 0 <= start < end else ()


def _today(service: Service, at: Target, quote: str, words: Words, note: str = "") -> HTMLResponse:
    """As the library has it; nothing is marked, and that is told, where other words stand than the quoted ones."""
    try:
        snapshot = service.documents.snapshot(at.document)
    except KeyError:
        return _gone(words)
    if at.spans and not snapshot["text"].startswith(quote, at.spans[0][0]):
        at, note = replace(at, spans=()), words("reader_changed")
    return HTMLResponse(page_html_reader.document(snapshot, at, words, note))


def _conversations(app: FastAPI, service: Service) -> None:
    @app.get("/page/conversations", include_in_schema=False)
    def listed(request: Request, opened: str = "", lang: str = "zh", before: datetime | None = None) -> HTMLResponse:
        found: list[Conversation] = []
        if service.store is not None:
            found = service.store.conversations(guard.owner(request), page_html_drawer.LISTED + 1, before)
        return HTMLResponse(page_html_drawer.conversations(found, page_text.of(lang), opened))

    @app.get("/page/conversations/{conversation_id}", include_in_schema=False)
    def opened(request: Request, conversation_id: str, lang: str = "zh") -> HTMLResponse:
        words = page_text.of(lang)
        try:
            found = service.keeper.conversation(conversation_id, guard.owner(request))
        except MissingError:
            return _gone(words)
        return HTMLResponse(page_html_shell.thread(found, words))

    @app.get("/page/whole/{conversation_id}", include_in_schema=False)
    def whole(conversation_id: str, lang: str = "zh") -> HTMLResponse:
        """Share and export of a conversation; the id is only repeated."""
        return HTMLResponse(page_html_drawer.whole(conversation_id, page_text.of(lang)))


def _gone(words: Words) -> HTMLResponse:
    return HTMLResponse(f'<p class="yj-empty">{esc(words("missing"))}</p>', 404)


def _shared(service: Service, token: str) -> Conversation:
    store: Any = service.store
    if store is None:
        raise MissingError(token)
    conversation: Conversation = store.shared(token)
    return conversation


def _turn_of_share(service: Service, token: str, turn_id: str) -> Turn:
    for turn in _shared(service, token).turns:
        if turn.id == turn_id:
            return turn
    raise MissingError(turn_id)


def _record(turn: Turn) -> Json:
    """What the turn holds; of a running one that the store has not caught up with, nothing yet."""
    if turn.record is None:
        raise MissingError(turn.id)
    return turn.record


def _kept(service: Service, record: Json, document: str) -> Json:
    """The document as it was when it was cited.

    Raises:
        MissingError: it was not kept.
    """
    sha256 = record.get("documents", {}).get(document)
    if sha256 is None:
        raise MissingError(document)
    kept: Json = service.keeper.document(sha256)
    return kept
