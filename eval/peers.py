"""`python -m eval.peers`: ours beside four libraries and BM25 alone, on the same cases, in one run.

Retrieval is compared alone: a follow-up is made a whole question first, by our rule, and all are asked the same
words. What they return is scored as our clauses are; quality and speed come from the same calls. The systems
take turns at every question, so that a busy machine is busy for all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from tqdm import tqdm

from corpus.catalog import load as load_documents
from corpus.records import CorpusError
from corpus.repair import fold
from eval import stats
from eval.cases import Case, CaseError, load
from eval.metrics import Judged, judge, recall
from eval.peer_report import page
from eval.peer_systems import OURS, SYSTEMS, Builder, Built, Material, PeersError, System, chosen, silence, version
from eval.run import RETRIEVED, commit, means
from index.errors import IndexingError, reason
from index.models import encoder
from index.settings import IndexSettings
from index.tokens import simplified
from qa.answer import check, clean
from qa.bench_names import named
from qa.records import QuestionError
from qa.rewrite import read

BUDGET = 2000
CUT = f"recall in {BUDGET} cut"
COMPARED = ("recall@5", "recall@10", f"recall in {BUDGET}", CUT)
_LONG = f"{named(f'recall in {BUDGET}')}：依次取整段，合计不超过 {BUDGET} 字，但第一段再长也算"
NOTES = (
    "追问先按我们的规则改写成完整的问题，各系统（包括 ours）得到的只是这一句话：比的只是检索，不比改写。",
    "所有向量来自同一个模型、同一段代码；片段超出模型长度上限的部分，模型读不到。重排模型（若有）只用于 ours，各库默认没有。",
    "召回率 recall@k 不计长短，片段越长越占便宜，请对照“前10段字数”；字数相同的两列才可比。",
    f"{_LONG}；{named(CUT)}：把依次相连的片段截到 {BUDGET} 字。",
    "建立时间含向量计算，不含载入库和模型；ours 另含读文件、修复文本和切分条款，各库从读好的文本开始。",
    "建立只能一个接一个，机器忙闲不同，请比处理器秒（各核合计）。",
    "检索时间含问题的向量（BM25 没有向量）；各系统轮流回答每一个问题，先后逐题轮换。",
    "p 来自配对随机化检验，没有作多重比较的校正。",
)
app = typer.Typer(add_completion=False)


@dataclass(slots=True)
class Outcome:
    """One system's figures as they are gathered."""

    system: System
    built: Built
    seconds: float
    processor: float
    """Seconds of all cores: what a build costs whatever else the machine is doing."""
    judged: list[Judged] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    returned: list[list[int]] = field(default_factory=list)
    """Characters of each chunk returned, per case."""
    failed: list[str] = field(default_factory=list)


def questions(cases: Sequence[Case], regions: Sequence[str]) -> tuple[list[tuple[Case, str]], list[str]]:
    """The cases with the whole question that all systems are asked, and the ids of those that cannot be asked."""
    asked, refused = [], []
    for case in cases:
        try:
            turns = [*map(clean, case.turns[:-1]), check(case.turns[-1])]
        except QuestionError:
            refused.append(case.id)
            continue
        asked.append((case, simplified(read(turns, regions).whole)))
    return asked, refused


def score(case: Case, texts: Sequence[str]) -> Judged:
    """Chunks scored as clauses are, and once more with the last one cut at the budget."""
    scores = judge(case, {"retrieved": [{"text": t} for t in texts], "answer": None}, {}).scores
    if case.evidence:
        scores[CUT] = recall(case, cut(texts, BUDGET))
    return Judged(case, scores, {})


def cut(texts: Sequence[str], budget: int) -> list[str]:
    """Chunks in order until their characters are used up, the last one cut: a long chunk buys nothing."""
    taken = []
    for text in texts:
        if budget <= 0:
            break
        taken.append(text[:budget])
        budget -= len(text)
    return taken


