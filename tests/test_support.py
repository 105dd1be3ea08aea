"""Support questions in a conversation: who counts as an asker, how measures join the hits, and what is said of them."""

from dataclasses import replace
from datetime import date

import match_world
import pytest
from fakes import ScriptedWriter

from index.search import Filters
from index.settings import IndexSettings
from qa import refusal, support
from qa.answer import Assistant, Token
from qa.match import BESIDE, match
from qa.profile import read
from qa.records import Checked, Citation, Piece
from qa.settings import Settings

SAY = "我们是沈阳一家做机器人的民营企业，想买设备，能享受什么补贴？"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return match_world.made(tmp_path_factory.mktemp("world"))[0]


@pytest.mark.parametrize(
    "question",
    [
        SAY,
        "大连一家软件公司，自己掏钱搞研发，有什么政策支持？",
        "我是博士后，去辽宁工作有什么待遇？",
    ],
)
def test_who_tells_of_himself_and_wants_support_is_an_asker(question):
    assert support.asker(question)


@pytest.mark.parametrize(
    "question",
    [
        "高新技术企业有什么优惠政策？",  # of nobody in particular
        "我们是沈阳一家民营企业，辽宁有多少所高校？",  # wants nothing
        "我想知道有哪些支持政策？",  # tells nothing of himself
        "",
    ],
)
def test_others_are_not(question):
    assert support.asker(question) is None


def test_the_facts_are_those_of_the_question():
    profile = support.asker(SAY)
    assert profile.holds("who", "民营企业")
    assert profile.holds("region", "辽宁")
    assert profile.holds("activity", "购买设备")


def test_without_a_measure_that_may_fit_there_is_no_match(world):
    assert support.matched(world, read(SAY), None).results
    assert support.matched(world, read(SAY), Filters(regions=("月球",))) is None


def test_measures_and_hits_take_turns_and_no_clause_comes_twice(world):
    hits = world.search(SAY, 5)
    found = support.matched(world, read(SAY), None)
    joined = support.joined(world, SAY, hits, found, None)
    ids = [h.clause.id for h in joined]
    assert len(ids) == len(set(ids)) == len(hits)
    assert ids[0] == hits[0].clause.id
    fitting = [r.clause.id for r in found.results if r.verdict != "not_met"]
    deeper = [h.clause.id for h in world.search(SAY, 60)]
    best = next(i for i in fitting if i in deeper)
    assert best in ids[:2], "the best measure stands right behind the nearest hit"


def test_a_measure_that_is_certainly_for_others_joins_nothing(world):
    say = "我是应届大学生，想自己创业，有什么支持？"
    found = match(world, read(say), as_of=date(2019, 1, 1))
    against = {r.clause.id for r in found.results if r.verdict == "not_met"}
    assert against
    hit = next(h for h in world.search(say, 60) if h.clause.id not in against)
    failed = replace(found, results=tuple(r for r in found.results if r.verdict == "not_met"))
    assert against & {h.clause.id for h in world.search(say, 60)}
    assert [h.clause.id for h in support.joined(world, say, [hit] * 6, failed, None)] == [hit.clause.id]


def checked(clause, marker=3):
    first = Citation(0, clause, clause.start, clause.end, "verified", marker)
    return Checked("正文。", "verified", first, "", ())


def test_what_is_told_names_the_cited_clause_its_verdict_and_the_askers_words(world):
    found = match(world, read(SAY), as_of=date(2019, 1, 1))
    met = next(r for r in found.results if r.verdict == "met")
    told = support.told(found, [checked(met.clause)])
    assert met.clause.citation in told.text
    assert "看来适用" in told.text
    assert any(f"“{j.said}”" in told.text for j in met.conditions if j.verdict == "met" and j.said and not j.whole)
    assert (told.citation.clause, told.citation.marker) == (met.clause, 3)


def test_an_open_condition_is_named(world):
    found = match(world, read(SAY), as_of=date(2019, 1, 1))
    open_one = next(r for r in found.results if r.verdict == "unknown" and "中小企业" in r.clause.text)
    told = support.told(found, [checked(open_one.clause)])
    assert "可能适用，还要确认是否属于中小企业" in told.text


def test_nothing_is_told_of_clauses_that_are_no_measure_or_for_others(world):
    found = match(world, read(SAY), as_of=date(2019, 1, 1))
    listed = {r.clause.id for r in found.results}
    other = next(c for c in world.clauses if c.id not in listed)
    against = next(r for r in found.results if r.verdict == "not_met")
    assert support.told(found, [checked(other), checked(against.clause)]) is None
    assert support.told(found, []) is None


def test_the_best_match_that_no_sentence_cites_is_told_in_its_own_words(world):
    found = match(world, read(SAY), as_of=date(2019, 1, 1))
    best = next(r for r in found.results if r.verdict != "not_met")
    other = next(r for r in found.results if r.verdict != "not_met" and r is not best)
    pieces = [Piece(1, other.clause, ((other.clause.start, other.clause.end),))]
    more = support.further(found, [checked(other.clause, 1)], pieces)
    source = best.clause.document.text[more.citation.start : more.citation.end]
    assert more.citation.clause is best.clause
    assert more.citation.marker == 2, "a clause that the writer did not read gets the next number"
    assert more.text.split("「")[1].split("」")[0] in source.replace("\n", "")
    assert any(word in more.text for word in ("看来适用", "可能适用"))
    listed = [*pieces, Piece(2, other.clause, ()), Piece(3, best.clause, ())]
    assert support.further(found, [checked(other.clause, 1)], listed).citation.marker == 3


