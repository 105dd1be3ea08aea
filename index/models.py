"""The embedding model behind one small Protocol. Only this file imports sentence-transformers."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index import askers, hub, quantised, weights
from index.errors import WeightsError
from index.settings import DEFAULT_ENCODER, IndexSettings

Vectors = NDArray[np.float32]
"""(n, dimensions), rows of length 1."""


class Encoder(Protocol):
    """Texts → unit vectors; likeness is the inner product, higher is nearer."""

    fingerprint: str
    """Changes when the vectors would; an index is only read with the encoder that built it."""
    dimensions: int

    def queries(self, texts: Sequence[str]) -> Vectors: ...

    def passages(self, texts: Sequence[str]) -> Vectors: ...


@runtime_checkable
class Hears(Protocol):
    """An encoder that reads what an asker told by layers of their own (index/askers.py)."""

    def told(self, story: str) -> Vectors | None:
        """(1 + parts, dimensions) unit vectors; None where the layers that ship are of another encoder."""
        ...

    def offered(self, vectors: Vectors, about: Sequence[AbstractSet[str]]) -> Vectors:
        """(n, dimensions) vectors of clauses with their tags, as they are compared with what was told."""
        ...


def fingerprint(settings: IndexSettings) -> str:
    """Of the encoder that the settings name, without loading it.

    Raises:
        WeightsError: when a pinned model has not been fetched.
    """
    name = settings.encoder
    if name in weights.pinned():
        marker = json.loads((weights.require(settings.home, name) / weights.MARKER).read_text("utf-8"))
        return f"{name}:{marker['sha256'][:16]}" + (f":int8-{quantised.digest()}" if in_8_bits(settings) else "")
    if hub.is_hub_name(name):
        return f"{name}:{hub.cached(name).name[:16]}"  # the snapshot's commit
    local = Path(name).expanduser()
    return f"{local.name}:{_digest(local)}" if local.is_dir() else name


def encoder(settings: IndexSettings) -> Encoder:
    """The encoder that the settings name: a pinned model, a local folder, or a name in the hub's local cache.

    Raises:
        WeightsError: when it has not been fetched or cannot be loaded.
    """
    name = settings.encoder
    if name in weights.pinned():
        path = weights.require(settings.home, name)
    else:
        path = hub.cached(name) if hub.is_hub_name(name) else Path(name).expanduser()
    opened = str(path) if path.is_dir() else name
    return SentenceTransformerEncoder(opened, fingerprint(settings), int8=in_8_bits(settings), shipped=name == DEFAULT_ENCODER)


def in_8_bits(settings: IndexSettings) -> bool:
    """Whether passages are embedded by the shipped 8-bit layers, which fit one encoder alone."""
    return settings.embedding == "int8" and settings.encoder == DEFAULT_ENCODER


class SentenceTransformerEncoder:
    """A sentence-transformers model on the CPU; its own prompts for queries and passages are used."""

    def __init__(self, name: str, fingerprint: str, batch: int = 16, int8: bool = False, shipped: bool = False) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"  # weights come from `fetch`; a question never opens a connection
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds to import
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()
        try:
            self._model = SentenceTransformer(name, device="cpu", local_files_only=True)
        except Exception as error:  # the loader raises many unrelated types
            raise WeightsError(
                f"向量模型 {name} 无法载入（{type(error).__name__}：{str(error)[:120]}）。"
                "请检查 YOUJU_ENCODER 指的是 sentence-transformers 文件夹；内置模型请运行 python -m index fetch。"
            ) from error
        self.fingerprint = fingerprint
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self._batch = batch
        self._half = has_bfloat16()
        self._int8 = int8
        self._layers: quantised.Layers | None = None
        self._shipped = shipped

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._model.encode_query(list(texts), batch_size=self._batch, show_progress_bar=False))

    def passages(self, texts: Sequence[str]) -> Vectors:
        import torch  # noqa: PLC0415

        if self._int8:
            return self._in_8_bits(texts)
        # bfloat16 where the processor has it: a third faster, vectors agree at cosine 0.9999.
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._half):
            vectors = self._model.encode_document(list(texts), batch_size=self._batch, show_progress_bar=False)
        return self._unit(vectors)

    def told(self, story: str) -> Vectors | None:
        return self._askers.told(story) if self._shipped else None

    def offered(self, vectors: Vectors, about: Sequence[AbstractSet[str]]) -> Vectors:
        return self._askers.offered(vectors, about) if self._shipped else vectors

    @cached_property
    def _askers(self) -> askers.Askers:
        return askers.Askers(self._model)

    def _in_8_bits(self, texts: Sequence[str]) -> Vectors:
        if self._layers is None:  # compiled when the first passage comes: questions alone need none of it
            self._layers = quantised.Layers(self._model[0].auto_model.get_input_embeddings().weight.detach().numpy())
        prompt, longest = self._model.prompts["document"], self._model.max_seq_length
        tokens = self._model.tokenizer([prompt + t for t in texts], truncation=True, max_length=longest)["input_ids"]
        return self._unit(self._layers.embed(tokens, self._batch))

    @staticmethod
    def _unit(vectors: object) -> Vectors:
        array = np.asarray(vectors, dtype=np.float32)
        norms = np.linalg.norm(array, axis=1, keepdims=True)
        return np.asarray(array / np.maximum(norms, 1e-12), dtype=np.float32)


def has_bfloat16() -> bool:
    flags = Path("/proc/cpuinfo")
    return flags.exists() and "avx512_bf16" in flags.read_text("ascii", errors="ignore")


def _digest(folder: Path) -> str:
    """Of a model folder: names, sizes and the configuration files whole."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder)} {path.stat().st_size} ".encode())
        if path.suffix == ".json":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
