"""A conversation of 25 turns: what is sent to the writer does not grow, and what the asker told of itself is not lost."""

import pytest
from fakes import ScriptedWriter
from turns import wrong

from qa import refusal
from qa.answer import Assistant
from qa.settings import Settings

TURNS, EARLY = 25, 5
FACT = "我们是青石县一家民办养老院"
OURS = "我们能申请运营补贴吗？"
ASKED = "江东省的建设补贴是多少？"
CYCLES = {
    "one subject, asked further": ["它由谁负责？", "那改建的呢？", "还有别的要求吗？", "那怎么申请？"],
    "other places and years": ["那2025年呢？", "全国呢？", "江东省呢？", "那2022年呢？"],
    "new subjects": ["护理型床位占比是多少？", "高龄津贴每人每月发多少？", "那护理补贴呢？", "谁来审核申请？"],
    "thanks and chatter": ["谢谢", "运营补贴是多少？", "好的，明白了", "它由谁负责？"],
    "facts": ["我们收住失能老年人", "我们能申请什么补贴？", "我们有50张床位", "那运营补贴呢？"],
    "there and back": ["那运营补贴呢？", "再说回建设补贴，改建的有多少？", "两个比比哪个高？", "它由谁负责？"],
}


@pytest.fixture
def talk(index, settings, monkeypatch):
    """Ask all turns one after the other; (whole question, characters of the prompt, the prompt) of each, or no prompt."""
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)

    def run(turns):
        found = []
        for n, turn in enumerate(turns):
            writer = ScriptedWriter("按每人每月300元给予运营补贴。")
            *_, answer = Assistant(index, writer, Settings(index=settings, everyday=0)).ask(turn, turns[:n])
            prompt = "\n".join(m["content"] for messages, _ in writer.sent for m in messages)
            found.append((answer.standalone, len(prompt), prompt))
        return found

    return run


def conversation(first, cycle):
    """25 turns: a first one and four that come round again, so that turns 5 and 25 are typed alike."""
    turns = [first, *(cycle[n % len(cycle)] for n in range(TURNS - 1))]
    assert turns[EARLY - 1] == turns[-1]
    return turns


@pytest.mark.parametrize("cycle", CYCLES.values(), ids=CYCLES)
@pytest.mark.parametrize("first", [ASKED, FACT])
def test_the_last_turn_is_no_longer_than_the_fifth(talk, first, cycle):
    found = talk(conversation(first, cycle))
    assert len(found) == TURNS
    (early, early_prompt, _), (late, late_prompt, _) = found[EARLY - 1], found[-1]
    assert len(late) <= 1.2 * len(early)
    assert late_prompt <= 1.2 * early_prompt


@pytest.mark.parametrize("cycle", CYCLES.values(), ids=CYCLES)
def test_no_turn_of_the_last_ten_is_longer_than_the_longest_of_the_first_ten(talk, cycle):
    found = talk(conversation(ASKED, cycle))
    assert max(len(whole) for whole, _, _ in found[-10:]) <= 1.2 * max(len(whole) for whole, _, _ in found[:10])
    assert max(length for _, length, _ in found[-10:]) <= 1.2 * max(length for _, length, _ in found[:10])


def test_earlier_turns_are_not_in_the_prompt_themselves(talk):
    turns = conversation(ASKED, CYCLES["new subjects"])
    whole, _, prompt = talk(turns)[-1]
    assert whole in prompt
    assert not any(turn in prompt for turn in set(turns) if turn not in whole)


_PUSHED = "every turn that asks nothing is kept as a fact, again when it is repeated, and only the last three are"


@pytest.mark.parametrize(
    "told",
    [
        [],
        ["谢谢", "好的"],
        ["我们有50张床位", "我们收住失能老年人"],
        wrong(_PUSHED, ["我们有50张床位"] * 3),
        wrong(_PUSHED, ["原来是这样", "今天天气真热", "我再看看", "让我记一下"]),
        wrong(_PUSHED, ["我们有50张床位", "我们收住失能老年人", "我们是2019年登记的"]),
    ],
)
def test_what_was_told_in_the_first_turn_reaches_the_last(talk, told):
    asked = ["护理型床位占比是多少？", "那2025年呢？", "高龄津贴发多少？"] * TURNS
    turns = [FACT, *told, *asked[: TURNS - 2 - len(told)], OURS]
    whole, _, prompt = talk(turns)[-1]
    assert FACT in whole
    assert OURS in whole
    assert FACT in prompt


@pytest.mark.xfail(strict=True, reason="what is told in the same turn as a question goes with that question alone")
def test_what_was_told_with_the_first_question_reaches_the_last(talk):
    turns = [f"{FACT}。{ASKED}", *(["谢谢", "高龄津贴发多少？"] * TURNS)[: TURNS - 2], OURS]
    assert FACT in talk(turns)[-1][0]


def test_it_stays_away_from_questions_about_others(talk):
    turns = [FACT, *["谢谢"] * (TURNS - 2), "青石县的高龄津贴发放多少元？"]
    assert talk(turns)[-1][0] == turns[-1]


def test_the_first_subject_is_found_again_at_the_end(talk):
    turns = ["新建社区养老服务中心每张床位有多少建设补贴？", *["高龄津贴发多少？", "那护理补贴呢？"] * 11, "谢谢"]
    whole, _, prompt = talk([*turns, "再说回建设补贴，改建的有多少？"])[-1]
    assert "建设补贴" in whole
    assert "高龄津贴" not in whole
    assert "改建的，按每张床位5000元" in prompt
