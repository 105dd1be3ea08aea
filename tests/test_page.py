"""The page on the server: its shell in Gradio's HTML, its own files, what it asks of the service, HTML for its script."""

import asyncio
import re

import pytest
from browser import Script, small_index
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa import api_ask, api_conversations, api_problems, guard, page_chat, page_routes, refusal, server
from qa.answer import Assistant
from qa.page_text import EN, ZH
from qa.service import Service
from qa.settings import Settings
from qa.store import Store

QUESTION = "江东省新建社区养老服务中心每张床位有多少建设补贴？"
VISIT = {"accept": "text/html"}


@pytest.fixture(scope="module")
def small(tmp_path_factory, sample):
    return small_index(tmp_path_factory.mktemp("small"), sample)


@pytest.fixture
def service(small, tmp_path, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    index, settings = small
    chosen = Settings(index=settings, everyday=0, rate=0)
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    running = Service(Assistant(index, Script(), chosen), store, chosen)
    yield running
    running.close(5)
    store.close()


def messages(stream):
    async def collected():
        return [message async for message in stream]

    return asyncio.run(collected())


def asked(service, question=QUESTION, owner="page:a", words=ZH, **more):
    return messages(page_chat.asked(service, {"question": question, "local": "l1"} | more, owner, words))


# --- what the script receives ----------------------------------------------------


def test_evidence_comes_before_the_text_and_every_message_holds_all(service):
    service.assistant.writer.pace = 0.07
    got = asked(service)
    assert all(m["local"] == "l1" for m in got)
    assert len({m["turn"] for m in got}) == 1
    first = next(m for m in got if m["slots"]["evidence"])
    assert first["slots"]["text"] == ""
    texts = [m["slots"]["text"] for m in got if "yj-live" in m["slots"]["text"]]
    assert len(texts) > 2
    assert all(m["slots"]["evidence"] for m in got if m["slots"]["text"])
    last = got[-1]
    assert (last["status"], last["number"]) == ("done", 1)
    assert "yj-sign" in last["slots"]["text"]
    assert last["say"].startswith("每张床位给予1万元建设补贴。")


def test_quick_text_is_joined_but_never_lost(service):
    got = asked(service)
    assert len(got) < 10
    assert "1万元" in got[-1]["slots"]["text"]


@pytest.mark.parametrize(
    ("question", "more", "said"),
    [
        ("？？", {}, "没有看到问题"),
        ("", {}, "没有看到问题"),
        ("补" * 1001, {}, "1001 个字"),
        (QUESTION, {"conversation": "nothing"}, "没有"),
        (QUESTION, {"replaces": "nothing"}, "没有"),
        (QUESTION, {"filters": {"colours": ["x"]}}, "筛选条件不对"),
        (QUESTION, {"filters": {"years": ["x"]}}, "筛选条件不对"),
        (QUESTION, {"filters": {"levels": "省"}}, "筛选条件不对"),
        (QUESTION, {"filters": [1]}, "筛选条件不对"),
        (QUESTION, {"filters": {"levels": [{}]}}, "筛选条件不对"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_message(service, question, more, said):
    (message,) = asked(service, question, **more)
    assert said in message["problem"]
    assert message["local"] == "l1"
    assert "turn" not in message


def test_a_scope_holds(service):
    last = asked(service, "养老服务有什么补贴？", filters={"levels": ["县"]})[-1]
    assert set(re.findall(r'class="yj-tag">(国家|省|市|县)<', last["slots"]["evidence"])) == {"县"}
    assert "范围：县" in last["slots"]["question"]


def test_a_running_answer_can_be_followed_again_from_its_start(service):
    writer = service.assistant.writer
    writer.hold()
    job = service.ask(QUESTION, "page:a", linger=20)

    async def both():
        early = []
        async for message in page_chat.followed(service, job.turn.id, "page:a", ZH):
            early.append(message)
            if message["slots"]["text"]:
                break
        writer.release()
        return early, [m async for m in page_chat.followed(service, job.turn.id, "page:a", ZH)]

    early, late = asyncio.run(both())
    assert early[-1]["status"] == "writing"
    assert late[-1]["status"] == "done"
    again = messages(page_chat.followed(service, job.turn.id, "page:a", ZH))
    assert again[-1]["slots"] == late[-1]["slots"]


def test_a_stored_answer_is_followed_by_one_message_and_anothers_is_missing(service):
    job = service.ask(QUESTION, "page:a")
    assert messages(page_chat.followed(service, job.turn.id, "page:a", ZH))[-1]["status"] == "done"
    service._jobs.clear()
    (stored,) = messages(page_chat.followed(service, job.turn.id, "page:a", ZH))
    assert "yj-sign" in stored["slots"]["text"]
    (other,) = messages(page_chat.followed(service, job.turn.id, "page:b", ZH))
    (none,) = messages(page_chat.followed(service, "nothing", "page:b", ZH))
    assert other["problem"].replace(job.turn.id, "") == none["problem"].replace("nothing", "")
    assert "slots" not in other


def test_a_full_line_is_told(service):
    writer = service.assistant.writer
    writer.hold()
    jobs = [service.ask(QUESTION, "page:a") for _ in range(service.assistant.writer.slots + service.settings.waiting)]
    (message,) = asked(service)
    assert "slots" not in message
    assert message["problem"]
    for job in jobs:
        job.stop()
    writer.release()


def test_english_words_on_the_english_page(service):
    assert "clauses found" in asked(service, words=EN)[-1]["slots"]["evidence"]


# --- HTML over HTTP --------------------------------------------------------------


def door(service):
    """All of the app but Gradio, which takes seconds to build."""
    app = FastAPI()
    api_problems.install(app)
    guard.install(app, service)
    api_ask.routes(app, service)
    api_conversations.routes(app, service)
    page_routes.mount(app, service)
    return TestClient(app, headers=VISIT)


@pytest.fixture
def client(service):
    with door(service) as opened:
        opened.get("/")  # the cookie
        yield opened


def owner_of(client):
    """Ask through the API: the cookie of the page is the owner."""
    return client.post("/api/ask", json={"question": QUESTION}).json()


@pytest.fixture(scope="module")
def whole(small):
    """The page with Gradio; nothing is asked."""
    index, settings = small
    chosen = Settings(index=settings, everyday=0, rate=0)
    running = Service(Assistant(index, Script(), chosen), None, chosen)
    with TestClient(server.application(running), headers=VISIT) as opened:
        yield opened
    running.close(1)


@pytest.mark.parametrize(("path", "lang", "hello"), [("/", "zh-CN", "想问什么政策"), ("/en/", "en", "What would you like")])
def test_the_chat_stands_in_the_html_that_is_sent(whole, path, lang, hello):
    page = whole.get(path).text
    assert f'<html\n\tlang="{lang}"' in page
    assert hello in page
    assert 'id="yj-q"' in page
    assert "/page/static/page.js?v=" in page
    assert "og:" not in page.split("window.gradio_config")[0]
    assert page.index('id="yj-early"') < page.index("<gradio-app")
    assert "&lt;script&gt;window.hacked=1&lt;/script&gt;" in page
    assert "<script>window.hacked" not in page


def test_the_english_page_opens_without_its_slash(whole):
    sent = whole.get("/en?c=abc", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (308, "/en/?c=abc")


def test_own_files_are_served(whole):
    for name in ("page.css", "page.js", "tabs.css", "tabs.js", "icon.svg"):
        assert whole.get(f"/page/static/{name}").status_code == 200
    assert whole.get("/page/static/%2e%2e/page.py").status_code == 404


def test_a_conversation_and_its_reader_are_its_owners(client, service):
    answer = owner_of(client)
    thread = client.get(f"/page/conversations/{answer['conversation']}")
    assert thread.status_code == 200
    assert f'data-turn="{answer["id"]}"' in thread.text
    reader = client.get(f"/page/reader/turn/{answer['id']}/1.0")
    quote = answer["citations"][0]["quote"]
    assert f'<mark class="yj-cited">{quote}' in reader.text
    listed = client.get("/page/conversations", params={"opened": answer["conversation"]}).text
    assert 'aria-current="true"' in listed
    with door(service) as other:
        for path in (f"conversations/{answer['conversation']}", f"reader/turn/{answer['id']}/1.0"):
            assert other.get(f"/page/{path}").status_code == 404
    assert client.get(f"/page/reader/turn/{answer['id']}/99").status_code == 404
    assert client.get("/page/reader/turn/nothing/1").status_code == 404
    assert client.get("/page/conversations/nothing").status_code == 404


def test_the_reader_shows_the_text_that_was_cited_when_the_library_has_changed(client, service, monkeypatch):
    answer = owner_of(client)
    before = client.get(f"/page/reader/turn/{answer['id']}/1.0").text
    monkeypatch.setattr(service.documents, "_clauses", {}, raising=False)
    assert client.get(f"/page/reader/turn/{answer['id']}/1.0").text == before
    assert client.get(f"/page/reader/document/{answer['citations'][0]['document']}").status_code == 404
    # What an answer speaks of beside its text (measures), and what the tab for measures has listed, is kept as well.
    cited = answer["citations"][0]
    at = {key: cited[key] for key in ("clause", "start", "end", "quote")}
    beside = client.get(f"/page/reader/turn/{answer['id']}/document/{cited['document']}", params=at).text
    digest = answer["documents"][cited["document"]]
    listed = client.get(f"/page/reader/document/{cited['document']}", params=at | {"kept": digest}).text
    for opened in (beside, listed):
        assert "".join(re.findall(r'<mark class="yj-cited">([^<]*)', opened)) == cited["quote"]
    assert client.get(f"/page/reader/turn/{answer['id']}/document/other", params=at).status_code == 404


def test_what_was_not_kept_is_told_and_never_marked_wrongly(client, service):
    answer = owner_of(client)
    path, at = "/page/reader/document/jiangzhengfa-2020-8", {"clause": "jiangzhengfa-2020-8:一", "start": 3, "end": 9}
    gone = client.get(path, params=at | {"kept": "0" * 64, "quote": ""}).text
    assert "当时的文本没有保存" in gone
    assert "yj-cited" in gone
    moved = client.get(path, params=at | {"kept": "0" * 64, "quote": "另一份文件的话"}).text
    assert "原来那几个字已不在那里" in moved
    assert "yj-cited" not in moved
    other = next(d.id for d in service.assistant.index.documents if d.id not in answer["documents"])
    assert "当时的文本没有保存" in client.get(f"/page/reader/turn/{answer['id']}/document/{other}").text
    with door(service) as stranger:
        assert stranger.get(f"/page/reader/turn/{answer['id']}/document/{other}").status_code == 404


def test_a_document_is_opened_at_a_span(client):
    found = client.get(
        "/page/reader/document/jiangzhengfa-2020-8", params={"clause": "jiangzhengfa-2020-8:一", "start": 3, "end": 9}
    )
    assert '<mark class="yj-cited">' in found.text
    assert client.get("/page/reader/document/nothing").status_code == 404
    at = {"clause": "jiangzhengfa-2020-8:一", "start": 3, "end": 9}
    for quote, marked in ((re.search('yj-cited">([^<]+)<', found.text)[1], True), ("另一份文件的话", False)):
        same = client.get("/page/reader/document/jiangzhengfa-2020-8", params=at | {"quote": quote})
        assert ("yj-cited" in same.text) is marked
    odd = client.get("/page/reader/document/jiangzhengfa-2020-8", params={"start": 10**9, "end": 10**9 + 5})
    assert odd.status_code == 200
    assert "yj-cited" not in odd.text


def test_a_shared_conversation_is_a_page_with_its_reader_until_it_is_not(client, service):
    answer = owner_of(client)
    token = client.post(f"/api/conversations/{answer['conversation']}/share").json()["token"]
    with door(service) as other:
        page = other.get(f"/s/{token}")
        assert QUESTION in page.text
        assert 'data-act="edit"' not in page.text
        assert "noindex" in page.text
        opened = other.get(f"/page/reader/turn/{answer['id']}/1.0", params={"share": token})
        assert answer["citations"][0]["quote"] in opened.text
        assert other.get(f"/page/reader/turn/{answer['id']}/1.0", params={"share": token[:-1]}).status_code == 404
        assert other.get("/page/reader/turn/nothing/1.0", params={"share": token}).status_code == 404
        client.delete(f"/api/conversations/{answer['conversation']}/share")
        gone = other.get(f"/s/{token}")
        assert gone.status_code == 404
        assert "已经停止分享" in gone.text
        assert QUESTION not in gone.text


def test_the_page_works_when_nothing_is_kept(small, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    index, settings = small
    chosen = Settings(index=settings, everyday=0, rate=0)
    running = Service(Assistant(index, Script(), chosen), None, chosen)
    last = asked(running)[-1]
    assert last["status"] == "done"
    with door(running) as client:
        assert "还没有对话" in client.get("/page/conversations").text
        assert client.get("/s/anything").status_code == 404
    running.close(1)
