"""An audit of Junos routers end to end: a careful edge passes what decides Action 1, a careless one fails by the right checks."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from manrs_conformance import checks
from manrs_conformance.analysis.evaluate import evaluate
from manrs_conformance.checks._questions import delivered
from manrs_conformance.model.result import Finding, Status
from manrs_conformance.platforms import load
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load as load_reference

HERE = Path(__file__).parent
DECIDERS = {"POL-01", "POL-02", "POL-03", "CUS-01", "CUS-02", "CUS-03", "EXP-01", "EXP-02"}


@functools.cache
def findings(case: str) -> tuple[Finding, ...]:
    """All findings on one router."""
    intent = load_intent(HERE / "audit" / "manrs.yml")
    text = (HERE / case / "running.conf").read_text(encoding="utf-8")
    name = {"careful": "edge1", "careless": "edge2"}[case]
    reference = load_reference(HERE / "audit", "2026-11-24T06:00:00Z", intent=intent)
    found = checks.run_all({name: load("junos").parse(text, {})}, {name: text.splitlines()}, intent, reference)
    return tuple(one for one in found if one.device == name)


def test_careful_router_passes_the_deciders_of_action_1() -> None:
    found = [one for one in findings("careful") if one.check in DECIDERS]
    assert {one.check for one in found if one.status is Status.PASS} == DECIDERS
    assert {one.status for one in found} <= {Status.PASS, Status.NOT_APPLICABLE}


def test_careful_router_refuses_invalid_routes_and_validates_sources() -> None:
    for check, count in (("ROV-02", 9), ("OWN-01", 1), ("DEF-01", 9), ("SAV-03", 8), ("SAV-05", 2), ("CUS-05", 8)):
        found = [one for one in findings("careful") if one.check == check and one.status is not Status.NOT_APPLICABLE]
        assert (check, {one.status for one in found}) == (check, {Status.PASS})
        assert len(found) <= count


@pytest.mark.parametrize(
    ("check", "subject"),
    [
        ("ROV-02", "default/192.0.2.6/ipv4-unicast"),  # the neighbour's own import list drops the group's
        ("ROV-02", "default/192.0.2.66/ipv4-unicast"),  # an accept stands before the lookup
        ("CUS-01", "default/192.0.2.10/ipv4-unicast"),  # the chain ends without a reject
        ("POL-02", "default/192.0.2.66/ipv4-unicast"),
        ("EXP-01", "default/192.0.2.66/ipv4-unicast"),
        ("OWN-01", "default/192.0.2.66/ipv4-unicast"),
        ("DEF-01", "default/192.0.2.66/ipv4-unicast"),
        ("BOG-01", "default/192.0.2.66/ipv4-unicast"),
        ("CUS-09", "default/192.0.2.6/ipv4-unicast"),
        ("POL-04", "router"),
        ("SAV-03", "interface ge-0/0/1.0"),
        ("SAV-08", "interface ge-0/0/8.0"),
    ],
)
def test_careless_router_fails(check: str, subject: str) -> None:
    statuses = {one.status for one in findings("careless") if (one.check, one.subject) == (check, subject)}
    assert statuses == {Status.FAIL}


def test_what_was_not_understood_decides_nothing() -> None:
    text = (
        (HERE / "careful" / "running.conf")
        .read_text(encoding="utf-8")
        .replace("validation-database invalid;", "validation-mood bad;")
    )
    intent = load_intent(HERE / "audit" / "manrs.yml")
    reference = load_reference(HERE / "audit", "2026-11-24T06:00:00Z", intent=intent)
    router = load("junos").parse(text, {})
    assert [str(one.taints) for one in router.unread] == ["policy RPKI"]
    found = [
        one for one in checks.run_all({"edge1": router}, {"edge1": text.splitlines()}, intent, reference) if one.check == "ROV-02"
    ]
    assert {one.status for one in found} == {Status.INCONCLUSIVE}


FOR_ANOTHER = """
version 21.4R3;
routing-options { autonomous-system 64500; }
protocols { bgp { group G { type external; peer-as 64501; neighbor 192.0.2.1 { import IN; } neighbor 2001:DB8::1 { import IN; } } } }
policy-options { policy-statement IN {
    term other { from neighbor [ ADDRESSES ]; then accept; }
    then reject;
} }
"""


@pytest.mark.parametrize(
    ("addresses", "open_to"),
    [
        ("192.0.2.9 2001:db8::9", set()),
        ("192.0.2.1", {"192.0.2.1"}),
        ("2001:0DB8:0:0::1", {"2001:db8::1"}),
    ],
)
def test_a_term_for_a_neighbour_holds_for_no_other(addresses: str, open_to: set[str]) -> None:
    """A witness is a route that the neighbour of the session delivers."""
    router = load("junos").parse(FOR_ANOTHER.replace("ADDRESSES", addresses), {})
    assert {one.neighbor for one in router.sessions} == {"192.0.2.1", "2001:db8::1"}
    for one in router.sessions:
        found = evaluate([one.inbound], afi=one.afi, domain=delivered(one, router)).accepted()
        assert (found.must is not None) is (one.neighbor in open_to)
        if found.must is not None:
            assert found.must.route is not None and found.must.route.peer == one.neighbor
