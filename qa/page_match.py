"""The tab 找扶持: who is asking, in a sentence or a form; measures that fit, may fit and do not; the next question.

Nothing is stored: what was typed lives in the visitor's page and goes when it is closed.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from index import measures
from index.files import corpus_hash
from qa import dossier, logs, match_wire, page_match_html
from qa.match import match
from qa.page_match_asker import Told, asked, chips, profile, without
from qa.page_match_places import cities, counties, provinces, written
from qa.page_tabs import AT_ONCE, LIVE, number, reached
from qa.page_tabs_text import texts
from qa.profile_form import ProfileError, choices
from qa.turns import StoreError

_LONGEST = 1000
"""Characters of the sentence."""
_MANY = ("who", "industry", "fields", "qualifications", "activities", "people")
_NUMBERS = ("staff", "revenue", "age")
_FIELDS = ("province", "city", "county", "who", "size", "ownership", *_NUMBERS, *_MANY[1:])
"""Inputs of the form, in the order in which values come."""
_FACT_OF = {"fields": "field", "qualifications": "qualification", "activities": "activity"}
_YUAN = 10_000
"""The form asks for units of 10,000 yuan."""
_SAVE = """(made) => {
  if (!made) return;
  const [name, kind, data] = made.split('|');
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], {type: kind}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}"""
_KINDS = {"html": "text/html", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the tab shows for one asker."""

    known: str
    ask: str
    results: str
    found: match_wire.MatchModel | None = None


def show(service: Any, told: Told, lang: str = "zh") -> Shown:
    """Match an asker and make the three parts of HTML; bad input becomes a message in its place."""
    words = texts(lang)
    start = f'<p class="yt-empty">{page_match_html.e(words["match_none_yet"])}</p>'
    if told.empty:
        return Shown("", "", start)
    try:
        asker = profile(told)
    except ProfileError as error:
        label = words.get(f"fact_{_FACT_OF.get(error.key, error.key)}", error.key)
        return Shown(page_match_html.understood([], [f"{label}：{error.reason}"], words), "", start)
    index = service.assistant.index
    measures.of(index, service.settings.index.index)
    found = match_wire.model(match(index, asker), match_wire.LISTED)
    known = page_match_html.understood(chips(asker, told), asker.problems, words)
    ask = page_match_html.question(asked(found.ask), words)
    return Shown(known, ask, page_match_html.results(found, words, _kept_texts(service, found)), found)


def _kept_texts(service: Any, found: match_wire.MatchModel) -> dict[str, str]:
    """Document → digest of its text, kept so that the reader opens the same words after the library has changed."""
    try:
        kept: dict[str, str] = service.documents.keep(dict.fromkeys(m.document for m in found.measures))
    except StoreError as error:
        logs.note("not kept", logging.ERROR, error)
        return {}
    return kept


def form(values: Sequence[Any]) -> dict[str, Any]:
    """The inputs of the form, in the order of `_FIELDS`, as `from_form` takes them; empty ones left out."""
    given = dict(zip(_FIELDS, values, strict=True))
    where = written(given.pop("province"), given.pop("city"), given.pop("county"))
    with suppress(ValueError):  # what is no number is told by the form's own check
        revenue = number(given["revenue"])
        given["revenue"] = None if revenue is None else revenue * _YUAN
    return {key: value for key, value in ({"region": where} | given).items() if value not in (None, "", [], ())}


def told_by(say: str | None, values: Sequence[Any], state: State) -> Told:
    """Everything told so far; replies and corrections belong to the sentence that they were made to."""
    words = (say or "")[:_LONGEST]
    same = state.get("say", "") == words
    return Told(
        words,
        tuple(state.get("replies", ())) if same else (),
        form(values),
        {f: tuple(v) for f, v in state.get("answers", {}).items()},
        {f: tuple(v) for f, v in state.get("denied", {}).items()},
        tuple((f, v) for f, v in state.get("removed", ())) if same else (),
    )


