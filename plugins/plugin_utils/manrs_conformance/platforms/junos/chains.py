"""Where the sessions of a Junos configuration get their policies and limits from, so that one can be put in front for one neighbour only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...model.plan import OWNED, is_owned
from ...model.router import Router, Session
from .._address import canonical
from .._mapcopy import Impossible
from .lexer import unquoted
from .loading import Loader
from .schema import ROOT
from .statements import Key, Statement

WAYS = {"in": "import", "out": "export"}


@dataclass(slots=True)
class Place:
    """A neighbour: the words of its statement, and the statements of neighbour, group and instance."""

    words: list[str]
    levels: list[Statement]

    @property
    def path(self) -> str:
        """The words as text."""
        return " ".join(self.words)


@dataclass(slots=True)
class Chains:
    """The policy chains of a configuration, as they are and as they will be."""

    router: Router
    loader: Loader
    chains: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Chains to be, by the words of the neighbour and `import` or `export`."""
    own: set[tuple[str, str]] = field(default_factory=set)
    """Those of them that stand at the neighbour already."""

    def place(self, session: Session) -> Place:
        """Where a session is configured; Impossible where that is not one statement of the text."""
        if "/" in session.vrf:
            raise Impossible("sessions of logical systems are not changed")
        words = ["protocols", "bgp"] if session.vrf == "default" else ["routing-instances", session.vrf, "protocols", "bgp"]
        bgp = self.loader.find(self.loader.root, ROOT, words)
        group = (bgp[0].one.kids or {}).get(("group", session.group or "")) if bgp else None
        found = [
            (key[1], one)
            for key, one in ((group.kids or {}) if group else {}).items()
            if key[:1] == ("neighbor",) and len(key) > 1 and canonical(key[1]) == session.neighbor
        ]
        if group is None or len(found) != 1:
            raise Impossible("its neighbour statement does not stand by itself in the configuration (configuration groups)")
        name, neighbor = found[0]
        chain = [*bgp[0].chain, bgp[0].one, group, neighbor]
        if any(one.marks for one in chain):
            raise Impossible("a statement that it stands in is protected or inactive")
        return Place([*words, "group", group.words[1], "neighbor", name], [neighbor, group, bgp[0].one])

    def front(self, session: Session, way: str, name: str, afi: int) -> None:
        """Put an owned policy in front of a session's chain, in the place of one of the same family."""
        place, word = self.place(session), WAYS[way]
        key = (place.path, word)
        if key not in self.chains:
            self.chains[key] = self._now(session, place, word)
            if (word,) in (place.levels[0].kids or {}):
                self.own.add(key)
        mine = f"{OWNED}{way.upper()}{afi}-"
        self.chains[key] = [name, *(one for one in self.chains[key] if not (one.startswith(mine) and is_owned(one)))]

    def _now(self, session: Session, place: Place, word: str) -> list[str]:
        at = next((one for one in ((level.kids or {}).get((word,)) for level in place.levels) if one is not None), None)
        if at is not None and (at.marks or at.kids):
            raise Impossible(f"its `{word}` is protected, inactive or not understood")
        written = [unquoted(one) for one in at.values] if at is not None else []
        held = [one.name for one in (session.inbound if word == "import" else session.outbound).filters]
        if written != held:
            raise Impossible(f"its `{word}` comes from configuration groups, which go on adding to it")
        if any(set(one) & set(" ()&|!") for one in written):
            raise Impossible(f"its `{word}` is a policy expression")
        return written

    def lines(self) -> Iterator[str]:
        """Commands that set the chains: a list that stands is taken away first, because values are added at the end."""
        for (path, word), names in self.chains.items():
            if (path, word) in self.own:
                yield f"delete {path} {word}"
            listed = " ".join(names)
            yield f"set {path} {word} {listed if len(names) == 1 else f'[ {listed} ]'}"

    def limit(self, session: Session, most: int) -> list[str]:
        """Commands that limit the prefixes of a session; Impossible where that would touch what other neighbours share."""
        place = self.place(session)
        family = "inet6" if session.family.startswith("ipv6") else "inet"
        at = self.loader.find(
            place.levels[0], ROOT["protocols"].below["bgp"].below["group"].below["neighbor"].below, ["family", family, "unicast"]
        )
        if not at:
            raise Impossible(
                f"no limit: `family {family} unicast` does not stand at the neighbour, and to put it there may reset the session"
            )
        base = f"set {place.path} family {family} unicast prefix-limit"
        held = (at[0].one.kids or {}).get(("prefix-limit",))
        if held is not None and held.marks:
            raise Impossible("no limit: the one that stands is protected or inactive")
        ends = {key[0] for key in (held.kids or {}) if key} if held is not None else set()
        return [f"{base} maximum {most}", *([] if ends & {"teardown", "drop-excess", "hide-excess"} else [f"{base} teardown 90"])]

    def owned(self) -> Mapping[Key, Statement]:
        """Owned definitions of policies and lists in the configuration, by their words."""
        found = self.loader.find(self.loader.root, ROOT, ["policy-options"])
        kids = (found[0].one.kids or {}) if found else {}
        return {key: one for key, one in kids.items() if len(key) > 1 and is_owned(key[1])}


def mentions(one: Statement) -> Iterator[str]:
    """Owned names in a statement and below it."""
    for word in (*one.words, *one.values):
        if is_owned(word):
            yield word
    for kid in (one.kids or {}).values():
        yield from mentions(kid)
