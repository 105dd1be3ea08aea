"""Exports say what was shown, in three formats; what others wrote is text in them and nothing else."""

import io
import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from docx import Document
from docx.oxml.ns import qn
from fakes import ScriptedWriter
from kept import NUMBER, QUOTE, TITLE, citation, conversation, piece, record, turn
from markdown_it import MarkdownIt

import prompts
from qa import export, refusal, wire
from qa.answer import Assistant
from qa.match_wire import MatchModel
from qa.settings import Settings

MADE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ATTACK = (
    "<script>window.hacked=1</script><img src=x onerror=alert(1)> [去](javascript:alert(1)) ![图](http://evil.example/x.png) "
    "**粗** `码` ~~删~~ &lt;b&gt; &amp; http://evil.example www.evil.example a@evil.example $x$ \\* \"'`"
)
UNSEEN = "甲\x00乙\x1b丙\ud800丁\ufffe戊\u202e己\u200e庚"


def long_talk():
    weak = record(
        text="每张床位给予1万元补贴。[1]改建的减半。[2]",
        sentences=[
            {"text": "每张床位给予1万元补贴。", "verdict": "verified", "problem": ""},
            {"text": "改建的减半。", "verdict": "weak", "problem": "原文没有“减半”"},
        ],
        citations=[
            citation(),
            citation(0, 1, start=50, end=60, quote="第二处原文。"),
            citation(1, 2, verdict="weak", quote="改建\t5000元\n另行规定"),
            citation(1, 1),
        ],
        standalone="社区养老服务中心每张床位补多少？",
        notes=["“1万元”在原件中印作“1 万元”"],
        removed=[{"text": "另补交通费。", "problem": "条款没有提到"}],
    )
    refused = record(text="没有找到依据。\n请问当地民政部门。", refusal="no_evidence", sentences=[], citations=[])
    return conversation(
        turn(1, record=weak, filters={"levels": ["省"], "regions": [], "years": [2020], "documents": ["a", "b"], "x": 1}),
        turn(2, "月球上有补贴吗？", record=refused, earlier=("先问的",)),
        turn(3, "写了一半的", status="stopped", problem="您停止了回答。", record={"evidence": [piece()]}),
        turn(4, "没写成的", status="failed", problem="生成模型没有启动。", record=None),
        turn(5, "还在写的", status="writing", record=None),
    )


class Reader(HTMLParser):
    """Words of the body, tags, ids and links of a page."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.inside = False
        self.words, self.tags, self.ids, self.links, self.attributes = [], set(), [], [], set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.inside = self.inside or tag == "body"
        self.attributes |= {name for name, _ in attrs}
        self.ids += [v for name, v in attrs if name == "id"]
        self.links += [v for name, v in attrs if name in ("href", "src")]

    def handle_data(self, data):
        if self.inside:
            self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


def read_docx(data):
    return Document(io.BytesIO(data))


def words_of(document):
    """All words, those of hyperlinks too."""
    return "\n".join("".join(t.text or "" for t in p._p.iter(qn("w:t"))) for p in document.paragraphs)


def plain(markdown):
    """What a reader sees of a Markdown text."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    return "\n".join("".join(c.content if c.type == "text" else "\n" for c in t.children) for t in tokens if t.type == "inline")


FORMATS = {
    "md": lambda talk: plain(export.markdown(talk, MADE)),
    "html": lambda talk: Reader(export.html(talk, MADE)).text,
    "docx": lambda talk: words_of(read_docx(export.docx(talk, MADE))),
}
EACH = pytest.mark.parametrize("seen", FORMATS.values(), ids=FORMATS)


@EACH
def test_everything_that_was_shown_is_there(seen):
    text = re.sub(r"\s+", "", seen(long_talk()))
    for words in [
        "养老床位补贴",
        "对话始于2026年3月2日00:05（北京时间），共5问",
        "导出于2026年3月2日09:00（北京时间）",
        "每张床位补多少？",
        "理解为：社区养老服务中心每张床位补多少？",
        "限定范围：层级省；年份2020；指定的2份文件",
        "✓每张床位给予1万元补贴。[1]",
        "△改建的减半。[1][2]（原文没有“减半”）",
        f"[1]《{TITLE}》（{NUMBER}）第十条第1款",
        "省·江东省·第三章扶持",
        QUOTE,
        "第二处原文。",
        f"[2]《{TITLE}》（{NUMBER}）第十条第2款（部分支持）",
        "改建5000元另行规定",
        "注：“1万元”在原件中印作“1万元”",
        "已删去：“另补交通费。”（条款没有提到）",
        "没有找到依据。请问当地民政部门。",
        "最接近的条款",
        "此前问过：先问的",
        "这个回答在写完之前停止了。您停止了回答。",
        "当时找到的条款",
        "这个问题没有得到回答。生成模型没有启动。",
        "这个回答还没有写完。",
        f"《{TITLE}》（{NUMBER}），文本指纹abababababababab",
        "已核对：",
        prompts.DISCLAIMER,
    ]:
        assert words in text, words
    assert "生成模型没有写完" not in text
    assert "x1" not in text


