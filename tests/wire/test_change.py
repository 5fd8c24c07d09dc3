"""Stock NAPALM drivers change the routers: merge, replace, compare, commit, rollback, and timers that really revert."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from manrs_wire import Fleet, ManualClock, start
from manrs_wire.inventory import devices
from manrs_wire.sessions import Open, configuration, device

CASES = ("ios", "eos", "nxos", "nxos_ssh", "junos", "iosxr", "iosxr_xml")
TIMED = ("ios", "eos", "junos")
NEW = {
    "ios": "ip prefix-list NEW seq 5 permit 45.20.0.0/22",
    "eos": "ip prefix-list NEW\n   seq 5 permit 45.20.0.0/22",
    "nxos": "ip prefix-list NEW seq 5 permit 45.20.0.0/22",
    "nxos_ssh": "ip prefix-list NEW seq 5 permit 45.20.0.0/22",
    "junos": "policy-options {\n    prefix-list NEW {\n        45.20.0.0/22;\n    }\n}\n",
    "iosxr": "prefix-set NEW\n  45.20.0.0/22\nend-set",
}
NEW["iosxr_xml"] = NEW["iosxr"]
SWITCH = {
    "ios": "router bgp 43210\n address-family ipv4\n  neighbor 45.10.1.2 route-map CUST-OUT in",
    "eos": "router bgp 43210\n   neighbor 45.10.4.2 route-map CUST-OUT in",
    "nxos": "router bgp 43210\n  neighbor 45.10.3.2\n    address-family ipv4 unicast\n      route-map CUST-OUT in",
    "iosxr": "router bgp 43210\n neighbor 45.10.6.2\n  address-family ipv4 unicast\n   route-policy CUST-OUT in",
    "junos": "protocols {\n    bgp {\n        group CUSTOMERS {\n            neighbor 45.10.5.2 {\n                delete: import;\n                import CUST-OUT;\n            }\n        }\n    }\n}\n",
}
SWITCH["iosxr_xml"] = SWITCH["iosxr"]
BAD = {"junos": "protocols {\n    bogus;\n}\n"}


@pytest.fixture
def clock() -> ManualClock:
    """Time that the test moves."""
    return ManualClock()


@pytest.fixture
def fleet(tmp_path: Path, clock: ManualClock) -> Iterator[Fleet]:
    """The five routers, whose time stands still."""
    made = devices()
    for one in made:
        one.clock = clock
        one.booted = clock.now() - 100_000
    with start(*made, folder=tmp_path / "wire") as running:
        yield running


def body(text: str) -> list[str]:
    """Statements, without indentation and marks."""
    lines = [one.partition(" ## ")[0] for one in text.splitlines()]
    # NAPALM turns the prompts of IOS off in the configuration for as long as its session lives.
    drop = ("!", "#", "file prompt quiet")
    return [" ".join(one.split()) for one in lines if one.strip() and not one.lstrip().startswith(drop)]


@pytest.mark.parametrize("case", CASES)
def test_merge_compare_commit_rollback(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    before = body(one.running)
    driver: Any = session(case)
    driver.load_merge_candidate(config=NEW[case] + "\n")
    assert "45.20.0.0/22" in driver.compare_config()
    assert "45.20.0.0/22" not in one.running, "a candidate is not the running configuration"
    driver.commit_config()
    after = body(one.running)
    assert [line for line in after if line not in before] == [line for line in body(NEW[case]) if line not in before]
    assert [line for line in before if line not in after] == []
    driver.rollback()
    assert sorted(body(one.running)) == sorted(before)


@pytest.mark.parametrize("case", list(SWITCH))
def test_a_statement_that_can_stand_once_is_replaced(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    before = body(one.running)
    driver: Any = session(case)
    driver.load_merge_candidate(config=SWITCH[case] + "\n")
    driver.commit_config()
    after = body(one.running)
    gone, new = [line for line in before if line not in after], [line for line in after if line not in before]
    assert len(after) == len(before)
    assert len(gone) == len(new) == 1
    assert "CUST-IN" in gone[0]
    assert new[0] == gone[0].replace("CUST-IN", "CUST-OUT")


@pytest.mark.parametrize("case", ["ios", "eos", "junos", "iosxr", "iosxr_xml"])
def test_replace_leaves_nothing_of_the_old(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    wanted = configuration(case).replace("45.13.0.0/22", "45.14.0.0/22")
    driver: Any = session(case)
    driver.load_replace_candidate(config=wanted)
    assert "45.14.0.0/22" in driver.compare_config()
    driver.commit_config()
    assert body(one.running) == body(wanted)


@pytest.mark.parametrize("case", TIMED)
def test_a_commit_that_nobody_confirms_reverts(case: str, fleet: Fleet, session: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    before = body(one.running)
    driver: Any = session(case)
    driver.load_merge_candidate(config=NEW[case] + "\n")
    driver.commit_config(revert_in=120)
    assert driver.has_pending_commit()
    assert "45.20.0.0/22" in one.running
    assert "45.20.0.0/22" not in one.startup
    clock.advance(119)
    assert "45.20.0.0/22" in one.running
    clock.advance(2)
    assert body(one.running) == before
    assert not driver.has_pending_commit()


@pytest.mark.parametrize("case", TIMED)
def test_a_confirmed_commit_stays(case: str, fleet: Fleet, session: Open, clock: ManualClock) -> None:
    one = device(fleet, case)
    driver: Any = session(case)
    driver.load_merge_candidate(config=NEW[case] + "\n")
    driver.commit_config(revert_in=120)
    driver.confirm_commit()
    assert not driver.has_pending_commit()
    clock.advance(1000)
    assert "45.20.0.0/22" in one.running
    assert "45.20.0.0/22" in one.startup


@pytest.mark.parametrize("case", CASES)
def test_a_line_that_the_router_refuses_changes_nothing(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    before = body(one.running)
    driver: Any = session(case)
    with pytest.raises(Exception, match=r"(?i)bogus|invalid|merge|config"):
        driver.load_merge_candidate(config=BAD.get(case, "bogus line") + "\n")
        driver.commit_config()
    assert sorted(body(one.running)) == sorted(before)


@pytest.mark.parametrize("case", ["eos", "junos", "iosxr", "iosxr_xml"])
def test_a_lock_of_somebody_else_is_respected(case: str, fleet: Fleet, session: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    one = device(fleet, case)
    one.locked_by = "somebody"
    driver: Any = session(case)
    if case == "eos":
        monkeypatch.setattr(driver, "_obtain_lock", lambda wait_time=None: driver._lock())
    with pytest.raises(Exception, match=r"(?i)lock|already in use|exclusive mode"):
        driver.load_merge_candidate(config=NEW[case])
    assert one.candidate is None
    assert one.locked_by == "somebody"


@pytest.mark.parametrize("case", ["junos", "iosxr", "iosxr_xml"])
def test_a_session_that_is_lost_gives_its_lock_back(case: str, fleet: Fleet, session: Open) -> None:
    from manrs_conformance.collect import limits

    one = device(fleet, case)
    driver: Any = session(case)
    driver.load_merge_candidate(config=NEW[case])
    assert one.locked_by is not None
    limits.cut(driver)
    other: Any = session(case)
    other.load_merge_candidate(config=NEW[case])
    other.discard_config()
    assert one.locked_by is None
    assert "45.20.0.0/22" not in one.running
