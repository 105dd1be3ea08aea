import pytest
from turns import wrong

from corpus.quantities import Quantity, quantities


def read(text):
    return [(q.value, q.unit, q.bound) for q in quantities(text)]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2.5%", 2.5, "%"),
        ("2.5％", 2.5, "%"),
        ("百分之五十", 50, "%"),
        ("百分之2.5", 2.5, "%"),
        ("三成", 30, "%"),
        ("1.2个百分点", 1.2, "个百分点"),
        ("1.2百分点", 1.2, "个百分点"),
        ("50万元", 500_000, "元"),
        ("三百万元", 3_000_000, "元"),
        ("1,234.5万元", 12_345_000, "元"),
        ("20000亿元", 2e12, "元"),
        ("2万亿元", 2e12, "元"),
        ("1.5亿元", 150_000_000, "元"),
        ("7.36件", 7.36, "件"),
        ("２０家", 20, "家"),
        ("十年", 10, "年"),
        ("二〇一七年", 2017, "年"),
        ("三十天", 30, "日"),
        ("30工作日", 30, "个工作日"),
        ("十八周岁", 18, "岁"),
        ("14纳米", 14, "纳米"),
        ("两个", 2, "个"),
        ("二十个工作日", 20, "个工作日"),
        ("四小时", 4, "小时"),
        ("0.88", 0.88, ""),
        ("百分之二点五", 2.5, "%"),
        ("百分之零点五", 0.5, "%"),
        ("百分之十二点二五", 12.25, "%"),
        ("百分之百", 100, "%"),
        ("一半", 50, "%"),
        ("半数", 50, "%"),
        ("两万五千人", 25_000, "人"),
        ("三万二千元", 32_000, "元"),
        ("一万二千五百元", 12_500, "元"),
        ("二十五万三千元", 253_000, "元"),
        ("十二万元", 120_000, "元"),
        ("一万家", 10_000, "家"),
        ("六十人年", 60, "人年"),
        ("三百人次", 300, "人次"),
        ("50名", 50, "人"),
        ("五十位", 50, "人"),
        ("5千元", 5000, "元"),
        wrong("two Arabic figures with 万 and 千 are not added up", "5万5千元", 55_000, "元"),
        ("三点五倍", 3.5, "倍"),
        ("四点五个百分点", 4.5, "个百分点"),
        wrong("亿 inside a Chinese number is no scale", "一亿三千万元", 130_000_000, "元"),
    ],
)
def test_a_figure_is_read_with_its_scale_and_unit(text, value, unit):
    (found,) = quantities(text)
    assert found == Quantity(pytest.approx(value), unit, "", text)


def test_letters_before_a_figure_with_a_unit_do_not_hide_it():
    assert quantities("占GDP2.5%") == [Quantity(2.5, "%", "", "2.5%")]


def test_units_are_longest_first_so_that_a_workday_is_no_piece():
    assert read("在30个工作日，不在30个月，也不在30个") == [(30, "个工作日", ""), (30, "个月", ""), (30, "个", "")]


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("最高补助50万元", "le"),
        ("不超过50万元", "le"),
        ("不得高于50万元", "le"),
        ("控制在50万元", "le"),
        ("50万元以下", "le"),
        ("50万元以内", "le"),
        ("不低于50万元", "ge"),
        ("不得少于50万元", "ge"),
        ("至少50万元", "ge"),
        ("超过50万元", "ge"),
        ("未超过50万元", "ge"),
        ("50万元以上", "ge"),
        ("50万元及以上", "ge"),
        ("约50万元", "about"),
        ("50万元左右", "about"),
        ("超50万元", "ge"),
        ("不应低于50万元", "ge"),
        ("不可少于50万元", "ge"),
        ("不能超过50万元", "le"),
        ("不会高于50万元", "le"),
        ("不准超过50万元", "le"),
        ("不允许超过50万元", "le"),
        ("不再低于50万元", "ge"),
        ("超龄补助50万元", ""),
        wrong("a bound that is not listed", "不足50万元", "le"),
        ("逾50万元", "ge"),
        ("补助50万元", ""),
        ("最高限额另定。补助50万元", ""),
        ("不超过10人，补助50万元", ""),
    ],
)
def test_the_bound_stands_beside_its_own_figure(text, bound):
    last = quantities(text)[-1]
    assert (last.value, last.unit, last.bound) == (500_000, "元", bound)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "C919",
        "5G",
        "一个",
        "一批企业",
        "第三条",
        "十三五时期",
        "十二五",
        "三审合一",
        "创新驱动",
        "一次",
        "千方百计",
        "万人空巷",
        wrong("a saying is read as a thousand houses", "千家万户"),
    ],
)
def test_names_and_idle_words_are_no_figures(text):
    assert quantities(text) == []


def test_figures_come_in_the_order_of_the_text():
    assert read("到2020年达到2.5%，研发人员60人年，发明专利12件以上") == [
        (2020, "年", ""),
        (2.5, "%", ""),
        (60, "人年", ""),
        (12, "件", "ge"),
    ]


def test_both_ends_of_a_range_are_read():
    assert [q.value for q in quantities("补助10%—15%，最长3—5年")] == [10, 15, 3, 5]


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("20000亿元", "2万亿元", True),
        ("50万元", "五十万元", True),
        ("2.5%", "百分之2.5", True),
        ("82", "82%", True),
        ("17%", "1.7%", False),
        ("68件", "6.8件", False),
        ("50万元", "50元", False),
        ("2.5%", "2.5个百分点", False),
        ("30日", "30个工作日", False),
        ("一半", "50%", True),
        ("50名", "50人", True),
        ("五十位", "50名", True),
        ("60人年", "60人", False),
        ("300人次", "300人", False),
        ("两万五千人", "2.5万人", True),
    ],
)
def test_two_ways_to_write_a_figure_are_the_same_only_if_value_and_unit_agree(left, right, same):
    (one,), (other,) = quantities(left), quantities(right)
    assert one.same_figure(other) is same
    assert other.same_figure(one) is same


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("每万人口拥有发明专利12件", [(10_000, "人", ""), (12, "件", "")]),
        ("每百万人拥有医生5名", [(1_000_000, "人", ""), (5, "人", "")]),
        ("每千户配备3名管理员", [(1000, "户", ""), (3, "人", "")]),
        ("每1万人", [(10_000, "人", "")]),
        ("万人大会", []),
        ("每万元产值", []),
    ],
)
def test_the_round_number_that_something_is_counted_by(text, read_as):
    assert read(text) == read_as


def test_bounds_of_a_half():
    assert read("超过一半，半数以上，不超过一半") == [(50, "%", "ge"), (50, "%", "ge"), (50, "%", "le")]
