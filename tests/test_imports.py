"""The arrows of the house: who may import whom, and which file owns which heavy library."""

import ast
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY = {
    "corpus": set(),
    "prompts": set(),
    "index": {"corpus"},
    "qa": {"corpus", "prompts", "index"},
    "eval": {"corpus", "prompts", "index", "qa"},
}
OWNERS = {
    "sentence_transformers": {"eval/train/__main__.py", "index/rerank.py", "index/models.py", "index/convert.py"},
    "faiss": {"index/vectors.py"},
    "openvino": {"index/quantised.py", "index/eightbit.py", "eval/train/int8.py"},
    "openvino_genai": {"index/eightbit.py", "qa/openvino_engine.py"},
    "nncf": {"eval/train/int8.py"},
    "bm25s": {"index/lexical.py"},
    "rjieba": {"index/tokens.py"},
    "opencc": {"index/tokens.py"},
    "xllamacpp": {"qa/writer.py"},
    "openai": {"qa/remote.py"},
    "transformers": {
        "eval/train/__main__.py",
        "eval/train/reranker.py",
        "index/rerank.py",
        "qa/writer.py",
        "index/models.py",
        "index/convert.py",
    },
    "fastapi": {"qa/server.py", "qa/api_*.py", "qa/guard*.py", "qa/page*.py", "qa/mcp_server.py"},
    "starlette": {"qa/server.py", "qa/api_*.py", "qa/guard*.py", "qa/page*.py", "qa/mcp_server.py"},
    "gradio": {"qa/page*.py"},
    "sqlalchemy": {"qa/store*.py", "qa/migrations/*.py", "qa/migrations/*/*.py"},
    "alembic": {"qa/store*.py", "qa/migrations/*.py", "qa/migrations/*/*.py"},
    "mcp": {"qa/mcp_server.py"},
    "prometheus_client": {"qa/meters.py"},
    "limits": {"qa/guard*.py"},
    "docx": {"qa/export_docx.py"},
    "torch": {
        "index/askers.py",
        "index/rerank.py",
        "index/convert.py",
        "index/models.py",
        "qa/writer.py",
        "eval/train/askers.py",
        "eval/train/descent.py",
        "eval/train/encoder.py",
        "eval/train/int8.py",
        "eval/train/reranker.py",
    },
    "langchain_core": {"eval/peer_systems.py"},
    "langchain_text_splitters": {"eval/peer_systems.py"},
    "llama_index": {"eval/peer_systems.py"},
    "haystack": {"eval/peer_systems.py"},
    "txtai": {"eval/peer_systems.py"},
}
FILES = sorted(p for folder in MAY for p in (ROOT / folder).rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (a.name.split(".")[0] for a in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows_point_one_way(path):
    folder = path.relative_to(ROOT).parts[0]
    inside = {name for name in imported(path) if name in MAY and name != folder}
    assert inside <= MAY[folder], f"{folder} must not import {inside - MAY[folder]}"


@pytest.mark.parametrize("library", OWNERS)
def test_heavy_library_has_its_owner(library):
    users = {str(p.relative_to(ROOT)) for p in FILES if library in imported(p)}
    assert users
    strangers = {user for user in users if not any(fnmatch(user, owner) for owner in OWNERS[library])}
    assert not strangers


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_commands_print(path):
    if path.name == "__main__.py":
        return
    calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    assert not [n for n in calls if isinstance(n.func, ast.Name) and n.func.id in ("print", "input")]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_readable(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, f"{path.name}: {node.name}"
