"""Which documents a question names or compares, and what a search makes of it."""

from datetime import date

import pytest
from documents import document

from corpus import catalog
from corpus.clauses import clauses
from index import route
from index.route import Router, dated
from index.search import Filters

NATION, PROVINCE, COUNTY = "guobanfa-2019-21", "jiangzhengfa-2020-8", "qingshi-2021-3"
TITLES = [
    "国务院关于县域创新驱动发展的若干意见",
    "国务院关于深化科技体制改革的若干意见",
    "国务院关于加快新能源汽车推广应用的指导意见",
    "甲省科技成果转化条例",
    "国务院关于科技人才评价改革的意见",
]
COUNTIES, REFORM, CARS, RESULTS, PEOPLE = TITLES
BOTH = "国办发〔2019〕21号和江政发〔2020〕8号的覆盖率有什么不同？"


def router(*titles, numbers=()):
    """Documents with these titles; `numbers` for the first ones."""
    given = [*numbers, *[""] * (len(titles) - len(numbers))]
    return Router([document("一、总则\n正文。\n", id=f"d{n}", title=t, number=given[n]) for n, t in enumerate(titles)])


def titles(documents):
    return [d.title for d in documents]


def sources(hits):
    return [h.clause.document.id for h in hits]


@pytest.fixture(scope="module")
def named(sample):
    """Ids of the sample documents that a question names."""
    found = Router(catalog.load(sample))
    return lambda question: [d.id for d in found.explicit(question)]


# --- named -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("国办发〔2019〕21号说了什么？", [NATION]),
        ("江政发[2020]8号说了什么？", [PROVINCE]),
        ("3号文说了什么？", [COUNTY]),
        ("《江东省人民政府关于推进社区养老服务的实施意见》说了什么？", [PROVINCE]),
        ("《社区养老服务补贴办法》说了什么？", [COUNTY]),
        ("8号文和21号文", [PROVINCE, NATION]),
        ("《社区养老服务补贴办法》（青政办发〔2021〕3号）", [COUNTY]),
        ("江政发〔2021〕8号说了什么？", []),
        ("9号文说了什么？", []),
        ("《婚姻法》说了什么？", []),
        ("社区养老服务补贴办法说了什么？", []),
    ],
)
def test_named_by_number_or_title(named, question, expected):
    assert named(question) == expected


def test_a_short_number_that_two_documents_bear_names_neither():
    found = router("甲办法", "乙办法", numbers=["甲政发〔2020〕8号", "乙政发〔2021〕8号"])
    assert titles(found.explicit("8号文怎么说？")) == []
    assert titles(found.explicit("2021年的8号文、乙政发8号怎么说？")) == ["乙办法"]


# --- meant -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("县域创新驱动发展的意见说了什么？", [COUNTIES]),
        ("新能源汽车推广应用有补贴吗？", [CARS]),  # no word for a paper, but words that no other title has
        ("新能源汽車推廣應用有補貼嗎？", [CARS]),
        ("科技体制改革", [REFORM]),
        ("科技人才的事", [PEOPLE]),
        ("科技成果转化和新能源汽车推广的文件", [RESULTS, CARS]),
        ("新能源汽车推广和科技成果转化的文件", [RESULTS, CARS]),  # by their share of the title, not by place
        ("科技改革", []),  # two titles have these words
        ("汽车多少钱？", []),
        ("国务院的意见说了什么？", []),  # the issuer is no subject
        ("养老金怎么领？", []),
        ("？", []),
    ],
)
def test_meant_by_the_words_that_set_a_title_apart(question, expected):
    assert titles(router(*TITLES).meant(question)) == expected


@pytest.mark.parametrize(
    ("question", "expected"), [("县域创新怎么发力？", []), ("县域创新的规划怎么说？", [COUNTIES]), ("县域的规划怎么说？", [])]
)
def test_less_of_a_title_is_enough_beside_a_word_for_a_paper(question, expected):
    assert titles(router(*TITLES).meant(question)) == expected


def test_the_place_of_a_document_counts_as_a_word_of_its_title():
    places = [("甲", "辽宁省"), ("乙", "吉林省"), ("丙", "全国")]
    found = Router([document("正文。", id=n, title="关于科技强省的实施意见", region=region) for n, region in places])
    assert [d.id for d in found.meant("辽宁科技强省的实施意见怎么说？")] == ["甲"]
    assert [d.id for d in found.meant("吉林科技强省的实施意见怎么说？")] == ["乙"]
    assert [d.id for d in found.meant("全国科技强省的实施意见怎么说？")][:1] == ["丙"]


def test_words_that_titles_share_need_a_word_for_a_paper():
    found = router("甲市养老补贴办法", "乙市养老补贴办法")
    assert titles(found.meant("养老补贴多少？")) == []
    assert set(titles(found.meant("养老补贴的文件里写着多少？"))) == {"甲市养老补贴办法", "乙市养老补贴办法"}


