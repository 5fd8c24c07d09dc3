"""Read `manrs.yml`: what the operator declares about its network."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model.intent import (
    Cache,
    Declaration,
    Intent,
    InterfaceClass,
    Limits,
    Neighbour,
    Organisation,
    PrefixRange,
    Selector,
    Tagging,
)
from ._document import Document, Place, read_document
from ._selectors import ambiguous

PREFIX_LISTS = ("legacy", "management")


def load_intent(source: str | Path | Mapping[str, Any]) -> Intent:
    """The intent of a YAML file or of a mapping of the same shape; InputError names file, line, path and what is allowed."""
    document = read_document(source, "intent.schema.json")
    data = document.data
    for key in PREFIX_LISTS:
        for index, text in enumerate(data.get(key, ())):
            _prefix(document, (key, index), text)
    for text in data.get("declarations", {}):
        _date(document, ("declarations", text, "updated"), data["declarations"][text]["updated"])
    neighbours = tuple(_neighbour(document, ("neighbours", i), one) for i, one in enumerate(data["neighbours"]))
    _refuse_ties(document, neighbours)
    organisation = data["organisation"]
    return Intent(
        organisation=Organisation(organisation["name"], tuple(dict(one) for one in organisation.get("contacts", ()))),
        asns=tuple(data["asns"]),
        prefixes=_ranges(document, ("prefixes",), data["prefixes"]),
        neighbours=neighbours,
        devices=tuple(data.get("devices", ())),
        as_sets=tuple(data.get("as_sets", ())),
        never_customers=tuple(data.get("never_customers", ())),
        legacy=tuple(data.get("legacy", ())),
        delegated=_ranges(document, ("delegated",), data.get("delegated", ())),
        vrfs=dict(data.get("vrfs", {})),
        interfaces=tuple(_interface(document, ("interfaces", i), one) for i, one in enumerate(data.get("interfaces", ()))),
        tagging=_tagging(document, data["tagging"]) if data.get("tagging") else None,
        declarations=tuple(Declaration(requirement=key, **one) for key, one in sorted(data.get("declarations", {}).items())),
        limits=Limits(**data.get("limits", {})),
        sources={name: {key: _text(item) for key, item in one.items()} for name, one in data.get("sources", {}).items()},
        management=tuple(data.get("management", ())),
        change_windows=tuple(data.get("change_windows", ())),
        rpki_caches=tuple(_cache(document, ("rpki_caches", i), one) for i, one in enumerate(data.get("rpki_caches", ()))),
        digest=document.digest,
    )


def _cache(document: Document, place: Place, one: dict[str, Any]) -> Cache:
    try:
        address = str(ipaddress.ip_address(one["address"]))
    except ValueError as error:
        raise document.error((*place, "address"), f"{one['address']!r} is not an address: {error}") from error
    return Cache(**(one | {"address": address}))


def _text(value: Any) -> str:
    return ",".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _date(document: Document, place: Place, text: str) -> None:
    try:
        datetime.date.fromisoformat(text)
    except ValueError as error:
        raise document.error(place, f"{text!r} is not a date of the calendar; expected a date such as 2026-01-31") from error


def _prefix(document: Document, place: Place, text: str) -> int:
    """Refuse what is not a canonical prefix; returns the bits of its family."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        raise document.error(place, f"{text!r} is not a prefix: {error}; expected one such as 192.0.2.0/24") from error
    return network.max_prefixlen


def _ranges(document: Document, place: Place, items: Any) -> tuple[PrefixRange, ...]:
    return tuple(_range(document, (*place, index), item) for index, item in enumerate(items))


def _range(document: Document, place: Place, item: str | Mapping[str, Any]) -> PrefixRange:
    if isinstance(item, str):
        _prefix(document, place, item)
        return PrefixRange(item)
    bits = _prefix(document, (*place, "prefix"), item["prefix"])
    length = int(item["prefix"].rpartition("/")[2])
    ge, le = item.get("ge"), item.get("le")
    for key, value in (("ge", ge), ("le", le)):
        if value is not None and not length <= value <= bits:
            raise document.error((*place, key), f"{value} is out of range: must lie between {length} and {bits}")
    if ge is not None and le is not None and ge > le:
        raise document.error((*place, "ge"), f"ge {ge} is greater than le {le}")
    return PrefixRange(item["prefix"], ge, le)


