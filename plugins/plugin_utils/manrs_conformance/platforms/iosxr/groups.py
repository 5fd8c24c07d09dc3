"""Configuration groups: what `apply-group` lays under other configuration is not expanded, so it taints exactly what it could change."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...model.router import Taint
from .._block import Ledger
from .reader import Group
from .statement import APPLY, INTERFACE, INTERFACE_IP, ROUTERS, TOP
from .tree import Node, irrelevant


def account(groups: Iterable[Group], ledger: Ledger, roots: list[Node], interfaces: Iterable[str]) -> None:
    """Account for every line of every group, and for the lines that apply one.

    A group that is applied nowhere changes nothing. Applied, its statements about interfaces taint the interfaces whose name its pattern
    matches (all when the pattern cannot be read), those that bear on no check nothing, and any other the router.
    """
    known = {group.name: group for group in groups}
    applied: set[str] = set()
    todo = [*roots, *(node for group in known.values() for node in group.nodes)]
    for root in todo:
        for node in root.all():
            if node.words[0] in APPLY:
                applied |= set(node.words[1:])
                missing = [one for one in node.words[1:] if one not in known]
                if missing:
                    ledger.miss(node.number, "unsupported", Taint("router"))
                else:
                    ledger.used(node.number)
    names = tuple(interfaces)
    for group in known.values():
        for node in group.nodes:
            if group.name not in applied:
                irrelevant(ledger, node)
            else:
                _statement(node, ledger, names)


def _statement(node: Node, ledger: Ledger, names: tuple[str, ...]) -> None:
    head = node.words[0]
    if head == "interface" and len(node.words) > 1:
        ledger.used(node.number)
        for child in node.children:
            words = child.words
            harmless = words[0] in INTERFACE or (words[0] in ("ipv4", "ipv6") and words[1:2] and words[1] in INTERFACE_IP)
            if harmless or words[0] == "description" or not met(node.words[1], names):
                irrelevant(ledger, child)
                continue
            for one in child.all():
                ledger.miss(one.number, "unsupported", Taint("interface", node.words[1]))
        return
    if head in TOP or (head == "router" and node.words[1:2] and node.words[1] in ROUTERS):
        irrelevant(ledger, node)
        return
    for one in node.all():
        if ledger.states[one.number - 1] == 63:
            ledger.miss(one.number, "unsupported", Taint("router"))


def met(text: str, names: tuple[str, ...]) -> list[str]:
    """Interfaces that a quoted pattern (or a plain name) speaks of; whether it must match the whole name is not confirmed, so a part will do."""
    pattern = text.strip("'\"")
    if pattern == text:
        return [text] if text in names else []
    try:
        expression = re.compile(pattern)
    except re.error:
        return list(names)
    return [one for one in names if expression.search(one)]
