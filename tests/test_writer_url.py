"""The engine on a server, against a scripted one for everything that can go wrong."""

import json
import logging
import socket
import threading
import time
import traceback

import pytest
from chat_server import Server, begin, events, reply, send, whole

from qa.answer import Assistant, Evidence
from qa.records import Answer
from qa.remote import OpenAIWriter
from qa.settings import Settings
from qa.writer import WriterError, writer

ASKED = [{"role": "system", "content": "简短回答。"}, {"role": "user", "content": "企业可以申请补贴吗？"}]
KEY = "sk-geheim-0123456789"


@pytest.fixture
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def remote(server, settings):
    """make(**fields): the engine on the scripted server; it waits a second at most."""

    def make(**fields):
        fields = {"writer_url": server.url, "writer_timeout": 1, **fields}
        made = writer(Settings(index=settings, engine="openai", **fields))
        assert isinstance(made, OpenAIWriter)
        return made

    return make


def test_a_server_is_asked_for_four_replies_at_once_unless_told(remote):
    assert [remote(slots=told).slots for told in (0, 9)] == [4, 9]


def failure(made, *parts):
    """The message that a reply ends in; it holds these parts and no key, not even in its traceback."""
    with pytest.raises(WriterError) as caught:
        list(made.stream(ASKED, 50))
    message = str(caught.value)
    assert not [p for p in parts if p not in message], message
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return message


def test_pieces_come_one_by_one_as_they_are_written(server, remote):
    read = threading.Event()

    def answer(handler):
        begin(handler)
        send(handler, "可以")
        assert read.wait(5)
        send(handler, "申请。")
        send(handler, finish="stop")

    server.answer = answer
    stream = remote(writer_timeout=5).stream(ASKED, 50)
    assert next(stream) == "可以"
    read.set()
    assert list(stream) == ["申请。"]


def test_what_is_asked_of_the_server(server, remote):
    server.answer = whole("可以", "申请。")
    made = remote()
    assert list(made.stream(ASKED, 50)) == ["可以", "申请。"]
    assert [(r[0], r[1]) for r in server.requests] == [("GET", "/v1/models"), ("POST", "/v1/chat/completions")]
    expected = {"model": "qwen-test", "messages": ASKED, "max_tokens": 50, "temperature": 0, "seed": 1, "stream": True}
    assert server.requests[-1][3] == expected
    assert made.name == "qwen-test"
    list(made.stream(ASKED, 50))
    assert [r[0] for r in server.requests] == ["GET", "POST", "POST"]


def test_a_named_model_needs_no_list(server, remote):
    server.answer = whole("好")
    made = remote(writer_model="qwen3:8b")
    assert made.name == "qwen3:8b"
    assert list(made.stream(ASKED, 50)) == ["好"]
    assert [r[3]["model"] for r in server.requests] == ["qwen3:8b"]


def test_a_key_is_sent_and_no_other_one(server, remote, monkeypatch):
    server.answer = whole("好")
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "sk-other")
    list(remote().stream(ASKED, 50))
    assert not [v for r in server.requests for v in r[2].values() if "sk-other" in v]
    assert not [r for r in server.requests if "Authorization" in r[2]]
    server.requests.clear()
    list(remote(writer_key=KEY).stream(ASKED, 50))
    assert [r[2]["Authorization"] for r in server.requests] == [f"Bearer {KEY}"] * 2


