"""What is IOS's own in route-maps: its truths, and the statements beyond those of the family."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.policy import Cond, Const
from ...model.router import Taint
from .._clauses import MATCHES, SETS, Matcher, Scope, Setter, change, harmless, match, number, opaque_setter
from .._lists import Unreadable, decimal
from .._routemap import Language, cannot
from .draft import Draft

LANGUAGE = Language()
"""Undefined and empty lists in a match, `ip` with `ipv6` matches in one entry, address matches and routes of the other family, several
lines of one kind, `continue` in a deny entry and to a missing entry: no vendor text says what IOS does, so each leaves doubt where it
decides."""


def _next_hops(words: list[str], line: int, permit: bool, scope: Scope) -> Cond:
    """`match ip next-hop|route-source …`: neither is followed through the policy."""
    return Const(None, "next hop and route source are not followed", line)


MATCHING: Mapping[str, Matcher] = {
    **MATCHES,
    **dict.fromkeys(("ip next-hop", "ip route-source", "ipv6 next-hop", "ipv6 route-source"), _next_hops),
    "local-preference": number("local_pref"),
}
SETTING: Mapping[str, Setter] = {
    **SETS,
    "as-path prepend last-as": opaque_setter("as_path"),
    "as-path tag": opaque_setter("as_path"),
    "automatic-tag": opaque_setter("tag"),
    "ip next-hop peer-address": opaque_setter("next_hop"),
    "ip next-hop self": opaque_setter("next_hop"),
    **dict.fromkeys(
        ("level", "ip precedence", "ip qos-group", "ip tos", "ip df", "qos-group", "aigp-metric", "aigp", "global", "vrf"), harmless
    ),
    **dict.fromkeys(
        ("interface", "ip default next-hop", "default interface", "ip vrf", "ip global next-hop", "path-selection"), harmless
    ),
    "originator-id": harmless,
    "cost": harmless,
}


def resolve(draft: Draft) -> None:
    """Match, set and continue statements, once all lists are known."""
    scope = Scope(draft.lists, LANGUAGE, draft.acls)
    for map_, entry, at in draft.clauses:
        words, line = at.words, at.number
        try:
            if words[0] == "match":
                key, cond = match(MATCHING, words[1:], line, entry.permit, scope)
                entry.matches.setdefault(key, []).append(cond)
            elif words[0] == "set":
                key, actions = change(SETTING, words[1:], line, scope)
                entry.actions[key] = actions
            else:
                target = decimal(words[1]) if len(words) == 2 else 0
                if len(words) > 2 or (len(words) == 2 and target <= entry.seq):
                    raise Unreadable(" ".join(words))
                entry.follow = target
            draft.ledger.used(line)
        except Unreadable:
            draft.ledger.miss(line, "unsupported", Taint("policy", map_.name))
            cannot(entry, words[0], line)
    draft.undefined += scope.undefined
