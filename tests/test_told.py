"""A list that one clause tells by itself is not told member by member."""

import pytest
from hits import make

from corpus.clauses import clauses
from index.lists import fit, groups, name, steps
from index.told import by_a_clause

TEXT = """一、重点任务
（一）建设社区食堂。每个街道建成一家社区食堂。
（二）建设社区书屋。每个街道建成一家社区书屋。
1.社区书屋的工作分两方面，一是藏书，二是阅览。
2.鼓励捐赠。
（三）建设社区花园。每个街道建成一座社区花园。
（以上三项工作牵头单位：省民政厅）
二、总体目标
社区服务做到四个率先：率先覆盖老城区，率先开放夜间时段，率先实行预约，率先接入热线。
"""


def tasks(found):
    """The list of the three tasks."""
    return next(g for g in groups(found) if str(found[g.members[0]].address) == "一（一）")


@pytest.mark.parametrize(
    ("question", "nearest", "told"),
    [
        ("社区服务要做到哪四个率先？", "二", True),  # the sentence of 二 is the answer
        ("社区服务要做到哪四个率先？", "一（二）", False),  # not near enough to be looked at: a member of the list is
        ("有哪些重点任务？每个街道建成一家社区书屋吗？", "一（二）", False),  # a member does not tell the whole list
        ("重点任务有哪三项？", "一段1", False),  # nor does what stands beside the members
        ("社区书屋的工作有哪两方面？", "一（二）1", True),  # what stands below a member may
        ("有哪些重点任务？", "二", False),  # the list holds more of the question than the clause
    ],
)
def test_the_clause_that_holds_more_of_the_question_tells_the_list(question, nearest, told):
    found = clauses(make(TEXT))
    order = {str(c.address): n for n, c in enumerate(found)}
    assert by_a_clause(question, tasks(found), [order[nearest]], found, lambda _: 1.0) is told


def test_without_a_clause_that_is_near_the_list_stays():
    found = clauses(make(TEXT))
    assert not by_a_clause("社区服务要做到哪四个率先？", tasks(found), [], found, lambda _: 1.0)


@pytest.mark.parametrize(("rarity", "told"), [(1.0, True), (0.01, False)])
def test_a_clause_that_is_hardly_ahead_does_not_tell_the_list(rarity, told):
    found = clauses(make(f"{TEXT}三、说明\n重点任务建设社区食堂、社区书屋、社区花园，由热线督办。\n"))
    near = next(n for n, c in enumerate(found) if str(c.address) == "三")
    words = "督办"
    question = "重点任务建设社区食堂、社区书屋、社区花园，怎么督办？"
    assert by_a_clause(question, tasks(found), [near], found, lambda w: rarity if w == words else 1.0) is told


STEPS = """一、目标
分步实现。
第一步：用十年建成基本框架。
到2025年，覆盖半数街道。
第二步：到2035年覆盖全部街道。
二、措施
1.建设食堂。
2.建设书屋。
"""


def test_paragraphs_that_number_themselves_as_steps_are_a_list():
    found = clauses(make(STEPS))
    made = [g for g in groups(found) if steps("一共分几步走？", found[g.members[0]])]
    assert [[str(found[n].address) for n in g.members] for g in made] == [["一段2", "一段4"]]
    assert [name(found[n]) for n in made[0].members] == ["用十年建成基本框架", "到2035年覆盖全部街道"]
    assert fit("一共分几步走？", made[0], found) > fit("有什么措施？", made[0], found)
    assert not steps("分几个方面？", found[made[0].members[0]])
