"""A small folder in BEIR's layout: two laws of four articles each, and questions about them."""

import json

ROWS = [
    {"_id": "a1", "doc_id": "A", "title": "养老服务法", "section": "第一章 总则 > 目的", "text": "为发展养老服务，制定本法。"},
    {"_id": "a2", "doc_id": "A", "title": "养老服务法", "section": "第二章 补贴", "text": "护理员每月领取岗位补贴二百元。"},
    {"_id": "b1", "doc_id": "B", "title": "道路法", "text": "公路应当设置限速标志。\n\n夜间应当照明。"},
    {"_id": "a3", "doc_id": "A", "title": "养老服务法", "section": "第二章 补贴", "text": "高龄老人每月领取津贴一百元。"},
    {"_id": "b2", "doc_id": "B", "title": "道路法", "text": "超速行驶的，处二百元罚款。"},
    {"_id": "b3", "doc_id": "B", "title": "道路法", "text": "醉酒驾驶的，吊销驾驶证。"},
    {"_id": "a4", "doc_id": "A", "title": "养老服务法", "section": "第三章 附则", "text": "本法由民政部门解释。"},
    {"_id": "b4", "doc_id": "B", "title": "道路法", "text": "本法自公布之日起施行。"},
]
QUESTIONS = {"q1": "护理员每月领取岗位补贴多少？", "q2": "醉酒驾驶怎么处罚？", "q3": "夜间照明和限速标志"}
GOLD = {"q1": {"a2": 1}, "q2": {"b3": 2, "b2": 1}, "q3": {"b1": 1}}


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def tsv(gold, head="query-id\tcorpus-id\tscore\n"):
    return head + "".join(f"{q}\t{row}\t{score}\n" for q, wanted in gold.items() for row, score in wanted.items())


def write(folder, rows=ROWS, questions=QUESTIONS, gold=GOLD, queries="queries.test.jsonl", qrels="qrels.test.tsv"):
    """The folder, written; names of the two files after the corpus may be chosen."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [{"_id": q, "text": text} for q, text in questions.items()]
    for name, text in (("corpus.jsonl", lines(rows)), (queries, lines(asked)), (qrels, tsv(gold))):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder
