"""Bundles that follow each other: the root is named, age is carried over, and nothing unassessed is called fixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from manrs_conformance.errors import BundleError
from manrs_conformance.evidence import BuiltBundle, build, contents, diff, show, verify
from manrs_conformance.model.result import Finding, Severity, Status

Change = Callable[[list[Finding]], list[Finding]]


@pytest.fixture
def first(sample: ModuleType, tmp_path: Path) -> BuiltBundle:
    return build(tmp_path / "first", **sample.inputs())


def later(sample: ModuleType, path: Path, before: Path, change: Change, **more: object) -> BuiltBundle:
    """A bundle of the day after, that follows `before`, with its findings changed."""
    report = sample.report(findings=tuple(change(list(sample.findings()))), requirements=(), as_of="2026-01-03T00:00:00Z")
    run = replace(sample.RUN, as_of="2026-01-03T00:00:00Z")
    return build(path, **sample.inputs(report=report, run=run, before=contents(before), **more))


def test_age_is_carried_over(sample: ModuleType, first: BuiltBundle, tmp_path: Path) -> None:
    extra = replace(sample.findings()[0], cause="other", fingerprint="f9")
    second = later(sample, tmp_path / "second", first.path, lambda all_: [*all_, extra])
    held = contents(second.path)
    assert verify(second.path).ok and held.run["previous_root"] == first.root_sha256
    assert held.seen == {**dict.fromkeys(("f1", "f2", "f3", "f5"), sample.RUN.as_of), "f9": "2026-01-03T00:00:00Z"}
    assert f"Previous-Root: {first.root_sha256}" in (second.path / "bag-info.txt").read_text()
    assert "2026-01-02" in show(second.path) and first.root_sha256 in show(second.path)
    third = later(sample, tmp_path / "third", second.path, lambda all_: [one for one in all_ if one.fingerprint != "f1"])
    fourth = later(sample, tmp_path / "fourth", third.path, lambda all_: all_)
    assert contents(fourth.path).seen["f1"] == "2026-01-03T00:00:00Z" and contents(fourth.path).seen["f3"] == sample.RUN.as_of


CASES = [
    ("new", lambda one: one, "f9"),
    ("fixed", lambda one: replace(one, status=Status.PASS, fingerprint="f9"), "f1"),
    ("gone", lambda one: None, "f1"),
    ("gone", lambda one: replace(one, status=Status.INCONCLUSIVE, fingerprint="f9"), "f1"),
    ("worsened", lambda one: replace(one, severity=Severity.CRITICAL), "f1"),
    ("waived", lambda one: replace(one, waived_by="W-2"), "f1"),
    ("changed", lambda one: replace(one, severity=Severity.LOW), "f1"),
    ("changed", lambda one: replace(one, status=Status.INCONCLUSIVE), "f1"),
]


@pytest.mark.parametrize(("kind", "change", "fingerprint"), CASES)
def test_each_kind_of_change(
    sample: ModuleType, first: BuiltBundle, tmp_path: Path, kind: str, change: Callable[[Finding], Finding | None], fingerprint: str
) -> None:
    def apply(found: list[Finding]) -> list[Finding]:
        made = change(found[0])
        if kind == "new":
            return [*found, replace(found[0], fingerprint="f9", cause="other")]
        return [one for one in (made, *found[1:]) if one is not None]

    second = later(sample, tmp_path / "second", first.path, apply)
    found = diff(first.path, second.path)
    rows = getattr(found.results, kind)
    named = [(one[1] if isinstance(one, tuple) else one)["fingerprint"] for one in rows]
    assert fingerprint in named and found.chained
    assert {"gone": "no longer assessed:", "changed": "changed:"}.get(kind, kind) in found.text


def test_expired_waiver_and_doubt_that_became_a_fail(sample: ModuleType, first: BuiltBundle, tmp_path: Path) -> None:
    def apply(found: list[Finding]) -> list[Finding]:
        return [found[0], replace(found[1], waived_by=None), replace(found[2], status=Status.FAIL), *found[3:]]

    found = diff(first.path, later(sample, tmp_path / "second", first.path, apply).path)
    assert [new["fingerprint"] for _old, new in found.results.expired] == ["f2"]
    assert [new["fingerprint"] for _old, new in found.results.worsened] == ["f3"]
    assert "waiver expired: waived by W-1" in found.text


def test_a_device_that_was_lost_fixes_nothing(sample: ModuleType, first: BuiltBundle, tmp_path: Path) -> None:
    report = sample.report()
    scope = tuple(replace(one, status="partial") if one.name == "edge1" else one for one in report.scope)
    passing = tuple(replace(one, status=Status.PASS, fingerprint=one.fingerprint + "x") for one in report.findings[:3])
    changed = replace(report, scope=scope, findings=passing, requirements=(), verdict="inconclusive")
    second = build(tmp_path / "second", **sample.inputs(report=changed))
    found = diff(first.path, second.path)
    assert not found.results.fixed and {one["fingerprint"] for one in found.results.gone} == {"f1", "f2", "f3", "f5"}
    assert ("edge1", "assessed", "partial") in found.devices and not found.chained and "does not name" in found.text


def test_a_bundle_follows_only_what_verifies_and_is_its_own(sample: ModuleType, first: BuiltBundle, tmp_path: Path) -> None:
    held = contents(first.path)
    with pytest.raises(BundleError, match="another network"):
        build(tmp_path / "b", **sample.inputs(run=replace(sample.RUN, asns=(64999,)), before=held))
    with pytest.raises(BundleError, match="later than"):
        build(tmp_path / "b", **sample.inputs(run=replace(sample.RUN, as_of="2025-01-01T00:00:00Z"), before=held))
    (first.path / "data/REPORT.md").write_text("changed")
    with pytest.raises(BundleError, match="does not verify"):
        contents(first.path)
