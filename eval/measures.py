"""How well support measures are read from clauses: `python -m eval measures`, against gold made by hand."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from corpus.measure import Measure
from corpus.quantities import quantities
from corpus.records import Clause, Span
from corpus.repair import fold
from eval.measure_gold import Gold, GoldMeasure
from eval.report import alone

FIELDS = {
    "kind": "种类",
    "strength": "力度",
    "beneficiary": "受益者",
    "conditions": "条件",
    "roles": "条件及性质",
    "amounts": "数额",
    "bounds": "数额及上下限",
    "agencies": "部门",
    "leads": "部门及牵头",
    "time": "时间",
}
_ENOUGH = 0.5
"""The share of the shorter of two benefits that both have to hold, and of the longer of two spans."""
Item = tuple[Any, str]
"""Something equal, and words that may be printed longer or shorter."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one field: `hit` of `gold` were found, `right` of `found` are gold."""

    gold: int = 0
    hit: int = 0
    found: int = 0
    right: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.gold + other.gold, self.hit + other.hit, self.found + other.found, self.right + other.right)

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.hit / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """None where there is neither gold nor anything found."""
        p, r = self.precision, self.recall
        if not self.gold and not self.found:
            return None
        return 2 * p * r / (p + r) if p and r else 0.0

    def to_json(self) -> dict[str, float | None]:
        return {**asdict(self), "precision": self.precision, "recall": self.recall, "f1": self.f1}


@dataclass(frozen=True, slots=True)
class Scored:
    """What one clause, or all, came to.

    Attributes:
        clauses: clauses that hold a measure against those in which one was found.
        measures: measures, paired one to one by their benefit.
        split: found measures without a partner whose benefit lies in a gold measure that has another.
        fields: per field over all measures; what has no partner is missed, or wrong.
        paired: the same over the pairs alone.
        silent: of the clauses without a measure (gold) those in which nothing was found (hit).
        misses: per field, what is missing (漏) and what is wrong (误), with its place.
    """

    clauses: Tally
    measures: Tally
    split: int
    fields: Mapping[str, Tally]
    paired: Mapping[str, Tally]
    silent: Tally
    misses: Mapping[str, tuple[str, ...]]


def score(bound: Sequence[tuple[Gold, Clause]], found: Callable[[Clause], Sequence[Measure]]) -> Scored:
    """Compare what `found` reads from each clause with its gold."""
    each = [_clause(gold, clause, found(clause)) for gold, clause in bound]
    nothing = Tally()
    return Scored(
        sum((s.clauses for s in each), nothing),
        sum((s.measures for s in each), nothing),
        sum(s.split for s in each),
        {f: sum((s.fields[f] for s in each), nothing) for f in FIELDS},
        {f: sum((s.paired[f] for s in each), nothing) for f in FIELDS},
        sum((s.silent for s in each), nothing),
        {f: tuple(m for s in each for m in s.misses[f]) for f in ("measures", *FIELDS)},
    )


def _clause(gold: Gold, clause: Clause, found: Sequence[Measure]) -> Scored:
    weights = [[_likeness(clause, g.benefit, f.benefit) for f in found] for g in gold.measures]
    pairs = pair(weights)
    partner = {f: g for g, f in pairs.items()}
    where = f"{gold.place} {clause.id}"
    misses: dict[str, list[str]] = {f: [] for f in ("measures", *FIELDS)}
    misses["measures"] += [f"{where} 漏：{m.benefit}" for n, m in enumerate(gold.measures) if n not in pairs]
    misses["measures"] += [f"{where} 误：{m.words(m.benefit)}" for n, m in enumerate(found) if n not in partner]
    fields, paired = dict.fromkeys(FIELDS, Tally()), dict.fromkeys(FIELDS, Tally())
    together = [(gold.measures[g], found[f]) for g, f in pairs.items()]
    apart = [(m, None) for n, m in enumerate(gold.measures) if n not in pairs]
    spare = [(None, m) for n, m in enumerate(found) if n not in partner]
    for wanted, had in (*together, *apart, *spare):
        for name, (golds, finds) in _items(wanted, had).items():
            hit, right = matched(golds, finds)
            tally = Tally(len(golds), sum(hit), len(finds), sum(right))
            fields[name] += tally
            if wanted and had:
                paired[name] += tally
                misses[name] += [f"{where} 漏：{_told(i)}" for i, ok in zip(golds, hit, strict=True) if not ok]
                misses[name] += [f"{where} 误：{_told(i)}" for i, ok in zip(finds, right, strict=True) if not ok]
    split = sum(any(row[n] > 0 for row in weights) for n in range(len(found)) if n not in partner)
    has, any_found = bool(gold.measures), bool(found)
    both = int(has and any_found)
    return Scored(
        Tally(int(has), both, int(any_found), both),
        Tally(len(gold.measures), len(pairs), len(found), len(pairs)),
        split,
        fields,
        paired,
        Tally() if has else Tally(gold=1, hit=int(not any_found)),
        {name: tuple(lines) for name, lines in misses.items()},
    )


