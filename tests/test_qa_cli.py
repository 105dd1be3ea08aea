"""`python -m qa …` in the terminal: evidence, answer, citations, in this order; what operators need; errors in Chinese."""

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


# --- what operators need -------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    """The store that the commands open by themselves."""
    opened = start.store(Settings.from_environment())
    yield opened
    opened.close()


def test_a_key_is_shown_once_and_kept_hashed(run, store, tmp_path):
    code, out, err = run("keys", "add", "大屏")
    secret = out.strip()
    assert (code, secret[:3]) == (0, "yj-")
    assert "只显示这一次" in err
    assert store.client("key", secret).name == "大屏"
    listed = run("keys", "list")[1]
    assert "大屏" in listed
    assert secret not in listed
    assert not any(secret.encode() in f.read_bytes() for f in tmp_path.rglob("*.sqlite*"))
    assert run("keys", "revoke", "大屏")[0] == 0
    assert store.client("key", secret) is None


def test_a_person_is_added_by_a_password_from_a_pipe(run, store):
    code, out, err = run("users", "add", "小王", piped="漱石枕流-2026\n")
    assert (code, out) == (0, "")
    assert "漱石" not in err
    assert store.client("user", "漱石枕流-2026", "小王").name == "小王"
    assert "小王" in run("users", "list")[1]
    assert run("users", "remove", "小王")[0] == 0
    assert store.clients("user") == []


@pytest.mark.parametrize(
    ("arguments", "piped", "message"),
    [
        (("keys", "revoke", "没有"), "", "没有名为“没有”的密钥"),
        (("users", "remove", "没有"), "", "没有名为“没有”的用户"),
        (("users", "add", "小王"), "kurz\n", "密码应有 8 到"),
        (("users", "add", " "), "漱石枕流-2026\n", "名称应为 1 到 64"),
        (("export", "unknown", "--out", "x.md"), "", "没有找到"),
        (("export", "unknown", "--out", "x.pdf"), "", "请用 .md、.html 或 .docx 结尾"),
    ],
)
def test_what_an_operator_gets_wrong_is_told(run, arguments, piped, message):
    code, out, err = run(*arguments, piped=piped)
    assert (code, out) == (1, "")
    assert err.startswith("错误：")
    assert message in err


def test_nothing_is_listed_before_there_is_something(run):
    assert "keys add" in run("keys", "list")[2]
    assert "users add" in run("users", "list")[2]


def test_ratings_are_written_for_review(run, store, tmp_path):
    turn = store.begin("page:x", QUESTION, {})
    store.finish(turn.id, "done", {"text": "每张床位1万元。", "refusal": None, "citations": []})
    store.rate(turn.id, "page:x", "down", "少了运营补贴")
    out = tmp_path / "待审.jsonl"
    assert run("feedback", "--out", str(out))[0] == 0
    (case,) = map(json.loads, out.read_text("utf-8").splitlines())
    assert case["turns"] == [QUESTION]
    assert "少了运营补贴" in out.read_text("utf-8")


@pytest.mark.parametrize("kind", ["md", "html", "docx"])
def test_a_conversation_is_exported(run, store, tmp_path, kind):
    turn = store.begin("page:x", QUESTION, {})
    store.finish(turn.id, "stopped", None, "停止了")
    out = tmp_path / f"会话.{kind}"
    assert run("export", turn.conversation, "--out", str(out))[0] == 0
    assert out.read_bytes().startswith(b"PK") if kind == "docx" else QUESTION in out.read_text("utf-8")
    code, _, err = run("export", turn.conversation, "--out", str(tmp_path / "no" / f"x.{kind}"))
    assert code == 1
    assert "写不了" in err


def test_a_store_that_cannot_be_opened_is_told_without_its_password(run, monkeypatch):
    monkeypatch.setenv("YOUJU_STORE_URL", "mysql://u:geheim@host/db")
    code, _, err = run("keys", "list")
    assert code == 1
    assert err.startswith("错误：")
    assert "geheim" not in err


def test_a_service_without_records_has_no_store(index, settings, monkeypatch):
    assistant = Assistant(index, ScriptedWriter(), Settings(index=settings))
    monkeypatch.setattr(start, "assistant", lambda *_: assistant)
    opened = []
    assert start.service(Settings(index=settings, record=0), opened.append).store is None
    made = start.service(Settings(index=settings), opened.append)
    made.store.ping()
    assert made.assistant is assistant
    assert opened == ["store", "store"]
    assert Settings(index=settings).store_folder.stat().st_mode & 0o777 == 0o700
    made.store.close()
