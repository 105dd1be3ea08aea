"""The report tells the comparison with the libraries that lies in the same folder."""

import json
import sys

import pytest
from fakes import HashEncoder

from eval import peers
from eval.cases import CaseError
from eval.report import alone, beside
from index.settings import IndexSettings

CASE = {"id": "A", "type": "number", "turns": ["建设补贴每张床位多少？"], "evidence": [{"quote": "每张床位1万元"}]}


def test_the_peers_that_lie_there_are_told_too(tmp_path, monkeypatch, settings):
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps(CASE, ensure_ascii=False), "utf-8")
    monkeypatch.setattr(IndexSettings, "from_environment", lambda: settings)
    monkeypatch.setattr(peers, "encoder", lambda _: HashEncoder())
    monkeypatch.setattr(peers, "silence", lambda: None)  # it changes the environment of all tests after this one
    monkeypatch.setattr(sys, "argv", ["peers", "--cases", str(cases), "--out", str(tmp_path / "out")])
    sys.argv += ["--only", "bm25-clauses"]
    with pytest.raises(SystemExit) as stopped:
        peers.main()
    assert not stopped.value.code
    text = alone(beside(tmp_path / "out"))
    own = (tmp_path / "out" / "peers.html").read_text("utf-8")
    for part in ("<h3>质量</h3>", "<h3>有据减去对方</h3>", "<h3>大小和速度</h3>"):
        assert part in text
        assert part.replace("h3", "h2") in own
    made = json.loads((tmp_path / "out" / "peers.json").read_text("utf-8"))
    for name, told in made["systems"].items():
        assert f"<td>{name}</td>" in text
        assert f"<td>{told['search_ms']['p95']:.1f}</td>" in text
        mean = told["overall"]["recall@5"]
        assert f"<td>{mean['mean']:.3f} [{mean['low']:.2f}–{mean['high']:.2f}]</td>" in text
    assert text.count("data:image/svg+xml;base64,") == 1
    assert "每一步值多少" not in text


def test_a_folder_with_neither_adds_nothing(tmp_path):
    assert beside(tmp_path) == []
    (tmp_path / "peers.json").write_text('{"systems": {}}', "utf-8")
    with pytest.raises(CaseError, match=r"peers\.json 读不出来"):
        beside(tmp_path)
