"""The pipelines of docs/gate.md run as they are written there: a change that is good and one that is not, in a repository with a base and a branch."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
INSTALLS = {"pip": "install routesec-manrs", "pipx": "install routesec-manrs"}
"""What the pipelines fetch from a package site; here the package is there already, and what is asked for is looked at."""
CHANGES = {
    "good": ("neighbor 198.51.100.2 activate", "neighbor 198.51.100.2 activate\n  neighbor 198.51.100.2 maximum-prefix 10"),
    "bad": ("permit 203.0.113.0/24", "permit 0.0.0.0/0 le 32"),
}
"""What is put for what."""
INTENT = """organisation: {name: Example Net}
asns: [64500]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {asn: 64501}, relationship: customer, prefixes: [203.0.113.0/24], stub: true}
"""
CONFIG = """version 17.9
hostname edge1
!
router bgp 64500
 neighbor 198.51.100.2 remote-as 64501
 !
 address-family ipv4 unicast
  neighbor 198.51.100.2 activate
  neighbor 198.51.100.2 route-map CUST-IN in
  neighbor 198.51.100.2 route-map OUT out
 exit-address-family
!
ip prefix-list CUST seq 5 permit 203.0.113.0/24
ip prefix-list OWN seq 5 permit 192.0.2.0/24
!
route-map CUST-IN permit 10
 match ip address prefix-list CUST
!
route-map OUT permit 10
 match ip address prefix-list OWN
!
end
"""


def documented(language: str, holding: str) -> str:
    """The block of docs/gate.md that holds a text."""
    text = (CHECKOUT / "docs" / "gate.md").read_text(encoding="utf-8")
    (found,) = [one for one in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if holding in one]
    return found


def git(place: Path, *words: str) -> str:
    """Run git as somebody."""
    named = ["-c", "user.name=a", "-c", "user.email=a@example.net"]
    return subprocess.run(["git", "-C", place, *named, *words], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def tools(tmp_path: Path) -> dict[str, str]:
    """The environment of a runner: the tool, and installers that refuse anything but it."""
    place = tmp_path / "bin"
    place.mkdir()
    for name, words in INSTALLS.items():
        (place / name).write_text(f'#!/bin/sh\n[ "$*" = "{words}" ]\n')
        (place / name).chmod(0o755)
    return os.environ | {"PATH": f"{place}:{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(CHECKOUT / "plugins/plugin_utils")}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A clone of a repository on a branch of its own, before the change."""
    origin = tmp_path / "origin"
    for name in ("configs", "sources"):
        (origin / name).mkdir(parents=True)
    (origin / "manrs.yml").write_text(INTENT)
    (origin / "configs" / "edge1.ios.cfg").write_text(CONFIG)
    (origin / "sources" / "README").write_text("What `manrs sources fetch` wrote.\n")
    git(tmp_path, "init", "-q", "-b", "main", str(origin))
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "before")
    git(tmp_path, "clone", "-q", str(origin), str(tmp_path / "work"))
    git(tmp_path / "work", "checkout", "-qb", "change")
    return tmp_path / "work"


def change(work: Path, which: str) -> None:
    """Change the router in the working tree."""
    (work / "configs" / "edge1.ios.cfg").write_text(CONFIG.replace(*CHANGES[which]))


def shell(command: str, work: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as both services do."""
    words = ["bash", "-eo", "pipefail", "-c", command]
    return subprocess.run(words, cwd=work, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("which", CHANGES)
def test_github_actions(work: Path, tools: dict[str, str], which: str) -> None:
    change(work, which)
    git(work, "commit", "-qam", which)
    job = yaml.safe_load(documented("yaml", "runs-on"))["jobs"]["gate"]
    environment = tools | {"GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(work / "summary.md")}
    failed = False
    for step in job["steps"]:
        if "run" in step and (not failed or step.get("if") == "always()"):
            done = shell(step["run"], work, environment)
            assert done.returncode == 0 or ("manrs gate" in step["run"] and done.returncode == 1), done.stdout + done.stderr
            failed |= done.returncode != 0
    assert failed == (which == "bad")
    (upload,) = [one for one in job["steps"] if "upload-sarif" in one.get("uses", "")]
    results = json.loads((work / upload["with"]["sarif_file"]).read_text())["runs"][0]["results"]
    blocked = [one for one in results if one["kind"] == "fail" and one["baselineState"] == "new"]
    assert bool(blocked) == failed
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in blocked}
    assert places == ({"configs/edge1.ios.cfg"} if failed else set())
    assert ("BOG-01" in (work / "summary.md").read_text()) == failed


@pytest.mark.parametrize("which", CHANGES)
def test_gitlab(work: Path, tools: dict[str, str], which: str) -> None:
    change(work, which)
    git(work, "commit", "-qam", which)
    job = yaml.safe_load(documented("yaml", "CI_MERGE_REQUEST_DIFF_BASE_SHA"))["manrs"]
    environment = tools | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": git(work, "merge-base", "HEAD", "origin/main")}
    done = shell("\n".join(job["script"]), work, environment)
    assert done.returncode == (which == "bad"), done.stdout + done.stderr
    reports: dict[str, str] = job["artifacts"]["reports"]
    quality = json.loads((work / reports["codequality"]).read_text())
    assert bool(quality) == (which == "bad")
    assert {one["location"]["path"] for one in quality} <= {"configs/edge1.ios.cfg"}
    assert ("<failure" in (work / reports["junit"]).read_text()) == (which == "bad")
    assert all((work / one).is_file() for one in job["artifacts"]["paths"])


@pytest.mark.parametrize("which", CHANGES)
def test_the_hook_before_a_commit(work: Path, tools: dict[str, str], which: str) -> None:
    (hook,) = yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
    (user,) = yaml.safe_load(documented("yaml", "hooks:"))["repos"][0]["hooks"]
    assert user["id"] == hook["id"]
    change(work, which)
    command = [*hook["entry"].split(), *user["args"]]
    done = subprocess.run(command, cwd=work, env=tools, capture_output=True, text=True, check=False)
    assert done.returncode == (which == "bad"), done.stdout + done.stderr


@pytest.mark.parametrize("which", CHANGES)
def test_the_role_before_a_task_that_changes_a_router(work: Path, which: str) -> None:
    change(work, which)
    (play,) = yaml.safe_load(documented("yaml", "include_role"))
    judge, load = play["tasks"]
    assert "src" in load.pop("cisco.ios.ios_config")
    load["ansible.builtin.file"] = {"path": str(work / "loaded"), "state": "touch", "mode": "0600"}
    given: dict[str, Any] = {"base": work.parent / "origin/configs", "candidate": work / "configs", "intent": work / "manrs.yml"}
    judge["vars"] = {name: str(given[name.removeprefix("gate_")]) for name in judge["vars"]}
    (work / "play.yml").write_text(yaml.safe_dump([play]))
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    (work / "hosts.yml").write_text(yaml.safe_dump({"edges": {"hosts": {"edge1": local}}}))
    collections = Path(importlib.import_module("ansible_collections.routesec.manrs.plugins.action.gate").__file__ or "").parents[5]
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_HOME": str(work / "home"),
    }
    command = [str(BIN / "ansible-playbook"), "-i", "hosts.yml", "play.yml"]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode == 0) == (which == "good"), done.stdout
    assert (work / "loaded").exists() == (which == "good")
