"""A follow-up that names another figure, partner, thing of the same kind or condition: it takes its like's place."""

import pytest
from turns import REGIONS, understood, whole

from qa.rewrite import Topic, read
from qa.rewrite_swap import about, alike, condition, figure, ordinal, partner, same_asked, subject, this


@pytest.mark.parametrize(
    ("earlier", "turn", "expected"),
    [
        ("辽宁2017年绿化率的目标是多少，谁负责？", "造林面积呢？", "辽宁2017年造林面积的目标是多少，谁负责？"),
        ("养老院床位的补贴率是多少？", "人数呢？", "养老院床位的人数是多少？"),
        ("到2020年社区食堂的覆盖率要达到多少？", "数量呢？", "到2020年社区食堂的数量要达到多少？"),
        ("南岭跟日本、韩国有什么合作平台？", "跟德国的呢？", "南岭跟德国有什么合作平台？"),
        ("南岭跟日本、韩国有什么合作平台？", "不是，我问的是跟德国的，放在哪了", "南岭跟德国有什么合作平台，放在哪了"),
        ("东湖国家示范区是谁牵头？", "西湖改革试验区呢", "西湖改革试验区是谁牵头？"),
        ("意见里人工智能那块由谁牵头？", "数据安全呢", "意见里数据安全那块由谁牵头？"),
        ("气冷堆的示范工程哪年建成？", "压水堆那个呢", "压水堆的示范工程哪年建成？"),
        ("高校把成果转让出去，团队最少能分几成？", "要是一直没人要呢？", "高校把成果转让出去，要是一直没人要怎么办？"),
        ("引进教练有什么补助？", "要是他中途走了呢？", "引进教练有什么补助，要是他中途走了怎么办？"),
        ("对幼儿园有哪些改革？", "再往上，小学这块呢", "小学，对幼儿园有哪些改革？"),
        ("书屋这条线，要建多少座？", "食堂呢？", "食堂这条线，要建多少座？"),
        ("养老服务的意见里，志愿者是怎么说的？", "“十三五”养老规划里呢", "“十三五”养老规划里，志愿者是怎么说的？"),
        ("《甲办法》对食堂怎么说", "振兴东山那个文件里呢？", "振兴东山那个文件里，对食堂怎么说"),
        ("养老的意见里对食堂是怎么讲的？", "江政发〔2016〕43号呢？有补贴吗", "江政发〔2016〕43号里，对食堂是怎么讲的，有补贴吗"),
        ("《甲纲要》的第二步，到2030年是什么目标？", "放到辽宁呢", "辽宁，第二步，到2030年是什么目标？"),
        ("辽宁的学校还用上缴财政吗", "全国是怎么规定的？", "全国的学校还用上缴财政吗"),
        ("有没有培训护理员的安排？", "到2020年一共要培训多少人", "有没有培训护理员的安排，到2020年一共要培训多少人"),
        ("专利申请量全国2015年是多少？", "辽宁自己给2020年定的呢？", "专利申请量辽宁2020年是多少？"),
        ("辽宁2017年造林面积要提高多少？", "绿化面积呢？", "辽宁2017年绿化面积要提高多少？"),
        ("辽宁2017年造林面积要降低到多少？", "绿化面积呢？", "辽宁2017年绿化面积要降低到多少？"),
        ("第一步到2030年是什么目标？", "第二步呢？", "第二步到2030年是什么目标？"),
        ("《甲纲要》第3条里对食堂怎么说？", "那第十二条呢？", "《甲纲要》第十二条里对食堂怎么说？"),
        ("第一步到2030年是什么目标？", "第二条呢？", "第二条，第一步到2030年是什么目标？"),  # of another kind
        ("辽宁的食堂能保留几年？", "那广东能保留几年？", "广东的食堂能保留几年？"),
        ("辽宁的食堂能保留几年？", "广东省能保留几年", "广东的食堂能保留几年？"),
        ("辽宁的食堂能保留几年？", "那广东能申请几年？", "辽宁的食堂能保留几年，广东能申请几年？"),  # something else is asked
        ("食堂能保留几年？", "那广东能保留几年？", "食堂能保留几年，广东能保留几年？"),  # of no place before
        ("社区食堂准备建多少家？", "我们也想申请，选谁有规矩吗", "社区食堂准备建多少家，我们也想申请，选谁有规矩吗"),
    ],
)
def test_it_takes_the_place_of_its_like(earlier, turn, expected):
    assert whole(earlier, turn) == expected


def test_this_figure_is_the_one_before_in_another_year():
    turns = ["辽宁2017年绿化率的目标是多少，谁负责？", "造林面积呢？", "这一项2020年要做到多少"]
    assert whole(*turns) == "辽宁造林面积2020年要做到多少"


@pytest.mark.parametrize(
    "made",
    [
        figure("谁来管？", "造林面积", []),
        figure("绿化率是多少？", "辽宁的绿化率", ["辽宁"]),
        figure("绿化率是多少？", "幼儿园", []),
        partner("有什么平台？", "跟德国"),
        partner("跟日本有什么平台？", "德国"),
        alike("谁来管？", "改革试验区"),
        this("谁来管？", "这一项2020年要多少", []),
        condition("有补助吗？", "大学生"),
        ordinal("书屋是什么目标？", "第二步"),
        ordinal("第一步是什么目标？", "下一步"),
        ordinal("第一步是什么目标？", "第二步的书屋建设"),
        same_asked("辽宁的食堂能保留几年？", "那食堂能保留几年？", ["辽宁"]),
        same_asked("辽宁的食堂能保留几年？", "那广东几年？", ["广东", "辽宁"]),  # too short to be the same
        same_asked("辽宁的食堂能保留几年？", "辽宁能保留几年？", ["辽宁"]),
    ],
)
def test_without_its_like_nothing_is_made(made):
    assert made == ""


