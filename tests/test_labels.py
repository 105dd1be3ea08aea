import pytest

from corpus.labels import is_short_title, recognise


@pytest.mark.parametrize(
    ("line", "kind", "value", "canonical", "rest"),
    [
        ("一、总体要求", "dun", 1, "一", "总体要求"),
        ("二十一、 保障", "dun", 21, "二十一", "保障"),
        ("（十四）提高收益", "paren", 14, "（十四）", "提高收益"),
        ("(三)完善制度", "paren", 3, "（三）", "完善制度"),
        ("5.培育企业", "dot", 5, "5", "培育企业"),
        ("143．加强评估", "dot", 143, "143", "加强评估"),
        ("l.发展众创空间", "dot", 1, "1", "发展众创空间"),
        ("29.2017—2020年新建中心", "dot", 29, "29", "2017—2020年新建中心"),
        ("2、 主要目标", "adun", 2, "2、", "主要目标"),
        ("（1）甲", "pnum", 1, "（1）", "甲"),
        ("1）甲", "rnum", 1, "1）", "甲"),
        ("③甲", "circle", 3, "③", "甲"),
        ("1.2 范围", "decimal2", 2, "1.2", "范围"),
        ("1.2.3 范围", "decimal3", 3, "1.2.3", "范围"),
        ("——坚持创新", "dash", 0, "", "坚持创新"),
        ("- 坚持创新", "dash", 0, "", "坚持创新"),
        ("第二篇 能力建设", "篇", 2, "第二篇", "能力建设"),
        ("第3章 现状", "章", 3, "第3章", "现状"),
        ("第一节", "节", 1, "第一节", ""),
        ("第一百零二条 本法自公布之日起施行。", "条", 102, "第一百零二条", "本法自公布之日起施行。"),
        ("第十条之一 本条增加。", "条", 10, "第十条之一", "本条增加。"),
        ("第十条为了鼓励创新，制定本法。", "条", 10, "第十条", "为了鼓励创新，制定本法。"),
        ("专栏3 重大项目", "box", 3, "专栏3", "重大项目"),
        ("专栏：重大项目", "box", 0, "专栏", "重大项目"),
        ("附件2 任务分工表", "annex", 2, "附", "任务分工表"),
        ("附：任务分工表", "annex", 0, "附", "任务分工表"),
    ],
)
def test_a_label_is_known_by_its_own_characters(line, kind, value, canonical, rest):
    label = recognise(line)
    assert (label.kind, label.value, label.canonical, label.rest) == (kind, value, canonical, rest)
    assert line[label.length :] == rest


@pytest.mark.parametrize(
    "line",
    [
        "各地区、各部门要加强协同。",
        "第三条规定的期限为三十日。",
        "第三条至第五条规定的情形",
        "第三条、第四条所列情形",
        "第三条第二款规定的人员",
        "第二章规定的人员",
        "第二条所称企业",
        "（一）至（三）项",
        "（一）、（二）项所列情形",
        "（一）项规定的人员",
        "一、二、三产业融合发展",
        "2.5%的增长",
        "2017年目标",
        "2017、2018年目标",
        "第一步，到2020年进入创新型国家行列。",
        "附 则",
        "附近居民",
        "",
    ],
)
def test_a_reference_or_a_figure_is_no_label(line):
    assert recognise(line) is None


@pytest.mark.parametrize(
    ("line", "canonical"),
    [
        ("（二）项目管理规范；", "（二）"),
        ("（七）及时、如实报告事故。", "（七）"),
        ("（三）和平统一的步骤；", "（三）"),
        ("（一）第一审人民法院", "（一）"),
        ("（三）或有事项的说明；", "（三）"),
        ("（四）第一项规定以外的火灾", "（四）"),
        ("第二条中华人民共和国公民适用本法。", "第二条"),
        ("第五条项目单位应当报告。", "第五条"),
        ("第六条及时公开信息。", "第六条"),
        ("第八条规划由市政府编制。", "第八条"),
    ],
)
def test_a_label_before_a_word_that_begins_like_a_reference_is_still_a_label(line, canonical):
    assert recognise(line).canonical == canonical


def test_markdown_marks_before_a_label_are_counted_and_passed_over():
    label = recognise("### 第一章 总则")
    assert (label.kind, label.marks, label.rest) == ("章", 3, "总则")
    assert recognise("**第一条** 本法").canonical == "第一条"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("总体要求", True),
        ("总体要求。", True),
        ("字" * 60, True),
        ("字" * 61, False),
        ("坚持创新。扩大开放", False),
        ("甲；乙", False),
        ("各部门，", False),
        ("", False),
    ],
)
def test_a_short_title_is_a_line_without_a_sentence(text, short):
    assert is_short_title(text) is short
