"""The lab: real routers in network namespaces, with neighbours that can be made to announce, leak and spoof."""

from __future__ import annotations

from .lab import Lab
from .system import LabError

__all__ = ["Lab", "LabError"]
