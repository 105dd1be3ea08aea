"""English questions into Chinese and checked Chinese sentences into English, by the writer between fixed terms and checks.

A small model mistakes terms of art and bounds, so both ways are guarded: official terms are given to it, what it loses
of a question's years is put back, and a translation that changes a figure or a bound (左右, 以上, 不超过) is not shown:
the clause's own words stand in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import prompts
from corpus.quantities import quantities
from qa.quote_span import focus
from qa.records import Checked
from qa.writer import Writer
from qa.writing import WriterError

_TOKENS = 240
"""A clause's own sentence of a hundred characters needs nearly so many in English."""
_MOST_TERMS = 12
_STATES = re.compile(r"^(?P<who>.{1,60}?)写明：(?P<quote>「.*」)。$", re.DOTALL)
_LISTS = re.compile(r"^条款列出(?:的有)?：(?P<items>.*)。$", re.DOTALL)
_BODIES = re.compile(r"^(?:牵头|责任)单位|^[^，。]{2,60}(?:负责|牵头)。?$", re.DOTALL)
_FITS = re.compile(r"^对照您说的情况(?:“.*”)?：(?P<parts>.*)。$", re.DOTALL)
_FIT = re.compile(
    r"^(?P<what>.*?)(?P<how>看来适用|可能适用)(?:，还要确认是否属于(?P<open>.*)|(?P<beside>：印出来的条件符合))?", re.DOTALL
)
_BESIDES = re.compile(r"^还可以对照(?P<where>[^「」]*)(?P<quote>「.*」)：(?P<fit>[^「」]*)。$", re.DOTALL)
_WHO = {"条款": "The clause states", "另": "It also states", "同条还": "The same clause also states"}
_LINE = "\n"
_LONG = 60
"""Characters of a sentence that is translated whole; a longer one part by part, between its semicolons."""


