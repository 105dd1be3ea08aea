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


def told(text, question="四大行动分别是什么？"):
    return unlisted(question, [hit(clause(f"一、甲\n{text}\n"))])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("书屋、食堂、花园、菜园等四大行动。", ""),
        ("实施四大行动：书屋、食堂、花园、菜园。", ""),
        ("四大行动（书屋、食堂、花园、菜园）由县里组织。", ""),
        ("推进书屋（流动书屋）、食堂（助餐点）、花园、菜园等四大行动。", ""),  # between the members
        ("由东街、西街、南街、北街分头承担，定期检查，落实四大行动。", "四大行动"),  # another list of the sentence
        ("落实四大行动，定期检查，由东街、西街、南街、北街分头承担。", "四大行动"),
        ("发展书屋（街办、社办、校办、民办），加强培训，落实四大行动。", "四大行动"),
        ("推进书屋（街办、社办、校办、民办）、食堂，加强培训，落实四大行动。", "四大行动"),
    ],
)
def test_only_a_list_beside_the_name_is_of_its_members(text, name):
    assert told(text) == name


HALLS = """一、建设“两园三馆”
（一）完善设施，优化服务。
二、建设“三园四馆”
（一）完善设施，优化服务。
（二）延长开放时间。
三、布局
深化“两园三馆”和“三园四馆”的合作，完善设施。
四、建设八大行动
（一）完善设施，优化服务。
五、说明
推进八大行动，完善设施。
"""


@pytest.mark.parametrize(
    ("question", "addresses", "name"),
    [
        ("“两园三馆”分别是哪些？", ["三", "一（一）"], "两园三馆"),  # a heading above one paragraph lists nothing
        ("“三园四馆”分别是哪些？", ["三", "二（一）", "二（二）"], ""),
        ("八大行动分别是哪些？", ["五", "四（一）"], ""),  # no term: what stands below is one of them
        ("“两园三馆”包括的有哪些园馆？", ["三"], "两园三馆"),  # the characters of the name in another order
        ("“两园三馆”由谁定，还有哪些补贴？", ["三"], ""),
        ("“两园三馆”包括的有哪些书馆？", ["三"], ""),  # of something else
    ],
)
def test_members_of_a_term_in_quotation_marks(question, addresses, name):
    assert unlisted(question, [hit(clause(HALLS, a)) for a in addresses]) == name
