"""A match for the terminal: who is asking, from words or a file; and the lines that are printed."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.records import titled
from qa import dossier, show
from qa.match_wire import MatchModel
from qa.profile import Profile, read
from qa.profile_form import ProfileError, from_form

_QUOTED = 140
"""Characters of a benefit on the screen."""


def asker(say: str | None, file: Path | None) -> Profile:
    """The profile told in words, in a JSON file, or in both.

    Raises:
        ProfileError: neither is given, the file cannot be read, or a key or value in it is wrong.
    """
    if file is None:
        if say is None:
            raise ProfileError("--say", "请用 --say 说说情况，或用 --profile 给一个画像文件")
        return read(say)
    try:
        form = json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise ProfileError("--profile", f"读不了 {file}（{error.strerror}）") from None
    except ValueError as error:
        raise ProfileError("--profile", f"{file.name} 不是 UTF-8 的 JSON（{error}）") from None
    if not isinstance(form, dict):
        raise ProfileError("--profile", f"{file.name} 应是一个 JSON 对象")
    return from_form(form if say is None else {**form, "say": say})


def lines(found: MatchModel) -> list[str]:
    """What is printed: the profile as understood, the question back, the measures, remarks, the disclaimer."""
    out = [str(found.profile.get("summary", "")), *found.notes]
    if found.ask:
        out.append(f"还想请问：{found.ask}")
    out += ["", f"共比对 {found.total} 条有支持措施的条款，列出 {len(found.measures)} 条（{dossier.counts(found)}）："]
    for number, m in enumerate(found.measures, start=1):
        benefit = "".join(m.benefit.split())
        cut = f"{benefit[:_QUOTED]}{'…' if len(benefit) > _QUOTED else ''}"
        same = "（同一措施的另一层级）" if m.group and not m.parent else ""
        out.append(f"{number}. [{dossier.VERDICTS[m.verdict]}] {m.kind}：{cut}{same}")
        asked = show.office(m.agency, m.agency_of)
        out.append(f"   {titled(m.title)}{m.address}；金额：{m.amount or '没有写明'}；可问：{asked}")
        out += [f"   {note}" for note in m.notes]
    out += [f"没有列出：{x.reason}。" for x in found.left_out]
    out += [f"能否同时享受：「{r.quote}」（{titled(r.title)}{r.address}）" for r in found.rules]
    return [*out, "", found.disclaimer]
