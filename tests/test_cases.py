"""Case files: what is read, what is refused, and how a quote is proved."""

import json

import pytest
from hits import clause

from eval.cases import CaseError, load, unproved

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
        ("not json", r"第 2 行"),
        ("[1]", r"第 2 行"),
    ],
)
def test_a_bad_line_is_named(tmp_path, row, message):
    with pytest.raises(CaseError, match=message):
        load(write(tmp_path, GOOD, row))


def test_missing_and_empty_files(tmp_path):
    with pytest.raises(CaseError, match="读不了用例文件"):
        load(tmp_path / "nothing.jsonl")
    with pytest.raises(CaseError, match="没有用例"):
        load(write(tmp_path, "", ""))


def test_quotes_are_proved_against_single_clauses(tmp_path):
    found = [clause("一、目标\n普及率 达到６０％，继续提高水平。\n")]
    row = GOOD | {"evidence": [{"quote": "达到60%"}, {"quote": "达到70%", "alt": [{"quote": "继续提高"}]}]}
    assert list(unproved(load(write(tmp_path, row)), found)) == ["A01: 达到70%"]
