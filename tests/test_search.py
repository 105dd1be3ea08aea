from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes import HashEncoder

from corpus.sentences import sentences
from index import told
from index.build import build
from index.passages import passage, sentence_passages
from index.question import official
from index.search import _WEIGHTS, Filters, open_index
from index.settings import IndexSettings
from index.tokens import words

NATION, PROVINCE, COUNTY = "guobanfa-2019-21", "jiangzhengfa-2020-8", "qingshi-2021-3"
QUESTIONS = ["护理补贴是多少？", "江东省的建设补贴是多少？", "设施覆盖率", "谁牵头配建养老服务用房", "税", "2025"]
ADDRESSED = "江政发〔2020〕8号二（一）的补贴是多少？"


def ids(hits):
    return [h.clause.id for h in hits]


@pytest.fixture(scope="module")
def encoder():
    return HashEncoder()


@pytest.fixture(scope="module")
def settings(sample, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return IndexSettings(home, sample, home / "index")


@pytest.fixture(scope="module")
def index(settings, encoder):
    """One for all tests here: searching changes nothing in it."""
    build(settings, encoder, progress=False)
    return open_index(settings, encoder)


# --- what is found -----------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("失能老年人每人每月发放护理补贴200元", f"{COUNTY}:二（二）"),
        ("连续从事护理工作满五年的养老护理员给予一次性奖励", f"{PROVINCE}:二（三）"),
        ("养老护理员人数2025年5万人", f"{PROVINCE}:一表1行3"),
        ("免征增值税，减按90%计入应纳税所得额", f"{NATION}:二（四）"),
    ],
)
def test_the_clause_that_says_it_comes_first(index, question, expected):
    assert ids(index.search(question))[0] == expected


def test_a_note_that_stands_once_for_several_items_finds_them(index):
    found = ids(index.search("自然资源部、住房城乡建设部牵头的工作", 5))
    assert {f"{NATION}:二（三）1", f"{NATION}:二（三）2"} <= set(found)


def test_headings_are_never_hits(index):
    assert {h.clause.kind for h in index.search("二、扶持政策", 1000)} >= {"item", "row"}
    assert all(h.clause.kind != "heading" for h in index.search("二、扶持政策", 1000))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("江政发〔2020〕8号 二（一）", [f"{PROVINCE}:二（一）"]),
        ("江政发[2020]8号二（一）说了什么？", [f"{PROVINCE}:二（一）"]),
        ("国办发〔2019〕21号二（三）1", [f"{NATION}:二（三）1"]),
        # a heading's address means everything below it
        ("青政办发〔2021〕3号三", [f"{COUNTY}:三1", f"{COUNTY}:三2", f"{COUNTY}:三3"]),
        # 第四条 also means 四、
        ("《青石县人民政府办公室关于印发社区养老服务补贴办法的通知》第四条", [f"{COUNTY}:四"]),
        ("青政办发〔2021〕3号第九条", []),
    ],
)
def test_an_address_in_the_question_comes_first(index, question, expected):
    found = index.search(question)
    addressed = [h for h in found if "address" in h.ranks]
    assert ids(addressed) == ids(found)[: len(expected)] == expected
    assert [h.ranks["address"] for h in addressed] == list(range(1, len(expected) + 1))


def test_two_questions_in_one_take_turns(index):
    one, two = "江东省的建设补贴是多少？", "青石县的高龄津贴发放多少元？"
    expected: list[str] = []
    for pair in zip(ids(index.search(one, 50)), ids(index.search(two, 50)), strict=True):
        expected += [i for i in dict.fromkeys(pair) if i not in expected]
    assert ids(index.search(one + two, 50)) == expected
    assert expected[:2] == [f"{PROVINCE}:二（一）", f"{COUNTY}:二（一）"]


def test_a_second_question_that_only_names_another_place_is_asked_whole(index):
    found = ids(index.search("到2025年，全国护理型床位占比是多少？江东呢？", 2))
    assert found == [f"{NATION}:一（二）", *ids(index.search("到2025年，江东护理型床位占比是多少？", 1))]


