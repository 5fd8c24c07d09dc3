"""The devices of a bundle: one at a time redacted and written, so that no more than one configuration is in memory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..model.result import Finding
from ..model.router import Router
from ..model.snapshot import Snapshot
from . import bag, blocks, charts, clocks
from .canonical import document, map_text, plain
from .faithful import Kept, Read, kept, text_of
from .redact import Device, Scrubber, commitment
from .results import by_device, device_values, in_order
from .writing import Writer

Mode = Literal["full", "lite", "blocks"]
"""Redacted configurations as files, excerpts only, or configurations cut into blocks that are stored once."""
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(slots=True)
class Parts:
    """What the rest of a bundle is made from, once its devices are written."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    devices: list[dict[str, Any]] = field(default_factory=list)
    figures: list[charts.Drawn] = field(default_factory=list)


def write_devices(
    out: Writer,
    names: Mapping[str, str],
    snapshots: Mapping[str, Snapshot],
    routers: Mapping[str, Router],
    findings: Sequence[Finding],
    scrubber: Scrubber,
    key: bytes,
    mode: Mode,
    read: Read | None = None,
) -> Parts:
    """Write every device below its safe name. Each snapshot and router is asked for once and then let go: both may be read on demand.

    With `read`, each redacted text is read again; the results on a device whose model it does not give are marked as not replayable.
    """
    parts, pending = Parts(), by_device(findings)
    for name, slug in names.items():
        snapshot, router = snapshots.get(name), routers.get(name)
        reader = None if mode == "lite" else read
        held = kept(snapshot, router, scrubber, reader) if snapshot is not None and router is not None else None
        rows = device_values(pending.pop(name, ()), held.device if held else None, scrubber)
        if held and held.differs:
            rows = [{**one, "replayable": False} for one in rows]
        parts.findings += rows
        if router is not None:
            parts.figures.append(charts.drawn(name, router, scrubber.text))
        if snapshot is not None:
            _device(out, parts, rows, name, slug, snapshot, router, held, scrubber, key, mode)
    parts.findings = in_order([*parts.findings, *(row for rest in pending.values() for row in device_values(rest, None, scrubber))])
    return parts


def slugs(names: set[str]) -> dict[str, str]:
    """A safe folder name for each device name; names that are hostile or differ only in case get a digest appended."""
    folded = Counter(name.lower() for name in names)
    result = {}
    for name in sorted(names):
        if SAFE_NAME.fullmatch(name) and folded[name.lower()] == 1 and ".." not in name:
            result[name] = name
        else:
            body = re.sub(r"[^A-Za-z0-9-]", "-", name)[:60].strip("-") or "device"
            result[name] = f"{body}-{bag.digest(name.encode('utf-8', 'backslashreplace'))[:12]}"
    return result


def _device(
    out: Writer,
    parts: Parts,
    rows: Sequence[dict[str, Any]],
    name: str,
    slug: str,
    snapshot: Snapshot,
    router: Router | None,
    held: Kept | None,
    scrubber: Scrubber,
    key: bytes,
    mode: Mode,
) -> None:
    meta: dict[str, Any] = {
        "name": name,
        "platform": snapshot.platform,
        "collected_at": snapshot.collected_at,
        "device_clock": snapshot.device_clock,
        "skew_seconds": clocks.skew(snapshot),
        "clock_distrusted": clocks.distrusted(snapshot.device_clock),
        "transport": snapshot.transport,
        "address": snapshot.address,
        "verified": snapshot.verified,
        "facts": sorted([k, v] for k, v in snapshot.facts.items()),
        "error": snapshot.error,
        "raw_commitment": commitment(key, name, snapshot.config),
        "raw_commitment_method": "HMAC-SHA256(run key, 'manrs-raw' NUL device NUL configuration)",
        "mode": mode,
        "state": {},
        "version": None,
        "unread": [],
    }
    folder = f"data/devices/{slug}"
    if router is not None and held is not None:
        device = held.device
        meta["replayable"] = mode != "lite" and not held.differs
        meta["replay_differs"] = list(held.differs)
        counted = Counter(router.line_states)
        meta["version"] = router.version
        meta["complete"] = router.complete
        meta["incomplete_because"] = router.incomplete_because
        meta["coverage"] = {
            "lines": len(device.lines),
            "used": counted["u"],
            "irrelevant": counted["i"],
            "unsupported": counted["s"],
            "unrecognised": counted["?"],
        }
        meta["unread"] = [
            {"line": one.line, "text": device.line(one.line), "state": one.state, "taints": str(one.taints)}
            for one in router.unread
        ]
        text = text_of(device)
        if mode == "full":
            out.add({f"{folder}/config.redacted.txt": text.encode("utf-8")})
        elif mode == "blocks":
            out.add(blocks.store(folder, text))
        else:
            out.add({f"{folder}/excerpts.json": document(_excerpts(rows, device))})
        for number, (item, text) in enumerate(sorted(held.state.items())):
            file = (
                f"{item}.txt" if SAFE_NAME.fullmatch(item) and item == item.lower() and ".." not in item else f"state-{number}.txt"
            )
            meta["state"][str(number)] = [item, file]
            if mode != "lite":
                out.add({f"{folder}/state/{file}": text.encode("utf-8")})
    cleaned = map_text(plain(meta), scrubber.text)
    out.add({f"{folder}/meta.json": document(cleaned)})
    parts.devices.append({**cleaned, "slug": slug})


def _excerpts(rows: Sequence[dict[str, Any]], device: Device) -> dict[str, str]:
    wanted: set[int] = set()
    for one in rows:
        wanted.update(line["line"] for line in one["lines"])
        wanted.update(step["line"] for witness in one["witnesses"] for step in witness["trace"])
    return {str(number): device.line(number) for number in sorted(wanted) if device.line(number)}
