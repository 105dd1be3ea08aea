"""`python -m eval ablate`: what each step of retrieval is worth, by searching without it.

All cases with evidence are searched with every step, then with one step switched off at a time. `ablation.json`
is written after each row; a run that is cut off goes on with the next one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from eval import stats
from eval.cases import Case, CaseError
from eval.metrics import Judged, judge
from eval.run import commit, means, origin, read_lines, retrieved
from index import models, rerank
from index.build import build
from index.errors import StaleIndexError, reason
from index.files import corpus_hash
from index.models import Encoder, Vectors
from index.rerank import Reranker
from index.search import Index, Plan, open_index
from index.settings import IndexSettings

FILE = "ablation.json"
EVERYTHING = "everything"
MEASURED = ("recall@1", "recall@5", "recall@10", "recall in 2000")
BY_TYPE = "recall@5"
"""The measure that is also told for each type of case."""
ENCODER = "multilingual-e5-small"
"""The public model that the shipped encoder was made from."""
NO_ENCODER = "none"
_OTHER = "encoder "
_FIELDS = {"settings", "commit", "machine", "rows"}
"""What must be there for the file to be of use."""
_ROW = {"key", "name", "plan", "commit", "overall", "types", "difference", "failed", "scores"}
_EQUAL_CONSTANT = 60  # of rank fusion as it was published
_OFF = {
    "sentence vectors": ("不用句子向量", ("sentence", "named sentence", "also sentence")),
    "BM25": ("不用 BM25 词", ("words", "named words", "also words")),
    "clause vectors": ("不用条款向量", ("clause", "named clause", "also clause")),
    "official wording": ("不换成公文用语", ("official",)),
    "named documents": ("不认点名的文件（也就不逐份对比）", ("named", "named clause", "named sentence", "named words")),
    "titles": ("不认标题里的词", ("titled",)),
    "places": ("不认地名", ("place",)),
    "second reading": ("追问只按一种读法", ("also clause", "also sentence", "also words")),
    "lists": ("不找成列的几项", ("list", "outline")),
}
"""Step → its row's name, and the retrievers that it is made of."""


@dataclass(frozen=True, slots=True)
class Step:
    """A row: how the cases are searched."""

    key: str
    """English, as the plot shows it."""
    name: str
    plan: Plan = field(default_factory=Plan)
    encoder: str = ""
    """Another than the settings name; its index lies in a folder of its own."""
    reranked: bool = True

    def told(self, settings: IndexSettings) -> dict[str, Any]:
        """Everything that makes the row's figures, as JSON; a row is run again when it has changed.

        Raises:
            WeightsError: the encoder has not been fetched.
        """
        return {
            "weights": dict(self.plan.weights),
            "constant": self.plan.constant,
            "parts": self.plan.parts,
            "encoder": models.fingerprint(here(self, settings)),
            "reranked": self.reranked,
        }


def steps(settings: IndexSettings, encoders: Sequence[str]) -> list[Step]:
    """The rows of an ablation, the one with everything first; the encoder in use has no row of its own."""
    usual = Plan()
    out = [Step(EVERYTHING, "全部打开")]
    for key, (name, retrievers) in _OFF.items():
        weights = {**usual.weights, **dict.fromkeys(retrievers, 0.0)}
        out.append(Step(f"no {key}", name, replace(usual, weights=weights)))
    out.append(Step("no parts", "不拆分问题（两问、两地、两份文件）", replace(usual, parts=False)))
    equal = Plan(dict.fromkeys(usual.weights, 1.0), _EQUAL_CONSTANT)
    out.append(Step("no tuned weights", f"权重都相等，合并的常数 {_EQUAL_CONSTANT}", equal))
    if settings.reranker != rerank.OFF:
        out.append(Step("no reranker", "不重排", reranked=False))
    others = [name for name in dict.fromkeys(encoders) if name not in (settings.encoder, NO_ENCODER, "")]
    return out + [Step(f"{_OTHER}{name}", f"向量换成 {name}", encoder=name) for name in others]


