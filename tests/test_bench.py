"""Runs of the evaluation as processes: started, watched, stopped, resumed, compared; one at a time."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from datetime import UTC, datetime, timedelta

import benches
import pytest

from qa.bench import Bench, BenchError, case_file
from qa.bench_records import problem

QUOTE = "江东省"


@pytest.fixture
def shipped(tmp_path):
    benches.cases(tmp_path / "shipped" / "five.jsonl")
    (tmp_path / "shipped" / "claims.jsonl").write_text('{"text": "别的文件"}\n', "utf-8")
    (tmp_path / "shipped" / "people.jsonl").write_text('{"id": "P1", "say": "我是企业"}\n', "utf-8")
    return tmp_path / "shipped"


@pytest.fixture
def bench(settings, built, tmp_path, shipped):
    made = benches.bench(settings, tmp_path / "bench", shipped)
    yield made
    made.close()


def ended(bench, run):
    return benches.until(lambda: (found := bench.run(run)).state != "running" and found)


def test_files_that_can_be_run_are_listed_with_their_kind(bench):
    assert [(c.name, c.kind, c.count) for c in bench.cases()] == [("five.jsonl", "cases", 5), ("people.jsonl", "profiles", 1)]


def test_a_run_is_watched_to_its_report_and_two_are_compared(bench, shipped):
    run = bench.start(shipped / "five.jsonl", retrieval_only=True, limit=3)
    assert (run.state, run.total, run.file, run.mode) == ("running", 3, "five.jsonl", "retrieval")
    assert bench.running().id == run.id
    assert bench.summary(run.id) is None
    with pytest.raises(BenchError, match="还没有报告"):
        bench.report(run.id)
    with pytest.raises(BenchError, match="已经有一次评测在运行"):
        bench.start(shipped / "five.jsonl", retrieval_only=True)
    first = ended(bench, run.id)
    assert (first.state, first.done, first.problem) == ("done", 3, "")
    assert bench.summary(run.id)["cases"] == 3
    assert "评测报告" in bench.report(run.id).read_text("utf-8")
    assert bench.running() is None
    with pytest.raises(BenchError, match="跑完了"):
        bench.resume(run.id)

    quoted = benches.cases(shipped / "quoted.jsonl", 2, QUOTE)
    other, again = (ended(bench, bench.start(quoted, retrieval_only=True, limit=n).id) for n in (None, 2))
    rows = {d.name: d for d in bench.compare(other.id, again.id)}
    assert rows["recall@10"].difference == 0
    assert rows["recall@10"].cases == 1
    with pytest.raises(BenchError, match="不是同一份用例文件"):
        bench.compare(run.id, again.id)
    with pytest.raises(BenchError, match="同一次"):
        bench.compare(run.id, run.id)
    assert [r.id for r in bench.runs()] == sorted((run.id, other.id, again.id), reverse=True)
    bench.remove(other.id)
    assert len(bench.runs()) == 2
    with pytest.raises(BenchError, match="没有这一次运行"):
        bench.run(other.id)


@pytest.fixture
def in_new_york(monkeypatch):
    """The machine's clock is eleven to thirteen hours behind Beijing's; child processes are, too."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_run_tells_when_it_began_whatever_the_machines_zone_is(in_new_york, bench, shipped):
    before = datetime.now(UTC).replace(microsecond=0)
    run = bench.start(shipped / "five.jsonl", retrieval_only=True, limit=1)
    assert before <= run.started <= datetime.now(UTC)
    assert run.when == f"{run.started + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    assert ended(bench, run.id).started == run.started


