"""A turn of a conversation → a whole question, by rule: what the turns before were about, with the new words in place.

read(["到2020年全国研发强度是多少？", "辽宁呢？"], ["辽宁省"]).whole  → "到2020年辽宁研发强度是多少？"

A rule that joins may be wrong, and so may one that leaves a turn alone: `also` is the other way to read it, and
the clauses are looked for in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus import numerals
from corpus.lookup import NUMBER
from index.places import places
from index.question import swap
from index.route import without_names
from index.tokens import content_words
from qa import rewrite_swap

_ASKS = re.compile(
    r"[？?]|什么|哪|多少|几[个年项岁家天月步]|如何|怎|是否|吗|呢|有没有|谁|咋|啥"
    r"|(?P<verb>[\u4e00-\u9fff])不(?P=verb)|[吧不没]$|给我|告诉|介绍|说说|讲讲|列[出举]"
)
_POLITE = re.compile(
    r"^(?:谢谢|多谢|感谢|辛苦|好的|好嘞|好|行|嗯|哦|噢|啊|哎|收到|知道|明白|懂|清楚|太好|您好|你好|早上好|下午好|晚上好|在吗|哈|OK|ok"
    r"|麻烦(?:再|您|你)?(?:再)?问(?:一下|下)?|不好意思|再?打扰(?:一下)?|请教(?:一下)?|你[^，。？?]{0,4}(?:快|厉害|棒|专业))"
    r"(?:了|啊|哈|呀|吧|您|你|老师|的|再打扰一下|在吗|嗯|好|谢谢)*(?:[，,。.！!？?~～ ]+|$)"
)
_FRESH = re.compile(
    r"^(?:那|我|哦|啊|嗯)?(?:再|还|先|顺便|另外|也)?(?:有(?:个|一个)?(?:别的)?问题|想问(?:一句|一下|下|问)?|请教(?:一下|下)?"
    r"|问(?:一下|下|一句)|插一句|岔开(?:一下)?|换个问题|换个话题|对了|说(?:个)?别的)[，,:： ]+"
)
_BACK = re.compile(
    r"^(?:回到|说回|回头(?:再|接着)?(?:说|问)|(?:还是|再|接着|继续)(?:说|问)回?(?:到)?|再看)(?:前面|刚才|之前)?"
    r"(?P<old>[^，,：:]{2,14}?)(?:那个|的事)?[，,：:]|^(?P<left>[^，,]{2,12})还没(?:问|说)完[，,]"
)
_LEANS = re.compile(
    r"^(?:那么?|那它|它|他们|她们|他的|她的|这|那|其|还有|另外|然后|为什么|为啥|具体|比如|再(?=过|往|下|说|问|有|多|后)|如果|要是"
    r"|最[长短高低多少]|(?:我们?|咱们?|俺们?)(?:公司|单位|家|厂|学校)?也(?:想|要|能|可以|打算|准备))|(?:它|他们|这[个些项几一类种样东]|那[个些项几一类种]|(?<!应)该(?=[项政文规计工意办方条款])"
    r"|其中|上面|刚才|前面|上述)|(?:呢|呢？|呢\?)$"
)
_SUBJECTLESS = re.compile(
    r"^(?:到?\d{4}年(?:底|末|前)?[，,]?)?(?:一共|总共|合计|大概|大约)?(?:要|得|准备|打算|计划)[^，。？?的]{0,5}(?:多少|几)[^，。？?]{0,4}[？?]*$"
)
"""“到2020年一共要培训多少人”: whom, the turn before told."""
_OWN_FIGURE = re.compile(
    r"^[\u4e00-\u9fff]{2,8}?(?:要|应该?|将|能|会|可以|得)?(?:达到|提高|增加|下降|降低|减少|占|有|是|为)[^，。？?]{0,4}(?:多少|几|百分之几)[^，。？?]{0,4}[？?]*$"
)
"""“藏书要增加多少”: a figure of the thing that the turn before was about."""
_WRONG = re.compile(
    r"^(?:啊|哎|哦)?(?:(?:不是|不对|错了|不)[，,。 ]+|(?:我是(?:说|问|指)|我(?:说|指)的是)(?![，,])|我?(?:打|说|写)错了[，,。 ]*"
    r"|不是(?=问|[^，,]{1,12}[，,](?:是|我(?:问|说|指|想问))))"
)
_MEANT = re.compile(r"(?:我|想|要)?(?:问|说|指|想问|要问)的?(?:其实)?是|我(?:想|要)?问(?:的)?|(?:^|[，,])是(?!不是|否)(?=\S{2})")
_OTHER = re.compile(
    r"^(?:那么?|另外|还有|而|换成|放到|单说|那要是|再往[下上]|接下来)?[，, ]*"
    r"(?P<new>[^，。？?]{1,16}?)(?:的|方面|那边|这块|里|中)?呢"
    r"(?:[？?]*$|[？?，, ]+(?:谢谢)?(?P<rest>.*)$)"
)
_LATER = re.compile(r"^那?(?:再|又)?(?:往后|过)(?P<years>[一二三四五六七八九十\d]{1,3})年(?:呢|后呢|之后呢)?[？?]*$")
_BESIDE = re.compile(
    r"^(?:那|这)?(?:(?P<count>两|三|四|几)(?:个|者|项|样|条|边|份)(?:里面?|之间|当中|中)?(?:放(?:在)?一起)?"
    r".{0,6}(?:哪|谁|比|差|区别|不同|一样|多少)"
    r"|(?:哪[一]?[个条项边]|谁)(?:的)?[^，。？?]{0,4}[更最高低多少大小重轻早晚快慢强](?!数|久)|比一?比|差多少|相差|(?:是不是|是否)?一样|有什么(?:区别|不同|差别))"
)
_IDLE = re.compile(r"(?:定|规定|要求)?的?(?:目标|任务|指标|标准|情况)$|(?<=[\u4e00-\u9fff]{2})定$")
"""“辽宁定的呢”, “2020年的目标呢”: only the place or the year is new."""
_SELF = re.compile(r"(?<!告诉)(?<!给)我(?!国|想问|问|要问)|咱|俺|本人|本公司|本校|适合|自己|省里|本省|本地|当地")
_OWN = re.compile(r"我(?!国)|咱|俺|本人|本公司|本校|公司|厂|单位|家里|领导")
"""A statement about the asker; others (今天天气真热) tell nothing that a policy asks for."""
_SHORT = 12  # characters; a shorter question with nothing of its own leans on the one before
_FACTS, _FACT, _CONTINUED = 3, 60, 6  # statements kept, most characters of each, fewest of one that goes on
_COUNTS = {"两": 2, "三": 3, "四": 4}
_NEW_SUBJECT = 2  # content words that a turn must have to be about something new


@dataclass(frozen=True, slots=True)
class Topic:
    """What a question is about: the words that a later turn put in front, and the question that they are put to."""

    base: str
    about: str = ""

    @property
    def text(self) -> str:
        return f"{self.about}，{self.base}" if self.about else self.base


@dataclass(frozen=True, slots=True)
class Question:
    """A turn as it is understood."""

    typed: str
    whole: str
    """The question as it would be asked first."""
    also: str = ""
    """The other way to read it, for retrieval; empty when there is none."""
    put: str = ""
    """How it is put to the writer, where that is not `whole`: what is asked now in front, what it leans on behind."""
    topic: Topic | None = None
    """What the turns after it may lean on; None for a turn that asks nothing."""


def read(turns: Sequence[str], regions: Sequence[str]) -> Question:
    """The last of a user's turns, in the light of those before it; all as typed, oldest first.

    What an asker told of itself (“我们是一家小企业”) goes with later questions that speak of the asker.

    Raises:
        ValueError: for no turns.
    """
    if not turns:
        raise ValueError("no turn to read")
    topics: list[Topic] = []
    facts: list[str] = []
    question, going_on = Question("", ""), False
    for turn in turns:
        question = _read(turn, topics, facts, regions)
        if question.topic:
            topics.append(question.topic)
        elif fact := _stated(turn, going_on):
            facts.append(fact)
            del facts[:-_FACTS]
        going_on = not question.topic and bool(facts)
    return question


def _stated(turn: str, going_on: bool) -> str:
    """What a turn tells of the asker, which need not be said again while it goes on; empty for anything else."""
    rest = _polite(turn)[0].strip("。！!，, ")[:_FACT]
    tells = _OWN.search(rest) or (going_on and len(rest) >= _CONTINUED)
    return rest if tells and re.search(r"\w", rest) and not _ASKS.search(rest) and "问" not in rest else ""


def _read(turn: str, topics: Sequence[Topic], facts: Sequence[str], regions: Sequence[str]) -> Question:
    said, fresh = _polite(turn)
    if not topics and not facts:
        asks = re.search(r"\w", said) and _ASKS.search(said)
        return Question(turn, said, topic=Topic(said)) if asks else Question(turn, turn)
    if not re.search(r"\w", said):
        return Question(turn, turn)
    found = _found(said, fresh, topics, regions)
    if not found.topic:
        return Question(turn, turn)
    told = "，".join(facts)
    if told and _SELF.search(said):
        return Question(turn, f"{told}，{found.whole}", found.also or found.whole, found.put, found.topic)
    return Question(turn, found.whole, found.also, found.put, found.topic)


def _polite(turn: str) -> tuple[str, bool]:
    """The turn without thanks and greetings, and whether it says that it asks something new."""
    text, fresh = turn.strip(), False
    while match := _POLITE.match(text) or _FRESH.match(text):
        fresh = fresh or bool(_FRESH.match(text))
        text = text[match.end() :].strip()
    return text, fresh


def _found(said: str, fresh: bool, topics: Sequence[Topic], regions: Sequence[str]) -> Question:
    """A turn's words, without thanks and greetings, after at least one statement or question."""
    if not topics:
        return Question(said, said, topic=Topic(said) if _ASKS.search(said) else None)
    previous = topics[-1]
    names = [*regions, *places(said), *places(previous.text)]
    if back := _BACK.match(said):
        return _back(said, back, topics)
    if wrong := _WRONG.match(said):
        return _corrected(said, said[wrong.end() :], previous, names)
    beside = _BESIDE.match(said)
    if beside and len(topics) > 1 and len(said) <= _SHORT + 6:
        count = _COUNTS.get(beside["count"] or "", 2)
        whole = "".join(f"{_open(t.text)}？" for t in topics[-count:]) + said
        return Question(said, whole, said, topic=previous)
    other = None if fresh else (_later(said, previous, names) or _another(said, previous, names))
    return other or _joined(said, fresh, previous)


