"""Where an asker is, read from its words: its own place, not the one it left, sells to, or works with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from qa import profile_places
from qa.profile_places import Found, Place
from qa.profile_records import Known
from qa.profile_words import SELF, Clause, Story

Role = Literal["home", "goal", "plan", "asked", "left", "denied", "other"]
"""home: where it is; goal: where it comes or returns to; plan: where it also wants to go; asked: whose support it asks for."""

_PEOPLE = re.compile(r"(?:人(?!才|社|工)|青年|居民|同胞|籍|学生|大学|科技大学|理工大学)")
_DENIED = re.compile(r"(?:不是|不在|并非|不去|不回|不到|不属于)(?:我们|公司|在)?\Z")
_LEFT = re.compile(r"(?<!来)(?:(?<!回)老家(?:是|在)?|籍贯是?|祖籍是?|户口在|从|离开|告别|撤出|搬出|迁出|由)(?:我们|公司)?\Z")
_GOAL = re.compile(
    r"(?:回(?:到|国到|国来|国去|来|老家|家乡)?|落户(?:到|在)?|迁(?:到|至|往|入|回)?|搬(?:到|至|回|来)|扎根|定居(?:在|到)?"
    r"|(?<![起原本后将未往])来(?!自)|落地(?:在|到)?|(?:想|准备|打算|要|计划)在|引到)(?:我)?\Z"
)
_GO = re.compile(r"(?:去|到|赴|前往|进军|进入)\Z")
_STAYS = re.compile(r"[^，。；]{0,6}(?:创业|找(?:个|份)?工作|发展|落户|就业|定居|办公司|办企业|办厂|开公司|安家|上班|生活|工作)")
_SOLD = re.compile(
    r"(?:卖|销|销售|出口|发|供|运|推广|供货|发货|供应|寄|卖货|跟着|模仿|学习|借鉴|参照|对标|比|像)(?:到|往|给|去)?\Z"
    r"|(?:客户|订单|市场|货源|供应商|对手|朋友|同学|亲戚|老板|甲方)(?:都|主要|大多)?(?:在|来自|是)\Z"
)
_WITH = re.compile(r"(?:跟|和|与|同|给|帮|替|找|向|请|联合|依托|收购|并购|引进|对接|为|被|从)[^，。；]{0,2}\Z")
_BODY = re.compile(
    r"[省市区县]?(?:的)?(?:一[家所个])?[^，。；]{0,8}(?:公司|企业|高校|大学|学院|研究所|研究院|院所|客户|厂|团队|教授"
    r"|专家|同行|医院|基金|机构|配套)"
)
_WORKED = re.compile(
    r"[省市区县]?(?:那边|这边)?(?:的)?[^，。；]{0,8}(?:打工|打过工|上班|读书|上学|念书|上过学|毕业|留学|当兵|务工|待了"
    r"|呆了|干了|做了|工作了|漂了|闯|住了|流动站|出站|工作|进修|任教|上大学|读研|读博|读大学|学的)"
)
_RETURNS = re.compile(
    r"回(?!报|收|款|复|答|应|头|馈|购)|返乡|(?:想|准备|打算|要|现在|计划)(?:去|来|到|在|回|换)|落户|迁到|搬到"
    r"|来(?=[\u4e00-\u9fff]{2})"
)
_SCHOOL = re.compile(r"(?:[\u4e00-\u9fff]{0,4})(?:大学|学院)(?:[^，。；]{0,4})(?:毕业|读完|读的|念的|出来|上的学)")
_WANTED = re.compile(r"[^，。；]{0,14}(?:要我|请我|聘我|挖我|录用我|招我|让我去|欢迎我)")
_BRANCH = re.compile(
    r"总部|分公司|子公司|分厂|办事处|两地|都有|分别|基地|母公司|分院|研发(?:中心)?(?:在|放)|生产(?:基地)?(?:在|放)|工厂在"
    r"|另[一有外]"
)
_FOREIGN = re.compile(
    r"(?P<land>德国|美国|日本|韩国|英国|法国|意大利|加拿大|澳大利亚|新加坡|俄罗斯|以色列|瑞士|瑞典|荷兰|印度|越南|泰国"
    r"|马来西亚|西班牙|巴西|墨西哥|乌克兰|硅谷|欧洲|海外|外国|境外|国外)"
    r"(?:的|[\u4e00-\u9fff]{0,4}注册的?)?(?:一家)?[^，。；！？资]{0,6}?(?:公司|企业|厂商|集团|厂)|(?:注册"
    r"|总部)(?:地)?(?:都)?(?:在|于|是)(?P<seat>德国|美国|日本|韩国|英国|法国|加拿大|澳大利亚|新加坡|俄罗斯|以色列|瑞士"
    r"|瑞典|荷兰|印度|开曼|越南|国外|海外|境外|硅谷)"
)
_OURS = re.compile(r"(?:我们?(?:公司)?|咱们?|本公司|俺们?)?(?:是|作为|来自|，)?(?:一家|家|个|一个)?(?:在)?\Z")
_HERE = re.compile(
    r"在(?:中国|国内|华)|来华|中国(?:的)?(?:子公司|分公司|工厂|公司)|外商独资|外商投资|外资|子公司|分公司|分厂|合资"
)

_SAME = 20  # places looked back at, so that one said again and again counts once
_NEAR = 200  # characters after a place within which a return is looked for
_MOST_UNKNOWN = 3  # unknown names that are told; more help nobody


@dataclass(frozen=True, slots=True)
class Where:
    known: tuple[Known, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """(problem, question that clears it)."""


@dataclass(slots=True)
class _Roles:
    homes: list[Found] = field(default_factory=list)
    goals: list[Found] = field(default_factory=list)
    plans: list[Found] = field(default_factory=list)
    asked: list[Found] = field(default_factory=list)
    denied: list[Found] = field(default_factory=list)

    def put(self, role: Role, found: Found) -> None:
        lists = {"home": self.homes, "goal": self.goals, "plan": self.plans, "asked": self.asked, "denied": self.denied}
        if role in lists and not any(f.places == found.places for f in lists[role][-_SAME:]):
            lists[role].append(found)


def read(told: Story) -> Where:
    """The asker's region; nothing where two provinces are claimed as home, or a name is not known."""
    roles = _Roles()
    for found in profile_places.find(told.text):
        clause = told.at(found.start)
        if not clause.supposed:
            roles.put(_role(told, clause, found), found)
    names = dict.fromkeys(told.text[a:b] for a, b in profile_places.unknown(told.text))
    problems = [_not_known(name) for name in list(names)[:_MOST_UNKNOWN]]
    problems += _abroad(told)
    own = _without(roles.goals or roles.homes, roles.denied)
    extra = [(f, "想去的地方") for f in roles.plans]
    if not own:
        extra += [(f, "问的是这个地方的政策") for f in roles.asked[:1]]
    own, doubt = _certain([_narrow(f, [*own, *(e[0] for e in extra)]) for f in own], told)
    known = [k for f in own for k in _entries(f, "")]
    if doubt:
        return Where(_denials(roles.denied), (*problems, doubt))
    for found, reason in extra:
        narrow = _narrow(found, [*own, found])
        if len(narrow.places) == 1:
            known += _entries(narrow, reason)
    return Where((*_once(known), *_denials(roles.denied)), tuple(problems))


