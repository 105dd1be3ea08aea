"""A GGUF model made anew in 8 bits: the same numbers but for the rounding, made once, whole or not there."""

import subprocess

import numpy as np
import openvino
import pytest
import tiny

from index import eightbit
from index.errors import WeightsError


@pytest.fixture(scope="module")
def gguf(tmp_path_factory):
    return tiny.write(tmp_path_factory.mktemp("gguf") / "tiny.gguf", quantised=True)


@pytest.fixture(scope="module")
def made(gguf, tmp_path_factory):
    target = tmp_path_factory.mktemp("copies") / "tiny"
    eightbit.make(gguf, target)
    return target


def run(graph):
    """Logits of a few tokens, in full precision."""
    compiled = openvino.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    tokens = np.array([[40, 41, 42, 43]])
    given = {
        "input_ids": tokens,
        "attention_mask": np.ones_like(tokens),
        "position_ids": np.arange(4)[None],
        "beam_idx": np.zeros(1, np.int32),
    }
    return compiled(given)[0]


def test_the_copy_says_what_the_original_says(gguf, made, tmp_path):
    source = tmp_path / "read"
    source.mkdir()
    eightbit._beside(gguf, source / "model.gguf")
    eightbit._read(source / "model.gguf")
    before, after = run(source / "openvino_model.xml"), run(made / "openvino_model.xml")
    assert np.abs(before).max() > 1
    assert np.abs(before - after).max() < 0.02 * np.abs(before).max()
    assert not np.array_equal(before, after)


def test_every_matrix_has_eight_bits_and_one_scale_a_row(made):
    graph = openvino.Core().read_model(made / "openvino_model.xml")
    kinds = []
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "MatMul":
            chain = dict(eightbit._down(node.input_value(1).get_node()))
            if "Constant" in chain and "Multiply" in chain:
                rows = chain["Constant"].get_output_shape(0)[0]
                scales = dict(eightbit._down(chain["Multiply"].input_value(1).get_node()))["Constant"]
                kinds.append(
                    (chain["Constant"].get_element_type().get_type_name(), list(scales.get_output_shape(0)) == [rows, 1])
                )
    assert kinds == [("i8", True)] * 8  # q, k, v, attention's output, gate, up, down, and the words


@pytest.mark.parametrize("zero", [0, 8])
def test_four_bits_lie_two_in_a_byte_the_lower_half_first(zero):
    numbers = np.array([[1, 15, 0, 7], [8, 2, 9, 4]], np.uint8)
    packed = np.array([0xF1, 0x70, 0x28, 0x49], np.uint8)
    constant = openvino.opset13.constant(openvino.Tensor(packed, [2, 4], openvino.Type.u4))
    assert eightbit._values(constant).tolist() == numbers.tolist()
    operations = openvino.opset13
    moved = operations.subtract(operations.convert(constant, np.float16), operations.constant(np.full((1, 1), zero, np.float16)))
    scaled = operations.multiply(moved, operations.constant(np.array([[0.5], [2.0]], np.float16)))
    matrix = eightbit._matrix(operations.convert(operations.reshape(scaled, [1, 8], special_zero=False), np.float32))
    assert matrix.tolist() == [((numbers.astype(float) - zero) * [[0.5], [2.0]]).reshape(-1).tolist()]


def test_it_is_made_once_for_each_state_of_the_file(gguf, tmp_path, monkeypatch):
    model, home = tmp_path / "m.gguf", tmp_path / "home"
    model.write_bytes(gguf.read_bytes())
    first = eightbit.ensure(home, model)
    assert {"openvino_model.xml", "openvino_model.bin", "openvino_tokenizer.xml"} <= {p.name for p in first.iterdir()}
    assert [p.name for p in first.parent.iterdir() if p.is_dir()] == [first.name]
    assert not list(model.parent.glob("openvino*")), "nothing is written beside the file"
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("made again"))
        assert eightbit.ensure(home, model) == first
    model.write_bytes(gguf.read_bytes() + b"\0")
    assert eightbit.folder(home, model) != first


def test_what_cannot_be_read_leaves_nothing_and_says_why(tmp_path):
    broken, unknown = tmp_path / "broken.gguf", tiny.write(tmp_path / "unknown.gguf")
    broken.write_bytes(b"GGUF, but no more than that")
    with pytest.raises(WeightsError, match=r"broken\.gguf 不能转换为 8 位：转换中断（-\d+），文件可能不完整"):
        eightbit.ensure(tmp_path / "home", broken)
    with pytest.raises(WeightsError, match=r"unknown\.gguf 不能转换为 8 位：OpenVINO 读不懂它"):
        eightbit.ensure(tmp_path / "home", unknown)
    assert not [p for p in (tmp_path / "home" / "cache" / "eightbit").iterdir() if "unknown" in p.name and p.is_dir()]


def test_what_a_run_that_was_cut_off_left_is_cleared_away(gguf, tmp_path):
    target = tmp_path / "copy"
    (tmp_path / "copy.building" / "read").mkdir(parents=True)
    (tmp_path / "copy.building" / "read" / "openvino_model.bin").write_bytes(b"half")
    eightbit.make(gguf, target)
    assert (target / "openvino_model.xml").is_file()
    assert not (tmp_path / "copy.building").exists()


@pytest.mark.parametrize(
    ("flags", "fast"), [("fpu avx2 avx512_vnni", True), ("fpu avx2 fma", False), ("amx_int8_other avx2", False)]
)
def test_which_processors_it_is_for(tmp_path, monkeypatch, flags, fast):
    told = tmp_path / "cpuinfo"
    told.write_text(f"processor : 0\nflags\t\t: {flags}\n")
    real = eightbit.Path
    monkeypatch.setattr(eightbit, "Path", lambda p: told if p == "/proc/cpuinfo" else real(p))
    assert eightbit.fast_here() is fast
    told.unlink()
    assert eightbit.fast_here() is False
