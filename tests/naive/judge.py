"""What a route-map router does with one route, read from the vendors' rules only: every outcome that they leave possible.

A rule that vendor documentation or a router confirms gives one outcome; a rule known only from a model or a guide gives all readings.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network

from .config import Config, Entry, Match, NaiveRoute, PrefixLine, Set

Truth = bool | None


@dataclass(frozen=True)
class Outcome:
    """One possible end; attributes are None where the rules do not fix them."""

    verdict: str
    communities: frozenset[str] | None = None
    path: tuple[int | tuple[int, ...], ...] | None = None
    local_pref: int | None = None
    med: int | None = None


REJECT = Outcome("reject")
Outcomes = frozenset[Outcome]


def judge(config: Config, afi: int, route: NaiveRoute) -> Outcomes:
    """Every outcome that the rules leave possible for a route of this family."""
    filters = config.filters.get(afi, ())
    if not filters:
        return _nothing_attached(config, route)
    maps = [name for kind, name in filters if kind == "route-map"]
    by_map = _union(_apply_map(config, name, route) for name in maps) if maps else frozenset({_untouched(route)})
    others = [_neighbour_list(config, kind, name, afi, route) for kind, name in filters if kind != "route-map"]
    if not others:
        return by_map
    permitted = _all(others)
    both = by_map if permitted is True else frozenset({REJECT}) if permitted is False else by_map | {REJECT}
    if config.os == "ios" or not maps:
        return both
    return both | by_map  # whether all must pass beside a route-map is confirmed for IOS only


def _untouched(route: NaiveRoute) -> Outcome:
    return Outcome("accept", route.communities, route.path, None, route.med)


def _nothing_attached(config: Config, route: NaiveRoute) -> Outcomes:
    accept = frozenset({_untouched(route)})
    if "safe-ebgp-policy" in config.knobs or "missing-policy deny" in config.knobs:
        return accept | {REJECT}
    return accept


def _apply_map(config: Config, name: str, route: NaiveRoute) -> Outcomes:
    entries = config.maps.get(name)
    accept = frozenset({_untouched(route)})
    if entries is None:
        if config.os == "eos":
            return frozenset({REJECT}) if "missing-policy deny" in config.knobs else accept
        return accept | {REJECT}
    ordered = sorted(entries, key=lambda one: one.seq)
    views = ("original",) if config.os == "ios" else ("original", "modified")
    return _union(_walk(config, ordered, 0, route, (), None, view) for view in views)


def _walk(
    config: Config, entries: Sequence[Entry], at: int, route: NaiveRoute, done: tuple[Set, ...], pending: bool | None, view: str
) -> Outcomes:
    """Entries from `at` on; `pending` is True after a permit that goes on."""
    if at >= len(entries):
        if not pending:
            return frozenset({REJECT})
        kept = _changed(config, route, done)
        return kept if config.os == "ios" else kept | {REJECT}  # that the permit stays is documented for IOS
    entry = entries[at]
    seen = _as_seen(config, route, done) if view == "modified" else (route,)
    out: set[Outcome] = set()
    for truth in {one for some in seen for one in _ways(_entry_matches(config, entry, some))}:
        if truth:
            out |= _matched(config, entries, at, route, done, pending, view)
        else:
            out |= _walk(config, entries, at + 1, route, done, pending, view)
    return frozenset(out)


def _ways(truth: Truth) -> tuple[bool, ...]:
    return (True, False) if truth is None else (truth,)


def _matched(
    config: Config, entries: Sequence[Entry], at: int, route: NaiveRoute, done: tuple[Set, ...], pending: bool | None, view: str
) -> Outcomes:
    entry = entries[at]
    places = [place for place, one in enumerate(entries) if one.seq == entry.go_on]
    later = next((place for place, one in enumerate(entries) if one.seq > max(entry.go_on or 0, entry.seq)), len(entries))
    target = places[0] if places else later
    if not entry.permit:
        if entry.go_on is None:
            return frozenset({REJECT})
        # Whether `continue` works on a deny entry is not confirmed.
        return frozenset({REJECT}) | _walk(config, entries, target, route, done, None, view)
    made = (*done, *entry.sets)
    if entry.go_on is None:
        return _changed(config, route, made)
    goes_on = _walk(config, entries, target, route, made, True, view)
    if entry.go_on == 0 or places:
        return goes_on
    # A missing target: ignored, denied, or the next entry behind it, none of which is confirmed.
    return _changed(config, route, made) | {REJECT} | goes_on


def _changed(config: Config, route: NaiveRoute, sets: Sequence[Set]) -> Outcomes:
    """The accepted route after all sets: values in order, then the prepend."""
    out = _untouched(route)
    tags: frozenset[str] | None = route.communities
    prepended: list[int] = []
    prepends = 0
    for one in sets:
        if one.kind == "community":
            tags = frozenset(one.values)
        elif one.kind == "additive" and tags is not None:
            tags |= set(one.values)
        elif one.kind == "delete" and tags is not None:
            tags = _deleted(config, one.values[0], tags)
        elif one.kind == "local-pref":
            out = replace(out, local_pref=int(one.values[0]))
        elif one.kind == "metric":
            out = replace(out, med=int(one.values[0]))
        elif one.kind == "prepend":
            prepends += 1
            prepended = [int(asn) for asn in one.values]
    path = (*prepended, *route.path) if prepends < 2 else None
    return frozenset({replace(out, communities=tags, path=path)})


def _as_seen(config: Config, route: NaiveRoute, sets: Sequence[Set]) -> tuple[NaiveRoute, ...]:
    """The route as later matches would see it if sets ran at once."""
    (after,) = _changed(config, route, sets)
    if after.communities is None or after.path is None:
        return (route, replace(route, communities=frozenset()))
    return (replace(route, communities=after.communities, path=after.path, med=after.med),)


def _deleted(config: Config, name: str, tags: frozenset[str]) -> frozenset[str] | None:
    truths = {tag: _in_community_list(config, name, frozenset({tag}), exact=False) for tag in tags}
    if None in truths.values():
        return None
    return frozenset(tag for tag in tags if not truths[tag])


def _entry_matches(config: Config, entry: Entry, route: NaiveRoute) -> Truth:
    kinds = {one.kind for one in entry.matches}
    parts: list[Truth] = []
    addresses = kinds & {"ip", "ipv6", "acl"}
    if addresses:
        parts.append(_addresses(config, entry, route))
    for kind in sorted(kinds - addresses):
        parts.append(_lines([_line(config, one, route) for one in entry.matches if one.kind == kind]))
    return _all(parts)


def _lines(values: list[Truth]) -> Truth:
    """Several lines of one kind in an entry: OR, AND or the last one; decided only where all three agree."""
    readings = {_any(values), _all(values), values[-1]}
    return readings.pop() if len(readings) == 1 else None


def _addresses(config: Config, entry: Entry, route: NaiveRoute) -> Truth:
    """Address matches: those of the other family neither help nor, where both stand, is OR confirmed."""
    own = {"ip", "acl"} if route.afi == 4 else {"ipv6"}
    mine = [_line(config, one, route) for one in entry.matches if one.kind in own]
    others = any(one.kind in {"ip", "ipv6", "acl"} - own for one in entry.matches)
    if not mine:
        return None
    value = _lines(mine)
    return None if others and value is True else value


def _line(config: Config, match: Match, route: NaiveRoute) -> Truth:
    if match.kind in ("ip", "ipv6"):
        return _any(_in_prefix_list(config, route.afi, name, route.prefix) for name in match.names)
    if match.kind == "acl":
        return _any(_in_acl(config, name, route.prefix) for name in match.names)
    if match.kind == "as-path":
        return _any(_in_path_list(config, name, route.path) for name in match.names)
    if match.kind == "community":
        values = [_in_community_list(config, name, route.communities, exact=match.exact) for name in match.names]
        return _lines(values) if config.os == "eos" else _any(values)
    if match.kind == "metric":
        return route.med == int(match.names[0])
    return _validation(config, match.names[0], route.rpki)


def _validation(config: Config, wanted: str, state: str) -> Truth:
    if state != wanted and (state, wanted) != ("unverified", "not-found"):
        return False  # a match on one state is nowhere said to hold for another
    unsure = config.os == "nxos" or "validate-disable" in config.knobs
    return None if unsure or state != wanted else True


def _neighbour_list(config: Config, kind: str, name: str, afi: int, route: NaiveRoute) -> Truth:
    if kind == "prefix-list":
        return _in_prefix_list(config, afi, name, route.prefix)
    prepends = {
        _in_path_list(config, name, (*(int(asn) for asn in one.values), *route.path))
        for filter_kind, map_name in config.filters.get(afi, ())
        if filter_kind == "route-map"
        for entry in config.maps.get(map_name, ())
        for one in entry.sets
        if one.kind == "prepend"
    }
    values = prepends | {_in_path_list(config, name, route.path)}
    return values.pop() if len(values) == 1 else None


def _in_prefix_list(config: Config, afi: int, name: str, prefix: str) -> Truth:
    lines = config.prefixes.get((afi, name))
    if lines is None:
        return None
    if not lines:
        return True if config.os == "nxos" else None
    return next((one.permit for one in lines if _covers(one, prefix)), False)


@functools.lru_cache(maxsize=100_000)
def _covers(line: PrefixLine, prefix: str) -> bool:
    outer, inner = ip_network(line.network), ip_network(prefix)
    if outer.version != inner.version or inner.prefixlen < outer.prefixlen:
        return False
    if inner.supernet(new_prefix=outer.prefixlen) != outer:
        return False
    low = line.ge if line.ge is not None else outer.prefixlen
    high = line.le if line.le is not None else (outer.max_prefixlen if line.ge is not None else outer.prefixlen)
    return low <= inner.prefixlen <= high


def _in_acl(config: Config, name: str, prefix: str) -> Truth:
    """A standard list reads the network address; whether it also asks for at least its own length is not confirmed."""
    if config.os != "ios" or name not in config.acls:
        return None
    inner = ip_network(prefix)
    readings = set()
    for with_length in (True, False):
        hit = False
        for one in config.acls[name]:
            outer = ip_network(f"{one.network}/{one.bits}")
            if inner.network_address in outer and (not with_length or inner.prefixlen >= one.bits):
                hit = one.permit
                break
        readings.add(hit)
    return readings.pop() if len(readings) == 1 else None


def _in_path_list(config: Config, name: str, path: tuple[int | tuple[int, ...], ...]) -> Truth:
    lines = config.paths.get(name)
    if lines is None:
        return None
    text = " ".join("{" + ",".join(map(str, one)) + "}" if isinstance(one, tuple) else str(one) for one in path)
    return next((one.permit for one in lines if _search(one.regex, text)), False)


@functools.lru_cache(maxsize=200_000)
def _search(regex: str, text: str) -> bool:
    return re.search(regex.replace("$", r"\Z").replace("_", r"(?:^|\Z|[ ,{}()])"), text) is not None


def _in_community_list(config: Config, name: str, tags: frozenset[str], *, exact: bool) -> Truth:
    lines = config.communities.get(name)
    if lines is None:
        return None
    answers: set[bool] = set()
    for one in lines:
        if one.regex is None:
            hit: Truth = tags == set(one.values) if exact else tags >= set(one.values)
        else:
            hit = None if exact else _in_text(one.regex, tags)
        if hit is not False:
            answers.add(one.permit)
        if hit is True:
            break
    else:
        answers.add(False)
    return answers.pop() if len(answers) == 1 else None


def _in_text(regex: str, tags: frozenset[str]) -> Truth:
    """An expression over the whole printed list, whose order is not confirmed; nor is what an absent list reads as."""
    if not tags:
        return None if _search(regex, "") else False
    found = {_search(regex, " ".join(order)) for order in itertools.permutations(sorted(tags))}
    return found.pop() if len(found) == 1 else None


def _any(values: Iterable[Truth]) -> Truth:
    some = list(values)
    return True if True in some else None if None in some else False


def _all(values: Iterable[Truth]) -> Truth:
    some = list(values)
    return False if False in some else None if None in some else True


def _union(some: Iterable[Outcomes]) -> Outcomes:
    return frozenset().union(*some)
