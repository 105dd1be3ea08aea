"""有据 for other people's assistants: the Model Context Protocol, in a terminal (stdio) and at /mcp (streamable HTTP).

Every request stands alone (no session is kept), so that a restart breaks no client; a client that goes away stops its
answer. What a call is told when it fails is a tool error in Chinese that says what to send instead.
"""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import date
from importlib.metadata import version
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import anyio
from fastapi import FastAPI
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError, UnexpectedToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, InputRequiredResult, Resource, TextContent, ToolAnnotations
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import IndexingError
from qa import guard, mcp_follow, mcp_tools, mcp_wire, wire
from qa.match_wire import MatchModel
from qa.mcp_tools import Given
from qa.profile_form import ProfileError
from qa.records import QuestionError
from qa.service import Service
from qa.turns import BusyError, MissingError, StoreError
from qa.writer import WriterError

_LOG = logging.getLogger(__name__)
PATH = "/mcp"
_TOLD = (BusyError, IndexingError, MissingError, ProfileError, QuestionError, StoreError, mcp_tools.ToolError, WriterError)
"""What a caller is told in the words of the error."""
_INSTRUCTIONS = """有据：带条款依据的中国政策文件问答。
先用 search_clauses 找条款，用 read_clause 读原文（认“8号文第十四条”这样的写法），引用时写文件名、文号和地址，原文逐字照抄。
ask 直接给出逐句核对过的答案；match 为一个企业或个人比对扶持措施；check_text 核对别人写的文字有没有条款依据。
verdict：verified 条款支持，weak 只有部分支持，unsupported 没有依据。没有依据的话不要当作政策转述。"""
_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_ASKS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
_LISTED = 200  # documents listed as resources; a template reads every one

Lifespan = Callable[[MCPServer[Any]], AbstractAsyncContextManager[Any]]
Levels = Annotated[list[str] | None, Field(description="只用这些层级的文件：国家、省、市、县")]
Regions = Annotated[list[str] | None, Field(description="只用这些地区的文件，如 辽宁省")]
Years = Annotated[list[int] | None, Field(description="只用这些年份印发的文件")]
Documents = Annotated[list[str] | None, Field(description="只用这些文件（文件 id，见 list_documents）")]


def server(opened: Callable[[], Service], lifespan: Lifespan | None = None) -> MCPServer[Any]:
    """The tools and resources around a Service; serve it over any transport.

    Args:
        opened: gives the service; a call may wait until it is open, and raise why it cannot be.
        lifespan: entered while the server runs.
    """
    with _logging_untouched():
        made = _Server(
            "youju", title="有据", instructions=_INSTRUCTIONS, version=version("youju"), log_level="WARNING", lifespan=lifespan
        )
    _reading(made, opened)
    _judging(made, opened)
    _asking(made, opened)
    _resources(made, opened)
    return made


def stdio(open_service: Callable[[], Service]) -> None:
    """Serve one client on standard input and output until it closes them.

    The service is opened meanwhile in a thread of its own, since clients give a new server only seconds to speak; a call
    waits for it. What is printed then goes to standard error: the SDK keeps standard output for messages.
    """
    opening = _Opening(open_service)

    @asynccontextmanager
    async def lifespan(_: MCPServer[Any]) -> AsyncIterator[None]:
        opening.begin()
        try:
            yield
        finally:
            opening.close()

    server(opening, lifespan).run("stdio")


class _Opening:
    """A service that is being opened; calling waits for it."""

    def __init__(self, open_service: Callable[[], Service]) -> None:
        self._open, self._opened = open_service, Future[Service]()

    def __call__(self) -> Service:
        return self._opened.result()

    def begin(self) -> None:
        threading.Thread(target=self._work, name="youju-open", daemon=True).start()

    def close(self) -> None:
        if self._opened.done() and not self._opened.exception():
            service = self._opened.result()
            service.close(0)
            if service.store is not None:
                service.store.close()

    def _work(self) -> None:
        try:
            self._opened.set_result(self._open())
        except Exception as error:  # whatever it is, every call tells or logs it
            _LOG.error("the service could not be opened: %s", error)
            self._opened.set_exception(error)


