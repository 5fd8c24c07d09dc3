"""What pushing platforms do alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Steady:
    """A platform that shows nothing of its policies beside its configuration, and runs refresh commands on its command line."""

    def predict_state(self, state: Mapping[str, str], candidate: str) -> Mapping[str, str]:
        """Live outputs after the candidate: as before."""
        return state

    def operate(self, driver: Any, commands: tuple[str, ...]) -> None:
        """Run refresh commands on an open driver."""
        if commands:
            driver.cli(list(commands))
