"""The asker's words: clauses, and what stands around a saying in them (denied, wished for, past, supposed, said of others)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Literal

from corpus import facts as vocabulary

Verdict = Literal["yes", "denied", "pointed", "no"]
"""pointed: spoken of, but not said of the asker."""
SELF = re.compile(r"我(?!国)|咱|俺|本(?:人|公司|企业|校|院|所|单位|县|市|区|园|厂|店|社)|自己|自家")
_CLAUSE = re.compile(r"[^，,。；;：:！!？?\n…]+[，,。；;：:！!？?\n…]?")
ASKS = re.compile(
    r"[？?]|什么|哪|多少|怎么|怎样|如何|吗|呢|〓|是否|能否|咋|啥|(?<![十百千好这那了过])几[个年项岁家天月]|如?何(?:时|处)"
    r"|有没有|能不能|可不可以|要不要|行不行"
)
_STATUS = re.compile(
    r"是不是|算不算|属不属于|够不够|符不符合|是否(?:属于|是|算)?|能不能算|能否算|不知道|不清楚|不确定|搞不懂|不懂"
)
_IDLE = re.compile(
    r"不仅(?:仅)?|不但|不光|不只(?:是)?|不得不|不少|不错|不久|不到|没想到|不断|不同|不过|差不多|要不要|能不能|有没有"
    r"|可不可以|该不该|行不行|不停"
    r"|不如|不妨|来不及|不一定|无人机|没问题|不好意思|无论|无锡|无线|无菌|无损|无纺"
)
_STRONG = re.compile(
    r"(?:不想|不打算|不准备|不需要|不用|不要|不做|不搞|不是|并非|不属于|不算|算不上|称不上|不涉及|不考虑|没打算|没想|从不"
    r"|从未|从没|不愿意?|无意|不再|不干|不种|不养)"
    r"(?:再|去|过|什么|搞|做|任何|靠|一家|一个|个|家|[、\u4e00-\u9fff]{0,6}?[、和或及])?[^，。；的是做想有]{0,5}\Z"
)
_WEAK = re.compile(
    r"(?:没有|没|未|无|尚未|不具备|拿不到|没评上|没拿到|没办|没通过)(?:过|到|上|下来|成|任何|什么|做"
    r"|[^，。；的是想有]{0,8})?[^，。；的是想有]{0,2}\Z"
)
_DENIED_AFTER = re.compile(
    r"(?:证书?|资格|资质|认定|称号|牌子)?(?:[都也还我们一直早就已经]{0,4})"
    r"(?:没(?:有)?(?:评上|通过|拿到|下来|批|过|拿|评|办)|没有(?!问题)(?=[，。；！]|\Z)|未(?:通过|获|取得)|被?取消|被?撤销"
    r"|过期|到期|失效|落选|不是|没了|丢了|摘牌|没过)"
)
_DOUBLE = re.compile(r"(?:不是没(?:有)?|并非没(?:有)?|不能没(?:有)?|不会不|不能不)[^，。]{0,4}\Z")
_WISH = re.compile(
    r"(?:想|打算|准备|计划|希望|争取|申请|申报|冲刺|冲|正在|在申|在报|梦想|怎么|怎样|如何|能不能|能否|够不够|可以"
    r"|要(?!求)|目标|力争|培育|升|成不了|预备|拟)"
    r"(?!申请到|到了)(?P<gap>[^，。；的把让]{0,9})\Z"
)
_GOT = re.compile(
    r"评上|认定(?:了|为|上)|拿到|拿了|获得|获评|取得|通过了?|成为了?|入选|申请到|申请下来|批下来|过了|评了|是|刚|去年"
    r"|前年|已经|挂牌|有(?!没有)|属于|作为|持有"
)
_WISH_AFTER = re.compile(
    r"(?:证书?|资格|资质|企业|称号)?(?:的)?(?:还)?(?:怎么|如何|申请|申报|认定(?!了|的)|在申|正在|要(?!交)|需要|想|条件"
    r"|评审|公示|材料|怎样|培育|入库|备案|评定|门槛|标准)"
)
_OTHER = re.compile(
    r"(?:那儿|那里|老家|家乡|所在|户籍|跟|(?<![总暖调附共平])和(?!平)|(?<!参)(?<!赠)与|(?<![合共协])同(?!时)|给|帮助?|替"
    r"|(?<![作成定评转改升称认因])为(?!了)|被|找|(?<!方)(?<!意)向|(?<!申)(?<!聘)请|从(?![事业来])"
    r"|卖给|针对|比|依托|对接|合作|引进|收购|并购|服务(?:于|了|过|[一二两三几多\d本全中小各])|面向|支持|吸引|招(?:聘)?"
    r"|入驻|进驻|挂靠|委托|受聘在?|受聘于|毕业于"
    r"|就职于|任职于|供职于|客户|供应商|对手|甲方|(?<![先引推改促])进(?!行|口)|去(?!年)|(?<![评拿申达做得遇])到|欠"
    r"|投(?:了|过|资)|培育(?:了|出)?|扶持|管着|辖区|隔壁|听说|据说|别人|人家|同行"
    r"|对手|邻居|有的|很多|许多|不少|一些|哪些|什么|各类|所有|其他|别的|其它|大量|多家|几十家|几百家|上百家|\d+家|当地"
    r"|传统|关于)[^，。；！？：是我咱俺评定办开建搞卖做干种养造]{0,8}\Z|(?:投|服务|客户|面向|合作|对手"
    r"|支持)[^，。；！？]{0,4}是\Z"
)
_OTHER_PEOPLE = re.compile(
    r"(?:(?<!没)有|跟|和|与(?!会)|给|帮|替|找|(?<!申)请|针对|支持|吸引|服务|面向|听说|据说|别人|人家|很多|不少|一些|哪些|招"
    r"|引进?|聘|雇|用|安置|录用|吸纳|培养|带|派|选派|需要|缺|挖|留|来了?|团队里|其中)[^，。；！？：是我咱俺]{0,8}\Z"
)
_EMPLOYED = re.compile(
    r"(?:里|下面|下属)?(?:的)?(?:普通|一名|在职|在编|退休|在读|青年|年轻|一线|高级|车间)?"
    r"(?:员工|职工|职员|工人|老师|教师|教授|讲师|学生|本科|硕士|博士|毕业|研究员|科研人员|工程师|技术员|医生|护士|上班"
    r"|打工|工作|任教|任职|读书|读|念|上学|上过|出来"
    r"|离职|辞职|下岗|退休|挂职|实习|兼职|孵化|刚毕业|当(?!地)|大[一二三四]|裁|给我|欠我|流动站|客户|供货|配套)"
)
_ACTS = re.compile(
    r"(?:那边|里|们|方面)?(?:也|都|总|老是|一直|又)?(?:不(?!大|小)|嫌|拒|给(?!力)|抽|压|断|让我|说我?|怕|欠|催|告|贷|放款"
    r"|借|批|收)"
)
_AT = re.compile(r"在(?:(?!开(?!发)|办(?!公)|经营|成立|注册)[^，。；的]){0,12}\Z")
"""Where somebody works; who runs (开, 办) what stands there does not work for it."""
_AT_WORK = re.compile(r"(?:里|那边)?(?:上|打|工|任|当(?!地)|做|干|教|读|念|学(?!校|院)|实习|待|呆|从事|挂|就|租|入驻)")
_ANCHOR = re.compile(
    r"我(?!国)|咱|俺|本(?:人|公司|企业|校|院|所|单位|县|市|区|园|厂|店|社)|自己|自家|(?<!不)(?<!是不)是|作为|身为|属于"
    r"|一[家个所间支只名位条帮群]|个人的"
    r"|(?:开|办|创办|经营|运营|管)(?:了|着|过|的)?|来自|代表"
)
_THERE = re.compile(r"在[^，。；的办开运营搞做建管当弄我]{1,10}\Z")
_FOUNDING = re.compile(r"(?:想|打算|准备|计划)[^，。；]{0,24}?(?:开|办|创办|成立|注册|搞|弄)[^，。；]{0,16}\Z")
_NOUN_END = re.compile(
    r"(?:里|的)?(?:们)?(?:[，,。；！!？?：:、（(\n]|\Z|想|要|打算|准备|做|搞|专|主|在|有|能|可以|刚|成立|老板|负责人"
    r"|创始人|法人|董事长|主任|干部|秘书|会长|科研处|科技处|人事处|财务处|管委会|办公室|院长|校长|所长|厂长|书记|科长"
    r"|局长|现在|目前|今年|去年|怎么|出身|一名|一家|希望|需要)"
)
_PAST = re.compile(
    r"以前|之前(?!想|要)|曾经|曾(?=在|是|任|当)|原来|原先|过去(?=是|在|的|几年|，|做|干|当)|早年|当年|早先|从前|前些年"
    r"|退休前|上一份|原本|原(?=是|在|国企|任)"
)
_NOW = re.compile(
    r"现在|如今|目前|现|今年|后来|这几年|眼下|当下|已经?(?!经营)|刚刚?|去年|想|打算|准备|回(?!报|收)|转(?=型|做|行|为)"
)
_SUPPOSED = re.compile(r"如果|假如|假设|假使|要是|(?<![般倘])若(?!干)|倘若|万一|等(?=我们?|将来|以后)|将来|的话|哪天|有朝一日")
_MOST = 50  # places where one row is looked at; who says a thing more often than that says nothing new
_TITLE = re.compile(r"《[^》]{0,60}》")
_WIDE = {c: c - 0xFEE0 for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))} | {
    0xFF0E: 0x2E,
    0xFF0B: 0x2B,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of what was said, up to a comma or a stronger mark; offsets into the whole."""

    start: int
    end: int
    asks: bool
    supposed: bool
    past: tuple[int, int]
    """What in it speaks of the past (offsets into the whole); empty when start equals end."""
    first: bool
    """Whether it is the first or second: there a bare noun names the asker."""

    def holds_past(self, at: int) -> bool:
        return self.past[0] <= at < self.past[1]


