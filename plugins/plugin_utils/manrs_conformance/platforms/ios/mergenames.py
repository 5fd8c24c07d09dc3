"""Names of interfaces of IOS, which may be shortened where they are entered."""

from __future__ import annotations

import re

from .._merge import Block, Key
from .._mergelists import Refused

_TYPES = [
    "AppGigabitEthernet",
    "Async",
    "ATM",
    "BDI",
    "Bundle-Ether",
    "BVI",
    "Cellular",
    "Dialer",
    "Ethernet",
    "FastEthernet",
    "FiftyGigE",
    "FiveGigabitEthernet",
    "FortyGigabitEthernet",
    "FourHundredGigE",
    "GigabitEthernet",
    "HundredGigE",
    "HundredGigabitEthernet",
    "Loopback",
    "Management",
    "Multilink",
    "Null",
    "nve",
    "POS",
    "Port-channel",
    "Serial",
    "TenGigabitEthernet",
    "Tunnel",
    "TwentyFiveGigE",
    "TwoGigabitEthernet",
    "TwoHundredGigE",
    "Virtual-Access",
    "Virtual-Template",
    "Vlan",
    "Wlan",
]
_NAME = re.compile(r"([A-Za-z-]+?)\s*(\d[\d/.:]*)$")


def face_key(root: Block, words: list[str], *, shown: bool) -> Key:
    """The place of an interface; Refused for a range, and for a shortened name of more than one meaning."""
    if words[0] == "range":
        raise Refused("a range of interfaces: write one block for each")
    kept = [one for one in words if one not in ("point-to-point", "multipoint")]
    name = "".join(kept)
    key = ("interface", name.lower())
    if shown or key in root.kids:
        return key
    found = _NAME.match(name)
    if not found:
        return key
    kind, number = found[1].lower(), found[2]
    there = [one for one in root.kids if one[0] == "interface" and _fits(one[1], kind, number)]
    if len(there) == 1:
        return there[0]
    types = [one for one in _TYPES if one.lower().startswith(kind)]
    if len(there) > 1 or (len(types) > 1 and kind not in {one.lower() for one in types}):
        raise Refused("the name of the interface is shortened to what several have in common")
    return ("interface", f"{types[0]}{number}".lower()) if types else key


def _fits(name: str, kind: str, number: str) -> bool:
    found = _NAME.match(name)
    return found is not None and found[2] == number and found[1].startswith(kind)
