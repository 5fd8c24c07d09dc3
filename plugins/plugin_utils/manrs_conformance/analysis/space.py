"""The space of routes that a question tells apart: a finite product of prefix, path, validation state, number and text classes and community atoms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..model.policy import (
    AllOf,
    AnyOf,
    AsPathList,
    AsPathMatch,
    Attachment,
    CommunityKind,
    CommunityList,
    CommunityMatch,
    Cond,
    Not,
    NumberMatch,
    Policy,
    PrefixList,
    PrefixMatch,
    Rpki,
    SetCommunity,
    SetNumber,
    SetText,
    TextMatch,
)
from ..model.route import Route
from . import aspath, communities, communityranges, prefixcache, prefixes

STATES = (Rpki.NOT_FOUND, Rpki.VALID, Rpki.INVALID, Rpki.UNVERIFIED)
NUMBERS = ("med", "local_pref", "tag", "weight")
TEXTS = ("origin", "protocol", "family", "peer", "next_hop", "route_type", "mark")
DIMENSIONS = ("prefix", "path", "rpki", *NUMBERS, *TEXTS)
PLACE = {name: number for number, name in enumerate(DIMENSIONS)}
OTHER = {"standard": "64999:{}", "large": "64999:0:{}", "extended": "rt:64999:{}"}
DEFAULT_TEXT = {"origin": "igp", "protocol": "bgp", "route_type": "external", "mark": "unverified"}
LARGEST = 4294967295


@dataclass(frozen=True, slots=True)
class Box:
    """A product of class sets, one bitmask a dimension, with the atoms that must be present or absent."""

    masks: tuple[int, ...]
    care: int = 0
    value: int = 0


def meet(one: Box, place: int, mask: int) -> Box | None:
    """The part of a box inside `mask` in one dimension, or None when it is empty."""
    left = one.masks[place] & mask
    if not left:
        return None
    if left == one.masks[place]:
        return one
    return Box((*one.masks[:place], left, *one.masks[place + 1 :]), one.care, one.value)


def both(one: Box, two: Box) -> Box | None:
    """The intersection of two boxes, or None."""
    if (one.value ^ two.value) & one.care & two.care:
        return None
    masks = tuple(a & b for a, b in zip(one.masks, two.masks, strict=True))
    return Box(masks, one.care | two.care, one.value | two.value) if all(masks) else None


def minus(one: Box, two: Box) -> list[Box]:
    """What is left of `one` without `two`, as disjoint boxes."""
    if both(one, two) is None:
        return [one]
    out: list[Box] = []
    rest = one
    for place, mask in enumerate(two.masks):
        outside = meet(rest, place, ~mask)
        if outside is not None:
            out.append(outside)
        inside = meet(rest, place, mask)
        assert inside is not None
        rest = inside
    todo = two.care & ~rest.care
    while todo:
        bit = todo & -todo
        todo ^= bit
        out.append(Box(rest.masks, rest.care | bit, rest.value | (bit & ~two.value)))
        rest = Box(rest.masks, rest.care | bit, rest.value | (bit & two.value))
    return out


def merged(boxes: Iterable[Box]) -> list[Box]:
    """Fewer boxes for the same set: those that differ in one dimension only are joined."""
    out = list(boxes)
    if len(out) < 2:
        return out
    out = list(dict.fromkeys(out))
    for place in (0, 1, 2):
        if len(out) < 2:
            break
        groups: dict[tuple[tuple[int, ...], tuple[int, ...], int, int], int] = {}
        for one in out:
            key = (one.masks[:place], one.masks[place + 1 :], one.care, one.value)
            groups[key] = groups.get(key, 0) | one.masks[place]
        out = [Box((*left, mask, *right), care, value) for (left, right, care, value), mask in groups.items()]
    return out


@dataclass(slots=True)
class Universe:
    """Classes of every dimension for the policies and questions at hand."""

    afi: int
    prefix: prefixes.PrefixClasses
    path: aspath.PathClasses
    prefix_place: dict[int, int]
    path_place: dict[int, int]
    numbers: dict[str, list[int]]
    """Least number of each class."""
    texts: dict[str, list[str]]
    atoms: dict[tuple[str, str], int]
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    some: dict[int, int] = field(default_factory=dict)
    """Bits for `at least one of these atoms is present`, by the mask of atoms: a list of many communities splits a box in two."""
    held: dict[tuple[int, int], bool] = field(default_factory=dict)
    prefix_lists: Sequence[PrefixList] = ()
    keep: list[object] = field(default_factory=list)
    """Lists whose identity is used as a key."""

    def everything(self) -> Box:
        """All routes of the family."""
        sizes = [len(self.prefix.signatures), len(self.path.signatures), len(STATES)]
        sizes += [len(self.numbers[name]) for name in NUMBERS] + [len(self.texts[name]) for name in TEXTS]
        return Box(tuple((1 << size) - 1 for size in sizes))

    def prefix_mask(self, lists: Sequence[PrefixList]) -> int:
        """Prefix classes that at least one list permits."""
        wanted = sum(1 << self.prefix_place[id(one)] for one in lists if one.afi == self.afi)
        return sum(1 << number for number, signature in enumerate(self.prefix.signatures) if signature & wanted)

    def prefixes_in(self, boxes: Iterable[Box]) -> int:
        """How many prefixes, pairs of network and length, some route of the boxes has."""
        mask = 0
        for box in boxes:
            mask |= box.masks[0]
        if not mask:
            return 0
        held = prefixcache.sizes(self.prefix_lists, self.afi)
        return sum(held[signature] for number, signature in enumerate(self.prefix.signatures) if mask >> number & 1)

    def path_mask(self, one: AsPathList) -> int | None:
        """Path classes that a list permits, or None when it could not be decided."""
        place = self.path_place[id(one)]
        if self.path.unknown >> place & 1:
            return None
        return self.path.masks[place]

    def path_doubt(self, one: AsPathList) -> str:
        """Why a list could not be decided."""
        if self.path.exploding >> self.path_place[id(one)] & 1:
            return f"what AS-path list {one.name} has seen of a path takes too many states: fewer patterns with `.*` between two ASNs would be decided"
        return "an AS-path pattern is not supported"

    def number_mask(self, name: str, ranges: Sequence[tuple[int, int]]) -> int:
        """Classes of a number that lie in the ranges."""
        return sum(1 << i for i, least in enumerate(self.numbers[name]) if any(low <= least <= high for low, high in ranges))

    def text_mask(self, name: str, values: frozenset[str]) -> int:
        """Classes of a text that are among the values."""
        return sum(1 << i for i, one in enumerate(self.texts[name]) if one in values)

    def some_bit(self, mask: int) -> int:
        """The bit that says that at least one atom of the mask is present; it stands above the atoms."""
        if mask not in self.some:
            self.some[mask] = 1 << (len(self.atoms) + len(self.some))
        return self.some[mask]

    def consistent(self, box: Box) -> bool:
        """Whether some set of communities meets what a box asks of its atoms and of groups of atoms."""
        if not box.care >> len(self.atoms):
            return True
        key = (box.care, box.value)
        if key not in self.held:
            present, absent, wanted = self._asked(box)
            self.held[key] = not present & absent and all(mask & ~absent for mask in wanted)
        return self.held[key]

    def _asked(self, box: Box) -> tuple[int, int, list[int]]:
        """Atoms that are present, atoms that are absent, and groups of which at least one is present."""
        every = (1 << len(self.atoms)) - 1
        present, absent = box.care & box.value & every, box.care & ~box.value & every
        wanted = []
        for mask, bit in self.some.items():
            if box.care & bit & box.value:
                wanted.append(mask)
            elif box.care & bit:
                absent |= mask
        return present, absent, wanted

    def present(self, box: Box) -> int:
        """Atoms of one set of communities of the box, as few as possible."""
        present, absent, wanted = self._asked(box)
        for mask in wanted:
            if not mask & present:
                free = mask & ~absent
                present |= free & -free
        return present

    def route(self, box: Box) -> Route:
        """One route of a box, as plain as possible."""
        network, length = self.prefix.witnesses[_lowest(box.masks[0])]
        names: dict[str, set[str]] = {"standard": set(), "large": set(), "extended": set()}
        present = self.present(box)
        for (kind, text), bit in self.atoms.items():
            if present & bit:
                names[kind].add(text)
        numbers = {name: self.numbers[name][_lowest(box.masks[PLACE[name]])] for name in NUMBERS}
        texts = {name: self._text(name, box.masks[PLACE[name]]) for name in TEXTS}
        return Route(
            prefix=prefixes.text(self.afi, network, length),
            as_path=self.path.witnesses[_lowest(box.masks[1])],
            communities=frozenset(names["standard"]),
            large=frozenset(names["large"]),
            extended=frozenset(names["extended"]),
            rpki=STATES[_lowest(box.masks[2])],
            next_hop=texts["next_hop"] or None,
            peer=texts["peer"] or None,
            origin=texts["origin"] or "igp",
            med=numbers["med"] or None,
            local_pref=numbers["local_pref"] or None,
            tag=numbers["tag"],
            weight=numbers["weight"],
            protocol=texts["protocol"] or "other",
            mark=texts["mark"] or "unverified",
        )

    def _text(self, name: str, mask: int) -> str:
        values = [one for i, one in enumerate(self.texts[name]) if mask >> i & 1]
        wanted = DEFAULT_TEXT.get(name, "")
        return wanted if wanted in values else values[0]


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def universe(afi: int, attachments: Iterable[Attachment], conds: Iterable[Cond]) -> Universe:
    """Cut the space of routes by everything that the attachments and conditions look at or set."""
    found = _Found()
    for attachment in attachments:
        for policy in (*(one.policy for one in attachment.filters), *attachment.called.values()):
            found.policy(policy)
        found.cond(attachment.default_cond)
    for cond in conds:
        found.cond(cond)
    prefix_lists = list(found.prefix.values())
    path_lists = list(found.path.values())
    known: dict[str, frozenset[str]] = {}
    atoms: dict[tuple[str, str], int] = {}
    kinds: tuple[CommunityKind, ...] = ("standard", "large", "extended")
    for kind in kinds:
        some = communities.literals(one for one in found.community.values() if one.kind == kind) | found.literal.get(kind, set())
        lists = [one for one in found.community.values() if one.kind == kind]
        some |= communityranges.representatives(lists, kind, frozenset(some))
        if lists:
            some |= {next(t for n in range(64000, 65536) if (t := OTHER[kind].format(n)) not in some)}
        known[kind] = frozenset(some)
        for text in sorted(some):
            atoms[(kind, text)] = 1 << len(atoms)
    return Universe(
        afi=afi,
        prefix=prefixcache.classes(prefix_lists, afi),
        path=aspath.path_classes(path_lists),
        prefix_place={id(one): number for number, one in enumerate(prefix_lists)},
        path_place={id(one): number for number, one in enumerate(path_lists)},
        numbers={name: sorted({0, *found.cuts.get(name, ())}) for name in NUMBERS},
        texts={name: _texts(name, found.words.get(name, set()), afi) for name in TEXTS},
        atoms=atoms,
        known=known,
        prefix_lists=prefix_lists,
        keep=list(path_lists),
    )


def _texts(name: str, words: set[str], afi: int) -> list[str]:
    if name == "family":
        return [f"ipv{afi}"]
    if name == "mark":
        return [str(one) for one in STATES] if words else ["unverified"]
    return ["", *sorted(words | {DEFAULT_TEXT[name]} if name in DEFAULT_TEXT else words)]


@dataclass(slots=True)
class _Found:
    prefix: dict[int, PrefixList] = field(default_factory=dict)
    path: dict[int, AsPathList] = field(default_factory=dict)
    community: dict[int, CommunityList] = field(default_factory=dict)
    literal: dict[str, set[str]] = field(default_factory=dict)
    cuts: dict[str, set[int]] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    """Conditions that were gone through, by identity: questions share their parts."""

    def policy(self, policy: Policy) -> None:
        for term in policy.terms:
            self.cond(term.cond)
            for action in term.actions:
                if isinstance(action, SetCommunity):
                    self.literal.setdefault(action.kind, set()).update(action.values)
                    self.community.update((id(one), one) for one in action.lists)
                elif isinstance(action, SetNumber):
                    self.cuts.setdefault(action.attribute, set()).update({action.value, min(action.value + 1, LARGEST)})
                elif isinstance(action, SetText):
                    self.words.setdefault(action.attribute, set()).add(action.value)

    def cond(self, cond: Cond) -> None:
        if id(cond) in self.seen:
            return
        self.seen.add(id(cond))
        if isinstance(cond, AllOf | AnyOf):
            for one in cond.conds:
                self.cond(one)
        elif isinstance(cond, Not):
            self.cond(cond.cond)
        elif isinstance(cond, PrefixMatch):
            self.prefix.update((id(one), one) for one in cond.lists)
        elif isinstance(cond, AsPathMatch):
            self.path.update((id(one), one) for one in cond.lists)
        elif isinstance(cond, CommunityMatch):
            self.community.update((id(one), one) for one in cond.lists)
        elif isinstance(cond, NumberMatch):
            self._number(cond)
        elif isinstance(cond, TextMatch):
            self.words.setdefault(cond.attribute, set()).update(cond.values)

    def _number(self, cond: NumberMatch) -> None:
        if cond.attribute == "path_length":
            self.path.update((id(one), one) for one in lengths(cond))
            return
        for low, high in cond.ranges:
            self.cuts.setdefault(cond.attribute, set()).update({low, *([high + 1] if high < LARGEST else [])})


_LENGTHS: dict[int, AsPathList] = {}
LONGEST = 255
"""Paths longer than this are not told apart (repetitions in patterns go so far, `regex.LIMIT`)."""


def lengths(cond: NumberMatch) -> Iterator[AsPathList]:
    """The lists of paths longer than a bound that decide the ranges of a path length."""
    for low, high in cond.ranges:
        if low > 0:
            yield longer(min(low - 1, LONGEST))
        if high < LARGEST:
            yield longer(min(high, LONGEST))


def longer(bound: int) -> AsPathList:
    """Paths of more than `bound` ASNs: one object for each bound."""
    if bound not in _LENGTHS:
        _LENGTHS[bound] = aspath.longer_than(bound)
    return _LENGTHS[bound]
