"""The faces give what the engine says, tell errors in one line, and give no secret away."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import MagicMock

import pytest
import yaml
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring

CHECKOUT = Path(__file__).resolve().parents[2]
ACTIONS = ("audit", "evidence", "gate", "push", "rollout")
SECRET = "Gx7-kept-on-the-router"
NOW = "2026-10-01T00:00:00Z"

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

CONFIG = f"""frr version 8.4.4
frr defaults traditional
hostname edge1
password {SECRET}
service integrated-vtysh-config
!
router bgp 64500
 bgp router-id 192.0.2.1
 no bgp default ipv4-unicast
 neighbor 198.51.100.2 remote-as 64501
 neighbor 198.51.100.2 password {SECRET}
 !
 address-family ipv4 unicast
  neighbor 198.51.100.2 activate
  neighbor 198.51.100.2 route-map CUST-IN in
  neighbor 198.51.100.2 route-map OUT out
 exit-address-family
exit
!
ip prefix-list CUST seq 5 permit 203.0.113.0/24
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

WIDE = CONFIG.replace("permit 203.0.113.0/24", "permit 0.0.0.0/0 le 32")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an intent and a good and a bad configuration."""
    (tmp_path / "manrs.yml").write_text(INTENT)
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "good" / "edge1.frr.cfg").write_text(CONFIG)
    (tmp_path / "bad" / "edge1.frr.cfg").write_text(WIDE)
    (tmp_path / "sources").mkdir()
    return tmp_path


def action_module(name: str) -> ModuleType:
    """The action as Ansible imports it."""
    return importlib.import_module(f"ansible_collections.routesec.manrs.plugins.action.{name}")


def run(
    name: str, args: dict[str, Any], *, host: str = "edge1", check_mode: bool = False, variables: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Run an action in this process."""
    task = SimpleNamespace(args=args, check_mode=check_mode, diff=False, async_val=0, action=f"routesec.manrs.{name}")
    action: ActionBase = action_module(name).ActionModule(task, MagicMock(), MagicMock(), None, MagicMock(), None)
    action._templar.template = lambda value: value
    return dict(action.run(task_vars={"inventory_hostname": host} | (variables or {})))


def judged_by(place: Path) -> dict[str, Any]:
    """The options every action takes."""
    return {"intent": str(place / "manrs.yml"), "sources": str(place / "sources"), "as_of": NOW}


def audit(place: Path, which: str = "good", **more: Any) -> dict[str, Any]:
    """Audit a saved configuration through the action."""
    options = {"run_dir": str(place / "run"), "platform": "frr", "config": str(place / which / "edge1.frr.cfg")}
    return run("audit", judged_by(place) | options | more)


@pytest.mark.parametrize("name", ACTIONS)
def test_spec_is_what_the_documentation_says(name: str) -> None:
    path = CHECKOUT / "plugins" / "modules" / f"{name}.py"
    documented = get_docstring(str(path), fragment_loader, collection_name="routesec.manrs", plugin_type="module")[0]["options"]
    keys = ("type", "elements", "choices", "default", "required")
    plain = {option: {key: value[key] for key in keys if value.get(key)} for option, value in documented.items()}
    spec = {
        option: {key: value[key] for key in keys if value.get(key)}
        for option, value in action_module(name).ActionModule.SPEC.items()
    }
    assert plain == spec


@pytest.mark.parametrize("name", ACTIONS)
def test_examples_use_only_documented_options(name: str) -> None:
    module = importlib.import_module(f"ansible_collections.routesec.manrs.plugins.modules.{name}")
    spec = action_module(name).ActionModule.SPEC
    for task in yaml.safe_load(module.EXAMPLES):
        given = set(task[f"routesec.manrs.{name}"])
        assert given <= set(spec)
        assert {option for option, value in spec.items() if value.get("required")} <= given


