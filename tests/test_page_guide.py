"""The user's guide: its pictures are there, are made by a browser test, and its words are those of the page."""

import re
from pathlib import Path

import pytest
from browser import GUIDE

from qa.page_text import ZH

TESTS = Path(__file__).parent
PICTURES = re.findall(r"!\[[^\]]+\]\(pictures/([\w-]+)\.png\)", GUIDE.read_text("utf-8"))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_there_and_a_test_makes_it(name):
    assert (GUIDE.parent / "pictures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    makers = "".join(path.read_text("utf-8") for path in TESTS.glob("test_browser*.py"))
    stem = re.escape(name.removesuffix("-desktop").removesuffix("-phone"))
    assert re.search(rf'picture\(page, f?"{stem}', makers)


def test_no_other_pictures_are_kept():
    assert {path.stem for path in (GUIDE.parent / "pictures").glob("*.png")} == set(PICTURES)


@pytest.mark.parametrize(
    "key",
    [
        "send",
        "stop",
        "verified",
        "weak",
        "refused",
        "filters",
        "again",
        "copy",
        "share",
        "share_stop",
        "export",
        "up",
        "down",
        "history",
        "reader_back",
        "tab_match",
        "tab_read",
        "tab_bench",
        "matches_ask",
        "understood",
    ],
)
def test_the_guide_uses_the_words_of_the_page(key):
    assert ZH(key, question="……") in GUIDE.read_text("utf-8")
