"""`routing-options` of one instance: the AS, static and aggregate routes, RPKI caches and the mode of uRPF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from ...model.router import Origination, RpkiCache, StaticRoute, Taint
from .._lists import Unreadable, decimal, is_decimal, prefix_text
from . import prefixes
from .options import Levels
from .program import Program
from .sessions import asn
from .tables import ROUTING
from .tree import Book, Node

PORT = 323
"""Registered port of the RTR protocol (RFC 8210 section 12)."""
NULL = ("discard", "reject")


@dataclass(slots=True)
class Routing:
    """What the instance's routing options say."""

    local_as: int | None = None
    as_loops: int = 0
    confed: int | None = None
    members: frozenset[int] = frozenset()
    router_id: str | None = None
    statics: list[StaticRoute] = field(default_factory=list)
    originations: list[Origination] = field(default_factory=list)
    caches: list[RpkiCache] = field(default_factory=list)
    validated: bool = False
    feasible: bool = False


def read_routing(node: Node, vrf: str, book: Book, program: Program) -> Routing:
    """Read every statement; what is not understood taints the router."""
    out = Routing()
    for word, kid in node.kids.items():
        try:
            if word == "autonomous-system":
                out.local_as, out.as_loops = _as(kid)
                book.use(kid)
            elif word == "confederation":
                out.confed = asn(next((text for text in kid.kids if text != "members"), ""))
                out.members = frozenset(asn(text) for key in kid.kids.values() for text in _members(key, kid))
                book.use(kid)
            elif word == "router-id":
                out.router_id = next(iter(kid.kids), None)
                book.use(kid)
            elif word in ("static", "aggregate", "generate"):
                _routes(word, kid, vrf, out, book, program)
            elif word == "rib":
                _ribs(kid, vrf, out, book, program)
            elif word == "validation":
                _validation(kid, out, book)
            elif word == "forwarding-table":
                out.feasible = kid.at("unicast-reverse-path", "feasible-paths") is not None
                book.use(kid)
            elif word in ROUTING:
                book.skip(kid)
            elif word in ("rib-groups", "auto-export", "instance-import", "instance-export"):
                book.miss(word, kid, Taint("router"), "unsupported")
            else:
                book.miss(word, kid, Taint("router"))
        except Unreadable:
            book.miss(word, kid, Taint("router"), "unsupported")
    return out


def _as(node: Node) -> tuple[int, int]:
    text = Levels((Node({"as": node}),)).word("as")
    loops = Levels((node.kids.get(text) or Node(),)).word("loops") or Levels((node,)).word("loops")
    return asn(text), int(loops) if is_decimal(loops) else 0


def _members(key: Node, node: Node) -> Iterator[str]:
    if key is node.kids.get("members"):
        yield from key.kids
    elif "members" in key.kids:
        yield from key.kids["members"].kids


def _family(afi: int) -> str:
    return "ipv4-unicast" if afi == 4 else "ipv6-unicast"


def _ribs(node: Node, vrf: str, out: Routing, book: Book, program: Program) -> None:
    for name, kid in node.kids.items():
        if not name.endswith(("inet.0", "inet6.0")):
            book.miss(name, kid, Taint("router")) if name.startswith("!") else book.skip(kid)
            continue
        for word, one in kid.kids.items():
            if word in ("static", "aggregate", "generate"):
                _routes(word, one, vrf, out, book, program)
            elif word in ROUTING:
                book.skip(one)
            else:
                book.miss(word, one, Taint("router"))
        for line in kid.lines:
            book.mark(line, 117)


def _routes(word: str, node: Node, vrf: str, out: Routing, book: Book, program: Program) -> None:
    """Routes that export policies may put into BGP."""
    for line in node.lines:
        book.mark(line, 117)
    for key, kid in node.kids.items():
        if key != "route":
            book.miss(key, kid, Taint("router")) if key.startswith("!") else book.skip(kid)
            continue
        for text, at in kid.kids.items():
            try:
                afi, network, length = prefixes.number(text)
            except Unreadable:
                book.miss(text, at, Taint("router"))
                continue
            shown = prefix_text(network, length, afi)
            kind: Literal["network", "aggregate"] = "network" if word == "static" else "aggregate"
            name = Levels((at,)).word("policy")
            policy = program.policy(name) if name in program.statements and word != "static" else None
            out.originations.append(Origination(kind, _family(afi), shown, word, policy, vrf, at.line()))
            if word == "static":
                out.statics += _statics(shown, at, vrf)
            book.use(at)
        for line in kid.lines:
            book.mark(line, 117)


def _statics(prefix: str, node: Node, vrf: str) -> list[StaticRoute]:
    inside = Levels((node,))
    tag = inside.word("tag")
    number = int(tag) if is_decimal(tag) else 0
    if any(word in node.kids for word in NULL):
        return [StaticRoute(prefix, next(word for word in NULL if word in node.kids), True, vrf, number, node.line())]
    hops = [*inside.list("next-hop"), *inside.list("qualified-next-hop"), *inside.list("next-table")]
    return [StaticRoute(prefix, hop, False, vrf, number, node.line()) for hop in hops]


def _validation(node: Node, out: Routing, book: Book) -> None:
    """RTR sessions and static records; validation itself is done by policies that look it up."""
    for word, kid in node.kids.items():
        if word == "group":
            for name, group in kid.kids.items():
                _group(name, group, out, book)
            for line in kid.lines:
                book.mark(line, 117)
        elif word == "static":
            out.validated = True
            book.use(kid)
        elif word.startswith("!"):
            book.miss(word, kid, Taint("rpki"))
        else:
            book.skip(kid)


def _group(name: str, node: Node, out: Routing, book: Book) -> None:
    for line in node.lines:
        book.mark(line, 117)
    for word, kid in node.kids.items():
        if word == "max-sessions":
            book.skip(kid)
            continue
        if word != "session":
            book.miss(word, kid, Taint("rpki"))
            continue
        for address, at in kid.kids.items():
            if address.startswith("!"):
                book.miss(address, at, Taint("rpki"))
                continue
            inside = Levels((at,))
            try:
                port = decimal(inside.word("port")) if inside.on("port") else PORT
                preference = decimal(inside.word("preference")) if inside.on("preference") else None
            except Unreadable:
                book.miss(address, at, Taint("rpki"), "unsupported")
                continue
            out.caches.append(RpkiCache(address, port, "tcp", preference, at.line()))
            out.validated = True
            book.use(at)
