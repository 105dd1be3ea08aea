"""What a question asks, before anything is searched: its parts, and its words as officials would write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from corpus.records import Document
from index.tokens import fold

_PART = re.compile(r"[^？?；;]+[？?；;]*")
_ASKS = re.compile(r"[？?]|什么|哪|多少|几|如何|怎么|怎样|是否|吗|呢|能不能|有没有|谁")
_SWAP = re.compile(r"^(?:那么?|另外|还有|而)?[，, ]*(?P<new>[^，。？?]{1,12}?)(?:的|方面)?呢[？?]*$")
_NATION = ("全国", "国家", "我国", "中国", "中央")


def parts(question: str, regions: Sequence[str]) -> list[str]:
    """The questions inside a question, each whole; one element when it asks one thing.

    “到2020年全国…多少？辽宁呢？” gives two: the second takes the first's words with 辽宁 in the place of
    全国. Sentences that only tell something stay with the question after them.
    """
    pair = _pair(question, regions) or _sides(question, regions) or _more(question) or _both(question)
    if pair:
        return pair
    found: list[str] = []
    told = ""
    for match in _PART.finditer(question):
        part = match.group().strip()
        if not part:
            continue
        other = _SWAP.match(part)
        if other and found:
            found.append(swap(found[-1], other["new"].strip(), regions))
        elif not _ASKS.search(part):
            told += part
        elif found and len(part) < 10:
            found.append(f"{found[-1].rstrip('？?')}，{part}")
        else:
            found.append(told + part)
            told = ""
    if told and found:
        found[-1] += told
    return found if len(found) > 1 else [question]


_MEMBERS = "原则|方针|目标|任务|工程|项目|措施|举措|步骤|程序|内容|要求|类型|方面|重点|环节|条件"
_NUMERAL = "几二三四五六七八九十两"
_LIST = re.compile(
    rf"哪[{_NUMERAL}]|[{_NUMERAL}]大|[{_NUMERAL}](?:个|项|步|类|种|条|方面).{{0,8}}(?:是|有|分别)|分几(?:步|类|个|种|期|阶段|部分|层)|依次"
    rf"|分别(?:是|有|为)(?!多少)|(?:{_MEMBERS})(?:都|一共|总共)?(?:有|是|包括|包含)(?:哪|什么)|(?:哪些|[有些]什么)(?:基本|主要|具体|重点)?(?:{_MEMBERS})"
    rf"|(?:包括|包含)(?:哪|什么)|一共|总共|(?:几|哪些)(?:种|类|项).{{0,6}}[，,](?:各|都)|列(?:全|出|举|一下)|哪[“\"]|都?(?:安排|部署|列|提)了(?:哪|几)"
)


def asks_for_list(question: str) -> bool:
    """True when a question wants all members of a list (哪几步, 五大工程, 基本方针有哪些)."""
    return _LIST.search(question) is not None


def swap(previous: str, new: str, regions: Sequence[str]) -> str:
    """The previous question about something else: a region for a region, a year for a year, else put in front."""
    nation = "|".join(_NATION)
    # 国家 in 国家自主创新示范区 is part of a name.
    places = "|".join(
        [
            rf"(?:{nation})(?!级|自主|重点|高新|科技|自然|标准|工程|实验|大学)",
            *map(re.escape, sorted(regions, key=len, reverse=True)),
        ]
    )
    found = []
    for pattern, old, titles in (
        (places, places, False),
        (r"(?:19|20)\d{2}年?", r"(?:19|20)\d{2}年", False),  # the 2025 of 中国制造2025 is no year of the question
        (r"《[^》]+》", r"《[^》]+》", True),
    ):
        # A name or a year inside a title, as in 《中国制造2025》, is not what a question is about.
        inside = re.search(pattern, new if titles else _untitled(new))
        before = re.search(old, previous if titles else _untitled(previous))
        if inside and before:
            found.append((inside, before))
    if len(found) == 1:
        inside, before = found[0]
        whole = new[inside.start() :] if len(new) <= len(inside.group()) + 4 else inside.group()
        return previous[: before.start()] + whole + previous[before.end() :]
    if found:  # “辽宁给2020年定的”: a place and a year
        for inside, before in sorted(found, key=lambda pair: -pair[1].start()):
            previous = previous[: before.start()] + inside.group() + previous[before.end() :]
        return previous
    return f"{new}，{previous}"


def _untitled(text: str) -> str:
    """The text with its 《titles》 and the bodies before a number (中央7号文) blanked out, of the same length."""
    return re.sub(r"《[^》]+》|[\u4e00-\u9fff]{2}(?=\d{1,4}号文)", lambda m: "□" * len(m.group()), text)


def _pair(question: str, regions: Sequence[str]) -> list[str]:
    """“全国和辽宁的…一样吗” → the question about each of the two; empty when no two places are named together."""
    names = "|".join([*_NATION, *map(re.escape, sorted({r for r in regions if r}, key=len, reverse=True))])
    match = re.search(rf"({names})(的[^，。？?和与跟同、]{{1,6}})?(?:和|与|跟|同|、)({names})(?(2)\2)", question)
    if not match or match[1] == match[3]:
        return []
    return [question.replace(match.group(), match[n] + (match[2] or ""), 1) for n in (1, 3)]


_MORE = re.compile(
    r"(?P<one>[^，。？?《》]{2,16}?)的(?P<what>[^，。？?的]{2,14})比(?P<other>[^，。？?\d]{2,14}?)(?:的(?P=what)|的?(?:目标|水平|任务|指标))?"
    r"(?:要|还|会|应该?)?(?:高|低|多|少|大|小|快|慢|早|晚)(?:出|了)?(?:几|多少)"
)
_BEFORE = re.compile(r"[去上前今往同现原以旧]|平均|之前|当时")
"""What a figure is compared with in time (去年, 现行): no other thing that has one of its own."""


def _more(question: str) -> list[str]:
    """“甲区的投入强度比全省目标高几个百分点？” → the question about the figure of each of the two; else empty."""
    match = _MORE.search(question)
    if not match or _BEFORE.match(match["other"]):
        return []
    head = question[: match.start()]
    return [f"{head}{match[side]}的{match['what']}是多少？" for side in ("one", "other")]


_NAMED_PAPER = re.compile(r"号|[〔〕]|(?:意见|规划|纲要|方案|文件?|办法|条例|通知|计划|决定)$")
"""What the name of a document holds or ends with."""
_BOTH = re.compile(
    r"^(?P<head>(?:到?(?:19|20)\d\d年(?:底|末)?[，,]?)?)(?P<one>[^，。？?《》的和与跟]{3,16})(?:和|与|跟)(?P<other>[^，。？?《》的和与跟]{3,16})的"
    r"(?P<what>[^，。？?的]{2,20}?)(?P<asks>(?:目标|指标|要求|标准)?(?:是不是|是否)?(?:一样|相同|一致|各(?:自)?是多少|分别是多少|有什么(?:不同|区别)|差多少).*)$"
)


def _both(question: str) -> list[str]:
    """“甲类企业和乙类企业的投入占比一样吗？” → the question about the figure of each of the two; else empty.

    Two documents that are compared are asked otherwise.
    """
    match = _BOTH.match(question)
    if not match or _NAMED_PAPER.search(match["one"]) or _NAMED_PAPER.search(match["other"]):
        return []
    return [f"{match['head']}{match[side]}的{match['what']}是多少？" for side in ("one", "other")]


_SET_BESIDE = re.compile(
    r"各(?:自|是|有|为|定|达|要|怎|如)|分别|哪(?:个|边|份|一个)更?|谁(?:更|高|低|多|少|早|晚|大|小|的)|不同|不一样|一样|一致|相同|区别|差别|差异|差距"
    r"|差多少|又(?:是|有|定|要)|相比|比.{1,12}[高低多少快慢大小早晚]|[几多少]个?百分点"
)
_JOINED = r"[和与跟同、]?"


def _sides(question: str, regions: Sequence[str]) -> list[str]:
    """“…国家定多少，辽宁定多少？” and “2020年和2030年的目标有何不同？” → the question about each of the two.

    Empty unless exactly two places, or two years, are set side by side; what stands in 《》 counts for neither.
    """
    text = _untitled(question)
    if not _SET_BESIDE.search(text):
        return []
    nation = [m.group() for m in _NATIONWIDE.finditer(text)]
    named = [m.group() for region in regions if region != "全国" for m in re.finditer(_short(region), text)]
    places, years = [*dict.fromkeys(nation), *dict.fromkeys(named)], list(dict.fromkeys(re.findall(r"(?:19|20)\d\d年", text)))
    if nation and len(set(named)) == 1:
        return [_without(question, named), _without(question, nation)]
    if len(years) == 2 and not places[1:] and not re.search(r"(?:19|20)\d\d年[^，。？]{0,12}(?:意见|方案|规划|纲要|文)", text):
        return [_without(question, [year]) for year in reversed(years)]
    return []


def _without(question: str, names: Sequence[str]) -> str:
    for name in dict.fromkeys(names):
        question = re.sub(rf"{_JOINED}{re.escape(name)}{_JOINED}", "", question)
    return question


def _short(region: str) -> str:
    return re.escape(re.sub(r"(?:省|市|自治区)$", "", region)) + r"(?:省|市)?"


_NATIONWIDE = re.compile(
    r"全国|国家(?=层面|规定|政策|出台|定|有|对|给|为|怎么|怎样|如何|是|能|会|要|想|打算|准备|鼓励|支持|要求|提出|说|管|帮|让|现在|目前|什么|哪"
    r"|的(?:政策|规定|目标|要求|文件|口径)|文件|\d{4}年|[，,。？?、和与跟]|$)"
)
"""国家 as the one who acts; in 国家自主创新示范区 it is part of a name."""


def official(question: str) -> str:
    """The question with official words for its everyday ones behind it; unchanged when it has none."""
    text = fold(question)
    added = [words for everyday, words in _lexicon() if any(e in text for e in everyday)]
    new = [w for w in " ".join(added).split() if w not in text]
    return f"{question} {' '.join(dict.fromkeys(new))}" if new else question


def scope(question: str, documents: Sequence[Document]) -> set[str]:
    """Ids of the documents whose region or level the question names; empty when it names none, or all fit."""
    text = fold(question)
    wanted: set[str] = set()
    for document in documents:
        region = re.sub(r"(?:省|市|自治区)$", "", document.region)
        if region and region != "全国" and region in text:
            wanted.add(document.id)
        if document.level == "国家" and document.region == "全国" and _NATIONWIDE.search(text):
            wanted.add(document.id)
    return wanted if len(wanted) < len(documents) else set()


@lru_cache(maxsize=1)
def _lexicon() -> list[tuple[tuple[str, ...], str]]:
    lines = (Path(__file__).parent / "lexicon.tsv").read_text("utf-8").splitlines()
    entries = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(tuple(fold(e) for e in everyday.split("|")), words) for everyday, words in entries]
