"""A finished answer that does not hold what was asked for is no answer: a refusal takes its place."""

import re

import pytest
from hits import clause, piece

import prompts
from qa.records import Checked, Citation
from qa.refusal import unanswered

TEXT = """一、建设
1.社区书屋由街道负责建设，选址应当方便居民。（牵头单位：江东省文旅厅）
2.到2018年，按照《百镇300座书屋方案》建设社区书屋。
二、食堂
食堂每餐补助3元，按月发给老年人。
"""
BUILT, PLANNED, MEALS = (clause(TEXT, a) for a in ("一1", "一2", "二"))


def said(found, text=""):
    """A sentence of an answer: that of the clause without its label, or another that rests on it."""
    return Checked(
        text or re.sub(r"^\d\.", "", found.text), "verified", Citation(0, found, found.start, found.end, "verified", 1)
    )


def refused(question, *kept, evidence=(BUILT, PLANNED)):
    pieces = [piece(c, n) for n, c in enumerate(evidence, 1)]
    found = unanswered(question, kept, pieces, lambda _: 1.0)
    return (found.reason, found.details["what"]) if found else None


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("建一座社区书屋补贴多少钱？", "具体金额"),
        ("社区书屋几月几号开放？", "具体日期"),
        ("建社区书屋县里要出多大比例？", "具体比例"),
        ("建社区书屋要准备哪些材料？", "办理材料、表格或联系方式"),
        ("2018年要建社区书屋多少座？", "具体数量"),  # what stands in a title is no figure of it
        ("社区书屋由谁负责？", None),
        ("社区书屋有什么要求？", None),
    ],
)
def test_what_was_asked_for_and_the_answer_does_not_hold(question, what):
    assert refused(question, said(BUILT), said(PLANNED)) == (("amount", what) if what else None)


def test_one_sentence_that_holds_it_is_enough():
    assert refused("食堂补助多少钱？", said(BUILT), said(MEALS)) is None
    assert refused("食堂补助多少钱？", said(BUILT)) == ("amount", "具体金额")


def test_what_only_the_evidence_holds_is_no_answer():
    assert refused("食堂补助多少钱？", said(BUILT), evidence=(BUILT, MEALS)) == ("amount", "具体金额")


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("2025年食堂每餐补助多少？", "2025年的数字"),
        ("2025年和2026年食堂每餐补助多少？", "2025、2026年的数字"),
        ("2018年食堂每餐补助多少？", None),  # the paragraph before tells the year
        ("2025年食堂有什么要求？", None),
    ],
)
def test_a_figure_of_a_year_that_nothing_cited_speaks_of(question, what):
    assert refused(question, said(MEALS)) == (("amount", what) if what else None)


def test_without_evidence_nothing_is_refused():
    assert refused("建一座社区书屋补贴多少钱？", said(BUILT), evidence=()) is None


def test_it_says_what_the_nearest_clause_states_and_whom_to_ask():
    found = unanswered("建社区书屋补贴多少钱？", [said(MEALS, "有补助。")], [piece(BUILT)], lambda _: 1.0)
    assert found.behind == "最接近的条款写的是：「1.社区书屋由街道负责建设，选址应当方便居民。」[1]。可向江东省文旅厅咨询。"
    assert found.say(english=False).endswith(prompts.REFUSAL_ADVICE["amount"])


def test_what_is_stated_instead_is_of_the_first_piece_though_another_holds_more_of_the_question():
    pieces = [piece(MEALS), piece(BUILT, 2)]
    found = unanswered("社区书屋由街道建设，补贴多少钱？", [said(BUILT)], pieces, lambda _: 1.0)
    assert "食堂每餐补助" in found.behind


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("建社区书屋补贴多少钱？", BUILT),
        ("采购目录里有哪些器材？", BUILT),
        ("2025年食堂每餐补助多少？", MEALS),
    ],
)
def test_what_is_missing_is_said_in_english_too(question, kept):
    found = unanswered(question, [said(kept)], [piece(kept)], lambda _: 1.0)
    assert found.say(english=True).split("The nearest")[0].isascii()
