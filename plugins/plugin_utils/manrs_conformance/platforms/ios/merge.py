"""What IOS and IOS-XE make of lines that are entered in configuration mode: the running configuration afterwards.

Where releases differ, or no text of the vendor says what a line does to what is stored, the line is refused with a message.
"""

from __future__ import annotations

from .. import _mergeparts as parts
from .._merge import Loader, merged
from .._mergelists import Listing, Refused
from .._mergetext import OPAQUE, Block, Key, Rule
from . import mergebgp as bgp
from .clauses import MATCHING, SETTING
from .mergelists import listing, resequence
from .statement import INTERFACE_IRRELEVANT, INTERFACE_IRRELEVANT_IP, IRRELEVANT, IRRELEVANT_IP
from .toplevel import TOP

_IP_TOP = frozenset(
    [
        "prefix-list",
        "access-list",
        "as-path",
        "community-list",
        "extcommunity-list",
        "large-community-list",
        "route",
        "cef",
        "bgp-community",
    ]
)
_STRONG = frozenset(["route-map", "router", "interface", "hostname", "access-list"])
_FACE = (INTERFACE_IRRELEVANT | {"description", "shutdown", "vrf", "switchport", "default"}) - {"interface", "exit", "exit-vrf"}
_FACE_IP = INTERFACE_IRRELEVANT_IP | {"address", "unnumbered", "vrf", "verify", "access-group", "traffic-filter"}
_COLLECTED = frozenset(["as-path", "community", "interface", "metric", "tag", "local-preference", "route-type", "ip", "ipv6"])
"""Matches whose further lines add values to the first."""
TYPES = [
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


class Ios(Loader):
    """The language of IOS in configuration mode."""

    resets_interfaces = True
    closes = frozenset({"exit", "exit-address-family", "exit-peer-policy", "exit-peer-session", "exit-vrf"})

    def opens(self, mode: str, body: list[str]) -> str:
        """The mode of a head; what the inside of a block means is known for these."""
        head, count = body[0], len(body)
        if mode in ("bgp", "af", "template"):
            return bgp.opens(body)
        if mode == "vrf":
            return "vrf-af" if head == "address-family" else ""
        if mode == OPAQUE:
            return OPAQUE
        if mode:
            return ""
        if head == "router" and count > 1:
            return "bgp" if body[1] == "bgp" else OPAQUE
        if head in ("route-map", "interface") and count > 1:
            return head
        if body[:2] == ["vrf", "definition"] or (body[:2] == ["ip", "vrf"] and count == 3):
            return "vrf"
        blocks = ("line", "class-map", "policy-map", "key", "archive", "object-group", "crypto", "control-plane", "redundancy")
        return OPAQUE if head in blocks and not self.shown else ""

    def speaks(self, mode: str, body: list[str]) -> bool:
        """Whether the mode knows the statement."""
        head, second = body[0], body[1] if len(body) > 1 else ""
        strong = (
            head in _STRONG
            or (head in ("ip", "ipv6") and second in _IP_TOP)
            or body[:2] in (["vrf", "definition"], ["key", "chain"])
        )
        if mode == "strong":
            return strong
        if mode == "interface":
            return not strong and (second in _FACE_IP if head in ("ip", "ipv6") else head in _FACE)
        if mode == "route-map":
            return head in ("match", "set", "continue", "description")
        if mode == "list":
            return head in ("permit", "deny", "remark", "sequence", "evaluate", "dynamic") or head.isdecimal()
        if mode in ("vrf", "vrf-af"):
            return head in ("rd", "route-target", "import", "export", "description", "maximum", "vnet", "vpn", "mdt") or (
                mode == "vrf" and head in ("address-family", "route-replicate", "bgp")
            )
        if mode in ("bgp", "af", "template"):
            return (not strong or (mode == "template" and body[-1] in ("in", "out"))) and bgp.speaks(mode, body)
        if mode:
            return False
        return head in TOP or head in IRRELEVANT or (head in ("ip", "ipv6") and (second in _IP_TOP or second in IRRELEVANT_IP))

    def knows(self, block: Block, body: list[str]) -> bool:
        """Whether `no` in front of a statement that is not there changes nothing."""
        if block.mode in ("bgp", "af", "template"):
            return bgp.knows(block.mode, body)
        if block.mode == "route-map" and body[0] in ("match", "set"):
            return len(body) > 1 and any(one.split()[0] == body[1] for one in (MATCHING if body[0] == "match" else SETTING))
        return super().knows(block, body)

    def block_key(self, parent: Block, body: list[str]) -> Key:
        """The place of a block."""
        if body[0] == "interface":
            return parts.face_key(self.root, body[1:], TYPES, shown=self.shown)
        if body[0] == "route-map":
            return parts.entry_key(self, body, only=True)
        if body[0] == "address-family" and parent.mode in ("bgp", "af"):
            return bgp.family(body)
        if body[:2] == ["router", "bgp"]:
            return parts.process_key(self, body)
        return tuple(body)

    def opened(self, block: Block, words: list[str]) -> None:
        """The action of an entry is replaced; every other head stays as it is."""
        if words[0] == "route-map":
            parts.entry_head(block, words)

    def removed(self, parent: Block, body: list[str], mode: str) -> None:
        """`no` in front of the head of a block."""
        parts.remove_block(self, parent, body, mode)

    def listing(self, body: list[str]) -> tuple[Listing, list[str]] | None:
        """Prefix, access, AS-path and community lists."""
        return listing(body)

    def slot(self, block: Block, body: list[str]) -> tuple[Key, Rule]:
        """The place of a statement."""
        if block.mode == "route-map":
            return parts.clause_slot(body, body[0] == "match" and body[1:2] != [] and body[1] in _COLLECTED)
        if block.mode == "interface":
            return parts.face_slot(body)
        if block.mode in ("bgp", "af", "template"):
            return bgp.slot(block, body)
        if block.mode:
            return tuple(body), "each"
        if body[0] in ("hostname", "version"):
            return (body[0],), "replace"
        if body[:2] in (["ip", "route"], ["ipv6", "route"]):
            return parts.route_slot(body)
        return tuple(body), "each"

    def split(self, block: Block, body: list[str]) -> list[list[str]]:
        """Statements that IOS keeps in parts."""
        return bgp.split(body) if block.mode in ("bgp", "af", "template") else [body]

    def default_on(self, mode: str, body: list[str]) -> bool:
        """Statements whose `no` is shown."""
        if mode in ("bgp", "af"):
            return bgp.default_on(mode, body)
        if mode == "interface":
            return body[0] in ("switchport", "ip", "ipv6", "cdp", "lldp", "mop", "keepalive") and body[1:2] not in (
                ["address"],
                ["access-group"],
                ["verify"],
                ["traffic-filter"],
                ["vrf"],
                ["unnumbered"],
            )
        return not mode and (body[:2] in (["ip", "cef"], ["ipv6", "cef"], ["ip", "routing"]) or body[0] == "service")

    def put(self, block: Block, body: list[str]) -> None:
        """A statement meets a block; some change more than their own place."""
        if block.mode in ("bgp", "af"):
            bgp.check(self.stack, block, body)
            block = bgp.home(self.stack, block, body)
        elif block.mode == "interface" and self.slot(block, body)[0] == ("vrf",):
            parts.change_vrf(block, body[-1])
        elif block.mode == "route-map" and body[:1] == ["match"]:
            parts.alike(block, body, self.slot(block, body)[0])
        elif not block.mode and body[:3] == ["ip", "access-list", "resequence"]:
            resequence(self.root, body[3:])
            return
        elif not block.mode and body[0] in ("default", "do"):
            raise Refused("not followed")
        super().put(block, body)

    def take(self, block: Block, body: list[str], *, reset: bool) -> None:
        """`no` or `default` meets a block."""
        if block.mode in ("bgp", "af"):
            if bgp.take(self.stack, block, body):
                return
            block = bgp.home(self.stack, block, body)
        if block.mode == "interface" and self.slot(block, body)[0] == ("vrf",):
            parts.change_vrf(block, "")
        if block.mode == "route-map" and body[:1] == ["match"] and len(body) > 1:
            parts.alike(block, body, self.slot(block, body)[0])
        super().take(block, body, reset=reset)

    def names(self, there: str, body: list[str]) -> bool:
        """The text of a description or a password need not be repeated truly."""
        at = next((at for at, word in enumerate(body[:3]) if word in ("description", "password")), len(body))
        return super().names(there, body[: at + 1])

    def closer(self, block: Block) -> str:
        """Families and templates have closing lines."""
        return bgp.closer(block.head)

    def arranged(self, block: Block, lines: list[tuple[Key, str]]) -> list[tuple[Key, str]]:
        """Statements of one neighbour stand together."""
        return parts.by_neighbour(lines) if block.mode in ("bgp", "af") else lines

    def free_text(self, lines: list[str], index: int) -> int:
        """Banners: from a mark to the same mark."""
        if not lines[index].startswith("banner "):
            return index
        words = lines[index].split(None, 2)
        if len(words) < 3:
            return index
        mark = words[2][:2] if words[2][:1] == "^" else words[2][:1]
        if mark in words[2][len(mark) :]:
            return index + 1
        return next((at + 1 for at in range(index + 1, len(lines)) if mark in lines[at]), index + 1)


def merge(running: str, candidate: str) -> str:
    """The running configuration after the fragment; MergeError names a line that the router refuses or whose effect is not known."""
    return merged(Ios(), running, candidate)
