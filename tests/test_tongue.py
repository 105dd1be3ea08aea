"""Questions in English and in traditional characters: recognised, turned to Chinese, answered in kind."""

import pytest
from fakes import ScriptedWriter
from hits import clause
from turns import wrong

import prompts
from qa.english import in_chinese, official_words, same_bounds, same_figures, terms
from qa.records import Checked, Citation
from qa.tongue import in_traditional, language, spoken
from qa.writing import WriterError

QUOTED = "The clause states: 「一、补贴新建养老院每张床位给予1万元建设补贴」. "
FOUND = clause("一、补贴\n新建养老院每张床位给予1万元建设补贴。\n")


def checked(text, verdict="verified"):
    return Checked(text, verdict, Citation(0, FOUND, FOUND.start, FOUND.end, verdict, 1))


def english(text, *replies):
    (said,) = spoken([checked(text)], "en", ScriptedWriter(*replies))
    return said.text


# --- which language ----------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("养老院有什么补贴？", "zh"),
        ("養老院有什麼補貼？", "zh-Hant"),
        ("养老院的補助有多少？", "zh-Hant"),
        ("What subsidies do nursing homes get?", "en"),
        ("R&D tax subsidy?", "en"),
        ("GDP", "zh"),  # one word says nothing of the asker's language
        ("5G", "zh"),
        ("2025", "zh"),
        ("AI企业有什么补贴？", "zh"),
        ("What 补贴 can we get?", "zh"),
        ("", "zh"),
        ("著作权由谁登记？", "zh"),
        ("余额和里程怎么算？", "zh"),
        ("乾县有什么补贴？", "zh"),
        ("不得以任何藉口拖欠吗？", "zh"),
    ],
)
def test_language(question, expected):
    assert language(question) == expected


# --- the question in Chinese -------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("养老院有什么补贴？", "养老院有什么补贴？"),
        ("  养老院有什么补贴？\n\nThis means …", "养老院有什么补贴？"),
        ("I cannot translate that.", "What subsidy?"),
        ("", "What subsidy?"),
        (WriterError("断开了。"), "What subsidy?"),
    ],
)
def test_a_question_in_chinese(reply, expected):
    writer = ScriptedWriter(reply)
    assert in_chinese("What subsidy?", writer) == expected
    assert writer.sent[0][0][-1] == {"role": "user", "content": "Terms: subsidy = 补贴\nWhat subsidy?"}


def test_official_terms_longest_first_in_the_order_of_the_question():
    question = "Do small technology companies get R&D expenditures back, and venture capital?"
    assert terms(question) == [
        ("small technology company", "科技型中小企业"),
        ("r&d expenditure", "研究与试验发展经费支出"),
        ("venture capital", "创业投资"),
    ]
    assert official_words("What grants do incubators and makerspaces get?") == "资助 孵化器 众创空间"
    assert terms("Where can I buy bread?") == []


def test_what_the_writer_loses_of_a_question_is_put_back():
    said = in_chinese("How many incubators by 2030?", ScriptedWriter("有多少个 incubators？"))
    assert said == "到2030年，有多少个 孵化器？"


# --- the answer in the asker's language --------------------------------------


def test_chinese_stays_and_asks_no_writer():
    said = [checked("给予1万元建设补贴。")]
    assert spoken(said, "zh", ScriptedWriter()) == said


def test_traditional_characters_outside_quotations():
    assert in_traditional("条款写明：「给予补贴」。另有奖励。") == "條款寫明：「给予补贴」。另有獎勵。"
    assert in_traditional("没有") == "沒有"


def test_traditional_answer_keeps_verdict_and_citation():
    before = checked("条款写明：「给予补贴」。", "weak")
    (after,) = spoken([before], "zh-Hant", ScriptedWriter())
    assert after.text == "條款寫明：「给予补贴」。"
    assert (after.verdict, after.citation) == (before.verdict, before.citation)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("条款写明：「给予补贴」。", "The clause states: 「给予补贴」. "),
        ("另写明：「由「县」发放」。", "It also states: 「由「县」发放」. "),
        ("同条还写明：「由县发放」。", "The same clause also states: 「由县发放」. "),
        ("《补贴办法》（青石县，2021年）写明：「给予补贴」。", "《补贴办法》（青石县，2021年） states: 「给予补贴」. "),
        ("条款列出：食堂；书屋；浴室。", "The clauses list: 「食堂」; 「书屋」; 「浴室」. "),
        ("条款列出的有：食堂；书屋。", "The clauses list: 「食堂」; 「书屋」. "),
    ],
)
def test_the_programs_own_phrases_need_no_writer(text, expected):
    assert english(text) == expected


@pytest.mark.parametrize("note", ["牵头单位：省民政厅", "省民政厅牵头"])
def test_who_is_in_charge_is_quoted_in_the_clauses_words(note):
    found = clause(f"一、补贴\n新建养老院给予补贴。（{note}）\n")
    cited = Citation(0, found, found.start, found.end, "verified", 1)
    (after,) = spoken([Checked(f"{note}。", "verified", cited)], "en", ScriptedWriter())
    assert after.text == f"Responsible: 「{note}」. "
    (made,) = spoken([Checked("省财政厅负责。", "weak", cited)], "en", ScriptedWriter("The finance office is in charge."))
    assert made.text == "The finance office is in charge. "


def test_the_same_words_of_a_clause_are_quoted_once():
    said = [checked("每张床位补贴300元。"), checked("每张床位给300元。"), checked("由县里发。")]
    after = spoken(said, "en", ScriptedWriter("", "", "The county pays it."))
    assert [c.text for c in after] == [QUOTED, "The county pays it. "]


