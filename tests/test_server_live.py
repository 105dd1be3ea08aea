"""Real sockets: a slow reader holds up nobody, who leaves frees the writer, a killed process loses nothing that was kept."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from serving import QUESTION, REPLY, HeldWriter, live, service, until

from qa import api_stream, refusal
from qa.store import Store

TESTS = Path(__file__).parent


@pytest.fixture(autouse=True)
def _answerable(monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'talk.db'}")
    yield made
    made.close()


@pytest.fixture
def held(index, settings, store):
    """(service, writer, address) with one slot."""
    writer = HeldWriter()
    made = service(index, settings, writer, store, slots=1)
    with live(made) as address:
        yield made, writer, address
        writer.let_all()


def opened(address, body, room=None):
    """A raw connection on which a question has been asked; `room`: bytes of its receive buffer."""
    to = urlsplit(address)
    connection = socket.socket()
    if room:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connection.settimeout(20)
    connection.connect((to.hostname, to.port))
    data = json.dumps(body).encode()
    head = f"POST /api/ask HTTP/1.1\r\nHost: {to.netloc}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    connection.sendall(head.encode() + data)
    return connection


def events(text):
    blocks = [b for b in text.split("\n\n") if b and not b.startswith(":")]
    return [(b.split("\n")[0].removeprefix("event: "), json.loads(b.split("\n")[1].removeprefix("data: "))) for b in blocks]


def test_a_client_that_reads_byte_by_byte_holds_no_slot(held):
    made, writer, address = held
    slow = opened(address, {"question": QUESTION, "stream": True}, room=1024)
    writer.until(writing=1)
    writer.let_all()
    assert slow.recv(1) == b"H"
    until(lambda: made.running == 0 and made.line.held == 0)  # finished though hardly a byte was read
    other = httpx.post(f"{address}/api/ask", json={"question": QUESTION}, timeout=20)
    assert other.json()["citations"]
    rest = b"H"
    while b"event: answer" not in rest:
        more = slow.recv(97)
        assert more
        rest += more
    slow.close()


@pytest.mark.parametrize("stream", [True, False])
def test_who_hangs_up_frees_the_writer(held, store, stream):
    made, writer, address = held
    first = opened(address, {"question": QUESTION, "stream": stream})
    writer.until(writing=1)
    first.close()
    until(lambda: made.running == 0)  # stored as stopped at once, though the engine is still at its first piece
    writer.let()
    writer.until(closed=1, writing=0)
    until(lambda: made.line.held == 0)
    turn = store.turn(next(iter(made._jobs)))
    assert (turn.status, bool(turn.record["evidence"])) == ("stopped", True)
    writer.let_all()
    assert httpx.post(f"{address}/api/ask", json={"question": QUESTION}, timeout=20).status_code == 200


def test_who_hangs_up_in_line_gives_the_place_up(held):
    made, writer, address = held
    first = opened(address, {"question": QUESTION, "stream": True})
    writer.until(writing=1)
    second = opened(address, {"question": QUESTION, "stream": True})
    until(lambda: made.line.length == 1)
    second.close()
    until(lambda: made.line.length == 0)
    assert made.line.held == 1
    first.close()


def test_a_waiting_reader_gets_evidence_its_place_and_signs_of_life(held, monkeypatch):
    monkeypatch.setattr(api_stream, "HEARTBEAT", 0.05)
    _, writer, address = held
    first = opened(address, {"question": QUESTION})
    writer.until(writing=1)
    read = ""
    with httpx.stream("POST", f"{address}/api/ask", json={"question": QUESTION, "stream": True}, timeout=20) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            read += f"{line}\n"
            if read.count("\n: …") >= 2 and ": waiting 1\n" in read:
                writer.let_all()
    assert [n for n, _ in events(read)][:2] == ["evidence", "token"]
    assert read.index("event: evidence") < read.index(": waiting 1")
    assert events(read)[-1][0] == "answer"
    first.close()


def test_ten_at_once_all_read_their_evidence_while_one_writes(held):
    _, writer, address = held
    seen, ends = threading.Barrier(11, timeout=30), []

    def ask(number):
        body = {"question": QUESTION, "stream": True}
        with httpx.stream("POST", f"{address}/api/ask", json=body, timeout=60) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: evidence"
            seen.wait()
            ends.append([line for line in lines if line.startswith("event:")][-1])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    seen.wait()
    assert writer.begun <= 1
    writer.let_all()
    for thread in threads:
        thread.join(60)
    assert ends == ["event: answer"] * 10
    assert writer.most == 1


def test_a_full_line_is_told_with_when_to_come_back(index, settings, store):
    writer = HeldWriter()
    with live(service(index, settings, writer, store, slots=1, waiting=1)) as address:
        kept = [opened(address, {"question": QUESTION}) for _ in range(2)]
        writer.until(writing=1)
        until(lambda: httpx.post(f"{address}/api/ask", json={"question": "？"}).status_code == 422)
        response = httpx.post(f"{address}/api/ask", json={"question": QUESTION}, timeout=20)
        assert response.status_code == 429
        assert response.json()["type"] == "urn:youju:problem:busy"
        assert int(response.headers["retry-after"]) >= 1
        for connection in kept:
            connection.close()
        writer.let_all()


def test_stop_from_elsewhere_ends_the_stream_with_an_error(held):
    _, writer, address = held
    read = ""
    with httpx.stream("POST", f"{address}/api/ask", json={"question": QUESTION, "stream": True}, timeout=20) as response:
        for line in response.iter_lines():
            read += f"{line}\n"
            if line.startswith("data:") and "event: error" not in read:
                turn = json.loads(line.removeprefix("data: "))["id"]
                told = httpx.post(f"{address}/api/turns/{turn}/stop").json()
                assert (told["status"], told["problem"]) == ("stopped", "已停止。")
    name, problem = events(read)[-1]
    assert name == "error"
    assert (problem["status"], problem["type"], problem["turn"]) == (409, "urn:youju:problem:stopped", turn)
    assert httpx.get(f"{address}/api/turns/{turn}").json()["record"]["evidence"]
    writer.let_all()


VICTIM = """
    import sys
    sys.path.insert(0, {tests!r})
    import uvicorn
    from pathlib import Path
    from fakes import HashEncoder
    from serving import HeldWriter, service
    from index.search import open_index
    from index.settings import IndexSettings
    from qa import refusal, server
    from qa.store import Store

    refusal.answerable = lambda *_: 1.0
    home = Path({home!r})
    own = IndexSettings(home, Path({corpus!r}), Path({index!r}), "none", generator="none")
    writer = HeldWriter()
    made = service(open_index(own, HashEncoder()), own, writer, Store({url!r}), slots=1)
    writer.let(5)  # the first answer, and nothing of the second
    app = server.application(made, with_page=False)
    uvicorn.run(app, fd=int(sys.argv[1]), log_level="error")