@EACH
def test_questions_stand_in_their_order_and_each_basis_once(seen):
    text = seen(long_talk())
    asked = [text.index(q) for q in ("每张床位补多少？", "月球上有补贴吗？", "写了一半的", "没写成的", "还在写的")]
    assert asked == sorted(asked)
    first = text[asked[0] : asked[1]]
    assert first.count("第二处原文。") == first.count(QUOTE) == 1
    assert "没有引用的条款" not in first
    assert "没有引用的条款" in text[asked[1] : asked[2]]


@EACH
def test_what_others_wrote_is_text(seen):
    talk = conversation(
        turn(
            question=ATTACK,
            problem=ATTACK,
            earlier=(ATTACK,),
            filters={"regions": [ATTACK]},
            record=record(
                standalone=ATTACK + "?",
                sentences=[{"text": ATTACK, "verdict": "weak", "problem": ATTACK}],
                citations=[citation(title=ATTACK, number=ATTACK, address=ATTACK, quote=ATTACK)],
                evidence=[piece(headings=[ATTACK], region=ATTACK)],
                notes=[ATTACK],
                failure=ATTACK,
                documents={"jiang": ATTACK},
            ),
        ),
        title=ATTACK,
    )
    assert seen(talk).count(ATTACK) == 16


def test_a_page_holds_no_script_and_loads_nothing():
    talk = conversation(turn(question=ATTACK, record=record(citations=[citation(quote=ATTACK, title=ATTACK)])), title=ATTACK)
    page = export.html(talk)
    read = Reader(page)
    assert not read.tags & {"script", "img", "link", "iframe", "object", "form", "svg"}
    assert not [name for name in read.attributes if name.startswith("on") or name == "style"]
    assert all(not urlsplit(link).scheme and link.startswith("#") for link in read.links)
    assert "default-src 'none'" in page
    assert "url(" not in page
    assert "@import" not in page


def test_marks_of_a_page_lead_to_their_clauses():
    read = Reader(export.html(long_talk()))
    assert len(read.ids) == len(set(read.ids))
    assert len(read.links) == 3
    assert {link[1:] for link in read.links} <= set(read.ids)