def here(step: Step, settings: IndexSettings) -> IndexSettings:
    """The settings with the step's encoder, and a folder for its index under the home."""
    if not step.encoder:
        return settings
    name = re.sub(r"[^\w.-]+", "-", step.encoder).strip("-")
    return replace(settings, encoder=step.encoder, index=settings.home / "indexes" / f"{settings.index.name}-{name}")


def described(cases: Path, settings: IndexSettings) -> dict[str, Any]:
    """What all rows of one file share."""
    return {
        "cases": digest(cases),
        "corpus": corpus_hash(settings.corpus)[:16],
        "encoder": models.fingerprint(settings),
        "reranker": settings.reranker,
    }


def digest(cases: Path) -> str:
    return hashlib.sha256(cases.read_bytes()).hexdigest()[:16]


def fits(out: Path, path: Path, cases: Sequence[Case]) -> None:
    """A run that lies in the folder must be one of all these cases, since both are told in one report.

    Raises:
        CaseError: it is of other cases, or was cut off.
    """
    if not (out / "run.jsonl").exists():
        return
    try:
        told = json.loads((out / "settings.json").read_text("utf-8")).get("cases")
    except (OSError, ValueError, AttributeError):
        told = None
    if told != digest(path):
        raise CaseError(f"{out} 里的运行用的不是 {path.name}（或它后来改过）。请换一个 --out。")
    ran = {line["id"] for line in read_lines(out / "run.jsonl")}
    missing = sum(case.id not in ran for case in cases)
    if missing:
        raise CaseError(f"{out} 里的运行还缺 {missing} 个用例。请先跑完（再运行同一条 eval run），或换一个 --out。")


def ablate(
    cases: Sequence[Case],
    out: Path,
    settings: IndexSettings,
    rows: Sequence[Step],
    about: Mapping[str, Any],
    progress: bool = True,
) -> dict[str, Any]:
    """Search all cases that have evidence once a row; rows that `out/ablation.json` holds are not run again.

    Args:
        rows: as `steps` gives them; the first is what the others are compared with.
        about: `described`; the rows of a file must share it.

    Returns:
        What the file holds.

    Raises:
        CaseError: no case has evidence, or none can be searched; the folder holds an ablation with other settings, or
            cannot be written.
        IndexingError: an encoder has not been fetched, or there is no index that fits.
    """
    asked = [case for case in cases if case.evidence]
    if not asked:
        raise CaseError("没有一个用例带依据，量不出检索。请给带 evidence 的用例文件。")
    told = {step.key: step.told(settings) for step in rows}  # an encoder that is not there is told before the measuring
    found = _kept(out, about, told)
    _write(out, made := _made(found, rows, about))
    left = [step for step in rows if step.key not in found]
    searcher = _Searcher(settings, progress)
    done, total = (len(rows) - len(left)) * len(asked), len(rows) * len(asked)
    with tqdm(desc="消融", unit="次", initial=done, total=total, disable=not (progress and left)) as bar:
        for step in left:
            bar.set_description(step.name)
            index = searcher.opened(step)
            judged = []
            for case in asked:
                judged.append(_judged(case, index))
                bar.update()
            if not any(j.scores for j in judged):
                raise CaseError(f"“{step.name}”一行没有一个用例搜得成。第一个：{judged[0].case.id}：{judged[0].line['error']}。")
            found[step.key] = _row(step, told[step.key], judged, found.get(EVERYTHING, {}).get("scores", {}))
            _write(out, made := _made(found, rows, about))
    return made


class _Searcher:
    """Opens the index as a step wants it; models are loaded when the first step needs them."""

    def __init__(self, settings: IndexSettings, progress: bool) -> None:
        self._settings, self._progress = settings, progress
        self._encoder: tuple[str, Encoder] | None = None
        self._reranker: list[Reranker | None] = []

    def opened(self, step: Step) -> Index:
        """An index of another encoder is built when there is none that fits.

        Raises:
            IndexingError: the index cannot be opened or built.
        """
        settings = here(step, self._settings)
        if self._encoder is None or self._encoder[0] != settings.encoder:
            self._encoder = None  # two models need not be in memory
            self._encoder = (settings.encoder, _Remembering(models.encoder(settings)))
        if step.reranked and not self._reranker:
            self._reranker = [rerank.reranker(settings)]
        model, reader = self._encoder[1], self._reranker[0] if step.reranked else None
        try:
            return open_index(settings, model, reader, step.plan)
        except StaleIndexError:
            if not step.encoder:
                raise
        build(settings, model, self._progress)
        return open_index(settings, model, reader, step.plan)


