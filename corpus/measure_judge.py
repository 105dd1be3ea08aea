"""Whether a part of a sentence is a support measure, of which kind, and how strong its wording is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.facts import group, kinds
from corpus.measure import Amount
from corpus.measure_beneficiaries import Mention
from corpus.measure_parts import Part
from corpus.records import Clause

_SETTING = re.compile(
    r"指导思想|基本原则|总体要求|总体思路|总体目标|主要目标|发展目标|战略目标|工作目标|目标任务|战略背景|战略要求|发展形势|形势|背景|意义|基本形势|发展理念|预期目标|态势|现状|机遇|挑战"
    r"|指导原则"
)
_DUTY = re.compile(r"组织实施|组织领导|加强领导|保障措施|监督|评估|宣传|责任分工|附则|任务分工|统筹协调|督促检查|法治|法制")
_WIDE = frozenset(
    {
        "项目支持",
        "其他支持",
        "科技服务",
        "平台建设",
        "成果转化",
        "人才",
        "标准与质量",
        "知识产权",
        "国际合作",
        "军民融合",
        "考核激励",
        "产学研",
        "扶贫与农业",
        "试点",
        "平台认定",
        "表彰",
        "数据开放",
        "创业服务",
        "简化审批",
        "市场准入",
        "培训",
        "信贷",
    }
)
"""Kinds whose words also stand in plain tasks of agencies."""
_DENY = re.compile(
    r"法规|条例|立法|执法|司法|法律|法治|管理体制|决策|协商|联席|督查|督促|督导|监督|监管|监测|统计|核算|舆论|宣传|思想|意识|精神(?!文明)|氛围|职能|分工|报告制度|调查制度"
    r"|预警|审查|统筹协调|诚信|学风|伦理|领导|核心价值|黑名单|惩|打击|强制|反垄断|规章|法典|事权|政府职能|评估机制|评估制度|观念|理念|素质教育|政绩观|向社会公布|(?:主动)?退出"
    r"|淘汰|关停|引导和规范|预算编制|举措和办法"
)
_TARGET = re.compile(
    r"(?:达到|提高到|提升到|增长|翻一番|翻番|突破|超过|下降|降低|占比|比重)[^，。；]{0,16}(?:\d|百分之|以上|左右|%|％)|^(?:到|至)?\d{4}年|力争(?!引进"
    r"|培养)|(?:明显|显著|大幅|进一步)(?:提升|提高|增强|改善|优化|下降)|基本(?:形成|建成|实现|建立)"
)
_SERVICE = re.compile(
    r"服务|平台|机制|体系|基地|中心|机构|工程|计划|行动|专项|项目|通道|渠道|政策|制度|措施|资金|投入|活动|大赛|联盟|网络|试点|示范|成本|负担|门槛|培训|补偿|激励|权益|待遇"
    r"|条件"
)
_FIRM = re.compile(
    r"落实|设立|降低|减轻|延长|提高[^，。；]{0,16}(?:标准|比重|比例|额度|待遇|水平)|进行|实施[^，。；]{0,30}(?:工程|计划|行动)|开展[^，。；]{0,20}(?:大赛"
    r"|活动|培训|专项|行动|示范|试验|服务)|举办|办好|培养|引进|选派|遴选|建设|打造|搭建|构建|组织|培育|发展|建立|完善|健全|加大|推广|优化|拓宽|推行|实行|扩大|提供|推动|改革"
    r"|推进|深化|加强|支持|认定|设置|布局|整合|组建|启动|壮大|创建|强化|利用|运用|充分发挥|吸收|帮助|制定|创新|开放|简化|开辟|开通|集聚"
)
_NOT_GIVEN = re.compile(
    r"不(?:得|再(?:直接管理|新办|新建|新增|审批新)|能|应|宜)(?!低于|少于)|不作为|给予[^，。；]{0,8}(?:处分|处罚|警告|通报|批评|追究)"
    r"|取消[^，。；]{0,12}(?:资格|认定)|追回|应当?(?:接受|配合|遵守|提交|报送)|可由国家依法强制|除外|领导班子|干部队伍|不予(?:支持|受理|认定|奖励|补助|资助)"
)
_COURT = re.compile(
    r"法院|法庭|检察|公安机关|诉讼|当事人|判决|裁定|被告|原告|犯罪|刑罚|罚款|拘留|责令|吊销|没收|查封|扣押|违法所得|债权人|债务人|出质人|遗产|复议|逮捕|行政处罚|被许可人"
)
"""Words of courts and penalties: what they allow is no support."""
_DESCRIBES = re.compile(
    r"成效(?:明显|显著)|取得[^，。；]{0,10}(?:进展|成效|成果|突破)|已(?:经|成为|形成|建成|达)|日益|仍(?:然)?(?:存在|不)|不足(?!部分)|亟[待需]|必要条件"
)
_PREFACE = re.compile(
    r"现(?:就|提出|制定|印发)[^。]{0,40}(?:意见|方案|办法|措施|规定|通知|如下)|特?制定本(?:办法|意见|规定|方案|规划|纲要|措施|细则)"
)
_GENERIC_OBJECT = re.compile(
    r"(?:完善|健全|建立|构建|推进|深化|加强|强化|改革|优化)[^，。；]{0,30}(?:体制|治理|管理|评价|规划|机制|体系|制度|职责|布局)"
)
_RAISED = re.compile(r"[^，。；]{0,6}(?:培育|培养|引进|发展|壮大|扶持|遴选|选派|集聚|推动|帮助|培训|打造|建设|吸收|造就)")
_MEANS = re.compile(
    r"服务|平台|基地|中心|机构|工程|行动|专项|项目|通道|渠道|资金|投入|活动|大赛|联盟|网络|示范|培训|补偿|载体|众创|孵化|园区|开放|共享|人才|队伍|容错|宽容失败|维权|援助"
)
_KIND_MECHANISM = re.compile(r"容错|宽容失败|维权|援助|补偿|激励机制|共享")
_RULES = re.compile(r"(?:研究)?制[定订][^，。；]{0,40}(?:办法|意见|规划|方案|条例|行动计划|规定)(?:[。；，]|\Z)")


def refused(clause: Clause, part: Part) -> bool:
    """True for what plainly gives nothing: duties, penalties, descriptions, prefaces, targets of introductory chapters."""
    core = clause.document.text[part.core[0] : part.tail]
    if (
        len(core) < _SHORTEST
        or _NOT_GIVEN.search(core)
        or _COURT.search(core)
        or _DESCRIBES.search(core)
        or _RULES.fullmatch(core)
    ):
        return True
    if part.strength != "给予" and any(_SETTING.search(h) for h in clause.headings):
        return True
    return bool(_PREFACE.search(clause.text[-80:]))


def is_measure(clause: Clause, part: Part, mentions: Sequence[Mention], sums: Sequence[Amount]) -> bool:
    """True when the part, not refused, gives, allows, supports or sets up something for somebody."""
    core = clause.document.text[part.core[0] : part.tail]
    if part.strength == "给予":
        if sums:
            return True
        apt = bool(mentions) or any(k.official.search(core) for k in kinds())
        return apt and not any(_SETTING.search(h) for h in clause.headings)
    if part.strength == "鼓励":
        return not _DENY.search(core[:16]) or bool(mentions)
    if part.strength in {"探索", "研究"}:
        apt = bool(mentions) or bool(_MEANS.search(core)) or _concrete(core)
        return apt and (not _DENY.search(core) or any(m.towards for m in mentions))
    return not any(_DUTY.search(h) for h in clause.headings) and _set_up(core, mentions)


def _set_up(core: str, mentions: Sequence[Mention]) -> bool:
    """For verbs such as 建立, 完善, 推进: a concrete kind, or a service, place or means; not a mere direction of technology."""
    if _DENY.search(core) or _TARGET.search(core) or not _FIRM.search(core):
        return False
    if _concrete(core):
        return True
    if mentions:
        return bool(_SERVICE.search(core) or any(m.towards for m in mentions) or _RAISED.match(core))
    return bool(_MEANS.search(core)) and (not _GENERIC_OBJECT.match(core) or bool(_KIND_MECHANISM.search(core)))


def _concrete(core: str) -> bool:
    return any(k.kind not in _WIDE and k.official.search(core) for k in kinds())


def kinds_of(clause: Clause, part: Part, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The kinds that the words fit, the main one first; up to four."""
    text = clause.document.text
    scores: dict[str, float] = {}
    hidden = () if _MAKES.search(text[part.core[0] : part.verb[1]]) else mentions
    _weigh(_masked(text, (part.core[0], part.tail), hidden), scores, 0.0)
    _weigh(_masked(text, (part.span[0], part.core[0]), mentions), scores, 1.5)
    if not scores or max(scores.values()) < _PLAIN:
        _weigh(text[part.tail : part.core[1]], scores, 1.2)
        _weigh("，".join(clause.headings[-1:]), scores, 1.3)
    ranked = sorted(scores, key=lambda kind: -scores[kind])
    return tuple(k for k in ranked if scores[k] > 0)[:4] or ("其他支持",)


