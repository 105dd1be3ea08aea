"""The ten documents that ship with the program, read without loss. Figures were copied by hand from the printed text."""

import re
from pathlib import Path

import pytest

from corpus import catalog, read
from corpus import check as checking
from corpus.clauses import clauses
from corpus.lookup import find
from corpus.records import Address, by_id
from corpus.repair import fold, undo
from corpus.sentences import sentences

FOLDER = Path(__file__).parents[1] / "corpus" / "documents"
DOCUMENTS = {d.id: d for d in catalog.load(FOLDER)}
CLAUSES = {i: clauses(d) for i, d in DOCUMENTS.items()}
RAW = {i: read.read(FOLDER / d.source).raw for i, d in DOCUMENTS.items()}
REPORTS = {i: checking.check(d, RAW[i]) for i, d in DOCUMENTS.items()}
EVERY = pytest.mark.parametrize("name", list(DOCUMENTS))


def rows(name):
    return [dict(c.columns) for c in CLAUSES[name] if c.kind == "row"]


def clause(name, address):
    return by_id(CLAUSES[name])[f"{name}:{address}"]


def test_the_catalogue_names_all_ten_documents():
    assert [(d.number, str(d.issued or d.year)) for d in DOCUMENTS.values()] == [
        ("中发〔2016〕4号", "2016"),
        ("中发〔2015〕8号", "2015-03-24"),
        ("中办发〔2015〕46号", "2015"),
        ("国发〔2015〕28号", "2015-05-08"),
        ("国发〔2015〕40号", "2015-07-01"),
        ("国发〔2016〕43号", "2016-07-28"),
        ("中发〔2016〕7号", "2016-04-26"),
        ("国办发〔2017〕43号", "2017-05-11"),
        ("辽委发〔2017〕5号", "2017-03-01"),
        ("辽委办发〔2017〕7号", "2017-03-01"),
    ]


# --- laws -----------------------------------------------------------------


@EVERY
def test_no_loss_is_reported(name):
    assert REPORTS[name].losses == ()


@EVERY
def test_repair_can_be_undone_and_changes_no_character_that_counts(name):
    document = DOCUMENTS[name]
    assert undo(document.text, document.edits) == RAW[name]
    assert fold(document.text) == fold(RAW[name])
    assert "\ue010" not in document.text


@EVERY
def test_clauses_tile_the_text(name):
    text, at = DOCUMENTS[name].text, 0
    for one in CLAUSES[name]:
        assert text[at : one.start].strip() == ""
        assert one.text == text[one.start : one.end]
        assert one.text.strip() == one.text != ""
        at = one.end
    assert text[at:].strip() == ""


@EVERY
def test_addresses_read_back_and_are_unique(name):
    assert [c.id for c in CLAUSES[name] if Address.parse(str(c.address)) != c.address] == []
    assert len(by_id(CLAUSES[name])) == len(CLAUSES[name])


@EVERY
def test_sentences_hold_every_word_of_their_clause(name):
    for one in CLAUSES[name]:
        joined = "".join(one.document.text[a:b] for a, b in sentences(one))
        assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", one.text)


@EVERY
def test_every_printed_citation_finds_its_clause(name):
    documents = list(DOCUMENTS.values())
    assert [c.citation for c in CLAUSES[name] if find(documents, CLAUSES[name], c.citation)[:1] != [c]] == []


# --- outlines -------------------------------------------------------------


def test_the_reform_plan_has_135_measures_and_says_why_eight_are_missing():
    measures = [r for r in REPORTS["zhongbanfa-2015-46"].runs if r.last.endswith("143")]
    assert [(r.count, [(g.first, g.last, g.reason) for g in r.gaps]) for r in measures] == [(135, [(74, 81, "七、（略）")])]
    numbers = [c.address.labels[-1] for c in CLAUSES["zhongbanfa-2015-46"] if c.address.labels[-1].isdecimal()]
    assert numbers == [str(n) for n in range(1, 144) if not 74 <= n <= 81]


def test_the_task_list_of_liaoning_has_53_items_under_nine_parts():
    annex = [c.address.labels for c in CLAUSES["liaoweibanfa-2017-7"] if c.address.labels[0] == "附1"]
    assert [a[-1] for a in annex if len(a) == 3] == [str(n) for n in range(1, 54)]
    assert [a[1] for a in annex if len(a) == 2] == ["1、", "2、", "三", "四", "五", "六", "七", "八", "九"]


