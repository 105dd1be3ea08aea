"""The tab 找扶持 without a browser: what was told becomes a profile, chips and cards; corrections and answers hold."""

import base64
import io
import re
from types import SimpleNamespace

import match_world
import pytest
from openpyxl import load_workbook

from index import measures
from qa import match_wire, page_match
from qa.match import match
from qa.page_match_asker import Told, asked, chips, profile, without
from qa.page_match_html import results, understood
from qa.page_match_places import cities, counties, provinces, written
from qa.page_tabs_text import _ALL, texts
from qa.profile import from_form
from qa.service_documents import Documents
from qa.service_memory import Memory

SAY = "我们是沈阳一家做机器人的小公司，30个人，去年刚评上高企，想买设备"
T = texts("zh")


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    index, settings = match_world.made(tmp_path_factory.mktemp("world"))
    measures.of(index, settings.index)
    keeper = Memory()
    return SimpleNamespace(
        assistant=SimpleNamespace(index=index),
        settings=SimpleNamespace(index=settings),
        keeper=keeper,
        documents=Documents(index, keeper),
    )


def told_by(**given):
    fields = dict.fromkeys(page_match._FIELDS, "") | dict.fromkeys(page_match._MANY, ()) | given
    return list(fields.values())


def shown(told):
    return {(c.fact, c.shown): c for c in chips(profile(told), told)}


def test_chips_show_the_asker_s_own_words_once_and_the_finest():
    found = shown(Told(SAY))
    assert found["region", "辽宁省沈阳市"].words == "沈阳"
    assert found["staff", "30 人"].words == "30个人"
    assert [k for k in found if k[1] == "高新技术企业"] == [("who", "高新技术企业")]  # it is a qualification as well
    assert ("who", "企业") not in found  # 小微企业 says so


@pytest.mark.parametrize(
    ("fact", "value", "gone"), [("who", "高新技术企业", "高新技术企业"), ("region", "", "沈阳"), ("staff", "30", "30")]
)
def test_what_is_taken_out_is_gone_from_every_fact(fact, value, gone):
    left = profile(without(Told(SAY), fact, value))
    assert all(gone != str(k.value) for known in left.facts.values() for k in known)
    assert fact == "who" or fact not in left.facts
    assert left.facts["activity"]  # the rest stays


def test_what_is_taken_out_of_the_form_is_gone_too():
    told = Told("", form={"region": "辽宁沈阳市", "fields": ["机器人", "软件"], "staff": "30"})
    assert without(told, "region", "").form == {"fields": ["机器人", "软件"], "staff": "30"}
    assert without(told, "field", "软件").form["fields"] == ["机器人"]
    assert "staff" not in without(told, "staff", "30").form


def test_a_concluded_size_goes_with_what_it_was_concluded_from():
    told = Told("", form={"who": ["企业"], "industry": ["C 制造业"], "staff": "3"})
    assert shown(told)["size", "微型"].origin == "concluded"
    assert ("size", "微型") not in shown(without(told, "staff", "3"))


def test_a_contradiction_is_told_until_it_is_settled():
    said = "我们是杭州的电商公司，三个人，大型企业"
    assert "不一致" in profile(Told(said)).problems[0]
    assert profile(Told(said)).question
    assert "不一致" in profile(Told(said, form={"ownership": "民营"})).problems[0]  # says nothing of it
    assert profile(Told(said, form={"staff": "800"})).problems == ()
    settled = Told(said, replies=("从业人员3人",))
    assert profile(settled).problems == ()
    assert ("staff", "3 人") in shown(settled)
    both = Told("", form={"size": "大型", "staff": "3"})
    assert "不一致" in profile(both).problems[0]


def test_an_unknown_place_is_told_until_a_place_is_given():
    assert "火星市" in profile(Told("我在火星市开公司")).problems[0]
    assert profile(Told("我在火星市开公司", form={"region": "辽宁"})).problems == ()


