"""The door in a real browser: the login without any script, then the whole page and the manual under their policies."""

import pytest
from browser import DESKTOP, PHONE, Script, axe, chromium, serving, small_index  # noqa: F401 - one is a fixture

from qa import refusal
from qa.store import Store, sqlite_url

PASSWORD = "漱石枕流-2026"


@pytest.fixture(scope="module")
def closed(tmp_path_factory, sample):
    """A server that asks for a login, at a rate that people have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refusal, "answerable", lambda *_: 1.0)
        patch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        home = tmp_path_factory.mktemp("closed")
        index, settings = small_index(home, sample)
        store = Store(sqlite_url(home / "store.sqlite"))
        store.add_client("user", "小王", PASSWORD)
        with serving(index, settings, Script(), store, require_login=1) as running:
            yield running
        store.close()


@pytest.fixture
def opened(chromium):  # noqa: F811
    """A page of a new context, and what the browser complained of."""
    contexts = []

    def make(**options):
        context = chromium.new_context(locale="zh-CN", **({"viewport": DESKTOP} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        complaints = []
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: complaints.append(str(e)))
        return page, complaints

    yield make
    for context in contexts:
        context.close()


def log_in(page, password=PASSWORD):
    page.get_by_label("用户名").fill("小王")
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("options", [{"viewport": PHONE, "java_script_enabled": False}, {"color_scheme": "dark"}])
def test_the_login_works_by_keyboard_without_script_on_a_phone_and_in_the_dark(closed, opened, options):
    page, complaints = opened(**options)
    page.goto(f"{closed.url}/docs?x=1")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.activeElement.id") == "name"
    log_in(page, "falsches-wort")
    assert "用户名或密码不对" in page.get_by_role("alert").inner_text()
    log_in(page)
    page.wait_for_url(f"{closed.url}/docs?x=1")
    assert [c for c in complaints if "401" not in c] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_has_no_serious_fault_for_a_screen_reader(closed, opened, scheme):
    page, _ = opened(color_scheme=scheme, bypass_csp=True)
    page.goto(f"{closed.url}/login")
    assert axe(page) == []


def test_after_the_login_the_page_asks_and_answers_under_its_policy(closed, opened):
    page, complaints = opened()
    page.goto(f"{closed.url}/")
    log_in(page)
    page.wait_for_function("document.activeElement?.id === 'yj-q'")  # the page is alive
    page.locator("#yj-q").fill("江东省新建社区养老服务中心每张床位有多少建设补贴？")
    page.keyboard.press("Enter")
    page.locator(".yj-toolbar").first.wait_for()
    assert complaints == []
    (conversation,) = closed.service.store.conversations("user:小王")
    assert closed.service.store.kept(conversation.id).turns[0].status == "done"


def test_the_manual_draws_under_its_policy(closed, opened):
    page, complaints = opened()
    page.goto(f"{closed.url}/docs")
    log_in(page)
    page.get_by_text("/api/ask").first.wait_for()
    assert complaints == []
