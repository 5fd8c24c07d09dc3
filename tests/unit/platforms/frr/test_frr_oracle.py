"""What FRR did in the cases on which it once disagreed with the engine, replayed without FRR."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from manrs_conformance.analysis import concrete
from manrs_conformance.platforms import load, load_push
from manrs_oracle import compare
from manrs_oracle.shrink import route_of

HERE = Path(__file__).parent
CASES = sorted(one.parent for one in (HERE / "oracle").glob("*/case.json"))


@pytest.mark.parametrize("text", ["running.conf", "written.conf"])
@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_engine_says_what_the_router_did(case: Path, text: str) -> None:
    data = json.loads((case / "case.json").read_text(encoding="utf-8"))
    session = (
        load("frr").parse((case / text).read_text(encoding="utf-8"), {}).session(data["neighbor"], f"ipv{data['afi']}-unicast")
    )
    assert session is not None
    route, seen = route_of(data["route"]), route_of(data["after"])
    assert route is not None
    if data.get("engine") == "inconclusive":
        attachment = session.outbound if data["direction"] == "export" else session.inbound
        assert concrete.decide(attachment, route).verdict == "inconclusive"
        return
    tally = compare.Tally()
    if data["direction"] == "export":
        compare.heard(tally, session, session.outbound, route, seen)
    else:
        compare.decided(tally, data["direction"], session, session.inbound, route, seen)
    assert (tally.wrong, tally.inconclusive, tally.unknown_attributes) == ([], 0, 0)


def test_merge_drops_an_entry_that_is_there_under_another_number() -> None:
    """What FRR does not take must not look as if it protected: the gate would let the change through."""
    case = HERE / "oracle" / "prefix_list_late_deny_is_there_already"
    running = (case / "running.conf").read_text(encoding="utf-8")
    deny = "ip prefix-list P seq 5 deny 10.0.0.0/8 le 32\n"
    frr = load_push("frr")
    assert "seq 5 " not in frr.merge(running, deny)
    assert "seq 5 deny" in frr.merge(running, f"no ip prefix-list P seq 60 deny 10.0.0.0/8 le 32\n{deny}")
    assert "seq 60 permit" in frr.merge(running, "ip prefix-list P seq 60 permit 10.0.0.0/8 le 31\n")


def test_there_are_cases() -> None:
    assert len(CASES) >= 8