def _later(said: str, previous: Topic, names: Sequence[str]) -> Question | None:
    """“再往后五年呢？” after a question about a year."""
    match, year = _LATER.match(said), re.findall(r"(?:19|20)\d{2}(?=年)", previous.base)
    if not match or not year:
        return None
    then = f"{int(year[-1]) + numerals.parse(match['years'])}年"
    if len(year) > 1:  # which of them is meant cannot be told
        return Question(said, f"{then}，{previous.text}", said, topic=Topic(previous.base, then))
    return _about(said, then, previous, names)


def _another(said: str, previous: Topic, names: Sequence[str]) -> Question | None:
    if named := rewrite_swap.place(said, names):
        return _about(said, named, previous, names)
    if base := rewrite_swap.same_asked(previous.base, said, names):
        topic = Topic(base, previous.about)
        return Question(said, topic.text, said, topic=topic)
    match = _OTHER.match(said)
    if match and _ASKS.search(match["new"]):  # 怎么申请呢？
        return None
    if match and not match["rest"] and (whole := rewrite_swap.condition(previous.text, match["new"])):
        return Question(said, whole, said, topic=Topic(whole))
    return _about(said, match["new"].strip(), previous, names, (match["rest"] or "").strip()) if match else None


def _joined(said: str, fresh: bool, previous: Topic) -> Question:
    """A turn that points back or is too short to stand alone is put behind the question before."""
    if not fresh and not _ASKS.search(said):
        return Question(said, said)
    if fresh and not _LEANS.search(said) and len(content_words(said)) > _NEW_SUBJECT:
        return Question(said, said, topic=Topic(said))
    if not fresh and (whole := rewrite_swap.this(previous.base, said, tuple(places(previous.base)))):
        return Question(said, whole, said, topic=Topic(whole))
    if _LEANS.search(said) or _SUBJECTLESS.match(said) or (len(said) <= _SHORT and len(content_words(said)) <= 2):
        # Another document: the name of the one before must go.
        named = NUMBER.search(said) or re.search(r"《[^》]+》", said)
        text = without_names(previous.text) if named else previous.text
        topic = Topic(without_names(previous.base), named.group()) if named else _next(previous, said)
        new = re.sub(r"^(?:那么?(?![些个种项])|然后)[，, ]*", "", said)
        return Question(said, f"{_open(text)}，{new}", said, f"{new}（接着上一个问题：{_open(text)}）", topic)
    return Question(said, said, f"{previous.text} {said}", topic=Topic(said))


