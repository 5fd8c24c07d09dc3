"""BGP statements of the three levels (global, group, neighbour) with the nearest one first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...model.router import Taint
from .tables import BGP, BGP_READ, FAMILY, FAMILY_OTHER, SUBFAMILY_OTHER
from .tree import Book, Node

HANDLED = {"": ("group", "defaults"), "group": ("neighbor", "allow", "dynamic-neighbor")}


@dataclass(slots=True)
class Levels:
    """The nodes that speak for a neighbour, nearest first."""

    nodes: Sequence[Node]

    def get(self, *words: str) -> Node | None:
        """The nearest node under these words, or None."""
        for one in self.nodes:
            found = one.at(*words)
            if found is not None:
                return found
        return None

    def word(self, *words: str) -> str:
        """The value of a statement, one's own before an inherited one; empty when there is none."""
        found = self.get(*words)
        if found is None:
            return ""
        own = [word for word, kid in found.kids.items() if not kid.inherited]
        return next(iter(own or found.kids), "")

    def on(self, *words: str) -> bool:
        """Whether the statement stands anywhere."""
        return self.get(*words) is not None

    def list(self, *words: str) -> list[str]:
        """The values of the nearest statement."""
        found = self.get(*words)
        return list(found.kids) if found is not None else []


@dataclass(slots=True)
class Family:
    """One address family as some level names it."""

    name: str
    nodes: list[Node] = field(default_factory=list)


def check(node: Node, level: str, taint: Taint, book: Book) -> None:
    """Account for the statements of one level; what is not understood taints the sessions below it."""
    for line in node.lines:
        book.mark(line, 117)
    for word, kid in node.kids.items():
        if word in HANDLED.get(level, ()):
            for line in kid.lines:
                book.mark(line, 117)
        elif word == "family":
            _families(kid, taint, book)
        elif word in BGP_READ:
            book.use(kid)
        elif word in BGP:
            book.skip(kid)
        else:
            book.miss(word, kid, taint)


def _families(node: Node, taint: Taint, book: Book) -> None:
    for line in node.lines:
        book.mark(line, 117)
    for name, kid in node.kids.items():
        if name in FAMILY_OTHER:
            book.skip(kid)
        elif name not in ("inet", "inet6"):
            book.miss(name, kid, taint)
        else:
            for line in kid.lines:
                book.mark(line, 117)
            for sub, one in kid.kids.items():
                _subfamily(sub, one, taint, book)


def _subfamily(sub: str, node: Node, taint: Taint, book: Book) -> None:
    if sub in SUBFAMILY_OTHER:
        book.skip(node)
        return
    if sub not in ("unicast", "labeled-unicast", "any"):
        book.miss(sub, node, taint)
        return
    for line in node.lines:
        book.mark(line, 117)
    for word, kid in node.kids.items():
        if word in ("prefix-limit", "accepted-prefix-limit", "loops"):
            book.use(kid)
        elif word == "rib-group":
            book.miss(word, kid, taint, "unsupported")
        elif word in FAMILY:
            book.skip(kid)
        else:
            book.miss(word, kid, taint)


def families(levels: Levels, neighbor: str) -> Iterator[Family]:
    """Unicast families of a session: those that some level names, else that of the neighbour's address."""
    found: dict[str, Family] = {}
    for one in levels.nodes:
        at = one.at("family")
        for name, kid in at.kids.items() if at is not None else ():
            if name in ("inet", "inet6"):
                family = "ipv4-unicast" if name == "inet" else "ipv6-unicast"
                for sub in ("unicast", "any", "labeled-unicast"):
                    if sub in kid.kids:
                        found.setdefault(family, Family(family)).nodes.append(kid.kids[sub])
    named = any(one.at("family") is not None for one in levels.nodes)
    if not named:
        family = "ipv6-unicast" if ":" in neighbor else "ipv4-unicast"
        found[family] = Family(family)
    yield from found.values()
