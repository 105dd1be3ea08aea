"""An ablation searches with one step switched off at a time, goes on where it was cut, and is told in the report."""

import json
import re
import sys
from dataclasses import replace

import pytest
from fakes import FakeReranker, HashEncoder

from eval import __main__ as cli
from eval import ablation, stats
from eval.cases import Case, CaseError, Quote
from eval.report import alone, beside
from eval.run import judged, run, summary
from index import models, rerank
from index.errors import StaleIndexError, WeightsError
from index.search import Plan

BESIDE = "国办发〔2019〕21号和江政发〔2020〕8号的覆盖率有什么不同？"
TURN, BEFORE = "那2025年呢？", "到2022年江东护理型床位占比是多少？"
CASES = [
    {"id": "A", "type": "number", "turns": ["建设补贴每张床位多少？"], "evidence": [{"quote": "每张床位1万元"}]},
    {"id": "B", "type": "followup", "turns": [BEFORE, TURN], "evidence": [{"quote": "不低于60%"}]},
    {"id": "C", "type": "none", "turns": ["深圳养老院有补贴吗？"]},
    {"id": "D", "type": "compare", "turns": [BESIDE], "evidence": [{"quote": "90%以上"}, {"quote": "95%以上"}]},
    {
        "id": "E",
        "type": "fact",
        "turns": ["青政办发〔2021〕3号的补贴标准是什么？"],
        "evidence": [{"quote": "高龄津贴100元"}, {"quote": "护理补贴200元"}],
    },
]
LOADED = [
    Case(c["id"], c["type"], "", tuple(c["turns"]), tuple(Quote(q["quote"]) for q in c.get("evidence", [])), (), "", ())
    for c in CASES
]
ABOUT = {"encoder": "hash"}
UNASKED = Case("X", "fact", "", ("？？？",), (Quote("每张床位1万元"),), (), "", ())


@pytest.fixture
def ablate(settings, built, tmp_path, monkeypatch):
    """Run an ablation into `out`; `loaded` are the encoders it loaded."""

    def encoder(wanted):
        made.loaded.append(HashEncoder() if wanted.encoder == settings.encoder else HashEncoder("hash:other", 64))
        return made.loaded[-1]

    def made(encoders=(), cases=LOADED, about=ABOUT, own=settings, keys=None):
        steps = [s for s in ablation.steps(own, encoders) if keys is None or s.key in keys]
        return ablation.ablate(cases, tmp_path / "out", own, steps, about, progress=False)

    monkeypatch.setattr(models, "encoder", encoder)
    made.loaded = []
    return made


@pytest.fixture
def searched(monkeypatch):
    """Ids of the cases in the order in which they were searched; with `.stop_after` Ctrl-C comes at the next one."""

    class Calls(list):
        stop_after = None

    calls, retrieved = Calls(), ablation.retrieved

    def counted(case, index):
        if calls.stop_after == len(calls):
            raise KeyboardInterrupt
        calls.append(case.id)
        return retrieved(case, index)

    monkeypatch.setattr(ablation, "retrieved", counted)
    return calls


def by_key(made):
    return {row["key"]: row for row in made["rows"]}


def test_every_step_takes_out_what_it_says(settings):
    usual = Plan()
    first, *rest = ablation.steps(settings, ["other", settings.encoder, "other", "none"])
    assert (first.key, first.plan, first.encoder, first.reranked) == ("everything", usual, "", True)
    off = {s.key: {n for n, weight in s.plan.weights.items() if not weight} for s in rest}
    assert off == {
        "no sentence vectors": {"sentence", "named sentence", "also sentence"},
        "no BM25": {"words", "named words", "also words"},
        "no clause vectors": {"clause", "named clause", "also clause"},
        "no official wording": {"official"},
        "no named documents": {"named", "named clause", "named sentence", "named words"},
        "no titles": {"titled"},
        "no places": {"place"},
        "no second reading": {"also clause", "also sentence", "also words"},
        "no lists": {"list", "outline"},
        "no parts": set(),
        "no tuned weights": set(),
        "encoder other": set(),
    }
    by = {s.key: s for s in rest}
    for step in rest:  # what is left has the usual weight
        assert step.plan.weights.keys() == usual.weights.keys()
        if step.key != "no tuned weights":
            assert all(weight in (0, usual.weights[n]) for n, weight in step.plan.weights.items())
            assert step.plan.constant == usual.constant
        assert step.plan.parts == (step.key != "no parts")
        assert step.encoder == ("other" if step.key == "encoder other" else "")
    assert set(by["no tuned weights"].plan.weights.values()) == {1}
    assert by["no tuned weights"].plan.constant == 60
    assert len({s.name for s in rest}) == len(rest)


