"""Refusals are the program's: by place, by evidence, by time, by kind of answer; never beside an answer."""

from dataclasses import replace

import pytest
from hits import clause, hit, make, piece

import prompts
from corpus.clauses import clauses
from qa.refusal import Refusal, _other_time, answerable, decide

NATIONAL = make("一、汽车\n支持新能源汽车推广应用，给予适当补贴。\n二、目标\n到2030年新能源汽车占比大幅提高。\n", name="n")
LOCAL = make("一、汽车\n购买新能源汽车每辆补贴2万元。\n", name="l", region="辽宁省", level="省", number="辽政发〔2020〕2号")


def refused(question, document=NATIONAL, documents=(NATIONAL, LOCAL), similarity=0.85, ranks=None, rows=None):
    found = [hit(c, similarity, ranks=ranks) for c in clauses(document)]
    evidence = [piece(h.clause, n) for n, h in enumerate(found, 1)] if rows is None else rows
    return decide(question, found, evidence, documents, lambda word: 1.0)


def ask(question, *args, **fields):
    found = refused(question, *args, **fields)
    return found.reason if found else None


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("新能源汽车有什么补贴？", None),
        ("深圳新能源汽车有什么补贴？", "region"),
        ("广东的新能源汽车有补贴吗？", "region"),
        ("上海和北京的新能源汽车有补贴吗？", "region"),
        ("广东和辽宁的新能源汽车有补贴吗？", None),  # one of the two is covered
        ("深圳的公司，国家对新能源汽车有什么补贴？", None),  # asks for the nation
        ("沈阳新能源汽车有什么补贴？", None),  # lies in a province that a document covers
        ("2035年新能源汽车补贴多少？", "time"),
        ("2030年新能源汽车有什么目标？", None),  # a clause speaks of the year
        ("2030年和2035年新能源汽车有什么目标？", None),  # of one of the two years
        ("2019年新能源汽车有什么补贴？", None),  # older than the newest document
        ("《规划2035》对新能源汽车有什么目标？", "no_evidence"),  # a document that is not here
        ("新能源汽车补贴多少钱？", "amount"),
        ("新能源汽车补贴几月几号截止？", "amount"),
        ("新能源汽车补贴的咨询电话是什么？", "amount"),
        ("新能源汽车补贴要交哪些材料？", "amount"),
        ("管新能源汽车的处长叫什么？", "amount"),
        ("新能源汽车补贴怎么申请？", None),
    ],
)
def test_reason(question, reason):
    assert ask(question) == reason


def test_amount_is_answered_where_a_clause_states_one():
    assert ask("辽宁新能源汽车补贴多少钱？", document=LOCAL) is None


# --- nothing like it, nothing to do with it, nothing asked --------------------


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("红烧肉怎么做？", "off_topic"),
        ("今天天气怎么样？", "off_topic"),
        ("写一首关于月亮的诗", "off_topic"),
        ("推荐几本讲汽车维修的书", "off_topic"),
        ("推荐一家加油站旁边的餐厅", "off_topic"),
        ("红烧肉预制菜企业有补贴吗？", "no_evidence"),
        ("离婚后孩子户口怎么办理？", "no_evidence"),
        ("民宿许可证怎么办？", "no_evidence"),
    ],
)
def test_questions_about_policy_and_others_are_told_apart(question, reason):
    assert ask(question, similarity=0.45) == reason


@pytest.mark.parametrize(
    "question",
    [
        "推荐两家企业参加新能源汽车推广有什么要求？",
        "推荐新能源汽车示范项目走什么程序？",
        "推荐国家级汽车项目要写申请书吗？",
        "推荐一个新能源汽车项目要有证书吗？",
    ],
)
def test_a_thing_that_is_put_forward_is_no_book_that_one_wants_to_be_told_of(question):
    assert ask(question) != "off_topic"


def test_no_hits_is_no_evidence():
    assert decide("露营地有什么补贴？", [], [], [NATIONAL], lambda w: 1.0).reason == "no_evidence"
    assert decide("露营要带帐篷吗？", [], [], [NATIONAL], lambda w: 1.0).reason == "off_topic"


