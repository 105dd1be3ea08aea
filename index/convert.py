"""The registry's 4-bit copy of multilingual-e5-small → an ordinary sentence-transformers folder; GGUF vocabularies.

File layout (little-endian): magic E5S1, header, tokenizer pieces with scores, a character map, a directory
of tensors, and their data in Q4_0 blocks (32 weights: an f16 scale, 16 bytes of nibbles) or f32.
"""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer, BertConfig, BertModel, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from index import tuned
from index.errors import WeightsError

_MODEL = "model.safetensors"
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings", "ln": "LayerNorm"}


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[int | float, ...]:
        size = struct.calcsize("<" + form)
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += size
        return values

    def skip(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def e5(source: Path, target: Path) -> None:
    """Convert `source` into a sentence-transformers folder `target` (mean pooling, normalised, E5 prompts).

    Raises:
        WeightsError: when the file is not of the known layout.
    """
    transformers_logging.disable_progress_bar()
    reader = _Reader(source.read_bytes())
    if reader.skip(4) != b"E5S1":
        raise WeightsError(f"{source.name} 不是 E5S1 格式，无法转换")
    reader.take("I")
    hidden, layers, heads, ffn, vocabulary, positions, types = (int(v) for v in reader.take("7i"))
    (epsilon, _block) = reader.take("fi")
    pieces = _pieces(reader)
    tensors = _tensors(reader)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=ffn,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=float(epsilon),
        pad_token_id=1,
    )
    model = BertModel(config)
    state = {key: torch.from_numpy(value) for key, value in _state(tensors, model).items()}
    # The pooler is not in the file and mean pooling does not use it; zeros keep the folder reproducible.
    state |= {key: torch.zeros_like(value) for key, value in model.state_dict().items() if key.startswith("pooler.")}
    model.load_state_dict(state, strict=True)
    plain = target / "plain"
    model.save_pretrained(plain)
    _tokenizer(pieces, positions).save_pretrained(plain)
    whole = SentenceTransformer(
        modules=[Transformer(str(plain), max_seq_length=positions), Pooling(hidden, "mean"), Normalize()],
        prompts={"query": "query: ", "document": "passage: ", "passage": "passage: "},
        device="cpu",
    )
    whole.save(str(target), create_model_card=False)
    for path in plain.iterdir():
        path.unlink()
    plain.rmdir()


def tuned_encoder(base: Path, tuned_file: str, target: Path) -> None:
    """A fetched encoder's folder with a shipped file's differences → another such folder."""
    shutil.copytree(base, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("complete.json", "ABOUT.txt"))
    save_file(tuned.apply(tuned_file, load_file(base / _MODEL)), target / _MODEL, metadata={"format": "pt"})


def _pieces(reader: _Reader) -> list[tuple[str, float]]:
    (count,) = (int(v) for v in reader.take("i"))
    reader.take("4i")
    (length,) = (int(v) for v in reader.take("Q"))
    offsets = [int(v) for v in reader.take(f"{count + 1}I")]
    scores = reader.take(f"{count}f")
    blob = reader.skip(length)
    _, size = (int(v) for v in reader.take("iI"))  # the character map: NFKC, which the tokenizer does itself
    reader.skip(size)
    return [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]


def _tensors(reader: _Reader) -> dict[str, NDArray[np.float32]]:
    (count,) = (int(v) for v in reader.take("i"))
    out: dict[str, NDArray[np.float32]] = {}
    for _ in range(count):
        (length,) = (int(v) for v in reader.take("H"))
        name = reader.skip(length).decode("ascii")
        kind, elements, offset, size = (int(v) for v in reader.take("BIQQ"))
        raw = np.frombuffer(reader.data, np.uint8, size, offset)
        out[name] = _dequantise(raw)[:elements] if kind == 1 else raw.view("<f4").astype(np.float32)
    return out


def _dequantise(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Q4_0 blocks → (32 × blocks,) float32: (nibble − 8) × scale, low nibbles first."""
    blocks = raw.reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return np.asarray(((nibbles.astype(np.float32) - 8) * scale).reshape(-1), dtype=np.float32)


def _state(tensors: dict[str, NDArray[np.float32]], model: BertModel) -> dict[str, NDArray[np.float32]]:
    """Tensors by the names and shapes of the transformers model."""
    shapes = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    suffix = {"w": "weight", "b": "bias"}
    out: dict[str, NDArray[np.float32]] = {}
    for name, value in tensors.items():
        head, *rest = name.split(".")
        if head == "emb":
            key = f"embeddings.{_EMBEDDING[rest[0]]}.{suffix[rest[1]] if len(rest) > 1 else 'weight'}"
        else:
            key = f"encoder.layer.{head[1:]}.{_LAYER[rest[0]]}.{suffix[rest[1]]}"
        out[key] = value.reshape(shapes[key])
    return out


def _tokenizer(pieces: list[tuple[str, float]], longest: int) -> PreTrainedTokenizerFast:
    """A Unigram tokenizer as XLM-RoBERTa's: NFKC, blanks folded, ▁ in front, <s> … </s>."""
    vocabulary = [*pieces, ("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        mask_token="<mask>",
        model_max_length=longest,
    )


def gguf_tokenizer(gguf: Path, target: Path) -> None:
    """Write the vocabulary and merges inside a GGUF file as a tokenizer.json.

    Raises:
        WeightsError: for an architecture or a kind of vocabulary that transformers cannot convert.
    """
    try:
        made = AutoTokenizer.from_pretrained(str(gguf.parent), gguf_file=gguf.name, local_files_only=True)
        made.backend_tokenizer.save(str(target))
    except Exception as error:  # the converter raises many unrelated types
        raise WeightsError(f"{gguf.name} 的词表不能转换（{type(error).__name__}：{str(error)[:120]}）。") from error
