"""Which the members of a counted thing are, asked where only their count is told."""

import pytest
from hits import clause, hit

from qa.refusal_members import unlisted

TEXT = """一、总体部署
围绕八大行动产业，组织实施一批项目，促进成果、人才、项目融合。深化与“两院十馆”的合作，由省里负责。
二、三项任务
到2025年完成三项任务：建食堂，建书屋，建花园。另有四个坚持：
1.坚持为老。
2.坚持便民。
3.坚持就近。
4.坚持普惠。
三、说明
由2个一级指标、4个二级指标和12项具体指标计算得到。实行五个统一：一是统一标准；二是统一名称；三是统一价格；四是统一监管；五是统一标识。
"""


def asked(question, *addresses):
    return unlisted(question, [hit(clause(TEXT, a)) for a in addresses])


@pytest.mark.parametrize(
    ("question", "addresses", "name"),
    [
        ("八大行动具体是哪八个行动？", ["一"], "八大行动"),
        ("那12项具体指标，逐项叫什么名字？", ["三"], "12项具体指标"),
        ("“两院十馆”里的学校分别是哪些？", ["一"], "两院十馆"),
        ("三项任务分别是什么？", ["二"], ""),
        ("四个坚持是哪四个？", ["二"], ""),
        ("五个统一是哪五个？", ["三"], ""),
        ("八大行动产业由谁负责？", ["一"], ""),  # not which they are
        ("八大行动产业的规划由谁定，还有哪些补贴？", ["一"], ""),  # of something else
        ("九大行动是哪九个？", ["一"], ""),  # not named: another check's matter
        ("“十三五”是哪几年？", ["一"], ""),
    ],
)
def test_members_that_no_clause_lists(question, addresses, name):
    assert asked(question, *addresses) == name


def test_members_that_stand_below_the_heading_are_listed():
    below = clause("一、八大行动\n1.钢铁。\n2.石化。\n", "一1")
    assert unlisted("八大行动是哪些？", [hit(clause(TEXT, "一")), hit(below)]) == ""
    assert unlisted("八大行动是哪些？", [hit(clause(TEXT, "一")), hit(below, ranks={"list": 1})]) == ""
