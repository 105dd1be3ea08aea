"""OpenAI's chat protocol: the official client asks here unchanged, and gets the citations as annotations.

Text is sent only after it was checked, so that what a client has shown never has to be taken back.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from corpus.records import titled
from qa import guard
from qa.api_openai_models import NAME, Annotation, ChatRequest, Completion, FaultReply, Location, Model, Models, Usage
from qa.api_problems import fault, openai_error
from qa.api_stream import EventStream, Followed, comment, events, outcome
from qa.service import Service
from qa.service_events import Failed, Finished, Said, Waiting
from qa.tongue import language
from qa.turns import Json, Turn

_TOLD = {
    400: ("请求不对", "invalid_value", "messages：缺少这一项。"),
    401: (
        "需要密钥",
        "invalid_api_key",
        "接口密钥不存在或已作废。请检查 Authorization: Bearer 后面的密钥，或向管理员要一个新的。",
    ),
    404: ("没有这个模型", "model_not_found", f"没有名为“gpt-4o”的模型。可用的是 {NAME}。"),
    408: ("请求体没有送完", "timeout", "请求体没有在规定时间内送完。请检查网络后重试。"),
    409: ("已经停止", "stopped", "已停止。"),
    413: ("请求太大", "request_too_large", "请求体超过了 256 KB 的上限。请只写要问的事，或把文件分成几份。"),
    429: ("请求太多，或排队的人太多", "rate_limit_exceeded", "一分钟里的请求太多（每分钟最多 60 次）。请 12 秒后再试。"),
    500: ("服务出错", "writer", "生成模型出错。请重试；再出现时请把编号告诉管理员。"),
    503: ("暂时不能服务", "not_ready", "服务正在载入模型和索引。请几秒后再试。"),
}
"""Status → what it means, and a code and a message as an example."""


def _faults(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of an endpoint: these, and what the door may say to anybody."""
    made: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*statuses, 401, 413, 429, 503}):
        told, code, message = _TOLD[status]
        content = {"application/json": {"example": fault(status, message, code=code)}}
        made[status] = {"model": FaultReply, "description": told, "content": content}
    return made


_STREAM = {"text/event-stream": {"schema": events("chat.completion.chunk 的 JSON，最后是 [DONE]")}}
_CHAT: dict[int | str, dict[str, Any]] = {200: {"model": Completion, "description": "答案", "content": _STREAM}}

_INSTEAD = "\n\n核对后的答案："


def routes(app: FastAPI, service: Service) -> None:
    began = int(time.time())

    @app.get("/v1/models", summary="模型列表", tags=["OpenAI"], responses=_faults())
    def models() -> Models:
        return Models(data=[Model(id=NAME, created=began)])

    @app.get("/v1/models/{model}", summary="一个模型", tags=["OpenAI"], responses=_faults(404) | {200: {"model": Model}})
    def model(model: str) -> Response:
        if model != NAME:
            return openai_error(404, f"没有名为“{model}”的模型。可用的是 {NAME}。", "model", "model_not_found")
        return JSONResponse(Model(id=NAME, created=began).model_dump())

    @app.post(
        "/v1/chat/completions",
        summary="提问（OpenAI 协议）",
        description="流式时 `annotations` 和 `youju` 跟在最后几块里。",
        tags=["OpenAI"],
        responses=_CHAT | _faults(400, 408, 409, 500),
    )
    async def chat(body: ChatRequest, request: Request) -> Response:
        """Streaming sends `annotations` and `youju` with the last pieces."""
        if refused := _refused(body):
            return refused
        *earlier, question = body.questions
        owner = guard.owner(request)
        filters = body.youju.filters.filters()
        job = await run_in_threadpool(service.ask, question, owner, None, filters, None, earlier)
        speaker = _Speaker(service, request, body)
        if body.stream:
            followed = Followed(job)
            return EventStream(followed, speaker.lines(followed, job.turn))
        return speaker.whole(await outcome(job, request))


def _refused(body: ChatRequest) -> Response | None:
    """What the models cannot say: no question, pictures."""
    if not body.questions:
        return openai_error(400, "messages：里面没有用户（role 为 user）的话。请加上要问的问题。", "messages", "missing_question")
    if body.pictures:
        return openai_error(
            400, "messages：只能读文字，不能读图片、声音或文件。请把问题写成文字。", "messages", "unsupported_content"
        )
    return None


