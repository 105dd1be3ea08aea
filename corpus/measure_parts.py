"""Parts of a sentence, one for each thing that is given, allowed, supported or set up; and how binding its verb is.

A sentence is cut at its commas. A piece that opens with a verb of policy (or has one behind “对…”, “企业可…”)
begins a part; pieces that only introduce (“在…前提下”, “对符合条件的，”) go with what follows, pieces that tell
purposes and results (“促进…”, “为…提供支撑”) or what the encouraged are to do go with what stands before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.facts import verbs
from corpus.measure import Strength
from corpus.records import Span

_ADVERB = (
    r"(?:要|应当?|须|并|每年|力争|争取|也|还|都|均|同时|其中|积极|大力|切实|全面|加快|加紧|进一步|不断|逐步|稳步|深入|重点|着力|统筹|抓紧|尽快|继续|优先|充分|认真"
    r"|有效|适时|依法|共同|联合|广泛|主动|分类|有序|多渠道|合理|严格|及时|持续|扎实|系统|前瞻|先行|率先|更加|更多|更好|精准|组织|努力|科学|择优|相应|超前|集中|协同"
    r"|建立健全|普遍|定期|严格|强力|分步|分批|按规定|按照规定|依托优势|鼓励和|支持和)*"
)
_AT_HEAD: tuple[tuple[Strength, re.Pattern[str]], ...] = tuple(
    (strength, re.compile(rf"(?:——|[\"“（(]?)?{_ADVERB}(?P<verb>{'|'.join(verbs(strength))})"))
    for strength in ("研究", "探索", "鼓励", "给予", "落实")
)
_LABEL = re.compile(
    r"\s*(?:[（(][一二三四五六七八九十百\d]{1,4}[）)]|[一二三四五六七八九十]{1,3}、|\d{1,3}[.．、]|第[一二三四五六七八九十百\d]{1,5}条|——"
    r"|[①-⑳])?\s*"
)
_CASE = re.compile(
    r"(?:对于?|凡是?|向|为(?!了)|给|将|由|在|经|以|按照?|依据|根据|围绕|针对|通过|利用|依托|结合|面向|从|与|同|凭|除|自|到|至|每年|因|当|如|若|属于|符合|具备"
    r"|适应|遵循|立足|紧扣|着眼|参照|比照|每)"
)
_INSIDE: tuple[tuple[Strength, re.Pattern[str]], ...] = (
    (
        "研究",
        re.compile(r"(?:，|^)[^，。；]{0,10}研究(?:制定|完善|提出|出台|建立|设立|开展|放宽|扩大|降低)"),
    ),
    ("探索", re.compile(r"(?:开展|进行|实行)[^，。；]{0,30}试点|先行先试|探索(?:建立|开展|实行|设立|实施)")),
    (
        "鼓励",
        re.compile(
            r"(?:要|应|应当|可|可以|共同|重点|大力|积极|予以|优先|联合|给予|加以|地|，|：|政府|部门|地区|各地|各市|方式|等)(?P<verb>鼓励|支持|引导|扶持)(?!力度|政策|。"
            r"|$)"
        ),
    ),
    (
        "给予",
        re.compile(
            r"(?P<verb>给予|予以(?=补|奖|资|支持|扶持|减|免|倾斜|优先|表彰|认定|保障|优惠|重点|适当|贴息|返还|全额|一次性|保护|解决|安排|落实|立项|\d)|允许|享受|免征|减征"
            r"|免收|减收|免交|发放|拨付|返还|退还|放宽|取消|下放|授予|赋予|授权|优先(?!发展)|不(?:再|受|纳入|计入|设|征|上缴)|减按|计入|视同|视为|保留|抵扣|抵免|扣除|留归"
            r"|归[^，。；]{1,8}所有|奖补|(?:一次性|直接|全额)(?:奖励|补助|资助|补贴)|可按?(?=[^，。；]{0,24}(?:奖励|补助|补贴|资助|扣除|抵|执行|申请|给予|享受|结转"
            r"|支持|认定|评|办理|列支|分配|使用|留|保留|兼职|创办|离岗|从事|获得|到|自主|破格|在|组建|按|不受|适当|自行|取得|实行|直接|根据|采取|采用|适用|由|以|先|带|将|对|通过"
            r"|凭|进行|作为|用于|转|参照|与|吸引))|可以|均可|皆可|(?:按|补|奖|最高|每[家个人项户月年])[^，。；]{0,14}(?:\d|百分之)[^，。；]{0,12}(?:万元|亿元|元"
            r"|%|％)|减免|分期缴纳|缓缴|不低于[^，。；]{0,6}%|免费|贴息|(?:予以|给予)倾斜|提供(?=[^，。；]{0,24}(?:资助|补贴|补助|贴息|住房|公寓|免费|优惠"
            r"|优质服务))|安排(?=[^，。；]{0,20}(?:资金|经费|指标|额度|专项))|开放(?!型|式|创新|合作|的|度)|便利)"
        ),
    ),
    (
        "落实",
        re.compile(
            r"(?P<verb>实行|实施|进行|开展|建立|推行|落实|采用|采取|设立|纳入|完善|建设|简化|加大|建成|培养|引进|选派|组织|举办|推动|组建|打造|提升|优化|减少|缩短|支付|列入"
            r"|配备|保障|开设|加强|提供|倾斜)"
            r"(?![^，。；]{0,24}的[^，。；]*\Z)|由(?P<verb2>(?:企业|项目|单位|市场)[^，。；]{0,16}(?:牵头|管理使用|自主|决定|确定))"
        ),
    ),
)
_FIRM_FIRST = re.compile(r"(?:按照?[^，。；]{0,8}规定|依法)(?P<verb>落实|执行|兑现)")
_PURPOSE = re.compile(
    r"(?:——)?(?:并|从而|进而|进一步|全面|有效|切实|加快|不断|大幅|持续|最大限度|逐步|共同|着力|有力|更好地?|努力|充分|显著|稳步|积极)*(?:促进|推动|提高|提升|增强"
    r"|形成|实现|带动|激发|确保|保证|防止|避免|使|让|以便|为(?=[^，。；]*(?:提供|创造|奠定|支撑|服务|打下|做出|作出))|努力|调动|营造|释放|助力|服务于?|助推|缓解"
    r"|解决(?=[^，。；]*(?:问题|难题|瓶颈|障碍))|加速|争取|力争|达到|突破|攻克|支撑|引领|缩短|满足|真正|体现|发挥|壮大|改善|维护|拓展|增加|降低|打破|破解|驱动|推进"
    r"|加强|优化|完善)"
)
_DOING = re.compile(
    r"(?:并|共同|联合|合作|参与|积极|主动)*(?:参与|承担|开展|建立|建设|设立|组建|共建|投资|购买|应用|使用|采用|采取|研发|开发|加大|提供|举办|引进|吸引|发展|构建|创建"
    r"|搭建|打造|培育|形成|发起|探索|加强|拓展|创新|推出|联合|合作|成立|实施|优化|健全|完善|推进|推动|强化|集聚|提高|提升|扩大|整合|培养|通过|以|按照|与|在|将|面向|围绕"
    r"|利用|依托|承接|转化|制定|开放|共享|实行|向|为|从事|创办|兼职|带|到|进行|引导|加快|运用|深化|布局|改造|组织|开设|增设|设置|申请|申报|转型|做|入驻|聘|完成|带着|带"
    r"|突破|攻克|牵头|选派|对接)"
)
_OPENING = re.compile(
    r"(?:的|前提下|基础上|情况下|条件下|同时|期间|期内|方式|形式|手段|原则|补助措施|(?<![其当])中|方面|过程中|模式)\Z"
)
"""Ends of pieces that introduce: “…等方式，” “按照…原则，” “在…中，”."""
_LIMIT = re.compile(
    r"(?:单个|单项|每[家户个项人年]|同一|累计|合计|年度|总额|上限|(?:补[助贴]|贴息|资助|奖励|支持|享受)(?:时间|期限|总额|年限|额度|金额)|期限|连续|最[高多低长]|不超过|不低于|不高于)"
    r"(?:[^，。；]{0,14}(?:最[高多长低]|不超过|不低于|累计|上限|封顶)|(?<=最[高多低长])|(?<=不超过)|(?<=不低于)|(?<=不高于)|(?<=连续)(?:补|支持|给予)?)"
)
"""A piece that only bounds what stands before it."""
_MAY = re.compile(r"可以?(?:在|根据|按|结合)")
_MEANS = re.compile(r"(?:方式|形式|手段|措施)\Z")
_NEW_ANYWAY = re.compile(
    r"(?:落实|加大(?!研发|投入|创新)|完善[^，。；]{0,30}(?:政策|机制|制度|措施|办法|体系)|健全[^，。；]{0,30}(?:政策|机制|制度|体系)"
    r"|设立[^，。；]{0,16}基金|设立[^，。；]{0,12}专项|实施[^，。；]{0,24}(?:工程|计划|行动)|降低|简化|改革|出台|制[定订]|建立[^，。；]{0,30}(?:制度"
    r"|机制)|培育)"
)
_OPEN, _CLOSE = "（(《【“「", "）)》】”」"


@dataclass(frozen=True, slots=True)
class Part:
    """One candidate measure of a sentence.

    Attributes:
        span: all of it, introductions and purposes included.
        core: from the piece with the verb to the end.
        verb: the verb itself.
        strength: how binding the verb is.
        tail: where the purposes and results at the end begin (the end of `core` when there are none).
    """

    span: Span
    core: Span
    verb: Span
    strength: Strength
    tail: int


@dataclass(slots=True)
class _Piece:
    start: int
    end: int
    verb: Span | None
    strength: Strength | None
    words: str
    role: str
    """head: begins a part; before: introduces; after: purpose, result or what the encouraged do."""


def parts(text: str, sentence: Span) -> Iterator[Part]:
    """The parts of one sentence, in order."""
    pieces = [_piece(text, s, e) for s, e in _pieces(text, *sentence)]
    groups: list[list[_Piece]] = []
    waiting: list[_Piece] = []
    for piece in pieces:
        if piece.role == "before" or (piece.role in {"after", "plain"} and (not groups or waiting) and piece.verb is None):
            waiting.append(piece)
        elif groups and not waiting and (_LIMIT.match(piece.words) or _belongs(text, piece, groups[-1])):
            groups[-1].append(piece)
        else:
            groups.append([*waiting, piece])
            waiting = []
    if waiting:
        groups = [*groups[:-1], [*groups[-1], *waiting]] if groups else [waiting]
    for group in groups:
        made = _part(group)
        if made:
            yield made


def _part(group: list[_Piece]) -> Part | None:
    head = next((p for p in group if p.role == "head"), None) or next((p for p in group if p.verb), None)
    if head is None or head.verb is None or head.strength is None:
        return None
    at = group.index(head)
    begin = head
    if at and _MEANS.search(group[at - 1].words):
        begin = group[at - 1]
    tail = next((p.start for p in group[at + 1 :] if p.role == "after"), group[-1].end)
    may = head.strength == "落实" and any(_MAY.search(p.words) for p in group[:at])
    strength: Strength = "给予" if may else head.strength
    return Part((group[0].start, group[-1].end), (begin.start, group[-1].end), head.verb, strength, tail)


def _belongs(text: str, piece: _Piece, group: list[_Piece]) -> bool:
    """True when the piece only goes on with the part before it."""
    if piece.role in {"after", "plain"}:
        return True
    head = next((p for p in group if p.role == "head"), None)
    if head is None or head.verb is None:
        return False
    words = text[piece.start : piece.end]
    allowed = text[head.verb[0] : head.verb[1]].startswith(("允许", "可"))
    if words.startswith("吸引") or (allowed and words.startswith(("保留", "享受", "计入"))):
        return True
    inside = piece.verb is not None and piece.verb[0] - piece.start > 8
    if piece.strength in {"鼓励", "探索", "研究"} or (piece.strength == "给予" and not inside):
        return False
    encouraged = head.strength == "鼓励" or text[head.verb[0] : head.verb[1]].startswith(("允许", "可", "探索", "试点"))
    return encouraged and bool(_DOING.match(words)) and not _NEW_ANYWAY.match(words)


def _piece(text: str, start: int, end: int) -> _Piece:
    label = _LABEL.match(text, start, end)
    start = label.end() if label and label.end() < end else start
    words = text[start:end].rstrip("，；。：、,;: \n")
    case = _CASE.match(words)
    opening = bool(_OPENING.search(words)) and not re.search(r"给予|可享受", words)
    if (
        opening
        and (case or words.endswith(("方式", "形式", "手段", "原则", "补助措施")))
        and not re.match(r"(?:鼓励|支持|引导|允许|探索)", words)
    ):
        return _Piece(start, end, None, None, words, "before")
    for strength, pattern in _AT_HEAD:
        match = pattern.match(words)
        if match:
            role = "after" if strength == "落实" and _PURPOSE.match(words) else "head"
            return _Piece(start, end, _shift(match.span("verb"), start), strength, words, role)
    if opening:
        return _Piece(start, end, None, None, words, "before")
    firm = _FIRM_FIRST.match(words)
    if firm:
        return _Piece(start, end, _shift(firm.span("verb"), start), "落实", words, "head")
    for strength, pattern in _INSIDE:
        match = pattern.search(words)
        if match and (strength != "落实" or case or match.groupdict().get("verb2")):
            span = next((match.span(g) for g in ("verb", "verb2") if match.groupdict().get(g)), match.span())
            purpose = strength == "给予" and _PURPOSE.match(words) and not re.search(r"给予|享受|补[助贴]", words)
            return _Piece(start, end, _shift(span, start), strength, words, "after" if purpose else "head")
    if _PURPOSE.match(words):
        return _Piece(start, end, None, None, words, "after")
    return _Piece(start, end, None, None, words, "before" if case else "plain")


def _shift(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    """Cut at ，；：outside brackets; a colon only where a list of measures follows."""
    depth, at = 0, start
    for n in range(start, end):
        c = text[n]
        if c in _OPEN:
            depth += 1
        elif c in _CLOSE:
            depth = max(0, depth - 1)
        elif (c in "，；;：" and depth == 0) and n + 1 < end:
            yield at, n + 1
            at = n + 1
    if at < end:
        yield at, end
