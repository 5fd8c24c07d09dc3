"""RIPEstat: what the RIS route collectors see of own and customers' ASNs, and how that compares with registered policy."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..model.public import Announcements, Seen
from ._bytes import SourceError, moment, split_prefix
from ._wanted import Wanted
from ._web import Asker, Reply, Web

BASE = "https://stat.ripe.net/data/"
APP = "routesec-manrs"
DAYS = 92
"""Three months, as Action 1 looks back."""
OWN_CALLS = ("routing-history", "routing-status", "as-routing-consistency")


def read(asker: Asker, what: Wanted) -> dict[int, Announcements]:
    """Announcements of own ASNs with their history, and of customers' ASNs without."""
    calls = {asn: ["announced-prefixes", *(OWN_CALLS if asn in what.asns else ())] for asn in (*what.asns, *what.customers)}
    queries = {(asn, call): f"{call}?resource=AS{asn}" for asn, names in calls.items() for call in names}
    if isinstance(asker, Web):
        since = moment(asker.as_of) - datetime.timedelta(days=DAYS)
        for (asn, call), query in queries.items():
            more = f"&starttime={since:%Y-%m-%d}" if call == "routing-history" else ""
            asker.place(query, f"{call}/data.json?resource=AS{asn}{more}&sourceapp={APP}")
    replies = asker.ask(list(queries.values()))
    return {asn: _announcements(asn, {call: replies[queries[asn, call]] for call in names}) for asn, names in calls.items()}


def _announcements(asn: int, replies: Mapping[str, Reply]) -> Announcements:
    out = Announcements(asn, min(one.at for one in replies.values()))
    try:
        out = replace(out, announced=_timelines(_data(replies, "announced-prefixes", asn)["prefixes"]))
        if "routing-history" not in replies:
            return out
        mine = [
            one for one in _data(replies, "routing-history", asn)["by_origin"] if int(str(one["origin"]).removeprefix("AS")) == asn
        ]
        out = replace(out, history=_timelines([prefix for one in mine for prefix in one["prefixes"]]))
        status = _data(replies, "routing-status", asn)
        visibility = status.get("visibility") or {}
        peers = _data(replies, "as-routing-consistency", asn)
        links = [*(peers.get("imports") or ()), *(peers.get("exports") or ())]
        return replace(
            out,
            first_seen=(status.get("first_seen") or {}).get("time"),
            last_seen=(status.get("last_seen") or {}).get("time"),
            peers_v4=_peers(visibility.get("v4")),
            peers_v6=_peers(visibility.get("v6")),
            neighbours=tuple(sorted({(int(one["peer"]), bool(one["in_bgp"]), bool(one["in_whois"])) for one in links})),
        )
    except (SourceError, KeyError, TypeError, ValueError, AttributeError) as error:
        return replace(out, problem=f"RIPEstat on AS{asn}: {error}")


def _data(replies: Mapping[str, Reply], call: str, asn: int) -> Mapping[str, Any]:
    """The `data` of an answer that says itself that it is good."""
    reply = replies[call]
    if reply.problem:
        raise SourceError(reply.problem)
    if not isinstance(reply.data, dict) or reply.data.get("status") != "ok":
        state = reply.data.get("status") if isinstance(reply.data, dict) else "nothing"
        raise SourceError(f"{call} answers with status {state}")
    data: Mapping[str, Any] = reply.data["data"]
    resource = str(data.get("resource", asn)).upper().removeprefix("AS")
    if resource != str(asn):
        raise SourceError(f"{call} answers for {data.get('resource')}")
    return data


def _timelines(items: Sequence[Mapping[str, Any]]) -> tuple[Seen, ...]:
    found: dict[str, list[tuple[str, str]]] = {}
    for item in items:
        prefix = str(item["prefix"])
        split_prefix(prefix)
        times = [(str(one["starttime"]), str(one["endtime"])) for one in item.get("timelines") or ()]
        if not times:
            raise SourceError(f"{prefix} has no times")
        found.setdefault(prefix, []).extend(times)
    return tuple(
        Seen(prefix, min(one[0] for one in times), max(one[1] for one in times), tuple(sorted(times)))
        for prefix, times in sorted(found.items())
    )


def _peers(item: Any) -> tuple[int, int] | None:
    if not isinstance(item, dict):
        return None
    return int(item["ris_peers_seeing"]), int(item["total_ris_peers"])
