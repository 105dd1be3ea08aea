"""An address as people type it → the clause that it means, or what it may mean.

    look_up(index, "8号文第十四条").clauses[0]          # one clause: kind == "one"
    find(index, "辽委发5号 三（三）5")                  # the clauses alone, best first

`corpus.lookup` answers only where nothing is open, because a search must not guess. Here somebody is waiting in front of
a box: what is ambiguous is offered with all its readings, what is missing with its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from corpus.records import Address, Clause, Document
from index.tokens import simplified
from qa.address_labels import Label, fit, folded, labels, own
from qa.address_names import Named, named

MOST = 12
"""Readings that are offered."""
LONGEST = 300
"""Characters of a typed address that are read; no printed citation is longer."""
_APART = 0.05  # by which one reading must be likelier than the next to be taken for the one that is meant
_ABOVE, _BETWEEN = 0.02, 0.05  # what a level costs that the text leaves out above its first label, and between two
Kind = Literal["one", "several", "document", "near", "none"]


class Addressed(Protocol):
    """What is needed of an index."""

    @property
    def documents(self) -> Sequence[Document]: ...
    @property
    def clauses(self) -> Sequence[Clause]: ...
    @property
    def by_id(self) -> Mapping[str, Clause]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a typed address means.

    kind: one – the first clause is meant (others, if any, are less likely readings); several – it may be any of these;
    document – only a document is named, its first clause stands for it; near – there is no such address, these are the
    nearest; none – nothing in the text is an address.
    """

    kind: Kind
    clauses: tuple[Clause, ...] = ()
    said: str = ""
    """In Chinese for the reader: why it is not one clause, and what to type instead; empty for one."""


def find(index: Addressed, text: str) -> list[Clause]:
    """The clauses that a typed address may mean, best first; empty when nothing is like it."""
    return list(look_up(index, text).clauses)


def look_up(index: Addressed, text: str) -> Found:
    """The clauses that a typed address may mean, and whether one of them is meant for certain.

    Takes a clause's id (“zhongfa-2015-8:五（十四）”), a printed citation, and what people write: “8号文第十四条”,
    “辽委发5号 三（三）5”, “《中国制造2025》第三部分”, “十四条” where there is one document. Never raises.
    """
    words = simplified(folded(text[:LONGEST]))
    same = index.by_id.get(text.strip()) or index.by_id.get(words)
    if same:
        return Found("one", (same,))
    about = named(index.documents, words)
    pool = [c for c in index.clauses if not about.documents or c.document in about.documents]
    printed = _printed(pool, about)
    if printed:
        return _several(printed) if len(printed) > 1 else Found("one", tuple(printed))
    asked = labels(about.rest)
    if not asked:
        return _document(index, about)
    if not about.documents and (about.claimed or len(index.documents) == 0):
        return _unknown_document(index, about)
    return _rated(pool, asked) or _near(pool, asked, about)


def _printed(pool: Sequence[Clause], about: Named) -> list[Clause]:
    """Clauses at exactly the address that is left when the document's name is taken away."""
    if not about.documents or not about.rest:
        return []
    try:
        address = Address.parse(about.rest)
    except ValueError:
        return []
    return [c for c in pool if c.address == address][:MOST]


def _rated(pool: Sequence[Clause], asked: Sequence[Label]) -> Found | None:
    scores = [(score, clause) for clause in pool if (score := _score(clause.address, asked))]
    scores.sort(key=lambda pair: -pair[0])  # stable: reading order among equals
    if not scores:
        return None
    best = scores[0][0]
    likeliest = [c for score, c in scores if best - score < _APART]
    # What lies below a reading is read with it, and is no reading of its own.
    likeliest = [c for c in likeliest if not any(c is not o and _below(c, o) for o in likeliest)]
    whole = [c for c in likeliest if [own(label) for label in c.address.labels] == list(asked)]
    others = [c for score, c in scores if score >= best - 0.3 and c not in likeliest and not _below(c, likeliest[0])]
    if len(whole) == 1 or len(likeliest) == 1:
        first = (whole or likeliest)[0]
        return Found("one", (first, *[c for c in (*likeliest, *others) if c is not first])[:MOST])
    return _several([*likeliest, *others], len(likeliest))


