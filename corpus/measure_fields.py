"""Amounts, times and agencies of a measure, each with the span that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.measure import Agency, Amount, Bound
from corpus.quantities import Quantity, quantities
from corpus.records import Clause, Span

_SUM_UNITS = frozenset({"元", "美元", "%", "倍", "个百分点"})
_SIZE_BEFORE = re.compile(
    r"(?:产值|收入|营业额|营收|销售额?|规模|资产|注册资本|投资额?|总投资|估值|市值|税收|纳税|利润|成本|成交额?|交易额|贡献率|占比|比重|增长|强度|转化率|普及率|增速"
    r"|提高到|达到|降低|下降|缩短|减少|上升|增加到|增加值|占|支出|总额|净资产|持股|出资|股份|合同额|研发投入|研发费用|投入)[^，。；、补奖资贴\d]{0,9}\Z"
)
_GIVEN = re.compile(
    r"补|奖|贴|助|扣除|返还|给予|减|免|支持|最高|不低于|不超过|上限|比例|按|每|额度|贷款|津贴|资金|安排|归|享受|担保|提取|用于|计提"
)
_AWARDED = re.compile(
    r"(?:不低于|最高|不超过|给予|奖励|补助|补贴|资助|提取|按|比例|享受|扣除)(?:(?!达到|增长|超过)[^，。；]){0,14}\Z"
)
_PER_AFTER = re.compile(r"(?:/|每)(?:年|月|人|家|户|项|个|平方米|平米|件|台|套|次|人年|人月)")
_PER_BEFORE = re.compile(
    r"(?:连续[\d一二三四五]年(?:，?每年)?|(?:按)?每(?:年|月|人|家|户|项|个|件|台|次|平方米|新增|引进|认定|培训)[^，。；\d]{0,8}|逐年|分[\d一二三四五]年"
    r"|单个(?:项目|企业|单位)|单项|同一企业)[^，。；\d]{0,12}\Z"
)
_TIME = re.compile(
    r"(?:自[^，。；]{2,24}(?:之日|日|月|年)起(?:至[^，。；]{2,16}止)?|有效期(?:限)?(?:为|至|到|：)?[\d一二三四五六两][^，。；）]{0,10}"
    r"|试行[\d一二三四五]年|至\d{4}年\d{1,2}月\d{1,2}日|"
    r"(?:到|至|截至|截止)?\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?(?:底|末|年底)?(?:之?前|以前|内|期间)|\d{4}年(?:至|—|-|－|～|到)\d{4}年"
    r"|(?:到|至)\d{4}年(?:\d{1,2}月)?(?:底|末)?|“[十一二三四五]+五”(?:期间|时期|末)"
    r"|(?<!每)(?:\d{1,2}|[一二三四五六七八九十两]{1,2})(?:个)?(?:年|月|工作日|日)(?:之|以)?内|(?:在)?(?:离岗|孵化|项目|在校|服务|聘用|任期|合同"
    r"|兼职|创业|弹性|保留)(?:期间|期内|期限内)|连续[\d一二三四五]年|\d{4}年度)"
)
_NOTE = re.compile(
    r"[（(](?P<words>[^（）()]*(?:牵头|负责|配合|责任单位|会同|参加)[^（）()]*(?:[（(][^（）()]*[）)][^（）()]*)*)[）)]"
)
_ROLE = r"(?:(?:牵头|责任|主办|负责|配合|参加|参与|协办|支持)(?:单位|部门))"
_ROLES = re.compile(
    rf"(?:以上[一二三四五六七八九十两]+项(?:工作|任务)?)?(?P<role>{_ROLE})[:：](?P<names>[^；;。]+?)(?=[，,]?{_ROLE}[:：]|[；;。]|\Z)"
)
_LED = re.compile(
    r"^(?:以上[一二三四五六七八九十两]+项(?:工作|任务)?)?(?:由)?(?P<names>[^；;。]+?)(?:共同|分别|联合|按职责(?:分工)?|分工)?(?P<role>牵头|负责"
    r"|配合|参加)"
)
_LED_MORE = re.compile(r"[，,；;](?P<names>[^，,；;。]+?)(?:等)?(?:按职责分工|分工|共同)?(?P<role>配合|参加|参与|负责|牵头)")
_BODY = re.compile(
    r"[一-鿿]{0,16}(?:部门|部|厅|局|委|委员会|办公室|办|总局|总署|署|银行|人民政府|政府|政府金融办|科协|工会|法院|检察院|管委会|海关|中心|学院|科学院|工程院|基金委|各市|各地区?|各县区?|各区县"
    r"|联合会|妇联|团委|市|省|军委[一-鿿]{2,8}部|集团|公司|能源局|网信办|协会|联席会议|[一-鿿]监会|委员会)"
)
_END = r"(?:部门|厅|局|委|办|政府|人民银行|管委会|部)"
_ONE = rf"(?:(?!会同)[一-鿿（）]){{1,14}}?{_END}"
_INLINE = re.compile(
    rf"由(?P<lead>(?:市、)?{_ONE}(?:、{_ONE})*)(?:牵头|会同(?P<with>{_ONE}(?:、{_ONE})*))?"
    r"(?=[^，。；]{0,4}(?:，|负责|统筹|审核|组织|给予|制定|受理|认定|牵头|另行|共同|核定|解释|安排|予以|会同|按|根据|定期|联合))"
)
_WITH_LEAD = re.compile(rf"(?:^|[。，；：\s])(?P<lead>{_ONE})(?:要)?会同(?P<with>{_ONE}(?:、{_ONE})*)")


def located(text: str, start: int, end: int) -> Iterator[tuple[Quantity, Span]]:
    """The figures between two offsets with their spans."""
    at = start
    for quantity in quantities(text[start:end]):
        found = text.find(quantity.printed, at, end)
        if found >= 0:
            at = found + len(quantity.printed)
            yield quantity, (found, at)


def amounts(text: str, span: Span) -> tuple[Amount, ...]:
    """Sums and ratios that are given; figures that only describe (产值10亿元, 达到2.5%) are left out."""
    out = []
    for quantity, (start, end) in located(text, *span):
        if quantity.unit not in _SUM_UNITS:
            continue
        left = max(span[0], max(text.rfind(mark, span[0], start) for mark in "，。；") + 1)
        before = text[left:start]
        near = text[max(span[0], start - 30) : min(span[1], end + 20)]
        described = _SIZE_BEFORE.search(before) and not _AWARDED.search(before)
        if described or not _GIVEN.search(near) or re.search(r"从(?:现行|目前|原来)?[^，。；\d]{0,6}\Z", before):
            continue
        out.append(Amount(quantity.value, quantity.unit, _bound(quantity, before), (start, end), _per(text, before, end)))
    return tuple(out)


def _bound(quantity: Quantity, before: str) -> Bound:
    if quantity.bound in {"ge", "le", "about"}:
        return quantity.bound  # type: ignore[return-value]
    return "le" if re.search(r"(?:最高|不超过|上限|封顶|最多)[^，。；\d]{0,14}\Z", before) else ""


def _per(text: str, before: str, end: int) -> str:
    after = _PER_AFTER.match(text, end)
    if after:
        return after.group()
    found = _PER_BEFORE.search(before)
    if not found:
        return ""
    return re.split(r"给予|补|奖|资助|不超过|最高|发放|可|累计|支持", found.group().lstrip("按"))[0].strip("，、")


def times(text: str, span: Span) -> tuple[Span, ...]:
    """到2020年, 3年内, 自发布之日起, 有效期…"""
    return tuple(m.span() for m in _TIME.finditer(text, *span))


def agencies(clause: Clause, benefit: Span) -> tuple[Agency, ...]:
    """The bodies of the note that covers the benefit: the next one in the clause, else a shared one; then those of its words."""
    text = clause.document.text
    notes = list(_NOTE.finditer(text, benefit[1] - 1, clause.end))[:1] or [
        m for start, end in clause.shared for m in _NOTE.finditer(text, start, end)
    ]
    if not notes:
        notes = [m for m in list(_NOTE.finditer(text, clause.start, clause.end))[-1:] if m.end() > benefit[0]]
    found = [a for note in notes[:1] for a in _of_note(text, *note.span("words"))]
    for pattern in (_INLINE, _WITH_LEAD):
        for match in pattern.finditer(text, *benefit):
            found += named(text, *match.span("lead"), lead=True)
            if match["with"]:
                found += named(text, *match.span("with"), lead=False)
    unique: dict[str, Agency] = {}
    for agency in found:
        unique.setdefault(agency.name, agency)
    return tuple(unique.values())


def note_start(text: str, span: Span) -> int:
    """Where a note on agencies begins inside the span; its end when there is none."""
    match = _NOTE.search(text, *span)
    return match.start() if match else span[1]


def _of_note(text: str, start: int, end: int) -> Iterator[Agency]:
    words = text[start:end]
    roles = list(_ROLES.finditer(words))
    if roles:
        for match in roles:
            lead = match["role"][:2] not in {"配合", "参加", "参与", "协办", "支持"}
            yield from named(text, start + match.start("names"), start + match.end("names"), lead=lead)
        return
    first = _LED.match(words)
    if not first:
        return
    bodies = list(named(text, start + first.start("names"), start + first.end("names"), lead=first["role"] in {"牵头", "负责"}))
    first_leads = first["role"] == "负责" and len(bodies) > 1  # of several that are in charge the first named one leads
    yield from (Agency(a.name, a.lead and not (first_leads and n), a.span) for n, a in enumerate(bodies))
    for match in _LED_MORE.finditer(words, first.end()):
        yield from named(text, start + match.start("names"), start + match.end("names"), lead=match["role"] in {"牵头", "负责"})


def named(text: str, start: int, end: int, *, lead: bool) -> Iterator[Agency]:
    """The bodies of a list “省科技厅、省财政厅等”; the span is the name's."""
    for match in re.finditer(r"[^、，,；;\s]+(?:（[^（）]*）)?[^、，,；;\s]*|\S", text[start:end]):
        name = re.sub(
            r"^(?:由|以及|及|会同|工作|任务|单位)|(?:等(?:部门|单位|有关部门|按职责分工|相关部门)?|共同|分别|按职责分工|按职责|联合|牵头|负责|分工)+$",
            "",
            match.group(),
        )
        if (
            not (2 <= len(name) <= 20)
            or not _BODY.fullmatch(name)
            or re.fullmatch(r"(?:相关|有关|各有关|各相关|各)?(?:部门|单位)", name)
        ):
            continue
        at = text.find(name, start + match.start(), end)
        yield Agency(name, lead, (at, at + len(name)))