def test_every_place_that_can_be_chosen_is_read_back():
    for province in provinces():
        for city in ("", *cities(province)):
            for county in ("", *counties(province, city)):
                names = [n for n in (province, city, county) if n]
                known = [k.value for k in from_form({"region": written(province, city, county)}).facts["region"]]
                assert len(known) == len(names), names
                assert not county or known[-1] == county
    assert counties("北京", "")
    assert not counties("辽宁", "")
    assert "和平区" in counties("辽宁", "沈阳市")


def test_a_question_becomes_buttons_that_a_profile_understands():
    who = asked("您或您的单位属于下面哪一类？可选：园区、民营企业、专家企业；都不是也请告诉我。")
    assert (who.fact, who.choices) == ("who", ("园区", "民营企业"))  # 专家企业 stands in a clause only
    assert asked("是国有、民营、外资、合资还是集体的？").choices == ("国有", "民营", "外资", "合资", "集体")
    assert asked("从业人员有多少人？（条文里的界线：20人）").number
    assert asked("您是企业、单位还是个人？").fact == ""
    assert asked(None) is None


@pytest.mark.parametrize("say", [SAY, "我是大学老师", "我们是一家公司", "我是农民，想创业"])
def test_every_question_of_the_matcher_can_be_answered_and_is_not_put_again(service, say):
    told, open_before, put = Told(say), 100, []
    while question := match(service.assistant.index, profile(told)).ask:
        assert question not in put
        put.append(question)
        it = page_match.show(service, told)
        undecided = sum(m.verdict == "unknown" for m in it.found.measures)
        assert undecided <= open_before
        open_before = undecided
        pressed = re.search(r'data-do="answer" data-fact="(\w+)" data-value="([^"]+)"', it.ask)
        if pressed is None:  # what only a clause says is no button, but can be read and answered in a sentence
            assert question in it.ask
            assert '<form class="yt-reply" data-do="reply" data-fact=""' in it.ask
            break
        fact, value = pressed.groups()
        told = page_match.answered(told, {"do": "answer", "fact": fact, "value": value})
        assert profile(told).holds(fact, value) is True
    assert put
    first = page_match.show(service, Told(say)).found.measures
    assert open_before < sum(m.verdict == "unknown" for m in first) or len(put) == 1


def test_answers_fill_the_fact_and_denials_count():
    told = page_match.answered(Told("我们是一家公司"), {"do": "answer", "fact": "ownership", "value": "民营"})
    assert profile(told).holds("ownership", "民营") is True
    told = page_match.answered(told, {"do": "deny", "fact": "qualification", "value": "众创空间|孵化器"})
    assert profile(told).holds("qualification", "孵化器") is False
    told = page_match.answered(told, {"do": "reply", "fact": "staff", "reply": "25"})
    assert profile(told).compares("staff", "ge", 25) is True
    told = page_match.answered(told, {"do": "reply", "fact": "", "reply": "我们在沈阳"})
    assert profile(told).holds("region", "辽宁省") is True
    assert page_match.answered(told, {"do": "reply", "reply": "  "}) == told
    assert page_match.answered(told, {}) == told
    assert without(told, "ownership", "民营").answers.get("ownership") is None


def test_replies_and_corrections_belong_to_their_sentence():
    told = Told(SAY, replies=("我们在大连",), answers={"ownership": ("民营",)}, removed=(("staff", "30"),))
    state = page_match.kept(told)
    same = page_match.told_by(SAY, told_by(), state)
    assert (same.replies, same.removed) == (told.replies, told.removed)
    other = page_match.told_by("我是农民", told_by(), state)
    assert (other.replies, other.removed, other.answers) == ((), (), {"ownership": ("民营",)})


def test_the_form_takes_units_and_leaves_out_what_is_empty():
    values = told_by(province="辽宁", city="沈阳市", county="和平区", revenue="1,200", who=["企业"])
    assert page_match.form(values) == {"region": "辽宁沈阳市和平区", "revenue": 12_000_000.0, "who": ["企业"]}
    assert page_match.form(told_by()) == {}


