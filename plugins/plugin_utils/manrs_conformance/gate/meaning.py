"""The difference of meaning between two configurations: which routes each session and direction treats differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..analysis import concrete, evaluate
from ..analysis.passage import detailed
from ..analysis.same import same
from ..checks._questions import delivered, either, exportable, likely
from ..model.policy import Attachment
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
    wanted = likely(new[0], reference, received=word == "import") if reference is not None else ()
    domain = either(reach(*old), reach(*new))
    found = evaluate.differ(one, two, afi=new[0].afi, domain=domain, count=True, prefer=wanted)
    doubts = [Unclear(host, new[0].key, word, why) for why in found.because]
    if found.empty:
        return None, doubts
    gained, lost, changed = (
        tuple(shown for witness in some if _certain(shown := _shown(witness, one, two), before, after, exact=not found.because))
        for some, before, after in (
            (found.newly_accepted, "reject", "accept"),
            (found.newly_rejected, "accept", "reject"),
            (found.changed_attributes, "accept", "accept"),
        )
    )
    if not (gained or lost or changed):
        return None, doubts
    return Change(host, new[0].key, word, gained, lost, changed, found.counts, not found.because), doubts


def _certain(shown: Shown, before: str, after: str, *, exact: bool) -> bool:
    """Whether the route really is treated so on both sides; where that is not known it is among the doubts already.

    Of a filter that cannot be followed exactly a route that leaves alike on both sides shows nothing.
    """
    if (shown.before.verdict, shown.after.verdict) != (before, after):
        return False
    return exact or before != after or shown.before.after != shown.after.after


def _attachment(session: Session, word: Direction) -> Attachment:
    return session.inbound if word == "import" else session.outbound


def _shown(witness: Witness, one: Attachment, two: Attachment) -> Shown:
    assert witness.route is not None
    return Shown(witness.route, _decided(one, witness), _decided(two, witness))


def _decided(attachment: Attachment, witness: Witness) -> Decision:
    assert witness.route is not None
    made = concrete.decide(attachment, witness.route)
    return Decision(made.verdict, made.route, detailed(made.trace, [attachment], made.route), made.because, made.after)
