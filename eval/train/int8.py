"""The encoder's layers in 8 bits (SmoothQuant by NNCF), as `index/quantised.py` runs them. Only this file imports nncf.

The word vectors stay outside: they are looked up, not multiplied, and are four fifths of the model's bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from index.quantised import MASK, WORDS

_ALPHA = 0.75
"""How far SmoothQuant moves the range of the activations into the weights."""
_SPANS = 200
"""Passages from which the ranges of the activations are read."""


class Layers(torch.nn.Module):  # type: ignore[misc]
    """A BERT's layers from word vectors to unit vectors, in operations that convert without loss."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(batch, tokens, dimensions) and (batch, tokens) → (batch, dimensions): mean over the tokens, length 1."""
        embeddings = self.model.embeddings
        batch, tokens, width = words.shape
        placed = words + embeddings.position_embeddings.weight[:tokens] + embeddings.token_type_embeddings.weight[0]
        state = embeddings.LayerNorm(placed)
        hidden = (1.0 - mask[:, None, None, :]) * -10_000.0
        for layer in self.model.encoder.layer:
            read = layer.attention.self
            heads = (batch, tokens, read.num_attention_heads, read.attention_head_size)
            q, k, v = (part(state).reshape(heads).transpose(1, 2) for part in (read.query, read.key, read.value))
            seen = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=hidden)
            seen = seen.transpose(1, 2).reshape(batch, tokens, width)
            state = layer.attention.output.LayerNorm(layer.attention.output.dense(seen) + state)
            wide = torch.nn.functional.gelu(layer.intermediate.dense(state))
            state = layer.output.LayerNorm(layer.output.dense(wide) + state)
        weight = mask.unsqueeze(-1)
        return torch.nn.functional.normalize((state * weight).sum(1) / weight.sum(1), dim=1)


def quantise(model: Any, tokens: Sequence[Sequence[int]], path: Path) -> None:
    """Write `path` (.xml) and its .bin.

    Args:
        model: the transformer inside the encoder.
        tokens: of passages like those that will be embedded, from which the ranges are read.
    """
    import nncf  # noqa: PLC0415 - an extra, needed only here
    import openvino  # noqa: PLC0415

    table = model.get_input_embeddings().weight.detach()
    inputs = [{WORDS: table[torch.tensor([t])].numpy(), MASK: torch.ones(1, len(t)).numpy()} for t in tokens[:_SPANS]]
    shapes = [
        (WORDS, openvino.PartialShape([-1, -1, table.shape[1]]), openvino.Type.f32),
        (MASK, openvino.PartialShape([-1, -1]), openvino.Type.f32),
    ]
    with torch.no_grad():
        example = tuple(torch.tensor(inputs[0][name]) for name in (WORDS, MASK))
        plain = openvino.convert_model(Layers(model).eval(), example_input=example, input=shapes)
    for name, port in zip((WORDS, MASK), plain.inputs, strict=True):
        port.get_tensor().set_names({name})
    quantised = nncf.quantize(
        plain,
        nncf.Dataset(inputs),
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=_SPANS,
        advanced_parameters=nncf.AdvancedQuantizationParameters(
            smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(matmul=_ALPHA)
        ),
    )
    openvino.save_model(quantised, path, compress_to_fp16=True)
