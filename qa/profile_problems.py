"""What in a profile cannot be so or does not go together, and the question back that clears it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corpus import facts as vocabulary
from qa import profile_size
from qa.profile_records import Facts, Known, Profile

Doubt = tuple[str, str]
"""(problem, question that clears it), both Chinese sentences."""
_TURNOVER = ("营业", "营收", "销售额", "主营", "流水")
_MAY_SELL = frozenset({"创业者", "农民", "返乡人员", "企业家", "投资者", "失业人员"})
"""People who may also run a business of their own."""
_EXCLUSIVE = ("size", "ownership")


def check(profile: Profile, word: str = "") -> tuple[Facts, list[Doubt]]:
    """The facts without those in doubt, and the doubts; `word` is the asker's word for its revenue."""
    facts = dict(profile.facts)
    doubts: list[Doubt] = []
    for test in (_two_of_one, _size_and_staff, _size_and_numbers, _person_with_turnover(word)):
        found = test(Profile(profile.say, facts, pointed=profile.pointed))
        for problem, question, dropped in found:
            if problem:
                doubts.append((problem, question))
            facts = {name: kept for name in facts if (kept := tuple(k for k in facts[name] if k not in dropped))}
    return facts, doubts


Found = list[tuple[str, str, Sequence[Known]]]


def _two_of_one(profile: Profile) -> Found:
    """民营 and 国有 at once, 小型 and 大型 at once."""
    found: Found = []
    for fact in _EXCLUSIVE:
        stated = [k for k in profile.known(fact) if not k.provisional]
        for other in stated[1:]:
            first = stated[0]
            if vocabulary.excludes(fact, str(first.value), str(other.value)) and not _both_small(first, other):
                said = f"“{profile.words(first)}”", f"“{profile.words(other)}”"
                what = "规模" if fact == "size" else "所有制"
                dropped = [*stated, *(k for k in profile.known("who") if _follows(fact, k))]
                found.append(
                    (f"您说的{said[0]}和{said[1]}{what}不一致。", f"您的单位是{first.value}还是{other.value}？", dropped)
                )
                break
    return found


def _both_small(one: Known, other: Known) -> bool:
    return {one.value, other.value} == {"小型", "微型"}


def _follows(fact: str, known: Known) -> bool:
    """Whether a class of asker says the same as a size or an owner, so that it falls with it."""
    names = {"size": ("小微企业", "中小企业", "大企业"), "ownership": ("国有企业", "中央企业", "民营企业", "外资企业")}[fact]
    return str(known.value) in names


def _size_and_staff(profile: Profile) -> Found:
    """A large enterprise of three people, a small one of five thousand."""
    staff = next(iter(profile.known("staff")), None)
    said = [k for k in (*profile.known("size"), *profile.known("who")) if not k.provisional]
    if not staff:
        return []
    low, high = staff.bounds
    industries, fields = ([str(k.value) for k in profile.known(f)] for f in ("industry", "field"))
    large = [k for k in said if k.value in ("大型", "大企业")]
    small = [k for k in said if k.value in ("小型", "微型", "小微企业")]
    middle = [k for k in said if k.value == "中型"]
    wrong: list[Known] = []
    if large and profile_size.too_few(industries, fields, high):
        wrong = large
    elif small and profile_size.too_many(industries, fields, low):
        wrong = small
    elif middle and profile_size.too_few_for_middle(industries, fields, high):
        wrong = middle
    if not wrong:
        return []
    words, people = profile.words(wrong[0]), _people(profile, staff)
    problem = f"您说的“{words}”和“{people}”不一致：按国家的中小企业划型标准，这样的人数不会是{_named(wrong[0])}。"
    return [(problem, f"从业人员到底有多少人？还是说不是“{words}”？", [*wrong, staff])]


def _named(known: Known) -> str:
    return {"大企业": "大型", "小微企业": "小型、微型"}.get(str(known.value), str(known.value))


def _people(profile: Profile, staff: Known) -> str:
    return profile.words(staff) if staff.start >= 0 else f"从业人员 {staff.value:g} 人"


def _size_and_numbers(profile: Profile) -> Found:
    """A stated size that staff and revenue together rule out."""
    stated = [k for k in profile.known("size") if not k.provisional]
    counted = profile.counted()
    if not stated or any(k.value in counted for k in stated) or not profile.known("industry"):
        return []
    numbers = [k for f in ("staff", "revenue") for k in profile.known(f)]
    said = "、".join(f"“{profile.words(k)}”" for k in numbers)
    if {str(k.value) for k in stated} <= {"小型", "微型"} and counted <= {"小型", "微型"}:
        return []  # an everyday “小公司” that the rule calls 微型
    problem = f"您说的“{profile.words(stated[0])}”和{said}不一致：按国家的中小企业划型标准应是{'或'.join(sorted(counted))}。"
    return [
        (
            problem,
            "请核对从业人员、营业收入和规模，哪一个不对？",
            [*stated, *(k for k in profile.known("who") if _follows("size", k))],
        )
    ]


def _person_with_turnover(word: str) -> Callable[[Profile], Found]:
    def test(profile: Profile) -> Found:
        revenue = next(iter(profile.known("revenue")), None)
        kinds = profile.kinds()
        people = [k for k in profile.known("who") if vocabulary.group("who", str(k.value)) == "个人"]
        if not revenue or kinds != {"个人"} or any(k.value in _MAY_SELL for k in people) or "企业" in profile.pointed:
            return []
        if word and not any(t in word for t in _TURNOVER):
            return [("", "", [revenue])]  # a personal income is no turnover, and no contradiction
        said = f"“{profile.words(people[0])}”", f"“{profile.words(revenue) if revenue.start >= 0 else '营业收入'}”"
        problem = f"您说自己是{said[0]}，又说{said[1]}：个人没有营业收入，单位才有。"
        return [(problem, "您是以个人身份问，还是替一家企业（公司、个体户、合作社）问？", [revenue])]

    return test
