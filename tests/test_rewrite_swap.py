"""A follow-up that names another figure, partner, thing of the same kind or condition: it takes its like's place."""

import pytest
from turns import whole

from qa.rewrite import read
from qa.rewrite_swap import alike, condition, figure, partner, this


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
