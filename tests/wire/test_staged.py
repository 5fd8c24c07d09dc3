"""A gate asks the router itself what a candidate would make of it, and leaves nothing behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import api
from manrs_conformance.errors import MergeError, PushError, UsageError
from manrs_wire import Fleet
from manrs_wire.inventory import CONFIGS
from manrs_wire.sessions import Open, configuration, device

CASES = ("eos", "junos", "iosxr")
WIDER = {
    "eos": "ip prefix-list CUST\n   seq 500 permit 10.0.0.0/8\n",
    "junos": "policy-options {\n    policy-statement CUST-IN {\n        term announced {\n            from {\n"
    "                route-filter 10.0.0.0/8 orlonger;\n            }\n        }\n    }\n}\n",
    "iosxr": "prefix-set CUST\n  45.13.0.0/22 le 24,\n  10.0.0.0/8\nend-set\n",
}
SAME = {
    "eos": "interface Ethernet1\n   description another word\n",
    "junos": "system {\n    host-name junos1;\n}\n",
    "iosxr": "hostname iosxr1\n",
}
COMMITS = re.compile(r"^commit(?!-)|^commit-configuration|^configure session \S+ commit")
"""What brings a candidate into force."""
BAD = {"junos": "protocols {\n    bogus;\n}\n"}


@pytest.fixture
def inputs(tmp_path: Path) -> api.Inputs:
    (tmp_path / "sources").mkdir()
    return api.Inputs.read(CONFIGS.parent / "manrs.yml", None, tmp_path / "sources", "2026-11-25T06:00:00Z")


def gated(case: str, fleet: Fleet, driver: Any, inputs: api.Inputs, path: Path, text: str, **more: Any) -> Any:
    one = device(fleet, case)
    path.write_text(text)
    return api.gate_on_device(one.name, one.platform, driver, path, inputs, **more)


def untouched(case: str, fleet: Fleet, before: str) -> None:
    """The router runs and starts with what it did, and holds neither a candidate nor a lock."""
    one = device(fleet, case)
    assert one.running == before
    assert (one.candidate, one.locked_by) == (None, None)
    assert [told for told in one.received if COMMITS.search(told)] == []


@pytest.mark.parametrize("case", CASES)
def test_the_routers_candidate_is_judged_and_dropped(
    case: str, fleet: Fleet, session: Open, inputs: api.Inputs, tmp_path: Path
) -> None:
    before = device(fleet, case).running
    driver = session(case)
    report = gated(case, fleet, driver, inputs, tmp_path / "new.txt", WIDER[case])
    assert report.verdict == "fail", api.gate_text(report)
    assert any(one.direction == "import" and one.newly_accepted for one in report.changes), api.gate_text(report)
    assert "of new.txt" in api.gate_text(report)
    untouched(case, fleet, before)
    assert gated(case, fleet, driver, inputs, tmp_path / "new.txt", SAME[case]).verdict == "pass"
    untouched(case, fleet, before)


@pytest.mark.parametrize("case", CASES)
def test_a_whole_configuration_replaces(case: str, fleet: Fleet, session: Open, inputs: api.Inputs, tmp_path: Path) -> None:
    before = device(fleet, case).running
    text = configuration(case).replace("45.13.0.0/22", "0.0.0.0/0")
    assert text != configuration(case)
    report = gated(case, fleet, session(case), inputs, tmp_path / "all.txt", text, mode="replace")
    assert report.verdict == "fail"
    untouched(case, fleet, before)


@pytest.mark.parametrize("case", CASES)
def test_what_the_router_refuses_names_the_file(case: str, fleet: Fleet, session: Open, inputs: api.Inputs, tmp_path: Path) -> None:
    before = device(fleet, case).running
    with pytest.raises(MergeError, match=r"bad\.txt: .*refuses it"):
        gated(case, fleet, session(case), inputs, tmp_path / "bad.txt", BAD.get(case, "bogus line\n"))
    untouched(case, fleet, before)


@pytest.mark.parametrize("case", ["ios", "nxos"])
def test_a_router_without_a_candidate_says_so(case: str, fleet: Fleet, session: Open, inputs: api.Inputs, tmp_path: Path) -> None:
    before = device(fleet, case).running
    with pytest.raises(UsageError, match="shows no candidate: only eos, frr, iosxr, junos do"):
        gated(case, fleet, session(case), inputs, tmp_path / "new.txt", "ip prefix-list NEW seq 5 permit 45.20.0.0/22\n")
    assert device(fleet, case).running == before, "nothing was sent"


def test_a_candidate_that_stays_is_told(
    fleet: Fleet, session: Open, inputs: api.Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = session("junos")

    def broken() -> None:
        raise RuntimeError("the session is gone")

    with monkeypatch.context() as patch, pytest.raises(PushError, match="could not be dropped and may still be staged or locked"):
        patch.setattr(driver, "discard_config", broken)
        gated("junos", fleet, driver, inputs, tmp_path / "new.txt", WIDER["junos"])
    driver.discard_config()


def test_a_router_that_changes_meanwhile_is_not_judged(
    fleet: Fleet, session: Open, inputs: api.Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, one = session("eos"), device(fleet, "eos")
    discard = driver.discard_config

    def meanwhile() -> None:
        discard()
        one.running = one.running.replace("45.13.0.0/22 le 24", "45.13.0.0/22")

    monkeypatch.setattr(driver, "discard_config", meanwhile)
    with pytest.raises(PushError, match="changed while the candidate was looked at"):
        gated("eos", fleet, driver, inputs, tmp_path / "new.txt", WIDER["eos"])
