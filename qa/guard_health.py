"""Whether the service lives, whether it can answer, and its counters."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from qa.guard_problem import PROBLEM, problem
from qa.meters import CONTENT_TYPE

if TYPE_CHECKING:
    from qa.service import Service

_PING_SECONDS = 3


class AliveModel(BaseModel):
    status: str = "ok"


class ReadyModel(BaseModel):
    """What answers: how much it has read, and who writes."""

    status: str = "ready"
    documents: int
    clauses: int
    model: str


def not_ready(missing: list[str], closing: bool = False) -> dict[str, Any]:
    """Problem details that name what is missing: index, writer, store."""
    detail = "服务正在停止，不再接新的问题。" if closing else f"还缺：{'、'.join(missing)}。请稍后再试；一直如此请看日志。"
    return problem(503, "not-ready", "还不能回答", detail, missing=missing)


_MISSING = {
    "description": "还不能回答（urn:youju:problem:not-ready）",
    "content": {
        PROBLEM: {
            "schema": {"$ref": "#/components/schemas/ProblemModel"},
            "examples": {"not-ready": {"summary": "还缺对话库", "value": not_ready(["store"])}},
        }
    },
}


def routes(app: FastAPI, service: Service) -> None:
    """Add /healthz, /readyz and /metrics."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="health")

    @app.get("/healthz", summary="进程存活", tags=["运行"])
    async def healthz() -> AliveModel:
        return AliveModel()

    @app.get(
        "/readyz",
        summary="可以回答",
        description="还缺什么时是 503，`missing` 里写明。",
        tags=["运行"],
        responses={503: _MISSING},
        response_model=ReadyModel,
    )
    async def readyz() -> Response | ReadyModel:
        """503 with the names of what is missing while something is."""
        index, writer = service.assistant.index, service.assistant.writer
        missing = [] if index.clauses else ["index"]
        if service.store is not None and not await _answers(pool, service.store.ping):
            missing.append("store")
        if missing:
            return JSONResponse(not_ready(missing), 503, {"Retry-After": "10"}, media_type=PROBLEM)
        return ReadyModel(documents=len(index.documents), clauses=len(index.clauses), model=writer.name)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        text = service.meters.text() if service.meters is not None else b""
        return Response(text, media_type=CONTENT_TYPE)


async def _answers(pool: ThreadPoolExecutor, ping: Any) -> bool:
    """Whether the store answers in time, whatever it raises if it does not."""
    try:
        async with asyncio.timeout(_PING_SECONDS):
            await asyncio.get_running_loop().run_in_executor(pool, ping)
    except Exception:  # a driver's own types
        return False
    return True
