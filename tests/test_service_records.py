"""The record of an answer: the answer's JSON, with the kept text of every document that it cites or shows."""

from dataclasses import replace

import match_world
import pytest
from fakes import ScriptedWriter
from hits import clause
from serving import QUESTION, REPLY, finished, service

from corpus.repair import repair
from qa import wire
from qa.service_documents import digest
from qa.store import digest as store_digest

pytest_plugins = ["services"]
pytestmark = pytest.mark.usefixtures("answerable")


def test_the_record_is_the_answers_json_with_its_ids_and_documents(make):
    made = make(ScriptedWriter(REPLY, REPLY))
    *_, answer = made.assistant.ask(QUESTION)
    record = finished(made.ask(QUESTION, "me")).record
    own = {"id", "conversation", "documents", "timings"}
    assert {k: v for k, v in record.items() if k not in own} == {
        k: v for k, v in wire.answer_json(answer).items() if k not in own
    }


def test_what_is_cited_or_shown_can_be_read_from_the_kept_text(make):
    made = make(ScriptedWriter(REPLY))
    record = finished(made.ask(QUESTION, "me")).record
    assert {p["document"] for p in record["evidence"]} <= record["documents"].keys()
    for citation in record["citations"]:
        kept = made.keeper.document(record["documents"][citation["document"]])
        assert kept["text"][citation["start"] : citation["end"]] == citation["quote"]
        outline = {c["clause"]: c for c in kept["clauses"]}
        assert outline[citation["clause"]]["address"] == citation["address"]


def test_a_digest_is_the_stores_and_of_all_that_is_kept(make):
    made = make(ScriptedWriter(REPLY))
    record = finished(made.ask(QUESTION, "me")).record
    for name, found in record["documents"].items():
        snapshot = made.documents.snapshot(name)
        assert found == digest(snapshot) == store_digest(snapshot)
        assert found != digest(snapshot | {"clauses": snapshot["clauses"][1:]})


def test_repairs_are_told_where_they_stand_in_the_kept_text():
    raw = "\ufeff标题\r\n\r\n\r\n\r\n\r\n一、要求。 二、补贴：每张床位１万元，\r\n另加２万元.\r\n"
    text, edits = repair(raw)
    document = replace(clause("一、要求\n甲。\n").document, text=text, edits=edits)
    told = wire.edits_json(document)
    found = {e["after"]: text[e["start"] : e["end"]] for e in told if e["after"].strip()}
    assert found == {"1": "1", "2": "2"}
    for edit in told:
        if "另起一行" in edit["reason"]:
            assert text[edit["start"] - 1 : edit["end"] + 1] == "。\n二"
    assert any("另起一行" in e["reason"] for e in told)
    assert max(e["end"] for e in told) <= len(text)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return match_world.made(tmp_path_factory.mktemp("world"))


def test_the_measures_beside_an_answer_can_be_read_from_the_kept_text(world, talks):
    made = service(*world, ScriptedWriter("对机器人企业购买设备给予补助。"), talks)
    asked = made.ask("我们是沈阳一家做机器人的民营企业，想买设备，能享受什么补贴？", "me", filters=None)
    record = finished(asked).record
    cited = {part["document"] for part in record["evidence"] + record["citations"]}
    measures, rules = record["matches"]["measures"], record["matches"]["rules"]
    assert {m["document"] for m in measures} - cited, "every measure is cited anyway"
    assert rules
    for part in measures + rules:
        kept = talks.document(record["documents"][part["document"]])
        assert kept["text"][part["start"] : part["end"]] == part.get("benefit", part.get("quote"))