"""


def test_a_process_that_is_killed_beside_another_keeps_every_turn_and_only_then_is_its_last_one_marked(index, settings, tmp_path):
    assert len(REPLY) <= 15
    url = f"sqlite:///{tmp_path / 'talk.db'}"
    program = textwrap.dedent(VICTIM).format(
        tests=str(TESTS), home=str(settings.home), corpus=str(settings.corpus), index=str(settings.index), url=url
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        number = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(number)],
            cwd=TESTS.parent,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            pass_fds=[number],
        )
        try:
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            first = httpx.post(f"{address}/api/ask", json={"question": QUESTION}, timeout=120).json()
            body = {"question": "那2025年呢？", "conversation": first["conversation"], "stream": True}
            with httpx.stream("POST", f"{address}/api/ask", json=body, timeout=60) as response:
                lines = response.iter_lines()
                assert next(lines) == "event: evidence"
                cut = json.loads(next(lines).removeprefix("data: "))
                beside = Store(url)
                service(index, settings, HeldWriter(), beside)  # a second process: what the first one writes is not touched
                assert beside.turn(cut["id"]).status == "writing"
                beside.close()
                process.send_signal(signal.SIGKILL)
                assert process.wait(20) == -signal.SIGKILL
        finally:
            process.kill()
    store = Store(url)
    made = service(index, settings, HeldWriter(), store)
    conversation = store.conversation(first["conversation"], "api:open")
    assert [(t.id, t.status) for t in conversation.turns] == [(first["id"], "done"), (cut["id"], "stopped")]
    assert conversation.turns[0].record == first
    assert conversation.turns[1].record["evidence"] == cut["evidence"]
    assert conversation.turns[1].problem
    assert made.turn(first["id"], "api:open").record["citations"]
    store.close()
