"""What the corpus says, without a writer: search, documents, clauses, the matcher, the check of a text."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Response

from index import measures
from index.files import corpus_hash
from qa import check as checking
from qa import dossier, match_wire, wire
from qa.answer import check
from qa.api_models import CheckRequest, MatchRequest, SearchRequest
from qa.api_problems import BODY, problems
from qa.api_replies import CheckReply, ClauseModel, DocumentModel, DocumentWithText, SearchReply
from qa.match import match as match_profile
from qa.service import Service
from qa.turns import MissingError

DocumentId = Annotated[str, Path(description="文件的 id，见 /api/documents", examples=["zhongfa-2015-8"])]
ClauseId = Annotated[str, Path(description="文件 id、冒号、地址", examples=["zhongfa-2015-8:五（十四）段2"])]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_DOSSIER: dict[int | str, dict[str, Any]] = {200: {"description": "清单", "content": {"text/html": _FILE, _XLSX: _FILE}}}


def routes(app: FastAPI, service: Service) -> None:
    _searching(app, service)
    _matching(app, service)
    _reading(app, service)


def _searching(app: FastAPI, service: Service) -> None:
    index = service.assistant.index

    @app.post(
        "/api/search", summary="只检索条款", tags=["语料"], responses=problems(*BODY, "question"), response_model=SearchReply
    )
    def search(request: SearchRequest) -> dict[str, Any]:
        question = check(request.question)
        hits = index.search(question, request.k, request.filters.filters())
        return {"question": question, "hits": [wire.hit_json(h) for h in hits]}

    @app.post(
        "/api/check",
        summary="核对一段文字有没有条款依据",
        description="每一句的结果（verified、weak、unsupported）、原因和一字不差的依据。",
        tags=["问答"],
        responses=problems(*BODY, "question"),
        response_model=CheckReply,
    )
    def check_text(request: CheckRequest) -> dict[str, Any]:
        """Every sentence with its verdict (verified, weak, unsupported), the reason, and the verbatim spans."""
        claims = list(checking.check(index, request.text, request.question, request.filters.filters()))
        return wire.claims_json(claims)


def _matching(app: FastAPI, service: Service) -> None:
    index, settings = service.assistant.index, service.assistant.settings

    @cache
    def corpus() -> str:
        return corpus_hash(settings.index.corpus)

    def matched(request: MatchRequest) -> match_wire.MatchModel:
        asker = request.asker()
        measures.of(index, settings.index.index)
        return match_wire.model(match_profile(index, asker, request.filters.filters(), request.day), request.limit)

    @app.post(
        "/api/match",
        summary="哪些扶持措施可能适用",
        description="每个条件是 met、not_met 还是 unknown，附条款；还缺什么；最该补问的一句。",
        tags=["扶持"],
        responses=problems(*BODY, "profile"),
    )
    def match(request: MatchRequest) -> match_wire.MatchModel:
        """Every condition judged as met, not_met or unknown, with the clause; what is missing; the next best question."""
        return matched(request)

    @app.post(
        "/api/match/dossier",
        summary="匹配清单的文件",
        description="同一个匹配，做成可打印的网页或表格。",
        tags=["扶持"],
        responses=_DOSSIER | problems(*BODY, "profile"),
        response_class=Response,
    )
    def dossier_file(request: MatchRequest, kind: Annotated[Literal["html", "xlsx"], Query(alias="format")] = "html") -> Response:
        """The same match as a printable page or a workbook."""
        found = matched(request)
        made = dossier.page(found, corpus()).encode("utf-8", "replace") if kind == "html" else dossier.sheet(found, corpus())
        name = (
            f"attachment; filename=dossier.{kind}; filename*=UTF-8''%E6%94%BF%E7%AD%96%E5%8C%B9%E9%85%8D%E6%B8%85%E5%8D%95.{kind}"
        )
        media = "text/html; charset=utf-8" if kind == "html" else _XLSX
        return Response(made, media_type=media, headers={"Content-Disposition": name})


def _reading(app: FastAPI, service: Service) -> None:
    index = service.assistant.index
    documents_by_id = {d.id: d for d in index.documents}

    @app.get("/api/documents", summary="文件目录", tags=["语料"], responses=problems(), response_model=list[DocumentModel])
    def documents() -> list[dict[str, Any]]:
        return [wire.document_json(d) for d in index.documents]

    @app.get(
        "/api/documents/{document_id}",
        summary="一份文件的正文和条款",
        tags=["语料"],
        responses=problems("not-found", "request"),
        response_model=DocumentWithText,
    )
    def document(document_id: DocumentId) -> dict[str, Any]:
        found = documents_by_id.get(document_id)
        if found is None:
            raise MissingError(f"没有 id 为“{document_id}”的文件。可用的 id 见 /api/documents。")
        clauses = [wire.clause_json(c) for c in index.clauses if c.document is found]
        return wire.document_json(found) | {"text": found.text, "clauses": clauses}

    @app.get(
        "/api/clauses/{clause_id:path}",
        summary="按标识取一条",
        tags=["语料"],
        responses=problems("not-found", "request"),
        response_model=ClauseModel,
    )
    def clause(clause_id: ClauseId) -> dict[str, Any]:
        found = index.by_id.get(clause_id)
        if found is None:
            raise MissingError(f"没有标识为“{clause_id}”的条款。标识由文件 id、冒号和地址组成，例如 {index.clauses[0].id}。")
        return wire.clause_json(found)
