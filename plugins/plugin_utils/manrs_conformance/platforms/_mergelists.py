"""Lists of a configuration that a fragment is loaded into: entries by number, and what a router makes of one that is there already."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ._lists import Unreadable, prefix_entry

Entry = tuple[int | None, Hashable, str]
"""Number, what makes it the same as another, and the text without number; an empty text names an entry by its number alone."""


class Refused(Exception):
    """A line that the router would refuse, or whose effect on what it holds is not known; the text says why."""


@dataclass(frozen=True, slots=True)
class ListRules:
    """How a platform keeps a kind of list.

    `entry` reads the words of an entry (Unreadable when it cannot). `numbered` writes number and text; an empty text of the number is shown
    where the list hides its numbers. `taken`: what an entry does to another one under its number. `twice`: what happens to an entry that
    the list has under another number. `removal`: whether `no` with an entry takes `one` away, or the `whole` list on some releases (then it
    is refused unless both are the same). `missing`: whether an entry that cannot be found may be there in another spelling.
    """

    entry: Callable[[list[str]], Entry]
    numbered: Callable[[int, str], str]
    step: int = 5
    taken: Literal["refuse", "replace"] = "refuse"
    twice: Literal["refuse", "keep", "add"] = "refuse"
    removal: Literal["one", "whole"] = "one"
    missing: bool = False
    notes: frozenset[str] = frozenset({"description", "remark"})
    outlives: bool = False
    """Whether the head stays when the last entry goes."""
    plain: bool = False
    """Whether entries have no numbers that a fragment could name."""
    silent: bool = False
    """Whether numbers are shown only where they were given."""


@dataclass(slots=True)
class Listing:
    """One list: `raw` until a fragment speaks of it, entries by number then."""

    head: str
    key: tuple[str, ...]
    rules: ListRules
    flat: bool = True
    """Whether every line repeats the head (else entries stand under it)."""
    raw: list[str] = field(default_factory=list)
    entries: dict[int, tuple[Hashable, str]] = field(default_factory=dict)
    numbers: dict[Hashable, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    hidden: bool = False
    """Whether the router does not show the numbers."""
    unread: list[str] = field(default_factory=list)
    bare: bool = False
    top: int = 0
    """The greatest number given so far."""
    opens: bool = False
    """Whether the head alone opens a mode for entries."""
    mode: str = "list"
    indent: int = 0
    indented: bool = False

    def same_kind(self, other: Listing) -> None:
        """Refused when the router holds a list of another kind under the name; a head of a block makes a block of it."""
        if self.head.split()[:-1] != other.head.split()[:-1] and not (self.flat and not other.flat):
            raise Refused(f"the router holds `{self.head}` under that name")
        if self.flat and not other.flat:
            self.head, self.flat, self.opens, self.rules = other.head, False, other.opens, other.rules

    def read(self) -> None:
        """Read what the router shows of the list."""
        raw, self.raw = self.raw, []
        for text in raw:
            words = text.split()
            if words[0].startswith("!"):
                if words[0] != "!":
                    self.unread.append(text.strip())
                continue
            try:
                if self._note(words):
                    continue
                seq, same, line = self.rules.entry(words)
            except Unreadable:
                self.unread.append(" ".join(words))
                continue
            if seq is None:
                self.hidden = self.hidden or not self.rules.plain
                seq = self._next()
            self._keep(seq, same, line)

    def _note(self, words: list[str]) -> bool:
        at = 1 if words[0].isdecimal() else 2 if words[0] in ("seq", "sequence") else 0
        if words[at : at + 1] and words[at] in self.rules.notes:
            self.notes.append(" ".join(words))
            return True
        return False

    def _keep(self, seq: int, same: Hashable, line: str) -> None:
        self.entries[seq] = (same, line)
        self.numbers.setdefault(same, seq)
        self.top = max(self.top, seq)

    def _next(self) -> int:
        return self.top + self.rules.step

    def line(self, words: list[str]) -> None:
        """A line of a fragment inside the block of the list."""
        if words[0] in ("no", "default"):
            self.remove(words[1:])
        elif words[0] == "resequence" and all(one.isdecimal() for one in words[1:]):
            start, step = ([int(one) for one in words[1:]] + [self.rules.step] * 2)[:2]
            self.renumber(start, step)
        else:
            self.add(words)

    def add(self, words: list[str]) -> None:
        """An entry meets the list."""
        if self._note(words):
            return
        try:
            seq, same, line = self.rules.entry(words)
        except Unreadable:
            text = " ".join(words)
            self.unread += [] if text in self.unread else [text]
            return
        if not line:
            raise Refused("an entry without an action")
        there = self.numbers.get(same)
        if seq is None:
            self.hidden = self.hidden or (self.rules.silent and not self.entries)
            if there is None or self.rules.twice == "add":
                self._keep(self._next(), same, line)
            return
        if seq in self.entries and self.entries[seq][0] == same:
            return
        if self.hidden:
            raise Refused("the router does not show the numbers of this list, so where the entry comes to stand is not known")
        self._insert(seq, same, line, there)

    def _insert(self, seq: int, same: Hashable, line: str, there: int | None) -> None:
        if there is not None and self.rules.twice != "add":
            if self.rules.twice == "refuse":
                raise Refused(f"the list has that entry already, under number {there}")
            return
        if seq in self.entries:
            if self.rules.taken == "refuse":
                raise Refused(f"number {seq} is taken by `{self.entries[seq][1]}`")
            self._forget(seq)
        self._keep(seq, same, line)

    def _forget(self, seq: int) -> None:
        same, _ = self.entries.pop(seq)
        if seq == self.top:
            self.top = max(self.entries, default=0)
        if self.numbers.get(same) == seq:
            del self.numbers[same]
            if self.rules.twice == "add":
                other = min((number for number, one in self.entries.items() if one[0] == same), default=None)
                if other is not None:
                    self.numbers[same] = other

    def remove(self, words: list[str]) -> bool:
        """`no` with an entry; whether the list itself is gone then."""
        at = 1 if words[0].isdecimal() else 2 if words[0] in ("seq", "sequence") else 0
        if words[at : at + 1] and words[at] in self.rules.notes:
            text = " ".join(words[at:])
            self.notes = [one for one in self.notes if text not in one]
            return not self.entries and not self.notes and not self.rules.outlives
        if " ".join(words) in self.unread:
            self.unread.remove(" ".join(words))
            return not self.entries and not self.unread and not self.rules.outlives
        try:
            seq, same, line = self.rules.entry(words)
        except Unreadable as error:
            raise Refused("which entry this takes away is not known") from error
        number = seq if seq is not None else self.numbers.get(same)
        if seq is not None and self.hidden:
            raise Refused("the router does not show the numbers of this list")
        if number is None or number not in self.entries:
            if self.unread:
                raise Refused(f"the list holds an entry that was not understood: `{self.unread[0]}`")
            if self.rules.missing and line:
                raise Refused("no entry that the router shows is spelled so")
            return False
        if line and self.entries[number][0] != same:
            raise Refused(f"number {number} is `{self.entries[number][1]}`")
        if self.rules.removal == "whole" and seq is None and len(self.entries) > 1:
            raise Refused("whether this takes one entry away or the whole list depends on the release")
        self._forget(number)
        return not self.entries and not self.rules.outlives

    def renumber(self, start: int, step: int) -> None:
        """Give the entries new numbers, in their order."""
        if self.unread:
            raise Refused(f"the list holds an entry that was not understood: `{self.unread[0]}`")
        kept = [self.entries[number] for number in sorted(self.entries)]
        self.entries, self.numbers, self.hidden, self.top = {}, {}, False, 0
        for place, (same, line) in enumerate(kept):
            self._keep(start + place * step, same, line)

    def text(self, step: int) -> Iterator[str]:
        """The lines of the list."""
        front = f"{self.head} " if self.flat else " " * step
        if not self.flat or (self.bare and not self.entries and not self.raw):
            yield self.head
        if self.raw:
            yield from (front + one.strip() for one in self.raw)
            return
        yield from (front + one for one in self.notes)
        for number in sorted(self.entries):
            line = self.entries[number][1]
            yield front + (line if self.hidden or self.rules.plain else self.rules.numbered(number, line))
        yield from (front + one for one in self.unread)


def prefix_rules(afi: Literal[4, 6], **more: object) -> ListRules:
    """Rules of a prefix list: numbers in fives, entries compared as ranges of prefixes."""

    def entry(words: list[str]) -> Entry:
        if len(words) == 2 and words[0] == "seq" and words[1].isdecimal():
            return int(words[1]), None, ""
        seq, one = prefix_entry(words, afi, 0)
        return seq, one, " ".join(words[2:] if words[0] == "seq" else words)

    return ListRules(entry, lambda number, text: f"seq {number} {text}", **more)  # type: ignore[arg-type]


def acl_entry(words: list[str]) -> Entry:
    """An entry of an access list, its number in front or behind; addresses that are the same in two spellings compare as one."""
    seq, rest = None, words
    if len(words) > 2 and words[-2] == "sequence" and words[-1].isdecimal():
        seq, rest = int(words[-1]), words[:-2]
    elif words[:1] in (["sequence"], ["seq"]) and len(words) > 1 and words[1].isdecimal():
        seq, rest = int(words[1]), words[2:]
    elif words[0].isdecimal():
        seq, rest = int(words[0]), words[1:]
    if not rest:
        return seq, None, ""
    if rest[0] not in ("permit", "deny"):
        raise Unreadable(" ".join(words))
    out: list[str] = []
    at = 0
    while at < len(rest):
        pair = rest[at : at + 2]
        if pair == ["0.0.0.0", "255.255.255.255"]:
            out.append("any")
        elif len(pair) == 2 and pair[0].count(".") == 3 and pair[1] == "0.0.0.0":
            out += ["host", pair[0]]
        else:
            out.append(pair[0].lower())
            at -= 1
        at += 2
    return seq, tuple(one for one in out if one not in ("log", "log-input")), " ".join(rest)


def plain_entry(words: list[str]) -> Entry:
    """An entry of a list that most releases keep without numbers."""
    seq, rest = None, words
    if words[0].isdecimal() and len(words) > 1:
        seq, rest = int(words[0]), words[1:]
    elif words[0] == "seq" and len(words) > 2 and words[1].isdecimal():
        seq, rest = int(words[1]), words[2:]
    if not rest or rest[0] not in ("permit", "deny"):
        raise Unreadable(" ".join(words))
    return seq, tuple(rest), " ".join(rest)
