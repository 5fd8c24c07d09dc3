"""A programme's requirements, read from versioned data: a new version or programme is a new file, no code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from ..errors import InputError, UsageError

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: which checks decide it, which only support it, and what evidence routers cannot give."""

    id: str
    action: str
    kind: str
    phase: str
    title: str
    methods: tuple[str, ...]
    decides: tuple[str, ...]
    supports: tuple[str, ...]
    missing: str
    percent: float | None = None
    """Share of subjects that must pass; None means all of them."""
    legacy_excluded: bool = False
    needs: tuple[str, ...] = ()
    """Checks that must have come to an answer, whichever: without it nobody knows whether everything was counted."""

    contradicted_by: tuple[str, ...] = ()
    """Checks on public data or routers whose fail speaks against what the operator declares."""
    rule: str | None = None
    """How a requirement on the whole programme is judged (`requirements.rules`); None for one that its own checks decide."""

    @property
    def group(self) -> str:
        """The part of the id before the dot: alternatives of one action differ in it."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Applies:
    """Checks (a shell wildcard) that have a subject only when some, or none, of these relationships are declared."""

    checks: str
    when_any: tuple[str, ...] = ()
    when_none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One action of the programme; with `alternatives`, one of these groups of requirements is enough."""

    id: str
    title: str
    kind: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Norm:
    """A programme in one version."""

    id: str
    name: str
    version: str
    dated: str
    actions: tuple[Action, ...]
    requirements: tuple[Requirement, ...]
    population: tuple[str, ...] = ()
    """Shell wildcards of the checks on who and what was audited."""
    applies: tuple[Applies, ...] = ()

    @property
    def checks(self) -> frozenset[str]:
        """Every check that decides or supports something."""
        return frozenset(
            check for one in self.requirements for check in (*one.decides, *one.supports, *one.needs, *one.contradicted_by)
        )


def known() -> tuple[str, ...]:
    """Ids of the norms that are shipped."""
    return tuple(sorted(one.stem for one in (DATA / "norms").glob("*.json")))


def load(norm: str) -> Norm:
    """A shipped norm by its id; raises UsageError naming the known ones."""
    if norm not in known():
        raise UsageError(f"the norm {norm} is not known; known: {', '.join(known())}")
    return parse((DATA / "norms" / f"{norm}.json").read_bytes(), norm)


def parse(raw: bytes, name: str) -> Norm:
    """A norm from its bytes; raises InputError when it is malformed or contradicts itself."""
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise InputError(f"{name}: is not JSON: {error}") from error
    schema = json.loads((DATA / "schemas" / "norm.schema.json").read_text(encoding="utf-8"))
    for problem in Draft202012Validator(schema).iter_errors(data):
        raise InputError(f"{name}: {'.'.join(str(one) for one in problem.absolute_path)}: {problem.message}")
    norm = Norm(
        id=data["id"],
        name=data["name"],
        version=data["version"],
        dated=data["dated"],
        actions=tuple(Action(**_tuples(one)) for one in data["actions"]),
        requirements=tuple(Requirement(**_tuples(one)) for one in data["requirements"]),
        population=tuple(data.get("population", ())),
        applies=tuple(Applies(**_tuples(one)) for one in data.get("applies", ())),
    )
    _consistent(norm, name)
    return norm


def _tuples(item: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}


def _consistent(norm: Norm, name: str) -> None:
    """Ids are unique, actions exist, no check both decides and supports one requirement."""
    ids = [one.id for one in norm.requirements]
    actions = {one.id for one in norm.actions}
    for one in norm.requirements:
        if ids.count(one.id) > 1:
            raise InputError(f"{name}: {one.id} is given twice")
        if one.action not in actions:
            raise InputError(f"{name}: {one.id}: the action {one.action} is not listed")
        both = set(one.decides) & set(one.supports)
        if both:
            raise InputError(f"{name}: {one.id}: {', '.join(sorted(both))} both decides and supports")
        if one.percent is not None and len(one.decides) != 1:
            raise InputError(f"{name}: {one.id}: a share needs exactly one deciding check")
