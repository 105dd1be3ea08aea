"""Staff, revenue and age in an asker's words: 三十来人, 年营业额两千万, 去年刚成立."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from corpus import numerals
from qa.profile_words import Story

_CN = "零〇一二两三四五六七八九十百千"
_LARGE = rf"[{_CN}]{{1,7}}万[{_CN}]{{0,7}}"
_NUMBER = (
    rf"(?:{_LARGE}|(?<=上)万|\d{{1,3}}(?:,\d{{3}})+|\d{{1,12}}(?:\.\d{{1,4}})?"
    rf"|[{_CN}]{{1,9}}(?:点[{_CN}]{{1,4}})?)[几多来余]?[个]?(?:千万|百万|万亿|[万亿千百十])?[多来余几]?"
)
_MINUS = r"(?P<minus>[-−－–负](?<!\d[-−－–]))?"
_BEFORE = re.compile(
    r"(?P<le>不到|不足|不超过|最多|至多|少于|低于|没到|没有)|(?P<ge>超过|至少|不少于|不低于|上|突破|多于)|(?P<near>大概"
    r"|大约|约|将近|近|差不多|也就|接近)"
)
_AFTER = re.compile(r"(?P<le>以下|以内|之内)|(?P<ge>以上|开外|出头)|(?P<near>左右|上下)")
_LED = (
    r"(?P<led>(?:不到|不足|不超过|最多|至多|少于|低于|超过|至少|不少于|上|突破|大概|大约|约|将近|近|差不多|也就"
    r"|接近)?(?:有|是|了)?)"
)
_STAFF = re.compile(
    rf"{_LED}{_MINUS}(?P<n>{_NUMBER})\s*(?:(?:[-~－—–至到])(?P<to>{_NUMBER}))?\s*(?:个|名|位|号|多|来)?(?:全职|正式|在职|在编)?"
    r"(?:员工|职工|工人|雇员|从业人员|伙计|人(?![次均民才类生工物口份家]|以上的?学|的订单|来买))(?P<post>左右|上下|以上"
    r"|以下|以内|出头)?"
)
_STAFF_AFTER = re.compile(
    rf"(?:员工|职工|从业人员|雇员|在职人员|员工人数|职工人数|人员规模|人数|员工数)(?:总数|人数|数)?(?:一共|共|总共|大概"
    rf"|现有|目前|加起来|只有|才|就)?{_LED}[:：]?\s*{_MINUS}(?P<n>{_NUMBER})(?!\s*[年月天岁元万亿块])(?:人|名"
    rf"|个)?(?P<post>左右|上下|以上|以下|以内)?"
)
_NOT_STAFF = re.compile(
    r"(?:招聘?|引进?|培训|服务|裁|带动|带|安置|聘|需要|缺|用户|帮助?|每|学生|在校生|学员|会员|社员|成员|客户|患者|病人"
    r"|粉丝|农户|贫困户|贫困|脱贫|人口|村里|全村|全县|全市|辖区|镇上|县里|吸纳|救|研发人员|技术人员|技术员"
    r"|科研人员|博士|硕士|本科|专家|党员|其中|同学|合伙人|老师|教师|毕业生|增加|新增|减少|再|扩到|超过|要求|不满|就业"
    r"|解决|第|前|后|另外)(?:了|过|出|着|有|是|的)?[^，。；！？]{0,3}\Z"
)
_REVENUE_WORD = (
    r"(?:主营业务收入|营业总收入|营业收入|经营收入|销售收入|年收入|年营收|年销售|年流水|营收|营业额|销售额|流水|年入|收入"
    r"|(?:一年|每年|去年|今年|年)(?:能|就|才|大概|总共)?(?:卖|销售?)(?:了|出)?)"
)
_MONEY = rf"{_MINUS}(?P<n>{_NUMBER})\s*(?P<unit>万元|亿元|元|块钱?|美元|欧元|美金|日元|港币|港元)?"
_REVENUE = re.compile(
    rf"(?P<word>{_REVENUE_WORD})(?:总额|规模)?(?:大概|大约|约|也就|差不多|只有|才|就|目前|已经|已|在|是|有|为|做到|达到|达"
    rf"|做了|过|了|不错|[:：]){{0,3}}{_LED}{_MONEY}(?P<post>左右|上下|以上|以下|以内|出头)?"
)
_REVENUE_AFTER = re.compile(
    rf"(?P<n>{_NUMBER})(?P<unit>万元|亿元|元)?的?(?P<word>年?营业收入|年?营收|年?营业额|年?销售额|年收入|年?流水)"
)
_NO_REVENUE = re.compile(r"(?:还没有?|没有?|零|尚无)(?:任何|什么|一分钱)?(?:营业|销售)?(?:收入|营收)")
_NOT_REVENUE = re.compile(
    r"(?:月|季度|人均|每月|个月|利润|每天|财政|税收|农民|居民|要求|必须|目标|计划|想|打算|争取|技术|出口|研发|预计|明年"
    r"|工资|家庭|补贴)[^，。；！？]{0,4}\Z"
)
_FOUNDED = r"(?:成立|创办|创立|创建|开办|注册|设立|建厂|建成|开业|开张|起步|建校|建院|建园|投产|挂牌|组建|办起来|开起来)"
_YEARS = rf"(?P<n>\d{{1,4}}(?:\.\d)?|[{_CN}]{{1,5}}|半|好几|几)"
_AGE = re.compile(
    rf"(?:{_FOUNDED}|运营|经营|运行|(?:公司|厂|企业|店|园区?|合作社|厂子)(?:开|办|做|干|搞))(?:了|已经|已有|已|快|有|将近"
    rf"|不到|不足|才|刚|刚满|大概|约|至今|到现在|满|超过){{0,3}}\s*{_YEARS}(?P<more>多|来|几|余)?(?:个)?(?P<unit>年半|年"
    rf"|个?月)(?P<after>多|半|左右|以上)?"
)
_MORE = "多|来|几|余"
_HOUSE = "公司|厂|店|企业|平台|合作社|园区|作坊|老店|孵化器"
_OLD = re.compile(
    rf"(?:开|办|做|干|搞|经营|运营)了(?:快|有|将近|不到)?{_YEARS}(?P<more>{_MORE})?(?P<unit>年半|年)(?P<after>多"
    rf"|半)?的?[^，。；！？]{{0,4}}(?:{_HOUSE})"
    rf"|(?:开|办)了{_YEARS.replace('<n>', '<k>')}(?P<more3>{_MORE})?年(?=[，。；！]|了|\Z)"
    rf"|{_YEARS.replace('<n>', '<m>')}(?P<more2>{_MORE})?年的?(?:老厂|老店|老企业|老字号|历史)"
)
_NTH = re.compile(r"(?:做|干|开|办|创业|成立|运营|经营|公司)[^，。；！？]{0,10}?第(?P<n>[一二三四五六七八九十\d]{1,2})年")
_YEAR = re.compile(
    rf"(?P<y>(?:19|20|21)\d\d|[一二][九〇零][〇零一二三四五六七八九]{{2}})年?(?:\d{{1,2}}月)?(?:底|初|才|刚|就"
    rf"|在[^，。；！？]{{1,8}})?{_FOUNDED}|{_FOUNDED}(?:于|时间是|时间为|时间|在|是)?[:：]?(?P<y2>(?:19|20|21)\d\d)(?:年)?"
    rf"|(?<!\d)(?P<y3>[012]\d)年(?:底|初|才|刚)?{_FOUNDED}"
)
_LATELY = re.compile(
    rf"(?P<when>今年|去年|大前年|前年|上个?月|这个月|本月|刚刚?|才)(?:年初|年底|上半年|下半年|初|底|夏天|秋天|春天"
    rf"|[一二三四五六七八九十\d]{{1,2}}月)?(?:份)?(?:才|刚刚?|就|新|在[^，。；！？]{{1,8}}"
    rf"|[^，。；！？]{{0,4}})?{_FOUNDED}(?!一?个|一家|不了|满|[一二三四五六七八九十\d])"
)
_NOT_FOUNDED = re.compile(
    r"(?:还没|准备|打算|想|计划|要求|需要|必须|条件|满|如果|预备|尚未|没有?|未|拟|将|希望)[^，。；！？]{0,6}\Z"
)
_WHEN = {"今年": 0, "去年": 1, "前年": 2, "大前年": 3}
_SCALES = {"万亿": 1e12, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "百": 1e2, "十": 10.0}
_MOST_AGE = 1000.0


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a fact as said at `start:end`; `flaw` says in Chinese why it cannot be so."""

    fact: str
    value: float
    start: int
    end: int
    low: float | None = None
    high: float | None = None
    reason: str = ""
    flaw: str = ""
    word: str = ""
    """The word for revenue that was used (营业收入, 年收入)."""


