"""docs/api.md is true: its examples are run as they stand, and print what stands behind them.

Each ```bash, ```python or ```javascript block is followed by a ```text or ```json block with its output, in which “…”
stands for anything and white space does not count. `<!-- server: rate=1 -->` in front asks for a server with that setting.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fakes import HashEncoder
from live import SteadyWriter, serving

from index.build import build
from index.search import open_index
from index.settings import DEFAULT_CORPUS, IndexSettings
from qa import mcp_server, refusal, server
from qa.answer import Assistant
from qa.service import Service
from qa.settings import Settings
from qa.store import Store, sqlite_url

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "api.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:7860"
REPLY = "众创空间可以落实研发费加计扣除、小微企业减免税等税收优惠政策。"
BLOCK = re.compile(
    r"(?:<!-- server: (?P<settings>[^>]*?) -->\n)?^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
RUNS = {"bash": "bash", "python": sys.executable, "javascript": "node"}
SUFFIX = {"bash": "sh", "python": "py", "javascript": "mjs"}


def examples(guide):
    """[(line, settings, language, code, output)]"""
    blocks = list(BLOCK.finditer(guide))
    found = []
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block["language"] not in RUNS:
            continue
        line = guide.count("\n", 0, block.start("code"))
        shown = after is not None and after["language"] in ("text", "json") and not guide[block.end() : after.start()].strip()
        assert shown, f"docs/api.md:{line}: no output behind this example"
        found.append((line, block["settings"] or "", block["language"], block["code"], after["code"]))
    return found


EXAMPLES = examples(GUIDE)


def agrees(shown, printed):
    parts = [re.escape(re.sub(r"\s", "", part)) for part in shown.split("…")]
    return re.fullmatch(".*?".join(parts), re.sub(r"\s", "", printed), re.DOTALL) is not None


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Gives the address and key of a server over the shipped documents, one for each settings."""
    home = tmp_path_factory.mktemp("home")
    own = IndexSettings(home, DEFAULT_CORPUS, home / "index")
    build(own, HashEncoder(), progress=False)
    index = open_index(own, HashEncoder())
    running = {}
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(refusal, "answerable", lambda *_: 1.0)

        def at(told):
            if told not in running:
                changes = {name: int(value) for name, value in (pair.split("=") for pair in told.split())}
                settings = replace(Settings(index=own, everyday=0, rate=0), **changes)
                store = Store(sqlite_url(tmp_path_factory.mktemp("store") / "kept.sqlite"))
                stack.callback(store.close)
                key = store.add_client("key", "例子")
                service = Service(Assistant(index, SteadyWriter(REPLY), settings), store, settings)
                stack.callback(service.close, 1)
                running[told] = stack.enter_context(serving(server.application(service, with_page=False))), key
            return running[told]

        yield at


@pytest.mark.parametrize(("line", "settings", "language", "code", "shown"), EXAMPLES, ids=[f"line {e[0]}" for e in EXAMPLES])
def test_example(servers, tmp_path, line, settings, language, code, shown):
    program = shutil.which(RUNS[language])
    assert program, f"{RUNS[language]} is missing: install it (Debian: nodejs) to test the examples"
    address, key = servers(settings)
    file = tmp_path / f"example.{SUFFIX[language]}"
    file.write_text(code.replace(ADDRESS, address), "utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "YOUJU_KEY": key, "NO_PROXY": "*"}
    done = subprocess.run([program, str(file)], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert agrees(shown.replace(ADDRESS, address), done.stdout), f"docs/api.md:{line} prints\n{done.stdout}"


def test_mcp_needs_the_key_too(servers):
    address, key = servers("require_key=1")
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accept = {"Accept": "application/json, text/event-stream"}
    refused = httpx.post(f"{address}/mcp", json=call, headers=accept)
    given = httpx.post(f"{address}/mcp", json=call, headers=accept | {"Authorization": f"Bearer {key}"})
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:youju:problem:key")
    assert (given.status_code, "search_clauses" in given.text) == (200, True)


def test_every_language_is_there():
    assert {language for _, _, language, _, _ in EXAMPLES} == set(RUNS)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a", "a\n", True),
        ('{"a": […], "b": 1}', '{"a":[{"c":2}],"b":1}', True),
        ("a", "b", False),
        ("", "a", False),
        ("a", "ab", False),
        ("a … c", "abd", False),
    ],
)
def test_outputs_are_compared(shown, printed, same):
    assert agrees(shown, printed) is same


def test_an_example_without_output_is_found():
    with pytest.raises(AssertionError, match="no output behind"):
        examples("```bash\ntrue\n```\n\ntext\n\n```text\n```\n")


def test_every_endpoint_of_the_table_exists(index, settings):
    own = Settings(index=settings)
    paths = server.application(Service(Assistant(index, SteadyWriter(), own), None, own), with_page=False).openapi()["paths"]
    table = GUIDE.split("## 提问")[0]
    named = set(re.findall(r"(/(?:api|v1)/[\w/{}-]+)", table))
    assert named
    known = {re.sub(r"{\w+}", "{id}", path) for path in paths}
    assert named <= known | {"/api/conversations"}


def test_every_problem_of_the_table_is_told_somewhere():
    named = {kind for row in re.findall(r"^\| \d{3}.*?\|(.*?)\|", GUIDE, re.MULTILINE) for kind in re.findall(r"`([\w-]+)`", row)}
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "qa").glob("*.py"))
    assert len(named) > 10
    assert [kind for kind in named if f'"{kind}"' not in sources] == []


def test_mcp_configuration_starts_what_there_is():
    from qa.__main__ import app

    blocks = [json.loads(b["code"]) for b in BLOCK.finditer(GUIDE) if b["language"] == "json" and "mcpServers" in b["code"]]
    started, connected = (block["mcpServers"]["youju"] for block in blocks)
    assert Path(started["command"]).name in (ROOT / "pyproject.toml").read_text("utf-8").split("[project.scripts]")[1].split()
    assert started["args"][0] in {command.name or command.callback.__name__ for command in app.registered_commands}
    assert connected["url"] == ADDRESS + mcp_server.PATH
