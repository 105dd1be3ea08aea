"""What a sentence may not change: each check by itself, with what it must find, what it must let pass, and near misses."""

import pytest
from hits import clause
from turns import wrong

from corpus.quantities import quantities
from qa import checks

DENIED, AFFIRMED = "条款中没有这一否定或限制", "条款在这一点上是否定或限制的"


# --- denial -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source", "problem"),
    [
        ("收入不上缴县财政。", "收入上缴县财政。", DENIED),
        ("收入上缴县财政。", "收入不上缴县财政。", AFFIRMED),
        ("收入要上缴县财政。", "收入不再上缴县财政。", AFFIRMED),
        ("不得收取押金。", "可以收取押金。", DENIED),
        ("严禁收取押金。", "可以收取押金。", DENIED),
        ("可以收取押金。", "不得\n收取押金。", AFFIRMED),
        ("取消床位审批。", "床位审批按月办理。", DENIED),
        ("没有运营补贴。", "给予运营补贴。", DENIED),
        ("押金不予退还。", "押金予以退还。", DENIED),
        ("押金予以退还。", "押金不予退还。", AFFIRMED),
        ("有不良记录的给予补贴。", "有不良记录的不予补贴。", AFFIRMED),
        ("未成年人可以申请。", "成年人可以申请。", DENIED),
        ("成年人可以申请。", "未成年人可以申请。", AFFIRMED),
        ("免征增值税。", "减征增值税。", DENIED),
        ("减征增值税。", "免征增值税。", AFFIRMED),
        ("无偿提供用房。", "提供用房。", DENIED),
        ("可以重复补贴。", "避免重复补贴。", AFFIRMED),
        ("别收取押金。", "可以收取押金。", DENIED),
        wrong("a word denied once counts as denied everywhere", "床位不公示，食堂不公示。", "床位公示，食堂不公示。", DENIED),
        wrong("免征 is not seen to deny 征收", "征收增值税。", "免征增值税。", AFFIRMED),
        wrong("非 in front of a noun is no denial", "营利机构可以申请。", "非营利机构可以申请。", AFFIRMED),
        ("勿重复申报。", "可重复申报。", DENIED),
    ],
)
def test_a_denial_on_one_side_only(text, source, problem):
    assert checks.polarity(text, source) == problem


@pytest.mark.parametrize(
    ("text", "source"),
    [
        # the same denial, whatever its word
        ("收入不上缴县财政。", "收入不上缴县财政。"),
        ("收入无需上缴县财政。", "收入不再上缴县财政。"),
        ("禁止收取押金。", "不得收取押金。"),
        ("取消床位审批。", "不再进行床位审批。"),
        ("不征增值税。", "免征增值税。"),
        ("不能重复补贴。", "避免重复补贴。"),
        ("收入不上缴 县财政。", "收入不\n上缴县财政。"),
        # bounds
        ("床位补贴为1万元以上。", "床位补贴不低于1万元。"),
        ("每人补贴不得少于300元。", "每人补贴至少300元。"),
        ("占比不超过百分之十。", "占比在百分之十以内。"),
        ("占比不应低于三成。", "占比在三成以上。"),
        # idioms, names and set phrases
        ("不断完善补贴。", "完善补贴。"),
        ("不仅给补贴，还给奖励。", "给补贴，还给奖励。"),
        ("不同机构分类管理。", "机构分类管理。"),
        ("不足部分由县里补足。", "差额部分由县里补足。"),
        ("活动室免费开放。", "活动室开放。"),
        ("有没有补贴由县里定。", "补贴由县里定。"),
        ("能不能补贴由县里定。", "补贴由县里定。"),
        ("老人足不出户领取补贴。", "老人领取补贴。"),
        ("未来五年增加床位。", "五年增加床位。"),
        ("无人机巡查山林。", "派机巡查山林。"),
        ("无障碍设施覆盖村庄。", "障碍设施覆盖村庄。"),
        ("无线网络覆盖村庄。", "网络覆盖村庄。"),
        ("以无形资产入股。", "以资产入股。"),
        ("无论远近都配送。", "远近都配送。"),
        ("特别是山区要增加床位。", "山区要增加床位。"),
        ("分别给予建设补贴和运营补贴。", "给予建设补贴和运营补贴。"),
        ("识别老人的需求。", "了解老人的需求。"),
        ("实行差别化补贴。", "实行补贴。"),
        ("按级别给予补贴。", "按等级给予补贴。"),
        ("个别机构给予补贴。", "少数机构给予补贴。"),
        ("护理员必不可少。", "护理员是必要的。"),
    ],
)
def test_what_denies_nothing_or_the_same(text, source):
    assert checks.polarity(text, source) == ""


