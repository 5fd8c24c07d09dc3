"""Policy statements and chains lowered to terms: subroutines and policy expressions are written out where they are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ...model.policy import (
    ALWAYS,
    AllOf,
    AnyOf,
    Cond,
    Const,
    Flow,
    Opaque,
    Policy,
    Term,
    TextMatch,
    Verdict,
)
from ...model.router import Taint
from . import conditions, prefixes
from .actions import ATTRIBUTES, Then, changed
from .actions import read as read_then
from .conditions import BOTH, From
from .definitions import Definitions
from .expressions import Expr, expression
from .tree import Node

KIND = "policy-statement"
LIMIT = 3000
"""Terms after which writing out subroutines stops: what is beyond is unknown."""
IMMEDIATE = "whether the action of a route filter waits for the other conditions of its term is not documented"
ACCEPT, REJECT, OPEN = Flow("accept"), Flow("reject"), Flow("next-policy")
BGP = TextMatch("protocol", frozenset({"bgp"}))


@dataclass(frozen=True, slots=True)
class Exits:
    """Where a policy's accept, reject and end without decision lead."""

    accept: Flow = ACCEPT
    reject: Flow = REJECT
    open: Flow = OPEN


@dataclass(slots=True)
class Read:
    """One term as read."""

    name: str
    source: From
    then: Then
    to: list[Cond]
    lines: tuple[int, ...]
    ranges: tuple[Cond | None, list[tuple[Cond, Node]]] | None = None
    """The conditions on prefixes, once they were made."""


@dataclass(slots=True)
class Statement:
    """A policy statement as read; `unknown` is a line that may do anything, or 0."""

    name: str
    terms: list[Read]
    unknown: int
    lines: tuple[int, ...]

    def defaults(self) -> bool:
        """Whether some term sets the default action."""
        return any(one.then.default for one in self.terms)

    def protocols(self) -> set[str]:
        """Protocols that some term names."""
        conds = [cond for one in self.terms for cond in one.source.conds]
        return {each for one in conds if isinstance(one, TextMatch) and one.attribute == "protocol" for each in one.values}


@dataclass(slots=True)
class Program:
    """The policies of one `policy-options`, read once and lowered as often as they are used."""

    definitions: Definitions
    statements: dict[str, Statement] = field(default_factory=dict)

    def read_all(self) -> None:
        """Read every policy statement."""
        at = self.definitions.options.kids.get(KIND)
        for name, node in at.kids.items() if at is not None else ():
            self.statements[name] = self._read(name, node)

    def _read(self, name: str, node: Node) -> Statement:
        book, taint = self.definitions.book, Taint("policy", self.definitions.prefix + name)
        terms: list[Read] = []
        unknown = 0
        for word, kid in node.kids.items():
            if word == "term":
                terms += [self._term(f"term {each}", one, taint) for each, one in kid.kids.items() if not each.startswith("!")]
                for each, one in kid.kids.items():
                    if each.startswith("!"):
                        unknown = unknown or one.line()
                        book.miss(each, one, taint)
            elif word not in ("from", "to", "then"):
                unknown = unknown or kid.line()
                book.miss(word, kid, taint, "unsupported" if word in ("dynamic-db", "defaults") else "unrecognised")
        if any(word in node.kids for word in ("from", "to", "then")):
            last = Node({word: kid for word, kid in node.kids.items() if word in ("from", "to", "then")})
            terms.append(self._term("last term", last, taint))
        for line in node.lines:
            book.mark(line, 117)
        return Statement(name, terms, unknown, node.span())

    def _term(self, name: str, node: Node, taint: Taint) -> Read:
        book = self.definitions.book
        for line in (*node.lines, *(line for word in ("from", "to", "then") for line in (node.at(word) or Node()).lines)):
            book.mark(line, 117)
        source = conditions.read(node.at("from"), self.definitions, taint)
        then = read_then(node.at("then"), self.definitions, taint)
        to = conditions.unknown(node.at("to"), self.definitions, taint)
        for word, kid in node.kids.items():
            if word not in ("from", "to", "then"):
                book.miss(word, kid, taint)
                then.unknown = then.unknown or kid.line()
        if then.unknown and not any(isinstance(one, Opaque) and one.line == then.unknown for one in then.actions):
            then.actions += [Opaque(one, "a statement of the term is not understood", then.unknown) for one in ATTRIBUTES]
        return Read(name, source, then, to, node.span())

    def policy(self, name: str, direction: str = "import", last: bool = True) -> Policy:
        """A policy by itself in a chain: what it does not decide goes to the next one."""
        statement = self.statements[name]
        full = self.definitions.prefix + name
        writer = Writer(self, direction, last)
        exits = Exits(open=Flow("end")) if last and statement.defaults() else Exits()
        terms = writer.statement(statement, "", exits, ())
        return Policy(full, KIND, tuple(terms), None, "modified", statement.lines)

    def expressed(self, expr: Expr, text: str, direction: str, last: bool, line: int) -> Policy:
        """A policy expression as one policy."""
        writer = Writer(self, direction, last)
        return Policy(text, "policy-expression", tuple(writer.expr(expr, "", Exits(), (), line)), None, "modified")

    def either_order(self, chain: Sequence[Expr], direction: str, line: int) -> tuple[Term, ...]:
        """A chain whose order is not known: as written, or the other way round."""
        writer = Writer(self, direction, False)
        why = "in which order apply-groups joins lists is not documented"
        first = writer.chain(chain, "one/", Exits(), line)
        second = writer.chain(tuple(reversed(chain)), "two/", Exits(), line)
        choice = Term("order", Const(None, why, line), Flow("goto", "two/"), lines=(line,))
        return (choice, *first, Term("two/", ALWAYS, Flow("next"), lines=(line,)), *second)


