"""What a sentence may not change: bodies, groups, documents, strength of wording, which figure belongs to what.

Each check compares a sentence with the text that it cites and returns what is wrong in Chinese, or "". The word
lists are those of Chinese administration at large; a name that they lack is left to word overlap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from corpus import numerals
from corpus.lookup import named_documents
from corpus.quantities import Quantity, quantities
from corpus.records import Clause, titled
from index.places import places, provinces_of
from index.tokens import content_words

_STEMS = (
    "科技|财政|教育|工业和信息化|发展改革|人力资源社会保障|商务|税务|国税|地税|审计|国土资源|自然资源|农业农村|农业|农|林业|水利|卫生健康|卫生计生"
    "|卫生|国资|金融监管|金融|知识产权|质量监督|质监|市场监管|工商|药监|公安|司法|民政|统计|文化|旅游|体育|环境保护|环保|生态环境|住房城乡建设|交通运输"
    "|交通|海洋|外事|外专|侨|机构编制|编|组织|宣传|统战|保密|国防科工|安全监管|应急管理|能源|通信管理|粮食|扶贫|法制|网信|检验检疫|银监|证监|保监|测绘|气象|铁路|民航"
)
_BODY = re.compile(
    rf"(?:{_STEMS})(?:主管|行政)?(?:部门|部(?!署|分|队|长|位|级|件|委|门)|厅(?!长)|总局|局(?!面|部|限|长)|委员会|委(?!员|托|派|任)"
    r"|办公室|办(?!法|理|学|公|事|好|医|班|企|展|赛|案))"
    r"|国务院(?!令)|人民银行|中国科学院|工程院|省政府|市政府|县政府|省委(?!员)|市委(?!员)|法院|检察院|海关(?!总署)|海关总署|自然科学基金委"
    r"|(?<=[由是为])[\u4e00-\u9fff]{4,24}(?:领导小组|联席会议)"
)
_SAME_BODY = (
    ("科学技术", "科技"),
    ("发展和改革", "发展改革"),
    ("发改", "发展改革"),
    ("人力资源和社会保障", "人力资源社会保障"),
    ("人社", "人力资源社会保障"),
    ("工信", "工业和信息化"),
    ("住建", "住房城乡建设"),
    ("人民政府", "政府"),
    ("住房和城乡建设", "住房城乡建设"),
    ("市场监督管理", "市场监管"),
    ("中科院", "中国科学院"),
    ("国有资产监督管理", "国资"),
    ("国有资产", "国资"),
)
_RESPONSIBLE = re.compile(r"负责|牵头|主管|配合|审批|受理|监管|组织实施|管理")

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("小微企业", "小型微型企业", "微型企业", "中小微"),
    ("中小企业", "中小微"),
    ("高新技术企业", "高企"),
    ("国有企业", "国企", "央企", "国有"),
    ("民营企业", "民企", "民营", "非公有", "民间"),
    ("外资企业", "外商"),
    ("中央企业", "央企"),
    ("上市公司", "上市企业"),
    ("大学生", "学生", "毕业生"),
    ("博士后",),
    ("院士",),
    ("留学生", "留学人员", "留学", "海归"),
    ("外国人", "外籍", "外国", "国外", "海外"),
    ("农民", "农户", "农村"),
    ("科研院所", "科研机构", "研究所", "院所", "科研单位", "研究机构", "研究院"),
    ("高校", "高等学校", "高等院校", "大学", "院校"),
    ("退役军人", "转业", "退伍"),
    ("残疾人",),
    ("公务员", "机关工作人员", "党政机关"),
    ("教师", "老师"),
    ("众创空间",),
    ("孵化器",),
    ("创业投资", "创投", "风险投资", "天使投资"),
    ("银行", "金融机构"),
    ("保险公司", "保险机构", "保险"),
    ("社会组织",),
    ("地方政府", "各级政府"),
    ("创业团队", "团队"),
)

_SURE = re.compile(
    r"已经|已全面|已建成|已实现|必须|务必|强制|一律|保证(?!金)|全部|无条件|自动(?!化|驾驶|控制)|立即|统一发放|定额"
    r"|都能|都可以|每[个家名位人]都"
)
_AS_SURE = {
    **dict.fromkeys(("必须", "务必"), ("应当", "必须", "须", "强制", "不得", "要")),
    **dict.fromkeys(("都能", "都可以"), ("均可", "都", "均")),
    **dict.fromkeys(("全部", "一律"), ("全部", "一律", "均", "全面")),
}
_SOFT = (
    "鼓励",
    "探索",
    "研究",
    "试点",
    "争取",
    "力争",
    "逐步",
    "引导",
    "有条件",
    "原则上",
    "推动",
    "支持",
    "倡导",
    "允许",
    "可以",
    "可",
)
_TENTATIVE = re.compile(
    r"^(?:[（(]?[\d一二三四五六七八九十]+[）).、．] ?)?(?:积极|稳步|鼓励和)?"
    r"(?:探索(?!性)|鼓励|研究(?=制定|提出|建立|设立|扩大|出台|实施|将|开展|降低|完善|推出)|试点|力争|争取)"
    r"|逐步|力争|有条件(?=的)|原则上"
)
"""Words that, left out, make a promise of an intention; 研究 and 探索 as nouns do not count."""
_RESTRAINED = re.compile(
    r"鼓励|探索|研究|试点|争取|力争|逐步|引导|有条件|原则上|推动|支持|倡导|允许|可以|(?<![许认])可(?!持续|再生|靠|能)|计划|目标|拟"
)
_SEGMENT = re.compile(r"[，；。：、\n]")
"""Between figures and what they are said of."""
_MENTION = 0.34  # share of a figure's words


def body(text: str, source: str, question: str) -> str:
    """A body (ministry, department, office) that the source does not name.

    A body that only the question names passes unless the sentence says that it is responsible.
    """
    stands = canonical(source)
    for name in bodies(text, question):
        if not re.search(rf"{re.escape(name)}(?!门)", stands) and not _department(name, stands):
            return f"所引条款没有提到“{name}”"
    return ""


def bodies(text: str, question: str) -> list[str]:
    """Bodies that a sentence tells, by their usual names; of those in the question only the ones said to be responsible."""
    told, asked = canonical(text), canonical(question)
    names = dict.fromkeys(m.group() for m in _BODY.finditer(told))
    return [n for n in names if n not in asked or _RESPONSIBLE.search(told)]


def canonical(text: str) -> str:
    """The text with one name for each body: 发改委 and 发展和改革委员会 are 发展改革委."""
    for variant, name in _SAME_BODY:
        text = text.replace(variant, name)
    return re.sub(r"(?<![省市县区州])委员会", "委", text)


def _department(name: str, source: str) -> bool:
    """“科技部门” where the source lists 商务、科技、税务部门."""
    stem = re.sub(r"(?:主管|行政)?部门$", "", name)
    return stem != name and stem in source and bool(re.search(rf"部门|{re.escape(stem)}[局厅部委]", source))


def group(text: str, source: str, question: str) -> str:
    """A kind of person or undertaking that neither the source nor the question names."""
    for names in _GROUPS:
        # 留学生 is no 学生, and 大学生 is no 大学.
        longer = [n for other in _GROUPS if other is not names for n in other if any(m != n and m in n for m in names)]
        bare = re.sub("|".join(map(re.escape, (*longer, "中学生", "小学生", "研究生"))), "□", text)
        named = next((n for n in names if n in bare), "")
        if named and not any(n in source or n in question for n in names):
            return f"所引条款没有提到“{named}”"
    return ""


def document(text: str, clauses: Sequence[Clause]) -> str:
    """A 《title》 or 文号 that is not the cited clauses'."""
    for title in re.findall(r"《([^》]+)》", text):
        if not any(title in c.document.title or c.document.title in title or title in c.text for c in clauses):
            return f"所引条款不属于{titled(title)}"
    for number in re.findall(r"[〔\[（(]\d{4}[〕\]）)]\d{1,4}号|(?<![\d月])\d{1,4}号文", text):
        if not any(named_documents([c.document], number) or number in c.text for c in clauses):
            return f"所引条款不属于{number}"
    return ""


