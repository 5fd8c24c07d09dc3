"""Owned policies and lists of Junos as configuration commands.

An owned policy only refuses, and hands everything else to the next policy of the chain. All ranges of one condition stand in one list, and of
overlapping entries only the longest decides on Junos, so each entry also carries what its covering ones let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...model.plan import SessionPlan
from ...model.policy import Action, CommunityMatch, Const, Opaque, Policy, PrefixEntry, SetCommunity
from .. import _rules
from .._attachment import inner
from .._mapcopy import Impossible
from .._maprender import policy_name
from .._render import Lists, bits, is_large, prefix_range
from .._rules import Rule

LONGEST_NAME = 63
LONGEST_PATTERN = 4000
OPTIONS = "set policy-options"


@dataclass(slots=True)
class Writer(Lists):
    """Owned lists and policies of one candidate."""

    policies: dict[str, list[str]] = field(default_factory=dict)
    behind: tuple[Policy, ...] = ()
    """The operator's policies of the session and direction at hand, with those that they ask."""

    def mark(self) -> object:
        """What is written so far."""
        return dict(self.written), dict(self.policies)

    def back(self, mark: object) -> None:
        """Forget what was written after a mark."""
        self.written, self.policies = mark  # type: ignore[misc]

    def policy(self, way: str, session: SessionPlan, rules: Iterable[Rule], existing: str | None) -> str:
        """The policy of a session and direction; returns its name. Impossible when it cannot be written."""
        family = "inet" if session.afi == 4 else "inet6"
        some = list(rules)
        scrub = tuple(one for rule in some for one in rule.scrub)
        body: list[str] = []
        open_end = True
        for rule in (one for one in some if one.then != "next"):
            for term, conditions, refuse in self._terms(rule, session.afi):
                head = f"term {term}"
                body += [f"{head} from {one}" for one in (f"family {family}", *conditions)]
                body += [f"{head} then {one}" for one in (["reject"] if refuse else self._onward(rule, scrub))]
                open_end = open_end and bool(conditions)
        if open_end:
            body += [f"term REST from family {family}", "term REST then reject"]
        name = policy_name(way, session, body, None, LONGEST_NAME)
        self.policies[name] = [f"{OPTIONS} policy-statement {name} {one}" for one in body]
        return name

    def _terms(self, rule: Rule, afi: int) -> Iterator[tuple[str, list[str], bool]]:
        """Terms of a rule: name, conditions, and whether what meets them is refused."""
        conditions = []
        if rule.prefixes is not None:
            conditions.append(self._prefixes(f"{'HOST' if rule.kind == 'BLACKHOLE' else rule.kind}{afi}", afi, rule.prefixes))
        if rule.communities:
            conditions.append(f"community {_bracketed([self._community(one) for one in rule.communities])}")
        if rule.invalid:
            conditions.append("validation-database invalid")
        if rule.asns:
            some = "|".join(str(low) if low == high else f"{low}-{high}" for low, high in rule.asns)
            conditions.append(f"as-path {self._path(rule.kind, f'.* ({some}) .*')}")
        if rule.longer is not None:
            conditions.append(f"as-path {self._path(rule.kind, f'.{{{rule.longer + 1},}}')}")
        if rule.path is not None and rule.path.empty:
            # Whether `()` meets routes of other protocols than BGP is not written anywhere: those begin here, whatever their path.
            yield f"{rule.kind}-BGP", [*conditions, "protocol bgp", f"as-path {self._path('EMPTY', '()')}"], False
            yield f"{rule.kind}-LEARNED", [*conditions, "protocol bgp"], True
            yield rule.kind, conditions, False
            return
        if rule.path is not None:
            conditions.append(f"as-path {self._path('PATH', _pattern(rule.path))}")
        yield rule.kind, conditions, rule.then == "refuse"

    def _onward(self, rule: Rule, scrub: Sequence[str]) -> list[str]:
        """What becomes of a route that passes: changed as far as the operator's policies do not look at it, then on to them."""
        add = "no-export" if rule.kind == "BLACKHOLE" and rule.add else rule.add
        out = []
        if rule.kind == "BLACKHOLE":
            if add and not meets(self.behind, ("65535:65281",), keeps=True):
                out.append(f"community add {self._community(add)}")
            return [*out, "next policy"]
        taken = [one for one in scrub if one != add]
        refuse_meeting(self.behind, taken, add)
        out += [f"community delete {self._community(one)}" for one in taken]
        return [*out, *([f"community add {self._community(add)}"] if add else []), "next policy"]

    def _community(self, value: str) -> str:
        text = f"large:{value}" if is_large(value) else value
        return self.add("COMMUNITY", [text], lambda name, _n, one: f"{OPTIONS} community {name} members {one}")

    def _path(self, kind: str, pattern: str) -> str:
        if len(pattern) > LONGEST_PATTERN:
            raise Impossible(f"an expression for AS paths would be {len(pattern)} characters long")
        return self.add(kind, [pattern], lambda name, _n, one: f'{OPTIONS} as-path {name} "{one}"')

    def _prefixes(self, kind: str, afi: int, entries: Sequence[PrefixEntry]) -> str:
        body = [line for one in spread(entries, bits(afi)) for line in _filters(afi, one)]
        word = "prefix-list" if all(one.endswith(" exact") for one in body) else "route-filter-list"
        if word == "prefix-list":
            body = [one.removesuffix(" exact") for one in body]
        name = self.add(kind, body, lambda name, _n, one: f"{OPTIONS} {word} {name} {one}")
        return f"{word} {name}"


