import pytest
from documents import document

from corpus.clauses import clauses
from corpus.lookup import find, named_documents

PAPER = """一、甲
（一）甲一
1.小甲。做好小甲。
2.小乙。做好小乙。
（二）甲二
甲二文。
二、乙
（三）乙三
1.小丙。做好小丙。
"""
LAW = """第一章 总则
第一条 为了创新，制定本法。
第二条 条件如下：
（一）守法；
（二）诚信。
不符合的不予受理。
第二章 附则
第十五条 本法自公布之日起施行。
"""
PAPERS = [
    document(PAPER, id="a", number="中发〔2015〕8号", title="创新的若干意见"),
    document(PAPER, id="b", number="国发〔2016〕43号", title="科技创新规划"),
    document(PAPER, id="c", number="国办发〔2017〕43号", title="县域创新的若干意见"),
    document(LAW, id="law", title="促进创新法"),
]
CLAUSES = [c for d in PAPERS for c in clauses(d)]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("8号文讲了什么", ["a"]),
        ("中发〔2015〕8号", ["a"]),
        ("中发[2015]8号", ["a"]),
        ("中发(2015)8号文件", ["a"]),
        ("2015年的中发8号", ["a"]),
        ("国发43号", ["b"]),
        ("根据国办发〔2017〕43号和中发〔2015〕8号", ["c", "a"]),
        ("《促进创新法》规定", ["law"]),
        ("《县域创新》", ["c"]),
        ("43号文", []),
        ("中发〔2016〕8号", []),
        ("辽发〔2015〕8号", []),
        ("《劳动法》", []),
        ("创新补贴有多少", []),
        ("", []),
    ],
)
def test_a_document_is_named_by_number_or_title_and_never_guessed(words, ids):
    assert [d.id for d in named_documents(PAPERS, words)] == ids


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("中发〔2015〕8号 一（一）2", ["a:一（一）2"]),
        ("8号文第三条", ["a:二（三）", "a:二（三）1"]),
        ("8号文（三）是什么", ["a:二（三）", "a:二（三）1"]),
        ("国发〔2016〕43号二、（三）1.", ["b:二（三）1"]),
        ("《县域创新的若干意见》(一)第2条", ["c:一（一）2"]),
        ("8号文二（三）", ["a:二（三）", "a:二（三）1"]),
        ("《促进创新法》第二条（二）", ["law:第一章第二条（二）"]),
        ("《促进创新法》第二条第（二）项", ["law:第一章第二条（二）"]),
        ("《促进创新法》第二条第二项", ["law:第一章第二条（二）"]),
        ("《促进创新法》第二条第二款", ["law:第一章第二条第二款"]),
        ("《促进创新法》第15条", ["law:第二章第十五条"]),
        ("《促进创新法》第二章", ["law:第二章", "law:第二章第十五条"]),
    ],
)
def test_an_address_finds_its_clause_and_all_below_it(words, ids):
    assert [c.id for c in find(PAPERS, CLAUSES, words)] == ids


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("第三条", "no document is named"),
        ("8号文第九条", "there is no such article"),
        ("8号文 1", "two items are numbered 1"),
        ("8号文讲了什么", "there is no address"),
        ("8号文到2020年达到2.5%", "figures are no address"),
        ("43号文第三条", "two documents have this number"),
        ("", "nothing is asked"),
    ],
)
def test_nothing_is_found_where(words, why):
    assert find(PAPERS, CLAUSES, words) == [], why


def test_with_one_document_it_need_not_be_named():
    (law,) = [d for d in PAPERS if d.id == "law"]
    assert [str(c.address) for c in find([law], clauses(law), "第十五条怎么说")] == ["第二章第十五条"]


def test_every_citation_that_is_printed_finds_its_own_clause():
    assert [c.citation for c in CLAUSES if find(PAPERS, CLAUSES, c.citation)[:1] != [c]] == []
