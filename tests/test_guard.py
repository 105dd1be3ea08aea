"""The door: who asks, what a browser may do, ids of requests, errors that tell nothing."""

import re

import pytest
from guarded import HTML, Clients, guarded, lines, logging_to, service  # noqa: F401 - a fixture
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from qa import guard
from qa.guard_paths import kind
from qa.guard_record import networks

KEY = "yj-" + "k" * 43


@pytest.fixture
def door(tmp_path):
    def make(client=("10.1.2.3", 5000), store=None, base="http://testserver", **settings):
        return TestClient(guarded(service(tmp_path, store, **settings)), base_url=base, client=client)

    return make


# --- who asks ----------------------------------------------------------------------


def test_a_browser_keeps_one_owner_and_others_have_another(door):
    one = door()
    one.get("/", headers=HTML)
    owner = one.get("/api/who").json()["owner"]
    assert re.fullmatch(r"page:[A-Za-z0-9_-]{24}", owner)
    assert one.get("/api/conversations").json()["owner"] == owner
    assert one.post("/gradio_api/queue/join").json()["owner"] == owner
    one.get("/", headers=HTML)
    assert one.get("/api/who").json()["owner"] == owner
    other = TestClient(one.app)
    other.get("/", headers=HTML)
    assert other.get("/api/who").json()["owner"] not in (owner, "api:open")


def test_the_cookie_outlives_a_restart_and_its_key_is_private(door, tmp_path):
    one = door()
    one.get("/", headers=HTML)
    owner = one.get("/api/who").json()["owner"]
    again = door()
    again.cookies = one.cookies
    assert again.get("/api/who").json()["owner"] == owner
    keys = list(tmp_path.rglob("cookie.key"))
    assert [k.stat().st_mode & 0o777 for k in keys] == [0o600]
    keys[0].write_bytes(b"short")
    assert TestClient(guarded(service(tmp_path)), cookies=one.cookies).get("/api/who").json()["owner"] == "api:open"
    assert len(keys[0].read_bytes()) == 32


def test_the_cookie_is_closed_to_scripts_and_other_sites(door):
    line = door(base="https://testserver").get("/", headers=HTML).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Secure", "Path=/"} <= {p.strip() for p in line.split(";")}
    assert "Secure" not in door().get("/", headers=HTML).headers["set-cookie"]


@pytest.mark.parametrize(
    "forge", [lambda v: "x" + v, lambda v: v[:-2] + "aa", lambda v: v.split(".")[0], lambda v: "", lambda v: "。.x"]
)
def test_a_forged_cookie_is_nobody(door, forge):
    one = door()
    one.get("/", headers=HTML)
    value = one.cookies["youju"]
    one.cookies.clear()
    forged = f"youju={forge(value)}".encode()
    assert one.get("/api/who", headers={b"cookie": forged}).json()["owner"] == "api:open"


def test_programs_without_a_name_share_ids_but_never_a_list(door):
    one = door()
    assert [one.get("/api/who").json()["owner"] for _ in range(2)] == ["api:open"] * 2
    lists = {one.get("/api/conversations").json()["owner"] for _ in range(3)} | {
        one.post("/gradio_api/queue/join").json()["owner"]
    }
    assert len(lists) == 4
    assert "api:open" not in lists


def test_a_page_of_another_origin_cannot_use_the_cookie(door):
    one = door()
    one.get("/", headers=HTML)
    own = one.post("/gradio_api/queue/join", headers={"origin": "http://testserver"}).json()["owner"]
    foreign = one.post("/gradio_api/queue/join", headers={"origin": "http://testserver:9999"}).json()["owner"]
    assert own.startswith("page:")
    assert foreign.startswith("api:")


def test_a_key_names_its_program_and_is_looked_up_once(door):
    store = Clients(keys={"大屏": KEY})
    one = door(store=store)
    bearer = {"authorization": f"Bearer {KEY}"}
    assert [one.get("/api/who", headers=bearer).json()["owner"] for _ in range(3)] == ["key:大屏"] * 3
    assert store.asked == ["key"]