def test_the_five_year_plan_has_32_boxes_and_27_chapters():
    paths = {c.address.labels[: i + 1] for c in CLAUSES["guofa-2016-43"] for i in range(len(c.address.labels))}
    boxes = [p[-1] for p in paths if p[-1].startswith("专栏")]
    assert sorted(boxes, key=lambda b: int(b[2:])) == [f"专栏{n}" for n in range(1, 33)]
    chapters = [r for r in REPORTS["guofa-2016-43"].runs if r.last.endswith("第二十七章")]
    assert [(r.first, r.count, r.gaps) for r in chapters] == [("第一篇第一章", 27, ())]
    assert len({p for p in paths if re.fullmatch(r"第.+章", p[-1])}) == 27


@pytest.mark.parametrize(
    ("name", "last", "count"),
    [("zhongfa-2015-8", "（三十）", 30), ("zhongfa-2016-7", "（二十六）", 26), ("guobanfa-2017-43", "（十五）", 15)],
)
def test_articles_that_run_on_across_chapters_are_complete(name, last, count):
    runs = [r for r in REPORTS[name].runs if r.last.endswith(last)]
    assert [(r.count, r.gaps) for r in runs] == [(count, ())]


def test_a_note_for_several_items_is_read_with_each_of_them():
    shared = [c for c in CLAUSES["liaoweifa-2017-5"] if c.shared]
    assert len(shared) == 3 + 4
    assert all("牵头单位" in c.reading.removeprefix(c.text) for c in shared)


# --- tables ---------------------------------------------------------------


def test_the_indicators_of_manufacturing_have_twelve_whole_rows():
    found = rows("guofa-2015-28")
    assert len(found) == 12
    assert all(list(r) == ["类别", "指标", "2013年", "2015年", "2020年", "2025年"] for r in found)
    assert [r["类别"] for r in found] == ["创新能力"] * 2 + ["质量效益"] * 3 + ["两化融合"] * 3 + ["绿色发展"] * 4
    assert list(found[5].values()) == ["两化融合", "宽带普及率（%）", "37", "50", "70", "82"]
    assert [c.address.labels[-1] for c in CLAUSES["guofa-2015-28"] if c.columns] == [f"行{n}" for n in range(1, 13)]


def test_the_indicators_of_the_five_year_plan_have_twelve_whole_rows():
    found = rows("guofa-2016-43")
    assert [r["序号"] for r in found] == [str(n) for n in range(1, 13)]
    assert all(list(r) == ["序号", "指标", "2015年指标值", "2020年目标值"] for r in found)
    assert list(found[2].values()) == ["3", "研究与试验发展经费投入强度（%）", "2.1", "2.5"]


# --- damage ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [
        ("liaoweifa-2017-5", "一（三）段2", "（R&D）经费支出占地区生产总值比重达到2.5%；"),
        ("liaoweifa-2017-5", "一（三）段2", "每万人发明专利拥有量达到7.36件；"),
        ("liaoweifa-2017-5", "一（三）段6", "（R&D）经费支出占地区生产总值比重超过2.8%。"),
        ("liaoweibanfa-2017-7", "一", "（R&D）经费支出占地区生产总值比重达到2.5%；"),
        ("liaoweibanfa-2017-7", "一", "每万人发明专利拥有量达到7.36件；"),
        ("liaoweibanfa-2017-7", "二（三）1", "（R&D）经费支出占地区生产总值比重达到3.1%，"),
        ("liaoweibanfa-2017-7", "二（六）2", "公民具备基本科学素质的比例达到10.8%。"),
    ],
)
def test_a_damaged_figure_has_its_stop_back(name, address, words):
    assert words in clause(name, address).text
    assert words not in RAW[name]
    assert words.replace(".", "\ue010") in RAW[name]


@pytest.mark.parametrize(
    ("name", "address", "printed", "note"),
    [
        ("liaoweibanfa-2017-7", "附1 1、1", "达到17%。", "疑脱小数点"),
        ("liaoweibanfa-2017-7", "附1 1、3", "达到68件。", "疑脱小数点"),
        ("guofa-2016-43", "第二篇第4章1、专栏2段2", "75纳米", "疑为“7—5纳米”"),
        ("zhongbanfa-2015-46", "七", "（略）", "第74—81项"),
    ],
)
def test_a_doubtful_print_is_kept_and_carries_a_note(name, address, printed, note):
    one = clause(name, address)
    assert printed in one.text
    assert printed in RAW[name]
    assert [note in n.text for n in one.notes] == [True]


def test_no_other_clause_carries_a_note():
    assert sum(len(c.notes) for found in CLAUSES.values() for c in found) == sum(len(d.notes) for d in DOCUMENTS.values()) == 7
