"""The fixed plan of the lab: nodes, links, sessions, announcements and VRPs. README.md shows the same as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_interface, ip_network

OWN_ASN = 43210
OWN_PREFIXES = ("45.10.0.0/20", "2a10:1000::/32")
IXP_LANS = ("45.16.0.0/24", "2a10:1600::/64")

EDGES = ("edge1", "edge2")
NODES = (*EDGES, "cust", "stub1", "stub2", "peer", "prov", "rs", "member", "rtr", "irr", "srv1", "srv2")
ASNS: Mapping[str, int] = {
    "cust": 43211,
    "stub1": 43213,
    "stub2": 43218,
    "peer": 43214,
    "prov": 43215,
    "rs": 43216,
    "member": 43217,
}
SPEAKERS = ("cust", "stub1", "stub2", "peer", "member")
BIRDS = ("prov", "rs")
RELATIONSHIP: Mapping[str, str] = {
    "cust": "customer",
    "stub1": "customer",
    "stub2": "customer",
    "peer": "peer",
    "prov": "provider",
    "rs": "route_server",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A cable from an interface of an edge to an interface of another node; the edge has host 1, the other end host 2 or 10."""

    number: int
    edge: str
    iface: str
    node: str
    node_iface: str
    net4: str
    net6: str
    edge_host: int = 1
    node_host: int = 2

    def address(self, family: int, side: str) -> str:
        """Interface address with prefix length of `side` (`edge` or `node`)."""
        net = ip_network(self.net4 if family == 4 else self.net6)
        # 0x10 for host 10, so that both families read alike.
        host = self.edge_host if side == "edge" else self.node_host
        return f"{net.network_address + (host if family == 4 else int(str(host), 16))}/{net.prefixlen}"

    def host(self, family: int, side: str) -> str:
        """Bare address of `side`."""
        return str(ip_interface(self.address(family, side)).ip)

    def mac(self, side: str) -> str:
        """Fixed hardware address of `side`, so that a spoofer need not resolve it."""
        return f"02:00:00:00:{self.number:02x}:{'01' if side == 'edge' else '02'}"


def _v6(tail: str) -> str:
    return f"2a10:1000:ffff:{tail}::/64"


LINKS = (
    Link(1, "edge1", "core0", "edge2", "core0", "45.10.15.0/30", _v6("0")),
    Link(2, "edge1", "cust0", "cust", "up1", "45.10.15.4/30", _v6("1")),
    Link(3, "edge1", "stub0", "stub1", "up1", "45.10.15.8/30", _v6("2")),
    Link(4, "edge1", "peer0", "peer", "up1", "45.14.15.0/30", "2a10:1400:ffff:1::/64"),
    Link(5, "edge1", "prov0", "prov", "up1", "45.15.15.0/30", "2a10:1500:ffff:1::/64"),
    Link(6, "edge1", "rtr0", "rtr", "up1", "45.10.15.12/30", _v6("3")),
    Link(7, "edge1", "lan0", "srv1", "eth0", "45.10.1.0/24", "2a10:1000:1::/64", node_host=10),
    Link(8, "edge1", "ixp0", "rs", "port1", *IXP_LANS, edge_host=1, node_host=10),
    Link(9, "edge2", "cust0", "cust", "up2", "45.10.15.20/30", _v6("11")),
    Link(10, "edge2", "stub0", "stub2", "up2", "45.10.15.24/30", _v6("12")),
    Link(11, "edge2", "peer0", "peer", "up2", "45.14.15.4/30", "2a10:1400:ffff:2::/64"),
    Link(12, "edge2", "prov0", "prov", "up2", "45.15.15.4/30", "2a10:1500:ffff:2::/64"),
    Link(13, "edge2", "rtr0", "rtr", "up2", "45.10.15.28/30", _v6("13")),
    Link(14, "edge2", "lan0", "srv2", "eth0", "45.10.2.0/24", "2a10:1000:2::/64", node_host=10),
    Link(15, "edge2", "ixp0", "rs", "port2", *IXP_LANS, edge_host=2, node_host=10),
    Link(16, "member", "ixp0", "rs", "port3", *IXP_LANS, edge_host=20, node_host=10),
)
BRIDGE_PORTS = frozenset({8, 15, 16})


@dataclass(frozen=True, slots=True)
class Session:
    """One BGP session of an edge (or of the member with the route server) with a neighbour, one family over its own transport."""

    edge: str
    node: str
    family: int
    edge_address: str
    node_address: str
    edge_asn: int
    node_asn: int
    iface: str
    password: str = ""
    gtsm: bool = False
    role: str = ""
    """Role of the node (RFC 9234), sent only where the edge has a role."""


ROLE_OF_NODE = {"customer": "customer", "peer": "peer", "provider": "provider", "route_server": "rs-server"}
ROLE_OF_EDGE = {"customer": "provider", "peer": "peer", "provider": "customer", "route_server": "rs-client"}
PASSWORDS: Mapping[tuple[str, str], str] = {
    ("edge1", "prov"): "CANARY-bgp-edge1-prov-7d41",
    ("edge2", "cust"): "CANARY-bgp-edge2-cust-91ae",
    ("edge2", "stub2"): "CANARY-bgp-edge2-stub-2c07",
    ("edge2", "peer"): "CANARY-bgp-edge2-peer-b5f3",
    ("edge2", "prov"): "CANARY-bgp-edge2-prov-e018",
    ("edge2", "rs"): "CANARY-bgp-edge2-rs-44d9",
}
"""Session passwords are canaries: none may ever appear in what the tool stores or prints."""


