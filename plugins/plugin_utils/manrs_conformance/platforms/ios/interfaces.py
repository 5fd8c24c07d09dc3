"""Interfaces of IOS: addresses, VRF, source validation and packet filters."""

from __future__ import annotations

import ipaddress

from ...model.policy import Afi
from ...model.router import Interface, SourceFilter, Taint, Undefined, Urpf
from .. import _acl
from .._block import Statement
from .draft import Draft, Face
from .draft import Urpf as Verify
from .statement import INTERFACE_IRRELEVANT, INTERFACE_IRRELEVANT_IP

UNREAD = ord("?")
AFI_WORD: dict[Afi, str] = {4: "ip", 6: "ipv6"}
MODES: dict[str, Urpf] = {"rx": "strict", "any": "loose"}


def line_of(draft: Draft, at: Statement) -> bool:
    """A line of an interface; False when nothing knows it."""
    face = draft.face
    if face is None:
        return False
    negative = at.words[0] == "no"
    body = at.words[1:] if negative else at.words
    if not body:
        return False
    if body[0] in ("ip", "ipv6") and len(body) > 1:
        found = _ip(draft, face, body, negative, at)
    elif body[0] == "vrf" and body[1:2] == ["forwarding"] and len(body) > 2:
        face.vrf = "default" if negative else body[2]
        found = True
    elif body[0] == "description":
        face.description = "" if negative else at.text.strip().removeprefix("description").strip()
        found = True
    elif body == ["shutdown"]:
        face.shutdown = not negative
        found = True
    else:
        return _irrelevant(draft, face, at, body[0] in INTERFACE_IRRELEVANT)
    if found is None:
        return _irrelevant(draft, face, at, True)
    if found:
        if draft.ledger.states[at.number - 1] == UNREAD:
            draft.ledger.used(at.number)
        if draft.ledger.is_used(at.number):
            face.lines.append(at.number)
    return found


def _irrelevant(draft: Draft, face: Face, at: Statement, known: bool) -> bool:
    if known:
        draft.ledger.irrelevant(at.number)
    return known


def _ip(draft: Draft, face: Face, body: list[str], negative: bool, at: Statement) -> bool | None:
    """True when used, None when irrelevant, False when unknown; what is unsupported is put into the ledger."""
    afi: Afi = 4 if body[0] == "ip" else 6
    word, rest = body[1], body[2:]
    if word == "address":
        return _address(face, rest, afi, negative)
    if word == "unnumbered" and rest:
        if negative:
            face.lenders.pop(afi, None)
        else:
            face.lenders[afi] = "".join(rest)
        return True
    if word == "vrf" and rest[:1] == ["forwarding"] and len(rest) > 1:
        face.vrf = "default" if negative else rest[1]
        return True
    if word == "verify":
        return _verify(draft, face, rest, afi, negative, at)
    if word in ("access-group", "traffic-filter"):
        return _bind(draft, face, rest, afi, negative, at)
    return None if word in INTERFACE_IRRELEVANT_IP else False


def _address(face: Face, rest: list[str], afi: Afi, negative: bool) -> bool:
    if negative:
        if not rest:
            face.addresses = [one for one in face.addresses if (":" in one) != (afi == 6)]
        return True
    try:
        if afi == 4 and len(rest) > 1 and rest[2:] in ([], ["secondary"]):
            found = str(ipaddress.IPv4Interface(f"{rest[0]}/{rest[1]}"))
        elif afi == 6 and rest:
            local = rest[1:] == ["link-local"]
            found = str(ipaddress.IPv6Interface(f"{rest[0]}/64" if local and "/" not in rest[0] else rest[0]))
        else:
            raise ValueError(" ".join(rest))
    except ValueError:
        # An address from elsewhere (DHCP, PPP, a general prefix): what is connected here is not known.
        face.assigned.add(afi)
        return True
    face.addresses.append(found)
    return True


def _cannot(draft: Draft, face: Face, afi: Afi, at: Statement) -> bool:
    """The line bears on source validation and is not modelled."""
    face.unknown.add(afi)
    draft.ledger.miss(at.number, "unsupported", Taint("interface", face.name), AFI_WORD[afi])
    return True


def _verify(draft: Draft, face: Face, rest: list[str], afi: Afi, negative: bool, at: Statement) -> bool | None:
    if rest[:1] != ["unicast"]:
        # `ip verify source` binds addresses to ports by DHCP snooping: it cannot be judged from the configuration.
        if not negative:
            return _cannot(draft, face, afi, at)
        return True
    if negative:
        face.urpf.pop(afi, None)
        return True
    words = rest[1:]
    if words[:1] == ["reverse-path"]:
        mode, words = "strict", words[1:]
    elif words[:2] == ["source", "reachable-via"] and words[2:3] and words[2] in MODES:
        mode, words = MODES[words[2]], words[3:]
    else:
        return _cannot(draft, face, afi, at)
    flags = {"allow-default", "allow-self-ping", "l2-src"}
    others = [one for one in words if one not in flags]
    if len(others) > 1:
        return _cannot(draft, face, afi, at)
    face.urpf[afi] = Verify(mode, "allow-default" in words, others[0] if others else None, at.number)
    return True


