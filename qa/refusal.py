"""When the program refuses, and why: decided from the question and the hits, never by the model."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import prompts
from corpus.quantities import quantities
from corpus.records import Document
from index.places import places, provinces_of
from index.question import official
from index.search import Hit
from index.tokens import content_words
from qa import agency, asked, refusal_members, refusal_named, unsaid
from qa.ground import named_terms
from qa.records import Checked, Piece, Reason

_LOOKED_AT = 5  # hits
_NATIONWIDE = re.compile(r"全国|国家|中央|我国")
_GENERIC = re.compile(
    r"政策|文件|规定|补贴|补助|扶持|支持|优惠|奖励|资金|好处|待遇|申请|申报|办理|办|弄|搞|领|拿|得|条件|要求|材料|手续|流程|标准|金额|钱|给|帮|看看|看|问|说|告诉"
    r"|介绍|了解|知道|咨询|事|东西|需要|应该|行|找|做|来|去|到|时间|现在|最近|新|好|些|点|呗|呀|哈|您|国家|政府|公家|上面|符合|适合|享受|适用|人|自己|大家|怎|啥|咋"
)
_FITS = re.compile(r"(?:符不|满不|够不)?(?:符合|满足|够)(?:不符合|不满足|不够)?(?:条件|要求|资格|标准)|有没有资格|够不?够?格")
_ANY_ASKER = re.compile(r"公司|企业|单位|工厂|厂|店|团队|资格")
"""“我们公司符合条件吗”: of what, is not said."""
_POLICY = re.compile(
    r"政策|文件|规定|补贴|补助|扶持|支持|优惠|奖励|资金|待遇|申请|申报|办理|条件|标准|手续|税|贷款|社保|保险|医保|公积金|养老|企业|公司|单位|厂|店|项目|人才|创业"
    r"|就业|户口|落户|学区|房|工资|职称|编制|专利|科技|科研|研发|产业|农|土地|政府|国家|省|市|县|法|证|许可|审批|认定|目标|规划|计划|工程|意见|办法|方案|条款|号文"
)
_JURISDICTION = re.compile(
    r"从[□](?:到|去|来|回|搬|调|毕业|引进|过来)|(?:从|在|到|来自|去)[□](?:打工|读书|上学|上班|工作|留学|做生意|出差|回来|返乡)|[□](?:举?办|召开|承办|主办|申办)|[□]的?(?:合伙人|人(?!才|员|社|口|均)|籍|客户|朋友|老板|打工|回来)"
)
"""A place in a story (在广东打工十年), not the place whose rules are asked for."""
_NOW = re.compile(r"去年|今年|最新(?:版|的|规定|标准)?|现行")
_SO_FAR = re.compile(
    r"(?:去年|今年|目前|现在|至今|截至)[^，。？?]{0,24}了(?:哪|几|多少|什么)|(?:目前|至今|截至)[^，。？?]{0,6}(?:有|建成|认定|挂牌)[^，。？?]{0,6}(?:哪|几|多少)"
    r"|(?:目前|现在|已经)[^，。？?]{0,10}(?:几|多少)[^，。？?]{0,6}了[？?]*$|(?:这|近|过去)[几两三五十]*年[^，。？?]{0,8}了(?:多少|几)"
    r"|(?:实际|真正)(?:上)?(?:完成|建成|达到|成交|到了)|(?:成功|完成|建成|实现|落成|通车|开通|发射|投产|上线|竣工|达到|达标|验收)了(?:吗|没有?|么)[？?]*$"
    r"|(?:评估|检查|考核|试点|验收|审计|督查)的?结果(?:(?:怎么样|怎样|如何|是什么)[？?]*$|出来)|最后[^，。？?想要将会]{0,8}(?:推广|建成|选)了(?:哪|几)"
)
"""What has become of it, which a policy cannot state."""
_PLANS = {"十四五": 2021, "十五五": 2026, "十六五": 2031}
_BEARING = 0.75
"""Share of the best piece's coverage of the question from which a piece speaks of the same matter."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason code and its sentence in Chinese."""

    @classmethod
    def of(cls, reason: Reason, behind: str = "", **details: str) -> Refusal:
        return cls(reason, prompts.REFUSALS[reason].format(**details), details, behind)

    def say(self, english: bool) -> str:
        """The whole of it for the reader: reason, what is stated instead, where to ask."""
        if english:
            return prompts.refusal_in_english(self.reason, self.details, self.behind)
        return f"{self.text}{self.behind}{prompts.REFUSAL_ADVICE[self.reason]}"

    reason: Reason
    text: str
    details: Mapping[str, str] = field(default_factory=dict)
    """What the sentence names: place, years, what is missing."""
    behind: str = ""
    """What the nearest clause states instead, and which body to ask."""


