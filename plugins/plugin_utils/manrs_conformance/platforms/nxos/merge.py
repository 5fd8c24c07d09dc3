"""What NX-OS makes of lines that are entered in configuration mode: the running configuration afterwards.

Where no text of the vendor says what a line does to what is stored, the line is refused with a message.
"""

from __future__ import annotations

from .. import _mergeparts as parts
from .._merge import Loader, merged
from .._mergelists import Listing, Refused
from .._mergetext import OPAQUE, Block, Key, Rule
from . import mergebgp as bgp
from .mergelists import listing
from .routemap import MATCHES, SETS
from .statement import INTERFACE_IP_IRRELEVANT, INTERFACE_IRRELEVANT, IRRELEVANT, IRRELEVANT_IP

TYPES = ("Ethernet", "loopback", "mgmt", "nve", "port-channel", "Tunnel", "Vlan")
_IP_TOP = frozenset(
    {"prefix-list", "access-list", "as-path", "community-list", "extcommunity-list", "large-community-list", "route"}
)
_TOP = frozenset({"version", "hostname", "feature", "router", "route-map", "interface", "vrf", "banner"})
_STRONG = frozenset({"route-map", "router", "interface", "hostname", "feature"})
_FACE = INTERFACE_IRRELEVANT | {"description", "shutdown", "vrf"}
_FACE_IP = INTERFACE_IP_IRRELEVANT | {"address", "verify", "access-group", "unnumbered", "traffic-filter"}
_LINES = {
    "list": frozenset({"permit", "deny", "remark", "statistics", "ignore", "fragments"}),
    "route-map": frozenset({"match", "set", "continue", "description"}),
    "vrf": frozenset({"rd", "description", "address-family", "ip", "ipv6", "vni", "route-target", "import", "export"}),
}


