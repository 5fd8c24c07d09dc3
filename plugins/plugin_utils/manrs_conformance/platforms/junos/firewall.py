"""Firewall filters read as the sources that they let in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ...model.policy import PrefixEntry
from ...model.router import SourceFilter, Taint
from .._lists import Unreadable
from . import prefixes
from .definitions import Definitions
from .tables import FIREWALL_FINAL, FIREWALL_MODIFIERS
from .tree import Node

Span = tuple[int, int]


@dataclass(slots=True)
class Firewall:
    """The filters of one `firewall`, by family and name."""

    node: Node
    definitions: Definitions
    known: dict[tuple[int, str], Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find filters: those outside a family are IPv4."""
        for afi, path in ((4, ("filter",)), (4, ("family", "inet", "filter")), (6, ("family", "inet6", "filter"))):
            at = self.node.at(*path)
            for name, kid in at.kids.items() if at is not None else ():
                self.known[(afi, name)] = kid

    def sources(self, names: Sequence[str], afi: Literal[4, 6], line: int) -> SourceFilter:
        """What a filter, or an `input-list`, lets in; not exact where it leans on what was not understood or not confirmed."""
        left: list[Span] = [(0, (1 << prefixes.BITS[afi]) - 1)]
        permits: list[tuple[Span, int]] = []
        exact = True
        for name in names:
            node = self.known.get((afi, name))
            if node is None:
                self.definitions.missing("firewall filter", name, line)
                exact = False
                permits += [(span, line) for span in left]
                continue
            self.definitions.book.use(node)
            for term in (node.at("term") or Node()).kids.values():
                exact = self._term(term, afi, left, permits) and exact
            exact = exact and set(node.kids) <= {"term", "interface-specific", "physical-interface-filter"}
        if left:
            # That a packet which no term takes is discarded is not confirmed.
            exact = False
        entries = tuple(entry for span, at in permits for entry in _entries(span, afi, at))
        return SourceFilter(" ".join(names), afi, entries, exact, line)

    def _term(self, term: Node, afi: int, left: list[Span], permits: list[tuple[Span, int]]) -> bool:
        """Apply one term to the sources that are still undecided; False when it was not understood completely."""
        source = term.at("from") or Node()
        line = term.line()
        exact = set(term.kids) <= {"from", "then"}
        try:
            matched, only_sources = self._matched(source, afi)
        except Unreadable:
            matched, only_sources, exact = _everything(afi), False, False
        then = term.at("then") or Node()
        final = [word for word in then.kids if word in FIREWALL_FINAL]
        goes_on = "next" in then.kids
        odd = [word for word in then.kids if word not in FIREWALL_FINAL | FIREWALL_MODIFIERS and word != "next"]
        exact = exact and not odd and len(final) < 2
        taken = _meet(left, matched)
        if goes_on and not final:
            return exact
        if "accept" in final or not final:
            # Modifiers without a direction accept as well.
            permits += [(span, line) for span in taken]
        if only_sources and exact:
            left[:] = _minus(left, matched)
        return exact

    def _matched(self, source: Node, afi: int) -> tuple[list[Span], bool]:
        """Sources that the term's conditions on sources let through, and whether it has no other conditions."""
        only = all(word in ("source-address", "source-prefix-list") for word in source.kids)
        chosen: list[tuple[int, Span, bool]] = []
        for text, kid in (source.at("source-address") or Node()).kids.items():
            self._add(chosen, text, afi, "except" not in kid.kids)
        for name, kid in (source.at("source-prefix-list") or Node()).kids.items():
            lists = self.definitions.prefix_list(name)
            if lists is None:
                self.definitions.missing("prefix-list", name, kid.line())
                raise Unreadable(name)
            for one in lists:
                if one.afi == afi:
                    for entry in one.entries:
                        chosen.append((entry[1], _span(entry[0], entry[1], afi), "except" not in kid.kids))
        if "source-address" not in source.kids and "source-prefix-list" not in source.kids:
            return _everything(afi), only
        if not chosen:
            raise Unreadable("an empty list of sources")
        if not any(include for _, _, include in chosen):
            chosen.append((-1, _everything(afi)[0], True))
        out: list[Span] = []
        # The longest prefix decides whether an address is meant or excepted.
        for _length, span, include in sorted(chosen, key=lambda one: one[0]):
            out = _union([*_minus(out, [span]), span]) if include else _minus(out, [span])
        return out, only

    def _add(self, chosen: list[tuple[int, Span, bool]], text: str, afi: int, include: bool) -> None:
        family, network, length = prefixes.number(text)
        if family == afi:
            chosen.append((length, _span(network, length, afi), include))

    def account(self) -> None:
        """Account for every statement: filters of other families bear on no check; any other is kept, used or not."""
        book = self.definitions.book
        for word, kid in self.node.kids.items():
            if word == "family":
                for name, one in kid.kids.items():
                    if name.startswith("!"):
                        book.miss(name, one, Taint("router"))
                    elif name not in ("inet", "inet6"):
                        book.skip(one)
                    else:
                        self._inside(one)
            elif word == "filter":
                self._names(kid)
            elif word.startswith("!"):
                book.miss(word, kid, Taint("router"))
            else:
                book.skip(kid)

    def _inside(self, node: Node) -> None:
        for word, kid in node.kids.items():
            if word == "filter":
                self._names(kid)
            elif word.startswith("!"):
                self.definitions.book.miss(word, kid, Taint("router"))
            else:
                self.definitions.book.skip(kid)

    def _names(self, node: Node) -> None:
        for kid in node.kids.values():
            self.definitions.book.skip(kid)


def _everything(afi: int) -> list[Span]:
    return [(0, (1 << prefixes.BITS[afi]) - 1)]


def _span(network: int, length: int, afi: int) -> Span:
    return network, network + (1 << (prefixes.BITS[afi] - length)) - 1


def _union(spans: list[Span]) -> list[Span]:
    out: list[Span] = []
    for low, high in sorted(spans):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return out


def _meet(one: list[Span], two: list[Span]) -> list[Span]:
    return [(max(a, c), min(b, d)) for a, b in one for c, d in two if max(a, c) <= min(b, d)]


def _minus(one: list[Span], two: list[Span]) -> list[Span]:
    out: list[Span] = []
    cut = sorted(two)
    starts = [low for low, _ in cut]
    for low, high in one:
        at = max(bisect_right(starts, low) - 1, 0)
        while at < len(cut) and cut[at][0] <= high and low <= high:
            first, last = cut[at]
            at += 1
            if last < low:
                continue
            if first > low:
                out.append((low, first - 1))
            low = last + 1
        if low <= high:
            out.append((low, high))
    return out


def _entries(span: Span, afi: int, line: int) -> list[PrefixEntry]:
    """The prefixes that make up a range of addresses."""
    low, high = span
    bits = prefixes.BITS[afi]
    out: list[PrefixEntry] = []
    while low <= high:
        size = (low & -low).bit_length() - 1 if low else bits
        size = min(size, (high - low + 1).bit_length() - 1)
        out.append((low, bits - size, bits - size, bits, True, line))
        low += 1 << size
    return out
