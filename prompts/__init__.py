"""Words as data: prompt templates (Markdown, jinja2) and what the program says when it refuses.

A template has a `# system` and a `# user` part. Its variables are checked when it is loaded, not when it is
used, so a renamed variable fails at the start of the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, meta

_VARIABLES = {
    "answer": {"sentences", "evidence", "question"},
}


class PromptError(Exception):
    """A template is missing, has no system or user part, or uses other variables than the program gives."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A loaded template; `messages` fills it."""

    name: str
    system: Template
    user: Template

    def messages(self, **variables: Any) -> list[dict[str, str]]:
        """Chat messages, system first. What stays the same between questions is in front (prompt cache)."""
        return [
            {"role": "system", "content": self.system.render(**variables).strip()},
            {"role": "user", "content": self.user.render(**variables).strip()},
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
    if not text.startswith("# system\n") or "\n# user\n" not in text:
        raise PromptError(f"{path.name} 应由 “# system” 和 “# user” 两部分组成。")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701 - not HTML
    used = meta.find_undeclared_variables(environment.parse(text))
    if used != _VARIABLES[name]:
        raise PromptError(f"{path.name} 的变量应为 {sorted(_VARIABLES[name])}，实际为 {sorted(used)}。")
    system, user = text.removeprefix("# system\n").split("\n# user\n", 1)
    return Prompt(name, environment.from_string(system), environment.from_string(user))


REFUSALS: dict[str, str] = {
    "no_evidence": "资料库的条款里没有找到能回答这个问题的内容。",
    "region": "资料库里没有{place}的文件（现有：{regions}），不能替{place}作答。",
    "time": "资料库的文件发布于{years}，条款里没有关于{year}年的内容。",
    "amount": "条款里没有写明{what}，不能给出。",
}
"""What a refusal says, by reason code; the nearest clauses are always shown after it."""

REFUSAL_ADVICE = "请向主管部门咨询。资料库里最接近的条款已经列出，供参考。"
DISCLAIMER = "回答由程序依据所列条款生成，仅供参考，以政府部门公布的正式文本和答复为准。"