def place(text: str, source: str, region: str) -> str:
    """A place that is neither in the source nor in its document's region, where the source speaks of others."""
    named = {p: provinces for p, provinces in places(text).items() if p not in source and p not in region}
    if not named:
        return ""
    covered = set(provinces_of(region))
    others = [p for p in places(source) if p not in text]
    for name, provinces in named.items():
        if covered and not covered & set(provinces):
            return f"所引条款属于{region}的文件，没有提到{name}"
        if others and not any(set(provinces) & set(provinces_of(p)) for p in places(source)):
            return f"条款说的是{'、'.join(others)}，不是{name}"
    return ""


def certainty(text: str, source: str) -> str:
    """A word of certainty (必须、一律、已经) where the source only encourages, tries or allows."""
    for match in _SURE.finditer(text):
        if match.group() not in source and not any(w in source for w in _AS_SURE.get(match.group(), ())):
            soft = next((w for w in _SOFT if w in source), "")
            return f"条款没有说“{match.group()}”" + (f"，说的是“{soft}”" if soft else "")
    return ""


def tentative(text: str, source: str) -> str:
    """The source's own words of restraint (探索、力争) next to what is told, when the sentence has none at all."""
    if _RESTRAINED.search(text):
        return ""
    wanted = set(content_words(text))
    for part in re.split(r"[，；。：\n]", source):
        word = _TENTATIVE.search(part)
        if word and len(wanted & set(content_words(part))) >= 2:
            return f"条款的说法是“{word.group().strip()}”"
    return ""


