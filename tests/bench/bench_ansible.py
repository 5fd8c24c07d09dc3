"""What Ansible adds: the audit action beside an action that does nothing, and the analysis of a fleet in one task beside the bare command."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from table import ROOT, Row, process

SCALES = (1, 10)
HOSTS = 10
JUDGED = 100
TIMES, FROM = 2.0, 100
"""How much dearer than an empty action ours may be, with all that Ansible does around both, from so many hosts on: loading the engine is paid once."""
AS_OF = "2026-12-01T00:00:00Z"
EMPTY = '''from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Nothing."""

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        return {"changed": False}
'''
CONFIG = """frr version 8.4.4
hostname {name}
router bgp 64500
 neighbor 198.51.100.2 remote-as 64501
 address-family ipv4 unicast
  neighbor 198.51.100.2 prefix-list CUST in
 exit-address-family
exit
ip prefix-list CUST seq 5 permit 203.0.113.0/24
end
"""


def collections(folder: Path) -> dict[str, str]:
    """The checkout and a collection with an empty action, as Ansible finds them; the environment that says so."""
    place = folder / "collections/ansible_collections"
    (place / "routesec").mkdir(parents=True)
    (place / "routesec/manrs").symlink_to(ROOT)
    for kind, text in (("action", EMPTY), ("modules", "DOCUMENTATION = '''\nmodule: nothing\n'''\n")):
        (place / "bench/empty/plugins" / kind).mkdir(parents=True)
        (place / "bench/empty/plugins" / kind / "nothing.py").write_text(text)
    home = {"ANSIBLE_HOME": str(folder / "home"), "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_FORKS": "10"}
    return {"ANSIBLE_COLLECTIONS_PATH": str(place.parent), **home}


def played(folder: Path, hosts: str, task: dict[str, Any], environment: dict[str, str]) -> tuple[float, int]:
    """A playbook of one task: processor seconds of Ansible and all its forks, and most memory."""
    play = {"hosts": hosts, "gather_facts": False, "connection": "local", "tasks": [task]}
    (folder / "play.yml").write_text(json.dumps([play]))
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    seconds, memory, code = process([program, "-i", str(folder / "hosts.json"), str(folder / "play.yml")], environment)
    assert code == 0, f"{task} ends with {code}"
    return seconds, memory


def rows(scale: int) -> Iterator[Row]:
    """Two rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = collections(folder)
        yield overhead(folder, HOSTS * scale, environment)
        yield analysis(folder, JUDGED * scale, environment)


def overhead(folder: Path, count: int, environment: dict[str, str]) -> Row:
    """Reading a saved configuration, beside doing nothing on as many hosts."""
    (folder / "configs").mkdir()
    names = [f"r{number:04}" for number in range(count)]
    for one in names:
        (folder / "configs" / f"{one}.frr.cfg").write_text(CONFIG.format(name=one))
    hosts = {one: {"ansible_network_os": "frr", "ansible_python_interpreter": sys.executable} for one in names}
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    config = str(folder / "configs") + "/{{ inventory_hostname }}.frr.cfg"
    given = {"intent": "unused", "run_dir": str(folder / "run"), "judge": False, "config": config}
    turns = [
        (
            played(folder, "all", {"bench.empty.nothing": {}}, environment),
            played(folder, "all", {"routesec.manrs.audit": given}, environment),
        )
        for _turn in range(2)
    ]
    empty, ours = min(one[0][0] for one in turns), min(one[1][0] for one in turns)
    assert len(list((folder / "run/devices").iterdir())) == count
    memory = max(one[1][1] for one in turns)
    must = TIMES * empty if count >= FROM else None
    return Row("Ansible: a router read by the action", count, "hosts", ours, empty, "an empty action", {}, memory, must)


def analysis(folder: Path, count: int, environment: dict[str, str]) -> Row:
    """All routers of a run judged, and the bundle written, by one task that runs once."""
    import population
    from manrs_conformance import api, collect

    paths = population.write(folder / "fleet", count, 1)
    for one in api.of_files(paths, None).values():
        collect.save(one, folder / "fleet/run/devices")
    given = {"intent": str(folder / "fleet/manrs.yml"), "sources": str(folder / "fleet/sources"), "as_of": AS_OF}
    task = given | {
        "run_dir": str(folder / "fleet/run"),
        "bundle": str(folder / "fleet/bundle"),
        "expected": [one.name.split(".")[0] for one in paths],
    }
    seconds, memory = played(folder, "localhost", {"routesec.manrs.evidence": task, "run_once": True}, environment)
    words = [
        sys.executable,
        "-m",
        "manrs_conformance.cli",
        "audit",
        str(folder / "fleet/run/devices"),
        "--bundle",
        str(folder / "fleet/other"),
    ]
    for key, value in given.items():
        words += [f"--{key.replace('_', '-')}", value]
    bare, _memory, code = process(words)
    assert code in (0, 1, 2), code
    return Row("Ansible: a fleet judged in one task", count, "routers", seconds, bare, "the same by the command", {}, memory)