def test_the_best_match_is_not_told_twice(world):
    found = match(world, read(SAY), as_of=date(2019, 1, 1))
    best = next(r for r in found.results if r.verdict != "not_met")
    assert support.further(found, [checked(best.clause)], []) is None
    told = support.further(found, [], [])
    assert support.further(found, [replace(checked(found.results[1].clause), text=told.text)], []) is None
    failed = replace(found, results=tuple(r for r in found.results if r.verdict == "not_met"))
    assert support.further(failed, [], []) is None


def test_what_is_told_besides_stands_in_the_evidence(world, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    settings = Settings(index=replace(IndexSettings.from_environment(), index=None), everyday=0)
    answer = list(Assistant(world, ScriptedWriter("对购买设备给予补贴。"), settings).ask(SAY))[-1]
    numbers = {p.number: p.clause.id for p in answer.evidence}
    assert len(numbers) == len(answer.evidence)
    assert all(numbers[c.marker] == c.clause.id for c in answer.citations)


def test_evidence_does_not_wait_for_the_measures_and_the_answer_is_made_from_the_hits(world, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    settings = Settings(index=replace(IndexSettings.from_environment(), index=None), everyday=0)
    assistant = Assistant(world, ScriptedWriter("对购买设备给予补贴。"), settings)
    first, second, *_, answer = [e for e in assistant.ask(SAY) if not isinstance(e, Token)]
    assert first.matches is None
    assert second.matches.results
    assert second.nearest == first.hits
    assert answer.matches is second.matches
    assert {c.clause.id for c in answer.citations} <= {h.clause.id for h in answer.hits}
    assert {p.clause.id for p in answer.evidence} <= {h.clause.id for h in first.hits}


def test_a_promise_of_a_measure_of_others_is_weak_and_says_what_to_confirm(world):
    found = match(world, read(SAY), as_of=date(2019, 1, 1))
    open_one = next(r for r in found.results if r.verdict == "unknown" and "中小企业" in r.clause.text)
    met = next(r for r in found.results if r.verdict == "met")
    promise = replace(checked(open_one.clause), text="您可以享受补贴。")
    (hedged,) = support.hedged([promise], found)
    assert (hedged.verdict, hedged.citation.verdict) == ("weak", "weak")
    assert hedged.problem == "条款是给特定对象的，要先确认是否属于：中小企业"
    assert hedged.text == f"如果属于中小企业：{promise.text}"
    plain, fitting = checked(open_one.clause), replace(checked(met.clause), text="您可以享受补贴。")
    assert support.hedged([plain, fitting], found) == [plain, fitting]


def test_the_answer_is_hedged_by_the_measures_of_who_asks(world, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    seen = []
    monkeypatch.setattr(support, "hedged", lambda kept, matches: (seen.append(matches), [])[1])
    settings = Settings(index=replace(IndexSettings.from_environment(), index=None), everyday=0)
    *_, answer = Assistant(world, ScriptedWriter("对购买设备给予补贴。"), settings).ask(SAY)
    assert seen == [answer.matches]
    assert not answer.text.startswith("对购买设备给予补贴。[")


def test_what_the_clause_grants_is_told_beside_its_address_once(world):
    matches = support.matched(world, read(SAY), None)
    result = next(r for r in matches.results if r.clause.id == "province:一（二）")
    cited = Citation(0, result.clause, *result.measure.benefit, "verified", 1)
    told = support.told(matches, [Checked("有补助。", "verified", cited)])
    assert "「对机器人企业购买设备给予补助，每家最高100万元」" in told.text
    again = support.told(matches, [Checked("对机器人企业购买设备给予补助，每家最高100万元。", "verified", cited)])
    assert "「" not in again.text


def test_a_clause_of_which_a_part_is_open_says_so(world):
    matches = support.matched(world, read(SAY), None)
    result = next(r for r in matches.results if r.clause.id == "province:一（三）")
    cited = Citation(0, result.clause, *result.measure.benefit, "verified", 1)
    assert "看来适用，但这一条里还有要先确认条件的措施" in support.told(matches, [Checked("有补助。", "verified", cited)]).text


def test_a_clause_beside_the_matter_says_so(world):
    matches = support.matched(world, read(SAY), None)
    met = next(r for r in matches.results if r.verdict == "met")
    beside = replace(met, verdict="unknown", notes=(BESIDE,))
    matches = replace(matches, results=tuple(beside if r is met else r for r in matches.results))
    cited = Citation(0, met.clause, *met.measure.benefit, "verified", 1)
    told = support.told(matches, [Checked("有补助。", "verified", cited)]).text
    assert told.endswith("可能适用：印出来的条件符合，但讲的未必是您问的事。")
