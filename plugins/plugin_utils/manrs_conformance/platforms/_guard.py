"""What guarded sessions share: reading goes to the NAPALM driver as it is, every change is limited in time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..collect import limits
from ..errors import CollectionError, PushError


class Guarded:
    """An open NAPALM driver under a push; a subclass replaces everything that changes the router.

    `change` names the commit of this session, so that a fresh session can go on with it and nothing of somebody else is confirmed or
    taken back.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self.change = ""
        self.loaded = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)

    @property
    def where(self) -> str:
        """Address of the router, for messages."""
        return str(self.driver.hostname)

    def within(self, what: str, call: Callable[[], Any], *, seconds: float = 0.0) -> Any:
        """The result of a call; a router that is silent for longer than the session's time-out (or than `seconds`, where its bytes
        cannot be seen) loses the session."""
        timeout = float(getattr(self.driver, "timeout", 60) or 60)
        said = f"{self.where}: {what}: no answer"
        try:
            if seconds:
                return limits.bounded(said, max(timeout, seconds), call)
            return limits.run(said, limits.watch_driver(self.driver, timeout), call)
        except CollectionError:
            limits.cut(self.driver)
            raise

    def own_name(self, prefix: str) -> str:
        """A name for the change of this session that no other session has."""
        self.change = self.change or f"{prefix}{secrets.token_hex(6)}"
        return self.change

    def close(self) -> None:
        """End the session."""
        self.within("close", self.driver.close)


def text_of(filename: str | None, config: str | None) -> str:
    """The text of a candidate, with its last line complete; ValueError when there is none."""
    text = config if config is not None else Path(filename).read_text("utf-8") if filename is not None else ""
    if not text.strip():
        raise ValueError("an empty candidate")
    return text.rstrip("\n") + "\n"


def timer(where: str, revert_in: int | None, least: int, most: int) -> int:
    """The seconds of a revert timer, checked against what the platform takes; PushError names the range."""
    if revert_in is None:
        raise PushError(f"{where}: a commit without a revert timer is not made over a guarded session")
    if not least <= revert_in <= most:
        raise PushError(f"{where}: a revert timer of {revert_in} s is not possible: {least} to {most} s")
    return revert_in
