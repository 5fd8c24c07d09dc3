"""Which files of a bundle a verdict on a requirement rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

RESULTS, STATEMENTS, NORM = "data/results.jsonl", "data/attestations.json", "data/policy/norm.json"
RAW = "data/sources/raw/"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where things lie in a bundle: findings by fingerprint, files of devices by name, of sources by the start of their digest."""

    findings: Mapping[str, Mapping[str, Any]]
    devices: Mapping[str, str]
    sources: Mapping[str, str]
    stated: frozenset[str]
    """Requirements that the operator made a statement on."""

    @classmethod
    def of(
        cls, findings: Iterable[Mapping[str, Any]], folders: Mapping[str, str], held: Iterable[str], stated: Iterable[str]
    ) -> Shelf:
        """From the findings, the folder of each device, and the names of the files."""
        known = frozenset(held)
        metas = {name: f"data/devices/{folder}/meta.json" for name, folder in folders.items()}
        return cls(
            {one["fingerprint"]: one for one in findings},
            {name: path for name, path in metas.items() if path in known},
            {path[len(RAW) :][:16]: path for path in known if path.startswith(RAW)},
            frozenset(stated),
        )

    def files(self, requirement: Mapping[str, Any]) -> list[str]:
        """Paths of the evidence: results with the devices and sources behind them, else the operator's statement, else the norm itself."""
        behind = [self.findings[name] for name in requirement["decided_by"]]
        out = {RESULTS} if behind else set()
        out |= {self.devices[one] for one in {each["device"] for each in behind} if one in self.devices}
        digests = {source.rpartition(" ")[2] for source in {source for one in behind for source in one["sources"]}}
        out |= {self.sources[one] for one in digests if one in self.sources}
        if not behind and requirement["requirement"] in self.stated:
            out.add(STATEMENTS)
        return sorted(out) or [NORM]
