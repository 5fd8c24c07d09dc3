"""Every rule that turns findings and declarations into verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manrs_conformance.errors import UsageError
from manrs_conformance.model.intent import Declaration, Intent, Neighbour, Organisation, Selector
from manrs_conformance.model.result import Finding, Met, RequirementResult, Severity, Status
from manrs_conformance.requirements import evaluate as module
from manrs_conformance.requirements import norm as norms
from manrs_conformance.requirements.evaluate import action_verdicts, programme_verdict

AS_OF = "2026-11-24T06:00:00Z"
NORM = norms.load("manrs-netops-2.5.2")
ACTION_1 = ("POL-01", "POL-02", "POL-03", "CUS-01", "CUS-02", "CUS-03", "EXP-01", "EXP-02", "EXP-06")
DECIDING = sorted({check for one in NORM.requirements for check in one.decides})
PASSES = dict.fromkeys(ACTION_1, Status.PASS)


def finding(check: str, status: Status, subject: str = "default/192.0.2.1/ipv4-unicast", **changes: Any) -> Finding:
    values: dict[str, Any] = {"device": "edge1", "severity": Severity.HIGH, "message": "x"}
    return Finding(check=check, subject=subject, status=status, **{**values, **changes})


def intent(
    *declared: str, updated: str = "2026-10-01", legacy: tuple[str, ...] = (), neighbours: tuple[Any, ...] = ("peer",)
) -> Intent:
    said = tuple(Declaration(one, "We do.", updated, "Alex") for one in declared)
    known = tuple(Neighbour(Selector(asn=64501 + index), one) for index, one in enumerate(neighbours))
    return Intent(Organisation("Example"), (64500,), (), known, declarations=said, legacy=legacy)


def evaluate(findings: Sequence[Finding], given_intent: Intent | None = None) -> dict[str, RequirementResult]:
    results = module.evaluate(findings, given_intent or intent(), NORM, AS_OF)
    return {one.requirement: one for one in results}


def action_1(**changed: Status) -> list[Finding]:
    return [
        finding(check, status) for check, status in {**PASSES, **{key.replace("_", "-"): s for key, s in changed.items()}}.items()
    ]


def test_nothing_is_met_on_nothing() -> None:
    results = evaluate([])
    assert {one.verdict for one in results.values()} == {Met.INCONCLUSIVE, Met.NOT_APPLICABLE}
    assert all(one.phase == "suspension" for one in results.values() if one.verdict is Met.NOT_APPLICABLE)
    assert programme_verdict(action_verdicts(tuple(results.values()), NORM)) is Met.INCONCLUSIVE


def test_all_deciding_checks_pass() -> None:
    results = evaluate(action_1())
    for one in ("A1.N1", "A1.N2", "A1.N3", "A1.O1"):
        assert results[one].verdict is Met.MET, results[one].because
        assert results[one].methods == ("router",)
    assert len(results["A1.O1"].decided_by) == 9 and results["A1.O1"].counts == {"pass": 9}


@pytest.mark.parametrize("check", ACTION_1)
def test_any_deciding_fail_is_not_met(check: str) -> None:
    result = evaluate([*action_1(), finding(check, Status.FAIL, "default/192.0.2.9/ipv4-unicast")])["A1.O1"]
    assert result.verdict is Met.NOT_MET and check in result.because and "192.0.2.9" in result.because


@pytest.mark.parametrize("status", [Status.INCONCLUSIVE, Status.ERROR])
@pytest.mark.parametrize("check", ACTION_1)
def test_any_doubt_is_inconclusive(check: str, status: Status) -> None:
    assert evaluate([*action_1(), finding(check, status)])["A1.O1"].verdict is Met.INCONCLUSIVE


@pytest.mark.parametrize("check", ACTION_1)
def test_a_deciding_check_without_result_is_inconclusive(check: str) -> None:
    relation = "peer" if check == "EXP-06" else "customer"
    result = evaluate([one for one in action_1() if one.check != check], intent(neighbours=(relation,)))["A1.O1"]
    assert result.verdict is Met.INCONCLUSIVE and f"no result of {check}" in result.because


def test_a_network_without_customers_needs_no_word_of_customer_checks() -> None:
    some = [one for one in action_1() if not one.check.startswith("CUS-")]
    results = evaluate(some, intent(neighbours=("peer",)))
    assert results["A1.O1"].verdict is Met.MET and results["A1.N3"].verdict is Met.NOT_APPLICABLE
    assert evaluate(some, intent(neighbours=("peer", "customer")))["A1.N3"].verdict is Met.INCONCLUSIVE
    assert evaluate([], intent(neighbours=("peer",)))["A1.N3"].verdict is Met.INCONCLUSIVE


def test_a_transit_network_needs_no_word_of_the_check_on_leaves() -> None:
    some = [one for one in action_1() if one.check != "EXP-06"]
    assert evaluate(some, intent(neighbours=("peer", "customer")))["A1.O1"].verdict is Met.MET
    assert evaluate(some, intent(neighbours=("peer",)))["A1.O1"].verdict is Met.INCONCLUSIVE


def test_a_fail_outranks_doubt() -> None:
    assert evaluate(action_1(POL_01=Status.FAIL, POL_02=Status.ERROR))["A1.O1"].verdict is Met.NOT_MET


def test_not_applicable_only() -> None:
    results = evaluate(action_1(CUS_01=Status.NOT_APPLICABLE, CUS_02=Status.NOT_APPLICABLE))
    assert results["A1.N3"].verdict is Met.NOT_APPLICABLE
    assert results["A1.N2"].verdict is Met.MET


def test_a_device_that_was_not_collected_leaves_router_evidence_open() -> None:
    lost = finding("DEV-00", Status.ERROR, "router", device="edge2")
    results = evaluate([*action_1(), lost])
    assert results["A1.O1"].verdict is Met.INCONCLUSIVE and "edge2" in results["A1.O1"].because


@pytest.mark.parametrize("status", [Status.FAIL, Status.INCONCLUSIVE])
def test_an_open_population_leaves_router_evidence_open(status: Status) -> None:
    assert evaluate([*action_1(), finding("SCOPE-01", status)])["A1.O1"].verdict is Met.INCONCLUSIVE
    assert evaluate([*action_1(), finding("SCOPE-01", Status.PASS)])["A1.O1"].verdict is Met.MET


def test_supporting_fails_are_told_but_never_decide() -> None:
    result = evaluate([*action_1(), finding("ROV-02", Status.FAIL), finding("MAX-01", Status.FAIL)])["A1.O1"]
    assert result.verdict is Met.MET
    assert "beside it fail: MAX-01 (1), ROV-02 (1)" in result.because and len(result.supported_by) == 2


def test_a_waived_fail_stays_unmet_with_a_note() -> None:
    result = evaluate([*action_1(), finding("POL-01", Status.FAIL, waived_by="W-1")])["A1.O1"]
    assert result.verdict is Met.NOT_MET and "waived, but still unmet: W-1" in result.because
    assert result.counts["waived"] == 1


def test_statements_are_declared_never_met() -> None:
    result = evaluate(action_1(), intent("A1.J1"))["A1.J1"]
    assert result.verdict is Met.DECLARED and result.methods == ("declaration",)
    assert "Alex on 2026-10-01" in result.because
    assert evaluate(action_1())["A1.J1"].verdict is Met.INCONCLUSIVE


def test_a_declaration_of_the_future_counts_for_nothing_and_an_old_one_is_told() -> None:
    assert evaluate([], intent("A1.J1", updated="2026-11-25"))["A1.J1"].verdict is Met.INCONCLUSIVE
    assert "more than a year" in evaluate([], intent("A1.J1", updated="2024-01-01"))["A1.J1"].because


def test_a_word_cannot_replace_router_evidence() -> None:
    assert evaluate([], intent("A1.N1", "A1.N3"))["A1.N1"].verdict is Met.INCONCLUSIVE


@pytest.mark.parametrize("requirement", ["A1.J4", "A1.J5", "A2.J1", "A3.N1", "A4I.J1", "A4R.J1"])
def test_public_data_that_is_missing(requirement: str) -> None:
    bare = evaluate([])[requirement]
    assert bare.verdict is Met.INCONCLUSIVE and "not seen" in bare.because
    assert evaluate([], intent(requirement))[requirement].verdict is Met.DECLARED


def test_public_data_that_is_there() -> None:
    assert evaluate([finding("CON-01", Status.PASS, "AS64500")])["A3.N1"].verdict is Met.MET
    assert evaluate([finding("CON-01", Status.PASS, "AS64500")])["A3.N1"].methods == ("public_data",)
    assert evaluate([finding("CON-01", Status.FAIL, "AS64500")], intent("A3.N1"))["A3.N1"].verdict is Met.NOT_MET


COUNTED = finding("RIS-03", Status.PASS, "AS64500")
"""Collectors were asked: the list of prefixes is complete."""


def prefixes(check: str, passes: int, fails: int = 0, unsure: int = 0, waived: bool = False) -> list[Finding]:
    states = [Status.PASS] * passes + [Status.FAIL] * fails + [Status.INCONCLUSIVE] * unsure
    return [
        COUNTED,
        *(
            finding(check, state, f"10.{index}.0.0/16", waived_by="W-1" if waived and state is Status.FAIL else None)
            for index, state in enumerate(states)
        ),
    ]


@pytest.mark.parametrize("requirement", ["A4R.N1", "A4R.J1", "A4R.O1", "A4I.N1", "A4I.J1", "A4I.O1"])
def test_a_count_needs_to_know_what_is_announced(requirement: str) -> None:
    good = [finding(check, Status.PASS, "10.0.0.0/16") for check in ("ROA-01", "ROA-02", "IRR-01", "IRR-08")]
    assert evaluate([*good, COUNTED])[requirement].verdict is Met.MET
    silent = evaluate(good)[requirement]
    assert silent.verdict is Met.INCONCLUSIVE and "no result of RIS-03" in silent.because
    unsure = evaluate([*good, replace(COUNTED, status=Status.INCONCLUSIVE)])[requirement]
    assert unsure.verdict is Met.INCONCLUSIVE and "RIS-03 on edge1 AS64500" in unsure.because


def test_a_share_does_not_hide_a_customer_that_was_not_counted() -> None:
    many = prefixes("IRR-01", 99)
    assert evaluate(many)["A4I.O1"].verdict is Met.MET
    assert evaluate([*many, finding("IRR-01", Status.INCONCLUSIVE, "AS64509")])["A4I.O1"].verdict is Met.INCONCLUSIVE


@pytest.mark.parametrize(
    ("passes", "fails", "unsure", "verdict"),
    [
        (9, 1, 0, Met.MET),
        (89, 11, 0, Met.NOT_MET),
        (8, 0, 2, Met.INCONCLUSIVE),
        (9, 0, 1, Met.MET),
        (80, 11, 9, Met.NOT_MET),
        (0, 1, 0, Met.NOT_MET),
    ],
)
def test_ninety_percent(passes: int, fails: int, unsure: int, verdict: Met) -> None:
    result = evaluate(prefixes("ROA-01", passes, fails, unsure))["A4R.O1"]
    assert result.verdict is verdict, result.because


def test_a_waived_prefix_still_counts_as_a_fail() -> None:
    result = evaluate(prefixes("ROA-01", 8, 2, waived=True))["A4R.O1"]
    assert result.verdict is Met.NOT_MET and "W-1" in result.because


def test_one_prefix_on_two_routers_counts_once_at_its_worst() -> None:
    twice = [finding("ROA-01", Status.FAIL, "10.0.0.0/16"), finding("ROA-01", Status.PASS, "10.0.0.0/16", device="edge2")]
    assert evaluate([*twice, *prefixes("ROA-01", 0)])["A4R.O1"].counts == {"fail": 1, "pass": 1}
    assert "0 of 1" in evaluate(twice)["A4R.O1"].because


def test_legacy_space_may_be_left_out_of_roas_only() -> None:
    some = [COUNTED] + [
        finding(check, state, prefix)
        for check in ("ROA-01", "IRR-01")
        for prefix, state in (("10.0.0.0/16", Status.FAIL), ("10.9.0.0/16", Status.PASS))
    ]
    results = evaluate(some, intent(legacy=("10.0.0.0/15",)))
    assert results["A4R.J1"].verdict is Met.MET and results["A4R.O1"].verdict is Met.MET
    assert results["A4I.O1"].verdict is Met.NOT_MET


IRR_GOOD = [COUNTED, *(finding(check, Status.PASS, "10.0.0.0/16") for check in ("IRR-01", "IRR-08", "IRR-05"))]
ROA_GOOD = [COUNTED, *(finding(check, Status.PASS, "10.0.0.0/16") for check in ("ROA-01", "ROA-02"))]
IRR_BAD = [finding("IRR-01", Status.FAIL, "10.0.0.0/16")]
ROA_BAD = [finding("ROA-01", Status.FAIL, "10.0.0.0/16")]


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        (IRR_GOOD, Met.MET),
        (ROA_GOOD, Met.MET),
        (IRR_BAD + ROA_GOOD, Met.MET),
        (IRR_GOOD + ROA_BAD, Met.MET),
        (IRR_BAD, Met.INCONCLUSIVE),
        (IRR_BAD + ROA_BAD, Met.NOT_MET),
        ([], Met.INCONCLUSIVE),
    ],
)
def test_action_4_needs_one_of_two(findings: list[Finding], verdict: Met) -> None:
    results = tuple(evaluate(findings).values())
    assert {one.action: one.verdict for one in action_verdicts(results, NORM)}["A4"] is verdict


def test_the_unmet_alternative_says_that_the_other_carries_the_action() -> None:
    assert "through its alternative A4R" in evaluate(IRR_BAD + ROA_GOOD)["A4I.J1"].because
    assert "alternative" not in evaluate(IRR_BAD)["A4I.J1"].because


def test_a_recommended_action_never_fails_the_programme() -> None:
    findings = [*action_1(), *ROA_GOOD, finding("CON-01", Status.PASS), finding("CON-02", Status.PASS)]
    findings += [finding("RIS-01", Status.PASS, "AS64500"), finding("RIS-02", Status.PASS, "AS64500")]
    findings += [finding("SAV-01", Status.FAIL), finding("SAV-02", Status.FAIL), finding("CUS-05", Status.FAIL)]
    findings += [finding("ASN-01", Status.PASS, "AS64500")]
    words = [one.id for one in NORM.requirements if not one.decides]
    verdicts = action_verdicts(tuple(evaluate(findings, intent(*words)).values()), NORM)
    by_action = {one.action: one.verdict for one in verdicts}
    assert by_action == {"G": Met.DECLARED, "A1": Met.DECLARED, "A2": Met.NOT_MET, "A3": Met.DECLARED, "A4": Met.MET}
    assert programme_verdict(verdicts) is Met.DECLARED


def test_a_compulsory_fail_fails_the_programme() -> None:
    verdicts = action_verdicts(tuple(evaluate(action_1(EXP_02=Status.FAIL)).values()), NORM)
    assert programme_verdict(verdicts) is Met.NOT_MET
    assert next(one for one in verdicts if one.action == "A1").because.startswith("not_met: A1.N1")


def test_declarations_nobody_asked_for() -> None:
    assert module.unknown_declarations(intent("A1.J1", "A9.Z9"), NORM) == ("A9.Z9",)


def test_a_wrong_time_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        module.evaluate([], intent(), NORM, "today")


FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from([*DECIDING, "SCOPE-01", "DEV-00", "MAX-01"]),
        st.sampled_from(list(Status)),
        st.sampled_from(["10.0.0.0/16", "10.1.0.0/16"]),
    ),
    max_size=40,
)


@given(FINDINGS, st.booleans())
def test_no_met_with_a_deciding_fail_or_without_a_pass(findings: list[Finding], declared: bool) -> None:
    words = [one.id for one in NORM.requirements] if declared else []
    results = evaluate(findings, intent(*words))
    for requirement in NORM.requirements:
        result = results[requirement.id]
        states = {one.status for one in findings if one.check in requirement.decides}
        if result.verdict is Met.MET:
            assert Status.PASS in states
            if requirement.percent is None:
                assert states <= {Status.PASS, Status.NOT_APPLICABLE}
        if result.verdict is Met.NOT_MET:
            assert Status.FAIL in (states if requirement.rule is None else {one.status for one in findings})


@given(FINDINGS)
def test_waiving_changes_no_verdict(findings: list[Finding]) -> None:
    waived = [replace(one, waived_by="W-1") if one.status is Status.FAIL else one for one in findings]
    before, after = evaluate(findings), evaluate(waived)
    # G.J2 asks for waivers.
    changed = {key for key in before if before[key].verdict is not after[key].verdict}
    assert changed <= {"G.J2"}
