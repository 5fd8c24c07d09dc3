"""EOS under a push: configuration sessions with a commit timer; the start-up configuration is written at the confirmation and nowhere else.

What NAPALM's driver does otherwise: its `rollback()` restores the start-up configuration of before the commit (`flash:rollback-0`), so that
unsaved changes of operators are lost, and saves; aborting a timed commit saves too, and closing the session aborts it; its names of sessions can collide; it raises at a commit
message.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from ...errors import NotSavedError, PushError
from .._guard import Guarded, text_of, timer

PREFIX = "manrs-"


class EosSession(Guarded):
    """A session of NAPALM's `eos` driver over eAPI, guarded."""

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load the candidate into a configuration session of its own name; refused while any other session is pending."""
        self._load(text_of(filename, config), self.driver.load_merge_candidate)

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """The same with a whole configuration."""
        self._load(text_of(filename, config), self.driver.load_replace_candidate)

    def _load(self, text: str, load: Callable[..., None]) -> None:
        held = sorted(name for name, one in self._sessions().items() if one["state"] == "pending")
        if held:
            raise PushError(f"{self.where}: another configuration session is open on the router: {', '.join(held)}")
        self.driver.config_session = self.own_name(PREFIX)
        self.driver.lock_disable = True  # looked at above, without the driver's ten seconds of waiting
        self.loaded = text
        try:
            self.within("load", lambda: load(config=text))
        except Exception:
            with contextlib.suppress(Exception):
                self.discard_config()
            raise

    def compare_config(self) -> str:
        """The router's own difference between its running configuration and the session."""
        return str(self._text(f"show session-config named {self.change} diffs")).partition("\n+++")[2].partition("\n")[2].strip()

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Commit the session with a timer, and see that it is armed."""
        seconds = timer(self.where, revert_in, 30, 86_000)
        if not self.loaded:
            raise PushError(f"{self.where}: nothing is loaded")
        if self._pending():
            raise PushError(f"{self.where}: another commit waits for its confirmation")
        clock = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
        self._text(f"configure session {self.change} commit timer {clock}")
        if self._pending() != self.change:
            raise PushError(f"{self.where}: the commit timer was not armed")

    def confirm_commit(self) -> None:
        """Commit the session for good, then save. NotSavedError when only the saving failed."""
        self._mine()
        self._text(f"configure session {self.change} commit")
        state = self._sessions().get(self.change, {"state": "completed"})["state"]
        if self._pending() or state != "completed":
            raise PushError(f"{self.where}: the commit was not confirmed: the session is {state}")
        self.change = self.loaded = ""
        self.save()

    def save(self) -> None:
        """Write the start-up configuration; NotSavedError when it was not."""
        try:
            self._text("write memory")
        except Exception as error:
            raise NotSavedError(f"{self.where}: the start-up configuration was not written: {error}") from None

    def has_pending_commit(self) -> bool:
        """Whether a commit waits for its confirmation, of whomever."""
        return bool(self._pending())

    def rollback(self) -> None:
        """Abort the timed commit: the router restores what ran before it. Nothing is saved."""
        self._mine()
        self._text(f"configure session {self.change} abort")
        if self._pending():
            raise PushError(f"{self.where}: the router did not abort the commit")
        self.change = ""

    def discard_config(self) -> None:
        """Abort the session, unless it was committed."""
        if self.change and self._sessions().get(self.change, {}).get("state") == "pending":
            self._text(f"configure session {self.change} abort")
        self.loaded = ""

    def close(self) -> None:
        """End the session; the driver's own way of closing aborts a timed commit."""
        self.driver.config_session = None
        self.within("close", self.driver.close)

    def _mine(self) -> None:
        pending = self._pending()
        if not pending:
            raise PushError(f"{self.where}: no commit waits for its confirmation")
        if pending != self.change:
            raise PushError(f"{self.where}: the commit that waits for its confirmation ({pending}) is not of this push")

    def _pending(self) -> str:
        """Name of the session whose commit waits: told at the top since EOS 4.32, as a state of the session before."""
        answer = self.within("sessions", lambda: self.driver._run_commands(["show configuration sessions detail"]))[0]
        named = answer.get("commitTimerSessionName") or ""
        waiting = [name for name, one in answer["sessions"].items() if "pendingCommitTimer" in one["state"]]
        return str(named or (waiting[0] if waiting else ""))

    def _sessions(self) -> dict[str, Any]:
        answer = self.within("sessions", lambda: self.driver._run_commands(["show configuration sessions detail"]))[0]
        return dict(answer["sessions"])

    def _text(self, command: str) -> str:
        said = self.within(command, lambda: self.driver._run_commands([command], encoding="text"))
        return str(said[0]["output"])


def guarded(driver: Any) -> EosSession:
    """The driver, guarded; PushError for the command line over SSH, whose answers do not tell errors from text."""
    if getattr(driver, "transport", "") == "ssh":
        raise PushError(f"{driver.hostname}: a push to EOS goes over eAPI (`transport: https`), not over the command line")
    return EosSession(driver)