def test_a_wrong_key_is_refused_even_where_none_is_needed(door):
    one = door(store=Clients(keys={"大屏": KEY}))
    told = one.get("/api/who", headers={"authorization": f"Bearer {KEY}x"})
    assert (told.status_code, told.headers["www-authenticate"]) == (401, "Bearer")
    assert told.json()["type"] == "urn:youju:problem:key"
    # what the official client of OpenAI must be given to run at all
    assert one.get("/api/who", headers={"authorization": "Bearer sk-none"}).json()["owner"] == "api:open"


def test_guessing_keys_is_slowed(door):
    store = Clients()
    one = door(store=store, rate=0)
    codes = [one.get("/api/who", headers={"authorization": f"Bearer yj-{n:08}"}).status_code for n in range(40)]
    assert codes == [401] * 30 + [429] * 10
    assert len(store.asked) == 30


def test_a_broken_store_is_told(door):
    told = door(store=Clients(broken=True)).get("/api/who", headers={"authorization": f"Bearer {KEY}"})
    assert (told.status_code, told.json()["detail"]) == (503, "对话库打不开。请检查磁盘。")


def test_owner_reads_the_request_inside_gradios_and_knows_nobody_without_the_door():
    from types import SimpleNamespace

    from gradio import Request as GradioRequest
    from starlette.requests import Request

    scope = {"type": "http", "headers": [], "youju": guard.Client("page", "abc", "")}
    assert guard.owner(GradioRequest(Request(scope))) == guard.owner(Request(scope)) == "page:abc"
    bare = SimpleNamespace(scope={})
    assert guard.owner(bare).startswith("api:")
    assert guard.owner(bare) != guard.owner(bare)


