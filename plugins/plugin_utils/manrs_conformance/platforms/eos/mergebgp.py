"""`router bgp` of EOS as a fragment meets it: neighbours, groups, families and VRFs."""

from __future__ import annotations

from collections.abc import Sequence

from .._address import canonical
from .._mergelists import Listing, Refused
from .._mergeparts import ORIGINATES, origin_slot
from .._mergetext import OPAQUE, Block, Key, Rule
from .bgp import DIRECTED, FLAGS, UNSUPPORTED, VALUED
from .statement import BGP_IRRELEVANT, NEIGHBOR_IRRELEVANT, PROCESS_BLOCKS, PROCESS_IRRELEVANT

MODES = frozenset({"bgp", "bgp-vrf", "af"})
_WORDS = (
    PROCESS_IRRELEVANT
    | ORIGINATES
    | {"neighbor", "bgp", "router-id", "shutdown", "local-as", "route-target", "rd", "default-route"}
)
_PROCESS_ONLY = frozenset(
    [
        "remote-as",
        "description",
        "peer",
        "peer-group",
        "update-source",
        "ebgp-multihop",
        "password",
        "shutdown",
        "local-as",
        "timers",
        "ttl",
        "enforce-first-as",
    ]
)
"""Options that no family has: where one is entered in a family, EOS takes it for the process."""
_FAMILY = frozenset(
    [
        "activate",
        "route-map",
        "prefix-list",
        "rcf",
        "default-originate",
        "missing-policy",
        "additional-paths",
        "next-hop",
        "next-hop-unchanged",
        "graceful-restart",
        "maximum-routes",
        "encapsulation",
        "weight",
    ]
)
_OPTIONS = (
    NEIGHBOR_IRRELEVANT
    | FLAGS
    | VALUED
    | DIRECTED
    | UNSUPPORTED
    | _PROCESS_ONLY
    | _FAMILY
    | frozenset({"send-community", "remove-private-as", "as-path", "rib-in"})
)
Stack = Sequence[Block | Listing]


def opens(mode: str, body: list[str]) -> str:
    """The mode of a head inside the process."""
    if mode == "af":
        return ""
    if body[0] == "vrf" and len(body) == 2 and mode == "bgp":
        return "bgp-vrf"
    if body[0] == "address-family" and len(body) > 1:
        return "af"
    if body[:2] == ["rpki", "cache"] and len(body) == 3:
        return "cache"
    if body == ["rpki", "origin-validation"]:
        return "validation"
    return OPAQUE if body[0] in PROCESS_BLOCKS else ""


def speaks(mode: str, body: list[str]) -> bool:
    """Whether the process, a VRF or a family knows the statement."""
    if mode == "af":
        if body[0] == "neighbor":
            return len(body) < 3 or body[2] not in _PROCESS_ONLY
        return body[0] in _WORDS - {"router-id", "shutdown", "local-as", "rd"}
    return body[0] in _WORDS or bool(opens(mode, body))


def knows(mode: str, body: list[str]) -> bool:
    """Whether `no` in front of a statement that is not there changes nothing."""
    if body[0] == "neighbor":
        return len(body) < 3 or body[1] == "interface" or body[2] in _OPTIONS
    if body[0] == "bgp":
        known = BGP_IRRELEVANT | {"default", "missing-policy", "enforce-first-as", "allowas-in", "confederation", "listen"}
        return len(body) > 1 and body[1] in known
    return speaks(mode, body)


def one_word(line: str) -> str:
    """A statement with the two words of a peer group as one."""
    return line.replace(" peer group", " peer-group")


def slot(body: list[str]) -> tuple[Key, Rule]:
    """The place of a statement of the process, a VRF or a family."""
    words = one_word(" ".join(body)).split()
    if words[0] == "neighbor" and len(words) > 2:
        if words[1] == "interface":
            return tuple(words[:3]), "fixed"
        return _option(("neighbor", canonical(words[1])), words[2:])
    if words[0] == "bgp" and len(words) > 1:
        if words[1] == "missing-policy" and "direction" in words[:-1]:
            return ("bgp", "missing-policy", words[words.index("direction") + 1]), "replace"
        single = words[1] in ("allowas-in", "asn", "cluster-id")
        size = 2 if single else 4 if words[1:3] == ["listen", "range"] else 3 if words[2:3] == ["identifier"] else len(words)
        return tuple(words[:size]), "fixed" if size == 4 else "replace"
    if words[0] in ORIGINATES and len(words) > 1:
        return origin_slot(words), "grow"
    if words[0] in ("router-id", "local-as", "rd"):
        return (words[0],), "replace"
    return tuple(words), "each"


