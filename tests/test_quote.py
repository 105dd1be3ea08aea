"""The clauses' own words in an answer."""

from dataclasses import replace

import pytest
from hits import clause, hit, piece

from qa.ground import Grounder
from qa.quote import Shown, extract, filled, once, stating, support
from qa.records import Checked

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
    rule, agency = quoted
    assert rule.text == "落实研发仪器设备加速折旧、小微企业减免税等税收优惠政策。"
    assert agency.text == "牵头单位：省税务局；配合单位：省科技厅。"
    assert "省税务局" in agency.citation.quote


def test_extract_passes_over_titles():
    found = clause(TEXT, "一1")
    assert "助力众创空间成长。" not in [c.text for c in extract([piece(found)], [hit(found, scores=[0.99, 0.9, 0.95, 0.1])])]


def test_a_list_that_was_asked_for_is_told_whole():
    text = "一、重大项目\n1.深海空间站。开展深海探测关键技术研究。\n2.量子通信。研发自由空间量子通信技术。\n3.脑科学研究。以脑认知原理为主体。\n"
    members = [clause(text, f"一{n}") for n in (1, 2, 3)]
    hits = [hit(c, ranks={"list": n}) for n, c in enumerate(members, 1)]
    pieces = [piece(c, n) for n, c in enumerate(members, 1)]
    told = "条款列出：深海空间站；量子通信；脑科学研究。"
    (whole,) = extract(pieces, hits)
    assert whole.text == told
    assert [c.marker for c in whole.citations] == [1, 2, 3]
    assert told in [c.text for c in support(said("重大项目有深海空间站。", *members), pieces, hits)]


def test_a_list_is_not_told_behind_an_answer_from_another_clause():
    text = "一、重大项目\n1.深海空间站。开展深海探测关键技术研究。\n2.量子通信。研发自由空间量子通信技术。\n二、目标\n深海装备率先实现产业化。\n"
    members, other = [clause(text, f"一{n}") for n in (1, 2)], clause(text, "二")
    hits = [*(hit(c, ranks={"list": n}) for n, c in enumerate(members, 1)), hit(other)]
    pieces = [piece(c, n) for n, c in enumerate([*members, other], 1)]
    said_of_another = said("深海装备要率先实现产业化。", other)
    assert not any("量子通信" in c.text for c in support(said_of_another, pieces, hits))


def test_who_is_responsible_comes_first_where_that_was_asked():
    found = clause(TEXT, "一1")
    for question, place in (("众创空间的税收优惠归谁管？", 0), ("众创空间有哪些税收优惠？", -1)):
        quotes = extract([piece(found)], [hit(found, scores=[0.2, 0.9, 0.95, 0.1])], Shown(question))
        assert quotes[place].text == "牵头单位：省税务局；配合单位：省科技厅。"


def test_a_short_answer_is_filled_from_the_clause_that_it_cites():
    found = clause(TEXT, "一1")
    hits = [hit(found, scores=[0.2, 0.9, 0.5, 0.1])]
    kept = said("对众创空间建设给予补贴。", found)
    more = filled(kept, [piece(found)], hits)
    assert more.text == "同条还写明：「助力众创空间成长」「落实研发仪器设备加速折旧、小微企业减免税等税收优惠政策」。"
    quotes = [c.quote.rstrip("。") for c in more.citations]
    assert [q.lstrip("1.") for q in quotes] == more.text[7:-2].split("」「")
    assert filled([*kept, more], [piece(found)], hits) is None


def test_a_title_alone_fills_nothing():
    found = clause("一、扶持\n1.助力众创空间成长。对众创空间建设给予补贴。\n", "一1")
    assert filled(said("对众创空间建设给予补贴。", found), [piece(found)], [hit(found)]) is None


def test_a_long_answer_is_not_filled():
    found = clause(TEXT, "一1")
    long = [replace(c, text="建设众创空间。" * 25) for c in said("对众创空间建设给予补贴。", found)]
    assert filled(long, [piece(found)], [hit(found)]) is None
    assert filled([], [piece(found)], [hit(found)]) is None


# --- several parts, several documents -----------------------------------------

HOMES = "一、补贴\n新建养老院每张床位给予一次性建设补贴，标准由县级财政部门制定。\n"
CANTEENS = "一、补贴\n社区食堂按就餐人数给予运营补贴，每年第四季度集中发放。\n"


