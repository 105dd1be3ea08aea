"""The frame of the page: header, composer, scope, side panels, dialogs; the list of conversations; a shared conversation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import get_args

from corpus.records import Document, Level
from qa import page_html
from qa.page_html_parts import esc, icon
from qa.page_text import EN, ZH, Words
from qa.turns import Conversation

_CLIENT_WORDS = (
    "searching offline unexpected copied copy_failed thanks share_stopped delete_sure editing ask_hint ask_more "
    "filters filters_some reader_loading rename_ask missing"
)
"""Words that page.js shows itself."""
_SCRIPTS = ("page", "reader", "tools")
_LEVELS = get_args(Level)
_CHOICES = (("levels", "level"), ("regions", "region"), ("years", "year"), ("documents", "document"))


def page(documents: Sequence[Document], words: Words, version: str) -> tuple[str, str]:
    """(for the head, for the body): what a browser shows before Gradio has started, and keeps.

    The head's scripts go before Gradio's, which they would otherwise wait for.
    """
    head = f'<meta name="theme-color" content="#a5301c">{_files(version, ("page", "tabs"), (*_SCRIPTS, "tabs"))}'
    body = (
        f'<a class="yj-skip" href="#yj-q">{esc(words("skip"))}</a>{_header(words)}'
        f'<div id="yj-early">{_chat(documents, words)}</div>{_frame(words)}'
    )
    return head, body


def _files(version: str, styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Links to our own files; the version changes with them."""
    return (
        '<meta name="color-scheme" content="light dark">'
        f'<link rel="icon" href="/page/static/icon.svg?v={version}" type="image/svg+xml">'
        + "".join(f'<link rel="stylesheet" href="/page/static/{name}.css?v={version}">' for name in styles)
        + "".join(f'<script src="/page/static/{name}.js?v={version}" defer></script>' for name in scripts)
    )


def _document(title: str, body: str, words: Words, version: str, scripts: Sequence[str] = (), attributes: str = "") -> str:
    """A page of our own without Gradio."""
    return (
        f'<!doctype html><html lang="{words.tag}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>{esc(title)}</title>'
        f'{_files(version, ("page",), scripts)}</head><body class="yj-shared" {attributes}>{body}</body></html>'
    )


def _header(words: Words) -> str:
    other = EN if words is ZH else ZH
    return (
        f'<header class="yj-header">{_brand(words)}<span class="yj-gap"></span>'
        f"{_button('new', 'plus', words('new'))}{_button('history', 'history', words('history'))}"
        f'<a class="yj-tool yj-language" data-act="language" href="{other.root}" lang="{other.tag}" hreflang="{other.tag}" '
        f'aria-label="{esc(words("language_label"))}">{esc(words("language"))}</a>'
        f'<button type="button" class="yj-tool" data-act="dark" aria-label="{esc(words("dark_label"))}" '
        f'title="{esc(words("dark_label"))}">{icon("dark")}</button></header>'
    )


def _brand(words: Words) -> str:
    return (
        f'<a class="yj-brand" href="{words.root}"><span class="yj-seal" aria-hidden="true">据</span>'
        f"<b>{esc(words('brand'))}</b><small>{esc(words('tagline'))}</small></a>"
    )


def _button(act: str, picture: str, text: str, more: str = "") -> str:
    return (
        f'<button type="button" class="yj-tool" data-act="{act}" title="{esc(text)}" {more}>{icon(picture)}'
        f"<span>{esc(text)}</span></button>"
    )


def _cross(act: str, words: Words, word: str = "close") -> str:
    return f'<button type="button" class="yj-tool" data-act="{act}" aria-label="{esc(words(word))}">{icon("close")}</button>'


def _chat(documents: Sequence[Document], words: Words) -> str:
    examples = "".join(
        f'<li><button type="button" class="yj-example" data-act="example" data-question="{esc(question)}">'
        f"<small>{esc(kind)}</small>{esc(question)}</button></li>"
        for kind, question in words.examples
    )
    return (
        f'<div class="yj" id="yj-app" lang="{words.tag}"><section class="yj-chat" aria-label="{esc(words("tab_ask"))}">'
        '<div class="yj-scroll" id="yj-scroll" tabindex="-1"><div class="yj-thread" id="yj-thread"></div>'
        f'<div class="yj-hello" id="yj-hello"><h1>{esc(words("hello"))}</h1><p>{esc(words("hello_more"))}</p>'
        f'<ul class="yj-examples">{examples}</ul></div></div>{_composer(documents, words)}</section></div>'
    )


