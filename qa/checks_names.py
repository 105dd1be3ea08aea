"""Names that a sentence may not make up: words in quotation marks, ordinals (第二步), bodies beside the matter."""

from __future__ import annotations

import re

from corpus import numerals
from corpus.quantities import quantities
from corpus.records import Clause
from qa.checks import bodies, canonical

_QUOTED = re.compile(r"[“「‘]([^“”「」‘’]{2,24})[”」’]")
_ORDINAL = re.compile(rf"第[{numerals.CHARACTERS}\d]{{1,3}}(?:步|阶段|类|批|梯队|层|级|位)")
_COUNTED = re.compile(rf"(?P<count>[{numerals.CHARACTERS}]{{1,3}})(?P<unit>[个项大条])?[“「‘](?P<name>[^“”「」‘’]{{2,8}})[”」’]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_LATIN = re.compile(r"[A-Za-z][A-Za-z\d&+-]{2,}|[“「]([^“”「」]{2,16})[”」]")
_OWNED = re.compile(r"归[^，。；]{1,14}(?:所有|支配|使用)|(?:归|属于|属)(?:个人|自己|单位|学校|企业|本人|国家)")
_OWNERSHIP = re.compile(r"归|所有权|属于|支配|收益权|使用权|留[归给]")
_PUNCTUATION = re.compile(r"[\s，。、；：,.;:·—-]")


def quoted(text: str, source: str, question: str) -> str:
    """A name in quotation marks that stands neither in the source nor in the question."""
    held = _PUNCTUATION.sub("", f"{source}\n{question}")
    for name in _QUOTED.findall(text):
        if _PUNCTUATION.sub("", name) not in held:
            return f"所引条款中没有“{name}”"
    return ""


def ordinal(text: str, source: str, question: str) -> str:
    """第二步 for what the source says of another step, or of none."""
    for match in _ORDINAL.finditer(text):
        if match.group() not in source and match.group() not in question:
            return f"所引句子说的不是“{match.group()}”"
    return ""


def responsible(text: str, note: str, question: str) -> str:
    """A body said to be in charge that the clause's own note of who is in charge does not name."""
    held = canonical(note)
    for name in bodies(text, ""):
        if name not in held and name not in canonical(question):
            return f"条款写的是“{note}”"
    return ""


def counted(text: str, source: str) -> str:
    """“三个‘坚持’” where the source says 坚持 of four things and nowhere 三个“坚持”."""
    for match in _COUNTED.finditer(text):
        name, stated = match["name"], re.sub(r"[\s“”「」‘’\"]", "", source)
        here = stated.count(name)
        if here > 1 and here != numerals.parse(match["count"]) and match["count"] + (match["unit"] or "") + name not in stated:
            return f"条款中“{name}”有{here}处，不是“{match['count']}{match['unit'] or ''}”"
    return ""


def dated(text: str, source: str) -> str:
    """“ABC200…2017年” where the source tells another year of that name, and another name of that year."""
    parts = [(set(_YEAR.findall(p)), p) for p in re.split(r"[；;。\n]", source)]
    for segment in re.split(r"[，；。、]", text):
        for name in (m[1] or m[0] for m in _LATIN.finditer(segment)):
            own = set().union(*(years for years, p in parts if name in p))
            told = set(_YEAR.findall(segment))
            if own and told and not own & told and any(told & years for years, _ in parts):
                return f"条款中“{name}”对应的是{'、'.join(f'{y}年' for y in sorted(own))}"
    return ""


def headed(text: str, clause: Clause) -> str:
    """“到2022年新建3处” where the figure stands in a table of tasks for 2021, and the clause itself names no year."""
    told = set(_YEAR.findall(re.sub(r"《[^》]*》", "", text)))
    above = set(_YEAR.findall("".join(clause.headings)))
    figures = [q for q in quantities(text) if q.unit != "年"]
    if figures and told and len(above) == 1 and not told & (above | set(_YEAR.findall(clause.full))):
        return f"条款列在{above.pop()}年的任务里"
    return ""


def owned(text: str, source: str) -> str:
    """“…归兼职教师所有” where the source says nothing of whose a thing is."""
    told = _OWNED.search(text)
    return "条款没有说归谁所有" if told and not _OWNERSHIP.search(source) else ""