# --- bodies -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source", "body"),
    [
        ("教育部门负责认定。", "商务、科技、税务部门负责认定。", "教育部门"),
        ("科技局负责认定。", "科技厅负责认定。", "科技局"),
        ("省财政厅负责资金。", "省民政厅负责资金。", "财政厅"),
        ("教育部、科技部负责。", "教育部、财政部负责。", "科技部"),
        ("国务院批准。", "省政府批准。", "国务院"),
        ("市政府批准。", "县政府批准。", "市政府"),
        ("省委负责。", "县委负责。", "省委"),
        ("宣传部牵头。", "宣传办牵头。", "宣传部"),
        ("海关总署监管。", "海关监管。", "海关总署"),
        ("县民政局受理。", "县里受理。", "民政局"),
        ("科技部负责认定。", "科技部门负责认定。", "科技部"),
        ("财政部负责认定。", "教育、财政部门负责认定。", "财政部"),
    ],
)
def test_a_body_that_the_source_does_not_name(text, source, body):
    assert checks.body(text, source, "") == f"所引条款没有提到“{body}”"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        # a list that shares its last word
        ("科技部门负责认定。", "商务、科技、税务部门负责认定。"),
        ("科技主管部门负责认定。", "商务、科技、税务部门负责认定。"),
        ("教育、财政部门负责。", "教育、财政部门负责。"),
        # abbreviations
        ("省科技厅负责。", "省科学技术厅负责。"),
        ("发改委负责。", "国家发展和改革委员会负责。"),
        ("国家发展改革委负责。", "国家发展和改革委员会负责。"),
        ("人社部负责。", "人力资源和社会保障部负责。"),
        ("工信部负责。", "工业和信息化部负责。"),
        ("国资委负责。", "国有资产监督管理委员会负责。"),
        ("住建部负责。", "住房城乡建设部负责。"),
        ("省人民政府批准。", "省政府批准。"),
        ("省政府批准。", "省人民政府批准。"),
        ("中科院承担。", "中国科学院承担。"),
        ("卫生健康委牵头。", "卫生健康委员会牵头。"),
        # words that only look like a body
        ("教育部署会议。", "会议。"),
        ("组织部分企业参加。", "企业参加。"),
        ("财政部长期支持。", "支持。"),
        ("财政厅长讲话。", "讲话。"),
        ("税务局限于本地。", "本地。"),
        ("科技办法已经印发。", "已经印发。"),
        ("组织办理手续。", "办理手续。"),
        ("教育办学条件。", "办学条件。"),
        ("财政委托银行发放。", "银行发放。"),
        ("体育委员参加。", "参加。"),
        ("国务院令第9号。", "条例。"),
        ("市委员会。", "会议。"),
        ("住建部负责。", "住房和城乡建设部负责。"),
        ("卫生健康委员会牵头。", "卫生健康委牵头。"),
        ("市场监管总局负责。", "国家市场监督管理总局负责。"),
        ("民政部门受理。", "县民政局受理。"),
    ],
)
def test_a_body_that_the_source_names_or_that_is_none(text, source):
    assert checks.body(text, source, "") == ""


