"""Hits and pieces of evidence made by hand, for the tests of qa/."""

from corpus.clauses import clauses
from corpus.records import Clause, Document
from corpus.repair import repair
from corpus.sentences import sentences
from index.search import Hit, Match
from qa.records import Piece


def make(text, *, title="科技创新若干意见", number="国发〔2020〕1号", region="全国", level="国家", name="a", notes=()):
    repaired, edits = repair(text)
    return Document(
        name, title, number, "国务院", None, 2020, level, region, "未知", (), f"{name}.txt", "", repaired, tuple(notes), (), edits
    )


def clause(text, address="一", **fields) -> Clause:
    """The clause at an address of a small document."""
    return next(c for c in clauses(make(text, **fields)) if str(c.address) == address)


def hit(found: Clause, score=0.9, ranks=None, scores=None) -> Hit:
    """A hit whose sentences get the given scores in reading order, or all the same one."""
    spans = sentences(found)
    given = scores or [score] * len(spans)
    given = [0.1] * (len(spans) - len(given)) + list(given)  # a heading in front needs no score
    matches = sorted((Match(s, e, x) for (s, e), x in zip(spans, given, strict=True)), key=lambda m: (-m.score, m.start))
    return Hit(found, 0.05, max(given), tuple(matches), ranks or {"clause": 1})


def piece(found: Clause, number=1) -> Piece:
    return Piece(number, found, tuple(sentences(found)))
