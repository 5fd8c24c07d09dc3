"""What was collected from a router, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Raw text of one device: configuration and command outputs, with where and when they came from.

    `state` maps a platform's own keys (for FRR: `bgp_summary`, `rpki_cache`, `sysctl`, `nft`, …) to raw output. `collected_at` and `device_clock`
    are RFC 3339 UTC. `error` says why nothing (or not all) could be collected; then `config` may be empty.
    """

    host: str
    platform: str
    config: str
    state: Mapping[str, str] = field(default_factory=dict)
    collected_at: str = ""
    device_clock: str | None = None
    transport: str = "file"
    address: str | None = None
    verified: bool | None = None
    """Whether the host key or certificate was verified; None for files."""
    facts: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
