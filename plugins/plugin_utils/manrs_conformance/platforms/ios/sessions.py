"""Sessions of the BGP process: inheritance resolved, defaults made explicit, filters attached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...model.policy import (
    ACCEPT,
    REJECT,
    AllOf,
    AnyOf,
    AsPathMatch,
    Attachment,
    Cond,
    Const,
    Filter,
    Not,
    NumberMatch,
    Opaque,
    Policy,
    PrefixMatch,
    Prepend,
    Rpki,
    RpkiMatch,
    Term,
    Verdict,
)
from ...model.router import Session, Undefined
from .. import _acl
from .._attachment import looks_at_rpki
from .._clauses import Scope
from .._lists import Unreadable, asn, pair
from .bgp import DEFAULT, Bgp, Option, Peer, Table, Template, label

ORDER = {
    "in": ("route-map", "filter-list", "prefix-list", "distribute-list"),
    "out": ("prefix-list", "distribute-list", "filter-list", "route-map"),
}
INVALID = frozenset({Rpki.INVALID})
UNKNOWN_STATES = "whether validation states are known to policies here is not known"


@dataclass(slots=True)
class Context:
    """What sessions refer to."""

    bgp: Bgp
    scope: Scope
    policies: Mapping[str, Policy]
    key_chains: set[str]
    undefined: list[Undefined] = field(default_factory=list)
    used: dict[str, set[str]] = field(default_factory=dict)
    """Group or template -> neighbours that take something from it."""


@dataclass(slots=True)
class View:
    """A neighbour with all it inherits from, the nearest first."""

    base: list[dict[str, Option]]
    family: list[dict[str, Option]]

    def get(self, key: str) -> Option | None:
        """The effective option, or None when nothing says anything; an explicit `no` stays visible."""
        for one in (*self.family, *self.base):
            if key in one:
                return one[key]
        return None

    def on(self, key: str) -> bool:
        """Whether the option is set."""
        found = self.get(key)
        return found is not None and found[0] is not None

    def words(self, key: str) -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.get(key)
        return (found[0] or []) if found else []

    def lines(self) -> set[int]:
        """Lines that say something of the neighbour, inherited ones included."""
        return {line for one in (*self.base, *self.family) for _, line in one.values()}


def chain(bgp: Bgp, kind: str, name: str, sources: set[str], seen: frozenset[str] = frozenset()) -> list[dict[str, Option]]:
    """A template's own options before what it inherits, higher sequence numbers first (they are applied last and overwrite)."""
    found = bgp.templates.get((kind, name))
    if found is None or name in seen:
        return []
    sources.add(label(found))
    out = [found.options]
    for seq in sorted(found.inherits, reverse=True):
        out += chain(bgp, kind, found.inherits[seq], sources, seen | {name})
    return out


def group_of(peer: Peer, family: str = "") -> str | None:
    """The peer-group a neighbour belongs to, by its own statement or one inside a family."""
    places = [peer.families.get(family, {})] if family else []
    for one in (*places, peer.base, *peer.families.values()):
        found = one.get("peer-group")
        if found is not None and found[0]:
            return found[0][0]
    return None


def view(bgp: Bgp, table: Table, peer: Peer, family: str, sources: set[str]) -> View:
    """What holds for a neighbour in a family."""
    members = [peer]
    name = group_of(peer, family)
    if name is not None and name != peer.name and name in table.peers:
        members.append(table.peers[name])
        sources.add(name)
    base: list[dict[str, Option]] = []
    inside: list[dict[str, Option]] = []
    for one in members:
        base.append(one.base)
        options = one.families.get(family, {})
        inside.append(options)
        session = (one.base.get("inherit peer-session") or (None, 0))[0]
        policy = (options.get("inherit peer-policy") or (None, 0))[0]
        base += chain(bgp, "peer-session", session[1], sources) if session else []
        inside += chain(bgp, "peer-policy", policy[1], sources) if policy else []
    return View(base, inside)


def build(context: Context) -> Iterator[Session]:
    """Every neighbour and listen range, once for each family it is active in."""
    for table in context.bgp.tables.values():
        for name, peer in table.peers.items():
            if name not in table.groups:
                yield from _families(context, table, peer)
        for text, group, line in table.ranges:
            listener = Peer(text, line, {"peer-group": ([group], line)}, lines=[line])
            for family in table.peers[group].families if group in table.peers else ():
                listener.families.setdefault(family, {})
            yield from _families(context, table, listener)


def _families(context: Context, table: Table, peer: Peer) -> Iterator[Session]:
    group = table.peers.get(group_of(peer) or "")
    seen = {family: None for one in (peer, group) if one for family in one.families}
    default = {"ipv4-unicast": None} if table.vrf == DEFAULT else {}
    for family in {**default, **seen}:
        sources: set[str] = set()
        all_of = view(context.bgp, table, peer, family, sources)
        found = all_of.get("activate")
        standing = context.bgp.default_ipv4 and family == "ipv4-unicast" if table.vrf == DEFAULT else family in peer.families
        active = found[0] is not None if found else standing
        for one in sources:
            context.used.setdefault(one, set()).add(peer.name)
        if active:
            session = _session(context, table, peer, family, all_of)
            if session is not None:
                yield session


