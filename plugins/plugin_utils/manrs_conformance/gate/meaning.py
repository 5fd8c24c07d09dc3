"""The difference of meaning between two configurations: which routes each session and direction treats differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..analysis import concrete, evaluate
from ..analysis.passage import detailed
from ..analysis.same import same
from ..checks._questions import both, delivered, either, exportable, likely
from ..model.policy import Attachment, Cond
from ..model.reference import Reference
from ..model.result import Witness
from ..model.route import Decision
from ..model.router import Router, Session
from .model import Change, Shown, Unclear

Direction = Literal["import", "export"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """Changes, and changed filters that could not be compared exactly."""

    changes: tuple[Change, ...]
    unclear: tuple[Unclear, ...]


def compare(base: Mapping[str, Router], candidate: Mapping[str, Router], reference: Reference | None = None) -> Meaning:
    """What the candidate does differently on every session that both sides have; what is written alike is not looked at.

    With `reference` the examples are routes that an engineer would expect, where there are such.
    """
    changes: list[Change] = []
    unclear: list[Unclear] = []
    for host, after in sorted(candidate.items()):
        before = base.get(host)
        if before is None:
            continue
        old = {one.key: one for one in before.sessions}
        for session in after.sessions:
            was = old.get(session.key)
            if was is None or session.shutdown:
                continue
            for word in ("import", "export"):
                change, doubts = _side(host, word, (was, before), (session, after), reference)
                changes += [change] if change else []
                unclear += doubts
    return Meaning(tuple(changes), tuple(unclear))


def _side(
    host: str, word: Direction, old: tuple[Session, Router], new: tuple[Session, Router], reference: Reference | None
) -> tuple[Change | None, list[Unclear]]:
    one, two = _attachment(old[0], word), _attachment(new[0], word)
    if same(one, two):
        return None, []
    reach = delivered if word == "import" else exportable
    wanted = likely(new[0], reference, received=word == "import") if reference is not None else None
    found = difference(one, two, new[0].afi, either(reach(*old), reach(*new)), wanted, count=True)
    doubts = [Unclear(host, new[0].key, word, why) for why in found.because]
    if found.empty:
        return None, doubts
    gained, lost, changed = (
        tuple(shown for witness in some if _certain(shown := _shown(witness, one, two), before, after))
        for some, before, after in (
            (found.newly_accepted, "reject", "accept"),
            (found.newly_rejected, "accept", "reject"),
            (found.changed_attributes, "accept", "accept"),
        )
    )
    if not (gained or lost or changed):
        return None, doubts
    return Change(host, new[0].key, word, gained, lost, changed, found.counts, not found.because), doubts


def difference(
    one: Attachment, two: Attachment, afi: int, domain: Cond, wanted: tuple[Cond, Cond] | None, *, count: bool = False
) -> evaluate.Difference:
    """What the second filter does differently, with examples that meet both wishes first, then those that meet the first one, then any."""
    found = evaluate.differ(one, two, afi=afi, domain=domain, count=count)
    if found.empty or wanted is None:
        return found
    first, second = wanted
    better = [evaluate.differ(one, two, afi=afi, domain=both(domain, first, second))]
    if any(some and not there for some, there in zip(_examples(found), _examples(better[0]), strict=True)):
        better.append(evaluate.differ(one, two, afi=afi, domain=both(domain, first)))
    gained, lost, changed = (_best(some) for some in zip(*map(_examples, (*better, found)), strict=True))
    return replace(found, newly_accepted=gained, newly_rejected=lost, changed_attributes=changed)


def _examples(found: evaluate.Difference) -> tuple[tuple[Witness, ...], ...]:
    return found.newly_accepted, found.newly_rejected, found.changed_attributes


def _best(ranked: Sequence[Sequence[Witness]]) -> tuple[Witness, ...]:
    """The examples of the first rank that has any."""
    return tuple(next((some for some in ranked if some), ()))


def _certain(shown: Shown, before: str, after: str) -> bool:
    """Whether the route really is treated so on both sides; where that is not known it is among the doubts already."""
    return (shown.before.verdict, shown.after.verdict) == (before, after)


def _attachment(session: Session, word: Direction) -> Attachment:
    return session.inbound if word == "import" else session.outbound


def _shown(witness: Witness, one: Attachment, two: Attachment) -> Shown:
    assert witness.route is not None
    return Shown(witness.route, _decided(one, witness), _decided(two, witness))


def _decided(attachment: Attachment, witness: Witness) -> Decision:
    assert witness.route is not None
    made = concrete.decide(attachment, witness.route)
    return Decision(made.verdict, made.route, detailed(made.trace, [attachment], made.route), made.because, made.after)
