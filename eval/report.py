"""`report.html`: figures, plots and every failure of a run, in one file that opens offline.

An ablation, a refusal curve and a comparison with the libraries that lie in the same folder are told in it too.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval import ablation
from eval.cases import CaseError
from eval.metrics import BUDGETS, CUTS, Judged, holds
from eval.peer_report import image, sections
from eval.peers import COMPARED
from eval.refusal import FILE as REFUSAL
from qa.bench_names import named

STYLE = """
body { font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  margin: 2em auto; max-width: 70em; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
td, th { border-bottom: 1px solid #ddd; padding: .25em .7em; text-align: right; }
td:first-child, th:first-child { text-align: left; } img { max-width: 100%; }
details { border-left: 3px solid #b44; margin: .6em 0; padding: .1em 1em; } .found { color: #2a7; } .lost { color: #b44; }
.small { color: #777; font-size: .9em; } .ours { font-weight: 600; } .wide { overflow-x: auto; }
.wide td, .wide th { white-space: nowrap; }
"""
PEERS = "peers.json"
_READ_SO = "每行只改一处。均值后面是与“全部打开”的逐例之差（负数：少了这一步更差）和配对随机化检验的 p，p 没有作多重比较的校正。"
_SHOWN = ("recall@1", "recall@5", "recall@10", "recall in 2000", "must", "citation precision", "citation recall", "figures")


def page(found: Sequence[Judged], summary: Mapping[str, Any], more: Sequence[str] = ()) -> str:
    """The whole report as one HTML text; `more` are further sections, as `beside` gives them."""
    machine = summary["machine"]["system"]
    about = f"{summary['cases']} 个用例，版本 {summary['commit']}，{summary['settings']}，{machine}"
    parts = [
        f"<p class='small'>{html.escape(about)}</p>",
        "<h2>总体</h2>",
        _overall(summary["overall"]),
        "<h2>按类型</h2>",
        _by_type(summary),
        *_plots(found, summary),
        *more,
        "<h2>没有全对的用例</h2>",
        *[_failure(j) for j in found if _failed(j)],
    ]
    return alone(parts)


def alone(parts: Sequence[str]) -> str:
    """Sections as a whole page."""
    head = "<!doctype html><html lang='zh'><meta charset='utf-8'><title>有据：评测报告</title>"
    return "\n".join([head, f"<style>{STYLE}</style><h1>评测报告</h1>", *parts, "</html>"])


def beside(folder: Path) -> list[str]:
    """Sections of the refusal curve, the ablation and the comparison with the libraries, where the folder holds them.

    Raises:
        CaseError: the file of one of them is damaged.
    """
    out = []
    if (folder / REFUSAL).exists():
        try:
            out += _refusals(json.loads((folder / REFUSAL).read_text("utf-8")))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CaseError(f"{folder / REFUSAL} 读不出来（{error!r}）。请删去它，或再运行 python -m eval refusal。") from error
    if (folder / ablation.FILE).exists():
        out += _ablation(ablation.read(folder / ablation.FILE))
    if (folder / PEERS).exists():
        try:
            told = sections(json.loads((folder / PEERS).read_text("utf-8")), COMPARED, "h3")
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise CaseError(f"{folder / PEERS} 读不出来（{error!r}）。请删去它，或再运行 python -m eval.peers。") from error
        out += ["<h2>与同类库的比较</h2>", "<div class='wide'>", *told, "</div>"]
    return out


def _refusals(made: Mapping[str, Any]) -> list[str]:
    """The refusal curve: what is refused, rightly and wrongly, wherever the threshold is put."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    points = made["points"]
    figure, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for name, colour in (("refused", "tab:blue"), ("wrongly refused", "tab:red")):
        axes[0].plot([p["threshold"] for p in points], [p[name] for p in points], color=colour, label=name)
    axes[0].axvline(made["threshold"], color="grey", linestyle="--", linewidth=0.8, label="threshold in use")
    axes[0].set(title="questions refused by the curve", xlabel="threshold", ylim=(0, 1.02))
    axes[0].legend()
    axes[1].plot([p["wrongly refused"] for p in points], [p["refused"] for p in points])
    axes[1].plot(made["wrongly refused"], made["refused"], "o", color="tab:red", label="in use")
    axes[1].set(title="unanswerable refused / answerable refused", xlabel="wrongly refused", ylabel="refused", ylim=(0, 1.02))
    axes[1].legend()
    about = (
        f"{made['questions']} 个问题，版本 {made['commit']}。只看“像不像资料库能答的问题”这一条曲线（阈值 {made['threshold']}）："
        f"拒答了 {made['refused']:.1%} 答不了的、{made['wrongly refused']:.1%} 答得了的；地区、时间、金额等其他拒答理由另外判定。"
    )
    return ["<h2>拒答曲线</h2>", f"<p>{html.escape(about)}</p>", image(figure, "refusal curve")]


def _ablation(made: Mapping[str, Any]) -> list[str]:
    """Each step's worth: the table of all measures, recall by type, and the plot."""
    rows = made["rows"]
    if not rows:
        return []
    commits = "、".join(dict.fromkeys(row["commit"] for row in rows))
    about = f"版本 {commits}，{made['settings']}，{made['machine']['system']}"
    kinds = sorted({kind for row in rows for kind in row["types"]})
    failed = {i: error for row in rows for i, error in row["failed"].items()}
    lost = "；".join(f"{i}：{error}" for i, error in failed.items())
    measures = [_line(row, [_change(row, m) for m in ablation.MEASURED]) for row in rows]
    typed = [_line(row, [f"{row['types'][k]['mean']:.3f}" if k in row["types"] else "–" for k in kinds]) for row in rows]
    return [
        "<h2>每一步值多少</h2>",
        f"<p class='small'>{html.escape(about)}</p>",
        f"<p>{_READ_SO}</p>",
        *([f"<p class='lost'>没有搜成的用例：{html.escape(lost)}</p>"] if lost else []),
        _table(("检索", *map(named, ablation.MEASURED)), measures),
        f"<p>按类型：{named(ablation.BY_TYPE)}</p>",
        _table(("检索", *kinds), typed),
        *_bars(rows),
    ]


def _line(row: Mapping[str, Any], cells: Sequence[str]) -> str:
    marked = " class='ours'" if row["key"] == ablation.EVERYTHING else ""
    return f"<tr{marked}><td>{html.escape(row['name'])}</td>{''.join(f'<td>{html.escape(c)}</td>' for c in cells)}</tr>"


def _change(row: Mapping[str, Any], measure: str) -> str:
    if measure not in row["overall"]:
        return "–"
    value = f"{row['overall'][measure]['mean']:.3f}"
    change = row["difference"].get(measure)
    return f"{value} {change['difference']:+.3f} p={change['p']:.4f}" if change else value


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{html.escape(h)}</th>" for h in heads)
    return f"<div class='wide'><table><tr>{head}</tr>{''.join(rows)}</table></div>"


def _bars(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Recall of every row with its interval, and a line at the row with everything; labels in English."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    shown = [row for row in rows if ablation.BY_TYPE in row["overall"]]
    if not shown:
        return []
    values = [row["overall"][ablation.BY_TYPE] for row in shown]
    spans = [[v["mean"] - v["low"] for v in values], [v["high"] - v["mean"] for v in values]]
    figure, axes = plt.subplots(figsize=(10, 1 + 0.32 * len(shown)), layout="constrained")
    axes.barh(range(len(shown)), [v["mean"] for v in values], xerr=spans, error_kw={"elinewidth": 0.8})
    axes.set_yticks(range(len(shown)), [re.sub(r"\S*/", "", row["key"]) for row in shown])  # of a model's path its name
    axes.axvline(values[0]["mean"], color="tab:red", linestyle="--", linewidth=0.8)
    axes.invert_yaxis()
    axes.set(title=f"{ablation.BY_TYPE} with one step switched off, 95% interval", xlim=(0, 1.02))
    return [image(figure, "recall with one step switched off")]


def _overall(means: Mapping[str, Mapping[str, float]]) -> str:
    rows = []
    for name, m in means.items():
        interval = f"{m['low']:.3f} – {m['high']:.3f}"
        rows.append(
            f"<tr><td>{html.escape(named(name))}</td><td>{m['mean']:.3f}</td><td>{interval}</td><td>{m['cases']}</td></tr>"
        )
    return f"<table><tr><th>指标</th><th>均值</th><th>95% 区间</th><th>用例</th></tr>{''.join(rows)}</table>"


def _by_type(summary: Mapping[str, Any]) -> str:
    names = [n for n in (*_SHOWN, "refused", "wrongly refused") if n in summary["overall"]]
    head = "".join(f"<th>{html.escape(named(n))}</th>" for n in names)
    rows = []
    for kind, means in summary["types"].items():
        cells = "".join(f"<td>{means[n]['mean']:.3f}</td>" if n in means else "<td>–</td>" for n in names)
        rows.append(f"<tr><td>{html.escape(kind)}</td>{cells}</tr>")
    return f"<table><tr><th>类型</th>{head}</tr>{''.join(rows)}</table>"


def _plots(found: Sequence[Judged], summary: Mapping[str, Any]) -> list[str]:
    """Recall by type, by cut and by context budget, and latency; labels in English, whatever fonts are there."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(1, 3, figsize=(14, 4), layout="constrained")
    kinds = [k for k, m in summary["types"].items() if "recall@10" in m]
    values = [summary["types"][k]["recall@10"] for k in kinds]
    spans = [[v["mean"] - v["low"] for v in values], [v["high"] - v["mean"] for v in values]]
    axes[0].bar(kinds, [v["mean"] for v in values], yerr=spans if values else None, capsize=3)
    axes[0].set(title="evidence recall@10 by type", ylim=(0, 1))
    axes[0].tick_params(axis="x", rotation=40)
    overall = summary["overall"]
    if "recall@1" in overall:
        axes[1].plot(CUTS, [overall[f"recall@{k}"]["mean"] for k in CUTS], "o-", label="first k clauses")
        again = axes[1].twiny()
        again.plot(BUDGETS, [overall[f"recall in {b}"]["mean"] for b in BUDGETS], "s--", color="tab:red", label="budget")
        again.set_xlabel("characters of context (dashed)")
    axes[1].set(title="evidence recall", xlabel="k", ylim=(0, 1))
    for name in ("retrieve", "first_token", "total"):
        times = sorted(j.scores[name] / 1000 for j in found if name in j.scores)
        if times:
            axes[2].plot(times, [(n + 1) / len(times) for n in range(len(times))], label=name.replace("_", " "))
            axes[2].legend()
    axes[2].set(title="latency, share of cases within", xlabel="seconds", xscale="log", ylim=(0, 1))
    return ["<h2>图</h2>", image(figure, "recall and latency")]


def _failed(judged: Judged) -> bool:
    scores = judged.scores
    return (
        "error" in judged.line
        or scores.get("recall@10", 1) < 1
        or scores.get("must", 1) < 1
        or scores.get("refused", 1) < 1
        or scores.get("wrongly refused", 0) > 0
        or scores.get("figures", 1) < 1
    )


def _failure(judged: Judged) -> str:
    case, line = judged.case, judged.line
    scores = "，".join(f"{named(n)} {v:.2f}" for n, v in judged.scores.items() if n in (*_SHOWN, "refused", "wrongly refused"))
    body = [f"<p class='small'>{html.escape(case.type)} · {html.escape(scores)}</p>"]
    if "error" in line:
        body.append(f"<p class='lost'>出错：{html.escape(line['error'])}</p>")
    texts = [hit["text"] for hit in line.get("retrieved", [])]
    for quote in case.evidence:
        place = next((n for n, text in enumerate(texts, 1) if any(holds(text, t) for t in quote.texts)), 0)
        sign = f"<span class='found'>第 {place} 条</span>" if place else "<span class='lost'>没有找到</span>"
        body.append(f"<p>{sign} 依据：{html.escape(quote.text)}</p>")
    if line.get("answer") is not None:
        absent = "、".join(m for m in case.must if not holds(line["answer"], m))
        missing = f" <span class='lost'>缺：{html.escape(absent)}</span>" if absent else ""
        body.append(f"<p>答：{html.escape(line['answer'])}{missing}</p>")
    found = "".join(f"<li>{html.escape(h['clause'])}：{html.escape(h['text'][:90])}</li>" for h in line.get("retrieved", [])[:5])
    title = f"{case.id} {' ／ '.join(case.turns)}"
    return f"<details><summary>{html.escape(title)}</summary>{''.join(body)}<ol>{found}</ol></details>"