def test_no_more_than_three_are_meant():
    found = router("甲市养老补贴办法", "乙市养老补贴办法", "丙市养老补贴办法", "丁市养老补贴办法")
    assert len(set(titles(found.meant("养老补贴办法怎么说？")))) == 3


PLACES = {"甲市": 0, "养老": 1, "补贴": 2, "办法": 3, "乙市": 4}


class Word(str):
    """A word that a set keeps at a place of our choosing, as PYTHONHASHSEED would at random."""

    __slots__ = ()

    def __hash__(self):
        return PLACES.get(str(self), 7)


def test_equally_meant_documents_keep_their_order_whatever_the_hash_seed(monkeypatch):
    split = route.content_words
    monkeypatch.setattr(route, "content_words", lambda text: list(map(Word, split(text))))
    given = ["甲市养老补贴办法", "乙市养老补贴办法"]
    for order in (given, given[::-1]):
        assert titles(router(*order).meant("养老补贴办法怎么说？")) == order


def test_a_document_that_only_shares_what_is_said_of_another_is_not_meant_beside_it():
    found = router("甲市养老补贴办法", "乙市养老补贴办法", "丙市养老补贴办法", "丁市养老补贴办法")
    assert titles(found.meant("丁市养老补贴办法怎么说？")) == ["丁市养老补贴办法"]


@pytest.mark.parametrize("documents", [[], [document("正文。", title="")]], ids=["none", "untitled"])
def test_without_titles_nothing_is_meant(documents):
    found = Router(documents)
    assert found.explicit("8号文的意见") == found.meant("8号文的意见") == found.compared("8号文和9号文的意见") == []


@pytest.mark.parametrize(("question", "expected"), [("数据要素流通办法里怎么说？", [0]), ("接到通知以后几天内报名？", [])])
def test_a_notice_that_issues_a_paper_is_meant_by_the_papers_words(question, expected):
    shipped = ["甲市人民政府关于印发《数据要素流通办法》的通知", "甲市人民政府关于印发《企业研发补助办法》的通知"]
    found = router(*shipped, "甲市统计工作规定")
    assert titles(found.meant(question)) == [shipped[n] for n in expected]


def test_a_document_is_not_dropped_for_one_that_is_not_meant():
    found = router("养老服务意见", "机构养老服务消防安全食品卫生联合检查实施意见")
    assert titles(found.meant("养老服务机构的意见里怎么说？")) == ["养老服务意见"]


# --- compared ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("甲发〔2020〕1号和乙发〔2020〕2号有什么不同？", [COUNTIES, REFORM]),
        ("乙发〔2020〕2号、甲发〔2020〕1号", [REFORM, COUNTIES]),
        ("甲发〔2020〕1号 乙发〔2020〕2号", [COUNTIES, REFORM]),
        ("1号文和科技成果转化的条例有什么区别？", [COUNTIES, RESULTS]),
        ("《甲省科技成果转化条例》跟新能源汽车推广的文件比呢？", [RESULTS, CARS]),
        ("科技成果转化条例和新能源汽车推广应用的意见有什么不同？", [CARS, RESULTS]),  # the nearer title first
        ("科技成果转化条例，新能源汽车推广应用的意见？", []),  # nothing sets the two side by side
        ("1号文，科技成果转化条例？", []),
        ("甲发〔2020〕1号和别的文件有什么不同？", []),
        ("《国务院关于县域创新驱动发展的若干意见》和1号文一样吗？", []),  # one document named twice
        ("1号文和县域创新驱动发展的意见有什么不同？", []),
        ("补贴和税收有什么不同？", []),
    ],
)
def test_compared(question, expected):
    found = router(*TITLES, numbers=["甲发〔2020〕1号", "乙发〔2020〕2号"])
    assert titles(found.compared(question)) == expected


# --- issued ------------------------------------------------------------------

NOT_ITS_OWN = "when something of the document is paid or made known is taken for the day of the document"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("甲发〔2020〕1号是哪天印发的？", COUNTIES),
        ("1号文什么时候发布？", COUNTIES),
        ("《甲省科技成果转化条例》的公布日期是？", RESULTS),
        ("科技成果转化条例何时公布的？", RESULTS),
        ("新能源汽车推广应用的意见是哪一年出台的呢？", CARS),
        ("1号文落款写的是几月几号？", COUNTIES),
        ("1号文是哪天发的？", COUNTIES),
        ("1号文从哪天起施行？", None),
        ("1号文规定了什么？", None),
        ("什么时候发布的？", None),  # of what?
        ("甲发〔2020〕1号和乙发〔2020〕2号是哪天印发的？", None),  # of two
        ("新能源汽车推广应用的补贴什么时候发？", None),
        ("1号文里的入选名单什么时候公布？", None),
    ],
)
def test_a_document_of_which_the_day_of_issue_is_asked(question, expected):
    found = router(*TITLES, numbers=["甲发〔2020〕1号", "乙发〔2020〕2号"]).issued(question)
    assert (found.title if found else None) == expected


