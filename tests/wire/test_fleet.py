"""One run over eight hosts of six systems, with Ansible and with Nornir: the scope adds up, the results are equal, progress is shown."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from manrs_conformance import api
from manrs_wire import Fleet
from manrs_wire.inventory import ENABLE, PASSWORD, ROOT, variables
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.plugins.runners import ThreadedRunner
from nornir_manrs.functions import print_conformance
from nornir_manrs.processors import EvidenceProcessor, ProgressBar
from nornir_manrs.tasks import manrs_audit, manrs_gate
from rich.console import Console

NOW = "2026-10-01T00:00:00Z"
INTENT = ROOT / "inventory" / "vendors" / "manrs.yml"
SECRETS = (PASSWORD, ENABLE, "CANARY-ios1", "CANARYnxos1", "CANARYeos1", "CANARYjunos1", "CANARYiosxr1")
LIVE = ("eos1", "ios1", "iosxr1", "junos1", "nxos1")
EVERYONE = ("dead1", *LIVE, "frr1", "frr2")
NETWORK_OS = {
    "eos1": ("arista.eos.eos", "ansible.netcommon.httpapi"),
    "ios1": ("cisco.ios.ios", "ansible.netcommon.network_cli"),
    "iosxr1": ("cisco.iosxr.iosxr", "ansible.netcommon.netconf"),
    "junos1": ("junipernetworks.junos.junos", "ansible.netcommon.netconf"),
    "nxos1": ("cisco.nxos.nxos", "ansible.netcommon.httpapi"),
}
FRR = """frr version 8.4.4
frr defaults traditional
hostname {name}
!
router bgp 43210
 bgp router-id 45.10.0.9
 no bgp default ipv4-unicast
 neighbor 45.10.7.2 remote-as 43213
 !
 address-family ipv4 unicast
  neighbor 45.10.7.2 activate
  neighbor 45.10.7.2 prefix-list {filter} in
 exit-address-family
exit
!
ip prefix-list CUST seq 5 permit 45.13.0.0/22 le 24
ip prefix-list ANY seq 5 permit 0.0.0.0/0 le 32
!
end
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Saved configurations of two FRR routers, and no reference data."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "frr1.frr.cfg").write_text(FRR.format(name="frr1", filter="CUST"))
    (tmp_path / "frr2.frr.cfg").write_text(FRR.format(name="frr2", filter="ANY"))
    return tmp_path


def inventory(fleet: Fleet, place: Path) -> dict[str, Any]:
    """Hosts as operators write them: full names of systems, connection plugins, become for the enable secret, a vaulted password."""
    hosts = variables(fleet)
    for name, (system, plugin) in NETWORK_OS.items():
        hosts[name] |= {"ansible_network_os": system, "ansible_connection": plugin}
        if plugin.endswith("httpapi"):
            hosts[name] |= {"ansible_httpapi_use_ssl": True, "ansible_httpapi_validate_certs": True}
    for name in ("frr1", "frr2"):
        hosts[name] = {"ansible_network_os": "frr", "ansible_connection": "local", "manrs_config": str(place / f"{name}.frr.cfg")}
    hosts["dead1"] = hosts["ios1"] | {"ansible_port": 9, "ansible_host": "127.0.0.1"}
    return {"all": {"hosts": hosts, "vars": {"manrs_timeout": 10}}}


def vaulted(place: Path, document: dict[str, Any]) -> None:
    """Write the inventory with the password of junos1 encrypted by ansible-vault."""
    (place / "vault").write_text("a vault password for a test\n")
    command = [
        str(Path(sys.executable).parent / "ansible-vault"),
        "encrypt_string",
        "--vault-password-file",
        str(place / "vault"),
        PASSWORD,
    ]
    block = subprocess.run(command, capture_output=True, text=True, check=True, cwd=place).stdout
    document["all"]["hosts"]["junos1"]["ansible_password"] = "VAULTED"
    indented = "\n".join([block.splitlines()[0], *("          " + line.strip() for line in block.splitlines()[1:])])
    (place / "hosts.yml").write_text(yaml.safe_dump(document).replace("VAULTED", indented))


def by_ansible(fleet: Fleet, place: Path, name: str = "audit", **more: Any) -> subprocess.CompletedProcess[str]:
    """A playbook of the collection, as an operator runs it."""
    command, environment = playbook(fleet, place, name, **more)
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=120, check=False)


