"""`router bgp` of NX-OS as a fragment meets it: blocks of neighbours, templates, families and VRFs."""

from __future__ import annotations

from collections.abc import Sequence

from .._address import canonical
from .._mergelists import Listing, Refused
from .._mergeparts import ORIGINATES, flat, origin_slot
from .._mergetext import OPAQUE, Block, Key, Rule
from .bgp import FAMILY_IRRELEVANT, GLOBAL_IRRELEVANT, TEMPLATES
from .options import AF, AF_IRRELEVANT, BASE, BASE_IRRELEVANT, DIRECTED

_PROCESS = GLOBAL_IRRELEVANT | frozenset(
    [
        "router-id",
        "neighbor",
        "address-family",
        "rpki",
        "bestpath",
        "origin-as",
        "local-as",
        "confederation",
        "enforce-first-as",
        "maxas-limit",
        "shutdown",
    ]
)
_WORDS = {
    "bgp": _PROCESS | {"vrf", "template"},
    "bgp-vrf": _PROCESS,
    "bgp-af": FAMILY_IRRELEVANT | ORIGINATES | {"default-information", "bestpath", "origin-as", "inject-map"},
    "nbr": BASE | BASE_IRRELEVANT | {"inherit", "address-family", "origin-as", "bestpath"},
    "nbr-af": AF | AF_IRRELEVANT | {"inherit", "advertise-map", "unsuppress-map", "origin-as", "bestpath"},
}
MODES = frozenset(_WORDS)
_KINDS = {
    "": ("standard",),
    "standard": ("standard",),
    "extended": ("extended",),
    "large": ("large",),
    "both": ("standard", "extended"),
    "all": ("standard", "extended", "large"),
}
Stack = Sequence[Block | Listing]


def opens(mode: str, body: list[str]) -> str:
    """The mode of a head inside the process."""
    head, count = body[0], len(body)
    if mode in ("bgp", "bgp-vrf"):
        if head == "neighbor" and count > 1:
            return "nbr"
        if head == "address-family" and count > 1:
            return "bgp-af"
        if head == "vrf" and count == 2 and mode == "bgp":
            return "bgp-vrf"
        if head == "template" and count == 3 and body[1] in TEMPLATES:
            return "nbr-af" if body[1] == "peer-policy" else "nbr"
        return OPAQUE if head == "rpki" else ""
    return "nbr-af" if mode == "nbr" and head == "address-family" and count > 1 else ""


def speaks(mode: str, body: list[str]) -> bool:
    """Whether a mode inside the process knows the statement."""
    return body[0] in _WORDS[mode]


def block_key(body: list[str]) -> Key:
    """The place of a block: a neighbour by its address alone."""
    if body[0] == "neighbor":
        return ("neighbor", canonical(body[1]))
    return tuple(body)


def split(body: list[str]) -> list[list[str]]:
    """Kinds of communities, and members of a confederation, are kept apart."""
    if body[0] == "send-community" and len(body) < 3:
        kinds = _KINDS.get(body[1] if len(body) > 1 else "", ())
        return [["send-community", one] for one in kinds] or [body]
    if body[:2] == ["confederation", "peers"] and len(body) > 2:
        return [["confederation", "peers", one] for one in body[2:]]
    return [body]


def slot(block: Block, body: list[str]) -> tuple[Key, Rule]:
    """The place of a statement."""
    head, rest = body[0], body[1:]
    if block.mode == "bgp-af":
        return (origin_slot(body), "grow") if head in ORIGINATES and rest else (tuple(body), "each")
    if block.mode in ("bgp", "bgp-vrf"):
        if head in ("router-id", "local-as", "maxas-limit", "cluster-id"):
            return (head,), "replace"
        return (tuple(body[:2]), "replace") if body[:2] == ["confederation", "identifier"] else (tuple(body), "each")
    if head in DIRECTED and rest:
        return (head, rest[-1]), "replace"
    if head == "inherit":
        return (head, *rest[:1], *rest[2:]), "fixed" if rest[2:] else "replace"
    if head == "send-community":
        return (head, *rest[:1]), "replace"
    return ((head,) if head in BASE or head in AF else tuple(body)), "replace"


def check_no(stack: Stack, block: Block, body: list[str]) -> None:
    """Refused for `no` whose effect is not known: incomplete ones, options alone, and what comes from a template."""
    if block.mode not in ("nbr", "nbr-af"):
        there = block.kids.get(slot(block, body)[0])
        if (
            block.mode == "bgp-af"
            and isinstance(there, str)
            and there.split()[0] in ORIGINATES
            and len(body) > len(slot(block, body)[0])
        ):
            raise Refused(f"whether this takes away `{there}` or only the options is not known: name none")
        return
    if body[0] in DIRECTED and len(body) != 3:
        raise Refused("an incomplete statement")
    if body == ["send-community"] and any(key[0] == "send-community" and key[1:] != ("standard",) for key in block.kids):
        raise Refused("which kinds of communities this takes away is not known: name them")
    keys = [slot(block, one)[0] for one in split(body)]
    above = [one for one in stack if isinstance(one, Block) and one.mode in ("nbr", "nbr-af")]
    own = body[0] == "inherit" or any(key in block.kids or ("no", *key) in block.kids for key in keys)
    if not own and any(key[0] == "inherit" for one in above for key in one.kids):
        raise Refused("the neighbour inherits from a template, and whether it can be taken away here is not known")


def removed(stack: Stack, parent: Block, body: list[str]) -> None:
    """`no` in front of the head of a block."""
    if body[0] == "neighbor" and len(body) > 2:
        raise Refused("whether this takes away the neighbour or the option is not known: name the neighbour alone")
    key = block_key(body)
    if key not in parent.kids:
        return
    if body[0] == "template":
        process = stack[1]
        line = " ".join(["inherit", *body[1:]])
        if isinstance(process, Block) and any(f"{one} ".startswith(f"{line} ") for one in flat(process)):
            raise Refused("neighbours inherit from the template, and what is left of them is not known")
    del parent.kids[key]