def build(systems: Sequence[System], material: Material, progress: bool = True) -> list[Outcome]:
    """Import all libraries, then build every system, timed one by one.

    Raises:
        PeersError: a library cannot be imported.
    """
    silence()
    builders = [_prepared(system, material) for system in systems]  # all first: what is broken is told before the measuring
    material.encoder.passages([material.documents[0].text[:200]])  # the first call of a model is slower
    out = []
    for system, builder in zip(tqdm(systems, desc="建立", unit="个", disable=not progress), builders, strict=True):
        began, used = time.perf_counter(), time.process_time()
        built = builder()
        out.append(Outcome(system, built, time.perf_counter() - began, time.process_time() - used))
    return out


def _prepared(system: System, material: Material) -> Builder:
    try:
        return system.prepare(material)
    except ImportError as error:
        raise PeersError(
            f"{system.name} 需要的库载入失败（{error}）。版本可能不合，请运行：pip install -c constraints.txt -e '.[peers]'。"
        ) from error


def ask(outcomes: Sequence[Outcome], asked: Sequence[tuple[Case, str]], progress: bool = True) -> None:
    """Ask every system every question; a search that fails has found nothing, the run goes on."""
    for outcome in outcomes:
        _search(outcome, asked[0][1], [])  # the first call of a library is slower
    for number, (case, question) in enumerate(tqdm(asked, desc="用例", unit="个", disable=not progress)):
        turn = number % len(outcomes)
        returned: dict[str, list[str]] = {}
        for outcome in [*outcomes[turn:], *outcomes[:turn]]:
            failed: list[str] = []
            began = time.perf_counter()
            returned[outcome.system.name] = _search(outcome, question, failed)
            outcome.ms.append((time.perf_counter() - began) * 1000)
            outcome.failed += [f"{case.id}: {error}" for error in failed]
        for outcome in outcomes:  # after the clock: long chunks take long to score
            texts = returned[outcome.system.name]
            outcome.returned.append([len(t) for t in texts])
            outcome.judged.append(score(case, texts))


def _search(outcome: Outcome, question: str, failed: list[str]) -> list[str]:
    try:
        return outcome.built.search(question, RETRIEVED)
    except Exception as error:  # each library raises types of its own
        failed.append(f"{type(error).__name__}: {error}")
        return []


def figures(outcome: Outcome) -> dict[str, Any]:
    """All figures of one system."""
    kinds = sorted({j.case.type for j in outcome.judged if j.scores})
    lengths = outcome.built.lengths
    return {
        "label": outcome.system.label,
        "versions": {n: version(n) for n in outcome.system.needs},
        "chunks": len(lengths),
        "vectors": outcome.built.vectors,
        "characters": {"median": statistics.median(lengths), "longest": max(lengths)}
        | {f"first {k}": round(statistics.mean(sum(r[:k]) for r in outcome.returned)) for k in (5, 10)},
        "build_seconds": round(outcome.seconds, 2),
        "build_processor_seconds": round(outcome.processor, 2),
        "search_ms": {f"p{p}": round(float(np.percentile(outcome.ms, p)), 2) for p in (50, 95)},
        "overall": means(outcome.judged),
        "types": {kind: means([j for j in outcome.judged if j.case.type == kind]) for kind in kinds},
        "failed": outcome.failed,
    }


def against(ours: Outcome, peer: Outcome) -> dict[str, dict[str, float]]:
    """Metric → ours, the peer's, ours − the peer's, and p, over the cases that both have."""
    out = {}
    for name in COMPARED:
        pairs = [(p.scores[name], o.scores[name]) for p, o in zip(peer.judged, ours.judged, strict=True) if name in o.scores]
        if pairs:
            found = stats.compare([p for p, _ in pairs], [o for _, o in pairs])
            values = {"ours": found.second, "peer": found.first, "difference": found.difference, "p": found.p}
            out[name] = {k: round(v, 4) for k, v in values.items()} | {"cases": found.cases}
    return out


