"""NX-OS sessions: templates resolved, defaults made explicit, filters attached with what is not confirmed about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ...model.policy import (
    ACCEPT,
    NEXT,
    REJECT,
    AllOf,
    AsPathMatch,
    Attachment,
    Cond,
    Const,
    Filter,
    Policy,
    PrefixMatch,
    Rpki,
    RpkiMatch,
    Term,
    Verdict,
)
from ...model.router import Session, Undefined
from .._lists import asn
from .bgp import FAMILIES, Bgp, Instance, Option, Peer
from .draft import Draft

DIRECTIONS = (("in", "import"), ("out", "export"))
ORDER = ("prefix-list", "filter-list", "route-map")
MANY = 4096
"""More ASNs than this of a dynamic neighbour are not listed one by one."""
DEPTH = 8


@dataclass(slots=True)
class Inherited:
    """A neighbour with the templates behind it, nearest first.

    Order of precedence: the neighbour, its peer-session templates, its peer template (with the sessions and policies behind that), its
    peer-policy templates by sequence. Whether a peer template goes before a peer-policy is not confirmed: `contested` tells where it
    matters.
    """

    peer: Peer
    sessions: list[Peer] = field(default_factory=list)
    missing: list[tuple[str, str, int]] = field(default_factory=list)
    """(kind, name, line) of templates that are not defined."""
    group: str | None = None

    def base(self, key: str) -> Option | None:
        """The effective option of the session; an explicit `no` stays visible."""
        return next((one.base[key] for one in (self.peer, *self.sessions) if key in one.base), None)

    def words(self, key: str) -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.base(key)
        return (found[0] or []) if found else []

    def on(self, key: str) -> bool:
        """Whether the option is set."""
        found = self.base(key)
        return found is not None and found[0] is not None


@dataclass(slots=True)
class Family:
    """The options of one family, nearest first, from both kinds of templates."""

    own: dict[str, Option]
    templates: list[dict[str, Option]]
    policies: list[dict[str, Option]]

    def get(self, key: str) -> Option | None:
        """The effective option."""
        return next((one[key] for one in (self.own, *self.templates, *self.policies) if key in one), None)

    def words(self, key: str) -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.get(key)
        return (found[0] or []) if found else []

    def on(self, key: str) -> bool:
        """Whether the option is set."""
        found = self.get(key)
        return found is not None and found[0] is not None

    def contested(self, key: str) -> bool:
        """Whether a peer template and a peer-policy say different things, and the neighbour itself nothing."""
        if key in self.own:
            return False
        both = [next((one[key][0] for one in side if key in one), None) for side in (self.templates, self.policies)]
        said = [any(key in one for one in side) for side in (self.templates, self.policies)]
        return all(said) and both[0] != both[1]


def inherited(bgp: Bgp, peer: Peer) -> Inherited:
    """The templates of a neighbour, resolved; cycles end at the first repetition."""
    out = Inherited(peer)
    seen: set[tuple[str, str]] = set()

    def follow(one: Peer, depth: int) -> None:
        for kind in ("peer-session", "peer"):
            for found, name, line in one.inherits:
                if found != kind or (found, name) in seen or depth > DEPTH:
                    continue
                seen.add((found, name))
                template = bgp.templates.get((found, name))
                if template is None:
                    out.missing.append((found, name, line))
                    continue
                if found == "peer" and out.group is None:
                    out.group = name
                out.sessions.append(template)
                follow(template, depth + 1)

    follow(peer, 0)
    return out


def family(bgp: Bgp, who: Inherited, name: str, missing: list[tuple[str, str, int]]) -> Family:
    """The options of a neighbour in one family."""
    templates = [one.families[name] for one in who.sessions if name in one.families]
    policies: list[dict[str, Option]] = []
    seen: set[str] = set()

    def follow(wanted: list[tuple[int, str, int]], depth: int) -> None:
        for _, template, line in sorted(wanted, key=lambda one: one[0]):
            if template in seen or depth > DEPTH:
                continue
            seen.add(template)
            found = bgp.templates.get(("peer-policy", template))
            if found is None:
                missing.append(("peer-policy", template, line))
                continue
            policies.append(found.families.get("", {}))
            follow(found.policies.get("", []), depth + 1)

    for one in (who.peer, *who.sessions):
        follow(one.policies.get(name, []), 0)
    return Family(who.peer.families.get(name, {}), templates, policies)


def build(bgp: Bgp, draft: Draft, policies: dict[str, Policy]) -> Iterator[Session]:
    """Every neighbour, once for each family that it or its templates configure."""
    for instance in bgp.vrfs.values():
        for peer in instance.peers.values():
            who = inherited(bgp, peer)
            used = {name for one in (peer, *who.sessions) for name in one.families}
            if not used and any(kind == "peer" for kind, _, _ in who.missing):
                used = {"ipv6-unicast" if ":" in peer.name else "ipv4-unicast"}
            for name in sorted(FAMILIES):
                if name in used:
                    found = _session(bgp, instance, draft, who, name, policies)
                    if found is not None:
                        yield found


def remote(bgp: Bgp, draft: Draft, who: Inherited) -> int | tuple[int, ...] | str | None:
    """The neighbour's AS: a number, several for a dynamic neighbour, `external` where only that is known; None without remote-as."""
    words = who.words("remote-as")
    if not words:
        return None
    if words[0] != "route-map":
        return words[0] if words[0] in ("external", "internal") else asn(words[0])
    ranges = draft.asn_maps.get(words[1], [])
    if not ranges or sum(high - low + 1 for low, high in ranges) > MANY:
        return "external"
    return tuple(dict.fromkeys(one for low, high in ranges for one in range(low, high + 1)))


