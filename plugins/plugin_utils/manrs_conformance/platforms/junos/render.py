"""A plan in the words of Junos: owned policies in front of the chains of single neighbours, everything in one commit.

A neighbour's own chain replaces that of its group, so what it inherits is written behind the owned policy. Owned definitions that nothing
names any more go in the same commit. Sources are checked by strict `rpf-check`, whose fail-filter spares hosts without an address (DHCP) and
neighbour discovery.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ...model.plan import OWNED, Plan, Rendered, SessionPlan, is_owned
from ...model.router import Router, Session
from .. import _guards, _rules
from .._attachment import reachable
from .._carry import Able, Attached, carry
from .._mapcopy import Impossible
from .._render import digest, environment
from .chains import Chains
from .merge import reading
from .removal import unused
from .schema import ROOT
from .wording import Writer

SPARED = {
    4: ["source-address 0.0.0.0/32", "destination-address 255.255.255.255/32"],
    6: ["source-address ::/128", "source-address fe80::/10"],
}


@dataclass(slots=True)
class _Policies:
    """Policies that are written and put into their chains."""

    writer: Writer
    chains: Chains

    def mark(self) -> object:
        """What was written so far."""
        return self.writer.mark(), {key: list(one) for key, one in self.chains.chains.items()}, set(self.chains.own)

    def back(self, mark: object) -> None:
        """Forget what was written since."""
        written: object
        written, self.chains.chains, self.chains.own = mark  # type: ignore[misc]
        self.writer.back(written)

    def policy(self, way: str, session: SessionPlan, rules: Iterable[_rules.Rule], existing: str | None) -> str:
        had = _session(self.chains.router, session)
        side = had.inbound if way == "IN" else had.outbound
        if way == "IN" and not had.soft_reconfiguration:
            raise Impossible("`keep none`: the routes that were received are not stored to be looked at again")
        kept = [one.policy for one in side.filters if not is_owned(one.name)]
        self.writer.behind = (*kept, *reachable(kept, side.called).values())
        name = self.writer.policy(way, session, rules, None)
        self.chains.front(had, way.lower(), name, session.afi)
        return name


def render(plan: Plan, router: Router, running: str, templates: Path | None = None) -> Rendered:
    """The candidate of a plan; see `platforms.base.PushPlatform.render`."""
    chains = Chains(router, reading(running))
    writer = Writer()
    limits: dict[str, list[str]] = {}

    def refuse(one: SessionPlan, side: str) -> str | None:
        if side != "limit" or one.max_prefix is None:
            return None
        try:
            limits[f"{one.vrf}/{one.neighbor}/{one.family}"] = chains.limit(_session(router, one), one.max_prefix)
        except Impossible as error:
            return str(error)
        return None

    sessions, carried = carry(plan, router, _Policies(writer, chains), Able(), refuse)
    guards, carried = _own_modes(chains, *_guards.guards(carried, router, {4: "urpf", 6: "urpf"}), router)
    if carried.empty:
        return Rendered("", carried)
    _only(chains, sessions, router)
    owned = chains.owned()
    policies = {name: lines for name, lines in writer.policies.items() if any(name in one for one in chains.chains.values())}
    lines = [line for some in (*policies.values(), *writer.written.values()) for line in some]
    text = (
        environment(__package__, templates)
        .get_template("plan.j2")
        .render(
            lists=[lines for name, lines in writer.written.items() if not any(name == key[1] for key in owned)],
            policies=[lines for name, lines in policies.items() if ("policy-statement", name) not in owned],
            chains=list(chains.lines()),
            limits=[
                line
                for one in sessions
                if one.plan.max_prefix
                for line in limits[f"{one.plan.vrf}/{one.plan.neighbor}/{one.plan.family}"]
            ],
            filters=_filters({one.afi for one in guards}),
            interfaces=[line for one in guards for line in _guard(one, router)],
            unused=list(unused(chains, _names(chains, lines), set(chains.chains))),
            local_as=plan.local_as,
        )
    )
    return Rendered(text, carried)


def _session(router: Router, one: SessionPlan) -> Session:
    found = router.session(one.neighbor, one.family, one.vrf)
    if found is None:
        raise Impossible("the session is not in the configuration")
    return found


def _only(chains: Chains, sessions: list[Attached], router: Router) -> None:
    """Keep the chains of the sides that are really changed."""
    changed = {
        (chains.place(_session(router, one.plan)).path, word)
        for one in sessions
        for word, name in (("import", one.inbound), ("export", one.outbound))
        if name
    }
    chains.chains = {key: names for key, names in chains.chains.items() if key in changed}


def _names(chains: Chains, lines: Iterable[str]) -> set[str]:
    """Owned names of the candidate."""
    inside = {word for line in lines for word in line.split() if is_owned(word)}
    return inside | {name for names in chains.chains.values() for name in names}


def _filters(families: set[int]) -> list[str]:
    return [line for afi in sorted(families) for line in _fail_filter(afi)[1]]


def _fail_filter(afi: int) -> tuple[str, list[str]]:
    body = [f"term SPARED from {one}" for one in SPARED[afi]] + ["term SPARED then accept", "term REST then discard"]
    name = f"{OWNED}SAV{afi}-{digest(body)}"
    return name, [f"set firewall family {'inet' if afi == 4 else 'inet6'} filter {name} {one}" for one in body]


def _own_modes(chains: Chains, some: list[_guards.Guard], plan: Plan, router: Router) -> tuple[list[_guards.Guard], Plan]:
    """The guards whose interface has its mode itself: one of a configuration group would go on to hold."""
    kept, left = [], []
    for one in some:
        found = chains.loader.find(chains.loader.root, ROOT, _rpf(one).split())
        if _mode(one, router) == "loose" and not (found and ("mode",) in (found[0].one.kids or {})):
            left.append(
                f"interface {one.interface} IPv{one.afi}: its loose check comes from a configuration group, which goes on to hold"
            )
        else:
            kept.append(one)
    there = {(one.interface, one.afi) for one in kept}
    sources = (replace(one, families=tuple(afi for afi in one.families if (one.interface, afi) in there)) for one in plan.sources)
    return kept, replace(plan, sources=tuple(one for one in sources if one.families), left=(*plan.left, *left))


def _rpf(one: _guards.Guard) -> str:
    name, _, unit = one.interface.rpartition(".")
    return f"interfaces {name} unit {unit} family {'inet' if one.afi == 4 else 'inet6'} rpf-check"


def _mode(one: _guards.Guard, router: Router) -> str:
    face = next(face for face in router.interfaces if face.name == one.interface)
    return face.urpf_v4 if one.afi == 4 else face.urpf_v6


def _guard(one: _guards.Guard, router: Router) -> Iterator[str]:
    path = _rpf(one)
    if _mode(one, router) == "loose":
        yield f"delete {path} mode"
    yield f"set {path} fail-filter {_fail_filter(one.afi)[0]}"
