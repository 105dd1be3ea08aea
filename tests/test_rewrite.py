"""A follow-up becomes a whole question: another place, year, thing or document, a turn that points back, a correction."""

import pytest
from turns import HOMES, REGIONS, understood, whole, wrong

from qa.rewrite import Topic, read

SPACES = "老年食堂能享受哪些税收优惠？"


def test_no_turn_is_an_error():
    with pytest.raises(ValueError, match="no turn"):
        read([], REGIONS)


@pytest.mark.parametrize(
    "turn", ["辽宁呢？", "那它呢？", "不是，我问的是全国", "再往后五年呢？", "哪个多？", "你好", "？？", "再说回食堂，补多少？"]
)
def test_without_history_nothing_changes(turn):
    found = understood(turn)
    assert (found.typed, found.whole, found.also) == (turn, turn, "")


# --- the question before with one thing changed -------------------------------


@pytest.mark.parametrize(
    ("earlier", "turn", "expected"),
    [
        ("到2020年绿化率是多少？", "那到2030年呢？", "到2030年绿化率是多少？"),
        ("到2020年绿化率是多少？", "2030年的目标呢？", "到2030年绿化率是多少？"),
        ("到2020年全国绿化面积要占多少？", "辽宁呢？", "到2020年辽宁绿化面积要占多少？"),
        ("到2020年全国绿化面积要占多少？", "辽宁定的呢？", "到2020年辽宁绿化面积要占多少？"),
        ("到2020年全国绿化面积要占多少？", "吉林呢？", "到2020年吉林绿化面积要占多少？"),  # no document is of there
        ("引进教练有什么补助？", "大学生呢", "大学生，引进教练有什么补助？"),
        ("引进教练有什么补助？", "那么大学生的呢？谢谢", "大学生，引进教练有什么补助？"),
        ("引进教练有什么补助？", "大学生呢，怎么申请？", "大学生，引进教练有什么补助，怎么申请？"),
    ],
)
def test_another_place_year_or_thing(earlier, turn, expected):
    found = understood(earlier, turn)
    assert (found.whole, found.also) == (expected, turn)


def test_the_last_whole_question_counts():
    assert whole("教练有什么补助？", "到2020年绿化率是多少？", "2030年呢？") == "到2030年绿化率是多少？"


def test_one_thing_after_the_other_replaces_and_does_not_pile_up():
    turns = ["引进教练有什么补助？"]
    for new in ["大学生", "博士", "护士", "厨师", "司机"] * 4:
        turns.append(f"{new}呢？")
        assert whole(*turns) == f"{new}，引进教练有什么补助？"


def test_years_and_places_are_replaced_side_by_side():
    turns = ["到2020年全国绿化率是多少？", "辽宁呢？", "2025年呢？", "全国呢？"]
    assert [whole(*turns[:n]) for n in (2, 3, 4)] == [
        "到2020年辽宁绿化率是多少？",
        "到2025年辽宁绿化率是多少？",
        "到2025年全国绿化率是多少？",
    ]


@pytest.mark.parametrize(
    ("earlier", "turn", "expected"),
    [
        ("到2021年床位要达到多少？", "再往后五年呢？", "到2026年床位要达到多少？"),
        ("到2021年床位要达到多少？", "那再过3年", "到2024年床位要达到多少？"),
        ("到2021年床位要达到多少？", "再过10年呢？", "到2031年床位要达到多少？"),
        ("到2021年床位要达到多少？", "再过十年之后呢", "到2031年床位要达到多少？"),
        (
            "到2021年床位要达到多少？",
            "再过十五年呢？",
            "到2036年床位要达到多少？",
        ),
        wrong(
            "the years are counted from the last year but put in front, not in its place",
            "从2019年到2021年建多少？",
            "再过五年呢？",
            "从2019年到2026年建多少？",
        ),
    ],
)
def test_years_later(earlier, turn, expected):
    assert whole(earlier, turn) == expected


def test_years_later_go_on_from_there():
    turns = ["到2021年床位要达到多少？", "再往后五年呢？", "再过四年呢？"]
    assert whole(*turns) == "到2030年床位要达到多少？"


def test_years_later_than_no_year_are_put_in_front():
    assert whole("床位要达到多少？", "再往后五年呢？") == "再往后五年，床位要达到多少？"


def test_a_year_in_a_title_is_no_year_to_count_from():
    assert "2030" not in whole("《智慧养老2025》的床位目标是多少？", "再往后五年呢？")


