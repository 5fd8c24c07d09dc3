"""Policies as attached: parameters bound, and read anew for a session where their meaning depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...model.policy import Attachment, Filter, Policy, Verdict
from ...model.router import Undefined
from .._block import Ledger
from .._lists import Unreadable
from .bind import Words
from .lower import Lowering
from .rpl import Broken, Source, arguments, tokens
from .scope import Neighbor, Scope, Sets

Made = tuple[Policy, dict[str, Policy]]


@dataclass(slots=True)
class Policies:
    """Every policy of a configuration, lowered when asked for and kept."""

    sources: Mapping[str, Source]
    sets: Sets
    ledger: Ledger
    globals: Mapping[str, Words | None]
    undefined: list[Undefined] = field(default_factory=list)
    made: dict[tuple[str, tuple[Words, ...], bool, Neighbor | None], Made] = field(default_factory=dict)
    personal: dict[tuple[str, tuple[Words, ...]], bool] = field(default_factory=dict)

    def get(self, name: str, args: tuple[Words, ...] = (), validated: bool = True, neighbor: Neighbor | None = None) -> Made:
        """The policy and those it asks; `validated` is whether the state is computed for these routes.

        Without arguments a policy is read by itself, with its parameters free. Raises KeyError when it is not defined.
        """
        source = self.sources[name]
        asked = self.personal.get((name, args), True)
        key = (name, args, validated, neighbor if asked else None)
        if key in self.made:
            return self.made[key]
        scope = Scope(self.sets, self.ledger, self.undefined, validated, neighbor, owner=name)
        lowering = Lowering(self.sources, scope, self.globals)
        env: dict[str, Words | None] = {
            **self.globals,
            **dict.fromkeys(source.params),
            **dict(zip(source.params, args, strict=False)),
        }
        made = lowering.run(source, env), lowering.called
        self.personal[(name, args)] = scope.asked
        self.made[(name, args, validated, neighbor if scope.asked else None)] = made
        return made


def split(words: list[str]) -> tuple[str, tuple[Words, ...]]:
    """Name and arguments of `P`, `P(10, X)`; Unreadable otherwise."""
    found = tuple(word for word, _ in tokens([(1, " ".join(words))]))
    try:
        args = arguments(found[1:])
    except Broken as error:
        raise Unreadable(" ".join(words)) from error
    if not found:
        raise Unreadable("")
    return found[0], args


def attached(
    policies: Policies, words: list[str], line: int, validated: bool, neighbor: Neighbor | None, default: Verdict
) -> Attachment:
    """The attachment of a `route-policy` line; an undefined policy cannot have been committed, so nothing is known of it."""
    direction = neighbor.direction if neighbor else "import"
    name, args = split(words)
    source = policies.sources.get(name)
    if source is None or (args and len(args) != len(source.params)) or (source.params and not args):
        if source is None:
            policies.undefined.append(Undefined("route-policy", name, line, "unknown"))
        stub = Source(name, (), (), (line,), whole=[line])
        scope = Scope(policies.sets, policies.ledger, policies.undefined, owner=name)
        made = Lowering({}, scope, {}).run(stub, {})
        return Attachment(direction, (Filter("route-policy", name, made, line, defined=source is not None),), default)  # type: ignore[arg-type]
    policy, called = policies.get(name, args, validated, neighbor)
    return Attachment(direction, (Filter("route-policy", name, policy, line),), default, "all", called)  # type: ignore[arg-type]
