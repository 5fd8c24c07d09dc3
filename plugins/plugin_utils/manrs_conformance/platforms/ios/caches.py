"""RPKI caches of IOS and IOS-XE: a server validates for every family (IP Routing: BGP Configuration Guide, BGP origin AS validation)."""

from __future__ import annotations

from ...model.router import Router
from .. import _caches

REFRESH = 600
"""Seconds between questions; the statement does not stand without."""


def asking(router: Router, caches: _caches.Caches) -> str:
    """See `platforms.base.CachePlatform`."""
    return _caches.lines(router, (f" {_server(*one)}" for one in caches))


def without(now: Router, was: Router) -> str:
    """A fragment that takes away the caches that the router did not have before."""
    return _caches.lines(now, (f" no {_server(*one)}" for one in _caches.added(now, was)))


def _server(address: str, port: int) -> str:
    return f"bgp rpki server tcp {address.upper()} port {port} refresh {REFRESH}"
