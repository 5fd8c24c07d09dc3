"""What the routing registry holds of an operator: covering route objects, aut-nums, as-sets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from ..model.public import AutNum, Registrations, RouteObject, SetFacts
from ._bytes import SourceError, split_prefix
from .irr import RecordedRegistry, Registry, expand
from .irrd import IrrdClient
from .rpsl import Dump, objects

K = TypeVar("K")
POLICY = re.compile(r"\b(?:from|to)\s+AS([0-9]+)\b", re.I)
CONTACTS = frozenset({"admin-c", "tech-c"})


def read(registry: Registry, prefixes: Sequence[str], asns: Sequence[int], as_sets: Sequence[str]) -> Registrations:
    """Facts on each prefix, ASN and as-set; what could not be asked has a problem of its own."""
    routes: dict[str, tuple[RouteObject, ...]] = {}
    problems: dict[str, str] = {}
    for prefix, answer in _each(registry, prefixes, lambda one: f"r{one},L"):
        if isinstance(answer, SourceError):
            problems[prefix] = str(answer)
            continue
        try:
            routes[prefix] = _routes(answer or "")
        except ValueError as error:
            problems[prefix] = f"a route object over {prefix} cannot be read: {error}"
    aut_nums = {asn: _aut_num(asn, answer) for asn, answer in _each(registry, asns, lambda one: f"maut-num,AS{one}")}
    return Registrations(routes, aut_nums, {name: set_facts(registry, name) for name in as_sets}, problems)


def set_facts(registry: Registry, name: str) -> SetFacts:
    """An as-set: whether it exists, its ASNs, members that do not exist, and the registries that hold one of that name."""
    top = name.upper()
    try:
        found = expand(registry, top)
        bare = top.rpartition("::")[2]
        held = tuple(
            one for one, answer in _each(registry, _sources(registry), lambda one: f"i{one}::{bare}") if isinstance(answer, str)
        )
    except SourceError as error:
        return SetFacts(name, False, problem=str(error))
    return SetFacts(name, top not in found.missing, found.asns, tuple(one for one in found.missing if one != top), held)


def _sources(registry: Registry) -> tuple[str, ...]:
    return tuple(registry.sources) if isinstance(registry, (Dump, IrrdClient, RecordedRegistry)) else ()


def _each(registry: Registry, items: Iterable[K], query: Callable[[K], str]) -> list[tuple[K, str | SourceError | None]]:
    """The answer for each item: together, and one by one where that fails."""
    wanted = list(dict.fromkeys(items))
    try:
        answers = registry.ask([query(one) for one in wanted])
        return [(one, answers[query(one)]) for one in wanted]
    except SourceError:
        pass
    out: list[tuple[K, str | SourceError | None]] = []
    for one in wanted:
        try:
            out.append((one, registry.ask([query(one)])[query(one)]))
        except SourceError as error:
            out.append((one, error))
    return out


def _routes(text: str) -> tuple[RouteObject, ...]:
    found = set()
    for one in objects(text):
        kind, prefix = one[0]
        if kind not in {"route", "route6"}:
            continue
        split_prefix(prefix)
        prefix = str(ipaddress.ip_network(prefix))
        values = dict(reversed(one))
        origin = values.get("origin", "").upper().removeprefix("AS")
        found.add(RouteObject(prefix, int(origin), values.get("source", "").upper(), _maintainers(one), _invalid(values)))
    return tuple(sorted(found, key=lambda one: (one.prefix, one.origin, one.registry)))


def _aut_num(asn: int, answer: str | SourceError | None) -> AutNum:
    if isinstance(answer, SourceError):
        return AutNum(asn, False, problem=str(answer))
    if not answer:
        return AutNum(asn, False)
    found = [one for one in objects(answer) if one[0][0] == "aut-num" and one[0][1].upper() == f"AS{asn}"]
    lines = [line for one in found for line in one]
    return AutNum(
        asn,
        registered=bool(found),
        contacts=any(name in CONTACTS and value for name, value in lines),
        imports=_peers(lines, {"import", "mp-import"}),
        exports=_peers(lines, {"export", "mp-export"}),
        registries=tuple(sorted({value.upper() for name, value in lines if name == "source"})),
        maintainers=tuple(sorted({(source, name) for one in found for source in _sources_of(one) for name in _maintainers(one)})),
    )


def _invalid(values: Mapping[str, str]) -> bool:
    """What IRRd adds to route objects where it validates them: `rpki-ov-state: invalid`."""
    return values.get("rpki-ov-state", "").lower() == "invalid"


def _maintainers(one: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({part for name, value in one if name == "mnt-by" for part in value.upper().replace(",", " ").split()}))


def _sources_of(one: Sequence[tuple[str, str]]) -> list[str]:
    return [value.upper() for name, value in one if name == "source"]


def _peers(lines: Iterable[tuple[str, str]], names: set[str]) -> tuple[int, ...]:
    return tuple(sorted({int(found) for name, value in lines if name in names for found in POLICY.findall(value)}))
