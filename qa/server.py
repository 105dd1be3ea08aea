"""FastAPI: questions, search, documents and clauses for programs; the page is mounted beside them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from swagger_ui_bundle import swagger_ui_path

from index import measures
from index.search import Filters
from qa import check as checking
from qa import match_wire, page, wire
from qa.answer import Assistant, Event, Evidence, Token, check
from qa.match import match as match_profile
from qa.profile import Profile
from qa.profile_form import ProfileError, from_form
from qa.records import Answer, QuestionError
from qa.writer import WriterError

_END = object()


class FilterModel(BaseModel):
    """Only documents that agree; an empty list means any."""

    model_config = ConfigDict(extra="forbid")
    documents: list[str] = []
    levels: list[str] = []
    regions: list[str] = []
    statuses: list[str] = []
    years: list[int] = []

    def filters(self) -> Filters:
        return Filters(**{k: tuple(v) for k, v in self.model_dump().items()})


class Turn(BaseModel):
    role: Literal["user", "assistant"]
    content: str


class AskRequest(BaseModel):
    """A question, with the earlier turns of its conversation if there are any."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "众创空间能享受哪些税收优惠？", "stream": False}]}
    )
    question: str = Field(description="1 to 1000 characters")
    history: list[str | Turn] = Field(default=[], description="earlier questions, oldest first, or chat turns")
    filters: FilterModel = FilterModel()
    stream: bool = Field(default=False, description="answer as server-sent events: evidence, token…, answer or error")

    def earlier(self) -> list[str]:
        return [t if isinstance(t, str) else t.content for t in self.history if isinstance(t, str) or t.role == "user"]


class CheckRequest(BaseModel):
    """A text whose sentences are compared with the corpus, whoever wrote it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "离岗创业的科研人员可以保留人事关系3年。"}]}
    )
    text: str = Field(description="up to 5000 characters and 60 sentences")
    question: str = Field(default="", description="what the text answers, if it answers something")
    filters: FilterModel = FilterModel()


class SearchRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: str
    k: int = Field(default=10, ge=1, le=100)
    filters: FilterModel = FilterModel()


class MatchRequest(BaseModel):
    """Who is asking: in words, as a form, or both; what the form says of the same fact wins."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"say": "我们是沈阳一家做机器人的小公司，30个人，去年刚评上高企，想买设备", "limit": 10}]
        },
    )
    say: str | None = Field(default=None, description="in everyday Chinese")
    profile: dict[str, Any] | None = Field(
        default=None,
        description="who, region, size, staff, revenue (yuan), age (years), industry, fields, ownership, qualifications, "
        "activities, people",
    )
    filters: FilterModel = FilterModel()
    limit: int = Field(default=20, ge=1, le=100)
    as_of: date | None = Field(default=None, description="the day on which printed windows are judged; today by default")

    def asker(self) -> Profile:
        return from_form({**(self.profile or {}), **({} if self.say is None else {"say": self.say})})


def application(assistant: Assistant, with_page: bool = True) -> FastAPI:
    """The app around an opened Assistant; with the chat page mounted at /."""
    app = FastAPI(title="有据 YouJu", description="带条款依据的政策问答", version="0.1.0", docs_url=None, redoc_url=None)
    _problems(app)
    _questions(app, assistant)
    _documents(app, assistant)
    _manual(app)

    @app.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def unknown(path: str) -> None:
        """Before the page, which is mounted at / and answers everything else."""
        raise HTTPException(404, f"没有接口 /api/{path}，或者不能用这种方法调用。全部接口见 /docs。")

    return page.mount(app, assistant) if with_page else app


def _manual(app: FastAPI) -> None:
    """Swagger UI from a package on this machine: the usual page would load it from a public server."""
    app.openapi_version = "3.0.3"  # the newest that the packaged Swagger UI draws
    app.mount("/docs/assets", StaticFiles(directory=swagger_ui_path), name="docs-assets")

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="有据：接口文档",
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon-32x32.png",
        )


