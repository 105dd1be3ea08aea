"""Following a job from the event loop: no thread waits with a reader, and a reader who leaves is noticed at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from qa.service_events import Failed, Finished, JobEvent
from qa.service_job import Job
from qa.turns import Json

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that nothing on the way takes the connection for dead."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Followed:
    """All events of a job for `async for`; None after HEARTBEAT seconds of silence."""

    def __init__(self, job: Job) -> None:
        self._more = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._more.set)

        self._follower = job.follow(wake)

    async def __aiter__(self) -> AsyncIterator[JobEvent | None]:
        while True:
            self._more.clear()
            events = self._follower.take()
            for event in events:
                yield event
                if isinstance(event, Finished | Failed):
                    return
            if not events:
                try:
                    await asyncio.wait_for(self._more.wait(), HEARTBEAT)
                except TimeoutError:
                    yield None

    def close(self) -> None:
        """Stop following; a job that nobody follows stops."""
        self._follower.close()


class EventStream(StreamingResponse):
    """Server-sent events of a job; however it ends, the job is no longer followed."""

    def __init__(self, followed: Followed, lines: AsyncIterator[str]) -> None:
        super().__init__(lines, media_type="text/event-stream", headers=_HEADERS)
        self._followed = followed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._followed.close()


async def outcome(job: Job, request: Request) -> Finished | Failed | None:
    """The last event of a job; None when the client has left before it, and the job was given up."""
    followed = Followed(job)

    async def last() -> Finished | Failed | None:
        async for event in followed:
            if isinstance(event, Finished | Failed):
                return event
        return None

    try:
        found: Finished | Failed | None = await _first(last, lambda: _gone(request))
        return found
    finally:
        followed.close()


def events(data: str, *names: str) -> Json:
    """Schema of one event of a stream, for the manual."""
    fields: Json = {"data": {"type": "string", "description": data}}
    fields |= {"event": {"type": "string", "enum": list(names)}} if names else {}
    return {"type": "object", "required": list(fields), "properties": fields}


def event(name: str, data: Json) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def comment(text: str) -> str:
    """What a client does not see."""
    return f": {text}\n\n"


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _first(*works: Callable[[], Awaitable[Any]]) -> Any:
    """The result of whichever ends first; the others are cancelled."""
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task.result() for task in tasks if task in done)
    finally:
        for task in tasks:
            task.cancel()
