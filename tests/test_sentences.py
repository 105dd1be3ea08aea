import pytest
from documents import document

from corpus.clauses import clauses
from corpus.records import Address, Clause
from corpus.sentences import sentences


def cut(text, kind="paragraph"):
    """The sentences of a text that is one clause."""
    home = document(text)
    clause = Clause(home, Address(("段1",)), (), kind, 0, len(home.text))
    return [home.text[a:b] for a, b in sentences(clause)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("做好甲。做好乙。", ["做好甲。", "做好乙。"]),
        ("做好甲！做好乙？没有句号", ["做好甲！", "做好乙？", "没有句号"]),
        ("一、要求\n做好甲。", ["一、要求", "做好甲。"]),
        ("甲说：“做好。”乙说。", ["甲说：“做好。”乙说。"]),
        ("给予补贴（最高十万元。另行制定。），一年一次。", ["给予补贴（最高十万元。另行制定。），一年一次。"]),
        ("增长2.5%。达到7.36件。", ["增长2.5%。", "达到7.36件。"]),
        ("甲；乙。", ["甲；乙。"]),
        ("好", ["好"]),
        ("", []),
    ],
)
def test_sentences_end_at_stops_and_lines_but_not_inside_brackets(text, pieces):
    assert cut(text) == pieces


def test_only_a_long_sentence_is_cut_at_its_semicolons():
    first, second = "支持企业建设研发机构" * 3 + "；", "支持高校开放科研设施" * 3 + "。"
    assert len(first + second) == 62
    assert cut(first + second) == [first, second]
    assert cut(first[10:] + second) == [first[10:] + second]


def test_an_unclosed_bracket_ends_with_its_line():
    assert cut("甲（没有右括号。还在里面。\n新的一行。") == ["甲（没有右括号。还在里面。", "新的一行。"]


def test_a_table_row_is_one_sentence():
    assert cut("贡献率。\n\t55\n\t60", kind="row") == ["贡献率。\n\t55\n\t60"]


def test_spans_lie_in_the_document_and_cover_every_word_of_the_clause():
    home = document("第一章 总则\n第一条 为了创新。制定本法；\n第二条 给予补贴。一年一次！")
    for clause in clauses(home):
        spans = sentences(clause)
        assert all(clause.start <= a < b <= clause.end for a, b in spans)
        assert "".join(home.text[a:b] for a, b in spans) == clause.text.replace("\n", "")