def test_marks_of_a_word_file_lead_to_their_clauses():
    body = read_docx(export.docx(long_talk())).element.body
    anchors = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))]
    names = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    ids = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert anchors == ["q1_1", "q1_1", "q1_2"]
    assert set(anchors) <= set(names)
    assert len(set(names)) == len(set(ids)) == len(names)
    assert ids == [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkEnd"))]


def test_a_word_file_is_a4_with_chinese_fonts_and_its_title():
    document = read_docx(export.docx(long_talk()))
    assert (round(document.sections[0].page_width.mm), round(document.sections[0].page_height.mm)) == (210, 297)
    assert document.styles["Normal"].element.rPr.rFonts.get(qn("w:eastAsia")) == "宋体"
    assert (document.core_properties.title, document.core_properties.author) == ("养老床位补贴", "有据")
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["1. 每张床位补多少？", "2. 月球上有补贴吗？", "3. 写了一半的", "4. 没写成的", "5. 还在写的"]


def test_markdown_is_only_what_we_made_of_it():
    talk = conversation(turn(question=ATTACK, record=record(citations=[citation(quote=ATTACK)], notes=[ATTACK])), title=ATTACK)
    text = export.markdown(talk)
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    kinds = {t.type for t in parser.parse(text)} | {c.type for t in parser.parse(text) for c in t.children or []}
    assert kinds == {
        *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "em_open", "em_close"),
        *("strong_open", "strong_close", "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
        *("blockquote_open", "blockquote_close", "hr", "softbreak", "hardbreak"),
    } - {"softbreak"}
    assert "://" not in text.replace("\\://", "")


def test_no_run_of_signs_is_markup_in_markdown():
    chance = random.Random(7)
    signs = '*_`~#>|[](){}<>!&;:=+-.1)\\$@/ \u3000a甲\t\n"'
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for _ in range(400):
        quote = "甲\n" + "".join(chance.choices(signs, k=40)) + "\n乙"
        talk = conversation(turn(record=record(citations=[citation(quote=quote)])))
        tokens = parser.parse(export.markdown(talk))
        at = next(n for n, t in enumerate(tokens) if t.type == "blockquote_open")
        assert [t.type for t in tokens[at : at + 5]] == [
            *("blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close")
        ]
        children = tokens[at + 2].children
        assert {c.type for c in children} <= {"text", "hardbreak", "text_special"}
        seen = "".join(c.content if c.type != "hardbreak" else "\n" for c in children)
        expected = "\n".join(line.strip(" \t").replace("\t", "\u3000") for line in quote.split("\n") if line.strip())
        assert seen == expected


@EACH
def test_characters_that_no_file_holds_or_nobody_sees_do_no_harm(seen):
    talk = conversation(turn(question=UNSEEN, record=record(citations=[citation(quote=UNSEEN)])), title=UNSEEN)
    assert seen(talk).count("甲\ufffd乙\ufffd丙\ufffd丁\ufffd戊己庚") == 3
    assert "\u202e" not in export.html(talk)


@EACH
def test_an_empty_conversation_is_a_page_with_its_title(seen):
    text = seen(conversation())
    assert "养老床位补贴" in text
    assert "共 0 问" in text
    assert "引用的文件" not in text


@EACH
def test_measures_that_may_fit_are_listed_with_their_place(seen):
    measure = {
        "verdict": "met",
        "title": TITLE,
        "number": NUMBER,
        "address": "第九条",
        "benefit": "给予贴息",
        "amount": "最高10万元",
        "text": "全文",
        "agency": "省科技厅",
        "agency_of": "clause",
    }
    unmet = {**measure, "verdict": "not_met", "benefit": "不符合的"}
    unknown = {**measure, "verdict": "unknown", "benefit": "", "amount": None, "agency": "国务院", "agency_of": "issuer"}
    nobody = {**unknown, "benefit": "给予奖励", "agency": ""}
    assert set(measure) <= set(MatchModel.model_json_schema()["$defs"]["MeasureModel"]["properties"])
    matches = {"measures": [measure, unknown, nobody, unmet], "ask": "请问员工多少人？", "disclaimer": "以审核为准。"}
    text = re.sub(r"\s+", "", seen(conversation(turn(record=record(matches=matches)))))
    assert "扶持措施" in text
    assert re.search(r"符合：?给予贴息（最高10万元）(——)?《", text)
    assert re.search(r"待确认：?全文(——)?《", text)
    asked = re.findall(r"第九条·(可问：[^·《]*?(?:）|写明))(?=[-符待还])", text)
    assert asked == [
        "可问：省科技厅（条款写明）",
        "可问：国务院（发文机关，条款没有写明主管部门）",
        "可问：条款和文件都没有写明",
    ]
    assert "不符合的" not in text
    assert "还想请问：请问员工多少人？" in text
    assert "以审核为准。" in text


@EACH
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"failure": "断开。"}, "说明：生成模型没有写完（断开），没有写完的部分以条款原文补上。"),
        ({"failure": "断开。", "extractive": True}, "说明：生成模型没有写完（断开），以上由条款原文组成。"),
        ({"extractive": True}, "说明：模型写的内容没有通过核对，以上为条款原文。"),
    ],
)
def test_why_an_answer_is_made_of_clauses_is_told(seen, fields, words):
    assert words in seen(conversation(turn(record=record(**fields))))


@EACH
def test_an_english_question_gets_the_english_disclaimer(seen):
    assert prompts.DISCLAIMER_ENGLISH in seen(conversation(turn(question="How much is the subsidy per bed?")))
    assert prompts.DISCLAIMER_ENGLISH not in seen(conversation(turn()))


@EACH
def test_a_real_answer_is_exported_with_its_verbatim_quotes(seen, index, settings, monkeypatch):
    monkeypatch.setattr(refusal, "answerable", lambda *_: 1.0)
    writer = ScriptedWriter("新建的，每张床位给予1万元一次性建设补贴。")
    assistant = Assistant(index, writer, Settings(index=settings, everyday=0))
    answer = list(assistant.ask("新建社区养老服务中心每张床位有多少建设补贴？"))[-1]
    kept = wire.answer_json(answer) | {"documents": {}}
    text = seen(conversation(turn(question=answer.question, record=kept)))
    assert answer.citations
    for cited in answer.citations:
        assert f"{cited.clause.document.name}{cited.clause.address}" in text
        assert cited.quote.strip().split("\n")[0] in text
    for said in answer.sentences:
        assert said.text in text


def test_a_record_of_an_older_version_with_fewer_fields_is_exported():
    bare = {"text": "答案。", "sentences": [{"text": "答案。", "verdict": "verified"}], "citations": [citation()]}
    talk = conversation(replace(turn(), record=bare))
    for seen in FORMATS.values():
        assert "答案。" in seen(talk)
        assert QUOTE in seen(talk)
