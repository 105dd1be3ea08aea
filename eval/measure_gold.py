"""Gold files of support measures: read, checked line by line, and tied to the clauses of a corpus.

A gold line is a clause, named by words that no other clause holds, with every measure in it:
{"document": "id", "quote": "verbatim", "measures": [{"kind": ["补贴", …], "benefit": "verbatim",
 "beneficiary": ["verbatim"], "conditions": [{"role": "gate", "quote": "verbatim"}], "amounts": ["不超过50万元"],
 "agencies": [{"name": "科技部", "lead": true}], "time": ["verbatim"], "strength": "鼓励"}], "note": "for readers"}
A clause without a measure has an empty list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from corpus.measure import Role, Strength
from corpus.quantities import quantities
from corpus.records import Clause
from corpus.repair import fold
from eval.cases import CaseError

SHIPPED = Path(__file__).parent / "cases"
KINDS = Path(__file__).parents[1] / "corpus" / "measure_kinds.tsv"
Half = Literal["odd", "even", "all"]
_ROLES, _STRENGTHS = get_args(Role), get_args(Strength)
_LINE = ({"document", "quote", "measures"}, {"note"})
_MEASURE = ({"kind", "benefit", "strength"}, {"beneficiary", "conditions", "amounts", "agencies", "time"})


@dataclass(frozen=True, slots=True)
class GoldMeasure:
    """One measure as a reader finds it; every text is verbatim."""

    kinds: tuple[str, ...]
    """Acceptable ones, best first."""
    benefit: str
    strength: str
    beneficiary: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    """(role, words)."""
    amounts: tuple[str, ...] = ()
    agencies: tuple[tuple[str, bool], ...] = ()
    """(name, whether it leads)."""
    time: tuple[str, ...] = ()

    def quotes(self) -> Iterator[str]:
        """Everything that has to be printed in the clause."""
        yield self.benefit
        yield from (*self.beneficiary, *self.amounts, *self.time)
        yield from (words for _, words in self.conditions)
        yield from (name for name, _ in self.agencies)


@dataclass(frozen=True, slots=True)
class Gold:
    """A clause with its measures; `place` is “file 第 n 行”."""

    document: str
    quote: str
    measures: tuple[GoldMeasure, ...]
    place: str
    line: int


def load(paths: Sequence[Path], half: Half = "all") -> list[Gold]:
    """Read gold files; of a folder its measures-*.jsonl. `half` keeps the odd or even line numbers of each file.

    Raises:
        CaseError: no file, unreadable, not JSON, an unknown or missing key, a value of the wrong type, an unknown
            kind, role or strength, or an amount without a figure; names the file and the line.
    """
    files = [f for p in paths for f in (sorted(p.glob("measures-*.jsonl")) if p.is_dir() else [p])]
    if not files:
        raise CaseError(f"{'、'.join(map(str, paths))} 里没有 measures-*.jsonl。")
    found = [gold for file in files for gold in _file(file) if half == "all" or (gold.line % 2 == 1) == (half == "odd")]
    if not found:
        raise CaseError(f"{'、'.join(f.name for f in files)} 里没有条款。")
    return found


def _file(path: Path) -> Iterator[Gold]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
        kinds = {line.split("\t")[0] for line in KINDS.read_text("utf-8").splitlines() if line and line[0] != "#"}
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"读不了 {path}：{error}。请检查路径，文件应为 UTF-8。") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"{path.name} 第 {number} 行"
        try:
            row = _keys(json.loads(line), *_LINE)
            measures = tuple(_measure(m, kinds) for m in _rows(row["measures"], "measures"))
            yield Gold(_text(row["document"], "document"), _text(row["quote"], "quote"), measures, place, number)
        except json.JSONDecodeError as error:
            raise CaseError(f"{place}不是 JSON：{error}。") from None
        except CaseError as error:
            raise CaseError(f"{place}：{error}") from None


def _measure(row: Any, kinds: set[str]) -> GoldMeasure:
    row = _keys(row, *_MEASURE)
    made = GoldMeasure(
        _texts(row["kind"], "kind"),
        _text(row["benefit"], "benefit"),
        _one_of(row["strength"], _STRENGTHS, "strength"),
        _texts(row.get("beneficiary", []), "beneficiary"),
        tuple(_condition(_keys(c, {"role", "quote"})) for c in _rows(row.get("conditions", []), "conditions")),
        _texts(row.get("amounts", []), "amounts"),
        tuple(_agency(_keys(a, {"name", "lead"})) for a in _rows(row.get("agencies", []), "agencies")),
        _texts(row.get("time", []), "time"),
    )
    if not made.kinds or not kinds.issuperset(made.kinds):
        raise CaseError(f"kind 应为 {KINDS.name} 里的种类，不是“{'、'.join(made.kinds)}”。")
    for amount in made.amounts:
        if not quantities(amount):
            raise CaseError(f"amounts 的“{amount}”里读不出数。")
    return made


def _condition(row: Mapping[str, Any]) -> tuple[str, str]:
    return _one_of(row["role"], _ROLES, "role"), _text(row["quote"], "quote")


def _agency(row: Mapping[str, Any]) -> tuple[str, bool]:
    if not isinstance(row["lead"], bool):
        raise CaseError("lead 应为 true 或 false。")
    return _text(row["name"], "name"), row["lead"]


def _keys(row: Any, needed: set[str], spare: Iterable[str] = ()) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise CaseError("应为 JSON 对象。")
    unknown, missing = row.keys() - needed - set(spare), needed - row.keys()
    if unknown or missing:
        what = f"不认识的键 {'、'.join(sorted(unknown))}" if unknown else f"缺少 {'、'.join(sorted(missing))}"
        raise CaseError(f"{what}。可用的键：{'、'.join(sorted({*needed, *spare}))}。")
    return row


def _rows(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise CaseError(f"{name} 应为列表。")
    return value


def _texts(value: Any, name: str) -> tuple[str, ...]:
    return tuple(_text(v, name) for v in _rows(value, name))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CaseError(f"{name} 应为非空的文字。")
    return value


def _one_of(value: Any, allowed: Sequence[str], name: str) -> str:
    if value not in allowed:
        raise CaseError(f"{name} 应为 {'、'.join(allowed)} 之一，不是“{value}”。")
    return str(value)


def bind(golds: Sequence[Gold], clauses: Iterable[Clause]) -> list[tuple[Gold, Clause]]:
    """Each gold line with its clause.

    Raises:
        CaseError: a quote that no clause of the document holds, or several; a field that is not printed in the clause,
            its shared notes or its headings; one clause on two lines. Names the file and the line.
    """
    folded: dict[str, list[tuple[str, Clause]]] = {}
    for clause in clauses:
        folded.setdefault(clause.document.id, []).append((fold(clause.text), clause))
    bound: dict[str, tuple[Gold, Clause]] = {}
    for gold in golds:
        quote = fold(gold.quote)
        held = [c for text, c in folded.get(gold.document, []) if quote in text]
        if len(held) != 1:
            where = f"有 {len(held)} 条（{'、'.join(str(c.address) for c in held)}）" if held else "没有一条"
            raise CaseError(f"{gold.place}：{gold.document} 里{where}含有“{gold.quote}”，应恰好一条。")
        clause = held[0]
        printed = "\n".join(map(fold, (clause.full, clause.reading, *clause.headings)))
        for words in (q for m in gold.measures for q in m.quotes()):
            if fold(words) not in printed:
                raise CaseError(f"{gold.place}：{clause.id} 里没有“{words}”。")
        if clause.id in bound:
            raise CaseError(f"{gold.place}：与 {bound[clause.id][0].place}是同一条（{clause.id}）。")
        bound[clause.id] = (gold, clause)
    return list(bound.values())