def _masked(text: str, span: tuple[int, int], mentions: Sequence[Mention]) -> str:
    """The words with □ for whoever is spoken of (■ a place of research): what is given decides the kind, not to whom.

    Who is from abroad stays, since that makes it 国际合作.
    """
    out, at = [], span[0]
    for mention in mentions:
        start, end = mention.span
        if start < at or end > span[1] or _ABROAD.search(text[start:end]):
            continue
        learned = any(group("who", value) in {"高校", "科研院所"} for value in mention.values)
        out += [text[at:start], "■" if learned else "□"]
        at = end
    return "".join([*out, text[at : span[1]]])


def _weigh(words: str, scores: dict[str, float], less: float) -> None:
    """Add what each kind is worth here: rare words, long ones, the first piece and its end (the head noun) count more."""
    first = re.split(r"[，；]", words, maxsplit=1)[0]
    by_way = [m.span() for m in _BY_WAY.finditer(words)]
    for n, kind in enumerate(kinds()):
        for match in kind.official.finditer(words):
            value = _WORTH.get(kind.kind, 2.0 if kind.kind not in _WIDE else 1.0) - less - n / 1000
            value += 0.05 * min(len(match.group()), 12)
            if match.start() < len(first) and not less:
                value += 0.5 + 0.6 * match.end() / max(len(first), match.end())
            if kind.kind in _SUMS and match.end() >= len(first) - 1:
                value += 0.5  # “给予…补贴”: the last word says what it is
            value -= 0.8 * any(s <= match.start() and match.end() <= e for s, e in by_way)
            scores[kind.kind] = max(scores.get(kind.kind, -9.0), value)


_ABROAD = re.compile(r"国外|境外|海外|外资|跨国|外商|外籍")
_MAKES = re.compile(r"引进|培养|培育|培训|发展|壮大|遴选|选派|集聚|造就|打造|实施|建设|建立|构建|搭建|组建|设立")
_BY_WAY = re.compile(r"(?:利用|依托|通过|借助|运用|采取|采用|以)[^，。；]{0,40}?(?:方式|形式|手段|平台|技术)")
_WORTH = {
    **dict.fromkeys(("加计扣除", "贷款贴息", "投贷联动", "知识产权质押", "首台套"), 2.6),
    **dict.fromkeys(("补贴", "奖励"), 1.8),
    "税收": 1.9,
    "产学研": 1.3,
    "平台建设": 0.9,
    "项目支持": 0.7,
    "其他支持": 0.0,
}
_SUMS = frozenset({"补贴", "奖励", "贷款贴息", "后补助"})
_PLAIN = 1.0
_SHORTEST = 4  # characters; what is shorter names nothing
