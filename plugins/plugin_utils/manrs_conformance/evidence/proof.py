"""Which files of a bundle a verdict on a requirement rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

RESULTS, STATEMENTS, NORM = "data/results.jsonl", "data/attestations.json", "data/policy/norm.json"
HISTORY = "data/history.json"
"""What earlier runs of the chain found on requirements that lapse over months."""
RAW = "data/sources/raw/"
SHOWN = 16
"""Characters of a digest by which results name a source."""


@dataclass(frozen=True, slots=True)
class Held:
    """The files of a bundle that a verdict may rest on: what was read of devices, and the bytes of sources by how their name begins."""

    devices: frozenset[str]
    sources: Mapping[str, str]
    history: frozenset[str] = frozenset()
    """What earlier runs found, where the bundle follows another."""

    @classmethod
    def of(cls, paths: Iterable[str]) -> Held:
        """Those among all paths of a bundle."""
        known = tuple(paths)
        sources = {path[len(RAW) :][:SHOWN]: path for path in known if path.startswith(RAW)}
        return cls(
            frozenset(path for path in known if path.startswith("data/devices/")), sources, frozenset({HISTORY} & set(known))
        )


def files(
    requirement: Mapping[str, Any],
    findings: Mapping[str, Mapping[str, Any]],
    folders: Mapping[str, str],
    held: Held,
    stated: Iterable[str],
) -> list[str]:
    """Paths of the evidence: results with the devices and sources behind them, else the operator's statement, else the norm itself.

    `findings` are by fingerprint, `folders` by device, `stated` the requirements that a statement was made on.
    """
    out: set[str] = set()
    for one in (findings[name] for name in requirement["decided_by"]):
        out.add(RESULTS)
        meta = f"data/devices/{folders.get(one['device'])}/meta.json"
        out |= {meta} & held.devices
        digests = (source.rpartition(" ")[2] for source in one["sources"])
        out |= {held.sources[digest] for digest in digests if digest in held.sources}
    if requirement["decided_by"] and requirement.get("phase") == "suspension":
        out |= held.history
    if not requirement["decided_by"] and requirement["requirement"] in stated:
        out.add(STATEMENTS)
    return sorted(out) or [NORM]
