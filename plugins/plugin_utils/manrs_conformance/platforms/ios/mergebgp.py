"""`router bgp` of IOS as a fragment meets it: neighbours, groups, families and the two places of IPv4 unicast."""

from __future__ import annotations

from collections.abc import Sequence

from .._address import canonical
from .._mergelists import Listing, Refused
from .._mergeparts import origin_slot
from .._mergetext import Block, Key, Rule
from .bgp import AF, AF_IRRELEVANT, BASE, BASE_IRRELEVANT, DIRECTED, UNSUPPORTED
from .statement import BGP_IRRELEVANT, ROUTER_IRRELEVANT

IPV4 = ("address-family", "ipv4", "unicast")
_WORDS = ROUTER_IRRELEVANT | {
    "neighbor",
    "bgp",
    "network",
    "aggregate-address",
    "redistribute",
    "default-information",
    "distribute-list",
}
_ORIGIN = frozenset({"network", "aggregate-address", "redistribute", "default-information"})
_GLOBAL_KEYS = {
    ("router-id",): 2,
    ("cluster-id",): 2,
    ("maxas-limit",): 2,
    ("asnotation",): 2,
    ("default", "local-preference"): 3,
    ("confederation", "identifier"): 3,
    ("listen", "limit"): 3,
}
_GLOBALS = frozenset(
    [
        "safe-ebgp-policy",
        "enforce-first-as",
        "maxas-limit",
        "asnotation",
        "default",
        "confederation",
        "listen",
        "rpki",
        "bestpath",
        "inject-map",
    ]
)
_POLICY = AF | AF_IRRELEVANT | {"unsuppress-map", "advertise-map"}
_OPTIONS = BASE | BASE_IRRELEVANT | AF | AF_IRRELEVANT | UNSUPPORTED
_COMMUNITIES = {
    "": ("standard",),
    "standard": ("standard",),
    "extended": ("extended",),
    "large": ("large",),
    "both": ("standard", "extended"),
}
Stack = Sequence[Block | Listing]


def opens(body: list[str]) -> str:
    """The mode of a head inside the process."""
    if body[0] == "address-family" and len(body) > 1:
        return "af"
    return "template" if body[0] == "template" and len(body) > 2 else ""


def speaks(mode: str, body: list[str]) -> bool:
    """Whether the process, a family or a template knows the statement."""
    if mode == "template":
        return body[0] in _OPTIONS
    return body[0] in _WORDS or (mode == "bgp" and body[0] in ("address-family", "template"))


def knows(mode: str, body: list[str]) -> bool:
    """Whether `no` in front of a statement that is not there changes nothing."""
    if body[0] == "neighbor" and mode != "template":
        return len(body) < 3 or body[2] in _OPTIONS
    if body[0] == "bgp":
        return len(body) > 1 and (body[1] in BGP_IRRELEVANT or body[1] in _GLOBALS)
    return speaks(mode, body)


def family(body: list[str]) -> Key:
    """The place of a family: `unicast` need not be written."""
    rest = body[2:]
    if body[1] in ("ipv4", "ipv6", "vpnv4", "vpnv6") and (not rest or rest[0] == "vrf"):
        rest = ["unicast", *rest]
    return ("address-family", body[1], *rest)


def closer(head: str) -> str:
    """The closing line of a family or a template."""
    if head.startswith("template "):
        return f"exit-{head.split()[1]}"
    return "exit-address-family" if head.startswith("address-family") else ""


def split(body: list[str]) -> list[list[str]]:
    """Kinds of communities, and members of a confederation, are kept apart."""
    at = 2 if body[0] == "neighbor" else 0
    if body[at : at + 1] == ["send-community"] and len(body) <= at + 2:
        kinds = _COMMUNITIES.get(body[at + 1] if len(body) > at + 1 else "", ())
        return [[*body[: at + 1], one] for one in kinds] or [body]
    if body[:3] == ["bgp", "confederation", "peers"] and len(body) > 3:
        return [["bgp", "confederation", "peers", one] for one in body[3:]]
    return [body]


