"""What the nftables rules of a Linux router do to sources: of packets that come in on an interface, and of those that leave by it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...model.policy import Afi, PrefixEntry
from ...model.router import Urpf

Way = Literal["in", "out"]
HOOKS: dict[Way, dict[str, int]] = {
    "in": {"ingress": 0, "prerouting": 1, "forward": 2},
    "out": {"forward": 0, "postrouting": 1, "egress": 2},
}
"""Hooks that a forwarded packet meets, in order: those that know where it came in, and those that know where it leaves."""
NAMES: dict[Way, tuple[str, str]] = {"in": ("iifname", "iif"), "out": ("oifname", "oif")}
"""Keys of a match that name the interface."""
STRENGTH: dict[Urpf, int] = {"none": 0, "loose": 1, "strict": 2}
DEPTH = 8


class Unclear(Exception):
    """A rule that cannot be read as a condition on interface, family and source."""


@dataclass(slots=True)
class Reading:
    """What a rule set does to the sources of one interface and family."""

    mode: Urpf = "none"
    entries: list[PrefixEntry] = field(default_factory=list)
    filtered: bool = False
    exact: bool = True
    exceptions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Ruleset:
    """The output of `nft -j list ruleset`: chains, their rules and named sets."""

    chains: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    rules: dict[tuple[str, str, str], list[list[Any]]] = field(default_factory=dict)
    sets: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Any) -> Ruleset | None:
        """The rule set of a document; None when it is not one."""
        if not isinstance(data, dict) or not isinstance(data.get("nftables"), list):
            return None
        out = cls()
        for item in data["nftables"]:
            for kind, body in item.items() if isinstance(item, dict) else ():
                if not isinstance(body, dict):
                    continue
                family, table = str(body.get("family")), str(body.get("table"))
                if kind == "chain":
                    out.chains[(family, table, str(body.get("name")))] = body
                elif kind == "rule":
                    expr = body.get("expr")
                    out.rules.setdefault((family, table, str(body.get("chain"))), []).append(
                        expr if isinstance(expr, list) else [None]
                    )
                elif kind == "set":
                    elem = body.get("elem", [])
                    out.sets[(family, table, str(body.get("name")))] = elem if isinstance(elem, list) else [elem]
        return out

    def reading(self, interface: str, afi: Afi, way: Way = "in") -> Reading:
        """What the chains on the way of a forwarded packet do to sources that come in (or leave) on the interface."""
        out, hooks = Reading(), HOOKS[way]
        families = {"inet", "netdev", "ip" if afi == 4 else "ip6"}
        base = [(key, one) for key, one in self.chains.items() if one.get("hook") in hooks and key[0] in families]
        for key, chain in sorted(base, key=lambda pair: (hooks[pair[1]["hook"]], _prio(pair[1]))):
            devices = chain.get("dev", chain.get("devices"))
            devices = [devices] if isinstance(devices, str) else devices
            if chain["hook"] in ("ingress", "egress") and isinstance(devices, list) and interface not in devices:
                continue
            walk = Walk(self, key, interface, afi, out, way)
            ended = walk.chain(key, 0)
            if chain.get("policy") == "drop" and ended is None:
                walk.fence()
            elif walk.part:
                walk.finish()
        return out


def _prio(chain: Mapping[str, Any]) -> int:
    value = chain.get("prio")
    return value if isinstance(value, int) else 0


@dataclass(slots=True)
class Walk:
    """One pass over a base chain for one interface and family."""

    ruleset: Ruleset
    key: tuple[str, str, str]
    interface: str
    afi: Afi
    out: Reading
    way: Way = "in"
    part: list[PrefixEntry] = field(default_factory=list)
    doubt: bool = False

    def chain(self, key: tuple[str, str, str], depth: int) -> str | None:
        """`accept` or `drop` when every source is decided, None when the chain is left without a decision."""
        if depth > DEPTH:
            self.doubt = True
            return None
        for rule in self.ruleset.rules.get(key, []):
            try:
                decided = self.rule(rule, depth)
            except Unclear:
                self.out.exact = False
                if any(isinstance(one, dict) and one.keys() & {"accept", "jump", "goto", "vmap", "return"} for one in rule):
                    self.doubt = True
                continue
            if decided == "return":
                return None
            if decided is not None:
                return decided
        return None

    def rule(self, rule: list[Any], depth: int) -> str | None:
        """Read one rule; the decision when it holds for every source."""
        sources: tuple[bool, list[PrefixEntry]] | None = None
        fib: str | None = None
        other = False
        for statement in rule:
            if not isinstance(statement, dict) or len(statement) != 1:
                raise Unclear
            kind, body = next(iter(statement.items()))
            if kind == "match":
                held = self.match(body)
                if held is False:
                    return None
                if isinstance(held, str):
                    fib = held if fib is None else "?"
                elif isinstance(held, tuple):
                    sources = held
                elif held is None:
                    other = True
            elif kind in ("accept", "drop", "reject", "return"):
                return self.verdict("drop" if kind == "reject" else kind, sources, fib, other)
            elif kind in ("jump", "goto"):
                if sources or fib or other:
                    raise Unclear
                target = (*self.key[:2], str(body.get("target") if isinstance(body, dict) else body))
                decided = self.chain(target, depth + 1)
                return decided if kind == "jump" or decided else "return"
            elif kind == "vmap":
                return self.vmap(body, depth, bool(sources or fib or other))
            elif kind not in ("counter", "log", "comment", "limit", "notrack", "mangle", "meter"):
                raise Unclear
            elif kind in ("limit", "meter"):
                other = True
        return None

    def vmap(self, body: Any, depth: int, conditional: bool) -> str | None:
        """A verdict map on the interface's name."""
        data = body.get("data") if isinstance(body, dict) else None
        pairs = data.get("set") if isinstance(data, dict) else None
        if conditional or not isinstance(pairs, list) or not _is_meta(body.get("key"), NAMES[self.way][0]):
            raise Unclear
        for pair in pairs:
            if isinstance(pair, list) and len(pair) == 2 and _name_matches(pair[0], self.interface):
                return self.rule([pair[1]], depth)
        return None

    def verdict(self, kind: str, sources: tuple[bool, list[PrefixEntry]] | None, fib: str | None, other: bool) -> str | None:
        """Take a verdict under its conditions into the reading."""
        if fib is not None:
            if kind == "drop" and fib != "?" and not other and sources is None:
                mode: Urpf = "unknown" if self.doubt else "strict" if fib == "strict" else "loose"
                if self.out.mode in ("none", "unknown") or STRENGTH.get(mode, 0) > STRENGTH[self.out.mode]:
                    self.out.mode = mode
                return None
            raise Unclear
        if other:
            if kind != "drop":
                self.doubt = True
                self.out.exact = False
            return None
        if kind == "return":
            if sources is None:
                return "return"
            raise Unclear
        if sources is None:
            if kind == "drop":
                self.fence()
            elif self.part:
                self.finish()
            return kind
        inside, entries = sources
        permit = kind == "accept"
        if inside:
            self.part += [(net, length, least, most, permit, line) for net, length, least, most, _, line in entries]
            if permit:
                self.out.exceptions += [_text(one, self.afi) for one in entries if self.out.mode == "none"][:20]
        elif not permit:
            # `saddr != S drop`: only S goes on.
            self.part += entries
            self.fence()
            self.part = []
        else:
            raise Unclear
        return None

    def fence(self) -> None:
        """Everything that no rule accepted is dropped."""
        self._close(False)

    def finish(self) -> None:
        """Everything that no rule dropped is accepted."""
        self._close(True)

    def _close(self, permit_rest: bool) -> None:
        size = 32 if self.afi == 4 else 128
        rest: list[PrefixEntry] = [(0, 0, 0, size, True, 0)] if permit_rest else []
        if permit_rest and not any(not one[4] for one in self.part):
            return
        if self.out.filtered:
            self.out.exact = False
        self.out.filtered = True
        self.out.entries = [*self.part, *rest] if not self.out.entries else self.out.entries
        self.out.exact = self.out.exact and not self.doubt

    def match(self, body: Any) -> bool | str | tuple[bool, list[PrefixEntry]] | None:
        """True or False for interface and family, a fib mode, sources, or None for another condition."""
        if not isinstance(body, dict):
            raise Unclear
        left, right, operator = body.get("left"), body.get("right"), body.get("op")
        if operator not in ("==", "!=", "in"):
            return None
        negative = operator == "!="
        if any(_is_meta(left, name) for name in NAMES[self.way]):
            return bool(self._interface(right) != negative)
        if _is_meta(left, "nfproto"):
            return bool((right == ("ipv4" if self.afi == 4 else "ipv6")) != negative)
        if _is_meta(left, "protocol"):
            return bool((right == ("ip" if self.afi == 4 else "ip6")) != negative)
        if isinstance(left, dict) and isinstance(left.get("fib"), dict):
            return _fib(left["fib"], right, negative)
        payload = left.get("payload") if isinstance(left, dict) else None
        if isinstance(payload, dict) and payload.get("protocol") in ("ip", "ip6"):
            if payload["protocol"] != ("ip" if self.afi == 4 else "ip6"):
                return False
            if payload.get("field") == "saddr":
                return (not negative, self._ranges(right))
        return None

    def _interface(self, right: Any) -> bool:
        if isinstance(right, str) and right.startswith("@"):
            elements = self.ruleset.sets.get((*self.key[:2], right[1:]))
            if elements is None:
                raise Unclear
            return any(_name_matches(one, self.interface) for one in elements)
        if isinstance(right, dict) and isinstance(right.get("set"), list):
            return any(_name_matches(one, self.interface) for one in right["set"])
        return _name_matches(right, self.interface)

    def _ranges(self, right: Any, depth: int = 0) -> list[PrefixEntry]:
        if depth > DEPTH:
            raise Unclear
        if isinstance(right, str) and right.startswith("@"):
            elements = self.ruleset.sets.get((*self.key[:2], right[1:]))
            if elements is None:
                raise Unclear
            return [one for each in elements for one in self._ranges(each, depth + 1)]
        if isinstance(right, dict):
            if isinstance(right.get("set"), list):
                return [one for each in right["set"] for one in self._ranges(each, depth + 1)]
            if isinstance(right.get("elem"), dict):
                return self._ranges(right["elem"].get("val"), depth + 1)
        return _networks(right, self.afi)


