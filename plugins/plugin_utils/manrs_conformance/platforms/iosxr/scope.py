"""What conditions and actions of a policy refer to: sets, global parameters, and the session where one matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...model.policy import AnyOf, AsPathList, AsPathMatch, CommunityEntry, CommunityKind, CommunityList, Cond, Const
from ...model.router import Taint, Undefined
from .._block import Ledger, UnreadState
from .._lists import Unreadable
from . import communities, paths
from .bind import Env, Unbound, bind
from .prefixsets import PrefixSet, elements
from .rpl import Words

KINDS: Mapping[str, tuple[CommunityKind, str]] = {
    "community-set": ("standard", ""),
    "large-community-set": ("large", ""),
    "extcommunity-set rt": ("extended", "rt"),
    "extcommunity-set soo": ("extended", "soo"),
}
LISTED = {"community-set": "community-list", "as-path-set": "as-path-list"}


@dataclass(slots=True)
class NamedSet:
    """A set other than a prefix-set: its elements as words with their lines; `doubts` are lines of elements never understood."""

    kind: str
    name: str
    elements: list[tuple[Words, int]] = field(default_factory=list)
    doubts: list[int] = field(default_factory=list)
    lines: tuple[int, ...] = ()


@dataclass(slots=True)
class Sets:
    """All sets of a configuration, and what was made of them: the same objects every time."""

    prefix: dict[str, PrefixSet] = field(default_factory=dict)
    named: dict[tuple[str, str], NamedSet] = field(default_factory=dict)
    made: dict[tuple[str, str, int | None], tuple[Cond | CommunityList, tuple[int, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Neighbor:
    """The session that a policy is attached to, where its meaning depends on it."""

    address: str
    remote_as: int | None
    local_as: int
    direction: str


@dataclass(slots=True)
class Scope:
    """The surroundings of one lowering."""

    sets: Sets
    ledger: Ledger
    undefined: list[Undefined]
    validated: bool = True
    neighbor: Neighbor | None = None
    asked: bool = False
    """Whether the meaning depended on the session."""
    owner: str = ""
    """The policy being read: what an unread line taints."""

    def miss(self, line: int, state: UnreadState, taint: Taint | None = None) -> None:
        """Account for a line that was not understood, once."""
        taint = taint or Taint("policy", self.owner)
        if not any(one.line == line and one.taints == taint for one in self.ledger.unread[-64:]):
            self.ledger.miss(line, state, taint)

    def peer_as(self) -> int | None:
        """The ASN of the neighbour; None when the policy is read by itself."""
        self.asked = True
        return self.neighbor.remote_as if self.neighbor else None

    def lost(self, kind: str, name: str, line: int) -> Const:
        """The condition that stands for a set that is referred to but is not in the text: XR would not have committed that."""
        made = Undefined(kind, name, line, "unknown")
        if made not in self.undefined:
            self.undefined.append(made)
        return Const(None, f"{kind} {name} is not in the text", line)

    def prefixes(self, words: Words, line: int) -> PrefixSet | Const:
        """The prefix-set of a name or of an inline set; what stands for it when it is undefined."""
        if words[:1] == ("(",) and words[-1] == ")":
            made = PrefixSet("inline set", lines=(line,))
            for one in elements(words[1:-1]):
                made.add(one, line)
            return made
        if len(words) != 1:
            raise Unreadable(" ".join(words))
        found = self.sets.prefix.get(words[0])
        return self.lost("prefix-set", words[0], line) if found is None else found

    def _elements(self, words: Words, kind: str, line: int) -> NamedSet | Const:
        if words[:1] == ("(",) and words[-1] == ")":
            return NamedSet(kind, "", [(one, line) for one in elements(words[1:-1])], lines=(line,))
        if len(words) != 1:
            raise Unreadable(" ".join(words))
        found = self.sets.named.get((kind, words[0]))
        return self.lost(kind, words[0], line) if found is None else found

    def path_set(self, words: Words, line: int) -> Cond:
        """The condition that a path is in an as-path-set."""
        found = self._elements(words, "as-path-set", line)
        if isinstance(found, Const):
            return found
        peer = self.peer_as() if _speaks_of_peer(found) else None
        key = (found.kind, found.name, peer)
        if found.name and key in self.sets.made:
            return self.sets.made[key][0]  # type: ignore[return-value]
        parts = []
        doubts = list(found.doubts)
        for one, at in found.elements:
            try:
                parts.append(paths.element(one, at, peer))
            except Unreadable:
                self._unread(found, at, doubts)
        made = paths.combined(found.name or "inline set", parts, line)
        made = doubtful(made, doubts, f"as-path-set {found.name}")
        if found.name:
            self.sets.made[key] = (made, ())
        return made

    def community_set(self, words: Words, kind: str, line: int) -> tuple[CommunityList, tuple[int, ...]] | Const:
        """The list of a community set and the lines of elements that are not understood."""
        found = self._elements(words, kind, line)
        if isinstance(found, Const):
            return found
        peer = self.peer_as() if _speaks_of_peer(found) else None
        key = (found.kind, found.name, peer)
        if found.name and key in self.sets.made:
            return self.sets.made[key]  # type: ignore[return-value]
        sort, prefix = KINDS[kind]
        entries: list[CommunityEntry] = []
        doubts = list(found.doubts)
        for one, at in found.elements:
            try:
                entries.append(communities.element(one, sort, prefix, at, peer))
            except Unreadable:
                self._unread(found, at, doubts)
        made = CommunityList(found.name or "inline set", sort, tuple(entries), found.lines), tuple(doubts)
        if found.name:
            self.sets.made[key] = made
        return made

    def _unread(self, found: NamedSet, line: int, doubts: list[int]) -> None:
        """An element that is not understood; `peeras` has no value while a policy is read by itself."""
        doubts.append(line)
        if self.neighbor is None and _speaks_of_peer(found):
            return
        self.miss(line, "unsupported", Taint("list", found.name) if found.name else None)

    def words(self, words: Words, env: Env) -> Words:
        """Parameters replaced."""
        return bind(words, env)


def _speaks_of_peer(one: NamedSet) -> bool:
    return any("peeras" in word for words, _ in one.elements for word in words)


def doubtful(cond: Cond, lines: Iterable[int], what: str) -> Cond:
    """The condition, or unknown because of elements that were not understood."""
    doubts = tuple(Const(None, f"an element of {what} is not understood", line) for line in dict.fromkeys(lines))
    return AnyOf((cond, *doubts)) if doubts else cond


def path_lists(cond: Cond) -> list[AsPathList]:
    """The lists inside the condition of an as-path-set."""
    if isinstance(cond, AsPathMatch):
        return list(cond.lists)
    return [one for part in getattr(cond, "conds", ()) for one in path_lists(part)]


__all__ = ["KINDS", "LISTED", "NamedSet", "Neighbor", "Scope", "Sets", "Unbound", "doubtful", "path_lists"]
