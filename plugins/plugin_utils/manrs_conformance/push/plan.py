"""Failed findings and intent become desired statements: exactly the missing ones, and only those that cannot cut anything off."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence

from ..analysis import authority, scope
from ..checks._questions import without
from ..checks._roles import ROLES
from ..errors import PushError
from ..model.intent import Intent, Neighbour, PrefixRange
from ..model.plan import ExportPlan, ImportPlan, Plan, SessionPlan, behind, is_owned
from ..model.policy import Attachment, PrefixEntry
from ..model.reference import Reference
from ..model.result import Finding, Status
from ..model.router import Router, Session
from . import faces
from .allowlist import allowed, owned_ranges

ANNOUNCE_ONLY_CUSTOMERS = frozenset({"peer", "provider", "route_server", "route_server_client"})
GREATEST_CONE = 200
"""ASNs of a customer's cone that still make an AS-path filter a router reads in one line."""
IMPORT_CHECKS = frozenset(
    [
        "POL-01",
        "CUS-01",
        "CUS-02",
        "CUS-03",
        "CUS-05",
        "CUS-06",
        "CUS-07",
        "CUS-08",
        "BOG-01",
        "BOG-02",
        "BOG-05",
        "LEN-01",
        "LEN-02",
        "LEN-03",
        "DEF-01",
        "OWN-01",
        "ASP-01",
        "ASP-02",
        "ASP-03",
        "COM-01",
        "ROV-02",
        "ROV-03",
        "POL-05",
        "POL-03",
    ]
)
EXPORT_CHECKS = frozenset(["POL-02", "EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-06"])
LIMIT_CHECKS = frozenset({"MAX-01", "CUS-09"})


def make(
    device: str,
    router: Router,
    intent: Intent,
    reference: Reference,
    findings: Sequence[Finding],
    outdated: frozenset[tuple[str, str]] = frozenset(),
) -> Plan:
    """The plan for one device from its failed findings; PushError when a filter would be empty or the router was not fully read.

    Sides of sessions in `outdated` (key, `import` or `export`) are planned again although nothing fails.
    """
    if not router.complete:
        raise PushError(f"{device}: refused: its configuration was not read completely ({router.incomplete_because})")
    failed = [one for one in findings if one.device == device and one.status is Status.FAIL and one.waived_by is None]
    left: list[str] = []
    made = [_session(device, router, session, intent, reference, failed, outdated, left) for session in router.sessions]
    planned = {(one.neighbor, one.family, one.vrf): one for one in made if one is not None}
    left += _not_carried(router, planned.values())
    sources = faces.sources(device, router, intent, reference, failed, left)
    return Plan(
        device=device,
        platform=router.platform,
        local_as=router.local_as or 0,
        sessions=tuple(planned.values()),
        sources=sources,
        requires_policy=any(one.check == "POL-04" for one in failed) and _all_filtered(router, planned),
        left=tuple(left),
    )


def _session(
    device: str,
    router: Router,
    session: Session,
    intent: Intent,
    reference: Reference,
    failed: Sequence[Finding],
    outdated: frozenset[tuple[str, str]],
    left: list[str],
) -> SessionPlan | None:
    mine = [one for one in failed if one.subject == session.key]
    names = {side for key, side in outdated if key == session.key} | {_side(one) for one in mine}
    names |= {"import"} if _drifted(device, session, intent, reference) else set()
    if not names or session.kind != "ebgp" or session.shutdown:
        return None
    neighbour = scope.neighbour_for(intent, device, session)
    if neighbour is None:
        left.append(f"{session.key}: not declared in the intent; nothing is planned for an unknown relationship")
        return None
    inbound = _inbound(session, neighbour, intent, reference, router, left) if "import" in names else None
    outbound = _outbound(session, neighbour, intent, reference, router, left) if "export" in names else None
    limit = _limit(session, neighbour, router, left) if any(one.check in LIMIT_CHECKS for one in mine) else None
    role = None
    if neighbour.coordinated and any(one.check == "ROLE-01" for one in mine):
        role = _role(device, router, session, neighbour, intent, left)
    for one in mine:
        if one.check.startswith(("ROLE-", "SES-")) and not neighbour.coordinated:
            left.append(f"{session.key}: {one.check} changes both ends of the session; declare `coordinated: TICKET` to plan it")
    if inbound is None and outbound is None and limit is None and role is None:
        return None
    return SessionPlan(session.neighbor, session.family, session.vrf, inbound, outbound, limit, role)


