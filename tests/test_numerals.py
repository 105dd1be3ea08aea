import pytest

from corpus import numerals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一", 1),
        ("十", 10),
        ("十四", 14),
        ("二十", 20),
        ("二十七", 27),
        ("一百", 100),
        ("一百零二", 102),
        ("一百一十", 110),
        ("一百四十三", 143),
        ("一千二百六十", 1260),
        ("一千零一十", 1010),
        ("两千零五", 2005),
        ("九千九百九十九", 9999),
        ("二〇一七", 2017),
        ("二零二〇", 2020),
        ("零", 0),
        ("143", 143),
        ("１２", 12),
    ],
)
def test_parse_reads_numerals_as_they_stand_in_labels(text, value):
    assert numerals.parse(text) == value


@pytest.mark.parametrize("text", ["甲", "三万", "1.5", "十5", "一 二", "第一", "-1"])
def test_parse_refuses_what_is_no_numeral(text):
    with pytest.raises(ValueError, match="not a Chinese numeral"):
        numerals.parse(text)


def test_parse_refuses_the_empty_text():
    with pytest.raises(ValueError, match="empty numeral"):
        numerals.parse("")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "一"),
        (10, "十"),
        (14, "十四"),
        (20, "二十"),
        (53, "五十三"),
        (102, "一百零二"),
        (110, "一百一十"),
        (1000, "一千"),
        (1005, "一千零五"),
        (1010, "一千零一十"),
        (1260, "一千二百六十"),
        (9999, "九千九百九十九"),
    ],
)
def test_spell_writes_the_way_laws_print_articles(value, text):
    assert numerals.spell(value) == text


@pytest.mark.parametrize("value", [0, -3, 10_000])
def test_spell_refuses_values_that_no_label_has(value):
    with pytest.raises(ValueError, match=f"no label numeral for {value}"):
        numerals.spell(value)


def test_every_spelled_number_is_read_back():
    assert [n for n in range(1, 10_000) if numerals.parse(numerals.spell(n)) != n] == []
