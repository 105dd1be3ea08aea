"""BEIR folders: what is read of them, what is refused, and the measures."""

from math import log2

import pytest
from rows import GOLD, QUESTIONS, ROWS, lines, tsv, write

from eval import beir
from eval.cases import CaseError


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "beir")


def read(folder, **files):
    """Load the folder after some of its files were replaced."""
    for name, text in files.items():
        path = folder / {"corpus": "corpus.jsonl", "queries": "queries.test.jsonl", "qrels": "qrels.test.tsv"}[name]
        path.write_text(text, "utf-8", newline="")
    return beir.load(folder, "test")


# --- layouts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("queries", "qrels"),
    [
        ("queries.test.jsonl", "qrels.test.tsv"),
        ("queries.jsonl", "qrels/test.tsv"),
        ("queries-test.jsonl", "qrels-test.tsv"),
        ("queries.jsonl", "qrels.tsv"),
    ],
)
def test_both_layouts_say_the_same(tmp_path, queries, qrels):
    data = beir.load(write(tmp_path / "beir", queries=queries, qrels=qrels), "test")
    assert data.queries == QUESTIONS
    assert data.qrels == GOLD
    assert sorted(data.rows.values()) == sorted(row["_id"] for row in ROWS)


def test_the_split_names_the_files(folder):
    write(
        folder, questions={"t1": "谁解释本法？"}, gold={"t1": {"a4": 1}}, queries="queries.train.jsonl", qrels="qrels/train.tsv"
    )
    assert beir.load(folder, "train").queries == {"t1": "谁解释本法？"}
    assert beir.load(folder, "test").queries == QUESTIONS


def test_only_questions_with_a_gold_row_are_asked(folder):
    data = read(folder, qrels=tsv({"q1": {"a2": 1, "a3": 0}, "q2": {"b3": 0}, "q3": {"b1": -1}}))
    assert data.queries == {"q1": QUESTIONS["q1"]}
    assert data.qrels == {"q1": {"a2": 1}}


@pytest.mark.parametrize(
    "qrels",
    [
        tsv(GOLD, head=""),
        tsv(GOLD).replace("\n", "\r\n"),
        "\ufeff" + tsv(GOLD),
        "\ufeff" + tsv(GOLD, head=""),
        tsv(GOLD) + "\n\n",
        "".join(f"{q}\t0\t{row}\t{score}\n" for q, wanted in GOLD.items() for row, score in wanted.items()),
    ],
    ids=["no head", "CRLF", "BOM", "BOM, no head", "blank lines", "TREC"],
)
def test_qrels_of_other_hands_are_read(folder, qrels):
    assert read(folder, qrels=qrels).qrels == GOLD


def test_a_mark_in_front_and_blank_lines_are_passed_over(folder):
    data = read(
        folder,
        corpus="\ufeff\n" + lines(ROWS).replace("\n", "\n\n"),
        queries="\ufeff" + lines([{"_id": "q1", "text": "？"}]),
        qrels=tsv({"q1": {"a2": 1}}),
    )
    assert len(data.clauses) == len(ROWS)
    assert data.queries == {"q1": "？"}


# --- documents ---------------------------------------------------------------


def test_rows_of_one_document_stand_together_with_their_headings(folder):
    data = read(folder)
    assert [(d.id, d.title) for d in data.documents] == [("A", "养老服务法"), ("B", "道路法")]
    assert [data.rows[c.id] for c in data.clauses] == ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4"]
    texts = {row["_id"]: row["text"] for row in ROWS}
    assert [c.text for c in data.clauses] == [texts[data.rows[c.id]] for c in data.clauses]
    assert [c.headings for c in data.clauses[:3]] == [("第一章 总则", "目的"), ("第二章 补贴",), ("第二章 补贴",)]
    assert data.clauses[4].headings == ()
    assert [c.id for c in data.clauses[3:5]] == ["A:段4", "B:段1"]
    assert all(c.document in data.documents for c in data.clauses)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"title": "甲法"}, {"title": "乙法"}, {"title": "甲法"}], [("甲法", "甲法", 2), ("乙法", "乙法", 1)]),
        ([{"title": "甲法", "doc_id": "1"}, {"title": "甲法", "doc_id": "2"}], [("1", "甲法", 1), ("2", "甲法", 1)]),
        ([{}, {"title": ""}, {"doc_id": ""}], [("r0", "", 1), ("r1", "", 1), ("r2", "", 1)]),
        ([{"doc_id": 7}, {"doc_id": 7}], [("7", "", 2)]),
    ],
)
def test_documents_are_told_by_doc_id_then_title_then_row(folder, rows, expected):
    given = [{"_id": f"r{n}", "text": f"第{n}条。"} | row for n, row in enumerate(rows)]
    data = read(folder, corpus=lines(given), qrels=tsv({"q1": {"r0": 1}}))
    counts = [sum(c.document is d for c in data.clauses) for d in data.documents]
    assert [(d.id, d.title, n) for d, n in zip(data.documents, counts, strict=True)] == expected


