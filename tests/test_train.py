"""Training data and batches; no model is loaded."""

import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eval.cases import CaseError
from eval.train import encoder
from eval.train.data import WRITTEN, Data, Question, hard_negatives, load, recall

CASES = Path(__file__).parents[1] / "eval" / "cases"


def put(path, rows):
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\n\n", "utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    put(
        tmp_path / "corpus.jsonl",
        [
            {"_id": "a#1", "title": "甲法", "section": "第一章 总则 > 目的", "text": "第一条。"},
            {"_id": "a#2", "title": "甲法", "section": "第二章", "text": "第二条。"},
            {"_id": "b#1", "title": "乙法", "section": "总则", "text": "第一条。"},
        ],
    )
    put(tmp_path / "queries.train.jsonl", [{"text": "问一？", "gold_ids": ["a#2", "b#1"]}, {"text": "问二？", "gold_ids": []}])
    put(tmp_path / "own.jsonl", [{"text": "问三？", "articles": ["a#1"], "style": "list"}])
    return tmp_path


# --- questions and articles --------------------------------------------------


def test_questions_are_read_with_the_rows_of_their_articles(folder):
    data = load(folder, folder / "own.jsonl")
    assert data.passages == ["甲法 第一章 总则 目的\n第一条。", "甲法 第二章\n第二条。", "乙法 总则\n第一条。"]
    assert data.questions == [Question("问一？", (1, 2), False), Question("问三？", (0,), True)]


@pytest.mark.parametrize(("file", "key"), [("queries.train.jsonl", "gold_ids"), ("own.jsonl", "articles")])
def test_an_article_that_is_not_there_is_named(folder, file, key):
    put(folder / file, [{"text": "问四？", key: ["a#1", "z#9"]}])
    with pytest.raises(CaseError, match=rf"训练问题“问四？”的条文 z#9 不在 {folder / 'corpus.jsonl'} 里"):
        load(folder, folder / "own.jsonl")


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.train.jsonl", "own.jsonl"])
def test_a_missing_file_is_named_with_the_remedy(folder, file):
    (folder / file).unlink()
    with pytest.raises(CaseError, match=rf"读不了训练数据 {folder / file}（.+）。请用 --data 指明 LeCoQA 文件夹"):
        load(folder, folder / "own.jsonl")


