"""Exports say what the results say, never more: references resolve, nothing unassessed is satisfied, waived or fixed."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from manrs_conformance.evidence import BuiltBundle, build, contents, verify
from manrs_conformance.evidence.canonical import document, dumps, loads
from manrs_conformance.model.intent import Waiver
from manrs_conformance.model.result import Status

from .mutations import reseal

WAIVERS = (
    Waiver("W-1", "SAV-01", "being replaced", "noc", "lead", "2026-03-01T00:00:00Z", ticket="NOC-1"),
    Waiver("W-2", "SAV-01", "old", "noc", "lead", "2025-03-01T00:00:00Z"),
    Waiver("W-3", "ROV-01", "unused", "noc", "lead", "2026-03-01T00:00:00Z"),
)


@pytest.fixture
def bundle(sample: ModuleType, tmp_path: Path) -> BuiltBundle:
    return build(tmp_path / "bundle", **sample.inputs(waivers=WAIVERS))


def oscal(bundle: BuiltBundle, name: str) -> Any:
    data = (bundle.path / f"data/export/oscal/{name}.json").read_bytes()
    assert dumps(loads(data)) == data, "not RFC 8785 bytes"
    return loads(data)[name]


def test_oscal_is_satisfied_only_where_a_requirement_is_met(bundle: BuiltBundle) -> None:
    result = oscal(bundle, "assessment-results")["results"][0]
    said = {one["target"]["target-id"]: one["target"]["status"] for one in result["findings"]}
    assert said == {
        "a1.n1_obj": {"state": "not-satisfied", "reason": "fail"},
        "a2.n1_obj": {"state": "not-satisfied", "reason": "waived"},
        "a3.n1_obj": {"state": "not-satisfied", "reason": "declared-only"},
        "a4i.n1_obj": {"state": "not-satisfied", "reason": "not-assessed"},
    }
    assert [(one["title"][-3:], one["deadline"], one["status"]) for one in result["risks"]] == [
        ("W-1", "2026-03-01T00:00:00Z", "deviation-approved")
    ]
    resources = oscal(bundle, "assessment-results")["back-matter"]["resources"]
    for link in (one["rlinks"][0] for one in resources):
        held = (bundle.path / "data/export/oscal" / link["href"]).read_bytes()
        assert link["hashes"] == [{"algorithm": "SHA-256", "value": sha256(held).hexdigest()}]
    assert "data/results.jsonl" in {one["title"] for one in resources}


def test_oscal_identifiers_depend_on_the_run(sample: ModuleType, bundle: BuiltBundle, tmp_path: Path) -> None:
    other = replace(sample.RUN, run_id="00000000-0000-4000-8000-000000000002")
    second = build(tmp_path / "second", **sample.inputs(run=other))
    assert oscal(second, "catalog")["uuid"] != oscal(bundle, "catalog")["uuid"]
    assert oscal(second, "catalog")["groups"] == oscal(bundle, "catalog")["groups"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda value: value["results"][0]["findings"][0]["related-observations"][0].update({"observation-uuid": "x"}),
            "observation",
        ),
        (lambda value: value["results"][0]["findings"][0]["target"].update({"target-id": "a9.n9_obj"}), "objective"),
        (lambda value: value["results"][0]["observations"][0]["relevant-evidence"][0].update(href="#x"), "evidence"),
        (lambda value: value["results"][0]["observations"][0]["subjects"][0].update({"subject-uuid": "x"}), "subject"),
        (lambda value: value["back-matter"]["resources"][0]["rlinks"][0]["hashes"][0].update(value="0" * 64), "digest"),
        (lambda value: value["results"][0].pop("observations"), "observation"),
    ],
)
def test_verify_finds_what_no_oscal_schema_does(bundle: BuiltBundle, change: Any, problem: str) -> None:
    path = bundle.path / "data/export/oscal/assessment-results.json"
    value = json.loads(path.read_bytes())
    change(value["assessment-results"])
    path.write_bytes(dumps(value))
    reseal(bundle.path)
    assert any("OSCAL" in one and problem in one for one in verify(bundle.path).problems)


def test_waivers_are_listed_and_never_outlived(bundle: BuiltBundle) -> None:
    held = loads((bundle.path / "data/waivers.json").read_bytes())
    assert held["expired"] == ["W-2"] and held["unused"] == ["W-3"] and [one["waiver"] for one in held["applied"]] == ["W-1"]
    held["known"][0]["expires"] = "2025-01-01T00:00:00Z"
    (bundle.path / "data/waivers.json").write_bytes(document(held))
    reseal(bundle.path)
    assert any("after its end" in one for one in verify(bundle.path).problems)


def sarif(path: Path) -> Any:
    return json.loads((path / "data/export/results.sarif").read_bytes())["runs"][0]


def test_sarif_rules_and_suppressions(bundle: BuiltBundle) -> None:
    run = sarif(bundle.path)
    rules = run["tool"]["driver"]["rules"]
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("data/")
    suppressed = [one for one in run["results"] if "suppressions" in one]
    assert [one["partialFingerprints"]["manrs/v1"] for one in suppressed] == ["f2"]
    assert "until 2026-03-01T00:00:00Z" in suppressed[0]["suppressions"][0]["justification"]
    assert not any("baselineState" in one for one in run["results"])


def test_sarif_baseline_beside_the_previous_bundle(sample: ModuleType, bundle: BuiltBundle, tmp_path: Path) -> None:
    found = list(sample.findings())
    gone, fixed = found[2], found[0]
    rest = [replace(found[1], waived_by=None), *found[3:], replace(fixed, status=Status.PASS, fingerprint="f1-pass")]
    new = replace(found[1], fingerprint="f8", subject="interface eth2")
    report = sample.report(findings=(*rest, new), requirements=())
    second = build(tmp_path / "second", **sample.inputs(report=report, before=contents(bundle.path)))
    states = {one["partialFingerprints"]["manrs/v1"]: one for one in sarif(second.path)["results"]}
    assert {name: one["baselineState"] for name, one in states.items()} == {
        "f1": "absent",
        "f1-pass": "new",
        "f2": "updated",
        gone.fingerprint: "unchanged",
        "f4": "unchanged",
        "f5": "unchanged",
        "f8": "new",
    }
    assert states[gone.fingerprint]["message"]["text"].startswith("not assessed again")


def test_intoto_statement_names_what_was_tested(bundle: BuiltBundle) -> None:
    value = json.loads((bundle.path / "data/export/test-result.intoto.json").read_bytes())
    assert value["_type"] == "https://in-toto.io/Statement/v1" and value["predicate"]["result"] == "FAILED"
    assert value["predicate"]["failedTests"] == ["BOG-01 on edge1", "SAV-01 on edge1"]
    assert value["predicate"]["warnedTests"] == ["POL-01 on edge1", "SCP-01 on edge2"]
    assert value["predicate"]["passedTests"] == ["ROV-01 on edge1"]
    for one in (*value["subject"], *value["predicate"]["configuration"]):
        assert one["digest"]["sha256"] == sha256((bundle.path / one["name"]).read_bytes()).hexdigest()
    assert "data/devices/edge1/config.redacted.txt" in {one["name"] for one in value["subject"]}


def test_only_a_pass_is_passed(sample: ModuleType, tmp_path: Path) -> None:
    doubt = sample.report(findings=sample.findings()[2:], requirements=(), verdict="inconclusive")
    built = build(tmp_path / "b", **sample.inputs(report=doubt))
    assert json.loads((built.path / "data/export/test-result.intoto.json").read_bytes())["predicate"]["result"] == "FAILED"


def test_junit_counts_what_was_not_assessed_as_an_error(bundle: BuiltBundle) -> None:
    suites = ElementTree.fromstring((bundle.path / "data/export/junit.xml").read_bytes())
    assert suites.tag == "testsuites"
    for suite in suites:
        for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert len(suite.findall(f"testcase/{tag}")) == int(suite.attrib[attribute])
        assert len(suite.findall("testcase")) == int(suite.attrib["tests"])
    assert any(one.attrib["message"].startswith("unreachable") for one in suites.findall("testsuite[@name='edge2']/testcase/error"))


def test_gitlab_report_follows_its_documented_shape(bundle: BuiltBundle) -> None:
    rows = json.loads((bundle.path / "data/export/gl-code-quality-report.json").read_bytes())
    assert rows and len({one["fingerprint"] for one in rows}) == len(rows)
    for one in rows:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["location"]["lines"]["begin"] >= 1 and not one["location"]["path"].startswith(("/", "./"))
