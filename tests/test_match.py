"""The matcher on four invented policies: verdicts with spans, order, groups, what is left out and asked."""

from dataclasses import replace
from datetime import date

import match_world
import pytest

from corpus.measure import Leaf
from index import measures
from index.search import Filters
from qa import match_ask, match_show
from qa.match import MIXED, lines, match, ready
from qa.match_ask import question
from qa.match_records import Judged
from qa.match_wire import matches_json
from qa.profile import Profile, read
from qa.profile_form import ProfileError, from_form

DAY = date(2020, 1, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    index, settings = match_world.made(tmp_path_factory.mktemp("world"))
    ready(index, settings.index)
    return index


def verdicts(found):
    return {r.clause.id: r.verdict for r in found.results}


def company(**more):
    return from_form({"who": ["企业"], "region": "沈阳市", "activities": ["购买设备"], **more})


def test_every_verdict_rests_on_a_span_of_its_document(world):
    found = match(world, company(), as_of=DAY)
    decided = [r for r in found.results if r.verdict != "unknown"]
    assert {r.verdict for r in decided} == {"met", "not_met"}
    for result in decided:
        reasons = [j for j in result.conditions if j.verdict == result.verdict]
        text = result.clause.document.text
        assert any(text[slice(*j.leaf.span)].strip() for j in reasons)


def test_measure_of_the_own_province_is_met_and_of_another_city_is_not(world):
    found = verdicts(match(world, company(), as_of=date(2016, 1, 1)))
    assert found["province:一（一）"] == "met"
    assert found["ended:一（一）"] == "not_met"


def test_another_province_meets_only_the_nation(world):
    found = match(world, company(region="南京市"), as_of=DAY)
    by_document = {}
    for r in found.results:
        by_document.setdefault(r.clause.document.id, set()).add(r.verdict)
    assert by_document["province"] == by_document["ended"] == {"not_met"}
    assert "met" in by_document["nation"]
    assert any("南京" in note and "国家文件" in note for note in found.notes)
    place = next(j for r in found.results if r.clause.document.id == "province" for j in r.conditions if j.whole)
    assert "辽宁" in next(d for d in world.documents if d.id == "province").text[slice(*place.leaf.span)]


def test_unknown_place_is_never_no(world):
    found = match(world, from_form({"who": ["企业"], "activities": ["购买设备"]}), as_of=DAY)
    assert {v for c, v in verdicts(found).items() if c.startswith("province")} == {"unknown"}
    local = match(world, from_form({"who": ["企业"], "activities": ["购买设备"]}), Filters(levels=("省", "市")), date(2016, 1, 1))
    assert local.ask == "您（单位）在哪个省、哪个市？可选：辽宁省、大连市；都不是也请告诉我。"


def test_what_is_not_met_stands_behind_everything_else(world):
    order = [r.verdict for r in match(world, company(), as_of=DAY).results]
    assert "not_met" in order
    assert order == sorted(order, key=lambda v: v == "not_met")


def test_window_that_is_over_is_told_with_its_words_and_depends_on_the_day(world):
    there = company(region="大连市")
    before = next(r for r in match(world, there, as_of=date(2017, 1, 1)).results if r.clause.id == "ended:一（一）")
    after = next(r for r in match(world, there, as_of=date(2018, 1, 6)).results if r.clause.id == "ended:一（一）")
    assert (before.verdict, after.verdict) == ("met", "not_met")
    assert "有效期3年" in after.notes[0]
    assert "过期" in after.notes[0]


def test_abolished_document_is_left_out_with_the_reason(world):
    found = match(world, company(), as_of=DAY)
    assert not [c for c in verdicts(found) if c.startswith("gone")]
    assert [x.document.id for x in found.left_out] == ["gone"]
    assert "辽政发〔2018〕20号" in found.left_out[0].reason


def test_the_same_support_of_nation_and_province_is_one_group_under_the_nation(world):
    found = match(world, company(activities=["首台套"]), as_of=DAY)
    group = next(g for g in found.groups.values())
    assert [r.clause.id for r in group] == ["nation:一（一）", "province:一（一）"]
    assert [r.parent for r in group] == [True, False]
    listed = [r.clause.id for r in found.results if r.group == group[0].group]
    assert sorted(listed) == ["nation:一（一）", "province:一（一）"], "each clause has its own entry"
    first, second = (next(n for n, r in enumerate(found.results) if r.clause.id == c) for c in listed)
    lone = [n for n, r in enumerate(found.results) if not r.group and r.verdict != "not_met"]
    assert first < second
    assert all(second > n for n in lone), "members of a group stand behind the best of every group"


def test_amounts_are_printed_ones_or_none(world):
    for m in matches_json(match(world, company(), as_of=DAY))["measures"]:
        assert m["amount"] is None or m["amount"] in m["text"]
        assert ("金额或比例" in m["missing"]) == (m["amount"] is None)
    amounts = {m["clause"]: m["amount"] for m in matches_json(match(world, company(), as_of=DAY))["measures"]}
    assert amounts["province:一（二）"] == "100万元"
    assert amounts["nation:一（三）"] is None


def test_office_is_the_leading_body_of_the_clause_else_the_issuer(world):
    offices = {r.clause.id: r.office for r in match(world, company(), as_of=DAY).results}
    assert (offices["province:一（一）"].name, offices["province:一（一）"].of_clause) == ("省科技厅", True)
    assert (offices["nation:一（二）"].name, offices["nation:一（二）"].of_clause) == ("国务院", False)


def test_rule_on_drawing_twice_is_shown_and_its_absence_told(world):
    found = match(world, company(), as_of=DAY)
    assert ["不得重复享受" in r.text for r in found.rules] == [True]
    assert not [n for n in found.notes if "能否同时享受" in n]
    local = match(world, company(), Filters(levels=("省",)), DAY)
    assert local.rules == ()
    assert any("没有写明能否同时享受" in n for n in local.notes)


def test_rule_on_drawing_twice_keeps_no_measure_open(world):
    firm = company(qualifications=["高新技术企业"])
    assert verdicts(match(world, firm, as_of=DAY))["nation:一（二）"] == "met"


def test_clause_with_another_measure_that_fails_is_not_called_met(world):
    both = {o: match(world, company(ownership=o), as_of=DAY).results for o in ("民营", "国有")}
    private, state = (next(r for r in found if r.clause.id == "province:一（三）") for found in both.values())
    assert (private.verdict, state.verdict) == ("unknown", "met")
    assert "还有不适用于您" in private.notes[-1]


def test_clause_with_another_measure_whose_group_is_open_is_not_called_met(world):
    """Whether the firm makes software is not told: the second measure of the clause may be for others."""
    found = next(r for r in match(world, company(), as_of=DAY).results if r.clause.id == "province:一（四）")
    assert (found.verdict, found.notes) == ("unknown", (MIXED,))
    alone = next(
        r for r in match(world, company(qualifications=["高新技术企业"]), as_of=DAY).results if r.clause.id == "nation:一（二）"
    )
    assert (alone.verdict, alone.notes) == ("met", ())


def test_filters_hold(world):
    found = match(world, company(), Filters(levels=("国家",)), DAY)
    assert {r.clause.document.id for r in found.results} == {"nation"}


def test_question_names_the_choices_and_ends_when_nothing_is_open(world):
    found = match(world, company(), as_of=DAY)
    assert "中小企业" in (found.ask or "")
    assert "机器人企业" in found.ask, "the printed words, where the asker is of the wider class"
    assert "企业、" not in found.ask.replace("中小企业", "").replace("高新技术企业", "").replace("机器人企业", "").replace(
        "国有企业", ""
    )
    met = [r for r in found.results if r.verdict == "met"]
    assert question(company(), met) is None


def test_nobody_is_asked_again_for_what_is_excluded(world):
    private = read("我们是沈阳一家民营企业，想买设备")
    result = match(world, private, as_of=DAY).results[0]
    leaf = Leaf("gate", "who", "in", ("国有企业", "中小企业"), result.measure.benefit)
    open_one = replace(result, verdict="unknown", conditions=(Judged(leaf, "unknown"),))
    assert question(private, [open_one]) == "您或您的单位属于下面哪一类？可选：中小企业；都不是也请告诉我。"
    closed = Judged(replace(leaf, values=("国有企业",)), "unknown")
    assert question(private, [replace(open_one, conditions=(closed,))]) is None


def test_printed_words_are_a_choice_only_where_they_name_a_narrower_class():
    assert match_ask._readable("who", "机器人企业")
    assert not match_ask._readable("who", "专家企业")
    assert not match_ask._readable("who", "企业")


@pytest.mark.parametrize("say", ["", "   ", "今天天气不错", "？？？", "\x00\u202e\ud800"])
def test_without_a_story_nothing_is_listed_and_one_question_is_put(world, say):
    found = match(world, read(say), as_of=DAY)
    assert found.results == ()
    assert found.ask
    assert found.notes
    assert "不等于没有" in found.disclaimer


@pytest.mark.parametrize("say", ["我们是一家3个人的大型企业，在沈阳，想买设备", "我们公司有-5个人，在沈阳，想买设备"])
def test_contradictions_are_asked_about_first_and_nothing_is_decided(world, say):
    profile = read(say)
    found = match(world, profile, as_of=DAY)
    assert profile.problems
    assert found.ask == profile.question
    assert set(verdicts(found).values()) <= {"unknown"}
    assert profile.problems[0] in found.notes


def test_5000_characters_are_matched_like_the_sentence_in_them(world):
    told = "我们是沈阳一家公司，想买设备。"
    long = told + "公司的食堂很好吃，大家都喜欢周末一起爬山。" * 240
    found = match(world, read(long), as_of=DAY)
    assert verdicts(found)["province:一（一）"] == "met"
    assert found.results[0].clause.id in {r.clause.id for r in match(world, read(told), as_of=DAY).results[:3]}


def test_lines_quote_the_clause_and_say_what_is_open(world):
    found = match(world, company(), as_of=DAY)
    told = lines(found, 4)
    assert len(told) == 4
    order = [line.text.startswith("看来适用") for line in told]
    assert order == sorted(order, reverse=True)
    for line in told:
        assert line.clause.document.text[slice(*line.span)].rstrip("。，；") in line.text
    assert not [line for line in lines(found, 50) if line.clause.document.id == "ended"]
    assert any("还要确认是否属于：" in line.text for line in lines(found, 50))
    assert sum(line.clause.id in ("nation:一（一）", "province:一（一）") for line in lines(found, 50)) == 1


def test_same_profile_gives_the_same_list(world):
    one, two = (matches_json(match(world, company(), as_of=DAY)) for _ in range(2))
    assert {**one, "timings": 0} == {**two, "timings": 0}


def test_json_has_what_the_format_promises(world):
    made = matches_json(match(world, read("我们是沈阳一家公司，想买设备"), as_of=DAY), 3)
    assert {"profile", "measures", "ask", "timings"} <= made.keys()
    assert len(made["measures"]) == 3
    keys = {"clause", "document", "text", "kind", "verdict", "benefit", "amount", "agency"}
    for m in made["measures"]:
        assert keys <= m.keys()
        text = next(d for d in world.documents if d.id == m["document"]).text
        assert text[m["start"] : m["end"]] == m["benefit"]
        for c in m["conditions"]:
            assert (c["start"], c["quote"]) == (-1, "") or text[c["start"] : c["end"]] == c["quote"]
    assert made["profile"]["facts"]["region"]


def test_asker_comes_from_words_or_a_file(tmp_path):
    file = tmp_path / "p.json"
    file.write_text('{"who": ["企业"], "region": "沈阳"}', "utf-8")
    assert match_show.asker("想买设备", file).holds("region", "辽宁省")
    assert isinstance(match_show.asker("我们是公司", None), Profile)
    for text in ("[1]", "{", '{"colour": 1}'):
        file.write_text(text, "utf-8")
        with pytest.raises(ProfileError):
            match_show.asker(None, file)
    with pytest.raises(ProfileError, match="--say"):
        match_show.asker(None, None)
    with pytest.raises(ProfileError, match="读不了"):
        match_show.asker(None, tmp_path / "none.json")


def test_measures_are_those_of_the_index(world):
    held = measures.of(world)
    assert set(held) == {r.clause.id for r in match(world, company(), as_of=DAY).results} | {"gone:一（一）"}
