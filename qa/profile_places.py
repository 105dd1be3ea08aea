"""Chinese places: where they stand in a text and how they lie in one another. profile_counties.tsv, index/places.tsv."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index import places

LARGER = {
    "东北": ("辽宁", "吉林", "黑龙江"),
    "京津冀": ("北京", "天津", "河北"),
    "长三角": ("上海", "江苏", "浙江", "安徽"),
}
NATION = frozenset({"全国", "国家", "中国", "国内"})
_PROVINCE_END = re.compile(r"(?:维吾尔|壮族|回族)?自治区|特别行政区|[省市]")
_AUTONOMOUS = {
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
_CITIES = ("北京", "天津", "上海", "重庆")
_NOT_A_PLACE = {  # what follows a short name and shows that something else is meant
    "大理": "石",
    "和田": "玉",
    "玉树": "临",
    "安康": "的身",
    "长治": "久",
    "海东": "青",
    "朝阳": "产业行业",
    "白银": "价首饰",
}
_AUTONOMOUS_COUNTY = re.compile(
    r"(?:(?:各|满|蒙古|回|壮|苗|侗|瑶|土家|藏|彝|白|傣|哈尼|黎|畲|朝鲜|仡佬|布依|水|羌|土|东乡|撒拉|保安|裕固|哈萨克"
    r"|柯尔克孜|锡伯|塔吉克"
    r"|达斡尔|鄂温克|鄂伦春|拉祜|佤|傈僳|纳西|景颇|普米|独龙|怒|布朗|毛南|仫佬|维吾尔)族)+自治(?=[县旗]\Z)"
)
_UNKNOWN = re.compile(
    r"(?:在|是|来自|位于|地处|注册于|回|住|我们|我|从|到|去){1,3}(?P<name>[\u4e00-\u9fff]{1,5}?(?:自治州|自治县|[市县省]))"
    r"(?![场值民面销价占盈里级内长委城域政情属直辖外际份钱事时心力电油公况话])"
)
_COMMON = re.compile(
    r"[本我贵全各某这那哪该此邻几两多跨出同外别其每一二三四五六七八九十个级上城超股门夜集入困大强小穷的里有和或说做办开想给业量源基型内新州成当国家]"
    r"(?:自治[州县]|[市县省])\Z|公司|企业|我|们|问"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A division: names from the outside in; empty where it is larger than that, or lies directly under the one before."""

    province: str
    city: str = ""
    county: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.province, self.city, self.county)))


@dataclass(frozen=True, slots=True)
class Found:
    """A name at `start:end`; several places when the name is not the only one of its kind (和平区)."""

    start: int
    end: int
    places: tuple[Place, ...]


def find(text: str) -> list[Found]:
    """Names of places from the left, longest first. Neighbours that lie in one another are one place (辽宁省沈阳市)."""
    names, lengths = _names()
    found: list[Found] = []
    at = 0
    while at < len(text) - 1:
        for length in lengths.get(text[at : at + 2], ()):
            name = text[at : at + length]
            if len(name) == length and name in names and not _else_meant(name, text[at + length : at + length + 1]):
                _add(found, Found(at, at + length, names[name]))
                found[-1] = _longer(text, found[-1])
                at = found[-1].end - 1
                break
        at += 1
    return sorted(_within(text, found), key=lambda f: f.start)


def _else_meant(name: str, after: str) -> bool:
    return bool(after) and after in _NOT_A_PLACE.get(name, "")


def _within(text: str, found: list[Found]) -> list[Found]:
    """What was found, and counties without their last character that lie in a city found (朝阳下边的凌源)."""
    more = []
    for city in {p for f in found for p in f.places if p.city and not p.county}:
        for short in _counties_of(city):
            at = text.find(short)
            if at >= 0 and not any(f.start < at + len(short) and at < f.end for f in found):
                more.append(Found(at, at + len(short), tuple(p for p in _short_counties()[short] if _inside(p, city))))
    return [*found, *more]


@cache
def _counties_of(city: Place) -> tuple[str, ...]:
    return tuple(
        n for n, places in _short_counties().items() if any(p.county[-1] in "县市旗" and _inside(p, city) for p in places)
    )


def unknown(text: str) -> Iterator[tuple[int, int]]:
    """Spans of words that look like the name of a city, county or province but are not known (火星市)."""
    known = [(f.start, f.end) for f in find(text)]
    for match in _UNKNOWN.finditer(text):
        start, end = match.span("name")
        start = max([start, *(e for s, e in known if s <= start < e)])
        covered = any(s < end and start < e for s, e in known)
        if not covered and end - start > 1 and not _COMMON.search(text[start:end]):
            yield start, end


def named(value: str) -> tuple[Place, ...]:
    """The places that a whole text may name; empty when it names none, or more than the text of one place."""
    found = find(value.strip())
    return found[0].places if len(found) == 1 and (found[0].start, found[0].end) == (0, len(value.strip())) else ()


def holds(stated: Sequence[str], denied: Sequence[str], value: str) -> bool | None:
    """Whether an asker at the stated places (names as in a profile) is at `value`; None when that is not known."""
    if value in NATION:
        return True if stated else None
    wanted = _covered(value)
    if not wanted:
        return True if value in stated else None
    own = [p for name in stated for p in _covered(name)]
    if any(all(any(_inside(w, d) for d in _covered(name)) for w in wanted) for name in denied):
        return False
    if not own:
        return None
    deepest = [p for p in own if not any(o != p and _inside(o, p) for o in own)]
    if any(_inside(mine, w) for mine in deepest for w in wanted) and (len(stated) > 1 or value in stated or len(own) == 1):
        return True
    return None if any(_inside(w, mine) or _inside(mine, w) for mine in deepest for w in wanted) else False


