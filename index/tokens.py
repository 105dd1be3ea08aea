"""Chinese text → words for BM25 and for word overlap. Only this file imports the word segmenter."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import rjieba
from opencc import OpenCC

# Words that carry no content of a question; never removed from stored text.
STOP = frozenset(
    """
    的 了 和 与 及 或 是 在 有 为 对 把 被 让 给 到 从 向 由 于 以 等 也 都 就
    还 又 很 吗 呢 吧 啊 呀 嘛 么 什么 怎么 怎样 如何 哪些 哪个 哪里 哪 几 多少 多大
    是否 能否 可以 能 会 要 想 请问 请 我 你 他 她 它 我们 你们 他们 咱 咱们 这 那
    这个 那个 这些 那些 有没有 是不是 能不能 一下 一个 个 之 其 并 而 但 如果 因为 所以
    关于 方面 问题 情况 进行 具体 谁 该 里 中 上 下 时候 the a an of to in
    is are what how for and do does i we
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
_WORD = re.compile(r"[\u4e00-\u9fff]|[a-z0-9]")


def fold(text: str) -> str:
    """NFKC, lower case, traditional characters to simplified: the form in which words are compared."""
    return simplified(unicodedata.normalize("NFKC", text)).lower()


def words(text: str) -> list[str]:
    """Words of a text in order, long words also by their parts (search mode), punctuation dropped."""
    # “GDP2.5%” is a word and a figure; “C919” and “5G” stay whole.
    parted = re.sub(r"([a-z]{3,})(\d)", r"\1 \2", fold(text))
    return [w for w in rjieba.cut_for_search(parted) if _WORD.search(w)]


def content_words(text: str) -> list[str]:
    """Words that say what a text is about: no stop words."""
    return [w for w in words(text) if w not in STOP]


@lru_cache(maxsize=2)
def _converter(kind: str) -> OpenCC:
    return OpenCC(kind)


def traditional(text: str) -> str:
    """Simplified characters to traditional; other text unchanged."""
    return str(_converter("s2t").convert(text))


def mainland(text: str) -> str:
    """Words of Taiwan to those of the mainland, in simplified characters: 資訊 → 信息, 網際網路 → 互联网."""
    return str(_converter("tw2sp").convert(text))


def simplified(text: str) -> str:
    """Traditional characters to simplified; other text unchanged, half a surrogate pair (from JSON) to “?”."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return str(_converter("t2s").convert(whole)) if any("\u4e00" <= c <= "\u9fff" for c in whole) else whole