def spread(entries: Sequence[PrefixEntry], longest: int) -> list[tuple[int, int, int]]:
    """Each prefix once, as (network, length, lengths as bits), with the lengths that covering prefixes let through as well."""
    own: dict[tuple[int, int], int] = {}
    for network, length, low, high, permit, _line in entries:
        if permit:
            lengths = (1 << (high + 1)) - (1 << max(low, length)) if high >= max(low, length) else 0
            own[(network, length)] = own.get((network, length), 0) | lengths
    out: list[tuple[int, int, int]] = []
    stack: list[tuple[int, int, int]] = []
    for (network, length), lengths in sorted(own.items()):
        while stack and not (
            stack[-1][1] <= length and network >> (longest - stack[-1][1]) == stack[-1][0] >> (longest - stack[-1][1])
        ):
            stack.pop()
        inherited = stack[-1][2] if stack else 0
        every = (lengths | inherited) & ~((1 << length) - 1)
        stack.append((network, length, every))
        if every:
            out.append((network, length, every))
    return out


def _filters(afi: int, one: tuple[int, int, int]) -> Iterator[str]:
    """Entries of a list for one prefix, one for each run of lengths."""
    network, length, lengths = one
    prefix = prefix_range(afi, (network, length, length, length, True, 0))
    low = length
    while lengths >> low:
        if not lengths >> low & 1:
            low += 1
            continue
        high = low
        while lengths >> (high + 1) & 1:
            high += 1
        if low == high == length:
            yield f"{prefix} exact"
        elif low == length:
            yield f"{prefix} orlonger" if high == bits(afi) else f"{prefix} upto /{high}"
        else:
            yield f"{prefix} prefix-length-range /{low}-/{high}"
        low = high + 1


def _pattern(path: _rules.Path) -> str:
    """An AS path as an expression over whole ASNs, anchored at both ends as all of Junos are."""
    if not path.only:
        return f"{path.first} .*"
    some = "|".join(str(asn) for asn in path.only)
    return f"{path.first} ({some})*" if path.first else f"({some})+"


def _bracketed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[ {' '.join(names)} ]"


def refuse_meeting(policies: Sequence[Policy], taken: Sequence[str], add: str | None) -> None:
    """Impossible where the operator's policies would see that communities were taken off or set, or would undo it."""
    seen = meets(policies, [*taken, *([add] if add else [])], keeps=False) or (add and meets(policies, [add], keeps=True))
    if seen:
        raise Impossible(f"{seen} may look at these communities, or set others in their place")


def meets(policies: Sequence[Policy], values: Sequence[str], *, keeps: bool) -> str:
    """The policy that matches on one of the communities (with `keeps`, or does not keep them); empty where none does."""
    for policy in policies if values else ():
        for term in policy.terms:
            for cond in inner(term.cond):
                if isinstance(cond, Const) and cond.value is None:
                    return f"policy {policy.name}, of which a condition is not understood,"
                if isinstance(cond, CommunityMatch) and any(_may(cond, one) for one in values):
                    return f"policy {policy.name}"
            if keeps and any(_takes(action, one) for action in term.actions for one in values):
                return f"policy {policy.name}"
    return ""


def _may(cond: CommunityMatch, value: str) -> bool:
    return any(_entry_meets(entry.literals, entry.regex, value) for one in cond.lists for entry in one.entries)


def _entry_meets(literals: Sequence[str], regex: str | None, value: str) -> bool:
    if regex is None:
        return not literals or value in literals
    try:
        return re.search(regex, value) is not None
    except (re.error, RecursionError, OverflowError):
        return True


def _takes(action: Action, value: str) -> bool:
    kind = "large" if is_large(value) else "standard"
    if isinstance(action, Opaque):
        return action.attribute in (kind, "communities", "community")
    if not isinstance(action, SetCommunity) or action.kind != kind or action.op == "add":
        return False
    if action.op == "replace":
        return value not in action.values
    return value in action.values or any(_entry_meets(e.literals, e.regex, value) for one in action.lists for e in one.entries)
