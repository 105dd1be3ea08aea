"""Outline and clauses of policy papers: lists, boxes, annexes, notes. Laws and tables have files of their own."""

import pytest
from documents import addresses, clause_at, document, parts

from corpus.clauses import clauses

LONG = (
    "深入贯彻国家战略，培育一批创新型企业，支持企业建设研发机构，并且对符合条件的企业给予适当补贴，"
    "具体办法由科技部门会同财政部门另行制定，并向社会公布。"
)


def test_three_levels_nest_and_restart_under_each_chapter():
    raw = """一、总体要求
（一）原则
1.坚持创新。把创新摆在核心位置。
2.坚持开放。扩大开放合作。
（二）目标
到2020年进入创新型国家行列。
二、重点任务
（一）培育企业
1.支持研发。对企业研发投入给予补助。
"""
    assert addresses(raw) == ["一", "一（一）", "一（一）1", "一（一）2", "一（二）", "二", "二（一）", "二（一）1"]
    item = clause_at(raw, "二（一）1")
    assert item.headings == ("重点任务", "培育企业", "支持研发")
    assert (item.kind, item.text) == ("item", "1.支持研发。对企业研发投入给予补助。")
    assert clause_at(raw, "二").kind == "heading"


def test_numbers_that_run_on_across_chapters_keep_their_printed_value():
    raw = "一、甲\n（一）机制\n甲文。\n（二）制度\n乙文。\n二、乙\n（三）转化\n丙文。\n三、丙\n（四）评价\n丁文。"
    assert addresses(raw) == ["一", "一（一）", "一（二）", "二", "二（三）", "三", "三（四）"]


def test_arabic_and_chinese_numbers_mix_in_one_list_where_the_number_continues():
    raw = "第一章 布局\n一、甲\n甲文。\n2、乙\n乙文。\n三、丙\n丙文。\n4、丁\n丁文。"
    assert addresses(raw) == ["第一章", "第一章一", "第一章2、", "第一章三", "第一章4、"]


def test_an_arabic_list_that_restarts_under_a_chinese_one_is_a_level_below():
    raw = "一、甲\n1、甲一。做好甲一。\n2、甲二。做好甲二。\n二、乙\n1、乙一。做好乙一。"
    assert addresses(raw) == ["一", "一1、", "一2、", "二", "二1、"]


def test_a_stray_number_before_the_body_of_a_heading_opens_no_item():
    raw = f"1、体系\n甲文。\n2、机制\n乙文。\n3、合作\n4、{LONG}\n4、保障\n丁文。"
    assert addresses(raw) == ["1、", "2、", "3、", "4、"]
    assert clause_at(raw, "3、").text == f"3、合作\n4、{LONG}"


@pytest.mark.parametrize(
    "before",
    ["2、机制\n乙文。\n", f"1、{LONG}\n2、机制\n乙文。\n", "1、体系\n2、机制\n乙文。\n"],
)
def test_a_long_item_is_stray_only_after_two_headings_that_have_bodies(before):
    raw = f"{before}3、合作\n4、{LONG}\n"
    assert addresses(raw)[-2:] == ["3、", "4、"]


def test_a_number_printed_twice_in_one_list_gets_a_place_mark():
    raw = "一、甲\n1.子。做好子。\n3.丑。做好丑。\n3.寅。做好寅。"
    assert addresses(raw) == ["一", "一1", "一3", "一3「第2处」"]


def test_a_heading_and_its_only_paragraph_are_one_clause():
    raw = "（一）支持研发\n对研发投入给予补助。\n（二）引进人才\n给予补贴。\n提供住房。"
    assert parts(raw) == [
        ("（一）", "（一）支持研发\n对研发投入给予补助。"),
        ("（二）", "（二）引进人才"),
        ("（二）段1", "给予补贴。"),
        ("（二）段2", "提供住房。"),
    ]
    assert clause_at(raw, "（一）").headings == ("支持研发",)


def test_a_box_ends_at_two_blank_lines():
    raw = f"一、任务\n（一）制造\n专栏1 重大工程\n组织实施工程。\n到2020年，建成十家中心。\n\n\n{LONG}\n（二）农业\n乙文。"
    assert addresses(raw) == [
        "一",
        "一（一）",
        "一（一）专栏1",
        "一（一）专栏1段1",
        "一（一）专栏1段2",
        "一（一）段1",
        "一（二）",
    ]
    assert clause_at(raw, "一（一）专栏1段2").headings == ("任务", "制造", "重大工程")
    assert clause_at(raw, "一（一）段1").headings == ("任务", "制造")


def test_a_box_ends_where_plain_text_resumes_after_its_numbered_items():
    raw = f"一、任务\n专栏1 工程\n1.甲工程。实施甲。\n2.乙工程。实施乙。\n{LONG}\n二、保障\n乙文。"
    assert addresses(raw) == ["一", "一专栏1", "一专栏1 1", "一专栏1 2", "一段1", "二"]


def test_plain_text_stays_in_a_box_that_two_blank_lines_close_further_down():
    raw = f"一、任务\n专栏1 工程\n1.甲工程。实施甲。\n建成十家中心。\n\n\n{LONG}\n二、保障\n乙文。"
    assert addresses(raw) == ["一", "一专栏1", "一专栏1 1", "一专栏1段1", "一段1", "二"]


