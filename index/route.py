"""Which documents a question names: by 文号, by 《title》, or by the words that set a title apart (县域创新的意见)."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence

from corpus import lookup
from corpus.records import Clause, Document
from index.tokens import content_words, fold

_PAPER = re.compile(r"意见|方案|规划|纲要|文件|办法|条例|规定|通知|决定|计划|细则|法(?!院|人|律)|《|文")
_ISSUE = "印发|发布|出台|公布|颁布|下发|签发|成文|发文"
_WHEN = "哪一?[天年]|哪年|几[月号日]|什么时候|何时"
_ISSUED = re.compile(
    rf"(?:》|〕\d+号|号文?件?|意见|规划|纲要|方案|办法|文件|通知|决定|条例|20\d\d)(?:是|的|在|于|，|,)*"
    rf"(?:(?:{_ISSUE}|落款|发)(?:的|是|在)*(?:{_WHEN}|日期|时间)|落款[^，。？?]{{0,4}}(?:{_WHEN})|(?:{_WHEN})(?:正式)?(?:{_ISSUE}|发|出)的?(?:呢|呀|啊)?[？?]*$)"
)
"""When a document was issued, which its head or its end tells."""
_BESIDE = re.compile(r"[和与跟同比、]|各自|分别|不同|区别|差别|差异|一样|哪个更|都有")
_BEFORE = "在按照据由对和与及跟同里中是，。、"  # characters that stand before a 文号, not in it
_FRAGMENT = 4
_ENOUGH = 0.4  # share of a title's weight that a question must hold to name the document
_ENOUGH_OF_A_PAPER = 0.3  # where a word that only this title has stands beside 意见, 方案 …
_ISSUER = re.compile(r"^.{2,40}?(?:关于)(?:印发|贯彻|推进|深化|加快|进一步)?")


class Router:
    """Documents by the words of their titles; a word that many titles share says little."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = documents
        self._titles: dict[str, set[int]] = defaultdict(set)
        words = [set(content_words(f"{_subject(d.title)} {_place(d.region)}")) for d in documents]
        for number, own in enumerate(words):
            for word in own:
                self._titles[word].add(number)
        self._whole = [sum(self._weight(w) for w in sorted(own)) or 1.0 for own in words]

    def explicit(self, question: str) -> list[Document]:
        """Named by 文号 or 《title》."""
        return lookup.named_documents(self._documents, question)

    def meant(self, question: str) -> list[Document]:
        """Documents whose title's words the question holds, best first.

        The words must single the document out: no more than three documents are given, and only when the
        question speaks of a paper (意见, 方案 …) or holds a word that no other title has.
        """
        held: dict[int, set[str]] = defaultdict(set)
        for word in set(content_words(question)):
            for number in self._titles.get(word, ()):
                held[number].add(word)
        speaks = _PAPER.search(fold(question)) is not None
        shares = {n: sum(map(self._weight, sorted(words))) / self._whole[n] for n, words in held.items()}
        alone = {n for n, words in held.items() if any(len(self._titles[w]) == 1 for w in words)}
        enough = [
            n
            for n, share in shares.items()
            if (n in alone or speaks) and share >= (_ENOUGH_OF_A_PAPER if n in alone and speaks else _ENOUGH)
        ]
        # A document of which the question says nothing that it does not say of another is not meant beside it.
        found = [n for n in enough if not any(held[n] < held[m] for m in enough)]
        return [self._documents[n] for n in sorted(found, key=lambda n: (-shares[n], n))[:3]]

    def issued(self, question: str) -> Document | None:
        """The one document of which a question asks when it was issued; None when it asks for anything else."""
        if not _ISSUED.search(question):
            return None
        named = self.explicit(question) or self.meant(question)[:1]
        return named[0] if len(named) == 1 else None

    def compared(self, question: str) -> list[Document]:
        """Two or more documents that the question sets side by side; empty when it does not."""
        named = self.explicit(question)
        if _BESIDE.search(question):
            named += [d for d in self.meant(without_names(question)) if d not in named]
        return named if len(named) > 1 else []

    def _weight(self, word: str) -> float:
        return math.log(1 + len(self._documents) / len(self._titles[word]))


def dated(clause: Clause) -> bool:
    """True for the head or the end of a document that tells its day of issue."""
    issued = clause.document.issued
    if clause.kind not in ("front", "closing") or issued is None:
        return False
    found = re.findall(r"(20\d\d|19\d\d)[-年./](\d{1,2})[-月./](\d{1,2})", clause.full)
    return any(tuple(map(int, day)) == (issued.year, issued.month, issued.day) for day in found)


def without_names(question: str, documents: Sequence[Document] = ()) -> str:
    """The question without 文号 and 《titles》: inside the document that they name they only blur it.

    Of `documents` also the words of their titles go, where four or more characters stand together. A question
    that would have nothing left stays as it is.
    """
    text = re.sub(r"《[^》]*》(?:（[^）]*）)?", "", question)
    text = lookup.NUMBER.sub(lambda m: _before_the_agency(m["agency"] or ""), text)
    for document in documents:
        if lookup.named_documents([document], question):
            continue
        longest = min(len(document.title), len(text))
        pieces = (text[i : i + n] for n in range(longest, _FRAGMENT - 1, -1) for i in range(len(text) - n + 1))
        found = next((piece for piece in pieces if piece in document.title), "")
        text = text.replace(found, "", 1) if found else text
    if text == question:
        return question
    text = re.sub(r"^(?:根据|按照?|在|对于)?[，,、的和与 ]*(?:里面?|中(?![小国央部西医药级])|规定)?[，,、的 ]*", "", text)
    return text if content_words(text) and len(re.findall(r"\w", text)) >= 3 else question


def _before_the_agency(words: str) -> str:
    """What the pattern of a 文号 took too much: 补贴在青政办发 → 补贴在."""
    cut = max((words.rfind(c) for c in _BEFORE), default=-1)
    return words[: cut + 1]


def _place(region: str) -> str:
    return "" if region == "全国" else re.sub(r"(?:省|市|自治区)$", "", region)


def _subject(title: str) -> str:
    """A title without its issuer, and without the paper that it carries out: 关于贯彻《…》建设…的意见 → 建设…的意见."""
    kept = re.sub(r"(?:贯彻|落实|实施|执行)+《[^》]*》", "", title)
    return _ISSUER.sub("", re.sub(r"[《》]", "", kept)) or title