def test_what_leans_on_the_question_before_is_put_to_the_writer_in_front():
    found = read(["社区食堂准备建多少家？", "那它由谁来管？"], [])
    assert found.whole == "社区食堂准备建多少家，它由谁来管？"
    assert found.put == "它由谁来管？（接着上一个问题：社区食堂准备建多少家）"
    assert read(["社区食堂准备建多少家？"], []).put == ""


def test_a_whole_question_about_an_earlier_thing_stands_alone():
    turns = ["绿色食堂有什么要求？", "换个问题，智能书屋到2025年什么目标", "再说刚才绿色食堂那个工程，到2025年单耗要到什么水平？"]
    assert whole(*turns) == "绿色食堂那个工程，到2025年单耗要到什么水平？"


@pytest.mark.parametrize("unit", ["1号文", "里里里1号文", "辽宁的", "2020年的"])
def test_a_question_of_one_name_over_and_over_is_read(unit):
    """Each of the parts in front fits in several ways: a pattern that tries them all would never end."""
    turns = [unit * 240 + "？", "造林面积呢？"]
    assert read(turns, ["辽宁"]).whole


# --- what a question is about ---------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "turn", "put"),
    [
        ("绿色食堂由哪些部门负责？", "流动书屋呢？", "流动书屋由哪些部门负责？"),
        ("看病有照顾吗？", "那住房呢？", "住房有照顾吗？"),
        ("到2025年绿色食堂由哪些部门负责？", "流动书屋呢？", "到2025年流动书屋由哪些部门负责？"),
        ("8号文里书屋有什么补助？", "食堂呢？", "8号文里食堂有什么补助？"),
        ("《甲办法》里对学徒有什么补助？", "护工呢？", "《甲办法》里对护工有什么补助？"),
    ],
)
def test_the_writer_is_asked_of_the_new_thing_and_the_search_of_both(earlier, turn, put):
    found = understood(earlier, turn)
    new = turn.removeprefix("那").removesuffix("呢？")
    assert (found.whole, found.put) == (f"{new}，{earlier}", put)
    assert found.topic == Topic(earlier, new)


@pytest.mark.parametrize(
    ("earlier", "turn"),
    [
        ("书屋有什么补助？", "产值呢？"),  # a figure is of the same thing
        ("书屋有什么补助？", "100平方米的呢？"),
        ("书屋有什么补助？", "街道和社区一起承办的流动站呢？"),  # longer than a name
        ("对退休教师办书屋有什么支持？", "护工呢？"),  # who gives it may be meant
        ("辽宁的书屋由谁负责？", "食堂呢？"),  # the place would go with it
        ("我们能享受哪些优惠？", "食堂呢？"),
        ("书屋有什么补助？", "我们呢？"),
        ("国家对书屋有什么补助？", "企业呢？"),
        ("怎么申请？", "食堂呢？"),  # of nothing that is named
        ("书屋有什么补助？", "食堂呢，怎么申请？"),  # more is asked
        ("书屋有什么补助？", "辽宁呢？"),  # a place, not a thing
    ],
)
def test_where_it_is_not_sure_what_changes_the_writer_is_asked_as_the_search_is(earlier, turn):
    assert understood(earlier, turn).put == ""


@pytest.mark.parametrize(
    ("earlier", "new", "names", "expected"),
    [
        ("绿色食堂要建多少家？", "书屋", [], "书屋要建多少家？"),
        ("书屋重要吗？", "食堂", [], ""),  # 重要 is one word
        ("南湖食堂要建多少家？", "书屋", ["南湖"], ""),
        ("第8号食堂要建多少家？", "书屋", [], ""),
        ("绿色食堂要建多少家？", "什么书屋", [], ""),
    ],
)
def test_the_subject_is_exchanged_or_nothing_is_made(earlier, new, names, expected):
    assert subject(earlier, new, names) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("绿色食堂由哪些部门负责？", "绿色食堂"),
        ("到2025年绿色食堂要建多少家？", "到2025年绿色食堂"),
        ("怎么申请？", ""),
        ("哪些食堂由街道负责？", ""),
        ("我们能享受哪些优惠？", ""),
    ],
)
def test_what_a_question_is_about(question, expected):
    assert about(question) == expected


def test_a_short_question_for_a_figure_becomes_what_later_turns_lean_on():
    turns = ["绿色食堂由哪些部门负责？", "销量要提高多少？"]
    found = understood(*turns)
    assert found.whole == "绿色食堂由哪些部门负责，销量要提高多少？"
    assert found.topic == Topic("销量要提高多少？", "绿色食堂")
    assert whole(*turns, "谁来管？") == "绿色食堂，销量要提高多少，谁来管？"
    assert whole(*turns, "流动书屋呢？") == "流动书屋，销量要提高多少？"


@pytest.mark.parametrize(
    "turns",
    [
        ("绿色食堂由哪些部门负责？", "怎么申请？"),  # no figure
        ("谁负责？", "销量要提高多少？"),  # of nothing that is named
        ("绿色食堂由哪些部门负责？", "要建多少家？"),  # of no name of its own
    ],
)
def test_other_short_questions_leave_the_topic(turns):
    assert understood(*turns).topic == Topic(turns[0])


def test_another_place_keeps_what_a_turn_put_in_front():
    assert read(["辽宁的食堂能保留几年？", "学徒呢？", "那广东能保留几年？"], REGIONS).topic == Topic(
        "广东的食堂能保留几年？", "学徒"
    )


def test_another_place_is_asked_with_what_a_turn_put_in_front():
    assert "学徒" in whole("辽宁的食堂能保留几年？", "学徒呢？", "那广东能保留几年？")
