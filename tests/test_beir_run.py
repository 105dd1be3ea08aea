"""A run over a BEIR folder: the index is built once, questions are asked once, and the report is told from the run."""

import json
import re
import sys
from dataclasses import replace

import pytest
from fakes import FakeReranker, HashEncoder
from rows import GOLD, QUESTIONS, ROWS, lines, tsv, write

from eval import __main__ as cli
from eval import beir
from eval.cases import CaseError
from eval.run import read_lines
from index import build, models, rerank

SETTINGS = {"beir": "x"}


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "beir")


@pytest.fixture
def data(folder):
    return beir.load(folder, "test")


@pytest.fixture
def index(data, settings, encoder):
    return beir.open_index(data, settings, encoder, progress=False)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def run(data, index, out, limit=None):
    return beir.run(data, index, out, SETTINGS, limit, progress=False)


class Watched:
    """An index that notes what it is asked, and fails on one question."""

    def __init__(self, index, broken=""):
        self.index, self.broken, self.asked = index, broken, []

    def search(self, question, k):
        self.asked.append((question, k))
        if question == self.broken:
            raise RuntimeError("电缆断了 <b>")
        return self.index.search(question, k)


# --- the index ---------------------------------------------------------------


def test_rows_are_found_as_clauses(data, index):
    (hit, *_) = index.search("夜间应当照明", 3)
    assert (data.rows[hit.clause.id], hit.clause.document.title) == ("b1", "道路法")
    assert len(index.clauses) == len(ROWS)


def test_a_second_opening_builds_nothing(data, settings, encoder, index, monkeypatch):
    embedded = encoder.embedded
    monkeypatch.setattr(build, "write", lambda *_: pytest.fail("it was built again"))
    assert beir.open_index(data, settings, encoder, progress=False).build == index.build
    assert encoder.embedded == embedded > 0


@pytest.mark.parametrize(
    "rows", [ROWS[:-1], [*ROWS, {"_id": "c", "text": "新增一条。"}], [*ROWS[:-1], ROWS[-1] | {"text": "改。"}]]
)
def test_a_changed_corpus_is_indexed_anew(folder, settings, encoder, index, rows):
    write(folder, rows=rows)
    data = beir.load(folder, "test")
    found = beir.open_index(data, settings, encoder, progress=False)
    assert [data.rows[c.id] for c in found.clauses] == [data.rows[c.id] for c in data.clauses]
    assert [c.text for c in found.clauses] == [c.text for c in data.clauses]


def test_two_folders_have_an_index_each(folder, data, settings, encoder, index, monkeypatch):
    other = beir.open_index(beir.load(write(folder, rows=ROWS[:-1]), "test"), settings, encoder, progress=False)
    monkeypatch.setattr(build, "write", lambda *_: pytest.fail("it was built again"))
    assert beir.open_index(data, settings, encoder, progress=False).build == index.build != other.build


def test_another_encoder_indexes_anew(data, settings, index):
    other = HashEncoder(fingerprint="hash:2")
    assert beir.open_index(data, settings, other, progress=False).build != index.build
    assert other.embedded > 0


def test_a_damaged_index_is_built_again(data, settings, encoder, index):
    next(settings.home.rglob("clauses.jsonl")).write_bytes(b"")
    assert len(beir.open_index(data, settings, encoder, progress=False).clauses) == len(ROWS)


def test_the_users_own_index_is_left_alone(settings, built, index):
    assert (settings.index / "current").read_text("utf-8") == built.folder.name


def test_the_reranker_is_the_one_of_the_product(data, settings, encoder, out):
    judge = FakeReranker()
    run(data, beir.open_index(data, settings, encoder, judge, progress=False), out)
    assert [asked for asked, _ in judge.read] == list(QUESTIONS.values())


# --- the run -----------------------------------------------------------------