@pytest.mark.parametrize(
    "question", ["什么政策？", "有什么补贴？", "我想申请资金，需要什么条件？", "最近有什么新政策？", "帮我看看"]
)
def test_words_that_fit_every_policy_are_asked_back(question):
    assert ask(question) == "vague"
    assert ask(question, similarity=0.3) == "vague"


@pytest.mark.parametrize(
    "question",
    [
        "我们公司符合条件吗？",
        "我们单位符合标准吗？",
        "我们厂符合资格吗？",
        "我们单位符不符合标准？",
        "我们团队满足要求吗？",
        "我们工厂够格吗？",
        "企业有没有资格？",
    ],
)
def test_whether_somebody_fits_is_asked_back_where_nobody_says_what(question):
    assert ask(question) == "vague"


@pytest.mark.parametrize(
    "question", ["我们公司的汽车符合条件吗？", "我们公司能贷款吗？", "企业的工厂怎么补贴？", "“以旧换新”的企业符合条件吗？"]
)
def test_whether_somebody_fits_something_is_not_vague(question):
    assert ask(question) != "vague"


@pytest.mark.parametrize("question", ["税收有什么优惠？", "汽车有什么补贴？", "残疾人有什么补贴？", "“以旧换新”是什么政策？"])
def test_one_word_of_its_own_is_enough(question):
    assert ask(question) != "vague"


def test_a_clause_named_by_its_address_is_never_vague():
    assert ask("有什么要求？", ranks={"address": 1}) is None


def test_likelihood_rises_with_likeness_and_coverage():
    near, far = [hit(c, 0.85) for c in clauses(NATIONAL)], [hit(c, 0.5) for c in clauses(NATIONAL)]
    weight = lambda w: 1.0  # noqa: E731
    assert answerable("汽车有补贴", near, weight) > answerable("汽车有补贴", far, weight)
    assert answerable("汽车有补贴", far, weight) > answerable("火锅底料", far, weight)


def test_words_that_the_question_quotes_and_a_hit_holds_are_evidence_enough():
    text = make("一、审判\n推进知识产权案件的“三审合一”，探索异地审理机制。\n", name="q")
    assert ask("“三审合一”是啥？", document=text, documents=(text,), similarity=0.45) is None
    assert ask("“四审合一”是啥？", document=text, documents=(text,), similarity=0.45) == "off_topic"


# --- places ------------------------------------------------------------------


def test_place_that_a_clause_itself_names_is_answered():
    text = make("一、布局\n支持北京、上海建设科技创新中心，完善配套政策。\n", name="b")
    assert ask("支持上海建设什么中心？", document=text, documents=(text,)) is None


@pytest.mark.parametrize(
    "question",
    [
        "我在深圳打工，新能源汽车有什么补贴？",
        "从上海回来，买新能源汽车有补贴吗？",
        "孩子去北京上学，新能源汽车补贴怎么领？",
        "我是广东人，新能源汽车有什么补贴？",
        "有上海客户要买新能源汽车，有什么补贴？",
        "在广东打工十年，回辽宁买新能源汽车有补贴吗？",
        "我有个上海的合伙人，新能源汽车有什么补贴？",
        "从上海引进的新能源汽车有补贴吗？",
        "从深圳搬过来，买新能源汽车有补贴吗？",
        "从北京毕业，买新能源汽车有什么补贴？",
    ],
)
def test_a_place_in_the_askers_story_is_not_the_place_asked_for(question):
    assert ask(question) is None


@pytest.mark.parametrize(
    "question",
    [
        "广东人均新能源汽车补贴有什么规定？",
        "去北京买新能源汽车有补贴吗？",
        "广东人才买新能源汽车有补贴吗？",
        "我在深圳，新能源汽车有补贴吗？",
        "从深圳的新能源汽车补贴看，有什么要求？",
    ],
)
def test_a_place_whose_rules_are_asked_for(question):
    assert ask(question) == "region"


def test_a_figure_of_a_covered_place_that_only_others_give():
    assert ask("辽宁新能源汽车补贴多少钱？", document=NATIONAL) == "amount"
    assert ask("辽宁新能源汽车有什么补贴？", document=NATIONAL) is None


