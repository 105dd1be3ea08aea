"""What an asker told, as vectors: the encoder's upper layers trained on askers and the clauses that serve them.

The story is read as a whole and part by part between its commas, since an asker wants several things at once. Clauses
are not read again: the vectors that an index holds are turned by two small matrices, and towards what the clause's
measures are about (their kinds, topics, beneficiaries …), so that no index is built anew.
Training told both what a person knows and words do not say: who "sells online" is served by 电子商务, who "cannot get
a loan" by 融资担保. `python -m eval.train askers` makes them again.

    likeness(clause) = WHOLE · cos(whole, clause) + (1 − WHOLE) · soft maximum over the parts of cos(part, clause)
    clause ← clause + B · gelu(A · clause) + Σ tag / √(1 + number of tags)
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from index import tuned
from index.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

FILE = "askers.safetensors"
LAYERS = 4
"""Of the encoder, from above, that were trained; those below are the encoder's own."""
LONGEST = 160
"""Tokens of a story that are read."""
WHOLE, SHARP = 0.4, 20.0
"""What the whole story counts beside its best part, and how near the soft maximum of the parts is to the true one."""
INNER = 128
"""Rows of A."""
_SHORTEST = 3
"""Tokens of a part; a shorter one says nothing alone."""
_AT_ONCE = 8192
"""Clauses whose tags are spread out together; a large corpus would fill the memory with zeros."""
_TAG = "about."
"""In front of the name of a tag's vector."""
_BREAK = re.compile(r"[，。！？；,!?;\n]")


class Askers:
    """Stories → vectors, by an encoder's lower layers and the shipped upper ones."""

    def __init__(self, model: Any) -> None:
        """Copy the upper layers of a sentence-transformers model and add what training changed.

        Raises:
            WeightsError: when the shipped file is missing, broken or of another shape.
        """
        self._bert, self._tokenizer, self._prompt = model[0].auto_model, model.tokenizer, model.prompts["query"]
        try:
            import torch  # noqa: PLC0415 - slow to load, and loaded with the model anyway

            changed = tuned.apply(FILE, start(untrained(self._bert)))
            self._learned = untrained(self._bert, (n.removeprefix(_TAG) for n in changed if n.startswith(_TAG)))
            self._learned.load_state_dict({name: torch.from_numpy(value) for name, value in changed.items()})
        except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as error:
            raise WeightsError(
                f"随程序附带的文件 index/tuned/{FILE} 读不出来（{type(error).__name__}）。请重新取一份完整的源码。"
            ) from error

    def told(self, story: str) -> NDArray[np.float32]:
        """(1 + parts, dimensions) unit vectors: of the whole story, then of its parts, each read within the whole."""
        import torch  # noqa: PLC0415

        ids, parts = tokens(self._tokenizer, self._prompt + story)
        with torch.inference_mode():
            states = above(self._learned["upper"], below(self._bert, ids))
            out: NDArray[np.float32] = pooled(states[0], parts).numpy()
        return out

    def offered(self, vectors: NDArray[np.float32], about: Sequence[AbstractSet[str]]) -> NDArray[np.float32]:
        """(n, dimensions) unit vectors of clauses or sentences, as they are compared with what was told.

        Args:
            about: of each, the tags of its clause's measures; those that training did not meet count nothing.
        """
        import torch  # noqa: PLC0415

        out = np.zeros_like(vectors)
        with torch.inference_mode():
            for at in range(0, len(vectors), _AT_ONCE):
                some = slice(at, at + _AT_ONCE)
                out[some] = offered(self._learned, torch.from_numpy(vectors[some]), tagged(self._learned, about[some])).numpy()
        return out


def tokens(tokenizer: Any, text: str) -> tuple[Tensor, Tensor]:
    """(1, n) token numbers of a text, and (n,) the number of the part that each stands in."""
    import torch  # noqa: PLC0415

    made = tokenizer(text, truncation=True, max_length=LONGEST, return_offsets_mapping=True)
    ends = [m.end() for m in _BREAK.finditer(text)] + [len(text)]
    # A token that begins where a part ends belongs to the next one; the last token has no place of its own.
    parts = np.searchsorted(ends, [begin for begin, _ in made["offset_mapping"]], side="right")
    parts[-1] = parts[-2] if len(parts) > 1 else 0
    return torch.tensor([made["input_ids"]]), torch.from_numpy(parts)


