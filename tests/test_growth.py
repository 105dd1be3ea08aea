"""Figures of an index that grows, and of the FAISS indexes side by side."""

import json
import sys
from dataclasses import asdict

import numpy as np
import pytest
from fakes import HashEncoder
from rows import QUESTIONS, write

from eval import __main__ as cli
from eval import beir, growth
from index import models
from index.passages import passage

MANY = [{"_id": f"r{n}", "title": f"第{n % 5}号法", "text": f"第{n}条的内容是{n * 7}。罚款{n}元。"} for n in range(40)]
ASKED = list(QUESTIONS.values())
ASKERS = ["我们是沈阳一家民营企业，想买设备", "我是农民，想贷款"]


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "beir", rows=MANY, gold={q: {"r1": 1} for q in QUESTIONS})


@pytest.fixture
def data(folder):
    return beir.load(folder, "test")


def test_a_row_for_each_size(data, settings, encoder):
    rows = list(growth.sizes(data, settings, encoder, [10, 25, 100], ASKED, ASKERS))
    assert [r.clauses for r in rows] == [10, 25, 40]
    assert [r.vectors for r in rows] == [30, 75, 120]  # a clause and its two sentences
    assert rows[0].disk_mb <= rows[1].disk_mb <= rows[2].disk_mb > 0
    for row in rows:
        assert 0 <= row.p50_ms <= row.p95_ms
        assert row.memory_mb > 10
        assert min(row.build_s, row.open_s, row.measures_s) >= 0
        assert 0 < row.match_p50_ms <= row.match_max_ms
        json.dumps(asdict(row))


def test_what_a_smaller_index_embedded_is_not_embedded_again(data, settings, encoder):
    rows = list(growth.sizes(data, settings, encoder, [10, 25, 25], ASKED, ASKERS))
    assert rows[0].embedded > 0
    assert rows[1].embedded < rows[1].vectors
    assert rows[2].embedded == 0
    assert sum(r.embedded for r in rows) == encoder.embedded


def test_each_size_searches_its_own_rows_only(data, settings, encoder, monkeypatch):
    seen = []
    index_of = growth.Index
    monkeypatch.setattr(growth, "Index", lambda folder, encoder: seen.append(index_of(folder, encoder)) or seen[-1])
    list(growth.sizes(data, settings, encoder, [3, 40], ASKED, ASKERS))
    assert [[data.rows[c.id] for c in index.clauses] for index in seen] == [
        ["r0", "r5", "r10"],
        [data.rows[c.id] for c in data.clauses],
    ]
    assert [len(index.documents) for index in seen] == [1, 5]


def test_clauses_with_a_measure_are_counted_and_every_asker_is_matched(tmp_path, settings, encoder, monkeypatch):
    rows = [*MANY[:4], {"_id": "s", "title": "办法", "text": "第一条　对购买设备的企业给予补贴。"}]
    data = beir.load(write(tmp_path / "more", rows=rows, gold={q: {"r1": 1} for q in QUESTIONS}), "test")
    seen = []
    match = growth.match
    monkeypatch.setattr(growth, "match", lambda index, profile: seen.append(profile.say) or match(index, profile))
    few, all_of_them = growth.sizes(data, settings, encoder, [4, 5], ASKED, ASKERS)
    assert (few.with_measure, all_of_them.with_measure) == (0, 1)
    assert seen == ASKERS * 2


def test_the_users_index_is_left_alone(data, settings, encoder, built):
    list(growth.sizes(data, settings, encoder, [10], ASKED, ASKERS))
    assert (settings.index / "current").read_text("utf-8") == built.folder.name


def unit(count, seed):
    drawn = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_every_kind_is_measured_against_exact_search():
    vectors, queries = unit(400, 1), unit(20, 2)
    exact, graph, lists = growth.kinds(vectors, queries)
    assert [k.kind for k in (exact, graph, lists)] == ["flat", "hnsw", "ivf"]
    assert exact.recall == 1
    assert 0.9 < graph.recall <= 1
    assert 0 < lists.recall < 0.5  # one list of twenty is searched
    for kind in (exact, graph, lists):
        assert kind.vectors == 400
        assert 0 <= kind.p50_ms <= kind.p95_ms
    assert exact.disk_mb <= lists.disk_mb


def test_recall_is_the_share_of_the_exact_ten(monkeypatch):
    class Shifted:
        """Finds the exact ten, or for the other kinds only the first six of them and four others."""

        bytes = 10**6

        def __init__(self, kind):
            self.kind = kind

        def search(self, query, k):
            found = np.arange(k)
            return (found if self.kind == "flat" else np.where(found < 6, found, found + 100)), np.zeros(k)

    monkeypatch.setattr(growth.VectorIndex, "build", lambda _, kind: Shifted(kind))
    assert [k.recall for k in growth.kinds(unit(50, 1), unit(3, 2))] == [1, 0.6, 0.6]


def test_vectors_come_from_the_cache_that_the_builds_filled(data, settings, encoder):
    list(growth.sizes(data, settings, encoder, [25], ASKED, ASKERS))
    embedded = encoder.embedded
    vectors = growth.vectors_of(data, settings, encoder, 25)
    assert encoder.embedded == embedded
    assert np.array_equal(vectors, HashEncoder().passages([passage(c) for c in data.clauses[:25]]))


def test_the_command_writes_what_it_measured(folder, settings, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("YOUJU_HOME", str(settings.home))
    monkeypatch.setattr(models, "encoder", lambda _: HashEncoder())
    arguments = ["--beir", str(folder), "--split", "test", "--sizes", "20,0", "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["eval", "growth", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert not stopped.value.code
    made = json.loads((tmp_path / "out" / "growth.json").read_text("utf-8"))
    assert [row["clauses"] for row in made["sizes"]] == [20, 40]
    assert [(kind["kind"], kind["vectors"]) for kind in made["kinds"]] == [(k, n) for n in (20, 40) for k in growth._KINDS]
    assert [kind["recall"] for kind in made["kinds"] if kind["kind"] == "flat"] == [1, 1]
    assert made["encoder"] == "hash:1"
    assert len(capsys.readouterr().out.splitlines()) == 2 + 6
