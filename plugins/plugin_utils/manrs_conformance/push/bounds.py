"""How many routes a change may cost: forecast from the table before it is pushed, looked at in the table afterwards."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..analysis import concrete
from ..analysis import origin as validation
from ..model.intent import Limits
from ..model.plan import ImportPlan, Plan
from ..model.policy import PrefixEntry, Rpki
from ..model.route import Route
from ..model.router import LiveRoute, LiveSession, Router, Session
from .allowlist import owned_ranges

CHURN = 0.05
"""Share of a session's routes that may go away by themselves while a change is looked at; less than one route is none."""
FEW = 5
"""So many entries a filter may gain or lose whatever their share."""
UNKNOWN = frozenset({"standard", "large", "extended", "med", "local_pref", "next_hop", "origin", "tag", "weight"})
"""What a listing of the table does not show of a route."""
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What becomes of the routes of one session: prefixes that stay, and routes that the new filter refuses."""

    kept: Mapping[str, LiveRoute]
    lost: tuple[LiveRoute, ...]


def forecast(before: Router, predicted: Router) -> Mapping[Key, Forecast]:
    """By session (neighbour, family, VRF) of the default VRF; empty when the table was too large to be read."""
    routes: dict[tuple[str, str], list[LiveRoute]] = {}
    for route in (before.live.routes or ()) if before.live else ():
        routes.setdefault((route.neighbor, "ipv6-unicast" if ":" in route.prefix else "ipv4-unicast"), []).append(route)
    out: dict[Key, Forecast] = {}
    for session in predicted.sessions:
        mine = routes.get((session.neighbor, session.family))
        if mine and session.vrf == "default":
            out[(session.neighbor, session.family, session.vrf)] = _forecast(session, mine)
    return out


def _forecast(session: Session, routes: Iterable[LiveRoute]) -> Forecast:
    kept: dict[str, LiveRoute] = {}
    lost = []
    for one in routes:
        route = Route(one.prefix, one.as_path, rpki=one.rpki, peer=session.neighbor)
        ends = {end.end for end in concrete.run(session.inbound, concrete.Seen(route, UNKNOWN), session.inbound.called)}
        if ends == {"accept"}:
            kept[one.prefix] = one
        elif ends == {"reject"}:
            lost.append(one)
    return Forecast(kept, tuple(lost))


def refusals(before: Router, predicted: Router, plan: Plan, limits: Limits) -> tuple[str, ...]:
    """Why the change would block more than was agreed: routes of the table now, and the size of owned filters.

    Routes that are refused for what they are (invalid, bogon, too long, own, default, forbidden ASN) are no loss; what is missing from an
    allow-list may be one.
    """
    imports = {(one.neighbor, one.family, one.vrf): one.inbound for one in plan.sessions if one.inbound is not None}
    out = []
    for key, seen in sorted(forecast(before, predicted).items()):
        inbound = imports.get(key)
        unlisted = [one.prefix for one in seen.lost if inbound is None or not stated(one, inbound)]
        share = len(unlisted) / (len(unlisted) + len(seen.kept)) if unlisted else 0.0
        if share > limits.max_lost_routes:
            out.append(
                f"{key[0]} ({key[1]}): {len(unlisted)} of {len(unlisted) + len(seen.kept)} routes that it delivers now are on no "
                f"allow-list (such as {min(unlisted)}); complete the authorised prefixes, or agree to more by limits.max_lost_routes"
            )
    return (*out, *_resized(before, predicted, limits))


def stated(route: LiveRoute, plan: ImportPlan) -> bool:
    """Whether a route is refused for what it is, and not for standing on no allow-list."""
    hops = [hop for one in route.as_path for hop in (one if isinstance(one, tuple) else (one,))]
    return (
        (plan.refuse_invalid and route.rpki is Rpki.INVALID)
        or any(_within(route.prefix, one) for one in plan.refuse_prefixes)
        or any(low <= hop <= high for low, high in plan.refuse_asns for hop in hops)
        or bool(set(hops) & set(plan.refuse_transit_free))
        or (plan.longest_path is not None and len(route.as_path) > plan.longest_path)
        or (plan.first_as is not None and route.as_path[:1] != (plan.first_as,))
    )


def _within(prefix: str, entry: PrefixEntry) -> bool:
    net = ipaddress.ip_network(prefix)
    shift = net.max_prefixlen - entry[1]
    return entry[2] <= net.prefixlen <= entry[3] and int(net.network_address) >> shift == entry[0] >> shift


def _resized(before: Router, predicted: Router, limits: Limits) -> list[str]:
    out = []
    for session in predicted.sessions:
        was = before.session(session.neighbor, session.family, session.vrf)
        old, new = (None if was is None else _allowed(was, before)), _allowed(session, predicted)
        if old is None or new is None:
            continue
        moved = max(len(old - new), len(new - old))
        if moved > max(FEW, limits.max_filter_change * len(old)):
            out.append(
                f"{session.neighbor} ({session.family}): its allow-list goes from {len(old)} to {len(new)} entries, of which "
                f"{len(new - old)} are new, more than limits.max_filter_change allows ({limits.max_filter_change:.0%})"
            )
    return out


def _allowed(session: Session, router: Router) -> frozenset[tuple[int, int, int, int]] | None:
    """The ranges of the allow-list of a session: an owned one, or a prefix-list of its own; None when it has neither."""
    owned = owned_ranges(session)
    names = {one.name for one in session.inbound.filters if one.kind == "prefix-list"}
    if owned is not None or not names:
        return owned
    return frozenset(
        entry[:4] for one in router.prefix_lists if one.name in names and one.afi == session.afi for entry in one.entries
    )


def losses(before: Router, after: Router, seen: Mapping[Key, Forecast], limits: Limits) -> tuple[str, ...]:
    """What is missing after the change though it was to stay: routes, or where the table was not read their number; and all announcements."""
    there: dict[tuple[str, str], set[str]] = {}
    for route in (after.live.routes or ()) if after.live else ():
        there.setdefault((route.neighbor, "ipv6-unicast" if ":" in route.prefix else "ipv4-unicast"), set()).add(route.prefix)
    now, out = live(after), []
    vrps = validation.index((after.live.vrps if after.live else None) or ())
    for key, was in sorted(live(before).items()):
        one = now.get(key)
        if one is None:
            continue
        kept = seen[key].kept if key in seen else {}
        if after.live and after.live.routes is not None:
            gone = {p for p in kept.keys() - there.get(key[:2], set()) if not _invalid(kept[p], vrps)}
            if len(gone) > len(kept) * CHURN:
                out.append(
                    f"{len(gone)} of {len(kept)} routes that {key[0]} ({key[1]}) is to deliver are missing, such as {min(gone)}"
                )
        elif _accepted(one) < _accepted(was) * (1 - limits.max_lost_routes):
            out.append(f"{key[0]} ({key[1]}) delivers {_accepted(one)} routes, before {_accepted(was)}")
        if was.sent and not one.sent:
            out.append(f"nothing is announced to {key[0]} ({key[1]}) any more, before {was.sent} prefixes")
    return tuple(out)


def _invalid(route: LiveRoute, vrps: validation.Index) -> bool:
    """Whether the VRPs that the router holds now make a route invalid: they may have changed since the forecast."""
    return validation.validate(vrps, route.prefix, validation.origin(route.as_path, 0)) is Rpki.INVALID


def live(router: Router) -> dict[Key, LiveSession]:
    """Established sessions by neighbour, family and VRF."""
    found = router.live.sessions if router.live and router.live.sessions else ()
    return {(one.neighbor, one.family, one.vrf): one for one in found if one.established}


def _accepted(one: LiveSession) -> int:
    return (one.accepted if one.accepted is not None else one.received) or 0
