"""Answers, hits and documents as the JSON that programs receive; one place for the page, SSE and exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpus.records import Clause, Document
from index.search import Hit
from qa.answer import Evidence
from qa.check import Claim
from qa.records import Answer, Citation, Piece

Json = dict[str, Any]


def document_json(document: Document) -> Json:
    return {
        "id": document.id,
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        "issued": document.issued.isoformat() if document.issued else None,
        "year": document.year,
        "level": document.level,
        "region": document.region,
        "status": document.status,
        "supersedes": list(document.supersedes),
        "source": document.source,
        "sha256": document.sha256,
        "provenance": dict(document.provenance),
    }


def clause_json(clause: Clause) -> Json:
    document = clause.document
    return {
        "clause": clause.id,
        "document": document.id,
        "title": document.title,
        "number": document.number,
        "address": str(clause.address),
        "headings": list(clause.headings),
        "kind": clause.kind,
        "start": clause.start,
        "end": clause.end,
        "text": clause.text,
        "reading": clause.reading,
        "level": document.level,
        "region": document.region,
        "notes": [{"start": n.start, "end": n.end, "text": n.text} for n in clause.notes],
    }


def hit_json(hit: Hit) -> Json:
    return clause_json(hit.clause) | {
        "score": round(hit.score, 6),
        "similarity": round(hit.similarity, 4),
        "ranks": hit.ranks,
        "matches": [{"start": m.start, "end": m.end, "score": round(m.score, 4)} for m in hit.sentences[:3]],
    }


def piece_json(piece: Piece) -> Json:
    return clause_json(piece.clause) | {"marker": piece.number, "spans": [list(s) for s in piece.spans]}


def citation_json(citation: Citation) -> Json:
    document = citation.clause.document
    return {
        "sentence": citation.sentence,
        "clause": citation.clause.id,
        "document": document.id,
        "title": document.title,
        "number": document.number,
        "address": str(citation.clause.address),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "verdict": citation.verdict,
        "marker": citation.marker,
    }


def evidence_json(event: Evidence) -> Json:
    return {"standalone": event.standalone, "evidence": [piece_json(p) for p in event.pieces]}


def claims_json(claims: Sequence[Claim]) -> Json:
    verified = sum(c.checked.verdict == "verified" for c in claims)
    return {
        "sentences": [
            {
                "text": c.checked.text,
                "verdict": c.checked.verdict,
                "problem": c.checked.problem,
                "citations": [citation_json(citation) for citation in c.checked.citations],
                "nearest": [clause_json(h.clause) for h in c.hits[:3]],
            }
            for c in claims
        ],
        "verified": verified,
        "share": round(verified / len(claims), 4),
    }


def answer_json(answer: Answer) -> Json:
    return {
        "question": answer.question,
        "standalone": answer.standalone,
        "text": answer.text,
        "refusal": answer.refusal,
        "sentences": [{"text": s.text, "verdict": s.verdict, "problem": s.problem} for s in answer.sentences],
        "citations": [citation_json(c) for c in answer.citations],
        "evidence": [piece_json(p) for p in answer.evidence],
        "hits": [hit_json(h) for h in answer.hits],
        "removed": [{"text": s.text, "problem": s.problem} for s in answer.removed],
        "extractive": answer.extractive,
        "notes": list(answer.notes),
        "timings": answer.timings,
        "model": answer.model,
        "failure": answer.failure,
    }
