"""Answers and evidence as text for people: the terminal, the page and exports use the same words."""

from __future__ import annotations

from collections.abc import Sequence

import prompts
from qa.check import Claim
from qa.records import Answer, Citation, Piece
from qa.tongue import language

VERDICTS = {"verified": "已核对", "weak": "部分支持", "unsupported": "没有依据"}
_QUOTED = 120  # characters of a piece of evidence on the screen before the answer


def place(piece: Piece | Citation) -> str:
    """《title》（文号）address."""
    clause = piece.clause
    return f"{clause.document.name}{clause.address}"


def office(agency: str, of: str) -> str:
    """Whom to ask about a measure, and how that is known: a body that the clause names, else only the document's issuer."""
    if not agency:
        return "条款和文件都没有写明"
    return f"{agency}（条款写明）" if of == "clause" else f"{agency}（发文机关，条款没有写明主管部门）"


def evidence(pieces: Sequence[Piece]) -> list[str]:
    """One line per piece: number, place, and the beginning of its words."""
    lines = []
    for piece in pieces:
        text = piece.text.replace("\n", " ")
        lines.append(f"[{piece.number}] {place(piece)}：{text[:_QUOTED]}{'…' if len(text) > _QUOTED else ''}")
    return lines


def citations(answer: Answer) -> list[str]:
    """One line per cited span, by marker: number, place, verdict if not verified, the verbatim sentence."""
    seen: dict[tuple[int, int, int], str] = {}
    for citation in sorted(answer.citations, key=lambda c: (c.marker, c.start)):
        doubt = "" if citation.verdict == "verified" else f"（{VERDICTS[citation.verdict]}）"
        quote = citation.quote.replace("\n", " ").replace("\t", " ")
        seen.setdefault(
            (citation.marker, citation.start, citation.end), f"[{citation.marker}] {place(citation)}{doubt}「{quote}」"
        )
    return list(seen.values())


def claim(found: Claim) -> list[str]:
    """A checked sentence: its verdict, why, and the spans, or the nearest clause when nothing supports it."""
    checked = found.checked
    reason = f"：{checked.problem}" if checked.problem else ""
    lines = [f"【{VERDICTS[checked.verdict]}】{checked.text}{reason}"]
    lines += [f"    {place(citation)}「{citation.quote.strip()}」" for citation in checked.citations]
    if not checked.citations and found.hits:
        nearest = found.hits[0].clause
        lines.append(f"    最接近的条款：{nearest.document.name}{nearest.address}「{nearest.text[:_QUOTED].strip()}」")
    return lines


def remarks(answer: Answer) -> list[str]:
    """What the reader must know beside the text: doubts about the print, what was taken out, the disclaimer."""
    out = [f"注：{note}" for note in answer.notes]
    out += [f"核对：“{s.text}”——{s.problem}。" for s in answer.sentences if s.verdict == "weak"]
    if answer.failure:
        made = "以上由条款原文组成" if answer.extractive else "没有写完的部分以条款原文补上"
        out.append(f"说明：生成模型没有写完（{answer.failure.rstrip('。')}），{made}。")
    elif answer.extractive:
        out.append("说明：模型写的内容没有通过核对，以上为条款原文。")
    elif answer.removed:
        out.append("说明：以下内容没有通过核对，已删去：" + "".join(f"“{c.text}”（{c.problem}）" for c in answer.removed))
    out.append(prompts.DISCLAIMER)
    if language(answer.question) == "en":
        out.append(prompts.DISCLAIMER_ENGLISH)
    return out


def plain(answer: Answer) -> str:
    """A finished answer as plain text: the text, its citations or the nearest clauses, the remarks."""
    below = evidence(answer.evidence) if answer.refusal else citations(answer)
    return "\n".join([answer.text, "", *below, "", *remarks(answer)])
