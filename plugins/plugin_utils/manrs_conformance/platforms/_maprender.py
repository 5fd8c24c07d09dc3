"""Owned route-maps of the Cisco-like languages: rules first, then the operator's map copied entry by entry.

None of these languages calls a map (EOS has `sub-route-map`, whose meaning no vendor text settles), so what decides behind the rules is
a copy. What an allow-list lets through continues at the copy, and what that permits continues at the tag (see `_mapcopy.reached`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from ..model.asn import decimal_range
from ..model.plan import OWNED, SessionPlan
from . import _mapcopy
from ._mapcopy import Entry, Impossible
from ._render import Lists, digest, is_large, ranges, token
from ._rules import Path, Rule


@dataclass(frozen=True, slots=True)
class Words:
    """How a platform writes lists and statements.

    `path` gives one line of an AS-path list from (name, number from 1, action, expression), `community` one of a community list from (name,
    number, value, whether large). `scrub` are the words before the name of the list whose communities are deleted, standard and large.
    `length` is a match on a path of that many ASNs or more; None where the platform has none.
    """

    path: Callable[[str, int, str, str], str]
    community: Callable[[str, int, str, bool], str]
    scrub: tuple[str, str]
    invalid: str
    length: Callable[[int], str] | None = None
    together: bool = True
    """Whether one entry may both delete communities and add one: deletions come first then."""
    asns: Callable[[int, int], str] | None = None
    """An expression for a range of ASNs, where the platform knows ranges; else they are spelled out in digits."""
    longest_pattern: int = 200
    """Characters of an expression that one line surely takes."""
    longest_name: int = 63
    path_name: Callable[[str, str], str] | None = None
    """The name of an AS-path list from its kind and digest, where it is not free."""


@dataclass(slots=True)
class Writer(Lists):
    """Owned lists and maps of one candidate."""

    words: Words = field(kw_only=True)
    running: str = field(kw_only=True)
    maps: list[tuple[str, list[Entry]]] = field(default_factory=list)
    path_names: dict[str, str] = field(default_factory=dict)

    def mark(self) -> object:
        """What is written so far."""
        return dict(self.written), list(self.maps), dict(self.path_names)

    def back(self, mark: object) -> None:
        """Forget what was written after a mark."""
        self.written, self.maps, self.path_names = mark  # type: ignore[misc]

    def prefix_list(self, kind: str, afi: int, entries: Iterable[str]) -> str:
        """Add a prefix list of `permit|deny RANGE` entries; returns its name."""
        word = "ip" if afi == 4 else "ipv6"
        body = [f"seq {5 * n} {one}" for n, one in enumerate(entries, 1)]
        return self.add(f"{kind}{afi}", body, lambda name, _n, one: f"{word} prefix-list {name} {one}", str(afi))

    def path_list(self, kind: str, entries: Sequence[tuple[str, str]]) -> str:
        """Add an AS-path list of (action, expression); returns its name."""
        for _, pattern in entries:
            if len(pattern) > self.words.longest_pattern:
                raise Impossible(f"an expression for AS paths would be {len(pattern)} characters long")
        body = [f"{action} {pattern}" for action, pattern in entries]
        name = f"{OWNED}{kind}-{digest(body)}"
        if self.words.path_name is not None:
            name = self.path_names.setdefault(name, self.words.path_name(kind, name))
        if name not in self.written:
            self.written[name] = [self.words.path(name, n, action, pattern) for n, (action, pattern) in enumerate(entries, 1)]
        return name

    def community_list(self, kind: str, values: Sequence[str]) -> str:
        """Add a list that permits each of some communities of one kind; returns its name."""
        large = is_large(values[0])
        return self.add(kind, values, lambda name, n, one: self.words.community(name, n, one, large))

    def policy(self, way: str, session: SessionPlan, rules: Iterable[Rule], existing: str | None) -> str:
        """The map of a session and direction; returns its name. Impossible when it cannot be written."""
        afi, some = session.afi, list(rules)
        changes = self._changes(some)
        some = [rule for rule in some if rule.then != "next"]
        copied = _mapcopy.entries(self.running, existing) if existing else [Entry("permit", 0, ())]
        if existing or (len(changes) > 1 and not self.words.together):
            ends = [tuple(changes)] if changes and self.words.together else [(one,) for one in changes]
            made = _mapcopy.reached([self.entry(replace(rule, add=None), afi) for rule in some], copied, ends)
        else:
            made = [self.entry(rule, afi, changes) for rule in some]
        made = [replace(one, seq=10 * number) for number, one in enumerate(made, 1)]
        content = [f"{one.action} {line}" for one in made for line in (str(one.seq), *one.body)]
        name = policy_name(way, session, content, existing, self.words.longest_name)
        if name not in (had for had, _ in self.maps):
            self.maps.append((name, made))
        return name

    def unwritten(self) -> list[tuple[str, list[Entry]]]:
        """The maps that the running configuration does not hold already: a map of that name holds that content."""
        heads = {one.strip() for one in self.running.splitlines() if one.startswith(f"route-map {OWNED}")}
        return [
            (name, made)
            for name, made in self.maps
            if not heads.issuperset(f"route-map {name} {one.action} {one.seq}" for one in made)
        ]

    def entry(self, rule: Rule, afi: int, changes: Sequence[str] = ()) -> Entry:
        """A rule that decides, as an entry that is numbered later; what passes as a customer's, peer's or provider's gets the changes."""
        body = self._match(rule, afi)
        if rule.kind == "BLACKHOLE" and rule.add:
            body.append(_adding(rule.add))
        elif rule.then == "existing":
            body += changes
        return Entry("deny" if rule.then == "refuse" else "permit", 0, tuple(body))

    def _changes(self, rules: Sequence[Rule]) -> list[str]:
        """Statements that take the own network's communities off and put the tag on."""
        tag = next((rule.add for rule in rules if rule.add and rule.kind != "BLACKHOLE"), None)
        scrub = tuple(one for rule in rules for one in rule.scrub)
        out = [f"{self.words.scrub[large]} {self.community_list(kind, some)} delete" for kind, large, some in kinds(scrub, tag)]
        return [*out, *([_adding(tag)] if tag else [])]

    def _match(self, rule: Rule, afi: int) -> list[str]:
        out = []
        if rule.prefixes is not None:
            kind = "HOST" if rule.kind == "BLACKHOLE" else rule.kind
            listed = self.prefix_list(kind, afi, [f"permit {one}" for one in ranges(afi, rule.prefixes)])
            out.append(f"match {'ip' if afi == 4 else 'ipv6'} address prefix-list {listed}")
        if rule.communities:
            large = "large-" if is_large(rule.communities[0]) else ""
            out.append(f"match {large}community {self.community_list(rule.kind, rule.communities)}")
        if rule.invalid:
            out.append(self.words.invalid)
        if rule.asns:
            patterns = [one for low, high in rule.asns for one in self._asns(low, high)]
            out.append(f"match as-path {self.path_list(rule.kind, [('permit', one) for one in patterns])}")
        if rule.longer is not None:
            if self.words.length is None:
                raise Impossible("the platform matches no path length")
            out.append(self.words.length(rule.longer + 1))
        if rule.path is not None:
            paths = "EMPTY" if rule.path.empty else "PATH"
            out.append(f"match as-path {self.path_list(paths, [('permit', path_pattern(rule.path))])}")
        return out

    def _asns(self, low: int, high: int) -> list[str]:
        """Expressions of which one matches a path with an ASN of the range, each short enough for a line."""
        if low == high:
            return [f"_{low}_"]
        if self.words.asns is not None:
            return [self.words.asns(low, high)]
        return [f"_{one}_" for one in decimal_range(low, high).split("|")]


