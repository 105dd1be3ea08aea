"""Municipal notices: sums, tiers, listed conditions, exclusions, who carries them out."""

import pytest
from documents import document
from notices import ALL

from corpus.clauses import clauses
from corpus.measure import Node
from corpus.measures import measures


def read(name):
    return [m for c in clauses(document(ALL[name], region="青石市", level="市")) for m in measures(c)]


def sums(measure):
    return [(a.value, a.unit, a.bound, a.per) for a in measure.amounts]


def agencies(measure):
    return [(a.name, a.lead) for a in measure.agencies]


def who(measure):
    return [measure.words(s) for s in measure.beneficiary]


def texts(measure):
    return [measure.words(leaf.span) for leaf in measure.conditions.leaves()]


def test_first_sets():
    award, insurance = read("first-sets")
    assert (award.kind, award.strength, who(award)) == ("奖励", "给予", ["研制企业"])
    assert "首台套" in award.kinds
    assert sums(award) == [(20, "%", "", ""), (1_000_000, "元", "le", "")]
    assert sums(insurance) == [(80, "%", "", ""), (2_000_000, "元", "le", "单个企业每年")]
    assert "投保首台（套）重大技术装备综合险的" in texts(insurance)
    for measure in (award, insurance):
        assert agencies(measure) == [("市工业和信息化局", True), ("市财政局", False)]
        assert [measure.words(s) for s in measure.time] == ["自发布之日起施行，有效期3年"]
        assert "同一项目符合多项政策的，按就高原则执行，不得重复享受" in texts(measure)


def test_high_tech():
    first, again, moved, preferred = read("high-tech")
    assert [sums(m) for m in (first, again, moved)] == [
        [(200_000, "元", "", "")],
        [(100_000, "元", "", "")],
        [(500_000, "元", "le", "")],
    ]
    assert agencies(first) == [("市科技局", True), ("市财政局", True)]
    assert agencies(moved) == [("市科技局", True)]
    assert who(first) == who(again) == ["高新技术企业"]
    assert preferred.strength == "鼓励"
    for measure in (first, again, moved, preferred):
        assert ("region", ("青石市",)) in [(leaf.fact, leaf.values) for leaf in measure.conditions.leaves()]


def test_research_costs_with_listed_conditions():
    (measure,) = read("research-costs")
    assert measure.kind == "后补助"
    assert sums(measure) == [(10, "%", "", ""), (5_000_000, "元", "le", "每家企业每年")]
    typed = {leaf.fact: (leaf.relation, leaf.values) for leaf in measure.conditions.leaves()}
    assert typed["staff"] == ("le", ("300",))
    assert typed["revenue"] == ("le", ("200000000",))
    assert typed["age"] == ("ge", ("3",))
    assert "近三年未发生重大安全事故" in texts(measure)
    assert agencies(measure) == [("市科技局", True), ("市财政局", False)]


def test_loan_interest():
    interest, loan = read("loan-interest")
    assert interest.kind == "贷款贴息"
    assert sums(interest) == [(50, "%", "", ""), (300_000, "元", "le", "每户每年")]
    assert loan.kind == "信贷"
    assert who(loan) == ["小微企业"]
    assert ("people", ("大学生",)) in [(leaf.fact, leaf.values) for leaf in loan.conditions.leaves()]
    assert all("房地产企业除外" in texts(m) for m in (interest, loan))


def test_talent_tiers():
    found = read("talent")
    rows = [m for m in found if m.clause.kind == "row"]
    assert [(texts(m)[0], sums(m)[0]) for m in rows] == [
        ("A类人才", (1_000_000, "元", "", "")),
        ("A类人才", (5000, "元", "", "每月")),
        ("B类人才", (600_000, "元", "", "")),
        ("B类人才", (3000, "元", "", "每月")),
        ("博士", (200_000, "元", "", "")),
        ("博士", (1500, "元", "", "每月")),
    ]
    assert {m.kind for m in rows} == {"住房"}
    living, school = [m for m in found if m.clause.kind != "row"]
    assert sums(living) == [(80_000, "元", "", "每年")]
    assert school.kind == "子女入学"


def test_maker_spaces_with_conditions_under_a_heading():
    award, rent, fund = read("maker-spaces")
    assert [a[0] for a in sums(award)] == [500_000, 300_000]
    assert sums(rent) == [(200_000, "元", "le", "每年")]
    assert (rent.kind, fund.kind, fund.strength) == ("补贴", "基金", "鼓励")
    for measure in (award, rent, fund):
        assert {"运营场地面积不少于500平方米", "入驻创业团队不少于20个"} <= set(texts(measure))


def test_stable_jobs_with_alternatives_of_their_own():
    refund, more, hired, insured = read("stable-jobs")
    assert [sums(m) for m in (refund, more, hired)] == [
        [(50, "%", "", "")],
        [(90, "%", "", "")],
        [(1500, "元", "", "每人")],
    ]
    assert who(hired) == ["企业"]
    (choice,) = [c for c in insured.conditions.children if isinstance(c, Node)]
    assert choice.join == "any"
    assert "招用就业困难人员的企业" in [insured.words(leaf.span) for leaf in choice.leaves()]
    assert all("招用就业困难人员的企业" not in texts(m) for m in (refund, more, hired))


def test_exclusions():
    general, works, counties = read("exclusions")
    assert ("field", ("新材料", "高端装备")) in [(leaf.fact, leaf.values) for leaf in general.conditions.leaves()]
    assert sums(works) == [(10, "%", "", ""), (10_000_000, "元", "le", "单个项目")]
    assert "已享受省级补助的项目除外" in texts(works)
    assert "列入严重失信名单的企业不予支持" in texts(works)
    assert "已享受省级补助的项目除外" not in texts(counties)
    assert [leaf.role for leaf in counties.conditions.leaves()][:2] == ["gate", "discretion"]


@pytest.mark.parametrize("name", ALL)
def test_no_target_or_duty_is_read(name):
    for measure in read(name):
        words = measure.words(measure.benefit)
        assert not any(w in words for w in ("组织领导", "贷款余额", "不予支持", "组织实施"))
