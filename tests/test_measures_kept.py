"""Measures beside an index: read once, kept, and made again when the file is damaged or stale."""

import json

import match_world
import pytest

from corpus.measure import Amount, Leaf, Measure, Node
from index import measures
from index.search import Filters


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return match_world.made(tmp_path_factory.mktemp("world"))


@pytest.fixture
def index(world, monkeypatch):
    monkeypatch.setattr(measures, "_opened", type(measures._opened)())
    path = world[1].index / world[0].build / measures.FILE
    path.unlink(missing_ok=True)
    return world[0], world[1].index, path


def counted(monkeypatch):
    calls = []
    read = measures.read_measures
    monkeypatch.setattr(measures, "read_measures", lambda clause: calls.append(clause.id) or read(clause))
    return calls


def test_saved_and_loaded_measures_are_equal(index):
    opened, folder, path = index
    made = measures.of(opened, folder)
    loaded = measures.load(path, opened)
    assert dict(made) == loaded
    assert any(m.amounts for found in loaded.values() for m in found)
    assert any(m.agencies for found in loaded.values() for m in found)


def test_deep_conditions_survive(index):
    opened, _, path = index
    clause = opened.clauses[3]
    gate = Leaf("gate", "staff", "le", ("300",), (1, 2))
    tree = Node("all", (gate, Node("any", (Leaf("bonus", "who", "in", ("企业", "高校"), (2, 3)), Node("all", ())))))
    made = Measure(
        clause, "补贴", "给予", (0, 9), ((1, 2),), tree, (Amount(5e5, "元", "le", (3, 4), "每家"),), (), ((4, 5),), ("融资",)
    )
    measures.save(path, {clause.id: (made,)})
    assert measures.load(path, opened) == {clause.id: (made,)}


def test_a_second_process_reads_the_file(index, monkeypatch):
    opened, folder, _ = index
    first = dict(measures.of(opened, folder))
    measures._opened.clear()
    calls = counted(monkeypatch)
    assert dict(measures.of(opened, folder)) == first
    assert calls == []


def test_the_same_object_for_every_caller(index):
    opened, folder, _ = index
    assert measures.of(opened, folder) is measures.of(opened)


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: b"",
        lambda body: b"\x00\xff",
        lambda body: body[:-40],
        lambda body: body.replace("给予".encode(), "鼓励".encode(), 1),
        lambda body: body.split(b"\n", 1)[0] + b"\n",
        lambda body: b"[]\n" + body.split(b"\n", 1)[1],
        lambda body: body.replace(b'"key": "', b'"key": "old', 1),
    ],
)
def test_damaged_or_stale_file_is_made_again(index, monkeypatch, damage):
    opened, folder, path = index
    first = dict(measures.of(opened, folder))
    good = path.read_bytes()
    path.write_bytes(damage(good))
    assert measures.load(path, opened) is None
    measures._opened.clear()
    calls = counted(monkeypatch)
    assert dict(measures.of(opened, folder)) == first
    assert len(calls) == len(opened.clauses)
    assert path.read_bytes() == good


def test_another_corpus_makes_it_stale(index):
    opened, folder, path = index
    measures.of(opened, folder)
    manifest = path.parent / "manifest.json"
    before = manifest.read_text("utf-8")
    manifest.write_text(json.dumps(json.loads(before) | {"corpus": "another"}), "utf-8")
    try:
        assert measures.load(path, opened) is None
    finally:
        manifest.write_text(before, "utf-8")


def test_other_reading_rules_make_it_stale(index, monkeypatch):
    opened, folder, path = index
    measures.of(opened, folder)
    monkeypatch.setattr(measures, "_READERS", ("measure",))
    assert measures.load(path, opened) is None


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(index, tmp_path):
    opened, _, _ = index
    file = tmp_path / "file"
    file.write_text("")
    assert len(measures.of(opened, file))
    assert list(tmp_path.iterdir()) == [file]


def test_only_clauses_with_a_measure_that_the_filters_admit_are_near(index):
    opened, folder, _ = index
    held = measures.of(opened, folder)
    near = held.near(opened, "企业购买设备补贴", ["买设备"], ["首台（套）"], ["贴息"])
    assert set(near.clauses) <= set(held)
    assert near.likeness.shape == (len(near.clauses), 2)
    assert near.words.shape == (len(near.clauses), 4)
    assert near.whole.shape == (len(near.clauses),)
    best = near.clauses[int(near.likeness[:, 0].argmax())]
    assert "购买" in opened.by_id[best].text
    sharing = {c for c, share in zip(near.clauses, near.words[:, 3], strict=True) if share}
    assert sharing == {c for c in near.clauses if "贴息" in opened.by_id[c].text}
    assert near.words[:, 3].max() == 1
    assert abs(near.likeness.mean(axis=0)).max() < 1e-5
    only = held.near(opened, "企业购买设备补贴", filters=Filters(levels=("国家",)))
    assert {c.split(":")[0] for c in only.clauses} == {"nation"}
    none = held.near(opened, "企业", filters=Filters(regions=("月球",)))
    assert (none.clauses, none.likeness.shape, none.words.shape) == ((), (0, 1), (0, 1))


def test_phrases_are_embedded_once(index):
    opened, folder, _ = index
    held = measures.of(opened, folder)
    held.learn(opened, ["甲乙丙", "丁戊己"])
    opened.encoder.asked.clear()
    held.near(opened, "想买设备", phrases=["甲乙丙", "丁戊己"])
    assert len(opened.encoder.asked) == 1
    assert not any("买设备" in text for text in (*held._words, *held._vectors)), "what an asker tells is not kept"
