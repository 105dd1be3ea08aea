"""`python -m corpus measures`: text, JSON Lines, CSV and XLSX; formulas stay text; clear errors."""

import csv
import io
import json

import pytest
from documents import document
from notices import HIGH_TECH, TALENT
from openpyxl import load_workbook
from typer.testing import CliRunner

from corpus import measure_export
from corpus.__main__ import app, main
from corpus.clauses import clauses
from corpus.measures import measures
from corpus.records import CorpusError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "high-tech.txt").write_text(HIGH_TECH, "utf-8")
    (tmp_path / "corpus" / "talent.txt").write_text(TALENT, "utf-8")
    return tmp_path / "corpus"


def run(folder, *options):
    return CliRunner().invoke(app, ["measures", "--corpus", str(folder), *options])


def evil(words):
    raw = f"{words}办法\n\n一、对{words}企业给予50万元补贴。（市科技局负责）\n二、支持高校毕业生创业。\n"
    return [m for c in clauses(document(raw, id=words, title=words)) for m in measures(c)]


def test_text_names_clause_kind_and_sum(folder):
    result = run(folder, "--document", "high-tech")
    assert result.exit_code == 0
    assert "[奖励·给予] 给予20万元奖励" in result.output
    assert "牵头：市科技局、市财政局" in result.output
    assert "talent" not in result.output


def test_a_kind_is_chosen(folder):
    result = run(folder, "--kind", "子女入学")
    assert "优先安排高层次人才子女入学" in result.output
    assert "万元" not in result.output


def test_json_lines_hold_verbatim_spans(folder):
    text = (folder / "high-tech.txt").read_text("utf-8")
    rows = [json.loads(line) for line in run(folder, "--format", "jsonl", "--document", "high-tech").output.splitlines()]
    assert len(rows) == 4
    for row in rows:
        for field in (row["benefit"], *row["beneficiary"], *row["amounts"], *row["agencies"], *row["time"]):
            assert text[field["start"] : field["end"]] == field["text"]
    assert rows[0]["amounts"][0]["value"] == 200_000
    assert rows[0]["conditions"]["join"] == "all"


def test_csv_has_one_row_a_measure(folder, tmp_path):
    out = tmp_path / "out.csv"
    assert run(folder, "--format", "csv", "--out", str(out)).exit_code == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(out.read_text("utf-8-sig"))))
    assert tuple(rows[0]) == measure_export.HEADS
    assert len(rows) - 1 == len(run(folder, "--format", "jsonl").output.splitlines())
    assert all(len(row) == len(rows[0]) for row in rows)


def test_xlsx_opens_with_the_same_cells(folder, tmp_path):
    out = tmp_path / "out.xlsx"
    result = run(folder, "--format", "xlsx", "--out", str(out))
    assert "项措施，写入" in result.output
    sheet = load_workbook(out).active
    rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == measure_export.HEADS
    assert "给予20万元奖励" in rows[1]


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_becomes_a_formula(words, tmp_path):
    found = evil(words)
    assert any(cell.startswith(words) for cell in measure_export.row(found[0]))
    for row in csv.reader(io.StringIO(measure_export.printed(found, "csv"))):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    measure_export.write(found, "xlsx", tmp_path / "x.xlsx")
    cells = [c for row in load_workbook(tmp_path / "x.xlsx").active.iter_rows() for c in row if c.value]
    assert {c.data_type for c in cells} == {"s"}
    assert any(c.value == words for c in cells)


def test_control_characters_do_not_break_a_sheet(tmp_path):
    measure_export.write(evil("坏\x0b字"), "xlsx", tmp_path / "x.xlsx")
    assert load_workbook(tmp_path / "x.xlsx").active.max_row == 3


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--format", "pdf"], "不认识的格式“pdf”。可用：text、jsonl、csv、xlsx"),
        (["--format", "xlsx"], "请用 --out 给出文件名"),
        (["--kind", "发钱"], "没有“发钱”这一种。可用："),
        (["--document", "nowhere"], "没有 id、文号或标题为“nowhere”的文件。可用：high-tech、talent"),
        (["--out", "/nowhere/x.txt"], "写不了 /nowhere/x.txt"),
    ],
)
def test_errors_say_what_to_do(folder, monkeypatch, capsys, options, told):
    monkeypatch.setattr("sys.argv", ["corpus", "measures", "--corpus", str(folder), *options])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    assert told in capsys.readouterr().err


def test_a_missing_folder_is_told(tmp_path):
    result = run(tmp_path / "none")
    assert isinstance(result.exception, CorpusError)
