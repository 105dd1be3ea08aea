"""The tab 评测 without a browser: what is shown of runs, and what its buttons do."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

import benches
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa import page_bench
from qa.bench import Difference, Run
from qa.page_bench_html import called, compared, duration, problem, progress, report, runs
from qa.page_tabs_text import texts

T = texts("zh")
ID = "20260102-030405-abcdef"
STARTED = datetime(2026, 1, 1, 22, 4, 5, tzinfo=UTC)


def run(**given):
    about = {"id": ID, "file": "<五>.jsonl", "kind": "cases", "retrieval_only": True, "total": 40, "done": 10}
    about |= {"state": "running", "left": 61.2, "problem": "", "warnings": (), "started": STARTED}
    return Run(**{**about, **given})


class Gr:
    """Stands in for gradio where only the values of updates matter."""

    @staticmethod
    def skip():
        return "skip"

    @staticmethod
    def Dropdown(choices):  # noqa: N802 - gradio's name
        return choices

    @staticmethod
    def Timer(active):  # noqa: N802 - gradio's name
        return active


@pytest.fixture
def desk(settings, built, tmp_path):
    shipped = tmp_path / "shipped"
    benches.cases(shipped / "five.jsonl")
    bench = benches.bench(settings, tmp_path / "bench", shipped)
    yield page_bench.Desk(Gr, bench, T)
    bench.close()


def test_progress_tells_what_is_done_and_what_is_left():
    page = progress(run(), T)
    assert '<progress max="40" value="10"' in page
    assert "10 / 40 · 约剩 62 秒" in page
    assert f'data-do="stop" data-run="{ID}"' in page
    assert "&lt;五&gt;.jsonl" in page
    assert "正在打开索引" in progress(run(done=0, left=None), T)
    assert " value=" not in progress(run(done=0, left=None), T)
    assert "正在写报告" in progress(run(done=40, left=0.0), T)
    assert "约剩" not in progress(run(left=None), T)
    assert progress(None, T) == ""


@pytest.mark.parametrize(("seconds", "told"), [(0.1, "1 秒"), (89.5, "90 秒"), (90, "2 分钟"), (600.1, "11 分钟")])
def test_time_is_rounded_up(seconds, told):
    assert duration(seconds, T) == told


@pytest.mark.parametrize(
    ("state", "acts"),
    [("done", ["show", "remove"]), ("stopped", ["resume", "remove"]), ("failed", ["resume", "remove"]), ("running", ["stop"])],
)
def test_each_run_offers_what_can_be_done_with_it(state, acts):
    page = runs([run(state=state, problem="坏了<x>" if state == "failed" else "")], "", T)
    assert [act for act in ("show", "stop", "resume", "remove") if f'data-do="{act}"' in page] == sorted(
        acts, key=("show", "stop", "resume", "remove").index
    )
    assert ("坏了&lt;x&gt;" in page) == (state == "failed")
    assert "还没有" in runs([], "", T)


@pytest.mark.parametrize(
    ("lang", "zone", "moment"), [("zh", "时间（北京时间）", "（北京时间）"), ("en", "Time (Beijing)", " (Beijing)")]
)
def test_a_run_is_told_with_its_time_in_beijing_and_that_it_is_that(lang, zone, moment):
    words = texts(lang)
    page = runs([run(state="done")], "", words)
    assert f'<th scope="col">{zone}</th>' in page
    assert "<td>2026-01-02 06:04:05</td>" in page
    assert called(run(), words).startswith(f"2026-01-02 06:04:05{moment} · <五>.jsonl · ")


def test_a_report_stands_in_a_frame_without_scripts():
    summary = {"overall": {"recall@5": {"mean": 0.5, "low": 0.25, "high": 0.75, "cases": 8}}, "failed": ["C<1>"]}
    page = report(run(state="done", warnings=("第 1 行<b>",)), summary, "/page/bench/x/report.html", T)
    assert 'src="/page/bench/x/report.html"' in page
    assert 'sandbox=""' in page
    assert "0.250 – 0.750" in page
    assert "C&lt;1&gt;" in page
    assert "第 1 行&lt;b&gt;" in page


def test_differences_that_chance_hardly_makes_are_marked():
    page = compared([Difference("recall@5", 0.5, 0.75, 0.25, 0.004, 30), Difference("must", 0.5, 0.4, -0.1, 0.3, 30)], T)
    assert "+0.250 *" in page
    assert "<td>-0.100</td>" in page
    assert "没有共同的指标" in compared([], T)
    assert problem("") == ""
    assert "&lt;" in problem("<")


@pytest.mark.parametrize(
    ("lang", "names"),
    [("zh", ["召回率 recall@5", "关键说法命中率", "odd&lt;"]), ("en", ["recall@5", "key terms found", "odd&lt;"])],
)
def test_measures_are_called_by_name_in_the_language_of_the_page(lang, names):
    words, keys = texts(lang), ("recall@5", "must", "odd<")
    summary = {"overall": {key: {"mean": 0.5, "low": 0.25, "high": 0.75, "cases": 8} for key in keys}}
    made = (
        report(run(state="done"), summary, "/x", words),
        compared([Difference(k, 0.5, 0.4, -0.1, 0.3, 30) for k in keys], words),
    )
    for page in made:
        assert re.findall(r'<th scope="row">([^<]*)</th>', page) == names


def test_the_buttons_run_watch_show_and_delete(desk):
    started = desk.start("five.jsonl", None, "retrieval", " 2 ", "")
    run = started[6]
    assert run
    assert started[8] is True  # the timer goes
    assert desk.tick(run, "")[0] == "skip"
    assert "已经有一次" in desk.start("five.jsonl", None, "retrieval", "", "")[0]
    benches.until(lambda: not desk.runner.running())
    ended = desk.tick(run, "")
    assert ended[6:] == ["", run, False]
    assert f"/page/bench/{run}/report.html" in ended[3]
    assert [value for _, value in ended[4]] == [run]
    assert desk.act({"do": "show", "run": run}, "", "")[7] == run
    assert "请选两次" in desk.difference(run, None)
    assert "同一次" in desk.difference(run, run)
    gone = desk.act({"do": "remove", "run": run}, "", run)
    assert gone[3] == ""
    assert gone[7] == ""
    assert "没有这一次运行" in desk.act({"do": "stop", "run": "../x"}, "", "")[0]
    assert desk.act({"do": "cases", "run": run}, "", "")[0] == ""


@pytest.mark.parametrize(
    ("name", "most", "told"),
    [
        (None, "", "还没有选"),
        ("gone.jsonl", "", "还没有选"),
        ("five.jsonl", "0", "不能是“0”"),
        ("five.jsonl", "两个", "不能是“两个”"),
    ],
)
def test_what_cannot_be_started_is_told(desk, name, most, told):
    assert told in desk.start(name, None, "retrieval", most, "")[0]
    assert desk.runner.runs() == []


def test_a_broken_upload_is_told_with_its_line(desk, tmp_path):
    path = benches.cases(tmp_path / "上传.jsonl", 1)
    path.write_text(path.read_text("utf-8") + '{"id": "C9"}\n', "utf-8")
    run = desk.start(None, str(path), "full", "", "")[6]
    benches.until(lambda: not desk.runner.running())
    assert "上传.jsonl 第 2 行：缺少" in desk.tick(run, "")[0]


def test_the_report_is_served_without_rights_and_nothing_else_is(settings, tmp_path, monkeypatch):
    bench = benches.bench(settings, tmp_path / "bench", tmp_path)
    folder = tmp_path / "bench" / ID
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}", "utf-8")
    (folder / "report.html").write_text("<h1>报告</h1>", "utf-8")
    service = SimpleNamespace(settings=SimpleNamespace(index=settings, bench=1))
    monkeypatch.setitem(page_bench._BENCHES, settings.home / "bench", bench)
    app = FastAPI()
    page_bench.routes(app, service)
    client = TestClient(app)
    found = client.get(f"/page/bench/{ID}/report.html")
    assert "报告" in found.text
    assert "sandbox" in found.headers["Content-Security-Policy"]
    for wrong in ("20260102-030405-000000", "..%2F..%2Fx", "x"):
        missing = client.get(f"/page/bench/{wrong}/report.html")
        assert missing.status_code == 404
        assert str(tmp_path) not in missing.text


def test_a_server_may_keep_the_benchmark_to_itself():
    service, made = SimpleNamespace(settings=SimpleNamespace(bench=0)), []
    page_bench.build(SimpleNamespace(HTML=lambda text, **_: made.append(text)), service, SimpleNamespace(lang="zh"))
    assert len(made) == 1
    assert "没有开放" in made[0]
    app = FastAPI()
    page_bench.routes(app, service)
    assert TestClient(app).get(f"/page/bench/{ID}/report.html").json() == {"detail": "Not Found"}
