"""A plan in FRR's words: owned lists and route-maps named by generation, references switched last.

FRR applies a merge line by line, so a list is never edited in place: its name carries a digest of its content, the reference is switched to the
new one, and what is no longer referenced is removed after confirmation. The operator's own map goes on deciding through `call`.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined

from ...model.asn import decimal_range
from ...model.plan import ExportPlan, ImportPlan, Plan, SessionPlan, SourceValidation
from ...model.policy import PrefixEntry

OWNED = "MANRS-"


@dataclass(slots=True)
class _Writer:
    lists: dict[str, list[str]] = field(default_factory=dict)
    maps: list[dict[str, Any]] = field(default_factory=list)

    def prefix_list(self, kind: str, afi: int, entries: Sequence[PrefixEntry]) -> str:
        """Add a prefix-list of permit entries; returns its generation name."""
        word = "ip" if afi == 4 else "ipv6"
        body = [f"seq {5 * n} permit {_range(afi, one)}" for n, one in enumerate(sorted(set(entries)), 1)]
        name = f"{OWNED}{kind}-{_digest(body)}"
        self.lists[f"{afi}{name}"] = [f"{word} prefix-list {name} {line}" for line in body]
        return name

    def as_path(self, kind: str, patterns: Sequence[str]) -> str:
        """Add an as-path access-list of permit lines; returns its generation name."""
        name = f"{OWNED}{kind}-{_digest(patterns)}"
        self.lists[name] = [f"bgp as-path access-list {name} seq {5 * n} permit {one}" for n, one in enumerate(patterns, 1)]
        return name

    def communities(self, kind: str, values: Sequence[str]) -> tuple[str, bool]:
        """Add a community list of permit lines; returns its name and whether it is one of large communities."""
        large = values[0].count(":") == 2
        word = "large-community-list" if large else "community-list"
        name = f"{OWNED}{kind}-{_digest(values)}"
        self.lists[name] = [f"bgp {word} standard {name} seq {5 * n} permit {one}" for n, one in enumerate(values, 1)]
        return name, large


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
        _environment(templates)
        .get_template("plan.j2")
        .render(
            lists=list(writer.lists.values()),
            maps=writer.maps,
            instances=list(instances.values()),
            local_as=plan.local_as,
            requires_policy=plan.requires_policy,
        )
    )
    return text + _sources(plan.sources)


def _environment(templates: Path | None) -> Environment:
    shipped = {
        one.name: one.read_text("utf-8") for one in files(__package__).joinpath("templates").iterdir() if one.name.endswith(".j2")
    }
    loaders = [*([FileSystemLoader(templates)] if templates else []), DictLoader(shipped)]
    return Environment(
        loader=ChoiceLoader(loaders), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )


def _session(writer: _Writer, one: SessionPlan) -> list[str]:
    lines = []
    if one.inbound is not None:
        lines.append(f"neighbor {one.neighbor} route-map {_inbound(writer, one, one.inbound)} in")
    if one.outbound is not None:
        lines.append(f"neighbor {one.neighbor} route-map {_outbound(writer, one, one.outbound)} out")
    if one.max_prefix is not None:
        lines.append(f"neighbor {one.neighbor} maximum-prefix {one.max_prefix}")
    return lines


def _inbound(writer: _Writer, one: SessionPlan, plan: ImportPlan) -> str:
    afi, address = one.afi, "ip" if one.afi == 4 else "ipv6"
    entries: list[tuple[str, list[str]]] = []
    call = [f"call {plan.existing}"] if plan.existing else []
    allow = writer.prefix_list(f"ALLOW{afi}", afi, plan.allow) if plan.allow else None
    if plan.blackhole and plan.allow:
        bits = 32 if afi == 4 else 128
        hosts = writer.prefix_list(
            f"HOST{afi}", afi, [(n, length, bits, bits, True, 0) for n, length, _lo, _hi, ok, _ in plan.allow if ok]
        )
        name, large = writer.communities("BLACKHOLE", plan.blackhole)
        match = [f"match {address} address prefix-list {hosts}", f"match {'large-' if large else ''}community {name}"]
        entries.append(("permit", [*match, "set community no-export additive", *call]))
    if plan.refuse_invalid:
        entries.append(("deny", ["match rpki invalid"]))
    if plan.refuse_prefixes:
        entries.append(
            ("deny", [f"match {address} address prefix-list {writer.prefix_list(f'REFUSE{afi}', afi, plan.refuse_prefixes)}"])
        )
    if plan.refuse_asns:
        entries.append(("deny", [f"match as-path {writer.as_path('BOGON-ASN', _asn_patterns(plan.refuse_asns))}"]))
    if plan.refuse_transit_free:
        entries.append(
            ("deny", [f"match as-path {writer.as_path('TRANSIT-FREE', [f'_{asn}_' for asn in plan.refuse_transit_free])}"])
        )
    if plan.longest_path:
        entries.append(("deny", [f"match as-path {writer.as_path('LONG-PATH', [f'^([0-9]+_){{{plan.longest_path}}}[0-9]+'])}"]))
    scrub = _scrub(writer, plan.scrub)
    if scrub:
        entries.append(("permit", [*scrub, "on-match next"]))
    match = [f"match {address} address prefix-list {allow}"] if allow else []
    path = _path(plan)
    if path:
        match.append(f"match as-path {writer.as_path('PATH', [path])}")
    tag = [f"set {'large-' if plan.tag.count(':') == 2 else ''}community {plan.tag} additive"] if plan.tag else []
    entries.append(("permit", [*match, *tag, *call]))
    return _map(writer, f"IN{afi}-{_token(one.neighbor)}", entries)


def _outbound(writer: _Writer, one: SessionPlan, plan: ExportPlan) -> str:
    afi, address = one.afi, "ip" if one.afi == 4 else "ipv6"
    call = [f"call {plan.existing}"] if plan.existing else []
    entries: list[tuple[str, list[str]]] = []
    if plan.refuse_prefixes:
        entries.append(
            ("deny", [f"match {address} address prefix-list {writer.prefix_list(f'REFUSE{afi}', afi, plan.refuse_prefixes)}"])
        )
    if plan.refuse_asns:
        entries.append(("deny", [f"match as-path {writer.as_path('BOGON-ASN', _asn_patterns(plan.refuse_asns))}"]))
    if plan.everything:
        entries.append(("permit", call))
    if plan.customer_tag:
        name, large = writer.communities("CUSTOMER", [plan.customer_tag])
        entries.append(("permit", [f"match {'large-' if large else ''}community {name}", *call]))
    if plan.own:
        own = writer.prefix_list(f"OWN{afi}", afi, plan.own)
        entries.append(
            ("permit", [f"match {address} address prefix-list {own}", f"match as-path {writer.as_path('EMPTY', ['^$'])}", *call])
        )
    return _map(writer, f"OUT{afi}-{_token(one.neighbor)}", entries)


def _path(plan: ImportPlan) -> str | None:
    if plan.origins:
        some = "|".join(str(asn) for asn in plan.origins)
        return f"^{plan.first_as}(_({some}))*$" if plan.first_as else f"^({some})(_({some}))*$"
    return f"^{plan.first_as}_" if plan.first_as else None


def _asn_patterns(ranges: Sequence[tuple[int, int]]) -> list[str]:
    return [f"_({decimal_range(low, high)})_" for low, high in ranges]


def _scrub(writer: _Writer, values: Sequence[str]) -> list[str]:
    out = []
    for large in (False, True):
        some = [one for one in values if (one.count(":") == 2) is large]
        if some:
            name, _ = writer.communities("SCRUB-LARGE" if large else "SCRUB", some)
            out.append(f"set {'large-' if large else ''}comm-list {name} delete")
    return out


def _map(writer: _Writer, kind: str, entries: Sequence[tuple[str, list[str]]]) -> str:
    name = f"{OWNED}{kind}-{_digest([f'{action} {body}' for action, body in entries])}"
    made = [{"action": action, "seq": 10 * n, "body": body} for n, (action, body) in enumerate(entries, 1)]
    writer.maps.append({"name": name, "entries": made})
    return name


def _range(afi: int, entry: PrefixEntry) -> str:
    network, length, low, high, _permit, _line = entry
    text = str((ipaddress.IPv4Network if afi == 4 else ipaddress.IPv6Network)((network, length)))
    if low == high == length:
        return text
    return (
        f"{text}{f' ge {low}' if low > length else ''}{f' le {high}' if high < (32 if afi == 4 else 128) or low <= length else ''}"
    )


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]


def _token(address: str) -> str:
    return address.replace(":", "-").replace(".", "-")


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