def test_a_body_of_the_question_may_be_repeated_but_not_made_responsible():
    asked = "民政部出台养老补贴了吗？"
    assert checks.body("民政部出台了养老补贴。", "出台养老补贴。", asked) == ""
    for duty in ("负责", "牵头", "审批", "受理", "监管"):
        assert checks.body(f"民政部{duty}养老补贴。", "出台养老补贴。", asked) == "所引条款没有提到“民政部”"


# --- groups -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source", "group"),
    [
        ("民营企业可以申请。", "国有企业可以申请。", "民营企业"),
        ("中小企业可以申请。", "高新技术企业可以申请。", "中小企业"),
        ("上市公司可以申请。", "公司可以申请。", "上市公司"),
        ("退役军人可以申请。", "残疾人可以申请。", "退役军人"),
        ("大学生可以申请。", "高校可以申请。", "大学生"),
        ("博士后可以申请。", "博士可以申请。", "博士后"),
        ("银行可以申请。", "担保公司可以申请。", "银行"),
    ],
)
def test_a_group_that_the_source_does_not_name(text, source, group):
    assert checks.group(text, source, "") == f"所引条款没有提到“{group}”"
    assert checks.group(text, source, f"{group}呢？") == ""


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("国企可以申请。", "国有企业可以申请。"),
        ("小微企业可以申请。", "中小微企业可以申请。"),
        ("高校可以申请。", "高等学校可以申请。"),
        ("大学生可以申请。", "高校毕业生可以申请。"),
        ("教师可以申请。", "老师可以申请。"),
        ("风险投资机构可以申请。", "创投机构可以申请。"),
        ("银行可以申请。", "金融机构可以申请。"),
        ("外国人可以申请。", "外籍人员可以申请。"),
        ("养老院可以申请。", "残疾人可以申请。"),  # no group of the list: left to word overlap
        ("留学生可以申请。", "留学人员可以申请。"),
        ("大学生可以申请。", "毕业生可以申请。"),
        ("中学生可以申请。", "中学在校生可以申请。"),
        ("政府给予补贴。", "给予补贴。"),
    ],
)
def test_a_group_that_the_source_names_in_its_own_words(text, source):
    assert checks.group(text, source, "") == ""


# --- documents ----------------------------------------------------------------

OWN = clause("一、目标\n床位达到100张，按照《养老条例》执行。\n", "一", title="江东省养老服务办法", number="江政发〔2020〕18号")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("《江东省养老服务办法》规定100张。", ""),
        ("《养老服务办法》规定100张。", ""),
        ("《关于印发江东省养老服务办法的通知》规定100张。", ""),
        ("《养老条例》规定100张。", ""),  # the clause names it
        ("《养老服务条例》规定100张。", "所引条款不属于《养老服务条例》"),
        ("江政发〔2020〕18号规定100张。", ""),
        ("江政发[2020]18号规定100张。", ""),
        ("18号文规定100张。", ""),
        ("3月18号文件送达。", ""),  # a date
        ("8号文规定100张。", "所引条款不属于8号文"),
        ("19号文规定100张。", "所引条款不属于19号文"),
        ("江政发〔2020〕8号规定100张。", "所引条款不属于〔2020〕8号"),
        ("江政发〔2021〕18号规定100张。", "所引条款不属于〔2021〕18号"),
        wrong(
            "the letters before the year are not compared", "青政发〔2020〕18号规定100张。", "所引条款不属于青政发〔2020〕18号"
        ),
    ],
)
def test_a_document_that_is_not_the_clauses(text, problem):
    assert checks.document(text, [OWN]) == problem


def test_one_of_several_clauses_may_be_the_documents():
    other = clause("一、目标\n床位达到80张。\n", "一", title="西山县养老规划", number="西政发〔2019〕5号", name="b")
    assert checks.document("《西山县养老规划》（西政发〔2019〕5号）规定80张。", [OWN, other]) == ""
    assert checks.document("《东山县养老规划》规定80张。", [OWN, other]) == "所引条款不属于《东山县养老规划》"


