"""`python -m corpus check|show|find|measures`: look at the documents as the program reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from corpus import catalog, facts, lookup, measure_export, read
from corpus import check as checking
from corpus.clauses import clauses
from corpus.measures import measures as read_measures
from corpus.records import CorpusError

DOCUMENTS = Path(os.environ.get("YOUJU_CORPUS") or Path(__file__).parent / "documents").expanduser()
app = typer.Typer(no_args_is_help=True, add_completion=False, help="语料：检查、浏览、按地址查找、列出支持措施。")
Folder = Annotated[Path, typer.Option("--corpus", help="语料文件夹")]


@app.command()
def check(
    corpus: Folder = DOCUMENTS,
    articles: Annotated[Path | None, typer.Option(help="各法律条数的 JSON Lines（doc_id、n_articles），与 --corpus 对照")] = None,
    repairs: Annotated[bool, typer.Option(help="逐条列出修复")] = False,
) -> None:
    """逐份检查：一字不失、条款首尾相接、地址可还原、编号无缺。有损失时退出码为 1。"""
    if articles is not None:
        raise typer.Exit(_check_articles(corpus, articles))
    bad = 0
    for document in catalog.load(corpus):
        report = checking.check(document, read.read(corpus / document.source).raw)
        bad += bool(report.losses)
        _print_report(report, repairs)
    _print_passed_over(corpus)
    typer.echo("\n全部通过：一字不失，条款首尾相接。" if not bad else f"\n{bad} 份文件有损失，见上。")
    raise typer.Exit(1 if bad else 0)


def _print_report(report: checking.Report, repairs: bool) -> None:
    document = report.document
    removed = sum(len(e.before) for e in document.edits)
    added = sum(len(e.after) for e in document.edits)
    issued = document.issued or document.year or ""
    typer.echo(f"\n{document.name}  [{document.id}]  {document.level} {document.region} {issued}")
    typer.echo(
        f"  字符：读入 {report.raw_characters} − 改去 {removed} + 改成 {added} = 正文 {len(document.text)}（可逐字还原）"
        if not report.losses
        else "  字符：有损失！"
    )
    kinds = "，".join(f"{k} {v}" for k, v in sorted(report.kinds.items()))
    typer.echo(f"  条款 {report.clauses}（{kinds}）{'' if report.losses else '，首尾相接，地址各不相同'}")
    typer.echo(f"  表 {report.tables}（{report.rows} 行），专栏 {report.boxes}")
    for run in report.runs:
        if run.gaps or run.count >= 20:
            gaps = "；".join(map(_gap, run.gaps))
            typer.echo(f"  编号 {run.first} … {run.last}：{run.count} 项{'，' + gaps if gaps else '，连续'}")
    typer.echo(f"  修复 {sum(report.repairs.values())} 处：{'，'.join(f'{k} {v}' for k, v in report.repairs.items()) or '无'}")
    for note in document.notes:
        typer.echo(f"  存疑 “{document.text[note.start : note.end]}”：{note.text}")
    for loss in report.losses:
        typer.echo(f"  损失 {loss}")
    if repairs:
        for edit in document.edits:
            typer.echo(f"    第{edit.number_of_pass + 1}遍 {edit.start}: {edit.before!r} → {edit.after!r}  {edit.reason}")


def _print_passed_over(folder: Path) -> None:
    for path in catalog.passed_over(folder):
        what = "子文件夹不读，请把文件移到上一层" if path.is_dir() else "不支持这种文件，请另存为 UTF-8 的 .txt 或 .md"
        typer.echo(f"\n跳过 {path.name}：{what}。")


def _gap(gap: checking.Gap) -> str:
    numbers = f"{gap.first}—{gap.last}" if gap.last > gap.first else str(gap.first)
    return f"缺 {numbers}（{'原文注明：' + gap.reason if gap.reason else '原文没有说明'}）"


def _check_articles(folder: Path, counts: Path) -> int:
    total = differing = lossy = 0
    for row in checking.articles(folder, counts):
        total += 1
        lossy += bool(row.losses)
        if row.found != row.expected or row.losses:
            differing += row.found != row.expected
            typer.echo(f"{row.name}：找到 {row.found} 条，应为 {row.expected} 条 {'；'.join(row.losses[:3])}")
    typer.echo(f"{total} 部法律，条数相同 {total - differing}（{(total - differing) / max(total, 1):.1%}），有文字损失 {lossy}。")
    return int(lossy > 0 or differing > total / 100)


@app.command()
def show(document: Annotated[str, typer.Argument(help="文件 id")], corpus: Folder = DOCUMENTS) -> None:
    """列出一份文件的全部条款。"""
    chosen = [d for d in catalog.load(corpus) if document in (d.id, d.number, d.title)]
    if not chosen:
        raise CorpusError(f"没有 id、文号或标题为“{document}”的文件。可用：{'、'.join(d.id for d in catalog.load(corpus))}")
    for clause in clauses(chosen[0]):
        typer.echo(f"{clause.address}\t{clause.kind}\t{clause.reading[:60]}".replace("\n", " "))


@app.command()
def find(words: Annotated[str, typer.Argument(help="如：8号文第十四条")], corpus: Folder = DOCUMENTS) -> None:
    """按人们的写法找条款。"""
    documents = catalog.load(corpus)
    found = lookup.find(documents, [c for d in documents for c in clauses(d)], words)
    if not found:
        raise CorpusError(f"没有找到“{words}”。请写明文号或《标题》，再写条款地址，例如 {documents[0].number} 五（十四）。")
    for clause in found:
        typer.echo(f"{clause.citation}\n{clause.reading}\n")


@app.command()
def measures(
    corpus: Folder = DOCUMENTS,
    document: Annotated[str, typer.Option(help="只看这一份：id、文号或标题")] = "",
    kind: Annotated[str, typer.Option(help="只看这一种，如 补贴、人才")] = "",
    form: Annotated[str, typer.Option("--format", help="text、jsonl、csv 或 xlsx")] = "text",
    out: Annotated[Path | None, typer.Option(help="写入文件；xlsx 必须给出")] = None,
) -> None:
    """列出或导出条款里的支持措施。"""
    if form not in measure_export.FORMATS:
        raise CorpusError(f"不认识的格式“{form}”。可用：{'、'.join(measure_export.FORMATS)}。")
    if form == "xlsx" and out is None:
        raise CorpusError("xlsx 是二进制文件，请用 --out 给出文件名，例如 --out 措施.xlsx。")
    known = [k.kind for k in facts.kinds()]
    if kind and kind not in known:
        raise CorpusError(f"没有“{kind}”这一种。可用：{'、'.join(known)}。")
    documents = catalog.load(corpus)
    chosen = [d for d in documents if document in {"", d.id, d.number, d.title}]
    if not chosen:
        raise CorpusError(f"没有 id、文号或标题为“{document}”的文件。可用：{'、'.join(d.id for d in documents)}")
    found = [m for d in chosen for c in clauses(d) for m in read_measures(c) if kind in {"", m.kind, *m.kinds}]
    if out is None:
        typer.echo(measure_export.printed(found, form), nl=False)
        return
    measure_export.write(found, form, out)
    typer.echo(f"{len(found)} 项措施，写入 {out}。")


def main() -> None:
    try:
        app()
    except CorpusError as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
