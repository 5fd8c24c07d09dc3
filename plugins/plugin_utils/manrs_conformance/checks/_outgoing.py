"""What may be sent to peers, providers and route servers."""

from __future__ import annotations

from ..model.policy import AnyOf, Cond, TextMatch
from ._questions import both, carries, own, ranges, within
from .base import Case


def customers_space(case: Case) -> Cond:
    """Prefixes that some declared customer is authorised to announce."""
    conds: list[Cond] = []
    intent, afi = case.context.intent, case.session.afi
    for one in intent.neighbours:
        if one.relationship in ("customer", "route_server_client"):
            asn = one.select.asn
            if one.prefixes is not None:
                conds.append(within(afi, ranges(one.prefixes, afi), "customer prefixes"))
            elif one.as_set or asn:
                known = case.context.reference.authorised.get(one.as_set or f"AS{asn}")
                if known is not None and not known.problem:
                    conds.append(within(afi, known.v4 if afi == 4 else known.v6, "customer prefixes"))
    return AnyOf(tuple(conds))


def ours(case: Case) -> Cond:
    """Own space, with what was delegated out of it."""
    intent, afi = case.context.intent, case.session.afi
    return AnyOf((own(intent, afi, every_longer=True), within(afi, ranges(intent.delegated, afi, every_longer=True), "delegated")))


def tagged(case: Case) -> Cond:
    """Learned from a customer or originated by us, as the tagging contract says."""
    tagging = case.context.intent.tagging
    own_tags = [one for one in ((tagging.customer, tagging.own) if tagging else ()) if one]
    return both(carries(*own_tags), TextMatch("protocol", frozenset({"bgp"}))) if own_tags else AnyOf(())


def relayed_blackhole(case: Case) -> Cond:
    """Blackhole routes for own or customer space under the provider's agreed community."""
    if not case.declared.blackhole:
        return AnyOf(())
    afi = case.session.afi
    spaces: list[Cond] = [ours(case)]
    for one in case.context.intent.neighbours:
        if one.relationship == "customer" and one.prefixes is not None:
            spaces.append(within(afi, ranges(one.prefixes, afi, every_longer=True), "customer space"))
    return both(carries(*case.declared.blackhole), AnyOf(tuple(spaces)))