def test_a_finding_is_a_result_and_fails_only_when_asked(place: Path) -> None:
    result = audit(place, "bad")
    assert result["verdict"] == "fail"
    assert not result.get("failed")
    assert result["counts"]["fail"] == sum(one["status"] == "fail" for one in result["findings"])
    assert sum(counts.get("fail", 0) for counts in result["actions"].values()) == result["counts"]["fail"]
    assert audit(place, "bad", fail_on="fail")["failed"]


def test_no_secret_and_no_configuration_in_a_result(place: Path) -> None:
    result = audit(place, "bad")
    text = json.dumps(result)
    assert SECRET not in text
    assert "route-map CUST-IN permit 10" not in json.dumps({key: one for key, one in result.items() if key != "findings"})
    assert Path(result["snapshot"]).stat().st_mode & 0o077 == 0


def test_an_unreadable_intent_is_one_clear_message(place: Path) -> None:
    (place / "manrs.yml").write_text("asns: [64500\n")
    with pytest.raises(AnsibleError) as caught:
        audit(place)
    assert "manrs.yml" in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_failed_audit_leaves_no_old_snapshot_behind(place: Path) -> None:
    old = Path(audit(place)["snapshot"])
    with pytest.raises(AnsibleError):
        audit(place, config=str(place / "absent.cfg"))
    assert not old.exists()


def test_an_unknown_platform_is_named(place: Path) -> None:
    with pytest.raises(AnsibleError, match="nosuchos"):
        audit(place, platform="nosuchos")