def kept(told: Told) -> State:
    """What of it no input of the page holds."""
    return {
        "say": told.say,
        "replies": list(told.replies),
        "answers": {f: list(v) for f, v in told.answers.items()},
        "denied": {f: list(v) for f, v in told.denied.items()},
        "removed": [list(pair) for pair in told.removed],
    }


def answered(told: Told, data: Mapping[str, Any]) -> Told:
    """An answer to the next question: a button's value, none of the offered, a number, or a sentence."""
    fact, value, reply = (str(data.get(key, "")).strip() for key in ("fact", "value", "reply"))
    if data.get("do") == "answer" and value:
        return replace(told, answers={**told.answers, fact: (*told.answers.get(fact, ()), value)})
    if data.get("do") == "deny":
        return replace(told, denied={**told.denied, fact: (*told.denied.get(fact, ()), *value.split("|"))})
    if reply and fact:
        return replace(told, answers={**told.answers, fact: (reply,)})
    return replace(told, replies=(*told.replies, reply[:_LONGEST])) if reply else told


def file(found: match_wire.MatchModel, kind: str, corpus: str) -> str:
    """A dossier as text that the page turns into a download: name, media type and content in base64."""
    made = dossier.sheet(found, corpus) if kind == "xlsx" else dossier.page(found, corpus).encode("utf-8", "replace")
    return f"政策匹配清单-{found.as_of}.{kind}|{_KINDS[kind]}|{base64.b64encode(made).decode()}"


class Desk:
    """What the buttons do; `run` returns known, ask, results, the row of downloads and the state, in this order."""

    def __init__(self, gr: Any, service: Any, lang: str) -> None:
        self.gr, self.service, self.lang = gr, service, lang

    def run(self, told: Told) -> list[Any]:
        it = show(self.service, told, self.lang)
        return [it.known, it.ask, it.results, self.gr.Row(visible=it.found is not None), kept(told)]

    def find(self, state: State, say: str, *values: Any) -> list[Any]:
        return self.run(told_by(say, values, state))

    def remove(self, data: Mapping[str, Any], state: State, say: str, *values: Any) -> list[Any]:
        told = without(told_by(say, values, state), str(data.get("fact", "")), str(data.get("value", "")))
        return [*self.run(told), *_fields(self.gr, told.form, values)]

    def answer(self, data: Mapping[str, Any], state: State, say: str, *values: Any) -> list[Any]:
        return self.run(answered(told_by(say, values, state), data))

    def clear(self) -> list[Any]:
        return ["", *self.run(Told()), *_fields(self.gr, {}, [None] * len(_FIELDS))]

    def page(self, state: State, say: str, *values: Any) -> str:
        return self._file("html", state, say, values)

    def sheet(self, state: State, say: str, *values: Any) -> str:
        return self._file("xlsx", state, say, values)

    def _file(self, kind: str, state: State, say: str, values: Sequence[Any]) -> str:
        found = show(self.service, told_by(say, values, state), self.lang).found
        return file(found, kind, corpus_hash(self.service.settings.index.corpus)) if found else ""


