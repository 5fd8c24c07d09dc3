"""What was understood of a router, as stable JSON (`manrs model`) and as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from .model.policy import Attachment, CommunityList, PrefixList
from .model.router import Interface, Router, Session

STATES = {"u": "used", "i": "irrelevant", "s": "unsupported", "?": "unrecognised"}


def model_json(router: Router, text: str) -> dict[str, Any]:
    """The document of design section 11 for a router and the configuration text it was read from."""
    count = Counter(router.line_states)
    return {
        "platform": router.platform,
        "hostname": router.hostname,
        "version": router.version,
        "local_as": router.local_as,
        "complete": router.complete,
        "incomplete_because": router.incomplete_because,
        "sessions": [_session(one) for one in router.sessions],
        "interfaces": [_interface(one) for one in router.interfaces],
        "policies": [{"name": one.name, "kind": one.kind, "lines": _span(one.lines)} for one in router.policies.values()],
        "lists": _lists(router),
        "rpki": {
            "caches": [{"address": one.address, "port": one.port, "transport": one.transport} for one in router.caches],
            "validation": {family: "on" if router.validation.get(family) else "off" for family in ("ipv4", "ipv6")},
        },
        "undefined": [{"kind": one.kind, "name": one.name, "line": one.line, "effect": one.effect} for one in router.undefined],
        "unread": [{"line": one.line, "text": one.text, "state": one.state, "taints": str(one.taints)} for one in router.unread],
        "coverage": {"lines": len(text.splitlines()), **{name: count.get(letter, 0) for letter, name in STATES.items()}},
    }


def _span(lines: Iterable[int]) -> list[int]:
    found = sorted(lines)
    return [found[0], found[-1]] if found else []


def _session(one: Session) -> dict[str, Any]:
    return {
        "neighbor": one.neighbor,
        "family": one.family,
        "remote_as": list(one.remote_as) if isinstance(one.remote_as, tuple) else one.remote_as,
        "type": one.kind,
        "local_as": one.local_as,
        "vrf": one.vrf,
        "description": one.description,
        "shutdown": one.shutdown,
        "import": _names(one.inbound),
        "export": _names(one.outbound),
        "missing_policy": {"import": _missing(one.inbound), "export": _missing(one.outbound)},
        "max_prefix": one.max_prefix,
        "max_prefix_action": one.max_prefix_action,
        "role": one.role,
        "gtsm": one.gtsm,
        "auth": one.auth,
        "rr_client": one.rr_client,
        "next_hop_self": one.next_hop_self,
        "send_community": list(one.send_community),
        "allowas_in": one.allowas_in,
        "enforce_first_as": one.enforce_first_as,
        "remove_private": one.remove_private,
        "default_originate": one.default_originate,
        "rov": one.rov,
        "lines": _span(one.lines),
    }


def _names(attachment: Attachment) -> list[str]:
    return [one.name for one in attachment.filters]


def _missing(attachment: Attachment) -> str | None:
    """What the platform does with a route when the session has no policy; None when that is not known."""
    return None if attachment.default is None else str(attachment.default)


def _interface(one: Interface) -> dict[str, Any]:
    return {
        "name": one.name,
        "addresses": list(one.addresses),
        "shutdown": one.shutdown,
        "urpf_v4": one.urpf_v4,
        "urpf_v4_allow_default": one.urpf_v4_allow_default,
        "urpf_v6": one.urpf_v6,
        "urpf_v6_allow_default": one.urpf_v6_allow_default,
        "urpf_exceptions": one.urpf_exceptions,
        "vrf": one.vrf,
        "acl_in_v4": one.acl_in_v4,
        "acl_in_v6": one.acl_in_v6,
        "lines": _span(one.lines),
    }


def _lists(router: Router) -> list[dict[str, Any]]:
    out = [_prefix_list(one) for one in (*router.prefix_lists, *router.other_lists)]
    out += [
        {"name": one.name, "kind": "as-path-list", "afi": None, "entries": len(one.entries), "lines": _span(one.lines)}
        for one in router.as_path_lists
    ]
    return out + [_community_list(one) for one in router.community_lists]


def _prefix_list(one: PrefixList) -> dict[str, Any]:
    return {"name": one.name, "kind": one.kind, "afi": f"ipv{one.afi}", "entries": len(one.entries), "lines": _span(one.lines)}


def _community_list(one: CommunityList) -> dict[str, Any]:
    kind = {"standard": "community-list", "extended": "extcommunity-list", "large": "large-community-list"}[one.kind]
    return {"name": one.name, "kind": kind, "afi": None, "entries": len(one.entries), "lines": _span(one.lines)}


def model_text(router: Router, text: str) -> str:
    """The same for a person at a prompt: sessions, source validation, and above all what was not understood."""
    data = model_json(router, text)
    cover = data["coverage"]
    head = f"{router.hostname or 'router'} ({router.platform} {router.version or 'version unknown'}), AS{router.local_as or '?'}"
    out = [head, f"{cover['lines']} lines: " + ", ".join(f"{cover[name]} {name}" for name in STATES.values())]
    if not router.complete:
        out.append(f"INCOMPLETE: {router.incomplete_because}")
    rows: list[tuple[str, ...]] = [("NEIGHBOR", "FAMILY", "AS", "TYPE", "IMPORT", "EXPORT", "MAX", "ROV")]
    rows += [_row(one) for one in router.sessions]
    out += ["", "Sessions", *_table(rows)] if router.sessions else ["", "No BGP sessions"]
    if router.interfaces:
        faces: list[tuple[str, ...]] = [("INTERFACE", "ADDRESSES", "URPF4", "URPF6")]
        faces += [(one.name, ", ".join(one.addresses) or "-", one.urpf_v4, one.urpf_v6) for one in router.interfaces]
        out += ["", "Interfaces", *_table(faces)]
    if router.undefined:
        out += ["", "Referred to but not defined"]
        out += [f"  line {one.line}: {one.kind} {one.name}: {one.effect}" for one in router.undefined]
    if router.unread:
        out += ["", "Not understood"]
        out += [f"  line {one.line}: {one.text} ({one.state}; may change {one.taints})" for one in router.unread]
    return "\n".join(out) + "\n"


def _row(one: Session) -> tuple[str, ...]:
    vrf = "" if one.vrf == "default" else f" vrf {one.vrf}"
    return (
        f"{one.neighbor}{vrf}",
        one.family,
        str(one.remote_as),
        f"{one.kind}{' (shut)' if one.shutdown else ''}",
        _policy_text(one.inbound),
        _policy_text(one.outbound),
        str(one.max_prefix or "-"),
        one.rov,
    )


def _policy_text(attachment: Attachment) -> str:
    return " ".join(_names(attachment)) or f"none: {_missing(attachment) or 'unknown'}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
