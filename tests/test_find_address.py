"""Addresses as people type them into a box: what is meant, what may be meant, what is near."""

from types import SimpleNamespace

import pytest
from documents import document

from corpus.clauses import clauses
from qa.find_address import MOST, find, look_up

PAPER = """一、甲
（一）甲一
1.小甲。做好小甲。
2.小乙。做好小乙。
（二）甲二
甲二文。
乙段。
二、乙
（三）乙三
1.小丙。做好小丙。
三、丙
丙文。
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
    document(PAPER, id="a", number="中发〔2015〕8号", title="创新的若干意见", issuer="中共中央 国务院"),
    document(PAPER, id="b-1", number="国发〔2016〕43号", title="“十三五”科技创新规划", issuer="国务院"),
    document(PAPER, id="c", number="国办发〔2017〕43号", title="县域创新的若干意见", issuer="国务院办公厅"),
    document(PAPER, id="d", number="江委发〔2018〕5号", title="江省关于贯彻《创新的若干意见》的实施意见", issuer="江省委"),
    document(PAPER, id="e", number="江委办发〔2018〕5号", title="江省实施方案", issuer="江省委办公厅"),
    document(LAW, id="law", title="中华人民共和国创新法"),
]


def library(papers):
    every = [c for d in papers for c in clauses(d)]
    return SimpleNamespace(documents=papers, clauses=every, by_id={c.id: c for c in every})


INDEX = library(PAPERS)


@pytest.mark.parametrize(
    ("typed", "clause"),
    [
        ("8号文第三条", "a:二（三）"),
        ("８号文第３条", "a:二（三）"),
        ("8號文第三條", "a:二（三）"),
        ("8号文三", "a:三"),
        ("8号文第三部分", "a:三"),
        ("8号文三、", "a:三"),
        ("8号文 二(三)1.", "a:二（三）1"),
        ("8号文 二 三 1", "a:二（三）1"),
        ("中发〔2015〕8号 一（一）2", "a:一（一）2"),
        ("中发[2015]8号一（一）2", "a:一（一）2"),
        ("中发〔2015〕8 第三条", "a:二（三）"),
        ("中发2015年8号（一）第2项", "a:一（一）2"),
        ("根据中发〔2015〕8号第二条第一款", "a:一（二）段1"),
        ("8号文第二条第二段是怎么说的", "a:一（二）段2"),
        ("a:一（一）2", "a:一（一）2"),
        ("b-1 二（三）", "b-1:二（三）"),
        ("国发43号（三）", "b-1:二（三）"),
        ("国务院2016年43号文（三）", "b-1:二（三）"),
        ("国办发43号（三）", "c:二（三）"),
        ("江委5号（三）1", "d:二（三）1"),
        ("江委办5号（三）1", "e:二（三）1"),
        ("十三五科技创新规划 三", "b-1:三"),
        ("“十三五”科技创新规划三", "b-1:三"),
        ("《十三五科技创新规划》三", "b-1:三"),
        ("《县域创新》第三条", "c:二（三）"),
        ("县域创新的若干意见第三条", "c:二（三）"),
        ("《创新的若干意见》第三条", "a:二（三）"),
        ("江省关于贯彻《创新的若干意见》的实施意见 第三条", "d:二（三）"),
        ("《江省关于贯彻〈创新的若干意见〉的实施意见》第三条", "d:二（三）"),
        ("《创新的若干意见》（中发〔2015〕8号）二（三）1", "a:二（三）1"),
        ("创新法第15条", "law:第二章第十五条"),
        ("中华人民共和国创新法第十五条", "law:第二章第十五条"),
        ("创新法第二条第（二）项", "law:第一章第二条（二）"),
        ("创新法第二条第二项", "law:第一章第二条（二）"),
        ("创新法第二条第二款", "law:第一章第二条第二款"),
        ("创新法 2章", "law:第二章"),
        ("第十五条", "law:第二章第十五条"),
    ],
)
def test_what_is_meant(typed, clause):
    found = look_up(INDEX, typed)
    assert (found.kind, found.clauses[0].id, found.said) == ("one", clause, "")
    assert find(INDEX, typed)[0].id == clause


def test_every_id_and_citation_and_full_name_finds_its_own_clause():
    names = [(c, name) for c in INDEX.clauses for name in (c.id, c.citation, f"{c.document.name}{c.address}")]
    assert [(c.id, name) for c, name in names if find(INDEX, name)[:1] != [c]] == []


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("8号文 1", ["a:一（一）1", "a:二（三）1"]),
        ("43号文第三条", ["b-1:二（三）", "c:二（三）"]),
        ("8号文和国发43号（三）", ["a:二（三）", "b-1:二（三）"]),
        ("第三条", ["a:二（三）", "b-1:二（三）", "c:二（三）", "d:二（三）", "e:二（三）"]),
        ("5号文（三）1", ["d:二（三）1", "e:二（三）1"]),
    ],
)
def test_what_may_be_meant_is_listed(typed, first):
    found = look_up(INDEX, typed)
    assert found.kind == "several"
    assert [c.id for c in found.clauses][: len(first)] == first
    assert f"可以指 {len(first)} 处" in found.said
    assert all(c.citation in found.said for c in found.clauses[: min(5, len(first))])


@pytest.mark.parametrize(
    ("typed", "ids", "words"),
    [
        ("8号文第九条", ["a:二（三）", "a:一（二）", "a:一（一）"], "里没有“第九条”。最接近的是 中发〔2015〕8号 二（三）"),
        ("8号文 一（一）9", ["a:一（一）", "a:一（一）2", "a:一（一）1"], "有的是 中发〔2015〕8号 一（一），它下面有"),
        ("8号文三 9", ["a:三"], "它下面不再分"),
        ("《县域创新规定》第三条", ["c:一", "b-1:一"], "没有“《县域创新规定》”这份文件。最接近的是：《县域创新的若干意见》"),
    ],
)
def test_what_is_not_there_gives_what_is_near(typed, ids, words):
    found = look_up(INDEX, typed)
    assert found.kind == "near"
    assert [c.id for c in found.clauses][: len(ids)] == ids
    assert words in found.said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "没有看出文件和地址。请写文号或《文件名》再加地址，例如：中发〔2015〕8号 "),
        ("你好", "没有看出文件和地址"),
        ("到2020年达到60%", "没有看出文件和地址"),
        ("一下", "没有看出文件和地址"),
        ("8号文专栏3", "里没有“专栏3”。这份文件不用这种编号"),
        ("99号文第三条", "没有“99号文”这份文件"),
    ],
)
def test_what_is_no_address_says_what_to_type(typed, words):
    found = look_up(INDEX, typed)
    assert (found.kind, found.clauses) == ("none", ())
    assert words in found.said


def test_a_document_alone_stands_for_its_beginning():
    found = look_up(INDEX, "8号文")
    assert (found.kind, [c.id for c in found.clauses]) == ("document", ["a:一"])
    assert "没有写哪一条" in found.said
    example = found.said.rsplit("例如：", 1)[1].rstrip("。")
    assert look_up(INDEX, example).kind == "one"
    both = look_up(INDEX, "43号文")
    assert (both.kind, [c.document.id for c in both.clauses]) == ("several", ["b-1", "c"])


def test_less_likely_readings_follow():
    assert [c.id for c in find(INDEX, "8号文第三条")] == ["a:二（三）", "a:三"]


def test_with_one_document_it_need_not_be_named():
    alone = library(PAPERS[:1])
    assert [c.id for c in find(alone, "（三）")][:1] == ["a:二（三）"]


def test_an_empty_library_has_nothing():
    empty = library([])
    assert [look_up(empty, typed).kind for typed in ("", "8号文第三条", "第三条", "《甲》一")] == ["none"] * 4


@pytest.mark.parametrize(
    "typed", ["（" * 5000, "第" * 400 + "条", "1" * 4000, "《" * 50, "①②③", "〔〕号", "\x00\ud800", "十百千零条", "." * 400]
)
def test_rubbish_never_raises(typed):
    assert len(look_up(INDEX, typed).clauses) <= MOST
