"""RPKI caches that the intent names, for a router that asks none: without one nothing is ever found invalid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..errors import MergeError
from ..gate import GateReport
from ..model.intent import Intent
from ..model.result import Finding, Status
from ..model.router import Router
from ..model.snapshot import Snapshot
from ..platforms.base import CachePlatform, RenderPlatform

CHECK = "ROV-01"
"""What a cache is against; whether one is connected shows only after the change."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What policies are planned on: configuration and model with the caches, the fragment that configures these, and why none are."""

    base: str
    router: Router
    text: str = ""
    caches: tuple[tuple[str, int], ...] = ()
    left: tuple[str, ...] = ()


def ground(one: Snapshot, platform: RenderPlatform, router: Router, intent: Intent, findings: Sequence[Finding]) -> Ground:
    """The router as it would be once it asked the caches of the intent; as it is where it needs none or cannot."""
    wanted = tuple((had.address, had.port) for had in intent.rpki_caches if fnmatchcase(one.host, had.device))
    failed = any(had.check == CHECK and had.status is Status.FAIL and had.waived_by is None for had in findings)
    if not wanted or not failed or router.caches:
        return Ground(one.config, router)
    text, base, after, why = "", one.config, router, "what its statements do on this platform is not confirmed"
    if isinstance(platform, CachePlatform):
        text = platform.asking(router, wanted)
        try:
            base = platform.merge(one.config, text)
            after = platform.parse(base, one.state)
            why = _wrong(router, after, wanted)
        except MergeError as error:
            why = str(error)
    if why:
        return Ground(one.config, router, left=(f"router: no RPKI cache is configured: {why}",))
    return Ground(base, after, text, wanted)


def none(one: Snapshot, router: Router, report: GateReport) -> Ground:
    """The router as it is, where the gate stops what follows from asking caches."""
    faults = [f"{fault.check} {fault.subject}: {fault.message}" for fault in (*report.new, *report.unsure)]
    why = "; ".join([*report.blocking, *report.doubts, *faults][:2])
    return Ground(one.config, router, left=(f"router: no RPKI cache is configured: the gate stops it ({why})",))


def _wrong(before: Router, after: Router, wanted: Sequence[tuple[str, int]]) -> str:
    asked = sorted((had.address.lower(), had.port) for had in after.caches)
    families = {f"ipv{had.afi}" for had in before.sessions if had.kind == "ebgp" and had.vrf == "default"}
    unread = {had.text for had in after.unread} - {had.text for had in before.unread}
    if asked != sorted(wanted) or unread or not all(after.validation.get(family) for family in families):
        return "it would not compute validation states from it"
    return ""
