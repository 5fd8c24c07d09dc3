"""What IOS and IOS-XE make of lines that are entered in configuration mode: the running configuration afterwards.

Where releases differ, or no text of the vendor says what a line does to what is stored, the line is refused with a message.
"""

from __future__ import annotations

from .._merge import OPAQUE, Block, Key, Loader, Rule, merged
from .._mergelists import Listing, Refused
from . import mergebgp as bgp
from .clauses import MATCHING, SETTING
from .mergelists import listing, resequence
from .mergenames import face_key
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
_COLLECTED = {
    "as-path": 2,
    "community": 2,
    "interface": 2,
    "metric": 2,
    "tag": 2,
    "local-preference": 2,
    "route-type": 2,
    "ip": 3,
    "ipv6": 3,
}
"""Matches whose further lines add values to the first, and how many words name them."""
_REPLACED_SETS = frozenset(["local-preference", "metric", "metric-type", "weight", "tag", "origin", "level"])


class Ios(Loader):
    """The language of IOS in configuration mode."""

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
            return face_key(self.root, body[1:], shown=self.shown)
        if body[0] == "route-map":
            return self._entry(body)
        if body[0] == "address-family" and parent.mode in ("bgp", "af"):
            return bgp.family(body)
        if body[:2] == ["router", "bgp"]:
            other = next((key for key in self.root.kids if key[:2] == ("router", "bgp")), None)
            if other is not None and other != tuple(body):
                raise Refused(f"BGP runs as AS {other[2]}")
            if len(body) != 3:
                raise Refused("without the number of the AS")
        return tuple(body)

    def _entry(self, body: list[str]) -> Key:
        """The entry of a route-map; without a number IOS takes the only one that is there, or makes entry 10."""
        if len(body) > 3 and body[3].isdecimal() and len(body) == 4:
            return ("route-map", body[1], str(int(body[3])))
        if len(body) > 3 or (len(body) == 3 and body[2] not in ("permit", "deny")):
            raise Refused("not a head of an entry of a route-map")
        there = [key for key in self.root.kids if key[:2] == ("route-map", body[1])]
        if len(there) > 1 and not self.shown:
            raise Refused("the route-map has several entries: the line must give the number")
        return there[0] if len(there) == 1 else ("route-map", body[1], "10")

    def opened(self, block: Block, words: list[str]) -> None:
        """The action of an entry is replaced; every other head stays as it is."""
        if words[0] == "route-map":
            number = block.head.split()[3:4] or (words[3:4] or ["10"])
            block.head = " ".join(["route-map", words[1], *(words[2:3] or block.head.split()[2:3] or ["permit"]), *number])

    def removed(self, parent: Block, body: list[str], mode: str) -> None:
        """`no` in front of the head of a block."""
        kids = parent.kids
        if body[0] == "route-map" and len(body) == 2:
            for key in [one for one in kids if one[:2] == ("route-map", body[1])]:
                del kids[key]
            return
        key = self.block_key(parent, body)
        there = kids.get(key)
        if isinstance(there, Block):
            if body[0] == "route-map" and len(body) > 2 and there.head.split()[2:3] not in ([body[2]], []):
                raise Refused(f"the entry is `{there.head}`")
            if body[0] == "interface" and there.head.split()[1][:1] not in "LlTtVvBbDdPp" and "." not in there.head:
                raise Refused("a physical interface cannot be removed")
            if mode == "vrf":
                self._unused(body[-1])
            del kids[key]

    def emptied(self, parent: Block, body: list[str]) -> None:
        """`default interface`: what stands under it goes."""
        if body[0] != "interface" or len(body) < 2:
            super().emptied(parent, body)
        there = parent.kids.get(self.block_key(parent, body))
        if isinstance(there, Block):
            there.kids, there.raw = {}, []

    def _unused(self, name: str) -> None:
        """A VRF takes with it what refers to it."""
        for item in self.root.kids.values():
            if isinstance(item, Block) and item.mode in ("interface", "bgp"):
                self.read(item)
                if any(name in one.split() for one in _flat(item)):
                    raise Refused(f"`{item.head}` refers to the VRF: what is taken with it is not followed, remove it there first")

    def listing(self, body: list[str]) -> tuple[Listing, list[str]] | None:
        """Prefix, access, AS-path and community lists."""
        return listing(body)

    def slot(self, block: Block, body: list[str]) -> tuple[Key, Rule]:
        """The place of a statement."""
        if block.mode == "route-map":
            return _clause(body)
        if block.mode == "interface":
            return _face(body)
        if block.mode in ("bgp", "af", "template"):
            return bgp.slot(block, body)
        if block.mode:
            return tuple(body), "each"
        if body[0] in ("hostname", "version"):
            return (body[0],), "replace"
        if body[:2] == ["ip", "route"] and "vrf" not in body and len(body) > 4:
            return tuple(body[: 6 if body[4][:1].isalpha() and len(body) > 5 and body[5].count(".") == 3 else 5]), "replace"
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
        elif block.mode == "interface" and _face(body)[0] == ("vrf", "forwarding") and self._vrf(block) != body[-1]:
            _without_addresses(block)
        elif block.mode == "route-map" and body[:1] == ["match"]:
            _alike(block, body)
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
        if block.mode == "interface" and _face(body)[0] == ("vrf", "forwarding") and self._vrf(block):
            _without_addresses(block)
        if block.mode == "route-map" and body[:1] == ["match"] and len(body) > 1:
            _alike(block, body)
        super().take(block, body, reset=reset)

    def names(self, there: str, body: list[str]) -> bool:
        """The text of a description or a password need not be repeated truly."""
        at = next((at for at, word in enumerate(body[:3]) if word in ("description", "password")), len(body))
        return super().names(there, body[: at + 1])

    def _vrf(self, block: Block) -> str:
        found = [one.split()[-1] for one in _flat(block) if one.startswith(("vrf forwarding", "ip vrf forwarding"))]
        return found[-1] if found else ""

    def closer(self, block: Block) -> str:
        """Families and templates have closing lines."""
        return bgp.closer(block.head)

    def arranged(self, block: Block, lines: list[tuple[Key, str]]) -> list[tuple[Key, str]]:
        """Statements of one neighbour stand together."""
        return bgp.arranged(lines) if block.mode in ("bgp", "af") else lines

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


