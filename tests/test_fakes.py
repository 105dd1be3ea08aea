"""What the other tests lean on: the fakes behave as said, and no test can reach the network."""

import os
import socket
import urllib.request

import numpy as np
import pytest
from fakes import HashEncoder, ScriptedWriter

REFUSED = pytest.fail.Exception


def test_equal_texts_are_one_and_shared_words_are_near():
    same, other, near, far = HashEncoder().passages(["护理补贴", "护理补贴", "护理补贴标准", "新能源汽车"])
    assert np.array_equal(same, other)
    # bigrams 护理 理补 补贴 against those and 贴标 标准: 3 / √(3·5)
    assert same @ near == pytest.approx(3 / 15**0.5)
    assert same @ far < 0.5 < same @ near
    assert np.linalg.norm(HashEncoder().queries(["税", ""]), axis=1) == pytest.approx([1, 1])


def test_the_writer_replays_and_notes_who_left_early():
    writer = ScriptedWriter("一二三四", "五六七八", piece=2)
    messages = [{"role": "user", "content": "问"}]
    assert list(writer.stream(messages, 9)) == ["一二", "三四"]
    left = writer.stream(messages, 5)
    assert next(left) == "五六"
    left.close()
    assert writer.closed_early == [False, True]
    assert writer.sent == [(messages, 9), (messages, 5)]
    assert writer.count("四个字符") == 4
    with pytest.raises(AssertionError, match="more often"):
        writer.stream(messages, 1)


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.01),
        lambda: socket.socket().connect(("192.0.2.1", 80)),
        lambda: socket.socket().connect_ex(("8.8.8.8", 53)),
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: urllib.request.urlopen("http://example.org"),
    ],
)
def test_nothing_leaves_the_machine(reach):
    with pytest.raises(REFUSED, match=r"a test (opened a connection to|looked up)"):
        reach()


def test_this_machine_may_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_the_users_settings_are_out_of_sight(tmp_path):
    assert {n: v for n, v in os.environ.items() if n.startswith("YOUJU_")} == {"YOUJU_HOME": str(tmp_path / "home")}
