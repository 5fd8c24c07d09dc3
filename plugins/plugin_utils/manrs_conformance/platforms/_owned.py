"""Owned definitions of a configuration, and which of them nothing refers to any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..model.plan import OWNED, is_owned

NAME = rf"(?P<name>{OWNED}\S+)"
HEADS = tuple(
    re.compile(one)
    for one in (
        rf"(?P<words>route-map) {NAME} (?:permit|deny)",
        rf"(?P<words>route-policy|prefix-set|as-path-set|(?:large-)?community-set) {NAME}",
        rf"(?P<words>(?:ip|ipv6) prefix-list) {NAME}",
        rf"(?P<words>(?:ip|bgp) as-path access-list) {NAME}",
        rf"(?P<words>(?:ip|bgp) (?:large-)?community-list(?: standard)?) {NAME}",
        rf"(?P<words>(?:ip|ipv6) access-list) {NAME}",
        r"(?P<words>ip as-path access-list) (?P<name>\d+)",
    )
)
TOKEN = re.compile(r"[^\s(),]+")
POLICIES = ("route-map", "route-policy")


@dataclass(slots=True)
class _Definition:
    words: str
    name: str
    uses: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    """Numbers of AS-path lists that its own rules match: those before the copy of the operator's entries."""


def unused(running: str) -> list[str]:
    """Statements that take away every owned definition that neither a statement outside of them nor one in use refers to; policies first.

    A numbered AS-path list is owned when a rule of an owned map matches it: the operator's lists are matched in the copy, behind the rules.
    """
    found: dict[tuple[str, str], _Definition] = {}
    used: set[str] = set()
    numbers: set[str] = set()
    for one, text in _statements(running, found):
        if one is None:
            used.update(TOKEN.findall(text))
            numbers.update(_numbers(text))
    live = [one for one in found.values() if one.name in used]
    named: dict[str, list[_Definition]] = {}
    for one in found.values():
        named.setdefault(one.name, []).append(one)
    for one in live:
        # What is in use makes what it uses to be so.
        fresh = [other for name in one.uses - used for other in named.get(name, ())]
        used.update(other.name for other in fresh)
        live += fresh
    numbers.update(number for one in live for number in one.paths | {use for use in one.uses if use.isdecimal()})
    dead = [one for one in found.values() if one.name not in used and not one.name.isdecimal()]
    owned = {number for one in dead for number in one.paths} - numbers
    lists = [one for one in found.values() if one.name in owned and one.name.isdecimal()]
    order = sorted([*dead, *lists], key=lambda one: one.words not in POLICIES)
    return [f"no {one.words} {one.name}" for one in order]


def _numbers(text: str) -> set[str]:
    words = text.split()
    if words[:2] == ["match", "as-path"]:
        return set(words[2:])
    return {words[at + 1] for at, word in enumerate(words[:-1]) if word == "filter-list"}


def _statements(running: str, found: dict[tuple[str, str], _Definition]) -> Iterator[tuple[_Definition | None, str]]:
    """Every line with the owned definition it belongs to, None where it belongs to none; definitions are put into `found`."""
    owner: _Definition | None = None
    head, empty = "", True
    copied: set[str] = set()
    for text in running.splitlines():
        if not text.strip() or text.lstrip()[0] in "!#":
            continue
        if text[0].isspace():
            empty = False
            if owner is not None:
                owner.uses.update(TOKEN.findall(text))
                if owner.name not in copied:
                    owner.paths.update(_numbers(text))
            yield owner, text
            continue
        if owner is not None and empty and head.startswith(f"route-map {owner.name} deny"):
            copied.add(owner.name)
        match = next((one for pattern in HEADS if (one := pattern.match(text))), None)
        if match is not None and not (match["name"].isdecimal() or is_owned(match["name"])):
            match = None
        owner = (
            None if match is None else found.setdefault((match["words"], match["name"]), _Definition(match["words"], match["name"]))
        )
        head, empty = text, True
        yield owner, text
