"""Putting what a follow-up names into the place of its like in the question before: figure for figure, partner for partner.

    figure("辽宁2017年绿化率的目标是多少？", "造林面积", ["辽宁"])  → "辽宁2017年造林面积的目标是多少？"
    alike("乙市示范区是谁牵头？", "甲市试验区")                      → "甲市试验区是谁牵头？"
    partner("南岭跟日本有什么合作平台？", "跟德国")                 → "南岭跟德国有什么合作平台？"

Each returns an empty text where the question before has no such place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus import numerals

_FIGURE = r"(?:额|率|数|量|值|比重|占比|比例|强度|面积|规模|水平|寿命|收入|产值|年限)"
"""What the name of a figure ends with."""
_TAIL = (
    r"(?P<tail>的?(?:目标|任务|指标|要求)?(?:定在|定为|是|为|要|应该?|将|能|达到|(?:提高|提升|增加|降低|下降|减少)到?|做到|占|有)*"
    r"(?:多少|多高|多大|百分之几|几).*)$"
)
_WITH = re.compile(r"(?P<word>[跟和与同])(?P<who>[^，。？?]{1,14}?)(?=有|的|之间|合作|开展|签|建|一起|共)")
_PARTNER = re.compile(r"^[跟和与同](?P<who>[^，,。？?的]{1,10})的?$")
_THIS = re.compile(r"^(?:那么?)?(?:[这那]一?(?:项|个)(?:指标|目标|数|任务)?|该(?:项|指标))(?P<rest>.{2,})$")
_YEAR = r"(?:到|在|截至|力争)?(?:19|20)\d\d年(?:底|末|前|之前)?"
_CONDITION = re.compile(r"^(?:那么?)?(?:要是|如果|假如|万一|倘若)")
_ASKS = re.compile(r"什么|哪|多少|几|如何|怎|是否|吗|呢|谁|啥|能不能|有没有")
_LEAD = rf"(?P<lead>(?:那|{_YEAR}|《[^》]+》|[^，。？?]{{0,6}}\d+号文|(?:里面?|中|上)(?:面)?|[，,]|[^，。？?]{{0,8}}对)*+)"
_TELLS = (
    r"(?:由|归|属于|是(?!否)|(?<![所国拥没具享])有(?!关)|(?<![重主需])要|应该?|打算|准备|计划|能(?=[不否享申拿获领得用够在到去])|可以|怎|如何|咋"
    r"|什么|哪|多少|几(?=[个项年家条])|谁|算(?=[是哪什])|[到在]20|需要|享受|目前|现在|达到)"
)
"""What begins to tell or ask something of what stands before it."""
_SUBJECT = re.compile(rf"{_LEAD}(?P<about>[^，。？?]{{2,18}}?)(?=[，,]?{_TELLS})")
_NOBODY = re.compile(r"^(?:我们?|你们?|您|咱们?|俺|他们?|她们?|它们?|其|这|那)|^(?:国家|全国|我国|政府|省里|企业)(?:$|对)")
_KINDS = "区|中心|工程|计划|基地|平台|联盟|基金|园|行动|专项|机制|规划|方案|意见|纲要"
"""What the names of two things of one kind end with."""
_DOCUMENT = r"意见|规划|纲要|方案|文件|办法|决定|条例|通知|号文|〔\d{4}〕\d+号|》"
"""What the name of a document ends with."""
_SLOT = 12
"""Characters of a name that takes another's place."""
_AGAIN = 3
"""Characters of a question that is asked again of another place."""
_GROUP = 4
"""Characters of a group of people or things (研究生) behind 对."""
_WHOLE = 4
"""Characters of a figure's name that says by itself of what it is (合同成交额); 人数 is of what stands before it."""


def figure(previous: str, new: str, names: Sequence[str]) -> str:
    """The question before about another figure, of the same place and year."""
    named = re.fullmatch(rf"[^，。？?\d我你您]{{0,16}}{_FIGURE}", new)
    if not named or any(n and n in new for n in (*names, "全国")):
        return ""  # another place of the same figure
    found = _figure_of(previous, names)
    if not found:
        return ""
    lead, name, tail = found
    if len(new) < _WHOLE:
        owner, of, _ = name.rpartition("的")
        return f"{lead}{owner}的{new}{tail}" if of else ""
    return f"{lead}{new}{tail}"


def partner(previous: str, new: str) -> str:
    """The question before about another partner: “跟德国的” for “跟日本、韩国”."""
    named, old = _PARTNER.match(new), _WITH.search(previous)
    return previous[: old.start("who")] + named["who"] + previous[old.end("who") :] if named and old else ""


def alike(previous: str, new: str) -> str:
    """The question before about another thing of the same kind, or in the same place of the sentence.

    “甲市试验区呢” for “乙市示范区是谁牵头”; “数据安全呢” for “人工智能那块由谁牵头”; “A那个呢” for “B的示范工程哪年建成”.
    """
    if other := re.fullmatch(r"(?P<name>[^，。？?]{2,16})那[个项]", new):
        old = re.match(r"(?P<name>[^，。？?的]{2,16})的(?=[\u4e00-\u9fff]{2})", previous)
        return f"{other['name']}{previous[old.end('name') :]}" if old else ""
    if kind := re.search(rf"(?:{_KINDS})$", new):
        names = rf"(?:^|(?<=[，对在把给为里到]))[^，。？?的对在把给为里]{{2,20}}{kind.group()}(?=[是由有的要到怎，]|$)"
        old = re.search(names, previous)
        return previous[: old.start()] + new + previous[old.end() :] if old else ""
    old = re.search(
        r"(?:^|(?<=[，里中对在]))[^，。？?里中对在]{2,14}(?=[那这]块|[那这]?(?:方面|部分)|这[条个项类](?=[^，]{0,3}，))", previous
    )
    return previous[: old.start()] + new + previous[old.end() :] if old and len(new) <= _SLOT else ""


