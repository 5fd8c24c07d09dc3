"""Sessions of a BGP instance: groups resolved (neighbour before session-group and af-group before neighbor-group), policies attached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...model.policy import Attachment, Rpki, Verdict
from ...model.router import Session, Taint, Undefined
from .._address import canonical
from .._attachment import looks_at_rpki
from .._lists import Unreadable, decimal, pair
from .bgp import OFF, Bgp, Option, Peer, Table
from .paths import asn
from .policies import Policies, attached
from .scope import Neighbor

DEPTH = 16


@dataclass(slots=True)
class View:
    """The options of a neighbour in one family, most specific first."""

    base: list[dict[str, Option]] = field(default_factory=list)
    family: list[dict[str, Option]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def get(self, key: str, family: bool = False) -> Option | None:
        """The effective option; None when nobody says anything or inheritance of it is switched off."""
        for options in self.family if family else self.base:
            if key in options:
                found = options[key]
                return None if found[0][-1:] and found[0][-1] in OFF else found
        return None

    def said(self, key: str) -> Option | None:
        """The option as written, switched off or not."""
        return next((options[key] for options in self.base if key in options), None)

    def words(self, key: str, family: bool = False) -> list[str]:
        """Words of the effective option, empty when unset."""
        found = self.get(key, family)
        return found[0] if found else []

    def on(self, key: str, family: bool = False) -> bool:
        """Whether the option is set."""
        return self.get(key, family) is not None


@dataclass(slots=True)
class Builder:
    """What sessions of an instance refer to."""

    bgp: Bgp
    policies: Policies
    validation: dict[tuple[str, str], bool] = field(default_factory=dict)

    def group(self, kind: str, use: tuple[str, int] | None) -> Peer | None:
        """A group by kind and name; one that is referred to but missing cannot have been committed."""
        if use is None:
            return None
        found = self.bgp.groups.get((kind, use[0]))
        if found is None:
            made = Undefined(kind, use[0], use[1], "unknown")
            if made not in self.policies.undefined:
                self.policies.undefined.append(made)
        return found

    def chain(self, peer: Peer, kinds: tuple[str, ...]) -> Iterator[Peer]:
        """The peer, then its session-groups, then its neighbor-groups with theirs."""
        seen: set[tuple[str, str]] = set()
        todo = [peer]
        while todo:
            one = todo.pop(0)
            if (one.kind, one.name) in seen or len(seen) > DEPTH:
                continue
            seen.add((one.kind, one.name))
            yield one
            above = [self.group(kind, one.use.get(kind)) for kind in kinds]
            todo = [*(group for group in above if group is not None), *todo]

    def family_chain(self, peer: Peer, family: str) -> Iterator[Peer]:
        """What speaks about a family: the peer, its af-groups, then its neighbor-groups with theirs."""
        for one in self.chain(peer, ("neighbor-group",)):
            yield one
            above = self.group("af-group", one.af_use.get(family))
            for _ in range(DEPTH):
                if above is None:
                    break
                yield above
                above = self.group("af-group", above.af_use.get(family))

    def view(self, peer: Peer, family: str) -> View:
        """The options of a neighbour in one family."""
        groups = list(self.chain(peer, ("session-group", "neighbor-group")))
        about = list(self.family_chain(peer, family))
        names = [one.name for one in (*groups, *about) if one.kind != "neighbor"]
        return View(
            [one.base for one in groups],
            [one.families[family] for one in about if family in one.families],
            list(dict.fromkeys(names)),
        )


def build(bgp: Bgp, policies: Policies, members: dict[str, list[str]]) -> Iterator[Session]:
    """Every neighbour, once for each family that is configured for it or its neighbor-group; `members` collects who uses a group."""
    builder = Builder(bgp, policies)
    for table in bgp.tables.values():
        for name, peer in table.peers.items():
            families = {f: None for one in builder.chain(peer, ("neighbor-group",)) for f in one.families}
            views = {family: builder.view(peer, family) for family in families}
            for view in views.values() or [builder.view(peer, "")]:
                for group in view.groups:
                    if name not in members.setdefault(group, []):
                        members[group].append(name)
            for family, view in views.items():
                try:
                    made = _session(builder, table, peer, family, view)
                except Unreadable:
                    policies.ledger.miss(peer.line, "unsupported", Taint("session", name))
                    continue
                if made is None:
                    policies.ledger.miss(peer.line, "unsupported", Taint("session", name))
                    break
                yield made


def _kind(bgp: Bgp, view: View) -> tuple[int | tuple[int, ...] | str, str, int] | None:
    """(remote AS, session type, local AS); None without remote-as."""
    changed = view.words("local-as")
    local = asn(changed[0]) if changed else bgp.local_as
    outside = asn(changed[0]) if changed else bgp.confed_id or bgp.local_as
    listed = view.words("remote-as-list")
    if listed and not view.on("remote-as"):
        return bgp.as_lists.get(listed[0]) or "external", "ebgp", outside
    words = view.words("remote-as")
    if not words:
        return None
    remote = asn(words[0])
    if remote in (bgp.local_as, local):
        return remote, "ibgp", local
    if remote in bgp.confed_peers:
        return remote, "confed", bgp.local_as
    return remote, "ebgp", outside


def _session(builder: Builder, table: Table, peer: Peer, family: str, view: View) -> Session | None:
    kind = _kind(builder.bgp, view)
    if kind is None:
        return None
    remote, sort, local = kind
    validated = _validated(builder.bgp, table, family) and not (view.on("validation-off") or view.on("validation-off", True))
    inbound, outbound = (
        _attachment(builder, peer, view, word, direction, (remote, sort, local), validated)
        for word, direction in (("in", "import"), ("out", "export"))
    )
    drops = validated and sort == "ebgp" and _best_path(table, family, view)
    limit, action = _limit(view.words("maximum-prefix", True))
    originate = view.words("default-originate", True)
    allowed = view.get("allowas-in", True)
    private = view.get("remove-private-as", True)
    timers = view.words("timers")
    first_as = view.said("enforce-first-as")
    return Session(
        neighbor=canonical(peer.name),
        family=family,
        remote_as=remote,
        kind=sort,  # type: ignore[arg-type]
        local_as=local,
        inbound=inbound,
        outbound=outbound,
        vrf=table.vrf,
        description=" ".join(view.words("description")),
        shutdown=view.on("shutdown"),
        group=view.groups[0] if view.groups else None,
        max_prefix=limit,
        max_prefix_action=action,  # type: ignore[arg-type]
        gtsm=view.on("ttl-security"),
        ebgp_multihop=decimal(view.words("ebgp-multihop")[0]) if view.words("ebgp-multihop") else None,
        auth="tcp-ao" if view.on("ao") else "md5" if view.on("password") or view.on("keychain") else "none",
        rr_client=view.on("route-reflector-client", True),
        next_hop_self=view.on("next-hop-self", True),
        send_community=_sends(view, sort),
        allowas_in=0 if allowed is None else decimal(allowed[0][0]) if allowed[0] else 3,
        enforce_first_as=table.enforce_first_as if first_as is None else first_as[0] != ["disable"],
        remove_private=private is not None and "inbound" not in private[0],
        as_override=view.on("as-override", True),
        default_originate=view.on("default-originate", True),
        default_originate_policy=originate[1] if originate[:1] == ["route-policy"] and len(originate) > 1 else None,
        soft_reconfiguration=view.words("soft-reconfiguration", True)[:1] == ["inbound"],
        rov="platform" if drops else "policy" if looks_at_rpki(inbound) else "off",
        platform_drops=frozenset({Rpki.INVALID}) if drops else frozenset(),
        update_source=next(iter(view.words("update-source")), None),
        timers=pair(timers),
        lines=tuple(sorted({peer.line, *peer.lines, *_lines(view)})),
    )


def _lines(view: View) -> set[int]:
    return {line for options in (*view.base, *view.family) for _words, line in options.values()}


def _sends(view: View, sort: str) -> tuple[str, ...]:
    """Communities go to iBGP peers always, to eBGP peers where that is switched on; large ones follow the standard ones."""
    if sort != "ebgp":
        return ("standard", "extended", "large")
    plain = ("standard", "large") if view.on("send-community-ebgp", True) else ()
    extended = ("extended",) if view.on("send-extended-community-ebgp", True) else ()
    return tuple(one for one in ("standard", "extended", "large") if one in (*plain, *extended))


def _limit(words: list[str]) -> tuple[int | None, str | None]:
    if not words:
        return None, None
    action = "warning" if "warning-only" in words else "restart" if "restart" in words else None
    action = action or ("discard" if "discard-extra-paths" in words else "shutdown")
    return decimal(words[0]), action


def _marks(table: Table, family: str, mark: str) -> bool:
    return mark in table.validation.get(family, ()) or mark in table.validation.get("", ())


def _validated(bgp: Bgp, table: Table, family: str) -> bool:
    """Whether states are computed: validation is enabled for the family and there is a cache to ask."""
    return bool(bgp.caches) and _marks(table, family, "enable")


def validation(bgps: list[Bgp]) -> dict[str, bool]:
    """By family: whether the default table computes validation states."""
    return {family: any(_validated(bgp, bgp.table("default"), f"{family}-unicast") for bgp in bgps) for family in ("ipv4", "ipv6")}


def _best_path(table: Table, family: str, view: View) -> bool:
    """Whether invalid paths are kept out of best path: `use validity` without `allow invalid` at any level."""
    allowed = _marks(table, family, "allow") or view.on("allow-invalid") or view.on("allow-invalid", True)
    return _marks(table, family, "use") and not allowed


def _attachment(
    builder: Builder,
    peer: Peer,
    view: View,
    word: str,
    direction: str,
    kind: tuple[int | tuple[int, ...] | str, str, int],
    validated: bool,
) -> Attachment:
    """The policy of one direction. Without one, eBGP drops and iBGP accepts; `bgp unsafe-ebgp-policy` lets eBGP accept."""
    remote, sort, local = kind
    default = Verdict.REJECT if sort == "ebgp" and not builder.bgp.unsafe else Verdict.ACCEPT
    found = view.get(f"route-policy {word}", True)
    if found is None:
        return Attachment(direction, (), default)  # type: ignore[arg-type]
    neighbor = Neighbor(canonical(peer.name), remote if isinstance(remote, int) else None, local, direction)
    return attached(builder.policies, found[0], found[1], validated, neighbor, default)
