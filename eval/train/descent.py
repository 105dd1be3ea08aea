"""The part of training that is the same for every model: steps, their rate, and batches of like length."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

_TOLD = 10  # steps between two lines of the log


def descend(
    groups: Sequence[dict[str, Any]], losses: Iterable[Tensor], steps: int, warmup: float, say: Callable[[str], None]
) -> None:
    """Take one AdamW step for each loss; each loss is asked for only after the step before it.

    The rates rise for the share `warmup` of the steps, then fall to nothing in a line.

    Args:
        groups: {"params": tensors, "lr": their rate}.
    """
    learned = [tensor for group in groups for tensor in group["params"]]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (warmup * steps), max(0.0, (steps - s) / ((1 - warmup) * steps)))
    )
    total = 0.0
    for done, loss in enumerate(losses, start=1):
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        total += loss.item()
        if done % _TOLD == 0:
            say(f"step {done}/{steps} loss {total / _TOLD:.3f}")
            total = 0.0


def by_length(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Positions in groups of like length, so that little of a batch is padding."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    yield from (order[at : at + size] for at in range(0, len(order), size))


def restored(parts: Sequence[Tensor], groups: Sequence[Sequence[int]]) -> Tensor:
    """Rows computed group by group, back in the order of their positions."""
    order = torch.tensor([i for group in groups for i in group])
    place = torch.empty(len(order), dtype=torch.long)
    place[order] = torch.arange(len(order))
    return torch.cat(list(parts))[place]