@pytest.mark.parametrize(
    ("simple", "traditional"),
    [
        ("养老护理员的奖励是多少？", "養老護理員的獎勵是多少？"),
        ("江东省的建设补贴", "江東省的建設補貼"),
        ("国办发〔2019〕21号二（四）", "國辦發〔2019〕21號二（四）"),
    ],
)
def test_traditional_characters_find_the_same(index, simple, traditional):
    assert index.search(traditional) == index.search(simple) != []


# --- filters -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "documents"),
    [
        (Filters(documents=(COUNTY, NATION)), {COUNTY, NATION}),
        (Filters(levels=("国家",)), {NATION}),
        (Filters(levels=("省", "县")), {PROVINCE, COUNTY}),
        (Filters(regions=("青石县",)), {COUNTY}),
        (Filters(statuses=("现行有效",)), {PROVINCE}),
        (Filters(years=(2019, 2021)), {NATION, COUNTY}),
        (Filters(levels=("省",), years=(2019,)), set()),
        (Filters(levels=("市",)), set()),
        (Filters(), {NATION, PROVINCE, COUNTY}),
    ],
)
@pytest.mark.parametrize("question", [*QUESTIONS, ADDRESSED, "全国和江东的覆盖率？青石县呢？"])
def test_filters_are_hard(index, question, filters, documents):
    assert {h.clause.document.id for h in index.search(question, 1000, filters)} == documents


def test_filters_hold_in_every_path(index):
    within = {"named", "named clause", "named sentence", "named words"}
    paths = {"address", "clause", "sentence", "words", "official"} | within
    free = index.search(ADDRESSED, 1000)
    assert {name for h in free for name in h.ranks} == paths
    for document, expected in ((PROVINCE, paths), (COUNTY, paths - within - {"address"})):
        found = index.search(ADDRESSED, 1000, Filters(documents=(document,)))
        assert {name for h in found for name in h.ranks} == expected
        assert {h.clause.document.id for h in found} == {document}
        for name in expected:  # ranks are counted among what is allowed: 1, 2, 3 …
            ranks = sorted(h.ranks[name] for h in found if name in h.ranks)
            assert ranks == list(range(1, len(ranks) + 1))


# --- laws --------------------------------------------------------------------


@pytest.mark.parametrize("question", [*QUESTIONS, ADDRESSED])
def test_the_score_is_the_sum_of_reciprocal_ranks(index, question):
    for hit in index.search(question, 1000):
        assert hit.score == pytest.approx(sum(_WEIGHTS[name] / (15 + rank) for name, rank in hit.ranks.items()))