def _score(address: Address, asked: Sequence[Label]) -> float:
    """How well the labels close an address, in order: 1 for its very labels, 0 when they do not."""
    have = [own(label) for label in address.labels]
    if len(have) < len(asked):
        return 0.0
    total = fit(asked[-1], have.pop())
    if not total:
        return 0.0
    between = 0
    for label in reversed(asked[:-1]):
        likeness = 0.0
        while have and not likeness:
            likeness = fit(label, have.pop())
            between += not likeness
        if not likeness:
            return 0.0
        total += likeness
    return total / len(asked) - _ABOVE * len(have) - _BETWEEN * between


def _below(clause: Clause, other: Clause) -> bool:
    return clause.document is other.document and clause.address.within(other.address)


def _several(clauses: Sequence[Clause], likely: int = 0) -> Found:
    said = (
        f"这个写法可以指 {likely or len(clauses)} 处：{_listed(clauses[: likely or None])}。请写得再完整一些，或直接用其中一个。"
    )
    return Found("several", tuple(clauses[:MOST]), said)


def _document(index: Addressed, about: Named) -> Found:
    """Only documents are named, or nothing at all."""
    firsts = [next(c for c in index.clauses if c.document is d) for d in about.documents]
    if len(firsts) == 1:
        said = f"只写了文件，没有写哪一条。请在后面加上地址，例如：{_example(index.clauses, firsts[0].document)}。"
        return Found("document", tuple(firsts), said)
    if firsts:
        names = "；".join(c.document.name for c in firsts[:MOST])
        return Found("several", tuple(firsts[:MOST]), f"有 {len(firsts)} 份文件合于这个写法：{names}。请写全文号。")
    if about.claimed:
        return _unknown_document(index, about)
    example = _example(index.clauses, index.documents[0]) if index.documents else "8号文第十四条"
    return Found("none", (), f"没有看出文件和地址。请写文号或《文件名》再加地址，例如：{example}。")


def _example(clauses: Sequence[Clause], document: Document) -> str:
    """A citation of a document that shows how addresses are written, as a numbered item does."""
    items = [c for c in clauses if c.document is document and c.address.labels]
    return max(items, key=lambda c: (c.kind == "item", len(c.address.labels) == 2)).citation


def _unknown_document(index: Addressed, about: Named) -> Found:
    near = [next(c for c in index.clauses if c.document is d) for d in about.near]
    names = "；".join(c.document.name for c in near)
    said = f"没有“{about.claimed}”这份文件。{f'最接近的是：{names}。' if near else ''}全部文件见文件目录。"
    return Found("near" if near else "none", tuple(near), said)


def _near(pool: Sequence[Clause], asked: Sequence[Label], about: Named) -> Found:
    """No such address: what stands above it, else the neighbours in number."""
    where = "、".join(d.name for d in about.documents[:3]) or "各份文件"
    wanted = "".join(label.text for label in asked)
    for end in range(len(asked) - 1, 0, -1):
        above = _rated(pool, asked[:end])
        if above and above.kind == "one":
            top = above.clauses[0]
            inside = [c for c in pool if c is not top and _below(c, top) and c.address.parent == top.address]
            inside = sorted(inside, key=lambda c: _nearness(c, asked[end]))[: MOST - 1]
            listed = f"，它下面有 {_listed(inside)}" if inside else "，它下面不再分"
            return Found("near", (top, *inside), f"{where}里没有“{wanted}”。有的是 {top.citation}{listed}。")
    fits = {c.id: fit(asked[-1], own(c.address.labels[-1]), any_number=True) for c in pool if c.address.labels}
    best = max(fits.values(), default=0)
    alike = [c for c in pool if best and fits.get(c.id) == best]
    alike.sort(key=lambda c: _nearness(c, asked[-1]))
    tops = alike[:3]
    nearest = f"最接近的是 {_listed(tops)}。" if tops else "这份文件不用这种编号。" if len(about.documents) == 1 else ""
    return Found("near" if tops else "none", tuple(tops), f"{where}里没有“{wanted}”。{nearest}全部地址见文件的目录。")


def _nearness(clause: Clause, asked: Label) -> tuple[int, int]:
    """Distance in number, then depth."""
    return abs(own(clause.address.labels[-1]).value - asked.value), len(clause.address.labels)


def _listed(clauses: Sequence[Clause]) -> str:
    shown = "；".join(c.citation for c in clauses[:5])
    return shown + (" 等" if len(clauses) > 5 else "")