class _Speaker:
    """The answer of one request, in the words of the protocol."""

    def __init__(self, service: Service, request: Request, body: ChatRequest) -> None:
        self._count = service.assistant.writer.count
        self._base = str(request.base_url)
        self._page = bool(request.app.state.with_page)
        self._asked = "\n".join(message.words for message in body.messages)
        self._usage = bool(body.stream_options and body.stream_options.include_usage)
        self._created = int(time.time())

    def whole(self, last: Finished | Failed | None) -> Response:
        if last is None:
            return Response(status_code=499)  # nobody is there to read it
        if isinstance(last, Failed):
            return openai_error(int(last.problem["status"]), str(last.problem["detail"]))
        turn = last.turn
        if turn.status != "done" or turn.record is None:
            return openai_error(409, turn.problem, code="stopped")
        message = {
            "role": "assistant",
            "content": turn.record["text"],
            "refusal": None,
            "annotations": self._annotations(turn.record),
        }
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        made = {
            "id": _id(turn),
            "object": "chat.completion",
            "created": self._created,
            "model": NAME,
            "choices": [choice],
            "usage": self._used(turn.record["text"]),
            "youju": turn.record,
        }
        return JSONResponse(made)

    async def lines(self, followed: Followed, turn: Turn) -> AsyncIterator[str]:
        """The chunks of a stream, as server-sent events: each sentence when it was checked.

        An answer in another language is put into it at the end, so none of it can be sent before.
        """
        told, live = "", language(turn.question) == "zh"
        yield self._chunk(turn, {"role": "assistant", "content": "", "refusal": None})
        async for event in followed:
            match event:
                case None:
                    yield comment("…")
                case Waiting(place) if place:
                    yield comment(f"waiting {place}")
                case Said(_, sentence) if sentence and live:
                    told += sentence
                    yield self._chunk(turn, {"content": sentence})
                case Failed(problem):
                    yield _error(str(problem["detail"]), "server_error", str(problem["type"]).rsplit(":", 1)[-1])
                case Finished(found) if found.status == "done" and found.record is not None:
                    for line in self._rest(found, found.record, told):
                        yield line
                case Finished(found):
                    yield _error(found.problem, "invalid_request_error", "stopped")
                case _:
                    pass
        yield "data: [DONE]\n\n"

    def _rest(self, turn: Turn, record: Json, told: str) -> list[str]:
        """The text behind what was told, then its annotations, the record, and the usage if it is wanted."""
        text = record["text"]
        same = text.startswith(told)
        before = "" if same else told + _INSTEAD  # what was sent cannot be taken back
        ends = [*(end for _, end in spans(record)), len(text)]
        texts = [text[max(start, len(told) if same else 0) : end] for start, end in zip([0, *ends], ends, strict=False)]
        out = [] if same else [self._chunk(turn, {"content": _INSTEAD})]
        out += [self._chunk(turn, {"content": piece}) for piece in texts if piece]
        out.append(self._chunk(turn, {"annotations": self._annotations(record, len(before))}))
        out.append(self._chunk(turn, {}, finish="stop", youju=record))
        if self._usage:
            out.append(self._chunk(turn, None, usage=self._used(before + text)))
        return out

    def _chunk(self, turn: Turn, delta: Json | None, finish: str | None = None, **more: Any) -> str:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
        made = {
            "id": _id(turn),
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": NAME,
            "choices": choices,
        }
        if self._usage:
            made["usage"] = None
        return f"data: {json.dumps(made | more, ensure_ascii=False)}\n\n"

    def _used(self, text: str) -> Json:
        prompt, completion = self._count(self._asked), self._count(text)
        return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion).model_dump()

    def _annotations(self, record: Json, before: int = 0) -> list[Json]:
        """One for every citation: where its mark stands behind `before` characters, and where the clause can be read."""
        behind = spans(record)
        return [self._annotation(citation, mark(record, behind, citation), before) for citation in record["citations"]]

    def _annotation(self, citation: Json, at: tuple[int, int], before: int) -> Json:
        name = f"{titled(citation['title'])}{citation['number']} {citation['address']}".strip()
        place = Location(start_index=before + at[0], end_index=before + at[1], title=name, url=self._url(citation))
        return Annotation(url_citation=place, youju=citation).model_dump()

    def _url(self, citation: Json) -> str:
        if self._page:
            return f"{self._base}?{urlencode({'doc': citation['document'], 'clause': citation['clause']})}"
        return f"{self._base}api/clauses/{quote(citation['clause'])}"


def spans(record: Json) -> list[tuple[int, int]]:
    """Where each sentence's marks begin and end in the text, which is the sentences each followed by its marks."""
    out, at = [], 0
    for number, sentence in enumerate(record["sentences"]):
        markers = sorted({c["marker"] for c in record["citations"] if c["sentence"] == number})
        begin = at + len(sentence["text"])
        at = begin + sum(len(f"[{m}]") for m in markers)
        out.append((begin, at))
    return out


def mark(record: Json, behind: Sequence[tuple[int, int]], citation: Json) -> tuple[int, int]:
    """Start and end of a citation's [n] in the text."""
    begin, end = behind[citation["sentence"]]
    written = f"[{citation['marker']}]"
    at = record["text"].index(written, begin, end)
    return at, at + len(written)


def _id(turn: Turn) -> str:
    return f"chatcmpl-{turn.id}"


def _error(message: str, kind: str, code: str) -> str:
    """What the official client raises as an APIError."""
    error = {"message": message, "type": kind, "param": None, "code": code}
    return f"data: {json.dumps({'error': error}, ensure_ascii=False)}\n\n"
