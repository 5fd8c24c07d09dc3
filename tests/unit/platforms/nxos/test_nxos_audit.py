"""An audit of three states of one Nexus edge: careful, with what the vendor leaves open, and careless."""

from __future__ import annotations

from pathlib import Path

import pytest
from manrs_conformance import checks, platforms
from manrs_conformance.model.result import Finding, Status
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load

HERE = Path(__file__).parent / "audit"
ROUTING = (
    "BOG-",
    "CUS-",
    "DEF-01",
    "LEN-",
    "MAX-",
    "OWN-",
    "POL-01",
    "POL-02",
    "POL-03",
    "POL-05",
    "EXP-01",
    "EXP-02",
    "ASP-02",
    "COM-01",
)
CUSTOMER, PEER = "default/193.0.7.2/ipv4-unicast", "default/193.0.7.6/ipv4-unicast"


def findings(name: str) -> dict[tuple[str, str], Finding]:
    """Findings by check and subject."""
    text = (HERE / f"{name}.cfg").read_text(encoding="utf-8")
    intent = load_intent(HERE / "manrs.yml")
    reference = load(HERE, "2026-11-24T06:00:00Z", intent=intent)
    router = platforms.load("nxos").parse(text, {})
    found = checks.run_all({"edge1": router}, {"edge1": text.splitlines()}, intent, reference)
    return {(one.check, one.subject): one for one in found}


def test_a_careful_edge_passes_all_that_filters_decide() -> None:
    found = findings("careful")
    judged = [one for (check, _), one in found.items() if check.startswith(ROUTING)]
    assert {one.status for one in judged} <= {Status.PASS, Status.NOT_APPLICABLE}
    assert sum(one.status is Status.PASS for one in judged) > 20
    assert found[("SAV-01", "interface Vlan100")].status is Status.PASS
    assert found[("SAV-02", "interface Ethernet1/1")].status is Status.PASS


def test_what_is_not_confirmed_never_passes() -> None:
    found = findings("doubtful")
    for check in ("BOG-01", "DEF-01", "LEN-01", "OWN-01", "ASP-03"):
        one = found[(check, PEER)]
        assert one.status is Status.INCONCLUSIVE
        assert "PEER-MISSING" in one.because
    assert found[("POL-03", "policy PEER-MISSING")].status is not Status.PASS
    # A prefix list beside a route-map that is clean by itself decides nothing.
    assert found[("CUS-01", CUSTOMER)].status is Status.PASS


@pytest.mark.parametrize(
    ("check", "subject"),
    [
        ("CUS-01", CUSTOMER),
        ("BOG-01", CUSTOMER),
        ("POL-01", PEER),
        ("EXP-02", PEER),
        ("MAX-01", PEER),
        ("POL-03", "list CUST-MISSING"),
        ("SAV-01", "interface Vlan100"),
    ],
)
def test_a_careless_edge_fails_with_a_remedy(check: str, subject: str) -> None:
    one = findings("bad")[(check, subject)]
    assert one.status is Status.FAIL
    assert one.remedy
