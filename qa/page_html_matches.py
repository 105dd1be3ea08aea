"""Measures for who asks, below an answer: which fit, which may fit and what is missing, which do not; what to tell next."""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.page_html_parts import esc, icon, place
from qa.page_text import Words
from qa.turns import Json

_SHOWN = 160
"""Characters of a benefit."""
_COMPARED = 60
"""Characters by which the reader tells that the library still holds the same words there, where none were kept."""
_CHOICES = re.compile(r"可选：(.+?)(?:；|。|$)")
_SIGNS = {"met": "verified", "unknown": "weak", "not_met": "cut"}


def section(found: Json, record: Json, words: Words) -> str:
    """Three groups, each measure with its clause; the next question with its choices as buttons."""
    summary = str(found.get("profile", {}).get("summary", ""))
    groups = "".join(_group(found, verdict, words) for verdict in ("met", "unknown", "not_met"))
    rules = "".join(
        f"<li>{esc(words('matches_rule'))}「{esc(r['quote'])}」{esc(place(r | {'number': ''}))}</li>"
        for r in found.get("rules", [])
    )
    left = "".join(f"<li>{esc(words('matches_left', reason=x['reason']))}</li>" for x in found.get("left_out", []))
    notes = "".join(f"<li>{esc(n)}</li>" for n in found.get("notes", []))
    listed = f'<ul class="yj-notes">{notes}{rules}{left}</ul>' if notes or rules or left else ""
    return (
        f'<section class="yj-matches" aria-label="{esc(words("matches"))}"><h3>{esc(words("matches"))}</h3>'
        f'<p class="yj-understood">{esc(summary)}</p>{_next(found, record, words)}{groups}{listed}'
        f'<p class="yj-disclaimer">{esc(found.get("disclaimer", ""))}</p></section>'
    )


def _group(found: Json, verdict: str, words: Words) -> str:
    measures = [m for m in found.get("measures", []) if m["verdict"] == verdict]
    if not measures:
        return ""
    rows = "".join(_measure(m, words) for m in measures)
    return (
        f'<details class="yj-group yj-fit-{verdict}"{" open" if verdict == "met" else ""}><summary>{icon(_SIGNS[verdict])}'
        f'{esc(words(f"matches_{verdict}"))} <span class="yj-count">{len(measures)}</span></summary><ul>{rows}</ul></details>'
    )


def _measure(measure: Json, words: Words) -> str:
    benefit = " ".join(str(measure["benefit"]).split())
    more = "…" if len(benefit) > _SHOWN else ""
    office = "matches_agency" if measure.get("agency_of") == "clause" else "matches_issuer"
    told = [
        _told("matches_amount", "amount", [measure["amount"]] if measure.get("amount") else [], words),
        _told("matches_needs", "facts", _conditions(measure, "unknown"), words),
        _told("matches_fails", "facts", _conditions(measure, "not_met"), words),
        _told(office, "agency", [measure["agency"]] if measure.get("agency") else [], words),
    ]
    return (
        f'<li class="yj-measure"><p><span class="yj-tag">{esc(measure["kind"])}</span> {esc(benefit[:_SHOWN])}{more}</p>'
        f'<p class="yj-measure-of"><button type="button" class="yj-open" data-document="{esc(measure["document"])}" '
        f'data-clause="{esc(measure["clause"])}" data-start="{measure["start"]}" data-end="{measure["end"]}" '
        f'data-quote="{esc(str(measure["benefit"])[:_COMPARED])}">'
        f"{esc(place(measure))}</button></p>{''.join(told)}</li>"
    )


def _told(key: str, name: str, values: Iterable[str], words: Words) -> str:
    said = "、".join(dict.fromkeys(v for v in values if v))
    return f'<p class="yj-measure-note">{esc(words(key, **{name: said}))}</p>' if said else ""


def _conditions(measure: Json, verdict: str) -> list[str]:
    """The printed words of the gates with this verdict; a condition of the whole document by its values."""
    return [
        " ".join(str(c["quote"]).split()) if c["quote"] and len(c["quote"]) <= 60 else "、".join(c["values"])
        for c in measure["conditions"]
        if c["verdict"] == verdict and c["role"] == "gate"
    ]


def _next(found: Json, record: Json, words: Words) -> str:
    ask = found.get("ask")
    if not ask:
        return ""
    question = str(record.get("standalone") or record.get("question", ""))
    listed = _CHOICES.search(ask)
    choices = "".join(
        f'<button type="button" class="yj-choice" data-act="tell" data-question="{esc(question + words("told", fact=choice))}">'
        f"{esc(choice)}</button>"
        for choice in (listed[1].split("、") if listed else [])
    )
    return (
        f'<div class="yj-next"><p><strong>{esc(words("matches_ask"))}</strong> {esc(ask)}</p>{choices}'
        f'<button type="button" class="yj-choice yj-reply" data-act="reply" data-question="{esc(question)}">'
        f"{esc(words('matches_reply'))}</button></div>"
    )