@pytest.mark.parametrize("turn", ["怎么申请呢？", "为什么呢？", "谁负责呢？"])
def test_a_question_with_a_particle_is_no_subject(turn):
    assert turn[:-2] not in whole(HOMES, turn, "要多久？")


# --- joining -----------------------------------------------------------------


@pytest.mark.parametrize(
    "turn",
    [
        "那几条都要同时满足才能享受吗？",
        "这一条从哪一年的哪一天开始执行的？",
        "企业想拿到这几项优惠要准备哪些材料？",
        "企业要是只符合那一类条件还能享受吗？",
        "办理这种备案到底要跑哪几个部门？",
        "上述优惠政策到哪一年为止就不再执行？",
        "它由谁负责？",
        "怎么申请",
        "然后要跑哪几个部门办理手续？",
        "最长能享受几年？",
    ],
)
def test_a_turn_that_points_back_is_joined(turn):
    found = understood(SPACES, turn)
    said = turn.removeprefix("那").removeprefix("然后")
    assert (found.whole, found.also) == (f"老年食堂能享受哪些税收优惠，{said}", turn)
    assert found.topic == Topic(SPACES)  # what follows leans on the same thing


def test_a_pronoun_is_not_cut_in_two():
    assert "那些企业" in whole(SPACES, "那些企业从哪一年开始可以享受优惠政策？")


@pytest.mark.parametrize(
    "turn",
    [
        "乡村图书馆建设要坚持哪些基本原则和方针？",
        "大型游乐设施怎样向中小学校开放共享？",
        "高速公路的绿化养护费用比例是多少？",
        "我应该找哪个部门办理食品经营许可？",
        "再生资源回收企业能拿到多少财政补贴？",
        "国有林场职工能不能拿绩效奖励？",
        "行业协会承接培训项目有什么支持？",
    ],
)
def test_a_long_turn_that_points_nowhere_is_left_alone(turn):
    found = understood(SPACES, turn)
    assert (found.whole, found.topic) == (turn, Topic(turn))
    assert found.also == f"{SPACES} {turn}"


@pytest.mark.parametrize("turn", ["那2030年呢？", "怎么申请", "它由谁负责？", "大型游乐设施怎样向中小学校开放？"])
def test_both_readings_together_hold_both_turns(turn):
    found = understood(SPACES, turn)
    assert found.also != found.whole
    assert turn in (found.whole, found.also) or turn in found.also
    assert "老年食堂" in found.whole + found.also


def test_the_other_reading_has_the_words_that_a_turn_put_in_front():
    assert (
        understood("教练有什么补助？", "学生呢？", "大型游乐设施怎样开放？").also
        == "学生，教练有什么补助？ 大型游乐设施怎样开放？"
    )


# --- another document --------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "turn", "expected"),
    [
        ("《甲办法》的补贴标准是多少？", "《乙办法》里这一标准怎么写的？", "补贴标准是多少，《乙办法》里这一标准怎么写的？"),
        ("《甲办法》的补贴标准是多少？", "那8号文里这一标准怎么写的？", "补贴标准是多少，8号文里这一标准怎么写的？"),
        ("江政发〔2019〕61号的目标是什么？", "《乙办法》里这一目标怎么写的？", "目标是什么，《乙办法》里这一目标怎么写的？"),
        (
            "江政发〔2019〕61号的目标是什么？",
            "江政发〔2021〕17号里这一目标怎么写的？",
            "目标是什么，江政发〔2021〕17号里这一目标怎么写的？",
        ),
        ("《甲办法》的补贴标准是多少？", "《乙办法》呢？", "《乙办法》的补贴标准是多少？"),
        ("江政发〔2019〕61号的目标是什么？", "江政发〔2021〕17号呢？", "江政发〔2021〕17号，目标是什么？"),
        ("《甲办法》的补贴标准是多少？", "那17号文呢？", "17号文，补贴标准是多少？"),
        ("到2020年的目标是什么？", "江政发〔2021〕17号呢？", "江政发〔2021〕17号，到2020年的目标是什么？"),
        ("养老院补多少？", "8号文里呢，怎么写的？", "8号文，养老院补多少，怎么写的？"),
        # the same document is meant where no other one is named; a date names none
        ("《甲办法》的补贴标准是多少？", "这一标准从哪一年开始执行？", "《甲办法》的补贴标准是多少，这一标准从哪一年开始执行？"),
        ("《甲办法》的补贴标准是多少？", "那7月1号以后申请的也给吗？", "《甲办法》的补贴标准是多少，7月1号以后申请的也给吗？"),
    ],
)
def test_a_turn_about_another_document_drops_the_name_of_the_one_before(earlier, turn, expected):
    assert whole(earlier, turn) == expected