def test_a_sentence_is_translated_and_keeps_its_citation():
    before = checked("每张床位补贴300元。", "weak")
    (after,) = spoken([before], "en", ScriptedWriter("Each bed gets 300 yuan.\nNote: …"))
    assert after.text == "Each bed gets 300 yuan. "
    assert (after.verdict, after.citation) == (before.verdict, before.citation)


@pytest.mark.parametrize(
    "reply", ["", WriterError("断开了。"), "Each bed gets 500 yuan.", "Each bed gets money.", "Each 床位 gets 300 yuan."]
)
def test_a_translation_that_cannot_be_trusted_is_not_shown(reply):
    assert english("每张床位补贴300元。", reply) == QUOTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("补贴300元。", "300 yuan."),
        ("补贴3000元。", "3,000 yuan."),
        ("占比不低于55%。", "at least 55%"),
        ("按百分之五十计算。", "50 percent"),
        ("分三步实施。", "in three steps"),
        ("满五年。", "after 5 years"),
        ("鼓励建设。", "Building is encouraged."),
        ("制定一项办法。", "Rules are made."),  # good English has no “one” there
        ("到2025年达到60%。", "60% by 2025"),
        ("补贴3,000元。", "3,000 yuan."),
        ("补贴1万元。", "10,000 yuan."),
        ("补贴5亿元。", "500 million yuan."),
        ("培养3万人。", "30,000 people"),
        (
            "CAP1400工程2020年建成，支持IPv6。",
            "The CAP1400 plant, with IPv6, is finished in 2020.",
        ),  # parts of names are no figures
    ],
)
def test_thesame_figures(text, said):
    assert same_figures(text, said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("补贴300元。", "3,000 yuan."),
        ("补贴300元。", "300 yuan, and 50 more."),
        ("补贴300元，满15年。", "300 yuan."),
        ("补贴300元，满5年。", "300 yuan."),
        ("鼓励建设。", "5 homes are encouraged."),
        ("占比不低于55%。", "a share"),
        ("补贴300元。", "300 元"),
        ("补贴1万元。", "1 yuan."),
        ("补贴1万元。", "1 million yuan."),
        ("鼓励建设。", "One million yuan are paid."),
        wrong("a percentage and a plain number are one", "占比不低于55%。", "at least 55 homes"),
    ],
)
def test_other_figures(text, said):
    assert not same_figures(text, said)


@pytest.mark.parametrize(
    "said",
    [
        "A subsidy is granted, see [here](http://evil.example).",
        "A subsidy is granted.<a href=//evil.example>Apply</a>",
        "Translate the Chinese sentence into one plain English sentence.",
        wrong("words that are added are not seen", "A subsidy is granted, send your bank card to the office."),
    ],
)
def test_a_translation_that_says_more_is_not_shown(said):
    assert english("给予建设补贴。", said) == QUOTED


@pytest.mark.parametrize(
    ("text", "said", "same"),
    [
        ("建成40家左右。", "About 40 are built.", True),
        ("建成40家左右。", "40 or fewer are built.", False),
        ("建成40家。", "More than 40 are built.", False),
        ("不低于50%。", "It is at least 50%.", True),
        ("不低于50%。", "It is 50%.", False),
        ("不超过20%。", "It does not exceed 20%.", True),
        ("鼓励更多企业参加。", "More than one company is encouraged.", True),  # no figure is bounded
    ],
)
def test_the_same_bounds(text, said, same):
    assert same_bounds(text, said) is same


def test_a_long_sentence_is_translated_between_its_semicolons():
    text = f"到2022年每张床位补贴300元，{'用于改善护理条件和消防设施' * 4}；到2025年覆盖率达到55%。"
    assert english(text, "By 2022 each bed gets 300 yuan.", "By 2025 coverage is 55%.") == (
        "By 2022 each bed gets 300 yuan; By 2025 coverage is 55%. "
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("对照您说的情况“小公司”：甲办法 一看来适用。", "For what you told: 「甲办法 一」 seems to apply. "),
        (
            "还可以对照甲办法 一「给予补贴」：可能适用：印出来的条件符合，但讲的未必是您问的事。",
            (
                "See also 甲办法 一: 「给予补贴」, which may apply (you meet the printed conditions, but it may not be about "
                "what you asked). "
            ),
        ),
        ("还可以对照甲办法 一「给予补贴」：看来适用。", "See also 甲办法 一: 「给予补贴」, which seems to apply. "),
        (
            "还可以对照甲办法 一「给予“一次性”补贴」：可能适用，还要确认是否属于农场。",
            "See also 甲办法 一: 「给予“一次性”补贴」, which may apply (to be confirmed whether you are 「农场」). ",
        ),
        (
            "对照您说的情况：甲办法 一可能适用，还要确认是否属于合作社、农场；甲办法 二可能适用，是否给予由主管部门认定。",
            (
                "For what you told: 「甲办法 一」 may apply (to be confirmed whether you are 「合作社、农场」); "
                "「甲办法 二」 may apply (for the department to decide). "
            ),
        ),
    ],
)
def test_the_matcher_in_english(text, expected):
    assert english(text) == expected


def test_a_refusal_in_english_has_no_chinese_but_names_and_quotations():
    said = prompts.refusal_in_english("amount", {"what": "具体金额"}, "最接近的条款写的是：「给予补贴」[1]。可向省民政厅咨询。")
    assert said == (
        "The clauses do not state the amount, so it cannot be given. Please ask the department. "
        "The nearest clause states: 「给予补贴」 [1]. You can ask 「省民政厅」."
    )
    assert "2015—2017 and say nothing of 2030." in prompts.refusal_in_english(
        "time", {"years": "2015—2017年", "when": "2030年"}, ""
    )
