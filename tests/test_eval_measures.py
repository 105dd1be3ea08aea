"""Support measures against gold: how gold and found are paired, the counts per field, the command."""

import json
import sys
from functools import partial
from types import SimpleNamespace

import pytest
from documents import document
from gold_rows import GIVEN, NONE, RAW, ROW, SHARED, write_rows

from corpus.clauses import clauses
from corpus.measure import Agency, Amount, Leaf, Measure, Node
from eval import __main__ as cli
from eval import measure_gold as gold
from eval import measures as measured


@pytest.fixture
def write(tmp_path):
    return partial(write_rows, tmp_path)


@pytest.fixture(scope="module")
def small():
    """The clauses of the small document, and a maker of spans in its text."""
    found = clauses(document(RAW))
    text = found[0].document.text

    def span(words):
        assert text.count(words) >= 1
        return text.index(words), text.index(words) + len(words)

    return SimpleNamespace(clauses=found, span=span, clause=next(c for c in found if "补助" in c.text and c.kind != "heading"))


@pytest.fixture
def perfect(small):
    """What an extractor without a fault returns."""
    s = small.span
    leaves = (
        Leaf("discretion", "other", "stated", (), s("符合条件的")),
        Leaf("bonus", "field", "in", ("机器人",), s("优先支持机器人企业")),
        Leaf("gate", "who", "in", ("小微企业",), s("小微企业")),
    )
    given = Measure(
        small.clause,
        "奖励",
        "给予",
        s("对符合条件的小微企业给予最高50万元一次性补助"),
        (s("小微企业"),),
        Node("all", leaves),
        (Amount(500000, "元", "le", s("最高50万元")),),
        (Agency("市科技局", True, s("市科技局")), Agency("市财政局", False, s("市财政局"))),
        (s("2020年底前"),),
    )
    shared = Measure(small.clause, "仪器共享", "鼓励", s("开放仪器"), (s("小微企业和创业团队"),))
    return [given, shared]


@pytest.fixture
def scored(small, write):
    """Scores of found measures against the two gold lines; the second clause yields `elsewhere`."""

    def of(found, elsewhere=(), rows=(ROW, NONE)):
        bound = gold.bind(gold.load([write(*rows)]), small.clauses)
        return measured.score(bound, lambda clause: found if clause is small.clause else elsewhere)

    return of


def changed(measure, **fields):
    return Measure(**{**{f: getattr(measure, f) for f in Measure.__slots__}, **fields})


# --- pairs and spans ------------------------------------------------------------


def test_pairs_have_the_greatest_sum_not_the_greatest_first():
    assert measured.pair([[1.5, 1.4], [1.4, 0.0]]) == {0: 1, 1: 0}
    assert measured.pair([[0.0, 0.0], [0.0, 1.0]]) == {1: 1}
    assert measured.pair([[1.0], [2.0], [1.0]]) == {1: 0}
    assert measured.pair([]) == measured.pair([[]]) == {}


@pytest.mark.parametrize(
    ("golds", "finds", "hit", "right"),
    [
        (["小微企业"], ["小微企业"], [True], [True]),
        (["小微企业"], ["小微企业等"], [True], [True]),
        (["科技型小微企业"], ["小微企业"], [True], [True]),
        (["小微企业"], ["注册在本市的小微企业"], [False], [False]),
        (["小微企业", "创业团队"], ["小微企业和创业团队"], [True, True], [True]),
        (["小微企业和创业团队"], ["小微企业", "创业团队"], [True], [True, True]),
        (["小微企业", "创业团队"], ["小微企业", "大学生"], [True, False], [True, False]),
        (["小微企业"], ["大学生"], [False], [False]),
        (["小微企业"], [], [False], []),
        ([], ["小微企业"], [], [False]),
    ],
)
def test_a_span_counts_when_it_holds_or_is_held_by_half(golds, finds, hit, right):
    assert measured.matched([("", g) for g in golds], [("", f) for f in finds]) == (hit, right)


def test_equal_words_of_another_role_do_not_count():
    assert measured.matched([("gate", "小微企业")], [("bonus", "小微企业")]) == ([False], [False])


# --- the counts ------------------------------------------------------------------


