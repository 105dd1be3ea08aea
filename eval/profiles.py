"""Profile cases for the matcher, their metrics and report: `python -m eval run --profiles FILE --out DIR`.

{"id": "P01", "say": "我们是…", "facts": {…}, "evidence": [{"quote": "…", "alt": […]}], "unknown": [{"quote": "…"}],
 "not": [{"quote": "…"}]}

recall@10          share of a case's quotes found in the first 10 clauses, averaged over cases with evidence
precision@5        share of the first 5 clauses (fewer, when fewer are listed) that hold a quote of the evidence
not met            share of the `not` quotes whose clause is called met; must be 0
unknown            share of the listed `unknown` quotes whose clause is called unknown
with span          share of the verdicts met and not_met that rest on a condition printed in the document
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from corpus.records import Clause
from corpus.repair import fold
from eval import run as runs
from eval.cases import Case, CaseError, Quote, quote, read_cases
from eval.report import alone
from eval.run import each, origin, read_lines
from index.search import Index
from qa.bench_names import named
from qa.match import match
from qa.match_wire import matches_json
from qa.profile import read

_KEYS = {"id", "say", "facts", "note", "evidence", "unknown", "not"}
_LISTED = 50
"""Measures in a run line."""
CUTS = (5, 10, 20)
GOALS = {"recall@10": 0.85, "precision@5": 0.60, "not met": 0.0, "with span": 1.0, "total_ms": 300.0}


@dataclass(frozen=True, slots=True)
class ProfileCase:
    """One asker; the matcher sees `say` alone."""

    id: str
    say: str
    evidence: tuple[Quote, ...]
    unknown: tuple[Quote, ...]
    never: tuple[Quote, ...]
    """`not`: must not be called met."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    case: ProfileCase
    line: Mapping[str, Any]
    scores: dict[str, float]


def load(path: Path) -> list[ProfileCase]:
    """Read a profile file.

    Raises:
        CaseError: naming file and line: unreadable, not JSON, an unknown or missing key, an id given twice.
    """
    return read_cases(path, _case, "画像文件")


def _case(row: Any) -> ProfileCase:
    if not isinstance(row, dict):
        raise CaseError("应为一个 JSON 对象。")
    unknown, missing = row.keys() - _KEYS, {"id", "say"} - row.keys()
    if unknown or missing:
        what = f"不认识的键 {'、'.join(sorted(unknown))}" if unknown else f"缺少 {'、'.join(sorted(missing))}"
        raise CaseError(f"{what}。可用的键：{'、'.join(sorted(_KEYS))}。")
    if not isinstance(row["say"], str):
        raise CaseError("say 应是一段话。")
    quotes = {}
    for key in ("evidence", "unknown", "not"):
        if not isinstance(row.get(key, []), list):
            raise CaseError(f"{key} 应是一个列表。")
        quotes[key] = tuple(map(quote, row.get(key, [])))
    return ProfileCase(str(row["id"]), row["say"], quotes["evidence"], quotes["unknown"], quotes["not"])


def unproved(cases: Sequence[ProfileCase], clauses: Sequence[Clause]) -> Iterator[str]:
    """Quotes, as “第 n 行 id: quote”, that no single clause holds."""
    texts = [fold(c.full) for c in clauses]
    for case in cases:
        for text in (t for q in (*case.evidence, *case.unknown, *case.never) for t in q.texts):
            if not any(fold(text) in held for held in texts):
                yield f"第 {case.line} 行 {case.id}：{text}"


def run(cases: Sequence[ProfileCase], out: Path, index: Index, settings: Mapping[str, Any], progress: bool = True) -> None:
    """Match every case that has no line yet in `out/run.jsonl`.

    Raises:
        CaseError: the folder holds a run with other settings, or cannot be written.
    """
    each(cast("Sequence[Case]", cases), out, settings, lambda case: _line(cast("ProfileCase", case), index), progress)


def _line(case: ProfileCase, index: Index) -> dict[str, Any]:
    return matches_json(match(index, read(case.say)), _LISTED)


def judged(cases: Sequence[ProfileCase], out: Path, clauses: Mapping[str, Clause]) -> list[Judged]:
    """Score the lines of a run, paired by id.

    Raises:
        CaseError: a case has no line, or the run was of another corpus.
    """
    lines = {line["id"]: line for line in read_lines(out / "run.jsonl")}
    missing = [c.id for c in cases if c.id not in lines]
    if missing:
        raise CaseError(f"运行结果里缺少 {len(missing)} 个用例（{'、'.join(missing[:5])}）。请先跑完：再运行同一条命令。")
    foreign = next((m["clause"] for i in lines for m in lines[i].get("measures", []) if m["clause"] not in clauses), "")
    if foreign:
        raise CaseError(f"这次运行用的是另一份语料：现在的语料里没有 {foreign}。请用当时的 YOUJU_CORPUS，或重新运行。")
    return [judge(case, lines[case.id], clauses) for case in cases]


