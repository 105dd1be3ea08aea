"""How well sentences are checked against the corpus: `python -m eval claims [FILE]`.

A file of claims, one a line: {"id", "text", "label": supported|unsupported, "edit", "quote", "document", "question"}.
A false claim differs from a true one by one change, which `edit` names (figure, bound, negation, body, …).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from corpus.records import Clause
from corpus.repair import fold
from eval.cases import CaseError
from index.search import Index
from qa.check import check
from qa.records import QuestionError, Verdict

SHIPPED = tuple(Path(__file__).parent / "cases" / f"claims-{name}.jsonl" for name in ("dev", "test"))
_KEYS = {"id", "text", "label", "edit", "quote", "document", "question"}
LABELS = ("supported", "unsupported")
_WORST: tuple[Verdict, ...] = ("unsupported", "weak", "verified")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence or two with the truth about it."""

    id: str
    text: str
    supported: bool
    edit: str
    quote: str
    """The passage that supports it, or that it distorts."""
    question: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the verdict of its worst sentence, the reason, and whether a clause of its passage was cited."""

    claim: Claim
    verdict: Verdict
    problem: str
    cited: bool


def load(path: Path) -> list[Claim]:
    """Read a file of claims.

    Raises:
        CaseError: unreadable, not JSON, wrong keys, a value that is no text, an unknown label, no text, or an id
            given twice; names the line.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"读不了断言文件 {path}：{error}。请检查路径，文件应为 UTF-8。") from error
    claims: dict[str, Claim] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            claim = _claim(json.loads(line))
        except json.JSONDecodeError as error:
            raise CaseError(f"{path.name} 第 {number} 行不是 JSON：{error}。") from None
        except CaseError as error:
            raise CaseError(f"{path.name} 第 {number} 行：{error}") from None
        if claim.id in claims:
            raise CaseError(f"{path.name} 第 {number} 行：id “{claim.id}”重复。")
        claims[claim.id] = claim
    if not claims:
        raise CaseError(f"{path.name} 里没有断言。")
    return list(claims.values())


def _claim(row: Any) -> Claim:
    if not isinstance(row, dict) or set(row) != _KEYS or not all(isinstance(v, str) for v in row.values()):
        raise CaseError(f"应为一个 JSON 对象，有且只有这些键，值都是文字：{'、'.join(sorted(_KEYS))}。")
    if row["label"] not in LABELS:
        raise CaseError(f"label 应为 {' 或 '.join(LABELS)}，不是“{row['label']}”。")
    if not all(row[key].strip() for key in ("id", "text", "quote")):
        raise CaseError("id、text、quote 不能为空。")
    return Claim(row["id"], row["text"], row["label"] == LABELS[0], row["edit"], row["quote"], row["question"])


def measure(index: Index, claims: Sequence[Claim], progress: bool = True) -> dict[str, Any]:
    """What is saved of one file: the table, and each claim's verdict with the reason."""
    found = judge(index, claims, progress)
    each = [{"id": j.claim.id, "verdict": j.verdict, "problem": j.problem, "cited": j.cited} for j in found]
    return {"kinds": table(found), "claims": each}


def judge(index: Index, claims: Sequence[Claim], progress: bool = True) -> list[Judged]:
    """Check every claim against the whole corpus; a text is as good as its worst sentence.

    Raises:
        CaseError: for a text that cannot be checked (too long, no word in it); names the claim.
    """
    return [_judged(index, claim) for claim in tqdm(claims, desc="断言", unit="条", disable=not progress)]


def _judged(index: Index, claim: Claim) -> Judged:
    try:
        found = [c.checked for c in check(index, claim.text, claim.question)]
    except QuestionError as error:
        raise CaseError(f"断言 {claim.id}：{error}") from error
    worst = min(found, key=lambda c: _WORST.index(c.verdict))
    cited = [c.clause for f in found for c in f.citations]
    return Judged(claim, worst.verdict, worst.problem, any(_of(fold(claim.quote), c) for c in cited))


def _of(passage: str, clause: Clause) -> bool:
    """True when a clause holds a folded passage, or a part of one that runs over several clauses."""
    if passage in fold(clause.full):
        return True
    text = clause.document.text
    at = fold(text).find(passage)
    return at >= 0 and len(fold(text[: clause.start])) < at + len(passage) and at < len(fold(text[: clause.end]))


def table(found: Sequence[Judged]) -> dict[str, Mapping[str, float]]:
    """Per kind of edit and over all: how many, and the shares of each verdict and of claims whose passage was cited."""
    kinds: dict[str, list[Judged]] = {}
    for one in found:
        label = LABELS[0] if one.claim.supported else LABELS[1]
        kinds.setdefault(label, []).append(one)
        kinds.setdefault(f"{label} {one.claim.edit}", []).append(one)
    return {kind: _shares(group) for kind, group in sorted(kinds.items())}


def _shares(group: Sequence[Judged]) -> Mapping[str, float]:
    shares: dict[str, float] = {v: sum(j.verdict == v for j in group) / len(group) for v in _WORST}
    return {"claims": len(group), **shares, "cited": sum(j.cited for j in group) / len(group)}


def printed(kinds: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The lines of a table, under a head whose Chinese words take two columns a character."""
    head = f"{'种类':24}条数    已核对  部分支持  没有依据    引对"
    rows = [
        f"{kind:26}{row['claims']:4}" + "".join(f"{row[name]:10.3f}" for name in reversed(_WORST)) + f"{row['cited']:8.3f}"
        for kind, row in kinds.items()
    ]
    return [head, *rows]
