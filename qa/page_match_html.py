"""The matcher's answer as HTML: what was understood, the question back, measures as cards. Pure functions; all escaped."""

from __future__ import annotations

import html
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from corpus.records import titled
from qa.match_wire import ConditionModel, MatchModel, MeasureModel
from qa.page_match_asker import Asked, Chip

Words = Mapping[str, str]
VERDICTS = ("met", "unknown", "not_met")
_SIGNS = {"met": "✓", "unknown": "?", "not_met": "✗"}
_FIRST = 6
"""Cards of a group that are shown at once; the others unfold."""
_COMPARED = 60
"""Characters by which the reader tells that the same words still stand there, where no text was kept."""
_LABELS = {"who": "of_who"}


def e(text: object) -> str:
    """Escaped for HTML, in elements and attributes."""
    return html.escape(str(text))


def understood(chips: Sequence[Chip], problems: Sequence[str], words: Words) -> str:
    """Chips with the asker's words and a button each to take it out; above them what does not go together."""
    told = "".join(f"<li>{e(p)}</li>" for p in problems)
    warned = (
        f'<div class="yt-warn" role="alert"><strong>{e(words["match_problem"])}</strong><ul>{told}</ul></div>' if told else ""
    )
    if not chips:
        return warned
    shown = "".join(_chip(c, words) for c in chips)
    return (
        f'{warned}<section class="yt-known" aria-labelledby="yt-known-title">'
        f'<h3 id="yt-known-title">{e(words["match_understood"])}</h3>'
        f'<ul class="yt-chips">{shown}</ul><p class="yt-small">{e(words["match_wrong"])}</p></section>'
    )


def _chip(chip: Chip, words: Words) -> str:
    label = words[f"fact_{chip.fact}"]
    shown = f"{words['match_not']}{chip.shown}" if chip.denied else chip.shown
    where = {
        "said": f"{words['match_you_said']}“{chip.words}”",
        "form": words["match_of_form"],
        "answer": words["match_of_answer"],
        "concluded": f"{words['match_concluded']}：{chip.words}",
    }[chip.origin]
    body = f'<span class="yt-chip-label">{e(label)}</span> <b>{e(shown)}</b> <span class="yt-chip-said">{e(where)}</span>'
    if chip.origin == "concluded":  # it goes when what it was concluded from goes
        return f'<li class="yt-chip yt-concluded">{body}</li>'
    away = (
        f'<button type="button" class="yt-chip-x" data-do="remove" data-fact="{e(chip.fact)}" data-value="{e(chip.value)}" '
        f'aria-label="{e(words["match_remove"])}：{e(label)} {e(shown)}">×</button>'
    )
    return f'<li class="yt-chip{" yt-denied" if chip.denied else ""}">{body}{away}</li>'


def question(asked: Asked | None, words: Words) -> str:
    """The next question with a button for each answer, and a line for one's own words."""
    if asked is None:
        return ""
    buttons = "".join(
        f'<button type="button" class="yt-answer" data-do="answer" data-fact="{e(asked.fact)}" data-value="{e(v)}">'
        f"{e(v.partition(' ')[2] or v)}</button>"
        for v in asked.choices
    )
    if asked.choices and asked.fact != "region":
        offered = "|".join(asked.choices)
        buttons += (
            f'<button type="button" class="yt-answer yt-quiet" data-do="deny" data-fact="{e(asked.fact)}" '
            f'data-value="{e(offered)}">{e(words["match_neither"])}</button>'
        )
    number = 'inputmode="decimal" ' if asked.number else ""
    hint = words["fact_" + asked.fact] if asked.number else words["match_own_words" if buttons else "match_in_words"]
    return (
        f'<section class="yt-ask" aria-labelledby="yt-ask-title"><h3 id="yt-ask-title">{e(words["match_ask"])}</h3>'
        f"<p>{e(asked.text)}</p>"
        f"{f'<div class=yt-answers>{buttons}</div>' if buttons else ''}"
        f'<form class="yt-reply" data-do="reply" data-fact="{e(asked.fact if asked.number else "")}">'
        f'<input name="reply" {number}maxlength="300" autocomplete="off" aria-label="{e(asked.text)}" placeholder="{e(hint)}">'
        f'<button type="submit">{e(words["match_answer"])}</button></form>'
        f'<p class="yt-small">{e(words["match_ask_why"])}</p></section>'
    )


