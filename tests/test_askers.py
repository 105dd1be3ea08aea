"""Reading what an asker told by layers of its own: tokens and parts, vectors, likeness, training; a tiny model of chance."""

import json
from pathlib import Path
from types import SimpleNamespace

import match_world
import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from corpus import catalog
from corpus.clauses import clauses
from eval.cases import CaseError
from eval.train import __main__ as command
from eval.train import askers as training
from index import askers, measures, tuned
from index.errors import WeightsError
from qa.match import BESIDE, lines, match
from qa.profile import read

ROOT = Path(__file__).parents[1]
ABOUT = [*[frozenset({"kind 补贴"})] * 8, *[frozenset({"who 农民", "never met"})] * 8]


class Letters:
    """A tokenizer with a token for each letter, and one in front and behind."""

    def __call__(self, text, truncation, max_length, return_offsets_mapping):
        kept = text[: max_length - 2]
        places = [(0, 0), *((n, n + 1) for n in range(len(kept))), (0, 0)]
        return {"input_ids": [1, *(2 + ord(c) % 60 for c in kept), 0], "offset_mapping": places}


class Model:
    """What `Askers` takes of a sentence-transformers model."""

    tokenizer = Letters()

    def __init__(self):
        self.prompts = {"query": "q: "}
        torch.manual_seed(3)
        config = BertConfig(vocab_size=64, hidden_size=16, num_hidden_layers=6, num_attention_heads=2, intermediate_size=32)
        self.auto_model = BertModel(config, add_pooling_layer=False).eval()

    def __getitem__(self, _):
        return self


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    monkeypatch.setattr(tuned, "FOLDER", tmp_path)
    return tmp_path / askers.FILE


def save(model, path, change):
    learned = askers.untrained(model.auto_model, {"kind 补贴", "who 农民"})
    before = askers.start(learned)
    with torch.no_grad():
        change(learned)
    tuned.save(path, before, {n: v.detach().numpy() for n, v in learned.state_dict().items()})
    return learned


def shaken(learned):
    for parameter in learned.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)


def test_each_token_stands_in_the_part_between_commas_that_holds_it():
    _, parts = askers.tokens(Letters(), "甲乙，丙丁。戊")
    assert parts.tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2]


def test_a_long_story_is_cut():
    ids, parts = askers.tokens(Letters(), "字，" * 500)
    assert ids.shape == (1, askers.LONGEST)
    assert len(parts) == askers.LONGEST


def test_vectors_are_of_the_whole_and_of_parts_that_are_long_enough():
    states = torch.arange(14, dtype=torch.float32).reshape(7, 2) ** 1.5
    found = askers.pooled(states, torch.tensor([0, 0, 0, 1, 1, 2, 2]))
    assert found.shape == (2, 2)
    wanted = [states.mean(0), states[:3].mean(0)]
    assert torch.allclose(found, torch.stack([w / w.norm() for w in wanted]))


def test_before_training_all_is_as_the_encoder_has_it(model):
    learned = askers.untrained(model.auto_model)
    ids, _ = askers.tokens(model.tokenizer, "想买设备，也想贷款")
    with torch.no_grad():
        ours = askers.above(learned["upper"], askers.below(model.auto_model, ids))
        assert torch.allclose(ours, model.auto_model(ids).last_hidden_state, atol=1e-6)
        clauses_ = torch.nn.functional.normalize(torch.randn(5, 16), dim=1)
        assert torch.allclose(askers.offered(learned, clauses_, torch.zeros(5, 0)), clauses_, atol=1e-6)


def test_training_does_not_touch_the_encoder(model):
    own = {n: v.clone() for n, v in model.auto_model.state_dict().items()}
    with torch.no_grad():
        shaken(askers.untrained(model.auto_model))
    assert all(torch.equal(v, own[n]) for n, v in model.auto_model.state_dict().items())


