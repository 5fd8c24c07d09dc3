"""From a disagreement to the least configuration and route that still show it, and to a fixture folder."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from manrs_conformance.model.policy import Rpki
from manrs_conformance.model.route import Route
from manrs_lab.system import LabError

from . import campaign, observe
from .compare import Disagreement, Tally
from .router import Router
from .routes import state
from .setup import Setup

NEEDED = re.compile(
    r"frr |router bgp|rpki|exit| *neighbor \S+ (remote-as|passive|activate)| (no )?bgp | address-family| exit-address-family"
)
"""Lines without which no session comes up or the text means another thing: they stay."""
Case = tuple[Setup, dict[observe.Key, Route]]


def shrink(router: Router, setup: Setup, wrong: Disagreement, *, probes: int = 150) -> tuple[Case, Disagreement] | None:
    """The least case found, or None when the route alone does not show the disagreement."""
    if setup.direction == "export" and not wrong.source:
        return None
    origin = wrong.source or wrong.neighbor
    keep = tuple(one for one in setup.neighbors if one.address in (wrong.neighbor, origin))
    others = {one.address for one in setup.neighbors} - {one.address for one in keep}
    lines = [line for line in setup.config.splitlines() if not others & set(line.split()[1:2])]
    left = [probes]

    def shows(config: list[str], route: Route, vrps: Any = setup.vrps) -> Disagreement | None:
        if left[0] <= 0:
            return None
        left[0] -= 1
        now = replace(setup, config="\n".join((*config, "")), neighbors=keep, vrps=vrps)
        rpki = state(route.prefix, route.as_path, vrps) if setup.cache == "synced" else Rpki.UNVERIFIED
        return _same(router, now, replace(route, peer=origin, rpki=rpki), wrong)

    route = wrong.announced or wrong.route
    if shows(lines, route) is None:
        return None
    lines = _fewer(lines, lambda some: shows(some, route) is not None)
    for candidate in _simpler(route):
        simpler = _apply(route, candidate)
        if simpler != route and shows(lines, simpler) is not None:
            route = simpler
    vrps = setup.vrps
    if len(vrps) > 1:
        for one in setup.vrps:
            fewer = tuple(v for v in vrps if v != one)
            if fewer and shows(lines, route, fewer) is not None:
                vrps = fewer
    left[0] = 1
    last = shows(lines, route, vrps)
    if last is None:
        return None
    final = replace(setup, config="\n".join((*lines, "")), neighbors=keep, vrps=vrps)
    return (final, {(origin, route.prefix, 1): route}), last


def _same(router: Router, setup: Setup, route: Route, wrong: Disagreement) -> Disagreement | None:
    tally = Tally()
    sample = 1 if wrong.attribute == "set evaluation" else 0
    try:
        campaign.examine(router, setup, tally, {(route.peer or "", route.prefix, 1): route}, sample)
    except LabError:
        return None
    return next((one for one in tally.wrong if one.signature() == wrong.signature()), None)


def _units(lines: list[str]) -> list[list[str]]:
    """Lines that go together: a route-map entry with its body; every other line by itself."""
    out: list[list[str]] = []
    for line in lines:
        if out and line.startswith(" ") and out[-1][0].startswith("route-map "):
            out[-1].append(line)
        else:
            out.append([line])
    return out


def _fewer(lines: list[str], shows: Callable[[list[str]], bool]) -> list[str]:
    marked = _units(lines)
    size = max(1, len(marked) // 2)
    while size >= 1:
        at = 0
        while at < len(marked):
            rest = [*marked[:at], *(u for u in marked[at : at + size] if NEEDED.match(u[0])), *marked[at + size :]]
            if len(rest) < len(marked) and shows([line for unit in rest for line in unit]):
                marked = rest
            else:
                at += size
        size //= 2
    flat = [line for unit in marked for line in unit]
    at = 0
    while at < len(flat):
        if re.match(r" (match|set|call|on-match|continue|description)", flat[at]):
            rest_lines = [*flat[:at], *flat[at + 1 :]]
            if shows(rest_lines):
                flat = rest_lines
                continue
        at += 1
    return flat


def _simpler(route: Route) -> list[tuple[str, Any]]:
    """Changes that make a route plainer, as (field, what goes)."""
    out: list[tuple[str, Any]] = [(name, None) for name in ("communities", "large", "extended", "med", "origin")]
    for name in ("communities", "large", "extended"):
        out += [(name, one) for one in sorted(getattr(route, name))]
    return [*out, *(("as_path", index) for index in reversed(range(len(route.as_path))))]


def _apply(route: Route, change: tuple[str, Any]) -> Route:
    name, what = change
    if name == "as_path":
        return replace(route, as_path=(*route.as_path[:what], *route.as_path[what + 1 :]))
    if what is None:
        return replace(route, **{name: {"med": None, "origin": "igp"}.get(name, frozenset())})
    return replace(route, **{name: getattr(route, name) - {what}})


def plain(route: Route | None) -> dict[str, Any] | None:
    """A route as JSON, without what is at its default."""
    if route is None:
        return None
    out = {}
    for one in dataclasses.fields(route):
        value = getattr(route, one.name)
        if one.name == "prefix" or value != getattr(Route(""), one.name):
            out[one.name] = sorted(value) if isinstance(value, frozenset) else value
    return out


def route_of(data: dict[str, Any] | None) -> Route | None:
    """The route of such a document."""
    if data is None:
        return None
    values = dict(data)
    if "as_path" in values:
        values["as_path"] = tuple(tuple(hop) if isinstance(hop, list) else hop for hop in values["as_path"])
    for name in ("communities", "large", "extended"):
        values[name] = frozenset(values.get(name, ()))
    values["rpki"] = Rpki(values.get("rpki", "unverified"))
    return Route(**values)


def write(folder: Path, case: Case, wrong: Disagreement, running: str) -> None:
    """The fixture: both texts, the route as the policy meets it, and what the router did."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "running.conf").write_text(running, encoding="utf-8")
    (folder / "written.conf").write_text(case[0].config, encoding="utf-8")
    document = {
        "direction": wrong.direction, "neighbor": wrong.neighbor, "afi": wrong.afi, "route": plain(wrong.route), "router": wrong.shown,
        "attribute": wrong.attribute, "after": plain(wrong.seen), "vrps": list(case[0].vrps),
    }  # fmt: skip
    (folder / "case.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
