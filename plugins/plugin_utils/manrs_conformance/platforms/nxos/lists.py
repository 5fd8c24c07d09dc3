"""NX-OS lists: prefix lists (fast and exact), AS-path and community lists, access lists in block form."""

from __future__ import annotations

from ...model.policy import Afi, AsPathEntry, CommunityEntry, CommunityKind, PrefixEntry
from ...model.router import Taint
from .._acl import Acl, extended_rule
from .._block import Ledger
from .._lists import Lists, Numbered, Unreadable, community_name, decimal, extended_names, head, prefix, reads_names, regex
from .draft import Draft
from .tree import Block, leaf, no, refuse

KINDS: dict[str, CommunityKind] = {
    "community-list": "standard",
    "large-community-list": "large",
    "extcommunity-list": "extended",
}
GROUPS = frozenset({"addrgroup", "portgroup", "object-group"})


def prefix_line(draft: Draft, block: Block, afi: Afi) -> bool:
    """One line of a prefix list; what cannot be read taints the list. `mask` (not confirmed) is such a thing."""
    words, line = block.words, block.line
    if len(words) < 4:
        return False
    name, rest = words[2], words[3:]
    one = draft.lists.prefix.setdefault((afi, name), Numbered(name))
    if rest[0] == "description":
        one.lines.append(line)
        leaf(block, draft.ledger, Taint("list", name))
        return True
    try:
        seq, entry = prefix_words(rest, afi, line)
    except Unreadable:
        draft.lists.tainted.add(name)
        refuse(block, draft.ledger, Taint("list", name), known="mask" in rest)
        return True
    if seq is None:
        # Five more than the greatest (Nexus 3548 unicast command reference, `ip prefix-list`).
        seq = 5 + (one.seqs[-1] if one.ordered and one.seqs else max(one.seqs, default=0))
    one.add(seq, entry, line)
    leaf(block, draft.ledger, Taint("list", name))
    return True


def prefix_words(words: list[str], afi: Afi, line: int) -> tuple[int | None, PrefixEntry]:
    """Sequence and range of `[seq N] permit|deny P [eq n | [ge a] [le b]]`."""
    seq, permit, rest = head(words)
    size = 32 if afi == 4 else 128
    if not rest or "/" not in rest[0] or len(rest) % 2 == 0:
        raise Unreadable(" ".join(rest))
    network, length = prefix(rest[0], afi)
    bounds = {key: decimal(value) for key, value in zip(rest[1::2], rest[2::2], strict=True)}
    if len(bounds) * 2 != len(rest) - 1 or not (bounds.keys() <= {"ge", "le"} or bounds.keys() == {"eq"}):
        raise Unreadable(" ".join(rest))
    least = bounds.get("eq", bounds.get("ge", length))
    most = bounds.get("eq", bounds.get("le", size if "ge" in bounds else length))
    if not length <= least <= most <= size:
        raise Unreadable(" ".join(rest))
    return seq, (network, length, least, most, permit, line)


def bgp_list(draft: Draft, block: Block) -> bool:
    """`ip as-path access-list …` and the community lists; what cannot be read taints the list."""
    words, line, lists = block.words, block.line, draft.lists
    if words[1:3] == ["as-path", "access-list"] and len(words) > 4:
        name = words[3]
        paths = lists.as_path.setdefault(name, Numbered(name))
        try:
            seq, path = _as_path_entry(words[4:], line)
            paths.add(seq, path, line)
        except Unreadable:
            _refuse_list(lists, draft.ledger, name, block)
            return True
        leaf(block, draft.ledger, Taint("list", name))
        return True
    kind = KINDS.get(words[1]) if len(words) > 4 else None
    if kind is None or words[2] not in ("standard", "expanded"):
        return False
    name = words[3]
    communities = lists.community.setdefault((kind, name), Numbered(name))
    try:
        seq, entry = _community_entry(words[4:], kind, words[2] == "expanded", line)
        communities.add(seq, entry, line)
    except Unreadable:
        _refuse_list(lists, draft.ledger, name, block)
        return True
    leaf(block, draft.ledger, Taint("list", name))
    return True


def _refuse_list(lists: Lists, ledger: Ledger, name: str, block: Block) -> None:
    lists.tainted.add(name)
    refuse(block, ledger, Taint("list", name), known=True)


def _pattern(words: list[str]) -> str:
    text = " ".join(words)
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if not text:
        raise Unreadable("no pattern")
    return text


def _as_path_entry(words: list[str], line: int) -> tuple[int | None, AsPathEntry]:
    """Sequence and pattern of `[seq N] permit|deny "REGEX"`: unanchored, over the characters of the printed path."""
    seq, permit, rest = head(words)
    return seq, AsPathEntry(permit, _pattern(rest), "cisco", line)


def _community_entry(words: list[str], kind: CommunityKind, expanded: bool, line: int) -> tuple[int | None, CommunityEntry]:
    """Sequence and entry of a community list line: literals that must all be there, or a regex over the printed communities.

    In which order NX-OS prints them, and what it reads where there are none, is not confirmed (hence `unordered`).
    """
    seq, permit, rest = head(words)
    if expanded:
        pattern = _pattern(rest)
        regex(pattern)
        if kind == "standard" and reads_names(pattern):
            raise Unreadable(pattern)
        return seq, CommunityEntry(permit, regex=pattern, scope="unordered", line=line)
    if not rest:
        raise Unreadable("no community")
    names = extended_names(rest) if kind == "extended" else tuple(community_name(one, kind) for one in rest)
    return seq, CommunityEntry(permit, names, line=line)


def access_list(draft: Draft, block: Block, afi: Afi, name: str) -> None:
    """An access list in block form; a rule with an object group is recognised and not resolved."""
    taint = Taint("list", name)
    acl = draft.acls.setdefault((afi, name), Acl(name, afi, False, block.line))
    acl.lines.append(block.line)
    draft.ledger.used(block.line)
    for one in block.children:
        acl.lines.append(one.line)
        _, words = no(one.words)
        body = words[1:] if words[0].isdecimal() else words
        if not body or body[0] in ("remark", "statistics", "ignore"):
            draft.ledger.irrelevant(one.line)
            for inner in one.children:
                refuse(inner, draft.ledger, taint)
            continue
        try:
            if one.words[0] == "no" or not GROUPS.isdisjoint(body):
                raise Unreadable("a group")
            seq, rule = extended_rule(one.words, afi, one.line)
        except Unreadable:
            acl.tainted = True
            refuse(one, draft.ledger, taint, known=body[0] == "fragments" or not GROUPS.isdisjoint(body))
            continue
        acl.rules.add((acl.rules.seqs[-1] if acl.rules.seqs else 0) + 10 if seq is None else seq, rule, one.line)
        leaf(one, draft.ledger, taint)
