"""From a draft to the vendor-neutral Router."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from ...model.policy import ACCEPT, Const, Policy, Term, Verdict
from ...model.router import Origination, Router, Taint, Undefined, Unread
from .. import _acl, _population
from .._lists import Unreadable, prefix, prefix_text
from . import doubts, inherit, interfaces, live, sessions
from .bgp import Bgp, Instance
from .draft import Draft
from .reader import read


def parse(text: str, state: Mapping[str, str]) -> Router:
    """The Router of a configuration text and the live outputs by key (`commands.COMMANDS.state`); never raises on any text."""
    draft = read(text)
    if draft.bgp is not None:
        _without_remote_as(draft, draft.bgp)
        _imported(draft, draft.bgp)
    policies = doubts.policies(draft)
    built = tuple(sessions.build(draft.bgp, draft, policies)) if draft.bgp else ()
    originations = tuple(
        one for bgp in [draft.bgp] if bgp for vrf in bgp.vrfs.values() for one in _originations(vrf, draft, policies)
    )
    main = draft.bgp.vrfs.get("default") if draft.bgp else None
    caches = tuple(draft.bgp.caches) if draft.bgp else ()
    now = live.read(state) if state else None
    faces = interfaces.build(draft)
    unread = _unread(draft)
    complete, because = _complete(draft, unread)
    if complete and now is not None:
        because = _population.differs(built, now.sessions, lambda _vrf, family: family in live.FAMILIES)
        complete = not because
    return Router(
        platform="nxos",
        hostname=draft.hostname,
        version=draft.version_text or live.version(state),
        local_as=draft.bgp.local_as if draft.bgp else None,
        router_id=main.router_id if main else None,
        sessions=built,
        interfaces=faces,
        policies=policies,
        prefix_lists=draft.lists.prefix_lists(),
        as_path_lists=draft.lists.as_path_lists(),
        community_lists=draft.lists.community_lists(),
        other_lists=_acl.route_filters(draft.acls.values()),
        originations=originations,
        statics=tuple(draft.statics),
        caches=caches,
        validation={"ipv4": bool(caches), "ipv6": bool(caches)},
        undefined=tuple(sorted(dict.fromkeys(draft.undefined), key=lambda one: (one.line, one.kind, one.name))),
        unread=unread,
        line_states=draft.ledger.text(),
        secrets=tuple(dict.fromkeys(draft.ledger.secrets)),
        complete=complete,
        incomplete_because=because,
        facts=_facts(draft.bgp),
        live=now,
    )


def _without_remote_as(draft: Draft, bgp: Bgp) -> None:
    """A neighbour without remote-as brings no session up, and we cannot tell what was meant: nothing of it is used."""
    for instance in bgp.vrfs.values():
        for name, peer in list(instance.peers.items()):
            if sessions.remote(bgp, draft, inherit.inherited(bgp, peer)) is not None:
                continue
            del instance.peers[name]
            for block in (one for top in peer.blocks for one in top.walk()):
                if draft.ledger.states[block.line - 1] == 117:
                    draft.ledger.miss(block.line, "unrecognised", Taint("session", name))


def _imported(draft: Draft, bgp: Bgp) -> None:
    """Routes that come into a VRF from elsewhere pass none of its import policies: its sessions cannot be judged without them."""
    for vrf, line in draft.vrf_imports:
        if vrf in bgp.vrfs and bgp.vrfs[vrf].peers:
            draft.ledger.miss(line, "unsupported", Taint("session", f"vrf {vrf}"))


def _unread(draft: Draft) -> tuple[Unread, ...]:
    """Unread lines by number; a line that no reader took counts as unrecognised."""
    return tuple(sorted([*draft.ledger.unread, *draft.ledger.untaken(draft.ledger.unread)], key=lambda one: one.line))


def _complete(draft: Draft, unread: tuple[Unread, ...]) -> tuple[bool, str]:
    """Whether the text shows signs of having been cut.

    NX-OS prints no end marker, so a text alone cannot prove that nothing is missing after its last line. What is proven here: the head
    is there (`version` and a host name), the last statement that matters was understood (a line cut in two rarely is), and it is not
    the head of a neighbour or of `router bgp`. A text that was cut exactly between two statements passes; the sessions that run on the
    router (see `_population.differs`) and the collector can tell more. An open banner taints the router by itself.
    """
    if not draft.statements:
        return False, "the text has no statements"
    if draft.version_text is None or draft.hostname is None:
        missing = "version" if draft.version_text is None else "hostname"
        return False, f"the head is missing: there is no `{missing}`"
    last = max(draft.ledger.text().rfind(letter) for letter in "us?") + 1
    for one in unread:
        if one.line == last and (one.state == "unrecognised" or one.taints.kind in ("policy", "list")):
            return False, f"the last statement (line {last}) was not understood: the text may have been cut there"
    words = draft.ledger.lines[last - 1].split()
    if words[:2] == ["router", "bgp"] or words[0] == "neighbor" or words[:2] == ["template", "peer"]:
        return False, f"the text ends at the head of a block (line {last})"
    return True, ""


def _facts(bgp: Bgp | None) -> dict[str, str]:
    if bgp is None:
        return {}
    # No release is known to refuse a session without policies.
    out = {"ebgp-requires-policy": "off", "enforce-first-as": "on" if bgp.enforce_first_as else "off"}
    if bgp.confed_id is not None:
        out["confederation"] = str(bgp.confed_id)
    return out


def _originations(instance: Instance, draft: Draft, policies: Mapping[str, Policy]) -> list[Origination]:
    out: list[Origination] = []
    for family, words, line in instance.originations:
        try:
            out.append(_origination(instance, draft, family, words, line, policies))
        except (Unreadable, IndexError):
            draft.ledger.miss(line, "unsupported", Taint("router"))
    return out


def _origination(
    instance: Instance, draft: Draft, family: str, words: list[str], line: int, policies: Mapping[str, Policy]
) -> Origination:
    kind, rest = words[0], words[2:]
    policy: Policy | None = None
    if "route-map" in rest:
        name = rest[rest.index("route-map") + 1]
        policy = policies.get(name)
        if policy is None:
            draft.undefined.append(Undefined("route-map", name, line, "unknown"))
            doubt = Const(None, f"route-map {name} is not defined, and what that means here is not confirmed", line)
            policy = Policy(name, "route-map", (Term(name, doubt, ACCEPT, lines=(line,)),), Verdict.REJECT, "original", (line,))
    if kind == "redistribute":
        protocol = "connected" if words[1] == "direct" else words[1]
        return Origination("redistribute", family, None, protocol, policy, instance.vrf, line)
    if kind == "default-information":
        return Origination("default", family, None, None, policy, instance.vrf, line)
    afi = 6 if family.startswith("ipv6") else 4
    text = words[1]
    if "/" not in text and rest[:1] == ["mask"]:
        try:
            text = str(ipaddress.ip_network(f"{text}/{rest[1]}", strict=False))
        except ValueError as error:
            raise Unreadable(text) from error
    if "/" not in text:
        raise Unreadable(text)
    found = prefix_text(*prefix(text, afi), afi)
    name = "aggregate" if kind == "aggregate-address" else "network"
    return Origination(name, family, found, None, policy, instance.vrf, line, "summary-only" in rest)  # type: ignore[arg-type]
