"""The vocabulary of profiles and policies, and how its words are found in official text."""

import re
from pathlib import Path

import pytest

from corpus import facts

FACTS = {"who", "region", "size", "industry", "field", "ownership", "qualification", "activity", "people"}
KINDS_OF_ASKER = {"企业", "高校", "科研院所", "政府", "金融机构", "个人", "社会组织"}


def found(fact, text):
    return [(value, text[start:end]) for value, (start, end) in facts.find(fact, text)]


def test_every_value_is_told_once():
    rows = [(f.fact, f.value) for f in facts.facts()]
    assert len(rows) == len(set(rows))
    assert {fact for fact, _ in rows} == FACTS


def test_what_is_implied_exists():
    for row in facts.facts():
        assert set(row.implies) <= set(facts.values(row.fact)), row


def test_askers_are_of_known_kinds():
    assert {f.group for f in facts.facts() if f.fact == "who"} == KINDS_OF_ASKER


def test_kinds_are_told_once_and_have_known_parents():
    names = [k.kind for k in facts.kinds()]
    assert len(names) == len(set(names)) == 49
    assert {k.parent for k in facts.kinds()} <= {"", *names}
    assert all(k.description for k in facts.kinds())


@pytest.mark.parametrize("rows", [facts.facts(), facts.kinds()], ids=["facts", "kinds"])
def test_no_pattern_fits_nothing_at_all(rows):
    assert [r for r in rows if r.official.match("")] == []


def test_implied_follows_the_chain():
    assert facts.implied("who", "小微企业") == {"小微企业", "中小企业", "企业"}
    assert facts.implied("field", "工业母机之外") == {"工业母机之外"}


@pytest.mark.parametrize(
    ("fact", "one", "other", "expected"),
    [
        ("size", "小型", "大型", True),
        ("size", "小型", "小型", False),
        ("ownership", "国有", "民营", True),
        ("ownership", "国有", "合资", False),
        ("who", "农民", "企业", False),  # a farmer may run a firm
        ("field", "机器人", "高端装备", False),
        ("qualification", "众创空间", "孵化器", False),
        ("size", "小型", "未知", False),
    ],
)
def test_excludes(fact, one, other, expected):
    assert facts.excludes(fact, one, other) is expected
    assert facts.excludes(fact, other, one) is expected


@pytest.mark.parametrize(
    ("fact", "text", "expected"),
    [
        ("who", "对高新技术企业和小微企业给予补贴", [("高新技术企业", "高新技术企业"), ("小微企业", "小微企业")]),
        ("who", "企业家和科技型中小企业", [("企业家", "企业家"), ("科技型中小企业", "科技型中小企业")]),
        ("who", "应届高校毕业生、在校生", [("大学生", "应届高校毕业生"), ("大学生", "在校生")]),
        ("who", "研究院所和公益类事业单位", [("科研院所", "研究院所"), ("事业单位", "公益类事业单位")]),
        ("who", "登记失业人员与退役军人", [("失业人员", "登记失业人员"), ("退役军人", "退役军人")]),
        ("who", "众创空间、科技企业孵化器", [("众创空间", "众创空间"), ("孵化器", "科技企业孵化器")]),
        ("who", "本次会议的安排", []),
        ("people", "博士后和留学归国人员", [("博士后", "博士后"), ("海外人才", "留学归国人员")]),
        ("qualification", "专精特新企业", [("专精特新", "专精特新企业")]),
        ("field", "工业机器人和新材料", [("机器人", "工业机器人"), ("新材料", "新材料")]),
        ("activity", "购置研发设备", [("购买设备", "购置研发设备")]),
        ("region", "在辽宁省注册", [("辽宁", "辽宁省")]),
        ("no-such-fact", "企业", []),
    ],
)
def test_find_prefers_the_longest_mention(fact, text, expected):
    assert found(fact, text) == expected


def test_find_keeps_offsets_inside_a_range():
    text = "企业。对企业给予补贴，企业"
    assert facts.find("who", text, 3, 10) == [("企业", (4, 6))]


def test_equally_long_mentions_stay_unless_implied():
    assert {v for v, _ in facts.find("who", "县（市、区）")} == {"地方政府", "县域"}
    assert [v for v, _ in facts.find("who", "科技型中小企业")] == ["科技型中小企业"]


def test_a_broken_row_is_named(monkeypatch, tmp_path):
    (tmp_path / "facts.tsv").write_text("who\t企业\n", "utf-8")
    monkeypatch.setattr(facts, "_FOLDER", tmp_path)
    facts.facts.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"facts\.tsv: 5 columns expected"):
            facts.facts()
    finally:
        facts.facts.cache_clear()


@pytest.mark.parametrize("strength", ["给予", "落实", "鼓励", "探索", "研究"])
def test_each_strength_has_verbs(strength):
    for verb in facts.verbs(strength):
        assert re.compile(verb)
    assert facts.verbs(strength)


@pytest.mark.parametrize("fact", sorted(FACTS))
def test_the_screen_before_the_search_hides_nothing(fact):
    documents = Path(facts.__file__).parent / "documents"
    lines = [line for p in sorted(documents.glob("*.txt"))[:4] for line in p.read_text("utf-8").splitlines()[:300]]
    for line in lines:
        plain = {(row.value, m.span()) for row in facts.facts() if row.fact == fact for m in row.official.finditer(line)}
        kept = set(facts.find(fact, line))
        assert kept <= plain
        for value, (start, end) in plain - kept:  # only what a longer or a narrower mention stands for is left out
            assert any(
                ((s, e) != (start, end) and s < end and start < e)
                or ((s, e) == (start, end) and value in facts.implied(fact, other))
                for other, (s, e) in kept
            )
