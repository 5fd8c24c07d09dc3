"""Owned route policies of IOS-XR: one chain of conditions that drops, or applies the operator's policy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...model.plan import SessionPlan
from ...model.policy import Filter
from ...model.router import Router
from .. import _rules
from .._mapcopy import Impossible
from .._maprender import kinds, path_pattern, policy_name
from .._render import Lists, is_large, ranges
from .actions import accepts
from .rpl import Apply, If, Simple, Source, Stmt

LONGEST = 128
"""Characters of a policy's name that are surely taken."""


@dataclass(slots=True)
class Writer:
    """Owned sets and policies of one candidate; `sources` are the policies of the running configuration."""

    sources: Mapping[str, Source]
    router: Router
    running: str
    sets: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    policies: list[tuple[str, list[str]]] = field(default_factory=list)
    existing: str = ""
    """The operator's policy with the arguments that the session at hand gives it."""

    def mark(self) -> object:
        """What is written so far."""
        return dict(self.sets), list(self.policies)

    def back(self, mark: object) -> None:
        """Forget what was written after a mark."""
        self.sets, self.policies = mark  # type: ignore[misc]

    def policy(self, way: str, session: SessionPlan, rules: Iterable[_rules.Rule], existing: str | None) -> str:
        """The policy of a session and direction; returns its name. Impossible when it cannot be written."""
        some = list(rules)
        if existing is not None:
            self.existing = self._called(existing, session, way)
        scrub = tuple(one for rule in some for one in rule.scrub)
        some = [rule for rule in some if rule.then != "next"]
        body: list[str] = []
        for rule in some:
            conditions = self._conditions(rule, session.afi)
            inside = ["drop"] if rule.then == "refuse" else self._onward(rule, scrub, existing)
            if not conditions:
                break
            body += [f"  {'elseif' if body else 'if'} {' and '.join(conditions)} then", *(f"    {one}" for one in inside)]
        else:
            inside = ["drop"]
        body = [*body, "  else", *(f"    {one}" for one in inside), "  endif"] if body else [f"  {one}" for one in inside]
        name = policy_name(way, session, body, existing, LONGEST)
        if name not in (had for had, _ in self.policies):
            self.policies.append((name, body))
        return name

    def _set(self, kind: str, word: str, elements: Sequence[str]) -> str:
        lists = Lists()
        name = lists.add(kind, elements, lambda _name, _n, one: one)
        self.sets[name] = (word, list(elements))
        return name

    def _conditions(self, rule: _rules.Rule, afi: int) -> list[str]:
        out = []
        if rule.prefixes is not None:
            kind = "HOST" if rule.kind == "BLACKHOLE" else rule.kind
            out.append(f"destination in {self._set(f'{kind}{afi}', 'prefix-set', ranges(afi, rule.prefixes))}")
        if rule.communities:
            word = "large-community" if is_large(rule.communities[0]) else "community"
            out.append(f"{word} matches-any {self._set(rule.kind, f'{word}-set', rule.communities)}")
        if rule.invalid:
            out.append("validation-state is invalid")
        if rule.asns:
            some = [f"passes-through '{low}'" if low == high else f"passes-through '[{low}..{high}]'" for low, high in rule.asns]
            out.append(f"as-path in {self._set(rule.kind, 'as-path-set', some)}")
        if rule.longer is not None:
            out.append(f"as-path length ge {rule.longer + 1}")
        if rule.path is not None:
            paths = "EMPTY" if rule.path.empty else "PATH"
            pattern = f"ios-regex '{path_pattern(rule.path)}'"
            out.append(f"as-path in {self._set(paths, 'as-path-set', [pattern])}")
        return out

    def _onward(self, rule: _rules.Rule, scrub: tuple[str, ...], existing: str | None) -> list[str]:
        """What becomes of a route that passes: changed as far as that accepts nothing which the operator's policy would drop."""
        tag = None if rule.add is None else f"set {'large-' if is_large(rule.add) else ''}community ({rule.add}) additive"
        deletes = []
        if rule.kind != "BLACKHOLE":
            deletes = [
                f"delete {word} in {self._set(kind, f'{word}-set', some)}"
                for kind, word, some in (
                    (kind, "large-community" if large else "community", some) for kind, large, some in kinds(scrub, rule.add)
                )
            ]
        if existing is None:
            return [*deletes, *([tag] if tag else []), "pass"]
        apply = f"apply {self.existing}"
        if rule.kind == "BLACKHOLE":
            return [apply]
        if not deletes and tag is None:
            return [apply]
        if not self.decides(existing):
            raise Impossible(
                f"route-policy {existing} may end without a decision, which drops; a change in front of it would accept"
            )
        if tag and self.uses(existing, ("done",)):
            if self.uses(existing, ("set", "community"), ("set", "large-community")):
                raise Impossible(f"route-policy {existing} ends by `done` and sets communities; what is set would not stay")
            return ["pass", *deletes, tag, apply]
        # `pass` takes nothing from a policy that decides, and a deletion alone might not accept.
        return ["pass", *deletes, apply, *([tag] if tag else [])]

    def _called(self, name: str, session: SessionPlan, way: str) -> str:
        """A policy of the operator with the arguments that the session gives it, now or through an owned policy."""
        source = self.sources.get(name)
        if source is None:
            raise Impossible(f"the operator's route-policy {name} is not defined")
        if not source.params:
            return name
        had = self.router.session(session.neighbor, session.family, session.vrf)
        for one in () if had is None else (had.inbound if way == "IN" else had.outbound).filters:
            found = called(name, one, self.running)
            if found != name:
                return found
        raise Impossible(f"with which arguments route-policy {name} is applied is not clear")

    def decides(self, name: str, chain: tuple[str, ...] = ()) -> bool:
        """Whether a policy passes, changes or drops every route that reaches its end."""
        source = self.sources.get(name)
        if source is None or source.broken or source.whole or name in chain:
            raise Impossible(f"route-policy {name} is not defined or not understood")
        return any(self._decides(one, (*chain, name)) for one in source.body)

    def _decides(self, one: Stmt, chain: tuple[str, ...]) -> bool:
        if isinstance(one, Simple):
            return one.words[0] in ("pass", "drop", "done") or accepts(one.words) is True
        if isinstance(one, Apply):
            return self.decides(one.name, chain)
        if isinstance(one, If):
            bodies = [*(branch.body for branch in one.branches), one.otherwise]
            return all(any(self._decides(inner, chain) for inner in body) for body in bodies)
        return False

    def uses(self, name: str, *heads: tuple[str, ...]) -> bool:
        """Whether one of these statements stands in a policy or in one that it applies."""
        names, seen = [name], {name}
        while names:
            source = self.sources.get(names.pop())
            todo: list[Stmt] = list(source.body) if source else []
            while todo:
                one = todo.pop()
                if isinstance(one, If):
                    todo += [*one.otherwise, *(inner for branch in one.branches for inner in branch.body)]
                elif isinstance(one, Apply) and one.name not in seen:
                    names.append(one.name)
                    seen.add(one.name)
                elif isinstance(one, Simple) and any(one.words[: len(head)] == head for head in heads):
                    return True
        return False


def called(name: str, attached: Filter, running: str) -> str:
    """A policy with the arguments that it is attached with, or applied with in an attached one."""
    lines = running.splitlines()
    for line in [attached.line] if attached.name == name else attached.policy.lines:
        found = re.search(rf"(?:route-policy|apply) ({re.escape(name)}\(.*\))", lines[line - 1])
        if found:
            return found[1]
    return name
