"""The bundle before this one: its root is named, and findings keep the day they were first seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BundleError
from ..requirements import history, norm
from . import bag as bags
from .agreement import FIGURES
from .canonical import loads, read_lines
from .compare import OPEN, Comparison, Row, compare
from .proof import HISTORY
from .verifying import sound


@dataclass(frozen=True, slots=True)
class Contents:
    """The canonical records of a bundle that verified."""

    root: str
    run: Mapping[str, Any]
    scope: Mapping[str, Any]
    requirements: Mapping[str, Any]
    seen: Mapping[str, str]
    """First seen (RFC 3339 UTC) by fingerprint of an open finding."""
    rows: tuple[Row, ...]
    signed: bool
    filters: dict[str, dict[str, dict[str, int]]] | None = None
    """Number of entries of prefix lists by device, family and name; None in bundles that do not hold them."""
    earlier: tuple[history.Earlier, ...] = ()
    """What this run and those before it in the chain said of requirements that lapse over months."""

    @property
    def assessed(self) -> frozenset[str]:
        """Names of the devices that were completely read, and of the subjects that are no devices."""
        return assessed(self.scope)


def assessed(scope: Mapping[str, Any]) -> frozenset[str]:
    """See `Contents.assessed`."""
    return frozenset({*(one["name"] for one in scope["devices"] if one["status"] == "assessed"), *scope["other_subjects"]})


def contents(path: Path) -> Contents:
    """Read the records of a bundle; BundleError when it does not verify."""
    bag = sound(path)
    run, requirements = loads(bag.read("data/run.json")), loads(bag.read("data/requirements.json"))
    return Contents(
        root=bag.root,
        run=run,
        scope=loads(bag.read("data/scope.json")),
        requirements=requirements,
        seen=loads(bag.read("data/findings.json"))["first_seen"],
        rows=tuple(read_lines(bag.read("data/results.jsonl", bags.MAX_FILE))),
        signed=bool(bag.signatures),
        filters=loads(bag.read(FIGURES))["filters"] if FIGURES in bag.entries else None,
        earlier=(*_earlier(bag), *_own(requirements, run, bag.root)),
    )


def _earlier(bag: bags.Bag) -> tuple[history.Earlier, ...]:
    """What the bundle says of runs before it."""
    rows = loads(bag.read(HISTORY)) if HISTORY in bag.entries else []
    try:
        return tuple(history.Earlier(str(one["as_of"]), dict(one["verdicts"]), str(one["root"])) for one in rows)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{HISTORY}: is not a history of runs: {error}") from error


def _own(requirements: Mapping[str, Any], run: Mapping[str, Any], root: str) -> tuple[history.Earlier, ...]:
    """The row of the bundle itself, where its norm is known."""
    name = str(requirements.get("norm", ""))
    if name not in norm.known():
        return ()
    return (history.row(requirements["requirements"], norm.load(name), str(run["as_of"]), root),)


def follow(previous: Contents | None, as_of: str, asns: Sequence[int]) -> str | None:
    """The root that a bundle of this time and these ASNs names as `Previous-Root`; BundleError when it cannot follow that bundle."""
    if previous is None:
        return None
    if previous.run["as_of"] > as_of:
        raise BundleError(f"the previous bundle is of {previous.run['as_of']}, later than this run as of {as_of}")
    if asns and previous.run["asns"] and not set(asns) & set(previous.run["asns"]):
        raise BundleError("the previous bundle is of another network: " + ", ".join(f"AS{one}" for one in previous.run["asns"]))
    return previous.root


def first_seen(rows: Sequence[Row], previous: Contents | None, as_of: str) -> dict[str, str]:
    """When each open finding was first seen without a break, as far back as the chain of bundles tells."""
    known = previous.seen if previous else {}
    return {one["fingerprint"]: known.get(one["fingerprint"], as_of) for one in rows if one["status"] in OPEN}


def changes(rows: Sequence[Row], previous: Contents | None, read: frozenset[str]) -> Comparison | None:
    """What changed since the previous bundle; None without one. `read` names what was completely read in this run."""
    return compare(previous.rows, rows, read) if previous else None
