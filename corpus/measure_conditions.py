"""On which conditions a measure is given: the tree of gate, bonus and discretion leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.facts import find
from corpus.measure import Leaf, Node, Role
from corpus.measure_beneficiaries import Mention
from corpus.measure_fields import located
from corpus.measure_parts import Part
from corpus.records import Document, Span

_DISCRETION = re.compile(
    r"(?:对)?(?P<words>符合(?:规定|相关|一定|上述|以上)?(?:的)?(?:申报|认定|资助|支持)?条件的|(?:具备|满足)(?:一定|相应)?(?:的)?条件的"
    r"|有条件的(?:地方|地区|市、县|市县|城市|县|市|单位)?|具备(?:一定)?条件的|“?一事一议”?|“?一企一策”?|原则上|择优|适当(?=给予|补|奖|资助)|视情(?:况)?|酌情"
    r"|有实力的|有能力的|有需要的|经(?:评审|认定|审核|评估|批准|审定|考核|备案)[^，。；]{0,8}(?:的|后)|确有必要的|根据(?:财力|实际|情况|财政状况|需要|考核"
    r"|评估)[^，。；]{0,6})"
)
_BONUS = re.compile(
    r"(?P<words>(?:特别是|尤其是|重点向|重点投向|重点用于|(?:重点|优先)(?:支持|扶持|鼓励|考虑|推荐|遴选|资助))[^，。；、]{0,20}|向[^，。；]{2,20}倾斜)"
)
_STATED = re.compile(
    r"(?P<words>经[^，。；]{2,20}(?:同意|批准|认定|审核|备案|评审|确认)(?:后|的)?|在[^，。；]{2,24}(?:前提下|基础上|情况下|条件下|范围内)"
    r"|(?:在)?[^，。；]{0,20}除[^，。；]{2,40}外|不涉及[^，。；的]{2,40}"
    r"|不(?:得|能)重复(?:享受|申报|支持|奖励|补助|资助)|不包括[^，。；）]{2,30}|[^，。；（]{2,24}除外|在[^，。；]{2,14}下(?=，)"
    r"|未纳入[^，。；、]{2,24}的?(?:领域|行业|业务|项目)?|(?:未|没有|无)[^，。；]{1,16}(?:失信|违法|违规|处罚|事故)[^，。；]{0,12})"
)
_VAGUE = re.compile(r"(?:下列|以下|上述)条件|有条件的|符合条件|具备条件|满足一定条件")
"""What a discretion leaf already holds."""
_OPENER = re.compile(r"^(?:对于?|向|为|给|面向|将|吸引|[^，。；]{0,20}对(?=符合|[^，。；]{2,}的\Z))?(?:一批|若干|更多)?")
_FOR = re.compile(
    r"(?:[一二三四五六七八九十\d]+[、.．]|（[一二三四五六七八九十\d]+）|第[一二三四五六七八九十]+条)?\s*(?:凡是?|对于?|如|若)"
)
_SOME = re.compile(r"一批|若干")
_NUMBERS: tuple[tuple[str, frozenset[str], re.Pattern[str]], ...] = (
    ("staff", frozenset({"人"}), re.compile(r"(?:从业人员|职工|员工|人员规模|在职人数|用工)[^，。；]{0,14}\Z")),
    (
        "revenue",
        frozenset({"元"}),
        re.compile(r"(?:营业收入|销售收入|营业额|主营业务收入|年收入|营收|销售额|产值)[^，。；]{0,14}\Z"),
    ),
    ("age", frozenset({"年"}), re.compile(r"(?:成立|注册|设立|登记|经营|创办)[^，。；]{0,12}\Z")),
)
_AFTER_AGE = re.compile(r"[^，。；]{0,6}(?:成立|注册|设立)")
_HOME = re.compile(
    r"(?:在|于|注册地(?:址)?(?:和|、)?[^，。；]{0,10}在)?(?P<place>本市|我市|全市|市内|本省|我省|全省|省内|本县|我县|本区|我区|区内|辖区内?|本地区?"
    r"|当地)(?:范围|行政区域|境)?(?:内)?[^，。；]{0,8}(?:注册|登记|设立|纳税|经营|落户|工作|创业|就业)"
)
_TYPED = ("qualification", "size", "ownership", "people")


def conditions(document: Document, part: Part, mentions: Sequence[Mention], helpful: Sequence[Mention]) -> Node:
    """All conditions of the part: every child must be met or judged; beneficiaries joined by “any”.

    `helpful` are those that the part sets up (众创空间, 园区): to be one only helps.
    """
    text = document.text
    children: list[Leaf | Node] = []
    special = [m for m in mentions if re.search(r"(?:特别是|尤其是)\Z", text[max(part.span[0], m.span[0] - 4) : m.span[0]])]
    plain = [m for m in mentions if m not in special]
    who = tuple(Leaf("gate", "who", "in", m.values, m.span) for m in (plain or special))
    if len(who) > 1:
        children.append(Node("any", who))
    children += who[:1] if len(who) == 1 else ()
    if plain:
        children += [Leaf("bonus", "who", "in", m.values, m.span) for m in special]
    children += [Leaf("bonus", "who", "in", m.values, m.span) for m in helpful]
    children += _printed(document, part, mentions)
    return Node("all", tuple(_once(children)))


def _printed(document: Document, part: Part, mentions: Sequence[Mention]) -> Iterator[Leaf]:
    text, span = document.text, part.span
    for match in _DISCRETION.finditer(text, *span):
        yield Leaf("discretion", "other", "stated", (), match.span("words"))
    for match in _BONUS.finditer(text, *span):
        if match.start() <= part.verb[0] < match.end():
            continue  # “优先支持企业…” is what is given, not a condition
        start, end = match.span("words")
        inside = [m.span[1] for m in mentions if start < m.span[0] < end]
        yield Leaf("bonus", "other", "stated", (), (start, inside[0] if inside else end))
    yield from _domains(text, part)
    for match in _STATED.finditer(text, span[0], max(span[0], min(span[1], part.tail))):
        if not _VAGUE.search(match["words"]):
            yield from leaves(document, match.span("words"))
    for mention in mentions:
        if not (mention.towards or part.strength in {"鼓励", "给予"}):
            continue  # “建立高层次、常态化的企业咨询制度”: said of the thing, not of the firm
        left = max(span[0], part.verb[1] if part.verb[1] <= mention.span[0] else span[0])
        left = max(left, max(text.rfind(mark, left, mention.span[0]) for mark in "，；。") + 1)
        words = _OPENER.sub("", text[left : mention.span[0]])
        if (
            len(words) >= 5
            and words.endswith("的")
            and not _VAGUE.search(words)
            and not (_SOME.match(text, left) and part.strength == "落实")
        ):
            yield from leaves(document, (mention.span[0] - len(words), mention.span[0]))
    for start, end in _introductions(text, part, mentions):
        yield from leaves(document, (start, end))
    yield from numbers(text, span)


def _domains(text: str, part: Part) -> Iterator[Leaf]:
    """“在智能制造等领域”: fields that a profile may have, as a gate."""
    for match in re.finditer(r"(?:在|向|投向|对|支持)(?P<words>[^，。；：]{2,60}?(?:领域|行业))", text[part.span[0] : part.tail]):
        start, end = (part.span[0] + n for n in match.span("words"))
        values = tuple(dict.fromkeys(value for value, _ in find("field", text, start, end)))
        if not _VAGUE.search(match["words"]) and not re.search(r"(?:企业|机构|人才)", match["words"]):
            yield Leaf("gate", "field" if values else "other", "in" if values else "stated", values, (start, end))


def _introductions(text: str, part: Part, mentions: Sequence[Mention]) -> Iterator[Span]:
    """“对持有居留证的，”, “对技术改造项目，”: what the measure is for when that is nobody named."""
    at = part.span[0]
    while at < part.core[1]:
        end = text.find("，", at, part.core[1])
        end = part.core[1] if end < 0 else end
        words = text[at:end]
        case = _FOR.match(words)
        verb = min(end, part.verb[0]) if part.verb[0] > at else at
        named = any(at <= m.span[0] < end for m in mentions)
        begin, stop = at + (case.end() if case else 0), min(end, verb)
        if not named and stop - begin >= 4 and (case or words.endswith("的")) and not _VAGUE.search(words):
            yield begin, stop
        at = end + 1
        if at > part.verb[0]:
            break


def item_leaves(document: Document, span: Span) -> list[Leaf | Node]:
    """The leaves of one listed condition; whom a noun phrase names (“招用失业人员的企业”) comes first."""
    text = document.text
    named = find("who", text, *span)
    who = [(value, at) for value, at in named if at[1] == span[1] and all(other == at for _, other in named)]
    found: list[Leaf] = [Leaf("gate", "who", "in", tuple(v for v, at in who if at == who[0][1]), who[0][1])] if who else []
    found += leaves(document, span)
    return [Node("all", tuple(found))] if len(found) > 1 else list(found)


def leaves(document: Document, span: Span, role: Role = "gate") -> list[Leaf]:
    """Typed leaves for what a profile can decide in a printed condition; one “stated” leaf when there is nothing."""
    text = document.text
    out = list(numbers(text, span, role))
    for fact in _TYPED:
        hits = find(fact, text, *span)
        if hits:
            values = tuple(dict.fromkeys(v for v, _ in hits))
            out.append(Leaf(role, fact, "in", values, (hits[0][1][0], hits[-1][1][1])))
    home = _HOME.search(text, *span)
    if home and document.region not in {"", "全国", "未知"}:
        out.append(Leaf(role, "region", "in", (document.region,), home.span()))
    typed = sum(leaf.span[1] - leaf.span[0] for leaf in out)
    return out if 2 * typed >= span[1] - span[0] else [*out, Leaf(role, "other", "stated", (), span)]


def numbers(text: str, span: Span, role: Role = "gate") -> Iterator[Leaf]:
    """Staff, revenue and age: 从业人员不超过300人, 年销售收入2亿元以下, 成立3年以内."""
    for quantity, (start, end) in located(text, *span):
        left = max(span[0], max(text.rfind(mark, span[0], start) for mark in "，。；") + 1)
        for fact, units, before in _NUMBERS:
            named = before.search(text, left, start) or (fact == "age" and _AFTER_AGE.match(text, end, span[1]))
            if quantity.unit in units and named and quantity.bound in {"ge", "le"} and (fact != "age" or quantity.value < 100):
                begin = named.start() if named.start() < start else start
                figure = f"{quantity.value:g}" if quantity.value < 1e6 else f"{quantity.value:.0f}"
                yield Leaf(role, fact, "ge" if quantity.bound == "ge" else "le", (figure,), (begin, _bounded(text, end, span[1])))


def _bounded(text: str, end: int, limit: int) -> int:
    match = re.compile(r"(?:（?含）?)?(?:以上|以下|以内|之内|及以上|及以下|左右)").match(text, end, limit)
    return match.end() if match else end


def _once(children: Sequence[Leaf | Node]) -> Iterator[Leaf | Node]:
    """Without leaves that repeat another of the same fact and place."""
    seen: set[tuple[str, Span]] = set()
    for child in children:
        if isinstance(child, Leaf):
            key = (child.fact, child.span)
            if key in seen or (child.fact == "other" and any(_covers(s, child.span) for _, s in seen)):
                continue
            seen.add(key)
        yield child


def _covers(one: Span, other: Span) -> bool:
    """True when at least four fifths of the other lie in the one."""
    return 5 * (min(one[1], other[1]) - max(one[0], other[0])) >= 4 * (other[1] - other[0])
