"""What EOS makes of lines that are entered in a configuration session: the running configuration after the commit.

Where no text of the vendor says what a line does to what is stored, the line is refused with a message.
"""

from __future__ import annotations

from .. import _mergeparts as parts
from .._merge import Loader, merged
from .._mergelists import Listing, Refused
from .._mergetext import OPAQUE, Block, Key, Rule
from . import mergebgp as bgp
from .mergelists import listing
from .routemap import MATCH, SET
from .statement import INTERFACE_IP_IRRELEVANT, INTERFACE_IRRELEVANT, IRRELEVANT, IRRELEVANT_IP

TYPES = (
    "Ethernet",
    "Loopback",
    "Management",
    "Port-Channel",
    "Recirc-Channel",
    "Register",
    "Tunnel",
    "UnconnectedEthernet",
    "Vlan",
    "Vxlan",
)
_IP_TOP = frozenset(
    {"prefix-list", "access-list", "as-path", "community-list", "extcommunity-list", "large-community-list", "route"}
)
_TOP = frozenset({"hostname", "service", "router", "route-map", "interface", "vrf", "peer-filter", "dynamic", "banner", "comment"})
_STRONG = frozenset({"route-map", "router", "interface", "hostname", "peer-filter"})
_FACE = (INTERFACE_IRRELEVANT | {"description", "shutdown", "vrf", "traffic-policy"}) - {"no"}
_LINES = {
    "list": frozenset({"seq", "permit", "deny", "remark", "description", "counters", "statistics", "fragment-rules", "resequence"}),
    "route-map": frozenset({"match", "set", "continue", "description", "sub-route-map"}),
    "vrf": frozenset({"rd", "description", "route-target"}),
    "cache": frozenset(
        [
            "host",
            "port",
            "preference",
            "transport",
            "local-interface",
            "refresh-interval",
            "retry-interval",
            "expire-interval",
            "username",
        ]
    ),
    "validation": frozenset({"ebgp", "ibgp", "redistributed"}),
}


