"""Claims with one change each: the file, the verdict of a text, the table, the command."""

import json
import sys
from pathlib import Path

import pytest
from fakes import HashEncoder

from corpus import catalog
from corpus.repair import fold
from eval import __main__ as cli
from eval import claims
from eval.cases import CaseError
from index import models

CORPUS = Path(__file__).parents[1] / "corpus" / "documents"

QUOTE = "新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴"
ROW = {
    "id": "A",
    "text": "新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴。",
    "label": "supported",
    "edit": "verbatim",
    "quote": QUOTE,
    "document": "jiangzhengfa-2020-8",
    "question": "新建养老服务中心有多少建设补贴？",
}
CHANGED = {**ROW, "id": "B", "text": ROW["text"].replace("1万元", "3万元"), "label": "unsupported", "edit": "figure"}
TWO = {**ROW, "id": "C", "text": f"{ROW['text']}月球基地明年开放参观。", "label": "unsupported", "edit": "invented"}
OTHER = {**ROW, "id": "D", "quote": "本办法由县民政局负责解释"}


@pytest.fixture
def write(tmp_path):
    def written(*rows, name="claims.jsonl"):
        path = tmp_path / name
        lines = (r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows)
        path.write_text("\n".join(lines), "utf-8")
        return path

    return written


# --- the file ----------------------------------------------------------------


def test_a_file_is_read_in_its_order(write):
    found = claims.load(write(ROW, "", CHANGED))
    assert found == [
        claims.Claim("A", ROW["text"], True, "verbatim", QUOTE, ROW["question"]),
        claims.Claim("B", CHANGED["text"], False, "figure", QUOTE, ROW["question"]),
    ]


def test_a_mark_of_utf8_in_front_does_no_harm(tmp_path):
    path = tmp_path / "claims.jsonl"
    path.write_text(json.dumps(ROW), "utf-8-sig")
    assert len(claims.load(path)) == 1


WHOLE = "有且只有这些键，值都是文字：document、edit、id、label、question、quote、text"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "第 2 行不是 JSON"),
        ("[]", WHOLE),
        ("3", WHOLE),
        ({k: v for k, v in CHANGED.items() if k != "quote"}, WHOLE),
        ({**CHANGED, "colour": "red"}, WHOLE),
        ({**CHANGED, "id": 7}, WHOLE),
        ({**CHANGED, "text": None}, WHOLE),
        ({**CHANGED, "label": ["supported"]}, WHOLE),
        ({**CHANGED, "label": "true"}, "label 应为 supported 或 unsupported，不是“true”"),
        ({**CHANGED, "label": ""}, "label 应为"),
        ({**CHANGED, "id": " "}, "不能为空"),
        ({**CHANGED, "text": ""}, "不能为空"),
        ({**CHANGED, "quote": "\n"}, "不能为空"),
        ({**CHANGED, "id": "A"}, "id “A”重复"),
    ],
)
def test_a_wrong_line_is_named(write, row, message):
    with pytest.raises(CaseError, match=r"claims\.jsonl 第 2 行") as caught:
        claims.load(write(ROW, row))
    assert message in str(caught.value)


def test_a_file_without_claims_is_told(write):
    with pytest.raises(CaseError, match="没有断言"):
        claims.load(write("", " "))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CaseError, match="读不了断言文件"):
        claims.load(tmp_path / "none.jsonl")


def test_a_file_in_another_encoding_is_told(tmp_path):
    path = tmp_path / "claims.jsonl"
    path.write_bytes(json.dumps(ROW, ensure_ascii=False).encode("gb18030"))
    with pytest.raises(CaseError, match="UTF-8"):
        claims.load(path)


@pytest.mark.parametrize("path", claims.SHIPPED, ids=lambda p: p.stem)
def test_the_shipped_files_can_be_read_and_hold_both_labels(path):
    found = claims.load(path)
    assert {c.supported for c in found} == {True, False}
    assert len({c.edit for c in found}) > 10


def test_the_shipped_files_share_no_text():
    dev, test = ({c.text for c in claims.load(path)} for path in claims.SHIPPED)
    assert not dev & test


def test_every_passage_of_the_shipped_files_stands_in_its_document():
    texts = {d.id: fold(d.text) for d in catalog.load(CORPUS)}
    rows = [json.loads(line) for path in claims.SHIPPED for line in path.read_text("utf-8").splitlines()]
    assert len(rows) > 200
    assert not [r["id"] for r in rows if fold(r["quote"]) not in texts[r["document"]]]


