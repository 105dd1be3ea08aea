"""A question asked over MCP, followed until it is answered, while the caller is told how far it is."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from qa.api_stream import Followed
from qa.mcp_tools import ToolError
from qa.service_events import Failed, Finished, Found, JobEvent, Said, Waiting
from qa.service_job import Job
from qa.turns import Json

_TICK = 0.5  # seconds between two notices of growing text
Report = Callable[[int, str], Awaitable[None]]
"""Takes the number of the step and what to show."""


async def record(job: Job, report: Report) -> Json:
    """The record of the finished answer. When the caller goes away nobody follows, and the job stops.

    Raises:
        ToolError: the answer failed or was stopped.
    """
    followed, progress = Followed(job), _Progress(report)
    try:
        async for event in followed:
            if isinstance(event, Failed):
                raise ToolError(str(event.problem["detail"]))
            if isinstance(event, Finished):
                return _whole(event)
            await progress.tell(event)
        raise ToolError("回答没有写完。请重新提问。")
    finally:
        followed.close()


def _whole(event: Finished) -> Json:
    if event.turn.status != "done" or event.turn.record is None:
        raise ToolError(f"回答没有写完：{event.turn.problem}请重新提问。")
    return event.turn.record


class _Progress:
    """What a waiting caller is shown: the place in line, what was found, the text as it grows."""

    def __init__(self, report: Report) -> None:
        self._report, self._steps, self._told, self._text = report, 0, 0.0, ""

    async def tell(self, event: JobEvent | None) -> None:
        if isinstance(event, Waiting):
            await self._tell(f"排队中，第 {event.place} 位" if event.place else "轮到了，正在写答案")
        elif isinstance(event, Found):
            await self._tell(f"找到 {len(event.record['evidence'])} 条依据")
        elif isinstance(event, Said):
            self._text += event.text
            if time.monotonic() - self._told >= _TICK:
                await self._tell(self._text)
        elif event is None:  # a client may give up a call that is silent for long
            await self._tell(self._text or "还在准备答案")

    async def _tell(self, message: str) -> None:
        self._steps, self._told = self._steps + 1, time.monotonic()
        await self._report(self._steps, message)
