"""What is kept and given on, in Chromium: earlier conversations, links, files, ratings, languages, dark; places in line."""

from pathlib import Path

import pytest
from browser import axe, chromium, live, picture, visit  # noqa: F401 - fixtures
from test_browser_chat import LOANS, QUESTION, ask, cited, finished, quotes, script  # noqa: F401

from qa import page_html_drawer

CARE = "江东省收住失能老年人的机构每月有多少运营补贴？"


def titles(page):
    return [row.split("\n")[0] for row in page.locator(".yj-row a").all_inner_texts()]


def history(page):
    page.locator('[data-act="history"]').click()
    page.locator(".yj-row").first.wait_for()


@pytest.mark.parametrize("phone", [False, True])
def test_earlier_conversations_are_listed_and_opened(visit, phone):  # noqa: F811
    page = visit(phone=phone)
    ask(page)
    page.locator('[data-act="new"]').click()
    assert page.locator("#yj-hello").is_visible()
    assert "?c=" not in page.url
    ask(page, CARE)
    history(page)
    if not phone:
        picture(page, "chat-history")
    assert titles(page) == [CARE, QUESTION]
    assert axe(page) == []
    page.locator(".yj-row a", has_text=QUESTION).click()
    assert page.locator("#yj-drawer").is_hidden()
    assert QUESTION in finished(page, 1).locator(".yj-asked").inner_text()


def test_a_title_is_written_in_its_row_and_escape_leaves_it_as_it_was(visit):  # noqa: F811
    page = visit(phone=True)
    ask(page)
    history(page)
    button = page.locator('[data-act="rename"]')
    button.focus()
    page.keyboard.press("Enter")
    box = page.locator(".yj-name input")
    assert box.evaluate("node => node === document.activeElement")
    assert axe(page) == []
    page.keyboard.type("不要这个")
    page.keyboard.press("Escape")
    assert box.is_hidden()
    assert page.locator("#yj-drawer").is_visible()
    assert titles(page) == [QUESTION]
    assert button.evaluate("node => node === document.activeElement")
    page.keyboard.press("Enter")
    page.keyboard.type("床位<b>补贴")
    page.keyboard.press("Enter")
    page.locator(".yj-row a", has_text="床位<b>补贴").wait_for()
    assert button.evaluate("node => node === document.activeElement")
    page.keyboard.press("Escape")
    assert page.locator("#yj-drawer").is_hidden()
    assert page.locator('[data-act="history"]').evaluate("node => node === document.activeElement")


def test_a_conversation_is_deleted_only_when_that_is_confirmed(visit):  # noqa: F811
    page = visit(phone=True)
    ask(page)
    page.locator('[data-act="new"]').click()
    ask(page, CARE)
    history(page)
    page.locator('[data-act="delete"]').first.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#yj-delete")
    assert CARE in dialog.inner_text()
    assert "不能恢复" in dialog.inner_text()
    assert dialog.locator('[data-act="dialog-close"]').evaluate("node => node === document.activeElement")
    assert axe(page) == []
    page.keyboard.press("Escape")
    assert dialog.is_hidden()
    assert titles(page) == [CARE, QUESTION]
    assert page.locator('[data-act="delete"]').first.evaluate("node => node === document.activeElement")
    page.keyboard.press("Enter")
    dialog.locator('[data-act="delete-sure"]').tap()
    page.wait_for_function("document.querySelectorAll('.yj-row').length === 1")
    assert titles(page) == [QUESTION]
    assert page.locator(".yj-row a").evaluate("node => node === document.activeElement")
    assert page.locator("#yj-toast").inner_text() == "已删除"
    page.locator('[data-act="delete"]').tap()
    dialog.locator('[data-act="delete-sure"]').tap()
    page.locator(".yj-list .yj-empty").wait_for()
    page.locator('[data-act="drawer-close"]').tap()
    assert page.locator("#yj-hello").is_visible()


def test_older_conversations_come_when_asked_for(visit, monkeypatch):  # noqa: F811
    monkeypatch.setattr(page_html_drawer, "LISTED", 2)
    page = visit()
    asked = [f"江东省第{n}类养老机构有多少补贴？" for n in range(1, 6)]
    for question in asked:
        ask(page, question)
        page.locator('[data-act="new"]').click()
    history(page)
    assert titles(page) == asked[:2:-1]
    for shown in (4, 5):
        page.locator('[data-act="older"]').click()
        page.wait_for_function(f"document.querySelectorAll('.yj-row').length === {shown}")
        assert titles(page) == asked[::-1][:shown]
    assert page.locator(".yj-row a").nth(4).evaluate("node => node === document.activeElement")
    assert page.locator('[data-act="older"]').count() == 0