def decide(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Piece],
    documents: Sequence[Document],
    weight: Callable[[str], float],
) -> Refusal | None:
    """The refusal that a question deserves, or None when it may be answered."""
    return (
        _vague(question, hits)
        or _no_question(question)
        or _not_here(question, hits, documents)
        or _other_region(question, hits, documents)
        or _weak(question, hits, weight)
        or _false_premise(question, hits, evidence, weight)
        or _other_time(question, evidence, documents)
        or _unlisted(question, hits, evidence)
        or _not_stated(question, evidence, weight)
    )


def _other_region(question: str, hits: Sequence[Hit], documents: Sequence[Document]) -> Refusal | None:
    """A named place that no document covers, or of which a figure is asked that only other places' documents give."""
    covered = {p for d in documents for p in provinces_of(d.region)}
    named = {name: provinces for name, provinces in places(question).items() if _governs(question, name)}
    outside = [name for name, provinces in named.items() if not covered & set(provinces)]
    if _NATIONWIDE.search(question) or not named:
        return None
    near = hits[:_LOOKED_AT]
    if len(outside) == len(named):
        # 支持北京、上海建设科技创新中心: a national document may itself speak of the place.
        missing = [] if any(name in hit.clause.text for name in outside for hit in near) else outside
    else:
        figure = asked.figure_wanted(question)
        missing = [n for n, p in named.items() if (figure and not _spoken_of(n, p, near)) or _of_city(question, n, p, near)]
        if len(missing) == len(named):  # its documents are here, its figure is not
            return Refusal.of("amount", what=f"{'、'.join(missing)}的数字")
        return None
    if not missing:
        return None
    return Refusal.of("region", place="、".join(missing), regions=_held(documents))


def _governs(question: str, name: str) -> bool:
    """False for a place that is only part of the asker's story."""
    return not _JURISDICTION.search(question.replace(name, "□"))


def _spoken_of(name: str, provinces: Sequence[str], hits: Sequence[Hit]) -> bool:
    """True when one of the hits is of a document for the place, or names it."""
    return any(set(provinces) & set(provinces_of(h.clause.document.region)) or name in h.clause.text for h in hits)


def _of_city(question: str, name: str, provinces: Sequence[str], hits: Sequence[Hit]) -> bool:
    """True when a figure of a city itself is asked for, and the hits, of its province or the nation, do not name it."""
    return (
        name not in provinces
        and len(provinces) == 1
        and asked.figure_wanted(question)
        and bool(
            re.match(rf"(?:到?(?:19|20)\d\d年)?{name}市?(?:到?(?:19|20)\d\d年|今年|要|有|的|将|计划|打算|目标|给)", question)
        )
        and not any(name in h.clause.full or name in h.clause.document.region for h in hits)
    )


def _vague(question: str, hits: Sequence[Hit]) -> Refusal | None:
    """Nothing but words that fit every policy: one question back."""
    if any("address" in hit.ranks for hit in hits):
        return None
    fits = _FITS.search(question)
    rest = _GENERIC.sub("", "".join(content_words(_FITS.sub("", question) if fits else question)))
    rest = _ANY_ASKER.sub("", rest) if fits else rest
    return None if re.search(r"\w", rest) else Refusal.of("vague")


_TASK = re.compile(
    r"翻译(?:成|一下|这)|译成|用(?:法|英|日|韩|德|俄|西班牙|外)语(?:怎么)?说|(?:写|编|敲|做)(?:一?[段个篇首封份]|个)[^，。？?]{0,12}(?:代码|程序|脚本|算法|作文|诗|歌词?"
    r"|情书|辞职信|请假条|检讨书?|小说|故事|对联|段子|文案|朋友圈)|推荐(?:一下)?[几一两三些]*[本部首篇款][^，。？?]{0,12}(?:书|电影|歌|小说|手机|电脑)[吧呗？?。]*$|讲(?:个|一个)[^，。？?]{0,6}(?:笑话|故事|段子)|唱(?:首|支|个)"
)
"""Work that is no question about policy, whatever words of policy it works on."""


