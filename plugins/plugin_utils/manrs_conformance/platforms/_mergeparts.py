"""Statements that the languages of the Cisco kind share: interfaces and their names, entries of route-maps, static routes, VRFs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ._merge import Loader
from ._mergelists import Refused
from ._mergetext import Block, Key, Rule

_NAME = re.compile(r"([A-Za-z-]+?)\s*(\d[\d/.:]*)$")
_RANGE = re.compile(r"\d\s*[-,]\s*\w|,")
_OPTIONS = frozenset({"name", "tag", "metric", "track", "permanent", "description"})
ORIGINATES = frozenset({"network", "aggregate-address", "redistribute"})
REPLACED_SETS = frozenset(["local-preference", "metric", "metric-type", "weight", "tag", "origin", "level"])


def face_key(root: Block, words: list[str], types: Sequence[str], *, shown: bool) -> Key:
    """The place of an interface; Refused for a range, and for a shortened name of more than one meaning."""
    kept = [one for one in words if one not in ("point-to-point", "multipoint")]
    name = "".join(kept)
    key = ("interface", name.lower())
    if shown or key in root.kids:
        return key
    if not kept:
        raise Refused("without the name of the interface")
    if words[0] == "range" or _RANGE.search(" ".join(kept)):
        raise Refused("a range of interfaces: write one block for each")
    found = _NAME.match(name)
    if not found:
        return key
    kind, number = found[1].lower(), found[2]
    there = [one for one in root.kids if one[0] == "interface" and len(one) == 2 and _fits(one[1], kind, number)]
    if len(there) == 1:
        return there[0]
    known = [one for one in types if one.lower().startswith(kind)]
    if len(there) > 1 or (len(known) > 1 and kind not in {one.lower() for one in known}):
        raise Refused("the name of the interface is shortened to what several have in common")
    return ("interface", f"{known[0]}{number}".lower()) if known else key


def _fits(name: str, kind: str, number: str) -> bool:
    found = _NAME.match(name)
    return found is not None and found[2] == number and found[1].startswith(kind)


def virtual(head: str) -> bool:
    """Whether an interface exists only in the configuration, so that it can be removed."""
    name = "".join(head.split()[1:])
    return "." in name or name.lower().startswith(("lo", "tu", "vl", "bd", "bv", "di", "po", "bundle", "vi", "nve", "vx"))


def face_slot(body: list[str]) -> tuple[Key, Rule]:
    """The place of a statement of an interface."""
    head, rest = body[0], body[1:]
    if head in ("ip", "ipv4") and rest[:1] == ["address"]:
        return ((head, "address", rest[1]) if "secondary" in rest else (head, "address")), "replace"
    if head in ("ip", "ipv4", "ipv6") and rest[:1] and rest[0] in ("access-group", "traffic-filter") and len(rest) >= 3:
        return (head, rest[0], rest[-1] if rest[0] == "traffic-filter" or rest[-1] in ("in", "out") else rest[2]), "replace"
    if head in ("ip", "ipv4", "ipv6") and rest[:2] == ["verify", "unicast"]:
        return (head, "verify", "unicast"), "replace" if rest[2:3] == ["source"] else "fixed"
    if head in ("ip", "ipv4", "ipv6") and rest[:1] == ["unnumbered"]:
        return (head, "unnumbered"), "replace"
    if head == "vrf" or (head == "ip" and rest[:2] == ["vrf", "forwarding"]):
        return ("vrf",), "replace"
    if head in ("description", "mtu", "bandwidth", "speed", "duplex", "encapsulation"):
        return (head,), "replace"
    return tuple(body), "each"


def change_vrf(block: Block, name: str) -> None:
    """An interface that changes its VRF loses its addresses."""
    there = block.kids.get(("vrf",))
    if (there.split()[-1] if isinstance(there, str) else "") != name:
        starts = ("ip address", "ipv4 address", "ipv6 address")
        for key in [key for key, one in block.kids.items() if isinstance(one, str) and one.startswith(starts)]:
            del block.kids[key]


def clause_slot(body: list[str], collected: bool) -> tuple[Key, Rule]:
    """The place of a clause of a route-map entry; `collected`: further matches of a kind are known to add their values."""
    rule: Rule = "collect" if collected and "exact-match" not in body and "rpki" not in body else "fixed"
    if body[0] in ("continue", "description"):
        return (body[0],), "replace"
    if body[0] == "match" and body[1:2] and body[1] in ("ip", "ipv6"):
        lists = body[3:4] if body[3:4] in (["prefix-list"], ["route-source"]) else []
        return (*body[:3], *lists), rule
    if body[0] == "match":
        return tuple(body[: 3 if body[1:3] in (["as-path", "length"], ["invert-result", "as-path"]) else 2]), rule
    if body[0] == "set" and len(body) > 1 and body[1] in REPLACED_SETS:
        return tuple(body[:2]), "replace"
    if body[0] == "set":
        size = 3 if body[1:2] and body[1] in ("ip", "ipv6", "as-path", "extcommunity", "comm-list") else 2
        return (*body[: 4 if body[3:4] == ["last-as"] else size], *(("delete",) if body[-1] == "delete" else ())), "fixed"
    return tuple(body), "each"


def alike(block: Block, body: list[str], key: Key) -> None:
    """Refused where an entry matches one kind in two forms: what the router makes of them is not known."""
    if body[1:3] in (["ip", "address"], ["ipv6", "address"]) and len(body) > 3:
        kept = [one for one in block.kids if one[:3] == key[:3] and one[: len(key)] != key]
        if kept:
            raise Refused(f"the entry matches addresses in another way: `{block.kids[kept[0]]}`")
    there = block.kids.get(key)
    if isinstance(there, str) and ("exact-match" in there.split()) != ("exact-match" in body) and len(body) > 2:
        raise Refused(f"the entry holds `{there}`")


def entry_key(loader: Loader, body: list[str], *, only: bool) -> Key:
    """The entry of a route-map that a head names; `only`: without a number the router takes the only one that is there."""
    if len(body) == 4 and body[3].isdecimal():
        return ("route-map", body[1], str(int(body[3])))
    if len(body) > 3 or (len(body) == 3 and body[2] not in ("permit", "deny")):
        raise Refused("not a head of an entry of a route-map")
    there = [key for key in loader.root.kids if key[:2] == ("route-map", body[1])]
    if not loader.shown and (len(there) > 1 or (there and not only and there[0][2] != "10")):
        raise Refused("the route-map has other entries: the line must give the number")
    return there[0] if len(there) == 1 and only else ("route-map", body[1], "10")


def entry_head(block: Block, words: list[str]) -> None:
    """The action of an entry is replaced by that of a later head."""
    number = block.head.split()[3:4] or (words[3:4] or ["10"])
    block.head = " ".join(["route-map", words[1], *(words[2:3] or block.head.split()[2:3] or ["permit"]), *number])


def remove_entries(loader: Loader, body: list[str]) -> bool:
    """`no route-map NAME`, or one entry of it; whether the statement was one of those. Refused for an entry of the other action."""
    kids = loader.root.kids
    if body[0] != "route-map":
        return False
    if len(body) == 2:
        for key in [one for one in kids if one[:2] == ("route-map", body[1])]:
            del kids[key]
        return True
    if len(body) != 4:
        raise Refused("name the entry by its action and number")
    there = kids.get(loader.block_key(loader.root, body))
    if isinstance(there, Block):
        if there.head.split()[2:3] not in ([body[2]], []):
            raise Refused(f"the entry is `{there.head}`")
        del kids[loader.block_key(loader.root, body)]
    return True


def unused(loader: Loader, name: str) -> None:
    """Refused where a VRF that is removed is still referred to: what goes with it is not followed."""
    for item in loader.root.kids.values():
        if isinstance(item, Block) and item.mode in ("interface", "bgp"):
            loader.read(item)
            if any(name in one.split() for one in flat(item)):
                raise Refused(f"`{item.head}` refers to the VRF: what is taken with it is not followed, remove it there first")


def flat(block: Block) -> list[str]:
    """Every line under a block."""
    out: list[str] = []
    for one in block.kids.values():
        if isinstance(one, str):
            out.append(one)
        elif isinstance(one, Block):
            out += [one.head, *flat(one)]
    return out


def route_slot(body: list[str]) -> tuple[Key, Rule]:
    """The place of a static route: its prefix and next hop, whatever options follow."""
    end = next((at for at, word in enumerate(body) if at > 3 and (word in _OPTIONS or word.isdecimal())), len(body))
    return tuple(body[:end]), "replace"


def origin_slot(words: list[str]) -> Key:
    """The place of a statement that originates routes."""
    if words[0] == "redistribute":
        return tuple(words[: 3 if words[2:3] and (words[2].isdecimal() or words[1] == "isis") else 2])
    if words[2:3] == ["mask"]:
        return tuple(words[:4])
    masked = words[0] == "aggregate-address" and "/" not in words[1]
    return tuple(words[: 3 if masked or (words[2:3] and words[2].count(".") == 3) else 2])


def process_key(loader: Loader, body: list[str]) -> Key:
    """The place of `router bgp N`; Refused where BGP runs in another AS."""
    other = next((key for key in loader.root.kids if key[:2] == ("router", "bgp")), None)
    if other is not None and other != tuple(body):
        raise Refused(f"BGP runs as AS {other[2]}")
    if len(body) != 3:
        raise Refused("without the number of the AS")
    return tuple(body)


def remove_block(loader: Loader, parent: Block, body: list[str], mode: str) -> None:
    """`no` in front of the head of a block."""
    if remove_entries(loader, body):
        return
    key = loader.block_key(parent, body)
    there = parent.kids.get(key)
    if isinstance(there, Block):
        if body[0] == "interface" and not virtual(there.head):
            raise Refused("a physical interface cannot be removed")
        if mode == "vrf":
            unused(loader, body[-1])
        del parent.kids[key]


def by_neighbour(lines: list[tuple[Key, str]]) -> list[tuple[Key, str]]:
    """Statements of one neighbour together, its group or AS first."""
    groups: dict[Key, int] = {}
    rank = {"remote-as": 0, "peer-group": 1}

    def place(item: tuple[Key, str]) -> tuple[int, int]:
        key = item[0][1:] if item[0][0] == "no" else item[0]
        if key[0] != "neighbor":
            return groups.setdefault(("", key[0]), len(groups)), 0
        first = item[1].endswith((" peer-group", " peer group"))
        return groups.setdefault(key[:2], len(groups)), -1 if first else rank.get(key[2], 5) if len(key) > 2 else 5

    return sorted(lines, key=place)
