"""A plan in FRR's words: owned lists and route-maps named by generation, references switched last.

FRR applies a merge line by line, so a list is never edited in place: its name carries a digest of its content, the reference is switched to the
new one, and what is no longer referenced is removed after confirmation. The operator's own map goes on deciding through `call`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...model.asn import decimal_range
from ...model.plan import OWNED, Plan, SessionPlan, SourceValidation
from ...model.policy import PrefixEntry
from .. import _rules
from .._render import Lists, digest, environment, is_large, ranges, token


@dataclass(slots=True)
class _Writer(Lists):
    maps: list[dict[str, Any]] = field(default_factory=list)

    def prefix_list(self, kind: str, afi: int, entries: Sequence[PrefixEntry]) -> str:
        """Add a prefix-list of permit entries; returns its generation name."""
        word = "ip" if afi == 4 else "ipv6"
        body = [f"seq {5 * n} permit {one}" for n, one in enumerate(ranges(afi, entries), 1)]
        return self.add(f"{kind}{afi}", body, lambda name, _n, one: f"{word} prefix-list {name} {one}", str(afi))

    def as_path(self, kind: str, patterns: Sequence[str]) -> str:
        """Add an as-path access-list of permit lines; returns its generation name."""
        return self.add(kind, patterns, lambda name, n, one: f"bgp as-path access-list {name} seq {5 * n} permit {one}")

    def communities(self, kind: str, values: Sequence[str]) -> str:
        """Add a standard list of permit lines for communities of one kind; returns its name."""
        word = f"{_large(values[0])}community-list"
        return self.add(kind, values, lambda name, n, one: f"bgp {word} standard {name} seq {5 * n} permit {one}")


def render(plan: Plan, templates: Path | None = None) -> str:
    """The candidate text of a plan; templates in `templates` replace the shipped ones of the same name."""
    writer = _Writer()
    instances: dict[str, dict[str, Any]] = {}
    for one in plan.sessions:
        vrf = "" if one.vrf == "default" else f" vrf {one.vrf}"
        bgp = instances.setdefault(vrf, {"vrf": vrf, "common": [], "families": {}})
        lines = bgp["families"].setdefault(one.family.replace("-", " "), [])
        lines.extend(_session(writer, one))
        if one.role:
            bgp["common"].append(f"neighbor {one.neighbor} local-role {one.role}")
    if plan.requires_policy and not instances:
        instances[""] = {"vrf": "", "common": [], "families": {}}
    for bgp in instances.values():
        bgp["families"] = [{"name": name, "lines": lines} for name, lines in sorted(bgp["families"].items())]
    text = (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            lists=list(writer.written.values()),
            maps=writer.maps,
            instances=list(instances.values()),
            local_as=plan.local_as,
            requires_policy=plan.requires_policy,
        )
    )
    return text + _sources(plan.sources)


def _session(writer: _Writer, one: SessionPlan) -> list[str]:
    lines = []
    if one.inbound is not None:
        name = _map(writer, "IN", one, _rules.inbound(one.inbound, one.afi), one.inbound.existing)
        lines.append(f"neighbor {one.neighbor} route-map {name} in")
    if one.outbound is not None:
        name = _map(writer, "OUT", one, _rules.outbound(one.outbound), one.outbound.existing)
        lines.append(f"neighbor {one.neighbor} route-map {name} out")
    if one.max_prefix is not None:
        lines.append(f"neighbor {one.neighbor} maximum-prefix {one.max_prefix}")
    return lines


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
        body = [*match, *_conditions(writer, rule), *_changes(writer, rule)]
        onward = {"refuse": [], "next": ["on-match next"], "existing": [f"call {existing}"] if existing else []}
        entries.append(("deny" if rule.then == "refuse" else "permit", [*body, *onward[rule.then]]))
    name = f"{OWNED}{way}{one.afi}-{token(one.neighbor)}-{digest([f'{action} {body}' for action, body in entries])}"
    made = [{"action": action, "seq": 10 * n, "body": body} for n, (action, body) in enumerate(entries, 1)]
    writer.maps.append({"name": name, "entries": made})
    return name


def _prefixes(writer: _Writer, afi: int, rule: _rules.Rule) -> list[str]:
    if rule.prefixes is None:
        return []
    name = writer.prefix_list("HOST" if rule.kind == "BLACKHOLE" else rule.kind, afi, rule.prefixes)
    return [f"match {'ip' if afi == 4 else 'ipv6'} address prefix-list {name}"]


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
