"""`python -m qa ask|chat` in the terminal: evidence, answer, citations, in this order; errors in Chinese."""

import json
import sys

import pytest
from fakes import ScriptedWriter

from qa import __main__ as cli
from qa import refusal, start
from qa.answer import Assistant
from qa.settings import Settings

QUESTION = "江东省新建社区养老服务中心每张床位有多少建设补贴？"


@pytest.fixture
def run(index, settings, monkeypatch, capsys):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)

    def run(*arguments, replies=(), typed=()):
        assistant = Assistant(index, ScriptedWriter(*replies), Settings(index=settings))
        lines = iter(typed)
        monkeypatch.setattr(start, "assistant", lambda _: assistant)
        monkeypatch.setattr("builtins.input", lambda _="": next(lines))
        monkeypatch.setattr(sys, "argv", ["youju", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    return run


def test_evidence_answer_citations_in_order(run):
    code, out, _ = run("ask", QUESTION, replies=["每张床位给予1万元建设补贴。"])
    assert code == 0
    places = [out.index(word) for word in ("找到的条款：", "答：每张床位给予1万元建设补贴。[1]", "引用：", "仅供参考")]
    assert places == sorted(places)
    assert "（江政发〔2020〕8号）二（一）「新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴；" in out


def test_taken_out_sentence_is_told_and_the_checked_answer_printed(run):
    _, out, _ = run("ask", QUESTION, replies=["每张床位给予1万元建设补贴。每人再奖励88万元。"])
    assert "已从答案中删去" in out
    checked = out[out.index("核对后的答案：") :]
    assert "88" not in checked[: checked.index("引用：")]


def test_refusal_has_no_citations(run):
    code, out, _ = run("ask", "深圳养老院有补贴吗？")
    assert code == 0
    assert "没有深圳的文件" in out
    assert "引用：" not in out


def test_json(run):
    _, out, _ = run("ask", QUESTION, "--json", replies=["每张床位给予1万元建设补贴。"])
    assert json.loads(out)["citations"][0]["marker"] == 1


@pytest.mark.parametrize(("question", "message"), [("", "没有看到问题"), ("税", "只有“税”一个字"), ("税" * 10_000, "10000 个字")])
def test_impossible_question(run, question, message):
    code, out, err = run("ask", question)
    assert code == 1
    assert err.startswith("错误：")
    assert message in err
    assert out == ""


def test_conversation_keeps_what_was_asked(run):
    replies = ["到2022年护理型床位占比50%。", "到2025年护理型床位占比不低于60%。"]
    code, out, _ = run("chat", replies=replies, typed=["到2022年江东省护理型床位占比是多少？", "？", "那2025年呢？", ""])
    assert code == 0
    assert "没有看到问题" in out
    assert "理解为：到2025年江东省护理型床位占比是多少？" in out


def test_taken_port_is_told_before_anything_is_loaded(run):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, out, err = run("serve", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "不能监听" in err
    assert "正在载入" not in out
