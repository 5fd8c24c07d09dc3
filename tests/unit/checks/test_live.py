"""Checks on operational state, and what keeps answers honest: errors shown, no pass on partial routers, stable fingerprints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import checks, platforms
from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.reference import Vrp
from manrs_conformance.model.result import Finding, Status
from manrs_conformance.model.router import Live, LiveCache, LiveRoute, LiveSession, Router
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load

CASE = Path(__file__).parent / "rov_02" / "pass"
KEY = "default/185.1.1.2/ipv4-unicast"
TEXT = (CASE / "config.frr.conf").read_text(encoding="utf-8")
GOOD = LiveRoute("185.20.0.0/22", "185.1.1.2", (25152,), True, Rpki.VALID)


def run(
    live: Live | None = None, router: Router | None = None, vrps: tuple[Vrp, ...] | None = None
) -> dict[tuple[str, str], Finding]:
    intent = load_intent(CASE / "manrs.yml")
    reference = replace(load(CASE, "2026-11-24T06:00:00Z", intent=intent), vrps=vrps)
    router = router or platforms.load("frr").parse(TEXT, {})
    if live is not None:
        router = replace(router, live=live)
    return {
        (one.check, one.subject): one for one in checks.run_all({"edge1": router}, {"edge1": TEXT.splitlines()}, intent, reference)
    }


def test_caches() -> None:
    up, down = LiveCache("193.0.0.9", 3323, True), LiveCache("193.0.0.9", 3323, False)
    assert run(Live(caches=(up,), vrps=(("185.20.0.0/22", 22, 25152),)))["ROV-01", "router"].status is Status.PASS
    assert run(Live(caches=(down,)))["ROV-01", "router"].status is Status.FAIL
    assert run(Live(caches=(up,), vrps=()))["ROV-01", "router"].cause == "no VRPs"


def test_best_paths() -> None:
    bad = replace(GOOD, rpki=Rpki.INVALID)
    assert run(Live(routes=(GOOD,)))["ROV-11", "router"].status is Status.PASS
    found = run(Live(routes=(GOOD, bad)))["ROV-11", "router"]
    assert found.status is Status.FAIL and found.witnesses
    by_reference = run(Live(routes=(GOOD,)), vrps=(Vrp("185.20.0.0/16", 24, 1),))["ROV-11", "router"]
    assert by_reference.status is Status.FAIL
    unverified = replace(GOOD, rpki=Rpki.UNVERIFIED)
    assert run(Live(routes=(unverified,)))["ROV-11", "router"].status is Status.INCONCLUSIVE
    for one in (unverified, replace(GOOD, rpki=Rpki.NOT_FOUND)):
        blind = run(Live(routes=(one,), vrps=()))["ROV-11", "router"]
        assert blind.status is Status.INCONCLUSIVE and "holds no VRPs" in blind.because, "not-found by nothing is no proof"
    assert (
        run(Live(routes=(unverified,), vrps=(("185.20.0.0/16", 24, 64500),)))["ROV-11", "router"].status is not Status.INCONCLUSIVE
    )
    assert run(Live(routes=()))["ROV-11", "router"].status is Status.NOT_APPLICABLE, "none of no routes is no proof either"


def test_table_against_policy() -> None:
    assert run(Live(routes=(GOOD,)))["LIVE-01", KEY].status is Status.PASS
    found = run(Live(routes=(replace(GOOD, rpki=Rpki.INVALID),)))["LIVE-01", KEY]
    assert found.status is Status.FAIL and found.witnesses[0].trace


def test_sessions() -> None:
    up = LiveSession("185.1.1.2", "ipv4-unicast", 25152, True, 10, 9)
    assert run(Live(sessions=(up,)))["LIVE-02", KEY].status is Status.PASS
    assert run(Live(sessions=(replace(up, established=False),)))["LIVE-02", KEY].status is Status.NOT_APPLICABLE
    other = replace(up, neighbor="185.1.1.9")
    assert run(Live(sessions=(up, other)))["SCOPE-01", "default/185.1.1.9/ipv4-unicast"].status is Status.INCONCLUSIVE


def test_partial_router_has_no_pass() -> None:
    router = replace(platforms.load("frr").parse(TEXT, {}), complete=False, incomplete_because="cut off")
    found = run(router=router)
    assert found and not [one for one in found.values() if one.status is Status.PASS]


def test_a_check_that_raises_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[Finding]:
        raise ValueError("boom")

    catalogue = tuple(replace(one, run=broken) if one.id == "POL-04" else one for one in checks.catalogue())
    monkeypatch.setattr(checks, "catalogue", lambda: catalogue)
    found = run()["POL-04", "router"]
    assert found.status is Status.ERROR and "ValueError" in found.because and "POL-04" in found.cause


def test_fingerprints_survive_other_line_numbers() -> None:
    before = run()
    text = TEXT.replace("hostname edge1\n", "hostname edge1\n!\n!\n")
    router = platforms.load("frr").parse(text, {})
    after = run(router=router)
    assert {one.fingerprint for one in before.values()} == {one.fingerprint for one in after.values()}
    assert len({one.fingerprint for one in before.values()}) == len(before)
