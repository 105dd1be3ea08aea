"""Official sizes of enterprises: 中小企业划型标准规定, 工信部联企业〔2011〕300号, article 4.

An enterprise is of the largest size whose lower limits it reaches in every measure that its sector names; what it
does not reach in one measure moves it down. So staff alone never settles a size above 微型, but rules the larger out.
"""

from __future__ import annotations

from collections.abc import Sequence

SIZES = ("微型", "小型", "中型", "大型")
_STAFF_MOST = 3  # index of 大型
Range = tuple[float, float]
_Limits = tuple[float, float, float]
"""Lower limits of 小型, 中型, 大型."""

_SECTORS: dict[str, tuple[_Limits | None, _Limits | None, bool]] = {
    # sector: staff, revenue in 10,000 yuan, whether assets count too (they are never known here)
    "农、林、牧、渔业": (None, (50, 500, 20_000), False),
    "工业": ((20, 300, 1000), (300, 2000, 40_000), False),
    "建筑业": (None, (300, 6000, 80_000), True),
    "批发业": ((5, 20, 200), (1000, 5000, 40_000), False),
    "零售业": ((10, 50, 300), (100, 500, 20_000), False),
    "交通运输业": ((20, 300, 1000), (200, 3000, 30_000), False),
    "仓储业": ((20, 100, 200), (100, 1000, 30_000), False),
    "邮政业": ((20, 300, 1000), (100, 2000, 30_000), False),
    "住宿业、餐饮业": ((10, 100, 300), (100, 2000, 10_000), False),
    "信息传输业": ((10, 100, 2000), (100, 1000, 100_000), False),
    "软件和信息技术服务业": ((10, 100, 300), (50, 1000, 10_000), False),
    "房地产开发经营": (None, (100, 1000, 200_000), True),
    "物业管理": ((100, 300, 1000), (500, 1000, 5000), False),
    "租赁和商务服务业": ((10, 100, 300), None, True),
    "其他未列明行业": ((10, 100, 300), None, False),
}
_OF_SECTION = {
    "A": ("农、林、牧、渔业",),
    "B": ("工业",),
    "C": ("工业",),
    "D": ("工业",),
    "E": ("建筑业",),
    "F": ("批发业", "零售业"),
    "G": ("交通运输业", "仓储业", "邮政业"),
    "H": ("住宿业、餐饮业",),
    "I": ("信息传输业", "软件和信息技术服务业"),
    "K": ("房地产开发经营", "物业管理"),
    "L": ("租赁和商务服务业",),
    "M": ("其他未列明行业",),
    "N": ("其他未列明行业",),
    "O": ("其他未列明行业",),
    "R": ("其他未列明行业",),
}
"""Section of GB/T 4754 → sectors of the rule; J, P, Q, S and T lie outside it."""


def sectors(industries: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """Sectors of the rule that an enterprise may belong to; empty when its industry is unknown or outside the rule."""
    found = [s for industry in industries for s in _OF_SECTION.get(industry[:1], ())]
    if "软件" in fields and "信息传输业" in found:
        found.remove("信息传输业")
    return tuple(dict.fromkeys(found))


def open_sizes(industries: Sequence[str], fields: Sequence[str], staff: Range | None, revenue: Range | None) -> frozenset[str]:
    """Sizes that the numbers leave open (staff in people, revenue in yuan, each least and most); all when nothing is known.

    With more than one possible sector, what any of them leaves open.
    """
    possible = sectors(industries, fields)
    if not possible or (staff is None and revenue is None):
        return frozenset(SIZES)
    return frozenset().union(*(_of_sector(s, staff, revenue) for s in possible))


def _of_sector(sector: str, staff: Range | None, revenue: Range | None) -> frozenset[str]:
    of_staff, of_revenue, assets = _SECTORS[sector]
    spans = [
        _ranks(of_staff, staff) if of_staff else None,
        _ranks(of_revenue, None if revenue is None else (revenue[0] / 1e4, revenue[1] / 1e4)) if of_revenue else None,
        (0, _STAFF_MOST) if assets else None,
    ]
    least = min(low for span in spans if span for low in span[:1])
    most = min(high for span in spans if span for high in span[1:])
    return frozenset(SIZES[least : most + 1])


def _ranks(limits: _Limits, number: Range | None) -> tuple[int, int]:
    if number is None:
        return 0, _STAFF_MOST
    low, high = (sum(value >= limit for limit in limits) for value in number)
    return low, high


def too_few(industries: Sequence[str], fields: Sequence[str], staff: float) -> bool:
    """True when no sector that counts staff calls an enterprise with so few people 大型."""
    possible = sectors(industries, fields) or tuple(_SECTORS)
    limits = [of_staff[2] for s in possible if (of_staff := _SECTORS[s][0])]
    return bool(limits) and staff < min(limits)


def too_many(industries: Sequence[str], fields: Sequence[str], staff: float) -> bool:
    """True when so many people reach the limit of 大型 in every sector that counts staff."""
    possible = sectors(industries, fields) or tuple(_SECTORS)
    limits = [of_staff[2] for s in possible if (of_staff := _SECTORS[s][0])]
    return bool(limits) and staff >= max(limits)


def too_few_for_middle(industries: Sequence[str], fields: Sequence[str], staff: float) -> bool:
    """True when no sector that counts staff calls an enterprise with so few people 中型."""
    possible = sectors(industries, fields) or tuple(_SECTORS)
    limits = [of_staff[1] for s in possible if (of_staff := _SECTORS[s][0])]
    return bool(limits) and staff < min(limits)
