"""GRIP (Georgia Tech): suspicious origin changes that name an own ASN as attacker."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ..model.public import Event, Events
from ._bytes import SourceError, moment
from ._wanted import Wanted
from ._web import Asker, Reply, Web

BASE = "https://api.grip.inetintel.cc.gatech.edu/dev/json/"
DAYS = 92
GREATEST = 1000


def read(asker: Asker, what: Wanted) -> dict[int, Events]:
    """Events of the last three months for each ASN."""
    queries = {asn: f"events?asns={asn}" for asn in what.asns}
    if isinstance(asker, Web):
        now = moment(asker.as_of)
        for query in queries.values():
            first, last = (
                now - datetime.timedelta(days=DAYS),
                now + datetime.timedelta(days=1),
            )  # whole days: a second run asks the same
            span = f"ts_start={first:%Y-%m-%dT00:00}&ts_end={last:%Y-%m-%dT00:00}"
            asker.place(query, f"{query}&event_type=all&{span}&length={GREATEST}")
    replies = asker.ask(list(queries.values()))
    return {asn: _events(asn, replies[query]) for asn, query in queries.items()}


def _events(asn: int, reply: Reply) -> Events:
    try:
        if reply.problem:
            raise SourceError(reply.problem)
        items = reply.data["data"]
        if int(reply.data.get("recordsFiltered", len(items))) > len(items):
            raise SourceError(f"gives {len(items)} of {reply.data['recordsFiltered']} events")
        found = [_event(one) for one in items if str(asn) in {str(each) for each in one["summary"].get("attackers") or ()}]
    except (SourceError, KeyError, TypeError, ValueError, AttributeError) as error:
        return Events(asn, reply.at, problem=f"GRIP on AS{asn}: {error}")
    return Events(asn, reply.at, tuple(sorted(found, key=lambda one: (one.began, one.id))))


def _event(item: Mapping[str, Any]) -> Event:
    summary = item["summary"]
    inference = (summary.get("inference_result") or {}).get("primary_inference") or {}
    prefixes = {str(one[key]) for one in item.get("pfx_events") or () for key in ("prefix", "sub_pfx") if one.get(key)}
    return Event(
        id=str(item["id"]),
        kind=str(item["event_type"]),
        began=datetime.datetime.fromtimestamp(int(item["view_ts"]), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=int(item.get("duration") or 0),
        prefixes=tuple(sorted(prefixes or {str(one) for one in summary.get("prefixes") or ()})),
        suspicion=int(inference["suspicion_level"]) if "suspicion_level" in inference else None,
        explanation=str(inference.get("explanation") or ""),
    )
