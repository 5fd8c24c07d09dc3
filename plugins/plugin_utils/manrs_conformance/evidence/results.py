"""Findings as the canonical record, and one export of them without a bundle around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..model.result import DeviceScope, Finding
from ..model.router import Router
from ..model.snapshot import Snapshot
from . import bag, exports
from .canonical import dumps, map_text, plain
from .redact import Device, Scrubber, as_kept, finding_value, redact, secret_values


def results_bytes(findings: Sequence[Finding], snapshots: Mapping[str, Snapshot], routers: Mapping[str, Router]) -> bytes:
    """The bytes of `results.jsonl` for findings on texts that a bundle kept: what a replay must give again."""
    return record(_values(findings, snapshots, routers, kept=True))["data/results.jsonl"]


def single_export(
    name: str,
    findings: Sequence[Finding],
    scope: Sequence[DeviceScope],
    snapshots: Mapping[str, Snapshot],
    routers: Mapping[str, Router],
    *,
    verdict: str,
    tool_version: str = "",
    places: Mapping[str, exports.Place] | None = None,
    baseline: Mapping[str, str] | None = None,
) -> bytes:
    """One export (`results.sarif`, `junit.xml`, …) without a bundle around it, redacted like the bundle's own.

    `places` says where the text of each device lies, `baseline` by fingerprint what a finding is to SARIF beside the state
    before: `new`, `unchanged` or `absent`.
    """
    scoped = [{"name": one.name, "folder": one.name, "status": one.status, "reason": one.reason} for one in scope]
    facts = {"run": {"tool_version": tool_version, "verdict": verdict}, "scope": {"devices": scoped}}
    values = _values(findings, snapshots, routers)
    if baseline is not None:
        values = [{**one, "baseline": baseline.get(one["fingerprint"], "unchanged")} for one in values]
    return exports.all_of(facts, values, places)[name]


def _values(
    findings: Sequence[Finding], snapshots: Mapping[str, Snapshot], routers: Mapping[str, Router], *, kept: bool = False
) -> list[dict[str, Any]]:
    """Findings of a fleet as plain redacted values, in order; `kept` texts were redacted before."""
    scrubber = Scrubber(secret_values(snapshots, routers))
    pending, values = by_device(findings), list[dict[str, Any]]()
    for name, router in routers.items():
        if name in snapshots:
            device = as_kept(snapshots[name], router) if kept else redact(snapshots[name], router, scrubber)
            values += device_values(pending.pop(name, ()), device, scrubber)
    return in_order([*values, *(one for rest in pending.values() for one in device_values(rest, None, scrubber))])


def by_device(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Findings by the device that they are about."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.device, []).append(one)
    return found


def device_values(findings: Sequence[Finding], device: Device | None, scrubber: Scrubber) -> list[dict[str, Any]]:
    """Findings about one device as plain redacted values; with the device in hand, so that a fleet's texts are never held together."""
    if not findings:
        return []
    strings: list[str] = []
    map_text([plain(one) for one in findings], lambda text: strings.append(text) or text)  # type: ignore[func-returns-value]
    scrubber = scrubber.within(strings)
    return [finding_value(one, device, scrubber) for one in findings]


def in_order(values: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Values of findings in an order that depends on nothing but themselves."""
    return sorted(
        values,
        key=lambda one: (one["check"], one["device"], one["subject"], one["family"] or "", one["direction"] or "", dumps(one)),
    )


def record(findings: Sequence[dict[str, Any]]) -> dict[str, bytes]:
    """`results.jsonl` and the witnesses that it names, as files."""
    files: dict[str, bytes] = {}
    rows = []
    for one in findings:
        identities = []
        for witness in one["witnesses"]:
            data = dumps(witness) + b"\n"
            identity = bag.digest(data)[:32]
            files[f"data/witnesses/{identity}.json"] = data
            identities.append(identity)
        row = {key: item for key, item in one.items() if key != "witnesses"} | {"witness_ids": identities}
        rows.append(dumps(row) + b"\n")
    return files | {"data/results.jsonl": b"".join(rows)}


def grouped(findings: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """Fingerprints by check and status."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in findings:
        found.setdefault(one["check"], {}).setdefault(one["status"], []).append(one["fingerprint"])
    return {check: {status: sorted(names) for status, names in by.items()} for check, by in found.items()}