def build(gr: Any, service: Any, words: Any) -> None:
    """Put the tab's components into the Blocks that is being built."""
    t = texts(words.lang)
    desk = Desk(gr, service, words.lang)
    with gr.Column(elem_id="yt-match", elem_classes=["yt-tab"]):
        hints = {"label": t["match_say"], "placeholder": t["match_say_example"], "info": t["match_private"]}
        say = gr.Textbox(**hints, lines=1, max_lines=6, max_length=_LONGEST, elem_id="yt-say")
        with gr.Accordion(t["match_form"], open=False, elem_id="yt-form"):
            inputs = _inputs(gr, t)
        with gr.Row(elem_classes=["yt-buttons"]):
            go = gr.Button(t["match_go"], variant="primary", elem_id="yt-match-go")
            clear = gr.Button(t["match_again"], elem_id="yt-match-clear")
        state = gr.State({})
        first = show(service, Told(), words.lang)
        known = gr.HTML(first.known, **LIVE, elem_id="yt-known")
        ask = gr.HTML(first.ask, **LIVE, elem_id="yt-ask")
        with gr.Row(visible=False, elem_classes=["yt-buttons"]) as downloads:
            page = gr.Button(t["match_html"], size="sm", elem_id="yt-html")
            sheet = gr.Button(t["match_xlsx"], size="sm", elem_id="yt-xlsx")
        results = gr.HTML(first.results, **LIVE, elem_id="yt-results")
        made = gr.Textbox(visible="hidden", show_label=False)
    fields = [inputs[name] for name in _FIELDS]
    shown = [known, ask, results, downloads, state]
    told = [state, say, *fields]
    quick = {"concurrency_limit": AT_ONCE, "api_visibility": "private"}
    gr.on([go.click, say.submit], desk.find, told, shown, **quick, show_progress_on=results)
    known.click(reached(gr, desk.remove), told, [*shown, *fields], **quick, show_progress_on=results)
    for event in (ask.click, ask.submit):
        event(reached(gr, desk.answer), told, shown, **quick, show_progress_on=results)
    clear.click(desk.clear, None, [say, *shown, *fields], **quick)
    for button, take in ((page, desk.page), (sheet, desk.sheet)):
        button.click(take, told, made, **quick).then(None, made, None, js=_SAVE)
    _places(gr, inputs, quick)


def _inputs(gr: Any, t: Mapping[str, str]) -> dict[str, Any]:
    """The components of the form by name."""
    allowed = choices()
    made: dict[str, Any] = {}

    def one(key: str, label: str, values: Sequence[Any], info: str | None = None) -> None:
        made[key] = gr.Dropdown([(t["match_any"], ""), *values], value="", label=label, info=info, elem_id=f"yt-in-{key}")

    def many(key: str) -> None:
        label = t[f"fact_{_FACT_OF.get(key, key)}"]
        values = [(v.partition(" ")[2] or v, v) for v in allowed[key]]
        made[key] = gr.Dropdown(values, value=[], multiselect=True, label=label, elem_id=f"yt-in-{key}")

    with gr.Row():
        one("province", t["match_province"], provinces())
        one("city", t["match_city"], ())
        one("county", t["match_county"], ())
    with gr.Row():
        many("who")
        one("size", t["fact_size"], allowed["size"])
        one("ownership", t["fact_ownership"], allowed["ownership"])
    with gr.Row():
        for key, label in (("staff", "match_staff"), ("revenue", "match_yuan"), ("age", "match_age")):
            made[key] = gr.Textbox(label=t[label], max_lines=1, max_length=16, elem_id=f"yt-in-{key}")
    with gr.Row():
        many("industry")
        many("fields")
    with gr.Row():
        many("qualifications")
        many("activities")
        many("people")
    return made


def _places(gr: Any, inputs: Mapping[str, Any], quick: Mapping[str, Any]) -> None:
    """Cities follow the province, counties the city."""
    label = inputs["city"].choices[0]

    def of_province(province: str) -> list[Any]:
        below = counties(province, "") if not cities(province) else ()
        return [gr.Dropdown([label, *cities(province)], value=""), gr.Dropdown([label, *below], value="")]

    def of_city(province: str, city: str) -> Any:
        return gr.Dropdown([label, *counties(province, city)], value="")

    province, city, county = inputs["province"], inputs["city"], inputs["county"]
    province.input(of_province, province, [city, county], **quick, show_progress="hidden")
    city.input(of_city, [province, city], county, **quick, show_progress="hidden")


def _fields(gr: Any, left: Mapping[str, Any], values: Sequence[Any]) -> list[Any]:
    """Updates of the form's inputs after something was taken out of it; the others stay as they are."""
    out = []
    for name, value in zip(_FIELDS, values, strict=True):
        gone = "region" not in left if name in ("province", "city", "county") else name not in left
        if name in _MANY:
            out.append(gr.update(value=list(left.get(name, ()))))
        else:
            out.append(gr.update(value="") if gone else gr.update(value=value))
    return out
