"""Whether the asker meets the conditions of a measure: met, not met, unknown; each with where it is printed.

What is not known of the asker, or printed so that a profile cannot decide it, stays unknown. A gate decides; a bonus
(优先) never vetoes; discretion (一事一议) is the agency's and is only shown, but conditions that are not printed
(符合条件的) keep a measure open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from corpus import facts
from corpus.measure import Leaf, Measure, Node
from corpus.records import Document, Span
from index.places import places
from qa import match_time
from qa.match_records import Judged, Verdict
from qa.profile import NUMBERS, Profile

_NATION = ("", "全国", "全国范围", "国内", "我国")
_BEFORE = 4
_SCOPE = ("field", "region", "time")
"""Facts that say where or in what, not for whom."""
_LEVEL = r"[省市县部局央]属|直属|公办|民办|公立|私立|转制|公益类|民口|军工|普通本科|应用型|研究型"
"""Words right before a beneficiary, or at its beginning, that narrow it (省属科研机构)."""
_JOINED = re.compile(rf"({_LEVEL})(?:[\u4e00-\u9fff]{{1,8}}?(?:、|以及|和|与|及|或)){{1,3}}$")
"""Such a word before others that are joined to a beneficiary: 省属高校和科研院所 are both the province's."""
_LIST = 24
"""Characters before a beneficiary that are looked at for them."""
_PUBLIC, _PRIVATE = re.compile(r"事业单位|公办|公立|国有"), re.compile(r"民办|民营|私营|民间(?:资本|办)|社会力量(?:举?办)")
_HEAD = 1500
"""Characters at the beginning of a document in which its title, number and issuer are looked for."""
DISCRETION = "由主管部门认定"
UNPRINTED = "条件没有写在这里，由主管部门认定"
"""符合条件的, 有条件的: conditions that stand elsewhere hold no less than printed ones."""
ONCE = "不影响能否申请，影响能否同时享受"
TWICE = re.compile(
    r"[^。；;\n]*(?:不(?:得|再|能|可|予)?重复(?:享受|申报|申请|支持|奖励|资助|补助|补贴|安排|领取|叠加)|重复(?:享受|申报|申请)的?不予|就高不(?:就低|重复)"
    r"|从高不重复|择(?:优|高)(?:享受|执行|支持|不重复)|不(?:得|能)?(?:叠加|同时)享受|(?:可以?|允许)(?:叠加|同时)享受|不(?:能|得)同时(?:享受|申报))[^。；;\n]*"
)
"""A sentence on drawing support twice."""


