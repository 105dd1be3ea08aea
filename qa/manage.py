"""Commands of the operator: keys, people, feedback, exports. They work on the store, beside a running service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from qa.settings import Settings
from qa.turns import StoreError

if TYPE_CHECKING:
    from qa.store import Store

keys = typer.Typer(no_args_is_help=True, help="接口密钥：给程序用。")
users = typer.Typer(no_args_is_help=True, help="网页用户：YOUJU_REQUIRE_LOGIN=1 时登录用。")
Name = Annotated[str, typer.Argument(help="名称，列出和作废时用")]


@keys.command("add")
def add_key(name: Name) -> None:
    """发一个新密钥；只显示这一次，库里只存它的散列值。"""
    with _store() as store:
        secret = store.add_client("key", name)
    typer.echo(secret)
    typer.echo(f"这是“{name}”的密钥，只显示这一次。请求头写 Authorization: Bearer 密钥。", err=True)


@keys.command("list")
def list_keys() -> None:
    """列出密钥的名称和日期。"""
    _list("key", "还没有密钥。用 python -m qa keys add 名称 发一个。")


@keys.command("revoke")
def revoke_key(name: Name) -> None:
    """作废一个密钥；正在运行的服务最多半分钟后不再认它。"""
    _revoke("key", name)


@users.command("add")
def add_user(name: Name) -> None:
    """添加一个网页用户；密码从键盘读两遍，或从管道读一行。"""
    if sys.stdin.isatty():
        password = typer.prompt("密码", hide_input=True, confirmation_prompt="再输一遍")
    else:
        password = sys.stdin.readline().removesuffix("\n")
    with _store() as store:
        store.add_client("user", name, password)
    typer.echo(f"已添加用户“{name}”。", err=True)


@users.command("list")
def list_users() -> None:
    """列出网页用户。"""
    _list("user", "还没有用户。用 python -m qa users add 名称 添加。")


@users.command("remove")
def remove_user(name: Name) -> None:
    """删去一个网页用户；已登录的最多半分钟后要重新登录。"""
    _revoke("user", name)


def feedback(out: Annotated[Path, typer.Option("--out", help="写到这个文件（JSON Lines）")]) -> None:
    """把读者的评价写成待审的用例，一行一个；看过、改好以后可并入评测用例。"""
    from qa import feedback as reviewing  # noqa: PLC0415

    with _store() as store:
        lines = list(reviewing.lines(store.ratings()))
    _write(out, "".join(f"{line}\n" for line in lines).encode())
    typer.echo(f"{len(lines)} 条评价已写到 {out}。", err=True)


def export(
    conversation: Annotated[str, typer.Argument(metavar="ID", help="会话的 id（网址里 ?c= 后面的）或分享链接最后一段")],
    out: Annotated[Path, typer.Option("--out", help="写到这个文件：.md、.html 或 .docx")],
) -> None:
    """导出一段会话，带引用和原文。"""
    from qa import export as exporting  # noqa: PLC0415

    kind = out.suffix.lower()
    if kind not in (".md", ".html", ".docx"):
        raise StoreError(f"不会写 {out.name} 这种文件。请用 .md、.html 或 .docx 结尾的名字。")
    with _store() as store:
        found = store.kept(conversation)
    writers = {".md": lambda: exporting.markdown(found).encode(), ".html": lambda: exporting.html(found).encode()}
    _write(out, writers.get(kind, lambda: exporting.docx(found))())
    typer.echo(f"已导出：{out}", err=True)


@contextmanager
def _store() -> Iterator[Store]:
    from qa import start  # noqa: PLC0415 - SQLAlchemy and torch are slow to load

    store = start.store(Settings.from_environment())
    try:
        yield store
    finally:
        store.close()


def _list(kind: Literal["key", "user"], none: str) -> None:
    with _store() as store:
        found = store.clients(kind)
    for client in found:
        typer.echo(f"{client.created:%Y-%m-%d}  {client.name}")
    if not found:
        typer.echo(none, err=True)


def _revoke(kind: Literal["key", "user"], name: str) -> None:
    with _store() as store:
        store.revoke(kind, name)
    typer.echo(f"已作废“{name}”。" if kind == "key" else f"已删去用户“{name}”。", err=True)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise StoreError(f"写不了 {path}（{error.strerror}）。请换一个可以写的位置。") from None
