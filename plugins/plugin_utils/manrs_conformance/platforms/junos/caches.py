"""RPKI caches of Junos: an owned group of sessions (`routing-options validation`); policies look validation states up by themselves."""

from __future__ import annotations

from ...model.plan import OWNED
from .. import _caches

GROUP = f"{OWNED}CACHES"


def asking(caches: _caches.Caches) -> str:
    """See `platforms.base.CachePlatform`."""
    return "".join(f"set routing-options validation group {GROUP} session {address} port {port}\n" for address, port in caches)
