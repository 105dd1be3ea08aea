"""Outline and clauses of laws: 编 章 节 条 款 项, cross references, Markdown headings; and laws that hold for any text."""

import random

import pytest
from documents import addresses, clause_at, document, parts

from corpus.check import check
from corpus.clauses import clauses
from corpus.records import CorpusError, by_id


def test_parts_chapters_and_sections_nest_in_their_fixed_order():
    raw = "第一编 总则\n第一章 原则\n第一节 一般规定\n第一条 本法。\n第二章 主体\n第二条 公民。\n第二编 分则\n第一章 合同\n第三条 合同。"
    assert addresses(raw) == [
        "第一编",
        "第一编第一章",
        "第一编第一章第一节",
        "第一编第一章第一节第一条",
        "第一编第二章",
        "第一编第二章第二条",
        "第二编",
        "第二编第一章",
        "第二编第一章第三条",
    ]
    assert clause_at(raw, "第二编第一章第三条").headings == ("分则", "合同")


def test_a_law_may_have_articles_and_no_chapter():
    assert addresses("第一条 为了创新，制定本法。\n第二条 本法自公布之日起施行。") == ["第一条", "第二条"]


def test_paragraphs_of_an_article_are_counted_from_its_own_line():
    raw = "第一条 企业可以申请补贴。\n个人不适用前款规定。\n补贴一年一次。\n第二条 本办法自公布之日起施行。"
    assert parts(raw) == [
        ("第一条", "第一条 企业可以申请补贴。"),
        ("第一条第二款", "个人不适用前款规定。"),
        ("第一条第三款", "补贴一年一次。"),
        ("第二条", "第二条 本办法自公布之日起施行。"),
    ]


def test_an_article_captures_its_list_and_goes_on_after_it():
    raw = "第二条 申请人应当：\n（一）依法设立；\n（二）信用良好。\n个人不适用前款规定。\n第三条 期限为三十日。"
    assert addresses(raw) == ["第二条", "第二条（一）", "第二条（二）", "第二条第二款", "第三条"]
    assert clause_at(raw, "第二条（二）").headings == ("申请人应当：",)


def test_a_later_paragraph_that_ends_in_a_colon_captures_its_list():
    raw = "第三条 本办法支持企业。\n下列情形不予支持：\n（一）弄虚作假的；\n（二）逾期申请的。\n第四条 期限为三十日。"
    assert addresses(raw) == ["第三条", "第三条第二款", "第三条第二款（一）", "第三条第二款（二）", "第四条"]


def test_two_lists_in_one_article_stay_apart():
    raw = "第三条 应当：\n（一）守法；\n（二）诚信。\n不得：\n（一）造假；\n（二）拖延。"
    assert addresses(raw) == [
        "第三条",
        "第三条（一）",
        "第三条（二）",
        "第三条第二款",
        "第三条第二款（一）",
        "第三条第二款（二）",
    ]


def test_items_under_items_nest():
    raw = "第五条 条件如下：\n（一）人员：\n1.有一名负责人；\n2.有三名研究人员；\n（二）场地。"
    assert addresses(raw) == ["第五条", "第五条（一）", "第五条（一）1", "第五条（一）2", "第五条（二）"]


def test_items_whose_words_begin_like_a_reference_stay_items():
    raw = "第六条 申请书应当包括：\n（一）企业情况；\n（二）项目情况；\n（三）及时报告的承诺；\n（四）和解协议。"
    assert addresses(raw) == ["第六条", "第六条（一）", "第六条（二）", "第六条（三）", "第六条（四）"]


def test_an_inserted_article_follows_the_one_it_is_named_after():
    raw = "第十条 甲应当登记。\n第十条之一 乙应当登记。\n第十条之二 丙应当登记。\n第十一条 丁应当登记。"
    assert addresses(raw) == ["第十条", "第十条之一", "第十条之二", "第十一条"]


@pytest.mark.parametrize(
    "line",
    ["第三条规定的期限为三十日。", "第二条至第五条不适用。", "（一）至（三）项情形除外。", "第一条第二款另有规定的，从其规定。"],
)
def test_a_cross_reference_at_a_line_start_is_a_paragraph(line):
    assert parts(f"第八条 逾期不予受理。\n{line}\n第九条 期限为三十日。") == [
        ("第八条", "第八条 逾期不予受理。"),
        ("第八条第二款", line),
        ("第九条", "第九条 期限为三十日。"),
    ]


def test_markdown_headings_stand_outside_the_chapters_below_them():
    raw = "# 某省条例\n\n## 序言\n\n为了创新。\n\n## 第一章 总则\n\n**第一条** 制定本条例。\n\n## 第二章 附则\n\n第二条 自公布之日起施行。"
    assert addresses(raw)[-4:] == ["第一章", "第一章第一条", "第二章", "第二章第二条"]
    assert "「序言」" in addresses(raw)


def test_an_unnumbered_heading_with_half_width_brackets_has_an_address_that_reads_back():
    raw = "# 条例\n\n一、甲\n甲文。\n\n## 附录(2017)\n\n乙文。"
    assert "「附录（2017）」" in addresses(raw)
    assert check(document(raw), raw).losses == ()


def test_two_documents_with_one_id_cannot_be_joined():
    one = clauses(document("一、甲\n甲文。"))
    assert list(by_id(one)) == ["d:一"]
    with pytest.raises(CorpusError, match="条款标识重复：d:一"):
        by_id([*one, *one])


LINES = [
    *(
        "一、甲任务",
        "二、乙任务",
        "三、",
        "（一）机制",
        "（二）制度。做好各项制度建设工作。",
        "1.甲。做好甲。",
        "2.乙",
        "1、甲",
        "2、乙。做好乙。",
    ),
    *("（1）小项", "①圈", "1）半", "——坚持创新。", "重大工程：", "重大工程(2017)：", "重大\t工程：", "专栏1 工程", "专栏 项目"),
    *(
        "第一章 总则",
        "第一条 为了鼓励创新，制定本法。",
        "第二条 条件如下：",
        "第三条规定的期限。",
        "第十条之一 施行。",
        "附件",
        "附件2 表",
    ),
    *(
        "## 总则(a)",
        "### 细则",
        "a\tb\n1\t2\n3\t4",
        "|a|b|\n|--|--|\n|1|2|\n|3|4|",
        "1注一说明文字",
        "（以上两项工作牵头单位：科技厅）",
    ),
    *(
        "\t指标\n\t甲\n\t乙\n\n\t1\n\t2\n\t3\n\n\t4\n\t5\n\t6",
        "",
        "",
        "国务院",
        "2017年3月1日",
        "第一步，到2020年。",
        "\t",
        "\t\t",
        "1\ue0102",
    ),
    *(
        "\u3000\u3000缩进 文字",
        "标题。 二、丙任务",
        "“七、（略）”",
        "（一）至（三）项",
        "#",
        "「引」",
        "很长的正文，" * 9 + "完。",
    ),
]


def test_whatever_order_lines_come_in_nothing_is_lost_and_every_address_reads_back():
    chance = random.Random(20150513)
    for _ in range(1500):
        raw = "\n".join(chance.choices(LINES, k=chance.randint(1, 14)))
        assert check(document(raw), raw).losses == (), raw
