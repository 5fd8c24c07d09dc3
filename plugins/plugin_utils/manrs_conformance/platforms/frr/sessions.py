"""Sessions of a BGP instance: inheritance resolved, defaults of the version made explicit, filters attached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...model.policy import (
    ACCEPT,
    AsPathMatch,
    Attachment,
    Cond,
    Const,
    Filter,
    Policy,
    PrefixMatch,
    Term,
    Verdict,
)
from ...model.router import Session, Undefined, Unread
from .._attachment import looks_at_rpki, reachable
from .._lists import Lists, asn, pair
from .bgp import Bgp, Option, Peer
from .clauses import EMPTY_LIST

DIRECTIONS = (("in", "import"), ("out", "export"))


@dataclass(slots=True)
class Context:
    """What sessions refer to."""

    lists: Lists
    policies: dict[str, Policy]
    version: tuple[int, ...] | None
    datacenter: bool
    undefined: list[Undefined] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """A neighbour with its group behind it: the member's own value comes first."""

    peer: Peer
    group: Peer | None

    def get(self, key: str, family: str = "") -> Option | None:
        """The effective option, or None when neither says anything; an explicit `no` stays visible."""
        for one in (self.peer, self.group):
            found = None if one is None else (one.families.get(family, {}) if family else one.base).get(key)
            if found is not None:
                return found
        return None

    def on(self, key: str, family: str = "") -> bool:
        """Whether the option is set."""
        found = self.get(key, family)
        return found is not None and found[0] is not None

    def words(self, key: str, family: str = "") -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.get(key, family)
        return (found[0] or []) if found else []


def build(bgp: Bgp, context: Context) -> Iterator[Session]:
    """Every neighbour and listen range, once for each family it is active in."""
    for name, peer in bgp.peers.items():
        if name in bgp.groups:
            continue
        group_name = next(iter(peer.base.get("peer-group", ([], 0))[0] or []), None)
        view = View(peer, bgp.peers.get(group_name) if group_name else None)
        yield from _families(bgp, name, view, group_name, peer.line, context)
    for text, group_name, line in bgp.ranges:
        group = bgp.peers.get(group_name, Peer(group_name, line))
        yield from _families(bgp, text, View(Peer(text, line, lines=[line]), group), group_name, line, context)


def _families(bgp: Bgp, name: str, view: View, group: str | None, line: int, context: Context) -> Iterator[Session]:
    seen = {family: None for one in (view.peer, view.group) if one for family in one.families}
    for family in {"ipv4-unicast": None, "ipv6-unicast": None, **seen}:
        found = view.get("activate", family)
        default = bgp.defaults.get(family, family == "ipv4-unicast")
        if found[0] is not None if found else default:
            one = _session(bgp, name, view, group, family, line, context)
            if one is not None:
                yield one


def _kind(bgp: Bgp, view: View) -> tuple[int | str, str, int] | None:
    """(remote AS, session type, local AS) as `bgp_peer_sort` decides; None without remote-as."""
    words = view.words("remote-as")
    if not words:
        return None
    changed = view.words("local-as")
    own = bgp.local_as
    local = asn(changed[0]) if changed else own
    outside = asn(changed[0]) if changed else bgp.confed_id or own
    if words[0] == "external":
        return "external", "ebgp", outside
    if words[0] == "internal":
        return "internal", "ibgp", own
    remote = asn(words[0])
    if remote in (own, local):
        return remote, "ibgp", local
    if bgp.confed_id is not None and remote in bgp.confed_peers:
        return remote, "confed", own
    return remote, "ebgp", outside