def swapped(text: str, parts: Sequence[str], weight: Callable[[str], float], told: Sequence[Quantity]) -> str:
    """A figure that in the source belongs to something else; `parts` are the source's segments, a table row being one."""
    holders = [(set(content_words(p)), quantities(p)) for p in parts]
    for segment in segments(text):
        words = {w for w in content_words(segment) if not re.search(r"\d", w)}
        for figure in quantities(segment):
            if not any(figure.same_figure(t) for t in told):
                continue
            other = _next_to(figure, segment, parts) or _belongs(figure, words, holders, weight)
            if other:
                return f"“{figure.printed}”与条款不对应，条款在这一处写的是“{other}”"
    return ""


def misdated(text: str, source: Sequence[str]) -> str:
    """A figure that the source gives for another year than the sentence does; `source`: sentences and table rows."""
    stated = [pair for part in source for pair in _dated(part)]
    years = {year for year, _ in stated}
    for year, figure in _dated(text):
        same = {y for y, q in stated if figure.same_figure(q)}
        if year and year in years and same and year not in same and 0 not in same:
            return f"条款中“{figure.printed}”对应的是{'、'.join(f'{y}年' for y in sorted(same))}"
    return ""


_BASE_YEAR = re.compile(r"(?:比|较|相比|相较于?|高于|低于|与)(?:19|20)\d\d年(?:底|末)?")
"""What a figure is measured against (比2015年下降41%) is not the year that it is of."""


def _dated(text: str) -> list[tuple[int, Quantity]]:
    """Figures with the year named before them; 0 where none is."""
    found, year = [], 0
    for quantity in quantities(_BASE_YEAR.sub("", text)):
        if quantity.unit == "年" and 1949 <= quantity.value <= 2100:
            year = int(quantity.value)
        else:
            found.append((year, quantity))
    return found


def segments(text: str) -> list[str]:
    """What stands between stops and commas."""
    return [p for p in _SEGMENT.split(text) if p.strip()]


def _belongs(
    figure: Quantity, words: set[str], holders: Sequence[tuple[set[str], list[Quantity]]], weight: Callable[[str], float]
) -> str:
    """The figure that the source gives for these words, when it is another one."""
    right = max((_held(words, w, weight) for w, q in holders if any(figure.same_figure(x) for x in q)), default=0.0)
    found = ""
    for held, stated in holders:
        others = [x for x in stated if x.unit == figure.unit and not x.same_figure(figure)]
        share = _held(words, held, weight)
        if others and not any(figure.same_figure(x) for x in stated) and share > right + _MENTION:
            right, found = share - _MENTION, others[0].printed
    return found


def _next_to(figure: Quantity, segment: str, parts: Sequence[str]) -> str:
    """The other figure behind which the source has the words that follow this one (500吨级液氧煤油)."""
    behind = re.match(r"[\u4e00-\u9fff]{4}", segment[segment.find(figure.printed) + len(figure.printed) :])
    if not behind:
        return ""
    before = [part[: m.start()] for part in parts for m in re.finditer(behind.group(), part)]
    stated = [q for text in before for q in quantities(text)[-1:] if text.endswith(q.printed)]
    same_unit = [q for q in stated if q.unit == figure.unit]
    return same_unit[0].printed if same_unit and not any(q.same_figure(figure) for q in same_unit) else ""


def _held(words: set[str], held: set[str], weight: Callable[[str], float]) -> float:
    total = sum(map(weight, words)) or 1.0
    return sum(weight(w) for w in words if w in held) / total


