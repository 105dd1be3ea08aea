"""Follow-ups become whole questions; whole questions stay as they are."""

import pytest

from qa.rewrite import standalone

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