def _composer(documents: Sequence[Document], words: Words) -> str:
    scope = _button("filters", "filter", words("filters"), 'aria-expanded="false"')
    return (
        '<form class="yj-composer" id="yj-composer" autocomplete="off">'
        '<div class="yj-banner" id="yj-banner" hidden><span></span>'
        f"{_cross('unedit', words, 'cancel')}</div>"
        f'<div class="yj-box"><label class="yj-sr" for="yj-q">{esc(words("ask_label"))}</label>'
        f'<textarea id="yj-q" name="question" rows="1" maxlength="1000" enterkeyhint="send" '
        f'placeholder="{esc(words("ask_hint"))}"></textarea>'
        f'<div class="yj-box-row">{scope}'
        '<span class="yj-gap"></span>'
        f'<button type="button" class="yj-stop" data-act="stop" hidden>{icon("stop")}<span>{esc(words("stop"))}</span></button>'
        f'<button type="submit" class="yj-send" id="yj-send">{icon("send")}<span>{esc(words("send"))}</span></button></div></div>'
        f"{_filters(documents, words)}</form>"
    )


def _filters(documents: Sequence[Document], words: Words) -> str:
    """Check boxes by kind; only what more than nothing of the documents has."""
    values: dict[str, list[tuple[str, str]]] = {
        "levels": _known(sorted({d.level for d in documents}, key=_LEVELS.index)),
        "regions": _known([d.region for d in documents]),
        "years": _known(sorted({str(d.year) for d in documents if d.year}, reverse=True)),
        "documents": [(d.id, d.name) for d in documents],
    }
    groups = "".join(
        f'<fieldset class="yj-choose yj-choose-{name}"><legend>{esc(words(label))}</legend>'
        + "".join(
            f'<label><input type="checkbox" name="{name}" value="{esc(value)}"><span>{esc(shown)}</span></label>'
            for value, shown in values[name]
        )
        + "</fieldset>"
        for name, label in _CHOICES
        if values[name]
    )
    return (
        f'<div class="yj-filters" id="yj-filters" role="group" aria-label="{esc(words("filters_label"))}" hidden>'
        f'<p class="yj-filters-head"><span>{esc(words("filters_note"))}</span>'
        f'<button type="button" class="yj-tool" data-act="filters-clear">{esc(words("filters_clear"))}</button>'
        f"{_cross('filters', words, 'close')}</p>"
        f"{groups}</div>"
    )


def _known(found: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in dict.fromkeys(found) if value and value != "未知"]


def _frame(words: Words) -> str:
    """Reader, list of conversations, dialogs, what is told to a screen reader, and the words that page.js shows."""
    said = json.dumps({key: words(key, count="{count}") for key in _CLIENT_WORDS.split()})
    return (
        f'{reader(words)}<aside class="yj-drawer" id="yj-drawer" aria-label="{esc(words("history"))}" hidden>'
        f'<p class="yj-side-head"><b>{esc(words("history"))}</b><span class="yj-gap"></span>'
        f"{_cross('drawer-close', words, 'close')}</p>"
        f'<div class="yj-list" id="yj-list"></div></aside><div class="yj-shade" id="yj-shade" hidden></div>'
        f"{_share(words)}{_down(words)}"
        '<div class="yj-toast" id="yj-toast" role="status"></div><div class="yj-sr" id="yj-live" aria-live="polite"></div>'
        f'<div id="yj-words" hidden data-lang="{words.lang}" data-tag="{words.tag}" data-words="{esc(said)}"></div>'
    )


def reader(words: Words) -> str:
    """The empty reader, filled from /page/reader/…"""
    steps = "".join(
        f'<button type="button" class="yj-tool" data-act="reader-{name}" aria-label="{esc(words(f"reader_{name}"))}" '
        f'title="{esc(words(f"reader_{name}"))}">{icon(name)}</button>'
        for name in ("previous", "next")
    )
    return (
        f'<aside class="yj-reader" id="yj-reader" aria-label="{esc(words("reader_label"))}" hidden><p class="yj-side-head">'
        f'<b>{esc(words("reader"))}</b><span class="yj-gap"></span>{steps}'
        f'<button type="button" class="yj-tool" data-act="reader-back">{esc(words("reader_back"))}</button>'
        f"{_cross('reader-close', words, 'close')}</p>"
        f'<div class="yj-page" id="yj-page" tabindex="0" role="region" aria-label="{esc(words("reader_label"))}"></div></aside>'
    )


def _share(words: Words) -> str:
    return (
        f'<dialog class="yj-dialog" id="yj-share" aria-labelledby="yj-share-title"><h2 id="yj-share-title">'
        f"{esc(words('share_title'))}</h2><p>{esc(words('share_note'))}</p>"
        f'<label class="yj-sr" for="yj-share-link">{esc(words("share_title"))}</label><input id="yj-share-link" readonly>'
        f'<p class="yj-buttons"><button type="button" class="yj-tool" data-act="share-stop">{esc(words("share_stop"))}</button>'
        '<span class="yj-gap"></span>'
        f'<button type="button" class="yj-tool" data-act="dialog-close">{esc(words("close"))}</button>'
        f'<button type="button" class="yj-main" data-act="share-copy">{esc(words("share_copy"))}</button></p></dialog>'
    )


