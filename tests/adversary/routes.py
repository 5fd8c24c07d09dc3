"""Routes that tell policies apart: from the constants of a plan and of the policies before and after it, on and just beside every boundary."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from random import Random

from manrs_conformance.model.plan import ExportPlan, ImportPlan
from manrs_conformance.model.policy import AsPathEntry, CommunityEntry, PrefixEntry, PrefixList, Rpki
from manrs_conformance.model.route import Route

STATES = (Rpki.NOT_FOUND, Rpki.NOT_FOUND, Rpki.VALID, Rpki.INVALID, Rpki.UNVERIFIED)


@dataclass(slots=True)
class Interest:
    """What routes are made of."""

    prefixes: dict[int, list[str]] = field(
        default_factory=lambda: {4: ["45.11.1.0/24", "0.0.0.0/0"], 6: ["2a10:1100::/48", "::/0"]}
    )
    asns: list[int] = field(default_factory=lambda: [43211, 43212, 3356, 174, 64512, 4_200_000_000, 23456, 45_000])
    communities: list[str] = field(default_factory=lambda: ["43210:80", "43210:1001", "43210:1002", "65535:666"])
    large: list[str] = field(default_factory=list)


def interest(afi: int, *sources: object) -> Interest:
    """Constants of plans and attachments."""
    out = Interest()
    for source in sources:
        _walk(source, out, set(), afi)
    some = out.prefixes[afi]
    out.prefixes[afi] = list(dict.fromkeys(some))
    return out


def _walk(value: object, out: Interest, seen: set[int], afi: int) -> None:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, PrefixList):
        for entry in value.entries[:60]:
            out.prefixes[value.afi] += _around(entry, value.afi)
    elif isinstance(value, AsPathEntry):
        out.asns += [int(one) for one in re.findall(r"\d+", value.pattern)[:12] if 0 < int(one) < 1 << 32]
    elif isinstance(value, CommunityEntry):
        for one in value.literals:
            (out.large if one.count(":") == 2 and one[0].isdecimal() else out.communities).append(one)
    elif isinstance(value, ImportPlan | ExportPlan):
        _plan(value, out, afi)
    elif isinstance(value, tuple | list):
        for one in value:
            if not isinstance(one, str | int):
                _walk(one, out, seen, afi)
    elif isinstance(value, dict):
        for one in value.values():
            _walk(one, out, seen, afi)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            _walk(getattr(value, one.name), out, seen, afi)


def _plan(plan: ImportPlan | ExportPlan, out: Interest, afi: int) -> None:
    own = plan.allow if isinstance(plan, ImportPlan) else plan.own
    for entry in (*(own or ()), *plan.refuse_prefixes):
        out.prefixes[afi] += _around(entry, afi)
    if isinstance(plan, ImportPlan):
        out.asns += [*(plan.origins or ()), *plan.refuse_transit_free[:5], *([plan.first_as] * 6 if plan.first_as else [])]
    tags = (*plan.scrub, *plan.blackhole, plan.tag) if isinstance(plan, ImportPlan) else (plan.customer_tag,)
    for one in tags:
        if one:
            (out.large if one.count(":") == 2 else out.communities).append(one)


def _around(entry: PrefixEntry, afi: int) -> list[str]:
    """The shortest and longest prefix of a range, one longer, one shorter, and its neighbour."""
    network, length, low, high = entry[:4]
    bits = 32 if afi == 4 else 128
    kind = ipaddress.IPv4Network if afi == 4 else ipaddress.IPv6Network
    out = [kind((network, one)) for one in {low, high, min(high + 1, bits), length}]
    if length:
        out += [kind((network ^ (1 << (bits - length)), max(length, min(low, bits)))), kind((network, length)).supernet()]
    return [str(one) for one in out]


def some(random: Random, afi: int, seen: Interest, count: int, first: int | None, *, export: bool) -> Iterator[Route]:
    """Routes drawn from what is of interest; most begin with the neighbour's ASN."""
    for _ in range(count):
        path: tuple[int | tuple[int, ...], ...] = tuple(random.choices(seen.asns, k=random.choice((0, 0, 1, 1, 2, 3))))
        if first is not None and random.random() < 0.75:
            path = (first, *path)
        if export and random.random() < 0.3:
            path = ()
        if random.random() < 0.05:
            path = (*path, tuple(random.choices(seen.asns, k=2)))
        if random.random() < 0.04 and path:
            path = path[:1] * 105
        tags = frozenset(random.sample(seen.communities, random.choice((0, 0, 1, 1, 2))))
        large = frozenset(random.sample(seen.large, min(len(seen.large), random.choice((0, 1, 1, 2)))))
        yield Route(
            random.choice(seen.prefixes[afi]), path, tags, large, rpki=random.choice(STATES),
            med=random.choice((None, 10)), local_pref=random.choice((None, 80)), peer="45.10.0.2",
        )  # fmt: skip
