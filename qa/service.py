"""Questions from everybody at once: each answered in a thread of its own, one line before the writer, all of it kept.

job = service.ask("众创空间能减哪些税？", owner="page:…")
for event in job.events(): …        # Started, Found, Waiting…, Said…, Finished or Failed

The page, the API, /v1 and MCP all ask here, and read the record that is kept.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol, TypeVar

from index.search import Filters
from qa import logs, wire
from qa.answer import LONGEST, Assistant, Event, Evidence, check, clean
from qa.line import Line
from qa.records import Answer, QuestionError
from qa.service_documents import Documents
from qa.service_job import Gate, Job
from qa.service_memory import Memory
from qa.settings import Settings
from qa.turns import BusyError, Conversation, Json, MissingError, Status, StoreError, Turn

_T = TypeVar("_T")
_REASONS: dict[type[Exception], str] = {BusyError: "busy", QuestionError: "question", MissingError: "missing"}
_REMEMBERED = 128  # finished jobs that can still be followed from the first event
_CLOSING = "服务正在关闭，不再接受新的问题。请稍后再问。"
_AGAIN = "这个问题已经重新提问，先前的回答停在这里。"
_SHUT = "服务关闭了，回答停在这里。请重新提问。"


class Keeper(Protocol):
    """What asking needs of a store: qa.store.Store, or Memory where nothing is kept on disk."""

    def begin(
        self,
        owner: str,
        question: str,
        filters: Json,
        conversation: str | None = None,
        replaces: str | None = None,
        earlier: Sequence[str] = (),
    ) -> Turn: ...
    def update(self, turn_id: str, record: Json) -> None: ...
    def finish(self, turn_id: str, status: Status, record: Json | None = None, problem: str = "") -> Turn: ...
    def turn(self, turn_id: str) -> Turn: ...
    def conversation(self, conversation_id: str, owner: str) -> Conversation: ...
    def keep_document(self, sha256: str, snapshot: Json) -> None: ...
    def document(self, sha256: str) -> Json: ...


class Service:
    """One Assistant for many askers; safe to share between threads and to call from an event loop's threads."""

    def __init__(self, assistant: Assistant, store: Any | None, settings: Settings, meters: Any | None = None) -> None:
        self.assistant, self.store, self.settings, self.meters = assistant, store, settings, meters
        self.keeper: Keeper = Memory() if store is None else store
        self.documents = Documents(assistant.index, self.keeper)
        self.line = Line(settings.slots or assistant.writer.slots, settings.waiting)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._closing = False
        if store is not None and (cut := store.enlist()):
            logs.note("interrupted", logging.WARNING, turns=cut)

    @property
    def closing(self) -> bool:
        return self._closing

    @property
    def running(self) -> int:
        """Answers that are not finished."""
        with self._lock:
            return sum(not job.done for job in self._jobs.values())

    def ask(
        self,
        question: str,
        owner: str,
        conversation: str | None = None,
        filters: Filters | None = None,
        replaces: str | None = None,
        earlier: Sequence[str] | None = None,
        linger: float = 0,
    ) -> Job:
        """Take a question: it is kept before this returns, and answered whether or not anybody follows.

        Args:
            replaces: a turn that this question takes the place of, with all that came after it.
            earlier: what the asker typed before, oldest first; None: the questions of the conversation.
            linger: seconds between the moment when the last follower leaves and the stop. A job that nobody has
                followed yet goes on.

        Raises:
            QuestionError: it cannot be asked; says what to write instead.
            MissingError: no such conversation or turn of this owner.
            BusyError: too many are waiting, or the service is closing.
            StoreError: the store does not take it.
        """
        chosen = filters or Filters()
        try:
            if self._closing:
                raise BusyError(_CLOSING)
            question = check(question)
            conversation, before = self._before(owner, conversation, replaces)
            ticket = self.line.ticket()
        except (BusyError, QuestionError, MissingError) as error:
            if self.meters:
                self.meters.refused(_REASONS[type(error)])
            raise
        typed = before if earlier is None else [clean(t)[:LONGEST] for t in earlier]
        try:
            kept = {k: list(v) for k, v in asdict(chosen).items() if v}
            turn = self.keeper.begin(owner, question, kept, conversation, replaces, () if earlier is None else typed)
        except BaseException:
            ticket.leave()
            raise
        if replaces and (old := self.job(replaces)):
            old.stop(_AGAIN)
        job = Job(turn, ticket, self, linger)
        logs.note("asked", turn=turn.id, **logs.words(question))
        self._start(job, typed, chosen)
        return job

    def _start(self, job: Job, earlier: Sequence[str], filters: Filters) -> None:
        with self._lock:
            self._jobs[job.turn.id] = job
            self._drop_old()
        own = copy.copy(self.assistant)

        def events(gate: Gate) -> Iterator[Event]:
            own.writer = gate
            return own.ask(job.turn.question, earlier, filters)

        job.start(events, self.assistant.writer, self._finished)
        self.moved()

    def job(self, turn_id: str) -> Job | None:
        """A job that is running or has just finished."""
        with self._lock:
            return self._jobs.get(turn_id)

    def turn(self, turn_id: str, owner: str) -> Turn:
        """A turn of this owner.

        Raises:
            MissingError: no such turn, or somebody else's: the words are the same.
        """
        try:
            turn = self.keeper.turn(turn_id)
            self.keeper.conversation(turn.conversation, owner)
        except MissingError:
            raise MissingError(f"没有 id 为“{turn_id}”的回答，或者它已经删除。") from None
        return turn

    def stop(self, turn_id: str, owner: str) -> Turn | None:
        """Stop an answer; the turn as it stands then, a finished one as it was. None: another living process writes it.

        Raises:
            MissingError: as `turn`.
        """
        turn = self.turn(turn_id, owner)
        if turn.status != "writing":
            return turn
        if job := self.job(turn_id):
            job.stop()
            return job.turn
        if self.store is not None:
            self.store.interrupted()  # perhaps its process is dead, and nobody has looked yet
        turn = self.turn(turn_id, owner)
        return turn if turn.status != "writing" else None

    def drop(self, conversation_id: str) -> None:
        """Stop what is still being written in a conversation that was deleted."""
        with self._lock:
            jobs = [job for job in self._jobs.values() if job.turn.conversation == conversation_id]
        for job in jobs:
            job.stop()

    def close(self, patience: float) -> None:
        """Take no more questions; running answers have `patience` seconds to finish, then they are stopped."""
        self._closing = True
        until = time.monotonic() + patience
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.join(max(0.0, until - time.monotonic()))
        for job in jobs:
            job.stop(_SHUT)
        for job in jobs:
            job.join(1)

    # --- what jobs write down: an answer is given even when it cannot be kept ---------

    def found(self, turn: Turn, event: Evidence) -> Json:
        """The record of the evidence, kept with its documents."""
        record = wire.evidence_json(event) | self._marked(turn, [p.clause.document.id for p in event.pieces])
        self._try(turn, lambda: self.keeper.update(turn.id, record))
        return record

    def answered(self, turn: Turn, answer: Answer) -> Turn:
        """The finished turn, kept with the documents of what is cited and shown."""
        record = wire.answer_json(answer)
        matches = record["matches"] or {"measures": [], "rules": []}
        shown = [*record["evidence"], *record["citations"], *matches["measures"], *matches["rules"]]
        return self.ended(turn, "done", record | self._marked(turn, [part["document"] for part in shown]), "")

    def ended(self, turn: Turn, status: Status, record: Json | None, problem: str) -> Turn:
        """A turn as it ended, kept."""
        if self.meters and status == "done" and record:
            self.meters.answered(record)
        kept = self._try(turn, lambda: self.keeper.finish(turn.id, status, record, problem))
        return kept or replace(turn, status=status, record=record, problem=problem)

    def _marked(self, turn: Turn, documents: Sequence[str]) -> Json:
        kept = self._try(turn, lambda: self.documents.keep(dict.fromkeys(documents))) or {}
        return {"id": turn.id, "conversation": turn.conversation, "documents": kept}

    def _try(self, turn: Turn, act: Callable[[], _T]) -> _T | None:
        try:
            return act()
        except MissingError:  # it was deleted meanwhile
            return None
        except StoreError as error:
            logs.note("not kept", logging.ERROR, error, turn=turn.id)
            return None

    def _before(self, owner: str, conversation: str | None, replaces: str | None) -> tuple[str | None, list[str]]:
        """The conversation, and the questions that stay before the new one."""
        if replaces is not None:
            held = self.turn(replaces, owner).conversation
            if conversation not in (None, held):
                raise MissingError(f"对话 {conversation} 里没有 id 为“{replaces}”的回答。")
            conversation = held
        if conversation is None:
            return None, []
        turns = self.keeper.conversation(conversation, owner).turns
        until = next((t.number for t in turns if t.id == replaces), None)
        if replaces is not None and until is None:
            raise MissingError(f"id 为“{replaces}”的回答已经被后来的提问代替了。")
        return conversation, [t.question for t in turns if until is None or t.number < until]

    def _finished(self, pieces: int) -> None:
        if self.meters:
            self.meters.tokens(pieces)
        self.moved()

    def moved(self) -> None:
        """Tell the meters who runs and waits."""
        if self.meters:
            self.meters.running(self.running)
            self.meters.waiting(self.line.length)

    def _drop_old(self) -> None:
        done = [turn_id for turn_id, job in self._jobs.items() if job.done]
        for turn_id in done[: max(0, len(done) - _REMEMBERED)]:
            del self._jobs[turn_id]
