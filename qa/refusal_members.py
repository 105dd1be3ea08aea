"""Members of a counted thing that are asked for and nowhere listed: “八大行动” is named, which eight they are is not said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpus import numerals
from corpus.records import Clause
from index.search import Hit

_N = rf"(?:[{numerals.CHARACTERS}]{{1,3}}|\d{{1,2}})"
_COUNTED = re.compile(rf"(?P<count>{_N})(?P<unit>[大项个所家类种条款])(?:具体|主要|重点|核心)?(?P<noun>[\u4e00-\u9fff]{{2,8}})")
_QUOTED = re.compile(
    rf"[“「](?P<name>[^“”「」]{{0,4}}(?<![{numerals.CHARACTERS}])(?P<count>[{numerals.CHARACTERS}])(?![{numerals.CHARACTERS}年])[^“”「」]{{1,6}})[”」]"
)
"""“两院十馆”; “十三五” counts nothing."""
_WHICH = re.compile(
    r"哪[几些二三四五六七八九十两]|分别是?(?:什么|哪|叫)|分别(?:有|是)|逐[项个一]|各(?:是|叫)什么|(?:具体)?(?:是|叫|有)(?:什么|哪)|列(?:出|举|全)"
)
_OTHER = re.compile(rf"[个项些几家大种类条所款{numerals.CHARACTERS}]*(?P<noun>(?!名[字称]|叫)[\u4e00-\u9fff]{{2,}})")
"""What is asked for behind 哪些, when it is not the counted thing."""
_LABEL = re.compile(
    rf"^\s*(?:[（(]?(?P<number>{_N})[）)、.．]|第(?P<step>{_N})(?:步|条|阶段|类|项)|(?P<dash>——)|[\u4e00-\u9fff]{{0,6}}?(?P<order>{_N})是)"
)
_ONE_BY_ONE = re.compile(rf"(?:第?{_N}是|[（(]{_N}[）)]|[①-⑳]|(?<=[。；：]){_N}[.．、])")
"""How a clause numbers members inside its sentences: 一是, （1）, ①."""
_BRACKETED = re.compile(r"（[^（）]*）")
_SEGMENT = re.compile(r"[，；：。（）()]")
_FOLLOWING = 40
"""Lines behind the name in which its members may be told one by one."""
_FEWEST = 3


def unlisted(question: str, hits: Sequence[Hit]) -> str:
    """The counted thing of which the members are asked, when clauses name it and none lists as many; else empty."""
    which = _WHICH.search(question)
    if not which or any("list" in h.ranks for h in hits):
        return ""
    # What an earlier turn counted is no longer asked for: its name stands beside the word that asks.
    begin = max([m.start() for m in re.finditer(r"[，,？?。]", question[: which.start()])][-2:-1], default=0)
    end = next((m.start() for m in re.finditer(r"[，,？?。]", question[which.end() :])), len(question)) + which.end()
    for count, names in _things(question[begin:end]):
        term = any(f"“{name}”" in question for name in names)
        holders = [(h.clause, name) for h in hits for name in names if name in _flat(h.clause.text)]
        under = [h.clause for h in hits if any(name in _flat("".join(h.clause.headings)) for name in names)]
        # A heading that names a term (“两院十馆”) and stands above one paragraph only lists nothing.
        below = under and not (term and len(under) == 1)
        other = _OTHER.match(question, which.end())
        noun = other["noun"][:2] if other else ""
        if noun and not any(noun in name or (term and set(noun) <= set(name)) for _, name in holders):
            continue  # “…由谁定，还有哪些补贴”
        if count >= _FEWEST and holders and not below and not any(_listed(clause, name, count) for clause, name in holders):
            return holders[0][1]
    return ""


def _things(question: str) -> Iterable[tuple[int, list[str]]]:
    """(how many, ways to write it, longest first) of every counted thing that a question names."""
    for match in _COUNTED.finditer(question):
        before = question[: match.start()]
        if before.endswith(("哪", "第")):
            continue
        head, noun = question[match.start() : match.start("noun")], match["noun"]
        yield _value(match["count"]), [head + noun[:n] for n in range(len(noun), 1, -1)]
    for match in _QUOTED.finditer(question):
        yield _value(match["count"]), [match["name"]]


def _value(count: str) -> int:
    return int(count) if count.isdigit() else numerals.parse(count)


def _flat(text: str) -> str:
    return re.sub(r"\s", "", text)


def _listed(clause: Clause, name: str, count: int) -> bool:
    """True when as many things as the name says stand in its sentence, in sentences joined to it, or in lines behind it."""
    flat = _flat(clause.full)
    if len(_ONE_BY_ONE.findall(flat)) >= count:
        return True
    # “A（甲、乙）、B、C等三项”: what stands in brackets is no member; “三项（A、B、C）”: there it is all of them.
    bare = _BRACKETED.sub("", flat)
    return _told(bare, _BRACKETED.sub("", name), count) or _told(flat, name, count) or _lines(clause, name) >= count


def _told(flat: str, name: str, count: int) -> bool:
    """True when as many things stand beside the name in its sentence."""
    for match in re.finditer(re.escape(name), flat):
        start = max(flat.rfind(stop, 0, match.start()) for stop in "。！？") + 1
        end = next((n for n in range(match.end(), len(flat)) if flat[n] in "。！？"), len(flat))
        own = len(_SEGMENT.findall(flat[start : match.start()]))
        beside = _SEGMENT.split(flat[start:end])[max(0, own - 1) : own + 2]
        # Members stand next to the name: “A、B、C等三类”, “三类：A、B、C”; another list of the sentence is of something else.
        if max(s.count("、") + 1 for s in beside) >= count or len(re.findall(r"[；;]", flat[start:end])) + 1 >= count:
            return True
        if len(re.findall(r"[，,]", flat[match.end() : end])) + 1 >= count and re.match(
            r"[”」]?(?:是|即|为|就是|包括|：|:|，)", flat[match.end() :]
        ):
            return True
    return False


def _lines(clause: Clause, name: str) -> int:
    """How many lines behind the name are numbered from one on, in one system of numbers."""
    text = clause.document.text
    at = text.find(name[:2], clause.start)
    lines = text[max(at, clause.start) :].split("\n")[1:_FOLLOWING]
    found, system = 0, ""
    for line in lines:
        label = _LABEL.match(line)
        if not label:
            continue
        own = next(k for k, v in label.groupdict().items() if v)
        number = label["number"] or label["step"] or label["order"]
        if not found and number and _value(number) != 1:
            return 0
        system = system or own
        if own == system and (not number or _value(number) == found + 1):
            found += 1
    return found
