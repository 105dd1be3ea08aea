"""The clauses' own words in an answer."""

from hits import clause, hit, piece

from qa.ground import Grounder
from qa.quote import extract, support

TEXT = """一、扶持政策
1.助力众创空间成长。对众创空间建设给予补贴。落实研发仪器设备加速折旧、小微企业减免税等税收优惠政策。（牵头单位：省税务局；配合单位：省科技厅）
2.支持大型仪器开放共享。
"""


def said(text, *found):
    grounder = Grounder([piece(c, n) for n, c in enumerate(found, 1)], "", lambda w: 1.0)
    return [grounder.check(text, 0)]


def test_rule_and_agency_follow_a_terse_sentence():
    found = clause(TEXT, "一1")
    added = support(said("众创空间有税收优惠。", found), [piece(found)], [hit(found, scores=[0.5, 0.6, 0.95, 0.1])])
    text = "".join(c.text for c in added)
    assert "研发仪器设备加速折旧、小微企业减免税等税收优惠政策" in text
    assert text.endswith("牵头单位：省税务局；配合单位：省科技厅。")
    for checked in added:
        assert checked.citation.quote == found.document.text[checked.citation.start : checked.citation.end]


def test_what_was_said_is_not_said_again():
    found = clause(TEXT, "一1")
    whole = "落实研发仪器设备加速折旧、小微企业减免税等税收优惠政策，牵头单位是省税务局，配合单位是省科技厅。"
    assert support(said(whole, found), [piece(found)], [hit(found, scores=[0.5, 0.6, 0.95, 0.1])]) == []


def test_shared_note_names_the_agency_of_an_item():
    text = "一、人才\n1.引进院士，给予科研补贴和生活补贴。\n2.培养青年人才。\n（以上两项工作牵头单位：省委组织部）\n"
    found = clause(text, "一1")
    added = support(said("引进院士，给予科研补贴和生活补贴。", found), [piece(found)], [hit(found)])
    assert added[-1].text == "牵头单位：省委组织部。"


def test_extract_quotes_the_nearest_sentences_without_their_label():
    found = clause(TEXT, "一1")
    quoted = extract([piece(found)], [hit(found, scores=[0.2, 0.9, 0.95, 0.1])])
    assert [c.text for c in quoted] == ["落实研发仪器设备加速折旧、小微企业减免税等税收优惠政策。"]


def test_extract_passes_over_titles():
    found = clause(TEXT, "一1")
    assert "助力众创空间成长。" not in [c.text for c in extract([piece(found)], [hit(found, scores=[0.99, 0.9, 0.95, 0.1])])]


def test_a_list_that_was_asked_for_is_told_whole():
    text = "一、重大项目\n1.深海空间站。开展深海探测关键技术研究。\n2.量子通信。研发自由空间量子通信技术。\n3.脑科学研究。以脑认知原理为主体。\n"
    members = [clause(text, f"一{n}") for n in (1, 2, 3)]
    hits = [hit(c, ranks={"list": n}) for n, c in enumerate(members, 1)]
    pieces = [piece(c, n) for n, c in enumerate(members, 1)]
    told = "条款列出3项：深海空间站；量子通信；脑科学研究。"
    (whole,) = extract(pieces, hits)
    assert whole.text == told
    assert [c.marker for c in whole.citations] == [1, 2, 3]
    assert told in [c.text for c in support(said("重大项目有深海空间站。", *members), pieces, hits)]