def test_a_conversation_hands_the_name_on_until_another_is_named():
    turns = ["《甲办法》的补贴标准是多少？", "这一标准从哪一年开始执行？", "《乙办法》呢？", "怎么申请？"]
    _, second, third, fourth = (whole(*turns[:n]) for n in (1, 2, 3, 4))
    assert "《甲办法》" in second
    assert "《甲办法》" not in third + fourth
    assert "《乙办法》" in third
    assert "《乙办法》" in fourth


@pytest.mark.xfail(strict=True, reason="the last turn stands alone; the document is in its other reading only")
def test_a_joined_turn_hands_on_the_document_that_it_names():
    last = whole("《甲办法》的补贴标准是多少？", "《乙办法》里这一标准怎么写的？", "从哪一年开始执行？")
    assert "《乙办法》" in last
    assert "《甲办法》" not in last


# --- corrections --------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "turn", "expected"),
    [
        ("到2020年辽宁绿化面积要占多少？", "不是，我问的是全国", "到2020年全国绿化面积要占多少？"),
        ("到2020年辽宁绿化面积要占多少？", "不对，我说的是2025年。", "到2025年辽宁绿化面积要占多少？"),
        ("到2020年绿化率是多少？", "打错了，想问的是2030年", "到2030年绿化率是多少？"),
        ("到2020年绿化率是多少？", "哎，我打错了，是2030年", "到2030年绿化率是多少？"),
        ("到2020年全国绿化率是多少？", "不是全国，是辽宁", "到2020年辽宁绿化率是多少？"),
        ("到2020年全国绿化率是多少？", "不，我是说辽宁的绿化率", "到2020年辽宁绿化率是多少？"),
        (HOMES, "不是，我问的是护理员的津贴每月发多少？", "护理员的津贴每月发多少？"),
        (HOMES, "打错了，想问的是护理员的津贴每月发多少？", "护理员的津贴每月发多少？"),
        (HOMES, "不对，是改建的", f"改建，{HOMES}"),
        (HOMES, "错了，我想问改建的", f"改建，{HOMES}"),
        ("到2020年辽宁绿化面积要占多少？", "我是说全国", "到2020年全国绿化面积要占多少？"),
        ("到2020年辽宁绿化面积要占多少？", "我指的是全国的", "到2020年全国绿化面积要占多少？"),
        ("到2020年绿化率是多少？", "我是问2030年", "到2030年绿化率是多少？"),
        (HOMES, "啊，我说的是护理员的津贴每月发多少？", "护理员的津贴每月发多少？"),
        wrong(
            "what follows the denial stands alone; the subject is in its other reading only",
            HOMES,
            "不是，是不是要先审批？",
            f"{HOMES[:-1]}，是不是要先审批？",
        ),
    ],
)
def test_a_correction(earlier, turn, expected):
    assert whole(earlier, turn) == expected


def test_later_turns_lean_on_what_was_corrected():
    turns = ["到2020年辽宁绿化率是多少？", "不是，我问的是全国", "2025年呢？"]
    assert whole(*turns) == "到2025年全国绿化率是多少？"


@pytest.mark.parametrize("turn", ["我是退休教师", "我说的是，没有别的了", "我是说"])
def test_what_one_is_or_has_said_is_no_correction(turn):
    found = understood("到2020年辽宁绿化面积要占多少？", turn)
    assert (found.whole, found.topic) == (turn, None)


@pytest.mark.parametrize("turn", ["不是", "不对。", "错了"])
def test_a_bare_no_leaves_the_subject_alone(turn):
    assert understood(HOMES, turn).topic is None
    assert whole(HOMES, turn, "怎么申请？") == whole(HOMES, "怎么申请？")


@pytest.mark.parametrize(
    "turn",
    [
        "不对外营业的养老院能拿补贴吗？",
        "不办理登记的养老院有补贴吗？",
        "不是县级的补贴也可以叠加吗？",
        "错过了申报时间的养老院怎么办？",
        "不满六十岁的，我能申请津贴吗？",
        "不是本地户口，我能申请津贴吗？",
    ],
)
def test_a_question_that_begins_with_a_denial_keeps_it(turn):
    assert turn in whole(HOMES, turn)