class Eos(Loader):
    """The language of EOS in configuration mode."""

    step = 3
    by_indent = True
    resets_interfaces = True

    def opens(self, mode: str, body: list[str]) -> str:
        """The mode of a head; what the inside of a block means is known for these."""
        head, count = body[0], len(body)
        if mode in bgp.MODES:
            return bgp.opens(mode, body)
        if mode == OPAQUE:
            return OPAQUE
        if mode == "cache" and head == "transport":
            return OPAQUE
        if mode:
            return ""
        if head == "router" and count > 1:
            if body[1] == "general" and not self.shown:
                raise Refused("control functions are not merged")
            return "bgp" if body[1] == "bgp" else OPAQUE
        if head in ("route-map", "interface") and count > 1:
            return head
        if head == "vrf" and body[1:2] in (["instance"], ["definition"]):
            return "vrf"
        return OPAQUE if head == "management" and not self.shown else ""

    def speaks(self, mode: str, body: list[str]) -> bool:
        """Whether the mode knows the statement."""
        head, second = body[0], body[1] if len(body) > 1 else ""
        strong = head in _STRONG or (head in ("ip", "ipv6") and second in _IP_TOP) or body[:2] == ["vrf", "instance"]
        if mode == "strong":
            return strong
        if mode in bgp.MODES:
            return (not strong or head == "route-map") and bgp.speaks(mode, body)
        if mode == "interface":
            known = INTERFACE_IP_IRRELEVANT | {"address", "verify", "access-group"}
            return not strong and (second in known if head in ("ip", "ipv6") else head in _FACE)
        if mode in _LINES:
            return head in _LINES[mode] or (mode == "list" and head.isdecimal())
        if mode:
            return False
        return head in _TOP or head in IRRELEVANT or (head in ("ip", "ipv6") and (second in _IP_TOP or second in IRRELEVANT_IP))

    def knows(self, block: Block, body: list[str]) -> bool:
        """Whether `no` in front of a statement that is not there changes nothing."""
        if block.mode in bgp.MODES:
            return bgp.knows(block.mode, body)
        if block.mode == "route-map" and body[0] in ("match", "set"):
            table = MATCH if body[0] == "match" else SET
            return len(body) > 1 and any(one.split()[0] == body[1] for one in table)
        return super().knows(block, body)

    def block_key(self, parent: Block, body: list[str]) -> Key:
        """The place of a block."""
        if body[0] == "interface":
            return parts.face_key(self.root, body[1:], TYPES, shown=self.shown)
        if body[0] == "route-map":
            return parts.entry_key(self, body, only=False)
        if body[0] == "address-family":
            return tuple(one for one in body if one != "unicast")
        if body[:2] == ["router", "bgp"]:
            return parts.process_key(self, body)
        return tuple(body)

    def opened(self, block: Block, words: list[str]) -> None:
        """The action of an entry is replaced; every other head stays as it is."""
        if words[0] == "route-map":
            parts.entry_head(block, words)

    def removed(self, parent: Block, body: list[str], mode: str) -> None:
        """`no` in front of the head of a block."""
        if body[:2] == ["router", "bgp"] and len(body) == 2:
            body = next((list(key) for key in parent.kids if key[:2] == ("router", "bgp")), body)
        parts.remove_block(self, parent, body, mode)

    def emptied(self, parent: Block, body: list[str]) -> None:
        """`default interface`: what stands under it goes; every other block goes whole."""
        if body[0] == "interface":
            super().emptied(parent, body)
        else:
            self.removed(parent, body, self.opens(parent.mode, body))

    def listing(self, body: list[str]) -> tuple[Listing, list[str]] | None:
        """Prefix, access, AS-path and community lists, and peer filters."""
        return listing(body)

    def slot(self, block: Block, body: list[str]) -> tuple[Key, Rule]:
        """The place of a statement."""
        if block.mode == "route-map":
            return parts.clause_slot(body, collected=False)
        if block.mode == "interface":
            return parts.face_slot(body)
        if block.mode in bgp.MODES:
            return bgp.slot(body)
        if block.mode == "cache":
            return (body[0],), "replace"
        if block.mode:
            return tuple(body), "each"
        if body[0] == "hostname":
            return (body[0],), "replace"
        if body[:3] in (["ip", "as-path", "regex-mode"], ["service", "routing", "protocols"]):
            return tuple(body[: 4 if body[0] == "service" else 3]), "replace"
        if body[:2] in (["ip", "route"], ["ipv6", "route"]):
            return parts.route_slot(body)
        return tuple(body), "each"

    def default_on(self, mode: str, body: list[str]) -> bool:
        """Statements whose `no` is shown."""
        if mode in bgp.MODES:
            return bgp.default_on(body)
        return (mode == "interface" and body[0] in ("switchport", "lldp", "spanning-tree")) or body == ["aaa", "root"]

    def put(self, block: Block, body: list[str]) -> None:
        """A statement meets a block; some change more than their own place."""
        if block.mode in bgp.MODES:
            bgp.check(self.stack, block, body)
        elif block.mode == "interface" and body[0] == "vrf":
            parts.change_vrf(block, body[-1])
        elif block.mode == "route-map" and body[0] == "match":
            parts.alike(block, body, self.slot(block, body)[0])
        super().put(block, body)

    def take(self, block: Block, body: list[str], *, reset: bool) -> None:
        """`no` or `default` meets a block."""
        if block.mode in bgp.MODES and bgp.take(self.stack, block, body, reset=reset):
            return
        if block.mode == "interface" and body[0] == "vrf":
            parts.change_vrf(block, "")
        super().take(block, body, reset=reset)

    def names(self, there: str, body: list[str]) -> bool:
        """Both spellings of a peer group are one; the text of a description or a password need not be repeated truly."""
        if body[0] == "neighbor" and len(body) == 4 and body[3] in ("in", "out"):
            return super().names(there, body[:3]) and there.rsplit(maxsplit=1)[-1] == body[3]
        at = next((at for at, word in enumerate(body[:3]) if word in ("description", "password")), len(body))
        return super().names(bgp.one_word(there), bgp.one_word(" ".join(body[: at + 1])).split())

    def arranged(self, block: Block, lines: list[tuple[Key, str]]) -> list[tuple[Key, str]]:
        """Statements of one neighbour stand together."""
        return parts.by_neighbour(lines) if block.mode in bgp.MODES else lines

    def free_text(self, lines: list[str], index: int) -> int:
        """Banners: up to a line `EOF`."""
        if not lines[index].startswith(("banner ", "comment")) or lines[index].split()[-1:] == ["EOF"]:
            return index
        return next((at + 1 for at in range(index + 1, len(lines)) if lines[at].strip() == "EOF"), index)


def merge(running: str, candidate: str) -> str:
    """The running configuration after the fragment; MergeError names a line that the router refuses or whose effect is not known."""
    return merged(Eos(), running, candidate)
