"""Statements of different documents with different figures are set side by side; all others are not."""

import pytest
from hits import clause, hit, make, piece
from turns import wrong

from corpus.clauses import clauses
from qa.differ import differing, label
from qa.quote import support
from qa.records import Checked, Citation

QUESTION = "社区食堂覆盖率要达到多少？"
NATION = "到2022年，全国社区食堂覆盖率达到90%以上。"
PROVINCE = "到2022年，全省社区食堂覆盖率达到95%以上。"
FIELDS = {
    "n": {"title": "关于发展社区食堂的意见"},
    "p": {"title": "江东省关于发展社区食堂的实施意见", "region": "江东省", "level": "省", "number": "江政发〔2020〕8号"},
    "q": {"title": "青石县社区食堂管理办法", "region": "青石县", "level": "县", "number": "青政发〔2020〕3号"},
}


def same_weight(_word):
    return 1.0


def rare(word):
    return 6.0 if word in ("老年", "老年人") else 1.0


def stated(text, name):
    return clause(f"一、目标\n{text}\n", name=name, **FIELDS[name])


def beside(*found, question=QUESTION, scores=(0.90, 0.88, 0.87), weight=same_weight):
    """[(document, sentence)] of what is set side by side."""
    pieces = [piece(c, n) for n, c in enumerate(found, 1)]
    hits = [hit(c, s) for c, s in zip(found, scores, strict=False)]
    return [(p.clause.document.id, p.clause.document.text[slice(*span)]) for p, span in differing(pieces, hits, question, weight)]


def test_two_documents_two_figures():
    assert beside(stated(NATION, "n"), stated(PROVINCE, "p")) == [("n", NATION), ("p", PROVINCE)]


def test_the_nearest_statement_comes_first():
    found = beside(stated(NATION, "n"), stated(PROVINCE, "p"), scores=(0.86, 0.90))
    assert [document for document, _ in found] == ["p", "n"]


def test_two_years_are_two_figures():
    later = "到2030年，全国社区食堂覆盖率达到98%以上。"
    assert beside(stated(NATION, "n"), stated(later, "q")) == [("n", NATION), ("q", later)]


def test_three_documents():
    third = "到2022年，全县社区食堂覆盖率达到99%以上。"
    found = beside(stated(NATION, "n"), stated(PROVINCE, "p"), stated(third, "q"))
    assert [document for document, _ in found] == ["n", "p", "q"]


def test_each_document_gives_one_statement():
    text = f"一、目标\n{PROVINCE}\n二、任务\n到2025年，全省社区食堂覆盖率达到98%以上。\n"
    own = [clause(text, address, name="p", **FIELDS["p"]) for address in ("一", "二")]
    assert beside(stated(NATION, "n"), *own) == [("n", NATION), ("p", PROVINCE)]


def test_a_third_that_agrees_with_one_of_them_is_left_out():
    third = "到2022年，全县社区食堂覆盖率达到95%以上。"
    found = beside(stated(NATION, "n"), stated(PROVINCE, "p"), stated(third, "q"))
    assert [document for document, _ in found] == ["n", "p"]


@pytest.mark.parametrize(
    "other",
    [
        "到2022年，全省社区食堂覆盖率达到90%以上。",  # the same figure
        "到2022年，全省社区食堂覆盖率达到九成以上。",  # the same in other numerals
        "到2022年，全省社区食堂覆盖率达到百分之九十以上。",
        "到2022年，全省社区食堂覆盖率明显提高。",  # no figure
        "到2030年，全省社区食堂覆盖率明显提高。",  # a year measures nothing
        "到2022年，全省社区食堂达到300家。",  # another unit
        "全省护理员培训合格率达到95%以上。",  # another matter
        "分3步提高全省社区食堂覆盖率。",
        wrong("the same frame about another subject counts as the same matter", "到2022年，全省社区书屋覆盖率达到95%以上。"),
    ],
)
def test_no_conflict(other):
    assert beside(stated(NATION, "n"), stated(other, "p")) == []


