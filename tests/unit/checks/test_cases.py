"""Every check against small routers: `CHECK/CASE/` holds configuration, state, intent and what is expected of each subject.

`expected.json` maps a subject to a status or to {"status": …, "mentions": […], "family": …, "direction": …}. Files named
`KEY.state` are live outputs by key of the platform; `vrps.json` is the reference; `OTHER.PLATFORM.conf` are more routers of the same
fleet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from manrs_conformance import checks, platforms
from manrs_conformance.model.result import Finding, Status
from manrs_conformance.model.router import Router
from manrs_conformance.sources.intent import load_intent
from manrs_conformance.sources.reference import load

HERE = Path(__file__).parent
AS_OF = "2026-11-24T06:00:00Z"
CASES = sorted(one.parent for one in HERE.glob("*/*/expected.json"))


def findings(case: Path) -> tuple[Finding, ...]:
    """All findings of a case folder, whose lines are those of the configuration; `config` stands for the device `edge1`."""
    intent = load_intent(case / "manrs.yml") if (case / "manrs.yml").exists() else load_intent(HERE / "manrs.yml")
    reference = load(case, AS_OF, intent=intent)
    state = {one.stem: one.read_text(encoding="utf-8") for one in case.glob("*.state")}
    texts: dict[str, str] = {}
    routers: dict[str, Router] = {}
    for one in sorted(case.glob("*.*.conf")):
        name, platform = one.name.split(".")[:2]
        name = name.replace("config", "edge1")
        texts[name] = one.read_text(encoding="utf-8")
        routers[name] = platforms.load(platform).parse(texts[name], state if name == "edge1" else {})
    lines = {name: text.splitlines() for name, text in texts.items()}
    found = checks.run_all(routers, lines, intent, reference)
    assert all(each.text == lines[one.device][each.line - 1].strip() for one in found for each in one.lines)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.parent.name}/{one.name}")
def test_case(case: Path) -> None:
    check = case.parent.name.upper().replace("_", "-")
    found = [one for one in findings(case) if one.check == check]
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    shown = [(one.subject, one.status.value, one.message, one.because) for one in found]
    for subject, wanted in expected.items():
        want = {"status": wanted} if isinstance(wanted, str) else wanted
        hits = [one for one in found if one.subject == subject and (want.get("family") in (None, one.family))]
        assert hits, f"no finding on {subject}: {shown}"
        assert {one.status.value for one in hits} == {want["status"]}, shown
        text = " ".join(f"{one.message} {one.because} {one.remedy} {one.cause}" for one in hits)
        for word in want.get("mentions", []):
            assert word in text, shown
        if want["status"] == "fail":
            assert all(one.remedy and one.cause for one in hits), shown
            assert all(one.lines for one in hits if one.subject.partition("/")[2]), (
                "a fail of a session names lines of the configuration"
            )
        if want["status"] == "inconclusive":
            assert all(one.because for one in hits), shown
    assert {one.subject for one in found} <= set(expected) | {"router"} or "*" in expected, shown


def test_every_check_has_cases() -> None:
    """A pass or a reason, and where a check can fail, a fail."""
    public = yaml.safe_load((HERE / "public" / "cases.yml").read_text(encoding="utf-8"))
    covered = {one.parent.name for one in CASES} | {one.lower().replace("-", "_") for one in public}
    missing = [one.id for one in checks.catalogue() if one.id.lower().replace("-", "_") not in covered]
    assert missing == []


def test_no_error_anywhere() -> None:
    """No check raises on any case."""
    for case in CASES:
        assert [one for one in findings(case) if one.status is Status.ERROR] == [], case
