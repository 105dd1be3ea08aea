"""A text of whoever wrote it, sentence by sentence against the sample corpus."""

import pytest

from index.search import Filters
from qa.check import LONGEST, MOST, check
from qa.records import QuestionError

BUILDING = "新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴。"
ALLOWANCE = "年满80周岁的老年人，每人每月发放高龄津贴100元。"
INVENTED = "月球基地将于明年开放参观。"


def verdicts(index, text, **fields):
    return [c.checked.verdict for c in check(index, text, **fields)]


def test_every_sentence_has_its_own_verdict_and_clauses(index):
    first, second, third = check(index, f"{BUILDING}{INVENTED}\n{ALLOWANCE}")
    assert [c.checked.text for c in (first, second, third)] == [BUILDING, INVENTED, ALLOWANCE]
    assert [c.checked.verdict for c in (first, second, third)] == ["verified", "unsupported", "verified"]
    assert first.checked.citation.clause.id == "jiangzhengfa-2020-8:二（一）"
    assert third.checked.citation.clause.id == "qingshi-2021-3:二（一）"
    assert (second.checked.citations, second.checked.problem) == ((), "条款中没有相应内容")


def test_what_is_cited_is_among_the_clauses_found_and_verbatim(index):
    for number, claim in enumerate(check(index, f"{BUILDING}{ALLOWANCE}由县民政局在5个工作日内作出决定。")):
        assert 1 <= len(claim.hits) <= 8
        assert claim.hits[0].score >= claim.hits[-1].score
        assert claim.checked.citations
        for citation in claim.checked.citations:
            assert citation.sentence == number
            assert citation.clause == claim.hits[citation.marker - 1].clause
            assert citation.clause.document.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    ("right", "wrong", "part"),
    [
        ("1万元", "3万元", "3万元"),
        ("1万元", "1万美元", "1万美元"),
        ("省级财政按", "省级财政不按", "否定"),
        ("按每张床位1万元", "按每张床位最高1万元", "界限"),
        ("省级财政", "科技部", "科技部"),
        ("新建社区", "《养老条例》规定，新建社区", "《养老条例》"),
    ],
)
def test_one_change_takes_the_support_away_and_is_named(index, right, wrong, part):
    (claim,) = check(index, BUILDING.replace(right, wrong, 1))
    assert (claim.checked.verdict, claim.checked.citations) == ("unsupported", ())
    assert part in claim.checked.problem
    assert claim.hits  # the nearest clauses can still be shown


def test_figures_of_the_question_are_the_askers_own(index):
    text = "30个人的机构，按每人每月300元给予运营补贴。"
    assert verdicts(index, text) == ["unsupported"]
    assert verdicts(index, text, question="我们机构有30个人，有运营补贴吗？") != ["unsupported"]


def test_filters_hold(index):
    assert verdicts(index, ALLOWANCE, filters=Filters(levels=("县",))) == ["verified"]
    (claim,) = check(index, ALLOWANCE, filters=Filters(levels=("省",)))
    assert claim.checked.verdict == "unsupported"
    assert {h.clause.document.level for h in claim.hits} == {"省"}


def test_nothing_can_be_found_where_no_document_is_let_in(index):
    (claim,) = check(index, ALLOWANCE, filters=Filters(years=(1999,)))
    assert (claim.checked.verdict, claim.hits) == ("unsupported", ())


def test_marks_and_labels_of_the_writer_are_no_part_of_a_sentence(index):
    assert verdicts(index, f"1. {ALLOWANCE[:-1]}[1]。\n（二）{BUILDING}") == ["verified", "verified"]


def test_other_characters_and_numerals_are_the_same(index):
    assert verdicts(index, "新建社區養老服務中心，省級財政按每張床位1萬元給予一次性建設補貼。") == ["verified"]
    assert verdicts(index, "年满八十周岁的老年人，每人每月发放高龄津贴一百元。") == ["verified"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "没有看到要核对的文字"),
        (" \n。！？", "没有看到要核对的文字"),
        ("补" * (LONGEST + 1), f"{LONGEST + 1} 个字，超过了 {LONGEST} 字"),
        ("补贴。" * (MOST + 1), f"{MOST + 1} 句，超过了 {MOST} 句"),
    ],
)
def test_a_text_that_cannot_be_checked_is_refused_at_once(index, text, message):
    with pytest.raises(QuestionError, match=message):
        check(index, text)  # before the first sentence is asked for


def test_the_longest_text_and_the_most_sentences_are_checked(index):
    assert len(list(check(index, "补" * (LONGEST - 1) + "。"))) == 1
    assert len(list(check(index, "发放津贴。" * MOST))) == MOST


def test_one_sentence_is_searched_when_it_is_asked_for(index, encoder):
    claims = check(index, BUILDING + ALLOWANCE)
    assert not [text for text in encoder.asked if "社区养老服务中心" in text]
    next(claims)
    assert BUILDING in encoder.asked
    assert ALLOWANCE not in encoder.asked
