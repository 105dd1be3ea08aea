"""A profile put together: what the sayings, places and numbers of a story tell, without what cannot be so."""

from __future__ import annotations

from datetime import UTC, datetime
from datetime import date as day

from corpus import facts as vocabulary
from qa import profile_numbers, profile_problems, profile_region, profile_size, profile_words
from qa.profile_records import NAMES, NUMBERS, Facts, Known, Profile
from qa.profile_words import Story

LONGEST = 8000
"""Characters that are read; what stands beyond is told as a problem."""
EMPTY = ("您还没有说自己的情况。", "您是企业、单位还是个人？在哪个省、市？想做什么？")
_NOTHING = ("从您的话里还看不出您是谁、在哪里、想做什么。", "您是企业、单位还是个人？在哪个省、市？想做什么？")
_MENTION = {"引进人才": "个人", "培养人才": "个人", "人才住房": "个人", "创业": "企业", "离岗创业": "企业", "创业投资": "企业"}
"""Activities that speak of another kind of asker too."""


def read(say: str, today: day | None = None) -> Profile:
    """What an asker says of itself. `today` (default: now) is what 去年 and 2019年 are counted from.

    Any text is read, also an empty or hostile one; what cannot be so stands in `problems`.
    """
    now = today or datetime.now(UTC).date()
    doubts: list[profile_problems.Doubt] = []
    if len(say) > LONGEST:
        doubts.append((f"您写了 {len(say)} 个字，我只读了前 {LONGEST} 个字。", "能不能用几句话说说您是谁、在哪里、想做什么？"))
    told = profile_words.story(say[:LONGEST])
    if not told.clauses:
        return Profile(say, problems=(EMPTY[0],), question=EMPTY[1])
    where = profile_region.read(told)
    facts, pointed = _facts(told)
    if where.known:
        facts["region"] = where.known
    numbers, flaws, word = _numbers(told, now)
    facts |= numbers
    doubts = [*flaws, *where.problems, *doubts]
    if not facts and not doubts:
        doubts.append(_NOTHING)
    return finish(say, facts, pointed, doubts, word)


def finish(say: str, facts: Facts, pointed: frozenset[str], doubts: list[profile_problems.Doubt], word: str = "") -> Profile:
    """A profile of these facts: contradictions taken out and told, the size concluded where staff and revenue allow it."""
    kept, found = profile_problems.check(Profile(say, facts, pointed=pointed), word)
    doubts = [*doubts, *found]
    whole = Profile(say, _ordered(_sized(Profile(say, kept, pointed=pointed))), tuple(p for p, _ in doubts), "", pointed)
    return Profile(say, whole.facts, whole.problems, doubts[0][1] if doubts else "", pointed)


def merge(earlier: Profile, later: Profile) -> Profile:
    """One profile of two turns: what was said stays, what a later turn says of the same fact wins.

    The spans of both turns stay right: `say` is the earlier words, a line break, and the later ones.
    """
    shift = len(earlier.say) + 1
    facts: Facts = {}
    for name in NAMES:
        new = tuple(_moved(k, shift) for k in later.facts.get(name, ()))
        old = tuple(k for k in earlier.facts.get(name, ()) if not k.provisional)
        facts[name] = _merged(name, old, new)
    facts = {name: known for name, known in facts.items() if known}
    doubts = list(zip(later.problems, [later.question, *[""] * len(later.problems)], strict=False))
    if earlier.facts:
        doubts = [d for d in doubts if d[0] not in (EMPTY[0], _NOTHING[0])]
    return finish(f"{earlier.say}\n{later.say}", facts, earlier.pointed | later.pointed, doubts)


def _merged(name: str, old: tuple[Known, ...], new: tuple[Known, ...]) -> tuple[Known, ...]:
    if not new:
        return old
    stated = [k for k in new if not k.denied]
    if name in (*NUMBERS, "region", "size", "ownership") and stated:
        return new
    gone = {k.value for k in new}
    return (*(k for k in old if k.value not in gone), *new)


def _moved(known: Known, shift: int) -> Known:
    if known.start < 0:
        return known
    return Known(
        known.value,
        known.start + shift,
        known.end + shift,
        known.denied,
        known.reason,
        known.low,
        known.high,
        known.provisional,
    )


