"""The files of one index, and the manifest that proves they are whole and fit the corpus and the encoder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import corpus as corpus_package
from corpus import catalog
from corpus.records import Address, Clause, CorpusError, Document, Note
from index.errors import StaleIndexError, reason

FORMAT = 2
MANIFEST = "manifest.json"
_NO_READERS = ("__main__", "measure", "facts")
"""Modules of `corpus` whose names begin so do not decide what the clauses are."""
_REBUILD = "请运行：python -m index build（或 make index）。"


def corpus_hash(folder: Path) -> str:
    """Of the corpus files' bytes, their names, the catalogue, and the code that reads them.

    Raises:
        CorpusError: when a file cannot be read.
    """
    extra = folder / catalog.CATALOG
    return digest_of([*catalog.paths(folder), *([extra] if extra.exists() else [])])


def digest_of(paths: Sequence[Path]) -> str:
    """Of files' names and bytes, and of the code that reads them.

    Raises:
        CorpusError: when a file cannot be read.
    """
    digest = hashlib.sha256(_reader_hash().encode())
    for path in paths:
        try:
            digest.update(f"{path.name}:{_sha256(path)};".encode())
        except OSError as error:
            raise CorpusError(f"{path.name}：无法读取（{reason(error)}）。请检查文件是否存在、是否有读取权限。") from error
    return digest.hexdigest()


def _reader_hash() -> str:
    """A changed splitter or segmenter makes an index stale just as a changed document does."""
    sources = [
        *sorted(Path(corpus_package.__path__[0]).glob("*.py")),
        *(Path(__file__).parent / f"{n}.py" for n in ("tokens", "passages", "lists")),
    ]
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources if not p.name.startswith(_NO_READERS))).hexdigest()


def write_documents(folder: Path, documents: Sequence[Document]) -> None:
    skipped = {"edits"}
    rows = [{f.name: getattr(d, f.name) for f in fields(d) if f.name not in skipped} for d in documents]
    for row in rows:
        row["issued"] = row["issued"].isoformat() if row["issued"] else None
        row["notes"] = [(n.start, n.end, n.text) for n in row["notes"]]
    _write_lines(folder / "documents.jsonl", rows)


def read_documents(folder: Path) -> list[Document]:
    out = []
    for row in _read_lines(folder / "documents.jsonl"):
        row["issued"] = date.fromisoformat(row["issued"]) if row["issued"] else None
        row["notes"] = tuple(Note(*n) for n in row["notes"])
        row["provenance"] = tuple((a, b) for a, b in row["provenance"])
        row["supersedes"] = tuple(row["supersedes"])
        out.append(Document(**row))
    return out


def write_clauses(folder: Path, clauses: Sequence[Clause]) -> None:
    _write_lines(
        folder / "clauses.jsonl",
        [
            {
                "document": c.document.id,
                "address": c.address.labels,
                "headings": c.headings,
                "kind": c.kind,
                "span": (c.start, c.end),
                "columns": c.columns,
                "shared": c.shared,
            }
            for c in clauses
        ],
    )


def read_clauses(folder: Path, documents: Sequence[Document]) -> list[Clause]:
    by_id = {d.id: d for d in documents}
    return [
        Clause(
            document=by_id[row["document"]],
            address=Address(tuple(row["address"])),
            headings=tuple(row["headings"]),
            kind=row["kind"],
            start=row["span"][0],
            end=row["span"][1],
            columns=tuple((h, c) for h, c in row["columns"]),
            shared=tuple((s, e) for s, e in row["shared"]),
        )
        for row in _read_lines(folder / "clauses.jsonl")
    ]


def write_manifest(folder: Path, encoder: str, corpus_digest: str, counts: dict[str, int]) -> None:
    """Last of all: its presence means that the build is whole."""
    manifest = {
        "format": FORMAT,
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "encoder": encoder,
        "corpus": corpus_digest,
        "counts": counts,
        "files": {str(p.relative_to(folder)): _sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()},
    }
    part = folder / f"{MANIFEST}.part"
    part.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    os.replace(part, folder / MANIFEST)


def switch(index: Path, folder: Path) -> None:
    """Make `folder` the current build, in one step."""
    part = index / "current.part"
    part.write_text(folder.name, "utf-8")
    os.replace(part, index / "current")


def current(index: Path) -> Path:
    """The folder of the current build.

    Raises:
        StaleIndexError: when there is none.
    """
    try:
        folder = index / (index / "current").read_text("utf-8").strip()
    except (OSError, ValueError):
        raise StaleIndexError(f"还没有索引（{index}）。{_REBUILD}") from None
    if not (folder / MANIFEST).exists():
        raise StaleIndexError(f"索引不完整：{folder} 缺少 {MANIFEST}。{_REBUILD}")
    return folder


def verify(folder: Path, encoder: str | None, corpus: Path | str) -> dict[str, Any]:
    """The manifest, after checking every file, the encoder and the corpus (its folder, or its digest).

    Raises:
        StaleIndexError: saying what is wrong and which command mends it.
    """
    try:
        manifest: dict[str, Any] = dict(json.loads((folder / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise StaleIndexError(f"索引的 {MANIFEST} 读不出来。{_REBUILD}") from None
    if manifest.get("format") != FORMAT:
        raise StaleIndexError(f"索引的格式是第 {manifest.get('format')} 版，程序需要第 {FORMAT} 版。{_REBUILD}")
    for name, digest in manifest["files"].items():
        path = folder / name
        if not path.exists():
            raise StaleIndexError(f"索引缺少文件 {name}。{_REBUILD}")
        if _sha256(path) != digest:
            raise StaleIndexError(f"索引文件 {name} 已损坏（校验和不符）。{_REBUILD}")
    if encoder is not None and manifest["encoder"] != encoder:
        raise StaleIndexError(f"索引是用向量模型 {manifest['encoder']} 建的，现在用的是 {encoder}。{_REBUILD}")
    try:
        changed = (corpus if isinstance(corpus, str) else corpus_hash(corpus)) != manifest["corpus"]
    except CorpusError as error:
        raise StaleIndexError(f"无法核对语料：{error}") from None
    if changed:
        raise StaleIndexError(f"语料（{corpus}）或读取规则在建索引之后有改动，旧索引不能再用。{_REBUILD}")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
