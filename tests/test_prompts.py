"""Templates are checked when they are loaded."""

import re

import pytest

import prompts


def test_every_template_loads_and_fills():
    messages = prompts.load("answer").messages(sentences="四", evidence=[], question="问什么？")
    assert [m["role"] for m in messages] == ["system", "user"]
    assert messages[1]["content"].endswith("问题：问什么？")


def test_what_stays_the_same_is_in_front():
    first = prompts.load("answer").messages(sentences="四", evidence=[], question="甲")
    second = prompts.load("answer").messages(sentences="四", evidence=[], question="乙")
    assert first[0] == second[0]


def test_missing_variable_fails():
    with pytest.raises(Exception, match="question"):
        prompts.load("answer").messages(sentences="四", evidence=[])


def test_unknown_template_is_named():
    with pytest.raises(prompts.PromptError, match=r"nothing\.md"):
        prompts.load("nothing")


def test_wrong_variables_fail_at_load(tmp_path, monkeypatch):
    (tmp_path / "answer.md").write_text("# system\n{{ other }}\n# user\n{{ question }}", "utf-8")
    monkeypatch.setattr(prompts, "__file__", str(tmp_path / "__init__.py"))
    prompts.load.cache_clear()
    with pytest.raises(prompts.PromptError, match="other"):
        prompts.load("answer")
    prompts.load.cache_clear()


def test_refusals_have_the_variables_that_the_program_gives():
    used = {code: set(re.findall(r"{(\w+)}", text)) for code, text in prompts.REFUSALS.items()}
    assert used == {"no_evidence": set(), "region": {"place", "regions"}, "time": {"years", "year"}, "amount": {"what"}}
