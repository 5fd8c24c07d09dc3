"""From a Junos configuration text to the vendor-neutral Router."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...model.policy import Policy
from ...model.router import Interface, Origination, Router, RpkiCache, Session, StaticRoute, Taint
from .. import _population
from .._block import word_set
from .._lists import Unreadable, decimal
from . import groups, interfaces, live, sessions
from .curly import Reader
from .definitions import Definitions
from .firewall import Firewall
from .interfaces import Faces
from .options import Levels
from .program import Program
from .routing import Routing, read_routing
from .secrets import find
from .setform import looks_like_set, read_set
from .tables import INSTANCE, OPTIONS, PROTOCOLS, TOP
from .tree import Book, Node

LISTS = ("prefix-list", "route-filter-list", "as-path", "as-path-group", "community", "policy-statement", "as-list")
SYSTEMS = ("logical-systems", "tenants")
HANDLED = word_set(
    "version system interfaces policy-options routing-options routing-instances protocols firewall logical-systems tenants"
)
IGPS = (
    ("ospf", "ospf", "ipv4-unicast"),
    ("ospf3", "ospf6", "ipv6-unicast"),
    ("isis", "isis", "ipv4-unicast"),
    ("isis", "isis", "ipv6-unicast"),
    ("rip", "rip", "ipv4-unicast"),
    ("ripng", "ripng", "ipv6-unicast"),
)
DEFAULTS = frozenset({"default", "defaults"})
"""`policy-options defaults route-filter walkup` has every term look at shorter prefixes too when the longest does not match."""


@dataclass(slots=True)
class Made:
    """What was made of the text so far."""

    book: Book
    tree: Node
    sessions: list[Session] = field(default_factory=list)
    interfaces: list[Interface] = field(default_factory=list)
    policies: dict[str, Policy] = field(default_factory=dict)
    definitions: list[Definitions] = field(default_factory=list)
    statics: list[StaticRoute] = field(default_factory=list)
    originations: list[Origination] = field(default_factory=list)
    caches: list[RpkiCache] = field(default_factory=list)
    validated: bool = False
    hostname: str | None = None
    local_as: int | None = None
    router_id: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    ephemeral: int = 0


def parse(text: str, state: Mapping[str, str]) -> Router:
    """The Router of `show configuration`, curly or `| display set`; never raises on any text.

    A curly text is complete when its blocks close; either form must start with a version or name its host. An ephemeral database is another
    part of the configuration: unless `state["ephemeral"]` shows it empty, the text is not complete.
    """
    lines = text.splitlines()
    flat = looks_like_set(lines)
    book = Book(lines, flat=flat)
    raw = read_set(book) if flat else Reader(book).read()
    find(book)
    tree, missing = groups.expand(raw, book)
    made = Made(book, tree)
    made.facts["form"] = "set" if flat else "curly"
    version = _version(tree, book, state)
    _system(made, tree)
    _device(made, tree, "")
    for kind in SYSTEMS:
        for name, node in (tree.at(kind) or Node()).kids.items():
            _device(made, node, name)
    _rest(made, tree)
    undefined = [one for each in made.definitions for one in each.undefined]
    for name, line in missing:
        node = Node(lines=[line] if line else [])
        made.definitions[0].missing("group", name, line)
        undefined = [*undefined, made.definitions[0].undefined[-1]]
        book.miss("apply-groups", node, Taint("router"), "unsupported")
    states = book.finish()
    complete, because = _complete(made, version, state)
    now = live.read(state) if state else None
    if complete and now is not None:
        systems = [name for kind in SYSTEMS for name in (tree.at(kind) or Node()).kids]
        because = _population.differs(made.sessions, now.sessions, lambda vrf, _family: vrf.partition("/")[0] not in systems)
        complete = not because
    return Router(
        platform="junos",
        hostname=made.hostname,
        version=version,
        local_as=made.local_as,
        router_id=made.router_id,
        sessions=tuple(replace(one, lines=_counted(one.lines, states)) for one in made.sessions),
        interfaces=tuple(replace(one, lines=_counted(one.lines, states)) for one in made.interfaces),
        policies=made.policies,
        prefix_lists=tuple(one for each in made.definitions for one in each.prefix_lists()),
        as_path_lists=tuple(one for each in made.definitions for one in each.as_path_lists()),
        community_lists=tuple(one for each in made.definitions for one in each.community_lists()),
        originations=tuple(made.originations),
        statics=tuple(made.statics),
        caches=tuple(made.caches),
        validation={"ipv4": made.validated, "ipv6": made.validated},
        undefined=tuple(sorted(dict.fromkeys(undefined), key=lambda one: (one.line, one.kind, one.name))),
        unread=tuple(sorted(book.unread.values(), key=lambda one: (one.line, str(one.taints)))),
        line_states=states,
        secrets=tuple(dict.fromkeys(book.secrets)),
        complete=complete,
        incomplete_because=because,
        facts=made.facts,
        live=now,
    )


def _counted(lines: tuple[int, ...], states: str) -> tuple[int, ...]:
    """The lines that count: without those that bear on nothing, and those that were not understood."""
    return tuple(line for line in lines if states[line - 1] == "u")


def _version(tree: Node, book: Book, state: Mapping[str, str]) -> str | None:
    node = tree.at("version") or Node()
    for value in node.kids.values():
        # A block below a version is one whose head lost its semicolon.
        for word, kid in value.kids.items():
            book.miss(word, kid, Taint("router"))
        for line in value.lines:
            book.mark(line, 117)
    if node.kids:
        return next(iter(node.kids))
    found = re.search(r"Junos: (\S+)", state.get("version", ""))
    return found.group(1) if found else None


def _complete(made: Made, version: str | None, state: Mapping[str, str]) -> tuple[bool, str]:
    if made.book.problem:
        return False, made.book.problem
    hidden = next((number for number, line in enumerate(made.book.lines, 1) if "ACCESS-DENIED" in line), 0)
    if hidden:
        return False, f"line {hidden}: the account may not see this part of the configuration"
    if version is None and made.hostname is None:
        return False, "the head is missing: neither `version` nor `host-name`"
    if made.ephemeral and ("ephemeral" not in state or _content(state["ephemeral"])):
        return False, f"line {made.ephemeral} turns on an ephemeral database, and it was not shown to be empty"
    return True, ""


def _content(text: str) -> bool:
    """Whether the output of `show ephemeral-configuration` holds statements."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def _system(made: Made, tree: Node) -> None:
    """The host name, and whether an ephemeral database adds to the configuration."""
    system = tree.at("system")
    if system is None:
        return
    for word, kid in system.kids.items():
        if word == "host-name":
            made.hostname = made.hostname or Levels((system,)).word("host-name") or None
            made.book.use(kid)
        elif word == "configuration-database":
            if kid.at("ephemeral") is not None:
                made.ephemeral = kid.line()
                made.facts["ephemeral"] = "on"
            made.book.use(kid)
        elif word.startswith("!"):
            made.book.miss(word, kid, Taint("router"))
        elif word == "scripts" and (hidden := _transients(kid)) is not None:
            made.book.miss(word, hidden, Taint("router"), "unsupported")
        else:
            made.book.skip(kid)