def quoted(clauses, scores, parts=1, said_of=None, *, ranks=None, broad=False, told="每张床位或者每年有补贴。"):
    """Texts behind a terse answer that cites the clause `said_of`, or behind none."""
    pieces = [piece(c, n) for n, c in enumerate(clauses, 1)]
    hits = [replace(hit(c, s, ranks), score=fused) for c, (s, fused) in zip(clauses, scores, strict=True)]
    kept = said(told, said_of) if said_of else []
    return [c.text for c in support(kept, pieces, hits, parts, (), broad)]


def test_the_leading_clause_of_each_part_is_quoted():
    homes, canteens = clause(HOMES, name="a"), clause(CANTEENS, name="b")
    scores = [(0.9, 0.05), (0.7, 0.03)]
    one, two = quoted([homes, canteens], scores, 1, homes), quoted([homes, canteens], scores, 2, homes)
    assert not any("社区食堂" in text for text in one)
    assert any("社区食堂按就餐人数给予运营补贴" in text for text in two)


def test_a_leading_clause_that_the_writer_passed_over_is_quoted():
    homes, canteens = clause(HOMES, name="a"), clause(CANTEENS, name="b")
    assert any("新建养老院每张床位" in t for t in quoted([homes, canteens], [(0.9, 0.05), (0.7, 0.03)], 1, canteens))


@pytest.mark.parametrize(("likeness", "fused", "both"), [(0.9, 0.049, True), (0.9, 0.030, False), (0.85, 0.049, False)])
def test_a_second_clause_as_good_as_the_first_is_quoted_too(likeness, fused, both):
    homes, canteens = clause(HOMES, name="a"), clause(CANTEENS, name="b")
    texts = quoted([homes, canteens], [(0.9, 0.05), (likeness, fused)], 1, homes, broad=True)
    assert any("社区食堂" in t for t in texts) is both


BOTH = [(0.9, 0.05), (0.9, 0.049)]
HOLDS, DOUBTFUL = "新建养老院每张床位有建设补贴。", "补贴可以按季度向街道申领。"


@pytest.mark.parametrize(
    ("told", "scores", "broad", "further"),
    [
        pytest.param(HOLDS, BOTH, False, False, id="what was said holds and answers"),
        pytest.param(HOLDS, BOTH, True, True, id="more than one clause answers"),
        pytest.param(DOUBTFUL, BOTH, False, True, id="nothing that was said is sure"),
    ],
)
def test_a_clause_that_was_not_cited_is_quoted_only_where_it_is_needed(told, scores, broad, further):
    homes, canteens = clause(HOMES, name="a"), clause(CANTEENS, name="b")
    texts = quoted([homes, canteens], scores, 1, homes, broad=broad, told=told)
    assert any("社区食堂" in t for t in texts) is further


@pytest.mark.parametrize(("fused", "further"), [(0.045, False), (0.035, True)])
def test_the_leading_clause_is_quoted_where_a_clause_far_behind_was_cited(fused, further):
    homes, canteens = clause(HOMES, name="a"), clause(CANTEENS, name="b")
    texts = quoted([canteens, homes], [(0.9, 0.05), (0.7, fused)], 1, homes, told=HOLDS)
    assert any("社区食堂" in t for t in texts) is further


def test_a_quotation_with_another_figure_is_not_told_yet():
    first = clause("一、目标\n到2022年，全国社区食堂覆盖率达到90%以上。\n", name="a")
    second = clause("一、目标\n到2022年，全省社区食堂覆盖率达到95%以上。\n", name="b")
    pieces, hits = [piece(first, 1), piece(second, 2)], [hit(first, 0.9), hit(second, 0.7)]
    added = support(said("到2022年，社区食堂覆盖率达到95%以上。", second), pieces, hits, 1, (), True)
    assert any("90%" in c.text for c in added)


def test_documents_are_named_when_several_are_quoted():
    homes, canteens = clause(HOMES, name="a", title="养老院办法"), clause(CANTEENS, name="b", title="社区食堂办法")
    assert quoted([homes, canteens], [(0.9, 0.05), (0.7, 0.03)], 2, homes) == [
        "《养老院办法》（国家，2020年）写明：「新建养老院每张床位给予一次性建设补贴，标准由县级财政部门制定」。",
        "《社区食堂办法》（国家，2020年）写明：「社区食堂按就餐人数给予运营补贴，每年第四季度集中发放」。",
    ]


