"""Three-valued conditions on hand-made measures: gates decide, bonus never vetoes, discretion is the agency's."""

from datetime import date
from types import SimpleNamespace

import pytest
from documents import document

from corpus.measure import Leaf, Measure, Node
from qa import match_time
from qa.match_judge import DISCRETION, Judge
from qa.profile import read
from qa.profile_form import from_form

DAY = date(2020, 1, 1)
TEXT = "对从业人员不超过300人、成立3年以上的企业给予补贴，优先支持高新技术企业。"


def measure(conditions, text=TEXT, region="全国", time=(), issued=None):
    paper = document(text, region=region, issued=issued)
    clause = SimpleNamespace(document=paper, start=0, end=len(text), text=text)
    return Measure(clause, "补贴", "给予", (0, 5), (), conditions, (), (), time)


def leaf(words, fact, values, role="gate", relation="in", text=TEXT):
    at = text.index(words)
    return Leaf(role, fact, relation, values, (at, at + len(words)))


WHO = leaf("企业", "who", ("企业",))
STAFF = leaf("从业人员不超过300人", "staff", ("300",), relation="le")
AGE = leaf("成立3年以上", "age", ("3",), relation="ge")
FIRM = {"who": ["企业"]}


def verdict(conditions, form, **more):
    return Judge(from_form(form), DAY).judge(measure(conditions, **more))[0]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({**FIRM, "staff": 300, "age": 3}, "met"),
        ({**FIRM, "staff": 301, "age": 3}, "not_met"),
        ({**FIRM, "staff": 301}, "not_met"),
        ({**FIRM, "staff": 300}, "unknown"),
        (FIRM, "unknown"),
        ({"staff": 20}, "unknown"),
    ],
)
def test_gates_together(form, expected):
    assert verdict(Node("all", (WHO, STAFF, AGE)), form) == expected


def test_any_is_met_by_one_and_fails_with_all():
    either = Node("any", (leaf("企业", "size", ("微型",)), leaf("企业", "size", ("小型",))))
    assert verdict(either, {"size": "小型"}) == "met"
    assert verdict(either, {"size": "大型"}) == "not_met"
    assert verdict(either, FIRM) == "unknown"


def test_one_way_in_that_the_agency_decides_keeps_the_door_open():
    discretion = leaf("企业", "other", (), role="discretion", relation="stated")
    both = Node("any", (leaf("企业", "size", ("小型",)), discretion))
    assert verdict(both, {"size": "大型"}) == "unknown"


def test_bonus_never_vetoes():
    bonus = leaf("优先支持高新技术企业", "size", ("微型",), role="bonus")
    assert verdict(Node("all", (WHO, bonus)), {**FIRM, "size": "大型"}) == "met"


@pytest.mark.parametrize(
    ("text", "say", "expected"),
    [
        ("支持省属科研机构建设中试基地。", "我们是一家科研机构", "unknown"),
        ("支持公益类科研机构建设中试基地。", "我们是一家科研机构", "unknown"),
        ("支持公益类科研机构建设中试基地。", "我们是一家公益类科研机构", "met"),
        ("支持省属科研机构建设中试基地。", "我们是一家省属科研机构", "met"),
        ("支持省属高校和科研机构建设中试基地。", "我们是一家科研机构", "unknown"),
        ("支持省属高校、医院以及科研机构建设中试基地。", "我们是一家科研机构", "unknown"),
        ("支持省属高校和科研机构建设中试基地。", "我们是一家省属科研机构", "met"),
        ("支持省属高校建设中试基地。支持科研机构建设中试基地。", "我们是一家科研机构", "met"),
        ("支持科研机构建设中试基地。", "我们是一家科研机构", "met"),
        ("推动公办的科研机构改革，给予补助。", "我们是一家科研机构", "unknown"),
        ("支持科研事业单位自主聘用。", "我们是一家民办科研机构", "unknown"),
        ("支持科研事业单位自主聘用。", "我们是一家科研机构，事业单位", "met"),
    ],
)
def test_whose_a_beneficiary_must_be_is_asked(text, say, expected):
    printed = "科研事业单位" if "事业" in text else "科研机构"
    one = leaf(printed, "who", ("科研院所", "事业单位"), text=text)
    assert Judge(read(say), DAY).judge(measure(Node("all", (one,)), text=text))[0] == expected


