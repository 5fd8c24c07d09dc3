"""What may be sent to peers, providers and route servers."""

from __future__ import annotations

from ..analysis import authority
from ..model.intent import Intent, PrefixRange
from ..model.policy import AnyOf, Cond, Not, PrefixEntry
from ..model.reference import Reference
from ._questions import RECEIVED, both, carries, own, ranges, within
from .base import Case


def customers_space(case: Case) -> Cond:
    """Prefixes that some declared customer is authorised to announce."""
    afi = case.session.afi
    made = case.context.memo.get(("customers' space", afi))
    if made is None:
        entries = _customers(case.context.intent, case.context.reference, afi)
        made = case.context.memo["customers' space", afi] = within(afi, entries, "customer prefixes") if entries else AnyOf(())
    return made


def _customers(intent: Intent, reference: Reference, afi: int) -> tuple[PrefixEntry, ...]:
    """Ranges of all customers, each once: what differs between customers is asked where their routes come in."""
    found: dict[PrefixEntry, None] = {}
    for one in intent.neighbours:
        if one.relationship not in ("customer", "route_server_client"):
            continue
        known = authority.of(one, one.select.asn, reference)
        if not known.problem:
            found.update(dict.fromkeys(known.v4 if afi == 4 else known.v6))
    return tuple(found)


def ours(case: Case) -> Cond:
    """Own space, with what was delegated out of it."""
    intent, afi = case.context.intent, case.session.afi
    return AnyOf((own(intent, afi, every_longer=True), within(afi, ranges(intent.delegated, afi, every_longer=True), "delegated")))


def tagged(case: Case) -> Cond:
    """Learned from a customer or originated by us, as the tagging contract says."""
    tags = own_tags(case.context.intent)
    return both(carries(*tags), RECEIVED) if tags else AnyOf(())


def own_tags(intent: Intent) -> tuple[str, ...]:
    """Communities of the tagging contract that mark what may be sent to everybody."""
    return tuple(one for one in ((intent.tagging.customer, intent.tagging.own) if intent.tagging else ()) if one)


def relayed_blackhole(case: Case) -> Cond:
    """Blackhole routes for own or customer space under the provider's agreed community."""
    if not case.declared.blackhole:
        return AnyOf(())
    afi = case.session.afi
    spaces: list[Cond] = [ours(case)]
    for one in case.context.intent.neighbours:
        if one.relationship == "customer" and one.prefixes is not None:
            space = within(afi, ranges(one.prefixes, afi, every_longer=True), "customer space")
            gone = ranges(map(PrefixRange, one.exclude), afi, every_longer=True)
            spaces.append(both(space, Not(within(afi, gone, "excluded"))) if gone else space)
    return both(carries(*case.declared.blackhole), AnyOf(tuple(spaces)))
