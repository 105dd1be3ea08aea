"""What the tabs 找扶持, 读原文 and 评测 share: how a click inside an HTML text of theirs reaches Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

AT_ONCE = 8
"""Events of one kind that are worked on side by side: nobody waits for another reader."""
_CLICKS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-do]');
  if (!button || button.tagName === 'FORM' || !element.contains(button)) return;
  event.preventDefault();
  trigger('click', {...button.dataset});
});
element.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target.closest('[data-do]');
  if (form) trigger('submit', {...form.dataset, reply: new FormData(form).get('reply') || ''});
});
element.addEventListener('keydown', (event) => {
  if (event.target.tagName === 'INPUT') event.stopPropagation();
});
const shown = () => window.dispatchEvent(new CustomEvent('yt-shown', {detail: element}));
watch('value', shown);
setTimeout(shown);
"""
"""An element with `data-do` sends all its data, a form also what was typed; yt-shown tells tabs.js of new HTML."""
PLAIN = {"apply_default_css": False, "js_on_load": None}
"""Of gr.HTML: without Gradio's own look for texts."""
LIVE = {"apply_default_css": False, "js_on_load": _CLICKS}
"""The same for HTML with buttons: its events are `click` and `submit`."""


def number(text: str | None) -> float | None:
    """What was typed where a number belongs; None for nothing.

    Raises:
        ValueError: something that is no number.
    """
    plain = (text or "").replace(",", "").replace("，", "").strip()
    return float(plain) if plain else None


def reached(gr: Any, handler: Callable[..., Any]) -> Callable[..., Any]:
    """A handler whose first argument is the event's data (a dict), before the values of its inputs."""

    def called(event: Any, *values: Any) -> Any:
        data = event._data
        return handler(data if isinstance(data, dict) else {}, *values)

    called.__annotations__ = {"event": gr.EventData}  # this is how gradio knows what to pass
    return called