class Nxos(Loader):
    """The language of NX-OS in configuration mode."""

    step = 2
    by_indent = True
    resets_interfaces = True

    def opens(self, mode: str, body: list[str]) -> str:
        """The mode of a head; what the inside of a block means is known for these."""
        head, count = body[0], len(body)
        if mode in bgp.MODES:
            return bgp.opens(mode, body)
        if mode == OPAQUE:
            return OPAQUE
        if mode == "interface" and head in ("hsrp", "vrrp", "vrrpv3", "glbp") and count > 1 and body[1].isdecimal():
            return OPAQUE
        if mode == "vrf" and head == "address-family":
            return OPAQUE
        if mode:
            return ""
        if head == "router" and count > 1:
            return "bgp" if body[1] == "bgp" else OPAQUE
        if head in ("route-map", "interface") and count > 1:
            return "" if body[2:] == ["pbr-statistics"] else head
        if body[:2] == ["vrf", "context"]:
            return "vrf"
        return OPAQUE if head in ("line", "class-map", "policy-map", "control-plane", "vlan") and not self.shown else ""

    def speaks(self, mode: str, body: list[str]) -> bool:
        """Whether the mode knows the statement."""
        head, second = body[0], body[1] if len(body) > 1 else ""
        listed = head in ("ip", "ipv6") and second in _IP_TOP - ({"route"} if mode == "vrf" else set())
        strong = head in _STRONG or listed or body[:2] == ["vrf", "context"]
        if mode == "strong":
            return strong
        if mode in bgp.MODES:
            return (not strong or (head == "route-map" and body[-1] in ("in", "out"))) and bgp.speaks(mode, body)
        if mode == "interface":
            return not strong and (second in _FACE_IP if head in ("ip", "ipv6") else head in _FACE)
        if mode in _LINES:
            return not strong and (head in _LINES[mode] or (mode == "list" and head.isdecimal()))
        if mode:
            return False
        return head in _TOP or head in IRRELEVANT or (head in ("ip", "ipv6") and (second in _IP_TOP or second in IRRELEVANT_IP))

    def knows(self, block: Block, body: list[str]) -> bool:
        """Whether `no` in front of a statement that is not there changes nothing."""
        if block.mode == "route-map" and body[0] in ("match", "set"):
            table = MATCHES if body[0] == "match" else SETS
            return len(body) > 1 and any(one.split()[0] == body[1] for one in table)
        return super().knows(block, body)

    def block_key(self, parent: Block, body: list[str]) -> Key:
        """The place of a block."""
        if parent.mode in bgp.MODES:
            return bgp.block_key(body)
        if body[0] == "interface":
            return parts.face_key(self.root, body[1:], TYPES, shown=self.shown)
        if body[0] == "route-map":
            return parts.entry_key(self, body, only=False)
        if body[:2] == ["router", "bgp"]:
            if not self.shown and tuple(body) not in self.root.kids and ("feature", "bgp") not in self.root.kids:
                raise Refused("without `feature bgp` there is no such command")
            return parts.process_key(self, body)
        return tuple(body)

    def made(self, block: Block, words: list[str]) -> None:
        """What stands on the line of a neighbour belongs under it."""
        if words[0] == "neighbor" and len(words) > 2:
            block.head = " ".join(words[:2])
            self.store(block, words[2:])

    def opened(self, block: Block, words: list[str]) -> None:
        """The action of an entry is replaced; every other head stays as it is."""
        if words[0] == "route-map":
            parts.entry_head(block, words)
        self.made(block, words)

    def removed(self, parent: Block, body: list[str], mode: str) -> None:
        """`no` in front of the head of a block."""
        if parent.mode in bgp.MODES:
            bgp.removed(self.stack, parent, body)
        else:
            parts.remove_block(self, parent, body, mode)

    def listing(self, body: list[str]) -> tuple[Listing, list[str]] | None:
        """Prefix, access, AS-path and community lists."""
        return listing(body)

    def slot(self, block: Block, body: list[str]) -> tuple[Key, Rule]:
        """The place of a statement."""
        if block.mode == "route-map":
            return parts.clause_slot(body, collected=False)
        if block.mode == "interface":
            return parts.face_slot(body)
        if block.mode in bgp.MODES:
            return bgp.slot(block, body)
        if body[:2] in (["ip", "route"], ["ipv6", "route"]):
            return parts.route_slot(body)
        if not block.mode and body[0] in ("hostname", "version"):
            return (body[0],), "replace"
        return tuple(body), "each"

    def split(self, block: Block, body: list[str]) -> list[list[str]]:
        """Statements that NX-OS keeps in parts."""
        return bgp.split(body) if block.mode in bgp.MODES else [body]

    def default_on(self, mode: str, body: list[str]) -> bool:
        """Statements whose `no` is shown."""
        if mode == "interface":
            return body[0] in ("switchport", "cdp", "lldp", "negotiate") or body in (["ip", "redirects"], ["ipv6", "redirects"])
        return mode in ("bgp", "bgp-vrf") and body == ["enforce-first-as"]

    def put(self, block: Block, body: list[str]) -> None:
        """A statement meets a block; some change more than their own place."""
        if block.mode == "interface" and body[0] == "vrf":
            parts.change_vrf(block, body[-1])
        elif block.mode == "route-map" and body[0] == "match":
            parts.alike(block, body, self.slot(block, body)[0])
        elif not block.mode and body[0] == "resequence":
            _resequence(self.root, body[1:])
            return
        super().put(block, body)

    def take(self, block: Block, body: list[str], *, reset: bool) -> None:
        """`no` or `default` meets a block."""
        if block.mode in bgp.MODES:
            bgp.check_no(self.stack, block, body)
        if block.mode == "interface" and body[0] == "vrf":
            parts.change_vrf(block, "")
        if not block.mode and body == ["feature", "bgp"]:
            # What a feature brought goes with it.
            for key in [one for one in block.kids if one[:2] == ("router", "bgp")]:
                del block.kids[key]
        super().take(block, body, reset=reset)

    def names(self, there: str, body: list[str]) -> bool:
        """The text of a description or a password need not be repeated truly."""
        at = next((at for at, word in enumerate(body[:1]) if word in ("description", "password")), len(body))
        return super().names(there, body[: at + 1])

    def free_text(self, lines: list[str], index: int) -> int:
        """Banners: from a mark to the same mark."""
        words = lines[index].split(None, 2) if lines[index].startswith("banner ") else []
        if len(words) < 3:
            return index
        mark = words[2][0]
        if mark in words[2][1:]:
            return index + 1
        return next((at + 1 for at in range(index + 1, len(lines)) if mark in lines[at]), index)


def _resequence(root: Block, words: list[str]) -> None:
    """`resequence ip|ipv6 access-list NAME START STEP`."""
    there = root.kids.get(("access-list", words[0], words[2])) if len(words) == 5 else None
    if not isinstance(there, Listing) or not (words[3].isdecimal() and words[4].isdecimal()):
        raise Refused("the router has no such list, or the numbers are missing")
    there.read()
    there.renumber(int(words[3]), int(words[4]))


def merge(running: str, candidate: str) -> str:
    """The running configuration after the fragment; MergeError names a line that the router refuses or whose effect is not known."""
    return merged(Nxos(), running, candidate)
