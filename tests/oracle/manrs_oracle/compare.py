"""The engine's answer for each route beside the router's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from manrs_conformance.analysis import concrete, prefixes
from manrs_conformance.analysis.evaluate import Transfer, evaluate
from manrs_conformance.model.policy import (
    ALWAYS,
    AllOf,
    AsPathEntry,
    AsPathList,
    AsPathMatch,
    Attachment,
    CommunityEntry,
    CommunityKind,
    CommunityList,
    CommunityMatch,
    Cond,
    NumberMatch,
    PrefixList,
    PrefixMatch,
    RpkiMatch,
    TextMatch,
)
from manrs_conformance.model.route import Decision, Route
from manrs_conformance.model.router import Session

from .setup import LOCAL_AS

GRACEFUL_SHUTDOWN, BLACKHOLE, NO_EXPORT = "65535:0", "65535:666", "65535:65281"
ATTRIBUTES = {
    "as_path": "as_path", "communities": "standard", "large": "large", "extended": "extended", "med": "med", "local_pref": "local_pref",
    "weight": "weight", "tag": "tag", "origin": "origin", "next_hop": "next_hop",
}  # fmt: skip
"""Field of a route and the name under which the engine may not know it."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One route on which engine and router differ; `seen` is what the router had afterwards, None when it rejected."""

    direction: str
    neighbor: str
    afi: int
    route: Route
    told: str
    shown: str
    seen: Route | None = None
    attribute: str = ""
    source: str = ""
    """Who announced it, and as what, where that is not the neighbour itself (export)."""
    announced: Route | None = None

    def signature(self) -> tuple[str, str, str, str]:
        """What kind of disagreement it is."""
        return self.direction, self.attribute, *((self.told, self.shown) if not self.attribute else ("", ""))


@dataclass(slots=True)
class Tally:
    """Counts of a run; `lines` is the text that is being judged, and `again` says that it is the written one, after the running one."""

    decisions: int = 0
    written: int = 0
    """Decisions made again from the configuration as written, where its model differs from that of the running one."""
    accepted: int = 0
    inconclusive: int = 0
    unknown_attributes: int = 0
    evaluated: int = 0
    evaluated_unsure: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[Disagreement] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    again: bool = False

    def count(self, seen: Route | None) -> None:
        """One more decision."""
        if self.again:
            self.written += 1
        else:
            self.decisions += 1
            self.accepted += seen is not None

    def unsure(self, because: str) -> None:
        """One that the engine does not decide, by the statement that it does not understand."""
        found = re.match(r"line (\d+) ", because)
        text = self.lines[int(found.group(1)) - 1].strip() if found else because
        self.reasons[re.sub(r"[NG]\d+v[46]-\w+|\d{2,}", "X", text)] += 1
        self.inconclusive += not self.again


def decided(tally: Tally, direction: str, session: Session, attachment: Attachment, route: Route, seen: Route | None) -> Decision:
    """Judge one import decision; differences go to the tally."""
    tally.count(seen)
    decision = concrete.decide(attachment, route)
    if decision.verdict == "inconclusive":
        tally.unsure(decision.because)
        return decision
    shown = "reject" if seen is None else "accept"
    if decision.verdict != shown:
        tally.wrong.append(Disagreement(direction, session.neighbor, session.afi, route, decision.verdict, shown, seen))
    elif seen is not None and decision.after is not None:
        _attributes(tally, direction, session, route, decision, seen)
    return decision


def _attributes(tally: Tally, direction: str, session: Session, route: Route, decision: Decision, seen: Route) -> None:
    after = decision.after
    assert after is not None
    if after.local_pref is None and session.kind == "ibgp":
        after = replace(after, local_pref=100)
    after = _received(session, after)
    for name, known_as in ATTRIBUTES.items():
        if known_as in decision.unknown:
            tally.unknown_attributes += 1
            continue
        told, shown = _plain(getattr(after, name)), _plain(getattr(seen, name))
        if told != shown:
            tally.wrong.append(Disagreement(direction, session.neighbor, session.afi, route, f"{told}", f"{shown}", seen, name))


