"""`apply-groups`, `apply-groups-except` and wildcards: the configuration with what it inherits."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field

from ...model.router import Taint
from .tree import Book, Node

APPLY, EXCEPT = "apply-groups", "apply-groups-except"
NO_NAME = frozenset({"interface-range", "traceoptions", "apply-macro"})
"""Words beside names that a wildcard does not stand for."""
Source = tuple[str, Node]
"""The part of a group that applies here, with the group's name."""


@dataclass(slots=True)
class _Expander:
    book: Book
    groups: dict[str, Node]
    applied: set[str] = field(default_factory=set)
    missing: list[tuple[str, int]] = field(default_factory=list)


def expand(root: Node, book: Book) -> tuple[Node, list[tuple[str, int]]]:
    """The tree with groups applied and without them; and (name, line) of groups that do not exist."""
    _without_macros(root, book)
    groups = root.kids.get("groups")
    body = Node({word: kid for word, kid in root.kids.items() if word != "groups"}, root.lines)
    if groups is None and not _applies(body):
        return body, []
    work = _Expander(book, groups.kids if groups is not None else {})
    for name, group in work.groups.items():
        _without(group, book)
        if name.startswith("!"):
            book.miss(name, group, Taint("router"))
    out = _expand(work, (), body, [])
    if groups is not None:
        # What no statement inherits means nothing; what was inherited keeps the heavier state its reader gives it.
        book.skip(groups)
    return out, work.missing


def _without_macros(node: Node, book: Book) -> None:
    """`apply-macro` is read by commit scripts only."""
    for word in ("apply-macro", "apply-flags"):
        gone = node.kids.pop(word, None)
        if gone is not None:
            book.skip(gone)
    for kid in node.kids.values():
        _without_macros(kid, book)


def _without(group: Node, book: Book) -> None:
    """Conditions of a group, and groups applied inside of it, are not modelled."""
    for word in ("when", APPLY, EXCEPT):
        odd = group.kids.pop(word, None)
        if odd is not None:
            book.miss(word, odd, Taint("router"), "unsupported")
    for kid in group.kids.values():
        _without(kid, book)


def _applies(node: Node) -> bool:
    return APPLY in node.kids or EXCEPT in node.kids or any(_applies(kid) for kid in node.kids.values())


def _expand(work: _Expander, path: tuple[str, ...], node: Node, sources: list[Source]) -> Node:
    """A node with what it inherits: its own words first, then those of the nearest groups, in the order they are named."""
    own = node.kids.get(APPLY)
    spared = node.kids.get(EXCEPT)
    if own is not None:
        near = _named(work, own, path)
        sources = [*near, *(one for one in sources if not any(one[1] is each for _name, each in near))]
        work.book.use(own)
    if spared is not None:
        sources = [one for one in sources if one[0] not in spared.kids]
        work.book.use(spared)
    if not sources and spared is None and not _applies(node):
        return node
    out = Node(lines=list(node.lines), rows=list(node.rows), inherited=node.inherited)
    words = dict.fromkeys(word for word in node.kids if word not in (APPLY, EXCEPT))
    for _name, source in sources:
        words.update(dict.fromkeys(word for word in source.kids if not _wild(word)))
    for word in words:
        inner = [(name, kid) for name, source in sources for kid in _matching(source, word)]
        mine = node.kids.get(word)
        out.kids[word] = _expand(work, (*path, word), mine or Node(inherited=inner[0][0]), inner)
    for _name, source in sources:
        out.lines += [line for line in source.lines if line not in out.lines]
        out.rows += source.rows
    return out


def _named(work: _Expander, own: Node, path: tuple[str, ...]) -> list[Source]:
    out: list[Source] = []
    for name, at in own.kids.items():
        group = work.groups.get(name)
        if group is None:
            if name != "junos-defaults":
                work.missing.append((name, at.line() or own.line()))
            continue
        found = [group]
        for word in path:
            found = [kid for one in found for kid in _matching(one, word)]
        out += [(name, one) for one in found]
    return out


def _wild(word: str) -> bool:
    # A redacted secret looks like a wildcard and is none.
    return word.startswith("<") and word.endswith(">") and word != "<redacted>"


def _matching(source: Node, word: str) -> list[Node]:
    """What a part of a group says for a word: by name, then by wildcards."""
    exact = source.kids.get(word)
    out = [exact] if exact is not None else []
    if word in NO_NAME:
        return out
    return out + [kid for name, kid in source.kids.items() if _wild(name) and fnmatch.fnmatchcase(word, name[1:-1])]
