"""The service that the tests of the MCP server reach."""

import pytest
from live import SteadyWriter

from qa import refusal
from qa.answer import Assistant
from qa.service import Service
from qa.settings import Settings


@pytest.fixture
def service(index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    own = Settings(index=settings, everyday=0)
    made = Service(Assistant(index, SteadyWriter(), own), None, own)
    yield made
    made.close(1)
