"""Lines of IOS lists: prefix lists, access lists, AS-path lists and community lists."""

from __future__ import annotations

from collections.abc import Callable

from ...model.policy import Afi, AsPathEntry, CommunityEntry, CommunityKind
from ...model.router import Taint
from .. import _acl
from .._block import Statement
from .._lists import Numbered, Unreadable, community_name, extended_names, head, prefix_entry, reads_names
from .draft import Draft

KINDS: dict[str, CommunityKind] = {
    "community-list": "standard",
    "large-community-list": "large",
    "extcommunity-list": "extended",
}


def prefix_list(draft: Draft, at: Statement, afi: Afi) -> bool:
    """`ip|ipv6 prefix-list NAME …`; what cannot be read taints the list."""
    name, rest = at.words[2], at.words[3:]
    table = draft.lists.prefix
    try:
        if rest[:1] == ["description"]:
            table.setdefault((afi, name), Numbered(name))
        else:
            seq, entry = prefix_entry(rest, afi, at.number)
            table.setdefault((afi, name), Numbered(name)).add(seq, entry, at.number)
        draft.ledger.used(at.number)
    except Unreadable:
        table.setdefault((afi, name), Numbered(name))
        _taint(draft, name, at.number)
    return True


def _taint(draft: Draft, name: str, line: int) -> None:
    draft.lists.tainted.add(name)
    draft.ledger.miss(line, "unsupported", Taint("list", name))


def numbered_acl(draft: Draft, at: Statement) -> bool:
    """`access-list N …`: standard 1-99 and 1300-1999, extended 100-199 and 2000-2699; others filter no IP."""
    words = at.words
    if words[1:2] in (["compiled"], ["rate-limit"], ["dynamic-extended"]):
        draft.ledger.irrelevant(at.number)
        return True
    if len(words) < 3 or not words[1].isdecimal():
        return False
    number = int(words[1][:6])
    standard = 1 <= number <= 99 or 1300 <= number <= 1999
    if not standard and not (100 <= number <= 199 or 2000 <= number <= 2699):
        draft.ledger.irrelevant(at.number)
        return True
    return acl_rule(draft, _open(draft, 4, words[1], standard, at.number), words[2:], at)


def open_acl(draft: Draft, at: Statement, afi: Afi) -> bool:
    """`ip access-list standard|extended NAME` or `ipv6 access-list NAME`: its rules follow."""
    words = at.words[2:]
    if afi == 4 and (len(words) != 2 or words[0] not in ("standard", "extended")):
        if words[:1] in (["resequence"], ["log-update"], ["logging"], ["helper"], ["persistent"], ["match-local-traffic"]):
            draft.ledger.irrelevant(at.number)
            return True
        draft.ledger.miss(at.number, "unsupported", Taint("list", words[1] if len(words) > 1 else ""))
        draft.block = "skip"
        return True
    if afi == 6 and len(words) != 1:
        draft.ledger.irrelevant(at.number)
        return words[:1] == ["log-update"]
    draft.acl = _open(draft, afi, words[-1], words[0] == "standard" and afi == 4, at.number)
    draft.block = "acl"
    draft.ledger.used(at.number)
    return True


def _open(draft: Draft, afi: Afi, name: str, standard: bool, line: int) -> _acl.Acl:
    return draft.acls.setdefault((afi, name), _acl.Acl(name, afi, standard, line))


def acl_line(draft: Draft, at: Statement) -> bool:
    """A line inside a named access list."""
    first = at.words[0]
    if draft.acl is None or (not first.isdecimal() and first not in _RULE_WORDS):
        return False
    return acl_rule(draft, draft.acl, at.words, at)


_RULE_WORDS = frozenset({"permit", "deny", "remark", "sequence", "evaluate", "dynamic", "no"})


def acl_rule(draft: Draft, acl: _acl.Acl, words: list[str], at: Statement) -> bool:
    """One rule; what cannot be read taints the list."""
    line = at.number
    if words[0] == "remark" or words[1:2] == ["remark"] or words[:1] + words[2:3] == ["sequence", "remark"]:
        draft.ledger.irrelevant(line)
        return True
    acl.lines.append(line)
    try:
        seq, rule = _acl.standard_rule(words, line) if acl.standard else _acl.extended_rule(words, acl.afi, line)
        # Numbers of an access list count in tens.
        acl.rules.add(seq if seq is not None else acl.rules.seqs[-1] + 10 if acl.rules.seqs else 10, rule, line)
        draft.ledger.used(line)
    except Unreadable:
        acl.tainted = True
        _taint(draft, acl.name, line)
    return True


def as_path(draft: Draft, at: Statement) -> bool:
    """`ip as-path access-list N permit|deny REGEX`."""
    words, line = at.words, at.number
    if len(words) < 5 or words[2] != "access-list":
        return False
    name = words[3]
    try:
        _, permit, rest = head(words[4:])
        if not rest:
            raise Unreadable("no pattern")
        draft.lists.as_path.setdefault(name, Numbered(name)).add(None, AsPathEntry(permit, " ".join(rest), "cisco", line), line)
        draft.ledger.used(line)
    except Unreadable:
        draft.lists.as_path.setdefault(name, Numbered(name))
        _taint(draft, name, line)
    return True


def community(draft: Draft, at: Statement) -> bool:
    """`ip community-list|extcommunity-list|large-community-list [standard|expanded] NAME …`."""
    words, line = at.words, at.number
    kind = KINDS[words[1]]
    styled = words[2] in ("standard", "expanded") and len(words) > 4
    name, rest = (words[3], words[4:]) if styled else (words[2], words[3:])
    expanded = words[2] == "expanded" if styled else not name.isdecimal() or int(name[:6]) > 99
    table = draft.lists.community
    try:
        if not styled and not name.isdecimal():
            raise Unreadable(name)
        seq, permit, values = head(rest if not rest[:1] or not rest[0].isdecimal() else ["seq", *rest])
        entry = _expanded(values, kind, permit, line) if expanded else _literals(values, kind, permit, line)
        table.setdefault((kind, name), Numbered(name)).add(seq, entry, line)
        draft.ledger.used(line)
    except Unreadable:
        table.setdefault((kind, name), Numbered(name))
        _taint(draft, name, line)
    return True


def _literals(values: list[str], kind: CommunityKind, permit: bool, line: int) -> CommunityEntry:
    if not values:
        raise Unreadable("no community")
    names = extended_names(values) if kind == "extended" else tuple(community_name(one, kind) for one in values)
    return CommunityEntry(permit, names, line=line)


def _expanded(values: list[str], kind: CommunityKind, permit: bool, line: int) -> CommunityEntry:
    pattern = " ".join(values)
    if not pattern or (kind == "standard" and reads_names(pattern)):
        raise Unreadable(pattern)
    return CommunityEntry(permit, regex=pattern, scope="unordered", line=line)


LISTS: dict[str, Callable[[Draft, Statement], bool]] = {"as-path": as_path, **dict.fromkeys(KINDS, community)}
