"""Damage → text, with every change logged: `text, edits = repair(raw)`, and `undo(text, edits) == raw`.

Only changes that can be proved harmless are made. The proof is one equation, checked for every document:
`fold(raw) == fold(text)`, where `fold` is NFKC without white space, U+E010 read as “.”. So repair may
change widths, blanks and line breaks and the one private-use character whose meaning is certain, and
nothing else. What looks wrong but cannot be proved stays as printed; the catalogue carries a note on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from corpus import numerals
from corpus.records import Edit

_CN = f"[{numerals.CHARACTERS}]+"
_BLANK = " \t\u3000\xa0\u2002\u2003\u2009"
_CJK = r"[\u3400-\u9fff\u3001-\u3011\u201c\u201d\uff01-\uff60]"
_HALF_TO_FULL = str.maketrans(",;:?!()", "，；：？！（）")

# A heading that a pasted page has glued to the end of the line before it: sentence end, blank, label, title.
_SWALLOWED_LABEL = rf"第(?:{_CN}|\d+)[篇章节][ \t]*|专栏\d+[ \t]*|{_CN}、[ \t]*|（{_CN}）|\d{{1,2}}[.．、](?!\d)[ \t]*"
_SWALLOWED = re.compile(rf"(?<=[。；！？”）])[ \t]+(?=(?:{_SWALLOWED_LABEL})[^\s。；，]{{2,}})")
# A heading line that has swallowed its own body: label, title without a stop, blank, a long sentence.
_GLUED_BODY = re.compile(
    rf"^(?:{_SWALLOWED_LABEL})(?P<title>[^\s。；：，!?！？]{{2,30}})(?P<gap>[ \t]+)(?=[^\n]{{40,}})", re.MULTILINE
)

_CHARACTER = re.compile(
    rf"(?P<line>\r\n?)|(?P<invisible>[\ufeff\u200b-\u200d\u2060\u00ad])|(?P<dot>\ue010)"
    rf"|(?P<trailing>[{_BLANK}]+(?=\r?\n|\Z))|(?P<leading>(?:^|(?<=\n))[{_BLANK}]+)"
    rf"|(?P<inner>[{_BLANK}]{{2,}}|[\u3000\xa0\u2002\u2003\u2009])"
    rf"|(?P<wide>[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a])"
    rf"|(?P<narrow>(?<={_CJK})[,;:?!](?![\dA-Za-z])|\((?={_CJK})|(?<={_CJK})\))"
)
_REASONS = {
    "line": "换行符统一",
    "invisible": "删去不可见字符",
    "dot": "私用区字符 U+E010 还原为“.”",
    "trailing": "行尾空白",
    "leading": "行首空白",
    "inner": "行内空白",
    "wide": "全角字母数字改半角",
    "narrow": "中文间的半角标点改全角",
}


def fold(text: str) -> str:
    """The form in which two texts are compared: NFKC, no white space, U+E010 as “.”."""
    text = unicodedata.normalize("NFKC", text.replace("\ue010", "."))
    return re.sub(r"[\s\u200b-\u200d\u2060\ufeff\u00ad]+", "", text)


def repair(raw: str) -> tuple[str, tuple[Edit, ...]]:
    """Repaired text and the log of all edits, in the order they were made."""
    edits: list[Edit] = []
    text = raw
    for number, (pattern, replace) in enumerate(
        (
            (_CHARACTER, _mend_character),
            (re.compile(r"\A\n+|\n{4,}|\n+\Z"), _mend_blank_lines),
            (_SWALLOWED, lambda _: ("\n", "标题与上一行连写，另起一行")),
            (_GLUED_BODY, None),
        )
    ):
        text = _split_bodies(text, number, edits) if replace is None else _apply(text, pattern, replace, number, edits)
    return text, tuple(edits)


def undo(text: str, edits: tuple[Edit, ...]) -> str:
    """The text before `repair`, rebuilt from its log alone.

    Raises:
        ValueError: when the log does not fit the text.
    """
    for number in sorted({e.number_of_pass for e in edits}, reverse=True):
        out, at, shift = [], 0, 0
        for edit in (e for e in edits if e.number_of_pass == number):
            here = edit.start + shift
            if text[here : here + len(edit.after)] != edit.after:
                raise ValueError(f"edit does not fit the text: {edit}")
            out += [text[at:here], edit.before]
            at = here + len(edit.after)
            shift += len(edit.after) - len(edit.before)
        text = "".join([*out, text[at:]])
    return text


def _apply(
    text: str,
    pattern: re.Pattern[str],
    replace: Callable[[re.Match[str]], tuple[str, str]],
    number: int,
    edits: list[Edit],
) -> str:
    def one(match: re.Match[str]) -> str:
        after, reason = replace(match)
        if after != match.group():
            edits.append(Edit(number, match.start(), match.group(), after, reason))
        return after

    return pattern.sub(one, text)


def _mend_character(match: re.Match[str]) -> tuple[str, str]:
    kind, before = match.lastgroup or "", match.group()
    if kind == "line":
        after = "\n"
    elif kind in ("leading", "trailing"):
        # A tab at a line's start marks a table cell, even an empty one.
        alone = match.end() == len(match.string) or match.string[match.end()] in "\r\n"
        starts = match.start() == 0 or match.string[match.start() - 1] == "\n"
        keep = "\t" in before and (kind == "leading" or (starts and alone))
        after = "\t" if keep else ""
    elif kind == "inner":
        after = "\t" if "\t" in before else " "
    elif kind == "invisible":
        after = ""
    elif kind == "dot":
        after = "."
    elif kind == "narrow":
        after = before.translate(_HALF_TO_FULL)
    else:
        after = unicodedata.normalize("NFKC", before)
    return after, _REASONS[kind]


def _mend_blank_lines(match: re.Match[str]) -> tuple[str, str]:
    at_edge = match.start() == 0 or match.end() == len(match.string)
    return ("" if at_edge else "\n\n\n"), "多余空行"


def _split_bodies(text: str, number: int, edits: list[Edit]) -> str:
    """Break a heading from the body that follows it on one line.

    A heading takes the whole line elsewhere in the same list, so the split is made only where at least one
    other line of the text has the same kind of label and stands alone; in “1.培育…。鼓励…” nothing changes.
    """
    out, at = [], 0
    alone = {_shape(m.group(1)) for line in text.split("\n") if (m := _ALONE.match(line))}
    for match in _GLUED_BODY.finditer(text):
        if _shape(match.group()[: match.start("title") - match.start()]) not in alone:
            continue
        out += [text[at : match.start("gap")], "\n"]
        edits.append(Edit(number, match.start("gap"), match.group("gap"), "\n", "标题与正文连写，正文另起一行"))
        at = match.end("gap")
    return "".join([*out, text[at:]])


_ALONE = re.compile(rf"\t?({_SWALLOWED_LABEL})[^\s。；：，]{{2,30}}\s*\Z")


def _shape(label: str) -> str:
    return re.sub(rf"{_CN}|\d+", "n", label.strip())