def test_the_reranker_has_a_row_where_there_is_one(ablate, settings, monkeypatch):
    reader, loaded = FakeReranker(contrary=True), []
    monkeypatch.setattr(rerank, "reranker", lambda own: loaded.append(own.reranker) or reader)
    made = ablate(cases=LOADED[:2], own=replace(settings, reranker="some"), keys=("everything", "no titles", "no reranker"))
    assert [row["plan"]["reranked"] for row in made["rows"]] == [True, True, False]
    assert (len(reader.read), loaded) == (4, ["some"])
    assert made["rows"][0]["scores"] != made["rows"][2]["scores"]


def test_the_first_row_is_what_a_run_measures(ablate, index, tmp_path):
    made = ablate()
    told = summary(judged(LOADED, run(LOADED, tmp_path / "run", index, None, {}, progress=False), index.by_id), {})
    row = by_key(made)["everything"]
    assert row["overall"] == {name: told["overall"][name] for name in ablation.MEASURED}
    assert row["types"] == {kind: means["recall@5"] for kind, means in told["types"].items() if means}
    assert list(row["types"]) == ["compare", "fact", "followup", "number"]
    assert row["difference"] == {}
    assert (made["settings"], made["machine"]) == (ABOUT, told["machine"])
    assert json.loads((tmp_path / "out" / "ablation.json").read_text("utf-8")) == made
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["ablation.json"]


def test_differences_are_the_rows_minus_everything_case_by_case(ablate):
    rows = by_key(ablate())
    first = rows["everything"]
    assert len(rows) == 12
    for key, row in rows.items():
        if key == "everything":
            continue
        assert row["difference"].keys() == set(ablation.MEASURED)
        for name, told in row["difference"].items():
            pairs = [(first["scores"][i][name], row["scores"][i][name]) for i in ("A", "B", "D", "E")]
            found = stats.compare(*zip(*pairs, strict=True))
            assert (told["difference"], told["p"], told["cases"]) == (round(found.difference, 4), round(found.p, 4), 4)
    assert rows["no named documents"]["difference"]["recall@5"]["difference"] < 0
    assert rows["no named documents"]["types"]["number"] == first["types"]["number"]
    assert rows["no named documents"]["types"]["fact"]["mean"] < first["types"]["fact"]["mean"]
    assert rows["no parts"]["scores"]["D"] != first["scores"]["D"]


def test_a_question_is_embedded_once(ablate):
    ablate()
    (encoder,) = ablate.loaded
    assert len(encoder.asked) == len(set(encoder.asked)) > 4


def test_what_is_there_is_not_run_again(ablate, searched, tmp_path):
    whole = ablate()
    assert len(searched) == 12 * 4
    (tmp_path / "out" / "ablation.json").unlink()
    searched.clear()
    searched.stop_after = 4 * 3 + 2
    with pytest.raises(KeyboardInterrupt):
        ablate()
    stored = ablation.read(tmp_path / "out" / "ablation.json")
    assert stored["rows"] == whole["rows"][:3]
    searched.clear()
    searched.stop_after = None
    assert ablate() == whole
    assert searched == ["A", "B", "D", "E"] * 9
    loaded = len(ablate.loaded)
    assert ablate() == whole
    assert (len(searched), len(ablate.loaded)) == (4 * 9, loaded)  # nothing is searched, and no model loaded for it


def change(path, key, constant=99):
    stored = json.loads(path.read_text("utf-8"))
    by_key(stored)[key]["plan"]["constant"] = constant
    path.write_text(json.dumps(stored), "utf-8")


def test_a_row_of_another_plan_is_run_again(ablate, searched, tmp_path):
    whole = ablate()
    path = tmp_path / "out" / "ablation.json"
    for key, count in (("no titles", 1), ("everything", 12)):
        change(path, key)
        searched.clear()
        assert ablate() == whole
        assert len(searched) == 4 * count


