"""What is read from everyday sayings; the table is profile_sayings.tsv."""

from datetime import date
from pathlib import Path

import pytest

from corpus import facts
from qa import profile

TODAY = date(2026, 11, 23)
ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "profile_sayings.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def _industry(fact, value):
    return next(v for v in facts.values("industry") if v.startswith(value)) if fact == "industry" else value


def _values(found, fact):
    return [str(k.value) if isinstance(k.value, str) else f"{k.value:g}" for k in found.known(fact)]


def _check(found, token):
    mark = token[0] if token[0] in "!?^" else ""
    fact, value = token[len(mark) :].split("=")
    if mark == "^":
        return value not in _values(found, fact)
    if fact in profile.NUMBERS and not mark:
        return _values(found, fact) == [f"{float(value):g}"]
    return found.holds(fact, _industry(fact, value)) is {"": True, "!": False, "?": None}[mark]


@pytest.mark.parametrize(("say", "wanted"), ROWS, ids=[row[0][:30] for row in ROWS])
def test_what_is_read_from_a_saying(say, wanted):
    found = profile.read(say, TODAY)
    tokens = wanted.replace("industry=J 金融业", "industry=J").split()
    wrong = [t for t in tokens if not (len(found.problems) == int(t[1:]) if t[0] == "#" else _check(found, t))]
    assert not wrong, found.to_json()


def test_the_table_is_large():
    assert len(ROWS) >= 150
    assert len({row[0] for row in ROWS}) == len(ROWS)
