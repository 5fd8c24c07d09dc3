"""How much a change may block: forecast from the table, and looked at afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest
from manrs_conformance import platforms
from manrs_conformance.model.intent import Limits
from manrs_conformance.model.plan import ImportPlan, Plan, SessionPlan
from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.router import Live, LiveRoute, LiveSession, Router
from manrs_conformance.push import bounds

CONFIG = """frr version 8.4.4
router bgp 64500
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor 192.0.2.1 remote-as 64501
 !
 address-family ipv4 unicast
  neighbor 192.0.2.1 activate
  {line}
 exit-address-family
exit
!
{lists}
end
"""
KEY = ("192.0.2.1", "ipv4-unicast", "default")


def router(*allowed: str, prefixes: tuple[str, ...] = (), sent: int = 3, table: bool = True, accepted: int = 0) -> Router:
    """A router with these entries in its allow-list and these routes in its table."""
    lists = "\n".join(f"ip prefix-list L seq {5 * i} permit {one}" for i, one in enumerate(allowed, 1))
    line = "neighbor 192.0.2.1 prefix-list L in" if allowed else "neighbor 192.0.2.1 soft-reconfiguration inbound"
    made = platforms.load("frr").parse(CONFIG.format(line=line, lists=lists), {})
    routes = tuple(LiveRoute(one, "192.0.2.1", (64501,), True, Rpki.NOT_FOUND) for one in prefixes)
    live = LiveSession("192.0.2.1", "ipv4-unicast", 64501, True, accepted, accepted, sent)
    return replace(made, live=Live(sessions=(live,), routes=routes if table else None))


def plan(**more: object) -> Plan:
    inbound = ImportPlan(**more)  # type: ignore[arg-type]
    return Plan("edge1", "frr", 64500, (SessionPlan("192.0.2.1", "ipv4-unicast", "default", inbound),))


def test_routes_that_stand_on_no_list_are_limited() -> None:
    before = router(prefixes=("198.51.100.0/24", "203.0.113.0/24", "203.0.113.128/25"))
    after = router("198.51.100.0/24")
    (told,) = bounds.refusals(before, after, plan(), Limits())
    assert "2 of 3" in told
    assert "203.0.113.0/24" in told
    assert bounds.refusals(before, after, plan(), Limits(max_lost_routes=0.7)) == ()


def test_routes_refused_for_what_they_are_are_no_loss() -> None:
    before = router(prefixes=("198.51.100.0/24", "203.0.113.0/24", "203.0.113.128/25"))
    refused = ((0xCB007100, 24, 24, 32, True, 0),)
    assert bounds.refusals(before, router("198.51.100.0/24"), plan(refuse_prefixes=refused), Limits()) == ()


@pytest.mark.parametrize(
    ("route", "given"),
    [
        (LiveRoute("203.0.113.0/24", "n", (64501,), True, Rpki.INVALID), {}),
        (LiveRoute("203.0.113.0/24", "n", (64501, 64512), True), {"refuse_asns": ((64512, 64515),)}),
        (LiveRoute("203.0.113.0/24", "n", (64501, (3356, 7)), True), {"refuse_transit_free": (3356,)}),
        (LiveRoute("203.0.113.0/24", "n", (64501,) * 5, True), {"longest_path": 4}),
        (LiveRoute("203.0.113.0/24", "n", (64502,), True), {"first_as": 64501}),
    ],
)
def test_each_stated_reason_counts_and_only_where_it_holds(route: LiveRoute, given: dict[str, object]) -> None:
    assert bounds.stated(route, ImportPlan(**given))  # type: ignore[arg-type]
    assert not bounds.stated(LiveRoute("203.0.113.0/24", "n", (64501,), True), ImportPlan(**given))  # type: ignore[arg-type]


def test_an_allow_list_that_jumps_is_refused() -> None:
    many = [f"198.51.{one}.0/24" for one in range(60)]
    (told,) = bounds.refusals(router(*many), router(*many[:30]), plan(), Limits())
    assert "from 60 to 30" in told
    assert bounds.refusals(router(*many), router(*many[:50]), plan(), Limits()) == ()
    assert bounds.refusals(router(*many[:3]), router(*many[:8]), plan(), Limits()) == ()


def test_what_was_to_stay_has_to_be_there() -> None:
    kept = ("198.51.100.0/24", "203.0.113.0/24")
    before, predicted = router(prefixes=kept), router(*kept)
    seen = bounds.forecast(before, predicted)
    assert seen[KEY].kept.keys() == set(kept)
    assert bounds.losses(before, router(*kept, prefixes=kept), seen, Limits()) == ()
    (told,) = bounds.losses(before, router(*kept, prefixes=kept[:1]), seen, Limits())
    assert "1 of 2 routes" in told


def test_without_a_table_numbers_are_compared_and_silence_is_noticed() -> None:
    before = router(table=False, accepted=1000)
    assert bounds.losses(before, router(table=False, accepted=501), {}, Limits()) == ()
    (told,) = bounds.losses(before, router(table=False, accepted=499), {}, Limits())
    assert "499 routes, before 1000" in told
    (told,) = bounds.losses(before, router(table=False, accepted=1000, sent=0), {}, Limits())
    assert "nothing is announced" in told


def test_a_route_that_became_invalid_meanwhile_is_no_loss() -> None:
    kept = ("198.51.100.0/24", "203.0.113.0/24")
    before, predicted = router(prefixes=kept), router(*kept)
    after = router(*kept, prefixes=kept[:1])
    for vrp, told in ((("203.0.113.0/24", 24, 64502), 0), (("203.0.113.0/24", 24, 64501), 1), (("203.0.112.0/23", 23, 64501), 0)):
        assert after.live is not None
        seen = replace(after, live=replace(after.live, vrps=(vrp,)))
        assert len(bounds.losses(before, seen, bounds.forecast(before, predicted), Limits())) == told
