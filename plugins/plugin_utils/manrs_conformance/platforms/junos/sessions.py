"""Sessions of one BGP instance: the nearest level wins, policies become chains, defaults are explicit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from ...model.policy import (
    ALWAYS,
    Attachment,
    Filter,
    Flow,
    NumberMatch,
    Policy,
    SetNumber,
    SetText,
    Term,
    TextMatch,
    Verdict,
)
from ...model.router import Session, Taint
from .._address import canonical
from .._attachment import inner, looks_at_rpki
from .._lists import Unreadable, decimal, is_decimal
from . import options
from .expressions import Expr, expression, names
from .options import Family, Levels
from .program import BGP, KIND, Program
from .tree import Book, Node


@dataclass(slots=True)
class Instance:
    """What the sessions of a routing instance refer to."""

    bgp: Node
    vrf: str
    local_as: int
    as_loops: int
    confed: int | None
    members: frozenset[int]
    program: Program
    book: Book
    default_tainted: bool = False
    chains: dict[tuple[object, ...], Attachment] = field(default_factory=dict)


def build(one: Instance) -> Iterator[Session]:
    """Every neighbour and every range of dynamic ones, once for each family."""
    options.check(one.bgp, "", Taint("router"), one.book)
    _defaults(one)
    groups = one.bgp.at("group")
    for group, node in groups.kids.items() if groups is not None else ():
        options.check(node, "group", Taint("session", group), one.book)
        neighbors = node.at("neighbor")
        for text, at in neighbors.kids.items() if neighbors is not None else ():
            if text.startswith("!"):
                one.book.miss(text, at, Taint("session", group))
                continue
            neighbor = canonical(text)
            options.check(at, "neighbor", Taint("session", neighbor), one.book)
            yield from _families(one, neighbor, Levels((at, node, one.bgp)), group, at)
        yield from _dynamic(one, group, node)
    if one.bgp.at("neighbor") is not None:
        one.book.miss("neighbor", one.bgp.kids["neighbor"], Taint("router"), "unsupported")


def _dynamic(one: Instance, group: str, node: Node) -> Iterator[Session]:
    allow = node.at("allow")
    if allow is not None:
        one.book.use(allow)
        for text in allow.kids:
            for each in ("0.0.0.0/0", "::/0") if text == "all" else (text,):
                yield from _families(one, canonical(each), Levels((node, one.bgp)), group, allow)
    dynamic = node.at("dynamic-neighbor")
    for name, kid in dynamic.kids.items() if dynamic is not None else ():
        ranges = [each for family in ("inet", "inet6") for each in Levels((kid,)).list("allow", "family", family)]
        ranges += [each for each in Levels((kid,)).list("allow") if each != "family"]
        interfaces = Levels((kid,)).list("peer-auto-discovery", "interface")
        one.book.use(kid)
        if not ranges and not interfaces:
            one.book.miss(name, kid, Taint("session", group), "unsupported")
        for each in (*ranges, *interfaces):
            yield from _families(one, canonical(each), Levels((kid, node, one.bgp)), group, kid)


def _defaults(one: Instance) -> None:
    """`defaults ebgp no-policy receive|advertise` (20.3R1)."""
    node = one.bgp.at("defaults")
    if node is None:
        return
    known = node.at("ebgp", "no-policy")
    words = {"receive": {"accept", "reject", "reject-always"}, "advertise": {"accept", "reject", "reject-always"}}
    good = known is not None and all(word in words and set(kid.kids) <= words[word] for word, kid in known.kids.items())
    if not good or set(node.kids) != {"ebgp"} or set(node.kids["ebgp"].kids) != {"no-policy"}:
        one.default_tainted = True
        for word, kid in node.kids.items():
            one.book.miss(word, kid, Taint("router"), "unsupported")
    else:
        one.book.use(node)


def asn(text: str) -> int:
    """An AS number in plain or dotted notation; Unreadable otherwise."""
    high, dot, low = text.partition(".")
    value = (decimal(high) << 16) + decimal(low) if dot else decimal(high)
    if value > 0xFFFFFFFF:
        raise Unreadable(text)
    return value


def _remote(one: Instance, levels: Levels, group: str) -> tuple[int | str | tuple[int, ...], str, int]:
    """(remote AS, session type, the AS that we show); Unreadable where the remote AS cannot be told."""
    sort, text = levels.word("type"), levels.word("peer-as")
    changed = levels.word("local-as")
    local = asn(changed) if changed else one.local_as
    remote: int | str | tuple[int, ...]
    if text:
        remote = asn(text)
    elif levels.on("peer-as-list"):
        remote = "external"
    elif sort == "internal":
        return one.local_as, "ibgp", local
    else:
        raise Unreadable(group)
    inside = remote in (one.local_as, local)
    if sort == "internal" or (not sort and inside):
        return remote, "ibgp", local
    if one.confed is not None and remote in one.members:
        return remote, "confed", local
    return remote, "ebgp", asn(changed) if changed else one.confed or one.local_as


def _families(one: Instance, neighbor: str, levels: Levels, group: str, at: Node) -> Iterator[Session]:
    try:
        remote, sort, local = _remote(one, levels, group)
    except Unreadable:
        one.book.miss("peer-as", at, Taint("session", group), "unsupported")
        return
    for family in options.families(levels, neighbor):
        yield _session(one, neighbor, levels, group, at, (remote, sort, local), family)


def _session(
    one: Instance,
    neighbor: str,
    levels: Levels,
    group: str,
    at: Node,
    who: tuple[int | str | tuple[int, ...], str, int],
    family: Family,
) -> Session:
    remote, sort, local = who
    inbound = chain(one, levels, "import", sort)
    outbound = chain(one, levels, "export", sort)
    limit, action = _limit(family)
    multihop = levels.get("multihop")
    hops = levels.word("multihop", "ttl")
    keys = levels.on("authentication-key-chain") or levels.on("authentication-key")
    return Session(
        neighbor=neighbor,
        family=family.name,
        remote_as=remote,
        kind=sort,  # type: ignore[arg-type]
        local_as=local,
        inbound=inbound,
        outbound=outbound,
        vrf=one.vrf,
        description=_description(levels),
        shutdown=levels.on("shutdown") or levels.on("disable"),
        group=group,
        interface=None if neighbor[:1].isdecimal() or ":" in neighbor else neighbor,
        max_prefix=limit,
        max_prefix_action=action,
        ebgp_multihop=(int(hops) if is_decimal(hops) else 64) if multihop is not None and sort == "ebgp" else None,
        auth="none" if not keys else "tcp-ao" if levels.word("authentication-algorithm") == "ao" else "md5",
        rr_client=sort == "ibgp" and levels.on("cluster"),
        next_hop_self=_next_hop_self(one, outbound),
        send_community=("standard", "extended", "large"),
        allowas_in=_loops(one, levels, family),
        enforce_first_as=levels.on("enforce-first-as"),
        remove_private=levels.on("remove-private"),
        as_override=levels.on("as-override"),
        soft_reconfiguration=levels.word("keep") != "none",
        rov="policy" if looks_at_rpki(inbound) else "off",
        update_source=levels.word("local-address") or None,
        lines=tuple(sorted({*at.span(), *_group_lines(levels)})),
    )


def needs_policy(bgp: Node) -> str:
    """Whether an external session without policies exchanges nothing: `on`, `off`, or `unknown`."""
    inside = Levels((bgp,))
    words = [inside.word("defaults", "ebgp", "no-policy", way) for way in ("receive", "advertise")]
    if bgp.at("defaults") is None or set(words) <= {"", "accept"}:
        return "off"
    return "on" if set(words) <= {"reject", "reject-always"} else "off" if "accept" in words or "" in words else "unknown"


def _description(levels: Levels) -> str:
    return Levels(levels.nodes[:2]).word("description")


def _group_lines(levels: Levels) -> Iterator[int]:
    """Lines of the group and of the instance that hold for this neighbour."""
    for one in levels.nodes[1:]:
        for word, kid in one.kids.items():
            if word not in ("neighbor", "group", "allow", "dynamic-neighbor"):
                yield from kid.all_lines()


def _limit(family: Family) -> tuple[int | None, Literal["shutdown", "warning", "restart", "discard"] | None]:
    """The limit that is enforced: the nearest level that names the family, `accepted-prefix-limit` where there is no `prefix-limit`."""
    for node in family.nodes:
        found: list[tuple[int | None, Literal["shutdown", "warning", "restart", "discard"] | None]] = []
        for word in ("prefix-limit", "accepted-prefix-limit"):
            at = node.at(word)
            text = Levels((node,)).word(word, "maximum")
            if at is None or not is_decimal(text):
                continue
            if "drop-excess" in at.kids or "hide-excess" in at.kids:
                found.append((int(text), "discard"))
            elif "teardown" in at.kids:
                found.append((int(text), _teardown(at.kids["teardown"])))
            else:
                found.append((int(text), "warning"))
        found.sort(key=lambda one: one[1] == "warning")
        if found:
            return found[0]
    return None, None


def _teardown(node: Node) -> Literal["shutdown", "restart"]:
    """Without `idle-timeout forever` the session comes back by itself."""
    idle = node.at("idle-timeout") or next((kid.at("idle-timeout") for kid in node.kids.values() if kid.at("idle-timeout")), None)
    return "shutdown" if idle is not None and "forever" in idle.kids else "restart"


def _loops(one: Instance, levels: Levels, family: Family) -> int:
    """How often our own AS may stand in a path: `loops N` of the session or family, else that of the AS."""
    for text in (
        *(Levels((node,)).word("loops") for node in family.nodes),
        levels.word("loops"),
        Levels(tuple(kid for kid in (levels.get("local-as", levels.word("local-as")),) if kid)).word("loops"),
    ):
        if is_decimal(text):
            return int(text)
    return one.as_loops


def _next_hop_self(one: Instance, outbound: Attachment) -> bool:
    return any(
        "next-hop self" in action.why
        for filter_ in outbound.filters
        for term in filter_.policy.terms
        for action in term.actions
        if getattr(action, "attribute", "") == "next_hop" and hasattr(action, "why")
    )


def chain(one: Instance, levels: Levels, direction: Literal["import", "export"], sort: str) -> Attachment:
    """The policies of a direction: the nearest level's list replaces all others."""
    node = levels.get(direction)
    members = list(node.kids.items()) if node is not None else []
    defaults = Levels((one.bgp,)).word("defaults", "ebgp", "no-policy", "receive" if direction == "import" else "advertise")
    key = (direction, sort, tuple(word for word, _ in members), tuple((kid.line(), kid.inherited) for _, kid in members))
    if key not in one.chains:
        one.chains[key] = _attachment(one, members, direction, sort, defaults)
    return one.chains[key]


