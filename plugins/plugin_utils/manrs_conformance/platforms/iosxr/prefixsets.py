"""Elements of a `prefix-set` or of an inline set of prefixes; hundreds of thousands of lines are the normal case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from socket import inet_aton

from ...model.policy import PrefixEntry, PrefixList
from ...model.ranges import Ranges
from .._lists import Unreadable, decimal, prefix
from .rpl import TOKEN

BOUNDS = frozenset({"ge", "le", "eq"})


@dataclass(slots=True)
class PrefixSet:
    """A set of both families, with the lines of elements that could not be read."""

    name: str
    v4: list[PrefixEntry] = field(default_factory=list)
    v6: list[PrefixEntry] = field(default_factory=list)
    doubts: list[int] = field(default_factory=list)
    lines: tuple[int, ...] = ()
    made: tuple[PrefixList, ...] | None = None

    def lists(self) -> tuple[PrefixList, ...]:
        """One list a family, the same objects every time: any element matches, none denies."""
        if self.made is None:
            four = PrefixList(self.name, 4, Ranges(self.v4), self.lines, "any", "prefix-set")
            six = PrefixList(self.name, 6, Ranges(self.v6), self.lines, "any", "prefix-set")
            self.made = tuple(one for one in (four, six) if one.entries) or (four,)
        return self.made

    def add(self, words: Sequence[str], line: int) -> None:
        """One element `P[/L] [ge a] [le b] [eq c]`; Unreadable for anything else (wildcard masks too)."""
        text = words[0] if words else ""
        afi = 6 if ":" in text else 4
        if "." not in text and ":" not in text:
            raise Unreadable(text)
        network, length = prefix(text, afi)
        size = 32 if afi == 4 else 128
        bounds = dict(zip(words[1::2], words[2::2], strict=False))
        if len(bounds) * 2 != len(words) - 1 or not bounds.keys() <= BOUNDS or ("eq" in bounds and len(bounds) > 1):
            raise Unreadable(" ".join(words))
        if "eq" in bounds:
            least = most = decimal(bounds["eq"])
        else:
            least = decimal(bounds["ge"]) if "ge" in bounds else length
            most = decimal(bounds["le"]) if "le" in bounds else size if "ge" in bounds else length
        if not length <= least <= most <= size:
            raise Unreadable(" ".join(words))
        (self.v4 if afi == 4 else self.v6).append((network, length, least, most, True, line))


def elements(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Words split at commas of the outer level."""
    out: list[list[str]] = [[]]
    for word in words:
        if word == ",":
            out.append([])
        else:
            out[-1].append(word)
    return [tuple(one) for one in out if one]


def read(one: PrefixSet, lines: list[str], start: int, stop: int) -> list[int]:
    """Read the lines [start, stop) (from 0) into the set; returns the indexes that need a closer look."""
    rest: list[int] = []
    add = one.v4.append
    for index in range(start, stop):
        text = lines[index].strip()
        if text[-1:] == ",":
            text = text[:-1]
        address, _, tail = text.partition("/")
        if address.count(".") != 3:
            rest.append(index)
            continue
        try:
            network = int.from_bytes(inet_aton(address), "big")
            if " " in tail:
                size, word, value, *more = tail.split()
                length, bound = int(size), int(value)
                if word == "le":
                    least, most = length, bound
                elif word == "ge":
                    least, most = bound, 32
                    if more:
                        last, top = more
                        most = int(top) if last == "le" else -1
                else:
                    least, most = bound, bound if word == "eq" and not more else -1
                if word == "le" and more:
                    most = -1
            else:
                length = least = most = int(tail)
        except (ValueError, OSError):
            rest.append(index)
            continue
        if not 0 <= length <= least <= most <= 32 or " " in address:
            rest.append(index)
            continue
        shift = 32 - length
        add((network >> shift << shift, length, least, most, True, index + 1))
    return rest


def line_elements(text: str) -> list[tuple[str, ...]]:
    """The elements that stand in one line of a set."""
    return elements(TOKEN.findall(text))
