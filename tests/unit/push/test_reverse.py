"""Strict source validation is only planned where the routes that the router has now lead back to the interface."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance.model.policy import Attachment
from manrs_conformance.model.router import Interface, Live, LiveRoute, Router, Session, StaticRoute
from manrs_conformance.push import reverse

sys.path.insert(0, str(Path(__file__).parent))
from edges import HERE, prepared

FACE = Interface("Ethernet1", ("192.0.2.1/30", "2001:db8:1::1/64"))
OTHER = Interface("Ethernet2", ("203.0.113.1/29",))
CUSTOMER, PROVIDER = "192.0.2.2", "203.0.113.2"
NONE = (Attachment("import", (), None), Attachment("export", (), None))
SESSIONS = tuple(Session(peer, "ipv4-unicast", asn, "ebgp", 64500, *NONE) for peer, asn in ((CUSTOMER, 64501), (PROVIDER, 64502)))
ROUTER = Router("frr", sessions=SESSIONS, interfaces=(FACE, OTHER))
NETS = ("192.0.2.0/30", "198.51.100.0/24")
SOURCE = ("198.51.100.0/24",)
KNOWN = Live(routes=())


def table(*routes: tuple[str, str], hop: str = "", best: bool = True) -> Router:
    return replace(
        ROUTER, live=Live(routes=tuple(LiveRoute(prefix, peer, (64501,), best, next_hop=hop) for prefix, peer in routes))
    )


def static(*given: tuple[str, str], router: Router = ROUTER, discard: bool = False) -> Router:
    return replace(router, statics=tuple(StaticRoute(prefix, hop, discard) for prefix, hop in given))


def asked(router: Router, expected: tuple[str, ...] = (), declared: bool = True, face: Interface = FACE) -> str:
    return reverse.doubt(router, face, expected, NETS, declared) or ""


@pytest.mark.parametrize(
    "router",
    [
        table(("198.51.100.0/24", CUSTOMER)),
        table(("0.0.0.0/0", PROVIDER), ("198.51.100.0/24", CUSTOMER)),
        table(("198.51.0.0/16", PROVIDER), ("198.51.100.0/24", CUSTOMER)),
        table(("198.51.100.0/25", PROVIDER), best=False),
        table(("198.51.100.0/24", CUSTOMER), ("198.51.100.0/24", PROVIDER)),
        table(("198.51.100.0/24", CUSTOMER), hop="192.0.2.2"),
        table(("198.51.100.0/24", CUSTOMER), hop="fe80::1"),
        table(("198.51.100.0/24", "(unspec)")),
        table(("0.0.0.0/0", PROVIDER)),
        static(("198.51.100.0/26", CUSTOMER)),
        static(("198.51.100.0/26", "Ethernet1")),
        static(("198.51.100.0/26", "fe80::1%Ethernet1")),
        static(("198.51.0.0/16", "Null0"), discard=True),
        replace(table(), interfaces=(FACE, replace(OTHER, addresses=("198.51.100.1/32",)))),
        replace(table(), interfaces=(FACE, replace(OTHER, addresses=("198.51.100.1/25",), shutdown=True))),
    ],
)
def test_sources_that_are_routed_back_may_be_validated(router: Router) -> None:
    assert asked(router) == ""


@pytest.mark.parametrize(
    ("router", "by"),
    [
        (table(("198.51.100.0/24", PROVIDER)), "198.51.100.0/24"),
        (table(("198.51.100.0/24", CUSTOMER), ("198.51.100.128/25", PROVIDER)), "198.51.100.128/25"),
        (table(("198.51.0.0/16", PROVIDER)), "198.51.0.0/16"),
        (table(("198.51.100.0/24", CUSTOMER), hop="203.0.113.6"), "198.51.100.0/24"),
        (static(("198.51.100.0/24", "203.0.113.2"), router=table(("198.51.100.0/24", CUSTOMER))), "198.51.100.0/24"),
        (static(("198.51.100.0/24", CUSTOMER), router=table(("198.51.100.0/24", PROVIDER))), "198.51.100.0/24"),
        (static(("198.51.100.0/26", CUSTOMER), ("198.51.100.0/26", "203.0.113.2")), "198.51.100.0/26"),
        (static(("198.51.100.0/26", "10.0.0.1")), "198.51.100.0/26"),
        (static(("198.51.100.0/26", "fe80::1")), "198.51.100.0/26"),
        (static(("198.51.100.0/26", "Ethernet2")), "198.51.100.0/26"),
        (static(("198.51.100.0/26", "Null0"), discard=True), "198.51.100.0/26"),
        (static(("::ffff:198.51.100.0/122", "Ethernet2")), "198.51.100.0/26"),
        (replace(table(), interfaces=(FACE, replace(OTHER, addresses=("198.51.100.1/25",)))), "198.51.100.0/25"),
    ],
)
def test_sources_that_are_routed_elsewhere_leave_the_interface(router: Router, by: str) -> None:
    assert f"its rightful source 198.51.100.0/24 is routed elsewhere now, by {by}" in asked(router)


def test_a_declared_source_needs_a_way_back_over_the_interface() -> None:
    assert "no route to its declared source 198.51.100.0/24" in asked(table(("0.0.0.0/0", PROVIDER)), SOURCE)
    assert "no route" in asked(static(("198.51.0.0/16", "Null0"), router=table(), discard=True), SOURCE)
    assert asked(static(("198.51.100.0/22", CUSTOMER), router=table(("0.0.0.0/0", PROVIDER))), SOURCE) == ""
    assert asked(table(("0.0.0.0/0", CUSTOMER)), SOURCE) == ""


def test_what_is_not_known_leaves_an_interface_that_nobody_declared() -> None:
    assert "were not collected, and the intent does not declare" in asked(ROUTER, declared=False)
    assert asked(ROUTER, SOURCE) == ""
    assert asked(table(), declared=False) == ""
    face = replace(FACE, vrf="red")
    red = replace(table(("198.51.100.0/24", PROVIDER)), interfaces=(face, OTHER))
    assert "VRF red" in asked(red, declared=False, face=face)
    assert asked(red, face=face) == ""


def test_a_neighbour_of_the_same_address_in_another_vrf_proves_nothing() -> None:
    twice = replace(table(("198.51.100.0/24", CUSTOMER)), sessions=(*SESSIONS, replace(SESSIONS[0], vrf="red")))
    assert "is routed elsewhere" in asked(twice)
    only = replace(
        table(("198.51.100.0/24", "192.0.2.77")), sessions=(*SESSIONS, replace(SESSIONS[0], neighbor="192.0.2.77", vrf="red"))
    )
    assert asked(only) == ""


def test_a_plan_leaves_an_interface_whose_sources_come_another_way() -> None:
    text = (HERE / "ios.cfg").read_text()
    away = text.replace(
        "ip route 45.10.0.0 255.255.240.0 Null0",
        "ip route 45.10.0.0 255.255.240.0 Null0\nip route 45.13.0.0 255.255.255.0 45.10.1.9",
    )
    assert away != text
    strict = {one.interface for one in prepared("ios").plan.sources}
    done = prepared("ios", away)
    assert strict - {one.interface for one in done.plan.sources} == {"GigabitEthernet0/2"}
    assert any("GigabitEthernet0/2: strict source validation could drop rightful packets" in one for one in done.plan.left)