def test_clauses_of_one_document_are_not_named():
    text = f"{HOMES}二、餐饮\n社区食堂按就餐人数给予运营补贴，每年第四季度集中发放。\n"
    homes, canteens = clause(text, "一"), clause(text, "二")
    assert [t[:5] for t in quoted([homes, canteens], [(0.9, 0.05), (0.7, 0.03)], 2, homes)] == ["条款写明：", "另写明：「"]


def test_members_of_a_list_are_no_rivals():
    homes, canteens = clause(HOMES, name="a"), clause(CANTEENS, name="b")
    pieces = [piece(homes, 1), piece(canteens, 2)]
    hits = [hit(homes, 0.9), hit(canteens, 0.9, ranks={"clause": 2, "list": 1})]
    assert not any("写明：「社区食堂" in c.text for c in support(said("有补贴。", homes), pieces, hits))


def test_what_is_quoted_stays_within_its_room():
    long = "新建养老院每张床位给予一次性建设补贴，标准由县级财政部门会同民政部门制定并公布，" * 6
    found = clause(f"一、补贴\n{long}。\n")
    assert quoted([found], [(0.9, 0.05)], 1, found) == []


def test_more_parts_have_more_room():
    clauses = [
        clause(f"一、补贴\n{text * 4}。\n", name=n)
        for n, text in (
            ("a", "养老院床位补贴由县级财政承担，逐年核定，"),
            ("b", "社区食堂按就餐人数核算运营经费，次年拨付，"),
            ("c", "托育园托位奖补在验收合格以后，一次付清，"),
        )
    ]
    scores = [(0.9, 0.05), (0.7, 0.03), (0.7, 0.03)]
    assert len(quoted(clauses, scores, 3, clauses[0])) == 3
    assert len(quoted(clauses, scores, 2, clauses[0])) == 2


def test_rows_are_quoted_with_their_heads():
    table = "一、指标\n主要指标\n\n\t指标\n\t2025年\n\n\t社区食堂覆盖率\n\t95%\n\n\t社区书屋覆盖率\n\t80%\n\n"
    found = clause(table, "一表1行1")
    assert quoted([found], [(0.9, 0.05)]) == ["条款写明：「指标：社区食堂覆盖率，2025年：95%」。"]


# --- nothing but quotations -----------------------------------------------------

LICENCE = (
    "一、便利登记\n清理收费项目，向社会公布保留的收费目录。实行一个窗口受理，推行受理单制度和办理时限承诺。"
    "推进登记制度改革，实现登记便利化的目标。\n"
)


def test_the_leading_clause_stands_whole_in_its_own_order_where_little_else_is_said():
    found = clause(LICENCE)
    texts = [c.text for c in extract([piece(found)], [hit(found, scores=[0.5, 0.6, 0.9])])]
    assert texts == [
        "清理收费项目，向社会公布保留的收费目录。",
        "实行一个窗口受理，推行受理单制度和办理时限承诺。",
        "推进登记制度改革，实现登记便利化的目标。",
    ]


def test_only_as_much_of_it_as_there_is_room_for_the_nearest_first():
    long = "清理" + "各类收费项目和证照目录，" * 26
    found = clause(LICENCE.replace("清理收费项目，", long))
    texts = [c.text for c in extract([piece(found)], [hit(found, scores=[0.5, 0.6, 0.9])])]
    assert texts == ["实行一个窗口受理，推行受理单制度和办理时限承诺。", "推进登记制度改革，实现登记便利化的目标。"]


def test_each_side_of_a_comparison_is_quoted_with_its_document():
    homes = clause(HOMES, name="a", title="养老办法", number="")
    canteens = clause(CANTEENS, name="b", title="食堂办法", number="")
    hits = [hit(homes, 0.9), hit(canteens, 0.5)]
    texts = [c.text for c in extract([piece(homes, 1), piece(canteens, 2)], hits, parts=2)]
    assert len(texts) == 2
    assert texts[0].startswith("《养老办法》")
    assert texts[1].startswith("《食堂办法》")
    assert len(extract([piece(homes, 1), piece(canteens, 2)], hits, parts=1)) == 1