def read(told: Story, today: date) -> Iterator[Number]:
    """Numbers of the asker in a story, in no order; those of others, of wishes and of suppositions left out."""
    for number in (*_staff(told), *_revenue(told), *_age(told, today)):
        clause = told.at(number.start)
        if not (clause.supposed or clause.holds_past(number.start)):
            yield number


def parse(text: str) -> tuple[float, float] | None:
    """Least and most that a number may be: 30 → (30, 30), 二三十 → (20, 30), 300多 → (300, 399); None for 几十 or no number."""
    several = _range(text)
    if several:
        return several
    rough = text[-1:] in "多来余几" and len(text) > 1
    body = text.rstrip("多来余几") if rough else text
    body = body.replace(",", "").replace("个", "")
    if body == "万":
        return 1e4, 1e4
    scale = 1.0
    match = re.fullmatch(r"(?P<whole>.*?)(?P<rough>[多来余几])?(?P<scale>千万|百万|万亿|[万亿])", body) or re.fullmatch(
        r"(?P<whole>\d[\d.]*)(?P<rough>[多来余几])?(?P<scale>[千百十])", body
    )
    if match:
        body, scale = match["whole"], _SCALES[match["scale"]]
        rough = rough or bool(match["rough"])
    span = _range(body) or _one(body)
    if span is None:
        return None
    low, high = span[0] * scale, span[1] * scale
    return (low, high + _step(high) - 1) if rough else (low, high)