PLAN = "一、汽车\n到2020年，全省推广新能源汽车3万辆，建成充电桩3000个。\n"


def planned(question, text=PLAN, region="辽宁省"):
    """(reason, what is missing) of a question for a figure, answered from one document of a place."""
    document = make(text, name="p", region=region, level="省")
    found = refused(question, document=document, documents=(NATIONAL, LOCAL, document))
    return (found.reason, found.details.get("what")) if found else None


@pytest.mark.parametrize(
    "question",
    [
        "沈阳2020年要建成多少个充电桩？",
        "到2020年沈阳市要建成多少个充电桩？",
        "沈阳的充电桩要建成多少个？",
        "沈阳计划建成多少个充电桩？",
    ],
)
def test_a_figure_of_a_city_itself_that_only_its_province_gives(question):
    assert planned(question) == ("amount", "沈阳的数字")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("沈阳要建成多少个充电桩？", PLAN.replace("全省", "沈阳等市")),  # the clause names the city
        ("辽宁要建成多少个充电桩？", PLAN),
        ("在沈阳要建成多少个充电桩？", PLAN),  # of a place in it, not of the city's own
        ("沈阳有什么充电桩政策？", PLAN),  # no figure
    ],
)
def test_a_figure_that_the_province_may_give(question, text):
    assert planned(question, text) is None


def test_a_figure_of_a_city_that_a_document_of_its_own_gives():
    assert planned("沈阳要建成多少个充电桩？", PLAN.replace("全省", "全市"), region="沈阳市") is None


def test_a_figure_of_a_province_that_only_the_nation_gives():
    assert planned("辽宁要建成多少个充电桩？", region="全国") == ("amount", "辽宁的数字")


def test_a_figure_of_a_city_itself_that_only_the_nation_gives():
    assert planned("沈阳要建成多少个充电桩？", region="全国") == ("amount", "沈阳的数字")


def test_refusal_names_the_place_and_what_the_corpus_has():
    found = refused("深圳新能源汽车有什么补贴？")
    assert found.details == {"place": "深圳", "regions": "全国、辽宁省"}
    assert found.text == "资料库里没有深圳的文件（现有：全国、辽宁省），不能替深圳作答。"


def test_a_refusal_does_not_deny_a_document_that_is_there():
    assert "没有辽宁的文件" not in refused("辽宁新能源汽车补贴多少钱？", document=NATIONAL).text


# --- times -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "when"),
    [
        ("2035年新能源汽车补贴多少？", "2035年"),
        ("2035年和2040年新能源汽车补贴多少？", "2035、2040年"),
        ("“十四五”时期新能源汽车有什么目标？", "“十四五”时期"),
        ("十五五期间新能源汽车有什么目标？", "“十五五”时期"),
        ("今年新能源汽车补贴多少钱？", "今年情况"),
        ("去年新能源汽车占比是多少？", "去年情况"),
        ("最新的新能源汽车补贴标准是多少钱？", "最新的情况"),
    ],
)
def test_what_the_documents_are_too_old_for(question, when):
    found = refused(question)
    assert (found.reason, found.details) == ("time", {"years": "2020年", "when": when})


@pytest.mark.parametrize(
    "question", ["今年新能源汽车有什么补贴？", "最新的新能源汽车政策有哪些？", "现行规定怎么支持新能源汽车？"]
)
def test_the_newest_state_of_what_is_no_figure_is_answered(question):
    assert ask(question) is None


def test_a_plan_that_a_document_is_young_enough_for_or_a_clause_names():
    young = replace(make("一、汽车\n支持新能源汽车推广应用。\n", name="y"), year=2021)
    assert ask("“十四五”时期新能源汽车有什么目标？", documents=(NATIONAL, young)) is None
    assert ask("“十五五”时期新能源汽车有什么目标？", documents=(NATIONAL, young)) == "time"
    named = make("一、汽车\n面向“十五五”，支持新能源汽车推广应用。\n", name="x")
    assert ask("“十五五”时期新能源汽车有什么目标？", document=named, documents=(named,)) is None


