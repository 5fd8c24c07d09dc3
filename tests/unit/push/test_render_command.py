"""`manrs render`: the candidate on the output or in files, what was left beside it, and no text where the gate refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from manrs_conformance import cli, collect, platforms
from manrs_conformance.errors import UsageError
from manrs_conformance.model.snapshot import Snapshot

sys.path.insert(0, str(Path(__file__).parent))
from edges import prepared

HERE = Path(__file__).parent / "rendering"
AS_OF = "2026-11-25T06:00:00Z"
PINNED = 'prefixes: [{prefix: 45.11.0.0/20, le: 24}, {prefix: "2a10:1100::/32", le: 48}]'


def called(tmp_path: Path, name: str, *more: str, intent: str = "") -> Result:
    rules = tmp_path / "manrs.yml"
    rules.write_text(intent or (HERE / "manrs.yml").read_text().replace('as_set: "AS43211:AS-CUSTOMERS"', PINNED))
    config = tmp_path / f"edge.{name}.cfg"
    config.write_text((HERE / f"{name}.cfg").read_text())
    argv = ["render", str(config), "--intent", str(rules), "--as-of", AS_OF, *more]
    return CliRunner().invoke(cli._main, argv, standalone_mode=False)


@pytest.mark.parametrize("name", ["eos", "ios", "iosxr", "nxos"])
def test_the_candidate_is_shown_and_what_was_left_beside_it(name: str, tmp_path: Path) -> None:
    done = called(tmp_path, name)
    assert done.return_value == 0
    assert "MANRS-ALLOW4-" in done.stdout and "left:" not in done.stdout
    assert "edge: " in done.stderr and "remains: ROLE-01" in done.stderr and "declare `coordinated: TICKET`" in done.stderr
    running = (HERE / f"{name}.cfg").read_text()
    after = platforms.load_render(name).merge(running, done.stdout)
    assert sum(line.strip().startswith(("neighbor", "route-")) and "MANRS-IN" in line for line in after.splitlines()) >= 10


def test_files_are_written_for_each_device(tmp_path: Path) -> None:
    done = called(tmp_path, "ios", "--out", str(tmp_path / "out"), "--format", "json")
    assert done.return_value == 0
    (told,) = json.loads(done.stdout)
    assert (tmp_path / "out" / "edge.ios.fragment").read_text() == told["candidate"]
    assert told["device"] == "edge" and told["left"] and {one["check"] for one in told["remaining"]} >= {"ROLE-01", "SES-01"}


def test_nothing_is_written_where_authorised_prefixes_are_not_known(tmp_path: Path) -> None:
    done = called(tmp_path, "ios", "--out", str(tmp_path / "out"), intent=(HERE / "manrs.yml").read_text())
    assert done.return_value == 1
    assert (
        "no registry data for AS43211:AS-CUSTOMERS and no pinned prefixes in the intent; a missing answer never becomes a filter"
        in done.stderr
    )
    assert list((tmp_path / "out").iterdir()) == []


def test_templates_of_the_operator_are_found_by_platform(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "ios"
    own.mkdir(parents=True)
    (own / "plan.j2").write_text("! of the operator\n")
    done = called(tmp_path, "ios", "--templates", str(tmp_path / "templates"))
    assert done.return_value == 0
    assert done.stdout.strip() == "! of the operator"


@pytest.mark.parametrize("name", ["ios", "iosxr", "junos"])
def test_what_was_rendered_is_taken_away_again(name: str, tmp_path: Path) -> None:
    base, now = tmp_path / "base", tmp_path / "now"
    base.mkdir()
    now.mkdir()
    text = (HERE / f"{name}.cfg").read_text()
    platform = platforms.load_render(name)
    (base / f"edge.{name}.cfg").write_text(text)
    (now / f"edge.{name}.cfg").write_text(prepared(name).merged)
    argv = ["render", str(now), "--intent", str(HERE / "manrs.yml"), "--as-of", AS_OF, "--removal", str(base)]
    done = CliRunner().invoke(cli._main, argv, standalone_mode=False)
    assert done.return_value == 0, done.output
    assert "left:" not in done.stderr
    after = platform.merge(prepared(name).merged, done.stdout)
    assert "MANRS-" not in after
    (base / f"edge.{name}.cfg").write_text(text.replace("45.10.1.4", "45.10.1.5"))
    changed = CliRunner().invoke(cli._main, argv, standalone_mode=False)
    assert "left: not as in the configuration of before: the session default/45.10.1.5/ipv4-unicast is missing" in changed.stderr
    (base / f"edge.{name}.cfg").unlink()
    (base / f"other.{name}.cfg").write_text(text)
    with pytest.raises(UsageError, match="edge: its configuration of before is not in the folder"):
        CliRunner().invoke(cli._main, argv, standalone_mode=False, catch_exceptions=False)


def test_snapshots_of_a_run_are_as_good_and_nothing_is_no_answer(tmp_path: Path) -> None:
    text = (HERE / "ios.cfg").read_text()
    argv = [
        "render",
        str(tmp_path / "now"),
        "--intent",
        str(HERE / "manrs.yml"),
        "--as-of",
        AS_OF,
        "--removal",
        str(tmp_path / "was"),
    ]
    collect.save(Snapshot("edge", "ios", text, {}), tmp_path / "was")
    (tmp_path / "now").mkdir()
    with pytest.raises(UsageError, match="no saved configuration and no snapshot"):
        CliRunner().invoke(cli._main, argv, standalone_mode=False, catch_exceptions=False)
    collect.save(Snapshot("edge", "ios", prepared("ios").merged, {}), tmp_path / "now")
    done = CliRunner().invoke(cli._main, argv, standalone_mode=False)
    assert done.return_value == 0, done.output
    assert "no route-map MANRS-" in done.stdout and "left:" not in done.stderr
