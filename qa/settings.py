"""Environment and flags → one frozen Settings, passed on explicitly; nothing is read again later."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from index.settings import IndexSettings


class SettingsError(ValueError):
    """An environment variable has an impossible value; the message names it and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a running program may vary, each with its unit and the reason for its default."""

    index: IndexSettings
    engine: str = "auto"
    """auto (openvino where the processor multiplies 8-bit numbers in one instruction, else xllamacpp), openvino (an 8-bit copy
    of a GGUF file), xllamacpp (a GGUF file), transformers (any causal LM folder) or openai (a server)."""
    writer_url: str = ""
    """Of a server that speaks OpenAI's chat protocol, with its path (/v1); only the engine openai asks it."""
    writer_key: str = field(default="", repr=False)
    """Sent to that server as a bearer token; never shown."""
    writer_model: str = ""
    """The server's name of the model; empty: the first that it lists."""
    writer_timeout: float = 60
    """Seconds that the server may take for the first piece of a reply and between two pieces."""
    threads: int = 0
    """Of the generator; 0: as many as the machine has cores, 8 at most."""
    context_tokens: int = 4096
    """Per conversation slot of the generator; an answer needs about 900."""
    slots: int = 0
    """Answers written at once, in one batch; further ones wait. 0: as many as suit the engine that writes, its `slots`."""
    evidence_tokens: int = 400
    """Of evidence in the prompt: two cores read some 80 (llama.cpp) to 220 tokens a second, the reader waits for them."""
    answer_tokens: int = 220
    """Longest answer."""
    hits: int = 20
    """Clauses retrieved."""
    everyday: int = 70
    """Percent of likeness (cosine) of the best clause below which a question is taken to be in everyday words and
    searched again with official ones, which takes about a second; 0: never. Fits the default encoder."""
    store_url: str = field(default="", repr=False)
    """Where conversations are kept, as SQLAlchemy writes it; empty: an SQLite file of this index under `home`."""
    record: int = 1
    """0: nothing that is asked or answered is kept on disk."""
    keep_days: int = 0
    """Days after which an untouched conversation is deleted; 0: never."""
    waiting: int = 16
    """People in line for the generator; further ones are told to come back later."""
    rate: int = 60
    """Requests a minute that one client may send; 0: any number."""
    require_key: int = 0
    """1: programs need an API key (python -m qa keys add)."""
    require_login: int = 0
    """1: the page asks for a name and password (python -m qa users add)."""
    cors: str = ""
    """Origins, separated by commas, whose pages may call the API from a browser; empty: none."""
    proxies: str = ""
    """Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-* headers are believed."""
    body_kb: int = 256
    """Largest body of a request, in KiB; uploads of case files and documents have limits of their own."""
    upload_mb: int = 20
    """Largest file that the page takes, in MiB."""
    patience: int = 20
    """Seconds that running answers may still take when the service is told to stop; then they are cut off."""
    bench: int = 1
    """0: visitors of the page may not run the benchmark, which takes both cores for as long as it runs."""
    log_questions: int = 0
    """1: questions stand in the logs; else only their length."""
    host: str = "127.0.0.1"
    port: int = 7860

    @property
    def store_folder(self) -> Path:
        """Where the service keeps what is its own: conversations, unless `store_url` says otherwise, and the cookies' key."""
        return self.index.home / "service" / self.index.index.name

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read YOUJU_<FIELD> for every field, and what IndexSettings reads. A URL without an engine means openai.

        Raises:
            SettingsError: for a value that is not a number, out of range, or no address.
        """
        env = os.environ if environment is None else environment
        given: dict[str, Any] = {f: text for f in _TEXTS if (text := env.get(f"YOUJU_{f.upper()}", "").strip())}
        if "writer_url" in given:
            given = {"engine": "openai"} | given | {"writer_url": _address("YOUJU_WRITER_URL", given["writer_url"])}
        if given.get("engine", ENGINES[0]) not in ENGINES:
            raise SettingsError(f"YOUJU_ENGINE={given['engine']} 不认识，可选 {'、'.join(ENGINES)}。")
        if given.get("engine") == "openai" and "writer_url" not in given:
            raise SettingsError("YOUJU_ENGINE=openai 还缺服务的地址。请设 YOUJU_WRITER_URL，例如 http://127.0.0.1:8000/v1。")
        if not all("!" <= letter <= "~" for letter in given.get("writer_key", "")):
            raise SettingsError("YOUJU_WRITER_KEY 里有空白、汉字或控制字符，不能作为密钥发送。请重新复制一遍。")
        _check_door(given)
        for name, (low, high) in _RANGES.items():
            variable = f"YOUJU_{name.upper()}"
            if env.get(variable):
                given[name] = _number(variable, env[variable], low, high)
        return cls(index=IndexSettings.from_environment(env), **given)


ENGINES = ("auto", "openvino", "xllamacpp", "transformers", "openai")
_TEXTS = ("engine", "host", "store_url", "cors", "proxies", "writer_url", "writer_key", "writer_model")

_RANGES = {
    "threads": (0, 256),
    "context_tokens": (1024, 131072),
    "slots": (0, 64),
    "evidence_tokens": (100, 16384),
    "answer_tokens": (32, 4096),
    "hits": (5, 100),
    "everyday": (0, 100),
    "writer_timeout": (1, 3600),
    "record": (0, 1),
    "keep_days": (0, 36500),
    "waiting": (1, 10000),
    "rate": (0, 100000),
    "require_key": (0, 1),
    "require_login": (0, 1),
    "body_kb": (16, 65536),
    "upload_mb": (1, 1024),
    "patience": (0, 600),
    "bench": (0, 1),
    "log_questions": (0, 1),
    "port": (1, 65535),
}


def _check_door(given: Mapping[str, str]) -> None:
    """Origins and proxies that cannot be meant would silently let nobody, or everybody, in."""
    for origin in filter(None, map(str.strip, given.get("cors", "").split(","))):
        parts = urlsplit(origin)
        if origin != "*" and (parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}"):
            raise SettingsError(
                f"YOUJU_CORS 里的“{origin}”不是网页的来源。请写成例如 https://www.example.gov.cn，多个用逗号分开。"
            )
    for address in filter(None, map(str.strip, given.get("proxies", "").split(","))):
        try:
            ipaddress.ip_network(address, strict=False)
        except ValueError:
            raise SettingsError(f"YOUJU_PROXIES 里的“{address}”不是 IP 地址或网段。请写成例如 127.0.0.1,10.0.0.0/8。") from None


def _number(name: str, text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise SettingsError(f"{name}={text} 不对，应为 {low} 到 {high} 之间的整数。")
    return value


def _address(name: str, text: str) -> str:
    """A server's address without the slash at its end; /v1 is where these servers answer when no path is given.

    The value is not repeated in messages: a password may stand in it.
    """
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, brackets that are no IPv6 address
        sound = False
    if not sound or any(letter.isspace() for letter in text):
        raise SettingsError(f"{name} 不是 http:// 或 https:// 开头的地址。请写成例如 http://127.0.0.1:8000/v1。")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError(f"{name} 里不能有用户名、密码、? 或 #。密钥请放在 YOUJU_WRITER_KEY。")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or '/v1'}"