# --- places -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source", "region", "problem"),
    [
        ("吉林的养老院有补贴。", "养老院有补贴。", "辽宁省", "所引条款属于辽宁省的文件，没有提到吉林"),
        ("吉林的养老院有补贴。", "沈阳、大连的养老院有补贴。", "全国", "条款说的是沈阳、大连，不是吉林"),
        ("广州的养老院有补贴。", "东北的养老院有补贴。", "全国", "条款说的是东北，不是广州"),
        ("吉林的养老院有补贴。", "养老院有补贴。", "全国", ""),
        ("吉林的养老院有补贴。", "学习吉林经验，养老院有补贴。", "辽宁省", ""),
        ("大连的养老院有补贴。", "养老院有补贴。", "辽宁省", ""),
        ("辽宁的养老院有补贴。", "养老院有补贴。", "辽宁省", ""),
        ("辽宁的养老院有补贴。", "沈阳、大连的养老院有补贴。", "全国", ""),
        ("沈阳的养老院有补贴。", "沈阳、大连的养老院有补贴。", "全国", ""),
        ("北京的养老院有补贴。", "京津冀的养老院有补贴。", "全国", ""),
        ("养老院有补贴。", "沈阳的养老院有补贴。", "全国", ""),
        wrong(
            "two cities of one province are taken for one",
            "沈阳的养老院有补贴。",
            "大连的养老院有补贴。",
            "全国",
            "条款说的是大连，不是沈阳",
        ),
    ],
)
def test_a_place_that_is_another(text, source, region, problem):
    assert checks.place(text, source, region) == problem


# --- strength of wording ------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source", "problem"),
    [
        ("小区必须配建用房。", "鼓励小区配建用房。", "条款没有说“必须”，说的是“鼓励”"),
        ("小区必须配建用房。", "小区配建用房。", "条款没有说“必须”"),
        ("押金一律退还。", "押金原则上退还。", "条款没有说“一律”，说的是“原则上”"),
        ("用房已经建成。", "探索建成用房。", "条款没有说“已经”，说的是“探索”"),
        ("每人都能领取。", "可以领取。", "条款没有说“每人都”，说的是“可以”"),
        ("资格自动续期。", "资格续期。", "条款没有说“自动”"),
        ("小区必须配建用房。", "小区必须配建用房。", ""),
        ("用房全部由县里建。", "用房由县里全部建成。", ""),
        ("小区配建用房。", "鼓励小区配建用房。", ""),
        ("小区必须配建用房。", "小区应当配建用房。", ""),
        ("小区务必配建用房。", "小区必须配建用房。", ""),
        ("村民都可以申请。", "村民均可申请。", ""),
        ("退还保证金。", "退还押金。", ""),
        ("自动化设备给予补贴。", "智能设备给予补贴。", ""),
    ],
)
def test_certainty_that_the_source_has_not(text, source, problem):
    assert checks.certainty(text, source) == problem


@pytest.mark.parametrize(
    ("text", "source", "word"),
    [
        ("建立长期护理保险制度。", "探索建立长期护理保险制度。", "探索"),
        ("将建立长期护理保险制度。", "力争建立长期护理保险制度。", "力争"),
        ("农村建立长期护理保险制度。", "有条件的地区建立长期护理保险制度。", "有条件"),
        ("建立长期护理保险制度。", "提高津贴；逐步建立长期护理保险制度。", "逐步"),
        ("探索建立长期护理保险制度。", "力争建立长期护理保险制度。", ""),  # restraint of its own
        ("计划建立长期护理保险制度。", "力争建立长期护理保险制度。", ""),
        ("建立用房标准。", "探索建立长期护理保险制度，建立用房标准。", ""),  # another part of the source
        ("护理员领取津贴。", "探索建立长期护理保险制度。", ""),  # something else is told
        ("建立长期护理保险制度。", "建立长期护理保险制度。", ""),
        ("建立护理许可制度。", "探索建立护理许可制度。", "探索"),
        ("主要建立长期护理保险制度。", "逐步建立长期护理保险制度。", "逐步"),
        ("大学建设实验室。", "大学和研究院所建设实验室。", ""),
    ],
)
def test_an_intention_that_is_told_as_a_promise(text, source, word):
    assert checks.tentative(text, source) == (f"条款的说法是“{word}”" if word else "")


