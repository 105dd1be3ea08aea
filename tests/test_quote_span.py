"""How much of a clause is quoted."""

from hits import clause, hit, make, piece

from corpus.clauses import clauses
from qa.quote import Shown, extract
from qa.quote_span import LONGEST, enumeration, focus

LIST = "一、要求\n三个转变就是服务从少数人向多数人转变，让每个街道的老人都能走得到、用得上、付得起；管理从分散向统一转变；收费从暗处向明处转变。另行公布名单。\n"
LONG = "全面" + "贯彻落实各项部署，" * 30 + "着力建设社区食堂，着力建设社区书屋，" + "努力开创新的局面，" * 20 + "作出新的贡献。"


def words(found, span):
    return found.document.text[span[0] : span[1]]


def test_an_enumeration_is_what_semicolons_join():
    found = clause(LIST)
    text = found.document.text
    middle = text.index("管理从"), text.index("收费从")
    whole = words(found, enumeration(found, middle))
    assert whole.startswith("三个转变就是") and whole.endswith("收费从暗处向明处转变。")


def test_a_question_for_a_list_gets_all_of_it_and_another_its_sentence():
    found = clause(LIST)
    hits = [hit(found, scores=[0.2, 0.9, 0.3, 0.1])]
    (listed,) = extract([piece(found)], hits, Shown("三个转变分别是什么？"))[:1]
    assert "服务从少数人" in listed.text and "收费从暗处" in listed.text
    one = extract([piece(found)], hits, Shown("管理怎么转变？"))
    assert one and not any("服务从少数人" in c.text and "收费从暗处" in c.text for c in one)


def test_of_a_long_sentence_the_part_that_was_asked_for():
    text = f"一、总体思路\n{LONG}\n"
    (found,) = clauses(make(text))[-1:]
    start = text.index("全面")
    span = focus(found.document.text, (start, start + len(LONG)), {"社区", "食堂", "书屋"})
    shown = words(found, span)
    assert "着力建设社区食堂，着力建设社区书屋，努力开创新的局面，" in shown
    assert 100 < len(shown) <= 160
    assert shown.endswith("，")
    assert focus(found.document.text, (start, start + LONGEST), {"社区"}) == (start, start + LONGEST)
    assert focus(found.document.text, (start, start + len(LONG)), {"飞机"}) == (start, start + len(LONG))
