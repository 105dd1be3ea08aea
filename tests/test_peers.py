"""The comparison with other libraries: how chunks are scored, what it writes, and what it says without them."""

import json
import os

import numpy as np
import pytest

from corpus.catalog import load as load_documents
from eval import peer_systems, peers
from eval.cases import Case, Quote
from eval.peer_report import page
from eval.peer_systems import OURS, SYSTEMS, Built, Material, PeersError, System, chosen, silence, version
from index import rerank
from index.settings import IndexSettings

CASES = [
    {
        "id": "A",
        "type": "number",
        "turns": ["新建社区养老服务中心每张床位有多少建设补贴？"],
        "evidence": [{"quote": "每张床位1万元"}],
    },
    {
        "id": "B",
        "type": "followup",
        "turns": ["到2022年江苏省护理型床位占比是多少？", "那2025年呢？"],
        "evidence": [{"quote": "不低于60%"}],
    },
    {"id": "C", "type": "none", "turns": ["深圳养老院有补贴吗？"]},
    {"id": "D", "type": "fact", "turns": ["？？？"], "evidence": [{"quote": "每张床位1万元"}]},
]
QUOTED = Case("Q", "fact", "", ("问？",), (Quote("每张床位1万元"),), (), "", ())


@pytest.fixture(autouse=True)
def _environment_is_given_back(monkeypatch):
    for name in peer_systems._QUIET:
        monkeypatch.setenv(name, "unset")


@pytest.fixture(autouse=True)
def read(monkeypatch):
    """The questions that the reranker read; a stand-in that likes short clauses."""
    questions = []

    class Short:
        def scores(self, question, passages):
            questions.append(question)
            return np.array([1 / (1 + len(p)) for p in passages], np.float32)

    monkeypatch.setattr(rerank, "reranker", lambda _: Short())
    return questions


@pytest.fixture
def material(settings, encoder):
    return Material(settings, load_documents(settings.corpus), encoder)


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(c, ensure_ascii=False) + "\n" for c in CASES), "utf-8")
    return path


@pytest.fixture
def command(monkeypatch, settings, encoder, cases, tmp_path):
    """Run the command in this process, with the sample corpus and the fake encoder; → its folder."""
    monkeypatch.setattr(IndexSettings, "from_environment", lambda: settings)
    monkeypatch.setattr(peers, "encoder", lambda _: encoder)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["peers", "--cases", str(cases), "--out", str(tmp_path / "out"), *arguments])
        with pytest.raises(SystemExit) as stop:
            peers.main()
        return tmp_path / "out", stop.value.code

    return run


def fake(name, search, needs=()):
    return System(name, f"假的 {name}", lambda _: lambda: Built(search, [3], 1), needs)


def test_a_chunk_is_scored_as_a_clause_is():
    scores = peers.score(QUOTED, ["无关"] * 5 + ["给予每张床位 1 万元\n补贴"]).scores
    assert (scores["recall@5"], scores["recall@10"], scores["recall in 2000"]) == (0, 1, 1)


def test_a_long_chunk_counts_only_as_the_first():
    long = "无" * 3000 + "每张床位1万元"
    assert peers.score(QUOTED, [long]).scores["recall in 2000"] == 1
    assert peers.score(QUOTED, ["无关", long]).scores["recall in 2000"] == 0


def test_the_cut_measure_gives_a_long_chunk_nothing():
    assert peers.cut(["甲" * 3, "乙" * 3, "丙"], 5) == ["甲" * 3, "乙" * 2]
    assert peers.score(QUOTED, ["无" * 3000 + "每张床位1万元"]).scores[peers.CUT] == 0
    assert peers.score(QUOTED, ["每张床位1万元" + "无" * 3000]).scores[peers.CUT] == 1


def test_a_question_without_evidence_has_no_score():
    assert peers.score(Case("C", "none", "", ("问？",), (), (), "", ()), ["甲"]).scores == {}


def test_all_are_asked_the_whole_question(material, cases):
    asked, refused = peers.questions(peers.load(cases), [d.region for d in material.documents])
    assert [c.id for c, _ in asked] == ["A", "B", "C"]
    assert refused == ["D"]
    assert "2025年" in asked[1][1]
    assert "护理型床位" in asked[1][1]


def test_ours_is_what_the_index_finds(material, index, read):
    question = "新建社区养老服务中心每张床位有多少建设补贴？"
    built = SYSTEMS["ours-fused"].prepare(material)()
    assert built.search(question, 5) == [h.clause.full for h in index.search(question, 5)]
    assert built.vectors > len(built.lengths) > 10
    assert read == []


def test_ours_has_the_reranker_of_the_settings(material, read):
    question = "新建社区养老服务中心每张床位有多少建设补贴？"
    built = SYSTEMS[OURS].prepare(material)()
    assert built.search(question, 5)
    assert read == [question]


def test_bm25_needs_no_vectors(material, encoder):
    built = SYSTEMS["bm25-clauses"].prepare(material)()
    assert any("床位" in text for text in built.search("护理型床位占比", 3))
    assert built.search("@@", 3) == []
    assert (built.vectors, encoder.embedded) == (0, 0)


def test_a_missing_library_is_told_with_the_remedy(monkeypatch):
    monkeypatch.setattr(peer_systems, "version", lambda n: "" if n == "txtai" else "1")
    with pytest.raises(
        PeersError,
        match=r"没有安装 txtai。.*pip install -c constraints\.txt -e '\.\[peers\]'.*--only ours --only lang",
    ):
        chosen([], "some")
    assert [s.name for s in chosen(["bm25-clauses"], "some")] == [OURS, "bm25-clauses"]