def slot(block: Block, body: list[str]) -> tuple[Key, Rule]:
    """The place of a statement of the process, a family or a template."""
    if block.mode == "template":
        return _option((), body)
    if body[0] == "neighbor" and len(body) > 2:
        return _option(("neighbor", canonical(body[1])), body[2:])
    if body[0] == "neighbor":
        return ("neighbor", *(canonical(one) for one in body[1:])), "each"
    if body[0] == "bgp":
        size = next((size for words, size in _GLOBAL_KEYS.items() if tuple(body[1 : 1 + len(words)]) == words), len(body))
        size = 5 if body[1:3] == ["rpki", "server"] else 4 if body[1:3] == ["listen", "range"] else size
        return tuple(body[:size]), "replace"
    if body[0] in _ORIGIN:
        return origin_slot(body), "grow"
    if body[0] in ("maximum-paths", "distance", "table-map"):
        return tuple(body[: 2 if body[1:2] in (["ibgp"], ["eibgp"], ["bgp"]) else 1]), "replace"
    return tuple(body), "each"


def _option(front: Key, words: list[str]) -> tuple[Key, Rule]:
    option, rest = words[0], words[1:]
    if option in DIRECTED and rest:
        return (*front, option, rest[-1]), "replace"
    if option == "send-community":
        return (*front, option, *rest[:1]), "replace"
    if option == "inherit":
        return (*front, option, *rest[:1], *(() if front else rest[2:])), "replace"
    return (*front, option), "replace"


def default_on(mode: str, body: list[str]) -> bool:
    """What is shown when it is switched off."""
    if body[0] == "neighbor":
        return body[2:] in (["activate"], ["enforce-first-as"])
    if body[0] == "bgp":
        return body[1:3] in (["default", "ipv4-unicast"], ["default", "route-target"]) or (
            body[1:2] != []
            and body[1] in ("enforce-first-as", "log-neighbor-changes", "fast-external-fallover", "client-to-client")
        )
    return body[0] in ("auto-summary", "synchronization")


def home(stack: Stack, block: Block, body: list[str]) -> Block:
    """Where a statement is kept: IPv4 unicast stands under the process, or in a family of its own once there is one."""
    process = stack[1]
    assert isinstance(process, Block)
    table = process.kids.get(IPV4)
    policy = body[0] in _ORIGIN or (body[0] == "neighbor" and len(body) > 2 and body[2] in _POLICY)
    if not policy or not isinstance(table, Block) or block not in (process, table):
        return block
    for one in split(body):
        key, _ = slot(table, one)
        kept = process.kids.pop(key, None)
        if kept is not None:
            table.kids.setdefault(key, kept)
        kept = process.kids.pop(("no", *key), None)
        if kept is not None:
            table.kids.setdefault(("no", *key), kept)
    return table


def _places(stack: Stack, block: Block) -> list[Block]:
    """Where statements of the neighbours of a block may stand: the process with its families, or the family of one VRF."""
    process = stack[1]
    assert isinstance(process, Block)
    if " vrf " in f" {block.head} ":
        return [block]
    return [
        process,
        *(one for one in process.kids.values() if isinstance(one, Block) and one.mode == "af" and " vrf " not in one.head),
    ]


def _said(places: list[Block], name: str, option: str) -> list[str]:
    found = [one.kids.get(("neighbor", name, option)) for one in places]
    return [one for one in found if isinstance(one, str)]


def check(stack: Stack, block: Block, body: list[str]) -> None:
    """What IOS refuses of a statement about a neighbour."""
    if body[0] != "neighbor" or len(body) < 3:
        if body[0] == "neighbor":
            raise Refused("an incomplete statement")
        return
    places, name, option = _places(stack, block), canonical(body[1]), body[2]
    if option == "peer-group" and len(body) == 3:
        return
    if option in ("remote-as", "inherit"):
        return
    grouped = [body[3]] if option == "peer-group" else _groups(places, name)
    own = _said(places, name, "remote-as") or any(("neighbor", name, "inherit", "peer-session") in one.kids for one in places)
    group = [one for one in _said(places, name, "peer-group") if len(one.split()) == 3]
    if not own and not group and not any(_said(places, one, "remote-as") for one in grouped):
        raise Refused(f"the router knows no neighbour {body[1]} with a remote AS here")
    if option in ("prefix-list", "distribute-list") and len(body) == 5:
        other = {"prefix-list": "distribute-list", "distribute-list": "prefix-list"}[option]
        if any(("neighbor", name, other, body[4]) in one.kids for one in places):
            raise Refused(f"a {other} is applied {body[4]} already, and both cannot be")


