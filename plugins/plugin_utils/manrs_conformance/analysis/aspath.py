"""Classes of AS paths that no list of a question tells apart, decided exactly with a shortest path as witness.

Patterns whose numbers stand between delimiters are decided over whole ASNs; any other over single characters. Only plain sequences of 32-bit ASNs
(and the empty path) are words of the language; AS_SETs are handled concretely by `matches`.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from ..model.asn import decimal_range
from ..model.policy import AsPathEntry, AsPathList
from . import asnmode, junosregex, pathlength, tokens
from .automaton import Exploding, explore
from .collecting import uncollected
from .machine import Machine, leaf
from .regex import DIGITS, SYMBOLS, Alt, Chars, Node, Repeat, UnsupportedPattern, factored, flat, parse

AsPath = tuple[int | tuple[int, ...], ...]
CHARACTER_DIALECTS = frozenset({"frr", "cisco"})
LARGEST = "4294967295"
DELIMITER = r"(?:^|[,{}() ]|\Z)"


@dataclass(frozen=True, slots=True)
class PathClasses:
    """Distinct signatures (bit i: list i permits) with a shortest path each; `unknown` has the bits of lists that could not be decided."""

    signatures: tuple[int, ...]
    witnesses: tuple[tuple[int, ...], ...]
    unknown: int = 0
    masks: tuple[int, ...] = ()
    """By list the classes that it permits, as bits."""
    exploding: int = 0
    """Those of `unknown` whose patterns are all supported, but have too many states together."""


def path_classes(lists: Sequence[AsPathList]) -> PathClasses:
    """The classes of all AS paths under these lists; exact for every list whose bit in `unknown` is not set."""
    return _path_classes(tuple(tuple((one.permit, one.pattern, one.dialect) for one in some.entries) for some in lists))


Pattern = tuple[bool, str, str]


@functools.lru_cache(maxsize=4096)
def _path_classes(lists: tuple[tuple[Pattern, ...], ...]) -> PathClasses:
    """Sessions of one kind ask the same questions of the same lists, whatever line these stand on: what is alike is decided once."""
    with uncollected():
        return _decided(lists)


def _decided(lists: tuple[tuple[Pattern, ...], ...]) -> PathClasses:
    unknown = exploding = 0
    trees: list[list[tuple[bool, list[Node]]]] = []
    bounds: dict[int, int] = {}
    for number, one in enumerate(lists):
        entries = [AsPathEntry(*pattern) for pattern in one]
        longer = pathlength.bound(entries)
        if longer is not None:
            bounds[number] = longer
        try:
            trees.append(_groups(entries))
        except UnsupportedPattern:
            unknown |= 1 << number
            trees.append([])
    found: dict[int, tuple[int, ...]] | None = None
    while found is None:
        try:
            found = _tokens(trees, bounds) or _characters(trees)
        except Exploding as one:
            exploding |= 1 << one.number
            trees[one.number] = []
            bounds.pop(one.number, None)
    ordered = sorted(found.items())
    masks = tuple(sum([1 << at for at, (signature, _) in enumerate(ordered) if signature >> n & 1]) for n in range(len(lists)))
    return PathClasses(tuple(s for s, _ in ordered), tuple(w for _, w in ordered), unknown | exploding, masks, exploding)


def _tokens(trees: Sequence[Sequence[tuple[bool, list[Node]]]], bounds: Mapping[int, int]) -> dict[int, tuple[int, ...]] | None:
    """Decided over whole ASNs, bounds of the length apart from all other lists."""
    others = [number for number in range(len(trees)) if number not in bounds]
    try:
        found = tokens.classes([trees[number] for number in others], tuple(bounds.values()))
    except Exploding as one:
        raise Exploding(others[one.number]) from one
    if found is None:
        return None
    out: dict[int, tuple[int, ...]] = {}
    for (signature, over), word in found.items():
        whole = sum(1 << number for place, number in enumerate(others) if signature >> place & 1)
        whole |= sum(1 << number for place, number in enumerate(bounds) if over >> place & 1)
        out[whole] = word
    return out


def _groups(entries: Sequence[AsPathEntry]) -> list[tuple[bool, list[Node]]]:
    """Runs of entries with the same action as lists of trees; alternatives at the top count as patterns of their own."""
    out: list[tuple[bool, list[Node]]] = []
    for entry in entries:
        tree = _parsed(_characters_of(entry))
        parts: list[Node] = list(tree.parts) if isinstance(tree, Alt) else [tree]
        if out and out[-1][0] is entry.permit:
            out[-1][1].extend(parts)
        else:
            out.append((entry.permit, parts))
    return out


def _characters_of(entry: AsPathEntry) -> str:
    """The pattern of an entry in character syntax."""
    if entry.dialect == "asn":
        return asnmode.characters(entry.pattern)
    if entry.dialect == "junos":
        return junosregex.characters(entry.pattern)
    if entry.dialect not in CHARACTER_DIALECTS:
        raise UnsupportedPattern(entry.dialect)
    if entry.dialect == "cisco" and "{" in entry.pattern:
        raise UnsupportedPattern("a brace: a repetition in POSIX, and not in what Cisco documents")
    return entry.pattern


@functools.lru_cache(maxsize=20_000)
def _parsed(pattern: str) -> Node:
    return parse(pattern)


def _characters(trees: Sequence[Sequence[tuple[bool, list[Node]]]]) -> dict[int, tuple[int, ...]]:
    machine, space = Machine(), frozenset(" ")
    lists = [
        [machine.search(factored([flat(one) for one in parts]), permit, SYMBOLS, space, leaf) for permit, parts in groups]
        for groups in trees
    ]
    found = explore(machine, lists, sorted(SYMBOLS), ("start", 0, ""), step_path, end_path)
    return {s: tuple(int(n) for n in "".join(str(c) for c in word).split()) for s, word in found.items()}


def step_path(place: object, symbol: object) -> object | None:
    """Next place in a well-formed path: (`start` | `number` | `gap`, digits so far, how they compare with the largest ASN)."""
    kind, count, order = cast(tuple[str, int, str], place)
    char = str(symbol)
    if char == " ":
        return ("gap", 0, "") if kind == "number" else None
    return step_number((kind, count, order), char)


def step_number(place: tuple[str, int, str], char: str) -> tuple[str, int, str] | None:
    """Next place within a number: no leading zero, at most 4294967295."""
    kind, count, order = place
    if kind != "number":
        return ("number", 1, "zero") if char == "0" else ("number", 1, _compare("", char, 0))
    if order == "zero" or count >= len(LARGEST):
        return None
    after = _compare(order, char, count)
    return None if count + 1 == len(LARGEST) and after == "greater" else ("number", count + 1, after)


def _compare(order: str, char: str, at: int) -> str:
    if order in ("less", "greater"):
        return order
    return "equal" if char == LARGEST[at] else "less" if char < LARGEST[at] else "greater"


def end_path(place: object) -> bool:
    """Whether a path may end here."""
    return cast(tuple[str, int, str], place)[0] != "gap"


def printed(path: AsPath) -> str:
    """A path as routers print it: ASNs with spaces, AS_SETs in braces."""
    return " ".join("{" + ",".join(str(n) for n in one) + "}" if isinstance(one, tuple) else str(one) for one in path)


REPEATED = 4
"""Times that an ASN is printed one after the other before it is counted instead."""


def shortened(path: AsPath) -> str:
    """A path for people: as printed, but a long run of one ASN is counted (`64500 1 (101 times)`)."""
    runs = [(printed((asn,)), len(list(some))) for asn, some in itertools.groupby(path)]
    return " ".join(f"{text} ({times} times)" if times > REPEATED else " ".join([text] * times) for text, times in runs)


def matches(one: AsPathList, path: AsPath) -> bool | None:
    """Whether a list permits a concrete path; None when a pattern that decides is not supported."""
    text = printed(path)
    with_set = any(isinstance(asn, tuple) for asn in path)
    for entry in one.entries:
        expression = _compiled(entry.pattern, entry.dialect)
        if expression is None:
            return None
        if with_set and entry.dialect not in CHARACTER_DIALECTS and expression.pattern != DELIMITER:
            # How whole-ASN patterns read an AS_SET is not documented; only what matches every path is sure.
            return None
        if expression.search(text):
            return entry.permit
    return False


@functools.lru_cache(maxsize=20_000)
def _compiled(text: str, dialect: str) -> re.Pattern[str] | None:
    try:
        pattern = _characters_of(AsPathEntry(True, text, dialect))
        parse(pattern)
        return re.compile(re.sub(r"\$", r"\\Z", pattern).replace("_", DELIMITER))
    except (UnsupportedPattern, re.error):
        return None


def _some(ranges: Iterable[tuple[int, int]]) -> str:
    return _alternatives(tuple(ranges))


@functools.lru_cache(maxsize=4096)
def _alternatives(ranges: tuple[tuple[int, int], ...]) -> str:
    """The ranges as a pattern; those of bogons and providers are asked for at every session."""
    return "|".join(decimal_range(low, high) for low, high in ranges)


def _one(name: str, pattern: str) -> AsPathList:
    return AsPathList(name, (AsPathEntry(True, pattern, "frr"),))


def contains_any(ranges: Iterable[tuple[int, int]], name: str) -> AsPathList:
    """Paths with some ASN in one of the closed ranges."""
    return _one(name, f"_({_some(ranges)})_")


def first_is(asns: Iterable[int], name: str = "first AS") -> AsPathList:
    """Paths whose first ASN is one of these."""
    return _one(name, f"^({_some((n, n) for n in asns)})_")


def origin_in(ranges: Iterable[tuple[int, int]], name: str = "origin AS") -> AsPathList:
    """Paths whose last ASN lies in one of the closed ranges."""
    return _one(name, f"_({_some(ranges)})$")


def only_of(ranges: Iterable[tuple[int, int]], name: str = "only ASNs of the cone") -> AsPathList:
    """Paths (the empty one too) whose every ASN lies in one of the closed ranges."""
    some = _some(ranges)
    return AsPathList(name, (AsPathEntry(True, "^$", "frr"), AsPathEntry(True, f"^({some})(_({some}))*$", "frr")))


def longer_than(count: int, name: str = "long path") -> AsPathList:
    """Paths of more than `count` ASNs."""
    return _one(name, f"^([0-9]+_){{{count}}}[0-9]+")


__all__ = [
    "DIGITS",
    "Chars",
    "PathClasses",
    "Repeat",
    "contains_any",
    "first_is",
    "longer_than",
    "matches",
    "only_of",
    "origin_in",
    "path_classes",
    "printed",
]