def _likeness(clause: Clause, benefit: str, span: Span) -> float:
    """How far the printed benefit and a span lie on one another: 0 when less than half of the shorter is common."""
    text = clause.document.text
    best = 0.0
    for start, end in (clause.start, clause.end), *clause.shared:
        for at, stop in _places(text, start, end, fold(benefit)):
            common = min(stop, span[1]) - max(at, span[0])
            shorter, longer = sorted((stop - at, span[1] - span[0]))
            if shorter > 0 and common / shorter >= _ENOUGH:
                best = max(best, common / shorter + common / longer)
    return best


def _places(text: str, start: int, end: int, words: str) -> Iterator[Span]:
    """Spans within [start, end) whose folded text is `words`."""
    folded = [(c, n) for n in range(start, end) for c in fold(text[n])]
    line = "".join(c for c, _ in folded)
    at = line.find(words)
    while at >= 0:
        yield folded[at][1], folded[at + len(words) - 1][1] + 1
        at = line.find(words, at + 1)


def pair(weights: Sequence[Sequence[float]]) -> dict[int, int]:
    """Row → column, one to one, of the greatest sum of weights; 0 is no pair."""

    @cache
    def best(row: int, used: int) -> tuple[float, tuple[tuple[int, int], ...]]:
        if row == len(weights):
            return 0.0, ()
        found = best(row + 1, used)
        for column, weight in enumerate(weights[row]):
            if weight > 0 and not used >> column & 1:
                rest, pairs = best(row + 1, used | 1 << column)
                found = max(found, (rest + weight, ((row, column), *pairs)), key=lambda f: f[0])
        return found

    return dict(best(0, 0)[1])


def _items(gold: GoldMeasure | None, found: Measure | None) -> dict[str, tuple[list[Item], list[Item]]]:
    """Per field what is wanted and what is there."""
    wanted = _of_gold(gold) if gold else {}
    had = _of_measure(found) if found else {}
    if gold and found:
        kind = found.kind if found.kind in gold.kinds else gold.kinds[0]
        wanted["kind"] = [(kind, "")]
    pairs = {f: (list(dict.fromkeys(wanted.get(f, ()))), list(dict.fromkeys(had.get(f, ())))) for f in FIELDS}
    if found:  # the classes of the beneficiary stand as leaves too; only gold that names one as a condition counts it
        who = {found.words(leaf.span) for leaf in found.conditions.leaves() if leaf.fact == "who"}
        for name in ("conditions", "roles"):
            golds, finds = pairs[name]
            right = matched(golds, finds)[1]
            finds[:] = [i for i, ok in zip(finds, right, strict=True) if ok or i[1] not in {fold(w) for w in who}]
    return pairs


def _of_gold(gold: GoldMeasure) -> dict[str, list[Item]]:
    figures = [q for a in gold.amounts for q in quantities(a)]
    return {
        "kind": [(gold.kinds[0], "")],
        "strength": [(gold.strength, "")],
        "beneficiary": [("", fold(b)) for b in gold.beneficiary],
        "conditions": [("", fold(words)) for _, words in gold.conditions],
        "roles": [(role, fold(words)) for role, words in gold.conditions],
        "amounts": [((q.value, q.unit), "") for q in figures],
        "bounds": [((q.value, q.unit, q.bound), "") for q in figures],
        "agencies": [(fold(name), "") for name, _ in gold.agencies],
        "leads": [((fold(name), lead), "") for name, lead in gold.agencies],
        "time": [("", fold(t)) for t in gold.time],
    }


def _of_measure(found: Measure) -> dict[str, list[Item]]:
    leaves = list(found.conditions.leaves())
    return {
        "kind": [(found.kind, "")],
        "strength": [(found.strength, "")],
        "beneficiary": [("", fold(found.words(s))) for s in found.beneficiary],
        "conditions": [("", fold(found.words(leaf.span))) for leaf in leaves],
        "roles": [(leaf.role, fold(found.words(leaf.span))) for leaf in leaves],
        "amounts": [((a.value, a.unit), "") for a in found.amounts],
        "bounds": [((a.value, a.unit, a.bound), "") for a in found.amounts],
        "agencies": [(fold(a.name), "") for a in found.agencies],
        "leads": [((fold(a.name), a.lead), "") for a in found.agencies],
        "time": [("", fold(found.words(s))) for s in found.time],
    }


