"""What a running service measures of itself, for Prometheus; no label ever holds what a user wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

disable_created_metrics()  # type: ignore[no-untyped-call] # a second line for each counter that nobody reads
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STAGES = {"retrieve": "retrieve", "first_token": "first_token", "total": "total"}
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)
_VERDICTS = ("verified", "weak", "unsupported")


class Meters:
    """Counters of one service; each has a registry of its own, so that tests and several services do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self._stages = Histogram("youju_stage_seconds", "Seconds of a stage of an answer", ["stage"], buckets=_SECONDS, **own)
        self._tokens = Counter("youju_tokens", "Pieces of text that the writer gave", **own)
        self._answers = Counter("youju_answers", "Finished answers by outcome", ["outcome"], **own)
        self._refusals = Counter("youju_refusals", "Questions without an answer, by reason", ["reason"], **own)
        self._verdicts = Counter("youju_sentences", "Sentences by verdict; unsupported ones were taken out", ["verdict"], **own)
        self._waiting = Gauge("youju_waiting", "Questions in line for the writer", **own)
        self._running = Gauge("youju_running", "Answers that are being written", **own)
        self._requests = Counter("youju_requests", "HTTP requests", ["route", "method", "status"], **own)
        self._seconds = Histogram("youju_request_seconds", "Seconds of an HTTP request", ["route"], buckets=_SECONDS, **own)
        self._turned_away = Counter("youju_turned_away", "Requests refused at the door", ["reason"], **own)

    def stage(self, name: str, seconds: float) -> None:
        self._stages.labels(name).observe(seconds)

    def tokens(self, number: int = 1) -> None:
        self._tokens.inc(number)

    def refused(self, reason: str) -> None:
        """A question that gets no answer: the reason of a refusal, or why it never became a job (busy, question)."""
        self._refusals.labels(reason).inc()

    def answered(self, record: Mapping[str, Any]) -> None:
        """Count a finished answer from its record (`wire.answer_json`): outcome, stages, refusal, verdicts.

        Call neither `stage` nor `refused` for the same answer.
        """
        for name, milliseconds in (record.get("timings") or {}).items():
            if name in _STAGES:
                self.stage(_STAGES[name], milliseconds / 1000)
        reason = record.get("refusal")
        if reason:
            self.refused(str(reason))
        outcomes = {"refused": reason, "failed": record.get("failure"), "quoted": record.get("extractive"), "written": True}
        outcome = next(name for name, true in outcomes.items() if true)
        self._answers.labels(outcome).inc()
        for sentence in record.get("sentences") or []:
            if sentence.get("verdict") in _VERDICTS:
                self._verdicts.labels(sentence["verdict"]).inc()
        if removed := len(record.get("removed") or []):
            self._verdicts.labels("unsupported").inc(removed)

    def waiting(self, number: int) -> None:
        self._waiting.set(number)

    def running(self, number: int) -> None:
        self._running.set(number)

    def request(self, route: str, status: int, seconds: float, method: str = "GET") -> None:
        """Count a request; `route` is a template such as /api/turns/{id}, so that the number of labels is bounded."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def turned_away(self, reason: str) -> None:
        """Count a request that was refused at the door: rate, body, key, login."""
        self._turned_away.labels(reason).inc()

    def text(self) -> bytes:
        """All counters in Prometheus' text format (CONTENT_TYPE)."""
        return generate_latest(self.registry)