@dataclass(slots=True)
class Writer:
    """Writes policies out as terms; every jump goes forward."""

    program: Program
    direction: str
    last: bool
    count: int = 0

    def chain(self, chain: Sequence[Expr], prefix: str, exits: Exits, line: int) -> list[Term]:
        """Policies one after the other."""
        out: list[Term] = []
        for number, expr in enumerate(chain):
            here = f"{prefix}{number}/"
            after = exits.open if number == len(chain) - 1 else Flow("goto", f"{prefix}{number + 1}/")
            out.append(Term(here, ALWAYS, Flow("next"), lines=(line,)))
            out += self.expr(expr, here, replace(exits, open=after), (), line)
        return out

    def expr(self, expr: Expr, prefix: str, exits: Exits, stack: tuple[str, ...], line: int) -> list[Term]:
        """An expression; Juniper, "Policy expressions": the result is the action of the policy that was evaluated last."""
        if expr.op == "name":
            return self._named(expr.name, prefix, exits, stack, line)
        if expr.op == "not":
            swapped = Exits(exits.reject, exits.accept, Flow("goto", f"{prefix}?"))
            inner = self.expr(expr.parts[0], f"{prefix}!", swapped, stack, line)
            return [*inner, *self._doubt(f"{prefix}?", exits, "`!` of a policy that decides nothing", line)]
        if expr.op in ("and", "or"):
            second = Flow("goto", f"{prefix}2/")
            first = replace(exits, accept=second, open=second) if expr.op == "and" else replace(exits, reject=second)
            return [
                *self.expr(expr.parts[0], f"{prefix}1/", first, stack, line),
                Term(f"{prefix}2/", ALWAYS, Flow("next"), lines=(line,)),
                *self.expr(expr.parts[1], f"{prefix}2/", exits, stack, line),
            ]
        return self._doubt(f"{prefix}?", exits, f"policy expression {expr.name} is not understood", line)

    def _named(self, name: str, prefix: str, exits: Exits, stack: tuple[str, ...], line: int) -> list[Term]:
        statement = self.program.statements.get(name)
        if statement is None or name in stack or len(stack) > 8 or self.count > LIMIT:
            why = f"policy {name} is not defined" if statement is None else f"policy {name} is asked too deeply"
            if statement is None:
                self.program.definitions.missing(KIND, name, line)
            return self._doubt(f"{prefix}?", exits, why, line)
        inside = Writer(self.program, self.direction, False, self.count)
        out = inside.statement(statement, f"{prefix}{name}: ", exits, (*stack, name))
        if statement.defaults():
            out += self._doubt(f"{prefix}default", exits, f"policy {name} sets a default action while it is asked", line)
        out.append(Term(f"{prefix}{name}: end", ALWAYS, exits.open, lines=(line,)))
        self.count += len(out)
        return out

    def _doubt(self, name: str, exits: Exits, why: str, line: int) -> list[Term]:
        """Any end is possible."""
        opaque = tuple(Opaque(one, why, line) for one in ATTRIBUTES)
        return [
            Term(name, ALWAYS, Flow("next"), actions=opaque, lines=(line,)),
            Term(f"{name}accept", Const(None, why, line), exits.accept, lines=(line,)),
            Term(f"{name}reject", Const(None, why, line), exits.reject, lines=(line,)),
            Term(f"{name}open", ALWAYS, exits.open, lines=(line,)),
        ]

    def statement(self, statement: Statement, prefix: str, exits: Exits, stack: tuple[str, ...]) -> list[Term]:
        """All terms of a statement; falling off its end leads to whatever follows."""
        out: list[Term] = []
        if statement.unknown:
            why = "a statement of the policy is not understood"
            out += self._doubt(f"{prefix}?", replace(exits, open=Flow("next")), why, statement.unknown)
        for number, one in enumerate(statement.terms):
            more = number + 1 < len(statement.terms)
            after = prefix + statement.terms[number + 1].name if more else f"{prefix}end"
            out += self._term(one, prefix, after, exits, stack, statement.name)
        if not prefix and exits.open.step == "end":
            out.append(Term("end", ALWAYS, Flow("end")))
        return out

    def _term(self, one: Read, prefix: str, after: str, exits: Exits, stack: tuple[str, ...], policy: str) -> list[Term]:
        name = f"{prefix}{one.name}"
        following = Flow("goto", after)
        conds = [*one.source.conds, *one.to]
        if one.ranges is None:
            one.ranges = self._ranges(one, f"{policy}: {one.name}")
        own, groups = one.ranges
        out: list[Term] = []
        line = one.lines[0] if one.lines else 0
        for number, (cond, node) in enumerate(groups):
            taint = Taint("policy", self.program.definitions.prefix + policy)
            then = read_then(node, self.program.definitions, taint)
            # Whether the action waits for what else the term asks for is not documented ("immediately").
            rest: list[Cond] = [AnyOf((_all(conds), Const(None, IMMEDIATE, line)))] if conds else []
            if one.source.subroutine is not None:
                rest.append(Const(None, IMMEDIATE, line))
                then.actions = [*(Opaque(each, IMMEDIATE, line) for each in ATTRIBUTES), *then.actions]
            # The term's own name stands on its first model term, so that jumps find it.
            label = name if not number else f"{name} (filter action {number + 1})"
            out += self._acting(label, _all([cond, *rest]), then, following, Flow("next"), exits, _lines(then, one))
        if own is not None:
            conds.append(own)
        label = name if not out else f"{name} (itself)"
        if one.source.subroutine is not None:
            return [*out, *self._subroutine(one, label, conds, following, exits, stack)]
        return [*out, *self._acting(label, _all(conds), one.then, following, following, exits, _lines(one.then, one))]

    def _ranges(self, one: Read, name: str) -> tuple[Cond | None, list[tuple[Cond, Node]]]:
        """The condition on prefixes, and those of route filters with actions of their own."""
        source = one.source
        line = one.lines[0] if one.lines else 0
        groups: list[tuple[Cond, Node]] = []
        own: list[Cond] = list(source.others)
        if source.plain is not None:
            own.append(prefixes.plain(name, *source.plain, line))
        if source.filters or source.unknown_filters:
            unsure = Const(None, "a route filter is not understood", source.unknown_filters)
            for key, node in source.actions.items():
                cond = prefixes.longest(name, source.filters, lambda each, key=key: each.action == key, line)  # type: ignore[misc]
                parts: list[Cond] = [unsure if source.unknown_filters else cond]
                parts += [AnyOf((*source.others, Const(None, BOTH, line)))] if source.others else []
                groups.append((_all(parts), node))
            cond = prefixes.longest(name, source.filters, lambda each: not each.action, line)
            if len(source.lists) > 1:
                apart = AnyOf(tuple(prefixes.longest(name, each, lambda one: not one.action, line) for each in source.lists))
                why = "several lists of route filters: one list or one after the other"
                cond = prefixes.either_reading(cond, apart, why, line)
            own.append(unsure if source.unknown_filters else cond)
        if not own:
            return None, groups
        if len(own) == 1:
            return own[0], groups
        every, some = AllOf(tuple(own)), AnyOf(tuple(own))
        return prefixes.either_reading(every, some, BOTH, line), groups

    def _acting(
        self, name: str, cond: Cond, then: Then, following: Flow, miss: Flow, exits: Exits, lines: tuple[int, ...]
    ) -> list[Term]:
        """A term with its actions and its flow."""
        flow = {"accept": exits.accept, "reject": exits.reject, "next-policy": exits.open}.get(then.flow, following)
        if then.default and then.flow == "next-term" and self.last:
            flow = replace(flow, pending=Verdict(then.default))
        actions = tuple(then.actions)
        if not then.unknown:
            return [Term(name, cond, flow, miss, actions, lines=lines)]
        why = "an action is not understood"
        return [
            Term(name, cond, Flow("next"), miss if miss.step != "next" else Flow("goto", f"{name} end"), actions, lines=lines),
            Term(f"{name} accept", Const(None, why, then.unknown), exits.accept, lines=lines),
            Term(f"{name} reject", Const(None, why, then.unknown), exits.reject, lines=lines),
            Term(f"{name} open", Const(None, why, then.unknown), exits.open, lines=lines),
            Term(f"{name} goes on", ALWAYS, flow, lines=lines),
            *([Term(f"{name} end", ALWAYS, Flow("next"))] if miss.step == "next" else []),
        ]

    def _subroutine(
        self, one: Read, name: str, conds: list[Cond], following: Flow, exits: Exits, stack: tuple[str, ...]
    ) -> list[Term]:
        """`from policy X`: X must accept; what it changes stays changed; the protocol's default ends it."""
        assert one.source.subroutine is not None
        text, line = one.source.subroutine
        yes, no, ends = (Flow("goto", f"{name} {word}") for word in ("then", "refused", "undecided"))
        inner = self.expr(expression(text), f"{name}> ", Exits(yes, no, ends), stack, line)
        touched = dict.fromkeys(attribute for term in inner for attribute in changed(list(term.actions)))
        # Whether changes stay when X rejects, or when another condition fails beside it, is not documented.
        why = "the subroutine may have changed it"
        opaque = tuple(Opaque(attribute, why, line) for attribute in touched)
        away = no if opaque else following
        out = [Term(name, _all(conds), Flow("next"), away if conds else Flow("next"), lines=_lines(one.then, one)), *inner]
        if self.direction == "export":
            out.append(Term(f"{name} undecided", BGP, yes, no, lines=(line,)))
        else:
            out.append(Term(f"{name} undecided", ALWAYS, yes, lines=(line,)))
        lines = _lines(one.then, one)
        out.append(Term(f"{name} refused", ALWAYS, following, actions=opaque, lines=(line,)))
        return [*out, *self._acting(f"{name} then", ALWAYS, one.then, following, following, exits, lines)]


def _all(conds: list[Cond]) -> Cond:
    return ALWAYS if not conds else conds[0] if len(conds) == 1 else AllOf(tuple(conds))


def _lines(then: Then, one: Read) -> tuple[int, ...]:
    """Lines to show for a term: its first, then the rest of it."""
    return one.lines or tuple(then.lines)