def test_what_ships_is_read_again(model, shipped, monkeypatch):
    monkeypatch.setattr(askers, "_AT_ONCE", 5)  # sixteen rows in four parts
    learned = save(model, shipped, shaken)
    story = "我们想买设备，也想找贷款"
    ids, parts = askers.tokens(model.tokenizer, "q: " + story)
    with torch.no_grad():
        wanted = askers.pooled(askers.above(learned["upper"], askers.below(model.auto_model, ids))[0], parts)
        turned = askers.offered(learned, torch.eye(16), askers.tagged(learned, ABOUT))
    found = askers.Askers(model)
    assert np.abs(found.told(story) - wanted.numpy()).max() < 0.02  # 8 bits a row
    assert np.abs(found.offered(np.eye(16, dtype=np.float32), ABOUT) - turned.numpy()).max() < 0.01
    assert np.allclose(np.linalg.norm(found.told(story), axis=1), 1, atol=1e-5)


def test_a_tag_turns_only_clauses_that_have_it_and_the_less_the_more_they_have(model):
    learned = askers.untrained(model.auto_model, {"kind 补贴", "who 农民"})
    few, many = frozenset({"kind 补贴"}), frozenset({"kind 补贴", "who 农民", "level 省", "who 企业"})
    assert learned["about"].keys() == {"kind 补贴", "who 农民"}
    assert torch.allclose(askers.tagged(learned, [few, many, frozenset()]), torch.tensor([[2**-0.5, 0], [5**-0.5] * 2, [0, 0]]))
    with torch.no_grad():
        learned["about"]["kind 补贴"][0] = 3.0
        vectors = torch.eye(16)[[5, 5, 5]]
        turned = askers.offered(learned, vectors, askers.tagged(learned, [few, many, frozenset()]))
    assert torch.allclose(turned[2], vectors[2])
    assert turned[0, 0] > turned[1, 0] > 0


def test_the_tags_of_a_clause_are_those_of_its_measures_and_its_level(world):
    held = measures.of(world)
    for clause, named in zip(held.searched, held.tagged, strict=True):
        wanted = {f"{fact} {value}" for m in held[clause.id] for fact, value in measures.tags(m)}
        assert named == wanted | {f"level {clause.document.level}"}


def test_a_sentence_has_the_tags_of_its_clause(world, monkeypatch):
    given = []

    class Asked(Hearing):
        def offered(self, vectors, about):
            given.append(about)
            return vectors

    held = measures.Measures(world.clauses, dict(measures.of(world)))
    stores = held.stores(world)
    monkeypatch.setattr(world, "encoder", Asked(world.encoder, stores.clauses[0]))
    held.near(world, "想买设备", told="想买设备")
    assert len(stores.owners)
    assert sorted(map(len, given)) == sorted([len(stores.owners), len(held.tagged)])
    of_sentences = next(a for a in given if len(a) == len(stores.owners))
    assert list(of_sentences) == [held.tagged[n] for n in stores.owners]


def test_a_missing_or_broken_file_is_named_with_the_remedy(model, shipped):
    with pytest.raises(WeightsError, match=r"askers\.safetensors 读不出来.*完整的源码"):
        askers.Askers(model)
    shipped.write_bytes(b"\0" * 40)
    with pytest.raises(WeightsError, match="完整的源码"):
        askers.Askers(model)


def test_padding_changes_no_vector(model):
    layers = askers.untrained(model.auto_model)["upper"].eval()
    read = [askers.tokens(model.tokenizer, t) for t in ("想买设备", "我在县里种地，想卖到网上去")]
    with torch.no_grad():
        states = [askers.below(model.auto_model, ids)[0] for ids, _ in read]
        parts = [p for _, p in read]
        together = training._told(layers, states, parts)
        alone = [training._told(layers, [s], [p])[0] for s, p in zip(states, parts, strict=True)]
    for one, other in zip(together, alone, strict=True):
        assert torch.allclose(one, other, atol=0.02)  # 16 bits


def test_likeness_counts_the_whole_and_the_best_part():
    cosines = np.array([[0.5, 0.9, 0.1], [0.5, 0.4, 0.4], [0.9, 0.1, 0.1]], np.float32)
    found = askers.likeness(cosines)
    assert found.argsort()[::-1].tolist() == [0, 1, 2]
    assert found[0] == pytest.approx(askers.WHOLE * 0.5 + (1 - askers.WHOLE) * 0.9, abs=1e-3)
    assert askers.likeness(cosines[:, :1]).tolist() == cosines[:, 0].tolist()
    assert askers.likeness(cosines[:0]).shape == (0,)