@pytest.mark.parametrize("question", QUESTIONS)
def test_better_hits_come_first(index, question):
    scores = [h.score for h in index.search(question, 1000)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("question", [*QUESTIONS, ADDRESSED])
def test_sentences_of_a_hit_are_those_of_its_clause_nearest_first(index, question):
    for hit in index.search(question, 1000):
        clause = hit.clause
        spans = [(m.start, m.end) for m in hit.sentences]
        assert sorted(spans) == sentences(clause)
        assert all(clause.start <= start < end <= clause.end for start, end in spans)
        assert [m.score for m in hit.sentences] == sorted((m.score for m in hit.sentences), reverse=True)


@pytest.mark.parametrize("question", QUESTIONS)
def test_cosines_agree_with_the_encoder(index, question):
    encoder = HashEncoder()
    (asked,) = encoder.queries([question])
    for hit in index.search(question, 1000):
        own = float(encoder.passages([passage(hit.clause)])[0] @ asked)
        cosines = {span: float(encoder.passages([text])[0] @ asked) for span, text in sentence_passages(hit.clause)}
        for match in hit.sentences:
            assert match.score == pytest.approx(cosines.get((match.start, match.end), own), abs=1e-5)
        assert hit.similarity == pytest.approx(max([own, *cosines.values()]), abs=1e-5)


@pytest.mark.parametrize("path", ["clause", "sentence"])
def test_ranks_of_the_vector_paths_are_those_of_a_plain_sort(index, path):
    question = "养老护理员的待遇"
    encoder = HashEncoder()
    (asked,) = encoder.queries([question])

    def nearest(clause):
        parts = [text for _, text in sentence_passages(clause)] if path == "sentence" else []
        return float((encoder.passages(parts or [passage(clause)]) @ asked).max())

    cosines = {c.id: nearest(c) for c in index.clauses if c.kind != "heading"}
    ranks = {h.clause.id: h.ranks[path] for h in index.search(question, 1000)}
    assert sorted(ranks.values()) == list(range(1, len(cosines) + 1))
    ordered = [cosines[i] for i in sorted(ranks, key=ranks.__getitem__)]
    assert ordered == pytest.approx(sorted(cosines.values(), reverse=True), abs=1e-6)


def test_the_word_path_gives_only_clauses_that_share_a_word(index):
    found = {h.clause.id for h in index.search("税费优惠", 1000) if "words" in h.ranks}
    sharing = {c.id for c in index.clauses if c.kind != "heading" and {"税费", "优惠"} & set(words(passage(c)))}
    assert found == sharing == {f"{NATION}:二（四）"}


def test_hits_of_two_questions_are_each_likened_to_their_own(index, encoder):
    asked = ["江东省的建设补贴是多少？", "青石县的高龄津贴发放多少元？"]
    for hit, question in zip(index.search("".join(asked), 2), asked, strict=True):
        (alone,) = index.search(question, 1)
        assert (hit.clause, hit.similarity, hit.sentences) == (alone.clause, pytest.approx(alone.similarity), alone.sentences)


@pytest.mark.parametrize("question", [*QUESTIONS, ADDRESSED, "建设补贴是多少？青石县的高龄津贴发放多少元？"])
def test_the_same_question_gives_the_same_hits(settings, index, question):
    first = index.search(question, 20)
    assert index.search(question, 20) == first
    assert open_index(settings, HashEncoder()).search(question, 20) == first
    with ThreadPoolExecutor(4) as pool:
        assert all(found == first for found in pool.map(lambda _: index.search(question, 20), range(8)))


@pytest.mark.parametrize("question", [*QUESTIONS, ADDRESSED, "建设补贴是多少？青石县的高龄津贴发放多少元？"])
def test_k_cuts_and_changes_nothing_else(index, question):
    everything = index.search(question, 1000)
    assert len(everything) == len({h.clause.id for h in everything}) == sum(c.kind != "heading" for c in index.clauses)
    for k in (1, 2, 7):
        assert index.search(question, k) == everything[:k]


# --- what an answer asks of the index besides hits -----------------------------


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("高龄津贴是多少？", 1),
        ("高龄津贴是多少？护理补贴是多少？", 2),
        ("高齡津貼是多少？護理補貼是多少？", 2),
        ("江东省的建设补贴是多少？青石县的呢？", 2),
        ("国办发〔2019〕21号和江政发〔2020〕8号的覆盖率一样吗？", 2),
        ("我家老人八十岁了。高龄津贴是多少？", 1),
        (ADDRESSED, 1),
    ],
)
def test_how_many_questions_a_question_asks(index, question, parts):
    assert index.parts(question) == parts


def test_the_first_hits_are_those_of_the_parts(index):
    asked = ["江东省的建设补贴是多少？", "青石县的高龄津贴发放多少元？"]
    assert ids(index.search("".join(asked), index.parts("".join(asked)))) == [ids(index.search(a, 1))[0] for a in asked]


@pytest.mark.parametrize("address", ["二（四）", "二（三）1", "三（五）"])
def test_likeness_is_the_cosine_of_each_sentence(index, address):
    encoder, text = HashEncoder(), "养老服务收入免征增值税"
    clause = index.by_id[f"{NATION}:{address}"]
    (asked,) = encoder.queries([text])
    found = index.likeness(text, clause)
    assert list(found) == sentences(clause)
    own = float(encoder.passages([passage(clause)])[0] @ asked)
    cosines = {span: float(encoder.passages([sentence])[0] @ asked) for span, sentence in sentence_passages(clause)}
    for span, score in found.items():
        assert score == pytest.approx(cosines.get(span, own), abs=1e-5)


