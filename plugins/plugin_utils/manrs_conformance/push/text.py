"""Configuration texts compared by what they configure: heads that tell time and size, marks and comments left out."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

SAYS_NOTHING = re.compile(r"\s*(?:[!#].*|Building configuration\.\.\.|Current configuration\b.*|ntp clock-period \d+)?")


def statements(text: str) -> tuple[str, ...]:
    """Every line that configures something, in order and with its indentation."""
    return tuple(line.rstrip() for line in text.splitlines() if not SAYS_NOTHING.fullmatch(line))


def digest(text: str) -> str:
    """SHA-256 of the statements: tells texts apart without holding their secrets."""
    return hashlib.sha256("\n".join(statements(text)).encode()).hexdigest()


def comes_from(candidate: str, base: str, held: str) -> bool:
    """Whether a configuration differs from `base` by nothing but lines of the candidate, or what they replace or remove."""
    lines = {" ".join(line.split()) for line in candidate.splitlines() if line.strip()}
    old, new = (Counter(" ".join(line.split()) for line in statements(text)) for text in (base, held))
    added, removed = new - old, old - new
    if not set(added) <= lines:
        return False
    asked = {line.partition(" ")[2] for line in lines if line.startswith(("no ", "delete "))}
    return removed.total() <= added.total() or all(any(line.startswith(one) for one in asked) for line in removed)
