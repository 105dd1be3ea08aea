from dataclasses import replace

import pytest

from corpus import catalog
from index.question import asks_for_list, official, parts, scope, swap

REGIONS = ["全国", "江东", "青石县"]
FIRST = "到2022年，全国设施覆盖率是多少？"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (FIRST + "江东呢？", [FIRST, "到2022年，江东设施覆盖率是多少？"]),
        (FIRST + "那江东的呢？", [FIRST, "到2022年，江东设施覆盖率是多少？"]),
        (FIRST + "到2025年呢？", [FIRST, "到2025年，全国设施覆盖率是多少？"]),
        (FIRST + "护理员呢？", [FIRST, "护理员，到2022年，全国设施覆盖率是多少？"]),
        ("建设补贴是多少？怎么申请？", ["建设补贴是多少？", "建设补贴是多少，怎么申请？"]),
        (
            "建设补贴的标准是什么；护理员连续工作满五年有什么奖励？",
            ["建设补贴的标准是什么；", "护理员连续工作满五年有什么奖励？"],
        ),
        ("A是什么？江东呢？青石县呢？", ["A是什么？", "江东，A是什么？", "江东，A是什么？".replace("江东", "青石县")]),
    ],
)
def test_each_part_is_a_whole_question(question, expected):
    assert parts(question, REGIONS) == expected


@pytest.mark.parametrize(
    "question",
    [
        "补贴",
        "护理补贴是多少？",
        "我今年八十岁；能领多少津贴？",
        "能领多少津贴？我今年八十岁。",
        "我今年八十岁。",
        "江东呢？",
        "？",
        "",
        "；；；",
    ],
)
def test_one_question_stays_as_it_is(question):
    assert parts(question, REGIONS) == [question]


def test_what_is_told_goes_with_the_question_after_it():
    told = "我母亲六十五岁；"
    assert parts(told + "她能领多少护理补贴？县里由哪个部门审核申请？", REGIONS) == [
        told + "她能领多少护理补贴？",
        "县里由哪个部门审核申请？",
    ]


@pytest.mark.parametrize(
    ("previous", "new", "expected"),
    [
        ("全国的目标是多少？", "江东", "江东的目标是多少？"),
        ("江东的目标是多少？", "全国", "全国的目标是多少？"),
        ("到2022年的目标是多少？", "2025年", "到2025年的目标是多少？"),
        ("到2022年的目标是多少？", "到2025年", "到2025年的目标是多少？"),
        ("《甲办法》怎么说？", "《乙办法》", "《乙办法》怎么说？"),
        ("补贴是多少？", "江东", "江东，补贴是多少？"),
        ("补贴是多少？", "运营", "运营，补贴是多少？"),
    ],
)
def test_swap(previous, new, expected):
    assert swap(previous, new, REGIONS) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("江东", "《中国制造2025》提出江东到2020年达到多少？"),
        ("2030年", "《中国制造2025》提出全国到2030年达到多少？"),
        ("《江东规划》", "《江东规划》提出全国到2020年达到多少？"),
    ],
)
def test_names_and_years_inside_a_title_are_left_alone(new, expected):
    assert swap("《中国制造2025》提出全国到2020年达到多少？", new, REGIONS) == expected


def test_a_region_is_taken_literally_not_as_a_pattern():
    assert swap("a.c的补贴？", "江东", ["a.c", "江东"]) == "江东的补贴？"
    assert swap("abc的补贴？", "江东", ["a.c", "江东"]) == "江东，abc的补贴？"


def test_everyday_words_get_official_ones_behind_them():
    assert official("我想开公司") == "我想开公司 创办企业 创业"
    assert official("我想開公司") == "我想開公司 创办企业 创业"


def test_words_that_are_there_already_are_not_added():
    assert official("开公司创办企业") == "开公司创办企业 创业"
    assert official("补贴 补助 资助 奖补") == "补贴 补助 资助 奖补"


@pytest.mark.parametrize("question", ["", "高龄津贴", "第十条"])
def test_a_question_without_everyday_words_is_unchanged(question):
    assert official(question) == question


def test_no_word_is_added_twice():
    added = official("小公司和小企业的钱").split()[1:]
    assert len(added) == len(set(added)) > 0


