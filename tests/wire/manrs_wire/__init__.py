"""Small servers that speak the management protocols of routers over loopback, for stock NAPALM drivers."""

from __future__ import annotations

from .clock import ManualClock, RealClock
from .device import Device, Faults
from .fleet import PLATFORMS, Fleet, start

__all__ = ["PLATFORMS", "Device", "Faults", "Fleet", "ManualClock", "RealClock", "start"]
