import itertools

import pytest

from corpus.address import Address, quoted

PRINTED = [
    (("一",), "一"),
    (("五", "（十四）"), "五（十四）"),
    (("三", "（三）", "5"), "三（三）5"),
    (("第二篇", "第4章", "一", "专栏3"), "第二篇第4章一专栏3"),
    (("第二章", "第十条之一", "第二款", "（一）"), "第二章第十条之一第二款（一）"),
    (("一", "三"), "一 三"),
    (("专栏3", "1"), "专栏3 1"),
    (("1", "1.1"), "1 1.1"),
    (("附1", "1、", "1"), "附1 1、1"),
    (("附1", "九", "53"), "附1九53"),
    (("二", "（三）", "表1", "行12"), "二（三）表1行12"),
    (("专栏3", "「重大工程」", "4"), "专栏3「重大工程」4"),
    (("3「第2处」",), "3「第2处」"),
    (("一", "段2", "——1"), "一段2——1"),
    (("1", "（1）", "1）", "①"), "1（1）1）①"),
    (("文首",), "文首"),
    (("落款",), "落款"),
    ((), ""),
]


@pytest.mark.parametrize(("labels", "printed"), PRINTED)
def test_an_address_prints_short_and_is_parsed_back(labels, printed):
    assert str(Address(labels)) == printed
    assert Address.parse(printed) == Address(labels)


def test_any_two_labels_side_by_side_are_kept_apart():
    names = [
        "一",
        "十",
        "二十一",
        "（一）",
        "1",
        "12",
        "1、",
        "（1）",
        "1）",
        "①",
        "1.1",
        "——1",
        "专栏3",
        "表1",
        "行2",
        "段2",
        "注1",
    ]
    names += [
        "第一章",
        "第3章",
        "第二节",
        "第十条",
        "第十条之一",
        "第二款",
        "附1",
        "「重大工程」",
        "3「第2处」",
        "第一部分",
        "第一分编",
    ]
    pairs = [Address(pair) for pair in itertools.product(names, repeat=2)]
    assert [a for a in pairs if Address.parse(str(a)) != a] == []


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ("三、（三）5.", ("三", "（三）", "5")),
        ("三(三)5", ("三", "（三）", "5")),
        ("三（三）５．", ("三", "（三）", "5")),
        ("三　（三）\t5", ("三", "（三）", "5")),
        (" 第十四条 第二款 ", ("第十四条", "第二款")),
        ("附件2 三", ("附2", "三")),
        ("第２章", ("第2章",)),
    ],
)
def test_parse_takes_the_ways_people_write(written, labels):
    assert Address.parse(written).labels == labels


@pytest.mark.parametrize("written", ["三（三", "第十四", "关于创新", "一（二）abc", "「没有右引号"])
def test_parse_names_the_part_that_is_no_label(written):
    with pytest.raises(ValueError, match="地址中有不认识的部分"):
        Address.parse(written)


def test_the_path_can_be_walked():
    address = Address(("三",)) / "（三）" / "5"
    assert address == Address(("三", "（三）", "5"))
    assert address.parent == Address(("三", "（三）"))
    assert Address().parent == Address()


def test_within_holds_for_the_address_itself_and_all_above_it():
    address = Address(("三", "（三）", "5"))
    assert address.within(address)
    assert address.within(Address(("三",)))
    assert address.within(Address())
    assert not Address(("三",)).within(address)
    assert not address.within(Address(("三", "（二）")))


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("重大工程", "「重大工程」"),
        ("重大工程(2017)", "「重大工程（2017）」"),
        ("重大\t工程", "「重大 工程」"),
        ("所谓「创新」", "「所谓「创新」"),
        ("」", "「无题」"),
    ],
)
def test_an_unnumbered_heading_gets_a_label_that_is_parsed_back(title, label):
    assert quoted(title) == label
    assert Address.parse(label).labels == (label,)
