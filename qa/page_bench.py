"""The tab 评测: a case file is run by `python -m eval` in a process of its own; progress, stop, resume, report, comparison."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

from qa import page_bench_html as shown
from qa.bench import Bench, BenchError
from qa.page_html_parts import esc
from qa.page_tabs import AT_ONCE, LIVE, PLAIN, number, reached
from qa.page_tabs_text import texts

_EVERY = 1.5
"""Seconds between two looks at the run that is going on."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
"""A report holds words of case files and models: it may show pictures of its own, and run nothing."""
_BENCHES: dict[Path, Bench] = {}


def bench(service: Any) -> Bench:
    """The runs of a service: one object for the page in both languages and for the address of reports."""
    folder = service.settings.index.home / "bench"
    if folder not in _BENCHES:
        made = _BENCHES[folder] = Bench(folder)
        atexit.register(made.close)
    return _BENCHES[folder]


def routes(app: FastAPI, service: Any) -> None:
    """GET /page/bench/{run}/report.html, for the frame of the tab; nothing where visitors may not run the benchmark."""
    if not service.settings.bench:
        return

    @app.get("/page/bench/{run}/report.html", include_in_schema=False)
    def report(run: str) -> Response:
        try:
            path = bench(service).report(run)
        except BenchError as error:
            return PlainTextResponse(str(error), 404, headers={"Content-Security-Policy": _POLICY})
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


class Desk:
    """What the buttons do; every handler returns everything as it stands, in the order of `build`'s outputs."""

    def __init__(self, gr: Any, runner: Bench, words: Mapping[str, str]) -> None:
        self.gr, self.runner, self.words = gr, runner, words
        self.shipped = {c.name: c for c in runner.cases()}

    def look(self, problem: str = "", watching: str = "", show: str = "") -> list[Any]:
        """Everything as it stands now. `watching`: the run that this visitor saw going on, opened when it is done."""
        gr, t = self.gr, self.words
        found = self.runner.runs()
        running = next((r for r in found if r.state == "running"), None)
        mine = next((r for r in found if r.id == watching and r is not running), None)
        show = mine.id if mine and mine.state == "done" else show
        done = [(shown.called(r, t), r.id) for r in found if r.state == "done" and r.kind == "cases"]
        return [
            shown.problem(problem or (mine.problem if mine else "")),
            shown.progress(running, t),
            shown.runs(found, show, t),
            self._report(show),
            gr.Dropdown(done),
            gr.Dropdown(done),
            running.id if running else "",
            show,
            gr.Timer(active=running is not None),
        ]

    def start(self, name: str | None, upload: str | None, how: str, most: str | None, show: str) -> list[Any]:
        try:
            path = Path(upload) if upload else self.shipped[name].path if name in self.shipped else None
            if path is None:
                raise BenchError("还没有选用例文件。请选一份，或上传自己的。")
            run = self.runner.start(path, how == "retrieval", _count(most))
        except BenchError as error:
            return self.look(str(error), show=show)
        return self.look(watching=run.id, show=show)

    def act(self, data: Mapping[str, Any], watching: str, show: str) -> list[Any]:
        run, does = str(data.get("run", "")), str(data.get("do", ""))
        try:
            if does == "show":
                self.runner.report(run)
                return self.look(show=run)
            if does in ("stop", "resume", "remove"):
                {"stop": self.runner.stop, "resume": self.runner.resume, "remove": self.runner.remove}[does](run)
        except BenchError as error:
            return self.look(str(error), watching, show)
        return self.look(watching=run if does == "resume" else "", show="" if show == run else show)

    def tick(self, watching: str, show: str) -> list[Any]:
        """While a run goes on nothing but its bar changes."""
        running = self.runner.running()
        if running and running.id == watching:
            return [self.gr.skip(), shown.progress(running, self.words), *[self.gr.skip()] * 7]
        return self.look(watching=watching, show=show)

    def difference(self, one: str | None, other: str | None) -> str:
        if not one or not other:
            return shown.problem(self.words["bench_choose_two"])
        try:
            return shown.compared(self.runner.compare(one, other), self.words)
        except BenchError as error:
            return shown.problem(str(error))

    def _report(self, run: str) -> str:
        if not run:
            return ""
        try:
            address = f"/page/bench/{run}/report.html"
            return shown.report(self.runner.run(run), self.runner.summary(run), address, self.words)
        except BenchError:  # deleted by somebody else meanwhile
            return ""