def _option(front: Key, words: list[str]) -> tuple[Key, Rule]:
    option, rest = words[0], words[1:]
    if option == "rcf":
        return (*front, option, *rest[:1]), "replace"
    if option in DIRECTED and rest:
        return (*front, option, rest[-1]), "replace"
    if option == "missing-policy" and "direction" in rest[:-1]:
        return (*front, option, rest[rest.index("direction") + 1]), "replace"
    if option in ("as-path", "remove-private-as"):
        return (*front, option, *(one for one in rest[:1] if option == "as-path" or one == "ingress")), "fixed"
    return (*front, option), "fixed" if option in ("send-community", "default-originate", "rib-in") else "replace"


def default_on(body: list[str]) -> bool:
    """What is shown when it is switched off."""
    if body[0] == "neighbor":
        return body[2:] in (["activate"], ["enforce-first-as"])
    return body[0] == "bgp" and (
        body[1:2] in (["enforce-first-as"], ["log-neighbor-changes"]) or body[1:3] == ["default", "ipv4-unicast"]
    )


def check(stack: Stack, block: Block, body: list[str]) -> None:
    """Refused for an option in a family of which it is not known whether the family or the process takes it."""
    if block.mode == "af" and body[0] == "neighbor" and len(body) > 2 and body[2] in _OPTIONS - _FAMILY - NEIGHBOR_IRRELEVANT:
        raise Refused("whether the family or the process takes this is not known: say it under `router bgp`")


def _places(stack: Stack, block: Block) -> list[Block]:
    """The process or VRF that a block belongs to, and the families in it."""
    inner = [one for one in stack if isinstance(one, Block) and one.mode in ("bgp", "bgp-vrf")]
    return [inner[-1], *(one for one in inner[-1].kids.values() if isinstance(one, Block) and one.mode == "af")]


def take(stack: Stack, block: Block, body: list[str], *, reset: bool) -> bool:
    """`no` that takes away a neighbour or a group; whether the statement was one of those."""
    words = one_word(" ".join(body)).split()
    if words[0] in ORIGINATES:
        there = block.kids.get(slot(words)[0])
        if isinstance(there, str) and len(words) > len(slot(words)[0]):
            raise Refused(f"whether this takes away `{there}` or only the options is not known: name none")
        return False
    if words[0] != "neighbor" or len(words) < 2 or words[1] == "interface":
        return False
    name, option = canonical(words[1]), words[2] if len(words) > 2 else ""
    if (option == "" and block.mode != "af") or words[2:] == ["peer-group"]:
        _forget(_places(stack, block), name, words[1])
        return True
    if option in DIRECTED and len(words) == 3:
        raise Refused("an incomplete statement")
    return not reset and _override(stack, block, words, name)


def _override(stack: Stack, block: Block, words: list[str], name: str) -> bool:
    """`no` for a member of a group: the default of the system holds for it, whatever the group says (`default` leaves it to the group).

    Arista's manual says so of the statements of a neighbour one by one.
    """
    key = slot(words)[0]
    places = _places(stack, block)
    if (
        words[2] not in _OPTIONS
        or words[2] in ("peer-group", "remote-as")
        or not any(("neighbor", name, "peer-group") in one.kids for one in places)
    ):
        return False
    block.kids.pop(key, None)
    block.kids[("no", *key)] = " ".join(["no", *words])
    return True


def _forget(places: list[Block], name: str, text: str) -> None:
    every = [one_word(one) for place in places for one in place.kids.values() if isinstance(one, str)]
    members = [one for one in every if f" peer-group {text} " in f"{one} "]
    if members:
        raise Refused(f"the group has members, and what is left of them is not known: `{members[0]}`")
    for place in places:
        for key in [one for one in place.kids if one[:2] == ("neighbor", name) or one[:3] == ("no", "neighbor", name)]:
            del place.kids[key]
