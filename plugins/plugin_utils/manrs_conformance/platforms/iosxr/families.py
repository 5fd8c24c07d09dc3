"""Blocks of address families that stand at a neighbour without a statement of their own."""

from __future__ import annotations

import re

from .._stated import paths

PROCESS = re.compile(r"^router bgp .*\n(?:[ !].*\n)*", re.MULTILINE)


def unopened(running: str, base: str) -> str:
    """Commands that take empty blocks away which `base` does not have; empty when there are none."""
    was = set(_blocks(base))
    gone = [path for path, lines in _blocks(running).items() if not lines and path not in was]
    return "".join(
        "\n".join((*(f"{' ' * depth}{head}" for depth, head in enumerate(path[:-1])), f"{' ' * (len(path) - 1)}no {path[-1]}", ""))
        for path in gone
    )


def _blocks(text: str) -> dict[tuple[str, ...], list[str]]:
    """What stands in each block of a family of a neighbour, by process, VRF, neighbour and family."""
    out: dict[tuple[str, ...], list[str]] = {}
    for process in PROCESS.findall(text + "\n"):
        for path, line in paths(process):
            for number, head in enumerate(path):
                if head.startswith("address-family ") and path[number - 1].startswith("neighbor "):
                    out.setdefault(path[: number + 1], []).append(line)
            if line.startswith("address-family ") and path and path[-1].startswith("neighbor "):
                out.setdefault((*path, line), [])
    return out
