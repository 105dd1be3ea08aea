"""A profile from a form."""

from datetime import date

import pytest

from qa.profile import ProfileError, choices, from_form

TODAY = date(2026, 11, 23)
WHOLE = {
    "who": ["企业", "高新技术企业"],
    "region": "辽宁省沈阳市",
    "staff": 30,
    "revenue": "8000000",
    "age": 3.5,
    "industry": "I",
    "fields": ["软件", "机器人"],
    "ownership": "民营",
    "qualifications": ["高新技术企业"],
    "activities": ["购买设备"],
    "people": [],
    "say": "",
}


def test_a_whole_form():
    found = from_form(WHOLE, TODAY)
    assert found.holds("region", "沈阳") is True
    assert found.holds("who", "民营企业") is True
    assert found.holds("size", "小型") is True
    assert found.compares("age", "ge", 3.5) is True
    assert found.holds("industry", "I 信息传输、软件和信息技术服务业") is True
    assert found.holds("people", "院士") is None
    assert all(k.start == k.end == -1 for known in found.facts.values() for k in known)
    assert not found.problems


def test_the_form_wins_over_the_words():
    found = from_form({"say": "我们是沈阳的软件公司，30个人", "region": "大连", "staff": 50}, TODAY)
    assert found.holds("region", "大连") is True
    assert found.holds("region", "沈阳") is False
    assert [k.value for k in found.known("staff")] == [50]
    assert found.holds("field", "软件") is True


def test_an_empty_form_asks():
    found = from_form({}, TODAY)
    assert found.problems
    assert found.question
    assert not found.facts


def test_a_contradiction_in_a_form_is_told():
    found = from_form({"who": "企业", "size": "大型", "staff": 3}, TODAY)
    assert "大型" in found.problems[0]
    assert "3" in found.problems[0]
    assert not {"size", "staff"} & set(found.facts)


@pytest.mark.parametrize(
    ("form", "key", "words"),
    [
        ({"colour": "red"}, "colour", "没有这一项"),
        ({"size": "巨型"}, "size", "小型"),
        ({"size": ["小型", "大型"]}, "size", "只能填一个"),
        ({"staff": -5}, "staff", "-5"),
        ({"staff": 0}, "staff", "0 不可能"),
        ({"staff": 2.5}, "staff", "整数"),
        ({"staff": "许多"}, "staff", "数字"),
        ({"staff": True}, "staff", "数字"),
        ({"revenue": -1}, "revenue", "元"),
        ({"revenue": float("nan")}, "revenue", "数字"),
        ({"revenue": float("inf")}, "revenue", "数字"),
        ({"age": -1}, "age", "年"),
        ({"age": 5000}, "age", "1000"),
        ({"region": "火星市"}, "region", "火星市"),
        ({"region": "和平区"}, "region", "不止一处"),
        ({"industry": "Z"}, "industry", "制造业"),
        ({"fields": ["软件", "炼金"]}, "fields", "炼金"),
        ({"who": 5}, "who", "文字"),
        ({"people": [None]}, "people", "文字"),
        ({"activities": {"a": 1}}, "activities", "文字"),
        ({"qualifications": ["高企"]}, "qualifications", "高企"),
        ({"ownership": "民企"}, "ownership", "民营"),
        ({"say": 5}, "say", "一段话"),
    ],
)
def test_a_bad_form_is_refused_by_name(form, key, words):
    with pytest.raises(ProfileError) as refused:
        from_form(form, TODAY)
    assert refused.value.key == key
    assert str(refused.value).startswith(f"{key}：")
    assert words in str(refused.value)


def test_choices_are_what_the_form_takes():
    for key, allowed in choices().items():
        for value in allowed:
            assert from_form({key: value}, TODAY).facts, (key, value)
    assert set(WHOLE) | {"size"} == set(choices())
