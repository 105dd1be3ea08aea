"""The tab 读原文 without a browser: the list, the outline, the whole text with its anchors, search and jumps."""

import html
import re

import pytest
from documents import document

from corpus.clauses import clauses
from qa.page_read import Library, _span
from qa.page_read_html import LISTED, Place, documents, fits, found, outline, text
from qa.page_tabs_text import texts

T = texts("zh")
RAW = """关于<b>养老</b>的意见

一、总体要求
（一）加快发展。要<script>alert(1)</script>加快发展养老服务。
（二）目标如下：
1.第一项。
2.第二项。
二、保障
保障要到位。
"""


def plain(page):
    return html.unescape(re.sub(r"<[^>]+>", "", page.replace("<br>", "\n")))


@pytest.fixture
def library(index):
    return Library(index)


def shown(doc, place=None):
    return text(doc, clauses(doc), place or Place(), "/", T)


def test_the_whole_text_is_there_word_for_word_and_every_clause_has_its_anchor(library):
    for doc in library.documents.values():
        page = library.text(doc.id, Place(), "/", T)
        body = re.sub(
            r'<header.*?</header>|<a class="yt-link".*?</a>|<span class="yt-doubt">.*?</span>|<thead>.*?</thead>',
            "",
            page,
            flags=re.DOTALL,
        )
        for clause in clauses(doc):
            assert f'data-clause="{clause.id}"' in page
            if not clause.columns:
                assert "".join(clause.text.split()) in "".join(plain(body).split())
        ids = re.findall(r' id="(yt-c-\d+)"', page)
        assert len(ids) == len(set(ids)) == len(clauses(doc))


def test_a_document_s_words_are_no_markup():
    page = shown(document(RAW, title="<i>题</i>", id="d<"))
    assert "<script" not in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;" in page


def test_the_place_is_marked_and_scrolled_to():
    doc = document(RAW)
    clause = next(c for c in clauses(doc) if str(c.address) == "一（一）")
    at = doc.text.index("加快发展养老")
    page = shown(doc, Place(clause.id, (at, at + 4)))
    assert '<mark class="yt-hit">加快发展</mark>养老' in page
    target = re.search(r'<p class="yt-target[^>]*id="(yt-c-\d+)"[^>]*data-clause="d:一（一）"', page)
    assert f'data-scroll="{target[1]}"' in page
    gone = shown(doc, Place("d:九"))
    assert "这份文件里没有这一条" in gone
    assert 'data-scroll=""' in gone


def test_links_name_document_and_clause():
    assert 'href="/en/?doc=d&amp;clause=d%3A%E4%B8%80%EF%BC%88%E4%B8%80%EF%BC%89"' in text(
        document(RAW), clauses(document(RAW)), Place(), "/en/", T
    )


def test_the_outline_is_nested_and_points_at_anchors():
    doc = document(RAW)
    page = outline(clauses(doc), T)
    numbers = {str(c.address): n for n, c in enumerate(clauses(doc))}
    one, two = page.index("一、总体要求"), page.index("二、保障")
    assert one < page.index("（一）加快") < page.index("1.第一项") < two
    assert f'<summary data-goto="yt-c-{numbers["一"]}">一、总体要求' in page
    assert f'<a href="#yt-c-{numbers["一（二）1"]}" data-goto="yt-c-{numbers["一（二）1"]}">1.第一项' in page
    assert page.count("<ul>") == page.count("</ul>") == 3
    assert outline([], T) == ""


def test_rows_of_a_table_are_one_table():
    raw = "一、目标\n主要指标如下：\n\n\t指标\n\t2020年\n\t2025年\n\n\t户数（万户）\n\t82\n\t120\n\n\t贷款户数\n\t3.5\n\t6\n\n二、附则\n自印发之日起施行。\n"
    doc = document(raw)
    rows = [c for c in clauses(doc) if c.columns]
    assert len(rows) == 2
    page = shown(doc, Place(rows[1].id))
    assert page.count("<table>") == 1
    assert page.count("<th scope") == 3
    assert re.search(r'<tr id="yt-c-\d+" data-clause="[^"]*" tabindex="-1" class="yt-target"><td>贷款户数</td>', page)


