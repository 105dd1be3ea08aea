"""A GGUF model of some thirty thousand random weights: llama.cpp loads and runs it in milliseconds."""

from pathlib import Path

import gguf
import numpy as np

WORDS = "能 否 补贴 企业 可以 申请"
WIDTH, INNER = 32, 64
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _letters() -> list[str]:
    """The printable character that byte-level vocabularies write for each of the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) if b in plain else chr(256 + sum(o not in plain for o in range(b))) for b in range(256)]


def vocabulary() -> tuple[list[str], list[str], list[bool]]:
    """Byte-level tokens, the merges that make WORDS one token each, and which tokens are whole characters or words."""
    letters, merges = _letters(), []
    tokens = list(letters)
    whole = {"".join(letters[b] for b in word.encode()) for word in WORDS.split()} | {chr(b) for b in range(33, 127)}
    for word in WORDS.split():
        made, *rest = (letters[b] for b in word.encode())
        for letter in rest:
            if made + letter not in tokens:
                tokens.append(made + letter)
                merges.append(f"{made} {letter}")
            made += letter
    return tokens, merges, [token in whole for token in tokens]


def write(path: Path, trained_context: int = 4096, quantised: bool = False) -> Path:
    """A one-layer Qwen2 that writes printable ASCII and WORDS and never ends a reply by itself; its matrices in 8 bits or 32."""
    tokens, merges, whole = vocabulary()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    size = len(tokens) + len(special)
    made = gguf.GGUFWriter(path, "qwen2")
    made.add_name("tiny")
    made.add_context_length(trained_context)
    made.add_embedding_length(WIDTH)
    made.add_feed_forward_length(INNER)
    made.add_block_count(1)
    made.add_head_count(2)
    made.add_head_count_kv(2)
    made.add_rope_freq_base(10000.0)
    made.add_layer_norm_rms_eps(1e-6)
    made.add_tokenizer_model("gpt2")
    made.add_tokenizer_pre("qwen2")
    made.add_token_list([*tokens, *special])
    made.add_token_types([1] * len(tokens) + [3] * len(special))
    made.add_token_merges(merges)
    made.add_eos_token_id(size - 1)
    made.add_add_bos_token(False)
    made.add_chat_template(TEMPLATE)
    made.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantised else gguf.LlamaFileType.ALL_F32)
    _weights(made, np.array(whole + [False] * len(special)), quantised)
    made.write_header_to_file()
    made.write_kv_data_to_file()
    made.write_tensors_to_file()
    made.close()
    return path


def _weights(made: gguf.GGUFWriter, written: np.ndarray, quantised: bool) -> None:
    """Random ones, but tokens that are not `written` have the logit 0 throughout, which is never the highest."""
    random, size = np.random.default_rng(0), len(written)

    def some(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    def matrix(name: str, values: np.ndarray) -> None:
        kind = gguf.GGMLQuantizationType.Q8_0
        if quantised:
            made.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            made.add_tensor(name, values)

    last = some(size, WIDTH)
    last[~written] = 0
    matrix("token_embd.weight", some(size, WIDTH))
    matrix("output.weight", last)
    made.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for name in ("attn_q", "attn_k", "attn_v"):
        matrix(f"blk.0.{name}.weight", some(WIDTH, WIDTH))
        made.add_tensor(f"blk.0.{name}.bias", np.zeros(WIDTH, np.float32))
    matrix("blk.0.attn_output.weight", some(WIDTH, WIDTH))
    matrix("blk.0.ffn_gate.weight", some(INNER, WIDTH))
    matrix("blk.0.ffn_up.weight", some(INNER, WIDTH))
    matrix("blk.0.ffn_down.weight", some(WIDTH, INNER))
    for name in ("attn_norm", "ffn_norm"):
        made.add_tensor(f"blk.0.{name}.weight", np.ones(WIDTH, np.float32))
