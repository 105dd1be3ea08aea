import codecs
import hashlib
from datetime import date

import pytest

from corpus import catalog
from corpus.read import read
from corpus.records import CorpusError, Note

PAPER = """辽宁省人民政府关于加快创新的实施意见
辽政发[2020]12号
2020年3月5日
各市人民政府：
一、要求
做好工作。
二、保障
加强领导。
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "paper.txt").write_text(PAPER, "utf-8")
    return tmp_path


def entry(folder, lines):
    (folder / "catalog.toml").write_text("[[document]]\nfile = 'paper.txt'\n" + lines, "utf-8")
    return catalog.load(folder)


# --- reading one file -----------------------------------------------------


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PAPER.encode(), "utf-8"),
        (codecs.BOM_UTF8 + PAPER.encode(), "utf-8"),
        (PAPER.encode("gbk"), "gb18030"),
        ((PAPER + "𠮷").encode("gb18030"), "gb18030"),
        (PAPER.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + PAPER.encode("utf-16-be"), "utf-16"),
    ],
)
def test_a_file_is_read_in_its_own_encoding(tmp_path, data, encoding):
    path = tmp_path / "a.md"
    path.write_bytes(data)
    source = read(path)
    assert source.raw.removesuffix("𠮷") == PAPER
    assert source.encoding == encoding
    assert source.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", r"a\.txt：文件是空的（0 字节）"),
        ("a.txt", b"\xef\xbb\xbf \r\n", r"文件是空的（6 字节）"),
        ("a.txt", "\u3000\n\u3000".encode(), r"文件是空的（7 字节）"),
        ("a.txt", codecs.BOM_UTF16_LE, r"文件是空的（2 字节）"),
        ("a.txt", b"PK\x03\x04\x00\x01", r"含有 NUL 字节（第 5 字节）"),
        ("a.txt", "甲".encode("utf-16-le") + b"\x00", r"含有 NUL 字节（第 3 字节）"),
        ("a.txt", b"abc\xff\xff", r"第 4 字节处既不是 UTF-8 也不是 GB18030"),
        ("a.txt", codecs.BOM_UTF16_LE + b"\x41", r"UTF-16 文件在第 3 字节处损坏"),
        ("a.txt", PAPER.encode()[:-3], r"UTF-8 文件在第 \d+ 字节处损坏"),
        ("a.txt", PAPER.encode() + b"\xb5" + PAPER.encode(), r"UTF-8 文件在第 \d+ 字节处损坏"),
        ("a.pdf", b"%PDF", r"a\.pdf：不支持 \.pdf 文件。请另存为 UTF-8"),
        ("a", b"abc", "不支持 无扩展名 文件"),
    ],
)
def test_an_unusable_file_is_refused_with_its_name_and_the_remedy(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CorpusError, match=message):
        read(tmp_path / name)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.write(b"a")
        file.truncate(21 * 1024 * 1024)
    with pytest.raises(CorpusError, match="文件有 21 MiB，超过 20 MiB 上限"):
        read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"none\.txt：无法读取"):
        read(tmp_path / "none.txt")


# --- a document without a catalogue entry ---------------------------------


def test_fields_are_read_from_the_text_when_there_is_no_catalogue(folder):
    (document,) = catalog.load(folder)
    assert (document.id, document.title) == ("paper", "辽宁省人民政府关于加快创新的实施意见")
    assert (document.number, document.issuer) == ("辽政发〔2020〕12号", "辽宁省人民政府")
    assert (document.issued, document.year) == (date(2020, 3, 5), 2020)
    assert (document.level, document.region, document.status) == ("省", "辽宁省", "未知")
    assert dict(document.provenance)["number"] == "文首"
    assert dict(document.provenance)["status"] == "文件中没有找到"


@pytest.mark.parametrize(
    ("front", "title", "issuer", "level", "region"),
    [
        ("国务院关于创新的\n指导意见", "国务院关于创新的指导意见", "国务院", "国家", "全国"),
        ("沈阳市人民政府关于印发创新办法的通知", "沈阳市人民政府关于印发创新办法的通知", "沈阳市人民政府", "市", "沈阳市"),
        ("北京市人民政府关于创新的意见", "北京市人民政府关于创新的意见", "北京市人民政府", "省", "北京市"),
        ("广西壮族自治区科技条例", "广西壮族自治区科技条例", "", "省", "广西壮族自治区"),
        ("创新资料", "创新资料", "", "未知", ""),
    ],
)
def test_title_issuer_and_place_are_guessed_from_the_front(tmp_path, front, title, issuer, level, region):
    (tmp_path / "a.txt").write_text(f"{front}\n\n一、要求\n做好工作。\n二、保障\n加强领导。\n", "utf-8")
    (document,) = catalog.load(tmp_path)
    assert (document.title, document.issuer, document.level, document.region) == (title, issuer, level, region)
    assert (document.number, document.issued, document.year) == ("", None, None)


def test_issuer_and_day_are_read_from_the_closing_lines(tmp_path):
    (tmp_path / "a.txt").write_text(
        "关于创新的意见\n国发〔2020〕1号\n一、要求\n做好工作。\n（此件公开发布）\n国务院\n2020年1月2日\n", "utf-8"
    )
    (document,) = catalog.load(tmp_path)
    assert (document.issuer, document.issued, document.level) == ("国务院", date(2020, 1, 2), "国家")


def test_a_year_is_taken_from_the_number_and_an_impossible_day_is_none(tmp_path):
    (tmp_path / "a.txt").write_text("关于创新的意见\n国发〔2020〕1号\n2020年2月30日\n一、要求\n做好工作。\n", "utf-8")
    (document,) = catalog.load(tmp_path)
    assert (document.issued, document.year) == (None, 2020)


def test_a_text_without_any_title_is_named_after_its_file(tmp_path):
    (tmp_path / "my paper(1).txt").write_text("一、要求\n做好工作。\n", "utf-8")
    (document,) = catalog.load(tmp_path)
    assert (document.id, document.title) == ("my-paper-1", "my paper(1)")


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("中发[2016]7号", "中发〔2016〕7号"),
        ("国发（2016）43号", "国发〔2016〕43号"),
        ("国发〔2016〕 第43号", "国发〔2016〕43号"),
        (" 主席令第十号 ", "主席令第十号"),
        ("", ""),
    ],
)
def test_a_number_gets_its_own_brackets(written, normal):
    assert catalog.normal_number(written) == normal


# --- the catalogue --------------------------------------------------------


def test_the_catalogue_wins_over_the_text_and_says_so(folder):
    (document,) = entry(
        folder, "id = 'p'\nnumber = '辽政发[2021]9号'\nstatus = '已废止'\n[document.read_from]\nstatus = '官网'\n"
    )
    assert (document.id, document.number, document.status) == ("p", "辽政发〔2021〕9号", "已废止")
    assert document.title == "辽宁省人民政府关于加快创新的实施意见"
    assert [dict(document.provenance)[k] for k in ("id", "status", "title")] == ["catalog.toml", "官网", "文首"]


def test_a_note_is_tied_to_the_words_it_quotes(folder):
    (document,) = entry(folder, "[[document.note]]\nquote = '做好工作'\nnote = '疑有缺字'\n")
    start = document.text.index("做好工作")
    assert document.notes == (Note(start, start + 4, "疑有缺字"),)


def test_catalogue_order_comes_first_then_file_names(folder):
    for name in ("b.txt", "a.txt"):
        (folder / name).write_text(PAPER, "utf-8")
    (folder / ".hidden").write_bytes(b"\0")
    assert [d.source for d in entry(folder, "")] == ["paper.txt", "a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("titel = 'x'", "不认识的字段 titel.*可用字段：.*title"),
        ("level = '区'", "level 写作“区”，只能是：国家、省、市、县、未知"),
        ("status = '有效'", "status 写作“有效”"),
        ("id = 'a b'", "id “a b”含有空格或符号"),
        ("id = 5", "id 应是加引号的文字，现在是 5"),
        ("title = ['x']", "title 应是加引号的文字"),
        ("issued = '2017-03-01'", "issued 应写成日期"),
        ("year = '2017'", "year 应是整数"),
        ("supersedes = '旧文件'", "supersedes 应是列表"),
        ("[[document.note]]\nquote = '人民政府'\nnote = 'x'", "注“人民政府”在正文中出现 2 次，应恰好一次"),
        ("[[document.note]]\nquote = '没有的话'\nnote = 'x'", "注“没有的话”在正文中出现 0 次"),
        ("[[document.note]]\nquote = '做好工作'", "写明 note"),
        ("[[document]]\nid = 'x'", "条目 x 缺少 file"),
        ("[[document]]\nfile = 'paper.txt'", r"文件 paper\.txt 写了两条"),
        ("[[document]]\nfile = 'gone.txt'", r"提到的文件不存在：gone\.txt"),
        ("[policy]\nx = 1", "不认识的段落 policy"),
        ("id = ", r"catalog\.toml 格式有误"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(folder, lines, message):
    with pytest.raises(CorpusError, match=message):
        entry(folder, lines)


def test_a_single_bracket_document_is_explained(folder):
    (folder / "catalog.toml").write_text("[document]\nfile = 'paper.txt'\n", "utf-8")
    with pytest.raises(CorpusError, match=r"只能有 \[\[document\]\]"):
        catalog.load(folder)


def test_two_files_with_one_id_are_refused(folder):
    (folder / "other.txt").write_text(PAPER, "utf-8")
    with pytest.raises(CorpusError, match=r"id 相同（other）：paper\.txt 和 other\.txt"):
        entry(folder, "id = 'other'")


def test_a_missing_or_empty_folder_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="找不到语料文件夹"):
        catalog.load(tmp_path / "none")
    with pytest.raises(CorpusError, match="语料文件夹里没有"):
        catalog.load(tmp_path)


def test_misread_bytes_are_refused(tmp_path):
    text = "\u653f\u5e9c\u5c0d\u4f01\u696d\u7d66\u4e88\u88dc\u52a9\uff0c\u4e26\u9f13\u52f5\u5275\u65b0\u767c\u5c55\u3002"
    (tmp_path / "a.txt").write_bytes((text * 3).encode("big5"))
    with pytest.raises(CorpusError, match="可能是 Big5"):
        catalog.load(tmp_path)


def test_what_is_not_read_is_listed(tmp_path):
    (tmp_path / "a.txt").write_text("一、要求\n企业应当申报。\n", "utf-8")
    for name in ("b.docx", "~$b.docx", ".DS_Store"):
        (tmp_path / name).write_bytes(b"PK")
    (tmp_path / "sub").mkdir()
    assert [p.name for p in catalog.passed_over(tmp_path)] == ["b.docx", "sub"]
    assert [d.id for d in catalog.load(tmp_path)] == ["a"]