def test_an_empty_row_keeps_its_place(folder):
    rows = [{"_id": "x", "title": "甲法", "text": ""}, {"_id": "y", "title": "甲法", "text": "第二条。"}]
    data = read(folder, corpus=lines(rows), qrels=tsv({"q1": {"x": 1}}))
    assert [(data.rows[c.id], c.text) for c in data.clauses] == [("x", "∅"), ("y", "第二条。")]


def test_the_digest_is_of_the_corpus_alone(folder):
    before = read(folder).digest
    assert (
        read(folder, queries=lines([{"_id": q, "text": "改"} for q in QUESTIONS]), qrels=tsv({"q1": {"a1": 1}})).digest == before
    )
    assert read(folder, corpus=lines([*ROWS, {"_id": "c", "text": "新。"}])).digest != before


# --- refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("corpus.jsonl", r"缺少 corpus\.jsonl"),
        ("queries.test.jsonl", r"缺少 queries\.test\.jsonl（也可以叫 queries\.jsonl、"),
        ("qrels.test.tsv", r"缺少 qrels\.test\.tsv（也可以叫 qrels/test\.tsv、"),
    ],
)
def test_a_missing_file_is_named_with_its_other_names(folder, file, told):
    (folder / file).unlink()
    with pytest.raises(CaseError, match=f"{folder} {told}"):
        beir.load(folder, "test")


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CaseError, match=r"nowhere 缺少 corpus\.jsonl"):
        beir.load(tmp_path / "nowhere", "test")


@pytest.mark.parametrize(
    "line", ["{", "[1]", '"x"', "null", '{"_id": "x"}', '{"text": "x"}', '{"_id": 1, "text": "x"}', '{"_id": "x", "text": null}']
)
@pytest.mark.parametrize(("file", "name"), [("corpus", "corpus.jsonl"), ("queries", "queries.test.jsonl")])
def test_a_broken_line_is_told_with_its_number(folder, file, name, line):
    with pytest.raises(CaseError, match=rf"{name} 第 3 行：不是含有 _id 和 text 的 JSON 对象"):
        read(folder, **{file: lines(ROWS[:1]) + "\n" + line + "\n"})


@pytest.mark.parametrize("line", ["q1\ta2", "q1 a2 1", "q1\ta2\thigh", "q1\ta2\t1.0", "q1\t0\ta2\tx\t1", "q1\ta2\t"])
def test_a_broken_qrel_is_told_with_its_number(folder, line):
    with pytest.raises(CaseError, match=r"qrels\.test\.tsv 第 3 行：应为 问题、条目、相关度 三列，用制表符分开"):
        read(folder, qrels=tsv({"q1": {"a2": 1}}) + line + "\n")


@pytest.mark.parametrize(
    ("gold", "told"),
    [
        ({"q1": {"a2": 1, "z9": 1}}, "qrels.test.tsv：语料里没有 z9。请检查 --split"),
        ({"q1": {"a2": 1}, "q9": {"a2": 1}}, "qrels.test.tsv：queries.test.jsonl 里没有问题 q9。请检查 --split"),
        ({}, "qrels.test.tsv 里没有一条标注。"),
        ({"q1": {"a2": 0}}, "qrels.test.tsv 里没有一条标注。"),
    ],
)
def test_qrels_that_fit_nothing_are_told(folder, gold, told):
    with pytest.raises(CaseError) as refused:
        read(folder, qrels=tsv(gold))
    assert told in str(refused.value)


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.test.jsonl", "qrels.test.tsv"])
def test_a_file_in_another_encoding_is_told(folder, file):
    (folder / file).write_bytes("养老服务法".encode("gb18030"))
    with pytest.raises(CaseError):
        beir.load(folder, "test")


# --- measures ----------------------------------------------------------------


def ranked(*ids):
    return {row: 1 / n for n, row in enumerate(ids, start=1)}


def test_measures_by_hand(folder):
    fill = [f"x{n}" for n in range(20)]
    found = beir.scores(
        read(folder),
        {"q1": ranked(*fill[:5], "a2"), "q2": ranked("a1", "b3", *fill[:9], "b2"), "q3": ranked("b1")},
    )
    assert found["q1"] == pytest.approx({"R@5": 0, "R@10": 1, "R@100": 1, "nDCG@10": 1 / log2(7), "RR@10": 1 / 6})
    ideal = 2 + 1 / log2(3)
    assert found["q2"] == pytest.approx({"R@5": 0.5, "R@10": 0.5, "R@100": 1, "nDCG@10": 2 / log2(3) / ideal, "RR@10": 0.5})
    assert found["q3"] == pytest.approx(dict.fromkeys(beir.MEASURES, 1))


def test_a_question_without_hits_counts_nothing(folder):
    found = beir.scores(read(folder), {"q1": {}, "q3": ranked("a1")})
    assert found == {q: dict.fromkeys(beir.MEASURES, 0.0) for q in QUESTIONS}
