"""What pushing platforms do alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import PushError


class Steady:
    """A platform that shows nothing of its policies beside its configuration, and runs refresh commands on its command line."""

    def predict_state(self, state: Mapping[str, str], candidate: str) -> Mapping[str, str]:
        """Live outputs after the candidate: as before."""
        return state

    def operate(self, driver: Any, commands: tuple[str, ...]) -> None:
        """Run refresh commands on an open driver; PushError at one that the router refuses, for drivers give that back as text."""
        for command, said in (driver.cli(list(commands)) if commands else {}).items():
            wrong = re.search(r"^\s*%.*", str(said), re.MULTILINE)
            if wrong:
                raise PushError(f"{driver.hostname}: {command}: {wrong[0].strip()}")
