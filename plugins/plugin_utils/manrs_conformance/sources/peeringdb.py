"""PeeringDB: the network entry of each own ASN and its contacts."""

from __future__ import annotations

from collections.abc import Mapping
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
    return {asn: _network(asn, replies[query], asker.authenticated) for asn, query in queries.items()}


def _network(asn: int, reply: Reply, complete: bool) -> Network:
    if reply.problem:
        return Network(asn, reply.at, problem=reply.problem)
    if reply.data is None:
        return Network(asn, reply.at, complete=complete)
    try:
        items = [one for one in reply.data["data"] if one["asn"] == asn and one.get("status", "ok") == "ok"]
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
