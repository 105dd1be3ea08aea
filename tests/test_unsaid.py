"""What the clauses do not say is told beside the answer."""

import pytest
from hits import clause

from qa.records import Checked, Citation
from qa.unsaid import remarks

FOUND = clause("一、食堂\n1.到2020年，建成食堂100家，由项目负责人验收。\n2.食堂由省民政厅负责。\n", "一1")


def said(text):
    return [Checked(text, "verified", Citation(0, FOUND, FOUND.start, FOUND.end, "verified", 1))]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("食堂由谁负责？", "到2020年，建成食堂100家，由项目负责人验收。", ["所引条款没有写明由谁负责。"]),
        ("食堂由谁负责？", "由省民政厅负责。", []),
        ("食堂要建多少家？", "建成食堂100家。", []),
        ("到2020年食堂要建多少家？", "建成食堂100家。", []),  # the clause itself tells the year
        ("到2025年食堂要建多少家？", "建成食堂100家。", ["所引条款没有写明2025年的数字，列出的是最接近的规定。"]),
        ("《养老2025年规划》里食堂要建多少家？", "建成食堂100家。", []),  # a title's year
        ("2025年食堂有什么要求？", "建成食堂100家。", []),  # no figure is asked for
    ],
)
def test_what_is_not_said(question, text, expected):
    assert remarks(question, said(text)) == expected


def test_an_answer_of_nothing_has_no_remarks():
    assert remarks("食堂由谁负责？", []) == []
