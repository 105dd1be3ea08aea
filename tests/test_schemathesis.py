"""The whole API against its own description: no 5xx, no reply that its schema does not allow, no nonsense let in.

A longer run, against a server that is up (`make serve`):
    .venv/bin/schemathesis run http://127.0.0.1:7860/openapi.json --max-time 300
"""

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from serving import HeldWriter, service

from qa import refusal, server
from qa.store import Store

EXAMPLES = 8


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An index over the sample corpus that outlives one test."""
    import shutil

    from conftest import DATA
    from fakes import HashEncoder

    from index.build import build
    from index.search import open_index
    from index.settings import IndexSettings

    home = tmp_path_factory.mktemp("fuzzed")
    corpus = shutil.copytree(DATA, home / "documents")
    own = IndexSettings(home, corpus, home / "index", str(home / "encoder"), generator=str(home / "writer.gguf"))
    build(own, HashEncoder(), progress=False)
    return open_index(own, HashEncoder()), own


@pytest.fixture
def schema(world, tmp_path, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    writer = HeldWriter()
    writer.let_all()
    store = Store(f"sqlite:///{tmp_path / 'talk.db'}")
    made = service(*world, writer, store)
    # That words can be asked at all (a letter in a question, a place that exists) is no matter of the schema.
    accepted = ["2xx", "400", "404", "409", "422"]
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": accepted}},
        }
    )
    yield schemathesis.openapi.from_asgi("/openapi.json", server.application(made, with_page=False), config=config)
    made.close(5)
    store.close()


def test_every_endpoint_keeps_its_word(schema):
    """Examples, limits of every value, random requests good and bad, and chains of calls."""
    wrong, asked = [], set()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError | events.Interrupted):
            wrong.append(str(event))
        elif isinstance(event, events.ScenarioFinished):
            asked |= {(c.value.operation.label, event.phase.name) for c in event.recorder.cases.values()}
            wrong += [
                f"{event.recorder.cases[case].value.operation.label}: {check.failure_info.failure.title}\n"
                f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
                for case, checks in event.recorder.checks.items()
                for check in checks
                if check.failure_info
            ]
    assert not wrong, "\n\n".join(dict.fromkeys(wrong))
    operations = {o.ok().label for o in schema.get_all_operations()}
    for phase in ("COVERAGE", "FUZZING"):
        assert {label for label, name in asked if name == phase} == operations
    assert any(name == "STATEFUL_TESTING" for _, name in asked)
