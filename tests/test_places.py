import pytest

from index.places import places, provinces_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("沈阳的补贴是多少？", {"沈阳": ("辽宁",)}),
        ("辽宁和浙江有什么不同", {"辽宁": ("辽宁",), "浙江": ("浙江",)}),
        ("东北怎么办", {"东北": ("辽宁", "吉林", "黑龙江")}),
        ("京津冀协同", {"京津冀": ("北京", "天津", "河北")}),
        ("众创空间能减哪些税？", {}),
        ("", {}),
    ],
)
def test_places_of_a_text(text, expected):
    assert places(text) == expected


def test_a_longer_name_hides_the_shorter_one_inside_it():
    assert places("黑龙江的政策") == {"黑龙江": ("黑龙江",)}
    assert places("吉林市的政策") == {"吉林市": ("吉林",)}
    assert places("吉林省的政策") == {"吉林": ("吉林",)}


def test_a_name_taken_out_leaves_no_new_name_behind():
    # longer names go first: taking 黑龙江 out must not join 北 and 京
    assert places("北黑龙江京") == {"黑龙江": ("黑龙江",)}


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("辽宁省", ("辽宁",)),
        ("辽宁省沈阳市", ("辽宁",)),
        ("东北", ("辽宁", "吉林", "黑龙江")),
        ("全国", ()),
        ("江东省", ()),
        ("", ()),
    ],
)
def test_provinces_of_a_region(region, expected):
    assert provinces_of(region) == expected
