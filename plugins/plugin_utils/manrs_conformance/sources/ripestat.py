"""RIPEstat: what the RIS route collectors see of own and customers' ASNs, and how that compares with registered policy."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..model.public import Announcements, Seen, Visible
from ._bytes import SourceError, moment, split_prefix
from ._wanted import Wanted
from ._web import Asker, Reply, Web

BASE = "https://stat.ripe.net/data/"
APP = "routesec-manrs"
DAYS = 92
"""Three months, as Action 1 looks back."""
GREATEST = 200
"""Announced prefixes of own ASNs whose visibility is asked for; the answer is large, and one that is widely seen is enough."""
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
    found = {asn: _announcements(asn, {call: replies[queries[asn, call]] for call in names}) for asn, names in calls.items()}
    return _with_visibility(asker, found, what.asns)


def _with_visibility(asker: Asker, found: dict[int, Announcements], own: Sequence[int]) -> dict[int, Announcements]:
    """The same, with who sees the prefixes that own ASNs announce now."""
    prefixes = {asn: [one.prefix for one in found[asn].announced or ()][:GREATEST] for asn in own if not found[asn].problem}
    queries = {prefix: f"visibility?resource={prefix}" for some in prefixes.values() for prefix in some}
    if isinstance(asker, Web):
        for prefix, query in queries.items():
            asker.place(query, f"visibility/data.json?resource={prefix}&sourceapp={APP}")
    replies = asker.ask(list(queries.values()))
    visible = {prefix: _visible(prefix, replies[query]) for prefix, query in queries.items()}
    return found | {
        asn: replace(
            found[asn],
            at=min([found[asn].at, *(replies[queries[one]].at for one in some)]),
            visible=tuple(visible[one] for one in some),
        )
        for asn, some in prefixes.items()
    }


def _visible(prefix: str, reply: Reply) -> Visible:
    """Counts over the collectors, in the family of the prefix."""
    family = "ipv6" if ":" in prefix else "ipv4"
    try:
        rows = [
            (int(one[f"{family}_full_table_peer_count"]), len(one[f"{family}_full_table_peers_not_seeing"]))
            for one in _data({"visibility": reply}, "visibility", prefix)["visibilities"]
        ]
        if any(not 0 <= missing <= full for full, missing in rows):
            raise SourceError("counts more peers that do not see it than there are")
        rows = [one for one in rows if one[0]]
        if not rows:
            raise SourceError("knows no collector with a full table")
    except (SourceError, KeyError, TypeError, ValueError, AttributeError) as error:
        return Visible(prefix, problem=f"RIPEstat on the visibility of {prefix}: {error}")
    seeing = [full - missing for full, missing in rows]
    return Visible(prefix, sum(seeing), sum(full for full, _ in rows), sum(1 for one in seeing if one), len(rows))


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


def _data(replies: Mapping[str, Reply], call: str, asked: int | str) -> Mapping[str, Any]:
    """The `data` of an answer that says itself that it is good."""
    reply = replies[call]
    if reply.problem:
        raise SourceError(reply.problem)
    if not isinstance(reply.data, dict) or reply.data.get("status") != "ok":
        state = reply.data.get("status") if isinstance(reply.data, dict) else "nothing"
        raise SourceError(f"{call} answers with status {state}")
    data: Mapping[str, Any] = reply.data["data"]
    resource = str(data.get("resource", asked)).upper().removeprefix("AS")
    if resource != str(asked).upper():
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
