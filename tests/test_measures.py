"""Support measures of single clauses: what is one, its kind, strength, beneficiary, conditions, amounts, agencies."""

import pytest
from documents import document

from corpus.clauses import clauses
from corpus.measures import measures


def read(text, **fields):
    """All measures of a text, in reading order."""
    return [m for c in clauses(document(text, **fields)) for m in measures(c)]


def one(text, **fields):
    (measure,) = read(text, **fields)
    return measure


def who(measure):
    return [measure.words(s) for s in measure.beneficiary]


def leaves(measure, *skipped):
    return [
        (leaf.role, leaf.fact, leaf.values, measure.words(leaf.span))
        for leaf in measure.conditions.leaves()
        if leaf.fact not in skipped
    ]


@pytest.mark.parametrize(
    "text",
    [
        "到2020年，研发经费支出占国内生产总值比重达到2.5%以上，科技进步贡献率提高到60%。",
        "我国许多产业仍处于全球价值链的中低端，企业创新动力不足。",
        "近年来，企业研发费用加计扣除等政策落实成效明显。",
        "各级党委和政府要高度重视，加强组织领导，明确责任分工。",
        "加强对资金使用情况的监督检查。",
        "对弄虚作假的单位，取消其资格，给予警告。",
        "本办法所称小微企业，是指符合国家规定标准的企业。",
        "为支持企业创新，特制定本办法。",
        "突破高档数控机床关键核心技术。",
        "研究制定实施办法。",
    ],
)
def test_what_gives_nothing_is_no_measure(text):
    assert read(text) == []


@pytest.mark.parametrize("title", ["指导思想", "基本原则", "发展目标", "战略背景"])
def test_introductory_chapters_hold_none(title):
    assert read(f"一、{title}\n支持企业建设研发机构，鼓励高校毕业生创业。") == []


def test_a_title_is_no_measure_but_its_body_is():
    found = read("（一）支持企业创新。对符合条件的企业给予补助。")
    assert [m.words(m.benefit) for m in found] == ["对符合条件的企业给予补助。"]


def test_a_heading_gives_nothing():
    assert read("一、支持企业创新\n（一）加强领导\n各部门要高度重视。") == []


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("对众创空间建设给予补贴。", "给予"),
        ("允许科研人员离岗创业。", "给予"),
        ("科研人员可保留人事关系到企业兼职。", "给予"),
        ("落实企业研发费用加计扣除政策。", "落实"),
        ("完善中小企业创新服务体系。", "落实"),
        ("按照有关规定落实小微企业所得税优惠政策。", "落实"),
        ("鼓励企业建立研发机构。", "鼓励"),
        ("支持高校毕业生创业。", "鼓励"),
        ("探索设立天使投资基金。", "探索"),
        ("开展投贷联动试点。", "探索"),
        ("研究完善首台（套）重大技术装备鼓励政策。", "研究"),
        ("研究降低中小企业知识产权申请成本。", "研究"),
    ],
)
def test_strength_of_the_wording(text, strength):
    assert one(text).strength == strength


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("落实企业研发费用加计扣除政策。", "加计扣除"),
        ("对众创空间建设给予补贴。", "补贴"),
        ("对业绩突出的技术转移机构给予奖励。", "奖励"),
        ("支持银行开展知识产权质押贷款。", "知识产权质押"),
        ("建立小微企业融资担保体系。", "融资担保"),
        ("对企业贷款给予贴息。", "贷款贴息"),
        ("鼓励企业购买首台（套）重大技术装备。", "首台套"),
        ("支持符合条件的企业在境外发行股票、债券。", "上市融资"),
        ("允许科研人员离岗创业，保留人事关系。", "离岗与兼职"),
        ("向高层次人才提供安家补贴和人才公寓。", "住房"),
        ("优先安排高层次人才子女入学。", "子女入学"),
        ("放宽外国人才取得永久居留证的条件。", "落户与出入境"),
        ("将创新创业用地优先纳入供地计划。", "用地"),
        ("鼓励高校、科研院所向企业开放大型科学仪器。", "仪器共享"),
        ("支持众创空间改造闲置厂房，降低房租。", "场地"),
        ("加强农民职业技能培训。", "培训"),
        ("支持企业参与国际标准制定。", "标准与质量"),
        ("引导民营企业进入军品科研生产领域。", "军民融合"),
    ],
)
def test_kind(text, kind):
    measure = one(text)
    assert kind in (measure.kind, *measure.kinds[:1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("对众创空间建设给予补贴。", ["众创空间"]),
        ("鼓励高等学校、科研院所与企业共建研发机构。", ["高等学校", "科研院所", "企业"]),
        ("引导银行业金融机构对符合条件的科技创新企业开展投贷联动业务。", ["科技创新企业"]),
        ("高校的科研人员可到企业兼职。", ["科研人员"]),
        ("对大学生创办的小微企业给予补贴。", ["小微企业"]),
        ("鼓励代工企业建立研究设计中心。", ["代工企业"]),
        ("依托高新区、骨干企业为创业者提供培训服务。", ["创业者"]),
        ("支持组建产业技术创新联盟。", []),
    ],
)
def test_beneficiary(text, expected):
    assert who(one(text)) == expected


