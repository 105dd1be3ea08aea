"""`python -m eval run|report|compare|ablate|check|claims|measures|speed|growth|refusal`: how good it is, and how fast."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from corpus.records import CorpusError
from eval.cases import Case, CaseError, load, unproved
from eval.measure_gold import SHIPPED, Half, bind
from eval.measure_gold import load as load_gold
from index.errors import IndexingError
from qa.bench_names import chinese
from qa.settings import Settings, SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, help="评测。")
_PROFILES = Path(__file__).parent / "cases" / "profiles-dev.jsonl"
Cases = Annotated[Path, typer.Option("--cases", help="用例文件（JSON Lines）")]


@app.command()
def run(
    out: Annotated[Path, typer.Option(help="结果文件夹：run.jsonl、summary.json、report.html")],
    cases: Annotated[Path | None, typer.Option("--cases", help="用例文件（JSON Lines）")] = None,
    beir: Annotated[Path | None, typer.Option("--beir", help="BEIR 布局的文件夹，代替 --cases（只检索）")] = None,
    split: Annotated[str, typer.Option(help="BEIR 的哪一部分问题")] = "test",
    profiles: Annotated[Path | None, typer.Option("--profiles", help="画像文件（JSON Lines），代替 --cases：跑政策匹配")] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="只检索，不写答案")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="只跑前几个")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="同时回答几个用例；大于 1 时更快，但各例的耗时不能作准")] = 1,
) -> None:
    """跑一遍用例（断了再运行会接着跑），写出结果、汇总和报告。"""
    if sum(given is not None for given in (cases, beir, profiles)) != 1:
        raise CaseError("请给 --cases 用例文件、--beir 文件夹或 --profiles 画像文件，三者之一。")
    settings = Settings.from_environment()
    if profiles is not None:
        _run_profiles(settings, profiles, out, limit)
        return
    if beir is not None:
        _run_beir(settings, beir, split, out, limit)
        return
    from eval.run import run as run_cases  # noqa: PLC0415

    assert cases is not None
    chosen = load(cases)[:limit]
    index, assistant = _open(settings, retrieval_only)
    for wrong in unproved(chosen, index.clauses):
        typer.echo(f"警告：{cases.name} {wrong}：语料的任何一条里都没有这句引文，它会算作没有找到。", err=True)
    used = _settings(settings, cases, assistant)
    run_cases(chosen, out, index, assistant, used, jobs=jobs)
    _write_report(chosen, out, index.by_id)


def _run_profiles(settings: Settings, file: Path, out: Path, limit: int | None) -> None:
    from eval import profiles  # noqa: PLC0415
    from qa.match import ready  # noqa: PLC0415

    chosen = profiles.load(file)[:limit]
    index = _open(settings, retrieval_only=True)[0]
    for wrong in profiles.unproved(chosen, index.clauses):
        typer.echo(f"警告：{file.name} {wrong}：语料的任何一条里都没有这句引文。", err=True)
    ready(index, settings.index.index)
    profiles.run(chosen, out, index, _settings(settings, file, None))
    found = profiles.judged(chosen, out, index.by_id)
    made = profiles.summary(found, json.loads((out / "settings.json").read_text("utf-8")))
    (out / "summary.json").write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
    (out / "report.html").write_text(profiles.page(found, made), "utf-8")
    for name, value in made["overall"].items():
        typer.echo(_mean(f"{name:16}", value))
    if made["failed"]:
        typer.echo(f"出错的画像：{'、'.join(made['failed'])}")
    typer.echo(f"报告：{out / 'report.html'}")


def _run_beir(settings: Settings, folder: Path, split: str, out: Path, limit: int | None) -> None:
    from eval import beir  # noqa: PLC0415
    from eval.run import read_lines  # noqa: PLC0415
    from index.models import encoder  # noqa: PLC0415
    from index.rerank import reranker  # noqa: PLC0415

    data = beir.load(folder, split)
    index = beir.open_index(data, settings.index, encoder(settings.index), reranker(settings.index))
    here = {
        "beir": data.digest[:16],
        "questions": data.asked[:16],
        "split": split,
        "encoder": settings.index.encoder,
        "reranker": settings.index.reranker,
    }
    made = beir.run(data, index, out, here, limit)
    (out / "summary.json").write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
    (out / "report.html").write_text(beir.page(data, made, read_lines(out / "run.jsonl")), "utf-8")
    for name, value in made["overall"].items():
        typer.echo(f"{name:10} {value['mean']:.3f}  [{value['low']:.3f}, {value['high']:.3f}]  {value['cases']}")
    typer.echo(f"检索耗时（毫秒）：{made['latency_ms']}\n报告：{out / 'report.html'}")


def _mean(name: str, value: Mapping[str, float]) -> str:
    """A row: the key that summary.json has, the figures, and behind them, where nothing need line up, the Chinese name."""
    told = f"{value['mean']:.3f}  [{value['low']:.3f}, {value['high']:.3f}]  {value['cases']:<4}"
    return f"{name} {told} {chinese(name.strip())}".rstrip()


def _open(settings: Settings, retrieval_only: bool) -> tuple[Any, Any]:
    if retrieval_only:
        from index.models import encoder  # noqa: PLC0415
        from index.rerank import reranker  # noqa: PLC0415
        from index.search import open_index  # noqa: PLC0415

        return open_index(settings.index, encoder(settings.index), reranker(settings.index)), None
    from qa import start  # noqa: PLC0415

    assistant = start.assistant(settings)
    return assistant.index, assistant


def _settings(settings: Settings, cases: Path, assistant: Any) -> dict[str, Any]:
    """What two runs must share to be one: the cases, the models, the lengths. No assistant: nothing is written."""
    import hashlib  # noqa: PLC0415

    from index.files import corpus_hash  # noqa: PLC0415

    return {
        "cases": hashlib.sha256(cases.read_bytes()).hexdigest()[:16],
        "corpus": corpus_hash(settings.index.corpus)[:16],
        "retrieval_only": assistant is None,
        "encoder": settings.index.encoder,
        "reranker": settings.index.reranker,
        "generator": assistant.writer.name if assistant else "",
        "engine": settings.engine,
        "evidence_tokens": settings.evidence_tokens,
        "answer_tokens": settings.answer_tokens,
        "hits": settings.hits,
    }


@app.command()
def report(cases: Cases, out: Annotated[Path, typer.Option(help="一次运行的文件夹")]) -> None:
    """由 run.jsonl 重新做汇总和报告。"""
    from corpus.catalog import load as load_documents  # noqa: PLC0415
    from corpus.clauses import clauses  # noqa: PLC0415

    documents = load_documents(Settings.from_environment().index.corpus)
    _write_report(load(cases), out, {c.id: c for d in documents for c in clauses(d)})


def _write_report(cases: Sequence[Case], out: Path, clauses: dict[str, Any]) -> None:
    from eval.report import beside, page  # noqa: PLC0415
    from eval.run import judged, read_lines, summary  # noqa: PLC0415

    found = judged(cases, list(read_lines(out / "run.jsonl")), clauses)
    made = summary(found, json.loads((out / "settings.json").read_text("utf-8")))
    (out / "summary.json").write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
    (out / "report.html").write_text(page(found, made, beside(out)), "utf-8")
    for name, value in made["overall"].items():
        typer.echo(_mean(f"{name:20}", value))
    if made["failed"]:
        typer.echo(f"出错的用例：{'、'.join(made['failed'])}")
    typer.echo(f"报告：{out / 'report.html'}")


@app.command()
def compare(cases: Cases, first: Path, second: Path) -> None:
    """两次运行逐例相减：均值之差和随机化检验的 p（第二个减第一个）。"""
    from corpus.catalog import load as load_documents  # noqa: PLC0415
    from corpus.clauses import clauses  # noqa: PLC0415
    from eval.run import judged, read_lines  # noqa: PLC0415
    from eval.stats import compare as paired  # noqa: PLC0415

    documents = load_documents(Settings.from_environment().index.corpus)
    by_id = {c.id: c for d in documents for c in clauses(d)}
    chosen = load(cases)
    a, b = (judged(chosen, list(read_lines(folder / "run.jsonl")), by_id) for folder in (first, second))
    names = dict.fromkeys(n for j in a for n in j.scores)
    for name in names:
        pairs = [(x.scores[name], y.scores[name]) for x, y in zip(a, b, strict=True) if name in x.scores and name in y.scores]
        if pairs:
            d = paired([x for x, _ in pairs], [y for _, y in pairs])
            told = f"{d.first:.3f} → {d.second:.3f}  {d.difference:+.3f}  p={d.p:.4f}  {d.cases:<4}"
            typer.echo(f"{name:20} {told} {chinese(name)}".rstrip())


@app.command()
def ablate(
    cases: Cases,
    out: Annotated[Path, typer.Option(help="结果文件夹：ablation.json、report.html；可以是一次运行的文件夹")],
    encoder: Annotated[
        list[str] | None, typer.Option(help="还比较哪个向量模型，可重复；缺省为内置模型的底座，none 为不比", metavar="NAME")
    ] = None,
) -> None:
    """把检索的每一步单独关掉再搜一遍（断了再运行会接着跑），看少了它差多少。"""
    from eval import ablation  # noqa: PLC0415
    from eval.report import alone, beside  # noqa: PLC0415

    settings = Settings.from_environment().index
    chosen = load(cases)
    ablation.fits(out, cases, chosen)
    steps = ablation.steps(settings, encoder or [ablation.ENCODER])
    for row in ablation.ablate(chosen, out, settings, steps, ablation.described(cases, settings))["rows"]:
        change = row["difference"].get(ablation.BY_TYPE)
        told = f"{change['difference']:+.3f}  p={change['p']:.4f}" if change else f"{ablation.BY_TYPE:16}"
        typer.echo(f"{row['overall'][ablation.BY_TYPE]['mean']:.3f}  {told}  {row['name']}")
        if row["failed"]:
            typer.echo(f"  出错的用例：{'、'.join(row['failed'])}", err=True)
    if (out / "run.jsonl").exists():
        report(cases, out)
        return
    (out / "report.html").write_text(alone(beside(out)), "utf-8")
    typer.echo(f"报告：{out / 'report.html'}")


@app.command("check")
def check_cases(cases: Cases) -> None:
    """逐条核对用例里的引文：都要能在某一条款里找到。找不到时退出码为 1。"""
    from corpus.catalog import load as load_documents  # noqa: PLC0415
    from corpus.clauses import clauses  # noqa: PLC0415

    documents = load_documents(Settings.from_environment().index.corpus)
    chosen = load(cases)
    wrong = list(unproved(chosen, [c for d in documents for c in clauses(d)]))
    for line in wrong:
        typer.echo(f"找不到 {line}")
    typer.echo(f"{len(chosen)} 个用例，{len(wrong)} 条引文找不到。")
    raise typer.Exit(1 if wrong else 0)


@app.command("claims")
def check_claims(
    file: Annotated[Path | None, typer.Argument(help="断言文件（JSON Lines）；不写则用随附的两个", metavar="[FILE]")] = None,
    out: Annotated[Path | None, typer.Option(help="结果文件夹：claims.json")] = None,
) -> None:
    """真的说法有多少核对得上，每一种改错的说法有多少放过了。"""
    from eval import claims as measure  # noqa: PLC0415
    from eval.ablation import described  # noqa: PLC0415
    from eval.run import origin  # noqa: PLC0415

    settings = Settings.from_environment()
    chosen = {path: measure.load(path) for path in ([file] if file else measure.SHIPPED)}
    if out:
        out.mkdir(parents=True, exist_ok=True)
    index = _open(settings, retrieval_only=True)[0]
    made = {}
    for path, claims in chosen.items():
        found = measure.measure(index, claims)
        made[path.name] = {"settings": described(path, settings.index), **found}
        typer.echo("\n".join([f"{path.name}（{len(claims)} 条）", *measure.printed(found["kinds"])]))
    if out:
        (out / "claims.json").write_text(json.dumps({"files": made, **origin()}, ensure_ascii=False, indent=1), "utf-8")


@app.command("measures")
def check_measures(
    cases: Annotated[
        list[Path] | None, typer.Option("--cases", help="标注文件或文件夹，可重复；不写则用随附的", metavar="FILE")
    ] = None,
    half: Annotated[Half, typer.Option(help="各文件里行号为单（odd）、为双（even）的条款，或全部")] = "all",
    out: Annotated[Path | None, typer.Option(help="结果文件夹：measures.json、measures.html")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="列出每个字段漏读和误读的")] = False,
) -> None:
    """支持措施读得准不准：与人工标注逐条比较，按字段给出精确率、召回率和 F1。"""
    from corpus.catalog import load as load_documents  # noqa: PLC0415
    from corpus.clauses import clauses  # noqa: PLC0415
    from corpus.measures import measures as read  # noqa: PLC0415
    from eval import measures as measure  # noqa: PLC0415
    from eval.run import origin  # noqa: PLC0415

    chosen = load_gold(cases or [SHIPPED], half)
    documents = load_documents(Settings.from_environment().index.corpus)
    found = measure.score(bind(chosen, [c for d in documents for c in clauses(d)]), read)
    typer.echo("\n".join([f"{len(chosen)} 条", *measure.printed(found), *(measure.misses(found) if verbose else [])]))
    if out:
        out.mkdir(parents=True, exist_ok=True)
        files = [p.name for p in cases or [SHIPPED]]
        made = {"half": half, "files": files, **measure.to_json(found), **origin()}
        (out / "measures.json").write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
        about = f"{len(chosen)} 条，{half}，版本 {made['commit']}"
        (out / "measures.html").write_text(measure.page(found, about), "utf-8")
        typer.echo(f"报告：{out / 'measures.html'}")


@app.command()
def speed(questions: Annotated[int, typer.Option(min=1, max=20, help="问几个问题")] = 20) -> None:
    """启动、依据、首字、全文、建索引、内存，各与目标相比（比值小于 1 为达到）。"""
    from eval.speed import measure  # noqa: PLC0415

    for figure in measure(Settings.from_environment(), questions):
        ratio = figure.value / figure.goal
        typer.echo(f"{figure.name}\t{figure.value:.2f} {figure.unit}\t目标 {figure.goal:g}\t比值 {ratio:.2f}")


@app.command()
def growth(
    beir: Annotated[Path, typer.Option("--beir", help="BEIR 布局的文件夹，提供条文和问题")],
    out: Annotated[Path, typer.Option(help="结果文件夹：growth.json")],
    split: Annotated[str, typer.Option(help="哪一部分问题")] = "train",
    sizes: Annotated[str, typer.Option(help="条数，用逗号分开；0 为全部")] = "1000,10000,0",
    profiles: Annotated[Path, typer.Option("--profiles", help="画像文件：量比对一份画像的耗时")] = _PROFILES,
) -> None:
    """条款越来越多时：建索引、内存、磁盘、检索和比对画像的耗时，以及各种 FAISS 索引与精确检索的一致程度。"""
    from dataclasses import asdict  # noqa: PLC0415

    from eval import growth as measure  # noqa: PLC0415
    from eval.beir import load as load_beir  # noqa: PLC0415
    from eval.profiles import load as load_profiles  # noqa: PLC0415
    from eval.run import origin  # noqa: PLC0415
    from index.models import encoder  # noqa: PLC0415

    settings = Settings.from_environment().index
    askers = [case.say for case in load_profiles(profiles)]
    data, model = load_beir(beir, split), encoder(settings)
    steps = [int(s) or len(data.clauses) for s in sizes.split(",")]
    asked = list(data.queries.values())[:200]
    rows, kinds = [], []
    for row in measure.sizes(data, settings, model, steps, asked, askers):
        typer.echo(str(asdict(row)))
        rows.append(asdict(row))
    queries = model.queries(asked)
    for step in steps:
        for kind in measure.kinds(measure.vectors_of(data, settings, model, step), queries):
            typer.echo(str(asdict(kind)))
            kinds.append(asdict(kind))
    out.mkdir(parents=True, exist_ok=True)
    made = {"sizes": rows, "kinds": kinds, "encoder": model.fingerprint, **origin()}
    (out / "growth.json").write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")


@app.command()
def refusal(
    cases: Annotated[list[Path] | None, typer.Option("--cases", help="用例文件，可多个；不写则用拟合时的那些")] = None,
    out: Annotated[Path | None, typer.Option(help="一次运行的文件夹：曲线画进它的 report.html")] = None,
) -> None:
    """拟合拒答曲线，检验正在使用的那一条，并把它画进报告。"""
    from eval.refusal import CASES, FILE, fit, told  # noqa: PLC0415

    found = fit(_open(Settings.from_environment(), retrieval_only=True)[0], cases or CASES)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / FILE).write_text(json.dumps(told(found), ensure_ascii=False, indent=1), "utf-8")
        typer.echo(f"曲线已写入 {out / FILE}；运行 python -m eval report --cases 用例 --out {out} 画进报告。")
    typer.echo(f"拟合：{'，'.join(f'{v:.2f}' for v in found.curve)}")
    typer.echo(f"使用中的曲线：误拒 {found.wrongly_refused:.1%}，正确拒答 {found.rightly_refused:.1%}")
    for question, score in found.mistakes:
        typer.echo(f"  判错（可答 {score:.2f}）：{question}")


def main() -> None:
    try:
        app()
    except (CaseError, IndexingError, CorpusError, SettingsError) as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(1) from None
    except SystemExit as stop:
        if stop.code == 130:  # typer's answer to Ctrl-C
            typer.echo("已中断。跑过的用例都保存了，再运行同一条命令会接着跑。", err=True)
        raise


if __name__ == "__main__":
    main()