def test_a_run_of_an_earlier_version_is_read_by_the_machines_clock(in_new_york, bench, shipped):
    """Such a run has no other time than its id; by it the list is sorted, too."""
    newest = bench.start(shipped / "five.jsonl", retrieval_only=True, limit=1)
    ended(bench, newest.id)
    for name in ("20260102-030405-abcdef", "20260702-030405-abcdef"):
        folder = shutil.copytree(bench._folder / newest.id, bench._folder / name)
        told = json.loads((folder / "run.json").read_text("utf-8"))
        del told["started"]
        (folder / "run.json").write_text(json.dumps(told), "utf-8")
    assert bench.run("20260102-030405-abcdef").when == "2026-01-02 16:04:05"
    assert bench.run("20260702-030405-abcdef").when == "2026-07-02 15:04:05"
    assert bench.runs() == sorted(bench.runs(), key=lambda run: run.started, reverse=True)
    assert len(bench.runs()) == 3


def test_a_stopped_run_keeps_its_answers_and_goes_on(settings, built, tmp_path, shipped):
    bench = benches.bench(settings, tmp_path / "bench", shipped, pause=0.4)
    run = bench.start(shipped / "five.jsonl", retrieval_only=True)
    left = benches.until(lambda: (found := bench.run(run.id)).done >= 2 and found).left
    assert left is None or 0 < left < 60
    stopped = bench.stop(run.id)
    assert (stopped.state, stopped.problem) == ("stopped", "")
    assert 2 <= stopped.done < 5
    folder = tmp_path / "bench" / run.id
    kept = (folder / "run.jsonl").read_text("utf-8").splitlines()[:2]
    assert bench.stop(run.id).state == "stopped"  # a second time nothing happens
    bench.resume(run.id)
    with pytest.raises(BenchError, match="请先停止"):
        bench.remove(run.id)
    assert ended(bench, run.id).state == "done"
    lines = (folder / "run.jsonl").read_text("utf-8").splitlines()
    assert lines[:2] == kept
    assert [json.loads(line)["id"] for line in lines] == [f"C{n}" for n in range(5)]


