"""What changed between the results of two runs, by fingerprint; nothing that was no longer judged is called fixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STATUS_ORDER = ("fail", "error", "inconclusive", "pass", "not_applicable")
SEVERITY = ("critical", "high", "medium", "low", "info")
OPEN = ("fail", "error", "inconclusive")

Row = Mapping[str, Any]
Pair = tuple[Row, Row]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Results of a later run beside an earlier one; open means fail, error or inconclusive."""

    new: tuple[Row, ...]
    """Open now, not open before."""
    fixed: tuple[Row, ...]
    """Open before, and the same question was answered without it now."""
    gone: tuple[Row, ...]
    """Open before, and the question was not answered now: the device was not assessed, or the subject is no longer there."""
    worsened: tuple[Pair, ...]
    """From doubt to fail, or of a higher severity."""
    waived: tuple[Pair, ...]
    expired: tuple[Pair, ...]
    """Fails that a waiver covered before and none covers now."""
    changed: tuple[Pair, ...]
    """Open in both, in another state that is not worse."""
    unchanged: int


def state(one: Row) -> str:
    """Status for display: a waived fail is shown as such."""
    return "waived" if one["waived_by"] and one["status"] == "fail" else str(one["status"])


def order(one: Row) -> tuple[int, bool, int, str, str, str]:
    """Worst first."""
    return (
        STATUS_ORDER.index(one["status"]),
        bool(one["waived_by"]),
        SEVERITY.index(one["severity"]),
        one["check"],
        one["device"],
        one["subject"],
    )


def merged(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows by fingerprint, the worst one where several share it."""
    return {one["fingerprint"]: one for one in sorted(rows, key=order, reverse=True)}


def _question(one: Row) -> tuple[Any, ...]:
    return one["check"], one["device"], one["subject"], one["family"], one["direction"]


def compare(before: Sequence[Row], after: Sequence[Row], assessed: frozenset[str]) -> Comparison:
    """Compare rows of `results.jsonl`; `assessed` names what was completely read in the later run (fleet-wide subjects among them)."""
    old, new = merged(before), merged(after)
    answers: dict[tuple[Any, ...], set[str]] = {}
    for one in after:
        answers.setdefault(_question(one), set()).add(one["status"])
    lost = [one for key, one in sorted(old.items()) if one["status"] in OPEN and not _open(new.get(key))]

    def answered(one: Row) -> bool:
        said = answers.get(_question(one), set())
        return one["device"] in assessed and bool(said) and not said & {"error", "inconclusive"}

    both = [(old[key], new[key]) for key in sorted(old.keys() & new.keys()) if _open(old[key]) and _open(new[key])]
    kinds: dict[str, list[Pair]] = {}
    for pair in both:
        kinds.setdefault(_kind(*pair), []).append(pair)
    return Comparison(
        new=tuple(one for key, one in sorted(new.items()) if _open(one) and not _open(old.get(key))),
        fixed=tuple(one for one in lost if answered(one)),
        gone=tuple(one for one in lost if not answered(one)),
        worsened=tuple(kinds.get("worsened", ())),
        waived=tuple(kinds.get("waived", ())),
        expired=tuple(kinds.get("expired", ())),
        changed=tuple(kinds.get("changed", ())),
        unchanged=len(kinds.get("", ())),
    )


def _open(one: Row | None) -> bool:
    return one is not None and one["status"] in OPEN


def _kind(old: Row, new: Row) -> str:
    if old["status"] == new["status"] == "fail" and bool(old["waived_by"]) != bool(new["waived_by"]):
        return "expired" if old["waived_by"] else "waived"
    if (new["status"] == "fail") > (old["status"] == "fail") or SEVERITY.index(new["severity"]) < SEVERITY.index(old["severity"]):
        return "worsened"
    return "changed" if state(old) != state(new) or old["severity"] != new["severity"] else ""
