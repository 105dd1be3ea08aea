"""Gold files of support measures: what they hold, what is wrong in them, whether the corpus prints it."""

import json
from functools import partial
from pathlib import Path

import pytest
from documents import document
from gold_rows import GIVEN, NONE, RAW, ROW, SHARED, write_rows

from corpus import catalog
from corpus.clauses import clauses
from eval import measure_gold as gold
from eval.cases import CaseError

CORPUS = Path(__file__).parents[1] / "corpus" / "documents"


@pytest.fixture
def write(tmp_path):
    return partial(write_rows, tmp_path)


@pytest.fixture(scope="module")
def printed():
    return clauses(document(RAW))


# --- the file ----------------------------------------------------------------


def test_a_line_is_read_with_all_its_fields(write):
    one, two = gold.load([write(ROW, "", NONE)])
    assert (one.document, one.quote, one.line, one.place) == ("d", "一次性补助", 1, "measures-x.jsonl 第 1 行")
    assert one.measures[0] == gold.GoldMeasure(
        ("补贴", "奖励"),
        "给予最高50万元一次性补助",
        "给予",
        ("小微企业",),
        (("discretion", "符合条件的"), ("bonus", "优先支持机器人企业")),
        ("最高50万元",),
        (("市科技局", True), ("市财政局", False)),
        ("2020年底前",),
    )
    assert one.measures[1].conditions == one.measures[1].amounts == one.measures[1].agencies == ()
    assert (two.measures, two.line) == ((), 3)


def test_halves_go_by_the_line_number_of_each_file(write, tmp_path):
    write(ROW, "", NONE, ROW, name="measures-a.jsonl")
    write(NONE, ROW, name="measures-b.jsonl")
    write("{", name="other.jsonl")
    places = {half: [g.place[9:] for g in gold.load([tmp_path], half)] for half in ("odd", "even", "all")}
    assert places == {
        "odd": ["a.jsonl 第 1 行", "a.jsonl 第 3 行", "b.jsonl 第 1 行"],
        "even": ["a.jsonl 第 4 行", "b.jsonl 第 2 行"],
        "all": ["a.jsonl 第 1 行", "a.jsonl 第 3 行", "a.jsonl 第 4 行", "b.jsonl 第 1 行", "b.jsonl 第 2 行"],
    }


def of_measure(**fields):
    return {**ROW, "measures": [GIVEN, {**SHARED, **fields}]}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "不是 JSON"),
        ("[]", "应为 JSON 对象"),
        ({**ROW, "colour": "red"}, "不认识的键 colour"),
        ({k: v for k, v in ROW.items() if k != "measures"}, "缺少 measures"),
        ({**ROW, "document": 7}, "document 应为非空的文字"),
        ({**ROW, "quote": " "}, "quote 应为非空的文字"),
        ({**ROW, "measures": GIVEN}, "measures 应为列表"),
        ({**ROW, "measures": ["补贴"]}, "应为 JSON 对象"),
        ({**ROW, "measures": [{k: v for k, v in SHARED.items() if k != "benefit"}]}, "缺少 benefit"),
        (of_measure(amount=["1元"]), "不认识的键 amount。"),
        (of_measure(kind="仪器共享"), "kind 应为列表"),
        (of_measure(kind=[]), "kind 应为 measure_kinds.tsv 里的种类"),
        (of_measure(kind=["仪器共享", "送礼"]), "不是“仪器共享、送礼”"),
        (of_measure(strength="支持"), "strength 应为 给予、落实、鼓励、探索、研究 之一，不是“支持”"),
        (of_measure(beneficiary="高校"), "beneficiary 应为列表"),
        (of_measure(beneficiary=[""]), "beneficiary 应为非空的文字"),
        (of_measure(conditions=["符合条件的"]), "应为 JSON 对象"),
        (of_measure(conditions=[{"role": "must", "quote": "高校"}]), "role 应为 gate、bonus、discretion 之一"),
        (of_measure(conditions=[{"role": "gate"}]), "缺少 quote"),
        (of_measure(amounts=["若干"]), "amounts 的“若干”里读不出数"),
        (of_measure(agencies=[{"name": "市科技局"}]), "缺少 lead"),
        (of_measure(agencies=[{"name": "市科技局", "lead": "是"}]), "lead 应为 true 或 false"),
        (of_measure(time=[2020]), "time 应为非空的文字"),
    ],
)
def test_a_wrong_line_is_named_with_its_file(write, row, message):
    with pytest.raises(CaseError, match=r"^measures-x\.jsonl 第 2 行") as caught:
        gold.load([write(ROW, row)])
    assert message in str(caught.value)


