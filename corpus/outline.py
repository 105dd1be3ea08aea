"""Text → outline: a tree of labelled and unlabelled blocks, each with its own span.

The rules (docs/architecture.md tells them with examples):
1. A label whose kind is open continues that list; any other opens a list below. 篇 … 条 have a fixed order.
2. 一、 and 1、 are one list where the number continues (a pasted list often changes script half way).
3. A box (专栏) ends at two blank lines, or where plain text resumes after its numbered items.
4. Dash items and lists after “…：” belong to the paragraph before them.
5. A title line after which the outermost list starts again at 1 begins an annex.
"""

from __future__ import annotations

import re

from corpus import numerals
from corpus.address import quoted
from corpus.blocks import Line, Node, lines_of
from corpus.labels import STRUCTURE, Label, is_short_title

_INNER = ("dot", "adun", "pnum", "rnum", "circle", "dash", "decimal2", "decimal3", "decimal4")
_SHARED = re.compile(r"[（(]?以上(?P<count>[一二三四五六七八九十两\d]+)[项条款]")
_MARKDOWN = re.compile(r"(#{1,6}) +")
_CLOSING = re.compile(
    r"(?:[12]\d{3}年\d{1,2}月\d{1,2}日|二〇[〇一二三四五六七八九]{2}年.{1,6}日)\Z|[（(](?:此件|本文)[^）)]*[）)]\Z"
)


def outline(text: str) -> Node:
    """The tree of a repaired text; the root has no span of its own."""
    return _Builder(text, lines_of(text)).build()