def _transients(scripts: Node) -> Node | None:
    """The statement that lets commit scripts add configuration which `show configuration` does not show."""
    commit = scripts.at("commit") or Node()
    places = (commit, *(commit.at("file") or Node()).kids.values())
    return next((found for one in places if (found := one.at("allow-transients")) is not None), None)


def _rest(made: Made, tree: Node) -> None:
    for word, kid in tree.kids.items():
        if word in TOP:
            made.book.skip(kid)
        elif word not in HANDLED:
            made.book.miss(word, kid, Taint("router"))


def _device(made: Made, tree: Node, name: str) -> None:
    """Everything of the router, or of one logical system."""
    book = made.book
    prefix = f"{name}/" if name else ""
    options = tree.at("policy-options") or Node()
    definitions = Definitions(options, tree, book, prefix)
    made.definitions.append(definitions)
    definitions.read_all()
    program = Program(definitions)
    program.read_all()
    for word, kid in options.kids.items():
        if word in OPTIONS or (word in DEFAULTS and Levels((kid,)).word("route-filter") == "no-walkup"):
            book.skip(kid)
        elif word not in LISTS:
            book.miss(word, kid, Taint("router"), "unsupported" if word in DEFAULTS else "unrecognised")
    for each in program.statements:
        made.policies[prefix + each] = program.policy(each)
    main = read_routing(tree.at("routing-options") or Node(), name or "default", book, program)
    made.caches += main.caches
    made.validated = made.validated or main.validated
    made.statics += main.statics
    made.originations += main.originations
    if not name:
        made.local_as, made.router_id = main.local_as, main.router_id
        if main.confed is not None:
            made.facts["confederation"] = str(main.confed)
    instances = list(_instances(made, tree, name, program, main))
    for vrf, node, routing in [(name or "default", tree, main), *instances]:
        _bgp(made, node, vrf, routing, main, program)
    _faces(made, tree, name, instances, main, definitions)
    _unknown_protocols(tree, book)
    for vrf, node, _routing in [(name or "default", tree, main), *instances]:
        made.originations += _local(made, node, vrf, program)
    if name:
        for word, kid in tree.kids.items():
            if word in TOP or word == "system":
                book.skip(kid)
            elif word not in HANDLED:
                book.miss(word, kid, Taint("router"))


