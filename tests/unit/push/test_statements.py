"""No statement of a plan gets lost on its way: what the candidate's own text, read back, does not enforce is named as left."""

from __future__ import annotations

import dataclasses
import ipaddress
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import platforms
from manrs_conformance.analysis import concrete
from manrs_conformance.model.plan import ExportPlan, ImportPlan, Plan, SessionPlan
from manrs_conformance.model.policy import PrefixEntry, Rpki
from manrs_conformance.model.route import Route
from manrs_conformance.model.router import Attachment, Router
from manrs_conformance.push import device

sys.path.insert(0, str(Path(__file__).parent))
from edges import HERE, NAMES, given, prepared, sides

HINTS = {
    "refuse_invalid": "invalid routes are not refused",
    "longest_path": "paths are not limited in length",
    "origins": "ASNs behind the neighbour are not limited",
    "scrub": "communit",
    "tag": "communit",
}
"""What the reason says where this statement of an import is left."""


def wanted(name: str, text: str) -> tuple[Plan, Router]:
    """The plan before any platform looked at it."""
    intent, reference = given()
    router = platforms.load(name).parse(text, {})
    return device.plan.make("edge", router, intent, reference, device.judge("edge", router, text, intent, reference)), router


def nets(entry: PrefixEntry, afi: int) -> Iterator[str]:
    """The shortest and the longest prefix of an entry."""
    kind, bits = (ipaddress.IPv4Address, 32) if afi == 4 else (ipaddress.IPv6Address, 128)
    for length in dict.fromkeys((entry[2], min(entry[3], bits))):
        yield f"{kind(entry[0])}/{length}"


def refused(plan: ImportPlan | ExportPlan, good: Route, afi: int) -> Iterator[tuple[str, Route]]:
    """Routes that the statements refuse, each but for one thing like one that may pass."""
    head = good.as_path
    for entry in plan.refuse_prefixes:
        yield from (("refuse_prefixes", replace(good, prefix=one)) for one in nets(entry, afi))
    for low, high in plan.refuse_asns:
        yield from (("refuse_asns", replace(good, as_path=(*head, asn))) for asn in dict.fromkeys((low, high)))
    if isinstance(plan, ExportPlan):
        if not plan.everything:
            yield "customer_tag", replace(good, communities=frozenset())
        return
    for asn in plan.refuse_transit_free:
        yield "refuse_transit_free", replace(good, as_path=(*head, asn))
    if plan.refuse_invalid:
        yield "refuse_invalid", replace(good, rpki=Rpki.INVALID)
    if plan.longest_path:
        yield "longest_path", replace(good, as_path=head * (plan.longest_path + 1))
    if plan.first_as:
        yield "first_as", replace(good, as_path=(plan.first_as + 100, *head))
    if plan.origins:
        yield "origins", replace(good, as_path=(*head, 4_100_000))
    if plan.allow is not None:
        yield "allow", replace(good, prefix="45.200.0.0/22" if afi == 4 else "2a10:f000::/32")


def passing(plan: ImportPlan | ExportPlan, one: SessionPlan, router: Router) -> Route:
    """A route that no statement is against."""
    session = router.session(one.neighbor, one.family, one.vrf)
    assert session is not None and isinstance(session.remote_as, int)
    prefix = "45.60.0.0/22" if one.afi == 4 else "2a10:4000::/32"
    if isinstance(plan, ImportPlan):
        if plan.allow:
            prefix = next(nets(plan.allow[0], one.afi))
        return Route(prefix, (session.remote_as,), rpki=Rpki.NOT_FOUND, peer=one.neighbor)
    tags = frozenset({plan.customer_tag}) if plan.customer_tag else frozenset()
    return Route(prefix, (43213,), communities=tags, rpki=Rpki.NOT_FOUND)


def ends(attachment: Attachment, route: Route) -> set[str]:
    """How a route may end."""
    return {one.end for one in concrete.run(attachment, concrete.Seen(route), attachment.called)}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_carried_is_enforced_by_the_text(name: str) -> None:
    done = prepared(name)
    probes = 0
    for one, plan, attachment in sides(done):
        good = passing(plan, one, done.predicted)
        assert ends(attachment, good) == {"accept"}, (one.neighbor, good)
        for why, route in refused(plan, good, one.afi):
            assert ends(attachment, route) == {"reject"}, (one.neighbor, attachment.direction, why, route)
            probes += 1
        if isinstance(plan, ImportPlan):
            forged = replace(good, communities=frozenset(plan.scrub))
            (end,) = concrete.run(attachment, concrete.Seen(forged), attachment.called)
            kept = end.seen.route.communities & {*plan.scrub, plan.tag}
            assert kept == ({plan.tag} if plan.tag else set()), one.neighbor
    assert probes > 1000
    for source in done.plan.sources:
        face = next(face for face in done.predicted.interfaces if face.name == source.interface)
        for afi in source.families:
            held = (face.urpf_v4, face.acl_in_v4) if afi == 4 else (face.urpf_v6, face.acl_in_v6)
            assert held[0] == "strict" or held[1], source


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_carried_is_named(name: str) -> None:
    """On the edge, and where the router computes no validation states."""
    text = (HERE / f"{name}.cfg").read_text()
    plan, router = wanted(name, text)
    made = platforms.load(name).render(plan, router, text).plan  # type: ignore[attr-defined]
    named_of(plan, made)
    blind = replace(router, validation={})
    bare = platforms.load(name).render(plan, blind, text).plan  # type: ignore[attr-defined]
    named_of(plan, bare)
    assert all(one.inbound is None or not one.inbound.refuse_invalid for one in bare.sessions)


def named_of(plan: Plan, made: Plan) -> None:
    """Every statement of a plan is in what was made of it, or its reason is."""
    carried = {(one.neighbor, one.family, one.vrf): one for one in made.sessions}
    for one in plan.sessions:
        said = " ".join(text for text in made.left if text.startswith(f"{one.vrf}/{one.neighbor}/{one.family}:"))
        held = carried.get((one.neighbor, one.family, one.vrf))
        for field in dataclasses.fields(SessionPlan):
            asked = getattr(one, field.name)
            got = getattr(held, field.name) if held is not None else None
            if asked in (None, False) or asked == got:
                continue
            assert said, (one.neighbor, field.name)
            if isinstance(asked, ImportPlan) and got is not None:
                for part in dataclasses.fields(ImportPlan):
                    if getattr(asked, part.name) != getattr(got, part.name):
                        assert HINTS[part.name] in said, (one.neighbor, part.name)
    told = " ".join(made.left)
    for source in plan.sources:
        families = {afi for had in made.sources if had.interface == source.interface for afi in had.families}
        assert set(source.families) <= families or f"interface {source.interface}:" in told, source
    assert made.requires_policy == plan.requires_policy or "a refusal of sessions without policies is not turned on" in told