def playbook(fleet: Fleet, place: Path, name: str, **more: Any) -> tuple[list[str], dict[str, str]]:
    """The command of a playbook and its environment."""
    import ansible_collections.routesec.manrs as collection

    vaulted(place, inventory(fleet, place))
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(Path(next(iter(collection.__path__))).parents[2]),
        "ANSIBLE_CALLBACKS_ENABLED": "routesec.manrs.conformance",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_HOME": str(place / "home"),
        "ANSIBLE_FORKS": "8",
    }
    given = {
        "manrs_intent": str(INTENT),
        "manrs_sources": str(place / "sources"),
        "manrs_as_of": NOW,
        "manrs_run_dir": str(place / "ansible"),
        "manrs_bundle": str(place / "ansible" / "bundle"),
    }
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        f"routesec.manrs.{name}",
        "-i",
        "hosts.yml",
        "-e",
        json.dumps(given | more),
    ]
    command += ["--vault-password-file", str(place / "vault")]
    return command, environment


@pytest.fixture
def nornir(fleet: Fleet, place: Path) -> Iterator[Nornir]:
    """The live hosts of the same inventory and the dead one, as Nornir has them: `platform` is the name of a NAPALM driver."""
    ConnectionPluginRegister.auto_register()
    made = {}
    for name in (*LIVE, "dead1"):
        one = fleet.devices["ios1" if name == "dead1" else name]
        platform = {"iosxr": "iosxr_netconf"}.get(one.platform, one.platform)
        optional = {"secret": one.secret} if one.secret else {}
        options = {"napalm": ConnectionOptions(extras={"timeout": 10, "optional_args": optional})}
        made[name] = Host(
            name,
            hostname="127.0.0.1",
            username=one.username,
            password=one.password,
            port=9 if name == "dead1" else fleet.ports[name],
            platform=platform,
            connection_options=options,
            data={"manrs_known_hosts": str(fleet.known_hosts), "manrs_ca": str(fleet.ca)},
        )
    yield Nornir(inventory=Inventory(Hosts(made), Groups(), Defaults()), runner=ThreadedRunner(num_workers=8))
    ConnectionPluginRegister.deregister_all()


def results(bundle: Path) -> dict[str, list[tuple[str, ...]]]:
    """Findings of a bundle by device: check, subject, status, message."""
    out: dict[str, list[tuple[str, ...]]] = {}
    for line in (bundle / "data" / "results.jsonl").read_text().splitlines():
        one = json.loads(line)
        if one.get("check"):
            out.setdefault(str(one.get("device")), []).append(
                tuple(str(one.get(key)) for key in ("check", "subject", "status", "message"))
            )
    return {host: sorted(found) for host, found in out.items()}


def test_eight_hosts_with_ansible_and_with_nornir(fleet: Fleet, place: Path, nornir: Nornir) -> None:
    done = by_ansible(fleet, place)
    said = done.stdout + done.stderr
    assert (place / "ansible" / "bundle" / "bagit.txt").is_file(), said
    assert "not completely assessed: dead1" in " ".join(done.stdout.split()), said
    assert not [secret for secret in SECRETS if secret in said]
    saved = {name: json.loads((place / "ansible" / "devices" / f"{name}.snapshot.json").read_text()) for name in EVERYONE}
    assert {name for name, one in saved.items() if one["error"]} == {"dead1"}
    assert all(saved[name]["verified"] is True for name in LIVE)
    assert api.verify_bundle(place / "ansible" / "bundle", None).ok
    assert api.replay_bundle(place / "ansible" / "bundle")[0] == ()
    for name in EVERYONE:
        assert name in done.stdout, "progress names every host"

    evidence = EvidenceProcessor(nornir.inventory.hosts)
    bar = io.StringIO()
    watched = nornir.with_processors([evidence, ProgressBar(len(nornir.inventory.hosts), Console(file=bar))])
    given: dict[str, Any] = {"intent": INTENT, "sources": place / "sources", "as_of": NOW}
    result = watched.run(manrs_audit, run_dir=place / "nornir", **given)
    assert set(evidence.failed) == {"dead1"}, evidence.failed
    report = evidence.bundle(place / "nornir" / "bundle", **given)
    assert set(report["scope"]) == {*LIVE, "dead1"}
    assert report["scope"]["dead1"] == "unreachable"
    assert "6/6" in bar.getvalue()
    assert "1 failed" in bar.getvalue()
    shown = io.StringIO()
    print_conformance(result, Console(file=shown, width=200))
    assert "not assessed" in shown.getvalue()
    nornir.close_connections()

    first, second = results(place / "ansible" / "bundle"), results(place / "nornir" / "bundle")
    for name in LIVE:
        assert first[name] == second[name]
        assert len(first[name]) > 20
        assert ("CUS-01", "pass") in {(one[0], one[2]) for one in first[name]}
    for text in (place / "ansible" / "bundle").rglob("*"):
        assert not text.is_file() or not [one for one in SECRETS if one.encode() in text.read_bytes()]


WIDER = {
    "eos1": "ip prefix-list CUST\n   seq 500 permit 10.0.0.0/8\n",
    "junos1": "system {\n    host-name junos1;\n}\n",
    "iosxr1": "hostname iosxr1\n",
}


