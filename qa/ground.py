"""Tie each sentence of an answer to the span that supports it, and check its figures, bounds and negation.

The rule is deterministic and runs on words: a sentence is supported by the span that holds the largest share
of its content words, weighted by how rare they are. A figure counts only if the same figure stands in the
cited clause (or in its title, number, headings, or the question), whatever numerals either uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.labels import recognise
from corpus.quantities import Quantity, quantities
from corpus.records import Clause, Span
from corpus.sentences import sentences
from index.places import places, provinces_of
from index.question import official
from index.tokens import content_words
from qa import agency, asked, checks, checks_names, echoes
from qa.records import Checked, Citation, Piece, Verdict

VERIFIED = 0.60
"""Share of a sentence's content that its clauses must hold."""
WEAK = 0.40
_MODAL = frozenset(
    [
        "可能",
        "也许",
        "应该",
        "应当",
        "能够",
        "可以",
        "需要",
        "如果",
        "已经",
        "将会",
        "会",
        "是否",
        "可",
        "您",
        "你",
        "我",
        "我们",
        "你们",
    ]
)
"""Words that make no statement out of a question."""
_ECHO = 0.95
"""Share, by its very words, at which a sentence that only says the question again is verified."""
_WEAK_WITH_FIGURE = 0.20
"""Enough where a figure that the question did not give stands in the clause: everyday words tell the rest."""
_ASKED = 0.3
"""Weight of a word that the question already has: an answer repeats it whether or not a clause holds it. Where
a figure is told the weight is 1: the question's words are what the figure is said of."""
_MISPLACED = 0.3
"""What a span is worth that speaks of another region than the sentence."""
_AROUND = 0.5
"""Weight of a word found only in the title or headings."""
_NATIONWIDE = re.compile(r"全国|国家(?=对|层面|给|支持|规定|的政策|要求|鼓励|出台)")
_NEVER_THE_ASKERS = ("元", "%", "个百分点", "倍")
_ALIKE = 0.64
"""Cosine from which other words are taken for the same meaning (eval/LOG.md)."""
_NOTHING = "条款中没有相应内容"
_ASKING = "这是问句，不是回答"
_REPEATED = "这句话只是重复了问题"
_MATTER = 0.8
"""Share of the question's words in the clause that holds most of them which one that tells who is in charge must hold."""
_SHORTEST = 6
"""Characters that must be left of a sentence without the asker's own words."""
_MOST_CLAUSES = 3  # that one sentence may rest on
_LEAD_IN = re.compile(r"^(?:根据|按照|依据)(?:以上|上述|所给|给出的|提供的)?条款(?:的?规定|内容)?，")
_LABEL = re.compile(
    r"^(?:[（(][\d一二三四五六七八九十]{1,3}[）)]|[-*•]|——|专栏\d+|第[\d一二三四五六七八九十百]+[篇章节条]) *"
    r"|(?<![\d.])\d{1,3}[.．、] *(?=[\u4e00-\u9fff“])"
)
_MARK = re.compile(r"\s*[\[【](?:\d{1,2}(?:[,，、 ]\d{1,2})*)[\]】]")
_ENDS = re.compile(r"[。！？!?；;]+[”’）)】]*|\n+")


def _words(text: str) -> frozenset[str]:
    """Content words without figures, which are checked apart."""
    for figure in quantities(text):
        text = text.replace(figure.printed, " ", 1)
    return frozenset(w for w in content_words(text) if not re.fullmatch(r"[\d.%]+", w))


def strip_marks(text: str) -> str:
    """The text without [n] marks that the writer put; the program sets its own."""
    return _MARK.sub("", text)


def split(text: str) -> list[str]:
    """Sentences of an answer, their stops with them."""
    out, at = [], 0
    for match in _ENDS.finditer(text):
        out.append(text[at : match.end()].strip())
        at = match.end()
    out.append(text[at:].strip())
    return [s for s in out if re.search(r"\w", s)]


@dataclass(frozen=True, slots=True)
class _Span:
    piece: Piece
    start: int
    end: int
    words: frozenset[str]


Likeness = Callable[[str, Clause], Mapping[Span, float]]
"""(sentence, clause) → cosine of the sentence with each sentence of the clause."""


