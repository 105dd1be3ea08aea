"""Words as data: prompt templates (Markdown, jinja2) and what the program says when it refuses.

A template has a `# system` part and, behind it, `# user` parts with `# assistant` parts between them (examples);
the last one is the user's. Its variables are checked when it is loaded, not when it is
used, so a renamed variable fails at the start of the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, meta

_VARIABLES = {
    "answer": {"sentences", "evidence", "question"},
    "ask_chinese": {"terms", "question"},
    "expand": {"question"},
    "say_english": {"sentence"},
}
_CONTROL = re.compile(r"<(?=\||/?s>|</?SYS)|\[(?=/?INST\])")
_ROLE = re.compile(r"^# (system|user|assistant)\n", re.MULTILINE)


class PromptError(Exception):
    """A template is missing, has no system or user part, or uses other variables than the program gives."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A loaded template; `messages` fills it."""

    name: str
    parts: tuple[tuple[str, Template], ...]
    """(role, text), system first."""

    def messages(self, **variables: Any) -> list[dict[str, str]]:
        """Chat messages, system first. What stays the same between questions is in front (prompt cache).

        No text can pass for a control token of a chat template, whoever wrote it.
        """
        texts = ((role, part.render(**variables).strip()) for role, part in self.parts)
        return [
            {"role": role, "content": _CONTROL.sub(lambda m: "［" if m.group() == "[" else "＜", text)} for role, text in texts
        ]


@lru_cache(maxsize=8)
def load(name: str) -> Prompt:
    """Load `prompts/<name>.md`.

    Raises:
        PromptError: naming the file and the variable that is missing or unknown.
    """
    path = Path(__file__).parent / f"{name}.md"
    if name not in _VARIABLES or not path.exists():
        raise PromptError(f"没有提示词模板 {path.name}。可用：{'、'.join(sorted(_VARIABLES))}。")
    text = path.read_text("utf-8")
    roles = _ROLE.findall(text)
    examples = ["user", "assistant"] * ((len(roles) - 2) // 2)
    if not text.startswith("# system\n") or roles != ["system", *examples, "user"]:
        raise PromptError(f"{path.name} 应由 “# system” 和 “# user” 组成，示例写成 “# user”“# assistant”，放在两者之间。")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701 - not HTML
    used = meta.find_undeclared_variables(environment.parse(text))
    if used != _VARIABLES[name]:
        raise PromptError(f"{path.name} 的变量应为 {sorted(_VARIABLES[name])}，实际为 {sorted(used)}。")
    texts = _ROLE.split(text)[2::2]
    return Prompt(name, tuple((r, environment.from_string(p)) for r, p in zip(roles, texts, strict=True)))


REFUSALS: dict[str, str] = {
    "no_evidence": "资料库的条款里没有找到能回答这个问题的内容。",
    "region": "资料库里没有{place}的文件（现有：{regions}），不能替{place}作答。",
    "time": "资料库的文件发布于{years}，没有关于{when}的内容。",
    "amount": "条款里没有写明{what}，不能给出。",
    "vague": "还看不出要问哪一件事。请补充一句：您是企业、单位还是个人，想了解哪方面（例如税收、贷款、人才、场地、成果转化）？",
    "off_topic": "这不像是政策方面的问题。这里只回答资料库里政策文件写明的内容，请换一个这方面的问题。",
}
"""What a refusal says, by reason code; the nearest clauses are always shown after it."""

REFUSALS_ENGLISH: dict[str, str] = {
    "no_evidence": "No clause in this library answers the question. Please ask the responsible department.",
    "region": "This library has no document of {place} (it has: {regions}). Please ask the local department.",
    "time": "The documents here date from {years} and say nothing of {when}. Please ask the department for the latest state.",
    "amount": "The clauses do not state {what}, so it cannot be given. Please ask the department.",
    "vague": "It is not clear yet what you want to know. Are you a company, an institution or a person, and is it about "
    "taxes, loans, talent, premises or something else?",
    "off_topic": "This does not look like a question about policy. Only what the documents here state is answered.",
}
"""The same in English; names stay as the documents have them."""

_WANTED_ENGLISH = {
    "具体姓名": "the person's name",
    "具体人选": "who it is",
    "具体名单或原文": "the list or the wording",
    "具体名称": "the names",
    "内设机构和编制": "the offices and posts",
    "测算依据": "how it was worked out",
    "评比结果": "any ranking",
    "办理材料、表格或联系方式": "papers, forms or contacts",
    "具体金额": "the amount",
    "具体比例": "the share",
    "具体分数": "the score",
    "具体面积": "the area",
    "具体数量": "the number",
    "具体日期": "the date",
    "具体期限": "the period",
    "具体时间": "the time",
    "具体数字": "the figure",
    "清单、目录或协议里的具体条目": "what stands in that list or agreement",
}
_ENGLISH_BEHIND = (
    (re.compile(r"最接近的条款写的是：(「.*?」)\[(\d+)\]。", re.DOTALL), r"The nearest clause states: \1 [\2]. "),
    (re.compile(r"可向([^。]+)咨询。"), r"You can ask 「\1」. "),
    (re.compile(r"资料库里没有收录([^。]+)。"), r"This library does not hold \1. "),
    (re.compile(r"没有找到(《[^》]*》第[^。]+)。"), r"\1 was not found. "),
    (re.compile(r"所列文件里没有找到“([^”]*)”这样的规定。"), r"The documents have no such rule as 「\1」. "),
)


def refusal_in_english(reason: str, details: Mapping[str, str], behind: str) -> str:
    """A refusal in English; names of places, bodies and documents stay as the documents have them."""
    named = {k: _WANTED_ENGLISH.get(v) or _plain_years(v) for k, v in details.items()}
    for pattern, english in _ENGLISH_BEHIND:
        behind = pattern.sub(english, behind)
    return f"{REFUSALS_ENGLISH[reason].format(**named)} {behind}".strip()


def _plain_years(details: str) -> str:
    """“2025年的数字” → the figure of 2025; years elsewhere without 年."""
    figure = re.sub(r"^(\d[\d年、]*)的数字$", r"the figure of \1", details)
    return re.sub(r"(?<=\d)年", "", figure)


REFUSAL_ADVICE = {
    "no_evidence": "请向主管部门咨询。资料库里最接近的条款已经列出，供参考。",
    "region": "请向当地主管部门咨询。资料库里最接近的条款已经列出，供参考。",
    "time": "请向主管部门咨询最新情况。资料库里最接近的条款已经列出，供参考。",
    "amount": "请以主管部门的答复为准。最接近的条款已经列出，供参考。",
    "vague": "下面先列出最接近的条款。",
    "off_topic": "",
}
"""What follows the reason: where to ask, and what stands below."""
DISCLAIMER_ENGLISH = (
    "Made by a program from the clauses listed, translated by a small model, for reference only; the official Chinese text "
    "and the authorities' reply prevail."
)
DISCLAIMER = "回答由程序依据所列条款生成，仅供参考，以政府部门公布的正式文本和答复为准。"
