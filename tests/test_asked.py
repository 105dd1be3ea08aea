"""What kind of answer a question wants, and whether a text states one."""

import pytest

from qa.asked import figure_wanted, wanted

MONEY, SHARE, COUNT, AREA, POINTS = "具体金额", "具体比例", "具体数量", "具体面积", "具体分数"
DAY, YEAR, FIGURE = "具体日期", "具体时间", "具体数字"
FORM, NAME, PERSON, LIST, NAMES = "办理材料、表格或联系方式", "具体姓名", "具体人选", "具体名单或原文", "具体名称"


def kind(question):
    found = wanted(question)
    return found.name if found else None


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("新建养老院补贴多少钱？", MONEY),
        ("开托育园最高能奖多少万元？", MONEY),
        ("护理员的津贴标准是多少？", MONEY),
        ("乱倒垃圾罚多少？", MONEY),
        ("贷款额度最高是多少？", MONEY),
        ("社保缴费比例是多少？", SHARE),
        ("贷款利率是多少？", SHARE),
        ("绿化率要达到百分之几？", SHARE),
        ("学费能减几成？", SHARE),
        ("要建多少家托育园？", COUNT),
        ("几岁可以领高龄津贴？", COUNT),
        ("每户配建多少平方米？", COUNT),
        ("房间面积多大？", AREA),
        ("考试要考多少分？", POINTS),
        ("报名几月几号截止？", DAY),
        ("申报时间是哪天？", DAY),
        ("这项补贴哪一年取消？", YEAR),
        ("办法什么时候施行？", YEAR),
        ("护理型床位要达到多少？", FIGURE),
        ("申请表在哪里下载？", FORM),
        ("办理时要带哪些证件？", FORM),
        ("咨询电话是多少？", FORM),
        ("材料要寄到哪里？", FORM),
        ("民政局的局长叫什么名字？", NAME),
        ("领导小组组长是谁？", PERSON),
        ("试点名单里都有谁？", LIST),
        ("这批试点的名单在哪里看？", LIST),
        ("名单里有没有我们镇？", LIST),
        ("把入选的名单给我一份", LIST),
        ("哪些养老院入选了首批试点？", NAMES),
        ("入驻的机构是哪几家？", NAMES),
        ("能拿多少补贴？", MONEY),
    ],
)
def test_kind_of_answer(question, name):
    assert kind(question) == name


@pytest.mark.parametrize(
    "question",
    [
        "养老院有什么扶持政策？",
        "怎么申请高龄津贴？",
        "这件事由谁负责？",
        "养老院和托育园几乎一样吗？",
        "分几步实施？",
        "哪些人可以参加？",
        "政策的成效如何？",
        "主任医师有什么待遇？",
        "亿级企业怎么认定？",
        "每年给多少人发补贴？",
        "要培训几万人？",
        "带动几百万户？",
        "联合体有几个成员单位？",
        "试点成功了吗？",
        "奖励多少家企业？",
        "补贴多少人？",
        "政府网站建设有什么要求？",
        "电话营销有什么规定？",
        "模板工程有什么安全规定？",
        "被列入失信名单的人在哪些事情上受限？",
        "入选人数由谁负责？",
        "入选条件由谁来定？",
    ],
)
def test_no_such_thing_is_wanted(question):
    assert kind(question) not in {MONEY, FORM, SHARE, NAME, NAMES, PERSON, LIST, DAY}


