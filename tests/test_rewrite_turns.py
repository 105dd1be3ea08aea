"""A conversation of many turns: thanks and noise, other subjects and back, comparisons, facts, and no growth."""

import random

import pytest
from turns import CANTEENS, CARERS, HOMES, IDLE, REGIONS, understood, whole, wrong

from qa import rewrite
from qa.rewrite import Topic, read

# --- thanks, greetings, noise -------------------------------------------------


@pytest.mark.parametrize("turn", IDLE)
def test_a_turn_of_thanks_is_left_as_it_is_and_leaves_the_subject(turn):
    found = understood(HOMES, turn)
    assert (found.whole, found.also, found.topic) == (turn, "", None)
    assert whole(HOMES, turn, "怎么申请？") == whole(HOMES, "怎么申请？")
    assert whole(turn, "我们能申请吗？") == "我们能申请吗？"  # and is nothing that the asker told of itself


@pytest.mark.parametrize(
    ("turn", "same"),
    [
        ("谢谢！那改建的呢？", "那改建的呢？"),
        ("嗯，怎么申请？", "怎么申请？"),
        ("好的，谢谢。怎么申请？", "怎么申请？"),
        ("清楚了，它由谁负责？", "它由谁负责？"),
        ("不好意思，怎么申请？", "怎么申请？"),
        ("您好，早上好，大型游乐设施怎样向学校开放？", "大型游乐设施怎样向学校开放？"),
        (
            "不好意思，再打扰一下，大型游乐设施怎样开放？",
            "大型游乐设施怎样开放？",
        ),
    ],
)
def test_thanks_in_front_of_a_question_are_skipped(turn, same):
    assert whole(HOMES, turn) == whole(HOMES, same)


@pytest.mark.parametrize(
    "turn",
    ["好几年没发补贴怎么办？", "行业协会能拿补贴吗？", "好像没有这笔补贴吧？", "明白人都选哪一种？", "哈尔滨的标准是多少？"],
)
def test_a_polite_character_that_begins_a_word_stays(turn):
    assert turn in whole(HOMES, turn)


def test_a_lone_question_mark_is_no_subject():
    assert whole("？", "怎么申请？") == "怎么申请？"


def test_a_greeting_before_the_first_question_does_not_go_with_later_ones():
    assert whole("您好，养老院有哪些补贴？", "怎么申请？") == "养老院有哪些补贴，怎么申请？"


@pytest.mark.parametrize("noise", ["测试测试", "asdf", "今天天气真热", "这样啊", "没有了", "我再想想"])
def test_a_statement_leaves_the_subject_alone(noise):
    found = understood(HOMES, noise)
    assert (found.whole, found.topic) == (noise, None)
    assert whole(HOMES, noise, "怎么申请？") == whole(HOMES, "怎么申请？")
    assert whole(HOMES, noise, "改建的呢？") == whole(HOMES, "改建的呢？")


# --- another subject, and back ------------------------------------------------


@pytest.mark.parametrize(
    "lead",
    [
        "顺便问一下，",
        "换个问题，",
        "换个话题：",
        "对了，",
        "另外想问一下，",
        "我还想问，",
        "再问一下，",
        "还有个问题，",
        "岔开一下，",
        "好的，谢谢。顺便问一句，",
    ],
)
@pytest.mark.parametrize("asked", ["公租房的租金标准是多少？", "公租房怎么申请？"])
def test_a_new_subject_stands_alone_and_later_turns_lean_on_it(lead, asked):
    found = understood(HOMES, lead + asked)
    assert (found.whole, found.also, found.topic) == (asked, "", Topic(asked))
    assert whole(HOMES, lead + asked, "要多久？") == f"{asked[:-1]}，要多久？"


def test_a_new_subject_needs_no_question_mark():
    assert whole(HOMES, "换个问题：公租房的租金标准", "期限呢？") == "期限，公租房的租金标准"


@pytest.mark.parametrize("turn", ["再问一下，怎么申请？", "还有个问题，谁来审批？", "太好了！再问一下，改建的呢？"])
def test_another_question_without_a_subject_of_its_own_keeps_the_subject(turn):
    found = understood(HOMES, turn)
    assert "养老院" in found.whole + found.also