class Grounder:
    """Checks sentences against the clauses of the evidence; made once per answer."""

    def __init__(
        self,
        evidence: Sequence[Piece],
        question: str,
        weight: Callable[[str], float],
        likeness: Likeness | None = None,
    ) -> None:
        self._weight, self._likeness, self._asked_in = weight, likeness, question
        self._pieces = tuple(evidence)
        self._question = frozenset(content_words(question))
        self._official = frozenset(content_words(official(question))) - self._question
        self._asked = quantities(question)
        self._named = named_terms(question)
        self._who = agency.asked(question)
        self._particular = asked.particulars(question)
        self._most = max(map(self._matter, evidence), default=0.0)
        self._around = {p.number: self._context_words(p.clause) for p in evidence}
        self._figures = {p.number: quantities(_everything(p.clause)) for p in evidence}
        self._spans = [
            _Span(p, s, e, frozenset(content_words(p.clause.document.text[s:e] + (p.clause.reading if p.clause.columns else ""))))
            for p in evidence
            for s, e in [*sentences(p.clause), *p.clause.shared]
        ]

    def check(self, sentence: str, number: int) -> Checked:
        """One sentence (the `number`th of its answer) → verdict, and the best supporting span if there is one."""
        text = self._bare(sentence)
        if text.rstrip("”’）)】 ").endswith(("？", "?")):
            return Checked(text, "unsupported", None, _ASKING)
        text = echoes.without_asker(text, self._asked_in)
        if echoes.as_asker(text) and echoes.own_words(text) in echoes.own_words(self._asked_in):
            return Checked(text, "unsupported", None, _REPEATED)
        words = _words(text)
        told = [f for f in quantities(text) if not any(f.same_figure(q) for q in self._asked)]
        cited = self._support(text, words)
        # What a figure is said of must stand where the figure stands, not in some other clause.
        carriers = [s for s in cited if any(f.same_figure(q) for f in told for q in self._figures[s.piece.number])]
        bodies = checks.bodies(text, self._asked_in)
        cited = self._naming(bodies, carriers or cited)
        if not cited:
            problem = self._figure_problem(text, self._spans) or _NOTHING
            return self._alike(text, number) or Checked(text, "unsupported", None, problem)
        if (plain := checks.impersonal(text, _quoted(cited))) != text:
            return self.check(plain, number)
        own = frozenset().union(*(s.words for s in cited))
        around = frozenset().union(*(self._around[s.piece.number] for s in cited))
        # A sentence that only says the question again must find the question's words in the clause.
        echo = not words - self._question - _MODAL
        new = {w for w in words - self._question - _MODAL if not places(w)}
        if self._particular and not (told or bodies) and asked.empty(new):
            return Checked(text, "unsupported", None, "这句话没有说出具体内容")
        share = self._share(words, own, around, 1.0 if told or bodies or echo else _ASKED)
        verdict, problem = self._judge(text, share, cited, bool(told))
        said = sum(map(self._weight, words & (own | around))) / (sum(map(self._weight, words)) or 1.0)
        # Words gathered from several clauses make no statement of the question either.
        if verdict != "unsupported" and echo and not told and (said < _ECHO or len({s.piece.clause.id for s in cited}) > 1):
            verdict, problem = "unsupported", _REPEATED
        if problem == _NOTHING and (alike := self._alike(text, number)):
            return alike
        if verdict == "unsupported":
            return Checked(text, verdict, None, problem)
        first, *others = (Citation(number, s.piece.clause, s.start, s.end, verdict, s.piece.number) for s in cited)
        return Checked(text, verdict, first, problem, tuple(others))

    def _bare(self, sentence: str) -> str:
        """The sentence without what is put before it: 根据条款, a piece's topic copied from the prompt, labels of lists.

        Labels, the writer's own or a clause's, are no figures.
        """
        text = _LEAD_IN.sub("", strip_marks(sentence).strip())
        for piece in self._pieces:
            text = text.removeprefix(f"{piece.topic}：")
        return _LABEL.sub("", text)

    def _matter(self, piece: Piece) -> float:
        """How much of the question a clause holds, weighted by how rare its words are."""
        return sum(map(self._weight, self._question & frozenset(content_words(_around_of(piece.clause)))))

    @staticmethod
    def _naming(bodies: Sequence[str], cited: Sequence[_Span]) -> list[_Span]:
        """The spans whose clause names every body that is told, if there are any: who does a thing stands beside it."""
        named = [s for s in cited if bodies and all(b in checks.canonical(_around_of(s.piece.clause)) for b in bodies)]
        return named or list(cited)

    def _alike(self, text: str, number: int) -> Checked | None:
        """The span of the same meaning in other words, if there is one: never more than weak, since words cannot vouch."""
        new = "".join(part for part in checks.segments(text) if _words(part) - self._question)
        if self._likeness is None or not self._spans or len(new) < _SHORTEST:
            return None  # the question again, in its own words
        found = {p.number: self._likeness(text, p.clause) for p in self._pieces}
        score, best = max(
            ((found[s.piece.number].get((s.start, s.end), 0.0), s) for s in self._spans),
            key=lambda item: (item[0], -item[1].piece.number, -item[1].start),
        )
        if score < _ALIKE or self._problem(text, [best]):
            return None
        citation = Citation(number, best.piece.clause, best.start, best.end, "weak", best.piece.number)
        return Checked(text, "weak", citation, "意思相近，用词与条款不同，请看条款原文")

    def _support(self, text: str, words: frozenset[str]) -> list[_Span]:
        """The spans that together hold most of the words and figures: the best one, then others while they add."""
        chosen: list[_Span] = []
        missing_words = set(words)
        missing = [f for f in quantities(text) if not any(f.same_figure(a) for a in self._asked)]
        place = {p.number: 1.0 if not misplaced(text, p.clause) else _MISPLACED for p in self._pieces}
        while self._spans and len(chosen) < _MOST_CLAUSES:
            scored = [
                (place[s.piece.number] * self._gain(s, missing_words, missing, words), s) for s in self._spans if s not in chosen
            ]
            gain, best = max(scored, key=lambda item: (item[0], -item[1].piece.number, -item[1].start), default=(0.0, None))
            if best is None or gain < (0.10 if chosen else 0.05):
                break
            chosen.append(best)
            missing_words -= best.words | self._around[best.piece.number]
            missing = [f for f in missing if not any(f.same_figure(g) for g in self._figures[best.piece.number])]
            if not missing and self._share(words, words - missing_words, frozenset()) >= 0.85:
                break
        return chosen

    def _gain(self, span: _Span, missing: set[str], figures: Sequence[Quantity], words: frozenset[str]) -> float:
        total = sum(map(self._weight, words)) or 1.0
        own = sum(self._weight(w) for w in missing & span.words)
        # Words of the title and headings count half: they tell what a span is about, not what it says.
        around = sum(self._weight(w) for w in (missing - span.words) & self._around[span.piece.number])
        here = quantities(
            span.piece.clause.document.text[span.start : span.end] if not span.piece.clause.columns else span.piece.clause.reading
        )
        hit = sum(any(f.same_figure(g) for g in here) for f in figures)
        return (own + 0.5 * around) / total + 0.25 * hit / max(len(figures), 1)

    def _judge(self, text: str, share: float, cited: Sequence[_Span], told: bool) -> tuple[Verdict, str]:
        region = cited[0].piece.clause.document.region
        astray = misplaced(text, cited[0].piece.clause)
        if astray and _NATIONWIDE.search(text) and provinces_of(region):
            return "unsupported", f"所引条款只是{region}的文件"
        problem = self._problem(text, cited)
        if problem or share < (_WEAK_WITH_FIGURE if told else WEAK):
            return "unsupported", problem or _NOTHING
        loose = self._bound_dropped(text, cited) or checks.tentative(text, _quoted(cited))
        if loose or astray or share < VERIFIED:
            return "weak", loose or (f"所引条款属于{region}的文件" if astray else "条款只支持这句话的一部分")
        return "verified", ""

    def _allowed(self, cited: Sequence[_Span]) -> list[Quantity]:
        """Figures that a sentence may tell: the clauses', and the asker's own (30个人) of kinds that no clause states."""
        stated = [q for s in cited for q in self._figures[s.piece.number]]
        units = {q.unit for q in stated}
        own = [q for q in self._asked if not q.unit or (q.unit not in units and q.unit not in _NEVER_THE_ASKERS)]
        return stated + own

    def _figure_problem(self, text: str, cited: Sequence[_Span]) -> str:
        """A figure that no clause states, or one with another bound than the clause's; or empty."""
        allowed = self._allowed(cited)
        for figure in quantities(text):
            same = [q for q in allowed if figure.same_figure(q)]
            if not same:
                return f"数字“{figure.printed}”不在所引条款中"
            if figure.bound and figure.bound not in {q.bound for q in same}:
                return f"“{figure.printed}”的界限（以上、以下、不超过等）与条款不符"
        return ""

    def _bound_dropped(self, text: str, cited: Sequence[_Span]) -> str:
        """A figure told bare that the clause states with a bound; or empty."""
        allowed = self._allowed(cited)
        for figure in quantities(text):
            if figure.bound not in {q.bound for q in allowed if figure.same_figure(q)}:
                return f"条款对“{figure.printed}”另有界限词，请看原文"
        return ""

    def _problem(self, text: str, cited: Sequence[_Span]) -> str:
        """The first reason why the spans do not support a sentence; or empty."""
        named = checks.document(text, [s.piece.clause for s in cited])
        return named or self._figure_problem(text, cited) or self._contradiction(text, cited)

    def _contradiction(self, text: str, cited: Sequence[_Span]) -> str:
        """What a sentence says that its clauses do not (a denial, another body, group or document…); or empty."""
        source = _quoted(cited)
        clauses = [s.piece.clause for s in cited]
        for term in self._named:
            if term in text and not any(term in c.text for c in clauses):
                return f"所引条款中没有“{term}”"
        around = "\n".join(map(_around_of, clauses))
        note = agency.responsible(clauses[0]) if self._who else None
        if self._who and checks.bodies(text, self._asked_in) and self._matter(cited[0].piece) < _MATTER * self._most:
            return "所引条款说的是别的事"
        told = [f for f in quantities(text) if not any(f.same_figure(q) for q in self._asked)]
        parts = [p for c in clauses for p in ([c.reading] if c.columns else checks.segments(c.full))]
        return (
            checks.polarity(text, source)
            or checks_names.quoted(text, around, self._asked_in)
            or checks_names.ordinal(text, source, self._asked_in)
            or checks_names.counted(text, source)
            or checks_names.owned(text, source)
            or checks_names.dated(text, "\n".join(c.reading if c.columns else c.full for c in clauses))
            or checks_names.headed(text, clauses[0])
            or (checks_names.responsible(text, note[1], self._asked_in) if note else "")
            or checks.place(text, source, clauses[0].document.region)
            or checks.body(text, around if not self._who or note else self._without_issuer(clauses), self._asked_in)
            or checks.group(text, around, self._asked_in)
            or checks.certainty(text, around)
            or checks.misdated(text, [p for c in clauses for p in ([c.reading] if c.columns else re.split(r"[。\n]", c.full))])
            or checks.swapped(text, parts, self._weight, told)
        )

    @staticmethod
    def _without_issuer(clauses: Sequence[Clause]) -> str:
        """Where a body must stand that is said to be in charge: who issued the document is not for that reason."""
        return "\n".join(f"{c.full}\n{c.reading}" for c in clauses)

    def _share(
        self, words: frozenset[str], own: frozenset[str] | set[str], around: frozenset[str], asked: float = _ASKED
    ) -> float:
        """Weighted share of a sentence's words that its spans hold; `asked` is the weight of the question's words."""
        weights = {w: self._weight(w) * (asked if w in self._question else 1.0) for w in words}
        total = sum(weights.values())
        held = sum(v for w, v in weights.items() if w in own)
        held += sum(_AROUND * v for w, v in weights.items() if w in around and w not in own)
        # Official words in the span stand for the question's everyday words that it lacks.
        lacking = sum(v for w, v in weights.items() if w in self._question and w not in own)
        lent = sum(asked * self._weight(w) for w in self._official & own)
        return (held + min(lacking, lent)) / total if total else 0.0

    @staticmethod
    def _context_words(clause: Clause) -> frozenset[str]:
        document = clause.document
        return frozenset(content_words(" ".join([document.title, document.issuer, document.region, *clause.headings])))


