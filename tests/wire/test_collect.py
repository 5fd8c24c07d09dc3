"""An audit sends what the platform's list allows and nothing else; a router that misbehaves is an error in time, and is let go."""

from __future__ import annotations

import sys
from pathlib import Path

import napalm
import pytest
from manrs_conformance import api, platforms
from manrs_conformance.collect import connection
from manrs_conformance.errors import CollectionError
from manrs_conformance.model.router import LiveCache
from manrs_wire import Fleet
from manrs_wire.sessions import DRIVERS, Open, close, device, planned

CASES = tuple(DRIVERS)
TIMEOUT = 2


def allowed(platform: str) -> set[str]:
    """What an account for audits needs on a platform."""
    commands = platforms.load(platform).commands
    return set(commands.allowed() | commands.session)


def plain(messages: list[str]) -> set[str]:
    """Messages as the lists name them: over NETCONF, a show command is the RPC `command`; passwords are no commands."""
    return {one.removeprefix("command ") for one in messages} - {"(password)"}


@pytest.mark.parametrize("case", CASES)
def test_an_audit_sends_nothing_else(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    before = one.running, one.startup, dict(one.files)
    driver = session(case)
    snapshot = api.collect_device(one.name, one.platform, driver, verified=True)
    close(driver)
    assert one.received
    assert plain(one.received) <= allowed(one.platform)
    assert (one.running, one.startup, one.files, one.candidate, one.locked_by) == (*before, None, None)
    assert snapshot.error is None


@pytest.mark.parametrize("case", CASES)
def test_state_agrees_with_the_configuration(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    snapshot = api.collect_device(one.name, one.platform, session(case))
    router = platforms.load(one.platform).parse(snapshot.config, snapshot.state)
    assert router.complete, router.incomplete_because
    assert router.version
    assert router.live is not None
    assert router.live.sessions is not None
    running = {(s.vrf, s.neighbor, s.family, s.remote_as) for s in router.live.sessions}
    assert running == {(s.vrf, s.neighbor, s.family, s.remote_as) for s in router.sessions}
    assert [s.established for s in router.live.sessions] == [True]
    assert [s.accepted for s in router.live.sessions] == [1]
    assert abs((router.live.uptime or 0) - one.uptime) < 120
    if case != "iosxr":  # NETCONF has no getter for the clock
        assert snapshot.device_clock is not None
        assert snapshot.device_clock.startswith("20")


@pytest.mark.parametrize("case", CASES)
def test_a_session_that_the_text_lacks_is_seen(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    snapshot = api.collect_device(one.name, one.platform, session(case))
    cut = snapshot.config
    for line in [line for line in cut.splitlines() if "neighbor " in line or "remote-as" in line]:
        cut = cut.replace(line, line.replace(".2", ".3", 1) if "neighbor" in line else line)
    router = platforms.load(one.platform).parse(cut, snapshot.state)
    assert router.live is not None
    known = {s.neighbor for s in router.sessions}
    lacking = [s.neighbor for s in router.live.sessions or () if s.neighbor not in known]
    assert lacking
    assert not router.complete
    assert f"runs a session with {lacking[0]} (VRF default) that the text does not have" in router.incomplete_because


SHUT = {
    "ios": ("{0} remote-as 43213", "{0} remote-as 43213\n neighbor {0} shutdown"),
    "eos": ("{0} remote-as 43213", "{0} remote-as 43213\n   neighbor {0} shutdown"),
    "nxos": ("neighbor {0}\n", "neighbor {0}\n    shutdown\n"),
    "iosxr": ("neighbor {0}\n", "neighbor {0}\n  shutdown\n"),
    "junos": ("neighbor {0} {{", "inactive: neighbor {0} {{"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_session_that_the_router_does_not_run_is_seen(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    platform = platforms.load(one.platform)
    neighbor = platform.parse(one.running, {}).sessions[0].neighbor
    extra = one.running.replace(neighbor, neighbor.rpartition(".")[0] + ".77")
    driver = session(case)
    listed = api.collect_device(one.name, one.platform, driver).state
    assert platform.parse(one.running, listed).complete
    assert not platform.parse(extra, listed).complete
    one.unlisted.add(neighbor)
    snapshot = api.collect_device(one.name, one.platform, driver)
    router = platform.parse(snapshot.config, snapshot.state)
    assert (
        router.incomplete_because
        == f"the text has a session with {neighbor} (VRF default) that the router does not run in any state"
    )
    before, after = (text.format(neighbor) for text in SHUT[one.platform])
    assert before in snapshot.config
    assert platform.parse(snapshot.config.replace(before, after), snapshot.state).complete


def test_sessions_in_vrfs_and_drop_counters_of_ios(fleet: Fleet, session: Open) -> None:
    one = device(fleet, "ios")
    vrf = " address-family ipv4 vrf CUST\n  neighbor 10.9.0.2 remote-as 64777\n  neighbor 10.9.0.2 activate\n exit-address-family\n"
    one.running = one.running.replace(" exit-address-family\n", f" exit-address-family\n{vrf}", 1)
    one.prefixes["10.9.0.2"] = 7
    driver = session("ios")
    snapshot = api.collect_device(one.name, one.platform, driver)
    router = platforms.load("ios").parse(snapshot.config, snapshot.state)
    assert router.complete, router.incomplete_because
    assert router.live is not None
    assert router.live.drops == {"GigabitEthernet1": 12}
    assert [(s.vrf, s.neighbor, s.accepted, s.route_refresh) for s in router.live.sessions or ()] == [
        ("default", "45.10.1.2", 1, True),
        ("CUST", "10.9.0.2", 7, True),
    ]
    bare = platforms.load("ios").parse(snapshot.config.replace(vrf, ""), snapshot.state)
    assert bare.incomplete_because == "the router runs a session with 10.9.0.2 (VRF CUST) that the text does not have"


def test_the_cache_sessions_of_ios_xr_are_shown_by_the_xml_agent(fleet: Fleet, session: Open) -> None:
    one = device(fleet, "iosxr_xml")
    servers = "".join(f" rpki server 192.0.2.{last}\n  transport tcp port 3323\n !\n" for last in (9, 10))
    one.running = one.running.replace("router bgp 43210\n", f"router bgp 43210\n{servers}")
    one.down.add("192.0.2.10")
    snapshot = api.collect_device(one.name, one.platform, session("iosxr_xml"))
    router = platforms.load("iosxr").parse(snapshot.config, snapshot.state)
    assert [(cache.address, cache.port) for cache in router.caches] == [("192.0.2.9", 3323), ("192.0.2.10", 3323)]
    assert router.live is not None
    assert router.live.caches == (LiveCache("192.0.2.9", 3323, True), LiveCache("192.0.2.10", 3323, False))


def test_a_partial_privilege_is_no_complete_configuration(fleet: Fleet, session: Open) -> None:
    one = device(fleet, "ios")
    snapshot = api.collect_device(one.name, one.platform, session("ios"))
    state = dict(snapshot.state) | {"privilege": "Current privilege level is 7"}
    assert "privilege level 7" in platforms.load("ios").parse(snapshot.config, state).incomplete_because


@pytest.mark.parametrize("case", ["eos", "nxos", "junos", "iosxr_xml"])
def test_a_refused_optional_command_is_left_out(case: str, fleet: Fleet, session: Open) -> None:
    one = device(fleet, case)
    key = {"eos": "rpki_cache", "nxos": "bgp_summary", "junos": "validation_session", "iosxr_xml": "rpki_servers"}[case]
    one.faults.add("reject", platforms.load(one.platform).commands.state[key].replace("|", r"\|"))
    snapshot = api.collect_device(one.name, one.platform, session(case))
    assert key not in snapshot.state
    assert "version" in snapshot.state


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_key_is_refused_before_the_password(case: str, fleet: Fleet, tmp_path: Path) -> None:
    nobody = tmp_path / "nobody"
    nobody.write_text("")
    (tmp_path / "ca").mkdir()
    from manrs_wire.loop import certificate

    other, _key = certificate(tmp_path / "ca")
    plan = planned(fleet, case, known_hosts=str(nobody), ca=other, timeout=5)
    assert plan.verified
    with pytest.raises(Exception, match=r".") as caught:
        connection.open_session(plan, napalm.get_network_driver(plan.driver))
    assert device(fleet, case).received == []
    assert device(fleet, case).password not in str(caught.value)
    bypass = planned(fleet, case, known_hosts=None, ca=None, verify_tls=False, verify_host_key=False)
    assert not bypass.verified
    close(connection.open_session(bypass, napalm.get_network_driver(bypass.driver)))


RELAY = """import os, select, socket, sys
open(sys.argv[3], "a").write(" ".join(sys.argv[1:3]) + "\\n")
link = socket.create_connection((sys.argv[1], int(sys.argv[2])))
while True:
    ready = select.select([0, link], [], [])[0]
    for source, send in ((0, link.sendall), (link, lambda data: os.write(1, data))):
        if source in ready:
            data = os.read(0, 65536) if source == 0 else link.recv(65536)
            if not data:
                sys.exit()
            send(data)
"""


@pytest.mark.parametrize("case", ["ios", "nxos_ssh", "junos", "iosxr", "iosxr_xml"])
def test_a_jump_host_is_used_and_the_router_behind_it_verified(case: str, fleet: Fleet, session: Open, tmp_path: Path) -> None:
    relay, log = tmp_path / "relay.py", tmp_path / "log"
    relay.write_text(RELAY)
    driver = session(case, proxy_command=f"{sys.executable} {relay} %h %p {log}")
    one = device(fleet, case)
    assert api.collect_device(one.name, one.platform, driver).config
    assert log.read_text().split() == ["127.0.0.1", str(fleet.ssh_ports[one.name])]


def test_the_error_names_the_host_and_the_limit(fleet: Fleet) -> None:
    one = device(fleet, "ios")
    driver = connection.open_session(planned(fleet, "ios", timeout=TIMEOUT), napalm.get_network_driver("ios"))
    one.faults.add("hang", "show clock")
    with pytest.raises(CollectionError, match=f"^ios1: no answer to: show clock within {TIMEOUT} s$"):
        api.collect_device("ios1", "ios", driver)
