"""Answers as HTML: marks, signs, cards, notes; nothing of anybody's words becomes markup."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from page_records import DOCUMENT, citation, piece, record, turn

from qa import page_html, page_text
from qa.page_html import Progress
from qa.page_html_drawer import day
from qa.page_html_parts import marked
from qa.page_text import EN, ZH
from qa.service_job import STOPPED
from qa.turns import Rating

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> [链接](javascript:alert(3)) **粗** {{7*7}} ${alert(4)} \"'&"
VOID = {"br", "img", "input", "hr", "path", "circle", "rect"}


class Tree(HTMLParser):
    """Every tag closed in order; `text`, `tags` and `attributes` of what was read."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.attributes, self.said = [], [], [], []
        self.feed(source)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)

    @property
    def text(self):
        return "".join(self.said)


def harmless(source):
    tree = Tree(source)
    assert not {"script", "img", "iframe", "style", "object", "em", "i"} & set(tree.tags) - (
        {"i"} if "yj-dots" in source else set()
    )
    assert not [name for name, _ in tree.attributes if name.startswith("on")]
    assert not [value for _, value in tree.attributes if value and value.strip().lower().startswith("javascript:")]
    return tree


def test_each_sentence_has_its_mark_and_its_sign():
    tree = Tree(page_html.turn(turn(), ZH))
    made = page_html.slots(turn(), ZH)["text"]
    assert re.findall(r'data-mark="([\d.]+)"', made) == ["1.0", "1.1"]
    assert f'aria-label="引用 1：《关于〈小微〉的&lt;i&gt;意见&lt;/i&gt;》（{DOCUMENT.number}）一（一）段1"' in made
    assert made.count('class="yj-sign yj-verified"') == made.count('class="yj-sign yj-weak"') == 1
    assert "原文只支持这句话的一部分：原文没有“兑现”的对象。" in tree.text
    assert "1 句已逐项核对" in tree.text
    assert "1 句只有部分依据" in tree.text


def test_a_sentence_with_two_clauses_has_a_mark_for_each_once():
    two = [citation("对小微企业给予贷款贴息，最高10万元。", "一（一）段1"), citation("最高10万元。", "一（一）段1")]
    two.append(citation("82", "一（一）表1行1", marker=2))
    made = page_html.slots(turn(record=record(citations=two)), ZH)["text"]
    assert re.findall(r'data-mark="([\d.]+)"', made) == ["1.0", "2.0"]


def test_every_field_that_holds_words_is_escaped():
    evil = {"title": EVIL, "number": EVIL, "address": EVIL, "level": EVIL, "region": EVIL}
    made = record(
        standalone=EVIL,
        text=EVIL,
        sentences=[{"text": EVIL, "verdict": "weak", "problem": EVIL}],
        citations=[citation("82", "一（一）表1行1") | evil | {"quote": EVIL}],
        evidence=[piece("一（一）段1") | evil | {"text": EVIL, "reading": EVIL, "spans": []}],
        removed=[{"text": EVIL, "problem": EVIL}],
        notes=[EVIL],
        failure=EVIL,
        matches=matches(EVIL),
    )
    whole = replace(turn(record=made, problem=EVIL), question=EVIL, id=EVIL)
    for status in ("done", "writing", "stopped", "failed"):
        tree = harmless(page_html.turn(replace(whole, status=status), ZH, Progress(said=EVIL)))
        assert "<script>alert(1)</script>" in tree.text
        assert "**粗**" in tree.text


def matches(word="补贴"):
    measure = {
        "clause": word, "document": word, "title": word, "number": word, "address": word, "level": word, "region": word,
        "kind": word, "verdict": "unknown", "benefit": word, "start": 0, "end": 3, "amount": word, "agency": word,
        "agency_of": "clause",
        "conditions": [
            {"quote": word, "values": [word], "verdict": "unknown", "role": "gate"},
            {"quote": "", "values": ["加分项"], "verdict": "unknown", "role": "bonus"},
        ],
    }  # fmt: skip
    return {
        "profile": {"summary": word},
        "measures": [measure | {"verdict": v} for v in ("met", "unknown", "unknown", "not_met")],
        "ask": f"属于哪一类？可选：甲类、{word}；都不是也请告诉我。",
        "rules": [{"quote": word, "title": word, "address": word}],
        "left_out": [{"reason": word}],
        "notes": [word],
        "disclaimer": word,
    }


