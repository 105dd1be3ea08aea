"""Stand-ins for the models: HashEncoder for the embedding model, FakeReranker, ScriptedWriter for the generator."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.models import Vectors
from index.tokens import words


class HashEncoder:
    """Character bigrams hashed into a unit vector: equal texts give equal vectors, shared words give likeness.

    `embedded` counts passages. With `fail_after=n` the call that would embed passage n + 1 raises `error`.
    """

    def __init__(
        self,
        fingerprint: str = "hash:1",
        dimensions: int = 256,
        fail_after: int | None = None,
        error: BaseException | type[BaseException] = KeyboardInterrupt,
    ) -> None:
        self.fingerprint, self.dimensions = fingerprint, dimensions
        self.fail_after, self.error = fail_after, error
        self.embedded = 0
        self.batches: list[list[str]] = []
        """Texts of each call of `passages`."""
        self.asked: list[str] = []
        """Texts of all calls of `queries`."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self._vectors(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        if self.fail_after is not None and self.embedded + len(texts) > self.fail_after:
            raise self.error
        self.embedded += len(texts)
        self.batches.append(list(texts))
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        counts = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for bigram in [text[i : i + 2] for i in range(len(text) - 1)] or [text]:
                counts[row, zlib.crc32(bigram.encode("utf-8", "surrogatepass")) % self.dimensions] += 1
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


class FakeReranker:
    """Word overlap: the share of the question's words that the passage holds; the other way round with `contrary`.

    `read` holds (question, passages) of each call.
    """

    def __init__(self, contrary: bool = False) -> None:
        self.contrary = contrary
        self.read: list[tuple[str, list[str]]] = []

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        self.read.append((question, list(passages)))
        asked = set(words(question))
        shares = [len(asked & set(words(p))) / max(1, len(asked)) for p in passages]
        return np.array([1 - s if self.contrary else s for s in shares], np.float32)


class ScriptedWriter:
    """Replays queued replies a few characters at a time; a queued exception is raised in its place.

    `sent` holds (messages, max_tokens) of each call, `closed_early` whether its reader left before the end
    (None while it is being read).
    """

    name = "scripted"
    slots = 4

    def __init__(self, *replies: str | BaseException, piece: int = 3) -> None:
        self.replies = deque(replies)
        self.piece = piece
        self.sent: list[tuple[list[dict[str, str]], int]] = []
        self.closed_early: list[bool | None] = []

    def stream(self, messages: Sequence[dict[str, str]], max_tokens: int) -> Iterator[str]:
        self.sent.append(([dict(m) for m in messages], max_tokens))
        assert self.replies, "the writer was called more often than replies were queued"
        self.closed_early.append(None)
        return self._pieces(self.replies.popleft(), len(self.closed_early) - 1)

    def count(self, text: str) -> int:
        return len(text)

    def _pieces(self, reply: str | BaseException, call: int) -> Iterator[str]:
        if isinstance(reply, BaseException):
            raise reply
        try:
            for at in range(0, len(reply), self.piece):
                yield reply[at : at + self.piece]
        except GeneratorExit:
            self.closed_early[call] = True
            raise
        self.closed_early[call] = False
