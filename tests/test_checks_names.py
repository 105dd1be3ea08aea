"""Names that a sentence may not make up, and who is said to be in charge."""

import pytest
from hits import clause, piece

from qa import agency, checks_names
from qa.ground import Grounder, latin_names

SOURCE = "实施“银龄食堂”计划。分两步走：第一步，到2022年每个县建成一家；第二步，到2025年覆盖全部乡镇。"
STEPS = f"一、养老服务\n1.社区食堂。{SOURCE}（省民政厅牵头，省财政厅配合）\n2.住房补贴。给予老年人住房补贴，省财政厅、省住房城乡建设厅出台细则。（省住房城乡建设厅负责）\n"


def check(sentence, question="", *addresses):
    found = [piece(clause(STEPS, a), n) for n, a in enumerate(addresses or ("一1",), 1)]
    return Grounder(found, question, lambda w: 1.0).check(sentence, 0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("实施“银龄食堂”计划。", ""),
        ("实施“银龄 食堂”计划。", ""),
        ("实施“银龄书屋”计划。", "银龄书屋"),
        ("实施「银龄书屋」计划。", "银龄书屋"),
        ("你说的“夕阳红”就是社区食堂。", ""),
        ("实施银龄书屋计划。", ""),
    ],
)
def test_names_in_quotation_marks_stand_in_the_source_or_in_the_question(text, problem):
    found = checks_names.quoted(text, SOURCE, "“夕阳红”是什么？")
    assert (problem in found) if problem else not found


@pytest.mark.parametrize(
    ("text", "wrong"), [("第二步覆盖全部乡镇。", False), ("第三步覆盖全部乡镇。", True), ("第4类有补贴。", True)]
)
def test_an_ordinal_stands_in_the_source(text, wrong):
    assert bool(checks_names.ordinal(text, SOURCE, "")) is wrong


def test_a_made_up_name_is_taken_out_of_an_answer():
    assert check("实施“银龄食堂”计划，到2022年每个县建成一家。").verdict == "verified"
    changed = check("实施“银龄书屋”计划，到2022年每个县建成一家。")
    assert (changed.verdict, "银龄书屋" in changed.problem) == ("unsupported", True)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("社区食堂由谁牵头？", True),
        ("这事归哪个部门管", True),
        ("办这个找谁？", True),
        ("牵头单位是哪家", True),
        ("社区食堂有哪些补贴？", False),
        ("谁能申请住房补贴？", False),
        ("部门之间怎么协调？", False),
    ],
)
def test_a_question_for_who_is_in_charge(question, asks):
    assert agency.asked(question) is asks


def test_who_is_in_charge_is_what_the_clauses_own_note_says():
    asked = "社区食堂由哪个部门负责？"
    assert check("社区食堂由省民政厅牵头。", asked).verdict == "verified"
    named = check("社区食堂由省住房城乡建设厅负责。", asked, "一1", "一2")
    assert named.verdict == "unsupported"


def test_a_body_of_the_text_is_not_in_charge_where_the_note_names_another():
    asked = "住房补贴由哪个部门负责？"
    assert check("住房补贴由省住房城乡建设厅负责。", asked, "一2").verdict == "verified"
    other = check("住房补贴由省财政厅负责。", asked, "一2")
    assert (other.verdict, other.problem) == ("unsupported", "条款写的是“省住房城乡建设厅负责”")


def test_a_body_is_cited_where_it_is_named():
    """Both clauses speak of old people; only the second names the body."""
    told = check("老年人住房补贴的细则由省住房城乡建设厅出台。", "", "一1", "一2")
    assert (told.verdict, told.citation.marker) == ("verified", 2)


def test_a_step_is_that_of_the_cited_sentence():
    """The clause has a second step too, but it is another one than the sentence cited."""
    assert check("分两步走，第一步，到2022年每个县建成一家。").verdict == "verified"
    assert check("分三步走，第三步，到2022年每个县建成一家。").verdict == "unsupported"
    assert check("第三步是到2022年每个县建成一家。").problem == "所引句子说的不是“第三步”"


def test_a_body_of_one_clause_is_not_lent_to_the_matter_of_another():
    """What the sentence says of canteens stands in the first clause, which names no such body."""
    told = check("社区食堂由省住房城乡建设厅牵头建成。", "", "一1", "一2")
    assert told.verdict == "weak"
    assert [c.marker for c in told.citations] == [2]


