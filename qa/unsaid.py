"""What was asked and the clauses do not say, told openly beside an answer: who is responsible; and years that it lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.lookup import NUMBER
from corpus.quantities import quantities
from qa import agency, asked
from qa.records import Checked

_LEAD = 400
"""Characters before a citation in which the year that it is of may be named."""
_RESPONSIBLE = re.compile(r"负责(?!人)|牵头|主管部门|责任单位|承担|设在")


def remarks(question: str, kept: Sequence[Checked]) -> list[str]:
    """Sentences for the notes of an answer; empty when it answers all that was asked."""
    if not kept:
        return []
    if agency.asked(question) and not _RESPONSIBLE.search("".join(c.text for c in kept)):
        return ["所引条款没有写明由谁负责。"]
    return []


def absent_years(question: str, kept: Sequence[Checked]) -> list[int]:
    """The years of which a figure is asked for, when nothing cited speaks of any of them; else empty."""
    if not kept or not asked.figure_wanted(question):
        return []
    held = "\n".join([c.text for c in kept] + [f"{x.quote}\n{x.clause.reading}" for c in kept for x in c.citations])
    bare = NUMBER.sub("", re.sub(r"《[^》]*》", "", question))
    years = {int(q.value) for q in quantities(bare) if q.unit == "年" and 1949 <= q.value <= 2100}
    # A year may stand in the paragraph that leads to a list (第一步，到2020年…：).
    before = "\n".join(x.clause.document.text[max(0, x.start - _LEAD) : x.start] for c in kept for x in c.citations)
    missing = sorted(years - {int(q.value) for q in quantities(f"{before}\n{held}") if q.value > 1900})
    return missing if len(missing) == len(years) else []
