"""Source validation of a plan, interface by interface and family by family: a reverse path check, or a list of rightful sources."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..model.plan import OWNED, Plan, SourceValidation, is_owned
from ..model.router import Interface, Router
from ._carry import Form
from ._render import digest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Method = Literal["urpf", "acl"]
SPARED = {4: ("0.0.0.0/32",), 6: ("::/128", "fe80::/10")}
"""Sources of hosts without an address yet (DHCP, duplicate address detection) and of neighbour discovery."""
MOST = 500
"""So many entries of a packet filter fit the hardware of every access router."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What one interface does to the sources of one family; `permits` for a packet filter."""

    interface: str
    afi: int
    method: Method
    permits: tuple[Network, ...] = ()


def guards(plan: Plan, router: Router, methods: Mapping[int, Method]) -> tuple[list[Guard], Plan]:
    """The guards of a plan and the plan without what is refused.

    An interface with a packet filter or exceptions already is left to its operator, as are lists that would hold every address or too many.
    """
    faces = {one.name: one for one in router.interfaces}
    left = list(plan.left)
    out, kept = [], []
    for one in plan.sources:
        done = []
        for afi in one.families:
            face = faces.get(one.interface)
            if face is None or (face.urpf_v4 if afi == 4 else face.urpf_v6) == "strict":
                continue
            why = _refusal(face, afi, methods[afi], one)
            if why:
                left.append(f"interface {one.interface} IPv{afi}: {why}")
                continue
            out.append(Guard(one.interface, afi, methods[afi], permitted(one, afi) if methods[afi] == "acl" else ()))
            done.append(afi)
        if done:
            kept.append(replace(one, families=tuple(done)))
    return out, replace(plan, sources=tuple(kept), left=tuple(left))


def _refusal(face: Interface, afi: int, method: Method, one: SourceValidation) -> str | None:
    acl, mode = (face.acl_in_v4, face.urpf_v4) if afi == 4 else (face.acl_in_v6, face.urpf_v6)
    if acl and not (is_owned(acl) and method == "acl"):
        return f"the packet filter {acl} already stands here; extend it to rightful sources"
    if mode == "unknown":
        return "what it does to sources now is not understood"
    if (face.exceptions_v4 if afi == 4 else face.exceptions_v6) is not None:
        return f"its reverse path check has exceptions ({face.urpf_exceptions}); they would be lost"
    if method == "acl":
        some = permitted(one, afi)
        if len(some) == len(SPARED[afi]) or any(net.prefixlen == 0 for net in some):
            return "its rightful sources are not known"
        if len(some) > MOST:
            return f"a packet filter of {len(some)} entries may not fit the hardware"
    return None


def permitted(one: SourceValidation, afi: int) -> tuple[Network, ...]:
    """Rightful sources of a family, spared ones first, each once."""
    nets = [ipaddress.ip_network(text, strict=False) for text in one.permits]
    spared = [ipaddress.ip_network(text) for text in SPARED[afi]]
    own = sorted({net for net in nets if net.version == afi and net not in spared}, key=lambda net: (int(net[0]), net.prefixlen))
    return (*spared, *own)


@dataclass(slots=True)
class Filters:
    """Owned packet filters of a candidate, and the statements of interfaces that refer to them.

    `head` gives the first line of a filter by (family, name), `rule` a rule by (family, number from 1, action, source or `any`).
    """

    form: Form
    head: Callable[[int, str], str]
    rule: Callable[[int, int, str, str], str]
    host: Callable[[str], str] = lambda address: f"host {address}"
    written: dict[str, list[str]] = field(default_factory=dict)

    def lacking(self, some: Sequence[Guard], plan: Plan, router: Router) -> tuple[list[Guard], Plan]:
        """The guards that do not stand at their interfaces already, and the plan without the others."""
        held = {(one.name, afi, name) for one in router.interfaces for afi, name in ((4, one.acl_in_v4), (6, one.acl_in_v6))}
        filters = [one for one in some if one.method == "acl"]
        there = {(one.interface, one.afi) for one in filters if (one.interface, one.afi, self._rules(one)[0]) in held}
        sources = []
        for one in plan.sources:
            families = tuple(afi for afi in one.families if (one.interface, afi) not in there)
            sources += [replace(one, families=families)] if families else []
        return [one for one in some if (one.interface, one.afi) not in there], replace(plan, sources=tuple(sources))

    def interfaces(self, some: Sequence[Guard]) -> dict[str, list[str]]:
        """The statements of each interface, in order."""
        out: dict[str, list[str]] = {}
        for one in some:
            line = self.form.urpf if one.method == "urpf" else self.form.acl[one.afi].format(name=self._filter(one))
            out.setdefault(one.interface, []).append(line)
        return out

    def _filter(self, one: Guard) -> str:
        name, body = self._rules(one)
        self.written[name] = [self.head(one.afi, name), *body, self.rule(one.afi, len(body) + 1, "deny", "any")]
        return name

    def _rules(self, one: Guard) -> tuple[str, list[str]]:
        """The name of a filter, and its permits."""
        texts = [self.host(str(net[0])) if net.prefixlen == net.max_prefixlen else str(net) for net in one.permits]
        body = [self.rule(one.afi, n, "permit", text) for n, text in enumerate(texts, 1)]
        return f"{OWNED}SAV{one.afi}-{digest(body)}", body
