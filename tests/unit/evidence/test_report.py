"""The pages people read: words instead of codes, causes instead of repetition, and no sentence without something behind it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from manrs_conformance.evidence import BuiltBundle, build, contents, verify
from manrs_conformance.evidence.canonical import document
from manrs_conformance.evidence.charts import Drawn, coverage, drawn, drift, sizes, source_validation
from manrs_conformance.evidence.redact import MARK, Scrubber
from manrs_conformance.evidence.report import MATRICES, actions, groups, matrix, worded
from manrs_conformance.model.intent import Declaration
from manrs_conformance.model.result import Met, RequirementResult
from manrs_conformance.model.router import Interface, Router

from .mutations import reseal


@pytest.fixture(scope="module")
def bundle(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> BuiltBundle:
    """A second bundle with a declaration and findings that share a cause."""
    folder = tmp_path_factory.mktemp("report")
    first = build(folder / "first", **sample.inputs())
    found = sample.findings()
    more = [replace(found[0], subject=f"default/198.51.100.{n}/ipv4-unicast", fingerprint=f"g{n}") for n in range(1, 6)]
    said = (Declaration("A3.N1", "Contacts are tested every month", "2026-01-01", "noc", "monthly"),)
    report = sample.report(findings=(*found, *more), as_of="2026-01-03T00:00:00Z")
    run = replace(sample.RUN, as_of="2026-01-03T00:00:00Z")
    inputs = sample.inputs(report=report, run=run, declarations=said, before=contents(first.path))
    return build(folder / "second", **inputs)


def page(bundle: BuiltBundle, name: str = "REPORT.html") -> str:
    return (bundle.path / "data" / name).read_text()


def test_findings_of_one_cause_are_one_group(bundle: BuiltBundle) -> None:
    html = page(bundle)
    assert html.count("accepts private address space") < 10 and "All 6 places" in html
    assert html.count('<span class="count">6</span>') == 1
    assert "first seen 2026-01-02" in html and "6 results on edge1" in html
    assert "6 results on 1 devices" in page(bundle, "REPORT.md")


def test_verdict_and_gaps_come_before_everything_else(bundle: BuiltBundle) -> None:
    html = page(bundle)
    places = [
        html.index(f'id="{name}"') for name in ("verdict", "scope", "trend", "requirements", "findings", "sessions", "figures")
    ]
    assert places == sorted(places) and html.index("Not assessed:") < html.index('id="scope"')
    assert "<b>5</b> new" in html and "<mark>" in html
    for code in ("not_met", "not_applicable</", ">inconclusive:"):
        assert code not in re.sub(r'class="[^"]*"|<style>.*?</style>', "", html, flags=re.S)


def test_words_and_norm_order() -> None:
    assert worded("not_met: A1.N1, and not_applicable; inconclusive") == "not met: A1.N1, and not applicable; inconclusive"
    rows = [{"requirement": f"A1.{name}", "action": "A1", "verdict": "met"} for name in ("O1", "J2", "N2", "J1", "X1", "N1", "D1")]
    assert [one["requirement"][3:] for one in actions(rows, ())[0]["rows"]] == ["N1", "N2", "D1", "J1", "J2", "O1", "X1"]


def test_a_group_is_one_check_cause_state_and_severity() -> None:
    base: dict[str, Any] = {
        **{"check": "BOG-01", "cause": "c", "because": "", "status": "fail", "waived_by": None, "severity": "high", "device": "r1"},
        **{"witnesses": [], "lines": [], "fingerprint": "1", "subject": "s"},
    }
    rows = [base, {**base, "fingerprint": "2", "witnesses": [1]}, {**base, "waived_by": "W"}, {**base, "severity": "low"}]
    found = groups(rows, {"1": "2026-01-02", "2": "2026-01-01"}, lambda _name: [])
    assert [one["count"] for one in found] == [2, 1, 1]
    assert found[0]["example"]["fingerprint"] == "2" and found[0]["since"] == "2026-01-01"


def test_source_validation_counts_the_weaker_family() -> None:
    interfaces = (
        Interface("a", ("192.0.2.1/24",), urpf_v4="strict"),
        Interface("b", ("192.0.2.1/24", "2001:db8::1/64"), urpf_v4="strict"),
        Interface("c", ("2001:db8::1/64",), acl_in_v6="X"),
        Interface("d", ("192.0.2.1/24",), urpf_v4="loose", shutdown=True),
        Interface("e"),
    )
    assert source_validation([drawn("r", Router("frr", interfaces=interfaces), str)]) == [
        ("r", {"strict": 1, "filter": 1, "loose": 0, "none": 1})
    ]


def row(check: str, subject: str, status: str) -> dict[str, str]:
    return {"check": check, "subject": subject, "status": status}


def test_coverage_counts_what_is_not_known_as_not_covered() -> None:
    rows = [
        row("ROA-01", "192.0.2.0/24", "pass"),
        row("ROA-01", "198.51.100.0/24", "fail"),
        row("ROA-01", "203.0.113.0/24", "error"),
    ]
    (found,) = coverage([*rows, row("ROA-01", "AS64500", "not_applicable"), row("POL-01", "x", "pass")])
    assert found["counts"] == {"pass": 1, "fail": 1, "inconclusive": 1} and found["share"] == 33
    assert found["missing"] == ["198.51.100.0/24"]
    assert coverage([row("POL-01", "x", "pass")]) == []


def filters(device: str, **sizes: int) -> tuple[dict[str, Any], ...]:
    return tuple({"device": device, "name": name, "afi": "4", "entries": size} for name, size in sizes.items())


def test_drift_compares_lists_of_routers_that_were_read_on_both_sides(bundle: BuiltBundle) -> None:
    then = {"edge1": {"4": {"A": 5, "B": 7, "C": 1}}, "edge2": {"4": {"A": 9}}}
    before = replace(contents(bundle.path), filters=then)
    now = [Drawn("edge1", (), filters("edge1", A=5, B=9, D=100), {}), Drawn("edge3", (), filters("edge3", A=1), {})]
    found = drift(before, now)
    assert found and (found["compared"], found["changed"]) == (4, 3)
    assert [(one["name"], one["then"], one["now"]) for one in found["rows"]] == [("D", None, 100), ("B", 7, 9), ("C", 1, None)]
    assert drift(replace(before, filters=None), now) is None


def test_sizes_of_filters_are_held_and_of_the_expected_shape(bundle: BuiltBundle, tmp_path: Path) -> None:
    assert contents(bundle.path).filters == {}
    assert sizes([Drawn("edge1", (), filters("edge1", A=5, B=9), {})]) == {"edge1": {"4": {"A": 5, "B": 9}}}
    shutil.copytree(bundle.path, tmp_path / "b")
    for wrong in (
        [],
        {"x": {"4": {"A": 1}}},
        {"edge1": {"5": {"A": 1}}},
        {"edge1": {"4": {"A": "1"}}},
        {"edge1": {"4": {"A": True}}},
        {"edge1": []},
    ):
        (tmp_path / "b/data/figures.json").write_bytes(document({"filters": wrong}))
        reseal(tmp_path / "b")
        assert any("figures" in one for one in verify(tmp_path / "b").problems)


def test_a_fleet_has_the_sessions_of_its_worst_routers_drawn_and_the_others_told() -> None:
    names = [f"r{number:03}" for number in range(MATRICES + 30)]
    rows = [{"device": name, "subject": "s", "check": "CUS-01", "status": "pass", "waived_by": None} for name in names]
    rows += [{**one, "check": "ROV-02", "status": "fail"} for one in rows[-3:]]
    sessions = dict.fromkeys(names, ("s",))
    drawn_, left = matrix(rows, sessions)
    assert (len(drawn_), left) == (MATRICES, 30)
    assert [one["device"] for one in drawn_][-3:] == names[-3:], "routers with open results are never the ones that are left"
    assert matrix(rows, dict.fromkeys(names[:5], ("s",)))[1] == 0


def test_every_sentence_of_the_drafts_has_a_footnote(bundle: BuiltBundle) -> None:
    folder = bundle.path / "data/application"
    assert sorted(one.name for one in folder.iterdir()) == [
        *(f"action-{n}.md" for n in (1, 2, 3, 4)),
        "general.md",
    ]
    for file in folder.iterdir():
        text = file.read_text()
        for line in text.splitlines():
            if line.startswith(("- ", "Verdict")):
                assert re.search(r"\[\^\d+\]$", line), line
        marks, notes = set(re.findall(r"\[\^(\d+)\](?!:)", text)), set(re.findall(r"(?m)^\[\^(\d+)\]:", text))
        assert marks == notes, file.name
    third = (folder / "action-3.md").read_text()
    assert "Contacts are tested every month (monthly)." in third and "operator's declaration, not measured" in third
    first = (folder / "action-1.md").read_text()
    said, left = first.split("## What must not be claimed")
    assert "Prevent wrong routes" not in said and "Not met (A1.N1): Prevent wrong routes" in left
    assert "IPv4 special-purpose prefixes are refused: holds for 0 of 6." in said


def test_a_requirement_that_is_met_is_said_with_its_results(sample: ModuleType, tmp_path: Path) -> None:
    met = RequirementResult(
        "A1.N1", "A1", "Only own routes leave", "compulsory", "norm", Met.MET, ("router",), "1 check passes", ("f4",)
    )
    built = build(tmp_path / "b", **sample.inputs(report=sample.report(requirements=(met,))))
    text = (built.path / "data/application/action-1.md").read_text()
    assert "- Only own routes leave.[^2]" in text and '[^2]: results.jsonl, lines with `"check":"ROV-01"`: 1 pass.' in text


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (Met.MET, "No requirement is unmet; what fails goes beyond what they ask."),
        (Met.NOT_MET, "<b>1 requirement not met</b>, 0 inconclusive."),
        (Met.INCONCLUSIVE, "<b>0 requirements not met</b>, 1 inconclusive."),
    ],
)
def test_the_banner_tells_requirements_from_what_fails_beside_them(
    sample: ModuleType, tmp_path: Path, verdict: Met, told: str
) -> None:
    one = RequirementResult("A1.N1", "A1", "Only own routes leave", "compulsory", "norm", verdict, ("router",), "because", ("f4",))
    built = build(tmp_path / "b", **sample.inputs(report=sample.report(requirements=(one,))))
    assert told in " ".join(page(built, "REPORT.html").split())


def test_scrubbing_by_words_is_scrubbing() -> None:
    values = [f"S3cret-{n:03}x" for n in range(300)] + ["two words 9", "0123456789", "ab12"]
    scrubber = Scrubber(values)
    text = "key S3cret-007x, x=S3cret-299x; 'two words 9' 10.0123456789.1 ab12 xab12"
    for _round in range(2):
        assert scrubber.text(text) == f"key {MARK}, x={MARK}; '{MARK}' 10.{MARK}.1 {MARK} xab12"
    assert scrubber.text("nothing here") == "nothing here" and scrubber.present("") == []
    small = scrubber.within(["only S3cret-001x", "and 0123456789"])
    assert set(small.strong) == {"S3cret-001x", "0123456789"}


@pytest.mark.parametrize("value", ["10.0.0.0", "192.0.2.0/24", "2001:db8::/32", "Winter", "64500"])
def test_what_is_public_elsewhere_is_hidden_as_a_password_only(value: str) -> None:
    assert Scrubber([value]).text(f"route {value}; password {value}") == f"route {value}; password {MARK}"