@dataclass(frozen=True, slots=True)
class Story:
    text: str
    """What was said with full-width digits and letters made narrow and titles masked; same length."""
    judged: str
    """The same with idle negations (不仅、有没有) and doubts (是不是) masked."""
    clauses: tuple[Clause, ...]
    personal: bool
    """Whether anyone in it speaks of himself."""

    def at(self, position: int) -> Clause:
        low, high = 0, len(self.clauses) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if position < self.clauses[middle].end else (middle + 1, high)
        return self.clauses[low]


@dataclass(frozen=True, slots=True)
class Saying:
    """A row of sayings.tsv."""

    facts: tuple[str, ...]
    values: tuple[str, ...]
    pattern: re.Pattern[str]
    how: str


@cache
def sayings() -> tuple[Saying, ...]:
    """All rows of sayings.tsv.

    Raises:
        ValueError: for a row that cannot be read.
    """
    rows: list[Saying] = []
    names: dict[str, str] = {}
    for line in (Path(__file__).parent / "sayings.tsv").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        facts, values, pattern, *how = line.split("\t")
        for name, meant in names.items():
            pattern = pattern.replace(f"{{{name}}}", meant)
        if facts == "=":
            names[values] = pattern
        else:
            rows.append(Saying(tuple(facts.split(";")), tuple(values.split(";")), re.compile(pattern), how[0] if how else ""))
    return tuple(rows)