def _kind(bgp: Bgp, all_of: View) -> tuple[int | tuple[int, ...], str, int] | None:
    """(remote AS, session type, local AS); None without remote-as."""
    words = all_of.words("remote-as")
    if not words:
        return None
    numbers = tuple(asn(one) for one in (words[0], *words[2:]))
    changed = all_of.words("local-as")
    own = bgp.local_as
    outside = asn(changed[0]) if changed else bgp.confed_id or own
    remote = numbers[0] if len(numbers) == 1 else numbers
    if set(numbers) <= {own}:
        return remote, "ibgp", own
    if bgp.confed_id is not None and set(numbers) <= bgp.confed_peers:
        return remote, "confed", own
    return remote, "ebgp", outside


def _session(context: Context, table: Table, peer: Peer, family: str, all_of: View) -> Session | None:
    bgp = context.bgp
    kind = _kind(bgp, all_of)
    if kind is None:
        return None
    remote, sort, local = kind
    drops = platform_drops(bgp, table.vrf, family) if sort == "ebgp" else frozenset()
    inbound = _attachment(context, table, all_of, family, "in", sort)
    limit = all_of.words("maximum-prefix")
    timers = all_of.words("timers")
    address, _, scope = peer.name.partition("%")
    originate = all_of.words("default-originate")
    return Session(
        neighbor=peer.name,
        family=family,
        remote_as=remote,
        kind=sort,  # type: ignore[arg-type]
        local_as=local,
        inbound=inbound,
        outbound=_attachment(context, table, all_of, family, "out", sort),
        vrf=table.vrf,
        description=" ".join(all_of.words("description")),
        shutdown=all_of.on("shutdown"),
        group=group_of(peer, family),
        interface=scope or None if address != peer.name else None,
        max_prefix=int(limit[0]) if limit else None,
        max_prefix_action=_limit_action(limit) if limit else None,  # type: ignore[arg-type]
        gtsm=all_of.on("ttl-security"),
        ebgp_multihop=int((all_of.words("ebgp-multihop") or ["255"])[0]) if all_of.on("ebgp-multihop") else None,
        auth=_auth(all_of, context.key_chains),  # type: ignore[arg-type]
        rr_client=all_of.on("route-reflector-client"),
        next_hop_self=all_of.on("next-hop-self"),
        send_community=tuple(one for one in ("standard", "extended", "large") if all_of.on(f"send-community {one}")),
        allowas_in=int((all_of.words("allowas-in") or ["3"])[0]) if all_of.on("allowas-in") else 0,
        enforce_first_as=all_of.on("enforce-first-as") if all_of.get("enforce-first-as") else bgp.enforce_first_as,
        remove_private=all_of.on("remove-private-as"),
        as_override=all_of.on("as-override"),
        default_originate=all_of.on("default-originate"),
        default_originate_policy=originate[1] if len(originate) > 1 else None,
        soft_reconfiguration=all_of.on("soft-reconfiguration"),
        route_server_client=all_of.on("route-server-client"),
        rov="platform" if drops else "policy" if looks_at_rpki(inbound) else "off",
        platform_drops=drops,
        update_source=next(iter(all_of.words("update-source")), None),
        timers=pair(timers),
        lines=tuple(sorted({*peer.lines, *all_of.lines()})),
    )


def _limit_action(words: list[str]) -> str:
    names = {"warning-only": "warning", "restart": "restart", "discard-extra": "discard"}
    return next((names[one] for one in words if one in names), "shutdown")


def _auth(all_of: View, key_chains: set[str]) -> str:
    """`ao` counts with a key chain of its kind, and not where connections without it are taken too."""
    options = all_of.words("ao")
    if options and options[0] in key_chains and "accept-ao-mismatch-connections" not in options:
        return "tcp-ao"
    return "md5" if all_of.on("password") else "none"


def validate_words(bgp: Bgp, vrf: str, family: str) -> set[str]:
    """`bgp bestpath prefix-validate` of a family: at the level of the process it is taken to hold for every family."""
    return bgp.validate.get((vrf, family), set()) | bgp.validate.get((DEFAULT, ""), set())


def validates(bgp: Bgp, family: str) -> bool:
    """Whether states are computed for a family of the global table: with a server, unless switched off."""
    return bool(bgp.caches) and "disable" not in validate_words(bgp, DEFAULT, family)


def platform_drops(bgp: Bgp, vrf: str, family: str) -> frozenset[Rpki]:
    """With validation on, an invalid path of an external neighbour is no candidate for best path unless `allow-invalid` says so."""
    unicast = vrf == DEFAULT and family in ("ipv4-unicast", "ipv6-unicast")
    on = unicast and validates(bgp, family) and "allow-invalid" not in validate_words(bgp, vrf, family)
    return INVALID if on else frozenset()