# --- the verdict -------------------------------------------------------------


def judge(index, write, *rows):
    return claims.judge(index, claims.load(write(*rows)), progress=False)


def test_a_true_claim_is_verified_and_its_passage_cited(index, write):
    (found,) = judge(index, write, ROW)
    assert (found.verdict, found.problem, found.cited) == ("verified", "", True)


def test_a_changed_figure_is_not_supported_and_the_reason_is_kept(index, write):
    (found,) = judge(index, write, CHANGED)
    assert (found.verdict, found.cited) == ("unsupported", False)
    assert "3万元" in found.problem


def test_a_text_is_as_good_as_its_worst_sentence(index, write):
    (found,) = judge(index, write, TWO)
    assert found.verdict == "unsupported"
    assert found.cited  # the first sentence still cites


def test_another_passage_than_the_right_one_is_not_cited_rightly(index, write):
    (found,) = judge(index, write, OTHER)
    assert (found.verdict, found.cited) == ("verified", False)


@pytest.mark.parametrize(
    ("text", "quote", "cited"),
    [
        # two items in one passage: either is a part of it, their neighbour is not
        ("年满80周岁的老年人，每人每月发放高龄津贴100元。", "每人每月发放高龄津贴100元。（二）年满60周岁的失能老年人", True),
        ("年满60周岁的失能老年人，每人每月发放护理补贴200元。", "每人每月发放高龄津贴100元。（二）年满60周岁的失能老年人", True),
        ("县民政局在5个工作日内作出决定并公示。", "每人每月发放高龄津贴100元。（二）年满60周岁的失能老年人", False),
        ("年满60周岁的失能老年人，每人每月发放护理补贴200元。", "（一）年满80周岁的老年人，每人每月发放高龄津贴100元。", False),
        ("年满80周岁的老年人，每人每月发放高龄津贴100元。", "（二）年满60周岁的失能老年人，每人每月发放护理补贴200元。", False),
        # blanks and wide forms are no difference, another document is
        ("县民政局在5个工作日内作出决定并公示。", "县民政局在５个 工作日内作出决定", True),
        ("县民政局在5个工作日内作出决定并公示。", "每百户不少于20平方米", False),
    ],
)
def test_a_passage_over_several_clauses_is_cited_by_each_of_them(index, write, text, quote, cited):
    (found,) = judge(index, write, {**ROW, "text": text, "quote": quote})
    assert (found.verdict, found.cited) == ("verified", cited)


def test_the_question_goes_with_the_claim(index, write):
    own = {**ROW, "text": "30个人的机构，按每人每月300元给予运营补贴。"}
    with_it = {**own, "question": "我们有30个人，有运营补贴吗？"}
    assert judge(index, write, {**own, "question": ""})[0].verdict == "unsupported"
    assert judge(index, write, with_it)[0].verdict != "unsupported"


@pytest.mark.parametrize("text", ["。。。", "补贴" * 3000, "有补贴。" * 61])
def test_a_text_that_cannot_be_checked_names_its_claim(index, write, text):
    with pytest.raises(CaseError, match="断言 A：") as caught:
        judge(index, write, {**ROW, "text": text})
    assert caught.value.__cause__


def test_a_bar_is_shown_unless_it_is_not_wanted(index, write, capsys):
    found = claims.load(write(ROW))
    claims.judge(index, found, progress=False)
    assert capsys.readouterr().err == ""
    claims.judge(index, found)
    assert "断言" in capsys.readouterr().err


# --- the table ---------------------------------------------------------------


def judged(supported, edit, verdict, cited=False):
    return claims.Judged(claims.Claim("x", "x", supported, edit, "x", ""), verdict, "", cited)


def test_shares_are_those_of_each_kind_and_of_each_label():
    found = [
        judged(True, "short", "verified", True),
        judged(True, "short", "weak", True),
        judged(True, "merge", "unsupported"),
        judged(True, "merge", "verified"),
        judged(False, "figure", "unsupported"),
    ]
    table = claims.table(found)
    assert list(table) == ["supported", "supported merge", "supported short", "unsupported", "unsupported figure"]
    assert table["supported"] == {"claims": 4, "verified": 0.5, "weak": 0.25, "unsupported": 0.25, "cited": 0.5}
    assert table["supported short"] == {"claims": 2, "verified": 0.5, "weak": 0.5, "unsupported": 0, "cited": 1}
    assert table["unsupported"] == {"claims": 1, "verified": 0, "weak": 0, "unsupported": 1, "cited": 0}


