"""Models that are made from a fetched one and a shipped file: made once, and again when the shipped file changed."""

import errno
import fnmatch
import json
import sys
import tomllib
import types
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from wheels import NAME, WHOLE, Site

import index
from index import models, tuned, weights
from index.errors import WeightsError
from index.settings import DEFAULT_ENCODER
from index.weights import MARKER, Weights

ENCODER, AGAIN = "demo-tuned", "demo-tuned-again"


class Convert:
    """Stands in for index.convert: writes base + shipped file, and notes what it was asked for."""

    def __init__(self) -> None:
        self.made: list[str] = []
        """The base of each model."""
        self.during = lambda _: None

    def tuned_encoder(self, base: Path, file: str, target: Path) -> None:
        self.made.append(base.name)
        (target / "layers").mkdir()
        (target / "layers" / "half").write_bytes(b"half")
        self.during(target)
        data = b"".join((base / name).read_bytes() for name in ("model.gguf", "model.bin") if (base / name).exists())
        (target / "model.bin").write_bytes(data + tuned.FOLDER.joinpath(file).read_bytes())


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def convert(monkeypatch):
    stand_in = Convert()
    module = types.SimpleNamespace(tuned_encoder=stand_in.tuned_encoder)
    monkeypatch.setitem(sys.modules, "index.convert", module)
    monkeypatch.setattr(index, "convert", module, raising=False)
    return stand_in


@pytest.fixture
def site(tmp_path, monkeypatch, convert):
    """The wheels of the base, an encoder made from it, and another one made from that."""
    site = Site(tmp_path / "site", monkeypatch)
    monkeypatch.setattr(tuned, "FOLDER", tmp_path / "tuned")
    ship(one=b"one", two=b"two")

    def made(name, base, file):
        return Weights(name, "encoder", "MIT", "示例", "", 0, tuned.digest(file), (), None, "", base, file)

    monkeypatch.setattr(
        weights,
        "pinned",
        lambda: {
            NAME: site.entry,
            ENCODER: made(ENCODER, NAME, "one"),
            AGAIN: made(AGAIN, ENCODER, "two"),
        },
    )
    return site


def ship(**files):
    tuned.FOLDER.mkdir(exist_ok=True)
    for name, data in files.items():
        (tuned.FOLDER / name).write_bytes(data)


def fetch(home, name, source=None):
    """What was said."""
    said: list[str] = []
    assert weights.fetch(home, name, source, said.append) == home / "models" / name
    return said


def stored(home, name):
    return (weights.require(home, name) / "model.bin").read_bytes()


# --- made --------------------------------------------------------------------


def test_the_base_is_fetched_and_the_model_made_of_it(site, home, convert):
    said = fetch(home, ENCODER)
    assert convert.made == [NAME]
    assert stored(home, ENCODER) == WHOLE + b"one"
    assert weights.is_complete(home, NAME)
    assert site.asked == ["demo-part1", "demo-part2", "demo-part3"]
    assert [line.split("（")[0] for line in said if not line.startswith(" ")] == [f"获取 {NAME}", f"生成 {ENCODER}"]


def test_a_model_of_a_model_is_made_link_by_link(site, home, convert):
    fetch(home, AGAIN, site.folder)
    assert convert.made == [NAME, ENCODER]
    assert stored(home, AGAIN) == WHOLE + b"one" + b"two"
    assert site.asked == []  # the base came from the folder
    assert all(weights.is_complete(home, name) for name in (NAME, ENCODER, AGAIN))


def test_what_is_there_is_not_made_again(site, home, convert):
    fetch(home, ENCODER, site.folder)
    assert fetch(home, ENCODER) == []
    fetch(home, AGAIN)
    assert convert.made == [NAME, ENCODER]


def test_the_base_is_needed_only_to_make_it(site, home):
    fetch(home, ENCODER, site.folder)
    (home / "models" / NAME / MARKER).unlink()
    assert fetch(home, ENCODER) == []
    assert weights.is_complete(home, ENCODER)
    assert site.asked == []


def test_the_marker_names_every_file_and_the_shipped_ones_digest(site, home):
    fetch(home, ENCODER, site.folder)
    marker = json.loads((home / "models" / ENCODER / MARKER).read_text("utf-8"))
    assert marker["sha256"] == tuned.digest("one")
    assert marker["files"].keys() == {"model.bin", "layers/half", "ABOUT.txt"}


def test_without_its_base_it_cannot_be_made(site, home, convert):
    site.fail("demo-part2")
    with pytest.raises(WeightsError, match=f"没有取到 {NAME}.*demo-part2 下载失败"):
        fetch(home, ENCODER)
    assert convert.made == []
    with pytest.raises(WeightsError, match=f"模型 {ENCODER} 还没有下载。请运行：python -m index fetch"):
        weights.require(home, ENCODER)


# --- made again --------------------------------------------------------------


def test_a_new_shipped_file_makes_it_old_and_a_fetch_mends_that(site, home, convert, settings):
    fetch(home, ENCODER, site.folder)
    named = replace(settings, encoder=ENCODER)
    before = models.fingerprint(named)
    ship(one=b"newer")
    assert not weights.is_complete(home, ENCODER)
    with pytest.raises(WeightsError, match=f"模型 {ENCODER} 是用旧的训练结果做的。请运行：python -m index fetch"):
        models.fingerprint(named)
    fetch(home, ENCODER)
    assert stored(home, ENCODER) == WHOLE + b"newer"
    assert convert.made == [NAME] * 2
    assert site.asked == []
    assert models.fingerprint(named) != before


