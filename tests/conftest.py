"""Every test runs offline, apart from the user's settings, on three short invented policies and fake models."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder

from index.build import Built, build
from index.search import Index, open_index
from index.settings import IndexSettings

DATA = Path(__file__).parent / "data"


def _is_local(host: Any) -> bool:
    """None and the empty name mean this machine."""
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True)
def _apart(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No connection leaves the machine, and no YOUJU_* variable of the user is read; not for tests marked `real`."""
    if request.node.get_closest_marker("real"):
        return
    for name in [n for n in os.environ if n.startswith("YOUJU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("YOUJU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    lookup = socket.getaddrinfo

    def guarded(original: Any) -> Any:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
                pytest.fail(f"a test opened a connection to {address}")
            return original(self, address)

        return connect

    def resolve(host: Any, *rest: Any, **named: Any) -> Any:
        if not _is_local(host):
            pytest.fail(f"a test looked up {host}")
        return lookup(host, *rest, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of tests/data; read only, take `settings.corpus` to change one."""
    return Path(shutil.copytree(DATA, tmp_path_factory.mktemp("sample") / "documents"))


@pytest.fixture
def settings(tmp_path: Path, sample: Path) -> IndexSettings:
    """Home, index and an own copy of the corpus in tmp; the two model names are local paths that do not exist."""
    corpus = Path(shutil.copytree(sample, tmp_path / "documents"))
    home = tmp_path / "home"
    return IndexSettings(
        home, corpus, home / "indexes" / "sample", str(tmp_path / "encoder"), generator=str(tmp_path / "writer.gguf")
    )


@pytest.fixture
def encoder() -> HashEncoder:
    return HashEncoder()


@pytest.fixture
def built(settings: IndexSettings, encoder: HashEncoder) -> Built:
    """The sample corpus, indexed."""
    return build(settings, encoder, progress=False)


@pytest.fixture
def index(settings: IndexSettings, encoder: HashEncoder, built: Built) -> Iterator[Index]:
    """The sample index, opened."""
    yield open_index(settings, encoder)
