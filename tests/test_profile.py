"""The profile as a value: three-valued tests, merging turns, problems, the official sizes, showing back, hostile input."""

import json
from datetime import date

import pytest

from corpus import facts
from qa import profile, profile_numbers, profile_places, profile_read, profile_size, profile_words
from qa.profile import Known, Profile, merge, read

TODAY = date(2026, 11, 23)


def told(say):
    return read(say, TODAY)


def values(found, fact):
    return [k.value for k in found.known(fact)]


# ---- holds


def test_nothing_known_is_never_no():
    empty = Profile()
    for fact in {f.fact for f in facts.facts()}:
        for value in facts.values(fact):
            assert empty.holds(fact, value) is None, (fact, value)
    assert empty.holds("staff", "30") is None
    assert empty.compares("revenue", "le", 1e8) is None


def test_a_stated_value_holds_with_all_that_it_implies():
    found = told("我是院士，想回沈阳")
    assert found.holds("who", "院士")
    assert found.holds("who", "高层次人才")
    assert found.holds("people", "高层次人才")
    assert found.holds("who", "博士后") is None


def test_a_company_is_no_university_but_may_have_people_and_carriers():
    found = told("我们是一家做轴承的工厂")
    assert found.holds("who", "高校") is False
    assert found.holds("who", "地方政府") is False
    for value in ("科技人员", "科技服务机构", "园区", "贫困地区", "高新技术企业", "国有企业"):
        assert found.holds("who", value) is None, value


def test_a_kind_that_the_words_point_to_is_not_excluded():
    assert told("我是大学教授").holds("who", "高校") is None
    assert told("我是大学生").holds("who", "地方政府") is False
    assert told("我是大学生，想创业").holds("who", "企业") is None


def test_a_denied_wider_class_denies_the_narrower():
    found = Profile(facts={"who": (Known("企业", denied=True),)})
    assert found.holds("who", "高新技术企业") is False
    assert found.holds("who", "企业") is False
    assert found.holds("who", "农民") is None


def test_the_owner_excludes_other_owners():
    found = told("民营企业，想贷款")
    assert found.holds("ownership", "国有") is False
    assert found.holds("who", "中央企业") is False
    assert found.holds("who", "民营企业") is True
    assert found.holds("who", "外资企业") is False


@pytest.mark.parametrize(
    ("stated", "value", "holds"),
    [
        (["辽宁", "沈阳"], "辽宁省", True),
        (["辽宁", "沈阳"], "沈阳市", True),
        (["辽宁", "沈阳"], "东北", True),
        (["辽宁", "沈阳"], "全国", True),
        (["辽宁", "沈阳"], "大连", False),
        (["辽宁", "沈阳"], "浑南区", None),
        (["辽宁", "沈阳"], "吉林", False),
        (["辽宁"], "沈阳", None),
        (["辽宁", "沈阳", "浑南区"], "和平区", False),
        (["东北"], "辽宁", None),
        (["东北"], "广东", False),
        (["北京", "海淀区"], "北京市", True),
        (["北京", "辽宁", "沈阳"], "大连", False),
        ([], "辽宁", None),
        ([], "全国", None),
        (["辽宁"], "某某岛", None),
    ],
)
def test_places_lie_in_one_another(stated, value, holds):
    assert profile_places.holds(stated, [], value) is holds


def test_a_denied_place_is_no():
    assert profile_places.holds([], ["沈阳"], "沈阳市") is False
    assert profile_places.holds([], ["沈阳"], "浑南区") is False
    assert profile_places.holds([], ["沈阳"], "辽宁") is None


def test_numbers_are_compared_by_their_bounds():
    found = told("我们公司二三十人，成立三年，年营业额2000万")
    assert found.compares("staff", "le", 300) is True
    assert found.compares("staff", "ge", 25) is None
    assert found.compares("staff", "ge", 50) is False
    assert found.compares("age", "le", 5) is True
    assert found.compares("revenue", "ge", 2e7) is True
    assert found.holds("age", "3") is True
    assert found.holds("age", "4") is False


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("30", (30, 30)),
        ("二三十", (20, 30)),
        ("七八", (7, 8)),
        ("十几", (11, 19)),
        ("二十几", (21, 29)),
        ("300多", (300, 399)),
        ("三十来", (30, 39)),
        ("1,200", (1200, 1200)),
        ("一万二千", (12000, 12000)),
        ("两千万", (2e7, 2e7)),
        ("1.2亿", (1.2e8, 1.2e8)),
        ("三个亿", (3e8, 3e8)),
        ("五百多万", (5e6, 5999999)),
        ("一两百", (100, 200)),
        ("几十", None),
        ("乱", None),
    ],
)
def test_numbers_as_people_say_them(words, span):
    found = profile_numbers.parse(words)
    if words == "五百多万":
        assert found is not None
        assert found[0] == 5e6
        assert 5e6 < found[1] < 6e6 + 1
    else:
        assert found == span


# ---- the official sizes


