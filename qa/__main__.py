"""`python -m qa …` (also `youju`): answers, a check, the policy matcher, page and API, and what their operator needs."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from corpus.records import CorpusError
from index.errors import IndexingError
from index.search import Filters
from qa import manage, show
from qa.answer import Assistant, Evidence, Token
from qa.dossier import DossierError
from qa.profile_form import ProfileError
from qa.records import Answer, QuestionError
from qa.settings import Settings, SettingsError
from qa.turns import StoreError
from qa.writer import WriterError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="有据：带条款依据的政策问答。")
Levels = Annotated[list[str] | None, typer.Option("--level", help="只用这些层级的文件：国家、省、市、县")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="只用这些地区的文件，如 辽宁省")]


@app.command()
def ask(
    question: str,
    level: Levels = None,
    region: Regions = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """问一个问题：先出依据，再出答案，最后列出引用。"""
    from qa import answer, start  # noqa: PLC0415 - torch is slow to load

    settings = Settings.from_environment()
    answer.check(question)  # an impossible question need not wait for the models
    assistant = start.assistant(settings)
    filters = Filters(levels=tuple(level or ()), regions=tuple(region or ()))
    if as_json:
        from qa.wire import answer_json  # noqa: PLC0415

        for event in assistant.ask(question, filters=filters):
            if isinstance(event, Answer):
                typer.echo(json.dumps(answer_json(event), ensure_ascii=False, indent=1))
        return
    _print(assistant, question, [], filters)


@app.command()
def chat() -> None:
    """在终端里连续提问；空行或 Ctrl-D 结束。"""
    from qa import start  # noqa: PLC0415

    assistant = start.assistant(Settings.from_environment())
    typer.echo("请提问（空行结束）。例如：众创空间能享受哪些税收优惠？")
    earlier: list[str] = []
    while True:
        try:
            question = input("\n问：").strip()
        except EOFError:
            break
        if question in ("", "退出", "结束", "再见", "exit", "quit"):
            break
        try:
            answer = _print(assistant, question, earlier, None)
        except QuestionError as error:
            typer.echo(str(error))
            continue
        except KeyboardInterrupt:
            typer.echo("\n（已停止）")
            continue
        if answer:
            earlier.append(question)


def _print(assistant: Assistant, question: str, earlier: list[str], filters: Filters | None) -> Answer | None:
    """Print the events of one question; the answer for the conversation's memory."""
    finished: Answer | None = None
    streamed = ""
    for event in assistant.ask(question, earlier, filters):
        if isinstance(event, Evidence):
            if event.standalone != question:
                typer.echo(f"理解为：{event.standalone}")
            typer.echo("\n找到的条款：")
            for line in show.evidence(event.pieces):
                typer.echo(f"  {line}")
            typer.echo("\n答：", nl=False)
        elif isinstance(event, Token):
            streamed += event.text
            typer.echo(event.text, nl=False)
        else:
            finished = event
    if finished is None:
        return None
    if finished.text.startswith(streamed):
        typer.echo(finished.text[len(streamed) :])
    else:
        typer.echo(f"\n\n核对后的答案：{finished.text}")
    if not finished.refusal:
        typer.echo("\n引用：")
        for line in show.citations(finished):
            typer.echo(f"  {line}")
    typer.echo("")
    for line in show.remarks(finished):
        typer.echo(line)
    return finished


