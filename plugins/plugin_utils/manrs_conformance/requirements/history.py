"""What earlier runs said of the requirements that lapse over months: one row for each bundle of the chain, counted by calendar month."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model.result import Met, RequirementResult
from .norm import Norm

MONTHS = 3
"""Months in a row below the share after which suspension is possible (MANRS Network Operators 2.5.2, Action 4)."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The verdicts of one run on the requirements that ask for a share, and the root of the bundle that holds it."""

    as_of: str
    verdicts: Mapping[str, str]
    root: str = ""


def row(results: Iterable[Mapping[str, object]], norm: Norm, as_of: str, root: str) -> Earlier:
    """The row of a run from its results as a bundle writes them."""
    shares = {one.id for one in norm.requirements if one.percent is not None and one.phase == "ongoing"}
    found = {str(one["requirement"]): str(one["verdict"]) for one in results if one.get("requirement") in shares}
    return Earlier(as_of, found, root)


def recent(rows: Iterable[Earlier], as_of: str) -> tuple[Earlier, ...]:
    """Rows of this calendar month and those before it that count, oldest first, one a day and answer; later ones than `as_of` are left out."""
    last = _month(as_of)
    kept: dict[object, Earlier] = {}
    for one in sorted(rows, key=lambda each: each.as_of):
        if one.as_of <= as_of and last - MONTHS < _month(one.as_of):
            kept[one.as_of[:10], tuple(sorted(one.verdicts.items()))] = one
    return tuple(kept.values())


def lapse(shares: Sequence[RequirementResult], rows: Sequence[Earlier], as_of: str) -> tuple[Met, str]:
    """Whether every alternative stayed below its share in each of the months that count; `shares` are the results of now, none of them met.

    A month in which no run said so of every alternative leaves it open; one run in which an alternative was met ends it.
    """
    names = [one.requirement for one in shares]
    now = Earlier(as_of, {one.requirement: str(one.verdict) for one in shares})
    known = [*recent(rows, as_of), now]
    for one in known:
        met = sorted(name for name in names if one.verdicts.get(name) == Met.MET)
        if met:
            return (
                Met.NOT_APPLICABLE,
                f"does not apply: {' and '.join(met)} {'was' if len(met) == 1 else 'were'} met on {one.as_of[:10]}",
            )
    below = {_month(one.as_of): one.as_of[:10] for one in known if names and all(one.verdicts.get(n) == Met.NOT_MET for n in names)}
    last = _month(as_of)
    missing = [month for month in range(last - MONTHS + 1, last + 1) if month not in below]
    if not missing:
        days = ", ".join(below[month] for month in sorted(below))
        return Met.NOT_MET, f"{' and '.join(names)} are below their share for {MONTHS} months ({days}): suspension is possible"
    words = ", ".join(f"{one.requirement} {one.verdict}" for one in shares)
    return Met.INCONCLUSIVE, f"{words} now; not seen in earlier runs: {', '.join(map(_text, missing))}"


def _month(as_of: str) -> int:
    when = datetime.datetime.fromisoformat(as_of)
    when = when.astimezone(datetime.UTC) if when.tzinfo else when
    return when.year * 12 + when.month - 1


def _text(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02}"