def _session(bgp: Bgp, name: str, view: View, group: str | None, family: str, line: int, context: Context) -> Session | None:
    kind = _kind(bgp, view)
    if kind is None:
        return None
    remote, sort, local = kind
    inbound, outbound = (_attachment(bgp, view, family, word, direction, sort, context) for word, direction in DIRECTIONS)
    limit, action = _limit(view.words("maximum-prefix", family))
    originate = view.words("default-originate", family)
    allowed = view.get("allowas-in", family)
    timers = view.words("timers")
    return Session(
        neighbor=name,
        family=family,
        remote_as=remote,
        kind=sort,  # type: ignore[arg-type]
        local_as=local,
        inbound=inbound,
        outbound=outbound,
        vrf=bgp.vrf,
        description=" ".join(view.words("description")),
        shutdown=view.on("shutdown"),
        group=group,
        interface=name if view.on("interface") else None,
        max_prefix=limit,
        max_prefix_action=action,  # type: ignore[arg-type]
        role=next(iter(view.words("local-role")), None),
        role_strict="strict-mode" in view.words("local-role"),
        gtsm=view.on("ttl-security"),
        ebgp_multihop=int((view.words("ebgp-multihop") or ["255"])[0]) if view.on("ebgp-multihop") else None,
        auth="md5" if view.on("password") else "none",
        rr_client=view.on("route-reflector-client", family),
        next_hop_self=view.on("next-hop-self", family),
        send_community=tuple(one for one in ("standard", "extended", "large") if _sends(view, one, family)),
        allowas_in=0
        if not (allowed and allowed[0] is not None)
        else int(allowed[0][0])
        if allowed[0] and allowed[0][0].isdecimal()
        else 3,
        enforce_first_as=_first_as(bgp, view, context.version),
        remove_private=view.on("remove-private-as", family),
        as_override=view.on("as-override", family),
        default_originate=view.on("default-originate", family),
        default_originate_policy=originate[1] if len(originate) > 1 else None,
        soft_reconfiguration=view.on("soft-reconfiguration", family),
        route_server_client=view.on("route-server-client", family),
        rov="policy" if looks_at_rpki(inbound) else "off",
        update_source=next(iter(view.words("update-source")), None),
        timers=pair(timers),
        lines=_lines(view, family, line),
    )


def _lines(view: View, family: str, line: int) -> tuple[int, ...]:
    found = {line, *view.peer.lines}
    if view.group is not None:
        found |= {at for _, at in view.group.base.values()} | {at for _, at in view.group.families.get(family, {}).values()}
    return tuple(sorted(found))


def _sends(view: View, kind: str, family: str) -> bool:
    found = view.get(f"send-community {kind}", family)
    return found is None or found[0] is not None


def _limit(words: list[str]) -> tuple[int | None, str | None]:
    if not words:
        return None, None
    action = "warning" if "warning-only" in words else "restart" if "restart" in words else "shutdown"
    return int(words[0]), action


def _first_as(bgp: Bgp, view: View, version: tuple[int, ...] | None) -> bool | None:
    found = view.get("enforce-first-as")
    if found is not None:
        return found[0] is not None
    if bgp.enforce_first_as is not None:
        return bgp.enforce_first_as
    return None if version is None else version >= (9, 1)


def requires_policy(bgp: Bgp, version: tuple[int, ...] | None, datacenter: bool) -> bool | None:
    """Whether eBGP without a policy is refused (RFC 8212): on since 7.4, except under `frr defaults datacenter`."""
    if bgp.requires_policy is not None:
        return bgp.requires_policy
    if datacenter:
        return False
    return None if version is None else version >= (7, 4)


def _attachment(bgp: Bgp, view: View, family: str, word: str, direction: str, sort: str, context: Context) -> Attachment:
    filters: list[Filter] = []
    for kind in ("distribute-list", "prefix-list", "filter-list", "route-map"):
        found = view.get(f"{kind} {word}", family)
        if found is not None and found[0]:
            filters.append(_filter(kind, found[0][0], found[1], family, context))
    default: Verdict | None = Verdict.ACCEPT
    if sort == "ebgp":
        needed = requires_policy(bgp, context.version, context.datacenter)
        default = None if needed is None else Verdict.REJECT if needed else Verdict.ACCEPT
    called = reachable([one.policy for one in filters], context.policies)
    return Attachment(direction, tuple(filters), default, "all", called)  # type: ignore[arg-type]


def _filter(kind: str, name: str, line: int, family: str, context: Context) -> Filter:
    """One filter of a session; an undefined one denies everything, of an empty prefix-list nobody can tell from the text."""
    afi = 6 if family.startswith("ipv6") else 4
    lists = context.lists
    cond: Cond | None = None
    if kind == "route-map":
        policy = context.policies.get(name)
        if policy is not None:
            return Filter(kind, name, policy, line)
    elif name in lists.tainted:
        cond = Const(None, f"{kind} {name} was not read completely", line)
    elif kind == "filter-list":
        paths = lists.as_path_list(name)
        cond = None if paths is None else AsPathMatch((paths,), line)
    else:
        ranges = lists.prefix_list(afi, name) if kind == "prefix-list" else lists.access_list(afi, name)  # type: ignore[arg-type]
        cond = None if ranges is None else PrefixMatch((ranges,), line)
        if ranges is not None and not ranges.entries and kind == "prefix-list":
            cond = Const(None, f"{kind} {name} is empty: {EMPTY_LIST}", line)
    if cond is None:
        context.undefined.append(Undefined(kind, name, line, "deny-all"))
        return Filter(kind, name, Policy(name, kind, (), Verdict.REJECT), line, defined=False)
    return Filter(kind, name, Policy(name, kind, (Term(name, cond, ACCEPT, lines=(line,)),), Verdict.REJECT), line)
