"""CAIDA Spoofer: public sessions of each own ASN, page by page (Hydra)."""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Mapping
from typing import Any

from ..model.public import SpoofTest, SpoofTests
from ._bytes import SourceError, moment
from ._wanted import Wanted
from ._web import Asker, Web, wanted

BASE = "https://api.spoofer.caida.org/"
PAGES = 40
"""A source that needs more pages than this for one ASN does not filter: its answer is not used."""
DAYS = 365
RESULTS = frozenset({"received", "blocked", "rewritten", "unknown"})


def read(asker: Asker, what: Wanted) -> dict[int, SpoofTests]:
    """Sessions of the last year from each ASN, both families."""
    return {asn: _tests(asker, asn) for asn in what.asns}


def _tests(asker: Asker, asn: int) -> SpoofTests:
    found: dict[tuple[str, str], SpoofTest] = {}
    at = ""
    try:
        for family in (4, 6):
            query = f"sessions?asn{family}={asn}"
            if isinstance(asker, Web):
                since = moment(asker.as_of) - datetime.timedelta(days=DAYS)
                asker.place(query, f"{query}&itemsPerPage=100&timestamp%5Bafter%5D={since:%Y-%m-%d}&order%5Btimestamp%5D=desc")
            at = _pages(asker, query, asn, found) if not at else min(at, _pages(asker, query, asn, found))
    except (SourceError, KeyError, TypeError, ValueError, AttributeError) as error:
        return SpoofTests(asn, at, problem=f"Spoofer sessions of AS{asn}: {error}")
    return SpoofTests(asn, at, tuple(found[key] for key in sorted(found)))


def _pages(asker: Asker, query: str, asn: int, found: dict[tuple[str, str], SpoofTest]) -> str:
    """Follow the pages of one question; the time of the oldest answer."""
    seen: list[str] = []
    at, count = "", 0
    following: str | None = query
    while following is not None:
        if following in seen:
            raise SourceError("a page names itself as the next one")
        if len(seen) >= PAGES:
            raise SourceError(f"more than {PAGES} pages: the source did not select by ASN")
        seen.append(following)
        reply = asker.ask([following])[following]
        if reply.problem:
            raise SourceError(reply.problem)
        at = min(at or reply.at, reply.at)
        items, following, total = _page(reply.data)
        count += len(items)
        if following is None and count < total:
            raise SourceError(f"holds {count} of {total} sessions and names no next page")
        for item in items:
            for family in ("4", "6"):
                one = _test(item, family)
                if one is not None and one.asn == asn:
                    found[one.session, one.client] = one
    return at


def _page(data: Any) -> tuple[list[Mapping[str, Any]], str | None, int]:
    """Sessions of a page, the name of the next page, and how many sessions there are on all of them."""
    if isinstance(data, list):
        return data, None, len(data)
    items = wanted(wanted(data, dict, "a Hydra collection").get("hydra:member"), list, "`hydra:member`")
    total = int(data.get("hydra:totalItems", 0))
    following = (data.get("hydra:view") or {}).get("hydra:next")
    if following is None:
        return items, None, total
    parts = urllib.parse.urlsplit(str(following))  # whatever host it names, the source itself is asked
    return items, urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")), total


def _test(item: Mapping[str, Any], family: str) -> SpoofTest | None:
    suffix = "" if family == "4" else "6"
    asn, client = item.get(f"asn{family}"), item.get(f"client{family}")
    if asn in (None, "", 0) or not client:
        return None
    routed, private = (str(item.get(f"{kind}{suffix}") or "unknown") for kind in ("routedspoof", "privatespoof"))
    return SpoofTest(
        session=str(item.get("session", item.get("@id", ""))),
        when=str(item["timestamp"]),
        asn=int(str(asn)),
        client=str(client),
        nat=item.get(f"nat{family}") is not False,
        routed=routed if routed in RESULTS else "unknown",
        private=private if private in RESULTS else "unknown",
    )
