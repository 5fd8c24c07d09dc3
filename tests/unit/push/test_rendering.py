"""A whole misconfigured edge on each platform: planned, rendered, merged and gated in the model, before any router is spoken to.

`rendering/OS.cfg` is one edge with the same sessions on every platform: a customer with an as-set and no policies, a stub customer, a peer, a
provider and a route server, most with policies of the operator that do traffic engineering, in both families.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import platforms
from manrs_conformance.errors import PushError
from manrs_conformance.model.plan import Plan, SourceValidation, behind
from manrs_conformance.model.reference import Authorised
from manrs_conformance.model.result import Status
from manrs_conformance.model.snapshot import Snapshot
from manrs_conformance.push import device

sys.path.insert(0, str(Path(__file__).parent))
from edges import CUSTOMERS, HERE, NAMES, given, prepared, sides

BILATERAL = {"ROLE-01", "SES-01"}
REMAINS = {
    "ios": {"ASP-03", "NXT-01", "POL-04"},
    "nxos": {"ASP-03", "NXT-01", "POL-04", "ROV-01", "ROV-02", "ROV-05"},
    "eos": {"NXT-01", "POL-04"},
    "iosxr": {"NXT-01"},
    "junos": {"NXT-01", "POL-04"},
}
"""What the plan leaves on each platform beyond what both ends must change; each with its reason in `Plan.left` or for the operator alone."""


@pytest.mark.parametrize("name", NAMES)
def test_one_push_mends_what_a_router_can_mend(name: str) -> None:
    done = prepared(name)
    assert done.report.verdict == "pass"
    assert {one.check for one in done.remaining} - BILATERAL == REMAINS[name]
    assert {one.key for one in done.predicted.sessions} == {
        one.key for one in platforms.load(name).parse((HERE / f"{name}.cfg").read_text(), {}).sessions
    }
    assert not done.predicted.unread and done.predicted.complete


@pytest.mark.parametrize("name", NAMES)
def test_a_second_push_changes_nothing(name: str) -> None:
    again = prepared(name, prepared(name).merged)
    assert again.text == ""
    assert again.plan.empty


@pytest.mark.parametrize("name", NAMES)
def test_every_session_carries_what_was_planned(name: str) -> None:
    done = prepared(name)
    planned = list(sides(done))
    assert len(planned) == 20
    for _one, side, attachment in planned:
        own = [had.name for had in attachment.filters if had.name.startswith("MANRS-")]
        assert len(own) == 1
        assert behind(own[0]) == side.existing
    for one in done.plan.sessions:
        found = done.predicted.session(one.neighbor, one.family, one.vrf)
        assert found is not None and (one.max_prefix is None or found.max_prefix == one.max_prefix)
    assert sum(one.max_prefix is not None for one in done.plan.sessions) == 10


@pytest.mark.parametrize("name", NAMES)
def test_sources_are_validated_and_hosts_without_an_address_spared(name: str) -> None:
    faces = {one.name: one for one in prepared(name).predicted.interfaces}
    guarded = [one for one in faces.values() if "offices" in one.description or "stub" in one.description]
    assert len(guarded) == 2
    for one in guarded if name != "junos" else ():
        assert one.sources_v6 is not None and one.sources_v6.exact
        permits = {entry[:2] for entry in one.sources_v6.permits}
        assert {(0, 128), (0xFE80 << 112, 10)} <= permits
        if name == "nxos":
            assert one.sources_v4 is not None and (0, 32) in {entry[:2] for entry in one.sources_v4.permits}
        else:
            assert one.urpf_v4 == "strict"
    for one in guarded if name == "junos" else ():
        assert (one.urpf_v4, one.urpf_v6) == ("strict", "strict")
        assert one.exceptions_v4 is not None and {entry[:2] for entry in one.exceptions_v4.permits} == {(0, 32)}
        assert one.exceptions_v6 is not None and {entry[:2] for entry in one.exceptions_v6.permits} == {
            (0, 128),
            (0xFE80 << 112, 10),
        }
    others = [one for one in faces.values() if one not in guarded]
    assert others and all(one.urpf_v4 == "none" and one.acl_in_v6 is None for one in others)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_plan_does_not_own_is_untouched(name: str) -> None:
    """Every line of before is still there, but for references that were switched."""
    before = (HERE / f"{name}.cfg").read_text()
    after = prepared(name).merged
    switched = re.compile(r"route-(?:map|policy) \S+ (?:in|out)$|(?:import|export) .*;$")
    kept = [line.strip() for line in before.splitlines() if line.strip() and not switched.search(line)]
    there = [line.strip() for line in after.splitlines()]
    there += [f"{line.removesuffix(' {')};" for line in there if line.endswith(" {")]  # Junos: a statement that holds others now
    assert [line for line in kept if line not in there] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_template_of_the_operator_replaces_the_shipped_one(name: str, tmp_path: Path) -> None:
    (tmp_path / "plan.j2").write_text("! written by the operator for AS{{ local_as }}\n")
    intent, reference = given()
    running = (HERE / f"{name}.cfg").read_text()
    found = platforms.load(name)
    router = found.parse(running, {})
    plan = device.plan.make("edge", router, intent, reference, device.judge("edge", router, running, intent, reference))
    assert found.render(plan, router, running, tmp_path).text == "! written by the operator for AS43210"  # type: ignore[attr-defined]


def test_an_as_set_without_prefixes_never_becomes_a_filter() -> None:
    intent, reference = given()
    empty = replace(reference, authorised={"AS43211:AS-CUSTOMERS": Authorised(v4=(), v6=CUSTOMERS.v6)})
    running = (HERE / "ios.cfg").read_text()
    with pytest.raises(PushError, match="allow-list of Customer with an as-set would be empty"):
        device.prepare(Snapshot("edge", "ios", running, {}), intent, empty)


def test_tags_that_do_not_cross_ibgp_are_named() -> None:
    left = [one for one in prepared("ios").plan.left if "tags of imports" in one]
    assert [one.split(":")[0] for one in left] == ["default/45.10.15.2/ipv4-unicast"]
    assert not [one for one in prepared("iosxr").plan.left if "tags of imports" in one]


def test_export_of_a_peer_group_member_is_left_on_ios() -> None:
    text = (HERE / "ios.cfg").read_text().replace(
        " neighbor 45.10.1.4 remote-as 43216\n", " neighbor IX peer-group\n neighbor IX remote-as 43216\n neighbor 45.10.1.4 peer-group IX\n"
    )  # fmt: skip
    intent, reference = given()
    found = platforms.load("ios")
    router = found.parse(text, {})
    plan = device.plan.make("edge", router, intent, reference, device.judge("edge", router, text, intent, reference))
    made = found.render(plan, router, text).plan  # type: ignore[attr-defined]
    session = next(one for one in made.sessions if one.neighbor == "45.10.1.4")
    assert session.inbound is not None and session.outbound is None
    assert any("members of a peer-group share it on IOS" in one for one in made.left)


def test_a_policy_of_xr_that_may_not_decide_is_not_preceded_by_a_change() -> None:
    text = (HERE / "iosxr.cfg").read_text().replace("route-policy TRANSIT-IN in", "route-policy UNDECIDED in")
    intent, reference = given()
    found = platforms.load("iosxr")
    router = found.parse(text, {})
    plan = device.plan.make("edge", router, intent, reference, device.judge("edge", router, text, intent, reference))
    made = found.render(plan, router, text)  # type: ignore[attr-defined]
    assert sum("may end without a decision" in one for one in made.plan.left) == 2
    for body in re.findall(r"route-policy MANRS-\S+-UNDECIDED\n(.*?)end-policy", made.text, re.S):
        assert "set " not in body and "delete " not in body and "apply UNDECIDED" in body


def test_on_eos_only_what_both_modes_read_alike_is_written_where_the_text_says_none() -> None:
    text = (HERE / "eos.cfg").read_text().replace("ip as-path regex-mode asn\n", "")
    done = prepared("eos", text)
    assert all(one.inbound is not None and one.outbound is not None for one in done.plan.sessions)
    assert sum("regex-mode" in one for one in done.plan.left) == 24
    written = re.findall(r"ip as-path access-list MANRS-\S+ permit (\S+) any", done.text)
    assert written and all(re.fullmatch(r"_\d+_|\^\d+_|\^\$", one) for one in written), written
    assert {one.check for one in done.remaining} - BILATERAL - REMAINS["eos"] == {"BOG-05", "CUS-05", "EXP-04"}
    assert prepared("eos", done.merged).text == ""


@pytest.mark.parametrize("name", [one for one in NAMES if one != "junos"])
def test_an_interface_with_a_packet_filter_is_left(name: str) -> None:
    word, attach = ("ipv4", "ipv4 access-group OWN ingress") if name == "iosxr" else ("ip", "ip access-group OWN in")
    text = (HERE / f"{name}.cfg").read_text()
    kind = "extended " if name == "ios" else ""
    text = text.replace(" description offices\n", f" description offices\n {attach}\n", 1)
    text = re.sub(r"^interface ", f"{word} access-list {kind}OWN\n 10 permit {'ipv4' if name == 'iosxr' else 'ip'} any any\n!\ninterface ", text, count=1, flags=re.M)  # fmt: skip
    found = platforms.load(name)
    router = found.parse(text, {})
    face = next(one for one in router.interfaces if one.acl_in_v4)
    plan = Plan("edge", name, 43210, sources=(SourceValidation(face.name, (4,), ("45.10.8.0/24",)),))
    made = found.render(plan, router, text)  # type: ignore[attr-defined]
    assert made.text == ""
    assert [one for one in made.plan.left if "the packet filter OWN already stands here" in one]


@pytest.mark.parametrize("name", NAMES)
def test_routes_pass_new_policies_by_commands_that_reset_nothing(name: str) -> None:
    done = prepared(name)
    commands = platforms.load(name).refresh(done.plan)  # type: ignore[attr-defined]
    assert all(re.fullmatch(r"clear (?:ip bgp|bgp ipv[46] unicast) [0-9a-f.:]+ soft (?:in|out)", one) for one in commands)
    assert len(commands) == (20 if name in ("ios", "nxos") else 0)
    sent: list[str] = []

    class Driver:
        hostname, said = "192.0.2.1", ""

        def cli(self, lines: list[str]) -> dict[str, str]:
            sent.extend(lines)
            return dict.fromkeys(lines, self.said)

    one: Any = platforms.load(name)
    one.operate(Driver(), commands)
    assert sent == list(commands)
    if commands:
        Driver.said = "                ^\n% Invalid input detected at '^' marker."
        with pytest.raises(PushError, match=r"clear .*Invalid input"):
            one.operate(Driver(), commands)


def test_no_check_of_the_source_is_failing_behind_the_plan() -> None:
    for name in NAMES:
        intent, reference = given()
        done = prepared(name)
        found = device.judge("edge", done.predicted, done.merged, intent, reference)
        assert not [one for one in found if one.check.startswith(("SAV", "CUS", "EXP", "BOG")) and one.status is Status.FAIL]


@pytest.mark.parametrize("name", ["eos", "ios", "iosxr", "nxos"])
def test_the_process_is_named_as_the_router_names_it(name: str) -> None:
    """RFC 5396 knows two ways to write a number of four octets."""
    text = (HERE / f"{name}.cfg").read_text()
    dotted = text.replace("router bgp 43210", "router bgp 1.1").replace("remote-as 43210", "remote-as 1.1")
    assert dotted != text
    done = prepared(name, dotted)
    assert "\nrouter bgp 1.1\n" in done.text and "router bgp 65537" not in done.text