def _adding(community: str) -> str:
    return f"set {'large-' if is_large(community) else ''}community {community} additive"


def kinds(scrub: Sequence[str], tag: str | None) -> list[tuple[str, bool, list[str]]]:
    """Communities to delete by kind: (name of the list, large, values), without the one that is set anyway."""
    out = []
    for kind, large in (("SCRUB", False), ("SCRUB-LARGE", True)):
        some = [one for one in scrub if is_large(one) is large and one != tag]
        out += [(kind, large, some)] if some else []
    return out


def path_pattern(path: Path) -> str:
    """An AS path as an expression that matches from its beginning."""
    if path.empty:
        return "^$"
    if not path.only:
        return f"^{path.first}_"
    some = "|".join(str(asn) for asn in path.only)
    return f"^{path.first}(_({some}))*$" if path.first else f"^({some})(_({some}))*$"


def policy_name(way: str, session: SessionPlan, content: Sequence[str], existing: str | None, longest: int) -> str:
    """`MANRS-IN4-192-0-2-1-0123abcd-OPERATORS`: direction, family, neighbour, digest of the content, and the operator's policy that goes on
    deciding (see `model.plan.behind`); Impossible when too long."""
    for part in (token(session.neighbor), f"N{digest([session.neighbor])}"):
        name = f"{OWNED}{way}{session.afi}-{part}-{digest(content)}{f'-{existing}' if existing else ''}"
        if len(name) <= longest:
            return name
    raise Impossible(f"an owned name with that of the operator's policy {existing} would be longer than {longest} characters")
