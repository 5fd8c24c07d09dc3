"""Lists of NX-OS as a fragment meets them."""

from __future__ import annotations

from .._lists import Unreadable
from .._mergelists import Entry, Listing, ListRules, acl_entry, plain_entry
from .lists import prefix_words


def _prefix(six: bool) -> ListRules:
    def entry(words: list[str]) -> Entry:
        if len(words) == 2 and words[0] == "seq" and words[1].isdecimal():
            return int(words[1]), None, ""
        seq, one = prefix_words(words, 6 if six else 4, 0)
        return seq, one, " ".join(words[2:] if words[0] == "seq" else words)

    return ListRules(entry, lambda number, text: f"seq {number} {text}")


def _seq_entry(words: list[str]) -> Entry:
    if len(words) == 2 and words[0] == "seq" and words[1].isdecimal():
        return int(words[1]), None, ""
    if words[0].isdecimal():
        raise Unreadable(" ".join(words))
    return plain_entry(words)


_PREFIX = {"ip": _prefix(False), "ipv6": _prefix(True)}
_NOTES = frozenset({"remark", "statistics", "ignore"})
_ACL = ListRules(acl_entry, lambda number, text: f"{number} {text}", step=10, missing=True, outlives=True, notes=_NOTES)
_PLAIN = ListRules(_seq_entry, lambda number, text: f"seq {number} {text}", step=10, removal="whole")


def listing(body: list[str]) -> tuple[Listing, list[str]] | None:
    """The list that a statement speaks of."""
    head, kind = body[0], body[1] if len(body) > 1 else ""
    if head not in ("ip", "ipv6") or len(body) < 3:
        return None
    if kind == "prefix-list":
        return Listing(" ".join(body[:3]), (kind, head, body[2]), _PREFIX[head]), body[3:]
    if kind == "access-list" and len(body) == 3:
        return Listing(" ".join(body), (kind, head, body[2]), _ACL, flat=False, opens=True), []
    if head == "ip" and kind == "as-path" and body[2] == "access-list" and len(body) > 3:
        return Listing(" ".join(body[:4]), (kind, body[3]), _PLAIN), body[4:]
    styled = kind in ("community-list", "extcommunity-list", "large-community-list") and body[2] in ("standard", "expanded")
    if head == "ip" and styled and len(body) > 3:
        return Listing(" ".join(body[:4]), (kind, body[3]), _PLAIN), body[4:]
    return None
