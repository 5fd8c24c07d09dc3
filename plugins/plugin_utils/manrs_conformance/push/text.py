"""Configuration texts compared by what they configure: heads that tell time and size, marks and comments left out."""

from __future__ import annotations

import hashlib
import re

SAYS_NOTHING = re.compile(r"\s*(?:[!#].*|Building configuration\.\.\.|Current configuration\b.*|ntp clock-period \d+)?")


def statements(text: str) -> tuple[str, ...]:
    """Every line that configures something, in order and with its indentation."""
    return tuple(line.rstrip() for line in text.splitlines() if not SAYS_NOTHING.fullmatch(line))


def digest(text: str) -> str:
    """SHA-256 of the statements: tells texts apart without holding their secrets."""
    return hashlib.sha256("\n".join(statements(text)).encode()).hexdigest()
