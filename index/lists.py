"""Lists of a document: the parts that stand side by side below one address, found by what they are lists of.

A heading such as 三、重点任务 says nothing that answers a question, but it and the names of its parts do:
“一共哪八项工程” is answered by the eight headings below it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpus import numerals
from corpus.records import Clause
from index.passages import context
from index.tokens import content_words

LONGEST = 40
"""Members of a list that can be told; longer ones are chapters, not lists."""
_OWN, _EACH, _ALL = 80, 24, 400  # characters of the head, of each member, and of all members


_STEP = re.compile(rf"第([{numerals.CHARACTERS}\d]{{1,3}})(个?阶段|步|方面|层次?|类|批)(?=[：:，,、。 是]|$)")
"""How paragraphs that are members of a list may begin where nothing else numbers them."""
_ASKED_STEP = re.compile(r"(?:[几每哪分]|[二两三四五六七八九十]|\d)(?:一)?个?(阶段|步|方面|层次?|类|批)")
_COUNT = re.compile(r"((?:[二三四五六七八九十]{1,3}|\d{1,2}))(?:个|项|步|类|种|条|大|方面)")


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more parts of one address in one numbering system, in reading order."""

    head: int | None
    """The clause that they stand under, where it is a clause."""
    members: tuple[int, ...]


def groups(clauses: Sequence[Clause]) -> list[Group]:
    """All lists of the documents; a list whose members restart their numbers is one list for each head."""
    by_address = {(c.document.id, c.address.labels): n for n, c in enumerate(clauses)}
    below: Mapping[tuple[str, tuple[str, ...], str], list[int]] = defaultdict(list)
    for number, clause in enumerate(clauses):
        if clause.kind not in ("front", "closing") and clause.address.labels:
            parent = clause.address.parent.labels
            below[clause.document.id, parent, system(clause.address.labels[-1])].append(number)
            if step := _STEP.match(clause.reading.lstrip()):
                below[clause.document.id, parent, _unit(step[2])].append(number)
    return [
        Group(by_address.get((document, parent)), tuple(members))
        for (document, parent, _), members in below.items()
        if 2 <= len(members) <= LONGEST
    ]


def group_passage(group: Group, clauses: Sequence[Clause]) -> str:
    """What of a list is embedded: title, headings, the words before it, and how each member begins."""
    first = clauses[group.members[0]]
    if group.head is None:
        own = first.headings[: -1 if first.kind == "heading" else None]
        head = " ".join([first.document.title, *own])
    else:
        head = f"{context(clauses[group.head])}\n{clauses[group.head].reading[:_OWN]}"
    names = "；".join(name(clauses[n]) for n in group.members)
    return f"{head}\n{names[:_ALL]}"


def fit(question: str, group: Group, clauses: Sequence[Clause]) -> float:
    """How well a list fits a question besides its likeness, 0 to 0.4: its head's own words, and its length.

    “基本方针有哪些” wants the list under 基本方针, “哪六条原则” one of six.
    """
    first = clauses[group.members[0]]
    heads = [*first.headings[-2:], "" if group.head is None else clauses[group.head].reading[:_OWN]]
    asked, held = set(content_words(question)), set(content_words(" ".join(heads)))
    share = len(asked & held) / len(asked) if asked else 0.0
    return 0.1 * share + 0.3 * (counted(question, group) or steps(question, first))


def steps(question: str, first: Clause) -> bool:
    """True when a question asks for steps (几步, 每个阶段) and the list numbers its members as such (第一步：…)."""
    step = _STEP.match(first.reading.lstrip())
    return step is not None and _unit(step[2]) in {_unit(m[1]) for m in _ASKED_STEP.finditer(question)}


def _unit(step: str) -> str:
    """阶段 of 个阶段, 层 of 层次."""
    return step.removeprefix("个").removesuffix("次")


def counted(question: str, group: Group) -> bool:
    """True when the question says how many members it wants, and the list has as many."""
    wanted = (int(m[1]) if m[1].isdigit() else numerals.parse(m[1]) for m in _COUNT.finditer(question))
    return len(group.members) in wanted


def name(clause: Clause) -> str:
    """How a member begins: its own short title, or its first words."""
    text = re.sub(r"\s+", " ", clause.reading).strip()
    if (step := _STEP.match(text)) and text[step.end() : step.end() + 1] in ("：", ":"):
        text = text[step.end() + 1 :]  # “第一步：…” says nothing of itself
    return re.split(r"[。：:；;\n]", text, maxsplit=1)[0][:_EACH]


def system(label: str) -> str:
    """A label's numbering system, its characters without its number: ——3 stands beside ——1, not beside 段2."""
    return re.sub(rf"[\d{numerals.CHARACTERS}①-⑳]+", "#", label).rstrip("、")  # 2、 may stand beside 三、