@lru_cache(maxsize=1)
def _terms() -> list[tuple[re.Pattern[str], str, str]]:
    """(pattern, English, Chinese), longest first."""
    lines = Path(__file__).with_name("english_terms.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    pairs = [(name, chinese) for names, chinese in rows for name in names.split("|")]
    pairs.sort(key=lambda pair: -len(pair[0]))
    return [(re.compile(rf"(?<![\w&-]){_plural(e)}(?![\w&-])", re.IGNORECASE), e, c) for e, c in pairs]


def _plural(english: str) -> str:
    """A pattern for a term and its plural."""
    return f"{re.escape(english[:-1])}(?:y|ies)" if english.endswith("y") else f"{re.escape(english)}(?:s|es)?"


def terms(question: str) -> list[tuple[str, str]]:
    """(English, Chinese) of the official terms in a question; what a longer one covers is not given again."""
    found, rest = [], question
    for pattern, english, chinese in _terms():
        match = pattern.search(rest)
        if match:
            found.append((match.start(), english, chinese))
            rest = rest[: match.start()] + " " * len(match.group()) + rest[match.end() :]
    return [(english, chinese) for _, english, chinese in sorted(found)][:_MOST_TERMS]


def in_chinese(question: str, writer: Writer) -> str:
    """A foreign question in Chinese, by the writer; the question itself when that fails."""
    known = terms(question)
    given = f"Terms: {'; '.join(f'{e} = {c}' for e, c in known)}\n" if known else ""
    try:
        text = "".join(writer.stream(prompts.load("ask_chinese").messages(terms=given, question=question), _TOKENS)).strip()
    except WriterError:
        return question
    first = text.split("\n", 1)[0].strip()
    if not re.search(r"[\u4e00-\u9fff]", first):
        return question
    for pattern, _, chinese in _terms():  # words that the writer left as they were
        first = pattern.sub(chinese, first)
    lost = [y for y in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", question) if y not in first]
    return f"到{'、'.join(dict.fromkeys(lost))}年，{first}" if lost else first


def official_words(question: str) -> str:
    """The Chinese terms of an English question, for a second reading of it; empty when it has none."""
    return " ".join(dict.fromkeys(chinese for _, chinese in terms(question)))


def said(checked: Sequence[Checked], writer: Writer) -> list[Checked]:
    """The checked sentences in English, in their order; the same words of a clause are quoted once."""
    told: dict[str, Checked] = {}
    for one in checked:
        text = _sentence(one, writer)
        told.setdefault(text, replace(one, text=text))
    return list(told.values())


def _sentence(checked: Checked, writer: Writer) -> str:
    """One sentence; the program's own phrases by rule, the rest by the writer, the clause's words where that fails."""
    text = checked.text
    if states := _STATES.match(text):
        who = _WHO.get(states["who"], f"{states['who']} states")
        return f"{who}: {states['quote']}. "
    if lists := _LISTS.match(text):
        items = "; ".join(f"「{item}」" for item in lists["items"].split("；"))
        return f"The clauses list: {items}. "
    if fits := _FITS.match(text):
        return f"For what you told: {'; '.join(map(_fit, fits['parts'].split('；')))}. "
    if (besides := _BESIDES.match(text)) and (fit := _FIT.match(besides["fit"])):
        return f"See also {besides['where']}: {besides['quote']}, which {_verdict(fit)}. "
    clause = checked.citation.clause if checked.citation else None
    if _BODIES.match(text) and (clause is None or _flat(text) in _flat(clause.full)):
        return f"Responsible: 「{text.rstrip('。')}」. "
    if clause and clause.columns:
        return f"The table states: 「{clause.reading.split(_LINE, 1)[0].rstrip('。')}」. "
    parts = [p for p in re.split(r"(?<=[；;])", text) if p.strip()] if len(text) > _LONG else [text]
    told = [_translated(part, writer) for part in parts]
    return f"{'; '.join(t.rstrip(' .;') for t in told if t)}. " if all(told) else _quoted(checked)


def _flat(text: str) -> str:
    return re.sub(r"[\s。]", "", text)


def _fit(part: str) -> str:
    """“《…》二（一）看来适用” of the matcher."""
    match = _FIT.match(part)
    return f"「{match['what']}」 {_verdict(match)}" if match else f"「{part}」"


def _verdict(match: re.Match[str]) -> str:
    if match["how"] == "看来适用":
        return "seems to apply"
    if match["beside"]:
        return "may apply (you meet the printed conditions, but it may not be about what you asked)"
    still = f"to be confirmed whether you are 「{match['open']}」" if match["open"] else "for the department to decide"
    return f"may apply ({still})"


def _quoted(checked: Checked) -> str:
    """The words that were cited, where the sentence could not be translated faithfully."""
    if checked.citation is None:
        return f"The clause states: 「{checked.text.rstrip('。')}」. "
    clause, span = checked.citation.clause, (checked.citation.start, checked.citation.end)
    start, end = focus(clause.document.text, span, set(re.findall(r"[\u4e00-\u9fff]{2}", checked.text)))
    words = re.sub(r"\s+", "", clause.document.text[start:end]).rstrip("。；，")
    return f"The clause states: 「{words}」. "


def _translated(text: str, writer: Writer) -> str:
    """One sentence or part of one in English; empty when the writer fails or changes what it says."""
    try:
        out = "".join(writer.stream(prompts.load("say_english").messages(sentence=text), _TOKENS)).strip().split("\n", 1)[0]
    except WriterError:
        return ""
    return out if out and same_figures(text, out) and same_bounds(text, out) else ""


def same_bounds(text: str, out: str) -> bool:
    """True when an English sentence bounds its figures just as the Chinese one does: about, at least, at most."""
    want = {q.bound for q in quantities(text) if q.bound}
    told = {name for name, pattern in _BOUNDS.items() if pattern.search(out.lower())}
    return want <= told and (told <= want or not quantities(text))


def same_figures(text: str, out: str) -> bool:
    """True when a translation tells the same numbers by value, and is no more than a sentence without links."""
    if re.search(r"[\u4e00-\u9fff<>]|https?:|www\.|\]\(", out) or len(out) > _LONGEST * max(len(text), 20):
        return False
    want = {round(q.value, 6) for q in quantities(text)}
    told = set()
    for match in _ENGLISH.finditer(out.lower()):
        number = match["digits"].replace(",", "") if match["digits"] else str(_NUMBERS.index(match["word"]) + 1)
        told.add(round(float(number) * _SCALES.get(match["scale"] or "", 1.0), 6))
    # Good English leaves out a one (一项 → the); no other may be lost, none added.
    return told <= want and all(v in told for v in want if v > _SMALL)


_BOUNDS = {
    "about": re.compile(r"\babout\b|\baround\b|approximately|roughly|or so\b|some \d"),
    "ge": re.compile(
        r"at least|(?:no|not) (?:less|fewer|lower) than|or (?:more|above|higher|over)|more than|above \d|over \d|minimum"
        r"|(?<!not )(?<!never )exceed|higher than"
    ),
    "le": re.compile(
        r"at most|(?:no|not) (?:more|higher) than|not exceed|no more|up to|or (?:less|fewer|below|lower)"
        r"|less than|fewer than|below \d|under \d|maximum|ceiling|upper limit|within \d"
    ),
}
_LONGEST = 8  # letters for a Chinese character
_SMALL = 1
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - reads better
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_ENGLISH = re.compile(
    rf"(?:(?<![a-z\d.])(?P<digits>\d[\d,]*(?:\.\d+)?)|\b(?P<word>{'|'.join(_NUMBERS)})\b)"
    rf"(?:[ -]?(?P<scale>{'|'.join(_SCALES)})\b)?"
)
