"""Metrics, each against a value worked out by hand."""

import pytest
from hits import clause

from eval.cases import Case, Quote
from eval.metrics import figures_stand, holds, judge, recall, within

TABLE = "一、指标\n主要指标\n\n\t指标\n\t2020年\n\t2025年\n\n\t普及率（%）\n\t70\n\t82\n\n\t增长率（%）\n\t7\n\t6\n\n"


def case(evidence=(), spare=(), must=(), kind="fact"):
    return Case("A", kind, "", ("问2025年？",), tuple(evidence), tuple(spare), "", tuple(must))


def test_quote_is_found_whatever_its_width_and_blanks():
    assert holds("比重 达到２．５％，其中", "达到2.5%,其中")
    assert holds("达到2\ue0105%", "2.5%")
    assert not holds("达到2.5%", "达到25%")


def test_quote_may_span_two_cells_of_a_row():
    assert holds(clause(TABLE, "一表1行1").text, "普及率（%）70")


def test_recall_counts_quotes_alternatives_and_spares():
    two = case([Quote("甲"), Quote("乙", alternatives=("丙",))])
    assert recall(two, ["甲在"]) == 1 / 2
    assert recall(two, ["甲", "丙"]) == 2 / 2
    spared = case([Quote("甲"), Quote("乙")], spare=("丁",))
    assert recall(spared, ["丁"]) == 1 / 2
    assert recall(spared, ["甲", "丁"]) == 2 / 2
    assert recall(spared, ["甲", "乙", "丁"]) == 2 / 2


@pytest.mark.parametrize(("budget", "expected"), [(1, 1), (5, 1), (7, 2), (8, 2), (12, 3)])
def test_clauses_within_a_budget(budget, expected):
    assert len(within(["12345", "67", "89012"], budget)) == expected


def line(**fields):
    return {"id": "A", "retrieved": [], "answer": None, "refusal": None, "citations": [], "timings": {"total_ms": 5}} | fields


def test_retrieval_only_has_no_answer_scores():
    scores = judge(case([Quote("甲")]), line(retrieved=[{"text": "无"}, {"text": "甲"}]), {}).scores
    assert scores["recall@1"] == 0
    assert scores["recall@3"] == 1
    assert "must" not in scores
    assert "total" not in scores


def test_answered_case():
    found = clause("一、目标\n到2025年普及率达到82%，继续提高水平。\n")
    answer = line(
        answer="2025年达到82%。[1]", citations=[{"clause": found.id}, {"clause": found.id}], retrieved=[{"text": found.text}]
    )
    scores = judge(case([Quote("达到82%"), Quote("乙")], must=["82％", "九成"]), answer, {found.id: found}).scores
    assert scores["must"] == 1 / 2
    assert scores["citation precision"] == 2 / 2
    assert scores["citation recall"] == 1 / 2
    assert scores["figures"] == 1
    assert scores["wrongly refused"] == 0


def test_citation_without_a_gold_quote_lowers_precision():
    right, wrong = clause("一、目标\n达到82%，继续提高水平。\n", name="a"), clause("一、目标\n其他各项工作照旧推进。\n", name="b")
    cited = [{"clause": right.id}, {"clause": wrong.id}]
    scores = judge(case([Quote("达到82%")]), line(answer="82%", citations=cited), {c.id: c for c in (right, wrong)}).scores
    assert scores["citation precision"] == 1 / 2


def test_answer_without_citations_has_precision_zero():
    assert judge(case([Quote("甲")]), line(answer="甲"), {}).scores["citation precision"] == 0


def test_refusals():
    assert judge(case(kind="none"), line(answer="", refusal="region"), {}).scores["refused"] == 1
    assert judge(case(kind="none"), line(answer="有"), {}).scores["refused"] == 0
    wrongly = judge(case([Quote("甲")], must=["甲"]), line(answer="", refusal="time"), {}).scores
    assert (wrongly["wrongly refused"], wrongly["must"]) == (1, 0)
    assert "citation precision" not in wrongly


def test_failed_case_has_no_scores():
    assert judge(case([Quote("甲")]), {"id": "A", "error": "x"}, {}).scores == {}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("2025年达到82%。[1]", True),
        ("普及率在2025年是82。", True),
        ("2025年达到83%。", False),
        ("三年后达到82%。", False),
        ("依据国发〔2020〕1号，达到82%。", True),
        ("没有数字。", True),
    ],
)
def test_figures_stand_in_the_cited_clause_its_title_or_the_question(answer, expected):
    assert figures_stand(answer, [clause(TABLE, "一表1行1")], "问2025年？") is expected


def test_figures_in_traditional_characters_are_the_same():
    cited = clause("一、目标\n参加人次达到130万。\n", "一")
    assert figures_stand("參加人次達到130萬。", [cited], "")
    assert not figures_stand("參加人次達到13萬。", [cited], "")
