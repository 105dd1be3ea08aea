"""Chinese numerals as they stand in clause labels: 一 … 九千九百九十九, also 〇 and 两."""

from __future__ import annotations

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
CHARACTERS = "零〇一二三四五六七八九十百千两"
_DIGITS_OUT = "零一二三四五六七八九"


def parse(text: str) -> int:
    """Value of a Chinese or Arabic integer below 10,000.

    Raises:
        ValueError: when a character is neither a numeral nor a unit, or the text is empty.
    """
    if not text:
        raise ValueError("empty numeral")
    if text.isdecimal():
        return int(text)
    if not any(c in _UNITS for c in text):  # positional writing: 二〇一七
        return int("".join(str(_digit(c, text)) for c in text))
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _digit(char, text)
    return total + digit


def _digit(char: str, text: str) -> int:
    try:
        return _DIGITS[char]
    except KeyError:
        raise ValueError(f"not a Chinese numeral: {text!r}") from None


def spell(value: int) -> str:
    """Chinese numeral of 1 … 9,999, the way labels print it (十四, 一百零二).

    Raises:
        ValueError: outside that range.
    """
    if not 0 < value < 10_000:
        raise ValueError(f"no label numeral for {value}")
    out, pending_zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit == 0:
            pending_zero = bool(out)
            continue
        if pending_zero:
            out += "零"
        pending_zero = False
        out += ("" if unit == 10 and digit == 1 and not out else _DIGITS_OUT[digit]) + name
    return out
