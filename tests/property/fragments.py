"""Small routers as values: their configuration on each platform, and the fragment that makes one of another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st

LISTS = ("L1", "L2", "L3")
MAPS = ("M1", "M2")
PEERS = ("192.0.2.1", "192.0.2.5", "2001:db8:1::1", "2001:db8:2::1")
FACES = ("0", "1", "2")
STEP = {"ios": 1, "eos": 3, "nxos": 2, "iosxr": 1}

Entry = tuple[bool, str, int]
"""Action, prefix, and the greatest length that is let through."""
Clause = tuple[bool, str, int]
"""Action, the list that is matched or empty, and the local preference that is set or 0."""
Peer = tuple[int, str, str, int, str]
"""AS, import and export policy or empty, limit or 0, description or empty."""
Face = tuple[str, str]
"""`rx`, `any` or empty, and the access list or empty."""


@dataclass(frozen=True)
class Small:
    """A router: prefix lists, route-maps, neighbours, interfaces."""

    lists: dict[str, dict[int, Entry]] = field(default_factory=dict)
    maps: dict[str, dict[int, Clause]] = field(default_factory=dict)
    peers: dict[str, Peer] = field(default_factory=dict)
    faces: dict[str, Face] = field(default_factory=dict)


def _entries() -> st.SearchStrategy[dict[int, Entry]]:
    prefixes = st.sampled_from(["198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24", "10.0.0.0/8", "172.16.0.0/12"])
    entry = st.tuples(st.booleans(), prefixes, st.sampled_from([24, 28, 32]))
    chosen = st.lists(entry, min_size=1, max_size=4, unique=True)
    return chosen.map(lambda some: {(at + 1) * 10: one for at, one in enumerate(some)})


@st.composite
def smalls(draw: st.DrawFn) -> Small:
    """Routers that refer only to what they define."""
    lists = draw(st.dictionaries(st.sampled_from(LISTS), _entries(), min_size=1))
    names = st.sampled_from(["", *lists])
    clause = st.tuples(st.booleans(), names, st.sampled_from([0, 80, 120]))
    maps = draw(
        st.dictionaries(st.sampled_from(MAPS), st.dictionaries(st.sampled_from([10, 20, 30]), clause, min_size=1), min_size=1)
    )
    policy = st.sampled_from(["", *maps])
    peer = st.tuples(
        st.sampled_from([64501, 64502]), policy, policy, st.sampled_from([0, 50, 100]), st.sampled_from(["", "one", "two words"])
    )
    peers = draw(st.dictionaries(st.sampled_from(PEERS), peer))
    face = st.tuples(st.sampled_from(["", "rx", "any"]), st.sampled_from(["", "A1", "A2"]))
    return Small(lists, maps, peers, draw(st.fixed_dictionaries(dict.fromkeys(FACES, face))))


def whole(platform: str, one: Small) -> str:
    """The configuration of a router."""
    return _WHOLE[platform](one)


def change(platform: str, old: Small, new: Small) -> str:
    """The fragment that makes the second router of the first."""
    return _CHANGE[platform](old, new)


def _bound(platform: str, one: Entry) -> str:
    permit, prefix, most = one
    size = int(prefix.partition("/")[2])
    return f"{'permit' if permit else 'deny'} {prefix}" + (f" le {most}" if most > size else "")


def _diff(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """Statements that are on one line each: the old ones that are gone are taken away, the new ones entered."""
    before, after = list(old), list(new)
    return [f"no {one}" for one in before if one not in after] + [one for one in after if one not in before]


# The Cisco-like list languages.


def _face_name(platform: str, name: str) -> str:
    return {"ios": "GigabitEthernet0/", "eos": "Ethernet", "nxos": "Ethernet1/", "iosxr": "GigabitEthernet0/0/0/"}[platform] + (
        name if platform in ("ios", "iosxr") else str(int(name) + 1)
    )


def _face(platform: str, one: Face) -> list[str]:
    word, where = ("ipv4", "ingress") if platform == "iosxr" else ("ip", "in")
    out = [f"{word} verify unicast source reachable-via {one[0]}"] if one[0] else []
    return out + ([f"{word} access-group {one[1]} {where}"] if one[1] else [])


def _lines(platform: str, lists: dict[str, dict[int, Entry]]) -> dict[tuple[str, int], str]:
    return {
        (name, seq): f"ip prefix-list {name} seq {seq} {_bound(platform, one)}"
        for name, some in lists.items()
        for seq, one in some.items()
    }


def _clauses(one: Clause) -> list[str]:
    out = [f"match ip address prefix-list {one[1]}"] if one[1] else []
    return out + ([f"set local-preference {one[2]}"] if one[2] else [])


def _head(name: str, seq: int, one: Clause) -> str:
    return f"route-map {name} {'permit' if one[0] else 'deny'} {seq}"


def _blocks(platform: str, one: Small) -> list[str]:
    pad = " " * STEP[platform]
    out = ["hostname r1", *(["feature bgp"] if platform == "nxos" else [])]
    for name, face in one.faces.items():
        out += [
            f"interface {_face_name(platform, name)}",
            *(pad + line for line in ["description keep", *_face(platform, face)]),
            "!",
        ]
    out += list(_lines(platform, one.lists).values())
    for name, entries in one.maps.items():
        for seq, clause in sorted(entries.items()):
            out += [_head(name, seq, clause), *(pad + line for line in _clauses(clause)), "!"]
    return out


def _block_change(platform: str, old: Small, new: Small) -> list[str]:
    pad = " " * STEP[platform]
    out: list[str] = []
    for name in FACES:
        lines = _diff(_face(platform, old.faces[name]), _face(platform, new.faces[name]))
        out += [f"interface {_face_name(platform, name)}", *(pad + line for line in lines)] if lines else []
    gone = [name for name in old.lists if name not in new.lists]
    out += [f"no ip prefix-list {name}" for name in gone]
    before = {key: line for key, line in _lines(platform, old.lists).items() if key[0] not in gone}
    after = _lines(platform, new.lists)
    out += [f"no ip prefix-list {key[0]} seq {key[1]}" for key, line in before.items() if after.get(key) != line]
    out += [line for key, line in after.items() if before.get(key) != line]
    out += [f"no route-map {name}" for name in old.maps if name not in new.maps]
    for name, entries in new.maps.items():
        held = old.maps.get(name, {})
        out += [f"no {_head(name, seq, one)}" for seq, one in held.items() if seq not in entries]
        for seq, clause in entries.items():
            if held.get(seq) != clause:
                lines = _diff(_clauses(held[seq]) if seq in held else [], _clauses(clause))
                out += [_head(name, seq, clause), *(pad + line for line in lines)]
    return out


def _session(one: Peer) -> list[str]:
    return [f"remote-as {one[0]}", *([f"description {one[4]}"] if one[4] else [])]


def _policy(platform: str, one: Peer) -> list[str]:
    word = "route-policy" if platform == "iosxr" else "route-map"
    out = [f"{word} {one[1]} in"] if one[1] else []
    out += [f"{word} {one[2]} out"] if one[2] else []
    return out + ([f"{'maximum-routes' if platform == 'eos' else 'maximum-prefix'} {one[3]}"] if one[3] else [])


def _without(lines: list[str]) -> list[str]:
    """Values that are replaced need not be taken away first: a `no` before its replacement is left out."""
    kept = {
        " ".join(line.split()[:1]) if line.split()[0] != "route-map" else line.split()[0] + line.split()[-1]
        for line in lines
        if line[:3] != "no "
    }
    out = []
    for line in lines:
        words = line.split()[1:]
        key = words[0] + words[-1] if words and words[0] == "route-map" else words[0] if words else ""
        if line[:3] != "no " or key not in kept:
            out.append(line)
    return out


def _flat_bgp(platform: str, one: Small) -> list[str]:
    pad = " " * STEP[platform]
    out = ["router bgp 64500"]
    for name, peer in one.peers.items():
        out += [f"{pad}neighbor {name} {line}" for line in _session(peer)]
        out += [f"{pad}neighbor {name} maximum-routes {peer[3]}"] if platform == "eos" and peer[3] else []
    for family in ("ipv4", "ipv6"):
        out.append(f"{pad}address-family {family}")
        for name, peer in one.peers.items():
            lines = [line for line in _policy(platform, peer) if not line.startswith("maximum-routes")]
            if (":" in name) == (family == "ipv6"):
                out += [f"{pad}{pad}neighbor {name} {line}" for line in ["activate", *lines]]
            elif family == "ipv4":
                out.append(f"{pad}{pad}no neighbor {name} activate")
        out += [f"{pad}exit-address-family"] if platform == "ios" else []
    return out


def _prefixed(name: str, lines: list[str]) -> list[str]:
    return [f"no neighbor {name} {line[3:]}" if line[:3] == "no " else f"neighbor {name} {line}" for line in lines]


def _flat_change(platform: str, old: Small, new: Small) -> list[str]:
    out: list[str] = []
    families: dict[str, list[str]] = {"ipv4": [], "ipv6": []}
    for name in PEERS:
        was, now = old.peers.get(name), new.peers.get(name)
        if was is not None and now is None:
            out.append(f"no neighbor {name}")
        if now is None or was == now:
            continue
        limit = (
            [f"maximum-routes {one}" if one else "" for one in (was[3] if was else 0, now[3])] if platform == "eos" else ["", ""]
        )
        before = [*(_session(was) if was else []), limit[0]]
        lines = _without(_diff(filter(None, before), filter(None, [*_session(now), limit[1]])))
        out += _prefixed(name, lines)
        kept = [
            [line for line in _policy(platform, one) if not line.startswith("maximum-routes")] if one else [] for one in (was, now)
        ]
        inner = _without(_diff(*kept)) if was else ["activate", *kept[1]]
        families["ipv6" if ":" in name else "ipv4"] += _prefixed(name, inner)
        if ":" in name and was is None:
            families["ipv4"].append(f"no neighbor {name} activate")
    for family, lines in families.items():
        out += [f"address-family {family}", *lines, *(["exit-address-family"] if platform == "ios" else ["exit"])] if lines else []
    return ["router bgp 64500", *out] if out else []


def _nested_bgp(platform: str, one: Small) -> list[str]:
    pad = " " * STEP[platform]
    out = ["router bgp 64500"]
    for family in ("ipv4", "ipv6"):
        out.append(f"{pad}address-family {family} unicast")
    for name, peer in one.peers.items():
        out += [f"{pad}neighbor {name}", *(pad * 2 + line for line in _session(peer))]
        out.append(f"{pad * 2}address-family {'ipv6' if ':' in name else 'ipv4'} unicast")
        out += [pad * 3 + line for line in _policy(platform, peer)]
    return out


def _nested_change(platform: str, old: Small, new: Small) -> list[str]:
    pad = " " * STEP[platform]
    out: list[str] = []
    for name in PEERS:
        was, now = old.peers.get(name), new.peers.get(name)
        if was is not None and now is None:
            out.append(f"{pad}no neighbor {name}")
        if now is None or was == now:
            continue
        out += [f"{pad}neighbor {name}", *(pad * 2 + line for line in _without(_diff(_session(was) if was else [], _session(now))))]
        out.append(f"{pad * 2}address-family {'ipv6' if ':' in name else 'ipv4'} unicast")
        out += [pad * 3 + line for line in _diff(_policy(platform, was) if was else [], _policy(platform, now))]
    return ["router bgp 64500", *out] if out else []


# The policy language of IOS-XR.


def _definitions(one: Small) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, entries in one.lists.items():
        lines = ",\n".join(f"  {_bound('', entry).split(' ', 1)[1]}" for entry in entries.values())
        out[f"prefix-set {name}"] = f"prefix-set {name}\n{lines}\nend-set\n!"
    for name, clauses in one.maps.items():
        lines = "\n".join(_branch(seq, clause) for seq, clause in sorted(clauses.items()))
        out[f"route-policy {name}"] = f"route-policy {name}\n{lines}\nend-policy\n!"
    return out


def _branch(seq: int, one: Clause) -> str:
    test = f"destination in {one[1]}" if one[1] else f"med eq {seq}"
    inner = f"    set local-preference {one[2]}\n" if one[2] and one[0] else ""
    return f"  if {test} then\n{inner}    {'done' if one[0] else 'drop'}\n  endif"


def _xr(one: Small) -> str:
    out = ["hostname r1"]
    for name, face in one.faces.items():
        out += [
            f"interface {_face_name('iosxr', name)}",
            *(f" {line}" for line in ["description keep", *_face("iosxr", face)]),
            "!",
        ]
    out += list(_definitions(one).values())
    return "\n".join([*out, *_nested_bgp("iosxr", one), "!", "end", ""])


def _xr_change(old: Small, new: Small) -> str:
    out: list[str] = []
    for name in FACES:
        lines = _diff(_face("iosxr", old.faces[name]), _face("iosxr", new.faces[name]))
        out += [f"interface {_face_name('iosxr', name)}", *(f" {line}" for line in lines)] if lines else []
    before, after = _definitions(old), _definitions(new)
    out += [f"no {key}" for key in before if key not in after]
    out += [text for key, text in after.items() if before.get(key) != text]
    return "\n".join([*out, *_nested_change("iosxr", old, new), ""])


def _cisco(platform: str, one: Small) -> str:
    bgp = _nested_bgp(platform, one) if platform == "nxos" else _flat_bgp(platform, one)
    return "\n".join([*_blocks(platform, one), *bgp, *([] if platform == "nxos" else ["!", "end"]), ""])


def _cisco_change(platform: str, old: Small, new: Small) -> str:
    bgp = _nested_change(platform, old, new) if platform == "nxos" else _flat_change(platform, old, new)
    return "\n".join([*_block_change(platform, old, new), *bgp, ""])


_WHOLE = {
    "ios": lambda one: _cisco("ios", one),
    "eos": lambda one: _cisco("eos", one),
    "nxos": lambda one: _cisco("nxos", one),
    "iosxr": _xr,
}
_CHANGE = {
    "ios": lambda old, new: _cisco_change("ios", old, new),
    "eos": lambda old, new: _cisco_change("eos", old, new),
    "nxos": lambda old, new: _cisco_change("nxos", old, new),
    "iosxr": _xr_change,
}