def _next(previous: Topic, said: str) -> Topic:
    """What later turns lean on behind “藏书要增加多少”: that question, of what the one before was about."""
    about = previous.about or rewrite_swap.about(previous.base)
    if not about or not _OWN_FIGURE.match(said):
        return previous
    return Topic(said, "" if about in said else about)


def _open(question: str) -> str:
    return question.rstrip("？?。 ")


def _back(said: str, back: re.Match[str], topics: Sequence[Topic]) -> Question:
    """“再说回加计扣除，…”: the words after it, of the latest turn about that."""
    named = back["old"] or back["left"]
    rest = said[back.end() :]
    old = set(content_words(named))

    def fit(topic: Topic) -> tuple[int, int]:
        return len(old & set(content_words(topic.about or topic.base))), -len(topic.text)

    found = max(reversed(topics), key=fit)
    if not fit(found)[0]:
        return Question(said, f"{named}，{rest}", said, topic=Topic(rest, named))
    earlier = f"{_open(found.about or found.base)}，{rest}"
    if _ASKS.search(rest) and len(content_words(rest)) > _NEW_SUBJECT:
        return Question(said, f"{named}，{rest}", earlier, topic=Topic(rest, named))
    return Question(said, earlier, f"{named}，{rest}", topic=Topic(rest, named))


