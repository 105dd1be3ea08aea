"""A question without the names of documents: what goes, and what must stay."""

import pytest
from documents import document

from index.route import without_names


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("国办发〔2019〕21号的覆盖率是多少？", "覆盖率是多少？"),
        ("根据《甲办法》（国发〔2020〕1号）规定，补贴是多少？", "补贴是多少？"),
        ("按照8号文件，补贴是多少？", "补贴是多少？"),
        ("《甲办法》中补贴是多少？", "补贴是多少？"),
        ("《甲办法》和《乙办法》的补贴有什么不同？", "补贴有什么不同？"),
        ("国办发〔2019〕21号和江政发〔2020〕8号的覆盖率有什么不同？", "覆盖率有什么不同？"),
        ("护理补贴是多少？", "护理补贴是多少？"),
        ("《甲办法》？", "《甲办法》？"),  # nothing would be left
        ("8号文呢？", "8号文呢？"),
    ],
)
def test_without_names(question, expected):
    assert without_names(question) == expected


TWO = [document("正文。", id=t, title=t, number=n) for t, n in (("养老补贴办法", "甲发〔2020〕1号"), ("道路交通条例", ""))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("养老补贴办法和道路交通条例的罚款有什么不同？", "罚款有什么不同？"),
        ("道路交通条例的罚款是多少？", "罚款是多少？"),
        ("养老的补贴", "养老的补贴"),  # two characters are no name
        pytest.param(
            "养老补贴办法、道路交通条例？",
            "养老补贴办法、道路交通条例？",
        ),
        pytest.param(
            "《养老补贴办法》和《道路交通条例》的罚款有什么不同？",
            "罚款有什么不同？",
        ),
        pytest.param(
            "甲发〔2020〕1号和道路交通条例的养老补贴各是多少？",
            "养老补贴各是多少？",
        ),
    ],
)
def test_words_of_the_titles_of_given_documents_go(question, expected):
    assert without_names(question, TWO) == expected


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(
            "中小企业能享受哪些优惠？",
        ),
        pytest.param("在职职工能享受哪些优惠？"),
        pytest.param("7月1号起施行吗？"),
    ],
)
def test_a_question_that_names_nothing_stays_whole(question):
    assert without_names(question) == question


def test_words_in_front_of_a_number_stay():
    assert "护理补贴" in without_names("护理补贴在青政办发〔2021〕3号里是多少？")