def _session(bgp: Bgp, instance: Instance, draft: Draft, who: Inherited, name: str, policies: dict[str, Policy]) -> Session | None:
    asns = remote(bgp, draft, who)
    if asns is None:
        return None
    missing = list(who.missing)
    options = family(bgp, who, name, missing)
    for kind, template, line in missing:
        draft.undefined.append(Undefined(f"template {kind}", template, line, "unknown"))
    sort, local = _kind(bgp, instance, who, asns)
    filters = {word: _filters(draft, options, word, name, policies, missing) for word, _ in DIRECTIONS}
    rov = any(one.name in draft.rpki_maps for one in filters["in"])
    if bgp.caches:
        filters["in"] = _doubt_rpki(filters["in"], bgp.caches[0].line)
    inbound, outbound = (
        Attachment(direction, tuple(filters[word]), Verdict.ACCEPT, "all")  # type: ignore[arg-type]
        for word, direction in DIRECTIONS
    )
    limit = options.words("maximum-prefix")
    originate = options.words("default-originate")
    allowed = options.words("allowas-in")
    timers = who.words("timers")
    peer = who.peer
    return Session(
        neighbor=peer.name,
        family=name,
        remote_as=asns,
        kind=sort,  # type: ignore[arg-type]
        local_as=local,
        inbound=inbound,
        outbound=outbound,
        vrf=instance.vrf,
        description=" ".join(who.words("description")),
        shutdown=bgp.shutdown or who.on("shutdown"),
        group=who.group,
        interface=peer.name if not _is_address(peer.name) else None,
        max_prefix=int(limit[0]) if limit else None,
        max_prefix_action=_action(limit),  # type: ignore[arg-type]
        gtsm=who.on("ttl-security"),
        ebgp_multihop=int(who.words("ebgp-multihop")[0]) if who.on("ebgp-multihop") else None,
        auth="tcp-ao" if who.on("ao") else "md5" if who.on("password") else "none",
        rr_client=options.on("route-reflector-client"),
        next_hop_self=options.on("next-hop-self"),
        send_community=tuple(one for one in ("standard", "extended", "large") if options.on(f"send-community {one}")),
        allowas_in=(int(allowed[0]) if allowed else 3) if options.on("allowas-in") else 0,
        enforce_first_as=bgp.enforce_first_as,
        remove_private=who.on("remove-private-as") or options.on("remove-private-as"),
        as_override=options.on("as-override"),
        default_originate=options.on("default-originate"),
        default_originate_policy=originate[1] if len(originate) > 1 else None,
        soft_reconfiguration=options.on("soft-reconfiguration"),
        rov="policy" if rov else "off",
        update_source=next(iter(who.words("update-source")), None),
        timers=(int(timers[0]), int(timers[1])) if len(timers) == 2 and all(_small(one) for one in timers) else None,
        lines=tuple(sorted({line for one in (peer, *who.sessions) for line in one.lines})),
    )


