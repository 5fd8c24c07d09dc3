"""RPKI caches of EOS: an owned cache for each server, and validation of what external neighbours send."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model.plan import OWNED
from ...model.router import Router
from .. import _caches

OWN = re.compile(rf"^ +rpki cache ({OWNED}\S+)\s*$", re.MULTILINE)


def asking(router: Router, caches: _caches.Caches) -> str:
    """See `platforms.base.CachePlatform`."""
    return _caches.lines(router, _asked(caches))


def _asked(caches: _caches.Caches) -> Iterator[str]:
    for number, (address, port) in enumerate(caches, 1):
        yield from (f"   rpki cache {OWNED}CACHE-{number}", f"      host {address} port {port}")
    yield from ("   rpki origin-validation", "      ebgp local")


def without(running: str, now: Router, was: Router) -> str:
    """A fragment that takes owned caches away, and the validation by them that the router did not have before."""
    owned = OWN.findall(running)
    body = [f"   no rpki cache {name}" for name in owned]
    return _caches.lines(now, [*body, *(["   no rpki origin-validation"] if owned and not was.caches else [])])
