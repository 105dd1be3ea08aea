"""A folder of files + catalog.toml → Documents.

What the catalogue does not say is read from the text itself by rule, and the provenance of each field tells
which. A document needs no catalogue entry: a user may simply drop a file into the folder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from corpus import read
from corpus.outline import outline
from corpus.records import CorpusError, Document, Level, Note
from corpus.repair import fold, repair

CATALOG = "catalog.toml"
_FIELDS = {
    "id", "file", "title", "number", "issuer", "issued", "year", "level", "region", "status", "supersedes",
    "read_from", "note",
}  # fmt: skip
_LEVELS = ("国家", "省", "市", "县", "未知")
_STATUSES = ("现行有效", "已修改", "已废止", "未知")
_NUMBER = re.compile(r"([\u4e00-\u9fff]{1,12}?)[〔\[（(［](\d{4})[〕\]）)］] ?(?:第)?(\d{1,4})号")
_DATE = re.compile(r"((?:19|20)\d{2})[年.-](\d{1,2})[月.-](\d{1,2})日?")
_PROVINCE = re.compile(
    r"(北京|天津|上海|重庆)市|(河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    r"|陕西|甘肃|青海|台湾)省|(内蒙古|广西|西藏|宁夏|新疆)(?:[壮回维吾尔]*族?自治区)"
)
_KIND_WORD = re.compile(r"(意见|办法|通知|规划|纲要|方案|条例|规定|决定|细则|措施|公告|法|政策|计划|指南)(?:（[^）]*）)?\Z")


def paths(folder: Path) -> list[Path]:
    """The document files of a corpus folder, sorted by name.

    Raises:
        CorpusError: when the folder is missing or holds no document.
    """
    if not folder.is_dir():
        raise CorpusError(f"找不到语料文件夹：{folder}。请检查路径，或用 --corpus 指定。")
    found = sorted(p for p in folder.iterdir() if p.is_file() and _is_document(p))
    if not found:
        raise CorpusError(f"语料文件夹里没有 .txt 或 .md 文件：{folder}。请放入文件（Word、PDF 请先另存为 UTF-8 的 .txt）。")
    return found


def passed_over(folder: Path) -> list[Path]:
    """What lies in a corpus folder and is not read: other file types and subfolders; hidden and lock files apart."""
    others = (p for p in folder.iterdir() if not p.name.startswith((".", "~$")) and p.name != CATALOG)
    return sorted(p for p in others if p.is_dir() or not _is_document(p))


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in read.SUFFIXES and not path.name.startswith((".", "~$"))


def load(folder: Path) -> list[Document]:
    """All documents of a folder, in catalogue order, then by file name.

    Raises:
        CorpusError: on the first unusable file or catalogue entry.
    """
    entries = _entries(folder)
    files = {p.name: p for p in paths(folder)}
    for name in entries.keys() - files.keys():
        raise CorpusError(f"{CATALOG} 提到的文件不存在：{name}。请补上文件，或删去这一条。")
    order = [*(n for n in entries if n in files), *(n for n in files if n not in entries)]
    documents = [_document(files[name], entries.get(name, {})) for name in order]
    seen: dict[str, str] = {}
    for name, document in zip(order, documents, strict=True):
        if document.id in seen:
            raise CorpusError(f"两份文件的 id 相同（{document.id}）：{seen[document.id]} 和 {name}。请在 {CATALOG} 中改其一。")
        seen[document.id] = name
    return documents


def _entries(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / CATALOG
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path.name} 格式有误：{error}。请按 TOML 语法改正。") from error
    if table.keys() - {"document"} or not isinstance(table.get("document", []), list):
        raise CorpusError(
            f"{path.name}：不认识的段落 {', '.join(sorted(table.keys() - {'document'})) or '[document]'}，只能有 [[document]]。"
        )
    entries: dict[str, dict[str, Any]] = {}
    for entry in table.get("document", []):
        unknown = entry.keys() - _FIELDS
        name = entry.get("file")
        if unknown or not isinstance(name, str):
            what = f"不认识的字段 {', '.join(sorted(unknown))}" if unknown else "缺少 file"
            raise CorpusError(f"{path.name}：条目 {entry.get('id', name)} {what}。可用字段：{', '.join(sorted(_FIELDS))}。")
        if name in entries:
            raise CorpusError(f"{path.name}：文件 {name} 写了两条。请合并为一条。")
        entries[name] = entry
    return entries


def _document(path: Path, entry: dict[str, Any]) -> Document:
    source = read.read(path)
    text, edits = repair(source.raw)
    if fold(source.raw) != fold(text):
        raise CorpusError(f"{path.name}：整理文字时内容有增减，已停止。请把这份文件发给维护者。")
    guessed = _guess(path, text)
    fields = {k: entry.get(k, v[0]) for k, v in guessed.items()}
    origin = dict(entry.get("read_from", {}))
    provenance = tuple((k, origin.get(k, CATALOG if k in entry else v[1])) for k, v in guessed.items())
    _check(path, fields)
    issued: date | None = fields["issued"]
    return Document(
        id=fields["id"],
        title=fields["title"],
        number=normal_number(fields["number"]),
        issuer=fields["issuer"],
        issued=issued,
        year=fields["year"] or (issued.year if issued else None),
        level=fields["level"],
        region=fields["region"],
        status=fields["status"],
        supersedes=tuple(fields["supersedes"]),
        source=path.name,
        sha256=source.sha256,
        text=text,
        notes=tuple(_notes(path, text, entry.get("note", []))),
        provenance=provenance,
        edits=edits,
        encoding=source.encoding,
    )


def normal_number(number: str) -> str:
    """文号 with 〔〕 and no blanks: 中发[2016]7号 → 中发〔2016〕7号; other text unchanged."""
    match = _NUMBER.fullmatch(number.strip())
    return f"{match[1]}〔{match[2]}〕{match[3]}号" if match else number.strip()


def _check(path: Path, fields: dict[str, Any]) -> None:
    for field in ("id", "title", "number", "issuer", "level", "region", "status"):
        if not isinstance(fields[field], str):
            raise CorpusError(f"{CATALOG}：{path.name} 的 {field} 应是加引号的文字，现在是 {fields[field]!r}。")
    if not isinstance(fields["supersedes"], list | tuple) or not isinstance(fields["year"], int | None):
        raise CorpusError(f'{CATALOG}：{path.name} 的 supersedes 应是列表，如 ["…"]；year 应是整数，如 2017。')
    for field, allowed in (("level", _LEVELS), ("status", _STATUSES)):
        if fields[field] not in allowed:
            raise CorpusError(f"{CATALOG}：{path.name} 的 {field} 写作“{fields[field]}”，只能是：{'、'.join(allowed)}。")
    if not re.fullmatch(r"[\w.-]+", fields["id"]):
        raise CorpusError(f"{CATALOG}：{path.name} 的 id “{fields['id']}”含有空格或符号，只能用文字、数字、-、_、.。")
    if fields["issued"] is not None and not isinstance(fields["issued"], date):
        raise CorpusError(f"{CATALOG}：{path.name} 的 issued 应写成日期，如 2017-03-01（不加引号）。")


def _notes(path: Path, text: str, entries: list[dict[str, str]]) -> Iterator[Note]:
    for entry in entries:
        quote, note = entry.get("quote", ""), entry.get("note", "")
        count = text.count(quote) if quote else 0
        if count != 1 or not note:
            raise CorpusError(
                f"{CATALOG}：{path.name} 的注“{quote}”在正文中出现 {count} 次，应恰好一次。请把 quote 写长一些，并写明 note。"
            )
        start = text.index(quote)
        yield Note(start, start + len(quote), note)


def _guess(path: Path, text: str) -> dict[str, tuple[Any, str]]:
    """(value, where from) of every field, read from the text alone."""
    children = outline(text).children
    front = [line.strip("# ").strip() for n in children if n.kind == "front" for line in text[n.start : n.end].split("\n")]
    closing = [line.strip() for n in children if n.kind == "closing" for line in text[n.start : n.end].split("\n")]
    head = "\n".join(front)
    number = _NUMBER.search(head)
    title = _guess_title(front) or path.stem
    dated = _DATE.search("\n".join(closing)) or _DATE.search(head)
    issuer = _guess_issuer(title, closing)
    level, region = _guess_place(issuer + title)
    issued = None
    if dated:
        try:
            issued = date(*map(int, dated.groups()))
        except ValueError:
            issued = None
    nowhere = "文件中没有找到"
    return {
        "id": (re.sub(r"[^\w.-]+", "-", path.stem).strip("-") or "document", "文件名"),
        "title": (title, "文首" if _guess_title(front) else "文件名"),
        "number": (f"{number[1]}〔{number[2]}〕{number[3]}号" if number else "", "文首" if number else nowhere),
        "issuer": (issuer, "标题或落款" if issuer else nowhere),
        "issued": (issued, "文首或落款" if issued else nowhere),
        "year": (int(number[2]) if number and not issued else None, "文号" if number else nowhere),
        "level": (level, "发文机关" if level != "未知" else nowhere),
        "region": (region, "发文机关" if region else nowhere),
        "status": ("未知", nowhere),
        "supersedes": ((), nowhere),
    }


def _guess_title(front: list[str]) -> str:
    """The last front line that ends like a title, with the line before it when the title runs over two."""
    for number in range(len(front) - 1, -1, -1):
        if _KIND_WORD.search(front[number]) and not _NUMBER.search(front[number]):
            whole = front[number]
            before = front[number - 1] if number else ""
            broken = "关于" not in whole and "关于" in before and not _KIND_WORD.search(before)
            return before + whole if broken else whole
    return next((line for line in front if line and not _NUMBER.search(line) and not _DATE.search(line)), "")


def _guess_issuer(title: str, closing: list[str]) -> str:
    for line in closing:
        if line and not _DATE.search(line) and not line.startswith(("（", "(")):
            return line
    match = re.match(r"(.{2,30}?)(?:关于|印发)", title)
    return match[1] if match and not match[1].startswith(("《", "“")) else ""


def _guess_place(words: str) -> tuple[Level, str]:
    province = _PROVINCE.search(words)
    region = province.group() if province else ""
    city = re.search(r"([\u4e00-\u9fff]{2,4}?)(市|自治州|盟)(?=人民政府|委|政府)", words)
    county = re.search(r"([\u4e00-\u9fff]{2,4}?)(县|区)(?=人民政府|委|政府)", words)
    if county:
        return "县", region + county.group()
    if city and not re.match(r"北京|天津|上海|重庆", city.group()):
        return "市", region + city.group()
    if province:
        return "省", region
    if re.search(r"中共中央|国务院|中华人民共和国|国家|全国人民代表大会|[\u4e00-\u9fff]部", words):
        return "国家", "全国"
    return "未知", ""
