"""Proofs about a read document: nothing lost, clauses tile the text, every address parses back, no silent gap."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import read
from corpus.clauses import clauses
from corpus.labels import recognise
from corpus.records import Address, Clause, CorpusError, Document
from corpus.repair import fold, repair, undo


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers missing from a list, first to last; `reason` is the text that explains it, or empty."""

    after: str
    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class Run:
    """A numbered list that runs on, perhaps across headings."""

    first: str
    last: str
    count: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found; `losses` is empty when the document is whole."""

    document: Document
    raw_characters: int
    clauses: int
    kinds: dict[str, int]
    tables: int
    rows: int
    boxes: int
    runs: tuple[Run, ...]
    repairs: dict[str, int]
    losses: tuple[str, ...]


def check(document: Document, raw: str) -> Report:
    """Prove that a document was read without loss; `raw` is its file's text."""
    found = clauses(document)
    kinds = Counter(c.kind for c in found)
    labels = {c.address.labels[: i + 1] for c in found for i in range(len(c.address.labels))}
    return Report(
        document,
        len(raw),
        len(found),
        {str(k): n for k, n in kinds.items()},
        tables=sum(path[-1].startswith("表") for path in labels),
        rows=kinds["row"],
        boxes=sum(path[-1].startswith("专栏") for path in labels),
        runs=tuple(runs(found)),
        repairs=dict(Counter(e.reason for e in document.edits)),
        losses=tuple(_losses(document, raw, found)),
    )


def _losses(document: Document, raw: str, found: list[Clause]) -> Iterator[str]:
    if undo(document.text, document.edits) != raw:
        yield "修复日志不能还原出原文"
    if fold(raw) != fold(document.text):
        yield "修复前后的文字（不计空白和全半角）不一致"
    at = 0
    for clause in found:
        if document.text[at : clause.start].strip():
            yield f"有文字不属于任何条款：{document.text[at : clause.start].strip()[:30]!r}"
        if clause.start < at:
            yield f"条款重叠：{clause.address}"
        at = clause.end
    if document.text[at:].strip():
        yield f"末尾有文字不属于任何条款：{document.text[at:].strip()[:30]!r}"
    for address, count in Counter(str(c.address) for c in found).items():
        if count > 1:
            yield f"地址重复 {count} 次：{address}"
    for clause in found:
        if Address.parse(str(clause.address)) != clause.address:
            yield f"地址打印后读不回来：{clause.address}"


def runs(found: list[Clause]) -> Iterator[Run]:
    """Numbered lists of a document in order; a list starts again where its number returns to 1.

    A gap is explained when an item between its two ends says that text was left out: “（略）”.
    """
    current: dict[tuple[str, str], list[tuple[Clause, int]]] = {}
    for clause in found:
        label = recognise(clause.text.split("\n", 1)[0])
        if label is None or label.kind in ("dash", "box", "annex") or not label.value or "」" in clause.address.labels[-1]:
            continue
        part = next((x for x in clause.address.labels if x.startswith(("附", "专栏", "「"))), "")
        key = (part, "dun" if label.kind == "adun" else label.kind)
        members = current.setdefault(key, [])
        if members and label.value <= members[-1][1]:
            yield _run(members, found)
            members.clear()
        members.append((clause, label.value))
    for members in current.values():
        yield _run(members, found)


def _run(members: list[tuple[Clause, int]], found: list[Clause]) -> Run:
    gaps = []
    for (before, low), (after, high) in itertools.pairwise(members):
        if high > low + 1:
            between = found[found.index(before) : found.index(after) + 1]
            reason = next((c.text for c in between if re.search(r"[（(]略[）)]", c.text)), "")
            gaps.append(Gap(str(before.address), low + 1, high - 1, reason))
    return Run(str(members[0][0].address), str(members[-1][0].address), len(members), tuple(gaps))


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """Articles found in one law against the count given for it."""

    name: str
    found: int
    expected: int
    losses: tuple[str, ...]


def articles(folder: Path, counts: Path) -> Iterator[ArticleCount]:
    """For a folder of laws and a JSON Lines file of {doc_id, n_articles}: 第X条 found in each.

    Raises:
        CorpusError: when a file that the counts name is missing or unreadable.
    """
    try:
        lines = counts.read_text("utf-8").splitlines()
    except OSError as error:
        raise CorpusError(f"无法读取 {counts}：{error.strerror}。") from error
    for line in lines:
        row = json.loads(line)
        path = next((p for p in (folder / f"{row['doc_id']}{s}" for s in read.SUFFIXES) if p.exists()), None)
        if path is None:
            raise CorpusError(f"{folder} 中没有 {row['doc_id']}.txt 或 .md。")
        raw = read.read(path).raw
        text, edits = repair(raw)
        document = Document(
            path.stem, row.get("title", path.stem), "", "", None, None, "未知", "", "未知", (), path.name, "", text, edits=edits
        )
        found = clauses(document)
        number = sum(bool(re.match(r"第[^第]+条", c.address.labels[-1])) for c in found if c.address.labels)
        yield ArticleCount(row["doc_id"], number, row["n_articles"], tuple(_losses(document, raw, found)))
