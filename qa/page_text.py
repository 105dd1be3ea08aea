"""Every word of the page's shell, 问政策, the reader and shared conversations, in Chinese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("有据：政策问答", "YouJu: answers from policy documents"),
    "brand": ("有据", "YouJu"),
    "tagline": ("每句话都有出处", "every sentence has its source"),
    "tab_ask": ("问政策", "Ask"),
    "tab_match": ("找扶持", "Support"),
    "tab_read": ("读原文", "Read"),
    "tab_bench": ("评测", "Benchmark"),
    "hello": ("想问什么政策？", "What would you like to know?"),
    "hello_more": (
        "用一句话说就行，日常说法也可以。每句回答都标明出自哪份文件的哪一条，点开就是原文。",
        "One sentence is enough. Every sentence of an answer names its clause; one click shows the original (in Chinese).",
    ),
    "ask_label": ("您的问题", "Your question"),
    "ask_hint": ("在这里写您的问题", "Write your question here"),
    "ask_more": ("接着问，例如：那由谁负责？", "Ask on, for example: and who is responsible?"),
    "send": ("提问", "Ask"),
    "stop": ("停止", "Stop"),
    "new": ("新对话", "New"),
    "history": ("以往对话", "History"),
    "history_empty": (
        "还没有对话。提一个问题，它就会留在这里。",
        "No conversations yet. Ask something and it will be kept here.",
    ),
    "history_older": ("更早的", "Older"),
    "history_added": ("又列出 {count} 个对话", "{count} more conversations"),
    "untitled": ("（没有标题）", "(untitled)"),
    "close": ("关闭", "Close"),
    "delete": ("删除", "Delete"),
    "delete_named": ("删除对话：{title}", "Delete conversation: {title}"),
    "delete_title": ("删除这个对话？", "Delete this conversation?"),
    "delete_note": (
        "问答和分享链接都会消失，不能恢复。",
        "It and its link will be gone and cannot be restored.",
    ),
    "deleted": ("已删除", "Deleted"),
    "rename": ("改名", "Rename"),
    "rename_named": ("给对话改名：{title}", "Rename conversation: {title}"),
    "rename_ask": ("这个对话叫什么？", "A name for this conversation"),
    "cancel": ("取消", "Cancel"),
    "save": ("保存", "Save"),
    "language": ("English", "中文"),
    "language_label": ("Switch to English", "切换到中文"),
    "dark": ("深色", "Dark"),
    "dark_label": ("深色或浅色", "Dark or light"),
    "skip": ("跳到提问", "Skip to the question"),
    "filters": ("范围", "Scope"),
    "filters_label": ("限定文件范围", "Limit the documents"),
    "filters_some": ("范围 · {count}", "Scope · {count}"),
    "filters_clear": ("全部取消", "Clear"),
    "filters_note": ("不选就是查全部文件。", "Nothing chosen: all documents are searched."),
    "level": ("层级", "Level"),
    "region": ("地区", "Region"),
    "year": ("年份", "Year"),
    "document": ("文件", "Document"),
    "you_asked": ("您问", "You asked"),
    "answer": ("回答", "Answer"),
    "searching": ("正在查找条款…", "Looking for clauses…"),
    "writing": ("正在依据这些条款写答案…", "Writing the answer from these clauses…"),
    "waiting": ("前面还有 {place} 人，条款可以先看，轮到就写。", "{place} ahead of you; the clauses can be read meanwhile."),
    "waiting_next": ("马上轮到您，条款可以先看。", "You are next; the clauses can be read meanwhile."),
    "understood": ("理解为：{question}", "Understood as: {question}"),
    "found": ("找到 {count} 条条款", "{count} clauses found"),
    "nearest": ("最接近的 {count} 条条款", "The {count} nearest clauses"),
    "cards_more": ("左右滑动看全部", "Scroll sideways for all"),
    "open_card": ("打开原文，条款 {marker}：{place}", "Open the original, clause {marker}: {place}"),
    "mark": ("引用 {marker}：{place}", "Citation {marker}: {place}"),
    "cited": ("已引用", "cited"),
    "verified": ("已核对", "Checked"),
    "weak": ("部分支持", "Partly supported"),
    "verified_why": (
        "这句话逐项核对过：数字、单位、年份、对象、否定和限制与所引原文一致。",
        "Figures, units, years, subjects, negations and limits of this sentence agree with the cited text.",
    ),
    "weak_why": (
        "原文只支持这句话的一部分：{problem}。请以所引原文为准。",
        "The text supports only a part: {problem}. Rely on the text.",
    ),
    "weak_bare": (
        "原文只支持这句话的一部分，请以所引原文为准。",
        "The text supports only a part of this sentence. Rely on the text.",
    ),
    "sign_label": ("{verdict}，为什么", "{verdict}: why"),
    "summary_verified": ("{count} 句已逐项核对", "{count} checked"),
    "summary_weak": ("{count} 句只有部分依据", "{count} partly supported"),
    "removed": ("{count} 句没有通过核对，已从回答中删去", "{count} sentences failed the check and were taken out"),
    "removed_why": ("原因：{problem}", "Reason: {problem}"),
    "removed_live": ("（{problem}，已删去）", "({problem}; taken out)"),
    "extractive": (
        "模型写的内容没有通过核对，以上是条款原文。",
        "What the model wrote failed the check; these are the clauses' own words.",
    ),
    "failure": (
        "生成模型没有写完（{reason}），以上由条款原文组成或补上。",
        "The model did not finish ({reason}); clauses' own words stand in.",
    ),
    "doubt": ("印刷存疑：{note}", "Doubt about the print: {note}"),
    "refused": ("没有依据，不作答", "No basis, no answer"),
    "stopped": ("已停止。找到的条款仍可查看。", "Stopped. The clauses that were found can still be read."),
    "failed": ("没有答成：{problem}", "No answer: {problem}"),
    "offline": ("连接断开了，请检查网络后重试。", "The connection was lost. Please try again."),
    "unexpected": ("页面出错了，请刷新后重试。问过的不会丢。", "Something went wrong. Reload the page; nothing is lost."),
    "filters_bad": ("筛选条件不对，请重新选择范围。", "The chosen scope is not valid. Choose it again."),
    "copy": ("复制", "Copy"),
    "copy_label": ("复制回答和引用", "Copy the answer with its citations"),
    "copied": ("已复制，引用也在里面", "Copied with its citations"),
    "copy_failed": ("浏览器不让复制，请手动选中", "The browser refused; select it by hand"),
    "share": ("分享", "Share"),
    "share_label": ("用链接分享这个对话", "Share this conversation by link"),
    "share_title": ("分享链接", "Share link"),
    "share_note": (
        "拿到链接的人都能看到这个对话和它引用的原文；链接里没有您的身份。",
        "Whoever has the link can read this conversation and its sources; it does not tell who you are.",
    ),
    "share_copy": ("复制链接", "Copy link"),
    "share_stop": ("停止分享", "Stop sharing"),
    "share_stopped": ("已停止分享，链接失效", "The link no longer works"),
    "export": ("导出", "Export"),
    "export_md": ("Markdown 文本", "Markdown"),
    "export_html": ("网页（可打印）", "Web page (printable)"),
    "export_docx": ("Word 文档", "Word document"),
    "again": ("重答", "Again"),
    "again_label": ("重新回答这个问题", "Answer this question again"),
    "edit": ("修改", "Edit"),
    "edit_label": ("修改这个问题", "Edit this question"),
    "editing": (
        "修改这个问题：发出后，它后面的问答会从对话里移走。",
        "Editing: what followed this question leaves the conversation.",
    ),
    "up": ("有帮助", "Helpful"),
    "down": ("没帮助", "Not helpful"),
    "thanks": ("谢谢，已记下", "Thank you, noted"),
    "down_title": ("哪里不对？", "What is wrong?"),
    "down_note": ("您的话会和这次的问答一起留给编辑复核。", "Your words are kept with this answer for review."),
    "down_hint": ("例如：引用的条款不对，应该是第十四条", "For example: the wrong clause is cited"),
    "down_send": ("提交", "Send"),
    "reader": ("原文", "Original"),
    "reader_label": ("原文阅读", "Original text"),
    "reader_previous": ("上一处引用", "Previous citation"),
    "reader_next": ("下一处引用", "Next citation"),
    "reader_loading": ("正在打开原文…", "Opening the original…"),
    "reader_back": ("回到引用处", "Back to the citation"),
    "reader_today": (
        "当时的文本没有保存，下面是资料库里现在的文本。",
        "The text of that moment was not kept; below is the one that the library holds now.",
    ),
    "reader_changed": (
        "这份文件的文本后来变了，原来那几个字已不在那里，所以没有标出。",
        "The text has changed since: other words stand there now, so nothing is marked.",
    ),
    "path": ("位置", "Place"),
    "reading": ("读作：{text}", "Reads: {text}"),
    "cell": ("这一格读作“{head}：{cell}”", "This cell reads “{head}: {cell}”"),
    "shared_also": ("同时适用", "Also applies"),
    "repairs": ("整理说明：这份文本修复了 {count} 处排版", "Repairs: {count} faults of layout were mended in this text"),
    "repair": ("“{before}” 改为 “{after}”：{reason}", "“{before}” → “{after}”: {reason}"),
    "status_in_force": ("现行有效", "in force"),
    "missing": ("没有找到，可能已删除，或不属于您。", "Not found: it may have been deleted, or it is not yours."),
    "missing_mark": ("这一处引用打不开：{reason}", "This citation cannot be opened: {reason}"),
    "matches": ("对照您说的情况", "Compared with what you said"),
    "matches_met": ("符合", "Fits"),
    "matches_unknown": ("可能符合", "May fit"),
    "matches_not_met": ("不符合", "Does not fit"),
    "matches_needs": ("还要确认：{facts}", "Still to confirm: {facts}"),
    "matches_fails": ("不符合的条件：{facts}", "Conditions not met: {facts}"),
    "matches_silent": ("条文没有写明：{facts}", "The clause does not state: {facts}"),
    "matches_agency": ("可问：{agency}（条款写明）", "Ask: {agency} (named by the clause)"),
    "matches_issuer": (
        "可问：{agency}（发文机关，条款没有写明主管部门）",
        "Ask: {agency} (the issuer; the clause names no agency)",
    ),
    "matches_amount": ("金额：{amount}", "Amount: {amount}"),
    "matches_open": ("看条文", "See the clause"),
    "matches_ask": ("再说一点会更准", "Tell a little more"),
    "matches_reply": ("回答这个问题", "Answer this"),
    "matches_left": ("没有列出：{reason}", "Left out: {reason}"),
    "matches_rule": ("能否同时享受：", "May be combined: "),
    "told": ("（补充：{fact}）", "({fact})"),
    "disclaimer": (
        "回答由程序依据所列条款生成，仅供参考，以政府部门公布的正式文本和答复为准。",
        "Made by a program from the clauses listed, for reference only; the official text and the authorities' reply prevail.",
    ),
    "shared_title": ("分享的对话", "A shared conversation"),
    "shared_note": (
        "这是别人分享的对话，点编号可以看到原文。",
        "Somebody shared this conversation; the numbers open the original text.",
    ),
    "shared_ask": ("我也要问", "Ask yourself"),
    "shared_missing": ("这个分享链接不存在，或者已经停止分享。", "This link does not exist, or sharing was stopped."),
}

EXAMPLES: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = (
    (("创业的人", "Founders"), ("大学毕业生自己创业，能得到哪些支持？", "What support do graduates get who start a business?")),
    (("企业", "Companies"), ("小微企业贷款难，有什么政策？", "What helps small companies that cannot get loans?")),
    (
        ("科研人员", "Researchers"),
        (
            "在大学当老师，带着成果出来办公司，人事关系能保留几年？",
            "For how many years may a university teacher who founds a company keep the post?",
        ),
    ),
    (
        ("机关工作人员", "Officials"),
        ("到2020年全国研发经费要占GDP多少？省里呢？", "What share of GDP is R&D spending to reach by 2020?"),
    ),
)
"""(kind of user, question), each in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: `words("waiting", place=2)`."""

    lang: Language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values put in.

        Raises:
            KeyError: no such key, or a value is missing.
        """
        text = _WORDS[key][LANGUAGES.index(self.lang)]
        return text.format(**values) if values else text

    @property
    def tag(self) -> str:
        """For the attribute `lang`."""
        return "zh-CN" if self.lang == "zh" else "en"

    @property
    def root(self) -> str:
        """The path of the page in this language."""
        return "/" if self.lang == "zh" else "/en/"

    @property
    def examples(self) -> list[tuple[str, str]]:
        number = LANGUAGES.index(self.lang)
        return [(kind[number], question[number]) for kind, question in EXAMPLES]


ZH, EN = Words("zh"), Words("en")


def of(lang: str | None) -> Words:
    """The words of a language tag; Chinese for any other than English."""
    return EN if lang == "en" else ZH