@pytest.mark.parametrize(
    ("question", "text", "when"),
    [
        ("充电桩现在一共有多少个了？", PLAN, "后来的实际进展"),
        ("这几年充电桩建成了多少个？", PLAN, "后来的实际进展"),
        ("充电桩建成了吗？", PLAN, "后来的实际进展"),
        ("充电桩试点的结果怎么样？", PLAN, "后来的实际进展"),
        ("充电桩建成了吗？", "一、汽车\n全省已建成充电桩3000个。\n", None),  # a clause tells what has been reached
        ("充电桩建成了吗？", "一、汽车\n全省已实现充电桩全覆盖。\n", None),
        ("充电桩要建成多少个？", PLAN, None),
    ],
)
def test_what_has_become_of_it(question, text, when):
    document = make(text, name="s")
    found = refused(question, document=document, documents=(document,))
    assert (found.details["when"] if found else None) == when


# --- what is stated instead, and whom to ask ----------------------------------

NOTED = make("一、汽车\n1.支持新能源汽车推广应用。（牵头单位：省商务厅；配合单位：省财政厅）\n2.建设充电桩。\n", name="m")


def noted(question):
    evidence = [piece(c) for c in clauses(NOTED) if str(c.address) == "一1"]
    return refused(question, document=NOTED, documents=(NOTED,), rows=evidence)


def test_what_the_nearest_clause_states_instead_and_whom_to_ask():
    found = noted("新能源汽车补贴多少钱？")
    assert found.details == {"what": "具体金额"}
    assert found.behind == "最接近的条款写的是：「1.支持新能源汽车推广应用。」[1]。可向省商务厅咨询。"
    assert found.say(english=False) == f"条款里没有写明具体金额，不能给出。{found.behind}{prompts.REFUSAL_ADVICE['amount']}"


def test_no_body_in_the_clause_none_is_named():
    assert "咨询" not in refused("新能源汽车补贴多少钱？").behind


def test_what_is_stated_instead_is_more_than_a_heading():
    assert "给予适当补贴" in refused("新能源汽车补贴多少钱？").behind


def test_what_the_first_piece_states_counts_though_others_hold_more_of_the_questions_words():
    text = "一、书屋\n每座2万元。\n二、说明\n社区书屋建设补贴的额度由各县确定。\n"
    first, second = clause(text, "一"), clause(text, "二")
    question = "社区书屋建设补贴的额度是多少？"
    for rows, reason in (([piece(first), piece(second, 2)], None), ([piece(second), piece(first, 2)], "amount")):
        assert ask(question, document=first.document, documents=(first.document,), rows=rows) == reason


def test_only_what_speaks_of_the_matter_can_state_it():
    other = make("一、汽车\n支持新能源汽车推广应用，给予补贴。\n二、书屋\n每座书屋补贴2万元。\n", name="o")
    assert ask("新能源汽车推广应用补贴多少钱？", document=other, documents=(other,)) == "amount"
    assert ask("每座书屋补贴多少钱？", document=other, documents=(other,)) is None


@pytest.mark.parametrize("reason", prompts.REFUSALS)
def test_every_refusal_can_be_said_in_both_languages(reason):
    details = {"place": "深圳", "regions": "全国", "years": "2020年", "when": "2035年", "what": "具体金额"}
    found = Refusal.of(reason, "可向民政局咨询。", **details)
    chinese, english = found.say(english=False), found.say(english=True)
    assert chinese == found.text + found.behind + prompts.REFUSAL_ADVICE[reason]
    assert english.endswith("You can ask 「民政局」.")
    assert "{" not in chinese + english
    assert english[0].isascii()


@pytest.mark.parametrize(("times", "reason"), [(5, None), (1, "time")])
def test_a_year_that_a_document_plans_for_is_no_other_time(times, reason):
    text = "一、食堂\n建设食堂100家。\n二、目标\n" + "到2030年，建成一批。\n" * times
    found = clause(text, "一")
    refused = _other_time("到2030年要建设多少家食堂？", [piece(found)], [found.document])
    assert (refused.reason if refused else None) == reason
