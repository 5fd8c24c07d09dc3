"""Configurations of the daemons, rendered from the plan."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from . import topology as plan

BOGONS = {
    4: (
        "0.0.0.0/8 le 32",
        "10.0.0.0/8 le 32",
        "100.64.0.0/10 le 32",
        "127.0.0.0/8 le 32",
        "169.254.0.0/16 le 32",
        "172.16.0.0/12 le 32",
        "192.0.0.0/24 le 32",
        "192.0.2.0/24 le 32",
        "192.88.99.0/24 le 32",
        "192.168.0.0/16 le 32",
        "198.18.0.0/15 le 32",
        "198.51.100.0/24 le 32",
        "203.0.113.0/24 le 32",
        "224.0.0.0/4 le 32",
        "240.0.0.0/4 le 32",
    ),
    6: (
        "::/8 le 128",
        "100::/64 le 128",
        "2001:2::/48 le 128",
        "2001:10::/28 le 128",
        "2001:db8::/32 le 128",
        "2002::/16 le 128",
        "3ffe::/16 le 128",
        "3fff::/20 le 128",
        "5f00::/16 le 128",
        "fc00::/7 le 128",
        "fe80::/10 le 128",
        "fec0::/10 le 128",
        "ff00::/8 le 128",
    ),
}
NAMES = {"cust": "CUST43211", "stub1": "STUB43213", "stub2": "STUB43218", "peer": "PEER43214", "prov": "PROV43215", "rs": "RS43216"}
DESCRIPTIONS = {
    "cust": "customer AS43211, both edges, downstream AS43212",
    "stub1": "stub customer AS43213",
    "stub2": "stub customer AS43218",
    "peer": "peer AS43214",
    "prov": "provider AS43215",
    "rs": "route server AS43216",
    "edge1": "backbone to edge1",
    "edge2": "backbone to edge2",
    "rtr": "RPKI caches",
    "srv1": "servers",
    "srv2": "servers",
}
TAGS = {"customer": "43210:1001", "peer": "43210:1002", "provider": "43210:1003", "route_server": "43210:1004"}
PREFERENCE = {"customer": 200, "peer": 150, "route_server": 140, "provider": 100}
MAXIMUM = {"cust": 10, "stub1": 5, "stub2": 5, "peer": 50, "prov": 1000, "rs": 100}


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def interfaces(edge: str, management: str) -> list[dict[str, str]]:
    """Interfaces of an edge: name, description and addresses with their lengths."""
    found = []
    for link in plan.LINKS:
        for side, name in (("edge", link.iface), ("node", link.node_iface)):
            if edge == (link.edge if side == "edge" else link.node):
                far = link.node if side == "edge" else link.edge
                found.append(
                    {"name": name, "description": DESCRIPTIONS[far], "v4": link.address(4, side), "v6": link.address(6, side)}
                )
    return [*found, {"name": "mgmt0", "description": "management", "v4": management, "v6": ""}]


def edge_config(edge: str, management: str) -> str:
    """The frr.conf of an edge."""
    announce = {
        4: [plan.OWN_PREFIXES[0], *(p for cone in plan.CUSTOMER_CONES.values() for p in cone[0])],
        6: [plan.OWN_PREFIXES[1], *(p for cone in plan.CUSTOMER_CONES.values() for p in cone[1])],
    }
    core = plan.link_of("edge1", "edge2")
    other = "node" if edge == "edge1" else "edge"
    return (
        _environment()
        .get_template(f"{edge}.conf.j2")
        .render(
            interfaces=interfaces(edge, management),
            sessions=plan.sessions(edge),
            descriptions=DESCRIPTIONS,
            names=NAMES,
            relationship=plan.RELATIONSHIP,
            role_of_edge=plan.ROLE_OF_EDGE,
            own=dict(zip((4, 6), plan.OWN_PREFIXES, strict=True)),
            ibgp={f: core.host(f, other) for f in (4, 6)},
            ixp=dict(zip((4, 6), plan.IXP_LANS, strict=True)),
            maximum=MAXIMUM,
            cones=plan.CUSTOMER_CONES,
            bogons=BOGONS,
            announce=announce,
            tags=TAGS,
            preference=PREFERENCE,
        )
    )


def edge2_nft() -> str:
    """The nftables file of edge2."""
    core = plan.link_of("edge1", "edge2")
    cust = plan.link_of("edge2", "cust")
    cones = plan.CUSTOMER_CONES
    return (
        _environment()
        .get_template("edge2.nft.j2")
        .render(
            own=dict(zip((4, 6), plan.OWN_PREFIXES, strict=True)),
            bgp={f: [core.host(f, "edge"), *(s.node_address for s in plan.sessions("edge2") if s.family == f)] for f in (4, 6)},
            cust={f: [*cones["cust"][i], str(ip_network(cust.net4 if f == 4 else cust.net6))] for i, f in enumerate((4, 6))},
            announce=_leaving(),
        )
    )


def border_nft() -> str:
    """The nftables table that an operator adds by hand: only sources of ours and of customers leave."""
    return _environment().get_template("border.nft.j2").render(announce=_leaving())


def _leaving() -> dict[int, list[str]]:
    cones = plan.CUSTOMER_CONES.values()
    return {f: [plan.OWN_PREFIXES[i], *(p for cone in cones for p in cone[i])] for i, f in enumerate((4, 6))}


def bird_provider(routes: Path) -> str:
    """bird.conf of the provider; its routes are in an included file."""
    mine = [s for s in plan.sessions() if s.node == "prov"]
    return (
        _environment()
        .get_template("bird-prov.conf.j2")
        .render(router_id=mine[0].node_address, asn=plan.ASNS["prov"], sessions=mine, routes=routes)
    )


def bird_route_server() -> str:
    """bird.conf of the route server, transparent, with the edges and the member as clients."""
    edges = [s for s in plan.sessions() if s.node == "rs"]

    def toward_member(s: plan.Session) -> bool:
        return s.edge == "rs"

    return (
        _environment()
        .get_template("bird-rs.conf.j2")
        .render(
            router_id=edges[0].node_address,
            asn=plan.ASNS["rs"],
            sessions=[*edges, *plan.member_sessions()],
            name_of=lambda s: f"member_v{s.family}" if toward_member(s) else f"{s.edge}_v{s.family}",
            address_of=lambda s: s.edge_address if toward_member(s) else s.node_address,
            client_of=lambda s: s.node_address if toward_member(s) else s.edge_address,
            client_asn_of=lambda s: s.node_asn if toward_member(s) else s.edge_asn,
        )
    )


def sshd(address: str) -> str:
    """sshd_config of an edge, on its management address only."""
    return _environment().get_template("sshd_config.j2").render(address=address)


def bird_routes(routes: dict[str, dict[str, Any]], asn: int) -> str:
    """Static routes of the provider with the path and communities asked for; ValueError when BIRD cannot send them."""
    out = []
    for family in (4, 6):
        lines = []
        for prefix, route in sorted(routes.items()):
            if (":" in prefix) != (family == 6):
                continue
            path = list(route["as_path"])
            if not path or path[0] != asn or any(not isinstance(hop, int) for hop in path):
                raise ValueError(f"{prefix}: a path from the provider begins with {asn} and has no AS_SET, not {path}")
            sets = [f"bgp_path.prepend({hop});" for hop in reversed(path[1:])]
            sets += ["bgp_community.add(({}));".format(c.replace(":", ",")) for c in route.get("communities") or ()]
            sets += ["bgp_large_community.add(({}));".format(c.replace(":", ",")) for c in route.get("large") or ()]
            if route.get("next_hop"):
                sets.append(f"bgp_next_hop = {route['next_hop']};")
            lines.append(f"  route {prefix} blackhole {{ {' '.join(sets)} }};" if sets else f"  route {prefix} blackhole;")
        out.append(f"protocol static routes{family} {{\n  ipv{family};\n" + "\n".join(lines) + "\n}\n")
    return "".join(out)
