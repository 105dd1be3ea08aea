"""Figures and the years that they are of."""

import pytest

from qa import checks

ROW = "指标：用水量下降幅度，2013年：-，2015年：-，2020年：比2015年下降23%，2025年：比2015年下降41%"


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("2025年用水量应比2015年下降41%。", ""),
        ("2025年用水量应比2015年下降23%。", "条款中“23%”对应的是2020年"),
        ("2020年用水量下降41%。", "条款中“41%”对应的是2025年"),
        ("用水量下降23%。", ""),
    ],
)
def test_the_year_that_a_figure_is_measured_against_is_not_its_own(sentence, wrong):
    assert checks.misdated(sentence, [ROW]) == wrong
