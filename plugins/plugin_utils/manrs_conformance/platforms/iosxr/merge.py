"""What the commit of a fragment makes of an IOS-XR configuration.

Policies and sets are defined anew as a whole; everything else is entered by blocks, or on one line with the heads of its blocks in front. Where
no text of the vendor says what a line does to what is stored, the line is refused with a message.
"""

from __future__ import annotations

import re

from ...errors import MergeError
from .. import _mergeparts as parts
from .._merge import Loader, merged
from .._mergelists import Entry, Listing, ListRules, Refused, acl_entry
from .._mergetext import OPAQUE, Block, Key, Rule, dictated
from . import mergebgp as bgp
from .parser import parse
from .reader import HEADS, IRRELEVANT_SETS, SETS
from .statement import APPLY, INTERFACE, INTERFACE_IP, IP, TOP, banner_end

TYPES = [
    "BE",
    "Bundle-Ether",
    "BVI",
    "Ethernet",
    "FastEthernet",
    "FiftyGigE",
    "FortyGigE",
    "FourHundredGigE",
    "GigabitEthernet",
    "HundredGigE",
    "Loopback",
    "MgmtEth",
    "Null",
    "POS",
    "TenGigE",
    "tunnel-ip",
    "tunnel-te",
    "TwentyFiveGigE",
    "TwoHundredGigE",
]
ENDS = {"route-policy": "end-policy", "policy-global": "end-global", "group": "end-group"}
_TEXTS = (*SETS, *IRRELEVANT_SETS, "route-policy ", "policy-global", "group ")
_STRONG = frozenset({"interface", "router", "hostname", *(one.strip() for one in _TEXTS if one != "group ")})
_PROTOCOLS = frozenset(
    [
        "router",
        "mpls",
        "multicast-routing",
        "rsvp",
        "l2vpn",
        "evpn",
        "ntp",
        "lldp",
        "cdp",
        "segment-routing",
        "performance-mgmt",
        "ipsla",
        "bfd",
        "pce",
    ]
)
_FACE = INTERFACE | {"description", "shutdown", "vrf"} | APPLY
_FACE_IP = INTERFACE_IP | {"address", "verify", "access-group", "unnumbered"}
_NOTES = frozenset({"remark"})


def _entry(words: list[str]) -> Entry:
    return acl_entry(["any" if one == "0.0.0.0/0" else one for one in words])


_ACL = ListRules(_entry, lambda number, text: f"{number} {text}", step=10, missing=True, outlives=True, notes=_NOTES)


