"""A kept conversation as the words that every export prints: read from the stored JSON, cleaned, not yet escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import prompts
from corpus.records import titled
from qa.beijing import beijing
from qa.show import VERDICTS, office
from qa.tongue import language
from qa.turns import Conversation, Json, Turn

SIGNS = {"verified": "✓", "weak": "△", "unsupported": "✗"}
LEGEND = (
    "✓ 已核对：句中的数字、单位、主体和否定与所引条款一致；△ 部分支持：条款只支持一部分，请看原文。"
    "[1]、[2] 等编号指向该问下方列出的条款。"
)
FITS = {"met": "符合", "unknown": "待确认", "not_met": "不符合"}
_ENDED = {"writing": "这个回答还没有写完。", "stopped": "这个回答在写完之前停止了。", "failed": "这个问题没有得到回答。"}
_FILTERS = {"levels": "层级", "regions": "地区", "years": "年份", "statuses": "效力"}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_INVISIBLE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Marks that turn the direction of what follows, also of our own words behind them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer."""

    text: str
    verdict: str
    markers: tuple[int, ...]
    """Numbers of the bases that it rests on, ascending."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """A clause below an answer, with its number and the words that are quoted from it."""

    marker: int
    place: str
    """《title》（文号）address."""
    where: str
    """Level, region, headings."""
    quotes: tuple[str, ...]
    doubt: str = ""
    """In words, when what it supports is not verified."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A support measure that was judged for who asked."""

    verdict: str
    place: str
    benefit: str
    amount: str
    office: str
    """Whom to ask, and whether the clause names it."""

    @property
    def below(self) -> str:
        """Where it stands and whom to ask, in one line."""
        return f"{self.place} · 可问：{self.office}"


