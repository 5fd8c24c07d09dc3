"""Loading a fragment line by line into a running configuration: what the indented-block languages of the Cisco kind share."""

from __future__ import annotations

from ..errors import MergeError
from ._address import canonical
from ._block import PLACEHOLDER
from ._mergelists import Listing, Refused
from ._mergetext import OPAQUE, Block, Key, Rule, Shown, dictated


class Loader(Shown):
    """A configuration and the mode that the next line of a fragment meets."""

    headers: tuple[str, ...] = ("Building", "Current", "Using")

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self._plain: tuple[Block, Key, int] | None = None
        """Where the last line was put, if it was a plain statement, and its indentation."""

    # What a language says of itself.

    def knows(self, block: Block, body: list[str]) -> bool:
        """Whether `no` in front of a statement that is not there is known to change nothing."""
        return self.speaks(block.mode, body)

    def default_on(self, mode: str, body: list[str]) -> bool:
        """Whether the statement is on by default, so that its `no` is kept."""
        return False

    def removed(self, parent: Block, body: list[str], mode: str) -> None:
        """`no` in front of the head of a block."""
        parent.kids.pop(self.block_key(parent, body), None)

    def emptied(self, parent: Block, body: list[str]) -> None:
        """`default` in front of the head of a block: of an interface goes what stands under it, of no other is it known."""
        if not self.resets_interfaces or body[0] != "interface" or len(body) < 2:
            raise Refused("what `default` leaves of a block is not known")
        there = parent.kids.get(self.block_key(parent, body))
        if isinstance(there, Block):
            there.kids, there.raw = {}, []

    def put(self, block: Block, body: list[str]) -> None:
        """A statement meets a block."""
        for one in self.split(block, body):
            self.store(block, one)

    def take(self, block: Block, body: list[str], *, reset: bool) -> None:
        """`no`, or `default` (`reset`), in front of a statement meets a block."""
        for one in self.split(block, body):
            self.drop(block, one, reset=reset)

    # Statements and their places.

    def store(self, block: Block, body: list[str]) -> None:
        """Keep a statement by the rule of its place."""
        key, rule = self.slot(block, body)
        for sign in ("no", "default"):
            block.kids.pop((sign, *key), None)
        there = block.kids.get(key)
        line = " ".join(body)
        extras = self.extras(block, key)
        if extras and line in (there, *(block.kids[one] for one in extras)):
            return
        for extra in extras:
            if rule != "replace":
                raise Refused(f"the configuration has several lines of it (`{block.kids[extra]}`)")
            del block.kids[extra]
        if isinstance(there, str) and rule in ("collect", "grow", "fixed") and there != line:
            line = self._together(there, body, key, rule)
        block.kids[key] = line

    def _together(self, there: str, body: list[str], key: Key, rule: Rule) -> str:
        old = there.split()
        if rule == "collect":
            head = len(key)
            return " ".join(dict.fromkeys([*old[:head], *old[head:], *body[head:]]))
        if rule == "grow" and set(old) <= set(body):
            return " ".join(body)
        raise Refused(f"the router holds `{there}`, and what the line makes of that is not known: take it away first")

    def drop(self, block: Block, body: list[str], *, reset: bool) -> None:
        """Take statements away: the one in the place of the statement, or all that begin with its words."""
        key, rule = self.slot(block, body)
        there = block.kids.get(key)
        negative = ("no", *key)
        if isinstance(there, str):
            self._without(block, key, there, body, rule)
        else:
            found = [one for one, text in block.kids.items() if isinstance(text, str) and self.names(text, body)]
            if len(body) == 1 and any(len(one) > 1 for one in found):
                raise Refused("an incomplete statement")
            for one in found:
                del block.kids[one]
            if not found and not reset and (not self.knows(block, body) or self.default_on(block.mode, body)):
                block.kids[negative] = "no " + " ".join(body)
        if reset:
            block.kids.pop(negative, None)
        elif isinstance(there, str) and self.default_on(block.mode, body):
            block.kids[negative] = "no " + " ".join(body)

    def _without(self, block: Block, key: Key, there: str, body: list[str], rule: Rule) -> None:
        """Take away a statement, or the values that are named of one that collects."""
        old = there.split()
        if rule == "collect" and len(body) > len(key):
            left = [one for one in old[len(key) :] if one not in body[len(key) :]]
            if left:
                block.kids[key] = " ".join([*old[: len(key)], *left])
                return
        elif rule != "collect" and (not self.names(there, body) or (rule == "fixed" and len(key) < len(body) < len(old))):
            raise Refused(f"the router holds `{there}`: whether this takes it away is not known")
        for extra in self.extras(block, key):
            del block.kids[extra]
        del block.kids[key]

    def names(self, there: str, body: list[str]) -> bool:
        """Whether the words after `no` mean the stored statement: they are its first words."""
        return [canonical(one) for one in there.split(None, len(body))[: len(body)]] == [canonical(one) for one in body]

    def front(self, candidate: str) -> None:
        """Comments in front of a whole configuration, which tell device and version."""
        for line in candidate.splitlines():
            if not line.startswith(self.comments):
                if line.strip() and line.split()[0] not in self.headers:
                    return
            elif line.strip(self.comments[0] + " "):
                self.root.kids[("!", self.unique())] = line

    # The fragment.

    def load(self, text: str) -> None:
        """Enter a fragment; MergeError names the line that is refused or whose effect is not known."""
        self.shown, self.stack = False, [self.root]
        lines = text.splitlines()
        index = 0
        while index < len(lines):
            self.number = index + 1
            try:
                behind = self.free_text(lines, index)
                if behind > index:
                    self.define(self.text_key(lines[index]), "\n".join(lines[index:behind]))
                    index = behind
                    continue
                self.feed(lines[index])
            except Refused as why:
                raise MergeError(f"line {self.number} of the fragment, `{lines[index].strip()}`: {why}") from why
            index += 1

    def define(self, key: Key, text: str) -> None:
        """A text replaces the one in its place; it is entered at the top level."""
        self.root.kids[key] = text
        self.stack = [self.root]

    def feed(self, raw: str) -> None:
        """One line of a fragment."""
        words = raw.split()
        if not words or (words[0].startswith(self.comments) and words[0] != PLACEHOLDER) or words[0] in self.headers:
            return
        if self.ended:
            raise Refused("nothing that stands after `end` is loaded")
        if len(words) == 1 and words[0] == "end":
            self.ended = True
            return
        if len(words) == 1 and words[0] in self.closes:
            del self.stack[max(1, len(self.stack) - 1) :]
            return
        body, indent = dictated(words), len(raw) - len(raw.lstrip())
        last = len(self.stack) - 1
        depth = next((at for at in range(last, -1, -1) if self._takes(at, body, indent)), -1)
        if self._deeper(depth, body, indent):
            depth = len(self.stack) - 1
        del self.stack[(depth if depth >= 0 else last if indent else 0) + 1 :]
        self._plain = None
        self.enter(words, body, indent)

    def _deeper(self, depth: int, body: list[str], indent: int) -> bool:
        """Whether a line belongs under the plain statement before it, which is the head of a block that no check reads."""
        if self._plain is None or indent <= self._plain[2] or self.speaks("strong", body):
            return False
        here, key, column = self._plain
        place = next((at for at, one in enumerate(self.stack) if one is here), -1)
        there = here.kids.get(key)
        if not isinstance(there, str) or place < 0 or (place > 0 and depth >= place):
            return False
        del self.stack[place + 1 :]
        here.kids[key] = Block(there, OPAQUE, indent=column)
        self.stack.append(here.kids[key])  # type: ignore[arg-type]
        return True

    def enter(self, words: list[str], body: list[str], indent: int) -> None:
        """A statement meets the block on top of the stack."""
        here = self.stack[-1]
        self.read(here)
        if isinstance(here, Listing):
            here.line(words)
            return
        found = self.listing(body) if here is self.root else None
        if found is not None:
            self._list_line(found[0], found[1], words)
            return
        mode = self.opens(here.mode, body)
        if words[0] == PLACEHOLDER:
            here.kids[(PLACEHOLDER, self.unique())] = " ".join(words)
        elif mode and words is body:
            self._open(here, words, mode, indent)
        elif mode == OPAQUE and here.mode == OPAQUE:
            for key in [key for key, one in here.kids.items() if isinstance(one, Block) and self.names(one.head, body)]:
                del here.kids[key]
        elif mode:
            if words[0] == "default":
                self.emptied(here, body)
            else:
                self.removed(here, body, mode)
        elif words is body:
            self.put(here, body)
            self._plain = (here, self.slot(here, body)[0], indent)
        else:
            self.take(here, body, reset=words[0] == "default")

    def _open(self, here: Block, words: list[str], mode: str, indent: int) -> None:
        key = self.block_key(here, words)
        one = here.kids.get(key)
        if isinstance(one, str):
            one = here.kids[key] = Block(one, mode)
        if isinstance(one, Listing):
            raise Refused(f"the router holds a list there: `{one.head}`")
        if one is None:
            one = here.kids[key] = Block(" ".join(words), mode, new=True)
            self.made(one, words)
        else:
            self.read(one)
            self.opened(one, words)
        one.indent = indent
        self.stack.append(one)

    def _list_line(self, new: Listing, rest: list[str], words: list[str]) -> None:
        """A statement about a list: its head alone, or with an entry."""
        kids = self.root.kids
        there = kids.get(new.key)
        listing = there if isinstance(there, Listing) else new
        listing.read()
        if words[0] in ("no", "default"):
            if there is not None and (not rest or listing.remove(rest)):
                del kids[new.key]
            return
        listing.same_kind(new)
        kids[new.key] = listing
        if rest:
            listing.add(rest)
        else:
            listing.bare = True
        if not rest and listing.opens:
            self.stack.append(listing)


def merged(loader: Loader, running: str, candidate: str) -> str:
    """The running configuration after a fragment was loaded; MergeError names a line that is refused."""
    loader.show(running)
    if not running.strip():
        loader.front(candidate)
    loader.load(candidate)
    return loader.text()
