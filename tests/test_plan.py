"""A plan takes steps out of a search: a retriever of no weight is not run, and what is known for it helps no other."""

import pytest
from fakes import FakeReranker, HashEncoder

from index.question import official
from index.retrieve import Retrievers
from index.route import without_names
from index.search import Plan, open_index

NAMED = "江政发〔2020〕8号的床位占比"
TITLED = "社区养老服务补贴办法里发多少？"
PLACED = "江东的覆盖率和床位"
EVERYDAY = "给钱吗？养老护理员"
TWO = "到2025年，全国护理型床位占比是多少？江东呢？"
BESIDE = "国办发〔2019〕21号和江政发〔2020〕8号的覆盖率有什么不同？"
LISTED = "总体要求、主要任务、保障措施分别是哪三项"
TURN, BEFORE = "那2025年呢？", "到2022年江东护理型床位占比是多少？"
BASIC = {"clause", "sentence", "words"}
INSIDE = {"named", "named clause", "named sentence", "named words"}
ALSO = {"also clause", "also sentence", "also words"}


def without(*names, **rest):
    return Plan({**Plan().weights, **dict.fromkeys(names, 0.0)}, **rest)


def paths(hits):
    return {name for hit in hits for name in hit.ranks}


def order(hits, name):
    found = {h.clause.id: h.ranks[name] for h in hits if name in h.ranks}
    return sorted(found, key=found.__getitem__)


@pytest.fixture
def opened(settings, built):
    """The sample index, opened with a plan; its encoder is `.encoder`."""
    return lambda plan=None: open_index(settings, HashEncoder(), plan=plan)


@pytest.mark.parametrize("question", [NAMED, TITLED, PLACED, EVERYDAY, TWO, BESIDE, LISTED])
def test_the_usual_plan_is_no_plan(opened, question):
    usual = opened().search(question, 50, also=BEFORE)
    assert opened(Plan()).search(question, 50, also=BEFORE) == usual
    assert opened(without()).search(question, 50, also=BEFORE) == usual


@pytest.mark.parametrize(
    ("question", "off", "usual", "left"),
    [
        (EVERYDAY, ["sentence"], BASIC | {"official"}, {"clause", "words", "official"}),
        (EVERYDAY, ["words"], BASIC | {"official"}, {"clause", "sentence", "official"}),
        (EVERYDAY, ["clause"], BASIC | {"official"}, {"sentence", "words", "official"}),
        (EVERYDAY, ["official"], BASIC | {"official"}, BASIC),
        (NAMED, INSIDE, BASIC | INSIDE, BASIC),
        (NAMED, ["named"], BASIC | INSIDE, BASIC | INSIDE - {"named"}),
        (NAMED, ["named words", "words"], BASIC | INSIDE, (BASIC | INSIDE) - {"named words", "words"}),
        (BESIDE, INSIDE, BASIC | INSIDE, BASIC),
        (TITLED, ["titled"], BASIC | {"official", "titled"}, BASIC | {"official"}),
        (PLACED, ["place"], BASIC | {"place"}, BASIC),
        (LISTED, ["list", "outline"], BASIC | {"list", "outline"}, BASIC),
        (LISTED, ["list"], BASIC | {"list", "outline"}, BASIC | {"outline"}),
        (LISTED, ["outline"], BASIC | {"list", "outline"}, BASIC | {"list"}),
    ],
)
def test_a_retriever_of_no_weight_takes_no_part(opened, question, off, usual, left):
    before, after = opened().search(question, 1000), opened(without(*off)).search(question, 1000)
    assert paths(before) == usual
    assert paths(after) == left
    assert [(h.clause.id, h.score) for h in after] != [(h.clause.id, h.score) for h in before]


def test_what_only_it_found_is_not_found(opened):
    kinds = [{h.clause.kind for h in opened(plan).search(LISTED, 1000)} for plan in (None, without("list", "outline"))]
    assert kinds[0] - kinds[1] == {"heading"}
    alone_words = Plan({**dict.fromkeys(Plan().weights, 0.0), "words": 1.0})
    assert 0 < len(opened(alone_words).search("税费优惠", 1000)) < 3


