"""Each retriever alone: what it may return, how equals are ordered, and clauses of one sentence."""

import numpy as np
import pytest
from documents import document

from corpus.clauses import clauses
from corpus.sentences import sentences
from index import files, retrieve
from index.build import write
from index.passages import passage, sentence_passages
from index.retrieve import Retrievers
from index.tokens import words

PATHS = ["clauses", "sentences", "words"]
QUESTION = "养老护理员的补贴标准是多少？"


@pytest.fixture
def opened(built):
    """(retrievers, clauses) of the sample."""
    found = files.read_clauses(built.folder, files.read_documents(built.folder))
    return Retrievers(built.folder, len(found)), found


@pytest.fixture
def made(settings, encoder):
    """(retrievers, clauses) of documents made by hand."""

    def make(*texts, title="测试文件"):
        documents = [document(t, id=f"d{n}", title=title) for n, t in enumerate(texts)]
        found = [c for d in documents for c in clauses(d)]
        built = write(settings, encoder, documents, found, "by hand", progress=False)
        return Retrievers(built.folder, len(found)), found

    return make


def ask(near, path, encoder, mask=None, question=QUESTION):
    return getattr(near, path)(question if path == "words" else encoder.queries([question]), mask)


def only(numbers, total):
    mask = np.zeros(total, np.bool_)
    mask[list(numbers)] = True
    return mask


# --- masks -------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("seed", range(5))
def test_a_mask_takes_the_others_out_and_changes_no_order(opened, encoder, path, seed):
    near, found = opened
    mask = np.random.default_rng(seed).random(len(found)) < 0.4
    free = ask(near, path, encoder)
    allowed = ask(near, path, encoder, mask)
    assert 0 < len(allowed) < len(free)
    assert allowed == [n for n in free if mask[n]]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_allowed_gives_nothing(opened, encoder, path):
    near, found = opened
    assert ask(near, path, encoder, only([], len(found))) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_heading_is_returned_by_no_mask(opened, encoder, path):
    near, found = opened
    headings = [n for n, c in enumerate(found) if c.kind == "heading"]
    assert ask(near, path, encoder, only(headings, len(found)), "主要任务 补贴标准 主要指标") == []


@pytest.mark.parametrize("path", PATHS)
def test_one_allowed_clause_is_found_alone(opened, encoder, path):
    near, found = opened
    for number in ask(near, path, encoder):
        assert ask(near, path, encoder, only([number], len(found))) == [number]


@pytest.mark.parametrize("path", PATHS)
def test_no_retriever_gives_more_than_its_depth(opened, encoder, monkeypatch, path):
    near, _ = opened
    free = ask(near, path, encoder)
    monkeypatch.setattr(retrieve, "DEPTH", 4)
    assert ask(near, path, encoder) == free[:4]


# --- equals ------------------------------------------------------------------

TWINS = ["一、补贴标准\n护理员每月补贴两百元。\n二、其他事项\n由县民政局解释。一年后施行。\n"] * 12


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("clauses"),
        "sentences",
        "words",
    ],
)
def test_equals_are_ordered_by_number(made, encoder, path):
    near, found = made(*TWINS)
    for address in ("一", "二"):
        same = [n for n, c in enumerate(found) if str(c.address) == address]
        order = ask(near, path, encoder, only(same, len(found)), found[same[0]].text)
        assert len(order) == len(TWINS)
        assert order == same


@pytest.mark.parametrize("path", PATHS)
def test_of_more_equals_than_fit_the_first_are_kept(made, encoder, monkeypatch, path):
    monkeypatch.setattr(retrieve, "DEPTH", 3)
    near, found = made(*TWINS)
    same = [n for n, c in enumerate(found) if str(c.address) == "二"]
    assert sorted(ask(near, path, encoder, only(same, len(found)), found[same[0]].text)) == same[:3]


def test_words_rank_by_score_before_number(made, encoder):
    near, _ = made("一、高龄津贴\n高龄津贴按月发给高龄老人。\n二、护理补贴\n护理补贴按月发给护理员。\n")
    assert ask(near, "words", encoder, None, "护理员的护理补贴，按月")[0] == 1
    assert ask(near, "words", encoder, None, "高龄老人的高龄津贴，按月")[0] == 0


# --- sentences ---------------------------------------------------------------


def test_clauses_of_one_sentence_are_found_by_sentences(opened, encoder):
    near, found = opened
    single = [n for n, c in enumerate(found) if c.kind != "heading" and len(sentences(c)) == 1]
    assert len(single) > 5
    for number in single:
        vector = encoder.queries([passage(found[number])])
        assert near.sentences(vector, None)[0] == number
        assert near.sentences(vector, only([number], len(found))) == [number]


def test_every_clause_is_found_once_by_sentences(opened, encoder):
    near, found = opened
    order = ask(near, "sentences", encoder)
    assert sorted(order) == [n for n, c in enumerate(found) if c.kind != "heading"]


def test_a_clause_stands_where_its_best_sentence_does(opened, encoder):
    near, found = opened
    (asked,) = vector = encoder.queries([QUESTION])

    def best(number):
        parts = [text for _, text in sentence_passages(found[number])] or [passage(found[number])]
        return float((encoder.passages(parts) @ asked).max())

    order = near.sentences(vector, None)
    likeness = [best(n) for n in order]
    assert likeness == pytest.approx(sorted(likeness, reverse=True), abs=1e-6)


def test_a_corpus_of_single_sentences_is_searched_too(made, encoder):
    near, found = made("一、补贴标准\n1.护理员每月补贴两百元。\n2.院士另行商定。\n3.学生没有补贴。\n")
    assert near.spans.shape == (0, 3)
    for path in ("clauses", "sentences"):
        assert ask(near, path, encoder, None, "护理员每月补贴两百元，学生没有") == [1, 3, 2]
    assert all(near.sentence_scores(n, encoder.queries([QUESTION])) == [] for n in range(len(found)))


def test_scores_of_a_clause_and_its_sentences(opened, encoder):
    near, found = opened
    (asked,) = vector = encoder.queries([QUESTION])
    for number in near.searched:
        clause = found[number]
        assert near.own_score(int(number), vector) == pytest.approx(float(encoder.passages([passage(clause)])[0] @ asked))
        parts = sentence_passages(clause)
        scores = near.sentence_scores(int(number), vector)
        assert [(s, e) for s, e, _ in scores] == [span for span, _ in parts]
        expected = [float(encoder.passages([text])[0] @ asked) for _, text in parts]
        assert [x for _, _, x in scores] == pytest.approx(expected, abs=1e-6)


def test_a_heading_has_no_likeness_of_its_own(opened, encoder):
    near, found = opened
    heading = next(n for n, c in enumerate(found) if c.kind == "heading")
    assert near.own_score(heading, encoder.queries([found[heading].text])) == 0


# --- words -------------------------------------------------------------------


def test_only_clauses_that_share_a_word(opened, encoder):
    near, found = opened
    order = ask(near, "words", encoder, None, "税费优惠")
    assert sorted(order) == [n for n in near.searched if {"税费", "优惠"} & set(words(passage(found[n])))]
    assert len(order) == 1


@pytest.mark.parametrize("question", ["量子计算", "？！", ""])
def test_no_shared_word_gives_nothing(opened, encoder, question):
    near, _ = opened
    assert near.words(question, None) == []
