"""Interfaces, one for each unit: addresses, source checks and packet filters."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ...model.router import Interface, SourceFilter, Taint, Urpf
from .firewall import Firewall
from .options import Levels
from .tables import ASSIGNING, INET, INTERFACE, UNIT
from .tree import Book, Node

SUBSCRIBERS = frozenset({"mac-validate", "demux-source"})
"""Statements by which the source of a packet chooses the interface, or is looked up beside it: what else gets in is not known."""


@dataclass(slots=True)
class Faces:
    """What interfaces refer to."""

    book: Book
    firewall: Firewall
    vrfs: Mapping[str, str]
    feasible: Mapping[str, bool]
    """By VRF: whether uRPF also counts feasible paths."""


def build(node: Node, faces: Faces, prefix: str = "") -> Iterator[Interface]:
    """Every unit that has a layer-3 family; `prefix` goes before the names of those in a dynamic profile."""
    node = _ranges(node, faces.book)
    found: dict[str, Interface] = {}
    borrowed: dict[str, dict[str, str]] = {}
    for name, kid in node.kids.items():
        if name.startswith("!"):
            faces.book.miss(name, kid, Taint("router"))
            continue
        for one, lenders in _interface(f"{prefix}{name}", kid, faces):
            found[one.name] = one
            borrowed[one.name] = lenders
    for name, one in found.items():
        more = [
            address
            for family, lender in borrowed[name].items()
            if lender in found
            for address in found[lender].addresses
            if (":" in address) == (family == "inet6")
        ]
        # An unnumbered interface lends its addresses as hosts: no subnet of its own.
        hosts = tuple(str(ipaddress.ip_interface(str(ipaddress.ip_interface(each).ip))) for each in more)
        unseen = {4 if family == "inet" else 6 for family, lender in borrowed[name].items() if lender not in found}
        yield replace(one, addresses=(*one.addresses, *hosts), assigned=tuple(sorted({*one.assigned, *unseen})))


def _ranges(node: Node, book: Book) -> Node:
    """`interface-range` written out for its members."""
    at = node.kids.get("interface-range")
    if at is None:
        return node
    out = Node({name: kid for name, kid in node.kids.items() if name != "interface-range"}, node.lines)
    for name, kid in at.kids.items():
        members = [each for text in Levels((kid,)).list("member") for each in _members(text, node)]
        for start, rest in (kid.at("member-range") or Node()).kids.items():
            members += _between(start, next(iter((rest.at("to") or Node()).kids), ""))
        book.use(*(kid.kids.get(word) for word in ("member", "member-range")))
        body = Node({word: one for word, one in kid.kids.items() if word not in ("member", "member-range")})
        if not members:
            book.miss(name, kid, Taint("router"), "unsupported")
        for member in members:
            out.kids[member] = _joined(out.kids[member], body) if member in out.kids else body
        for line in (*at.lines, *kid.lines):
            book.mark(line, 117)
    return out


def _members(text: str, node: Node) -> list[str]:
    if not set(text) & set("*?["):
        return [text]
    found = re.fullmatch(r"([^\[\]*?]*)\[(\d+)-(\d+)\]([^\[\]*?]*)", text)
    if found is not None and int(found[3]) - int(found[2]) < 512:
        return [f"{found[1]}{n}{found[4]}" for n in range(int(found[2]), int(found[3]) + 1)]
    return [name for name in node.kids if fnmatch.fnmatchcase(name, text)]


def _between(start: str, end: str) -> list[str]:
    head, _, first = start.rpartition("/")
    other, _, last = end.rpartition("/")
    if head != other or not first.isdecimal() or not last.isdecimal() or int(last) - int(first) > 512:
        return []
    return [f"{head}/{n}" for n in range(int(first), int(last) + 1)]


def _joined(one: Node, two: Node) -> Node:
    out = Node(dict(one.kids), list(one.lines), list(one.rows))
    for word, kid in two.kids.items():
        out.kids[word] = _joined(out.kids[word], kid) if word in out.kids else kid
    return out


def _interface(name: str, node: Node, faces: Faces) -> Iterator[tuple[Interface, dict[str, str]]]:
    book = faces.book
    for line in node.lines:
        book.mark(line, 117)
    taint = Taint("interface", name)
    for word, kid in node.kids.items():
        if word in ("description", "disable"):
            book.use(kid)
        elif word in INTERFACE:
            book.skip(kid)
        elif word != "unit":
            book.miss(word, kid, taint)
    off = node.at("disable") is not None
    text = Levels((node,)).word("description")
    units = node.at("unit")
    for number, unit in units.kids.items() if units is not None else ():
        if number.startswith("!"):
            book.miss(number, unit, taint)
            continue
        full = f"{name}.{number}"
        one, lenders = _unit(full, unit, faces)
        yield replace(one, shutdown=off or one.shutdown, description=one.description or text), lenders


def _unit(name: str, node: Node, faces: Faces) -> tuple[Interface, dict[str, str]]:
    book, taint = faces.book, Taint("interface", name)
    for line in node.lines:
        book.mark(line, 117)
    for word, kid in node.kids.items():
        if word in ("description", "disable"):
            book.use(kid)
        elif word in UNIT:
            book.skip(kid)
        elif word != "family":
            book.miss(word, kid, taint, "unsupported" if word == "filter" else "unrecognised")
    vrf = faces.vrfs.get(name, "default")
    one = Interface(
        name,
        shutdown=node.at("disable") is not None,
        vrf=vrf,
        description=Levels((node,)).word("description"),
        lines=node.span(),
    )
    lenders: dict[str, str] = {}
    for family, kid in (node.at("family") or Node()).kids.items():
        if family in ("inet", "inet6"):
            one = _family(one, family, kid, faces, lenders)
        elif family.startswith("!"):
            book.miss(family, kid, taint)
        else:
            book.skip(kid)
    return one, lenders


def _family(one: Interface, family: str, node: Node, faces: Faces, lenders: dict[str, str]) -> Interface:
    book, taint = faces.book, Taint("interface", one.name)
    for line in node.lines:
        book.mark(line, 117)
    addresses = list(one.addresses)
    afi: Literal[4, 6] = 4 if family == "inet" else 6
    for word, kid in node.kids.items():
        if word == "address":
            for text, at in kid.kids.items():
                try:
                    addresses.append(str(ipaddress.ip_interface(text)))
                    book.use(at)
                except ValueError:
                    book.miss(text, at, taint, "unsupported")
            for line in kid.lines:
                book.mark(line, 117)
        elif word == "unnumbered-address":
            lenders[family] = next(iter(kid.kids), "")
            book.use(kid)
        elif word in ("filter", "rpf-check"):
            book.use(kid)
        elif word in ASSIGNING:
            book.use(kid)
            one = replace(one, assigned=tuple(sorted({*one.assigned, afi})))
        elif word in INET:
            book.skip(kid)
        else:
            book.miss(word, kid, taint)
    one = replace(one, addresses=tuple(addresses))
    if SUBSCRIBERS & node.kids.keys():
        one = replace(one, urpf_v4="unknown") if afi == 4 else replace(one, urpf_v6="unknown")
    one = _urpf(one, afi, node.at("rpf-check"), faces)
    return _filters(one, afi, node.at("filter"), faces)


def _urpf(one: Interface, afi: int, node: Node | None, faces: Faces) -> Interface:
    """`rpf-check` is strict unless `mode loose`; a default route counts (only MPC line cards leave it out, and only when loose)."""
    if node is None:
        return one
    mode = Levels((node,)).word("mode")
    urpf: Urpf = "strict" if mode in ("", "strict") else "loose" if mode == "loose" else "unknown"
    if urpf == "strict" and faces.feasible.get(one.vrf, faces.feasible.get("default", False)):
        urpf = "feasible"
    if not set(node.kids) <= {"mode", "fail-filter"}:
        urpf = "unknown"
    spared = Levels((node,)).word("fail-filter")
    if spared:
        listed = faces.firewall.sources((spared,), 4 if afi == 4 else 6, node.line())
        one = replace(one, exceptions_v4=listed) if afi == 4 else replace(one, exceptions_v6=listed)
        one = replace(one, urpf_exceptions=", ".join(filter(None, (one.urpf_exceptions, spared))))
    return (
        replace(one, urpf_v4=urpf, urpf_v4_allow_default=True)
        if afi == 4
        else replace(one, urpf_v6=urpf, urpf_v6_allow_default=True)
    )


def _filters(one: Interface, afi: Literal[4, 6], node: Node | None, faces: Faces) -> Interface:
    if node is None:
        return one
    inside = Levels((node,))
    names = inside.list("input-list") or ([inside.word("input")] if inside.word("input") else [])
    out = inside.list("output-list") or ([inside.word("output")] if inside.word("output") else [])
    sources: SourceFilter | None = faces.firewall.sources(names, afi, node.line()) if names else None
    if sources is not None and not set(node.kids) <= {"input", "input-list", "output", "output-list"}:
        sources = replace(sources, exact=False)
    if out:
        faces.book.use(*(faces.firewall.known.get((afi, name)) for name in out))
    shown_in, shown_out = " ".join(names) or None, " ".join(out) or None
    if afi == 4:
        return replace(one, acl_in_v4=shown_in, acl_out_v4=shown_out, sources_v4=sources)
    return replace(one, acl_in_v6=shown_in, acl_out_v6=shown_out, sources_v6=sources)
