"""Retrieval on a folder in BEIR's layout: corpus.jsonl, queries*.jsonl, qrels*.tsv (Thakur et al., NeurIPS 2021).

Rows of one document (`doc_id`, else the same title) become the clauses of one Document, `section` its headings
where a row has them, so that the index, the search and the reranker are the ones that the product uses.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from corpus.address import Address
from corpus.records import Clause, Document
from eval.cases import Case, CaseError
from eval.report import STYLE
from eval.run import each, origin
from eval.stats import mean
from index import build, files
from index.errors import StaleIndexError
from index.models import Encoder
from index.rerank import Reranker
from index.search import Index
from index.settings import IndexSettings
from qa.bench_names import named

RETRIEVED = 100
_LONGEST = 1000  # characters of a question that are searched with
MEASURES = ("R@5", "R@10", "R@100", "nDCG@10", "RR@10")


@dataclass(frozen=True, slots=True)
class Beir:
    """A BEIR folder that was read: documents, their clauses, and the id of each clause's row."""

    documents: list[Document]
    clauses: list[Clause]
    rows: dict[str, str]
    """Clause id → the row's _id."""
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]
    digest: str
    """Of the corpus and of the code that reads it: what an index of it depends on."""
    asked: str
    """Of the questions and their gold rows."""


def load(folder: Path, split: str) -> Beir:
    """Read the folder and the questions of one split that have a gold row.

    Raises:
        CaseError: a file is missing or broken (with its line), or the split names rows that are not there.
    """
    corpus = _file(folder, ["corpus.jsonl"])
    queries = _file(folder, [f"queries.{split}.jsonl", "queries.jsonl", f"queries-{split}.jsonl"])
    qrels = _file(folder, [f"qrels.{split}.tsv", f"qrels/{split}.tsv", f"qrels-{split}.tsv", "qrels.tsv"])
    documents, clauses, rows = _documents(_rows(corpus))
    texts = {row["_id"]: row["text"] for row in _rows(queries)}
    gold = _qrels(qrels)
    known = set(rows.values())
    for query, wanted in gold.items():
        missing = [r for r in wanted if r not in known]
        if query not in texts or missing:
            what = f"语料里没有 {missing[0]}" if query in texts else f"{queries.name} 里没有问题 {query}"
            raise CaseError(f"{qrels.name}：{what}。请检查 --split 与文件是否配套。")
    if not gold:
        raise CaseError(f"{qrels.name} 里没有一条标注。")
    asked = hashlib.sha256(queries.read_bytes() + qrels.read_bytes()).hexdigest()
    return Beir(documents, clauses, rows, {q: texts[q] for q in gold}, gold, files.digest_of([corpus]), asked)


def _file(folder: Path, names: Sequence[str]) -> Path:
    found = next((folder / n for n in names if (folder / n).is_file()), None)
    if found is None:
        raise CaseError(f"{folder} 缺少 {names[0]}（也可以叫 {'、'.join(names[1:]) or names[0]}）。")
    return found


def _text(path: Path) -> io.StringIO:
    try:
        return io.StringIO(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"读不了 {path}（{error}）。文件应为 UTF-8。") from None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with _text(path) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if not isinstance(row["_id"], str) or not isinstance(row["text"], str):
                    raise TypeError("_id 和 text 应为文字")
            except (ValueError, KeyError, TypeError) as error:
                raise CaseError(f"{path.name} 第 {number} 行：不是含有 _id 和 text 的 JSON 对象（{error}）。") from None
            yield row


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    out: dict[str, dict[str, int]] = {}
    with _text(path) as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t"), start=1):
            if not row or (number == 1 and not row[-1].lstrip("-").isdigit()):
                continue
            if len(row) not in (3, 4) or not row[-1].lstrip("-").isdigit():
                raise CaseError(f"{path.name} 第 {number} 行：应为 问题、条目、相关度 三列，用制表符分开。")
            if int(row[-1]) > 0:
                out.setdefault(row[0], {})[row[-2]] = int(row[-1])
    return out