# --- which figure belongs to what ---------------------------------------------

MACHINES = "研制500千瓦风力发电机和300千瓦水力发电机。"
PAY = "养老护理员每人每月补贴300元；社工每人每月补贴200元。"
BUILT = "新建养老院每张床位补贴1万元，改建养老院每张床位补贴5000元。"
YEARS = "到2022年养老机构达到100家，到2025年养老机构达到300家。"
ROWS = ["指标：护理型床位占比，2022年：50%，2025年：60%", "指标：设施覆盖率，2022年：95%，2025年：100%"]


def swapped(text, source):
    parts = source if isinstance(source, list) else checks.segments(source)
    return checks.swapped(text, parts, lambda word: 1.0, quantities(text))


@pytest.mark.parametrize(
    ("text", "source", "told", "right"),
    [
        ("研制300千瓦风力发电机。", MACHINES, "300千瓦", "500千瓦"),
        ("研制500千瓦水力发电机。", MACHINES, "500千瓦", "300千瓦"),
        ("研制500千瓦水力发电机和300千瓦风力发电机。", MACHINES, "500千瓦", "300千瓦"),
        ("养老护理员每人每月补贴200元。", PAY, "200元", "300元"),
        ("2022年护理型床位占比为95%。", ROWS, "95%", "50%"),
        ("2025年设施覆盖率为60%。", ROWS, "60%", "95%"),
        wrong("few words of a segment tell its subject from the other's", "社工每人每月补贴300元。", PAY, "300元", "200元"),
        wrong(
            "few words of a segment tell its subject from the other's", "新建养老院每张床位补贴5000元。", BUILT, "5000元", "1万元"
        ),
        wrong("a year is no subject of a figure", "到2022年养老机构达到300家。", YEARS, "300家", "100家"),
        wrong("a year is no subject of a figure", "2022年护理型床位占比为60%。", ROWS, "60%", "50%"),
    ],
)
def test_a_figure_that_belongs_to_something_else(text, source, told, right):
    assert swapped(text, source) == f"“{told}”与条款不对应，条款在这一处写的是“{right}”"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("研制500千瓦风力发电机。", MACHINES),
        ("研制300千瓦水力发电机。", MACHINES),
        ("研制300千瓦水力发电机和500千瓦风力发电机。", MACHINES),
        ("养老护理员每人每月补贴300元。", PAY),
        ("社工每人每月补贴200元。", PAY),
        ("护理员每月三百元，社工每月二百元。", PAY),
        ("新建养老院每张床位补贴1万元。", BUILT),
        ("改建的每张床位补贴五千元。", BUILT),
        ("2022年护理型床位占比为50%。", ROWS),
        ("2025年设施覆盖率达到百分之百。", ROWS),
        ("到2025年养老机构达到300家。", YEARS),
    ],
)
def test_a_figure_in_its_own_place(text, source):
    assert swapped(text, source) == ""


def test_a_figure_of_the_asker_is_not_compared():
    text = "养老护理员每人每月补贴200元。"
    assert checks.swapped(text, checks.segments(PAY), lambda word: 1.0, []) == ""


def test_segments_are_what_stands_between_stops():
    assert checks.segments("甲，乙；丙。丁：\n戊、己。") == ["甲", "乙", "丙", "丁", "戊", "己"]


# --- who acts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source", "left"),
    [
        ("您可以采用首购方式予以支持。", "采用首购方式予以支持。", "采用首购方式予以支持。"),
        ("您可以申请建设补贴。", "运营单位可以申请建设补贴。", "您可以申请建设补贴。"),  # the clause lets somebody do it
        ("采用首购方式予以支持。", "采用首购方式予以支持。", "采用首购方式予以支持。"),
    ],
)
def test_what_the_authorities_do_is_not_put_on_the_asker(text, source, left):
    assert checks.impersonal(text, source) == left
