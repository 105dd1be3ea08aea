"""问政策 between Gradio and the service: one event asks or follows, and yields a turn's slots as they change.

The thread is HTML of our own in the browser (page.js); a hidden gr.HTML carries each change to it. Every message holds
the whole state of its turn, so none is missed when the browser skips one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool

from index.search import Filters
from qa import guard, page_html
from qa.page_html import Progress
from qa.page_text import Words
from qa.records import QuestionError
from qa.service import Service
from qa.service_events import Failed, Finished, Found, JobEvent, Said, Started, Waiting
from qa.service_job import Job
from qa.turns import BusyError, Json, MissingError, StoreError, Turn

LINGER = 20
"""Seconds that an answer goes on after its last page was closed: a refresh finds it still being written."""
_PAUSE = 0.06
"""Seconds between two messages while text grows: faster than that nobody reads."""
_SILENCE = 15
"""Seconds without news after which the state is sent again, so that proxies keep the connection."""
_TEXTS, _NUMBERS = ("documents", "levels", "regions", "statuses"), ("years",)


def build(gr: Any, service: Service, words: Words) -> None:
    """The two components of the tab: where page.js puts the chat, and the carrier of what changes."""
    chat = gr.HTML(
        '<div class="yj-mount"></div>',
        elem_id="yj-mount",
        apply_default_css=False,
        container=False,
        js_on_load=(
            "const send = {ask: (data) => trigger('ask', data), follow: (data) => trigger('follow', data)};"
            "const begin = () => window.youju?.mounted ? window.youju.mounted(element, send) : setTimeout(begin, 20); begin();"
        ),
    )
    carrier = gr.HTML(
        {},
        elem_id="yj-carrier",
        html_template="<span></span>",
        apply_default_css=False,
        container=False,
        visible="hidden",
        js_on_load="watch('value', () => window.youju && window.youju.receive(props.value));",
    )

    async def ask(event: gr.EventData, request: gr.Request) -> AsyncIterator[Json]:
        async for message in asked(service, event._data or {}, guard.owner(request), words):
            yield message

    async def follow(event: gr.EventData, request: gr.Request) -> AsyncIterator[Json]:
        turn_id = str((event._data or {}).get("turn", ""))
        async for message in followed(service, turn_id, guard.owner(request), words):
            yield message

    for name, function in (("ask", ask), ("follow", follow)):
        # Annotations of a nested function are words here; Gradio needs the types themselves.
        function.__annotations__.update({"event": gr.EventData, "request": gr.Request})
        getattr(chat, name)(
            function,
            outputs=carrier,
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=None,
            api_visibility="private",
        )


async def asked(service: Service, payload: Json, owner: str, words: Words) -> AsyncIterator[Json]:
    """Ask, then everything that happens. What cannot be asked is told in one message."""
    local = str(payload.get("local", ""))[:64]
    try:
        chosen = filters(payload.get("filters"))
    except ValueError:
        yield {"local": local, "problem": words("filters_bad")}
        return
    try:
        job = await run_in_threadpool(
            service.ask,
            str(payload.get("question", "")),
            owner,
            payload.get("conversation") or None,
            chosen,
            payload.get("replaces") or None,
            None,
            LINGER,
        )
    except (QuestionError, BusyError, StoreError) as error:
        yield {"local": local, "problem": str(error)}
        return
    async for message in _messages(job, words):
        yield message | {"local": local, "replaces": payload.get("replaces") or ""}


async def followed(service: Service, turn_id: str, owner: str, words: Words) -> AsyncIterator[Json]:
    """Everything of a running answer from its start, for a page that was opened again; the stored turn when it is over."""
    try:
        turn = await run_in_threadpool(service.turn, turn_id, owner)
    except MissingError:
        yield {"turn": turn_id, "problem": words("missing")}
        return
    job = service.job(turn_id)
    if job is None:
        yield _message(turn, words, Progress())
        return
    async for message in _messages(job, words):
        yield message


def filters(given: Any) -> Filters:
    """The scope as the page sends it: lists by name.

    Raises:
        ValueError: something else than lists of words and years.
    """
    given = given or {}
    if not isinstance(given, dict) or not set(given) <= {*_TEXTS, *_NUMBERS}:
        raise ValueError("filters")
    if not all(isinstance(v, list) and len(v) <= 1000 and all(isinstance(x, str | int) for x in v) for v in given.values()):
        raise ValueError("filters")
    texts = {name: tuple(str(v) for v in given.get(name, ())) for name in _TEXTS}
    return Filters(**texts, years=tuple(int(v) for v in given.get("years", ())))


async def _messages(job: Job, words: Words) -> AsyncIterator[Json]:
    """One message for all that has happened since the last; evidence gets one of its own, so that it is seen first."""
    turn, progress = job.turn, Progress()
    async for events in _events(job):
        for event in events:
            turn, progress = _after(turn, progress, event)
            if isinstance(event, Found):
                yield _message(turn, words, progress)
        yield _message(turn, words, progress)
        if turn.status == "writing":
            await asyncio.sleep(_PAUSE)


def _after(turn: Turn, progress: Progress, event: JobEvent) -> tuple[Turn, Progress]:
    match event:
        case Started():
            return event.turn, progress
        case Waiting():
            return turn, replace(progress, place=event.place or None)
        case Found():
            return replace(turn, record=event.record), progress
        case Said():
            return turn, replace(progress, said=progress.said + event.text, place=None)
        case Finished():
            return event.turn, Progress()
        case Failed():
            problem = str(event.problem.get("detail", "")) if isinstance(event.problem, dict) else str(event.problem)
            return replace(turn, status="failed", problem=problem), Progress()


async def _events(job: Job) -> AsyncIterator[list[JobEvent]]:
    """A job's events as they come, without holding a thread; an empty list after some seconds of silence."""
    loop, more = asyncio.get_running_loop(), asyncio.Event()
    follower = job.follow(lambda: loop.call_soon_threadsafe(more.set))
    try:
        while True:
            more.clear()
            events = follower.take()
            if events:
                yield events
                if isinstance(events[-1], Finished | Failed):
                    return
                continue
            try:
                await asyncio.wait_for(more.wait(), _SILENCE)
            except TimeoutError:
                yield []
    finally:
        follower.close()


def _message(turn: Turn, words: Words, progress: Progress) -> Json:
    record = turn.record or {}
    said = str(record.get("text", "")) if turn.status == "done" else ""
    return {
        "turn": turn.id,
        "conversation": turn.conversation,
        "number": turn.number,
        "status": turn.status,
        "found": len(record.get("evidence", [])),
        "slots": page_html.slots(turn, words, progress),
        "say": said,
    }
