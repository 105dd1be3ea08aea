"""`python -m eval.train encoder|askers|int8|reranker`: make what `index/tuned` ships again, from public weights and questions.

All write a log beside what they make. On two cores encoder and reranker take some 20 minutes, and the first of them a
quarter of an hour more to embed all articles, from which hard negatives are mined; `askers` takes twenty minutes too and wants
the index of the shipped documents.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from eval.cases import CaseError
from eval.run import commit
from eval.train import data as training
from index import tuned, weights
from index.cache import VectorCache
from index.errors import IndexingError
from index.models import encoder as open_encoder
from index.settings import IndexSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="训练向量模型和重排模型。")
LeCoQA = Annotated[Path, typer.Option("--data", help="LeCoQA 文件夹（corpus.jsonl、queries.train.jsonl）")]
_BASE, _ENCODER = "multilingual-e5-small", "youju-e5-small"
_SEED, _SAMPLE = 1, 200
_RANKS = (2, 60)  # hard negatives are drawn from these places of the base encoder's ranking


@app.command()
def encoder(folder: LeCoQA) -> None:
    """微调向量模型，写出 index/tuned/encoder.safetensors。"""
    from safetensors.numpy import load_file  # noqa: PLC0415
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    from eval.train import encoder as recipe  # noqa: PLC0415

    settings = IndexSettings.from_environment()
    base = weights.require(settings.home, _BASE)
    data = training.load(folder)
    negatives = _mined(settings, data)
    model = SentenceTransformer(str(base), device="cpu", local_files_only=True)
    say = _log(tuned.FOLDER / "encoder.log", _about(asdict(recipe.Recipe()), data))
    recipe.train(model, data, negatives, recipe.Recipe(), say)
    after = {n.removeprefix("0.model.").removeprefix("0.auto_model."): v.numpy() for n, v in model.state_dict().items()}
    before = load_file(base / "model.safetensors")
    size = tuned.save(tuned.FOLDER / "encoder.safetensors", before, {n: v for n, v in after.items() if n in before})
    say(f"saved {size / 1e6:.1f} MB")


@app.command()
def askers(
    hide: Annotated[list[str] | None, typer.Option(help="不让训练看见这些文件（标识的一部分），只看效果，不写文件")] = None,
) -> None:
    """微调向量模型的上层，让它读懂提问者的自述，写出 index/tuned/askers.safetensors。"""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    from eval.train import askers as recipe  # noqa: PLC0415
    from index import measures  # noqa: PLC0415
    from index.askers import FILE, start, untrained  # noqa: PLC0415
    from index.search import open_index  # noqa: PLC0415

    settings = IndexSettings.from_environment()
    index = open_index(settings, open_encoder(settings))
    model = SentenceTransformer(str(weights.require(settings.home, _ENCODER)), device="cpu", local_files_only=True)
    found = recipe.load()
    for part in hide or ():
        if not part or not any(part in d.id for d in index.documents):
            raise CaseError(f"没有标识含“{part}”的文件。可选：{'、'.join(d.id for d in index.documents)}。")
    hidden = [d.id for d in index.documents if any(part in d.id for part in hide or ())]
    made_of = measures.of(index)
    data = recipe.Data.of(index, made_of, found, lambda d: d.id in hidden)
    learned = sum(not a.held_out for a in data.askers)
    head = {"recipe": asdict(recipe.Recipe()), "encoder": tuned.digest("encoder.safetensors"), "askers": learned}
    say = _log(Path(os.devnull) if hide else tuned.FOLDER / "askers.log", head | {"clauses": data.count, "hidden": hidden})
    made = recipe.train(model, data, recipe.Recipe(), say)
    judged = recipe.Data.of(index, made_of, found, lambda d: d.id not in hidden) if hidden else data
    plain = untrained(model[0].auto_model)
    where = "clauses of hidden documents" if hidden else "clauses"
    for name, layers in (("before", plain), ("after", made)):
        say(f"{name}: recall@10 of held-out askers over {judged.count} {where} {recipe.recall(model, layers, judged):.3f}")
    if not hidden:
        values = {n: v.detach().numpy() for n, v in made.state_dict().items()}
        say(f"saved {tuned.save(tuned.FOLDER / FILE, start(plain), values) / 1e6:.1f} MB")


@app.command()
def reranker(folder: LeCoQA, out: Annotated[Path, typer.Option(help="写到这个 CrossEncoder 文件夹")]) -> None:
    """训练重排模型，写出一个文件夹；用 YOUJU_RERANKER=文件夹 试用。"""
    from transformers import AutoTokenizer  # noqa: PLC0415

    from eval.train import reranker as recipe  # noqa: PLC0415

    settings = IndexSettings.from_environment()
    base = weights.require(settings.home, _ENCODER)
    data = training.load(folder)
    negatives = _mined(settings, data)
    model, tokenizer = recipe.untrained(base), AutoTokenizer.from_pretrained(base, local_files_only=True)
    say = _log(out / "reranker.log", _about(asdict(recipe.Recipe()), data))
    recipe.train(model, tokenizer, data, negatives, recipe.Recipe(), say)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    say(f"saved {out}")


@app.command()
def int8(folder: LeCoQA) -> None:
    """把向量模型的各层压成 8 位，写出 index/tuned/encoder-int8.xml 和 .bin（需要 pip install -e '.[train]'）。"""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    from eval.train.int8 import quantise  # noqa: PLC0415

    path = weights.require(IndexSettings.from_environment().home, _ENCODER)
    model = SentenceTransformer(str(path), device="cpu", local_files_only=True)
    passages = training.load(folder).passages
    chosen = random.Random(_SEED).sample(passages, min(len(passages), _SAMPLE))  # noqa: S311 - not for secrets
    tokens = model.tokenizer([model.prompts["document"] + p for p in chosen], truncation=True, max_length=model.max_seq_length)[
        "input_ids"
    ]
    quantise(model[0].auto_model, tokens, tuned.FOLDER / "encoder-int8.xml")
    typer.echo(f"已写出 {tuned.FOLDER / 'encoder-int8.xml'}。请重新建立索引：make index")


def _mined(settings: IndexSettings, data: training.Data) -> list[list[int]]:
    """Hard negatives by the base encoder; its vectors are kept, so that the second training does not wait again."""
    from dataclasses import replace  # noqa: PLC0415

    model = open_encoder(replace(settings, encoder=_BASE))
    passages, _ = VectorCache(settings.home / "cache" / "vectors", model).embed(data.passages)
    queries: NDArray[np.float32] = model.queries([q.text for q in data.questions])
    return training.hard_negatives(queries, passages, data, _RANKS)


def _about(recipe: dict[str, Any], data: training.Data) -> dict[str, Any]:
    learned = [q for q in data.questions if not q.held_out]
    return {
        "recipe": recipe,
        "questions": len(learned),
        "written": sum(q.written for q in learned),
        "held_out": len(data.questions) - len(learned),
        "articles": len(data.passages),
    }


def _log(path: Path, head: dict[str, Any]) -> Callable[[str], None]:
    """Print a line and keep it; the file starts with what was trained on and how."""
    path.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    path.write_text(json.dumps(head | {"commit": commit()}, ensure_ascii=False) + "\n", "utf-8")

    def say(line: str) -> None:
        text = f"{time.monotonic() - began:.0f} s {line}"
        typer.echo(text)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")

    return say


def main() -> None:
    try:
        app()
    except (CaseError, IndexingError) as error:
        typer.echo(f"错误：{error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
