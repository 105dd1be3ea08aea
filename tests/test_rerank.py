"""What the reranker reads of a clause, where it comes from, and what it may change in a search."""

import sys
import types
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from documents import clause_at
from fakes import FakeReranker, HashEncoder

from corpus.sentences import sentences
from index import rerank, search
from index.errors import WeightsError
from index.rerank import excerpt, reranker
from index.search import Filters, open_index

NATION, PROVINCE, COUNTY = "guobanfa-2019-21", "jiangzhengfa-2020-8", "qingshi-2021-3"
QUESTION = "养老护理员满五年有多少奖励？"
ADDRESSED = "江政发〔2020〕8号二（一）的补贴是多少？"
COMPARED = "国办发〔2019〕21号和江政发〔2020〕8号的覆盖率有什么不同？"


# --- what is read ------------------------------------------------------------


def long_clause(*lengths):
    """A clause of sentences of these lengths: 甲甲甲。乙乙。 …"""
    body = "".join(name * (length - 1) + "。" for name, length in zip("甲乙丙丁戊", lengths, strict=False))
    return clause_at(f"一、补贴\n{body}\n二、其他\n另行规定。\n", "一")


def scored(clause, *likeness):
    """(start, end, likeness) of the sentences behind the heading."""
    return [(s, e, x) for (s, e), x in zip(sentences(clause)[1:], likeness, strict=True)]


def read(clause, *likeness):
    return excerpt(clause, scored(clause, *likeness)).removeprefix("测试文件 补贴\n")


def test_a_short_clause_is_read_whole_behind_title_and_headings():
    clause = clause_at("一、补贴\n（一）院士\n院士每人补助百万元。另给住房。\n（二）学生\n没有。\n", "一（一）")
    whole = "测试文件 补贴 院士\n（一）院士\n院士每人补助百万元。另给住房。"
    assert excerpt(clause, []) == excerpt(clause, scored(clause, 0.1, 0.9)) == whole


def test_of_a_long_clause_the_nearest_sentences_are_read_in_their_order():
    clause = long_clause(50, 50, 50, 50, 50)
    parts = ["甲" * 49 + "。", "乙" * 49 + "。", "丙" * 49 + "。", "丁" * 49 + "。", "戊" * 49 + "。"]
    assert read(clause, 0.1, 0.5, 0.3, 0.9, 0.7) == parts[1] + parts[3] + parts[4]
    assert read(clause, 0.9, 0.1, 0.1, 0.2, 0.8) == parts[0] + parts[3] + parts[4]
    assert read(clause, 0.5, 0.5, 0.5, 0.5, 0.5) == parts[0] + parts[1] + parts[2]


def test_a_sentence_that_does_not_fit_makes_room_for_a_shorter_one():
    assert read(long_clause(100, 60, 50, 40), 0.9, 0.8, 0.7, 0.1) == "甲" * 99 + "。" + "丙" * 49 + "。"


@pytest.mark.parametrize(("second", "fits"), [(50, True), (51, False)])
def test_what_fits_is_a_hundred_and_fifty_characters(second, fits):
    assert ("乙" in read(long_clause(100, second, 30), 0.9, 0.8, 0.0)) == fits


def test_the_nearest_sentence_is_read_whatever_its_length():
    assert read(long_clause(20, 220, 20), 0.1, 0.9, 0.2) == "乙" * 219 + "。"


def test_one_endless_sentence_is_cut():
    clause = clause_at("一、补贴\n1." + "补" * 400 + "。\n2.短。\n", "一1")
    assert excerpt(clause, []) == "测试文件 补贴\n1." + "补" * 298


def test_a_row_is_read_with_its_heads(index):
    row = index.by_id[f"{PROVINCE}:一表1行3"]
    assert excerpt(row, []).splitlines() == [
        "江东省人民政府关于推进社区养老服务的实施意见 发展目标 主要指标",
        "指标：养老护理员人数，2022年：3万人，2025年：5万人",
    ]


def test_a_note_for_several_items_is_read_with_each(index):
    assert excerpt(index.by_id[f"{NATION}:二（三）1"], []).endswith("（以上两项工作牵头单位：自然资源部、住房城乡建设部）")


