"""问政策 in Chromium: a question, its evidence, its answer, the reader; refresh, share, edit, stop; nothing leaves the machine."""

import pytest
from browser import axe, chromium, live, picture, visit  # noqa: F401 - fixtures

QUESTION = "江东省新建社区养老服务中心每张床位有多少建设补贴？"
LOANS = "小微企业首次贷款能得到多少贴息？"
REPLY = "每张床位给予1万元建设补贴。"


@pytest.fixture(autouse=True)
def script(live):  # noqa: F811
    writer = live.writer
    writer.reply, writer.pace = REPLY, 0.0
    writer.say = [("首次贷款", "对首次贷款的小微企业按贷款利息的50%给予贴息。最高90万元。")]
    yield writer
    writer.release()


def ask(page, question=QUESTION, done=True):
    page.locator("#yj-q").fill(question)
    page.keyboard.press("Enter")
    if done:
        finished(page)


def finished(page, count=None):
    last = page.locator(".yj-turn").last
    last.locator(".yj-toolbar").wait_for()
    if count is not None:
        assert page.locator(".yj-turn").count() == count
    return last


def cited(page):
    return page.locator("#yj-page mark.yj-cited").evaluate_all(
        "marks => marks.filter(m => !m.parentElement.closest('mark.yj-cited')).map(m => m.textContent).join('')"
    )


def quotes(live, page):  # noqa: F811
    """What the stored record says that the open turn cites."""
    return live.service.keeper.turn(page.locator(".yj-turn").last.get_attribute("data-turn")).record["citations"]


def test_ask_see_evidence_read_the_stream_open_the_mark_and_the_same_after_a_refresh(live, visit, script):  # noqa: F811
    page = visit()
    assert page.locator("#yj-q").evaluate("box => box === document.activeElement")
    picture(page, "chat-start")
    script.hold()
    ask(page, done=False)
    page.locator(".yj-card").first.wait_for()
    page.locator(".yj-live").wait_for()
    assert page.locator("#yj-send").is_hidden()
    assert page.locator(".yj-sign").count() == 0
    picture(page, "chat-writing")
    script.release()
    turn = finished(page, 1)
    card = turn.locator(".yj-card").first
    assert "《江东省人民政府关于推进社区养老服务的实施意见》" in card.inner_text()
    assert "江政发〔2020〕8号" in card.inner_text()
    assert "江东省" in card.inner_text()
    assert "补贴" in "".join(card.locator("mark.yj-word").all_inner_texts())
    mark = turn.locator(".yj-text .yj-mark").first
    assert mark.get_attribute("aria-label").startswith(
        "引用 1：《江东省人民政府关于推进社区养老服务的实施意见》（江政发〔2020〕8号）二"
    )
    mark.click()
    page.locator("#yj-page [data-target]").wait_for()
    expected = next(c["quote"] for c in quotes(live, page) if c["sentence"] == 0)
    assert cited(page) == expected
    box, frame = page.locator("#yj-page mark.yj-cited").first.bounding_box(), page.locator("#yj-page").bounding_box()
    assert frame["y"] <= box["y"] < frame["y"] + frame["height"] * 0.8
    assert page.locator(".yj-chat").bounding_box()["width"] + frame["width"] <= 1282
    picture(page, "chat-reader")
    text = turn.locator(".yj-text").inner_text()
    marks = turn.locator(".yj-mark").evaluate_all("marks => marks.map(m => [m.dataset.mark, m.ariaLabel])")
    assert "?c=" in page.url
    page.reload()
    again = finished(page, 1)
    assert again.locator(".yj-text").inner_text().split() == text.split()
    assert again.locator(".yj-mark").evaluate_all("marks => marks.map(m => [m.dataset.mark, m.ariaLabel])") == marks
    again.locator(".yj-text .yj-mark").first.click()
    page.locator("#yj-page [data-target]").wait_for()
    assert cited(page) == expected