class Judge:
    """Judges measures for one profile on one day; what it found out of a condition it keeps."""

    def __init__(self, profile: Profile, day: date) -> None:
        self._profile, self._day = profile, day
        self._found: dict[tuple[str, str, tuple[str, ...]], tuple[Verdict, str]] = {}
        self._whole: dict[tuple[Sequence[str], str], bool] = {}

    def judge(self, measure: Measure) -> tuple[Verdict, tuple[Judged, ...], tuple[str, ...]]:
        """(verdict, conditions judged, remarks on time). While the profile contradicts itself, all is unknown."""
        text = measure.clause.document.text
        own = {leaf: self.leaf(leaf, text) for leaf in measure.conditions.leaves()}
        ended, remarks = _time(measure, self._day)
        whole = [j for j in (self.place(measure.clause.document), ended) if j]
        verdict = _all([_tree(measure.conditions, own), *(j.verdict for j in whole)]) or "unknown"
        if verdict == "met" and not any(
            j.verdict == "met" and leaf.role == "gate" and leaf.fact not in _SCOPE for leaf, j in own.items()
        ):
            verdict = "unknown"  # nothing in the clause says whom it is for
        if verdict == "met" and (named := self._of_other_cities(measure)):
            verdict, remarks = "unknown", (*remarks, f"条文点名的是{'、'.join(named)}")
        return "unknown" if self._profile.problems else verdict, (*own.values(), *whole), remarks

    def leaf(self, leaf: Leaf, text: str) -> Judged:
        """One printed condition. Without a span in the text nothing is decided."""
        if leaf.role == "discretion":
            return Judged(leaf, "unknown", note=UNPRINTED if "条件" in text[slice(*leaf.span)] else DISCRETION)
        if leaf.relation == "stated" and TWICE.search(text, *leaf.span):
            return Judged(leaf, "unknown", note=ONCE)
        if leaf.relation == "stated" or not 0 <= leaf.span[0] < leaf.span[1] <= len(text):
            return Judged(leaf, "unknown")
        key = (leaf.fact, leaf.relation, leaf.values)
        if key not in self._found:
            self._found[key] = self._compare(*key)
        verdict, words = self._found[key]
        printed = text[leaf.span[0] : leaf.span[1]]
        if verdict == "met" and leaf.fact == "who" and (level := self._level(leaf, text)):
            return Judged(leaf, "unknown", note=f"条文写的是“{level}”，要确认是否属于")
        if verdict == "met" and leaf.fact == "who" and _PUBLIC.search(printed) and _PRIVATE.search(self._profile.say):
            # A state firm may speak of private partners: not known is no no.
            return Judged(leaf, "unknown", note=f"条文写的是“{printed}”，您提到民办或民营，要确认是否属于")
        if verdict == "met" and leaf.fact == "who" and not self._all_of(leaf.values, printed):
            return Judged(leaf, "unknown", note=f"条文写的是“{printed}”，要确认是否属于")
        return Judged(leaf, verdict, words)

    def _level(self, leaf: Leaf, text: str) -> str:
        """The beneficiary with the word that says whose it must be (省属), when the asker did not say so; else empty."""
        start, end = leaf.span
        for word in re.findall(_LEVEL, text[max(0, start - _BEFORE) : start + _BEFORE]):
            at = text.find(word, max(0, start - _BEFORE))
            if at + len(word) >= start - 1 and at < start + 1 and word not in self._profile.say:
                return text[min(at, start) : end]
        joined = _JOINED.search(text, max(0, start - _LIST), start)
        return text[joined.start() : end] if joined and joined[1] not in self._profile.say else ""

    def _all_of(self, values: Sequence[str], printed: str) -> bool:
        """False where the print is narrower than the class, as 代工企业 is than 企业, and what narrows it is not known."""
        key = (values, printed)
        if key not in self._whole:
            self._whole[key] = self._covers(values, printed)
        return self._whole[key]

    def _covers(self, values: Sequence[str], printed: str) -> bool:
        classes = [row.official for row in facts.facts() if row.fact == "who" and row.value in values]
        if any(official.fullmatch(printed) for official in classes):
            return True
        ends = [m.start() for official in classes for m in official.finditer(printed) if m.end() == len(printed)]
        before = printed[: min(ends, default=len(printed))]
        named = [(f, v) for f in ("field", "qualification", "ownership") for v, _ in facts.find(f, before)]
        return bool(named) and all(self._profile.holds(f, v) for f, v in named)

    def _of_other_cities(self, measure: Measure) -> list[str]:
        """The cities that the sentence of a measure names, when the asker's is known and not among them."""
        mine = {str(k.value) for k in self._profile.known("region")}
        text, (start, end) = measure.clause.document.text, measure.benefit
        begin = max(text.rfind(stop, measure.clause.start, start) for stop in "。\n") + 1
        named = places(text[max(begin, measure.clause.start) : end])
        cities = [name for name, provinces in named.items() if name not in provinces and len(provinces) == 1]
        return cities if cities and mine and not mine & set(cities) else []

    def place(self, document: Document) -> Judged | None:
        """The region of the whole document as a gate; None for one of the whole country."""
        if document.region in _NATION:
            return None
        span = place_span(document)
        leaf = Leaf("gate", "region", "in", (document.region,), span or (0, 0))
        if span is None:
            return Judged(leaf, "unknown", whole=True)
        key = ("region", "in", (document.region,))
        if key not in self._found:
            self._found[key] = self._compare(*key)
        return Judged(leaf, *self._found[key], whole=True)

    def _compare(self, fact: str, relation: str, values: tuple[str, ...]) -> tuple[Verdict, str]:
        profile = self._profile
        if relation != "in":
            try:
                held = profile.compares(fact, relation, float(values[0])) if fact in NUMBERS else None
            except (ValueError, IndexError):
                held = None
            return _verdict(held), "" if held is None else "、".join(profile.words(k) for k in profile.known(fact)[:1])
        held_of = [(v, self._holds(fact, v)) for v in values]
        met = next((v for v, held in held_of if held), None)
        if met is not None:
            return "met", said(profile, fact, met)
        if values and all(held is False for _, held in held_of):
            return "not_met", said(profile, fact, values[0])
        return "unknown", ""

    def _holds(self, fact: str, value: str) -> bool | None:
        if fact == "region" and value in _NATION:
            return True if self._profile.known("region") else None
        if fact in NUMBERS:
            return None
        return self._profile.holds(fact, value)


