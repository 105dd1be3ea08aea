"""找扶持, 读原文 and 评测 in Chromium: the flows, the keyboard, phone and dark, what a screen reader finds."""

import json
import re
from pathlib import Path

import benches
import match_world
import pytest
from browser import Script, axe, chromium, picture, serving, visit  # noqa: F401 - fixtures

from index import measures
from qa import page_bench

SAY = "我们是沈阳一家做机器人的小公司，30个人，去年刚评上高企，想买设备"
ENTER_TEXT = "#yt-say textarea"
LOOK = "#yt-look textarea"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """The matcher's invented policies, and an evaluation slow enough to be stopped."""
    home = tmp_path_factory.mktemp("tabs")
    index, settings = match_world.made(home)
    measures.of(index, settings.index)
    benches.cases(home / "shipped" / "six.jsonl", 6, "最高100万元")
    with pytest.MonkeyPatch.context() as patch:
        bench = benches.bench(settings, home / "bench", home / "shipped", pause=0.6)
        patch.setitem(page_bench._BENCHES, settings.home / "bench", bench)
        with serving(index, settings, Script(), None) as running:
            yield running
        bench.close()


@pytest.fixture
def tab(visit):  # noqa: F811
    def opening(name, path="/", **options):
        page = visit(path, **options)
        page.click(f'[role="tab"][data-tab-id="{name}"]')
        page.wait_for_selector(f"#yt-{name}")
        return page

    return opening


def find(page, say):
    page.fill(ENTER_TEXT, say)
    page.keyboard.press("Enter")
    page.wait_for_selector(".yt-measure")


def chip_texts(page):
    return [" ".join(t.split()) for t in page.locator(".yt-chip").all_inner_texts()]


def wide(page):
    return page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth + 1")


def test_a_sentence_finds_measures_and_can_be_corrected(tab):
    page = tab("match")
    assert "说一句话，或者填几项" in page.inner_text("#yt-results")
    find(page, SAY)
    assert any("高新技术企业" in c and "您说“高企”" in c for c in chip_texts(page))
    assert [n > 0 for n in map(int, page.locator(".yt-counts b").all_inner_texts())] == [True, True, True]
    picture(page, "match")
    page.get_by_role("button", name="去掉：地区 辽宁省沈阳市").click()
    page.wait_for_function("!document.querySelector('#yt-known').innerText.includes('沈阳')")
    assert any("机器人" in c for c in chip_texts(page))
    assert "还不知道您在哪里" in page.inner_text("#yt-results")


def test_answering_the_question_matches_again(tab):
    page = tab("match")
    find(page, "我们是一家公司，想买设备")
    offered = page.locator(".yt-answer:not(.yt-quiet)").all_inner_texts()
    assert len(offered) > 1
    before = [int(n) for n in page.locator(".yt-counts b").all_inner_texts()]
    page.click(".yt-answer >> nth=0")
    page.wait_for_function("document.querySelector('#yt-known').innerText.includes('您的回答')")
    assert any(offered[0] in c and "您的回答" in c for c in chip_texts(page))
    left = page.locator(".yt-answer:not(.yt-quiet)").all_inner_texts()
    assert left
    assert offered[0] not in left
    after = [int(n) for n in page.locator(".yt-counts b").all_inner_texts()]
    assert (after[0] > before[0], after[1] < before[1], sum(after)) == (True, True, sum(before))
    page.fill(".yt-reply input", "我们在大连")
    page.locator(".yt-reply button").click()
    page.wait_for_function("document.querySelector('#yt-known').innerText.includes('大连')")


def test_a_condition_opens_the_reader_at_exactly_its_span(tab, live):
    page = tab("match")
    find(page, SAY)
    quote = page.locator(".yj-open.yt-quote").first
    document, start, end = (quote.get_attribute(f"data-{name}") for name in ("document", "start", "end"))
    words = next(d.text for d in live.index.documents if d.id == document)[int(start) : int(end)]
    quote.click()
    page.wait_for_selector(".yj-reader mark")
    assert "".join(page.locator(".yj-reader mark").all_inner_texts()) == words
    page.keyboard.press("Escape")
    page.wait_for_selector(".yj-reader mark", state="hidden")
    assert quote.evaluate("e => document.activeElement === e")


def test_a_measure_that_is_listed_opens_the_same_words_after_the_library_has_changed(tab, live, monkeypatch):
    page = tab("match")
    find(page, SAY)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/page/reader/" in request.url else None)
    opened = page.locator(".yt-place .yj-open").first
    opened.click()
    page.wait_for_selector(".yj-reader mark")
    before = page.inner_html("#yj-page")
    page.keyboard.press("Escape")
    monkeypatch.setattr(live.service.documents, "_clauses", {}, raising=False)
    opened.click()
    page.wait_for_selector(".yj-reader mark")
    assert page.inner_html("#yj-page") == before
    assert len(asked) == 2  # it was read again
    assert "".join(page.locator(".yj-reader mark").all_inner_texts()).startswith(opened.get_attribute("data-quote"))