def test_training_and_service_compute_the_same_likeness():
    owners = torch.tensor([0, 1, 2, 0, 0, 2])
    vectors = torch.nn.functional.normalize(torch.randn(6, 16, generator=torch.Generator().manual_seed(1)), dim=1)
    told = torch.nn.functional.normalize(torch.randn(3, 16, generator=torch.Generator().manual_seed(2)), dim=1)
    data = training.Data(vectors, owners, (frozenset(),) * 6, 3, (), ())
    sentences = vectors[3:].numpy()
    stores = measures.Stores(vectors[:3].numpy(), sentences, np.array([0, 0, 2]), np.arange(3))
    assert np.allclose(data.likeness(told, vectors).numpy(), askers.likeness(stores.cosines(told.numpy())), atol=1e-5)


# --- askers beside an index ---------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return match_world.made(tmp_path_factory.mktemp("world"))[0]


class Hearing:
    """The world's encoder, which also hears: every story means the clause of `row`."""

    def __init__(self, encoder, vector):
        self._encoder, self._vector = encoder, vector

    def __getattr__(self, name):
        return getattr(self._encoder, name)

    def told(self, _story):
        return self._vector[None]

    def offered(self, vectors, about):
        assert len(about) == len(vectors)
        return vectors


def test_an_encoder_without_such_layers_leaves_all_clauses_alike(world):
    near = measures.of(world).near(world, "想买设备", told="想买设备")
    assert not near.told.any()
    assert len(near.told) == len(near.clauses)


def test_what_was_told_is_compared_with_every_clause(world, monkeypatch):
    held = measures.Measures(world.clauses, dict(measures.of(world)))
    row = len(held.searched) - 1
    monkeypatch.setattr(world, "encoder", Hearing(world.encoder, held.stores(world).clauses[row]))
    near = held.near(world, "想买设备", told="想买设备")
    assert near.clauses[int(near.told.argmax())] == held.searched[row].id
    assert not held.near(world, "想买设备").told.any()


def test_what_was_learnt_finds_what_words_do_not_say(world, model, monkeypatch):
    monkeypatch.setattr(training, "held_out", lambda _: False)
    held = measures.of(world)
    names = [c.id for c in held.searched[:4]]
    found = [
        training.Asker(f"{word}，{tail}", (frozenset([name]),))
        for word, name in zip("东西南北", names, strict=True)
        for tail in "甲乙丙"
    ]
    data = training.Data.of(world, held, found, lambda _: False)
    rng = torch.Generator().manual_seed(5)
    small = torch.nn.functional.normalize(torch.randn(len(data.clauses), 16, generator=rng), dim=1)
    data = training.Data(small, data.owners, data.about, data.count, data.askers, data.needs)
    lines = []
    made = training.train(model, data, training.Recipe(epochs=30, batch=4, rate=3e-3), lines.append)
    monkeypatch.setattr(training, "held_out", lambda _: True)
    assert training.recall(model, made, data, 1) > training.recall(model, askers.untrained(model.auto_model), data, 1)
    assert training.recall(model, made, data, 1) > 0.9
    assert all(made["about"][tag].abs().max() > 0 for tag in set().union(*data.about))
    assert any("loss" in line for line in lines)


def test_a_hidden_document_is_not_seen(world):
    held = measures.of(world)
    one, other = held.searched[0], next(c for c in held.searched if c.document.id != held.searched[0].document.id)
    found = [training.Asker("甲", (frozenset([one.id]),)), training.Asker("乙", (frozenset([one.id]), frozenset([other.id])))]
    data = training.Data.of(world, held, found, lambda d: d.id == one.document.id)
    assert [a.say for a in data.askers] == ["乙"]
    assert data.needs[0].shape == (data.count, 1)
    assert data.count == sum(c.document.id != one.document.id for c in held.searched)
    with pytest.raises(CaseError, match="少藏几份文件"):
        training.Data.of(world, held, found, lambda _: True)


