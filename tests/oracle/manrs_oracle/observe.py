"""What the router did with the routes: its table read in bulk, and what the listeners heard."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from manrs_conformance.model.route import Route
from manrs_lab.system import LabError

from . import wire
from .router import Router
from .setup import LOCAL_AS, ROUTER, Neighbor, Setup
from .speaker import Peer, Speakers

Key = tuple[str, str, int]
"""Neighbour, prefix, path identifier."""
WELL_KNOWN = {
    "graceful-shutdown": "65535:0", "accept-own": "65535:1", "route-filter-translated-v4": "65535:2", "route-filter-v4": "65535:3",
    "route-filter-translated-v6": "65535:4", "route-filter-v6": "65535:5", "llgr-stale": "65535:6", "no-llgr": "65535:7",
    "accept-own-nexthop": "65535:8", "blackhole": "65535:666", "no-export": "65535:65281", "no-advertise": "65535:65282",
    "local-AS": "65535:65283", "no-peer": "65535:65284",
}  # fmt: skip


def keyed(routes: list[Route]) -> dict[Key, Route]:
    """Routes of one neighbour by prefix and a path identifier that makes them unique."""
    count: dict[str, int] = {}
    out: dict[Key, Route] = {}
    for one in routes:
        count[one.prefix] = count.get(one.prefix, 0) + 1
        out[(one.peer or "", one.prefix, count[one.prefix])] = one
    return out


def announce(speakers: Speakers, router: Router, sent: dict[Key, Route], internal: frozenset[str], *, add_path: bool) -> None:
    """Announce everything and wait until the router has read it."""
    peers = {one.address: one for one in speakers.peers}
    messages = dict.fromkeys(peers, 0)
    for (address, _, number), route in sent.items():
        data = wire.encode(route, path_id=number if add_path else None, internal=address in internal)
        if len(data) > 4096:
            raise LabError(f"message too long for {route}")
        peers[address].pending += data
        messages[address] += 1
    speakers.drain()
    deadline = time.monotonic() + 60
    while True:
        shown = json.loads(router.show("show bgp ipv4 unicast summary json") or "{}").get("peers", {})
        if all(shown.get(address, {}).get("msgRcvd", 0) >= count + 2 for address, count in messages.items()):
            return
        if time.monotonic() > deadline:
            raise LabError("the router does not read the announced routes")
        speakers.turn(0.05)


def table(router: Router, afi: int) -> Iterator[tuple[Key, Route]]:
    """Every path in the BGP table of a family with its attributes."""
    text = router.show(f"show bgp ipv{afi} unicast json detail")
    for prefix, entries in json.loads(text)["routes"].items():
        for entry in entries:
            if "peer" in entry:
                route = _path(prefix, entry)
                yield (route.peer or "", prefix, int(entry.get("addpathRxId", 1))), route


def _chosen(router: Router) -> None:
    """Wait until bgpd has chosen a best path for every prefix: only then a new listener hears the whole table before End-of-RIB."""
    deadline = time.monotonic() + 60
    for afi in (4, 6):
        while True:
            routes = json.loads(router.show(f"show bgp ipv{afi} unicast json detail"))["routes"]
            if all(any("bestpath" in entry for entry in entries) for entries in routes.values()):
                break
            if time.monotonic() > deadline:
                raise LabError("the router does not choose its best paths")
            time.sleep(0.1)


def _path(prefix: str, entry: dict[str, Any]) -> Route:
    segments = entry.get("aspath", {}).get("segments", [])
    path: list[int | tuple[int, ...]] = []
    for one in segments:
        path += one["list"] if one["type"] == "as-sequence" else [tuple(one["list"])]
    return Route(
        prefix=prefix,
        as_path=tuple(path),
        communities=frozenset(WELL_KNOWN.get(c, c) for c in entry.get("community", {}).get("string", "").split()),
        large=frozenset(entry.get("largeCommunity", {}).get("string", "").split()),
        extended=frozenset(entry.get("extendedCommunity", {}).get("string", "").lower().split()),
        next_hop=entry["nexthops"][0]["ip"],
        peer=entry["peer"]["peerId"],
        origin=entry["origin"].lower(),
        med=entry.get("metric"),
        local_pref=entry.get("locPrf"),
        tag=entry.get("tag", 0),
        weight=entry.get("weight", 0),
    )


def imported(router: Router, setup: Setup, sent: dict[Key, Route]) -> dict[Key, Route]:
    """Announce on every session; what is in the table afterwards."""
    peers = [Peer(one.address, one.asn) for one in setup.neighbors]
    with Speakers(router.namespace, ROUTER, peers) as speakers:
        speakers.connect()
        announce(speakers, router, sent, _internal(setup.neighbors), add_path=True)
        return {key: route for afi in (4, 6) for key, route in table(router, afi)}


def exported(router: Router, setup: Setup, sent: dict[Key, Route]) -> tuple[dict[Key, Route], dict[str, dict[str, Route]]]:
    """Announce from the sources; the table, and what each listener hears."""
    sources = [Peer(one.address, one.asn, add_path=False) for one in setup.neighbors if one.source]
    listeners = [Peer(one.address, one.asn, add_path=False) for one in setup.neighbors if not one.source]
    with Speakers(router.namespace, ROUTER, sources) as speakers:
        speakers.connect()
        announce(speakers, router, sent, _internal(setup.neighbors), add_path=False)
        _chosen(router)
        found = {key: route for afi in (4, 6) for key, route in table(router, afi)}
        # Who connects when the table is complete hears it whole, up to End-of-RIB of both families.
        speakers.peers += listeners
        speakers.connect()
        deadline = time.monotonic() + 60
        while any(one.ends < 2 for one in listeners):
            if time.monotonic() > deadline:
                raise LabError("listeners do not hear the end of the table")
            speakers.turn(0.1)
        while speakers.turn(0.5):
            continue
        return found, {one.address: one.heard for one in listeners}


def _internal(neighbors: tuple[Neighbor, ...]) -> frozenset[str]:
    return frozenset(one.address for one in neighbors if one.asn == LOCAL_AS)
