"""/api/ask and what belongs to one answer: its turn, its stop, its rating, the texts that it cites."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import FastAPI, Path, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from qa import guard, wire
from qa.answer import clean
from qa.api_models import AskRequest, FeedbackRequest
from qa.api_problems import BODY, ProblemError, problems, reply
from qa.api_replies import AnswerModel, RatingModel, SnapshotModel, TurnModel
from qa.api_stream import EventStream, Followed, comment, event, events, outcome
from qa.service import Service
from qa.service_events import Failed, Finished, Found, Said, Waiting
from qa.turns import Json, MissingError, Turn

TurnId = Annotated[str, Path(description="回答的 id（答案里的 `id`）", examples=["turn-id"])]
_STREAM = {
    "text/event-stream": {
        "schema": events("事件的 JSON", "evidence", "token", "answer", "error"),
        "example": 'event: evidence\ndata: {"standalone": "…", "evidence": […]}\n\nevent: token\ndata: {"text": "…"}\n\n',
    }
}
_LINKS = {
    "turn": {"operationId": "turn", "parameters": {"turn_id": "$response.body#/id"}},
    "stop": {"operationId": "stop", "parameters": {"turn_id": "$response.body#/id"}},
    "feedback": {"operationId": "feedback", "requestBody": {"answer": "$response.body#/id", "rating": "up"}},
    **{
        name: {"operationId": name, "parameters": {"conversation_id": "$response.body#/conversation"}}
        for name in ("conversation", "rename", "export", "share", "unshare", "delete")
    },
    "clause": {"operationId": "clause", "parameters": {"clause_id": "$response.body#/citations/0/clause"}},
}
_ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {"model": AnswerModel, "description": "答案", "content": _STREAM, "links": _LINKS}
}

_FAULTS = problems(*BODY, "question", "not-found", "stopped", "busy", "closing", "writer", "internal")
_ABOUT = (
    "回答一个问题，每句附引用。`stream` 为 true 时边写边发（SSE）：evidence、若干 token，最后是 answer 或 error；"
    "以“:”开头的行是注释：排队的位置、心跳。断开连接，回答就停下。"
)


def routes(app: FastAPI, service: Service) -> None:
    _asking(app, service)
    _turns(app, service)


def _asking(app: FastAPI, service: Service) -> None:
    @app.post("/api/ask", summary="提问", description=_ABOUT, tags=["问答"], responses=_ANSWERED | _FAULTS)
    async def ask(body: AskRequest, request: Request) -> Response:
        """Answer a question. With `stream`, server-sent events: evidence, token…, then answer, or error.

        Comment lines tell the place in line, and that the connection lives. Who closes the connection stops the answer.
        """
        if body.history is not None and (body.conversation or body.replaces):
            raise ProblemError(422, "request", "请求格式不对", "history：和 conversation、replaces 不能一起给。请留一种。")
        known(body.conversation, body.replaces)
        job = await run_in_threadpool(
            service.ask,
            body.question,
            guard.owner(request),
            body.conversation,
            body.filters.filters(),
            body.replaces,
            body.earlier(),
        )
        if body.stream:
            followed = Followed(job)
            return EventStream(followed, _events(followed))
        return answer(await outcome(job, request))


def answer(last: Finished | Failed | None) -> Response:
    """What a client that does not stream gets for the last event of a job."""
    if last is None:
        return Response(status_code=499)  # nobody is there to read it
    if isinstance(last, Failed):
        return reply(last.problem)
    if last.turn.status != "done" or last.turn.record is None:
        return reply(_stopped(last.turn))
    return JSONResponse(last.turn.record)


async def _events(followed: Followed) -> AsyncIterator[str]:
    async for happened in followed:
        match happened:
            case None:
                yield comment("…")
            case Waiting(place) if place:
                yield comment(f"waiting {place}")
            case Found(record):
                yield event("evidence", record)
            case Said(text):
                yield event("token", {"text": text})
            case Finished(turn):
                whole = turn.status == "done" and turn.record is not None
                yield event("answer", turn.record or {}) if whole else event("error", _stopped(turn))
            case Failed(problem):
                yield event("error", problem)
            case _:
                pass


def _stopped(turn: Turn) -> Json:
    return wire.problem_json(409, "stopped", "已经停止", turn.problem) | {"turn": turn.id}


def _turns(app: FastAPI, service: Service) -> None:
    @app.get("/api/turns/{turn_id}", summary="一个回答，照当时的样子", tags=["问答"], responses=_one(TurnModel))
    def turn(turn_id: TurnId, request: Request) -> Response:
        known(turn_id)
        return JSONResponse(wire.turn_json(service.turn(turn_id, guard.owner(request))))

    @app.post(
        "/api/turns/{turn_id}/stop",
        summary="停止正在写的回答",
        description="得到停下时的样子；已经写完的回答不变。",
        tags=["问答"],
        responses=_one(TurnModel, "elsewhere"),
    )
    def stop(turn_id: TurnId, request: Request) -> Response:
        """The turn as it stands then; a finished answer stays as it is. 409: another process of the service writes it."""
        known(turn_id)
        found = service.stop(turn_id, guard.owner(request))
        if found is None:
            detail = "这个回答由同一个记录库上的另一个进程在写，这里停不了。请断开提问的连接，或等它写完（通常几十秒）再看。"
            raise ProblemError(409, "elsewhere", "在别处书写", detail)
        return JSONResponse(wire.turn_json(found))

    @app.post(
        "/api/feedback",
        summary="评价一个回答",
        description="再评一次，代替上一次的。",
        tags=["问答"],
        responses=problems(*BODY, "not-found"),
    )
    def feedback(body: FeedbackRequest, request: Request) -> RatingModel:
        """Sent again it replaces what was said before."""
        known(body.answer)
        if service.store is None:
            raise MissingError("这项服务不保存回答，也就不能评价。")
        reason = clean(body.reason)
        service.store.rate(body.answer, guard.owner(request), body.rating, reason)
        return RatingModel(rating=body.rating, reason=reason)

    @app.get("/api/texts/{sha256}", summary="一份文件被引用时的正文", tags=["语料"], responses=_one(SnapshotModel))
    def text(sha256: Annotated[str, Path(description="答案里 `documents` 的值")]) -> Response:
        known(sha256)
        return JSONResponse(service.keeper.document(sha256))


def known(*ids: str | None) -> None:
    """Refuse what cannot be an id of ours before anybody looks it up.

    Raises:
        MissingError: as for an id that is not there.
    """
    for given in ids:
        if given is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", given):
            raise MissingError("没有这个 id 的内容，或者它已经删除。请检查 id 是否抄写完整。")


def _one(model: type[Any], *kinds: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of an endpoint that gives one kept thing, as it is kept."""
    return {200: {"model": model, "description": "找到了"}} | problems("not-found", "request", *kinds)