def mount(app: FastAPI, service: Service) -> None:
    """Serve the same tools at /mcp while the app runs (its lifespan is wrapped)."""
    made = server(lambda: service)
    endpoint = _Endpoint(service)
    app.router.routes.append(Route(PATH, endpoint))
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: Any) -> AsyncIterator[Any]:
        inner = made.streamable_http_app(
            streamable_http_path=PATH,
            stateless_http=True,
            max_request_body_size=service.settings.body_kb * 1024,
            # Behind a proxy the Host is the outside name; the Origin is judged in _Endpoint.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with made.session_manager.run(), around(running) as state:
            endpoint.inner = inner
            try:
                yield state
            finally:
                endpoint.inner = None

    app.router.lifespan_context = lifespan


class _Endpoint:
    """The ASGI app at /mcp: a page of another site may not call it from its visitor's browser."""

    def __init__(self, service: Service) -> None:
        self.inner: ASGIApp | None = None
        self._cors = {origin.strip().rstrip("/") for origin in service.settings.cors.split(",") if origin.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        if origin and urlsplit(origin).netloc != headers.get("host") and not self._cors & {origin, "*"}:
            detail = f"来自 {origin[:100]} 的网页不能调用这里。管理员可以把它加进 YOUJU_CORS。"
            refused = wire.problem_json(403, "origin", "不接受这个来源", detail)
        elif self.inner is None:
            refused = wire.problem_json(503, "not-ready", "还不能服务", "服务正在启动或关闭，请稍后再试。")
        else:
            await self.inner(scope, receive, send)
            return
        await JSONResponse(refused, refused["status"], media_type="application/problem+json")(scope, receive, send)


class _Server(MCPServer[Any]):
    """Failures as tool errors in Chinese; the SDK's own words never reach a caller, nor a caller's words the log."""

    listed: Callable[[], list[Resource]] = staticmethod(list)
    """Resources besides those that are registered; it may wait."""

    async def list_resources(self) -> list[Resource]:
        return [*await super().list_resources(), *await anyio.to_thread.run_sync(self.listed)]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        tools = {tool.name: tool for tool in await self.list_tools()}
        if name not in tools:
            return _failed(f"没有工具“{name[:60]}”。可用：{'、'.join(tools)}。")
        known = tools[name].input_schema.get("properties", {})
        strange = next((key for key in arguments if key not in known), None)
        if strange is not None:
            return _failed(f"{name} 没有参数“{strange[:60]}”。可用：{'、'.join(known)}。")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                return _failed(_invalid(cause))
            if isinstance(cause, _TOLD):
                return _failed(str(cause))
            if not isinstance(error, UnexpectedToolError):
                return _failed(str(cause or error))
            _LOG.exception("MCP tool %s", name)
            return _failed("服务内部出错，已记入日志。请稍后重试。")


def _reading(made: MCPServer[Any], opened: Callable[[], Service]) -> None:
    def search_clauses(
        question: Annotated[str, Field(description="用一句话写要找什么，1 到 1000 字")],
        k: Annotated[int, Field(ge=1, le=50, description="最多几条")] = 8,
        levels: Levels = None,
        regions: Regions = None,
        years: Years = None,
        documents: Documents = None,
    ) -> Annotated[CallToolResult, mcp_wire.SearchModel]:
        index = opened().assistant.index
        filters = mcp_tools.chosen(index, levels, regions, years, documents)
        return _result(mcp_tools.search(index, question, k, filters))

    def read_clause(
        address: Annotated[
            str, Field(description="条款 id，或人们的写法：8号文第十四条；辽委发5号 三（三）5；《某某意见》二（一）")
        ],
    ) -> Annotated[CallToolResult, mcp_wire.ReadModel]:
        given = mcp_tools.read(opened().assistant.index, address)
        return _result(given, failed=given.value.kind not in ("one", "document"))

    def list_documents(
        words: Annotated[str, Field(description="文件名、文号或发文机关里要有的字词，空格分开；不写则全部")] = "",
        levels: Levels = None,
        regions: Regions = None,
        years: Years = None,
    ) -> Annotated[CallToolResult, mcp_wire.DocumentsModel]:
        index = opened().assistant.index
        return _result(mcp_tools.documents(index, words, mcp_tools.chosen(index, levels, regions, years, None)))

    made.add_tool(
        search_clauses, title="检索条款", annotations=_READS, description="按意思检索政策条款，给出原文、地址和条款 id。"
    )
    made.add_tool(
        read_clause,
        title="按地址读条款",
        annotations=_READS,
        description="读一条政策原文（连同下属各项）。只写文号或文件名则给出目录；写法有几种可能时列出各种可能，没有时给出最接近的。",
    )
    made.add_tool(list_documents, title="文件目录", annotations=_READS, description="列出文件库里的政策文件。")


def _judging(made: MCPServer[Any], opened: Callable[[], Service]) -> None:
    def match(
        say: Annotated[str, Field(description="用自己的话说说是谁、在哪里、想做什么")] = "",
        profile: Annotated[
            dict[str, Any] | None,
            Field(
                description="已知的事实：who、region、size、staff（人）、revenue（元）、age（年）、industry、qualifications 等"
            ),
        ] = None,
        limit: Annotated[int, Field(ge=1, le=50, description="最多几条")] = 10,
        as_of: Annotated[date | None, Field(description="按哪一天判断期限，缺省为今天")] = None,
        levels: Levels = None,
        regions: Regions = None,
    ) -> Annotated[CallToolResult, MatchModel]:
        assistant = opened().assistant
        filters = mcp_tools.chosen(assistant.index, levels, regions, None, None)
        return _result(mcp_tools.matched(assistant, say, profile, filters, limit, as_of))

    def check_text(
        text: Annotated[str, Field(description="要核对的文字，5000 字、60 句以内")],
        question: Annotated[str, Field(description="这段文字回答的问题，可不写")] = "",
        levels: Levels = None,
        regions: Regions = None,
    ) -> Annotated[CallToolResult, mcp_wire.ClaimsModel]:
        index = opened().assistant.index
        filters = mcp_tools.chosen(index, levels, regions, None, None)
        return _result(mcp_tools.checked(index, text, question, filters))

    made.add_tool(
        match,
        title="找扶持措施",
        annotations=_READS,
        description="为一个企业或个人比对扶持措施：每个条件判为 met（符合）、not_met（不符合）或 unknown（不清楚），附原文；"
        "并给出最该补问的问题。",
    )
    made.add_tool(
        check_text,
        title="核对文字",
        annotations=_READS,
        description="逐句核对一段文字（不论谁写的）有没有条款依据；数字、年份、主体、否定等不一致的判为没有依据。",
    )


def _asking(made: MCPServer[Any], opened: Callable[[], Service]) -> None:
    async def ask(
        question: Annotated[str, Field(description="一个政策问题，1 到 1000 字")],
        context: Context[Any, Any],
        conversation: Annotated[str | None, Field(description="追问时交回上次答案的 conversation")] = None,
        levels: Levels = None,
        regions: Regions = None,
        years: Years = None,
        documents: Documents = None,
    ) -> Annotated[CallToolResult, mcp_wire.AnswerModel]:
        service = await anyio.to_thread.run_sync(opened)
        filters = mcp_tools.chosen(service.assistant.index, levels, regions, years, documents)
        start = functools.partial(service.ask, question, _owner(context.request_context.request), conversation, filters)
        job = await anyio.to_thread.run_sync(start)
        record = await mcp_follow.record(job, lambda step, words: context.report_progress(step, None, words))
        return _result(mcp_tools.answered(record))

    made.add_tool(
        ask,
        title="提问",
        annotations=_ASKS,
        description="回答一个政策问题：每句都核对过，附逐字引用；文件里没有的不回答，并说明原因。需要几秒到几十秒。",
    )


def _owner(request: Any) -> str:
    """Programs without a name share one owner, as under /api: the id of a conversation is what opens it again."""
    if not isinstance(request, Request):
        return "api:stdio"
    client = guard.client(request)
    return "api:open" if client.kind == "none" else client.owner


def _resources(made: _Server, opened: Callable[[], Service]) -> None:
    """The catalogue, and the full text of each document."""

    @made.resource("youju://documents", name="documents", title="文件目录", mime_type="application/json")
    def catalogue() -> list[dict[str, Any]]:
        """全部文件的目录（JSON）。"""
        return [wire.document_json(d) for d in opened().assistant.index.documents]

    @made.resource("youju://documents/{document_id}", name="document", title="一份文件的全文", mime_type="text/plain")
    def full_text(document_id: str) -> str:
        """一份文件的全文，id 见 list_documents。"""
        ids = (document_id, unquote(document_id))
        found = next((d for d in opened().assistant.index.documents if d.id in ids), None)
        if found is None:
            raise ResourceNotFoundError(f"没有 id 为“{document_id[:60]}”的文件。可用的 id 见 list_documents。")
        return mcp_tools.full_text(found)

    def listed() -> list[Resource]:
        documents = opened().assistant.index.documents[:_LISTED]
        return [
            Resource(
                uri=mcp_wire.uri(document.id),
                name=document.id,
                title=document.name,
                description=f"{document.level} {document.region} {document.status}，全文 {len(document.text)} 字",
                mime_type="text/plain",
            )
            for document in documents
        ]

    made.listed = listed


def _result(given: Given[Any], failed: bool = False) -> CallToolResult:
    value: BaseModel = given.value
    text = TextContent(type="text", text=given.text)
    return CallToolResult(content=[text], structured_content=value.model_dump(mode="json"), is_error=failed)


def _failed(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)


def _invalid(error: ValidationError) -> str:
    """The first wrong argument, in Chinese; its value is not repeated."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "参数"
    if first["type"] == "missing":
        return f"缺少参数 {where}。"
    limits = {"greater_than_equal": ("不能小于", "ge"), "less_than_equal": ("不能大于", "le")}
    if first["type"] in limits:
        words, key = limits[first["type"]]
        return f"参数 {where} {words} {first['ctx'][key]}。"
    kinds = {"string_type": "文字", "int_type": "整数", "int_parsing": "整数", "list_type": "列表", "dict_type": "对象"}
    kind = kinds.get(first["type"]) or ("日期，如 2025-01-31" if first["type"].startswith("date") else "")
    return f"参数 {where} 应是{kind}。" if kind else f"参数 {where} 不对（{first['msg']}）。请按工具的输入格式填写。"


@contextmanager
def _logging_untouched() -> Iterator[None]:
    """The SDK sets up logging for the whole process where nobody has yet; this program does that itself."""
    root, guest = logging.getLogger(), logging.NullHandler()
    root.addHandler(guest)
    try:
        yield
    finally:
        root.removeHandler(guest)