def test_parts_of_a_sentence_are_measures_of_their_own():
    found = read("鼓励企业建立研发机构，落实研发费用加计扣除政策，对首次上市的企业给予奖励。")
    assert [(m.kind, m.strength) for m in found] == [("平台建设", "鼓励"), ("加计扣除", "落实"), ("奖励", "给予")]


def test_purposes_and_deeds_of_the_encouraged_stay_with_their_measure():
    measure = one("鼓励企业参与国家科技计划，建立研发机构，提升创新能力。")
    assert measure.words(measure.benefit) == "鼓励企业参与国家科技计划，建立研发机构，提升创新能力。"


def test_it_refers_back():
    found = read("对新认定的高新技术企业给予奖励，支持其承担科技计划项目。")
    assert [who(m) for m in found] == [["高新技术企业"], ["高新技术企业"]]


def test_discretion_bonus_and_gate():
    measure = one("对符合条件的企业特别是小微企业，经市科技局认定后，给予补贴。")
    roles = {(role, words) for role, _, _, words in leaves(measure)}
    assert ("discretion", "符合条件的") in roles
    assert ("bonus", "小微企业") in roles
    assert any(role == "gate" and words.startswith("经市科技局认定") for role, words in roles)


def test_to_favour_somebody_is_the_gift_not_a_condition():
    assert [role for role, *_ in leaves(one("优先支持科技型中小企业承担项目。"))] == ["gate"]


def test_several_beneficiaries_are_alternatives():
    (node,) = [c for c in one("支持高校、科研院所、企业建设实验室。").conditions.children if hasattr(c, "join")]
    assert node.join == "any"
    assert [leaf.values for leaf in node.leaves()] == [("高校",), ("科研院所",), ("企业",)]


@pytest.mark.parametrize(
    ("text", "leaf"),
    [
        ("对从业人员不超过300人的企业给予补贴。", ("gate", "staff", ("300",), "从业人员不超过300人")),
        ("对年销售收入2亿元以下的企业给予补贴。", ("gate", "revenue", ("200000000",), "销售收入2亿元以下")),
        ("对成立3年以内的企业给予补贴。", ("gate", "age", ("3",), "成立3年以内")),
        ("对在本市注册的企业给予补贴。", ("gate", "region", ("青石市",), "在本市注册")),
        ("在智能制造领域对企业给予补贴。", ("gate", "field", ("智能制造",), "智能制造领域")),
        ("对引进博士的企业给予补贴。", ("gate", "people", ("高层次人才",), "博士")),
    ],
)
def test_typed_conditions(text, leaf):
    assert leaf in leaves(one(text, region="青石市"), "who")


