"""From a draft to the vendor-neutral Router."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...model.policy import Afi, AsPathList, Policy, PrefixList
from ...model.router import Interface, Origination, Router, SourceFilter, Undefined, Unread, Urpf
from .. import _acl, _population
from .._address import canonical
from .._lists import Unreadable
from .._routemap import cannot, lower
from . import live, originations, sessions
from .draft import Draft, Face, rpki_caches
from .filters import Context
from .reader import read
from .routemap import LANGUAGE, EosScope, change, doubt_view, match
from .statement import version_of


def parse(text: str, state: Mapping[str, str]) -> Router:
    """The Router of `show running-config` and the live outputs by key (`commands.COMMANDS.state`); never raises on any text.

    A text is complete when its head is there (`! device:` or a hostname) and `end` is its last statement.
    """
    draft = read(text)
    policies, scope = _policies(draft)
    _leaks(draft)
    _without_remote_as(draft)
    _functions(draft)
    context = Context(draft.lists, policies, list(scope.undefined), _unread_sessions(draft))
    built = tuple(one for bgp in draft.instances for one in sessions.build(bgp, context, draft.peer_filters))
    made = tuple(one for bgp in draft.instances for one in originations.read(bgp, draft, context))
    faces = tuple(_interface(one, draft, context) for one in draft.faces.values())
    validation = _validation(draft)
    complete, because = _complete(draft)
    now = live.read(state) if state else None
    if complete and now is not None:
        because = _population.differs(built, now.sessions, live.shown(state))
        complete = not because
    main = draft.main
    return Router(
        platform="eos",
        hostname=draft.hostname,
        version=draft.version_text or live.version(state),
        local_as=main.local_as if main else None,
        router_id=main.router_id if main else None,
        sessions=built,
        interfaces=faces,
        policies=policies,
        prefix_lists=draft.lists.prefix_lists(),
        as_path_lists=tuple(_as_path_lists(draft)),
        community_lists=draft.lists.community_lists(),
        other_lists=tuple(_route_filters(draft)),
        originations=_unique(made),
        statics=tuple(draft.statics),
        caches=rpki_caches(draft),
        validation=validation,
        undefined=tuple(sorted(dict.fromkeys(context.undefined), key=lambda one: (one.line, one.kind, one.name))),
        unread=_expand(draft),
        line_states=draft.ledger.text(),
        secrets=tuple(dict.fromkeys(draft.ledger.secrets)),
        complete=complete,
        incomplete_because=because,
        facts=_facts(draft),
        live=now,
    )


def _unique(made: tuple[Origination, ...]) -> tuple[Origination, ...]:
    out: list[Origination] = []
    for one in made:
        if one not in out:
            out.append(one)
    return tuple(out)


def _policies(draft: Draft) -> tuple[dict[str, Policy], EosScope]:
    """Every route-map, its statements resolved once all lists are known."""
    scope = EosScope(draft.lists, LANGUAGE, draft.acls, [], string_mode=draft.string_mode, origins=draft.origins)
    for one, entry, at in draft.clauses:
        words = at.words
        try:
            if words[0] == "match":
                key, cond = match(words[1:], at.number, entry.permit, scope)
                entry.matches.setdefault(key, []).append(cond)
            else:
                name, actions = change(words[1:], at.number, scope)
                entry.actions[name] = actions
            draft.ledger.used(at.number)
        except Unreadable:
            draft.taint(at.number, "policy", one.name)
            cannot(entry, words[0], at.number)
    for one in draft.maps.values():
        doubt_view(one)
    return {name: lower(one, LANGUAGE) for name, one in draft.maps.items()}, scope


def _leaks(draft: Draft) -> None:
    """Routes leaked into a VRF that runs BGP may be anything."""
    for vrf, words, line in draft.leaks:
        bgp = next((one for one in draft.instances if one.vrf == vrf), None)
        if bgp is not None:
            bgp.imports.append(("", words, line))


def _without_remote_as(draft: Draft) -> None:
    """A neighbour without remote AS has no session: what was written for it is not in effect, and we cannot tell what was meant."""
    for bgp in draft.instances:
        main = bgp.parent or bgp
        for name, peer in list(bgp.peers.items()):
            if name in main.groups:
                continue
            member = peer.options.get("", {}).get("peer-group", ([], 0))[0] or []
            sources = [peer, *(one for one in (bgp.peers.get(member[0]), main.peers.get(member[0])) if one)] if member else [peer]
            known = any((one.options.get("", {}).get("remote-as") or (None, 0))[0] for one in sources)
            if not known:
                del bgp.peers[name]
                for line in {peer.line, *peer.lines}:
                    draft.taint(line, "session", canonical(name))


def _functions(draft: Draft) -> None:
    """Routing control functions are not read: a line that attaches one which is defined, or may be, is named and taints its session."""
    for bgp in draft.instances:
        main = bgp.parent or bgp
        for name, peer in bgp.peers.items():
            for family, options in peer.options.items():
                for key in ("rcf in", "rcf out"):
                    words, line = options.get(key, (None, 0))
                    if words is None or not (draft.hidden_functions or words[0].partition("(")[0] in draft.functions):
                        continue
                    del options[key]
                    peer.lines = [one for one in peer.lines if one != line]
                    peer.line = min(peer.lines, default=peer.line) if peer.line == line else peer.line
                    subject = f"{bgp.vrf}/{canonical(name)}/{family}" if family and name not in main.groups else canonical(name)
                    draft.taint(line, "session", subject)


def _unread_sessions(draft: Draft) -> dict[str, int]:
    """First line that was not understood for each session or group."""
    out: dict[str, int] = {}
    for one in sorted(draft.ledger.unread, key=lambda one: one.line):
        if one.taints.kind == "session":
            out.setdefault(one.taints.name, one.line)
    return out


def _as_path_lists(draft: Draft) -> Iterator[AsPathList]:
    dialect = "cisco" if draft.string_mode else "asn"
    for found in draft.lists.as_path_lists():
        yield replace(found, entries=tuple(replace(one, dialect=dialect) for one in found.entries))


def _route_filters(draft: Draft) -> Iterator[PrefixList]:
    for acl in draft.acls.values():
        try:
            yield _acl.route_filter(acl)
        except Unreadable:
            yield PrefixList(acl.name, acl.afi, (), tuple(sorted(acl.lines)), kind="access-list")


def _interface(one: Face, draft: Draft, context: Context) -> Interface:
    addresses = list(one.addresses)
    if one.unnumbered is not None:
        lender = draft.faces.get(one.unnumbered)
        addresses += [text for text in (lender.addresses if lender else ()) if ipaddress.ip_interface(text).version == 4]
    urpf: dict[int, Urpf] = {}
    families: tuple[Afi, ...] = (4, 6)
    for afi in families:
        found = one.urpf.get(afi, "none")
        urpf[afi] = "unknown" if found == "none" and one.judged_elsewhere else found
    filters = {}
    for afi, (name, line) in one.acl_in.items():
        acl = draft.acls.get((afi, name))
        if acl is None:
            context.undefined.append(Undefined("access-list", name, line, "unknown"))
            filters[afi] = _acl.everything(name, afi, line)
        else:
            filters[afi] = _acl.source_filter(acl)
    leaving = {afi: _leaving(draft, afi, *bound) for afi, bound in one.acl_out.items()}
    return Interface(
        name=one.name,
        addresses=tuple(addresses),
        shutdown=one.shutdown,
        vrf=one.vrf,
        description=one.description,
        urpf_v4=urpf[4],
        urpf_v4_allow_default=one.allow_default.get(4, False),
        urpf_v6=urpf[6],
        urpf_v6_allow_default=one.allow_default.get(6, False),
        acl_in_v4=one.acl_in[4][0] if 4 in one.acl_in else None,
        acl_in_v6=one.acl_in[6][0] if 6 in one.acl_in else None,
        acl_out_v4=one.acl_out[4][0] if 4 in one.acl_out else None,
        acl_out_v6=one.acl_out[6][0] if 6 in one.acl_out else None,
        leaving_v4=leaving.get(4),
        leaving_v6=leaving.get(6),
        sources_v4=filters.get(4),
        sources_v6=filters.get(6),
        lines=tuple(one.lines),
        assigned=tuple(sorted(one.assigned)),
    )


def _leaving(draft: Draft, afi: Afi, name: str, line: int) -> SourceFilter:
    """The sources that an outbound access list lets out; what an undefined one does is not confirmed."""
    acl = draft.acls.get((afi, name))
    return _acl.source_filter(acl) if acl is not None else replace(_acl.everything(name, afi, line), exact=False)


def _validation(draft: Draft) -> dict[str, bool]:
    """States are computed for eBGP routes with `ebgp local`, in the multi-agent model only.

    A text that does not name the model leaves doubt: the line that switches validation on is then named as not certain.
    """
    line = draft.validates.get("ebgp")
    on = line is not None and any(one.host for one in draft.caches) and draft.model in (None, "multi-agent")
    if on and draft.model is None and line is not None:
        draft.taint(line, "rpki")
    return {"ipv4": on, "ipv6": on}


def _expand(draft: Draft) -> tuple[Unread, ...]:
    """Unread lines by number; what taints a peer group reaches its members by the name of the group."""
    out: list[Unread] = list(draft.ledger.unread)
    out += draft.ledger.untaken(out)
    final = [one for one in out if draft.ledger.states[one.line - 1] in b"s?"]
    return tuple(sorted(dict.fromkeys(final), key=lambda one: (one.line, str(one.taints))))


def _complete(draft: Draft) -> tuple[bool, str]:
    if not draft.statements:
        return False, "the text has no statements"
    if not (draft.device or draft.hostname):
        return False, "the head is missing: neither `! device:` nor `hostname`"
    if draft.text_until:
        return False, f"a text that ends with `{draft.text_until}` is not closed"
    if not draft.ended:
        return False, "the last statement is not `end`"
    if draft.ledger.goes_on(draft.ended):
        return False, f"statements stand after `end` (line {draft.ended})"
    return True, ""


def _facts(draft: Draft) -> dict[str, str]:
    """Switches of the whole router that change what lines mean."""
    out = {"regex-mode": {None: "not said", True: "string", False: "asn"}[draft.string_mode]}
    out["routing-model"] = draft.model or "not said"
    numbers = version_of(draft.version_text or "")
    out["version"] = ".".join(map(str, numbers)) if numbers else "unknown"
    main = draft.main
    if main is not None:
        for direction in ("in", "out"):
            found = main.missing.get("", {}).get(direction)
            out[f"missing-policy {direction}"] = " ".join(found[0]) if found and found[0] else "permit"
        # What `deny` does to a session without any policy is not confirmed; without it, everything passes.
        refuses = all(out[f"missing-policy {direction}"].startswith("deny") for direction in ("in", "out"))
        out["ebgp-requires-policy"] = "unknown" if refuses else "off"
        out["ebgp-requires-policy statement"] = "bgp missing-policy direction in|out action deny"
        if main.confed_id is not None:
            out["confederation"] = str(main.confed_id)
    return out