def _fib(body: Mapping[str, Any], right: Any, negative: bool) -> str | None:
    """`strict` or `loose` for a lookup of the source without an answer; None for any other use."""
    flags = body.get("flags")
    flags = [flags] if isinstance(flags, str) else flags if isinstance(flags, list) else []
    missing = (right is False and not negative) or (right is True and negative) or (right == 0 and not negative)
    if body.get("result") not in ("oif", "oifname") or "saddr" not in flags or not missing:
        return None
    return "strict" if "iif" in flags else "loose"


def _is_meta(left: Any, key: str) -> bool:
    return isinstance(left, dict) and isinstance(left.get("meta"), dict) and left["meta"].get("key") == key


def _name_matches(pattern: Any, name: str) -> bool:
    if isinstance(pattern, dict) and isinstance(pattern.get("elem"), dict):
        pattern = pattern["elem"].get("val")
    if not isinstance(pattern, str):
        raise Unclear
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _networks(value: Any, afi: Afi) -> list[PrefixEntry]:
    size = 32 if afi == 4 else 128
    try:
        if isinstance(value, str):
            found = [ipaddress.ip_network(value)]
        elif isinstance(value, dict) and isinstance(value.get("prefix"), dict):
            found = [ipaddress.ip_network(f"{value['prefix'].get('addr')}/{value['prefix'].get('len')}", strict=False)]
        elif isinstance(value, dict) and isinstance(value.get("range"), list) and len(value["range"]) == 2:
            first, last = (ipaddress.ip_address(str(one)) for one in value["range"])
            found = list(ipaddress.summarize_address_range(first, last))
        else:
            raise Unclear
    except (ValueError, TypeError) as error:
        raise Unclear from error
    if any(one.max_prefixlen != size for one in found):
        raise Unclear
    return [(int(one.network_address), one.prefixlen, one.prefixlen, size, True, 0) for one in found]


def _text(entry: PrefixEntry, afi: Literal[4, 6]) -> str:
    cls = ipaddress.IPv4Network if afi == 4 else ipaddress.IPv6Network
    return str(cls((entry[0], entry[1])))
