import json
from dataclasses import replace

import pytest
from documents import document

from corpus import check
from corpus.check import Gap, Run
from corpus.clauses import clauses
from corpus.records import CorpusError

RAW = """某省实施方案
一、任务
专栏1 指标
指标\t2020年
甲\t1
乙\t2
二、保障
　　做好保障。
"""


def runs(raw):
    return list(check.runs(clauses(document(raw))))


def test_a_whole_document_has_no_losses_and_its_parts_are_counted():
    report = check.check(document(RAW), RAW)
    assert report.losses == ()
    assert report.raw_characters == len(RAW)
    assert report.kinds == {"front": 1, "heading": 3, "row": 2, "item": 1}
    assert (report.clauses, report.tables, report.rows, report.boxes) == (7, 1, 2, 1)
    assert report.repairs == {"行首空白": 1, "多余空行": 1}


def test_a_changed_figure_is_a_loss():
    losses = check.check(document("一、目标\n达到25%。"), "一、目标\n达到2.5%。").losses
    assert losses == ("修复日志不能还原出原文", "修复前后的文字（不计空白和全半角）不一致")


def test_a_dropped_edit_is_a_loss():
    raw = "一、目标\n达到2\ue0105%。"
    assert check.check(replace(document(raw), edits=()), raw).losses == ("修复日志不能还原出原文",)


def damaged(change):
    """Losses of a three-clause document whose clauses were changed on their way to the check."""
    raw = "（一）甲文。做好甲文。\n（二）乙文。做好乙文。\n（三）丙文。做好丙文。"
    home = document(raw)
    return list(check._losses(home, raw, change(clauses(home))))


@pytest.mark.parametrize(
    ("change", "loss"),
    [
        (lambda found: [found[0], found[2]], "有文字不属于任何条款：'（二）乙文。做好乙文。'"),
        (lambda found: found[:2], "末尾有文字不属于任何条款：'（三）丙文。做好丙文。'"),
        (lambda found: [found[0], replace(found[1], start=found[1].start - 3), found[2]], "条款重叠：（二）"),
        (lambda found: [found[0], replace(found[1], address=found[0].address), found[2]], "地址重复 2 次：（一）"),
    ],
)
def test_each_kind_of_loss_is_named(change, loss):
    assert damaged(change) == [loss]


def test_a_list_that_runs_on_across_headings_is_one_run():
    raw = "一、甲\n（一）甲一\n文。\n（二）甲二\n文。\n二、乙\n（三）乙三\n文。"
    assert Run("一（一）", "二（三）", 3, ()) in runs(raw)


def test_a_list_that_restarts_is_another_run():
    raw = "一、甲\n1.子。做好子。\n2.丑。做好丑。\n二、乙\n1.寅。做好寅。"
    assert [r for r in runs(raw) if r.first != "一"] == [Run("一1", "一2", 2, ()), Run("二1", "二1", 1, ())]


def test_a_gap_without_a_word_about_it_has_no_reason():
    raw = "1.子。做好子。\n2.丑。做好丑。\n5.寅。做好寅。\n6.卯。做好卯。\n8.辰。做好辰。"
    assert runs(raw) == [Run("1", "8", 5, (Gap("2", 3, 4, ""), Gap("6", 7, 7, "")))]


def test_a_gap_is_explained_by_an_item_that_says_text_was_left_out():
    raw = "一、甲\n1.子。做好子。\n二、（略）\n三、丙\n5.寅。做好寅。"
    assert Run("一1", "三5", 2, (Gap("一1", 2, 4, "二、（略）"),)) in runs(raw)


def law_folder(folder, expected):
    (folder / "law1.md").write_text("第一条 甲。\n第二条 乙。\n第二条之一 丙。\n第三条规定的除外。\n", "utf-8")
    counts = folder / "docs.jsonl"
    counts.write_text(json.dumps({"doc_id": "law1", "n_articles": expected}) + "\n", "utf-8")
    return counts


@pytest.mark.parametrize("expected", [3, 4])
def test_articles_found_stand_beside_the_number_expected(tmp_path, expected):
    (row,) = check.articles(tmp_path, law_folder(tmp_path, expected))
    assert (row.name, row.found, row.expected, row.losses) == ("law1", 3, expected, ())


def test_a_law_that_is_not_in_the_folder_is_named(tmp_path):
    counts = law_folder(tmp_path, 3)
    (tmp_path / "law1.md").unlink()
    with pytest.raises(CorpusError, match=r"没有 law1\.txt 或 \.md"):
        list(check.articles(tmp_path, counts))


def test_a_missing_list_of_counts_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"无法读取 .*none\.jsonl"):
        list(check.articles(tmp_path, tmp_path / "none.jsonl"))