def matched(golds: Sequence[Item], finds: Sequence[Item]) -> tuple[list[bool], list[bool]]:
    """Which of the gold items are found, and which of the found ones are right.

    Two items agree when they are equal in the first part and one's words hold the other's, which are at least half as
    long; several that a longer one holds (“小微企业” and “创业团队” in “小微企业和创业团队”) count together.
    """
    return [_agrees(g, golds, finds) for g in golds], [_agrees(f, finds, golds) for f in finds]


def _agrees(one: Item, own: Sequence[Item], others: Sequence[Item]) -> bool:
    return _covered(one, others) or any(_holds(o, one) and _covered(o, own) for o in others)


def _covered(one: Item, others: Sequence[Item]) -> bool:
    inside = [o for o in others if _holds(one, o)]
    around = [o for o in others if _holds(o, one)]
    enough = bool(inside) and sum(len(o[1]) for o in inside) >= _ENOUGH * len(one[1])
    return enough or any(len(one[1]) >= _ENOUGH * len(o[1]) for o in around)


def _holds(longer: Item, shorter: Item) -> bool:
    return bool(longer[0] == shorter[0]) and shorter[1] in longer[1]


def _told(item: Item) -> str:
    key, words = item
    return " ".join(str(p) for p in ((*key, words) if isinstance(key, tuple) else (key, words)) if p != "")


def to_json(scored: Scored) -> dict[str, Any]:
    """All counts, shares and misses."""
    return {
        "clauses": scored.clauses.to_json(),
        "measures": {**scored.measures.to_json(), "split": scored.split},
        "fields": {f: t.to_json() for f, t in scored.fields.items()},
        "paired": {f: t.to_json() for f, t in scored.paired.items()},
        "silent": scored.silent.to_json(),
        "misses": scored.misses,
    }


def rows(scored: Scored) -> list[tuple[str, ...]]:
    """The table: name, precision, recall and F1 over all, counts, F1 over the pairs."""
    lines: list[tuple[str, Tally, Tally | None]] = [("有措施的条款", scored.clauses, None), ("措施", scored.measures, None)]
    lines += [(name, scored.fields[f], scored.paired[f]) for f, name in FIELDS.items()]
    return [
        (
            name,
            *map(_share, (tally.precision, tally.recall, tally.f1)),
            f"{tally.hit}/{tally.gold}",
            f"{tally.right}/{tally.found}",
            _share(pairs.f1) if pairs else "",
        )
        for name, tally, pairs in lines
    ]


HEADS = ("", "精确率", "召回率", "F1", "找到/标注", "正确/读出", "配对内F1")


def silence(scored: Scored) -> str:
    """What was found where there is nothing, and how many measures were read in pieces."""
    s = scored.silent
    quiet = f"没有措施的条款 {s.gold} 条，其中 {s.hit} 条没有误读（{_share(s.recall)}）。"
    return f"{quiet}读出的措施里有 {scored.split} 项是把一项拆开的。"


def printed(scored: Scored) -> list[str]:
    """The lines of the table; a Chinese character takes two columns."""
    lines = [HEADS, *rows(scored)]
    return ["".join(_padded(c, 16 if n == 0 else 11) for n, c in enumerate(line)) for line in lines] + [silence(scored)]


def misses(scored: Scored) -> list[str]:
    """Per field its name and, indented, what is missing or wrong in it."""
    named = {"measures": "措施", **FIELDS}
    return [line for f, told in scored.misses.items() if told for line in (named[f], *(f"  {t}" for t in told))]


def page(scored: Scored, about: str) -> str:
    """The whole as one HTML text that opens offline."""
    cells = [[html.escape(c) for c in row] for row in rows(scored)]
    named = {"measures": "措施", **FIELDS}
    told = [
        f"<details><summary>{named[f]}：{len(lines)} 处</summary>{''.join(f'<p>{html.escape(t)}</p>' for t in lines)}</details>"
        for f, lines in scored.misses.items()
        if lines
    ]
    head = "".join(f"<th>{h}</th>" for h in HEADS)
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in cells)
    return alone(
        [
            f"<p class='small'>{html.escape(about)}</p>",
            "<h2>从条款里读出的支持措施</h2>",
            f"<table><tr>{head}</tr>{body}</table>",
            f"<p>{silence(scored)}</p>",
            "<h2>漏读和误读</h2>",
            *told,
        ]
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _padded(text: str, columns: int) -> str:
    return text + " " * max(1, columns - sum(2 if ord(c) > 0x2E80 else 1 for c in text))
