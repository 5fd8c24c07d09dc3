"""`awx.py WORK`, called by awx.sh: the build context holds what the collection needs, and sliced jobs give together what one job gives.

Jobs run with ansible-runner in a process of their own each, with an inventory of their slice only, as AWX hands it out.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import ansible_runner
import yaml

ROOT = Path(__file__).resolve().parents[1]
AS_OF = "2026-11-20T00:00:00Z"
COUNT, SLICES = 8, 2
INTENT = """organisation: {name: Example}
asns: [3333]
prefixes: [193.0.0.0/21]
tagging: {customer: '3333:100'}
neighbours:
  - {select: {asn: 1299}, relationship: provider}
  - {select: {asn: 25152}, relationship: peer}
"""
ROUTER = """frr version 8.4.4
frr defaults traditional
hostname r{number}
interface lo
 ip address 193.0.0.{number}/32
exit
router bgp 3333
 neighbor 185.1.{number}.6 remote-as 1299
 neighbor 185.1.{number}.2 remote-as 25152
{mesh} address-family ipv4 unicast
  neighbor 185.1.{number}.6 route-map IN in
  neighbor 185.1.{number}.6 route-map OUT out
  neighbor 185.1.{number}.2 route-map {peer} in
  neighbor 185.1.{number}.2 route-map OUT out
 exit-address-family
exit
ip prefix-list OWN seq 5 permit 193.0.0.0/21
bgp community-list standard TAG seq 5 permit 3333:100
route-map IN permit 10
 set comm-list TAG delete
exit
route-map LOOSE permit 10
exit
route-map OUT permit 10
 match community TAG
exit
route-map OUT permit 20
 match ip address prefix-list OWN
exit
end
"""


def expect(what: bool, words: str) -> None:
    """End with an error unless it holds."""
    if not what:
        raise SystemExit(f"FAILED: {words}")


def context(work: Path) -> None:
    """What ansible-builder made of the definition, and what it finds in the installed collection."""
    told = yaml.safe_load((work / "introspect.yml").read_text().partition("---")[2])
    # ansible-builder leaves out what ansible-core brings.
    wanted = [one for one in (ROOT / "meta/ee-requirements.txt").read_text().split() if not one.startswith("pyyaml")]
    found = [line.split(" #")[0].strip() for line in told["python"]]
    expect(sorted(found) == sorted(wanted), f"the requirements of the collection are {found}")
    expect(any("openssh-clients" in line for line in told["system"]), "no system packages")
    built = work / "context"
    requirements = yaml.safe_load((built / "_build/requirements.yml").read_text())
    (one,) = requirements["collections"]
    expect((built / "_build" / one["name"]).is_file(), f"{one['name']} is not in the build context")
    text = (built / "Containerfile").read_text()
    for word in ("python3.11", "introspect.py", "assemble", "ansible-galaxy"):
        expect(word in text, f"no {word} in the Containerfile")
    print(f"context: {len(text.splitlines())} lines of Containerfile, {len(found)} Python packages, {one['name']} inside")


def job(work: Path, name: str, hosts: list[str], playbook: str, variables: dict[str, Any]) -> tuple[str, str]:
    """One job with its own inventory: how it ended, and what it printed."""
    folder = work / "runner" / name
    (folder / "inventory").mkdir(parents=True)
    made = {host: {"ansible_network_os": "frr", "manrs_config": str(work / "runner/configs" / f"{host}.frr.cfg")} for host in hosts}
    (folder / "inventory/hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": made}}))
    done = ansible_runner.run(
        private_data_dir=str(folder),
        playbook=f"routesec.manrs.{playbook}",
        extravars={"manrs_intent": str(work / "runner/manrs.yml"), "manrs_as_of": AS_OF, **variables},
        envvars={
            "ANSIBLE_COLLECTIONS_PATH": str(work / "collections"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_LOCALHOST_WARNING": "0",
        },
        quiet=True,
        settings={"suppress_ansible_output": True},
    )
    return done.status, done.stdout.read()


def slices(work: Path) -> None:
    """One job over everything; two slices at the same time with a job for the evidence after them; and a slice that is counted twice."""
    runner = work / "runner"
    (runner / "configs").mkdir(parents=True)
    (runner / "sources").mkdir()
    (runner / "manrs.yml").write_text(INTENT)
    hosts = [f"r{number}" for number in range(1, COUNT + 1)]
    for number in range(1, COUNT + 1):
        mesh = "".join(f" neighbor 193.0.0.{other} remote-as 3333\n" for other in range(1, COUNT + 1) if other != number)
        text = ROUTER.format(number=number, mesh=mesh, peer="LOOSE" if number == 4 else "IN")
        (runner / f"configs/r{number}.frr.cfg").write_text(text)
    given = {"manrs_sources": str(runner / "sources")}
    status, said = job(work, "whole", hosts, "audit", given | {"manrs_run_dir": str(runner / "one")})
    expect(status == "successful", f"the whole job is {status}: {said[-2000:]}")
    ended: dict[int, tuple[str, str]] = {}

    def cut(number: int) -> None:
        where = {"manrs_run_dir": str(runner / f"two/slice-{number}"), "manrs_judge": False}
        ended[number] = job(work, f"slice-{number}", hosts[number::SLICES], "collect", given | where)

    threads = [threading.Thread(target=cut, args=(number,)) for number in range(SLICES)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for number, (status, said) in sorted(ended.items()):
        expect(status == "successful", f"slice {number} is {status}: {said[-2000:]}")
    status, said = job(work, "evidence", hosts, "evidence", given | {"manrs_run_dir": str(runner / "two")})
    expect(status == "successful", f"the evidence is {status}: {said[-2000:]}")
    one, two = ((runner / f"{way}/bundle/data/results.jsonl").read_text().splitlines() for way in ("one", "two"))
    expect(one == two and len(one) > 100, f"results differ: {len(set(one) ^ set(two))} lines")
    leaks = [each for each in map(json.loads, two) if each.get("check") == "EXP-02" and each["status"] == "fail"]
    expect(len({each["device"] for each in leaks}) > 1, "no leak over other routers: the slices were not judged together")
    shutil.copytree(runner / "two/slice-0", runner / "two/slice-9")
    status, said = job(
        work, "twice", hosts, "evidence", given | {"manrs_run_dir": str(runner / "two"), "manrs_bundle": str(runner / "three")}
    )
    expect(status == "failed" and "carry the host name" in " ".join(said.split()), f"a router read twice is {status}")
    print(
        f"slices: {SLICES} jobs give the same {len(two)} results as one, {len(leaks)} leaks over routers of both; a router read twice is refused"
    )


if __name__ == "__main__":
    context(Path(sys.argv[1]))
    slices(Path(sys.argv[1]))