def _role(told: Story, clause: Clause, found: Found) -> Role:
    before, after = told.text[max(clause.start, found.start - 16) : found.start], told.text[found.end : clause.end]
    if _DENIED.search(before):
        return "denied"
    if _WANTED.match(after):
        return "goal"
    if _LEFT.search(before) or _SOLD.search(before) or _SCHOOL.match(after) or _of_people(told, found, after):
        return "left"
    if _GOAL.search(before):
        return "goal"
    if clause.holds_past(found.start) or (_WORKED.match(after) and _RETURNS.search(told.text, found.end, found.end + _NEAR)):
        return "left"
    if _GO.search(before):
        return "goal" if _STAYS.match(after) else "plan"
    return _plain_role(told, clause, found, (before, after))


def _of_people(told: Story, found: Found, after: str) -> bool:
    """“香港青年” tells where someone comes from."""
    return told.text[found.start : found.end] in ("香港", "澳门", "台湾") and bool(_PEOPLE.match(after))


def _plain_role(told: Story, clause: Clause, found: Found, around: tuple[str, str]) -> Role:
    """The role of a place that no verb of going, leaving or selling stands beside."""
    before, after = around
    if _WITH.search(before) and _BODY.match(after):
        return "other"
    if clause.asks and not SELF.search(told.text, clause.start, found.start) and not (clause.first and not told.personal):
        return "asked"
    return "home"


