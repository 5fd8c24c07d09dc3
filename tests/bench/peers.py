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