def test_evidence_counts_the_host_that_was_not_collected(place: Path) -> None:
    audit(place)
    options = {"run_dir": str(place / "run"), "bundle": str(place / "bundle"), "expected": ["edge1", "edge2"]}
    result = run("evidence", judged_by(place) | options, host="localhost")
    assert result["scope"].keys() == {"edge1", "edge2"}
    assert result["scope"]["edge2"] == "unreachable"
    assert result["verdict"] != "pass"
    assert result["exit_code"] != 0
    assert (place / "bundle" / "bagit.txt").is_file()
    assert SECRET not in json.dumps(result)
    assert not [path for path in (place / "bundle").rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_evidence_of_nothing_is_never_a_pass(place: Path) -> None:
    options = {"run_dir": str(place / "run"), "bundle": str(place / "bundle"), "expected": []}
    result = run("evidence", judged_by(place) | options, host="localhost")
    assert result["verdict"] == "inconclusive"
    assert result["exit_code"] == 2


def test_slices_are_judged_together_and_a_router_of_two_is_refused(place: Path) -> None:
    audit(place, run_dir=str(place / "run/slice-1"), judge=False)
    options = {"run_dir": str(place / "run"), "bundle": str(place / "bundle"), "expected": ["edge1"]}
    assert run("evidence", judged_by(place) | options, host="localhost")["scope"] == {"edge1": "assessed"}
    audit(place, run_dir=str(place / "run/slice-2"), judge=False)
    with pytest.raises(AnsibleActionFail, match="two snapshots carry the host name edge1"):
        run("evidence", judged_by(place) | options | {"bundle": str(place / "other")}, host="localhost")
    audit(place, run_dir=str(place / "other/20261001T000000Z"), judge=False)
    options |= {"run_dir": str(place / "other"), "bundle": str(place / "third")}
    assert run("evidence", judged_by(place) | options, host="localhost")["scope"] == {"edge1": "unreachable"}


def test_the_execution_environment_holds_what_the_engine_needs() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    wanted = [one for one in project["dependencies"] if not one.startswith("nornir")]
    assert sorted((CHECKOUT / "meta/ee-requirements.txt").read_text().split()) == sorted(wanted)
    galaxy = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
    definition = yaml.safe_load((CHECKOUT / "execution-environment.yml").read_text())
    name = f"routesec-manrs-{galaxy['version']}.tar.gz"
    assert definition["version"] == 3
    assert [one["name"] for one in definition["dependencies"]["galaxy"]["collections"]] == [f"collections/{name}"]
    assert definition["additional_build_files"] == [{"src": f"dist/{name}", "dest": "collections"}]
    assert definition["dependencies"]["ansible_core"]["package_pip"] == project["optional-dependencies"]["ansible"][0]
    found = yaml.safe_load((CHECKOUT / "meta/execution-environment.yml").read_text())["dependencies"]
    assert all((CHECKOUT / one).is_file() for one in found.values())


def test_evidence_writes_nothing_in_check_mode(place: Path) -> None:
    options = {"run_dir": str(place / "run"), "bundle": str(place / "bundle"), "expected": ["edge1"]}
    assert run("evidence", judged_by(place) | options, host="localhost", check_mode=True)["skipped"]
    assert not (place / "bundle").exists()


def test_the_gate_stops_a_change_that_opens_a_filter(place: Path) -> None:
    options = {"base": str(place / "good"), "candidate": str(place / "bad")}
    result = run("gate", judged_by(place) | options)
    assert result["failed"]
    assert result["new"]
    assert SECRET not in json.dumps(result)
    overridden = run("gate", judged_by(place) | options | {"break_glass": "NOC-1"})
    assert overridden["verdict"] == "overridden"
    assert not overridden.get("failed")


def test_the_gate_stops_a_fragment_that_opens_a_filter(place: Path) -> None:
    (place / "edge1.frr.fragment").write_text("ip prefix-list CUST seq 7 permit 0.0.0.0/0 le 32\n")
    options = {"base": str(place / "good"), "fragments": [str(place / "edge1.frr.fragment")], "merged": str(place / "after")}
    result = run("gate", judged_by(place) | options)
    assert result["failed"]
    assert "line 1 of edge1.frr.fragment" in result["text"]
    assert "0.0.0.0/0 le 32" in (place / "after" / "edge1.frr.cfg").read_text()
    digest = result["candidate"]["edge1"]
    assert result["candidate_sha256"] == hashlib.sha256(f"{digest}  edge1\n".encode()).hexdigest()
    with pytest.raises(AnsibleActionFail, match="nothing to judge"):
        run("gate", judged_by(place) | {"base": str(place / "good")})


def test_the_gate_lets_no_change_pass(place: Path) -> None:
    result = run("gate", judged_by(place) | {"base": str(place / "bad"), "candidate": str(place / "bad")})
    assert result["verdict"] == "pass"
    assert result["new"] == []


# -- over NAPALM ------------------------------------------------------------------------------------------------------

LOGIN = "login-Gx7-kept"
LIVE = {"ansible_network_os": "frr", "ansible_user": "audit", "ansible_password": LOGIN, "ansible_port": "2222"}


class Router:
    """A NAPALM driver for a router that is a text; only reading is possible."""

    made: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, **given: Any) -> None:
        self.hostname = given["hostname"]
        self.made.append(given)

    def open(self) -> None:
        if self.hostname == "dead":
            raise ConnectionError(f"login with {LOGIN} refused\nTraceback: more")

    def get_config(self, **_more: Any) -> dict[str, str]:
        return {"running": WIDE}

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, str]:
        return dict.fromkeys(commands, "")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every NAPALM session is with the text router; what they were made with."""
    base = importlib.import_module("ansible_collections.routesec.manrs.plugins.plugin_utils._action")
    monkeypatch.setattr(base.napalm, "get_network_driver", lambda name: Router)
    monkeypatch.setattr(Router, "made", [])
    return Router.made


def test_connection_variables_reach_the_driver(place: Path, router: list[dict[str, Any]]) -> None:
    more = {"ansible_host": "192.0.2.7", "ansible_host_key_checking": False}
    result = run("audit", judged_by(place) | {"run_dir": str(place / "run")}, variables=LIVE | more)
    assert router[0]["hostname"] == "192.0.2.7"
    assert (router[0]["username"], router[0]["password"]) == ("audit", LOGIN)
    assert router[0]["optional_args"] == {"port": 2222, "ssh_strict": False}
    assert json.loads(Path(result["snapshot"]).read_text())["verified"] is False
    assert LOGIN not in json.dumps(result)


def test_a_dead_router_is_an_error_snapshot_without_the_password(place: Path, router: list[dict[str, Any]]) -> None:
    with pytest.raises(AnsibleError, match="dead") as caught:
        run("audit", judged_by(place) | {"run_dir": str(place / "run")}, host="dead", variables=LIVE)
    saved = (place / "run" / "devices" / "dead.snapshot.json").read_text()
    assert "refused" in saved
    assert LOGIN not in saved + str(caught.value)
    assert "Traceback" not in saved + str(caught.value)


def test_push_in_check_mode_shows_the_change_and_only_reads(place: Path, router: list[dict[str, Any]]) -> None:
    options = {"run_dir": str(place / "run")}
    result = run("push", judged_by(place) | options, check_mode=True, variables=LIVE)
    assert result["outcome"] == "planned"
    assert result["changed"]
    assert "MANRS-" in result["diff"]["prepared"]
    assert not (place / "run").exists()
    assert SECRET not in json.dumps(result)
    assert LOGIN not in json.dumps(result)


# -- playbooks --------------------------------------------------------------------------------------------------------


def playbook(place: Path, name: str, inventory: dict[str, Any], **extra: Any) -> subprocess.CompletedProcess[str]:
    """Run a playbook of the collection as an operator does."""
    collections = Path(action_module("audit").__file__).parents[5]
    (place / "hosts.yml").write_text(yaml.safe_dump(inventory, sort_keys=False))
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_CALLBACKS_ENABLED": "routesec.manrs.conformance",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_HOME": str(place / "home"),
        "PWD": str(place),
    }
    limit = extra.pop("limit", None)
    flags = extra.pop("flags", [])
    given = {"manrs_intent": str(place / "manrs.yml"), "manrs_sources": str(place / "sources"), "manrs_as_of": NOW} | extra
    command = [
        str(Path(sys.executable).parent / "ansible-playbook"),
        f"routesec.manrs.{name}",
        "-i",
        "hosts.yml",
        "-e",
        json.dumps(given),
    ]
    command += [*flags, *(["--limit", limit] if limit else [])]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False)


def inventory(place: Path, *names: str) -> dict[str, Any]:
    """Hosts judged from saved configurations; one called `dead` has no file."""
    common = {"ansible_connection": "local", "ansible_network_os": "frr"}
    return {
        "edges": {"hosts": {name: common | {"manrs_config": str(place / name / "edge1.frr.cfg")} for name in names}},
        "empty": {"hosts": {}},
    }


def test_playbook_with_no_host_fails(place: Path) -> None:
    for pattern in ("empty", "nosuchgroup"):
        done = playbook(place, "audit", inventory(place, "good"), manrs_hosts=pattern)
        assert done.returncode != 0, done.stdout
        assert "matches no host" in done.stdout


def test_playbook_with_a_limit_is_refused(place: Path) -> None:
    done = playbook(place, "audit", inventory(place, "good"), limit="good")
    assert done.returncode != 0
    assert "manrs_hosts" in done.stdout + done.stderr


def test_playbook_counts_every_host_and_writes_the_bundle(place: Path) -> None:
    done = playbook(
        place, "audit", inventory(place, "bad", "dead", "good"), manrs_hosts="edges", manrs_bundle=str(place / "bundle")
    )
    assert done.returncode != 0, done.stdout
    assert "not completely assessed: dead" in " ".join(done.stdout.split())
    assert "MANRS CONFORMANCE" in done.stdout
    shown = [line for line in done.stdout.splitlines() if line.lstrip().startswith("high     CUS-08")]
    assert shown, "each failed check is named"
    assert "203.0.113.0/25" in shown[0] or "/2" in shown[0], "with a route that proves it"
    wide = next(n for n, line in enumerate(WIDE.splitlines(), 1) if "le 32" in line)
    assert f" {wide}" in shown[0].rpartition("[line")[2], "and the line it passes"
    assert SECRET not in done.stdout + done.stderr
    assert (place / "bundle" / "bagit.txt").is_file()


def test_playbook_result_decides_only_when_asked(place: Path) -> None:
    done = playbook(place, "audit", inventory(place, "bad"), manrs_run_dir=str(place / "one"))
    assert done.returncode == 0, done.stdout
    done = playbook(place, "audit", inventory(place, "bad"), manrs_run_dir=str(place / "two"), manrs_fail_on="fail")
    assert done.returncode != 0
    done = playbook(place, "audit", inventory(place, "bad"), manrs_run_dir=str(place / "two"))
    assert done.returncode != 0
    assert "earlier run" in done.stdout


def test_gate_playbook(place: Path) -> None:
    bad = {"manrs_base": str(place / "good"), "manrs_candidate": str(place / "bad")}
    assert playbook(place, "gate", {}, **bad).returncode != 0
    (place / "edge1.frr.fragment").write_text("ip prefix-list CUST seq 7 permit 0.0.0.0/0 le 32\n")
    part = {"manrs_base": str(place / "good"), "manrs_fragments": [str(place / "edge1.frr.fragment")]}
    done = playbook(place, "gate", {}, **part)
    assert done.returncode != 0
    assert "of edge1.frr.fragment" in done.stdout
    same = {"manrs_base": str(place / "good"), "manrs_candidate": str(place / "good")}
    done = playbook(place, "gate", {}, **same)
    assert done.returncode == 0, done.stdout


DRIVER = f"""
from pathlib import Path
from napalm.base import base