def test_keyboard_alone_asks_opens_steps_and_comes_back(visit):  # noqa: F811
    page = visit()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    turn = finished(page)
    mark = turn.locator(".yj-text .yj-mark").first
    mark.focus()
    outline = mark.evaluate("node => getComputedStyle(node).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.locator("#yj-page [data-target]").wait_for()
    page.wait_for_function("document.activeElement.id === 'yj-page'")
    page.keyboard.press("Escape")
    assert page.locator("#yj-reader").is_hidden()
    assert mark.evaluate("node => node === document.activeElement")
    page.locator('[data-act="filters"]').first.click()
    page.keyboard.press("Escape")
    assert page.locator("#yj-filters").is_hidden()


def test_an_enter_that_chooses_characters_sends_nothing(visit):  # noqa: F811
    page = visit()
    page.locator("#yj-q").fill("小微")
    page.locator("#yj-q").evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert page.locator(".yj-turn").count() == 0
    assert page.locator("#yj-q").input_value() == "小微"


def test_signs_are_explained_and_what_was_removed_is_told(visit):  # noqa: F811
    page = visit()
    ask(page, LOANS)
    turn = finished(page)
    sign = turn.locator(".yj-sign").first
    sign.click()
    assert sign.get_attribute("aria-expanded") == "true"
    assert "已核对：这句话逐项核对过" in turn.locator(".yj-why:visible").inner_text()
    turn.locator(".yj-removed summary").click()
    assert "最高90万元" in turn.locator(".yj-removed").inner_text()
    assert "90" in turn.locator(".yj-removed li span").inner_text()


def test_a_finished_answer_stands_in_sight(visit):  # noqa: F811
    page = visit()
    for question in (QUESTION, LOANS, "深圳新建社区养老服务中心每张床位有补贴吗？"):
        ask(page, question)
        page.locator(".yj-whole").wait_for()
        for part in (".yj-text", ".yj-toolbar"):
            box, frame = page.locator(f".yj-turn >> nth=-1 >> {part}").bounding_box(), page.locator("#yj-scroll").bounding_box()
            assert frame["y"] <= box["y"]
            assert box["y"] + box["height"] <= frame["y"] + frame["height"], question


def test_markup_in_questions_titles_and_documents_is_text(visit):  # noqa: F811
    page = visit()
    ask(page, '<img src=x onerror="window.hacked=1"> **小微企业**首次贷款能得到多少贴息？<script>window.hacked=1</script>')
    turn = finished(page)
    assert "<script>window.hacked=1</script>" in turn.locator(".yj-asked").inner_text()
    assert "**小微企业**" in turn.locator(".yj-asked").inner_text()
    assert "<script>" in turn.locator(".yj-card").first.inner_text()
    turn.locator(".yj-card-open").first.click()
    page.locator("#yj-page [data-target]").wait_for()
    assert '<img src=x onerror="window.hacked=1">' in page.locator("#yj-page [data-target]").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator(".yj-turn img, #yj-page img").count() == 0


def test_a_refresh_during_an_answer_finds_it_again(visit, script):  # noqa: F811
    page = visit()
    script.hold()
    ask(page, done=False)
    page.locator(".yj-live").wait_for()
    page.reload()
    page.locator(".yj-live").wait_for()
    assert page.locator('[data-act="stop"]').is_visible()
    script.release()
    finished(page, 1)
    assert page.locator(".yj-sign").count() >= 1


def test_two_tabs_in_one_conversation_lose_nothing(visit):  # noqa: F811
    first = visit()
    ask(first)
    second = visit(first.url.split("/", 3)[3].join(["/", ""]), context=first.context)
    finished(second, 1)
    ask(second, LOANS)
    finished(second, 2)
    ask(first, "由谁负责？")
    first.wait_for_function("document.querySelectorAll('.yj-turn').length === 3")
    asked = [text.split("\n")[-1] for text in first.locator(".yj-asked").all_inner_texts()]
    assert [a.split("：")[-1] for a in asked] == [QUESTION, LOANS, "由谁负责？"]
    second.reload()
    finished(second, 3)


def test_stop_keeps_the_evidence_and_asking_again_takes_its_place(visit, script):  # noqa: F811
    page = visit()
    script.hold()
    ask(page, done=False)
    page.locator(".yj-live").wait_for()
    page.locator('[data-act="stop"]').click()
    turn = finished(page, 1)
    assert "已停止" in turn.locator(".yj-state").inner_text()
    assert turn.locator(".yj-card").count() > 0
    script.release()
    old = turn.get_attribute("data-turn")
    turn.locator('[data-act="again"]').click()
    page.locator(".yj-sign").first.wait_for()
    assert finished(page, 1).get_attribute("data-turn") != old


def test_editing_a_question_replaces_it_and_what_came_after(visit):  # noqa: F811
    page = visit()
    ask(page)
    ask(page, LOANS)
    finished(page, 2)
    page.locator('[data-act="edit"]').first.click()
    assert "移走" in page.locator("#yj-banner").inner_text()
    assert page.locator("#yj-q").input_value() == QUESTION
    ask(page, "江东省改建社区养老服务中心每张床位补贴多少？")
    finished(page, 1)
    page.reload()
    assert "改建" in finished(page, 1).locator(".yj-asked").inner_text()


def test_the_scope_limits_what_is_found(visit):  # noqa: F811
    page = visit()
    page.locator('.yj-box-row [data-act="filters"]').click()
    page.locator(".yj-choose-levels label", has_text="县").click()
    assert "范围 · 1" in page.locator('.yj-box-row [data-act="filters"]').inner_text()
    page.locator(".yj-choose-documents label", has_text="<script>").evaluate("label => label.remove()")
    picture(page, "chat-scope")
    ask(page, "养老服务有什么补贴？")
    tags = finished(page).locator(".yj-card-tags").all_inner_texts()
    assert tags
    assert all(text.startswith("县") for text in tags)
    page.reload()
    old = finished(page).get_attribute("data-turn")
    page.get_by_role("button", name="范围 · 1").wait_for()  # still chosen
    page.locator('[data-act="again"]').click()
    page.wait_for_function("old => document.querySelector('.yj-turn:has(.yj-toolbar)')?.dataset.turn !== old", arg=old)
    assert all(text.startswith("县") for text in finished(page, 1).locator(".yj-card-tags").all_inner_texts())
    assert "范围：县" in page.locator(".yj-turn").inner_text()


def test_an_impossible_question_is_told_and_given_back(visit):  # noqa: F811
    page = visit()
    ask(page, "？？", done=False)
    page.locator("#yj-toast.yj-shown").wait_for()
    assert "没有看到问题" in page.locator("#yj-toast").inner_text()
    assert page.locator("#yj-q").input_value() == "？？"
    assert page.locator(".yj-turn").count() == 0


def test_a_refusal_shows_the_nearest_clauses(visit):  # noqa: F811
    page = visit()
    ask(page, "深圳新建社区养老服务中心每张床位有补贴吗？")
    turn = finished(page)
    assert "没有依据，不作答" in turn.inner_text()
    assert "最接近的" in turn.locator(".yj-found").inner_text()
    turn.locator(".yj-card-open").first.click()
    page.locator("#yj-page [data-target]").wait_for()
    assert cited(page) == ""
    assert page.locator("#yj-page mark.yj-was-found").count() >= 1
    picture(page, "chat-refusal")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_nothing_serious(visit, script, phone, dark):  # noqa: F811
    script.reply = f"{REPLY}最高90万元。"
    page = visit(phone=phone, dark=dark)
    page.locator("body.yj-ready").wait_for()
    assert axe(page) == []
    ask(page)
    page.locator(".yj-whole").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []
    picture(page, f"chat-answer-{'phone' if phone else 'desktop'}{'-dark' if dark else ''}")
    page.locator(".yj-text .yj-mark").first.click()
    page.locator("#yj-page [data-target]").wait_for()
    assert axe(page) == []
    picture(page, f"chat-reader-{'phone' if phone else 'desktop'}{'-dark' if dark else ''}")
