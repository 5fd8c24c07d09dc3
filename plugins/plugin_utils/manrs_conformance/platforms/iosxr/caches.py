"""RPKI caches of IOS-XR: a server, and validation for each family (BGP Command Reference, `rpki server` and `bgp origin-as validation`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...model.router import Router
from .. import _caches

ENABLED = r"^ address-family {}\n(?:  .*\n)*?  bgp origin-as validation enable\s*$"


def asking(router: Router, caches: _caches.Caches) -> str:
    """See `platforms.base.CachePlatform`."""
    return _caches.lines(router, _asked(router, caches))


def _asked(router: Router, caches: _caches.Caches) -> Iterator[str]:
    for address, port in caches:
        yield from (f" rpki server {address}", f"  transport tcp port {port}", " !")
    for family in _caches.families(router):
        yield from (f" address-family {family.replace('-', ' ')}", "  bgp origin-as validation enable", " !")


def without(now: Router, was: Router, base: str) -> str:
    """A fragment that takes away the caches, and the validation, that the router did not have before."""
    caches = _caches.added(now, was)
    body = [f" no rpki server {address}" for address, _port in caches]
    for family in _caches.families(now) if caches else ():
        if not re.search(ENABLED.format(family.replace("-", " ")), base, re.MULTILINE):
            body += [f" address-family {family.replace('-', ' ')}", "  no bgp origin-as validation enable", " !"]
    return _caches.lines(now, body)
