"""The frame of the page: header, composer, scope, reader; the thread; a shared conversation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import get_args

from corpus.records import Document, Level
from qa import page_html, page_html_drawer
from qa.page_html_parts import button, cross, esc, icon
from qa.page_text import EN, ZH, Words
from qa.turns import Conversation

_CLIENT_WORDS = (
    "searching offline unexpected copied copy_failed thanks share_stopped deleted editing ask_hint ask_more "
    "filters filters_some history_added reader_loading missing"
)
"""Words that page.js shows itself."""
_SCRIPTS = ("page", "reader", "drawer", "tools")
_LEVELS = get_args(Level)
_CHOICES = (("levels", "level"), ("regions", "region"), ("years", "year"), ("documents", "document"))


def page(documents: Sequence[Document], words: Words, version: str) -> tuple[str, str, str]:
    """(for the head, before Gradio's part, behind it): what a browser shows before Gradio has started, and keeps.

    The head's scripts go before Gradio's, which they would otherwise wait for. Reader and dialogs go behind, so that the
    box for the question is the first that anybody, or any program, finds.
    """
    head = f'<meta name="theme-color" content="#a5301c">{_files(version, ("page", "tabs"), (*_SCRIPTS, "tabs"))}'
    body = (
        f'<a class="yj-skip" href="#yj-q">{esc(words("skip"))}</a>{_header(words)}'
        f'<div id="yj-early">{_chat(documents, words)}</div>'
    )
    return head, body, _frame(words)


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
        f"{button('new', 'plus', words('new'))}{button('history', 'history', words('history'))}"
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
    scope = button("filters", "filter", words("filters"), 'aria-expanded="false"')
    return (
        '<form class="yj-composer" id="yj-composer" autocomplete="off">'
        '<div class="yj-banner" id="yj-banner" hidden><span></span>'
        f"{cross('unedit', words, 'cancel')}</div>"
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
        f"{cross('filters', words, 'close')}</p>"
        f"{groups}</div>"
    )


def _known(found: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in dict.fromkeys(found) if value and value != "未知"]


def _frame(words: Words, owner: bool = True) -> str:
    """Reader, what is told to a screen reader, the words that page.js shows; for the owner the list and the dialogs."""
    said = json.dumps({key: words(key, count="{count}") for key in _CLIENT_WORDS.split()})
    own = f"{page_html_drawer.drawer(words)}{page_html_drawer.dialogs(words)}" if owner else ""
    return (
        f"{reader(words)}{own}"
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
        f"{cross('reader-close', words, 'close')}</p>"
        f'<div class="yj-page" id="yj-page" tabindex="0" role="region" aria-label="{esc(words("reader_label"))}"></div></aside>'
    )


def thread(conversation: Conversation, words: Words) -> str:
    """All turns of a conversation, with the tools for the whole of it behind the last."""
    inner = "".join(page_html.turn(t, words) for t in conversation.turns)
    return (
        f'<div class="yj-turns" data-conversation="{esc(conversation.id)}" data-title="{esc(conversation.title)}">{inner}</div>'
        f"{page_html_drawer.whole(conversation.id, words)}"
    )


def shared(conversation: Conversation, token: str, words: Words, version: str) -> str:
    """A shared conversation as a page of its own: the same turns, marks and reader, nothing to change."""
    turns = "".join(page_html.turn(t, words, tools=False) for t in conversation.turns)
    title = conversation.title or words("untitled")
    body = (
        f'<header class="yj-header">{_brand(words)}<span class="yj-gap"></span>'
        f'<a class="yj-main" href="{words.root}">{esc(words("shared_ask"))}</a></header><main class="yj" id="yj-app">'
        '<section class="yj-chat"><div class="yj-scroll" id="yj-scroll" tabindex="-1"><div class="yj-thread" id="yj-thread">'
        f'<h1 class="yj-shared-title">{esc(title)}</h1><p class="yj-understood">{esc(words("shared_note"))} · '
        f"{esc(page_html_drawer.day(conversation.created))}</p>{turns}</div></div></section></main>{_frame(words, owner=False)}"
    )
    return _document(f"{title} · {words('brand')}", body, words, version, _SCRIPTS, f'data-share="{esc(token)}"')


def told(title: str, said: str, words: Words, version: str) -> str:
    """A page that says one thing, such as that a link is gone."""
    ask = f'<a class="yj-main" href="{words.root}">{esc(words("shared_ask"))}</a>'
    return _document(
        title, f'<main class="yj yj-only"><h1>{esc(title)}</h1><p>{esc(said)}</p><p>{ask}</p></main>', words, version
    )
