"""What kind of thing a question wants (a sum, a share, a number, a date, a form), and whether a text states one.

The clauses found may speak of the matter and still not say how much, when or with which form: then the program
must say so. Words of Chinese questions at large; what no pattern fits is taken to want no such thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from corpus.quantities import quantities

_MONEY = re.compile(
    r"多少钱|多少(?:个|万|亿)*元|[多几](?:少)?个?亿(?!级)|几(?:百|十|千)?万(?!家|人|名|户|次)|(?<![产总])值多少|面值|报销多少|工资(?:是|有)?多少|多少工资"
    r"|(?:补贴|补助|奖励|资助|奖金|补偿|津贴|经费|罚款|资金|券)(?:金额|标准|额度)?(?:是|有|为|给|能拿|大概|一般|一共|总共)?(?:多少|多大|几)(?![家人名户项所件])"
    r"|(?:安家费|房租|租金|生活费|学费|押金|保证金|奖金|津贴|补贴|补助|报酬|工资|收入补)(?:费)?(?:一个月|每个?月|一年|每年|每人|一次|一共)?(?:是|有|给|发|能拿|要交?|为)?多少(?![家人名户项所件])"
    r"|(?:给|发|拿|奖|罚|补|投|掏)(?:了|给)?多少(?!人|家|项|个(?!亿)|件)|多少(?:经费|资金|工资)|金额|额度|(?<!人次)(?<!人数)(?<!件数)(?<!户数)(?<!数量)(?:在|是|到|为)多少万(?![件个人家名户次项亩吨套所])|几千块|几百块|租金|(?:规模|盘子)[^，。？?]{0,4}(?:多大|多少)|罚款(?:标准|多少)"
)
_GRANT = re.compile(r"^(?!.*[元钱万亿]).*多少(?:补贴|补助|奖金|奖励|津贴|赔偿)")
"""A part of something (不低于净收入的50%) tells as well how much one gets."""
_SHARE = re.compile(
    r"(?:多少|多大|多高)的?(?:比例|比重|份额)|百分之(?:多少|几)|(?:几|多少)倍|几个百分点|几个点|[几多]少?成(?!功|果|立|为|本|员)|按(?:多少|几(?:倍|成))|多少来?[抵扣]"
    r"|(?:比例|比重|占比|利率|税率|费率|年化)(?:的)?(?:上限|下限)?(?:是|为|有|要|能|最高|最低|不能超过)?(?:多少|几|是什么要求|怎么要求)"
    r"|占[^，。？?]{0,12}(?:多少|几成)|(?:比例|占比)[^，。？?]{0,6}(?:上限|怎么要求|怎么规定)"
)
_COUNTED = {
    "家": "家",
    "岁": "岁",
    "平米": "平方米",
    "平方米": "平方米",
    "亩": "亩",
    "吨": "吨",
    "人次": "人次",
    "套": "套",
    "所": "所",
    "件": "件",
    "台": "台",
    "座": "座",
    "学分": "学分",
    "名额": "人",
    "基站": "个",
}
_COUNT = re.compile(
    rf"(?:多少|(?<![这那])(?<!还是)几)(?:万|亿|百|千)?(?:个|[A-Za-z\d])*+(?P<unit>{'|'.join(_COUNTED)})(?!企业是|公司是)"
)
_POINTS = re.compile(r"(?:多少|几)分(?!几|成|步|为|析|之)|考多少|及格线|过线|分数线|积分线|总分")
_AREA = re.compile(r"多大(?:的)?面积|面积多大|多大(?:的)?房")
_DAY = re.compile(
    r"几月|几[号日]|(?:几|多少)个?工作日|多少天|几天|哪一?天|公示期|日期|窗口期|从几号|截止(?:时间|日期|到)|(?:申报|报名|受理)(?:的)?(?:时间|日期|期限|窗口)"
)
_YEAR = re.compile(r"哪一?年|什么时候|何时")
_FORM = re.compile(
    r"(?P<noun>申请表|申请书|申报表|表格|样表|模板|公章|账号|密码|二维码|链接|网址|网站|邮箱|传真|咨询电话|电话|联系方式|联系人|微信|公众号)"
    r"(?!建设|营销|工程|平台|普及|服务|诈骗|安全|体系)"
    r"|(?:准备|提交|交|带|要)(?:哪些|什么)(?P<papers>材料|证件|资料)|(?P<copies>一式几份|几个章|盖.{0,3}章)|材料[^，。？?]{0,6}(?:寄|交到|几份)"
    r"|(?P<table>填哪张表|哪张表|找谁签字|列个清单|身份证复印件)"
    r"|(?P<where>哪条(?:街|路)|几路车|地址(?:在|是)|在哪(?:儿|里)办|往哪(?:儿|里)?寄|寄(?:到)?哪|哪个(?:窗口|网站|网址))"
)
_POST = "组长|主任|处长|科长|局长|厅长|院长|负责人|领导|委员|理事长|管理员"
_NAME = re.compile(rf"(?:{_POST})[^，。？?]{{0,8}}(?:叫什么|名字)|贵姓|怎么称呼|找哪位")
_PERSON = re.compile(rf"(?:{_POST})[^，。？?]{{0,8}}(?:是谁|有哪些人|都有谁)")
_CALLED = re.compile(r"叫什么(?:名字|名)|名字(?:叫|是)什么|(?:哪|什么)(?:种|个)?型号?(?=[\u4e00-\u9fff]{1,4}[？?]?$|[？?]?$)")
_STAFF = re.compile(r"(?:几|多少)个(?:处室|科室|处(?=[，,？?]|$))|编制(?:有|是)?(?:多少|几)个?人?[？?]?$")
_DERIVED = re.compile(
    r"测算(?:过程|方法|依据|公式)|怎么(?:测算|推算|算出来)|为什么[^，。？?]{0,16}(?:定|设)(?:在|为|成|的)?[^，。？?]{0,4}\d"
)
_LIST = re.compile(
    r"(?<![黑红])名单(?:里|上|中)?(?:都|现在)?(?:有|是|在|包括)?(?:没有|谁|哪|什么|几|多少)|(?<![黑红])名单[^，。？?]{0,2}(?:给|发)我|(?:公布|发布|提供|给|要|看|查|列出|有没有)[^，。？?]{0,12}(?<![黑红])名单"
    r"|(?<![黑红])名单(?:呢|吗|有吗|公布了吗)?[？?]?$|原话怎么写"
)
_ENTRIES = re.compile(
    r"(?:清单|目录|名录|协议|合同|备忘录)》?(?:里面?|中|上)?(?:都|具体|一共)?(?:(?:列|写|包括|包含|收录|规定|约定)(?:了|着|入)?(?:哪|什么|几|多少)|有(?:哪|几|多少))"
)
_ORGANISATION = "公司|企业|厂家?|单位|学校|高校|大学|银行|医院"
_NAMES = re.compile(
    rf"哪(?:家|几家|所|几所)(?:{_ORGANISATION})(?:承担|中标|入选|入驻|拿|做|是)|(?:都|分别|各|具体)(?:是|有|叫)哪些(?:{_ORGANISATION})|银行是(?:哪|试点)"
    rf"|[家所][^，。？?]{{0,16}}(?:分别|都|各)(?:自)?叫(?:什么|啥)|(?:{_ORGANISATION})[^，。？?]{{0,4}}(?:分别|都|各)(?:自)?叫(?:什么|啥)"
    r"|(?:入驻|入选|中标|获批|上榜|挂牌)(?!人数|数|条件|标准|率|工作)[^，。？?]{0,8}(?:哪[些家个几所]|(?<!由)谁(?!负责|牵头|来?管|审|批|组织))"
    r"|(?:哪[些家个几所]|谁)[^，。？?]{0,10}(?:入驻|入选|中标|获批|上榜|挂牌)"
    r"|(?:专家|学者|院士|委员|教授|获奖人?|得主|入选者)(?:都|分别|具体)?(?:有|是)(?:谁|哪些人|哪几[位个])"
)
_NAMED = re.compile(r"(?:公司|集团|大学|学院|研究[院所])(?:（[^）]*）)?(?:、|和|等)")
_SPANS = frozenset(("年", "月", "个月", "日", "天", "个工作日", "工作日", "小时", "个小时", "分钟"))
_LONGEST_SPAN = 200  # years; a larger number is a calendar year
_RATED = re.compile(
    r"(?:哪(?:个|家|些|里)|谁)[^，。？?]{0,6}(?:做|搞|办|干|发展|建设)得?最|(?:哪(?:个|家)|谁)(?:的)?(?:名气|口碑|效果|水平)[^，。？?]{0,4}最"
)
_LASTS = re.compile(r"多久|多长时间|有效期|周期是|(?:期限|时限)(?:是|为|有)")
_FIGURE = re.compile(r"(?:是|为|到|要|交|不超过|不低于|达)多少(?!家|人|个|项)|多少[？?]?$")
_TIMES = re.compile(r"翻[一两]?番|[一两]倍|减半|分之|倍增|一半|过半(?!年|[天月个])|半数|[一两三四五六七八九]成(?![立为功果员本])")
_TITLE = re.compile(r"《[^》]*》")
_MEASURED = frozenset(("具体日期", "具体时间", "具体期限", "具体数字", "具体数量"))
"""Kinds of which a title may hold one by chance (《某某2025》)."""
_POLAR = re.compile(r"[吗么][？?]*$|是否|是不是|能不能|可不可以|允许不|行不行|会不会|要不要")
_EMPTY = frozenset(
    re.findall(
        r"[^ ]+",
        "享受 获得 得到 拿到 申请 相关 有关 相应 一定 支持 扶持 政策 补贴 补助 项目 措施 优惠 帮助 规定 国家 全国 省 省里 方面"
        " 各种 多种 一些 具体 提供 给予 进行 通过 企业 公司 单位",
    )
)
"""Words with which an answer promises something without saying what."""
_STORY = 36  # characters; of a longer question only its end asks, the rest tells


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind of answer: its name for the reader, and whether a text holds one."""

    name: str
    stated: Callable[[str], bool]


