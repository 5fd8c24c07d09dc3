"""What the router itself puts into BGP: networks, aggregates, redistribution, routes of other VRFs."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.policy import ACCEPT, Const, Opaque, Policy, Term, Verdict
from ...model.router import Origination, Undefined
from .._lists import Unreadable, decimal, prefix, prefix_text
from .bgp import Bgp
from .draft import Draft
from .filters import Context

WRITTEN = ("standard", "extended", "large", "as_path", "local_pref", "med", "tag", "origin", "next_hop", "weight")
"""Attributes that a function may set."""
PROTOCOLS = {"ospf3": "ospfv3", "attached-host": "attached-host"}


def read(bgp: Bgp, draft: Draft, context: Context) -> Iterator[Origination]:
    """Every origination of the process or a VRF; a line that cannot be read may put anything into BGP."""
    for family, words, line in bgp.originations:
        try:
            yield from _one(bgp, family, words, line, context)
        except (Unreadable, IndexError):
            draft.taint(line, "router")
    for _, words, line in bgp.imports:
        policy = _policy(words, line, context) if "route-map" in words or "subscribe-policy" in words else None
        for family in ("ipv4-unicast", "ipv6-unicast"):
            yield Origination("redistribute", family, None, "vrf", policy, bgp.vrf, line)


def _one(bgp: Bgp, family: str, words: list[str], line: int, context: Context) -> Iterator[Origination]:
    kind, rest = words[0], words[1:]
    if kind == "redistribute":
        # At the level of the process it concerns both families.
        policy = _policy(words, line, context)
        for one in (family,) if family else ("ipv4-unicast", "ipv6-unicast"):
            yield Origination("redistribute", one, None, PROTOCOLS.get(rest[0], rest[0]), policy, bgp.vrf, line)
        return
    text = rest[0]
    if rest[1:2] == ["mask"]:
        text = f"{text}/{sum(decimal(one).bit_count() for one in rest[2].split('.'))}"
    afi = 6 if ":" in text else 4
    if "/" not in text:
        raise Unreadable(text)
    found = prefix_text(*prefix(text, afi), afi)
    if kind == "network":
        yield Origination("network", family or f"ipv{afi}-unicast", found, None, _policy(words, line, context), bgp.vrf, line)
        return
    for word in ("match-map", "attribute-map", "attribute", "rcf"):
        _undefined_map(words, word, line, context)
    name = family or f"ipv{afi}-unicast"
    yield Origination("aggregate", name, found, None, None, bgp.vrf, line, "summary-only" in words)


def _undefined_map(words: list[str], word: str, line: int, context: Context) -> None:
    """A map of an aggregate changes attributes or chooses contributors: the aggregate may be there with any of them."""
    if word in words[:-1]:
        name = words[words.index(word) + 1]
        if word.endswith("-map") and name not in context.policies:
            context.undefined.append(Undefined("route-map", name, line, "unknown"))


def _policy(words: list[str], line: int, context: Context) -> Policy | None:
    """The route-map of an origination; what an undefined one or a function lets in is not known, so it may be everything."""
    for word in ("route-map", "subscribe-policy", "rcf"):
        if word not in words[:-1]:
            continue
        name = words[words.index(word) + 1]
        if word != "rcf" and name in context.policies:
            return context.policies[name]
        if word != "rcf":
            context.undefined.append(Undefined("route-map", name, line, "unknown"))
        why = f"{word} {name} is not known"
        changes = tuple(Opaque(one, why, line) for one in WRITTEN) if word == "rcf" else ()
        return Policy(name, word, (Term(name, Const(None, why, line), ACCEPT, actions=changes, lines=(line,)),), Verdict.REJECT)
    return None
