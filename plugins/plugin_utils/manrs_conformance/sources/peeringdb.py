"""PeeringDB: the network entry of each own ASN and its contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..model.public import Contact, Network
from ._bytes import SourceError
from ._wanted import Wanted
from ._web import Asker, Reply

BASE = "https://www.peeringdb.com/api/"
KEY = "PEERINGDB_API_KEY"
"""Environment variable with an API key: without one, contacts for registered users stay hidden."""


def headers(secret: str) -> dict[str, str]:
    """Fields that carry an API key."""
    return {"Authorization": f"Api-Key {secret}"}


def read(asker: Asker, what: Wanted) -> dict[int, Network]:
    """The entry of each ASN; one that does not exist is not `listed`."""
    queries = {asn: f"net?asn={asn}&depth=2" for asn in what.asns}
    replies = asker.ask(list(queries.values()))
    found = {asn: _network(asn, replies[query], asker.authenticated) for asn, query in queries.items()}
    organisations = {asn: org for asn, query in queries.items() if (org := _organisation(asn, replies[query])) is not None}
    lists = {org: f"net?org_id={org}" for org in organisations.values()}
    answers = asker.ask(list(lists.values())) if lists else {}
    for asn, org in organisations.items():
        found[asn] = replace(found[asn], siblings=_siblings(answers[lists[org]], asn))
    return found


def _items(asn: int, reply: Reply) -> list[Mapping[str, Any]]:
    return [one for one in reply.data["data"] if one["asn"] == asn and one.get("status", "ok") == "ok"]


def _organisation(asn: int, reply: Reply) -> int | None:
    """The organisation that the entry belongs to; None where there is no entry to read."""
    try:
        return _number(_items(asn, reply)[0].get("org_id"))
    except (KeyError, TypeError, AttributeError, IndexError):
        return None


def _siblings(reply: Reply, asn: int) -> tuple[int, ...] | None:
    """ASNs of the networks of an organisation; None for an answer that is none, or that lacks the network it was found by."""
    try:
        listed = {int(one["asn"]) for one in reply.data["data"] if one.get("status", "ok") == "ok"}
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    return tuple(sorted(listed)) if asn in listed else None


def _network(asn: int, reply: Reply, complete: bool) -> Network:
    if reply.problem:
        return Network(asn, reply.at, problem=reply.problem)
    if reply.data is None:
        return Network(asn, reply.at, complete=complete)
    try:
        items = _items(asn, reply)
        if not items:
            return Network(asn, reply.at, complete=complete)
        if not isinstance(items[0].get("poc_set"), list):
            raise SourceError("the entry has no list `poc_set`")
        return _entry(asn, reply.at, items[0], complete)
    except (KeyError, TypeError, AttributeError, SourceError) as error:
        return Network(asn, reply.at, problem=f"PeeringDB entry of AS{asn} cannot be read: {error}")


def _entry(asn: int, at: str, item: Mapping[str, Any], complete: bool) -> Network:
    contacts = tuple(_contact(one) for one in item["poc_set"] if isinstance(one, Mapping) and one.get("status", "ok") == "ok")
    return Network(
        asn,
        at,
        listed=True,
        complete=complete,
        name=str(item.get("name") or ""),
        as_set=str(item.get("irr_as_set") or ""),
        looking_glass=str(item.get("looking_glass") or ""),
        prefixes_v4=_number(item.get("info_prefixes4")),
        prefixes_v6=_number(item.get("info_prefixes6")),
        updated=item.get("updated"),
        contacts=contacts,
    )


def _contact(item: Mapping[str, Any]) -> Contact:
    return Contact(
        roles=(str(item.get("role", "")).lower(),),
        name=str(item.get("name") or ""),
        emails=tuple(one for one in [str(item.get("email") or "")] if "@" in one),
        phones=tuple(one for one in [str(item.get("phone") or "")] if one),
        visible=str(item.get("visible", "Public")),
        updated=item.get("updated"),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
