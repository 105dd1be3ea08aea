"""Each sentence of an answer gets the span that supports it, or none; figures decide."""

import re
from pathlib import Path

import pytest
from hits import clause, make, piece

from corpus import catalog
from corpus.clauses import clauses
from corpus.sentences import sentences
from qa.ground import Grounder, misplaced, split, strip_marks

TEXT = """一、人才政策
（一）对引进的院士，给予适当科研和生活补贴。离岗创业人员可在3年内保留人事关系。
（二）科研项目间接费用比例不超过20%，成果转化奖励不低于净收入的50%。
（三）财政资金形成的成果，处置收入不上缴国库。
二、税收政策
落实研发费用加计扣除、固定资产加速折旧等税收优惠。
"""


def grounder(question="", *addresses, **fields):
    found = [
        piece(clause(TEXT, a, **fields), n) for n, a in enumerate(addresses or ("一（一）", "一（二）", "一（三）", "二"), 1)
    ]
    return Grounder(found, question, lambda word: 1.0)


def test_supported_sentence_is_tied_to_its_verbatim_span():
    checked = grounder().check("引进的院士可以得到适当的科研和生活补贴。", 0)
    assert checked.verdict == "verified"
    assert checked.citation.quote == "（一）对引进的院士，给予适当科研和生活补贴。"
    assert checked.citation.quote == checked.citation.clause.document.text[checked.citation.start : checked.citation.end]
    assert checked.citation.marker == 1


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("离岗创业人员可在3年内保留人事关系。", "verified"),
        ("离岗创业人员可在三年内保留人事关系。", "verified"),  # Chinese numerals are the same figure
        ("离岗创业人员可在5年内保留人事关系。", "unsupported"),
        ("成果转化奖励不低于净收入的50%。", "verified"),
        ("成果转化奖励不低于净收入的百分之五十。", "verified"),
        ("成果转化奖励不超过净收入的50%。", "unsupported"),  # the bound is turned round
        ("成果转化奖励为净收入的50%。", "weak"),  # the bound is dropped
        ("间接费用比例不超过两成。", "verified"),
        ("间接费用比例不超过20个百分点。", "unsupported"),  # another unit
        ("处置收入不上缴国库。", "verified"),
        ("引进的院士不得领取科研和生活补贴。", "unsupported"),  # a negation that the span does not have
        ("月球基地将于明年建成开放参观。", "unsupported"),
    ],
)
def test_figures_bounds_units_and_negation(sentence, verdict):
    checked = grounder().check(sentence, 0)
    assert checked.verdict == verdict, checked
    assert (checked.citation is None) == (verdict == "unsupported")


def test_unsupported_says_which_figure():
    assert "5年" in grounder().check("离岗创业人员可在5年内保留人事关系。", 0).problem


def test_figure_of_the_question_may_be_repeated():
    asked = grounder("我们公司有30个人，有什么税收优惠？")
    assert asked.check("30个人的公司可以享受研发费用加计扣除等税收优惠。", 0).verdict == "verified"
    assert grounder("有什么税收优惠？").check("30个人的公司可以享受研发费用加计扣除等税收优惠。", 0).verdict == "unsupported"


def test_number_of_the_item_itself_is_no_figure_of_the_clause():
    only = clause("42.制定院士退出机制的具体管理措施。\n43.其他。\n", "42")
    assert Grounder([piece(only)], "", lambda w: 1.0).check("院士退出机制由42条措施制定。", 0).verdict == "unsupported"


def test_sentence_of_two_clauses_cites_both():
    checked = grounder().check("引进的院士有科研和生活补贴，企业有研发费用加计扣除和固定资产加速折旧。", 0)
    assert {c.marker for c in checked.citations} == {1, 4}


def test_marks_of_the_writer_are_dropped():
    assert strip_marks("有补贴[1]。还有奖励【2】[1,3]。") == "有补贴。还有奖励。"


def test_split_keeps_stops_and_drops_empty_lines():
    assert split("第一句。第二句！\n\n第三句") == ["第一句。", "第二句！", "第三句"]


