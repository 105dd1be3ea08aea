"""The printable page of an exported conversation: one file, no script, nothing loaded; every word escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from qa.export_parts import FITS, SIGNS, Basis, Fit, Paper, Said, Section
from qa.show import VERDICTS

_STYLE = """
@page { size: A4; margin: 18mm 17mm 20mm; @bottom-center { content: counter(page) " / " counter(pages);
  font: 8.5pt sans-serif; color: #777; } }
:root { color-scheme: light; --ink: #24211c; --soft: #6b655b; --line: #ddd6c8; --accent: #8a2b1d; --good: #1f6a3c;
  --doubt: #8a5a00; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 47rem; padding: 2.2rem 1.2rem 3rem; background: #fffdf8; color: var(--ink);
  font: 1rem/1.75 "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif; overflow-wrap: anywhere; }
header { border-bottom: 2px solid var(--accent); padding-bottom: .8rem; }
.brand { color: var(--accent); font-size: .85rem; letter-spacing: .12em; margin: 0; }
h1 { font-size: 1.6rem; line-height: 1.35; margin: .2rem 0 .3rem; }
h2 { font-size: 1.15rem; line-height: 1.5; margin: 2.2rem 0 .1rem; break-after: avoid; display: flex; gap: .6em; }
h2 .n { color: var(--accent); flex: none; }
h3 { font-size: .82rem; font-weight: 600; color: var(--soft); letter-spacing: .08em; margin: 1.1rem 0 .3rem; break-after: avoid; }
p { margin: .35rem 0; }
.small { color: var(--soft); font-size: .82rem; line-height: 1.6; }
ul.said { list-style: none; margin: .6rem 0; padding: 0; }
ul.said li { position: relative; padding-left: 1.6em; margin: .3rem 0; break-inside: avoid; }
.sign { position: absolute; left: 0; font-family: "Noto Sans CJK SC", sans-serif; font-weight: 700; }
.verified .sign { color: var(--good); } .weak .sign, .unsupported .sign, .doubt { color: var(--doubt); }
.doubt { font-size: .85rem; }
a.mark { color: var(--accent); text-decoration: none; font: 600 .72em/1 sans-serif; vertical-align: .45em; padding: 0 .1em; }
a.mark:focus-visible, a.mark:hover { outline: 1px solid currentColor; border-radius: 2px; }
.basis { border-left: 3px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: .6rem 0; break-inside: avoid-page; }
.basis:target { border-color: var(--accent); background: #fbf3e6; }
.basis .place { font-weight: 600; font-size: .93rem; margin: 0; } .basis .n { color: var(--accent); }
blockquote { margin: .2rem 0; font-size: .93rem; line-height: 1.7; white-space: pre-line; }
blockquote::before { content: "「"; color: var(--soft); } blockquote::after { content: "」"; color: var(--soft); }
ul.plain { margin: .3rem 0; padding-left: 1.2em; font-size: .93rem; }
.fit-met { color: var(--good); font-weight: 600; } .fit-unknown { color: var(--doubt); font-weight: 600; }
footer { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: .6rem; }
@media print { body { background: none; padding: 0; max-width: none; font-size: 10.5pt; } .basis:target { background: none; } }
"""


def page(paper: Paper) -> str:
    """The whole file, UTF-8 as its head says."""
    parts = [
        "<!doctype html>",
        '<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f'<meta name="generator" content="有据"><title>{escape(paper.title)}</title><style>{_STYLE}</style></head><body>',
        f'<header><p class="brand">有据 · 政策问答</p><h1>{escape(paper.title)}</h1>',
        f'<p class="small">{escape(" · ".join(paper.told))}</p></header><main>',
        *(part for section in paper.sections for part in _section(section)),
        "</main><footer>",
    ]
    if paper.sources:
        rows = "".join(f"<li>{escape(source)}</li>" for source in paper.sources)
        parts.append(f'<h3>引用的文件</h3><ul class="plain small">{rows}</ul>')
    parts += [f'<p class="small">{escape(line)}</p>' for line in paper.closing]
    return "\n".join([*parts, "</footer></body></html>", ""])


def _section(section: Section) -> Iterator[str]:
    n = section.number
    yield f'<section><h2 id="q{n}"><span class="n">{n}</span><span>{escape(section.question)}</span></h2>'
    yield f'<p class="small">{escape(" · ".join(section.told))}</p>'
    yield from (f"<p>{escape(text)}</p>" for text in section.text)
    if section.said:
        yield f'<ul class="said">{"".join(_said(n, said) for said in section.said)}</ul>'
    if section.heading:
        yield f"<h3>{section.heading}</h3>"
        yield from (_basis(n, basis) for basis in section.bases)
    if section.fits:
        yield f'<h3>扶持措施</h3><ul class="plain">{"".join(map(_fit, section.fits))}</ul>'
    yield from (f'<p class="small">{escape(remark)}</p>' for remark in section.remarks)
    yield "</section>"


def _said(n: int, said: Said) -> str:
    sign = f'<span class="sign" role="img" aria-label="{VERDICTS.get(said.verdict, "")}">{SIGNS.get(said.verdict, "")}</span>'
    marks = "".join(f'<a class="mark" href="#q{n}-{m}" aria-label="依据 {m}">[{m}]</a>' for m in said.markers)
    doubt = f' <span class="doubt">（{escape(said.problem)}）</span>' if said.problem else ""
    return f'<li class="{escape(said.verdict)}">{sign}{escape(said.text)}{marks}{doubt}</li>'


def _basis(n: int, basis: Basis) -> str:
    doubt = f' <span class="doubt">（{escape(basis.doubt)}）</span>' if basis.doubt else ""
    where = f'<p class="small">{escape(basis.where)}</p>' if basis.where else ""
    quotes = "".join(f"<blockquote>{escape(quote)}</blockquote>" for quote in basis.quotes)
    head = f'<p class="place"><span class="n">[{basis.marker}]</span> {escape(basis.place)}{doubt}</p>'
    return f'<div class="basis" id="q{n}-{basis.marker}">{head}{where}{quotes}</div>'


def _fit(fit: Fit) -> str:
    amount = f"（{escape(fit.amount)}）" if fit.amount else ""
    verdict = f'<span class="fit-{escape(fit.verdict)}">{FITS.get(fit.verdict, "")}</span>'
    return f'<li>{verdict} {escape(fit.benefit)}{amount}<br><span class="small">{escape(fit.below)}</span></li>'
