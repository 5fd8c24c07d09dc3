"""One router from its text to its findings: what a worker does, and what comes back from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from ... import checks, platforms
from ...checks import CheckContext
from ...model.intent import Intent
from ...model.outline import outline
from ...model.policy import Cond
from ...model.reference import Reference
from ...model.result import Finding
from ...model.router import Router
from ...model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Rules:
    """What every router of a run is judged by."""

    intent: Intent
    reference: Reference
    memo: dict[object, Cond] = field(default_factory=dict)
    """Conditions that are the same for every router, made by the first one that needs them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one router comes to: its findings, its outline, what the checks of the fleet need of it, and the lines they may cite."""

    host: str
    findings: tuple[Finding, ...]
    router: Router
    local: Mapping[str, object]
    lines: Mapping[int, str]


class Excerpt(Sequence[str]):
    """Some lines of a configuration at their places; all others are empty."""

    def __init__(self, count: int, lines: Mapping[int, str]) -> None:
        """`lines` by number, from 1."""
        self._count, self._lines = count, lines

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        """The line at an index from 0."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        return self._lines.get(index + 1, "")

    def __len__(self) -> int:
        """Lines of the configuration."""
        return self._count


def whole(snapshot: Snapshot, rules: Rules) -> CheckContext:
    """A router with its policies, as the checks see it."""
    router = platforms.load(snapshot.platform).parse(snapshot.config, snapshot.state)
    lines = tuple(snapshot.config.splitlines())
    return checks.context_of(snapshot.host, router, lines, rules.intent, rules.reference, memo=rules.memo)


def judge(snapshot: Snapshot, rules: Rules) -> Judged:
    """Read and judge one router."""
    context = whole(snapshot, rules)
    found = tuple(checks.run_device(context))
    thin = outline(context.router)
    wanted = {line for one in thin.sessions for line in one.lines}
    wanted |= {each.line for one in thin.sessions for side in (one.inbound, one.outbound) for each in side.filters}
    lines = {number: context.lines[number - 1] for number in sorted(wanted) if 0 < number <= len(context.lines)}
    return Judged(snapshot.host, found, thin, context.local, lines)


def thin(judged: Judged, rules: Rules, load: Callable[[], CheckContext]) -> CheckContext:
    """The router as the checks of the fleet see it; `load` gives it with its policies."""
    lines = Excerpt(len(judged.router.line_states), judged.lines)
    context = checks.context_of(judged.host, judged.router, lines, rules.intent, rules.reference, memo=rules.memo)
    context.local.update(judged.local)
    context.load = load
    return context
