"""Selectors: the most specific declaration wins, whatever the order in the file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance.analysis import scope
from manrs_conformance.errors import InputError
from manrs_conformance.model.intent import Intent, InterfaceClass, Neighbour, Organisation, Selector
from manrs_conformance.model.policy import Attachment
from manrs_conformance.model.router import Interface, Router, Session
from manrs_conformance.sources.intent import load_intent


def session(**changes: Any) -> Session:
    values: dict[str, Any] = {
        "neighbor": "192.0.2.1",
        "family": "ipv4-unicast",
        "remote_as": 64501,
        "kind": "ebgp",
        "local_as": 64500,
        "inbound": Attachment("import", (), None),
        "outbound": Attachment("export", (), None),
    }
    return Session(**{**values, **changes})


def intent(*neighbours: Neighbour, **changes: Any) -> Intent:
    return Intent(Organisation("Example"), (64500,), (), neighbours, **changes)


def one(relationship: Any = "peer", **select: Any) -> Neighbour:
    return Neighbour(Selector(**select), relationship)


ORDER = [
    {"family": "ipv4-unicast"},
    {"vrf": "default"},
    {"device": "edge*"},
    {"device": "edge1"},
    {"group": "G*"},
    {"group": "GRP"},
    {"asn": 64501},
    {"asn": 64501, "family": "ipv4-unicast"},
    {"asn": 64501, "group": "GRP", "device": "edge1"},
    {"address": "192.0.2.0/24"},
    {"address": "192.0.2.0/30"},
    {"address": "192.0.2.1"},
    {"address": "192.0.2.1", "vrf": "default"},
]


@pytest.mark.parametrize("at", range(1, len(ORDER)))
@pytest.mark.parametrize("turned", [False, True])
def test_order_of_specificity(at: int, turned: bool) -> None:
    pair = [one("peer", **ORDER[at - 1]), one("customer", **ORDER[at])]
    found = scope.neighbour_for(intent(*(pair[::-1] if turned else pair)), "edge1", session(group="GRP"))
    assert found is not None and found.relationship == "customer"


@pytest.mark.parametrize(
    "select",
    [
        {"device": "core*"},
        {"vrf": "X"},
        {"group": "GRP"},
        {"asn": 64502},
        {"family": "ipv6-unicast"},
        {"address": "192.0.2.2"},
        {"address": "2001:db8::/32"},
        {"address": "Ethernet1"},
    ],
)
def test_what_does_not_match_is_undeclared(select: dict[str, Any]) -> None:
    assert scope.neighbour_for(intent(one(**select)), "edge1", session()) is None


def test_unnumbered_and_dynamic_neighbours() -> None:
    assert scope.neighbour_for(intent(one(address="Ethernet1")), "e", session(neighbor="Ethernet1")) is not None
    assert scope.neighbour_for(intent(one(address="192.0.2.0/24")), "e", session(neighbor="192.0.2.0/25")) is not None
    assert scope.neighbour_for(intent(one(address="192.0.2.0/26")), "e", session(neighbor="192.0.2.0/25")) is None
    assert scope.neighbour_for(intent(one(asn=64501)), "e", session(remote_as=(64501, 64502))) is None
    assert scope.neighbour_for(intent(one(asn=64501)), "e", session(remote_as="external")) is None


def test_a_contradiction_is_an_error() -> None:
    with pytest.raises(InputError, match="equally specific"):
        scope.neighbour_for(intent(one(asn=64501), one("provider", asn=64501)), "e", session())


def test_vrfs() -> None:
    declared = intent(vrfs={"VPN": "private"})
    assert [scope.vrf_kind(declared, name) for name in ("default", "VPN", "OTHER")] == ["internet", "private", None]


def test_interface_class_by_pattern_and_by_session() -> None:
    facing = Interface("Ethernet1", ("192.0.2.2/30",))
    router = Router("frr", sessions=(session(), session(family="ipv6-unicast", neighbor="2001:db8::1")), interfaces=(facing,))
    multi = intent(Neighbour(Selector(asn=64501), "customer"))
    single = intent(Neighbour(Selector(asn=64501), "customer", single_homed=True))
    assert scope.interface_class(multi, "e", facing, router) == "multihomed_customer"
    assert scope.interface_class(single, "e", facing, router) == "single_homed_customer"
    assert scope.interface_class(intent(one("provider", asn=64501)), "e", facing, router) == "provider"
    assert scope.interface_class(intent(), "e", facing, router) is None
    assert scope.interface_class(single, "e", Interface("Ethernet2", ("198.51.100.1/30",)), router) is None
    other_vrf = Interface("Ethernet1", ("192.0.2.2/30",), vrf="VPN")
    assert scope.interface_class(single, "e", other_vrf, router) is None
    by_name = intent(
        interfaces=(InterfaceClass("internal", "eth*"), InterfaceClass("end_user", "ethernet1", sources=("192.0.2.64/26",)))
    )
    assert scope.interface_class(by_name, "e", facing, router) == "end_user"
    assert scope.expected_sources(by_name, "e", facing) == ("192.0.2.64/26",)


def test_sessions_that_disagree_leave_the_class_open() -> None:
    facing = Interface("Ethernet1", ("192.0.2.2/29",))
    router = Router("frr", sessions=(session(), session(neighbor="192.0.2.3", remote_as=64502)), interfaces=(facing,))
    declared = intent(Neighbour(Selector(asn=64501), "customer", single_homed=True), one("peer", asn=64502))
    assert scope.interface_class(declared, "e", facing, router) is None


SELECT = st.fixed_dictionaries(
    {},
    optional={
        "device": st.sampled_from(["edge1", "edge*", "*1", "core?"]),
        "vrf": st.sampled_from(["default", "X"]),
        "address": st.sampled_from(["192.0.2.1", "192.0.2.0/24", "192.0.2.0/30", "Ethernet1"]),
        "group": st.sampled_from(["GRP", "G*", "*P"]),
        "asn": st.sampled_from([64501, 64502]),
        "family": st.sampled_from(["ipv4-unicast", "ipv6-unicast"]),
    },
).filter(bool)


@given(
    st.lists(SELECT, min_size=1, max_size=5),
    st.sampled_from(["edge1", "core1", "x1"]),
    st.sampled_from(["192.0.2.1", "192.0.2.2", "Ethernet1"]),
    st.sampled_from([None, "GRP", "GP"]),
)
def test_an_intent_that_loads_never_contradicts_itself(
    selects: list[dict[str, Any]], device: str, neighbor: str, group: str | None
) -> None:
    entries = [{"select": select, "relationship": "peer"} for select in selects]
    try:
        loaded = load_intent({"organisation": {"name": "E"}, "asns": [1], "prefixes": [], "neighbours": entries})
    except InputError:
        return
    scope.neighbour_for(loaded, device, session(neighbor=neighbor, group=group, interface="Ethernet1"))
