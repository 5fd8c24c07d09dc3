"""The gate: no change reaches a router that makes routing less safe."""

from __future__ import annotations

from .judge import judge
from .model import Change, GateReport, Shown, Side
from .selftest import selftest
from .words import markdown, text

__all__ = ["Change", "GateReport", "Shown", "Side", "judge", "markdown", "selftest", "text"]