def _attachment(context: Context, table: Table, all_of: View, family: str, word: str, sort: str) -> Attachment:
    filters: list[Filter] = []
    for kind in ORDER[word]:
        found = all_of.get(f"{kind} {word}")
        if found is not None and found[0]:
            one = _filter(context, kind, found[0][0], found[1], family)
            filters.append(replace(one, policy=_states(context.bgp, table.vrf, family, one.policy)))
    if any(_rewrites_path(one.policy) for one in filters):
        filters = [_unsure_path(one) if one.kind == "filter-list" else one for one in filters]
    if filters and word == "in" and context.bgp.longest_path is not None:
        filters[0] = replace(filters[0], policy=_short(filters[0].policy, *context.bgp.longest_path))
    # `bgp safe-ebgp-policy` is known from guides only: what it does is left open.
    default = None if sort == "ebgp" and context.bgp.safe else Verdict.ACCEPT
    return Attachment("import" if word == "in" else "export", tuple(filters), default)


def _rewrites_path(policy: Policy) -> bool:
    changes = (action for term in policy.terms for action in term.actions)
    return any(isinstance(one, Prepend) or (isinstance(one, Opaque) and one.attribute == "as_path") for one in changes)


def _unsure_path(one: Filter) -> Filter:
    """A filter-list beside a route-map that prepends: which of them comes first is known from guides only."""
    doubt = Const(None, "whether the filter-list reads the path before or after the route-map prepends is not known", one.line)
    terms = tuple(replace(term, cond=doubt) for term in one.policy.terms)
    return replace(one, policy=replace(one.policy, terms=terms))


def _filter(context: Context, kind: str, name: str, line: int, family: str) -> Filter:
    """One filter of a session; what IOS does with an undefined or empty one is not known from its vendor."""
    afi = 6 if family.startswith(("ipv6", "vpnv6")) else 4
    lists = context.scope.lists
    if kind == "route-map" and name in context.policies:
        return Filter(kind, name, context.policies[name], line)
    cond: Cond | None = None
    defined = kind != "route-map"
    if name in lists.tainted:
        cond = Const(None, f"{kind} {name} was not read completely", line)
    elif kind == "filter-list":
        paths = lists.as_path_list(name)
        cond = AsPathMatch((paths,), line) if paths is not None and paths.entries else None
        defined = paths is not None
    elif kind == "prefix-list":
        ranges = lists.prefix_list(afi, name)  # type: ignore[arg-type]
        cond = PrefixMatch((ranges,), line) if ranges is not None and ranges.entries else None
        defined = ranges is not None
    elif kind == "distribute-list":
        cond, defined = _distribute(context, name, afi, line)
    if cond is None:
        if not defined:
            context.undefined.append(Undefined(kind, name, line, "unknown"))
        word = "empty" if defined else "not defined"
        cond = Const(None, f"{kind} {name} is {word}, and what IOS makes of that is not known", line)
    return Filter(
        kind, name, Policy(name, kind, (Term(name, cond, ACCEPT, lines=(line,)),), Verdict.REJECT, "original"), line, defined
    )


def _distribute(context: Context, name: str, afi: int, line: int) -> tuple[Cond | None, bool]:
    acl = context.scope.acls.get((6 if afi == 6 else 4, name))
    if acl is None or (not acl.rules.entries and not acl.tainted):
        return None, acl is not None
    try:
        return _acl.route_condition(acl, line), True
    except Unreadable as error:
        return Const(None, f"access-list {name} cannot be read as a filter of routes ({error})", line), True


def _short(policy: Policy, limit: int, line: int) -> Policy:
    """The policy behind `bgp maxas-limit`, which drops longer paths before any filter sees them."""
    cond = NumberMatch("path_length", ((limit + 1, 0xFFFFFFFF),), line)
    return replace(policy, terms=(Term("maxas-limit", cond, REJECT, lines=(line,)), *policy.terms))


def _states(bgp: Bgp, vrf: str, family: str, policy: Policy) -> Policy:
    """The policy where states are not computed for the family: what it then sees is open.

    Without any server no route can be valid or invalid. Under `prefix-validate disable`, and in a VRF, nothing is known.
    """
    if vrf == DEFAULT and validates(bgp, family):
        return policy
    blind = bool(bgp.caches)
    terms = tuple(replace(term, cond=_blinded(term.cond, blind)) for term in policy.terms)
    return policy if terms == policy.terms else replace(policy, terms=terms)


def _blinded(cond: Cond, blind: bool) -> Cond:
    if isinstance(cond, AllOf | AnyOf):
        return replace(cond, conds=tuple(_blinded(one, blind) for one in cond.conds))
    if isinstance(cond, Not):
        return Not(_blinded(cond.cond, blind))
    if isinstance(cond, RpkiMatch):
        doubt = Const(None, UNKNOWN_STATES, cond.line)
        # Kept beside the doubt, so that the policy still shows that it looks at the state.
        if blind:
            return AnyOf((AllOf((cond, doubt)), AllOf((Not(cond), doubt))))
        return cond if Rpki.NOT_FOUND not in cond.states else AnyOf((cond, doubt))
    return cond


__all__ = ["Context", "Template", "build", "chain", "group_of", "platform_drops", "validates", "view"]
