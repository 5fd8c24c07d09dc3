"""Does a change make routing less safe? Findings before and after, and the difference of meaning per session and direction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ..analysis import scope
from ..checks import CheckContext
from ..checks.base import UPSTREAM
from ..model.intent import Intent
from ..model.reference import Reference
from ..model.result import Finding, Severity, Status
from ..model.router import Router
from .blocking import always_blocking
from .meaning import Meaning, compare
from .model import GateReport, Side
from .worse import WEIGHT, Worse, worsened

UNDECIDED = (Status.INCONCLUSIVE, Status.ERROR)


def judge(
    base: Side,
    candidate: Side,
    intent: Intent,
    reference: Reference,
    *,
    strict: bool = False,
    sessions: bool = True,
    ticket: str | None = None,
    rules: Sequence[str] = (),
    digests: Mapping[str, str] | None = None,
) -> GateReport:
    """Compare two sides; nothing to compare, and doubt that the change brings or may hide in, are inconclusive and block.

    Without `sessions` the change is about interfaces alone, and routers that have no session are judged too.
    """
    fails = [one for one in candidate.findings if one.status is Status.FAIL and one.waived_by is None]
    old = {one.fingerprint: one for one in base.findings if one.status is Status.FAIL}
    meaning = compare(base.routers, candidate.routers, reference)
    renamed = {} if strict else _renamed(old, fails, meaning)
    worse = [] if strict else _worse(old, fails, base, candidate, intent, reference)
    known = set() if strict else (old.keys() | renamed.keys()) - {one.finding.fingerprint for one in worse}
    brought = [one for one in fails if strict or (one.fingerprint not in old and one.fingerprint not in renamed)]
    new = (*(one.finding for one in worse if one.sure), *brought)
    unsure = (*(one.finding for one in worse if not one.sure), *_unsure(base, candidate, meaning, intent, strict))
    now = {one.fingerprint for one in candidate.findings if one.status is Status.FAIL} | set(renamed.values())
    blocking = [
        reason
        for host, router in sorted(candidate.routers.items())
        for reason in always_blocking(host, base.routers.get(host), router, intent, partial(candidate.at, host))
    ]
    gone = sorted(base.routers.keys() - candidate.routers.keys())
    blocking += [f"{host}: the device is missing from the candidate" for host in gone]
    doubts = (*(str(one) for one in meaning.unclear), *_unjudged(candidate, sessions))
    verdict = (
        "fail"
        if blocking or any(one.severity is not Severity.INFO for one in new)
        else "inconclusive"
        if unsure or doubts
        else "pass"
    )
    return GateReport(
        verdict="overridden" if ticket and verdict != "pass" else verdict,
        new=new,
        unsure=unsure,
        fixed=tuple(one for one in base.findings if one.status is Status.FAIL and one.fingerprint not in now),
        known=sum(one.fingerprint in known for one in fails),
        blocking=tuple(blocking),
        changes=meaning.changes,
        doubts=doubts,
        ticket=ticket,
        rules=tuple(rules),
        candidate=dict(digests or {}),
        candidate_sha256=_whole(digests or {}),
        origins=_named(candidate, (*fails, *unsure), meaning),
    )


def _renamed(old: Mapping[str, Finding], fails: Sequence[Finding], meaning: Meaning) -> dict[str, str]:
    """Fails that are the base's under other names, by fingerprint: the same check finds the same wrong on a filter whose meaning did not change."""
    moved = {(each.device, each.session, each.direction) for each in meaning.changes}
    moved |= {(each.device, each.session, each.direction) for each in meaning.unclear}
    now = {one.fingerprint for one in fails}
    gone = {_nameless(one): one for one in old.values() if one.fingerprint not in now}
    out = {}
    for one in fails:
        was = gone.get(_nameless(one))
        still = one.direction in ("import", "export") and (one.device, one.subject, one.direction) not in moved
        if was is not None and still and one.fingerprint not in old and WEIGHT[one.severity] >= WEIGHT[was.severity]:
            out[one.fingerprint] = was.fingerprint
    return out


def _nameless(one: Finding) -> tuple[str, ...]:
    """What a finding is about, without the names of the filters that its cause begins with."""
    return one.check, one.device, one.subject, one.family or "", one.direction or "", one.cause.partition(": ")[2]