def story(say: str) -> Story:
    """Clauses of what was said; no clause for a text without words."""
    text = _TITLE.sub(lambda m: "□" * len(m.group()), say.translate(_WIDE))
    judged = _IDLE.sub(lambda m: "◇" * len(m.group()), _STATUS.sub(lambda m: "〓" * len(m.group()), text))
    clauses: list[Clause] = []
    supposed = past = False
    for match in _CLAUSE.finditer(judged):
        part = match.group()
        if not re.search(r"\w", part):
            continue
        clear = say[match.start() : match.end()]
        supposed = bool(_SUPPOSED.search(part)) or (supposed and bool(re.match(r"并且|而且|并|又|还|也|同时", part)))
        span = _past(part, past)
        past = (
            (past or span[0] <= 4) and span[1] == len(part) and span[0] < span[1] and not part.endswith(("。", "；", "\n", "！"))
        )
        clauses.append(
            Clause(
                match.start(),
                match.end(),
                bool(ASKS.search(part) or ASKS.search(clear)),
                supposed,
                (match.start() + span[0], match.start() + span[1]),
                len(clauses) < 2,
            )
        )
    return Story(text, judged, tuple(clauses), bool(SELF.search(text)))


def _past(part: str, going_on: bool) -> tuple[int, int]:
    """Which part of a clause speaks of the past; `going_on` when the clause before it does to its end."""
    began = _PAST.search(part)
    start = 0 if going_on else began.start() if began else len(part)
    now = _NOW.search(part, began.end() if began else start)
    return start, max(start, now.start() if now else len(part))