def _received(session: Session, after: Route) -> Route:
    """What bgpd does by itself to a route of an eBGP neighbour once the policy is through (`bgp_update`: RFC 8326, RFC 7999)."""
    if session.kind != "ebgp":
        return after
    if GRACEFUL_SHUTDOWN in after.communities:
        after = replace(after, local_pref=0)
    if BLACKHOLE in after.communities:
        after = replace(after, communities=after.communities | {NO_EXPORT})
    return after


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(tuple(sorted(one)) if isinstance(one, tuple) else one for one in value)
    return sorted(value) if isinstance(value, frozenset) else value


def _outcome(decision: Decision) -> tuple[str, Route | None, frozenset[str]]:
    return decision.verdict, decision.after and replace(decision.after, peer=None), decision.unknown


def _way(decision: Decision) -> list[tuple[str, str, str]]:
    return [(one.policy, one.term, one.effect) for one in decision.trace]


def sent(session: Session, after: Route) -> Route:
    """How an accepted route leaves on eBGP: bgpd puts its AS in front and drops LOCAL_PREF (the MED is the caller's)."""
    kinds = {"communities": "standard", "large": "large", "extended": "extended"}
    dropped = {name: frozenset() for name, kind in kinds.items() if kind not in session.send_community}
    after = replace(after, **dropped)  # type: ignore[arg-type]
    if session.kind != "ebgp":
        return after
    return replace(after, as_path=(LOCAL_AS, *after.as_path), local_pref=None)


def heard(
    tally: Tally, session: Session, attachment: Attachment, route: Route, seen: Route | None, announced: Route | None = None
) -> None:
    """Judge one export decision against what the listener heard."""
    first = len(tally.wrong)
    route = replace(route, peer=session.neighbor)
    one, other = (concrete.decide(attachment, replace(route, peer=peer)) for peer in (session.neighbor, None))
    if _outcome(one) != _outcome(other):
        # bgpd runs the policy for a whole update group: which member `match peer` means is nowhere to be read.
        tally.count(seen)
        tally.unsure("match peer in an export policy")
        return
    _heard(tally, session, attachment, route, seen)
    if announced is not None:
        tally.wrong[first:] = [replace(one, source=announced.peer or "", announced=announced) for one in tally.wrong[first:]]


def _heard(tally: Tally, session: Session, attachment: Attachment, route: Route, seen: Route | None) -> None:
    tally.count(seen)
    if session.kind != "ebgp" and route.local_pref is None:
        # `subgroup_announce_check`: what has no LOCAL_PREF gets the default one before the policy towards an internal neighbour.
        route = replace(route, local_pref=100)
    decision = concrete.decide(attachment, route)
    if decision.verdict == "inconclusive":
        tally.unsure(decision.because)
        return
    shown = "reject" if seen is None else "accept"
    if decision.verdict != shown:
        tally.wrong.append(Disagreement("export", session.neighbor, session.afi, route, decision.verdict, shown, seen))
        return
    if seen is None or decision.after is None:
        return
    # bgpd takes the MED away before the policy sets one: what the policy makes of a route without MED, if it goes the same way through it.
    bare = concrete.decide(attachment, replace(route, med=None))
    same = bare.after is not None and _way(bare) == _way(decision)
    after = sent(session, decision.after)
    unknown = decision.unknown
    if session.kind == "ebgp":
        after = replace(after, med=bare.after.med if bare.after is not None and same else None)
        unknown |= bare.unknown
    for name, known_as in ATTRIBUTES.items():
        if name in ("weight", "tag") or (name == "med" and session.kind == "ebgp" and not same):
            continue
        if name == "next_hop" and session.kind == "ebgp" and (session.afi == 6 or decision.after.next_hop == route.next_hop):
            continue  # bgpd's own address; for IPv6 over these IPv4 sessions even where the policy names another
        if known_as in unknown:
            tally.unknown_attributes += 1
            continue
        told, got = _plain(getattr(after, name)), _plain(getattr(seen, name))
        if told != got:
            tally.wrong.append(Disagreement("export", session.neighbor, session.afi, route, f"{told}", f"{got}", seen, name))