def _flat(block: Block) -> list[str]:
    """Every line under a block."""
    out: list[str] = []
    for one in block.kids.values():
        if isinstance(one, str):
            out.append(one)
        elif isinstance(one, Block):
            out += [one.head, *_flat(one)]
    return out


def _without_addresses(block: Block) -> None:
    """An interface that changes its VRF loses its addresses."""
    for key in [key for key, one in block.kids.items() if isinstance(one, str) and one.startswith(("ip address", "ipv6 address"))]:
        del block.kids[key]


def _clause(body: list[str]) -> tuple[Key, Rule]:
    """Clauses of a route-map entry: further matches of a kind add values; for most kinds of `set` that is not known."""
    if body[0] in ("continue", "description"):
        return (body[0],), "replace"
    if body[0] == "match" and len(body) > 1 and body[1] in _COLLECTED:
        size = _COLLECTED[body[1]]
        lists = body[3:4] if size == 3 and body[3:4] in (["prefix-list"], ["route-source"]) else []
        return (*body[:size], *lists), "fixed" if "exact-match" in body or "rpki" in body else "collect"
    if body[0] == "match":
        return tuple(body[:2]), "fixed"
    if body[0] == "set" and len(body) > 1 and body[1] in _REPLACED_SETS:
        return tuple(body[:2]), "replace"
    if body[0] == "set":
        size = 3 if body[1:2] and body[1] in ("ip", "ipv6", "as-path", "extcommunity", "comm-list") else 2
        return tuple(body[: 4 if body[3:4] == ["last-as"] else size]), "fixed"
    return tuple(body), "each"


def _alike(block: Block, body: list[str]) -> None:
    """Matches of one kind in two forms: what the router makes of them is not known."""
    key, _ = _clause(body)
    if body[1:3] in (["ip", "address"], ["ipv6", "address"]) and len(body) > 3:
        kept = [one for one in block.kids if one[:3] == key[:3] and one != key]
        if kept:
            raise Refused(f"the entry matches addresses in another way: `{block.kids[kept[0]]}`")
    there = block.kids.get(key)
    if isinstance(there, str) and ("exact-match" in there.split()) != ("exact-match" in body) and len(body) > 2:
        raise Refused(f"the entry holds `{there}`")


def _face(body: list[str]) -> tuple[Key, Rule]:
    """Statements of an interface."""
    head, rest = body[0], body[1:]
    if head == "ip" and rest[:1] == ["address"]:
        return (("ip", "address", rest[1]) if "secondary" in rest else ("ip", "address")), "replace"
    if head in ("ip", "ipv6") and rest[:1] and rest[0] in ("access-group", "traffic-filter") and len(rest) == 3:
        return (head, rest[0], rest[2]), "replace"
    if head in ("ip", "ipv6") and rest[:2] == ["verify", "unicast"]:
        return (head, "verify", "unicast"), "replace" if rest[2:3] == ["source"] else "fixed"
    if head in ("ip", "ipv6") and rest[:1] == ["unnumbered"]:
        return (head, "unnumbered"), "replace"
    if (head == "vrf" and rest[:1] == ["forwarding"]) or (head == "ip" and rest[:2] == ["vrf", "forwarding"]):
        return ("vrf", "forwarding"), "replace"
    if head in ("description", "mtu", "bandwidth", "speed", "duplex", "encapsulation"):
        return (head,), "replace"
    return tuple(body), "each"


def merge(running: str, candidate: str) -> str:
    """The running configuration after the fragment; MergeError names a line that the router refuses or whose effect is not known."""
    return merged(Ios(), running, candidate)
