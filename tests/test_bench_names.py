"""What the benchmark's measures are called; their keys in the files of a run stay."""

import json

import pytest
from test_run import CASES, SETTINGS, assistant  # noqa: F401 - a fixture
from typer.testing import CliRunner

from eval import __main__ as evaluation
from eval import ablation, beir, metrics, peers, profiles
from eval.report import page
from eval.run import judged, run, summary
from qa.bench_names import chinese, named
from qa.bench_records import differences


@pytest.mark.parametrize(
    ("key", "own", "english"),
    [
        ("must", "关键说法命中率", "key terms found"),
        ("recall@10", "召回率 recall@10", "recall@10"),
        ("citation precision", "引用精确率 citation precision", "citation precision"),
        ("recall in 2000", "前 2000 字内召回率", "recall within 2000 characters"),
        ("recall in 2000 cut", "截到 2000 字的召回率", "recall of the first 2000 characters"),
        ("nDCG@10", "归一化折损累积增益 nDCG@10", "nDCG@10"),
        ("recall@ten", "recall@ten", "recall@ten"),
    ],
)
def test_names(key, own, english):
    assert (named(key), named(key, "en")) == (own, english)


def test_every_measure_of_every_kind_of_run_has_a_name():
    keys = {*(f"recall@{k}" for k in (*metrics.CUTS, *profiles.CUTS)), *(f"recall in {b}" for b in metrics.BUDGETS)}
    keys |= {*ablation.MEASURED, *beir.MEASURES, *peers.COMPARED, *profiles.GOALS, "unknown"}
    assert [key for key in keys if not chinese(key)] == []


@pytest.fixture
def ran(index, assistant, settings, tmp_path, monkeypatch):  # noqa: F811 - the fixture
    """Two runs of the same cases, and the arguments that name them."""
    file = tmp_path / "cases.jsonl"
    rows = [
        {"id": c.id, "type": c.type, "turns": c.turns, "must": c.must, "evidence": [{"quote": q.text} for q in c.evidence]}
        for c in CASES
    ]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    first = tmp_path / "first"
    run(CASES, first, index, assistant, SETTINGS, progress=False)
    for name, value in (("YOUJU_HOME", settings.home), ("YOUJU_CORPUS", settings.corpus), ("YOUJU_INDEX", settings.index)):
        monkeypatch.setenv(name, str(value))
    return file, first


def test_a_report_names_its_measures_and_the_files_keep_their_keys(ran, index):
    file, first = ran
    told = CliRunner().invoke(evaluation.app, ["report", "--cases", str(file), "--out", str(first)]).stdout
    rows = {line[:20].strip(): line for line in told.splitlines()}
    assert rows["must"].split()[1:] == ["1.000", "[1.000,", "1.000]", "2", "关键说法命中率"]
    assert rows["recall@5"].endswith(" 召回率")
    overall = json.loads((first / "summary.json").read_text("utf-8"))["overall"]
    assert {"must", "recall@5", "recall in 2000", "citation precision", "figures", "refused", "total"} <= overall.keys()
    shown = (first / "report.html").read_text("utf-8")
    for key in overall:
        assert f"<tr><td>{named(key)}</td>" in shown
        assert chinese(key), f"{key} has no name"
        assert f"<td>{key}</td>" not in shown
    assert "<th>关键说法命中率</th>" in shown


def test_failures_are_told_by_the_names_of_their_measures(ran, index):
    _, first = ran
    lines = [json.loads(line) for line in (first / "run.jsonl").read_text("utf-8").splitlines()]
    lines[0] |= {"answer": "没有写。"}
    found = judged(CASES, lines, index.by_id)
    assert "关键说法命中率 0.00" in page(found, summary(found, SETTINGS))


def test_a_comparison_names_its_measures_behind_the_figures_that_the_page_reads(ran):
    file, first = ran
    told = CliRunner().invoke(evaluation.app, ["compare", "--cases", str(file), str(first), str(first)]).stdout
    assert any(line.startswith("must ") and line.endswith(" 关键说法命中率") for line in told.splitlines())
    rows = {d.name: d for d in differences(told)}
    assert len(rows) == len(told.splitlines())
    assert (rows["must"].first, rows["must"].difference, rows["must"].cases) == (1, 0, 2)
    assert rows["recall in 2000"].name == "recall in 2000"
