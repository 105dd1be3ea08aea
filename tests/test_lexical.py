import math

import numpy as np
import pytest

from index.lexical import Lexical
from index.tokens import words

TEXTS = [
    "对养老护理员给予一次性奖励。奖励资金由省财政厅安排。",
    "新建养老服务中心，给予一次性建设补贴。",
    "民政厅负责统筹协调。",
    "对收住失能老年人的养老机构，给予运营补贴；补贴每月发放，补贴按人计算。",
    "。！？",
]
K1, B = 1.5, 0.75


def bm25(texts, query):
    """BM25 in Lucene's form by a plain loop: Σ ln(1 + (N − df + ½)/(df + ½)) · tf / (tf + k1(1 − b + b·length/average))."""
    tokens = [words(t) or ["∅"] for t in texts]
    average = sum(map(len, tokens)) / len(tokens)
    scores = []
    for document in tokens:
        total = 0.0
        for word in words(query):
            df = sum(word in other for other in tokens)
            tf = document.count(word)
            if tf:
                idf = math.log(1 + (len(tokens) - df + 0.5) / (df + 0.5))
                total += idf * tf / (tf + K1 * (1 - B + B * len(document) / average))
        scores.append(total)
    return scores


@pytest.fixture(scope="module")
def lexical():
    return Lexical.build(TEXTS)


@pytest.mark.parametrize("query", ["补贴", "养老护理员的奖励", "民政厅负责什么？", "补贴 补贴 奖励", "给予一次性补贴"])
def test_scores_agree_with_a_plain_loop(lexical, query):
    expected = bm25(TEXTS, query)
    assert max(expected) > 0
    assert lexical.scores(query) == pytest.approx(expected, rel=1e-5)


def test_one_score_by_hand():
    lexical = Lexical.build(["补贴 补贴 奖励", "奖励", "贷款 税收"])
    # N = 3, df = 1, tf = 2, length 3, average (3 + 1 + 2) / 3 = 2
    expected = math.log(1 + 2.5 / 1.5) * 2 / (2 + 1.5 * (0.25 + 0.75 * 3 / 2))
    assert lexical.scores("补贴") == pytest.approx([expected, 0, 0], rel=1e-6)


def test_more_of_a_rare_word_scores_higher_than_a_common_one(lexical):
    scores = lexical.scores("给予运营补贴")
    assert int(np.argmax(scores)) == 3


@pytest.mark.parametrize("query", ["", "？！", "火星", "quantum"])
def test_unknown_words_score_nothing(lexical, query):
    assert lexical.scores(query).tolist() == [0.0] * len(TEXTS)


def test_an_unknown_word_beside_a_known_one_changes_nothing(lexical):
    assert np.array_equal(lexical.scores("火星 补贴"), lexical.scores("补贴"))


def test_weight_is_the_inverse_document_frequency(lexical):
    # N = 5; 补贴 stands in texts 1 and 3, 民政厅 in text 2 alone, 火星 nowhere
    assert lexical.weight("补贴") == pytest.approx(math.log(1 + 3.5 / 2.5))
    assert lexical.weight("民政厅") == pytest.approx(math.log(1 + 4.5 / 1.5))
    assert lexical.weight("火星") == pytest.approx(math.log(1 + 5.5 / 0.5))


def test_saved_and_loaded_is_equal(lexical, tmp_path):
    lexical.save(tmp_path / "bm25")
    loaded = Lexical.load(tmp_path / "bm25")
    for query in ("补贴", "养老护理员的奖励", "火星", ""):
        assert np.array_equal(loaded.scores(query), lexical.scores(query))
    assert loaded.weight("补贴") == lexical.weight("补贴")
    assert loaded.weight("火星") == lexical.weight("火星")


def test_a_text_without_words_keeps_its_place():
    lexical = Lexical.build(["。", "补贴"])
    assert lexical.scores("补贴")[0] == 0
    assert lexical.scores("补贴")[1] > 0