def _verdict(held: bool | None) -> Verdict:
    return "unknown" if held is None else "met" if held else "not_met"


def said(profile: Profile, fact: str, value: str) -> str:
    """The asker's words that speak for or against a value: those that name or imply it, else all of the fact."""
    known = profile.facts.get(fact, ())
    near = [k for k in known if value in facts.implied(fact, str(k.value)) or str(k.value) in facts.implied(fact, value)]
    other = [k for f in ("who", "qualification", "ownership", "size", "staff", "people") if f != fact for k in profile.known(f)]
    words = [w for k in (near or known or other) if (w := profile.words(k))]
    return "、".join(dict.fromkeys(words[:3]))


def _tree(node: Node | Leaf, own: dict[Leaf, Judged]) -> Verdict | None:
    """The gates of a tree together; None when it has none."""
    if isinstance(node, Leaf):
        gate = node.role == "gate" and own[node].note != ONCE
        return own[node].verdict if gate or own[node].note == UNPRINTED else None
    if node.join == "all":
        return _all(_tree(child, own) for child in node.children)
    # Where the agency may find that another way in is open, a closed one does not decide.
    found = [_tree(c, own) or ("unknown" if isinstance(c, Leaf) and c.role == "discretion" else None) for c in node.children]
    if "met" in found:
        return "met"
    kept = [v for v in found if v]
    return None if not kept else "unknown" if "unknown" in kept else "not_met"


def _all(verdicts: Iterable[Verdict | None]) -> Verdict | None:
    kept = [v for v in verdicts if v]
    if not kept:
        return None
    return "not_met" if "not_met" in kept else "unknown" if "unknown" in kept else "met"


def place_span(document: Document) -> Span | None:
    """Where the document shows for which place it is: its region, title, number or issuer in its head."""
    short = re.sub(r"(?:省|市|自治区)$", "", document.region)
    for words in (document.region, short, document.title, document.number, *re.split(r"[、，]", document.issuer)):
        if len(words) >= 2:
            # A title may be printed over several lines.
            pattern = r"\s*".join(map(re.escape, re.sub(r"\s", "", words)))
            found = re.compile(pattern).search(document.text, 0, _HEAD)
            if found:
                return found.span()
    return None


def _time(measure: Measure, day: date) -> tuple[Judged | None, tuple[str, ...]]:
    """A printed window that is over, or has not begun, as a gate; and what is told of it."""
    text = measure.clause.document.text
    for window in match_time.windows(measure):
        words = re.sub(r"\s+", "", text[window.span[0] : window.span[1]])
        state = window.state(day)
        leaf = Leaf("gate", "time", "stated", (), window.span)
        whole = not measure.clause.start <= window.span[0] < measure.clause.end
        if state == "ended":
            note = f"条文写明“{words}”，到{day.isoformat()}已经过期；是否延续请向主管部门核实"
            return Judged(leaf, "not_met", whole=whole, note=note), (note,)
        if state == "not_yet":
            note = f"条文写明“{words}”，到{day.isoformat()}还没有开始"
            return Judged(leaf, "unknown", whole=whole, note=note), (note,)
        if window.end:
            note = f"条文写明“{words}”，到{day.isoformat()}还在期限内"
            return Judged(leaf, "met", whole=whole, note=note), (note,)
    return None, ()
