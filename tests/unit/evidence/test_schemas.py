"""Exports hold to the published schemas of their formats; what a schema does not see is in test_exports.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import manrs_conformance
import pytest
from jsonschema import Draft4Validator, Draft7Validator, Draft202012Validator
from lxml import etree
from manrs_conformance import api
from manrs_conformance.evidence import build

SCHEMAS = Path(__file__).with_name("schemas")
SELFTEST = Path(manrs_conformance.__file__).parent / "data" / "selftest"
OSCAL = ("catalog", "profile", "assessment-plan", "assessment-results")
JSON = {
    **{f"oscal/{name}.json": (Draft7Validator, f"oscal_{name}_schema.json") for name in OSCAL},
    "results.sarif": (Draft4Validator, "sarif-2.1.0-rtm.5.json"),
    "gl-code-quality-report.json": (Draft202012Validator, "gitlab-code-quality.json"),
}


@pytest.fixture(scope="module")
def exports(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Exports of bundles made up, following another, really judged, and of nothing."""
    folder = tmp_path_factory.mktemp("schemas")
    inputs = api.Inputs.read(SELFTEST / "manrs.yml", None, folder, "2026-10-01T00:00:00Z")
    first = api.write_bundle(folder / "first", api.audit_inputs(api.saved([SELFTEST], None), inputs), inputs)
    better = api.audit_inputs(api.saved([SELFTEST / "good.frr.cfg"], None), inputs)
    nothing = sample.inputs(report=sample.report(findings=(), scope=(), requirements=(), verdict="pass"), snapshots={}, routers={})
    made = [
        build(folder / "sample", **sample.inputs()),
        first,
        api.write_bundle(folder / "second", better, inputs, previous=first.path),
        build(folder / "nothing", **nothing),
    ]
    return [one.path / "data/export" for one in made]


def problems(name: str, value: Any) -> list[str]:
    """What a schema finds wrong. Python's patterns have no classes of Unicode: those of OSCAL's tokens are spelt out."""
    kind, file = JSON[name]
    text = (SCHEMAS / file).read_text("utf-8").replace("\\\\p{L}", "[^\\\\W\\\\d_]").replace("\\\\p{N}", "\\\\d")
    return [f"{one.json_path}: {one.message[:200]}" for one in kind(json.loads(text)).iter_errors(value)]


@pytest.mark.parametrize("name", JSON)
def test_json_exports_hold_to_their_schema(exports: list[Path], name: str) -> None:
    for folder in exports:
        assert problems(name, json.loads((folder / name).read_bytes())) == [], folder


def test_junit_holds_to_its_schema(exports: list[Path]) -> None:
    schema = etree.XMLSchema(file=str(SCHEMAS / "junit-10.xsd"))
    for folder in exports:
        assert schema.validate(etree.parse(str(folder / "junit.xml"))), (folder, schema.error_log)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        (
            "oscal/assessment-results.json",
            lambda value: value["assessment-results"]["results"][0]["findings"][0]["target"].pop("status"),
        ),
        ("oscal/catalog.json", lambda value: value["catalog"]["groups"][0]["controls"][0].update(id="1 no token")),
        ("results.sarif", lambda value: value["runs"][0]["results"][0].update(level="bad")),
        ("results.sarif", lambda value: value["runs"][0].update(more=1)),
        ("gl-code-quality-report.json", lambda value: value[0].update(severity="high")),
    ],
)
def test_the_schemas_do_bite(exports: list[Path], name: str, spoil: Callable[[Any], object]) -> None:
    value = json.loads((exports[0] / name).read_bytes())
    spoil(value)
    assert problems(name, value)