@pytest.mark.parametrize(
    ("industry", "fields", "staff", "revenue", "sizes"),
    [
        ("C 制造业", [], 1000, 4e8, {"大型"}),
        ("C 制造业", [], 999, 4e8, {"中型"}),
        ("C 制造业", [], 1000, 3.99e8, {"中型"}),
        ("C 制造业", [], 300, 2e7, {"中型"}),
        ("C 制造业", [], 299, 2e7, {"小型"}),
        ("C 制造业", [], 20, 3e6, {"小型"}),
        ("C 制造业", [], 19, 5e8, {"微型"}),
        ("C 制造业", [], 5000, 2.9e6, {"微型"}),
        ("C 制造业", [], 30, None, {"小型", "微型"}),
        ("C 制造业", [], None, 3e6, {"小型", "微型"}),
        ("I 信息传输、软件和信息技术服务业", ["软件"], 300, 1e8, {"大型"}),
        ("I 信息传输、软件和信息技术服务业", ["软件"], 100, 1e7, {"中型"}),
        ("I 信息传输、软件和信息技术服务业", ["软件"], 10, 5e5, {"小型"}),
        ("I 信息传输、软件和信息技术服务业", ["软件"], 9, 5e8, {"微型"}),
        ("I 信息传输、软件和信息技术服务业", [], 300, 1e8, {"大型", "中型"}),
        ("A 农、林、牧、渔业", [], None, 2e8, {"大型"}),
        ("A 农、林、牧、渔业", [], 5, 5e6, {"中型"}),
        ("E 建筑业", [], None, 8e8, {"微型", "小型", "中型", "大型"}),
        ("E 建筑业", [], None, 2.9e6, {"微型"}),
        ("F 批发和零售业", [], 4, 1e7, {"微型"}),
        ("F 批发和零售业", [], 20, 5e7, {"中型", "小型"}),
        ("H 住宿和餐饮业", [], 300, 1e8, {"大型"}),
        ("M 科学研究和技术服务业", [], 99, None, {"小型"}),
        ("M 科学研究和技术服务业", [], 300, None, {"大型"}),
        ("P 教育", [], 3, 1, {"微型", "小型", "中型", "大型"}),
    ],
)
def test_official_sizes(industry, fields, staff, revenue, sizes):
    ranges = [None if n is None else (n, n) for n in (staff, revenue)]
    assert profile_size.open_sizes([industry], fields, *ranges) == sizes


def test_a_size_from_staff_alone_is_provisional_and_says_why():
    found = told("沈阳的软件公司，30个人")
    (size,) = found.facts["size"]
    assert (size.value, size.provisional, found.words(size)) == ("小型", True, "30个人")
    assert "微型" in size.reason
    assert "软件和信息技术服务业" in size.reason
    assert found.holds("size", "小型") is None
    assert found.holds("size", "中型") is False
    assert found.holds("who", "小微企业") is True


def test_staff_and_revenue_together_decide_the_size():
    (size,) = told("软件公司，30个人，年营收800万").facts["size"]
    assert (size.value, size.provisional) == ("小型", False)


def test_without_an_industry_no_size_is_concluded():
    assert "size" not in told("我们公司30个人").facts


# ---- problems


@pytest.mark.parametrize(
    ("say", "named"),
    [
        ("我们是3个人的大型企业", ["大型企业", "3个人"]),
        ("我们厂有-5名员工", ["-5名员工"]),
        ("我们公司有0名员工", ["0名员工"]),
        ("我们公司去年营业收入-100万元", ["-100万元"]),
        ("公司成立于2099年", ["2099年", "2026"]),
        ("我们在辽宁沈阳，公司在广东深圳", ["辽宁沈阳", "广东深圳"]),
        ("我们在火星市", ["火星市"]),
        ("我们是月球省的企业", ["月球省"]),
        ("我是大学生，年营业收入500万元", ["大学生", "500万元"]),
        ("我们是一家德国公司，能申请吗", ["德国公司"]),
        ("我们是国有企业，也是民营企业", ["国有企业", "民营企业"]),
        ("我们公司30个人，一共50名员工", ["30个人", "50名员工"]),
        ("我们在朝阳开公司", ["朝阳", "辽宁省", "北京市"]),
        ("", ["没有说"]),
        ("哈哈哈哈", ["看不出"]),
    ],
)
def test_each_problem_names_what_is_wrong_and_asks_one_thing(say, named):
    found = told(say)
    assert len(found.problems) == 1, found.problems
    assert all(word in found.problems[0] for word in named), found.problems
    assert found.question.count("？") >= 1
    assert found.to_json()["question"] == found.question


def test_facts_in_doubt_are_left_out():
    assert not {"staff", "size"} & set(told("我们是3个人的大型企业").facts)
    assert "region" not in told("我们在辽宁沈阳，公司在广东深圳").facts
    assert "revenue" not in told("我是大学生，年营业收入500万元").facts
    assert "ownership" not in told("我们是国有企业，也是民营企业").facts


def test_a_story_without_flaw_asks_nothing():
    found = told("我们是沈阳一家做机器人的小公司，30个人，去年刚评上高企，想买设备")
    assert (found.problems, found.question) == ((), "")
    assert found.to_json()["question"] is None