def results(found: MatchModel, words: Words, prints: Mapping[str, str] | None = None) -> str:
    """Three groups of cards, remarks, rules on drawing support twice, what was left out, the disclaimer.

    `prints`: document id → digest of the text that was kept, which the reader opens.
    """
    notes = "".join(f"<p>{e(n)}</p>" for n in found.notes if n not in found.profile.get("problems", ()))
    counted = words["match_total"].format(total=found.total, shown=len(found.measures))
    head = f'<div class="yt-notes"><p class="yt-disclaimer">{e(found.disclaimer)}</p>{notes}</div>'
    if not found.measures:
        return f'{head}<p class="yt-small">{e(counted)}</p><p class="yt-empty">{e(words["match_nothing"])}</p>'
    sorted_ = _sorted(found)
    nav = "".join(
        f'<a class="yt-count yt-{v}" href="#yt-group-{v}"><span aria-hidden="true">{_SIGNS[v]}</span> {e(words[f"match_{v}"])} '
        f"<b>{sum(len(family) for family in sorted_[v])}</b></a>"
        for v in VERDICTS
    )
    groups = "".join(_group(v, sorted_[v], words) for v in VERDICTS)
    cards = f"<div data-kept='{e(json.dumps(dict(prints or {})))}'>{groups}</div>"
    counts = f'<nav class="yt-counts" aria-label="{e(counted)}">{nav}<span class="yt-small">{e(counted)}</span></nav>'
    return f"{counts}{head}{cards}{_rules(found, words)}"


def _sorted(found: MatchModel) -> dict[str, list[list[MeasureModel]]]:
    """Verdict → families: a measure with the same support at other levels behind it, the parent first.

    A family stands where its best member stands, so that nothing that fits hides below one that does not.
    """
    families: dict[str, list[MeasureModel]] = defaultdict(list)
    for n, m in enumerate(found.measures):
        families[f"group {m.group}" if m.group else f"alone {n}"].append(m)
    out: dict[str, list[list[MeasureModel]]] = {v: [] for v in VERDICTS}
    for members in families.values():
        best = min((m.verdict for m in members), key=VERDICTS.index)
        order = {clause: n for n, clause in enumerate(found.groups.get(str(members[0].group), []))}
        out[best].append(sorted(members, key=lambda m: order.get(m.clause, len(order))))
    return out


def _group(verdict: str, families: Sequence[Sequence[MeasureModel]], words: Words) -> str:
    count = sum(len(family) for family in families)
    sign = f'<span class="yt-sign yt-{verdict}" aria-hidden="true">{_SIGNS[verdict]}</span>'
    title = f"{sign} {e(words[f'match_{verdict}'])} <b>{count}</b>"
    cards = [_family(f, words) for f in families]
    about = words[f"match_{verdict}_about"] if cards else words[f"match_none_{verdict}"]
    first, rest = cards[:_FIRST], cards[_FIRST:]
    more = (
        f'<details class="yt-more"><summary>{e(words["match_more"].format(n=len(rest)))}</summary>{"".join(rest)}</details>'
        if rest
        else ""
    )
    body = f'<p class="yt-small">{e(about)}</p>{"".join(first)}{more}'
    return f'<section class="yt-group" id="yt-group-{verdict}" tabindex="-1"><h3>{title}</h3>{body}</section>'


def _family(members: Sequence[MeasureModel], words: Words) -> str:
    below = members[1:]
    if not below:
        return _card(members[0], words)
    inside = "".join(_card(m, words) for m in below)
    folded = f'<details class="yt-levels"><summary>{e(words["match_levels"].format(n=len(below)))}</summary>{inside}</details>'
    return _card(members[0], words, folded)


def _card(m: MeasureModel, words: Words, below: str = "") -> str:
    tags = "".join(f'<span class="yt-tag">{e(t)}</span>' for t in (m.kind, m.strength, m.region or m.level) if t)
    rows = [
        (words["match_amount"], e(m.amount) if m.amount else f'<span class="yt-none">{e(words["match_no_amount"])}</span>'),
        (words["match_conditions"], _conditions(m, words)),
        (words["match_agency"], _agency(m, words)),
        *([(words["match_missing"], e("、".join(m.missing)))] if m.missing else []),
    ]
    told = "".join(f"<div><dt>{e(name)}</dt><dd>{body}</dd></div>" for name, body in rows)
    notes = "".join(f'<p class="yt-note">{e(n)}</p>' for n in m.notes)
    place = f"{titled(m.title)}{f'（{m.number}）' if m.number else ''}{m.address}"
    return (
        f'<article class="yt-measure yt-is-{m.verdict}"><div class="yt-tags">{_badge(m.verdict, words)}{tags}</div>'
        f'<blockquote class="yt-benefit">{e(_joined(m.benefit))}</blockquote><dl>{told}</dl>{notes}{_others(m, words)}'
        f'<p class="yt-place">{e(place)} {_open(m, m.start, m.end, m.benefit, words["match_open"], place)}</p>{below}</article>'
    )


