"""Who is responsible, as the clause or the note that it shares says."""

import pytest
from hits import clause
from turns import wrong

from qa.agency import leading, responsible, without


def noted(note, rest=""):
    return clause(f"一、设施\n1.支持养老院建设。{note}{rest}\n2.支持书屋建设。\n", "一1")


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("（省民政厅牵头，省财政厅配合）", "省民政厅牵头，省财政厅配合"),
        ("（牵头单位：省民政厅；配合单位：省财政厅）", "牵头单位：省民政厅；配合单位：省财政厅"),
        ("（省民政厅、省财政厅分别负责）", "省民政厅、省财政厅分别负责"),
        ("（省民政厅牵头（省老龄办承办））", "省民政厅牵头（省老龄办承办）"),
        wrong("brackets in a note before the verb hide it", "（省民政厅（省老龄办）牵头）", "省民政厅（省老龄办）牵头"),
        wrong("only 牵头, 负责 and 配合 make a note", "（责任单位：省民政厅）", "责任单位：省民政厅"),
    ],
)
def test_a_note_is_found_with_its_span(note, words):
    found = noted(note)
    span, told = responsible(found)
    assert told == words
    assert found.document.text[slice(*span)] == note


@pytest.mark.parametrize("note", ["", "（见附件）", "（2020—2025年）", "省民政厅牵头，省财政厅配合。"])
def test_no_note_no_body(note):
    found = noted(note)
    assert responsible(found) is None
    assert leading(found) == ""


@pytest.mark.xfail(strict=True, reason="any bracket with 牵头 in it is taken for a note on who is responsible")
def test_a_remark_on_who_may_lead_names_no_body():
    assert responsible(noted("（支持企业牵头承担项目）")) is None


def test_the_last_note_of_a_clause_counts():
    found = noted("（省财政厅负责）", "加强培训。（省民政厅牵头）")
    assert responsible(found)[1] == "省民政厅牵头"


def test_a_shared_note_speaks_for_each_of_its_items():
    text = "一、人才\n1.引进护士。\n2.培养护工。\n（以上两项工作牵头单位：省民政厅）\n"
    for address in ("一1", "一2"):
        found = clause(text, address)
        span, words = responsible(found)
        assert words == "牵头单位：省民政厅"
        assert found.document.text[slice(*span)] == "（以上两项工作牵头单位：省民政厅）"
        assert leading(found) == "省民政厅"


def test_its_own_note_goes_before_the_shared_one():
    text = "一、人才\n1.引进护士。（省卫生健康委负责）\n2.培养护工。\n（以上两项工作牵头单位：省民政厅）\n"
    assert leading(clause(text, "一1")) == "省卫生健康委"


@pytest.mark.parametrize(
    ("note", "body"),
    [
        ("（省民政厅负责）", "省民政厅"),
        ("（省民政厅牵头）", "省民政厅"),
        ("（省民政厅负责。）", "省民政厅"),
        ("（牵头单位：省民政厅）", "省民政厅"),
        ("（牵头单位：省民政厅；配合单位：省财政厅）", "省民政厅"),
        ("（省民政厅、省财政厅分别负责）", "省民政厅、省财政厅"),
        ("（省民政厅牵头，省财政厅配合）", "省民政厅"),
        ("（省民政厅负责；2025年底前完成）", "省民政厅"),
        ("（由省民政厅牵头负责）", "省民政厅"),
        ("（省民政厅、省财政厅按职责分工负责）", "省民政厅、省财政厅"),
    ],
)
def test_the_body_to_ask(note, body):
    assert leading(noted(note)) == body


def test_text_without_notes():
    assert without("支持建设。（省民政厅牵头）加强培训（每年两次）。（省财政厅配合）") == "支持建设。加强培训（每年两次）。"
