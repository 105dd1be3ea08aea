"""A GGUF generator made anew for OpenVINO, its matrices in 8 bits: prompts are read some three times as fast.

llama.cpp reads 4-bit weights and multiplies in floating point; a processor that multiplies 8-bit numbers in one
instruction can do better. OpenVINO GenAI reads the GGUF file; each matrix of its graph, which it keeps in groups of 16
or 32 weights, is written again with one scale a row:

    weight[row, column] ≈ scale[row] × int8[row, column],   scale[row] = max |weight[row, ·]| / 127

The rounding is small beside that of the 4 bits it comes from. The copy takes 1.5 times the room of a Q4_K_M file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from index.errors import WeightsError, reason

_INSTRUCTIONS = {"avx512_vnni", "avx_vnni", "amx_int8"}
"""Any of them makes 8-bit numbers worth while."""
_GRAPH = "openvino_model.xml"
_TOKENIZER = "openvino_*tokenizer.*"


def fast_here() -> bool:
    """True on a processor that multiplies 8-bit numbers in one instruction, as far as the system tells."""
    try:
        flags = next(x for x in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if x.startswith("flags"))
    except (OSError, StopIteration):
        return False
    return not _INSTRUCTIONS.isdisjoint(flags.split())


def folder(home: Path, gguf: Path) -> Path:
    """Where the copy of a GGUF file is kept; a file of another size or time of change has its own."""
    stat = gguf.stat()
    return home / "cache" / "eightbit" / f"{gguf.parent.name}-{gguf.stem}-{stat.st_size}-{stat.st_mtime_ns}"


def ensure(home: Path, gguf: Path) -> Path:
    """The folder of the copy; made at the first call, which takes about a minute, by a process of its own.

    Raises:
        WeightsError: when the file cannot be converted or there is no room for the copy.
        OSError: when the file cannot be read or `home` cannot be written.
    """
    kept = folder(home, gguf)
    if not kept.is_dir():
        # What the making needs, two copies of the weights, is given back to the system only when a process ends.
        command = [sys.executable, "-m", "index", "eightbit", str(gguf), str(kept)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
        if not kept.is_dir():
            # The reader of a broken file may end its whole process.
            told = [line for line in done.stderr.splitlines() if line.strip()] or [
                f"转换中断（{done.returncode}），文件可能不完整"
            ]
            raise WeightsError(f"{gguf.name} 不能转换为 8 位：{told[-1].removeprefix('错误：')}")
    return kept


def make(gguf: Path, target: Path) -> None:
    """Write the copy of a GGUF file; `target` appears when it is whole.

    Raises:
        WeightsError: OpenVINO cannot read the file, or the disk is full.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(f"{target.name}.lock")):
            if not target.is_dir():  # another program may have made it meanwhile
                _build(gguf, target)
    except OSError as error:
        room = 3 * gguf.stat().st_size >> 20
        raise WeightsError(f"写入 {target.parent} 失败：{reason(error)}。请腾出约 {room} MiB 空间。") from error


def _build(gguf: Path, target: Path) -> None:
    work = target.with_name(f"{target.name}.building")
    shutil.rmtree(work, ignore_errors=True)  # of a run that was cut off
    source, built = work / "read", work / "built"
    source.mkdir(parents=True)
    built.mkdir()
    try:
        _beside(gguf, source / "model.gguf")
        _read(source / "model.gguf")
        _rewrite(source / _GRAPH, built / _GRAPH)
        for path in source.glob(_TOKENIZER):
            os.replace(path, built / path.name)
        os.replace(built, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _beside(gguf: Path, link: Path) -> None:
    """The reader writes its graph into the folder of the file, which is not ours to write in."""
    try:
        link.symlink_to(gguf.resolve())
    except OSError:  # some systems give no links
        shutil.copyfile(gguf, link)


def _read(gguf: Path) -> None:
    """Let OpenVINO GenAI write the file's graph and tokenizer into its folder."""
    import openvino_genai  # noqa: PLC0415 - a second to load, and only this needs it

    try:
        openvino_genai.LLMPipeline(str(gguf), "CPU", enable_save_ov_model=True)
    except RuntimeError as error:
        raise WeightsError(f"OpenVINO 读不懂它（{' '.join(str(error).split())[-120:]}）") from error
    if not (gguf.parent / _GRAPH).is_file():
        raise WeightsError("OpenVINO 没有写出计算图")


def _rewrite(source: Path, target: Path) -> None:
    """Copy a graph with every matrix in 8 bits a weight and one scale a row."""
    import openvino  # noqa: PLC0415
    from openvino import opset13 as operations  # noqa: PLC0415

    graph = openvino.Core().read_model(source)
    for multiplication in [node for node in graph.get_ordered_ops() if node.get_type_name() == "MatMul"]:
        weights = _matrix(multiplication.input_value(1).get_node())
        if weights is None:
            continue
        scales = np.abs(weights).max(axis=1, keepdims=True) / 127
        scales[scales == 0] = 1.0
        rounded = np.rint(weights / scales).astype(np.int8)
        small = operations.multiply(
            operations.convert(operations.constant(rounded), np.float16), operations.constant(scales.astype(np.float16))
        )
        multiplication.input(1).replace_source_output(operations.convert(small, np.float32).output(0))
    openvino.save_model(graph, target, compress_to_fp16=False)


def _matrix(node: Any) -> NDArray[np.float32] | None:
    """(rows, columns) of what a multiplication reads: (number − zero) × scale in groups; None for anything else."""
    chain = dict(_down(node))
    if not {"Reshape", "Multiply", "Constant"} <= chain.keys():
        return None
    shape = list(chain["Reshape"].get_output_shape(0))
    numbers = _values(chain["Constant"])
    if "Subtract" in chain:
        numbers = numbers - _values(dict(_down(chain["Subtract"].input_value(1).get_node()))["Constant"])
    scales = _values(dict(_down(chain["Multiply"].input_value(1).get_node()))["Constant"])
    return (numbers * scales).reshape(shape)


def _down(node: Any) -> Iterator[tuple[str, Any]]:
    """(kind, node) from a node along its first inputs."""
    while True:
        yield node.get_type_name(), node
        if not node.get_input_size():
            return
        node = node.input_value(0).get_node()


def _values(constant: Any) -> NDArray[np.float32]:
    """A constant's numbers in its own shape; those of 4 bits lie two in a byte, the lower half first."""
    shape = tuple(constant.get_output_shape(0))
    data = np.asarray(constant.data)
    if constant.get_element_type().get_type_name() == "u4":
        packed = data.reshape(-1).view(np.uint8)
        data = np.stack([packed & 15, packed >> 4], axis=-1).reshape(-1)[: int(np.prod(shape))]
    return data.reshape(shape).astype(np.float32)