def test_another_reading_helps_to_find_and_to_tell_sentences_apart(index):
    question, also = "那个补贴是多少？", "用电、用水、用气执行居民生活类价格"
    clause = f"{NATION}:二（四）"
    alone = {h.clause.id: h for h in index.search(question, 1000)}[clause]
    both = {h.clause.id: h for h in index.search(question, 1000, also=also)}[clause]
    assert ids(index.search(question, 1000, also=also)).index(clause) < ids(index.search(question, 1000)).index(clause)
    text = both.clause.document.text
    assert text[both.sentences[0].start : both.sentences[0].end].startswith("用电")
    assert not text[alone.sentences[0].start : alone.sentences[0].end].startswith("用电")
    assert both.similarity == alone.similarity  # that is the question's own
    follow = {h.clause.id: h for h in index.search(question, 1000, also=also, own=True)}[clause]
    assert follow.similarity > alone.similarity  # both readings are the asker's


# --- odd questions -----------------------------------------------------------


@pytest.mark.parametrize("question", ["", " ", "\u3000\n", "？！。", "——", "🙂🙂", "\0", "\ud83d"])
def test_a_question_without_a_word_finds_nothing(index, question):
    assert index.search(question) == []


@pytest.mark.parametrize("k", [0, -1])
def test_no_hits_wanted_none_given(index, k):
    assert index.search("补贴", k) == []


@pytest.mark.parametrize(
    "question",
    [
        "税",
        "的",
        "a",
        "１",
        "补" * 5000,
        "补贴\0\ud800是多少",
        "'; DROP TABLE x; --",
        "第" * 50 + "条",
        "（" * 200 + "补贴",
        "《》号〔〕补贴",
    ],
    ids=[
        "one word",
        "stop word",
        "letter",
        "full-width digit",
        "long",
        "half a pair",
        "sql",
        "no article",
        "brackets",
        "empty marks",
    ],
)
def test_odd_questions_find_something_and_raise_nothing(index, question):
    assert len(index.search(question, 3)) == 3


def test_full_width_digits_find_the_same_words(index):
    wide, plain = (index.search(q, 50) for q in ("到２０２５年覆盖率", "到2025年覆盖率"))
    assert {h.clause.id: h.ranks.get("words") for h in wide} == {h.clause.id: h.ranks.get("words") for h in plain}


def test_official_wording_is_searched_beside_the_users(index, encoder):
    question = "给钱吗？养老护理员"
    assert official(question) != question
    found = index.search(question, 5)
    assert {question, official(question)} <= set(encoder.asked)
    assert any("official" in h.ranks for h in found)


def test_a_place_the_question_names_is_looked_at_first(index):
    assert {h.clause.document.id for h in index.search("江东的覆盖率和床位", 1000) if "place" in h.ranks} == {PROVINCE}
    assert not any("place" in h.ranks for h in index.search("覆盖率和床位", 1000))


def test_list_question_brings_the_members_of_the_list(index):
    hits = index.search("申请程序分哪几个步骤？", 8)
    ranked = [str(h.clause.address) for h in hits if "list" in h.ranks]
    assert {"三1", "三2", "三3"} <= set(ranked)
    assert not any("list" in h.ranks for h in index.search("本人或者家属向村（居）民委员会提出申请", 8))


def test_a_list_that_a_clause_tells_by_itself_is_not_brought(index, monkeypatch):
    """What such a clause is: test_told.py. Here, that the search asks for it, with clauses that are near."""
    asked = []
    monkeypatch.setattr(told, "by_a_clause", lambda question, group, near, *_: asked.append(near) or True)
    assert not any("list" in h.ranks for h in index.search("申请程序分哪几个步骤？", 8))
    assert all(0 < len(near) <= 6 for near in asked) and asked


def test_question_about_one_member_does_not_bring_its_neighbours(index):
    hits = index.search("建设补贴有哪些措施", 8)
    assert str(hits[0].clause.address) == "二（一）"
    assert not any("list" in h.ranks for h in hits)


def test_a_question_in_very_many_parts_costs_no_more_than_a_few(settings, index):
    encoder = HashEncoder()
    open_index(settings, encoder).search("那呢？" * 333, 5)
    assert len(encoder.asked) <= 50
