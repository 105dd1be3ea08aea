"""The MCP server as the SDK's own client sees it, in memory, over stdio and HTTP."""

import asyncio
import logging
import sys
import threading
from contextlib import asynccontextmanager
from pathlib import Path

import jsonschema
import pytest
from fastapi import FastAPI
from live import REPLY, SteadyWriter, serving
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from index.errors import StaleIndexError
from qa import mcp_follow, mcp_server, mcp_tools
from qa.service_events import Waiting
from qa.turns import BusyError

pytest_plugins = ["mcp_service"]

QUESTION = "新建社区养老服务中心每张床位有多少建设补贴？"
TOOLS = {"search_clauses", "read_clause", "list_documents", "ask", "match", "check_text"}


def child(settings, *gate):
    """How to start a process that serves the sample index."""
    program = Path(__file__).with_name("mcp_child.py")
    arguments = [str(part) for part in (program, settings.home, settings.corpus, settings.index, *gate)]
    environment = {"PYTHONPATH": str(program.parent.parent), "OMP_NUM_THREADS": "1"}
    return StdioServerParameters(command=sys.executable, args=arguments, env=environment)


@pytest.fixture(params=["memory", "http", "http legacy", "stdio"])
def connect(request, service, settings):
    """Opens a client over one transport; each test runs over all."""

    @asynccontextmanager
    async def opened():
        if request.param == "memory":
            async with Client(mcp_server.server(lambda: service)) as client:
                yield client
        elif request.param == "stdio":
            async with Client(child(settings)) as client:
                yield client
        else:
            app = FastAPI()
            mcp_server.mount(app, service)
            with serving(app) as address:
                mode = "legacy" if "legacy" in request.param else "auto"
                async with Client(f"{address}{mcp_server.PATH}", mode=mode) as client:
                    yield client

    return opened


def run(work):
    return asyncio.run(work())


def text(result):
    return "\n".join(part.text for part in result.content)


def test_every_tool_over_every_transport(connect):
    async def work():
        async with connect() as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert set(tools) == TOOLS
            calls = {
                "search_clauses": {"question": QUESTION, "k": 3, "levels": ["省"]},
                "read_clause": {"address": "江政发8号 二（一）"},
                "list_documents": {"words": "江东省"},
                "ask": {"question": QUESTION},
                "match": {"say": "我们在江东省新建社区养老服务中心", "limit": 3},
                "check_text": {"text": REPLY},
            }
            given = {}
            for name, arguments in calls.items():
                result = await client.call_tool(name, arguments)
                assert not result.is_error, text(result)
                jsonschema.validate(result.structured_content, tools[name].output_schema)
                given[name] = result
            return given

    given = run(work)
    hits = given["search_clauses"].structured_content["hits"]
    assert [h["level"] for h in hits] == ["省"] * 3
    assert all(h["text"] in text(given["search_clauses"]) for h in hits)
    assert given["read_clause"].structured_content["clause"]["clause"] == "jiangzhengfa-2020-8:二（一）"
    assert "每张床位1万元" in text(given["read_clause"])
    assert [d["id"] for d in given["list_documents"].structured_content["documents"]] == ["jiangzhengfa-2020-8"]
    answer = given["ask"].structured_content
    assert answer["refusal"] is None
    assert answer["citations"][0]["clause"] == "jiangzhengfa-2020-8:二（一）"
    assert answer["citations"][0]["quote"] in text(given["ask"])
    assert given["match"].structured_content["measures"]
    assert given["match"].structured_content["measures"][0]["clause"] in text(given["match"])
    assert given["check_text"].structured_content["verified"] == 1