def _neighbour(document: Document, place: Place, item: Mapping[str, Any]) -> Neighbour:
    values = {key: value for key, value in item.items() if key not in {"select", "prefixes", "origins", "blackhole", "exclude"}}
    select = dict(item["select"])
    if "address" in select:
        select["address"] = _address(document, (*place, "select", "address"), select["address"])
    if item["relationship"] != "customer":
        for key in ("stub", "single_homed"):
            if item.get(key):
                raise document.error((*place, key), f"only a customer can be {key}, this neighbour is a {item['relationship']}")
    for index, text in enumerate(item.get("exclude", ())):
        _prefix(document, (*place, "exclude", index), text)
    if item.get("exclude") and item.get("blackhole"):
        what = "cannot stand beside `blackhole`, whose host routes are accepted inside everything that is authorised; pin `prefixes` instead"
        raise document.error((*place, "exclude"), what)
    if "prefixes" in item:
        for key in ("more_specifics_v4", "more_specifics_v6"):
            if key in item:
                raise document.error((*place, key), "pinned prefixes say their lengths themselves: write {prefix: P, le: N}")
    return Neighbour(
        select=Selector(**select),
        prefixes=_ranges(document, (*place, "prefixes"), item["prefixes"]) if "prefixes" in item else None,
        origins=tuple(item["origins"]) if "origins" in item else None,
        exclude=tuple(item.get("exclude", ())),
        blackhole=tuple(_community(document, (*place, "blackhole", i), one) for i, one in enumerate(item.get("blackhole", ()))),
        **values,
    )


def _address(document: Document, place: Place, text: str) -> str:
    """An address or listen range in canonical text; any other text without a slash and colon is an interface name."""
    if "/" in text and text[0] in "0123456789abcdefABCDEF:" and ("." in text.partition("/")[0] or ":" in text):
        _prefix(document, place, text)
        return str(ipaddress.ip_network(text))
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        if text.replace(".", "").isdigit() or text.count(":") > 1:
            raise document.error(
                place, f"{text!r} is not an address; expected an address, a listen range or an interface name"
            ) from error
        return text


def _community(document: Document, place: Place, text: str) -> str:
    """A community whose parts fit: 16 bits each in a standard one, 32 bits in a large one."""
    parts = [int(one) for one in text.removeprefix("rt:").removeprefix("soo:").split(":")]
    limit = 65535 if len(parts) == 2 and not text.startswith(("rt:", "soo:")) else 4294967295
    if max(parts) > limit:
        raise document.error(place, f"{text!r} does not fit: each part must be at most {limit}")
    return text


def _tagging(document: Document, item: Mapping[str, str]) -> Tagging:
    seen: dict[str, str] = {}
    for key, text in item.items():
        _community(document, ("tagging", key), text)
        if text in seen:
            raise document.error(
                ("tagging", key), f"{text} already means {seen[text]}; each origin of a route needs its own community"
            )
        seen[text] = key
    return Tagging(**item)


def _interface(document: Document, place: Place, item: Mapping[str, Any]) -> InterfaceClass:
    for index, text in enumerate(item.get("sources", ())):
        _prefix(document, (*place, "sources", index), text)
    return InterfaceClass(item["class"], item.get("pattern"), item.get("device"), tuple(item.get("sources", ())))


def _refuse_ties(document: Document, neighbours: tuple[Neighbour, ...]) -> None:
    """Two entries equally specific for one session contradict each other: the file must say which is meant."""
    pair = ambiguous([one.select for one in neighbours])
    if pair:
        first, second = pair
        line = document.lines.get(("neighbours", first))
        raise document.error(
            ("neighbours", second, "select"),
            f"is as specific as neighbours[{first}]{f' (line {line})' if line else ''} and can select the same session; "
            "make one more specific (address, asn, group, device, vrf, family)",
        )
