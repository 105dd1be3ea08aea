"""Documents as they were when an answer cited them: kept once, by the digest of what is kept."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

from corpus.records import Clause
from index.search import Index
from qa import wire
from qa.turns import Json


class Shelf(Protocol):
    def keep_document(self, sha256: str, snapshot: Json) -> None: ...


class Documents:
    """Snapshots of an index's documents. The digest covers text and outline: either may change when an index is rebuilt."""

    def __init__(self, index: Index, shelf: Shelf) -> None:
        self._index, self._shelf = index, shelf
        self._kept: dict[str, str] = {}
        self._lock = threading.Lock()

    def keep(self, ids: Iterable[str]) -> dict[str, str]:
        """Document id → digest, each kept before this returns.

        Raises:
            StoreError: the shelf does not take it.
        """
        return {document: self._keep(document) for document in ids}

    def snapshot(self, document_id: str) -> Json:
        """`wire.snapshot_json` of a document of the index; KeyError for another."""
        clauses = self._clauses[document_id]
        return wire.snapshot_json(clauses[0].document, clauses)

    def _keep(self, document_id: str) -> str:
        with self._lock:
            known = self._kept.get(document_id)
        if known:
            return known
        snapshot = self.snapshot(document_id)
        found = digest(snapshot)
        self._shelf.keep_document(found, snapshot)
        with self._lock:
            self._kept[document_id] = found
        return found

    @cached_property
    def _clauses(self) -> dict[str, list[Clause]]:
        out: dict[str, list[Clause]] = {}
        for clause in self._index.clauses:
            out.setdefault(clause.document.id, []).append(clause)
        return out


def digest(snapshot: Json) -> str:
    """SHA-256, in hex, of a snapshot as JSON with sorted keys, without blanks, in ASCII: as `qa.store.digest`."""
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