def _corrected(said: str, right: str, previous: Topic, names: Sequence[str]) -> Question:
    """“不是，我问的是全国”: the question before with the right word in it, or a whole one that takes its place."""
    meant = _MEANT.search(right)
    new = re.sub(r"(?:的)?[。？?！!]*$", "", right[meant.end() :] if meant else right).strip()
    if not new:
        return Question(said, said)
    with_whom, _, rest = new.partition("，")
    if whole := rewrite_swap.partner(previous.base, with_whom):
        whole = f"{_open(whole)}，{rest}" if rest else whole
        return Question(said, whole, said, topic=Topic(whole))
    if _ASKS.search(new) and len(content_words(new)) > 2:
        return Question(said, f"{new}？", f"{previous.text} {new}", topic=Topic(f"{new}？"))
    return _about(said, new, previous, names)


def _about(said: str, new: str, previous: Topic, names: Sequence[str], rest: str = "") -> Question:
    """“辽宁呢？”, “8号文里呢，怎么写的？”: the question before about something else."""
    bare, put = _IDLE.sub("", new).removesuffix("的") or new, ""
    if other := rewrite_swap.document(previous.base, new):
        whole = f"{_open(other)}，{rest}" if rest and _ASKS.search(rest) else other
        return Question(said, whole, said, topic=Topic(other))
    if NUMBER.search(new) or ("《" in new and "《" not in previous.base):
        topic = Topic(without_names(previous.base), new)
    else:
        swapped = (
            rewrite_swap.figure(previous.base, bare, names)
            or rewrite_swap.partner(previous.base, bare)
            or rewrite_swap.ordinal(previous.base, bare)
            or rewrite_swap.alike(previous.base, bare)
            or swap(previous.base, bare, names)
        )
        joined = swapped == f"{bare}，{previous.base}"
        if joined and bare not in names and not rest:
            put = rewrite_swap.subject(previous.base, bare, names)
        if joined and bare in names:  # a title belongs to the place of before
            previous = Topic(without_names(previous.base))
        topic = Topic(previous.base, new) if joined else Topic(swapped, previous.about)
    whole = f"{_open(topic.text)}，{rest}" if rest and _ASKS.search(rest) else topic.text
    return Question(said, whole, said, put, topic)