def _range(body: str) -> tuple[float, float] | None:
    """二三十, 七八, 一两百, 十几, 二十几."""
    several = re.fullmatch(r"(?P<tens>[二三四五六七八九]?十)几", body)
    if several:
        base = numerals.parse(several["tens"])
        return base + 1.0, base + 9.0
    match = re.fullmatch(r"(?P<base>十)?(?P<a>[一二两三四五六七八])(?P<b>[二两三四五六七八九])(?P<unit>[十百千]?)", body)
    if not match or not 0 < numerals.parse(match["b"]) - numerals.parse(match["a"]) <= 2:
        return None
    unit = _SCALES.get(match["unit"], 1.0)
    if match["unit"] == "千":
        unit = 1e3
    base = 10 if match["base"] else 0
    return base + numerals.parse(match["a"]) * unit, base + numerals.parse(match["b"]) * unit


def _one(body: str) -> tuple[float, float] | None:
    try:
        if re.fullmatch(r"\d+(?:\.\d+)?", body):
            value = float(body)
        elif "万" in body:
            large, _, small = body.partition("万")
            value = 1e4 * numerals.parse(large) + (numerals.parse(small) if small else 0)
        else:
            whole, _, decimals = body.partition("点")
            value = float(f"{numerals.parse(whole)}.{''.join(str(numerals.parse(c)) for c in decimals) or 0}")
    except ValueError:
        return None
    return value, value


def _step(value: float) -> float:
    """What “多” may add: up to the next round number of the same length (300多: below 400)."""
    if value < 10:
        return 1.0
    size = 10.0 ** int(math.log10(value))
    while value % size:
        size /= 10
    return size


def _spread(led: str, text: str, post: str) -> tuple[float, float | None, float | None] | None:
    """Value, least and most of a number with the words around it; None when it is no number."""
    span = parse(text)
    if span is None:
        return None
    low, high = span
    mark = _BEFORE.search(led) or _AFTER.search(post)
    if mark and mark["le"]:
        return high, 0.0, high
    if mark and mark["ge"]:
        return low, low, float("inf")
    if mark:  # about: a tenth either way
        return low, float(math.floor(0.9 * low)), float(math.ceil(round(1.1 * high, 6)))
    return (low, None, None) if low == high else (low, low, high)


def _staff(told: Story) -> Iterator[Number]:
    for pattern in (_STAFF, _STAFF_AFTER):
        for match in pattern.finditer(told.text):
            clause = told.at(match.start())
            before = told.text[max(clause.start, match.start() - 14) : match.start()]
            spread = _spread(match["led"], match["n"], match["post"] or "")
            if spread is None or _NOT_STAFF.search(before) or _only_me(match.group(), told.text, match.end()):
                continue
            value, low, high = spread
            until = parse(match["to"]) if "to" in match.groupdict() and match["to"] else None
            if until and until[1] > value:
                low, high = value, until[1]
            flaw = _staff_flaw(-value if match["minus"] else value, match.group().strip())
            start = match.start() if _BEFORE.search(match["led"]) else match.start("minus" if match["minus"] else "n")
            yield Number("staff", value, start, match.end(), low, high, flaw=flaw)


def _only_me(words: str, text: str, end: int) -> bool:
    """“一个人”, “一家三口人”, “30个人的团队” that is still to come, “我是一个人”: no number of staff."""
    if re.fullmatch(r"\D{0,2}[一1](?:个|名)?人", words) and not re.match(r"的?(?:公司|企业|厂|店)|公司", text[end : end + 4]):
        return True
    return bool(re.search(r"口", words))


