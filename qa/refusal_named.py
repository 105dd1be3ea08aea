"""What a question takes for given and the corpus does not have: a document, an article of one, another country's rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus import lookup, numerals
from corpus.records import Document, titled
from index.search import Hit
from index.tokens import content_words, fold

_TITLE = re.compile(r"《([^》]{2,60})》")
_NUMBERED = re.compile(
    r"[\u4e00-\u9fff]{0,8}[〔\[（(［](?:19|20)\d{2}[〕\]）)］] ?(?:第)?\d{1,4}号(?:文件?)?|(?<![\d年月])\d{1,4}号文件?"
)
_SAME_TITLE = 0.6
"""Share of the words of a title as typed that a document's title must hold to be meant by it."""
_CN = f"[{numerals.CHARACTERS}]{{1,6}}"
_ARTICLE = re.compile(rf"第(?P<number>{_CN}|\d{{1,3}})(?P<kind>[条章节篇])(?!创新链|战线|路)")
_LAW = re.compile(
    rf"(?P<law>(?![这那本该])[\u4e00-\u9fff]{{2,16}}(?:(?<!办)法(?!律)|(?<!这部)(?<!该)条例))(?:的|里|中)?第(?:{_CN}|\d{{1,3}})条"
)
"""A law by its name without 《》, of which an article is asked."""
_LABEL = re.compile(rf"^\s*(?:第|[（(])?\s*(?P<number>{_CN}|\d{{1,3}})\s*[条章节篇）)、.．]", re.MULTILINE)
_COUNTRY = (
    "美国|日本|韩国|德国|英国|法国|意大利|俄罗斯|印度|加拿大|澳大利亚|澳洲|新西兰|新加坡|马来西亚|泰国|越南|印度尼西亚|印尼|菲律宾|以色列|瑞士|瑞典|荷兰|西班牙"
    "|巴西|墨西哥|南非|迪拜|阿联酋|沙特|欧盟|欧洲"
)
_ABROAD = re.compile(
    rf"(?P<place>{_COUNTRY})(?:政府|联邦|当地|各州|那边|本土|国内|(?:的|对|给|在)[^，。？?]{{0,14}}(?:政策|法律|法规|规定|补贴|补助|税|制度|待遇|签证|移民))"
    rf"|(?:^|[，,。])(?:请问|那|想问)?(?:在|去|到)(?P<there>{_COUNTRY})[^，。？?]{{0,8}}(?:注册|开公司|办公司|申请|报税|交税|纳税|移民|创业)"
    rf"|(?<![和与跟同对向、])(?P<theirs>{_COUNTRY})(?![^，。？?]{{0,6}}合作)(?:[^，。？?]{{0,10}}有(?:哪些|什么)(?:主要)?(?:目标|战略|计划|做法|标准|要求|经验)|[^，。？?]{{0,10}}的(?:主要)?(?:目标|战略|计划|标准|要求|做法)(?:是|有)(?:什么|哪))"
    rf"|(?P<home>{_COUNTRY})的?(?:初创|本土|当地|中小|小微)?(?:企业|公司|居民|创业者|大学生)[^，。？?]{{0,16}}(?:税|补贴|补助|贷款|签证|工资|政策)"
)
_HOME = re.compile(r"我国|中国|国家|国内(?!企业)|咱们?国")


def absent_document(question: str, documents: Sequence[Document]) -> str:
    """The 《title》 or 文号 in a question that no document bears and none speaks of; empty when one of those named is here."""
    missing = []
    for name, title in _names(question):
        if lookup.named_documents(documents, name) or any(lookup.named_documents([d], name) for d in documents):
            return ""
        if title and any(_same(title, d.title) for d in documents):
            return ""
        bare = fold(title or name.removesuffix("件").removesuffix("文"))
        if any(bare in fold(d.text) for d in documents) and not _ARTICLE.search(question):
            return ""
        missing.append(name)
    return "、".join(dict.fromkeys(missing))


def _names(question: str) -> list[tuple[str, str]]:
    """(as typed, title without its marks or empty) of every document that a question names."""
    titles = [(m.group(), m[1]) for m in _TITLE.finditer(question)]
    bare = _TITLE.sub("", question)
    laws = [(m["law"], m["law"]) for m in _LAW.finditer(bare)]
    return titles + laws + [(m.group(), "") for m in _NUMBERED.finditer(bare)]


def _same(title: str, other: str) -> bool:
    words, held = dict.fromkeys(content_words(title)), set(content_words(other))
    return bool(words) and sum(w in held for w in words) >= _SAME_TITLE * len(words)


def absent_article(question: str, documents: Sequence[Document], hits: Sequence[Hit]) -> str:
    """“第九十九条” of the one document that a question names, when no line of it begins with that number; else empty."""
    named = lookup.named_documents(documents, question)
    wanted = _ARTICLE.search(_TITLE.sub("", question))
    if len(named) != 1 or not wanted or any("address" in hit.ranks for hit in hits):
        return ""
    value = numerals.parse(wanted["number"])
    if any(numerals.parse(label["number"]) == value for label in _LABEL.finditer(named[0].text)):
        return ""
    return f"{titled(named[0].title)}{wanted.group()}"


def abroad(question: str, hits: Sequence[Hit]) -> str:
    """A country or region abroad whose own rules are asked for, and that no hit speaks of; else empty."""
    match = _ABROAD.search(question)
    place = next((found for found in match.groupdict().values() if found), "") if match else ""
    if not place or _HOME.search(question) or any(place in hit.clause.text for hit in hits):
        return ""
    return place
