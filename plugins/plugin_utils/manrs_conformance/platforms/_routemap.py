"""Route-maps of the Cisco-like languages: entries as written, lowered to policies whose conditions see the original attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..model.policy import (
    ACCEPT,
    ALWAYS,
    NEXT,
    REJECT,
    Action,
    AllOf,
    AnyOf,
    Cond,
    Const,
    Flow,
    Not,
    Opaque,
    Policy,
    Prepend,
    SetCommunity,
    Term,
    TextMatch,
    Verdict,
)
from ._lists import deletes

ATTRIBUTES = ("as_path", "standard", "extended", "large", "med", "local_pref", "tag", "weight", "origin", "next_hop")
ADDRESS = ("ip address", "ipv6 address")
"""Kinds of matches that some languages OR when both stand in one entry."""


@dataclass(frozen=True, slots=True)
class Language:
    """What a platform's route-maps do where platforms differ; None stands for what is not known.

    `families_or`: `match ip address` and `match ipv6 address` in one entry are alternatives (else both must hold). `other_family`: what
    an address match of one family alone gives for a route of the other. `lines_or`: several lines of one kind in an entry are alternatives,
    as the values on one line are (else all must hold). `undefined` and
    `empty` map a kind of list (`prefix-list`, `access-list`, `as-path`, `community-list`, `extcommunity-list`,
    `large-community-list`) to what a match on an undefined, or defined but empty, list of that kind gives. `deny_continues`: whether
    `continue` works in a deny entry. `missing_target`: what `continue` to an entry that does not exist does: `ignore` it, `deny` the
    route, or go on at the `later` entry.
    """

    families_or: bool | None = None
    other_family: bool | None = None
    lines_or: bool | None = None
    undefined: Mapping[str, bool | None] = field(default_factory=dict)
    empty: Mapping[str, bool | None] = field(default_factory=dict)
    deny_continues: bool | None = None
    missing_target: str | None = None


@dataclass(slots=True)
class Entry:
    """One `route-map NAME permit|deny SEQ`: conditions by kind of match, one for each line; kinds must all hold."""

    permit: bool
    seq: int
    matches: dict[str, list[Cond]] = field(default_factory=dict)
    actions: dict[str, tuple[Action, ...]] = field(default_factory=dict)
    follow: int | None = None
    """Target of `continue`; 0 for the next entry."""
    unknown: int = 0
    """Line of a statement that could do anything, or 0."""
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class RouteMap:
    """A route-map as written."""

    name: str
    entries: dict[int, Entry] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    unknown: int = 0
    """Line of an unread statement that belongs to the map but to no entry, or 0."""

    def entry(self, permit: bool, seq: int, line: int) -> Entry:
        """The entry of that number, created when new; the last action word holds."""
        one = self.entries.setdefault(seq, Entry(permit, seq))
        one.permit = permit
        one.lines.append(line)
        return one


def opaque(line: int, why: str) -> tuple[Action, ...]:
    """Every attribute may have changed."""
    return tuple(Opaque(name, why, line) for name in ATTRIBUTES)


def cannot(entry: Entry, part: str, line: int) -> None:
    """An unread statement inside an entry: an unknown condition (`match`), an unknown change (`set`), or anything."""
    if line not in entry.lines:
        entry.lines.append(line)
    if part == "match":
        entry.matches[f"?{line}"] = [Const(None, "match not understood", line)]
    elif part == "set":
        entry.actions[f"?{line}"] = opaque(line, "set not understood")
    else:
        entry.unknown = line


def lower(route_map: RouteMap, language: Language) -> Policy:
    """The policy of a route-map: first matching entry, permits of `continue` stick, implicit deny at the end."""
    entries = [route_map.entries[seq] for seq in sorted(route_map.entries)]
    terms: list[Term] = list(anything("0", route_map.unknown)) if route_map.unknown else []
    for position, entry in enumerate(entries):
        terms += _terms(entry, entries[position + 1 :], language)
    lines = tuple(sorted({*route_map.lines, *(line for entry in entries for line in entry.lines)}))
    return Policy(route_map.name, "route-map", tuple(terms), Verdict.REJECT, "original", lines)


def anything(name: str, line: int) -> tuple[Term, ...]:
    """Terms that may accept, reject or go on: what a statement of unknown meaning can do."""
    doubt = Const(None, "statement not understood", line)
    return (
        Term(f"{name}?a", doubt, ACCEPT, actions=opaque(line, "statement not understood"), lines=(line,)),
        Term(f"{name}?r", doubt, REJECT, lines=(line,)),
    )


def unread_last(kinds: Iterable[str]) -> list[str]:
    """Kinds of matches with those of unread lines (`?LINE`) behind the others: where they stand among them changes nothing."""
    return sorted(kinds, key=lambda kind: int(kind[1:]) if kind[:1] == "?" else 0)


def condition(entry: Entry, language: Language) -> Cond:
    """What an entry asks of a route."""
    line = entry.lines[0] if entry.lines else 0
    lines = Const(None, "how several lines of one kind in an entry combine is not known", line)
    groups = {kind: _either(entry.matches[kind], language.lines_or, lines) for kind in unread_last(entry.matches)}
    addresses = [groups.pop(kind) for kind in ADDRESS if kind in groups]
    conds = [_of_family(kind, cond, language, line) for kind, cond in groups.items()]
    if len(addresses) == 2:
        doubt = Const(None, "whether ip and ipv6 matches in one entry are alternatives is not known", line)
        # An empty list that permits everything permits no route of the other family.
        own = [
            AllOf((TextMatch("family", frozenset({name}), line), cond))
            for name, cond in zip(("ipv4", "ipv6"), addresses, strict=True)
        ]
        conds.append(_either(own, language.families_or, doubt))
    elif addresses:
        conds.append(_of_family(next(kind for kind in ADDRESS if kind in entry.matches), addresses[0], language, line))
    return ALWAYS if not conds else conds[0] if len(conds) == 1 else AllOf(tuple(conds))


def _of_family(kind: str, cond: Cond, language: Language, line: int) -> Cond:
    """A match on addresses (an inverted one too) as routes of the other family meet it; other conditions as they are."""
    asked = next((one for one in ADDRESS if one in kind), None)
    if asked is None or language.other_family is False:
        return cond
    other = Const(language.other_family, "what an address match does to routes of the other family is not known", line)
    family = TextMatch("family", frozenset({"ipv6" if asked == ADDRESS[0] else "ipv4"}), line)
    return AnyOf((AllOf((Not(family), cond)), AllOf((family, other))))


def _either(conds: Sequence[Cond], alternatives: bool | None, doubt: Const) -> Cond:
    """Any of the conditions, all of them, or what both readings agree on."""
    if len(conds) == 1:
        return conds[0]
    some, every = AnyOf(tuple(conds)), AllOf(tuple(conds))
    if alternatives is None:
        return AllOf((some, AnyOf((every, doubt))))
    return some if alternatives else every


def _terms(entry: Entry, following: Sequence[Entry], language: Language) -> list[Term]:
    name, lines = str(entry.seq), tuple(entry.lines)
    cond = condition(entry, language)
    nothing = Flow("goto", str(following[0].seq) if following else "end")
    first: list[Term] = []
    if entry.unknown:
        first = [Term(name, ALWAYS, NEXT, lines=lines), *anything(name, entry.unknown)]
        name = f"{name}."
    actions = in_order(entry.actions) if entry.permit else ()
    after, doubts = _exit(entry, following, language, name)
    return [*first, Term(name, cond, after, nothing if doubts else NEXT, actions, lines=lines), *doubts]


def _exit(entry: Entry, following: Sequence[Entry], language: Language, name: str) -> tuple[Flow, list[Term]]:
    """Where a matching entry sends the route, and terms for what is not known about it."""
    verdict = Verdict.ACCEPT if entry.permit else Verdict.REJECT
    ends = ACCEPT if entry.permit else REJECT
    if entry.follow is None or (not entry.permit and language.deny_continues is False):
        return ends, []
    wanted = entry.follow or entry.seq + 1
    target = next((one.seq for one in following if one.seq >= wanted), None)
    on = Flow("goto", "end" if target is None else str(target), verdict)
    line = entry.lines[-1]
    missing = bool(entry.follow) and target != entry.follow
    if missing and language.missing_target is not None:
        return {"ignore": ends, "deny": REJECT, "later": on}[language.missing_target], []
    if missing:
        doubt = Const(None, f"what `continue {entry.follow}` does without such an entry is not known", line)
        return NEXT, [
            Term(f"{name}?a", doubt, ACCEPT, lines=(line,)),
            Term(f"{name}?r", doubt, REJECT, lines=(line,)),
            Term(f"{name}?c", ALWAYS, on, lines=(line,)),
        ]
    if not entry.permit and language.deny_continues is None:
        doubt = Const(None, "whether `continue` works in a deny entry is not known", line)
        return NEXT, [Term(f"{name}?r", doubt, REJECT, on, lines=(line,))]
    return on, []


def in_order(actions: Mapping[str, tuple[Action, ...]]) -> tuple[Action, ...]:
    """Deletions of communities first, prepending last; where the order of a deletion and an addition would matter, nothing is known."""
    every = [action for group in actions.values() for action in group]
    removed = [one for one in every if isinstance(one, SetCommunity) and one.op == "delete"]
    added = [one for one in every if isinstance(one, SetCommunity) and one.op != "delete"]
    paths = [one for one in every if isinstance(one, Prepend)]
    rest = [one for one in every if not isinstance(one, SetCommunity | Prepend)]
    clash = [
        Opaque(more.kind, "the order of set and delete is not known", more.line)
        for more in added
        if any(one.kind == more.kind and _removes(one, more) for one in removed)
    ]
    return (*removed, *added, *rest, *clash, *paths)


def _removes(one: SetCommunity, added: SetCommunity) -> bool:
    return any(value in one.values or any(deletes(listed, value) for listed in one.lists) for value in added.values)