@pytest.mark.parametrize(
    ("sentence", "region", "expected"),
    [
        ("全国研发强度达到2.5%。", "辽宁省", True),
        ("全国研发强度达到2.5%。", "全国", False),
        ("辽宁研发强度达到2.5%。", "全国", True),
        ("辽宁研发强度达到2.5%。", "辽宁省", False),
        ("沈阳有补贴。", "辽宁省", False),
        ("研发强度达到2.5%。", "辽宁省", False),
    ],
)
def test_a_clause_of_another_region_is_misplaced(sentence, region, expected):
    found = clause("一、目标\n研发强度达到2.5%，继续提高。\n", "一", region=region)
    assert misplaced(sentence, found) is expected


def test_right_figure_from_the_wrong_region_is_not_verified():
    national = piece(clause("一、目标\n研发经费投入强度达到2.5%。\n", "一", region="全国", name="n"), 1)
    local = piece(clause("一、目标\n研发经费投入强度达到2.5%。\n", "一", region="辽宁省", level="省", name="l"), 2)
    both = Grounder([national, local], "", lambda w: 1.0)
    assert both.check("全国研发经费投入强度达到2.5%。", 0).citation.marker == 1
    assert both.check("辽宁研发经费投入强度达到2.5%。", 0).citation.marker == 2
    alone = Grounder([local], "", lambda w: 1.0).check("全国研发经费投入强度达到2.5%。", 0)
    assert alone.verdict == "unsupported"
    assert "辽宁省" in alone.problem


def test_words_of_one_clause_do_not_vouch_for_the_figure_of_another():
    text = "一、指标\n1.工业企业研发支出与主营业务收入之比达到1.1%。\n2.完善核算体系，将研发支出纳入全国GDP核算。\n"
    both = [piece(clause(text, "一1"), 1), piece(clause(text, "一2"), 2)]
    checked = Grounder(both, "全国研发支出占GDP多少？", lambda w: 1.0).check("全国研发支出占GDP的1.1%。", 0)
    assert checked.verdict != "verified"
    assert {c.marker for c in checked.citations} <= {1}


RULES = """一、审判
1.推进知识产权案件的“三审合一”，探索异地审理机制。
2.推进知识产权案件审判“三合一”，探索异地审理机制。
"""


def test_named_document_and_quoted_words_must_be_those_of_the_clause():
    found = [
        piece(clause(RULES, "一1", title="甲意见", name="a"), 1),
        piece(clause(RULES, "一2", title="乙方案", number="国发〔2021〕2号", name="b"), 2),
    ]
    asked = Grounder(found, "“三审合一”和“三合一”分别是哪份文件说的？", lambda w: 1.0)
    assert asked.check("三审合一是《甲意见》中知识产权审判的内容。", 0).citation.marker == 1
    wrong = asked.check("三审合一是《丙规划》中知识产权审判的内容。", 0)
    assert (wrong.verdict, wrong.problem) == ("unsupported", "所引条款不属于《丙规划》")


def test_quoted_words_that_stand_in_another_clause_only():
    only = Grounder([piece(clause(RULES, "一2"), 1)], "“三审合一”是哪里说的？", lambda w: 1.0)
    assert only.check("三审合一要推进知识产权案件审判，探索异地审理机制。", 0).problem == "所引条款中没有“三审合一”"


ASKED = """一、政策
1.间接费用比重最高不超过20%，由单位统筹安排使用。
2.离岗创业人员可在3年内保留人事关系和待遇。
3.成果转移转化所得收入全部留归单位，处置收入不上缴国库，不再审批或备案。
4.有条件的市县对众创空间建设给予补贴。
"""


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("间接费用比重最高能到30%吗？", "间接费用比重最高能到30%。"),
        ("离岗创业能保留待遇5年吗？", "离岗创业能保留待遇5年。"),
        ("众创空间建设补贴是不是10万元？", "众创空间建设补贴是10万元。"),
        ("成果处置收入要上缴国库吗？", "成果处置收入要上缴国库。"),
        ("成果转移转化要审批或备案吗？", "成果转移转化要审批或备案。"),
        ("众创空间房租水电有没有减免？", "众创空间房租水电有减免。"),
    ],
)
def test_what_the_question_suggests_is_not_true_for_being_asked(question, sentence):
    found = [piece(clause(ASKED, f"一{n}"), n) for n in (1, 2, 3, 4)]
    assert Grounder(found, question, lambda w: 1.0).check(sentence, 0).verdict == "unsupported"