class Xr(Loader):
    """The language of IOS-XR in configuration mode."""

    by_indent = True
    headers = ("Building", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

    def __init__(self) -> None:
        super().__init__()
        self.other: list[Block | Listing] | None = None
        """Where the next line stands if `!` leaves a mode; None when that makes no difference."""

    def opens(self, mode: str, body: list[str]) -> str:
        """The mode of a head; what the inside of a block means is known for these."""
        head, count = body[0], len(body)
        if mode in bgp.MODES:
            return bgp.opens(mode, body)
        if mode == OPAQUE:
            return OPAQUE
        if mode:
            return ""
        if head == "router" and count > 1:
            return "bgp" if body[1] == "bgp" else OPAQUE
        if head == "interface" and count > 1:
            return head
        blocks = ("vrf", "line", "ntp", "class-map", "policy-map", "username", "key", "object-group", "control-plane", "telemetry")
        return OPAQUE if head in blocks and not self.shown else ""

    def speaks(self, mode: str, body: list[str]) -> bool:
        """Whether the mode knows the statement."""
        head, second = body[0], body[1] if len(body) > 1 else ""
        attached = head == "route-policy" and body[-1] in ("in", "out")
        strong = (head in _STRONG and not attached) or (head in ("ipv4", "ipv6") and second == "access-list")
        if mode == "strong":
            return strong
        if mode in bgp.MODES:
            return not strong and bgp.speaks(mode, body)
        if mode == "interface":
            return not strong and (second in _FACE_IP if head in ("ipv4", "ipv6") else head in _FACE)
        if mode == "list":
            return head in ("permit", "deny", "remark") or head.isdecimal()
        if mode:
            return False
        return (
            strong
            or head in TOP
            or head in APPLY
            or head in ("group", "vrf", "dynamic-template")
            or (head in ("ipv4", "ipv6") and second in IP)
        )

    def _takes(self, at: int, body: list[str], indent: int) -> bool:
        """Interfaces stand under protocols too."""
        here = self.stack[at]
        if here.mode == OPAQUE and body[0] == "interface":
            return indent > here.indent and self.stack[1].head.split()[0] in _PROTOCOLS
        return super()._takes(at, body, indent)

    def knows(self, block: Block, body: list[str]) -> bool:
        """Whether `no` in front of a statement that is not there changes nothing: XR keeps no `no`."""
        return bgp.knows(block.mode, body) if block.mode in bgp.MODES else super().knows(block, body)

    def block_key(self, parent: Block, body: list[str]) -> Key:
        """The place of a block."""
        if parent.mode in bgp.MODES:
            return bgp.block_key(body)
        if body[0] == "interface":
            kept = [one for one in body[1:] if one not in ("preconfigure", "l2transport")]
            return parts.face_key(self.root, kept, TYPES, shown=self.shown)
        if body[:2] == ["router", "bgp"]:
            return parts.process_key(self, body)
        return tuple(body)

    def made(self, block: Block, words: list[str]) -> None:
        """What the router shows behind the head of a neighbour belongs under it."""
        size = bgp.head_size(words)
        if block.mode in bgp.MODES and size < len(words):
            block.head = " ".join(words[:size])
            self.store(block, words[size:])

    def opened(self, block: Block, words: list[str]) -> None:
        """Heads stay as they are."""
        self.made(block, words)

    def enter(self, words: list[str], body: list[str], indent: int) -> None:
        """A statement; one that begins with the heads of blocks goes into them and leaves the mode as it was."""
        here = self.stack[-1]
        size = len(body)
        if isinstance(here, Block) and (here is self.root or here.mode in bgp.MODES) and self.opens(here.mode, body):
            size = 3 if body[:2] == ["router", "bgp"] else 2 if body[0] == "interface" else bgp.head_size(body)
        if body[0] not in ("router", "interface") and here is self.root:
            size = len(body)
        if size >= len(body) or body[2:] == ["l2transport"] or (body[0] == "interface" and body[1] == "preconfigure"):
            super().enter(words, body, indent)
            return
        kept = list(self.stack)
        head, rest = body[:size], body[size:]
        super().enter(head, head, indent)
        self.enter([words[0], *rest] if words is not body else rest, rest, indent)
        self.stack = kept

    def feed(self, raw: str) -> None:
        """One line; whether `!` alone leaves a mode is not known, so a line that would stand elsewhere then is refused."""
        words = raw.split()
        if words == ["!"]:
            other = self.other or list(self.stack)
            self.other = other[: max(1, len(other) - 1)]
            return
        if words in (["root"], ["exit"]):
            for stack in (self.stack, self.other or [self.root]):
                del stack[1 if words == ["root"] else max(1, len(stack) - 1) :]
            return
        if words and self.other is not None and not words[0].startswith("!"):
            self._agree(dictated(words), len(raw) - len(raw.lstrip()))
        super().feed(raw)

    def _agree(self, body: list[str], indent: int) -> None:
        """Refused when the line stands elsewhere if `!` leaves a mode."""
        here, other = list(self.stack), self.other or []
        self.other = None
        found = []
        for stack in (here, other):
            self.stack = stack
            found.append(next((at for at in range(len(stack) - 1, -1, -1) if self._takes(at, body, indent)), 0))
        self.stack = here
        one, two = here[found[0]], other[found[1]]
        if one is not two and not (one.mode == OPAQUE and two.mode == OPAQUE):
            raise Refused("whether the `!` before it left a mode decides where this belongs: write `exit` there")
        if one is not two:
            self.stack = other

    def removed(self, parent: Block, body: list[str], mode: str) -> None:
        """`no` in front of the head of a block."""
        if parent.mode in bgp.MODES:
            bgp.removed(self.stack, parent, body)
        else:
            parent.kids.pop(self.block_key(parent, body), None)

    def listing(self, body: list[str]) -> tuple[Listing, list[str]] | None:
        """Access lists."""
        if body[0] in ("ipv4", "ipv6") and body[1:2] == ["access-list"] and len(body) > 2:
            head = " ".join(body[:3])
            return Listing(head, ("access-list", body[0], body[2]), _ACL, flat=False, opens=len(body) == 3), body[3:]
        return None

    def slot(self, block: Block, body: list[str]) -> tuple[Key, Rule]:
        """The place of a statement."""
        if block.mode == "interface":
            return parts.face_slot(body)
        if block.mode in bgp.MODES:
            return bgp.slot(block, body)
        return ((body[0],) if body[0] == "hostname" else tuple(body)), "replace"

    def put(self, block: Block, body: list[str]) -> None:
        """A statement meets a block."""
        if block.mode == "interface" and body[0] == "vrf" and block.kids.get(("vrf",)) != " ".join(body):
            _without_addresses(block)
        super().put(block, body)

    def take(self, block: Block, body: list[str], *, reset: bool) -> None:
        """`no` or `default` meets a block."""
        if block.mode == "interface" and body[0] == "vrf":
            _without_addresses(block)
        if block is self.root and f"{body[0]} ".startswith(tuple(one.strip() + " " for one in _TEXTS)):
            if len(body) != 2:
                raise Refused("name what is taken away")
            block.kids.pop(self.text_key(" ".join(body)), None)
            return
        if block.mode in bgp.MODES:
            bgp.check_no(block, body)
        super().take(block, body, reset=reset)

    def closer(self, block: Block) -> str:
        """Every block ends with a line of its own."""
        return "!" if block.kids or block.mode != OPAQUE else ""

    def free_text(self, lines: list[str], index: int) -> int:
        """Policies, sets and groups, up to their closing words; banners."""
        line = lines[index]
        words = line.split()
        if not words or (words[0] not in ("banner", "group") and not (line.lstrip() + " ").startswith(_TEXTS)):
            return index
        if words[0] == "banner":
            return banner_end(lines, index)
        if (words[0] == "route-policy" and words[-1] in ("in", "out")) or (
            words[0] == "group" and (line[0] in " \t" or len(words) != 2)
        ):
            return index
        end = ENDS.get(words[0], "end-set")
        for at in range(index + 1, len(lines)):
            if lines[at].strip() == end:
                return at + 1
            if words[0] != "group" and lines[at].startswith(HEADS):
                break
        if self.shown:
            return index + 1
        raise Refused(f"it is not closed by `{end}`")

    def text_key(self, line: str) -> Key:
        """The place of a policy, a set or a group: its kind and its name without parameters."""
        words = re.split(r"[\s(]+", line.strip())
        return ("text", words[0], *words[1:2])

    def define(self, key: Key, text: str) -> None:
        """A definition replaces the one that is there; what a second one leaves of a group is not known."""
        there = self.root.kids.get(key)
        if key[1] == "group" and there is not None and str(there).split() != text.split():
            raise Refused("the group is there already, and what a second definition leaves of it is not known")
        if isinstance(there, Block | Listing):
            raise Refused(f"the router holds a block there: `{there.head}`")
        self.other = None
        super().define(key, text)


def _without_addresses(block: Block) -> None:
    """Refused for an interface that has addresses: the commit of another VRF fails then."""
    held = [one for one in block.kids.values() if isinstance(one, str) and one.split()[1:2] == ["address"]]
    if held:
        raise Refused(f"the interface holds `{held[0]}`: XR changes the VRF of an interface without addresses only")


def merge(running: str, candidate: str) -> str:
    """The running configuration after the commit; MergeError names a line that XR refuses or whose effect is not known.

    A policy in use must find every policy and set that it refers to, else the commit fails (routing policy guide, attached policies).
    """
    text = merged(Xr(), running, candidate)
    lost = [one for one in parse(text, {}).undefined if one.kind != "access-list"]
    if lost:
        lines = text.splitlines()
        before, idle = {(one.kind, one.name) for one in parse(running, {}).undefined}, _idle(lines)
        for one in lost:
            if (one.kind, one.name) not in before and one.line not in idle:
                raise MergeError(_refusal(one.kind, one.name, lines[one.line - 1].strip(), candidate))
    return text


def _idle(lines: list[str]) -> set[int]:
    """Numbers of the lines of policies that are applied nowhere: these may refer to what is not defined."""
    bodies: dict[str, list[int]] = {}
    inside, used = "", set()
    for number, line in enumerate(lines, 1):
        if line.startswith("route-policy "):
            inside = re.split(r"[\s(]+", line)[1]
            bodies[inside] = []
        if inside:
            bodies[inside].append(number)
            inside = "" if line.strip() == "end-policy" else inside
        elif "policy " in line:
            used |= set(re.findall(r"policy ([^\s(]+)", line))
    todo = list(used)
    while todo:
        for number in bodies.get(todo.pop(), ()):
            found = set(re.findall(r"\bapply ([^\s(]+)", lines[number - 1])) - used
            used |= found
            todo += found
    return {number for name, numbers in bodies.items() if name not in used for number in numbers}


def _refusal(kind: str, name: str, line: str, candidate: str) -> str:
    """Why the commit fails, with the line of the fragment that speaks of it."""
    named = re.compile(rf"(?<![\w.:-]){re.escape(name)}(?![\w.:-])")
    spoken = [(at, one.strip()) for at, one in enumerate(candidate.splitlines(), 1) if named.search(one)]
    where = f"line {spoken[0][0]} of the fragment, `{spoken[0][1]}`: " if spoken else ""
    return f"{where}the commit fails, because `{line}` would refer to the {kind} {name}, which is not defined"
