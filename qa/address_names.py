"""Which document a typed address begins with: a 文号 in full or short, an id, a title or its beginning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import numerals
from corpus.records import Document

_NUMBER = re.compile(
    r"(?P<agency>[\u4e00-\u9fff]{1,12}?)? ?(?:[〔\[（［【〈]?(?P<year>(?:19|20)\d{2})[〕\]）］】〉]?年?)? ?"
    rf"第?(?P<serial>\d{{1,4}}|[{numerals.CHARACTERS}]+(?=号文)) ?号(?:文件|文)?"
    r"|(?P<office>[\u4e00-\u9fff]{1,12}) ?[〔\[（［【](?P<of>(?:19|20)\d{2})[〕\]）］】] ?(?P<plain>\d{1,4})(?!\d)"
)
_OWN = re.compile(r"(.+?)〔(\d{4})〕(\d+)号")
_QUOTED = re.compile(r"《(.+)》|《([^》]+)$")
_SHORTEST = 4  # characters of a title that name it without 《》
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Named:
    """The documents that a text may mean, and the text without their names."""

    documents: tuple[Document, ...]
    rest: str
    claimed: str = ""
    """What looks like the name of a document that is not there."""
    near: tuple[Document, ...] = ()
    """Documents with names like it."""


def named(documents: Sequence[Document], text: str) -> Named:
    """Documents that a folded text names; several when a short 文号 fits several."""
    by_id = [d for d in documents if re.match(rf"{re.escape(d.id)} ?(?:[:：]|\Z| )", text)]
    if by_id:
        longest = max(by_id, key=lambda d: len(d.id))
        return Named((longest,), text[len(longest.id) :].lstrip(" :："))
    titled, rest = _titled(documents, text)
    numbered, rest, claimed = _numbered(documents, rest)
    both = [d for d in titled if d in numbered]
    found = both or titled or numbered
    if not found and not claimed:
        found, rest = _begun(documents, text)
    if not found:
        quoted = _QUOTED.search(rest)
        claimed = claimed or (quoted.group().strip() if quoted else "")
        rest = rest.replace(quoted.group(), " ") if quoted else rest
    near = _near(documents, claimed) if claimed and not found else ()
    return Named(tuple(found), rest.strip(), "" if found else claimed, near)


def _titled(documents: Sequence[Document], text: str) -> tuple[list[Document], str]:
    """Whole titles first, the longest before one that stands inside it; then a part of a title in 《》."""
    found: list[Document] = []
    plain = text.translate(str.maketrans("〈〉", "《》"))
    for title in sorted({d.title for d in documents}, key=len, reverse=True):
        whole = _plain(title)
        at = plain.find(whole)
        if at < 0 or (at > 1 and len(title) < _SHORTEST):
            continue
        found += [d for d in documents if d.title == title]
        start = at - (plain[at - 1 : at] == "《")
        end = at + len(whole) + (plain[at + len(whole) : at + len(whole) + 1] == "》")
        plain, text = plain[:start] + " " + plain[end:], text[:start] + " " + text[end:]
    if found:
        return found, text
    quoted = _QUOTED.search(text)
    part = _bare(quoted[1] or quoted[2]) if quoted else ""
    found = [d for d in documents if part and part in _bare(d.title)]
    return found, text.replace(quoted.group(), " ") if quoted and found else text


def _plain(title: str) -> str:
    return title.translate(str.maketrans("〈〉()", "《》（）"))


def _bare(title: str) -> str:
    """Without quotation marks, which people leave out."""
    return re.sub(r"[“”‘’\"']", "", _plain(title))


def _numbered(documents: Sequence[Document], text: str) -> tuple[list[Document], str, str]:
    found: list[Document] = []
    claimed = ""
    for match in _NUMBER.finditer(text):
        fits = [d for d in documents if _number_fits(d, match)]
        found += fits
        claimed = claimed or ("" if fits else match.group().strip())
        text = text.replace(match.group(), " ", 1)
    return list(dict.fromkeys(found)), text, "" if found else claimed


def _number_fits(document: Document, match: re.Match[str]) -> bool:
    printed = _OWN.fullmatch(document.number)
    if not printed or int(printed[3]) != numerals.parse(match["serial"] or match["plain"]):
        return False
    year, agency = match["year"] or match["of"], match["agency"] or match["office"] or ""
    if year and year != printed[2]:
        return False
    agency = re.sub(r"^.*(?:根据|按照|依据|请问|查|看|见|的|第)", "", agency)
    return not agency or agency.endswith(printed[1]) or _short(agency, printed[1]) or agency in document.issuer


def _short(agency: str, whole: str) -> bool:
    """辽委 and 辽发 for 辽委发: the same first character, and all others in order; 办 is not left out."""
    rest = iter(whole)
    return agency[0] == whole[0] and all(c in rest for c in agency) and ("办" in agency) == ("办" in whole)


def _begun(documents: Sequence[Document], text: str) -> tuple[list[Document], str]:
    """Documents in whose title the beginning of the text stands, as much of it as possible; 劳动法 for its full name."""
    text = _bare(text)
    begun: list[tuple[int, bool, Document]] = []
    for document in documents:
        title = _bare(document.title)
        end = 0
        while end < len(text) and text[: end + 1] in title:
            end += 1
        closes = end > 1 and title.endswith(text[:end])
        if end >= _SHORTEST or closes:
            begun.append((end, closes, document))
    length, closes, _ = max(begun, key=lambda b: b[:2], default=(0, False, None))
    return [d for end, c, d in begun if (end, c) == (length, closes)], text[length:]


def _near(documents: Sequence[Document], claimed: str) -> tuple[Document, ...]:
    """Documents whose title or 文号 shares most pairs of characters with a name; none that shares no pair."""
    wanted = _pairs(claimed.strip("《》"))
    scored = [(len(wanted & (_pairs(d.title) | _pairs(d.number))), d) for d in documents]
    best = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return tuple(d for _, d in best[:_NEAREST])


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
