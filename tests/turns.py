"""Conversations as `qa.rewrite` reads them, and the subjects that its tests talk about."""

import pytest

from qa.rewrite import read

REGIONS = ["全国", "辽宁"]
HOMES = "养老院每张床位的建设补贴是多少？"
CARERS = "护理员每月的岗位津贴是多少？"
CANTEENS = "社区食堂每餐的就餐补助是多少？"
IDLE = [
    "谢谢",
    "好的，谢谢！",
    "你好",
    "您好",
    "嗯嗯",
    "收到，谢谢老师",
    "OK",
    "明白了",
    "辛苦了",
    "太好了",
    "你回答得真快",
    "知道了",
    "。。。",
]


def understood(*turns):
    """The last turn of a conversation, as it is read."""
    return read(turns, REGIONS)


def whole(*turns):
    return understood(*turns).whole


def wrong(reason, *values):
    """Values of a parametrized test that is known to fail."""
    return pytest.param(*values, marks=pytest.mark.xfail(strict=True, reason=reason))
