"""The shipped corpus and the real models behind the page, in Chromium: what is cited is what is shown, before and after."""

import pytest
from browser import axe, chromium, serving, visit  # noqa: F401 - fixtures

from qa import start
from qa.settings import Settings
from qa.store import Store

pytestmark = pytest.mark.real
QUESTION = "众创空间能减哪些税？"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    settings = Settings.from_environment()
    assistant = start.assistant(settings)
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('real') / 'store.sqlite'}")
    with serving(assistant.index, settings.index, assistant.writer, store) as running:
        yield running
    store.close()


def marked(page):
    """The cited span as the reader shows it; marks inside a mark count once."""
    page.locator("#yj-page mark.yj-cited").first.wait_for()
    return page.locator("#yj-page mark.yj-cited").evaluate_all(
        "marks => marks.filter(m => !m.parentElement.closest('mark.yj-cited')).map(m => m.textContent).join('')"
    )


def opened(page):
    """Every mark of the answer: its reference, and what it opens."""
    out = {}
    marks = page.locator(".yj-turn .yj-text .yj-mark")
    for n in range(marks.count()):
        marks.nth(n).click()
        out[marks.nth(n).get_attribute("data-mark")] = marked(page)
        page.keyboard.press("Escape")  # the next one is read anew
    return out


def test_every_mark_opens_exactly_what_is_cited_and_the_same_after_a_refresh(live, visit):  # noqa: F811
    page = visit()
    page.set_default_timeout(300_000)
    page.locator("#yj-q").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".yj-card").first.wait_for()
    assert page.locator(".yj-toolbar").count() == 0  # the evidence is there while the answer is still written
    streamed = set()
    while not page.locator(".yj-turn .yj-toolbar").count():
        streamed |= set(page.locator(".yj-turn .yj-live").all_inner_texts())
        page.wait_for_timeout(50)
    assert len(streamed) > 2, "the text did not grow"
    turn = page.locator(".yj-turn")
    record = live.service.keeper.turn(turn.get_attribute("data-turn")).record
    assert record["citations"]
    texts = {d.id: d.text for d in live.index.documents}
    for cited in record["citations"]:
        assert texts[cited["document"]][cited["start"] : cited["end"]] == cited["quote"]
    before = opened(page)
    assert len(before) == len({f"{c['marker']}.{c['sentence']}" for c in record["citations"]})
    for ref, shown in before.items():
        marker, sentence = (int(n) for n in ref.split("."))
        spans = {(c["start"], c["quote"]) for c in record["citations"] if (c["marker"], c["sentence"]) == (marker, sentence)}
        assert shown == "".join(quote for _, quote in sorted(spans))
    assert axe(page) == []
    text = turn.locator(".yj-text").inner_text()
    page.reload()
    page.locator(".yj-turn .yj-toolbar").wait_for()
    assert page.locator(".yj-turn .yj-text").inner_text() == text
    assert opened(page) == before
