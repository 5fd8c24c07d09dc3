"""Routing registry: who is in an as-set, and which route objects an ASN has, from IRRd servers, RPSL dumps or a recording.

The three answers that matter are kept apart: found, does not exist, and could not be asked (SourceError).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ._bytes import SourceError, split_prefix, unpack

GREATEST_SET = 1_000_000
DEPTH = 64


class Registry(Protocol):
    """A way to ask a routing registry; None as an answer means that the object does not exist."""

    @property
    def sources(self) -> Sequence[str]:
        """Registries (RIPE, RADB) that answers come from, where they were named."""

    def ask(self, queries: Sequence[str]) -> dict[str, str | None]:
        """Answers to IRRd queries (`iAS-SET`, `iSOURCE::AS-SET`, `gAS64500`, `6AS64500`, `r192.0.2.0/24,L`, `maut-num,AS64500`,
        `mas-set,SOURCE::AS-SET`).

        SourceError when they cannot be had.
        """


@dataclass(frozen=True, slots=True)
class Expansion:
    """An as-set resolved: its ASNs, the sets it went through, and the named sets that do not exist."""

    name: str
    asns: tuple[int, ...]
    sets: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedRegistry:
    """Answers recorded by an `IrrdClient`."""

    answers: Mapping[str, str | None]
    retrieved_at: str
    sources: tuple[str, ...] = ()
    trouble: str | None = None
    """Why the servers gave no more than this."""

    @classmethod
    def read(cls, raw: bytes) -> RecordedRegistry:
        """A recording from its bytes; raises SourceError."""
        try:
            content = json.loads(unpack(raw))
            answers, retrieved_at = content["answers"], content["retrieved_at"]
            if not all(isinstance(key, str) and (value is None or isinstance(value, str)) for key, value in answers.items()):
                raise ValueError("an answer is not text")
            datetime.datetime.fromisoformat(retrieved_at)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceError(f"is not an IRR recording: {error}") from error
        return cls(answers, retrieved_at, tuple(str(one) for one in content.get("sources") or ()), content.get("trouble"))

    def ask(self, queries: Sequence[str]) -> dict[str, str | None]:
        """Recorded answers; raises SourceError for a question that was not asked then."""
        unknown = [one for one in queries if one not in self.answers]
        if unknown:
            raise SourceError(self.trouble or f"the recording holds no answer to !{unknown[0]}")
        return {one: self.answers[one] for one in queries}


def expand(registry: Registry, name: str) -> Expansion:
    """ASNs of an as-set, breadth first, each set asked once; raises SourceError when it is too deep, too large or cannot be asked.

    A name such as `RIPE::AS-EXAMPLE` pins the registry of that set, not of its members.
    """
    top = name.upper()
    seen, asns, missing = {top}, set[int](), []
    level: list[str] = [top]
    for _depth in range(DEPTH):
        answers = registry.ask([f"i{one}" for one in level])
        following: dict[str, None] = {}
        missing += _missing(registry, [one for one in level if answers[f"i{one}"] is None])
        for one in level:
            found = answers[f"i{one}"] or ""
            for member in found.upper().split():
                if member[:2] == "AS" and member[2:].isdigit():
                    asns.add(int(member[2:]))
                elif member not in seen:
                    seen.add(member)
                    following[member] = None
        if len(asns) + len(seen) > GREATEST_SET:
            raise SourceError(f"{name} expands to more than {GREATEST_SET} members")
        if not following:
            return Expansion(name, tuple(sorted(asns)), tuple(sorted(seen)), tuple(sorted(missing)))
        level = list(following)
    raise SourceError(f"{name} is nested more than {DEPTH} deep")


def gather(registry: Registry, keys: Iterable[str]) -> None:
    """Ask for everything that many as-sets and ASNs need, together: level by level, then all routes. SourceError when it cannot be had.

    A client keeps the answers, so that what is asked of each one afterwards needs no further question.
    """
    names = {one.upper() for one in keys}
    asns = {int(one[2:]) for one in names if one[2:].isdigit()}
    level = sorted(one for one in names if not one[2:].isdigit())
    seen = set(level)
    for _depth in range(DEPTH):
        if not level or len(asns) + len(seen) > GREATEST_SET:
            break
        answers = registry.ask([f"i{one}" for one in level])
        _missing(registry, [one for one in level if answers[f"i{one}"] is None])
        members = {member for one in level for member in (answers[f"i{one}"] or "").upper().split()}
        asns |= {int(one[2:]) for one in members if one[:2] == "AS" and one[2:].isdigit()}
        level = sorted(one for one in members - seen if not one[2:].isdigit())
        seen |= set(level)
    routes_of(registry, sorted(asns))


def _missing(registry: Registry, names: Sequence[str]) -> list[str]:
    """Sets that do not exist: IRRd says of one without members what it says of one that is not there."""
    answers = registry.ask([_object_query(one) for one in names])
    return [one for one in names if answers[_object_query(one)] is None]


def _object_query(name: str) -> str:
    return f"mas-set,{name}"


def routes_of(registry: Registry, asns: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Prefixes with a route or route6 object for each ASN, empty where there is none; raises SourceError."""
    wanted = list(dict.fromkeys(asns))
    answers = registry.ask([f"{kind}AS{asn}" for asn in wanted for kind in ("g", "6")])
    out = {}
    for asn in wanted:
        texts = f"{answers[f'gAS{asn}'] or ''} {answers[f'6AS{asn}'] or ''}".split()
        for text in texts:
            try:
                split_prefix(text)
            except ValueError as error:
                raise SourceError(f"route object of AS{asn}: {error}") from error
        out[asn] = tuple(texts)
    return out
