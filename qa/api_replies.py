"""What programs get, as the manual describes it: the shapes of `qa.wire` and `qa.match_wire`.

A record is sent as it is kept, so that nothing is lost on the way; tests hold it against these models.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from qa.match_wire import MatchModel

Verdict = Literal["verified", "weak", "unsupported"]
Pair = Annotated[list[int], Field(min_length=2, max_length=2, description="在文件正文里的起止")]


class NoteModel(BaseModel):
    """A doubt about the printed text at a span."""

    start: int
    end: int
    text: str


class DocumentModel(BaseModel):
    id: str
    title: str
    number: str = Field(description="文号；没有则为空")
    issuer: str
    issued: str | None
    year: int | None
    level: str
    region: str
    status: str
    supersedes: list[str]
    source: str
    sha256: str = Field(description="文件字节的 sha256")
    provenance: dict[str, str]


class ClauseModel(BaseModel):
    clause: str = Field(description="文件 id、冒号、地址")
    document: str
    title: str
    number: str
    address: str
    headings: list[str]
    kind: str
    start: int = Field(description="在文件正文里的位置，按 Unicode 码点")
    end: int
    text: str
    reading: str = Field(description="单独读时的样子：表格的行带表头和单位，后面是共用的说明")
    level: str
    region: str
    notes: list[NoteModel]


class DocumentWithText(DocumentModel):
    text: str
    clauses: list[ClauseModel]


class SpanScore(BaseModel):
    start: int
    end: int
    score: float


class HitModel(ClauseModel):
    score: float
    similarity: float
    ranks: dict[str, int]
    matches: list[SpanScore]


class PieceModel(ClauseModel):
    marker: int = Field(description="答案里 [n] 的 n")
    spans: list[Pair]


class CitationModel(BaseModel):
    sentence: int = Field(description="支持 `sentences` 的第几句，从 0 数起")
    clause: str
    document: str
    title: str
    number: str
    address: str
    start: int
    end: int
    quote: str = Field(description="一字不差：文件正文的 text[start:end]")
    verdict: Verdict
    marker: int


class SentenceModel(BaseModel):
    text: str
    verdict: Verdict
    problem: str


class RemovedModel(BaseModel):
    text: str
    problem: str


class Marked(BaseModel):
    """Under which ids a record is kept."""

    id: str
    conversation: str
    documents: dict[str, str] = Field(description="文件 id → 所存正文的 sha256：GET /api/texts/{sha256}")


class EvidenceModel(Marked):
    """What was found, before anything is written."""

    standalone: str
    evidence: list[PieceModel]


class AnswerModel(Marked):
    question: str
    standalone: str = Field(description="放在对话里理解的问题")
    text: str = Field(description="答案，每句后面有 [n]；`refusal` 有值时是不回答的说明")
    refusal: str | None = Field(description="为什么不回答：no_evidence、region、time、amount、vague 或 off_topic")
    sentences: list[SentenceModel]
    citations: list[CitationModel]
    evidence: list[PieceModel]
    hits: list[HitModel]
    removed: list[RemovedModel] = Field(description="模型写了、没有依据而删去的句子；不在 `text` 里")
    extractive: bool
    notes: list[str]
    timings: dict[str, float] = Field(description="毫秒")
    model: str
    failure: str
    matches: MatchModel | None = Field(description="问的是扶持时，合适的措施")


class SearchReply(BaseModel):
    question: str
    hits: list[HitModel]


class ClaimModel(BaseModel):
    text: str
    verdict: Verdict
    problem: str
    citations: list[CitationModel]
    nearest: list[ClauseModel]


class CheckReply(BaseModel):
    sentences: list[ClaimModel]
    verified: int
    share: float


class RatingModel(BaseModel):
    rating: Literal["up", "down"]
    reason: str


class TurnModel(BaseModel):
    id: str
    conversation: str
    number: int
    question: str
    status: Literal["writing", "done", "stopped", "failed"]
    created: str
    filters: dict[str, Any]
    earlier: list[str]
    record: AnswerModel | EvidenceModel | None = Field(description="答案；正在写时是已找到的依据；还没有时为 null")
    problem: str = Field(description="为什么停了或失败")
    rating: RatingModel | None


class ConversationModel(BaseModel):
    id: str
    title: str
    created: str
    updated: str
    shared: str | None = Field(description="分享链接的代号")
    turns: list[TurnModel]


class ShareReply(BaseModel):
    token: str
    path: str = Field(description="网页的路径")


class SnapshotClause(BaseModel):
    clause: str
    address: str
    headings: list[str]
    kind: str
    start: int
    end: int
    columns: list[list[str]]
    reading: str = Field(description="表格的行：表头和带单位的格；其余为空")
    shared: list[Pair]
    notes: list[NoteModel]


class EditModel(BaseModel):
    """One repair of the file's text, and where it stands."""

    start: int
    end: int
    before: str
    after: str
    reason: str


class SnapshotModel(DocumentModel):
    """A document as it was when an answer cited it."""

    text: str
    clauses: list[SnapshotClause]
    edits: list[EditModel]


class ProblemModel(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(description="出的是哪一种错：urn:youju:problem:…，不会变，程序按它判断")
    title: str
    status: int
    detail: str = Field(description="给人看的话：哪里不对，为什么，怎么办")
    request: str | None = Field(default=None, description="请求的编号，同日志里的")