def _faces(
    made: Made, tree: Node, name: str, instances: list[tuple[str, Node, Routing]], main: Routing, definitions: Definitions
) -> None:
    """Interfaces with their VRF, source checks and packet filters."""
    vrfs: dict[str, str] = {}
    for vrf, node, _routing in instances:
        for face in (node.at("interface") or Node()).kids:
            vrfs[face if "." in face else f"{face}.0"] = vrf
    firewall = Firewall(tree.at("firewall") or Node(), definitions)
    firewall.account()
    feasible: dict[str, bool] = dict.fromkeys((vrf for vrf, _node, routing in instances if routing.feasible), True)
    feasible["default"] = main.feasible
    faces = Faces(made.book, firewall, vrfs, feasible)
    profiles = (tree.at("dynamic-profiles") or Node()).kids.items()
    inside = [(f"{each} ", profile.at("interfaces") or Node()) for each, profile in profiles]
    built = [interfaces.build(node, faces, prefix) for prefix, node in (("", tree.at("interfaces") or Node()), *inside)]
    for one in itertools.chain.from_iterable(built):
        here = replace(one, vrf=name) if name and one.vrf == "default" else one
        made.interfaces.append(here)


def _instances(made: Made, tree: Node, name: str, program: Program, main: Routing) -> Iterator[tuple[str, Node, Routing]]:
    for word, node in (tree.at("routing-instances") or Node()).kids.items():
        if word.startswith("!"):
            made.book.miss(word, node, Taint("router"))
            continue
        vrf = f"{name}/{word}" if name else word
        routing = read_routing(node.at("routing-options") or Node(), vrf, made.book, program)
        made.statics += routing.statics
        made.originations += routing.originations
        for line in node.lines:
            made.book.mark(line, 117)
        for key, kid in node.kids.items():
            if key in ("interface", "instance-type"):
                made.book.use(kid)
            elif key in INSTANCE or key in ("vrf-import", "vrf-export"):
                made.book.skip(kid)
            elif key not in ("protocols", "routing-options"):
                made.book.miss(key, kid, Taint("router"))
        _unknown_protocols(node, made.book)
        yield vrf, node, routing


def _unknown_protocols(tree: Node, book: Book) -> None:
    protocols = tree.at("protocols")
    for word, kid in protocols.kids.items() if protocols is not None else ():
        if word in PROTOCOLS:
            book.skip(kid)
        elif word != "bgp":
            book.miss(word, kid, Taint("router"))


def _bgp(made: Made, tree: Node, vrf: str, routing: Routing, main: Routing, program: Program) -> None:
    node = tree.at("protocols", "bgp")
    if node is None:
        return
    local = routing.local_as or main.local_as
    if local is None:
        try:
            local = decimal(Levels((node,)).word("local-as"))
        except Unreadable:
            local = 0
    if vrf == "default":
        made.facts["ebgp-requires-policy"] = sessions.needs_policy(node)
    confed, members = (routing.confed, routing.members) if routing.confed is not None else (main.confed, main.members)
    one = sessions.Instance(node, vrf, local, routing.as_loops or main.as_loops, confed, members, program, made.book)
    made.sessions += list(sessions.build(one))


def _local(made: Made, tree: Node, vrf: str, program: Program) -> Iterator[Origination]:
    """Connected routes, and those of an IGP that some policy names: what else the router may put into BGP."""
    for face in made.interfaces:
        for text in face.addresses if face.vrf == vrf else ():
            net = ipaddress.ip_interface(text).network
            family = "ipv4-unicast" if net.version == 4 else "ipv6-unicast"
            yield Origination("network", family, str(net), "connected", None, vrf, face.lines[0] if face.lines else 0)
    protocols = tree.at("protocols") or Node()
    named = {word for one in program.statements.values() for word in one.protocols()}
    for word, protocol, family in IGPS:
        if word in protocols.kids and protocol in named:
            line = protocols.kids[word].line()
            made.book.mark(line, 117)
            yield Origination("redistribute", family, None, protocol, None, vrf, line)
