"""An exported conversation as a Word file: A4, Chinese fonts that Word and WPS have, marks that lead to their clauses."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from qa.export_parts import FITS, SIGNS, Basis, Fit, Paper, Said, Section

_INK, _SOFT, _ACCENT = RGBColor(0x24, 0x21, 0x1C), RGBColor(0x6B, 0x65, 0x5B), RGBColor(0x8A, 0x2B, 0x1D)
_COLOURS = {"verified": RGBColor(0x1F, 0x6A, 0x3C), "met": RGBColor(0x1F, 0x6A, 0x3C)}
_DOUBT = RGBColor(0x8A, 0x5A, 0x00)
_BODY, _HEAD = "宋体", "黑体"


def file(paper: Paper) -> bytes:
    """The bytes of a .docx."""
    made = Document()
    _styles(made)
    made.core_properties.title = paper.title[:255]
    made.core_properties.author = "有据"
    made.core_properties.comments = ""
    made.add_heading(paper.title, 0)
    _small(made, " · ".join(paper.told))
    for section in paper.sections:
        _section(made, section)
    if paper.sources:
        made.add_heading("引用的文件", 2)
        for source in paper.sources:
            _small(made, source)
    made.add_heading("说明", 2)
    for line in paper.closing:
        _small(made, line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _styles(made: Any) -> None:
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(25)
    page.top_margin = page.bottom_margin = Mm(22)
    for name, size, colour, font in (
        ("Normal", 11, _INK, _BODY),
        ("Title", 20, _INK, _HEAD),
        ("Heading 1", 14, _INK, _HEAD),
        ("Heading 2", 11, _ACCENT, _HEAD),
        ("Quote", 10.5, _INK, "楷体"),
    ):
        style = made.styles[name]
        style.font.size, style.font.color.rgb, style.font.italic = Pt(size), colour, False
        style.font.name = "Times New Roman"
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
        fonts.set(qn("w:hint"), "eastAsia")  # “” and … are Chinese signs here
        style.paragraph_format.space_after = Pt(4)
    for line in made.styles["Title"].element.iter(qn("w:bottom")):
        line.attrib.pop(qn("w:themeColor"), None)
        line.set(qn("w:color"), str(_ACCENT))
    normal = made.styles["Normal"]
    normal.paragraph_format.line_spacing = 1.35
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.get_or_add_rPr().append(language)
    made.styles["Heading 1"].paragraph_format.space_before = Pt(20)
    made.styles["Quote"].paragraph_format.left_indent = Mm(6)
    _page_number(page.footer.paragraphs[0])


def _section(made: Any, section: Section) -> None:
    made.add_heading(f"{section.number}. {section.question}", 1)
    _small(made, " · ".join(section.told))
    for text in section.text:
        made.add_paragraph(text)
    for said in section.said:
        _said(made, section.number, said)
    if section.heading:
        made.add_heading(section.heading, 2)
        for at, basis in enumerate(section.bases):
            _basis(made, section.number, at, basis)
    if section.fits:
        made.add_heading("扶持措施", 2)
        for fit in section.fits:
            _fit(made, fit)
    for remark in section.remarks:
        _small(made, remark)


def _said(made: Any, number: int, said: Said) -> None:
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Mm(6), Mm(-6)
    sign = paragraph.add_run(f"{SIGNS.get(said.verdict, '')}\u2002")
    sign.bold, sign.font.color.rgb = True, _COLOURS.get(said.verdict, _DOUBT)
    paragraph.add_run(said.text)
    for marker in said.markers:
        _mark(paragraph, f"[{marker}]", _anchor(number, marker))
    if said.problem:
        doubt = paragraph.add_run(f"（{said.problem}）")
        doubt.font.size, doubt.font.color.rgb = Pt(9.5), _DOUBT


def _basis(made: Any, number: int, at: int, basis: Basis) -> None:
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    marker = paragraph.add_run(f"[{basis.marker}] ")
    marker.bold, marker.font.color.rgb = True, _ACCENT
    paragraph.add_run(basis.place).bold = True
    if basis.doubt:
        paragraph.add_run(f"（{basis.doubt}）").font.color.rgb = _DOUBT
    _bookmark(paragraph, number * 1000 + at, _anchor(number, basis.marker))
    if basis.where:
        _small(made, basis.where).paragraph_format.keep_with_next = True
    for quote in basis.quotes:
        made.add_paragraph(f"「{quote}」", "Quote")


def _fit(made: Any, fit: Fit) -> None:
    paragraph = made.add_paragraph()
    verdict = paragraph.add_run(f"{FITS.get(fit.verdict, '')}\u2002")
    verdict.bold, verdict.font.color.rgb = True, _COLOURS.get(fit.verdict, _DOUBT)
    paragraph.add_run(f"{fit.benefit}{f'（{fit.amount}）' if fit.amount else ''}")
    _small(made, fit.below)


def _small(made: Any, text: str) -> Any:
    paragraph = made.add_paragraph()
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb = Pt(9), _SOFT
    return paragraph


def _anchor(number: int, marker: int) -> str:
    return f"q{number}_{marker}"


def _mark(paragraph: Any, text: str, anchor: str) -> None:
    """A raised number that leads to a bookmark of the same file; python-docx has no call for it."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor)
    run = paragraph.add_run(text)
    run.font.superscript, run.font.color.rgb = True, _ACCENT
    link.append(run._r)
    paragraph._p.append(link)


def _bookmark(paragraph: Any, number: int, name: str) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(end)


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)