def test_files_that_hold_nothing_are_told(write, tmp_path):
    with pytest.raises(CaseError, match=r"没有 measures-\*\.jsonl"):
        gold.load([tmp_path])
    with pytest.raises(CaseError, match="没有条款"):
        gold.load([write("", " ")])
    with pytest.raises(CaseError, match="没有条款"):
        gold.load([write(ROW)], "even")
    with pytest.raises(CaseError, match="读不了"):
        gold.load([tmp_path / "measures-none.jsonl"])
    (tmp_path / "measures-gb.jsonl").write_bytes(json.dumps(ROW, ensure_ascii=False).encode("gb18030"))
    with pytest.raises(CaseError, match="UTF-8"):
        gold.load([tmp_path / "measures-gb.jsonl"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ROW, {**NONE, "quote": "建成200家众创空间"}], "第 2 行：d 里没有一条含有“建成200家众创空间”"),
        ([ROW, {**NONE, "document": "e"}], "第 2 行：e 里没有一条含有"),
        ([{**NONE, "quote": "2020年"}], "第 1 行：d 里有 2 条（一（一）、一（二））含有“2020年”，应恰好一条"),
        ([ROW, {**ROW, "quote": "开放仪器"}], "第 2 行：与 measures-x.jsonl 第 1 行是同一条（d:一（一））"),
        ([of_measure(benefit="开放全部仪器")], "第 1 行：d:一（一） 里没有“开放全部仪器”"),
        ([of_measure(beneficiary=["大企业"])], "没有“大企业”"),
        ([of_measure(conditions=[{"role": "gate", "quote": "建成100家"}])], "没有“建成100家”"),
        ([of_measure(amounts=["60万元"])], "没有“60万元”"),
        ([of_measure(agencies=[{"name": "省科技厅", "lead": True}])], "没有“省科技厅”"),
        ([of_measure(time=["2021年"])], "没有“2021年”"),
    ],
)
def test_what_the_corpus_does_not_print_is_an_error_that_names_the_line(printed, write, rows, message):
    golds = gold.load([write(*rows)])
    with pytest.raises(CaseError) as caught:
        gold.bind(golds, printed)
    assert message in str(caught.value)


def test_a_quote_may_differ_in_width_and_white_space(printed, write):
    row = {**ROW, "quote": "一次性\n补助", "measures": [{**GIVEN, "amounts": ["最高５０万元"]}]}
    ((_, clause),) = gold.bind(gold.load([write(row)]), printed)
    assert "一次性补助" in clause.text


def test_a_shared_note_and_a_heading_may_prove_a_field(write):
    raw = "一、科技券政策\n1.设立创新券。\n2.设立孵化基金。\n（以上两项由市科技局牵头）\n二、其他\n"
    found = clauses(document(raw))
    assert any("市科技局" in c.full and "市科技局" not in c.text for c in found)
    fund = {
        "kind": ["基金"],
        "benefit": "设立孵化基金",
        "beneficiary": ["科技券"],
        "agencies": [{"name": "市科技局", "lead": True}],
        "strength": "落实",
    }
    row = {"document": "d", "quote": "设立创新券", "measures": [{**fund, "benefit": "设立创新券"}]}
    assert len(gold.bind(gold.load([write(row)]), found)) == 1


# --- the shipped files -----------------------------------------------------------


def test_every_shipped_quote_stands_in_its_one_clause():
    golds = gold.load([gold.SHIPPED])
    bound = gold.bind(golds, [c for d in catalog.load(CORPUS) for c in clauses(d)])
    assert len(bound) == len(golds) >= 150
    assert sum(not g.measures for g in golds) >= 40
