"""An NX-OS configuration while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...model.policy import Afi
from ...model.router import Interface, RpkiCache, StaticRoute, Undefined
from .._acl import Acl
from .._block import Ledger, Statement
from .._lists import Lists
from .._routemap import Entry, RouteMap
from .bgp import Bgp


@dataclass(slots=True)
class Face:
    """An interface as written; `routed` once something of layer 3 stands in it."""

    name: str
    addresses: list[str] = field(default_factory=list)
    assigned: set[int] = field(default_factory=set)
    """Families with an address from elsewhere."""
    shutdown: bool = False
    vrf: str = "default"
    description: str = ""
    urpf: dict[int, str] = field(default_factory=dict)
    allow_default: dict[int, bool] = field(default_factory=dict)
    acls: dict[tuple[int, str], tuple[str, int]] = field(default_factory=dict)
    routed: bool = False
    unnumbered: str = ""
    """The interface whose addresses it borrows."""
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """A configuration while it is read."""

    ledger: Ledger
    lists: Lists = field(default_factory=Lists)
    acls: dict[tuple[Afi, str], Acl] = field(default_factory=dict)
    maps: dict[str, RouteMap] = field(default_factory=dict)
    clauses: list[tuple[RouteMap, Entry, Statement]] = field(default_factory=list)
    rpki_maps: set[str] = field(default_factory=set)
    """Route-maps that look at the validation state."""
    asn_maps: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Ranges of `match as-number` by route-map: who may be a dynamic neighbour."""
    bgp: Bgp | None = None
    faces: dict[str, Face] = field(default_factory=dict)
    vrf_imports: list[tuple[str, int]] = field(default_factory=list)
    """(VRF, line) of statements by which routes come into a VRF from elsewhere."""
    statics: list[StaticRoute] = field(default_factory=list)
    caches: list[RpkiCache] = field(default_factory=list)
    hostname: str | None = None
    version_text: str | None = None
    urpf_off: int = 0
    """Line of `system urpf disable`, or 0."""
    statements: int = 0
    undefined: list[Undefined] = field(default_factory=list)


def make_interface(face: Face) -> Interface:
    """The interface of a draft, packet filters not yet looked up."""
    return Interface(
        name=face.name,
        addresses=tuple(dict.fromkeys(face.addresses)),
        shutdown=face.shutdown,
        vrf=face.vrf,
        description=face.description,
        urpf_v4=face.urpf.get(4, "none"),  # type: ignore[arg-type]
        urpf_v4_allow_default=face.allow_default.get(4, False),
        urpf_v6=face.urpf.get(6, "none"),  # type: ignore[arg-type]
        urpf_v6_allow_default=face.allow_default.get(6, False),
        acl_in_v4=face.acls.get((4, "in"), (None, 0))[0],
        acl_in_v6=face.acls.get((6, "in"), (None, 0))[0],
        acl_out_v4=face.acls.get((4, "out"), (None, 0))[0],
        acl_out_v6=face.acls.get((6, "out"), (None, 0))[0],
        lines=tuple(face.lines),
        assigned=tuple(sorted(face.assigned)),
    )
