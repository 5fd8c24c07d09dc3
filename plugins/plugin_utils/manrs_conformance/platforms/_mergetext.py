"""A configuration of an indented-block language as a tree: read only where a fragment speaks of it, and shown again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ._block import PLACEHOLDER
from ._mergelists import Listing, Refused

Key = tuple[str, ...]
Rule = Literal["each", "replace", "collect", "grow", "fixed"]
"""What a statement does to the one that is kept in its place: stand beside it (`each` has a place of its own), replace it, add its values to
those that are there (`collect`), extend it by options (`grow`), or something that is not known (`fixed`: refused unless equal)."""
OPAQUE = "opaque"
"""The mode of a block whose statements no check reads: nested by indentation, statements side by side."""


@dataclass(slots=True)
class Block:
    """A head and what stands under it, by the place where the router keeps it; `raw` is what was not read yet."""

    head: str
    mode: str
    kids: dict[Key, str | Block | Listing] = field(default_factory=dict)
    raw: list[str] = field(default_factory=list)
    indent: int = 0
    wholes: list[tuple[str, list[str]]] = field(default_factory=list)
    """Shown lines that are kept in parts (`Shown.split`), with their parts: as long as all of them are there, the line is shown as it was."""
    indented: bool = False
    """Whether the router shows its lines indented (else it may be text that was pasted together)."""
    new: bool = False


def dictated(words: list[str]) -> list[str]:
    """The words of a statement without `no` or `default` in front."""
    return words[1:] if len(words) > 1 and words[0] in ("no", "default") else words


class Shown(ABC):
    """A configuration as a router shows it; one subclass for each language."""

    step = 1
    """Columns of indentation for each level."""
    comments: tuple[str, ...] = ("!",)
    by_indent = False
    """Whether nested blocks are told by their indentation (else by their closing lines)."""
    closes: frozenset[str] = frozenset({"exit"})
    resets_interfaces = False
    """Whether `default interface` is known to leave the interface, and nothing under it."""

    def __init__(self) -> None:
        self.root = Block("", "")
        self.stack: list[Block | Listing] = [self.root]
        self.ended = self.was = False
        self.shown = True
        self._serial = 0
        self._before: tuple[Block, Key, int] | None = None
        """Where the last line of a block was kept, if it was plain, and its indentation."""

    # What a language says of itself.

    @abstractmethod
    def opens(self, mode: str, body: list[str]) -> str:
        """The mode that a statement opens where `mode` holds; empty when it opens none."""

    @abstractmethod
    def speaks(self, mode: str, body: list[str]) -> bool:
        """Whether the statement is known in that mode."""

    def block_key(self, parent: Block, body: list[str]) -> Key:
        """The place of a block; Refused where the router would not open it."""
        return tuple(body)

    def slot(self, block: Block, body: list[str]) -> tuple[Key, Rule]:
        """The place of a statement and what it does there."""
        return tuple(body), "each"

    def split(self, block: Block, body: list[str]) -> list[list[str]]:
        """A statement as those that the router keeps."""
        return [body]

    def listing(self, body: list[str]) -> tuple[Listing, list[str]] | None:
        """A new, empty list of the kind that a statement speaks of, and the words of its entry; None for other statements."""
        return None

    def closer(self, block: Block) -> str:
        """The line that ends a nested block where it is shown."""
        return ""

    def free_text(self, lines: list[str], index: int) -> int:
        """The index behind a text without statements (a banner) that starts at `index`; `index` itself when none does."""
        return index

    def text_key(self, line: str) -> Key:
        """The place of a text that starts with this line."""
        return ("text", *line.split()[:2])

    def made(self, block: Block, words: list[str]) -> None:  # noqa: B027  most languages have nothing to do here
        """A new block, and the words of its head."""

    def opened(self, block: Block, words: list[str]) -> None:
        """A fragment enters a block, by a head that may differ from the one that is there."""
        block.head = " ".join(words)

    # The running configuration.

    def show(self, text: str) -> None:
        """Take in what the router shows, without reading the inside of its blocks."""
        lines = text.splitlines()
        index = 0
        inside: Block | Listing | None = None
        last: Key | None = None
        parted = False
        while index < len(lines):
            raw = lines[index]
            behind = self.free_text(lines, index)
            if behind > index:
                self.root.kids[self._free(self.root, self.text_key(raw))] = "\n".join(lines[index:behind])
                index, inside, last = behind, None, None
                continue
            index += 1
            words = raw.split()
            if not words:
                continue
            if raw[0] in " \t" and inside is None and last is not None:
                inside = self._made_block(last)
            if raw[0] in " \t" and inside is not None:
                inside.raw.append(raw)
                inside.indented = True
            elif words[0].startswith(self.comments):
                if inside is not None and words[0] == PLACEHOLDER:
                    inside.raw.append(f" {raw}")
                else:
                    self.root.kids[("!", self.unique())] = raw
                    inside = None if inside is None or self.by_indent else inside
                last, parted = None, True
            elif inside is not None and self._goes_on(inside, words, parted):
                inside.raw.append(f" {raw}")
            else:
                inside, last = self._top(words)
                parted = False

    def _goes_on(self, inside: Block | Listing, words: list[str], parted: bool) -> bool:
        """Whether a line without indentation stands in the block before it, as in texts that were pasted together."""
        body = dictated(words)
        if inside.indented or self.by_indent:
            return False
        if body[0] in self.closes:
            return True
        return self.speaks(inside.mode, body) and not (parted and self.speaks("", body))

    def _made_block(self, key: Key) -> Block:
        """The plain line before an indented one is a head."""
        there = self.root.kids.get(key)
        if isinstance(there, Block):
            return there
        one = Block(str(there), OPAQUE)
        self.root.kids[key] = one
        return one

    def _top(self, words: list[str]) -> tuple[Block | Listing | None, Key | None]:
        """Keep one line of the top level; the block that it opens, or its place."""
        kids = self.root.kids
        line = " ".join(words)
        if line == "end":
            self.was = True
            return None, None
        found = self.listing(words)
        if found is not None:
            listing, rest = found
            there = kids.setdefault(listing.key, listing)
            if not isinstance(there, Listing):
                there = listing
                kids[(*listing.key, self.unique())] = there
            if rest:
                there.raw.append(" ".join(rest))
            else:
                there.bare = True
                there.same_kind(listing)
            return (None if there.flat or rest else there), None
        mode = self.opens("", words)
        if mode:
            return self._known_head(words, mode), None
        body = dictated(words)
        key = self._free(self.root, (*words[: words is not body], *self.slot(self.root, body)[0]))
        kids[key] = line
        return None, key

    def _known_head(self, words: list[str], mode: str) -> Block:
        try:
            key = self.block_key(self.root, words)
        except Refused:
            key = (*words, self.unique())
        there = self.root.kids.get(key)
        if isinstance(there, Block):
            self.opened(there, words)
            return there
        one = Block(" ".join(words), mode)
        self.root.kids[self._free(self.root, key)] = one
        return one

    def _free(self, block: Block, key: Key) -> Key:
        """A place for a shown line, beside the one that is there already."""
        if key not in block.kids:
            return key
        return (*key, "#") if (*key, "#") not in block.kids else (*key, "#", self.unique())

    def read(self, block: Block | Listing) -> None:
        """Read the inside of a block that a fragment speaks of."""
        if isinstance(block, Listing):
            block.read()
            return
        if not block.raw:
            return
        raw, block.raw = block.raw, []
        kept, self._before = (self.stack, self.shown), None
        self.stack, self.shown = [self.root, block], True
        block.indent = -1 if self.by_indent else 0
        for line in raw:
            self._inner(line)
        self.stack, self.shown = kept
        block.indent = 0

    def _inner(self, raw: str) -> None:
        """One shown line inside a block."""
        words = raw.split()
        indent = len(raw) - len(raw.lstrip())
        if words[0].startswith(self.comments) and words[0] != PLACEHOLDER:
            return
        if self.by_indent:
            while len(self.stack) > 2 and indent <= self.stack[-1].indent:
                self.stack.pop()
        if words[0] in self.closes and len(words) == 1:
            del self.stack[max(2, len(self.stack) - 1) :]
            return
        body = dictated(words)
        depth = len(self.stack) - 1
        if not self.by_indent:
            depth = next((at for at in range(depth, 0, -1) if self._takes(at, body, indent)), depth)
        del self.stack[depth + 1 :]
        here = self.stack[-1]
        assert isinstance(here, Block)
        mode = self.opens(here.mode, words)
        if mode:
            key = self.block_key(here, words)
            one = here.kids.get(key)
            if not isinstance(one, Block):
                one = here.kids[key] = Block(" ".join(words), mode)
                self.made(one, words)
            one.indent = indent
            self.stack.append(one)
        elif self._nested(here, words, indent):
            pass
        elif words[0] == PLACEHOLDER:
            here.kids[(PLACEHOLDER, self.unique())] = " ".join(words)
        elif words is not body:
            for each in self.split(here, body):
                here.kids[self._free(here, (words[0], *self.slot(here, each)[0]))] = " ".join([words[0], *each])
        else:
            parts = self.split(here, words)
            for each in parts:
                key = self._free(here, self.slot(here, each)[0])
                here.kids[key] = " ".join(each)
                self._before = (here, key, indent)
            if parts != [words]:
                here.wholes.append((" ".join(words), [" ".join(each) for each in parts]))

    def _nested(self, here: Block, words: list[str], indent: int) -> bool:
        """Put a line under the plain line before it, when it stands deeper and blocks are told by indentation."""
        before = self._before
        if not self.by_indent or before is None or before[0] is not here or indent <= before[2] or here.mode == OPAQUE:
            return False
        one = Block(str(here.kids[before[1]]), OPAQUE, {tuple(words): " ".join(words)}, indent=before[2])
        here.kids[before[1]] = one
        self.stack.append(one)
        return True

    def extras(self, block: Block, key: Key) -> list[Key]:
        """Further lines that a shown text has for one place."""
        if (*key, "#") not in block.kids:
            return []
        return [one for one in block.kids if one[: len(key) + 1] == (*key, "#")]

    def unique(self) -> str:
        """A word that no other key has."""
        self._serial += 1
        return f"#{self._serial}"

    def _takes(self, at: int, body: list[str], indent: int) -> bool:
        """Whether the block of that depth in the stack knows a statement."""
        here = self.stack[at]
        if here.mode == OPAQUE:
            return indent > here.indent and not self.speaks("strong", body)
        return self.speaks(here.mode, body)

    # The result.

    def text(self) -> str:
        """The configuration as the router would show it."""
        out: list[str] = []
        for item in self.root.kids.values():
            out += self._item(item, 0)
        if self.was or (self.ended and not self.was):
            out.append("end")
        return "".join(f"{line}\n" for line in out)

    def _item(self, item: str | Block | Listing, depth: int) -> Iterator[str]:
        pad = " " * (self.step * depth)
        if isinstance(item, str):
            yield pad + item
        elif isinstance(item, Listing):
            yield from item.text(self.step)
        else:
            yield pad + item.head
            yield from item.raw
            plain = [(key, one) for key, one in item.kids.items() if isinstance(one, str)]
            for line in _whole(item, [line for _, line in self.arranged(item, plain)]):
                yield f"{pad}{' ' * self.step}{line}"
            for one in item.kids.values():
                if not isinstance(one, str):
                    yield from self._item(one, depth + 1)
            if depth and self.closer(item):
                yield pad + self.closer(item)
            if item.new and not depth:
                yield self.comments[0]

    def arranged(self, block: Block, lines: list[tuple[Key, str]]) -> list[tuple[Key, str]]:
        """The plain lines of a block in the order that they are shown in."""
        return lines


def _whole(block: Block, lines: list[str]) -> list[str]:
    """The plain lines of a block, those that are kept in parts put together again."""
    for line, parts in block.wholes:
        if all(one in lines for one in parts):
            lines = [line if one == parts[0] else one for one in lines if one == parts[0] or one not in parts]
    return lines
