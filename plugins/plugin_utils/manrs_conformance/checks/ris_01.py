"""RIS-01: route collectors have seen the ASN announce prefixes for three months (MANRS Action 1, joining)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from ..model.public import Announcements
from ..model.result import Finding, Severity, Status
from ..model.times import when
from ._public import listed, narrow, per_asn, seen_by, told, unknown, wide
from .base import Check, FleetContext

QUARTER = datetime.timedelta(days=90)
LATE = datetime.timedelta(days=3)
"""Collector data is up to a day old, a history has steps of hours, and a shorter break is maintenance."""


def fleet(context: FleetContext, check: Check) -> Iterable[Finding]:
    """One finding for each own ASN."""
    for item in per_asn(context, check, "ripestat", context.reference.ripestat):
        yield item if isinstance(item, Finding) else _judge(context, check, *item)


def _judge(context: FleetContext, check: Check, asn: int, seen: Announcements) -> Finding:
    subject, asked = f"AS{asn}", when(seen.at)
    if seen.history is None or asked is None:
        return unknown(context, check, asn, subject, "the history of the ASN was not asked for", "ripestat")
    times = [(first, last) for one in seen.history if (first := when(one.first)) and (last := when(one.last))]
    peers = "".join(
        f", {name} seen by {found[0]} of {found[1]} peers"
        for name, found in (("IPv4", seen.peers_v4), ("IPv6", seen.peers_v6))
        if found
    )
    if times and min(times)[0] <= asked - QUARTER and max(one[1] for one in times) >= asked - LATE and seen.announced:
        if doubt := _gap(seen, asked) or narrow(seen):
            return unknown(context, check, asn, subject, f"{doubt}{peers}", "ripestat")
        since = f"some since {min(times)[0]:%Y-%m-%d} or earlier"
        message = f"AS{asn} announces {len(seen.announced)} prefixes, {since}{peers}{_hardly(seen)}"
        return told(context, check, asn, subject, Status.PASS, message, "ripestat")
    since = f"since {min(times)[0]:%Y-%m-%d}" if times else "at no time"
    message = (
        f"AS{asn}: collectors saw it announce prefixes {since} in the last three months, {len(seen.announced or ())} now{peers}"
    )
    remedy = "Announce for three months before joining, or name the ASN that does."
    return told(context, check, asn, subject, Status.FAIL, message, "ripestat", cause="not three months", remedy=remedy)


def _gap(seen: Announcements, asked: datetime.datetime) -> str | None:
    """A time within the three months in which nothing at all was announced."""
    spans = [
        (begin, end)
        for one in seen.history or ()
        for first, last in one.spans or ((one.first, one.last),)
        if (begin := when(first)) and (end := when(last))
    ]
    reached = asked - QUARTER
    for begin, end in sorted(spans):
        if begin - reached > LATE:
            return f"from {reached:%Y-%m-%d} to {begin:%Y-%m-%d} collectors saw nothing of it"
        reached = max(reached, end)
    return None


def _hardly(seen: Announcements) -> str:
    """Which prefixes few see, beside those that are seen widely."""
    few = [seen_by(one) for one in seen.visible or () if one.problem is None and not wide(one)]
    return f"; seen by few: {listed(few)}" if few else ""


CHECK = Check("RIS-01", "1", "The ASN has been visible for three months", Severity.MEDIUM, scope="fleet", fleet=fleet)