def _down(words: Words) -> str:
    return (
        f'<dialog class="yj-dialog" id="yj-down" aria-labelledby="yj-down-title"><h2 id="yj-down-title">'
        f"{esc(words('down_title'))}</h2><p>{esc(words('down_note'))}</p>"
        f'<label class="yj-sr" for="yj-reason">{esc(words("down_title"))}</label>'
        f'<textarea id="yj-reason" rows="3" maxlength="500" placeholder="{esc(words("down_hint"))}"></textarea>'
        f'<p class="yj-buttons"><span class="yj-gap"></span>'
        f'<button type="button" class="yj-tool" data-act="dialog-close">{esc(words("cancel"))}</button>'
        f'<button type="button" class="yj-main" data-act="down-send">{esc(words("down_send"))}</button></p></dialog>'
    )


def thread(conversation: Conversation, words: Words) -> str:
    """All turns of a conversation, with the tools for the whole of it behind the last."""
    inner = "".join(page_html.turn(t, words) for t in conversation.turns)
    return (
        f'<div class="yj-turns" data-conversation="{esc(conversation.id)}" data-title="{esc(conversation.title)}">{inner}</div>'
        f"{whole(conversation.id, words)}"
    )


def whole(conversation_id: str, words: Words) -> str:
    """Share and export of a whole conversation."""
    links = "".join(
        f'<a href="/api/conversations/{esc(conversation_id)}/export?format={name}" download>{esc(words(f"export_{name}"))}</a>'
        for name in ("md", "html", "docx")
    )
    label = f'aria-label="{esc(words("share_label"))}"'
    return (
        f'<div class="yj-whole">{_button("share", "share", words("share"), label)}'
        f'<details class="yj-export"><summary class="yj-tool">{icon("export")}<span>{esc(words("export"))}</span></summary>'
        f'<div class="yj-export-list">{links}</div></details></div>'
    )


def conversations(found: Sequence[Conversation], words: Words, opened: str = "") -> str:
    """The list of earlier conversations, newest first."""
    if not found:
        return f'<p class="yj-empty">{esc(words("history_empty"))}</p>'
    rows = []
    for c in found:
        title = c.title or words("untitled")
        here = ' aria-current="true"' if c.id == opened else ""
        rows.append(
            f'<li class="yj-row"><a href="{words.root}?c={esc(c.id)}" data-act="goto" data-conversation="{esc(c.id)}"{here}>'
            f"{esc(title)}<small>{esc(_day(c.updated))}</small></a>"
            f'<button type="button" class="yj-tool" data-act="rename" data-conversation="{esc(c.id)}" data-title="{esc(title)}" '
            f'aria-label="{esc(words("rename_named", title=title))}" title="{esc(words("rename"))}">{icon("pencil")}</button>'
            f'<button type="button" class="yj-tool" data-act="delete" data-conversation="{esc(c.id)}" '
            f'aria-label="{esc(words("delete_named", title=title))}" title="{esc(words("delete"))}">{icon("trash")}</button></li>'
        )
    return f"<ul>{''.join(rows)}</ul>"


def _day(moment: datetime) -> str:
    local = moment.astimezone()
    return f"{local.year}-{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"


def shared(conversation: Conversation, token: str, words: Words, version: str) -> str:
    """A shared conversation as a page of its own: the same turns, marks and reader, nothing to change."""
    turns = "".join(page_html.turn(t, words, tools=False) for t in conversation.turns)
    title = conversation.title or words("untitled")
    body = (
        f'<header class="yj-header">{_brand(words)}<span class="yj-gap"></span>'
        f'<a class="yj-main" href="{words.root}">{esc(words("shared_ask"))}</a></header><main class="yj" id="yj-app">'
        '<section class="yj-chat"><div class="yj-scroll" id="yj-scroll" tabindex="-1"><div class="yj-thread" id="yj-thread">'
        f'<h1 class="yj-shared-title">{esc(title)}</h1><p class="yj-understood">{esc(words("shared_note"))} · '
        f"{esc(_day(conversation.created))}</p>{turns}</div></div></section></main>{_frame(words)}"
    )
    return _document(f"{title} · {words('brand')}", body, words, version, _SCRIPTS, f'data-share="{esc(token)}"')


def told(title: str, said: str, words: Words, version: str) -> str:
    """A page that says one thing, such as that a link is gone."""
    ask = f'<a class="yj-main" href="{words.root}">{esc(words("shared_ask"))}</a>'
    return _document(
        title, f'<main class="yj yj-only"><h1>{esc(title)}</h1><p>{esc(said)}</p><p>{ask}</p></main>', words, version
    )