_NO = re.compile(
    r"(?:不(?![断仅同良动确足])(?:会|要|用|得|能|可|再|予|准|应|许|必|受)?|没有?|未(?!来)|勿|无(?![线人形论疑机障])(?:需|须)?|禁止|严禁|(?<![特识差分国类个级区辨鉴判告离派])别(?![的人墅])|停止"
    r"|取消|废除|取缔|免(?:除|于)?)"
)
_IDIOM = re.compile(
    rf"不(?:得|应|能|可|会)?(?:少|低|超|高|多|大|小)[于过]?(?=[^，。；]{{0,6}}(?:\d|百分|[{numerals.CHARACTERS}]))"
    r"|(.)不\1|足不出户|有没有|免费|免税|必不可少|不可或缺|不可分割|源源不断|层出不穷"
)
"""Bounds of figures, questions and set phrases, which deny nothing."""
_FREED = re.compile(
    r"(?:取消|放宽|放开|打破|破除|消除|突破|清除|解除|废除|不受)[^，。；]{0,16}?(?:限制|限额|门槛|障碍|壁垒|束缚|约束|制约|瓶颈)"
)
"""A hindrance that is taken away."""
_ANY_NO = re.compile(r"[不无未没非免勿]|禁|停止|取消|取缔|废除|杜绝|避免|防止|剥离|脱钩")


def polarity(text: str, source: str) -> str:
    """A denial on one side of what the other side affirms; or empty.

    Compared word by word: what follows a 不, 禁止, 取消… on one side must be denied on the other side too.
    """
    # A limit that is lifted (取消户籍限制) denies nothing that somebody may do: it does not vouch for “外地人不能借书”.
    told, stated = (_IDIOM.sub("□", _flat(t)) for t in (text, source))
    told_free, stated_free = (_FREED.sub("□", t) for t in (told, stated))
    if _denied_only(told_free, stated_free):
        return "条款中没有这一否定或限制"
    if _denied_only(stated, told):
        return "条款在这一点上是否定或限制的"
    return "条款中没有这一否定或限制" if _NO.search(told_free) and not _ANY_NO.search(_FREED.sub("□", _flat(source))) else ""


def _flat(text: str) -> str:
    return re.sub(r"\s", "", text)


def _denied_only(one: str, other: str) -> bool:
    """True when some words are denied in the one text and stand in the other without denial."""
    for match in _NO.finditer(one):
        scope = re.match(r"[\u4e00-\u9fff]{2,6}", one[match.end() :])
        if not scope:
            continue
        words = next((scope.group()[:n] for n in range(len(scope.group()), 1, -1) if scope.group()[:n] in other), "")
        if len(words) < _SCOPE:
            continue
        places = [m.start() for m in re.finditer(words, other)]
        if not any(_NO.search(other[max(0, p - 4) : p]) for p in places):
            return True
    return False


_TO_THE_ASKER = re.compile(
    r"^(?P<before>(?:[^，。]{0,16}，){0,2}?)(?:根据条款，)?(?:您|你)们?(?:可以|可(?!以)|能够|能(?!够)|应当|应该|应(?![当该])|需要|需(?!要)|必须|要)(?:通过|考虑)?"
    r"(?!享受|享有|获得|得到|拿到|申请|申报|咨询|联系|了解|参考|看|按|依|向)"
)
_ADDRESSES = re.compile(
    r"可以|(?<![许认])可(?=[以持带在向按凭享自])|有权|享受|申请|申报|应当|不得"
    r"|(?:鼓励|支持|引导|扶持|允许|推动)[^，。；]{0,16}(?:企业|人员|人才|专家|教师|高校|院校|学校|院所|机构|单位|个人|团队|农民|学生|青年|社会|主体|组织|合作社|大学生|各类|.者|.家)"
)
"""A clause that lets or makes somebody do a thing; others tell what the authorities will do."""


def impersonal(text: str, source: str) -> str:
    """The sentence without “您可以通过…” where the clause tells what the authorities do, not what the asker may do.

    “您可以采用首购方式予以支持” → “采用首购方式予以支持”; unchanged where the clause lets somebody do it.
    """
    found = _TO_THE_ASKER.search(text)
    if not found or _ADDRESSES.search(source):
        return text
    before = re.sub(r"根据[^，]*，$", "", found["before"])
    return before + text[found.end() :]


_SCOPE = 2  # characters behind a denial that must be the same on both sides
