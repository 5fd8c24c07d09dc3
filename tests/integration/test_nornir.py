"""The Nornir face: the same verdicts, failed hosts counted, nothing written in a dry run."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from manrs_conformance import api
from manrs_conformance.errors import UsageError
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import MultiResult, Result, Task
from nornir.plugins.runners import ThreadedRunner
from nornir_manrs.errand import WorkerError
from nornir_manrs.functions import print_conformance
from nornir_manrs.processors import EvidenceProcessor, ProgressBar
from nornir_manrs.tasks import manrs_audit, manrs_gate, manrs_push
from rich.console import Console

NOW = "2026-10-01T00:00:00Z"
PASSWORD = "login-Gx7-kept"
INTENT = """
organisation: {name: Example Net}
asns: [64500]
prefixes: [192.0.2.0/24]
neighbours:
  - select: {asn: 64501}
    relationship: customer
    prefixes: [203.0.113.0/24]
    stub: true
"""
CONFIG = """frr version 8.4.4
frr defaults traditional
hostname {host}
service integrated-vtysh-config
!
router bgp 64500
 bgp router-id 192.0.2.1
 no bgp default ipv4-unicast
 neighbor 198.51.100.2 remote-as 64501
 !
 address-family ipv4 unicast
  neighbor 198.51.100.2 activate
  neighbor 198.51.100.2 route-map CUST-IN in
  neighbor 198.51.100.2 route-map OUT out
 exit-address-family
exit
!
ip prefix-list CUST seq 5 permit {prefix}
ip prefix-list OWN seq 5 permit 192.0.2.0/24
!
route-map CUST-IN permit 10
 match ip address prefix-list CUST
exit
!
route-map OUT permit 10
 match ip address prefix-list OWN