def test_proxies_and_base_urls_of_the_environment_are_not_used(server, remote, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/v1")
    server.answer = whole("好")
    assert list(remote().stream(ASKED, 50)) == ["好"]


@pytest.mark.parametrize("silent", [False, True])
def test_leaving_closes_the_connection(server, remote, silent):
    closed = threading.Event()

    def answer(handler):
        begin(handler)
        send(handler, "可以")
        try:
            while not silent:
                send(handler, "申请")
                time.sleep(0.005)
            handler.connection.settimeout(20)
            if handler.connection.recv(1) == b"":
                closed.set()
        except ConnectionError:
            closed.set()

    server.answer = answer
    stream = remote(writer_timeout=30).stream(ASKED, 50)
    next(stream)
    began = time.monotonic()
    stream.close()
    assert time.monotonic() - began < 0.9
    assert closed.wait(5)


def _silent(handler):
    time.sleep(3)


def _pings(handler):
    begin(handler)
    _pings_on(handler)


def _stops_after_a_piece(handler):
    begin(handler)
    send(handler, "可以")
    _pings_on(handler)


def _pings_on(handler):
    for _ in range(30):
        handler.wfile.write(b": ping\n\n")
        handler.wfile.flush()
        time.sleep(0.1)


@pytest.mark.parametrize("answer", [_silent, _pings, _stops_after_a_piece])
def test_a_server_that_takes_too_long_is_told(server, remote, answer):
    server.answer = answer
    began = time.monotonic()
    failure(remote(writer_timeout=0.4), server.url, "0.4 秒", "YOUJU_WRITER_TIMEOUT")
    assert 0.4 <= time.monotonic() - began < 2.5


def test_a_slow_list_of_models_is_told_too(remote):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        made = remote(writer_url=f"http://127.0.0.1:{mute.getsockname()[1]}/v1", writer_timeout=0.4)
        failure(made, "0.4 秒", "YOUJU_WRITER_TIMEOUT")


@pytest.mark.parametrize(
    ("status", "said", "parts"),
    [
        (401, f"Incorrect key {KEY}", ["不接受密钥（401）", "YOUJU_WRITER_KEY"]),
        (403, "no", ["不接受密钥（403）", "YOUJU_WRITER_KEY"]),
        (404, "The model `x` does not exist", ["404：The model `x` does not exist", "YOUJU_WRITER_MODEL", "YOUJU_WRITER_URL"]),
        (400, f"{KEY} context of 2048 tokens", ["拒绝了请求", "400：*** context of 2048", "YOUJU_EVIDENCE_TOKENS"]),
        (429, "slow down", ["太忙", "429：slow down"]),
        (500, f"{'x' * 150}{KEY}", ["出错", f"500：{'x' * 150}***", "日志"]),
        (503, "", ["出错（503）"]),
    ],
)
def test_refusals_of_the_server_say_what_to_do(server, remote, status, said, parts):
    server.answer = lambda handler: reply(handler, status, json.dumps({"error": {"message": said, "code": status}}))
    failure(remote(writer_key=KEY), server.url, *parts)
    assert len(server.requests) == 2  # the list and one try


def test_a_page_of_a_gateway_is_not_repeated(server, remote):
    server.answer = lambda handler: reply(handler, 502, "<html><h1>Bad Gateway</h1></html>", "text/html")
    assert "<" not in failure(remote(), "出错（502）")


@pytest.mark.parametrize(
    "answer",
    [
        events(b"\xff\xfe\x00garbage\n\n"),
        events("data: {not json\n\n"),
        events("data: [1, 2]\n\n"),
        events('data: {"choices": [{"text": "old"}]}\n\n'),
        events('data: {"choices": [{"delta": {"content": 5}}]}\n\n'),
        events(""),
        lambda handler: reply(handler, 200, "<html>Welcome</html>", "text/html"),
        lambda handler: reply(handler, 200, json.dumps({"answer": "好"})),
    ],
)
def test_what_is_no_such_interface_is_told(server, remote, answer):
    server.answer = answer
    failure(remote(), server.url, "不是 OpenAI 接口的内容", "/v1")


def test_a_list_that_is_none_is_told(server, remote):
    server.answer = whole("好")
    server.models = []
    failure(remote(), "没有列出任何模型", "YOUJU_WRITER_MODEL")
    server.models = "nonsense"
    failure(remote(), "不是 OpenAI 接口的内容")


def _ends(handler):
    begin(handler)
    send(handler, "可以")
    send(handler, "申")


def _breaks(handler):
    """A chunked body that ends within a chunk."""
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    data = b"".join(b'data: {"choices": [{"delta": {"content": "%s"}}]}\n\n' % p.encode() for p in ("可以", "申"))
    handler.wfile.write(b"%x\r\n%s\r\nff\r\ndata: {" % (len(data), data))
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("answer", [_ends, _breaks])
def test_a_stream_that_is_cut_gives_its_pieces_and_then_says_so(server, remote, answer):
    server.answer = answer
    stream = remote().stream(ASKED, 50)
    assert [next(stream), next(stream)] == ["可以", "申"]
    with pytest.raises(WriterError, match=r"写到一半断开了.*请重试"):
        next(stream)


@pytest.mark.parametrize("pieces", [(), ("", " \n")])
def test_an_empty_reply_is_told(server, remote, pieces):
    server.answer = whole(*pieces)
    failure(remote(), "一个字也没有写", "思考")


def test_an_error_within_a_stream_is_told(server, remote):
    def answer(handler):
        begin(handler)
        send(handler, "可以")
        handler.wfile.write(f'data: {{"error": {{"message": "out of memory {KEY}"}}}}\n\n'.encode())

    server.answer = answer
    failure(remote(writer_key=KEY), "出错", "out of memory ***")


def test_nothing_listens_there(remote):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    made = remote(writer_url=url)  # the program starts without the server
    assert failure(made, "连不上", url, "连接被拒绝", "YOUJU_WRITER_URL")


def test_a_connection_that_is_dropped_before_the_reply(server, remote):
    server.answer = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)
    failure(remote(), "连不上", "YOUJU_WRITER_URL")


def test_plain_http_where_tls_is_expected(server, remote):
    failure(remote(writer_url=server.url.replace("http:", "https:")), "连不上", "证书或加密方式不被接受")


def test_evidence_and_refusals_do_without_the_server(index, settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    chosen = Settings(index=settings, engine="openai", writer_url=url, everyday=0)
    assistant = Assistant(index, writer(chosen), chosen)
    asked = assistant.ask("新建社区养老服务中心每张床位补贴多少？")
    assert isinstance(next(asked), Evidence)
    (answer,) = asked
    assert isinstance(answer, Answer)
    assert "连不上" in answer.failure
    assert answer.extractive
    assert answer.citations
    assert all(c.quote in answer.text for c in answer.citations)
    *_, refused = assistant.ask("深圳新建社区养老服务中心有补贴吗？")
    assert isinstance(refused, Answer)
    assert refused.refusal == "region"


def test_a_model_that_has_been_replaced_is_looked_up_again(server, remote):
    server.answer = lambda handler: reply(handler, 404, json.dumps({"error": {"message": "no such model"}}))
    made = remote()
    failure(made, "404：no such model")
    server.models, server.answer = [{"id": "newer"}], whole("好")
    assert list(made.stream(ASKED, 50)) == ["好"]
    assert made.name == "newer"


def test_what_does_not_fit_is_not_sent(server, remote):
    with pytest.raises(WriterError, match=r"回答最多 4000 个，.*4096 个.*YOUJU_CONTEXT_TOKENS"):
        remote().stream([{"role": "user", "content": "补贴" * 100}], 4000)
    assert server.requests == []


def test_the_key_is_in_no_log(server, remote, caplog):
    server.answer = whole("好")
    with caplog.at_level(logging.DEBUG):
        made = remote(writer_key=KEY)
        list(made.stream(ASKED, 50))
    assert KEY not in caplog.text
    assert KEY not in f"{made!r}"