def test_documents_as_resources(connect, index):
    async def work():
        async with connect() as client:
            listed = (await client.list_resources()).resources
            templates = (await client.list_resource_templates()).resource_templates
            one = await client.read_resource("youju://documents/qingshi-2021-3")
            catalogue = await client.read_resource("youju://documents")
            with pytest.raises(MCPError) as refused:
                await client.read_resource("youju://documents/nothing")
            return listed, templates, one, catalogue, refused.value

    listed, templates, one, catalogue, refused = run(work)
    assert {str(r.uri) for r in listed} == {"youju://documents", *(f"youju://documents/{d.id}" for d in index.documents)}
    assert [t.uri_template for t in templates] == ["youju://documents/{document_id}"]
    document = next(d for d in index.documents if d.id == "qingshi-2021-3")
    assert one.contents[0].text.endswith(document.text)
    assert document.number in one.contents[0].text.split("\n")[0]
    assert document.sha256 in catalogue.contents[0].text
    assert "没有 id 为“nothing”的文件" in str(refused)


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("ask", {"question": ""}, "没有看到问题"),
        ("ask", {"question": "补" * 1001}, "1001 个字"),
        ("ask", {"question": QUESTION, "conversation": "nothing"}, "没有这段对话"),
        ("ask", {}, "缺少参数 question"),
        ("ask", {"question": 5}, "参数 question 应是文字"),
        ("search_clauses", {"question": QUESTION, "k": 99}, "参数 k 不能大于 50"),
        ("search_clauses", {"question": QUESTION, "levels": ["市"]}, "levels 里的“市”在文件库里没有。可以用：县、国家、省"),
        ("search_clauses", {"question": QUESTION, "region": "江东省"}, "search_clauses 没有参数“region”"),
        ("read_clause", {"address": "江政发8号 二（九）"}, "里没有“二（九）”"),
        ("read_clause", {"address": "7号文第一条"}, "没有“7号文”这份文件"),
        ("read_clause", {"address": "第三条"}, "可以指"),
        ("read_clause", {"address": "你好"}, "没有看出文件和地址"),
        ("match", {"profile": {"colour": "红"}}, "colour：没有这一项"),
        ("match", {"say": "在江东省", "as_of": "昨天"}, "参数 as_of 应是日期"),
        ("check_text", {"text": "。"}, "没有看到要核对的文字"),
        ("forget", {}, "没有工具“forget”。可用：search_clauses"),
    ],
)
def test_what_cannot_be_done_is_a_tool_error_that_says_why(service, name, arguments, told):
    async def work():
        async with Client(mcp_server.server(lambda: service)) as client:
            return await client.call_tool(name, arguments)

    result = run(work)
    assert result.is_error
    assert told in text(result)
    assert "Error executing" not in text(result)


def test_ambiguous_and_missing_addresses_give_their_candidates(service):
    several = mcp_tools.read(service.assistant.index, "第三条")
    assert several.value.kind == "several"
    assert {c.clause.split(":")[0] for c in several.value.candidates} > {"guobanfa-2019-21"}
    assert all(c.clause in several.text for c in several.value.candidates)
    near = mcp_tools.read(service.assistant.index, "江政发8号 二（九）")
    assert near.value.kind == "near"
    assert near.value.candidates[0].clause == "jiangzhengfa-2020-8:二"
    assert "list_documents" in near.text


def test_a_clause_is_read_with_all_below_it_and_its_neighbours(service):
    index = service.assistant.index
    value = mcp_tools.read(index, "国办发〔2019〕21号第三条").value
    assert value.clause.address == "二（三）"
    assert [p.address for p in value.parts] == ["二（三）1", "二（三）2", "二（三）段1"]
    document = next(d for d in index.documents if d.id == value.clause.document)
    assert document.text[value.start : value.end].strip("\n") == value.text
    assert value.text.startswith("（三）完善设施布局")
    assert "置换、租赁" in value.text
    assert value.after.address == "二（四）"
    assert value.before.address == "二"


def test_a_long_clause_is_cut_and_says_so(service, monkeypatch):
    monkeypatch.setattr(mcp_tools, "LONGEST", 30)
    given = mcp_tools.read(service.assistant.index, "国办发21号 二")
    assert given.value.cut
    assert len(given.value.text) == 30
    assert given.value.parts[0].clause in given.text
    assert "只给了前 30 字" in given.text


def test_a_document_alone_gives_its_contents(service):
    given = mcp_tools.read(service.assistant.index, "21号文")
    assert given.value.kind == "document"
    assert [p.address for p in given.value.parts][:3] == ["一", "一（一）", "一（二）"]
    assert "youju://documents/guobanfa-2019-21" in given.text


def test_a_question_follows_its_conversation(service):
    async def work():
        async with Client(mcp_server.server(lambda: service)) as client:
            first = await client.call_tool("ask", {"question": "到2022年江东省护理型床位占比是多少？"})
            conversation = first.structured_content["conversation"]
            return await client.call_tool("ask", {"question": "那2025年呢？", "conversation": conversation})

    assert run(work).structured_content["standalone"] == "到2025年江东省护理型床位占比是多少？"


