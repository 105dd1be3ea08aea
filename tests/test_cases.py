"""Case files: what is read, what is refused, and how a quote is proved."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hits import clause

from corpus import catalog
from corpus.clauses import clauses
from eval.cases import TYPES, CaseError, load, unproved
from eval.metrics import holds

GOOD = {
    "id": "A01",
    "type": "number",
    "asker": "citizen",
    "turns": ["多少？"],
    "evidence": [{"quote": "达到60%"}],
    "must": ["60%"],
}


def write(tmp_path, *rows):
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows), "utf-8")
    return path


def test_a_case_is_read_whole(tmp_path):
    row = GOOD | {
        "evidence": [{"document": "d", "quote": "甲", "alt": [{"quote": "乙"}]}],
        "alt": [{"quote": "丙"}],
        "answer": "六成",
    }
    (case,) = load(write(tmp_path, row))
    assert (case.id, case.type, case.turns, case.must, case.answer) == ("A01", "number", ("多少？",), ("60%",), "六成")
    assert (case.evidence[0].document, case.evidence[0].texts, case.spare) == ("d", ("甲", "乙"), ("丙",))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (GOOD | {"colour": 1}, r"第 2 行.*colour"),
        ({"id": "B", "type": "fact"}, r"第 2 行.*turns"),
        (GOOD | {"id": "B", "type": "riddle"}, r"第 2 行.*riddle"),
        (GOOD | {"id": "B", "turns": []}, r"第 2 行.*turns"),
        (GOOD | {"id": "B", "type": "none"}, r"第 2 行.*none"),
        (GOOD | {"id": "B", "evidence": [{"quote": ""}]}, r"第 2 行.*quote"),
        (GOOD | {"id": "B", "evidence": [{"quote": "甲", "page": 3}]}, r"第 2 行.*page"),
        (GOOD, r"第 2 行.*A01.*重复"),
        (GOOD | {"id": "B", "turns": "多少？"}, r"第 2 行：turns 应为文字的列表"),
        (GOOD | {"id": "B", "turns": [1]}, r"第 2 行：turns 应为文字的列表"),
        (GOOD | {"id": "B", "must": "60%"}, r"第 2 行：must 应为文字的列表"),
        (GOOD | {"id": "B", "evidence": {"quote": "甲"}}, r"第 2 行：evidence 应为列表"),
        (GOOD | {"id": "B", "alt": None}, r"第 2 行：alt 应为列表"),
        (GOOD | {"id": "B", "answer": 3}, r"第 2 行：answer 应为文字"),
        ("not json", r"第 2 行不是 JSON（第 1 个字符处）"),
        ("[1]", r"第 2 行"),
    ],
)
def test_a_bad_line_is_named(tmp_path, row, message):
    with pytest.raises(CaseError, match=message):
        load(write(tmp_path, GOOD, row))


def test_separators_inside_a_text_do_not_end_its_line(tmp_path):
    odd = "多少\u2028有\u2029几\u0085个？"
    first, second = load(write(tmp_path, GOOD | {"turns": [odd]}, GOOD | {"id": "B"}))
    assert first.turns == (odd,)
    assert second.line == 2


def test_missing_and_empty_files(tmp_path):
    with pytest.raises(CaseError, match="读不了用例文件"):
        load(tmp_path / "nothing.jsonl")
    with pytest.raises(CaseError, match="没有用例"):
        load(write(tmp_path, "", ""))


def test_quotes_are_proved_against_single_clauses(tmp_path):
    found = [clause("一、目标\n普及率 达到６０％，继续提高水平。\n")]
    row = GOOD | {"evidence": [{"quote": "达到60%"}, {"quote": "达到70%", "alt": [{"quote": "继续提高"}]}]}
    assert list(unproved(load(write(tmp_path, row)), found)) == ["第 1 行 A01：达到70%"]


# --- the written cases -------------------------------------------------------

ROOT = Path(__file__).parents[1]
DEV, TEST = (load(ROOT / "eval" / "cases" / f"{name}.jsonl") for name in ("dev", "test"))
WRITTEN = pytest.mark.parametrize("cases", [DEV, TEST], ids=["dev", "test"])


@pytest.fixture(scope="module")
def shipped():
    """The clauses of each shipped document."""
    return {d.id: clauses(d) for d in catalog.load(ROOT / "corpus" / "documents")}


@WRITTEN
def test_every_quote_stands_in_a_clause_of_the_shipped_corpus(cases, shipped):
    assert list(unproved(cases, [c for found in shipped.values() for c in found])) == []


@WRITTEN
def test_a_quote_stands_in_the_document_that_it_names(cases, shipped):
    wrong = [
        (case.id, quote.text)
        for case in cases
        for quote in case.evidence
        if quote.document and not any(holds(c.full, quote.text) for c in shipped[quote.document])
    ]
    assert wrong == []


@WRITTEN
def test_what_can_be_answered_has_evidence_and_an_answer(cases):
    wanted = {case.id for case in cases if case.type != "none"}
    assert {case.id for case in cases if case.evidence} == {case.id for case in cases if case.answer} == wanted
    assert {case.id for case in cases if case.type == "followup" and len(case.turns) < 2} == set()


@WRITTEN
def test_what_a_right_answer_must_hold_is_in_the_answer_that_was_written(cases):
    assert [(case.id, m) for case in cases for m in case.must if not holds(case.answer, m)] == []


def test_there_are_enough_cases_of_every_kind():
    counts = Counter(case.type for case in DEV + TEST)
    assert counts.total() >= 360
    least = {"none": 50, "followup": 40, "compare": 40, "plain": 60, "support": 60}
    assert {kind: n for kind, n in least.items() if counts[kind] < n} == {}
    assert set(counts) == set(TYPES)


def test_no_case_is_in_both_files():
    assert {case.id for case in DEV} & {case.id for case in TEST} == set()
    shared = {turn for case in DEV for turn in case.turns[:1]} & {turn for case in TEST for turn in case.turns[:1]}
    assert len(shared) == 0


def test_no_question_is_asked_twice():
    asked = Counter(case.turns for case in DEV + TEST)
    assert sorted(asked.values())[-1] == 1