def test_where_a_body_is_told_the_question_vouches_for_nothing():
    asked = "残疾人电梯加装改造工程的细则找谁？"
    assert check("残疾人电梯加装改造工程的细则由省住房城乡建设厅出台。", asked, "一2").verdict != "verified"
    assert check("老年人住房补贴细则由省住房城乡建设厅出台。", asked, "一2").verdict == "verified"


@pytest.mark.parametrize("sentence", ["社区食堂夜宵便宜覆盖乡镇。", "社区食堂可能覆盖全部乡镇夜宵。"])
def test_the_question_as_a_statement_or_a_guess_is_no_answer(sentence):
    asked = {"社区食堂夜宵便宜覆盖乡镇。": "社区食堂夜宵便宜覆盖乡镇吗？"}.get(sentence, "社区食堂覆盖全部乡镇夜宵吗？")
    checked = check(sentence, asked)
    assert (checked.verdict, checked.problem) == ("unsupported", "这句话只是重复了问题")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("提了三个“着力”。", "条款中“着力”有2处，不是“三个”"),
        ("提了两个“着力”。", ""),
        ("提了三个“坚持”。", ""),  # not counted there
        ("三个“代表”。", ""),
    ],
)
def test_a_made_up_count_of_what_the_clause_repeats(text, problem):
    assert checks_names.counted(text, "“三个代表”：着力建设食堂，着力建设书屋。代表很多，代表。") == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ABC200示范食堂2017年建成。", "条款中“ABC200”对应的是2020年"),
        ("ABC200示范食堂2020年建成。", ""),
        ("“星光”食堂2020年开业。", "条款中“星光”对应的是2017年"),
        ("XYZ食堂2017年建成。", ""),  # that it is not there at all is another matter
    ],
)
def test_a_year_is_that_of_the_name(text, problem):
    assert checks_names.dated(text, "2017年，“星光”食堂开业；2020年，ABC200示范食堂建成。") == problem


@pytest.mark.parametrize(
    ("text", "source", "wrong"),
    [
        ("兼职收入归教师所有。", "鼓励教师兼职。", True),
        ("兼职收入归个人。", "鼓励教师兼职。", True),
        ("兼职收入归个人所有。", "兼职收入归个人所有。", False),
        ("收入全部留归单位。", "鼓励转化。", True),
        ("归口管理部门发布目录。", "部门发布目录。", False),
    ],
)
def test_whose_a_thing_is_must_be_said(text, source, wrong):
    assert bool(checks_names.owned(text, source)) is wrong


def test_who_issued_the_document_is_not_for_that_reason_in_charge():
    found = clause("一、养老服务\n1.社区食堂。每个县建成一家社区食堂。\n", "一1")
    assert found.document.issuer == "国务院"
    told = Grounder([piece(found)], "社区食堂由谁负责？", lambda w: 1.0).check("社区食堂由国务院负责。", 0)
    assert (told.verdict, told.problem) == ("unsupported", "所引条款没有提到“国务院”")


def test_a_leading_group_is_a_body():
    found = clause("一、养老服务\n1.社区食堂。每个县建成一家社区食堂。\n", "一1")
    told = Grounder([piece(found)], "社区食堂由谁负责？", lambda w: 1.0).check("社区食堂由省养老服务领导小组负责。", 0)
    assert (told.verdict, told.problem) == ("unsupported", "所引条款没有提到“省养老服务领导小组”")


def test_the_question_again_gathered_from_two_clauses_is_no_answer():
    pieces = [piece(clause(STEPS, "一1"), 1), piece(clause(STEPS, "一2"), 2)]
    told = Grounder(pieces, "社区食堂的老年人有什么住房补贴？", lambda w: 1.0).check("您的社区食堂老年人有住房补贴。", 0)
    assert told.verdict == "unsupported"


def test_an_abbreviation_that_the_clause_writes_out_is_no_missing_name():
    found = clause("一、目标\n1.研究经费占国内生产总值比重达到2.5%。\n", "一1")
    told = Grounder([piece(found)], "研究经费占GDP多少？", lambda w: 1.0).check("研究经费占GDP比重达到2.5%。", 0)
    assert told.verdict != "unsupported"
    assert latin_names("PCT申请量和GDP，“A类”的CAP1400呢？") == ["PCT", "GDP", "CAP1400"]
