"""Provinces, cities and counties to choose from, of profile_counties.tsv, and how a choice is written for a profile."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from qa import profile_places


def provinces() -> tuple[str, ...]:
    """Short names, as profiles hold them."""
    return profile_places.provinces()


def cities(province: str) -> tuple[str, ...]:
    """Whole names of the cities of a province; empty where counties lie directly under it."""
    return tuple(city for city in _table().get(province, {}) if city)


def counties(province: str, city: str) -> tuple[str, ...]:
    """Counties of a city; without a city those that lie directly under the province.

    Names that are words of the language besides (城区, 和县) are left out: a profile does not read them as places.
    """
    below = _table().get(province, {}).get(city or "", ())
    return tuple(county for county in below if profile_places.named(written(province, city, county)))


def written(province: str | None, city: str | None, county: str | None) -> str:
    """One text for the form of a profile; empty without a province."""
    return "".join(filter(None, (province, city, county))) if province else ""


@cache
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    """Province → whole name of the city (empty: none between) → counties."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in (Path(profile_places.__file__).parent / "profile_counties.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            province, city, whole, below = line.split("\t")
            name = "" if city == "-" else whole
            found.setdefault(province, {})[name] = tuple(below.split())
    return found