def over_sets(
    tally: Tally, direction: str, session: Session, attachment: Attachment, pairs: Sequence[tuple[Route, Route | None]]
) -> None:
    """The evaluation of whole sets must say of each of these routes what the router did, or that it may."""
    questions: dict[str, Cond] = {str(number): pin(route) for number, (route, _) in enumerate(pairs)}
    stages = [Transfer(unknown=("peer",)), attachment] if direction == "export" else [attachment]
    result = evaluate(stages, afi=session.afi, domain=ALWAYS, questions=questions)
    for number, (route, seen) in enumerate(pairs):
        taken, refused = result.accepted(str(number)), result.rejected(str(number))
        tally.evaluated += 1
        did, other = (taken, refused) if seen is not None else (refused, taken)
        if did.may is None or other.must is not None:
            shown = "reject" if seen is None else "accept"
            told = f"may accept {taken.may is not None}, may reject {refused.may is not None}"
            tally.wrong.append(Disagreement(direction, session.neighbor, session.afi, route, told, shown, seen, "set evaluation"))
        elif did.must is None:
            tally.evaluated_unsure += 1
            tally.reasons[f"sets: {(did.because or other.because or ('?',))[0].split(':')[-1].strip()}"] += 1


def pin(route: Route) -> Cond:
    """The condition that only this route meets."""
    afi, network, length = prefixes.parse(route.prefix)
    parts: list[Cond] = [
        PrefixMatch((PrefixList("pin", afi, ((network, length, length, length, True, 0),)),)),  # type: ignore[arg-type]
        AsPathMatch((AsPathList("pin", (AsPathEntry(True, f"^{' '.join(map(str, route.as_path))}$", "frr"),)),)),
        RpkiMatch(frozenset({route.rpki})),
        *(
            NumberMatch(name, ((value, value),))
            for name in ("med", "local_pref", "tag", "weight")
            for value in (getattr(route, name) or 0,)
        ),  # type: ignore[arg-type]
        *(TextMatch(name, frozenset({value or ""})) for name, value in (("origin", route.origin), ("peer", route.peer))),  # type: ignore[arg-type]
    ]
    kinds: tuple[tuple[CommunityKind, frozenset[str]], ...] = (
        ("standard", route.communities), ("large", route.large), ("extended", route.extended),
    )  # fmt: skip
    for kind, values in kinds:
        literal = CommunityEntry(True, tuple(sorted(values)))
        parts.append(CommunityMatch((CommunityList("pin", kind, (literal,)),), "exact"))
    return AllOf(tuple(parts))


def meaning(value: Any) -> Any:
    """A model value without its line numbers and reasons, to see whether two texts mean the same."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value) if one.name not in ("line", "lines", "why")]
        return (type(value).__name__, *(meaning(getattr(value, name)) for name in names))
    if isinstance(value, dict):
        return tuple(sorted((key, meaning(one)) for key, one in value.items()))
    if isinstance(value, tuple | list):
        if len(value) == 6 and isinstance(value[4], bool):
            return value[:5]  # a prefix entry: the last is its line
        return tuple(meaning(one) for one in value)
    return value


def plain_paths(pairs: Iterator[tuple[Route, Route | None]]) -> Iterator[tuple[Route, Route | None]]:
    """Only routes whose path is a plain sequence: sets of routes have no AS_SETs."""
    return ((route, seen) for route, seen in pairs if not any(isinstance(hop, tuple) for hop in route.as_path))
