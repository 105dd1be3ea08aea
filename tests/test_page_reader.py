"""The reader: the cited span and nothing else is marked, rows keep what is printed, headings are the path."""

import re

import pytest
from page_records import CLAUSES, DOCUMENT, SNAPSHOT, citation, clause, piece, record, span
from test_page_html import EVIL, Tree, harmless

from qa import page_html_reader as reader
from qa.page_html_reader import Target
from qa.page_text import ZH


def cited(html):
    """The text of all cited marks in order, as a browser reads it."""

    class Marks(Tree):
        def __init__(self, source):
            self.depth, self.found = [], []
            super().__init__(source)

        def handle_starttag(self, tag, attrs):
            super().handle_starttag(tag, attrs)
            if tag not in ("path", "circle", "rect"):
                self.depth.append(("class", "yj-cited") in attrs)

        def handle_endtag(self, tag):
            super().handle_endtag(tag)
            self.depth.pop()

        def handle_data(self, data):
            if any(self.depth):
                self.found.append(data)

    return "".join(Marks(html).found)


@pytest.mark.parametrize(
    ("quote", "address"),
    [
        ("对小微企业给予贷款贴息，最高10万元。", "一（一）段1"),
        ("各市应当在<b>三月底</b>前兑现。", "一（一）段1"),
        ("小微企业数量1（万户）\n\t82\n\t120", "一（一）表1行1"),
        ("（一）贷款贴息", "一（一）"),
    ],
)
def test_exactly_the_cited_span_is_marked(quote, address):
    at = Target("d1", clause(address).id, (span(quote),), 1)
    html = reader.document(SNAPSHOT, at, ZH)
    assert cited(html) == quote
    assert html.count("data-target") == 1
    assert re.search(rf'data-clause="{re.escape(clause(address).id)}"[^>]*data-target', html)


def test_the_whole_text_is_there_in_order():
    html = reader.document(SNAPSHOT, Target("d1", "", ()), ZH)
    body = html.split('class="yj-body">')[1]
    told = re.sub(r'<p class="yj-remark">.*?</p>', "", body)
    shown = "".join(Tree(f"<div>{told.split('</article>')[0]}").text.split())
    assert shown == "".join(DOCUMENT.text.split())
    assert "data-target" not in html
    assert "yj-cited" not in html


def test_a_span_over_two_clauses_is_marked_in_both():
    start, end = span("（一）贷款贴息")[0], span("最高10万元。")[1]
    html = reader.document(SNAPSHOT, Target("d1", clause("一（一）段1").id, ((start, end),), 1), ZH)
    assert "".join(cited(html).split()) == "".join(DOCUMENT.text[start:end].split())


def test_headings_are_the_path():
    html = reader.document(SNAPSHOT, Target("d1", clause("一（一）段1").id, ()), ZH)
    path = re.search(r'class="yj-path".*?</nav>', html).group()
    assert "江政发〔2022〕6号 《关于〈小微〉的" in path
    assert re.findall("<li>([^<]*)</li>", path) == ["支持政策", "贷款贴息", "一（一）段1"]


def test_a_cell_that_reads_otherwise_has_a_mark_of_its_own_inside_the_cited_one():
    at = Target("d1", clause("一（一）表1行1").id, (span("小微企业数量1（万户）\n\t82\n\t120"),), 2)
    html = reader.document(SNAPSHOT, at, ZH)
    assert '<mark class="yj-cited"><mark class="yj-differs" title="这一格读作“指标：小微企业数量（万户）”">' in html
    assert html.count("yj-differs") == 1
    assert re.findall('class="yj-cell" data-head="([^"]*)"', html)[:3] == ["指标", "2020年", "2025年"]
    assert "读作：指标：小微企业数量（万户），2020年：82，2025年：120" in html
    assert "同时适用：1 小微企业数量以登记为准。" in html


