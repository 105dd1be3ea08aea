"""Support measures of a clause, by rules: what is given, to whom, on which conditions, by whom.

measures(clause) → every measure in it, in order; empty for headings, targets, descriptions and duties of agencies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from corpus.facts import find, implied
from corpus.measure import Leaf, Measure, Node
from corpus.measure_beneficiaries import Mention, beneficiaries, mentions
from corpus.measure_conditions import conditions
from corpus.measure_fields import agencies, amounts, note_start, times
from corpus.measure_judge import is_measure, kinds_of, refused
from corpus.measure_lists import is_item, leads, listed
from corpus.measure_parts import Part, parts
from corpus.measure_rows import row_measures
from corpus.measure_whole import exclusions, whole
from corpus.records import Clause, Span
from corpus.sentences import sentences

_BACK = re.compile(r"(?<![与尤])其(?!他|中|它|余|次)|上述|该类|此类")
_GIVEN = re.compile(r"给予|保留|补助|奖励|补贴|资助|享受|留归")
_KINDS = frozenset({"paragraph", "item", "box"})


def measures(clause: Clause) -> tuple[Measure, ...]:
    """All support measures of a clause in the order in which they are printed."""
    if clause.kind == "row":
        return tuple(_with_document(clause, measure) for measure in row_measures(clause))
    if not (clause.kind in _KINDS or leads(clause)) or is_item(clause):
        return ()
    found: list[Measure] = []
    before: list[Mention] = []
    for part in _parts(clause):
        if refused(clause, part):
            continue
        named = mentions(clause.document.text, part)
        receiving = _receiving(clause, part, named, before)
        before = receiving or before
        measure = _measure(clause, part, named, receiving)
        if measure:
            found.append(measure)
    return tuple(_with_document(clause, measure) for measure in found)


def _with_document(clause: Clause, measure: Measure) -> Measure:
    """The measure with what stands elsewhere for it: listed conditions, exclusions, who carries it out, how long it holds."""
    document = clause.document
    general = whole(document)
    apart = listed(clause)
    more: list[Leaf | Node] = [*([apart] if apart else []), *exclusions(document, clause.start, clause.end, own=True)]
    if measure.strength == "给予":
        more += exclusions(document, clause.start, clause.end, own=False)
    return replace(
        measure,
        conditions=Node("all", (*measure.conditions.children, *more)) if more else measure.conditions,
        agencies=measure.agencies or general.agencies,
        time=measure.time or general.time,
    )


def _receiving(clause: Clause, part: Part, named: list[Mention], before: list[Mention]) -> list[Mention]:
    """Whom the part is for; “其” and a gift to nobody named go back to whom the part before it was for."""
    text = clause.document.text
    back = _BACK.search(text, part.core[0], part.tail) or (part.strength == "给予" and _GIVEN.search(text, *part.core))
    found = beneficiaries(text, part, named) or (before if back else [])
    title = _titled(clause)
    return [next((t for t in title if _narrows(t, m)), m) for m in found]


_TITLE = 24
"""Characters of a first sentence that is the clause's title: 激励国有企业增强创新活力。"""


def _titled(clause: Clause) -> list[Mention]:
    """Whom the title of a clause names, where its first sentence is one."""
    spans = sentences(clause)
    if len(spans) < 2 or spans[0][1] - spans[0][0] > _TITLE:
        return []
    return [Mention((value,), span, False, False) for value, span in find("who", clause.document.text, *spans[0])]


def _narrows(title: Mention, mention: Mention) -> bool:
    """“企业” in a clause on 国有企业 are those."""
    return all(v not in mention.values and set(mention.values) <= set(implied("who", v)) for v in title.values)


def _parts(clause: Clause) -> Iterator[Part]:
    text = clause.document.text
    for start, end in _bodies(clause):
        stop = note_start(text, (start, end))
        if stop > start:
            yield from parts(text, (start, stop))


def _bodies(clause: Clause) -> list[Span]:
    """The sentences without the clause's own title, unless the title is all there is."""
    text = clause.document.text
    spans = sentences(clause)
    titles = {_bare(h) for h in clause.headings[-2:]}
    rest = [s for s in spans if _bare(text[s[0] : s[1]]) not in titles]
    return rest if any(note_start(text, s) > s[0] for s in rest) else spans


_LABEL = re.compile(
    r"^(?:[（(][一二三四五六七八九十百\d]{1,4}[）)]|[一二三四五六七八九十]{1,3}、|[\dlI]{1,3}[.．、]|第[一二三四五六七八九十百\d]{1,5}条|——)\s*"
)


def _bare(words: str) -> str:
    return _LABEL.sub("", words.strip()).rstrip("。：:；，")


def _measure(clause: Clause, part: Part, named: list[Mention], receiving: list[Mention]) -> Measure | None:
    text = clause.document.text
    sums = amounts(text, part.span)
    if not is_measure(clause, part, receiving, sums):
        return None
    kinds = kinds_of(clause, part, receiving)
    return Measure(
        clause=clause,
        kind=kinds[0],
        strength=part.strength,
        benefit=_trim(text, part.core),
        beneficiary=tuple(m.span for m in receiving),
        conditions=conditions(clause.document, part, receiving, [m for m in named if m.built]),
        amounts=sums,
        agencies=agencies(clause, part.core),
        time=times(text, part.span),
        topics=_values("activity", text, part.span),
        fields=_values("field", text, part.span),
        kinds=kinds[1:],
    )


def _values(fact: str, text: str, span: Span) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value, _ in find(fact, text, *span)))


def _trim(text: str, span: Span) -> Span:
    start, end = span
    while end > start and (text[end - 1].isspace() or text[end - 1] in "，；、："):
        end -= 1
    return start, end
