"""One push in the model, judged: what it touches, what it promises, what it opens or shuts, whether a second is empty and removal gives the original back."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

from manrs_conformance import platforms
from manrs_conformance.analysis import concrete
from manrs_conformance.analysis.same import PLACES, same
from manrs_conformance.errors import ManrsError
from manrs_conformance.model.intent import Intent
from manrs_conformance.model.plan import OWNED, ExportPlan, ImportPlan, SessionPlan
from manrs_conformance.model.policy import Attachment, PrefixEntry, Rpki
from manrs_conformance.model.reference import Reference
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Router, Session
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.platforms.base import TidyPlatform
from manrs_conformance.push import device, meaning, plan
from manrs_conformance.push.text import statements

from . import declared, routes
from .population import Edge

REFERENCE = re.compile(
    r"^\s*(?:neighbor \S+ )?(?:route-map \S+ (?:in|out)|route-policy \S+ (?:in|out)|maximum-(?:prefix|routes) .*|import .*|export .*|maximum \d+;"
    r"|ip(?:v4)? verify unicast .*|unicast;|mode loose;|neighbor \S+;|no bgp ebgp-requires-policy)$"
)
"""Lines of the operator that a push may replace."""


@dataclass(slots=True)
class Found:
    """What came of one edge: how it ended, counts, and faults in words."""

    end: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    said: str = ""


def play(edge: Edge, seed: int, count: int = 60) -> Found:
    """One push onto an edge, with the intent of a seed and `count` routes for each side of a session."""
    random, out = Random(f"play {seed} {edge.name}"), Found()
    platform = platforms.load_render(edge.platform)
    router = platform.parse(edge.text, edge.state)
    intent, reference = declared.declare(router, random)
    snapshot = Snapshot("edge", edge.platform, edge.text, edge.state)
    try:
        done = device.prepare(snapshot, intent, reference)
    except ManrsError as error:
        out.end, out.said = "refused", str(error)
        return out
    if not done.text:
        out.end = "nothing"
        return out
    out.end = "planned"
    out.faults += touched(router, done, edge)
    out.faults += unmended(done)
    out.faults += others(random, router, done, count)
    for one, mine, before, after in sides(router, done):
        out.counts["sides"] += 1
        out.faults += ways(random, one, mine, before, after, count, out)
    _again(edge, done, intent, reference, out)
    _back(edge, done, out)
    return out


def sides(router: Router, done: device.Prepared) -> Iterator[tuple[SessionPlan, ImportPlan | ExportPlan, Attachment, Attachment]]:
    """Every planned side with what stood and stands there."""
    for one in done.plan.sessions:
        old, new = (had.session(one.neighbor, one.family, one.vrf) for had in (router, done.predicted))
        assert old and new, one
        for mine, before, after in ((one.inbound, old.inbound, new.inbound), (one.outbound, old.outbound, new.outbound)):
            if mine is not None:
                yield one, mine, before, after


def others(random: Random, router: Router, done: device.Prepared, count: int) -> Iterator[str]:
    """Routes that a side which is not planned decides otherwise than before."""
    planned = {
        (f"{one.vrf}/{one.neighbor}/{one.family}", way) for one, mine, _old, _new in sides(router, done) for way in [_way(mine)]
    }
    for old in router.sessions:
        new = done.predicted.session(old.neighbor, old.family, old.vrf)
        if new is None or old.shutdown:
            continue  # one that is shut may find RFC 8212 when it is opened
        for before, after in ((old.inbound, new.inbound), (old.outbound, new.outbound)):
            if (old.key, before.direction) in planned or same(before, after):
                continue
            seen = routes.interest(old.afi, before, after)
            for route in routes.some(random, old.afi, seen, count, None, export=before.direction == "export"):
                if {end for end, _ in _ends(before, route)} != {end for end, _ in _ends(after, route)}:
                    yield f"{old.key} {before.direction}: {_words(route)} is decided otherwise, though nothing is planned there"


def _way(mine: ImportPlan | ExportPlan) -> str:
    return "import" if isinstance(mine, ImportPlan) else "export"


def touched(router: Router, done: device.Prepared, edge: Edge) -> Iterator[str]:
    """What the change does to anything that the plan does not own."""
    planned = {(one.neighbor, one.family, one.vrf): one for one in done.plan.sessions}
    new = {one.key: one for one in done.predicted.sessions}
    if new.keys() != {one.key for one in router.sessions}:
        yield f"sessions came or went: {sorted(new.keys() ^ {one.key for one in router.sessions})}"
        return
    shared = {(one.neighbor, one.vrf) for one in done.plan.sessions} if edge.platform == "junos" else set()
    for old in router.sessions:
        mine = planned.get((old.neighbor, old.family, old.vrf))
        # A chain is for all families of a neighbour; that owned policies of another family decide nothing is tried by routes.
        chain = {"inbound", "outbound", "rov"} if (old.neighbor, old.vrf) in shared else set()
        yield from _session(old, new[old.key], mine, done, chain)
    faces = {one.interface for one in done.plan.sources}
    for one, two in zip(router.interfaces, done.predicted.interfaces, strict=False):
        if one.name not in faces and not same(one, two):
            yield f"interface {one.name} is touched"
    may = {"validation", "caches", "facts"} if done.plan.caches else {"facts"} if done.plan.requires_policy else set()
    for name in {"originations", "statics", "validation", "caches", "facts"} - may:
        if not same(getattr(router, name), getattr(done.predicted, name)):
            yield f"{name} are touched"
    for name, policy in router.policies.items():
        if edge.platform != "frr" and (name not in done.predicted.policies or not same(policy, done.predicted.policies[name])):
            yield f"policy {name} is touched"
    strange = [one for one in done.predicted.policies if one not in router.policies and not one.startswith(OWNED)]
    if strange:
        yield f"policies of other names appear: {strange[:3]}"
    told = Counter((one.state, one.text) for one in done.predicted.unread) - Counter((one.state, one.text) for one in router.unread)
    if told:
        yield f"lines that are not understood: {sorted(told)[:3]}"
    gone = Counter(lines(_base(edge))) - Counter(lines(done.merged))
    strange = [line for line in gone if not REFERENCE.match(line) and OWNED.lower() not in line]
    if strange and not edge.name.startswith("damaged"):
        yield f"lines of the operator went: {strange[:3]}"


def _base(edge: Edge) -> str:
    """The text as the router shows it: Junos gathers what stands apart, and lists of one value or several."""
    return platforms.load_render(edge.platform).merge(edge.text, "") if edge.platform == "junos" else edge.text


def lines(text: str) -> list[str]:
    """What a text configures: blanks between words, the case of letters, and what its profile says anyhow aside."""
    text = text.replace(" no bgp ebgp-requires-policy\n", "") if "frr defaults datacenter" in text else text
    return [f"{line[: len(line) - len(line.lstrip())]}{' '.join(line.split())}".lower() for line in statements(text)]


def _session(old: Session, new: Session, mine: SessionPlan | None, done: device.Prepared, chain: set[str]) -> Iterator[str]:
    may = chain | ({"inbound"} if mine and mine.inbound else set())
    may |= {"outbound"} if mine and mine.outbound else set()
    may |= {"max_prefix", "max_prefix_action"} if mine and mine.max_prefix else set()
    may |= {"role"} if any(one.role and (one.neighbor, one.vrf) == (old.neighbor, old.vrf) for one in done.plan.sessions) else set()
    may |= {"rov", "platform_drops"} if done.plan.caches or (mine and mine.inbound) else set()
    if done.plan.requires_policy:  # then the platform refuses where it accepted for want of a policy
        old, new = (
            replace(one, inbound=replace(one.inbound, default=None), outbound=replace(one.outbound, default=None))
            for one in (old, new)
        )
    for one in dataclasses.fields(Session):
        if one.name not in PLACES | may and not same(getattr(old, one.name), getattr(new, one.name)):
            yield f"{old.key}: {one.name} is touched: {getattr(old, one.name)!r:.80} -> {getattr(new, one.name)!r:.80}"


def unmended(done: device.Prepared) -> Iterator[str]:
    """Checks that go on failing on a side that was planned, with no word why."""
    for one in done.plan.sessions:
        key = f"{one.vrf}/{one.neighbor}/{one.family}"
        said = " ".join(text for text in done.plan.left if text.startswith((f"{key}:", "router:")))
        for fault in done.remaining:
            if fault.subject != key or said:
                continue
            side = one.inbound if fault.direction == "import" else one.outbound
            if fault.check in (plan.IMPORT_CHECKS | plan.EXPORT_CHECKS) and fault.direction and side is not None:
                yield f"{key}: {fault.check} goes on failing in {fault.direction} without a word: {fault.message}"
            elif fault.check == "MAX-01" and one.max_prefix is not None:
                yield f"{key}: {fault.check} goes on failing: {fault.message}"


def ways(
    random: Random, one: SessionPlan, mine: ImportPlan | ExportPlan, before: Attachment, after: Attachment, count: int, out: Found
) -> Iterator[str]:
    """Faults that single routes show."""
    key = f"{one.vrf}/{one.neighbor}/{one.family} {after.direction}"
    seen = routes.interest(one.afi, mine, before, after)
    shut = not before.filters and before.default is not None and before.default.value == "reject"
    first = mine.first_as if isinstance(mine, ImportPlan) else None
    for route in routes.some(random, one.afi, seen, count, first, export=isinstance(mine, ExportPlan)):
        out.counts["routes"] += 1
        route = replace(route, peer=one.neighbor)
        old, new = _ends(before, route), _ends(after, route)
        was, now = {end for end, _ in old}, {end for end, _ in new}
        wanted = passes(mine, route, one.afi)
        plain = not any(isinstance(one, tuple) for one in route.as_path)  # what some platforms make of an AS_SET is not known
        if not wanted and (now == {"accept"} or (plain and "accept" in now)):
            yield f"{key}: {_words(route)} is to be refused, and passes"
        if was == {"reject"} and (now == {"accept"} or (plain and "accept" in now)) and not shut:
            yield f"{key}: {_words(route)} was refused, and now passes"
        if wanted and was == {"accept"} and (now == {"reject"} or (plain and "reject" in now)):
            yield f"{key}: {_words(route)} passed and meets every rule, and is now refused"
        if was == now == {"accept"}:
            out.counts["kept"] += 1
            if len(old) == len(new) == 1:
                yield from _changed(key, mine, old[0][1], new[0][1], route)


def _ends(attachment: Attachment, route: Route) -> list[tuple[str, concrete.Seen]]:
    return [(one.end, one.seen) for one in concrete.run(attachment, concrete.Seen(route), attachment.called)]


def _changed(key: str, mine: ImportPlan | ExportPlan, old: concrete.Seen, new: concrete.Seen, route: Route) -> Iterator[str]:
    if old.unknown or new.unknown:
        return
    if isinstance(mine, ExportPlan):
        if old.route != new.route:
            yield f"{key}: {_words(route)} leaves with other attributes"
        return
    if replace(old.route, communities=frozenset(), large=frozenset()) != replace(
        new.route, communities=frozenset(), large=frozenset()
    ):
        yield f"{key}: {_words(route)} gets other attributes: {old.route} -> {new.route}"
    for kind in ("communities", "large"):
        sent, had, has = (
            getattr(one, kind) for one in (route, old.route, new.route)
        )  # what the operator's policy sets is the operator's
        if (had ^ has) - {*mine.scrub, *([mine.tag] if mine.tag else []), "65535:65281"}:
            yield f"{key}: {_words(route)} gets other {kind}: {sorted(had)} -> {sorted(has)}"
        elif (
            mine.scrub
            and has & sent & (set(mine.scrub) - {mine.tag})
            and not set(mine.blackhole) & (route.communities | route.large)
        ):
            yield f"{key}: {_words(route)} keeps {sorted(has & set(mine.scrub))}"


def passes(mine: ImportPlan | ExportPlan, route: Route, afi: int) -> bool:
    """Whether a route meets every rule of a plan, read anew from the plan itself."""
    hops = [hop for one in route.as_path for hop in (one if isinstance(one, tuple) else (one,))]
    bad = any(_within(route.prefix, one) for one in mine.refuse_prefixes)
    bad = bad or any(low <= hop <= high for low, high in mine.refuse_asns for hop in hops)
    if isinstance(mine, ExportPlan):
        carried = route.large if mine.customer_tag and mine.customer_tag.count(":") == 2 else route.communities
        own = any(_within(route.prefix, one) for one in mine.own) and not hops
        return not bad and (mine.everything or mine.customer_tag in carried or own)
    if mine.blackhole and mine.allow:
        host = ipaddress.ip_network(route.prefix).prefixlen == (32 if afi == 4 else 128)
        wide = tuple((one[0], one[1], one[1], 128, True, 0) for one in mine.allow)
        if host and set(mine.blackhole) & (route.communities | route.large) and any(_within(route.prefix, one) for one in wide):
            return True
    bad = bad or bool(set(hops) & set(mine.refuse_transit_free))
    bad = bad or (mine.refuse_invalid and route.rpki is Rpki.INVALID)
    bad = bad or (mine.longest_path is not None and len(route.as_path) > mine.longest_path)
    bad = bad or (mine.first_as is not None and route.as_path[:1] != (mine.first_as,))
    bad = bad or (bool(mine.origins) and not set(hops) <= set(mine.origins or ()))
    return not bad and (mine.allow is None or any(_within(route.prefix, one) for one in mine.allow))


def _within(prefix: str, entry: PrefixEntry) -> bool:
    net = ipaddress.ip_network(prefix)
    if entry[1] > net.max_prefixlen:
        return False
    shift = net.max_prefixlen - entry[1]
    return entry[2] <= net.prefixlen <= entry[3] and int(net.network_address) >> shift == entry[0] >> shift


def _words(route: Route) -> str:
    more = " ".join(sorted((*route.communities, *route.large)))
    return f"{route.prefix} path {' '.join(map(str, route.as_path[:6])) or '-'} [{more}] {route.rpki.value}"


def _again(edge: Edge, done: device.Prepared, intent: Intent, reference: Reference, out: Found) -> None:
    state = platforms.load_render(edge.platform).predict_state(edge.state, done.text)
    try:
        second = device.prepare(Snapshot("edge", edge.platform, done.merged, state), intent, reference)
    except ManrsError as error:
        out.faults.append(f"a second push is refused: {error}")
        return
    if second.text:
        out.faults.append(f"a second push is not empty: {second.text[:160]!r}")


def _back(edge: Edge, done: device.Prepared, out: Found) -> None:
    platform = platforms.load_render(edge.platform)
    if not isinstance(platform, TidyPlatform):
        return
    try:
        text = platform.removal(done.merged, edge.text)
        after = platform.merge(done.merged, text)
    except ManrsError as error:
        out.faults.append(f"removal is refused: {error}")
        return
    base = _base(edge)
    if sorted(lines(after)) == sorted(lines(base)):
        out.counts["restored"] += 1
        return
    wrong = meaning.differences(platform.parse(edge.text, edge.state), platform.parse(after, edge.state))
    one, two = Counter(lines(base)), Counter(lines(after))
    if edge.name.startswith("damaged") and not wrong:
        return
    words = f"missing {list(one - two)[:3]}, left over {list(two - one)[:3]}"
    out.faults.append(
        f"removal does not give the original back{' in meaning' if wrong else ''}: {words} {wrong[:2] if wrong else ''}"
    )
