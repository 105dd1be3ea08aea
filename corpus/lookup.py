"""From the words people use to a document and a clause: 8号文第十四条, 《中国制造2025》三（六）1, 中发〔2015〕8号 五（十四）."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus import numerals
from corpus.records import Address, Clause, Document

NUMBER = re.compile(
    r"(?P<agency>[\u4e00-\u9fff]{1,8}发)? ?[〔\[（(［]?(?P<year>\d{4})?[〕\]）)］]? ?(?<![月\d])(?P<serial>\d{1,4})号文?件?"
)
_TITLE = re.compile(r"《([^》]+)》")
_CN = f"[{numerals.CHARACTERS}]+"
_ITEM = re.compile(rf"第([（(](?:{_CN}|\d{{1,3}})[）)])[条项]")  # 第（二）项
_ADDRESS = re.compile(
    rf"(?:第(?:{_CN}|\d+)[篇编章节条款项]|专栏\d+|附\d*|表\d+|行\d+|段\d+|注\d+|——\d+|「[^」]+」|[（(](?:{_CN}|\d{{1,3}})[）)]"
    rf"|(?<![\u4e00-\u9fff])(?:{_CN})(?=[（(、 ]|\Z)、?|(?<![\d.])\d{{1,3}}(?![\d年月日%％.]|号)[、.]?| )+"
)


def named_documents(documents: Sequence[Document], words: str) -> list[Document]:
    """Documents that the words name by 文号 (also short, “8号文”) or by 《title》; empty when none or many fit."""
    found: list[Document] = []
    for match in NUMBER.finditer(words):
        fits = [d for d in documents if _number_fits(d.number, match)]
        found += fits if len(fits) == 1 else []
    for match in _TITLE.finditer(words):
        fits = [d for d in documents if match[1] == d.title] or [d for d in documents if match[1] in d.title]
        found += fits[:1]
    return list(dict.fromkeys(found))


def find(documents: Sequence[Document], clauses: Sequence[Clause], words: str) -> list[Clause]:
    """The clauses at the address that the words give, with everything below it; empty when there is none.

    A short address (第十四条, （十四）) is enough where the document has one clause that it can mean.
    """
    named = named_documents(documents, words)
    rest = _ITEM.sub(r"\1", _TITLE.sub(" ", NUMBER.sub(" ", words)))
    printed = _parse(rest)
    exact = [c for c in clauses if printed and c.document in named and c.address == printed]
    if len(exact) == 1:  # a citation as this program prints it
        return [c for c in clauses if c.document == exact[0].document and c.address.within(exact[0].address)]
    wanted = [a for m in _ADDRESS.finditer(rest) if (a := _parse(m.group()))]
    if not wanted:
        return []
    address = max(wanted, key=lambda a: len(a.labels))
    if not named and len(documents) > 1:
        return []
    pool = [c for c in clauses if not named or c.document in named]
    tops = [c for c in pool if _ends_with(c.address, address)]
    tops = [c for c in tops if not any(c.address.within(t.address) and c is not t for t in tops)]
    if len(tops) > 1:  # 第15条 is 15 rather than （十五）, 第十五条 the other way round
        arabic = bool(re.search(r"\d", address.labels[-1]))
        tops = [c for c in tops if bool(re.search(r"\d", c.address.labels[-1])) == arabic]
    if len(tops) != 1:
        return []
    return [c for c in pool if c.address.within(tops[0].address)]


def _parse(text: str) -> Address | None:
    text = text.strip()
    if not text:
        return None
    try:
        return Address.parse(text)
    except ValueError:
        return None


def _number_fits(number: str, match: re.Match[str]) -> bool:
    own = re.fullmatch(r"(.+?)〔(\d{4})〕(\d+)号", number)
    if not own or int(own[3]) != int(match["serial"]):
        return False
    if match["year"] and match["year"] != own[2]:
        return False
    return not match["agency"] or own[1].endswith(match["agency"]) or match["agency"].endswith(own[1])


def _ends_with(address: Address, wanted: Address) -> bool:
    """True when the wanted labels close the address in order; 第十四条 and 第十四项 also mean （十四） and 14."""
    have, want = list(address.labels), list(wanted.labels)
    if len(want) > len(have) or not _same(have[-1], want[-1]):
        return False
    have.pop(), want.pop()
    while want:
        if not have:
            return False
        if _same(have.pop(), want[-1]):
            want.pop()
    return True


def _same(own: str, asked: str) -> bool:
    if own == asked:
        return True
    article = re.fullmatch(rf"第({_CN}|\d+)[条项章]", asked)
    kind = re.fullmatch(rf"第({_CN}|\d+)([条项章])", own)
    if article and kind:
        return asked[-1] == own[-1] and numerals.parse(article[1]) == numerals.parse(kind[1])
    bare = re.fullmatch(rf"（?({_CN}|\d+)）?", own)
    return bool(article and bare and asked[-1] in "条项" and numerals.parse(bare[1]) == numerals.parse(article[1]))
