"""IOS-XR under a push: confirmed commits over NETCONF (RFC 6241 section 8.4), which outlive the session that made them (`persist`).

What NAPALM's `iosxr_netconf` driver does otherwise: it knows no timer, puts command lines unescaped into XML, leaves the candidate locked when
a load fails, and raises at a commit message.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ...errors import NoRevertError, PushError
from .._guard import Guarded, text_of, timer

CAPABILITY = "urn:ietf:params:netconf:capability:confirmed-commit:1."


class XrSession(Guarded):
    """A session of NAPALM's `iosxr_netconf` driver, guarded."""

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Lock the candidate and load the command lines; whatever fails gives the lock back."""
        self._load(text_of(filename, config), self.driver.load_merge_candidate)

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """The same with a whole configuration."""
        self._load(text_of(filename, config), self.driver.load_replace_candidate)

    def _load(self, text: str, load: Callable[..., None]) -> None:
        try:
            self.within("load", lambda: load(config=escape(text)))
        except Exception:
            with contextlib.suppress(Exception):
                self.discard_config()
            raise
        self.loaded = text

    def compare_config(self) -> str:
        """The router's own difference between its running configuration and the candidate."""
        return str(self.within("compare", self.driver.compare_config))

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Commit the candidate, to be confirmed within the time."""
        seconds = timer(self.where, revert_in, 30, 65_535)
        if not self.loaded:
            raise PushError(f"{self.where}: nothing is loaded")
        name = self.own_name("manrs-")
        commit = self.driver.device.commit
        self.within("commit", lambda: commit(confirmed=True, timeout=str(seconds), persist=name))
        self.driver.pending_changes = False

    def confirm_commit(self) -> None:
        """Confirm the commit; it is what the router starts with from then on."""
        self._named()
        name = self.change
        self.within("confirm", lambda: self.driver.device.commit(persist_id=name))
        self.change = self.loaded = ""
        with contextlib.suppress(Exception):
            self.within("unlock", self.driver._unlock)

    def has_pending_commit(self) -> bool:
        """Whether a confirmed commit waits, of whomever: the running configuration cannot be locked then (RFC 6241 section 7.5)."""
        device = self.driver.device
        try:
            self.within("lock", lambda: device.lock(target="running"))
        except Exception as error:
            if getattr(error, "tag", None) in ("lock-denied", "in-use"):
                return True
            raise
        self.within("unlock", lambda: device.unlock(target="running"))
        return False

    def rollback(self) -> None:
        """Cancel the confirmed commit: the router restores what ran before it."""
        self._named()
        name = self.change
        self.within("cancel", lambda: self.driver.device.cancel_commit(persist_id=name))
        self.change = ""
        with contextlib.suppress(Exception):
            self.within("unlock", self.driver._unlock)

    def discard_config(self) -> None:
        """Drop the candidate and give the lock back, each whether or not the other works."""
        with contextlib.suppress(Exception):
            self.within("discard", self.driver.device.discard_changes)
        self.driver.pending_changes = False
        self.loaded = ""
        self.within("unlock", self.driver._unlock)

    def _named(self) -> None:
        if not self.change:
            raise PushError(f"{self.where}: this session has committed nothing")


def guarded(driver: Any) -> XrSession:
    """The driver, guarded; NoRevertError where the router or its driver knows no confirmed commit."""
    where = driver.hostname
    manager: Any = getattr(driver, "device", None)
    if not hasattr(driver, "config_encoding") or not hasattr(manager, "server_capabilities"):
        raise NoRevertError(f"{where}: no safe way back: push over NETCONF (driver iosxr_netconf), which knows confirmed commits")
    if not any(str(one).startswith(CAPABILITY) for one in manager.server_capabilities):
        raise NoRevertError(f"{where}: no safe way back: the router does not offer confirmed commits over NETCONF")
    if driver.config_encoding != "cli":
        raise PushError(f"{where}: candidates are command lines: leave `config_encoding` at `cli`")
    return XrSession(driver)
