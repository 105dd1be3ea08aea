"""Counters: what an answer's record says is counted once, and labels hold no words of users."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from qa.meters import Meters

RECORD = {
    "question": "geheime Frage",
    "refusal": None,
    "failure": "",
    "extractive": False,
    "timings": {"retrieve": 40.0, "first_token": 900.0, "total": 4000.0, "other": 1.0},
    "sentences": [{"verdict": "verified"}, {"verdict": "verified"}, {"verdict": "weak"}],
    "removed": [{"text": "geheim"}],
}


def value(meters, name, **labels):
    for family in text_string_to_metric_families(meters.text().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


def test_an_answer_is_counted_from_its_record():
    meters = Meters()
    meters.answered(RECORD)
    assert value(meters, "youju_answers_total", outcome="written") == 1
    assert value(meters, "youju_stage_seconds_sum", stage="retrieve") == 0.04
    assert value(meters, "youju_stage_seconds_sum", stage="first_token") == 0.9
    assert value(meters, "youju_stage_seconds_count", stage="total") == 1
    assert value(meters, "youju_stage_seconds_count", stage="other") is None
    verdicts = [value(meters, "youju_sentences_total", verdict=v) for v in ("verified", "weak", "unsupported")]
    assert verdicts == [2, 1, 1]
    assert value(meters, "youju_refusals_total", reason="region") is None
    assert "geheim" not in meters.text().decode()


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"refusal": "region"}, "refused"),
        ({"failure": "生成模型出错"}, "failed"),
        ({"failure": "生成模型出错", "extractive": True}, "failed"),
        ({"extractive": True}, "quoted"),
    ],
)
def test_outcomes(change, outcome):
    meters = Meters()
    meters.answered(RECORD | change)
    assert value(meters, "youju_answers_total", outcome=outcome) == 1
    assert value(meters, "youju_answers_total", outcome="written") is None
    assert value(meters, "youju_refusals_total", reason="region") == (1 if outcome == "refused" else None)


def test_a_record_of_evidence_only_is_no_error():
    meters = Meters()
    meters.answered({})
    assert value(meters, "youju_answers_total", outcome="written") == 1


def test_tokens_line_and_door():
    meters = Meters()
    meters.tokens()
    meters.tokens(4)
    meters.waiting(3)
    meters.waiting(2)
    meters.running(1)
    meters.turned_away("rate")
    meters.request("/api/ask", 200, 0.2, "POST")
    assert value(meters, "youju_tokens_total") == 5
    assert value(meters, "youju_waiting") == 2
    assert value(meters, "youju_running") == 1
    assert value(meters, "youju_turned_away_total", reason="rate") == 1
    assert value(meters, "youju_requests_total", route="/api/ask", method="POST", status="200") == 1
    assert value(meters, "youju_request_seconds_count", route="/api/ask") == 1


def test_two_services_count_apart():
    one, two = Meters(), Meters()
    one.tokens()
    assert value(two, "youju_tokens_total") == 0