LETTER = "甲县养老办法\n甲政发〔2020〕1号\n\n各乡镇：\n一、目标\n到2020年3月16日建成食堂100家。\n\n甲县人民政府\n{}\n"


def days(day, issued=date(2020, 3, 16)):
    """Kinds of the clauses that tell the day of issue."""
    return [c.kind for c in clauses(document(LETTER.format(day), issued=issued)) if dated(c)]


@pytest.mark.parametrize(
    ("day", "issued", "kinds"),
    [
        ("2020年3月16日", date(2020, 3, 16), ["closing"]),
        ("2020年03月16日", date(2020, 3, 16), ["closing"]),
        ("2020年3月17日", date(2020, 3, 16), []),  # another day
        ("2020年3月16日", None, []),  # no day is known
    ],
)
def test_the_end_that_tells_the_day_of_issue(day, issued, kinds):
    assert days(day, issued) == kinds


def test_the_head_that_tells_it():
    text = "甲县养老办法\n（2020年3月16日甲县人民政府公布）\n\n各乡镇：\n一、目标\n建成食堂100家。\n"
    assert [c.kind for c in clauses(document(text, issued=date(2020, 3, 16))) if dated(c)] == ["front"]


# --- searched ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "turns"),
    [
        (BOTH, [NATION, PROVINCE]),
        ("江政发〔2020〕8号和国办发〔2019〕21号的覆盖率有什么不同？", [PROVINCE, NATION]),
        ("《社区养老服务补贴办法》与江政发〔2020〕8号的补贴有什么不同？", [PROVINCE, COUNTY]),
        ("3号文、8号文、21号文的补贴有什么不同？", [COUNTY, PROVINCE, NATION]),
        ("推进社区养老服务的实施意见和社区养老服务补贴办法有什么不同？", [PROVINCE, COUNTY]),
    ],
)
def test_compared_documents_take_turns(index, question, turns):
    assert sources(index.search(question, 2 * len(turns))) == 2 * turns


def test_a_compared_document_is_asked_without_the_names(index, encoder):
    hits = index.search(BOTH, 2)
    assert "覆盖率有什么不同？" in encoder.asked
    assert not any("号" in asked for asked in encoder.asked)
    assert [str(h.clause.address) for h in hits] == ["一（二）", "一"]


def test_a_question_with_an_address_is_asked_once(index, encoder):
    question = "江政发〔2020〕8号二（一）和国办发〔2019〕21号有什么不同？"
    first = index.search(question, 1)[0]
    assert (first.clause.id, first.ranks["address"]) == (f"{PROVINCE}:二（一）", 1)
    assert encoder.asked[0] == question


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("江政发〔2020〕8号是哪天印发的？", f"{PROVINCE}:落款"),
        ("社区养老服务补贴办法是什么时候发布的？", f"{COUNTY}:落款"),
        ("江政发〔2020〕8号二（一）是哪天印发的？", f"{PROVINCE}:二（一）"),  # an address goes before
        ("江政发〔2020〕8号从哪天起施行？", None),
    ],
)
def test_the_day_of_issue_is_found_where_it_stands(index, question, found):
    assert [h.clause.id for h in index.search(question, 5) if "address" in h.ranks] == ([found] if found else [])


def test_the_day_of_issue_of_a_document_that_is_filtered_out_is_not_found(index):
    hits = index.search("江政发〔2020〕8号是哪天印发的？", 5, Filters(documents=(COUNTY,)))
    assert set(sources(hits)) == {COUNTY}
    assert not any("address" in h.ranks for h in hits)


@pytest.mark.parametrize(
    ("number", "document"), [("国办发〔2019〕21号", NATION), ("江政发〔2020〕8号", PROVINCE), ("青政办发〔2021〕3号", COUNTY)]
)
def test_a_named_document_leads(index, number, document):
    free = index.search("补贴标准是多少？", 5)
    named = index.search(f"{number}的补贴标准是多少？", 5)
    assert sources(named) == [document] * 5
    assert sources(free) != [document] * 5
    assert all({"named", "named clause", "named sentence"} <= h.ranks.keys() for h in named)


def test_documents_that_only_seem_meant_are_looked_at_too(index):
    hits = index.search("社区养老服务补贴办法里发多少？", 1000)
    assert {h.clause.document.id for h in hits if "titled" in h.ranks} == {COUNTY}
    assert {h.clause.document.id for h in hits} == {NATION, PROVINCE, COUNTY}
    assert not any("titled" in h.ranks for h in index.search("护理补贴发多少？", 1000))


@pytest.mark.parametrize(
    "question", [BOTH, "青政办发〔2021〕3号的补贴", "推进社区养老服务的实施意见和社区养老服务补贴办法有什么不同？"]
)
@pytest.mark.parametrize("allowed", [(NATION,), (PROVINCE,), (COUNTY,), (NATION, COUNTY)])
def test_filters_hold_whatever_is_named(index, question, allowed):
    hits = index.search(question, 1000, Filters(documents=allowed))
    assert set(sources(hits)) == set(allowed)
