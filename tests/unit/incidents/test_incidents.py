"""Published incidents as changes: the gate stops each by the check that is about it, with a witness, on every platform it is written for.

A folder holds `before/` and `after/` with the same router in several languages, the intent, and `scenario.yml`: the story, the session and
direction, the route of the incident where one is known, the checks that must be new on that session, and what must block.
Two incidents are out of a router's reach: forged registry objects (Celer Bridge 2022) and forged ROAs (Orange Spain 2024). Their folders hold
`sources-before/` and `sources-after/`, and the checks of public data catch what changed between them. The one of Facebook (2021), an audit
tool that did not stop the command, is the gate's own test before every judgement (`test_gate.py`).
"""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from manrs_conformance import api
from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.router import Router

HERE = Path(__file__).parent
AS_OF = "2026-11-25T06:00:00Z"
FETCHED = datetime.datetime(2026, 11, 25, 5, tzinfo=datetime.UTC).timestamp()
SCENARIOS = sorted((one.parent, file.name) for one in HERE.glob("*/scenario.yml") for file in (one.parent / "before").iterdir())


def judged(folder: Path, file: str, before: str, after: str, tmp_path: Path) -> api.Gated:
    (tmp_path / "sources").mkdir(exist_ok=True)
    held = (folder / "sources-before").is_dir()
    for side in ("before", "after") if held else ():
        _dated(folder / f"sources-{side}", tmp_path / side)
    return api.gate_files(
        folder / before / file,
        folder / after / file,
        intent=folder / "manrs.yml",
        waivers=None,
        sources=tmp_path / after if held else tmp_path / "sources",
        sources_before=tmp_path / before if held else None,
        as_of=AS_OF,
    )


def _dated(source: Path, target: Path) -> None:
    """A copy of a folder of sources as it was fetched an hour before the gate: a dump of a registry is as old as its file."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    for path in target.iterdir():
        os.utime(path, (FETCHED, FETCHED))


@pytest.mark.parametrize(("folder", "file"), SCENARIOS, ids=lambda one: one.name if isinstance(one, Path) else one.split(".")[1])
def test_the_change_is_stopped_by_its_check(folder: Path, file: str, tmp_path: Path) -> None:
    wanted: dict[str, Any] = yaml.safe_load((folder / "scenario.yml").read_text())
    gated = judged(folder, file, "before", "after", tmp_path)
    report = gated.report
    assert report.verdict == "fail"
    new = {one.check: one for one in report.new if one.subject in (wanted.get("subject", wanted["session"]), "router")}
    assert set(wanted["checks"]) <= set(new), {one.check: one.message for one in report.new}
    assert wanted.get("message", "") in " ".join(one.message for one in new.values())
    if wanted.get("unchanged"):
        assert report.changes == report.blocking == (), "no router changed"
    for words in wanted.get("blocking", []):
        assert any(words in one for one in report.blocking), report.blocking
    if "only_family" in wanted:
        assert {one.family for one in report.new} <= {wanted["only_family"], None}
        assert {one.session.rpartition("/")[2] for one in report.changes} == {wanted["only_family"]}
    routes = [new[check].witnesses for check in wanted["checks"] if check[:3] in ("CUS", "EXP", "ROV", "LEN")]
    shown = [some for some in routes if some]
    assert shown or wanted["checks"][0] in ("SCOPE-01", "POL-01", "MAX-01", "IRR-07", "ROA-02"), "a route proves it"
    if "learned_from" in wanted:
        assert new["EXP-02"].witnesses[0].learned_from == wanted["learned_from"]


@pytest.mark.parametrize(("folder", "file"), SCENARIOS, ids=lambda one: one.name if isinstance(one, Path) else one.split(".")[1])
def test_the_route_of_the_incident_passes_only_after_the_change(folder: Path, file: str, tmp_path: Path) -> None:
    wanted: dict[str, Any] = yaml.safe_load((folder / "scenario.yml").read_text())
    if "route" not in wanted:
        return
    assert passes(folder / "after" / file, wanted)
    assert not passes(folder / "before" / file, wanted)
    assert judged(folder, file, "after", "before", tmp_path).report.verdict in ("pass", "inconclusive"), (
        "the way back is not blocked"
    )


def passes(path: Path, wanted: dict[str, Any]) -> bool:
    """Whether the route gets in, and for a leak also out again."""
    text, told = path.read_text(), wanted["route"]
    router = api.parse(api.saved([path], None)[0])
    route = api.route(told["prefix"], told["as_path"], told.get("communities", []), Rpki(told["rpki"]))
    if "learned_from" not in wanted:
        return crosses(router, text, wanted["session"], route, "import") is not None
    inside = crosses(router, text, wanted["learned_from"], route, "import")
    return inside is not None and crosses(router, text, wanted["session"], inside, "export") is not None


def crosses(router: Router, text: str, key: str, route: Any, direction: str) -> Any:
    """The route behind the filter, or None; a session that is not there lets nothing pass."""
    vrf, neighbor, family = key.split("/")
    if router.session(neighbor, family, vrf) is None:
        return None
    decision = api.explain(router, text, neighbor, route, direction=direction, family=family, vrf=vrf)
    assert decision.verdict in ("accept", "reject"), decision.because
    return decision.after


def test_a_leak_behind_a_condition_that_is_not_modelled_is_blocked_and_its_line_named(tmp_path: Path) -> None:
    """The terms of January 2026 as they were: `route-type internal`, which also matches what other routers of the network learned."""
    folder = HERE / "cloudflare_2026"
    for side in ("before", "after"):
        text = (folder / side / "edge1.junos.cfg").read_text().replace("protocol bgp;", "route-type internal;")
        (tmp_path / side).mkdir()
        (tmp_path / side / "edge1.junos.cfg").write_text(text)
    shutil.copy(folder / "manrs.yml", tmp_path)
    report = judged(tmp_path, "edge1.junos.cfg", "before", "after", tmp_path).report
    assert report.verdict == "inconclusive"
    assert any(
        "a condition is not understood (route-type internal;)" in repr(one) for one in report.unsure if one.check == "EXP-02"
    )
