"""Answers, hits and documents as the JSON that programs receive; one place for the page, SSE and exports."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from corpus.records import Clause, Document, Edit
from index.search import Hit
from qa import match_wire
from qa.answer import Evidence
from qa.check import Claim
from qa.records import Answer, Citation, Piece
from qa.turns import Conversation, Turn

Json = dict[str, Any]
_MEASURES = 10  # of a match that goes with an answer


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
        "matches": match_wire.matches_json(answer.matches, _MEASURES) if answer.matches else None,
    }


def snapshot_json(document: Document, clauses: Sequence[Clause]) -> Json:
    """What a reader needs of a document to show any span of it, for as long as an answer that cites it is kept."""
    outline = [
        {
            "clause": c.id,
            "address": str(c.address),
            "headings": list(c.headings),
            "kind": c.kind,
            "start": c.start,
            "end": c.end,
            "columns": [list(pair) for pair in c.columns],
            "reading": c.reading if c.columns else "",
            "shared": [list(span) for span in c.shared],
            "notes": [{"start": n.start, "end": n.end, "text": n.text} for n in c.notes],
        }
        for c in clauses
    ]
    return document_json(document) | {"text": document.text, "clauses": outline, "edits": edits_json(document)}


def edits_json(document: Document) -> list[Json]:
    """What was repaired, each with where it stands in the document's text; equal neighbours of one pass stay apart."""
    passes: dict[int, list[Edit]] = {}
    for edit in document.edits:
        passes.setdefault(edit.number_of_pass, []).append(edit)
    # Where the edits of a pass begin, and by how much the text behind each has moved when the pass ends.
    moves = {
        number: ([e.start for e in edits], list(accumulate(len(e.after) - len(e.before) for e in edits)))
        for number, edits in passes.items()
    }

    def moved(at: int, number: int) -> int:
        starts, shifts = moves[number]
        before = bisect_left(starts, at)
        return at + (shifts[before - 1] if before else 0)

    out = []
    for edit in document.edits:
        start = edit.start
        for number in sorted(n for n in passes if n >= edit.number_of_pass):
            start = moved(start, number)
        end = min(start + len(edit.after), len(document.text))
        out.append({"start": start, "end": end, "before": edit.before, "after": edit.after, "reason": edit.reason})
    return out


def turn_json(turn: Turn) -> Json:
    rating = turn.rating
    return {
        "id": turn.id,
        "conversation": turn.conversation,
        "number": turn.number,
        "question": turn.question,
        "status": turn.status,
        "created": turn.created.isoformat(),
        "filters": turn.filters,
        "earlier": list(turn.earlier),
        "record": turn.record,
        "problem": turn.problem,
        "rating": {"rating": rating.rating, "reason": rating.reason} if rating else None,
    }


def conversation_json(conversation: Conversation) -> Json:
    """Without its owner."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created": conversation.created.isoformat(),
        "updated": conversation.updated.isoformat(),
        "shared": conversation.shared,
        "turns": [turn_json(t) for t in conversation.turns],
    }


def problem_json(status: int, kind: str, title: str, detail: str) -> Json:
    """RFC 9457 problem details; `type` is stable, `detail` is Chinese for the reader."""
    return {"type": f"urn:youju:problem:{kind}", "title": title, "status": status, "detail": detail}
