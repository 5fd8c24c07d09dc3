"""Does a change make routing less safe? Findings before and after, and the difference of meaning per session and direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .analysis import evaluate
from .analysis.same import same
from .model.policy import ALWAYS
from .model.result import Finding, Severity, Status, Witness
from .model.router import Router, Session


@dataclass(frozen=True, slots=True)
class Change:
    """What one session and direction accepts differently: up to three witnesses each way."""

    device: str
    session: str
    direction: str
    newly_accepted: tuple[Witness, ...]
    newly_rejected: tuple[Witness, ...]
    changed: tuple[Witness, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A filter that changed, and why the difference could not be followed exactly."""

    device: str
    session: str
    direction: str
    because: str

    def __str__(self) -> str:
        return f"{self.device} {self.session} {self.direction}: {self.because}"


@dataclass(frozen=True, slots=True)
class GateReport:
    """The gate's answer: `pass`, `fail`, `inconclusive` or `overridden` (let through by a ticket)."""

    verdict: str
    new: tuple[Finding, ...]
    unsure: tuple[Finding, ...]
    fixed: tuple[Finding, ...]
    known: int
    blocking: tuple[str, ...]
    changes: tuple[Change, ...]
    ticket: str | None = None
    doubts: tuple[str, ...] = ()
    """Changed filters whose difference could not be followed exactly."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change: models and findings by device, judged with the same rules, intent and sources."""

    routers: Mapping[str, Router]
    findings: Sequence[Finding]


def judge(base: Side, candidate: Side, *, strict: bool = False, ticket: str | None = None) -> GateReport:
    """Compare two sides; nothing to compare, and doubt that the change brings or may hide in, are inconclusive and block."""
    old = {one.fingerprint for one in base.findings if one.status is Status.FAIL}
    old_unsure = {one.fingerprint for one in base.findings if one.status in (Status.INCONCLUSIVE, Status.ERROR)}
    fails = [one for one in candidate.findings if one.status is Status.FAIL and one.waived_by is None]
    new = tuple(one for one in fails if strict or one.fingerprint not in old)
    changes, unclear = _changes(base.routers, candidate.routers)
    reached = _Reached.of(changes, unclear)
    unsure = tuple(
        one
        for one in candidate.findings
        if one.status in (Status.INCONCLUSIVE, Status.ERROR)
        and (strict or one.fingerprint not in old_unsure or reached.touches(one))
    )
    now = {one.fingerprint for one in fails}
    fixed = tuple(one for one in base.findings if one.status is Status.FAIL and one.fingerprint not in now)
    blocking = tuple(
        reason
        for host in sorted(candidate.routers)
        for reason in always_blocking(host, base.routers.get(host), candidate.routers[host])
    )
    gone = tuple(
        f"{host}: the device is missing from the candidate" for host in sorted(base.routers.keys() - candidate.routers.keys())
    )
    verdict = "fail" if any(one.severity is not Severity.INFO for one in new) or blocking else "pass"
    judged = any(one.status in (Status.PASS, Status.FAIL) for one in candidate.findings)
    if verdict == "pass" and (unsure or unclear or gone or not candidate.routers or not judged):
        verdict = "inconclusive"
    return GateReport(
        verdict="overridden" if ticket and verdict != "pass" else verdict,
        new=new,
        unsure=unsure,
        fixed=fixed,
        known=len(fails) - len(new),
        blocking=blocking + gone,
        changes=changes,
        ticket=ticket,
        doubts=tuple(str(one) for one in unclear),
    )


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where a change may matter for a doubt that was there before: a doubt elsewhere is as old as it was."""

    sides: frozenset[tuple[str, str, str]]
    """Device, session and direction that let more through, or that could not be compared."""
    imports: frozenset[str]
    """Devices on which some import lets more through or marks routes differently: exports depend on it."""

    @classmethod
    def of(cls, changes: Sequence[Change], unclear: Sequence[Unclear]) -> _Reached:
        wider = {(one.device, one.session, one.direction) for one in changes if one.newly_accepted}
        wider |= {(one.device, one.session, one.direction) for one in unclear}
        marked = {one.device for one in changes if one.direction == "import" and one.changed}
        return cls(frozenset(wider), frozenset(marked | {device for device, _, word in wider if word == "import"}))

    def touches(self, finding: Finding) -> bool:
        """Whether a doubt on a session may now hide something that it did not hide before."""
        if finding.direction == "export":
            return finding.device in self.imports or (finding.device, finding.subject, "export") in self.sides
        return any((finding.device, finding.subject, word) in self.sides for word in ("import", "export"))


def always_blocking(host: str, base: Router | None, candidate: Router) -> list[str]:
    """Changes that block whatever the baseline held: detached filters, new dangling references, lost limits, newly unread lines."""
    if base is None:
        return []
    out = []
    after = {one.key: one for one in candidate.sessions}
    for before in base.sessions:
        session = after.get(before.key)
        if session is None or session.shutdown or session.kind != "ebgp":
            continue
        out += [f"{host}: {reason}" for reason in _lost(before, session)]
    known = {(one.kind, one.name) for one in base.undefined}
    out += [
        f"{host}: line {one.line} refers to the {one.kind} {one.name}, which does not exist"
        for one in candidate.undefined
        if (one.kind, one.name) not in known
    ]
    seen = {one.text.strip() for one in base.unread}
    out += [
        f"{host}: line {one.line} is not understood: {one.text.strip()}" for one in candidate.unread if one.text.strip() not in seen
    ]
    full = {one.name for one in base.prefix_lists if one.entries}
    out += [
        f"{host}: the prefix-list {one.name} became empty" for one in candidate.prefix_lists if one.name in full and not one.entries
    ]
    if base.complete and not candidate.complete:
        out.append(f"{host}: the candidate is not complete: {candidate.incomplete_because}")
    return out


def _lost(before: Session, after: Session) -> list[str]:
    out = []
    for word, one, two in (("import", before.inbound, after.inbound), ("export", before.outbound, after.outbound)):
        if one.filters and not two.filters:
            out.append(f"the {word} filter {', '.join(f.name for f in one.filters)} was detached from {after.key}")
    if before.max_prefix is not None and after.max_prefix is None:
        out.append(f"maximum-prefix was removed from {after.key}")
    return out


def _changes(base: Mapping[str, Router], candidate: Mapping[str, Router]) -> tuple[tuple[Change, ...], tuple[Unclear, ...]]:
    """What changed in meaning, and what could not be compared."""
    out: list[Change] = []
    doubts: list[Unclear] = []
    for host, after in sorted(candidate.items()):
        before = base.get(host)
        if before is None:
            continue
        old = {one.key: one for one in before.sessions}
        for session in after.sessions:
            was = old.get(session.key)
            if was is None or session.shutdown:
                continue
            for word, one, two in (("import", was.inbound, session.inbound), ("export", was.outbound, session.outbound)):
                if same(one, two):
                    continue
                found = evaluate.differ(one, two, afi=session.afi, domain=ALWAYS)
                doubts += [Unclear(host, session.key, word, why) for why in found.because]
                if found.newly_accepted or found.newly_rejected or found.changed_attributes:
                    out.append(
                        Change(host, session.key, word, found.newly_accepted, found.newly_rejected, found.changed_attributes)
                    )
    return tuple(out), tuple(doubts)
