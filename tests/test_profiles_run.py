"""`python -m eval run --profiles`: file checks, run lines, metrics, resuming."""

import json

import match_world
import pytest
from fakes import HashEncoder
from typer.testing import CliRunner

from eval import __main__ as cli
from eval import profiles
from eval.cases import CaseError

CASES = [
    {
        "id": "P1",
        "say": "我们是沈阳一家公司，想买设备",
        "facts": {"who": ["企业"]},
        "evidence": [{"quote": "对机器人企业购买设备给予补助"}, {"quote": "没有这句", "alt": [{"quote": "对中小企业购买设备"}]}],
        "unknown": [{"quote": "有条件的县（市）要对众创空间建设给予补贴"}],
        "not": [{"quote": "对企业购买设备给予补贴"}],
    },
    {"id": "P2", "say": "", "note": "空的"},
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return match_world.made(tmp_path_factory.mktemp("world"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "profiles.jsonl"
    path.write_text("".join(json.dumps(c, ensure_ascii=False) + "\n" for c in CASES), "utf-8")
    return path


def test_cases_are_read(file):
    one, two = profiles.load(file)
    assert (one.id, one.line, two.line) == ("P1", 1, 2)
    assert one.evidence[1].texts == ("没有这句", "对中小企业购买设备")
    assert (len(one.unknown), len(one.never), two.evidence) == (1, 1, ())


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("{", "第 2 行"),
        ("[]", "JSON 对象"),
        ('{"id": "x"}', "缺少 say"),
        ('{"id": "x", "say": "y", "colour": 1}', "不认识的键 colour"),
        ('{"id": "P1", "say": "y"}', "重复"),
        ('{"id": "x", "say": 5}', "say"),
        ('{"id": "x", "say": "y", "evidence": {"quote": "a"}}', "evidence"),
        ('{"id": "x", "say": "y", "not": [{"quot": "a"}]}', "quote"),
        ('{"id": "x", "say": "y", "unknown": ["a"]}', "quote"),
    ],
)
def test_broken_line_is_named(file, line, part):
    file.write_text(json.dumps(CASES[0]) + "\n" + line + "\n", "utf-8")
    with pytest.raises(CaseError, match=part) as error:
        profiles.load(file)
    assert "profiles.jsonl 第 2 行" in str(error.value)


def test_file_that_is_empty_or_missing(file, tmp_path):
    file.write_text("\n", "utf-8")
    with pytest.raises(CaseError, match="没有用例"):
        profiles.load(file)
    with pytest.raises(CaseError, match="读不了"):
        profiles.load(tmp_path / "none.jsonl")


def line(*measures):
    return {"measures": [{"clause": c, "verdict": v, "conditions": k} for c, v, k in measures], "timings": {"total_ms": 5}}


def scores(world, *measures):
    case = profiles._case(CASES[0])
    return profiles.judge(case, line(*measures), world[0].by_id).scores


def place(world):
    text = next(d for d in world[0].documents if d.id == "ended").text
    return [{"verdict": "not_met", "quote": text[:3], "start": 0, "end": 3}]


def test_metrics(world):
    found = scores(
        world,
        ("province:一（二）", "unknown", []),
        ("nation:一（五）", "unknown", []),
        ("nation:一（三）", "unknown", []),
        ("ended:一（一）", "not_met", place(world)),
    )
    assert found["recall@5"] == 0.5
    assert found["precision@5"] == 0.25
    assert (found["unknown"], found["not met"], found["with span"]) == (1, 0, 1)


def test_alternative_quotes_count(world):
    assert scores(world, ("province:一（二）", "unknown", []), ("nation:一（四）", "unknown", []))["recall@5"] == 1


def test_what_is_wrong_is_counted(world):
    found = scores(
        world,
        ("nation:一（三）", "met", []),
        ("ended:一（一）", "met", [{"verdict": "met", "quote": "无", "start": 0, "end": 1}]),
    )
    assert (found["unknown"], found["not met"], found["with span"], found["precision@5"]) == (0, 1, 0, 0)


def test_failed_case_counts_as_nothing_found(world):
    assert profiles.judge(profiles._case(CASES[0]), {"error": "x"}, world[0].by_id).scores["recall@10"] == 0


@pytest.fixture
def run(world, file, tmp_path, monkeypatch):
    from index import models

    monkeypatch.setattr(models, "encoder", lambda _: HashEncoder())
    for name, value in (("YOUJU_HOME", world[1].home), ("YOUJU_CORPUS", world[1].corpus), ("YOUJU_INDEX", world[1].index)):
        monkeypatch.setenv(name, str(value))
    out = tmp_path / "out"

    def go(*words):
        return CliRunner().invoke(cli.app, ["run", "--profiles", str(file), "--out", str(out), *words])

    return go, out


def test_run_writes_lines_summary_and_report(run):
    go, out = run
    shown = go()
    assert shown.exit_code == 0, shown.output
    assert "没有这句" in shown.output, "a quote that no clause holds is told"
    one, two = (json.loads(text) for text in (out / "run.jsonl").read_text("utf-8").splitlines())
    assert {"id", "profile", "measures", "ask", "timings"} <= one.keys()
    assert {"clause", "document", "text", "kind", "verdict", "benefit", "amount", "agency"} <= one["measures"][0].keys()
    assert (two["measures"], bool(two["ask"])) == ([], True)
    made = json.loads((out / "summary.json").read_text("utf-8"))
    assert made["overall"]["not met"]["mean"] == 0
    assert made["overall"]["recall@10"]["low"] <= made["overall"]["recall@10"]["mean"] == 1
    assert made["latency_ms"]["largest"] > 0
    assert "P1" in (out / "report.html").read_text("utf-8")


def test_run_resumes(run):
    go, out = run
    go()
    first, second = (out / "run.jsonl").read_text("utf-8").splitlines()
    (out / "run.jsonl").write_text(first.replace('"ask": ', '"kept": 1, "ask": ', 1) + "\n" + second[:20], "utf-8")
    assert go().exit_code == 0
    lines = [json.loads(text) for text in (out / "run.jsonl").read_text("utf-8").splitlines()]
    assert [(text["id"], text.get("kept")) for text in lines] == [("P1", 1), ("P2", None)]


def test_one_failing_case_does_not_end_the_run(run, monkeypatch):
    go, out = run
    real = profiles.match

    def match(index, profile):
        if profile.facts:
            raise RuntimeError("<b>broken</b>")
        return real(index, profile)

    monkeypatch.setattr(profiles, "match", match)
    assert "出错的画像：P1" in go().output
    assert "RuntimeError" in json.loads((out / "run.jsonl").read_text("utf-8").splitlines()[0])["error"]
    assert "<b>broken" not in (out / "report.html").read_text("utf-8")


def test_exactly_one_kind_of_file_is_taken(run, file):
    go, _ = run
    assert isinstance(go("--cases", str(file)).exception, CaseError)


def test_shipped_profiles_are_sound():
    from pathlib import Path

    from corpus.catalog import load
    from corpus.clauses import clauses
    from index.settings import DEFAULT_CORPUS

    found = [c for d in load(DEFAULT_CORPUS) for c in clauses(d)]
    chosen = profiles.load(Path(profiles.__file__).parent / "cases" / "profiles-dev.jsonl")
    assert list(profiles.unproved(chosen, found)) == []
