"""A run writes a line a case, resumes, survives a bad case, and reports."""

import json
import threading
import time

import pytest
from fakes import ScriptedWriter

from eval.cases import Case, CaseError, Quote
from eval.report import page
from eval.run import each, judged, read_lines, run, summary
from qa import refusal
from qa.answer import Assistant
from qa.settings import Settings
from qa.writing import WriterError

CASES = [
    Case(
        "A", "number", "citizen", ("新建社区养老服务中心每张床位有多少建设补贴？",), (Quote("每张床位1万元"),), (), "", ("1万元",)
    ),
    Case(
        "B",
        "followup",
        "citizen",
        ("到2022年江东省护理型床位占比是多少？", "那2025年呢？"),
        (Quote("不低于60%"),),
        (),
        "",
        ("60%",),
    ),
    Case("C", "none", "citizen", ("深圳养老院有补贴吗？",), (), (), "", ()),
    Case("D", "plain", "citizen", ("？？？",), (), (), "", ()),
]
SETTINGS = {"encoder": "hash"}


@pytest.fixture
def assistant(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    return Assistant(
        index, ScriptedWriter("每张床位给予1万元补贴。", "护理型床位占比不低于60%。"), Settings(index=settings, everyday=0)
    )


def test_lines_have_the_agreed_shape(index, assistant, tmp_path):
    a, b, c, d = run(CASES, tmp_path / "out", index, assistant, SETTINGS, progress=False)
    assert set(a) == {"id", "retrieved", "answer", "refusal", "citations", "timings"}
    assert set(a["retrieved"][0]) == {"clause", "document", "text", "score"}
    assert set(a["citations"][0]) == {"clause", "document", "quote", "sentence", "verdict"}
    assert {"retrieve_ms", "first_token_ms", "total_ms"} <= set(a["timings"])
    assert "60%" in b["answer"]
    assert (c["refusal"], c["citations"]) == ("region", [])
    assert d["error"].startswith("QuestionError")
    assert list(read_lines(tmp_path / "out" / "run.jsonl")) == [a, b, c, d]


def test_retrieval_only(index, tmp_path):
    a, *_ = run(CASES[:1], tmp_path / "out", index, None, SETTINGS, progress=False)
    assert (a["answer"], a["citations"], len(a["retrieved"])) == (None, [], 20)


def test_retrieval_reads_the_turns_before(index, tmp_path):
    whole = Case("W", "number", "citizen", ("到2025年江东省护理型床位占比是多少？",), (), (), "", ())
    follow, alone = run([CASES[1], whole], tmp_path / "out", index, None, SETTINGS, progress=False)
    assert follow["retrieved"][0]["clause"] == alone["retrieved"][0]["clause"]
    assert "60%" in follow["retrieved"][0]["text"]


def test_a_writer_that_fails_gives_a_line_with_an_answer(index, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    failing = Assistant(index, ScriptedWriter(WriterError("断开了。")), Settings(index=settings, everyday=0))
    (line,) = run(CASES[:1], tmp_path / "out", index, failing, SETTINGS, progress=False)
    assert "error" not in line
    assert "1万元" in line["answer"]
    assert {c["verdict"] for c in line["citations"]} == {"verified"}


def test_a_cut_off_run_goes_on(index, tmp_path):
    out = tmp_path / "out"
    run(CASES[:1], out, index, None, SETTINGS, progress=False)
    first = (out / "run.jsonl").read_text("utf-8")
    with (out / "run.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"id": "B", "retr')
    run(CASES[:3], out, index, None, SETTINGS, progress=False)
    assert (out / "run.jsonl").read_text("utf-8").startswith(first)
    assert [line["id"] for line in read_lines(out / "run.jsonl")] == ["A", "B", "C"]


def test_other_settings_are_another_run(index, tmp_path):
    run(CASES[:1], tmp_path / "out", index, None, SETTINGS, progress=False)
    with pytest.raises(CaseError, match="设置不同"):
        run(CASES[:1], tmp_path / "out", index, None, {"encoder": "other"}, progress=False)


def test_summary_and_report(index, assistant, tmp_path):
    lines = run(CASES, tmp_path / "out", index, assistant, SETTINGS, progress=False)
    found = judged(CASES, lines, index.by_id)
    made = summary(found, SETTINGS)
    assert made["overall"]["must"]["mean"] == (1 + 1) / 2
    assert made["types"]["none"]["refused"]["mean"] == 1
    assert made["failed"] == ["D"]
    text = page(found, made)
    assert "data:image/svg+xml;base64," in text
    assert "http" not in text.replace("http-equiv", "")
    assert "QuestionError" in text
    json.dumps(made)


def test_missing_lines_are_named(index, tmp_path):
    lines = run(CASES[:1], tmp_path / "out", index, None, SETTINGS, progress=False)
    with pytest.raises(CaseError, match="缺少 2 个用例"):
        judged(CASES[:3], lines, index.by_id)


def test_several_cases_are_answered_side_by_side(tmp_path):
    meeting = threading.Barrier(3)

    def line_of(case):
        if case.id == "D":
            raise ValueError("bad")
        meeting.wait(20)  # passes only when three are under way at once
        return {"answer": case.id}

    lines = each(CASES, tmp_path / "out", SETTINGS, line_of, progress=False, jobs=4)
    assert [line["id"] for line in lines] == ["A", "B", "C", "D"]
    assert [line.get("answer") for line in lines] == ["A", "B", "C", None]
    assert lines[3]["error"] == "ValueError: bad"
    assert sorted(line["id"] for line in read_lines(tmp_path / "out" / "run.jsonl")) == ["A", "B", "C", "D"]


def test_one_after_another_unless_asked_otherwise(tmp_path):
    under_way, most = [], []

    def line_of(case):
        under_way.append(case.id)
        most.append(len(under_way))
        time.sleep(0.01)
        under_way.remove(case.id)
        return {}

    each(CASES, tmp_path / "out", SETTINGS, line_of, progress=False)
    assert most == [1, 1, 1, 1]