def _without(homes: Sequence[Found], denied: Sequence[Found]) -> list[Found]:
    """Homes that a correction has not taken back."""
    gone = {p for f in denied for p in f.places}
    return [f for f in homes if not set(f.places) <= gone]


def _narrow(found: Found, others: Sequence[Found]) -> Found:
    """A name that several places bear, with only those that lie where the other names are."""
    if len(found.places) < 2:
        return found
    near = [p for f in others if len(f.places) == 1 for p in f.places]
    fits = tuple(
        p for p in found.places if any(p.parts[: len(q.parts)] == q.parts or q.parts[: len(p.parts)] == p.parts for q in near)
    )
    return Found(found.start, found.end, fits) if fits else found


def _certain(homes: list[Found], told: Story) -> tuple[list[Found], tuple[str, str] | None]:
    """Homes in one province, or explained as branches; else the doubt."""
    for found in homes:
        name = told.text[found.start : found.end]
        if len(found.places) > 1 and not _larger(found):
            where = "、".join("".join(profile_places.printed(p.parts)) for p in found.places[:4])
            return homes, (f"“{name}”不止一处：{where}。", f"您说的“{name}”在哪个省、哪个市？")
    provinces: dict[str, Found] = {}
    for found in homes:
        if not _larger(found):
            provinces.setdefault(found.places[0].province, found)
    if len(provinces) > 1 and not _BRANCH.search(told.text):
        one, other = list(provinces.values())[:2]
        names = f"“{told.text[one.start : one.end]}”", f"“{told.text[other.start : other.end]}”"
        return homes, (f"您说了两个所在地：{names[0]}和{names[1]}，不在同一个省。", f"您（单位）现在在{names[0]}还是{names[1]}？")
    return homes, None


def _larger(found: Found) -> bool:
    return len(found.places) > 1 and all(p.parts == (p.province,) for p in found.places)


def _entries(found: Found, reason: str) -> list[Known]:
    if _larger(found):
        return [Known(_name_of(found), found.start, found.end, reason=reason)]
    return [Known(part, found.start, found.end, reason=reason) for part in found.places[0].parts]


def _name_of(found: Found) -> str:
    return profile_places.larger({p.province for p in found.places})


def _once(known: Sequence[Known]) -> tuple[Known, ...]:
    seen: dict[str | float, Known] = {}
    for entry in known:
        seen.setdefault(entry.value, entry)
    return tuple(seen.values())


def _denials(denied: Sequence[Found]) -> tuple[Known, ...]:
    return tuple(Known(_name_of(f) if _larger(f) else _deepest(f.places[0]), f.start, f.end, denied=True) for f in denied)


def _deepest(place: Place) -> str:
    return place.parts[-1]


def _not_known(name: str) -> tuple[str, str]:
    return f"“{name}”不是我认识的地名。", f"“{name}”在哪个省、哪个市？请写出省、市的名称。"


def _abroad(told: Story) -> list[tuple[str, str]]:
    """The doubt about a company of another country that names no establishment in China."""
    for match in _FOREIGN.finditer(told.text):
        clause = told.at(match.start())
        before = told.text[clause.start : match.start()]
        if (match["seat"] or _OURS.fullmatch(before)) and not _HERE.search(told.text) and not clause.supposed:
            if match["land"] and not (SELF.search(before) or clause.first):
                continue
            return [
                (
                    f"您说的“{match.group()}”是境外的企业，而这里的政策面向在中国登记的单位和在中国的人。",
                    "你们在中国登记了企业或机构吗？登记在哪个省、哪个市？",
                )
            ]
    return []
