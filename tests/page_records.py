"""Records of answers made by hand, as `wire.answer_json` writes them, for the tests of the page's HTML."""

from __future__ import annotations

from datetime import UTC, datetime

from hits import make

from corpus.clauses import clauses
from qa import wire
from qa.turns import Turn

TEXT = """一、支持政策
（一）贷款贴息
对小微企业给予贷款贴息，最高10万元。各市应当在<b>三月底</b>前兑现。

\t指标
\t2020年
\t2025年

\t小微企业数量1（万户）
\t82
\t120

\t新增贷款户数
\t3.5
\t6

1 小微企业数量以登记为准。
"""
DOCUMENT = make(TEXT, title="关于《小微》的<i>意见</i>", number="江政发〔2022〕6号", region="江东省", level="省", name="d1")
CLAUSES = clauses(DOCUMENT)
SNAPSHOT = wire.snapshot_json(DOCUMENT, CLAUSES)


def clause(address):
    return next(c for c in CLAUSES if str(c.address) == address)


def span(quote):
    start = DOCUMENT.text.index(quote)
    return start, start + len(quote)


def citation(quote, address, sentence=0, marker=1, verdict="verified"):
    start, end = span(quote)
    return {
        "sentence": sentence,
        "clause": clause(address).id,
        "document": DOCUMENT.id,
        "title": DOCUMENT.title,
        "number": DOCUMENT.number,
        "address": address,
        "start": start,
        "end": end,
        "quote": quote,
        "verdict": verdict,
        "marker": marker,
    }


def piece(address, marker=1, quote=None):
    found = clause(address)
    spans = [list(span(quote))] if quote else [[found.start, found.end]]
    return wire.clause_json(found) | {"marker": marker, "spans": spans}


def record(**more):
    """An answer of two sentences, the second only partly supported."""
    first, second = "对小微企业给予贷款贴息，最高10万元。", "各市应当在<b>三月底</b>前兑现。"
    made = {
        "question": "小微企业有贴息吗？",
        "standalone": "小微企业有贴息吗？",
        "text": "小微企业有贷款贴息，最高10万元。[1]各市三月底前兑现。[1]",
        "refusal": None,
        "sentences": [
            {"text": "小微企业有贷款贴息，最高10万元。", "verdict": "verified", "problem": ""},
            {"text": "各市三月底前兑现。", "verdict": "weak", "problem": "原文没有“兑现”的对象"},
        ],
        "citations": [citation(first, "一（一）段1"), citation(second, "一（一）段1", 1, verdict="weak")],
        "evidence": [piece("一（一）段1", 1, first), piece("一（一）表1行1", 2)],
        "hits": [],
        "removed": [],
        "extractive": False,
        "notes": [],
        "timings": {},
        "model": "scripted",
        "failure": "",
        "matches": None,
        "id": "t1",
        "conversation": "c1",
        "documents": {"d1": "0" * 64},
    }
    return made | more


def turn(status="done", **more):
    fields = {"record": record(), "rating": None, "problem": "", "filters": {}} | more
    return Turn("t1", "c1", 1, "小微企业有贴息吗？", status, datetime(2026, 1, 2, tzinfo=UTC), **fields)
