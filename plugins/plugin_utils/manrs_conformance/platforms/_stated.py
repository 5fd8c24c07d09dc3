"""What a configuration of the indented kind states at one place itself, word by word, whatever is inherited there."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.plan import is_owned
from ._address import canonical
from ._carry import Block

Path = tuple[str, ...]


def limit(text: str, block: Block) -> str | None:
    """The limit of prefixes that stands at a session."""
    return next((line for words, line in _session(text, block) if words[0] in ("maximum-prefix", "maximum-routes")), None)


def policy(text: str, block: Block, side: str, *, inside: bool = False) -> str | None:
    """The operator's reference to a policy that stands at a session; `side` is `in` or `out`. With `inside` only one in a family counts."""
    found = [
        line
        for words, line in _session(text, block, common=not inside)
        if words[0] in ("route-map", "route-policy") and words[-1] == side and not is_owned(words[1])
    ]
    return found[-1] if found else None


def guard(text: str, interface: str, start: str) -> str | None:
    """The statement of an interface that begins with these words."""
    heads = (f"interface {interface}",)
    return next((line for path, line in paths(text) if path == heads and f"{line} ".startswith(f"{start} ")), None)


def _session(text: str, block: Block, *, common: bool = True) -> Iterator[tuple[list[str], str]]:
    """The statements of a session: their words without the neighbour in front, and the whole line."""
    for path, line in paths(text):
        if not path or not path[0].startswith("router bgp "):
            continue
        heads = [one.split() for one in path]
        words = line.split()
        name = next((one[1] for one in heads if one[0] == "neighbor" and len(one) > 1), None)
        if name is None and words[0] == "neighbor" and len(words) > 2:
            name, words = words[1], words[2:]
        if name is None or canonical(name) != block.neighbor or _vrf(heads) != block.vrf:
            continue
        family = next((one[1] for one in heads if one[0] == "address-family" and len(one) > 1), None)
        shared = common and (block.family == "ipv4-unicast" or words[0] == "maximum-routes")
        if block.family.startswith(f"{family}-") or (family is None and shared):
            yield words, line


def _vrf(heads: list[list[str]]) -> str:
    return next(
        (one[one.index("vrf") + 1] for one in heads if "vrf" in one[:-1] and one[0] in ("vrf", "address-family")), "default"
    )


def unopened(running: str, base: str, *parents: str) -> str:
    """Commands that take away empty blocks of address families below heads that begin with one of `parents`, where `base` does not have them;
    empty when there are none."""
    was = set(_families(base, parents))
    gone = [path for path, lines in _families(running, parents).items() if not lines and path not in was]
    return "".join(
        "\n".join((*(f"{' ' * depth}{head}" for depth, head in enumerate(path[:-1])), f"{' ' * (len(path) - 1)}no {path[-1]}", ""))
        for path in gone
    )


def _families(text: str, parents: tuple[str, ...]) -> dict[Path, list[str]]:
    """What stands in each block of a family, by the heads it stands below and its own."""
    out: dict[Path, list[str]] = {}
    for path, line in paths(text):
        if not path or not path[0].startswith("router bgp "):
            continue
        for number in range(1, len(path)):
            if path[number].startswith("address-family ") and path[number - 1].startswith(parents):
                out.setdefault(path[: number + 1], []).append(line)
        if line.startswith("address-family ") and path[-1].startswith(parents):
            out.setdefault((*path, line), [])
    return out


def paths(text: str) -> Iterator[tuple[Path, str]]:
    """Each line with the heads that it stands below."""
    heads: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line, depth = raw.strip(), len(raw) - len(raw.lstrip())
        if not line or line.startswith("!"):
            continue
        while heads and heads[-1][0] >= depth:
            heads.pop()
        yield tuple(head for _, head in heads), line
        heads.append((depth, line))