def wanted(question: str) -> Wanted | None:
    """What a question wants, when only a certain kind of words can answer it; None otherwise."""
    question = _end(question)
    return next((kind for pattern, kind in _kinds(question) if pattern), None)


def due(question: str) -> Wanted | None:
    """What a finished answer must hold: as `wanted`; a figure inside a 《title》 is none."""
    kind = wanted(question)
    if not kind or kind.name not in _MEASURED:
        return kind
    return Wanted(kind.name, lambda text: kind.stated(_TITLE.sub("", text)))


def _end(question: str) -> str:
    if len(question) <= _STORY:
        return question
    return "，".join([p for p in re.split(r"[，。；？?！!]", question) if p.strip()][-2:])


def _kinds(question: str) -> list[tuple[bool, Wanted]]:
    form, count = _FORM.search(question), _COUNT.search(question)
    unit = _COUNTED[count["unit"]] if count else ""
    return [
        (bool(_NAME.search(question)), Wanted("具体姓名", lambda _: False)),
        (bool(_PERSON.search(question)), Wanted("具体人选", lambda text: bool(re.search(r"由[^，。]{2,20}担任|同志", text)))),
        (bool(_LIST.search(question)), Wanted("具体名单或原文", lambda text: "名单" in text)),
        (bool(_ENTRIES.search(question)), Wanted("清单、目录或协议里的具体条目", _entries_stated)),
        (bool(_NAMES.search(question)), Wanted("具体名称", lambda text: bool(_NAMED.search(text)))),
        (bool(_CALLED.search(question)), Wanted("具体名称", lambda text: bool(re.search(r"命名为|简称|[A-Z]+-?\d", text)))),
        (bool(_STAFF.search(question)), Wanted("内设机构和编制", lambda text: "编制" in text or "内设" in text)),
        (bool(_DERIVED.search(question)), Wanted("测算依据", lambda text: bool(re.search(r"测算|计算|[=＝]|之比", text)))),
        (bool(_RATED.search(question)), Wanted("评比结果", lambda _: False)),
        (bool(form), Wanted("办理材料、表格或联系方式", lambda text: _form_stated(form, text))),
        (bool(_GRANT.search(question)), Wanted("具体金额", lambda text: _has(text, "元", "%", "倍"))),
        (bool(_MONEY.search(question)), Wanted("具体金额", lambda text: _has(text, "元"))),
        (bool(_SHARE.search(question)), Wanted("具体比例", lambda text: _has(text, "%", "倍", "个百分点"))),
        (bool(_POINTS.search(question)), Wanted("具体分数", lambda text: bool(re.search(r"\d+分(?!之|期|步)", text)))),
        (bool(_AREA.search(question)), Wanted("具体面积", lambda text: _has(text, "平方米", "亩", "平方公里"))),
        (bool(count), Wanted("具体数量", lambda text: _has(text, unit, "个", "项", ""))),
        (bool(_DAY.search(question)), Wanted("具体日期", lambda text: _has(text, "月", "日", "个月", "个工作日"))),
        (bool(_LASTS.search(question)), Wanted("具体期限", _lasting)),
        (bool(_YEAR.search(question)), Wanted("具体时间", lambda text: _has(text, "年", "月", "日", "个月", "个工作日"))),
        (bool(_FIGURE.search(question)), Wanted("具体数字", _any_figure)),
    ]


