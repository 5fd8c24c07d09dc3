"""Boxes of routes flowing through policies: conditions split them, actions change their state, terms send them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..model.policy import (
    ALWAYS,
    AllOf,
    AnyOf,
    AsPathMatch,
    Attachment,
    CallMatch,
    CommunityMatch,
    Cond,
    Const,
    Flow,
    Not,
    NumberMatch,
    Opaque,
    Policy,
    PrefixMatch,
    Prepend,
    RpkiMatch,
    SetCommunity,
    SetNumber,
    SetRpki,
    SetText,
    Term,
    TextMatch,
    Verdict,
)
from . import communities
from .communitysplit import Splitter
from .concrete import DEPTH
from .space import LARGEST, LONGEST, PLACE, STATES, Box, Universe, longer, meet, merged
from .state import UNKNOWN, Place, State

Split = tuple[list[Box], list[Box], list[Box]]


@dataclass(frozen=True, slots=True)
class _Ends:
    taken: list[Place]
    refused: list[Place]
    open: list[Place]


class Runner:
    """Evaluation over one universe; `doubts` collects (line, why) of whatever was not understood on the way."""

    def __init__(self, space: Universe) -> None:
        self.space = space
        self.doubts: set[tuple[int, str]] = set()
        self._masks: dict[int, tuple[object, int]] = {}
        self.communities = Splitter(space, self.doubts)

    def attachment(self, one: Attachment, going: Sequence[Place]) -> tuple[list[Place], list[Place]]:
        """(may be accepted, may be rejected) after all filters of an attachment."""
        taken: list[Place] = []
        refused: list[Place] = []
        now = list(going)
        for number, filter_ in enumerate(one.filters):
            ends = self.policy(filter_.policy, now, one.called, 0)
            refused += ends.refused
            if one.combine == "chain":
                taken += ends.taken
                now = ends.open
            else:
                still, others = self._meant(one, ends.open)
                now = [*ends.taken, *(still if one.default is not Verdict.REJECT else [])]
                refused += [*others, *(still if one.default is not Verdict.ACCEPT else [])]
            if number and not now:
                break
        if one.filters and one.combine == "all":
            return _joined([*taken, *now]), _joined(refused)
        if one.default is None:
            self.doubts.add((0, "the platform's default is not known"))
        now, others = self._meant(one, now)
        refused += others
        taken += now if one.default is not Verdict.REJECT else []
        refused += now if one.default is not Verdict.ACCEPT else []
        return _joined(taken), _joined(refused)

    def _meant(self, one: Attachment, going: Sequence[Place]) -> tuple[list[Place], list[Place]]:
        """Routes that the default may hold for, and those that it may not hold for."""
        if one.default_cond == ALWAYS:
            return list(going), []
        parts = [(place, self.split(one.default_cond, place.box, place.state, one.called)) for place in going]
        meant = [Place(box, place.state) for place, (yes, _no, unknown) in parts for box in (*yes, *unknown)]
        return meant, [Place(box, place.state) for place, (_yes, no, unknown) in parts for box in (*no, *unknown)]

    def policy(self, policy: Policy, going: Iterable[Place], called: Mapping[str, Policy], depth: int) -> _Ends:
        """Run boxes through the terms of a policy."""
        ends = _Ends([], [], [])
        if depth > DEPTH:
            ends.refused.extend(going)
            return ends
        places = {term.name: index for index, term in enumerate(policy.terms)}
        waiting: dict[int, dict[tuple[State, State, Verdict | None], list[Box]]] = {0: {}}
        for one in going:
            waiting[0].setdefault((one.state, one.state, None), []).append(one.box)
        for index, term in enumerate(policy.terms):
            for (state, entry, pending), boxes in waiting.pop(index, {}).items():
                for box in merged(boxes):
                    self._term(policy, term, index, places, box, (state, entry, pending), called, depth, waiting, ends)
        for groups in waiting.values():
            for (state, _entry, pending), boxes in groups.items():
                _fall(policy, [Place(box, state) for box in merged(boxes)], pending, ends)
        return ends

    def _term(
        self,
        policy: Policy,
        term: Term,
        index: int,
        places: Mapping[str, int],
        box: Box,
        held: tuple[State, State, Verdict | None],
        called: Mapping[str, Policy],
        depth: int,
        waiting: dict[int, dict[tuple[State, State, Verdict | None], list[Box]]],
        ends: _Ends,
    ) -> None:
        state, entry, pending = held
        if not term.actions and term.call is None and _alike(term, index, places, pending, len(policy.terms)):
            self._go(policy, term.on_miss, index, places, [Place(box, state)], entry, pending, waiting, ends)
            return
        yes, no, unknown = self.split(term.cond, box, entry if policy.view == "original" else state, called, depth)
        self._go(policy, term.on_miss, index, places, [Place(one, state) for one in (*no, *unknown)], entry, pending, waiting, ends)
        matched = [Place(one, state) for one in merged((*yes, *unknown))]
        if term.call is not None and term.call in called and matched:
            inner = self.policy(called[term.call], matched, called, depth + 1)
            ends.refused.extend((*inner.refused, *inner.open))
            matched = inner.taken
        for action in term.actions:
            matched = [Place(one.box, self.act(action, one.state)) for one in matched]
        self._go(policy, term.on_match, index, places, matched, entry, pending, waiting, ends)

    def _go(
        self,
        policy: Policy,
        flow: Flow,
        index: int,
        places: Mapping[str, int],
        going: Sequence[Place],
        entry: State,
        pending: Verdict | None,
        waiting: dict[int, dict[tuple[State, State, Verdict | None], list[Box]]],
        ends: _Ends,
    ) -> None:
        pending = flow.pending or pending
        if flow.step == "accept":
            ends.taken.extend(going)
        elif flow.step == "reject":
            ends.refused.extend(going)
        elif flow.step == "next-policy":
            ends.open.extend(going)
        elif flow.step == "end":
            _fall(policy, going, pending, ends)
        else:
            last = len(policy.terms)
            target = index + 1 if flow.step == "next" else max(places.get(flow.target or "", last), index + 1)
            for one in going:
                waiting.setdefault(target, {}).setdefault((one.state, entry, pending), []).append(one.box)

    def split(self, cond: Cond, box: Box, state: State, called: Mapping[str, Policy] | None = None, depth: int = 0) -> Split:
        """The parts of a box where the condition holds, does not hold, and where that is unknown."""
        if isinstance(cond, Const):
            if cond.value is None:
                self.doubts.add((cond.line, cond.why or "not understood"))
                return [], [], [box]
            return ([box], [], []) if cond.value else ([], [box], [])
        if isinstance(cond, Not):
            yes, no, unknown = self.split(cond.cond, box, state, called, depth)
            return no, yes, unknown
        if isinstance(cond, AnyOf):
            yes, no, unknown = self.split(AllOf(tuple(Not(one) for one in cond.conds)), box, state, called, depth)
            return no, yes, unknown
        if isinstance(cond, AllOf):
            return self._all(cond.conds, box, state, called, depth)
        if isinstance(cond, CommunityMatch):
            return self._community(cond, box, state)
        if isinstance(cond, CallMatch):
            return self._call(cond, box, state, called, depth)
        return self._class_split(cond, box, state)

    def _all(self, conds: Sequence[Cond], box: Box, state: State, called: Mapping[str, Policy] | None, depth: int) -> Split:
        yes: list[Box] = [box]
        no: list[Box] = []
        unknown: list[Box] = []
        for cond in conds:
            still: list[Box] = []
            doubt: list[Box] = []
            for one in yes:
                a, b, c = self.split(cond, one, state, called, depth)
                still += a
                no += b
                doubt += c
            for one in unknown:
                a, b, c = self.split(cond, one, state, called, depth)
                doubt += [*a, *c]
                no += b
            yes, unknown = merged(still), merged(doubt)
            if not yes and not unknown:
                break
        return yes, merged(no), unknown

    def _class_split(self, cond: Cond, box: Box, state: State) -> Split:
        """Conditions that a mask over one dimension answers."""
        if isinstance(cond, PrefixMatch):
            return _cut(box, 0, self._mask(cond, lambda: self.space.prefix_mask(cond.lists)))
        if isinstance(cond, AsPathMatch):
            return self._path(cond, box, state)
        if isinstance(cond, NumberMatch) and cond.attribute == "path_length":
            return self._length(cond, box, state)
        if isinstance(cond, RpkiMatch):
            place, mask = PLACE["rpki"], sum(1 << i for i, one in enumerate(STATES) if one in cond.states)
            name = "rpki"
        elif isinstance(cond, NumberMatch):
            place, mask, name = PLACE[cond.attribute], self.space.number_mask(cond.attribute, cond.ranges), cond.attribute
        elif isinstance(cond, TextMatch):
            place, mask, name = PLACE[cond.attribute], self.space.text_mask(cond.attribute, cond.values), cond.attribute
        else:
            raise TypeError(cond)
        now = dict(state.over).get(place)
        if name in state.unknown or now == UNKNOWN:
            self.doubts.add((cond.line, f"{name} is not known here"))
            return [], [], [box]
        if now is not None:
            return ([box], [], []) if now & mask else ([], [box], [])
        return _cut(box, place, mask)

    def _mask(self, cond: object, make) -> int:  # type: ignore[no-untyped-def]
        known = self._masks.get(id(cond))
        if known is None or known[0] is not cond:
            known = self._masks[id(cond)] = (cond, make())
        return known[1]

    def _path(self, cond: AsPathMatch, box: Box, state: State) -> Split:
        if state.prepended or "as_path" in state.unknown:
            self.doubts.add((cond.line, "the AS path was changed before it is matched"))
            return [], [], [box]
        mask, blind = 0, False
        for one in cond.lists:
            found = self.space.path_mask(one)
            if found is None:
                self.doubts.add((cond.line, self.space.path_doubt(one)))
                blind = True
            mask |= found or 0
        yes, no, unknown = _cut(box, 1, mask)
        if blind:
            return yes, [], no
        return yes, no, unknown

    def _length(self, cond: NumberMatch, box: Box, state: State) -> Split:
        parts: list[Cond] = []
        for low, high in cond.ranges:
            bounds = [_over(low - 1, cond.line)] if low > 0 else []
            if high < LARGEST:
                bounds.append(Not(_over(high, cond.line)))
            parts.append(AllOf(tuple(bounds)))
        return self.split(AnyOf(tuple(parts)), box, state)

    def _call(self, cond: CallMatch, box: Box, state: State, called: Mapping[str, Policy] | None, depth: int) -> Split:
        if called is None or cond.policy not in called:
            self.doubts.add((cond.line, f"policy {cond.policy} is not known"))
            return [], [], [box]
        ends = self.policy(called[cond.policy], [Place(box, state)], called, depth + 1)
        if any(one.state != state for one in ends.taken):
            self.doubts.add((cond.line, f"policy {cond.policy} changes attributes while it is asked"))
            return [], [], [box]
        return [one.box for one in ends.taken], [one.box for one in (*ends.refused, *ends.open)], []

    def _community(self, cond: CommunityMatch, box: Box, state: State) -> Split:
        yes: list[Box] = []
        no: list[Box] = [box]
        unknown: list[Box] = []
        for one in cond.lists:
            if one.kind in state.unknown:
                self.doubts.add((cond.line, f"which {one.kind} communities a route carries is not known here"))
                unknown, no = [*unknown, *no], []
                continue
            formula = self.communities.formula(one, cond.mode)
            left: list[Box] = []
            for part in no:
                a, b, c = self.communities.split(one.kind, formula, part, state, cond.line)
                yes += a
                left += b
                unknown += c
            no = left
        return merged(yes), merged(no), merged(unknown)

    def act(self, action: object, state: State) -> State:
        """The state after one action."""
        if isinstance(action, SetCommunity):
            return self._set_community(action, state)
        if isinstance(action, SetNumber):
            if action.op != "set":
                # The marker keeps two different changes apart, so that a comparison of policies sees them.
                changed = state.with_over(PLACE[action.attribute], UNKNOWN)
                return replace(changed, unknown=state.unknown | {f"{action.attribute} {action.op} {action.value}"})
            mask = self.space.number_mask(action.attribute, ((action.value, action.value),))
            return replace(state.with_over(PLACE[action.attribute], mask), unknown=state.unknown - {action.attribute})
        if isinstance(action, SetText):
            mask = self.space.text_mask(action.attribute, frozenset({action.value}))
            return replace(state.with_over(PLACE[action.attribute], mask), unknown=state.unknown - {action.attribute})
        if isinstance(action, SetRpki):
            return state.with_over(PLACE["rpki"], 1 << STATES.index(action.state))
        if isinstance(action, Prepend):
            return replace(state, prepended=(*action.asns, *state.prepended))
        if isinstance(action, Opaque):
            return replace(state, unknown=state.unknown | {action.attribute, f"{action.attribute}: {action.why}"})
        raise TypeError(action)

    def _set_community(self, action: SetCommunity, state: State) -> State:
        bits = {text: bit for (kind, text), bit in self.space.atoms.items() if kind == action.kind}
        values = sum(bits[one] for one in set(action.values))
        if action.op == "replace":
            every = sum(bits.values())
            return replace(
                state, care=state.care | every, value=(state.value & ~every) | values, unknown=state.unknown - {action.kind}
            )
        if action.op == "add":
            return replace(state, care=state.care | values, value=state.value | values)
        gone = values
        for one in action.lists:
            for text, bit in bits.items():
                hit = communities.deleted(one, text)
                if hit is None:
                    return replace(state, unknown=state.unknown | {action.kind})
                gone |= bit if hit else 0
        return replace(state, care=state.care | gone, value=state.value & ~gone)


def _alike(term: Term, index: int, places: Mapping[str, int], pending: Verdict | None, last: int) -> bool:
    """Whether a term does the same whether its condition holds or not: what comes next and what is pending are equal."""

    def going(flow: Flow) -> tuple[object, Verdict | None]:
        if flow.step in ("next", "goto"):
            target = index + 1 if flow.step == "next" else max(places.get(flow.target or "", last), index + 1)
            return target, flow.pending or pending
        return flow.step, flow.pending or pending

    return going(term.on_match) == going(term.on_miss)


def _over(bound: int, line: int) -> Cond:
    """Paths of more ASNs than that; which of the very long ones is not told."""
    found = AsPathMatch((longer(min(bound, LONGEST)),), line)
    if bound <= LONGEST:
        return found
    return AllOf((found, Const(None, f"paths of more than {LONGEST} ASNs are not told apart", line)))


def _cut(box: Box, place: int, mask: int) -> Split:
    yes, no = meet(box, place, mask), meet(box, place, ~mask)
    return ([yes] if yes else []), ([no] if no else []), []


def _fall(policy: Policy, going: Iterable[Place], pending: Verdict | None, ends: _Ends) -> None:
    end = pending or policy.default
    (ends.open if end is None else ends.taken if end is Verdict.ACCEPT else ends.refused).extend(going)


def _joined(places: Iterable[Place]) -> list[Place]:
    groups: dict[State, list[Box]] = {}
    for one in places:
        groups.setdefault(one.state, []).append(one.box)
    return [Place(box, state) for state, boxes in groups.items() for box in merged(boxes)]
