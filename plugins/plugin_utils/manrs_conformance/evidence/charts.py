"""Figures of the report as plain numbers: trend beside the previous bundle, size of filters, source address validation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..model.router import Interface, Router
from .compare import Comparison, Row, order, state
from .previous import Contents

LISTED = 25
"""Rows of a figure, and results of a kind that the trend names."""


def trend(before: Contents, found: Comparison, findings: Sequence[Row]) -> dict[str, Any]:
    """What changed since the previous bundle."""
    named = {
        "new": found.new,
        "worsened": tuple(new for _old, new in found.worsened),
        "waiver expired": tuple(new for _old, new in found.expired),
        "fixed": found.fixed,
        "no longer assessed": found.gone,
        "waived since": tuple(new for _old, new in found.waived),
        "otherwise changed": tuple(new for _old, new in found.changed),
    }
    kinds = ("fail", "waived", "error", "inconclusive", "pass")
    then, now = (Counter(state(one) for one in rows) for rows in (before.rows, findings))
    return {
        "as_of": before.run["as_of"],
        "root": before.root,
        "counts": {name: len(rows) for name, rows in named.items()} | {"unchanged": found.unchanged},
        "rows": {name: sorted(rows, key=order)[:LISTED] for name, rows in named.items() if rows and name != "waived since"},
        "bars": [
            (before.run["as_of"][:10], {kind: then[kind] for kind in kinds}),
            ("this run", {kind: now[kind] for kind in kinds}),
        ],
    }


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the report draws of one router, so that its model need not be kept."""

    device: str
    sessions: tuple[str, ...]
    filters: tuple[dict[str, Any], ...]
    """Prefix lists with their number of entries."""
    validated: Mapping[str, int]
    """Interfaces in use by what they do to source addresses, in the family where they do less; empty where there are none."""


def drawn(name: str, router: Router, clean: Callable[[str], str]) -> Drawn:
    """The figures of one router; `clean` takes secrets out of a name."""
    lists = [{"device": name, "name": clean(one.name), "afi": str(one.afi), "entries": one.size} for one in router.prefix_lists]
    counted = Counter(_validated(one) for one in router.interfaces if one.addresses and not one.shutdown)
    kinds = {kind: counted[kind] for kind in VALIDATION} if counted else {}
    return Drawn(name, tuple(one.key for one in router.sessions), tuple(lists), kinds)


VALIDATION = ("strict", "filter", "loose", "none")


def filters(figures: Sequence[Drawn]) -> list[dict[str, Any]]:
    """Prefix lists by size, largest first."""
    found = [one for each in figures for one in each.filters]
    return sorted(found, key=lambda one: (-one["entries"], one["device"], one["name"], one["afi"]))


Sizes = dict[str, dict[str, dict[str, int]]]
"""Number of entries by device, address family and name of the list."""


def sizes(figures: Sequence[Drawn]) -> Sizes:
    """Prefix lists as a bundle holds them: a fleet has hundreds of thousands, so each is no more than its name and a number."""
    out: Sizes = {}
    for one in (one for each in figures for one in each.filters):
        lists = out.setdefault(one["device"], {}).setdefault(one["afi"], {})
        lists[one["name"]] = lists.get(one["name"], 0) + one["entries"]
    return out


def drift(before: Contents, figures: Sequence[Drawn]) -> dict[str, Any] | None:
    """How prefix lists changed in size since the previous bundle, the largest change first; None where that bundle has no sizes.

    A list of a router that was not completely read on both sides is not compared: that it is missing says nothing.
    """
    if before.filters is None:
        return None
    then, now = _by_key(before.filters), _by_key(sizes(figures))
    read = before.assessed & {one.device for one in figures}
    compared = [key for key in sorted({*then, *now}) if key[0] in read]
    rows: list[dict[str, Any]] = [
        {"device": key[0], "name": key[1], "afi": key[2], "then": then.get(key), "now": now.get(key)}
        for key in compared
        if then.get(key) != now.get(key)
    ]
    rows.sort(key=lambda one: -abs((one["now"] or 0) - (one["then"] or 0)))
    return {"compared": len(compared), "changed": len(rows), "rows": rows[:LISTED]}


def _by_key(held: Sizes) -> dict[tuple[str, str, str], int]:
    return {
        (device, name, afi): entries
        for device, families in held.items()
        for afi, lists in families.items()
        for name, entries in lists.items()
    }


COVERAGE = (("ROA-01", "ROAs", "own prefixes"), ("IRR-01", "Route objects", "own and customers' prefixes"))


def coverage(findings: Sequence[Row]) -> list[dict[str, Any]]:
    """Announced prefixes by whether a ROA or a route object covers them, from the results of the checks that ask it of each prefix."""
    out = []
    for check, what, whose in COVERAGE:
        rows = [one for one in findings if one["check"] == check and one["status"] != "not_applicable"]
        counted = Counter({"error": "inconclusive"}.get(one["status"], one["status"]) for one in rows)
        if rows:
            bare = sorted({one["subject"] for one in rows if one["status"] == "fail"})
            counts = {kind: counted[kind] for kind in ("pass", "fail", "inconclusive")}
            share = 100 * counts["pass"] // len(rows)
            out.append({"check": check, "what": what, "whose": whose, "counts": counts, "share": share, "missing": bare})
    return out


def source_validation(figures: Sequence[Drawn]) -> list[tuple[str, Mapping[str, int]]]:
    """Per router that has addressed interfaces in use: how many do what to source addresses."""
    return [(one.device, one.validated) for one in figures if one.validated]


def _validated(one: Interface) -> str:
    families = {4 if "." in address.partition("/")[0] else 6 for address in one.addresses}
    found = []
    for family in families:
        urpf, acl = (one.urpf_v4, one.acl_in_v4) if family == 4 else (one.urpf_v6, one.acl_in_v6)
        found.append("strict" if urpf in ("strict", "feasible") else "filter" if acl else "loose" if urpf == "loose" else "none")
    return max(found, key=VALIDATION.index)
