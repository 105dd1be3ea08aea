"""What programs get, as the manual describes it: the shapes of `qa.wire` and `qa.match_wire`.

A record is sent as it is kept, so that nothing is lost on the way; tests hold it against these models.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from qa.match_wire import MatchModel

Verdict = Literal["verified", "weak", "unsupported"]
Pair = Annotated[list[int], Field(min_length=2, max_length=2, description="start and end in the document's text")]


class NoteModel(BaseModel):
    """A doubt about the printed text at a span."""

    start: int
    end: int
    text: str


class DocumentModel(BaseModel):
    id: str
    title: str
    number: str = Field(description="文号; empty when none is known")
    issuer: str
    issued: str | None
    year: int | None
    level: str
    region: str
    status: str
    supersedes: list[str]
    source: str
    sha256: str = Field(description="of the file's bytes")
    provenance: dict[str, str]


class ClauseModel(BaseModel):
    clause: str = Field(description="document id, colon, address")
    document: str
    title: str
    number: str
    address: str
    headings: list[str]
    kind: str
    start: int = Field(description="in the document's text, in code points")
    end: int
    text: str
    reading: str = Field(description="as it is read alone: rows with heads and units, shared notes behind")
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
    marker: int = Field(description="the n of [n] in the text")
    spans: list[Pair]


class CitationModel(BaseModel):
    sentence: int = Field(description="which of `sentences` rests on it, from 0")
    clause: str
    document: str
    title: str
    number: str
    address: str
    start: int
    end: int
    quote: str = Field(description="verbatim: text[start:end] of the document")
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
    documents: dict[str, str] = Field(description="document id → digest of its kept text: GET /api/texts/{digest}")


class EvidenceModel(Marked):
    """What was found, before anything is written."""

    standalone: str
    evidence: list[PieceModel]


class AnswerModel(Marked):
    question: str
    standalone: str = Field(description="the question as it was understood in its conversation")
    text: str = Field(description="with [n] marks; a refusal's sentences when `refusal` is set")
    refusal: str | None = Field(description="no_evidence, region, time, amount, vague or off_topic")
    sentences: list[SentenceModel]
    citations: list[CitationModel]
    evidence: list[PieceModel]
    hits: list[HitModel]
    removed: list[RemovedModel] = Field(description="sentences of the writer that no clause supports; not in `text`")
    extractive: bool
    notes: list[str]
    timings: dict[str, float] = Field(description="milliseconds")
    model: str
    failure: str
    matches: MatchModel | None = Field(description="measures that fit who asks, when the question asks for support")


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
    record: AnswerModel | EvidenceModel | None = Field(description="the answer; what was found so far; nothing yet")
    problem: str = Field(description="why it was stopped or failed")
    rating: RatingModel | None


class ConversationModel(BaseModel):
    id: str
    title: str
    created: str
    updated: str
    shared: str | None = Field(description="token of its share link")
    turns: list[TurnModel]


class ShareReply(BaseModel):
    token: str
    path: str = Field(description="of the page that shows it")


class SnapshotClause(BaseModel):
    clause: str
    address: str
    headings: list[str]
    kind: str
    start: int
    end: int
    columns: list[list[str]]
    reading: str = Field(description="of a table row: heads and cells with units; else empty")
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

    type: str = Field(description="stable, urn:youju:problem:…")
    title: str
    status: int
    detail: str = Field(description="Chinese, for the reader: what, why, and what to do")
    request: str | None = Field(default=None, description="id of the request, as in the logs")
