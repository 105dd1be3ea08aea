"""Whom a measure is for: the phrases of a part that name somebody, and which of them receive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.facts import find, group
from corpus.measure_parts import Part
from corpus.records import Span

_BUILD = re.compile(
    r"(?:建设|打造|构建|搭建|设立|组建|建立|建成|共建|创建|布局|形成|筹建|新建|建好|成立|创办|领办|建|办好|整合|发展为|入驻|依托|加入|到|进入|做大做强|升级为|列为|转变为|转型为|发展成为)"
    r"(?:完善|健全|发展)?[^，。；]{0,24}\Z"
)
_BUILT = frozenset(
    {
        "园区",
        "重点实验室",
        "产业联盟",
        "技术转移机构",
        "众创空间",
        "孵化器",
        "新型研发机构",
        "科研院所",
        "科技服务机构",
        "知识产权服务机构",
        "行业协会",
        "金融机构",
    }
)
"""What may itself be set up by a measure; then it is no one who receives."""
_LINK = re.compile(
    r"(?:[、，和与及或]|以及|或者|等|等各类|各类|的|和各类|、各类|特别是|尤其是|和其他|同|，|（[^（）]{0,12}）){0,3}"
)
_TOWARDS = re.compile(
    r"(?:对于?|向|为(?!主|核心|了)|给|面向|使|让|帮助|服务|针对|凡|授予|赋予|补贴|奖励|资助|满足|吸引|支撑|留归|投资于?"
    r"|投向)(?:[^，。；]{0,40}的)?[^，。；的]{0,10}\Z"
)
_QUALIFIES = re.compile(r"(?:[^，。；、和]{0,20}[^，。；、和特尤等])?的")
_LISTED = re.compile(r"[、和与及或]|以及|或者")
_SOURCE = re.compile(r"(?:依托|结合|利用|发挥|借助|根据|按照|通过)(?:(?!给予|奖励|对|向|为|落实|支持|鼓励)[^，。；的]){0,40}\Z")
_GIVERS = frozenset({"金融机构", "创业投资机构", "地方政府", "投资者"})
_STOP = re.compile(r"[、，。；：和与及或的对向为给等将由予以“”（）《》\s到]|在(?!线)")
_VERBAL = re.compile(
    r"建立|建设|加大|推动|促进|支持|鼓励|引导|发展|培育|开展|加强|提供|完善|落实|实施|扩大|提高|吸引|引进|选派|组织|通过|利用|发挥|允许|参与|进入|帮助|扶持|降低|享受|成为"
    r"|组建|设立|指导|找准|依托|结合|根据|规范|试点|持有|关于|特别是|尤其是|加快|强化|支撑|满足|服务于|针对|使|让|留归|补贴|奖励|资助|面向|整合|联合|保留|聘请|选聘|投向"
    r"|投资于|安排|保障|推荐|给予|优先|期内|以内|带动|运用|综合|用好|补偿|纠正|包括|不断|相关|全球|国家(?!级)|有条件|若干|充分|在线|推进|打造|激励|增强|激发|壮大|优化|围绕|其他|以及|领办|创办|认定"
)
_OWNED = re.compile(r"(?:国有|民营|民办|外资|外商|集体|中央|省属|市属|境外|境内)[^，。；、]{0,3}\Z")
"""What narrows a noun even right behind a verb: 完善|国有|创投机构."""
_POLICY = re.compile(r"(?:所得税|增值税)?(?:减免税|减免|减税|免税|税收优惠|税收减免)")
_ITEM = re.compile(r"的[^，。；]*、\s*")
"""Between whom a list of policies is for and a policy in it: 众创空间|的加速折旧、加计扣除、|小微企业|减免税."""
_RESULT = re.compile(r"(?:形成|成为|打造)[^，。；]{0,16}\Z")


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase that names whom a measure may be for; `values` are classes of the fact “who”."""

    values: tuple[str, ...]
    span: Span
    built: bool
    """It is itself set up, so only helps."""
    towards: bool
    """Behind 对, 为, 向 …"""


