import pytest
from documents import addresses, clause_at, document

from corpus import tables
from corpus.check import check
from corpus.clauses import clauses

CELLS = """一、目标
2020年主要指标
\t类 别
\t指  标
\t2013年
\t2020年

\t创新
\t研发投入
\t0.88
\t1.26

\t
\t专利数1（件）
\t0.36
\t0.70

\t质量
\t增加值率2
\t-
\t比2015年
提高2个百分点

1专利数是指授权的发明专利数。
2增加值率以2015年为基期。
二、保障
做好保障。
"""


def rows(raw):
    return [c.columns for c in clauses(document(raw)) if c.kind == "row"]


def test_one_cell_a_line_becomes_whole_rows_with_heads_and_category():
    assert rows(CELLS) == [
        (("类别", "创新"), ("指标", "研发投入"), ("2013年", "0.88"), ("2020年", "1.26")),
        (("类别", "创新"), ("指标", "专利数（件）"), ("2013年", "0.36"), ("2020年", "0.70")),
        (("类别", "质量"), ("指标", "增加值率"), ("2013年", "-"), ("2020年", "比2015年提高2个百分点")),
    ]
    assert addresses(CELLS) == ["一", "一表1", "一表1行1", "一表1行2", "一表1行3", "一注1", "一注2", "二"]


def test_the_short_line_above_a_table_is_its_title():
    assert clause_at(CELLS, "一表1行1").headings == ("目标", "2020年主要指标")
    assert clause_at(CELLS, "一表1").text.startswith("2020年主要指标\n\t类 别")


def test_a_footnote_digit_is_taken_off_the_name_and_its_note_is_read_along():
    row = clause_at(CELLS, "一表1行2")
    assert row.reading == "类别：创新，指标：专利数（件），2013年：0.36件，2020年：0.70件\n1专利数是指授权的发明专利数。"
    assert row.text == "专利数1（件）\n\t0.36\n\t0.70"


def test_a_number_column_without_a_head_is_called_by_its_name():
    raw = "\t指标\n\t2015年\n\t2020年\n\n\t1\n\t贡献率\n\t55\n\t60\n\n\t2\n\t研发强度\n\t2.1\n\t2.5"
    assert rows(raw)[1] == (("序号", "2"), ("指标", "研发强度"), ("2015年", "2.1"), ("2020年", "2.5"))


@pytest.mark.parametrize(
    "table",
    [
        "指标\t2015年\t2020年\n贡献率\t55\t60\n研发强度\t2.1\t2.5",
        "| 指标 | 2015年 | 2020年 |\n|---|:--:|--:|\n| 贡献率 | 55 | 60 |\n| 研发强度 | 2.1 | 2.5 |",
    ],
)
def test_rows_of_one_line_are_read_with_their_heads(table):
    raw = f"一、指标\n\n{table}\n\n二、保障\n做好保障。"
    assert rows(raw) == [
        (("指标", "贡献率"), ("2015年", "55"), ("2020年", "60")),
        (("指标", "研发强度"), ("2015年", "2.1"), ("2020年", "2.5")),
    ]
    assert addresses(raw) == ["一", "一表1", "一表1行1", "一表1行2", "二"]
    assert check(document(raw), raw).losses == ()


def test_an_empty_first_cell_of_a_row_takes_the_category_above_it():
    raw = "| 类别 | 指标 | 值 |\n|---|---|---|\n| 创新 | 甲 | 1 |\n| | 乙 | 2 |\n| | 丙 | 3 |"
    assert [r[0] for r in rows(raw)] == [("类别", "创新")] * 3


def test_two_tables_under_one_heading_keep_their_notes_apart():
    table = "指标\t2020年\n专利数1\t55\n研发强度\t2.5\n1专利数是指授权数。\n"
    raw = f"一、指标\n{table}另一张表列出地方的目标值。\n{table}"
    assert [a for a in addresses(raw) if "注" in a] == ["一注1", "一注1「第2处」"]
    assert [a for a in addresses(raw) if "行" in a] == ["一表1行1", "一表1行2", "一表2行1", "一表2行2"]


@pytest.mark.parametrize(
    "raw",
    [
        "\t只有缩进的一行\n正文接着写。",
        "甲\t乙\n丙\t丁",
        "\t\n\t\n\t\n",
        "甲\t乙\n丙\t丁\t戊\n己\t庚",
        "\t甲\n\t乙\n\n\t丙\n\t丁\n\t戊\n\t己",
    ],
)
def test_too_few_or_uneven_rows_are_no_table(raw):
    lines = [(0, line) for line in raw.split("\n")]
    assert tables.find(lines) == []


@pytest.mark.parametrize(
    ("cell", "note", "mended"),
    [
        ("专利数1（件）", "专利数是指授权的发明专利数。", "专利数（件）"),
        ("专利数1", "专利数是指授权的发明专利数。", "专利数"),
        ("专利数1（件）", "能耗是指单位能耗。", "专利数1（件）"),
        ("专利数2（件）", "专利数是指授权的发明专利数。", "专利数2（件）"),
        ("增长15", "增长是指年均增长。", "增长15"),
    ],
)
def test_a_digit_leaves_a_name_only_where_a_note_proves_it(cell, note, mended):
    columns, span = tables.footnote((("指标", cell),), {"1": (note, (90, 120))})
    assert columns == (("指标", mended),)
    assert span == ((90, 120) if mended != cell else None)
