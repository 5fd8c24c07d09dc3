"""Filters of a session: route-map, prefix list and RCF in both directions, and what EOS makes of a missing policy."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.policy import (
    ACCEPT,
    REJECT,
    Attachment,
    Const,
    Filter,
    Policy,
    PrefixMatch,
    Term,
    Verdict,
)
from ...model.router import Undefined
from .._address import canonical
from .._lists import Lists
from .._routemap import opaque
from .bgp import Bgp, Option, Peer

DIRECTIONS = (("in", "import"), ("out", "export"))
KIND_OF = {"community-list": ("community-list", "large-community-list", "extcommunity-list"), "prefix-list": ("prefix-list",)}


@dataclass(slots=True)
class Context:
    """What sessions refer to."""

    lists: Lists
    policies: dict[str, Policy]
    undefined: list[Undefined] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)
    """Line that was not understood, by the session or group that it may change."""


@dataclass(slots=True)
class View:
    """A neighbour with its group behind it.

    `inside` says what holds in an address family, in this order: neighbour there, neighbour anywhere, group there, group anywhere.
    """

    peer: Peer
    group: Peer | None
    inner: Peer | None = None
    """The group's lines in the VRF of the neighbour."""
    elsewhere: bool = False
    """The neighbour is in a VRF: what the group has in families of the main table is not confirmed to hold there."""

    def get(self, key: str, family: str) -> Option | None:
        """The effective option, or None when nobody says anything; an explicit `no` stays visible."""
        for one in (self.peer, self.inner, self.group):
            for place in (family, ""):
                if one is None or (place and one is self.group and self.elsewhere):
                    continue
                found = one.options.get(place, {}).get(key)
                if found is not None:
                    return found
        return None

    def doubtful(self, key: str, family: str) -> int:
        """Line of the group's option in the family of the main table, where it might hold for this VRF too; else 0."""
        found = self.group.options.get(family, {}).get(key) if self.group is not None and self.elsewhere else None
        if found is None or any(
            one and key in one.options.get(place, {}) for one in (self.peer, self.inner) for place in (family, "")
        ):
            return 0
        return found[1]

    def on(self, key: str, family: str) -> bool:
        """Whether the option is set."""
        found = self.get(key, family)
        return found is not None and found[0] is not None

    def words(self, key: str, family: str) -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.get(key, family)
        return (found[0] or []) if found else []


def missing_action(bgp: Bgp, view: View, family: str, word: str) -> tuple[str | None, list[str]]:
    """(`permit`, `deny`, or None where it is not known; included kinds) of the missing policy that holds for a session."""
    own = view.words(f"missing-policy {word}", family)
    found = own or next((one[0] or [] for place in (family, "") if (one := bgp.missing.get(place, {}).get(word))), [])
    if found:
        return ("permit" if found[0] == "permit" else "deny"), found[1:]
    if bgp.parent is not None:
        above = next((one[0] or [] for place in (family, "") if (one := bgp.parent.missing.get(place, {}).get(word))), [])
        # Whether the word of the process holds in its VRFs is not confirmed.
        return ("permit" if not above or above[0] == "permit" else None), []
    return "permit", []


