"""The curly form (`show configuration`) into a tree of words."""

from __future__ import annotations

from dataclasses import dataclass, field

from .lexer import DEEPEST, grouped, paths, split_modifiers, tokens
from .tree import Book, Node

ODD = ('"', "#", "/*", "[", "(", ": ")
"""What a line must not hold to be read by splitting it at blanks (a colon and a blank end a modifier)."""
BULK_ODD = ("{", '"', "#", "*", "[", "(", "!", "inactive:", "protect:", "apply-")


@dataclass(slots=True)
class _Open:
    """A block being read: where it hangs, its words, its header line, and whether it counts."""

    node: Node
    path: tuple[str, ...]
    line: int
    off: bool
    extra: tuple[Node, ...] = ()


@dataclass(slots=True)
class Reader:
    """State of the reading of one text."""

    book: Book
    root: Node = field(default_factory=Node)
    stack: list[_Open] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    since: int = 0
    comment: bool = False

    def read(self) -> Node:
        """The tree of the whole text."""
        lines = self.book.lines
        self.stack.append(_Open(self.root, (), 0, False))
        at = 0
        while at < len(lines):
            taken = self._bulk(at) if not self.pending and not self.comment else 0
            if taken:
                at += taken
                continue
            self._line(at + 1, lines[at])
            at += 1
        if self.pending:
            self.book.problem = self.book.problem or f"the text ends within a statement (line {self.since})"
        if len(self.stack) > 1:
            self.book.problem = self.book.problem or f"the block of line {self.stack[-1].line} is not closed: the text was cut"
        return self.root

    def _line(self, number: int, raw: str) -> None:
        text = raw.strip()
        if self.comment or "/*" in text:
            text = self._without_comment(text)
        if not text or text[0] == "#":
            self.book.mark(number, 105)
            return
        if text.startswith("!manrs-redacted"):
            self._redacted(number, text)
            return
        if text == "}":
            self._close(number)
            return
        if text[-1] in ";{" and not any(one in text for one in ODD) and text.count(";") + text.count("{") == 1 and "}" not in text:
            words = text[:-1].split()
            if not self.pending:
                self.since = number
            self.pending += words
            self._end(number, text[-1])
            return
        for token in tokens(text):
            if token in ("{", ";"):
                self._end(number, token)
            elif token == "}":
                self._close(number)
            else:
                if not self.pending:
                    self.since = number
                self.pending.append(token)

    def _without_comment(self, text: str) -> str:
        out = ""
        while text:
            if self.comment:
                _inside, end, text = text.partition("*/")
                self.comment = not end
                continue
            quoted = text.find('"')
            start = text.find("/*")
            if start < 0 or -1 < quoted < start:
                # A quoted text may hold `/*`: the tokens tell.
                return out + text
            out += text[:start]
            text = text[start + 2 :]
            self.comment = True
        return out.strip()

    def _redacted(self, number: int, text: str) -> None:
        words, _, where = text.partition(" @ ")
        state = "unsupported" if words.split()[1:2] == ["unsupported"] else "unrecognised"
        path = tuple(one for one in (grouped(tokens(where))) if isinstance(one, str))[:DEEPEST]
        self.root.make(*path, f"!{state}").lines.append(number)
        self.book.paths[number] = (*path, f"!{state}")

    def _end(self, number: int, token: str) -> None:
        """A statement or the head of a block is complete."""
        modifiers, words = split_modifiers(self.pending)
        self.pending = []
        top = self.stack[-1]
        off = top.off or "inactive:" in modifiers
        found = paths(grouped(words)) if words else []
        if not found:
            if token == "{":
                self.stack.append(_Open(Node(), top.path, number, True))
            return
        if len(top.path) + max(map(len, found)) > DEEPEST:
            # Left without an account: such a line is no Junos, and nobody reads what hangs below it.
            if token == "{":
                self.stack.append(_Open(Node(), (), number, False))
            return
        made = [(Node() if off else top.node.make(*path)) for path in found]
        for line in range(self.since, number + 1):
            self.book.paths[line] = (*top.path, *found[0])
            if off:
                self.book.mark(line, 105)
                continue
            for node in made:
                if line not in node.lines:
                    node.lines.append(line)
        if not off and modifiers & {"replace:", "delete:"}:
            self.book.problem = (
                self.book.problem or f"line {self.since} is a patch ({', '.join(sorted(modifiers))}), not a configuration"
            )
        if token == "{":
            self.stack.append(_Open(made[0], (*top.path, *found[0]), self.since, off, tuple(made[1:])))

    def _close(self, number: int) -> None:
        if self.pending:
            # Junos lets the last `;` of a block go.
            self._end(number, ";")
        if len(self.stack) < 2:
            self.book.problem = self.book.problem or f"line {number} closes a block that was not opened"
            self.book.paths[number] = ("!unrecognised",)
            self.root.make("!unrecognised").lines.append(number)
            return
        top = self.stack.pop()
        if top.off:
            self.book.mark(top.line, 105)
            self.book.mark(number, 105)
            return
        for one in top.extra:
            one.kids.update(top.node.kids)
            one.rows += top.node.rows
        self.book.blocks.append((top.line, number))

    def _bulk(self, at: int) -> int:
        """Lines taken as one run: the members of a prefix list, or route filters; 0 when this is none."""
        lines = self.book.lines
        text = lines[at].lstrip()
        top = self.stack[-1]
        if top.off:
            return 0
        if text.startswith("route-filter "):
            end = at
            while end < len(lines) and lines[end].lstrip().startswith("route-filter "):
                end += 1
            return self._run(top.node, (*top.path, "route-filter"), ("route-filter",), at, end)
        if len(top.path) > 1 and top.line == at and top.path[-2] in ("prefix-list", "route-filter-list"):
            end = at
            while end < len(lines) and "}" not in lines[end]:
                end += 1
            return self._run(top.node, top.path, (), at, end)
        return 0

    def _run(self, node: Node, path: tuple[str, ...], words: tuple[str, ...], at: int, end: int) -> int:
        chunk = self.book.lines[at:end]
        if len(chunk) < 4:
            return 0
        joined = "\n".join(chunk)
        if joined.count(";\n") != len(chunk) - 1 or not joined.endswith(";") or joined.count(";") != len(chunk):
            return 0
        if any(one in joined for one in BULK_ODD):
            return 0
        cut = sum(len(one) + 1 for one in words)
        rows = [one.strip()[cut:-1] for one in chunk]
        if "" in rows:
            return 0
        target = node.make(*words)
        target.rows.append((at + 1, rows))
        self.book.paths[-(at + 1)] = path
        self.book.bulk.append((at + 1, end + 1))
        return len(chunk)