def columns(text):
    """Columns of a terminal: a Chinese character takes two."""
    return sum(1 + ("\u4e00" <= c <= "\u9fff") for c in text)


def test_the_printed_table_stands_in_columns():
    head, *rows = claims.printed(claims.table([judged(True, "short", "weak", True), judged(False, "figure", "verified")]))
    assert head.split() == ["种类", "条数", "已核对", "部分支持", "没有依据", "引对"]
    assert rows[1].split() == ["supported", "short", "1", "0.000", "1.000", "0.000", "1.000"]
    assert rows[2].split() == ["unsupported", "1", "1.000", "0.000", "0.000", "0.000"]
    assert {columns(line) for line in (head, *rows)} == {columns(head)}


# --- the command -------------------------------------------------------------


@pytest.fixture
def command(monkeypatch, settings, built):
    """`python -m eval claims …` in this process, with the sample index and the fake encoder; → its exit code."""
    monkeypatch.setenv("YOUJU_HOME", str(settings.home))
    monkeypatch.setenv("YOUJU_CORPUS", str(settings.corpus))
    monkeypatch.setenv("YOUJU_INDEX", str(settings.index))
    monkeypatch.setenv("YOUJU_ENCODER", settings.encoder)
    monkeypatch.setenv("YOUJU_RERANKER", "none")
    monkeypatch.setattr(models, "encoder", lambda _: HashEncoder())

    def called(*arguments):
        monkeypatch.setattr(sys, "argv", ["eval", "claims", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code or 0

    return called


def test_the_command_prints_the_table_and_writes_what_it_found(command, settings, write, tmp_path, capsys):
    out = tmp_path / "new" / "out"
    assert command(write(ROW, CHANGED, TWO), "--out", out) == 0
    said = capsys.readouterr()
    made = json.loads((out / "claims.json").read_text("utf-8"))
    one = made["files"]["claims.jsonl"]
    assert said.out.splitlines() == ["claims.jsonl（3 条）", *claims.printed(one["kinds"])]
    assert "断言" in said.err
    assert set(made) == {"files", "commit", "machine"}
    assert set(one["settings"]) == {"cases", "corpus", "encoder", "reranker"}
    assert (one["settings"]["encoder"], one["settings"]["reranker"]) == (settings.encoder, "none")
    assert one["kinds"]["supported"]["verified"] == 1
    assert one["kinds"]["unsupported"] == {"claims": 2, "verified": 0, "weak": 0, "unsupported": 1, "cited": 0.5}
    assert [(c["id"], c["verdict"], c["cited"]) for c in one["claims"]] == [
        ("A", "verified", True),
        ("B", "unsupported", False),
        ("C", "unsupported", True),
    ]
    assert "3万元" in one["claims"][1]["problem"]


def test_without_a_folder_nothing_is_written(command, write, tmp_path):
    before = {p for p in tmp_path.rglob("claims.json*") if p.is_file()}
    path = write(ROW)
    assert command(path) == 0
    assert {p for p in tmp_path.rglob("claims.json*") if p.is_file()} == before | {path}


def test_without_a_file_the_shipped_ones_are_checked_each_for_itself(command, write, tmp_path, monkeypatch, capsys):
    paths = (write(ROW, name="claims-dev.jsonl"), write(CHANGED, name="claims-test.jsonl"))
    monkeypatch.setattr(claims, "SHIPPED", paths)
    assert command("--out", tmp_path / "out") == 0
    made = json.loads((tmp_path / "out" / "claims.json").read_text("utf-8"))["files"]
    assert {name: list(file["kinds"]) for name, file in made.items()} == {
        "claims-dev.jsonl": ["supported", "supported verbatim"],
        "claims-test.jsonl": ["unsupported", "unsupported figure"],
    }
    assert made["claims-dev.jsonl"]["settings"]["cases"] != made["claims-test.jsonl"]["settings"]["cases"]
    assert "claims-dev.jsonl（1 条）" in capsys.readouterr().out


def test_a_wrong_file_is_told_before_anything_is_opened(command, write, monkeypatch, capsys):
    monkeypatch.setattr(models, "encoder", lambda _: pytest.fail("the encoder was loaded"))
    assert command(write("{")) == 1
    assert capsys.readouterr().err.startswith("错误：claims.jsonl 第 1 行不是 JSON")