def test_measures_stand_in_three_groups_with_a_way_to_their_clause():
    made = page_html.slots(turn(record=record(matches=matches())), ZH)["below"]
    groups = re.findall(r'class="yj-group yj-fit-(\w+)"( open)?.*?class="yj-count">(\d+)<', made)
    assert groups == [("met", " open", "1"), ("unknown", "", "2"), ("not_met", "", "1")]
    assert made.count('class="yj-open" data-document="补贴" data-clause="补贴" data-start="0" data-end="3"') == 4
    assert "加分项" not in made
    assert made.count("还要确认：补贴") == 4


@pytest.mark.parametrize(
    ("of", "words", "told"),
    [
        ("clause", ZH, "可问：省科技厅（条款写明）"),
        ("issuer", ZH, "可问：省科技厅（发文机关，条款没有写明主管部门）"),
        ("clause", EN, "Ask: 省科技厅 (named by the clause)"),
        ("issuer", EN, "Ask: 省科技厅 (the issuer; the clause names no agency)"),
    ],
)
def test_whom_to_ask_is_told_with_who_says_so(of, words, told):
    found = matches()
    found["measures"] = [found["measures"][0] | {"agency": "省科技厅", "agency_of": of}, found["measures"][1] | {"agency": ""}]
    made = page_html.slots(turn(record=record(matches=found)), words)["below"]
    assert re.findall(r'yj-measure-note">((?:可问|Ask)[^<]*)<', made) == [told]


def test_the_next_question_is_asked_by_a_button_with_the_first_one():
    made = page_html.slots(turn(record=record(matches=matches())), ZH)["below"]
    asked = re.findall(r'data-act="tell" data-question="([^"]*)">([^<]*)<', made)
    assert asked == [("小微企业有贴息吗？（补充：甲类）", "甲类"), ("小微企业有贴息吗？（补充：补贴）", "补贴")]
    assert 'data-act="reply" data-question="小微企业有贴息吗？"' in made


def test_what_was_removed_and_what_is_doubtful_is_told():
    made = record(removed=[{"text": "最高90万元。", "problem": "原文没有“90万元”"}], notes=["原文印作“稠合”"], extractive=True)
    text = Tree(page_html.turn(turn(record=made), ZH)).text
    assert "1 句没有通过核对，已从回答中删去最高90万元。原因：原文没有“90万元”" in text
    assert "印刷存疑：原文印作“稠合”" in text
    assert "以上是条款原文" in text


def test_a_refusal_names_the_nearest_clauses_and_signs_nothing():
    refused = record(refusal="region", text="资料库里没有上海的文件。", sentences=[], citations=[])
    made = page_html.slots(turn(record=refused), ZH)
    assert "最接近的 2 条条款" in made["evidence"]
    assert "没有依据，不作答" in made["text"]
    assert "yj-sign" not in made["text"] + made["below"]
    assert "yj-mark" not in made["text"]


def test_cards_mark_the_sentence_and_the_words_of_the_question():
    made = page_html.slots(turn(), ZH)["evidence"]
    first, second = made.split("<li ")[1:]
    assert "yj-card-cited" in first
    assert "yj-card-cited" not in second
    matched = re.search(r'<mark class="yj-match">(.*?)</p>', first, re.DOTALL).group(1)
    assert '<mark class="yj-word">小微企业</mark>' in matched
    assert "指标：小微企业数量（万户），2020年：82" in re.sub("<[^>]+>", "", second)
    assert "省" in re.findall('class="yj-tag">([^<]*)<', first)


def test_a_long_clause_is_shown_from_its_matched_sentence_on():
    long = piece("一（一）段1") | {"text": "开头。" * 100 + "要点在此。", "start": 0, "spans": [[300, 305]]}
    shown = re.sub("<[^>]+>", "", page_html.slots(turn(record=record(evidence=[long], citations=[])), ZH)["evidence"])
    assert "…要点在此。" in shown
    assert "开头。开头。" not in shown


@pytest.mark.parametrize(
    ("made", "progress", "said"),
    [
        ({}, Progress(), "正在查找条款"),
        ({"evidence": [piece("一（一）段1")]}, Progress(), "正在依据这些条款写答案"),
        ({"evidence": [piece("一（一）段1")]}, Progress(place=3), "前面还有 2 人"),
        ({"evidence": [piece("一（一）段1")]}, Progress(place=1), "马上轮到您"),
    ],
)
def test_waiting_is_told_in_words(made, progress, said):
    state = page_html.slots(turn("writing", record=made), ZH, progress)["state"]
    assert said in state


