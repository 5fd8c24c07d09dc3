"""A synthetic network to measure on: routers of equal make with the prefix lists of their customers, the intent, and an IRR dump.

Each router speaks to customers of a shared pool (2,000 route objects each), one peer, one provider and two route reflectors. Everything follows
from the numbers, so two runs measure the same bytes.
"""

from __future__ import annotations

import ipaddress
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugins/plugin_utils")]

from manrs_conformance.model.asn import decimal_range  # noqa: E402
from manrs_conformance.sources.bogons import load_bogons  # noqa: E402

AS = 43210
POOL = 200
"""Customers of the network."""
ENTRIES = 2_000
"""Prefix-list entries of one customer."""


def routes(customer: int, entries: int = ENTRIES) -> list[str]:
    """Route objects of a customer, distinct and outside every bogon range."""
    dice = random.Random(f"customer {customer}")
    first = 60 + customer % 32
    block = (customer // 32) << 13
    return [f"{first}.{(block + one) >> 8 & 255}.{(block + one) & 255}.0/24" for one in dice.sample(range(1 << 13), entries)]


def asn(customer: int) -> int:
    """AS number of a customer."""
    return 200_000 + customer


def config(number: int, customers: list[int], *, entries: int = ENTRIES, changed: bool = False) -> str:
    """One IOS router of the network."""
    name = f"r{number:04}"
    out = ["!", "version 15.9", "service password-encryption", f"hostname {name}", "!", "ip routing", "ipv6 unicast-routing", "!"]
    neighbours: list[str] = []
    families: list[str] = []
    lists: list[str] = []
    maps: list[str] = []
    for at, customer in enumerate(customers):
        address, list_name = f"62.{number % 250}.{at}.2", f"CUST-{asn(customer)}"
        out += [
            f"interface GigabitEthernet0/{at}",
            f" description customer {asn(customer)}",
            f" ip address 62.{number % 250}.{at}.1 255.255.255.252",
            " ip verify unicast source reachable-via rx",
            "!",
        ]
        neighbours += [
            f" neighbor {address} remote-as {asn(customer)}",
            f" neighbor {address} description customer {asn(customer)}",
        ]
        families += [
            f"  neighbor {address} activate",
            f"  neighbor {address} send-community",
            f"  neighbor {address} route-map {list_name}-IN in",
            f"  neighbor {address} route-map TO-CUSTOMER out",
            f"  neighbor {address} maximum-prefix 4000",
        ]
        lists += [f"ip prefix-list {list_name} seq {5 * n} permit {one}" for n, one in enumerate(routes(customer, entries), 1)]
        lists += [f"ip as-path access-list {100 + at} permit ^{asn(customer)}(_{asn(customer)})*$"]
        maps += [
            *_guards(f"{list_name}-IN"),
            f"route-map {list_name}-IN permit 100",
            f" match ip address prefix-list {list_name}",
            f" match as-path {100 + at}",
            f" set community {AS}:100",
        ]
    if changed:
        lists.append("ip prefix-list CHANGED seq 5 permit 61.0.0.0/24")
    for kind, last, tag in (("PEER", 2, 200), ("PROVIDER", 3, 300)):
        address, remote = f"63.{number % 250}.{last}.2", 210_000 + last
        out += [f"interface TenGigabitEthernet1/{last}", f" ip address 63.{number % 250}.{last}.1 255.255.255.252", "!"]
        neighbours += [f" neighbor {address} remote-as {remote}"]
        families += [
            f"  neighbor {address} activate",
            f"  neighbor {address} send-community",
            f"  neighbor {address} route-map {kind}-IN in",
            f"  neighbor {address} route-map TO-{kind} out",
            f"  neighbor {address} maximum-prefix 900000",
        ]
        maps += [*_guards(f"{kind}-IN"), f"route-map {kind}-IN permit 100", f" match as-path {last}", f" set community {AS}:{tag}"]
        lists += [f"ip as-path access-list {last} permit ^{remote}_"]
        maps += [
            f"route-map TO-{kind} deny 10",
            " match ip address prefix-list BOGONS",
            f"route-map TO-{kind} deny 20",
            " match as-path 50",
            f"route-map TO-{kind} permit 30",
            " match community CUSTOMER-ROUTES",
            f"route-map TO-{kind} permit 40",
            " match ip address prefix-list OWN",
            " match as-path 1",
        ]
    out += ["interface Loopback0", f" ip address 64.0.{number // 250}.{number % 250 + 1} 255.255.255.255", "!"]
    for reflector in (0, 1):
        if number != reflector:
            address = f"64.0.0.{reflector + 1}"
            neighbours += [f" neighbor {address} remote-as {AS}", f" neighbor {address} update-source Loopback0"]
            families += [
                f"  neighbor {address} activate",
                f"  neighbor {address} send-community",
                f"  neighbor {address} next-hop-self",
            ]
    out += [
        f"router bgp {AS}",
        " bgp log-neighbor-changes",
        " bgp maxas-limit 75",
        " bgp rpki server tcp 65.0.0.1 port 3323 refresh 600",
        *neighbours,
        " !",
        " address-family ipv4",
        "  network 66.0.0.0 mask 255.255.240.0",
        *families,
        " exit-address-family",
        "!",
    ]
    out += [
        "ip bgp-community new-format",
        f"ip community-list standard CUSTOMER-ROUTES permit {AS}:100",
        "ip as-path access-list 1 permit ^$",
    ]
    out += [
        *_bogon_paths(),
        *lists,
        *_bogons(),
        "ip prefix-list OWN seq 5 permit 66.0.0.0/20",
        "ip route 66.0.0.0 255.255.240.0 Null0",
    ]
    out += [*maps, *_guards("TO-CUSTOMER"), "route-map TO-CUSTOMER permit 100", "!", "end"]
    return "\n".join(out) + "\n"


def _guards(name: str) -> list[str]:
    """Entries in front that only deny: invalid, bogon and default prefixes, own space, bogon and transit-free ASNs, long paths."""
    return [
        *(f"route-map {name} deny 5", " match rpki invalid"),
        *(f"route-map {name} deny 10", " match ip address prefix-list BOGONS"),
        *(f"route-map {name} deny 20", " match as-path 50"),
        *([f"route-map {name} deny 25", " match as-path 51"] if not name.startswith(("PROVIDER", "TO-")) else []),
        *([f"route-map {name} deny 30", " match ip address prefix-list OWN-ALL"] if not name.startswith("TO-") else []),
    ]


def _bogons() -> list[str]:
    found = load_bogons(None, as_of="2026-11-25T00:00:00Z").value
    assert found is not None
    out = []
    for number, (network, length, _low, _high, _permit, _line) in enumerate(found.v4, 1):
        out.append(f"ip prefix-list BOGONS seq {5 * number} permit {ipaddress.IPv4Network((network, length))} le 32")
    return [
        *out,
        "ip prefix-list BOGONS seq 900 permit 0.0.0.0/0",
        "ip prefix-list BOGONS seq 905 permit 0.0.0.0/0 ge 25",
        "ip prefix-list BOGONS seq 910 permit 0.0.0.0/0 le 7",
        "ip prefix-list OWN-ALL seq 5 permit 66.0.0.0/20 le 32",
    ]


def _bogon_paths() -> list[str]:
    found = load_bogons(None, as_of="2026-11-25T00:00:00Z").value
    assert found is not None
    out = [f"ip as-path access-list 50 permit _({decimal_range(low, high)})_" for low, high in found.asns]
    return [*out, *(f"ip as-path access-list 51 permit _{one}_" for one in found.transit_free)]


def intent(devices: list[str]) -> str:
    """What the network declares."""
    out = [
        "version: 1",
        "organisation: {name: Bench, contacts: [{role: NOC, name: Bench, email: noc@bench.example, phone: '+1'}]}",
        f"asns: [{AS}]",
        "prefixes: [{prefix: 66.0.0.0/20}]",
        f"devices: {json.dumps(devices)}",
        "vrfs: {default: internet}",
        f"tagging: {{customer: '{AS}:100', peer: '{AS}:200', provider: '{AS}:300'}}",
        "neighbours:",
        "  - {select: {asn: 210002}, relationship: peer, name: peer}",
        "  - {select: {asn: 210003}, relationship: provider, name: provider}",
        *(
            f"  - {{select: {{asn: {asn(one)}}}, relationship: customer, name: c{one}, stub: true, max_prefix: 4000}}"
            for one in range(POOL)
        ),
        "interfaces:",
        "  - {class: internal, pattern: 'Lo*'}",
    ]
    return "\n".join(out) + "\n"


def dump(entries: int = ENTRIES) -> str:
    """Route objects of all customers as an RPSL file."""
    return "\n".join(
        f"route: {prefix}\norigin: AS{asn(customer)}\nsource: BENCH\n"
        for customer in range(POOL)
        for prefix in routes(customer, entries)
    )


def customers_of(number: int, count: int) -> list[int]:
    """The customers of one router."""
    return random.Random(f"router {number}").sample(range(POOL), count)


def write(folder: Path, routers: int, customers: int | Sequence[int] = 10, *, changed: int = 0) -> list[Path]:
    """Write intent, sources and configurations into a folder; the first `changed` routers hold one line more. Several numbers of customers take
    turns."""
    sizes = (customers,) if isinstance(customers, int) else customers
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "configs").mkdir(exist_ok=True)
    names = [f"r{number:04}" for number in range(routers)]
    (folder / "manrs.yml").write_text(intent(names))
    (folder / "sources" / "irr.rpsl").write_text(dump())
    out = []
    for number, name in enumerate(names):
        path = folder / "configs" / f"{name}.ios.cfg"
        path.write_text(config(number, customers_of(number, sizes[number % len(sizes)]), changed=number < changed))
        out.append(path)
    return out


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 10)
