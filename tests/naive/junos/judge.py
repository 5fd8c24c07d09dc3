"""What Junos does with one route, read straight from its documented rules; nothing of the engine is used here."""

from __future__ import annotations

import functools
import ipaddress
import re
from dataclasses import dataclass, field, replace

from .language import Config, Policy, RouteFilter, Term

MARK = {"valid": "valid", "invalid": "invalid", "unknown": "not-found", "unverified": "unverified"}


@dataclass(frozen=True)
class World:
    """A route as the judge sees it."""

    prefix: str
    path: tuple[int, ...] = ()
    communities: frozenset[str] = frozenset()
    rpki: str = "not-found"
    protocol: str = "bgp"
    local_pref: int = 100
    med: int = 0
    tag: int = 0
    origin: str = "igp"
    mark: str = "unverified"
    next_hop: str = ""


@dataclass
class Reading:
    """One way to read what is not documented, and whether it was needed."""

    both: bool = True
    """Prefix lists and route filters of one term: both must hold (else one is enough)."""
    one_list: bool = True
    """Several prefix-list-filters of one term make one list (else each is a list)."""
    keep: bool = True
    """Changes of a subroutine that does not hold stay."""
    not_open: bool = True
    """`!` of a policy that decides nothing is a reject."""
    immediate: bool = True
    """The action of a route filter is taken whatever else the term asks for."""
    zero: bool = True
    """A route without MED has metric 0."""
    used: set[str] = field(default_factory=set)


@functools.lru_cache(maxsize=1000)
def _net(text: str):  # type: ignore[no-untyped-def]
    return ipaddress.ip_network(text)


def decide(config: Config, route: World, reading: Reading) -> tuple[str, World]:
    """(`accept` or `reject`, the route afterwards) for the whole chain."""
    start = replace(route, mark="unverified", local_pref=100) if config.direction == "import" else route
    default = "accept" if config.direction == "import" or route.protocol == "bgp" else "reject"
    now = start
    for text in config.chain:
        verdict, now, changed_default = _expression(config, text, now, reading, 0)
        if verdict in ("accept", "reject"):
            return verdict, now
        default = changed_default or default
    return default, now


def _expression(config: Config, text: str, route: World, reading: Reading, depth: int) -> tuple[str, World, str]:
    words = re.findall(r"&&|\|\||[!()]|[^\s()!&|]+", text)
    value, rest = _either(config, words, route, reading, depth)
    assert not rest
    return value


Value = tuple[str, World, str]


def _either(config: Config, words: list[str], route: World, reading: Reading, depth: int) -> tuple[Value, list[str]]:
    value, words = _both(config, words, route, reading, depth)
    while words[:1] == ["||"]:
        if value[0] == "reject":
            value, words = _both(config, words[1:], value[1], reading, depth)
        else:
            _ignored, words = _both(config, words[1:], value[1], Reading(), depth)
    return value, words


def _both(config: Config, words: list[str], route: World, reading: Reading, depth: int) -> tuple[Value, list[str]]:
    value, words = _one(config, words, route, reading, depth)
    while words[:1] == ["&&"]:
        if value[0] == "reject":
            _ignored, words = _one(config, words[1:], value[1], Reading(), depth)
        else:
            value, words = _one(config, words[1:], value[1], reading, depth)
    return value, words


def _one(config: Config, words: list[str], route: World, reading: Reading, depth: int) -> tuple[Value, list[str]]:
    if words[0] == "(":
        value, words = _either(config, words[1:], route, reading, depth)
        return value, words[1:]
    if words[0] == "!":
        (verdict, now, default), words = _one(config, words[1:], route, reading, depth)
        if verdict == "next":
            reading.used.add("not")
            return ("reject" if reading.not_open else "next", now, default), words
        return ({"accept": "reject", "reject": "accept"}[verdict], now, default), words
    return _policy(config, config.policies[words[0]], route, reading, depth), words[1:]


def _policy(config: Config, policy: Policy, route: World, reading: Reading, depth: int) -> Value:
    default = ""
    for term in policy.terms:
        matched, actions, route = _matches(config, term, route, reading, depth)
        if not matched:
            continue
        verdict = "next term"
        for action in actions:
            if action in ("accept", "reject", "next term", "next policy"):
                verdict = action
            elif action.startswith("default-action"):
                default = action.split()[1]
            else:
                route = _act(config, action, route)
        if verdict in ("accept", "reject"):
            return verdict, route, default
        if verdict == "next policy":
            return "next", route, default
    return "next", route, default


def _matches(config: Config, term: Term, route: World, reading: Reading, depth: int) -> tuple[bool, tuple[str, ...], World]:
    actions = term.actions
    parts: list[bool] = []
    if term.prefix_lists:
        parts.append(any(route.prefix == one for name in term.prefix_lists for one in config.lists[name]))
    if term.list_filters:
        parts.append(_list_filters(config, term, route, reading))
    if term.filters:
        hit = _longest(term.filters, route)
        parts.append(hit is not None)
        if hit is not None and hit.action:
            actions = (hit.action,)
    if len(parts) > 1:
        reading.used.add("both")
    ranges = (all(parts) if reading.both else any(parts)) if parts else True
    others = all(_condition(config, kind, values, route, reading) for kind, values in term.conditions)
    matched, after = ranges and others, route
    if term.policy:
        verdict, after, _default = _expression(config, term.policy, route, reading, depth + 1)
        if verdict == "next":
            verdict = "accept" if config.direction == "import" or route.protocol == "bgp" else "reject"
        if not matched or verdict != "accept":
            reading.used.add("keep")
            after = after if reading.keep else route
        matched = matched and verdict == "accept"
    if actions is not term.actions and (not matched or term.policy):
        reading.used.add("immediate")
        if reading.immediate:
            return True, actions, after
    return matched, actions, after


