"""What an operator might declare of any router: random relationships, prefixes, tags and classes, and what registries say of its customers."""

from __future__ import annotations

import functools
import ipaddress
import re
from dataclasses import replace
from random import Random

from manrs_conformance import api
from manrs_conformance.model.intent import Cache, Intent, InterfaceClass, Neighbour, PrefixRange, Selector, Tagging
from manrs_conformance.model.reference import Authorised, Reference
from manrs_conformance.model.router import Router, Session

from .population import TESTS

CUSTOMERS4 = ("45.11.0.0/20", "45.12.0.0/22", "45.13.0.0/22", "61.10.0.0/16", "62.20.0.0/21", "193.0.0.0/21")
CUSTOMERS6 = ("2a10:1100::/32", "2a10:1200::/32", "2a11:200::/32")
KINDS = ("customer", "customer", "customer", "peer", "peer", "provider", "route_server")
CLASSES = ("end_user", "single_homed_customer", "infrastructure", "internal", "peer", "provider")


@functools.cache
def ground() -> tuple[Intent, Reference]:
    """Intent and reference data of the tests of rendering: bogons, limits, organisation."""
    read = api.Inputs.read(TESTS / "unit" / "push" / "rendering" / "manrs.yml", None, None, "2026-11-25T06:00:00Z")
    return read.intent, read.reference


def declare(router: Router, random: Random) -> tuple[Intent, Reference]:
    """Intent and reference for a router."""
    base, reference = ground()
    local = router.local_as or 43210
    tags = Tagging(*(f"{min(local, 65535)}:{n}" for n in (1001, 1002, 1003, 1004, 1000)))
    if random.random() < 0.15:
        tags = Tagging(*(f"{local}:1:{n}" for n in (1001, 1002, 1003, 1004, 1000)))
    pool = _announced(router)
    neighbours: list[Neighbour] = [Neighbour(Selector(asn=local), "internal")]
    authorised: dict[str, Authorised] = {}
    kinds: dict[int, str] = {}
    for session in router.sessions:
        if session.kind == "ebgp" and random.random() < 0.97:
            neighbours.append(_neighbour(session, random, pool, kinds, authorised))
    unique = {one.select: one for one in neighbours}
    intent = replace(
        base,
        asns=tuple({local, *(one.local_as for one in router.sessions if one.kind == "ebgp")}),
        prefixes=_own(router, random),
        neighbours=tuple(unique.values()),
        vrfs={
            one.vrf: random.choice(("internet", "internet", "internet", "private"))
            for one in router.sessions
            if one.vrf != "default"
        },
        interfaces=tuple(InterfaceClass(random.choice(CLASSES), re.sub(r"[\[\]*?]", "?", one.name)) for one in router.interfaces),
        tagging=tags if random.random() < 0.9 else None,
        rpki_caches=(Cache("192.0.2.9", 3323),) if random.random() < 0.5 else (),
        management=() if random.random() < 0.5 else base.management,
    )
    return intent, replace(reference, authorised=authorised)


def _neighbour(
    session: Session, random: Random, pool: list[str], kinds: dict[int, str], authorised: dict[str, Authorised]
) -> Neighbour:
    asn = session.remote_as if isinstance(session.remote_as, int) else None
    kind = kinds.setdefault(asn, random.choice(KINDS)) if asn is not None else random.choice(KINDS)
    select = Selector(vrf=session.vrf, address=session.neighbor, family=session.family)
    limits = (random.choice((None, 5, 100, 20_000)), random.choice((None, 5, 100, 20_000)))
    made = Neighbour(
        select, kind, name=session.neighbor, max_prefix=limits[0], max_prefix_v6=limits[1],  # type: ignore[arg-type]
        private_asn=random.random() < 0.3, coordinated="CHG-1" if random.random() < 0.3 else None,
        default_agreed=kind == "provider" and random.random() < 0.5, own_prefixes_agreed=random.random() < 0.1,
    )  # fmt: skip
    if kind != "customer":
        return made
    prefixes = tuple(dict.fromkeys(random.choices(pool, k=random.randint(1, 4))))
    stub = random.random() < 0.4
    made = replace(
        made, stub=stub, single_homed=random.random() < 0.5,
        origins=(asn, 3356 if random.random() < 0.1 else 45_000) if asn and not stub and random.random() < 0.4 else None,
        blackhole=(random.choice(("65535:666", "43210:666")),) if random.random() < 0.25 else (),
    )  # fmt: skip
    if random.random() < 0.3 and asn:
        name = f"AS{asn}:AS-ALL"
        authorised[name] = Authorised(_entries(prefixes, 4), _entries(prefixes, 6), (asn, 45_000))
        return replace(made, as_set=name)
    return replace(made, prefixes=tuple(_range(one, random) for one in prefixes))


def _range(text: str, random: Random) -> PrefixRange:
    net = ipaddress.ip_network(text)
    most = 24 if net.version == 4 else 48
    return PrefixRange(text, le=most if net.prefixlen < most and random.random() < 0.5 else None)


def _entries(prefixes: tuple[str, ...], afi: int) -> tuple[tuple[int, int, int, int, bool, int], ...]:
    nets = (ipaddress.ip_network(one) for one in prefixes)
    return tuple(
        (int(one.network_address), one.prefixlen, one.prefixlen, one.prefixlen, True, 0) for one in nets if one.version == afi
    )


def _announced(router: Router) -> list[str]:
    """Prefixes a customer might hold: some that lists of the router name, and some of ours."""
    out = [*CUSTOMERS4, *CUSTOMERS6]
    for one in router.prefix_lists:
        for network, length, *_rest in one.entries[:20]:
            kind = ipaddress.IPv4Network if one.afi == 4 else ipaddress.IPv6Network
            if (12 <= length <= 24) if one.afi == 4 else (24 <= length <= 48):
                net = kind((network, length))
                out += [str(net)] if net.is_global else []
    return out


def _own(router: Router, random: Random) -> tuple[PrefixRange, ...]:
    found = [one.prefix for one in router.originations if one.kind in ("network", "aggregate") and one.prefix]
    nets = [one for one in found if ipaddress.ip_network(one).prefixlen > 0] or ["45.10.0.0/20", "2a10:1000::/32"]
    return tuple(PrefixRange(one) for one in dict.fromkeys(random.sample(nets, min(len(nets), 3))))
