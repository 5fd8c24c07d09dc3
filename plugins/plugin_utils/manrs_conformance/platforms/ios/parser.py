"""From a draft to the vendor-neutral Router."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...model.policy import ACCEPT, ALWAYS, Const, Policy, Term, Verdict
from ...model.router import Origination, Router, RpkiCache, Session, Taint, Undefined, Unread
from .. import _acl, _population
from .._address import masked
from .._clauses import Scope
from .._lists import Unreadable, decimal, prefix, prefix_text
from .._routemap import lower
from . import interfaces, live, sessions
from .bgp import Bgp, Table
from .clauses import LANGUAGE
from .draft import Draft
from .reader import read

FULL = 15
"""The privilege level that sees the whole configuration; a lower one sees only what it may itself configure."""


def parse(text: str, state: Mapping[str, str]) -> Router:
    """The Router of a configuration text and the live outputs by key (`commands.COMMANDS.state`); never raises on any text.

    A text is complete when its head is there (`version`, `hostname`, or the first line of `show running-config`) and its `end` is the last
    statement. NAPALM removes the first lines but leaves `version`, which every text of the device has; only a text without it may lack `end`.
    """
    draft = read(text)
    policies = {name: lower(one, LANGUAGE) for name, one in draft.maps.items()}
    bgp = draft.bgp or Bgp(0, 0)
    scope = Scope(draft.lists, LANGUAGE, draft.acls)
    context = sessions.Context(bgp, scope, policies, draft.key_chains)
    _orphans(draft, bgp)
    caches = _caches(draft, bgp)
    built = tuple(sessions.build(context))
    faces = interfaces.build(draft)
    originations = tuple(one for table in bgp.tables.values() for one in _originations(table, draft, policies))
    _default_maps(built, draft, policies)
    complete, because = _complete(draft, state)
    now = live.read(state) if state else None
    if complete and now is not None:
        because = _population.differs(built, now.sessions, live.shown(state))
        complete = not because
    return Router(
        platform="ios",
        hostname=draft.hostname,
        version=live.version(state) or draft.version,
        local_as=draft.bgp.local_as if draft.bgp else None,
        router_id=bgp.router_id,
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
        validation={afi: bool(caches) and sessions.validates(bgp, f"{afi}-unicast") for afi in ("ipv4", "ipv6")},
        undefined=_undefined(draft, context),
        unread=_expand(draft, context),
        line_states=draft.ledger.text(),
        secrets=tuple(dict.fromkeys(draft.ledger.secrets)),
        complete=complete,
        incomplete_because=because,
        facts=_facts(draft.bgp),
        live=now,
    )


def _undefined(draft: Draft, context: sessions.Context) -> tuple[Undefined, ...]:
    every = dict.fromkeys((*draft.undefined, *context.undefined))
    return tuple(sorted(every, key=lambda one: (one.line, one.kind, one.name)))


def _orphans(draft: Draft, bgp: Bgp) -> None:
    """Neighbours that are not in effect or whose meaning is lost: without remote-as, or with a group or template that does not exist."""
    for table in bgp.tables.values():
        for name, peer in table.peers.items():
            group = sessions.group_of(peer)
            if group is not None and group not in table.groups:
                _doubt(draft, peer.line, name)
            if name in table.groups:
                continue
            if not sessions.view(bgp, table, peer, "", set()).words("remote-as"):
                _doubt(draft, peer.line, name)
            for options in (peer.base, *peer.families.values()):
                for kind in ("peer-session", "peer-policy"):
                    words, line = options.get(f"inherit {kind}") or (None, 0)
                    if words and (kind, words[1]) not in bgp.templates:
                        _doubt(draft, line, name)
        for text, group, line in table.ranges:
            if group not in table.peers or "remote-as" not in table.peers[group].base:
                _doubt(draft, line, text)


def _doubt(draft: Draft, line: int, name: str) -> None:
    if draft.ledger.states[line - 1] in (117, 105):
        draft.ledger.miss(line, "unsupported", Taint("session", name))


def _expand(draft: Draft, context: sessions.Context) -> tuple[Unread, ...]:
    """Unread lines by number; what taints a group or template taints each neighbour that takes something from it."""
    out: list[Unread] = []
    for one in draft.ledger.unread:
        out.append(one)
        if one.taints.kind == "session":
            out += [
                replace(one, taints=Taint("session", name), derived=True) for name in sorted(context.used.get(one.taints.name, ()))
            ]
    out += draft.ledger.untaken(out)
    return tuple(sorted(out, key=lambda one: one.line))


def _complete(draft: Draft, state: Mapping[str, str]) -> tuple[bool, str]:
    if "privilege" in state:
        level = re.search(r"Current privilege level is (\d{1,2})\b", state["privilege"])
        if level is None or int(level[1]) < FULL:
            return False, f"the account has privilege level {level[1] if level else 'unknown'}: IOS may show it only a part"
    if not draft.statements:
        return False, "the text has no statements"
    if not (draft.shown or draft.version or draft.hostname):
        return False, "the head is missing: neither `version`, `hostname` nor the first line of `show running-config`"
    if (draft.shown or draft.version) and not draft.ended:
        return False, "the text has no `end`"
    if draft.ledger.goes_on(draft.ended, ("!",)):
        return False, f"statements stand after `end` (line {draft.ended})"
    return True, ""


def _facts(bgp: Bgp | None) -> dict[str, str]:
    if bgp is None:
        return {}
    out = {"ebgp-requires-policy": "unknown" if bgp.safe else "off"}
    if bgp.confed_id is not None:
        out["confederation"] = str(bgp.confed_id)
    return out


def _caches(draft: Draft, bgp: Bgp) -> tuple[RpkiCache, ...]:
    """Servers of `bgp rpki server tcp ADDRESS port N refresh N`; one that is not understood counts as none."""
    out = []
    for words, line in bgp.caches:
        try:
            if words[0] != "tcp":
                raise Unreadable(words[0])
            out.append(RpkiCache(words[1], decimal(words[words.index("port") + 1]), "tcp", None, line))
        except (Unreadable, IndexError, ValueError):
            draft.ledger.miss(line, "unsupported", Taint("rpki"))
    known = {one.line for one in out}
    bgp.caches = [one for one in bgp.caches if one[1] in known]
    return tuple(out)


def _originations(table: Table, draft: Draft, policies: Mapping[str, Policy]) -> Iterator[Origination]:
    for family, words, line in table.originations:
        try:
            if words[0] == "network" and "backdoor" in words:
                continue
            yield _origination(table, family, words, line, draft, policies)
        except (Unreadable, IndexError):
            draft.ledger.miss(line, "unsupported", Taint("router"))


def _policy(words: list[str], key: str, line: int, draft: Draft, policies: Mapping[str, Policy]) -> Policy | None:
    """The map after a keyword; what IOS does with an undefined one is not known."""
    if key not in words:
        return None
    name = words[words.index(key) + 1]
    if name in policies:
        return policies[name]
    draft.undefined.append(Undefined("route-map", name, line, "unknown"))
    doubt = Const(None, f"route-map {name} is not defined", line)
    return Policy(name, "route-map", (Term(name, doubt, ACCEPT, lines=(line,)),), Verdict.REJECT, "original")


def _origination(
    table: Table, family: str, words: list[str], line: int, draft: Draft, policies: Mapping[str, Policy]
) -> Origination:
    kind, rest = words[0], words[2:]
    if kind == "redistribute":
        return Origination(
            "redistribute", family, None, words[1], _policy(rest, "route-map", line, draft, policies), table.vrf, line
        )
    if kind == "default-information":
        return Origination("default", family, None, None, None, table.vrf, line)
    afi = 6 if "ipv6" in family else 4
    text = words[1]
    if "/" not in text and afi == 4:
        text = masked(text, rest)
    found = prefix_text(*prefix(text, afi), afi)
    if kind == "network":
        return Origination("network", family, found, None, _policy(rest, "route-map", line, draft, policies), table.vrf, line)
    for key in ("suppress-map", "advertise-map"):
        _policy(rest, key, line, draft, policies)
    shaped = _policy(rest, "attribute-map", line, draft, policies)
    if shaped is not None:
        # The map writes attributes; it does not decide whether the aggregate is made.
        actions = tuple(action for term in shaped.terms for action in term.actions)
        shaped = Policy(shaped.name, "route-map", (Term("attributes", ALWAYS, ACCEPT, actions=actions, lines=shaped.lines),))
    return Origination("aggregate", family, found, None, shaped, table.vrf, line, "summary-only" in rest)


def _default_maps(built: tuple[Session, ...], draft: Draft, policies: Mapping[str, Policy]) -> None:
    """Record undefined maps of `neighbor … default-originate`; the default goes to that neighbour alone."""
    for one in built:
        name = one.default_originate_policy
        if name is not None and name not in policies:
            line = next((at for at in one.lines if name in draft.ledger.lines[at - 1]), one.lines[0])
            draft.undefined.append(Undefined("route-map", name, line, "unknown"))