def _no_question(question: str) -> Refusal | None:
    return Refusal.of("off_topic") if _TASK.search(question) else None


def _not_here(question: str, hits: Sequence[Hit], documents: Sequence[Document]) -> Refusal | None:
    """A document that is not in the library, an article that its document does not have, another country's rules."""
    if name := refusal_named.absent_document(question, documents):
        return Refusal.of("no_evidence", f"资料库里没有收录{name}。")
    if name := refusal_named.absent_article(question, documents, hits):
        return Refusal.of("no_evidence", f"没有找到{name}。")
    if place := refusal_named.abroad(question, hits[:_LOOKED_AT]):
        return Refusal.of("region", place=place, regions=_held(documents))
    return None


def _held(documents: Sequence[Document]) -> str:
    return "、".join(dict.fromkeys(d.region for d in documents if d.region))


_PREMISE = re.compile(
    r"(?:号(?:文件?)?|》|意见|规划|纲要|方案|办法|条例|文件|第[^，。？?]{1,5}条)(?:里|中)?(?:明确|专门)?(?:规定|要求|提出|宣布|承诺|明确|写明|说|讲)(?:了|的是)?"
    r"(?P<premise>[^，。？?]{6,40})[，,](?P<rest>[^。]+)$"
)
_PREMISE_LIKE, _PREMISE_COVERED = 0.72, 0.45
"""A question that says what a document states, and is less like any clause than this in both ways, says it wrongly."""


def _false_premise(
    question: str, hits: Sequence[Hit], evidence: Sequence[Piece], weight: Callable[[str], float]
) -> Refusal | None:
    """“8号文规定…，从哪天开始算？” where no clause says anything of the kind."""
    match = _PREMISE.search(question)
    if not match or asked.asks(match["premise"]) or not hits:
        return None
    likeness, coverage, _ = measures(question, hits, weight)
    if likeness >= _PREMISE_LIKE or coverage >= _PREMISE_COVERED:
        return None
    behind = _stated_instead(evidence[0]) if evidence else ""
    return Refusal.of("no_evidence", f"所列文件里没有找到“{match['premise'].strip()}”这样的规定。{behind}")


def _weak(question: str, hits: Sequence[Hit], weight: Callable[[str], float]) -> Refusal | None:
    if hits and answerable(question, hits, weight) >= THRESHOLD:
        return None
    reason: Reason = "no_evidence" if _POLICY.search(question) else "off_topic"
    return Refusal.of(reason)


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
_BRIEF = 12  # characters of a question that is hardly more than a term (间接费用上限？)
THRESHOLD = 0.35
"""Below 0.5: the nearest clauses beside a doubtful answer mend more than a refusal of a good question."""


def _names_what_stands(question: str, hits: Sequence[Hit]) -> bool:
    """True when a hit holds words that the question puts in quotation marks, or five characters of it in a row."""
    length = _TERM if len(question) > _BRIEF else _TERM - 1
    terms = [*named_terms(question), *re.findall(rf"(?=([\u4e00-\u9fff]{{{length}}}))", question)]
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


def _other_time(question: str, evidence: Sequence[Piece], documents: Sequence[Document]) -> Refusal | None:
    """A year after the newest document that no clause of the evidence speaks of, or the newest state of a figure."""
    years = [d.year for d in documents if d.year]
    if not years:
        return None
    span = f"{min(years)}年" if min(years) == max(years) else f"{min(years)}—{max(years)}年"
    plan = next((name for name, start in _PLANS.items() if name in question and start > max(years)), "")
    spoken_plan = any(plan in p.clause.full for p in evidence)
    if plan and not spoken_plan:
        return Refusal.of("time", years=span, when=f"“{plan}”时期")
    now = _NOW.search(question)
    if now and asked.wanted(question):
        return Refusal.of("time", years=span, when=f"{now.group()}情况")
    if _SO_FAR.search(question) and not any(asked.so_far(p.text) for p in evidence):
        return Refusal.of("time", years=span, when="后来的实际进展")
    wanted = [int(q.value) for q in quantities(_untitled(question)) if q.unit == "年" and 1949 <= q.value <= 2100]
    own = [p for p in evidence if not _of_elsewhere(question, p.clause.document)]
    texts = (_untitled(f"{p.clause.full}{' '.join(p.clause.headings)}{p.clause.reading}") for p in own)
    spoken = {int(q.value) for text in texts for q in quantities(text) if q.unit == "年" and q.value > 1900}
    spoken |= {y for d in {p.clause.document.id: p.clause.document for p in own}.values() for y in _horizon(d)}
    missing = [y for y in dict.fromkeys(wanted) if y not in spoken and y > max(years)]
    if not missing or len(missing) < len(set(wanted)):
        return None
    return Refusal.of("time", years=span, when=f"{'、'.join(map(str, missing))}年")