def _all_filtered(router: Router, planned: Mapping[tuple[str, str, str], SessionPlan]) -> bool:
    """Whether no eBGP session would fall silent when the platform starts to ask for policies."""
    for one in router.sessions:
        plan = planned.get((one.neighbor, one.family, one.vrf))
        inbound = bool(one.inbound.filters) or (plan is not None and plan.inbound is not None)
        outbound = bool(one.outbound.filters) or (plan is not None and plan.outbound is not None)
        if one.kind == "ebgp" and not one.shutdown and not (inbound and outbound):
            return False
    return True


def _not_carried(router: Router, planned: Iterable[SessionPlan]) -> list[str]:
    """iBGP sessions that do not send the communities which imports of the plan set: filters elsewhere must not rely on them."""
    out = []
    tags = [(one.afi, one.inbound.tag) for one in planned if one.inbound is not None and one.inbound.tag]
    for session in router.sessions:
        kinds = {"large" if tag.count(":") == 2 else "standard" for afi, tag in tags if afi == session.afi}
        missing = sorted(kinds - set(session.send_community))
        if session.kind == "ibgp" and not session.shutdown and missing:
            out.append(
                f"{session.key}: the tags of imports do not reach this neighbour, which is sent no {' or '.join(missing)} communities: "
                "turn on `send-community` before an export of another router relies on them"
            )
    return out


def _side(finding: Finding) -> str:
    if finding.check in IMPORT_CHECKS:
        return "export" if finding.direction == "export" else "import"
    return "export" if finding.check in EXPORT_CHECKS else "none"


def _role(device: str, router: Router, session: Session, neighbour: Neighbour, intent: Intent, left: list[str]) -> str | None:
    """Our role on a session; None where the families of the neighbour need different ones, for it is one for all of them (RFC 9234 section 4.2)."""
    all_families = [one for one in router.sessions if (one.neighbor, one.vrf) == (session.neighbor, session.vrf)]
    kinds = {known.relationship for one in all_families if (known := scope.neighbour_for(intent, device, one)) is not None}
    if kinds != {neighbour.relationship}:
        left.append(
            f"{session.key}: no role: the families of this neighbour are declared {' and '.join(sorted(kinds))}, and a role is for all of them"
        )
        return None
    return ROLES.get(neighbour.relationship)


def _inbound(
    session: Session, neighbour: Neighbour, intent: Intent, reference: Reference, router: Router, left: list[str]
) -> ImportPlan | None:
    afi = session.afi
    customer = neighbour.relationship == "customer"
    longest, bits = (intent.limits.longest_v4, 32) if afi == 4 else (intent.limits.longest_v6, 128)
    refuse = list(reference.bogons.v4 if afi == 4 else reference.bogons.v6)
    if not neighbour.default_agreed:
        refuse.append((0, 0, 0, 0, True, 0))
    if not neighbour.own_prefixes_agreed and not customer:
        refuse += [(one[0], one[1], one[1], bits, True, 0) for one in _family(intent.prefixes, afi)]
    refuse.append((0, 0, longest + 1, bits, True, 0))
    tagging = intent.tagging
    allow = allowed(session, neighbour, reference, longest, intent) if customer else None
    if allow == ():
        left.append(f"{session.key}: no prefix of this family is declared for the customer; an empty filter is never planned")
        return None
    own_tags = (
        [tag for tag in (tagging.customer, tagging.peer, tagging.provider, tagging.route_server, tagging.own) if tag]
        if tagging
        else []
    )
    transit_free = tuple(one for one in _above(neighbour, intent, reference) if one != session.remote_as)
    return ImportPlan(
        allow=allow,
        origins=_cone(session, neighbour, reference, left) if customer else None,
        refuse_prefixes=tuple(refuse),
        refuse_asns=_forbidden(session, neighbour, reference),
        refuse_transit_free=transit_free if neighbour.relationship in ("customer", "peer") else (),
        first_as=session.remote_as if isinstance(session.remote_as, int) and neighbour.relationship != "route_server" else None,
        longest_path=intent.limits.longest_path,
        blackhole=neighbour.blackhole,
        scrub=tuple(own_tags),
        tag=getattr(tagging, neighbour.relationship, None) if tagging else None,
        existing=_existing(session.inbound, router),
    )


def _forbidden(session: Session, neighbour: Neighbour, reference: Reference) -> tuple[tuple[int, int], ...]:
    """ASNs that may stand in no path of a neighbour: its own may be a private one where that is agreed (as BOG-05 counts them)."""
    agreed = [session.remote_as] if neighbour.private_asn and isinstance(session.remote_as, int) else []
    return tuple(without(reference.bogons.asns, agreed))