class TextDriver(base.NetworkDriver):
    def __init__(self, hostname, username, password, timeout=60, optional_args=None):
        self.hostname = hostname

    def open(self):
        with Path({{order!r}}).open("a") as file:
            file.write(self.hostname + "\\n")
        if self.hostname == "dead":
            raise ConnectionError("no route")

    def close(self):
        pass

    def get_config(self, **more):
        return {{{{"running": {WIDE!r}}}}}

    def cli(self, commands, encoding="text"):
        return dict.fromkeys(commands, "")
"""


def push_check(place: Path, *names: str, **extra: Any) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """The push playbook in check mode over a driver made for it; what it printed, and the hosts in the order they were reached."""
    (place / "napalm_text").mkdir(exist_ok=True)
    (place / "napalm_text" / "__init__.py").write_text(DRIVER.format(order=str(place / "order")))
    common = {"ansible_connection": "local", "ansible_network_os": "frr", "manrs_napalm_driver": "text"}
    hosts = {"edges": {"hosts": dict.fromkeys(names, common), "vars": {"ansible_user": "audit", "ansible_password": "x"}}}
    done = playbook(place, "push", hosts, flags=["--check", "--diff"], **extra)
    return done, (place / "order").read_text().split()


def test_push_playbook_starts_with_the_canary(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(place))
    done, order = push_check(place, "a", "b", "c", manrs_canary="c")
    assert done.returncode == 0, done.stdout
    assert order[0] == "c"
    assert sorted(order) == ["a", "b", "c"]
    assert "planned" in done.stdout


def test_push_playbook_stops_at_the_first_failure(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(place))
    done, order = push_check(place, "a", "b", "dead", manrs_canary="dead")
    assert done.returncode != 0
    assert order == ["dead"]


@pytest.mark.parametrize(
    ("canary", "batches"),
    (("", ["north1", "east2, south3", "west4, core5", "core6"]), ("core*", ["core5", "core6", "north1", "east2, south3", "west4"])),
)
def test_rollout_playbook_goes_in_the_order_of_the_inventory(canary: str, batches: list[str], place: Path) -> None:
    names = ("north1", "east2", "south3", "west4", "core5", "core6")
    given = {"manrs_run_dir": str(place / "run"), "manrs_hosts": "edges", "manrs_canary": canary, "manrs_batches": ["1", "2"]}
    done = playbook(place, "rollout", inventory(place, *names), flags=["--check"], **given)
    assert done.returncode == 0, done.stdout
    shown = [line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith("batch ")]
    assert shown == batches, done.stdout
