"""Policies lowered to terms: applied policies are pasted in, a branch that does not hold jumps forward, and acceptance stays pending to the end.

`pass` and every modification leave acceptance pending, `drop` and `done` decide, and nothing pending at the end is a drop (RPL
configuration guide, `Default Drop Disposition`). Conditions see the route as it came in, so the policy's view is `original`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...model.policy import (
    ACCEPT,
    ALWAYS,
    NEXT,
    REJECT,
    Action,
    AllOf,
    AnyOf,
    CallMatch,
    Cond,
    Const,
    Flow,
    Not,
    Opaque,
    Policy,
    Term,
    Verdict,
)
from .._lists import Unreadable
from . import actions
from .bind import Env, Unbound, bind
from .conditions import condition
from .rpl import UNKNOWN, Anything, Apply, ApplyTest, If, Junction, Simple, Source, Stmt, Test, Words
from .scope import Scope

TERMS = 20_000
STEPS = 5_000
DEPTH = 16
NOT_UNDERSTOOD = "statement not understood"
UNREAD = "condition not understood"
DELETES = "whether deleting communities alone accepts the route is not confirmed"
DROPS = "whether `drop` in a policy used as a condition drops the route is not confirmed"
BARE_DONE = "whether `done` without pass or set makes a policy used as a condition true is not confirmed"
CHANGES = "whether the changes of a policy used as a condition stay is not confirmed"
PENDING = Flow("next", pending=Verdict.ACCEPT)


@dataclass(slots=True)
class _Draft:
    cond: Cond
    on_match: Flow
    on_miss: Flow
    actions: tuple[Action, ...]
    lines: tuple[int, ...]


@dataclass(slots=True)
class Lowering:
    """One policy on its way to terms. `mode` is `policy`, or what is asked of a policy used as a condition: `true` or `drops`."""

    sources: Mapping[str, Source]
    scope: Scope
    globals: Env
    mode: str = "policy"
    called: dict[str, Policy] = field(default_factory=dict)
    out: list[_Draft] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    steps: int = 0
    full: bool = False
    """More was applied than can be followed."""

    def run(self, source: Source, env: Env) -> Policy:
        """The policy of a source with its parameters bound."""
        self.source(source, env, ())
        if self.full:
            self.out = []
            self.anything(source.lines[0] if source.lines else 0)
            self.scope.miss(source.lines[0] if source.lines else 1, "unsupported")
        names = [str(number) for number in range(1, len(self.out) + 1)]
        terms = tuple(
            Term(name, one.cond, self._at(one.on_match, names), self._at(one.on_miss, names), one.actions, None, one.lines)
            for name, one in zip(names, self.out, strict=True)
        )
        return Policy(source.name, "route-policy", terms, Verdict.REJECT, "original", source.lines)

    def _at(self, flow: Flow, names: list[str]) -> Flow:
        if flow.step != "goto":
            return flow
        at = self.labels.get(flow.target or "", len(names))
        return replace(flow, target=names[at] if at < len(names) else "end")

    def source(self, source: Source, env: Env, chain: tuple[str, ...]) -> None:
        """Paste the statements of a policy."""
        self.steps += 1
        if self.steps > STEPS:
            self.full = True
            return
        for line in source.whole:
            self.anything(line)
        if source.broken:
            self.anything(source.broken)
            return
        self.block(source.body, env, (*chain, source.name))

    def block(self, body: tuple[Stmt, ...], env: Env, chain: tuple[str, ...]) -> None:
        """Statements one after the other."""
        for at, one in enumerate(body):
            if len(self.out) > TERMS:
                self.full = True
                return
            if isinstance(one, If):
                self.branches(one, env, chain)
            elif isinstance(one, Apply):
                self.apply(one, env, chain)
            elif isinstance(one, Anything):
                self.anything(one.line)
            elif at == 0 or not isinstance(body[at - 1], Simple):
                run = [one]
                for other in body[at + 1 :]:
                    if not isinstance(other, Simple):
                        break
                    run.append(other)
                self.straight(run, env)

    def straight(self, run: list[Simple], env: Env) -> None:
        """Simple statements in a row, as few terms as possible."""
        done, flow, lines, unsure = self.row(run, env)
        if done or flow != NEXT:
            self.out.append(_Draft(ALWAYS, flow, NEXT, done, lines))
        self.unsure(unsure)

    def unsure(self, lines: list[int]) -> None:
        """Statements of which it is not confirmed that they accept."""
        for line in lines:
            self.out.append(_Draft(Const(None, DELETES, line), PENDING, NEXT, (), (line,)))

    def row(self, run: list[Simple], env: Env) -> tuple[tuple[Action, ...], Flow, tuple[int, ...], list[int]]:
        """Actions, flow, lines and doubtful lines of simple statements in a row, up to one that decides."""
        made: list[Action] = []
        lines: list[int] = []
        unsure: list[int] = []
        flow = NEXT
        for one in run:
            lines.append(one.line)
            if one.words == ("drop",):
                return (), REJECT if self.mode != "drops" else ACCEPT, tuple(lines), []
            if one.words == ("done",):
                return tuple(made), self.finished(flow, one.line, unsure), tuple(lines), []
            if one.words == ("pass",):
                flow = PENDING if self.mode != "drops" else flow
                continue
            some, accepted = self.change(one, env)
            if self.mode == "policy":
                made += some
            if self.mode != "drops" and accepted:
                flow = PENDING
            elif self.mode != "drops" and accepted is None:
                unsure.append(one.line)
        return tuple(made), flow, tuple(lines), [] if flow == PENDING else unsure

    def finished(self, flow: Flow, line: int, unsure: list[int]) -> Flow:
        """What `done` does: decides in a policy; as a condition it is true after `pass` or a change, and otherwise not confirmed."""
        if self.mode == "policy":
            return ACCEPT
        if self.mode == "drops":
            return REJECT
        if flow != PENDING:
            self.out.append(_Draft(Const(None, BARE_DONE, line), ACCEPT, NEXT, (), (line,)))
        return Flow("end", pending=flow.pending)

    def change(self, one: Simple, env: Env) -> tuple[tuple[Action, ...], bool | None]:
        """Actions of a statement and whether it accepts."""
        if one.words == ("set", UNKNOWN):
            return actions.everything(one.line, NOT_UNDERSTOOD), True
        try:
            words = bind(one.words, env)
        except Unbound:
            return actions.unread(one.words, one.line), actions.accepts(one.words)
        try:
            return actions.changes(words, one.line, self.scope), actions.accepts(words)
        except Unreadable:
            self.scope.miss(one.line, "unsupported")
            return actions.unread(words, one.line), actions.accepts(words)
        except (KeyError, IndexError):
            self.scope.miss(one.line, "unrecognised")
            return actions.everything(one.line, NOT_UNDERSTOOD), None

    def anything(self, line: int) -> None:
        """A statement that may accept, reject, change anything or nothing."""
        doubt = Const(None, NOT_UNDERSTOOD, line)
        change = actions.everything(line, NOT_UNDERSTOOD) if self.mode == "policy" else ()
        self.out.append(_Draft(doubt, ACCEPT, NEXT, change, (line,)))
        self.out.append(_Draft(doubt, REJECT, NEXT, (), (line,)))
        self.out.append(_Draft(doubt, PENDING, NEXT, change, (line,)))

    def branches(self, one: If, env: Env, chain: tuple[str, ...]) -> None:
        """`if … elseif … else … endif`: what does not hold jumps to the next branch, what was done to the end."""
        end = f"end {len(self.labels)}"
        self.labels[end] = -1
        for at, branch in enumerate(one.branches):
            last = at == len(one.branches) - 1 and not one.otherwise
            self.before(branch.test, env, chain)
            cond = self.test(branch.test, env, chain, branch.line)
            simple = [stmt for stmt in branch.body if isinstance(stmt, Simple)]
            mark = len(self.out)
            done, flow, lines, unsure = self.row(simple, env) if len(simple) == len(branch.body) else ((), NEXT, (), [0])
            if not unsure and len(self.out) == mark:
                if flow.step == "next" and not last:
                    flow = Flow("goto", end, flow.pending)
                self.out.append(_Draft(cond, flow, NEXT, done, (branch.line, *lines)))
                continue
            del self.out[mark:]
            miss = f"miss {len(self.labels)}"
            self.labels[miss] = -1
            self.out.append(_Draft(cond, NEXT, Flow("goto", miss), (), (branch.line,)))
            self.block(branch.body, env, chain)
            if not last:
                self.out.append(_Draft(ALWAYS, Flow("goto", end), NEXT, (), (branch.line,)))
            self.labels[miss] = len(self.out)
        self.block(one.otherwise, env, chain)
        self.labels[end] = len(self.out)

    def test(self, test: Test, env: Env, chain: tuple[str, ...], line: int) -> Cond:
        """The condition of a test."""
        if isinstance(test, Junction):
            parts = tuple(self.test(one, env, chain, line) for one in test.parts)
            unread = [one for one in parts if isinstance(one, Const) and one.why == UNREAD]
            if unread:
                # A redaction takes the whole line: what stands beside what was not understood must not decide.
                return unread[0]
            return Not(parts[0]) if test.kind == "not" else AllOf(parts) if test.kind == "and" else AnyOf(parts)
        if isinstance(test, ApplyTest):
            return self.asked(test, env, chain, "true")
        if test.words == (UNKNOWN,):
            return Const(None, UNREAD, test.line)
        try:
            return condition(bind(test.words, env), test.line, self.scope)
        except Unbound as error:
            return Const(None, f"${error} has no value here", test.line)
        except Unreadable:
            self.scope.miss(test.line, "unsupported")
        except (KeyError, IndexError):
            self.scope.miss(test.line, "unrecognised")
        return Const(None, UNREAD, test.line)

    def before(self, test: Test, env: Env, chain: tuple[str, ...]) -> None:
        """What policies used as conditions may do beside answering: drop the route, or change it."""
        if isinstance(test, Junction):
            for one in test.parts:
                self.before(one, env, chain)
        if not isinstance(test, ApplyTest):
            return
        kinds = self.effects(test.name)
        if "drop" in kinds:
            drops = self.asked(test, env, chain, "drops")
            self.out.append(
                _Draft(
                    AllOf((drops, Const(None, DROPS, test.line))),
                    REJECT if self.mode != "drops" else ACCEPT,
                    NEXT,
                    (),
                    (test.line,),
                )
            )
        if "change" in kinds and self.mode != "drops":
            change = tuple(Opaque(name, CHANGES, test.line) for name in actions.ATTRIBUTES) if self.mode == "policy" else ()
            self.out.append(_Draft(Const(None, CHANGES, test.line), PENDING, NEXT, change, (test.line,)))

    def effects(self, name: str) -> set[str]:
        """`drop` and `change`, as far as they stand in a policy or in one that it applies."""
        out: set[str] = set()
        names, seen = [name], {name}
        while names:
            source = self.sources.get(names.pop())
            todo: list[Stmt] = list(source.body) if source else []
            while todo:
                one = todo.pop()
                if isinstance(one, If):
                    todo += [*one.otherwise, *(stmt for branch in one.branches for stmt in branch.body)]
                elif isinstance(one, Apply):
                    names += [one.name] if one.name not in seen else []
                    seen.add(one.name)
                elif isinstance(one, Simple) and one.words[0] not in ("pass", "done"):
                    out.add("drop" if one.words[0] == "drop" else "change")
        return out

    def asked(self, test: ApplyTest, env: Env, chain: tuple[str, ...], mode: str) -> Cond:
        """The condition that a policy used as a condition is true (or drops)."""
        found = self.found(test.name, test.args, env, test.line, chain)
        if found is None:
            return Const(None, f"apply {test.name} cannot be followed", test.line)
        source, inner = found
        text = ",".join(" ".join(words or ("?",)) for key, words in inner.items() if key in source.params)
        key = f"{test.name}({text}) {mode}"
        if key not in self.called:
            below = Lowering(self.sources, self.scope, self.globals, mode, self.called)
            below.source(source, inner, chain)
            self.called[key] = below.run(replace(source, body=(), broken=0, whole=[]), {})
        return CallMatch(key, test.line)

    def apply(self, one: Apply, env: Env, chain: tuple[str, ...]) -> None:
        """`apply P(args)`: the statements of P, with what they leave pending."""
        found = self.found(one.name, one.args, env, one.line, chain)
        if found is None:
            self.anything(one.line)
            return
        self.source(found[0], found[1], chain)

    def found(self, name: str, args: tuple[Words, ...], env: Env, line: int, chain: tuple[str, ...]) -> tuple[Source, Env] | None:
        """An applied policy with its parameters bound; None when it is undefined, recursive or called wrongly."""
        try:
            name = " ".join(bind((name,), env))
        except Unbound:
            return None
        source = self.sources.get(name)
        if source is None and "*" not in name:
            self.scope.lost("route-policy", name, line)
            return None
        if source is None or name in chain or len(chain) > DEPTH or len(args) != len(source.params):
            self.scope.miss(line, "unsupported")
            return None
        inner: dict[str, Words | None] = dict(self.globals)
        for param, words in zip(source.params, args, strict=True):
            try:
                inner[param] = bind(words, env)
            except Unbound:
                inner[param] = None
        return source, inner