def _quoted(cited: Sequence[_Span]) -> str:
    return "".join(s.piece.clause.document.text[s.start : s.end] for s in cited)


def named_terms(question: str) -> list[str]:
    """Words that a question puts in quotation marks."""
    return re.findall(r"[“「‘\"]([^“”「」‘’\"]{2,20})[”」’\"]", question)


def latin_names(question: str) -> list[str]:
    """Names in Latin letters (PCT, IPv6), which a clause may well write out in Chinese (GDP)."""
    return re.findall(r"(?<![A-Za-z])[A-Z][A-Za-z&+-]*[A-Z\d][A-Za-z\d+-]*", question)


def misplaced(sentence: str, clause: Clause) -> bool:
    """True when a sentence speaks of the whole nation or of a place, and the clause of somewhere else."""
    covered = provinces_of(clause.document.region)
    nationwide = _NATIONWIDE.search(sentence)
    if nationwide and covered and nationwide.group() not in clause.text:
        return True
    named = {p: provinces for p, provinces in places(sentence).items() if p not in clause.text}
    return bool(named) and not any(set(provinces) & set(covered) for provinces in named.values())


def _around_of(clause: Clause) -> str:
    """Where a name that a sentence tells may stand: `_everything`, the clause's label and shared notes, the issuer."""
    return f"{_everything(clause)}\n{clause.full}\n{clause.document.issuer}"


def _everything(clause: Clause) -> str:
    """The text in which a cited figure may stand: clause, title, number, headings, column heads; not its own label."""
    document = clause.document
    label = recognise(clause.text.split("\n", 1)[0])
    body = clause.reading[label.length :] if label and not clause.columns else clause.reading
    return "\n".join([body, document.title, document.number, *clause.headings])