HOSTILE = [
    "我们",
    "想",
    "没有",
    "3",
    "3人",
    "一",
    "市",
    "在县市省",
    "，",
    "大中小微",
    "和跟与",
    "沈阳",
    "成立年",
    "《",
    "年收入",
    "一个家",
    "想申请高企，",
    "沈阳打工",
    "和平区，",
    "企业",
    "大型企业3个人，",
    "在德国",
    "买想开办从在种产品",
    "😀",
    "如果",
    "不是没有",
    "一二三四五六七八九十百千万",
    "-",
    "二三十",
    "我们在",
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("unit", [*HOSTILE, " ", "\n", "\x00"])
def test_hostile_repetitions_are_read_in_steps_that_grow_with_their_length(unit):
    for length in (5000, 5000, 5000, 5000):
        assert isinstance(told((unit * length)[:length]), Profile)


def test_a_long_story_is_read_whole_and_a_longer_one_up_to_the_limit():
    filler = "这些年日子过得不容易，大家都在想办法。"
    say = filler * 200 + "我们是沈阳的软件公司，30个人。"
    assert 3500 < len(say) < 5000
    assert told(say).holds("region", "沈阳")
    assert not told(say).problems
    longer = told(filler * 500 + "我们在大连")
    assert str(profile.LONGEST) in longer.problems[0]
    assert longer.holds("region", "大连") is None


# ---- shown back, kept


def test_spans_are_the_askers_own_words():
    say = "我们是沈阳一家做机器人的小公司，30个人，去年刚评上高企，想买设备"
    found = told(say)
    entries = found.to_json()["facts"]
    for known in entries.values():
        for entry in known:
            assert say[entry["start"] : entry["end"]] == entry["words"]
    assert [e["words"] for e in entries["qualification"]] == ["高企"]


def test_full_width_digits_keep_their_spans():
    found = told("我们公司有３０名员工")
    assert values(found, "staff") == [30]
    assert found.words(found.known("staff")[0]) == "３０名员工"


def test_json_is_stable_and_plain():
    say = "大连的软件公司，二三十人，没有高企证"
    one, other = (json.dumps(told(say).to_json(), ensure_ascii=False) for _ in range(2))
    assert one == other
    assert list(json.loads(one)) == ["facts", "problems", "question", "summary"]
    assert list(told(say).facts) == [n for n in profile.NAMES if n in told(say).facts]
    assert json.loads(one)["facts"]["qualification"][0]["denied"] is True


def test_summary_is_one_line_to_correct():
    line = told("我们是沈阳一家做机器人的小公司，30个人，去年刚评上高企，想买设备").summary()
    assert line.startswith("我理解的情况：")
    assert line.endswith("请更正。")
    for part in ("辽宁省沈阳市", "从业人员 30 人", "机器人", "高新技术企业", "购买设备"):
        assert part in line
    assert "\n" not in line
    assert told("").summary() == "我还不了解您的情况。"


def test_facts_stay_and_a_later_correction_wins():
    first = told("我们是沈阳的软件公司，30个人，想贷款")
    second = merge(first, told("不是沈阳，是大连，现在50个人了，不想贷款，想上市"))
    assert second.holds("region", "大连") is True
    assert second.holds("region", "沈阳") is False
    assert values(second, "staff") == [50]
    assert second.holds("field", "软件") is True
    assert second.holds("activity", "贷款") is False
    assert second.holds("activity", "上市") is True
    for known in second.facts.values():
        assert all(k.start < 0 or second.words(k) for k in known)
    assert second.words(second.known("region")[0]) == "大连"


def test_a_turn_that_tells_nothing_changes_nothing():
    first = told("我们是沈阳的软件公司")
    same = merge(first, told("谢谢"))
    assert {n: values(same, n) for n in same.facts} == {n: values(first, n) for n in first.facts}
    assert not same.problems


def test_a_contradiction_across_turns_is_told():
    found = merge(told("我们是大型企业"), told("一共3个人"))
    assert "大型企业" in found.problems[0]
    assert found.question


# ---- vocabulary


def test_every_saying_gives_a_known_fact_and_value():
    for row in profile_words.sayings():
        assert len(row.facts) == 1 or len(row.facts) == len(row.values)
        for fact, value in profile_read._pairs(row):
            assert value in facts.values(fact), (fact, value)
        assert row.how in {"", "past", "weak", "self", "own", "only"}
        assert not row.pattern.fullmatch(""), row


def test_every_value_has_a_saying():
    said = {pair for row in profile_words.sayings() for pair in profile_read._pairs(row)}
    for fact in ("who", "size", "industry", "field", "ownership", "qualification", "activity", "people"):
        missing = {v for v in facts.values(fact) if (fact, v) not in said} - {"T 国际组织"}
        assert not missing, (fact, missing)


def test_every_place_of_the_index_is_known():
    from pathlib import Path

    from index import places

    for line in (Path(places.__file__).parent / "places.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            province, *cities = line.split()
            assert profile_places.holds([province], [], province) is True
            for city in cities:
                assert profile_places.named(city), city
                assert profile_places.named(city)[0].province == province