def choose(page, field, value):
    page.click(f"#yt-in-{field} input")
    page.get_by_role("option", name=value, exact=True).click()


def test_the_form_alone_is_enough(tab):
    page = tab("match")
    page.click("#yt-form button")
    choose(page, "province", "辽宁")
    page.wait_for_function("document.querySelector('#yt-in-city')")
    choose(page, "city", "沈阳市")
    choose(page, "county", "和平区")
    choose(page, "who", "企业")
    page.keyboard.press("Escape")
    page.fill("#yt-in-staff :is(input, textarea)", "30")
    page.click("#yt-match-go")
    page.wait_for_selector(".yt-measure")
    told = chip_texts(page)
    assert any("辽宁省沈阳市和平区" in c and "表里填的" in c for c in told)
    assert any("30 人" in c for c in told)
    page.get_by_role("button", name="去掉：从业人员 30 人").click()
    page.wait_for_function("document.querySelector('#yt-in-staff :is(input, textarea)').value === ''")
    assert not any("30 人" in c for c in chip_texts(page))
    page.fill("#yt-in-staff :is(input, textarea)", "三十")
    page.click("#yt-match-go")
    page.wait_for_function("document.querySelector('#yt-known').innerText.includes('从业人员：应是数字')")


@pytest.mark.parametrize(("button", "ending"), [("#yt-html", ".html"), ("#yt-xlsx", ".xlsx")])
def test_the_list_is_taken_along_and_nothing_is_stored(tab, live, button, ending):
    page = tab("match")
    find(page, SAY)
    with page.expect_download() as download:
        page.click(button)
    assert download.value.suggested_filename.endswith(ending)
    made = Path(download.value.path()).read_bytes()
    assert (b"PK" if ending == ".xlsx" else "政策匹配清单".encode()) in made
    kept = [p for p in live.service.settings.index.home.rglob("*") if p.is_file()]
    assert not [p for p in kept if "做机器人的小公司".encode() in p.read_bytes()]
    assert "小公司" not in page.evaluate("JSON.stringify([localStorage, sessionStorage]) + document.cookie")
    page.click("#yt-match-clear")
    page.wait_for_function("!document.querySelector('.yt-chip')")
    assert page.input_value(ENTER_TEXT) == ""


def test_what_does_not_go_together_is_told(tab):
    page = tab("match")
    page.fill(ENTER_TEXT, "我们是杭州的电商公司，三个人，大型企业")
    page.keyboard.press("Enter")
    warned = page.wait_for_selector('#yt-known [role="alert"]')
    assert "不一致" in warned.inner_text()
    assert "只能对照国家文件" in page.inner_text("#yt-results")


def test_the_keyboard_alone_corrects(tab):
    page = tab("match")
    page.focus(ENTER_TEXT)
    page.keyboard.type("我们是沈阳的企业，想买设备")
    page.keyboard.press("Enter")
    page.wait_for_selector(".yt-chip-x")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className").startswith("yt-chip-x"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    before = len(chip_texts(page))
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.yt-chip').length < {before}")


def test_a_document_is_read_searched_and_linked(tab, live):
    page = tab("read")
    page.get_by_role("button", name=re.compile("支持企业技术创新的实施意见")).click()
    page.wait_for_selector(".yt-text .yt-clause")
    assert "doc=province" in page.url
    assert "支持企业技术创新的实施意见" in page.inner_text(".yt-doc-head")
    page.click(".yt-outline summary")
    page.wait_for_selector(".yt-outline details[open] a")
    page.locator(".yt-outline details[open] a").nth(1).click()
    page.wait_for_function("document.activeElement.dataset.clause === 'province:一（二）'")

    page.fill(LOOK, "购买设备贷款贴息")
    page.keyboard.press("Enter")
    page.wait_for_selector(".yt-hits mark")
    picture(page, "read")
    hit = page.locator(".yt-hits li:has(mark) .yt-hit-open").first
    clause = hit.get_attribute("data-clause")
    hit.click()
    page.wait_for_selector(f'.yt-target[data-clause="{clause}"] mark')
    page.wait_for_timeout(900)  # it scrolls smoothly
    box = page.locator(".yt-target").bounding_box()
    assert 0 <= box["y"] < 700
    link = page.url
    page.reload()
    page.wait_for_selector(f'.yt-target[data-clause="{clause}"]')
    assert page.url == link


def test_an_address_as_people_write_it_opens_its_clause(tab):
    page = tab("read")
    for typed, clause in (("国发〔2018〕9号 一（二）", "nation:一（二）"), ("20号文第（三）项", "province:一（三）")):
        page.fill(LOOK, typed)
        page.click("#yt-look-go")
        page.wait_for_selector(f'.yt-target[data-clause="{clause}"]')
        assert page.locator(".yt-target").evaluate("e => document.activeElement === e")
    page.locator(".yt-target").evaluate("e => e.blur()")
    page.click("#yt-look-go")  # the same once more goes there once more
    page.wait_for_function("document.activeElement.classList.contains('yt-target')")
    page.check("#yt-look-here input")
    page.fill(LOOK, "一（一）")
    page.click("#yt-look-go")
    page.wait_for_selector('.yt-target[data-clause="province:一（一）"]')


