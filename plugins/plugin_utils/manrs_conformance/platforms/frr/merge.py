"""What `vtysh -f fragment` makes of a running configuration: text of the configuration afterwards, as FRR would show it.

Top-level list lines, blocks and family blocks are told apart; inside them a statement replaces the one that FRR keeps in its
place (same option of the same neighbour, same sequence number, same kind of match or set), `no` takes statements away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Key = tuple[str, ...]
OPENERS = ("router", "route-map", "interface", "rpki", "vrf", "line")
LISTS = (
    "ip prefix-list",
    "ipv6 prefix-list",
    "ip access-list",
    "ipv6 access-list",
    "access-list",
    "bgp as-path",
    "bgp community-list",
)
_MULTI = frozenset({"network", "redistribute", "aggregate-address"})
_LIST = "a list"
"""First part of the key of a list entry; no word of a statement holds a blank."""
_ONE_VALUE_BGP = frozenset({"router-id", "cluster-id", "bestpath"})


@dataclass(slots=True)
class Block:
    """Statements by key, with blocks inside by header; insertion order is kept."""

    head: str
    lines: dict[Key, str] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    running: bool = False
    """Whether this is all that was running: what comes now meets the entries that are there."""
    there: dict[tuple[str, str], Key] | None = None
    """Where an entry of a list stands (its list and its text without number), made when first asked."""


def merge(running: str, candidate: str) -> str:
    """The running configuration after the fragment was loaded; lines that the fragment does not speak of stay as they are."""
    root = Block("")
    was = _load(root, running, shown=True)
    root.running = True
    _load(root, candidate, shown=False)
    return "".join(f"{line}\n" for line in _show(root, ended="end" in was))


def _load(root: Block, text: str, *, shown: bool) -> set[str]:
    """Apply every line; returns the bare top-level words met (`end`). In a text that a router showed, `no` lines are settings."""
    stack = [root]
    bare: set[str] = set()
    for raw in text.splitlines():
        words = raw.split()
        if not words or (words[0][0] in "!#" and words[0] != "!manrs-redacted") or words[0] in ("Building", "Current"):
            continue
        line = " ".join(words)
        if line in ("exit", "exit-address-family", "exit-vrf", "quit", "end"):
            bare.add(line)
            stack = stack[:-1] if len(stack) > 1 and line != "end" else [root]
            continue
        _place(stack, root, line, raw, shown)
    return bare


def _place(stack: list[Block], root: Block, line: str, raw: str, shown: bool) -> None:
    """Put one statement where it belongs, opening and leaving blocks on the way."""
    words = line.split()
    body = words[1:] if words[0] == "no" else words
    if _opens(body, raw, stack):
        head = _header(body)
        parent = stack[0] if body[0] != "address-family" else stack[1] if len(stack) > 1 else root
        if words[0] == "no":
            _remove_block(parent, head)
            return
        old = parent.blocks.get(head)
        block = old if old is not None else parent.blocks.setdefault(head, Block(line))
        if body[0] == "route-map" and block.head != line:
            block.head = line
        del stack[1 if body[0] != "address-family" else 2 :]
        stack.append(block)
        return
    if len(stack) > 1 and _top_level(body, raw):
        del stack[1:]
    if shown and words[0] == "no" and body:
        stack[-1].lines[("no", *_key(stack[-1], body))] = line
    else:
        _statement(stack[-1], words, body, line)


def _opens(body: list[str], raw: str, stack: list[Block]) -> bool:
    if not body:
        return False
    if body[0] == "address-family":
        return len(stack) > 1 and stack[1].head.startswith("router bgp")
    if body[0] == "rpki":
        return len(body) == 1
    if body[0] == "vrf" and (len(stack) > 1 or len(body) != 2):
        return False
    if body[0] == "route-map":
        return len(body) >= 2 and "optimization" not in body
    return body[0] in OPENERS and len(body) > 1 and not raw[:1].isspace()


def _header(body: list[str]) -> str:
    if body[0] == "route-map" and len(body) > 3:
        return f"route-map {body[1]} {body[3]}"
    if body[0] == "address-family" and len(body) == 2:
        return f"address-family {body[1]} unicast"
    return " ".join(body)


def _remove_block(parent: Block, head: str) -> None:
    if head.startswith("route-map ") and head.count(" ") == 1:
        for name in [one for one in parent.blocks if one.startswith(head + " ")]:
            del parent.blocks[name]
    elif head == "router bgp":
        for name in [one for one in parent.blocks if one.startswith(head)]:
            del parent.blocks[name]
    else:
        parent.blocks.pop(head, None)


def _top_level(body: list[str], raw: str) -> bool:
    text = " ".join(body)
    return not raw[:1].isspace() and text.startswith(
        (*LISTS, "frr ", "hostname ", "log ", "ip route", "ipv6 route", "bgp large-community-list", "bgp extcommunity-list")
    )


def _statement(block: Block, words: list[str], body: list[str], line: str) -> None:
    if not body:
        return
    key = _key(block, body)
    if words[0] == "no":
        _take_away(block, key, body, line)
        return
    opposite = ("no", *key)
    block.lines.pop(opposite, None)
    if key[:1] == (_LIST,) and key[2] == "":
        key, line = _numbered(block, key, body)
    elif key[:1] == (_LIST,) and block.running and _is_there(block, key, line):
        return
    block.lines[key] = line


def _key(block: Block, body: list[str]) -> Key:
    """What FRR keeps in one place: a second statement with the same key replaces the first."""
    kind = block.head.split()[0] if block.head else ""
    if not kind:
        return _top_key(body)
    if kind == "route-map":
        return _clause_key(body)
    if body[0] == "neighbor" and len(body) > 2:
        return _neighbor_key(body)
    if body[0] == "bgp" and len(body) > 1 and body[1] in _ONE_VALUE_BGP:
        return tuple(body[:2])
    if (
        body[0] == "bgp"
        and len(body) > 2
        and body[1:3] in (["default", "local-preference"], ["confederation", "identifier"], ["listen", "limit"])
    ):
        return tuple(body[:3])
    if body[0] in _MULTI:
        return tuple(body[:2])
    if body[0] == "description":
        return ("description",)
    if body[:2] == ["rpki", "cache"]:
        return tuple(one for one in body if one not in ("tcp", "ssh"))[:4]
    return tuple(body)


def _neighbor_key(body: list[str]) -> Key:
    option = body[2]
    if option in ("prefix-list", "distribute-list", "filter-list", "route-map"):
        return ("neighbor", body[1], option, body[-1])
    if option == "send-community":
        return ("neighbor", body[1], option, body[3] if len(body) > 3 else "both")
    if option == "peer-group" and len(body) == 3:
        return ("neighbor", body[1], "peer-group", "define")
    return ("neighbor", body[1], option)


def _clause_key(body: list[str]) -> Key:
    if body[0] in ("on-match", "continue"):
        return ("on-match",)
    if body[0] in ("call", "description"):
        return (body[0],)
    if body[0] == "match" and body[1:3] in (["ip", "address"], ["ipv6", "address"], ["ip", "next-hop"], ["ipv6", "next-hop"]):
        form = body[3] if len(body) > 4 and body[3] in ("prefix-list", "prefix-len", "type") else ""
        return (*body[:3], form)
    if body[0] == "set" and body[1:2] and body[1] in ("as-path", "ip", "ipv6", "extcommunity"):
        return tuple(body[: 4 if body[1] == "ipv6" else 3])
    return tuple(body[:2])


def _top_key(body: list[str]) -> Key:
    text = " ".join(body)
    found = re.match(
        r"(ip prefix-list|ipv6 prefix-list|ipv6 access-list|access-list|(?:bgp|ip) as-path access-list"
        r"|(?:bgp|ip) (?:large-|ext)?community-list(?: standard| expanded)?) (\S+)(?: seq (\d+))?(?: (.*))?$",
        text,
    )
    if found:
        kind, name, seq, rest = found.groups(default="")
        if rest.startswith(("description", "remark")):
            seq = rest.split()[0]
        return (_LIST, f"{kind} {name}", seq)
    if body[0] in ("hostname", "frr"):
        return tuple(body[: 2 if body[0] == "frr" else 1])
    return tuple(body)


def _take_away(block: Block, key: Key, body: list[str], line: str) -> None:
    if key[:1] == (_LIST,):
        _remove_entries(block, key, body)
        return
    if body[:1] == ["neighbor"] and len(body) == 2:
        _forget(block, body[1])
        return
    if key[-1] == "define":
        _forget(block, body[1])
        return
    if key in block.lines:
        del block.lines[key]
        if not _default_on(body):
            return
        block.lines[("no", *key)] = line
        return
    prefix = tuple(body)
    same = [one for one in block.lines if one[: len(prefix)] == prefix]
    for one in same:
        del block.lines[one]
    if not same and _default_on(body):
        block.lines[("no", *key)] = line


def _default_on(body: list[str]) -> bool:
    """Statements whose `no` is shown, because the default is on."""
    if body[0] == "neighbor" and len(body) > 2:
        return body[2] in ("activate", "send-community", "enforce-first-as")
    return body[0] == "bgp" and body[1:2] != [] and body[1] in ("default", "ebgp-requires-policy", "enforce-first-as", "network")


def _forget(block: Block, name: str) -> None:
    """A neighbour or group goes with all its statements, in every family."""
    for one in [key for key in block.lines if key[:2] == ("neighbor", name) or key[:3] == ("no", "neighbor", name)]:
        del block.lines[one]
    for inner in block.blocks.values():
        _forget(inner, name)


def _remove_entries(block: Block, key: Key, body: list[str]) -> None:
    _, name, seq = key
    if seq:
        block.lines.pop(key, None)
        return
    rest = " ".join(body)[len(name) :].split()
    for one, text in list(block.lines.items()):
        if one[:2] == (_LIST, name) and (not rest or text.split()[-len(rest) :] == rest):
            del block.lines[one]


def _numbered(block: Block, key: Key, body: list[str]) -> tuple[Key, str]:
    """FRR gives an entry without a number the next multiple of five; an equal entry stays single."""
    name = key[1]
    rest = " ".join(body)[len(name) :].strip()
    numbers = [0]
    for one, text in block.lines.items():
        if one[:2] == (_LIST, name) and one[2].isdecimal():
            numbers.append(int(one[2]))
            if text.split(f" seq {one[2]} ", 1)[-1] == rest:
                return one, text
    seq = max(numbers) // 5 * 5 + 5
    return (_LIST, name, str(seq)), f"{name} seq {seq} {rest}"


def _is_there(block: Block, key: Key, line: str) -> bool:
    """Whether the list has the same entry under another number: FRR 8.4 then drops the new one without a word (`plist_is_dup` and its like)."""
    if block.there is None:
        block.there = {(one[1], _entry(one, text)): one for one, text in block.lines.items() if one[:1] == (_LIST,)}
    place = (key[1], _entry(key, line))
    found = block.there.get(place)
    if found is not None and found != key and _entry(found, block.lines.get(found, "")) == place[1]:
        return True
    block.there[place] = key
    return False


def _entry(key: Key, line: str) -> str:
    """The text of an entry without list and number; `exact-match` and the order of communities make no difference to FRR here."""
    rest = line.partition(f" seq {key[2]} ")[2] or line
    if key[1].startswith(("bgp community-list standard", "bgp large-community-list standard")):
        return " ".join(sorted(rest.split()))
    return rest.removesuffix(" exact-match") if "access-list" in key[1] and "as-path" not in key[1] else rest


def _order(key: Key) -> tuple[int, int]:
    return (0, int(key[2])) if len(key) > 2 and key[2].isdecimal() else (0, -1)


def _show(root: Block, ended: bool) -> Iterator[str]:
    plain = [(key, text) for key, text in root.lines.items() if key[0] != _LIST]
    yield from (text for key, text in plain if key[0] in ("frr", "hostname"))
    yield from (text for key, text in plain if key[0] not in ("frr", "hostname"))
    yield "!"
    named: dict[str, list[tuple[Key, str]]] = {}
    for key, text in root.lines.items():
        if key[0] == _LIST:
            named.setdefault(key[1], []).append((key, text))
    first = [one for head, one in root.blocks.items() if not head.startswith(("route-map", "line"))]
    for block in first:
        yield from _show_block(block)
    for entries in named.values():
        yield from (text for _, text in sorted(entries, key=lambda pair: _order(pair[0])))
    if named:
        yield "!"
    for head, block in sorted(root.blocks.items(), key=_map_order):
        if head.startswith(("route-map", "line")):
            yield from _show_block(block)
    if ended:
        yield "end"


def _map_order(pair: tuple[str, Block]) -> tuple[str, int]:
    words = pair[0].split()
    return (" ".join(words[:2]), int(words[2]) if len(words) > 2 and words[2].isdecimal() else 0)


def _show_block(block: Block) -> Iterator[str]:
    yield block.head
    yield from (f" {text}" for text in _declared_first(block))
    for inner in block.blocks.values():
        lines = [f"  {text}" for text in _declared_first(inner)]
        if not lines and inner.head.startswith("address-family"):
            continue  # FRR shows a family only where something stands in it
        yield from (" !", f" {inner.head}", *lines)
        yield " exit-address-family" if inner.head.startswith("address-family") else " exit"
    yield "exit"
    yield "!"


def _declared_first(block: Block) -> list[str]:
    """Group definitions and remote-as before what needs them, as FRR shows them."""
    rank = {"define": 0, "remote-as": 1, "peer-group": 2, "interface": 1}
    return [
        text
        for key, text in sorted(
            block.lines.items(), key=lambda item: rank.get(item[0][-1], rank.get(item[0][2], 5) if len(item[0]) > 2 else -1)
        )
    ]
