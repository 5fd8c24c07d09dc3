"""What a bundle gives to evaluate its audit again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BundleError
from ..model.reference import Provenance
from ..model.result import DeviceScope
from ..model.snapshot import Snapshot
from . import bag as bags
from . import blocks
from .canonical import loads
from .redact import commitment
from .verify import sound


@dataclass(frozen=True, slots=True)
class ReplayInputs:
    """Everything an audit needs, read from a bundle; `scope` has expected and excluded devices, `raw` bytes by SHA-256."""

    snapshots: Mapping[str, Snapshot]
    scope: tuple[DeviceScope, ...]
    intent_bytes: bytes
    waivers_bytes: bytes | None
    provenance: tuple[Provenance, ...]
    raw: Mapping[str, bytes]
    run: Mapping[str, Any]
    expected_results: bytes


def load_for_replay(path: Path) -> ReplayInputs:
    """Read a bundle for replay; BundleError when it does not verify, or holds excerpts only."""
    bag = sound(path)
    run = loads(bag.read("data/run.json"))
    if not run["replayable"]:
        raise BundleError("this bundle holds excerpts only (mode lite) and cannot be evaluated again")
    scope = loads(bag.read("data/scope.json"))
    snapshots = {}
    for one in scope["devices"]:
        folder = f"data/devices/{one['folder']}"
        if f"{folder}/meta.json" in bag.entries:
            snapshots[one["name"]] = _snapshot(bag, folder)
    index = loads(bag.read("data/sources/index.json"))
    raw = {one["sha256"]: bag.read(f"data/sources/{one['file']}", bags.MAX_FILE) for one in index if one["file"]}
    waivers = bag.read("data/policy/waivers.yml") if "data/policy/waivers.yml" in bag.entries else None
    return ReplayInputs(
        snapshots=snapshots,
        scope=tuple(DeviceScope(one["name"], one["status"], one["reason"], one["platform"]) for one in scope["devices"]),
        intent_bytes=bag.read("data/policy/intent.yml"),
        waivers_bytes=waivers,
        provenance=tuple(Provenance(**{key: value for key, value in one.items() if key != "file"}) for one in index),
        raw=raw,
        run=run,
        expected_results=bag.read("data/results.jsonl", bags.MAX_FILE),
    )


def configuration(bag: bags.Bag, folder: str) -> str:
    """The redacted configuration of a device's folder."""
    return blocks.text(folder, bag.entries.__contains__, lambda name: bag.read(name, bags.MAX_FILE))


def opens(path: Path, device: str, text: str, key: bytes) -> bool:
    """Whether a raw text is what the device's commitment was made of; BundleError when the bundle does not verify or lacks the device."""
    bag = sound(path)
    for one in loads(bag.read("data/scope.json"))["devices"]:
        name = f"data/devices/{one['folder']}/meta.json"
        if one["name"] == device and name in bag.entries:
            return hmac.compare_digest(loads(bag.read(name))["raw_commitment"], commitment(key, device, text))
    raise BundleError(f"{path.name}: no configuration of {device!r}")


def device_configuration(path: Path, device: str) -> str:
    """The redacted configuration of a device; BundleError when the bundle does not verify or has none of it."""
    bag = sound(path)
    for one in loads(bag.read("data/scope.json"))["devices"]:
        if one["name"] == device and (text := configuration(bag, f"data/devices/{one['folder']}")):
            return text
    raise BundleError(f"{path.name}: no configuration of {device!r}")


def _snapshot(bag: bags.Bag, folder: str) -> Snapshot:
    meta = loads(bag.read(f"{folder}/meta.json"))
    config = configuration(bag, folder)
    state = {key: bag.read(f"{folder}/state/{file}", bags.MAX_FILE).decode("utf-8") for key, file in meta["state"].values()}
    return Snapshot(
        host=meta["name"],
        platform=meta["platform"],
        config=config,
        state=state,
        collected_at=meta["collected_at"],
        device_clock=meta["device_clock"],
        transport=meta["transport"],
        address=meta["address"],
        verified=meta["verified"],
        facts=dict(meta["facts"]),
        error=meta["error"],
    )


def differences(expected: bytes, actual: bytes, limit: int = 20) -> tuple[str, ...]:
    """What tells two `results.jsonl` apart, empty when they are the same bytes."""
    if expected == actual:
        return ()
    before, after = (set(data.split(b"\n")) for data in (expected, actual))
    lost = [f"only in the bundle: {_name(line)}" for line in sorted(before - after)]
    new = [f"only in the replay: {_name(line)}" for line in sorted(after - before)]
    return tuple([*lost, *new][:limit]) or ("same lines, in another order or number",)


def _name(line: bytes) -> str:
    if not line:
        return "an empty line"
    row = loads(line)
    return f"{row['check']} {row['device']} {row['subject']} {row['status']}: {row['message']}"
