"""Clause addresses: 第二篇第4章一、专栏3 … printed short, parsed back.

A label is kept in one canonical form, so that `Address.parse(str(address)) == address`:

    第三篇 第4章 第二节 第十条 第十条之一 第二款   as printed (款 is counted, laws do not print it)
    一 二 …          from 一、            （一）      from （一） or (一)
    1、              from 1、             1           from 1. or 1．
    （1） 1） ① 1.1   as printed            ——2         second dash item
    专栏3 附1 表1 行2 注1 段2 文首 落款     boxes, annexes, tables, rows, table notes, paragraphs …
    「重大工程」      an unnumbered group heading that restarts a list
    3「第2处」        the second 3 of a list that a document numbers twice
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from corpus import numerals

_CN = f"[{numerals.CHARACTERS}]+"
_LABEL = re.compile(
    rf"(?:第(?:{_CN}|\d+)(?:分编|部分|[篇编章节条款项目])(?:之{_CN})?"
    r"|(?:专栏|表|行|段|文首)\d*|附件?\d*|注\d+|落款|——\d+|「[^」]+」"
    rf"|（(?:{_CN}|\d+)）|\d+）|[①-⑳]"
    rf"|\d+(?:\.\d+)+|\d+、|\d+|{_CN}、?)(?:「第\d+处」)?"
)


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A path of canonical labels; the empty path is the whole document."""

    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        out = ""
        for label in self.labels:
            # 专栏3 + 1 would read 专栏31, and 一 + 三 would read 一三.
            if out and (_glues(out[-1], label[0])):
                out += " "
            out += label
        return out

    def __truediv__(self, label: str) -> Address:
        return Address((*self.labels, label))

    @property
    def parent(self) -> Address:
        return Address(self.labels[:-1])

    def within(self, other: Address) -> bool:
        """True when `other` is this address or stands above it."""
        return self.labels[: len(other.labels)] == other.labels

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address as printed by `str`, or as people write it (三、（三）5., 三(三)5).

        Raises:
            ValueError: when a part of the text is no label.
        """
        rest = _fold(text)
        labels: list[str] = []
        while rest:
            match = _LABEL.match(rest)
            if not match:
                raise ValueError(f"地址中有不认识的部分：{rest!r}（完整输入：{text!r}）")
            labels.append(_canonical(match.group()))
            rest = rest[match.end() :].lstrip(" .．\t")
        return cls(tuple(labels))


def quoted(title: str) -> str:
    """The label of an unnumbered heading, in the form that `Address.parse` gives back."""
    return f"「{_fold(title).replace('」', '') or '无题'}」"


def _glues(left: str, right: str) -> bool:
    numeral = numerals.CHARACTERS
    return (left.isdecimal() and right.isdecimal()) or (left in numeral and right in numeral)


def _canonical(label: str) -> str:
    if label.endswith("、") and not label[0].isdecimal():
        return label[:-1]
    return re.sub(r"^附件", "附", label)


def _fold(text: str) -> str:
    """Half-width brackets, full-width digits and odd blanks to the canonical characters."""
    text = "".join(
        unicodedata.normalize("NFKC", c) if unicodedata.east_asian_width(c) == "F" and c.isalnum() else c for c in text
    )
    return re.sub(r"\s+", " ", text.translate({ord("("): "（", ord(")"): "）", 0x3000: " "})).strip()