def test_documents_are_listed_by_level_and_found_by_any_word():
    many = [
        document("一、甲\n", id=f"d{n}", title=f"第{n}号", level="省" if n % 2 else "国家", year=2000 + n % 20)
        for n in range(LISTED + 5)
    ]
    page = documents(many, "d3", "", T)
    assert page.count("<li>") == LISTED
    assert "还有 5 份没有显示" in page
    assert page.index("<h4>国家</h4>") < page.index("<h4>省</h4>")
    assert documents(many[:5], "d3", "", T).count('aria-current="true"') == 1
    assert "没有合于“&lt;x”的文件" in documents([], "", "<x", T)
    doc = document("一、甲\n", title="养老意见", number="国发〔2019〕1号", region="全国", year=2019)
    assert fits(doc, "养老 2019")
    assert fits(doc, "")
    assert not fits(doc, "养老 2020")


def test_an_address_opens_its_clause_at_once(library):
    for typed, wanted in (("青政办发〔2021〕3号 二（一）", "二（一）"), ("3号文 三2", "三2")):
        places, said, sure = library.look(typed, None)
        assert (places, said, str(sure.address)) == ([], "", wanted)
    within = library.documents["qingshi-2021-3"]
    assert str(library.look("二（一）", within)[2].address) == "二（一）"
    assert library.look("青政办发〔2021〕3号", None)[2].document.id == "qingshi-2021-3"


def test_words_are_searched_and_marked(library):
    places, _, sure = library.look("护理补贴多少钱", None)
    assert sure is None
    clause, spans = next((c, s) for c, s in places if "护理补贴" in c.text)
    page = found([(clause, spans)], "", T)
    assert "找到 1 条" in page
    assert re.search(r"<mark>[^<]*护理补贴[^<]*</mark>", page)
    assert f'data-clause="{clause.id}" data-start="{spans[0][0]}" data-end="{spans[0][1]}"' in page
    other = library.documents["guobanfa-2019-21"]
    assert {c.document.id for c, _ in library.look("护理补贴多少钱", other)[0]} == {other.id}


def test_an_address_that_is_not_there_is_told_with_its_neighbours(library):
    places, said, sure = library.look("3号文 九十九", None)
    assert sure is None
    assert "里没有“九十九”" in said
    assert places[0][0].document.id == "qingshi-2021-3"
    assert said in plain(found(places, said, T))


def test_title_marks_inside_a_title_are_single():
    clause = clauses(document(RAW, title="贯彻《纲要》的意见", number="江发〔2020〕1号"))[1]
    assert f"《贯彻〈纲要〉的意见》（江发〔2020〕1号） {clause.address}" in plain(found([(clause, ())], "", T))


def test_words_behind_a_document_s_name_are_searched_in_it(library):
    places, _, sure = library.look("青政办发〔2021〕3号 补贴", None)
    assert sure is None
    assert {c.document.id for c, _ in places} == {"qingshi-2021-3"}
    assert library.look("《青政办发〔2021〕3号》。", None)[2].document.id == "qingshi-2021-3"


@pytest.mark.parametrize("typed", ["", "   ", "？？", "x" * 5000, "<script>", "第九百九十九条"])
def test_odd_words_do_no_harm(library, typed):
    places, said, sure = library.look(typed, None)
    assert sure is None
    assert "<script>" not in found(places, said, T)


def test_nothing_chosen_and_unknown_documents_are_told(library):
    assert "请先选一份文件" in library.text("", Place(), "/", T)
    assert "没有这份文件" in library.text("nope", Place(), "/", T)
    assert library.outline("nope", T) == ""


@pytest.mark.parametrize(
    "data", [{}, {"start": "x", "end": "3"}, {"start": "5", "end": "3"}, {"start": "-2", "end": "3"}, {"start": None, "end": 1}]
)
def test_a_span_that_is_none_is_left_out(data):
    assert _span(data) is None
    assert _span({"start": "3", "end": "9"}) == (3, 9)