# --- behind a proxy ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        ("", "1.2.3.4", "10.1.2.3"),
        ("192.168.0.0/16", "1.2.3.4", "10.1.2.3"),
        ("10.0.0.0/8", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.0/8", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.0/8", "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
        ("10.0.0.0/8", "6.6.6.6, nonsense", "10.1.2.3"),
        ("10.1.2.3, fd00::/8", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_a_trusted_proxy_may_name_the_client(door, logged, proxies, forwarded, expected):
    door(proxies=proxies).get("/api/who", headers={"x-forwarded-for": forwarded})
    assert lines(logged)[-1]["address"] == expected


def test_https_at_a_trusted_proxy_makes_the_cookie_secure(door):
    headers = HTML | {"x-forwarded-proto": "https"}
    assert "Secure" in door(proxies="10.1.2.3").get("/", headers=headers).headers["set-cookie"]
    assert "Secure" not in door().get("/", headers=headers).headers["set-cookie"]


def test_the_outside_name_of_a_trusted_proxy_is_ours(door):
    outside = {"origin": "https://youju.gov.cn", "x-forwarded-host": "youju.gov.cn"}
    for proxies, kind_of_owner in (("10.1.2.3", "page"), ("", "api")):
        one = door(proxies=proxies)
        one.get("/", headers=HTML)
        owner = one.post("/gradio_api/queue/join", headers=outside).json()["owner"]
        assert owner.split(":")[0] == kind_of_owner


def test_sockets_are_closed(door):
    with pytest.raises(WebSocketDisconnect) as closed, door().websocket_connect("/"):
        raise AssertionError
    assert closed.value.code == 1008


def test_networks_are_read():
    assert [str(n) for n in networks(" 127.0.0.1, 10.0.0.0/8 ,,::1")] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    with pytest.raises(ValueError, match="nix"):
        networks("nix")


# --- ids, errors, headers ----------------------------------------------------------


def test_every_response_has_an_id_and_a_sound_one_is_kept(door):
    one = door()
    assert re.fullmatch(r"[0-9a-f]{32}", one.get("/api/who").headers["x-request-id"])
    assert one.get("/api/who", headers={"x-request-id": "abc-1.2"}).headers["x-request-id"] == "abc-1.2"
    for bad in ('a"b', "x" * 65, "a b"):
        assert one.get("/api/who", headers={"x-request-id": bad}).headers["x-request-id"] != bad


def test_every_problem_holds_the_id_of_its_request(door):
    told = door().get("/api/problem", headers={"x-request-id": "r-1"})
    assert told.json() == {"type": "urn:x", "status": 404, "request": "r-1"}
    assert int(told.headers["content-length"]) == len(told.content)


def test_a_fault_of_ours_tells_nothing_but_its_id(door):
    told = door().get("/api/broken")
    assert (told.status_code, told.json()["type"]) == (500, "urn:youju:problem:internal")
    assert told.json()["request"] == told.headers["x-request-id"]
    assert "geheim" not in told.text
    assert told.headers["x-content-type-options"] == "nosniff"


def test_streams_pass_piece_by_piece(door):
    with door().stream("GET", "/api/stream") as response:
        assert list(response.iter_text()) == ["data: 0\n\n", "data: 1\n\n", "data: 2\n\n"]


@pytest.mark.parametrize(
    ("path", "scripts"),
    [
        ("/", "'self' 'unsafe-inline' 'unsafe-eval'"),
        ("/en/", "'self' 'unsafe-inline' 'unsafe-eval'"),
        ("/s/abc", None),
        ("/login", None),
        ("/page/reader/document/x", None),
        ("/api/who", None),
    ],
)
def test_no_page_may_load_from_or_send_to_elsewhere(door, path, scripts):
    headers = door().get(path, headers=HTML).headers
    rules = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    assert rules.get("script-src") == scripts
    assert rules["default-src"] == ("'none'" if path.startswith("/api/") else "'self'")
    assert "*" not in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_the_manual_may_start_its_script(door):
    assert "script-src 'self' 'unsafe-inline';" in door().get("/docs", headers=HTML).headers["content-security-policy"]


def test_cors_is_for_the_named_origins_without_cookies(door):
    origin = {"origin": "https://a.gov.cn"}
    one = door(cors="https://a.gov.cn, https://b.gov.cn", require_key=1, store=Clients())
    ask = origin | {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    allowed = one.options("/api/echo", headers=ask)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "https://a.gov.cn")
    refused = one.get("/api/who", headers=origin)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "https://a.gov.cn"  # or a script could not read why
    assert "access-control-allow-credentials" not in refused.headers
    assert "access-control-allow-origin" not in one.get("/api/who", headers={"origin": "https://evil.cn"}).headers
    assert "access-control-allow-origin" not in door().get("/api/who", headers=origin).headers


# --- keys required -----------------------------------------------------------------


def test_a_required_key_keeps_programs_out_and_lets_the_page_in(door):
    one = door(require_key=1, store=Clients(keys={"大屏": KEY}))
    told = one.get("/api/who")
    assert (told.status_code, told.json()["type"]) == (401, "urn:youju:problem:key")
    openai = one.get("/v1/models")
    assert (openai.status_code, openai.json()["error"]["code"]) == (401, "invalid_api_key")
    assert one.get("/v1/models", headers={"authorization": "Bearer sk-none"}).status_code == 401
    assert one.get("/api/who", headers={"authorization": f"bearer {KEY}"}).json()["owner"] == "key:大屏"
    assert one.get("/healthz").status_code == one.get("/metrics").status_code == 200
    one.get("/", headers=HTML)
    assert one.get("/api/who").json()["owner"].startswith("page:")


def test_keys_may_be_required_where_nothing_is_recorded(door, tmp_path):
    one = door(require_key=1, record=0)
    assert one.get("/api/who").status_code == 401
    assert len(list(tmp_path.rglob("conversations.sqlite"))) == 1


# --- health ------------------------------------------------------------------------


def test_ready_tells_what_is_missing(door):
    assert door(store=Clients()).get("/readyz").json() == {"status": "ready", "documents": 1, "clauses": 2, "model": "scripted"}
    told = door(store=Clients(broken=True)).get("/readyz")
    assert (told.status_code, told.json()["missing"]) == (503, ["store"])
    assert "还缺：store" in told.json()["detail"]


def test_metrics_count_requests_by_route(door):
    one = door()
    one.get("/s/geheim-token")
    one.get("/api/problem")
    one.get("/nowhere/geheim")
    text = one.get("/metrics").text
    assert 'youju_requests_total{method="GET",route="/s/{token}",status="200"} 1.0' in text
    assert 'youju_requests_total{method="GET",route="/api/problem",status="404"} 1.0' in text
    assert 'youju_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert "geheim" not in text


@pytest.mark.parametrize(
    "path", ["/gradio_api/proxy=http://x", "/en/gradio_api/vibe-edit", "/gradio_api/process_recording", "/monitoring"]
)
def test_what_the_page_does_not_need_of_gradio_is_closed(door, path):
    assert kind(path) == "closed"
    assert door().get(path).json()["type"] == "urn:youju:problem:not-found"
