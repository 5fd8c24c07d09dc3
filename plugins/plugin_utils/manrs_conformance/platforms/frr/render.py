"""A plan in FRR's words: owned lists and route-maps named by generation, references switched last.

FRR applies a merge line by line, so a list is never edited in place: its name carries a digest of its content, the reference is switched to the
new one, and what is no longer referenced is removed after confirmation. The operator's own map goes on deciding through `call`.

FRR before 9 compares every entry of a prefix-list with all others of it (`plist_is_dup` of lib/filter_cli.c): a long list is written as many short
ones, by address, and a map that permits what any of them permits. A change then only touches the short lists that it is about.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...model.asn import decimal_range
from ...model.plan import OWNED, ImportPlan, Plan, Rendered, SessionPlan, SourceValidation
from ...model.policy import PrefixEntry
from ...model.router import Router
from .. import _rules
from .._carry import computed, fitting
from .._render import Lists, bits, digest, environment, is_large, ranges, token

WHOLE, SHORT, MOST = 200, 20, 30_000
"""Entries of a list that is written whole, entries of a short list, and how many short lists a map names at most (FRR counts to 65,535)."""


@dataclass(slots=True)
class _Writer(Lists):
    maps: list[dict[str, Any]] = field(default_factory=list)
    tables: set[str] = field(default_factory=set)
    """Names of the maps for long lists."""

    def prefix_list(self, kind: str, afi: int, entries: Sequence[PrefixEntry], part: str = "") -> str:
        """Add a prefix-list of permit entries, a part of a longer one where `part` names it; returns its generation name."""
        body = [f"seq {5 * n} permit {one}" for n, one in enumerate(ranges(afi, entries), 1)]
        return self.add(f"{kind}{afi}{part}", body, lambda name, _n, one: f"{_ip(afi)} prefix-list {name} {one}", str(afi))

    def table(self, kind: str, afi: int, entries: Sequence[PrefixEntry]) -> str:
        """Add a map that permits what a long list of permit entries permits; returns its name."""
        every, most = sorted(set(entries)), SHORT
        while len(found := list(_blocks(every, 0, 0, bits(afi), most))) > MOST:
            most *= 2
        names = [
            self.prefix_list(kind, afi, some, f"-{network >> bits(afi) - length:x}-{length}") for network, length, some in found
        ]
        name = f"{OWNED}{kind}{afi}-{digest(names)}"
        if name not in self.tables:
            self.tables.add(name)
            matches = [f"match {_ip(afi)} address prefix-list {one}" for one in names]
            made = [{"action": "permit", "seq": n, "body": [one]} for n, one in enumerate(matches, 1)]
            self.maps.append({"name": name, "entries": made})
        return name

    def as_path(self, kind: str, patterns: Sequence[str]) -> str:
        """Add an as-path access-list of permit lines; returns its generation name."""
        return self.add(kind, patterns, lambda name, n, one: f"bgp as-path access-list {name} seq {5 * n} permit {one}")

    def communities(self, kind: str, values: Sequence[str]) -> str:
        """Add a standard list of permit lines for communities of one kind; returns its name."""
        word = f"{_large(values[0])}community-list"
        return self.add(kind, values, lambda name, n, one: f"bgp {word} standard {name} seq {5 * n} permit {one}")


def _blocks(
    entries: Sequence[PrefixEntry], network: int, length: int, most_bits: int, most: int
) -> Iterator[tuple[int, int, Sequence[PrefixEntry]]]:
    """Sorted entries by blocks of addresses (network and length) that hold no more than `most` of them: a change moves only the block it is in."""
    if len(entries) <= most or length == most_bits:
        yield network, length, entries
        return
    middle = network | 1 << most_bits - length - 1
    at = bisect.bisect_left(entries, middle, key=lambda one: one[0])
    for start, some in ((network, entries[:at]), (middle, entries[at:])):
        if some:
            yield from _blocks(some, start, length + 1, most_bits, most)


def render(plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
    """The candidate of a plan; templates in `templates` replace the shipped ones of the same name. Lists that `running` holds word by word, and maps
    that are attached already, are not written again. FRR does all of a plan but for ranges of neighbours."""
    plan = computed(fitting(plan, unnumbered=True), router)
    writer = _Writer()
    instances: dict[str, dict[str, Any]] = {}
    kept = []
    for one in plan.sessions:
        lines, one = _session(writer, one, router)
        if not (lines or one.role):
            continue
        kept.append(one)
        vrf = "" if one.vrf == "default" else f" vrf {one.vrf}"
        bgp = instances.setdefault(vrf, {"vrf": vrf, "common": [], "families": {}})
        bgp["families"].setdefault(one.family.replace("-", " "), []).extend(lines)
        if one.role:
            bgp["common"].append(f"neighbor {one.neighbor} local-role {one.role}")
    plan = replace(plan, sessions=tuple(kept))
    if plan.empty:
        return Rendered("", plan)
    if plan.requires_policy and not instances:
        instances[""] = {"vrf": "", "common": [], "families": {}}
    for bgp in instances.values():
        bgp["families"] = [{"name": name, "lines": lines} for name, lines in sorted(bgp["families"].items()) if lines]
    text = (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            lists=writer.missing(running),
            maps=[one for one in writer.maps if one["name"] not in writer.tables or not _holds(running, one)],
            instances=list(instances.values()),
            local_as=plan.local_as,
            requires_policy=plan.requires_policy,
        )
    )
    return Rendered(text + _sources(plan.sources), plan)


def _session(writer: _Writer, one: SessionPlan, router: Router) -> tuple[list[str], SessionPlan]:
    """The statements of a session, and its plan without sides whose maps are attached already."""
    had = router.session(one.neighbor, one.family, one.vrf)
    lines = []
    for way, mine in (("IN", one.inbound), ("OUT", one.outbound)):
        if mine is None:
            continue
        mark, tables = len(writer.maps), set(writer.tables)
        rules = _rules.inbound(mine, one.afi) if isinstance(mine, ImportPlan) else _rules.outbound(mine)
        name = _map(writer, way, one, rules, mine.existing)
        side = had and (had.inbound if way == "IN" else had.outbound)
        if side and name in {each.name for each in side.filters}:
            del writer.maps[mark:]
            writer.tables = tables
            one = replace(one, inbound=None) if way == "IN" else replace(one, outbound=None)
        else:
            lines.append(f"neighbor {one.neighbor} route-map {name} {way.lower()}")
    if one.max_prefix is not None:
        lines.append(f"neighbor {one.neighbor} maximum-prefix {one.max_prefix}")
    return lines, one


def _map(writer: _Writer, way: str, one: SessionPlan, rules: Iterable[_rules.Rule], existing: str | None) -> str:
    """The route-map of a session and direction; returns its name. The list that decides most stands first in the text."""
    some = list(rules)
    listed = {
        rule.kind: _prefixes(writer, one.afi, rule)
        for rule in sorted(some, key=lambda rule: rule.kind != "ALLOW")
        if rule.kind in ("ALLOW", "BLACKHOLE")
    }
    entries = []
    for rule in some:
        match = listed[rule.kind] if rule.kind in listed else _prefixes(writer, one.afi, rule)
        if match and match[-1].startswith("call "):
            entries.append(("permit", [*_scope(writer, one.afi, rule), *match, "on-match next"]))
            match = _scope(writer, one.afi, rule)
        body = [*match, *_conditions(writer, rule), *_changes(writer, rule)]
        onward = {"refuse": [], "next": ["on-match next"], "existing": [f"call {existing}"] if existing else []}
        entries.append(("deny" if rule.then == "refuse" else "permit", [*body, *onward[rule.then]]))
    name = f"{OWNED}{way}{one.afi}-{token(one.neighbor)}-{digest([f'{action} {body}' for action, body in entries])}"
    made = [{"action": action, "seq": 10 * n, "body": body} for n, (action, body) in enumerate(entries, 1)]
    writer.maps.append({"name": name, "entries": made})
    return name


def _prefixes(writer: _Writer, afi: int, rule: _rules.Rule) -> list[str]:
    """The match of a rule's prefixes; for a long list the call of its table, which refuses what is not in it."""
    if rule.prefixes is None:
        return []
    kind = "HOST" if rule.kind == "BLACKHOLE" else rule.kind
    if len(rule.prefixes) > WHOLE and rule.then == "existing":
        return [f"call {writer.table(kind, afi, rule.prefixes)}"]
    return [f"match {_ip(afi)} address prefix-list {writer.prefix_list(kind, afi, rule.prefixes)}"]


