"""The dossier: everything escaped in HTML, no formula in a sheet, and all that a reader needs."""

import io
from datetime import date
from html.parser import HTMLParser

import match_world
import openpyxl
import pytest

from qa import dossier
from qa.match import match
from qa.match_wire import model
from qa.profile import read

SAY = "我们是沈阳一家公司，想买设备"
DIGEST = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    index, _ = match_world.made(tmp_path_factory.mktemp("world"))
    return model(match(index, read(SAY), as_of=date(2020, 1, 1)))


def hostile(found, text):
    """The same match with a hostile text wherever a user or a document writes."""
    first = found.measures[0]
    condition = first.conditions[0].model_copy(update={"said": text, "quote": text, "note": text, "values": [text]})
    changed = dict.fromkeys(("title", "number", "address", "text", "benefit", "amount", "agency", "kind", "strength"), text)
    measure = first.model_copy(update=changed | {"conditions": [condition], "notes": [text], "missing": [text]})
    profile = {"summary": text, "facts": {"who": [{"value": text, "words": text}]}}
    return found.model_copy(update={"measures": [measure], "ask": text, "notes": [text], "profile": profile})


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.attributes, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def parsed(text):
    tags = Tags()
    tags.feed(text)
    return tags


def test_page_has_clauses_verdicts_addresses_agency_and_disclaimer(found):
    text = parsed(dossier.page(found, DIGEST)).text
    for m in found.measures:
        assert m.address in text
        assert m.text.split("\n")[0] in text
    for part in (
        "符合",
        "待确认",
        "不符合",
        "省科技厅",
        "100万元",
        "条文没有写明",
        DIGEST[:16],
        "2020-01-01",
        found.disclaimer,
        "不得重复享受",
    ):
        assert part in text
    assert "辽政发〔2010〕1号" in text, "what is left out is told"


@pytest.mark.parametrize(
    "evil", ["<script>alert(1)</script>", "</blockquote><img src=x onerror=alert(1)>", "'\"><svg/onload=1>", "\ud800&#60;b>"]
)
def test_page_escapes_everything(found, evil):
    plain, bad = parsed(dossier.page(found, DIGEST)), parsed(dossier.page(hostile(found, evil), evil))
    assert set(bad.seen) <= set(plain.seen)
    assert not [a for a in bad.attributes if a[0].startswith("on") or a[0] == "src"]


def test_page_loads_nothing(found):
    text = dossier.page(found, DIGEST)
    assert "http" not in text
    assert "url(" not in text
    assert "size: A4" in text


def book(found, digest=DIGEST):
    return openpyxl.load_workbook(io.BytesIO(dossier.sheet(found, digest)))


def test_sheet_holds_the_same(found):
    made = book(found)
    assert made.sheetnames == ["匹配结果", "条件", "您的情况", "说明"]
    rows = list(made["匹配结果"].iter_rows(min_row=2, values_only=True))
    heads = [c.value for c in made["匹配结果"][1]]
    assert [r[heads.index("标识")] for r in rows] == [m.clause for m in found.measures]
    assert [r[heads.index("条款原文")] for r in rows] == [m.text for m in found.measures]
    assert sum(len(m.conditions) for m in found.measures) == made["条件"].max_row - 1
    told = dict(made["说明"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert told["语料"] == DIGEST
    assert told["声明"] == found.disclaimer
    assert any("沈阳" in str(row[1]) for row in made["您的情况"].iter_rows(values_only=True))


@pytest.mark.parametrize("evil", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(found, evil):
    for sheet in book(hostile(found, evil), evil):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if str(cell.value or "").startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix


def test_cell_takes_any_character_and_any_length(found):
    made = book(hostile(found, "长\x00\x0b\ud800\uffff文" * 20_000))
    value = made["匹配结果"].cell(2, 5).value
    assert value.startswith("长文长文")
    assert len(value) <= 32_767


def test_name_decides_the_kind_and_failures_are_told(found, tmp_path):
    for name, head in (("a.html", b"<!doctype html>"), ("b.XLSX", b"PK")):
        dossier.write(tmp_path / name, found, DIGEST)
        assert (tmp_path / name).read_bytes().startswith(head)
    with pytest.raises(dossier.DossierError, match=r"\.html 或 \.xlsx"):
        dossier.write(tmp_path / "c.pdf", found, DIGEST)
    with pytest.raises(dossier.DossierError, match="写不了"):
        dossier.write(tmp_path / "none" / "d.html", found, DIGEST)
