"""A router without what its policies and lists say: enough to count, to cite and to find ways, small enough to keep a thousand of."""

from __future__ import annotations

from dataclasses import replace

from .policy import Attachment, Filter, Policy, PrefixList
from .router import Origination, Router


def outline(router: Router) -> Router:
    """The router with its sessions, interfaces and line states; filters keep name, kind and line, lists only their size."""
    return replace(
        router,
        sessions=tuple(replace(one, inbound=_named(one.inbound), outbound=_named(one.outbound)) for one in router.sessions),
        interfaces=tuple(
            replace(one, sources_v4=None, sources_v6=None, leaving_v4=None, leaving_v6=None, exceptions_v4=None, exceptions_v6=None)
            for one in router.interfaces
        ),
        policies={},
        prefix_lists=tuple(_sized(one) for one in router.prefix_lists),
        as_path_lists=(),
        community_lists=(),
        other_lists=tuple(_sized(one) for one in router.other_lists),
        originations=tuple(_plain(one) for one in router.originations),
        live=None,
    )


def _named(one: Attachment) -> Attachment:
    filters = tuple(
        Filter(each.kind, each.name, Policy(each.name, each.policy.kind, (), each.policy.default), each.line, each.defined)
        for each in one.filters
    )
    return Attachment(one.direction, filters, one.default, one.combine)


def _sized(one: PrefixList) -> PrefixList:
    return replace(one, entries=(), lines=(), left_out=one.size)


def _plain(one: Origination) -> Origination:
    return replace(one, policy=None)