def judge(case: ProfileCase, line: Mapping[str, Any], clauses: Mapping[str, Clause]) -> Judged:
    """Score one line; a metric is absent where it has no meaning. A case that failed scores 0 where it had evidence."""
    if "error" in line:
        return Judged(case, line, {f"recall@{k}": 0.0 for k in CUTS if case.evidence})
    listed = line["measures"]
    texts = [fold(clauses[m["clause"]].full) for m in listed]
    scores: dict[str, float] = {}
    if case.evidence:
        gold = [fold(t) for q in case.evidence for t in q.texts]
        for k in CUTS:
            scores[f"recall@{k}"] = sum(_found(q, texts[:k]) for q in case.evidence) / len(case.evidence)
        holding = [any(t in text for t in gold) for text in texts[:5]]
        scores["precision@5"] = sum(holding) / len(holding) if holding else 0.0
    if case.never:
        scores["not met"] = sum("met" in _verdicts(q, listed, texts) for q in case.never) / len(case.never)
    told = [v for q in case.unknown if (v := _verdicts(q, listed, texts))]
    if told:
        scores["unknown"] = sum("unknown" in v for v in told) / len(told)
    decided = [m for m in listed if m["verdict"] != "unknown"]
    if decided:
        scores["with span"] = sum(_rests(m, clauses[m["clause"]].document.text) for m in decided) / len(decided)
    return Judged(case, line, scores | {"total_ms": float(line["timings"]["total_ms"])})


def _found(wanted: Quote, texts: Sequence[str]) -> bool:
    return any(fold(t) in text for t in wanted.texts for text in texts)


def _verdicts(wanted: Quote, listed: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> set[str]:
    return {m["verdict"] for m, text in zip(listed, texts, strict=True) if _found(wanted, [text])}


def _rests(measure: Mapping[str, Any], text: str) -> bool:
    """A verdict rests on a condition of the same verdict whose quotation stands in the document at its span."""
    same = [c for c in measure["conditions"] if c["verdict"] == measure["verdict"]]
    return any(c["quote"] and text[c["start"] : c["end"]] == c["quote"] for c in same)


def summary(found: Sequence[Judged], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Means with 95% intervals, latency, settings, commit and machine."""
    took = sorted(j.scores["total_ms"] for j in found if "total_ms" in j.scores)
    return {
        "overall": runs.means(cast("Sequence[Any]", found)),
        "latency_ms": {"median": took[len(took) // 2], "largest": took[-1]} if took else {},
        "cases": len(found),
        "failed": [j.case.id for j in found if "error" in j.line],
        "settings": dict(settings),
        **origin(),
    }


def page(found: Sequence[Judged], made: Mapping[str, Any]) -> str:
    """`report.html`: the means, and of each case what was found, missed and wrongly called met."""
    rows = "".join(
        f"<tr><td>{html.escape(named(name))}</td><td>{v['mean']:.3f}</td><td>{v['low']:.3f} – {v['high']:.3f}</td>"
        f"<td>{v['cases']}</td><td>{GOALS.get(name, '')}</td></tr>"
        for name, v in made["overall"].items()
    )
    about = f"{made['cases']} 个画像，版本 {made['commit']}，{made['settings']}"
    head = "<table><tr><th>指标</th><th>均值</th><th>95% 区间</th><th>例数</th><th>目标</th></tr>"
    return alone([f"<p class='small'>{html.escape(about)}</p>", f"{head}{rows}</table>", "<h2>逐例</h2>", *map(_section, found)])


def _section(one: Judged) -> str:
    case, line = one.case, one.line
    scores = "，".join(f"{named(name)} {value:.2f}" for name, value in one.scores.items())
    parts = [f"<details><summary>{html.escape(case.id)}：{html.escape(case.say[:80])}</summary><p>{html.escape(scores)}</p>"]
    if "error" in line:
        return "".join([*parts, f"<p class='lost'>{html.escape(str(line['error']))}</p></details>"])
    parts.append(f"<p>{html.escape(line['profile'].get('summary', ''))}<br>追问：{html.escape(line['ask'] or '（无）')}</p><ol>")
    gold = [fold(t) for q in case.evidence for t in q.texts]
    for m in line["measures"][:10]:
        good = any(t in fold(m["text"]) for t in gold)
        told = f"{m['verdict']} {m['title']} {m['address']}：{m['benefit']}"
        parts.append(f"<li class='{'found' if good else ''}'>{html.escape(told)}</li>")
    texts = [fold(m["text"]) for m in line["measures"][:10]]
    parts.append("</ol>")
    parts += [f"<p class='lost'>缺：{html.escape(q.text)}</p>" for q in case.evidence if not _found(q, texts)]
    every = [fold(m["text"]) for m in line["measures"]]
    wrong = [q for q in case.never if "met" in _verdicts(q, line["measures"], every)]
    parts += [f"<p class='lost'>误判为符合：{html.escape(q.text)}</p>" for q in wrong]
    return "".join([*parts, "</details>"])