def test_only_what_was_made_with_it_is_old(site, home):
    fetch(home, AGAIN, site.folder)
    ship(two=b"newer")
    assert [weights.is_complete(home, name) for name in (NAME, ENCODER, AGAIN)] == [True, True, False]
    fetch(home, AGAIN)
    assert stored(home, AGAIN) == WHOLE + b"one" + b"newer"


def test_an_old_base_is_made_again_first(site, home, convert):
    fetch(home, AGAIN, site.folder)
    ship(one=b"uno", two=b"due")
    fetch(home, AGAIN)
    assert stored(home, AGAIN) == WHOLE + b"uno" + b"due"
    assert convert.made == [NAME, ENCODER] * 2


def test_a_model_that_is_only_downloaded_has_no_shipped_file(site, home):
    fetch(home, NAME, site.folder)
    marker = home / "models" / NAME / MARKER
    marker.write_text(marker.read_text("utf-8").replace(site.entry.sha256, "0" * 64), "utf-8")
    assert weights.is_complete(home, NAME)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: (path / "layers" / "half").unlink(), "缺少文件 layers/half"),
        (lambda path: (path / "model.bin").write_bytes(b""), r"model\.bin 不完整"),
        (lambda path: (path / MARKER).unlink(), "还没有下载"),
        (lambda path: (path / MARKER).write_text('{"files": {}}', "utf-8"), "是用旧的训练结果做的"),
    ],
)
def test_damage_is_mended_without_a_download(site, home, damage, message):
    fetch(home, ENCODER, site.folder)
    damage(home / "models" / ENCODER)
    with pytest.raises(WeightsError, match=message):
        weights.require(home, ENCODER)
    fetch(home, ENCODER)
    assert stored(home, ENCODER) == WHOLE + b"one"
    assert site.asked == []


# --- cut off -----------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, WeightsError])
def test_a_making_that_fails_leaves_the_old_model_and_no_half_one(site, home, convert, error):
    fetch(home, ENCODER, site.folder)
    ship(one=b"newer")

    def fail(target):
        (target / "rest").write_bytes(b"")
        raise error

    convert.during = fail
    with pytest.raises(error):
        fetch(home, ENCODER)
    assert (home / "models" / ENCODER / "model.bin").read_bytes() == WHOLE + b"one"
    assert not weights.is_complete(home, ENCODER)
    convert.during = lambda _: None
    fetch(home, ENCODER)
    assert stored(home, ENCODER) == WHOLE + b"newer"
    assert not (home / "models" / ENCODER / "rest").exists()
    assert [p.name for p in (home / "models").iterdir() if p.is_dir()] in ([NAME, ENCODER], [ENCODER, NAME])


def disk_full(target):
    raise OSError(errno.ENOSPC, "No space left on device", str(target))


def test_a_full_disk_is_told(site, home, convert):
    fetch(home, NAME, site.folder)
    convert.during = disk_full
    with pytest.raises(WeightsError, match=f"写入 .*{ENCODER} 失败：磁盘已满.*再运行同一条命令"):
        fetch(home, ENCODER)


def test_a_full_disk_asks_for_more_than_no_room(site, home, convert):
    fetch(home, NAME, site.folder)
    convert.during = disk_full
    with pytest.raises(WeightsError) as told:
        fetch(home, ENCODER)
    assert "约 0 MiB" not in str(told.value)


def test_two_do_not_make_it_at_once(site, home, convert):
    refused = []

    def meanwhile(_):
        convert.during = lambda _: None
        with ThreadPoolExecutor(1) as pool:
            refused.append(pool.submit(fetch, home, ENCODER).exception())

    convert.during = meanwhile
    fetch(home, ENCODER, site.folder)
    assert str(refused[0]) == f"另一个程序正在下载 {ENCODER}。请等它结束，再运行同一条命令。"
    assert convert.made == [NAME]


# --- shipped -----------------------------------------------------------------


def test_the_shipped_table_makes_models_of_pinned_ones(tmp_path, monkeypatch):
    given = tomllib.loads(Path(weights.__file__).with_name("weights.toml").read_text("utf-8"))
    monkeypatch.setattr(tuned, "FOLDER", tmp_path)
    ship(**{entry["tuned"]: entry["tuned"].encode() for entry in given.values() if "tuned" in entry})
    table = weights.pinned()
    made = {name: entry for name, entry in table.items() if entry.tuned}
    assert DEFAULT_ENCODER in made
    for name, entry in made.items():
        assert entry.sha256 == tuned.digest(entry.tuned)
        below = [name]
        while table[below[-1]].base:
            below.append(table[below[-1]].base)
            assert len(set(below)) == len(below)
        assert table[below[-1]].wheels


def test_a_missing_shipped_file_is_told(site, home, convert, tmp_path, monkeypatch):
    fetch(home, NAME, site.folder)
    monkeypatch.setattr(tuned, "FOLDER", tmp_path / "nothing")
    with pytest.raises(WeightsError, match=r"缺少随程序附带的文件 index/tuned/.*YOUJU_ENCODER"):
        fetch(home, ENCODER)


def test_the_shipped_files_are_packaged():
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["index"]
    assert any(fnmatch.fnmatch("tuned/encoder.safetensors", pattern) and "/" in pattern for pattern in patterns)
