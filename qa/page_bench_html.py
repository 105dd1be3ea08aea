"""The tab 评测 as HTML: the run that is going on, earlier runs, a summary, a comparison. Pure functions; all escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from qa.bench_names import named
from qa.bench_records import Difference, Run
from qa.page_html_parts import esc

Words = Mapping[str, str]
_MINUTE = 90
"""Seconds from which time is told in minutes."""
_SIGNIFICANT = 0.05
_WARNINGS = 20  # remarks on a case file that are listed


def progress(run: Run | None, words: Words) -> str:
    """The run that is going on, with a bar, the time that is left, and a button to stop it; empty without one."""
    if run is None:
        return ""
    if not run.done:
        told = words["bench_opening"]
    elif run.done >= run.total:
        told = words["bench_finishing"]
    else:
        told = f"{run.done} / {run.total}"
        told += f" · {words['bench_left'].format(time=duration(run.left, words))}" if run.left is not None else ""
    label = f"{words['bench_running']}：{run.file}（{words[f'mode_{run.mode}']}）"
    value = f' value="{run.done}"' if run.done else ""
    return (
        f'<section class="yt-run" aria-live="polite"><p><b>{esc(label)}</b></p>'
        f'<progress max="{run.total}"{value} aria-label="{esc(label)}"></progress>'
        f"<p>{esc(told)} {_button('stop', run.id, words['bench_stop'], run)}</p></section>"
    )


def duration(seconds: float, words: Words) -> str:
    """Rounded up, so that nobody waits longer than was said."""
    if seconds >= _MINUTE:
        return words["minutes"].format(n=math.ceil(seconds / 60))
    return words["seconds"].format(n=max(1, math.ceil(seconds)))


def problem(text: str) -> str:
    """What went wrong; empty for nothing."""
    return f'<p class="yt-warn" role="alert">{esc(text)}</p>' if text else ""


def runs(found: Sequence[Run], shown: str, words: Words) -> str:
    """All runs with what can be done with each."""
    title = f'<h3 id="yt-runs-title">{esc(words["bench_runs"])}</h3>'
    if not found:
        return f'{title}<p class="yt-empty">{esc(words["bench_no_runs"])}</p>'
    heads = "".join(
        f'<th scope="col">{esc(words[key])}</th>'
        for key in ("bench_when", "bench_file", "bench_mode", "bench_progress", "bench_state", "bench_do")
    )
    rows = "".join(_row(run, run.id == shown, words) for run in found)
    return (
        f'{title}<div class="yt-wide" tabindex="0" role="region" aria-labelledby="yt-runs-title">'
        f'<table class="yt-runs"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(run: Run, shown: bool, words: Words) -> str:
    told = f'<span class="yt-state yt-state-{run.state}">{esc(words[f"state_{run.state}"])}</span>'
    told += f'<br><span class="yt-small">{esc(run.problem)}</span>' if run.problem else ""
    does = {
        "done": [("show", "bench_show"), ("remove", "bench_remove")],
        "stopped": [("resume", "bench_resume"), ("remove", "bench_remove")],
        "failed": [("resume", "bench_resume"), ("remove", "bench_remove")],
        "running": [("stop", "bench_stop")],
    }[run.state]
    buttons = " ".join(_button(act, run.id, words[key], run) for act, key in does)
    cells = (run.when, run.file, words[f"mode_{run.mode}"], f"{run.done} / {run.total}")
    current = ' aria-current="true"' if shown else ""
    return f"<tr{current}>{''.join(f'<td>{esc(c)}</td>' for c in cells)}<td>{told}</td><td>{buttons}</td></tr>"


def _button(act: str, run: str, text: str, about: Run) -> str:
    label = f"{text}：{about.file} {about.when}"
    return (
        f'<button type="button" class="yt-do yt-do-{act}" data-do="{act}" data-run="{esc(run)}" aria-label="{esc(label)}">'
        f"{esc(text)}</button>"
    )


def called(run: Run, words: Words) -> str:
    """A run in one line, to choose from."""
    return f"{words['bench_moment'].format(time=run.when)} · {run.file} · {words[f'mode_{run.mode}']} · {run.total}"


def report(run: Run, summary: Mapping[str, Any] | None, address: str, words: Words) -> str:
    """Summary table, remarks on the case file, and the report in a frame that runs no script."""
    parts = [f'<h3 tabindex="-1">{esc(words["bench_report"])}：{esc(run.file)}（{esc(words[f"mode_{run.mode}"])}）</h3>']
    if run.warnings:
        listed = "".join(f"<li>{esc(w)}</li>" for w in run.warnings[:_WARNINGS])
        head = words["bench_warnings"].format(n=len(run.warnings))
        parts.append(f"<details><summary>{esc(head)}</summary><ul>{listed}</ul></details>")
    if summary:
        parts.append(_summary(summary, words))
        failed = [str(i) for i in summary.get("failed", [])]
        if failed:
            parts.append(problem(f"{words['bench_failed']}：{'、'.join(failed)}"))
    title = f"{words['bench_report']}：{run.file}"
    parts.append(f'<iframe class="yt-report" src="{esc(address)}" title="{esc(title)}" sandbox="" loading="lazy"></iframe>')
    return f'<section class="yt-summary">{"".join(parts)}</section>'


def _summary(summary: Mapping[str, Any], words: Words) -> str:
    heads = [words[key] for key in ("bench_measure", "bench_mean", "bench_interval", "bench_count")]
    rows = [
        (named(name, words["lang"]), f"{m['mean']:.3f}", f"{m['low']:.3f} – {m['high']:.3f}", str(int(m["cases"])))
        for name, m in summary.get("overall", {}).items()
    ]
    return table(heads, rows, words["bench_summary"])


def compared(rows: Sequence[Difference], words: Words) -> str:
    """Paired differences; those that chance hardly makes in bold."""
    if not rows:
        return f'<p class="yt-empty">{esc(words["bench_no_shared"])}</p>'
    heads = [words[k] for k in ("bench_measure", "bench_first", "bench_second", "bench_difference", "bench_p", "bench_count")]
    cells = [
        (
            named(r.name, words["lang"]),
            f"{r.first:.3f}",
            f"{r.second:.3f}",
            f"{r.difference:+.3f}{' *' if r.p < _SIGNIFICANT else ''}",
            f"{r.p:.4f}",
            str(r.cases),
        )
        for r in rows
    ]
    return table(heads, cells, words["bench_compare"]) + f'<p class="yt-small">* p &lt; {_SIGNIFICANT}</p>'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """A table that scrolls in itself on a narrow screen."""
    head = "".join(f'<th scope="col">{esc(h)}</th>' for h in heads)
    body = "".join(
        f'<tr><th scope="row">{esc(first)}</th>{"".join(f"<td>{esc(c)}</td>" for c in rest)}</tr>' for first, *rest in rows
    )
    return (
        f'<div class="yt-wide" tabindex="0" role="region" aria-label="{esc(caption)}">'
        f'<table class="yt-figures"><caption>{esc(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