def test_figures_are_those_of_the_ranking(data, index, out):
    made = run(data, index, out)
    by_id = {line["id"]: [h["clause"] for h in line["retrieved"]] for line in read_lines(out / "run.jsonl")}
    assert {q: rows[0] for q, rows in by_id.items()} == {"q1": "a2", "q2": "b3", "q3": "b1"}
    places = {q: {row: by_id[q].index(row) + 1 for row in wanted} for q, wanted in GOLD.items()}
    for k in (5, 10, 100):
        shares = [sum(place <= k for place in wanted.values()) / len(wanted) for wanted in places.values()]
        assert made["overall"][f"R@{k}"]["mean"] == pytest.approx(sum(shares) / 3, abs=1e-4)
    assert made["overall"]["RR@10"]["mean"] == 1
    assert (made["cases"], made["rows"], made["failed"], made["settings"]) == (3, len(ROWS), [], SETTINGS)
    assert made["overall"]["R@5"]["cases"] == 3
    assert 0 < made["latency_ms"]["p50"] <= made["latency_ms"]["p95"]
    assert {"commit", "machine"} <= made.keys()
    json.dumps(made)


def test_hits_are_lines_of_rows_by_rank(data, index, out):
    run(data, index, out)
    line = next(read_lines(out / "run.jsonl"))
    assert line["id"] == "q1"
    assert line["retrieved"][0] == {"clause": "a2", "document": "A", "text": ROWS[1]["text"], "score": 1.0}
    assert [h["score"] for h in line["retrieved"]] == [round(1 / n, 6) for n in range(1, len(line["retrieved"]) + 1)]
    assert line["answer"] is line["refusal"] is None


def test_no_more_than_a_hundred_are_kept_and_a_long_question_is_cut(data, index, out):
    watched = Watched(index)
    run(replace(data, queries=QUESTIONS | {"q1": "护" * 1200}), watched, out)
    assert watched.asked == [("护" * 1000, 100), (QUESTIONS["q2"], 100), (QUESTIONS["q3"], 100)]


def test_a_run_that_was_cut_off_goes_on(data, index, out):
    run(data, index, out)
    path = out / "run.jsonl"
    whole = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(whole[:1]) + whole[1][:30], "utf-8")
    watched = Watched(index)
    made = run(data, watched, out)
    assert [question for question, _ in watched.asked] == [QUESTIONS["q2"], QUESTIONS["q3"]]
    assert [line["id"] for line in read_lines(path)] == ["q1", "q2", "q3"]
    assert path.read_text("utf-8").startswith(whole[0])
    assert made["overall"]["RR@10"]["mean"] == 1


def test_other_settings_are_another_run(data, index, out):
    run(data, index, out)
    with pytest.raises(CaseError, match="设置不同"):
        beir.run(data, index, out, {"beir": "y"}, None, progress=False)


def test_a_limit_asks_and_counts_the_first_only(data, index, out):
    made = run(data, index, out, limit=2)
    assert made["cases"] == made["overall"]["R@5"]["cases"] == 2
    assert [line["id"] for line in read_lines(out / "run.jsonl")] == ["q1", "q2"]


