"""Random edges: each session inherits, states or leaves out policies, limits and families in any way that its platform has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from . import builtjunos, builtxr
from .parts import Parts, Wanted, fork

LOCAL = 43210


def text(system: str, random: Random) -> str:
    """A configuration of the platform."""
    wanted = fork(random)
    made: dict[str, Callable[[Random, Sequence[Wanted]], str]] = {
        "ios": _ios, "nxos": _nxos, "eos": _eos, "frr": _frr, "iosxr": builtxr.text, "junos": builtjunos.text
    }  # fmt: skip
    return made[system](random, wanted)


def _ios(random: Random, wanted: Sequence[Wanted]) -> str:
    parts = Parts(random, "ios")
    out = [
        "version 17.6",
        "hostname edge",
        "!",
        *parts.faces("GigabitEthernet0/{}", " ip address {} {}", " ipv6 address {}"),
        "router bgp 43210",
    ]
    out += random.choice(([" no bgp default ipv4-unicast"], [" bgp log-neighbor-changes"]))
    out += random.choice(([], [" bgp rpki server tcp 192.0.2.9 port 3323 refresh 600"]))
    out += [" template peer-policy PP-A", *(f"  {one}" for one in parts.policies("", "maximum-prefix {}")), " exit-peer-policy"]
    out += [
        " template peer-policy PP-B",
        *(f"  {one}" for one in parts.policies("", "maximum-prefix {}")),
        "  inherit peer-policy PP-A 10",
        " exit-peer-policy",
    ]
    out += [" template peer-session PS", "  timers 10 30", " exit-peer-session"]
    group = random.random() < 0.5
    out += [" neighbor PG peer-group"] if group else []
    families: dict[str, list[str]] = {"ipv4": [], "ipv6": []}
    if group:
        families["ipv4"] += [f"  {one}" for one in parts.policies("neighbor PG ", "maximum-prefix {}")]
    for one in wanted:
        if one.vrf:
            continue
        member = group and one.afi == 4 and random.random() < 0.5
        templated = not member and random.random() < 0.4
        out += [f" neighbor {one.address} remote-as {one.asn}"]
        out += [f" neighbor {one.address} peer-group PG"] if member else []
        out += [f" neighbor {one.address} inherit peer-session PS"] if templated else []
        out += [f" neighbor {one.address} shutdown"] if one.shutdown else []
        lines = families[f"ipv{one.afi}"]
        lines += [f"  neighbor {one.address} activate"]
        lines += [f"  neighbor {one.address} inherit peer-policy {random.choice(('PP-A', 'PP-B'))}"] if templated else []
        own = parts.policies(f"neighbor {one.address} ", "maximum-prefix {}") if random.random() < 0.7 else []
        lines += [f"  {line}" for line in own if not (member and line.endswith(" out"))]
    for name, lines in families.items():
        out += [" !", f" address-family {name}", *lines, " exit-address-family"]
    vrfs = [one for one in wanted if one.vrf and one.afi == 4]
    if vrfs:
        out += [" !", " address-family ipv4 vrf CUST"]
        for one in vrfs:
            out += [f"  neighbor {one.address} remote-as {one.asn}", f"  neighbor {one.address} activate"]
            out += [f"  {line}" for line in parts.policies(f"neighbor {one.address} ", "maximum-prefix {}")]
        out += [" exit-address-family"]
        out[2:2] = ["vrf definition CUST", " rd 43210:1", " address-family ipv4", " exit-address-family", "!"]
    return "\n".join([*out, "!", "ip bgp-community new-format", *parts.definitions(), "end", ""])


def _frr(random: Random, wanted: Sequence[Wanted]) -> str:
    parts = Parts(random, "frr")
    out = [
        f"frr version {random.choice(('8.4.4', '8.4.4', '10.0.1'))}",
        f"frr defaults {random.choice(('traditional', 'datacenter'))}",
        "hostname edge",
        "!",
    ]
    faces = parts.faces("eth{}", " ip address {0}/30", " ipv6 address {}")
    group = random.random() < 0.5
    for vrf in ("", "CUST"):
        some = [one for one in wanted if one.vrf == vrf]
        if not some:
            continue
        out += [f"router bgp 43210{f' vrf {vrf}' if vrf else ''}"]
        out += random.choice(
            ([], [" no bgp ebgp-requires-policy"], [" bgp ebgp-requires-policy"], [" no bgp default ipv4-unicast"])
        )
        out += [" neighbor PG peer-group"] if group else []
        families: dict[int, list[str]] = {4: [], 6: []}
        if group:
            for afi, lines in families.items():
                lines += [f"  {one}" for one in parts.policies("neighbor PG ", "maximum-prefix {}", afi)]
        for one in some:
            out += [f" neighbor {one.address} remote-as {one.asn}"]
            member = group and random.random() < 0.5
            out += [f" neighbor {one.address} peer-group PG"] if member else []
            out += [f" neighbor {one.address} shutdown"] if one.shutdown else []
            lines = families[one.afi]
            lines += [f"  neighbor {one.address} activate"]
            own = parts.policies(f"neighbor {one.address} ", "maximum-prefix {}", one.afi) if random.random() < 0.7 else []
            lines += [f"  {line}" for line in own if not (member and line.endswith(" out"))]
        for afi, lines in families.items():
            out += [" !", f" address-family ipv{afi} unicast", *lines, " exit-address-family"]
        out += ["exit", "!"]
    cache = random.choice(([], ["rpki", " rpki cache 192.0.2.9 3323 preference 1", "exit"]))
    return "\n".join([*out, *faces, *parts.definitions(), *cache, "end", ""])


def _eos(random: Random, wanted: Sequence[Wanted]) -> str:
    parts = Parts(random, "eos")
    out = ["! device: edge (DCS-7280SR3-48YC8, EOS-4.31.1F)", "hostname edge", "!"]
    out += random.choice((["ip as-path regex-mode asn"], ["ip as-path regex-mode string"], []))
    out += [*parts.faces("Ethernet{}", "   ip address {0}/30", "   ipv6 address {}", "   no switchport"), *parts.definitions()]
    out += ["router bgp 43210", *random.choice(([], ["   no bgp default ipv4-unicast"]))]
    if random.random() < 0.4:
        out += ["   rpki cache one", "      host 192.0.2.9 port 3323", "   rpki origin-validation", "      ebgp local"]
    group = random.random() < 0.6
    if group:
        out += ["   neighbor PG peer group", *(f"   {one}" for one in parts.policies("neighbor PG ", "maximum-routes {}"))]
    families: dict[int, list[str]] = {4: [], 6: []}
    vrfs = ["   vrf CUST", "      rd 43210:1"]
    for one in wanted:
        head = "      " if one.vrf else "   "
        where = vrfs if one.vrf else out
        where += [f"{head}neighbor {one.address} remote-as {one.asn}"]
        member = group and random.random() < 0.5
        where += [f"{head}neighbor {one.address} peer group PG"] if member else []
        where += [f"{head}neighbor {one.address} shutdown"] if one.shutdown else []
        inside = random.random() < 0.5 and not one.vrf
        own = parts.policies(f"neighbor {one.address} ", "maximum-routes {}", one.afi) if random.random() < 0.7 else []
        for line in own:
            (families[one.afi] if inside and "maximum" not in line else where).append(
                f"{'      ' if inside and 'maximum' not in line else head}{line}"
            )
        if not one.vrf:
            families[one.afi].append(f"      neighbor {one.address} activate")
    for afi, lines in families.items():
        out += ["   !", f"   address-family ipv{afi}", *lines]
    out += ["   !", *vrfs] if len(vrfs) > 2 else []
    return "\n".join([*out, "!", "end", ""])


def _nxos(random: Random, wanted: Sequence[Wanted]) -> str:
    parts = Parts(random, "nxos")
    out = ["version 10.3(4a)", "hostname edge", "feature bgp", *parts.definitions()]
    out += parts.faces("Ethernet1/{}", "  ip address {0}/30", "  ipv6 address {}", "  no switchport")
    out += ["router bgp 43210"]
    groups = random.random() < 0.6
    if groups:
        out += ["  template peer-policy PP", *(f"    {one}" for one in parts.policies("", "maximum-prefix {}"))]
        out += [
            "  template peer PEER",
            "    address-family ipv4 unicast",
            *(f"      {one}" for one in parts.policies("", "maximum-prefix {}")),
        ]
    for vrf in ("", "CUST"):
        some = [one for one in wanted if one.vrf == vrf]
        head = "  " if vrf else ""
        out += [f"  vrf {vrf}"] if vrf and some else []
        for one in some:
            out += [f"{head}  neighbor {one.address}"]
            inherits = groups and one.afi == 4 and random.random() < 0.4
            out += [f"{head}    inherit peer PEER"] if inherits else []
            out += [f"{head}    remote-as {one.asn}", *([f"{head}    shutdown"] if one.shutdown else [])]
            out += [f"{head}    address-family ipv{one.afi} unicast"]
            out += [f"{head}      inherit peer-policy PP 10"] if groups and not inherits and random.random() < 0.4 else []
            out += [
                f"{head}      {line}"
                for line in (parts.policies("", "maximum-prefix {}", one.afi) if random.random() < 0.7 else [])
            ]
    return "\n".join([*out, ""])
