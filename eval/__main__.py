"""`python -m eval speed|refusal`: how fast it is, and how well it refuses."""

from __future__ import annotations

from typing import Annotated

import typer

from corpus.records import CorpusError
from index.errors import IndexingError
from qa.settings import Settings, SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="测量。")


@app.command()
def speed(questions: Annotated[int, typer.Option(min=1, max=20, help="问几个问题")] = 20) -> None:
    """启动、依据、首字、全文、建索引、内存，各与目标相比（比值小于 1 为达到）。"""
    from eval.speed import measure  # noqa: PLC0415

    for figure in measure(Settings.from_environment(), questions):
        ratio = figure.value / figure.goal
        typer.echo(f"{figure.name}\t{figure.value:.2f} {figure.unit}\t目标 {figure.goal:g}\t比值 {ratio:.2f}")


@app.command()
def refusal() -> None:
    """拟合拒答曲线，并检验正在使用的那一条。"""
    from eval.refusal import fit  # noqa: PLC0415
    from index.models import encoder  # noqa: PLC0415
    from index.search import open_index  # noqa: PLC0415

    settings = Settings.from_environment().index
    found = fit(open_index(settings, encoder(settings)))
    typer.echo(f"拟合：{found.bias:.1f} + {found.by_likeness:.1f} × 相似 + {found.by_coverage:.2f} × 覆盖")
    typer.echo(f"使用中的曲线：误拒 {found.wrongly_refused:.1%}，正确拒答 {found.rightly_refused:.1%}")
    for question, score in found.mistakes:
        typer.echo(f"  判错（可答 {score:.2f}）：{question}")


def main() -> None:
    try:
        app()
    except (IndexingError, CorpusError, SettingsError) as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