def _documents(rows: Iterator[dict[str, Any]]) -> tuple[list[Document], list[Clause], dict[str, str]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(str(row.get("doc_id") or row.get("title") or row["_id"]), []).append(row)
    documents: list[Document] = []
    clauses: list[Clause] = []
    ids: dict[str, str] = {}
    for name, members in grouped.items():
        text = "\n".join(row["text"] or "∅" for row in members)
        document = _document(name, str(members[0].get("title") or ""), text)
        documents.append(document)
        at = 0
        for number, row in enumerate(members, start=1):
            headings = tuple(h.strip() for h in str(row.get("section") or "").split(" > ") if h.strip())
            end = at + len(row["text"] or "∅")
            clause = Clause(document, Address((f"段{number}",)), headings, "paragraph", at, end)
            clauses.append(clause)
            ids[clause.id] = row["_id"]
            at = end + 1
    return documents, clauses, ids


def _document(name: str, title: str, text: str) -> Document:
    return Document(
        id=name,
        title=title,
        number="",
        issuer="",
        issued=None,
        year=None,
        level="未知",
        region="",
        status="未知",
        supersedes=(),
        source="",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
    )


def open_index(
    data: Beir, settings: IndexSettings, encoder: Encoder, reranker: Reranker | None = None, progress: bool = True
) -> Index:
    """The index of the folder's corpus: built when there is none, or when corpus, reader or encoder changed."""
    here = replace(settings, index=settings.home / "indexes" / f"beir-{data.digest[:12]}")
    try:
        folder = files.current(here.index)
        files.verify(folder, encoder.fingerprint, data.digest)
    except StaleIndexError:
        folder = build.write(here, encoder, data.documents, data.clauses, data.digest, progress).folder
    return Index(folder, encoder, reranker)


def run(
    data: Beir, index: Index, out: Path, settings: Mapping[str, Any], limit: int | None, progress: bool = True
) -> dict[str, Any]:
    """Search every question of the split (resuming), write run.jsonl, and return the summary."""
    cases = [Case(q, "fact", "", (text,), (), (), "", ()) for q, text in data.queries.items()][:limit]

    def line_of(case: Case) -> dict[str, Any]:
        began = time.perf_counter()
        hits = index.search(case.turns[0][:_LONGEST], RETRIEVED)
        took = round((time.perf_counter() - began) * 1000, 1)
        retrieved = [
            {
                "clause": data.rows[h.clause.id],
                "document": h.clause.document.id,
                "text": h.clause.text,
                "score": round(1 / rank, 6),
            }
            for rank, h in enumerate(hits, start=1)
        ]
        return {"retrieved": retrieved, "answer": None, "refusal": None, "citations": [], "timings": {"retrieve_ms": took}}

    lines = each(cases, out, settings, line_of, progress)
    failed = [line["id"] for line in lines if "error" in line]
    found = {line["id"]: {h["clause"]: h["score"] for h in line.get("retrieved", [])} for line in lines}
    values = scores(data, found)
    times = sorted(line["timings"]["retrieve_ms"] for line in lines if "timings" in line)
    means = {m: {k: round(v, 4) for k, v in asdict(mean([values[i][m] for i in found])).items()} for m in MEASURES}
    latency = {
        name: times[min(len(times) - 1, int(len(times) * share))] for name, share in (("p50", 0.5), ("p95", 0.95)) if times
    }
    return {
        "overall": means,
        "latency_ms": latency,
        "cases": len(lines),
        "failed": failed,
        "rows": len(data.clauses),
        "settings": dict(settings),
        **origin(),
    }


def page(data: Beir, made: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> str:
    """The report as one HTML text that opens offline: figures, and the questions whose gold is not in the first ten."""
    rows = "".join(
        f"<tr><td>{named(name)}</td><td>{m['mean']:.3f}</td><td>{m['low']:.3f} – {m['high']:.3f}</td><td>{m['cases']}</td></tr>"
        for name, m in made["overall"].items()
    )
    missed = []
    for line in lines:
        places = {h["clause"]: n for n, h in enumerate(line.get("retrieved", []), start=1)}
        gold = data.qrels[line["id"]]
        if any(places.get(g, 99) > 10 for g in gold):
            told = "、".join(f"{g}（{'第 ' + str(places[g]) + ' 条' if g in places else '没有找到'}）" for g in gold)
            found = "".join(
                f"<li>{html.escape(h['clause'])}：{html.escape(h['text'][:80])}</li>" for h in line.get("retrieved", [])[:3]
            )
            missed.append(
                f"<details><summary>{html.escape(data.queries[line['id']])}</summary><p>{html.escape(told)}</p><ol>{found}</ol></details>"
            )
    about = (
        f"{made['cases']} 个问题，{made['rows']} 条，版本 {made['commit']}，耗时（毫秒）{made['latency_ms']}，{made['settings']}"
    )
    return (
        "<!doctype html><html lang='zh'><meta charset='utf-8'><title>有据：检索评测</title>"
        f"<style>{STYLE}</style><h1>检索评测</h1><p class='small'>{html.escape(about)}</p>"
        f"<table><tr><th>指标</th><th>均值</th><th>95% 区间</th><th>问题</th></tr>{rows}</table>"
        f"<h2>前十条里不全的问题（{len(missed)}）</h2>{''.join(missed)}</html>"
    )


def scores(data: Beir, run: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Question → measure → value, by ir-measures."""
    import ir_measures  # noqa: PLC0415 - only this command needs it

    out: dict[str, dict[str, float]] = {q: dict.fromkeys(MEASURES, 0.0) for q in data.queries}
    wanted = [ir_measures.parse_measure(m) for m in MEASURES]
    for metric in ir_measures.iter_calc(wanted, data.qrels, run):
        out[metric.query_id][str(metric.measure)] = float(metric.value)
    return out
