"""Run a case file and write `run.jsonl`, one line a case as it is answered; a run that is cut off goes on.

A case that fails gets an `error` line and the run continues. `summary.json` and `report.html` are made from
the run file alone, so they can be made again.
"""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm import tqdm

from corpus.records import Clause
from eval.cases import Case, CaseError
from eval.metrics import Judged, judge
from eval.stats import Mean, mean
from index.search import Index
from index.tokens import simplified
from qa.answer import Assistant, check, clean
from qa.records import Answer
from qa.rewrite import read

RETRIEVED = 20


def run(
    cases: Sequence[Case],
    out: Path,
    index: Index,
    assistant: Assistant | None,
    settings: Mapping[str, Any],
    progress: bool = True,
    jobs: int = 1,
) -> list[dict[str, Any]]:
    """Answer every case that has no line yet in `out/run.jsonl`; returns all lines in the order of the cases.

    Without an assistant only retrieval is run. The lines of an earlier run are kept only if it had the same
    settings. With several `jobs`, so many cases are answered side by side; their timings are then those of a busy machine.

    Raises:
        CaseError: the folder holds a run with other settings, or cannot be written.
    """
    return each(cases, out, settings, lambda case: _line(case, index, assistant), progress, jobs)


def each(
    cases: Sequence[Case],
    out: Path,
    settings: Mapping[str, Any],
    line_of: Callable[[Case], dict[str, Any]],
    progress: bool,
    jobs: int = 1,
) -> list[dict[str, Any]]:
    """Write a line for every case that has none yet; a case that fails gets an error line.

    Raises:
        CaseError: the folder holds a run with other settings, or cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    _same_settings(out / "settings.json", settings)
    path = out / "run.jsonl"
    lines = {line["id"]: line for line in read_lines(path)} if path.exists() else {}
    left = [c for c in cases if c.id not in lines]
    if left and lines:  # a line that was cut off must not stay in front of the next one
        part = path.with_suffix(".part")
        part.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines.values()), "utf-8")
        part.replace(path)
    with path.open("a", encoding="utf-8") as stream:
        bar = tqdm(desc="用例", unit="个", initial=len(cases) - len(left), total=len(cases), disable=not progress)
        for case, made in _side_by_side(left, line_of, jobs):
            line = {"id": case.id} | made
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            stream.flush()
            lines[case.id] = line
            bar.update()
        bar.close()
    return [lines[c.id] for c in cases]


def _side_by_side(
    cases: Sequence[Case], line_of: Callable[[Case], dict[str, Any]], jobs: int
) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Cases with their lines, in the order in which they are ready; what has not begun when the reader leaves never does."""
    pool = ThreadPoolExecutor(jobs)
    try:
        asked = {pool.submit(line_of, case): case for case in cases}
        for done in as_completed(asked):
            try:
                yield asked[done], done.result()
            except Exception as error:  # one bad case must not end the run
                yield asked[done], {"error": f"{type(error).__name__}: {error}"}
    finally:
        pool.shutdown(cancel_futures=True)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Lines of a run file; a last line that was cut off is left out."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise CaseError(f"读不了运行结果 {path}（{error.strerror}）。请先运行 python -m eval run。") from None
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def _same_settings(path: Path, settings: Mapping[str, Any]) -> None:
    text = json.dumps(settings, ensure_ascii=False, indent=1, sort_keys=True)
    if path.exists() and path.read_text("utf-8") != text:
        raise CaseError(f"{path.parent} 里有一次设置不同的运行。请换一个 --out，或删去该文件夹。")
    path.write_text(text, "utf-8")


def _line(case: Case, index: Index, assistant: Assistant | None) -> dict[str, Any]:
    return _answered(case, assistant) if assistant else retrieved(case, index)


def retrieved(case: Case, index: Index) -> dict[str, Any]:
    """The line of a case that is only searched, without its id.

    Raises:
        QuestionError: a last turn that cannot be asked.
    """
    began = time.perf_counter()
    turn = read([*map(clean, case.turns[:-1]), check(case.turns[-1])], [d.region for d in index.documents])
    hits = index.search(simplified(turn.whole), RETRIEVED, also=turn.also)
    took = round((time.perf_counter() - began) * 1000, 1)
    found = [_hit(h.clause, h.score) for h in hits]
    return {"retrieved": found, "answer": None, "refusal": None, "citations": [], "timings": {"retrieve_ms": took}}


def _answered(case: Case, assistant: Assistant) -> dict[str, Any]:
    *_, answer = assistant.ask(case.turns[-1], case.turns[:-1])
    assert isinstance(answer, Answer)
    return {
        "retrieved": [_hit(h.clause, h.score) for h in answer.hits],
        "answer": answer.text,
        "refusal": answer.refusal,
        "citations": [
            {
                "clause": c.clause.id,
                "document": c.clause.document.id,
                "quote": c.quote,
                "sentence": c.sentence,
                "verdict": c.verdict,
            }
            for c in answer.citations
        ],
        "timings": answer.timings,
    }


def _hit(clause: Clause, score: float) -> dict[str, Any]:
    return {"clause": clause.id, "document": clause.document.id, "text": clause.full, "score": round(score, 6)}


def judged(cases: Sequence[Case], lines: Sequence[Mapping[str, Any]], clauses: Mapping[str, Clause]) -> list[Judged]:
    """Score every line; cases and lines are paired by id.

    Raises:
        CaseError: when a case has no line.
    """
    by_id = {line["id"]: line for line in lines}
    missing = [c.id for c in cases if c.id not in by_id]
    if missing:
        raise CaseError(f"运行结果里缺少 {len(missing)} 个用例（{'、'.join(missing[:5])} …）。请先跑完：再运行同一条命令。")
    known = {c.document.id for c in clauses.values()}
    cited = (h["document"] for line in by_id.values() for h in line.get("retrieved", []))
    foreign = next((document for document in cited if document not in known), "")
    if foreign:
        raise CaseError(f"这次运行用的是另一份语料：现在的语料里没有文件 {foreign}。请用当时的 YOUJU_CORPUS，或重新运行。")
    return [judge(case, by_id[case.id], clauses) for case in cases]


def summary(found: Sequence[Judged], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Means with 95% intervals, overall and per type, with the settings, the commit and the machine."""
    types = sorted({j.case.type for j in found})
    return {
        "overall": means(found),
        "types": {t: means([j for j in found if j.case.type == t]) for t in types},
        "cases": len(found),
        "failed": [j.case.id for j in found if "error" in j.line],
        "settings": dict(settings),
        **origin(),
    }


def origin() -> dict[str, Any]:
    """The commit and the machine of a run."""
    machine = {"processor": platform.machine(), "system": platform.platform(), "python": platform.python_version()}
    return {"commit": commit(), "machine": machine}


def means(found: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Metric → mean with its interval, over the cases that have it; metrics in the order in which they appear."""
    names = dict.fromkeys(name for j in found for name in j.scores)
    out: dict[str, dict[str, float]] = {}
    for name in names:
        value: Mean = mean([j.scores[name] for j in found if name in j.scores])
        out[name] = {k: round(v, 4) for k, v in asdict(value).items()}
    return out


def commit() -> str:
    """The checked-out commit, with “+” for uncommitted changes; empty outside a checkout."""
    folder = Path(__file__).parent
    try:
        head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=folder, capture_output=True, text=True, check=True)
        dirty = subprocess.run(["git", "status", "--porcelain", "-uno"], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")