@pytest.fixture(scope="module")
def documents(sample):
    return catalog.load(sample)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("江东省的建设补贴是多少？", {"jiangzhengfa-2020-8"}),
        ("江东的建设补贴是多少？", {"jiangzhengfa-2020-8"}),
        ("江東的建設補貼是多少？", {"jiangzhengfa-2020-8"}),
        ("青石县的高龄津贴", {"qingshi-2021-3"}),
        ("全国的覆盖率目标", {"guobanfa-2019-21"}),
        ("国家有什么规定", {"guobanfa-2019-21"}),
        ("全国和江东有什么不同", {"guobanfa-2019-21", "jiangzhengfa-2020-8"}),
        ("辽宁的补贴", set()),
        ("建设补贴是多少？", set()),
    ],
)
def test_scope(documents, question, expected):
    assert scope(question, documents) == expected


def test_a_question_that_names_every_document_narrows_nothing(documents):
    assert scope("全国、江东和青石县", documents) == set()
    assert scope("江东", [d for d in documents if d.region == "江东省"]) == set()


def test_a_document_without_a_region_is_never_in_scope(documents):
    unknown = [replace(d, region="", level="未知") for d in documents]
    assert scope("全国和江东", unknown) == set()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("五大工程是什么？", True),
        ("发展目标分几步走？", True),
        ("基本方针有哪些？", True),
        ("试点分为哪三类？", True),
        ("重大项目有哪几个？", True),
        ("众创空间能享受哪些税收优惠？", False),
        ("床位补贴是多少？", False),
        ("由谁负责？", False),
        ("个税能不能分几年慢慢交？", False),
    ],
)
def test_questions_that_want_a_whole_list(question, expected):
    assert asks_for_list(question) is expected


def test_two_places_named_together_are_two_questions():
    assert parts("全国和江东的床位目标一样吗？", ["江东"]) == ["全国的床位目标一样吗？", "江东的床位目标一样吗？"]
    assert parts("全国与全国的目标", ["江东"]) == ["全国与全国的目标"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "床位目标国家定多少，江东定多少，有何不同？",
            ["床位目标国家定多少，定多少，有何不同？", "床位目标定多少，江东定多少，有何不同？"],
        ),
        ("2022年和2025年的床位目标有何不同？", ["2022年的床位目标有何不同？", "2025年的床位目标有何不同？"]),
    ],
)
def test_two_places_or_years_set_side_by_side_are_asked_one_by_one(question, expected):
    assert parts(question, REGIONS) == expected


@pytest.mark.parametrize(
    "question",
    [
        "床位目标国家定多少？",  # one place
        "2022年、2025年和2030年的床位目标有何不同？",  # three years: nobody knows which two
        "《2022年床位目标》和2025年的有何不同？",  # a year inside a title
        "2022年的意见和2025年的意见有何不同？",  # years that name documents
        "2022年江东的床位目标是多少？",  # nothing is compared
    ],
)
def test_what_is_no_comparison_of_two_stays_whole(question):
    assert parts(question, REGIONS) == [question]


def test_two_places_with_what_is_asked_of_each():
    assert parts("全国的目标和江东的目标各是多少？", ["江东"]) == ["全国的目标各是多少？", "江东的目标各是多少？"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "到2020年，东湖新区的投入强度比全省目标高几个百分点？",
            ["到2020年，东湖新区的投入强度是多少？", "到2020年，全省的投入强度是多少？"],
        ),
        ("东湖新区的投入强度比去年高几个百分点？", ["东湖新区的投入强度比去年高几个百分点？"]),
        ("单位产值的用水量比2015年低多少？", ["单位产值的用水量比2015年低多少？"]),
    ],
)
def test_how_much_more_asks_for_both(question, expected):
    assert parts(question, ["江东"]) == expected


def test_a_place_inside_a_name_is_not_swapped():
    assert swap("东湖国家自主示范区是谁牵头？", "江东的", ["江东"]) == "江东的，东湖国家自主示范区是谁牵头？"
    assert swap("2015年江东的产量？", "全国2020年的", ["江东"]) == "2020年全国的产量？"