def said(told: Story, rows: tuple[Saying, ...]) -> Iterator[tuple[Saying, int, int, Verdict]]:
    """Every place where a row fits, with what its surroundings make of it."""
    for row in rows:
        for match in islice(row.pattern.finditer(told.text), _MOST):
            if match.start() < match.end() and told.clauses:
                yield row, match.start(), match.end(), judge(told, row, match.start(), match.end())


def judge(told: Story, row: Saying, start: int, end: int) -> Verdict:
    """What the surroundings of a saying make of it."""
    clause = told.at(start)
    before, after = told.judged[max(clause.start, start - 40) : start], told.judged[end : max(end, clause.end)][:16]
    fact = row.facts[0]
    held = "qualification" in row.facts
    if _DOUBLE.search(before):
        return "no"
    denied = _denial(fact, held, row, before, after)
    if denied:
        return denied
    if fact in ("activity", "field") and row.how != "own":
        return "no" if re.search(r"(?:听说|据说|别人|人家|隔壁|同行|竞争对手)", before) else "yes"
    if fact == "people":
        return "no" if re.search(r"(?:给|卖|跟|被|让)[^，。]{0,4}\Z", before) else "yes"
    if clause.supposed or "〓" in before[-10:] or (clause.holds_past(start) and row.how != "past"):
        return "pointed"
    founding = "企业" in row.values and _FOUNDING.search(before + told.judged[start : start + 2])
    if fact != "industry" and row.how not in ("past", "self") and (founding or _wished(held, before, after)):
        return "pointed"
    return _of_asker(told, clause, row, (before, after), held)


def _denial(fact: str, held: bool, row: Saying, before: str, after: str) -> Verdict | None:
    """What a denial beside a saying makes of it; None when there is none."""
    if held and _DENIED_AFTER.match(after):
        return "denied"
    if _STRONG.search(before):
        return "no" if row.how == "only" else "denied"
    if _WEAK.search(before):
        if held:
            return "denied"
        if fact == "activity" and row.values[0] in ("出口", "研发投入", "兼职", "电商", "走出去"):
            return "denied"
        return "yes" if fact in ("activity", "people", "field") else "pointed"
    return None


def _wished(held: bool, before: str, after: str) -> bool:
    wish = _WISH.search(before)
    if wish and not _GOT.search(wish["gap"]) and not re.search(r"(?:去年|刚|已经|前年)[^，。]{0,3}\Z", before[: wish.start()]):
        return True
    return (
        held and bool(_WISH_AFTER.match(after)) and not re.search(r"(?:评上|拿到|认定为|是|获得|取得|通过)[^，。]{0,4}\Z", before)
    )


def _of_asker(told: Story, clause: Clause, row: Saying, around: tuple[str, str], held: bool) -> Verdict:
    """Whether a class, size, owner, qualification or industry is said of the asker."""
    before, after = around
    person = "who" in row.facts and _is_person(row)
    theirs = held and re.match(r"的?(?:子公司|供应商|客户|下属)", after)
    if theirs or (_OTHER_PEOPLE if person else _OTHER).search(before) or (_ACTS.match(after) and not SELF.search(before[-6:])):
        return "pointed"
    if (
        not person
        and row.facts[0] != "industry"
        and (_EMPLOYED.match(after) or _THERE.search(before) or (_AT.search(before) and _AT_WORK.match(after)))
    ):
        return "pointed"
    whole = not before and not after.strip("，,。；;！!？?：:、\n")
    if whole or row.how in ("past", "self") or (held and _GOT.search(before[-8:])):
        return "yes"
    if _ANCHOR.search(before):
        return "yes"
    if SELF.search(told.text, clause.start, clause.start + len(before) + 2) or (row.facts[0] == "industry" and not clause.asks):
        return "yes"
    if (clause.first or held) and _NOUN_END.match(after) and not (clause.asks and told.personal):
        return "yes"
    if row.how == "weak" and not before and not clause.asks:
        return "yes"
    return "yes" if clause.asks and not told.personal and len(before) <= 8 else "pointed"


@cache
def _is_person(row: Saying) -> bool:
    return vocabulary.group("who", row.values[0]) == "个人"
