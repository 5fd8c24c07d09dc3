"""Lines of FRR lists: prefix lists, access lists, AS-path lists and community lists."""

from __future__ import annotations

from typing import Any

from ...model.policy import CommunityKind
from ...model.router import Taint
from .._block import Ledger, Statement
from .._lists import Lists, Unreadable, prefix_entry
from .lists import access_entry, accesses, as_path_entry, communities, community_entry, paths, prefixes


def access(lists: Lists, ledger: Ledger, at: Statement) -> bool:
    """`access-list NAME …`, the IPv4 form without `ip`."""
    return len(at.words) > 2 and named(lists, ledger, at, "access-list", at.words[1], at.words[2:], 4)


def named(lists: Lists, ledger: Ledger, at: Statement, kind: str, name: str, rest: list[str], afi: int) -> bool:
    """One line of a prefix list or access list; what cannot be read taints the list."""
    line = at.number
    table: dict = lists.prefix if kind == "prefix-list" else lists.access  # type: ignore[type-arg]
    new: Any = prefixes if kind == "prefix-list" else accesses
    if name == "sequence-number":
        ledger.irrelevant(line)
        return True
    try:
        if rest[:1] in (["description"], ["remark"]):
            table.setdefault((afi, name), new(name))
            ledger.used(line)
            return True
        reader = prefix_entry if kind == "prefix-list" else access_entry
        seq, entry = reader(rest, afi, line)  # type: ignore[arg-type]
        table.setdefault((afi, name), new(name)).add(seq, entry, line)
        ledger.used(line)
    except Unreadable:
        table.setdefault((afi, name), new(name))
        lists.tainted.add(name)
        ledger.miss(line, "unsupported", Taint("list", name))
    return True


def bgp_list(lists: Lists, ledger: Ledger, at: Statement) -> bool:
    """`bgp as-path access-list …`, `bgp community-list …` and the older `ip` forms."""
    words, line = at.words, at.number
    if words[1:3] == ["as-path", "access-list"] and len(words) > 4:
        name, rest = words[3], words[4:]
        try:
            seq, path = as_path_entry(rest, line)
            lists.as_path.setdefault(name, paths(name)).add(seq, path, line)
            ledger.used(line)
        except Unreadable:
            lists.as_path.setdefault(name, paths(name))
            _taint_list(lists, ledger, name, line)
        return True
    kinds: dict[str, CommunityKind] = {
        "community-list": "standard",
        "large-community-list": "large",
        "extcommunity-list": "extended",
    }
    if len(words) < 4 or words[1] not in kinds:
        if words[1:3] == ["community", "alias"]:
            ledger.irrelevant(line)
            return True
        return False
    kind = kinds[words[1]]
    styled = words[2] in ("standard", "expanded") and len(words) > 4
    name, rest = (words[3], words[4:]) if styled else (words[2], words[3:])
    expanded = words[2] == "expanded" if styled else not name.isdecimal() or int(name) > 99
    try:
        if not styled and not name.isdecimal():
            raise Unreadable(name)
        seq, entry = community_entry(rest, kind, expanded, line)
        lists.community.setdefault((kind, name), communities(name)).add(seq, entry, line)
        ledger.used(line)
    except Unreadable:
        lists.community.setdefault((kind, name), communities(name))
        _taint_list(lists, ledger, name, line)
    return True


def _taint_list(lists: Lists, ledger: Ledger, name: str, line: int) -> None:
    lists.tainted.add(name)
    ledger.miss(line, "unsupported", Taint("list", name))