def sessions(edge: str | None = None) -> tuple[Session, ...]:
    """Every eBGP session of the edges, or of one edge."""
    found: list[Session] = []
    for link in LINKS:
        if link.edge not in EDGES or link.node not in RELATIONSHIP or (edge and link.edge != edge):
            continue
        for family in (4, 6):
            strict = link.edge == "edge2"
            found.append(
                Session(
                    edge=link.edge,
                    node=link.node,
                    family=family,
                    edge_address=link.host(family, "edge"),
                    node_address=link.host(family, "node"),
                    edge_asn=OWN_ASN,
                    node_asn=ASNS[link.node],
                    iface=link.iface,
                    password=PASSWORDS.get((link.edge, link.node), ""),
                    gtsm=strict,
                    role=ROLE_OF_NODE[RELATIONSHIP[link.node]] if strict else "",
                )
            )
    return tuple(found)


def member_sessions() -> tuple[Session, ...]:
    """The sessions between the route server and its member; the route server takes the part of the edge."""
    link = next(link for link in LINKS if link.edge == "member")
    return tuple(
        Session("rs", "member", family, link.host(family, "node"), link.host(family, "edge"), ASNS["rs"], ASNS["member"], "ixp0")
        for family in (4, 6)
    )


Announcement = tuple[str, tuple[int, ...]]
ANNOUNCED: Mapping[str, tuple[Announcement, ...]] = {
    "cust": (
        ("45.11.0.0/20", (43211,)),
        ("45.12.0.0/22", (43211, 43212)),
        ("2a10:1100::/32", (43211,)),
        ("2a10:1200::/32", (43211, 43212)),
    ),
    "stub1": (("45.13.0.0/22", (43213,)), ("2a10:1300::/32", (43213,))),
    "stub2": (("45.18.0.0/22", (43218,)), ("2a10:1800::/32", (43218,))),
    "peer": (("45.14.0.0/20", (43214,)), ("2a10:1400::/32", (43214,))),
    "member": (("45.17.0.0/20", (43217,)), ("2a10:1700::/32", (43217,))),
    "prov": (
        ("0.0.0.0/0", (43215,)),
        ("::/0", (43215,)),
        ("45.15.0.0/20", (43215,)),
        ("2a10:1500::/32", (43215,)),
        ("45.200.0.0/16", (43215, 43300)),
        ("45.201.0.0/16", (43215, 43301)),
        ("45.202.0.0/16", (43215, 43302)),
        ("45.203.128.0/20", (43215, 43303)),
        ("2a10:2000::/32", (43215, 43300)),
        ("2a10:2001::/32", (43215, 43301)),
        ("2a10:2002::/32", (43215, 43302)),
        ("2a10:2003:8000::/40", (43215, 43303)),
    ),
}
"""What each neighbour announces from the start; 45.202/16 has the wrong origin, 45.203.128/20 is too long, 45.201/16 has no VRP."""

VRPS: tuple[tuple[str, int, int], ...] = (
    ("45.10.0.0/20", 20, 43210),
    ("2a10:1000::/32", 32, 43210),
    ("45.11.0.0/20", 20, 43211),
    ("2a10:1100::/32", 32, 43211),
    ("45.13.0.0/22", 22, 43213),
    ("2a10:1300::/32", 32, 43213),
    ("45.14.0.0/20", 20, 43214),
    ("2a10:1400::/32", 32, 43214),
    ("45.15.0.0/20", 20, 43215),
    ("2a10:1500::/32", 32, 43215),
    ("45.17.0.0/20", 20, 43217),
    ("2a10:1700::/32", 32, 43217),
    ("45.18.0.0/22", 22, 43218),
    ("2a10:1800::/32", 32, 43218),
    ("45.200.0.0/16", 16, 43300),
    ("2a10:2000::/32", 32, 43300),
    ("45.202.0.0/16", 16, 43399),
    ("2a10:2002::/32", 32, 43399),
    ("45.203.0.0/16", 16, 43303),
    ("2a10:2003::/32", 32, 43303),
)
"""(prefix, maxLength, origin); the downstream's 45.12.0.0/22 and 2a10:1200::/32 have none on purpose."""

CUSTOMER_CONES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]] = {
    "cust": (("45.11.0.0/20", "45.12.0.0/22"), ("2a10:1100::/32", "2a10:1200::/32"), (43211, 43212)),
    "stub1": (("45.13.0.0/22",), ("2a10:1300::/32",), (43213,)),
    "stub2": (("45.18.0.0/22",), ("2a10:1800::/32",), (43218,)),
}


def link_of(edge: str, node: str) -> Link:
    """The link between an edge (or the member) and a node; KeyError when they are not cabled."""
    for link in LINKS:
        if {link.edge, link.node} == {edge, node}:
            return link
    raise KeyError(f"{edge} and {node} are not cabled")


def edges_of(node: str) -> tuple[str, ...]:
    """Edges that a neighbour is cabled to."""
    return tuple(link.edge for link in LINKS if link.node == node and link.edge in EDGES)
