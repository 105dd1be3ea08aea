"""Refusals are the program's: by region, by evidence, by time, by amount; never beside an answer."""

import pytest
from hits import hit, make, piece

from corpus.clauses import clauses
from qa.refusal import answerable, decide

NATIONAL = make("一、汽车\n支持新能源汽车推广应用，给予适当补贴。\n二、目标\n到2030年新能源汽车占比大幅提高。\n", name="n")
LOCAL = make("一、汽车\n购买新能源汽车每辆补贴2万元。\n", name="l", region="辽宁省", level="省", number="辽政发〔2020〕2号")


def ask(question, document=NATIONAL, documents=(NATIONAL, LOCAL), similarity=0.85):
    found = [hit(c, similarity) for c in clauses(document)]
    pieces = [piece(h.clause, n) for n, h in enumerate(found, 1)]
    refused = decide(question, found, pieces, documents, lambda word: 1.0)
    return refused.reason if refused else None


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("新能源汽车有什么补贴？", None),
        ("深圳新能源汽车有什么补贴？", "region"),
        ("广东的新能源汽车有补贴吗？", "region"),
        ("深圳的公司，国家对新能源汽车有什么补贴？", None),  # asks for the nation
        ("沈阳新能源汽车有什么补贴？", None),  # lies in a province that a document covers
        ("2035年新能源汽车补贴多少？", "time"),
        ("2030年新能源汽车有什么目标？", None),  # a clause speaks of the year
        ("2019年新能源汽车有什么补贴？", None),  # older than the newest document
        ("新能源汽车补贴多少钱？", "amount"),
        ("新能源汽车补贴几月几号截止？", "amount"),
        ("新能源汽车补贴的咨询电话是什么？", "amount"),
        ("红烧肉怎么做？", "no_evidence"),
    ],
)
def test_reason(question, reason):
    assert ask(question, similarity=0.45 if reason == "no_evidence" else 0.85) == reason


def test_amount_is_answered_where_a_clause_states_one():
    assert ask("辽宁新能源汽车补贴多少钱？", document=LOCAL) is None


def test_place_that_a_clause_itself_names_is_answered():
    text = make("一、布局\n支持北京、上海建设科技创新中心，完善配套政策。\n", name="b")
    assert ask("支持上海建设什么中心？", document=text, documents=(text,)) is None


def test_no_hits_is_no_evidence():
    assert decide("什么政策？", [], [], [NATIONAL], lambda w: 1.0).reason == "no_evidence"


def test_refusal_names_the_place_and_what_the_corpus_has():
    found = [hit(c, 0.85) for c in clauses(NATIONAL)]
    text = decide("深圳新能源汽车有什么补贴？", found, [], [NATIONAL, LOCAL], lambda w: 1.0).text
    assert "深圳" in text
    assert "辽宁省" in text


def test_likelihood_rises_with_likeness_and_coverage():
    near, far = [hit(c, 0.85) for c in clauses(NATIONAL)], [hit(c, 0.5) for c in clauses(NATIONAL)]
    weight = lambda w: 1.0  # noqa: E731
    assert answerable("汽车有补贴", near, weight) > answerable("汽车有补贴", far, weight)
    assert answerable("汽车有补贴", far, weight) > answerable("火锅底料", far, weight)


def test_words_that_the_question_quotes_and_a_hit_holds_are_evidence_enough():
    text = make("一、审判\n推进知识产权案件的“三审合一”，探索异地审理机制。\n", name="q")
    assert ask("“三审合一”是啥？", document=text, documents=(text,), similarity=0.45) is None
    assert ask("“四审合一”是啥？", document=text, documents=(text,), similarity=0.45) == "no_evidence"
