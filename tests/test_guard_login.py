"""The login: a form that needs no script, is safe from other sites, and tires who guesses."""

import re
import time

import pytest
from guarded import HTML, Clients, guarded, service
from starlette.testclient import TestClient

from qa import guard_identity
from qa.guard_login import local

PASSWORD = "漱石枕流-9"


@pytest.fixture
def people():
    return Clients(people={"小王": PASSWORD}, keys={"大屏": "yj-" + "k" * 43})


@pytest.fixture
def door(tmp_path, people):
    app = guarded(service(tmp_path, people, require_login=1))
    return TestClient(app, follow_redirects=False, headers=HTML)


def token(page):
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


def enter(door, name="小王", password=PASSWORD, wanted="/", **more):
    form = door.get("/login", params={"next": wanted})
    return door.post("/login", data={"name": name, "password": password, "next": wanted, "token": token(form)} | more)


def test_a_visitor_is_shown_the_form_and_comes_back_to_what_was_wanted(door):
    first = door.get("/?c=abc&x=1")
    assert (first.status_code, first.headers["location"]) == (303, "/login?next=%2F%3Fc%3Dabc%26x%3D1")
    form = door.get(first.headers["location"])
    assert 'value="/?c=abc&amp;x=1"' in form.text
    assert "<script" not in form.text
    done = enter(door, wanted="/?c=abc&x=1")
    assert (done.status_code, done.headers["location"]) == (303, "/?c=abc&x=1")
    assert {"HttpOnly", "SameSite=Lax"} <= {p.strip() for p in done.headers["set-cookie"].split(";")}
    assert door.get("/").status_code == 200
    assert door.get("/api/who").json()["owner"] == "user:小王"


def test_nothing_but_health_and_the_form_is_open(door):
    for path in ("/s/abc", "/docs", "/openapi.json", "/api/who", "/v1/models", "/gradio_api/info", "/gradio_api/file=x", "/mcp"):
        assert door.get(path).status_code in (303, 401), path
    assert door.post("/gradio_api/queue/join").status_code == 401
    assert {door.get(p).status_code for p in ("/healthz", "/readyz", "/metrics", "/login", "/logout")} == {200}


def test_a_program_needs_its_key_not_the_page_cookie(door):
    door.get("/login")
    assert door.get("/api/who").status_code == 401
    assert door.get("/api/who", headers={"authorization": "Bearer yj-" + "k" * 43}).json()["owner"] == "key:大屏"


@pytest.mark.parametrize(("name", "password"), [("小王", "falsch-123"), ("nobody", PASSWORD), ("", ""), ("小王", "x" * 300)])
def test_wrong_name_and_wrong_password_are_told_alike(door, name, password):
    told = enter(door, name, password)
    assert told.status_code == 401
    assert "用户名或密码不对" in told.text
    assert "set-cookie" not in told.headers or "youju_login" not in told.headers["set-cookie"]
    assert door.get("/").status_code == 303


def test_the_form_of_another_site_is_refused(door, people):
    assert enter(door, token="").status_code == 403
    assert enter(door, token="x" * 43).status_code == 403
    stranger = TestClient(door.app, follow_redirects=False, headers=HTML)
    foreign = token(stranger.get("/login"))
    assert enter(door, token=foreign).status_code == 403
    door.get("/login")
    good = token(door.get("/login"))
    told = door.post("/login", data={"name": "小王", "password": PASSWORD, "token": good}, headers={"origin": "http://evil"})
    assert told.status_code == 403
    assert "user" not in people.asked


def test_guessing_is_slowed_for_a_name_and_for_an_address(door, people):
    codes = [enter(door, password=f"falsch-{n}").status_code for n in range(12)]
    assert codes == [401] * 10 + [429] * 2
    told = enter(door)
    assert (told.status_code, int(told.headers["retry-after"]) > 0) == (429, True)
    assert [enter(door, name=f"n{n}").status_code for n in range(35)].count(429) >= 3
    assert people.asked.count("user") == 10 + 27
    elsewhere = TestClient(door.app, client=("10.9.9.9", 1), follow_redirects=False, headers=HTML)
    assert enter(elsewhere).status_code == 303


def test_leaving(door):
    enter(door)
    assert door.get("/").status_code == 200
    assert door.post("/logout", data={"token": "x"}).headers["location"] == "/logout"
    assert door.get("/").status_code == 200
    door.post("/logout", data={"token": token(door.get("/logout"))})
    assert door.get("/").status_code == 303


def test_a_removed_person_is_out_and_one_made_anew_must_log_in(door, people, monkeypatch):
    monkeypatch.setattr(guard_identity, "_KNOWN_SECONDS", 0)
    enter(door)
    assert door.get("/").status_code == 200
    people.made = people.made.replace(year=people.made.year + 1)
    assert door.get("/").status_code == 303
    people.made = people.made.replace(year=people.made.year - 1)
    assert door.get("/").status_code == 200
    people.people.clear()
    assert door.get("/").status_code == 303


def test_a_login_runs_out(door, monkeypatch):
    enter(door)
    later = time.time() + guard_identity.LOGIN_SECONDS + 1
    monkeypatch.setattr(guard_identity.time, "time", lambda: later)
    assert door.get("/").status_code == 303


def test_the_page_cookie_of_another_purpose_is_no_login(door, tmp_path):
    enter(door)
    value = door.cookies["youju"]
    door.cookies.clear()
    door.cookies.set("youju_login", value)
    assert door.get("/").status_code == 303


@pytest.mark.parametrize(
    "bad", ["//evil.cn", "/\\evil.cn", "https://evil.cn", "javascript:alert(1)", "", "/a\nb", "/login", "/\t/evil.cn"]
)
def test_after_the_login_no_other_site_is_opened(door, bad):
    assert local(bad) == "/"
    assert enter(door, wanted=bad).headers["location"] == "/"


def test_markup_in_a_name_or_address_is_shown_as_text(door):
    told = enter(door, name="<script>alert(1)</script>", password='"><img src=x>', wanted='/?q="><script>')
    assert "<script" not in told.text
    assert "<img" not in told.text
