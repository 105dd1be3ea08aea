import json
from dataclasses import replace

import pytest
from fakes import HashEncoder

from corpus import catalog
from corpus.clauses import clauses
from corpus.records import Note
from index import files
from index.errors import StaleIndexError
from index.search import open_index

REMEDY = "请运行：python -m index build"


def stale(message: str):
    """The message must name what is wrong and the command that mends it."""
    return pytest.raises(StaleIndexError, match=f"{message}.*{REMEDY}")


def rewrite(path, change):
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(change(manifest)), "utf-8")


def test_a_whole_index_is_accepted(settings, encoder, built):
    manifest = files.verify(built.folder, encoder.fingerprint, settings.corpus)
    assert manifest["counts"] == {"documents": 3, "clauses": built.clauses, "sentences": built.sentences}
    assert manifest["files"].keys() == {
        str(p.relative_to(built.folder)) for p in built.folder.rglob("*") if p.is_file() and p.name != files.MANIFEST
    }


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.unlink(), "索引缺少文件 {}"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "索引文件 {} 已损坏"),
        (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "索引文件 {} 已损坏"),
        (lambda path: path.write_bytes(b"\xff" + path.read_bytes()[1:]), "索引文件 {} 已损坏"),
        (lambda path: path.write_bytes(b""), "索引文件 {} 已损坏"),
    ],
    ids=["missing", "cut", "longer", "one byte", "empty"],
)
def test_damage_to_any_file_is_seen_and_the_file_named(settings, encoder, built, damage, message):
    names = files.verify(built.folder, None, settings.corpus)["files"]
    assert {"documents.jsonl", "clauses.jsonl", "searched.npy", "sentences.npy", "clauses.npy"} <= set(names)
    for name in names:
        path = built.folder / name
        whole = path.read_bytes()
        if not whole:
            continue
        damage(path)
        with stale(message.format(name)):
            open_index(settings, encoder)
        path.write_bytes(whole)
    assert len(open_index(settings, encoder).documents) == 3


def test_no_index_at_all(settings, encoder):
    with stale("还没有索引"):
        open_index(settings, encoder)


@pytest.mark.parametrize(
    ("content", "message"),
    [("build-gone", "索引不完整：.*build-gone 缺少 manifest.json"), ("", "索引不完整"), ("\0\0\0", "索引不完整")],
)
def test_a_damaged_pointer_to_the_current_build(settings, encoder, built, content, message):
    (settings.index / "current").write_text(content, "utf-8")
    with stale(message):
        open_index(settings, encoder)


def test_a_pointer_of_random_bytes(settings, encoder, built):
    (settings.index / "current").write_bytes(b"\xff\xfe\xfd")
    with stale("索引"):
        open_index(settings, encoder)


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', "null", "\ufeff"])
def test_a_damaged_manifest(settings, encoder, built, content):
    (built.folder / files.MANIFEST).write_text(content, "utf-8")
    with stale("索引的"):
        open_index(settings, encoder)


def test_a_build_without_manifest_is_not_whole(settings, encoder, built):
    (built.folder / files.MANIFEST).unlink()
    with stale("索引不完整：.* 缺少 manifest.json"):
        open_index(settings, encoder)


def test_another_format(settings, encoder, built):
    rewrite(built.folder / files.MANIFEST, lambda m: m | {"format": files.FORMAT + 1})
    with stale(f"索引的格式是第 {files.FORMAT + 1} 版，程序需要第 {files.FORMAT} 版"):
        open_index(settings, encoder)


def test_another_encoder(settings, built):
    with stale("索引是用向量模型 hash:1 建的，现在用的是 other:2"):
        open_index(settings, HashEncoder("other:2"))


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "qingshi-2021-3.txt").write_text("一、补贴对象\n老年人。\n", "utf-8"),
        lambda folder: (folder / "qingshi-2021-3.txt").unlink(),
        lambda folder: (folder / "qingshi-2021-3.txt").rename(folder / "qingshi.txt"),
        lambda folder: (folder / "new.txt").write_text("一、补贴对象\n老年人。\n", "utf-8"),
        lambda folder: (folder / "catalog.toml").write_text("", "utf-8"),
        lambda folder: (folder / "catalog.toml").unlink(),
    ],
    ids=["text", "removed", "renamed", "added", "catalogue", "no catalogue"],
)
def test_a_changed_corpus(settings, encoder, built, change):
    change(settings.corpus)
    with stale(f"语料（{settings.corpus}）或读取规则在建索引之后有改动"):
        open_index(settings, encoder)


def test_a_hidden_file_and_a_new_date_change_nothing(settings, encoder, built):
    (settings.corpus / ".DS_Store").write_bytes(b"x")
    (settings.corpus / "qingshi-2021-3.txt").touch()
    assert len(open_index(settings, encoder).documents) == 3


def test_changed_reading_rules(settings, encoder, built, monkeypatch):
    monkeypatch.setattr(files, "_reader_hash", lambda: "another splitter")
    with stale("读取规则在建索引之后有改动"):
        open_index(settings, encoder)


def test_a_corpus_that_went_away_is_named(settings, encoder, built):
    for path in settings.corpus.iterdir():
        path.unlink()
    with pytest.raises(StaleIndexError, match=r"无法核对语料：语料文件夹里没有.*请放入"):
        open_index(settings, encoder)


def test_saved_and_loaded_documents_and_clauses_are_equal(settings, tmp_path):
    (settings.corpus / "无日期 办法.md").write_text(
        '# 试行办法\r\n\r\n第一条 称\u2028“甲"乙\\丙\t丁”的，按𠮷林、㐂县办理。\r\n第二条 施行。\r\n', "utf-8", newline=""
    )
    documents = catalog.load(settings.corpus)
    documents[0] = replace(documents[0], supersedes=("江政发〔2010〕1号",), notes=(*documents[0].notes, Note(0, 3, "存疑")))
    found = [c for d in documents for c in clauses(d)]
    assert {d.issued is None for d in documents} == {True, False}
    assert any(c.shared for c in found)
    assert any(c.columns for c in found)
    files.write_documents(tmp_path, documents)
    files.write_clauses(tmp_path, found)
    loaded = files.read_documents(tmp_path)
    again = files.read_clauses(tmp_path, loaded)
    # The log of repairs is the one thing that answers do not need.
    assert loaded == [replace(d, edits=()) for d in documents]
    assert again == [replace(c, document=replace(c.document, edits=())) for c in found]
    assert [(c.id, c.text, c.reading, c.citation, c.notes) for c in again] == [
        (c.id, c.text, c.reading, c.citation, c.notes) for c in found
    ]


def test_the_pointer_is_moved_in_one_step(tmp_path):
    for name in ("build-1", "build-2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / files.MANIFEST).write_text("{}", "utf-8")
        files.switch(tmp_path, tmp_path / name)
        assert files.current(tmp_path) == tmp_path / name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["build-1", "build-2", "current"]
