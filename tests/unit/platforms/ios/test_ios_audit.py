"""An audit of IOS routers end to end: a careful edge passes what decides Action 1, a careless one fails by the right checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance import checks
from manrs_conformance.model.result import Finding, Status
from manrs_conformance.platforms import load
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load as load_reference

HERE = Path(__file__).parent / "audit"
DECIDERS = {"POL-01", "POL-02", "POL-03", "CUS-01", "CUS-02", "CUS-03", "EXP-01", "EXP-02", "EXP-06"}


def findings(case: str) -> list[Finding]:
    """All findings on edge1."""
    intent = load_intent(HERE / "manrs.yml")
    texts = {one.name.split(".")[0]: one.read_text(encoding="utf-8") for one in sorted((HERE / case).glob("*.ios.cfg"))}
    routers = {name: load("ios").parse(text, {}) for name, text in texts.items()}
    reference = load_reference(HERE / case, "2026-11-24T06:00:00Z", intent=intent)
    found = checks.run_all(routers, {name: text.splitlines() for name, text in texts.items()}, intent, reference)
    return [one for one in found if one.device == "edge1"]


def test_careful_router_passes_the_deciders_of_action_1() -> None:
    found = [one for one in findings("careful") if one.check in DECIDERS]
    assert {one.check for one in found} == DECIDERS
    bad = [
        (one.check, one.subject, one.status, one.message) for one in found if one.status not in (Status.PASS, Status.NOT_APPLICABLE)
    ]
    assert bad == []
    passed = {one.check for one in found if one.status is Status.PASS}
    # The network has customers: EXP-06 speaks of leaf networks only.
    assert passed == DECIDERS - {"EXP-06"}


def test_careful_router_refuses_invalid_routes_by_best_path_and_policy() -> None:
    found = [one for one in findings("careful") if one.check == "ROV-02"]
    assert len(found) == 5
    assert {one.status for one in found} == {Status.PASS}


@pytest.mark.parametrize(
    ("check", "subject"),
    [
        ("POL-01", "default/45.15.0.1/ipv4-unicast"),
        ("POL-02", "default/45.10.15.2/ipv4-unicast"),
        ("POL-03", "list 99"),
        ("CUS-01", "default/45.10.15.2/ipv4-unicast"),
        ("CUS-03", "default/45.10.15.2/ipv4-unicast"),
        ("EXP-01", "default/45.14.0.2/ipv4-unicast"),
        ("EXP-02", "default/45.14.0.2/ipv4-unicast"),
        ("BOG-01", "default/45.10.15.2/ipv4-unicast"),
        ("ROV-02", "default/45.15.0.1/ipv4-unicast"),
        ("MAX-01", "default/45.15.0.1/ipv4-unicast"),
        ("SAV-02", "interface GigabitEthernet0/1"),
        ("SAV-05", "interface GigabitEthernet0/0"),
    ],
)
def test_careless_router_fails(check: str, subject: str) -> None:
    statuses = {one.status for one in findings("careless") if (one.check, one.subject) == (check, subject)}
    assert statuses == {Status.FAIL}