def printed(values: Sequence[str]) -> list[str]:
    """Names of a profile put together for reading: 辽宁, 沈阳 → 辽宁省沈阳市."""
    shown: list[str] = []
    for value in values:
        whole = _whole(value)
        place = named(value)
        upper = {p for q in place for p in q.parts[:-1]} - {value}
        if shown and upper and any(shown[-1].endswith(_whole(u)) for u in upper):
            shown[-1] += whole
        else:
            shown.append(whole)
    return shown


def _covered(value: str) -> list[Place]:
    """A name → the places it stands for; a larger region stands for its provinces."""
    if value in LARGER:
        return [Place(p) for p in LARGER[value]]
    return list(named(value))


def _inside(inner: Place, outer: Place) -> bool:
    return inner.parts[: len(outer.parts)] == outer.parts or (
        bool(outer.county) and inner.county == outer.county and inner.province == outer.province
    )


def _longer(text: str, found: Found) -> Found:
    """A city with the county that stands behind it without its last character (铁岭昌图)."""
    names, lengths = _names()
    if any(text[found.end : found.end + n] in names for n in lengths.get(text[found.end : found.end + 2], ())):
        return found  # 辽宁省本溪市 is no county of that name
    for length in (4, 3, 2):
        short = text[found.end : found.end + length]
        inside = tuple(
            p for p in _short_counties().get(short, ()) if len(short) == length and any(_inside(p, q) for q in found.places)
        )
        if inside:
            return Found(found.start, found.end + length, inside)
    return found


@cache
def _short_counties() -> dict[str, tuple[Place, ...]]:
    """Names of counties without 县, 市, 区, 旗, where two characters or more are left."""
    short: dict[str, list[Place]] = {}
    for place, name in _table()[0]:
        plain = _AUTONOMOUS_COUNTY.sub("", name)
        if place.county and len(plain) > 2 and plain[-1] in "县市区旗":
            short.setdefault(plain[:-1], []).append(place)
    return {name: tuple(found) for name, found in short.items()}


def _add(found: list[Found], new: Found) -> None:
    last = found[-1] if found else None
    if last and last.end == new.start:
        inside = tuple(p for p in new.places if any(_inside(p, q) and p != q for q in last.places))
        if inside:
            found[-1] = Found(last.start, new.end, inside)
            return
    found.append(new)


def _whole(value: str) -> str:
    if value in _AUTONOMOUS:
        return _AUTONOMOUS[value]
    place = named(value)
    if len(place) == 1 and place[0].parts == (value,):
        return f"{value}市" if value in _CITIES else f"{value}省"
    return _table()[1].get(value, value)


@cache
def _table() -> tuple[tuple[tuple[Place, str], ...], dict[str, str]]:
    """(Place, whole name) of cities and counties; short → whole name of cities."""
    rows: list[tuple[Place, str]] = []
    whole: dict[str, str] = {}
    for line in (Path(__file__).parent / "profile_counties.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        province, city, full, counties = line.split("\t")
        city = city.strip("-")
        if city:
            whole[city] = full
            rows.append((Place(province, city), full))
        rows += [(Place(province, city, name), name) for name in counties.split()]
    return tuple(rows), whole


@cache
def _names() -> tuple[dict[str, tuple[Place, ...]], dict[str, tuple[int, ...]]]:
    """Name → places; first two characters → lengths of the names that begin so, longest first."""
    names: dict[str, list[Place]] = {}
    for place, name in _table()[0]:
        for alias in {name, _AUTONOMOUS_COUNTY.sub("", name), *([name[:-1]] if name.endswith("市") and len(name) > 3 else [])}:
            names.setdefault(alias, []).append(place)
    short = (Path(places.__file__).parent / "places.tsv").read_text("utf-8").splitlines()
    for line in short:
        if not line or line.startswith("#"):
            continue
        province, *cities = re.split(r"[\t ]+", line.strip())
        for name in {province, _AUTONOMOUS.get(province, f"{province}省"), f"{province}市" if province in _CITIES else province}:
            names[name] = [Place(province)]
        for city in cities:
            whole = _table()[1].get(city)
            for name in {city, whole or city, city if city[-1] in "州盟市区" else f"{city}市"}:
                names.setdefault(name, []).extend([] if names.get(name) and whole is None else [Place(province, city)])
    names |= {name: [Place(p) for p in provinces] for name, provinces in LARGER.items()}
    names["朝阳"] = [p for p in names["朝阳市"] + names["朝阳区"] if p.county in ("", "朝阳区")]
    lengths: dict[str, set[int]] = {}
    for name in names:
        if len(name) > 1:
            lengths.setdefault(name[:2], set()).add(len(name))
    unique = {name: tuple(dict.fromkeys(found)) for name, found in names.items() if len(name) > 2 or name not in _TOO_SHORT}
    return unique, {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


_TOO_SHORT = frozenset({"城区", "郊区", "矿区", "东区", "西区", "新县", "南县", "开县", "和县"})


def larger(provinces: set[str]) -> str:
    """The name of the region that is made of these provinces.

    Raises:
        KeyError: when there is none.
    """
    return {frozenset(members): name for name, members in LARGER.items()}[frozenset(provinces)]


@cache
def provinces() -> tuple[str, ...]:
    """Short names of all provinces."""
    return tuple(dict.fromkeys(place.province for places in _names()[0].values() for place in places))
