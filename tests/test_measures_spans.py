"""Laws over the whole shipped corpus and the invented notices: every field is verbatim and stands where it says."""

from pathlib import Path
from typing import get_args

import pytest
from documents import document
from notices import ALL

import corpus
from corpus import catalog, facts
from corpus.clauses import clauses
from corpus.measure import Leaf, Relation, Role, Strength
from corpus.measures import measures
from corpus.quantities import quantities

SHIPPED = catalog.load(Path(corpus.__file__).parent / "documents")
DOCUMENTS = [*SHIPPED, *(document(text, id=name, region="青石市") for name, text in ALL.items())]


def within(span, spans):
    return any(start <= span[0] < span[1] <= end for start, end in spans)


@pytest.fixture(scope="module", params=DOCUMENTS, ids=lambda d: d.id)
def found(request):
    return [m for c in clauses(request.param) for m in measures(c)]


def test_every_document_has_some(found):
    assert found


def test_spans_slice_to_printed_words(found):
    for m in found:
        text = m.clause.document.text
        own = [(m.clause.start, m.clause.end)]
        everywhere = [(0, len(text))]
        assert within(m.benefit, own), m
        assert m.words(m.benefit).strip("，；、：\n ") == m.words(m.benefit)
        assert all(within(s, own) for s in m.beneficiary), m
        assert all(within(a.span, own) for a in m.amounts), m
        assert all(within(s, everywhere) for s in m.time)
        assert all(within(leaf.span, everywhere) for leaf in m.conditions.leaves())


def test_names_and_figures_are_what_the_spans_say(found):
    for m in found:
        for agency in m.agencies:
            assert m.words(agency.span) == agency.name
        for amount in m.amounts:
            told = [q.value for q in quantities(m.words(amount.span))]
            assert amount.value in told or amount.value in [v * scale for v in told for scale in (1e4, 1e8)]  # the head's unit
        for leaf in m.conditions.leaves():
            if leaf.relation in {"ge", "le"}:
                assert float(leaf.values[0]) in [q.value for q in quantities(m.words(leaf.span))]


def test_agencies_stand_in_the_clause_its_notes_or_a_closing_rule(found):
    for m in found:
        text = m.clause.document.text
        for agency in m.agencies:
            near = within(agency.span, [(m.clause.start, m.clause.end), *m.clause.shared])
            assert near or "资金由" in text or "办法由" in text


def test_values_are_of_the_vocabulary(found):
    kinds = {k.kind for k in facts.kinds()}
    for m in found:
        assert {m.kind, *m.kinds} <= kinds
        assert m.kind not in m.kinds
        assert m.strength in get_args(Strength)
        assert set(m.topics) <= set(facts.values("activity"))
        assert set(m.fields) <= set(facts.values("field"))
        for leaf in m.conditions.leaves():
            assert isinstance(leaf, Leaf)
            assert leaf.role in get_args(Role)
            assert leaf.relation in get_args(Relation)
            assert (leaf.relation == "stated") == (leaf.fact == "other") == (not leaf.values)
            if leaf.relation == "in" and leaf.fact != "region":
                assert set(leaf.values) <= set(facts.values(leaf.fact)), leaf


def test_measures_come_in_order_and_do_not_repeat(found):
    by_clause = {}
    for m in found:
        by_clause.setdefault(m.clause.id, []).append(m.benefit)
    for spans in by_clause.values():
        assert spans == sorted(set(spans))


def test_reading_twice_gives_the_same():
    whole = [c for d in SHIPPED[:2] for c in clauses(d)]
    assert [measures(c) for c in whole] == [measures(c) for c in whole]