def test_the_box_for_the_question_is_the_first_that_a_program_finds(visit):  # noqa: F811
    page = visit()
    page.locator("body.yj-ready").wait_for()
    for kind in ("textarea", "input:not([type=checkbox], [type=radio], [type=hidden]), textarea"):
        assert page.evaluate("kind => document.querySelector(kind).id", kind) == "yj-q"
    closed = page.locator("dialog:not([open])")
    assert closed.count() == 4
    assert closed.locator("button, input, textarea, a").evaluate_all("all => all.filter(n => n.checkVisibility())") == []
    # All the way round with the tab key: nothing of a closed dialog, and nothing that cannot be seen.
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.closest('dialog') ? 'dialog' : document.activeElement.id || 'other'"))
    assert "dialog" not in seen
    assert "yj-q" in seen


def test_a_shared_link_shows_the_same_answer_and_spans_to_a_stranger(live, visit):  # noqa: F811
    page = visit()
    ask(page)
    page.locator('[data-act="share"]').click()
    page.locator("#yj-share[open]").wait_for()
    link = page.locator("#yj-share-link").input_value()
    picture(page, "chat-share")
    expected = quotes(live, page)[0]["quote"]
    text = page.locator(".yj-text").inner_text()
    stranger = visit("/" + link.split("/", 3)[3], phone=True)
    assert stranger.locator(".yj-text").inner_text() == text
    stranger.locator(".yj-text .yj-mark").first.click()
    stranger.locator("#yj-page [data-target]").wait_for()
    assert cited(stranger) == expected
    assert axe(stranger) == []
    page.locator('[data-act="share-stop"]').click()
    page.locator("#yj-toast.yj-shown").wait_for()
    stranger.reload()
    assert "已经停止分享" in stranger.inner_text("body")


def test_a_conversation_is_its_owners(visit):  # noqa: F811
    page = visit()
    ask(page)
    other = visit("/" + page.url.split("/", 3)[3])
    other.locator("#yj-toast.yj-shown").wait_for()
    assert "没有找到" in other.locator("#yj-toast").inner_text()
    assert QUESTION not in other.inner_text("body")


@pytest.mark.parametrize(("name", "head"), [("md", b"#"), ("html", b"<!"), ("docx", b"PK")])
def test_export(visit, name, head):  # noqa: F811
    page = visit()
    ask(page)
    page.locator(".yj-export summary").click()
    with page.expect_download() as download:
        page.locator(f'.yj-export-list a[href$="format={name}"]').click()
    assert Path(download.value.path()).read_bytes().startswith(head)
    assert download.value.suggested_filename.endswith(f".{name}")


def test_copying_takes_the_citations_along(visit):  # noqa: F811
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page)
    page.locator('[data-act="copy"]').click()
    page.locator("#yj-toast.yj-shown").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("每张床位给予1万元建设补贴。[1]")
    assert "（江政发〔2020〕8号）" in copied
    assert "「" in copied


def test_a_rating_with_its_reason_is_kept(live, visit):  # noqa: F811
    page = visit()
    ask(page)
    turn = page.locator(".yj-turn").get_attribute("data-turn")
    page.locator('[data-act="up"]').click()
    page.locator('[data-act="up"][aria-pressed="true"]').wait_for()
    page.locator('[data-act="down"]').click()
    page.locator("#yj-reason").fill("应当是<b>第二条</b>")
    picture(page, "chat-rating")
    assert axe(page) == []
    page.locator('[data-act="down-send"]').click()
    page.locator('[data-act="down"][aria-pressed="true"]').wait_for()
    kept = live.service.keeper.turn(turn).rating
    assert (kept.rating, kept.reason) == ("down", "应当是<b>第二条</b>")
    page.reload()
    page.locator('[data-act="down"][aria-pressed="true"]').wait_for()


