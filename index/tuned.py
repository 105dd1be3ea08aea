"""What training changed, small enough to ship: the difference to the public weights, in 8 bits a row.

    difference ≈ scale[row] × int8[row, column]      (matrices)
    the new values themselves, in float16            (biases, norms, and what the base does not have)

The difference is small beside the weights, so rounding it costs far less than rounding the weights would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

FOLDER = Path(__file__).parent / "tuned"
Tensors = Mapping[str, NDArray[np.float32]]


def digest(name: str) -> str:
    """Of a shipped file, empty when it is not there; a model folder made from an older one is made again."""
    path = FOLDER / name
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def save(path: Path, base: Tensors, tuned: Tensors) -> int:
    """Write the tensors of `tuned` that differ from `base`; returns the file's bytes."""
    out: dict[str, NDArray[np.generic]] = {}
    for name, value in tuned.items():
        old = base.get(name)
        if old is not None and np.array_equal(old, value):
            continue
        if old is None or value.ndim != 2:
            out[f"{name}.value"] = value.astype(np.float16)
            continue
        difference = value - old
        scale = np.maximum(np.abs(difference).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
        out[f"{name}.scale"] = scale
        out[f"{name}.rows"] = np.round(difference / scale).astype(np.int8)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(out, path)
    return path.stat().st_size


def apply(name: str, base: Tensors) -> dict[str, NDArray[np.float32]]:
    """The base's tensors with a shipped file's differences added."""
    stored = load_file(FOLDER / name)
    out = dict(base)
    for key, value in stored.items():
        tensor, _, part = key.rpartition(".")
        if part == "value":
            out[tensor] = value.astype(np.float32)
        elif part == "rows":
            out[tensor] = base[tensor] + stored[f"{tensor}.scale"] * value.astype(np.float32)
    return out
