"""The shipped corpus with the real models: what a person gets. Second stage of `make test`."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index import models
from qa import start
from qa.answer import Evidence, Token
from qa.check import check
from qa.records import Answer
from qa.settings import Settings

pytestmark = pytest.mark.real
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def assistant():
    return start.assistant(Settings.from_environment())


def answer(assistant, question, earlier=()) -> Answer:
    *_, last = assistant.ask(question, earlier)
    assert isinstance(last, Answer)
    return last


@pytest.mark.parametrize(
    ("question", "cited", "said"),
    [
        ("辽宁引进院士有什么补助？", ["辽委发〔2017〕5号 三（四）2"], ["适当科研活动和生活补贴"]),
        (
            "到2020年全国研发经费要占GDP多少？辽宁呢？",
            ["中发〔2016〕4号 二（三）段2——2", "辽委"],
            ["2.5%", "全国", "辽宁"],
        ),
        ("在大学当老师，带着成果出来开公司，原来的编制能留几年？", ["辽委发〔2017〕5号 三（三）3"], ["3年"]),
        ("众创空间能减哪些税？", ["辽委发〔2017〕5号 三（三）5"], ["加速折旧", "加计扣除", "小微企业减免税"]),
    ],
)
def test_asked_right_with_the_right_clause(assistant, question, cited, said):
    found = answer(assistant, question)
    assert found.refusal is None
    places = [c.clause.citation for c in found.citations]
    for place in cited:
        assert any(p.startswith(place) for p in places), places
    for words in said:
        assert words in found.text


def test_other_city_and_year_is_refused_without_an_amount(assistant):
    found = answer(assistant, "深圳2024年新能源汽车补贴多少钱？")
    assert found.refusal == "region"
    assert found.citations == ()
    assert "元" not in found.text
    assert found.evidence


@pytest.mark.parametrize("question", ["红烧肉怎么做？", "今天天气怎么样？", "帮我写一首关于秋天的诗"])
def test_no_policy_question_is_refused(assistant, question):
    assert answer(assistant, question).refusal == "off_topic"


@pytest.mark.parametrize(
    ("question", "place", "figure"),
    [
        ("宽带普及率2025年要达到多少？", "国发〔2015〕28号 二（三）表1行6", "82"),
        ("到2020年辽宁每万人发明专利拥有量是多少？", "辽委", "7.36件"),
        ("辽宁到2030年研发经费占比是多少？", "辽委发〔2017〕5号", "2.8%"),
    ],
)
def test_figures_are_those_of_the_clause(assistant, question, place, figure):
    found = answer(assistant, question)
    assert figure in found.text
    assert any(c.clause.citation.startswith(place) for c in found.citations)


def test_doubtful_print_is_told(assistant):
    found = answer(assistant, "2017年辽宁研发经费占地区生产总值比重要达到多少？")
    assert "17%" in found.text
    assert any("疑脱小数点" in note for note in found.notes)


def test_laws_hold_on_real_answers(assistant):
    found = answer(assistant, "国有企业的科研人员能不能拿股权激励？")
    shown = {p.clause.id for p in found.evidence}
    for citation in found.citations:
        assert citation.quote == citation.clause.document.text[citation.start : citation.end]
        assert citation.clause.id in shown


def test_same_question_same_answer(assistant):
    first, second = (answer(assistant, "公民科学素质比例要达到多少？") for _ in range(2))
    assert first.text == second.text
    assert [c.quote for c in first.citations] == [c.quote for c in second.citations]


def test_follow_up_in_a_conversation(assistant):
    first = answer(assistant, "到2020年全国研发经费要占GDP多少？")
    second = answer(assistant, "那到2030年呢？", [first.standalone])
    assert "2030年" in second.standalone
    assert "2.8%" in second.text


def test_evidence_comes_first_and_leaving_is_quick(assistant):
    events = assistant.ask("县域创新有哪些扶持政策？")
    assert isinstance(next(events), Evidence)
    assert isinstance(next(events), Token)
    events.close()
    assert answer(assistant, "县域创新有哪些扶持政策？").text


@pytest.mark.parametrize(
    ("question", "document"), [("衆創空間能享受哪些稅收優惠？", "liaoweifa-2017-5"), ("8号文第十四条", "zhongfa-2015-8")]
)
def test_traditional_characters_and_addresses_find_the_clause(assistant, question, document):
    hits = assistant.index.search(question, 5)
    assert hits[0].clause.document.id == document


def test_english_question_finds_the_clause(assistant):
    hits = assistant.index.search("What share of GDP should R&D spending reach by 2020?", 5)
    assert any("2.5%" in h.clause.reading or "2.5" in h.clause.reading for h in hits)


def test_english_question_is_answered_in_english_with_verbatim_quotes(assistant):
    found = answer(assistant, "What share of GDP should R&D spending reach nationwide by 2020?")
    assert found.refusal is None
    assert "2.5%" in found.text
    assert re.search(r"[A-Za-z]{3,} [a-z]{2,}", found.text)
    for citation in found.citations:
        assert citation.quote == citation.clause.document.text[citation.start : citation.end]


def test_traditional_question_is_answered_in_traditional_characters(assistant):
    found = answer(assistant, "到2020年全國研發經費要占GDP多少？")
    assert "2.5%" in found.text
    assert "研發" in found.text or "經費" in found.text


def test_a_text_is_checked_sentence_by_sentence(assistant):
    text = "离岗创业的科研人员可在3年内保留人事关系。离岗创业的科研人员可在9年内保留人事关系。"
    true, false = check(assistant.index, text)
    assert true.checked.citation
    assert false.checked.verdict == "unsupported"
    assert "9年" in false.checked.problem


NO_NETWORK = """
import socket, sys
def refuse(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in ("127.0.0.1", "localhost", "::1", None, ""):
        print("CONNECTED", host, file=sys.stderr)
        sys.exit(99)
sys.addaudithook(refuse)
from qa.__main__ import main
sys.argv = ["youju", "ask", "众创空间能减哪些税？"]
main()
"""


def test_a_question_opens_no_network_connection():
    done = subprocess.run([sys.executable, "-c", NO_NETWORK], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert "CONNECTED" not in done.stderr
    assert "加计扣除" in done.stdout, done.stderr
    assert done.stdout.index("找到的条款") < done.stdout.index("答：") < done.stdout.index("引用：")


def test_fetch_a_second_time_does_nothing():
    done = subprocess.run([sys.executable, "-m", "index", "fetch"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("已就绪") == 2


def test_passages_in_8_bits_lie_beside_the_ones_in_floating_point(assistant):
    texts = [c.text for c in assistant.index.clauses if len(c.text) > 60][:40]
    settings = assistant.settings.index
    floats, bits = (models.encoder(replace(settings, embedding=e)).passages(texts) for e in ("float", "int8"))
    near = floats @ bits.T
    assert (near.argmax(axis=1) == range(len(texts))).all()
    assert near.diagonal().min() > 0.99