@lru_cache(maxsize=512)
def _horizon(document: Document) -> frozenset[int]:
    """Years that a document speaks of again and again: what it plans for, whether or not each clause says so."""
    named = re.findall(r"(?<!\d)((?:19|20)\d\d)年", _untitled(document.text))
    return frozenset(int(y) for y in set(named) if named.count(y) >= _OFTEN)


def _untitled(question: str) -> str:
    """The question without titles and names that end in a year (《中国制造2025》)."""
    return re.sub(r"《[^》]*》|(?<=[\u4e00-\u9fff])20\d\d(?![年\d])", "", question)


def _of_elsewhere(question: str, document: Document) -> bool:
    """True when the question names a place alone and the document is another's or the whole nation's."""
    named = {} if _NATIONWIDE.search(question) else places(question)
    return bool(named) and not any(set(p) & set(provinces_of(document.region)) for p in named.values())


def _not_stated(question: str, evidence: Sequence[Piece], weight: Callable[[str], float]) -> Refusal | None:
    """Asked for a sum, a share, a day, a form… and nothing that the evidence says of the matter is one."""
    wanted = asked.wanted(question)
    if not wanted or not evidence:
        return None
    bearing = _bearing(question, evidence, weight)
    if any(wanted.stated(p.text) for p in bearing):
        return None
    return Refusal.of("amount", _stated_instead(bearing[0]), what=wanted.name)


def unanswered(
    question: str, kept: Sequence[Checked], evidence: Sequence[Piece], weight: Callable[[str], float]
) -> Refusal | None:
    """Asked for a sum, a share, a day, a form… or the figure of a year, and the finished answer has none."""
    wanted, what = asked.due(question), ""
    if wanted and not any(wanted.stated(c.text) for c in kept):
        what = wanted.name
    elif years := unsaid.absent_years(question, kept):
        what = f"{'、'.join(map(str, years))}年的数字"
    if not what or not evidence:
        return None
    return Refusal.of("amount", _stated_instead(_bearing(question, evidence, weight)[0]), what=what)


def _bearing(question: str, evidence: Sequence[Piece], weight: Callable[[str], float]) -> list[Piece]:
    """The pieces that speak of what the question speaks of."""
    words = dict.fromkeys(content_words(question))
    cover = {p.number: sum(weight(w) for w in words if w in set(content_words(f"{p.heading}{p.text}"))) for p in evidence}
    best = max(cover.values())
    return [p for n, p in enumerate(evidence) if cover[p.number] >= _BEARING * best or n == 0]


def _unlisted(question: str, hits: Sequence[Hit], evidence: Sequence[Piece]) -> Refusal | None:
    """Asked which the members of a counted thing are, of which the clauses only tell the count."""
    name = refusal_members.unlisted(question, hits)
    if not name:
        return None
    naming = next((p for p in evidence if name in re.sub(r"\s", "", p.text)), None)
    return Refusal.of("amount", _stated_instead(naming) if naming else "", what=f"“{name}”各自的名称")


def _stated_instead(piece: Piece) -> str:
    """What the nearest clause does say, and which body to ask."""
    clause = piece.clause
    said = clause.reading if clause.columns else agency.without(piece.text)
    body = agency.leading(clause)
    stated = f"最接近的条款写的是：「{said.strip()[:_SAID]}」[{piece.number}]。"
    return stated + (f"可向{body}咨询。" if body else "")


_OFTEN = 5  # times that a year is named in a document which plans for it
_SAID = 120  # characters