def _attachment(
    one: Instance, members: list[tuple[str, Node]], direction: Literal["import", "export"], sort: str, defaults: str
) -> Attachment:
    default: Verdict | None = Verdict.ACCEPT
    if sort == "ebgp" and (one.default_tainted or (defaults == "reject-always" and members)):
        default = None
    elif sort == "ebgp" and defaults in ("reject", "reject-always") and not members:
        default = Verdict.REJECT
    exprs = [expression(text) for text, _ in members]
    filters = _filters(one, members, exprs, direction)
    program = one.program
    for expr in exprs[:-1]:
        if any(name in program.statements and program.statements[name].defaults() for name in names(expr)):
            default = None
    called = {
        program.definitions.prefix + name: program.policy(name, direction)
        for name in _reachable(program, [name for expr in exprs for name in names(expr)])
    }
    known = {each.policy.name for each in filters if each.kind == KIND}
    called = {name: policy for name, policy in called.items() if name not in known}
    filters = _received(filters, sort) if direction == "import" else filters
    cond = BGP if direction == "export" else ALWAYS
    return Attachment(direction, tuple(filters), default, "chain", called, cond)


def _filters(one: Instance, members: list[tuple[str, Node]], exprs: list[Expr], direction: str) -> list[Filter]:
    program, prefix = one.program, one.program.definitions.prefix
    out: list[Filter] = []
    for number, ((text, node), expr) in enumerate(zip(members, exprs, strict=True)):
        last = number == len(members) - 1
        line = node.line()
        if expr.op == "name" and expr.name in program.statements:
            out.append(Filter(KIND, prefix + expr.name, program.policy(expr.name, direction, last), line))
            continue
        policy = program.expressed(expr, text, direction, last, line)
        out.append(Filter("policy-expression" if expr.op != "name" else KIND, text, policy, line, expr.op != "name"))
    if len({node.inherited for _, node in members}) > 1:
        # The first filter runs the whole chain, in either order; the others stay to be named.
        terms = program.either_order(exprs, direction, out[0].line)
        out = [replace(each, policy=Policy(each.policy.name, each.kind, (), None, lines=each.policy.lines)) for each in out]
        out[0] = replace(out[0], policy=replace(out[0].policy, terms=terms))
    return out