# --- where it comes from -----------------------------------------------------


def test_none_switches_it_off(settings, monkeypatch):
    monkeypatch.setattr(rerank, "CrossEncoderReranker", lambda path: pytest.fail(f"{path} was opened"))
    assert reranker(replace(settings, reranker="none")) is None


def test_a_folder_or_a_hub_name(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(rerank, "CrossEncoderReranker", lambda path: path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert reranker(replace(settings, reranker="~/own")) == tmp_path / "own"
    with pytest.raises(WeightsError, match="模型 org/model 还没有下载。请运行：python -m index fetch"):
        reranker(replace(settings, reranker="org/model"))


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_is_no_model_is_told_with_the_remedy(settings, monkeypatch, tmp_path, there):
    def refuse(path, **_):
        raise OSError(f"{path} does not appear to have a file named config.json")

    quiet = types.SimpleNamespace(disable_progress_bar=lambda: None)
    for name, module in {
        "sentence_transformers": types.SimpleNamespace(CrossEncoder=refuse),
        "transformers": types.ModuleType("transformers"),
        "transformers.utils": types.SimpleNamespace(logging=quiet),
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    folder = tmp_path / "no model"
    if there:
        folder.mkdir()
    with pytest.raises(WeightsError) as told:
        reranker(replace(settings, reranker=str(folder)))
    for words in (f"重排模型 {folder} 无法载入（OSError", "请检查 YOUJU_RERANKER", "CrossEncoder 文件夹", "none 关闭"):
        assert words in str(told.value)


# --- in a search -------------------------------------------------------------


@pytest.fixture
def judge():
    return FakeReranker()


@pytest.fixture
def judged(settings, encoder, built, judge):
    return open_index(settings, encoder, judge)


@pytest.fixture
def contrary(settings, encoder, built):
    return open_index(settings, encoder, FakeReranker(contrary=True))


def ids(hits):
    return [h.clause.id for h in hits]


def test_it_moves_up_what_shares_the_questions_words(judged, index):
    before, after = (ids(found.search(QUESTION, 1000)) for found in (index, judged))
    liked = [h.clause.id for h in sorted(judged.search(QUESTION, 30), key=lambda h: h.ranks["reranker"])][:5]
    assert after != before
    assert sum(map(after.index, liked)) < sum(map(before.index, liked))


@pytest.mark.parametrize("fixture", ["judged", "contrary"])
def test_what_both_orders_put_first_stands_first(request, index, fixture):
    before = ids(index.search(QUESTION, 30))
    hits = request.getfixturevalue(fixture).search(QUESTION, 30)
    place = {h.clause.id: (before.index(h.clause.id), h.ranks["reranker"]) for h in hits}
    assert sorted(rank for _, rank in place.values()) == list(range(1, 31))
    order = list(place)
    for n, first in enumerate(order):
        for second in order[n + 1 :]:
            assert not (place[second][0] < place[first][0] and place[second][1] < place[first][1])


def test_its_ranks_follow_its_scores_and_equals_keep_their_order(judged, judge, index):
    hits = judged.search(QUESTION, 30)
    ((asked, texts),) = judge.read
    assert asked == QUESTION
    scores = dict(zip(ids(index.search(QUESTION, 30)), FakeReranker().scores(asked, texts), strict=True))
    assert sorted(scores, key=lambda i: -scores[i]) == ids(sorted(hits, key=lambda h: h.ranks["reranker"]))
    assert {h.clause.id: h.relevance for h in hits} == pytest.approx(scores)


def text_of(hit):
    """What is read of a hit, made from its sentences' likeness."""
    return excerpt(hit.clause, [(m.start, m.end, m.score) for m in hit.sentences] if len(hit.sentences) > 1 else [])


def test_it_reads_the_excerpt_of_every_clause_in_the_order_found(judged, judge, index):
    judged.search(QUESTION, 3)
    ((_, texts),) = judge.read
    assert len(texts) == search.RERANKED
    assert texts == [text_of(hit) for hit in index.search(QUESTION, search.RERANKED)]


TWO = ["江东省的建设补贴是多少？", "青石县的高龄津贴发放多少元？"]


def test_two_questions_are_each_read_with_their_own_clauses(judged, judge):
    judged.search("".join(TWO), 2, also="养老护理员满五年有多少奖励，那么江东和青石的补贴呢？")
    assert [(question, len(texts)) for question, texts in judge.read] == [(q, search.RERANKED // 2) for q in TWO]


def test_relevance_is_that_for_the_question_that_brought_the_clause(judged):
    for hit, question in zip(judged.search("".join(TWO), 2), TWO, strict=True):
        assert hit.relevance == pytest.approx(FakeReranker().scores(question, [text_of(hit)])[0])


def test_clauses_that_it_does_not_read_stay_behind(judged, judge, index, monkeypatch):
    monkeypatch.setattr(search, "RERANKED", 5)
    before, hits = ids(index.search(QUESTION, 1000)), judged.search(QUESTION, 1000)
    assert [len(texts) for _, texts in judge.read] == [5]
    assert sorted(ids(hits)[:5]) == sorted(before[:5])
    assert ids(hits)[5:] == before[5:]
    assert ["reranker" in h.ranks for h in hits] == [True] * 5 + [False] * (len(before) - 5)
    assert [h.relevance is None for h in hits] == [False] * 5 + [True] * (len(before) - 5)


@pytest.mark.parametrize("question", [QUESTION, ADDRESSED, COMPARED])
def test_k_cuts_and_changes_nothing_else(judged, question):
    everything = judged.search(question, 1000)
    assert len(set(ids(everything))) == len(everything) == sum(c.kind != "heading" for c in judged.clauses) > search.RERANKED
    for k in (1, 7, search.RERANKED, search.RERANKED + 2):
        assert judged.search(question, k) == everything[:k]


@pytest.mark.parametrize(
    ("question", "expected"),
    [(ADDRESSED, [f"{PROVINCE}:二（一）"]), ("青政办发〔2021〕3号三", [f"{COUNTY}:三1", f"{COUNTY}:三2", f"{COUNTY}:三3"])],
)
def test_an_address_in_the_question_still_comes_first(judged, contrary, question, expected):
    for opened in (judged, contrary):
        assert ids(opened.search(question, len(expected))) == expected


def test_documents_that_are_compared_are_each_read(judged, judge):
    hits = judged.search(COMPARED, 4)
    assert [h.clause.document.id for h in hits] == [NATION, PROVINCE, NATION, PROVINCE]
    assert [(asked, len(texts)) for asked, texts in judge.read] == [("覆盖率有什么不同？", search.RERANKED // 2)] * 2
    assert all("reranker" in h.ranks for h in hits)


def test_more_questions_than_it_may_read_are_still_answered(judged, monkeypatch):
    monkeypatch.setattr(search, "RERANKED", 1)
    assert len(judged.search("".join(TWO), 4)) == 4


def test_filters_hold(judged):
    hits = judged.search(QUESTION, 1000, Filters(documents=(COUNTY,)))
    assert {h.clause.document.id for h in hits} == {COUNTY}


@pytest.mark.parametrize(
    ("question", "also", "expected"),
    [
        (QUESTION, "", QUESTION),
        (QUESTION, "奖励呢？", QUESTION),
        ("奖励呢？", f"{QUESTION} 奖励呢？", f"{QUESTION} 奖励呢？"),
        ("獎勵呢？", "養老護理員滿五年，獎勵呢？", "养老护理员满五年，奖励呢？"),
    ],
)
def test_of_two_readings_it_reads_the_longer(judged, judge, question, also, expected):
    judged.search(question, 1, also=also)
    assert [asked for asked, _ in judge.read] == [expected]


@pytest.mark.parametrize("question", [QUESTION, ADDRESSED, COMPARED])
def test_the_same_question_gives_the_same_hits(settings, judged, question):
    first = judged.search(question, 20)
    assert open_index(settings, HashEncoder(), FakeReranker()).search(question, 20) == first
    with ThreadPoolExecutor(4) as pool:
        assert all(found == first for found in pool.map(lambda _: judged.search(question, 20), range(8)))


def test_without_a_reranker_nothing_is_reread(index):
    assert not any("reranker" in h.ranks or h.relevance is not None for h in index.search(QUESTION, 1000))