@dataclass(frozen=True, slots=True)
class Section:
    """One question with what was answered."""

    number: int
    question: str
    told: tuple[str, ...]
    """Small print under the question: when, how it was understood, the range it was limited to."""
    said: tuple[Said, ...]
    text: tuple[str, ...]
    """Paragraphs of an answer without sentences: a refusal, or why there is none."""
    heading: str
    """Over the bases; empty when there are none."""
    bases: tuple[Basis, ...]
    fits: tuple[Fit, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole conversation."""

    title: str
    told: tuple[str, ...]
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    """Documents that are quoted, with the fingerprints of the texts they are quoted from."""
    closing: tuple[str, ...]
    """Legend and disclaimers."""


def paper(conversation: Conversation, made: datetime | None = None) -> Paper:
    """Read a conversation for printing.

    Args:
        made: when the export is made; None: now.
    """
    told = (
        f"对话始于 {moment(conversation.created)}，共 {len(conversation.turns)} 问",
        f"导出于 {moment(made or datetime.now(UTC))}",
    )
    english = any(language(turn.question) == "en" for turn in conversation.turns)
    closing = (LEGEND, prompts.DISCLAIMER, *([prompts.DISCLAIMER_ENGLISH] if english else []))
    sections = tuple(_section(turn) for turn in conversation.turns)
    return Paper(_line(conversation.title), told, sections, tuple(_sources(conversation.turns)), closing)


def moment(time: datetime) -> str:
    """2026年3月1日 20:05（北京时间）."""
    there = beijing(time)
    return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}（北京时间）"


def clean(text: object) -> str:
    """Words without what no file can hold or no reader can see; lines and tabs stay."""
    return _INVISIBLE.sub("", _UNPRINTABLE.sub("\ufffd", str(text).replace("\r\n", "\n").replace("\r", "\n")))


def _line(text: object) -> str:
    return " ".join(clean(text).split())


def _quote(text: str) -> str:
    """Words of a document, its lines kept; cells of a row apart in every format."""
    return "\n".join(line.strip(" \t").replace("\t", "\u3000") for line in clean(text).strip().split("\n"))


def _section(turn: Turn) -> Section:
    record = turn.record or {}
    answered = turn.status == "done" and "text" in record
    said = tuple(_said(record)) if answered else ()
    if not answered:
        text = tuple(part for part in (_ENDED.get(turn.status, ""), _line(turn.problem)) if part)
    else:
        text = () if said else tuple(filter(None, map(_line, clean(record["text"]).split("\n"))))
    quoted = answered and record.get("refusal") is None
    bases = tuple(_cited(record) if quoted else _found(record))
    heading = "依据" if quoted else "最接近的条款" if answered else "当时找到的条款"
    return Section(
        turn.number,
        _line(turn.question),
        tuple(_told(turn, record)),
        said,
        text,
        heading if bases else "",
        bases,
        tuple(_fits(record)),
        tuple(_remarks(record)) if answered else (),
    )


def _told(turn: Turn, record: Json) -> Iterator[str]:
    yield moment(turn.created)
    understood = _line(record.get("standalone") or "")
    if understood and understood != _line(turn.question):
        yield f"理解为：{understood}"
    limits = [f"{name} {'、'.join(map(_line, turn.filters[key]))}" for key, name in _FILTERS.items() if turn.filters.get(key)]
    if turn.filters.get("documents"):
        limits.append(f"指定的 {len(turn.filters['documents'])} 份文件")
    if limits:
        yield f"限定范围：{'；'.join(limits)}"
    if turn.earlier:
        yield f"此前问过：{'；'.join(map(_line, turn.earlier))}"


def _said(record: Json) -> Iterator[Said]:
    markers: dict[int, set[int]] = {}
    for citation in record.get("citations", []):
        markers.setdefault(citation["sentence"], set()).add(citation["marker"])
    for number, sentence in enumerate(record.get("sentences", [])):
        problem = "" if sentence["verdict"] == "verified" else _line(sentence.get("problem") or "")
        yield Said(_line(sentence["text"]), sentence["verdict"], tuple(sorted(markers.get(number, ()))), problem)


def _cited(record: Json) -> Iterator[Basis]:
    """The cited clauses by number, each with every span that is quoted from it."""
    pieces = {piece["marker"]: piece for piece in record.get("evidence", [])}
    spans: dict[tuple[int, str], dict[tuple[int, int], Json]] = {}
    for citation in sorted(record.get("citations", []), key=lambda c: (c["marker"], c["start"])):
        kept = spans.setdefault((citation["marker"], citation["clause"]), {})
        kept.setdefault((citation["start"], citation["end"]), citation)
    for (marker, _clause), found in spans.items():
        cited = list(found.values())
        worst = next((c["verdict"] for c in cited if c["verdict"] != "verified"), "verified")
        doubt = "" if worst == "verified" else VERDICTS.get(worst, "")
        quotes = tuple(_quote(c["quote"]) for c in cited)
        yield Basis(marker, _place(cited[0]), _where(pieces.get(marker, {})), quotes, doubt)


def _found(record: Json) -> Iterator[Basis]:
    """The clauses that were shown when nothing is cited, in their own words."""
    for piece in record.get("evidence", []):
        yield Basis(piece["marker"], _place(piece), _where(piece), (_quote(piece.get("reading") or piece["text"]),))


def _place(row: Json) -> str:
    number = _line(row.get("number") or "")
    return f"{titled(_line(row['title']))}{f'（{number}）' if number else ''}{_line(row['address'])}"


def _where(piece: Json) -> str:
    parts = [piece.get("level"), piece.get("region"), *piece.get("headings", [])]
    return " · ".join(dict.fromkeys(_line(part) for part in parts if part))


def _fits(record: Json) -> Iterator[Fit]:
    for measure in (record.get("matches") or {}).get("measures", []):
        if measure["verdict"] != "not_met":
            amount = _line(measure.get("amount") or "")
            benefit = _line(measure.get("benefit") or measure["text"])
            asked = office(_line(measure.get("agency") or ""), measure.get("agency_of") or "")
            yield Fit(measure["verdict"], _place(measure), benefit, amount, asked)


def _remarks(record: Json) -> Iterator[str]:
    """What the reader must know beside the text; a doubt about one sentence stands at the sentence."""
    yield from (f"注：{_line(note)}" for note in record.get("notes", []))
    failure = _line(record.get("failure") or "").rstrip("。")
    removed = [f"“{_line(s['text'])}”（{_line(s['problem'])}）" for s in record.get("removed", [])]
    if failure:
        made = "以上由条款原文组成" if record.get("extractive") else "没有写完的部分以条款原文补上"
        yield f"说明：生成模型没有写完（{failure}），{made}。"
    elif record.get("refusal") is None and record.get("extractive"):
        yield "说明：模型写的内容没有通过核对，以上为条款原文。"
    elif removed:
        yield f"说明：以下内容没有通过核对，已删去：{''.join(removed)}。"
    ask = _line((record.get("matches") or {}).get("ask") or "")
    if ask:
        yield f"还想请问：{ask}"
    disclaimer = _line((record.get("matches") or {}).get("disclaimer") or "")
    if disclaimer:
        yield disclaimer


def _sources(turns: Iterable[Turn]) -> Iterator[str]:
    """Every quoted document once for each text of it."""
    told: dict[str, None] = {}
    for turn in turns:
        record = turn.record or {}
        prints = record.get("documents") or {}
        for row in [*record.get("citations", []), *record.get("evidence", [])]:
            number = _line(row.get("number") or "")
            name = f"{titled(_line(row['title']))}{f'（{number}）' if number else ''}"
            kept = _line(prints.get(row["document"], ""))
            told[f"{name}，文本指纹 {kept[:16]}" if kept else name] = None
    yield from told
