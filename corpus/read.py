"""Files → raw text. Plain text and Markdown, in UTF-8, UTF-16 with a mark, or GB18030 (so also GBK)."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from corpus.records import CorpusError

SUFFIXES = (".txt", ".md")
_LARGEST = 20 * 1024 * 1024  # bytes; the longest Chinese statute is under 1 MiB


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    raw: str
    sha256: str
    encoding: str


def read(path: Path) -> Source:
    """Read one file.

    Raises:
        CorpusError: empty, too large, binary, of another type or of unknown encoding; the message says
            what to do.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise CorpusError(f"{path.name}：不支持 {path.suffix or '无扩展名'} 文件。请另存为 UTF-8 的 .txt 或 .md。")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path.name}：无法读取（{error.strerror}）。请检查文件是否存在、是否有读取权限。") from error
    if len(data) > _LARGEST:
        raise CorpusError(f"{path.name}：文件有 {len(data) >> 20} MiB，超过 20 MiB 上限。请拆成单个文件再放入。")
    text, encoding = _decode(path, data)
    if not text.strip().strip("\ufeff\u200b"):
        raise CorpusError(f"{path.name}：文件是空的（{len(data)} 字节）。请换成有正文的文件，或从文件夹中删除它。")
    return Source(path, text, hashlib.sha256(data).hexdigest(), encoding)


def _decode(path: Path, data: bytes) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"{path.name}：UTF-16 文件在第 {error.start + 1} 字节处损坏。请重新另存为 UTF-8 纯文本。"
            ) from error
    if b"\0" in data:
        raise CorpusError(
            f"{path.name}：含有 NUL 字节（第 {data.index(0) + 1} 字节），像是 Word、PDF 等二进制文件或没有标记的 UTF-16。"
            "请用原软件打开，另存为 UTF-8 纯文本。"
        )
    position = 0
    for encoding in ("utf-8-sig", "gb18030"):
        if encoding == "gb18030" and _is_damaged_utf8(data):  # GB18030 would read it too, as nonsense
            raise CorpusError(f"{path.name}：UTF-8 文件在第 {position + 1} 字节处损坏。请重新另存为 UTF-8 纯文本。")
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            position = error.start
            continue
        if encoding == "gb18030" and not _reads_as_chinese(text):
            raise CorpusError(f"{path.name}：按 GB18030 读出来不像中文，可能是 Big5 等其他编码。请另存为 UTF-8 纯文本。")
        return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise CorpusError(f"{path.name}：第 {position + 1} 字节处既不是 UTF-8 也不是 GB18030。请另存为 UTF-8 纯文本。")


def _reads_as_chinese(text: str) -> bool:
    """Most Chinese characters are among the 3,755 of GB 2312's first level; of misread bytes few are."""
    characters = [c for c in text if ord(c) > 0x7F and not unicodedata.category(c).startswith(("P", "S", "Z"))]
    common = sum(
        c.encode("gb2312", "replace")[:1] >= b"\xb0" and c.encode("gb2312", "replace")[:1] <= b"\xd7" for c in characters
    )
    return common >= 0.8 * len(characters)


def _is_damaged_utf8(data: bytes) -> bool:
    """True when all but a few bytes read as Chinese in UTF-8."""
    text = data.decode("utf-8", "replace")
    return len(re.findall(r"[\u3400-\u9fff]", text)) > 10 * text.count("\ufffd")