def _staff_flaw(value: float, words: str) -> str:
    if value < 0:
        return f"您说的“{words}”：人数不能是负数。"
    if value == 0:
        return f"您说的“{words}”：从业人员为 0 人的单位无法对照条件。"
    if value > 5e6 or value != int(value):
        return f"您说的“{words}”：这样的人数不可能。"
    return ""


def _revenue(told: Story) -> Iterator[Number]:
    for pattern in (_REVENUE, _REVENUE_AFTER):
        for match in pattern.finditer(told.text):
            clause = told.at(match.start())
            before = told.text[max(clause.start, match.start() - 12) : match.start()]
            found = match.groupdict()
            unit = found["unit"] or ""
            text = match["n"] + (unit[0] if unit in ("万元", "亿元") else "")
            spread = _spread(found.get("led") or "", text, found.get("post") or "")
            if spread is None or _NOT_REVENUE.search(before) or not (unit or re.search(r"[万亿]", text) or found.get("minus")):
                continue
            value, low, high = spread
            flaw = ""
            if found.get("minus"):
                flaw = f"您说的“{match.group().strip()}”：{match['word']}不能是负数。"
            elif unit[:1] in "美欧日港" and unit:
                flaw = f"您说的“{match.group().strip()}”不是人民币，我不替您折算。"
            yield Number("revenue", value, *match.span(), low, high, flaw=flaw, word=match["word"])
    for match in _NO_REVENUE.finditer(told.text):
        yield Number("revenue", 0.0, *match.span(), word="收入")


def _age(told: Story, today: date) -> Iterator[Number]:
    for match in (*_AGE.finditer(told.text), *_OLD.finditer(told.text)):
        if _planned(told, match.start()):
            continue
        number = _years(match)
        if number:
            yield number
    for match in _NTH.finditer(told.text):
        nth = numerals.parse(match["n"])
        if not _planned(told, match.start()) and nth > 0:
            yield Number("age", nth - 1.0, *match.span(), nth - 1.0, float(nth), f"第{match['n']}年，满 {nth - 1} 年")
    for match in _YEAR.finditer(told.text):
        year = _year(match)
        if not _planned(told, match.start()):
            yield _since(year, today, match)
    for match in _LATELY.finditer(told.text):
        if not _planned(told, match.start()):
            yield _lately(match, today)


def _planned(told: Story, at: int) -> bool:
    clause = told.at(at)
    return bool(_NOT_FOUNDED.search(told.text[max(clause.start, at - 14) : at]))


def _years(match: re.Match[str]) -> Number | None:
    found = match.groupdict()
    text = found["n"] or found.get("m") or found.get("k") or ""
    unit, after = found["unit"] or "年", found["after"] or ""
    if text in ("好几", "几"):
        return None
    span = (0.5, 0.5) if text == "半" else parse(text)
    if span is None:
        return None
    low, high = span[0], span[1]
    half = 0.5 if unit == "年半" or after == "半" else 0.0
    if unit.endswith("月"):
        low, high = low / 12, high / 12
    value = low + half
    if re.search(r"不到|不足|快|将近", match.group()):
        return Number("age", value, *match.span(), max(0.0, value - 1), value)
    if found["more"] or found.get("more2") or found.get("more3"):  # 二十多年
        return Number("age", value, *match.span(), value, high + _step(high))
    if after == "多":  # 三年多
        return Number("age", value, *match.span(), value, high + 1)
    flaw = f"您说的“{match.group()}”：成立这么多年不可能。" if value > _MOST_AGE else ""
    exact = low == high
    return Number("age", value, match.start(), match.end(), None if exact else value, None if exact else high + half, flaw=flaw)


def _year(match: re.Match[str]) -> int:
    if match["y3"]:
        return 2000 + int(match["y3"])
    text = match["y"] or match["y2"]
    return int(text) if text.isdecimal() else numerals.parse(text)


def _since(year: int, today: date, match: re.Match[str]) -> Number:
    words = match.group()
    if year > today.year:
        return Number("age", 0.0, *match.span(), flaw=f"您说的“{words}”在将来：今年是 {today.year} 年。")
    low, high = max(0.0, (today - date(year, 12, 31)).days / 365.25), (today - date(year, 1, 1)).days / 365.25
    reason = f"{year}年成立，按{today.year}年{today.month}月算"
    return Number("age", float(today.year - year), *match.span(), round(low, 2), round(high, 2), reason)


def _lately(match: re.Match[str], today: date) -> Number:
    ago = _WHEN.get(match["when"], 0)
    if match["when"] in _WHEN:
        return _since(today.year - ago, today, match)
    return Number("age", 0.0, *match.span(), 0.0, 1.0, f"“{match.group()}”，按不满一年算")