def attachment(bgp: Bgp, view: View, family: str, word: str, direction: str, context: Context) -> Attachment:
    """All filters of a session in one direction."""
    action, included = missing_action(bgp, view, family, word)
    filters: list[Filter] = []
    for kind in ("prefix-list", "route-map", "rcf"):
        line = view.doubtful(f"{kind} {word}", family)
        if line:
            why = "whether a group's filter in a family of the main table holds in a VRF is not confirmed"
            name = view.group.name if view.group else ""
            return Attachment(direction, (Filter(kind, name, _unsure(name, kind, why, line), line),), Verdict.REJECT)  # type: ignore[arg-type]
    found = {kind: view.get(f"{kind} {word}", family) for kind in ("prefix-list", "route-map", "rcf")}
    several = sum(1 for one in found.values() if one and one[0]) > 1
    for kind, option in found.items():
        if option is None or not option[0]:
            continue
        name, line = option[0][0], option[1]
        if kind == "route-map":
            filters.append(_route_map(name, line, action, included, context))
        elif kind == "prefix-list":
            filters.append(_prefix_list(name, line, family, several, context))
        else:
            context.undefined.append(Undefined("rcf", " ".join(option[0]), line, "deny-all"))
            # A function that is not defined refuses everything (EOS manual, routing control functions).
            filters.append(Filter("rcf", " ".join(option[0]), Policy(name, "rcf", (), Verdict.REJECT), line, defined=False))
    names = (canonical(view.peer.name), f"{bgp.vrf}/{canonical(view.peer.name)}/{family}", view.group.name if view.group else "")
    doubtful = next((context.unread[one] for one in names if one in context.unread), 0)
    if doubtful:
        why = "a line of this session was not understood and may change what it does to routes"
        filters.append(Filter("unread", "not understood", _unsure("unread", "unread", why, doubtful), doubtful))
    # That `action deny` also refuses a session without any policy is said by operators, not by the vendor text at hand.
    default = Verdict.ACCEPT if action == "permit" else None
    if filters:
        default = Verdict.REJECT
    return Attachment(direction, tuple(filters), default)  # type: ignore[arg-type]


def _route_map(name: str, line: int, action: str | None, included: list[str], context: Context) -> Filter:
    policy = context.policies.get(name)
    if policy is not None:
        if action != "permit" and included:
            policy = _doubted(policy, included, context)
        return Filter("route-map", name, policy, line)
    verdict = {"permit": Verdict.ACCEPT, "deny": Verdict.REJECT}.get(action or "")
    effect = {"permit": "permit-all", "deny": "deny-all"}.get(action or "", "unknown")
    context.undefined.append(Undefined("route-map", name, line, effect))  # type: ignore[arg-type]
    if verdict is None:
        return Filter(
            "route-map", name, _unsure(name, "route-map", "what the missing policy is here is not known", line), line, False
        )
    return Filter("route-map", name, Policy(name, "route-map", (), verdict), line, defined=False)


def _doubted(policy: Policy, included: list[str], context: Context) -> Policy:
    """A map with undefined lists that `include` counts as missing policy may refuse everything."""
    kinds = {one for word in included for one in KIND_OF.get(word, ())}
    hit = next((one for one in context.undefined if one.kind in kinds and one.line in policy.lines), None)
    if hit is None:
        return policy
    why = f"{hit.kind} {hit.name} is not defined and counts as missing policy"
    term = Term("missing-policy", Const(None, why, hit.line), REJECT, lines=(hit.line,))
    return Policy(policy.name, policy.kind, (term, *policy.terms), policy.default, policy.view, policy.lines)


def _unsure(name: str, kind: str, why: str, line: int) -> Policy:
    """A policy that may accept anything, changed in any way, or refuse it."""
    term = Term(name, Const(None, why, line), ACCEPT, actions=opaque(line, why), lines=(line,))
    return Policy(name, kind, (term,), Verdict.REJECT, "original", (line,))


def _prefix_list(name: str, line: int, family: str, several: bool, context: Context) -> Filter:
    """A prefix list on a neighbour; beside another filter it is not confirmed that it counts, and neither is an undefined one."""
    found = context.lists.prefix_list(6 if family.startswith("ipv6") else 4, name)
    if name in context.lists.tainted:
        return Filter("prefix-list", name, _unsure(name, "prefix-list", f"prefix-list {name} was not read completely", line), line)
    if found is None or not found.entries:
        why = f"what EOS makes of prefix-list {name}, which is {'not defined' if found is None else 'empty'}, is not confirmed"
        term = Term(name, Const(None, why, line), ACCEPT, lines=(line,))
        if found is None:
            context.undefined.append(Undefined("prefix-list", name, line, "unknown"))
        return Filter("prefix-list", name, Policy(name, "prefix-list", (term,), Verdict.REJECT), line, found is not None)
    terms = [Term(name, PrefixMatch((found,), line), ACCEPT, lines=(line,))]
    if several:
        why = "whether a prefix-list counts beside a route-map is not confirmed"
        terms.append(Term(f"{name}?", Const(None, why, line), ACCEPT, lines=(line,)))
    return Filter("prefix-list", name, Policy(name, "prefix-list", tuple(terms), Verdict.REJECT), line)
