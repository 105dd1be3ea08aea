"""`peers.html`: the comparison with the libraries as one file that opens offline, made from `peers.json` alone."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qa.bench_names import named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE = """
body { font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  margin: 2em auto; max-width: 78em; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; display: block; overflow-x: auto; }
td, th { border-bottom: 1px solid #ddd; padding: .25em .7em; text-align: right; white-space: nowrap; }
td:first-child, th:first-child { text-align: left; } img { max-width: 100%; }
.small { color: #777; font-size: .9em; } .lost { color: #b44; } .ours { font-weight: 600; }
"""


def page(made: Mapping[str, Any], compared: Sequence[str]) -> str:
    """The whole page as one HTML text; `compared` names the metrics of the tables."""
    systems = made["systems"]
    parts = [
        "<!doctype html><html lang='zh'><meta charset='utf-8'><title>有据：与同类库的比较</title>",
        f"<style>{_STYLE}</style><h1>与同类库的比较</h1>",
        *sections(made, compared),
        *[part for name in compared for part in (f"<h2>按类型：{html.escape(named(name))}</h2>", _by_type(systems, name))],
        "<h2>各系统的设置</h2>",
        _settings(systems),
        "</html>",
    ]
    return "\n".join(parts)


def sections(made: Mapping[str, Any], compared: Sequence[str], heading: str = "h2") -> list[str]:
    """What was measured and its notes, the plots, and the tables of quality and speed; for this page and for a run's."""
    systems = made["systems"]
    return [
        f"<p class='small'>{html.escape(_about(made['about'], systems))}</p>",
        f"<ul>{''.join(f'<li>{html.escape(n)}</li>' for n in _notes(made))}</ul>",
        *_plots(systems, compared),
        f"<{heading}>质量</{heading}>",
        _quality(systems, compared),
        f"<{heading}>有据减去对方</{heading}>",
        _against(made["against"], compared),
        f"<{heading}>大小和速度</{heading}>",
        _speed(systems),
    ]


def _about(about: Mapping[str, Any], systems: Mapping[str, Any]) -> str:
    cases, machine = about["cases"], about["machine"]
    versions = about["versions"] | {n: v for told in systems.values() for n, v in told["versions"].items()}
    load = f"，开始时负载 {machine['load'][0]}" if machine["load"] else ""
    return (
        f"{cases['file']}（{cases['sha256']}）：{cases['asked']} 个用例，其中 {cases['with_evidence']} 个有依据；"
        f"{about['corpus']['documents']} 份文件 {about['corpus']['characters']} 字；"
        f"向量 {about['encoder']}，重排 {about['reranker']}；各取前 {about['retrieved']} 段；版本 {about['commit']}；"
        f"{machine['processor']}，{machine['cores']} 核{load}，{machine['system']}，Python {machine['python']}；"
        f"{'，'.join(f'{n} {v}' for n, v in versions.items())}；{about['measured']}"
    )


def _notes(made: Mapping[str, Any]) -> list[str]:
    notes = list(made["notes"])
    beyond = made["about"]["cases"]["only_in_clauses"]
    if beyond:
        which = "、".join(dict.fromkeys(beyond))
        notes.append(f"{len(beyond)} 条引文由条款和它共用的注合成，在原文里不相连，各库找不到：{which}。")
    if made["not_asked"]:
        notes.append(f"没有提问的用例（问题不成句或太长）：{'、'.join(made['not_asked'])}。")
    return notes


def _quality(systems: Mapping[str, Any], compared: Sequence[str]) -> str:
    rows = []
    for name, told in systems.items():
        lengths = [told["characters"][f"first {k}"] for k in (5, 10)]
        rows.append(_row(name, [*(_mean(told["overall"].get(m)) for m in compared), *lengths]))
    return _table([*map(named, compared), "前5段字数", "前10段字数"], rows)


def _speed(systems: Mapping[str, Any]) -> str:
    rows = []
    for name, told in systems.items():
        length, ms = told["characters"], told["search_ms"]
        cells = [told["chunks"], f"{length['median']:.0f}", length["longest"], told["vectors"]]
        times = [told["build_seconds"], told["build_processor_seconds"], ms["p50"], ms["p95"]]
        rows.append(_row(name, [*cells, *(f"{t:.1f}" for t in times)]))
    heads = [
        "片段",
        "字数（中位）",
        "字数（最长）",
        "向量",
        "建立（秒）",
        "建立（处理器秒）",
        "检索 p50（毫秒）",
        "检索 p95（毫秒）",
    ]
    return _table(heads, rows)


def _against(against: Mapping[str, Any], compared: Sequence[str]) -> str:
    rows = []
    for name, found in against.items():
        cells = [f"{found[m]['difference']:+.3f}（p={found[m]['p']:.4f}）" if m in found else "–" for m in compared]
        rows.append(_row(name, [*cells, max((f["cases"] for f in found.values()), default=0)]))
    return _table([*map(named, compared), "用例"], rows)


def _by_type(systems: Mapping[str, Any], metric: str) -> str:
    kinds = sorted({k for told in systems.values() for k, means in told["types"].items() if metric in means})
    rows = [_row(name, [_mean(told["types"].get(k, {}).get(metric)) for k in kinds]) for name, told in systems.items()]
    counts = {k: means[metric]["cases"] for told in systems.values() for k, means in told["types"].items() if metric in means}
    return _table([f"{k}（{counts[k]}）" for k in kinds], rows)


def _settings(systems: Mapping[str, Any]) -> str:
    items = []
    for name, told in systems.items():
        versions = "，".join(f"{n} {v}" for n, v in told["versions"].items())
        item = f"<b>{html.escape(name)}</b> {html.escape(told['label'])} <span class='small'>{html.escape(versions)}</span>"
        if told["failed"]:
            item += f" <span class='lost'>出错 {len(told['failed'])} 次：{html.escape(told['failed'][0])}</span>"
        items.append(f"<li>{item}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _mean(value: Mapping[str, float] | None) -> str:
    return f"{value['mean']:.3f} [{value['low']:.2f}–{value['high']:.2f}]" if value else "–"


def _row(name: str, cells: Sequence[Any]) -> str:
    marked = " class='ours'" if name == "ours" else ""
    return f"<tr{marked}><td>{html.escape(name)}</td>{''.join(f'<td>{html.escape(str(c))}</td>' for c in cells)}</tr>"


def _table(heads: Sequence[str], rows: Sequence[str]) -> str:
    head = "".join(f"<th>{html.escape(h)}</th>" for h in heads)
    return f"<table><tr><th>系统</th>{head}</tr>{''.join(rows)}</table>"


def _plots(systems: Mapping[str, Any], compared: Sequence[str]) -> list[str]:
    """Recall with its interval, and recall beside time; labels in English, whatever fonts are there."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    shown = {name: told for name, told in systems.items() if all(m in told["overall"] for m in compared)}
    if not shown:
        return []
    figure, (left, right) = plt.subplots(1, 2, figsize=(14, 6.5), layout="constrained")
    height = 0.8 / len(compared)
    for at, metric in enumerate(compared):
        values = [told["overall"][metric] for told in shown.values()]
        spans = [[v["mean"] - v["low"] for v in values], [v["high"] - v["mean"] for v in values]]
        places = [n + at * height for n in range(len(shown))]
        left.barh(places, [v["mean"] for v in values], height, xerr=spans, label=metric, error_kw={"elinewidth": 0.8})
    left.set_yticks([n + 0.4 - height / 2 for n in range(len(shown))], list(shown))
    left.invert_yaxis()
    left.set(title="evidence recall, 95% interval", xlim=(0, 1.02))
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower left", ncols=len(compared))
    for name, told in shown.items():
        point = (told["search_ms"]["p50"], told["overall"][compared[-1]]["mean"])
        right.plot(*point, "*" if name == "ours" else "o", markersize=14 if name == "ours" else 7)
        right.annotate(name, point, xytext=(6, 4), textcoords="offset points")
    right.set(title=f"{compared[-1]} and median search time", xlabel="ms", xscale="log", ylim=(-0.04, 1.08))
    right.margins(x=0.25)
    return [image(figure, "recall and search time of every system")]


def image(figure: Figure, alt: str) -> str:
    """A figure as an `img` that needs no other file; the figure is closed."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - slow to import

    stream = io.BytesIO()
    figure.savefig(stream, format="svg")
    plt.close(figure)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return f"<img alt='{html.escape(alt)}' src='data:image/svg+xml;base64,{data}'>"