def test_our_own_questions_are_whole_and_have_not_seen_the_cases():
    rows = [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]
    assert all(r["text"].strip() and r["articles"] and len(set(r["articles"])) == len(r["articles"]) for r in rows)
    assert len({r["text"] for r in rows}) == len(rows) > 3000
    cases = [json.loads(line) for path in CASES.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    asked = {turn for case in cases for turn in case.get("turns", [case.get("question")])}
    assert len(asked) > 400
    assert not asked & {r["text"] for r in rows}


# --- held out ----------------------------------------------------------------


def test_what_is_held_out_is_told_by_the_text_alone():
    """Written down once: another rule would leak what the shipped models learned into what they are tested on."""
    assert [n for n in range(60) if Question(f"问题{n}", (0,), False).held_out] == [1, 2, 13, 17, 19, 56, 57, 59]
    for n in range(60):
        assert Question(f"问题{n}", (0,), False).held_out == Question(f"问题{n}", (3, 4), True).held_out


def test_about_one_question_in_eight_is_held_out():
    texts = [json.loads(line)["text"] for line in WRITTEN.read_text("utf-8").splitlines()]
    assert 0.11 < np.mean([Question(t, (0,), True).held_out for t in texts]) < 0.14


# --- hard negatives ----------------------------------------------------------


def ranked(count):
    """(queries, passages): one question, whose likeness to passage n falls with n."""
    likeness = np.linspace(0.9, 0.1, count, dtype=np.float32)
    passages = np.stack([likeness, np.sqrt(1 - likeness**2)], axis=1)
    return np.array([[1, 0]], np.float32), passages


def texts(count, **same):
    """Passages “法\\n第n条”; the numbers in `same` have the words of another one, under another title."""
    return [f"法\n第{n}条" if f"p{n}" not in same else f"乙法\n第{same[f'p{n}']}条" for n in range(count)]


@pytest.mark.parametrize(
    ("gold", "same", "ranks", "expected"),
    [
        ((), {}, (0, 3), [0, 1, 2]),
        ((), {}, (2, 5), [2, 3, 4]),
        ((0,), {}, (0, 3), [1, 2, 3]),
        ((1, 3), {}, (0, 3), [0, 2, 4]),
        ((1, 3), {}, (1, 4), [2, 4, 5]),  # ranks are counted without the gold
        ((9,), {"p2": 9}, (0, 4), [0, 1, 3, 4]),  # p2 says what p9 says
        ((0,), {"p1": 0, "p2": 0}, (0, 4), [3, 4, 5, 6]),
        ((15,), {"p3": 2}, (0, 4), [0, 1, 2, 3]),  # copies of others stay
    ],
)
def test_negatives_are_the_nearest_without_gold_and_its_copies(gold, same, ranks, expected):
    data = Data(texts(20, **same), [Question("问？", gold, True)])
    assert hard_negatives(*ranked(20), data, ranks) == [expected]


def test_every_question_has_its_own_negatives():
    passages = np.eye(12, dtype=np.float32)
    queries = 0.9 * np.eye(12, dtype=np.float32)[[3, 7]] + 0.1 * np.eye(12, dtype=np.float32)[[4, 8]]
    data = Data(texts(12), [Question("一？", (0,), True), Question("二？", (7,), True)])
    first, second = hard_negatives(queries, passages, data, (0, 1))
    assert (first, second) == ([3], [8])


# --- recall ------------------------------------------------------------------


@pytest.mark.parametrize(("k", "expected"), [(1, (0 + 1 + 0) / 3), (2, (1 / 2 + 1 + 0) / 3), (3, (1 / 2 + 1 + 1) / 3), (4, 1)])
def test_recall_by_hand(k, expected):
    scores = np.array([[0.9, 0.8, 0.1, 0.2, 0.05], [0.1, 0.2, 0.3, 0.4, 0.0], [0.5, 0.3, 0.4, 0.2, 0.0]], np.float32)
    questions = [Question("一", (1, 2), True), Question("二", (3,), True), Question("三", (1,), True)]
    assert recall(scores, questions, k) == pytest.approx(expected)


# --- batches -----------------------------------------------------------------


def asked(*golds):
    return Data([f"法\n第{n}条" for n in range(200)], [Question(f"问{n}？", gold, True) for n, gold in enumerate(golds)])


def batches(data, size, seed=7):
    pairs = [(n, g) for n, q in enumerate(data.questions) for g in q.gold]
    return pairs, list(encoder._batches(pairs, data, size, random.Random(seed)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [2, 5, 8])
def test_no_question_and_no_gold_stands_twice_in_a_batch(size, seed):
    chance = random.Random(seed)
    data = asked(*(tuple(chance.sample(range(30), chance.choice((1, 2, 3)))) for _ in range(60)))
    pairs, found = batches(data, size, seed)
    assert found
    for batch in found:
        assert len(batch) == size
        golds = [g for n, _ in batch for g in data.questions[n].gold]  # not only the one it stands with
        assert max(Counter(golds).values()) == max(Counter(n for n, _ in batch).values()) == 1
    used = Counter(pair for batch in found for pair in batch)
    assert max(used.values()) == 1
    assert used.keys() <= set(pairs)


def test_every_pair_is_used_where_nothing_is_shared():
    pairs, found = batches(asked(*((n,) for n in range(50))), 8)
    assert [len(batch) for batch in found] == [8] * 6
    assert len({pair for batch in found for pair in batch}) == 48 == len(pairs) - 2


def test_what_cannot_fill_a_batch_is_left():
    assert batches(asked((0,), (0,), (0,)), 2)[1] == []
    assert batches(asked((0, 1, 2)), 2)[1] == []
    assert batches(asked(), 2)[1] == []


def test_batches_are_shuffled_by_the_given_chance_and_the_pairs_left_alone():
    data = asked(*((n,) for n in range(50)))
    pairs, first = batches(data, 8, seed=1)
    assert pairs == [(n, n) for n in range(50)]
    assert batches(data, 8, seed=1)[1] == first != batches(data, 8, seed=2)[1]
    assert first[0] != pairs[:8]


# --- what a batch is compared with -------------------------------------------


def compared(data, batch, negatives, each=2):
    texts, target, allowed = encoder._texts(batch, data, negatives, each, random.Random(7))
    return [data.passages.index(t) for t in texts], target.tolist(), allowed.tolist()


def test_gold_stands_first_then_the_negatives():
    rows, target, allowed = compared(asked((0,), (1,)), [(0, 0), (1, 1)], [[10, 11], [12]])
    assert rows[:2] == [0, 1]
    assert sorted(rows[2:4]) == [10, 11]
    assert rows[4:] == [12]
    assert target == [0, 1]
    assert allowed == [[True] * 5] * 2


def test_no_more_negatives_than_are_wanted():
    rows, _, _ = compared(asked((0,)), [(0, 0)], [[10, 11, 12, 13]], each=2)
    assert len(set(rows[1:])) == 2
    assert set(rows[1:]) <= {10, 11, 12, 13}


def test_another_gold_of_a_question_is_not_set_against_it():
    # Question 0 is answered by 0 and 5; 5 was drawn as a negative of question 1.
    rows, _, allowed = compared(asked((0, 5), (1,)), [(0, 0), (1, 1)], [[], [5]])
    assert rows == [0, 1, 5]
    assert allowed == [[True, True, False], [True, True, True]]


def test_its_own_gold_drawn_for_another_question_is_not_set_against_it():
    rows, _, allowed = compared(asked((0,), (1,)), [(0, 0), (1, 1)], [[], [0]])
    assert rows == [0, 1, 0]
    assert allowed == [[True, True, False], [True, True, True]]
