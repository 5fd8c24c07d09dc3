"""A Junos configuration as a tree of words, the same for the curly and the `set` form, and the account of its lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...model.router import Secret, Taint, Unread
from .._block import UnreadState
from .lexer import DEEPEST

RANK = {0: 0, 105: 1, 117: 2, 115: 3, 63: 4}
"""Weight of a line state (irrelevant, used, unsupported, unrecognised): a line that is read more than once keeps the heaviest."""


@dataclass(slots=True)
class Node:
    """One word with the words that follow it; `lines` are those of statements that end here or of the block that opens here.

    `rows` hold runs of like statements on consecutive lines (first line, rest of each statement), so that large lists cost little.
    `inherited` names the group that the word came from, empty where it stands by itself.
    """

    kids: dict[str, Node] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    inherited: str = ""

    def at(self, *words: str) -> Node | None:
        """The node under these words, or None."""
        node: Node | None = self
        for word in words:
            node = node.kids.get(word) if node is not None else None
        return node

    def make(self, *words: str) -> Node:
        """The node under these words, made where missing."""
        node = self
        for word in words:
            found = node.kids.get(word)
            if found is None:
                found = node.kids[word] = Node()
            node = found
        return node

    def all_lines(self) -> list[int]:
        """Every line of the node and all below it."""
        out = list(self.lines)
        for first, rows in self.rows:
            out.extend(range(first, first + len(rows)))
        for kid in self.kids.values():
            out += kid.all_lines()
        return out

    def span(self) -> tuple[int, ...]:
        """Every line of the node and all below it, sorted, once each."""
        if len(self.rows) == 1 and not self.kids:
            first, rows = self.rows[0]
            return (*(one for one in sorted(self.lines) if one < first), *range(first, first + len(rows)))
        return tuple(sorted(set(self.all_lines())))

    def line(self) -> int:
        """The first line, or 0."""
        found = [*self.lines, *(first for first, _rows in self.rows), *(kid.line() for kid in self.kids.values())]
        return min((one for one in found if one), default=0)


@dataclass(slots=True)
class Book:
    """The account of a text: one state for each line, what was not read, and where secrets stand.

    `paths` has the words of the statement on a line: what stands before the word that was not understood is kept as `Unread.where`.
    """

    lines: list[str]
    states: bytearray = field(default_factory=bytearray)
    unread: dict[tuple[int, str], Unread] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)
    paths: dict[int, tuple[str, ...]] = field(default_factory=dict)
    blocks: list[tuple[int, int]] = field(default_factory=list)
    """Header and closing line of each block of the curly form, inner ones first."""
    bulk: list[tuple[int, int]] = field(default_factory=list)
    """First line of each run of rows, and the line after it."""
    flat: bool = False
    """Whether the text has the `set` form."""
    problem: str = ""
    """Why the text cannot be the whole configuration, or empty."""

    def __post_init__(self) -> None:
        """No line is accounted for at the start."""
        self.states = bytearray(len(self.lines))

    def mark(self, line: int, letter: int) -> None:
        """Give a line a state unless it has a heavier one."""
        if RANK[letter] > RANK[self.states[line - 1]]:
            self.states[line - 1] = letter

    def use(self, *nodes: Node | None) -> None:
        """These words and all below became part of the model."""
        for node in nodes:
            if node is not None:
                self._mark(node, 117)

    def skip(self, *nodes: Node | None) -> None:
        """These words and all below bear on no check."""
        for node in nodes:
            if node is not None:
                self._mark(node, 105)

    def _mark(self, node: Node, letter: int) -> None:
        for line in node.lines:
            self.mark(line, letter)
        for first, rows in node.rows:
            if not any(self.states[first - 1 : first - 1 + len(rows)]):
                self.states[first - 1 : first - 1 + len(rows)] = bytes((letter,)) * len(rows)
            else:
                for line in range(first, first + len(rows)):
                    self.mark(line, letter)
        for kid in node.kids.values():
            self._mark(kid, letter)

    def miss(self, word: str, node: Node, taint: Taint, state: UnreadState = "unrecognised") -> None:
        """The word and all below it were not understood and may change what `taint` names.

        A placeholder of an earlier reading (`!STATE`) keeps the state it had then.
        """
        if word.startswith("!"):
            state = "unsupported" if word.startswith("!unsupported") else "unrecognised"
        self.unbulk(node)
        self._miss(node, taint, state, 1)

    def _miss(self, node: Node, taint: Taint, state: UnreadState, depth: int) -> None:
        for line in node.lines:
            self.mark(line, 115 if state == "unsupported" else 63)
            where = " ".join(self.paths.get(line, ())[:-depth])
            made = Unread(line, self.lines[line - 1].strip(), state, taint, where)
            self.unread.setdefault((line, str(taint)), made)
        for kid in node.kids.values():
            self._miss(kid, taint, state, depth + 1)

    def unbulk(self, node: Node) -> None:
        """Turn rows into plain words."""
        rows, node.rows = node.rows, []
        for first, texts in rows:
            base = self.paths.get(-first, ())
            for line, text in enumerate(texts, first):
                words = text.split()
                if len(words) > DEEPEST:
                    continue
                node.make(*words).lines.append(line)
                self.paths[line] = (*base, *words)
        for kid in node.kids.values():
            self.unbulk(kid)

    def secret(self, line: int, value: str) -> None:
        """The last occurrence of `value` in the line is a secret."""
        start = self.lines[line - 1].rfind(value) if value else -1
        if start >= 0:
            self.secrets.append(Secret(line, start, start + len(value)))

    def finish(self) -> str:
        """One letter a line: blocks are used where anything in them is; a line that nobody read is unrecognised."""
        for number in self._open():
            if not self.lines[number - 1].strip():
                self.states[number - 1] = 105
        for start, end in self.blocks:
            self._close(start, end)
        self._keep()
        for number in self._open():
            self.states[number - 1] = 63
            made = Unread(number, self.lines[number - 1].strip(), "unrecognised", Taint("router"))
            self.unread.setdefault((number, "router"), made)
        return self.states.decode("ascii")

    def _keep(self) -> None:
        """A line of the `set` form that bears on nothing still says that its neighbour, unit or term exists."""
        if self.flat:
            for number, path in self.paths.items():
                if number > 0 and self.states[number - 1] == 105 and _structure(path):
                    self.states[number - 1] = 117

    def _open(self) -> Iterator[int]:
        """Lines that have no state yet."""
        at = self.states.find(0)
        while at >= 0:
            yield at + 1
            at = self.states.find(0, at + 1)

    def _close(self, start: int, end: int) -> None:
        """A block's last line shares the state of its first, which is used where anything inside is."""
        letter = self.states[start - 1]
        inside = self.states[start : end - 1]
        if RANK[letter] < 2 and (inside.strip(b"i") or not (inside or letter)):
            letter = 117
        self.states[start - 1] = letter = letter or 105
        self.mark(end, letter)
        if letter in (115, 63) and end != start:
            for key, one in list(self.unread.items()):
                if key[0] == start:
                    self.unread[(end, key[1])] = replace(one, line=end, text=self.lines[end - 1].strip())


def _structure(path: tuple[str, ...]) -> bool:
    """Whether a statement stands where its words name something that the model holds."""
    for head in ("groups", "logical-systems", "tenants", "routing-instances"):
        if path[:1] == (head,):
            return head == "routing-instances" or _structure(path[2:])
    return path[:1] in (("interfaces",), ("policy-options",), ("firewall",)) or path[:2] == ("protocols", "bgp")
