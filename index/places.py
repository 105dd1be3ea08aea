"""Place names in a question: which province each lies in. Chinese administrative names, any corpus."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_LARGER = {"东北": ("辽宁", "吉林", "黑龙江"), "京津冀": ("北京", "天津", "河北"), "长三角": ("上海", "江苏", "浙江", "安徽")}


def places(text: str) -> dict[str, tuple[str, ...]]:
    """Place named in the text → provinces it stands for; longest names first, none inside another."""
    found: dict[str, tuple[str, ...]] = {}
    rest = text
    for name, provinces in _names():
        if name in rest:
            found[name] = provinces
            rest = rest.replace(name, "□")
    return found


def provinces_of(region: str) -> tuple[str, ...]:
    """Provinces that a document's region covers: 辽宁省 → 辽宁, 东北 → three; empty for 全国 or unknown."""
    return tuple(dict.fromkeys(p for provinces in places(region).values() for p in provinces))


@lru_cache(maxsize=1)
def _names() -> list[tuple[str, tuple[str, ...]]]:
    names: dict[str, tuple[str, ...]] = dict(_LARGER)
    for line in (Path(__file__).parent / "places.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            province, *cities = re.split(r"[\t ]+", line)
            names |= dict.fromkeys((*cities, province), (province,))
    return sorted(names.items(), key=lambda item: -len(item[0]))