@pytest.mark.parametrize(
    ("say", "expected"), [("我们是鞍山的高校", "unknown"), ("我们是抚顺的高校", "met"), ("我们是高校", "met")]
)
def test_a_sentence_that_names_cities_is_for_these(say, expected):
    text = "支持抚顺、本溪的高校建设实验室。其他高校给予补助。"
    one = leaf("高校", "who", ("高校",), text=text)
    found = Judge(read(say), DAY).judge(measure(Node("all", (one,)), text=text))
    assert found[0] == expected
    assert [("点名的是" in note and "抚顺" in note) for note in found[2]] == ([True] if expected == "unknown" else [])


def test_a_field_alone_is_for_nobody_in_particular():
    text = "支持新材料领域建设若干平台。"
    field = leaf("新材料", "field", ("新材料",), text=text)
    assert Judge(read("我们是做新材料的企业"), DAY).judge(measure(Node("all", (field,)), text=text))[0] == "unknown"


def test_discretion_is_shown_and_decides_nothing():
    judged = Judge(from_form(FIRM), DAY).judge(
        measure(Node("all", (WHO, leaf("给予", "other", (), role="discretion", relation="stated"))))
    )
    assert judged[0] == "met"
    assert [j.note for j in judged[1]] == ["", DISCRETION]


def test_a_gate_that_no_profile_decides_stays_open():
    assert verdict(Node("all", (WHO, leaf("给予补贴", "other", (), relation="stated"))), FIRM) == "unknown"


def test_without_any_condition_nothing_is_met():
    assert verdict(Node("all", ()), FIRM) == "unknown"


@pytest.mark.parametrize("span", [(0, 0), (-1, -1), (5, 3), (0, 10_000)])
def test_without_a_span_nothing_is_decided(span):
    assert verdict(Node("all", (Leaf("gate", "who", "in", ("企业",), span),)), FIRM) == "unknown"
    assert verdict(Node("all", (Leaf("gate", "size", "in", ("小型",), span),)), {"size": "大型"}) == "unknown"


@pytest.mark.parametrize("values", [(), ("三百",)])
def test_a_limit_that_is_no_number_decides_nothing(values):
    assert verdict(Node("all", (Leaf("gate", "staff", "le", values, STAFF.span),)), {"staff": 5}) == "unknown"


def test_the_askers_words_stand_beside_the_verdict():
    say = "我们是沈阳的公司，一共450个人"
    judged = Judge(read(say), DAY).leaf(STAFF, TEXT)
    assert judged.verdict == "not_met"
    assert judged.said
    assert judged.said in say


@pytest.mark.parametrize(
    ("region", "home", "expected"),
    [
        ("辽宁省", "沈阳市", "met"),
        ("辽宁省", "南京市", "not_met"),
        ("东北", "哈尔滨市", "met"),
        ("东北", "北京市", "not_met"),
        ("大连市", "沈阳市", "not_met"),
        ("大连市", "辽宁省", "unknown"),
        ("全国", "南京市", "met"),
    ],
)
def test_the_documents_place_is_a_gate_with_its_span(region, home, expected):
    text = f"{region}关于支持企业的意见\n对企业给予补贴。"
    judged = Judge(from_form({**FIRM, "region": home}), DAY).judge(
        measure(Node("all", (leaf("企业", "who", ("企业",), text=text),)), text, region)
    )
    assert judged[0] == expected
    for condition in judged[1]:
        if condition.whole:
            assert text[slice(*condition.leaf.span)] == region


def test_a_document_that_shows_its_place_nowhere_decides_nothing():
    text = "对企业给予补贴。"
    made = measure(Node("all", (leaf("企业", "who", ("企业",), text=text),)), text, "江苏省")
    assert Judge(from_form({**FIRM, "region": "沈阳市"}), DAY).judge(made)[0] == "unknown"


