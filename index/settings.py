"""Where things are kept and which models are used: environment → one frozen object, passed on explicitly."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from index.errors import WeightsError

DEFAULT_CORPUS = Path(__file__).parent.parent / "corpus" / "documents"
DEFAULT_ENCODER = "youju-e5-small"
DEFAULT_RERANKER = "none"
EMBEDDINGS = ("float", "int8")
DEFAULT_GENERATOR = "qwen2.5-coder-1.5b-instruct"


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Folders and model names. A model is a pinned name of weights.toml, a local path, or a hub name."""

    home: Path
    """Weights, indexes and caches; outside the source folder, so that a fresh clone finds them."""
    corpus: Path
    index: Path
    encoder: str = DEFAULT_ENCODER
    reranker: str = DEFAULT_RERANKER
    """A cross-encoder's folder or hub name; “none” switches it off."""
    generator: str = DEFAULT_GENERATOR
    embedding: str = EMBEDDINGS[0]
    """How passages are embedded: float, or int8 (the shipped 8-bit layers): twice as fast, for large corpora."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> IndexSettings:
        """Read YOUJU_HOME, YOUJU_CORPUS, YOUJU_INDEX, YOUJU_ENCODER, YOUJU_RERANKER, YOUJU_GENERATOR and YOUJU_EMBEDDING.

        Each corpus folder has its own index by default, so that two clones do not overwrite each other's.

        Raises:
            WeightsError: when YOUJU_EMBEDDING is neither word.
        """
        env = os.environ if environment is None else environment
        home = Path(env.get("YOUJU_HOME") or platformdirs.user_cache_dir("youju", appauthor=False)).expanduser().resolve()
        corpus = Path(env.get("YOUJU_CORPUS") or DEFAULT_CORPUS).expanduser().resolve()
        name = hashlib.sha256(str(corpus).encode()).hexdigest()[:12]
        embedding = env.get("YOUJU_EMBEDDING") or EMBEDDINGS[0]
        if embedding not in EMBEDDINGS:
            raise WeightsError(f"YOUJU_EMBEDDING 不能是“{embedding}”。请改为 {' 或 '.join(EMBEDDINGS)}。")
        return cls(
            home=home,
            corpus=corpus,
            index=Path(env.get("YOUJU_INDEX") or home / "indexes" / name).expanduser().resolve(),
            encoder=env.get("YOUJU_ENCODER") or DEFAULT_ENCODER,
            reranker=env.get("YOUJU_RERANKER") or DEFAULT_RERANKER,
            generator=env.get("YOUJU_GENERATOR") or DEFAULT_GENERATOR,
            embedding=embedding,
        )
