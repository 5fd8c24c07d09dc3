"""A session that its platform keeps shut for want of a policy is opened only where nothing wrong then passes; the rest of a push goes on."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from manrs_conformance import gate, platforms
from manrs_conformance.errors import PushError
from manrs_conformance.model.plan import ImportPlan, Plan, SessionPlan
from manrs_conformance.push import device
from manrs_conformance.push import sides as push_sides

sys.path.insert(0, str(Path(__file__).parent))
from edges import HERE, prepared

SHUT = ("2a10:1000:1::4", "ipv6-unicast", "default")
TEXT = (HERE / "iosxr.cfg").read_text()
UNVALIDATED = re.sub(r"(?m)^ rpki server .*\n(?:  .*\n)* !\n|^  bgp origin-as validation enable\n", "", TEXT)
UNDECIDED = TEXT.replace("route-policy TRANSIT-IN in", "route-policy UNDECIDED in")


@pytest.mark.parametrize(
    ("text", "side", "check"), [(UNVALIDATED, "import", "ROV-02"), (UNDECIDED, "export", "EXP-02")], ids=["no cache", "undecided"]
)
def test_a_shut_side_stays_shut_and_all_else_is_mended(text: str, side: str, check: str) -> None:
    assert text != TEXT
    done = prepared("iosxr", text)
    assert done.report.verdict == "pass"
    session = done.predicted.session(*SHUT)
    assert session is not None
    filters = {"import": session.inbound.filters, "export": session.outbound.filters}
    assert [name for name, some in filters.items() if not some] == [side]
    (told,) = [one for one in done.plan.left if "the platform lets nothing through" in one]
    assert told.startswith(f"default/2a10:1000:1::4/ipv6-unicast: no {side} policy:")
    assert check in told
    assert not [one for one in done.remaining if one.check in ("CUS-01", "EXP-01", "BOG-01", "SAV-01")]
    again = prepared("iosxr", done.merged)
    assert (again.text, again.plan.left) == ("", done.plan.left)


def test_what_opens_nothing_is_not_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate's refusal stands where the fault is not that of a shut side."""
    gate = device.gate.judge
    monkeypatch.setattr(
        device.gate, "judge", lambda *given, **more: replace(gate(*given, **more), verdict="fail", blocking=("it must not be",))
    )
    with pytest.raises(PushError, match=r"refused by the gate \(fail\): it must not be"):
        prepared("iosxr", TEXT)


def test_a_side_that_the_gate_cannot_judge_is_left_and_all_else_is_mended() -> None:
    text = (HERE / "nxos.cfg").read_text()
    doubtful = text.replace("      route-map PEER-IN in\n", "      route-map PEER-IN in\n      prefix-list LOCAL in\n", 1)
    assert doubtful != text
    plain, done = prepared("nxos", text), prepared("nxos", doubtful)
    (told,) = [one for one in done.plan.left if "the gate cannot tell that it would be safe" in one]
    assert "no import policy" in told and "prefix-list LOCAL is applied beside another filter" in told
    sides = [{(one.neighbor, one.family): bool(one.inbound) for one in each.plan.sessions} for each in (plain, done)]
    assert [key for key, planned in sides[0].items() if planned and not sides[1].get(key)] == [("45.10.1.2", "ipv4-unicast")]
    assert prepared("nxos", done.merged).text == ""


@pytest.mark.parametrize("has_filter", [False, True])
def test_no_session_that_is_left_falls_silent(has_filter: bool) -> None:
    """A refusal of sessions without policies is not turned on where one is left that has none (RFC 8212)."""
    line = "  neighbor 45.10.0.2 prefix-list P in\n" if has_filter else ""
    text = (
        "frr version 8.4.4\nfrr defaults traditional\nhostname edge\nrouter bgp 43210\n no bgp ebgp-requires-policy\n"
        f" neighbor 45.10.0.2 remote-as 43214\n !\n address-family ipv4 unicast\n{line} exit-address-family\nexit\n"
        "ip prefix-list P seq 5 permit any\nend\n"
    )
    one = SessionPlan("45.10.0.2", "ipv4-unicast", "default", inbound=ImportPlan(), max_prefix=5)
    plan = Plan("edge", "frr", 43210, (one,), requires_policy=True)
    report = gate.GateReport("inconclusive", doubts=("edge default/45.10.0.2/ipv4-unicast import: line 9: not followed",))
    smaller = push_sides.without(plan, platforms.load("frr").parse(text, {}), report)
    assert smaller is not None and [(had.inbound, had.max_prefix) for had in smaller.sessions] == [(None, 5)]
    assert smaller.requires_policy is has_filter
    assert any("would fall silent" in told for told in smaller.left) is not has_filter
