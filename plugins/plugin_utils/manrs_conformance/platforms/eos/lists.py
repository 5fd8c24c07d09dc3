"""Lines of EOS lists: prefix lists in one line or as blocks, AS-path lists, community lists, access lists, peer filters."""

from __future__ import annotations

from ...model.policy import Afi, AsPathEntry, CommunityEntry, CommunityKind, PrefixEntry
from .._acl import Acl, Rule, extended_rule, standard_rule
from .._block import Statement
from .._lists import Numbered, Unreadable, community_name, decimal, extended_names, head, prefix, prefix_entry, reads_names, regex
from .bgp import as_range
from .draft import Draft, PeerFilter

ORIGINS = frozenset({"any", "igp", "egp", "incomplete"})
KINDS: dict[str, CommunityKind] = {
    "community-list": "standard",
    "large-community-list": "large",
    "extcommunity-list": "extended",
}
NAMES = {"GSHUT": "65535:0", "local-as": "65535:65283", "graceful-shutdown": "65535:0"}


def entry(words: list[str], afi: Afi, line: int) -> tuple[int | None, PrefixEntry]:
    """Sequence and range of `[seq N] permit|deny P [eq N|ge N|le N]`."""
    if "eq" not in words:
        return prefix_entry(words, afi, line)
    seq, permit, rest = head(words)
    if len(rest) != 3 or rest[1] != "eq" or "/" not in rest[0]:
        raise Unreadable(" ".join(words))
    network, length = prefix(rest[0], afi)
    exact = decimal(rest[2])
    if not length <= exact <= (32 if afi == 4 else 128):
        raise Unreadable(" ".join(words))
    return seq, (network, length, exact, exact, permit, line)


def prefix_line(draft: Draft, afi: Afi, name: str, words: list[str], at: Statement) -> None:
    """One entry of a prefix list; what cannot be read taints the list."""
    table = draft.lists.prefix.setdefault((afi, name), Numbered(name))
    if words[:1] in (["remark"], ["description"]) or (words[:1] == ["seq"] and words[2:3] == ["remark"]):
        draft.ledger.irrelevant(at.number)
        return
    try:
        seq, found = entry(words, afi, at.number)
        table.add(seq, found, at.number)
        draft.ledger.used(at.number)
    except Unreadable:
        draft.lists.tainted.add(name)
        draft.taint(at.number, "list", name)


def as_path_line(draft: Draft, at: Statement) -> bool:
    """`ip as-path regex-mode M` and `ip as-path access-list NAME permit|deny REGEX [ORIGIN]`."""
    words, line = at.words, at.number
    if words[2:3] == ["regex-mode"] and len(words) == 4 and words[3] in ("asn", "string"):
        draft.string_mode = words[3] == "string"
        draft.ledger.used(line)
        return True
    if words[2:3] != ["access-list"] or len(words) < 4:
        return False
    name, rest = words[3], words[4:]
    table = draft.lists.as_path.setdefault(name, Numbered(name))
    origins = draft.origins.setdefault(name, [])
    origin = rest.pop() if len(rest) > 2 and rest[-1] in ORIGINS else "any"
    try:
        seq, permit, pattern = head(rest)
        if not pattern:
            raise Unreadable("no pattern")
        table.add(seq, AsPathEntry(permit, " ".join(pattern).strip('"'), "", line), line)
        origins.append(origin)
        draft.ledger.used(line)
    except Unreadable:
        draft.lists.tainted.add(name)
        draft.taint(line, "list", name)
    return True


def community_line(draft: Draft, at: Statement) -> bool:
    """`ip community-list|large-community-list|extcommunity-list [standard|regexp|expanded] NAME permit|deny …`."""
    words, line = at.words, at.number
    kind = KINDS[words[1]]
    styled = words[2] in ("standard", "regexp", "expanded") and len(words) > 4
    expanded = styled and words[2] != "standard"
    name, rest = (words[3], words[4:]) if styled else (words[2], words[3:])
    table = draft.lists.community.setdefault((kind, name), Numbered(name))
    if rest[:1] == ["seq"] and rest[2:3] == ["remark"]:
        draft.ledger.irrelevant(line)
        return True
    try:
        seq, found = community_entry(rest, kind, expanded, line)
        table.add(seq, found, line)
        draft.ledger.used(line)
    except Unreadable:
        draft.lists.tainted.add(name)
        draft.taint(line, "list", name)
    return True


def community_entry(words: list[str], kind: CommunityKind, expanded: bool, line: int) -> tuple[int | None, CommunityEntry]:
    """Sequence and entry of a community-list line.

    A regular expression over extended communities reads a printed form that is not known. Whether a line with several communities asks for all of them or for any is not confirmed: such a line is not read.
    """
    seq, permit, rest = head(words)
    if expanded:
        pattern = " ".join(rest)
        regex(pattern)
        if not pattern or kind == "extended" or (kind == "standard" and reads_names(pattern)):
            raise Unreadable(pattern)
        return seq, CommunityEntry(permit, regex=pattern, scope="each", line=line)
    names = extended_names(rest) if kind == "extended" else tuple(community(one, kind) for one in rest)
    if len(names) != 1:
        raise Unreadable(" ".join(words))
    return seq, CommunityEntry(permit, names, line=line)


def community(text: str, kind: CommunityKind) -> str:
    """Canonical text of a community as EOS writes it."""
    return NAMES[text] if kind == "standard" and text in NAMES else community_name(text, kind)


def acl_line(draft: Draft, acl: Acl, at: Statement) -> bool:
    """A line of an access list; what cannot be read taints the list."""
    words, line = at.words, at.number
    body = words[1:] if words[0].isdecimal() else words
    if not body or body[0] in ("remark", "counters", "statistics", "fragment-rules"):
        draft.ledger.irrelevant(line)
        return True
    try:
        if words[0] == "no":
            raise Unreadable("no")
        seq, rule = _rule(acl, [one for one in words if one != "tracked"], line)
        acl.rules.add(seq if seq is not None else _next(acl), rule, line)
        acl.lines.append(line)
        draft.ledger.used(line)
    except Unreadable:
        acl.tainted = True
        draft.taint(line, "list", acl.name)
    return True


def _rule(acl: Acl, words: list[str], line: int) -> tuple[int | None, Rule]:
    if not acl.standard:
        return extended_rule(words, acl.afi, line)
    if acl.afi == 4:
        return standard_rule(words, line)
    at = 2 if words[0].isdecimal() else 1
    rest = words[at:]
    while rest and rest[-1] == "log":
        rest = rest[:-1]
    return extended_rule([*words[:at], "ipv6", *rest, "any"], 6, line)


def _next(acl: Acl) -> int:
    return max(acl.rules.seqs, default=0) // 10 * 10 + 10


def peer_filter_line(draft: Draft, one: PeerFilter, name: str, at: Statement) -> bool:
    """`N match as-range A-B result accept|reject`."""
    words = at.words
    try:
        if len(words) != 6 or words[1:3] != ["match", "as-range"] or words[4] != "result" or words[5] not in ("accept", "reject"):
            raise Unreadable(" ".join(words))
        one.entries.append((decimal(words[0]), *as_range(words[3]), words[5] == "accept"))
        draft.ledger.used(at.number)
    except Unreadable:
        one.tainted = True
        draft.taint(at.number, "list", name)
    return True