def test_the_best_heard_clause_leads_the_matches(world, monkeypatch):
    say = "我们是沈阳一家民营企业，想买设备"
    plain = [r.clause.id for r in match(world, read(say)).results if r.verdict != "not_met"]
    held = measures.Measures(world.clauses, dict(measures.of(world)))
    monkeypatch.setattr(measures, "of", lambda *_: held)
    row = next(n for n, c in enumerate(held.searched) if c.id == plain[-1])
    monkeypatch.setattr(world, "encoder", Hearing(world.encoder, held.stores(world).clauses[row]))
    heard = [r.clause.id for r in match(world, read(say)).results]
    assert heard.index(plain[-1]) < plain.index(plain[-1])


def test_a_document_to_hide_that_is_not_there_is_named_and_nothing_is_written(shipped, monkeypatch):
    known = SimpleNamespace(documents=[SimpleNamespace(id="a-1")])
    monkeypatch.setattr("index.search.open_index", lambda *_: known)
    monkeypatch.setattr(command, "open_encoder", lambda _: None)
    monkeypatch.setattr(command.weights, "require", lambda *_: "")
    monkeypatch.setattr("sentence_transformers.SentenceTransformer", lambda *_, **__: None)
    for part in ("b-2", ""):
        with pytest.raises(CaseError, match=r"没有标识含“.*”的文件。可选：a-1"):
            command.askers([part])
    assert not list(shipped.parent.iterdir())


def test_a_clause_that_is_not_there_is_named(world):
    with pytest.raises(CaseError, match="“我们想买设备…”指向没有的条款 无"):
        training.Data.of(world, measures.of(world), [training.Asker("我们想买设备", (frozenset(["无"]),))], lambda _: False)


@pytest.mark.parametrize("line", ["{", '{"say": "甲"}', '["甲"]'])
def test_a_bad_line_is_named(tmp_path, line):
    path = tmp_path / "askers.jsonl"
    path.write_text(json.dumps({"say": "甲", "gold": [["a"]]}, ensure_ascii=False) + "\n" + line + "\n", "utf-8")
    with pytest.raises(CaseError, match=r"askers\.jsonl 第 2 行"):
        training.load(path)
    with pytest.raises(CaseError, match="读不到训练用的提问者"):
        training.load(tmp_path / "none.jsonl")


# --- what ships -----------------------------------------------------------------


def test_the_askers_name_clauses_of_the_shipped_documents_and_are_in_no_benchmark():
    known = {c.id for d in catalog.load(ROOT / "corpus" / "documents") for c in clauses(d)}
    found = training.load()
    assert len({a.say for a in found}) == len(found)
    assert not {c for a in found for need in a.needs for c in need} - known
    cases = [
        json.loads(line) for path in (ROOT / "eval" / "cases").glob("profiles-*.jsonl") for line in path.open(encoding="utf-8")
    ]
    assert not {a.say for a in found} & {c["say"] for c in cases}


def test_the_layers_are_of_the_encoder_that_ships():
    head = json.loads((tuned.FOLDER / "askers.log").read_text("utf-8").split("\n", 1)[0])
    assert head["encoder"] == tuned.digest("encoder.safetensors")
    assert not head["hidden"]


def test_a_clause_beside_the_matter_is_not_called_met(world, monkeypatch):
    say = "我们是沈阳一家民营企业，想买设备"
    met = [r for r in match(world, read(say)).results if r.verdict == "met"]
    held = measures.Measures(world.clauses, dict(measures.of(world)))
    monkeypatch.setattr(measures, "of", lambda *_: held)
    row = next(n for n, c in enumerate(held.searched) if c.id == met[0].clause.id)
    monkeypatch.setattr(world, "encoder", Hearing(world.encoder, held.stores(world).clauses[row]))
    near = held.near(world, say, told=say)
    told = {c: float(z) for c, z in zip(near.clauses, near.told, strict=True)}
    for least in (told[met[0].clause.id] - 0.01, told[met[0].clause.id] + 0.01):
        monkeypatch.setattr("qa.match._NEAR", least)
        found = match(world, read(say))
        heard = {r.clause.id: r for r in found.results}
        beside = [heard[r.clause.id] for r in met if told[r.clause.id] < least]
        assert len(beside) == sum(told[r.clause.id] < least for r in met)
        assert all(r.verdict == "unknown" and BESIDE in r.notes for r in beside)
        assert (heard[met[0].clause.id].verdict == "met") is (least < told[met[0].clause.id])
    assert any(BESIDE in line.text and line.text.startswith("可能适用") for line in lines(found, 20))