def untrained(bert: Any, tags: Iterable[str] = ()) -> Any:
    """What is trained, as it is before: `upper`, a copy of the upper layers, `offered`, the two matrices, and a vector for
    each of the tags in `about`."""
    import torch  # noqa: PLC0415

    size = bert.config.hidden_size
    inner, outer = torch.nn.Linear(size, INNER), torch.nn.Linear(INNER, size, bias=False)
    with torch.no_grad():
        inner.weight.normal_(0, 0.15)
        inner.bias.zero_()
        outer.weight.zero_()
    upper = torch.nn.ModuleList(copy.deepcopy(layer) for layer in bert.encoder.layer[-LAYERS:])
    about = torch.nn.ParameterDict({tag: torch.zeros(size) for tag in sorted(tags)})
    return torch.nn.ModuleDict({"upper": upper, "offered": torch.nn.Sequential(inner, torch.nn.GELU(), outer), "about": about})


def start(learned: Any) -> dict[str, NDArray[np.float32]]:
    """The values from which the shipped file tells the difference: the encoder's own; matrices and tags ship whole."""
    return {name: value.numpy().copy() for name, value in learned.state_dict().items() if name.startswith("upper.")}


def below(bert: Any, ids: Tensor) -> Tensor:
    """(1, n, dimensions) states of one text under the trained layers."""
    states: Tensor = bert.embeddings(input_ids=ids)
    for layer in bert.encoder.layer[:-LAYERS]:
        states = _out(layer(states))
    return states


def above(layers: Any, states: Tensor, mask: Tensor | None = None) -> Tensor:
    """(texts, n, dimensions) states on top of the trained layers; `mask` (texts, n) is 0 for padding."""
    hidden = None if mask is None else (1.0 - mask[:, None, None, :]) * -1e9
    for layer in layers:
        states = _out(layer(states, attention_mask=hidden))
    return states


def pooled(states: Tensor, parts: Tensor) -> Tensor:
    """(1 + parts, dimensions) unit vectors of one text's states (n, dimensions): their mean, and that of each part."""
    import torch  # noqa: PLC0415

    each = [states[parts == part] for part in parts.unique()]
    vectors = torch.stack([states.mean(0), *(inside.mean(0) for inside in each if len(inside) >= _SHORTEST)])
    return torch.nn.functional.normalize(vectors, dim=1)


def tagged(learned: Any, about: Sequence[AbstractSet[str]]) -> Tensor:
    """(n, tags learnt): how much each tag turns each clause; the more a clause has, the less each of them."""
    import torch  # noqa: PLC0415

    column = {tag: at for at, tag in enumerate(learned["about"])}
    out = torch.zeros(len(about), len(column))
    for row, tags in enumerate(about):
        out[row, [column[t] for t in tags if t in column]] = (1 + len(tags)) ** -0.5
    return out


def offered(learned: Any, vectors: Tensor, about: Tensor) -> Tensor:
    """(n, dimensions) unit vectors of clauses (n, dimensions), turned by the matrices and by their tags (`tagged`)."""
    import torch  # noqa: PLC0415

    turned = vectors + learned["offered"](vectors)
    if len(learned["about"]):
        turned = turned + about @ torch.stack(list(learned["about"].values()))
    return torch.nn.functional.normalize(turned, dim=1)


def likeness(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """(clauses,) of the cosines (clauses, 1 + parts) with a story and its parts."""
    if cosines.shape[1] == 1 or not len(cosines):
        return cosines[:, 0]
    parts = cosines[:, 1:]
    best = parts.max(axis=1)
    soft = best + np.log(np.exp((parts - best[:, None]) * SHARP).sum(axis=1)) / SHARP
    out: NDArray[np.float32] = (WHOLE * cosines[:, 0] + (1 - WHOLE) * soft).astype(np.float32)
    return out


def _out(result: Any) -> Any:
    """The states that a layer gives, alone or first of a tuple, as releases of transformers differ."""
    return result[0] if isinstance(result, tuple) else result