@app.command()
def check(
    text: Annotated[str, typer.Argument(help="要核对的文字；写 - 则从标准输入读")],
    question: Annotated[str, typer.Option(help="这段文字回答的问题，可不写")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """逐句核对一段文字（不论谁写的）有没有条款依据。"""
    from qa import start, wire  # noqa: PLC0415 - torch is slow to load
    from qa.check import check as check_text  # noqa: PLC0415

    words = sys.stdin.read() if text == "-" else text
    claims = list(check_text(start.index(Settings.from_environment()), words, question))
    if as_json:
        typer.echo(json.dumps(wire.claims_json(claims), ensure_ascii=False, indent=1))
        return
    for claim in claims:
        for line in show.claim(claim):
            typer.echo(line)


@app.command()
def match(
    say: Annotated[str | None, typer.Option("--say", help="用自己的话说说情况和想做的事；写 - 则从标准输入读")] = None,
    profile: Annotated[Path | None, typer.Option("--profile", help="画像文件（JSON，键同接口 /api/match 的 profile）")] = None,
    level: Levels = None,
    region: Regions = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="最多列出几条")] = 20,
    as_of: Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="按哪一天判断期限，缺省为今天")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="导出清单：.html 或 .xlsx")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """哪些扶持措施可能适用：逐条件比对，附条款原文。"""
    from qa import dossier, match_show, match_wire, start  # noqa: PLC0415 - torch is slow to load
    from qa.match import match as match_profile  # noqa: PLC0415
    from qa.match import ready  # noqa: PLC0415

    asker = match_show.asker(sys.stdin.read() if say == "-" else say, profile)
    if out:
        dossier.check(out)  # a name that cannot be written need not wait for the models
    settings = Settings.from_environment()
    index = start.index(settings)
    ready(index, settings.index.index)
    filters = Filters(levels=tuple(level or ()), regions=tuple(region or ()))
    found = match_wire.model(match_profile(index, asker, filters, as_of.date() if as_of else None), limit)
    if out:
        from index.files import corpus_hash  # noqa: PLC0415

        dossier.write(out, found, corpus_hash(settings.index.corpus))
    if as_json:
        typer.echo(json.dumps(found.model_dump(), ensure_ascii=False, indent=1))
        return
    typer.echo("\n".join(match_show.lines(found)))
    if out:
        typer.echo(f"已导出：{out}")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址；对外服务用 0.0.0.0")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
) -> None:
    """在一个端口上提供网页和接口。"""
    from dataclasses import replace  # noqa: PLC0415

    from qa import logs, start  # noqa: PLC0415
    from qa.guard_front import Front, Opened, run  # noqa: PLC0415

    settings = Settings.from_environment()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    _refuse_taken(settings.host, settings.port)
    logs.configure(bool(settings.log_questions))
    typer.echo("正在载入模型和索引 …")

    def load(opened: Callable[[str], None]) -> Opened:
        service = start.service(settings, opened)
        from qa import server  # noqa: PLC0415 - Gradio is slow to load

        return server.application(service), service

    shown = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104 - printed, not bound
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{settings.port}"
    run(
        Front(load, start.PARTS, settings.proxies),
        settings.host,
        settings.port,
        settings.patience,
        lambda: typer.echo(f"就绪：网页 {address}/ ，接口文档 {address}/docs"),
    )
    typer.echo("已停止。", err=True)


@app.command()
def mcp() -> None:
    """作为 MCP 服务在标准输入输出上运行，给支持 MCP 的程序用。"""
    from qa import logs, mcp_server, start  # noqa: PLC0415

    settings = Settings.from_environment()
    logs.configure(bool(settings.log_questions))  # to stderr; stdout belongs to the protocol
    mcp_server.stdio(lambda: start.service(settings))


def _refuse_taken(host: str, port: int) -> None:
    """Fail before the models are loaded when the port is in use."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"{host}:{port} 不能监听（{error.strerror}）。可能已有一个服务在运行；"
                f"请停掉它，或换端口：make serve PORT={port + 1}。"
            ) from error


app.command()(manage.feedback)
app.command()(manage.export)
app.add_typer(manage.keys, name="keys")
app.add_typer(manage.users, name="users")


TOLD = (
    IndexingError,
    CorpusError,
    DossierError,
    ProfileError,
    QuestionError,
    SettingsError,
    StoreError,
    WriterError,
)
"""Errors whose message is meant for the user."""


def main() -> None:
    try:
        app()
    except TOLD as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(1) from None
    except SystemExit as stop:
        if stop.code == 130:  # typer's answer to Ctrl-C
            typer.echo("已停止。", err=True)
        raise


if __name__ == "__main__":
    main()
