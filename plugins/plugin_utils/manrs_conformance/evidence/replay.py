"""What a bundle gives to evaluate its audit again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
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
from .verifying import sound

DOUBT = "its redacted configuration does not carry all that was read from the raw one"


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
    doubted: frozenset[str] = frozenset()
    """Devices whose redacted text does not mean all that the raw one did: their snapshots here are errors, so that nothing is judged by them."""


def load_for_replay(path: Path) -> ReplayInputs:
    """Read a bundle for replay; BundleError when it does not verify, or holds excerpts only."""
    bag = sound(path)
    run = loads(bag.read("data/run.json"))
    if not run["replayable"]:
        raise BundleError("this bundle holds excerpts only (mode lite) and cannot be evaluated again")
    scope = loads(bag.read("data/scope.json"))
    doubted = frozenset(run.get("not_replayable", ()))
    snapshots = {}
    for one in scope["devices"]:
        folder = f"data/devices/{one['folder']}"
        if f"{folder}/meta.json" in bag.entries:
            found = _snapshot(bag, folder)
            snapshots[one["name"]] = replace(found, config="", state={}, error=DOUBT) if one["name"] in doubted else found
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
        doubted=doubted,
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


def differences(expected: bytes, actual: bytes, doubted: Set[str] = frozenset(), limit: int = 20) -> tuple[str, ...]:
    """What tells two `results.jsonl` apart, empty when they are the same bytes.

    Results on `doubted` devices, and those that became less certain for want of them, are no differences; one that became more certain is.
    """
    if expected == actual:
        return ()
    before, after = (set(data.split(b"\n")) for data in (expected, actual))
    lost, new = sorted(before - after), sorted(after - before)
    if doubted:
        old, found = {_identity(line): line for line in lost}, {_identity(line): line for line in new}
        less = {key for key, line in found.items() if _status(line) in LESS or (key in old and _status(old[key]) == _status(line))}
        lost = [line for line in lost if _identity(line)[1] not in doubted and _identity(line) not in less]
        new = [line for line in new if _identity(line) not in less]
        if not lost and not new:
            return ()
    told = [*(f"only in the bundle: {_name(line)}" for line in lost), *(f"only in the replay: {_name(line)}" for line in new)]
    return tuple(told[:limit]) or ("same lines, in another order or number",)


LESS = ("inconclusive", "error")
"""States that claim nothing."""


def _identity(line: bytes) -> tuple[str, ...]:
    row = loads(line) if line else {}
    return tuple(str(row.get(key)) for key in ("check", "device", "subject", "family", "direction"))


def _status(line: bytes) -> str:
    return str(loads(line)["status"]) if line else ""


def _name(line: bytes) -> str:
    if not line:
        return "an empty line"
    row = loads(line)
    return f"{row['check']} {row['device']} {row['subject']} {row['status']}: {row['message']}"
