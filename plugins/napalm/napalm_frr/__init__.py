"""NAPALM driver for FRRouting on Linux: `napalm.get_network_driver("frr")` finds it."""

from __future__ import annotations

from .driver import FRRDriver

__all__ = ["FRRDriver"]
