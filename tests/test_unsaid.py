"""What the clauses do not say: told beside the answer, or, of the years of a figure, found for a refusal."""

import pytest
from hits import clause

from qa.records import Checked, Citation
from qa.unsaid import absent_years, remarks

FOUND = clause("一、食堂\n1.到2020年，建成食堂100家，由项目负责人验收。\n2.食堂由省民政厅负责。\n", "一1")


def said(text):
    return [Checked(text, "verified", Citation(0, FOUND, FOUND.start, FOUND.end, "verified", 1))]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("食堂由谁负责？", "到2020年，建成食堂100家，由项目负责人验收。", ["所引条款没有写明由谁负责。"]),
        ("食堂由谁负责？", "由省民政厅负责。", []),
        ("食堂要建多少家？", "建成食堂100家。", []),
        ("到2025年食堂要建多少家？", "建成食堂100家。", []),  # a year that is not there is no remark: it is refused
    ],
)
def test_what_is_not_said(question, text, expected):
    assert remarks(question, said(text)) == expected


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("到2025年食堂要建多少家？", [2025]),
        ("2030年和2025年食堂要建多少家？", [2025, 2030]),
        ("2020年和2025年食堂要建多少家？", []),  # one of the two is told
        ("到2020年食堂要建多少家？", []),  # the clause itself tells the year
        ("食堂要建多少家？", []),
        ("2025年食堂有什么要求？", []),  # no figure is asked for
        ("《养老2025年规划》里食堂要建多少家？", []),  # a title's year
        ("江政发〔2025〕8号里食堂要建多少家？", []),  # a number's year
        ("江政发〔2025〕8号里，到2030年食堂要建多少家？", [2030]),
    ],
)
def test_years_of_which_nothing_cited_speaks(question, years):
    assert absent_years(question, said("建成食堂100家。")) == years


def test_a_year_in_the_paragraph_that_leads_to_a_list_is_told():
    text = "一、第一步\n到2025年，分批实现以下目标：\n1.建成食堂100家。\n2.建成书屋50家。\n"
    found = clause(text, "一「到2025年，分批实现以下目标」1")
    kept = [Checked("建成食堂100家。", "verified", Citation(0, found, found.start, found.end, "verified", 1))]
    assert absent_years("到2025年食堂要建多少家？", kept) == []
    assert absent_years("到2030年食堂要建多少家？", kept) == [2030]


def test_an_answer_of_nothing_lacks_nothing():
    assert remarks("食堂由谁负责？", []) == []
    assert absent_years("到2025年食堂要建多少家？", []) == []