def test_the_routers_themselves_are_asked_by_the_gate(fleet: Fleet, place: Path, nornir: Nornir) -> None:
    """The last play compares expected with assessed hosts; no device is changed, and the secrets stay where they are."""
    for name, text in WIDER.items():
        (place / f"{name}.txt").write_text(text)
    before = {name: fleet.devices[name].running for name in WIDER}
    given = {"manrs_on_device": "merge", "manrs_fragments": [str(place / "{{ inventory_hostname }}.txt")]}
    done = by_ansible(fleet, place, "gate_device", manrs_hosts="junos1,iosxr1", **given)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed on 2 of 2 routers" in done.stdout
    done = by_ansible(fleet, place, "gate_device", manrs_hosts="junos1,iosxr1,eos1,dead1", **given)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode != 0
    assert "10.0.0.0/8" in said
    assert "line 2 of eos1.txt" in said
    assert "not passed or not assessed on" in said
    told = said.partition("not passed or not assessed on ")[2].partition(".")[0]
    assert sorted(told.split(", ")) == ["dead1", "eos1"]
    assert not [secret for secret in SECRETS if secret in said]
    judged = {"intent": INTENT, "sources": place / "sources", "as_of": NOW}
    found = {
        name: nornir.filter(name=name).run(manrs_gate, fragment=place / f"{name}.txt", on_device=True, **judged)[name]
        for name in WIDER
    }
    assert {name: one[0].verdict for name, one in found.items()} == {"eos1": "fail", "junos1": "pass", "iosxr1": "pass"}
    nornir.close_connections()
    assert {name: fleet.devices[name].running for name in WIDER} == before
    assert {(fleet.devices[name].candidate, fleet.devices[name].locked_by) for name in WIDER} == {(None, None)}


def test_one_bad_router_does_not_delay_the_others(fleet: Fleet, place: Path, nornir: Nornir) -> None:
    clean = results_of(nornir, place / "clean")
    fleet.devices["junos1"].faults.add("hang", "get-configuration")
    fleet.devices["eos1"].faults.add("garble", "show running-config")
    for host in nornir.inventory.hosts.values():
        host.connection_options["napalm"].extras["timeout"] = 4
    nornir.data.reset_failed_hosts()
    bad = results_of(nornir, place / "bad")
    assert {name for name, one in bad.items() if one is None} == {"junos1", "eos1", "dead1"}
    assert {name: one for name, one in bad.items() if one is not None} == {
        name: clean[name] for name in ("ios1", "iosxr1", "nxos1")
    }
    fleet.devices["junos1"].faults.over.set()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_playbook_leaves_no_session_and_says_what_was_not_assessed(
    how: signal.Signals, fleet: Fleet, place: Path
) -> None:
    """Ansible itself ends with 99 after Ctrl-C, and with the signal after SIGTERM."""
    hung = {"ios1": "show running-config", "junos1": "get-configuration", "nxos1": "show running-config"}
    for name, at in hung.items():
        fleet.devices[name].faults.add("hang", at)
    command, environment = playbook(fleet, place, "audit")
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
    with subprocess.Popen(command, cwd=place, env=environment, **streams) as running:
        ready = time.monotonic() + 60
        done = [place / "ansible" / "devices" / f"{name}.snapshot.json" for name in ("eos1", "iosxr1", "frr1", "frr2")]
        asked = {name: re.compile(at) for name, at in hung.items()}
        while time.monotonic() < ready and not (
            all(one.exists() for one in done)
            and all(any(map(at.search, fleet.devices[name].received)) for name, at in asked.items())
        ):
            time.sleep(0.05)
        assert all(fleet.devices[name].sessions for name in hung)
        time.sleep(1)
        began = time.monotonic()
        running.send_signal(how)
        while any(one.sessions for one in fleet.devices.values()) and time.monotonic() < began + 10:
            time.sleep(0.02)
        said = running.communicate(timeout=20)[0]
        assert time.monotonic() - began < 5
    assert running.returncode == (99 if how is signal.SIGINT else -signal.SIGTERM)
    assert not [name for name, one in fleet.devices.items() if one.sessions]
    words = "interrupted: 4 of 8 routers were assessed, no bundle was written; not assessed: dead1, ios1, junos1, nxos1"
    assert words in " ".join(said.split()), said
    assert not (place / "ansible" / "bundle").exists()


def results_of(nornir: Nornir, run_dir: Path) -> dict[str, Any]:
    """Verdict and findings by host; None for a host that could not be assessed."""
    done = nornir.run(manrs_audit, intent=INTENT, run_dir=run_dir, sources=run_dir.parent / "sources", as_of=NOW)
    nornir.close_connections()
    return {name: None if one.failed else one[0].result for name, one in done.items()}