def test_denial_is_verified_where_the_clause_denies():
    found = [piece(clause(ASKED, "一3"), 1)]
    asked = Grounder(found, "成果处置收入要上缴国库吗？", lambda w: 1.0)
    assert asked.check("成果处置收入不上缴国库。", 0).verdict == "verified"


def test_label_of_a_clause_is_no_figure():
    found = [piece(clause("105．加快制定外国人工作管理条例，给予工作许可便利。\n106．其他。\n", "105"))]
    assert (
        Grounder(found, "", lambda w: 1.0).check("105．加快制定外国人工作管理条例，给予工作许可便利。", 0).verdict == "verified"
    )


def test_yes_to_a_question_is_only_weak_where_its_point_is_not_in_the_clause():
    found = [piece(clause("一、考核\n对国有企业创新活动实行分类考核，形成鼓励创新、宽容失败的考核机制。\n"))]
    asked = Grounder(found, "国有企业创新失败要追责吗？", lambda w: 1.0)
    assert asked.check("国有企业创新失败要追责。", 0).verdict != "verified"


def test_label_inside_a_sentence_is_no_figure():
    found = [piece(clause("105．给予工作许可便利和签证便利。\n106．其他。\n", "105"))]
    assert Grounder(found, "", lambda w: 1.0).check("有以下优惠：105．给予工作许可便利和签证便利。", 0).verdict == "verified"
    assert Grounder(found, "", lambda w: 1.0).check("给予105万元工作许可便利和签证便利。", 0).verdict == "unsupported"


# --- what a sentence may not change (qa/checks.py), as a whole ----------------

CARE = """一、养老
1.新建养老院每张床位补贴1万元，由商务、民政部门负责审核。
2.鼓励民营企业建设社区食堂，力争建立长期护理保险制度。
3.研制500千瓦风力发电机和300千瓦水力发电机。
"""


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("新建养老院每张床位补贴1万元，由教育部门负责审核。", "所引条款没有提到“教育部门”"),
        ("《养老条例》规定新建养老院每张床位补贴1万元。", "所引条款不属于《养老条例》"),
        ("吉林新建养老院每张床位补贴1万元。", "所引条款属于辽宁省的文件，没有提到吉林"),
        ("鼓励国有企业建设社区食堂。", "所引条款没有提到“国有企业”"),
        ("民营企业必须建设社区食堂。", "条款没有说“必须”，说的是“鼓励”"),
        ("民营企业不得建设社区食堂。", "条款中没有这一否定或限制"),
        ("研制300千瓦风力发电机。", "“300千瓦”与条款不对应，条款在这一处写的是“500千瓦”"),
    ],
)
def test_a_sentence_that_changes_one_thing_is_taken_out_with_the_reason(sentence, problem):
    fields = {"region": "辽宁省", "level": "省", "title": "养老办法", "number": "江政发〔2020〕8号"}
    found = [piece(clause(CARE, f"一{n}", **fields), n) for n in (1, 2, 3)]
    checked = Grounder(found, "", lambda w: 1.0).check(sentence, 0)
    assert (checked.verdict, checked.problem, checked.citation) == ("unsupported", problem, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "新建养老院每张床位补贴一万元。",
        "民政部门负责审核养老院的床位补贴。",
        "《养老办法》鼓励民营企业建设社区食堂。",
        "8号文鼓励民企建设社区食堂。",
        "力争建立长期护理保险制度。",
        "研制500千瓦风力发电机和300千瓦水力发电机。",
    ],
)
def test_a_sentence_that_changes_nothing_is_verified(sentence):
    fields = {"title": "养老办法", "number": "江政发〔2020〕8号"}
    found = [piece(clause(CARE, f"一{n}", **fields), n) for n in (1, 2, 3)]
    assert Grounder(found, "", lambda w: 1.0).check(sentence, 0).verdict == "verified"