def _received(filters: list[Filter], sort: str) -> list[Filter]:
    """Attributes as Junos gives them to a received route, where some policy of the chain reads them."""
    conds = [cond for each in filters for term in each.policy.terms for cond in inner(term.cond)]
    actions: list[SetText | SetNumber] = []
    if any(isinstance(each, TextMatch) and each.attribute == "mark" for each in conds):
        actions.append(SetText("mark", "unverified"))
    if sort == "ebgp" and any(isinstance(each, NumberMatch) and each.attribute == "local_pref" for each in conds):
        # RFC 4271 section 5.1.5: a LOCAL_PREF of an external peer is ignored; Junos gives 100.
        actions.append(SetNumber("local_pref", "set", 100))
    if not actions:
        return filters
    first = filters[0]
    start = Term("received", ALWAYS, Flow("next"), actions=tuple(actions), lines=(first.line,) if first.line else ())
    return [replace(first, policy=replace(first.policy, terms=(start, *first.policy.terms))), *filters[1:]]


def _reachable(program: Program, start: list[str]) -> list[str]:
    """Policies that these ask, and they themselves."""
    out: dict[str, None] = {}
    todo = list(start)
    while todo:
        name = todo.pop()
        if name in out or name not in program.statements:
            continue
        out[name] = None
        for term in program.statements[name].terms:
            if term.source.subroutine is not None:
                todo += names(expression(term.source.subroutine[0]))
    return list(out)
