import pytest

from index.tokens import content_words, fold, mainland, simplified, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＧＤＰ２．５％", "gdp2.5%"),
        ("（Ｒ＆Ｄ）", "(r&d)"),
        ("創新驅動發展戰略", "创新驱动发展战略"),
        ("臺灣", "台湾"),
        ("第十条", "第十条"),
        ("", ""),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected
    assert fold(expected) == expected


@pytest.mark.parametrize("text", ["Hello, 世界！", "第①项　２０２０年", "no Chinese: ½ Ａ", "🙂"])
def test_simplified_leaves_everything_but_traditional_characters(text):
    assert simplified(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GDP2.5%", ["gdp", "2.5%"]),
        ("C919", ["c919"]),
        ("5G", ["5g"]),
        ("２０２０年", ["2020", "年"]),
        ("补贴，奖励。", ["补贴", "奖励"]),
        ("。！？ 　\n——（）", []),
        ("", []),
        ("税", ["税"]),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_a_long_word_is_found_by_its_parts_too():
    assert {"护理", "护理员"} <= set(words("护理员"))


def test_traditional_and_full_width_text_gives_the_same_words():
    assert words("創新驅動發展，２０２０年") == words("创新驱动发展，2020年") == ["创新", "驱动", "发展", "2020", "年"]


def test_content_words_drop_stop_words_only():
    assert words("补贴的标准是多少") == ["补贴", "的", "标准", "是", "多少"]
    assert content_words("补贴的标准是多少") == ["补贴", "标准"]
    assert content_words("What is the C919") == ["c919"]
    assert content_words("的了吗") == []


def test_half_of_a_surrogate_pair_does_no_harm():
    # JSON lets a client send one; it is no character.
    assert "补贴" in words("\ud800补贴")
    assert "创新" in words("創新\udfff")


def test_words_of_taiwan():
    assert mainland("網際網路與資訊軟體") == "互联网与信息软件"
    assert mainland("信息化软件") == "信息化软件"
