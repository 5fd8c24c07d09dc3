"""The `lab` fixture: one lab of real routers for the whole test session."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from manrs_lab import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """A converged lab; fails (never skips) when root or a daemon is missing, naming the package."""
    made = Lab(os.environ.get("MANRS_LAB_ID", "pytest"))
    made.up()
    yield made
    made.down()
