"""Requirements on the whole programme: the share of AS numbers, explanations, lapses; and declarations that something speaks against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from manrs_conformance.model.intent import Declaration, Intent, Neighbour, Organisation, Selector
from manrs_conformance.model.result import Finding, Met, RequirementResult, Severity, Status
from manrs_conformance.requirements import evaluate as module
from manrs_conformance.requirements import history, norm, rules

NORM = norm.load("manrs-netops-2.5.2")
AS_OF = "2026-11-24T12:00:00Z"
SESSION = "default/192.0.2.1/ipv4-unicast"
ROUTER = ("POL-01", "POL-02", "POL-03", "EXP-01", "EXP-02", "EXP-06")
PUBLIC = ("RIS-01", "RIS-02", "RIS-03", "CON-01", "CON-02", "IRR-08", "IRR-05", "ASN-01")
WORDS = tuple(one.id for one in NORM.requirements if not one.decides and one.phase != "suspension")


def finding(check: str, status: Status = Status.PASS, device: str = "edge1", subject: str = SESSION) -> Finding:
    return Finding(check, device, subject, status, Severity.HIGH, "x", fingerprint=f"{check}-{device}-{subject}")


def intent(*asns: int, words: Sequence[str] = WORDS) -> Intent:
    said = tuple(Declaration(one, "We do.", "2026-11-01", "Alex") for one in words)
    return Intent(Organisation("Example"), asns or (64500,), (), (Neighbour(Selector(asn=64511), "peer"),), declarations=said)


def good(*asns: int) -> list[Finding]:
    """Everything in order for these ASNs."""
    found = [finding(one) for one in ROUTER]
    for asn in asns:
        found += [finding(check, device=f"AS{asn}", subject=f"AS{asn}") for check in PUBLIC]
        found += [finding(check, device=f"AS{asn}", subject=f"10.{asn % 256}.0.0/16") for check in ("IRR-01", "ROA-01", "ROA-02")]
    return found


def judged(findings: Sequence[Finding], given: Intent) -> dict[str, RequirementResult]:
    return {one.requirement: one for one in module.evaluate(findings, given, NORM, AS_OF)}


def changed(findings: Sequence[Finding], check: str, asn: int | None = None, status: Status = Status.FAIL) -> list[Finding]:
    return [
        replace(one, status=status)
        if one.check == check and asn in (None, int(one.device[2:]) if one.device[:2] == "AS" else None)
        else one
        for one in findings
    ]


def test_half_of_the_asns_are_enough_and_more_than_half_must_not_fail() -> None:
    three = intent(64500, 64501, 64502)
    found = good(64500, 64501, 64502)
    result = judged(found, three)["G.J1"]
    assert (result.verdict, result.because[:27]) == (Met.DECLARED, "3 of 3 AS numbers conform, ")
    assert judged(changed(found, "CON-01", 64502), three)["G.J1"].verdict is Met.DECLARED
    two_fail = changed(changed(found, "CON-01", 64502), "CON-02", 64501)
    assert judged(two_fail, three)["G.J1"].verdict is Met.NOT_MET
    doubt = changed(changed(found, "CON-01", 64502), "CON-02", 64501, Status.INCONCLUSIVE)
    assert judged(doubt, three)["G.J1"].verdict is Met.INCONCLUSIVE


def test_a_router_that_fails_fails_the_only_asn_and_leaves_several_open() -> None:
    assert judged(changed(good(64500), "EXP-01"), intent(64500))["G.J1"].verdict is Met.NOT_MET
    assert judged(changed(good(64500, 64501), "EXP-01"), intent(64500, 64501))["G.J1"].verdict is Met.INCONCLUSIVE


def test_an_asn_that_only_public_data_show_counts_as_not_assessed() -> None:
    known = [one for one in good(64500) if one.check != "ASN-01"]
    one = [*known, finding("ASN-01", Status.FAIL, "AS64500", "AS64496")]
    assert judged(one, intent())["G.J1"].verdict is Met.DECLARED, "one of two"
    two = [*one, finding("ASN-01", Status.FAIL, "AS64500", "AS64497")]
    result = judged(two, intent())["G.J1"]
    assert result.verdict is Met.INCONCLUSIVE and "AS64496, AS64497" in result.because


@pytest.mark.parametrize("status", [None, Status.INCONCLUSIVE])
def test_without_a_public_list_of_asns_half_of_them_is_not_known(status: Status | None) -> None:
    known = [one for one in good(64500) if one.check != "ASN-01"]
    found = known if status is None else [*known, finding("ASN-01", status, "AS64500", "AS64500")]
    assert judged(found, intent())["G.J1"].verdict is Met.INCONCLUSIVE


def test_unmet_items_need_a_waiver_each() -> None:
    assert judged(good(64500), intent())["G.J2"].verdict is Met.NOT_APPLICABLE
    broken = changed(good(64500), "EXP-01")
    result = judged(broken, intent())["G.J2"]
    assert result.verdict is Met.NOT_MET and "A1.N1, A1.O1" in result.because
    waived = [replace(one, waived_by="W1") if one.status is Status.FAIL else one for one in broken]
    result = judged(waived, intent())["G.J2"]
    assert result.verdict is Met.DECLARED and "W1" in result.because
    assert judged(changed(good(64500), "EXP-01", status=Status.INCONCLUSIVE), intent(words=()))["G.J2"].verdict is Met.INCONCLUSIVE


def test_what_fails_through_one_alternative_only_needs_no_explanation() -> None:
    result = judged(changed(good(64500), "IRR-01"), intent())
    assert result["A4I.J1"].verdict is Met.NOT_MET and result["G.J2"].verdict is Met.NOT_APPLICABLE


def test_one_alternative_that_is_met_ends_a_lapse() -> None:
    assert judged(good(64500), intent())["A4.X1"].because == "does not apply: A4I.O1 and A4R.O1 are met now"
    one = judged(changed(good(64500), "ROA-01"), intent())["A4.X1"]
    assert one.verdict is Met.NOT_APPLICABLE and "A4I.O1" in one.because
    both = judged(changed(changed(good(64500), "ROA-01"), "IRR-01"), intent())["A4.X1"]
    assert both.verdict is Met.INCONCLUSIVE and "not seen in earlier runs: 2026-09, 2026-10" in both.because


BELOW, ABOVE, OPEN = "not_met", "met", "inconclusive"


@pytest.mark.parametrize(
    ("earlier", "verdict", "words"),
    [
        ({"2026-10-02": (BELOW, BELOW), "2026-09-30": (BELOW, BELOW)}, Met.NOT_MET, "suspension is possible"),
        ({"2026-10-02": (BELOW, BELOW)}, Met.INCONCLUSIVE, "not seen in earlier runs: 2026-09"),
        ({"2026-10-02": (BELOW, BELOW), "2026-08-31": (BELOW, BELOW)}, Met.INCONCLUSIVE, "2026-09"),
        ({"2026-10-02": (BELOW, OPEN), "2026-09-30": (BELOW, BELOW)}, Met.INCONCLUSIVE, "2026-10"),
        ({"2026-10-02": (BELOW, BELOW), "2026-09-30": (ABOVE, BELOW)}, Met.NOT_APPLICABLE, "A4I.O1 was met on 2026-09-30"),
        ({"2026-11-20": (BELOW, ABOVE), "2026-10-02": (BELOW, BELOW), "2026-09-30": (BELOW, BELOW)}, Met.NOT_APPLICABLE, "A4R.O1"),
        ({"2026-10-02": (BELOW, BELOW), "2026-09-30": (BELOW, BELOW), "2026-08-01": (ABOVE, ABOVE)}, Met.NOT_MET, "3 months"),
        ({"2026-12-02": (ABOVE, ABOVE), "2026-10-02": (BELOW, BELOW), "2026-09-30": (BELOW, BELOW)}, Met.NOT_MET, "3 months"),
    ],
)
def test_a_lapse_takes_three_months_of_runs(earlier: dict[str, tuple[str, str]], verdict: Met, words: str) -> None:
    results = module.evaluate(changed(changed(good(64500), "ROA-01"), "IRR-01"), intent(), NORM, AS_OF)
    rows = [
        history.Earlier(f"{day}T12:00:00Z", dict(zip(("A4I.O1", "A4R.O1"), said, strict=True))) for day, said in earlier.items()
    ]
    (found,) = [one for one in rules.with_history(results, NORM, rows, AS_OF) if one.requirement == "A4.X1"]
    assert found.verdict is verdict and words in found.because and found.decided_by


def test_what_is_not_below_now_has_not_lapsed_whatever_was() -> None:
    rows = [history.Earlier(f"2026-{month}-02T12:00:00Z", {"A4I.O1": BELOW, "A4R.O1": BELOW}) for month in ("09", "10")]
    results = module.evaluate(changed(good(64500), "ROA-01"), intent(), NORM, AS_OF)
    (found,) = [one for one in rules.with_history(results, NORM, rows, AS_OF) if one.requirement == "A4.X1"]
    assert found.verdict is Met.NOT_APPLICABLE and "A4I.O1 is met now" in found.because
    doubtful = changed(changed(good(64500), "ROA-01"), "IRR-01", status=Status.INCONCLUSIVE)
    results = module.evaluate(doubtful, intent(), NORM, AS_OF)
    (found,) = [one for one in rules.with_history(results, NORM, rows, AS_OF) if one.requirement == "A4.X1"]
    assert found.verdict is Met.INCONCLUSIVE and "2026-11" in found.because


def test_a_declaration_that_public_data_contradict_is_not_declared() -> None:
    assert judged(good(64500), intent())["A3.D2"].verdict is Met.DECLARED
    result = judged(changed(good(64500), "CON-02"), intent())["A3.D2"]
    assert result.verdict is Met.INCONCLUSIVE and "speaks against it: CON-02" in result.because