def test_a_refusal_is_an_answer_and_names_what_is_nearest(service):
    async def work():
        async with Client(mcp_server.server(lambda: service)) as client:
            return await client.call_tool("ask", {"question": "深圳养老有补贴吗？"})

    result = run(work)
    assert not result.is_error
    assert result.structured_content["refusal"] == "region"


def test_progress_tells_what_was_found_and_the_text(service, monkeypatch):
    monkeypatch.setattr(mcp_follow, "_TICK", 0)
    seen = []

    async def progress(step, total, message):
        seen.append(message)

    async def work():
        async with Client(mcp_server.server(lambda: service)) as client:
            await client.call_tool("ask", {"question": QUESTION}, progress_callback=progress)

    run(work)
    assert "条依据" in seen[0]
    assert any(REPLY.startswith(message) for message in seen)


def test_waiting_in_line_and_silence_are_told():
    seen = []

    async def report(step, words):
        seen.append((step, words))

    async def work():
        progress = mcp_follow._Progress(report)
        for event in (Waiting(2), Waiting(0), None):
            await progress.tell(event)

    run(work)
    assert seen == [(1, "排队中，第 2 位"), (2, "轮到了，正在写答案"), (3, "还在准备答案")]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_caller_that_goes_away_stops_the_answer(service, mode):
    gate = threading.Event()
    writer = service.assistant.writer = SteadyWriter(gate=gate)
    app = FastAPI()
    mcp_server.mount(app, service)

    async def work(address):
        async with Client(f"{address}/mcp", mode=mode) as client:
            call = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
            await asyncio.to_thread(writer.waiting.wait, 20)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    with serving(app) as address:
        asyncio.run(work(address))
        (job,) = service._jobs.values()
        job.join(20)
    assert (job.turn.status, writer.stopped) == ("stopped", 1)
    gate.set()


def test_a_fault_of_ours_is_told_without_its_words_and_logged(service, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(mcp_tools, "search", broken)

    async def work():
        async with Client(mcp_server.server(lambda: service)) as client:
            return await client.call_tool("search_clauses", {"question": QUESTION})

    with caplog.at_level(logging.ERROR):
        result = run(work)
    assert text(result) == "服务内部出错，已记入日志。请稍后重试。"
    assert "a secret of ours" in caplog.text


def test_no_question_reaches_the_log(service, caplog):
    async def work():
        async with Client(mcp_server.server(lambda: service)) as client:
            for question in ("税", QUESTION, "补" * 1001):
                await client.call_tool("ask", {"question": question})
                await client.call_tool("search_clauses", {"question": question, "k": "many"})

    with caplog.at_level(logging.INFO):
        run(work)
    assert not [r for r in caplog.records if "税" in r.getMessage() or QUESTION in r.getMessage() or "补补" in r.getMessage()]


def test_busy_is_told(service, monkeypatch):
    def busy(*_):
        raise BusyError("正在回答的人太多，请稍后再问。")

    monkeypatch.setattr(service, "ask", busy)

    async def work():
        async with Client(mcp_server.server(lambda: service)) as client:
            return await client.call_tool("ask", {"question": QUESTION})

    result = run(work)
    assert result.is_error
    assert text(result) == "正在回答的人太多，请稍后再问。"


def test_a_service_that_cannot_be_opened_says_why_and_how():
    def broken():
        raise StaleIndexError("索引不完整。请运行：python -m index build。")

    async def work():
        async with Client(mcp_server.server(broken)) as client:
            return await client.call_tool("search_clauses", {"question": QUESTION})

    result = run(work)
    assert result.is_error
    assert text(result) == "索引不完整。请运行：python -m index build。"


def test_a_client_is_greeted_while_the_service_opens(settings, built):
    """The child opens its service only when the file appears; the first call waits for it."""
    gate = settings.home / "open"

    async def work():
        async with Client(child(settings, gate)) as client:
            tools = await client.list_tools()
            call = asyncio.create_task(client.call_tool("read_clause", {"address": "江政发8号 二（一）"}))
            await asyncio.sleep(0)
            gate.touch()
            return tools, await call

    tools, result = run(work)
    assert {tool.name for tool in tools.tools} == TOOLS
    assert "每张床位1万元" in text(result)


def test_making_a_server_leaves_the_process_logging_alone(service, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    mcp_server.server(lambda: service)
    assert (root.handlers, root.level) == ([], level)