def _small(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _is_address(name: str) -> bool:
    return ":" in name or name[:1].isdecimal()


def _action(words: list[str]) -> str | None:
    if not words:
        return None
    return "warning" if "warning-only" in words else "restart" if "restart" in words else "shutdown"


def _kind(bgp: Bgp, instance: Instance, who: Inherited, asns: int | tuple[int, ...] | str) -> tuple[str, int]:
    """(session type, local AS as the neighbour sees it)."""
    own = instance.local_as or bgp.local_as
    changed = who.words("local-as")
    local = asn(changed[0]) if changed else own
    outside = local if changed else (bgp.confed_id or own)
    if asns == "internal":
        return "ibgp", own
    if isinstance(asns, int):
        if asns in (own, local):
            return "ibgp", local
        if bgp.confed_id is not None and asns in bgp.confed_peers:
            return "confed", own
    return "ebgp", outside


def _filters(
    draft: Draft, options: Family, word: str, name: str, policies: dict[str, Policy], missing: list[tuple[str, str, int]]
) -> list[Filter]:
    found = [(kind, option) for kind in ORDER for option in [options.get(f"{kind} {word}")] if option is not None and option[0]]
    out: list[Filter] = []
    for kind, (words, line) in found:
        one = _filter(draft, kind, (words or [""])[0], line, name, policies)
        if options.contested(f"{kind} {word}"):
            why = f"whether this {kind} or the one of the other template applies is not confirmed"
            out.append(replace(one, policy=_unknown(one, why)))
        elif len(found) > 1 and kind != "route-map":
            out.append(replace(one, policy=_beside(one)))
        else:
            out.append(one)
    for kind, template, line in missing:
        gone = Filter(f"template {kind}", template, Policy(template, "template", (), Verdict.REJECT), line, defined=False)
        out.append(replace(gone, policy=_unknown(gone, f"template {kind} {template} is not defined")))
    return out


def _filter(draft: Draft, kind: str, name: str, line: int, family_name: str, policies: dict[str, Policy]) -> Filter:
    """One filter of a session.

    An undefined prefix list or filter list is taken as no filter. An undefined route-map is reported to reject everything, which is
    not confirmed on a device: nothing may pass because of it.
    """
    lists = draft.lists
    cond: Cond | None = None
    empty: Filter | None = None
    if kind == "route-map":
        if name in policies:
            return Filter(kind, name, policies[name], line)
        draft.undefined.append(Undefined(kind, name, line, "deny-all"))
        gone = Filter(kind, name, Policy(name, kind, (), Verdict.REJECT), line, defined=False)
        return replace(gone, policy=_unknown(gone, f"route-map {name} is not defined: that it rejects everything is not confirmed"))
    if name in lists.tainted:
        cond = Const(None, f"{kind} {name} was not read completely", line)
    elif kind == "filter-list":
        paths = lists.as_path_list(name)
        cond = None if paths is None else AsPathMatch((paths,), line)
    else:
        ranges = lists.prefix_list(6 if family_name.startswith("ipv6") else 4, name)
        cond = None if ranges is None else PrefixMatch((ranges,), line)
        if ranges is not None and not ranges.entries:
            empty = Filter(kind, name, Policy(name, kind, (), Verdict.ACCEPT, lines=ranges.lines), line)
    if empty is not None:
        return empty
    if cond is None:
        draft.undefined.append(Undefined(kind, name, line, "permit-all"))
        return Filter(kind, name, Policy(name, kind, (), Verdict.ACCEPT), line, defined=False)
    return Filter(kind, name, Policy(name, kind, (Term(name, cond, ACCEPT, lines=(line,)),), Verdict.REJECT), line)


def _unknown(one: Filter, why: str) -> Policy:
    """A filter that may accept or reject anything."""
    term = Term(one.name, Const(None, why, one.line), ACCEPT, lines=(one.line,))
    return Policy(one.name, one.kind, (term,), Verdict.REJECT, "original", (one.line,))


def _beside(one: Filter) -> Policy:
    """A list beside another filter: that both must accept is not confirmed, so what it refuses may still get in."""
    why = f"that {one.kind} {one.name} is applied beside another filter is not confirmed on NX-OS"
    last = Term("beside", Const(None, why, one.line), ACCEPT, lines=(one.line,))
    return replace(one.policy, terms=(*one.policy.terms, last))


def _doubt_rpki(filters: list[Filter], line: int) -> list[Filter]:
    """With a cache configured, whether invalids stay candidates for best path is not confirmed: they may be refused."""
    if not filters:
        return filters
    why = "whether NX-OS by itself refuses invalid routes is not confirmed"
    doubt = AllOf((RpkiMatch(frozenset({Rpki.INVALID}), line), Const(None, why, line)))
    first = filters[0]
    term = Term("rpki", doubt, REJECT, NEXT, lines=(line,))
    return [replace(first, policy=replace(first.policy, terms=(term, *first.policy.terms))), *filters[1:]]
