"""A push without a way back on the router: only where the operator says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Committed:
    """Whether the change was made; shared by the sessions of one push."""

    made: bool = False


class Bare:
    """A plain NAPALM driver whose commits are for good at once: nothing takes them back when the controller dies or the router cannot be
    reached any more, and the driver saves them."""

    reverts = False

    def __init__(self, driver: Any, state: Committed) -> None:
        self.driver, self.state = driver, state

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Commit, without a timer; drivers raise at a message, so it stays in the journal."""
        self.state.made = True
        self.driver.commit_config()

    def confirm_commit(self) -> None:
        """Nothing is left to confirm."""
        self.state.made = False

    def has_pending_commit(self) -> bool:
        """Whether this push has committed and not yet found its change sound."""
        return self.state.made

    def rollback(self) -> None:
        """Restore what the driver kept from before the commit."""
        self.driver.rollback()
        self.state.made = False
