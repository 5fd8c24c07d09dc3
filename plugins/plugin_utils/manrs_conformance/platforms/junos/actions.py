"""What stands after `then`: attribute changes and where the route goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ...model.policy import Action, CommunityKind, Opaque, Prepend, SetCommunity, SetNumber, SetText
from ...model.router import Taint
from .._lists import Unreadable, decimal
from .definitions import Definitions
from .tables import ACTIONS
from .tree import Node

ATTRIBUTES = ("as_path", "standard", "extended", "large", "med", "local_pref", "tag", "origin", "next_hop", "mark")
KINDS: tuple[CommunityKind, ...] = ("standard", "extended", "large")
MARKS = {"valid": "valid", "invalid": "invalid", "unknown": "not-found", "unverified": "unverified"}


@dataclass(slots=True)
class Then:
    """The actions of a term; `flow` is `accept`, `reject`, `next-term` or `next-policy`; `unknown` is a line that may do anything, or 0."""

    actions: list[Action] = field(default_factory=list)
    flow: str = "next-term"
    default: str = ""
    unknown: int = 0
    lines: list[int] = field(default_factory=list)


def read(node: Node | None, definitions: Definitions, taint: Taint) -> Then:
    """The actions below `then` (or below a route filter)."""
    out = Then()
    flows: list[str] = []
    for word, kid in node.kids.items() if node is not None else ():
        line = kid.line()
        out.lines += kid.span()
        try:
            if word in ("accept", "reject") and not kid.kids:
                flows.append(word)
            elif word == "next" and len(kid.kids) == 1 and next(iter(kid.kids)) in ("term", "policy"):
                flows.append(f"next-{next(iter(kid.kids))}")
            elif word == "default-action" and len(kid.kids) == 1 and next(iter(kid.kids)) in ("accept", "reject"):
                out.default = next(iter(kid.kids))
            elif word in _READERS:
                out.actions += _READERS[word](kid, line, definitions)
            elif word not in ACTIONS:
                raise Unreadable(word)
            definitions.book.use(kid)
        except Unreadable:
            known = word in _READERS or word in ("next", "default-action", "accept", "reject")
            definitions.book.miss(word, kid, taint, "unsupported" if known else "unrecognised")
            out.unknown = out.unknown or line
    if flows:
        out.flow = flows[0]
    if len(flows) > 1 or (out.default and flows):
        # Which of two directions wins is not documented; a commit may refuse it.
        out.unknown = out.unknown or min(out.lines)
    if out.unknown:
        out.actions += [Opaque(name, "an action is not understood", out.unknown) for name in ATTRIBUTES]
    return out


def changed(actions: list[Action]) -> tuple[str, ...]:
    """Attributes that these actions may change."""
    found: dict[str, None] = {}
    for one in actions:
        if isinstance(one, SetCommunity):
            found[one.kind] = None
        elif isinstance(one, Prepend):
            found["as_path"] = None
        elif isinstance(one, SetNumber | SetText | Opaque):
            found[one.attribute] = None
    return tuple(found)


def _number(attribute: str) -> Callable[[Node, int, Definitions], list[Action]]:
    def read_number(node: Node, line: int, definitions: Definitions) -> list[Action]:
        (word, kid) = _only(node)
        if word in ("add", "subtract"):
            return [SetNumber(attribute, word, decimal(_only(kid)[0]), line)]  # type: ignore[arg-type]
        if word.isdecimal() and not kid.kids:
            return [SetNumber(attribute, "set", decimal(word), line)]  # type: ignore[arg-type]
        if word in ("igp", "minimum-igp", "expression", "aigp", "effective-aigp"):
            return [Opaque(attribute, f"{word} is known to the router only", line)]
        raise Unreadable(word)

    return read_number


def _only(node: Node) -> tuple[str, Node]:
    """The one word below; a word of one's own comes before an inherited one. Unreadable when there are several."""
    own = [one for one in node.kids.items() if not one[1].inherited] or list(node.kids.items())[:1]
    if len(own) != 1:
        raise Unreadable("several values")
    return own[0]


def _prepend(node: Node, line: int, definitions: Definitions) -> list[Action]:
    out: list[int] = []
    for text in node.kids:
        out += [_asn(one) for one in text.split()]
    if not out or len(node.kids) > 1:
        raise Unreadable("as-path-prepend")
    return [Prepend(tuple(out), line)]


def _asn(text: str) -> int:
    high, dot, low = text.partition(".")
    return (decimal(high) << 16) + decimal(low) if dot else decimal(high)


def _expand(node: Node, line: int, definitions: Definitions) -> list[Action]:
    return [Opaque("as_path", "as-path-expand", line)]


def _next_hop(node: Node, line: int, definitions: Definitions) -> list[Action]:
    word, kid = _only(node)
    if kid.kids or word in ("self", "peer-address", "discard", "reject", "next-table", "prefer-self"):
        return [Opaque("next_hop", f"next-hop {word}", line)]
    return [SetText("next_hop", word, line)]


def _origin(node: Node, line: int, definitions: Definitions) -> list[Action]:
    word, _kid = _only(node)
    if word not in ("igp", "egp", "incomplete"):
        raise Unreadable(word)
    return [SetText("origin", word, line)]


def _mark(node: Node, line: int, definitions: Definitions) -> list[Action]:
    word, _kid = _only(node)
    if word not in MARKS:
        raise Unreadable(word)
    return [SetText("mark", MARKS[word], line)]


def _community(node: Node, line: int, definitions: Definitions) -> list[Action]:
    out: list[Action] = []
    for verb, kid in node.kids.items():
        operation = {"+": "add", "-": "delete", "=": "set"}.get(verb, verb)
        if operation not in ("add", "delete", "set"):
            # `then community NAME` is `set`.
            out += _one_community("set", verb, line, definitions)
            continue
        if not kid.kids:
            raise Unreadable(verb)
        for name in kid.kids:
            out += _one_community(operation, name, kid.line() or line, definitions)
    if not out:
        raise Unreadable("community")
    return out


def _one_community(operation: str, name: str, line: int, definitions: Definitions) -> list[Action]:
    found = definitions.community(name)
    if found is None:
        definitions.missing("community", name, line)
    if found is None or found.unknown:
        return [Opaque(kind, f"community {name} is not understood", line) for kind in KINDS]
    if operation == "delete":
        if found.invert:
            return [Opaque(kind, f"community {name} is inverted", line) for kind in KINDS]
        if found.everything:
            return [SetCommunity("standard", "replace", (), line=line)]
        return [SetCommunity(one.kind, "delete", lists=(one,), line=line) for one in found.lists]
    if found.invert or any(entry.regex for one in found.lists for entry in one.entries):
        return [Opaque(kind, f"community {name} is no plain list of communities", line) for kind in KINDS]
    if operation == "add":
        return [SetCommunity(kind, "add", values, line=line) for kind, values in found.literals.items()]
    # Whether `set` clears the other kinds too is not documented.
    return [
        SetCommunity(kind, "replace", found.literals[kind], line=line)
        if kind in found.literals
        else Opaque(kind, "`community set` may clear it", line)
        for kind in KINDS
    ]


_READERS: dict[str, Callable[[Node, int, Definitions], list[Action]]] = {
    "local-preference": _number("local_pref"),
    "metric": _number("med"),
    "tag": _number("tag"),
    "as-path-prepend": _prepend,
    "as-path-expand": _expand,
    "next-hop": _next_hop,
    "origin": _origin,
    "validation-state": _mark,
    "community": _community,
}
