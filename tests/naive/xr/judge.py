"""What the policy language does with one route, read word by word from the reference (sections 3 c, d, e and 21, points 30 and 31).

Where the reference leaves a point open, or has it on weak evidence, both readings are tried: `READINGS` names them.
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from dataclasses import replace

from .generate import Config
from .world import Seen

READINGS = (
    "delete accepts",
    "drop in a condition drops",
    "bare done is true",
    "condition changes stay",
    "no collapse",
    "unverified is not-found",
    "empty is within",
)
NAMES = {"no-export": "65535:65281"}


class Ended(Exception):
    """`drop` or `done`: everything ends."""


class Judge:
    """One run under one choice of readings; `touched` collects the open points that the run came across."""

    def __init__(self, config: Config, route: Seen, readings: frozenset[str]) -> None:
        self.config, self.original, self.now, self.readings = config, route, route, readings
        self.accepted = False
        self.touched: set[str] = set()
        self.asking = 0

    def open(self, point: str) -> bool:
        """The answer to an open point in this run."""
        self.touched.add(point)
        return point in self.readings

    def run(self) -> tuple[bool, Seen]:
        """Whether the attached policy accepts, and how the route leaves."""
        try:
            self.block(self.config.policies["TOP"][1], {})
        except Ended as end:
            return bool(end.args[0]), self.now
        return self.accepted, self.now

    def block(self, body: tuple, env: dict[str, str]) -> None:
        for one in body:
            self.statement(one, env)

    def statement(self, one: tuple, env: dict[str, str]) -> None:
        kind = one[0]
        if kind == "if":
            for test, body in one[1]:
                if self.test(test, env):
                    return self.block(body, env)
            return self.block(one[2], env)
        if kind == "apply":
            params, body = self.config.policies[one[1]]
            return self.block(body, dict(zip(params, one[2], strict=True)))
        if kind == "pass":
            self.accepted = True
        elif kind in ("drop", "done"):
            raise Ended(kind == "done")
        else:
            self.change(one, env)
        return None

    def change(self, one: tuple, env: dict[str, str]) -> None:
        kind, now = one[0], self.now
        accepts = True
        if kind in ("set-tags", "set-large"):
            values = frozenset(NAMES.get(part, part) for part in one[1].strip("()").split(", "))
            name = "tags" if kind == "set-tags" else "large"
            self.now = replace(now, **{name: values | getattr(now, name) if one[2] else values})
        elif kind in ("set-pref", "set-med"):
            number = int(env.get(one[1][1:], "0") if one[1].startswith("$") else one[1])
            self.now = replace(now, **{"pref" if kind == "set-pref" else "med": number})
        elif kind == "prepend":
            self.now = replace(now, path=(one[1],) * one[2] + now.path)
        elif kind == "delete":
            some = self.config.tags[one[1]]
            inside = {tag for tag in now.tags if any(_tag(tag, part) for part in some)}
            self.now = replace(now, tags=frozenset(inside if one[2] else now.tags - inside))
            accepts = self.accepted or self.open("delete accepts")
        self.accepted = self.accepted or accepts

    def test(self, one: tuple, env: dict[str, str]) -> bool:
        """A condition; every part of `and` and `or` is looked at, since nothing says that the rest is skipped once the answer is known."""
        kind = one[0]
        if kind == "and":
            parts = [self.test(part, env) for part in one[1:]]
            return all(parts)
        if kind == "or":
            parts = [self.test(part, env) for part in one[1:]]
            return any(parts)
        if kind == "not":
            return not self.test(one[1], env)
        if kind == "apply":
            return self.asked(one)
        route = self.original
        if kind == "prefix":
            return any(
                _inside(route.prefix, part)
                for part in self.config.prefix[env.get(one[1][1:], "") if one[1].startswith("$") else one[1]]
            )
        if kind == "path":
            found = [self.element(part) for part in self.config.path[one[1]]]
            return any(found)
        if kind == "element":
            return self.element(one[1])
        if kind in ("tags", "large"):
            return self.listed(kind, one[1], one[2])
        if kind == "rpki":
            if route.rpki == "unverified" and one[1] == "not-found":
                return self.open("unverified is not-found")
            return route.rpki == one[1]
        number = int(env.get(one[2][1:], "0") if one[2].startswith("$") else one[2])
        med = route.med or 0
        return {"eq": med == number, "is": med == number, "ge": med >= number, "le": med <= number}[one[1]]

    def listed(self, kind: str, mode: str, name: str) -> bool:
        some = (self.config.tags if kind == "tags" else self.config.large)[name]
        own = self.original.tags if kind == "tags" else self.original.large
        if mode == "matches-any":
            return any(_tag(tag, part) for tag in own for part in some)
        if mode == "matches-every":
            return all(any(_tag(tag, part) for tag in own) for part in some)
        return all(any(_tag(tag, part) for part in some) for tag in own) if own else self.open("empty is within")

    def asked(self, one: tuple) -> bool:
        """`if apply P`: would P accept? Its changes are on trial only."""
        held, state = self.now, self.accepted
        params, body = self.config.policies[one[1]]
        self.accepted, self.asking = False, self.asking + 1
        result = True
        try:
            self.block(body, dict(zip(params, one[2], strict=True)))
            result = self.accepted
        except Ended as end:
            if not end.args[0]:
                if self.open("drop in a condition drops"):
                    raise
                result = False
            elif not self.accepted:
                result = self.open("bare done is true")
        finally:
            self.asking -= 1
        changed = self.now != held or (self.accepted and _changes(self.config, body))
        if changed and self.open("condition changes stay"):
            state = True
        else:
            self.now = held
        self.accepted = state
        return result

    def element(self, one: tuple) -> bool:
        path = self.original.path
        if one[0] == "regex":
            text = " ".join(str(asn) for asn in path)
            return re.search(one[1].replace("_", "(?:^|$| )"), text) is not None
        if one[0] == "length":
            return {"ge": len(path) >= one[2], "le": len(path) <= one[2], "eq": len(path) == one[2]}[one[1]]
        exact = _sequence(one[0], one[1], path)
        collapsed = _sequence(one[0], one[1], tuple(asn for asn, _ in itertools.groupby(path)))
        if one[2] or exact == collapsed:
            return exact
        return exact if self.open("no collapse") else collapsed


def _sequence(kind: str, wanted: tuple, path: tuple[int, ...]) -> bool:
    size = len(wanted)
    starts = {"neighbor-is": [0], "originates-from": [len(path) - size]}.get(kind, list(range(len(path))))
    return any(
        at >= 0
        and len(path[at : at + size]) == size
        and all(_number(asn, want) for asn, want in zip(path[at : at + size], wanted, strict=True))
        for at in starts
    )


def _number(asn: int, want: int | tuple[int, int]) -> bool:
    return want[0] <= asn <= want[1] if isinstance(want, tuple) else asn == want


def _inside(prefix: str, element: tuple) -> bool:
    text, least, most = element
    outer, inner = ipaddress.ip_network(text), ipaddress.ip_network(prefix)
    if outer.version != inner.version or not inner.subnet_of(outer):
        return False
    low = outer.prefixlen if least is None else least
    high = most if most is not None else outer.max_prefixlen if least is not None else outer.prefixlen
    return low <= inner.prefixlen <= high


def _tag(tag: str, element: str) -> bool:
    parts = NAMES.get(element, element).split(":")
    return all(_half(int(number), part) for number, part in zip(tag.split(":"), parts, strict=True))


def _half(number: int, part: str) -> bool:
    if part == "*":
        return True
    if part == "private-as":
        return 64512 <= number <= 65534
    if part.startswith("["):
        low, high = part.strip("[]").split("..")
        return int(low) <= number <= int(high)
    return number == int(part)


def _changes(config: Config, body: tuple) -> bool:
    """Whether anything in a policy changes the route."""
    return any(
        _changes(config, config.policies[one[1]][1])
        if one[0] == "apply"
        else any(_changes(config, inner) for _, inner in one[1]) or _changes(config, one[2])
        if one[0] == "if"
        else one[0] not in ("pass", "drop", "done")
        for one in body
    )


def judge(config: Config, route: Seen) -> tuple[set[bool], set[str], Seen]:
    """Verdicts under every reading that matters, the open points, and how the route leaves in the first run."""
    first = Judge(config, route, frozenset())
    verdict, left = first.run()
    if not first.touched:
        return {verdict}, set(), left
    verdicts, touched = {verdict}, set(first.touched)
    done: set[frozenset[str]] = {frozenset()}
    while True:
        todo = [frozenset(some) for size in range(len(touched) + 1) for some in itertools.combinations(sorted(touched), size)]
        todo = [one for one in todo if one not in done]
        if not todo:
            return verdicts, touched, left
        for one in todo:
            done.add(one)
            again = Judge(config, route, one)
            verdicts.add(again.run()[0])
            touched |= again.touched
