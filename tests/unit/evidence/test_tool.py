"""The engine inside the bundle: the same wheel for the same files, and a replay by that wheel alone gives the same results."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import manrs_conformance
import pytest
from manrs_conformance import api
from manrs_conformance.api import circumstances
from manrs_conformance.evidence import tool, verify

SELFTEST = Path(manrs_conformance.__file__).parent / "data" / "selftest"
REQUIREMENTS = Path(__file__).parents[2] / "requirements"
AS_OF = "2026-10-01T00:00:00Z"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a real audit, built through the door that the faces use."""
    folder = tmp_path_factory.mktemp("tool")
    inputs = api.Inputs.read(SELFTEST / "manrs.yml", None, folder, AS_OF)
    done = api.audit_inputs(api.saved([SELFTEST], None), inputs)
    return api.write_bundle(folder / "bundle", done, inputs, scope_source="a test").path


def test_replay_by_the_wheel_of_the_bundle_alone(bundle: Path, tmp_path: Path) -> None:
    wheel = next((bundle / "data/tool/wheels").iterdir())
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", str(tmp_path / "alone"), str(wheel)]
    subprocess.run(pip, check=True, env=env, capture_output=True)
    program = f"import manrs_conformance as m, sys; assert m.__file__.startswith({str(tmp_path)!r}), m.__file__;"
    program += f"from manrs_conformance.cli import main; sys.argv = ['manrs', 'bundle', 'replay', {str(bundle)!r}]; main()"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=env | {"PYTHONPATH": str(tmp_path / "alone")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0 and run.stdout.startswith("identical: "), run.stdout + run.stderr
    count = len((bundle / "data/results.jsonl").read_text().splitlines())
    assert f"{count} results" in run.stdout


def test_wheel_is_complete_and_the_same_every_time(bundle: Path) -> None:
    wheel = next((bundle / "data/tool/wheels").iterdir())
    tool.wheel.cache_clear()
    assert tool.wheel(api.version()) == (wheel.name, wheel.read_bytes())
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None and {one.date_time for one in archive.infolist()} == {tool.EPOCH}
    held = json.loads((bundle / "data/tool/engine.json").read_text())
    assert {f"manrs_conformance/{name}" for name in held["files"]} < names
    source = Path(manrs_conformance.__file__).parent
    every = {one.relative_to(source).as_posix() for one in source.rglob("*") if one.is_file() and one.suffix != ".pyc"}
    assert every <= set(held["files"]), "a kind of file of the engine is not packed"


def test_bill_and_lock_name_the_same(bundle: Path) -> None:
    bill = json.loads((bundle / "data/tool/sbom.cdx.json").read_text())
    text = (bundle / "data/tool/requirements.lock").read_text()
    lock = [line.removesuffix(" \\") for line in text.splitlines() if not line.startswith(("#", "    --hash=sha256:"))]
    assert [f"{one['name']}=={one['version']}" for one in bill["components"]] == lock
    refs = {one["bom-ref"] for one in (*bill["components"], bill["metadata"]["component"])}
    assert {one["ref"] for one in bill["dependencies"]} == refs
    assert all(set(one["dependsOn"]) <= refs for one in bill["dependencies"])
    assert {line.split("==")[0] for line in lock} >= set(tool.NEEDS)


def test_lock_has_the_digest_of_every_archive(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip reads it; and where a version is not one that is tested, no digest stands for another and the lock says which."""
    text = (bundle / "data/tool/requirements.lock").read_text()
    pinned = re.split(r"\n(?=\w)", text.split("\n", 1)[1])
    assert len(pinned) == len(tool.distributions()) and all("--hash=sha256:" in one for one in pinned)
    ours = [replace(one, version="0.0.1") if one.name == "click" else one for one in tool.distributions()]
    monkeypatch.setattr(tool, "distributions", lambda: tuple(ours))
    other = tool.lock().decode()
    assert "--hash" not in other and "not tested with click==0.0.1." in other and "\nclick==0.0.1\n" in other


def test_digests_are_those_of_the_requirements() -> None:
    spec = importlib.util.spec_from_file_location("archives", REQUIREMENTS / "archives.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert json.loads(tool.ARCHIVES.read_text()) == module.archives() != {}


def test_policy_holds_catalogue_and_schemas(bundle: Path) -> None:
    known = json.loads((bundle / "data/policy/checks.json").read_text())["checks"]
    assert [one["id"] for one in known] == [one.id for one in api.checks.catalogue()]
    assert (bundle / "data/policy/schemas/intent.schema.json").is_file() and verify(bundle).ok


def test_circumstances() -> None:
    assert circumstances.ci_job({"CI_JOB_URL": "https://ci.example.net/1"}) == "https://ci.example.net/1"
    github = {"GITHUB_RUN_ID": "7", "GITHUB_SERVER_URL": "https://git.example.net", "GITHUB_REPOSITORY": "a/b"}
    assert circumstances.ci_job(github) == "https://git.example.net/a/b/actions/runs/7" and circumstances.ci_job({}) == ""
    assert circumstances.clock()["synchronised"] in (True, False, None)


def test_commit_tells_uncommitted_changes(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.net"]
        done = subprocess.run(["git", "-C", str(tmp_path), *identity, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    assert circumstances.commit(tmp_path) == "" and circumstances.commit(None) == ""
    git("init", "-q")
    (tmp_path / "manrs.yml").write_text("a: 1\n")
    git("add", ".")
    git("commit", "-q", "-m", "policy")
    assert circumstances.commit(tmp_path) == git("rev-parse", "HEAD")
    (tmp_path / "manrs.yml").write_text("a: 2\n")
    assert circumstances.commit(tmp_path).endswith(" with uncommitted changes")