def _whole(digests: Mapping[str, str]) -> str:
    listed = "".join(f"{digest}  {host}\n" for host, digest in sorted(digests.items()))
    return hashlib.sha256(listed.encode("utf-8", "surrogatepass")).hexdigest() if digests else ""


def _named(candidate: Side, findings: Sequence[Finding], meaning: Meaning) -> dict[str, dict[int, str]]:
    """The origins of the lines that an answer speaks of; a fragment may have brought a hundred thousand others."""
    spoken = {(one.device, line.line) for one in findings for line in one.lines}
    spoken |= {
        (one.device, step.line)
        for one in meaning.changes
        for shown in (*one.newly_accepted, *one.newly_rejected, *one.changed)
        for step in shown.after.trace
    }
    return {
        host: {line: lines[line] for device, line in sorted(spoken) if device == host and line in lines}
        for host, lines in sorted(candidate.origins.items())
    }


def _unjudged(side: Side, sessions: bool) -> Iterator[str]:
    """Why nothing was judged, if so: no router, no session or no decided check is never green."""
    if not side.routers:
        yield "nothing was judged: the candidate holds no configuration of a device"
    elif sessions and not any(router.sessions for router in side.routers.values()):
        yield "nothing was judged: no device of the candidate has a BGP session"
    elif not any(one.status in (Status.PASS, Status.FAIL) for one in side.findings):
        yield "nothing was judged: no check of the candidate could be decided"


def _worse(
    old: Mapping[str, Finding], fails: Sequence[Finding], base: Side, candidate: Side, intent: Intent, reference: Reference
) -> list[Worse]:
    """Known fails that the change worsens; a router that did not change worsens nothing."""
    out: list[Worse] = []
    contexts: dict[tuple[str, str], CheckContext] = {}

    def context(name: str, side: Side, host: str) -> CheckContext:
        known = CheckContext(host, side.routers[host], (), intent, side.reference or reference)
        return contexts.setdefault((name, host), known)

    for one in fails:
        was = old.get(one.fingerprint)
        if was is None or one.device not in base.routers or one.device not in candidate.routers:
            continue
        found = worsened(was, one, context("base", base, one.device), context("new", candidate, one.device))
        out += [found] if found else []
    return out


def _unsure(base: Side, candidate: Side, meaning: Meaning, intent: Intent, strict: bool) -> list[Finding]:
    old = {one.fingerprint for one in base.findings if one.status in UNDECIDED}
    reached = _Reached.of(meaning, candidate, intent)
    return [
        one
        for one in candidate.findings
        if one.status in UNDECIDED and (strict or one.fingerprint not in old or reached.touches(one))
    ]


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where a change may matter for a doubt that was there before: a doubt elsewhere is as old as it was."""

    sides: frozenset[tuple[str, str, str]]
    """Device, session and direction that let more through, or that could not be compared."""
    sources: frozenset[str]
    """Devices on which an import from a peer, provider, route server or unknown neighbour lets more through or marks it differently."""

    @classmethod
    def of(cls, meaning: Meaning, candidate: Side, intent: Intent) -> _Reached:
        wider = {(one.device, one.session, one.direction) for one in meaning.changes if one.newly_accepted}
        wider |= {(one.device, one.session, one.direction) for one in meaning.unclear}
        marked = {(one.device, one.session) for one in meaning.changes if one.direction == "import" and one.changed}
        marked |= {(device, session) for device, session, word in wider if word == "import"}
        sources = {device for device, session in marked if _upstream(candidate.routers[device], device, session, intent)}
        return cls(frozenset(wider), frozenset(sources))

    def touches(self, finding: Finding) -> bool:
        """Whether a doubt on a session may now hide something that it did not hide before."""
        if finding.direction == "export":
            return bool(self.sources) or (finding.device, finding.subject, "export") in self.sides
        words = ("import",) if finding.direction == "import" else ("import", "export")
        return any((finding.device, finding.subject, word) in self.sides for word in words)


def _upstream(router: Router, device: str, key: str, intent: Intent) -> bool:
    session = next((one for one in router.sessions if one.key == key), None)
    neighbour = scope.neighbour_for(intent, device, session) if session else None
    return neighbour is None or neighbour.relationship in UPSTREAM
