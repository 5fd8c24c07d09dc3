"""BOG-05: paths with reserved, private or documentation ASNs are refused; a private ASN agreed for the session is spared."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.policy import Cond
from ..model.result import Finding, Severity
from ._questions import contains, without
from .base import EXTERNAL, Case, Check


def asks(case: Case) -> Mapping[str, Cond]:
    """What must not get through."""
    spared = [case.session.remote_as] if case.declared.private_asn and isinstance(case.session.remote_as, int) else []
    return {"": contains(without(case.context.reference.bogons.asns, spared), "bogon ASNs")}


def judge(case: Case) -> Finding:
    """None of it is accepted."""
    return case.settle(
        case.ask(),
        good="no path with a reserved, private or documentation ASN is accepted",
        bad="{route} is accepted though its path holds an ASN that must not be seen in the global table",
        cause="bogon ASN in the path",
        remedy="Refuse such paths by an AS-path list; declare `private_asn: true` where one is agreed and removed on export.",
    )


CHECK = Check(
    "BOG-05",
    "1",
    "Paths with bogon ASNs are refused",
    Severity.HIGH,
    judge=judge,
    asks=asks,
    direction="import",
    relations=EXTERNAL,
)
