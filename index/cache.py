"""Vectors that were computed once: unchanged passages are not embedded again, an interrupted build goes on."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from index.models import Encoder, Vectors

_CHUNK = 128  # passages embedded between two saves
_MERGE = 32  # files after which they are joined into one


class VectorCache:
    """Passage text → vector, in small files of one folder per encoder."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        self._folder = folder / re.sub(r"[^\w.-]+", "-", encoder.fingerprint)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._vectors: dict[bytes, Vectors] = {}
        self._files = sorted(self._folder.glob("*.npz"))
        for path in self._files:
            # A file cut by a crash is only a loss of time.
            with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile), np.load(path) as stored:
                for key, vector in zip(stored["keys"], stored["vectors"], strict=True):
                    self._vectors[key.tobytes()] = vector

    def embed(self, texts: Sequence[str], progress: bool = True) -> tuple[Vectors, int]:
        """(n, d) vectors of the texts, and how many had to be computed.

        Long passages go first and in groups of like length, so that padding is small and the time left is
        not underestimated. Everything up to an interruption is kept.
        """
        keys = [_key(t) for t in texts]
        missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in self._vectors}
        order = sorted(missing.items(), key=lambda item: -len(item[1]))
        total = sum(len(t) for _, t in order)
        with tqdm(total=total, desc="向量", unit="字", unit_scale=True, disable=not (progress and order)) as bar:
            for at in range(0, len(order), _CHUNK):
                chunk = order[at : at + _CHUNK]
                vectors = self._encoder.passages([t for _, t in chunk])
                self._store([k for k, _ in chunk], vectors)
                bar.update(sum(len(t) for _, t in chunk))
        return np.stack([self._vectors[k] for k in keys]) if keys else np.empty((0, self._encoder.dimensions), np.float32), len(
            order
        )

    def tidy(self) -> None:
        """Join many small files into one."""
        if len(self._files) < _MERGE:
            return
        old, self._files = self._files, []
        self._store(list(self._vectors), np.stack(list(self._vectors.values())))
        for path in old:
            if path not in self._files:
                path.unlink(missing_ok=True)

    def _store(self, keys: list[bytes], vectors: Vectors) -> None:
        name = hashlib.sha256(b"".join(keys)).hexdigest()[:24]
        path = self._folder / f"{name}.npz"
        part = self._folder / f"{name}.{os.getpid()}.part"
        with part.open("wb") as stream:
            np.savez(stream, keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16), vectors=vectors)
        os.replace(part, path)
        self._files.append(path)
        self._vectors.update(zip(keys, vectors, strict=True))


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