def test_what_one_sentence_tells_of_two_places_is_shown_in_both_clauses():
    nation = clause("一、目标\n全国社区食堂覆盖率达到百分之九十以上的水平。\n", name="a", title="全国办法", number="")
    province = clause("一、目标\n全省社区食堂覆盖率达到百分之九十以上的水平。\n", name="b", title="全省办法", number="")
    hits = [hit(nation, 0.9), hit(province, 0.8)]
    kept = said("全国社区食堂覆盖率达到百分之九十以上的水平，全省也是。", nation)
    pieces = [piece(nation, 1), piece(province, 2)]
    assert [c.citation.marker for c in support(kept, pieces, hits, 2)] == [2]
    assert support(kept, pieces, hits, 1) == []


def test_what_the_list_tells_is_not_told_before_it():
    first, other = Checked("建食堂，建书屋。", "verified", None), Checked("由省民政厅负责。", "verified", None)
    behind = [Checked("条款列出：建食堂；建书屋；建花园。", "verified", None)]
    assert once([first, other], behind) == [other]
    assert once([first, other], [Checked("另写明：「建食堂，建书屋」。", "verified", None)]) == [first, other]


# --- what states what was asked for ---------------------------------------------

HALL = clause(
    "一、书屋\n社区书屋由街道负责建设，选址应当方便居民。每座社区书屋一次性补贴2万元。另外按照每年3万元给予运营补贴。\n"
)
OTHER = clause("一、食堂\n社区食堂由街道负责建设。每家社区食堂一次性补贴5万元。\n", name="b")
SCORES = [0.95, 0.80, 0.90]


def first_stating(stated, *hits, pieces=(HALL, OTHER), question=""):
    rows = [piece(c, n) for n, c in enumerate(pieces, 1)]
    return stating(stated, rows, hits, Shown(question))


def test_the_nearest_sentence_of_the_leading_clause_that_states_it_is_quoted():
    found = first_stating(lambda text: "万元" in text, hit(HALL, scores=SCORES))
    assert found.text == "条款写明：「另外按照每年3万元给予运营补贴」。"
    assert (found.citation.quote, found.citation.marker) == ("另外按照每年3万元给予运营补贴。", 1)
    assert first_stating(lambda text: "2万元" in text, hit(HALL, scores=SCORES)).citation.quote == "每座社区书屋一次性补贴2万元。"


def test_another_clause_is_not_quoted_for_it():
    assert first_stating(lambda text: "5万元" in text, hit(HALL, scores=SCORES), hit(OTHER, 0.9)) is None
    assert first_stating(lambda text: "5万元" in text, hit(OTHER, 0.9), hit(HALL, scores=SCORES)).citation.marker == 2


def test_none_is_quoted_where_none_states_it_or_no_piece_is_of_the_clause():
    assert first_stating(lambda _: False, hit(HALL, scores=SCORES)) is None
    assert first_stating(lambda _: True, hit(HALL, scores=SCORES), pieces=(OTHER,)) is None
    assert first_stating(lambda _: True) is None


def test_of_a_long_sentence_only_the_part_that_is_shown_counts():
    """The share stands at its beginning, the sum far from all that was asked."""
    long = f"社区书屋的藏书占比达到30%，{'选址方便居民出行并且靠近学校和公园，' * 14}另外每年补贴运营方2万元。"
    found = clause(f"一、建设\n{long}\n")
    near = hit(found, scores=[0.9])
    asked = "社区书屋的藏书占比要多少？"
    assert "2万元" not in first_stating(lambda text: "30%" in text, near, pieces=[found], question=asked).text
    assert first_stating(lambda text: "2万元" in text, near, pieces=[found], question=asked) is None


def test_what_is_quoted_is_what_is_cited():
    items = ["社区书屋每座一次性补贴2万元，选址应当方便居民", "社区食堂每家一次性补贴5万元，选址应当方便老人"]
    found = clause(f"一、建设\n{'；'.join([*items, '社区花园每处一次性补贴1万元，选址应当方便孩子'])}。\n")
    asked = "一次性补贴的有哪几类设施，各多少万元？"
    row = first_stating(lambda text: "5万元" in text, hit(found, scores=[0.9, 0.8, 0.7]), pieces=[found], question=asked)
    assert all(item in row.text for item in items)
    assert all(item in row.citation.quote for item in items)