def _facts(told: Story) -> tuple[Facts, frozenset[str]]:
    """What the sayings tell, by fact and value; and the kinds of asker that are only spoken of."""
    found: dict[str, dict[str, Known]] = {}
    weak: list[tuple[str, str, Known]] = []
    pointed: set[str] = set()
    everything = list(profile_words.said(told, profile_words.sayings()))
    others = [(a, b) for row, a, b, verdict in everything if verdict in ("pointed", "denied") and "qualification" in row.facts]
    for row, start, end, verdict in everything:
        if row.facts[0] == "who" and _inside(start, end, others):
            continue  # 企业 within “客户是高新技术企业”
        if verdict == "pointed":
            pointed |= {vocabulary.group("who", v) for f, v in _pairs(row) if f == "who"}
        if verdict in ("pointed", "no"):
            continue
        for fact, value in _pairs(row):
            known = Known(value, start, end, denied=verdict == "denied")
            if row.how == "weak":
                weak.append((fact, value, known))
            else:
                _put(found.setdefault(fact, {}), known)
    for fact, value, known in weak:
        if not any(not k.denied for k in found.get(fact, {}).values()):
            _put(found.setdefault(fact, {}), Known(value, known.start, known.end, known.denied))
    activities = [k for k in found.get("activity", {}).values() if not k.denied]
    pointed |= {_MENTION[str(k.value)] for k in activities if k.value in _MENTION}
    pointed |= {"个人"} if found.get("people") else set()
    return {fact: tuple(sorted(known.values(), key=_place)) for fact, known in found.items()}, frozenset(pointed - {""})


def _inside(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    """Whether a longer one of the spans, which are in no order, holds this one."""
    return any(a <= start and end <= b and b - a > end - start for a, b in spans)


def _pairs(row: profile_words.Saying) -> list[tuple[str, str]]:
    """Facts and values of a row: one fact with several values, or as many facts as values."""
    if len(row.facts) == 1:
        return [(row.facts[0], v) for v in row.values]
    return list(zip(row.facts, row.values, strict=True))


def _put(known: dict[str, Known], new: Known) -> None:
    """Keep the first statement of a value; a later one of the other sign takes its place."""
    old = known.get(str(new.value))
    if old is None or (old.denied != new.denied and new.start > old.start):
        known[str(new.value)] = new


def _place(known: Known) -> tuple[int, int]:
    return known.start, -known.end


def _numbers(told: Story, today: day) -> tuple[Facts, list[profile_problems.Doubt], str]:
    """Numbers by fact; doubts about those that cannot be; the asker's word for its revenue."""
    facts: Facts = {}
    doubts: list[profile_problems.Doubt] = []
    word = ""
    by_place = sorted(profile_numbers.read(told, today), key=lambda n: (n.start, n.start - n.end))
    doubts += [(n.flaw, _ASK_AGAIN[n.fact]) for n in by_place if n.flaw]
    flawed = {n.fact for n in by_place if n.flaw}
    for fact in NUMBERS:
        own = [n for n in by_place if n.fact == fact]
        if not own or fact in flawed:
            continue
        clash = next((n for n in own[1:] if _apart(own[0], n) and n.start >= own[0].end), None)
        if clash:
            said = f"“{_words(told, own[0])}”", f"“{_words(told, clash)}”"
            doubts.append((f"您说了{said[0]}，又说{said[1]}，两个数不一致。", f"{_ASK_AGAIN[fact]}"))
            continue
        first = own[0]
        word = first.word if fact == "revenue" else word
        facts[fact] = (Known(first.value, first.start, first.end, reason=first.reason, low=first.low, high=first.high),)
    return facts, doubts, word


_ASK_AGAIN = {
    "staff": "单位现在有多少从业人员？",
    "revenue": "上一年度的营业收入是多少（人民币）？",
    "age": "是哪一年成立的？",
}


def _words(told: Story, number: profile_numbers.Number) -> str:
    return told.text[number.start : number.end].strip()


def _apart(one: profile_numbers.Number, other: profile_numbers.Number) -> bool:
    """Whether two statements of a number cannot both be so."""
    low, high = Known(one.value, low=one.low, high=one.high).bounds
    least, most = Known(other.value, low=other.low, high=other.high).bounds
    return low > most or least > high


def _sized(profile: Profile) -> Facts:
    """The facts with a size that staff, revenue and industry decide, or the largest of two that they leave open."""
    facts = dict(profile.facts)
    open_sizes = profile.counted()
    if facts.get("size") or "企业" not in profile.kinds() or len(open_sizes) > 2:
        return facts
    numbers = [k for name in ("staff", "revenue") for k in profile.known(name)]
    size = max(open_sizes, key=profile_size.SIZES.index)
    decided = len(open_sizes) == 1
    sectors = "、".join(
        profile_size.sectors([str(k.value) for k in profile.known("industry")], [str(k.value) for k in profile.known("field")])
    )
    said = "、".join(profile.words(k) for k in numbers)
    rest = (
        ""
        if decided
        else "；还不能确定，也可能是微型"
        if size == "小型"
        else f"；还不能确定，也可能是{min(open_sizes, key=profile_size.SIZES.index)}"
    )
    reason = f"按中小企业划型标准（{sectors}），{said}{rest}"
    first = numbers[0]
    facts["size"] = (Known(size, first.start, first.end, reason=reason, provisional=not decided),)
    return facts


def _ordered(facts: Facts) -> Facts:
    return {name: facts[name] for name in NAMES if facts.get(name)}
