"""Source address validation on Linux: reverse path filter sysctls and nftables rules, per interface and family."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...model.policy import Afi
from ...model.router import Interface, SourceFilter, Urpf
from .hostrules import STRENGTH, Reading, Ruleset
from .live import document

FAMILIES: tuple[Afi, ...] = (4, 6)
_BY_NUMBER: dict[int, Urpf] = {0: "none", 1: "strict", 2: "loose"}


def apply(interfaces: tuple[Interface, ...], state: Mapping[str, str]) -> tuple[Interface, ...]:
    """Interfaces with live addresses and effective source validation; `unknown` where the kernel's settings were not collected.

    The kernel counts the default route, so `allow_default` is true with either mode (kernel ip-sysctl, rp_filter; nft fib).
    """
    merged = _addresses(interfaces, document(state.get("addresses")))
    sysctl = _sysctl(state.get("sysctl", ""))
    ruleset = Ruleset.read(document(state.get("nft")))
    return tuple(_one(each, sysctl, ruleset) for each in merged)


def _sysctl(text: str) -> dict[str, int]:
    """rp_filter by interface (`all` and `default` included)."""
    found = re.findall(r"^net[./]ipv4[./]conf[./](\S+)[./]rp_filter\s*=\s*(\d)\s*$", text, re.M)
    return {name.replace("/", "."): int(value) for name, value in found}


def _addresses(interfaces: tuple[Interface, ...], data: Any) -> tuple[Interface, ...]:
    if not isinstance(data, list):
        return interfaces
    known = {one.name: one for one in interfaces}
    for link in data:
        if not isinstance(link, dict) or not isinstance(link.get("ifname"), str):
            continue
        name = link["ifname"]
        found = tuple(_live_addresses(link))
        old = known.get(name)
        if old is None and (link.get("link_type") == "loopback" or not found):
            continue
        base = old or Interface(name, urpf_v4="unknown", urpf_v6="unknown")
        flags = link.get("flags")
        down = isinstance(flags, list) and "UP" not in flags
        known[name] = replace(base, addresses=tuple(dict.fromkeys((*base.addresses, *found))), shutdown=base.shutdown or down)
    return tuple(known.values())


def _live_addresses(link: Mapping[str, Any]) -> Iterator[str]:
    infos = link.get("addr_info")
    for info in infos if isinstance(infos, list) else ():
        if isinstance(info, dict) and info.get("scope") != "link":
            try:
                yield str(ipaddress.ip_interface(f"{info.get('local')}/{info.get('prefixlen')}"))
            except ValueError:
                continue


def _one(one: Interface, sysctl: Mapping[str, int], ruleset: Ruleset | None) -> Interface:
    kernel: Urpf | None = None
    if "all" in sysctl and one.name in sysctl:
        kernel = _BY_NUMBER.get(max(sysctl["all"], sysctl[one.name]), "unknown")
    readings = {afi: ruleset.reading(one.name, afi) if ruleset else None for afi in FAMILIES}
    v4, v6 = _stronger(kernel, readings[4]), _stronger("none", readings[6])
    exceptions = sorted({text for reading in readings.values() if reading for text in reading.exceptions})
    names = {afi: f"nft {one.name}" if reading and reading.filtered else None for afi, reading in readings.items()}
    leaving = {afi: _leaving(one.name, afi, ruleset) for afi in FAMILIES}
    return replace(
        one,
        urpf_v4=v4,
        urpf_v6=v6,
        urpf_v4_allow_default=v4 in ("loose", "strict"),
        urpf_v6_allow_default=v6 in ("loose", "strict"),
        urpf_exceptions=", ".join(exceptions) or one.urpf_exceptions,
        acl_in_v4=names[4],
        acl_in_v6=names[6],
        sources_v4=_source_filter(names[4], 4, readings[4]),
        sources_v6=_source_filter(names[6], 6, readings[6]),
        acl_out_v4=leaving[4].name if leaving[4] else None,
        acl_out_v6=leaving[6].name if leaving[6] else None,
        leaving_v4=leaving[4],
        leaving_v6=leaving[6],
    )


def _source_filter(name: str | None, afi: Afi, reading: Reading | None) -> SourceFilter | None:
    return SourceFilter(name, afi, tuple(reading.entries), reading.exact) if name and reading else None


def _leaving(interface: str, afi: Afi, ruleset: Ruleset | None) -> SourceFilter | None:
    """The filter on sources of packets that are forwarded out of an interface."""
    name = f"nft out {interface}"
    reading = ruleset.reading(interface, afi, "out") if ruleset else None
    return _source_filter(name, afi, reading) if reading and reading.filtered else None


def _stronger(kernel: Urpf | None, reading: Reading | None) -> Urpf:
    """The stricter of both; what is not known matters unless the other is already strict."""
    rules: Urpf | None = reading.mode if reading else None
    known: list[Urpf] = [one for one in (kernel, rules) if one is not None and one != "unknown"]
    best: Urpf = max(known, key=STRENGTH.__getitem__, default="none")
    return best if best == "strict" or len(known) == 2 else "unknown"