def _bind(draft: Draft, face: Face, rest: list[str], afi: Afi, negative: bool, at: Statement) -> bool:
    if negative:
        if rest:
            face.acls.pop((afi, rest[-1]), None)
        return True
    if len(rest) != 2 or rest[1] not in ("in", "out"):
        return _cannot(draft, face, afi, at)
    face.acls[(afi, rest[1])] = (rest[0], at.number)
    return True


def build(draft: Draft) -> tuple[Interface, ...]:
    """Interfaces with what they do to sources."""
    return tuple(_interface(draft, one) for one in draft.faces.values())


def _interface(draft: Draft, face: Face) -> Interface:
    v4, v6 = face.urpf.get(4), face.urpf.get(6)
    exceptions = next((one.exceptions for one in (v4, v6) if one is not None and one.exceptions), None)
    return Interface(
        name=face.name,
        addresses=(*face.addresses, *_borrowed(draft, face)),
        shutdown=face.shutdown,
        vrf=face.vrf,
        description=face.description,
        urpf_v4=_mode(draft, face, 4),
        urpf_v4_allow_default=v4 is not None and v4.allow_default,
        urpf_v6=_mode(draft, face, 6),
        urpf_v6_allow_default=v6 is not None and v6.allow_default,
        urpf_exceptions=exceptions,
        exceptions_v4=_exceptions(draft, v4, 4),
        exceptions_v6=_exceptions(draft, v6, 6),
        acl_in_v4=_bound(face, 4, "in"),
        acl_in_v6=_bound(face, 6, "in"),
        acl_out_v4=_bound(face, 4, "out"),
        acl_out_v6=_bound(face, 6, "out"),
        sources_v4=_sources(draft, face, 4),
        sources_v6=_sources(draft, face, 6),
        leaving_v4=_sources(draft, face, 4, "out"),
        leaving_v6=_sources(draft, face, 6, "out"),
        lines=tuple(sorted(set(face.lines))),
        assigned=tuple(sorted({*face.assigned, *(afi for afi, name in face.lenders.items() if _assigned(draft, name, afi))})),
    )


def _borrowed(draft: Draft, face: Face) -> tuple[str, ...]:
    """The addresses an unnumbered interface uses, as single hosts: their network is not connected here."""
    out = []
    for afi, name in face.lenders.items():
        lender = draft.faces.get(name)
        found = [ipaddress.ip_interface(one) for one in lender.addresses] if lender else []
        out += [str(ipaddress.ip_interface(str(one.ip))) for one in found if one.version == afi and not one.is_link_local][:1]
    return tuple(out)


def _assigned(draft: Draft, name: str, afi: Afi) -> bool:
    """Whether the address that an interface lends is not in the configuration."""
    lender = draft.faces.get(name)
    return lender is None or afi in lender.assigned


def _mode(draft: Draft, face: Face, afi: Afi) -> Urpf:
    """The mode; unknown where a line was not understood or forwarding lacks what uRPF needs."""
    found = face.urpf.get(afi)
    if afi in face.unknown:
        return "unknown"
    if found is None:
        return "none"
    if afi in draft.no_cef:
        return "unknown"
    return MODES["rx"] if found.mode == "strict" else MODES["any"]


def _bound(face: Face, afi: Afi, direction: str) -> str | None:
    found = face.acls.get((afi, direction))
    return found[0] if found else None


def _sources(draft: Draft, face: Face, afi: Afi, way: str = "in") -> SourceFilter | None:
    """What the inbound packet filter lets in, or the outbound one lets out; that one never sees what the router sends itself."""
    found = face.acls.get((afi, way))
    return None if found is None else _permitted(draft, *found, afi)


def _exceptions(draft: Draft, verify: Verify | None, afi: Afi) -> SourceFilter | None:
    """What passes although the reverse path check fails."""
    if verify is None or verify.exceptions is None:
        return None
    return _permitted(draft, verify.exceptions, verify.line, afi)


def _permitted(draft: Draft, name: str, line: int, afi: Afi) -> SourceFilter:
    """The sources an access list permits; an undefined or empty one permits all."""
    acl = draft.acls.get((afi, name))
    if acl is None:
        draft.undefined.append(Undefined("access-list", name, line, "permit-all"))
    if acl is None or (not acl.rules.entries and not acl.tainted):
        return _acl.everything(name, afi, line)
    return _acl.source_filter(acl)
