"""`router bgp` of IOS-XR as a fragment meets it: blocks of neighbours, groups, families and VRFs."""

from __future__ import annotations

from collections.abc import Sequence

from .._address import canonical
from .._mergelists import Listing, Refused
from .._mergeparts import ORIGINATES, flat, origin_slot
from .._mergetext import OPAQUE, Block, Key, Rule
from .bgp import AF, BASE, GROUPS
from .statement import APPLY, BGP_LINES, FAMILY, NEIGHBOR

_PROCESS = (
    BGP_LINES | ORIGINATES | APPLY | {"bgp", "neighbor", "address-family", "rpki", "as-list", "import", "export", "route-target"}
)
_WORDS = {
    "bgp": _PROCESS | frozenset({"vrf", "default-information", *GROUPS}),
    "bgp-vrf": _PROCESS | {"default-information"},
    "bgp-af": (_PROCESS | {"default-information"}) - {"neighbor", "address-family", "rpki", "as-list", "vrf"},
    "nbr": BASE | NEIGHBOR | APPLY | {"use", "address-family", "update", "bestpath", "origin-as", "bgp", "default-policy-action"},
    "nbr-af": AF | FAMILY | APPLY | {"use", "bestpath", "origin-as", "validation", "default-policy-action", "bgp"},
    "server": frozenset(
        [
            "transport",
            "preference",
            "shutdown",
            "refresh-time",
            "response-time",
            "purge-time",
            "bind-source",
            "username",
            "password",
            "expire-time",
        ]
    ),
}
MODES = frozenset(_WORDS)
Stack = Sequence[Block | Listing]


def opens(mode: str, body: list[str]) -> str:
    """The mode of a head inside the process."""
    head, count = body[0], len(body)
    if mode in ("bgp", "bgp-vrf"):
        if (head == "neighbor" or (head in ("neighbor-group", "session-group") and mode == "bgp")) and count > 1:
            return "nbr"
        if head == "af-group" and count > 3 and mode == "bgp":
            return "nbr-af"
        if head == "address-family" and count > 1:
            return "bgp-af"
        if head == "vrf" and count > 1 and mode == "bgp":
            return "bgp-vrf"
        if body[:2] == ["rpki", "server"] and count > 2:
            return "server"
        return OPAQUE if head in ("as-list", "segment-routing", "bmp") else ""
    return "nbr-af" if mode == "nbr" and head == "address-family" and count > 1 else ""


def head_size(words: list[str]) -> int:
    """How many words of a line are the head of a block; the rest would stand under it."""
    head = words[0]
    if head in ("neighbor", "neighbor-group", "session-group", "vrf"):
        return 2
    if head == "address-family":
        return 3
    if head == "rpki":
        return 3
    if head == "af-group":
        return 5
    return len(words)


def speaks(mode: str, body: list[str]) -> bool:
    """Whether a mode inside the process knows the statement."""
    return body[0] in _WORDS[mode]


def knows(mode: str, body: list[str]) -> bool:
    """Whether `no` in front of a statement that is not there changes nothing."""
    return speaks(mode, body)


def block_key(body: list[str]) -> Key:
    """The place of a block."""
    kept = body[: head_size(body)]
    return tuple([kept[0], canonical(kept[1]), *kept[2:]] if kept[0] == "neighbor" else kept)


def slot(block: Block, body: list[str]) -> tuple[Key, Rule]:
    """The place of a statement."""
    head, rest = body[0], body[1:]
    if block.mode == "server":
        return (head,), "replace"
    if block.mode in ("bgp", "bgp-vrf", "bgp-af"):
        return _process_slot(body)
    if head == "route-policy" and rest:
        return (head, rest[-1]), "replace"
    if head == "use":
        return (head, *rest[:1]), "replace"
    return ((head,) if head in BASE or head in AF else tuple(body)), "replace"


def _process_slot(body: list[str]) -> tuple[Key, Rule]:
    if body[0] in ORIGINATES and len(body) > 1:
        return origin_slot(body), "grow"
    if body[:1] == ["bgp"] and len(body) > 1:
        if body[1:3] == ["origin-as", "validation"] and body[3:4] in (["enable"], ["disable"]):
            return tuple(body[:3]), "replace"
        size = 2 if body[1] in ("router-id", "cluster-id", "enforce-first-as") else 3 if body[2:3] == ["identifier"] else len(body)
        return tuple(body[:size]), "replace"
    return tuple(body), "each"


def check_no(block: Block, body: list[str]) -> None:
    """Refused for options of an origination alone, and for a policy without its direction."""
    key = slot(block, body)[0]
    there = block.kids.get(key)
    if body[0] in ORIGINATES and isinstance(there, str) and len(body) > len(key):
        raise Refused(f"whether this takes away `{there}` or only the options is not known: name none")
    if body[0] == "route-policy" and body[-1] not in ("in", "out"):
        raise Refused("an incomplete statement")


def removed(stack: Stack, parent: Block, body: list[str]) -> None:
    """`no` in front of the head of a block; a group in use stays."""
    key = block_key(body)
    process = stack[1]
    if body[0] in GROUPS and key in parent.kids and isinstance(process, Block):
        line = f"use {body[0]} {body[1]}"
        if line in flat(process):
            raise Refused(f"the commit fails, because `{line}` would refer to a group that is not defined")
    parent.kids.pop(key, None)