def test_without_a_fault_everything_is_one(scored, perfect):
    found = scored(perfect)
    assert (found.measures.f1, found.clauses.f1, found.silent.recall, found.split) == (1, 1, 1, 0)
    assert {name: tally.f1 for name, tally in found.fields.items()} == dict.fromkeys(measured.FIELDS, 1)
    assert found.fields == found.paired
    assert not any(found.misses.values())
    assert found.fields["agencies"] == measured.Tally(2, 2, 2, 2)
    assert found.fields["conditions"] == measured.Tally(2, 2, 2, 2)  # the leaf of the beneficiary is no third


def test_nothing_found_is_nothing_right(scored):
    found = scored([])
    assert (found.measures.precision, found.measures.recall, found.measures.f1) == (None, 0, 0)
    assert found.clauses == measured.Tally(1, 0, 0, 0)
    assert found.fields["conditions"] == measured.Tally(2, 0, 0, 0)
    assert found.paired["conditions"].f1 is None
    assert found.silent.recall == 1
    assert [m.split("漏：")[1] for m in found.misses["measures"]] == ["给予最高50万元一次性补助", "开放仪器"]


def test_each_wrong_field_lowers_its_own_figure_alone(small, scored, perfect):
    given, shared = perfect
    s = small.span
    leaves = (Leaf("gate", "other", "stated", (), s("符合条件的")), Leaf("gate", "region", "in", ("全市",), s("全市")))
    wrong = {
        "kind": (changed(given, kind="税收"), {"kind": (0.5, 0.5)}),
        "strength": (changed(given, strength="鼓励"), {"strength": (0.5, 0.5)}),
        "beneficiary": (changed(given, beneficiary=(s("机器人企业"),)), {"beneficiary": (0.5, 2 / 3)}),
        "conditions": (changed(given, conditions=Node("all", leaves)), {"conditions": (0.5, 0.5), "roles": (0, 0)}),
        "amounts": (changed(given, amounts=(Amount(50, "元", "le", s("50")),)), {"amounts": (0, 0), "bounds": (0, 0)}),
        "bounds": (changed(given, amounts=(Amount(500000, "元", "", s("50万元")),)), {"bounds": (0, 0)}),
        "agencies": (changed(given, agencies=given.agencies[:1]), {"agencies": (1, 0.5), "leads": (1, 0.5)}),
        "leads": (
            changed(given, agencies=tuple(Agency(a.name, True, a.span) for a in given.agencies)),
            {"leads": (0.5, 0.5)},
        ),
        "time": (changed(given, time=(s("2020年底前"), s("一次性"))), {"time": (0.5, 1)}),
    }
    for measure, lowered in wrong.values():
        found = scored([measure, shared])
        shares = {f: (t.precision, t.recall) for f, t in found.fields.items() if t.f1 != 1}
        assert shares == lowered
        assert {f for f, told in found.misses.items() if told} == set(lowered)


def test_a_spurious_and_a_missing_measure_count_in_their_fields(small, scored, perfect):
    given = perfect[0]
    elsewhere = Measure(small.clause, "平台建设", "落实", small.span("建成100家众创空间"), (small.span("众创空间"),))
    found = scored([given, elsewhere])
    assert found.measures == measured.Tally(2, 1, 2, 1)
    assert found.fields["beneficiary"] == measured.Tally(3, 1, 2, 1)
    assert found.paired["beneficiary"] == measured.Tally(1, 1, 1, 1)
    assert found.fields["kind"] == measured.Tally(2, 1, 2, 1)
    assert [m.split()[-1] for m in found.misses["measures"]] == ["漏：开放仪器", "误：建成100家众创空间"]
    assert not any(told for f, told in found.misses.items() if f != "measures")


def test_a_measure_in_two_pieces_is_one_pair_and_one_split(small, scored, perfect):
    given, shared = perfect
    piece = changed(given, benefit=small.span("一次性补助"))
    found = scored([piece, given, shared])
    assert found.measures == measured.Tally(2, 2, 3, 2)
    assert found.split == 1