def _list_filters(config: Config, term: Term, route: World, reading: Reading) -> bool:
    lists = [tuple(RouteFilter(one, how) for one in config.lists[name]) for name, how in term.list_filters]
    if len(lists) == 1:
        return _longest(lists[0], route) is not None
    reading.used.add("one_list")
    if reading.one_list:
        return _longest(tuple(one for each in lists for one in each), route) is not None
    return any(_longest(each, route) is not None for each in lists)


def _longest(filters: tuple[RouteFilter, ...], route: World) -> RouteFilter | None:
    """The filters with the longest prefix around the route; of these the first whose match type holds."""
    net = _net(route.prefix)
    around = [one for one in filters if _inside(net, _net(one.prefix))]
    if not around:
        return None
    most = max(_net(one.prefix).prefixlen for one in around)
    for one in around:
        if _net(one.prefix).prefixlen == most and _type(one, net):
            return one
    return None


def _inside(inner, outer) -> bool:  # type: ignore[no-untyped-def]
    return inner.version == outer.version and inner.subnet_of(outer)


def _type(one: RouteFilter, net) -> bool:  # type: ignore[no-untyped-def]
    base = _net(one.prefix).prefixlen
    length = net.prefixlen
    if one.type == "exact":
        return length == base
    if one.type == "longer":
        return length > base
    if one.type == "orlonger":
        return length >= base
    if one.type == "upto":
        return base <= length <= int(one.argument[1:])
    if one.type == "prefix-length-range":
        low, high = one.argument.split("-")
        return int(low[1:]) <= length <= int(high[1:])
    if one.type == "through":
        far = _net(one.argument)
        return base <= length <= far.prefixlen and far.subnet_of(net)
    raise ValueError(one.type)


def _condition(config: Config, kind: str, values: tuple[str, ...], route: World, reading: Reading) -> bool:
    if kind == "metric" and "0" in values and route.med == 0:
        reading.used.add("zero")
        return reading.zero
    simple = {
        "protocol": {"connected": "direct"}.get(route.protocol, route.protocol),
        "tag": str(route.tag),
        "metric": str(route.med),
        "local-preference": str(route.local_pref),
        "origin": route.origin,
        "next-hop": route.next_hop,
        "family": "inet6" if ":" in route.prefix else "inet",
    }
    if kind in simple:
        return simple[kind] in values
    if kind == "validation-database":
        return route.rpki in [MARK[one] for one in values]
    if kind == "validation-state":
        return route.mark in [MARK[one] for one in values]
    if kind == "community":
        return any(_community(config, one, route) for one in values)
    if kind == "as-path":
        return any(_path(config.paths[one], route.path) for one in values)
    raise ValueError(kind)


def _community(config: Config, name: str, route: World) -> bool:
    members, invert = config.communities[name]
    held = all(any(_member(one, each) for each in route.communities) for one in members)
    return held is not invert


def _member(pattern: str, community: str) -> bool:
    if "*" not in pattern:
        return pattern == community
    return all(a in ("*", b) for a, b in zip(pattern.split(":"), community.split(":"), strict=True))


def _path(pattern: str, path: tuple[int, ...]) -> bool:
    """One atom for each ASN, both ends fixed."""
    words = re.findall(r"\(\)|[()|*+?]|\d+-\d+|\d+|\.", pattern)
    out = ""
    for word in words:
        if word == ".":
            out += "(?:[0-9]+ )"
        elif re.fullmatch(r"\d+", word):
            out += f"(?:{word} )"
        elif "-" in word:
            low, high = word.split("-")
            out += "(?:(?:" + "|".join(str(n) for n in range(int(low), int(high) + 1)) + ") )"
        else:
            out += word
    return re.fullmatch(out, "".join(f"{one} " for one in path)) is not None


def _act(config: Config, action: str, route: World) -> World:
    words = action.split()
    if words[0] == "local-preference":
        return replace(route, local_pref=int(words[1]))
    if words[0] == "metric":
        return replace(route, med=int(words[1]))
    if words[0] == "tag":
        return replace(route, tag=int(words[1]))
    if words[0] == "origin":
        return replace(route, origin=words[1])
    if words[0] == "validation-state":
        return replace(route, mark=MARK[words[1]])
    if words[0] == "as-path-prepend":
        return replace(route, path=(*(int(one) for one in words[1:]), *route.path))
    members, _invert = config.communities[words[2]]
    if words[1] == "delete":
        kept = frozenset(one for one in route.communities if not any(_member(each, one) for each in members))
        return replace(route, communities=kept)
    if words[1] == "add":
        return replace(route, communities=route.communities | set(members))
    return replace(route, communities=frozenset(members))
