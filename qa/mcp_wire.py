"""What the MCP tools give to programs: small typed values, made from the records that everybody reads."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from corpus.records import Clause, Document
from index.search import Hit
from qa.turns import Json

Verdict = Literal["verified", "weak", "unsupported"]


class PlaceModel(BaseModel):
    """Where something stands."""

    clause: str = Field(description="条款 id，可交给 read_clause")
    document: str = Field(description="文件 id")
    title: str
    number: str = Field(description="文号；没有时为空")
    address: str = Field(description="条款在文件里的地址，如 五（十四）")


class ClauseModel(PlaceModel):
    """One clause with its words."""

    headings: list[str] = Field(description="从外到内的各级标题")
    level: str
    region: str
    status: str = Field(description="现行有效、已修改、已废止或未知")
    text: str = Field(description="条款原文（表格行附表头）")


class HitModel(ClauseModel):
    score: float = Field(description="融合后的分数，只能在一次检索里比较")
    similarity: float = Field(description="与问题的最高余弦相似度")


class SearchModel(BaseModel):
    question: str
    hits: list[HitModel]


class PartModel(BaseModel):
    """A clause inside the one that is read."""

    clause: str
    address: str
    beginning: str


class ReadModel(BaseModel):
    """What a typed address gave."""

    kind: Literal["one", "document", "several", "near", "none"] = Field(
        description="one：就是这一条；document：只写了文件，给出目录；several：有几种可能；near：没有这一条，给出最接近的；none：看不出地址"
    )
    said: str = Field(description="给人看的说明；kind 为 one 时为空")
    clause: ClauseModel | None
    text: str = Field(description="这一条连同下属各项的原文，逐字")
    cut: bool = Field(description="原文太长，只给了开头；其余按 parts 逐条读")
    start: int = Field(description="text 在文件正文里的起点；没有条款时为 -1")
    end: int
    parts: list[PartModel]
    before: PlaceModel | None = Field(description="前一条")
    after: PlaceModel | None = Field(description="后一条")
    notes: list[str] = Field(description="对印刷文字的存疑")
    candidates: list[PlaceModel]


class DocumentModel(BaseModel):
    id: str
    title: str
    number: str
    issuer: str
    issued: str | None
    year: int | None
    level: str
    region: str
    status: str
    clauses: int = Field(description="条款数")
    uri: str = Field(description="全文资源的地址")


class DocumentsModel(BaseModel):
    documents: list[DocumentModel]
    total: int = Field(description="符合条件的文件数；documents 可能只列了一部分")


class SentenceModel(BaseModel):
    text: str
    verdict: Verdict = Field(description="verified：条款支持；weak：只有部分支持；unsupported：没有依据")
    problem: str


class CitationModel(PlaceModel):
    marker: int = Field(description="答案里的 [n]")
    sentence: int = Field(description="第几句（从 0 起）")
    quote: str = Field(description="逐字原文")
    start: int = Field(description="在文件正文里的位置")
    end: int
    verdict: Verdict


class RemovedModel(BaseModel):
    text: str
    problem: str


class AnswerModel(BaseModel):
    id: str = Field(description="这次回答的 id")
    conversation: str = Field(description="对话 id；追问时交回 ask")
    question: str
    standalone: str = Field(description="补全后的问题")
    text: str = Field(description="带 [n] 的答案，或不回答的说明")
    refusal: str | None = Field(description="不回答的原因：no_evidence、region、time、amount、vague、off_topic")
    sentences: list[SentenceModel]
    citations: list[CitationModel]
    evidence: list[PlaceModel] = Field(description="答案所依据的条款，按相关程度")
    removed: list[RemovedModel] = Field(description="模型写了但没有通过核对、已删去的句子")
    notes: list[str]
    failure: str = Field(description="生成模型没有写完的原因")


class ClaimModel(SentenceModel):
    citations: list[CitationModel]
    nearest: list[PlaceModel] = Field(description="最接近的条款")


class ClaimsModel(BaseModel):
    sentences: list[ClaimModel]
    verified: int = Field(description="有依据的句数")
    share: float


def place(clause: Clause) -> PlaceModel:
    return PlaceModel(**_place(clause))


def clause(found: Clause) -> ClauseModel:
    return ClauseModel(**_clause(found))


def hit(found: Hit) -> HitModel:
    return HitModel(**_clause(found.clause), score=round(found.score, 6), similarity=round(found.similarity, 4))


def document(found: Document, clauses: int) -> DocumentModel:
    return DocumentModel(
        id=found.id,
        title=found.title,
        number=found.number,
        issuer=found.issuer,
        issued=found.issued.isoformat() if found.issued else None,
        year=found.year,
        level=found.level,
        region=found.region,
        status=found.status,
        clauses=clauses,
        uri=uri(found.id),
    )


def uri(document_id: str) -> str:
    """Of a document's full text as a resource."""
    return f"youju://documents/{document_id}"


def answer(record: Json) -> AnswerModel:
    """From the record of a finished answer."""
    return AnswerModel(**_only(AnswerModel, record))


def claims(record: Json) -> ClaimsModel:
    """From what `wire.claims_json` gave."""
    return ClaimsModel(**_only(ClaimsModel, record))


def _place(found: Clause) -> Json:
    about = found.document
    return {
        "clause": found.id,
        "document": about.id,
        "title": about.title,
        "number": about.number,
        "address": str(found.address),
    }


def _clause(found: Clause) -> Json:
    about = found.document
    more = {"level": about.level, "region": about.region, "status": about.status}
    return _place(found) | more | {"headings": list(found.headings), "text": found.reading}


def _only(model: type[BaseModel], record: Json) -> dict[str, Any]:
    return {name: record[name] for name in model.model_fields}
