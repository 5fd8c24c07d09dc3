"""The gate over every configuration of the tests: no change, another layout and other names say nothing; a change and its reverse are mirrors."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from manrs_conformance import checks, gate, platforms
from manrs_conformance.gate.meaning import compare
from manrs_conformance.model.intent import Intent
from manrs_conformance.model.reference import Reference
from manrs_conformance.model.result import Status
from manrs_conformance.sources.bogons import SHIPPED, parse_bogons
from manrs_conformance.sources.intent import load_intent

UNIT = Path(__file__).resolve().parents[1] / "unit"
DEFAULT = {"organisation": {"name": "Example Net"}, "asns": [64500], "prefixes": ["192.0.2.0/24"], "neighbours": []}
REFERENCE = Reference(parse_bogons(SHIPPED.read_bytes()))


def configurations() -> list[tuple[str, Path]]:
    """(platform, file) of every configuration that a test of a parser or a check is about."""
    out = [("frr", path) for path in sorted((UNIT / "checks").glob("*/*/config.frr.conf"))]
    for folder in sorted((UNIT / "platforms").iterdir()):
        if folder.is_dir() and folder.name in platforms.names():
            out += [(folder.name, path) for path in sorted(folder.glob("*/running.conf"))]
    return out


CONFIGURATIONS = configurations()


def name_of(one: tuple[str, Path]) -> str:
    return f"{one[0]}-{one[1].parent.parent.name}-{one[1].parent.name}"


def intent_of(path: Path) -> Intent:
    own = path.parent / "manrs.yml"
    return load_intent(own if own.exists() else DEFAULT)


def side(platform: str, text: str, intent: Intent) -> gate.Side:
    routers = {"edge1": platforms.load(platform).parse(text, {})}
    return gate.Side(routers, checks.run_all(routers, {"edge1": text.splitlines()}, intent, REFERENCE))


@pytest.mark.parametrize("one", CONFIGURATIONS, ids=name_of)
def test_no_change_and_another_layout_say_nothing(one: tuple[str, Path]) -> None:
    platform, path = one
    text = path.read_text(encoding="utf-8")
    intent = intent_of(path)
    before = side(platform, text, intent)
    comment = platforms.load(platform).comment
    lines = [f"{comment} moved", *text.splitlines()] if platform != "frr" or not text.startswith("Building") else text.splitlines()
    spaced = "\n".join(line + "  " if line.strip() and not line.lstrip().startswith(comment) else line for line in lines) + "\n"
    for after in (before, side(platform, spaced, intent)):
        report = gate.judge(before, after, intent, REFERENCE)
        assert (report.new, report.unsure, report.fixed, report.blocking, report.changes) == ((),) * 5
        judged = before.routers["edge1"].sessions and any(f.status in (Status.PASS, Status.FAIL) for f in before.findings)
        assert report.verdict == ("pass" if judged else "inconclusive")
        assert [one.partition(":")[0] for one in report.doubts] == ([] if judged else ["nothing was judged"])


FRR_MAPS = re.compile(r"\broute-map (\S+)(?= (?:permit|deny|in|out)\b)")


@pytest.mark.parametrize("one", [c for c in CONFIGURATIONS if c[0] == "frr"], ids=name_of)
def test_other_names_of_policies_change_no_meaning(one: tuple[str, Path]) -> None:
    text = one[1].read_text(encoding="utf-8")
    before, after = (platforms.load("frr").parse(t, {}) for t in (text, FRR_MAPS.sub(r"route-map \1-NEW", text)))
    if before.unread or any(one.call for policy in before.policies.values() for one in policy.terms):
        return
    assert compare({"edge1": before}, {"edge1": after}).changes == ()


PAIRS = list(
    itertools.pairwise(
        [
            c
            for c in CONFIGURATIONS
            if c[0] == "frr" and c[1].parent.parent.name in ("cus_01", "bog_01", "exp_01", "rov_02", "len_01")
        ]
    )
)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{name_of(pair[0])}~{name_of(pair[1])}")
def test_a_change_and_its_reverse_are_mirror_images(pair: tuple[tuple[str, Path], tuple[str, Path]]) -> None:
    old, new = ({"edge1": platforms.load(p).parse(path.read_text(encoding="utf-8"), {})} for p, path in pair)
    there, back = compare(old, new).changes, compare(new, old).changes
    assert [(c.session, c.direction) for c in there] == [(c.session, c.direction) for c in back]
    for one, two in zip(there, back, strict=True):
        assert {s.route for s in one.newly_accepted} == {s.route for s in two.newly_rejected}
        assert {s.route for s in one.newly_rejected} == {s.route for s in two.newly_accepted}
        for shown in one.newly_accepted:
            assert (shown.before.verdict, shown.after.verdict) != ("accept", "accept")
