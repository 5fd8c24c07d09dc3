"""Which files of a bundle a verdict on a requirement rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

RESULTS, STATEMENTS, NORM = "data/results.jsonl", "data/attestations.json", "data/policy/norm.json"
RAW = "data/sources/raw/"


def files(
    requirement: Mapping[str, Any],
    findings: Mapping[str, Mapping[str, Any]],
    folders: Mapping[str, str],
    held: Iterable[str],
    stated: Iterable[str],
) -> list[str]:
    """Paths of the evidence: results with the devices and sources behind them, else the operator's statement, else the norm itself.

    `findings` are by fingerprint, `folders` by device, `held` are the files of the bundle, `stated` the requirements that a statement was made on.
    """
    known = tuple(held)
    out: set[str] = set()
    for one in (findings[name] for name in requirement["decided_by"]):
        out.add(RESULTS)
        folder = folders.get(one["device"])
        out |= {path for path in known if folder and path == f"data/devices/{folder}/meta.json"}
        digests = {source.rpartition(" ")[2] for source in one["sources"]}
        out |= {path for path in known if path.startswith(RAW) and path[len(RAW) :][:16] in digests}
    if not requirement["decided_by"] and requirement["requirement"] in stated:
        out.add(STATEMENTS)
    return sorted(out) or [NORM]