@pytest.mark.parametrize(
    ("question", "stated", "missing"),
    [
        ("新建养老院补贴多少钱？", "每张床位补贴1万元。", "每百户配建20平方米。"),
        ("缴费比例是多少？", "按百分之八缴纳。", "按月缴纳800元。"),
        ("缴费比例是多少？", "按两倍缴纳。", "按规定缴纳。"),
        ("要建多少家托育园？", "建成托育园300家。", "建成一批托育园，补贴1万元。"),
        ("每户配建多少平方米？", "每户不少于2平方米。", "每户配建1亩菜园。"),
        ("几岁可以领津贴？", "年满80周岁的老年人。", "每月100元。"),
        ("考试要考多少分？", "总分不低于60分。", "分3步实施，占60分之一。"),
        ("报名几月几号截止？", "3月31日前报名。", "2020年报名。"),
        ("什么时候施行？", "自2021年起施行。", "自公布后施行。"),
        ("申请表在哪里下载？", "填写申请表后交村委会。", "向村委会提出申请。"),
        ("要带哪些证件？", "携带身份证件。", "本人到场。"),
        ("咨询电话是多少？", "电话：12345678。", "可以拨打电话咨询。"),
        ("申报网址是什么？", "登录 www.gov.example 申报。", "在网站申报。"),
        ("领导小组组长是谁？", "组长由分管副县长担任。", "成立领导小组。"),
        ("试点名单里都有谁？", "试点名单如下。", "开展试点。"),
        ("护理型床位要达到多少？", "翻一番。", "到2025年大幅提高。"),
        ("房间面积多大？", "不少于20平方米。", "不少于20人。"),
    ],
)
def test_a_text_states_it_or_not(question, stated, missing):
    found = wanted(question)
    assert found.stated(stated)
    assert not found.stated(missing)


def test_a_name_is_never_in_a_policy():
    assert not wanted("民政局的局长叫什么名字？").stated("局长张三负责。")


@pytest.mark.xfail(strict=True, reason="one of a thing (一所、一家) is read as no figure, so a number seems not to be stated")
def test_one_of_a_thing_is_a_number():
    assert wanted("每个乡镇要建几所养老院？").stated("每个乡镇至少建成一所养老院。")


def test_of_a_long_story_only_its_end_asks():
    story = "我去年开了一家小饭馆，前后投了多少钱自己也算不清，房租一个月三千，生意一直不好"
    assert kind(f"{story}，现在想问问能不能缓交社保，手续怎么办？") is None
    assert kind(f"{story}，现在想问问稳岗方面的事，一共能领多少钱？") == MONEY


def test_a_short_question_is_read_whole():
    assert kind("补贴多少钱？谁来发？找哪个部门？") == MONEY


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("补贴多少？", True),
        ("绿化率百分之几？", True),
        ("分几步？", True),
        ("房间多大？", True),
        ("几乎没有吗？", False),
        ("怎么申请？", False),
        ("有什么补贴？", False),
    ],
)
def test_a_number_is_wanted(question, expected):
    assert figure_wanted(question) is expected


def test_a_share_tells_how_much_one_gets_but_not_how_many_yuan():
    clause = "奖励不低于净收入的50%。"
    assert wanted("完成人能拿多少奖励？").stated(clause)
    assert not wanted("完成人能拿多少万元奖励？").stated(clause)
    assert wanted("完成人能拿多少奖励？").stated("奖励10万元。")
    assert not wanted("完成人能拿多少奖励？").stated("给予适当奖励。")


def test_the_unit_of_a_table_stands_in_its_label():
    row = "类别：床位，指标：护理型床位增速（%），2020年：7.5左右，2025年：6.5左右"
    assert wanted("护理型床位每年增长百分之几？").stated(row)
    assert not wanted("护理型床位每年增长百分之几？").stated("指标：护理型床位增速（%），2020年：-")
    assert not wanted("护理型床位补贴多少钱？").stated(row)
    assert wanted("护理型床位补贴多少钱？").stated("指标：补贴（万元），2020年：12")


@pytest.mark.parametrize(
    ("question", "late"),
    [
        ("最后建成了哪几个中心？", True),
        ("最后想建成哪几个中心？", False),
        ("今年发了多少补贴？", True),
        ("到2025年要建成多少个中心？", False),
    ],
)
def test_what_has_become_of_it(question, late):
    from qa.refusal import _SO_FAR

    assert bool(_SO_FAR.search(question)) is late


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("这个比例的测算过程是怎样的？", "测算依据"),
        ("为什么把比例定在60%？", "测算依据"),
        ("为什么要建食堂？", ""),
        ("第一颗探测器叫什么名字？", "具体名称"),
        ("管理局有几个处室？", "内设机构和编制"),
        ("要建多少个科研平台？", ""),
        ("这几家是牵头单位吗？", ""),
        ("有微信吗？", "办理材料、表格或联系方式"),
    ],
)
def test_further_kinds(question, name):
    kind = wanted(question)
    assert (kind.name if kind else "") == name
