"""What an answer must hold: the sentence that states it is put in front, and without any a refusal takes its place."""

import pytest
from fakes import HashEncoder, ScriptedWriter

from index.build import build
from index.search import open_index
from qa import refusal
from qa.answer import Answer, Assistant, Evidence, Token
from qa.settings import Settings
from qa.writing import WriterError

TEXT = """江东省社区书屋管理办法
江政发〔2020〕6号

各市人民政府：
一、建设
社区书屋由街道负责建设，选址应当方便居民借阅。每座社区书屋一次性补贴2万元，分两年拨付到位。
二、藏书
社区书屋的藏书由县图书馆统一采购，优先采购少儿读物。
三、责任
社区书屋采购的藏书丢失的，由读者按照每册50元赔偿给县图书馆。
四、目标
到2018年，建成流动书屋300座，覆盖各乡镇。
五、车辆
流动书屋的车辆由县图书馆统一调度，定期检修车辆。

江东省人民政府
2020年5月8日
"""
MONEY = "街道建设社区书屋补贴多少钱？"
BUILT = "社区书屋由街道负责建设，选址应当方便居民借阅。"
STATED = "条款写明：「每座社区书屋一次性补贴2万元，分两年拨付到位」。[1]"
PRICE = "县图书馆统一采购社区书屋的藏书要多少钱？"
"""The evidence has a sum, of books that are lost; the clause that speaks of the matter has none."""
BOUGHT = "社区书屋的藏书由县图书馆统一采购，优先采购少儿读物。"
YEARS = "2019年建成流动书屋多少座？"
CARTS = "到2018年，建成流动书屋300座，覆盖各乡镇。"


@pytest.fixture
def ask(settings, monkeypatch):
    """Ask a corpus of one document with a scripted writer."""
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    for path in settings.corpus.iterdir():
        path.unlink()
    (settings.corpus / "books.txt").write_text(TEXT, "utf-8")
    build(settings, HashEncoder(), progress=False)
    index = open_index(settings, HashEncoder())

    def run(*replies, question, earlier=()):
        return list(Assistant(index, ScriptedWriter(*replies), Settings(index=settings, everyday=0)).ask(question, earlier))

    return run


def test_what_the_leading_clause_states_is_put_in_front_of_what_does_not_answer(ask):
    answer = ask(BUILT, question=MONEY)[-1]
    assert answer.refusal is None
    assert answer.text == f"{STATED}{BUILT}[1]"
    assert [c.sentence for c in answer.citations] == [0, 1]


def test_it_is_not_said_again_where_the_answer_holds_it(ask):
    answer = ask("每座社区书屋一次性补贴2万元，分两年拨付到位。", question=MONEY)[-1]
    assert answer.text.startswith("每座社区书屋一次性补贴2万元，分两年拨付到位。[1]")
    assert answer.text.count("2万元") == 1


def test_nothing_is_put_in_front_where_no_such_thing_was_asked(ask):
    answer = ask(BUILT, question="街道建设社区书屋有什么要求？")[-1]
    assert answer.text.startswith(BUILT)


@pytest.mark.parametrize(("question", "reply", "what"), [(PRICE, BOUGHT, "具体金额"), (YEARS, CARTS, "2019年的数字")])
def test_an_answer_without_what_was_asked_gives_way_to_a_refusal(ask, question, reply, what):
    events = ask(reply, question=question)
    answer = events[-1]
    assert {type(e) for e in events[1:-1]} == {Token}  # the writer was asked
    assert answer.refusal == "amount"
    assert answer.text.startswith(f"条款里没有写明{what}，不能给出。最接近的条款写的是：「{reply}」[1]。")
    assert (answer.sentences, answer.citations, answer.removed) == ((), (), ())
    assert answer.evidence == events[0].pieces
    assert answer.hits
    assert answer.question == answer.standalone == question
    assert 0 < answer.timings["first_token_ms"] <= answer.timings["total_ms"]


def test_so_do_the_clauses_own_sentences(ask):
    assert ask("月球基地明年对外开放。", question=PRICE)[-1].refusal == "amount"


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("丢失社区书屋采购的藏书，要赔偿多少钱？", "社区书屋采购的藏书丢失的，由读者按照每册50元赔偿给县图书馆。"),
        ("2018年建成流动书屋多少座？", CARTS),
        ("县图书馆怎么采购社区书屋的藏书？", BOUGHT),
    ],
)
def test_an_answer_that_holds_it_stands(ask, question, reply):
    answer = ask(reply, question=question)[-1]
    assert answer.refusal is None
    assert answer.text.startswith(f"{reply}[1]")


def test_where_the_writer_fails_the_clauses_stand(ask):
    """What it would have written is not known: the nearest clause, with the failure, tells more than a refusal."""
    answer = ask(WriterError("断开了。"), question=PRICE)[-1]
    assert (answer.refusal, answer.failure, answer.extractive) == (None, "断开了。", True)
    assert answer.text == f"{BOUGHT}[1]"


def test_a_follow_up_is_refused_as_the_whole_question_that_it_is(ask):
    answer = ask(CARTS, question="那2019年呢？", earlier=["2018年建成流动书屋多少座？"])[-1]
    assert (answer.question, answer.standalone, answer.refusal) == ("那2019年呢？", YEARS, "amount")


def test_a_traditional_question_is_refused_in_kind(ask):
    answer = ask(BOUGHT, question="縣圖書館統一採購社區書屋的藏書要多少錢？")[-1]
    assert answer.refusal == "amount"
    assert answer.text.startswith("條款裏沒有寫明具體金額，不能給出。")


def test_an_english_question_is_refused_in_english(ask):
    events = ask(YEARS, CARTS, question="How many mobile reading rooms were built in 2019?")
    answer = events[-1]
    assert [type(e) for e in events if not isinstance(e, Token)] == [Evidence, Evidence, Answer]
    assert answer.refusal == "amount"
    assert answer.text.startswith("The clauses do not state ")
    assert f"The nearest clause states: 「{CARTS}」 [1]." in answer.text


@pytest.mark.parametrize(
    "reply",
    [
        "该办法由江东省人民政府于2020年5月8日印发。",
        "2020年5月8日。",
        "江政发〔2020〕6号于2020年5月8日印发。",
        "月球基地明年对外开放。",
    ],
)
def test_the_day_of_issue_is_answered_from_the_end_of_the_document(ask, reply):
    answer = ask(reply, question="江政发〔2020〕6号是哪天印发的？")[-1]
    assert [str(p.clause.address) for p in answer.evidence] == ["落款"]
    assert answer.evidence[0].text == "江东省人民政府2020年5月8日"
    assert answer.refusal is None
    assert "2020年5月8日" in answer.text