def test_links_to_documents_that_are_gone_are_told(visit):  # noqa: F811
    page = visit("/?doc=nation&clause=nation:九十九")
    page.wait_for_selector(".yt-text")
    assert "这份文件里没有这一条" in page.inner_text(".yt-text")
    page = visit("/?doc=%3Cscript%3E")
    page.wait_for_function("document.querySelector('#yt-text')?.innerText.includes('没有这份文件')")


def test_an_evaluation_is_watched_stopped_resumed_and_compared(tab, live, tmp_path):
    page = tab("bench")
    page.click("#yt-bench-go")
    page.wait_for_function("document.querySelector('#yt-progress progress')?.value >= 1", timeout=60_000)
    page.get_by_role("button", name=re.compile("^停止")).first.click()
    page.wait_for_selector(".yt-state-stopped")
    done = int(page.inner_text(".yt-runs tbody tr td:nth-child(4)").split("/")[0])
    assert 1 <= done < 6
    page.get_by_role("button", name=re.compile("^继续")).click()
    page.wait_for_selector("iframe.yt-report", timeout=90_000)
    assert "6 / 6" in page.inner_text(".yt-runs tbody")
    assert "recall@10" in page.inner_text(".yt-figures")
    frame = page.frame_locator("iframe.yt-report")
    frame.locator("h1", has_text="评测报告").wait_for()
    assert frame.locator("img").count() > 0
    picture(page, "bench")

    page.fill("#yt-limit :is(input, textarea)", "2")
    page.click("#yt-bench-go")
    page.wait_for_function("document.querySelectorAll('.yt-state-done').length === 2", timeout=90_000)
    page.click("#yt-compare button")
    first, second = page.locator("#yt-first input"), page.locator("#yt-second input")
    for field, number in ((first, 1), (second, 0)):
        field.click()
        page.get_by_role("option").nth(number).click()
    page.click("#yt-compare-go")
    page.wait_for_selector("#yt-compared .yt-figures", timeout=60_000)
    assert "recall@10" in page.inner_text("#yt-compared")


def test_a_broken_upload_is_told_with_its_line(tab, tmp_path):
    path = benches.cases(tmp_path / "我的<b>.jsonl", 1)
    path.write_text(path.read_text("utf-8") + json.dumps({"id": "X", "type": "fact", "turns": ["问"], "odd": 1}) + "\n", "utf-8")
    page = tab("bench")
    page.set_input_files("#yt-upload input[type=file]", path)
    page.wait_for_function("document.querySelector('#yt-upload').innerText.includes('jsonl')")
    page.click("#yt-bench-go")
    page.wait_for_function("document.querySelector('#yt-bench-wrong').innerText.includes('第 2 行')", timeout=60_000)
    assert "不认识的键 odd" in page.inner_text("#yt-bench-wrong")


@pytest.mark.parametrize(
    "look", [{}, {"dark": True}, {"phone": True}, {"phone": True, "dark": True}], ids=["desk", "dark", "phone", "phone dark"]
)
def test_nothing_is_in_the_way_of_anybody(tab, look):
    page = tab("match", **look)
    find(page, SAY)
    page.click("#yt-form button")
    assert axe(page, "#yt-match") == []
    assert not wide(page)
    page.click('[role="tab"][data-tab-id="read"]')
    page.fill(LOOK, "购买设备")
    page.keyboard.press("Enter")
    page.wait_for_selector(".yt-hits")
    page.click(".yt-hit-open")
    page.wait_for_selector(".yt-target")
    assert axe(page, "#yt-read") == []
    assert not wide(page)
    page.click('[role="tab"][data-tab-id="bench"]')
    page.wait_for_selector("#yt-runs h3")
    assert axe(page, "#yt-bench") == []
    assert not wide(page)
    label, hint = (page.locator(f"#yt-upload {part}").bounding_box() for part in ("label", "[data-testid=upload-icon]"))
    assert hint is None or hint["y"] >= label["y"] + label["height"] or hint["x"] >= label["x"] + label["width"]


@pytest.mark.parametrize(
    ("path", "browser", "lang", "upload"),
    [("/", "en-US", "zh-CN", "将文件拖放到此处"), ("/en/", "zh-CN", "en", "Drop File Here")],
)
def test_gradio_s_own_words_follow_the_page_and_not_the_browser(tab, path, browser, lang, upload):
    page = tab("bench", path, locale=browser)
    page.locator("#yt-upload").get_by_text(re.compile("Drop|拖放")).wait_for()
    assert upload in page.inner_text("#yt-upload")
    assert page.evaluate("document.documentElement.lang") == lang


def test_the_english_page_speaks_english(tab):
    page = tab("match", "/en/")
    find(page, SAY)
    assert "As understood" in page.inner_text("#yt-known")
    assert "Fits" in page.inner_text(".yt-counts")
    page.click('[role="tab"][data-tab-id="read"]')
    page.click(".yt-document")
    page.wait_for_selector(".yt-text")
    assert "/en/?doc=" in page.url
