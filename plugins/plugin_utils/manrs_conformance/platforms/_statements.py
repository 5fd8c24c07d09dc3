"""What a plan comes to where configuration is lines: statements of sessions and interfaces, packet filters, and the part that is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..model.plan import Plan, SessionPlan
from ..model.router import Router
from . import _guards
from ._carry import Able, Block, Policies, carry


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements by session and by interface, the packet filters that interfaces refer to, and the plan without what was left."""

    blocks: list[Block]
    interfaces: Mapping[str, list[str]]
    filters: list[list[str]]
    plan: Plan


def statements(
    plan: Plan,
    router: Router,
    writer: Policies,
    able: Able,
    refuse: Callable[[SessionPlan, str], str | None],
    methods: Mapping[int, _guards.Method],
    filters: _guards.Filters,
) -> Statements:
    """Write the policies of a plan and the guards of its interfaces; `methods` says how sources of each family are checked."""
    sessions, carried = carry(plan, router, writer, able, refuse)
    guards, carried = _guards.guards(carried, router, methods)
    guards, carried = filters.lacking(guards, carried, router)
    interfaces = filters.interfaces(guards)
    return Statements([one.block(filters.form) for one in sessions], interfaces, list(filters.written.values()), carried)