def _scope(writer: _Writer, afi: int, rule: _rules.Rule) -> list[str]:
    """Which routes a table decides. Nothing passes behind the rules that have one, but for host routes that ask to be blackholed: all others of
    them are refused as too specific anyhow."""
    if rule.kind != "BLACKHOLE":
        return []
    hosts = writer.prefix_list("HOSTS", afi, ((0, 0, bits(afi), bits(afi), True, 0),))
    kind = _large(rule.communities[0])
    return [
        f"match {_ip(afi)} address prefix-list {hosts}",
        f"match {kind}community {writer.communities(rule.kind, rule.communities)}",
    ]


def _holds(running: str, made: dict[str, Any]) -> bool:
    """Whether a configuration holds a map word by word."""
    heads = [f"route-map {made['name']} {one['action']} {one['seq']}\n {one['body'][0]}\n" for one in made["entries"]]
    return len(set(heads).intersection(re.findall(rf"(?m)^route-map {re.escape(made['name'])} .*\n.*\n", running))) == len(heads)


def _ip(afi: int) -> str:
    return "ip" if afi == 4 else "ipv6"


def _conditions(writer: _Writer, rule: _rules.Rule) -> list[str]:
    out = []
    if rule.communities:
        out.append(f"match {_large(rule.communities[0])}community {writer.communities(rule.kind, rule.communities)}")
    if rule.invalid:
        out.append("match rpki invalid")
    patterns = _patterns(rule)
    if patterns:
        kind = {"ALLOW": "PATH", "OWN": "EMPTY"}.get(rule.kind, rule.kind)
        out.append(f"match as-path {writer.as_path(kind, patterns)}")
    return out