def _questions(app: FastAPI, assistant: Assistant) -> None:
    @app.post("/api/ask", summary="提问", response_model=None)
    async def ask(request: AskRequest) -> JSONResponse | StreamingResponse:
        """Answer a question. With `stream`, server-sent events: evidence, token…, then answer, or error."""
        check(request.question)
        events = assistant.ask(request.question, request.earlier(), request.filters.filters())
        if request.stream:
            return StreamingResponse(_server_sent(events), media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        answer = await run_in_threadpool(_last, events)
        return JSONResponse(wire.answer_json(answer))

    @app.post("/api/search", summary="只检索条款")
    def search(request: SearchRequest) -> dict[str, Any]:
        question = check(request.question)
        hits = assistant.index.search(question, request.k, request.filters.filters())
        return {"question": question, "hits": [wire.hit_json(h) for h in hits]}

    @app.post("/api/match", summary="哪些扶持措施可能适用")
    def match(request: MatchRequest) -> match_wire.MatchModel:
        """Every condition judged as met, not_met or unknown, with the clause; what is missing; the next best question."""
        asker = request.asker()
        measures.of(assistant.index, assistant.settings.index.index)
        found = match_profile(assistant.index, asker, request.filters.filters(), request.as_of)
        return match_wire.model(found, request.limit)

    @app.post("/api/check", summary="核对一段文字有没有条款依据")
    def check_text(request: CheckRequest) -> dict[str, Any]:
        """Every sentence with its verdict (verified, weak, unsupported), the reason, and the verbatim spans."""
        claims = list(checking.check(assistant.index, request.text, request.question, request.filters.filters()))
        return wire.claims_json(claims)


def _documents(app: FastAPI, assistant: Assistant) -> None:
    index = assistant.index

    @app.get("/api/documents", summary="文件目录")
    def documents() -> list[dict[str, Any]]:
        return [wire.document_json(d) for d in index.documents]

    @app.get("/api/documents/{document_id}", summary="一份文件的正文和条款")
    def document(document_id: str) -> dict[str, Any]:
        found = next((d for d in index.documents if d.id == document_id), None)
        if found is None:
            raise HTTPException(404, f"没有 id 为“{document_id}”的文件。可用的 id 见 /api/documents。")
        clauses = [wire.clause_json(c) for c in index.clauses if c.document is found]
        return wire.document_json(found) | {"text": found.text, "clauses": clauses}

    @app.get("/api/clauses/{clause_id:path}", summary="按标识取一条")
    def clause(clause_id: Annotated[str, Path(examples=["zhongfa-2015-8:五（十四）段2"])]) -> dict[str, Any]:
        found = index.by_id.get(clause_id)
        if found is None:
            raise HTTPException(
                404, f"没有标识为“{clause_id}”的条款。标识由文件 id、冒号和地址组成，例如 {index.clauses[0].id}。"
            )
        return wire.clause_json(found)

    @app.get("/healthz", summary="进程存活")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="可以回答")
    def readyz() -> dict[str, Any]:
        return {
            "status": "ready",
            "documents": len(index.documents),
            "clauses": len(index.clauses),
            "model": assistant.writer.name,
        }


async def _server_sent(events: Iterator[Event]) -> AsyncIterator[str]:
    """Events as SSE; when the client goes away the writer is stopped."""
    try:
        while (event := await run_in_threadpool(next, events, _END)) is not _END:
            if isinstance(event, Evidence):
                yield _sse("evidence", wire.evidence_json(event))
            elif isinstance(event, Token):
                yield _sse("token", {"text": event.text})
            elif isinstance(event, Answer):
                yield _sse("answer", wire.answer_json(event))
    except (QuestionError, WriterError) as error:
        yield _sse("error", _problem(500, "writer", "写答案时出错", str(error)))
    finally:
        close = getattr(events, "close", None)
        if close:
            await run_in_threadpool(close)


def _sse(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _last(events: Iterator[Event]) -> Answer:
    for event in events:
        if isinstance(event, Answer):
            return event
    raise WriterError("没有得到答案，请重试。")


def _problem(status: int, kind: str, title: str, detail: str) -> dict[str, Any]:
    """RFC 9457 problem details; `type` is stable, `detail` is Chinese for the reader."""
    return {"type": f"urn:youju:problem:{kind}", "title": title, "status": status, "detail": detail}


def _problems(app: FastAPI) -> None:
    def response(status: int, kind: str, title: str, detail: str) -> JSONResponse:
        return JSONResponse(_problem(status, kind, title, detail), status, media_type="application/problem+json")

    @app.exception_handler(QuestionError)
    async def question(_: Request, error: QuestionError) -> JSONResponse:
        return response(422, "question", "问题无法回答", str(error))

    @app.exception_handler(ProfileError)
    async def profile(_: Request, error: ProfileError) -> JSONResponse:
        return response(422, "profile", "画像不能用", str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"] if p != "body") or "请求体"
        return response(422, "request", "请求格式不对", f"{where}：{first['msg']}。格式见 /docs。")

    @app.exception_handler(WriterError)
    async def writer(_: Request, error: WriterError) -> JSONResponse:
        return response(500, "writer", "写答案时出错", str(error))

    @app.exception_handler(HTTPException)
    async def missing(_: Request, error: HTTPException) -> JSONResponse:
        kind = "not-found" if error.status_code == 404 else "http"
        return response(error.status_code, kind, "没有找到" if error.status_code == 404 else "请求不成立", str(error.detail))
