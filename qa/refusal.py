"""When the program refuses, and why: decided from the question and the hits, never by the model."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import prompts
from corpus.quantities import quantities
from corpus.records import Document
from index.places import places, provinces_of
from index.question import official
from index.search import Hit
from index.tokens import content_words
from qa.ground import named_terms
from qa.records import Piece, Reason

_LOOKED_AT = 5  # hits
_NATIONWIDE = re.compile(r"全国|国家|中央|我国")
_MONEY = re.compile(
    r"多少钱|多少(?:万|亿)?元|(?:补贴|补助|奖励|资助|奖金|补偿|津贴)(?:金额|标准|额度)?(?:是|有|为|给|能拿|大概|一般)?多少|给多少|发多少|拿多少|几万|几千|几百万|金额|额度|工资(?:是|有)?多少|多少工资"
)
_DAY = re.compile(
    r"截止(?:时间|日期|到)|几月几[日号]|哪一?天|几号(?:之前|前|截止|开始)|(?:申报|报名|受理)(?:的)?(?:时间|日期|期限)"
)
_SHARE = re.compile(r"百分之(?:多少|几)|几个百分点|(?:比例|比重|占比|利率|税率|费率)(?:是|为|有|要|能|最高|最低)?多少")
_CONTACT = re.compile(r"电话|联系方式|网址|邮箱|邮编|地址(?:在|是)|在哪(?:儿|里)办|往哪(?:儿|里)?寄|哪个(?:网站|网址|窗口)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason code and its sentence in Chinese."""

    reason: Reason
    text: str


def decide(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Piece],
    documents: Sequence[Document],
    weight: Callable[[str], float],
) -> Refusal | None:
    """The refusal that a question deserves, or None when it may be answered."""
    return (
        _other_region(question, hits, documents)
        or _weak(question, hits, weight)
        or _other_time(question, hits, documents)
        or _not_stated(question, evidence)
    )


def _other_region(question: str, hits: Sequence[Hit], documents: Sequence[Document]) -> Refusal | None:
    """A named place that no document covers, unless the question also asks for the whole nation."""
    covered = {p for d in documents for p in provinces_of(d.region)}
    regions = list(dict.fromkeys(d.region for d in documents if d.region))
    named = places(question)
    outside = [name for name, provinces in named.items() if not covered & set(provinces)]
    if not outside or len(outside) < len(named) or _NATIONWIDE.search(question):
        return None
    # 支持北京、上海建设科技创新中心: a national document may itself speak of the place.
    if any(name in hit.clause.text for name in outside for hit in hits[:_LOOKED_AT]):
        return None
    text = prompts.REFUSALS["region"].format(place="、".join(outside), regions="、".join(regions))
    return Refusal("region", text)


def _weak(question: str, hits: Sequence[Hit], weight: Callable[[str], float]) -> Refusal | None:
    if not hits or answerable(question, hits, weight) < THRESHOLD:
        return Refusal("no_evidence", prompts.REFUSALS["no_evidence"])
    return None


def answerable(question: str, hits: Sequence[Hit], weight: Callable[[str], float]) -> float:
    """Likelihood, 0 to 1, that the hits bear on the question: a logistic curve over three measures.

    likeness: the best cosine of the first hits; coverage: the weighted share of the question's content words
    (or of their official wording) that one hit and its headings hold; length: of the question, since a story
    told in everyday words is less like any clause than a short question is. Fitted by `python -m eval refusal`.
    """
    if any("address" in hit.ranks for hit in hits) or _names_what_stands(question, hits):
        return 1.0
    chinese = bool(re.search(r"[\u4e00-\u9fff]", question))
    bias, *slopes = _CURVE if chinese else _CURVE_FOREIGN
    values = measures(question, hits, weight)
    return 1 / (1 + math.exp(-(bias + sum(s * v for s, v in zip(slopes, values, strict=True)))))


_CURVE = (-7.70, 8.18, 2.02, 4.61)
_CURVE_FOREIGN = (-36.0, 60.0, 0.0, 0.0)  # few words are shared, and likeness across languages lies lower
_LONG = 40  # characters; longer questions count as long as this
_TERM = 5  # characters: a term of art (科技创新券), hardly a turn of speech
THRESHOLD = 0.35
"""Below 0.5: the nearest clauses beside a doubtful answer mend more than a refusal of a good question."""


def _names_what_stands(question: str, hits: Sequence[Hit]) -> bool:
    """True when a hit holds words that the question puts in quotation marks, or five characters of it in a row."""
    terms = [*named_terms(question), *re.findall(rf"(?=([\u4e00-\u9fff]{{{_TERM}}}))", question)]
    return any(term in hit.clause.text for term in terms for hit in hits[:_LOOKED_AT])


def measures(question: str, hits: Sequence[Hit], weight: Callable[[str], float]) -> tuple[float, float, float]:
    """(likeness, coverage, length), the first two of the first hits; all between 0 and 1."""
    likeness = max((h.similarity for h in hits[:_LOOKED_AT]), default=0.0)
    asked = dict.fromkeys(content_words(question))
    formal = [w for w in content_words(official(question)) if w not in asked]
    best = 0.0
    for hit in hits[:_LOOKED_AT]:
        document = hit.clause.document
        held = set(content_words(" ".join([document.title, document.region, *hit.clause.headings, hit.clause.reading])))
        total = sum(weight(w) for w in asked) or 1.0
        own = sum(weight(w) for w in asked if w in held)
        # Official words that the hit holds stand for everyday words that it does not.
        lent = sum(weight(w) for w in formal if w in held)
        best = max(best, min(1.0, (own + 0.7 * min(lent, total - own)) / total))
    return likeness, best, min(len(question), _LONG) / _LONG


def _other_time(question: str, hits: Sequence[Hit], documents: Sequence[Document]) -> Refusal | None:
    """A year after the newest document that none of the hits speaks of."""
    years = [d.year for d in documents if d.year]
    asked = [int(q.value) for q in quantities(question) if q.unit == "年" and 1949 <= q.value <= 2100]
    if not years or not asked:
        return None
    spoken = {int(q.value) for h in hits for q in quantities(h.clause.reading) if q.unit == "年" and q.value > 1900}
    missing = [y for y in asked if y not in spoken and y > max(years)]
    if not missing or len(missing) < len(asked):
        return None
    span = f"{min(years)}年" if min(years) == max(years) else f"{min(years)}—{max(years)}年"
    return Refusal("time", prompts.REFUSALS["time"].format(years=span, year="、".join(map(str, missing))))


def _not_stated(question: str, evidence: Sequence[Piece]) -> Refusal | None:
    """Asked for a sum, a day or an address, and no sentence of the evidence states one."""
    text = "\n".join(piece.text for piece in evidence)
    units = {q.unit for q in quantities(text)}
    if _MONEY.search(question) and "元" not in units:
        return Refusal("amount", prompts.REFUSALS["amount"].format(what="具体金额"))
    if _SHARE.search(question) and not units & {"%", "倍", "成", "百分点"}:
        return Refusal("amount", prompts.REFUSALS["amount"].format(what="具体比例"))
    if _DAY.search(question) and not units & {"日", "月"}:
        return Refusal("amount", prompts.REFUSALS["amount"].format(what="具体日期"))
    if _CONTACT.search(question) and not re.search(r"\d{5,}|www|@|[路街号]\d+", text):
        return Refusal("amount", prompts.REFUSALS["amount"].format(what="联系方式"))
    return None
