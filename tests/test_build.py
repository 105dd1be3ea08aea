import errno
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEncoder

from corpus import catalog
from corpus.clauses import clauses
from corpus.records import CorpusError
from index import cache, files
from index.build import build
from index.errors import BuildError
from index.lists import group_passage, groups
from index.passages import passage, sentence_passages
from index.search import open_index

QUESTION = "护理补贴是多少？"
COUNTY = "qingshi-2021-3.txt"


def passages(folder: Path) -> list[str]:
    """All texts that an index of the folder holds, by their definition."""
    found = [c for d in catalog.load(folder) for c in clauses(d) if c.kind != "heading"]
    return [passage(c) for c in found] + [text for c in found for _, text in sentence_passages(c)]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".lock"}


def edit(settings, old: str, new: str) -> None:
    path = settings.corpus / COUNTY
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_what_a_build_reports_is_what_the_corpus_holds(settings, encoder, built):
    found = [c for d in catalog.load(settings.corpus) for c in clauses(d)]
    texts = passages(settings.corpus)
    assert (built.documents, built.clauses) == (3, len(found))
    lists = [group_passage(g, found) for g in groups(found)]
    assert built.embedded == encoder.embedded == len({*texts, *lists})
    assert built.sentences == len(texts) - sum(c.kind != "heading" for c in found)
    assert built.folder == files.current(settings.index)


def test_nothing_is_embedded_again_when_nothing_changed(settings, built):
    again = HashEncoder()
    assert build(settings, again, progress=False).embedded == again.embedded == 0


def test_only_changed_passages_are_embedded_again(settings, built):
    edit(settings, "高龄津贴100元", "高龄津贴120元")
    again = HashEncoder()
    assert build(settings, again, progress=False).embedded == 1
    ((text,),) = again.batches
    assert text.endswith("（一）年满80周岁的老年人，每人每月发放高龄津贴120元。")
    hit = open_index(settings, again).search("高龄津贴", 1)[0]
    assert "120元" in hit.clause.text


def test_two_builds_of_one_corpus_have_equal_files(settings, built):
    before = snapshot(built.folder)
    after = snapshot(build(settings, HashEncoder(), progress=False).folder)
    for data in (before, after):
        data.pop(files.MANIFEST)  # it holds the time
    assert before == after


def test_an_interrupted_build_goes_on_and_the_old_index_answers_meanwhile(settings, encoder, built, monkeypatch):
    monkeypatch.setattr(cache, "_CHUNK", 8)
    expected = open_index(settings, encoder).search(QUESTION)
    before = snapshot(settings.index)
    with pytest.raises(KeyboardInterrupt):
        build(settings, HashEncoder("hash:2", fail_after=30), progress=False)
    assert snapshot(settings.index) == before
    assert open_index(settings, encoder).search(QUESTION) == expected
    second = HashEncoder("hash:2")
    assert (
        build(settings, second, progress=False).embedded == second.embedded == built.embedded - 24
    )  # three chunks of 8 were kept
    assert files.current(settings.index) != built.folder
    assert [h.clause.id for h in open_index(settings, second).search(QUESTION)] == [h.clause.id for h in expected]


@pytest.mark.parametrize(
    "step",
    [
        "numpy.savez",
        "numpy.save",
        "index.lexical.Lexical.save",
        "index.vectors.VectorIndex.save",
        "index.files.write_documents",
        "index.files.write_manifest",
        "index.files.switch",
    ],
)
def test_a_full_disk_at_any_step_leaves_the_old_index(settings, encoder, built, monkeypatch, step):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "/disk/file")

    expected = open_index(settings, encoder).search(QUESTION)
    before = snapshot(settings.index)
    with monkeypatch.context() as patch:
        patch.setattr(step, refuse)
        with pytest.raises(
            BuildError, match=r"写入 /disk/file 失败：磁盘已满。原有的索引没有改动；.*再运行 python -m index build"
        ):
            build(settings, HashEncoder("hash:2"), progress=False)
    assert snapshot(settings.index) == before
    assert [p.name for p in settings.index.glob("build-*")] == [built.folder.name]
    assert open_index(settings, encoder).search(QUESTION) == expected
    assert build(settings, HashEncoder("hash:2"), progress=False).folder != built.folder


LIMITED = """
import resource, sys
from pathlib import Path
from fakes import HashEncoder
from index.build import build
from index.errors import BuildError
from index.settings import IndexSettings
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    build(IndexSettings(*map(Path, sys.argv[1:])), HashEncoder(), progress=False)
except BuildError as error:
    sys.stdout.buffer.write(str(error).encode())
"""