def _drifted(device: str, session: Session, intent: Intent, reference: Reference) -> bool:
    """Whether an owned allow-list holds other ranges than a customer is authorised for now."""
    neighbour = scope.neighbour_for(intent, device, session)
    held = owned_ranges(session)
    if held is None or session.kind != "ebgp" or neighbour is None or neighbour.relationship != "customer":
        return False
    if authority.of(neighbour, session.remote_as, reference).problem:
        return False
    longest = intent.limits.longest_v4 if session.afi == 4 else intent.limits.longest_v6
    return held != {one[:4] for one in allowed(session, neighbour, reference, longest, intent)}


def _above(neighbour: Neighbour, intent: Intent, reference: Reference) -> tuple[int, ...]:
    """Networks that stand in no path of a customer or peer: those without transit, and for customers our providers (RFC 7454 section 9)."""
    free = reference.bogons.transit_free
    if neighbour.relationship != "customer":
        return free
    by_kind = {
        kind: {one.select.asn for one in intent.neighbours if one.relationship == kind and one.select.asn}
        for kind in ("customer", "provider")
    }
    return (*free, *sorted(by_kind["provider"] - by_kind["customer"] - set(free)))


def _cone(session: Session, neighbour: Neighbour, reference: Reference, left: list[str]) -> tuple[int, ...] | None:
    """ASNs of the customer's cone: declared ones, its own where it is a stub, else those of its as-set (as CUS-05 counts them)."""
    own = (session.remote_as,) if isinstance(session.remote_as, int) else ()
    if neighbour.origins is not None:
        return tuple(sorted({*neighbour.origins, *own}))
    if neighbour.stub:
        return own or None
    known = reference.authorised.get(neighbour.as_set) if neighbour.as_set and neighbour.prefixes is None else None
    if known is None or known.problem or not known.origins:
        return None
    if len(known.origins) > GREATEST_CONE:
        left.append(f"{session.key}: {neighbour.as_set} holds {len(known.origins)} ASNs, too many for an AS-path filter")
        return None
    return tuple(sorted({*known.origins, *own}))


def _outbound(
    session: Session, neighbour: Neighbour, intent: Intent, reference: Reference, router: Router, left: list[str]
) -> ExportPlan | None:
    afi = session.afi
    refuse = list(reference.bogons.v4 if afi == 4 else reference.bogons.v6)
    longest, bits = (intent.limits.longest_v4, 32) if afi == 4 else (intent.limits.longest_v6, 128)
    refuse.append((0, 0, longest + 1, bits, True, 0))
    existing = _existing(session.outbound, router)
    if neighbour.relationship not in ANNOUNCE_ONLY_CUSTOMERS:
        return ExportPlan(tuple(refuse), reference.bogons.asns, everything=True, existing=existing)
    refuse.append((0, 0, 0, 0, True, 0))
    if intent.tagging is None or intent.tagging.customer is None:
        left.append(f"{session.key}: an export filter needs to know customer routes; declare `tagging: {{customer: COMMUNITY}}`")
        return None
    return ExportPlan(
        tuple(refuse),
        reference.bogons.asns,
        own=_family(intent.prefixes, afi),
        customer_tag=intent.tagging.customer,
        existing=existing,
    )


def _existing(attachment: Attachment, router: Router) -> str | None:
    """The operator's own map: the one attached, or the one that an owned map calls, applies or is a copy of."""
    for one in attachment.filters:
        if one.kind not in ("route-map", "route-policy") or not one.defined:
            continue
        if not is_owned(one.name):
            return one.name
        return behind(one.name) or next((term.call for term in one.policy.terms if term.call and not is_owned(term.call)), None)
    return None


def _limit(session: Session, neighbour: Neighbour, router: Router, left: list[str]) -> int | None:
    declared = neighbour.max_prefix if session.afi == 4 else neighbour.max_prefix_v6
    if declared is None:
        left.append(f"{session.key}: no max_prefix is declared; a limit is never guessed")
        return None
    live = (
        next((s for s in (router.live.sessions or ()) if (s.neighbor, s.family) == (session.neighbor, session.family)), None)
        if router.live
        else None
    )
    if live is not None and live.received is not None and live.received > declared:
        left.append(f"{session.key}: {live.received} prefixes are received now, more than the declared {declared}; raise it first")
        return None
    return declared


def _family(ranges: Iterable[PrefixRange], afi: int) -> tuple[PrefixEntry, ...]:
    out: list[PrefixEntry] = []
    for one in ranges:
        net = ipaddress.ip_network(one.prefix)
        if net.version == afi:
            low = one.ge if one.ge is not None else net.prefixlen
            high = one.le if one.le is not None else (one.ge and net.max_prefixlen) or net.prefixlen
            out.append((int(net.network_address), net.prefixlen, low, high, True, 0))
    return tuple(out)
