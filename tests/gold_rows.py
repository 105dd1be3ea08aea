"""A small document with one clause that gives something and one that does not, its gold, and a writer of gold files."""

import json

RAW = """一、支持政策
（一）资金补助。
对符合条件的小微企业给予最高50万元一次性补助，优先支持机器人企业，由市科技局牵头、市财政局配合，2020年底前兑现。鼓励高校向小微企业和创业团队开放仪器。
（二）发展目标。
到2020年，全市建成100家众创空间。
"""
GIVEN = {
    "kind": ["补贴", "奖励"],
    "benefit": "给予最高50万元一次性补助",
    "beneficiary": ["小微企业"],
    "conditions": [{"role": "discretion", "quote": "符合条件的"}, {"role": "bonus", "quote": "优先支持机器人企业"}],
    "amounts": ["最高50万元"],
    "agencies": [{"name": "市科技局", "lead": True}, {"name": "市财政局", "lead": False}],
    "time": ["2020年底前"],
    "strength": "给予",
}
SHARED = {"kind": ["仪器共享"], "benefit": "开放仪器", "beneficiary": ["小微企业", "创业团队"], "strength": "鼓励"}
ROW = {"document": "d", "quote": "一次性补助", "measures": [GIVEN, SHARED]}
NONE = {"document": "d", "quote": "建成100家众创空间", "measures": [], "note": "目标"}


def write_rows(folder, *rows, name="measures-x.jsonl"):
    """The path of a file of these rows; a text stands for itself."""
    path = folder / name
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows), "utf-8")
    return path