def test_the_home_region_is_not_guessed():
    assert not [x for x in leaves(one("对在本市注册的企业给予补贴。")) if x[1] == "region"]


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound", "per"),
    [
        ("对企业给予50万元补贴。", 500_000, "元", "", ""),
        ("对企业给予最高100万元补贴。", 1_000_000, "元", "le", ""),
        ("对企业按研发费用的10%给予补贴。", 10, "%", "", ""),
        ("对企业每年给予8万元补贴。", 80_000, "元", "", "每年"),
        ("按每人1500元标准对企业发放补贴。", 1500, "元", "", "每人"),
        ("对科研人员的奖励不低于净收入的50%。", 50, "%", "ge", ""),
        ("对成果完成人的奖励比例从现行不低于20%提高到不低于50%。", 50, "%", "ge", ""),
        ("对企业给予不低于百分之五十的补贴。", 50, "%", "ge", ""),
    ],
)
def test_amounts(text, value, unit, bound, per):
    (amount,) = one(text).amounts
    assert (amount.value, amount.unit, amount.bound, amount.per) == (value, unit, bound, per)


def test_figures_that_describe_are_no_amounts():
    assert one("支持产值超过10亿元的企业建设研发机构。").amounts == ()


def test_times():
    measure = one("科研人员可在3年内保留人事关系离岗创业，执行至2025年12月31日。")
    assert [measure.words(s) for s in measure.time] == ["3年内", "至2025年12月31日"]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("（省科技厅牵头，省财政厅配合）", [("省科技厅", True), ("省财政厅", False)]),
        (
            "（牵头单位：省工业和信息化委，各市；配合单位：省财政厅等部门）",
            [("省工业和信息化委", True), ("各市", True), ("省财政厅", False)],
        ),
        ("（责任单位：市科技局、市财政局）", [("市科技局", True), ("市财政局", True)]),
        ("（科技部、财政部、银监会等负责）", [("科技部", True), ("财政部", False), ("银监会", False)]),
    ],
)
def test_agencies_of_notes(note, expected):
    measure = one(f"对企业给予补贴。{note}")
    assert [(a.name, a.lead) for a in measure.agencies] == expected


def test_agencies_of_a_shared_note():
    text = "（一）支持政策\n1.对企业给予补贴。\n2.对高校给予奖励。\n（以上两项工作牵头单位：省科技厅，配合单位：省财政厅）\n"
    found = read(f"一、措施\n{text}")
    assert [[(a.name, a.lead) for a in m.agencies] for m in found] == [[("省科技厅", True), ("省财政厅", False)]] * 2


def test_agencies_in_the_sentence():
    measure = one("由市科技局会同市财政局给予企业补贴。")
    assert [(a.name, a.lead) for a in measure.agencies] == [("市科技局", True), ("市财政局", False)]


def test_topics_and_fields():
    measure = one("对企业购买机器人等设备给予补贴。")
    assert "购买设备" in measure.topics
    assert measure.fields == ("机器人",)


@pytest.mark.parametrize("text", ["。", "给予", "对", "，，，；；", "（牵头单位：）", "支持", "第一条\n", "给予" * 400])
def test_scraps_do_not_break_it(text):
    for measure in read(text or "。"):
        assert measure.words(measure.benefit)


def test_a_title_narrows_whom_its_clause_is_for():
    found = read("1.激励国有企业增强创新活力。落实企业股权和分红激励政策。")
    assert [leaf[2] for leaf in leaves(found[-1])] == [("国有企业",)]
    wide = read("1.激励企业增强创新活力。落实国有企业股权和分红激励政策。")
    assert [leaf[2] for leaf in leaves(wide[-1])] == [("国有企业",)]
    other = read("1.激励高校增强创新活力。落实企业股权和分红激励政策。")
    assert [leaf[2] for leaf in leaves(other[-1])] == [("企业",)]


def test_a_policy_named_after_somebody_does_not_make_it_theirs():
    made = one("按照有关规定落实众创空间的研发仪器设备加速折旧、小微企业减免税等税收优惠政策。")
    assert who(made) == ["众创空间"]
    assert who(one("落实小微企业减免税等税收优惠政策。")) == ["小微企业"]


def test_what_narrows_a_noun_behind_the_verb_belongs_to_it():
    assert who(one("完善国有创投机构激励约束机制。")) == ["国有创投机构"]


def test_staff_of_a_company_are_no_scientists():
    made = one("对从业人员300人以下的中小企业给予补助。")
    assert "科技人员" not in {v for leaf in made.conditions.leaves() for v in leaf.values}
