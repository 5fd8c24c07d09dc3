"""Lists of IOS as a fragment meets them."""

from __future__ import annotations

from .. import _acl
from .._mergelists import Entry, Listing, ListRules, Refused, acl_entry, plain_entry, prefix_rules
from .._mergetext import Block


def _rule(words: list[str], standard: bool) -> Entry:
    """An entry of an access list."""
    seq, same, line = acl_entry(words)
    if standard and line:
        _, one = _acl.standard_rule(line.split(), 0)
        same = (one.permit, one.source)
    return seq, same, line


def _acl_rules(standard: bool, *, six: bool = False, old: bool = False) -> ListRules:
    return ListRules(
        lambda words: _rule(words, standard),
        lambda number, text: f"sequence {number} {text}" if six else f"{number} {text}",
        step=10,
        removal="whole" if old else "one",
        missing=True,
        outlives=not old,
    )


_PREFIX = {4: prefix_rules(4), 6: prefix_rules(6)}
_PLAIN = ListRules(plain_entry, lambda number, text: f"{number} {text}", removal="whole", silent=True)
_ACLS = {
    (standard, six, old): _acl_rules(standard, six=six, old=old)
    for standard in (False, True)
    for six in (False, True)
    for old in (False, True)
}


def listing(body: list[str]) -> tuple[Listing, list[str]] | None:
    """The list that a statement speaks of."""
    head = body[0]
    if head == "access-list" and len(body) > 1 and body[1].isdecimal():
        number = int(body[1])
        if 1 <= number <= 199 or 1300 <= number <= 2699:
            rules = _ACLS[(number <= 99 or 1300 <= number <= 1999, False, True)]
            return Listing(f"access-list {body[1]}", ("acl", "4", body[1]), rules), body[2:]
        return None
    if head not in ("ip", "ipv6") or len(body) < 3:
        return None
    afi, kind = "6" if head == "ipv6" else "4", body[1]
    if kind == "prefix-list" and body[2] != "sequence-number":
        return Listing(f"{head} prefix-list {body[2]}", ("prefix-list", afi, body[2]), _PREFIX[6 if afi == "6" else 4]), body[3:]
    if kind == "access-list":
        return _named(body, afi)
    if afi == "4" and kind == "as-path" and body[2] == "access-list" and len(body) > 3:
        return Listing(" ".join(body[:4]), ("as-path", body[3]), _PLAIN), body[4:]
    if afi == "4" and kind in ("community-list", "extcommunity-list", "large-community-list"):
        styled = body[2] in ("standard", "expanded") and len(body) > 3
        size = 4 if styled else 3
        return Listing(" ".join(body[:size]), (kind, body[size - 1]), _PLAIN), body[size:]
    return None


def _named(body: list[str], afi: str) -> tuple[Listing, list[str]] | None:
    if afi == "4" and (body[2] not in ("standard", "extended") or len(body) != 4):
        return None
    if afi == "6" and (len(body) != 3 or body[2] == "log-update"):
        return None
    rules = _ACLS[(body[2] == "standard" and afi == "4", afi == "6", False)]
    return Listing(" ".join(body), ("acl", afi, body[-1]), rules, flat=False, opens=True), []


def resequence(root: Block, words: list[str]) -> None:
    """`ip access-list resequence NAME START STEP`."""
    if len(words) != 3 or not words[1].isdecimal() or not words[2].isdecimal():
        raise Refused("name, first number and step are needed")
    there = root.kids.get(("acl", "4", words[0]))
    if not isinstance(there, Listing):
        raise Refused("the router has no such list")
    there.read()
    there.renumber(int(words[1]), int(words[2]))