@pytest.mark.parametrize("name", ["clauses", "sentences", "words", "lists"])
def test_it_is_not_even_run(opened, monkeypatch, name):
    off = {
        "clauses": ["clause", "named clause", "also clause", "list", "outline"],
        "sentences": ["sentence", "named sentence", "also sentence"],
        "words": ["words", "named words", "also words"],
        "lists": ["list", "outline"],
    }[name]

    def run_after_all(*_):
        pytest.fail(f"{name} was run")

    index = opened(without(*off))
    monkeypatch.setattr(Retrievers, name, run_after_all)
    assert index.search(f"{NAMED}{LISTED}", 5, also=BEFORE)


def test_clause_vectors_stand_in_for_sentence_vectors(opened):
    for question, name in ((EVERYDAY, "official"), (TITLED, "titled"), (PLACED, "place"), (NAMED, "named")):
        hits = opened(without("sentence")).search(question, 1000)
        wording = order(opened().search(official(question), 1000), "clause")
        inside = set(order(hits, name))
        assert order(hits, name) == [i for i in wording if i in inside]


def test_without_official_wording_nothing_is_asked_in_it(opened):
    usual, plain = opened(), opened(without("official"))
    for index in (usual, plain):
        index.search(EVERYDAY, 5, also=f"{EVERYDAY}有吗")
    assert official(EVERYDAY) in usual.encoder.asked
    assert plain.encoder.asked == [EVERYDAY, f"{EVERYDAY}有吗"]
    assert order(plain.search(EVERYDAY, 99), "words") != order(usual.search(EVERYDAY, 99), "words")


def test_nor_is_the_second_reading_searched_in_it(opened):
    found = [index.search(PLACED, 1000, also=EVERYDAY) for index in (opened(), opened(without("official")))]
    assert order(found[0], "also words") != order(found[1], "also words")


def test_without_a_second_reading_it_is_not_embedded(opened):
    index = opened(without(*ALSO))
    hits = index.search(TURN, 1000, also=BEFORE)
    assert paths(opened().search(TURN, 1000, also=BEFORE)) == BASIC | ALSO
    assert hits == index.search(TURN, 1000)
    assert BEFORE not in index.encoder.asked


def test_without_parts_the_question_stays_whole(opened):
    whole = opened(without(parts=False))
    assert [h.clause.document.region for h in opened().search(TWO, 2)] == ["全国", "江东省"]
    whole.search(TWO, 2)
    assert TWO in whole.encoder.asked
    assert not any("江东护理型床位" in asked for asked in whole.encoder.asked)
    # Documents that are named are still looked into, both at once.
    named = {h.clause.document.id for h in whole.search(BESIDE, 1000) if "named" in h.ranks}
    assert named == {"guobanfa-2019-21", "jiangzhengfa-2020-8"}
    assert order(whole.search(BESIDE, 1000), "named") != order(opened().search(BESIDE, 1000), "named")


def test_without_names_a_question_keeps_them_and_the_rest_goes_on(opened):
    index = opened(without(*INSIDE))
    found = index.search(f"江东{NAMED}", 1000)
    assert "place" in paths(found)
    assert without_names(NAMED) not in index.encoder.asked
    index.search(BESIDE, 5)
    assert index.encoder.asked[-1] == BESIDE  # and is not asked of each
    addressed = index.search("江政发〔2020〕8号二（一）的补贴是多少？", 5)
    assert str(addressed[0].clause.address) == "二（一）"


def test_without_titles_the_place_is_looked_at(opened):
    question = f"青石县的{TITLED}"
    assert paths(opened().search(question, 1000)) & {"titled", "place"} == {"titled"}
    assert paths(opened(without("titled")).search(question, 1000)) & {"titled", "place"} == {"place"}


def test_without_places_lists_are_looked_for_everywhere(opened):
    question = "江东的申请程序分哪几个步骤？"
    inside, anywhere = (order(opened(plan).search(question, 1000), "list") for plan in (None, without("place")))
    assert {i.split(":")[0] for i in inside} == {"jiangzhengfa-2020-8"}
    assert anywhere == [f"qingshi-2021-3:三{n}" for n in (1, 2, 3)]


def test_weights_and_constant_are_the_plans(opened):
    plan = Plan(dict.fromkeys(Plan().weights, 1.0), 60)
    for hit in opened(plan).search(NAMED, 1000):
        assert hit.score == pytest.approx(sum(1 / (60 + rank) for rank in hit.ranks.values()))


def test_the_reranker_reads_no_second_reading_that_is_off(settings, built):
    reader = FakeReranker()
    open_index(settings, HashEncoder(), reader, without(*ALSO)).search(TURN, 5, also=BEFORE)
    assert [question for question, _ in reader.read] == [TURN]
