"""`python peers.py NAME ARGUMENTS`, in the environment of a peer: prints the processor seconds of what a user of that package would write."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def ciscoconfparse2(path: str) -> float:
    """Parse a Cisco configuration into its tree of lines."""
    from ciscoconfparse2 import CiscoConfParse
    from loguru import logger

    logger.remove()
    lines = Path(path).read_text().splitlines()
    began = time.process_time()
    CiscoConfParse(lines, syntax="ios", factory=False)
    return time.process_time() - began


def pipeline(path: str) -> float:
    """A whole process that finds prefix-list entries outside an allowed prefix: the least that an audit with these packages would do."""
    import radix
    from ciscoconfparse2 import CiscoConfParse
    from loguru import logger

    logger.remove()
    allowed = radix.Radix()
    allowed.add("203.0.113.0/24")
    parsed = CiscoConfParse(Path(path).read_text().splitlines(), syntax="ios", factory=False)
    words = (one.text.split() for one in parsed.find_objects(r"^ip prefix-list "))
    stray = [one for one in words if one[5] == "permit" and allowed.search_best(one[6]) is None]
    print(f"{len(stray)} stray", file=sys.stderr)
    return time.process_time()


def netutils(path: str) -> float:
    """Parse a Cisco configuration into lines with their parents, untyped."""
    from netutils.config.parser import IOSConfigParser

    text = Path(path).read_text()
    began = time.process_time()
    IOSConfigParser(text)
    return time.process_time() - began


def hier(path: str) -> float:
    """Parse a Cisco configuration into hier_config's tree."""
    from hier_config import Platform, get_hconfig

    text = Path(path).read_text()
    began = time.process_time()
    get_hconfig(Platform.CISCO_IOS, text)
    return time.process_time() - began


def radix_rov(path: str) -> float:
    """Origin validation with a radix tree: every covering payload of each route is looked at."""
    import radix

    held = json.loads(Path(path).read_text())
    began = time.process_time()
    tree = radix.Radix()
    for prefix, most, asn in held["vrps"]:
        node = tree.add(prefix)
        node.data.setdefault("vrps", []).append((most, asn))
    for prefix, asn in held["routes"]:
        length, state = int(prefix.rpartition("/")[2]), "not-found"
        for node in tree.search_covering(prefix):
            state = "invalid" if state == "not-found" else state
            if any(length <= most and origin == asn != 0 for most, origin in node.data["vrps"]):
                state = "valid"
                break
    return time.process_time() - began


def ixp_rov(vrps: str, routes: str) -> float:
    """The loop of the MANRS IXP validation tool (manrs-tools/manrs-ixp-validation-tool: parse_roas, RouteEntry, validate), written again.

    The tool is on no package registry. As it does: a radix tree with a list of dicts a node, a dataclass for each route, every covering
    payload looked at to the end, and for each invalid route a dict of the route and of all payloads over it. The whole process counts.
    """
    import dataclasses
    import enum

    import radix

    class Status(enum.Enum):
        VALID = "VALID"
        INVALID = "INVALID"
        NOT_FOUND = "NOT_FOUND"

    @dataclasses.dataclass
    class RouteEntry:
        origin: int | None
        aspath: str
        prefix: str
        prefix_length: int
        peer_ip: str
        peer_as: int

    tree = radix.Radix()
    for one in json.loads(Path(vrps).read_text())["roas"]:
        node = tree.add(one["prefix"])
        held = node.data.setdefault("roas", [])
        held.append({"asn": int(str(one["asn"]).replace("AS", "")), "max_length": one["maxLength"]})
    counts = dict.fromkeys(Status, 0)
    for line in Path(routes).read_text().splitlines():
        prefix, _, asn = line.partition(" ")
        route = RouteEntry(int(asn), asn, prefix, int(prefix.rpartition("/")[2]), "192.0.2.1", 64500)
        nodes = tree.search_covering(route.prefix)
        status = Status.INVALID if nodes else Status.NOT_FOUND
        for node in nodes:
            for roa in node.data["roas"]:
                if route.origin and route.origin == roa["asn"] and route.prefix_length <= roa["max_length"]:
                    status = Status.VALID
        counts[status] += 1
        if status is Status.INVALID:
            over = [
                {"prefix": node.prefix, "asn": roa["asn"], "max_length": roa["max_length"]}
                for node in nodes
                for roa in node.data["roas"]
            ]
            _report = {"status": status, "route": dataclasses.asdict(route), "roas": over}
    print(
        *(
            f"{one.value.lower().replace('_', '-')}={number}"
            for one, number in sorted(counts.items(), key=lambda pair: pair[0].value)
        ),
        file=sys.stderr,
    )
    return time.process_time()


def radix_cover(path: str) -> float:
    """Whether some entry covers each range, with a radix tree; no answer for ordered lists or unions of more specifics."""
    import radix

    held = json.loads(Path(path).read_text())
    began = time.process_time()
    tree = radix.Radix()
    for prefix, high in held:
        tree.add(prefix).data["high"] = high
    for prefix, high in held:
        node = tree.search_best(prefix)
        assert (node is not None and node.data["high"] >= high) or any(
            one.data["high"] >= high for one in tree.search_covering(prefix)
        )
    return time.process_time() - began


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