def particulars(question: str) -> bool:
    """True when a question wants to know which, what or how, so that yes is no answer."""
    return bool(re.search(r"哪|什么|啥|怎|咋|如何|多少|谁|几", question)) and not _POLAR.search(question)


def empty(words: AbstractSet[str]) -> bool:
    """True when the words that an answer adds to its question promise something without saying what."""
    return words <= _EMPTY


def asks(text: str) -> bool:
    """True when a text holds a word that asks."""
    return bool(re.search(r"[？?]|什么|哪|多少|几(?!乎)|如何|怎|是否|吗|呢|有没有|谁|啥|咋", text))


def so_far(text: str) -> bool:
    """True when a text tells what has been reached by now."""
    return bool(re.search(r"已(?:经)?(?:建成|形成|认定|完成|达到|有|成功|实现|开通|发射)|截至|取得了?[^，。]{0,12}成就", text))


def figure_wanted(question: str) -> bool:
    """True when a question wants a number of any kind."""
    return bool(re.search(r"多少|百分之|几(?!乎)|多大|多高", question))


def _any_figure(text: str) -> bool:
    return any(q.unit != "年" for q in quantities(text)) or bool(_TIMES.search(text))


def _lasting(text: str) -> bool:
    """True for a span of time, which a calendar year is not; “长期” and the like count."""
    spans = any(q.unit in _SPANS and (q.unit != "年" or q.value <= _LONGEST_SPAN) for q in quantities(text))
    return spans or bool(re.search(r"长期|终身|永久|任期", text))


def _has(text: str, *units: str) -> bool:
    """True when a figure has one of the units, behind it or, as in tables, in the label of its row: 增速（%）：6.5左右."""
    labelled = any(unit and re.search(rf"（[^（）]{{0,4}}{unit}）[^。]*[:：]\D{{0,2}}\d", text) for unit in units)
    return labelled or any(q.unit in units for q in quantities(text))


def _entries_stated(text: str) -> bool:
    """True when a text tells what stands in a list or contract that it names."""
    return bool(re.search(r"(?:清单|目录|名录|协议|合同|备忘录)》?[^。；]{0,12}(?:包括|如下|涵盖|：|:)", text))


def _form_stated(form: re.Match[str] | None, text: str) -> bool:
    """A form or paper counts as stated when the clause names it; an address or number only when it stands there."""
    noun = form and (form["noun"] or form["papers"])
    if noun and noun not in (
        "电话",
        "咨询电话",
        "联系方式",
        "联系人",
        "网址",
        "网站",
        "链接",
        "邮箱",
        "传真",
        "账号",
        "密码",
        "微信",
        "公众号",
    ):
        return noun in text
    return bool(re.search(r"\d{5,}|www|http|@|[路街]\d+号", text))
