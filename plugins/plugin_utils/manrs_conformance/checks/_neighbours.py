"""AS numbers of declared neighbours: an entry may select its sessions by address or group, and then only the routers tell them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..analysis import scope
from ..model.intent import Intent, Neighbour
from .base import FleetContext


def named(intent: Intent, relations: Collection[str]) -> tuple[set[int], list[Neighbour]]:
    """The ASNs that entries of these relationships name, and the entries that name none; without those on an agreed private ASN."""
    ones = [one for one in intent.neighbours if one.relationship in relations and not one.private_asn]
    return {one.select.asn for one in ones if one.select.asn}, [one for one in ones if not one.select.asn]


def met(context: FleetContext, relations: Collection[str]) -> tuple[set[int], list[Neighbour]]:
    """The same, with the ASNs of the sessions that an entry covers on any router; entries are left that cover none, or one without a number.

    Sessions of private VRFs are covered without making their ASNs neighbours in the Internet.
    """
    known, silent = named(context.intent, relations)
    asked, covered, unclear = frozenset(silent), set[Neighbour](), set[Neighbour]()
    for member in context.members.values() if silent else ():
        for session in member.router.sessions:
            entry, kind = member.neighbour(session), scope.vrf_kind(context.intent, session.vrf)
            if entry is None or entry not in asked:
                continue
            covered.add(entry)
            if kind == "internet" and isinstance(session.remote_as, int):
                known.add(session.remote_as)
            elif kind != "private":
                unclear.add(entry)
    return known, [one for one in silent if one not in covered or one in unclear]


def silence(ones: Iterable[Neighbour]) -> str | None:
    """Why the ASNs of these entries are not known, or None without any."""
    texts = [
        one.name
        or ", ".join(
            f"{key} {value}"
            for key in ("device", "vrf", "group", "address", "family")
            if (value := getattr(one.select, key)) is not None
        )
        for one in ones
    ]
    return (
        f"the intent does not say which AS these neighbours are, add `asn` to their `select`: {'; '.join(texts)}" if texts else None
    )