def beneficiaries(text: str, part: Part, named: Sequence[Mention]) -> list[Mention]:
    """Of those named, whom it is for: behind 对, 为, 向; else the one that the verb speaks of; else anyone in it."""
    receiving = [m for m in named if not m.built and (m.towards or m.span[0] >= part.core[0]) and not _source(text, part, m)]
    aimed = [m for m in receiving if m.towards]
    chosen = _near(text, part, receiving)
    if aimed:
        givers = [m for m in chosen if set(m.values) <= _GIVERS]
        chosen = [m for m in chosen if m not in givers and m not in aimed and part.strength in {"鼓励", "给予"}] + aimed
    elif chosen and all(set(m.values) <= _GIVERS - {"地方政府"} for m in chosen):
        chosen = [m for m in receiving if not set(m.values) <= _GIVERS and m.span[0] < part.tail] or chosen
    elif not chosen:
        chosen = [m for m in receiving if m.span[0] < part.tail]
        if not chosen and part.strength != "鼓励":
            chosen = [m for m in receiving if not _RESULT.search(text[part.tail : m.span[0]])][:1]
    return _heads(text, sorted(set(chosen), key=lambda m: m.span))


def _heads(text: str, found: list[Mention]) -> list[Mention]:
    """Without those that only qualify another (高校 in 高校的科研人员) or name a policy (小微企业 in …、小微企业减免税)."""
    out: list[Mention] = []
    for mention in found:
        if out and _POLICY.match(text, mention.span[1]) and _ITEM.fullmatch(text[out[-1].span[1] : mention.span[0]]):
            continue
        while out and _QUALIFIES.fullmatch(text[out[-1].span[1] : mention.span[0]]):
            last = out.pop()
            while out and _LISTED.fullmatch(text[out[-1].span[1] : last.span[0]]):
                last = out.pop()
        out.append(mention)
    return out


def _source(text: str, part: Part, mention: Mention) -> bool:
    """“依托高新区建设…”: what is made use of receives nothing."""
    left = max(part.span[0], max(text.rfind(mark, part.span[0], mention.span[0]) for mark in "，；。") + 1)
    return bool(_SOURCE.search(text[left : mention.span[0]]))


def _near(text: str, part: Part, receiving: Sequence[Mention]) -> list[Mention]:
    """The list of mentions right behind an encouraging verb, or right before a permitting one."""
    verb = part.verb
    if part.strength == "鼓励" or text[verb[0] : verb[1]].startswith(
        ("允许", "授予", "赋予", "吸引", "引进", "培养", "培育", "扶持")
    ):
        chosen: list[Mention] = []
        at = verb[1]
        for mention in receiving:
            if mention.span[0] < at:
                continue
            gap = text[at : mention.span[0]]
            first = not chosen and (len(gap) <= 6 or gap.endswith("的")) and "，" not in gap and len(gap) <= 40
            if not (first or (chosen and _LINK.fullmatch(gap))):
                break
            chosen.append(mention)
            at = mention.span[1]
        return chosen
    if part.strength == "给予":
        before = [m for m in receiving if m.span[1] <= verb[0]]
        return before[-3:] if before else []
    return []


def mentions(text: str, part: Part) -> list[Mention]:
    """All whom the part names, in order."""
    found = find("who", text, *part.span)
    out: list[Mention] = []
    for n, (value, span) in enumerate(found):
        left = max(part.span[0], max(text.rfind(mark, part.span[0], span[0]) for mark in "，；。") + 1)
        start = _extended(text, left, span[0], part.verb)
        person_follows = any(
            s[0] == span[1] and group("who", v) == "个人" and group("who", value) != "个人" for v, s in found[n + 1 : n + 2]
        )
        if out and out[-1].span[1] == span[1] and found[n - 1][1] == span:
            last = out.pop()
            out.append(Mention((*last.values, value), last.span, last.built, last.towards))
            continue
        if out and out[-1].span[1] == span[0]:
            last = out.pop()
            out.append(Mention((value,), (last.span[0], span[1]), last.built, last.towards))
            continue
        before = text[left:start]
        setup = value in _BUILT and bool(_BUILD.search(before)) and not person_follows
        linked = bool(out) and out[-1].towards and bool(_LINK.fullmatch(text[out[-1].span[1] : start]))
        towards = linked or (bool(_TOWARDS.search(before)) and not text.startswith(("为主", "之间", "间"), span[1]))
        out.append(Mention((value,), (start, span[1]), setup, towards))
    return out


def _extended(text: str, left: int, start: int, verb: Span) -> int:
    """Up to six characters that qualify the noun: 代工|企业, 省内|科技型企业."""
    floor = max(left, start - 5, verb[1] if verb[1] <= start else left)
    at = start
    while at > floor and not _STOP.match(text, at - 1):
        at -= 1
    words = text[at:start]
    owned = _OWNED.search(words)
    if owned:
        return at + owned.start()
    cut_short = at == start - 5 and floor == start - 5
    return start if cut_short or _VERBAL.search(words) or re.search(r"\d|一批|若干|更多", words) else at
