"""RDAP: the regional registry's record of each own ASN and prefix (RFC 9083), found through IANA's bootstrap files (RFC 9224)."""

from __future__ import annotations

import ipaddress
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from ..model.public import Contact, Holding
from ._wanted import Wanted
from ._web import Asker, Reply

BASE = "https://data.iana.org/rdap/"
FILES = {"asn": "bootstrap/asn.json", "ipv4": "bootstrap/ipv4.json", "ipv6": "bootstrap/ipv6.json"}
WIDE_ASNS = 1024
WIDE = {4: 7, 6: 15}
"""A record that covers more than this belongs to the registry, not to a network."""
DEPTH = 4


def read(asker: Asker, what: Wanted) -> dict[str, Holding]:
    """The record of each ASN (`AS64500`) and prefix."""
    resources = [*(f"AS{asn}" for asn in what.asns), *what.prefixes]
    if not resources:
        return {}
    for query in FILES.values():
        asker.place(query, query.rpartition("/")[2])
    tables = asker.ask([FILES[name] for name in dict.fromkeys(_table(one) for one in resources)])
    out: dict[str, Holding] = {}
    queries: dict[str, str] = {}
    for one in resources:
        table = tables[FILES[_table(one)]]
        try:
            base = None if table.problem else _server(table.data, one)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            out[one] = Holding(one, table.at, problem=f"IANA's bootstrap file cannot be read: {error}")
            continue
        if base is None:
            why = table.problem or f"IANA's bootstrap file names no registry for {one}"
            out[one] = Holding(one, table.at, problem=why)
            continue
        queries[one] = f"autnum/{one[2:]}" if one.startswith("AS") else f"ip/{one}"
        asker.place(queries[one], urllib.parse.urljoin(base, queries[one]))
    replies = asker.ask(list(queries.values()))
    out |= {one: _holding(one, replies[query]) for one, query in queries.items()}
    return {one: out[one] for one in resources}


def _table(resource: str) -> str:
    return "asn" if resource.startswith("AS") else "ipv6" if ":" in resource else "ipv4"


def _server(table: Mapping[str, Any], resource: str) -> str | None:
    """The HTTPS base URL of the most specific entry that covers the resource (RFC 9224 section 5)."""
    best: tuple[int, str] | None = None
    for keys, urls in ((one[0], one[1]) for one in table["services"]):
        url = next((text for text in urls if text.startswith("https:")), urls[0])
        for key in keys:
            size = _covers(key, resource)
            if size is not None and (best is None or size > best[0]):
                best = (size, url if url.endswith("/") else f"{url}/")
    return best[1] if best else None


def _covers(key: str, resource: str) -> int | None:
    """How specific an entry is, if it covers the resource."""
    if resource.startswith("AS"):
        low, _, high = key.partition("-")
        return 0 if int(low) <= int(resource[2:]) <= int(high or low) else None
    outer, inner = ipaddress.ip_network(key), ipaddress.ip_network(resource)
    return outer.prefixlen if outer.version == inner.version and inner.subnet_of(outer) else None  # type: ignore[arg-type]


def _holding(resource: str, reply: Reply) -> Holding:
    if reply.problem:
        return Holding(resource, reply.at, problem=reply.problem)
    if reply.data is None:
        return Holding(resource, reply.at)
    try:
        data = reply.data
        wide = _wide(resource, data)
        events = {one.get("eventAction"): str(one.get("eventDate")) for one in data.get("events", ())}
        return Holding(
            resource,
            reply.at,
            registered=True,
            wide=wide,
            handle=str(data.get("handle", "")),
            registry=str(data.get("port43", "")),
            status=tuple(str(one) for one in data.get("status", ())),
            changed=events.get("last changed") or events.get("registration"),
            contacts=tuple(_contacts(data.get("entities", ()), DEPTH)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        return Holding(resource, reply.at, problem=f"RDAP record of {resource} cannot be read: {error}")


def _wide(resource: str, data: Mapping[str, Any]) -> bool:
    """Whether the record covers the resource with a whole registry's space; raises ValueError when it does not cover it at all."""
    if resource.startswith("AS"):
        low, high = int(data["startAutnum"]), int(data["endAutnum"])
        if not low <= int(resource[2:]) <= high:
            raise ValueError(f"it is of AS{low}-AS{high}")
        return high - low >= WIDE_ASNS
    inner = ipaddress.ip_network(resource)
    first, last = (int(ipaddress.ip_address(data[key].partition("/")[0])) for key in ("startAddress", "endAddress"))
    if not first <= int(inner.network_address) <= int(inner.broadcast_address) <= last:
        raise ValueError(f"it is of {data['startAddress']} to {data['endAddress']}")
    return last - first >= 1 << (inner.max_prefixlen - WIDE[inner.version] - 1)


def _contacts(entities: Any, depth: int) -> Iterator[Contact]:
    """Contacts of a record, also those one or more levels down (ARIN nests them under the organisation)."""
    for one in entities if depth else ():
        card = one.get("vcardArray", ["vcard", []])[1]
        texts: dict[str, list[str]] = {}
        for line in card:
            value = line[3]
            if isinstance(value, str):
                texts.setdefault(line[0], []).append(value)
        events = {event.get("eventAction"): str(event.get("eventDate")) for event in one.get("events", ())}
        yield Contact(
            roles=tuple(str(role).lower() for role in one.get("roles", ())),
            name=next(iter(texts.get("fn", ())), str(one.get("handle", ""))),
            emails=tuple(text for text in texts.get("email", ()) if "@" in text),
            phones=tuple(text.removeprefix("tel:") for text in texts.get("tel", ()) if text.strip("tel: ")),
            updated=events.get("last changed"),
        )
        yield from _contacts(one.get("entities", ()), depth - 1)
