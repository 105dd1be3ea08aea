"""Metrics of one case, from a line of a run file. Texts are compared folded: NFKC, no white space, U+E010 as “.”.

evidence recall@k   share of a case's quotes found in the first k clauses
recall in B chars   the same over clauses taken in order while their total length stays within B (the first always)
must                share of the strings that a right answer must hold
citation precision  share of citations whose clause holds a gold quote
citation recall     share of gold quotes whose clause is cited
figures             1 when every figure of the answer stands in a cited clause, its title, number, address,
                    headings or column heads, or in the question
refused             1 when the case was refused
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.quantities import quantities
from corpus.records import Clause
from corpus.repair import fold
from eval.cases import Case
from index.tokens import simplified

CUTS = (1, 3, 5, 10, 20)
BUDGETS = (500, 1000, 2000, 4000)
Scores = dict[str, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with its scores; a score is absent where it has no meaning (no evidence, not answered, failed)."""

    case: Case
    scores: Scores
    line: Mapping[str, Any]


def judge(case: Case, line: Mapping[str, Any], clauses: Mapping[str, Clause]) -> Judged:
    """Score one line of a run file; `clauses` are the corpus's own, by id, for headings and column heads."""
    scores: Scores = {}
    if "error" in line:
        return Judged(case, scores, line)
    texts = [hit["text"] for hit in line["retrieved"]]
    if case.evidence:
        scores |= {f"recall@{k}": recall(case, texts[:k]) for k in CUTS}
        scores |= {f"recall in {b}": recall(case, within(texts, b)) for b in BUDGETS}
    if line.get("answer") is None:
        return Judged(case, scores, line)
    refused = line.get("refusal") is not None
    scores["refused" if case.type == "none" else "wrongly refused"] = float(refused)
    if not refused and case.type != "none":
        scores |= _answered(case, line, clauses)
    elif case.must:
        scores["must"] = 0.0
    scores |= {name.removesuffix("_ms"): float(ms) for name, ms in line.get("timings", {}).items()}
    return Judged(case, scores, line)


def _answered(case: Case, line: Mapping[str, Any], clauses: Mapping[str, Clause]) -> Scores:
    scores: Scores = {}
    answer = fold(line["answer"])
    if case.must:
        scores["must"] = sum(fold(m) in answer for m in case.must) / len(case.must)
    cited = list(dict.fromkeys(c["clause"] for c in line["citations"]))
    if case.evidence:
        gold = [t for q in case.evidence for t in q.texts] + list(case.spare)
        holding = [any(holds(clauses[c["clause"]].full, t) for t in gold) for c in line["citations"] if c["clause"] in clauses]
        scores["citation precision"] = sum(holding) / len(holding) if holding else 0.0
        scores["citation recall"] = recall(case, [clauses[c].full for c in cited if c in clauses])
    scores["figures"] = float(figures_stand(line["answer"], [clauses[c] for c in cited if c in clauses], " ".join(case.turns)))
    return scores


def holds(text: str, quote: str) -> bool:
    """True when the folded quote is a substring of the folded text."""
    return fold(quote) in fold(text)


def recall(case: Case, texts: Sequence[str]) -> float:
    """Share of the case's quotes found; a spare quote that is found stands for one that is missing."""
    folded = [fold(t) for t in texts]

    def found(quote: str) -> bool:
        wanted = fold(quote)
        return any(wanted in text for text in folded)

    direct = sum(any(found(t) for t in quote.texts) for quote in case.evidence)
    spare = sum(found(t) for t in case.spare)
    return min(len(case.evidence), direct + spare) / len(case.evidence)


def within(texts: Sequence[str], budget: int) -> list[str]:
    """Clauses in order while their total length (characters) stays within the budget; the first always."""
    taken: list[str] = []
    length = 0
    for text in texts:
        length += len(text)
        if taken and length > budget:
            break
        taken.append(text)
    return taken


def figures_stand(answer: str, cited: Sequence[Clause], question: str) -> bool:
    """True when every figure of the answer, marks apart, stands where a figure may come from."""
    allowed = quantities(simplified(question))
    for clause in cited:
        document = clause.document
        around = [document.title, document.number, str(clause.address), *clause.headings, clause.text, clause.reading]
        allowed += quantities("\n".join([*around, str(document.issued or ""), str(document.year or "")]))
    told = quantities(simplified(re.sub(r"\[\d+\]", "", answer)))  # 130萬 is 130万
    return all(any(figure.same_figure(a) for a in allowed) for figure in told)
