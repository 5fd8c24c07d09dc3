"""From a draft to the vendor-neutral Router."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...model.policy import Policy, Verdict
from ...model.router import Origination, Router, Taint, Undefined, Unread
from .. import _population
from .._address import masked
from .._lists import Unreadable, prefix, prefix_text
from . import hostfilter, live, sessions
from .bgp import Bgp
from .draft import Draft, make_interface
from .reader import read
from .routemap import lower, unsafe


def parse(text: str, state: Mapping[str, str]) -> Router:
    """The Router of a configuration text and the live outputs by key (`commands.COMMANDS.state`); never raises on any text.

    A text is complete when its head is there (`Current configuration`, `frr version` or a hostname) and, for the output of `show
    running-config`, its `end` is the last statement. A saved frr.conf has no `end`; `frr version` or a hostname is its head, and a cut between
    two of its blocks cannot be seen.
    """
    draft = read(text)
    _without_remote_as(draft)
    version = draft.version_text or live.version(state)
    known = draft.version or live.version_numbers(state)
    defined = frozenset(draft.maps)
    deep = unsafe(draft.maps)
    policies = {name: lower(one, deep, defined) for name, one in draft.maps.items()}
    context = sessions.Context(draft.lists, policies, known, draft.datacenter, list(draft.undefined))
    for one in draft.maps.values():
        for entry in one.entries.values():
            if entry.call and entry.call[0] not in defined:
                context.undefined.append(Undefined("route-map", entry.call[0], entry.call[1], "permit-all"))
    built = tuple(session for bgp in draft.instances for session in sessions.build(bgp, context))
    main = next((bgp for bgp in draft.instances if bgp.vrf == "default"), draft.instances[0] if draft.instances else None)
    originations = tuple(one for bgp in draft.instances for one in _originations(bgp, draft, context))
    complete, because = _complete(draft)
    now = live.read(state) if state else None
    if complete and now is not None:
        because = _population.differs(built, now.sessions, live.shown(state))
        complete = not because
    router = Router(
        platform="frr",
        hostname=draft.hostname,
        version=version,
        local_as=main.local_as if main else None,
        router_id=main.router_id if main else None,
        sessions=built,
        interfaces=tuple(make_interface(one) for one in draft.interfaces.values()),
        policies=policies,
        prefix_lists=draft.lists.prefix_lists(),
        as_path_lists=draft.lists.as_path_lists(),
        community_lists=draft.lists.community_lists(),
        other_lists=draft.lists.access_lists(),
        originations=originations,
        statics=tuple(draft.statics),
        caches=tuple(draft.caches),
        validation={"ipv4": bool(draft.caches), "ipv6": bool(draft.caches)},
        undefined=tuple(sorted(dict.fromkeys(context.undefined), key=lambda one: (one.line, one.kind, one.name))),
        unread=_expand(draft),
        line_states=draft.ledger.text(),
        secrets=tuple(dict.fromkeys(draft.ledger.secrets)),
        complete=complete,
        incomplete_because=because,
        facts=_facts(main, draft, known),
        live=now,
    )
    return replace(router, interfaces=hostfilter.apply(router.interfaces, state))


def _without_remote_as(draft: Draft) -> None:
    """FRR refuses a neighbour without remote-as: what was written for it is not in effect, and we cannot tell what was meant."""
    named = {one.taints.name for one in draft.ledger.unread if one.taints.kind == "session"}
    for bgp in draft.instances:
        for name, peer in bgp.peers.items():
            if name in named or name in bgp.groups or "remote-as" in peer.base:
                continue
            group = bgp.peers.get(next(iter(peer.base.get("peer-group", ([], 0))[0] or []), ""))
            orphan = group is None or "remote-as" not in group.base
            if orphan and draft.ledger.states[peer.line - 1] == 117:
                draft.ledger.miss(peer.line, "unsupported", Taint("session", name))


def _expand(draft: Draft) -> tuple[Unread, ...]:
    """Unread lines by number; what taints a peer-group taints each of its members and listen ranges."""
    members: dict[str, list[str]] = {}
    for bgp in draft.instances:
        for name, peer in bgp.peers.items():
            for group in peer.base.get("peer-group", ([], 0))[0] or []:
                members.setdefault(group, []).append(name)
        for text, group, _ in bgp.ranges:
            members.setdefault(group, []).append(text)
    out: list[Unread] = []
    for one in draft.ledger.unread:
        out.append(one)
        if one.taints.kind == "session":
            out += [replace(one, taints=Taint("session", name), derived=True) for name in members.get(one.taints.name, ())]
    out += draft.ledger.untaken(out)
    return tuple(sorted(out, key=lambda one: one.line))


def _complete(draft: Draft) -> tuple[bool, str]:
    if not draft.statements:
        return False, "the text has no statements"
    if not (draft.shown or draft.version_text or draft.hostname):
        return False, "the head is missing: neither `Current configuration`, `frr version` nor `hostname`"
    if draft.shown and not draft.ended:
        return False, "the text starts as `show running-config` and has no `end`"
    if not draft.ended and draft.block and draft.closed and not draft.loose:
        return False, "the last block has no `exit`, and all others have: the text may have been cut there"
    if draft.ledger.goes_on(draft.ended):
        return False, f"statements stand after `end` (line {draft.ended})"
    return True, ""


def _facts(main: Bgp | None, draft: Draft, version: tuple[int, ...] | None) -> dict[str, str]:
    out = {"defaults": "datacenter" if draft.datacenter else "traditional"}
    if main is not None:
        needed = sessions.requires_policy(main, version, draft.datacenter)
        out["ebgp-requires-policy"] = "unknown" if needed is None else "on" if needed else "off"
        if main.confed_id is not None:
            out["confederation"] = str(main.confed_id)
    return out


def _originations(bgp: Bgp, draft: Draft, context: sessions.Context) -> list[Origination]:
    out: list[Origination] = []
    for family, words, line in bgp.originations:
        try:
            out.append(_origination(bgp, family, words, line, context))
        except (Unreadable, IndexError):
            draft.ledger.miss(line, "unsupported", Taint("router"))
    return out


def _origination(bgp: Bgp, family: str, words: list[str], line: int, context: sessions.Context) -> Origination:
    kind, rest = words[0], words[2:]
    policy: Policy | None = None
    if "route-map" in rest:
        name = rest[rest.index("route-map") + 1]
        policy = context.policies.get(name)
        if policy is None:
            # `lib/routemap.c`: a map that does not exist denies; an aggregate is made all the same.
            context.undefined.append(
                Undefined("route-map", name, line, "permit-all" if kind == "aggregate-address" else "deny-all")
            )
            policy = None if kind == "aggregate-address" else Policy(name, "route-map", (), Verdict.REJECT)
    if kind == "redistribute":
        return Origination("redistribute", family, None, words[1], policy, bgp.vrf, line)
    if kind == "default-information":
        return Origination("default", family, None, None, policy, bgp.vrf, line)
    afi = 6 if family.startswith("ipv6") else 4
    text = words[1]
    if "/" not in text and afi == 4:
        text = masked(text, rest)
    found = prefix_text(*prefix(text, afi), afi)
    name = "aggregate" if kind == "aggregate-address" else "network"
    return Origination(name, family, found, None, policy, bgp.vrf, line, "summary-only" in rest)  # type: ignore[arg-type]
