"""Figures under a heading of one year are of that year: in checks, in the choice of evidence; empty promises; two of a kind."""

import pytest
from hits import clause, hit, piece

from index.question import parts
from qa.checks import polarity
from qa.checks_names import headed
from qa.context import pieces
from qa.ground import Grounder

TASKS = "一、2017年度任务\n（一）推广2项先进适用的灌溉技术。\n二、总体任务\n（一）推广10项先进适用的灌溉技术。\n"


def of(address):
    return clause(TASKS, address)


@pytest.mark.parametrize(
    ("text", "address", "wrong"),
    [
        ("到2020年推广2项灌溉技术。", "一（一）", True),
        ("2017年推广2项灌溉技术。", "一（一）", False),
        ("推广2项灌溉技术。", "一（一）", False),
        ("到2020年推广10项灌溉技术。", "二（一）", False),
        ("到2020年继续推广灌溉技术。", "一（一）", False),  # no figure
        ("《灌溉2020年》推广2项灌溉技术。", "一（一）", False),
    ],
)
def test_a_figure_of_a_years_tasks_is_of_no_other_year(text, address, wrong):
    assert bool(headed(text, of(address))) == wrong


def test_such_a_sentence_has_no_support():
    found = Grounder([piece(of("一（一）"), 1)], "到2020年要推广几项灌溉技术？", lambda word: 1.0)
    checked = found.check("到2020年推广2项先进适用的灌溉技术。", 0)
    assert (checked.verdict, checked.problem) == ("unsupported", "条款列在2017年的任务里")


@pytest.mark.parametrize(("question", "first"), [("到2020年推广几项灌溉技术？", "10项"), ("2017年推广几项灌溉技术？", "2项")])
def test_evidence_begins_with_a_clause_of_the_year(question, first):
    hits = [hit(of("一（一）"), scores=[0.95]), hit(of("二（一）"), scores=[0.93])]
    assert first in pieces(question, hits, budget=1000, count=len)[0].text


def test_a_clause_of_another_year_stays_when_nothing_near_is_better():
    far = clause("一、其他\n各地加强水库的日常维护管理。\n", "一", name="other")
    hits = [hit(of("一（一）"), scores=[0.95]), hit(far, scores=[0.6])]
    assert "2项" in pieces("到2020年推广几项灌溉技术？", hits, budget=1000, count=len)[0].text


@pytest.mark.parametrize(
    ("question", "sentence", "empty"),
    [
        ("我们村能享受哪些扶持？", "您可以享受相关的扶持政策。", True),
        ("我们村能享受哪些扶持？", "您可以享受灌溉设备的补贴。", False),
        ("我们村能享受扶持吗？", "可以享受扶持。", False),  # yes is an answer
    ],
)
def test_a_promise_without_content_is_no_answer_to_which(question, sentence, empty):
    text = "一、扶持\n（一）对村集体购买灌溉设备给予补贴和相关扶持，村集体可以享受扶持政策。\n"
    checked = Grounder([piece(clause(text, "一（一）"), 1)], question, lambda word: 1.0).check(sentence, 0)
    assert (checked.problem == "这句话没有说出具体内容") == empty


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("年纪大的渔民不能办捕捞证。", False),
        ("渔民办捕捞证取消年龄限制。", True),
        ("渔民办捕捞证不受年龄限制。", True),
    ],
)
def test_a_hindrance_taken_away_forbids_nothing(sentence, supported):
    text = "一、渔业\n（一）对满足一定条件的渔民取消办理捕捞证的年龄限制。\n"
    checked = Grounder([piece(clause(text, "一（一）"), 1)], "年纪大的渔民还能办捕捞证吗？", lambda word: 1.0).check(sentence, 0)
    assert (checked.verdict != "unsupported") == supported, checked


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "2020年大型水库和小型水库的蓄水比例目标一样吗？",
            ["2020年大型水库的蓄水比例是多少？", "2020年小型水库的蓄水比例是多少？"],
        ),
        ("大型水库与小型水库的维护经费差多少？", ["大型水库的维护经费是多少？", "小型水库的维护经费是多少？"]),
        ("大型水库和小型水库的关系是什么？", None),
        ("水库和水渠一样吗？", None),
    ],
)
def test_figures_of_two_things_are_two_questions(question, expected):
    assert parts(question, []) == (expected or [question])


@pytest.mark.parametrize(
    ("question", "sentence", "kept"),
    [
        ("我们的水库淤满了，财政能给哪些钱？", "财政能给我们的水库，安排清淤补助资金。", "安排清淤补助资金。"),
        ("我在水库上班，清淤有补助吗？", "您可以在水库上班，对水库清淤安排补助资金。", "对水库清淤安排补助资金。"),
        ("水库清淤有补助吗？", "对水库清淤，安排补助资金。", "对水库清淤，安排补助资金。"),
    ],
)
def test_the_askers_own_words_in_front_are_left_out(question, sentence, kept):
    text = "一、水库\n（一）对水库清淤安排清淤补助资金。\n"
    checked = Grounder([piece(clause(text, "一（一）"), 1)], question, lambda word: 1.0).check(sentence, 0)
    assert checked.text == kept


@pytest.mark.parametrize(("source", "denied"), [("对渔民取消办证的年龄限制。", True), ("对渔民取消办证的优惠。", False)])
def test_a_limit_that_is_lifted_vouches_for_no_denial(source, denied):
    """The words of the denial stand nowhere in the source: another denial there may vouch for it, a lifted limit may not."""
    assert bool(polarity("老人不得申领。", source)) == denied