def test_a_run_outlives_the_program_that_started_it_and_is_still_known(settings, built, tmp_path, shipped):
    """Killed without warning: the next start sees the run, does not start a second one, and can stop it."""
    code = textwrap.dedent(f"""
        import os, signal, sys
        sys.path.insert(0, {str(benches.__file__).rsplit(os.sep, 1)[0]!r})
        import benches
        from pathlib import Path
        from index.settings import IndexSettings
        settings = IndexSettings.from_environment()
        bench = benches.bench(settings, Path({str(tmp_path / "bench")!r}), Path({str(shipped)!r}), pause=3)
        print(bench.start(Path({str(shipped / "five.jsonl")!r}), retrieval_only=True).id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    made = subprocess.run([sys.executable, "-c", code], env=benches.environment(settings), capture_output=True, text=True)
    run = made.stdout.strip()
    assert run, made.stderr
    bench = benches.bench(settings, tmp_path / "bench", shipped)
    assert bench.running().id == run
    with pytest.raises(BenchError, match="已经有一次"):
        bench.start(shipped / "five.jsonl", retrieval_only=True)
    assert bench.stop(run).state == "stopped"
    assert bench.running() is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": "C9", "type": "fact", "turns": ["问"], "extra": 1}', r"第 3 行：不认识的键 extra"),
        ('{"id": "C9", "type": "puzzle", "turns": ["问"]}', r"第 3 行：类型“puzzle”不认识"),
        ('{"id": "C0", "type": "fact", "turns": ["问"]}', r"第 3 行：id “C0”重复"),
        ('{"id": "C9", "type": "fact"', r"第 3 行不是 JSON"),
    ],
)
def test_a_broken_case_file_is_told_with_its_line(bench, tmp_path, line, told):
    path = benches.cases(tmp_path / "mine.jsonl", 2)
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    found = ended(bench, bench.start(path, retrieval_only=True).id)
    assert found.state == "failed"
    assert found.done == 0
    assert found.problem.startswith("mine.jsonl ")
    assert re.search(told, found.problem)
    assert str(tmp_path) not in found.problem


def test_a_quote_that_stands_nowhere_is_a_warning(bench, tmp_path):
    path = benches.cases(tmp_path / "mine.jsonl", 1, "这句话哪里都没有")
    found = ended(bench, bench.start(path, retrieval_only=True).id)
    assert found.state == "done"
    assert any("第 1 行" in w and "这句话哪里都没有" in w for w in found.warnings)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "里没有用例"),
        (b"\n\n", "里没有用例"),
        ("问题".encode("gb18030"), "不是 UTF-8"),
        (b"\n{oops\n", "第 2 行不是 JSON"),
        (b"[1]\n", "第 1 行里没有 turns"),
        (b'{"turns": ["' + b"x" * 9_000_000 + b'"]}', "超过 8 MB"),
    ],
)
def test_a_file_of_another_kind_is_refused_before_anything_runs(bench, tmp_path, content, told):
    path = tmp_path / "odd.jsonl"
    path.write_bytes(content)
    with pytest.raises(BenchError, match=told):
        bench.start(path, retrieval_only=True)
    assert bench.runs() == []


def test_separators_inside_a_text_do_not_end_its_line(bench, tmp_path):
    path = benches.cases(tmp_path / "odd.jsonl", 2, QUOTE)
    path.write_text(path.read_text("utf-8").replace("养老", "养\u2028老\u2029的\u0085"), "utf-8")
    assert case_file(path).count == 2
    first, second = (ended(bench, bench.start(path, retrieval_only=True).id) for _ in range(2))
    assert [(r.state, r.total, r.done) for r in (first, second)] == [("done", 2, 2)] * 2
    assert {d.cases for d in bench.compare(first.id, second.id) if d.name.startswith("recall")} == {1}


def test_a_missing_file_is_told_by_name_alone(bench, tmp_path):
    with pytest.raises(BenchError, match=r"^读不了 gone\.jsonl"):
        case_file(tmp_path / "gone.jsonl")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c.jsonl", "<script>.jsonl", "run.jsonl", "。.jsonl", "名字 很长" * 60]
)
def test_an_uploaded_name_stays_in_its_folder(bench, tmp_path, name):
    path = benches.cases(tmp_path / "mine.jsonl", 1)
    run = bench.start(path, retrieval_only=True, name=name)
    bench.stop(run.id)
    folder = tmp_path / "bench" / run.id
    assert (folder / run.file).read_bytes() == path.read_bytes()
    assert run.file not in ("run.jsonl", ".jsonl")
    assert "<" not in run.file


@pytest.mark.parametrize("run", ["", "..", "../x", "20260101-000000-zzzzzz", "20260101-000000-abcdef"])
def test_unknown_runs_are_told(bench, run):
    for act in (bench.run, bench.stop, bench.resume, bench.remove, bench.report, bench.summary):
        with pytest.raises(BenchError, match="没有这一次运行"):
            act(run)


def test_of_many_starts_at_once_one_wins(bench, shipped):
    told = []

    def start():
        try:
            told.append(bench.start(shipped / "five.jsonl", retrieval_only=True).id)
        except BenchError as error:
            told.append(str(error))

    threads = [threading.Thread(target=start) for _ in range(5)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len([t for t in told if "已经有一次" in t]) == 4
    assert len(bench.runs()) == 1


def test_a_program_that_dies_is_told_without_its_trace(settings, built, tmp_path, shipped):
    bench = Bench(tmp_path / "bench", (sys.executable, "-c", "raise SystemExit('第一行\\nboom')"), None, shipped)
    found = ended(bench, bench.start(shipped / "five.jsonl", retrieval_only=True).id)
    assert found.state == "failed"
    assert "意外结束（boom）" in found.problem


def test_a_problem_names_files_without_their_folders():
    told = problem(["加载", "错误：读不了用例文件 /home/某人/a b/x.jsonl：没有权限。请检查路径。"])
    assert "/home" not in told
    assert told.startswith("读不了用例文件 ")
    assert "x.jsonl：没有权限。请检查路径。" in told