def test_one_document_does_not_differ_from_itself():
    found = stated(f"{NATION}到2030年，全国社区食堂覆盖率达到98%以上。", "n")
    assert beside(found, found) == []


@pytest.mark.parametrize(
    "question",
    ["《江东省关于发展社区食堂的实施意见》的覆盖率是多少？", "江政发〔2020〕8号的覆盖率是多少？", "8号文的覆盖率是多少？"],
)
def test_a_question_that_names_a_document_asks_for_its_figure_alone(question):
    assert beside(stated(NATION, "n"), stated(PROVINCE, "p"), question=question) == []


def test_a_named_document_with_two_clauses_in_the_evidence():
    text = f"一、目标\n{PROVINCE}\n二、保障\n县级财政部门安排社区食堂运营经费。\n"
    own = [clause(text, address, name="p", **FIELDS["p"]) for address in ("一", "二")]
    assert beside(own[0], stated(NATION, "n"), own[1], question="江政发〔2020〕8号的覆盖率是多少？") == []


def test_a_statement_much_less_like_the_question_is_left_out():
    assert beside(stated(NATION, "n"), stated(PROVINCE, "p"), scores=(0.90, 0.80)) == []


def test_a_statement_without_the_words_that_the_question_is_about_is_left_out():
    """Both speak of the share of canteens that reaches something, only one of the elderly in them."""
    asked = "老年人在社区食堂就餐的覆盖率要达到多少？"
    elderly = "到2022年，全国老年人社区食堂就餐覆盖率达到90%以上。"
    assert beside(stated(elderly, "n"), stated(elderly.replace("90", "95"), "p"), question=asked, weight=rare) != []
    assert beside(stated(elderly, "n"), stated(PROVINCE, "p"), question=asked) != []  # where no word is rarer than another
    assert beside(stated(elderly, "n"), stated(PROVINCE, "p"), question=asked, weight=rare) == []


def test_only_what_is_evidence_counts():
    nation, province = stated(NATION, "n"), stated(PROVINCE, "p")
    assert differing([piece(nation)], [hit(nation), hit(province)], QUESTION, same_weight) == []


def test_rows_of_tables_are_left_to_their_table():
    table = "一、目标\n主要指标\n\n\t指标\n\t2022年\n\n\t食堂\n\t全省社区食堂覆盖率达到95%以上\n\n\t书屋\n\t全省社区书屋覆盖率达到80%以上\n\n"
    row = next(c for c in clauses(make(table, name="p")) if c.columns)
    assert beside(stated(NATION, "n"), row) == []


def test_all_that_differ_are_quoted_with_their_documents():
    found = [stated(NATION, "n"), stated(PROVINCE, "p")]
    pieces = [piece(c, n) for n, c in enumerate(found, 1)]
    hits = [hit(found[0], 0.90), hit(found[1], 0.88)]
    span = differing(pieces, hits, QUESTION, same_weight)[0][1]
    said = [Checked("覆盖率要达到90%以上。", "verified", Citation(0, found[0], *span, "verified", 1))]
    texts = [c.text for c in support(said, pieces, hits, 1, differing(pieces, hits, QUESTION, same_weight))]
    assert texts == [
        f"《关于发展社区食堂的意见》（国家，2020年）写明：「{NATION[:-1]}」。",
        f"《江东省关于发展社区食堂的实施意见》（江东省，2020年）写明：「{PROVINCE[:-1]}」。",
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "食堂办法", "number": ""}, "《食堂办法》（国家，2020年）"),
        ({"title": "食堂办法", "region": "江东省", "level": "省"}, "《食堂办法》（江东省，2020年）"),
        (
            {"title": "江东省人民政府关于推进社区食堂发展的实施意见", "number": "江政发〔2020〕8号"},
            "江政发〔2020〕8号（国家，2020年）",
        ),
        (
            {"title": "江东省人民政府关于推进社区食堂发展的实施意见", "number": ""},
            "《江东省人民政府关于推进社区食堂发展的实施意见》（国家，2020年）",
        ),
    ],
)
def test_label(fields, expected):
    assert label(clause("一、目标\n鼓励建设社区食堂，给予补贴。\n", **fields)) == expected