def test_a_row_of_a_step_that_is_no_more_goes(ablate, searched, tmp_path):
    whole = ablate()
    path = tmp_path / "out" / "ablation.json"
    path.write_text(path.read_text("utf-8").replace('"no titles"', '"no such step"'), "utf-8")
    searched.clear()
    assert ablate() == whole
    assert len(searched) == 4


def test_a_case_that_cannot_be_asked_is_told(ablate, tmp_path):
    made = ablate(cases=[*LOADED, UNASKED])
    for row in made["rows"]:
        assert row["failed"]["X"].startswith("QuestionError")
        assert row["overall"]["recall@5"]["cases"] == 4
    assert made["rows"][1]["difference"]["recall@5"]["cases"] == 4
    assert "没有搜成的用例：X：QuestionError" in "".join(beside(tmp_path / "out"))


def test_a_case_that_fails_in_one_row_is_no_pair_there(ablate, monkeypatch):
    retrieved = ablation.retrieved

    def failing(case, index):
        if case.id == "B" and not index._plan.uses("titled"):
            raise RuntimeError("no")
        return retrieved(case, index)

    monkeypatch.setattr(ablation, "retrieved", failing)
    rows = by_key(ablate())
    assert rows["no titles"]["failed"] == {"B": "RuntimeError: no"}
    assert [rows[key]["difference"]["recall@5"]["cases"] for key in ("no BM25", "no titles")] == [4, 3]


# --- another encoder ---------------------------------------------------------


def test_another_encoder_has_an_index_of_its_own(ablate, searched, settings, built, tmp_path):
    other = str(tmp_path / "models" / "other model")
    rows = by_key(ablate([other]))
    assert rows[f"encoder {other}"]["scores"] != rows["everything"]["scores"]
    assert rows[f"encoder {other}"]["plan"] == rows["everything"]["plan"] | {
        "encoder": models.fingerprint(replace(settings, encoder=other))
    }
    assert [e.fingerprint for e in ablate.loaded] == ["hash:1", "hash:other"]
    (folder,) = [p for p in (settings.home / "indexes").iterdir() if p != settings.index]
    assert folder.name.startswith("sample-")
    assert json.loads(next(folder.glob("build-*/manifest.json")).read_text("utf-8"))["encoder"] == "hash:other"
    assert (settings.index / "current").read_text("utf-8") == built.folder.name
    assert ablate.loaded[1].embedded > 0

    (tmp_path / "out" / "ablation.json").unlink()
    ablate([other])
    assert ablate.loaded[-1].fingerprint == "hash:other"
    assert ablate.loaded[-1].embedded == 0  # the index of the first time is opened


def test_its_row_stays_when_another_is_asked_for(ablate, searched, tmp_path):
    one, two = (str(tmp_path / "models" / name) for name in ("one", "two"))
    ablate([one])
    searched.clear()
    made = ablate([two])
    assert len(searched) == 4
    assert [row["key"] for row in made["rows"]][-2:] == [f"encoder {two}", f"encoder {one}"]
    change(tmp_path / "out" / "ablation.json", "everything")  # what it was compared with is no more
    assert [row["key"] for row in ablate([two])["rows"]][-1] == f"encoder {two}"


def test_an_encoder_that_is_not_there_is_told_before_the_measuring(ablate, searched, tmp_path):
    with pytest.raises(WeightsError, match="multilingual-e5-small 还没有下载"):
        ablate([ablation.ENCODER])
    assert searched == []
    assert not (tmp_path / "out").exists()


def test_ones_own_index_is_not_built_on_the_way(ablate, settings):
    (settings.corpus / "qingshi-2021-3.txt").unlink()
    with pytest.raises(StaleIndexError, match="index build"):
        ablate()


# --- errors ------------------------------------------------------------------


def test_other_settings_are_another_ablation(ablate, searched):
    ablate()
    searched.clear()
    with pytest.raises(CaseError, match="另一种设置"):
        ablate(about={"encoder": "other"})
    assert searched == []


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"rows": []}', '{"settings": {}, "commit": "", "machine": {}, "rows": [{"key": "a"}]}']
)
def test_a_damaged_file_is_told(ablate, tmp_path, text):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ablation.json").write_text(text, "utf-8")
    with pytest.raises(CaseError, match=r"ablation\.json 读不出来"):
        ablate()
    with pytest.raises(CaseError, match=r"ablation\.json 读不出来"):
        beside(tmp_path / "out")


