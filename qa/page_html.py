"""The JSON of an answer → HTML: one question with its evidence, sentences, marks, signs and tools.

Pure functions. Every word that comes from a question, a document or a model is escaped here, and nothing else makes HTML
of them. A turn is made of slots, so that a growing answer changes only what is new.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa import page_html_cards as cards
from qa import page_html_matches as matches
from qa import page_html_parts as parts
from qa.page_html_parts import esc
from qa.page_text import Words
from qa.service_job import STOPPED
from qa.turns import Json, Turn

SLOTS = ("question", "evidence", "state", "text", "below", "tools")


@dataclass(frozen=True, slots=True)
class Progress:
    """What of a running answer the record does not hold yet."""

    said: str = ""
    """Text of the writer so far, with its [n] marks."""
    place: int | None = None
    """In line for the writer; None: not in line any more."""


def turn(turn: Turn, words: Words, progress: Progress | None = None, tools: bool = True) -> str:
    """One question and what was answered, as an article. Without tools for readers of a shared conversation."""
    made = slots(turn, words, progress, tools)
    inner = "".join(f'<div class="yj-slot yj-{name}" data-slot="{name}">{made[name]}</div>' for name in SLOTS)
    return (
        f'<article class="yj-turn" data-turn="{esc(turn.id)}" data-number="{turn.number}" data-status="{esc(turn.status)}" '
        f'aria-label="{esc(words("you_asked"))} {turn.number}">{inner}</article>'
    )


def slots(turn: Turn, words: Words, progress: Progress | None = None, tools: bool = True) -> dict[str, str]:
    """HTML by slot; the record may hold nothing, evidence only, or the whole answer."""
    record = turn.record or {}
    whole = "text" in record
    live = progress or Progress()
    return {
        "question": _question(turn, record, words, tools),
        "evidence": cards.strip(record, words) if record.get("evidence") else "",
        "state": _state(turn, record, words, live),
        "text": _text(record, words) if whole else _growing(live.said, record, words),
        "below": _below(record, words) if whole else "",
        "tools": _tools(turn, record, words) if tools and turn.status != "writing" else "",
    }


def plain(record: Json, words: Words) -> str:
    """An answer with its citations as text, for the clipboard."""
    lines = [str(record.get("text", "")), ""]
    seen: dict[tuple[int, int, int], str] = {}
    for c in sorted(record.get("citations", []), key=lambda c: (c["marker"], c["start"])):
        quote = " ".join(str(c["quote"]).split())
        seen.setdefault((c["marker"], c["start"], c["end"]), f"[{c['marker']}] {parts.place(c)}「{quote}」")
    lines += seen.values()
    if record.get("refusal"):
        lines += [f"[{p['marker']}] {parts.place(p)}" for p in record.get("evidence", [])]
    return "\n".join([*lines, "", words("disclaimer")])


def _question(turn: Turn, record: Json, words: Words, tools: bool) -> str:
    edit = parts.tool("edit", "pencil", words("edit_label"), turn=turn.id) if tools else ""
    standalone = record.get("standalone", "")
    note = ""
    if standalone and standalone != record.get("question", turn.question):
        note = f'<p class="yj-understood">{esc(words("understood", question=standalone))}</p>'
    scope = _scope_kept(turn.filters)
    return (
        f'<div class="yj-ask"><h2 class="yj-asked"{scope}><span class="yj-sr">{esc(words("you_asked"))}：</span>'
        f"{esc(turn.question)}</h2>{edit}</div>{_scope(turn.filters, words)}{note}"
    )


def _scope_kept(filters: Mapping[str, Sequence[object]]) -> str:
    """For the choice of scope beside the box, when the page is opened anew."""
    chosen = {key: list(values) for key, values in filters.items() if values}
    return f' data-scope="{esc(json.dumps(chosen, ensure_ascii=False))}"' if chosen else ""


def _scope(filters: Mapping[str, Sequence[object]], words: Words) -> str:
    """What the question was limited to; ids of documents stay unsaid, their titles stand on the cards."""
    said = [str(v) for key in ("levels", "regions", "years") for v in filters.get(key, ())]
    if filters.get("documents"):
        said.append(f"{words('document')} {len(filters['documents'])}")
    return f'<p class="yj-understood">{esc(words("filters"))}：{esc("、".join(said))}</p>' if said else ""


def _state(turn: Turn, record: Json, words: Words, live: Progress) -> str:
    if turn.status == "writing":
        return _busy(record, words, live)
    if turn.status == "stopped":
        more = f" {esc(turn.problem)}" if turn.problem not in ("", STOPPED) else ""
        return f'<p class="yj-told">{parts.icon("stop")}{esc(words("stopped"))}{more}</p>'
    if turn.status == "failed":
        return f'<p class="yj-told yj-bad">{parts.icon("warn")}{esc(words("failed", problem=turn.problem))}</p>'
    return ""


def _busy(record: Json, words: Words, live: Progress) -> str:
    if live.said:
        return ""
    if not record.get("evidence"):
        said = words("searching")
    elif live.place:
        said = words("waiting", place=live.place - 1) if live.place > 1 else words("waiting_next")
    else:
        said = words("writing")
    return f'<p class="yj-busy"><span class="yj-dots" aria-hidden="true"><i></i><i></i><i></i></span>{esc(said)}</p>'


def _growing(said: str, record: Json, words: Words) -> str:
    """The text while it is written: marks are buttons already, what a check took out is told."""
    if not said:
        return ""
    places = {p["marker"]: p for p in record.get("evidence", [])}
    out = parts.REMOVED.sub(lambda m: f"\x02{m[1]}\x03", said)
    html = parts.MARK.sub(lambda m: _mark_of(int(m[1]), places, words) or m[0], esc(out))
    html = html.replace("\x02", '<span class="yj-struck">〔').replace("\x03", "，已删去〕</span>")
    return f'<p class="yj-s yj-live">{html}<span class="yj-caret" aria-hidden="true"></span></p>'


def _mark_of(marker: int, places: Mapping[int, Json], words: Words) -> str:
    return parts.mark(str(marker), marker, parts.place(places[marker]), words) if marker in places else ""


def _text(record: Json, words: Words) -> str:
    if record.get("refusal"):
        return (
            f'<div class="yj-refusal"><p class="yj-refused">{parts.icon("none")}{esc(words("refused"))}</p>'
            f'<p class="yj-s">{esc(record["text"])}</p></div>'
        )
    sentences = record.get("sentences", [])
    of: dict[int, dict[int, Json]] = {}
    for citation in record.get("citations", []):
        of.setdefault(citation["sentence"], {}).setdefault(citation["marker"], citation)
    return "".join(_sentence(n, s, of.get(n, {}), words) for n, s in enumerate(sentences))


def _sentence(number: int, sentence: Json, cited: Mapping[int, Json], words: Words) -> str:
    """A sentence, its marks, its sign; behind it, folded, why it has this sign."""
    marks = "".join(parts.mark(f"{m}.{number}", m, parts.place(c), words) for m, c in sorted(cited.items()))
    verdict = "verified" if sentence["verdict"] == "verified" else "weak"
    problem = str(sentence.get("problem", "")).rstrip("。")
    why = (
        words("verified_why") if verdict == "verified" else words("weak_why", problem=problem) if problem else words("weak_bare")
    )
    name = words(verdict)
    sign = (
        f'<button type="button" class="yj-sign yj-{verdict}" data-act="why" aria-expanded="false" '
        f'aria-label="{esc(words("sign_label", verdict=name))}" title="{esc(name)}">{parts.icon(verdict)}</button>'
    )
    return (
        f'<p class="yj-s yj-of-{verdict}"><span class="yj-said">{esc(sentence["text"])}</span>'
        f'<span class="yj-marks">{marks}{sign}</span></p><p class="yj-why" hidden>{esc(name)}：{esc(why)}</p>'
    )


def _below(record: Json, words: Words) -> str:
    """What a reader must know beside the text, the measures for who asks, and the disclaimer."""
    notes = [f"<li>{esc(words('doubt', note=note))}</li>" for note in record.get("notes", [])]
    if record.get("failure"):
        notes.append(f"<li>{esc(words('failure', reason=str(record['failure']).rstrip('。')))}</li>")
    elif record.get("extractive"):
        notes.append(f"<li>{esc(words('extractive'))}</li>")
    listed = f'<ul class="yj-notes">{"".join(notes)}</ul>' if notes else ""
    return (
        f"{_counted(record, words)}{listed}{_removed(record, words)}"
        f"{matches.section(record['matches'], record, words) if record.get('matches') else ''}"
        f'<p class="yj-disclaimer">{esc(words("disclaimer"))}</p>'
    )


def _counted(record: Json, words: Words) -> str:
    if record.get("refusal"):
        return ""
    out = []
    for verdict in ("verified", "weak"):
        count = sum((s["verdict"] == "verified") == (verdict == "verified") for s in record.get("sentences", []))
        if count:
            said = words(f"summary_{verdict}", count=count)
            out.append(f'<span class="yj-sum yj-{verdict}">{parts.icon(verdict)}{esc(said)}</span>')
    return f'<p class="yj-counted">{"".join(out)}</p>' if out else ""


def _removed(record: Json, words: Words) -> str:
    removed = record.get("removed", [])
    if not removed:
        return ""
    rows = "".join(
        f"<li><s>{esc(s['text'])}</s><br><span>{esc(words('removed_why', problem=s['problem']))}</span></li>" for s in removed
    )
    return (
        f'<details class="yj-removed"><summary>{parts.icon("cut")}{esc(words("removed", count=len(removed)))}</summary>'
        f"<ul>{rows}</ul></details>"
    )


def _tools(turn: Turn, record: Json, words: Words) -> str:
    rated = turn.rating.rating if turn.rating else ""
    answered = "text" in record
    copy = parts.tool("copy", "copy", words("copy_label"), words("copy")) if answered else ""
    rating = ""
    if answered:
        rating = "".join(parts.tool(name, name, words(name), turn=turn.id, pressed=rated == name) for name in ("up", "down"))
    kept = f'<div class="yj-plain" hidden>{esc(plain(record, words))}</div>' if answered else ""
    return (
        f'<div class="yj-toolbar">{copy}'
        f"{parts.tool('again', 'again', words('again_label'), words('again'), turn=turn.id)}"
        f'<span class="yj-gap"></span>{rating}</div>{kept}'
    )
