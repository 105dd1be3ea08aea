import random

import pytest

from corpus.records import Edit
from corpus.repair import fold, repair, undo

LONG = "面向市场的新型研发机构围绕区域性和行业性重大技术需求，开展产业技术研发和成果转化，并且培育科技型企业，形成创新体系。"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("甲\r\n乙\r丙", "甲\n乙\n丙"),
        ("\ufeff甲\u200b乙\u00ad", "甲乙"),
        ("达到2\ue0105%", "达到2.5%"),
        ("1\ue010培育产业创新链", "1.培育产业创新链"),
        ("\u3000\u3000缩进的段落 \t", "缩进的段落"),
        ("指\u3000标\xa0值", "指 标 值"),
        ("指  标", "指 标"),
        ("２０２０年Ａ类", "2020年A类"),
        ("创新,协调;绿色:开放", "创新，协调；绿色：开放"),
        ("企业(含个人)可以", "企业（含个人）可以"),
        ("1,234元,R&D", "1,234元,R&D"),
        ("(2017)", "(2017)"),
        ("甲\n\n\n乙", "甲\n\n\n乙"),
        ("甲\n\n\n\n\n\n乙", "甲\n\n\n乙"),
        ("\n\n甲\n\n", "甲"),
        ("", ""),
    ],
)
def test_widths_blanks_and_the_private_dot_are_mended(raw, text):
    assert repair(raw)[0] == text


def test_a_tab_that_marks_a_table_cell_is_kept_even_when_the_cell_is_empty():
    assert repair("\t \u3000指标\n\t \n\t0.36 ")[0] == "\t指标\n\t\n\t0.36"


def test_what_cannot_be_proved_stays_as_printed():
    raw = "达到17%，拥有68件，75纳米，稠合变化"
    assert repair(raw) == (raw, ())


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("推进开放。 第七篇 加强文化", "推进开放。\n第七篇 加强文化"),
        ("推进开放。\t四、加强文化", "推进开放。\n四、加强文化"),
        ("推进开放；（三）加强文化", "推进开放；（三）加强文化"),
        ("投入增加 四、加强文化", "投入增加 四、加强文化"),
        ("增长到。 2.5亿元", "增长到。 2.5亿元"),
    ],
)
def test_a_heading_glued_to_the_line_before_it_gets_its_own_line(raw, text):
    assert repair(raw)[0] == text


def test_a_heading_gives_up_the_body_on_its_line_where_its_list_has_lone_headings():
    text, edits = repair(f"一、发展机构\n做好工作。\n二、培育机构 {LONG}")
    assert text == f"一、发展机构\n做好工作。\n二、培育机构\n{LONG}"
    assert [(e.before, e.after, e.reason) for e in edits] == [(" ", "\n", "标题与正文连写，正文另起一行")]


def test_a_heading_keeps_its_line_where_no_other_heading_of_its_kind_stands_alone():
    raw = f"1.发展机构。做好工作。\n2.培育机构 {LONG}"
    assert repair(raw)[0] == raw


def test_the_log_tells_place_reason_and_both_forms():
    assert repair("甲\ue010乙\n丙 ")[1] == (
        Edit(0, 1, "\ue010", ".", "私用区字符 U+E010 还原为“.”"),
        Edit(0, 5, " ", "", "行尾空白"),
    )


def test_undo_refuses_a_log_of_another_text():
    _, edits = repair("甲\ue010乙")
    with pytest.raises(ValueError, match="edit does not fit the text"):
        undo("完全不同的文字", edits)


def test_fold_ignores_blanks_and_widths_but_no_digit_or_stop():
    assert fold("（2\ue0105％）\n 甲") == fold("(2.5%)甲")
    assert fold("2.5%") != fold("25%")


def test_any_damaged_text_can_be_undone_and_loses_nothing():
    pieces = [
        *"甲乙丙。；，,;:()（）!? \t\n\r\u3000\xa0\u200b\ufeff\ue010１Ａa1.",
        "\r\n",
        "\n\n\n\n",
        "一、",
        " 第二篇 文化",
        "（三）",
        LONG,
    ]
    chance = random.Random(20170301)
    for _ in range(2000):
        raw = "".join(chance.choices(pieces, k=chance.randint(0, 40)))
        text, edits = repair(raw)
        assert undo(text, edits) == raw
        assert fold(text) == fold(raw)
        assert "\ue010" not in text
