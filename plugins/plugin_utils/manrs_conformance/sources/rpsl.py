"""RPSL dumps of routing registries: read once, indexed, and asked as an IRRd server is."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from socket import AF_INET6, inet_ntop, inet_pton

from ..analysis.collecting import uncollected
from ._bytes import SourceError, split_prefix, unpack
from .irrd import pinned

STRANGE = "\r\x0b\x0c\x1c\x1d\x1e\x1f"
"""ASCII characters that end a line or make it blank, beside newline, blank and tab."""
UNUSUAL = re.compile(r"[\x85\u2028\u2029]|^[^\S\n \t]", re.MULTILINE)
"""The same of other characters: a text with one is read line by line."""
BLANK = re.compile(r"\n(?:[ \t]*\n)+")
PLAIN = re.compile(r"(route6?):[ \t]*([0-9a-fA-F.:]+/[0-9]{1,3})[ \t]*\n(?![ \t+%#])")
"""First line of a route object as registries write it, which does not go on."""
ORIGIN = re.compile(r"\n(?i:origin)(:[ \t]*(?:[Aa][Ss]([0-9]+))[ \t]*(?:#.*)?(?=\n|$))?")


@dataclass(frozen=True, slots=True)
class Dump:
    """Objects of an RPSL dump, already indexed; where a set name occurs in several registries, the first in the file answers."""

    members: Mapping[str, tuple[str, ...]]
    routes: Mapping[int, tuple[str, ...]]
    routes6: Mapping[int, tuple[str, ...]]
    made: str | None = None
    """Time in a leading comment `# retrieved-at: TIME`, if there is one."""
    objects: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """Texts of route, route6, aut-num and as-set objects, as they stand in the dump, by class and key."""
    sources: tuple[str, ...] = ()

    def ask(self, queries: Sequence[str]) -> dict[str, str | None]:
        """The answers an IRRd server would give from these objects."""
        return {one: self._answer(one) for one in queries}

    def _answer(self, query: str) -> str | None:
        kind, key = query[0], query[1:].upper()
        if kind == "r":
            texts = [text for one in _covering(query[1:].partition(",")[0]) for text in self.objects.get(("route", one), ())]
            return "\n\n".join(map(_tidy, texts)) if texts else None
        if kind == "m":
            source, bare = pinned(query)
            name, _, wanted = bare[1:].partition(",")
            texts = [_tidy(one) for one in self.objects.get((name.lower(), wanted.upper()), ())]
            return next((one for one in texts if not source or f"SOURCE: {source}" in one.upper().splitlines()), None)
        found: tuple[str, ...] | None
        if kind == "i":
            found = self.members.get(key)
        else:
            found = (self.routes if kind == "g" else self.routes6).get(int(key.removeprefix("AS")))
        return None if found is None else " ".join(found)


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    sets: dict[str, set[str]] = field(default_factory=dict)
    by_reference: dict[str, set[str]] = field(default_factory=dict)
    joins: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    routes: tuple[dict[int, set[str]], dict[int, set[str]]] = field(default_factory=lambda: ({}, {}))
    texts: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def keep(self, place: tuple[str, str], text: str) -> None:
        """Keep the text of an object."""
        held = self.texts.get(place)
        self.texts[place] = (text,) if held is None else (*held, text)

    def route(self, six: bool, origin: int, key: str) -> None:
        """Take in a route object."""
        self.routes[six].setdefault(origin, set()).add(key)

    def take(self, one: Sequence[tuple[str, str]]) -> None:
        """Take in an object, attribute by attribute."""
        kind, key = one[0]
        if kind in {"route", "route6", "aut-num", "as-set"}:
            place = ("route", _canonical(key)) if kind.startswith("route") else (kind, key.upper())
            self.keep(place, "\n".join(f"{name}: {value}" for name, value in one))
        if kind == "as-set":
            members = set(_values(one, "members"))
            for name in [key.upper(), *(f"{source}::{key.upper()}" for source in _values(one, "source"))]:
                if name not in self.sets:
                    self.sets[name] = members
                    self.by_reference[name] = set(_values(one, "mbrs-by-ref"))
        if kind in {"aut-num", "as-set"}:
            maintainers = frozenset(_values(one, "mnt-by"))
            self.joins += [(key.upper(), wanted, maintainers) for wanted in _values(one, "member-of")]
        if kind in {"route", "route6"}:
            origin = next(iter(_values(one, "origin")), "")
            if origin[:2] == "AS" and origin[2:].isdigit():
                self.route(kind == "route6", int(origin[2:]), key)


def read_dump(raw: bytes) -> Dump:
    """Index aut-num, as-set, route and route6 objects of an RPSL dump (gzip or plain); raises SourceError when it holds none."""
    text = unpack(raw).decode("utf-8", "replace")
    done = _Reading()
    with uncollected():
        whole = _unusual(text)
        for block in [text] if whole else BLANK.split(text):
            if whole or not _plain_route(block, done):
                for one in objects(block):
                    done.take(one)
    for member, wanted, maintainers in done.joins:
        allowed = done.by_reference.get(wanted, set())
        if "ANY" in allowed or allowed & maintainers:
            done.sets[wanted].add(member)
    if not done.sets and not done.routes[0] and not done.routes[1]:
        raise SourceError("holds no as-set, route or route6 object")
    stated = re.match(r"(?:[#%].*\n)*?[#%] *retrieved-at: *(\S+)", text)
    return Dump(
        {name: tuple(sorted(found)) for name, found in done.sets.items()},
        {asn: tuple(sorted(found)) for asn, found in done.routes[0].items()},
        {asn: tuple(sorted(found)) for asn, found in done.routes[1].items()},
        stated[1] if stated else None,
        done.texts,
        tuple(sorted({name.partition("::")[0] for name in done.sets if "::" in name})),
    )


def _unusual(text: str) -> bool:
    return any(one in text for one in STRANGE) or (not text.isascii() and UNUSUAL.search(text) is not None)


def _plain_route(block: str, done: _Reading) -> bool:
    """Take in a route object that is written as registries write them; False when it must be read line by line."""
    found = PLAIN.match(block)
    if found is None:
        return False
    origins = ORIGIN.findall(block)
    if len(origins) != 1 or not origins[0][1]:
        return False
    done.keep(("route", _canonical(found[2])), block)
    done.route(found[1] == "route6", int(origins[0][1]), found[2])
    return True


def _tidy(text: str) -> str:
    """An object without comments and continuation lines, an attribute a line."""
    return "\n".join(f"{name}: {value}" for name, value in next(objects(text), ()))


def _canonical(prefix: str) -> str:
    """A prefix as it is asked for; what is none stays as it is, and is never found."""
    try:
        family, _network, length = split_prefix(prefix)
        address, _, size = prefix.partition("/")
        if family == 4 and size == str(length):
            return prefix
        if family == 6 and "." not in (short := inet_ntop(AF_INET6, inet_pton(AF_INET6, address))):
            return f"{short}/{length}"
    except ValueError:
        pass
    try:
        return str(ipaddress.ip_network(prefix))
    except ValueError:
        return prefix


def _covering(prefix: str) -> list[str]:
    """The prefix and every shorter one that covers it, as registries write them."""
    net = ipaddress.ip_network(prefix)
    return [str(net.supernet(new_prefix=length)) for length in range(net.prefixlen, -1, -1)]


def objects(text: str) -> Iterator[list[tuple[str, str]]]:
    """Objects as (attribute, value) pairs: comments removed, continuation lines joined (RFC 2622 section 2)."""
    current: list[tuple[str, str]] = []
    for line in text.splitlines():
        if not line.strip():
            if current:
                yield current
            current = []
        elif line[0] in " \t+":
            if current:
                name, value = current[-1]
                current[-1] = (name, f"{value} {line[1:].partition('#')[0].strip()}".strip())
        elif line[0] not in "%#":
            name, colon, value = line.partition(":")
            if colon:
                current.append((name.strip().lower(), value.partition("#")[0].strip()))
    if current:
        yield current


def _values(one: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [part for key, value in one if key == name for part in value.upper().replace(",", " ").split()]
