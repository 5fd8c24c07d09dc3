"""The pipelines of docs/gate.md do what they say: their commands are taken from the page and run against a repository with two branches."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
INTENT = """\
version: 1
organisation: {name: Example Net}
asns: [64496]
prefixes: [192.0.2.0/24]
neighbours:
  - {select: {address: 198.51.100.6}, relationship: customer, prefixes: [203.0.113.0/24]}
"""
BASE = """\
frr version 8.4.4
hostname edge1
router bgp 64496
 neighbor 198.51.100.6 remote-as 64501
 address-family ipv4 unicast
  neighbor 198.51.100.6 prefix-list CUST in
  neighbor 198.51.100.6 route-map NONE out
  neighbor 198.51.100.6 maximum-prefix 10
 exit-address-family
exit
ip prefix-list CUST seq 5 permit 203.0.113.0/24
route-map NONE deny 10
exit
end
"""
CHANGES = {
    "good": BASE.replace(" remote-as 64501\n", " remote-as 64501\n neighbor 198.51.100.6 description Customer\n"),
    "bad": BASE.replace("  neighbor 198.51.100.6 prefix-list CUST in\n", ""),
}
CODES = {"good": 0, "bad": 1}
DETACHED = "POL-01"
"""The check that finds a session without a filter."""


def documented() -> list[Any]:
    """The YAML of the section on pipelines, in the order of the page."""
    section = (ROOT / "docs/gate.md").read_text("utf-8").partition("## Pipelines")[2]
    return [yaml.safe_load(one) for one in re.findall(r"```yaml\n(.*?)```", section, re.S)]


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.net"]
    return subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with configurations on `main`, which its remote has too; `manrs` is on the path of what is run."""
    here = tmp_path / "repository"
    for name in ("configs", "sources"):
        (here / name).mkdir(parents=True)
    (here / "manrs.yml").write_text(INTENT)
    (here / "sources" / ".gitkeep").write_text("")
    (here / "configs" / "edge1.frr.cfg").write_text(BASE)
    git(here, "init", "-q", "-b", "main")
    git(here, "add", "-A")
    git(here, "commit", "-qm", "base")
    git(here, "update-ref", "refs/remotes/origin/main", "HEAD")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "manrs"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m manrs_conformance.cli "$@"\n')
    command.chmod(0o755)
    return here


def proposed(repository: Path, change: str) -> None:
    git(repository, "checkout", "-qb", "change")
    (repository / "configs" / "edge1.frr.cfg").write_text(CHANGES[change])
    git(repository, "commit", "-qam", change)


def run(repository: Path, lines: list[str], **variables: str) -> tuple[int, str]:
    """The commands as a runner gives them to a shell that stops at the first that fails, without those that install."""
    path = f"{repository.parent / 'bin'}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "plugins/plugin_utils"), **variables}
    script = "\n".join(one for one in lines if not re.match(r"pipx? install ", one))
    done = subprocess.run(["bash", "-e", "-c", script], cwd=repository, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("change", CODES)
def test_github_actions(repository: Path, change: str) -> None:
    proposed(repository, change)
    steps = documented()[0]["jobs"]["gate"]["steps"]
    code, said = run(repository, [one["run"] for one in steps if "run" in one and "if" not in one], GITHUB_BASE_REF="main")
    assert code == CODES[change], said
    summary = repository.parent / "summary.md"
    after = [one["run"] for one in steps if one.get("if") == "always()" and "run" in one]
    assert run(repository, after, GITHUB_STEP_SUMMARY=str(summary))[0] == 0
    assert (DETACHED in summary.read_text()) == (change == "bad")
    upload = next(one for one in steps if "upload-sarif" in one.get("uses", ""))
    results = json.loads((repository / upload["with"]["sarif_file"]).read_text())["runs"][0]["results"]
    new = [one for one in results if one.get("baselineState") == "new" and one["kind"] == "fail"]
    assert bool(new) == (change == "bad")
    for one in new:
        assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "configs/edge1.frr.cfg"


@pytest.mark.parametrize("change", CODES)
def test_gitlab_ci(repository: Path, change: str) -> None:
    proposed(repository, change)
    job = documented()[1]["manrs"]
    code, said = run(repository, job["script"], CI_MERGE_REQUEST_DIFF_BASE_SHA=git(repository, "merge-base", "HEAD", "origin/main"))
    assert code == CODES[change], said
    assert job["artifacts"]["when"] == "always"
    kept = job["artifacts"]["reports"]
    quality = json.loads((repository / kept["codequality"]).read_text())
    assert any(one["check_name"] == DETACHED for one in quality) == (change == "bad")
    assert all(one["location"]["path"] == "configs/edge1.frr.cfg" for one in quality if one["check_name"] == DETACHED)
    cases = ElementTree.parse(repository / kept["junit"]).getroot().iter("testcase")
    failed = {one.get("classname") for one in cases if one.find("failure") is not None}
    assert (f"edge1.{DETACHED}" in failed) == (change == "bad")
    assert all((repository / one).is_file() for one in job["artifacts"]["paths"])


@pytest.mark.parametrize("change", CODES)
def test_pre_commit_hook(repository: Path, change: str) -> None:
    """The hook's command as pre-commit runs it: entry, then the arguments of the repository's configuration, in its root."""
    asked = documented()[2]["repos"][0]["hooks"][0]
    hook = next(one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()) if one["id"] == asked["id"])
    assert hook["pass_filenames"] is False
    assert hook["always_run"] is True, "a configuration that is taken away is a change too"
    (repository / "configs" / "edge1.frr.cfg").write_text(CHANGES[change])
    code, said = run(repository, [shlex.join([*shlex.split(hook["entry"]), *asked["args"]])])
    assert code == CODES[change], said
