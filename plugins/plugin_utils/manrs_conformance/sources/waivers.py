"""Read `waivers.yml`: fails that somebody accepted for a while."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model.intent import Waiver
from ._document import Document, read_document


def load_waivers(source: str | Path | Mapping[str, Any]) -> tuple[Waiver, ...]:
    """The waivers of a file or mapping; raises InputError naming file, line, path and what is allowed."""
    document = read_document(source, "waivers.schema.json")
    waivers = tuple(_waiver(document, index, item) for index, item in enumerate(document.data["waivers"]))
    seen: dict[str, int] = {}
    for index, one in enumerate(waivers):
        if one.id in seen:
            raise document.error(("waivers", index, "id"), f"{one.id} is already the id of waivers[{seen[one.id]}]")
        seen[one.id] = index
    return waivers


def _waiver(document: Document, index: int, item: Mapping[str, str]) -> Waiver:
    place = ("waivers", index)
    if _person(item["owner"]) == _person(item["approver"]):
        raise document.error((*place, "approver"), "must be someone other than the owner")
    if item.get("device", "*") == "*" and item.get("session", "*") == "*" and "prefix" not in item:
        raise document.error(place, "covers everything; name at least one of device, session, prefix")
    if "prefix" in item:
        try:
            ipaddress.ip_network(item["prefix"])
        except ValueError as error:
            raise document.error((*place, "prefix"), f"{item['prefix']!r} is not a prefix: {error}") from error
    try:
        expires = _utc(item["expires"])
    except ValueError as error:
        raise document.error((*place, "expires"), f"{item['expires']!r} is not a date of the calendar") from error
    return Waiver(**{**item, "expires": expires})


def _person(text: str) -> str:
    return " ".join(text.casefold().split())


def _utc(text: str) -> str:
    """RFC 3339 UTC; a bare date lasts until its first second (the day itself is no longer covered)."""
    when = datetime.datetime.fromisoformat(text)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