def test_an_intention_told_as_a_promise_is_only_weak():
    checked = Grounder([piece(clause(CARE, "一2"))], "", lambda w: 1.0).check("建立长期护理保险制度。", 0)
    assert (checked.verdict, checked.problem) == ("weak", "条款的说法是“力争”")
    assert checked.citation.quote


TABLE = "一、指标\n\n\t指标\n\t2022年\n\t2025年\n\n\t设施覆盖率\n\t95%\n\t100%\n\n\t床位占比\n\t50%\n\t60%\n"


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [("2025年床位占比60%。", "verified"), ("2025年床位占比100%。", "unsupported"), ("2022年设施覆盖率50%。", "unsupported")],
)
def test_a_figure_of_another_row_is_not_this_rows(sentence, verdict):
    rows = [c for c in clauses(make(TABLE)) if c.kind == "row"]
    assert len(rows) == 2
    checked = Grounder([piece(row, n) for n, row in enumerate(rows, 1)], "", lambda w: 1.0).check(sentence, 0)
    assert checked.verdict == verdict, checked


# --- other words for the same -------------------------------------------------


def alike(score, sentence="老人家吃饭可以便宜一些。"):
    """The verdict when the encoder gives this cosine to the clause's second sentence and little to the others."""
    found = clause("一、食堂\n社区食堂对高龄长者实行就餐优惠。每餐补助3元。\n", "一")
    spans = sentences(found)
    given = dict.fromkeys(spans, 0.1) | {spans[-2]: score}
    return Grounder([piece(found)], "", lambda w: 1.0, likeness=lambda _text, _clause: given).check(sentence, 0)


def test_other_words_of_the_same_meaning_are_weak_with_the_nearest_sentence():
    checked = alike(0.8)
    assert (checked.verdict, checked.problem) == ("weak", "意思相近，用词与条款不同，请看条款原文")
    assert checked.citation.quote.strip() == "社区食堂对高龄长者实行就餐优惠。"


@pytest.mark.parametrize(
    ("score", "sentence"),
    [
        (0.5, "老人家吃饭可以便宜一些。"),  # not like enough
        (0.9, "老人家吃饭可以便宜8元。"),  # a figure that stands nowhere
        (0.9, "老人家吃饭不会便宜一些。"),  # a denial
        (0.9, "民政部说老人家吃饭可以便宜一些。"),  # a body
    ],
)
def test_likeness_vouches_for_no_figure_denial_or_body(score, sentence):
    assert alike(score, sentence).verdict == "unsupported"


def test_likeness_does_not_vouch_for_the_question_said_again():
    """“可以便宜吗” is like the clause too; said as a statement it tells nothing that was not asked."""
    found = clause("一、食堂\n社区食堂对高龄长者实行就餐优惠。每餐补助3元。\n", "一")
    given = dict.fromkeys(sentences(found), 0.9)
    asked = Grounder([piece(found)], "老人家吃饭可以便宜一些吗？", lambda w: 1.0, likeness=lambda _text, _clause: given)
    assert asked.check("老人家吃饭可以便宜一些。", 0).verdict == "unsupported"
    assert asked.check("老人家吃饭可以便宜一些，周末来也有折扣。", 0).verdict == "weak"


def test_without_an_encoder_other_words_are_not_supported():
    found = clause("一、食堂\n社区食堂对高龄长者实行就餐优惠。\n", "一")
    assert Grounder([piece(found)], "", lambda w: 1.0).check("老人家吃饭可以便宜一些。", 0).verdict == "unsupported"


# --- the shipped corpus against itself ----------------------------------------

SAMPLE = [c for d in catalog.load(Path(__file__).parents[1] / "corpus" / "documents") for c in clauses(d)][::7]