@pytest.mark.parametrize(
    ("key", "value", "label"), [("staff", "三十", "从业人员"), ("age", "-1", "成立年限"), ("revenue", "很多", "营业收入")]
)
def test_an_impossible_number_is_told_by_its_label(service, key, value, label):
    it = page_match.show(service, page_match.told_by("我们是一家公司", told_by(**{key: value}), {}))
    assert it.found is None
    assert re.search(rf'role="alert".*{label}：', it.known)


def test_three_groups_with_spans_amounts_and_what_is_missing(service):
    it = page_match.show(service, Told(SAY))
    page = it.results
    assert re.findall(r'id="yt-group-(\w+)"', page) == ["met", "unknown", "not_met"]
    assert "每家最高100万元" in page
    assert "条款没有写明金额" in page
    assert "以上只按条文和您说的情况比对" in page
    text = {d.id: d.text for d in service.assistant.index.documents}
    opened = re.findall(
        r'yj-open[^>]*data-document="(\w+)" data-clause="([^"]+)" data-start="(\d+)" data-end="(\d+)"[^>]*>“([^<]+)”', page
    )
    assert opened
    for document, _, start, end, quote in opened:
        assert "".join(text[document][int(start) : int(end)].split()) == "".join(quote.split())
    for verdict, sign in (("met", "✓"), ("unknown", "?")):
        assert f'yt-sign yt-{verdict}" aria-hidden="true">{sign}' in page
    assert "您说“" in page


def test_a_failed_condition_gives_its_reason(service):
    it = page_match.show(service, Told("我是北京的高校毕业生，想买设备"))
    failed = it.results.partition('id="yt-group-not_met"')[2]
    assert "✗" in failed
    assert "您说“北京" in failed


def test_levels_of_one_measure_are_folded_under_the_highest(service):
    found = match_wire.model(match(service.assistant.index, profile(Told("我们是沈阳的企业，想买首台套重大技术装备"))))
    group = next(members for members in found.groups.values() if len(members) > 1)
    page = results(found, T)
    folded = re.search(
        r'<details class="yt-levels"><summary>同一措施的其他层级（1）</summary>(.*?)</details></article>', page, re.DOTALL
    )
    assert group[0].startswith("nation:")
    assert group[1] in folded[1]
    assert group[0] not in folded[1]


def test_another_province_is_told_kindly(service):
    it = page_match.show(service, Told("我们是杭州的一家企业，想买设备"))
    assert "只能对照国家文件" in it.results
    assert 'id="yt-group-met"' in it.results


def test_nothing_told_yet_and_nothing_understood(service):
    assert "说一句话，或者填几项" in page_match.show(service, Told()).results
    it = page_match.show(service, Told("你好"))
    assert "看不出您是谁" in it.known
    assert "您是企业、单位还是个人" in it.ask


def test_what_people_type_never_becomes_markup(service):
    evil = '<img src=x onerror=alert(1)>沈阳"><script>alert(2)</script>的公司，民营，国有'
    it = page_match.show(service, Told(evil, replies=("<b onclick=1>在火星市</b>",)))
    page = it.known + it.ask + it.results
    assert "<img" not in page
    assert "<script" not in page
    assert "onclick=1>" not in page
    assert "&lt;" in understood(chips(profile(Told("做<b>软件的公司")), Told("做<b>软件的公司")), ["<i>"], T)


@pytest.mark.parametrize("kind", ["html", "xlsx"])
def test_a_dossier_is_handed_over_without_a_file(service, kind):
    found = page_match.show(service, Told(SAY)).found
    name, media, data = page_match.file(found, kind, "0" * 64).split("|")
    made = base64.b64decode(data)
    assert name.endswith(f".{kind}")
    if kind == "html":
        assert media == "text/html"
        assert "政策匹配清单" in made.decode()
    else:
        assert "匹配结果" in load_workbook(io.BytesIO(made)).sheetnames


def test_both_languages_have_every_word():
    assert all(zh and en and zh.count("{") == en.count("{") for zh, en in _ALL.values())
    assert texts("xx") == texts("zh")
    assert texts("en")["match_met"] == "Fits"
