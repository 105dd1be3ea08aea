"""Everyday words are no guide to the right clause: beside what the writer chose stands the leading one."""

import pytest
from fakes import ScriptedWriter

from index.settings import IndexSettings
from qa import refusal
from qa.answer import Assistant
from qa.settings import Settings

QUESTION = "社区养老服务中心的建设怎么补贴？"


@pytest.mark.parametrize(("likeness", "leads"), [(0, False), (100, True)])
def test_the_leading_clause_is_quoted_too(index, settings: IndexSettings, monkeypatch, likeness, leads):
    """The writer answers from a clause that is not the first; only a question that no clause is like gets the first too."""
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    monkeypatch.setattr("qa.quote._BEHIND", 0.0)  # what the writer chose is not doubtful by itself

    def asked(*replies):
        assistant = Assistant(index, ScriptedWriter(*replies), Settings(index=settings, everyday=likeness))
        *_, answer = assistant.ask(QUESTION)
        return answer

    keywords = ("养老",) * (likeness > 0)
    first = asked(*keywords, "按标准给予补贴。").hits[0].clause.id
    other = next(p for p in asked(*keywords, "按标准给予补贴。").evidence if p.clause.id != first)
    answer = asked(*keywords, other.text.split("。")[0] + "。")
    cited = [c.clause.id for c in answer.citations]
    assert other.clause.id in cited
    assert (first in cited) == leads
