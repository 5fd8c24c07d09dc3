"""CUS-04: the allow-list is as new as the registries: it names everything that they authorise now (RFC 7454 section 6.1.2.2.1).

Routers do not keep when a list was made, and one that was made again without a change is fresh: content tells, not a date. What a router
does say of the age is shown beside it: its last change of configuration, before which every list was made, and dates in names of lists.
What a list holds beyond the registries is CUS-03's.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..analysis import authority, prefixes
from ..model import changed
from ..model.policy import PrefixEntry, PrefixList
from ..model.result import Finding, Severity
from . import _reach
from ._allowlist import listed
from ._public import listed as shown
from ._questions import within
from .base import CUSTOMERS, Case, Check


def judge(case: Case) -> Finding:
    """Every authorised range is inside the lists in reach, or certainly refused."""
    session, declared = case.session, case.declared
    if declared.prefixes is not None:
        return case.skipped("its prefixes are pinned in the intent, which no registry renews")
    known = authority.of(declared, session.remote_as, case.context.reference, widened=False)
    if known.problem:
        return case.doubtful("what registries authorise now is not known", known.problem)
    entries = listed(session, case.attachment)
    if not entries:
        return case.skipped("no list names prefixes of this family (see CUS-01)")
    origin = declared.as_set or f"AS{session.remote_as}"
    wanted = known.v4 if session.afi == 4 else known.v6
    if not wanted:
        return case.skipped(f"registries authorise no range of this family for {origin} now, so none can be lacking (see CUS-01)")
    lacking = _lacking(wanted, entries, session.afi)
    if not lacking:
        return case.passed(f"the list names all {len(wanted)} ranges that registries authorise for {origin} now; {_age(case)}")
    text = shown([_text(one, session.afi) for one in lacking])
    if case.evaluate({"lacking": within(session.afi, lacking, "authorised and not listed")}).accepted("lacking").may is not None:
        return case.doubtful(
            f"{text}: authorised for {origin} and in no list; {_age(case)}", "whether something else accepts them is not known"
        )
    return case.failed(
        f"{len(lacking)} of {len(wanted)} ranges that registries authorise for {origin} are refused: {text}; {_age(case)}",
        cause="allow-list older than the registries",
        remedy="Generate the allow-list again, at least daily, or ask the customer to delete what it no longer uses.",
    )


def _age(case: Case) -> str:
    """What the router shows of the age of the lists in reach."""
    names = sorted(
        {one.name for one in _reach.lists(case.attachment) if isinstance(one, PrefixList) and one.afi == case.session.afi}
    )
    said = [f"the name of list {name} carries the date {date}" for name, date in changed.dated(names).items()]
    last = changed.last_change(case.context.lines)
    if last is not None:
        said.append(f"the router last changed its configuration at {last[1]} (line {last[0]}), and its lists not after that")
    return " and ".join(said) or "the router shows no date of the list"


def _lacking(wanted: Iterable[PrefixEntry], entries: Iterable[PrefixEntry], afi: int) -> list[PrefixEntry]:
    """Ranges of which at least one length is in no listed range; lengths that several ranges share out count as lacking."""
    held: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for net, size, low, high, _permit, _line in entries:
        held.setdefault((net, size), []).append((low, high))
    bits = 32 if afi == 4 else 128

    def covered(net: int, size: int, low: int, high: int) -> bool:
        return any(
            least <= low and high <= most
            for up in range(size, -1, -1)
            for least, most in held.get((net >> (bits - up) << (bits - up), up), ())
        )

    return [one for one in wanted if not covered(*one[:4])]


def _text(one: PrefixEntry, afi: int) -> str:
    return prefixes.text(afi, one[0], one[1]) + (f" le {one[3]}" if one[3] > one[1] else "")


CHECK = Check(
    "CUS-04", "1", "Customer allow-lists are fresh", Severity.MEDIUM, judge=judge, direction="import", relations=CUSTOMERS
)
