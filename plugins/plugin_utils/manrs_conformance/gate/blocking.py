"""Changes that block whatever the base held: lost filters and limits, dangling references, lists that jump, lines nobody understands."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterator

from ..analysis.evaluate import evaluate
from ..analysis.same import same
from ..checks._questions import both, delivered, state
from ..model.intent import Intent, PrefixRange
from ..model.policy import PrefixList, Rpki
from ..model.router import Origination, Router, Session

FEW_ENTRIES = 10
"""A list that changes by no more entries than this is never called a jump."""


At = Callable[[int], str]
"""A line of the candidate in words."""


def always_blocking(host: str, base: Router | None, candidate: Router, intent: Intent, at: At = "line {}".format) -> list[str]:
    """Reasons in words, each with the line of the candidate where there is one."""
    if base is None:
        return []
    reasons = [
        *_sessions(base, candidate, at),
        *_references(base, candidate, at),
        *_unread(base, candidate, at),
        *_lists(base, candidate, intent.limits.max_filter_change),
        *_originations(base, candidate, intent, at),
    ]
    if base.complete and not candidate.complete:
        reasons.append(f"the candidate is not complete: {candidate.incomplete_because}")
    return [f"{host}: {one}" for one in reasons]


def _sessions(base: Router, candidate: Router, at: At) -> Iterator[str]:
    after = {one.key: one for one in candidate.sessions}
    for before in base.sessions:
        session = after.get(before.key)
        if session is not None and not session.shutdown and session.kind == "ebgp":
            yield from _lost(before, session)
            yield from _invalid(base, before, candidate, session, at)


def _lost(before: Session, after: Session) -> Iterator[str]:
    for word, one, two in (("import", before.inbound, after.inbound), ("export", before.outbound, after.outbound)):
        if one.filters and not two.filters:
            yield f"the {word} filter {', '.join(f.name for f in one.filters)} was detached from {after.key}"
    if before.max_prefix is not None and after.max_prefix is None:
        yield f"maximum-prefix was removed from {after.key}"


def _invalid(base: Router, before: Session, candidate: Router, after: Session, at: At) -> Iterator[str]:
    """Routes that origin validation calls invalid were refused, and now some pass."""
    if not base.caches or not candidate.caches or same(before.inbound, after.inbound):
        return
    old, new = (
        evaluate([one.inbound], afi=one.afi, domain=both(delivered(one, router), state(Rpki.INVALID))).accepted()
        for one, router in ((before, base), (after, candidate))
    )
    if old.may is None and new.must is not None and new.must.route is not None:
        where = f" ({at(new.lines[-1])})" if new.lines else ""
        yield f"{after.key} now accepts RPKI-invalid routes such as {new.must.route.prefix}{where}"


def _references(base: Router, candidate: Router, at: At) -> Iterator[str]:
    known = {(one.kind, one.name) for one in base.undefined}
    for one in candidate.undefined:
        if (one.kind, one.name) not in known:
            yield f"{at(one.line)} refers to the {one.kind} {one.name}, which does not exist"


def _unread(base: Router, candidate: Router, at: At) -> Iterator[str]:
    left = Counter(one.text.strip() for one in base.unread)
    for one in candidate.unread:
        text = one.text.strip()
        left[text] -= 1
        if left[text] < 0:
            yield f"{at(one.line)} is not understood: {text}"


def _lists(base: Router, candidate: Router, share: float) -> Iterator[str]:
    old = {(one.afi, one.kind, one.name): one for one in (*base.prefix_lists, *base.other_lists)}
    for one in (*candidate.prefix_lists, *candidate.other_lists):
        was = old.get((one.afi, one.kind, one.name))
        if was is None or not was.entries:
            continue
        if not one.entries:
            yield f"the {one.kind} {one.name} became empty"
            continue
        gone, come = _moved(was, one)
        if max(gone, come) > FEW_ENTRIES and max(gone, come) > share * len(was.entries):
            yield (
                f"the {one.kind} {one.name} jumps: {come} entries come and {gone} go of {len(was.entries)}, "
                f"more than the {share:.0%} that `limits: max_filter_change` allows"
            )


def _moved(was: PrefixList, now: PrefixList) -> tuple[int, int]:
    old, new = {one[:5] for one in was.entries}, {one[:5] for one in now.entries}
    return len(old - new), len(new - old)


def _originations(base: Router, candidate: Router, intent: Intent, at: At) -> Iterator[str]:
    """Routes that the router newly makes itself: redistribution that lost its filter, prefixes outside the declared holdings."""
    known = {_origin_key(one) for one in base.originations}
    bare = Counter(_origin_key(one) for one in base.originations if one.policy is None)
    for one in candidate.originations:
        key = _origin_key(one)
        if one.kind == "redistribute" and one.policy is None:
            bare[key] -= 1
            if bare[key] < 0:
                word = "lost its filter" if key in known else "has no filter"
                yield f"{at(one.line)}: the redistribution of {one.protocol} into BGP ({one.family}, vrf {one.vrf}) {word}"
        if key not in known and one.prefix is not None and one.vrf == "default" and not _held(one.prefix, intent):
            yield f"{at(one.line)}: {one.prefix} would be originated, and it lies outside the declared prefixes"


def _origin_key(one: Origination) -> tuple[str, str, str, str]:
    return one.kind, one.family, one.vrf, one.prefix or one.protocol or ""


def _held(prefix: str, intent: Intent) -> bool:
    """Whether a prefix lies in own, legacy or delegated space, or in what a customer pinned."""
    pinned = [one for neighbour in intent.neighbours for one in neighbour.prefixes or () if neighbour.relationship == "customer"]
    spaces = [*intent.prefixes, *intent.delegated, *(PrefixRange(one) for one in intent.legacy), *pinned]
    net = ipaddress.ip_network(prefix)
    covers = (ipaddress.ip_network(one.prefix, strict=False) for one in spaces)
    return any(net.version == one.version and net.subnet_of(one) for one in covers)  # type: ignore[arg-type]