def test_cases_without_evidence_measure_nothing(ablate):
    with pytest.raises(CaseError, match="没有一个用例带依据"):
        ablate(cases=[LOADED[2]])
    with pytest.raises(CaseError, match=r"没有一个用例搜得成.*X：QuestionError"):
        ablate(cases=[UNASKED])


def test_a_folder_that_cannot_be_made_is_told_first(ablate, searched, tmp_path):
    (tmp_path / "out").write_text("a file", "utf-8")
    with pytest.raises(CaseError, match="请换一个 --out"):
        ablate()
    assert searched == []


# --- the command and the report ----------------------------------------------


@pytest.fixture
def command(monkeypatch, settings, built, tmp_path):
    """`python -m eval …` in this process, with the sample index and the fake encoder; → its exit code."""
    monkeypatch.setenv("YOUJU_HOME", str(settings.home))
    monkeypatch.setenv("YOUJU_CORPUS", str(settings.corpus))
    monkeypatch.setenv("YOUJU_INDEX", str(settings.index))
    monkeypatch.setenv("YOUJU_ENCODER", settings.encoder)
    monkeypatch.setattr(models, "encoder", lambda _: HashEncoder())
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(c, ensure_ascii=False) + "\n" for c in CASES), "utf-8")

    def called(name, *arguments):
        monkeypatch.setattr(sys, "argv", ["eval", name, "--cases", str(path), "--out", str(tmp_path / "out"), *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code or 0

    return called


def report_of(tmp_path):
    """Its text, without the plots, which hold the time."""
    return re.sub(r"base64,[^']*", "base64,", (tmp_path / "out" / "report.html").read_text("utf-8"))


def test_the_command_writes_a_report_of_the_ablation_alone(command, tmp_path, capsys):
    assert command("ablate", "--encoder", "none") == 0
    made = ablation.read(tmp_path / "out" / "ablation.json")
    assert len(made["rows"]) == 12
    assert set(made["settings"]) == {"cases", "corpus", "encoder", "reranker"}
    text = report_of(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 13
    for row, line in zip(made["rows"], lines, strict=False):
        assert f"<td>{row['name']}</td>" in text
        assert row["name"] in line
    named = by_key(made)["no named documents"]
    told = named["difference"]["recall@5"]
    assert told["difference"] < 0
    assert f"<td>{named['overall']['recall@5']['mean']:.3f} {told['difference']:+.3f} p={told['p']:.4f}</td>" in text
    assert f"{told['difference']:+.3f}  p={told['p']:.4f}" in lines[5]
    assert text.count("data:image/svg+xml;base64,") == 1
    assert "http" not in text
    assert "没有全对的用例" not in text


def test_it_is_told_in_the_report_of_a_run(command, tmp_path):
    assert command("run", "--retrieval-only") == 0
    assert "每一步值多少" not in report_of(tmp_path)
    assert command("ablate", "--encoder", "none") == 0
    after = report_of(tmp_path)
    assert after.index("按类型") < after.index("每一步值多少") < after.index("没有全对的用例")
    assert after.count("data:image/svg+xml;base64,") == 2
    assert command("report") == 0
    assert report_of(tmp_path) == after


def test_a_run_of_other_cases_is_told_before_the_measuring(command, tmp_path, capsys, searched):
    assert command("run", "--retrieval-only", "--limit", "2") == 0
    assert command("ablate", "--encoder", "none") == 1
    assert "还缺 3 个用例" in capsys.readouterr().err
    assert command("run", "--retrieval-only") == 0
    with (tmp_path / "cases.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    before = report_of(tmp_path)
    assert command("ablate", "--encoder", "none") == 1
    assert "用的不是 cases.jsonl" in capsys.readouterr().err
    assert (searched, report_of(tmp_path)) == ([], before)
    assert not (tmp_path / "out" / "ablation.json").exists()


def test_names_are_no_markup(ablate, tmp_path):
    other = str(tmp_path / "<b>bold")
    ablate([other])
    text = alone(beside(tmp_path / "out"))
    assert "&lt;b&gt;bold" in text
    assert "<b>" not in text