@pytest.mark.parametrize(
    "turn",
    [
        "再说回养老院，改建的有补贴吗？",
        "回到养老院，改建的有补贴吗？",
        "回到刚才养老院那个，改建的有补贴吗？",
        "还是说养老院，改建的有补贴吗？",
        "再看养老院，改建的有补贴吗？",
        "养老院还没问完，改建的有补贴吗？",
    ],
)
def test_going_back_finds_the_old_subject(turn):
    found = understood(HOMES, CARERS, CANTEENS, turn)
    assert found.whole == f"{HOMES[:-1]}，改建的有补贴吗？"
    assert found.also == "养老院，改建的有补贴吗？"
    later = whole(HOMES, CARERS, CANTEENS, turn, "怎么申请？")
    assert "养老院" in later
    assert not any(word in later for word in ("护理员", "食堂"))


def test_going_back_to_what_was_put_in_front():
    turns = ["引进教练有什么补助？", "护士呢？", CANTEENS, "再说回护士，要满几年？"]
    assert whole(*turns) == "护士，要满几年？"


def test_of_two_subjects_that_fit_the_shorter_one_is_meant():
    turns = ["养老院改建补多少？", "养老院的护理员每个月领取多少岗位津贴？", CANTEENS, "再说回养老院，谁来审批？"]
    assert whole(*turns) == "养老院改建补多少，谁来审批？"


def test_going_back_to_what_was_never_asked_names_it():
    found = understood(HOMES, CARERS, "再说回图书馆，改建的有补贴吗？")
    assert found.whole == "图书馆，改建的有补贴吗？"
    assert found.topic == Topic("改建的有补贴吗？", "图书馆")


# --- comparisons --------------------------------------------------------------


@pytest.mark.parametrize("turn", ["哪个多？", "两个比比哪个高？", "这两个哪个多？", "差多少？", "是不是一样？", "谁更高？"])
def test_two_subjects_are_set_beside_each_other(turn):
    found = understood(HOMES, CARERS, CANTEENS, turn)
    assert found.whole == f"{CARERS}{CANTEENS}{turn}"
    assert (found.also, found.topic) == (turn, Topic(CANTEENS))


@pytest.mark.parametrize("turn", ["三个里哪个最多？", "这三个放在一起比一比", "三者差多少？"])
def test_three_subjects_are_set_beside_each_other(turn):
    assert whole("图书馆几点开门？", HOMES, CARERS, CANTEENS, turn) == f"{HOMES}{CARERS}{CANTEENS}{turn}"


def test_three_of_two_are_the_two():
    assert whole(HOMES, CARERS, "三个里哪个最多？") == f"{HOMES}{CARERS}三个里哪个最多？"


def test_one_subject_is_compared_with_nothing():
    assert whole(HOMES, "哪个多？") == f"{HOMES[:-1]}，哪个多？"


def test_the_difference_of_two_is_a_comparison():
    assert "护理员" in whole(HOMES, CARERS, CANTEENS, "两者有什么区别？")


@pytest.mark.parametrize(
    "turn",
    [
        "谁负责？",
        "哪个部门负责？",
        "哪年开始的？",
        "哪些人可以申请？",
        wrong("a turn of two questions stands alone; the subject is in its other reading only", "谁来审批，要多久？"),
    ],
)
def test_a_question_for_who_or_which_is_about_the_last_subject_alone(turn):
    found = whole(HOMES, CARERS, turn)
    assert "护理员" in found
    assert "养老院" not in found


# --- what the asker told of itself --------------------------------------------

FACT = "我们是一家民办养老院"


@pytest.mark.parametrize(
    "turn", ["我们能拿到哪些运营补贴？", "本公司能不能申请贷款贴息？", "有没有适合我的培训补贴？", "自己办社区食堂有补贴吗？"]
)
def test_a_fact_goes_with_a_question_that_speaks_of_the_asker(turn):
    found = understood(FACT, turn)
    assert (found.whole, found.also) == (f"{FACT}，{turn}", turn)
    assert found.topic == Topic(turn)  # the fact is put in front anew, and only where it belongs


@pytest.mark.parametrize("turn", ["幼儿园的建设补贴是多少？", "他们公司能不能申请贷款贴息？", "自然灾害怎么救助？"])
def test_a_fact_stays_away_from_a_question_about_others(turn):
    assert FACT not in whole(FACT, turn)
    assert FACT not in whole(FACT, "我们能拿哪些运营补贴？", turn)


@pytest.mark.parametrize(
    "turn",
    [
        "我国的养老床位总数是多少？",
        "请告诉我公租房的租金标准是多少？",
        "给我讲讲公租房的租金标准",
        "我想问一下公租房的租金标准是多少？",
    ],
)
def test_a_polite_or_national_me_is_not_the_asker(turn):
    assert FACT not in whole(FACT, turn)


