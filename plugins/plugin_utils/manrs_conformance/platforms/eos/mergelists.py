"""Lists of EOS as a fragment meets them."""

from __future__ import annotations

from .. import _acl
from .._lists import Unreadable
from .._mergelists import Entry, Listing, ListRules, acl_entry, plain_entry
from .lists import entry as prefix_entry

_NOTES = frozenset({"description", "remark", "counters", "statistics", "fragment-rules"})


def _prefix(afi: int) -> ListRules:
    def entry(words: list[str]) -> Entry:
        if len(words) == 2 and words[0] == "seq" and words[1].isdecimal():
            return int(words[1]), None, ""
        seq, one = prefix_entry(words, 4 if afi == 4 else 6, 0)
        return seq, one, " ".join(words[2:] if words[0] == "seq" else words)

    return ListRules(entry, lambda number, text: f"seq {number} {text}", step=10)


def _filter(words: list[str]) -> Entry:
    if not words[0].isdecimal() or (len(words) > 1 and words[1] != "match"):
        raise Unreadable(" ".join(words))
    return int(words[0]), tuple(words[1:]) or None, " ".join(words[1:])


def _acl_rules(standard: bool) -> ListRules:
    def entry(words: list[str]) -> Entry:
        seq, same, line = acl_entry([one for one in words if one != "tracked"])
        if standard and line and ":" not in line:
            _, one = _acl.standard_rule(line.split(), 0)
            same = (one.permit, one.source)
        return seq, same, line

    return ListRules(entry, lambda number, text: f"{number} {text}", step=10, missing=True, outlives=True, notes=_NOTES)


_PREFIX = {"ip": _prefix(4), "ipv6": _prefix(6)}
_ACL = {True: _acl_rules(True), False: _acl_rules(False)}
_PLAIN = ListRules(plain_entry, lambda number, text: f"seq {number} {text}", step=10, removal="whole", silent=True)
_FILTER = ListRules(_filter, lambda number, text: f"{number} {text}", step=10, outlives=True)


def listing(body: list[str]) -> tuple[Listing, list[str]] | None:
    """The list that a statement speaks of."""
    head, kind = body[0], body[1] if len(body) > 1 else ""
    if head == "peer-filter" and len(body) == 2:
        return Listing(" ".join(body), ("peer-filter", kind), _FILTER, flat=False, opens=True), []
    if head not in ("ip", "ipv6") or len(body) < 3:
        return None
    if kind == "prefix-list":
        rest = body[3:]
        return Listing(" ".join(body[:3]), (kind, head, body[2]), _PREFIX[head], flat=bool(rest), opens=not rest), rest
    if kind == "access-list":
        standard = body[2] == "standard" and len(body) > 3
        if len(body) != 4 - (not standard):
            return None
        return Listing(" ".join(body), (kind, head, body[-1]), _ACL[standard], flat=False, opens=True), []
    if head == "ip" and kind == "as-path" and body[2] == "access-list" and len(body) > 3:
        return Listing(" ".join(body[:4]), (kind, body[3]), _PLAIN), body[4:]
    if head == "ip" and kind in ("community-list", "extcommunity-list", "large-community-list"):
        size = 4 if body[2] in ("standard", "regexp", "expanded") and len(body) > 3 else 3
        return Listing(" ".join(body[:size]), (kind, body[size - 1]), _PLAIN), body[size:]
    return None
