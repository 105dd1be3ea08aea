"""Titles in title marks: those inside become single, wherever a title is told."""

import re
from pathlib import Path

import pytest
from hits import clause, make

from corpus.records import titled

INNER = "关于贯彻《养老服务纲要》的实施意见"


@pytest.mark.parametrize(
    ("title", "told"), [(INNER, "《关于贯彻〈养老服务纲要〉的实施意见》"), ("养老服务纲要", "《养老服务纲要》"), ("", "《》")]
)
def test_marks_inside_are_single(title, told):
    assert titled(title) == told


def test_documents_and_clauses_without_a_number_are_told_so():
    assert make("一、总则\n", title=INNER, number="").name == titled(INNER)
    assert make("一、总则\n", title=INNER, number="江政发〔2020〕1号").name == f"{titled(INNER)}（江政发〔2020〕1号）"
    found = clause("一、总则\n支持养老院。\n", title=INNER, number="")
    assert found.citation == f"{titled(INNER)} 一"


def test_nobody_writes_the_marks_alone():
    root = Path(__file__).parent.parent
    alone = re.compile(r"《\{[^{}]*title|'《' \+|\"《\" \+")
    for path in [p for folder in ("corpus", "index", "qa", "eval") for p in (root / folder).rglob("*.py")]:
        lines = [n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if alone.search(line)]
        told = [n for n in lines if not (path.name == "records.py" and path.parent.name == "corpus")]
        assert not told, f"{path.relative_to(root)}: {told}"
