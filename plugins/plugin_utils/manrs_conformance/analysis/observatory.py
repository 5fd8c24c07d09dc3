"""Figures of the MANRS Observatory, computed from the same kind of data, each with the list behind it.

What its published framework says exactly is `certain`; what was fitted to published examples, or depends on a limit that is not
published, is not. Neither is a verdict.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass

from ..model.intent import Intent
from ..model.reference import Reference
from ..model.times import when
from .origin import indexed, validate

HALF_HOUR, DAY = 1800, 86400
MONTH = datetime.timedelta(days=31)
CONTACTS = frozenset({"technical", "noc", "administrative"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one ASN: its raw value and score (percent), None where it cannot be computed, and what it counts."""

    metric: str
    asn: int
    value: float | None
    score: float | None
    certain: bool
    because: str
    items: tuple[str, ...] = ()


def coefficient(seconds: float) -> float:
    """Weight of one incident by its duration (measurement framework: under 30 minutes a half, then one, and one more for each day)."""
    if seconds <= 0:
        return 0.0
    if seconds < HALF_HOUR:
        return 0.5
    return 1.0 if seconds < DAY else 1.0 + seconds // DAY


def merged(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Events (begin, end) that overlap or touch are one incident."""
    out: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out


def decayed(raw: float) -> float:
    """Percent of an incident metric; fitted to the three published points (0.5: 60, 1: 49, 2: 36), the formula itself is not published."""
    return 100 * 0.6 ** math.sqrt(raw / 0.5) if raw > 0 else 100.0


def figures(intent: Intent, reference: Reference) -> tuple[Figure, ...]:
    """M2, M5, M7IRR, M7RPKI and M8 of each own ASN."""
    out: list[Figure] = []
    for asn in intent.asns:
        out += [_m2(asn, reference), _m5(asn, reference), _m7irr(asn, reference), _m7rpki(asn, reference), _m8(asn, reference)]
    return tuple(out)


def _m2(asn: int, reference: Reference) -> Figure:
    found = (reference.grip or {}).get(asn)
    why = _lack(reference, "grip", found.problem if found else None)
    if why or found is None:
        return Figure("M2", asn, None, None, False, why or "not asked")
    events = [one for one in found.events if _after(one.began, found.at)]
    spans = [(begin.timestamp(), begin.timestamp() + one.seconds) for one in events if (begin := when(one.began))]
    value = sum(coefficient(end - begin) for begin, end in merged(spans))
    because = (
        "events of the last 31 days that name the ASN as attacker; the degree of suspicion from which one counts is not published"
    )
    shown = tuple(f"{one.id} {one.began} {one.seconds} s {', '.join(one.prefixes)}" for one in events)
    return Figure("M2", asn, value, decayed(value), False, because, shown)


def _m5(asn: int, reference: Reference) -> Figure:
    found = (reference.spoofer or {}).get(asn)
    why = _lack(reference, "spoofer", found.problem if found else None)
    if why or found is None:
        return Figure("M5", asn, None, None, False, why or "not asked")
    tests = [one for one in found.tests if _after(one.when, found.at)]
    if not tests:
        return Figure("M5", asn, None, None, True, "no test in the last 31 days: no score")
    leaking = sorted({one.client for one in tests if "received" in (one.routed, one.private)})
    because = (
        f"prefixes from which spoofed packets arrived, in {len(tests)} tests of the last 31 days; the score's formula is fitted"
    )
    return Figure("M5", asn, float(len(leaking)), decayed(len(leaking)), not leaking, because, tuple(leaking))


def _m7irr(asn: int, reference: Reference) -> Figure:
    routes, why = _routes(asn, reference, "irr")
    facts = reference.registrations
    if why or facts is None:
        return Figure("M7IRR", asn, None, None, False, why or "the registry was not asked")
    unasked = [one for one in routes if one not in facts.routes]
    if unasked:
        return Figure("M7IRR", asn, None, None, False, f"the registry gave no answer on {unasked[0]}")
    missing = tuple(one for one in routes if not any(each.origin == asn for each in facts.routes[one]))
    share = 1 - len(missing) / len(routes)
    because = f"{len(routes)} announced prefixes; listed are those that no route object of this origin covers, a less specific one counting"
    return Figure("M7IRR", asn, share, 100 * share, True, because, missing)


def _m7rpki(asn: int, reference: Reference) -> Figure:
    routes, why = _routes(asn, reference, "vrps")
    if why or not reference.vrps:
        return Figure("M7RPKI", asn, None, None, False, why or "no VRPs were given")
    known = indexed(reference.vrps)
    states = {one: validate(known, one, asn).value for one in routes}
    valid, invalid = (sum(state == wanted for state in states.values()) for wanted in ("valid", "invalid"))
    value = (valid - 10 * invalid) / len(routes)
    because = f"(valid - 10 x invalid) / announced: ({valid} - 10 x {invalid}) / {len(routes)}; listed are those that are not valid"
    shown = tuple(f"{one} {state}" for one, state in states.items() if state != "valid")
    return Figure("M7RPKI", asn, value, max(0.0, 100 * value), True, because, shown)


def _m8(asn: int, reference: Reference) -> Figure:
    held = (reference.rdap or {}).get(f"AS{asn}") if not reference.problem("rdap") else None
    net = (reference.peeringdb or {}).get(asn) if not reference.problem("peeringdb") else None
    found = [
        f"{name}: {one.name} ({', '.join(one.roles)})"
        for name, contacts in (("registry", held.contacts if held else ()), ("PeeringDB", net.contacts if net else ()))
        for one in contacts
        if CONTACTS & set(one.roles)
    ]
    because = (
        "a technical or operations contact is registered; an abuse mailbox alone does not count; the rule of 2026 is not published"
    )
    if not found and (held is None or held.problem or net is None or net.problem or not net.complete):
        return Figure("M8", asn, None, None, False, "none found, but not every database could be seen whole")
    return Figure("M8", asn, float(bool(found)), 100.0 * bool(found), False, because, tuple(found))


def _routes(asn: int, reference: Reference, source: str) -> tuple[tuple[str, ...], str | None]:
    """Prefixes that collectors see from the ASN, or why the metric cannot be computed."""
    seen = (reference.ripestat or {}).get(asn)
    why = _lack(reference, "ripestat", seen.problem if seen else None) or reference.problem(source)
    if why or seen is None or not seen.announced:
        return (), why or "collectors see nothing from this ASN"
    return tuple(one.prefix for one in seen.announced), None


def _lack(reference: Reference, source: str, problem: str | None) -> str | None:
    if not reference.given(source):
        return f"{source} was not asked"
    return reference.problem(source) or problem


def _after(text: str, at: str) -> bool:
    """Whether a time lies in the month before the source was asked."""
    made, asked = when(text), when(at)
    return made is not None and asked is not None and made >= asked - MONTH