def own_sentences():
    """(grounder of one clause alone, one of its sentences) for every clause of the sample."""
    for found in SAMPLE:
        spans = sentences(found)
        asked = Grounder([piece(found)], "", lambda w: 1.0)
        yield from ((found, asked, text) for s, e in spans if re.search(r"\w", text := found.document.text[s:e]))


def test_the_words_of_a_clause_are_verified_by_it():
    told = list(own_sentences())
    failed = [
        f"{found.id}：{text}（{checked.verdict} {checked.problem}）"
        for found, asked, text in told
        if (checked := asked.check(text, 0)).verdict != "verified"
    ]
    assert len(failed) <= 0.01 * len(told), "\n".join(failed)


def test_the_words_of_a_clause_with_another_figure_are_never_verified():
    changed = 0
    for found, asked, text in own_sentences():
        for match in re.finditer(r"(?<![\d.A-Za-z“])\d+(?:\.\d+)?(?=%|[万亿]元|[家项个人年件倍])", text):
            other = str(int(float(match.group())) + 7)
            if other in found.reading:
                continue
            changed += 1
            assert asked.check(text[: match.start()] + other + text[match.end() :], 0).verdict != "verified", (
                found.id,
                text,
                other,
            )
    assert changed > 20


# --- what only repeats the asker ------------------------------------------------


@pytest.mark.parametrize("mark", ["？", "?", "？”"])
def test_a_question_is_no_answer(mark):
    checked = grounder("离岗创业人员能保留人事关系吗").check(f"离岗创业人员可在3年内保留人事关系{mark}", 0)
    assert (checked.verdict, checked.citation, checked.problem) == ("unsupported", None, "这是问句，不是回答")


STORY = "我们是青石县一家小公司，想自己搞研发，税上能省点什么？"


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("我们是青石县一家小公司，想自己搞研发，可以享受研发费用加计扣除优惠。", "可以享受研发费用加计扣除优惠。"),
        ("您是青石县一家小公司，可以享受研发费用加计扣除优惠。", "可以享受研发费用加计扣除优惠。"),
        ("想自己搞研发，可以享受研发费用加计扣除优惠。", None),  # what does not speak of the asker first may be a condition
        ("我们厂，可以享受研发费用加计扣除优惠。", None),  # not the asker's own words
        ("我们是青石县一家小公司，可以。", None),  # too little would be left
    ],
)
def test_the_askers_own_story_is_not_told_back(sentence, left):
    assert grounder(STORY).check(sentence, 0).text == (left or sentence)


def test_the_year_that_the_question_names_stays():
    text = "一、目标\n到2022年，全省社区食堂覆盖率达到95%以上。\n"
    grounds = Grounder([piece(clause(text))], "到2022年，全省社区食堂覆盖率要达到多少？", lambda word: 1.0)
    sentence = "到2022年，全省社区食堂覆盖率达到95%以上。"
    assert grounds.check(sentence, 0).text == sentence


def test_a_sentence_that_only_says_the_question_again_is_taken_out():
    checked = grounder("研发费用有没有税收优惠政策支持办法？").check("研发费用有税收优惠政策支持办法。", 0)
    assert (checked.verdict, checked.problem) == ("unsupported", "这句话只是重复了问题")


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("我们是辽宁的。", "unsupported"),  # the place is the clause's own, but it is the asker who said it
        ("我国落实研发费用加计扣除、固定资产加速折旧等税收优惠。", "verified"),
    ],
)
def test_the_writer_does_not_speak_as_the_asker(sentence, verdict):
    question = "我和老伴都没活干，政府管不管？我们是辽宁的，税收优惠有吗"
    found = grounder(question, region="辽宁省", level="省").check(sentence, 0)
    assert found.verdict == verdict
    assert (found.problem == "这句话只是重复了问题") == (verdict == "unsupported")


def test_a_topic_copied_behind_a_mark_is_left_out():
    found = grounder("引进院士给什么")
    topic = found._pieces[0].topic
    assert found.check(f"[1] {topic}：对引进的院士，给予适当科研和生活补贴。", 0).text == "对引进的院士，给予适当科研和生活补贴。"
