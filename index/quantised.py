"""The encoder's layers in 8 bits, run by OpenVINO: passages are embedded several times as fast. Only this file imports it.

What ships (`tuned/encoder-int8.xml`, `.bin`) are the layers alone, weights and activations in 8 bits (SmoothQuant);
the word vectors, four fifths of the model, are looked up in the weights that are loaded anyway.
`python -m eval.train int8` makes the files again. They want a processor that multiplies 8-bit numbers in one
instruction (AVX-512 VNNI, AVX-VNNI, AMX, ARM dot products); elsewhere they are slow and less exact.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import tuned
from index.errors import WeightsError

WORDS, MASK = "words", "mask"
"""The inputs of the layers: word vectors (batch, tokens, dimensions), and 1 for a token, 0 for padding."""
_FILES = ("encoder-int8.xml", "encoder-int8.bin")


@lru_cache(maxsize=1)
def digest() -> str:
    """Of the shipped files; vectors of other files are other vectors."""
    return hashlib.sha256("".join(map(tuned.digest, _FILES)).encode()).hexdigest()[:12]


class Layers:
    """The compiled layers: token numbers → unit vectors."""

    def __init__(self, word_vectors: NDArray[np.float32]) -> None:
        """Compile the shipped layers.

        Args:
            word_vectors: (vocabulary, dimensions), shared with the model that holds them.

        Raises:
            WeightsError: when a file is missing or OpenVINO refuses it.
        """
        self._words = word_vectors
        try:
            import openvino  # noqa: PLC0415 - a second to load, and only a build needs it

            threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
            self._run: Any = openvino.Core().compile_model(
                tuned.FOLDER / _FILES[0],
                "CPU",
                {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"},
            )
        except Exception as error:  # OpenVINO raises bare RuntimeErrors
            raise WeightsError(
                f"8 位向量模型（index/tuned）无法载入（{type(error).__name__}：{' '.join(str(error).split())[-120:]}）。"
                "请检查安装是否完整，或设 YOUJU_EMBEDDING=float 用浮点模型。"
            ) from error

    def embed(self, tokens: Sequence[Sequence[int]], batch: int = 16) -> NDArray[np.float32]:
        """(n, dimensions) of n token lists, longest first computed together, so that padding is small."""
        order = sorted(range(len(tokens)), key=lambda n: -len(tokens[n]))
        out = np.zeros((len(tokens), self._words.shape[1]), np.float32)
        for at in range(0, len(order), batch):
            chunk = order[at : at + batch]
            ids = np.zeros((len(chunk), len(tokens[chunk[0]])), np.int64)
            mask = np.zeros(ids.shape, np.float32)
            for row, n in enumerate(chunk):
                ids[row, : len(tokens[n])] = tokens[n]
                mask[row, : len(tokens[n])] = 1
            out[chunk] = self._run({WORDS: self._words[ids], MASK: mask})[0]
        return out
