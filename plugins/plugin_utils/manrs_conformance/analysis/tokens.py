"""AS-path patterns over whole ASNs: numbers that stand between delimiters become letters of a small alphabet of ASN classes."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from . import pathlength
from .asnspans import numbered, spans
from .automaton import Group, Machine, Symbol, explore, leaf
from .regex import BEGIN, DELIM, DIGITS, END, SYMBOLS, Alt, Chars, Mark, Node, Repeat, Seq, factored, flat
from .sparse import Graph
from .twins import fewer

SEPARATOR = "_"


class NotTokens(Exception):
    """A pattern looks inside a number in a way that whole ASNs cannot express."""


@dataclass(frozen=True, slots=True)
class Number:
    """A whole ASN that one of these digit expressions matches; `index` is its place in the alphabet table."""

    index: int


@dataclass(frozen=True, slots=True)
class Space:
    """The separator itself: unlike `_` it is never the begin or the end."""


class _Alphabet:
    """Digit expressions that occur, and afterwards the classes of ASNs they tell apart."""

    def __init__(self) -> None:
        self.expressions: dict[Node, int] = {}
        self.trees: list[Node] = []

    def number(self, tree: Node) -> Number:
        """The letter of a digit expression."""
        index = self.expressions.setdefault(tree, len(self.expressions))
        if index == len(self.trees):
            self.trees.append(tree)
        return Number(index)

    def tree(self, index: int) -> Node:
        """The digit expression of a letter."""
        return self.trees[index]


def classes(
    trees: Sequence[Sequence[tuple[bool, list[Node]]]], bounds: Sequence[int], limit: int
) -> dict[tuple[int, int], tuple[int, ...]] | None:
    """Signatures of all paths, over the patterns and over bounds of the length, with a shortest witness each.

    None when a pattern is not over whole ASNs or the limit is passed.
    """
    alphabet = _Alphabet()
    try:
        lifted = [
            [(permit, _merged([_pattern(one, alphabet) for one in parts], alphabet)) for permit, parts in groups]
            for groups in trees
        ]
    except NotTokens:
        return None
    place, expressions = _used(lifted, alphabet)
    numbers = _numbers(expressions, limit)
    if numbers is None:
        return None
    shape = tuple(tuple((permit, tuple(parts)) for permit, parts in groups) for groups in lifted)
    words = _words(shape, tuple(place.items()), tuple(numbers), tuple(bounds), limit)
    if words is None:
        return None
    return {s: tuple(numbers[one] for one in word) for s, word in words.items()}


@functools.lru_cache(maxsize=1024)
def _words(
    shape: tuple[tuple[tuple[bool, tuple[Node, ...]], ...], ...],
    places: tuple[tuple[int, int], ...],
    numbers: tuple[int, ...],
    bounds: tuple[int, ...],
    limit: int,
) -> dict[tuple[int, int], tuple[int, ...]] | None:
    """Shortest words of classes of ASNs: which ASN stands for a class does not matter, so neighbours with filters of one shape share them."""
    place = dict(places)
    shape, numbers = fewer(shape, place, numbers)
    letters: list[Symbol] = [*numbers, SEPARATOR]
    everything = frozenset(letters)
    machine = Machine()

    members: dict[int, frozenset[Symbol]] = {}
    inside: dict[int, list[int]] = {}
    for one in numbers:
        bits = one
        while bits:
            low = bits & -bits
            bits ^= low
            inside.setdefault(low.bit_length() - 1, []).append(one)

    def letters_of(node: object) -> frozenset[Symbol] | None:
        if isinstance(node, Chars):
            return everything
        if isinstance(node, Number):
            index = place[node.index]
            if index not in members:
                members[index] = frozenset(inside.get(index, ()))
            return members[index]
        if isinstance(node, Space):
            return frozenset({SEPARATOR})
        return None

    lists = []
    for groups in shape:
        made = []
        for permit, parts in groups:
            start = machine.state()
            machine.moves[start].append((everything, start))
            accept = machine.build(Alt(parts), start, frozenset({SEPARATOR}), letters_of)
            machine.moves[accept].append((everything, accept))
            made.append(Group(start, accept, permit))
        lists.append(made)
    graph = Graph() if bounds else None
    found = explore(machine, lists, letters, "start", _step, lambda place: place != "gap", limit, graph)
    if found is None:
        return None
    words: dict[tuple[int, int], tuple[Symbol, ...]] | None = {(s, 0): word for s, word in found.items()}
    if graph is not None:
        words = pathlength.classes(graph, next(iter(graph.edges)), next(iter(found)), bounds, limit)
    if words is None:
        return None
    return {s: tuple(one for one in word if isinstance(one, int)) for s, word in words.items()}


def _used(lifted: Sequence[Sequence[tuple[bool, list[Node]]]], alphabet: _Alphabet) -> tuple[dict[int, int], list[Node]]:
    """New places of the digit expressions that are still referred to, and these expressions in order."""
    seen: dict[int, int] = {}
    stack: list[object] = [part for groups in lifted for _permit, parts in groups for part in parts]
    while stack:
        node = stack.pop()
        if isinstance(node, Number):
            seen.setdefault(node.index, len(seen))
        elif isinstance(node, Seq | Alt):
            stack.extend(node.parts)
        elif isinstance(node, Repeat):
            stack.append(node.part)
    trees = list(alphabet.expressions)
    return seen, [trees[index] for index in seen]


def _step(place: Hashable, symbol: Symbol) -> Hashable | None:
    if symbol == SEPARATOR:
        return "gap" if place == "number" else None
    return None if place == "number" else "number"


def _pattern(tree: Node, alphabet: _Alphabet) -> Node:
    """A pattern with its numbers as single letters; the outer ends of an unanchored number reach into longer ones.

    Patterns of the usual shapes are remembered by their tree, which `aspath` keeps: lists of a cone are asked about at every session.
    """
    usual = _usual.get(id(tree))
    if usual is None or usual[0] is not tree:
        parts: list[Node] = list(tree.parts) if isinstance(tree, Seq) else [tree]
        cone = _cone(parts, alphabet)
        if cone is not None:
            return _remembered(tree, cone, cone.parts[1], alphabet)
        out = _lift(parts, alphabet, outer=True)
        if isinstance(out, Seq) and _apart(out.parts) and len({one.index for one in _numbers_in(out)}) == 1:
            return _remembered(tree, out, next(_numbers_in(out)), alphabet)
        return out
    number: Node = alphabet.number(usual[1])  # type: ignore[assignment]
    begin, _number, *rest = usual[2].parts
    if len(rest) == 2 and isinstance(rest[0], Repeat) and isinstance(rest[0].part, Seq):
        rest[0] = Repeat(Seq((rest[0].part.parts[0], number)), rest[0].low, rest[0].high)
    return Seq((begin, number, *rest))


def _cone(parts: Sequence[Node], alphabet: _Alphabet) -> Seq | None:
    """What `_lift` makes of `^N(_N)*$`, the pattern of a member of a cone; None for all others."""
    if len(parts) < 4 or parts[0] != BEGIN or parts[-1] != END:
        return None
    digits, repeat = parts[1:-2], parts[-2]
    if repeat != Repeat(Seq((DELIM, *digits)), 0, None) or not all(
        isinstance(one, Chars) and one.some and one.some <= DIGITS for one in digits
    ):
        return None
    number: Node = alphabet.number(Seq(tuple(digits)))  # type: ignore[assignment]
    return Seq((BEGIN, number, Repeat(Seq((DELIM, number)), 0, None), END))


def _remembered(tree: Node, out: Seq, number: object, alphabet: _Alphabet) -> Seq:
    if len(_usual) >= REMEMBERED:
        _usual.clear()
    assert isinstance(number, Number)
    _usual[id(tree)] = (tree, alphabet.tree(number.index), out)
    return out


REMEMBERED = 20_000
_usual: dict[int, tuple[Node, Node, Seq]] = {}
"""By identity a tree with the digits of its only number, and what became of it."""


def _numbers_in(tree: Seq) -> Iterator[Number]:
    for one in tree.parts:
        if isinstance(one, Repeat) and isinstance(one.part, Seq):
            yield from _numbers_in(one.part)
        elif isinstance(one, Number):
            yield one


def _lift(parts: list[Node], alphabet: _Alphabet, *, outer: bool) -> Node:
    out: list[Node] = []
    run: list[Node] = []
    for part in [*parts, None]:
        if part is not None and _digits_only(part):
            run.append(part)
            continue
        if run:
            first, last = outer and not out, outer and part is None
            out.append(_number(run, first, last, alphabet))
            run = []
        if part is not None:
            out.append(_lift_one(part, alphabet))
    if _apart(out):
        return Seq(tuple(out))
    _check(out)
    if outer:
        _check_edge(out, last=False)
        _check_edge(out[::-1], last=True)
    return Seq(tuple(out))


def _apart(parts: Sequence[object]) -> bool:
    """Whether these are the usual shapes, `_N_`, `^N(_N)*$` and the `_N` inside it, whose numbers stand apart: nothing is left to check.

    A list of a cone has thousands of them, and the checks of a pattern cost ten times this look at it.
    """
    if not 1 < len(parts) < 5 or not isinstance(parts[0], Mark) or not isinstance(parts[1], Number):
        return False
    if len(parts) == 2:
        return True
    repeat = parts[2]
    if len(parts) == 3 or not isinstance(repeat, Repeat):
        return len(parts) == 3 and isinstance(repeat, Mark)
    inner = repeat.part
    return isinstance(parts[3], Mark) and isinstance(inner, Seq) and len(inner.parts) == 2 and _apart(inner.parts)


def _number(run: list[Node], first: bool, last: bool, alphabet: _Alphabet) -> Node:
    digits = Repeat(Chars(DIGITS), 0, None)
    some = [*([digits] if first else []), *run, *([digits] if last else [])]
    if not isinstance(run[0], Chars) and all(_optional(one) for one in some):
        raise NotTokens
    return alphabet.number(Seq(tuple(some)))  # type: ignore[return-value]


def _lift_one(part: Node, alphabet: _Alphabet) -> Node:
    if isinstance(part, Mark):
        return part
    if isinstance(part, Chars):
        if part.some == {" "}:
            return Space()  # type: ignore[return-value]
        raise NotTokens
    if isinstance(part, Repeat):
        if isinstance(part.part, Chars) and part.part.some == SYMBOLS and part.low == 0 and part.high is None:
            return Repeat(Chars(SYMBOLS), 0, None)
        inner: list[Node] = list(part.part.parts) if isinstance(part.part, Seq) else [part.part]
        return Repeat(_lift(inner, alphabet, outer=False), part.low, part.high)
    if isinstance(part, Alt):
        return Alt(tuple(_lift(list(one.parts) if isinstance(one, Seq) else [one], alphabet, outer=False) for one in part.parts))
    return _lift(list(part.parts), alphabet, outer=False)


def _digits_only(node: Node) -> bool:
    if isinstance(node, Chars):
        return bool(node.some) and node.some <= DIGITS
    if isinstance(node, Mark):
        return False
    if isinstance(node, Repeat):
        return _digits_only(node.part)
    return bool(node.parts) and all(_digits_only(one) for one in node.parts)


def _check(parts: Sequence[Node]) -> None:
    """Refuse neighbours that would cut a number: two numbers, or a number beside `.*`; an optional part may be there or not."""
    for left, right in _pairs(parts):
        if {"number", "any"} >= {left, right} and "number" in (left, right):
            raise NotTokens
        if left == right == "any":
            continue
    for one in parts:
        if isinstance(one, Repeat) and not isinstance(one.part, Chars) and (one.high is None or one.high > 1):
            for last in _ends(one.part, last=True):
                for first in _ends(one.part, last=False):
                    if {"number", "any"} >= {last, first} and "number" in (last, first):
                        raise NotTokens


def _check_edge(parts: Sequence[Node], *, last: bool) -> None:
    """Refuse a number at an open end of the pattern unless it is the outermost part, which `_number` has already opened."""
    for index, one in enumerate(parts):
        if index == 0 and isinstance(one, Number):
            return
        if "number" in _ends(one, last=last):
            raise NotTokens
        if not _optional(one):
            return


def _pairs(parts: Sequence[Node]) -> set[tuple[str, str]]:
    out: set[tuple[str, str]] = set()
    for index, left in enumerate(parts):
        for right in parts[index + 1 :]:
            out |= {(a, b) for a in _ends(left, last=True) for b in _ends(right, last=False)}
            if not _optional(right):
                break
    return out


def _ends(node: object, *, last: bool) -> set[str]:
    """What a part can end (or begin) with: `number`, `any` or `delim`."""
    if isinstance(node, Number):
        return {"number"}
    if isinstance(node, Chars):
        return {"any"}
    if isinstance(node, Mark | Space):
        return {"delim"}
    if isinstance(node, Repeat):
        return _ends(node.part, last=last)
    out: set[str] = set()
    if isinstance(node, Alt):
        for part in node.parts:
            out |= _ends(part, last=last)
        return out
    if isinstance(node, Seq):
        for part in reversed(node.parts) if last else node.parts:
            out |= _ends(part, last=last)
            if not _optional(part):
                break
    return out


def _optional(node: object) -> bool:
    if isinstance(node, Repeat):
        return node.low == 0 or _optional(node.part)
    if isinstance(node, Alt):
        return any(_optional(one) for one in node.parts)
    if isinstance(node, Seq):
        return all(_optional(one) for one in node.parts)
    return False


def _merged(patterns: list[Node], alphabet: _Alphabet) -> list[Node]:
    """Patterns of one run that differ in one number only become one pattern over the union of their numbers."""
    shapes: dict[tuple[object, ...], list[Number]] = {}
    rest: list[Node] = []
    trees = {index: tree for tree, index in alphabet.expressions.items()}
    for one in patterns:
        parts: tuple[object, ...] = one.parts if isinstance(one, Seq) else ()
        places = [i for i, part in enumerate(parts) if isinstance(part, Number)]
        if len(places) == 1 and all(isinstance(part, Mark | Number) for part in parts):
            key = tuple("#" if isinstance(part, Number) else part for part in parts)
            shapes.setdefault(key, []).append(parts[places[0]])  # type: ignore[arg-type]
        else:
            rest.append(one)
    for key, numbers in shapes.items():
        some = tuple(dict.fromkeys(trees[one.index] for one in numbers))
        union = alphabet.number(_union(some))
        rest.append(Seq(tuple(union if part == "#" else part for part in key)))  # type: ignore[misc]
    return rest


def _union(some: tuple[Node, ...]) -> Node:
    """Any of the digit expressions; digits that may stand around all of them are written once, or a subset of them would be a state each."""
    if len(some) == 1:
        return some[0]
    digits = Repeat(Chars(DIGITS), 0, None)
    rows = [flat(one) for one in some]
    if not any(isinstance(part, Repeat) for row in rows for part in row):
        return Alt(some)
    head: list[Node] = [digits] if all(len(row) > 1 and row[0] == digits for row in rows) else []
    tail: list[Node] = [digits] if all(len(row) > 1 + len(head) and row[-1] == digits for row in rows) else []
    core = factored([row[len(head) : len(row) - len(tail)] for row in rows])
    return Seq((*head, core, *tail)) if head or tail else core


def _numbers(expressions: list[Node], limit: int) -> dict[int, int] | None:
    """Signature over all expressions -> smallest-word ASN that has it."""
    from .aspath import LARGEST, step_number

    found_spans = [spans(one) for one in expressions]
    if all(one is not None for one in found_spans):
        return numbered([one or [] for one in found_spans], int(LARGEST))
    machine = Machine()
    lists = []
    for one in expressions:
        start = machine.state()
        accept = machine.state()
        end = machine.build(one, start, frozenset(), leaf)
        machine.free[end].append(("end", accept))
        lists.append([Group(start, accept, True)])
    found = explore(
        machine,
        lists,
        sorted(DIGITS),
        ("start", 0, ""),
        lambda place, char: step_number(place, str(char)),  # type: ignore[arg-type]
        lambda place: place[0] == "number",  # type: ignore[index]
        limit // len(lists),  # many expressions that overlap are decided over characters instead
    )
    if found is None:
        return None
    return {s: int("".join(str(c) for c in word)) for s, word in found.items()}
