"""`python -m qa ask|chat` in the terminal: evidence, answer, citations, in this order; errors in Chinese."""

import io
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

    def run(*arguments, replies=(), typed=(), piped=""):
        assistant = Assistant(index, ScriptedWriter(*replies), Settings(index=settings, everyday=0))
        lines = iter(typed)
        monkeypatch.setattr(start, "assistant", lambda _: assistant)
        monkeypatch.setattr(start, "index", lambda _: index)
        monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
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


# --- check ---------------------------------------------------------------------

TRUE = "新建社区养老服务中心，省级财政按每张床位1万元给予一次性建设补贴。"
FALSE = "新建社区养老服务中心，每张床位补贴9万元。"


def test_each_sentence_of_a_text_is_told_with_its_verdict(run):
    code, out, err = run("check", TRUE + FALSE)
    assert (code, err) == (0, "")
    first, quote, second, nearest = out.split("\n", 3)
    assert first == f"【已核对】{TRUE}"
    assert quote.startswith("    ")
    assert "（江政发〔2020〕8号）二（一）「新建社区养老服务中心，省级财政按每张床位1万元" in quote
    assert second == f"【没有依据】{FALSE}：数字“9万元”不在所引条款中"
    assert nearest.startswith("    最接近的条款：")
    assert "（江政发〔2020〕8号）二（一）「" in nearest


def test_a_text_may_come_from_a_pipe(run):
    _, out, _ = run("check", "-", piped=f"{TRUE}\n{FALSE}\n")
    assert [line[:6] for line in out.splitlines() if line.startswith("【")] == ["【已核对】新", "【没有依据】"]


def test_the_question_of_a_text_may_be_given(run):
    text = "30个人的机构，按每人每月300元给予运营补贴。"
    without, asked = (run("check", text, *more)[1] for more in ((), ("--question", "我们有30个人，有补贴吗？")))
    assert without.startswith("【没有依据】")
    assert not asked.startswith("【没有依据】")


def test_a_checked_text_as_json(run):
    _, out, _ = run("check", TRUE + FALSE, "--json")
    made = json.loads(out)
    assert (made["verified"], made["share"]) == (1, 0.5)
    assert [s["verdict"] for s in made["sentences"]] == ["verified", "unsupported"]


@pytest.mark.parametrize(
    ("text", "message"), [("", "没有看到要核对的文字"), ("补" * 5001, "5001 个字"), ("补贴。" * 61, "61 句")]
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_text_that_cannot_be_checked_is_an_error(run, text, message, options):
    code, out, err = run("check", text, *options)
    assert (code, out) == (1, "")
    assert err.startswith("错误：")
    assert message in err
