"""Environment and flags → one frozen Settings, passed on explicitly; nothing is read again later."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.settings import IndexSettings


class SettingsError(ValueError):
    """An environment variable has an impossible value; the message names it and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a running program may vary, each with its unit and the reason for its default."""

    index: IndexSettings
    engine: str = "xllamacpp"
    """xllamacpp (GGUF in the process, the default on a CPU) or transformers (any causal LM folder)."""
    threads: int = 0
    """Of the generator; 0: as many as the machine has cores, 8 at most."""
    context_tokens: int = 4096
    """Per conversation slot of the generator; an answer needs about 900."""
    slots: int = 2
    """Answers written at once; further ones wait."""
    evidence_tokens: int = 400
    """Of evidence in the prompt: two cores read about 80 tokens a second, the reader waits for them."""
    answer_tokens: int = 220
    """Longest answer."""
    hits: int = 20
    """Clauses retrieved."""
    host: str = "127.0.0.1"
    port: int = 7860

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read YOUJU_<FIELD> for every field, and what IndexSettings reads.

        Raises:
            SettingsError: for a value that is not a number or out of range.
        """
        env = os.environ if environment is None else environment
        given: dict[str, Any] = {f: env[v] for f, v in (("engine", "YOUJU_ENGINE"), ("host", "YOUJU_HOST")) if env.get(v)}
        if given.get("engine", "xllamacpp") not in ("xllamacpp", "transformers"):
            raise SettingsError(f"YOUJU_ENGINE={given['engine']} 不认识，可选 xllamacpp 或 transformers。")
        for field, (low, high) in _RANGES.items():
            name = f"YOUJU_{field.upper()}"
            if env.get(name):
                given[field] = _number(name, env[name], low, high)
        return cls(index=IndexSettings.from_environment(env), **given)


_RANGES = {
    "threads": (0, 256),
    "context_tokens": (1024, 131072),
    "slots": (1, 64),
    "evidence_tokens": (100, 16384),
    "answer_tokens": (32, 4096),
    "hits": (5, 100),
    "port": (1, 65535),
}


def _number(name: str, text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise SettingsError(f"{name}={text} 不对，应为 {low} 到 {high} 之间的整数。")
    return value