def report(
    outcomes: Sequence[Outcome], asked: Sequence[tuple[Case, str]], refused: Sequence[str], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything that `peers.json` holds."""
    ours = next(o for o in outcomes if o.system.name == OURS)
    return {
        "about": dict(about),
        "notes": list(NOTES),
        "systems": {o.system.name: figures(o) for o in outcomes},
        "against": {o.system.name: against(ours, o) for o in outcomes if o is not ours},
        "not_asked": list(refused),
        "cases": [
            {
                "id": case.id,
                "type": case.type,
                "question": question,
                "systems": {
                    o.system.name: {"ms": round(o.ms[n], 2)} | {k: round(v, 4) for k, v in o.judged[n].scores.items()}
                    for o in outcomes
                },
            }
            for n, (case, question) in enumerate(asked)
        ],
    }


def describe(path: Path, asked: Sequence[tuple[Case, str]], material: Material) -> dict[str, Any]:
    """What was measured, with what, and on which machine."""
    texts = [fold(t) for t in material.texts]
    quotes = [(case.id, q) for case, _ in asked for q in case.evidence]
    return {
        "cases": {
            "file": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest()[:16],
            "asked": len(asked),
            "with_evidence": sum(bool(case.evidence) for case, _ in asked),
            # A quote over a clause and a note that it shares is whole in no chunk of plain text.
            "only_in_clauses": [i for i, q in quotes if not any(fold(t) in text for t in q.texts for text in texts)],
        },
        "corpus": {"documents": len(texts), "characters": sum(map(len, material.texts))},
        "encoder": material.encoder.fingerprint,
        "reranker": material.settings.reranker,
        "retrieved": RETRIEVED,
        "commit": commit(),
        "versions": {n: version(n) for n in ("bm25s", "faiss-cpu", "sentence-transformers", "torch", "numpy")},
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "load": [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else None,
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8", errors="replace").splitlines() if told.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def write(out: Path, files: Mapping[str, str]) -> None:
    """Name → text, each put in place when it is whole; without files only the folder is made.

    Raises:
        PeersError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            part = out / f"{name}.part"
            part.write_text(text, "utf-8")
            part.replace(out / name)
    except OSError as error:
        raise PeersError(f"写入 {out} 失败：{reason(error)}。请换一个 --out。") from error


@app.command()
def peers(
    cases: Annotated[Path, typer.Option("--cases", help="用例文件（JSON Lines）")],
    out: Annotated[Path, typer.Option(help="结果文件夹：peers.json、peers.html")],
    limit: Annotated[int | None, typer.Option(min=1, help="只跑前几个")] = None,
    only: Annotated[list[str] | None, typer.Option(help=f"只比较这些，可重复：{'、'.join(SYSTEMS)}", metavar="NAME")] = None,
) -> None:
    """与 LangChain、LlamaIndex、Haystack、txtai 和单独的 BM25 并排比较检索：同样的用例、向量和字数。"""
    settings = IndexSettings.from_environment()
    systems = chosen(only or [], settings.reranker)
    documents = load_documents(settings.corpus)
    asked, refused = questions(load(cases)[:limit], [d.region for d in documents])
    if not asked:
        raise CaseError(f"{cases.name} 里没有可以提问的用例。")
    write(out, {})  # a wrong --out is told now, not after the measuring
    material = Material(settings, documents, encoder(settings))
    about = describe(cases, asked, material)
    outcomes = build(systems, material)
    ask(outcomes, asked)
    made = report(outcomes, asked, refused, about)
    write(out, {"peers.json": json.dumps(made, ensure_ascii=False, indent=1) + "\n", "peers.html": page(made, COMPARED)})
    _tell(made)
    typer.echo(f"报告：{out / 'peers.html'}")


def _tell(made: Mapping[str, Any]) -> None:
    """The main figures on the terminal, so that a run can be read without opening the report."""
    typer.echo(NOTES[0])
    columns = "".join(f"{name:>20}" for name in COMPARED)
    typer.echo(f"{'':16}{'chunks':>8}{'build s':>9}{'cpu s':>8}{'p50 ms':>9}{'p95 ms':>9}{columns}")
    for name, told in made["systems"].items():
        cells = "".join(f"{told['overall'][m]['mean']:>20.3f}" if m in told["overall"] else f"{'–':>20}" for m in COMPARED)
        ms, used = told["search_ms"], told["build_processor_seconds"]
        typer.echo(
            f"{name:16}{told['chunks']:>8}{told['build_seconds']:>9.1f}{used:>8.1f}{ms['p50']:>9.1f}{ms['p95']:>9.1f}{cells}"
        )
        if told["failed"]:
            typer.echo(f"  出错 {len(told['failed'])} 次，第一次：{told['failed'][0]}")


def main() -> None:
    try:
        app()
    except (CaseError, IndexingError, CorpusError, PeersError) as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