class _Remembering:
    """An encoder that embeds a question once: the rows ask the same ones, and shall have the same vectors."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.fingerprint, self.dimensions = encoder, encoder.fingerprint, encoder.dimensions
        self._known: dict[str, Vectors] = {}

    def queries(self, texts: Sequence[str]) -> Vectors:
        missing = [t for t in dict.fromkeys(texts) if t not in self._known]
        if missing:
            self._known |= dict(zip(missing, self._encoder.queries(missing), strict=True))
        return np.stack([self._known[t] for t in texts])

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.passages(texts)


def _judged(case: Case, index: Index) -> Judged:
    try:
        line = retrieved(case, index)
    except Exception as error:  # one bad case must not end the run
        line = {"error": f"{type(error).__name__}: {error}"}
    scores = judge(case, line, {}).scores
    return Judged(case, {m: scores[m] for m in MEASURED if m in scores}, line)


def _row(
    step: Step, told: Mapping[str, Any], judged: Sequence[Judged], everything: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    """All that the file tells of a row; differences are the row's scores minus those with everything."""
    scores = {j.case.id: j.scores for j in judged if j.scores}
    against: dict[str, dict[str, float]] = {}
    for name in MEASURED:
        pairs = [(first[name], scores[i][name]) for i, first in everything.items() if i in scores]
        if pairs:
            d = stats.compare([a for a, _ in pairs], [b for _, b in pairs])
            against[name] = {"difference": round(d.difference, 4) + 0.0, "p": round(d.p, 4), "cases": d.cases}
    kinds = sorted({j.case.type for j in judged if j.scores})
    return {
        "key": step.key,
        "name": step.name,
        "plan": dict(told),
        "commit": commit(),
        "overall": means(judged),
        "types": {kind: means([j for j in judged if j.case.type == kind])[BY_TYPE] for kind in kinds},
        "difference": against,
        "failed": {j.case.id: j.line["error"] for j in judged if "error" in j.line},
        "scores": {i: {name: round(v, 4) for name, v in values.items()} for i, values in scores.items()},
    }


def _kept(out: Path, about: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Rows of an earlier run that still hold; none when the one with everything does not."""
    path = out / FILE
    if not path.exists():
        return {}
    stored = read(path)
    if stored["settings"] != dict(about):
        raise CaseError(f"{path} 是另一种设置下的消融（用例、语料或模型不同）。请换一个 --out，或删去这个文件。")
    rows = {}
    for row in stored["rows"]:
        other = row["plan"] if row["key"].startswith(_OTHER) else None  # not asked for this time, and still true
        if told.get(row["key"], other) == row["plan"]:
            rows[row["key"]] = row
    return rows if EVERYTHING in rows else {}


def read(path: Path) -> dict[str, Any]:
    """What an `ablation.json` holds.

    Raises:
        CaseError: it is damaged.
    """
    try:
        stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
        whole = stored.keys() >= _FIELDS and all(row.keys() >= _ROW for row in stored["rows"])
    except (OSError, ValueError, AttributeError, TypeError):
        whole = False
    if not whole:
        raise CaseError(f"{path} 读不出来，或缺少内容。请删去它，再运行 python -m eval ablate。")
    return stored


def _made(found: Mapping[str, Any], rows: Sequence[Step], about: Mapping[str, Any]) -> dict[str, Any]:
    """The file: rows in the order of the steps, then those of encoders that are not asked for this time."""
    order = dict.fromkeys([*(step.key for step in rows), *found])
    return {"settings": dict(about), **origin(), "rows": [found[key] for key in order if key in found]}


def _write(out: Path, made: Mapping[str, Any]) -> None:
    part = out / f"{FILE}.part"
    try:
        out.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")
        part.replace(out / FILE)
    except OSError as error:
        raise CaseError(f"写入 {out} 失败：{reason(error)}。请换一个 --out。") from error
