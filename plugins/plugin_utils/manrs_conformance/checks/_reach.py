"""What a filter can reach: policies, lists and lines; and unread lines that make its answer unsure."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.policy import (
    AllOf,
    AnyOf,
    AsPathList,
    AsPathMatch,
    Attachment,
    CallMatch,
    CommunityList,
    CommunityMatch,
    Cond,
    Const,
    Not,
    Opaque,
    Policy,
    PrefixList,
    PrefixMatch,
    SetCommunity,
    Term,
)
from ..model.router import Router, Session, Unread


def policies(attachment: Attachment) -> tuple[Policy, ...]:
    """Every policy the attachment runs or may call, the attached ones first."""
    return (*(one.policy for one in attachment.filters), *attachment.called.values())


def terms(attachment: Attachment) -> Iterator[Term]:
    """Every term of those policies."""
    for policy in policies(attachment):
        yield from policy.terms


def conds(cond: Cond) -> Iterator[Cond]:
    """A condition and all conditions inside it."""
    yield cond
    if isinstance(cond, AllOf | AnyOf):
        for one in cond.conds:
            yield from conds(one)
    elif isinstance(cond, Not):
        yield from conds(cond.cond)


def conditions(attachment: Attachment) -> Iterator[Cond]:
    """Every condition in reach."""
    for term in terms(attachment):
        yield from conds(term.cond)


def lists(attachment: Attachment) -> Iterator[PrefixList | AsPathList | CommunityList]:
    """Every list in reach, of conditions and of actions."""
    for cond in conditions(attachment):
        if isinstance(cond, PrefixMatch | AsPathMatch | CommunityMatch):
            yield from cond.lists
    for term in terms(attachment):
        for action in term.actions:
            if isinstance(action, SetCommunity):
                yield from action.lists


def lines(session: Session, attachment: Attachment) -> set[int]:
    """Lines to cite when no witness names better ones: the session and where its filters are attached."""
    return {*session.lines[:1], *(one.line for one in attachment.filters if one.line)}


def known_unknowns(attachment: Attachment) -> set[int]:
    """Lines whose meaning is unknown but whose place is modelled: the evaluation already weighs them."""
    out = {one.line for one in conditions(attachment) if isinstance(one, Const) and one.value is None}
    return out | {action.line for term in terms(attachment) for action in term.actions if isinstance(action, Opaque)}


def names(attachment: Attachment) -> set[tuple[str, str]]:
    """(kind, name) of every policy, list and call in reach."""
    out = {("policy", one.name) for one in policies(attachment)} | {("policy", one.name) for one in attachment.filters}
    out |= {("list", one.name) for one in lists(attachment)} | {("list", one.name) for one in attachment.filters}
    out |= {("policy", one.policy) for one in conditions(attachment) if isinstance(one, CallMatch)}
    return out | {("policy", one.call) for one in terms(attachment) if one.call}


def blind(router: Router, session: Session, attachment: Attachment) -> list[Unread]:
    """Unread lines on the way of this session that the evaluation knows nothing of."""
    if not router.unread:
        return []
    reached = names(attachment)
    weighed = known_unknowns(attachment)
    own = {session.neighbor, session.key, session.group or session.neighbor, f"vrf {session.vrf}"}
    out = []
    for one in router.unread:
        kind, name = one.taints.kind, one.taints.name
        if (kind == "session" and name in own) or ((kind, name) in reached and one.line not in weighed):
            out.append(one)
    return out
