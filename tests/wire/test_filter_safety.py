"""An as-set that shrinks to nothing, doubles or gains a transit-free network stops the push on every platform, whichever face it comes by."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from manrs_conformance import api, cli
from manrs_wire import Fleet, start
from manrs_wire.inventory import ROOT, devices, variables
from manrs_wire.sessions import DRIVERS
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.plugins.runners import ThreadedRunner
from nornir_manrs.tasks import manrs_push

sys.path.insert(0, str(Path(__file__).parent))
from misconfigured import CHANGES

NOW = "2026-11-24T06:00:00Z"
RULES = (
    (ROOT / "inventory" / "vendors" / "manrs.yml")
    .read_text()
    .replace("prefixes: [45.13.0.0/22]\n    stub: true", 'as_set: "AS43213:AS-ALL"')
)
HELD = 12
"""Prefixes that the customer had at the first push."""
CASES = {
    "empty": (0, "AS43213", "no prefix is authorised by irr for 1 ASNs; an empty filter is never built"),
    "doubled": (2 * HELD, "AS43213", "its allow-list goes from 12 to 24 entries, of which 12 are new, more than limits.max_filter_change allows (20%)"),
    "transit-free": (HELD, "AS43213 AS3356", "AS43213:AS-ALL holds AS3356, a transit-free network"),
}  # fmt: skip
"""What the registry says then: prefixes and members; and what the push says to it."""


def sources(folder: Path, count: int, members: str) -> Path:
    """The registry's recorded answers."""
    folder.mkdir()
    answers = {"iAS43213:AS-ALL": members, "gAS3356": "8.0.0.0/12", "6AS3356": "", "6AS43213": ""}
    answers["gAS43213"] = " ".join(f"45.13.{one}.0/24" for one in range(count))
    told = {"answers": answers, "retrieved_at": "2026-11-24T00:00:00Z", "server": "irr.example.net:43", "sources": ["EXAMPLE"]}
    (folder / "irr.json").write_text(json.dumps(told))
    return folder