def test_a_question_that_fails_counts_nothing_and_ends_nothing(data, index, out):
    made = run(data, Watched(index, QUESTIONS["q2"]), out)
    assert made["failed"] == ["q2"]
    assert made["cases"] == 3
    assert made["overall"]["RR@10"]["mean"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_question_without_a_word_counts_nothing(data, index, out):
    made = run(replace(data, queries=QUESTIONS | {"q3": "？？"}), index, out)
    assert made["failed"] == []
    assert made["overall"]["R@100"]["mean"] == pytest.approx(2 / 3, abs=1e-4)


# --- the report --------------------------------------------------------------


def line(query, *ids):
    return {"id": query, "retrieved": [{"clause": i, "document": "A", "text": f"{i}的原文 <i>", "score": 1} for i in ids]}


def test_the_page_opens_offline_and_names_what_is_missed(data, index, out):
    made = run(data, index, out)
    fill = [f"x{n}" for n in range(10)]
    told = beir.page(data, made, [line("q1", *fill, "a2"), line("q2", "b3", "b2"), line("q3", *fill[:2])])
    assert "前十条里不全的问题（3）" in beir.page(data, made, [line("q1"), line("q2", "b3", *fill, "b2"), line("q3")])
    assert not re.search(r"(?:src|href)\s*=|https?:|url\(|@import|<script|<link", told)
    assert told.startswith("<!doctype html>")
    assert [told.count(f"<summary>{text}</summary>") for text in QUESTIONS.values()] == [1, 0, 1]
    assert "前十条里不全的问题（2）" in told
    assert "a2（第 11 条）" in told
    assert "b1（没有找到）" in told
    assert "x0的原文 &lt;i&gt;" in told
    assert "x3" not in told  # the first three are shown
    assert f"<td>倒数排名 RR@10</td><td>{made['overall']['RR@10']['mean']:.3f}</td>" in told


def test_questions_are_escaped(data, index, out):
    data = replace(data, queries=QUESTIONS | {"q1": "<script>护理员&"})
    told = beir.page(data, run(data, index, out), [line("q1")])
    assert "&lt;script&gt;护理员&amp;" in told
    assert "<script>" not in told


def test_a_question_that_failed_is_in_the_report(data, index, out):
    made = run(data, Watched(index, QUESTIONS["q2"]), out)
    assert QUESTIONS["q2"] in beir.page(data, made, read_lines(out / "run.jsonl"))


# --- the command -------------------------------------------------------------


@pytest.fixture
def command(settings, monkeypatch, capsys):
    """(exit code, output, errors) of `python -m eval run …` with the fake models."""
    monkeypatch.setenv("YOUJU_HOME", str(settings.home))
    monkeypatch.setattr(models, "encoder", lambda _: HashEncoder())
    monkeypatch.setattr(rerank, "reranker", lambda _: None)

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["eval", "run", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    return command


def test_the_command_writes_run_summary_and_report(command, folder, out):
    code, told, _ = command("--beir", folder, "--out", out)
    assert code == 0
    assert re.search(r"^RR@10 +1\.000  \[1\.000, 1\.000\]  3$", told, re.MULTILINE)
    assert f"报告：{out / 'report.html'}" in told
    assert json.loads((out / "summary.json").read_text("utf-8"))["cases"] == 3
    assert "检索评测" in (out / "report.html").read_text("utf-8")
    code, again, _ = command("--beir", folder, "--out", out)
    assert (code, again) == (0, told)


def test_the_command_takes_split_and_limit(command, folder, out):
    write(
        folder,
        questions={"t1": "谁解释本法？", "t2": "何时施行？"},
        gold={"t1": {"a4": 1}, "t2": {"b4": 1}},
        queries="queries.train.jsonl",
        qrels="qrels/train.tsv",
    )
    assert command("--beir", folder, "--split", "train", "--limit", "1", "--out", out)[0] == 0
    assert [line["id"] for line in read_lines(out / "run.jsonl")] == ["t1"]
    code, _, err = command("--beir", folder, "--split", "test", "--out", out)
    assert (code, "设置不同" in err) == (1, True)


def test_the_command_uses_the_reranker_that_is_set(command, folder, out, monkeypatch):
    judge = FakeReranker()
    monkeypatch.setattr(rerank, "reranker", lambda _: judge)
    assert command("--beir", folder, "--out", out)[0] == 0
    assert len(judge.read) == 3


@pytest.mark.parametrize("both", [True, False])
def test_one_of_cases_and_beir_is_wanted(command, folder, out, both):
    given = ["--beir", folder, "--cases", folder / "cases.jsonl"] if both else []
    code, told, err = command(*given, "--out", out)
    assert (code, told) == (1, "")
    assert err == "错误：请给 --cases 用例文件、--beir 文件夹或 --profiles 画像文件，三者之一。\n"
    assert not out.exists()


def test_a_folder_without_rows_is_told(command, tmp_path, out):
    code, _, err = command("--beir", tmp_path, "--out", out)
    assert (code, err.startswith(f"错误：{tmp_path} 缺少 corpus.jsonl")) == (1, True)


def test_changed_questions_are_another_run(command, folder, out):
    command("--beir", folder, "--out", out)
    (folder / "queries.test.jsonl").write_text(lines([{"_id": q, "text": "谁解释本法？"} for q in QUESTIONS]), "utf-8")
    (folder / "qrels.test.tsv").write_text(tsv({"q1": {"a4": 1}, "q2": {"a4": 1}, "q3": {"a4": 1}}), "utf-8")
    code, _, err = command("--beir", folder, "--out", out)
    first = next(read_lines(out / "run.jsonl"))
    assert (code == 1 and "设置不同" in err) or first["retrieved"][0]["clause"] == "a4"
