"""Kept conversations: list, read, rename, delete, share, export. Another's is missing, in the same words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import FastAPI, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from qa import guard, wire
from qa.answer import clean
from qa.api_ask import known
from qa.api_models import RenameRequest
from qa.api_problems import BODY, ProblemError, problems
from qa.api_replies import ConversationModel, ShareReply
from qa.service import Service
from qa.turns import Conversation, MissingError

if TYPE_CHECKING:
    from qa.store import Store

Id = Annotated[str, Path(description="对话的 id（答案里的 `conversation`）", examples=["conversation-id"])]
Format = Literal["md", "html", "docx"]
_MEDIA: dict[Format, str] = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"description": "文件", "content": {media.split(";")[0]: _FILE for media in _MEDIA.values()}}
}
_CONVERSATION = problems("not-found", "request") | {200: {"model": ConversationModel, "description": "对话"}}
_SHARED: dict[int | str, dict[str, Any]] = {
    200: {"links": {"shared": {"operationId": "shared", "parameters": {"token": "$response.body#/token"}}}}
}
_GONE: dict[int | str, dict[str, Any]] = {204: {"description": "做完了"}}


def routes(app: FastAPI, service: Service) -> None:
    _keeping(app, service)
    _exporting(app, service)
    _sharing(app, service)


def _store(service: Service) -> Store:
    if service.store is None:
        raise MissingError("这项服务不保存对话。要保存，请管理员设 YOUJU_RECORD=1。")
    store: Store = service.store
    return store


def _keeping(app: FastAPI, service: Service) -> None:
    @app.get(
        "/api/conversations",
        summary="自己的对话，新的在前",
        description="不带回答。没有密钥的程序得到空的列表：它只能凭 id 取。",
        tags=["对话"],
        responses=problems("request") | {200: {"model": list[ConversationModel], "description": "对话，不带回答"}},
    )
    def conversations(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        before: Annotated[
            str | None,
            Query(description="只要这个时间以前最后动过的", json_schema_extra={"format": "date-time"}),
        ] = None,
    ) -> Response:
        """Without their turns. Empty for a program without a key: it has no list, only ids."""
        if service.store is None:
            return JSONResponse([])
        found = service.store.conversations(guard.owner(request), limit, _moment(before))
        return JSONResponse([wire.conversation_json(c) for c in found])

    @app.get("/api/conversations/{conversation_id}", summary="一段对话", tags=["对话"], responses=_CONVERSATION)
    def conversation(conversation_id: Id, request: Request) -> Response:
        known(conversation_id)
        return JSONResponse(wire.conversation_json(service.keeper.conversation(conversation_id, guard.owner(request))))

    @app.patch(
        "/api/conversations/{conversation_id}",
        summary="改标题",
        tags=["对话"],
        responses=_CONVERSATION | problems(*BODY, "not-found"),
    )
    def rename(conversation_id: Id, body: RenameRequest, request: Request) -> Response:
        known(conversation_id)
        title = clean(body.title) or "未命名"
        store, owner = _store(service), guard.owner(request)
        store.rename(conversation_id, owner, title)
        return JSONResponse(wire.conversation_json(store.conversation(conversation_id, owner)))

    @app.delete(
        "/api/conversations/{conversation_id}",
        summary="删除一段对话",
        description="连同回答、评价和分享链接。",
        tags=["对话"],
        status_code=204,
        responses=_GONE | problems("not-found", "request"),
    )
    def delete(conversation_id: Id, request: Request) -> Response:
        """With its answers, ratings and share link."""
        known(conversation_id)
        _store(service).delete(conversation_id, guard.owner(request))
        service.drop(conversation_id)
        return Response(status_code=204)


def _exporting(app: FastAPI, service: Service) -> None:
    @app.get(
        "/api/conversations/{conversation_id}/export",
        summary="导出",
        tags=["对话"],
        responses=_FILES | problems("not-found", "request"),
        response_class=Response,
    )
    def export(conversation_id: Id, request: Request, kind: Annotated[Format, Query(alias="format")] = "md") -> Response:
        known(conversation_id)
        found = service.keeper.conversation(conversation_id, guard.owner(request))
        name = quote(f"{found.title[:40]}.{kind}", safe="")
        headers = {"Content-Disposition": f"attachment; filename=conversation.{kind}; filename*=UTF-8''{name}"}
        return Response(exported(found, kind), media_type=_MEDIA[kind], headers=headers)


def exported(conversation: Conversation, kind: Format) -> str | bytes:
    """A conversation as a file of this kind."""
    from qa import export  # noqa: PLC0415 - half a second, for exports alone

    if kind == "docx":
        return export.docx(conversation)
    return export.html(conversation) if kind == "html" else export.markdown(conversation)


def _sharing(app: FastAPI, service: Service) -> None:
    @app.post(
        "/api/conversations/{conversation_id}/share",
        summary="得到分享链接",
        description="有链接的人都能读对话里现在的内容。再分享一次，链接不变，内容更新。",
        tags=["对话"],
        responses=_SHARED | problems("not-found", "request"),
        response_model=ShareReply,
    )
    def share(conversation_id: Id, request: Request) -> ShareReply:
        """Whoever has the link may read what is in the conversation now. Sharing again keeps the link."""
        known(conversation_id)
        token = _store(service).share(conversation_id, guard.owner(request))
        return ShareReply(token=token, path=f"/s/{token}")

    @app.delete(
        "/api/conversations/{conversation_id}/share",
        summary="收回分享链接",
        tags=["对话"],
        status_code=204,
        responses=_GONE | problems("not-found", "request"),
    )
    def unshare(conversation_id: Id, request: Request) -> Response:
        known(conversation_id)
        _store(service).unshare(conversation_id, guard.owner(request))
        return Response(status_code=204)

    @app.get("/api/shared/{token}", summary="分享的对话", tags=["对话"], responses=_CONVERSATION)
    def shared(token: Annotated[str, Path(examples=["share-token"])]) -> Response:
        known(token)
        return JSONResponse(wire.conversation_json(_store(service).shared(token)))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    if not re.match(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ProblemError(422, "request", "请求格式不对", "before：应是时间，例如 2026-01-31T08:00:00Z。")
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:  # at the ends of the calendar
        return datetime.max.replace(tzinfo=UTC) if text > "5" else datetime.min.replace(tzinfo=UTC)
    except ValueError:
        raise ProblemError(422, "request", "请求格式不对", f"before：没有 {text} 这个时间。") from None