def test_a_fact_goes_with_a_joined_turn_and_is_told_once():
    last = whole(FACT, HOMES, "我们能拿吗？")
    assert last == f"{FACT}，{HOMES[:-1]}，我们能拿吗？"
    assert whole(FACT, HOMES, "我们能拿吗？", "要多久？") == f"{HOMES[:-1]}，要多久？"


def test_a_fact_told_between_two_questions_counts():
    assert whole(HOMES, FACT, "我们能拿吗？") == f"{FACT}，{HOMES[:-1]}，我们能拿吗？"


def test_the_last_three_facts_are_kept():
    facts = ["我是退休教师。", "我有两个孩子。", "我住在村里。", "我今年七十岁。"]
    assert whole(*facts, "我能领什么补贴？") == "我有两个孩子，我住在村里，我今年七十岁，我能领什么补贴？"


def test_a_long_fact_is_cut():
    assert whole("我" + "很" * 200, "我能领什么补贴？") == f"我{'很' * 59}，我能领什么补贴？"


@pytest.mark.parametrize("noise", ["今天天气真热", "这样啊", "没有了", "测试测试"])
def test_noise_is_no_fact(noise):
    assert noise not in whole(HOMES, noise, "我们能拿吗？")


@pytest.mark.parametrize("opening", ["我有个事想问", "我想再问问养老的事", "我家里人让我来问一件事"])
def test_that_one_has_a_question_is_no_fact(opening):
    assert whole(opening, "我能领什么补贴？") == "我能领什么补贴？"
    assert whole("我是退休教师", opening, "我能领什么补贴？") == "我是退休教师，我能领什么补贴？"


def test_a_fact_is_kept_without_its_greeting():
    assert whole("你好，我是退休教师。", "我能领什么补贴？") == "我是退休教师，我能领什么补贴？"


# --- long conversations -------------------------------------------------------

TURNS = [
    *(HOMES, CARERS, CANTEENS, "公租房的租金标准是多少？", "到2021年辽宁的床位要达到多少？", "《甲办法》的补贴标准是多少？"),
    *(
        "改建的呢？",
        "全国呢？",
        "2030年呢？",
        "再往后五年呢？",
        "怎么申请？",
        "它由谁负责？",
        "两个比比哪个高？",
        "三个里哪个最多？",
    ),
    *("再说回养老院，要满几年？", "公租房还没问完，谁能申请？", "不是，我问的是图书馆", "打错了，想问的是食堂的补助每餐发多少？"),
    *(
        "顺便问一下，公交卡怎么办？",
        "换个问题，图书馆几点开门？",
        "我们是一家民办养老院",
        "我住在村里",
        "我们能拿吗？",
        "8号文呢？",
    ),
    *IDLE,
]


def conversations(count=60, length=20):
    chosen = random.Random(7)
    return [[chosen.choice(TURNS) for _ in range(length)] for _ in range(count)]


def test_a_question_never_outgrows_what_it_leans_on():
    longest = max(map(len, TURNS))
    facts = len("我们是一家民办养老院，我住在村里，") * 2
    for turns in conversations():
        for n in range(1, len(turns) + 1):
            found = read(turns[:n], REGIONS)
            assert found.typed == turns[n - 1]
            assert len(found.whole) <= facts + 5 * longest
            assert len(found.also) <= 4 * longest
            assert found.topic is None or len(found.topic.text) <= 2 * longest


def test_thanks_and_noise_between_the_turns_change_nothing():
    for number, turns in enumerate(conversations()):
        spoken = [t for t in turns if t not in IDLE] or [HOMES]
        between = [t for turn in spoken for t in (IDLE[number % len(IDLE)], turn)]
        assert read(between, REGIONS) == read(spoken, REGIONS)


def test_the_work_grows_with_the_turns_and_no_faster(monkeypatch):
    looked = []
    for name in ("places", "content_words", "swap"):
        real = getattr(rewrite, name)
        monkeypatch.setattr(rewrite, name, lambda text, *rest, real=real: looked.append(len(text)) or real(text, *rest))

    def work(rounds):
        looked.clear()
        read([t for t in TURNS if not t.startswith(("再说回", "公租房还"))] * rounds, REGIONS)
        return sum(looked)

    assert 0 < work(20) <= 22 * work(1)