def test_a_category_carried_down_is_shown_but_is_no_text():
    row = dict(SNAPSHOT["clauses"][4]) | {"columns": [["类别", "数量"], *SNAPSHOT["clauses"][4]["columns"]]}
    snapshot = SNAPSHOT | {"clauses": [row]}
    html = reader.document(snapshot, Target("d1", row["clause"], ()), ZH)
    assert 'class="yj-cell yj-carried" data-head="类别" aria-hidden="true" data-carried="数量"></span>' in html
    assert re.findall('class="yj-cell" data-head="([^"]*)"', html) == ["指标", "2020年", "2025年"]


def test_pipes_and_tabs_inside_a_line_part_cells():
    for text in ("| 甲 | 乙 |", "甲\t乙"):
        cells = [text[s:e] for s, e in reader._cells(text, 0, len(text))]
        assert cells == ["甲", "乙"]


def test_notes_and_repairs_are_told():
    note = {"start": span("三月底")[0], "end": span("三月底")[1], "text": "疑为<三月末>"}
    clauses = [c | ({"notes": [note]} if c["clause"].endswith("段1") else {}) for c in SNAPSHOT["clauses"]]
    repairs = [{"before": "贴 息\n", "after": "贴息", "reason": "断行"}] * 50
    html = reader.document(SNAPSHOT | {"clauses": clauses, "repairs": repairs}, Target("d1", "", ()), ZH)
    assert '<span class="yj-doubt" title="疑为&lt;三月末&gt;">三月底</span>' in html
    assert "印刷存疑：疑为&lt;三月末&gt;" in html
    assert "修复了 50 处排版" in html
    assert html.count("“贴␣息⏎” 改为 “贴息”：断行") == 40


def test_no_word_of_a_document_becomes_markup():
    text = f"{EVIL}\n\t{EVIL}"
    evil = {"clause": EVIL, "address": EVIL, "headings": [EVIL], "start": 0, "end": len(text), "shared": [[0, 3]]}
    evil |= {"notes": [{"start": 0, "end": 5, "text": EVIL}]}
    rows = [evil | {"kind": kind, "columns": [[EVIL, EVIL], [EVIL, EVIL]]} for kind in ("row", "item", "heading", EVIL)]
    fields = dict.fromkeys(("id", "title", "number", "issuer", "issued", "level", "region", "status"), EVIL)
    repairs = [{"before": EVIL, "after": EVIL, "reason": EVIL}]
    html = reader.document(fields | {"text": text, "clauses": rows, "repairs": repairs}, Target(EVIL, EVIL, ((2, 9),), 1), ZH)
    assert "<script>alert(1)</script>" in harmless(html).text


def test_a_mark_points_at_what_its_sentence_cites():
    made = record()
    first, second = (c["start"] for c in made["citations"])
    assert [s for s, _ in reader.target(made, "1.0").spans] == [first]
    assert [s for s, _ in reader.target(made, "1.1").spans] == [second]
    assert [s for s, _ in reader.target(made, "1").spans] == [first, second]
    found = reader.target(made, "2")
    assert (found.cited, found.clause) == (False, clause("一（一）表1行1").id)


@pytest.mark.parametrize("ref", ["", "0", "9", "1.7", "2.0", "1.", "a", "1.0.0", "-1", "１x", "99999999"])
def test_a_mark_that_the_record_does_not_hold_is_refused(ref):
    with pytest.raises(reader.UnknownMarkError):
        reader.target(record(), ref)


def test_evidence_can_be_opened_before_anything_cites_it():
    at = reader.target({"evidence": [piece("一（一）段1", 3, "最高10万元。")]}, "3")
    assert (at.spans, at.cited) == ((span("最高10万元。"),), False)
    html = reader.document(SNAPSHOT, at, ZH)
    assert '<mark class="yj-was-found">最高10万元。</mark>' in html


def test_citations_of_other_clauses_do_not_join():
    two = [citation("最高10万元。", "一（一）段1", 0, 1), citation("82", "一（一）表1行1", 0, 2)]
    assert reader.target(record(citations=two), "1").spans == (span("最高10万元。"),)
    assert {c.document.id for c in CLAUSES} == {"d1"}