class _Builder:
    """Places lines one after another; `open` is the path from the root to the innermost open block."""

    def __init__(self, text: str, lines: list[Line]) -> None:
        self.text, self.lines = text, lines
        self.root = Node("root", "", 0, 0, 0, rank=0)
        self.open: list[Node] = [self.root]
        self.annexes = 0
        self.closing = self._closing_from()

    def build(self) -> Node:
        for number, line in enumerate(self.lines):
            if number >= self.closing:
                self._closing(line)
            elif line.table:
                self._table(line)
            elif line.label and not self._stray(line):
                self._labelled(line.label, line)
            else:
                self._plain(number, line)
        return self.root

    # --- where a block goes -------------------------------------------------

    def _add(self, parent: Node, node: Node) -> Node:
        while self.open[-1] is not parent:
            self.open.pop()
        node.parent = parent
        parent.children.append(node)
        self.open.append(node)
        return node

    def _labelled(self, label: Label, line: Line) -> None:
        if label.kind == "annex":
            self._annex(line, label.rest.strip())
            return
        parent, kind, rank = self._parent_of(label)
        canonical, value = label.canonical, label.value
        if kind == "dash":
            value = 1 + sum(n.kind == "dash" for n in parent.children)
            canonical = f"——{value}"
        elif kind == "box" and not label.value:
            value = 1 + sum(n.kind == "box" for n in parent.children)
            canonical = f"专栏{value}"
        rest = label.rest.strip()
        # An article's one sentence is its rule, however short; elsewhere a short sentence is a heading.
        inline = bool(rest) and (not is_short_title(rest) or (kind == "条" and rest[-1] in "。；：:"))
        node = Node(kind, canonical, value, line.body_start, line.end, _title(rest, inline), inline, rank=rank)
        self._add(parent, node)

    def _parent_of(self, label: Label) -> tuple[Node, str, float]:
        """(parent, kind, rank) for a label, by rule 1 and 2."""
        kind = label.kind
        if kind in STRUCTURE:
            rank = STRUCTURE[kind]
            beside = label.marks / 10 if label.marks else 1  # “## 第一章” closes “## 序言”
            return next(n for n in reversed(self.open) if n.rank < rank and not beside <= n.rank < 1), kind, rank
        if kind == "box":
            holder = next(n for n in reversed(self.open) if n is self.root or (n.heading and n.kind != "box"))
            return holder, kind, 50
        inside_box = True
        for depth in range(len(self.open) - 1, 0, -1):
            node = self.open[depth]
            if node.kind == "box" and kind in _INNER and inside_box:
                listed = [n for n in node.children if n.kind == kind]
                if label.value <= 1 or (listed and listed[-1].value == label.value - 1):
                    break
                inside_box = False
            if self._continues(node, label):
                return self.open[depth - 1], node.kind, node.rank
        return self._below(label), *self._new_kind(label)

    def _continues(self, node: Node, label: Label) -> bool:
        if node.kind == label.kind and (node.kind != "dun" or not self._script_changed(node, label)):
            return True
        return {node.kind, label.kind} <= {"dun", "adun"} and label.value == node.value + 1

    @staticmethod
    def _script_changed(node: Node, label: Label) -> bool:
        return node.label.endswith("、") and label.value != node.value + 1

    def _below(self, label: Label) -> Node:
        """The block under which a new list opens."""
        kind = label.kind
        if kind == "dun":  # 一、 stands outside everything but 篇 … 条, boxes and annexes
            return next(n for n in reversed(self.open) if n.rank <= STRUCTURE["条"] or n.kind in ("box", "annex", "group"))
        top = self.open[-1]
        if top.kind == "para":
            lead = top.parent is not None and top.parent.heading and len(top.parent.children) == 1
            captures = kind == "dash" or self.text[top.end - 1] in "：:" or self._restarts(top, label)
            return top if captures and not (lead and kind != "dash") else top.parent or self.root
        if top.kind in ("dash", "front", "closing", "row"):
            return next(n for n in reversed(self.open) if n.kind not in ("dash", "front", "closing", "row", "table"))
        return top

    @staticmethod
    def _restarts(para: Node, label: Label) -> bool:
        holder = para.parent
        return holder is not None and any(n.label == label.canonical for n in holder.children)

    def _new_kind(self, label: Label) -> tuple[str, float]:
        """1、 opens the outermost list where no 一、 is open and only 篇 … 节 stand above it (rule 2)."""
        if label.kind == "adun" and all(n.rank < STRUCTURE["条"] or n.kind in ("annex", "para") for n in self.open):
            return "dun", 10
        return label.kind, 10 if label.kind == "dun" else 20

    def _stray(self, line: Line) -> bool:
        """A number that a word processor put before the body of an empty heading: 6、 heading / 7、 long text."""
        label = line.label
        if label is None or label.kind not in ("dun", "adun") or is_short_title(label.rest):
            return False
        last = next((n for n in reversed(self.open) if n.kind == "dun"), None)
        if last is None or last is not self.open[-1] or last.inline or last.children or label.value != last.value + 1:
            return False
        before = last.siblings_before()
        return len(before) >= 2 and all(not n.inline and n.children for n in before)

    # --- lines without a label ----------------------------------------------

    def _plain(self, number: int, line: Line) -> None:
        text = line.text.strip()
        self._leave_box(number, line)
        following = self.lines[number + 1].label if number + 1 < len(self.lines) else None
        first = not self.root.children or not text.startswith("#")
        if first and not self._body_seen() and is_short_title(text) and not text.endswith("。"):
            self._front(line)
        elif self._shared_note(line, text):
            pass
        elif mark := _MARKDOWN.match(text):
            self._markdown(line, len(mark.group(1)), text[mark.end() :])
        elif following and self._begins_annex(text, following):
            self._annex(line, text)
        elif following and following.value == 1 and self._is_group(text):
            self._group(line, text.rstrip("：:"))
        else:
            self._paragraph(line)

    def _body_seen(self) -> bool:
        return any(n.kind not in ("front", "para") for n in self.root.children)

    def _front(self, line: Line) -> None:
        last = self.root.children[-1] if self.root.children else None
        if last and last.kind == "front":
            last.end = line.end
            return
        count = 1 + sum(n.kind == "front" for n in self.root.children)
        label = "文首" if count == 1 else f"文首{count}"
        self._add(self.root, Node("front", label, count, line.body_start, line.end))

    def _shared_note(self, line: Line, text: str) -> bool:
        """“（以上三项工作牵头单位：…）” stands once for several items; it is tied to each of them."""
        match = _SHARED.match(text)
        item = next((n for n in reversed(self.open) if n.kind in ("dot", "paren", "pnum", "adun", "dun")), None)
        if not match or item is None or item.parent is None:
            return False
        items = [n for n in item.parent.children if n.kind == item.kind][-numerals.parse(match["count"]) :]
        note = self._para_node(item.parent, line)
        for covered in items:
            covered.shared.append((note.start, note.end))
        self._add(item.parent, note)
        self.open.pop()
        return True

    def _begins_annex(self, text: str, following: Label) -> bool:
        """A title line before the outermost list starts again (rule 5)."""
        outer = next((n for n in self.open if n.kind in ("dun", "章", "篇")), None)
        same = (outer is not None and {outer.kind, following.kind} <= {"dun", "adun"}) or (
            outer is not None and outer.kind == following.kind
        )
        return bool(
            same
            and outer
            and outer.parent in (self.root, *self._annex_nodes())
            and following.value == 1
            and outer.value > 1
            and is_short_title(text)
            and not text.endswith(("。", "：", ":"))
        )

    def _annex_nodes(self) -> list[Node]:
        return [n for n in self.root.children if n.kind == "annex"]

    def _annex(self, line: Line, title: str) -> None:
        self.annexes += 1
        node = Node("annex", f"附{self.annexes}", self.annexes, line.body_start, line.end, title, rank=0)
        self._add(self.root, node)

    def _is_group(self, text: str) -> bool:
        """A short “…：” line; inside an article it is a 款 like any other."""
        return len(text) <= 20 and text.endswith(("：", ":")) and all(n.kind != "条" for n in self.open)

    def _group(self, line: Line, title: str) -> None:
        """“重大工程：” before a list that starts at 1: a heading without a number."""
        while self.open[-1].kind in (*_INNER, "group", "para", "front", "row", "table") and self.open[-1].rank > 1:
            self.open.pop()
        parent = self._paragraph_parent()
        node = Node("group", quoted(title), 0, line.body_start, line.end, title, rank=60)
        self._add(parent, node)

    def _markdown(self, line: Line, depth: int, title: str) -> None:
        """“## 总则”: a heading without a number, outside 篇 … 条; its depth is its number of marks."""
        rank = depth / 10
        parent = next(n for n in reversed(self.open) if n.rank < rank)
        self._add(parent, Node("group", quoted(title), 0, line.body_start, line.end, title, rank=rank))

    def _leave_box(self, number: int, line: Line) -> None:
        box = next((n for n in reversed(self.open) if n.kind == "box"), None)
        if box is None or not (box.children or box.inline):
            return
        numbered = any(n.kind in _INNER for n in box.children)
        resumes = numbered and not line.text.rstrip().endswith(("：", ":")) and not self._blank_run_ahead(number)
        if line.blanks >= 2 or resumes:
            while self.open[-1] is not box.parent:
                self.open.pop()

    def _blank_run_ahead(self, number: int) -> bool:
        """True when two blank lines close the box further down, before the next heading or box."""
        for line in self.lines[number + 1 :]:
            if line.blanks >= 2:
                return True
            if line.label and line.label.kind not in _INNER:
                return False
        return False

    def _paragraph(self, line: Line) -> None:
        parent = self._paragraph_parent()
        self._add(parent, self._para_node(parent, line))

    def _paragraph_parent(self) -> Node:
        depth = len(self.open) - 1
        boxed = any(n.kind == "box" for n in self.open)
        while depth > 0:
            node = self.open[depth]
            item_of_box = boxed and node.kind in (*_INNER, "group")
            if node.kind in ("para", "dash", "row", "table", "front", "circle") or item_of_box or self._list_has_ended(node):
                depth -= 1
            else:
                break
        return self.open[depth]

    def _list_has_ended(self, node: Node) -> bool:
        """Plain text after “…；（二）…。” belongs to the list's holder, not to its last item."""
        if node.kind not in ("paren", *_INNER) or node.children:
            return False
        before = node.siblings_before()
        if not before:
            return False
        listed = self.text[before[-1].end - 1] in "；;，,、"
        leaves = not node.inline and all(not n.children and not n.inline for n in before)
        return listed or leaves

    def _para_node(self, parent: Node, line: Line) -> Node:
        count = sum(n.kind == "para" for n in parent.children)
        if parent.kind == "条":
            number = count + (2 if parent.inline else 1)
            return Node("para", f"第{numerals.spell(number)}款", number, line.body_start, line.end)
        number = count + (2 if parent.inline else 1)
        return Node("para", f"段{number}", number, line.body_start, line.end)

    # --- tables and the end -------------------------------------------------

    def _table(self, line: Line) -> None:
        table = line.table
        assert table is not None
        title = self._table_title(line)
        holder = title.parent if title and title.parent else self._paragraph_parent()
        number = 1 + sum(n.kind == "table" for n in holder.children)
        start = title.start if title else table.head.start
        if title and title.parent:
            title.parent.children.remove(title)
            self.open = [n for n in self.open if n is not title]
        name = self.text[title.start : title.end] if title else ""
        node = self._add(holder, Node("table", f"表{number}", number, start, table.head.end, name))
        for index, row in enumerate(table.rows):
            child = Node("row", f"行{index + 1}", index + 1, row.start, row.end, columns=table.columns(index))
            child.parent = node
            node.children.append(child)

    def _table_title(self, line: Line) -> Node | None:
        """The short plain line right above a table."""
        last = self.open[-1]
        between = self.text[last.end : line.start]
        if last.kind == "para" and not last.children and not between.strip() and between.count("\n") <= 2:
            return last if is_short_title(self.text[last.start : last.end], 50) else None
        return None

    def _closing_from(self) -> int:
        """Number of the first line of the signature at the end; len(lines) when there is none."""
        at = len(self.lines)
        seen = False
        while at > 0:
            line = self.lines[at - 1]
            text = line.text.strip()
            dated = bool(_CLOSING.search(text))
            if (
                line.label
                or line.table
                or len(text) > 30
                or text.endswith(("。", "；", "："))
                or not (dated or at < len(self.lines))
            ):
                break
            seen = seen or dated
            at -= 1
        return at if seen and at > 0 else len(self.lines)

    def _closing(self, line: Line) -> None:
        last = self.root.children[-1] if self.root.children else None
        if last and last.kind == "closing":
            last.end = line.end
            return
        self._add(self.root, Node("closing", "落款", 1, line.body_start, line.end))


def _title(rest: str, inline: bool) -> str:
    """The heading in a labelled line: all of it, or a short first sentence, or the words before a list."""
    if not inline:
        return rest.rstrip("。")
    if rest[-1] in "：:" and len(rest) <= 80:
        return rest
    first, stop, body = rest.partition("。")
    return first if stop and body and len(first) <= 40 and not re.search(r"[；：]", first) else ""
