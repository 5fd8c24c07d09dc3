"""What policies refer to: prefix lists, route-filter lists, AS paths and communities of one `policy-options`."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...model.policy import AsPathEntry, AsPathList, CommunityEntry, CommunityKind, CommunityList, PrefixEntry, PrefixList
from ...model.ranges import Ranges
from ...model.router import Taint, Undefined
from .._lists import WELL_KNOWN, Unreadable, community_name, decimal
from . import prefixes
from .prefixes import Filter
from .tables import EXTENDED
from .tree import Book, Node

NAMES = {**WELL_KNOWN, "no-export-subconfed": "65535:65283"}
KINDS: dict[str, CommunityKind] = {"target": "extended", "origin": "extended", "large": "large"}


@dataclass(frozen=True, slots=True)
class Community:
    """A community definition: a list of its members for each kind, whether it is inverted, and whether some member is not modelled."""

    name: str
    lists: tuple[CommunityList, ...]
    literals: dict[CommunityKind, tuple[str, ...]]
    invert: bool = False
    unknown: bool = False
    everything: bool = False
    """Its only member is `*:*`."""
    line: int = 0


@dataclass(slots=True)
class Definitions:
    """Lists by name, made when they are first asked for; `None` for what is not defined, Unreadable for what was not understood."""

    options: Node
    tree: Node
    book: Book
    prefix: str = ""
    """Put in front of names (logical systems)."""
    undefined: list[Undefined] = field(default_factory=list)
    _prefix: dict[str, tuple[PrefixList, ...] | None] = field(default_factory=dict)
    _wide: dict[tuple[str, str], tuple[PrefixList, ...]] = field(default_factory=dict)
    _paths: dict[tuple[str, str], AsPathList | None] = field(default_factory=dict)
    _communities: dict[str, Community] = field(default_factory=dict)
    tainted: set[str] = field(default_factory=set)

    def missing(self, kind: str, name: str, line: int) -> None:
        """Note a reference to nothing: Junos refuses such a commit, so the text is not the whole configuration."""
        self.undefined.append(Undefined(kind, name, line, "unknown"))

    def _node(self, kind: str, name: str) -> Node | None:
        return self.options.at(kind, name)

    def read_all(self) -> None:
        """Read every definition once, whether or not a policy refers to it."""
        for kind in ("prefix-list", "route-filter-list", "as-path", "as-path-group", "community", "as-list"):
            at = self.options.kids.get(kind)
            for name in list(at.kids) if at is not None else ():
                try:
                    if kind == "prefix-list":
                        self.prefix_list(name)
                    elif kind == "route-filter-list":
                        self.filter_list(name, "")
                    elif kind == "community":
                        self.community(name)
                    elif kind == "as-list":
                        self.as_list(name)
                    else:
                        self.as_path(kind, name)
                except Unreadable:
                    continue

    def prefix_list(self, name: str) -> tuple[PrefixList, ...] | None:
        """The list, one for each family it has members of."""
        if name not in self._prefix:
            node = self._node("prefix-list", name)
            self._prefix[name] = None if node is None else self._read_prefix_list(name, node)
        if self.prefix + name in self.tainted:
            raise Unreadable(name)
        return self._prefix[name]

    def _read_prefix_list(self, name: str, node: Node) -> tuple[PrefixList, ...]:
        v4: list[PrefixEntry] = []
        v6: list[PrefixEntry] = []
        for first, rows in list(node.rows):
            try:
                some4, some6 = prefixes.members(first, rows)
            except Unreadable:
                self.book.unbulk(node)
                v4, v6 = [], []
                break
            v4 += some4
            v6 += some6
        for text, kid in node.kids.items():
            try:
                if text == "apply-path":
                    for path, at in kid.kids.items():
                        for found in self.apply_path(path):
                            afi, network, length = prefixes.number(found)
                            (v4 if afi == 4 else v6).append((network, length, length, length, True, at.line()))
                    self.book.use(kid)
                    continue
                if kid.kids:
                    raise Unreadable(text)
                afi, network, length = prefixes.number(text)
                (v4 if afi == 4 else v6).append((network, length, length, length, True, kid.line()))
            except Unreadable:
                self.tainted.add(self.prefix + name)
                self.book.miss(text, kid, Taint("list", self.prefix + name), "unsupported")
        self.book.use(node)
        lines = node.span()
        out = [PrefixList(self.prefix + name, afi, Ranges(some), lines, "any") for afi, some in ((4, v4), (6, v6)) if some]  # type: ignore[arg-type]
        return tuple(out) or (PrefixList(self.prefix + name, 4, (), lines, "any"),)

    def widened(self, name: str, how: str) -> tuple[PrefixList, ...] | None:
        """The list as `prefix-list-filter NAME exact|longer|orlonger` reads it."""
        found = self.prefix_list(name)
        if found is None:
            return None
        if (name, how) not in self._wide:
            self._wide[(name, how)] = tuple(prefixes.widened(one, how) for one in found)
        return self._wide[(name, how)]

    def apply_path(self, path: str) -> Iterator[str]:
        """Prefixes and addresses that a path with wildcards finds in the configuration; Unreadable where it is not modelled."""
        nodes = [("", self.tree)]
        words = path.split()
        if not words or not words[-1].startswith("<"):
            raise Unreadable(path)
        for word in words:
            nodes = [
                (name, kid)
                for _, node in nodes
                for name, kid in node.kids.items()
                if (fnmatch.fnmatchcase(name, word[1:-1]) if word[0] == "<" and word[-1] == ">" else name == word)
            ]
        for name, _kid in nodes:
            try:
                prefixes.number(name)
            except Unreadable:
                continue
            yield name

    def filter_list(self, name: str, how: str) -> tuple[Filter, ...] | None:
        """The route filters of a route-filter-list; `how` replaces their match types where it is given."""
        node = self._node("route-filter-list", name)
        if node is None:
            return None
        out = self.filters(node, Taint("list", self.prefix + name))
        if how:
            out = [
                Filter(
                    one.afi, prefixes.ranged([(*one.entry[:2], one.entry[1], one.entry[1], True, one.entry[5])], one.afi, how)[0]
                )
                for one in out
            ]
        if self.prefix + name in self.tainted:
            raise Unreadable(name)
        return tuple(out)

    def filters(self, node: Node, taint: Taint) -> list[Filter]:
        """Route filters without actions; what cannot be read taints the list."""
        out: list[Filter] = []
        for first, rows in list(node.rows):
            found = prefixes.fast_ranges(first, rows)
            if found is None:
                self.book.unbulk(node)
                out = []
                break
            out += prefixes.as_filters(*found)
        for words, at in statements(node):
            try:
                made, rest = prefixes.route_filter(words, at.line())
                if rest:
                    raise Unreadable(" ".join(rest))
                out.append(made)
            except Unreadable:
                self.tainted.add(taint.name)
                self.book.miss(words[-1], at, taint, "unsupported")
        self.book.use(node)
        return sorted(out, key=lambda one: one.entry[5]) if node.rows and node.kids else out

    def as_path(self, kind: str, name: str) -> AsPathList | None:
        """An `as-path` or `as-path-group` as a list of patterns, any of which permits."""
        if (kind, name) not in self._paths:
            node = self._node(kind, name)
            if node is None:
                self._paths[(kind, name)] = None
            else:
                self._paths[(kind, name)] = self._read_path(kind, name, node)
        if self.prefix + name in self.tainted:
            raise Unreadable(name)
        return self._paths[(kind, name)]

    def _read_path(self, kind: str, name: str, node: Node) -> AsPathList:
        entries: list[AsPathEntry] = []
        groups = [node]
        if kind == "as-path-group":
            groups = list((node.at("as-path") or Node()).kids.values())
            for word, kid in node.kids.items():
                if word != "as-path":
                    self._taint(name, word, kid)
        for one in groups:
            for pattern, kid in one.kids.items():
                if kid.kids or pattern == "dynamic-db" or pattern.startswith("!"):
                    self._taint(name, pattern, kid)
                else:
                    entries.append(AsPathEntry(True, pattern, "junos", kid.line()))
            if len(one.kids) > 1:
                self._taint(name, "as-path", one)
        self.book.use(node)
        return AsPathList(self.prefix + name, tuple(entries), node.span())

    def _taint(self, name: str, word: str, node: Node) -> None:
        self.tainted.add(self.prefix + name)
        self.book.miss(word, node, Taint("list", self.prefix + name), "unsupported")

    def as_list(self, name: str) -> tuple[tuple[int, int], ...] | None:
        """Ranges of ASNs of an `as-list`."""
        node = self._node("as-list", name)
        if node is None:
            return None
        out: list[tuple[int, int]] = []
        for text in (node.at("members") or Node()).kids:
            low, _, high = text.partition("-")
            try:
                out.append((decimal(low), decimal(high or low)))
            except Unreadable:
                self._taint(name, "members", node)
        self.book.use(node)
        if self.prefix + name in self.tainted:
            raise Unreadable(name)
        return tuple(out)

    def community(self, name: str) -> Community | None:
        """A community definition, or None."""
        if name not in self._communities:
            node = self._node("community", name)
            if node is None:
                return None
            self._communities[name] = self._read_community(name, node)
        return self._communities[name]

    def _read_community(self, name: str, node: Node) -> Community:
        entries: dict[CommunityKind, list[CommunityEntry]] = {}
        literals: dict[CommunityKind, tuple[str, ...]] = {}
        unknown = False
        texts = (node.at("members") or Node()).kids
        for text, kid in texts.items():
            try:
                kind, literal, regex = member(text)
                if kid.kids:
                    raise Unreadable(text)
            except Unreadable:
                unknown = True
                self.book.miss(text, kid, Taint("list", self.prefix + name), "unsupported")
                continue
            made = CommunityEntry(True, (literal,) if literal else (), regex, "each", kid.line())
            entries.setdefault(kind, []).append(made)
            if literal:
                literals[kind] = (*literals.get(kind, ()), literal)
        for word, kid in node.kids.items():
            if word not in ("members", "invert-match"):
                unknown = True
                self.book.miss(word, kid, Taint("list", self.prefix + name), "unsupported")
        self.book.use(node)
        lists = tuple(CommunityList(self.prefix + name, kind, tuple(some), node.span()) for kind, some in entries.items())
        unknown = unknown or not texts
        lists = () if unknown else lists
        everything = list(texts) in (["*:*"], [".*:.*"], ["^.*:.*$"], [".*"])
        return Community(name, lists, literals, "invert-match" in node.kids, unknown, everything, node.line())

    def prefix_lists(self) -> tuple[PrefixList, ...]:
        """Every prefix list that was read."""
        return tuple(one for some in self._prefix.values() for one in some or ())

    def as_path_lists(self) -> tuple[AsPathList, ...]:
        """Every AS path that was read."""
        return tuple(one for one in self._paths.values() if one is not None)

    def community_lists(self) -> tuple[CommunityList, ...]:
        """Every community definition that was read, once for each kind of member."""
        return tuple(one for some in self._communities.values() for one in some.lists)


def statements(node: Node, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """The words of each statement below a node, with the node it ends in."""
    for word, kid in node.kids.items():
        if not kid.kids:
            yield (*before, word), kid
        else:
            yield from statements(kid, (*before, word))


def member(text: str) -> tuple[CommunityKind, str | None, str | None]:
    """(kind, literal, expression) of one member of a community; Unreadable where it is not modelled."""
    if text in NAMES:
        return "standard", NAMES[text], None
    head, _, rest = text.partition(":")
    if head in KINDS:
        kind = KINDS[head]
        parts = rest.split(":")
        if kind == "large":
            return _large(parts, text)
        name = "rt" if head == "target" else "soo"
        parts = [one.removesuffix("L") for one in parts]
        return kind, f"{name}:{community_name(':'.join(parts), 'extended')}", None
    if head in EXTENDED or head.startswith("0x"):
        raise Unreadable(text)
    if re.fullmatch(r"[0-9]+:[0-9]+", text):
        return "standard", community_name(text), None
    return "standard", None, expression(text)


def _large(parts: list[str], text: str) -> tuple[CommunityKind, str | None, str | None]:
    if len(parts) == 3 and all(one.isdecimal() for one in parts):
        return "large", community_name(":".join(parts), "large"), None
    if len(parts) == 3 and all(one.isdecimal() or one in ("*", ".*") for one in parts):
        return "large", None, "^" + ":".join(one if one.isdecimal() else "[0-9]+" for one in parts) + "$"
    raise Unreadable(text)


@functools.lru_cache(maxsize=4000)
def expression(text: str) -> str:
    """The expression of a standard community with both ends fixed.

    Whether Junos fixes the ends of an expression that does not say so is not documented well enough: Unreadable where it would matter.
    """
    if text in (".*", "*"):
        return "^[0-9]+:[0-9]+$"
    left, colon, right = text.partition(":")
    if not colon or ":" in right or not re.fullmatch(r"[0-9.*+?{},\[\]|()^$\-]+", left + right):
        raise Unreadable(text)
    fixed_left, fixed_right = left.startswith("^"), right.endswith("$")
    left, right = left.removeprefix("^"), right.removesuffix("$")
    left, right = ("[0-9]+" if one == "*" else one for one in (left, right))
    if set("^$") & set(left + right):
        raise Unreadable(text)
    try:
        one, two = re.compile(f"(?:{left})"), re.compile(f"(?:{right})")
        late = re.compile(f"(?:{left})\\Z")
        numbers = [str(n) for n in range(65536)]
        if not fixed_left and any((one.fullmatch(n) is None) != (late.search(n) is None) for n in numbers):
            raise Unreadable(text)
        if not fixed_right and any((two.fullmatch(n) is None) != (two.match(n) is None) for n in numbers):
            raise Unreadable(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise Unreadable(text) from error
    return f"^({left}):({right})$"
