"""What opens over the page: the list of earlier conversations, and the dialogs for sharing, rating and deleting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from qa.beijing import beijing
from qa.page_html_parts import button, cross, esc, icon
from qa.page_text import Words
from qa.turns import Conversation

LISTED = 50
"""Conversations that are listed at once; a button brings the next ones."""


def drawer(words: Words) -> str:
    """The empty list, filled from /page/conversations when it is opened."""
    return (
        f'<dialog class="yj-drawer" id="yj-drawer" aria-label="{esc(words("history"))}">'
        f'<p class="yj-side-head"><b>{esc(words("history"))}</b><span class="yj-gap"></span>'
        f'{cross("drawer-close", words)}</p><div class="yj-list" id="yj-list"></div></dialog>'
    )


def dialogs(words: Words) -> str:
    """Everything that asks or tells before it goes on."""
    return f"{_share(words)}{_down(words)}{_delete(words)}"


def _dialog(name: str, title: str, inner: str, buttons: str) -> str:
    return (
        f'<dialog class="yj-dialog" id="yj-{name}" aria-labelledby="yj-{name}-title"><h2 id="yj-{name}-title">{esc(title)}</h2>'
        f'{inner}<p class="yj-buttons">{buttons}</p></dialog>'
    )


def _plain(act: str, text: str) -> str:
    return f'<button type="button" class="yj-tool" data-act="{act}">{esc(text)}</button>'


def _main(act: str, text: str) -> str:
    return f'<button type="button" class="yj-main" data-act="{act}">{esc(text)}</button>'


def _share(words: Words) -> str:
    inner = (
        f"<p>{esc(words('share_note'))}</p>"
        f'<label class="yj-sr" for="yj-share-link">{esc(words("share_title"))}</label><input id="yj-share-link" readonly>'
    )
    buttons = (
        f'{_plain("share-stop", words("share_stop"))}<span class="yj-gap"></span>'
        f"{_plain('dialog-close', words('close'))}{_main('share-copy', words('share_copy'))}"
    )
    return _dialog("share", words("share_title"), inner, buttons)


def _down(words: Words) -> str:
    inner = (
        f"<p>{esc(words('down_note'))}</p>"
        f'<label class="yj-sr" for="yj-reason">{esc(words("down_title"))}</label>'
        f'<textarea id="yj-reason" rows="3" maxlength="500" placeholder="{esc(words("down_hint"))}"></textarea>'
    )
    buttons = f'<span class="yj-gap"></span>{_plain("dialog-close", words("cancel"))}{_main("down-send", words("down_send"))}'
    return _dialog("down", words("down_title"), inner, buttons)


def _delete(words: Words) -> str:
    """Cancelling stands first: that is where the focus goes."""
    buttons = f'<span class="yj-gap"></span>{_plain("dialog-close", words("cancel"))}{_main("delete-sure", words("delete"))}'
    inner = f'<p class="yj-what" id="yj-delete-what"></p><p>{esc(words("delete_note"))}</p>'
    return _dialog("delete", words("delete_title"), inner, buttons)


def conversations(found: Sequence[Conversation], words: Words, opened: str = "") -> str:
    """Earlier conversations, the last touched first: at most `LISTED` of them, and a button if there are more."""
    if not found:
        return f'<p class="yj-empty">{esc(words("history_empty"))}</p>'
    rows = "".join(_row(c, c.id == opened, words) for c in found[:LISTED])
    more = ""
    if len(found) > LISTED:
        before = esc(found[LISTED - 1].updated.isoformat())
        more = (
            f'<p class="yj-older"><button type="button" class="yj-choice" data-act="older" data-before="{before}">'
            f"{esc(words('history_older'))}</button></p>"
        )
    return f"<ul>{rows}</ul>{more}"


def _row(conversation: Conversation, here: bool, words: Words) -> str:
    title = conversation.title or words("untitled")
    of = f'data-conversation="{esc(conversation.id)}"'
    current = ' aria-current="true"' if here else ""
    tools = "".join(
        f'<button type="button" class="yj-tool" data-act="{act}" {of} data-title="{esc(title)}" '
        f'aria-label="{esc(words(f"{act}_named", title=title))}" title="{esc(words(act))}">{icon(picture)}</button>'
        for act, picture in (("rename", "pencil"), ("delete", "trash"))
    )
    return (
        f'<li class="yj-row"><a href="{words.root}?c={esc(conversation.id)}" data-act="goto" {of}{current}>'
        f"<span>{esc(title)}</span><small>{esc(day(conversation.updated))}</small></a>"
        f"{tools}{_name(conversation.id, title, words)}</li>"
    )


def _name(conversation_id: str, title: str, words: Words) -> str:
    """The form that takes the row's place while its title is written."""
    return (
        f'<form class="yj-name" data-conversation="{esc(conversation_id)}" autocomplete="off" hidden>'
        f'<input name="title" value="{esc(title)}" maxlength="100" required aria-label="{esc(words("rename_ask"))}">'
        f'<button type="submit" class="yj-main">{esc(words("save"))}</button>{cross("rename-cancel", words, "cancel")}</form>'
    )


def day(moment: datetime) -> str:
    """The minute in Beijing."""
    local = beijing(moment)
    return f"{local.year}-{local.month:02}-{local.day:02} {local.hour:02}:{local.minute:02}"


def whole(conversation_id: str, words: Words) -> str:
    """Share and export of a whole conversation."""
    links = "".join(
        f'<a href="/api/conversations/{esc(conversation_id)}/export?format={name}" download>{esc(words(f"export_{name}"))}</a>'
        for name in ("md", "html", "docx")
    )
    label = f'aria-label="{esc(words("share_label"))}"'
    return (
        f'<div class="yj-whole">{button("share", "share", words("share"), label)}'
        f'<details class="yj-export"><summary class="yj-tool">{icon("export")}<span>{esc(words("export"))}</span></summary>'
        f'<div class="yj-export-list">{links}</div></details></div>'
    )