def _badge(verdict: str, words: Words) -> str:
    sign = f'<span aria-hidden="true">{_SIGNS[verdict]}</span> '
    return f'<span class="yt-badge yt-{verdict}">{sign}{e(words[f"verdict_{verdict}"])}</span>'


def _conditions(m: MeasureModel, words: Words) -> str:
    if not m.conditions:
        return f'<span class="yt-none">{e(words["match_no_conditions"])}</span>'
    return f'<ul class="yt-conditions">{"".join(_condition(m, c, words) for c in m.conditions)}</ul>'


def _condition(m: MeasureModel, c: ConditionModel, words: Words) -> str:
    sign = (
        f'<span class="yt-sign yt-{c.verdict}" aria-hidden="true">{_SIGNS[c.verdict]}</span>'
        f'<span class="yt-hidden">{e(words[f"verdict_{c.verdict}"])}：</span>'
    )
    name = words.get(_LABELS.get(c.fact, f"fact_{c.fact}"), c.fact)
    shown = _joined(c.quote) or "、".join(c.values)
    quote = (
        _open(m, c.start, c.end, c.quote, f"“{shown}”", shown, "yt-quote")
        if c.start >= 0
        else f"{e(shown)}{e(words['match_nowhere'])}"
    )
    said = f' <span class="yt-said">{e(words["match_you_said"])}“{e(c.said)}”</span>' if c.said else ""
    role = f' <span class="yt-tag">{e(words[f"match_role_{c.role}"])}</span>' if f"match_role_{c.role}" in words else ""
    note = f' <span class="yt-small">{e(c.note)}</span>' if c.note else ""
    return f'<li>{sign} <span class="yt-fact">{e(name)}</span> {quote}{role}{said}{note}</li>'


def _open(m: MeasureModel, start: int, end: int, quote: str, text: str, label: str, kind: str = "") -> str:
    """A button that opens the reader at a span; page.js listens for its class everywhere."""
    return (
        f'<button type="button" class="yj-open {kind}" data-document="{e(m.document)}" data-clause="{e(m.clause)}" '
        f'data-start="{start}" data-end="{end}" data-quote="{e(quote[:_COMPARED])}" aria-label="{e(label)}" '
        f'title="{e(label)}">{e(text)}</button>'
    )


def _agency(m: MeasureModel, words: Words) -> str:
    if not m.agency:
        return f'<span class="yt-none">{e(words["match_no_agency"])}</span>'
    return (
        e(m.agency) if m.agency_of == "clause" else f'{e(m.agency)} <span class="yt-none">（{e(words["match_issuer"])}）</span>'
    )


def _others(m: MeasureModel, words: Words) -> str:
    if not m.others:
        return ""
    told = "".join(f"<li>{e(_joined(other))}</li>" for other in m.others)
    head = words["match_others"].format(n=len(m.others))
    return f'<details class="yt-others"><summary>{e(head)}</summary><ul>{told}</ul></details>'


def _rules(found: MatchModel, words: Words) -> str:
    rules = "".join(
        f"<li><blockquote>{e(_joined(r.quote))}</blockquote><p class='yt-place'>{e(titled(r.title))}{e(r.address)}</p></li>"
        for r in found.rules
    )
    left = "".join(f"<li>{e(x.reason)}</li>" for x in found.left_out)
    return _listed("match_rules", rules, words) + _listed("match_left_out", left, words)


def _listed(title: str, rows: str, words: Words) -> str:
    return f'<section class="yt-group"><h3>{e(words[title])}</h3><ul class="yt-plain">{rows}</ul></section>' if rows else ""


def _joined(text: str) -> str:
    """Printed words in one line: the breaks of the page are no part of a sentence."""
    return "".join(_lines(text))


def _lines(text: str) -> Iterable[str]:
    return (line.strip() for line in text.splitlines())