@pytest.mark.parametrize("cached", [True, False], ids=["index files", "cache files"])
def test_the_operating_system_refuses_to_write(settings, encoder, built, tmp_path, cached):
    """Through the kernel: a file of more than 20,000 bytes cannot be written, and numpy loses the error number."""
    edit(settings, "高龄津贴100元", "高龄津贴120元")
    home = settings.home if cached else tmp_path / "other home"
    before = snapshot(settings.index)
    root = Path(__file__).parent.parent
    child = [sys.executable, "-c", LIMITED, home, settings.corpus, settings.index]
    environment = {"PYTHONPATH": f"{root}:{root / 'tests'}", "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(child, capture_output=True, env=environment, check=False, cwd=tmp_path)
    said = done.stdout.decode()
    assert "原有的索引没有改动" in said, done.stderr.decode()
    assert "再运行 python -m index build" in said
    assert ("没有写完" if cached else "文件超过了系统允许的大小") in said
    assert snapshot(settings.index) == before


def test_a_second_build_at_once_is_refused(settings):
    refused = []

    class Slow(HashEncoder):
        def passages(self, texts):
            if not refused:
                with ThreadPoolExecutor(1) as pool:
                    refused.append(pool.submit(build, settings, HashEncoder(), False).exception())
            return super().passages(texts)

    build(settings, Slow(), progress=False)
    assert isinstance(refused[0], BuildError)
    assert str(refused[0]).startswith(f"另一个程序正在建立这个索引（{settings.index}）。请等它结束后再试。")
    assert len(open_index(settings, HashEncoder()).documents) == 3


def test_the_switch_comes_when_the_new_index_is_whole(settings, built, monkeypatch):
    seen = []
    switch = files.switch

    def watch(index, folder):
        files.verify(folder, "hash:2", settings.corpus)
        seen.append(files.current(index))
        switch(index, folder)

    monkeypatch.setattr(files, "switch", watch)
    new = build(settings, HashEncoder("hash:2"), progress=False)
    assert seen == [built.folder]
    assert files.current(settings.index) == new.folder != built.folder


def test_old_and_half_built_folders_are_removed(settings, built):
    half = settings.index / "build-0"
    half.mkdir()
    (half / "clauses.npy").write_bytes(b"half")
    new = build(settings, HashEncoder(), progress=False)
    assert list(settings.index.glob("build-*")) == [new.folder]


def test_an_opened_index_outlives_the_next_build(settings, encoder, built):
    opened = open_index(settings, encoder)
    expected = opened.search(QUESTION)
    edit(settings, "200元", "300元")
    build(settings, HashEncoder(), progress=False)
    assert opened.search(QUESTION) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "语料文件夹里没有"),
        ({"题.txt": "附件1 申请表\n附件2 承诺书\n"}, "没有可以回答问题的条款（只有标题）"),
        ({"空.txt": ""}, "空.txt：文件是空的"),
        ({"表.docx": "PK"}, "语料文件夹里没有 .txt 或 .md 文件.*另存为"),
        ({"甲.txt": "\0\1"}, "甲.txt：含有 NUL 字节"),
    ],
)
def test_an_unusable_corpus_is_told_and_the_old_index_stays(settings, built, tmp_path, content, message):
    other = tmp_path / "other"
    other.mkdir()
    for name, text in content.items():
        (other / name).write_text(text, "utf-8")
    before = snapshot(settings.index)
    with pytest.raises(CorpusError, match=message):
        build(replace(settings, corpus=other), HashEncoder(), progress=False)
    assert snapshot(settings.index) == before


def test_a_missing_corpus_folder_is_named(settings, tmp_path):
    with pytest.raises(CorpusError, match=r"找不到语料文件夹：.*nowhere"):
        build(replace(settings, corpus=tmp_path / "nowhere"), HashEncoder(), progress=False)


def test_a_corpus_of_single_sentences_has_no_sentence_vectors_and_answers(settings, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "甲.txt").write_text("第一条 对护理员给予奖励。\n第二条 对机构给予补贴。\n", "utf-8")
    small = replace(settings, corpus=other)
    assert build(small, HashEncoder(), progress=False).sentences == 0
    found = open_index(small, HashEncoder()).search("对机构给予补贴", 5)
    assert [str(h.clause.address) for h in found] == ["第二条", "第一条"]
    assert np.isclose(found[0].sentences[0].score, found[0].similarity)


def test_an_index_folder_that_cannot_be_made_is_a_build_error(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BuildError, match=r"写入 .*原有的索引没有改动"):
        build(replace(settings, index=tmp_path / "file" / "index"), HashEncoder(), progress=False)