def test_place_in_the_clause_is_a_gate_or_a_bonus_as_printed():
    text = "重点支持本溪的企业。"
    for role, expected in (("gate", "not_met"), ("bonus", "met")):
        tree = Node("all", (leaf("企业", "who", ("企业",), text=text), leaf("本溪", "region", ("本溪",), role, text=text)))
        assert Judge(from_form({**FIRM, "region": "沈阳市"}), DAY).judge(measure(tree, text))[0] == expected


def window(text, issued=date(2015, 1, 5)):
    return match_time.windows(measure(Node("all", ()), text, time=((0, len(text)),), issued=issued))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("有效期至2018年12月31日", date(2018, 12, 31)),
        ("本办法自发布之日起施行，有效期3年", date(2018, 1, 5)),
        ("本办法自发布之日起试行两年", date(2017, 1, 5)),
        ("自2016年1月1日起至2016年12月31日止执行", date(2016, 12, 31)),
        ("申报截止时间为2019年6月底", date(2019, 6, 30)),
        ("执行至2020年底", date(2020, 12, 31)),
        ("2019年2月28日前提交申报材料", date(2019, 2, 28)),
        ("自2016年2月29日起施行，有效期1年", date(2017, 2, 28)),
        ("本办法自印发之日起执行，有效期6个月", date(2015, 7, 5)),
    ],
)
def test_printed_windows(text, end):
    found = window(text)
    assert [w.end for w in found[:1]] == [end]
    assert text[slice(*found[0].span)].strip() in text


@pytest.mark.parametrize(
    "text", ["到2020年建成100家", "2017年底前出台办法", "连续3年每年补助", "力争2018年达到5%", "有效期至2018年2月31日"]
)
def test_targets_and_impossible_days_are_no_windows(text):
    assert window(text) == []


def test_window_states():
    one = match_time.Window(date(2016, 1, 1), date(2016, 12, 31), (0, 1))
    days = (date(2015, 12, 31), date(2016, 1, 1), date(2016, 12, 31), date(2017, 1, 1))
    assert [one.state(d) for d in days] == ["not_yet", "open", "open", "ended"]


def test_a_window_that_has_not_begun_is_told_and_no_denial():
    text = "对企业给予补贴。自2021年1月1日起至2021年12月31日止申报。"
    made = measure(Node("all", (leaf("企业", "who", ("企业",), text=text),)), text, time=((8, len(text)),))
    found = Judge(from_form(FIRM), DAY).judge(made)
    assert found[0] == "unknown"
    assert "还没有开始" in found[2][0]


def test_the_year_alone_ends_nothing_too_early():
    text = "自发布之日起有效期3年"
    paper = document(text, year=2015)
    clause = SimpleNamespace(document=paper, start=0, end=len(text), text=text)
    made = Measure(clause, "补贴", "给予", (0, 5), time=((0, len(text)),))
    assert match_time.windows(made)[0].end == date(2018, 12, 31)


@pytest.mark.parametrize(
    ("words", "form", "expected"),
    [
        ("代工企业", FIRM, "unknown"),
        ("机器人企业", FIRM, "unknown"),
        ("机器人企业", {**FIRM, "fields": ["机器人"]}, "met"),
        ("机器人企业", {**FIRM, "fields": ["纺织"]}, "unknown"),
        ("各类企业", FIRM, "met"),
        ("代工企业", {"who": ["农民"]}, "not_met"),
    ],
)
def test_print_that_is_narrower_than_its_class_is_met_only_when_what_narrows_it_is_known(words, form, expected):
    text = f"鼓励{words}建立研究设计中心。"
    tree = Node("all", (leaf(words, "who", ("企业",), text=text),))
    assert Judge(from_form(form), DAY).judge(measure(tree, text))[0] == expected


def test_conditions_that_are_not_printed_keep_a_measure_open():
    text = "支持符合条件的企业发行债券。"
    discretion = leaf("符合条件的", "other", (), role="discretion", relation="stated", text=text)
    tree = Node("all", (leaf("企业", "who", ("企业",), text=text), discretion))
    verdict, conditions, _ = Judge(from_form(FIRM), DAY).judge(measure(tree, text))
    assert verdict == "unknown"
    assert "主管部门认定" in conditions[1].note