def test_a_benefit_that_shares_less_than_half_is_no_pair(small, scored, perfect):
    apart = changed(perfect[0], benefit=small.span("补助，优先支持机器人企业，由市科技局"))
    assert scored([apart]).measures == measured.Tally(2, 0, 1, 0)


def test_what_is_found_in_a_clause_without_a_measure_breaks_its_silence(small, scored, perfect):
    spurious = Measure(next(c for c in small.clauses if "100家" in c.text), "平台建设", "落实", small.span("建成100家众创空间"))
    found = scored(perfect, [spurious])
    assert (found.silent.hit, found.silent.gold) == (0, 1)
    assert found.clauses == measured.Tally(1, 1, 2, 1)
    assert found.measures == measured.Tally(2, 2, 3, 2)
    assert "0 条没有误读（0.000）" in measured.silence(found)


def test_a_class_of_the_beneficiary_counts_where_gold_names_it_a_condition(scored, perfect):
    named = {**GIVEN, "conditions": [*GIVEN["conditions"], {"role": "gate", "quote": "小微企业"}]}
    found = scored(perfect, rows=({**ROW, "measures": [named, SHARED]}, NONE))
    assert found.fields["conditions"] == found.fields["roles"] == measured.Tally(3, 3, 3, 3)


def test_f1_is_the_harmonic_mean():
    assert measured.Tally(4, 1, 2, 1).f1 == pytest.approx(1 / 3)
    assert measured.Tally().f1 is None
    assert measured.Tally(gold=2).f1 == measured.Tally(found=2).f1 == 0


# --- the command -----------------------------------------------------------------


@pytest.fixture
def command(monkeypatch, tmp_path):
    """`python -m eval measures …` over the small document; `reads` is what stands for the extractor."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "d.txt").write_text(RAW, "utf-8")
    monkeypatch.setenv("YOUJU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("YOUJU_CORPUS", str(folder))

    def called(reads, *arguments):
        monkeypatch.setitem(sys.modules, "corpus.measures", SimpleNamespace(measures=reads))
        monkeypatch.setattr(sys, "argv", ["eval", "measures", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code or 0

    return called


def first_half(clause):
    """A measure of the whole clause wherever something is given."""
    at = clause.text.find("给予")
    whole = (clause.start, clause.end)
    return (Measure(clause, "补贴", "给予", whole),) if at >= 0 else ()


def test_the_command_prints_the_table_and_writes_both_files(command, write, tmp_path, capsys):
    path = write(ROW, NONE)
    assert command(first_half, "--cases", path, "--out", tmp_path / "new" / "out") == 0
    said = capsys.readouterr().out
    made = json.loads((tmp_path / "new" / "out" / "measures.json").read_text("utf-8"))
    assert made["measures"] | {"precision": 1, "recall": 0.5, "split": 0} == made["measures"]
    assert made["silent"]["recall"] == 1
    assert (made["half"], made["files"]) == ("all", ["measures-x.jsonl"])
    assert made["commit"]
    assert said.startswith("2 条\n")
    assert "漏：" not in said
    page = (tmp_path / "new" / "out" / "measures.html").read_text("utf-8")
    assert "漏：开放仪器" in page
    assert "http" not in page


def test_verbose_lists_the_misses_and_a_half_is_chosen(command, write, tmp_path, capsys):
    path = write(ROW, NONE)
    assert command(first_half, "--cases", path, "--verbose") == 0
    assert "措施\n  measures-x.jsonl 第 1 行 d:一（一） 漏：开放仪器" in capsys.readouterr().out
    assert command(first_half, "--cases", path, "--half", "even") == 0
    assert capsys.readouterr().out.startswith("1 条\n")
    assert command(first_half, "--cases", path, "--half", "third") == 2
    assert not list(tmp_path.rglob("measures.json"))


def test_a_wrong_file_is_told_without_a_trace(command, write, capsys):
    assert command(first_half, "--cases", write(ROW, "{")) == 1
    assert capsys.readouterr().err.startswith("错误：measures-x.jsonl 第 2 行不是 JSON")
    assert command(first_half, "--cases", write({**ROW, "quote": "没有的话"})) == 1
    assert "第 1 行：d 里没有一条含有“没有的话”" in capsys.readouterr().err