def take(stack: Stack, block: Block, body: list[str]) -> bool:
    """`no` that takes away a neighbour or a group; whether the statement was one of those."""
    if body[0] == "redistribute" or (body[0] in _ORIGIN and len(body) > 2):
        _options(stack, block, body)
        return False
    if body[0] != "neighbor" or len(body) < 2:
        return False
    name, option = canonical(body[1]), body[2] if len(body) > 2 else ""
    if option not in ("", "remote-as", "peer-group"):
        if option in DIRECTED and len(body) != 5:
            raise Refused("an incomplete statement")
        if option == "send-community" and len(body) == 3:
            raise Refused("which kinds of communities this takes away is not known: name them")
        _own(stack, block, body)
        return False
    places = _places(stack, block)
    if block.mode == "af" and len(places) > 1:
        if any(key[:2] == ("neighbor", name) for key in block.kids) and option != "peer-group":
            raise Refused("what this leaves of the neighbour is not known: say it under `router bgp`")
        return False
    stored = _said(places, name, option) if option else []
    if stored and stored[0].split()[2 : len(body)] != body[2:]:
        raise Refused(f"the router holds `{stored[0]}`")
    members = [
        one
        for place in places
        for one in place.kids.values()
        if isinstance(one, str) and one.split()[2:4] == ["peer-group", body[1]]
    ]
    ranges = [
        one
        for place in places
        for one in place.kids.values()
        if isinstance(one, str) and one.split()[-2:] == ["peer-group", body[1]]
    ]
    if members or ranges:
        raise Refused(f"the group has members, which go with it or lose their AS: `{(members or ranges)[0]}`")
    if option == "peer-group" and len(body) > 3 and _said(places, name, "remote-as"):
        return False
    if option and not stored:
        return True
    for place in places:
        for key in [one for one in place.kids if one[:2] == ("neighbor", name) or one[:3] == ("no", "neighbor", name)]:
            del place.kids[key]
    return True


def _own(stack: Stack, block: Block, body: list[str]) -> None:
    """`no` of what a neighbour has from its group or template only."""
    kept, name = home(stack, block, body), canonical(body[1])
    mine = [slot(kept, one)[0] for one in split(body)]
    if body[2] in ("activate", "inherit") or any(key in kept.kids or ("no", *key) in kept.kids for key in mine):
        return
    keys = [slot(kept, ["neighbor", group, *body[2:]])[0] for group in _groups(_places(stack, block), name)]
    if any(key in place.kids for key in keys for place in _places(stack, block)):
        raise Refused("the neighbour has it from its group, and whether it can be taken away here is not known")
    if any(key[:3] == ("neighbor", name, "inherit") for place in _places(stack, block) for key in place.kids):
        raise Refused("the neighbour inherits from a template, and whether it can be taken away here is not known")


def _groups(places: list[Block], name: str) -> list[str]:
    return [one.split()[3] for one in _said(places, name, "peer-group") if len(one.split()) > 3]


def _options(stack: Stack, block: Block, body: list[str]) -> None:
    """`no` with options: some releases take away the options, others the statement."""
    kept = home(stack, block, body)
    key, _ = slot(kept, body)
    there = kept.kids.get(key)
    if isinstance(there, str) and len(body) > len(key):
        raise Refused(f"whether this takes away `{there}` or only the options is not known: name none")


__all__ = ["check", "closer", "default_on", "family", "home", "knows", "opens", "slot", "speaks", "split", "take"]
