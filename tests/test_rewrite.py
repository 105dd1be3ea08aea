"""Follow-ups become whole questions; whole questions stay as they are."""

import pytest

from qa.rewrite import conversation, reading, standalone

REGIONS = ["全国", "辽宁"]


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("到2020年研发强度是多少？", "那到2030年呢？", "到2030年研发强度是多少？"),
        ("到2020年全国研发经费要占GDP多少？", "辽宁呢？", "到2020年辽宁研发经费要占GDP多少？"),
        ("到2020年辽宁研发经费要占GDP多少？", "不是，我问的是全国", "到2020年全国研发经费要占GDP多少？"),
        ("众创空间能享受哪些税收优惠？", "它由谁负责？", "众创空间能享受哪些税收优惠，它由谁负责？"),
        ("众创空间能享受哪些税收优惠？", "怎么申请", "众创空间能享受哪些税收优惠，怎么申请"),
        ("引进院士有什么补助？", "大学生呢", "大学生，引进院士有什么补助？"),
    ],
)
def test_follow_up(earlier, question, expected):
    assert standalone(question, [earlier], REGIONS) == expected


def test_without_history_nothing_changes():
    assert standalone("辽宁呢？", [], REGIONS) == "辽宁呢？"


@pytest.mark.parametrize("question", ["国有企业技术人员能不能拿股权激励？", "大型科学仪器怎样向中小企业开放共享？"])
def test_whole_question_is_left_alone(question):
    assert standalone(question, ["众创空间能享受哪些税收优惠？"], REGIONS) == question


def test_the_last_whole_question_counts():
    assert standalone("2030年呢？", ["院士有什么补助？", "到2020年研发强度是多少？"], REGIONS) == "到2030年研发强度是多少？"


# --- joining -----------------------------------------------------------------

SPACES = "众创空间能享受哪些税收优惠？"


@pytest.mark.parametrize(
    "question",
    [
        "那几条都要同时满足才能享受吗？",
        "这一条从哪一年的哪一天开始执行的？",
        "企业想拿到这几项优惠要准备哪些材料？",
        "企业要是只符合那一类条件还能享受吗？",
        "办理这种备案到底要跑哪几个部门？",
        "那些企业从哪一年开始可以享受优惠政策？",
        "上述优惠政策到哪一年为止就不再执行？",
    ],
)
def test_a_turn_that_points_back_is_joined(question):
    whole = standalone(question, [SPACES], REGIONS)
    assert whole == f"众创空间能享受哪些税收优惠，{question.removeprefix('那')}"


@pytest.mark.parametrize(
    "question",
    [
        "县域创新驱动发展要坚持哪些基本原则和方针？",
        "大型科学仪器设施怎样向中小企业开放共享？",
        "高新技术企业的研发费用加计扣除比例是多少？",
        pytest.param(
            "我应该找哪个部门办理科技型中小企业认定？",
        ),
        pytest.param(
            "再生资源回收企业能拿到多少财政补贴？",
        ),
    ],
)
def test_a_long_turn_that_points_nowhere_is_left_alone(question):
    assert standalone(question, [SPACES], REGIONS) == question


# --- another document --------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "question", "expected"),
    [
        ("《甲办法》的补贴标准是多少？", "《乙办法》里这一标准怎么写的？", "补贴标准是多少，《乙办法》里这一标准怎么写的？"),
        ("《甲办法》的补贴标准是多少？", "那8号文里这一标准怎么写的？", "补贴标准是多少，8号文里这一标准怎么写的？"),
        ("国发〔2016〕43号的目标是什么？", "《乙办法》里这一目标怎么写的？", "目标是什么，《乙办法》里这一目标怎么写的？"),
        (
            "国发〔2016〕43号的目标是什么？",
            "国发〔2015〕28号里这一目标怎么写的？",
            "目标是什么，国发〔2015〕28号里这一目标怎么写的？",
        ),
        ("《甲办法》的补贴标准是多少？", "《乙办法》呢？", "《乙办法》的补贴标准是多少？"),
        # the same document is meant where no other one is named
        ("《甲办法》的补贴标准是多少？", "这一标准从哪一年开始执行？", "《甲办法》的补贴标准是多少，这一标准从哪一年开始执行？"),
    ],
)
def test_a_turn_about_another_document_drops_the_name_of_the_one_before(earlier, question, expected):
    assert standalone(question, [earlier], REGIONS) == expected


@pytest.mark.parametrize(
    ("earlier", "question", "absent", "present"),
    [
        ("国发〔2016〕43号的目标是什么？", "国发〔2015〕28号呢？", "43号", "国发〔2015〕28号"),
        ("《甲办法》的补贴标准是多少？", "那28号文呢？", "甲办法", "28号"),
        ("到2020年的目标是什么？", "国发〔2015〕28号呢？", "到2015", "国发〔2015〕28号"),
    ],
)
def test_a_short_turn_about_another_document_does_too(earlier, question, absent, present):
    whole = standalone(question, [earlier], REGIONS)
    assert present in whole
    assert absent not in whole


def test_a_date_is_no_other_document():
    whole = standalone("那7月1号以后申请的也给吗？", ["《甲办法》的补贴标准是多少？"], REGIONS)
    assert "《甲办法》" in whole


def test_a_conversation_hands_the_name_on_until_another_is_named():
    turns = ["《甲办法》的补贴标准是多少？", "这一标准从哪一年开始执行？", "《乙办法》呢？"]
    first, second, third = conversation(turns, REGIONS)
    assert (first, "《甲办法》" in second, "《甲办法》" in third, "《乙办法》" in third) == (turns[0], True, False, True)


# --- the other reading -------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "whole", "earlier", "expected"),
    [
        ("怎么申请？", "怎么申请？", [], ""),
        ("怎么申请？", "院士有什么补助，怎么申请？", ["院士有什么补助？"], "怎么申请？"),
        ("大型仪器怎样开放？", "大型仪器怎样开放？", ["院士有什么补助？"], "院士有什么补助？ 大型仪器怎样开放？"),
        ("大型仪器怎样开放？", "大型仪器怎样开放？", ["学生呢？", "院士有什么补助？"], "院士有什么补助？ 大型仪器怎样开放？"),
    ],
)
def test_the_other_reading_of_a_turn(question, whole, earlier, expected):
    assert reading(question, whole, earlier) == expected


@pytest.mark.parametrize("question", ["那2030年呢？", "怎么申请", "它由谁负责？", "大型科学仪器怎样向中小企业开放共享？"])
def test_both_readings_together_hold_both_turns(question):
    whole = standalone(question, [SPACES], REGIONS)
    other = reading(question, whole, [SPACES])
    assert other != whole
    assert question in (whole, other) or question in other
    assert "众创空间" in whole + other
