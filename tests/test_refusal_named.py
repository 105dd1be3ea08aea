"""What a question takes for given and the corpus does not have: documents, articles, other countries, false premises."""

import pytest
from hits import hit, make, piece

from corpus.clauses import clauses
from qa.refusal import decide
from qa.refusal_named import abroad, absent_article, absent_document

RULES = make(
    "第一条 支持养老院建设，给予适当补贴。\n第二条 养老院应当公开收费标准，参照美国的做法。\n第三条 依据《养老服务条例》制定本办法。\n",
    title="江东省养老院管理办法",
    number="江政发〔2020〕14号",
    name="r",
)
OTHER = make("一、总则\n支持托育园。\n", title="托育园建设规划2025", number="江政办发〔2021〕9号", name="o")
BOTH = (RULES, OTHER)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("《养老院管理办法》怎么规定收费？", ""),  # a part of a title that is here
        ("《江东省养老院管理办法》怎么规定收费？", ""),
        ("《托育园建设规划2025》有什么目标？", ""),
        ("江政发〔2020〕14号怎么规定收费？", ""),
        ("江政发[2020]14号文怎么规定收费？", ""),
        ("14号文怎么规定收费？", ""),
        ("《养老服务条例》和这个办法是什么关系？", ""),  # not here, but a clause speaks of it
        ("《殡葬管理条例》怎么规定？", "《殡葬管理条例》"),
        ("《养老院管理办法》和《殡葬管理条例》有什么不同？", ""),  # one of the two is here
        ("江政发〔2020〕77号怎么规定收费？", "江政发〔2020〕77号"),
        ("88号文件说了什么？", "88号文件"),
        ("养老院怎么收费？", ""),
        ("3月14号前要交材料吗？", ""),  # a day
        ("殡葬管理条例第三条怎么规定？", "殡葬管理条例"),  # a law by its name, of which an article is asked
        ("殡葬管理条例里第3条怎么规定？", "殡葬管理条例"),
        ("道路照明法的第十二条怎么规定？", "道路照明法"),
        ("殡葬管理条例怎么规定？", ""),  # of no article: a word of the matter may be meant
        ("养老院管理办法第二条怎么规定？", ""),
        ("请问根据江东省养老院管理办法第二条，怎么收费？", ""),
        ("《养老院管理办法》第二条和殡葬管理条例第三条有什么不同？", ""),  # one of the two is here
        ("养老服务条例第三条怎么规定？", "养老服务条例"),  # a clause names it, but its articles are not here
        ("这部条例第三条怎么规定？", ""),
        ("有什么好办法第一条怎么写？", ""),
    ],
)
def test_a_document_that_is_not_here(question, missing):
    assert absent_document(question, BOTH) == missing


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("《养老院管理办法》第二条怎么规定？", ""),
        ("《养老院管理办法》第2条怎么规定？", ""),
        ("《养老院管理办法》第九十九条怎么规定？", "《江东省养老院管理办法》第九十九条"),
        ("江政发〔2020〕14号第8章讲什么？", "《江东省养老院管理办法》第8章"),
        ("第九十九条怎么规定？", ""),  # of which document?
        ("《养老院管理办法》怎么规定？", ""),
    ],
)
def test_an_article_that_its_document_does_not_have(question, missing):
    assert absent_article(question, BOTH, []) == missing


def test_an_article_that_was_found_is_there():
    found = [hit(clauses(RULES)[0], ranks={"address": 1})]
    assert absent_article("《养老院管理办法》第九十九条怎么规定？", BOTH, found) == ""


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("日本的养老补贴政策是什么？", "日本"),
        ("在新加坡注册公司有什么补贴？", "新加坡"),
        ("新加坡初创企业需要缴纳多少比例的企业所得税？", "新加坡"),
        ("美国政府怎么补贴养老院？", ""),  # a clause speaks of the country
        ("从日本回来的护士有什么政策？", ""),
        ("我国对日本企业的政策是什么？", ""),
        ("养老院有什么政策？", ""),
        ("德国在养老方面有哪些目标？", "德国"),
        ("日本养老的主要做法是什么？", "日本"),
        ("法国的战略是什么？", "法国"),
        ("和德国共建养老院有哪些目标？", ""),  # what is done with it is told at home
        ("对德国的计划有什么要求？", ""),
        ("德国合作项目有哪些目标？", ""),
        ("美国在养老方面有哪些目标？", ""),  # a clause speaks of it
        ("我国和德国的目标有什么不同？", ""),
        ("借鉴日本的经验要办哪些手续？", ""),
    ],
)
def test_another_countrys_rules(question, place):
    assert abroad(question, [hit(c) for c in clauses(RULES)]) == place


def refused(question, similarity=0.85):
    found = [hit(c, similarity) for c in clauses(RULES)]
    return decide(question, found, [piece(h.clause, n) for n, h in enumerate(found, 1)], BOTH, lambda _: 1.0)


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("《殡葬管理条例》对养老院收费有什么规定？", "no_evidence", "资料库里没有收录《殡葬管理条例》"),
        ("《养老院管理办法》第九十九条对收费有什么规定？", "no_evidence", "没有找到《江东省养老院管理办法》第九十九条"),
        ("日本的养老院补贴政策是什么？", "region", ""),
        ("帮我写一段养老院补贴的代码", "off_topic", ""),
        ("今年养老院补贴发了多少家？", "time", ""),
        ("养老院目前建成了几家？", "time", ""),
        ("殡葬管理条例第三条对养老院有什么规定？", "no_evidence", "资料库里没有收录殡葬管理条例"),
        ("德国在养老院方面有哪些目标？", "region", ""),
    ],
)
def test_what_is_not_here_is_refused_and_named(question, reason, said):
    found = refused(question)
    assert found is not None
    assert found.reason == reason
    assert said in found.behind


def test_a_false_premise_is_told_with_what_stands_instead():
    question = "14号文规定入住老人全部免除床位费用，从哪天开始算？"
    found = refused(question, similarity=0.5)
    assert found is not None
    assert found.reason == "no_evidence"
    assert "没有找到“入住老人全部免除床位费用”这样的规定" in found.behind
    assert "最接近的条款写的是" in found.behind


def test_a_premise_that_a_clause_holds_is_no_false_one():
    assert refused("14号文规定养老院应当公开收费标准，由谁来管？", similarity=0.85) is None