def _count(typed: str | None) -> int | None:
    try:
        most = number(typed)
    except ValueError:
        most = -1.0
    if most is not None and (most < 1 or most != int(most)):
        raise BenchError(f"用例数量不能是“{(typed or '').strip()}”。请填 1 以上的整数，或留空跑全部。")
    return None if most is None else int(most)


def build(gr: Any, service: Any, words: Any) -> None:
    """Put the tab's components into the Blocks that is being built."""
    t = texts(words.lang)
    if not service.settings.bench:
        gr.HTML(f'<p class="yt-small">{esc(t["bench_closed"])}</p>', **PLAIN)
        return
    desk = Desk(gr, bench(service), t)
    with gr.Column(elem_id="yt-bench", elem_classes=["yt-tab"]):
        gr.HTML(f'<p class="yt-small">{esc(t["bench_about"])}</p>', **PLAIN)
        inputs, go = _inputs(gr, desk)
        wrong = gr.HTML("", **PLAIN, elem_id="yt-bench-wrong")
        progress = gr.HTML("", **LIVE, elem_id="yt-progress")
        runs = gr.HTML("", **LIVE, elem_id="yt-runs")
        report = gr.HTML("", **PLAIN, elem_id="yt-report")
        with gr.Accordion(t["bench_compare"], open=False, elem_id="yt-compare"):
            with gr.Row():
                first = gr.Dropdown([], label=t["bench_first"], elem_id="yt-first")
                second = gr.Dropdown([], label=t["bench_second"], elem_id="yt-second")
            compare = gr.Button(t["bench_compare"], elem_id="yt-compare-go")
            compared = gr.HTML("", **PLAIN, elem_id="yt-compared")
        watched, opened = gr.State(""), gr.State("")
        timer = gr.Timer(_EVERY, active=False)
    state = [wrong, progress, runs, report, first, second, watched, opened, timer]
    quick = {"concurrency_limit": AT_ONCE, "api_visibility": "private"}
    go.click(desk.start, [*inputs, opened], state, **quick, show_progress_on=progress)
    for source in (progress, runs):
        source.click(reached(gr, desk.act), [watched, opened], state, **quick, show_progress_on=runs)
    timer.tick(desk.tick, [watched, opened], state, **quick, show_progress="hidden")
    compare.click(desk.difference, [first, second], compared, **quick)
    gr.context.Context.root_block.load(desk.look, None, state, **quick, show_progress="hidden")


def _inputs(gr: Any, desk: Desk) -> tuple[list[Any], Any]:
    """File, upload, mode and limit; and the button that starts."""
    t = desk.words
    files = [(f"{c.name}（{t[f'bench_{c.kind}'].format(n=c.count)}）", c.name) for c in desk.shipped.values()]
    modes = [(t["bench_retrieval"], "retrieval"), (t["bench_full"], "full")]
    with gr.Row():
        with gr.Column(min_width=280):
            chosen = gr.Dropdown(files, value=files[0][1] if files else None, label=t["bench_file"], elem_id="yt-cases")
            taken = [".jsonl", ".json", ".txt"]
            uploaded = gr.File(label=t["bench_upload"], file_types=taken, height=140, elem_id="yt-upload")
        with gr.Column(min_width=280):
            mode = gr.Radio(modes, value="retrieval", label=t["bench_mode"], elem_id="yt-mode")
            limit = gr.Textbox(label=t["bench_limit"], max_lines=1, max_length=8, elem_id="yt-limit")
            go = gr.Button(t["bench_start"], variant="primary", elem_id="yt-bench-go")
    return [chosen, uploaded, mode, limit], go