def conformant(place: Path) -> dict[str, str]:
    """The five routers of the vendors' demo after a push, by name."""
    (place / "manrs.yml").write_text(RULES)
    inputs = api.Inputs.read(place / "manrs.yml", None, sources(place / "first", HELD, "AS43213"), NOW)
    out = {}
    for one in devices():
        text = one.running.replace("hostname eos1\n", "hostname eos1\nip as-path regex-mode asn\n")
        path = place / f"{one.name}.{one.platform}.cfg"
        path.write_text(text)
        prepared = api.prepare_push(api.saved([path], None)[0], inputs)
        assert "MANRS-ALLOW4-" in prepared.text
        out[one.name] = prepared.merged
        path.write_text(prepared.merged)
    return out


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Configurations after a first push, the intent, and what the registry says in each case."""
    folder = tmp_path_factory.mktemp("safety")
    conformant(folder)
    for name, (count, members, _told) in CASES.items():
        sources(folder / name, count, members)
    return folder


@pytest.fixture(scope="module")
def fleet(place: Path) -> Iterator[Fleet]:
    """The same routers, running."""
    made = devices()
    for one in made:
        one.running = one.startup = (place / f"{one.name}.{one.platform}.cfg").read_text()
    with start(*made, folder=place / "wire") as running:
        yield running


def rendered(place: Path, case: str, rules: str = RULES) -> Any:
    """What `manrs render` says to all five."""
    (place / "told.yml").write_text(rules)
    files = [str(one) for one in sorted(place.glob("*.cfg"))]
    argv = [
        "render",
        *files,
        "--intent",
        str(place / "told.yml"),
        "--sources",
        str(place / case),
        "--as-of",
        NOW,
        "--format",
        "json",
    ]
    return CliRunner().invoke(cli._main, argv, standalone_mode=False)


@pytest.mark.parametrize("case", CASES)
def test_the_command_line_renders_nothing(case: str, place: Path) -> None:
    done = rendered(place, case)
    assert done.return_value == 1
    told = {one["device"]: one.get("refused", "") for one in json.loads(done.stdout)}
    assert len(told) == 5
    assert not [name for name, text in told.items() if CASES[case][2] not in text], told


def test_what_the_operator_agrees_to_passes(place: Path) -> None:
    """The limit is raised; the transit-free network is named as an origin."""
    wider = RULES + "limits: {max_filter_change: 1}\n"
    agreed = RULES.replace('as_set: "AS43213:AS-ALL"', 'as_set: "AS43213:AS-ALL"\n    origins: [43213, 3356]')
    for case, rules in (("doubled", wider), ("transit-free", agreed)):
        done = rendered(place, case, rules)
        assert done.return_value == 0, done.stdout
        assert all("MANRS-ALLOW4-" in one["candidate"] for one in json.loads(done.stdout))


def test_the_nornir_task_refuses(place: Path, fleet: Fleet) -> None:
    ConnectionPluginRegister.auto_register()
    hosts = {}
    for name, one in fleet.devices.items():
        optional = {"secret": one.secret} if one.secret else {}
        hosts[name] = Host(
            name,
            hostname="127.0.0.1",
            username=one.username,
            password=one.password,
            port=fleet.ports[name],
            platform=DRIVERS[one.platform],
            connection_options={"napalm": ConnectionOptions(extras={"timeout": 20, "optional_args": optional})},
            data={"manrs_known_hosts": str(fleet.known_hosts), "manrs_ca": str(fleet.ca)},
        )
    nornir = Nornir(inventory=Inventory(Hosts(hosts), Groups(), Defaults()), runner=ThreadedRunner(num_workers=5))
    for case, (_count, _members, told) in CASES.items():
        before = {name: (one.running, len(one.received)) for name, one in fleet.devices.items()}
        done = nornir.run(
            manrs_push, intent=place / "manrs.yml", run_dir=place / "run", sources=place / case, as_of=NOW, raise_on_error=False
        )
        nornir.data.reset_failed_hosts()
        assert {name: told in str(one[0].exception) for name, one in done.items()} == dict.fromkeys(hosts, True)
        for name, one in fleet.devices.items():
            text, count = before[name]
            assert one.running == text
            assert not [said for said in one.received[count:] if CHANGES.search(said)]
    ConnectionPluginRegister.deregister_all()


def test_the_playbook_refuses(place: Path, fleet: Fleet) -> None:
    """One run: every router stands in the inventory once for each answer of the registry."""
    import ansible_collections.routesec.manrs as collection

    system = {"iosxr": "cisco.iosxr.iosxr", "junos": "junipernetworks.junos.junos"}
    hosts = {}
    for name, one in variables(fleet).items():
        platform = fleet.devices[name].platform
        one |= {"ansible_network_os": system.get(platform, platform)}
        one |= {"ansible_connection": "ansible.netcommon.netconf"} if platform in system else {}
        hosts |= {f"{name}-{case}": one | {"manrs_sources": str(place / case)} for case in CASES}
    (place / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    given = {"manrs_intent": str(place / "manrs.yml"), "manrs_as_of": NOW}
    given |= {"manrs_run_dir": str(place / "ansible"), "manrs_serial": "100%"}
    path = str(Path(next(iter(collection.__path__))).parents[2])
    environment = os.environ | {"ANSIBLE_COLLECTIONS_PATH": path, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOME": str(place / "home")}
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        "routesec.manrs.push",
        "-i",
        "hosts.yml",
        "-e",
        json.dumps(given),
    ]
    before = {name: (one.running, len(one.received)) for name, one in fleet.devices.items()}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    said = dict(re.findall(r'^fatal: \[(\S+)\]: FAILED! => .*"msg": "(.*)"', done.stdout, re.M))
    assert {name: CASES[name.partition("-")[2]][2] in text for name, text in said.items()} == dict.fromkeys(hosts, True), said
    for name, one in fleet.devices.items():
        text, count = before[name]
        assert one.running == text
        assert not [told for told in one.received[count:] if CHANGES.search(told)]