def test_text_that_is_written_has_marks_that_open_and_tells_what_was_taken_out():
    running = turn("writing", record={"evidence": [piece("一（一）段1")]})
    said = "最高10万元。[1]不对的话。〔原文没有<b>，已从答案中删去〕见[7]"
    made = page_html.slots(running, ZH, Progress(said=said))
    assert re.findall(r'data-mark="(\d+)"', made["text"]) == ["1"]
    assert "[7]" in made["text"]
    assert '<span class="yj-struck">〔原文没有&lt;b&gt;，已删去〕</span>' in made["text"]
    assert made["state"] == made["below"] == made["tools"] == ""


def test_tools_tell_the_rating_and_readers_of_a_shared_turn_have_none():
    made = page_html.turn(turn(rating=Rating("down", "错了")), ZH)
    assert re.search(r'data-act="down"[^>]*aria-pressed="true"', made)
    assert re.search(r'data-act="up"[^>]*aria-pressed="false"', made)
    shared = page_html.turn(turn(), ZH, tools=False)
    assert not re.findall(r'data-act="(?:edit|again|up|down|copy)"', shared)
    assert shared.count('data-act="open"') == 4


def test_what_is_copied_holds_text_places_and_quotes():
    copied = page_html.plain(record(), ZH).splitlines()
    assert copied[0] == record()["text"]
    assert (
        copied[2] == "[1] 《关于〈小微〉的<i>意见</i>》（江政发〔2022〕6号）一（一）段1「对小微企业给予贷款贴息，最高10万元。」"
    )
    assert copied[-1].startswith("回答由程序依据所列条款生成")


def test_stopped_and_failed_turns_keep_their_evidence():
    for status, said in (("stopped", "已停止。找到的条款仍可查看。 生成服务断开了"), ("failed", "没有答成：生成服务断开了")):
        made = page_html.slots(turn(status, record={"evidence": [piece("一（一）段1")]}, problem="生成服务断开了"), ZH)
        assert said in made["state"]
        assert "yj-card" in made["evidence"]
        assert 'data-act="again"' in made["tools"]
        assert 'data-act="copy"' not in made["tools"]


def test_what_the_reader_stopped_is_told_once():
    made = page_html.slots(turn("stopped", problem=STOPPED), ZH)["state"]
    assert Tree(made).text == "已停止。找到的条款仍可查看。"


def test_times_are_beijing_s_wherever_the_machine_stands(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        assert day(datetime(2026, 11, 28, 17, 30, tzinfo=UTC)) == "2026-11-29 01:30"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_scope_of_a_question_stands_above_its_answer():
    made = page_html.slots(turn(filters={"levels": ["省"], "years": [2020], "documents": ["a", "b"]}), ZH)["question"]
    assert "范围：省、2020、文件 2" in made


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ([], "0123456789"),
        ([(2, 5, "mark a")], "01<mark a>234</mark>56789"),
        ([(2, 5, "mark a"), (5, 7, "mark b")], "01<mark a>234</mark><mark b>56</mark>789"),
        ([(2, 7, "mark a"), (3, 5, "span b")], "01<mark a>2<span b>34</span>56</mark>789"),
        ([(2, 5, "mark a"), (4, 7, "span b")], "01<mark a>23<span b>4</span></mark><span b>56</span>789"),
        ([(-5, 3, "mark a"), (8, 50, "mark b"), (4, 4, "mark c")], "<mark a>012</mark>34567<mark b>89</mark>"),
    ],
)
def test_spans_nest_whatever_they_cross(marks, shown):
    assert marked("0123456789", 0, 10, marks) == shown


def test_both_languages_have_every_word_with_the_same_values():
    for key, (zh, en) in page_text._WORDS.items():
        assert zh, key
        assert en, key
        assert set(re.findall(r"{(\w+)}", zh)) == set(re.findall(r"{(\w+)}", en)), key
        assert not re.search("[\u4e00-\u9fff]", en) or key.startswith("language"), key
    assert page_text.of("en") is EN
    assert page_text.of("fr") is ZH


def test_the_english_page_says_it_in_english():
    text = Tree(page_html.turn(turn(), EN)).text
    assert "2 clauses found" in text
    assert "Partly supported" in text
    assert "已核对" not in text
