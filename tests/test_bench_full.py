"""A whole run of the tab 评测 over HTTP, as the browser does it: upload, run with the generator, report, compare, delete."""

import json
import re

import benches
import httpx
import pytest
from browser import Script, serving
from serving import ABROAD, QUESTION, REPLY

from qa import page_bench

WRONG = "每张床位给予9万元建设补贴。"
CASES = (
    {"id": "A1", "type": "number", "turns": [QUESTION], "must": ["每张床位给予1万元"], "evidence": [{"quote": "每张床位1万元"}]},
    {"id": "B1", "type": "none", "turns": [ABROAD]},
    {"id": "E9", "type": "fact", "turns": ["？"]},
)


class Tab:
    """What the page's scripts send for a click, and what they get."""

    def __init__(self, url):
        self.http = httpx.Client(base_url=url, timeout=60)
        self.http.get("/")  # the cookie
        config = self.http.get("/config").json()
        self._named = {c["props"].get("elem_id"): c["id"] for c in config["components"]}
        self._of = {number: name for name, number in self._named.items()}
        self._functions = {tuple(target): d for d in config["dependencies"] for target in d["targets"]}

    def upload(self, name, content):
        (path,) = self.http.post("/gradio_api/upload", files={"files": (name, content)}).json()
        return {"path": path, "orig_name": name, "size": len(content), "meta": {"_type": "gradio.FileData"}}

    def send(self, name, event, data=None, **values):
        """The outputs of a handler; `values` by element id, `-` written as `_`. State is the server's."""
        function = next(d for (i, kind), d in self._functions.items() if kind == event and name in (None, self._of.get(i)))
        named = {self._named[key.replace("_", "-")]: value for key, value in values.items()}
        given = [named.get(i) for i in function["inputs"]]
        call = {"data": given, "fn_index": function["id"], "session_hash": "one", "event_data": data}
        self.http.post("/gradio_api/queue/join", json=call).raise_for_status()
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": "one"}) as lines:
            for line in lines.iter_lines():
                told = json.loads(line.removeprefix("data: ")) if line else {}
                if told.get("msg") == "process_completed":
                    assert told["success"], told
                    return told["output"]["data"]
        raise AssertionError("nothing came")


@pytest.fixture
def reply(tmp_path):
    return tmp_path / "reply.txt"


@pytest.fixture
def tab(settings, index, tmp_path, reply, monkeypatch):
    made = benches.bench(settings, tmp_path / "bench", tmp_path / "shipped", reply=reply)
    monkeypatch.setitem(page_bench._BENCHES, settings.home / "bench", made)
    with serving(index, settings, Script(), None) as live:
        yield Tab(live.url)
    made.close()


def outcome(tab):
    """What stands in the tab when the run that goes on has ended: what is wrong, and the report."""

    def look():
        wrong, *_, report = tab.send(None, "tick")[:4]
        return (wrong, report) if isinstance(report, str) and (wrong or report) else None

    return benches.until(look)


def test_an_uploaded_file_is_run_with_the_generator_reported_compared_and_deleted(tab, reply):
    cases = tab.upload("我的用例.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in CASES).encode())
    runs = []
    for said in (REPLY, WRONG):
        reply.write_text(said, "utf-8")
        wrong, progress, *_ = tab.send("yt-bench-go", "click", yt_upload=cases, yt_mode="full", yt_limit="")
        assert (wrong, "正在运行：我的用例.jsonl（检索和回答）" in progress) == ("", True)
        wrong, report = outcome(tab)
        assert wrong == ""
        (address,) = re.findall(r'src="(/page/bench/[^"]+)"', report)
        runs.append((address.split("/")[3], report, tab.http.get(address).text))
    (first, report, page), (second, other, again) = runs
    for figures, hit in ((report, "1.000"), (other, "0.000")):
        told = dict(re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', figures))
        assert {"关键说法命中率": hit, "正确拒答率": "1.000"}.items() <= told.items()
        assert "召回率 recall@10" in told
        assert "出错的用例：E9" in figures
    assert "<summary>A1" not in page, "a case with nothing wrong is told"
    assert "1万元" in again[again.index("<summary>A1") :], "the report does not show what was answered"
    assert "9万元" not in again
    assert "没有看到问题" in page
    compared = tab.send("yt-compare-go", "click", yt_first=first, yt_second=second)[0]
    assert re.search(r"关键说法命中率</t[hd]><td>1\.000</td><td>0\.000</td><td>-1\.000", compared), compared
    listed = tab.send("yt-runs", "click", {"do": "remove", "run": first})[2]
    assert (first in listed, second in listed) == (False, True)
    assert tab.http.get(f"/page/bench/{first}/report.html").status_code == 404
