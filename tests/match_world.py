"""A small index of invented policies for the matcher's tests: a nation, a province, a city; old, ended and abolished ones."""

from __future__ import annotations

from pathlib import Path

from fakes import HashEncoder

from index.build import build
from index.search import Index, open_index
from index.settings import IndexSettings

NATION = """国务院关于支持企业技术创新的意见
国发〔2018〕9号

一、支持措施
（一）对企业购买首台（套）重大技术装备给予保险补偿，并按保费给予补助。
（二）对高新技术企业给予研发费用补助，最高50万元。
（三）有条件的县（市）要对众创空间建设给予补贴。
（四）对中小企业购买设备给予贷款贴息。
（五）支持高校毕业生创业，免费提供创业场地。
（六）同一项目不得重复享受各级财政补助。

国务院
2018年3月1日
"""
PROVINCE = """辽宁省人民政府关于支持企业技术创新的实施意见
辽政发〔2018〕20号

一、支持措施
（一）对企业购买首台（套）重大技术装备给予保险补偿，并按保费给予补助。（省科技厅牵头，省财政厅配合）
（二）对机器人企业购买设备给予补助，每家最高100万元。
（三）对企业购买设备给予补助，对国有企业流动资金给予贴息。
（四）对企业购买设备给予奖励；对软件企业给予场地补贴。

辽宁省人民政府
2018年6月1日
"""
ENDED = """大连市人民政府关于企业购买设备补贴的通知
大政发〔2015〕3号

一、补贴办法
（一）对企业购买设备给予补贴，最高20万元。
（二）本办法自发布之日起施行，有效期3年。

大连市人民政府
2015年1月5日
"""
GONE = """辽宁省人民政府关于企业购买设备奖励的意见
辽政发〔2010〕1号

一、奖励
（一）对企业购买设备给予奖励，每台5万元。

辽宁省人民政府
2010年1月1日
"""
CATALOG = """
[[document]]
id = "nation"
file = "nation.txt"
title = "国务院关于支持企业技术创新的意见"
number = "国发〔2018〕9号"
issuer = "国务院"
issued = 2018-03-01
level = "国家"
region = "全国"
status = "现行有效"
[[document]]
id = "province"
file = "province.txt"
title = "辽宁省人民政府关于支持企业技术创新的实施意见"
number = "辽政发〔2018〕20号"
issuer = "辽宁省人民政府"
issued = 2018-06-01
level = "省"
region = "辽宁省"
status = "现行有效"
supersedes = ["辽政发〔2010〕1号"]
[[document]]
id = "ended"
file = "ended.txt"
title = "大连市人民政府关于企业购买设备补贴的通知"
number = "大政发〔2015〕3号"
issuer = "大连市人民政府"
issued = 2015-01-05
level = "市"
region = "大连市"
status = "现行有效"
[[document]]
id = "gone"
file = "gone.txt"
title = "辽宁省人民政府关于企业购买设备奖励的意见"
number = "辽政发〔2010〕1号"
issuer = "辽宁省人民政府"
issued = 2010-01-01
level = "省"
region = "辽宁省"
status = "已废止"
"""


def made(folder: Path) -> tuple[Index, IndexSettings]:
    """The index of these four documents, in `folder`."""
    corpus = folder / "documents"
    corpus.mkdir(parents=True)
    for name, text in (("nation", NATION), ("province", PROVINCE), ("ended", ENDED), ("gone", GONE)):
        (corpus / f"{name}.txt").write_text(text, "utf-8")
    (corpus / "catalog.toml").write_text(CATALOG, "utf-8")
    settings = IndexSettings(folder / "home", corpus, folder / "home" / "index", str(folder / "encoder"))
    encoder = HashEncoder()
    build(settings, encoder, progress=False)
    return open_index(settings, encoder), settings