exit
!
end
"""
SENT: list[str] = []


class Router:
    """A NAPALM driver for a router that is a text."""

    def __init__(self, hostname: str) -> None:
        self.hostname = hostname

    def get_config(
        self, retrieve: str = "all", full: bool = False, sanitized: bool = False, format: str = "text"
    ) -> dict[str, str]:
        prefix = "0.0.0.0/0 le 32" if self.hostname == "bad" else "203.0.113.0/24"
        return {"running": CONFIG.format(host=self.hostname, prefix=prefix)}

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, str]:
        SENT.extend(commands)
        return dict.fromkeys(commands, "")

    def close(self) -> None:
        """Nothing is open."""


class Connection:
    """The `napalm` connection plugin, over the texts; the host called `dead` does not answer."""

    connection: Any

    def open(self, hostname: str, username: str, password: str, **_more: Any) -> None:
        if hostname == "dead":
            raise ConnectionError(f"no route to dead as {username} with {password}")
        self.connection = Router(hostname)

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def nr() -> Nornir:
    """Three routers; the third does not answer."""
    ConnectionPluginRegister.auto_register()
    ConnectionPluginRegister.available["napalm"] = Connection  # type: ignore[assignment]
    extras = {"optional_args": {"ssh_strict": True}}
    options = {"napalm": ConnectionOptions(platform="frr", extras=extras)}
    made = {
        name: Host(name, hostname=name, username="audit", password=PASSWORD, platform="frr", connection_options=options)
        for name in ("bad", "dead", "good")
    }
    yield Nornir(inventory=Inventory(Hosts(made), Groups(), Defaults()), runner=ThreadedRunner(num_workers=3))
    ConnectionPluginRegister.deregister_all()


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    """What every task takes."""
    (tmp_path / "manrs.yml").write_text(INTENT)
    (tmp_path / "sources").mkdir()
    return {"intent": tmp_path / "manrs.yml", "sources": tmp_path / "sources", "as_of": NOW}


def shown(result: Any) -> str:
    """What `print_conformance` prints."""
    file = io.StringIO()
    print_conformance(result, Console(file=file, width=200))
    return file.getvalue()


def test_a_fleet_is_only_read_and_judged_in_the_end(nr: Nornir, given: dict[str, Any], tmp_path: Path) -> None:
    evidence = EvidenceProcessor(nr.inventory.hosts)
    result = nr.with_processors([evidence]).run(manrs_audit, intent="nowhere.yml", run_dir=tmp_path / "run", judge=False)
    one = result["bad"][0]
    assert (one.verdict, one.conformant, one.result, Path(one.snapshot).is_file()) == ("read", None, {}, True)
    assert "read" in shown(result)
    assert evidence.bundle(tmp_path / "bundle", **given)["verdict"] == "fail"


def test_a_host_lost_with_its_worker_is_not_assessed_by_an_older_snapshot(
    nr: Nornir, given: dict[str, Any], tmp_path: Path
) -> None:
    evidence = EvidenceProcessor(nr.inventory.hosts)
    nr.with_processors([evidence]).run(manrs_audit, run_dir=tmp_path / "run", **given)
    results = MultiResult("manrs_audit")
    results.append(Result(nr.inventory.hosts["good"], failed=True, exception=WorkerError("the worker was lost"), lost=True))
    evidence.task_instance_completed(Task(manrs_audit, nr, False, nr.processors), nr.inventory.hosts["good"], results)
    assert evidence.failed["good"] == "the worker was lost"
    assert evidence.bundle(tmp_path / "bundle", **given)["scope"]["good"] == "unreachable"


def test_audit_collects_failed_hosts_into_the_bundle(nr: Nornir, given: dict[str, Any], tmp_path: Path) -> None:
    evidence = EvidenceProcessor(nr.inventory.hosts)
    bar = io.StringIO()
    watched = nr.with_processors([evidence, ProgressBar(len(nr.inventory.hosts), Console(file=bar))])
    result = watched.run(manrs_audit, run_dir=tmp_path / "run", **given)
    assert result["bad"][0].verdict == "fail"
    assert result["bad"][0].conformant is False
    assert not result["bad"].failed
    assert result["dead"].failed
    assert set(evidence.failed) == {"dead"}
    assert PASSWORD not in evidence.failed["dead"]
    report = evidence.bundle(tmp_path / "bundle", **given)
    assert set(report["scope"]) == {"bad", "dead", "good"}
    assert report["scope"]["dead"] == "unreachable"
    assert report["verdict"] == "fail"
    assert (tmp_path / "bundle" / "bagit.txt").is_file()
    assert api.verify_bundle(tmp_path / "bundle", None).ok
    assert PASSWORD not in json.dumps(report)
    assert "3/3" in bar.getvalue()
    text = shown(result)
    assert "not assessed" in text
    assert "fail" in text


def test_a_host_that_nornir_leaves_out_is_still_expected(nr: Nornir, given: dict[str, Any], tmp_path: Path) -> None:
    evidence = EvidenceProcessor(nr.inventory.hosts)
    nr.data.failed_hosts.add("good")
    nr.with_processors([evidence]).run(manrs_audit, run_dir=tmp_path / "run", **given)
    assert evidence.bundle(tmp_path / "bundle", **given)["scope"]["good"] == "unreachable"


def test_a_later_failure_takes_the_old_result_away(nr: Nornir, given: dict[str, Any], tmp_path: Path) -> None:
    evidence = EvidenceProcessor(["good"])
    good = nr.filter(name="good").with_processors([evidence])
    good.run(manrs_audit, run_dir=tmp_path / "run", **given)
    good.run(manrs_audit, run_dir=tmp_path / "run", **{**given, "intent": tmp_path / "absent.yml"})
    assert set(evidence.failed) == {"good"}


def test_nobody_expected_is_an_error(given: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no host"):
        EvidenceProcessor([]).bundle(tmp_path / "bundle", **given)
    assert not (tmp_path / "bundle").exists()


def test_nothing_assessed_is_said(nr: Nornir, given: dict[str, Any], tmp_path: Path) -> None:
    result = nr.filter(name="nobody").run(manrs_audit, run_dir=tmp_path / "run", **given)
    assert "NOTHING WAS ASSESSED" in shown(result)


def test_gate_against_the_running_router(nr: Nornir, given: dict[str, Any], tmp_path: Path) -> None:
    candidate = tmp_path / "new.cfg"
    candidate.write_text(CONFIG.format(host="good", prefix="0.0.0.0/0 le 32"))
    result = nr.filter(name="good").run(manrs_gate, candidate=candidate, **given)
    assert result["good"].failed
    assert result["good"][0].verdict == "fail"
    candidate.write_text(CONFIG.format(host="good", prefix="203.0.113.0/24"))
    nr.data.reset_failed_hosts()
    assert nr.filter(name="good").run(manrs_gate, candidate=candidate, **given)["good"][0].verdict == "pass"
    part = tmp_path / "part.fragment"
    part.write_text("ip prefix-list CUST seq 7 permit 0.0.0.0/0 le 32\n")
    result = nr.filter(name="good").run(manrs_gate, fragment=part, **given)
    assert (result["good"].failed, result["good"][0].verdict) == (True, "fail")
    assert "line 1 of part.fragment" in result["good"][0].result
    assert result["good"][0].candidate_sha256 == hashlib.sha256(part.read_bytes()).hexdigest()


def test_the_gate_of_the_documentation(nr: Nornir, given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of docs/gate.md, run as they stand there, in a folder with the files that they name."""
    page = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
    code = page[page.index("from nornir import InitNornir") :].partition("```")[0]
    chosen = nr.filter(filter_func=lambda host: host.name in ("good", "bad"))
    monkeypatch.setattr("nornir.InitNornir", lambda config_file: chosen)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets" / "good.txt").write_text("ip prefix-list CUST seq 7 permit 0.0.0.0/0 le 32\n")
    (tmp_path / "snippets" / "bad.txt").write_text("ip prefix-list OTHER seq 5 permit 203.0.113.0/24\n")
    names: dict[str, Any] = {}
    exec(compile(code, "docs/gate.md", "exec"), names)
    assert names["failed"] == ["good"], {host: one[-1].result for host, one in names["result"].items()}


def test_push_dry_run_only_reads(nr: Nornir, given: dict[str, Any], tmp_path: Path) -> None:
    result = nr.filter(name="bad").run(manrs_push, run_dir=tmp_path / "run", dry_run=True, **given)
    assert not result["bad"].failed, result["bad"][0].result
    assert result["bad"][0].outcome == "planned"
    assert result["bad"][0].changed
    assert result["bad"][0].diff
    assert not (tmp_path / "run").exists()
