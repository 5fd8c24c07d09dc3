"""What lies behind the filters of a session: policies that are called, and whether something looks at the validation state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..model.policy import AllOf, AnyOf, Attachment, CallMatch, Cond, Not, Policy, RpkiMatch


def inner(cond: Cond) -> Iterator[Cond]:
    """A condition and all those inside it."""
    todo = [cond]
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, AllOf | AnyOf):
            todo += one.conds
        elif isinstance(one, Not):
            todo.append(one.cond)


def reachable(policies: Iterable[Policy], known: Mapping[str, Policy]) -> dict[str, Policy]:
    """Every policy that calls in these can reach, by name."""
    out: dict[str, Policy] = {}
    todo = list(policies)
    while todo:
        for term in todo.pop().terms:
            asked = [one.policy for one in inner(term.cond) if isinstance(one, CallMatch)]
            for name in (*asked, *([term.call] if term.call else [])):
                if name in known and name not in out:
                    out[name] = known[name]
                    todo.append(known[name])
    return out


def looks_at_rpki(attachment: Attachment) -> bool:
    """Whether a filter, or a policy that it calls, asks for the validation state."""
    policies = [*(one.policy for one in attachment.filters), *attachment.called.values()]
    return any(isinstance(cond, RpkiMatch) for policy in policies for term in policy.terms for cond in inner(term.cond))