def subject(previous: str, new: str, names: Sequence[str]) -> str:
    """The question before with what it is about exchanged: “食堂” for “书屋由谁管”.

    What it is about stands in front of the first word that tells or asks something of it, behind years, places and titles.
    """
    if len(new) > _SLOT or re.search(rf"[\d，,]|{_FIGURE}$", new):
        return ""  # a figure or a part of the same thing: “藏书要增加多少”, “借阅率呢”
    match = _SUBJECT.match(previous)
    if not match or (match["lead"].endswith("对") and len(match["about"]) > _GROUP):
        return ""  # “对企业搞创新有什么支持”: who gives it may be meant
    if any(_ASKS.search(text) or _NOBODY.search(text) for text in (match["about"], new)):
        return ""
    if any(name and name in match["about"] for name in names) or "号" in match["about"]:
        return ""  # place and document would go with it
    return f"{match['lead']}{new}{previous[match.end() :]}"


def ordinal(previous: str, new: str) -> str:
    """The question before about another step or article: “第二步” for “第一步”."""
    other = re.fullmatch(rf"第(?:[\d{numerals.CHARACTERS}]+)(?P<unit>[\u4e00-\u9fff]{{1,3}})", new)
    old = re.search(rf"第[\d{numerals.CHARACTERS}]+{other['unit']}", previous) if other else None
    return previous[: old.start()] + new + previous[old.end() :] if old else ""


def about(previous: str) -> str:
    """What a question is about, with years, places and titles in front; empty where that cannot be told."""
    match = _SUBJECT.match(previous)
    return match.group() if match and not _ASKS.search(match["about"]) and not _NOBODY.search(match["about"]) else ""


def document(previous: str, new: str) -> str:
    """The question before about another document, by its title or by what people call it: “那个规划里呢”."""
    other = re.fullmatch(rf"(?P<name>.{{0,20}}(?:{_DOCUMENT}))(?:里面?|中|上)?(?:的)?", new)
    formal = r"《[^》]+》|〔\d{4}〕\d+号|\d+号文"
    if re.search(formal, new) and re.search(formal, previous):
        return ""  # names that are known as such are exchanged elsewhere
    informal = rf"(?:(?!对)[^，。？?《》]){{0,24}}?(?:{_DOCUMENT})"
    old = re.match(rf"(?:{formal}|{informal})(?:里面?|中|上)?(?:提出|要求|说)?[，,]?(?=对|在|[^，。？?的]{{3}})", previous)
    return f"{other['name']}里，{previous[old.end() :]}" if other and old else ""


def place(said: str, names: Sequence[str]) -> str:
    """The place in “全国是怎么规定的？”, which asks the question before of another place."""
    among = "|".join([*map(re.escape, sorted({n for n in names if n}, key=len, reverse=True)), "全国", "国家", "省里", "中央"])
    match = re.fullmatch(
        rf"(?P<place>(?:{among})(?:省|市)?)(?:那边|这边|层面)?(?:又|是)*(?:怎么|如何|咋)(?:规定|说|要求|定|写|讲)的?[？?]*", said
    )
    return match["place"] if match else ""


def same_asked(previous: str, said: str, names: Sequence[str]) -> str:
    """“那南岭能开几年？” after “北岭的书屋能开几年？”: the question before, of the other place."""
    found = re.match(r"(?:那么?)?(?P<rest>.+)$", said)
    rest = found["rest"] if found else ""
    place = next((n for n in sorted(names, key=len, reverse=True) if n and rest.startswith(n)), "")
    old = next((n for n in sorted(names, key=len, reverse=True) if n and n != place and n in previous), "")
    asked = rest[len(place) :].lstrip("省市的").rstrip("？?。 ")
    if not place or not old or len(asked) < _AGAIN or not previous.rstrip("？?。 ").endswith(asked):
        return ""
    return previous.replace(old, place, 1)


def this(previous: str, said: str, names: Sequence[str]) -> str:
    """“这一项2020年要做到多少” with the name of the figure that the question before asked for."""
    match, found = _THIS.match(said), _figure_of(previous, names)
    if not match or not found:
        return ""
    lead = re.sub(_YEAR, "", found[0]) if re.search(_YEAR, match["rest"]) else found[0]
    return f"{lead}{found[1]}{match['rest']}"


def condition(previous: str, new: str) -> str:
    """“要是一直没人用呢？”: what the question before told, with the new condition for what it asked."""
    if not _CONDITION.match(new):
        return ""
    told = [part for part in re.split(r"[，,]", previous.rstrip("？?。 ")) if part]
    kept = [part for part in told if not _ASKS.search(part)] or told
    return f"{'，'.join(kept)}，{re.sub(r'^那么?', '', new)}怎么办？"


def _figure_of(question: str, names: Sequence[str]) -> tuple[str, str, str] | None:
    """(places, years and titles in front, name of the figure, what is asked of it) of a question for one figure."""
    places = "|".join([*map(re.escape, sorted({n for n in names if n}, key=len, reverse=True)), "全国", "国家", "我国", "全省"])
    lead = rf"(?P<lead>(?:{_YEAR}|(?:{places})(?:省|市)?|《[^》]+》|[^，。？?]{{0,6}}\d+号文|里|中|的|[，,])*+)"
    # Possessive: repeated names fit the parts in front in very many ways, and trying them all would never end.
    match = re.match(rf"{lead}(?P<name>[^，。？?]{{1,28}}?{_FIGURE}){_TAIL}", question)
    return (match["lead"], match["name"], match["tail"]) if match else None