def _changes(writer: _Writer, rule: _rules.Rule) -> list[str]:
    out = []
    for kind, large in (("SCRUB", False), ("SCRUB-LARGE", True)):
        some = [one for one in rule.scrub if is_large(one) is large]
        if some:
            out.append(f"set {'large-' if large else ''}comm-list {writer.communities(kind, some)} delete")
    if rule.add:
        out.append(f"set {_large(rule.add)}community {rule.add} additive")
    return out


def _patterns(rule: _rules.Rule) -> list[str]:
    if rule.kind == "TRANSIT-FREE":
        return [f"_{asn}_" for asn, _ in rule.asns]
    if rule.asns:
        return [f"_({decimal_range(low, high)})_" for low, high in rule.asns]
    if rule.longer is not None:
        return [f"^([0-9]+_){{{rule.longer}}}[0-9]+"]
    path = rule.path
    if path is None:
        return []
    if path.only:
        some = "|".join(str(asn) for asn in path.only)
        return [f"^{path.first}(_({some}))*$" if path.first else f"^({some})(_({some}))*$"]
    return ["^$"] if path.empty else [f"^{path.first}_"]


def _large(community: str) -> str:
    return "large-" if is_large(community) else ""


def _sources(sources: Sequence[SourceValidation]) -> str:
    """Strict source validation for Linux: `rp_filter` for IPv4, an owned nftables table for IPv6 (the kernel has no IPv6 sysctl)."""
    lines = [f"!manrs-sysctl net.ipv4.conf.{one.interface}.rp_filter = 1" for one in sources if 4 in one.families]
    v6 = [one.interface for one in sources if 6 in one.families]
    if v6:
        names = ", ".join(f'"{one}"' for one in v6)
        lines += [
            "!manrs-nft",
            "table inet manrs {",
            "  chain source_validation {",
            "    type filter hook prerouting priority -300; policy accept;",
            f"    iifname {{ {names} }} meta nfproto ipv6 ip6 saddr fe80::/10 accept",
            f"    iifname {{ {names} }} meta nfproto ipv6 ip6 saddr :: accept",
            f"    iifname {{ {names} }} meta nfproto ipv6 fib saddr . iif oif missing counter drop",
            "  }",
            "}",
            "!manrs-nft-end",
        ]
    return "\n".join(lines) + "\n" if lines else ""