def test_the_place_in_line_is_told_while_the_evidence_can_be_read(live, visit, script):  # noqa: F811
    script.hold()
    jobs = [live.service.ask(QUESTION, f"page:other{n}") for n in range(live.service.assistant.writer.slots + 1)]
    page = visit()
    ask(page, done=False)
    page.locator(".yj-busy", has_text="前面还有 1 人").wait_for()
    assert page.locator(".yj-card").count() > 0
    picture(page, "chat-line")
    jobs[-1].stop()
    page.locator(".yj-busy", has_text="马上轮到您").wait_for()
    for job in jobs:
        job.stop()
    script.release()
    finished(page)


def test_english_and_back_in_the_same_conversation(visit):  # noqa: F811
    page = visit()
    ask(page)
    page.locator('[data-act="language"]').click()
    page.wait_for_url("**/en/?c=*")
    turn = finished(page, 1)
    assert "clauses found" in turn.inner_text()
    assert page.locator('[role="tab"][aria-selected="true"]').inner_text() == "Ask"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert axe(page) == []
    ask(page, LOANS)
    picture(page, "chat-english")
    page.locator('[data-act="language"]').click()
    page.wait_for_url(lambda url: "/en/" not in url)
    finished(page, 2)


def test_the_dark_switch_is_kept(visit):  # noqa: F811
    page = visit()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator('[data-act="dark"]').click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    page.locator("body.yj-ready").wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.locator('[data-act="dark"]').get_attribute("aria-pressed") == "true"


def test_an_example_asks_at_once(visit):  # noqa: F811
    page = visit(phone=True)
    page.locator(".yj-example").first.tap()
    finished(page, 1)


def test_on_a_phone_the_reader_covers_the_page_and_gives_the_focus_back(visit):  # noqa: F811
    page = visit(phone=True)
    ask(page)
    mark = page.locator(".yj-text .yj-mark").first
    mark.tap()
    page.locator("#yj-page [data-target]").wait_for()
    box = page.locator("#yj-reader").bounding_box()
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)
    assert page.locator(".yj-header").evaluate("node => node.inert") is True
    page.locator('[data-act="reader-close"]').tap()
    assert page.locator("#yj-reader").is_hidden()
    assert mark.evaluate("node => node === document.activeElement")


def test_a_question_asked_before_gradio_has_started_is_answered_when_it_has(visit):  # noqa: F811
    page = visit("/page/static/icon.svg")
    held = []
    page.route("**/assets/index-*.js", lambda route: held.append(route))
    page.goto(page.url.split("/page/")[0] + "/", wait_until="commit")
    page.locator("#yj-q").fill(QUESTION)
    page.wait_for_function("!!window.youju?.mounted")
    page.locator("#yj-q").press("Enter")
    page.locator(".yj-busy").wait_for()
    page.locator("#yj-q").fill("那改建的呢？")
    assert page.locator("body.yj-ready").count() == 0
    for route in held:
        route.continue_()
    finished(page, 1)
    assert page.locator("#yj-q").input_value() == "那改建的呢？"
    assert page.locator("#yj-q").evaluate("box => box === document.activeElement")


def test_measures_for_who_asks_open_their_clause_and_the_next_question_is_one_click(visit):  # noqa: F811
    page = visit()
    ask(page, "我们是江东省一家小微企业，第一次贷款，有什么补贴政策？")
    measures = finished(page).locator(".yj-matches")
    measures.locator(".yj-group summary").first.click(trial=True)
    page.locator(".yj-group").evaluate_all("groups => groups.forEach(g => (g.open = true))")
    shown = measures.locator(".yj-open").first
    benefit = shown.get_attribute("data-quote")
    shown.click()
    page.locator("#yj-page [data-target]").wait_for()
    assert cited(page).startswith(benefit)
    assert axe(page) == []
    page.locator('[data-act="reader-close"]').click()
    measures.locator('[data-act="tell"], [data-act="reply"]').first.click()
    page.wait_for_function("document.querySelectorAll('.yj-turn').length === 2 || document.querySelector('#yj-q').value")


def test_nothing_heavy_is_loaded_for_the_first_look(visit):  # noqa: F811
    page = visit()
    page.locator("body.yj-ready").wait_for()
    loaded = page.evaluate("performance.getEntriesByType('resource').map(e => e.name.toLowerCase())")
    assert not [name for name in loaded if any(part in name for part in ("plot", "chatbot", "katex", "mermaid", "code-"))]
    assert len(loaded) < 90