def test_a_group_line_restarts_the_numbers_inside_a_box():
    raw = "一、任务\n专栏1 领域\n重大项目：\n1.甲。实施甲。\n2.乙。实施乙。\n重大工程：\n1.丙。实施丙。\n二、保障\n乙文。"
    assert addresses(raw) == [
        "一",
        "一专栏1",
        "一专栏1「重大项目」",
        "一专栏1「重大项目」1",
        "一专栏1「重大项目」2",
        "一专栏1「重大工程」",
        "一专栏1「重大工程」1",
        "二",
    ]
    assert clause_at(raw, "一专栏1「重大工程」1").headings == ("任务", "领域", "重大工程")


def test_boxes_without_a_number_are_counted():
    raw = "一、任务\n专栏：甲工程\n实施甲。\n专栏：乙工程\n实施乙。"
    assert addresses(raw) == ["一", "一专栏1", "一专栏2"]


def test_dash_items_belong_to_the_paragraph_before_them():
    raw = "一、目标\n总的要求是全面推进。\n到2020年，实现以下目标。\n——体系更完善。\n——环境更优化。\n二、任务\n乙文。"
    assert addresses(raw) == ["一", "一段1", "一段2", "一段2——1", "一段2——2", "二"]
    assert clause_at(raw, "一段2——2").headings == ("目标", "到2020年，实现以下目标")


def test_each_step_is_the_context_of_what_follows_it():
    raw = """二、目标
分三步走：
第一步，到2020年进入创新型国家行列。
——体系更加协同。
第二步，到2030年跻身创新型国家前列。
主要产业进入中高端。
第三步，到2050年建成科技强国。
这是总的目标。
"""
    assert clause_at(raw, "二段2——1").headings == ("目标", "第一步，到2020年进入创新型国家行列")
    assert clause_at(raw, "二段4").text == "主要产业进入中高端。"
    assert clause_at(raw, "二段4").headings == ("目标", "第二步，到2030年跻身创新型国家前列")
    assert clause_at(raw, "二段6").text == "这是总的目标。"
    assert clause_at(raw, "二段6").headings == ("目标",)


def test_a_list_after_a_colon_belongs_to_its_paragraph():
    raw = "一、补贴\n补贴由县级部门发放。\n符合下列条件之一的企业可以向所在地县级科技部门提出申请：\n1.注册满一年。从事研发工作。\n2.有专利。拥有有效专利。"
    assert addresses(raw) == ["一", "一段1", "一段2", "一段2 1", "一段2 2"]


def test_an_annex_begins_where_the_outermost_list_starts_again():
    raw = "实施方案\n一、甲\n甲文。\n二、乙\n乙文。\n任务分工表\n一、丙\n1.丙一。实施丙一。\n二、丁\n2.丁一。实施丁一。"
    assert addresses(raw) == ["文首", "一", "二", "附1", "附1一", "附1一1", "附1二", "附1二2"]
    assert clause_at(raw, "附1二2").headings == ("任务分工表", "丁")


def test_a_line_that_says_annex_begins_one():
    raw = "一、甲\n甲文。\n附件1 名单\n一、丙\n丙文。\n附件2 表\n一、丁\n丁文。"
    assert addresses(raw) == ["一", "附1", "附1一", "附2", "附2一"]


@pytest.mark.parametrize(("count", "covered"), [("三", ["一2", "一3", "一4"]), ("两", ["一3", "一4"])])
def test_a_shared_note_is_tied_to_as_many_items_as_it_says(count, covered):
    note = f"（以上{count}项工作牵头单位：省科技厅）"
    raw = f"一、任务\n1.甲。做好甲。\n2.乙。做好乙。\n3.丙。做好丙。\n4.丁。做好丁。\n{note}\n5.戊。做好戊。"
    found = clauses(document(raw))
    assert [str(c.address) for c in found if c.shared] == covered
    assert clause_at(raw, "一4").reading == f"4.丁。做好丁。\n{note}"
    assert [a for a, t in parts(raw) if t == note] == ["一段1"]


def test_a_document_without_any_number_is_paragraphs():
    raw = "创新是引领发展的第一动力，必须摆在核心位置。\n各部门要加强协同，形成合力。"
    assert addresses(raw) == ["段1", "段2"]


def test_front_and_closing_lines_are_kept_apart_from_the_text():
    raw = """国务院关于创新的意见
国发〔2020〕1号
各省人民政府：
现将意见印发给你们，请认真贯彻执行。
一、要求
做好工作。
国务院
2020年1月2日
（此件公开发布）
"""
    assert parts(raw) == [
        ("文首", "国务院关于创新的意见\n国发〔2020〕1号\n各省人民政府："),
        ("段1", "现将意见印发给你们，请认真贯彻执行。"),
        ("一", "一、要求\n做好工作。"),
        ("落款", "国务院\n2020年1月2日\n（此件公开发布）"),
    ]
    assert clause_at(raw, "文首").kind == "front"
    assert clause_at(raw, "落款").kind == "closing"


def test_a_last_line_without_a_date_is_no_closing():
    assert addresses("一、要求\n做好工作。\n加强领导。") == ["一", "一段1", "一段2"]


def test_a_paragraph_with_a_short_first_sentence_has_it_as_heading():
    raw = "一、任务\n甲文。\n加快转型升级。支持企业开展技术改造，推动生产方式向柔性智能转变。"
    assert clause_at(raw, "一段2").headings == ("任务", "加快转型升级")


@pytest.mark.parametrize("raw", ["", "\n\n", " \t\n\t\t\n"])
def test_an_empty_text_has_no_clause(raw):
    assert clauses(document(raw)) == []
