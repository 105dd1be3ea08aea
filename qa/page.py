"""A plain chat page (Gradio), mounted in the FastAPI app: evidence first, then the answer with its marks."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from qa import show
from qa.answer import Assistant, Evidence, Token
from qa.records import Answer, Piece, QuestionError
from qa.writer import WriterError

EXAMPLES = [
    "众创空间能享受哪些税收优惠？",
    "辽宁引进院士有什么补助？",
    "在大学当老师，带着成果出来办公司，人事关系能保留几年？",
    "到2020年全国研发经费要占GDP多少？辽宁呢？",
]
_STYLE = """
.gradio-container { max-width: 920px !important; width: 100% !important; margin: 0 auto !important; }
.gradio-container > .main, .gradio-container .wrap.fillable { width: 100% !important; max-width: 920px !important; }
.evidence { border-left: 3px solid var(--color-accent); padding: .25em .8em; margin: .5em 0; font-size: .93em; }
.evidence summary { cursor: pointer; font-weight: 600; }
.evidence mark { background: color-mix(in srgb, var(--color-accent) 22%, transparent); color: inherit; padding: 0 .1em; }
.evidence .where { color: var(--body-text-color-subdued); font-size: .9em; }
.remark { color: var(--body-text-color-subdued); font-size: .88em; }
footer { display: none !important; }
"""


def mount(app: FastAPI, assistant: Assistant) -> FastAPI:
    """Mount the page at / of the app; nothing on it is loaded from outside."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    import gradio as gr  # noqa: PLC0415 - takes seconds to import

    def answer(question: str, _history: list[dict[str, Any]], earlier: list[str]) -> Iterator[tuple[str, list[str]]]:
        for text, asked in _replies(assistant, question, earlier):
            yield text, [*earlier, asked] if asked else earlier

    fonts = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    theme = gr.themes.Soft(font=fonts, font_mono=["ui-monospace", "monospace"])
    with gr.Blocks(title="有据：政策问答", analytics_enabled=False) as blocks:
        gr.Markdown("## 有据 · 政策问答\n每句话都标明依据的条款；没有依据的不答。")
        earlier = gr.State([])
        gr.ChatInterface(
            answer,
            chatbot=gr.Chatbot(height="68vh", show_label=False, placeholder="请用一句话提问，日常说法就可以。"),
            textbox=gr.Textbox(
                placeholder="例如：小微企业贷款难，有什么政策？",
                show_label=False,
                max_length=1000,
                submit_btn="提问",
                stop_btn="停止",
            ),
            additional_inputs=[earlier],
            additional_outputs=[earlier],
            examples=[[e] for e in EXAMPLES],
            api_visibility="private",
            concurrency_limit=8,
        )
    mounted: FastAPI = gr.mount_gradio_app(app, blocks, path="/", theme=theme, css=_STYLE, footer_links=[], ssr_mode=False)
    return mounted


def _replies(assistant: Assistant, question: str, earlier: list[str]) -> Iterator[tuple[str, str]]:
    """The growing message for one question, and the question once it is answered."""
    shown, written = "", ""
    try:
        for event in assistant.ask(question, earlier):
            if isinstance(event, Evidence):
                note = f"{_line(f'理解为：{event.standalone}')}\n\n" if event.standalone != question else ""
                shown = f"{note}**找到的条款**\n\n{_cards(event.pieces)}\n\n"
                yield f"{shown}*正在依据以上条款写答案 …*", ""
            elif isinstance(event, Token):
                written += event.text
                yield f"{shown}{_line(written)}", ""
            elif isinstance(event, Answer):
                yield _finished(event), event.question
    except (QuestionError, WriterError) as error:
        yield f"⚠️ {_line(str(error))}", ""


def _finished(answer: Answer) -> str:
    note = f"{_line(f'理解为：{answer.standalone}')}\n\n" if answer.standalone != answer.question else ""
    remarks = "".join(f'<div class="remark">{html.escape(line)}</div>' for line in show.remarks(answer))
    title = "最接近的条款" if answer.refusal else "依据"
    cited = {c.marker for c in answer.citations}
    pieces = [p for p in answer.evidence if answer.refusal or p.number in cited]
    return f"{note}{_line(answer.text)}\n\n**{title}**\n\n{_cards(pieces, answer)}\n\n{remarks}"


def _line(text: str) -> str:
    """Words from outside as one block of HTML, in which neither HTML nor Markdown of theirs means anything."""
    return f'<div class="said">{html.escape(" ".join(text.split()))}</div>'


def _cards(pieces: Any, answer: Answer | None = None) -> str:
    """Cards one below the other: while the answer is awaited the first is open, then all fold so that it is seen."""
    return "\n\n".join(_card(piece, answer, answer is None and n == 0) for n, piece in enumerate(pieces))


def _card(piece: Piece, answer: Answer | None, unfolded: bool = False) -> str:
    """A clause with what was matched or cited in it in bold; every word is escaped."""
    clause = piece.clause
    document = clause.document
    spans = (
        [(c.start, c.end) for c in answer.citations if c.marker == piece.number] if answer and answer.citations else piece.spans
    )
    body = html.escape(clause.reading) if clause.columns else _marked(document.text, clause.start, clause.end, sorted(set(spans)))
    shared = "".join(html.escape(document.text[s:e]) for s, e in clause.shared) if not clause.columns else ""
    where = " · ".join([document.level, document.region, *([str(document.year)] if document.year else []), *clause.headings[-2:]])
    summary = f"[{piece.number}] {html.escape(show.place(piece))}"
    return (
        f'<details class="evidence"{" open" if unfolded else ""}><summary>{summary}</summary>'
        f'<div class="where">{html.escape(where)}</div><div>{body}{shared}</div></details>'
    )


def _marked(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> str:
    out, at = "", start
    for s, e in spans:
        if s < at or e > end:
            continue
        out += html.escape(text[at:s]) + f"<mark>{html.escape(text[s:e])}</mark>"
        at = e
    return (out + html.escape(text[at:end])).replace("\n", "<br>")