def test_without_a_reranker_ours_is_one_line(monkeypatch):
    monkeypatch.setattr(peer_systems, "version", lambda _: "1")
    assert [s.name for s in chosen([], "some")] == list(SYSTEMS)
    assert [s.name for s in chosen([], rerank.OFF)] == [n for n in SYSTEMS if n != "ours-fused"]


def test_an_unknown_system_is_told():
    with pytest.raises(PeersError, match="不认识的系统：rag。可用：ours、ours-fused、langchain-4000"):
        chosen(["rag"], "some")


def test_a_missing_library_overwrites_nothing(command, monkeypatch, capsys, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "peers.json").write_text("before", "utf-8")
    monkeypatch.setattr(peer_systems, "version", lambda _: "")
    out, code = command()
    assert code == 1
    assert "错误：没有安装 haystack-ai、langchain-core" in capsys.readouterr().err
    assert [p.name for p in out.iterdir()] == ["peers.json"]
    assert (out / "peers.json").read_text("utf-8") == "before"


def test_a_library_that_cannot_be_imported_is_told_first(command, monkeypatch, encoder, capsys):
    def prepare(_):
        raise ImportError("cannot import name 'Embeddings'")

    monkeypatch.setitem(SYSTEMS, "old", System("old", "旧版本", prepare))
    out, code = command("--only", "old")
    assert (code, encoder.embedded, list(out.iterdir())) == (1, 0, [])
    assert "old 需要的库载入失败（cannot import name 'Embeddings'）" in capsys.readouterr().err


def test_the_command_writes_figures_and_page(command, monkeypatch, capsys):
    def broken(*_):
        raise RuntimeError("no")

    rights = fake("right", lambda *_: ["每张床位1万元", "不低于60%"], ("numpy",))
    for system in (rights, fake("broken", broken)):
        monkeypatch.setitem(SYSTEMS, system.name, system)
    out, code = command("--only", "right", "--only", "broken", "--only", "bm25-clauses")
    assert code == 0
    made = json.loads((out / "peers.json").read_text("utf-8"))
    assert list(made["systems"]) == [OURS, "bm25-clauses", "right", "broken"]
    assert {"chunks", "vectors", "characters", "build_seconds", "build_processor_seconds", "search_ms", "overall"} <= made[
        "systems"
    ][OURS].keys()
    assert {"commit", "machine", "versions", "encoder", "cases"} <= made["about"].keys()
    assert made["systems"]["right"]["versions"] == {"numpy": version("numpy")}
    assert made["systems"]["right"]["overall"]["recall@5"] == {"mean": 1, "low": 1, "high": 1, "cases": 2}
    assert list(made["systems"]["right"]["types"]) == ["followup", "number"]
    assert made["against"]["broken"]["recall@5"]["peer"] == 0
    assert len(made["systems"]["broken"]["failed"]) == 3
    assert OURS not in made["against"]
    assert made["not_asked"] == ["D"]
    assert [c["id"] for c in made["cases"]] == ["A", "B", "C"]
    assert made["cases"][0]["systems"]["right"].keys() >= {"ms", "recall@10", peers.CUT}
    text = (out / "peers.html").read_text("utf-8")
    assert "data:image/svg+xml;base64," in text
    assert "http" not in text
    assert "RuntimeError: no" in text
    assert "追问先按我们的规则改写" in text
    assert "追问先按我们的规则改写" in capsys.readouterr().out
    assert not list(out.glob("*.part"))


def test_a_quote_that_is_whole_only_in_a_clause_is_told(material, cases, command):
    asked = [(Case("X", "fact", "", ("问？",), (Quote("原文里没有这句话"),), (), "", ()), "问？")]
    assert peers.describe(cases, asked, material)["cases"]["only_in_clauses"] == ["X"]
    out, _ = command("--only", OURS, "--limit", "1")
    made = json.loads((out / "peers.json").read_text("utf-8"))
    assert made["about"]["cases"]["only_in_clauses"] == []
    made["about"]["cases"]["only_in_clauses"] = ["X"]
    assert "各库找不到：X" in page(made, peers.COMPARED)


def test_cases_without_evidence_make_a_page_too(command, cases):
    cases.write_text(json.dumps(CASES[2], ensure_ascii=False), "utf-8")
    out, code = command("--only", "bm25-clauses")
    assert code == 0
    assert "–" in (out / "peers.html").read_text("utf-8")


def test_a_folder_that_cannot_be_made_is_told_first(command, tmp_path, encoder, capsys):
    (tmp_path / "out").write_text("a file", "utf-8")
    _, code = command("--only", OURS)
    assert (code, encoder.embedded) == (1, 0)
    assert "请换一个 --out" in capsys.readouterr().err


def test_nothing_is_reported_to_the_makers(monkeypatch):
    monkeypatch.setenv("HAYSTACK_TELEMETRY_ENABLED", "True")
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    silence()
    assert (os.environ["HAYSTACK_TELEMETRY_ENABLED"], os.environ["LANGSMITH_TRACING"]) == ("False", "false")


@pytest.mark.peers
@pytest.mark.parametrize("name", [s.name for s in SYSTEMS.values() if s.needs])
def test_a_library_that_is_installed_splits_and_finds(name, material, encoder):
    system = SYSTEMS[name]
    silence()
    built = system.prepare(material)()
    found = built.search("新建社区养老服务中心每张床位有多少建设补贴？", 20)
    assert 1 <= len(found) <= len(built.lengths)
    assert any("每张床位1万元" in text for text in found)
    whole = "\n".join("".join(t.split()) for t in material.texts)
    assert all("".join(text.split()) in whole for text in found)
    if built.vectors:
        assert encoder.embedded == built.vectors == len(built.lengths)
        assert encoder.asked == ["新建社区养老服务中心每张床位有多少建设补贴？"]
